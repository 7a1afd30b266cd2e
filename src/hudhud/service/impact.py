"""What a decision would do: the map before and after it, cell by cell, told in cells, people, terminals, borders and claims.

Approvers see an impact before they sign, and its digest is part of what they sign.  Nothing here decides anything: two
service maps of one instant come in (without and with the decisions under review), and what differs goes out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hudhud.arrays import Bools, Ints, Ints32
from hudhud.errors import InputError
from hudhud.service.catalogue import Territories, TerritoryRow
from hudhud.service.changes import Change, Changed, changed, serves
from hudhud.service.contradiction import Contradiction
from hudhud.service.countries import Countries
from hudhud.service.decision import Decision, cells_of_decision
from hudhud.service.eligibility import permit
from hudhud.service.impact_json import as_json, digest_of_impact
from hudhud.service.impact_parts import (
    Afterwards,
    Claim,
    Country,
    Extent,
    Group,
    Impact,
    LeftOut,
    NewTerms,
    Overridden,
    Overruled,
    Posts,
    Side,
    TerminalChange,
    Transition,
)
from hudhud.service.places import Place, Places, largest, people
from hudhud.service.service_map import NO_PROFILE, ServiceMap
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import DECREES, Containment, ServiceClass
from hudhud.sky.hexagons import NUMBERS, union
from hudhud.timescale import to_rfc3339

__all__ = [
    "Afterwards",
    "Claim",
    "Country",
    "Extent",
    "Group",
    "Impact",
    "LeftOut",
    "NewTerms",
    "Overridden",
    "Overruled",
    "Posts",
    "Side",
    "TerminalChange",
    "Transition",
    "as_json",
    "impact",
]

_CLASSES = tuple(ServiceClass)
_CHANGES = (Change.GAIN, Change.LOSE, Change.CONDITIONS, Change.ALTER)


def impact(
    before: ServiceMap,
    after: ServiceMap,
    reviewed: Sequence[Decision],
    territories: Territories,
    places: Places,
    *,
    contradictions: Iterable[Contradiction] = (),
    lapsed: tuple[ServiceMap, ServiceMap] | None = None,
    posts: Posts | None = None,
    countries: Countries | None = None,
) -> Impact:
    """What lies between two maps of one instant: without and with the decisions under review.

    lapsed: both maps (without, with) at the first instant at which all decisions under review have lapsed; None where one
    never does.  posts: terminals to try under both maps.  countries: as for `permit`.
    Raises InputError where the maps are not of one instant and one world, or no decision is under review.
    """
    if not reviewed:
        raise InputError("no decision is under review: give at least one")
    if before.at != after.at:
        raise InputError(
            f"the maps are of {to_rfc3339(before.at)} and {to_rfc3339(after.at)}: compile both for one instant"
        )
    found = changed(before, after)
    sums = _Sums.of(territories, places)
    count = _Counts.of(found, sums)
    own = _own(reviewed, territories)
    ids = {one.id for one in reviewed}
    met = _countries(found, sums, own)
    left_out, unbordered = _left_out(reviewed, sums, after, places, own)
    afterwards, afterwards_cells = _afterwards(lapsed)
    made = Impact(
        at=after.at,
        reviewed=tuple(reviewed),
        before_digest=before.digest,
        after_digest=after.digest,
        gain=count.extent(found.any_class(Change.GAIN)),
        lose=count.extent(found.any_class(Change.LOSE)),
        conditions=count.extent(found.any_class(Change.CONDITIONS)),
        alter=count.extent(found.any_class(Change.ALTER)),
        outside=_extent(places, _outside(found, reviewed)),
        groups=_groups(found, count),
        new_terms=_new_terms(found, count, after),
        overridden=_overridden(found, count, before, after),
        transitions=_transitions(found, count, before, after),
        largest=_largest(found, places),
        countries=met,
        spill=_spill(found, met, territories),
        left_out=left_out,
        unbordered=unbordered,
        overruled=tuple(each for one in reviewed for each in _overruled(one, after, places)),
        claims=_claims(found, sums),
        protected=tuple(_group(found, count, (each,)) for each in _CLASSES if each.protected),
        terminals=None if posts is None else _terminals(before, after, posts, countries),
        afterwards=afterwards,
        afterwards_cells=afterwards_cells,
        contradictions=tuple(one for one in contradictions if ids & {one.winner.id, one.loser.id}),
        changed=found,
    )
    return replace(made, digest=digest_of_impact(made))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Counts:
    """Cells, people and places for each kind of changed cell (row of `Changed.kind`)."""

    cells: Ints
    people: Ints
    places: Ints

    @staticmethod
    def of(found: Changed, sums: "_Sums") -> "_Counts":
        counted = (np.ones(NUMBERS, dtype=np.int64), sums.people, sums.places)
        cells, lives, listed = (np.zeros(len(found.kind), dtype=np.int64) for _ in counted)
        for total, weight in zip((cells, lives, listed), counted, strict=True):
            np.add.at(total, found.row, weight[found.number])
        return _Counts(cells=cells, people=lives, places=listed)

    def extent(self, rows: Bools) -> Extent:
        """All the cells of the rows that are set."""
        return Extent(
            cells=int(self.cells[rows].sum()), people=int(self.people[rows].sum()), places=int(self.places[rows].sum())
        )


def _extent(places: Places, number: Ints32) -> Extent:
    lives, listed = people(places, number)
    return Extent(cells=len(number), people=lives, places=listed)


def _groups(found: Changed, count: _Counts) -> tuple[Group, ...]:
    """Classes with something to tell, those that change alike together, in the order of the vocabulary."""
    alike: dict[bytes, list[ServiceClass]] = {}
    for each in _CLASSES:
        column = found.kind[:, each.number]
        if column.any():
            alike.setdefault(column.tobytes(), []).append(each)
    return tuple(_group(found, count, tuple(classes)) for classes in alike.values())


def _group(found: Changed, count: _Counts, classes: tuple[ServiceClass, ...]) -> Group:
    column = found.kind[:, classes[0].number]
    gain, lose, conditions, alter = (count.extent(column == change) for change in _CHANGES)
    return Group(classes=classes, gain=gain, lose=lose, conditions=conditions, alter=alter)


def _transitions(found: Changed, count: _Counts, before: ServiceMap, after: ServiceMap) -> tuple[Transition, ...]:
    """From which decision to which, for which classes; most cells first."""
    rows: dict[tuple[int, int, int], list[int]] = {}
    for row, column in np.argwhere(found.kind != Change.SAME).tolist():
        key = int(found.before[row, column]), int(found.after[row, column]), column
        rows.setdefault(key, []).append(row)
    classes: dict[tuple[int, int, tuple[int, ...]], list[ServiceClass]] = {}
    for (old, new, column), held in rows.items():
        classes.setdefault((old, new, tuple(held)), []).append(_CLASSES[column])
    made = []
    for (old, new, kinds), named in classes.items():
        chosen = np.zeros(len(found.kind), dtype=np.bool_)
        chosen[list(kinds)] = True
        made.append(
            Transition(
                change=Change(int(found.kind[kinds[0], named[0].number])),
                classes=tuple(sorted(named, key=lambda each: each.number)),
                before=before.decisions[old],
                after=after.decisions[new],
                extent=count.extent(chosen),
            )
        )
    made.sort(key=lambda one: (-one.extent.cells, one.before.sequence, one.after.sequence, one.classes[0].number))
    return tuple(made)


def _new_terms(found: Changed, count: _Counts, after: ServiceMap) -> tuple[NewTerms, ...]:
    """Cells that stay served, by the decision that now says under which conditions; most cells first."""
    made = []
    for new in np.unique(found.after[found.kind == Change.CONDITIONS]).tolist():
        met: Bools = (found.kind == Change.CONDITIONS) & (found.after == new)
        made.append(
            NewTerms(decision=after.decisions[new], classes=_met(met), extent=count.extent(np.asarray(met.any(axis=1))))
        )
    return tuple(sorted(made, key=lambda one: (-one.extent.cells, one.decision.sequence)))


def _overridden(found: Changed, count: _Counts, before: ServiceMap, after: ServiceMap) -> tuple[Overridden, ...]:
    """Cells in which service was forbidden and no longer is, by the decisions on either side; most cells first."""
    forbid, forbids = (np.array([one.state in DECREES for one in each.decisions]) for each in (before, after))
    ended = (found.kind != Change.SAME) & forbid[found.before] & ~forbids[found.after]
    made = []
    for old, new in np.unique(np.stack([found.before[ended], found.after[ended]], axis=1), axis=0).tolist():
        met: Bools = ended & (found.before == old) & (found.after == new)
        made.append(
            Overridden(
                before=before.decisions[old],
                after=after.decisions[new],
                classes=_met(met),
                extent=count.extent(np.asarray(met.any(axis=1))),
            )
        )
    return tuple(sorted(made, key=lambda one: (-one.extent.cells, one.before.sequence, one.after.sequence)))


def _met(met: Bools) -> tuple[ServiceClass, ...]:
    """Classes whose column of (row, class) is set somewhere."""
    return tuple(each for each in _CLASSES if met[:, each.number].any())


def _largest(found: Changed, places: Places) -> tuple[tuple[Change, Place], ...]:
    """Up to ten largest places in the cells of each change, for at least one class."""
    return tuple(
        (change, place) for change in _CHANGES for place in largest(places, found.cells(found.any_class(change)), 10)
    )


def _parts(territory: Territory, territories: Territories) -> tuple[TerritoryRow, ...]:
    """The catalogue's territories that one of a decision is, alone or several joined by `+`; none for any other."""
    rows = {row.id: row for row in territories.rows}
    ids = territory.id.split("+")
    known = territory.kind is not Kind.OWN and all(one in rows for one in ids)
    return tuple(rows[one] for one in ids) if known else ()


