"""Laser links: what geometry allows, and how long a new link waits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.arrays import Floats
from hudhud.constants import GRAZING_HEIGHT_M
from hudhud.links import HELD_SINCE_EVER_S, LaserRules, held_s, sightline

RADIUS_OF_THE_STUDY_M = 6_378_135.0
ONE = np.array([0], dtype=np.int32)
OTHER = np.array([1], dtype=np.int32)
ALONG, ACROSS = np.array([False]), np.array([True])


def apart(height_m: float, length_m: float) -> Floats:
    """Two satellites at one height, `length_m` apart."""
    radius_m = RADIUS_OF_THE_STUDY_M + height_m
    half = np.arcsin(length_m / 2 / radius_m)
    return radius_m * np.array([[np.cos(half), np.sin(half), 0.0], [np.cos(half), -np.sin(half), 0.0]])


def allowed(satellite_m: Floats, across: Floats = ALONG, **rules: float) -> bool:
    _, possible = sightline(satellite_m, ONE, OTHER, across, LaserRules(**rules))
    return bool(possible[0])


@pytest.mark.parametrize(("height_km", "limit_km"), [(550.0, 5_016.6), (630.0, 5_443.0)])
def test_the_atmosphere_limits_a_link_to_its_published_length(height_km: float, limit_km: float) -> None:
    exact_km = 2 * np.sqrt((6378.135 + height_km) ** 2 - (6378.135 + GRAZING_HEIGHT_M / 1e3) ** 2)
    assert exact_km == pytest.approx(limit_km, abs=0.06)
    assert allowed(apart(height_km * 1e3, exact_km * 1e3 - 1.0))
    assert not allowed(apart(height_km * 1e3, exact_km * 1e3 + 1.0))


def test_only_the_part_of_the_line_between_the_satellites_must_clear_the_earth() -> None:
    one_above_the_other_m = np.array([[7_000e3, 0.0, 0.0], [7_500e3, 0.0, 0.0]])
    assert allowed(one_above_the_other_m)
    assert not allowed(np.array([[7_000e3, 0.0, 0.0], [-7_500e3, 0.0, 0.0]]))
    nearly_m = np.array([[7_000e3, 0.0, 0.0], [7_400e3, 900e3, 300e3]])  # the line itself, drawn on, enters the Earth
    assert allowed(nearly_m)


def test_an_end_inside_the_atmosphere_allows_nothing() -> None:
    assert not allowed(np.array([[6_440e3, 0.0, 0.0], [7_000e3, 0.0, 0.0]]))


def test_a_satellite_without_a_position_and_two_in_one_place_have_no_link() -> None:
    for broken in (np.array([[np.nan] * 3, [7_000e3, 0, 0]]), np.array([[7_000e3, 0, 0], [7_000e3, np.nan, 0]])):
        length_m, possible = sightline(broken, ONE, OTHER, ALONG, LaserRules())
        assert np.isnan(length_m[0]) and not possible[0]
    assert not allowed(np.full((2, 3), 5_000e3))


def test_a_maximum_range_is_the_last_length_allowed() -> None:
    pair_m = apart(550e3, 2_000e3)
    length_m, _ = sightline(pair_m, ONE, OTHER, ALONG, LaserRules())
    assert length_m[0] == pytest.approx(2_000e3, rel=1e-12)
    assert allowed(pair_m, maximum_range_m=length_m[0])
    assert not allowed(pair_m, maximum_range_m=length_m[0] - 1e-3)


def at_latitudes(one_deg: float, other_deg: float) -> Floats:
    angle = np.radians([one_deg, other_deg])
    return 6_921e3 * np.stack([np.cos(angle), np.zeros(2), np.sin(angle)], axis=1)


@pytest.mark.parametrize("one, other", [(70.5, 65.0), (65.0, 70.5), (-70.5, -65.0)])
def test_links_across_planes_are_off_near_a_pole_and_links_along_a_plane_are_not(one: float, other: float) -> None:
    pair_m = at_latitudes(one, other)
    assert not allowed(pair_m, ACROSS, polar_cut_off_rad=np.radians(70.0))
    assert allowed(pair_m, ALONG, polar_cut_off_rad=np.radians(70.0))
    assert allowed(pair_m, ACROSS, polar_cut_off_rad=np.radians(71.0))
    assert allowed(pair_m, ACROSS)


def test_without_a_cut_off_a_link_may_cross_the_pole_itself() -> None:
    assert allowed(at_latitudes(90.0, 85.0), ACROSS)


def test_no_links_are_no_trouble() -> None:
    none = np.empty(0, dtype=np.int32)
    length_m, possible = sightline(np.empty((0, 3)), none, none, none.astype(np.bool_), LaserRules())
    assert length_m.shape == possible.shape == (0,)


places = st.lists(st.floats(-9e6, 9e6), min_size=6, max_size=6)


@settings(deadline=None, max_examples=150)
@given(places)
def test_a_link_is_the_same_from_both_ends_and_agrees_with_points_sampled_along_it(values: list[float]) -> None:
    pair_m = np.array(values).reshape(2, 3)
    length_m, there = sightline(pair_m, ONE, OTHER, ALONG, LaserRules())
    back_m, back = sightline(pair_m, OTHER, ONE, ALONG, LaserRules())
    assert length_m[0] == back_m[0]
    share = np.linspace(0.0, 1.0, 2_001)[:, None]
    lowest_m = np.linalg.norm(pair_m[0] * (1 - share) + pair_m[1] * share, axis=1).min()
    grazing_m = RADIUS_OF_THE_STUDY_M + GRAZING_HEIGHT_M
    if abs(lowest_m - grazing_m) > 5e3 and length_m[0] > 0.0:  # samples stand up to 8 km apart
        assert bool(there[0]) == bool(back[0]) == (lowest_m > grazing_m)


def test_a_link_of_the_first_instant_counts_as_acquired_long_ago() -> None:
    first = held_s(np.array([True, False]), np.full(2, HELD_SINCE_EVER_S), 15.0)
    np.testing.assert_array_equal(first, [np.inf, -1.0])


@pytest.mark.parametrize(("acquisition_s", "slots_waited"), [(0.0, 0), (12.0, 1), (15.0, 1), (30.0, 2)])
def test_a_link_that_becomes_possible_waits_for_its_acquisition(acquisition_s: float, slots_waited: int) -> None:
    held = np.array([-1.0])
    waited = 0
    while True:
        held = held_s(np.array([True]), held, 15.0)
        if held[0] >= acquisition_s:
            break
        waited += 1
    assert waited == slots_waited


def test_a_break_of_one_slot_begins_the_wait_anew() -> None:
    held = held_s(np.array([True]), np.array([600.0]), 15.0)
    assert held[0] == 615.0
    held = held_s(np.array([False]), held, 15.0)
    assert held[0] == -1.0
    assert held_s(np.array([True]), held, 15.0)[0] == 0.0
