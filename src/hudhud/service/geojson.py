"""The shape of a territory of one's own, from GeoJSON (RFC 7946).  Text comes in, values go out, no file is read.

Input is refused whole, with every fault listed, or resolved by one of these rules, each told in `notes`:

* all polygons of a file together are one shape; what lies in several counts once; either winding order is right
* heights (a third number) are left out
* longitudes from -360 to 360 are taken: what lies beyond +-180 is cut there and brought to the other side
* an edge of more than 180 degrees of longitude is taken the short way, across the antimeridian; one of exactly 360 degrees
  along a parallel goes all the way round, as drawn

A ring that goes once round a pole is refused, for nothing says which side is meant: draw it down to the pole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import shapely

from hudhud.arrays import Bools, Floats
from hudhud.errors import Fault, InputError
from hudhud.service.json_text import named, parsed

__all__ = ["MOST_VERTICES", "Drawn", "from_geojson"]

MOST_VERTICES = 2_000_000
"""Most positions in one GeoJSON."""
_MOST_NESTED = 8

_PLAIN_CRS = {"OGC:CRS84", "CRS84", "EPSG:4326", "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"}
_PLAIN_CRS |= {"urn:ogc:def:crs:EPSG::4326", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A shape as `shapes.footprint` takes it: valid, in degrees, cut along the antimeridian.  notes: what rules decided."""

    shape: shapely.Geometry
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Polygon:
    """Rings of one polygon as read, and the path at which they stand."""

    where: str
    rings: list[Any]


def from_geojson(text: str | bytes) -> Drawn:
    """The polygons of a Geometry, Feature or collection of them.  Raises InputError with every fault and its path."""
    tree = parsed(text, "the GeoJSON")
    faults: list[Fault] = []
    found = list(_polygons(tree, "", 0, faults))
    vertices = sum(len(ring) for each in found for ring in each.rings if isinstance(ring, list))
    if vertices > MOST_VERTICES:
        problem = f"{vertices:,} positions; at most {MOST_VERTICES:,} are taken: simplify the polygons"
        raise InputError("the GeoJSON was refused", [*faults, Fault(where="", problem=problem)])
    if not found and not faults:
        faults.append(Fault(where="", problem="holds no polygon; expected at least one Polygon or MultiPolygon"))
    notes: list[str] = []
    parts = [part for each in found for part in _sheet(each, faults, notes)]
    if faults:
        raise InputError("the GeoJSON was refused", faults)
    heights = sum(len(position) == 3 for each in found for ring in each.rings for position in ring)
    if heights:
        notes.append(f"{heights:,} height{'s' * (heights > 1)} left out: territories have none")
    return Drawn(shape=_together(parts, notes), notes=tuple(notes))


def _together(parts: list[shapely.Geometry], notes: list[str]) -> shapely.Geometry:
    """The union of polygons; a note where they overlap."""
    if len(parts) == 1:
        return parts[0]
    shape = shapely.union_all(parts)
    doubled = sum(shapely.area(part) for part in parts) - shapely.area(shape)
    if doubled > 1e-9 * max(shapely.area(shape), 1e-9):
        notes.append("polygons overlap: what lies in several counts once")
    return shape


