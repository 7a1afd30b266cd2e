"""What the map answered over a run: permission and reach apart, and of many answers the one given most."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.report.permission import Answer, permission
from hudhud.report.result import Result
from hudhud.service.predicates import Predicate
from hudhud.service.vocabulary import DisablementCode as Code
from result_factory import scattered

FAST, LISTED, BLOCKED = Predicate.TOO_FAST_HERE, Predicate.NOT_ON_ALLOWLIST, Predicate.COUNTRY_BLOCKED


def answered(rows: list[tuple[bool, bool, Code, int, tuple[Predicate, ...]]]) -> Answer:
    """The answer of one terminal, from its slots: permitted, reachable, code, decision, what failed."""
    result = scattered(np.random.default_rng(1), max(len(rows), 1), 1)
    columns = {
        "permitted": np.array([[row[0]] for row in rows], dtype=np.bool_),
        "reachable": np.array([[row[1]] for row in rows], dtype=np.bool_),
        "disablement_code": np.array([[row[2]] for row in rows], dtype=np.uint8),
        "decision": np.array([[row[3]] for row in rows], dtype=np.int32),
        "failed_predicates": np.array([[sum(each.bit for each in row[4])] for row in rows], dtype=np.int32),
    }
    (found,) = permission(replace(result, **columns))
    return found


OKAY = (True, True, Code.OKAY, 0, ())
REFUSED = (False, True, Code.BLOCKED_COUNTRY, 1, (BLOCKED, FAST))
LOST = (True, False, Code.OKAY, 0, ())


def test_a_terminal_that_was_always_permitted_shows_okay_and_the_grant() -> None:
    found = answered([OKAY, OKAY, LOST, OKAY])
    assert (found.permitted_share, found.reachable_share, found.refused_in_reach_share) == (1.0, 0.75, 0.0)
    assert (found.code, found.decision, found.failed) == (Code.OKAY, "grant", ())
    assert found.service_class == "medical"


def test_a_terminal_that_was_once_refused_shows_why() -> None:
    found = answered([OKAY, OKAY, REFUSED, OKAY])
    assert (found.permitted_share, found.refused_in_reach_share) == (0.75, 0.25)
    assert (found.code, found.decision, found.failed) == (Code.BLOCKED_COUNTRY, "منع", (BLOCKED, FAST))


def test_of_several_refusals_the_commonest_counts_and_of_equals_the_first() -> None:
    fast = (False, True, Code.MOVING_TOO_FAST_FOR_POLICY, 0, (FAST,))
    unlisted = (False, False, Code.BLOCKED_AREA, 0, (LISTED,))
    assert answered([fast, REFUSED, REFUSED, unlisted]).failed == (BLOCKED, FAST)
    assert answered([unlisted, fast, fast, unlisted]).failed == (LISTED,)
    assert answered([fast, unlisted, OKAY, OKAY, OKAY]).code is Code.MOVING_TOO_FAST_FOR_POLICY


def test_physics_and_permission_are_counted_apart() -> None:
    out_of_reach = (False, False, Code.BLOCKED_COUNTRY, 1, (BLOCKED,))
    found = answered([OKAY, REFUSED, LOST, out_of_reach])
    assert (found.permitted_share, found.reachable_share, found.refused_in_reach_share) == (0.5, 0.5, 0.25)


def test_a_further_limit_of_the_caller_has_no_code() -> None:
    alone = (False, True, Code.UNKNOWN_STATE, 0, ())
    found = answered([alone, alone])
    assert (found.code, found.decision, found.failed, found.permitted_share) == (Code.UNKNOWN_STATE, "grant", (), 0.0)


def test_a_terminal_of_unknown_place_rests_on_no_decision() -> None:
    unknown = (False, False, Code.UNKNOWN_LOCATION, -1, (Predicate.UNKNOWN_LOCATION,))
    assert answered([unknown]).decision == ""


def test_nobody_is_answered_where_nobody_was_asked() -> None:
    result = scattered(np.random.default_rng(1), 3, 2)
    assert permission(replace(result, service_maps=())) == ()


def test_a_run_without_a_slot_answers_nothing() -> None:
    result = scattered(np.random.default_rng(1), 0, 2)
    for found in permission(result):
        assert np.isnan([found.permitted_share, found.reachable_share, found.refused_in_reach_share]).all()
        assert (found.code, found.decision, found.failed) == (Code.UNKNOWN_STATE, "", ())


def told(result: Result, terminal: int) -> tuple[int, int, int]:
    """Slowly: code, decision and failures of most of the slots that count."""
    slots = [slot for slot in range(len(result.start)) if not result.permitted[slot, terminal]]
    keys = [
        (
            int(result.disablement_code[slot, terminal]),
            int(result.decision[slot, terminal]),
            int(result.failed_predicates[slot, terminal]),
        )
        for slot in slots or range(len(result.start))
    ]
    return Counter(keys).most_common(1)[0][0]  # of equally many, the one that came first


@given(seed=st.integers(0, 2**32 - 1), slots=st.integers(1, 12), terminals=st.integers(1, 5), kinds=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_answers_are_those_of_a_slow_count(seed: int, slots: int, terminals: int, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    result = scattered(rng, slots, terminals)
    few = rng.integers(2, 2 + kinds, (slots, terminals))
    result = replace(
        result,
        disablement_code=np.where(result.permitted, 1, few).astype(np.uint8),
        failed_predicates=np.where(result.permitted, 0, 1 << few).astype(np.int32),
    )
    found = permission(result)
    assert [each.terminal for each in found] == list(result.terminals.names)
    for terminal, each in enumerate(found):
        code, decision, failed = told(result, terminal)
        assert each.code == code
        assert each.decision == (result.decisions[decision] if decision >= 0 else "")
        assert sum(one.bit for one in each.failed) == failed
        assert each.permitted_share == pytest.approx(result.permitted[:, terminal].sum() / slots)
        assert each.refused_in_reach_share <= min(1 - each.permitted_share, each.reachable_share) + 1e-12
