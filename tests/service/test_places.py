"""People and places in cells."""

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.store.places import places
from hudhud.service.places import Places, largest, people
from hudhud.sky.hexagons import NUMBERS, all_numbers, cell_number

# anything but the letters of Arabic: Persian, Urdu, Kurdish and Pashto have others
FOREIGN = re.compile(r"[^ء-غف-ي \-()،.]")
CITIES = {
    "Kyiv": (50.45, 30.52, "كييف", "UKR"),
    "Taipei": (25.05, 121.53, "تايبيه", "TWN"),
    "Khartoum": (15.55, 32.53, "الخرطوم", "SDN"),
    "Gaza": (31.50, 34.47, "غزة", "PSE"),
    "Nuku‘alofa": (-21.14, -175.2, "نوكو ألوفا", "TON"),
}


def near(latitude_deg, longitude_deg, reach_deg=0.15):
    """Cells of a small patch of ground."""
    lat, lon = np.meshgrid(
        np.radians(np.linspace(latitude_deg - reach_deg, latitude_deg + reach_deg, 30)),
        np.radians(np.linspace(longitude_deg - reach_deg, longitude_deg + reach_deg, 30)),
    )
    return np.unique(cell_number(lat.ravel(), lon.ravel()))


@pytest.mark.parametrize("name", CITIES)
def test_a_city_is_found_in_its_cells_by_both_its_names(name):
    latitude_deg, longitude_deg, name_ar, country = CITIES[name]
    place = largest(places(), near(latitude_deg, longitude_deg), 1)[0]
    assert (place.name_en, place.name_ar, place.country) == (name, name_ar, country)
    assert place.number in near(latitude_deg, longitude_deg)


def test_the_world_has_all_234908_places_and_half_of_its_people():
    total, count = people(places(), all_numbers())
    assert count == 234_908
    assert 3.9e9 < total < 4.1e9


def test_the_open_ocean_has_nobody():
    ocean = near(0.0, -140.0, 1.0)
    assert people(places(), ocean) == (0, 0)
    assert largest(places(), ocean) == ()
    assert people(places(), np.empty(0, dtype=np.int32)) == (0, 0)


def test_the_people_of_a_city_listed_with_its_sections_are_counted_once():
    city_and_around, _ = people(places(), near(40.71, -74.0, 0.35))
    assert 10e6 < city_and_around < 17e6, (
        "New York alone is listed as 8.8 million and again as 8.4 million in its boroughs"
    )


def test_a_section_is_told_only_where_its_city_is_not():
    whole = [place.name_en for place in largest(places(), near(40.71, -74.0, 0.35), 20)]
    assert "New York City" in whole
    assert "Brooklyn" not in whole
    brooklyn = cell_number(np.radians([40.6501]), np.radians([-73.9496]))
    assert largest(places(), brooklyn, 1)[0].name_en == "Brooklyn"


@pytest.mark.parametrize(
    ("country", "known", "low", "high"),
    [
        ("UKR", 40.0e6, 0.85, 1.0),
        ("DEU", 82.9e6, 0.95, 1.0),
        ("GBR", 66.5e6, 0.9, 1.0),
        ("JPN", 126.5e6, 0.95, 1.0),
        ("TWN", 23.5e6, 0.8, 1.0),
        ("ZAF", 57.8e6, 0.8, 1.0),
        ("USA", 327.2e6, 0.75, 1.0),
        ("IRN", 81.8e6, 0.6, 1.0),
        ("IND", 1352.6e6, 0.2, 1.0),
        ("SDN", 41.8e6, 0.2, 1.0),
    ],
)
def test_no_country_has_more_people_than_it_counts(country, known, low, high):
    """Cells of a country by its named places: near enough, as most people live in cells with one of 15,000."""
    stock = places()
    theirs = stock.place_number[stock.country == stock.countries.index(country)]
    total, _ = people(stock, theirs)
    assert 0.7 * low * known < total < 1.06 * high * known  # a border cell holds neighbours too


def test_most_large_cities_have_an_arabic_name_and_none_is_in_persian_or_urdu_letters():
    stock = places()
    assert not [name for name in stock.names_ar if FOREIGN.search(name)]
    assert sum(name != "" for name in stock.names_ar) > 9_000
    assert all(stock.names_en)
    top = np.argsort(-stock.population)[:40]
    assert sum(stock.names_ar[i] != "" for i in top) >= 36


def test_columns_have_one_length_and_cells_ascend():
    stock = places()
    rows = {len(stock), len(stock.place_number), len(stock.part_of), len(stock.names_en), len(stock.names_ar)}
    assert len(rows) == 1
    assert (np.diff(stock.number) > 0).all()
    assert (np.diff(stock.place_number) >= 0).all()
    assert stock.number[-1] < NUMBERS
    assert stock.people.min() >= 0
    assert all(re.fullmatch("[A-Z]{3}", code) for code in stock.countries)
    moved = cell_number(stock.latitude_rad, stock.longitude_rad) != stock.place_number
    assert moved.mean() < 0.02, "coordinates are rounded to a thousandth of a degree, cells are not"


def made(number, people_in, part_of):
    """Places of which each is a cell of its own."""
    count = len(number)
    return Places(
        number=np.array(number, dtype=np.int32),
        people=np.array(people_in, dtype=np.int64),
        count=np.ones(count, dtype=np.int64),
        place_number=np.array(number, dtype=np.int32),
        latitude_rad=np.zeros(count),
        longitude_rad=np.zeros(count),
        population=np.array(people_in, dtype=np.int64),
        country=np.zeros(count, dtype=np.int64),
        part_of=np.array(part_of, dtype=np.int64),
        names_en=tuple(map(str, number)),
        names_ar=("",) * count,
        countries=("XXX",),
    )


@settings(deadline=None, max_examples=25)
@given(st.dictionaries(st.integers(0, 400), st.integers(0, 10**6), min_size=1), st.lists(st.integers(0, 400)))
def test_people_agree_with_counting_by_hand(stock, asked):
    number = sorted(stock)
    found = made(number, [stock[n] for n in number], [-1] * len(number))
    cells = np.array(asked, dtype=np.int32)
    inside = [n for n in number if n in asked]
    assert people(found, cells) == (sum(stock[n] for n in inside), len(inside))
    best = sorted(inside, key=lambda n: (-stock[n], n))[:3]
    assert [place.number for place in largest(found, cells, 3)] == best


def test_a_hundred_thousand_cells_take_milliseconds():
    stock, cells = places(), all_numbers()[::20]
    started = time.perf_counter()
    for _ in range(10):
        people(stock, cells)
        largest(stock, cells)
    assert (time.perf_counter() - started) / 10 < 0.05  # measured 0.003; a shared machine may be slow
