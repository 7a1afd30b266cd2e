"""What would follow from a statement if it stood in the record now: told before anybody signs it.

`foreseen` puts the statement behind the last entry and decides; so whatever would make it void is known beforehand, in the same
words.  `impact_of` lays two service maps side by side, without and with what the statement would bring about in the end.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hudhud.adapters.decisions import countries
from hudhud.adapters.record.effects import territories_known
from hudhud.adapters.recorded import atlas
from hudhud.adapters.store.places import places
from hudhud.adapters.store.territories import territories
from hudhud.errors import RecordError
from hudhud.record.decide import decide
from hudhud.record.forms import instant_s
from hudhud.record.history import Decided, Entry, Outcomes, Prefix, RequestOutcome, Rest, State, Why, Witnessed
from hudhud.record.keyring import keyring_from
from hudhud.record.parts import Effect
from hudhud.record.policy import Groups
from hudhud.record.reading import Record
from hudhud.record.rules import rules_from
from hudhud.record.statements import Decision as DecisionNotice
from hudhud.record.statements import (
    KeyringChange,
    PolicyChange,
    Request,
    Revocation,
    Statement,
    Suspension,
    statement_bytes,
)
from hudhud.record.words import Reason, ServiceState, Verdict
from hudhud.service.contradiction import contradictions
from hudhud.service.decision import Decisions
from hudhud.service.emergencies import Chain, chains
from hudhud.service.impact import Impact, as_json, impact
from hudhud.service.recorded import decisions_of, rest_id
from hudhud.service.service_map import compile as compiled

__all__ = [
    "Foreseen",
    "chains_of",
    "decided_at",
    "foreseen",
    "impact_blob",
    "impact_of",
    "next_entry",
    "outcome_of",
    "progress",
]

_NO_ROOT = "00" * 32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Foreseen:
    """The outcomes before and after a statement; why: it would count for nothing, None where it counts.

    prefix: the record with the statement in it; leaf: of its entry there.
    """

    before: Outcomes
    after: Outcomes
    why: Why | None
    prefix: Prefix
    leaf: str


def next_entry(record: Record, statement: Statement, public_key: bytes, now_s: int) -> tuple[Prefix, Entry]:
    """The record with a statement behind its last entry, witnessed at an instant (or with the newest checkpoint, if later)."""
    prefix = _with_documents(record, statement)
    leaf = hashlib.sha256(b"\x00" + statement_bytes(statement)).hexdigest()  # the signature is not there yet
    entry = Entry(index=len(prefix.entries), statement=statement, key=public_key, leaf=leaf)
    at_s = max(now_s, record.witnessed_s)
    checkpoint = Witnessed(size=entry.index + 1, root=_NO_ROOT, at_s=at_s)
    return replace(prefix, entries=(*prefix.entries, entry), checkpoints=(*prefix.checkpoints, checkpoint)), entry


def _with_documents(record: Record, statement: Statement) -> Prefix:
    """The record's prefix, with the keyring or the rules that a statement names, where they are shown."""
    prefix = record.prefix
    if isinstance(statement, KeyringChange) and (data := record.blob(statement.keyring_sha256)) is not None:
        return replace(prefix, keyrings={**prefix.keyrings, statement.keyring_sha256: keyring_from(data)})
    if isinstance(statement, PolicyChange) and (data := record.blob(statement.policy_sha256)) is not None:
        return replace(prefix, rules={**prefix.rules, statement.policy_sha256: rules_from(data)})
    return prefix


def foreseen(record: Record, statement: Statement, public_key: bytes, now_s: int) -> Foreseen:
    """What would follow from a statement signed with a key."""
    at_s = max(now_s, record.witnessed_s)
    prefix, entry = next_entry(record, statement, public_key, now_s)
    after = decide(prefix, at_s)
    why = next((one.why for one in after.void if one.index == entry.index), None)
    return Foreseen(before=decided_at(record.prefix, at_s), after=after, why=why, prefix=prefix, leaf=entry.leaf)


_LAST: list[tuple[Prefix, int, Outcomes]] = []


