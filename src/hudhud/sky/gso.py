"""The geostationary arc in a site's sky, and the angle that a look keeps from it.

The angle (ITU-R S.1503 alpha) is the smallest angle, at the site, between the look and any point of the arc that stands
on or above the site's geodetic horizon.  The arc turns with the Earth, so the angle depends on the latitude, the height
and the look alone.  Where no point of the arc is visible (beyond 81.3 degrees at sea level) it is pi: nothing to avoid.

Work is done in the meridian frame of the site: x outward through its meridian in the equatorial plane, y east, z north,
in units of the radius of the arc.  In it a point of the arc is (cos l, sin l, 0), l being its longitude from the site.
"""

import numpy as np

from hudhud.arrays import Floats
from hudhud.constants import GEO_RADIUS_M
from hudhud.earth import position_m
from hudhud.kernel import compiled

__all__ = [
    "ARC_SAMPLES",
    "arc_angle",
    "arc_angle_rad",
    "arc_directions",
    "arc_ends_rad",
    "arc_samples",
    "meridian_directions",
]

_STEPS = 16  # sign changes of the slope are looked for at this many steps along half the arc, about 5 degrees each
_REFINEMENTS = 60  # guard only: the bracketed secant settles within 4 steps
_FLAT = 1e-10  # slope (of order 1) at which a point counts as the nearest: a look errs by less than 1e-9 rad

ARC_SAMPLES = 32
"""Points of half the visible arc that `arc_samples` gives: 2.7 degrees apart at most."""

_CURVATURE = 2.0  # bound of |d2 v / d l2| of the unit vector v to an arc point, from any place below 20 km; truly 1.5
_CURVATURE_HEIGHT_M = 20_000.0


def arc_ends_rad(latitude_rad: Floats, height_m: Floats, dip_rad: Floats | float = 0.0) -> Floats:
    """Longitude, from the site's meridian, of the last visible point of the arc; -1 where none is visible.

    Broadcasts.  dip_rad: how far below the geodetic horizon a point still counts as visible (>= 0); with a dip the end
    is an upper bound (the distance to the point is taken as the greatest possible), with none it is exact.
    """
    lat, height, dip = np.broadcast_arrays(latitude_rad, height_m, dip_rad)
    place = position_m(lat, np.zeros_like(lat), height) / GEO_RADIUS_M
    plumb = place[..., 0] * np.cos(lat) + place[..., 2] * np.sin(lat)  # height of the horizontal plane
    slack = np.sin(dip) * (1.0 + np.linalg.norm(place, axis=-1))
    with np.errstate(divide="ignore"):
        cosine = (plumb - slack) / np.maximum(np.cos(lat), 0.0)
    ends: Floats = np.where(cosine <= 1.0, np.arccos(np.clip(cosine, -1.0, 1.0)), -1.0)
    return ends


@compiled
def _slope(cos_l: float, sin_l: float, a: float, b: float, c: float, d: float, e: float) -> float:
    """Sign and zeros of the slope of cos(angle) along the arc, where cos(angle) = (a cos l + b sin l - c) / sqrt(d - e cos l)."""
    return (b * cos_l - a * sin_l) * (d - e * cos_l) - 0.5 * e * sin_l * (a * cos_l + b * sin_l - c)


@compiled
def _separation(cos_l: float, sin_l: float, sx: float, sy: float, sz: float, ox: float, oz: float) -> float:
    """Angle between the look s and the arc point at l, accurate for small and for large angles alike."""
    vx, vy, vz = cos_l - ox, sin_l, -oz
    length = np.sqrt(vx * vx + vy * vy + vz * vz)
    vx, vy, vz = vx / length, vy / length, vz / length
    apart = (sx - vx) ** 2 + (sy - vy) ** 2 + (sz - vz) ** 2
    along = (sx + vx) ** 2 + (sy + vy) ** 2 + (sz + vz) ** 2
    return float(2.0 * np.arctan2(np.sqrt(apart), np.sqrt(along)))


@compiled
def arc_angle(sx: float, sy: float, sz: float, ox: float, oz: float, end: float) -> float:
    """Angle between one look and the visible arc, radians.  Compiled; `arc_angle_rad` is its array form.

    s: unit vector of the look, o: the site, both in the meridian frame in units of the arc's radius; end: `arc_ends_rad`.
    The nearest point is an end of the arc or a zero of the slope; by symmetry it lies on the look's side of the meridian.
    """
    if not end >= 0.0:
        return np.pi
    sy = abs(sy)
    c = sx * ox + sz * oz
    d = 1.0 + ox * ox + oz * oz
    e = 2.0 * ox
    nearest = np.pi
    step = end / _STEPS
    turn_cos, turn_sin = np.cos(step), np.sin(step)
    cos_l, sin_l = 1.0, 0.0
    slope = _slope(cos_l, sin_l, sx, sy, c, d, e)
    for k in range(_STEPS):
        cos_next = cos_l * turn_cos - sin_l * turn_sin
        sin_next = sin_l * turn_cos + cos_l * turn_sin
        slope_next = _slope(cos_next, sin_next, sx, sy, c, d, e)
        if slope >= 0.0 and slope_next < 0.0:
            low, high, at_low, at_high = k * step, (k + 1) * step, slope, slope_next
            for _ in range(_REFINEMENTS):  # false position, Illinois variant
                middle = (low * at_high - high * at_low) / (at_high - at_low)
                cos_l, sin_l = np.cos(middle), np.sin(middle)
                here = _slope(cos_l, sin_l, sx, sy, c, d, e)
                if abs(here) < _FLAT or high - low < 1e-9:
                    break
                if here > 0.0:
                    low, at_low, at_high = middle, here, 0.5 * at_high
                else:
                    high, at_high, at_low = middle, here, 0.5 * at_low
            nearest = min(nearest, _separation(cos_l, sin_l, sx, sy, sz, ox, oz))
        cos_l, sin_l, slope = cos_next, sin_next, slope_next
    if slope >= 0.0:
        nearest = min(nearest, _separation(cos_l, sin_l, sx, sy, sz, ox, oz))
    return nearest