def _polygons(value: Any, where: str, depth: int, faults: list[Fault]) -> Iterator[_Polygon]:
    """Every polygon of a GeoJSON object, in order; what is none of them becomes a fault."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        found = "an object whose type is missing or no text" if isinstance(value, dict) else named(value)
        faults.append(Fault(where=where, problem=f"{found}; expected a GeoJSON object"))
        return
    if "crs" in value and not _plain_crs(value["crs"]):
        problem = "another coordinate system; expected none or CRS84: transform to longitude and latitude (EPSG:4326)"
        faults.append(Fault(where=_at(where, "crs"), problem=problem))
    match kind:
        case "FeatureCollection" | "GeometryCollection":
            key = "features" if kind == "FeatureCollection" else "geometries"
            yield from _members(value, where, key, depth, faults)
        case "Feature":
            yield from _feature(value, where, depth, faults)
        case "Polygon" | "MultiPolygon":
            yield from _drawn(value, where, kind, faults)
        case "Point" | "MultiPoint" | "LineString" | "MultiLineString":
            faults.append(
                Fault(where=where, problem=f"a {kind}; expected a Polygon or MultiPolygon, for only they hold cells")
            )
        case _:
            problem = (
                f'type "{kind[:40]}"; expected FeatureCollection, Feature, GeometryCollection, MultiPolygon or Polygon'
            )
            faults.append(Fault(where=_at(where, "type"), problem=problem))


def _members(value: dict[str, Any], where: str, key: str, depth: int, faults: list[Fault]) -> Iterator[_Polygon]:
    """Polygons of a collection."""
    members = value.get(key)
    if depth >= _MOST_NESTED:
        faults.append(
            Fault(where=where, problem=f"collections more than {_MOST_NESTED} deep: draw the polygons side by side")
        )
    elif not isinstance(members, list):
        faults.append(Fault(where=_at(where, key), problem=f"{named(members)}; expected an array"))
    elif not members:
        faults.append(Fault(where=_at(where, key), problem="empty; expected at least one polygon"))
    else:
        for n, member in enumerate(members):
            here = f"{_at(where, key)}[{n}]"
            kind = member.get("type") if isinstance(member, dict) else None
            if isinstance(kind, str) and (kind == "Feature") != (key == "features"):
                expected = "a Feature" if key == "features" else "a geometry"
                faults.append(Fault(where=here, problem=f'type "{kind[:40]}"; expected {expected}'))
            else:
                yield from _polygons(member, here, depth + 1, faults)


def _feature(value: dict[str, Any], where: str, depth: int, faults: list[Fault]) -> Iterator[_Polygon]:
    """Polygons of a feature."""
    geometry, here = value.get("geometry"), _at(where, "geometry")
    if geometry is None:
        faults.append(
            Fault(where=here, problem="nothing; expected a Polygon or MultiPolygon: draw it or leave the feature out")
        )
    elif isinstance(geometry, dict) and geometry.get("type") in ("Feature", "FeatureCollection"):
        faults.append(Fault(where=here, problem=f'type "{geometry["type"]}"; expected a geometry'))
    else:
        yield from _polygons(geometry, here, depth + 1, faults)


def _drawn(value: dict[str, Any], where: str, kind: str, faults: list[Fault]) -> Iterator[_Polygon]:
    """The polygon or polygons of a geometry, each a list of rings."""
    here, places = _at(where, "coordinates"), value.get("coordinates")
    drawn = {here: places} if kind == "Polygon" else None
    if drawn is None and isinstance(places, list) and places:
        drawn = {f"{here}[{n}]": each for n, each in enumerate(places)}
    for path, rings in (drawn or {here: places}).items():
        if isinstance(rings, list) and rings:
            yield _Polygon(where=path, rings=rings)
        else:
            found = "empty" if rings == [] else named(rings)
            expected = "polygons" if drawn is None and kind == "MultiPolygon" else "rings"
            faults.append(Fault(where=path, problem=f"{found}; expected an array of {expected}"))


def _plain_crs(crs: Any) -> bool:
    """Whether a `crs` member (of GeoJSON before 2016) names longitude and latitude in WGS 84."""
    properties = crs.get("properties") if isinstance(crs, dict) else None
    return isinstance(properties, dict) and properties.get("name") in _PLAIN_CRS


def _at(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _sheet(drawn: _Polygon, faults: list[Fault], notes: list[str]) -> list[shapely.Geometry]:
    """A polygon as read, as polygons within -180..180 degrees; empty with its faults added where something is wrong."""
    before = len(faults)
    rings = [_unwrapped(ring, f"{drawn.where}[{n}]", faults, notes) for n, ring in enumerate(drawn.rings)]
    sound = [ring for ring in rings if ring is not None]
    if len(faults) > before or not sound:
        return []
    outer = sound[0]
    holes = [_beside(hole, outer) for hole in sound[1:]]
    polygon = shapely.Polygon(outer, holes)
    if not shapely.is_valid(polygon):
        faults.append(Fault(where=drawn.where, problem=_reason(polygon)))
        return []
    west, _, east, _ = polygon.bounds
    if west >= -180 and east <= 180:
        return [polygon]
    notes.append(f"{drawn.where}: reaches from longitude {west:g} to {east:g}; cut along the antimeridian")
    return _cut(polygon)


def _reason(polygon: shapely.Geometry) -> str:
    """Why a polygon is not valid, and where."""
    reason = str(shapely.is_valid_reason(polygon))
    said, _, place = reason.partition("[")
    words = {
        "Self-intersection": "an edge crosses another edge",
        "Ring Self-intersection": "a ring touches itself",
        "Hole lies outside shell": "a hole lies outside its polygon",
        "Holes are nested": "a hole lies within another hole",
        "Duplicate Rings": "two rings are the same",
        "Interior is disconnected": "holes cut the polygon in two",
        "Too few points in geometry component": "a ring has fewer than three different positions",
    }
    where = f" at longitude, latitude {place.rstrip(']').replace(' ', ', ')}" if place else ""
    west, _, east, _ = polygon.bounds
    todo = f"if it {_ROUND_A_POLE}" if east - west == 360 else "mend it in the program that drew it"
    return f"{words.get(said.strip(), said.strip())}{where}: {todo}"


def _unwrapped(ring: Any, where: str, faults: list[Fault], notes: list[str]) -> Floats | None:
    """(n, 2) longitude and latitude of a closed ring, longitudes going on beyond +-180 degrees; None with a fault added."""
    place_deg, problem = _places(ring, where)
    if problem is not None:
        faults.append(problem)
        return None
    problem_text = _out_of_range(place_deg) or _open(place_deg)
    if problem_text:
        faults.append(Fault(where=where, problem=problem_text))
        return None
    step_deg = np.diff(place_deg, axis=0)
    whole_round = (np.abs(step_deg[:, 0]) == 360) & (step_deg[:, 1] == 0)
    long = (np.abs(step_deg[:, 0]) > 180) & ~whole_round
    turns = np.concatenate([[0.0], np.cumsum(np.where(long, -np.round(step_deg[:, 0] / 360), 0.0))])
    if long.any():
        notes.append(f"{where}: {_short_way(place_deg, long)}")
    if (parallel := whole_round & (np.abs(place_deg[1:, 1]) < 90)).any():
        latitude_deg = place_deg[1:, 1][parallel][0]
        notes.append(
            f"{where}: an edge of 360 degrees goes all the way round along latitude {latitude_deg:g}, as drawn"
        )
    unwrapped = np.column_stack([place_deg[:, 0] + 360 * turns, place_deg[:, 1]])
    if unwrapped[-1, 0] != unwrapped[0, 0]:
        faults.append(Fault(where=where, problem=_ROUND_A_POLE))
        return None
    return unwrapped


_ROUND_A_POLE = (
    "goes once round a pole, and which side is meant cannot be told: draw it from longitude -180 to 180, then down to the pole "
    "by 180, 90 and -180, 90 (or -90), and back"
)


def _short_way(place_deg: Floats, long: Bools) -> str:
    """Which edges of a ring are taken the short way."""
    first = int(np.argmax(long))
    (a, b), (c, d) = place_deg[first], place_deg[first + 1]
    edges = "1 edge" if long.sum() == 1 else f"{long.sum():,} edges"
    return (
        f"{edges} of more than 180 degrees of longitude, the first from {a:g}, {b:g} to {c:g}, {d:g}, taken the short way, "
        "across the antimeridian; to go the long way, add a position between"
    )


def _places(ring: Any, where: str) -> tuple[Floats, Fault | None]:
    """(n, 2) longitude and latitude of a ring's positions, or what is wrong with them: the first, and how many more."""
    nowhere = np.empty((0, 2))
    if not isinstance(ring, list):
        return nowhere, Fault(where=where, problem=f"{named(ring)}; expected a ring, an array of positions")
    if len(ring) < 4:
        return nowhere, Fault(
            where=where, problem=f"a ring of {len(ring)} positions; expected 4 or more, the last like the first"
        )
    alike = set(map(type, ring)) == {list} and set(map(len, ring)) <= {2, 3}
    if alike and set(map(type, chain.from_iterable(ring))) == {float}:
        return np.array([position[:2] for position in ring]), None
    bad = [n for n, each in enumerate(ring) if not _is_position(each)]
    more = f" (and {len(bad) - 1:,} more like it in this ring)" if len(bad) > 1 else ""
    problem = f"{_shown(ring[bad[0]])}; expected two numbers, longitude and latitude, and perhaps a height{more}"
    return nowhere, Fault(where=f"{where}[{bad[0]}]", problem=problem)


