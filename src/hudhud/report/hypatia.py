"""The comparison suite: Hypatia's published constellations, pairs and definitions, as coded there and corrected.

Comes in: the 100 cities of that study.  Goes out: round-trip times, ways and their changes for pairs of cities, and the
medians over all pairs on which its ranking of constellations rests.  As coded, a ground link is any satellite within a
range got by flat-Earth trigonometry, measured on the Earth of the library it used; corrected, it is one above the true
elevation that was meant, on WGS-84.  Only lasers join satellites and no packet comes down in between.  Source: Kassing
et al., IMC 2020; definitions in docs/explain/hypatia.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from hudhud.arrays import Bools, Floats, Instants, Ints, Ints32
from hudhud.constants import C_M_S, MEAN_RADIUS_M, WGS72_RADIUS_M
from hudhud.earth import Sites, geodetic, gmst82_rad, great_circle_m
from hudhud.errors import Fault, InputError
from hudhud.network.routing import UNREACHED, Roots, city_to_city, grow, node_path
from hudhud.network.topology import walker_plus_grid
from hudhud.orbits.elements import Elements, Generation
from hudhud.orbits.positions import Engine, propagator
from hudhud.sky.look import Limits, Watch, looks, watch
from hudhud.timescale import from_rfc3339, instants

__all__ = [
    "CONSTELLATIONS",
    "EPOCH",
    "KUIPER",
    "PAIRS",
    "STARLINK",
    "STARLINK_AT_550_KM",
    "TELESAT",
    "Constellation",
    "Mask",
    "PairSeries",
    "Step",
    "all_pairs_median_max_rtt_s",
    "city_index",
    "elements_of",
    "series",
    "steps",
    "summary",
]

EPOCH = from_rfc3339("2000-01-01T00:00:00Z")

# The Earth on which Hypatia's ranges were measured, that of PyEphem (libastro's earthsat.c): the ellipsoid of the IAU of
# 1964, by whose radius SGP4's earth radii become metres too (all lengths 4e-6 longer, 0.3 us in 77 ms).
_EPHEM_RADIUS_M = 6_378_160.0
_EPHEM_FLATTENING = 1 / 298.25

_LEAST_APART_M = 500_000.0


class Mask(Enum):
    """How a ground link is admitted, and on which Earth it is measured."""

    AS_CODED = "as-coded"
    """Within the maximum range, on PyEphem's Earth."""
    TRUE = "true"
    """At or above the minimum elevation, on WGS-84."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Constellation:
    """A Walker shell as Hypatia defines it.

    maximum_range_m: its limit of a ground link.  minimum_elevation_rad: the elevation that was meant.
    """

    name: str
    planes: int
    satellites_per_plane: int
    inclination_rad: float
    mean_motion_rev_per_day: float
    maximum_range_m: float
    minimum_elevation_rad: float

    @property
    def altitude_m(self) -> float:
        """Mean altitude that the mean motion means, over the mean sphere; for bounds only."""
        mean_motion_rad_s = self.mean_motion_rev_per_day * 2 * np.pi / 86_400.0
        return float((398_600.8e9 / mean_motion_rad_s**2) ** (1 / 3)) - MEAN_RADIUS_M


KUIPER = Constellation(
    name="Kuiper K1",
    planes=34,
    satellites_per_plane=34,
    inclination_rad=np.radians(51.9),
    mean_motion_rev_per_day=14.80,
    maximum_range_m=1_260_000.0,
    minimum_elevation_rad=np.radians(30.0),
)
STARLINK = Constellation(
    name="Starlink S1",
    planes=72,
    satellites_per_plane=22,
    inclination_rad=np.radians(53.0),
    mean_motion_rev_per_day=15.19,
    maximum_range_m=float(np.hypot(940_700.0, 550_000.0)),
    minimum_elevation_rad=np.radians(25.0),
)
TELESAT = Constellation(
    name="Telesat T1",
    planes=27,
    satellites_per_plane=13,
    inclination_rad=np.radians(98.98),
    mean_motion_rev_per_day=13.66,
    maximum_range_m=float(1_015_000.0 / np.sin(np.radians(10.0))),
    minimum_elevation_rad=np.radians(10.0),
)
STARLINK_AT_550_KM = replace(STARLINK, name="Starlink S1 at 550 km", mean_motion_rev_per_day=15.0549)

CONSTELLATIONS = (KUIPER, STARLINK, TELESAT, STARLINK_AT_550_KM)
"""The three of the study, and Starlink at the altitude that its name says (recommended, with the true mask)."""

PAIRS = (
    ("Manila", "Saint Petersburg"),
    ("Rio de Janeiro", "Saint Petersburg"),
    ("Manila", "Dalian"),
    ("Istanbul", "Nairobi"),
    ("Paris", "Luanda"),
)
"""The pairs of the study's figures 3 and 13, and the one whose first value is given to the microsecond."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Step:
    """One instant, all destinations: rtt_s (city, destination), inf where there is no way, and the ways themselves.

    first (city, destination) int32: satellite that the city goes up to, negative where there is no way.
    next_hop (satellite + 1, destination) int32 as in `routing.Trees`.
    """

    at: np.datetime64
    rtt_s: Floats
    first: Ints32
    next_hop: Ints32


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PairSeries:
    """A pair over time: rtt_s (time,), inf where unreachable; path (time,) of satellites, () where unreachable."""

    constellation: str
    mask: Mask
    pair: tuple[str, str]
    elapsed_s: Floats
    rtt_s: Floats
    path: tuple[tuple[int, ...], ...]


