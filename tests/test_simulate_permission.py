"""Who may be served, asked in every slot: apart from what the sky allows, and anew only when the map changes."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import hudhud.service.obeyed
import hudhud.simulate
from hudhud.arrays import Ints32
from hudhud.report.result import Outcome, Result
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision, Decisions, decisions
from hudhud.service.predicates import Predicate
from hudhud.service.territory import Kind, territory
from hudhud.service.vocabulary import Containment, DisablementCode, Layer, Reason, ServiceClass, ServiceState
from hudhud.simulate import play, simulate, skies
from hudhud.sky.hexagons import cell_number
from worlds import HEAD, KYIV, START, made, provenance

KYIV_CELL = cell_number(np.radians([50.45]), np.radians([30.52]))
POLE_CELL = cell_number(np.radians([90.0]), np.radians([0.0]))
WORLD = np.unique(cell_number(np.radians([50.45, 46.48, 90.0]), np.radians([30.52, 30.74, 0.0])))
ODESA = KYIV.replace("Kyiv", "Odesa").replace("50.45", "46.48").replace("30.52", "30.74")
POLE = KYIV.replace("Kyiv", "Pole").replace("50.45", "90.0").replace("30.52", "0.0")
ASIDE = KYIV.replace("Kyiv", "Kyiv aside").replace("50.45", "50.4501")
SERVICE = "[service]\n"


def seconds(number: float) -> np.datetime64:
    return START + np.timedelta64(round(number * 1e9), "ns")


def decision(id_: str, sequence: int, number: Ints32, **changed: Any) -> Decision:
    """A grant over these cells for ever, unless told otherwise."""
    state = changed.get("state", ServiceState.SERVED)
    kind = Kind.WORLD if len(number) == len(WORLD) else Kind.REGION
    given = {
        "classes": ALL_CLASSES,
        "state": state,
        "reasons": frozenset({Reason.LICENCE_GRANTED}),
        "layers": frozenset() if state.serves else frozenset({Layer.TERMINAL}),
        "review_by": START + np.timedelta64(100, "D"),
        **changed,
    }
    place = territory(id_, number, Containment.FULL, kind=kind)
    return Decision(id=id_, sequence=sequence, title_en=id_, title_ar="قرار", territories=(place,), **given)


def under(*more: Decision) -> Decisions:
    """These decisions on the ground that nothing is offered anywhere; a world of three cells is soon compiled."""
    ground = decision("ground", 0, WORLD, state=ServiceState.NOT_OFFERED)
    return decisions((ground, *more), world=WORLD)


def run(text: str, made_of: Decisions | None, **options: Any) -> Result:
    return simulate(made(text, decisions=made_of), provenance(), **options)


def test_a_scenario_without_decisions_asks_nobody() -> None:
    result = run(HEAD + KYIV, None)
    assert result.permitted.all()
    assert (result.disablement_code == DisablementCode.UNKNOWN_STATE).all()
    assert (result.failed_predicates == 0).all()
    assert (result.decision == -1).all()
    assert (result.service_map == -1).all()
    assert result.service_maps == result.decisions == ()
    assert result.service_classes == ("",)


def test_in_reach_and_not_permitted_is_told_as_both() -> None:
    result = run(HEAD + KYIV + ODESA, under(decision("kyiv", 1, KYIV_CELL)))
    kyiv, odesa = result.outcome.T
    assert (kyiv == Outcome.SERVED).all()
    assert (odesa == Outcome.NOT_PERMITTED).all()
    assert result.reachable.all()
    assert (result.in_reach > 0).all()
    assert result.permitted.tolist() == [[True, False]] * 4
    codes = {DisablementCode.OKAY, DisablementCode.INVALID_COUNTRY}
    assert result.disablement_code.tolist() == [sorted(codes)] * 4
    assert (result.failed_predicates[:, 1] == Predicate.COUNTRY_NOT_OFFERED.bit).all()
    assert [[result.decisions[each] for each in row] for row in result.decision] == [["kyiv", "ground"]] * 4
    assert (result.satellite[:, 1] == -1).all()
    assert np.isnan(result.rtt_s[:, 1]).all()
    assert result.service_classes == ("residential", "residential")


def test_permitted_and_out_of_reach_is_told_as_both() -> None:
    result = run(HEAD + POLE, under(decision("pole", 1, POLE_CELL)))
    assert result.permitted.all()
    assert not result.reachable.any()
    assert (result.outcome == Outcome.NO_SATELLITE_IN_VIEW).all()
    assert (result.disablement_code == DisablementCode.OKAY).all()


def test_neither_permitted_nor_in_reach_is_told_as_both() -> None:
    result = run(HEAD + POLE, under())
    assert not result.permitted.any()
    assert not result.reachable.any()
    assert (result.outcome == Outcome.NOT_PERMITTED).all()


def test_a_terminal_in_reach_without_any_way_down_is_not_reachable_but_permitted() -> None:
    result = run(HEAD + "[gateways]\nsites = 'none'\n" + KYIV, under(decision("kyiv", 1, KYIV_CELL)))
    assert (result.outcome == Outcome.NO_ROUTE).all()
    assert (result.in_reach > 0).all()
    assert result.permitted.all()
    assert not result.reachable.any()


def test_permission_changes_nothing_of_what_the_sky_allows() -> None:
    free, refused = run(HEAD + KYIV + ODESA, None), run(HEAD + KYIV + ODESA, under())
    assert free.in_reach.tolist() == refused.in_reach.tolist()
    assert free.reachable.tolist() == refused.reachable.tolist()


@pytest.mark.parametrize(
    ("start_s", "until_s", "permitted"),
    [
        (30, None, [False, False, True, True]),  # from the very instant a slot begins
        (31, None, [False, False, False, True]),  # a slot is under the map at its beginning
        (None, 45, [True, True, True, False]),
        (15, 30, [False, True, False, False]),
        (-60, 600, [True] * 4),
        (600, None, [False] * 4),
    ],
)
def test_the_map_changes_within_the_run_at_the_instant_it_must(
    start_s: float | None, until_s: float | None, permitted: list[bool]
) -> None:
    window = {"start": start_s, "until": until_s}
    given = {key: seconds(value) for key, value in window.items() if value is not None}
    result = run(HEAD + KYIV, under(decision("kyiv", 1, KYIV_CELL, **given)))
    assert result.permitted[:, 0].tolist() == permitted
    assert (result.outcome[:, 0] == Outcome.SERVED).tolist() == permitted
    assert [result.decisions[each] for each in result.decision[:, 0]] == [
        "kyiv" if each else "ground" for each in permitted
    ]
    changes = sum(a != b for a, b in pairwise(permitted))
    assert len(result.service_maps) == min(changes + 1, 2)  # a map that comes back is the same map
    assert (np.diff(result.service_map) != 0).sum() == changes


def test_decisions_out_of_force_keep_their_places_among_the_ids() -> None:
    ended = decision("ended", 1, KYIV_CELL, until=seconds(-60))
    later = decision("later", 2, KYIV_CELL, start=seconds(15))
    grant = decision("grant", 3, KYIV_CELL)
    newer = decision("newer", 4, KYIV_CELL, start=seconds(30), supersedes=frozenset({"grant"}))
    result = run(HEAD + KYIV, under(ended, grant, newer, later))
    assert result.decisions == ("ground", "ended", "later", "grant", "newer")
    assert [result.decisions[each] for each in result.decision[:, 0]] == ["grant", "grant", "newer", "newer"]


def test_speed_class_and_list_of_a_scenario_are_what_the_map_asks() -> None:
    fast = "service = { speed_km_h = 90 }\n"
    asked = Conditions(maximum_speed_m_s=75 / 3.6, allowlist=frozenset({"Kyiv", "kit"}))
    grant = decision(
        "kyiv", 1, KYIV_CELL, state=ServiceState.SERVED_ALLOWLIST_ONLY, conditions=asked,
        classes=ALL_CLASSES - {ServiceClass.MILITARY},
    )  # fmt: skip
    army = ASIDE.replace("aside", "army") + "service = { class = 'military', id = 'kit' }\n"
    result = run(HEAD + KYIV + ASIDE + fast + army, under(grant))
    failed = [{each for each in Predicate if bits & each.bit} for bits in result.failed_predicates[0].tolist()]
    assert failed == [
        set(),
        {Predicate.TOO_FAST_HERE, Predicate.NOT_ON_ALLOWLIST},
        {Predicate.COUNTRY_NOT_OFFERED},
    ]
    assert result.service_classes == ("residential", "residential", "military")


def test_a_refused_terminal_takes_no_beam_from_those_beside_it() -> None:
    text = HEAD + "[schedule]\nterminals_per_beam = 1\n" + KYIV + ASIDE
    listed = Conditions(allowlist=frozenset({"Kyiv"}))
    grant = decision("kyiv", 1, KYIV_CELL, state=ServiceState.SERVED_ALLOWLIST_ONLY, conditions=listed)
    world = made(text, decisions=under(grant))
    assert len(world.groups) == 1  # one cell, one beam for all of them where it is large enough
    for slot in play(world, skies(world)):
        assert slot.assignment.beams_used.sum() == 1
        assert slot.outcome.tolist() == [Outcome.SERVED, Outcome.NOT_PERMITTED]
        assert slot.reachable.all()
    for slot in play(made(text, decisions=under()), skies(world)):
        assert slot.assignment.beams_used.sum() == 0


def test_permits_of_the_caller_limit_further_and_have_no_code_of_their_own() -> None:
    grant = under(decision("kyiv", 1, KYIV_CELL))
    text = HEAD + KYIV + ASIDE + ODESA
    result = run(text, grant, permits=np.array([True, False, False]))
    assert result.permitted.tolist() == [[True, False, False]] * 4
    kyiv, aside, odesa = result.disablement_code[0].tolist()
    assert (kyiv, aside) == (DisablementCode.OKAY, DisablementCode.UNKNOWN_STATE)
    assert odesa == DisablementCode.INVALID_COUNTRY  # the map refuses it as well, and says why
    assert [result.decisions[each] for each in result.decision[0]] == ["kyiv", "kyiv", "ground"]
    assert result.failed_predicates[0, 1] == 0
    everybody = run(text, grant, permits=np.ones(3, dtype=np.bool_))
    assert everybody.disablement_code.tolist() == run(text, grant).disablement_code.tolist()
    assert not everybody.permitted[:, 2].any()  # permits give nothing that the map refuses


@pytest.mark.parametrize(("given", "compiled"), [({}, 1), ({"start": 30}, 2), ({"start": 15, "until": 30}, 3)])
def test_a_map_is_compiled_only_when_it_changes(
    given: dict[str, float], compiled: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def counted(module: Any, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **more: (calls.append(name), real(*args, **more))[1])

    counted(hudhud.service.obeyed, "compile")
    counted(hudhud.simulate, "rulebook")
    counted(hudhud.simulate, "service_permits")
    window = {key: seconds(value) for key, value in given.items()}
    run(HEAD.replace("slots = 4", "slots = 12") + KYIV, under(decision("kyiv", 1, KYIV_CELL, **window)))
    assert calls.count("compile") == calls.count("rulebook") == compiled
    assert calls.count("service_permits") <= 12


def test_the_same_decisions_give_the_same_bytes() -> None:
    grant = decision("kyiv", 1, KYIV_CELL, start=seconds(30))
    one, other = (run(HEAD + KYIV + ODESA, under(grant)) for _ in range(2))
    assert one.service_maps == other.service_maps
    for name in ("permitted", "disablement_code", "failed_predicates", "decision", "service_map", "reachable", "rtt_s"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
