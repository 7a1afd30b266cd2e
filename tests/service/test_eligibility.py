"""Permits: each rule, its code, completeness against the obvious way, and what is refused."""

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.countries import Countries
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision, decisions
from hudhud.service.eligibility import Permits, Predicate, RefusedAt, permit, permits, rulebook
from hudhud.service.rulebook import refusal_bits
from hudhud.service.service_map import ServiceMap, compile
from hudhud.service.terminals import PURPOSES, Subscribers, subscribers
from hudhud.service.territory import Kind, Territory, territory
from hudhud.service.vocabulary import (
    AccountState,
    Containment,
    DisablementCode,
    Layer,
    Motion,
    Purpose,
    Reason,
    ServiceClass,
    ServiceState,
)
from hudhud.sky.hexagons import cell_number, h3_index
from service.decision_factory import DAY, WORLD, base, day, decision
from service.slow_permits import CODES, PRECEDENCE, slow_permits

ROOT = Path(__file__).resolve().parents[2]
HERE = 50
"""The cell in which the terminals of single rules stand."""


def land(name: str, kind: Kind, *numbers: int) -> Territory:
    return territory(name, np.array(numbers, dtype=np.int32), Containment.FULL, kind=kind)


EVERYWHERE = land("world", Kind.WORLD, *WORLD.tolist())
COUNTRY = land("AAA", Kind.COUNTRY, *range(45, 55))
ABROAD = land("BBB", Kind.COUNTRY, *range(60, 70))
REGION = land("AAA.region", Kind.REGION, 49, 50, 51)
SEA = land("AAA.sea", Kind.SEA, *range(48, 53))
COUNTRIES = Countries({each.id: each for each in (COUNTRY, ABROAD)}.__getitem__)


def centre_rad(number: int) -> tuple[float, float]:
    latitude_deg, longitude_deg = h3.cell_to_latlng(int(h3_index(np.array([number]))[0]))
    return float(np.radians(latitude_deg)), float(np.radians(longitude_deg))


def map_of(*items: Decision) -> ServiceMap:
    return compile(decisions([replace(base(), territories=(EVERYWHERE,)), *items], WORLD), DAY)


def granted(*territories: Territory, **conditions: object) -> Decision:
    """A grant for the country, or these territories, under conditions."""
    state = ServiceState.SERVED_RESTRICTED if conditions else ServiceState.SERVED
    return decision("grant", 1, *(territories or (COUNTRY,)), state=state, conditions=Conditions(**conditions))


def refused(*territories: Territory, state: ServiceState = ServiceState.NOT_OFFERED, **changed: object) -> Decision:
    """A refusal at the terminal, for capacity, unless told otherwise."""
    return decision("refusal", 2, *territories, state=state, **{"reasons": frozenset({Reason.CAPACITY}), **changed})


def asked(
    *items: Decision,
    cell: int = HERE,
    height_m: float = 0.0,
    speed_m_s: float = 0.0,
    unknown: bool = False,
    **terminal: object,
) -> Permits:
    """The permit of one residential terminal in the middle of a cell."""
    service_class = terminal.pop("service_class", ServiceClass.RESIDENTIAL)
    one = subscribers(["t"], [service_class], **terminal)
    latitude_rad, longitude_rad = (np.nan, np.nan) if unknown else centre_rad(cell)
    place = (np.array([each]) for each in (latitude_rad, longitude_rad, height_m, speed_m_s))
    return permit(map_of(*items), one, *place, DAY, countries=COUNTRIES)


def assert_fails(found: Permits, code: DisablementCode, *names: str) -> None:
    assert {each.name for each in found.reasons(0)} == set(names)
    assert DisablementCode(int(found.code[0])) is code
    assert bool(found.allowed[0]) is not bool(names)


# one rule after the other, in the order of the codes


