"""Emergencies that follow each other over the same cells are told, whatever their territories are called."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.effects import territory_ref
from hudhud.adapters.recorded import atlas as packaged_atlas
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.history import State
from hudhud.record.sitting import Sitting
from hudhud.record.statements import ContactDeclaration
from hudhud.record.words import ServiceClass
from hudhud.service.emergencies import Chain, chains
from hudhud.service.recorded import Atlas, finder
from hudhud.service.territory import Territory, cell_text, territory
from hudhud.service.vocabulary import Containment, ServiceState
from service.record_world import CITY, DAY_S, HOUR_S, START_S, atlas, effect, granted, released, sitting

PRESS, MEDICAL = frozenset({ServiceClass.PRESS}), frozenset({ServiceClass.MEDICAL})
RATIFIERS = ("op-2", "press-freedom-seat", "counsel-b")
SMALLER = territory("town", [45, 46], Containment.FULL)
AWAY = territory("away", [60, 61], Containment.FULL)


def emergency(
    made: Sitting, place: Territory, last_s: int = 14 * DAY_S, ratified: bool = True, **changed: object
) -> str:
    """An emergency over a territory from now on, ratified after an hour; its id."""
    made.log.add_blobs([cell_text(place.number, place.containment)])
    leaf = granted(made, effect(place, made.now_s, last_s, state=ServiceState.EMERGENCY_SERVED, **changed))
    if ratified:
        made.wait(HOUR_S)
        made.declare(leaf, *RATIFIERS)
        made.ratify(leaf, *RATIFIERS)
    return leaf


def found(made: Sitting, over: Atlas | None = None) -> tuple[Chain, ...]:
    record = made.record()
    return chains(record.prefix, decide(record.prefix, made.now_s), finder(over or atlas(), record.blob))


def test_a_territory_with_one_cell_less_goes_on_with_the_chain() -> None:
    made = sitting()
    first = emergency(made, CITY, 10 * DAY_S)
    begun_s = START_S
    made.wait(12 * DAY_S)
    later = emergency(made, SMALLER)
    (one,) = found(made)
    assert (one.first.id, one.later.id) == (first, later)
    assert list(one.number) == [45, 46] and one.cap_s == begun_s + 15 * DAY_S
    assert one.beyond and one.renamed


def test_another_id_and_the_sea_along_with_it_go_on_with_the_chain() -> None:
    made = sitting()
    both, land = territory_of("UKR+UKR.sea", Containment.FULL), territory_of("UKR", Containment.FULL)
    wanted = {"territories": (territory_ref(both),)}
    first = granted(made, effect(CITY, made.now_s, DAY_S, state=ServiceState.EMERGENCY_SERVED, **wanted))
    made.wait(2 * DAY_S)
    wanted = {"territories": (territory_ref(land),)}
    later = granted(made, effect(CITY, made.now_s, DAY_S, state=ServiceState.EMERGENCY_SERVED, **wanted))
    (one,) = found(made, packaged_atlas())
    assert (one.first.id, one.later.id) == (first, later)
    assert np.array_equal(one.number, land.number)
    assert one.renamed and not one.beyond


def test_emergencies_apart_are_no_chain() -> None:
    made = sitting()
    emergency(made, CITY, 10 * DAY_S, classes=PRESS)
    emergency(made, AWAY, classes=PRESS)
    emergency(made, SMALLER, classes=MEDICAL)
    assert not found(made)


@pytest.mark.parametrize(("days", "count"), [(14, 1), (15, 0), (16, 0)])
def test_a_chain_is_over_fifteen_days_after_its_end(days: int, count: int) -> None:
    made = sitting()
    emergency(made, CITY, DAY_S, ratified=False)
    made.wait(DAY_S + days * DAY_S)
    emergency(made, SMALLER, DAY_S, ratified=False)
    assert len(found(made)) == count


def test_what_decide_sees_itself_is_not_told_again() -> None:
    made = sitting()
    emergency(made, CITY)
    made.wait(HOUR_S)
    emergency(made, CITY)
    assert not found(made)
    made.wait(2 * DAY_S)
    void = emergency(made, CITY, ratified=False)
    outcomes = decide(made.record().prefix, made.now_s)
    assert next(one for one in outcomes.requests if one.leaf == void).state is not State.GRANTED


def test_territories_that_nobody_has_shown_are_passed_over() -> None:
    made = sitting()
    emergency(made, CITY)
    hidden = territory("hidden", [45], Containment.FULL)
    granted(made, effect(hidden, made.now_s, DAY_S, state=ServiceState.EMERGENCY_SERVED))
    assert not found(made)


def test_only_a_map_of_after_the_cap_that_shows_it_enforces_it() -> None:
    made = sitting()
    emergency(made, CITY, 10 * DAY_S)
    made.wait(11 * DAY_S)
    emergency(made, SMALLER)
    released(made)
    for days, enforced in ((0, False), (5, True), (14, False)):
        made.wait(days * DAY_S)
        made.file("counsel-a", contacts(made))
        outcomes = decide(made.record().prefix, made.now_s)
        (one,) = found(made)
        assert one.enforced(outcomes.releases, outcomes.at_s) is enforced
        assert not one.enforced((), outcomes.at_s)


def contacts(made: Sitting) -> ContactDeclaration:
    now_s = made.now_s
    log = made.demonstration.trust.log
    return ContactDeclaration(log=log, start=instant_text(now_s - 100 * DAY_S), until=instant_text(now_s))


@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_no_cell_is_in_an_untold_emergency_beyond_the_cap(data: st.DataObject) -> None:
    """Against a slow walk: cell by cell, how long emergencies have gone on."""
    made, made_up = sitting(), []
    for number in range(data.draw(st.integers(1, 4))):
        cells = data.draw(st.lists(st.integers(42, 50), min_size=1, max_size=4, unique=True))
        made.wait(data.draw(st.integers(0, 20)) * DAY_S)
        last_s = data.draw(st.integers(1, 14)) * DAY_S
        place = territory(f"place-{number}", cells, Containment.FULL)
        made_up.append(emergency(made, place, last_s, ratified=data.draw(st.booleans()), classes=PRESS))
    outcomes = decide(made.record().prefix, made.now_s)
    decided = sorted((one for one in outcomes.decisions if one.emergency), key=lambda one: one.decided_s)
    record = made.record()
    place_of = finder(atlas(), record.blob)
    expected = set()
    for cell in range(42, 51):
        first = end_s = None
        for one in decided:
            (ref,) = one.effect.territories
            if cell not in place_of(ref).number or (one.until_s or 0) <= one.start_s:
                continue
            if first is None or end_s <= one.decided_s - 15 * DAY_S:
                first, end_s = one, one.until_s
                continue
            expected.add((first.id, one.id, cell))
            end_s = max(end_s, one.until_s)
    told = {(one.first.id, one.later.id, int(cell)) for one in found(made) for cell in one.number}
    names = {one.id: {each.cells_sha256 for each in one.effect.territories} for one in decided}
    assert told == {each for each in expected if not names[each[0]] & names[each[1]] or each in told}
    assert set(made_up) >= {each[1] for each in told}
