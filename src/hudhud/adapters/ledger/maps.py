"""Small maps as vector files: the world with what is in force, and the land around the territories of one request.

Territories are drawn from their cells, whose digests are what was signed; coarser hexagons stand for many cells where the
page is too small to show each.  Land comes from the packaged outlines and is for orientation only: no decision rests on it.
The files hold no words, so one serves both languages; the pages say in words what they show.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np
import shapely

from hudhud.adapters.projection import Region, World, direction, fitting_view
from hudhud.adapters.store.packaged import outlines
from hudhud.arrays import Bools, Floats, Ints32
from hudhud.errors import RecordError
from hudhud.record.parts import TerritoryRef
from hudhud.record.words import ServiceState
from hudhud.service.recorded import TerritoryOf
from hudhud.service.territory import Kind, Territory
from hudhud.sky.hexagons import RESOLUTION, h3_index

__all__ = ["FILL", "Drawn", "Maps"]

FILL = {  # readable with every kind of colour vision, as on the maps of `hudhud service map`
    ServiceState.SERVED: "#0072B2",
    ServiceState.SERVED_RESTRICTED: "#6DB9EA",
    ServiceState.SERVED_ALLOWLIST_ONLY: "#00876A",
    ServiceState.EMERGENCY_SERVED: "#7B4FA3",
    ServiceState.NOT_OFFERED: "#98A2AC",
    ServiceState.PROHIBITED: "#C8400A",
    ServiceState.SUSPENDED: "#E69F00",
    ServiceState.TECHNICALLY_UNAVAILABLE: "#4A4F55",
}
_WIDTH, _HEIGHT = 800, 400  # of a region, in units of the file
_WORLD_WIDTH = 1000
_MOST_HEXAGONS = 1_500
_WORLD_RESOLUTION = 3
_TOLERANCE_PX = 0.6
_LEAST_PX2 = 2.0  # smaller rings are not seen
_NEAREST = 0.22  # half the width of the smallest window, in Earth radii
_DOT_PX = 4  # radius of what stands for a territory too small to be seen
_DOT_CELLS = 300  # that is, of fewer cells than these
_STYLE = (
    "<style>.s{fill:#e9eff4}.l{fill:#f8f9f7;stroke:#b9c2c9;stroke-width:.5}.e{stroke:#fff;stroke-width:.5}"
    ".h{stroke:#fff;stroke-width:2}@media(prefers-color-scheme:dark){.s{fill:#14202b}.l{fill:#25313c;stroke:#4c5a66}"
    ".e{stroke:#0e151c}.h{stroke:#0e151c}}</style>"
)
_HATCH = (
    '<defs><pattern id="h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path class="h" d="M0 0V6"/></pattern></defs>'
)
_WHOLE_WORLD, _HIGH_SEAS = "world", "sea.high"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Territories to be drawn in a colour, or only outlined in it.  refs: as the record names them."""

    refs: tuple[TerritoryRef, ...]
    state: ServiceState
    outlined: bool = False

    @property
    def claimed(self) -> bool:
        """Whether more than one side claims one of them."""
        return any(len(one.claimed_by) > 1 for one in self.refs)


class Maps:
    """Draws maps of one record.  territory_of: from a reference to its cells; raises RecordError where nobody has shown them."""

    def __init__(self, territory_of: TerritoryOf) -> None:
        self._territory_of = territory_of
        self._made: dict[str, str | None] = {}
        self.files: dict[str, bytes] = {}

    def territory(self, ref: TerritoryRef) -> Territory | None:
        """The territory with its cells, None where nobody has shown them."""
        try:
            return self._territory_of(ref)
        except RecordError:
            return None

    def world(self, drawn: Iterable[Drawn]) -> bytes:
        """The whole world; wide territories first, narrow ones over them."""
        view, scale = World(), _WORLD_WIDTH / (2 * World().extent[0])
        height = round(2 * view.extent[1] * scale)
        drawn = tuple(drawn)
        whole = {self._ground(one.refs[0]): one.state for one in drawn if len(one.refs) == 1 and not one.outlined}
        paths = [(len(each.number), one, each) for one in drawn for each in self._drawable(one)]
        paths.sort(key=lambda one: (one[1].outlined, -one[0]))
        rim = _path([_flat(view.rim(), view.extent, scale)])
        parts = [f'<path class="s"{_fill(whole.get(_HIGH_SEAS), 0.35)} d="{rim}"/>']
        parts.append(f'<path class="l"{_fill(whole.get(_WHOLE_WORLD), 0.45)} d="{_world_land()}"/>')
        for _, one, each in paths:
            shape = [] if len(each.number) < _DOT_CELLS else _shape(_world_shape(each.number), one)
            parts += shape or _dot(each.number, one)
        return _file(_WORLD_WIDTH, height, parts)

    def request(self, drawn: Drawn) -> str | None:
        """Name of a file with the territories of a request, None where nothing of them can be drawn."""
        key = hashlib.sha256(
            repr((drawn.state, drawn.outlined, [one.cells_sha256 for one in drawn.refs])).encode()
        ).hexdigest()[:16]
        if key not in self._made:
            found = [*self._drawable(drawn)]
            self._made[key] = f"{key}.svg" if found else None
            if found:
                self.files[f"{key}.svg"] = _around(found, drawn)
        return self._made[key]

    def _ground(self, ref: TerritoryRef) -> str | None:
        """Which ground of the map a territory is, by its cells where they are at hand; None for a shape on it."""
        if ref.id not in (_WHOLE_WORLD, _HIGH_SEAS):
            return None
        found = self.territory(ref)
        beyond = found is not None and found.kind is Kind.SEA and not found.country
        meant = found is None or (beyond if ref.id == _HIGH_SEAS else found.kind is Kind.WORLD)
        return ref.id if meant else None

    def _drawable(self, drawn: Drawn) -> Iterator[Territory]:
        for ref in drawn.refs:
            found = self.territory(ref)
            if self._ground(ref) is not None:
                continue  # the ground of the map, not a shape on it
            if found is not None and len(found.number):
                yield found


