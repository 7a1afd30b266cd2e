"""Where the Sun stands, and which satellites it lights."""

from enum import IntEnum

import numpy as np

from hudhud.arrays import Bits, Floats, Instants
from hudhud.constants import ASTRONOMICAL_UNIT_M, SUN_RADIUS_M, WGS84_SEMI_MAJOR_M
from hudhud.earth import earth_fixed
from hudhud.kernel import compiled
from hudhud.timescale import julian_pairs

__all__ = ["Light", "illumination", "sun_of_date_m", "sun_position_m"]


class Light(IntEnum):
    """How much of the Sun a satellite sees: all, a part, none; or that nobody can tell, its position being unknown."""

    SUNLIT = 0
    PENUMBRA = 1
    UMBRA = 2
    UNKNOWN = 3


def sun_of_date_m(at: Instants) -> Floats:
    """Position of the Sun referred to the mean equator and equinox of date.  at: (time,).  Returns (time, 3) metres.

    Good to 0.01 degrees between 1950 and 2050 (UTC for dynamical time costs another 0.001).  TEME differs from this
    frame by the nutation, less than 0.005 degrees.  The Astronomical Almanac's low-precision formula.
    """
    whole, fraction = julian_pairs(at)
    n = (whole - 2_451_545.0) + fraction
    L = 280.460 + 0.985_647_4 * n
    g = np.radians(357.528 + 0.985_600_3 * n)
    longitude = np.radians(L + 1.915 * np.sin(g) + 0.020 * np.sin(2 * g))
    obliquity = np.radians(23.439 - 4e-7 * n)
    distance_m = ASTRONOMICAL_UNIT_M * (1.00014 - 0.01671 * np.cos(g) - 0.00014 * np.cos(2 * g))
    direction = [np.cos(longitude), np.sin(longitude) * np.cos(obliquity), np.sin(longitude) * np.sin(obliquity)]
    position_m: Floats = distance_m[:, None] * np.stack(direction, axis=-1)
    return position_m


def sun_position_m(at: Instants) -> Floats:
    """Earth-fixed position of the Sun, to compare with Earth-fixed satellites.  at: (time,).  Returns (time, 3) metres."""
    return earth_fixed(sun_of_date_m(at), at)


def illumination(satellite_m: Floats, sun_m: Floats) -> Bits:
    """`Light` of satellites, as uint8.

    satellite_m (..., 3) and sun_m, broadcast against it, (..., 3) metres in the same frame, whichever it is; returns
    the shape without the last axis.  Conical shadow of a sphere of the Earth's equatorial radius: with the discs of
    Earth and Sun of half-angles E and S, and their centres T apart, umbra where T < E - S and penumbra where T < E + S.
    The flattening (21 km at the poles) and the air (some 20 km) shift the edge by at most 3 seconds of flight each.
    """
    shape = np.broadcast_shapes(satellite_m.shape, sun_m.shape)
    satellites = np.ascontiguousarray(np.broadcast_to(satellite_m, shape)).reshape(-1, 3)
    suns = np.ascontiguousarray(np.broadcast_to(sun_m, shape)).reshape(-1, 3)
    light = np.empty(len(satellites), dtype=np.uint8)
    _illuminate(satellites, suns, light)
    return light.reshape(shape[:-1])


@compiled
def _illuminate(satellite_m: Floats, sun_m: Floats, light: Bits) -> None:
    """`illumination` of rows (n, 3); by cosines, so that no arc cosine is taken."""
    for i in range(satellite_m.shape[0]):
        x, y, z = satellite_m[i, 0], satellite_m[i, 1], satellite_m[i, 2]
        dx, dy, dz = sun_m[i, 0] - x, sun_m[i, 1] - y, sun_m[i, 2] - z
        radius_m, away_m = np.sqrt(x * x + y * y + z * z), np.sqrt(dx * dx + dy * dy + dz * dz)
        sin_e, sin_s = min(WGS84_SEMI_MAJOR_M / radius_m, 1.0), SUN_RADIUS_M / away_m
        cosines = np.sqrt((1.0 - sin_e * sin_e) * (1.0 - sin_s * sin_s))
        sines = sin_e * sin_s
        apart = -(dx * x + dy * y + dz * z) / (radius_m * away_m)  # cos T
        if apart > cosines + sines:
            light[i] = 2
        elif apart > cosines - sines:
            light[i] = 1
        else:
            light[i] = 0 if apart <= 1.0 else 3  # nan compares false: the position is unknown