def test_1_a_terminal_that_keeps_every_rule_is_permitted() -> None:
    found = asked(granted())
    assert_fails(found, DisablementCode.OKAY)
    assert (found.number[0], found.decision[0], found.beams[0]) == (HERE, 1, True)
    assert found.refused_at[0] == RefusedAt.NOWHERE


def test_2_a_terminal_without_an_active_account_is_refused() -> None:
    assert_fails(asked(granted(), account=AccountState.NONE), DisablementCode.NO_ACTIVE_ACCOUNT, "NO_ACTIVE_ACCOUNT")


@pytest.mark.parametrize("cell", [HERE, 54])
def test_3_a_terminal_far_from_its_registered_address_is_refused(cell: int) -> None:
    latitude_rad, longitude_rad = centre_rad(HERE)
    address = {"service_latitude_rad": latitude_rad, "service_longitude_rad": longitude_rad}
    found = asked(granted(maximum_service_address_distance_m=5_000.0), cell=cell, **address)
    far = cell != HERE
    code = DisablementCode.TOO_FAR_FROM_SERVICE_ADDRESS if far else DisablementCode.OKAY
    assert_fails(found, code, *["FAR_FROM_SERVICE_ADDRESS"] * far)
    found = asked(granted(), cell=cell, maximum_service_address_distance_m=5_000.0, **address)
    assert_fails(found, code, *["FAR_FROM_SERVICE_ADDRESS_FOR_PLAN"] * far)


def test_3_a_terminal_without_an_address_is_refused_where_the_distance_to_it_is_limited() -> None:
    found = asked(granted(maximum_service_address_distance_m=5e6), maximum_service_address_distance_m=6e6)
    code = DisablementCode.TOO_FAR_FROM_SERVICE_ADDRESS
    assert_fails(found, code, "FAR_FROM_SERVICE_ADDRESS", "FAR_FROM_SERVICE_ADDRESS_FOR_PLAN")


def test_4_a_terminal_at_sea_where_service_is_not_offered_is_refused() -> None:
    assert_fails(asked(refused(SEA)), DisablementCode.IN_OCEAN, "SEA_NOT_OFFERED")


def test_4_a_terminal_without_an_ocean_plan_is_refused_where_one_is_needed() -> None:
    assert_fails(asked(granted(SEA, ocean_plan=True)), DisablementCode.IN_OCEAN, "NO_OCEAN_PLAN")
    assert_fails(asked(granted(SEA, ocean_plan=True), ocean_plan=True), DisablementCode.OKAY)


@pytest.mark.parametrize("items", [(refused(COUNTRY),), ()], ids=["country", "world"])
def test_5_a_terminal_in_a_country_where_service_is_not_offered_is_refused(items: tuple[Decision, ...]) -> None:
    world = (replace(base(), territories=(EVERYWHERE,), reasons=frozenset({Reason.CAPACITY})), *items)
    found = permit(
        compile(decisions(world, WORLD), DAY),
        subscribers(["t"], [ServiceClass.PRESS]),
        *(np.array([each]) for each in (*centre_rad(HERE), 0.0, 0.0)),
        DAY,
    )
    assert_fails(found, DisablementCode.INVALID_COUNTRY, "COUNTRY_NOT_OFFERED")


def test_5_a_plan_that_is_not_valid_in_the_country_is_refused() -> None:
    found = asked(granted(), plan_countries=frozenset({"BBB"}))
    assert_fails(found, DisablementCode.INVALID_COUNTRY, "PLAN_NOT_VALID_HERE")
    assert_fails(asked(granted(), plan_countries=frozenset({"BBB", "AAA"})), DisablementCode.OKAY)


@pytest.mark.parametrize("state", [ServiceState.PROHIBITED, ServiceState.SUSPENDED])
def test_6_a_terminal_in_a_country_where_service_is_forbidden_is_refused(state: ServiceState) -> None:
    found = asked(refused(COUNTRY, state=state))
    assert_fails(found, DisablementCode.BLOCKED_COUNTRY, "COUNTRY_BLOCKED")
    assert found.refused_at[0] == RefusedAt.TERMINAL


