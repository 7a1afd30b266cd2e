"""The territories that come along: known places lie where they lie, claims stand side by side, names and digests are whole."""

import json
import re

import h3.api.basic_int as h3
import numpy as np
import pytest

from hudhud.adapters.store.territories import territories, territory_rows
from hudhud.service.territory import Kind, digest_of
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, all_numbers, cell_number, h3_index, number_of
from shared_data import shared_data

FULL, CENTRE, OVERLAP = Containment.FULL, Containment.CENTRE, Containment.OVERLAP

LAND = (Kind.COUNTRY, Kind.REGION, Kind.AREA)
INSIDE_ANOTHER = {"BES", "BVT", "CCK", "CXR", "GLP", "GUF", "MTQ", "MYT", "REU", "SJM", "TKL"}


def at(latitude_deg, longitude_deg):
    number = cell_number(np.radians([float(latitude_deg)]), np.radians([float(longitude_deg)]))
    return dict(territories().at(int(number[0])))


@pytest.mark.parametrize(
    ("place", "latitude_deg", "longitude_deg", "expected"),
    [
        ("Kyiv", 50.45, 30.52, {"UKR": FULL, "UKR.kyiv-city": FULL}),
        ("Simferopol", 44.95, 34.10, {"UKR": FULL, "UKR.crimea": FULL}),
        (
            "Sevastopol",
            44.60,
            33.53,
            {
                "UKR": CENTRE,
                "UKR.sevastopol": CENTRE,
                "area.crimea-waters": OVERLAP,
                "UKR.sea": OVERLAP,
                "RUS.sea": OVERLAP,
            },
        ),
        ("Donetsk", 48.00, 37.80, {"UKR": FULL, "UKR.donetsk": FULL}),
        ("Taipei", 25.04, 121.50, {"TWN": FULL, "TWN.taipei": CENTRE, "TWN.new-taipei": OVERLAP}),
        ("Kinmen", 24.45, 118.37, {"TWN": CENTRE, "TWN.kinmen": CENTRE, "TWN.sea": OVERLAP}),
        ("Matsu", 26.16, 119.93, {"TWN.lienchiang": CENTRE, "TWN.sea": CENTRE, "CHN.sea": OVERLAP}),
        ("Laayoune", 27.15, -13.20, {"ESH": FULL}),
        ("Abyei", 9.60, 28.40, {"area.abyei": FULL}),
        ("the Golan Heights", 33.00, 35.80, {"area.golan-heights": CENTRE, "SYR": OVERLAP}),
        ("Sukhumi", 43.00, 41.05, {"GEO": CENTRE, "area.abkhazia": CENTRE, "GEO.sea": OVERLAP}),
        ("the middle of Wrangel Island", 71.20, 180.00, {"RUS": FULL, "RUS.chukotka": CENTRE, "RUS.sea": OVERLAP}),
        ("Dokdo", 37.24, 131.866, {"area.liancourt-rocks": FULL, "KOR.sea": FULL}),
        ("the middle of the Caspian", 41.50, 51.00, {"sea.caspian": FULL}),
        ("the North Pole", 90, 0, {"sea.high": FULL}),
        ("the South Pole", -90, 0, {"ATA": FULL}),
        ("the Gulf of Guinea at nought", 0, 0, {"sea.high": FULL}),
    ],
)
def test_a_known_place_belongs_to(place, latitude_deg, longitude_deg, expected) -> None:
    assert at(latitude_deg, longitude_deg) == expected


def test_where_three_countries_meet_the_cell_touches_all_three() -> None:
    assert {"CHE", "DEU", "FRA"} <= set(at(47.56, 7.59))  # Basel


def test_fiji_lies_on_both_sides_of_the_antimeridian() -> None:
    assert "FJI" in at(-16.7, 179.99)
    assert "FJI" in at(-16.8, -179.98)


def test_gaza_and_the_west_bank_are_told_apart() -> None:
    assert at(31.5, 34.46)["PSE.gaza"] is CENTRE
    assert "PSE.west-bank" not in at(31.5, 34.46)
    assert at(31.78, 35.24)["PSE.west-bank"] is CENTRE
    assert {"area.east-jerusalem", "ISR", "PSE.west-bank"} <= set(at(31.78, 35.24))


def test_claims_on_crimea_stand_side_by_side() -> None:
    row = territories().row("UKR.crimea")
    assert set(row.claimed_by) == {"UKR", "RUS"}
    assert row.controlled_by == "RUS"
    assert row.claims_source == "UN General Assembly resolution 68/262"
    off_crimea = at(44.35, 34.1)
    assert {"UKR.sea", "RUS.sea"} <= set(off_crimea)


def test_points_of_view_of_the_source_are_kept() -> None:
    views = dict(territories().row("TWN").points_of_view)
    assert views["CN"] == "CHN:Admin-1 states provinces"
    assert views["TW"] == "TWN:Admin-0 country"
    kosovo = dict(territories().row("XKX").points_of_view)
    assert kosovo["RU"].startswith("SRB:")
    assert kosovo["US"] == "KOS:Admin-0 country"


