"""`hudhud withdraw`: whoever filed a request takes it back while it is open."""

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
Take back a request that you filed, while it is open. That it was asked stays in
the record.
"""

_EPILOG = f"""\
example:
  hudhud withdraw demo --request 3f2a --reason technical \\
      --key demo/keys/agency.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "withdraw", "take back a request that you filed", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--request", metavar="R", required=True, help="the request, by its hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why; may be given more than once")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.statements import Decision
    from hudhud.record.words import Verdict

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.request(arguments.request)
    show_about(entry, language_of(arguments))
    taken = Decision(
        log=desk.log, request=case.leaf, seen=desk.seen_on(case), verdict=Verdict.WITHDRAWN, reasons=reasons
    )
    return propose(desk, taken, arguments, request=case.leaf)