def _is_position(value: Any) -> bool:
    return isinstance(value, list) and len(value) in (2, 3) and all(type(each) is float for each in value)


def _shown(value: Any) -> str:
    """A bad position in few words."""
    if isinstance(value, list):
        return f"an array of {len(value)}" if len(value) not in (2, 3) else f"[{', '.join(map(named, value))}]"
    return named(value)


def _out_of_range(place_deg: Floats) -> str:
    """What is wrong with the numbers of a ring, "" if nothing."""
    if not np.isfinite(place_deg).all():
        return f"position {int(np.argmin(np.isfinite(place_deg).all(axis=1)))} is not finite"
    beyond = (np.abs(place_deg[:, 0]) > 360) | (np.abs(place_deg[:, 1]) > 90)
    if not beyond.any():
        return ""
    first = int(np.argmax(beyond))
    longitude_deg, latitude_deg = place_deg[first]
    hint = ": longitude comes first" if abs(longitude_deg) <= 90 < abs(latitude_deg) <= 180 else ""
    if max(abs(longitude_deg), abs(latitude_deg)) > 1000:
        hint = ": these look like metres, expected degrees (EPSG:4326)"
    more = f" (and {beyond.sum() - 1:,} more)" if beyond.sum() > 1 else ""
    return (
        f"position {first} is longitude {longitude_deg:g}, latitude {latitude_deg:g}{more}; "
        f"expected -180..180 (up to 360 either way) and -90..90{hint}"
    )


