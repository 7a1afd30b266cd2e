"""All territories that come with the package: what each is, its cells, and which of them hold a cell.

Cells are kept as runs of consecutive cell numbers, each with the strongest containment mode that holds in it: full, then
centre, then overlap, every mode including the stronger ones.  Two territories are no drawing but arithmetic: "world", every
cell, and "sea.high", every cell that touches neither land nor territorial sea of anybody.
"""

import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hudhud.arrays import Bits, Bools, Ints, Ints32, freeze
from hudhud.errors import InputError
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, RESOLUTION, is_cell

__all__ = [
    "COMPUTED",
    "Runs",
    "Territories",
    "TerritoryRow",
    "assembled",
    "merged",
    "near",
    "packed",
    "parse_rows",
    "runs",
    "sea_beyond",
    "unpacked",
    "world",
]

COMPUTED = ("sea.high", "world")
"""Ids of the territories that no file holds."""

_MODES = (Containment.FULL, Containment.CENTRE, Containment.OVERLAP)
_LEVEL = {mode: level for level, mode in enumerate(_MODES)}
_LAND = (Kind.COUNTRY, Kind.REGION, Kind.AREA)
_ORDER = (*_LAND, Kind.SEA, Kind.WORLD, Kind.OWN)
_PER_BASE = 7**RESOLUTION  # numbers of a base cell
_SIMILAR = 5  # names suggested for one that is unknown


