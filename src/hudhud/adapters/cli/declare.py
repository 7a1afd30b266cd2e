"""`hudhud declare`: contacts with parties that have a stake, and what ties you to the parties of a request."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    desk_of,
    language_of,
    propose,
    random_bytes,
    reader_beside,
    show_about,
)
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    from hudhud.adapters.record.signing import Desk
    from hudhud.record.statements import Statement

__all__ = ["add", "command"]

_DESCRIPTION = """\
Nobody's vote counts without two declarations before it:

  hudhud declare RECORD contacts    every contact with parties that have a
                                    stake, of 90 days at least; at most a day
                                    before the vote
  hudhud declare RECORD conflicts   what ties you to the parties of one request

--none declares that there was nothing: that it is true is what you sign.
Otherwise --file FILE.toml tells them, [[contacts]] or [[conflicts]].
"""

_EPILOG = f"""\
examples:
  hudhud declare demo contacts --none --key demo/keys/op-1.key
  hudhud declare demo conflicts --request 3f2a --none --key demo/keys/op-1.key
  hudhud declare demo contacts --file contacts.toml --key my.key

  [[contacts]]
  party = {{ kind = "foreign_government", id = "CHN" }}
  on = 2026-10-03
  channel = "phone"
  topic = "Asked whether service over the island was planned."

{EPILOG_KEYS}"""

_LARGEST_BYTES = 2**20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "declare", "declare contacts, or conflicts in a request", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("what", choices=("contacts", "conflicts"), help="what is declared")
    parser.add_argument("--none", action="store_true", help="there was nothing")
    parser.add_argument("--file", metavar="FILE.toml", type=Path, help="what there was")
    parser.add_argument("--request", metavar="R", help="with conflicts: the request, by its hash or index")
    parser.add_argument(
        "--days", metavar="N", default="120", help="with contacts: how far back it reaches (default 120)"
    )
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    if arguments.none == (arguments.file is not None):
        raise InputError("say either --none or --file FILE.toml")
    conflicts = arguments.what == "conflicts"
    if conflicts != (arguments.request is not None):
        raise InputError("--request R belongs to `declare RECORD conflicts`, which always needs it")
    desk = desk_of(arguments)
    leaf = None
    if conflicts:
        case, _, entry = desk.request(arguments.request)
        leaf = case.leaf
        show_about(entry, language_of(arguments))
    return propose(desk, _statement(arguments, desk, leaf), arguments, request=leaf)


def _statement(arguments: argparse.Namespace, desk: "Desk", leaf: str | None) -> "Statement":
    """The declaration, from the file or empty."""
    from hudhud.adapters.cli.reading import number
    from hudhud.adapters.record.drafts import Drafter, act_from_toml
    from hudhud.adapters.record.signing import entry_named
    from hudhud.adapters.texts import read_text
    from hudhud.record.forms import instant_text

    faults: list[Fault] = []
    back_days = number("--days", arguments.days, 1, 3_650, faults)
    if faults:
        raise InputError("this cannot be declared:", faults)
    text = "" if arguments.none else read_text(arguments.file, "a declaration (TOML)", _LARGEST_BYTES)
    kind = "conflict_declaration" if leaf else "contact_declaration"
    filled: dict[str, object] = {"request": leaf}
    if leaf is None:
        start_s = desk.now_s - round(back_days * 86_400)
        filled = {"start": instant_text(start_s), "until": instant_text(desk.now_s)}
    drafter = Drafter(
        log=desk.log,
        now_s=desk.now_s,
        random=random_bytes,
        read=reader_beside(arguments.file or Path()),
        entry=lambda name: entry_named(desk.record, name).leaf,
        filled=filled | ({arguments.what: []} if arguments.none else {}),
    )
    drafted = act_from_toml(f'kind = "{kind}"\n{text}', drafter)
    if drafted.withheld:
        raise InputError("a withheld name in a declaration: file it with  hudhud act RECORD FILE.toml")
    return drafted.statement