def _open(place_deg: Floats) -> str:
    """What is missing for a ring to be closed, "" if nothing.  Longitudes a whole turn apart are one."""
    gap_deg = place_deg[-1] - place_deg[0]
    if gap_deg[1] == 0 and gap_deg[0] % 360 == 0:
        return ""
    (a, b), (c, d) = place_deg[0], place_deg[-1]
    return f"not closed: begins at {a!s}, {b!s} and ends at {c!s}, {d!s}; expected the first position again as the last"


def _beside(hole: Floats, outer: Floats) -> Floats:
    """A hole, turned by whole turns to where its polygon is drawn; as it was where none fits."""
    low, high = outer[:, 0].min(), outer[:, 0].max()
    for turn_deg in (0.0, 360.0, -360.0, 720.0, -720.0):
        if low <= hole[:, 0].min() + turn_deg and hole[:, 0].max() + turn_deg <= high:
            return np.add(hole, (turn_deg, 0.0))
    return hole


def _cut(polygon: shapely.Geometry) -> list[shapely.Geometry]:
    """Parts of a polygon drawn beyond +-180 degrees, each brought to where it belongs."""
    west, _, east, _ = polygon.bounds
    parts: list[shapely.Geometry] = []
    for turn in range(int(np.floor((west + 180) / 360)), int(np.ceil((east - 180) / 360)) + 1):
        piece = shapely.intersection(polygon, shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        piece = shapely.transform(piece, lambda place, turn=turn: _snapped(place, turn))
        parts.extend(part for part in shapely.get_parts(piece) if part.geom_type == "Polygon" and not part.is_empty)
    return parts


def _snapped(place_deg: Floats, turn: int) -> Floats:
    longitude_deg = place_deg[:, 0] - 360.0 * turn
    edge = np.abs(longitude_deg) > 180 - 1e-9
    return np.column_stack([np.where(edge, np.copysign(180.0, longitude_deg), longitude_deg), place_deg[:, 1]])
