"""The standing map of the package, as decisions and compiled: who is served where, on whose word, and what lies between."""

import csv
import io

import numpy as np
import pytest

from hudhud.adapters.decisions import standing, standing_decisions
from hudhud.adapters.store.packaged import text
from hudhud.adapters.store.territories import territories
from hudhud.errors import InputError
from hudhud.service.decision import Decision, decisions
from hudhud.service.joint import touched
from hudhud.service.service_map import STATES, ServiceMap, answers, compile, counts
from hudhud.service.standing import standing as standing_of
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState
from hudhud.sky.hexagons import all_numbers, cell_number

AT = np.datetime64("2026-06-01", "ns")
ROWS = list(csv.DictReader(io.StringIO(text("standing.csv"))))
RESIDENTIAL, MEDICAL, MARITIME, AVIATION, MILITARY, WEAPON = (
    ServiceClass.RESIDENTIAL,
    ServiceClass.MEDICAL,
    ServiceClass.MARITIME,
    ServiceClass.AVIATION,
    ServiceClass.MILITARY,
    ServiceClass.WEAPON_MOUNTED,
)


@pytest.fixture(scope="module")
def today() -> ServiceMap:
    return compile(standing(), AT)


def answer(today: ServiceMap, latitude_deg: float, longitude_deg: float, service_class: ServiceClass) -> Decision:
    number = cell_number(np.radians([latitude_deg]), np.radians([longitude_deg]))
    return dict(answers(today, int(number[0])))[service_class]


def serving(today: ServiceMap, number: np.ndarray, service_class: ServiceClass) -> np.ndarray:
    """(cell,) whether the class is served there, conditions apart."""
    governing = today.governing_of(number, np.full(len(number), service_class.number, dtype=np.uint8))
    serves = np.array([each.state.serves for each in today.decisions])
    return np.asarray(serves[governing])


def test_every_row_is_one_decision_in_its_order_and_the_borders_come_last() -> None:
    made = standing_decisions()
    assert len(made) == len(ROWS) + 1
    assert [each.sequence for each in made] == list(range(len(made)))
    assert len({each.id for each in made}) == len(made)
    assert made[-1].id == "standing.borders"
    for row, each in zip(ROWS, made[:-1], strict=True):
        assert each.id.startswith(f"standing.{row['territory'].partition('@')[0]}")
        assert each.state is ServiceState(row["state"])
        assert each.demonstration and each.source and row["source"] in each.source
        assert not np.isnat(each.review_by)


def test_every_country_that_is_served_has_cells_of_its_own_that_are() -> None:
    today = compile(standing(), AT)
    for each in today.decisions:
        if each.state is ServiceState.SERVED:
            service_class = next(one for one in ServiceClass if one in each.classes)
            number = np.unique(np.concatenate([part.number for part in each.territories]))
            governing = today.governing_of(number, np.full(len(number), service_class.number, dtype=np.uint8))
            assert (governing == today.decisions.index(each)).any(), each.id


def test_no_cell_wholly_inside_a_country_that_is_not_served_is_served(today: ServiceMap) -> None:
    known = territories()
    served = {row["territory"].partition("@")[0] for row in ROWS if ServiceState(row["state"]).serves}
    refused = [row for row in known.rows if row.kind is Kind.COUNTRY and row.id not in served]
    assert len(refused) > 70
    for row in refused:
        number = known.territory(row.id, Containment.FULL).number
        if row.id == "PSE":  # medical terminals on a list, of its own row
            assert not serving(today, number, RESIDENTIAL).any()
            continue
        for service_class in (RESIDENTIAL, MEDICAL, MARITIME, AVIATION, MILITARY):
            assert not serving(today, number, service_class).any(), (row.id, service_class)


@pytest.mark.parametrize("mode", [Containment.CENTRE, Containment.OVERLAP])
def test_no_cell_that_touches_a_forbidden_territory_is_served(today: ServiceMap, mode: Containment) -> None:
    known = territories()
    for id_ in ("PRK", "PRK.sea", "IRN", "SDN", "TWN", "TWN.sea", "UGA", "UKR.crimea", "UKR.sevastopol"):
        number = known.territory(id_, mode).number
        assert not serving(today, number, RESIDENTIAL).any(), id_