def _own(reviewed: Sequence[Decision], territories: Territories) -> frozenset[str]:
    """Ids of the countries that decisions name: countries themselves, those of regions and seas, "world" for all."""
    found = set()
    for each in (each for one in reviewed for each in one.territories):
        found.add(each.country)
        for row in _parts(each, territories):
            found |= {row.country, row.id} if row.kind in (Kind.COUNTRY, Kind.WORLD) else {row.country}
    return frozenset(found - {""})


def _is_own(row: TerritoryRow, own: frozenset[str]) -> bool:
    """Whether a country is among those named, or a part of one of them that is counted apart."""
    return bool({row.id, row.country, "world"} & own)


def _countries(found: Changed, sums: "_Sums", own: frozenset[str]) -> tuple[Country, ...]:
    """Countries with changed cells on land or in their territorial sea, those of others last, most cells first."""
    cells = sums.by_territory(found.number)
    lives = sums.by_territory(found.number, sums.people)
    seas: dict[str, int] = {}
    for row, met in zip(sums.territories.rows, cells[:, 2].tolist(), strict=True):
        if row.kind is Kind.SEA and row.country:
            seas[row.country] = seas.get(row.country, 0) + met
    made = []
    for n, row in enumerate(sums.territories.rows):
        sea = seas.get(row.id, 0)
        if row.kind is Kind.COUNTRY and (cells[n, 2] or sea):
            full, centre, touched = cells[n].tolist()
            made.append(
                Country(
                    id=row.id,
                    name_en=row.name_en,
                    name_ar=row.name_ar,
                    side=Side.OWN if _is_own(row, own) else Side.OTHER,
                    full=full,
                    centre=centre,
                    touched=touched,
                    sea=sea,
                    people=int(lives[n, 1]),
                    people_touched=int(lives[n, 2]),
                )
            )
    made.sort(key=lambda one: (one.side is Side.OTHER, -one.touched, -one.sea, one.id))
    return tuple(made)


