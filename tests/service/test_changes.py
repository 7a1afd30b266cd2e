"""What two maps answer differently."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.changes import Change, changed
from hudhud.service.decision import Conditions, decisions
from hudhud.service.service_map import answers
from hudhud.service.service_map import compile as compiled
from hudhud.service.vocabulary import ServiceClass, ServiceState
from service.decision_factory import INSTANTS, SmallWorld, area, base, day, decision


def slow(before, after, world):
    """Each changed cell with what becomes of it for each class, one by one."""
    found = {}
    for cell in world.tolist():
        kinds = []
        for (_, old), (_, new) in zip(answers(before, cell), answers(after, cell), strict=True):
            if old.id == new.id:
                kinds.append(Change.SAME)
                continue
            served, serving = (one.state.serves and one.conditions.allowlist != frozenset() for one in (old, new))
            if served != serving:
                kinds.append(Change.GAIN if serving else Change.LOSE)
            elif served and (old.state, old.conditions) != (new.state, new.conditions):
                kinds.append(Change.CONDITIONS)
            else:
                kinds.append(Change.ALTER)
        if any(kinds):
            found[cell] = kinds
    return found


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000))
def test_changes_are_those_found_cell_by_cell(seed):
    world = SmallWorld(Random(seed))
    items = world.drawn()
    taken = next((n for n, one in enumerate(items) if one.sequence not in (0, 9, 10)), 0)
    rest = [one for n, one in enumerate(items) if n != taken and items[taken].id not in one.supersedes]
    kept = [one for one in items if one in rest or one is items[taken]]
    for at in INSTANTS[::3]:
        try:
            before, after = (compiled(decisions(some, world.world), at) for some in (rest, kept))
        except InputError:
            return  # the draw leaves cells unanswered without it
        found = changed(before, after)
        expected = slow(before, after, world.world)
        assert found.number.tolist() == sorted(expected)
        for n, cell in enumerate(found.number.tolist()):
            assert found.kind[found.row[n]].tolist() == expected[cell]
            for column, each in enumerate(ServiceClass):
                assert before.decisions[found.before[found.row[n], column]] is dict(answers(before, cell))[each]
                assert after.decisions[found.after[found.row[n], column]] is dict(answers(after, cell))[each]


def test_a_map_does_not_differ_from_itself():
    one = compiled(decisions([base()], np.arange(40, 80, dtype=np.int32)), day(0))
    found = changed(one, one)
    assert len(found.number) == 0 and not found.any_class(Change.GAIN).any()


def test_maps_of_two_worlds_are_not_compared():
    one, other = (
        compiled(decisions([base(world)], world), day(0))
        for world in (np.arange(40, 80, dtype=np.int32), np.arange(41, 80, dtype=np.int32))
    )
    with pytest.raises(InputError, match="two worlds"):
        changed(one, other)


def test_another_decision_that_says_the_same_is_a_change_too():
    world = np.arange(40, 80, dtype=np.int32)
    again = decision("again", 1, area("spot", 50), state=ServiceState.NOT_OFFERED)
    before, after = (compiled(decisions(some, world), day(0)) for some in ([base()], [base(), again]))
    found = changed(before, after)
    assert found.number.tolist() == [50] and (found.kind == Change.ALTER).all()


LIST = ServiceState.SERVED_ALLOWLIST_ONLY


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ((ServiceState.SERVED, Conditions()), (LIST, Conditions(allowlist=frozenset())), Change.LOSE),
        ((LIST, Conditions(allowlist=frozenset())), (ServiceState.SERVED, Conditions()), Change.GAIN),
        (
            (LIST, Conditions(allowlist=frozenset({"t"}))),
            (LIST, Conditions(allowlist=frozenset({"u"}))),
            Change.CONDITIONS,
        ),
        (
            (ServiceState.SERVED, Conditions()),
            (ServiceState.SERVED_RESTRICTED, Conditions(ocean_plan=True)),
            Change.CONDITIONS,
        ),
        ((ServiceState.SERVED, Conditions()), (ServiceState.SERVED, Conditions()), Change.ALTER),
        ((ServiceState.NOT_OFFERED, Conditions()), (LIST, Conditions(allowlist=frozenset())), Change.ALTER),
    ],
)
def test_conditions_tell_what_becomes_of_who_is_served(old, new, change):
    world = np.arange(40, 80, dtype=np.int32)
    first, then = (
        decision(name, n, area(name, 50), state=state, conditions=conditions)
        for n, (name, (state, conditions)) in enumerate((("first", old), ("then", new)), 1)
    )
    maps = (compiled(decisions(some, world), day(0)) for some in ([base(), first], [base(), first, then]))
    found = changed(*maps)
    assert found.number.tolist() == [50] and (found.kind == change).all()
