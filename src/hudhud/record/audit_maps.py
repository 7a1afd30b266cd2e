"""Maps under audit: is each release the map that follows, is what was decided released, and who obeys what was released."""

import bisect
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from types import MappingProxyType

from hudhud.errors import InputError
from hudhud.record.audit_parts import Compile, CompiledMap, Finding, Found, HeldMap, Mapped, finding
from hudhud.record.decide import decide, decide_along
from hudhud.record.history import Decided, Outcomes, Prefix, Released, Reported, begun, goes_back
from hudhud.record.keyring import Keyring
from hudhud.record.rules import SKEW_S
from hudhud.record.words import College, ServiceClass

__all__ = [
    "GRACE_S",
    "cut_prefix",
    "held_findings",
    "late_findings",
    "obeyed_findings",
    "release_findings",
    "unreleased_findings",
]

GRACE_S = 3_600
"""Within what time a change is in a released map, and a released map obeyed."""

_Shown = Mapping[str, frozenset[frozenset[ServiceClass]]]
"""Ids of the decisions in force, each with the classes for which it rests."""


# ---- is each release right? ----


def release_findings(
    prefix: Prefix, notes: Sequence[bytes], releases: Sequence[Released], compiled: Compile, mapped: Mapped
) -> tuple[tuple[Released, ...], list[Finding]]:
    """The releases that hold, and what is wrong with the others.

    notes: the timeline's, one for each checkpoint in it.  mapped: see `Mapped`.
    """
    digests = _timeline_digests(notes)
    maps = _maps(prefix, releases, compiled, mapped)
    right: list[Released] = []
    found: list[Finding] = []
    for one in releases:
        faults = list(_release_faults(one, digests.get(one.size), maps[one.size, one.at_s]))
        if not faults and right and goes_back(one, behind=right[-1]):
            faults = [finding(Found.RELEASE_GOES_BACK, entry=one.index, size=one.size, behind=right[-1].index)]
        if not faults:
            right.append(one)
        found += faults
    return tuple(right), found


def _release_faults(one: Released, timeline_sha256: str | None, expected: CompiledMap | str) -> Iterator[Finding]:
    if one.timeline_sha256 != timeline_sha256:
        yield finding(Found.WRONG_TIMELINE, entry=one.index, size=one.size)
    if isinstance(expected, str):
        yield finding(Found.NO_MAP_FOLLOWS, entry=one.index, size=one.size, problem=expected)
    elif expected.sha256 != one.map_sha256:
        yield finding(
            Found.WRONG_MAP,
            entry=one.index,
            size=one.size,
            at_s=one.at_s,
            map_sha256=one.map_sha256,
            expected_sha256=expected.sha256,
        )
    elif expected.next_change_s != one.next_change_at_s:
        told = {"told_s": one.next_change_at_s, "expected_s": expected.next_change_s}
        known = {name: value for name, value in told.items() if value is not None}
        yield Finding(kind=Found.WRONG_NEXT_CHANGE, entry=one.index, told=MappingProxyType(known))


def _timeline_digests(notes: Sequence[bytes]) -> dict[int, str]:
    """By size of each checkpoint, the digest of the timeline up to it."""
    digests, running = {}, hashlib.sha256()
    for note in notes:
        running.update(note)
        digests[int(note.split(b"\n", 2)[1])] = running.hexdigest()
    return digests


def _maps(
    prefix: Prefix, releases: Sequence[Released], compiled: Compile, mapped: Mapped
) -> dict[tuple[int, int], CompiledMap | str]:
    """The map that follows from so many entries at an instant, or why none does; for each that releases name."""
    moments = sorted({(one.size, one.at_s) for one in releases})
    found = mapped(lambda outcomes: _map(prefix, outcomes, compiled), decide_along(prefix, moments))
    return dict(zip(moments, found, strict=True))


def _map(prefix: Prefix, outcomes: Outcomes, compiled: Compile) -> CompiledMap | str:
    try:
        return compiled(prefix, outcomes)
    except InputError as error:
        return str(error)


