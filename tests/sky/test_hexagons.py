"""The kernel gives the cells that two independent H3 engines give, and numbers name cells one to one."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hudhud.sky import hexagons
from hudhud.sky.hexagons import NUMBERS, all_numbers, cell_number, h3_index, is_cell, number_of


def library(latitude_deg, longitude_deg):
    pairs = zip(np.asarray(latitude_deg).tolist(), np.asarray(longitude_deg).tolist(), strict=True)
    return np.array([h3.latlng_to_cell(lat, lon, 5) for lat, lon in pairs], dtype=np.int64)


def on_the_sphere(count, seed):
    rng = np.random.default_rng(seed)
    return np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)


def beside_the_edges(count, seed):
    """Points within 60 km of the edges of the icosahedron, where faces meet."""
    rng = np.random.default_rng(seed)
    corners = hexagons._corners()
    pairs = [(a, b) for a in range(12) for b in range(a) if corners[a] @ corners[b] > 0.4]
    chosen = np.array(pairs)[rng.integers(0, len(pairs), count)]
    share = rng.uniform(0, 1, (count, 1))
    points = corners[chosen[:, 0]] * share + corners[chosen[:, 1]] * (1 - share)
    points = points / np.linalg.norm(points, axis=1)[:, None] + rng.normal(0, 0.005, (count, 3))
    x, y, z = (points / np.linalg.norm(points, axis=1)[:, None]).T
    return np.degrees(np.arcsin(z)), np.degrees(np.arctan2(y, x))


def beside_the_pentagons(count, seed):
    rng = np.random.default_rng(seed)
    middles = np.array([h3.cell_to_latlng(cell) for cell in sorted(h3.get_pentagons(0))])
    lat, lon = middles[rng.integers(0, 12, count)].T
    return lat + rng.normal(0, 0.5, count), lon + rng.normal(0, 0.5, count)


PLACES = {
    "the whole sphere": on_the_sphere(150_000, 1),
    "edges of the icosahedron": beside_the_edges(60_000, 2),
    "pentagons": beside_the_pentagons(30_000, 3),
    "the antimeridian": (np.linspace(-90, 90, 20_001), np.tile([180.0, -180.0, 179.999999], 6667)),
    "the poles": (np.repeat([90.0, -90.0, 89.99, -89.99], 361), np.tile(np.arange(-180.0, 181.0), 4)),
    "longitudes beyond 180": (np.linspace(-80, 80, 3001), np.linspace(180, 540, 3001)),
}


@pytest.mark.parametrize("where", PLACES)
def test_the_kernel_gives_the_cells_of_the_library_at(where):
    latitude_deg, longitude_deg = PLACES[where]
    found = h3_index(cell_number(np.radians(latitude_deg), np.radians(longitude_deg)))
    assert (found != library(latitude_deg, longitude_deg)).sum() == 0


@pytest.mark.parametrize("where", PLACES)
def test_a_second_h3_engine_gives_the_same_cells_at(where):
    vector = pytest.importorskip("h3ronpy.vector", reason="the second H3 engine: pip install h3ronpy")
    latitude_deg, longitude_deg = PLACES[where]
    wrapped = np.mod(longitude_deg + 180, 360) - 180
    second = np.asarray(vector.coordinates_to_cells(latitude_deg, wrapped, 5)).astype(np.int64)
    found = h3_index(cell_number(np.radians(latitude_deg), np.radians(longitude_deg)))
    assert (found != second).sum() == 0


def test_every_cell_holds_its_own_middle():
    number = all_numbers()[::23]
    middles = np.radians([h3.cell_to_latlng(cell) for cell in h3_index(number).tolist()]).T
    assert (cell_number(*middles) == number).all()


def test_there_are_as_many_numbers_as_cells_in_the_order_of_their_indices():
    number = all_numbers()
    index = h3_index(number)
    assert len(number) == h3.get_num_cells(5) == 2_016_842
    assert (np.diff(index) > 0).all() and (np.diff(number) > 0).all()
    assert (number_of(index) == number).all()
    assert is_cell(number).all() and not is_cell(np.array([-1, NUMBERS])).any()
    assert is_cell(np.arange(NUMBERS)).sum() == len(number)


def test_a_number_in_the_missing_wedge_of_a_pentagon_is_no_cell():
    missing = np.arange(NUMBERS)[~is_cell(np.arange(NUMBERS))]
    assert len(missing) == NUMBERS - 2_016_842
    assert not any(h3.is_valid_cell(cell) for cell in h3_index(missing[::101]).tolist())
    assert (number_of(h3_index(missing)) == -1).all()


@given(st.integers(-(2**63), 2**63 - 1))
def test_only_cells_of_resolution_five_have_a_number(index):
    valid = index > 0 and h3.is_valid_cell(index) and h3.get_resolution(index) == 5
    assert (number_of(np.array([index]))[0] >= 0) == valid


@pytest.mark.parametrize("resolution", [0, 3, 4, 6, 7, 15])
def test_a_cell_of_another_resolution_has_no_number(resolution):
    assert number_of(np.array([h3.latlng_to_cell(50.45, 30.52, resolution)]))[0] == -1


def test_a_point_that_is_nowhere_is_in_no_cell():
    nowhere = np.array([np.nan, np.inf, 0.5, -np.inf]), np.array([0.1, 0.1, np.nan, 0.1])
    assert cell_number(*nowhere).tolist() == [-1, -1, -1, -1]


def test_shapes_are_kept():
    assert cell_number(np.zeros((3, 1)), np.zeros(4)).shape == (3, 4)
    assert cell_number(np.zeros(0), np.zeros(0)).shape == (0,)
    assert h3_index(np.zeros((2, 2), dtype=np.int32)).shape == (2, 2)
    assert number_of(np.zeros((2, 2), dtype=np.int64)).shape == (2, 2)


def test_slivers_that_no_probe_met_are_put_to_the_library():
    """Where base cells reach over an edge of the icosahedron by a few kilometres; 70 points in a million of the sphere."""
    latitude_deg, longitude_deg = beside_the_edges(400_000, 5)
    place, digits = np.empty(400_000, dtype=np.int32), np.empty((400_000, 5), dtype=np.uint8)
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    hexagons._located(lat, lon, hexagons._FACES, hexagons._DIGIT, place, digits)
    raw = np.empty(400_000, dtype=np.int32)
    hexagons._numbers(place, digits, hexagons._BASE, hexagons._TURN, hexagons._TURNS, raw)
    asked = raw < 0
    assert 0 < asked.sum() < 4_000
    found = h3_index(cell_number(lat[asked], lon[asked]))
    assert (found == library(latitude_deg[asked], longitude_deg[asked])).all()