def elements_of(constellation: Constellation) -> Elements:
    """Mean elements as Hypatia writes them, every angle rounded to the four decimals of a TLE."""
    slots = constellation.satellites_per_plane
    count = constellation.planes * slots
    plane, slot = np.divmod(np.arange(count), slots)
    raan_deg = np.round(360.0 * plane / constellation.planes, 4)
    anomaly_deg = np.round((360.0 * slot / slots + np.where(plane % 2 == 1, 180.0 / slots, 0.0)) % 360.0, 4)
    motion = round(constellation.mean_motion_rev_per_day, 8) * 2 * np.pi / 86_400.0
    zero = np.zeros(count)
    return Elements(
        names=tuple(f"{constellation.name} {i}" for i in range(count)),
        catalogue_numbers=np.arange(1, count + 1),
        epoch=np.full(count, EPOCH),
        mean_motion_rad_s=np.full(count, motion),
        eccentricity=np.full(count, 1e-7),
        inclination_rad=np.radians(np.full(count, round(float(np.degrees(constellation.inclination_rad)), 4))),
        raan_rad=np.radians(raan_deg),
        argument_of_perigee_rad=zero.copy(),
        mean_anomaly_rad=np.radians(anomaly_deg),
        bstar_per_earth_radius=zero.copy(),
        mean_motion_dot_rad_s2=zero.copy(),
        mean_motion_ddot_rad_s3=zero.copy(),
        status=np.zeros(count, dtype=np.uint8),
        status_reason=("of a design",) * count,
        generation=np.full(count, Generation.UNKNOWN, dtype=np.uint8),
        launch_year=np.zeros(count, dtype=np.int64),
    )


def _lowest_rad(constellation: Constellation) -> float:
    """An elevation below which no satellite can be within the maximum range (spherical relation, 2 degrees to spare)."""
    h, d, radius = constellation.altitude_m - 30_000.0, constellation.maximum_range_m, MEAN_RADIUS_M
    return float(np.arcsin(np.clip((h * h + 2 * radius * h - d * d) / (2 * radius * d), -1.0, 1.0)) - np.radians(2.0))


def _newcomb_rad(at: np.datetime64) -> float:
    """Greenwich mean sidereal time after Newcomb.  Explanatory Supplement 1961, p. 75; as in libastro."""
    days = float((at - np.datetime64("1899-12-31T00:00:00", "ns")) / np.timedelta64(86_400 * 10**9, "ns"))
    centuries = (np.floor(days) - 0.5) / 36_525.0
    hours = 6.6460656 + 2400.051262 * centuries + 0.00002581 * centuries**2
    return float(2 * np.pi * (hours / 24.0 + days % 1.0 * 1.0027379093))


