"""The Sun and the Earth's shadow."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.sky import Light, illumination, sun_of_date_m, sun_position_m

AU_M = 149_597_870_700.0
EQUATOR_M = 6_378_137.0


def at(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[ns]")


def orbit_m(altitude_m: float, beta_rad: float, count: int = 36_000) -> np.ndarray:
    """A circular orbit whose plane makes the angle beta with the direction to a Sun on the x axis.  (place, 3)."""
    u = np.linspace(0, 2 * np.pi, count, endpoint=False)
    first, second = np.array([np.cos(beta_rad), 0.0, np.sin(beta_rad)]), np.array([0.0, 1.0, 0.0])
    return (EQUATOR_M + altitude_m) * (np.cos(u)[:, None] * first + np.sin(u)[:, None] * second)


SUN_M = np.array([AU_M, 0.0, 0.0])


@pytest.mark.parametrize(("altitude_km", "share"), [(550, 0.372), (480, 0.380), (360, 0.396)])
def test_the_longest_eclipse_takes_the_published_share_of_an_orbit(altitude_km, share):
    light = illumination(orbit_m(altitude_km * 1e3, 0.0), SUN_M)
    assert (light != Light.SUNLIT).mean() == pytest.approx(share, abs=0.002)


@pytest.mark.parametrize(("altitude_km", "beta_deg"), [(550, 67.0), (480, 68.4), (360, 71.2)])
def test_no_eclipse_beyond_the_published_beta_angle(altitude_km, beta_deg):
    beyond, before = (illumination(orbit_m(altitude_km * 1e3, np.radians(beta_deg + d)), SUN_M) for d in (0.4, -0.4))
    assert (beyond == Light.SUNLIT).all()
    assert (before == Light.UMBRA).any()


def test_crossing_the_penumbra_takes_eight_seconds():
    light = illumination(orbit_m(550e3, 0.0, 573_900), SUN_M)  # 0.01 s apart in a period of 95.65 min
    assert (light == Light.PENUMBRA).sum() / 2 / 100 == pytest.approx(8.5, abs=0.4)


@given(
    x=st.floats(-1, 1),
    y=st.floats(-1, 1),
    z=st.floats(-1, 1),
    altitude_m=st.floats(300e3, 1.4e6),
    date=st.integers(0, 20_000),
)
@settings(max_examples=300, deadline=None)
def test_the_cone_agrees_with_a_cylinder_except_near_its_edge(x, y, z, altitude_m, date):
    length = np.sqrt(x * x + y * y + z * z)
    if length < 1e-3:
        return
    satellite_m = (EQUATOR_M + altitude_m) * np.array([x, y, z]) / length
    (sun_m,) = sun_position_m(np.array([date], dtype="datetime64[D]").astype("datetime64[ns]"))
    s = sun_m / np.linalg.norm(sun_m)
    along = satellite_m @ s
    beside_m = np.linalg.norm(satellite_m - along * s)
    light = illumination(satellite_m, sun_m)
    if abs(beside_m - EQUATOR_M) > 40e3:
        assert light == (Light.UMBRA if along < 0 and beside_m < EQUATOR_M else Light.SUNLIT)


def test_a_satellite_without_a_position_has_no_known_light():
    assert illumination(np.array([[np.nan, 0, 0], [0, 0, 7e6]]), SUN_M).tolist() == [Light.UNKNOWN, Light.SUNLIT]


def test_the_sun_stands_where_the_almanac_says():
    # Astronomical Almanac 2000, geocentric apparent place at J2000.0: 18 h 45 m 9.4 s, -23 deg 1' 58", 0.983327 au
    (sun_m,) = sun_of_date_m(at("2000-01-01T12:00"))
    ra, declination = (
        np.degrees(np.arctan2(sun_m[1], sun_m[0])) % 360,
        np.degrees(np.arcsin(sun_m[2] / np.linalg.norm(sun_m))),
    )
    assert ra == pytest.approx(281.289, abs=0.02)
    assert declination == pytest.approx(-23.033, abs=0.01)
    assert np.linalg.norm(sun_m) / AU_M == pytest.approx(0.98333, abs=1e-4)


def test_the_sun_crosses_the_equator_at_the_equinox_and_stands_over_greenwich_at_noon():
    (march, june) = sun_position_m(at("2026-03-20T14:46", "2026-06-21T12:02"))
    assert np.degrees(np.arcsin(march[2] / np.linalg.norm(march))) == pytest.approx(0.0, abs=0.01)
    assert np.degrees(np.arcsin(june[2] / np.linalg.norm(june))) == pytest.approx(23.436, abs=0.01)
    assert np.degrees(np.arctan2(june[1], june[0])) == pytest.approx(0.0, abs=0.1)