@pytest.mark.parametrize(
    ("place", "latitude_deg", "longitude_deg", "service_class", "decision", "state"),
    [
        ("Berlin", 52.52, 13.40, RESIDENTIAL, "DEU", "served"),
        ("Berlin", 52.52, 13.40, MILITARY, "world", "not_offered"),
        ("Berlin", 52.52, 13.40, WEAPON, "world.weapon_mounted", "prohibited"),
        ("Strasbourg, on the Rhine", 48.58, 7.75, RESIDENTIAL, "borders", "served"),
        ("Strasbourg, on the Rhine", 48.58, 7.75, WEAPON, "world.weapon_mounted", "prohibited"),
        ("Kyiv", 50.45, 30.52, RESIDENTIAL, "UKR", "served_allowlist_only"),
        ("Kyiv", 50.45, 30.52, WEAPON, "world.weapon_mounted", "prohibited"),
        ("Donetsk", 48.00, 37.80, MEDICAL, "UKR", "served_allowlist_only"),
        ("Simferopol", 44.95, 34.10, RESIDENTIAL, "UKR.crimea", "prohibited"),
        ("Simferopol", 44.95, 34.10, MEDICAL, "UKR.crimea", "prohibited"),
        ("Sevastopol", 44.60, 33.53, MEDICAL, "UKR.sevastopol", "prohibited"),
        ("Tehran", 35.69, 51.39, RESIDENTIAL, "IRN", "not_offered"),
        ("Pyongyang", 39.03, 125.75, RESIDENTIAL, "PRK", "prohibited"),
        ("Taipei", 25.04, 121.50, RESIDENTIAL, "TWN", "not_offered"),
        ("Kinmen", 24.45, 118.37, MARITIME, "TWN", "not_offered"),
        ("Khartoum", 15.50, 32.55, RESIDENTIAL, "SDN", "not_offered"),
        ("Kampala", 0.32, 32.58, RESIDENTIAL, "UGA", "suspended"),
        ("Pretoria", -25.75, 28.19, RESIDENTIAL, "ZAF", "not_offered"),
        ("Gaza", 31.50, 34.45, RESIDENTIAL, "PSE.gaza", "not_offered"),
        ("Gaza", 31.50, 34.45, MEDICAL, "PSE.gaza.medical", "served_allowlist_only"),
        ("Nuku'alofa", -21.14, -175.20, RESIDENTIAL, "TON", "served"),
        ("Fort-de-France", 14.61, -61.06, RESIDENTIAL, "MTQ", "served"),
        ("Guam", 13.45, 144.78, RESIDENTIAL, "GUM", "served"),
        ("Taveuni, at 180 degrees", -16.85, 180.0, RESIDENTIAL, "FJI", "served"),
        ("Monaco", 43.73, 7.42, RESIDENTIAL, "MCO", "not_offered"),
        ("Abyei", 9.60, 28.40, RESIDENTIAL, "world", "not_offered"),
        ("the middle of the Atlantic", 30.0, -45.0, MARITIME, "sea.high.maritime", "served_restricted"),
        ("the middle of the Atlantic", 30.0, -45.0, AVIATION, "sea.high.aviation", "served"),
        ("the middle of the Atlantic", 30.0, -45.0, MEDICAL, "sea.high.business", "served_restricted"),
        ("the middle of the Atlantic", 30.0, -45.0, RESIDENTIAL, "world", "not_offered"),
        ("the North Pole", 90.0, 0.0, MARITIME, "sea.high.maritime", "served_restricted"),
        ("the South Pole", -90.0, 0.0, RESIDENTIAL, "ATA", "not_offered"),
        ("the middle of the Caspian", 41.5, 51.0, MARITIME, "world", "not_offered"),
    ],
)
def test_a_known_place_is_governed_by(
    today: ServiceMap,
    place: str,
    latitude_deg: float,
    longitude_deg: float,
    service_class: ServiceClass,
    decision: str,
    state: str,
) -> None:
    found = answer(today, latitude_deg, longitude_deg, service_class)
    assert (found.id, found.state) == (f"standing.{decision}", ServiceState(state)), place


def test_liechtenstein_holds_no_cell_wholly_and_is_served_all_the_same(today: ServiceMap) -> None:
    number = territories().territory("LIE", Containment.OVERLAP).number
    assert len(territories().territory("LIE", Containment.FULL)) == 0
    assert serving(today, number, RESIDENTIAL).all()
    governing = today.governing_of(number, np.full(len(number), RESIDENTIAL.number, dtype=np.uint8))
    assert {today.decisions[each].id for each in governing} <= {
        f"standing.{each}" for each in ("LIE", "CHE", "AUT", "borders")
    }


