"""`hudhud deposit`: a trustee holds what an entry withholds.  `hudhud disclose` works alike and is beside it."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    days,
    desk_of,
    language_of,
    propose,
    show,
    show_about,
)
from hudhud.errors import Fault, InputError, RecordError

__all__ = ["add", "add_withholding", "command"]

_DEPOSIT = """\
A trustee confirms to hold what an entry withholds. FILE is what the requester
handed over; it is checked against the entry before you sign. Until trustees of
two organisations hold it, no vote on a request counts. Keep the file safe:
from --disclose-days on you must tell on demand.
"""

_EPILOG = f"""\
example:
  hudhud {{verb}} demo clinic.disclosures --key demo/keys/trustee-a.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_withholding(subparsers, "deposit", "a trustee holds what an entry withholds", _DEPOSIT)
    parser.add_argument("--disclose-days", metavar="N", default="60", help="told on demand after (default 60)")


def add_withholding(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, help: str, description: str
) -> argparse.ArgumentParser:
    """A verb about what an entry withholds."""
    parser = add_verb(subparsers, verb, help, description, _EPILOG.format(verb=verb))
    add_signing(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="what is withheld, as the requester handed it over")
    parser.add_argument("--entry", metavar="E", help="the entry (default: the one that the file names)")
    parser.set_defaults(verb=command)
    return parser


def command(arguments: argparse.Namespace) -> int:
    """Run the verb, or `hudhud disclose`.  Returns the exit code."""
    from hudhud.adapters.record.disclosures import open_disclosures, unfit
    from hudhud.adapters.record.signing import entry_named
    from hudhud.record.forms import instant_text
    from hudhud.record.parts import Disclosed
    from hudhud.record.redaction import read_disclosure
    from hudhud.record.statements import Disclosure, RedactionDeposit, Statement

    told = open_disclosures(arguments.file)
    faults: list[Fault] = []
    after_s = 0
    if arguments.verb_name == "deposit":
        after_s = days("--disclose-days", arguments.disclose_days, 365, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    entry = entry_named(desk.record, arguments.entry or told.entry)
    wrong = unfit(told, desk.log, entry.statement, entry.leaf)
    if wrong:
        raise RecordError(f"{arguments.file}: does not fit entry {entry.index}", wrong)
    language = language_of(arguments)
    show_about(entry, language)
    for one in told.items:
        name, value = read_disclosure(one.disclosure)
        show(f"  {one.where}.{name} = {value!r}\n    {one.digest}")
    statement: Statement
    if arguments.verb_name == "deposit":
        statement = RedactionDeposit(
            log=desk.log,
            entry=entry.leaf,
            digests=frozenset(one.digest for one in told.items),
            disclose_from=instant_text(desk.now_s + after_s),
        )
    else:
        items = tuple(Disclosed(digest=one.digest, disclosure=one.disclosure) for one in told.items)
        statement = Disclosure(log=desk.log, entry=entry.leaf, items=items)
    return propose(desk, statement, arguments, request=entry.leaf)
