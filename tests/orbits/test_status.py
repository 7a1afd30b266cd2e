"""What satellites are doing, told from elements: facts of the real fleets, and small made-up ones."""

import csv
import gzip
import io
from functools import cache

import numpy as np
import pytest

from elements_factory import as_csv, omm_record, omm_records
from hudhud.orbits.elements import Elements, Generation, Status, mean_altitude_m
from hudhud.orbits.formats import catalogue
from hudhud.orbits.status import stations
from shared_data import shared_data


@cache
def read(name: str) -> Elements:
    return catalogue(gzip.decompress(shared_data(f"elements/{name}.omm.csv.gz").read_bytes())).elements


def counts(elements: Elements) -> dict[Status, int]:
    return {status: int((elements.status == status).sum()) for status in Status}


def alone(**changes: object) -> Elements:
    return catalogue(as_csv([omm_record(**changes)])).elements


@pytest.mark.parametrize(
    ("name", "operational", "raising", "failed"),
    [
        ("starlink-2026-05-30", (9_450, 9_600), (330, 450), (300, 450)),
        ("starlink-2025-05-29", (6_750, 6_950), (350, 470), (120, 220)),
        ("starlink-2024-07-17", (5_800, 5_920), (150, 230), (100, 180)),
        ("oneweb-2026-05-30", (640, 651), (0, 3), (0, 5)),
    ],
)
def test_the_real_fleets_are_mostly_operational(
    name: str, operational: tuple[int, int], raising: tuple[int, int], failed: tuple[int, int]
) -> None:
    found = counts(read(name))
    for status, (low, high) in ((Status.OPERATIONAL, operational), (Status.RAISING, raising), (Status.FAILED, failed)):
        assert low <= found[status] <= high, found


def test_the_shells_of_may_2026_hold_as_many_as_were_counted_by_hand() -> None:
    elements = read("starlink-2026-05-30")
    rows = csv.DictReader(io.StringIO(shared_data("elements/observed-shells-2026-05-30.csv").read_text()))
    altitude_km, inclination_deg = mean_altitude_m(elements) / 1e3, np.degrees(elements.inclination_rad)
    counted = 0
    for row in rows:
        near = np.abs(altitude_km - float(row["mean_altitude_km"])) < 9
        near &= np.abs(inclination_deg - float(row["inclination_deg"])) < 0.4
        if row["mean_altitude_km"] not in ("475", "463"):  # these two lie closer together than the window
            assert (elements.operational & near).sum() == pytest.approx(int(row["n"]), rel=0.03)
        counted += int(row["n"])
    assert elements.operational.sum() == pytest.approx(counted, rel=0.015)


def test_old_satellites_that_fall_through_the_low_shells_are_neither_operational_nor_direct_to_cell() -> None:
    elements = read("starlink-2026-05-30")
    altitude_m = mean_altitude_m(elements)
    old = (elements.catalogue_numbers < 57_404) & (altitude_m > 350e3) & (altitude_m < 370e3)
    assert old.sum() > 50
    assert elements.operational[old].sum() <= 1
    assert not (elements.generation[old] == Generation.DIRECT_TO_CELL).any()


def test_satellites_that_served_a_terminal_come_out_operational() -> None:
    elements = read("starlink-2024-07-17")
    status = dict(zip(elements.names, elements.status.tolist(), strict=True))
    served: list[int] = []
    for site in ("kanazawa", "louvain"):
        content = gzip.decompress(shared_data(f"measured/serving-{site}-2024-07-17.csv.gz").read_bytes()).decode()
        served += [status[r["satellite"].strip()] for r in csv.DictReader(io.StringIO(content)) if r["served"] == "1"]
    assert len(served) == 988
    assert served.count(Status.OPERATIONAL) >= 982
    assert served.count(Status.RAISING) == 0


def test_every_satellite_has_a_reason_with_numbers() -> None:
    elements = read("starlink-2026-05-30")
    assert all(any(c.isdigit() for c in reason) and " km" in reason for reason in elements.status_reason)
    assert not any("nan" in reason for reason in elements.status_reason)


def test_generations_follow_catalogue_numbers_and_the_low_shells_are_direct_to_cell() -> None:
    elements = read("starlink-2025-05-29")
    low = elements.generation == Generation.DIRECT_TO_CELL
    number = elements.catalogue_numbers
    assert ((elements.generation == Generation.V1_0) == ((number <= 48_696) & ~low)).all()
    assert (elements.generation[number >= 57_404][~low[number >= 57_404]] == Generation.V2_MINI).all()
    assert not (elements.generation == Generation.UNKNOWN).any()
    assert 550 <= low.sum() <= 680
    assert (read("oneweb-2026-05-30").generation == Generation.ONEWEB).all()


def test_a_file_of_one_satellite_is_usable() -> None:
    assert counts(alone())[Status.OPERATIONAL] == 1
    assert "keeps its place at" in alone().status_reason[0]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"MEAN_MOTION_DOT": -0.0155, "BSTAR": -0.02}, Status.RAISING, "raised under thrust"),
        ({"MEAN_MOTION_DOT": 0.0123, "BSTAR": 0.03}, Status.DEORBITING, "lowered under thrust"),
        ({"MEAN_MOTION": 15.9, "MEAN_MOTION_DOT": 0.02, "BSTAR": 0.001}, Status.FAILED, "falls freely"),
        ({"MEAN_MOTION": 16.6}, Status.UNUSABLE, "perigee"),
        ({"ECCENTRICITY": 0.3, "MEAN_MOTION": 10}, Status.UNUSABLE, "perigee"),
        ({"MEAN_MOTION": 1.0027, "INCLINATION": 0.1}, Status.UNUSABLE, "mean altitude 35"),
    ],
)
def test_a_lone_satellite_that_contradicts_service_is_told_apart(
    changes: dict[str, object], status: Status, words: str
) -> None:
    elements = alone(**changes)
    assert Status(int(elements.status[0])) is status, elements.status_reason
    assert words in elements.status_reason[0]


def test_strangers_to_the_shells_do_not_serve() -> None:
    fleet = omm_records(300)
    young = omm_record(NORAD_CAT_ID=69_000, MEAN_MOTION=15.48, OBJECT_ID="2026-100A", BSTAR=1e-3, MEAN_MOTION_DOT=3e-4)
    old = young | {"NORAD_CAT_ID": 44_800, "OBJECT_ID": "2020-001A"}
    parked = old | {"NORAD_CAT_ID": 44_801, "BSTAR": 1e-5, "MEAN_MOTION_DOT": 0}
    elements = catalogue(as_csv([*fleet, young, old, parked])).elements
    assert elements.operational[:300].all()
    assert [Status(int(s)) for s in elements.status[300:]] == [Status.RAISING, Status.FAILED, Status.DEORBITING]


def test_a_small_operator_is_not_judged_by_a_large_one() -> None:
    large = omm_records(1000)
    small = [
        r | {"OBJECT_NAME": f"ONEWEB-{k}", "MEAN_MOTION": 13.16, "INCLINATION": 87.9, "NORAD_CAT_ID": 44_057 + k}
        for k, r in enumerate(omm_records(5))
    ]
    assert catalogue(as_csv(large + small)).elements.operational.all()


def test_stations_of_one_shell_are_joined_and_those_of_two_are_not() -> None:
    elements = read("oneweb-2026-05-30")
    found = stations(elements)
    assert len(found.altitude_m) == 12
    assert set(found.shell.tolist()) == {0}
    starlink = stations(read("starlink-2026-05-30"))
    assert len(set(starlink.shell.tolist())) == 9
