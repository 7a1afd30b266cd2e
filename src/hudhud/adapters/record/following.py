"""What the registrar files because it follows: anybody can work it out again, so a registrar adds nothing of its own.

Decisions in part or with conditions (which take effect when they are shown in full), lapses, and a release of the service map
whenever the map in force differs from the one released last.
"""

from collections.abc import Callable, Iterator

import numpy as np

from hudhud.adapters.record.effects import territories_known
from hudhud.adapters.record.foreseen import decided_at, foreseen, outcome_of
from hudhud.adapters.recorded import atlas
from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import read_canonical
from hudhud.record.forms import form_of, instant_s, instant_text
from hudhud.record.history import Decided, Outcomes, Prefix, RequestOutcome, State, begun
from hudhud.record.parts import Effect, Seen
from hudhud.record.reading import Record
from hudhud.record.rules import SKEW_S
from hudhud.record.statements import Approval, Decision, Lapse, MapRelease, Statement
from hudhud.record.words import Reason, Verdict
from hudhud.service.recorded import cut, decisions_of
from hudhud.service.service_map import ServiceMap
from hudhud.service.service_map import compile as compiled

__all__ = [
    "MapMemory",
    "MapOf",
    "effect_from",
    "following",
    "last_release",
    "map_of",
    "release_due",
    "released_map",
    "seen_now",
]

MapOf = Callable[[Record, int], tuple[str, int | None]]
"""Digest of the service map that a record proves for an instant, and when it changes next without a new entry."""


def map_of(record: Record, at_s: int) -> tuple[str, int | None]:
    """The map of the packaged territories: see `MapOf`.  Raises RecordError where territories are missing."""
    found = _compiled(record, record.prefix, at_s)
    change = found.next_change_at
    return found.digest, None if np.isnat(change) else int(change.astype("datetime64[s]").astype(np.int64))


def released_map(record: Record, release: MapRelease) -> ServiceMap:
    """The map that a release must be of, worked out from the entries that it names."""
    return _compiled(record, cut(record.prefix, release.size), instant_s(release.at))


def _compiled(record: Record, prefix: Prefix, at_s: int) -> ServiceMap:
    made = decisions_of(
        decided_at(prefix, at_s),
        prefix.entries,
        territories_known(record.blob),
        atlas().lists,
        (atlas().ground,),
        demonstration=record.trust.demonstration,
    )
    return compiled(made, np.datetime64(at_s * 1_000_000_000, "ns"))


class MapMemory:
    """A `MapOf` that works out a map only where decisions have changed, or one of them has begun or ended since."""

    def __init__(self, map_of: MapOf) -> None:
        self._map_of = map_of
        self._last: tuple[tuple[Decided, ...], int, tuple[str, int | None]] | None = None

    def __call__(self, record: Record, at_s: int) -> tuple[str, int | None]:
        decisions = decided_at(record.prefix, at_s).decisions
        if self._last is not None:
            before, made_s, found = self._last
            if before == decisions and made_s <= at_s and (found[1] is None or at_s < found[1]):
                return found
        found = self._map_of(record, at_s)
        self._last = decisions, at_s, found
        return found


def following(record: Record, registrar: bytes, now_s: int) -> tuple[Statement, ...]:
    """The notices that are due, releases apart.  registrar: the public key that will sign them."""
    now_s = max(now_s, record.witnessed_s)
    outcomes = decided_at(record.prefix, now_s)
    return (*_partial_decisions(record, outcomes, registrar, now_s), *_lapses(record, outcomes))