def _spill(found: Changed, countries: Iterable[Country], territories: Territories) -> Ints32:
    """Changed cells with their centre in a country of others."""
    others = [each.id for each in countries if each.side is Side.OTHER and each.centre]
    held = _joined(territories.territory(name, Containment.CENTRE).number for name in others)
    return np.intersect1d(found.number, held)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Sums:
    """What is added up over the cells of each territory.  people, places: by cell number."""

    territories: Territories
    people: Ints
    places: Ints

    @staticmethod
    def of(territories: Territories, places: Places) -> "_Sums":
        lives, listed = np.zeros(NUMBERS, dtype=np.int64), np.zeros(NUMBERS, dtype=np.int64)
        lives[places.number], listed[places.number] = places.people, places.count
        return _Sums(territories=territories, people=lives, places=listed)

    def by_territory(self, number: Ints32, weight: Ints | None = None) -> Ints:
        """Cells among `number`, or what they weigh, in each territory.  Returns (territory, 3): full, centre, overlap."""
        ahead = np.zeros(NUMBERS + 1, dtype=np.int64)
        ahead[number + 1] = 1 if weight is None else weight[number]
        np.cumsum(ahead, out=ahead)
        runs = self.territories.runs
        level = np.zeros((len(self.territories), 3), dtype=np.int64)
        np.add.at(level, (runs.owner, runs.level), ahead[runs.stop] - ahead[runs.start])
        return np.cumsum(level, axis=1)

    def extents(self, number: Ints32) -> tuple[Extent, ...]:
        """Of the cells among `number` that meet each territory."""
        columns = (self.by_territory(number, weight)[:, 2].tolist() for weight in (None, self.people, self.places))
        return tuple(
            Extent(cells=cells, people=lives, places=listed) for cells, lives, listed in zip(*columns, strict=True)
        )


