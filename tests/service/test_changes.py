"""What two maps answer differently."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.changes import Change, changed
from hudhud.service.decision import decisions
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
            elif old.state.serves == new.state.serves:
                kinds.append(Change.ALTER)
            else:
                kinds.append(Change.GAIN if new.state.serves else Change.LOSE)
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
