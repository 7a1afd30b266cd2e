"""What each satellite is doing, read from the elements of the whole fleet at once.

Working shells are where many satellites of one family stand still together; they are found in the same file, because
operators move whole shells.  A satellite is operational within 10 km and 0.3 degrees of such a place while its trend
is no stronger than drag (and thrust against drag) at that height; one more than 3 km off that falls freely only passes
by.  The rest is told apart by its trend and drag term.

What the limits rest on (public elements of 2024-07-17, 2025-05-29 and 2026-05-30, 24,121 sets): members of the large
shells trend by about 0.1 km/day at 570 km, 0.3 at 485, 0.7 at 463 and 2.5 at 357 (first to 99th percentile);
satellites under way climb or sink by 3 to 20.  Bodies in free fall carry drag terms of 3e-4 to 4e-3 per Earth radius;
beyond that, or below zero, it is thrust that the fit took for drag.  Two independent records of which satellite served
a terminal (988 slots of 2024-07-17, estimates themselves) name 982 times one that comes out operational here, where a
choice by chance among all satellites overhead would have named 951.
"""

import re
from dataclasses import dataclass, replace

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, Texts, freeze
from hudhud.orbits.elements import (
    Elements,
    Generation,
    Status,
    climb_m_s,
    mean_altitude_m,
    perigee_altitude_m,
    typical_epoch,
)

__all__ = ["Stations", "assessed", "families", "stations", "trend_limit_m_s"]

_KM_DAY = 1_000.0 / 86_400.0
_NEAR_M = 10_000.0
_NEAR_RAD = float(np.radians(0.3))
_WINDOW_M = 1_500.0
_WINDOW_RAD = float(np.radians(0.1))
_SAME_PLACE_M = 3_000.0
_SAME_SHELL_M = 6_000.0
_SHARE = 0.01
_LOWEST_SHELL_M = 300_000.0
_LOWEST_PERIGEE_M = 120_000.0
_HIGHEST_M = 2_000_000.0
_ROUNDEST = 0.1
_THRUST_BSTAR = 4e-3
_FALL_BSTAR = 3e-4
_PASSING_M = 3_000.0
_NAME_END = re.compile(r"[\s(-]")
_YOUNG = np.timedelta64(180, "D")
_D2C_LOW_M, _D2C_HIGH_M = 350_000.0, 370_000.0

