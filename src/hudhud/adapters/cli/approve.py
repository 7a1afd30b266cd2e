"""`hudhud approve`: one seat agrees to what a request asks, or to another effect."""

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
    random_bytes,
    reader_beside,
    reasons_of,
    show,
    show_about,
    show_impact_of,
    with_blobs,
)
from hudhud.errors import Fault, InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
Approve a request. You see it in words, and what it does to the map that the
record proves now: cells, people, classes that save lives, what spills over a
border, claims. The digest of that report is part of what you sign.

--effect FILE.toml agrees to another effect than was asked for (a table
[effect]), with --verdict granted_with_conditions or granted_in_part.
"""

_EPILOG = f"""\
examples:
  hudhud approve demo --request 3f2a --reason humanitarian_necessity \\
      --key demo/keys/op-1.key
  hudhud approve demo --request 3f2a --reason capacity --key my.key \\
      --effect slower.toml --verdict granted_with_conditions

{EPILOG_KEYS}"""

_LARGEST_BYTES = 2**20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "approve", "agree to a request: one seat, one vote", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--request", metavar="R", required=True, help="the request, by its hash or index")
    parser.add_argument("--reason", metavar="WORD", action="append", help="why; may be given more than once")
    parser.add_argument("--note", metavar="TEXT", help="a note that is signed with it")
    parser.add_argument("--expires-days", metavar="N", default="7", help="for how long the vote counts (default 7)")
    parser.add_argument("--effect", metavar="FILE.toml", type=Path, help="agree to this effect instead")
    parser.add_argument(
        "--verdict",
        choices=("granted", "granted_in_part", "granted_with_conditions"),
        default="granted",
        metavar="VERDICT",
        help="granted (default), granted_in_part, granted_with_conditions",
    )
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.drafts import Drafter, effect_from_toml
    from hudhud.adapters.record.foreseen import impact_blob
    from hudhud.adapters.record.signing import entry_named
    from hudhud.adapters.texts import read_text
    from hudhud.record.canonical import canonical_bytes
    from hudhud.record.forms import form_of, instant_text
    from hudhud.record.parts import Effect, effect_digest
    from hudhud.record.statements import Approval
    from hudhud.record.words import Verdict

    faults: list[Fault] = []
    reasons = reasons_of(arguments.reason, faults)
    expires_s = days("--expires-days", arguments.expires_days, 30, faults)
    if (arguments.effect is None) != (arguments.verdict == "granted"):
        problem = "goes with --verdict granted_in_part or granted_with_conditions, and those with it"
        faults.append(Fault(where="--effect", problem=problem))
    if faults:
        raise InputError("this cannot be signed:", faults)
    desk = desk_of(arguments)
    case, request, entry = desk.request(arguments.request)
    effect, blobs = request.effect, []
    if arguments.effect is not None:
        drafter = Drafter(
            log=desk.log,
            now_s=desk.now_s,
            random=random_bytes,
            read=reader_beside(arguments.effect),
            entry=lambda name: entry_named(desk.record, name).leaf,
        )
        effect, cells = effect_from_toml(read_text(arguments.effect, "an effect (TOML)", _LARGEST_BYTES), drafter)
        blobs = [canonical_bytes(form_of(Effect).write(effect), "the effect"), *cells]
    language = language_of(arguments)
    show_about(entry, language, desk)
    told = show_impact_of(with_blobs(desk, blobs), entry, language, effect)
    vote = Approval(
        log=desk.log,
        request=case.leaf,
        effect_sha256=effect_digest(effect),
        seen=desk.seen_on(case),
        impact_sha256=told.digest,
        verdict=Verdict(arguments.verdict),
        reasons=reasons,
        expires=instant_text(desk.now_s + expires_s),
        note=arguments.note,
    )
    show(f"\n{say('effect', language)}\n  {vote.effect_sha256}\n{say('report', language)}\n  {vote.impact_sha256}")
    return propose(desk, vote, arguments, blobs=(impact_blob(told), *blobs), request=case.leaf)
