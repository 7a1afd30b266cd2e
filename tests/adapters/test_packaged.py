"""The tables inside the package."""

import hashlib
import re
from importlib.resources import files

import numpy as np
import pytest

from hudhud.adapters.store import packaged
from hudhud.earth import great_circle_m
from hudhud.network.ground import PopKind

FOLDER = files("hudhud").joinpath("data")
TABLES = sorted(entry.name for entry in FOLDER.iterdir() if entry.is_file() and entry.name[0] not in "._")
TABLES = [name for name in TABLES if name != "SOURCES.md"] + [
    f"cases/{name}" for name in packaged.names("cases", ".toml")
]


def test_every_packaged_file_has_a_source_and_its_true_digest():
    page = packaged.text("SOURCES.md")
    stated = dict(re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \|$", page, flags=re.MULTILINE))
    assert stated == {name: hashlib.sha256(packaged.content(name)).hexdigest() for name in TABLES}, (
        "run  python builders/digests.py"
    )
    for name in TABLES:
        folder, inside, _ = name.rpartition("/")
        section = page.split(f"\n## {folder + inside or name}\n")[1].split("\n## ")[0]
        assert "* Source: " in section, name


def test_297_gateways_are_in_operation_and_each_feeds_an_exchange_building():
    gateways, pops = packaged.gateways(), packaged.pops()
    assert len(gateways) == 297
    assert len(set(gateways.sites.names)) == 297
    assert {pops.kinds[i] for i in gateways.pop} == {PopKind.NETFAC}
    assert gateways.antennas.min() >= 2
    assert gateways.antennas.max() == 40


def test_no_gateway_is_in_the_table_twice_under_two_names():
    sites = packaged.gateways().sites
    lat, lon = sites.latitude_rad, sites.longitude_rad
    apart_m = great_circle_m(lat[:, None], lon[:, None], lat, lon) + np.where(np.eye(len(sites)), 1e9, 0)
    assert apart_m.min() > 5_000


@pytest.mark.parametrize(
    ("gateway", "pop"),
    [
        ("Aerzen, Germany", "frntdeu1"),
        ("Guam", "tkyojpn1"),
        ("Adelanto, CA", "lsancax1"),
        ("Punta Arenas, CL", "sntochl1"),
    ],
)
def test_a_gateway_feeds_the_nearest_exchange_of_its_country_or_of_the_world(gateway, pop):
    gateways, pops = packaged.gateways(), packaged.pops()
    assert pops.codes[gateways.pop[gateways.sites.names.index(gateway)]] == pop


def test_there_are_65_points_of_presence_with_codes_of_their_own():
    pops = packaged.pops()
    assert len(pops) == len(set(pops.codes)) == 65
    assert all(re.fullmatch(r"[A-Z]{2}", country) for country in pops.countries)


def test_hypatias_cities_keep_their_order_and_digits():
    cities = packaged.hypatia_cities()
    assert (len(cities), cities.names[0], cities.names[3]) == (100, "Tokyo", "São-Paulo")
    assert np.degrees(cities.longitude_rad[0]) == pytest.approx(139.69171, abs=1e-12)


def test_outlines_are_closed_rings_on_the_globe_that_never_leap_over_the_antimeridian():
    rings = packaged.outlines()
    assert len(rings) > 1_000
    for ring in rings:
        assert np.array_equal(ring[0], ring[-1])
        assert np.abs(ring).max(axis=0)[0] <= 180
        assert np.abs(ring).max(axis=0)[1] <= 90
        leaps = np.abs(np.diff(ring[:, 0])) > 180
        assert not leaps[np.abs(ring[:-1, 1])[: len(leaps)] < 89.9].any()


def test_kyiv_lies_inside_an_outline_and_the_middle_of_the_pacific_in_none():
    def inside(lon, lat):
        return [bool(winding(ring, lon, lat)) for ring in packaged.outlines()]

    assert sum(inside(30.52, 50.45)) == 1
    assert sum(inside(-140.0, 0.0)) == 0


def winding(ring, lon, lat):
    """Whether a ray to the east crosses the ring an odd number of times."""
    (x, y), (u, v) = ring[:-1].T, ring[1:].T
    across = (y > lat) != (v > lat)
    return np.count_nonzero(across & (lon < x + (u - x) * (lat - y) / np.where(v == y, 1, v - y))) % 2