def cut_prefix(prefix: Prefix, size: int) -> Prefix:
    """The first entries of a prefix, with the checkpoints that cover no more than these."""
    checkpoints = tuple(one for one in prefix.checkpoints if one.size <= size)
    return replace(prefix, entries=prefix.entries[:size], checkpoints=checkpoints)


# ---- is what was decided released? ----


def unreleased_findings(
    prefix: Prefix, outcomes: Outcomes, right: Sequence[Released], compiled: Compile
) -> Iterator[Finding]:
    """What is so at the instant of the outcomes and in no released map, though its time is over; what is on its way."""
    now_s = outcomes.at_s
    last = next(reversed(begun(right, now_s)), None)
    here = _shown(outcomes)
    if last is None and not here:
        return
    expected = _map(prefix, outcomes, compiled)
    if isinstance(expected, str):
        yield finding(Found.NO_MAP_FOLLOWS, size=outcomes.size, problem=expected)
        return
    if last is not None and expected.sha256 == last.map_sha256:
        return
    there = {} if last is None else _shown(decide(cut_prefix(prefix, last.size), last.at_s))
    changed = _changed(outcomes.decisions, here, there, now_s)
    late = any(now_s - since_s > GRACE_S for _, since_s in changed)
    excused = late and last is not None and _earlier_map(prefix, now_s - GRACE_S, compiled) == last.map_sha256
    for one, since_s in changed:
        kind = Found.UNRELEASED_DECISION if one.id in here and one.id not in there else Found.UNRELEASED_CHANGE
        if excused or now_s - since_s <= GRACE_S:
            kind = Found.PENDING
        yield finding(kind, entry=one.index, decision=one.id, since_s=since_s, late_for_s=now_s - since_s)
    if last is not None and not changed:
        yield finding(
            Found.UNRELEASED_MAP, entry=last.index, map_sha256=last.map_sha256, expected_sha256=expected.sha256
        )


def _shown(outcomes: Outcomes) -> _Shown:
    at_s = outcomes.at_s
    return {
        one.id: frozenset(rest.classes for rest in one.rests if rest.start_s <= at_s < rest.until_s)
        for one in outcomes.in_force
    }


def _changed(decisions: Iterable[Decided], here: _Shown, there: _Shown, now_s: int) -> list[tuple[Decided, int]]:
    """Decisions that are told otherwise here than there, and since when it is so."""
    return [
        (one, max(instant for instant in _instants(one) if instant <= now_s))
        for one in decisions
        if here.get(one.id) != there.get(one.id)
    ]


def _instants(one: Decided) -> Iterator[int]:
    """When something about a decision changes on the map."""
    if one.until_s is not None and one.until_s <= one.start_s:
        yield one.decided_s  # never in force
        return
    yield one.start_s
    if one.until_s is not None:
        yield one.until_s
    for rest in one.rests:
        yield from (each for each in (rest.start_s, rest.until_s) if one.in_force(each))


def _earlier_map(prefix: Prefix, at_s: int, compiled: Compile) -> str | None:
    """Digest of the map that followed at an earlier instant from what had been witnessed by then."""
    outcomes = decide(prefix, at_s)
    found = _map(prefix, outcomes, compiled)
    return None if isinstance(found, str) else found.sha256


def late_findings(prefix: Prefix, outcomes: Outcomes, right: Sequence[Released]) -> Iterator[Finding]:
    """Releases that brought a change onto the map only after the time for that was over."""
    sizes, instants = [one.size for one in right], [one.at_s for one in right]
    times_s = list(accumulate((one.at_s for one in prefix.checkpoints), max))
    latest: dict[int, tuple[int, Decided]] = {}
    for decided in outcomes.decisions:
        for instant_s in _instants(decided):
            if instant_s > outcomes.at_s:
                continue
            before = bisect.bisect_right(times_s, instant_s) - 1
            first = bisect.bisect_left(times_s, times_s[before])  # of several in one second, the first
            place = max(
                bisect.bisect_left(sizes, prefix.checkpoints[first].size), bisect.bisect_left(instants, instant_s)
            )
            if place < len(right) and (place == 0 or right[place].map_sha256 != right[place - 1].map_sha256):
                late_for_s = right[place].begins_s - instant_s
                latest[place] = max(latest.get(place, (0, decided)), (late_for_s, decided), key=lambda each: each[0])
    for place, (late_for_s, decided) in sorted(latest.items(), key=lambda each: each[0]):
        if late_for_s > GRACE_S:
            yield finding(Found.LATE_RELEASE, entry=right[place].index, decision=decided.id, late_for_s=late_for_s)