def decided_at(prefix: Prefix, at_s: int) -> Outcomes:
    """`decide`, the last answers of which are kept: several questions are asked of one record."""
    for known, known_s, outcomes in _LAST:
        if known is prefix and known_s == at_s:
            return outcomes
    outcomes = decide(prefix, at_s)
    _LAST[:] = [(prefix, at_s, outcomes), *_LAST[:2]]
    return outcomes


def outcome_of(outcomes: Outcomes, leaf: str) -> RequestOutcome | None:
    """What has become of the request of a leaf."""
    return next((one for one in outcomes.requests if one.leaf == leaf), None)


def progress(groups: Groups, name: str, seats: frozenset[str]) -> tuple[int, tuple[tuple[str, bool], ...]]:
    """How far a quorum is: how many of its members must agree, and each of them with whether it does."""
    group = groups.groups.get(name)
    if group is None:
        return 1, ((name, name in seats),)
    return group.threshold, tuple((member, groups.met(member, seats)) for member in group.members)


# ---- what it would do to the map ----


def impact_of(record: Record, entry: Entry, now_s: int, effect: Effect | None = None) -> Impact:
    """What a request, or a vote to end or to suspend a decision, does to the map once it is agreed to.

    entry: one of the record, or `next_entry`.  effect: in place of the one that the request asks for.  Compared when it
    begins, now at the earliest.  Raises RecordError for another kind of entry, InputError where no map can be made.
    """
    now_s = max(now_s, record.witnessed_s)
    entries = record.prefix.entries if entry.index < len(record.prefix.entries) else (*record.prefix.entries, entry)
    outcomes = replace(decided_at(record.prefix, now_s), size=len(entries))
    change, at_s, ids = _change(outcomes, entries, entry, now_s, effect)

    def made(known: Outcomes) -> Decisions:
        return decisions_of(
            known,
            entries,
            territories_known(record.blob),
            atlas().lists,
            (atlas().ground,),
            demonstration=record.trust.demonstration,
        )

    without, whole = made(outcomes), made(change(outcomes))
    at = _instant(at_s)
    reviewed = [one for one in whole.all if one.id in ids] or [one for one in without.all if one.id in ids]
    if not reviewed:
        raise RecordError("there is nothing to compare: the decision is not in force any more")
    ends = [one.until for one in reviewed]
    lapsed = None
    if not any(np.isnat(end) for end in ends):
        lapsed = compiled(without, max(ends)), compiled(whole, max(ends))
    return impact(
        compiled(without, at),
        compiled(whole, at),
        reviewed,
        territories(),
        places(),
        contradictions=contradictions(whole, at),
        lapsed=lapsed,
        countries=countries(),
    )


def chains_of(record: Record, entry: Entry, now_s: int, effect: Effect | None = None) -> tuple[Chain, ...]:
    """The earlier emergencies with which a request, once agreed to, would be one by its cells, under another name.

    Arguments as `impact_of` takes them.  `decide` would not stop it; an audit will tell it.
    """
    statement = entry.statement
    if not isinstance(statement, Request) or (effect or statement.effect).state is not ServiceState.EMERGENCY_SERVED:
        return ()
    now_s = max(now_s, record.witnessed_s)
    entries = record.prefix.entries if entry.index < len(record.prefix.entries) else (*record.prefix.entries, entry)
    outcomes = replace(decided_at(record.prefix, now_s), size=len(entries))
    change, _, _ = _change(outcomes, entries, entry, now_s, effect)
    found = chains(record.prefix, change(outcomes), territories_known(record.blob))
    return tuple(one for one in found if one.later.id == entry.leaf and one.renamed)


def impact_blob(told: Impact) -> bytes:
    """The impact as the bytes whose SHA-256 is its digest: what is kept beside the log."""
    content: dict[str, Any] = {key: value for key, value in as_json(told).items() if key != "digest"}
    data = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    if hashlib.sha256(data).hexdigest() != told.digest:
        raise RecordError("the impact report has another digest than it was shown with")
    return data