def test_7_a_terminal_that_has_used_up_its_data_is_refused() -> None:
    found = asked(granted(), quota_used_up=True)
    assert_fails(found, DisablementCode.DATA_OVERAGE_SANDBOX_POLICY, "QUOTA_USED_UP")


@pytest.mark.parametrize(
    "state", [ServiceState.NOT_OFFERED, ServiceState.PROHIBITED, ServiceState.TECHNICALLY_UNAVAILABLE]
)
def test_8_a_terminal_in_a_cell_without_beams_is_refused(state: ServiceState) -> None:
    found = asked(refused(COUNTRY, state=state, layers=frozenset({Layer.BEAM})))
    assert_fails(found, DisablementCode.CELL_IS_DISABLED, "CELL_DISABLED")
    assert found.refused_at[0] == RefusedAt.BEAM
    assert not found.beams[0]


def test_9_a_terminal_where_the_service_has_no_licence_is_refused() -> None:
    for where in (COUNTRY, REGION, SEA):
        found = asked(refused(where, reasons=frozenset({Reason.NO_LICENCE, Reason.CAPACITY})))
        assert_fails(found, DisablementCode.UNLICENSED_COUNTRY, "UNLICENSED")


def test_10_a_terminal_far_from_its_home_country_is_refused() -> None:
    near_home = granted(maximum_home_distance_m=1_000.0)
    assert_fails(asked(near_home, home_country="AAA"), DisablementCode.OKAY)
    for home in ("BBB", ""):
        found = asked(near_home, home_country=home)
        assert_fails(found, DisablementCode.ROAM_RESTRICTED, "FAR_FROM_HOME")


def test_10_a_terminal_that_was_abroad_too_long_is_refused() -> None:
    found = asked(granted(maximum_abroad_s=3_600.0), abroad_s=3_601.0)
    assert_fails(found, DisablementCode.ROAM_RESTRICTED, "ABROAD_TOO_LONG")
    assert_fails(asked(granted(maximum_abroad_s=3_600.0), abroad_s=3_600.0), DisablementCode.OKAY)


def test_11_a_terminal_that_does_not_know_where_it_is_is_refused() -> None:
    found = asked(
        granted(COUNTRY, purposes=frozenset({Purpose.MEDICAL}), maximum_speed_m_s=1.0), unknown=True, speed_m_s=9.0
    )
    assert_fails(found, DisablementCode.UNKNOWN_LOCATION, "UNKNOWN_LOCATION")
    assert (found.number[0], found.decision[0], found.beams[0]) == (-1, -1, False)


def test_11_without_a_position_whatever_needs_none_is_judged_all_the_same() -> None:
    found = asked(
        granted(),
        unknown=True,
        speed_m_s=9.0,
        supported_version=False,
        account=AccountState.DISABLED,
        maximum_speed_m_s=1.0,
        quota_used_up=True,
        plan_countries=frozenset({"BBB"}),
        maximum_service_address_distance_m=1.0,
    )
    placeless = {each.name for each in Predicate if not each.needs_place} - {"NO_ACTIVE_ACCOUNT"}
    assert_fails(found, DisablementCode.UNSUPPORTED_VERSION, *placeless)


def test_12_a_terminal_of_a_disabled_account_is_refused() -> None:
    found = asked(granted(), account=AccountState.DISABLED)
    assert_fails(found, DisablementCode.ACCOUNT_DISABLED, "ACCOUNT_DISABLED")


def test_12_a_denylisted_terminal_is_refused() -> None:
    found = asked(granted(denylist=frozenset({"t"})))
    assert_fails(found, DisablementCode.ACCOUNT_DISABLED, "DENYLISTED")


def test_13_a_terminal_with_software_too_old_is_refused() -> None:
    found = asked(granted(), supported_version=False)
    assert_fails(found, DisablementCode.UNSUPPORTED_VERSION, "UNSUPPORTED_VERSION")


