"""Where packets leave space: gateway sites, their antennas, and the points of presence behind them.

Comes in: the text of two tables.  Goes out: frozen values, or every fault of the tables at once.  Which gateway feeds
which point of presence is published nowhere: the packaged table binds each to the nearest in its country (assumed).
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hudhud.arrays import Bools, Ints32, freeze
from hudhud.earth import Sites
from hudhud.errors import Fault, InputError

__all__ = ["Gateways", "PointsOfPresence", "PopKind", "parse_gateways", "parse_pops", "parse_sites"]

_MOST_ANTENNAS = 1_000

_Row = dict[str, str]


class PopKind(Enum):
    """What stands at a point of presence, as its source calls it."""

    NETFAC = "netfac"
    POP = "pop"
    COMMUNITY_GATEWAY = "community_gateway"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PointsOfPresence:
    """Where traffic meets the internet.

    sites: names are the cities (a city may have two), heights 0.  codes: the operator's own, all different.
    countries: ISO 3166-1 alpha-2.  kinds: one each.
    """

    sites: Sites
    codes: tuple[str, ...]
    countries: tuple[str, ...]
    kinds: tuple[PopKind, ...]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Gateways:
    """Gateway sites.

    sites: names all different, heights 0.  antennas (gateway,): how many satellites it follows at once.
    pop (gateway,): index of its point of presence.
    """

    sites: Sites
    antennas: Ints32
    pop: Ints32

    def __post_init__(self) -> None:
        if not self.antennas.shape == self.pop.shape == (len(self.sites),):
            raise ValueError(f"{len(self.sites)} gateways need as many antennas and points of presence")
        freeze(self.antennas, self.pop)

    def __len__(self) -> int:
        return len(self.sites)

    def select(self, chosen: Bools) -> "Gateways":
        """The gateways that a mask (gateway,) names."""
        sites = Sites(
            names=tuple(name for name, keep in zip(self.sites.names, chosen, strict=True) if keep),
            latitude_rad=self.sites.latitude_rad[chosen],
            longitude_rad=self.sites.longitude_rad[chosen],
            height_m=self.sites.height_m[chosen],
        )
        return Gateways(sites=sites, antennas=self.antennas[chosen], pop=self.pop[chosen])


class _Table:
    """A CSV table whose cells are read one by one, every fault remembered with its line."""

    def __init__(self, text: str, columns: Sequence[str], what: str) -> None:
        reader = csv.DictReader(text.removeprefix("\ufeff").splitlines())
        self.what, self.faults = what, list[Fault]()
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise InputError(
                f"{what}: no column {', '.join(missing)}; expected {', '.join(columns)} in the first line, "
                f"found {', '.join(reader.fieldnames or []) or 'nothing'}"
            )
        try:
            read = [(reader.line_num, row) for row in reader]
        except csv.Error as error:
            raise InputError(f"{what}: line {reader.line_num} is no line of a CSV table ({error})") from None
        self.rows = [(line, {column: (row[column] or "").strip() for column in columns}) for line, row in read]

    def fault(self, line: int, problem: str) -> None:
        """Remember a fault."""
        self.faults.append(Fault(where=f"line {line}", problem=problem))

    def numbers(self, column: str, least: float, most: float) -> list[float]:
        """A column of numbers, 0 where a cell is none."""
        return [self._number(line, row, column, least, most) for line, row in self.rows]

    def _number(self, line: int, row: _Row, column: str, least: float, most: float) -> float:
        try:
            number = float(row[column])
        except ValueError:
            number = np.nan
        if not least <= number <= most:
            self.fault(line, f"{column} is {row[column]!r}, but must be a number from {least:g} to {most:,g}")
            return 0.0
        return number

    def distinct(self, column: str) -> tuple[str, ...]:
        """A column of texts that must all be there and differ."""
        seen: dict[str, int] = {}
        for line, row in self.rows:
            if not row[column]:
                self.fault(line, f"{column} is empty")
            elif row[column] in seen:
                self.fault(line, f"{column} {row[column]!r} stands in line {seen[row[column]]} already")
            seen.setdefault(row[column], line)
        return tuple(row[column] for _, row in self.rows)

    def chosen(self, column: str, index: Callable[[str], int | None], allowed: str) -> list[int]:
        """A column of known words as numbers, 0 where a word is not known."""
        found = []
        for line, row in self.rows:
            number = index(row[column])
            if number is None:
                self.fault(line, f"{column} is {row[column]!r}, but must be {allowed}")
            found.append(number or 0)
        return found

    def sites(self, names: tuple[str, ...], heights: str = "") -> Sites:
        """Places from the columns of coordinates."""
        latitude, longitude = self.numbers("latitude_deg", -90, 90), self.numbers("longitude_deg", -180, 180)
        height = self.numbers(heights, -1_000, 100_000) if heights else None
        return Sites.at(names, latitude, longitude, height)

    def finish(self) -> None:
        """Refuse the table if anything was wrong with it."""
        if self.faults:
            raise InputError(f"{self.what}: {len(self.faults)} faults", self.faults)


def parse_pops(text: str) -> PointsOfPresence:
    """Points of presence from CSV with code, city, country, latitude_deg, longitude_deg, kind.

    Raises InputError that lists every fault by its line.
    """
    table = _Table(text, ("code", "city", "country", "latitude_deg", "longitude_deg", "kind"), "points of presence")
    kinds = {kind.value: number for number, kind in enumerate(PopKind)}
    codes, sites = table.distinct("code"), table.sites(tuple(row["city"] for _, row in table.rows))
    kind = table.chosen("kind", kinds.get, f"one of {', '.join(kinds)}")
    table.finish()
    return PointsOfPresence(
        sites=sites,
        codes=codes,
        countries=tuple(row["country"] for _, row in table.rows),
        kinds=tuple(list(PopKind)[number] for number in kind),
    )


def parse_gateways(text: str, pops: PointsOfPresence) -> Gateways:
    """Gateways from CSV with name, latitude_deg, longitude_deg, antennas and the code of its pop.

    Raises InputError that lists every fault by its line.
    """
    table = _Table(text, ("name", "latitude_deg", "longitude_deg", "antennas", "pop"), "gateways")
    index = {code: number for number, code in enumerate(pops.codes)}
    sites = table.sites(table.distinct("name"))
    antennas = table.numbers("antennas", 0, _MOST_ANTENNAS)
    for (line, row), count in zip(table.rows, antennas, strict=True):
        if count % 1:
            table.fault(line, f"antennas is {row['antennas']!r}, but must be a whole number")
    pop = table.chosen("pop", index.get, "the code of a point of presence")
    table.finish()
    return Gateways(sites=sites, antennas=np.array(antennas, dtype=np.int32), pop=np.array(pop, dtype=np.int32))


def parse_sites(text: str) -> Sites:
    """Sites from CSV with name, latitude_deg, longitude_deg, height_m.  Raises InputError with every fault."""
    table = _Table(text, ("name", "latitude_deg", "longitude_deg", "height_m"), "sites")
    sites = table.sites(table.distinct("name"), "height_m")
    table.finish()
    return sites
