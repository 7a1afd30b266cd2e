"""`hudhud review`: somebody independent has looked at a decision again."""

import argparse

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    days,
    desk_of,
    language_of,
    propose,
    show_about,
)
from hudhud.errors import Fault, InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
Look at a decision again: does it still stand? Any seat may that votes, whose
organisation has no stake in it and did not vote for it. A review changes no
service; what it advises is for others to request or to vote.
"""

_EPILOG = f"""\
example:
  hudhud review demo --decision 3f2a --outcome stands --review-days 90 \\
      --findings "Three clinics use it; no misuse was reported." \\
      --key demo/keys/counsel-b.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "review", "look at a decision again", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--decision", metavar="D", required=True, help="the request that was granted, by hash or index")
    parser.add_argument(
        "--outcome", required=True, choices=("stands", "change_advised", "revocation_advised"), help="what you found"
    )
    parser.add_argument("--findings", metavar="TEXT", required=True, help="what you found, in words")
    parser.add_argument("--review-days", metavar="N", default="180", help="to be looked at again within (default 180)")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.record.forms import instant_text
    from hudhud.record.statements import Review
    from hudhud.record.words import ReviewOutcome

    faults: list[Fault] = []
    again_s = days("--review-days", arguments.review_days, 365, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.decision(arguments.decision)
    show_about(entry, language_of(arguments), desk)
    review = Review(
        log=desk.log,
        decision=case.leaf,
        seen=desk.seen(),
        outcome=ReviewOutcome(arguments.outcome),
        findings=arguments.findings.strip(),
        review_by=instant_text(desk.now_s + again_s),
    )
    return propose(desk, review, arguments, request=case.leaf)
