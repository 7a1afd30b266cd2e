"""`hudhud audit`: replay a record from its public files alone, and say whether it is sound."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.cli.reading import add_at, instant
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    from hudhud.record.words import Language

__all__ = ["NOT_SOUND", "ONLY_CONCERNS", "add", "command"]

NOT_SOUND = 4
"""Exit code where a record is not sound."""

ONLY_CONCERNS = 5
"""Exit code with --strict where it is sound and there are concerns."""

_DESCRIPTION = """\
Is this record sound?  Everything is worked out again from public files alone:
every hash and signature, what became of every request, every released map, and
whether the points of enforcement obey what was released.  Who is late is told
too.  WHERE is a folder with the public files of a record, the folder of whoever
keeps one, or the address of one (https://...); only an address needs a network.

What a record proves depends on the root of trust: whose log, which witnesses,
the first keyring and rules.  Give the file that you keep (--trust), or compare
the digest that is printed with one that came another way (--trust-digest).

With --entry and --proof one entry alone is checked, without any record: its
place, its witnesses, and with --keyring its signature; then it is shown in
words.
"""

_EPILOG = """\
examples:
  hudhud audit record/
  hudhud audit https://record.example/ --trust trust.json --since timeline.old
  hudhud audit record/ --map map.txt --receipt mine.receipt --json
  hudhud audit --entry entry.json --proof entry.tlog-proof --trust trust.json

--map FILE: a service map that a gateway obeys: which cell differs, and which
decision is missing.  --since FILE: a checkpoint or timeline that you kept from
before: nothing in it may have changed.  --receipt FILE: the log promised to
record something: it must be there.  These may be given more than once.

exit codes: 0 sound, 4 not sound, 5 sound with concerns (only with --strict),
2 wrong usage or input, 3 the address could not be fetched
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "audit",
        help="replay a record from its public files: is it sound",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("where", nargs="?", metavar="WHERE", help="folder or address of a record")
    parser.add_argument("--trust", metavar="FILE", type=Path, help="root of trust that you keep")
    parser.add_argument("--trust-digest", metavar="HEX", help="digest of the root of trust that you were told")
    for option, what in (
        ("--map", "a service map to be judged"),
        ("--since", "an older checkpoint or timeline"),
        ("--receipt", "a receipt that must have been kept"),
    ):
        parser.add_argument(option, metavar="FILE", type=Path, action="append", default=[], help=what)
    add_at(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 5 where there are concerns")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--language", choices=("en", "ar"), default="en", help="language of the text (default en)")
    parser.add_argument("--entry", metavar="FILE", type=Path, help="one entry (a signed envelope), with --proof")
    parser.add_argument("--proof", metavar="FILE", type=Path, help="its proof (.tlog-proof)")
    parser.add_argument("--keyring", metavar="FILE", type=Path, help="with --entry: the keyring with its key")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.words import Language

    language = Language(arguments.language)
    faults = list(_usage_faults(arguments))
    now_s = int(instant(arguments.at, faults).astype("datetime64[s]").astype("int64"))
    if faults:
        raise InputError("this cannot be audited:", faults)
    if arguments.entry is not None:
        return _entry(arguments, language)
    return _record(arguments, now_s, language)


def _usage_faults(arguments: argparse.Namespace) -> "list[Fault]":
    faults = []
    alone = arguments.entry is not None or arguments.proof is not None or arguments.keyring is not None
    if not alone and arguments.where is None:
        faults.append(Fault(where="WHERE", problem="name the folder or address of a record"))
    if alone and (arguments.entry is None or arguments.proof is None or arguments.trust is None):
        faults.append(Fault(where="--entry", problem="one entry alone needs --entry, --proof and --trust"))
    if alone and (arguments.where is not None or arguments.map or arguments.since or arguments.receipt):
        faults.append(Fault(where="--entry", problem="is checked alone: leave the record and its other files out"))
    digest = arguments.trust_digest
    if digest is not None and not (len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        faults.append(Fault(where="--trust-digest", problem="is no SHA-256: 64 hexadecimal digits in lower case"))
    return faults


def _record(arguments: argparse.Namespace, now_s: int, language: "Language") -> int:
    # Heavy imports (numpy, h3, rich) wait until a record is really audited.
    from hudhud.adapters.audited import Asked, audited
    from hudhud.adapters.cli.audit_text import audit_json, show_audit
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.record.audit_parts import Answer

    asked = Asked(
        where=arguments.where,
        trust=arguments.trust,
        trust_sha256=arguments.trust_digest,
        maps=tuple(arguments.map),
        older=tuple(arguments.since),
        receipts=tuple(arguments.receipt),
        now_s=now_s,
    )
    told = audited(asked)
    if arguments.json:
        print_json(audit_json(told, language))
    else:
        show_audit(told, console(), language)
    if told.audit.answer is Answer.NOT_SOUND:
        return NOT_SOUND
    return ONLY_CONCERNS if arguments.strict and told.audit.answer is Answer.SOUND_WITH_CONCERNS else 0


def _entry(arguments: argparse.Namespace, language: "Language") -> int:
    from hudhud.adapters.audited_entry import checked_entry
    from hudhud.adapters.cli.audit_text import entry_json, show_entry
    from hudhud.adapters.cli.output import console, print_json

    told = checked_entry(arguments.entry, arguments.proof, arguments.trust, arguments.keyring, arguments.trust_digest)
    if arguments.json:
        print_json(entry_json(told))
    else:
        show_entry(told, console(), language)
    return 0 if told.sound else NOT_SOUND
