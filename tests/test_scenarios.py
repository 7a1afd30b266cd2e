"""The scenarios that come along tell what they say they tell: who is permitted, by whose decision, and when it changes."""

import functools
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hudhud.adapters.decisions import drafted, standing, together
from hudhud.adapters.run import load, prepare, run
from hudhud.report.permission import permission
from hudhud.report.result import Result
from hudhud.service.decision import LONGEST_EMERGENCY_DAYS, Decision, cells_of_decision
from hudhud.service.predicates import Predicate as P
from hudhud.service.service_map import compile
from hudhud.service.vocabulary import DisablementCode as Code
from hudhud.service.vocabulary import ServiceState

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"


@dataclass(frozen=True)
class Told:
    """What a terminal is told in a slot: the decision, and what fails (nothing where it is permitted)."""

    decision: str
    failed: tuple[P, ...] = ()


@functools.cache
def played(name: str) -> Result:
    return run(load(SCENARIOS / f"{name}.toml"))


def told(result: Result, terminal: str, slot: int) -> Told:
    column = result.terminals.names.index(terminal)
    failed = int(result.failed_predicates[slot, column])
    return Told(
        result.decisions[result.decision[slot, column]],
        tuple(each for each in P if failed & each.bit),
    )


@functools.cache
def made(name: str) -> tuple[Decision, ...]:
    return drafted(SCENARIOS / "decisions" / f"{name}.toml", standing().all)


def all_made() -> list[Decision]:
    return [one for path in sorted(SCENARIOS.glob("decisions/*.toml")) for one in made(path.stem)]


ALWAYS = {
    "ukraine": {
        "Kyiv hospital": Told("ukraine-grant"),
        "Kharkiv school": Told("ukraine-grant"),
        "Odesa port": Told("ukraine-grant"),
        "Lviv courtyard": Told("ukraine-grant"),
        "Dnipro clinic": Told("ukraine-grant"),
        "Chernihiv field": Told("ukraine-emergency"),
        "Kherson vehicle": Told("ukraine-grant", (P.TOO_FAST_HERE,)),
        "Sevastopol pier": Told("standing.UKR.sevastopol", (P.AREA_BLOCKED, P.CELL_DISABLED)),
    },
    "taiwan": {
        name: Told("taiwan-not-offered", (P.UNLICENSED,))
        for name in (
            "Taipei hospital",
            "Hualien rescue",
            "Kinmen shop",
            "Matsu school",
            "Penghu office",
            "Penghu ferry",
        )
    }
    | {"Strait ship": Told("standing.sea.high.maritime")},
    "gaza-hospital": {
        "Field hospital": Told("gaza-hospital"),
        "Second clinic": Told("gaza-hospital", (P.NOT_ON_ALLOWLIST,)),
        "North clinic": Told("standing.PSE.gaza.medical", (P.NOT_ON_ALLOWLIST,)),
        "Aid office": Told("standing.PSE.gaza", (P.AREA_NOT_OFFERED,)),
        "Home": Told("standing.PSE.gaza", (P.AREA_NOT_OFFERED,)),
        "Arish depot": Told("standing.EGY", (P.COUNTRY_NOT_OFFERED,)),
    },
}
BEFORE_AND_AFTER = {
    "sudan": {
        "Port Sudan ward": (Told("sudan-aid"), Told("sudan-aid")),
        "Omdurman aid": (Told("sudan-aid"), Told("sudan-aid")),
        "El Fasher ward": (Told("sudan-aid"), Told("sudan-aid")),
        "Kassala press": (Told("sudan-aid"), Told("sudan-aid")),
        "Kassala depot": (
            Told("sudan-aid", (P.PURPOSE_NOT_ALLOWED,)),
            Told("sudan-aid", (P.PURPOSE_NOT_ALLOWED,)),
        ),
        "Omdurman family": (Told("sudan-roaming"), Told("standing.SDN", (P.UNLICENSED,))),
        "Nyala cafe": (Told("sudan-roaming", (P.ABROAD_TOO_LONG,)), Told("standing.SDN", (P.UNLICENSED,))),
    },
    "tonga": {
        "Nuku'alofa ward": (Told("tonga-emergency"), Told("tonga-emergency")),
        "Pangai rescue": (Told("tonga-emergency"), Told("tonga-emergency")),
    }
    | {
        name: (Told("tonga-order", (P.COUNTRY_BLOCKED,)), Told("tonga-permit"))
        for name in ("Nuku'alofa shop", "Neiafu school", "Eua home", "Haapai boat")
    },
    "moving-front": {
        "West school": (Told("front-grant"), Told("front-grant")),
        "West shop": (Told("front-grant", (P.NOT_ON_ALLOWLIST,)), Told("front-grant", (P.NOT_ON_ALLOWLIST,))),
        "Mill": (Told("front-grant"), Told("front-2026-05-31", (P.AREA_BLOCKED,))),
        "Mill aid post": (Told("front-grant"), Told("front-grant")),
        "Farm": (Told("front-2026-05-30", (P.AREA_BLOCKED,)), Told("front-2026-05-31", (P.AREA_BLOCKED,))),
        "Quarry": (Told("front-2026-05-30", (P.AREA_BLOCKED,)), Told("front-grant")),
        "East clinic": (Told("front-grant"), Told("front-grant")),
    },
}
EXPECTED = {name: {key: (same, same) for key, same in each.items()} for name, each in ALWAYS.items()} | BEFORE_AND_AFTER

