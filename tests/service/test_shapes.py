"""Which cells a polygon holds: held to every cell of a region tried one by one, to H3's own polygon fill, and to the globe."""

import time

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service import shapes
from hudhud.service.shapes import cell_polygons, footprint
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import all_numbers, cell_number, h3_index, number_of

FULL, CENTRE, OVERLAP = Containment.FULL, Containment.CENTRE, Containment.OVERLAP


def region(latitude_deg, longitude_deg, rings=12):
    """Numbers of all cells around a place."""
    middle = h3.latlng_to_cell(latitude_deg, longitude_deg, 5)
    return np.unique(number_of(np.array(h3.grid_disk(middle, rings), dtype=np.int64)))


def hexagon(cell):
    """A cell as the library draws it, corners joined straight on the sheet."""
    return shapely.Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(cell)])


def star(latitude_deg, longitude_deg, radii_deg):
    """A polygon without crossing edges around a place."""
    turn = np.linspace(0, 2 * np.pi, len(radii_deg), endpoint=False)
    stretch = 1 / np.cos(np.radians(latitude_deg))
    x = longitude_deg + stretch * np.array(radii_deg) * np.cos(turn)
    return shapely.Polygon(np.column_stack([x, latitude_deg + np.array(radii_deg) * np.sin(turn)]))


stars = st.builds(
    star,
    st.floats(-70, 70),
    st.floats(-170, 170),
    st.lists(st.floats(0.02, 0.9), min_size=3, max_size=24),
)


def moved(shape, longitude_deg):
    return shapely.transform(shape, lambda place: np.add(place, [longitude_deg, 0.0]))


def same(a, b):
    return np.array_equal(a.centre, b.centre) and np.array_equal(a.touched, b.touched)


@settings(deadline=None, max_examples=60)
@given(stars, st.booleans())
def test_each_cell_of_the_region_tried_alone_gives_the_same_cells(shape, hollow):
    if hollow:
        shape = shape.difference(shapely.affinity.scale(shape, 0.4, 0.4))
    found = footprint(shape)
    place = shape.centroid
    cells = region(place.y, place.x)
    index = h3_index(cells)
    middles = np.array([h3.cell_to_latlng(cell) for cell in index.tolist()])
    inside = [shape.intersects(shapely.Point(lon, lat)) for lat, lon in middles]
    met = [each.intersects(shape.boundary) for each in cell_polygons(cells)]
    np.testing.assert_array_equal(found.centre, cells[inside])
    np.testing.assert_array_equal(found.touched, cells[met])


@settings(deadline=None, max_examples=60)
@given(stars)
def test_full_is_part_of_centre_and_centre_of_overlap(shape):
    found = footprint(shape)
    full, centre, overlap = (found.cells(mode) for mode in (FULL, CENTRE, OVERLAP))
    assert np.isin(full, centre).all() and np.isin(centre, overlap).all() and len(overlap)
    assert all((np.diff(each) > 0).all() and each.dtype == np.int32 for each in (full, centre, overlap, found.touched))
    assert np.array_equal(np.setdiff1d(overlap, full), found.touched)


@settings(deadline=None, max_examples=40)
@given(stars)
def test_a_polygon_and_what_is_left_of_its_surroundings_share_all_centres_and_no_full_cell(shape):
    west, south, east, north = shape.bounds
    box = shapely.box(west - 0.5, south - 0.5, east + 0.5, north + 0.5)
    whole, part, rest = footprint(box), footprint(shape), footprint(box.difference(shape))
    assert np.array_equal(np.union1d(part.centre, rest.centre), whole.centre)
    assert not len(np.intersect1d(part.centre, rest.centre))
    assert np.array_equal(np.union1d(part.touched, whole.touched), rest.touched)
    assert not len(np.intersect1d(part.cells(FULL), rest.cells(OVERLAP)))


@pytest.mark.skipif(not hasattr(h3, "h3shape_to_cells_experimental"), reason="this h3 fills polygons by centre only")
@pytest.mark.parametrize("seed", range(40))
def test_the_library_fills_polygons_alike_but_where_great_circles_bend(seed):
    rng = np.random.default_rng(seed)
    shape = star(rng.uniform(-65, 65), rng.uniform(-170, 170), rng.uniform(0.1, 2.0, rng.integers(3, 30)))
    found, line = footprint(shape), shape.exterior
    fill = h3.LatLngPoly([(lat, lon) for lon, lat in line.coords])
    for mode, word in ((FULL, "full"), (CENTRE, "center"), (OVERLAP, "overlap")):
        theirs = number_of(np.array(h3.h3shape_to_cells_experimental(fill, 5, contain=word), dtype=np.int64))
        for number in np.setxor1d(found.cells(mode), theirs):
            # the one difference: the library joins corners straight on the sheet, cells end at great circles
            cell = int(h3_index(np.array([number]))[0])
            straight, bent = hexagon(cell), cell_polygons(np.array([number], dtype=np.int32))[0]
            assert mode is not CENTRE and straight.intersects(line) != bent.intersects(line), (mode, number)


