"""The sky worked out the slow clear way: every pair of site and satellite, by plain numpy."""

from itertools import pairwise

import numpy as np

from hudhud.arrays import Bools, Floats
from hudhud.constants import GEO_RADIUS_M
from hudhud.earth import Sites, position_m
from hudhud.sky.gso import arc_angle_rad
from hudhud.sky.look import Gate, Limits, Looks
from hudhud.sky.mask import behind_horizon, behind_map


def looks_oracle(sites: Sites, limits: Limits, satellite_m: Floats, not_in_service: Bools) -> Looks:
    """`hudhud.sky.looks` for single places (no spread), through the full matrix."""
    sight_m = satellite_m[None] - sites.position_m[:, None]
    rise, east, north = (np.einsum("nsi,ni->ns", sight_m, axis) for axis in (sites.up, sites.east, sites.north))
    elevation = np.arctan2(rise, np.hypot(east, north))
    azimuth = np.mod(np.arctan2(east, north), 2 * np.pi)
    range_m = np.linalg.norm(sight_m, axis=-1)
    with np.errstate(invalid="ignore"):
        site, satellite = np.nonzero(elevation >= limits.floor_elevation_rad[:, None])
    el, az = elevation[site, satellite], azimuth[site, satellite]
    refused = np.where(not_in_service[satellite], Gate.NOT_IN_SERVICE, 0)
    refused |= np.where(el < limits.minimum_elevation_rad[site], Gate.BELOW_MINIMUM_ELEVATION, 0)
    arc = arc_angle_rad(sites.latitude_rad[site], sites.height_m[site], az, el)
    refused |= np.where((arc < limits.gso_avoidance_rad[site]) & (arc < np.pi), Gate.GSO_ARC, 0)
    b_el, b_az = limits.boresight_elevation_rad[site], limits.boresight_azimuth_rad[site]
    cosine = np.sin(el) * np.sin(b_el) + np.cos(el) * np.cos(b_el) * np.cos(az - b_az)
    away = np.arccos(np.clip(cosine, -1, 1))
    refused |= np.where(away > limits.half_field_of_view_rad[site], Gate.OUT_OF_FIELD_OF_VIEW, 0)
    hidden = np.zeros(len(site), dtype=bool)
    for i in np.unique(site):
        here = site == i
        if limits.mask[i] >= 0:
            hidden[here] |= behind_horizon(limits.masks[limits.mask[i]], az[here], el[here])
        if limits.obstruction[i] >= 0:
            hidden[here] |= behind_map(limits.obstructions[limits.obstruction[i]], az[here], el[here])
    refused |= np.where(hidden, Gate.OBSTRUCTED, 0)
    return Looks(
        offsets=np.searchsorted(site, np.arange(len(sites) + 1)),
        satellite=satellite.astype(np.int32),
        elevation_rad=el,
        azimuth_rad=az,
        range_m=range_m[site, satellite],
        refused=refused.astype(np.uint8),
    )


def arc_angle_oracle_rad(latitude_rad: float, height_m: float, azimuth_rad: float, elevation_rad: float) -> float:
    """Angle to the visible geostationary arc by walking along it, then golden section round every low point."""
    place_m = position_m(np.array(latitude_rad), np.array(0.0), np.array(height_m))
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    e, n = np.cos(elevation_rad) * np.sin(azimuth_rad), np.cos(elevation_rad) * np.cos(azimuth_rad)
    u = np.sin(elevation_rad)
    s = np.array([u * cos_lat - n * sin_lat, e, n * cos_lat + u * sin_lat])

    def angle(longitude: Floats) -> Floats:
        g = np.stack([np.cos(longitude), np.sin(longitude), np.zeros_like(longitude)], axis=-1) * GEO_RADIUS_M - place_m
        v = g / np.linalg.norm(g, axis=-1)[..., None]
        seen = v @ np.array([cos_lat, 0.0, sin_lat]) >= 0.0
        return np.where(seen, 2 * np.arcsin(np.minimum(np.linalg.norm(v - s, axis=-1) / 2, 1.0)), np.pi)

    longitude = np.radians(np.linspace(-85, 85, 1701))
    found = angle(longitude)
    best = float(found.min())
    if best == np.pi:
        return best
    padded = np.concatenate([[np.inf], found, [np.inf]])
    low_points = (found <= padded[:-2]) & (found <= padded[2:]) & (found < np.pi)
    for k in sorted(np.flatnonzero(low_points), key=lambda k: found[k])[:4]:
        low, high = longitude[max(k - 1, 0)], longitude[min(k + 1, len(longitude) - 1)]
        for _ in range(5):  # finer and finer walks: also right at the ends of the visible arc
            fine = np.linspace(low, high, 41)
            values = angle(fine)
            at = int(values.argmin())
            low, high = fine[max(at - 1, 0)], fine[min(at + 1, 40)]
            best = min(best, float(values[at]))
    return best


def walker_m(planes: int, per_plane: int, inclination_deg: float, altitude_m: float) -> Floats:
    """A circular Walker shell at one instant over the sphere of the equatorial radius.  Returns (satellite, 3) metres."""
    plane, place = (x.ravel() for x in np.meshgrid(np.arange(planes), np.arange(per_plane), indexing="ij"))
    node, u = 2 * np.pi * plane / planes, 2 * np.pi * (place / per_plane + plane / (planes * per_plane))
    cos_i, sin_i = np.cos(np.radians(inclination_deg)), np.sin(np.radians(inclination_deg))
    x, y = np.cos(u), np.sin(u) * cos_i
    direction = [np.cos(node) * x - np.sin(node) * y, np.sin(node) * x + np.cos(node) * y, np.sin(u) * sin_i]
    return (6_378_137.0 + altitude_m) * np.stack(direction, axis=-1)


def assert_same_looks(found: Looks, expected: Looks) -> None:
    """Indices, gates and counts identical, angles and ranges to rounding."""
    np.testing.assert_array_equal(found.offsets, expected.offsets)
    np.testing.assert_array_equal(found.satellite, expected.satellite)
    np.testing.assert_allclose(found.elevation_rad, expected.elevation_rad, atol=1e-12)
    np.testing.assert_allclose(np.cos(found.azimuth_rad - expected.azimuth_rad), 1.0, atol=1e-9)
    np.testing.assert_allclose(found.range_m, expected.range_m, rtol=1e-12)
    np.testing.assert_array_equal(found.refused, expected.refused)
    for begin, end in pairwise(found.offsets.tolist()):
        assert (np.diff(found.satellite[begin:end]) > 0).all()