@compiled
def _arc_angles(s: Floats, o: Floats, ends: Floats, out: Floats) -> None:
    """`arc_angle` of every row.  s (look, 3), o (look, 3), ends (look,), out (look,)."""
    for k in range(out.size):
        out[k] = arc_angle(s[k, 0], s[k, 1], s[k, 2], o[k, 0], o[k, 2], ends[k])


def arc_angle_rad(
    latitude_rad: Floats | float, height_m: Floats | float, azimuth_rad: Floats | float, elevation_rad: Floats | float
) -> Floats:
    """Angle between each look and the visible geostationary arc; pi where no point of the arc is visible.

    All broadcast together and may be any finite values (looks below the horizon too); returns their shape, radians,
    right to better than 1e-6 degrees.  Definition: ITU-R S.1503, angle alpha at the earth station.
    """
    lat, height, az, el = (
        np.asarray(x, dtype=np.float64) for x in np.broadcast_arrays(latitude_rad, height_m, azimuth_rad, elevation_rad)
    )
    s = meridian_directions(lat, az, el).reshape(-1, 3)
    o = (position_m(lat, np.zeros_like(lat), height) / GEO_RADIUS_M).reshape(-1, 3)
    out = np.empty(lat.size)
    _arc_angles(np.ascontiguousarray(s), np.ascontiguousarray(o), arc_ends_rad(lat, height).ravel(), out)
    return out.reshape(lat.shape)


def meridian_directions(latitude_rad: Floats, azimuth_rad: Floats, elevation_rad: Floats) -> Floats:
    """Unit vectors of looks in the meridian frame of their site.  Broadcasts; returns (..., 3)."""
    lat, az, el = np.broadcast_arrays(latitude_rad, azimuth_rad, elevation_rad)
    east, north, up = np.cos(el) * np.sin(az), np.cos(el) * np.cos(az), np.sin(el)
    return np.stack([up * np.cos(lat) - north * np.sin(lat), east, north * np.cos(lat) + up * np.sin(lat)], axis=-1)


def arc_directions(latitude_rad: float, height_m: float, count: int = 181) -> tuple[Floats, Floats]:
    """Azimuth and elevation of `count` points of the visible arc from its western to its eastern end; empty where none.

    Each (point,) radians, azimuth in 0..2 pi.
    """
    end = float(arc_ends_rad(np.asarray(latitude_rad), np.asarray(height_m)))
    if end < 0.0:
        return np.zeros(0), np.zeros(0)
    longitude = np.linspace(-end, end, count)
    east, north, up = _arc_horizontal(np.asarray(latitude_rad), np.asarray(height_m), longitude)
    return np.mod(np.arctan2(east, north), 2 * np.pi), np.arctan2(up, np.hypot(east, north))


def _arc_horizontal(latitude_rad: Floats, height_m: Floats, longitude_rad: Floats) -> tuple[Floats, Floats, Floats]:
    """East, north, up components of the unit vectors from a site to points of the arc.  Broadcasts."""
    place = position_m(latitude_rad, np.zeros_like(latitude_rad), height_m) / GEO_RADIUS_M
    x, y, z = np.cos(longitude_rad) - place[..., 0], np.sin(longitude_rad), -place[..., 2]
    length = np.sqrt(x * x + y * y + z * z)
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    return y / length, (z * cos_lat - x * sin_lat) / length, (x * cos_lat + z * sin_lat) / length


def arc_samples(latitude_rad: Floats, height_m: Floats, ends_rad: Floats) -> tuple[Floats, Floats]:
    """Points of the eastern half of each site's arc, and by how much they can understate the cosine of a look's angle.

    latitude_rad, height_m, ends_rad (from `arc_ends_rad`): (site,).  Returns (site, 3, sample) east, north, up
    components of unit vectors and (site,) the bound: the greatest cosine between a look (its east taken positive) and a
    sample falls short of the cosine to the nearest point of the arc by at most this.  Sites without an arc get zeros.

    Why: the nearest point is an end, and sampled, or a smooth maximum of cosine(l) = s.v(l), and then a sample stands
    within half a step of it, where the cosine has fallen by at most |v''|/2 (half a step)^2.  |v''| grows with the
    height of the site; above 20 km the bound is 2, which decides nothing and leaves every look to the exact form.
    """
    ends = np.maximum(ends_rad, 0.0)
    longitude = ends[:, None] * np.linspace(0.0, 1.0, ARC_SAMPLES)
    east, north, up = _arc_horizontal(latitude_rad[:, None], height_m[:, None], longitude)
    visible = ends_rad[:, None, None] >= 0.0
    half_step = 0.5 * ends / (ARC_SAMPLES - 1)
    bound = np.where(np.abs(height_m) <= _CURVATURE_HEIGHT_M, 0.5 * _CURVATURE * half_step**2 + 1e-12, 2.0)
    return np.where(visible, np.stack([east, north, up], axis=1), 0.0), bound
