"""The angle between a look and the geostationary arc."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.earth import position_m
from hudhud.sky.gso import ARC_SAMPLES, arc_angle_rad, arc_directions, arc_ends_rad, arc_samples, meridian_directions
from looks_oracle import arc_angle_oracle_rad

TWO_HUNDREDTHS_DEG = 0.02  # tolerance of the published table: its arc was walked in steps of 0.05 degrees

LOOKS_DEG = ((0, 60), (180, 30), (180, 60), (90, 45), (135, 40), (0, 90))
TABLE_DEG = {  # ITU-R S.1503 alpha at sea level, by latitude
    0: (30.000, 60.000, 30.000, 0.00, 32.798, 0.000),
    30: (64.946, 25.054, 4.946, 25.431, 3.653, 34.946),
    48: (85.096, 4.904, 25.096, 38.485, 13.599, 55.096),
}
CULMINATION_DEG = {10: 78.24, 20: 66.57, 30: 55.05, 40: 43.76, 50: 32.72, 60: 21.97, 70: 11.50, 80: 1.33}


def arc_angle_deg(latitude: float, height_m: float, azimuth: float, elevation: float) -> float:
    angle = arc_angle_rad(np.radians(latitude), np.asarray(height_m), np.radians(azimuth), np.radians(elevation))
    return float(np.degrees(angle))


@pytest.mark.parametrize("latitude", TABLE_DEG)
def test_angles_to_the_arc_agree_with_the_table(latitude):
    found = [arc_angle_deg(latitude, 0.0, az, el) for az, el in LOOKS_DEG]
    np.testing.assert_allclose(found, TABLE_DEG[latitude], atol=TWO_HUNDREDTHS_DEG)


@pytest.mark.parametrize(("latitude", "elevation"), CULMINATION_DEG.items())
def test_the_arc_culminates_in_the_south_at_the_published_elevation(latitude, elevation):
    _, found = arc_directions(np.radians(latitude), 0.0, 181)
    assert np.degrees(found.max()) == pytest.approx(elevation, abs=0.01)
    assert arc_angle_deg(latitude, 0.0, 180.0, elevation) == pytest.approx(0.0, abs=0.01)


@given(
    latitude=st.floats(-90, 90),
    height_m=st.floats(-400, 12_000),
    azimuth=st.floats(0, 360),
    elevation=st.floats(-90, 90),
)
@settings(max_examples=150, deadline=None)
def test_the_angle_is_the_least_over_the_visible_arc(latitude, height_m, azimuth, elevation):
    expected = arc_angle_oracle_rad(np.radians(latitude), height_m, np.radians(azimuth), np.radians(elevation))
    end = float(arc_ends_rad(np.radians(latitude), np.asarray(height_m)))
    if 0.0 <= end < 1e-5:  # only a metre of arc stands above the horizon: the oracle's walk may step over it
        return
    assert arc_angle_deg(latitude, height_m, azimuth, elevation) == pytest.approx(np.degrees(expected), abs=1e-4)


@given(
    latitude=st.floats(-90, 90), azimuth=st.floats(-360, 720), elevation=st.floats(-90, 90), height_m=st.floats(0, 9e3)
)
@settings(max_examples=100, deadline=None)
def test_east_and_west_north_and_south_are_mirrors(latitude, azimuth, elevation, height_m):
    angle = arc_angle_deg(latitude, height_m, azimuth, elevation)
    assert arc_angle_deg(latitude, height_m, -azimuth, elevation) == pytest.approx(angle, abs=1e-6)
    assert arc_angle_deg(-latitude, height_m, 180 - azimuth, elevation) == pytest.approx(angle, abs=1e-6)


@pytest.mark.parametrize("latitude", [90.0, -90.0, 85.0, -81.4])
def test_where_no_arc_is_visible_there_is_nothing_to_avoid(latitude):
    assert arc_angle_deg(latitude, 0.0, 180.0, 1.0) == 180.0
    assert arc_directions(np.radians(latitude), 0.0)[0].size == 0


def test_a_look_at_a_point_of_the_arc_has_no_angle_to_it():
    for latitude, height_m in ((0.0, 0.0), (30.0, 3_000.0), (-55.0, 0.0), (80.0, 0.0)):
        azimuth, elevation = arc_directions(np.radians(latitude), height_m, 41)
        angle = arc_angle_rad(np.radians(latitude), height_m, azimuth, elevation)
        assert angle.max() < 1e-8


def test_the_angle_grows_no_faster_than_the_look_moves():
    rng = np.random.default_rng(4)
    lat = rng.uniform(-1.5, 1.5, 2000)
    az, el = rng.uniform(0, 2 * np.pi, 2000), np.arcsin(rng.uniform(-1, 1, 2000))
    az2, el2 = az + rng.normal(0, 0.02, 2000), np.clip(el + rng.normal(0, 0.02, 2000), -1.57, 1.57)
    moved = np.arccos(np.clip(np.sum(meridian_directions(lat, az, el) * meridian_directions(lat, az2, el2), -1), -1, 1))
    assert (np.abs(arc_angle_rad(lat, 0.0, az, el) - arc_angle_rad(lat, 0.0, az2, el2)) <= moved + 1e-9).all()


def test_samples_of_the_arc_bound_the_exact_cosine():
    rng = np.random.default_rng(5)
    lat, height = np.arcsin(rng.uniform(-1, 1, 4000)), rng.uniform(-500, 20_000, 4000)
    az, el = rng.uniform(0, 2 * np.pi, 4000), np.arcsin(rng.uniform(-1, 1, 4000))
    ends = arc_ends_rad(lat, height)
    arc, missed = arc_samples(lat, height, ends)
    look = np.stack([np.abs(np.cos(el) * np.sin(az)), np.cos(el) * np.cos(az), np.sin(el)], axis=-1)
    best = np.einsum("nks,nk->ns", arc, look).max(axis=1)
    exact = np.cos(arc_angle_rad(lat, height, az, el))
    visible = ends >= 0
    assert arc.shape == (4000, 3, ARC_SAMPLES)
    assert (best[visible] <= exact[visible] + 1e-12).all()
    assert (exact[visible] <= (best + missed)[visible]).all()


def test_the_arc_bends_less_than_its_samples_assume():
    # |d2 v / d l2| < 2 for every place up to 20 km, by second differences of the unit vector
    longitudes, step = np.radians(np.linspace(-82, 82, 3281)), 1e-4
    for latitude in np.radians(np.linspace(0, 82, 83)):
        place = position_m(latitude, np.asarray(0.0), np.asarray(20_000.0)) / 42_164_172.0

        def v(longitude, place=place):
            g = np.stack([np.cos(longitude), np.sin(longitude), np.zeros_like(longitude)], axis=-1) - place
            return g / np.linalg.norm(g, axis=-1)[:, None]

        bend = np.linalg.norm(v(longitudes + step) - 2 * v(longitudes) + v(longitudes - step), axis=-1) / step**2
        assert bend.max() < 1.6


A_HUNDREDTH = 0.01  # the published shares are those of some thousand drawn points
SHARE_EXCLUDED = {  # of a uniform cap at 550 km, elevation 25 degrees and more, by latitude and avoidance angle
    0: {4: 0.066, 8: 0.135, 10: 0.167, 12: 0.201, 18: 0.303, 22: 0.370},
    40: {4: 0.088, 8: 0.174, 10: 0.217, 12: 0.260, 18: 0.364, 22: 0.408},
    60: {4: 0.004, 8: 0.040, 10: 0.065, 12: 0.091, 18: 0.172, 22: 0.228},
}


@pytest.mark.parametrize("latitude", SHARE_EXCLUDED)
def test_the_arc_takes_the_published_share_of_the_sky(latitude):
    ratio = 6_371_008.8 / 6_921_008.8
    least = np.radians(25.0)
    central = np.arccos(ratio * np.cos(least)) - least
    cosine = np.linspace(np.cos(central), 1.0, 400, endpoint=False) + (1 - np.cos(central)) / 800
    psi = np.arccos(cosine)
    elevation = np.arctan2(np.cos(psi) - ratio, np.sin(psi))
    azimuth = np.radians(np.arange(0.25, 180.0, 0.5))
    angle = np.degrees(arc_angle_rad(np.radians(latitude), 0.0, azimuth, elevation[:, None]))
    for avoidance, share in SHARE_EXCLUDED[latitude].items():
        assert (angle < avoidance).mean() == pytest.approx(share, abs=A_HUNDREDTH)
