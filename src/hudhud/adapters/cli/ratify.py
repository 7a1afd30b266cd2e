"""`hudhud ratify`: one seat confirms an emergency decision, so that it does not lapse after a day."""

import argparse

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    days,
    desk_of,
    language_of,
    propose,
    reasons_of,
    show_about,
)
from hudhud.errors import Fault, InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
Confirm an emergency decision. It needs the ordinary quorum within 24 hours, and
nobody who approved the emergency ratifies it; confirmed, it lasts 15 days at
most. Without that it ends by itself.
"""

_EPILOG = f"""\
example:
  hudhud ratify demo --decision 3f2a --reason safety_of_life \\
      --key demo/keys/counsel-a.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "ratify", "confirm an emergency decision", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--decision", metavar="D", required=True, help="the request that was granted, by hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why; may be given more than once")
    parser.add_argument("--note", metavar="TEXT", help="a note that is signed with it")
    parser.add_argument("--expires-days", metavar="N", default="1", help="for how long the vote counts (default 1)")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.forms import instant_text
    from hudhud.record.statements import Ratification

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason, faults)
    expires_s = days("--expires-days", arguments.expires_days, 30, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.decision(arguments.decision)
    show_about(entry, language_of(arguments), desk)
    vote = Ratification(
        log=desk.log,
        decision=case.leaf,
        seen=desk.seen_on(case),
        reasons=reasons,
        expires=instant_text(desk.now_s + expires_s),
        note=arguments.note,
    )
    return propose(desk, vote, arguments, request=case.leaf)
