"""The audit: a record replayed from its public files alone, and everything that is wrong with it.

Nothing is taken from whoever keeps the record but files.  The log is hashed again, every signature checked again, what became
of every request worked out again, and each released map made again from the entries that it names.  Then it is asked of what
holds: is what was decided also released, do the points of enforcement obey what was released, is anything late.  What is
found is a list of values (`audit_parts`); nothing is repaired and nothing left out.

What public files cannot show, and what an insider could therefore do unseen: docs/explain/threats.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.audit_maps import (
    held_findings,
    late_findings,
    obeyed_findings,
    release_findings,
    unreleased_findings,
)
from hudhud.record.audit_parts import Answer, Compile, Counted, Finding, Found, HeldMap, Mapped, Weight, finding
from hudhud.record.checkpoint import Cosigned
from hudhud.record.decide import decide
from hudhud.record.history import Outcomes, Prefix, State
from hudhud.record.policy import Policy, accepted
from hudhud.record.reading import OpenAll, Record, read_record
from hudhud.record.receipt import Receipt, broken
from hudhud.record.rules import SKEW_S
from hudhud.record.statements import KeyringChange, PolicyChange, Statement
from hudhud.record.tiles import Read
from hudhud.record.timeline import read_timeline, witnessed
from hudhud.record.tree import Frontier, leaf_hash
from hudhud.record.trust import Trust

__all__ = ["FRESH_S", "Audit", "audit", "audit_of", "in_order", "older_copy", "older_findings", "receipt_findings"]

FRESH_S = 86_400
"""How old the newest checkpoint may be before it is said that somebody may be shown an old record."""

_ORDER = {kind: place for place, kind in enumerate(Found)}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Audit:
    """What an audit found, the gravest first.  record, outcomes, counted: None where the files make no record."""

    trust: Trust
    findings: tuple[Finding, ...]
    record: Record | None = None
    outcomes: Outcomes | None = None
    counted: Counted | None = None

    @property
    def answer(self) -> Answer:
        """The verdict."""
        if self.of(Weight.UNSOUND):
            return Answer.NOT_SOUND
        return Answer.SOUND_WITH_CONCERNS if self.of(Weight.CONCERN) else Answer.SOUND

    @property
    def sound(self) -> bool:
        """Whether nothing is false, forged, missing, or enforced without proof."""
        return not self.of(Weight.UNSOUND)

    def of(self, weight: Weight) -> tuple[Finding, ...]:
        """The findings of one weight."""
        return tuple(one for one in self.findings if one.weight is weight)


def audit(
    read: Read,
    trust: Trust,
    paths: Iterable[str] = (),
    *,
    compiled: Compile,
    now_s: int | None = None,
    receipts: Iterable[Receipt] = (),
    maps: Iterable[HeldMap] = (),
    older: Sequence[Cosigned] = (),
    open_all: OpenAll | None = None,
    mapped: Mapped = map,
) -> Audit:
    """The audit of a record behind public files.  Raises nothing for whatever the files hold.

    read, paths, open_all: as `read_record` takes them.  compiled: makes maps again.  now_s: seconds since 1970 by the clock of
    whoever asks, to tell whether the record is an old one; None not to ask.  receipts: of entries that must be there.  maps:
    to be judged.  older: checkpoints of a copy kept elsewhere, see `older_copy`.  mapped: a `map` that may make several at once.
    """
    try:
        record = read_record(read, trust, paths, open_all)
    except RecordError as error:
        faults = error.faults or (Fault(where="", problem=error.summary),)
        broken_parts = [finding(Found.BROKEN, where=one.where, problem=one.problem) for one in faults]
        return Audit(trust=trust, findings=tuple(broken_parts))
    return audit_of(record, compiled=compiled, now_s=now_s, receipts=receipts, maps=maps, older=older, mapped=mapped)


def audit_of(
    record: Record,
    *,
    compiled: Compile,
    now_s: int | None = None,
    receipts: Iterable[Receipt] = (),
    maps: Iterable[HeldMap] = (),
    older: Sequence[Cosigned] = (),
    mapped: Mapped = map,
) -> Audit:
    """The audit of a record that was read and verified.  Arguments as in `audit`."""
    prefix = record.prefix
    if not prefix.checkpoints:  # an empty log, witnessed: nothing follows from it
        return Audit(trust=record.trust, findings=tuple(_unserved_findings(record)), record=record)
    outcomes = decide(prefix, record.witnessed_s)
    right, found = release_findings(prefix, record.timeline.notes, outcomes.releases, compiled, mapped)
    found += older_findings(record, older)
    found += unreleased_findings(prefix, outcomes, right, compiled)
    found += late_findings(prefix, outcomes, right)
    found += obeyed_findings(prefix.keyrings[outcomes.keyring_sha256], outcomes)
    found += held_findings(maps, outcomes)
    found += receipt_findings(record, receipts)
    found += _age_findings(record.witnessed_s, now_s)
    found += _unserved_findings(record)
    found += _document_findings(prefix, outcomes)
    found += _outcome_findings(outcomes)
    return Audit(
        trust=record.trust,
        findings=in_order(found),
        record=record,
        outcomes=outcomes,
        counted=_counted(record, outcomes),
    )


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order in which they are told."""
    return tuple(sorted(found, key=lambda one: (_ORDER[one.kind], -1 if one.entry is None else one.entry)))


def _counted(record: Record, outcomes: Outcomes) -> Counted:
    timeline = record.timeline
    return Counted(
        entries=len(record.entries),
        signatures=len(record.entries) + 1 + sum(1 + len(one.cosignatures) for one in timeline.cosigned),
        checkpoints=len(timeline.notes),
        requests=len(outcomes.requests),
        decisions=len(outcomes.decisions),
        in_force=len(outcomes.in_force),
        releases=len(outcomes.releases),
        reports=len(outcomes.reports),
        void=len(outcomes.void),
        first_s=timeline.witnessed[0].at_s,
        newest_s=record.witnessed_s,
    )


