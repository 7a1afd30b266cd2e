"""When two satellites can hold a laser link.

A beam must pass the atmosphere at a grazing height, its ends may be too far apart or (across planes) too near a pole,
and a link that has just become possible is first acquired before it carries traffic.
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, Floats, Ints32
from hudhud.constants import GRAZING_HEIGHT_M, WGS72_RADIUS_M
from hudhud.kernel import compiled

__all__ = ["HELD_SINCE_EVER_S", "LaserRules", "held_s", "sightline"]

HELD_SINCE_EVER_S = np.inf
"""Held time of a link at the first instant of a run: taken as acquired long ago."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaserRules:
    """What a laser link needs.

    grazing_height_m: lowest height of the beam over the sphere of the WGS-72 equatorial radius (80 km: 5,016.6 km between
    two satellites at 550 km, the figure Hypatia uses).  maximum_range_m: inf for no other limit.
    polar_cut_off_rad: a link across planes is off while either end is beyond this latitude (pi/2 for never).
    acquisition_s: how long a link that has become possible waits before it carries traffic (measured fastest 12 s,
    SPIE 2024).
    """

    grazing_height_m: float = GRAZING_HEIGHT_M
    maximum_range_m: float = np.inf
    polar_cut_off_rad: float = np.pi / 2
    acquisition_s: float = 15.0


@compiled
def _sightline(
    satellite_m: Floats,
    tail: Ints32,
    head: Ints32,
    across: Bools,
    grazing_radius_m: float,
    maximum_range_m: float,
    sin_cut_off: float,
    length_m: Floats,
    possible: Bools,
) -> None:
    for e in range(tail.shape[0]):
        a, b = satellite_m[tail[e]], satellite_m[head[e]]
        dx, dy, dz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
        squared = dx * dx + dy * dy + dz * dz
        length_m[e] = np.sqrt(squared)
        # nearest point of the segment to the centre of the Earth, at the share t of the way from a to b
        t = -(a[0] * dx + a[1] * dy + a[2] * dz) / squared if squared > 0.0 else 0.0
        t = min(1.0, max(0.0, t))
        x, y, z = a[0] + t * dx, a[1] + t * dy, a[2] + t * dz
        good = x * x + y * y + z * z >= grazing_radius_m * grazing_radius_m  # False for nan positions
        good = good and length_m[e] <= maximum_range_m and squared > 0.0
        if across[e] and good:
            radius_a = np.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])
            radius_b = np.sqrt(b[0] * b[0] + b[1] * b[1] + b[2] * b[2])
            good = abs(a[2]) <= sin_cut_off * radius_a and abs(b[2]) <= sin_cut_off * radius_b
        possible[e] = good


def sightline(
    satellite_m: Floats, tail: Ints32, head: Ints32, across: Bools, rules: LaserRules
) -> tuple[Floats, Bools]:
    """Length of every laser link and whether geometry allows it now.

    satellite_m: (satellite, 3) Earth-fixed metres, nan where unknown.  tail, head, across: (edge,) the two ends, and
    whether the link joins two planes.  Returns (edge,) metres and (edge,) bool; an end without position allows nothing.
    """
    length_m = np.empty(len(tail))
    possible = np.empty(len(tail), dtype=np.bool_)
    _sightline(
        satellite_m,
        tail,
        head,
        across,
        WGS72_RADIUS_M + rules.grazing_height_m,
        rules.maximum_range_m,
        np.sin(rules.polar_cut_off_rad) if rules.polar_cut_off_rad < np.pi / 2 else 1.0,
        length_m,
        possible,
    )
    return length_m, possible


def held_s(possible: Bools, before_s: Floats, step_s: float) -> Floats:
    """For how long each link has been possible without a break: `before_s` plus the step, or 0 from now on.  (edge,)

    A link that was down stays at 0 until it is possible again; `before_s` is -1 where it was down.
    """
    held: Floats = np.where(possible, np.where(before_s < 0, 0.0, before_s + step_s), -1.0)
    return held
