"""Where every request stands: for which territory and whom, who has voted, what is missing, what is due when.  Plain values."""

import re
from typing import Any

from hudhud.adapters.record.foreseen import progress
from hudhud.adapters.store.territories import territory_rows
from hudhud.record.docket import bench_of
from hudhud.record.forms import instant_text
from hudhud.record.history import Decided, Entry, Outcomes, Prefix, RequestOutcome, State, Void
from hudhud.record.parts import Effect
from hudhud.record.reading import Record
from hudhud.record.statements import (
    Approval,
    Ratification,
    Recusal,
    Refusal,
    Request,
    Review,
    Revocation,
    Suspension,
)
from hudhud.record.words import ServiceClass

__all__ = ["quorum_of_case", "status_json", "subject_of"]

_VOTES = (Approval, Refusal, Recusal, Ratification, Review, Revocation, Suspension)


def subject_of(outcomes: Outcomes, entry: Entry) -> RequestOutcome | None:
    """The request that an entry is, or is about."""
    names = {
        entry.leaf,
        *(getattr(entry.statement, field, None) for field in ("request", "decision", "about", "entry")),
    }
    return next((one for one in outcomes.requests if one.leaf in names), None)


def quorum_of_case(prefix: Prefix, case: RequestOutcome) -> tuple[int, tuple[tuple[str, bool], ...]]:
    """How many members of the quorum of a request must agree, and each of them with whether it does."""
    keyring = next(one for one in prefix.keyrings.values() if one.version == case.keyring_version)
    bench = bench_of(keyring)
    entries = prefix.entries
    seats = set()
    for index in case.counts:
        holder = bench.voter(entries[index].key, index)
        if isinstance(entries[index].statement, Approval) and not isinstance(holder, str):
            seats.add(holder.seat)
    return progress(bench.groups, case.quorum, frozenset(seats))


def status_json(record: Record, outcomes: Outcomes, only: RequestOutcome | None = None) -> dict[str, Any]:
    """Every request, or one, as JSON-ready values."""
    cases = outcomes.requests if only is None else (only,)
    votes: dict[str, list[Entry]] = {one.leaf: [] for one in cases}
    for entry in record.prefix.entries[: outcomes.size]:
        if isinstance(entry.statement, _VOTES):
            leaf = getattr(entry.statement, "request", None) or getattr(entry.statement, "decision", None)
            if leaf in votes:
                votes[leaf].append(entry)
    voids = {one.index: one for one in outcomes.void}
    return {
        "log": record.trust.log,
        "demonstration": record.trust.demonstration,
        "at": instant_text(outcomes.at_s),
        "entries": outcomes.size,
        "requests": [_case(record, outcomes, one, votes[one.leaf], voids) for one in cases],
    }


def _case(
    record: Record, outcomes: Outcomes, case: RequestOutcome, votes: list[Entry], voids: dict[int, Void]
) -> dict[str, Any]:
    request = record.prefix.entries[case.index].statement
    assert isinstance(request, Request)
    needed, members = (0, ()) if not case.quorum else quorum_of_case(record.prefix, case)
    return {
        "index": case.index,
        "leaf": case.leaf,
        "title_en": request.title_en,
        "title_ar": request.title_ar,
        **_aim(request.effect),
        "state": case.state.value,
        "why": None if case.why is None else case.why.value,
        "received": instant_text(case.received_s),
        "deadline": instant_text(case.deadline_s),
        "lapses": instant_text(case.lapse_s),
        "answered": None if case.answered_s is None else instant_text(case.answered_s),
        "open": case.state is State.WAITING,
        "overdue": case.overdue,
        "quorum": {
            "name": case.quorum,
            "needed": needed,
            "met": sum(met for _, met in members),
            "members": [{"name": name, "agrees": met} for name, met in members],
        },
        "votes": [_vote(record, entry, case, voids) for entry in votes],
        "withheld": [
            {
                "digest": one.digest,
                "kind": one.kind.value,
                "trustees": list(one.trustees),
                "deposited": one.deposited,
                "due": instant_text(one.due_s),
                "told": one.disclosed_s is not None,
                "overdue": one.overdue,
            }
            for one in outcomes.withheld
            if one.index == case.index
        ],
        "decision": None if case.decided is None else _decision(case.decided, outcomes.at_s),
    }


def _aim(effect: Effect) -> dict[str, Any]:
    """Where, and for whom."""
    return {
        "territories": [
            {"id": id, "name_en": _place(id, arabic=False), "name_ar": _place(id, arabic=True)}
            for id in dict.fromkeys(one.id for one in effect.territories)
        ],
        "classes": [each.value for each in ServiceClass if each in effect.classes],
    }


def _place(id: str, *, arabic: bool) -> str:
    """A territory by name; several joined by + or _ one after the other; the id where no packaged territory is meant."""
    names = {row.id: row.name_ar if arabic else row.name_en for row in territory_rows()}
    parts = [id] if id in names else re.split(r"[+_]", id)
    if not all(each in names for each in parts):
        return id
    return (" و" if arabic else " and ").join(names[each] for each in parts)


def _vote(record: Record, entry: Entry, case: RequestOutcome, voids: dict[int, Void]) -> dict[str, Any]:
    statement: Any = entry.statement
    verdict = getattr(statement, "verdict", None) or getattr(statement, "outcome", None)
    void = voids.get(entry.index)
    return {
        "index": entry.index,
        "kind": statement.kind.value,
        "seat": _seat_of(record, entry),
        "verdict": None if verdict is None else verdict.value,
        "reasons": sorted(getattr(statement, "reasons", ())),
        "counts": entry.index in case.counts,
        "void": None if void is None else void.why.value,
    }


def _seat_of(record: Record, entry: Entry) -> str:
    """The seat whose key signed an entry, in the newest keyring that has it."""
    for keyring in sorted(record.prefix.keyrings.values(), key=lambda one: -one.version):
        for key in keyring.keys:
            if key.raw == entry.key:
                return key.seat
    return ""


def _decision(decided: Decided, at_s: int) -> dict[str, Any]:
    return {
        "verdict": decided.verdict.value,
        "state": decided.effect.state.value,
        **_aim(decided.effect),
        "in_force": decided.in_force(at_s),
        "start": instant_text(decided.start_s),
        "until": None if decided.until_s is None else instant_text(decided.until_s),
        "review_by": instant_text(decided.review_by_s),
        "review_overdue": decided.review_overdue,
        "emergency": decided.emergency,
        "ratified": None if decided.ratified_s is None else instant_text(decided.ratified_s),
        "rests": len(decided.rests),
    }
