"""What two territories have in common and what not, and how much ground and how many people any set of cells holds."""

from collections.abc import Mapping
from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np

from hudhud.arrays import Ints32, freeze
from hudhud.service.places import Place, Places, largest, people
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import all_numbers, h3_index

__all__ = ["Difference", "Ground", "area_m2", "areas_m2", "difference", "ground"]

_RADIUS_M = 6_371_007.180918475  # of the sphere with the ellipsoid's surface, on which H3 draws its cells
_SPHERE_M2 = 4 * np.pi * _RADIUS_M**2
_CELLS = 2_016_842


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Difference:
    """Two territories and their cells in three parts.

    only_a, only_b, both: ascending cell numbers; together every cell of either, each once.
    """

    a: Territory
    b: Territory
    only_a: Ints32
    only_b: Ints32
    both: Ints32

    def __post_init__(self) -> None:
        freeze(self.only_a, self.only_b, self.both)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ground:
    """What stands on a set of cells.

    area_m2: sum of the cells' areas on the sphere.  people: see `hudhud.service.places`, a floor.  listed: places in
    which they live.  largest: the named ones with most people.
    """

    number: Ints32
    area_m2: float
    people: int
    listed: int
    largest: tuple[Place, ...]

    def __len__(self) -> int:
        return len(self.number)


def difference(a: Territory, b: Territory) -> Difference:
    """The cells that only one of two territories has, and those that both have.  Their modes may differ."""
    return Difference(
        a=a,
        b=b,
        only_a=np.setdiff1d(a.number, b.number, assume_unique=True),
        only_b=np.setdiff1d(b.number, a.number, assume_unique=True),
        both=np.intersect1d(a.number, b.number, assume_unique=True),
    )


def ground(number: Ints32, places: Places, most: int = 5) -> Ground:
    """Area, people and the largest places of some cells.  number: ascending cell numbers."""
    souls, listed = people(places, number)
    return Ground(
        number=number, area_m2=area_m2(number), people=souls, listed=listed, largest=largest(places, number, most)
    )


def area_m2(number: Ints32) -> float:
    """Ground that some cells cover, square metres on the sphere.  number: cell numbers, each once.

    The library is asked for each cell (2 microseconds); for more than half the world, for each of the others.
    """
    if len(number) > _CELLS // 2:
        return float(_SPHERE_M2 - area_m2(np.setdiff1d(all_numbers(), number, assume_unique=True)))
    return float(sum(h3.cell_area(cell, unit="m^2") for cell in h3_index(number).tolist()))


def areas_m2(modes: Mapping[Containment, Territory]) -> dict[Containment, float]:
    """Ground that a territory covers in each of its modes, square metres; every cell is measured once.

    modes: the same territory in any of the three, each part of the next.
    """
    found: dict[Containment, float] = {}
    before, total_m2 = np.zeros(0, dtype=np.int32), 0.0
    for mode in Containment:
        if mode in modes:
            total_m2 += area_m2(np.setdiff1d(modes[mode].number, before, assume_unique=True))
            before, found[mode] = modes[mode].number, total_m2
    return found