def test_14_a_terminal_that_moves_too_fast_for_the_place_is_refused() -> None:
    slow = granted(maximum_speed_m_s=4.4)
    assert_fails(asked(slow, speed_m_s=4.5), DisablementCode.MOVING_TOO_FAST_FOR_POLICY, "TOO_FAST_HERE")
    assert_fails(asked(slow, speed_m_s=4.4), DisablementCode.OKAY)


def test_14_a_terminal_that_moves_too_fast_for_its_plan_is_refused() -> None:
    found = asked(granted(), speed_m_s=45.0, maximum_speed_m_s=44.0)
    assert_fails(found, DisablementCode.MOVING_TOO_FAST_FOR_POLICY, "TOO_FAST_FOR_PLAN")


def test_15_an_aircraft_below_the_height_of_overflights_is_refused() -> None:
    overflight = granted(minimum_height_m=3_048.0)
    low, high = (asked(overflight, height_m=each, service_class=ServiceClass.AVIATION) for each in (3_000.0, 3_100.0))
    assert_fails(low, DisablementCode.UNDER_AVIATION_FLYOVER_LIMITS, "BELOW_MINIMUM_HEIGHT")
    assert_fails(high, DisablementCode.OKAY)


@pytest.mark.parametrize("kind", [Kind.REGION, Kind.AREA, Kind.OWN])
def test_16_a_terminal_in_a_refused_area_is_refused(kind: Kind) -> None:
    where = land("part", kind, 49, 50, 51)
    assert_fails(asked(granted(), refused(where)), DisablementCode.BLOCKED_AREA, "AREA_NOT_OFFERED")
    for state in (ServiceState.PROHIBITED, ServiceState.SUSPENDED):
        assert_fails(asked(granted(), refused(where, state=state)), DisablementCode.BLOCKED_AREA, "AREA_BLOCKED")


def test_16_a_decree_over_the_sea_is_one_over_an_area() -> None:
    found = asked(granted(), refused(SEA, state=ServiceState.PROHIBITED))
    assert_fails(found, DisablementCode.BLOCKED_AREA, "AREA_BLOCKED")


def test_16_a_terminal_that_is_not_on_the_allowlist_is_refused() -> None:
    only = {"state": ServiceState.SERVED_ALLOWLIST_ONLY}
    for listed, names in (("u", ["NOT_ON_ALLOWLIST"]), ("t", [])):
        item = decision("site", 3, REGION, conditions=Conditions(allowlist=frozenset({listed})), **only)
        code = DisablementCode.BLOCKED_AREA if names else DisablementCode.OKAY
        assert_fails(asked(granted(), item), code, *names)


def test_16_a_purpose_that_is_not_allowed_is_refused() -> None:
    medical = granted(purposes=frozenset({Purpose.MEDICAL}))
    for purpose in (Purpose.PUBLIC_INTERNET, Purpose.UNDECLARED):
        assert_fails(asked(medical, purpose=purpose), DisablementCode.BLOCKED_AREA, "PURPOSE_NOT_ALLOWED")
    assert_fails(asked(medical, purpose=Purpose.MEDICAL), DisablementCode.OKAY)


def test_16_a_purpose_that_is_refused_is_refused() -> None:
    strike = Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE
    found = asked(granted(refused_purposes=frozenset({strike})), purpose=strike)
    assert_fails(found, DisablementCode.BLOCKED_AREA, "PURPOSE_REFUSED")
    assert_fails(asked(granted(refused_purposes=frozenset({strike}))), DisablementCode.OKAY)


def test_17_a_terminal_of_another_home_country_is_refused() -> None:
    residents = granted(home_countries=frozenset({"AAA"}))
    for home in ("BBB", ""):
        assert_fails(asked(residents, home_country=home), DisablementCode.OUTSIDE_HOME_REGION, "OUTSIDE_HOME_REGION")
    assert_fails(asked(residents, home_country="AAA"), DisablementCode.OKAY)


