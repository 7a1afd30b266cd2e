"""Which satellites point lasers at each other.

Comes in: planes with the order of satellites in them (found in real elements, or of a design).  Goes out: `Topology`,
pairs of satellites, each once, and the same as a table of neighbours for routing.  Whether a link is up now is not said
here (links.laser).  Three patterns: +Grid (two lasers along the plane, two across), the three-laser brick (two along,
one across, alternating sides), and nearest neighbours.  A new pattern is a function that returns `from_pairs(...)`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from hudhud.arrays import Bools, Floats, Ints, Ints32, freeze
from hudhud.orbits.planes import Planes

__all__ = [
    "Topology",
    "among",
    "from_pairs",
    "nearest_neighbours",
    "no_lasers",
    "plus_grid",
    "three_laser_brick",
    "walker_plus_grid",
]

_HAIR_RAD = 1e-6
_WIDEST_GAPS = 3.0  # planes farther apart than three usual gaps of their shell are no neighbours,
_NEAR_RAD = float(np.radians(20.0))  # unless no farther than this: 2,400 km at most, an easy distance for a laser
_MOST_DOORS = 4


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Topology:
    """Laser links between satellites, each once, and the table of neighbours that routing walks.

    tail, head: (edge,) int32 satellites, tail < head.  across: (edge,) True where the link joins two planes.
    neighbour: (satellite, degree) int32 the satellite at the other end, the number of satellites where the place is
    unused; edge: the same shape, the number of the link, the number of links where unused.  degree is a multiple of 4.
    """

    satellites: int
    tail: Ints32
    head: Ints32
    across: Bools
    neighbour: Ints32
    edge: Ints32

    def __post_init__(self) -> None:
        freeze(self.tail, self.head, self.across, self.neighbour, self.edge)

    def __len__(self) -> int:
        return len(self.tail)


def from_pairs(satellites: int, tail: Ints32, head: Ints32, across: Bools) -> Topology:
    """The topology of pairs given in any order and direction; a pair named twice is one link, a pair of one is none."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    real = low != high
    key = low[real].astype(np.int64) * satellites + high[real]
    _, first = np.unique(key, return_index=True)
    low, high, over = low[real][first], high[real][first], across[real][first]
    edges = len(low)
    ends = np.concatenate([low, high])
    others = np.concatenate([high, low])
    number = np.tile(np.arange(edges, dtype=np.int32), 2)
    order = np.lexsort((number, ends))
    ends, others, number = ends[order], others[order], number[order]
    counts = np.bincount(ends, minlength=satellites)
    degree = max(4, -(-int(counts.max(initial=0)) // 4) * 4)
    place = np.arange(len(ends)) - np.repeat(np.cumsum(counts) - counts, counts)
    neighbour = np.full((satellites, degree), satellites, dtype=np.int32)
    edge = np.full((satellites, degree), edges, dtype=np.int32)
    neighbour[ends, place] = others
    edge[ends, place] = number
    return Topology(
        satellites=satellites,
        tail=low.astype(np.int32),
        head=high.astype(np.int32),
        across=over.astype(np.bool_),
        neighbour=neighbour,
        edge=edge,
    )


def among(satellites: int, chosen: Ints, topology: Topology) -> Topology:
    """A topology of some satellites as one of the whole fleet.  chosen: (part,) numbers in the fleet of its satellites."""
    number = chosen.astype(np.int32)
    return from_pairs(satellites, number[topology.tail], number[topology.head], topology.across)


def no_lasers(satellites: int) -> Topology:
    """A fleet of bent pipes."""
    none = np.empty(0, dtype=np.int32)
    return from_pairs(satellites, none, none, np.empty(0, dtype=np.bool_))


def _along(planes: Planes) -> tuple[Ints32, Ints32]:
    """Each satellite and the next one of its plane, cyclic."""
    members = [planes.members(plane).astype(np.int32) for plane in range(len(planes))]
    rings = [ring for ring in members if len(ring) > 1]
    return _joined(rings), _joined([np.roll(ring, -1) for ring in rings])


def _joined(parts: list[Ints32]) -> Ints32:
    return np.concatenate(parts).astype(np.int32) if parts else np.empty(0, dtype=np.int32)


def _neighbouring(planes: Planes) -> Iterator[tuple[int, int]]:
    """Pairs of a plane and a near one eastwards: in each shell first the next ones, then the next but one, and so on.

    Satellites that find no partner next door, because strays or a thin plane lie in between, may look one door farther.
    The seam of a star pattern and other wide gaps stay open.
    """
    for shell in np.unique(planes.shell_of_plane):
        own = np.flatnonzero(planes.shell_of_plane == shell)  # eastwards
        gap_rad = planes.gap_to_next_rad[own]
        widest_rad = min(max(_WIDEST_GAPS * float(np.median(gap_rad)), _NEAR_RAD), 1.01 * np.pi)
        away_rad = np.zeros(len(own))
        for doors in range(1, min(_MOST_DOORS + 1, len(own))):
            away_rad += np.roll(gap_rad, 1 - doors)
            for k in np.flatnonzero(away_rad <= widest_rad):
                if len(own) > 2 or k == 0:  # of two planes the next of the second is the first again: one pair, not two
                    yield int(own[k]), int(own[(k + doors) % len(own)])


def _across(planes: Planes, phase_offset: float) -> tuple[Ints32, Ints32]:
    """Each satellite and its partner eastwards in its shell; at most one eastwards and one westwards.

    phase_offset: how far ahead the partner is looked for, in places of the own plane.
    """
    tails, heads = [], []
    eastwards, westwards = (np.zeros(len(planes.plane), dtype=np.bool_) for _ in range(2))
    for plane, other in _neighbouring(planes):
        here, there = planes.members(plane), planes.members(other)
        own, partner = _matched(planes, plane, other, here[~eastwards[here]], there[~westwards[there]], phase_offset)
        eastwards[own] = True
        westwards[partner] = True
        tails.append(own)
        heads.append(partner)
    return _joined(tails), _joined(heads)


def _across_once(planes: Planes, phase_offset: float) -> tuple[Ints32, Ints32]:
    """As `_across`, but no satellite has more than one partner.

    Every other one of a plane that nobody reached yet reaches ahead; from then on all that were not reached do.
    """
    tails, heads = [], []
    taken = np.zeros(len(planes.plane), dtype=np.bool_)
    for plane, other in _neighbouring(planes):
        here, there = planes.members(plane), planes.members(other)
        here = here[~taken[here]] if taken[here].any() else here[::2]
        own, partner = _matched(planes, plane, other, here, there[~taken[there]], phase_offset)
        taken[own] = True
        taken[partner] = True
        tails.append(own)
        heads.append(partner)
    return _joined(tails), _joined(heads)


def _matched(
    planes: Planes, plane: int, other: int, here: Ints, there: Ints, phase_offset: float
) -> tuple[Ints32, Ints32]:
    """Partners among some satellites of two planes: one to one, with the least sum of squared phase differences.

    Pairs farther apart than one place of the emptier plane are left out.  A hair's breadth ahead counts as nearer, so
    that planes half a place apart all reach ahead.
    """
    sizes = len(planes.members(plane)), len(planes.members(other))
    latitude_rad = planes.argument_of_latitude_rad
    wanted_rad = latitude_rad[here] + phase_offset * 2 * np.pi / sizes[0] + _HAIR_RAD
    apart_rad = np.abs(np.angle(np.exp(1j * (wanted_rad[:, None] - latitude_rad[there]))))
    own, partner = linear_sum_assignment(apart_rad**2)
    near = apart_rad[own, partner] <= 2 * np.pi / min(sizes)
    return here[own[near]].astype(np.int32), there[partner[near]].astype(np.int32)


def plus_grid(planes: Planes, phase_offset: float = 0.0) -> Topology:
    """+Grid: every satellite with the next in its plane and with the nearest in phase of the next plane.

    phase_offset: places by which the partner across lies ahead (0 for the nearest; any number).  Planes whose nodes go
    evenly round (delta pattern) close into a ring; a star pattern keeps its seam open, as do other wide gaps.
    A satellite with no partner next door, as between planes of unequal size, looks up to four planes on; some stay
    without one on a side.
    """
    return _pattern(planes, _across(planes, phase_offset))


def walker_plus_grid(
    planes: int, slots: int, phase_offset: int = 0, seam_shift: int = 0, *, closed: bool = True
) -> Topology:
    """+Grid of a design by number: satellite o * slots + n with (o, n + 1) and with (o + 1, n + phase_offset).

    seam_shift: places added from the last plane to the first (the phasing F of a Walker pattern whose planes each start
    F / planes of a place later).  closed: False leaves the seam of a star pattern open.
    """
    plane, slot = np.divmod(np.arange(planes * slots, dtype=np.int32), slots)
    last = plane == planes - 1
    along = plane * slots + (slot + 1) % slots
    across = (plane + 1) % planes * slots + (slot + phase_offset + np.where(last, seam_shift, 0)) % slots
    reaching = (
        np.full(len(plane), closed and planes > 2) | ~last if planes > 1 else np.zeros(len(plane), dtype=np.bool_)
    )
    satellite = np.arange(planes * slots, dtype=np.int32)
    return from_pairs(
        planes * slots,
        np.concatenate([satellite, satellite[reaching]]),
        np.concatenate([along, across[reaching]]).astype(np.int32),
        np.repeat([False, True], [len(satellite), int(reaching.sum())]),
    )


def three_laser_brick(planes: Planes, phase_offset: float = 0.0) -> Topology:
    """Bricks: two lasers along the plane and one across, every other one forward and the rest back."""
    return _pattern(planes, _across_once(planes, phase_offset))


def _pattern(planes: Planes, across: tuple[Ints32, Ints32]) -> Topology:
    along = _along(planes)
    return from_pairs(
        len(planes.plane),
        np.concatenate([along[0], across[0]]),
        np.concatenate([along[1], across[1]]),
        np.repeat([False, True], [len(along[0]), len(across[0])]),
    )


def nearest_neighbours(satellite_m: Floats, usable: Bools, count: int = 4) -> Topology:
    """Every usable satellite with its `count` nearest; links named from one side only are kept too.

    satellite_m: (satellite, 3) metres, nan where unknown.  The pattern holds for the instant of the positions.
    All links count as across planes.
    """
    index = np.flatnonzero(usable & np.isfinite(satellite_m).all(axis=1))
    if len(index) < 2:
        return no_lasers(len(satellite_m))
    wanted = min(count, len(index) - 1)
    near = np.asarray(cKDTree(satellite_m[index]).query(satellite_m[index], k=wanted + 1)[1])
    itself = near == np.arange(len(index))[:, None]
    crowded_out = ~itself.any(axis=1)  # by others in the very same place: one of those is left out instead
    itself[crowded_out, -1] = True
    tail = np.repeat(index, wanted).astype(np.int32)
    head = index[near[~itself]].astype(np.int32)
    return from_pairs(len(satellite_m), tail, head, np.ones(len(tail), dtype=np.bool_))
