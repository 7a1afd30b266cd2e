"""What a scenario says of a terminal's account: every key, in SI units, and every fault with its key path."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import ScenarioError
from hudhud.scenario import Scenario
from hudhud.scenario.subscription import subscribed
from hudhud.scenario.values import Subscription
from hudhud.service.vocabulary import AccountState, Purpose, ServiceClass
from worlds import HEAD, KYIV, read

ODESA = KYIV.replace("Kyiv", "Odesa")
SCATTER = "[[scatter]]\nname = 's'\ncount = 3\ncentre_latitude_deg = 50\ncentre_longitude_deg = 30\nradius_km = 50\n"


def told(service: str) -> Subscription:
    """The subscription of a terminal with this table."""
    (terminal,) = read(HEAD + KYIV + f"service = {{ {service} }}\n").terminals
    return terminal.subscription


def faults(text: str) -> dict[str, str]:
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return {fault.where: fault.problem for fault in caught.value.faults}


def test_a_terminal_without_a_table_is_a_plain_household_known_by_its_name() -> None:
    (terminal,) = read(HEAD + KYIV).terminals
    assert terminal.subscription == told("")
    assert terminal.subscription == Subscription(
        id="Kyiv",
        service_class=ServiceClass.RESIDENTIAL,
        purpose=Purpose.UNDECLARED,
        account=AccountState.ACTIVE,
        supported_version=True,
        home_country="",
        abroad_s=0.0,
        ocean_plan=False,
        plan_countries=frozenset(),
        maximum_speed_m_s=math.inf,
        service_latitude_rad=pytest.approx(math.nan, nan_ok=True),
        service_longitude_rad=pytest.approx(math.nan, nan_ok=True),
        maximum_service_address_distance_m=math.inf,
        quota_used_up=False,
        speed_m_s=0.0,
    )


@pytest.mark.parametrize(
    ("table", "field", "expected"),
    [
        ("id = 'kit-1'", "id", "kit-1"),
        ("class = 'emergency_services'", "service_class", ServiceClass.EMERGENCY_SERVICES),
        ("purpose = 'disaster_relief'", "purpose", Purpose.DISASTER_RELIEF),
        ("account = 'disabled'", "account", AccountState.DISABLED),
        ("account = 'none'", "account", AccountState.NONE),
        ("software_supported = false", "supported_version", False),
        ("home_country = 'POL'", "home_country", "POL"),
        ("abroad_days = 1.5", "abroad_s", 129_600.0),
        ("ocean_plan = true", "ocean_plan", True),
        ("plan_countries = ['UKR', 'POL']", "plan_countries", frozenset({"UKR", "POL"})),
        ("plan_maximum_speed_km_h = 36", "maximum_speed_m_s", pytest.approx(10.0)),
        ("service_address_deg = [45, 270]", "service_latitude_rad", pytest.approx(math.pi / 4)),
        ("service_address_deg = [45, 270]", "service_longitude_rad", pytest.approx(-math.pi / 2)),
        ("service_address_radius_km = 2", "maximum_service_address_distance_m", 2000.0),
        ("quota_used_up = true", "quota_used_up", True),
        ("speed_km_h = 90", "speed_m_s", pytest.approx(25.0)),
    ],
)
def test_every_key_becomes_its_value_in_si_units(table: str, field: str, expected: object) -> None:
    assert getattr(told(table), field) == expected


@pytest.mark.parametrize(
    ("table", "key", "problem"),
    [
        ("class = 'household'", "class", "must be one of residential, business"),
        ("purpose = 3", "purpose", "must be one of disaster_relief"),
        ("account = 1", "account", "must be one of active, none, disabled"),
        ("account = []", "account", "must be one of active, none, disabled"),
        ("id = 7", "id", "must be a text in quotes"),
        ("software_supported = 1", "software_supported", "must be true or false"),
        ("abroad_days = -1", "abroad_days", "must be at least 0"),
        ("plan_countries = ['']", "plan_countries[0]", "must not be empty"),
        ("service_address_deg = [91, 0]", "service_address_deg[0]", "must be at most 90; found 91"),
        ("service_address_deg = [50]", "service_address_deg", "must be [latitude, longitude] in degrees"),
        ("service_address_deg = 50", "service_address_deg", "must be [latitude, longitude] in degrees"),
        ("service_address_radius_km = inf", "service_address_radius_km", "must be a finite number"),
        ("speed_km_h = 'fast'", "speed_km_h", "must be a number"),
        ("speed = 3", "speed", "no such key here"),
    ],
)
def test_every_fault_has_its_key_path(table: str, key: str, problem: str) -> None:
    found = faults(HEAD + ODESA + KYIV + f"service = {{ {table} }}\n")
    assert list(found) == [f"terminal[1].service.{key}"]
    assert problem in found[f"terminal[1].service.{key}"]


def test_a_table_that_is_none_is_a_fault() -> None:
    assert faults(HEAD + KYIV + "service = 'medical'\n") == {
        "terminal[0].service": "must be a table; found 'medical'",
    }


def test_all_faults_are_told_at_once() -> None:
    found = faults(HEAD + KYIV + "service = { class = 'x', account = 'y', speed_km_h = -1, colour = 'red' }\n" + SCATTER
                   + "service = { purpose = 'z' }\n")  # fmt: skip
    assert sorted(found) == [
        "scatter[0].service.purpose",
        "terminal[0].service.account",
        "terminal[0].service.class",
        "terminal[0].service.colour",
        "terminal[0].service.speed_km_h",
    ]


def test_ids_that_double_are_told_with_whose_they_are() -> None:
    text = HEAD + KYIV + "service = { id = 'kit' }\n" + ODESA + "service = { id = 'kit' }\n"
    assert faults(text) == {
        "terminal[1].service.id": "'kit' is the id of another (terminal[0].service.id) already: ids must differ"
    }
    third = KYIV.replace("Kyiv", "kit-3")
    named = HEAD + KYIV + "service = { id = 'kit-3' }\n" + third
    assert faults(named)["terminal[0].service.id"].startswith("'kit-3' is the id of another (terminal[1].name)")
    strewn = HEAD + KYIV + "service = { id = 's 2' }\n" + SCATTER
    assert faults(strewn)["terminal[0].service.id"].startswith("'s 2' is the id of another (scatter[0].name)")


def test_an_id_that_is_its_own_terminals_name_or_another_ones_who_has_an_id_is_no_double() -> None:
    swapped = HEAD + KYIV + "service = { id = 'Odesa' }\n" + ODESA + "service = { id = 'Kyiv' }\n"
    assert [each.subscription.id for each in read(swapped).terminals] == ["Odesa", "Kyiv"]
    assert told("id = 'Kyiv'").id == "Kyiv"


def test_scattered_terminals_share_a_table_and_are_known_by_their_names() -> None:
    scenario = read(HEAD + SCATTER + "service = { class = 'medical', speed_km_h = 36 }\n")
    each = [terminal.subscription for terminal in scenario.terminals]
    assert [one.id for one in each] == ["s 1", "s 2", "s 3"]
    assert {one.service_class for one in each} == {ServiceClass.MEDICAL}
    assert {one.speed_m_s for one in each} == {10.0}


def test_one_id_for_many_scattered_terminals_is_refused() -> None:
    found = faults(HEAD + SCATTER + "service = { id = 'kit' }\n")
    assert list(found) == ["scatter[0].service.id"]
    assert "each of these is known by its name ('s 1', ...)" in found["scatter[0].service.id"]


def test_no_two_terminals_of_a_scenario_that_is_read_are_known_alike() -> None:
    scenario: Scenario = read(HEAD + KYIV + "service = { id = 'kit' }\n" + ODESA + SCATTER)
    assert subscribed([terminal.subscription for terminal in scenario.terminals]).ids == (
        "kit", "Odesa", "s 1", "s 2", "s 3",
    )  # fmt: skip


_IDS = st.sampled_from(["", "kit", "Kyiv", "Odesa", "s 1", "s 9", "Lviv"])


@given(ids=st.tuples(_IDS, _IDS, _IDS), strewn=st.booleans())
@settings(max_examples=60, deadline=None)
def test_ids_are_either_refused_or_all_different(ids: tuple[str, str, str], strewn: bool) -> None:
    names = ("Kyiv", "Odesa", "Lviv")
    text = HEAD + "".join(
        KYIV.replace("Kyiv", name) + f"service = {{ id = '{id_}' }}\n" for name, id_ in zip(names, ids, strict=True)
    )
    known = [id_ or name for name, id_ in zip(names, ids, strict=True)] + ["s 1", "s 2", "s 3"] * strewn
    text += SCATTER * strewn
    if len(set(known)) < len(known):
        assert any(where.endswith(".service.id") for where in faults(text))
    else:
        found: Any = subscribed([terminal.subscription for terminal in read(text).terminals])
        assert found.ids == tuple(known)