# what of several wins, and where


def test_a_refusal_of_both_layers_shows_the_terminals_and_tells_both() -> None:
    found = asked(refused(COUNTRY, state=ServiceState.PROHIBITED, layers=frozenset(Layer)))
    assert_fails(found, DisablementCode.BLOCKED_COUNTRY, "COUNTRY_BLOCKED", "CELL_DISABLED")
    assert found.refused_at[0] == RefusedAt.BOTH


def test_a_class_without_beams_is_refused_in_a_cell_that_another_class_lights() -> None:
    most = ALL_CLASSES - {ServiceClass.MEDICAL}
    dark = refused(COUNTRY, layers=frozenset({Layer.BEAM}), classes=most)
    found = asked(granted(), dark)
    assert found.refused_at[0] == RefusedAt.BEAM
    assert found.beams[0]
    assert asked(granted(), dark, service_class=ServiceClass.MEDICAL).allowed[0]


def test_a_decision_over_several_kinds_is_read_by_the_smallest_that_holds_the_cell() -> None:
    of_both = refused(COUNTRY, REGION, state=ServiceState.PROHIBITED)
    assert_fails(asked(of_both), DisablementCode.BLOCKED_AREA, "AREA_BLOCKED")
    assert_fails(asked(of_both, cell=46), DisablementCode.BLOCKED_COUNTRY, "COUNTRY_BLOCKED")
    alike = land("ZZZ", Kind.COUNTRY, 49, 50, 51)
    found = asked(refused(alike, REGION, state=ServiceState.PROHIBITED))
    assert_fails(found, DisablementCode.BLOCKED_AREA, "AREA_BLOCKED")  # of two alike the id that comes first


@pytest.mark.parametrize("motion", [Motion.FIXED, Motion.PORTABLE])
def test_a_terminal_that_moves_is_refused_where_only_standing_ones_are_served(motion: Motion) -> None:
    stays = granted(motion=motion)
    assert_fails(asked(stays, speed_m_s=1.1), DisablementCode.MOVING_TOO_FAST_FOR_POLICY, "MOVES_HERE")
    for slow in (0.0, 1.0, np.nan):  # positions jump about a little
        assert asked(stays, speed_m_s=slow).allowed[0]
    assert asked(granted(motion=Motion.IN_MOTION), speed_m_s=200.0).allowed[0]


def test_a_list_that_is_not_at_hand_serves_nobody_and_refuses_nobody() -> None:
    assert_fails(asked(granted(allowlist_sha256="ab" * 32)), DisablementCode.BLOCKED_AREA, "NOT_ON_ALLOWLIST")
    assert asked(granted(denylist_sha256="ab" * 32)).allowed[0]


def test_a_rate_is_carried_and_refuses_nobody() -> None:
    assert asked(granted(maximum_rate_bit_s=1.0)).allowed[0]


def test_what_nobody_measured_breaks_no_limit() -> None:
    limits = granted(maximum_speed_m_s=1.0, minimum_height_m=1_000.0)
    assert_fails(asked(limits, speed_m_s=np.nan, height_m=np.nan, maximum_speed_m_s=1.0), DisablementCode.OKAY)


def test_a_refusal_that_names_no_layer_is_never_a_permit() -> None:
    nowhere = refused(COUNTRY, state=ServiceState.PROHIBITED, layers=frozenset())
    assert refusal_bits(nowhere, Kind.COUNTRY) == Predicate.COUNTRY_BLOCKED.bit


def test_every_code_of_the_wire_but_unknown_has_a_rule() -> None:
    shown = {DisablementCode.OKAY, *(each.code for each in Predicate)}
    assert shown == set(DisablementCode) - {DisablementCode.UNKNOWN_STATE}


