"""`hudhud status`: where every request of a record stands."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.adapters.cli.record_verbs import add_language, add_verb, folded, language_of, now_s, record_of, show

if TYPE_CHECKING:
    from hudhud.record.words import Language

__all__ = ["add", "command"]

_DESCRIPTION = """\
Where every request stands: for which territory and whom it asks, its state,
who has voted, what is missing for the quorum, what is due when, what is
overdue. Without REQUEST those that wait or need somebody, and the last five
that were answered; --all for every one.
"""

_EPILOG = """\
examples:
  hudhud status demo
  hudhud status demo 3f2a --language ar
  hudhud status demo --json | jq '.requests[] | select(.overdue)'

exit codes: 0 shown, 2 wrong usage or input, or a record that is not sound, 3
the record could not be fetched
"""

_LATEST = 5
_PLACES = 4  # of one request; the rest is told to be more


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "status", "where every request of a record stands", _DESCRIPTION, _EPILOG)
    parser.add_argument("record", metavar="RECORD", help="folder or address of the record")
    parser.add_argument("request", metavar="REQUEST", nargs="?", help="one request, by its hash or index")
    parser.add_argument("--trust", metavar="FILE", type=Path, help="root of trust (default: the one the record shows)")
    parser.add_argument("--all", action="store_true", help="every request")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    add_language(parser)
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.output import print_json
    from hudhud.adapters.record.foreseen import decided_at
    from hudhud.adapters.record.signing import request_named
    from hudhud.adapters.record.status import status_json

    record = record_of(arguments)
    outcomes = decided_at(record.prefix, max(now_s(), record.witnessed_s))
    only = None if arguments.request is None else request_named(record, outcomes, arguments.request)[0]
    told = status_json(record, outcomes, only)
    if arguments.json:
        print_json(told)
        return 0
    language = language_of(arguments)
    chosen = told["requests"] if only is not None or arguments.all else _chosen(told["requests"])
    show(_head(told, len(chosen), language))
    for one in chosen:
        show()
        show("\n".join(folded(line) for line in _lines(one, language)))
    return 0


def _chosen(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that need somebody, and the last that were answered."""
    needing = [one for one in requests if _needs(one)]
    rest = [one for one in requests if not _needs(one)]
    return [*sorted(rest, key=lambda one: one["answered"] or one["received"])[-_LATEST:], *needing]


def _needs(one: dict[str, Any]) -> bool:
    decision = one["decision"] or {}
    unsafe = any(not each["told"] and (not each["deposited"] or each["overdue"]) for each in one["withheld"])
    return one["open"] or unsafe or bool(decision.get("in_force") and decision["review_overdue"])


def _head(told: dict[str, Any], shown: int, language: "Language") -> str:
    from hudhud.adapters.cli.record_words import say

    requests = told["requests"]
    lines = [
        say(
            "status_head",
            language,
            log=told["log"],
            at=told["at"],
            entries=f"{told['entries']:,}",
            requests=f"{len(requests):,}",
            open=f"{sum(one['open'] for one in requests):,}",
            overdue=f"{sum(one['open'] and one['overdue'] for one in requests):,}",
            shown=f"{shown:,}",
        )
    ]
    if told["demonstration"]:
        lines.append(say("demonstration", language))
    return "\n".join(lines)


def _lines(one: dict[str, Any], language: "Language") -> list[str]:
    from hudhud.adapters.cli.record_words import say
    from hudhud.record.history import State, Why
    from hudhud.record.wording import state_word, why_words
    from hudhud.record.words import Language

    title = one["title_ar"] if language is Language.ARABIC else one["title_en"]
    state = state_word(State(one["state"]), language)
    late = f", {say('overdue', language)}" if one["overdue"] else ""
    lines = [title, f"  {one['leaf'][:12]} ({one['index']})  {state}{late}"]
    lines += [f"  {line}" for line in _aim(one, language)]
    if one["why"] is not None:
        lines.append(f"  {why_words(Why(one['why']), language)}")
    lines.append(f"  {say('received', language, at=one['received'])}")
    if one["open"]:
        quorum = one["quorum"]
        who = ", ".join(
            f"{each['name']} {say('agrees' if each['agrees'] else 'missing', language)}" for each in quorum["members"]
        )
        met, needed = quorum["met"], quorum["needed"]
        lines.append("  " + say("quorum", language, name=quorum["name"], met=met, needed=needed, who=who))
        lines.append(f"  {say('due', language, deadline=one['deadline'], lapses=one['lapses'])}")
    elif one["answered"] is not None:
        lines.append(f"  {say('answered', language, at=one['answered'])}")
    lines += [f"  {_vote(each, language)}" for each in one["votes"]]
    lines += [f"  {_hidden(each, language)}" for each in one["withheld"]]
    if one["decision"] is not None:
        lines += [f"  {line}" for line in _decision(one["decision"], language)]
        told = _aim(one["decision"], language)
        lines += [f"    {line}" for line in told if told != _aim(one, language)]  # less than was asked
    return lines


def _aim(one: dict[str, Any], language: "Language") -> list[str]:
    """Where, and for whom."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.service_words import class_words
    from hudhud.record.words import ServiceClass

    places = []
    for each in one["territories"][:_PLACES]:
        name = each[f"name_{language.value}"]
        places.append(name if name == each["id"] else f"{name} ({each['id']})")
    if (more := len(one["territories"]) - _PLACES) > 0:
        places.append(say("more_places", language, count=f"{more:,}"))
    comma = "، " if language.value == "ar" else ", "
    classes = class_words(map(ServiceClass, one["classes"]), language.value)
    return [say("where", language, places=comma.join(places)), say("whom", language, classes=classes)]


def _vote(vote: dict[str, Any], language: "Language") -> str:
    from hudhud.adapters.cli.record_words import say
    from hudhud.record.history import Why
    from hudhud.record.wording import why_words, word
    from hudhud.record.words import Reason, RecordKind

    reasons = ", ".join(word(Reason(each), language) for each in vote["reasons"])
    void = "" if vote["void"] is None else f"; {say('void', language, why=why_words(Why(vote['void']), language))}"
    told = f"{vote['seat']}: {word(RecordKind(vote['kind']), language)}"
    return f"{told}{f' ({reasons})' if reasons else ''}{void}"


def _hidden(one: dict[str, Any], language: "Language") -> str:
    from hudhud.adapters.cli.record_words import say
    from hudhud.record.wording import word
    from hudhud.record.words import RedactionClass

    key = "told" if one["told"] else "held" if one["deposited"] else "not_held"
    kind = word(RedactionClass(one["kind"]), language)
    return say(key, language, kind=kind, trustees=", ".join(one["trustees"]) or "-", due=one["due"])


def _decision(decision: dict[str, Any], language: "Language") -> list[str]:
    from hudhud.adapters.cli.record_words import say
    from hudhud.record.wording import word
    from hudhud.record.words import ServiceState

    until = decision["until"] or say("standing", language)
    state = word(ServiceState(decision["state"]), language)
    lines = [say("window", language, state=state, start=decision["start"], until=until)]
    if decision["emergency"]:
        ratified = decision["ratified"]
        lines.append(say("not_ratified", language) if ratified is None else say("ratified_at", language, at=ratified))
    if decision["in_force"]:
        key = "review_overdue" if decision["review_overdue"] else "review"
        lines.append(say(key, language, at=decision["review_by"]))
    return lines