def _cities_as_coded(cities: Sites) -> Sites:
    """The cities where PyEphem (tried: 4.2.1) puts them, 42 to 50 m from their places on WGS-84.

    Its ellipsoid lies 23 m higher; its latitude is turned by 1 - f^2, a slip for (1 - f)^2 that happens to be harmless
    (36 m at most); its sidereal time is Newcomb's (in 2000 35 m to the west, constant over a run).
    """
    latitude_rad = np.arctan(np.tan(cities.latitude_rad) / (1.0 - _EPHEM_FLATTENING**2))
    longitude_rad = cities.longitude_rad + _newcomb_rad(EPOCH) - gmst82_rad(np.array([EPOCH]))
    e2 = _EPHEM_FLATTENING * (2.0 - _EPHEM_FLATTENING)
    normal_m = _EPHEM_RADIUS_M / np.sqrt(1.0 - e2 * np.sin(latitude_rad) ** 2)
    level_m = normal_m * np.cos(latitude_rad)
    xyz_m = [
        level_m * np.cos(longitude_rad),
        level_m * np.sin(longitude_rad),
        normal_m * (1 - e2) * np.sin(latitude_rad),
    ]
    latitude_rad, longitude_rad, height_m = geodetic(np.stack(xyz_m, axis=-1))
    return Sites(names=cities.names, latitude_rad=latitude_rad, longitude_rad=longitude_rad, height_m=height_m)


def _watch(constellation: Constellation, mask: Mask, cities: Sites) -> Watch:
    lowest = constellation.minimum_elevation_rad if mask is Mask.TRUE else _lowest_rad(constellation)
    limits = Limits.same(len(cities), minimum_elevation_rad=lowest)
    return watch(cities, limits, MEAN_RADIUS_M + constellation.altitude_m + 60_000.0)


def steps(
    constellation: Constellation,
    mask: Mask,
    cities: Sites,
    destinations: Ints,
    at: Instants,
    engine: Engine | None = None,
) -> Iterator[Step]:
    """Ways from all cities to `destinations` (destination,) indices of cities, instant by instant."""
    fleet = propagator(elements_of(constellation), engine)
    grid = walker_plus_grid(constellation.planes, constellation.satellites_per_plane)
    as_coded = mask is Mask.AS_CODED
    scale = _EPHEM_RADIUS_M / WGS72_RADIUS_M if as_coded else 1.0
    seen_by = _watch(constellation, mask, _cities_as_coded(cities) if as_coded else cities)
    in_service = np.zeros(grid.satellites, dtype=np.uint8)
    lane = np.full(len(cities), -1, dtype=np.int32)
    lane[destinations] = np.arange(len(destinations))
    cost = np.empty((grid.satellites + 1, len(destinations)))
    block = 50
    for first in range(0, len(at), block):
        satellite_m, _ = fleet.earth_fixed(at[first : first + block])
        satellite_m *= scale
        for i, positions_m in enumerate(satellite_m):
            sky = looks(seen_by, positions_m, in_service)
            kept = sky.range_m <= (constellation.maximum_range_m if as_coded else np.inf)
            yield _step(at[first + i], positions_m, grid, sky, kept, lane, cost)


def _step(at: np.datetime64, positions_m: Floats, grid: Any, sky: Any, kept: Bools, lane: Ints32, cost: Floats) -> Step:
    """One instant: edge lengths, trees to every destination, and the best way up for every city."""
    site, satellite, range_m = sky.site[kept], sky.satellite[kept], sky.range_m[kept]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=len(lane)))])
    length_m = np.linalg.norm(positions_m[grid.tail] - positions_m[grid.head], axis=1)
    edge_cost = np.append(length_m, UNREACHED)[grid.edge]
    down = lane[site] >= 0
    roots = Roots(node=satellite[down], tree=lane[site[down]], cost=range_m[down])
    next_hop = np.empty(cost.shape, dtype=np.int32)
    grow(grid.neighbour, edge_cost, roots, cost, next_hop)
    total = np.empty((len(lane), cost.shape[1]))
    first = np.empty(total.shape, dtype=np.int32)
    city_to_city(offsets, satellite, range_m, cost, total, first)
    rtt_s = np.where(total < UNREACHED, 2 * total / C_M_S, np.inf)
    return Step(at=at, rtt_s=rtt_s, first=first, next_hop=next_hop)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def city_index(name: str, cities: Sites) -> int:
    """The city that a name means: the same letters, or the only one whose name holds them.  Raises InputError."""
    wanted = _plain(name)
    names = [_plain(city) for city in cities.names]
    exact = [i for i, city in enumerate(names) if city == wanted]
    close = exact or [i for i, city in enumerate(names) if wanted and wanted in city]
    if len(close) != 1:
        found = ", ".join(cities.names[i] for i in close[:5]) or "none"
        raise InputError(
            "a pair names a city that is not one of the study's 100",
            [Fault(where=name, problem=f"must mean exactly one city; found: {found}")],
        )
    return close[0]