def test_predicates_stand_in_the_order_of_precedence() -> None:
    ranks = [PRECEDENCE.index(each.code) for each in Predicate]
    assert ranks == sorted(ranks)
    assert {each.name: int(each.code) for each in Predicate} == CODES
    assert [each.value for each in Predicate] == list(range(len(Predicate)))


def test_every_predicate_says_something_in_both_languages() -> None:
    for language, letters in (("en", "[A-Za-z]"), ("ar", "[\u0600-\u06ff]")):
        said = [each.sentence(language) for each in Predicate]
        assert len(set(said)) == len(said)
        assert all(re.match(letters, text) and text.endswith(".") for text in said)


def test_the_table_in_the_documents_is_that_of_the_code() -> None:
    page = (ROOT / "docs" / "reference" / "disablement-codes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `([A-Z_]+)` \| (\d+) `([A-Z_0-9]+)` \| (place|-) \|", page, re.MULTILINE)
    assert [(int(bit), name, int(code), word, where == "place") for bit, name, code, word, where in rows] == [
        (each.value, each.name, int(each.code), each.code.name, each.needs_place) for each in Predicate
    ]


# against the obvious way


def drawn_decision(rng: Random, sequence: int) -> Decision:
    """A decision that holds on DAY over one to three territories of any kind."""
    state = rng.choice(tuple(ServiceState))
    territories = tuple(
        land(
            f"T{sequence}{place}",
            rng.choice(tuple(Kind)),
            *sorted(rng.sample(range(40, 80), rng.choice((1, 3, 10, 20)))),
        )
        for place in range(rng.choice((1, 1, 2, 3)))
    )
    conditions, layers = Conditions(), frozenset[Layer]()
    if state in (ServiceState.SERVED_RESTRICTED, ServiceState.EMERGENCY_SERVED, ServiceState.SERVED_ALLOWLIST_ONLY):
        conditions = drawn_conditions(rng, state)
    elif not state.serves:
        layers = rng.choice((frozenset({Layer.BEAM}), frozenset({Layer.TERMINAL}), frozenset(Layer)))
        layers = frozenset({Layer.BEAM}) if state is ServiceState.TECHNICALLY_UNAVAILABLE else layers
    brief = state is ServiceState.EMERGENCY_SERVED
    return decision(
        f"decision-{sequence}",
        sequence,
        *territories,
        classes=frozenset(rng.sample(tuple(ServiceClass), rng.choice((1, 5, 15)))),
        state=state,
        reasons=frozenset({rng.choice((Reason.NO_LICENCE, Reason.CAPACITY))}),
        layers=layers,
        conditions=conditions,
        **({"start": day(-1), "until": day(5)} if brief else {}),
    )


def drawn_conditions(rng: Random, state: ServiceState) -> Conditions:
    """Several conditions at once; at least one."""
    every: dict[str, object] = {
        "purposes": frozenset(PURPOSES[:9]),
        "refused_purposes": frozenset(PURPOSES[9:12]),
        "allowlist": frozenset(f"t{each}" for each in rng.sample(range(99), 30)),
        "denylist": frozenset(f"t{each}" for each in range(100, 160)),
        "motion": rng.choice(tuple(Motion)),
        "maximum_speed_m_s": rng.choice((0.0, 5.0)),
        "ocean_plan": True,
        "home_countries": frozenset({"AAA"}),
        "maximum_home_distance_m": rng.choice((0.0, 30_000.0, 100_000.0)),
        "maximum_abroad_s": 100.0,
        "maximum_service_address_distance_m": 40_000.0,
        "minimum_height_m": 1_000.0,
    }
    names = rng.sample(sorted(every), rng.choice((1, 2, 4, 9)))
    names += ["allowlist"] if state is ServiceState.SERVED_ALLOWLIST_ONLY else []
    return Conditions(**{each: every[each] for each in names})


