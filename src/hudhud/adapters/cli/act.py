"""`hudhud act`: sign a statement of any kind, written in a file."""

import argparse
from pathlib import Path
from typing import Any

from hudhud.adapters.cli.record_verbs import (
    DAY_S,
    EPILOG_KEYS,
    add_signing,
    add_verb,
    desk_of,
    language_of,
    propose,
    random_bytes,
    reader_beside,
    show,
    show_about,
)
from hudhud.errors import InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
Sign a statement of any kind, for what has no verb of its own: an appeal,
evidence, an allegation and its responses, a correction, a change of the keyring
or of the rules. FILE.toml gives its kind and its fields; log, what you have
seen and (of votes) the day of expiry are filled in. Entries may be named by the
beginning of their hash.
"""

_EPILOG = f"""\
examples:
  hudhud act demo appeal.toml --key demo/keys/ministry.key

    kind = "appeal"
    decision = "3f2a"
    appellant = {{ kind = "hospital", name = "Clinic of the harbour" }}
    channel = "letter"
    grounds = "We are cut off since Tuesday."

  hudhud act demo keyring.toml --with keyring.json --key demo/keys/op-1.key

    kind = "keyring_change"

--with FILE: a file that the statement names by digest: an attachment, a new
keyring or new rules (version and digests are then filled in).

{EPILOG_KEYS}"""

_LARGEST_BYTES = 2**20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "act", "sign a statement of any kind, written in a file", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("file", metavar="FILE.toml", type=Path, help="the statement")
    parser.add_argument("--with", metavar="FILE", type=Path, dest="document", help="a file that it names, see below")
    parser.add_argument("--disclosures", metavar="FILE", type=Path, help="where withheld names are written")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.disclosures import write_disclosures
    from hudhud.adapters.record.drafts import Drafter, act_from_toml
    from hudhud.adapters.record.filings import Filing
    from hudhud.adapters.record.signing import Desk, entry_named
    from hudhud.adapters.texts import read_text
    from hudhud.record.forms import form_of, instant_text
    from hudhud.record.parts import Seen

    text = read_text(arguments.file, "a statement (TOML)", _LARGEST_BYTES)
    document = None if arguments.document is None else _document(arguments.document)
    desk: Desk = desk_of(arguments)
    filled: dict[str, Any] = {
        "seen": form_of(Seen).write(desk.seen()),
        "expires": instant_text(desk.now_s + 7 * DAY_S),
        **({} if document is None else _filled(desk, document)),
    }
    drafter = Drafter(
        log=desk.log,
        now_s=desk.now_s,
        random=random_bytes,
        read=reader_beside(arguments.file),
        entry=lambda name: entry_named(desk.record, name).leaf,
        filled=filled,
    )
    try:
        drafted = act_from_toml(text, drafter)
    except InputError as error:
        raise InputError(f"{arguments.file}: {error.summary}", error.faults) from None
    path: Path = arguments.disclosures or arguments.file.with_suffix(".disclosures")
    if drafted.withheld and path.exists():
        raise InputError(f"{path}: is there already: name another file with --disclosures")
    language = language_of(arguments)
    named = _about(drafted.statement)
    if named is not None:
        show_about(entry_named(desk.record, named), language, desk)

    def before(filing: Filing) -> None:
        if drafted.withheld:
            write_disclosures(path, desk.log, filing.leaf, drafted.withheld)
            show(say("withheld", language, path=path))

    blobs = drafted.blobs if document is None else (*drafted.blobs, document)
    return propose(desk, drafted.statement, arguments, blobs=blobs, request=named, before=before)


def _about(statement: object) -> str | None:
    """The entry that a statement is about."""
    found = (getattr(statement, field, None) for field in ("request", "decision", "allegation", "entry", "about"))
    return next((one for one in found if one is not None), None)


def _document(path: Path) -> bytes:
    from hudhud.adapters.record.filings import read_document

    return read_document(path)


def _filled(desk: Any, document: bytes) -> dict[str, Any]:
    """Version and digests of a document that follows the one in force; the digest alone of any other file."""
    import hashlib
    import json

    digest = hashlib.sha256(document).hexdigest()
    filled: dict[str, Any] = {"attachment_sha256": digest}
    try:
        tree = json.loads(document)
    except ValueError:
        return filled
    if isinstance(tree, dict) and isinstance(tree.get("version"), int):
        keyring = "organisations" in tree
        previous = desk.outcomes.keyring_sha256 if keyring else desk.outcomes.rules_sha256
        name = "keyring_sha256" if keyring else "policy_sha256"
        filled = {name: digest, "version": tree["version"], "previous_sha256": previous}
    return filled