def test_the_two_ways_of_joining_corners_differ_by_metres_up_to_seventy_five_degrees():
    rng = np.random.default_rng(5)
    latitude_deg, longitude_deg = rng.uniform(-74, 74, 300), rng.uniform(-170, 170, 300)
    numbers = np.unique(cell_number(np.radians(latitude_deg), np.radians(longitude_deg)))
    pairs = zip(h3_index(numbers).tolist(), cell_polygons(numbers), strict=True)
    apart_m = [111_200 * hexagon(cell).hausdorff_distance(bent) for cell, bent in pairs]
    assert max(apart_m) < 40


@pytest.mark.parametrize("south_deg, north_deg", [(-90, 90), (88.5, 90), (-90, -88.5), (89.85, 90), (-90, -89.85)])
def test_the_hexagon_drawn_for_a_cell_holds_the_points_of_the_cell(south_deg, north_deg):
    rng = np.random.default_rng(6)
    latitude_deg, longitude_deg = rng.uniform(south_deg, north_deg, 4_000), rng.uniform(-180, 180, 4_000)
    numbers, which = np.unique(cell_number(np.radians(latitude_deg), np.radians(longitude_deg)), return_inverse=True)
    polygons = np.array(cell_polygons(numbers))
    assert shapely.is_valid(polygons).all()
    gap_deg = shapely.distance(polygons[which], shapely.points(longitude_deg, latitude_deg))
    assert gap_deg.max() * 111_200 < half_a_metre


half_a_metre = 0.5


def test_the_hexagons_of_a_region_tile_it():
    for latitude_deg, longitude_deg in ((52.5, 13.4), (0, 180), (-17, 179.9), (89.9, 20), (-89.9, 120)):
        numbers = region(latitude_deg, longitude_deg, rings=6)
        polygons = cell_polygons(numbers)
        together = shapely.union_all(polygons)
        areas = sum(each.area for each in polygons)
        assert areas == pytest.approx(together.area, rel=1e-6)


def test_a_polygon_smaller_than_a_cell_has_an_overlap_and_no_full_cell():
    latitude_deg, longitude_deg = h3.cell_to_latlng(h3.latlng_to_cell(30.05, 31.23, 5))
    found = footprint(shapely.Point(longitude_deg, latitude_deg).buffer(0.01))
    assert len(found.cells(FULL)) == 0 and len(found.cells(CENTRE)) == 1 and len(found.cells(OVERLAP)) == 1


def test_the_whole_world_has_every_cell_and_no_border():
    found = footprint(shapely.box(-180, -90, 180, 90))
    assert np.array_equal(found.centre, all_numbers())
    assert not len(found.touched)


def test_a_cap_drawn_down_to_the_pole_holds_the_pole():
    for latitude_deg in (90.0, -90.0):
        pole = int(cell_number(np.radians([latitude_deg]), np.zeros(1))[0])
        cap = shapely.box(-180, min(latitude_deg, 0.9 * latitude_deg), 180, max(latitude_deg, 0.9 * latitude_deg))
        found = footprint(cap)
        assert pole in found.cells(FULL)
        middles = np.array([h3.cell_to_latlng(cell) for cell in h3_index(found.touched).tolist()])
        assert np.abs(np.abs(middles[:, 0]) - 81).max() < 0.2  # its border is the parallel, nothing else
        ice = shapely.box(-180, -90, 180, 90).difference(cap)
        assert not np.isin(footprint(ice).cells(OVERLAP), found.cells(FULL)).any()


def test_a_wedge_that_ends_in_the_pole_touches_the_cell_of_the_pole():
    pole = int(cell_number(np.radians([90.0]), np.zeros(1))[0])
    wedge = footprint(shapely.box(10, 80, 100, 90))
    assert pole in wedge.touched and pole not in wedge.cells(FULL)


def test_a_polygon_cut_along_the_antimeridian_has_no_border_there():
    whole = shapely.box(177, -19, 183, -16)
    east = shapely.box(177, -19, 180, -16)
    found = footprint(shapely.MultiPolygon([east, shapely.box(-180, -19, -177, -16)]))
    numbers = region(-17.5, 180, rings=30)
    middles = np.array([h3.cell_to_latlng(cell) for cell in h3_index(numbers).tolist()])
    inside = shapely.contains_xy(whole, middles[:, 1] % 360, middles[:, 0])
    outlines = [
        shapely.Polygon(np.column_stack([np.array(each)[:, 1] % 360, np.array(each)[:, 0]]))
        for each in (h3.cell_to_boundary(cell) for cell in h3_index(numbers).tolist())
    ]
    np.testing.assert_array_equal(found.centre, numbers[inside])
    np.testing.assert_array_equal(found.touched, numbers[shapely.intersects(whole.boundary, outlines)])