# ---- who obeys what? ----


def obeyed_findings(keyring: Keyring, outcomes: Outcomes) -> Iterator[Finding]:
    """What points of enforcement report against what was released by then."""
    releases, now_s = outcomes.releases, outcomes.at_s
    points: dict[tuple[str, str], list[Reported]] = {}
    for one in outcomes.reports:
        points.setdefault((one.seat, one.point), []).append(one)
    for reports in points.values():
        for one in reports:
            yield from _report_findings(one, releases, last=one is reports[-1])
        yield from _silence(reports[-1], releases, now_s)
    if begun(releases, now_s - GRACE_S):
        seen = {seat for seat, _ in points}
        for seat in keyring.seats:
            if seat.college is College.ENFORCEMENT and seat.id not in seen:
                yield finding(Found.SILENT_POINT, point=seat.id)


def _report_findings(one: Reported, releases: Sequence[Released], *, last: bool) -> Iterator[Finding]:
    named = [each for each in releases if each.map_sha256 == one.map_sha256]
    if not named:
        yield finding(Found.UNPROVEN_MAP, entry=one.index, point=one.point, map_sha256=one.map_sha256)
        return
    first_s = min(each.begins_s for each in named)
    if one.since_s < first_s - SKEW_S:
        yield finding(
            Found.OBEYED_BEFORE_RELEASE, entry=one.index, point=one.point, since_s=one.since_s, released_s=first_s
        )
    known = [each for each in named if each.released_s <= one.reported_s]
    replaced_s = _replaced_s(known[-1], releases, one.reported_s - GRACE_S) if known else None
    if replaced_s is not None:
        kind = Found.OBEYS_OLD_MAP if last else Found.OBEYED_OLD_MAP
        late_for_s = one.reported_s - replaced_s
        yield finding(kind, entry=one.index, point=one.point, map_sha256=one.map_sha256, late_for_s=late_for_s)


def _replaced_s(release: Released, releases: Sequence[Released], by_s: int) -> int | None:
    """When another map took the place of a release, if that was by an instant."""
    for one in releases:
        if one.index > release.index and one.begins_s <= by_s and one.map_sha256 != release.map_sha256:
            return one.begins_s
    return None


def _silence(last: Reported, releases: Sequence[Released], now_s: int) -> Iterator[Finding]:
    """A point that has told nothing since another map than its last was to be obeyed."""
    newest = begun(releases, now_s - GRACE_S)
    if newest and newest[-1].map_sha256 != last.map_sha256 and last.reported_s < newest[-1].begins_s + GRACE_S:
        yield finding(Found.SILENT_POINT, entry=last.index, point=last.point, since_s=last.reported_s)


def held_findings(maps: Iterable[HeldMap], outcomes: Outcomes) -> Iterator[Finding]:
    """Maps that were handed in against those released."""
    for one in maps:
        named = [each for each in outcomes.releases if each.map_sha256 == one.sha256]
        if not named:
            yield finding(Found.HELD_MAP_UNPROVEN, where=one.where, map_sha256=one.sha256)
            continue
        replaced_s = _replaced_s(named[-1], outcomes.releases, outcomes.at_s - GRACE_S)
        if replaced_s is not None:
            yield finding(Found.HELD_MAP_OLD, where=one.where, entry=named[-1].index, since_s=replaced_s)
