"""Pixels of a map asked for their cells."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.cell_raster import edges, sampled, smaller
from hudhud.adapters.projection import Region, World, direction, fitting_view
from hudhud.sky.hexagons import cell_number, h3_index


def pixel_of(view: Region | World, latitude_deg: float, longitude_deg: float, columns: int, rows: int):
    """Row and column at which a place is drawn."""
    place = direction(np.radians([latitude_deg]), np.radians([longitude_deg]))
    x, y = view.plane(place)[0]
    half_width, half_height = view.extent
    return int((y + half_height) / (2 * half_height) * rows), int((x + half_width) / (2 * half_width) * columns)


@settings(max_examples=40, deadline=None)
@given(st.floats(-89, 89), st.floats(-179.9, 179.9))
def test_the_pixel_where_a_place_is_drawn_shows_its_cell_or_one_beside_it(latitude_deg, longitude_deg):
    around = np.radians(np.array([[0, 0], [0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]]))
    places = direction(np.radians(latitude_deg) + around[:, 0], np.radians(longitude_deg) + around[:, 1])
    view = fitting_view(places, 1.4)
    assert isinstance(view, Region)
    number = sampled(view, view.half_width, view.half_height, 280, 200)
    row, column = pixel_of(view, latitude_deg, longitude_deg, 280, 200)
    own = cell_number(np.radians([latitude_deg]), np.radians([longitude_deg]))[0]
    assert own in number[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]


@pytest.mark.parametrize(("latitude_deg", "longitude_deg"), [(0, 0), (60, 100), (-45, -170), (82, 30), (-88, 170)])
def test_the_world_is_asked_where_it_is_drawn(latitude_deg, longitude_deg):
    world = World()
    row, column = pixel_of(world, latitude_deg, longitude_deg, 2000, 1000)
    number = sampled(world, *world.extent, 2000, 1000)[row : row + 1, column]
    middle_deg = h3.cell_to_latlng(int(h3_index(number)[0]))
    assert h3.great_circle_distance(middle_deg, (latitude_deg, longitude_deg), unit="km") < 60  # a pixel and a cell


def test_beside_the_globe_there_is_no_cell():
    world = World()
    number = sampled(world, *world.extent, 400, 200)
    assert number[0, 0] == number[-1, -1] == -1 and number[100, 200] >= 0


def test_an_edge_lies_where_the_next_pixel_is_another_cell():
    number = np.array([[1, 1, 2], [1, 1, 2]], dtype=np.int32)
    assert edges(number).tolist() == [[False, True, False], [False, True, False]]


def test_what_cannot_be_seen_lends_no_colour():
    pixels = np.zeros((2, 2, 4), dtype=np.float32)
    pixels[0, 0] = (1, 0, 0, 1)
    assert smaller(pixels, 2)[0, 0].tolist() == [1, 0, 0, 0.25]