_Change = Callable[[Outcomes], Outcomes]


def _change(
    outcomes: Outcomes, entries: tuple[Entry, ...], entry: Entry, now_s: int, effect: Effect | None
) -> tuple[_Change, int, set[str]]:
    """What an entry makes of outcomes, when that begins, and which decisions of the map it is about."""
    statement = entry.statement
    if isinstance(statement, Request):
        wanted = effect or statement.effect
        notices = {one.leaf: one.statement.request for one in entries if isinstance(one.statement, DecisionNotice)}
        return _granting(wanted, {notices.get(leaf, leaf) for leaf in wanted.supersedes}, entry, now_s)
    if not isinstance(statement, Revocation | Suspension):
        raise RecordError(f"the {statement.kind} changes no map")
    decided = next((one for one in outcomes.decisions if one.id == statement.decision), None)
    if decided is None:
        raise RecordError(f"{statement.decision[:12]} is no decision of this record")
    if isinstance(statement, Revocation):
        return _with_decided(replace(decided, until_s=_earlier(decided.until_s, now_s))), now_s, {decided.id}
    start_s = max(instant_s(statement.start), now_s)
    rest = Rest(classes=statement.classes, start_s=start_s, until_s=instant_s(statement.until), votes=(entry.index,))
    resting = replace(decided, rests=(*decided.rests, rest))
    ids = {rest_id(decided.id, len(resting.rests))}
    return _with_decided(resting), max(start_s, decided.start_s), ids


def _granting(effect: Effect, supersedes: set[str], entry: Entry, now_s: int) -> tuple[_Change, int, set[str]]:
    leaf = entry.leaf
    start_s = max(instant_s(effect.start), now_s)
    decided = Decided(
        id=leaf,
        index=0,
        decided_s=now_s,
        verdict=Verdict.GRANTED,
        effect=effect,
        reasons=frozenset({Reason.QUORUM_NOT_MET}),  # nobody has voted: the report is of what is asked
        votes=(),
        start_s=start_s,
        until_s=None if effect.until is None else instant_s(effect.until),
        moved_up=start_s > instant_s(effect.start),
        emergency=effect.state is ServiceState.EMERGENCY_SERVED,
        review_by_s=instant_s(effect.review_by),
        review_overdue=False,
        supersedes=effect.supersedes,
    )

    def change(outcomes: Outcomes) -> Outcomes:
        last = max((one.index for one in outcomes.decisions), default=0)
        new = replace(decided, index=max(last, outcomes.size) + 1)
        case = outcome_of(outcomes, leaf)
        if case is None:
            case = RequestOutcome(
                index=entry.index,
                leaf=leaf,
                state=State.WAITING,
                received_s=now_s,
                deadline_s=now_s,
                lapse_s=now_s,
                overdue=False,
                quorum="",
                keyring_version=1,
                rules_sha256=outcomes.rules_sha256,
            )
        others = [_superseded(one, supersedes, start_s) for one in outcomes.requests if one.leaf != leaf]
        requests = sorted([*others, replace(case, decided=new)], key=lambda one: one.index)
        return replace(outcomes, requests=tuple(requests))

    return change, start_s, {leaf}


def _superseded(one: RequestOutcome, ended: set[str], start_s: int) -> RequestOutcome:
    if one.decided is None or one.leaf not in ended:
        return one
    return replace(one, decided=replace(one.decided, until_s=_earlier(one.decided.until_s, start_s)))


def _with_decided(changed: Decided) -> _Change:
    def change(outcomes: Outcomes) -> Outcomes:
        requests = [
            replace(one, decided=changed) if one.decided is not None and one.decided.id == changed.id else one
            for one in outcomes.requests
        ]
        return replace(outcomes, requests=tuple(requests))

    return change


def _earlier(until_s: int | None, other_s: int) -> int:
    return other_s if until_s is None else min(until_s, other_s)


def _instant(since_1970_s: int) -> np.datetime64:
    return np.datetime64(since_1970_s * 1_000_000_000, "ns")
