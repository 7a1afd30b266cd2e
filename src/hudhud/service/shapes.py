"""From a polygon to the cells of a territory: those whose centre lies inside, and those its border touches.

Polygons are in degrees of longitude and latitude, their edges straight in that plane, cut along the antimeridian and drawn
down to the pole where they hold one.  Cells are what the grid makes them: hexagons with edges along great circles.  What
belongs to a territory follows from two sets, exactly (edges of cells to half a metre):

    full = centre - touched        centre        overlap = centre + touched

so that full is part of centre and centre part of overlap, whatever the polygon.  Edges along +-180 degrees with land on
both sides, and edges along +-90, are no border: they come of drawing a globe on a sheet.
"""

from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray

from hudhud.arrays import Bools, Floats, Ints, Ints32, freeze
from hudhud.errors import Fault, InputError
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, RESOLUTION, cell_number, h3_index, is_cell, number_of

__all__ = ["Footprint", "cell_polygons", "footprint"]

_SHEET_DEG = np.array([[180.0], [90.0], [180.0], [90.0]])
_EDGE_DEG = 1e-9  # this near +-180 or +-90 an edge runs along it
_SLIT_DEG = 1e-6  # two sides of the antimeridian that differ by less (0.1 m) are one
# resolution, cells in one of it, and how far (degrees) their centres lie from its own at most: 4.86, 1.78, 0.61, 0.17 measured
_LEVELS = ((1, 2401, 4.95), (2, 343, 1.85), (3, 49, 0.65), (4, 7, 0.2))
_SPACING_M = (
    4_000.0  # of places along a border; cells two apart lie at least 5 km apart, so neighbours of theirs suffice
)
_DEGREE_M = 111_200.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Footprint:
    """Cells of a polygon.  centre: ascending numbers of cells whose centre lies in it; touched: of those its border meets."""

    centre: Ints32
    touched: Ints32

    def __post_init__(self) -> None:
        freeze(self.centre, self.touched)

    def cells(self, containment: Containment) -> Ints32:
        """Ascending cell numbers under a containment mode."""
        match containment:
            case Containment.FULL:
                return np.setdiff1d(self.centre, self.touched, assume_unique=True)
            case Containment.CENTRE:
                return self.centre
            case Containment.OVERLAP:
                return np.union1d(self.centre, self.touched)


def footprint(shape: shapely.Geometry) -> Footprint:
    """The cells of a valid polygon or multipolygon, in degrees, cut along the antimeridian.

    Raises InputError for any other shape: longitudes must lie within -180..180 and latitudes within -90..90.
    """
    _check(shape)
    shapely.prepare(shape)
    return Footprint(centre=_centred(shape), touched=_touched(_border(shape)))


def _check(shape: shapely.Geometry) -> None:
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        found = "an empty shape" if shape.is_empty else f"a {shape.geom_type}"
        raise InputError(f"cells were asked of {found}; expected a polygon or multipolygon")
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise InputError(
            f"the polygon reaches from longitude {west:g} to {east:g} and latitude {south:g} to {north:g}; "
            "expected -180..180 and -90..90: cut it along the antimeridian"
        )
    if not shapely.is_valid(shape):
        raise InputError("the polygon is not valid", [Fault(where="", problem=shapely.is_valid_reason(shape))])


