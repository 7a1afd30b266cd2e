"""`hudhud revoke`: one seat votes that a decision end.  `hudhud suspend` works alike and is beside it."""

import argparse
from functools import partial
from typing import TYPE_CHECKING

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
    show_impact_of,
)
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    from hudhud.record.statements import Revocation, Suspension

__all__ = ["add", "add_ending", "command"]

_DESCRIPTION = """\
Vote that a decision {what}.
Votes that say the same count together. Taking service from classes that save
lives (humanitarian, medical, emergency services) needs the full quorum, by
whatever name it is done. You see what it does to the map before you sign.
"""

_EPILOG = f"""\
example:
  hudhud {{example}} \\
      --reason abuse --key demo/keys/op-1.key

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    add_ending(subparsers, "revoke", "end", "revoke demo --decision 3f2a")


def add_ending(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, what: str, example: str
) -> argparse.ArgumentParser:
    """A verb by which a decision ends or rests."""
    description, epilog = _DESCRIPTION.format(what=what), _EPILOG.format(example=example)
    parser = add_verb(subparsers, verb, f"vote that a decision {what}", description, epilog)
    add_signing(parser)
    parser.add_argument("--decision", metavar="D", required=True, help="the request that was granted, by hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why; may be given more than once")
    parser.add_argument("--note", metavar="TEXT", help="a note that is signed with it")
    parser.add_argument("--expires-days", metavar="N", default="7", help="for how long the vote counts (default 7)")
    parser.set_defaults(verb=command)
    return parser


def command(arguments: argparse.Namespace) -> int:
    """Run the verb, or `hudhud suspend`.  Returns the exit code."""
    from dataclasses import replace

    from hudhud.adapters.record.foreseen import impact_blob, next_entry
    from hudhud.record.forms import instant_text

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason, faults)
    expires_s = days("--expires-days", arguments.expires_days, 30, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, _, entry = desk.decision(arguments.decision)
    language = language_of(arguments)
    show_about(entry, language, desk)
    vote = _vote(arguments, desk.now_s)(
        log=desk.log,
        decision=case.leaf,
        seen=desk.seen(),
        impact_sha256="0" * 64,
        reasons=reasons,
        expires=instant_text(desk.now_s + expires_s),
        note=arguments.note,
    )
    _, proposed = next_entry(desk.record, vote, desk.held.public_key, desk.now_s)
    told = show_impact_of(desk, proposed, language)
    return propose(
        desk, replace(vote, impact_sha256=told.digest), arguments, blobs=(impact_blob(told),), request=case.leaf
    )


def _vote(arguments: argparse.Namespace, now_s: int) -> "type[Revocation] | partial[Suspension]":
    """The kind of vote, with what only a suspension says filled in."""
    from hudhud.record.forms import instant_s, instant_text
    from hudhud.record.statements import Revocation, Suspension
    from hudhud.record.words import ServiceClass

    if arguments.verb_name == "revoke":
        return Revocation
    faults: list[Fault] = []
    listed = [each for word in arguments.classes or () for each in word.split(",") if each]
    wrong = [each for each in listed if each not in list(ServiceClass)]
    if wrong or not listed:
        faults.append(Fault(where="--class", problem=f"{', '.join(wrong) or 'none'}: one of {', '.join(ServiceClass)}"))
    times = {"start": arguments.start or instant_text(now_s), "until": arguments.until}
    if (arguments.days is None) == (arguments.until is None):
        faults.append(Fault(where="--until", problem="say how long it rests: either --days N or --until INSTANT"))
    for name in ("start", "until"):
        try:
            if times[name] is not None:
                instant_s(times[name])
        except ValueError as error:
            faults.append(Fault(where=f"--{name}", problem=str(error)))
    rest_s = 0 if arguments.days is None else days("--days", arguments.days, 180, faults)
    if faults:
        raise InputError("this cannot be signed:", faults)
    if arguments.until is None:
        times["until"] = instant_text(instant_s(times["start"]) + rest_s)
    return partial(
        Suspension,
        classes=frozenset(map(ServiceClass, listed)),
        itu_art35_notification=arguments.itu_notification,
        **times,
    )