def _check_apart(sources: Sequence[int], targets: Sequence[int], cities: Sites) -> None:
    """Refuse pairs of a city with itself."""
    problem = "both names mean this city: give two"
    faults = [Fault(where=cities.names[a], problem=problem) for a, b in zip(sources, targets, strict=True) if a == b]
    if faults:
        raise InputError("a pair joins a city with itself", faults)


def series(
    constellation: Constellation,
    mask: Mask,
    cities: Sites,
    pairs: Sequence[tuple[str, str]] = PAIRS,
    duration_s: float = 200.0,
    step_s: float = 0.1,
    engine: Engine | None = None,
) -> tuple[PairSeries, ...]:
    """Every pair's round-trip time and way, from the epoch on, `step_s` apart for `duration_s` (the end left out).

    Raises InputError for a name that means no city, and for a pair of a city with itself.
    """
    sources = [city_index(a, cities) for a, _ in pairs]
    targets = [city_index(b, cities) for _, b in pairs]
    _check_apart(sources, targets, cities)
    destinations = np.unique(targets)
    lanes = np.searchsorted(destinations, targets).tolist()
    count = max(1, round(duration_s / step_s))
    at = instants(EPOCH, count, step_s)
    rtt_s = np.empty((len(pairs), count))
    paths: list[list[tuple[int, ...]]] = [[] for _ in pairs]
    for t, step in enumerate(steps(constellation, mask, cities, destinations, at, engine)):
        for p, (source, lane) in enumerate(zip(sources, lanes, strict=True)):
            rtt_s[p, t] = step.rtt_s[source, lane]
            paths[p].append(node_path(step.next_hop[:, lane], int(step.first[source, lane])))
    elapsed_s = np.arange(count, dtype=np.float64) * step_s
    return tuple(
        PairSeries(
            constellation=constellation.name,
            mask=mask,
            pair=pair,
            elapsed_s=elapsed_s,
            rtt_s=rtt_s[p],
            path=tuple(paths[p]),
        )
        for p, pair in enumerate(pairs)
    )


def all_pairs_median_max_rtt_s(
    constellation: Constellation,
    mask: Mask,
    cities: Sites,
    duration_s: float = 200.0,
    step_s: float = 0.1,
    engine: Engine | None = None,
) -> tuple[float, int]:
    """Median over pairs of cities of the pair's largest round-trip time, and how many pairs were ever out of reach.

    Cities less than 500 km apart are no pair, as in the study.  Unreachable instants are left out of a pair's largest
    value; a pair never reachable is left out of the median.
    """
    at = instants(EPOCH, max(1, round(duration_s / step_s)), step_s)
    largest = np.full((len(cities), len(cities)), -np.inf)
    lost = np.zeros(largest.shape, dtype=np.bool_)
    for step in steps(constellation, mask, cities, np.arange(len(cities)), at, engine):
        reached = np.isfinite(step.rtt_s)
        lost |= ~reached
        np.maximum(largest, np.where(reached, step.rtt_s, -np.inf), out=largest)
    latitude_rad, longitude_rad = cities.latitude_rad, cities.longitude_rad
    apart_m = great_circle_m(latitude_rad[:, None], longitude_rad[:, None], latitude_rad, longitude_rad)
    pair = np.triu(apart_m >= _LEAST_APART_M, 1)
    known = largest[pair][np.isfinite(largest[pair])]
    return (float(np.median(known)) if len(known) else float("nan")), int(lost[pair].sum())


def summary(result: PairSeries) -> dict[str, Any]:
    """The JSON form of a pair: round-trip times in ms, the first way, instants (s) at which the way changed."""
    reached = np.isfinite(result.rtt_s)
    known_ms = result.rtt_s[reached] * 1e3
    changes = [
        float(round(result.elapsed_s[t], 6)) for t in range(1, len(result.path)) if result.path[t] != result.path[t - 1]
    ]
    values: dict[str, float | None] = {"t0": float(result.rtt_s[0] * 1e3) if reached[0] else None}
    for name, of in (("min", np.min), ("max", np.max), ("mean", np.mean)):
        values[name] = float(of(known_ms)) if len(known_ms) else None
    return {
        "constellation": result.constellation,
        "mask": result.mask.value,
        "pair": list(result.pair),
        "rtt_ms": values,
        "path_t0": list(result.path[0]),
        "path_changes_s": changes,
        "unreachable_steps": int((~reached).sum()),
    }