_PLAIN = (
    *("id", "name_en", "name_ar", "country", "controlled_by", "source", "source_date", "source_sha256", "feature"),
    *("worldview", "note", "claims_source", "claims_date"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TerritoryRow:
    """What is known of a territory, without its cells.  Fields as in `Territory`.

    claims_source, claims_date: the document that the claimants and the controller are taken from; "" where nobody
    disputes.  cells, digests: of the modes full, centre, overlap.
    """

    id: str
    kind: Kind
    name_en: str
    name_ar: str
    country: str
    claimed_by: tuple[str, ...]
    controlled_by: str
    points_of_view: tuple[tuple[str, str], ...]
    source: str
    source_date: str
    source_sha256: str
    feature: str
    worldview: str
    note: str
    claims_source: str
    claims_date: str
    cells: tuple[int, int, int]
    digests: tuple[str, str, str]

    @property
    def disputed(self) -> bool:
        """Whether more than one side claims it."""
        return len(self.claimed_by) > 1

    def count(self, containment: Containment) -> int:
        """Number of cells under a containment mode."""
        return self.cells[_LEVEL[containment]]

    def digest(self, containment: Containment) -> str:
        """Digest of the cells under a containment mode."""
        return self.digests[_LEVEL[containment]]


def parse_rows(text: str) -> tuple[TerritoryRow, ...]:
    """The rows of the packaged table, in its order."""
    return tuple(_row(fields) for fields in csv.DictReader(io.StringIO(text)))


def _row(fields: Mapping[str, str]) -> TerritoryRow:
    views = (view.partition("=") for view in fields["points_of_view"].split(";") if view)
    full, centre, overlap = (mode.value for mode in _MODES)
    return TerritoryRow(
        **{name: fields[name] for name in _PLAIN},
        kind=Kind(fields["kind"]),
        claimed_by=tuple(fields["claimed_by"].split(";")) if fields["claimed_by"] else (),
        points_of_view=tuple((state, view) for state, _, view in views),
        cells=(int(fields[f"cells_{full}"]), int(fields[f"cells_{centre}"]), int(fields[f"cells_{overlap}"])),
        digests=(fields[f"digest_{full}"], fields[f"digest_{centre}"], fields[f"digest_{overlap}"]),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Runs:
    """Cells of several territories as runs of numbers.

    offset: (territory + 1,) where each territory begins among the runs.  start, stop: (run,) first number of each run and
    the one after its last; a territory's runs ascend and do not meet.  level: (run,) strongest mode that holds there:
    0 full, 1 centre, 2 overlap.
    """

    offset: Ints
    start: Ints32
    stop: Ints32
    level: Bits

    def __post_init__(self) -> None:
        freeze(self.offset, self.start, self.stop, self.level)

    @property
    def owner(self) -> Ints:
        """(run,) which territory each run belongs to."""
        return np.repeat(np.arange(len(self.offset) - 1), np.diff(self.offset))

    def numbers(self, territory: int, containment: Containment) -> Ints32:
        """Ascending cell numbers of one territory under a containment mode."""
        part = slice(int(self.offset[territory]), int(self.offset[territory + 1]))
        kept = self.level[part] <= _LEVEL[containment]
        return _spread(self.start[part][kept], self.stop[part][kept])


def _spread(start: Ints32, stop: Ints32) -> Ints32:
    """Every number of every run, run by run."""
    length = (stop - start).astype(np.int64)
    ahead = np.cumsum(length) - length
    number: Ints32 = (np.arange(int(length.sum())) + np.repeat(start - ahead, length)).astype(np.int32)
    return number


def runs(full: Ints32, centre: Ints32, overlap: Ints32) -> Runs:
    """Runs of one territory from its cells under the three modes, each ascending and part of the next."""
    level = np.full(len(overlap), _LEVEL[Containment.OVERLAP], dtype=np.uint8)
    level[np.searchsorted(overlap, centre)] = _LEVEL[Containment.CENTRE]
    level[np.searchsorted(overlap, full)] = _LEVEL[Containment.FULL]
    ends = np.flatnonzero((np.diff(overlap) != 1) | (np.diff(level) != 0))
    first = np.concatenate([[0], ends + 1]).astype(np.int64)[: len(overlap)]
    last = np.concatenate([ends, [len(overlap) - 1]]).astype(np.int64)[: len(overlap)]
    return Runs(
        offset=np.array([0, len(first)]),
        start=overlap[first].astype(np.int32),
        stop=(overlap[last] + 1).astype(np.int32),
        level=level[first],
    )


def merged(parts: Sequence[Runs]) -> Runs:
    """The territories of several, one after the other."""
    size = [np.diff(part.offset) for part in parts]
    return Runs(
        offset=np.concatenate([[0], np.cumsum(np.concatenate(size))]).astype(np.int64),
        start=np.concatenate([part.start for part in parts]),
        stop=np.concatenate([part.stop for part in parts]),
        level=np.concatenate([part.level for part in parts]),
    )


def packed(ids: Sequence[str], kept: Runs) -> dict[str, NDArray[Any]]:
    """Arrays that a file holds: gaps before runs and lengths less one, small numbers split into planes of bytes."""
    before = np.concatenate([[0], kept.stop[:-1]]).astype(np.int64)
    begins = kept.offset[:-1][np.diff(kept.offset) > 0]
    before[begins] = 0
    return {
        "id": np.array(ids, dtype=np.str_),
        "offset": kept.offset.astype(np.int32),
        "gap": _planes(kept.start - before),
        "length": _planes(kept.stop - kept.start - 1),
        "level": kept.level,
    }


def _planes(count: Ints) -> Bits:
    """(4, n) bytes of non-negative numbers, least first."""
    return np.ascontiguousarray(np.ascontiguousarray(count, dtype="<u4").view(np.uint8).reshape(-1, 4).T)


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> tuple[tuple[str, ...], Runs]:
    """Ids and runs from the arrays of a file, as `packed` made them."""
    gap, length = (
        np.ascontiguousarray(arrays[name].T).view("<u4").ravel().astype(np.int64) for name in ("gap", "length")
    )
    offset = arrays["offset"].astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(gap + length + 1)])
    base = np.repeat(ends[offset[:-1]], np.diff(offset))  # numbers count from nought again in every territory
    start = ends[:-1] + gap - base
    kept = Runs(
        offset=offset,
        start=start.astype(np.int32),
        stop=(start + length + 1).astype(np.int32),
        level=arrays["level"].copy(),
    )
    return tuple(str(each) for each in arrays["id"]), kept


def world() -> Runs:
    """Every cell."""
    return _wholly(_cells())


def sea_beyond(others: Runs) -> Runs:
    """Every cell that touches no territory of `others`.  The three modes are one: its border is theirs."""
    covered = np.bincount(others.start, minlength=NUMBERS + 1) - np.bincount(others.stop, minlength=NUMBERS + 1)
    return _wholly((np.cumsum(covered[:-1], dtype=np.int32) == 0) & _cells())


def _cells() -> Bools:
    """(NUMBERS,) which numbers are cells: all but wedges of pentagons, so that only pentagons need to be looked at."""
    mask = np.ones(NUMBERS, dtype=np.bool_)
    first = np.arange(0, NUMBERS, _PER_BASE, dtype=np.int32)
    for pentagon in first[~is_cell(first + 1)]:
        part = slice(pentagon, pentagon + _PER_BASE)
        mask[part] = is_cell(np.arange(part.start, part.stop, dtype=np.int32))
    return mask


def _wholly(mask: Bools) -> Runs:
    """The runs of a mask over all numbers, as one territory that holds each of its cells wholly."""
    edge = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    start, stop = edge[::2].astype(np.int32), edge[1::2].astype(np.int32)
    return Runs(offset=np.array([0, len(start)]), start=start, stop=stop, level=np.zeros(len(start), dtype=np.uint8))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Territories:
    """The territories of a catalogue.  rows: what is known of each; runs: their cells, in the order of the rows."""

    rows: tuple[TerritoryRow, ...]
    runs: Runs
    _place: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_place", {row.id: place for place, row in enumerate(self.rows)})

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, id: str) -> bool:
        return id in self._place

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids in the order of the rows: countries, regions, areas, seas, the world."""
        return tuple(row.id for row in self.rows)

    def place(self, id: str) -> int:
        """Where a territory stands among the rows.  Raises InputError, with near matches, for an unknown id."""
        if id not in self._place:
            raise InputError(_unknown(id, self.rows))
        return self._place[id]

    def row(self, id: str) -> TerritoryRow:
        """What is known of a territory, without its cells."""
        return self.rows[self.place(id)]

    def territory(self, id: str, containment: Containment) -> Territory:
        """A territory with its cells under a containment mode."""
        place = self.place(id)
        row = self.rows[place]
        return Territory(
            id=row.id,
            kind=row.kind,
            name_en=row.name_en,
            name_ar=row.name_ar,
            containment=containment,
            number=self.runs.numbers(place, containment),
            digest=row.digest(containment),
            country=row.country,
            claimed_by=row.claimed_by,
            controlled_by=row.controlled_by,
            points_of_view=row.points_of_view,
            source=row.source,
            source_date=row.source_date,
            source_sha256=row.source_sha256,
            feature=row.feature,
            worldview=row.worldview,
            note=row.note,
        )

    def at(self, number: int) -> tuple[tuple[str, Containment], ...]:
        """Every territory that a cell belongs to, with the strongest mode that holds: countries, regions, areas, seas.

        Empty for a number that is no cell.  "world", to which every cell belongs, is left out.
        """
        met = np.flatnonzero((self.runs.start <= number) & (number < self.runs.stop))
        owners = np.searchsorted(self.runs.offset, met, side="right") - 1
        found = [(self.rows[owner], _MODES[self.runs.level[run]]) for run, owner in zip(met, owners, strict=True)]
        return tuple((row.id, mode) for row, mode in found if row.kind is not Kind.WORLD)

    def members(self, number: Ints32, kinds: frozenset[Kind], containment: Containment) -> tuple[Ints, Ints]:
        """Which territories of some kinds hold each cell.

        number: (cell,) in any order.  Returns offsets (cell + 1,) and rows: those of cell k, ascending places among
        `rows`, are rows[offsets[k] : offsets[k + 1]].
        """
        of_kind = np.array([row.kind in kinds for row in self.rows], dtype=np.bool_)
        owner = self.runs.owner
        kept = of_kind[owner] & (self.runs.level <= _LEVEL[containment])
        order = np.argsort(number, kind="stable")
        low, high = np.searchsorted(number[order], [self.runs.start[kept], self.runs.stop[kept]])
        cell = order[_spread(low.astype(np.int32), high.astype(np.int32))]
        row = np.repeat(owner[kept], high - low)
        ranked = np.lexsort((row, cell))
        offsets = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=len(number)))])
        return offsets.astype(np.int64), row[ranked]


def assembled(rows: Sequence[TerritoryRow], files: Sequence[tuple[Sequence[str], Runs]]) -> Territories:
    """The catalogue from the rows and the files of runs; "sea.high" and "world" are worked out here.

    Raises InputError if rows and files do not name the same territories.
    """
    all_runs = merged([kept for _, kept in files])
    place = {each: n for n, each in enumerate(each for ids, _ in files for each in ids)}
    extra = merged([all_runs, sea_beyond(all_runs), world()])
    place |= {each: len(place) + n for n, each in enumerate(COMPUTED)}
    if {row.id for row in rows} != set(place):
        missing = sorted({row.id for row in rows} ^ set(place))
        raise InputError(f"the table of territories and their cells do not belong together: {', '.join(missing[:10])}")
    ordered = sorted(rows, key=lambda row: (_ORDER.index(row.kind), row.id))
    return Territories(rows=tuple(ordered), runs=_taken(extra, [place[row.id] for row in ordered]))


def _taken(kept: Runs, order: Sequence[int]) -> Runs:
    """Territories in another order."""
    chosen = np.asarray(order, dtype=np.int64)
    picked = _spread(kept.offset[chosen].astype(np.int32), kept.offset[chosen + 1].astype(np.int32))
    size = np.diff(kept.offset)[chosen]
    return Runs(
        offset=np.concatenate([[0], np.cumsum(size)]).astype(np.int64),
        start=kept.start[picked],
        stop=kept.stop[picked],
        level=kept.level[picked],
    )


def near(wanted: str, rows: Sequence[TerritoryRow]) -> tuple[TerritoryRow, ...]:
    """Territories whose id or name is most like a word, best first."""
    words: dict[str, list[TerritoryRow]] = {}
    for row in rows:
        parts = () if row.kind is Kind.SEA else (row.id.partition(".")[2], row.name_en, row.name_ar)
        for word in {part.casefold() for part in (row.id, *parts) if part}:
            words.setdefault(word, []).append(row)
    key = wanted.casefold()
    like = [key] if key in words else difflib.get_close_matches(key, words, n=_SIMILAR, cutoff=0.7)
    return tuple({row.id: row for word in like for row in words[word]}.values())[:_SIMILAR]


def _unknown(wanted: str, rows: Sequence[TerritoryRow]) -> str:
    like = ", ".join(f"{row.id} ({row.name_en})" for row in near(wanted, rows))
    meant = f"did you mean {like}?" if like else "nothing is called like it."
    return (
        f"no territory has the id '{wanted}'; expected an ISO 3166-1 code such as UKR, or one such as UKR.crimea, UKR.sea or "
        f"area.abyei; {meant} All of them: hudhud territory list"
    )