# First and last catalogue number of each kind of Starlink satellite: LEOViz; 48879 (STARLINK-3003) added.
_STARLINK_KINDS = (
    (44_713, 48_696, Generation.V1_0),
    (48_879, 57_381, Generation.V1_5),
    (57_404, 999_999_999, Generation.V2_MINI),
    (56_287, 56_306, Generation.V2_MINI),
    (56_688, 56_709, Generation.V2_MINI),
    (56_823, 56_844, Generation.V2_MINI),
    (57_290, 57_311, Generation.V2_MINI),
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Stations:
    """Where satellites of one file stand still together.

    altitude_m, inclination_rad, shell: (station,); stations of one family within 6 km of each other are one shell.
    of: (satellite,) the station a satellite is at, -1 where it is at none (by place; trend is judged in `assessed`).
    """

    altitude_m: Floats
    inclination_rad: Floats
    shell: Ints32
    of: Ints32

    def __post_init__(self) -> None:
        freeze(self.altitude_m, self.inclination_rad, self.shell, self.of)


def families(elements: Elements) -> Texts:
    """The family of each satellite: its name up to the first hyphen, space or bracket, e.g. STARLINK.  (satellite,)"""
    return np.array([_NAME_END.split(name, maxsplit=1)[0].upper() for name in elements.names], "U80")


def trend_limit_m_s(altitude_m: Floats) -> Floats:
    """The strongest trend of a satellite that keeps its place: 0.6 km/day at 485 km, e-fold per 80 km, within 0.3..3."""
    return np.clip(0.6 * np.exp((485_000.0 - altitude_m) / 80_000.0), 0.3, 3.0) * _KM_DAY


def _in_low_orbit(elements: Elements, altitude_m: Floats) -> Bools:
    low: Bools = (
        (perigee_altitude_m(elements) >= _LOWEST_PERIGEE_M)
        & (altitude_m <= _HIGHEST_M)
        & (elements.eccentricity <= _ROUNDEST)
    )
    return low


def _crowd(altitude_m: Floats, inclination_rad: Floats) -> Ints:
    """How many of these satellites stand within 1.5 km and about 0.1 degrees of each of them.  (satellite,)"""
    row = np.floor(inclination_rad / _WINDOW_RAD)
    stride_m = 1e9  # longer than any altitude, so that the rows of one sorted line do not mix
    line = np.sort(row * stride_m + altitude_m)
    count = np.zeros(len(altitude_m), dtype=np.int64)
    for step in (-1, 0, 1):
        middle = (row + step) * stride_m + altitude_m
        count += np.searchsorted(line, middle + _WINDOW_M, "right") - np.searchsorted(line, middle - _WINDOW_M, "left")
    return count


def _places(altitude_m: Floats, inclination_rad: Floats, least: int) -> tuple[list[float], list[float]]:
    """The crowded places, fullest first: take the fullest, clear 3 km around it, look again until none holds `least`."""
    altitudes, inclinations = [], []
    while len(altitude_m):
        count = _crowd(altitude_m, inclination_rad)
        best = int(np.argmax(count))
        if count[best] < least:
            break
        here = (np.abs(altitude_m - altitude_m[best]) <= _WINDOW_M) & (
            np.abs(inclination_rad - inclination_rad[best]) <= 2 * _WINDOW_RAD
        )
        altitudes.append(float(np.median(altitude_m[here])))
        inclinations.append(float(np.median(inclination_rad[here])))
        keep = (np.abs(altitude_m - altitudes[-1]) > _SAME_PLACE_M) | (
            np.abs(inclination_rad - inclinations[-1]) > _NEAR_RAD
        )
        keep[best] = False
        altitude_m, inclination_rad = altitude_m[keep], inclination_rad[keep]
    return altitudes, inclinations


def _chained(altitude_m: Floats, inclination_rad: Floats) -> Ints32:
    """Number of the chain each place belongs to, neighbours being within 6 km and 0.3 degrees.  (place,)"""
    near = (np.abs(altitude_m[:, None] - altitude_m) <= _SAME_SHELL_M) & (
        np.abs(inclination_rad[:, None] - inclination_rad) <= _NEAR_RAD
    )
    label = np.arange(len(altitude_m))
    while True:
        lowest = np.where(near, label, len(label)).min(axis=1, initial=len(label))
        if (lowest == label).all():
            return np.unique(label, return_inverse=True)[1].astype(np.int32)
        label = lowest


def stations(elements: Elements, share: float = _SHARE) -> Stations:
    """The working places of every family, fullest shell first within a family, and who is at which.

    A place counts when it holds at least this share of its family, and one satellite at least.
    """
    altitude_m, climb = mean_altitude_m(elements), climb_m_s(elements)
    still = (
        _in_low_orbit(elements, altitude_m)
        & (altitude_m >= _LOWEST_SHELL_M)
        & (np.abs(climb) <= trend_limit_m_s(altitude_m))
    )
    family = families(elements)
    names, first, size = np.unique(family, return_index=True, return_counts=True)
    all_altitudes: list[float] = []
    all_inclinations: list[float] = []
    all_shells: list[int] = []
    of = np.full(len(elements), -1, dtype=np.int32)
    for k in np.argsort(first):
        members = np.flatnonzero(family == names[k])
        quiet = members[still[members]]
        least = max(1, int(np.ceil(share * size[k])))
        places = _places(altitude_m[quiet], elements.inclination_rad[quiet], least)
        place_altitude_m, place_inclination_rad = np.array(places[0]), np.array(places[1])
        if len(place_altitude_m) == 0:
            continue
        of[members] = _nearest(
            altitude_m[members], elements.inclination_rad[members], place_altitude_m, place_inclination_rad
        )
        of[members] += np.where(of[members] >= 0, len(all_altitudes), 0).astype(np.int32)
        shell = _chained(place_altitude_m, place_inclination_rad) + (max(all_shells) + 1 if all_shells else 0)
        all_altitudes += places[0]
        all_inclinations += places[1]
        all_shells += shell.tolist()
    return Stations(
        altitude_m=np.array(all_altitudes, dtype=np.float64),
        inclination_rad=np.array(all_inclinations, dtype=np.float64),
        shell=np.array(all_shells, dtype=np.int32),
        of=of,
    )


def _nearest(
    altitude_m: Floats, inclination_rad: Floats, place_altitude_m: Floats, place_inclination_rad: Floats
) -> Ints32:
    """The nearest place of each satellite in units of 10 km and 0.3 degrees, -1 beyond one unit.  (satellite,)"""
    best, nearest = np.full(len(altitude_m), 1.0), np.full(len(altitude_m), -1, dtype=np.int32)
    for k, (place_m, place_rad) in enumerate(zip(place_altitude_m, place_inclination_rad, strict=True)):
        far = np.maximum(np.abs(altitude_m - place_m) / _NEAR_M, np.abs(inclination_rad - place_rad) / _NEAR_RAD)
        closer = far < best
        best[closer], nearest[closer] = far[closer], k
    return nearest


def assessed(elements: Elements) -> Elements:
    """The same elements with status, reason and generation judged from them.  Earlier judgements are dropped."""
    if len(elements) == 0:
        return elements
    found = stations(elements)
    altitude_m = mean_altitude_m(elements)
    status = _status(elements, found, altitude_m, climb_m_s(elements))
    return replace(
        elements,
        status=status,
        status_reason=_reasons(elements, found, status),
        generation=_generation(elements, altitude_m, status == Status.OPERATIONAL),
    )


def _status(elements: Elements, found: Stations, altitude_m: Floats, climb: Floats) -> Bits:
    bstar, limit = elements.bstar_per_earth_radius, trend_limit_m_s(altitude_m)
    earliest = (typical_epoch(elements) - _YOUNG).astype("datetime64[Y]").astype(np.int64) + 1970
    young, known = elements.launch_year >= earliest, elements.launch_year > 0
    falling = (climb < -limit) | (bstar >= _FALL_BSTAR)
    conditions = (
        (~_in_low_orbit(elements, altitude_m), Status.UNUSABLE),
        ((found.of >= 0) & (np.abs(climb) <= limit) & ~_passing(elements, found, altitude_m), Status.OPERATIONAL),
        ((climb > limit) | (bstar < -_THRUST_BSTAR), Status.RAISING),
        (bstar > _THRUST_BSTAR, Status.DEORBITING),
        (falling & (~young | (climb < -limit)), Status.FAILED),
        (young | ~known, Status.RAISING),
    )
    return np.select(
        [mask for mask, _ in conditions], [np.uint8(value) for _, value in conditions], np.uint8(Status.DEORBITING)
    ).astype(np.uint8)


def _passing(elements: Elements, found: Stations, altitude_m: Floats) -> Bools:
    """Who falls freely through a working place: more than 3 km off it, or too old a kind for the lowest shells.

    In May 2026 113 satellites are told by distance: 43 v1.0 and others spread over the twenty kilometres around the
    360 km shell, whose own 310 stand within 1.5 km.  Among these 310 another 16 are v1.0, which have nothing to do there.
    """
    off_m = np.abs(altitude_m - np.append(found.altitude_m, np.nan)[found.of])
    older = np.isin(_starlink_kind(elements), (Generation.V1_0, Generation.V1_5))
    falling = elements.bstar_per_earth_radius >= _FALL_BSTAR
    passing: Bools = falling & ((off_m > _PASSING_M) | (older & _at_cellular_height(altitude_m)))
    return passing


def _at_cellular_height(altitude_m: Floats) -> Bools:
    return (altitude_m >= _D2C_LOW_M) & (altitude_m <= _D2C_HIGH_M)


def _reasons(elements: Elements, found: Stations, status: Bits) -> tuple[str, ...]:
    """One sentence per satellite, with the numbers its status rests on."""
    km = np.round(mean_altitude_m(elements) / 1e3, 1).tolist()
    rate = (np.round(climb_m_s(elements) / _KM_DAY, 2) + 0.0).tolist()  # + 0.0: no sentence about -0.0
    perigee = np.round(perigee_altitude_m(elements) / 1e3).tolist()
    bstar, year = elements.bstar_per_earth_radius.tolist(), elements.launch_year.tolist()
    known = np.array(["", *(f"{k / 1e3:.0f} km shell at {i:.1f}°" for k, i in _labels(found))])
    shell = known[found.of + 1].tolist()
    return tuple(
        _reason(Status(s), km[k], rate[k], perigee[k], bstar[k], year[k], shell[k])
        for k, s in enumerate(status.tolist())
    )


def _labels(found: Stations) -> list[tuple[float, float]]:
    return list(zip(found.altitude_m.tolist(), np.degrees(found.inclination_rad).tolist(), strict=True))


def _reason(status: Status, km: float, rate: float, perigee: float, bstar: float, year: int, shell: str) -> str:
    launched = f"launched {year}" if year else "launch year unknown"
    if status is Status.OPERATIONAL:
        return f"keeps its place at {km} km in the {shell}, trend {rate:+} km/day"
    if status is Status.UNUSABLE:
        return f"not in a usable low orbit: mean altitude {km} km, perigee {perigee:.0f} km"
    where = f"at {km} km, {'near the ' + shell if shell else 'in no shell'}"
    if status is Status.FAILED:
        return f"falls freely {where}: trend {rate:+} km/day with a drag term of {bstar:.1e}, as a body without thrust"
    if status is Status.DEORBITING and bstar > _THRUST_BSTAR:
        return f"lowered under thrust {where}: trend {rate:+} km/day, drag term {bstar:.1e}"
    if status is Status.DEORBITING:
        return f"parked {where}, trend {rate:+} km/day, {launched}: relocated or retired"
    if rate > 0.3 or bstar < -_THRUST_BSTAR:
        return f"raised under thrust {where}: trend {rate:+} km/day"
    return f"waits {where}, trend {rate:+} km/day, {launched}"


def _starlink_kind(elements: Elements) -> Bits:
    """The kind by catalogue number, unknown for satellites of other families.  (satellite,)"""
    number, starlink = elements.catalogue_numbers, families(elements) == "STARLINK"
    kind = np.zeros(len(elements), dtype=np.uint8)
    for first, last, value in _STARLINK_KINDS:
        kind[starlink & (number >= first) & (number <= last)] = value
    return kind


def _generation(elements: Elements, altitude_m: Floats, operational: Bools) -> Bits:
    family, generation = families(elements), _starlink_kind(elements)
    tagged = np.array(["[DTC]" in name for name in elements.names], dtype=np.bool_)
    low = operational & _at_cellular_height(altitude_m) & (generation == Generation.V2_MINI)
    generation[low | (tagged & (family == "STARLINK"))] = Generation.DIRECT_TO_CELL
    generation[family == "ONEWEB"] = Generation.ONEWEB
    generation[family == "KUIPER"] = Generation.KUIPER
    return generation