def _centred(shape: shapely.Geometry) -> Ints32:
    """Ascending numbers of cells whose centre lies in the shape or on its border.

    Coarse cells first: where the surroundings of one lie wholly inside, so do the centres of all cells in it, whose
    numbers are a run; those partly inside are looked at more finely, down to the cells themselves.
    """
    found: list[Ints32] = []
    block = np.arange(NUMBERS // _LEVELS[0][1], dtype=np.int32)
    block = block[is_cell(block * _LEVELS[0][1])]
    for resolution, cells, reach_deg in _LEVELS:
        some, whole = _surrounded(shape, _centre_deg(block * cells, resolution), reach_deg)
        found.append(_within(block[whole], cells))
        block = _within(block[some & ~whole], 7)
        block = block[is_cell(block * (cells // 7))]
    place_deg = _centre_deg(block, RESOLUTION)
    found.append(block[shapely.intersects_xy(shape, place_deg[:, 1], place_deg[:, 0])])
    number = np.sort(np.concatenate(found))
    return number[is_cell(number)].astype(np.int32)


def _within(block: Ints32, cells: int) -> Ints32:
    """Numbers of the finer cells in each block of so many."""
    return np.add.outer(block * cells, np.arange(cells, dtype=np.int32)).ravel()


def _centre_deg(number: Ints32, resolution: int) -> Floats:
    """(n, 2) latitude and longitude of the cells of a coarser (or the same) resolution in which cells lie."""
    index = h3_index(number).tolist()
    return np.array([h3.cell_to_latlng(h3.cell_to_parent(cell, resolution)) for cell in index]).reshape(-1, 2)


def _surrounded(shape: shapely.Geometry, centre_deg: Floats, reach_deg: float) -> tuple[Bools, Bools]:
    """Whether some, and whether all, of what lies within reach of each place is in the shape; "some" may be none, near it."""
    latitude_deg, longitude_deg = centre_deg.T
    low, high = latitude_deg - reach_deg, latitude_deg + reach_deg
    polar = np.maximum(np.abs(low), np.abs(high)) >= 90
    spread = np.sin(np.radians(reach_deg)) / np.where(polar, 1.0, np.cos(np.radians(latitude_deg)))
    half_deg = np.where(polar, 360.0, np.degrees(np.arcsin(np.minimum(spread, 1.0))))
    some, whole = np.zeros(len(centre_deg), dtype=np.bool_), np.ones(len(centre_deg), dtype=np.bool_)
    west_deg, south_deg, east_deg, north_deg = shape.bounds
    for turn_deg in (0.0, 360.0, -360.0):
        left, right = longitude_deg - half_deg + turn_deg, longitude_deg + half_deg + turn_deg
        here = (left < 180) & (right > -180)
        near = here & (left <= east_deg) & (right >= west_deg) & (low <= north_deg) & (high >= south_deg)
        box = shapely.box(*np.clip(np.stack([left, low, right, high])[:, near], -_SHEET_DEG, _SHEET_DEG))
        some[near] |= shapely.intersects(shape, box)
        whole[near] &= shapely.covers(shape, box)
        whole &= near | ~here
    return some, whole


def _border(shape: shapely.Geometry) -> Floats:
    """(n, 2, 2) straight pieces of the border, from and to, longitude and latitude in degrees, without artificial edges."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    place_deg, ring = shapely.get_coordinates(rings, return_index=True)
    piece_deg = np.stack([place_deg[:-1], place_deg[1:]], axis=1)[ring[:-1] == ring[1:]]
    piece_deg = piece_deg[np.any(piece_deg[:, 0] != piece_deg[:, 1], axis=1)]
    longitude_deg, latitude_deg = piece_deg[..., 0], piece_deg[..., 1]
    polar = np.all(latitude_deg > 90 - _EDGE_DEG, axis=1) | np.all(latitude_deg < _EDGE_DEG - 90, axis=1)
    east = np.all(longitude_deg > 180 - _EDGE_DEG, axis=1) & ~polar
    west = np.all(longitude_deg < _EDGE_DEG - 180, axis=1) & ~polar
    true = piece_deg[~(polar | east | west)]
    return np.concatenate([true, _seam(latitude_deg[east], latitude_deg[west])])


def _seam(east_deg: Floats, west_deg: Floats) -> Floats:
    """Pieces of border along the antimeridian: stretches that are an edge on one of its sides only.

    east_deg, west_deg: (n, 2) latitudes from and to of edges along +180 and along -180.  Returns (m, 2, 2) at +180.
    """
    stops = np.unique(np.concatenate([east_deg.ravel(), west_deg.ravel()]))
    edges = np.zeros((2, max(len(stops), 1)), dtype=np.int64)
    for side, latitude_deg in enumerate((east_deg, west_deg)):
        np.add.at(edges[side], np.searchsorted(stops, latitude_deg.min(axis=1, initial=90.0)), 1)
        np.add.at(edges[side], np.searchsorted(stops, latitude_deg.max(axis=1, initial=-90.0)), -1)
    here = edges.cumsum(axis=1) > 0
    alone = (here[0] != here[1])[: len(stops) - 1] & (np.diff(stops) > _SLIT_DEG)
    latitude_deg = np.stack([stops[:-1][alone], stops[1:][alone]], axis=1)
    return np.stack([np.full_like(latitude_deg, 180.0), latitude_deg], axis=-1)


def _touched(piece_deg: Floats) -> Ints32:
    """Ascending numbers of cells that pieces of border meet."""
    if not len(piece_deg):
        return np.empty(0, dtype=np.int32)
    near = np.unique(cell_number(*np.radians(_along(piece_deg)[:, ::-1]).T))
    candidate = _with_neighbours(near)
    outline, owner = _outlines(h3_index(candidate))
    tree = shapely.STRtree(shapely.linestrings(piece_deg))
    met = np.unique(tree.query(outline, predicate="intersects")[0])
    return np.unique(candidate[owner[met]])


def _along(piece_deg: Floats) -> Floats:
    """(n, 2) places on pieces of border, longitude and latitude in degrees: none is farther than half a spacing."""
    start, way = piece_deg[:, 0], piece_deg[:, 1] - piece_deg[:, 0]
    nearest_equator = np.where(np.prod(piece_deg[..., 1], axis=1) <= 0, 0.0, np.abs(piece_deg[..., 1]).min(axis=1))
    length_m = _DEGREE_M * np.hypot(way[:, 0] * np.cos(np.radians(nearest_equator)), way[:, 1])
    parts = np.maximum(1, np.ceil(length_m / _SPACING_M)).astype(np.int64)
    part = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (part + 0.5) / np.repeat(parts, parts)
    return np.repeat(start, parts, axis=0) + share[:, None] * np.repeat(way, parts, axis=0)


def _with_neighbours(number: Ints32) -> Ints32:
    around: list[int] = []
    for cell in h3_index(number).tolist():
        around.extend(h3.grid_disk(cell, 1))
    return np.unique(number_of(np.array(around, dtype=np.int64)))


def cell_polygons(number: Ints32) -> list[shapely.Geometry]:
    """The hexagon of each cell as a (multi)polygon in degrees, cut along the antimeridian, edges true to half a metre."""
    outline, owner = _outlines(h3_index(number))
    sheet = shapely.intersection(outline, shapely.box(-180.0, -90.0, 180.0, 90.0))
    return [
        shapely.multipolygons(sheet[owner == n]) if (owner == n).sum() > 1 else sheet[n] for n in range(len(number))
    ]


def _outlines(index: Ints) -> tuple[NDArray[np.object_], Ints]:
    """Hexagons as polygons in degrees, and whose each is: cells across the antimeridian come twice, beyond either side."""
    corners = [h3.cell_to_boundary(cell) for cell in index.tolist()]
    size = np.array([len(each) for each in corners], dtype=np.int64)
    corner_deg = np.concatenate([np.array(each) for each in corners])
    polewards_deg = np.maximum.reduceat(np.abs(corner_deg[:, 0]), np.cumsum(size) - size)
    polygons = np.empty(len(index), dtype=object)
    # great circles bend on the sheet, most near the poles: so many straight parts keep them within half a metre
    for parts, least_deg, most_deg in ((4, -1.0, 75.0), (32, 75.0, 89.0), (512, 89.0, 91.0)):
        here = (polewards_deg >= least_deg) & (polewards_deg < most_deg)
        if here.any():
            polygons[here] = _bent(corner_deg[np.repeat(here, size)], size[here], parts)
    west, _, east, _ = shapely.bounds(polygons).T
    low, high = np.flatnonzero(west < -180), np.flatnonzero(east > 180)
    turned = shapely.transform(polygons[low], lambda place: np.add(place, (360.0, 0.0)))
    returned = shapely.transform(polygons[high], lambda place: np.subtract(place, (360.0, 0.0)))
    return np.concatenate([polygons, turned, returned]), np.concatenate([np.arange(len(index)), low, high])


def _bent(corner_deg: Floats, size: Ints, parts: int) -> NDArray[np.object_]:
    """Polygons whose edges follow great circles in so many parts.  corner_deg: latitude, longitude of all corners in turn."""
    first = np.cumsum(size) - size
    follower = np.arange(1, len(corner_deg) + 1)
    follower[first + size - 1] = first
    latitude, longitude = np.radians(corner_deg).T
    corner = np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], -1
    )
    share = np.arange(parts)[:, None] / parts
    point = (corner[:, None] * (1 - share) + corner[follower][:, None] * share).reshape(-1, 3)
    place_deg = np.degrees(
        np.stack([np.arctan2(point[:, 1], point[:, 0]), np.arctan2(point[:, 2], np.hypot(*point.T[:2]))], -1)
    )
    cell = np.repeat(np.arange(len(size)), size * parts)
    step = np.diff(place_deg[:, 0], prepend=place_deg[:1, 0])
    step -= 360 * np.round(step / 360)
    gone = np.cumsum(step)
    start = first * parts
    place_deg[:, 0] = (place_deg[start, 0] - gone[start])[cell] + gone  # longitudes unwrapped, cell by cell
    last = start + size * parts - 1
    polar = np.flatnonzero(np.abs(place_deg[last, 0] - place_deg[start, 0]) > 180)
    polygons = shapely.polygons(shapely.linearrings(place_deg, indices=cell))
    for each in polar:
        polygons[each] = _cap(place_deg[start[each] : last[each] + 1])
    return np.asarray(polygons, dtype=object)


def _cap(place_deg: Floats) -> shapely.Geometry:
    """Polygon on the sheet of an outline that goes once round a pole.  place_deg: (n, 2) longitude, latitude."""
    longitude_deg = (place_deg[:, 0] + 180) % 360 - 180
    order = np.argsort(longitude_deg)
    rim = np.column_stack([longitude_deg, place_deg[:, 1]])[order]
    seam = float(np.interp(180.0, [rim[-1, 0], rim[0, 0] + 360], [rim[-1, 1], rim[0, 1]]))
    pole = 90.0 if seam > 0 else -90.0
    return shapely.polygons([(-180.0, seam), *rim.tolist(), (180.0, seam), (180.0, pole), (-180.0, pole)])
