"""Several territories taken together: the cells along the borders between them belong to all of them jointly.

A cell on a coast lies wholly inside neither the country nor its territorial sea, but wholly inside the two together; so does
one on the border of two countries that are served alike.  Which cells those are follows from the catalogue alone: the cells
that two or more of them touch, that touch no other country's land or territorial sea, and that do not reach into what is
nobody's.  That a gap reaches in (high sea between two territorial seas, disputed land that the source gives to nobody) is
told by centres that lie in it; gaps much narrower than a cell are missed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np

from hudhud.arrays import Bits, Bools, Ints, Ints32, freeze
from hudhud.service.catalogue import Territories, TerritoryRow
from hudhud.service.territory import Kind, Territory, digest_of
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, h3_index, number_of

__all__ = ["Touched", "joint", "named", "seams", "touched"]

_BEYOND = "sea.high"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Touched:
    """How many territories touch each cell number: countries and territorial seas (number,); regions, by their country.

    coast (number,): whether both land and territorial sea touch it, of whomever.  gap (number,): whether its centre is
    nobody's, neither of a country nor of a territorial sea.  beyond (number,): those gaps beside which no cell is wholly
    inside anything: cells that touch neither land nor territorial sea, and cells in disputed land.
    """

    whole: Bits
    regions: dict[str, Bits]
    coast: Bools
    gap: Bools
    beyond: Bools

    def __post_init__(self) -> None:
        freeze(self.whole, self.coast, self.gap, self.beyond, *self.regions.values())


def touched(catalogue: Territories) -> Touched:
    """Count the territories that touch each cell.  Takes some 50 ms: once for a catalogue."""
    whole = np.zeros(NUMBERS, dtype=np.uint8)
    regions: dict[str, Bits] = {}
    land, sea, disputed = (np.zeros(NUMBERS, dtype=np.bool_) for _ in range(3))
    gap = np.ones(NUMBERS, dtype=np.bool_)
    for place, row in enumerate(catalogue.rows):
        if row.id == _BEYOND or row.kind not in (Kind.COUNTRY, Kind.SEA, Kind.REGION, Kind.AREA):
            continue
        number = catalogue.runs.numbers(place, Containment.OVERLAP)
        if row.kind is Kind.AREA:
            disputed[number] = True
        elif row.kind is Kind.REGION:
            regions.setdefault(row.country, np.zeros(NUMBERS, dtype=np.uint8))[number] += 1
        else:
            whole[number] += 1
            gap[catalogue.runs.numbers(place, Containment.CENTRE)] = False
            (land if row.kind is Kind.COUNTRY else sea)[number] = True
    beyond = gap & disputed
    beyond[catalogue.territory(_BEYOND, Containment.FULL).number] = True
    return Touched(whole=whole, regions=regions, coast=land & sea, gap=gap, beyond=beyond)


def joint(catalogue: Territories, ids: Sequence[str], containment: Containment, counts: Touched) -> Ints32:
    """Cells of several territories together under a containment mode, ascending.

    Raises InputError for an unknown id.  The one thing that differs from the sum of them is `full`, which also holds the
    cells along the borders between them (`seams`).
    """
    each = [catalogue.territory(one, containment).number for one in ids]
    if containment is Containment.FULL:
        each.append(seams(catalogue, ids, counts))
    return _union(each)


def seams(catalogue: Territories, ids: Sequence[str], counts: Touched, known: Ints32 | None = None) -> Ints32:
    """Cells that lie wholly inside several territories together, but in none of them alone.  Ascending.

    known: ascending cells that are left out, for a caller who has them already.
    """
    rows = [row for one in ids if (row := catalogue.row(one)).kind in (Kind.COUNTRY, Kind.SEA, Kind.REGION)]
    hosts = _hosts(catalogue, rows)
    overlap = {one: catalogue.territory(one, Containment.OVERLAP).number for one in {*hosts, *(row.id for row in rows)}}
    if not rows:
        return np.empty(0, dtype=np.int32)
    cells, members = np.unique(np.concatenate([overlap[row.id] for row in rows]), return_counts=True)
    cells = cells[members > 1]
    full = [catalogue.territory(row.id, Containment.FULL).number for row in rows]
    cells = cells[_holds(_union(full if known is None else [known, *full]), cells) == 0]
    regions = [row for row in rows if row.kind is Kind.REGION]
    own = sum((_holds(overlap[one], cells) for one in hosts), _none(cells))
    own += sum((_holds(overlap[row.id], cells) for row in rows if row.kind is not Kind.REGION), _none(cells))
    regional = sum((_holds(overlap[row.id], cells) for row in regions), _none(cells))
    divided = {row.country for row in regions if row.country in hosts}
    of_countries = sum((counts.regions[country][cells] for country in divided), _none(cells))
    alone = (own == counts.whole[cells]) & (not divided or regional == of_countries)
    found = cells[alone & ~counts.gap[cells]].astype(np.int32)
    # twelve miles of sea are too narrow for all neighbours of a cell on a coast to have their centres in them
    coast = counts.coast[found]
    opens = np.empty(len(found), dtype=np.bool_)
    opens[coast] = _beside(found[coast], counts.beyond)
    opens[~coast] = _beside(found[~coast], counts.gap)
    inland: Ints32 = found[~opens]
    return inland


def _union(parts: Sequence[Ints32]) -> Ints32:
    """Numbers that are in any of several ascending arrays, ascending.  Sorting runs is faster than hashing them."""
    together: Ints32 = np.sort(np.concatenate(parts), kind="stable")
    return together[np.diff(together, prepend=-1) > 0] if len(together) else together


def _none(cells: Ints32) -> Ints:
    return np.zeros(len(cells), dtype=np.int64)


def _holds(number: Ints32, cells: Ints32) -> Ints:
    """1 where a cell is among ascending numbers, else 0."""
    place = np.minimum(np.searchsorted(number, cells), max(len(number) - 1, 0))
    return (number[place] == cells).astype(np.int64) if len(number) else _none(cells)


def _hosts(catalogue: Territories, rows: Sequence[TerritoryRow]) -> set[str]:
    """Countries of which some of the lands are parts, and seas of which some of the seas are: they lie there too, and are no
    neighbours.
    """
    wider = {f"{row.country}.sea" if row.kind is Kind.SEA else row.country for row in rows if row.country}
    return {one for one in wider if one in catalogue} - {row.id for row in rows}


def _beside(number: Ints32, marked: Bools) -> Bools:
    """Whether a neighbour of each cell is marked."""
    if not len(number):
        return np.zeros(0, dtype=np.bool_)
    near = [h3.grid_disk(int(cell), 1) for cell in h3_index(number)]
    size = np.array([len(each) for each in near])
    flat = number_of(np.array([cell for each in near for cell in each], dtype=np.int64))
    return np.asarray(np.logical_or.reduceat(marked[flat], np.cumsum(size) - size))


def named(catalogue: Territories, counts: Touched, name: str, containment: Containment) -> Territory:
    """The territory of an id, or of several joined by `+` ("UKR+UKR.sea"), which are then one.  Raises InputError."""
    ids = [one.strip() for one in name.split("+")]
    if len(ids) == 1:
        return catalogue.territory(ids[0], containment)
    rows = [catalogue.row(one) for one in ids]
    number = joint(catalogue, ids, containment, counts)
    controllers = {row.controlled_by for row in rows}
    return Territory(
        id="+".join(ids),
        kind=Kind.COUNTRY if any(row.kind is Kind.COUNTRY for row in rows) else rows[0].kind,
        name_en=" and ".join(row.name_en for row in rows),
        name_ar=" و".join(row.name_ar for row in rows),
        containment=containment,
        number=number,
        digest=digest_of(number, containment),
        country=rows[0].country,
        claimed_by=tuple(dict.fromkeys(one for row in rows for one in row.claimed_by)),
        controlled_by=controllers.pop() if len(controllers) == 1 else "",
        points_of_view=tuple(dict.fromkeys(view for row in rows for view in row.points_of_view)),
        source="; ".join(dict.fromkeys(row.source for row in rows)),
        source_date=max(row.source_date for row in rows),
        source_sha256="; ".join(dict.fromkeys(row.source_sha256 for row in rows)),
        feature="; ".join(row.feature for row in rows),
        worldview="; ".join(dict.fromkeys(row.worldview for row in rows)),
        note=" ".join(row.note for row in rows if row.note),
    )
