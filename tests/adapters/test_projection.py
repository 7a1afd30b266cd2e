"""How the round Earth is laid on paper: equal areas, no seam at the antimeridian, no hole at a pole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.projection import Region, World, arc, direction, fitting_view

_latitudes = st.floats(-np.pi / 2, np.pi / 2)
_longitudes = st.floats(-np.pi, np.pi)


def _area(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2


def _cap(latitude_rad: float, longitude_rad: float, radius_rad: float) -> tuple[np.ndarray, np.ndarray]:
    """A ring round a place."""
    turn = np.linspace(0, 2 * np.pi, 721)[:-1, None]
    centre = direction(np.array(latitude_rad), np.array(longitude_rad))
    east = np.array([-np.sin(longitude_rad), np.cos(longitude_rad), 0.0])
    north = np.cross(centre, east)
    ring = np.cos(radius_rad) * centre + np.sin(radius_rad) * (np.sin(turn) * east + np.cos(turn) * north)
    lat, lon = np.arctan2(ring[:, 2], np.hypot(ring[:, 0], ring[:, 1])), np.arctan2(ring[:, 1], ring[:, 0])
    return lat, lon


@settings(deadline=None, max_examples=60)
@given(_latitudes, _longitudes, st.floats(0.0, 0.25), st.floats(0, 2 * np.pi), st.floats(0.02, 0.08))
def test_a_region_keeps_areas(lat: float, lon: float, off: float, turn: float, radius: float) -> None:
    up = direction(np.array(lat), np.array(lon))
    view = fitting_view(np.stack([up] * 2), 1.0)
    assert isinstance(view, Region)
    view = Region(axes=view.axes, half_width=0.5, half_height=0.5)
    at = view.axes.T @ np.array([np.sin(off) * np.cos(turn), np.sin(off) * np.sin(turn), np.cos(off)])
    ring = _cap(float(np.arctan2(at[2], np.hypot(at[0], at[1]))), float(np.arctan2(at[1], at[0])), radius)
    polygon = view.polygon(*ring)
    assert polygon is not None
    assert _area(polygon) == pytest.approx(2 * np.pi * (1 - np.cos(radius)), rel=1e-3)


def test_the_world_keeps_areas() -> None:
    view = World()
    for lat in (-1.2, -0.4, 0.0, 0.9):
        polygon = view.polygon(*_cap(lat, 0.3, 0.1))
        assert polygon is not None
        assert _area(polygon) == pytest.approx(2 * np.pi * (1 - np.cos(0.1)), rel=1e-3)
    assert _area(view.rim()) == pytest.approx(4 * np.pi, rel=1e-3)


@settings(deadline=None, max_examples=80)
@given(_latitudes, _longitudes, st.lists(st.tuples(st.floats(0, 0.4), st.floats(0, 6.3)), min_size=1, max_size=8),
       st.sampled_from([0.5, 1.0, 2.2]))  # fmt: skip
def test_a_fitting_view_shows_every_place(
    lat: float, lon: float, offsets: list[tuple[float, float]], aspect: float
) -> None:
    centre = fitting_view(direction(np.array([lat]), np.array([lon])), aspect)
    assert isinstance(centre, Region)
    places = np.array(
        [
            centre.axes.T @ np.array([np.sin(r) * np.cos(turn), np.sin(r) * np.sin(turn), np.cos(r)])
            for r, turn in offsets
        ]
    )
    view = fitting_view(places, aspect)
    flat = view.plane(places[:, None, :])[:, 0]
    half_width, half_height = view.extent
    assert np.all(np.abs(flat[:, 0]) <= half_width)
    assert np.all(np.abs(flat[:, 1]) <= half_height)
    if isinstance(view, Region):
        assert half_width == pytest.approx(aspect * half_height)


def test_places_all_over_the_earth_are_shown_on_the_world() -> None:
    ring = direction(np.zeros(6), np.linspace(-np.pi, np.pi, 6))
    assert isinstance(fitting_view(ring, 2.0), World)
    assert isinstance(fitting_view(np.zeros((0, 3)), 2.0), World)


@settings(deadline=None, max_examples=100)
@given(_latitudes, _longitudes, _latitudes, _longitudes, st.floats(0.05, 1.2))
def test_a_ring_is_cut_outside_the_window_and_nowhere_else(
    lat: float, lon: float, ring_lat: float, ring_lon: float, radius: float
) -> None:
    """Inside the window the cut ring covers what the whole one covers: the winding number says so at every place."""
    centre = fitting_view(direction(np.array([lat]), np.array([lon])), 1.5)
    assert isinstance(centre, Region)
    view = Region(axes=centre.axes, half_width=0.6, half_height=0.4)
    polygon = view.polygon(*_cap(ring_lat, ring_lon, radius))
    middle = direction(np.array(ring_lat), np.array(ring_lon))
    for x, y in ((0.0, 0.0), (0.58, 0.38), (-0.58, 0.38), (0.58, -0.38), (-0.58, -0.38), (0.3, -0.1)):
        up = 1 - (x * x + y * y) / 2
        scale = np.sqrt(2 / (1 + up))
        place = np.array([x / scale, y / scale, up]) @ view.axes
        apart = float(np.arccos(np.clip(place @ middle, -1, 1)))
        if abs(apart - radius) < 0.01:
            continue
        turns = 0.0
        if polygon is not None:
            angle = np.arctan2(polygon[:, 1] - y, polygon[:, 0] - x)
            step = np.diff(np.append(angle, angle[0]))
            turns = float(np.sum((step + np.pi) % (2 * np.pi) - np.pi)) / (2 * np.pi)
        assert abs(round(turns)) == (1 if apart < radius else 0)


def test_a_line_over_the_antimeridian_is_whole_in_a_region_and_broken_on_the_world() -> None:
    path = arc(direction(np.array(-0.3), np.array(3.1)), direction(np.array(-0.3), np.array(-3.1)))
    region = fitting_view(path, 2.0)
    assert isinstance(region, Region)
    assert np.all(np.hypot(*np.diff(region.plane(path), axis=0).T) < 0.01)
    world = World().plane(path)
    assert np.isnan(world).any()
    assert np.nanmax(np.abs(np.diff(world[:, 0]))) < 0.1