def release_due(record: Record, now_s: int, map_of: MapOf) -> MapRelease | None:
    """The release that is due: another map is in force than the one released last, or it changes at another instant."""
    now_s = max(now_s, record.witnessed_s)
    last = last_release(record, now_s + SKEW_S)
    if last is not None:
        now_s = max(now_s, instant_s(last.at))  # behind none that counts, whose clock may be ahead of this one
    digest, next_change_s = map_of(record, now_s)
    next_change_at = None if next_change_s is None else instant_text(next_change_s)
    if last is not None and (last.map_sha256, last.next_change_at) == (digest, next_change_at):
        return None
    newest = record.prefix.checkpoints[-1]
    return MapRelease(
        log=record.trust.log,
        map_sha256=digest,
        size=newest.size,
        root=newest.root,
        timeline_sha256=record.timeline.digest_until(newest.size),
        at=instant_text(now_s),
        next_change_at=next_change_at,
    )


def last_release(record: Record, at_s: int | None = None) -> MapRelease | None:
    """The newest release that counts at an instant, that of the newest checkpoint where left out."""
    at_s = record.witnessed_s if at_s is None else at_s
    last = next(reversed(begun(decided_at(record.prefix, record.witnessed_s).releases, at_s)), None)
    found = None if last is None else record.prefix.entries[last.index].statement
    assert found is None or isinstance(found, MapRelease)
    return found


def seen_now(record: Record, rules_sha256: str, keyring_version: int) -> Seen:
    """What somebody has before their eyes who has checked a record."""
    newest = record.prefix.checkpoints[-1]
    return Seen(size=newest.size, root=newest.root, policy_sha256=rules_sha256, keyring_version=keyring_version)


def effect_from(data: bytes) -> Effect:
    """The effect that canonical bytes write.  Raises RecordError with every fault."""
    faults: list[Fault] = []
    found = form_of(Effect).read(read_canonical(data, "the effect"), "", faults)
    if faults:
        raise RecordError("the effect was refused", faults)
    made: Effect = found
    return made


def _partial_decisions(record: Record, outcomes: Outcomes, registrar: bytes, now_s: int) -> Iterator[Decision]:
    """Decisions in part or with conditions that have their votes and wait for being shown."""
    entries = record.prefix.entries
    for case in outcomes.requests:
        if case.state is not State.WAITING:
            continue
        votes = [(index, entries[index].statement) for index in case.counts]
        agreed = {
            (one.verdict, one.effect_sha256)
            for _, one in votes
            if isinstance(one, Approval) and one.verdict is not Verdict.GRANTED
        }
        for verdict, digest in sorted(agreed):
            notice = _notice(record, case, verdict, digest)
            if notice is None:
                continue
            after = foreseen(record, notice, registrar, now_s)
            made = outcome_of(after.after, case.leaf)
            if after.why is None and made is not None and made.decided is not None:
                yield notice


def _notice(record: Record, case: RequestOutcome, verdict: Verdict, digest: str) -> Decision | None:
    data = record.blob(digest)
    if data is None:
        return None
    try:
        effect = effect_from(data)
    except RecordError:
        return None  # nobody can show what they agreed to: the request stays open until it lapses
    entries = record.prefix.entries
    votes = [
        (entries[index].leaf, one)
        for index in case.counts
        if isinstance(one := entries[index].statement, Approval)
        and (one.verdict, one.effect_sha256) == (verdict, digest)
    ]
    return Decision(
        log=record.trust.log,
        request=case.leaf,
        seen=seen_now(record, case.rules_sha256, case.keyring_version),
        verdict=verdict,
        reasons=frozenset(reason for _, one in votes for reason in one.reasons),
        effect=effect,
        votes=frozenset(leaf for leaf, _ in votes),
    )


def _lapses(record: Record, outcomes: Outcomes) -> Iterator[Lapse]:
    told = {one.statement.about for one in record.prefix.entries if isinstance(one.statement, Lapse)}
    for case in outcomes.requests:
        if case.state is not State.LAPSED or case.leaf in told:
            continue
        at_s = case.lapse_s if case.decided is None else case.decided.until_s
        assert at_s is not None
        yield Lapse(
            log=record.trust.log,
            about=case.leaf,
            seen=seen_now(record, case.rules_sha256, case.keyring_version),
            at=instant_text(at_s),
            reasons=frozenset({Reason.DEADLINE_MISSED}),
        )