# ---- against an older copy ----


def older_copy(data: bytes, policy: Policy) -> tuple[Cosigned, ...]:
    """The checkpoints in an older copy of `checkpoint` or `timeline`.  Raises RecordError where the policy accepts none."""
    if data.split(b"\n", 1)[0].endswith(b"/timeline"):
        return read_timeline(data, policy).cosigned
    return (accepted(data, policy),)


def older_findings(record: Record, older: Sequence[Cosigned]) -> Iterator[Finding]:
    """What an older copy shows that the record does not: nothing un-happens, no checkpoint goes."""
    known = {one.size: one for one in record.timeline.witnessed}
    frontier, entries = Frontier(), record.entries
    for one in sorted(older, key=lambda each: each.checkpoint.size):
        size, instant_s = one.checkpoint.size, witnessed(one).at_s
        if size > len(entries):
            yield finding(Found.SHORTER, size=size, entries=len(entries), at_s=instant_s)
            continue
        frontier = frontier.appended(leaf_hash(entry) for entry in entries[frontier.size : size])
        if frontier.root != one.checkpoint.root:
            yield finding(Found.REWRITTEN, size=size, at_s=instant_s)
        elif size not in known:
            yield finding(Found.VANISHED_CHECKPOINT, size=size, at_s=instant_s)
        elif known[size].at_s != instant_s:
            yield finding(Found.MOVED_INSTANT, size=size, at_s=instant_s, now_at_s=known[size].at_s)


def receipt_findings(record: Record, receipts: Iterable[Receipt]) -> Iterator[Finding]:
    """Promises that were not kept, or kept too late."""
    entries, newest_s = record.prefix.entries, record.witnessed_s
    places = {one.leaf: one.index for one in entries}
    for one in receipts:
        if broken(one, places, newest_s):
            yield finding(Found.DROPPED_ENTRY, leaf=one.leaf, received_s=one.received_s, include_by_s=one.include_by_s)
        elif one.leaf in places:
            index = places[one.leaf]
            entered_s = _entered_s(record.prefix, index)
            if entered_s > one.include_by_s:
                yield finding(Found.LATE_ENTRY, entry=index, late_for_s=entered_s - one.include_by_s)


def _entered_s(prefix: Prefix, index: int) -> int:
    """When an entry was witnessed."""
    place = next(place for place, one in enumerate(prefix.checkpoints) if one.size > index)
    return max(one.at_s for one in prefix.checkpoints[: place + 1])


def _age_findings(newest_s: int, now_s: int | None) -> Iterator[Finding]:
    if now_s is not None and now_s - newest_s > FRESH_S:
        yield finding(Found.STALE, newest_s=newest_s, old_for_s=now_s - newest_s)
    if now_s is not None and newest_s - now_s > SKEW_S:
        yield finding(Found.AHEAD, newest_s=newest_s, ahead_for_s=newest_s - now_s)


def _unserved_findings(record: Record) -> Iterator[Finding]:
    if record.unserved is not None:
        served, newer = record.signed.checkpoint.size, record.unserved
        yield finding(Found.UNSERVED_CHECKPOINT, size=newer.size, at_s=newer.at_s, served=served)


# ---- what follows from the entries ----


def _document_findings(prefix: Prefix, outcomes: Outcomes) -> Iterator[Finding]:
    """Documents that votes name and nobody has shown.  Where the votes would be enough, what follows here may be wrong."""
    keyring, rules = prefix.keyrings[outcomes.keyring_sha256], prefix.rules[outcomes.rules_sha256]
    seats = {key.raw: key.seat for key in keyring.keys}
    for digest in sorted(outcomes.missing):
        voted = [one for one in prefix.entries[: outcomes.size] if digest == _document(one.statement)]
        enough = keyring.quorums().met(rules.change, {seats[one.key] for one in voted if one.key in seats})
        yield finding(Found.HIDDEN_DOCUMENT if enough else Found.MISSING_DOCUMENT, digest=digest)


def _document(statement: Statement) -> str | None:
    """The document that a vote is for."""
    if isinstance(statement, KeyringChange):
        return statement.keyring_sha256
    return statement.policy_sha256 if isinstance(statement, PolicyChange) else None


def _outcome_findings(outcomes: Outcomes) -> Iterator[Finding]:
    """Whatever is late or left undone, and what counts for nothing."""
    for one in outcomes.requests:
        decided = one.decided
        if one.overdue:
            yield finding(Found.OVERDUE, entry=one.index, request=one.leaf, deadline_s=one.deadline_s)
        if decided is not None and decided.emergency and one.state is State.LAPSED:
            ended_s = outcomes.at_s if decided.until_s is None else decided.until_s
            yield finding(Found.NEVER_RATIFIED, entry=decided.index, decision=decided.id, lapsed_s=ended_s)
        if decided is not None and decided.review_overdue:
            yield finding(Found.UNREVIEWED, entry=decided.index, decision=decided.id, review_by_s=decided.review_by_s)
    for each in outcomes.withheld:
        if not each.deposited and each.disclosed_s is None:
            yield finding(Found.NOT_DEPOSITED, entry=each.index, digest=each.digest, kind=each.kind)
        if each.overdue:
            yield finding(Found.NOT_DISCLOSED, entry=each.index, digest=each.digest, due_s=each.due_s)
    for void in outcomes.void:
        yield finding(Found.VOID_ENTRY, entry=void.index, why=void.why)
