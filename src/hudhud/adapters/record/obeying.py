"""A point of enforcement before a record: the releases that count are offered to it, each with its proof and its map.

The point decides (`hudhud.service.enforcement.offer`); here is only what it is offered, made from the record's public files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hudhud.adapters.record.following import released_map
from hudhud.adapters.record.foreseen import decided_at
from hudhud.errors import HudhudError
from hudhud.record.history import Released, goes_back
from hudhud.record.proof import Proof
from hudhud.record.reading import Record
from hudhud.record.release import Ticket
from hudhud.record.statements import MapRelease
from hudhud.record.tiles import Levels, extend, level_node
from hudhud.record.tree import inclusion_proof, leaf_hash
from hudhud.service.enforcement import Alarm, Point, Raised, heard, offer
from hudhud.service.map_text import map_bytes

__all__ = ["Alarmed", "Obeyed", "obey", "obeyed_map", "tickets_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarmed:
    """An alarm and the entry that it is about."""

    index: int
    raised: Raised


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Obeyed:
    """A point after it was shown a record.

    alarms: what keeps it from the newest release, none where it follows that.  newest: index of that release, None for none.
    """

    point: Point
    alarms: tuple[Alarmed, ...]
    newest: int | None


def tickets_of(record: Record) -> Callable[[int], Ticket]:
    """The ticket of an entry by its index: its envelope and its proof under the newest checkpoint."""
    levels: Levels = []
    extend(levels, (leaf_hash(entry) for entry in record.entries))
    node, size, checkpoint = level_node(levels), len(record.entries), record.timeline.notes[-1]

    def ticket(index: int) -> Ticket:
        proof = Proof(index=index, hashes=inclusion_proof(index, size, node), checkpoint=checkpoint)
        return Ticket(envelope=record.entries[index], proof=proof.data)

    return ticket


def obey(point: Point, record: Record, now_s: int) -> Obeyed:
    """The point after it was offered the releases that count.  now_s: its clock.

    From the newest to older ones until one is obeyed; but before a release those behind which it goes back, so that the
    point ends where it would had it been offered all of them in order, and few maps are made.
    """
    releases = decided_at(record.prefix, max(now_s, record.witnessed_s)).releases
    newest = releases[-1].index if releases else None
    torn = _torn(point, record)
    if torn is not None:
        return Obeyed(point=point, alarms=(torn,), newest=newest)
    point, unheard = heard(point, record.timeline.notes[-1])
    if unheard is not None:
        return Obeyed(point=point, alarms=(Alarmed(index=len(record.entries), raised=unheard),), newest=newest)
    known = -1 if point.followed is None else point.followed.release.index
    fresh = [one for one in releases if one.index > known] or list(releases[-1:])
    tickets = tickets_of(record)
    alarms: dict[int, Raised | None] = {}
    for n in reversed(range(len(fresh))):
        for one in (*_behind(fresh, n), fresh[n]):
            if one.index not in alarms:
                point, raised = _offered(point, record, one, tickets, now_s)
                alarms[one.index] = raised
        if alarms[fresh[n].index] is None:
            break
    told = [Alarmed(index=index, raised=raised) for index, raised in sorted(alarms.items()) if raised is not None]
    follows = newest is None or alarms[newest] is None
    return Obeyed(point=point, alarms=() if follows else tuple(told), newest=newest)


def obeyed_map(record: Record, point: Point) -> bytes | None:
    """The file of the map that a point obeys, made again from the record; None where that proves another or none."""
    if point.followed is None or _torn(point, record) is not None:
        return None
    release = record.prefix.entries[point.followed.release.index].statement
    if not isinstance(release, MapRelease):
        return None
    try:
        found = released_map(record, release)
    except HudhudError:
        return None
    return map_bytes(found) if found.digest == point.followed.release.map_sha256 else None


def _torn(point: Point, record: Record) -> Alarmed | None:
    """An alarm where the record does not hold the release that the point obeys: nothing in it is followed then."""
    if point.followed is None:
        return None
    known, entries = point.followed.release, record.prefix.entries
    if known.index >= len(entries):
        detail = (
            f"the record has {len(entries):,} entries; the release obeyed is entry {known.index}: it is an older copy"
        )
        return Alarmed(index=known.index, raised=Raised(alarm=Alarm.ROLLBACK, detail=detail))
    if entries[known.index].leaf != known.leaf:
        detail = (
            f"entry {known.index} is {entries[known.index].leaf[:12]}; obeyed is {known.leaf[:12]}: it was rewritten"
        )
        return Alarmed(index=known.index, raised=Raised(alarm=Alarm.NOT_PROVEN, detail=detail))
    return None


def _behind(fresh: Sequence[Released], n: int) -> tuple[Released, ...]:
    return tuple(one for one in fresh[:n] if goes_back(fresh[n], behind=one))


def _offered(
    point: Point, record: Record, one: Released, tickets: Callable[[int], Ticket], now_s: int
) -> tuple[Point, Raised | None]:
    """The point after it was offered one release, with the map that its entries prove."""
    if record.timeline.digest_until(one.size) != one.timeline_sha256:
        detail = f"entry {one.index} rests on another timeline than that of this record"
        return point, Raised(alarm=Alarm.NOT_PROVEN, detail=detail)
    release = record.prefix.entries[one.index].statement
    assert isinstance(release, MapRelease)
    try:
        data = map_bytes(released_map(record, release))
    except HudhudError as error:
        return point, Raised(alarm=Alarm.NO_MAP, detail=str(error))
    return offer(point, tickets(one.index), data, now_s)
