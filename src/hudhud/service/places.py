"""Places with their people: how many live in a set of cells, and the largest places among them.

People are those of GeoNames' places of 500 or more (2025), counted once where a city is listed with its sections
(`builders/places.py` tells how).  They are a floor and no census: scattered and rural people are missing, half of the
world's (of the country's own figure Germany reaches 98 %, Ukraine 93 %, the United States 77 %, Iran 64 %, India 27 %, Sudan
26 %), all people of a town stand at its middle, and figures are as old as each country's last count.
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, Floats, Ints, Ints32, freeze
from hudhud.sky.hexagons import NUMBERS

__all__ = ["Place", "Places", "largest", "people"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A named place.

    population: as the source has it, sections included.  number: its cell.  country: ISO 3166-1 alpha-3 as the source draws
    borders (Kosovo XKX); no position of ours on any claim.  name_ar: "" where no Arabic name is sure.
    """

    name_en: str
    name_ar: str
    latitude_rad: float
    longitude_rad: float
    population: int
    number: int
    country: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Places:
    """People by cell, and named places.

    number: (cell,) cells with a listed place, ascending; people: (cell,) who live there, each once; count: (cell,) listed
    places, sections of cities included.  The rest is per named place (15,000 people or more, and capitals), by ascending cell
    number: place_number its cell, population as the source has it, country an index of `countries`, part_of the row of
    the city whose section it is, -1 for none.
    """

    number: Ints32
    people: Ints
    count: Ints
    place_number: Ints32
    latitude_rad: Floats
    longitude_rad: Floats
    population: Ints
    country: Ints
    part_of: Ints
    names_en: tuple[str, ...]
    names_ar: tuple[str, ...]
    countries: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self.number, self.people, self.count, self.place_number, self.latitude_rad, self.longitude_rad)
        freeze(self.population, self.country, self.part_of)

    def __len__(self) -> int:
        return len(self.population)

    def place(self, row: int) -> Place:
        """One named place."""
        return Place(
            name_en=self.names_en[row],
            name_ar=self.names_ar[row],
            latitude_rad=float(self.latitude_rad[row]),
            longitude_rad=float(self.longitude_rad[row]),
            population=int(self.population[row]),
            number=int(self.place_number[row]),
            country=self.countries[self.country[row]],
        )


def people(places: Places, number: Ints32) -> tuple[int, int]:
    """People who live in the cells, and how many listed places they live in.

    number: cell numbers in any order; one named twice counts once.  1.4 ms for 100,000 cells.
    """
    held = _cells(number)[places.number]
    return int(places.people[held].sum()), int(places.count[held].sum())


def largest(places: Places, number: Ints32, most: int = 10) -> tuple[Place, ...]:
    """The named places with most people in the cells, largest first, at most `most`.

    number: as for `people`.  A section of a city is told only where the city's middle lies outside the cells.
    """
    held = _cells(number)[places.place_number]
    rows = np.flatnonzero(held & ~((places.part_of >= 0) & held[places.part_of]))
    first = rows[np.argsort(-places.population[rows], kind="stable")[: max(most, 0)]]
    return tuple(places.place(row) for row in first.tolist())


def _cells(number: Ints32) -> Bools:
    """(NUMBERS,) whether each cell is meant."""
    meant = np.zeros(NUMBERS, dtype=np.bool_)
    meant[number] = True
    return meant
