"""Where countries lie, as permits ask it: which cells are theirs, and how far a cell is from the nearest of them."""

from collections.abc import Callable, Sequence

import h3.api.basic_int as h3
import numpy as np
from scipy.spatial import cKDTree

from hudhud.arrays import Floats, Ints32
from hudhud.constants import MEAN_RADIUS_M
from hudhud.service.territory import Territory
from hudhud.sky.hexagons import h3_index

__all__ = ["Countries"]


class Countries:
    """Cells and distances of countries, each looked up when first asked for and then kept: same question, same answer.

    territory_of: the territory of an id, in the containment mode in which a terminal is to count as at home (that of the
    centre is the natural one).  What it raises for an unknown id is passed on.
    """

    def __init__(self, territory_of: Callable[[str], Territory]) -> None:
        self._territory_of = territory_of
        self._number: dict[str, Ints32] = {}
        self._tree: dict[str, cKDTree] = {}
        self._known_m: dict[tuple[str, int], float] = {}

    def number(self, country: str) -> Ints32:
        """Ascending numbers of the cells of a country."""
        if country not in self._number:
            self._number[country] = self._territory_of(country).number
        return self._number[country]

    def distance_m(self, country: Sequence[str], number: Ints32) -> Floats:
        """Metres from cells to the nearest cell of a country each, centre to centre along a great circle, 0 inside.

        country: n ids; number: (n,) cell numbers.  inf for "" and for a country without cells.  True to one cell (17 km).
        """
        asked = list(zip(country, number.tolist(), strict=True))
        if not self._known_m.keys() >= (distinct := set(asked)):
            self._measure(distinct - self._known_m.keys())
        return np.fromiter(map(self._known_m.__getitem__, asked), dtype=np.float64, count=len(asked))

    def _measure(self, asked: set[tuple[str, int]]) -> None:
        """Measure and keep distances, country by country."""
        cells: dict[str, list[int]] = {}
        for country, cell in asked:
            cells.setdefault(country, []).append(cell)
        for country, some in cells.items():
            distance_m = self._measured_m(country, np.array(some, dtype=np.int32)).tolist()
            self._known_m.update(zip(((country, cell) for cell in some), distance_m, strict=True))

    def _measured_m(self, country: str, number: Ints32) -> Floats:
        own = self.number(country) if country else number[:0]
        if not own.size:
            return np.full(number.size, np.inf)
        if country not in self._tree:
            self._tree[country] = cKDTree(_centres(own))
        chord, _ = self._tree[country].query(_centres(number))
        distance_m: Floats = 2 * MEAN_RADIUS_M * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
        return np.where(np.isin(number, own), 0.0, distance_m)


def _centres(number: Ints32) -> Floats:
    """(n, 3) middles of cells on the unit sphere."""
    latitude, longitude = np.radians([h3.cell_to_latlng(index) for index in h3_index(number).tolist()]).reshape(-1, 2).T
    across = np.cos(latitude)
    return np.stack([across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)], axis=-1)