def drawn_terminals(rng: np.random.Generator, count: int) -> tuple[Subscribers, tuple[np.ndarray, ...]]:
    """Terminals with and without each fault, and latitude, longitude, height and speed."""
    homes = np.array(["", "AAA", "BBB"])
    plans = (frozenset(), frozenset({"AAA"}), frozenset({"AAA", "BBB"}))
    centres = np.array([centre_rad(each) for each in rng.integers(40, 80, count)]).reshape(-1, 2)
    addresses = np.array([centre_rad(each) for each in rng.integers(40, 80, count)]).reshape(-1, 2)
    addresses[rng.random(count) < 0.2] = np.nan
    made = subscribers(
        [f"t{each}" for each in range(count)],
        rng.integers(0, len(ServiceClass), count),
        purpose=rng.integers(0, len(PURPOSES), count),
        account=rng.choice(3, count, p=[0.8, 0.1, 0.1]),
        supported_version=rng.random(count) < 0.9,
        home_country=homes[rng.integers(0, 3, count)].tolist(),
        ocean_plan=rng.random(count) < 0.5,
        maximum_speed_m_s=rng.choice([np.inf, 4.0], count),
        plan_countries=[plans[each] for each in rng.integers(0, 3, count)],
        service_latitude_rad=addresses[:, 0],
        service_longitude_rad=addresses[:, 1],
        maximum_service_address_distance_m=rng.choice([np.inf, 30_000.0], count),
        abroad_s=rng.choice([0.0, 100.0, 101.0], count),
        quota_used_up=rng.random(count) < 0.1,
    )
    latitude_rad, longitude_rad = centres.T.copy()
    latitude_rad[rng.random(count) < 0.05] = np.nan
    longitude_rad[rng.random(count) < 0.05] = np.nan
    height_m, speed_m_s = rng.choice([0.0, 2_000.0, np.nan], count), rng.choice([0.0, 0.9, 4.5, 6.0, np.nan], count)
    return made, (latitude_rad, longitude_rad, height_m, speed_m_s)


def compared(seed: int, terminals: int) -> int:
    """Permits under a random map, held to the obvious way.  Returns every predicate that failed anywhere, as bits."""
    rng = Random(seed)
    service_map = map_of(*(drawn_decision(rng, each + 1) for each in range(rng.choice((1, 3, 8)))))
    made, place = drawn_terminals(np.random.default_rng(seed), terminals)
    over = {each for each in range(len(service_map.decisions)) if rng.random() < 0.2}
    ended = np.array([each in over for each in range(len(service_map.decisions))])
    found = permits(rulebook(service_map, made, COUNTRIES, over=ended), *place)
    columns = (found.allowed, found.code, found.failed, found.decision)
    answers = list(zip(*(each.tolist() for each in columns), strict=True))
    assert answers == slow_permits(service_map, made, *place, COUNTRIES, over)
    known = found.number >= 0
    assert not (found.beams[known] & ~service_map.beams(found.number[known])).any()
    assert over or (found.beams[known] == service_map.beams(found.number[known])).all()
    assert (found.allowed == (found.failed == 0)).all()
    assert (found.allowed == (found.code == DisablementCode.OKAY)).all()
    assert (found.allowed == (found.refused_at == RefusedAt.NOWHERE)).all()
    assert not (found.allowed & ~found.beams).any()
    return int(np.bitwise_or.reduce(found.failed, initial=0))


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32 - 1), terminals=st.sampled_from([0, 1, 7, 200]))
def test_permits_are_those_of_the_obvious_way(seed: int, terminals: int) -> None:
    compared(seed, terminals)


