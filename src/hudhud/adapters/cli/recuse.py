"""`hudhud recuse`: one seat takes no part in deciding a request."""

import argparse

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    desk_of,
    language_of,
    propose,
    reasons_of,
    show_about,
)
from hudhud.errors import Fault, InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
Take no part in deciding a request. It reduces who can vote, never how many
must; a vote that you have cast no longer counts. What ties you to a party is
told by  hudhud declare RECORD conflicts --file FILE.toml, which recuses too.
"""

_EPILOG = f"""\
example:
  hudhud recuse demo --request 3f2a --reason conflict_of_interest \\
      --key demo/keys/counsel-a.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "recuse", "take no part in deciding a request", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--request", metavar="R", required=True, help="the request, by its hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why (default conflict_of_interest)")
    parser.add_argument("--note", metavar="TEXT", help="a note that is signed with it")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.statements import Recusal

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason or ["conflict_of_interest"], faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.request(arguments.request)
    show_about(entry, language_of(arguments))
    recusal = Recusal(log=desk.log, request=case.leaf, reasons=reasons, note=arguments.note)
    return propose(desk, recusal, arguments, request=case.leaf)