def _left_out(
    reviewed: Sequence[Decision], sums: "_Sums", after: ServiceMap, places: Places, own: frozenset[str]
) -> tuple[tuple[LeftOut, ...], tuple[str, ...]]:
    """What each territory of each decision leaves out; and ids of those of which only the cells are known."""
    made, unknown = [], []
    for one in reviewed:
        covered = cells_of_decision(one)
        for each in one.territories:
            parts = _parts(each, sums.territories)
            whole = union(sums.territories.territory(row.id, Containment.OVERLAP).number for row in parts)
            if not np.isin(each.number, whole, assume_unique=True).all():  # all the more where there are no parts
                unknown.append(each.id)
                continue
            out = _known(np.setdiff1d(whole, covered, assume_unique=True), after)
            made.append(
                LeftOut(
                    territory=each.id,
                    containment=each.containment,
                    number=out,
                    all=_extent(places, out),
                    refused=_extent(places, out[_refused(one, out, after)]),
                    neighbours=_neighbours(out, sums, own),
                )
            )
    return tuple(made), tuple(dict.fromkeys(unknown))


def _joined(numbers: Iterable[Ints32]) -> Ints32:
    return np.concatenate([np.zeros(0, dtype=np.int32), *numbers])


def _known(number: Ints32, after: ServiceMap) -> Ints32:
    """Those of ascending cell numbers that are cells of a map."""
    inside: Ints32 = number[: np.searchsorted(number, len(after.profile))]
    known: Ints32 = inside[after.profile[inside] != NO_PROFILE]
    return known


def _refused(one: Decision, number: Ints32, after: ServiceMap) -> Bools:
    """Cells in which at least one class of the decision is refused."""
    served = np.array([serves(each) for each in after.decisions])[after.governing]
    return np.asarray((~served[:, [each.number for each in one.classes]]).any(axis=1))[after.profile[number]]


