"""The Earth's shape, its turning, and places on it."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.constants import EARTH_ROTATION_RAD_S, MEAN_RADIUS_M, WGS84_FLATTENING, WGS84_SEMI_MAJOR_M
from hudhud.earth import (
    EarthOrientation,
    Sites,
    earth_fixed,
    earth_fixed_velocity,
    geodetic,
    gmst82_rad,
    great_circle_m,
    position_m,
    rotation_to_earth_fixed,
)
from hudhud.errors import InputError
from hudhud.timescale import from_rfc3339

GOLDEN = Path(__file__).resolve().parent / "golden"
ARC_SECOND = np.pi / 180 / 3600
A_HUNDREDTH_OF_A_MILLIMETRE_ON_THE_GROUND = 1e-5 / WGS84_SEMI_MAJOR_M
POLAR_RADIUS_M = WGS84_SEMI_MAJOR_M * (1 - WGS84_FLATTENING)

latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0, 89.9999999, -89.9999999])
longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 179.9999999, 0.0])
heights = st.floats(-1_000, 40_000_000)


def columns(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@settings(deadline=None, max_examples=300)
@given(latitudes, longitudes, heights)
def test_a_place_turned_into_metres_and_back_is_the_same_place(lat_deg, lon_deg, height_m):
    there_m = position_m(np.radians(lat_deg), np.radians(lon_deg), np.float64(height_m))
    lat, lon, height = geodetic(there_m)
    again_m = position_m(lat, lon, height)
    assert np.linalg.norm(again_m - there_m) < 1e-6
    assert abs(lat - np.radians(lat_deg)) < 1e-12
    assert abs(height - height_m) < 1e-6


def test_the_poles_and_the_equator_stand_where_wgs84_puts_them():
    sites = Sites.at(["north", "south", "null", "date line"], [90, -90, 0, 0], [0, 0, 0, 180])
    expected_m = [
        [0, 0, POLAR_RADIUS_M],
        [0, 0, -POLAR_RADIUS_M],
        [WGS84_SEMI_MAJOR_M, 0, 0],
        [-WGS84_SEMI_MAJOR_M, 0, 0],
    ]
    assert np.allclose(sites.position_m, expected_m, rtol=0, atol=1e-8)


def test_both_names_of_the_antimeridian_are_one_place():
    sites = Sites.at(["east", "west"], [10, 10], [180, -180])
    assert np.allclose(sites.position_m[0], sites.position_m[1], rtol=0, atol=1e-8)


@settings(deadline=None, max_examples=100)
@given(latitudes, longitudes)
def test_east_north_and_up_are_right_handed_unit_vectors_everywhere(lat_deg, lon_deg):
    site = Sites.at(["here"], [lat_deg], [lon_deg])
    axes = np.stack([site.east[0], site.north[0], site.up[0]])
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)


def test_up_is_the_way_height_grows():
    low, high = (Sites.at(["here"], [47.3], [8.5], [h]) for h in (0.0, 1_000.0))
    assert np.allclose(high.position_m - low.position_m, 1_000 * low.up, atol=1e-6)


def test_sites_cannot_be_changed_after_the_fact():
    site = Sites.at(["here"], [1.0], [2.0])
    for array in (site.latitude_rad, site.position_m, site.up, site.east, site.north):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_every_impossible_site_is_named_at_once():
    with pytest.raises(InputError) as caught:
        Sites.at(["a", "b", "c"], [91, float("nan"), 0], [0, 0, 400], [0, 0, 1e9])
    assert [fault.where for fault in caught.value.faults] == ["a", "b", "c", "c"]
    assert "latitude is 91 degrees, but must lie between -90 and 90" in str(caught.value)


def test_sites_of_unequal_length_are_refused():
    with pytest.raises(InputError, match="2 sites need as many"):
        Sites.at(["a", "b"], [1.0], [2.0])


def test_no_sites_are_a_right_answer():
    assert Sites.at([], [], []).position_m.shape == (0, 3)


def test_a_quarter_of_the_globe_is_ten_thousand_kilometres():
    quarter_m = great_circle_m(np.float64(0), np.float64(0), np.pi / 2, np.float64(0))
    assert quarter_m == pytest.approx(np.pi / 2 * MEAN_RADIUS_M)
    assert great_circle_m(np.float64(0.3), np.float64(-np.pi), np.float64(0.3), np.float64(np.pi)) == pytest.approx(
        0, abs=1e-6
    )


def test_sidereal_time_agrees_with_an_independent_library():
    rows = columns(GOLDEN / "skyfield" / "sidereal.csv")
    assert len(rows) == 39
    for row in rows:
        at = np.array([from_rfc3339(row["utc"])])
        difference = gmst82_rad(at, float(row["ut1_utc_s"]))[0] - float(row["gmst_rad"])
        turned = (difference + np.pi) % (2 * np.pi) - np.pi
        # One double for the centuries resolves 0.1 microseconds of time.
        assert abs(turned) < 3 * A_HUNDREDTH_OF_A_MILLIMETRE_ON_THE_GROUND + 3e-11


def test_the_worked_example_of_the_frames_comes_out_to_two_centimetres():
    frames = {
        row["frame"]: 1e3 * np.array([float(v) for k, v in row.items() if k != "frame"])
        for row in columns(GOLDEN / "vallado_2006" / "frames.csv")
    }
    at = np.array([from_rfc3339("2004-04-06T07:51:28.386009Z")])
    ut1 = EarthOrientation(ut1_utc_s=-0.4399619)
    whole = EarthOrientation(ut1_utc_s=-0.4399619, pole_x_rad=-0.140682 * ARC_SECOND, pole_y_rad=0.333309 * ARC_SECOND)
    teme_m, teme_m_s = frames["TEME"][None, :3], frames["TEME"][None, 3:]
    # The authors keep UT1 in one double Julian date, which resolves 40 microseconds of time: 23 mm at this radius.
    # They take the velocity with the inertial rotation rate, 7e-12 rad/s below the rate of sidereal time used here.
    two_centimetres, a_tenth_of_a_millimetre_a_second = 2e-2, 1e-4
    for name, orientation in (("PEF", ut1), ("ITRF", whole)):
        assert np.allclose(earth_fixed(teme_m, at, orientation)[0], frames[name][:3], rtol=0, atol=two_centimetres)
        velocity_m_s = earth_fixed_velocity(teme_m, teme_m_s, at, orientation)[0]
        assert np.allclose(velocity_m_s, frames[name][3:], rtol=0, atol=a_tenth_of_a_millimetre_a_second)


def test_the_rotation_keeps_lengths_and_nan():
    at = np.datetime64("2026-05-30T18:00:12", "ns") + np.arange(3) * np.timedelta64(15, "s")
    teme_m = np.full((3, 4, 3), 7e6)
    teme_m[1, 2] = np.nan
    fixed_m = earth_fixed(teme_m, at)
    assert np.array_equal(np.isnan(fixed_m), np.isnan(teme_m))
    assert np.allclose(np.linalg.norm(fixed_m[0], axis=-1), np.sqrt(3) * 7e6)


def test_the_earth_turns_once_in_a_sidereal_day():
    at = np.datetime64("2026-05-30", "ns") + np.array(
        [0, round(2 * np.pi / EARTH_ROTATION_RAD_S * 1e9)], dtype="timedelta64[ns]"
    )
    first, second = rotation_to_earth_fixed(at)
    assert np.allclose(first, second, atol=1e-9)