def test_a_border_of_two_that_are_served_is_served_and_one_to_a_third_is_not(today: ServiceMap) -> None:
    known = territories()
    edge = {
        id_: np.setdiff1d(
            known.territory(id_, Containment.OVERLAP).number, known.territory(id_, Containment.FULL).number
        )
        for id_ in ("DEU", "FRA", "MCO", "POL", "BLR")
    }
    rhine = np.intersect1d(edge["DEU"], edge["FRA"])
    assert len(rhine) > 20
    assert serving(today, rhine, RESIDENTIAL).all()
    assert not serving(today, edge["MCO"], RESIDENTIAL).any()  # a refusal reaches over its border
    assert not serving(today, np.intersect1d(edge["POL"], edge["BLR"]), RESIDENTIAL).any()


def test_cells_of_the_borders_belong_to_no_country_alone_and_touch_none_that_is_refused(today: ServiceMap) -> None:
    known = territories()
    borders = next(each for each in today.decisions if each.id == "standing.borders")
    (strip,) = borders.territories
    assert len(strip) > 4_000
    refused = [row["territory"] for row in ROWS if row["state"] in ("not_offered", "prohibited", "suspended")]
    for id_ in refused:
        if "." not in id_ and "@" not in id_ and id_ != "world":
            assert not np.isin(strip.number, known.territory(id_, Containment.OVERLAP).number).any(), id_
    assert not np.isin(strip.number, known.territory("sea.high", Containment.FULL).number).any()
    served = [row["territory"] for row in ROWS if row["state"] == "served" and len(row["territory"]) == 3]
    inside = np.concatenate([known.territory(id_, Containment.FULL).number for id_ in served])
    assert not np.isin(strip.number, inside).any()


def test_the_map_answers_every_cell_of_the_world_and_serves_weapons_nowhere(today: ServiceMap) -> None:
    table = counts(today)
    for service_class in ServiceClass:
        assert sum(table[service_class].values()) == len(all_numbers())
    assert not any(table[WEAPON][state] for state in STATES if state.serves)
    served = table[RESIDENTIAL][ServiceState.SERVED]
    assert 0.1 < served / len(all_numbers()) < 0.3
    assert table[MARITIME][ServiceState.SERVED_RESTRICTED] > 1_000_000


def test_the_same_table_gives_the_same_map_to_the_last_byte(today: ServiceMap) -> None:
    again = compile(decisions(reversed(standing_decisions())), AT)
    assert again.digest == today.digest
    listed = compile(decisions(standing_decisions({"gaza-hospital": frozenset({"kit-1"})})), AT)
    assert listed.digest != today.digest  # whom a list names is part of what is decided


def test_a_list_that_is_handed_in_is_the_one_that_the_row_names() -> None:
    made = {each.id: each for each in standing_decisions({"gaza-hospital": frozenset({"kit-1"})})}
    assert made["standing.PSE.gaza.medical"].conditions.allowlist == frozenset({"kit-1"})
    assert made["standing.UKR"].conditions.allowlist == frozenset()
    assert made["standing.UKR"].conditions.maximum_speed_m_s == pytest.approx(75 / 3.6)
    assert made["standing.DEU"].conditions.allowlist is None
    assert made["standing.sea.high.maritime"].conditions.ocean_plan


def test_a_table_with_faults_is_refused_with_each_row_that_has_one() -> None:
    head, first, *rest = text("standing.csv").splitlines()
    germany = next(line for line in rest if line.startswith("DEU,"))
    iran = next(line for line in rest if line.startswith("IRN,"))
    bad = [
        head,
        first,
        germany.replace("DEU,served,", "DEU,on,"),
        germany.replace("DEU,", "XYZ,"),
        iran.replace(",terminal,,", ",terminal,colour=red,"),
    ]
    with pytest.raises(InputError, match="the standing map cannot be read") as caught:
        standing_of("\n".join(bad), territories(), touched(territories()))
    told = {fault.where: fault.problem for fault in caught.value.faults}
    assert set(told) == {"row 2", "row 3", "row 4"}
    assert "'on' is not a valid ServiceState" in told["row 2"]
    assert "no territory has the id 'XYZ'" in told["row 3"]
    assert told["row 4"] == "no condition colour"


def test_a_row_with_an_unquoted_comma_is_refused():
    head, first, *_ = text("standing.csv").splitlines()
    catalogue = territories()
    with pytest.raises(InputError, match="more fields than the head"):
        standing_of(f"{head}\n{first},one more\n", catalogue, touched(catalogue))