def test_a_rectangle_that_ends_at_the_antimeridian_has_a_border_there():
    at_180 = cell_number(np.radians(np.linspace(-18.9, -16.1, 500)), np.full(500, np.pi))
    for longitudes_deg in ((177, 180), (-180, -177)):
        found = footprint(shapely.box(longitudes_deg[0], -19, longitudes_deg[1], -16))
        assert np.isin(at_180, found.touched).all()


def test_sides_of_the_antimeridian_that_differ_have_a_border_where_they_do():
    cut = shapely.union_all([shapely.box(170, -10, 180, 10), shapely.box(-180, -10, -170, 5)])
    found = footprint(cut)
    both = cell_number(np.radians(np.linspace(-9.5, 4.5, 500)), np.full(500, np.pi))
    one = cell_number(np.radians(np.linspace(5.0, 10.0, 500)), np.full(500, np.pi))
    assert np.isin(both, found.cells(FULL)).all()
    assert np.isin(one, found.touched).all()


@settings(deadline=None, max_examples=30)
@given(st.floats(-60, 60), st.lists(st.floats(0.05, 0.9), min_size=3, max_size=16), st.floats(-0.5, 0.5))
def test_a_polygon_across_the_antimeridian_has_the_cells_tried_one_by_one(latitude_deg, radii_deg, off_deg):
    shape = star(latitude_deg, 180 + off_deg, radii_deg)
    halves = [shape.intersection(shapely.box(0, -90, 180, 90)), shape.intersection(shapely.box(180, -90, 360, 90))]
    parts = [halves[0], moved(halves[1], -360.0)]
    sheet = shapely.MultiPolygon([p for each in parts for p in shapely.get_parts(each) if p.geom_type == "Polygon"])
    found = footprint(shapely.transform(sheet, lambda place: np.clip(place, -180, 180)))
    numbers = region(latitude_deg, 180 + off_deg)
    outlines = [moved_to_180(each) for each in cell_polygons(numbers)]
    middles = np.array([h3.cell_to_latlng(cell) for cell in h3_index(numbers).tolist()])
    np.testing.assert_array_equal(
        found.centre, numbers[shapely.intersects_xy(shape, middles[:, 1] % 360, middles[:, 0])]
    )
    met = shapely.distance(outlines, shape.boundary)
    sure = (met == 0) | (met > 1e-9)  # cutting moves corners by rounding
    np.testing.assert_array_equal(np.isin(numbers, found.touched)[sure], (met == 0)[sure])


def moved_to_180(shape):
    """A hexagon on a sheet from 0 to 360 degrees."""
    parts = [moved(each, 360.0) if each.centroid.x < 0 else each for each in shapely.get_parts(shape)]
    return shapely.union_all(parts)


@pytest.mark.parametrize(
    "shape, said",
    [
        (shapely.Point(1, 2), "a Point"),
        (shapely.Polygon(), "an empty shape"),
        (shapely.box(170, 0, 190, 10), "to 190"),
        (shapely.box(0, 80, 10, 91), "latitude 80 to 91"),
        (shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]), "Self-intersection"),
    ],
)
def test_other_shapes_are_refused(shape, said):
    with pytest.raises(InputError, match=said):
        footprint(shape)


def test_the_cells_of_a_coarser_one_lie_as_near_as_the_search_believes():
    every = np.concatenate([all_numbers()[::97], near_pentagons()])
    place = unit(np.array([h3.cell_to_latlng(cell) for cell in h3_index(every).tolist()]))
    for resolution, cells, reach_deg in shapes._LEVELS:
        coarse = [h3.cell_to_parent(cell, resolution) for cell in h3_index(every).tolist()]
        assert np.array_equal(
            number_of(np.array([h3.cell_to_center_child(c, 5) for c in coarse])) // cells, every // cells
        )
        middle = unit(np.array([h3.cell_to_latlng(cell) for cell in coarse]))
        apart_deg = np.degrees(np.arccos(np.clip((place * middle).sum(axis=1), -1, 1)))
        assert 0.8 * reach_deg < apart_deg.max() < reach_deg


def near_pentagons():
    """All cells of the twelve coarse pentagons."""
    return number_of(np.array([child for cell in h3.get_pentagons(1) for child in h3.cell_to_children(cell, 5)]))


def unit(place_deg):
    latitude, longitude = np.radians(place_deg).T
    return np.stack([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], -1)


def test_a_city_is_quick():
    city = shapely.Point(31.23, 30.05).buffer(0.25, 64)
    footprint(city)
    start = time.perf_counter()
    footprint(city)
    assert time.perf_counter() - start < 0.5