in_each = pytest.mark.parametrize("name", sorted(EXPECTED))


def test_every_scenario_named_here_comes_along() -> None:
    assert set(EXPECTED) <= {path.stem for path in SCENARIOS.glob("*.toml")}


@in_each
def test_each_terminal_is_told_its_decision_and_everything_that_fails_in_every_slot(name: str) -> None:
    result = played(name)
    assert set(result.terminals.names) == set(EXPECTED[name])
    change = len(result.start) // 2
    for terminal, (before, after) in EXPECTED[name].items():
        found = [told(result, terminal, slot) for slot in range(len(result.start))]
        assert found == [before] * change + [after] * (len(result.start) - change), terminal


@in_each
def test_the_code_is_that_of_the_first_thing_that_fails(name: str) -> None:
    result = played(name)
    for column, terminal in enumerate(result.terminals.names):
        for slot in (0, -1):
            failed = told(result, terminal, slot).failed
            code = failed[0].code if failed else Code.OKAY
            assert result.disablement_code[slot, column] == code


@in_each
def test_the_sky_would_have_served_every_terminal_permitted_or_not(name: str) -> None:
    result = played(name)
    assert result.reachable.all()
    assert ((result.outcome == 0) == result.permitted).all()


@in_each
def test_the_report_says_how_much_of_the_run_each_terminal_was_permitted(name: str) -> None:
    for answer in permission(played(name)):
        before, after = EXPECTED[name][answer.terminal]
        assert answer.permitted_share == (not before.failed) / 2 + (not after.failed) / 2
        assert answer.reachable_share == 1
        assert answer.refused_in_reach_share == 1 - answer.permitted_share


@pytest.mark.parametrize("name", sorted(BEFORE_AND_AFTER))
def test_the_map_changes_once_in_the_middle_of_the_run_at_midnight(name: str) -> None:
    result = played(name)
    assert len(result.service_maps) == 2
    assert result.service_map.tolist() == [0] * 30 + [1] * 30
    first = compile(together(standing(), made(name)), result.start[0])
    assert first.next_change_at == result.start[30].astype("datetime64[D]")
    assert first.digest == result.service_maps[0]


def test_an_emergency_grant_lapses_within_fifteen_days() -> None:
    found = [one for one in all_made() if one.state is ServiceState.EMERGENCY_SERVED]
    assert len(found) == 2
    for one in found:
        assert one.until - one.start <= np.timedelta64(LONGEST_EMERGENCY_DAYS, "D")


def test_every_decision_of_a_scenario_is_marked_as_a_demonstration_and_names_its_source() -> None:
    for one in all_made():
        assert one.demonstration, one.id
        assert one.source, one.id


def test_an_activation_of_taiwan_would_carry_the_main_island_and_leave_out_the_islands_off_the_other_coast() -> None:
    text = (SCENARIOS / "taiwan.toml").read_text(encoding="utf-8")
    both = '"decisions/taiwan.toml", "decisions/taiwan-activation.toml"'
    changed = text.replace('decisions = ["decisions/taiwan.toml"]', f"decisions = [{both}]")
    result = run(prepare(changed, folder=SCENARIOS, slots=2))
    granted = {"Taipei hospital", "Hualien rescue", "Penghu office", "Penghu ferry"}
    for terminal in granted:
        assert told(result, terminal, 0) == Told("taiwan-activation")
    for terminal in ("Kinmen shop", "Matsu school"):
        assert told(result, terminal, 0) == Told("taiwan-not-offered", (P.UNLICENSED,))


def test_the_order_holds_again_when_the_permit_of_tonga_lapses() -> None:
    result = run(load(SCENARIOS / "tonga.toml", start="2027-01-18T23:59:57Z", slots=2))
    assert told(result, "Eua home", 0) == Told("tonga-permit")
    assert told(result, "Eua home", 1) == Told("tonga-order", (P.COUNTRY_BLOCKED,))


def test_the_hospital_is_one_cell() -> None:
    (one,) = made("gaza-hospital")
    assert len(cells_of_decision(one)) == 1
    assert one.conditions.allowlist == frozenset({"kit-field-hospital"})


def test_the_front_moves_and_each_day_has_cells_of_its_own() -> None:
    days = [one for one in made("moving-front") if one.state is ServiceState.PROHIBITED]
    assert len(days) == 3
    for yesterday, today in pairwise(days):
        assert yesterday.until == today.start
        assert set(cells_of_decision(yesterday)) & set(cells_of_decision(today))
        assert set(cells_of_decision(yesterday)) != set(cells_of_decision(today))
