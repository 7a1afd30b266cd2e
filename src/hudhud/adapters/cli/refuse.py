"""`hudhud refuse`: one seat says no to a request, or not yet."""

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
Say no to a request, with your reasons. The request is refused as soon as the
seats left could not make up its quorum. --deferred says "not yet": it leaves
your seat free to speak later.
"""

_EPILOG = f"""\
example:
  hudhud refuse demo --request 3f2a --reason weapons_use,disputed_territory \\
      --key demo/keys/op-1.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "refuse", "say no to a request, or not yet", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--request", metavar="R", required=True, help="the request, by its hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why; may be given more than once")
    parser.add_argument("--deferred", action="store_true", help="not yet, instead of no")
    parser.add_argument("--note", metavar="TEXT", help="a note that is signed with it")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.statements import Refusal
    from hudhud.record.words import Verdict

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.request(arguments.request)
    show_about(entry, language_of(arguments), desk)
    vote = Refusal(
        log=desk.log,
        request=case.leaf,
        seen=desk.seen_on(case),
        verdict=Verdict.DEFERRED if arguments.deferred else Verdict.REFUSED,
        reasons=reasons,
        note=arguments.note,
    )
    return propose(desk, vote, arguments, request=case.leaf)
