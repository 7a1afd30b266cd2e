"""Points of enforcement: gateways and terminal authorisation obey a map only where its release is proven.

A point is a value; `offer` gives the next one.  Four rules, each the safer way to err:

- no release, no service: before the first proven map everything is refused;
- never back: a map older than the one obeyed is refused, whoever signed it;
- the last good map stays when nothing newer comes, however old the record is: silence switches nothing off;
- what has ended by its own `until` serves nobody from that second on: an end needs no new map, a beginning does.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from hudhud.arrays import Bits, Bools, Ints, Ints32, freeze
from hudhud.errors import InputError, RecordError
from hudhud.record.forms import instant_text
from hudhud.record.history import goes_back
from hudhud.record.keyring import Keyring
from hudhud.record.policy import Policy, accepted
from hudhud.record.release import Release, Ticket, released
from hudhud.record.statements import EnforcementReport
from hudhud.record.timeline import witnessed
from hudhud.service.map_text import MapClaim, map_digest, read_map
from hudhud.service.vocabulary import Layer

__all__ = ["Alarm", "Followed", "Point", "Raised", "heard", "offer", "report", "serves", "stale"]

_SECOND_NS = 1_000_000_000


class Alarm(StrEnum):
    """Why somebody should look at a point of enforcement."""

    NOT_PROVEN = "not_proven"
    """The ticket proves no release."""
    OTHER_MAP = "other_map"
    """The map is not the one that was released."""
    NO_MAP = "no_map"
    """No map can be made from what the release names."""
    UNREADABLE = "unreadable"
    """The map has the released digest and is no map of this world."""
    ROLLBACK = "rollback"
    """The release is older than the one obeyed."""
    TOO_EARLY = "too_early"
    """The release is for an instant still to come: offer it again then."""
    STALE = "stale"
    """Nothing newer has been witnessed for long.  It switches nothing off."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Raised:
    """An alarm and what it is about, in words."""

    alarm: Alarm
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Followed:
    """The map that a point obeys, the release that proves it, and since when.  since_s: seconds since 1970.

    claim: None where the point remembers the release only, until its map is offered again.
    """

    release: Release
    claim: MapClaim | None
    since_s: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Point:
    """A point of enforcement.  policy, keyring: whom it trusts; world: (cell,) int32, ascending: the cells there are.

    followed: None before the first proven map.  newest_s: instant of the newest checkpoint that it has seen cosigned.
    """

    name: str
    layer: Layer
    policy: Policy
    keyring: Keyring
    world: Ints32
    followed: Followed | None = None
    newest_s: int | None = None

    def __post_init__(self) -> None:
        freeze(self.world)


def offer(point: Point, ticket: Ticket, data: bytes, now_s: int) -> tuple[Point, Raised | None]:
    """The point after it was offered a map, and an alarm where it does not obey it.  data: the map's file; now_s: its clock.

    The ticket is checked first, then the digest of the file; what nobody released is not even read.
    """
    try:
        release = released(ticket, point.policy, point.keyring)
    except RecordError as error:
        return point, Raised(alarm=Alarm.NOT_PROVEN, detail=str(error))
    digest = map_digest(data)
    if digest != release.map_sha256:
        detail = f"the map has the digest {digest[:12]}; entry {release.index} releases {release.map_sha256[:12]}"
        return point, Raised(alarm=Alarm.OTHER_MAP, detail=detail)
    point = _told(point, release.witnessed_s)
    before = point.followed
    if before is not None and before.release.index == release.index:
        if before.release.leaf != release.leaf:
            detail = f"entry {release.index} is {release.leaf[:12]}; obeyed is {before.release.leaf[:12]}"
            return point, Raised(alarm=Alarm.NOT_PROVEN, detail=detail)
        if before.claim is not None:
            return point, None
        return _following(point, before.release, data, before.since_s)
    if before is not None and goes_back(release, behind=before.release):
        detail = f"entry {release.index} releases a map {_age(release)}; obeyed is one {_age(before.release)}"
        return point, Raised(alarm=Alarm.ROLLBACK, detail=detail)
    if release.at_s > now_s:
        detail = f"the map is for {instant_text(release.at_s)}; it is {instant_text(now_s)}"
        return point, Raised(alarm=Alarm.TOO_EARLY, detail=detail)
    return _following(point, release, data, now_s)


def _following(point: Point, release: Release, data: bytes, since_s: int) -> tuple[Point, Raised | None]:
    try:
        claim = read_map(data, point.world)
    except InputError as error:
        return point, Raised(alarm=Alarm.UNREADABLE, detail=str(error))
    return replace(point, followed=Followed(release=release, claim=claim, since_s=since_s)), None


def _age(release: Release) -> str:
    return f"of {release.size} entries for {instant_text(release.at_s)} (entry {release.index})"


def heard(point: Point, checkpoint: bytes) -> tuple[Point, Raised | None]:
    """The point after it was shown a cosigned checkpoint, by which it knows that the record goes on."""
    try:
        return _told(point, witnessed(accepted(checkpoint, point.policy)).at_s), None
    except RecordError as error:
        return point, Raised(alarm=Alarm.NOT_PROVEN, detail=str(error))


def _told(point: Point, instant_s: int) -> Point:
    return replace(point, newest_s=instant_s if point.newest_s is None else max(point.newest_s, instant_s))


def stale(point: Point, now_s: int, longest_s: int) -> Raised | None:
    """An alarm where the newest checkpoint seen is older than `longest_s`, or there is none.  The map stays obeyed."""
    if point.newest_s is None:
        return Raised(alarm=Alarm.STALE, detail="no cosigned checkpoint has been seen yet")
    age_s = now_s - point.newest_s
    if age_s <= longest_s:
        return None
    return Raised(
        alarm=Alarm.STALE,
        detail=f"the newest checkpoint is of {instant_text(point.newest_s)}, {age_s:,} s ago; expected one every {longest_s:,} s",
    )


def serves(point: Point, number: Ints32, service_class: Bits | Ints | int, now_s: int) -> Bools:
    """Whether terminals of a class may be served in each cell, their conditions apart.

    number: (n,) cell numbers; service_class: numbers of classes (`ServiceClass.number`), broadcast against them.  Raises
    InputError for what is no cell of the point's world, RecordError where the map is not at hand.
    """
    number = np.asarray(number)
    place = np.minimum(np.searchsorted(point.world, number), len(point.world) - 1)
    if (point.world[place] != number).any():
        raise InputError(f"{int(number[point.world[place] != number][0])} is no cell of this point's world")
    if point.followed is None:
        return np.zeros(number.shape, dtype=np.bool_)
    claim = point.followed.claim
    if claim is None:
        raise RecordError(f"{point.name} remembers its release and not its map: offer it the map again")
    now = np.datetime64(now_s * _SECOND_NS, "ns")
    lets = [one.state.serves and not one.until <= now for one in claim.decisions]  # a comparison with NaT is false
    found: Bools = np.array(lets, dtype=np.bool_)[claim.governing[claim.profile[place], service_class]]
    return found


def report(point: Point) -> EnforcementReport:
    """What the point obeys, to be signed by it and filed.  Raises RecordError where it obeys nothing yet."""
    if point.followed is None:
        raise RecordError(f"{point.name} obeys no map yet: it has nothing to report")
    release = point.followed.release
    return EnforcementReport(
        log=point.keyring.log,
        point=point.name,
        layer=point.layer,
        map_sha256=release.map_sha256,
        size=release.size,
        since=instant_text(point.followed.since_s),
    )
