"""Angles, ranges and gates of pairs of site and satellite, in one pass that keeps to the vector unit."""

import numpy as np

from hudhud.arrays import Bits, Floats, Floats32, Ints, Ints32
from hudhud.constants import GEO_RADIUS_M
from hudhud.earth import Sites, position_m
from hudhud.kernel import compiled
from hudhud.sky.gso import arc_angle, arc_ends_rad, arc_samples
from hudhud.sky.limits import Limits

__all__ = ["measure", "site_frames"]

# No smaller radius of curvature of the ellipsoid (6,335 km) even for places 30 km below it.
_LEAST_CURVATURE_M = 6_300_000.0
# No point of the geostationary arc is nearer to a place below 80 km.
_NEAREST_ARC_M = 35_700_000.0

# Columns of a site's frame after its position, up, east, north and boresight (in east, north, up), three each.
_MINIMUM, _AVOIDANCE, _HALF_VIEW, _COS_HALF_VIEW = 15, 16, 17, 18
_SPREAD, _PLUMB_TURN, _ARC_END, _ARC_MISSED, _ARC_X, _ARC_Z, _SIN_LAT, _COS_LAT = 19, 20, 21, 22, 23, 24, 25, 26
_COS_AVOIDANCE = 27


def site_frames(sites: Sites, limits: Limits) -> tuple[Floats, Floats]:
    """What the gates need of each site.  Returns frames (site, 28), columns as above, and (site, 3, sample) of the arc."""
    turn_rad = limits.spread_m / _LEAST_CURVATURE_M
    parallax_rad = limits.spread_m / _NEAREST_ARC_M
    ends_rad = arc_ends_rad(sites.latitude_rad, sites.height_m, 1.01 * (turn_rad + parallax_rad))
    arc, missed = arc_samples(sites.latitude_rad, sites.height_m, ends_rad)
    az, el = limits.boresight_azimuth_rad, limits.boresight_elevation_rad
    axis_m = np.hypot(sites.position_m[:, 0], sites.position_m[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        meridian_rad = np.where(limits.spread_m < axis_m, np.arcsin(np.minimum(limits.spread_m / axis_m, 1.0)), np.pi)
    tilted = (el != np.pi / 2) & (limits.spread_m > 0)
    unlimited = limits.half_field_of_view_rad >= np.pi
    half = limits.half_field_of_view_rad - turn_rad - np.where(tilted, meridian_rad, 0.0)
    avoidance = np.where(limits.gso_avoidance_rad > 0.0, limits.gso_avoidance_rad + parallax_rad, 0.0)
    arc_place = position_m(sites.latitude_rad, np.zeros(len(sites)), sites.height_m) / GEO_RADIUS_M
    frames = np.column_stack(
        [
            sites.position_m,
            sites.up,
            sites.east,
            sites.north,
            np.cos(el) * np.sin(az),
            np.cos(el) * np.cos(az),
            np.sin(el),
            limits.minimum_elevation_rad,
            avoidance,
            half,
            np.where(unlimited, -2.0, np.cos(limits.half_field_of_view_rad)),
            limits.spread_m,
            turn_rad,
            ends_rad,
            missed,
            arc_place[:, 0],
            arc_place[:, 2],
            np.sin(sites.latitude_rad),
            np.cos(sites.latitude_rad),
            np.where(avoidance < np.pi, np.cos(avoidance), -2.0),
        ]
    )
    return frames, arc


@compiled
def _angle(y: float, x: float) -> float:
    """arctan2(y, x) to 2 ulp, 0 for (0, 0), without branches so that a loop of it uses the whole vector unit.

    The same bytes on every machine, unlike the C library's.  Rational approximation of arctan on |t| <= tan(pi/8):
    Cephes `atan`, Moshier 1989.
    """
    ax, ay = abs(x), abs(y)
    steep = ay > ax
    small, large = (ax, ay) if steep else (ay, ax)
    t = small / (large if large > 0.0 else 1.0)
    folded = t > 0.41421356237309503
    t = (t - 1.0) / (t + 1.0) if folded else t
    z = t * t
    p = (((-8.750608600031904122785e-1 * z - 1.615753718733365076637e1) * z - 7.500855792314704667340e1) * z
         - 1.228866684490136173410e2) * z - 6.485021904942025371773e1  # fmt: skip
    q = ((((z + 2.485846490142306297962e1) * z + 1.650270098316988542046e2) * z + 4.328810604912902668951e2) * z
         + 4.853903996359136964868e2) * z + 1.945506571482613964425e2  # fmt: skip
    angle = t + t * z * p / q
    angle = angle + 0.7853981633974483 if folded else angle
    angle = 1.5707963267948966 - angle if steep else angle
    angle = np.pi - angle if x < 0.0 else angle
    return -angle if y < 0.0 else angle


@compiled
def _directions(
    satellite_m: Floats,
    satellite: Ints32,
    f: Floats,
    unit: Floats,
    elevation_rad: Floats,
    azimuth_rad: Floats,
    range_m: Floats,
) -> None:
    """Unit vectors (3, pair) east, north, up and angles and ranges (pair,) from the site of frame row `f`."""
    for k in range(satellite.size):
        s = satellite[k]
        dx, dy, dz = satellite_m[s, 0] - f[0], satellite_m[s, 1] - f[1], satellite_m[s, 2] - f[2]
        distance = np.sqrt(dx * dx + dy * dy + dz * dz)
        range_m[k] = distance
        unit[0, k] = (dx * f[6] + dy * f[7] + dz * f[8]) / distance
        unit[1, k] = (dx * f[9] + dy * f[10] + dz * f[11]) / distance
        unit[2, k] = (dx * f[3] + dy * f[4] + dz * f[5]) / distance
    for k in range(satellite.size):
        east, north = unit[0, k], unit[1, k]
        elevation_rad[k] = _angle(unit[2, k], np.sqrt(east * east + north * north))
        azimuth = _angle(east, north)
        turned = azimuth + 2 * np.pi if azimuth < 0.0 else azimuth
        azimuth_rad[k] = turned if turned < 2 * np.pi else 0.0


@compiled
def _arc_cosines(unit: Floats, arc: Floats, cosines: Floats) -> None:
    """Greatest cosine between each direction (its east taken positive) and the samples of the arc."""
    cosines[:] = -1.0
    for j in range(arc.shape[1]):
        east, north, up = arc[0, j], arc[1, j], arc[2, j]
        for k in range(cosines.size):
            cosine = abs(unit[0, k]) * east + unit[1, k] * north + unit[2, k] * up
            cosines[k] = cosine if cosine > cosines[k] else cosines[k]


@compiled
def _too_near_arc(east: float, north: float, up: float, cosine: float, f: Floats, moved: float) -> bool:
    """Whether a look is nearer to the arc than the avoidance angle: by the samples where they decide, else exactly."""
    limit = f[_AVOIDANCE] + moved
    bound = f[_COS_AVOIDANCE]
    if moved > 0.0:
        bound = np.cos(limit) if limit < np.pi else -2.0
    if cosine > bound + 1e-12:
        return True
    if cosine + f[_ARC_MISSED] < bound:
        return False
    outward, along = up * f[_COS_LAT] - north * f[_SIN_LAT], north * f[_COS_LAT] + up * f[_SIN_LAT]
    return bool(arc_angle(outward, east, along, f[_ARC_X], f[_ARC_Z], f[_ARC_END]) < limit)


@compiled
def _behind_mask(
    elevation: float, azimuth: float, profile: int, masks: Floats, picture: int, obstructions: Floats32
) -> bool:
    """Whether a look is hidden by the site's azimuth profile or its obstruction map (see `sky.mask`)."""
    if profile >= 0:
        degrees = np.degrees(azimuth)
        whole = int(degrees)
        part = degrees - whole
        lowest = (1.0 - part) * masks[profile, whole % 360] + part * masks[profile, (whole + 1) % 360]
        if elevation < lowest:
            return True
    if picture >= 0:
        pixels = (90.0 - np.degrees(elevation)) * (62.0 / 80.0)
        row = int(np.floor(61.5 - pixels * np.cos(azimuth)))
        column = int(np.floor(61.5 + pixels * np.sin(azimuth)))
        if 0 <= row < 123 and 0 <= column < 123:
            return bool(0.0 <= obstructions[picture, row, column] < 0.5)
    return False


@compiled
def measure(
    satellite_m: Floats,
    not_in_service: Bits,
    offsets: Ints,
    satellite: Ints32,
    frame: Floats,
    arc: Floats,
    mask: Ints32,
    masks: Floats,
    obstruction: Ints32,
    obstructions: Floats32,
    elevation_rad: Floats,
    azimuth_rad: Floats,
    range_m: Floats,
    refused: Bits,
) -> None:
    """Fill elevation, azimuth, range and gates of every pair.  Shapes as in `Watch` and `Looks`."""
    most = 0
    for site in range(offsets.size - 1):
        most = max(most, offsets[site + 1] - offsets[site])
    unit, cosines = np.empty((3, most)), np.empty(most)
    for site in range(offsets.size - 1):
        begin, end = offsets[site], offsets[site + 1]
        f = frame[site]
        _directions(
            satellite_m, satellite[begin:end], f, unit, elevation_rad[begin:end], azimuth_rad[begin:end],
            range_m[begin:end],
        )  # fmt: skip
        spread, half, cos_half = f[_SPREAD], f[_HALF_VIEW], f[_COS_HALF_VIEW]
        avoids = f[_AVOIDANCE] > 0.0 and f[_ARC_END] >= 0.0
        masked = mask[site] >= 0 or obstruction[site] >= 0
        if avoids:
            _arc_cosines(unit, arc[site], cosines[: end - begin])
        for k in range(begin, end):
            east, north, up = unit[0, k - begin], unit[1, k - begin], unit[2, k - begin]
            moved = 0.0  # how far any place of the group may see the satellite from where the site sees it
            if spread > 0.0:
                moved = np.arcsin(spread / range_m[k]) if spread < range_m[k] else np.pi
            gates = np.uint8(1) if not_in_service[satellite[k]] else np.uint8(0)
            if elevation_rad[k] - (moved + f[_PLUMB_TURN]) < f[_MINIMUM]:
                gates |= np.uint8(2)
            if avoids and _too_near_arc(east, north, up, cosines[k - begin], f, moved):
                gates |= np.uint8(4)
            if cos_half > -2.0:
                cosine = east * f[12] + north * f[13] + up * f[14]
                if spread > 0.0:
                    if np.arccos(min(max(cosine, -1.0), 1.0)) + moved > half:
                        gates |= np.uint8(8)
                elif cosine < cos_half:
                    gates |= np.uint8(8)
            if masked and _behind_mask(
                elevation_rad[k], azimuth_rad[k], mask[site], masks, obstruction[site], obstructions
            ):
                gates |= np.uint8(16)
            refused[k] = gates
