"""Candidate looks and their gates, against the full matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.earth import Sites, geodetic
from hudhud.errors import InputError
from hudhud.sky import Gate, Limits, looks, watch
from hudhud.sky.gates import _angle
from looks_oracle import assert_same_looks, looks_oracle, walker_m

HIGHEST_M = 7_000_000.0
FLEET_M = np.concatenate([walker_m(24, 24, 53.0, 550e3), walker_m(6, 20, 97.6, 560e3), walker_m(10, 10, 42.0, 360e3)])
IDLE = np.arange(len(FLEET_M)) % 7 == 0


def limits_of(rng: np.random.Generator, count: int) -> Limits:
    """Limits of every sort, drawn."""
    minimum = rng.uniform(np.radians(5), np.radians(40), count)
    return Limits(
        floor_elevation_rad=np.where(rng.random(count) < 0.5, minimum, rng.uniform(-0.1, 0.1, count)),
        minimum_elevation_rad=minimum,
        gso_avoidance_rad=rng.choice(np.radians([0.0, 4.0, 12.0, 18.0, 22.0]), count),
        half_field_of_view_rad=rng.choice(np.radians([50.0, 55.0, 70.0, 180.0]), count),
        boresight_azimuth_rad=rng.uniform(-np.pi, 2 * np.pi, count),
        boresight_elevation_rad=rng.choice(np.radians([63.0, 90.0, 21.0]), count),
        spread_m=np.zeros(count),
        mask=rng.integers(-1, 2, count).astype(np.int32),
        masks=rng.uniform(0, 1, (2, 360)),
        obstruction=rng.integers(-1, 1, count).astype(np.int32),
        obstructions=rng.choice([-1.0, 0.0, 0.3, 0.7, 1.0], (1, 123, 123)).astype(np.float32),
    )


def one_site(latitude_deg: float, longitude_deg: float, height_m: float = 0.0) -> Sites:
    return Sites.at(["here"], [latitude_deg], [longitude_deg], [height_m])


def above(site: Sites, azimuth_deg: float, elevation_deg: float, range_m: float = 800e3) -> np.ndarray:
    """Position (1, 3) of a satellite that the site sees there."""
    az, el = np.radians(azimuth_deg), np.radians(elevation_deg)
    east, north, up = np.cos(el) * np.sin(az), np.cos(el) * np.cos(az), np.sin(el)
    return site.position_m + range_m * (east * site.east + north * site.north + up * site.up)


places = st.lists(
    st.tuples(
        st.one_of(st.floats(-90, 90), st.sampled_from([90.0, -90.0, 89.9999, 0.0, 45.0])),
        st.one_of(st.floats(-180, 180), st.sampled_from([180.0, -180.0, 0.0, 90.0, 45.0])),
        st.floats(-400, 12_000),
    ),
    min_size=0,
    max_size=6,
)


@given(places=places, seed=st.integers(0, 2**32 - 1), turn=st.floats(0, 7))
@settings(max_examples=120, deadline=None)
def test_looks_are_those_of_the_full_matrix(places, seed, turn):
    latitude, longitude, height = (list(column) for column in zip(*places, strict=True)) if places else ([], [], [])
    sites = Sites.at([str(i) for i in range(len(places))], latitude, longitude, height)
    limits = limits_of(np.random.default_rng(seed), len(places))
    cos, sin = np.cos(turn), np.sin(turn)
    satellite_m = FLEET_M @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    satellite_m[seed % 50 :: 50] = np.nan
    assert_same_looks(
        looks(watch(sites, limits, HIGHEST_M), satellite_m, IDLE), looks_oracle(sites, limits, satellite_m, IDLE)
    )


@given(
    seed=st.integers(0, 2**32 - 1),
    highest_m=st.sampled_from([6.5e6, 6.9e6, 7.0e6, 8.2e6, 5e7]),
    floor=st.floats(-90, 89),
)
@settings(max_examples=60, deadline=None)
def test_any_floor_and_any_height_of_satellite_is_right(seed, highest_m, floor):
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(400, 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    satellite_m = direction * rng.choice([6.2e6, 6.5e6, 6.92e6, 7.57e6, 4.2e7, 3e8], 400)[:, None]
    sites = Sites.at(["a", "b", "c"], rng.uniform(-90, 90, 3).tolist(), [0.0, 179.99999, -60.0], [0.0, 3e3, 9e4])
    limits = Limits.same(3, minimum_elevation_rad=0.3, floor_elevation_rad=np.radians(floor))
    idle = np.zeros(400, dtype=np.uint8)
    assert_same_looks(
        looks(watch(sites, limits, highest_m), satellite_m, idle), looks_oracle(sites, limits, satellite_m, idle)
    )


def test_sites_all_over_the_globe_see_what_the_full_matrix_shows():
    rng = np.random.default_rng(1)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 400)))
    sites = Sites.at([str(i) for i in range(400)], latitude, rng.uniform(-180, 180, 400))
    limits = limits_of(rng, 400)
    assert_same_looks(looks(watch(sites, limits, HIGHEST_M), FLEET_M, IDLE), looks_oracle(sites, limits, FLEET_M, IDLE))


def test_looks_at_the_edges_of_the_cube_are_found():
    site = one_site(np.degrees(np.arctan(1 / np.sqrt(2))), 45.0)
    edges = np.array([[1, 1, 1], [1, 1, 0.999999], [1, 0.999999, 1], [1, 1.000001, 1], [1, 1, 1.000001]]) * 4.0e6
    limits = Limits.same(1, minimum_elevation_rad=0.5)
    found = looks(watch(site, limits, HIGHEST_M), edges, np.zeros(5, bool))
    assert found.satellite.tolist() == [0, 1, 2, 3, 4]


def test_a_satellite_straight_up_stands_at_the_zenith():
    for latitude in (0.0, 45.0, -89.999, 90.0):
        site = one_site(latitude, 30.0)
        found = looks(
            watch(site, Limits.same(1, minimum_elevation_rad=0.4), HIGHEST_M), above(site, 0, 90), np.zeros(1, bool)
        )
        assert found.elevation_rad[0] == pytest.approx(np.pi / 2, abs=1e-8)
        assert found.range_m[0] == pytest.approx(800e3, abs=1e-6)
        assert found.passed.all()


def test_azimuth_counts_from_the_north_through_the_east():
    site = one_site(50.0, 30.0)
    sky = np.concatenate([above(site, azimuth, 40.0) for azimuth in (0, 90, 180, 270, 359.9999)])
    found = looks(watch(site, Limits.same(1, minimum_elevation_rad=0.4), 8e6), sky, np.zeros(5, bool))
    np.testing.assert_allclose(np.degrees(found.azimuth_rad) % 360, [0, 90, 180, 270, 359.9999], atol=1e-7)
    assert (found.azimuth_rad >= 0).all() and (found.azimuth_rad < 2 * np.pi).all()


def test_a_refused_look_shows_every_gate_that_refused_it():
    site = one_site(48.0, 30.0)
    limits = Limits(
        floor_elevation_rad=np.zeros(1),
        minimum_elevation_rad=np.radians([40.0]),
        gso_avoidance_rad=np.radians([18.0]),
        half_field_of_view_rad=np.radians([55.0]),
        boresight_azimuth_rad=np.zeros(1),
        boresight_elevation_rad=np.radians([63.0]),
        spread_m=np.zeros(1),
        mask=np.zeros(1, np.int32),
        masks=np.full((1, 360), np.radians(36.0)),
        obstruction=np.full(1, -1, np.int32),
        obstructions=np.zeros((0, 123, 123), np.float32),
    )
    found = looks(watch(site, limits, 9e6), above(site, 180.0, 35.0), np.ones(1, bool))
    assert Gate(int(found.refused[0])) == ~Gate(0)
    assert not found.passed[0]


def test_the_field_of_view_is_measured_from_the_boresight():
    site = one_site(48.0, 30.0)
    flat = Limits.same(1, minimum_elevation_rad=0.0, half_field_of_view_rad=np.radians(55.0))
    sky = np.concatenate([above(site, 120.0, elevation) for elevation in (34.99, 35.01)])
    found = looks(watch(site, flat, 1e7), sky, np.zeros(2, bool))
    assert found.refused.tolist() == [Gate.OUT_OF_FIELD_OF_VIEW, 0]


def test_satellites_without_a_position_are_no_candidates():
    site = one_site(10.0, 10.0)
    sky = np.concatenate([above(site, 0, 90), [[np.nan, 0, 0], [np.inf, 0, 0], [0, 0, 0], [-np.inf, np.nan, 7e6]]])
    found = looks(watch(site, Limits.same(1, minimum_elevation_rad=-1.5), HIGHEST_M), sky, np.zeros(5, bool))
    assert found.satellite.tolist() == [0]


def test_no_sites_and_no_satellites_give_no_looks():
    none = Sites.at([], [], [])
    assert len(looks(watch(none, Limits.same(0, minimum_elevation_rad=0.4), HIGHEST_M), FLEET_M, IDLE)) == 0
    site = one_site(0.0, 0.0)
    found = looks(
        watch(site, Limits.same(1, minimum_elevation_rad=0.4), HIGHEST_M), np.zeros((0, 3)), np.zeros(0, bool)
    )
    assert len(found) == 0 and found.offsets.tolist() == [0, 0]


def test_the_same_sky_gives_the_same_bytes():
    rng = np.random.default_rng(3)
    sites = Sites.at(
        [str(i) for i in range(50)], rng.uniform(-80, 80, 50).tolist(), rng.uniform(-180, 180, 50).tolist()
    )
    limits = limits_of(rng, 50)
    first, second = (looks(watch(sites, limits, HIGHEST_M), FLEET_M, IDLE) for _ in range(2))
    for name in ("offsets", "satellite", "elevation_rad", "azimuth_rad", "range_m", "refused"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_looks_cannot_be_changed():
    found = looks(watch(one_site(40, 0), Limits.same(1, minimum_elevation_rad=0.4), HIGHEST_M), FLEET_M, IDLE)
    with pytest.raises(ValueError, match="read-only"):
        found.satellite[0] = 3


@given(
    latitude=st.one_of(st.floats(-90, 90), st.sampled_from([90.0, -90.0, 81.2, -81.29, 0.0])),
    longitude=st.sampled_from([180.0, -180.0, 12.0]),
    spread_m=st.sampled_from([1.0, 3e3, 12e3, 40e3]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=80, deadline=None)
def test_what_passes_for_a_group_passes_for_each_of_its_members(latitude, longitude, spread_m, seed):
    rng = np.random.default_rng(seed)
    anchor = one_site(latitude, longitude, 500.0)
    base = limits_of(rng, 1)
    shared = {
        **{name: getattr(base, name) for name in base.__slots__},
        "floor_elevation_rad": np.zeros(1),
        "mask": np.full(1, -1, np.int32),
        "obstruction": np.full(1, -1, np.int32),
    }
    direction = rng.uniform(0, 2 * np.pi, 40)
    away = spread_m * 0.999 * np.sqrt(rng.random(40))
    offset = away[:, None] * (np.cos(direction)[:, None] * anchor.north + np.sin(direction)[:, None] * anchor.east)
    lat, lon, height = geodetic(anchor.position_m + offset)
    members = Sites(names=tuple(map(str, range(40))), latitude_rad=lat, longitude_rad=lon, height_m=height)
    assert np.linalg.norm(members.position_m - anchor.position_m, axis=1).max() <= spread_m
    group = looks(
        watch(anchor, Limits(**{**shared, "spread_m": np.array([spread_m])}), HIGHEST_M),
        FLEET_M,
        np.zeros(len(FLEET_M), bool),
    )
    alone = Limits(
        **{
            **{name: np.repeat(value, 40, axis=0) for name, value in shared.items() if not name.endswith("s")},
            "masks": base.masks,
            "obstructions": base.obstructions,
        }
    )
    singles = looks_oracle(members, alone, FLEET_M, np.zeros(len(FLEET_M), bool))
    passing = set(group.satellite[group.passed].tolist())
    for member in range(40):
        mine = slice(singles.offsets[member], singles.offsets[member + 1])
        passes = set(singles.satellite[mine][singles.refused[mine] == 0].tolist())
        assert passing <= passes


def test_positions_and_service_must_be_of_the_same_satellites():
    ready = watch(one_site(0.0, 0.0), Limits.same(1, minimum_elevation_rad=0.4), HIGHEST_M)
    for positions, idle in ((FLEET_M, IDLE[1:]), (FLEET_M[:, :2], IDLE), (FLEET_M[0], IDLE[:1])):
        with pytest.raises(ValueError, match="must be"):
            looks(ready, positions, idle)


def test_limits_that_cannot_be_are_refused_all_at_once():
    sites = one_site(0.0, 0.0)
    bad = Limits.same(1, minimum_elevation_rad=2.0, gso_avoidance_rad=-0.1)
    with pytest.raises(InputError) as refused:
        watch(sites, bad, float("nan"))
    assert {fault.where for fault in refused.value.faults} == {
        "highest_radius_m",
        "floor_elevation_rad",
        "minimum_elevation_rad",
        "gso_avoidance_rad",
    }


def test_a_place_that_is_not_a_number_is_refused():
    nowhere = Sites(names=("a",), latitude_rad=np.array([np.nan]), longitude_rad=np.zeros(1), height_m=np.zeros(1))
    with pytest.raises(InputError, match="finite"):
        watch(nowhere, Limits.same(1, minimum_elevation_rad=0.4), HIGHEST_M)


@given(y=st.floats(-1e9, 1e9), x=st.floats(-1e9, 1e9))
@settings(max_examples=300, deadline=None)
def test_angles_agree_with_the_library(y, x):
    if abs(x) < 1e-250 and abs(y) < 1e-250 and (x, y) != (0.0, 0.0):
        return
    expected = np.arctan2(y, x) if (x, y) != (0.0, 0.0) else 0.0
    assert np.cos(_angle(y, x) - expected) == pytest.approx(1.0, abs=1e-15)
    assert abs(_angle(y, x)) == pytest.approx(abs(expected), rel=1e-15, abs=1e-300)