def _neighbours(number: Ints32, sums: "_Sums", own: frozenset[str]) -> tuple[str, ...]:
    met = sums.by_territory(number)[:, 2]
    return tuple(
        row.id
        for n, row in enumerate(sums.territories.rows)
        if row.kind is Kind.COUNTRY and met[n] and row.id not in own
    )


def _overruled(one: Decision, after: ServiceMap, places: Places) -> tuple[Overruled, ...]:
    """Where others govern, classes for which they do in the same cells together; most cells first."""
    covered = cells_of_decision(one)
    number = _known(covered, after)
    rows = after.profile[number]
    met = np.unique(rows)
    others = np.array([each.id != one.id for each in after.decisions])
    alike: dict[bytes, list[ServiceClass]] = {}
    for each in (each for each in _CLASSES if each in one.classes):
        alike.setdefault(others[after.governing[met, each.number]].tobytes(), []).append(each)
    made = []
    for classes in alike.values():
        governing = after.governing[:, [each.number for each in classes]]
        lost = number[others[governing[:, 0]][rows]]
        by = [after.decisions[n] for n in np.unique(governing[met][others[governing[met]]]).tolist()]
        if len(lost):
            made.append(
                Overruled(
                    decision=one.id,
                    classes=tuple(classes),
                    extent=_extent(places, lost),
                    by=tuple(each.id for each in by),
                    narrower=all(len(cells_of_decision(each)) < len(covered) for each in by),
                    all=len(covered),
                )
            )
    return tuple(sorted(made, key=lambda each: (-each.extent.cells, each.classes[0].number)))


def _outside(found: Changed, reviewed: Sequence[Decision]) -> Ints32:
    covered = union(cells_of_decision(one) for one in reviewed)
    beyond: Ints32 = np.setdiff1d(found.number, covered, assume_unique=True)
    return beyond


def _claims(found: Changed, sums: "_Sums") -> tuple[Claim, ...]:
    """Disputed territories with changed cells; a region goes without saying where its whole country is claimed alike."""
    gain, lose, conditions, alter = (sums.extents(found.cells(found.any_class(change))) for change in _CHANGES)
    sides = {row.id: (row.claimed_by, row.controlled_by) for row in sums.territories.rows}
    return tuple(
        Claim(
            territory=row.id,
            name_en=row.name_en,
            name_ar=row.name_ar,
            claimed_by=row.claimed_by,
            controlled_by=row.controlled_by,
            gain=gain[n],
            lose=lose[n],
            conditions=conditions[n],
            alter=alter[n],
        )
        for n, row in enumerate(sums.territories.rows)
        if row.disputed
        and any(each[n].cells for each in (gain, lose, conditions, alter))
        and not (row.kind is Kind.REGION and sides[row.id] == sides.get(row.country))
    )


def _afterwards(lapsed: tuple[ServiceMap, ServiceMap] | None) -> tuple[Afterwards, int]:
    if lapsed is None:
        return Afterwards.NEVER_LAPSES, 0
    different = len(changed(*lapsed).number)
    return (Afterwards.OTHERWISE if different else Afterwards.AS_WITHOUT), different


def _terminals(
    before: ServiceMap, after: ServiceMap, posts: Posts, countries: Countries | None
) -> tuple[TerminalChange, ...]:
    """Registered terminals by class, in the order of the vocabulary; classes without any are left out."""
    still = np.zeros(len(posts.latitude_rad))
    where = posts.latitude_rad, posts.longitude_rad, still, still
    old, new = (permit(each, posts.subscribers, *where, each.at, countries=countries) for each in (before, after))
    made = []
    for each in _CLASSES:
        these = posts.subscribers.service_class == each.number
        if these.any():
            made.append(
                TerminalChange(
                    service_class=each,
                    gain=int((these & ~old.allowed & new.allowed).sum()),
                    lose=int((these & old.allowed & ~new.allowed).sum()),
                    recoded=int((these & ~old.allowed & ~new.allowed & (old.code != new.code)).sum()),
                    all=int(these.sum()),
                )
            )
    return tuple(made)