def _around(territories: Sequence[Territory], drawn: Drawn) -> bytes:
    """A window around territories, or the world where they reach too far."""
    sample = np.concatenate([one.number[:: max(1, len(one.number) // 400)] for one in territories])
    place_rad = np.radians([h3.cell_to_latlng(int(each)) for each in h3_index(sample)])
    view = fitting_view(direction(place_rad[:, 0], place_rad[:, 1]), _WIDTH / _HEIGHT)
    if isinstance(view, World):
        scale = _WIDTH / (2 * view.extent[0])
        parts = [f'<path class="s" d="{_path([_flat(view.rim(), view.extent, scale)])}"/>']
        parts.append(f'<g transform="scale({_WIDTH / _WORLD_WIDTH:.3g})"><path class="l" d="{_world_land()}"/>')
        for one in territories:
            parts += _shape(_world_shape(one.number), drawn) or _dot(one.number, drawn)
        return _file(_WIDTH, round(2 * view.extent[1] * scale), [*parts, "</g>"])
    parts = [f'<path class="s" d="M0 0H{_WIDTH}V{_HEIGHT}H0Z"/>', f'<path class="l" d="{_land(view)}"/>']
    scale = _WIDTH / (2 * view.extent[0])
    for one in territories:
        rings = (view.polygon(*np.radians(ring).T) for ring in _rings(one.number, _resolution(len(one.number))))
        parts += _shape(_path(_flat(ring, view.extent, scale) for ring in rings if ring is not None), drawn)
    return _file(_WIDTH, _HEIGHT, parts)


def _resolution(cells: int) -> int:
    """The finest resolution at which so many cells are not too many hexagons."""
    resolution = RESOLUTION
    while resolution > 1 and cells > _MOST_HEXAGONS:
        cells, resolution = cells // 7, resolution - 1
    return resolution


def _shape(path: str, drawn: Drawn) -> list[str]:
    if not path:
        return []
    if drawn.outlined:
        return [f'<path fill="none" stroke="{FILL[drawn.state]}" stroke-width="1.6" d="{path}"/>']
    shape = f'<path class="e" fill="{FILL[drawn.state]}" fill-opacity=".85" d="{path}"/>'
    return [shape, f'<path fill="url(#h)" d="{path}"/>'] if drawn.claimed else [shape]


def _dot(number: Ints32, drawn: Drawn) -> list[str]:
    """A dot on the map of the world."""
    view, scale = World(), _WORLD_WIDTH / (2 * World().extent[0])
    place_rad = np.radians(h3.cell_to_latlng(int(h3_index(number[len(number) // 2 :][:1])[0])))
    x, y = _flat(view.plane(direction(place_rad[0], place_rad[1]))[None], view.extent, scale)[0]
    place = f'cx="{x:.1f}" cy="{y:.1f}" r="{_DOT_PX}"'
    if drawn.outlined:
        return [f'<circle fill="none" stroke="{FILL[drawn.state]}" stroke-width="1.6" {place}/>']
    dot = f'<circle class="e" fill="{FILL[drawn.state]}" {place}/>'
    return [dot, f'<circle fill="url(#h)" {place}/>'] if drawn.claimed else [dot]


def _fill(state: ServiceState | None, opacity: float) -> str:
    """The colour of what has no shape of its own."""
    return "" if state is None else f' style="fill:{FILL[state]};fill-opacity:{opacity}"'


def _file(width: int, height: int, parts: Iterable[str]) -> bytes:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    return f"{head}{_STYLE}{_HATCH}{''.join(parts)}</svg>\n".encode("ascii")


# ---- hexagons ----


def _coarse(number: Ints32, resolution: int) -> list[int]:
    """H3 cells of a resolution of which at least half belongs to some cells; all that they touch where there are none."""
    children = 7 ** (RESOLUTION - resolution)
    parents, counts = np.unique(number // children, return_counts=True)
    kept = parents[2 * counts >= children] if (2 * counts >= children).any() else parents
    inside = h3_index((kept * children).astype(np.int32))
    return [h3.cell_to_parent(int(each), resolution) for each in inside]


def _rings(number: Ints32, resolution: int) -> list[Floats]:
    """(point, 2) degrees of latitude and longitude: outlines and holes of cells at a resolution."""
    shape = h3.cells_to_h3shape(_coarse(number, resolution), tight=False)
    return [np.array(ring) for polygon in shape for ring in (polygon.outer, *polygon.holes)]


def _world_shape(number: Ints32) -> str:
    view, scale = World(), _WORLD_WIDTH / (2 * World().extent[0])
    rings = (piece for ring in _rings(number, _WORLD_RESOLUTION) for piece in _cut(ring))
    flat = (view.polygon(*np.radians(ring).T) for ring in rings)
    return _path(_flat(ring, view.extent, scale) for ring in flat if ring is not None)


def _cut(ring_deg: Floats) -> Iterator[Floats]:
    """A ring cut along the antimeridian; one around a pole is led along it."""
    unwrapped = np.unwrap(ring_deg[:, 1], period=360.0)
    around = unwrapped[-1] + (ring_deg[0, 1] - unwrapped[-1] + 180) % 360 - 180 - unwrapped[0]
    points = np.column_stack([unwrapped, ring_deg[:, 0]])
    if abs(around) > 180:
        pole = 90.0 if ring_deg[:, 0].mean() > 0 else -90.0
        end = unwrapped[0] + around
        points = np.vstack([points, [[end, ring_deg[0, 0]], [end, pole], [unwrapped[0], pole]]])
    shape = shapely.make_valid(shapely.Polygon(points))
    for turn in (-360.0, 0.0, 360.0):
        part = shapely.intersection(shape, shapely.box(turn - 180, -90, turn + 180, 90))
        for piece in shapely.get_parts(shapely.get_parts(part)):
            if piece.geom_type == "Polygon" and piece.area > 0:
                yield np.array(piece.exterior.coords)[:, ::-1] - [0, turn]


# ---- land ----


@functools.cache
def _land_rings() -> tuple[list[Floats], Floats, Floats]:
    """Outlines in radians (latitude, longitude), their middles (ring, 3), and how far they reach in chords."""
    rings = [np.radians(ring[:, ::-1]) for ring in outlines()]
    places = [direction(ring[:, 0], ring[:, 1]) for ring in rings]
    middle = np.array([each.mean(axis=0) / max(np.linalg.norm(each.mean(axis=0)), 1e-9) for each in places])
    reach = np.array([np.linalg.norm(each - one, axis=1).max() for each, one in zip(places, middle, strict=True)])
    return rings, middle, reach


@functools.cache
def _thinned(level: int) -> list[Floats]:
    """Outlines fit for windows of half the width `_NEAREST` times two to the power of `level`, and wider ones."""
    tolerance = 0.5 * _TOLERANCE_PX * 2 * _NEAREST * 2**level / _WIDTH
    return [np.array(shapely.simplify(shapely.LinearRing(ring), tolerance).coords) for ring in _land_rings()[0]]


@functools.cache
def _world_land() -> str:
    view, scale = World(), _WORLD_WIDTH / (2 * World().extent[0])
    flat = (view.polygon(ring[:, 0], ring[:, 1]) for ring in _land_rings()[0])
    return _path(_flat(ring, view.extent, scale) for ring in flat if ring is not None)


def _land(view: Region) -> str:
    _, middle, reach = _land_rings()
    corner = np.hypot(*view.extent)
    near: Bools = np.linalg.norm(middle - view.axes[2], axis=1) < reach + 1.1 * corner
    scale = _WIDTH / (2 * view.extent[0])
    rings = _thinned(int(np.log2(view.extent[0] / _NEAREST)))
    near &= reach * scale > 1  # larger than what is drawn of a ring
    flat = (view.polygon(rings[each][:, 0], rings[each][:, 1]) for each in np.flatnonzero(near))
    return _path(_flat(ring, view.extent, scale) for ring in flat if ring is not None)


# ---- paths ----


def _flat(plane: Floats, extent: tuple[float, float], scale: float) -> Floats:
    """Points of the plane in units of the file, y down."""
    return np.column_stack([(plane[:, 0] + extent[0]) * scale, (extent[1] - plane[:, 1]) * scale])


def _path(rings: Iterable[Floats]) -> str:
    """Rings as the data of a path, thinned out to what is seen; whole steps of a tenth."""
    parts = []
    for ring in rings:
        if len(ring) < 3:
            continue
        line = shapely.simplify(shapely.LinearRing(ring), _TOLERANCE_PX)
        if abs(shapely.Polygon(line).area) < _LEAST_PX2:
            continue
        points = np.round(np.array(line.coords)[:-1] * 10).astype(int)
        steps = np.diff(points, axis=0)
        x, y = points[0] / 10
        parts.append(f"M{x:g} {y:g}l" + " ".join(f"{dx / 10:g} {dy / 10:g}" for dx, dy in steps.tolist()) + "z")
    return "".join(parts).replace(" -", "-")