def test_every_territory_is_named_in_both_languages_sourced_and_numbered() -> None:
    for row in territory_rows():
        assert row.name_en, row.id
        assert re.fullmatch(r"[\u0600-\u06ff\s():،.\-]+", row.name_ar), row.id
        assert row.source, row.id
        assert re.fullmatch(r"\d{4}-\d\d(-\d\d)?", row.source_date), row.id
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in row.digests), row.id
        full, centre, overlap = row.cells
        assert full <= centre <= overlap, row.id
        assert overlap >= 1, row.id
        assert not row.disputed or (row.claims_source and row.claims_date), row.id


def test_every_claimant_is_a_territory() -> None:
    ids = set(territories().ids)
    for row in territory_rows():
        assert {*row.claimed_by, *filter(None, (row.country, row.controlled_by))} <= ids, row.id


def test_every_digest_is_that_of_the_cells() -> None:
    known = territories()
    for row in known.rows:
        for mode in Containment:
            kept = known.territory(row.id, mode)
            assert len(kept) == row.count(mode)
            assert digest_of(kept.number, mode) == kept.digest, (row.id, mode)


def test_full_is_part_of_centre_and_centre_of_overlap() -> None:
    known = territories()
    for name in ("UKR", "UKR.crimea", "FJI", "ATA", "RUS.sea", "area.kashmir", "sea.high"):
        full, centre, overlap = (known.territory(name, mode).number for mode in (FULL, CENTRE, OVERLAP))
        assert np.isin(full, centre).all()
        assert np.isin(centre, overlap).all()
        assert np.all(np.diff(overlap) > 0)


def test_every_place_of_the_order_page_has_a_territory() -> None:
    codes = json.loads(shared_data("cases/availability-2026.json").read_text(encoding="utf-8"))
    assert set(codes) <= set(territories().ids)


@pytest.mark.parametrize(
    ("country", "land_km2"),  # published areas with inland water: CIA World Factbook
    [
        ("FRA", 643_801),
        ("DEU", 357_022),
        ("UKR", 603_550),
        ("BRA", 8_515_770),
        ("KEN", 580_367),
        ("JPN", 377_915),
        ("AUS", 7_741_220),
        ("EGY", 1_001_450),
        ("PER", 1_285_216),
        ("ISL", 103_000),
        ("IRN", 1_648_195),
        ("MMR", 676_578),
    ],
)
def test_areas_agree_with_published_ones(country, land_km2) -> None:
    number = territories().territory(country, CENTRE).number
    ours_km2 = sum(h3.cell_area(cell, unit="km^2") for cell in h3_index(number).tolist())
    assert ours_km2 == pytest.approx(land_km2, rel=0.025)


def counted(mode, kinds, without=frozenset()):
    """(number,) how many territories of some kinds hold each cell."""
    known = territories()
    count = np.zeros(NUMBERS, dtype=np.int64)
    for place, row in enumerate(known.rows):
        if row.kind in kinds and row.id not in without:
            count[known.runs.numbers(place, mode)] += 1
    return count


def test_no_land_belongs_to_two_countries_by_its_centre() -> None:
    assert counted(CENTRE, {Kind.COUNTRY}, INSIDE_ANOTHER).max() == 1


def test_overseas_parts_lie_in_the_country_that_the_source_draws() -> None:
    known = territories()
    for part in INSIDE_ANOTHER - {"CCK", "CXR"}:
        row = known.row(part)
        assert np.isin(known.territory(part, OVERLAP).number, known.territory(row.country, OVERLAP).number).all()


def test_no_land_is_left_out_between_countries() -> None:
    """A cell whose centre nobody has lies at a coast: some neighbour's centre is in the sea beyond, or in Antarctic waters."""
    land = counted(CENTRE, set(LAND) | {Kind.SEA}, {"sea.high"})
    touched = counted(OVERLAP, set(LAND), {"ATA"}) > 0
    wet = counted(OVERLAP, {Kind.SEA}) > 0
    lost = np.flatnonzero((land == 0) & touched & ~wet)
    inland = []
    for cell in h3_index(lost.astype(np.int32)).tolist():
        around = number_of(np.array(h3.grid_disk(cell, 1), dtype=np.int64))
        if not wet[around].any():
            inland.append(cell)
    assert inland == []


def test_regions_make_up_their_country() -> None:
    known = territories()
    for country in ("UKR", "IRN", "ZAF", "IND", "MMR", "SDN", "RUS", "TWN"):
        regions = [
            row.id
            for row in known.rows
            if row.kind is Kind.REGION and row.country == country and "Natural" in row.source
        ]
        together = np.concatenate([known.territory(each, CENTRE).number for each in regions])
        assert np.array_equal(np.sort(together), known.territory(country, CENTRE).number), country


def test_every_cell_is_on_land_in_a_territorial_sea_or_beyond() -> None:
    everything = counted(OVERLAP, {*LAND, Kind.SEA}) > 0
    assert np.array_equal(np.flatnonzero(everything), all_numbers())
