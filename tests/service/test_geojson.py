"""Polygons of one's own: what is taken, by which rule, and every attack that is refused with its place."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service import geojson
from hudhud.service.geojson import from_geojson
from hudhud.service.shapes import footprint

SQUARE = [[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]
BOW_TIE = [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]


def polygon(*rings, **members):
    return {"type": "Polygon", "coordinates": list(rings), **members}


def feature(geometry):
    return {"type": "Feature", "properties": {"name": "somewhere"}, "geometry": geometry}


def features(*geometries):
    return {"type": "FeatureCollection", "features": [feature(each) for each in geometries]}


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def read(value):
    return from_geojson(value if isinstance(value, str | bytes) else json.dumps(value))


def refusal(value):
    with pytest.raises(InputError) as caught:
        read(value)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "value",
    [
        polygon(SQUARE),
        polygon(SQUARE[::-1]),
        {"type": "MultiPolygon", "coordinates": [[SQUARE]]},
        feature(polygon(SQUARE)),
        features(polygon(SQUARE)),
        {"type": "GeometryCollection", "geometries": [polygon(SQUARE)]},
        b"\xef\xbb\xbf" + json.dumps(polygon(SQUARE)).encode(),
        polygon(SQUARE, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}),
    ],
    ids=["polygon", "other winding", "multipolygon", "feature", "features", "collection", "byte order mark", "crs84"],
)
def test_a_square_is_a_square_in_every_form(value):
    drawn = read(value)
    assert drawn.shape.equals(shapely.box(10, 50, 11, 51)) and drawn.notes == ()


def test_a_hole_is_no_part():
    hole = [[10.4, 50.4], [10.6, 50.4], [10.6, 50.6], [10.4, 50.4]]
    assert read(polygon(SQUARE, hole)).shape.area == pytest.approx(1 - 0.02)


def test_features_are_one_shape_and_what_lies_in_two_counts_once():
    drawn = read(features(polygon(SQUARE), polygon(box(10.5, 50, 12, 51))))
    assert drawn.shape.equals(shapely.box(10, 50, 12, 51))
    assert drawn.notes == ("polygons overlap: what lies in several counts once",)


def test_neighbours_that_share_an_edge_have_no_border_between_them():
    drawn = read(features(polygon(SQUARE), polygon(box(11, 50, 12, 51))))
    assert drawn.notes == ()
    assert np.array_equal(footprint(drawn.shape).touched, footprint(shapely.box(10, 50, 12, 51)).touched)


def test_heights_are_left_out_and_said_to_be():
    drawn = read(polygon([[*place, 120.5] for place in SQUARE]))
    assert drawn.shape.equals(shapely.box(10, 50, 11, 51)) and not drawn.shape.has_z
    assert drawn.notes == ("5 heights left out: territories have none",)


FIJI = {
    "cut": {"type": "MultiPolygon", "coordinates": [[box(177, -19, 180, -16)], [box(-180, -19, -178, -16)]]},
    "beyond 180": polygon(box(177, -19, 182, -16)),
    "beyond -180": polygon(box(-183, -19, -178, -16)),
    "jumping": polygon(box(177, -19, -178, -16)),
    "jumping, by whole turns": polygon([[537 - 360, -19], [182, -19], [-178, -16], [177, -16], [177, -19]]),
}


@pytest.mark.parametrize("form", FIJI)
def test_fiji_has_the_same_cells_however_it_crosses_the_antimeridian(form):
    want, drawn = footprint(read(FIJI["cut"]).shape), read(FIJI[form])
    found = footprint(drawn.shape)
    assert np.array_equal(found.centre, want.centre) and np.array_equal(found.touched, want.touched)
    assert any("antimeridian" in note for note in drawn.notes) == (form != "cut")


@settings(deadline=None, max_examples=40)
@given(
    st.floats(-60, 60),
    st.floats(-0.9, 0.9),
    st.lists(st.floats(0.05, 0.9), min_size=3, max_size=12),
    st.sampled_from(["beyond 180", "beyond -180", "jumping"]),
)
def test_a_polygon_has_the_same_cells_in_every_form_of_crossing(latitude_deg, off_deg, radii_deg, form):
    turn = np.linspace(0, 2 * np.pi, len(radii_deg), endpoint=False)
    # multiples of 2**-20 degrees, which stay what they are when turned by 360
    x = np.round((180 + off_deg + np.array(radii_deg) * np.cos(turn)) * 2**20) / 2**20
    y = latitude_deg + np.array(radii_deg) * np.sin(turn)
    whole = np.column_stack([np.append(x, x[0]), np.append(y, y[0])])
    if not shapely.Polygon(whole).is_valid:
        return
    written = whole.copy()
    if form == "beyond -180":
        written[:, 0] -= 360
    elif form == "jumping":
        written[:, 0] = np.where(written[:, 0] > 180, written[:, 0] - 360, written[:, 0])
    a, b = (footprint(read(polygon(ring.tolist())).shape) for ring in (whole, written))
    assert np.array_equal(a.centre, b.centre) and np.array_equal(a.touched, b.touched)


def test_a_hole_beyond_the_antimeridian_is_found_in_its_polygon():
    drawn = read(polygon(box(170, -20, -170, 0), [[-179, -5], [-178, -5], [-178, -4], [-179, -5]]))
    assert drawn.shape.area == pytest.approx(20 * 20 - 0.5)


def test_a_rectangle_up_to_the_pole_holds_it_and_its_parallel_is_named():
    drawn = read(polygon(box(-180, 60, 180, 90)))
    assert drawn.shape.equals(shapely.box(-180, 60, 180, 90))
    assert drawn.notes == ("coordinates[0]: an edge of 360 degrees goes all the way round along latitude 60, as drawn",)


@pytest.mark.parametrize(
    "ring",
    [
        [[0, 60], [90, 60], [180, 60], [-90, 60], [0, 60]],
        [[0, 60], [120, 60], [240, 60], [360, 60]],
        [[-180, -70], [-60, -72], [60, -71], [180, -70]],
    ],
)
def test_a_ring_once_round_a_pole_is_refused_with_what_to_do(ring):
    (fault,) = refusal(polygon(ring))
    assert fault.startswith("coordinates[0]: goes once round a pole") and "180, 90" in fault


def test_a_parallel_drawn_as_a_polygon_is_refused_with_what_to_do():
    (fault,) = refusal(polygon([[-180, 60], [0, 60], [180, 60], [-180, 60]]))
    assert "goes once round a pole" in fault


ATTACKS = {
    "nothing": ("", "line 1, column 1: not JSON"),
    "a torn file": ('{"type": "Polygon", "coordinates": [[[1, 2', "line 1, column 43: not JSON"),
    "no text": (b"\x00\xff\xfe", "not UTF-8 (byte 1 is 0xff)"),
    "a shapefile": (b"\x00\x00\x27\x0a" + bytes(100), "not JSON"),
    "a key twice": ('{"type": "Polygon", "coordinates": [], "type": "Polygon"}', 'key "type" stands twice'),
    "a key twice deep inside": (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1,"a":2},"geometry":null}]}',
        'features[0].properties: key "a" stands twice',
    ),
    "NaN": ('{"type":"Polygon","coordinates":[[[NaN,0],[1,0],[1,1],[NaN,0]]]}', "coordinates[0][0][0]: nan"),
    "Infinity": ('{"type":"Polygon","coordinates":[[[0,0],[-Infinity,0],[1,1],[0,0]]]}', "coordinates[0][1][0]: -inf"),
    "a number too large": (
        '{"type":"Polygon","coordinates":[[[1e999,0],[1,0],[1,1],[1e999,0]]]}',
        "position 0 is not finite",
    ),
    "a number of 100,000 digits": (
        f'{{"type":"Polygon","coordinates":[[[{"9" * 100_000},0],[1,0],[1,1],[0,0]]]}}',
        "position 0 is not finite",
    ),
    "a nesting bomb": ("[" * 100_000, "nested too deeply"),
    "a nest of collections": (
        '{"type":"GeometryCollection","geometries":[' * 12 + json.dumps(polygon(SQUARE)) + "]}" * 12,
        "collections more than 8 deep",
    ),
    "an array": ([SQUARE], "an array; expected a GeoJSON object"),
    "an object without a type": ({"coordinates": [SQUARE]}, "type is missing"),
    "a type that is a number": ({"type": 5}, "type is missing or no text"),
    "another format": ({"type": "Topology", "objects": {}}, 'type: type "Topology"'),
    "escape codes": ({"type": "\x1b[31m"}, "\\x1b[31m"),
    "no features": ({"type": "FeatureCollection", "features": []}, "features: empty"),
    "features that are none": ({"type": "FeatureCollection", "features": 7}, "features: a number; expected an array"),
    "a geometry among features": ({"type": "FeatureCollection", "features": [polygon(SQUARE)]}, "features[0]: type"),
    "a feature as geometry": (feature(feature(polygon(SQUARE))), 'geometry: type "Feature"; expected a geometry'),
    "a feature without geometry": (feature(None), "geometry: nothing; expected a Polygon"),
    "a point": (feature({"type": "Point", "coordinates": [1, 2]}), "geometry: a Point; expected a Polygon"),
    "a line": ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "a LineString; expected a Polygon"),
    "no coordinates": ({"type": "Polygon"}, "coordinates: nothing; expected an array of rings"),
    "no rings": ({"type": "Polygon", "coordinates": []}, "coordinates: empty; expected an array of rings"),
    "no polygons": ({"type": "MultiPolygon", "coordinates": []}, "coordinates: empty; expected an array of polygons"),
    "an empty part": ({"type": "MultiPolygon", "coordinates": [[SQUARE], []]}, "coordinates[1]: empty"),
    "a ring that is a text": (polygon("ring"), "coordinates[0]: a text; expected a ring"),
    "three positions": (polygon(SQUARE[:3]), "coordinates[0]: a ring of 3 positions; expected 4"),
    "an open ring": (
        polygon([*SQUARE[:-1], [10, 50.5]]),
        "coordinates[0]: not closed: begins at 10.0, 50.0 and ends at 10.0, 50.5",
    ),
    "a text in a position": (
        polygon([["10", 50], *SQUARE[1:]]),
        "coordinates[0][0]: [a text, a number]; expected two numbers",
    ),
    "truth in a position": (polygon([*SQUARE[:2], [True, 51], *SQUARE[3:]]), "coordinates[0][2]: [true, a number]"),
    "one number": (polygon([SQUARE[0], [11], *SQUARE[2:]]), "coordinates[0][1]: an array of 1"),
    "four numbers": (polygon([[*place, 0, 0] for place in SQUARE]), "coordinates[0][0]: an array of 4"),
    "latitude first": (polygon([[50, 110], [50, 111], [51, 111], [50, 110]]), "(and 3 more); expected -180..180"),
    "latitude first, hint": (polygon([[50, 110], [50, 111], [51, 111], [50, 110]]), "longitude comes first"),
    "metres": (polygon(box(500_000, 4_000_000, 501_000, 4_001_000)), "these look like metres"),
    "another coordinate system": (
        polygon(SQUARE, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}),
        "crs: another coordinate system",
    ),
    "a bow tie": (polygon(BOW_TIE), "an edge crosses another edge at longitude, latitude 1, 1"),
    "a ring that touches itself": (
        polygon([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2], [1, 1], [0, 0]]),
        "a ring touches itself at longitude, latitude 1, 1",
    ),
    "a line drawn as a ring": (polygon([[1, 1], [2, 2], [3, 3], [1, 1]]), "an edge crosses another edge"),
    "a point drawn as a ring": (polygon([[1, 1]] * 4), "fewer than three different positions"),
    "a hole outside": (polygon(SQUARE, box(20, 0, 21, 1)), "a hole lies outside its polygon"),
    "a hole in a hole": (polygon(box(0, 0, 9, 9), box(1, 1, 8, 8), box(2, 2, 3, 3)), "a hole lies within another hole"),
    "holes that cut in two": (
        polygon(box(0, 0, 4, 4), [[0, 2], [2, 1], [4, 2], [2, 3], [0, 2]]),
        "holes cut the polygon in two",
    ),
    "a hundred megabytes": (b" " * 100_000_000, "95 MiB long; at most 64 MiB"),
    "millions of arrays": ('{"type":"Polygon","coordinates":[' + "[]," * 5_000_000 + "[]]}", "5,000,003 arrays"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(attack):
    value, said = ATTACKS[attack]
    assert any(said in fault for fault in refusal(value)), refusal(value)


def test_too_many_positions_are_refused_with_their_number(monkeypatch):
    assert geojson.MOST_VERTICES == 2_000_000
    monkeypatch.setattr(geojson, "MOST_VERTICES", 9)
    assert read(polygon(SQUARE)).notes == ()
    (fault,) = refusal(features(polygon(SQUARE), polygon(SQUARE)))
    assert fault == "10 positions; at most 9 are taken: simplify the polygons"


def test_all_faults_of_a_file_are_listed_with_their_paths():
    faults = refusal(features(polygon(SQUARE[:3]), {"type": "Point", "coordinates": [0, 0]}, None, polygon(BOW_TIE)))
    assert sorted(fault.split(":")[0] for fault in faults) == [
        "features[0].geometry.coordinates[0]",
        "features[1].geometry",
        "features[2].geometry",
        "features[3].geometry.coordinates",
    ]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["Polygon", "Feature", "MultiPolygon"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["type", "coordinates", "geometry", "features", "geometries", "crs"]), inner)
    ),
    max_leaves=25,
)


@settings(deadline=None, max_examples=400)
@given(json_values)
def test_whatever_json_comes_it_is_taken_or_refused_and_never_breaks(value):
    try:
        assert read(value).shape.is_valid
    except InputError as refused:
        assert refused.faults


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.lists(
            st.sampled_from([-360.0, -180.0, -90.0, 0.0, 45.0, 90.0, 180.0, 270.0, 360.0]), min_size=2, max_size=3
        ),
        min_size=3,
        max_size=8,
    )
)
def test_whatever_ring_comes_it_is_taken_or_refused_and_never_breaks(ring):
    try:
        drawn = read(polygon([*ring, ring[0]]))
    except InputError as refused:
        assert refused.faults
    else:
        footprint(drawn.shape)