def test_the_random_maps_fail_every_predicate() -> None:
    failed = 0
    for seed in range(60):
        failed |= compared(seed, 200)
    assert failed == (1 << len(Predicate)) - 1


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), chosen=st.permutations(range(60)).map(lambda order: order[:20]))
def test_what_holds_for_a_terminal_does_not_depend_on_the_others(seed: int, chosen: list[int]) -> None:
    rng = Random(seed)
    service_map = map_of(*(drawn_decision(rng, each + 1) for each in range(5)))
    made, place = drawn_terminals(np.random.default_rng(seed), 60)
    rows = np.array(chosen)
    columns = {name: getattr(made, name) for name in made.__slots__}
    some = Subscribers(
        **{name: each[rows] if isinstance(each, np.ndarray) else each for name, each in columns.items()}
        | {"ids": tuple(made.ids[each] for each in chosen)}
    )
    all_of_them = permits(rulebook(service_map, made, COUNTRIES), *place)
    alone = permits(rulebook(service_map, some, COUNTRIES), *(each[rows] for each in place))
    assert (alone.failed == all_of_them.failed[rows]).all()
    assert (alone.decision == all_of_them.decision[rows]).all()


# what is refused


def two(**changed: object) -> tuple[object, ...]:
    """Arguments of `permit` for two terminals, some of them changed."""
    latitude_rad, longitude_rad = np.array([centre_rad(HERE), centre_rad(46)]).T
    values = {
        "service_map": map_of(granted()),
        "subscribers": subscribers(["a", "b"], [ServiceClass.PRESS, ServiceClass.MEDICAL]),
        "latitude_rad": latitude_rad,
        "longitude_rad": longitude_rad,
        "height_m": np.zeros(2),
        "speed_m_s": np.zeros(2),
        "at": DAY,
    }
    return tuple((values | changed).values())


def test_wrong_places_are_refused_with_every_fault() -> None:
    wrong = two(
        latitude_rad=np.array([np.pi / 2 + 1e-9, np.inf]),
        longitude_rad=np.array([30.0, 0.0]),
        height_m=np.zeros(3),
        speed_m_s=np.array([-1.0, np.inf]),
    )
    with pytest.raises(InputError) as refusal:
        permit(*wrong)
    places = [(each.where, each.problem.split(" is ")[0].split(" has ")[0]) for each in refusal.value.faults]
    assert places == [
        ("terminal 'a'", "latitude_rad"),
        ("terminal 'b'", "latitude_rad"),
        ("terminal 'a'", "longitude_rad"),
        ("height_m", "has shape (3,), but there are 2 terminals"),
        ("terminal 'a'", "speed_m_s"),
        ("terminal 'b'", "speed_m_s"),
    ]


@pytest.mark.parametrize("at", [day(-0.001), day(2), np.datetime64("NaT", "ns")])
def test_an_instant_for_which_the_map_does_not_hold_is_refused(at: np.datetime64) -> None:
    until = replace(granted(), start=day(0), until=day(2))
    arguments = two(service_map=map_of(until), at=at)
    with pytest.raises(InputError, match="compile it again"):
        permit(*arguments)
    assert permit(*two(service_map=map_of(until), at=day(1.999))).allowed.all()


def test_a_place_in_no_cell_of_the_map_is_refused() -> None:
    with pytest.raises(InputError, match="no cells of this map"):
        permit(*two(latitude_rad=np.zeros(2), longitude_rad=np.zeros(2)))


def test_questions_about_countries_that_nobody_can_answer_are_refused_together() -> None:
    near = map_of(granted(maximum_home_distance_m=1_000.0))
    plans = subscribers(["a", "b"], [ServiceClass.PRESS] * 2, plan_countries=[frozenset(), frozenset({"AAA", "BBB"})])
    with pytest.raises(InputError) as refusal:
        permit(*two(service_map=near, subscribers=plans))
    assert [each.where for each in refusal.value.faults] == ["grant", "terminal 'b'"]


def test_permits_cannot_be_changed() -> None:
    found = permit(*two())
    for name in found.__slots__:
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 0


def test_the_centre_of_a_cell_lies_in_it() -> None:
    place = np.array([centre_rad(each) for each in WORLD.tolist()])
    assert (cell_number(place[:, 0], place[:, 1]) == WORLD).all()
