"""A set of decisions is taken whole or refused whole, with everything that is wrong with it."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.contradiction import Contradiction, contradictions
from hudhud.service.decision import (
    ALL_CLASSES,
    EARLIEST_NS,
    LATEST_NS,
    Conditions,
    Decision,
    decisions,
    in_force,
    spans,
)
from hudhud.service.vocabulary import Layer, Purpose, ServiceClass, ServiceState
from service.decision_factory import DAY, INSTANTS, WORLD, SmallWorld, area, base, day, decision

NEVER = np.datetime64("NaT", "ns")
RESTRICTED, LISTED = ServiceState.SERVED_RESTRICTED, ServiceState.SERVED_ALLOWLIST_ONLY
SUSPENDED, EMERGENCY = ServiceState.SUSPENDED, ServiceState.EMERGENCY_SERVED
TECHNICAL = ServiceState.TECHNICALLY_UNAVAILABLE
BEAM = frozenset({Layer.BEAM})
MEDICAL = frozenset({ServiceClass.MEDICAL})
HERE = area("C", 45, 46)


def faults(*items: Decision, world: np.ndarray = WORLD) -> list[str]:
    """What is wrong with these decisions, [] for nothing."""
    try:
        decisions(items, world)
    except InputError as refusal:
        return [str(fault) for fault in refusal.faults]
    return []


def limited(**limits: float) -> dict[str, object]:
    return {"state": RESTRICTED, "conditions": Conditions(**limits)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"territories": ()}, "has no territory: name at least one"),
        ({"territories": (area("nowhere"),)}, "territory 'nowhere' has no cell in containment mode full"),
        (
            {"territories": (area("far", 45, 80, 90),)},
            "territory 'far' has 2 cells outside the world, number 80 the first",
        ),
        ({"territories": (area("off", -1, 45),)}, "territory 'off' has 1 numbers that are no cell, -1 the first"),
        (
            {"territories": (area("off", 45, 10**7),)},
            "territory 'off' has 1 numbers that are no cell, 10000000 the first",
        ),
        (
            {"territories": (replace(HERE, digest="0" * 64),)},
            "territory 'C' has digest 000000000000, but its cells give",
        ),
        (
            {"territories": (replace(HERE, number=np.array([46, 45], dtype=np.int32)),)},
            "territory 'C' has cells out of order or doubled",
        ),
        (
            {"territories": (replace(HERE, number=np.array([45, 46])),)},
            "territory 'C' has cells of shape (2,), int64: expected a row of int32",
        ),
        ({"classes": frozenset()}, "names no class"),
        ({"reasons": frozenset()}, "gives no reason"),
        ({"title_en": " "}, "has no English title"),
        ({"title_ar": ""}, "has no Arabic title"),
        ({"id": "a\nb"}, "has an id that is empty or not plain text"),
        ({"id": ""}, "has an id that is empty or not plain text"),
        ({"sequence": -1}, "has sequence -1: a place in the record is an integer from 0 to 2**53 - 1"),
        ({"start": day(2), "until": day(2)}, "ends at 2026-06-03T00:00:00Z, not after its start"),
        ({"start": day(2), "until": day(1)}, "ends at 2026-06-02T00:00:00Z, not after its start"),
        ({"review_by": NEVER}, "has no review_by: every decision, refusals too"),
        ({"start": day(90)}, "is to be reviewed by 2026-08-30T00:00:00Z, not after its start"),
        ({"start": day(0), "review_by": day(366)}, "is to be reviewed 366.0 days after its start: at most 365"),
        ({"until": np.datetime64("9999-12-31")}, "has until 9999-12-31: years are 1957 to 2199"),
        ({"state": SUSPENDED, "layers": frozenset()}, "is a refusal (suspended) without a layer"),
        ({"layers": frozenset(Layer)}, "is a grant (served) with layers beam, terminal"),
        ({"conditions": Conditions(ocean_plan=True)}, "is served with conditions: its state is served_restricted"),
        (
            {"state": SUSPENDED, "layers": BEAM, "conditions": Conditions(ocean_plan=True)},
            "is a refusal (suspended) with conditions",
        ),
        ({"state": RESTRICTED}, "is served_restricted without a condition"),
        ({"state": LISTED}, "is served_allowlist_only without an allowlist"),
        ({"state": LISTED, "conditions": Conditions(ocean_plan=True)}, "is served_allowlist_only without an allowlist"),
        ({"state": EMERGENCY, "start": day(0)}, "is an emergency grant without start and until"),
        ({"state": EMERGENCY, "until": day(9)}, "is an emergency grant without start and until"),
        ({"state": EMERGENCY, "start": day(0), "until": day(15.5)}, "is an emergency grant of 15.5 days: at most 15"),
        (
            {"state": TECHNICAL, "layers": frozenset({Layer.TERMINAL})},
            "is technically_unavailable but not enforced by beam",
        ),
        (
            {
                "state": RESTRICTED,
                "conditions": Conditions(
                    purposes=frozenset({Purpose.MEDICAL}), refused_purposes=frozenset({Purpose.MEDICAL, Purpose.OTHER})
                ),
            },
            "both allows and refuses the purpose medical",
        ),
        (
            {"state": LISTED, "conditions": Conditions(allowlist=frozenset({"a", "b"}), denylist=frozenset({"b"}))},
            "has 1 terminals on both allowlist and denylist, 'b' the first",
        ),
        (
            {"state": LISTED, "conditions": Conditions(allowlist=frozenset({"a", "b\n"}))},
            "has 1 ids in allowlist that are empty or not plain text, 'b\\n' the first",
        ),
        (limited(maximum_speed_m_s=-1.0), "has maximum_speed_m_s -1.0: a limit is a number from 0 up"),
        (limited(maximum_speed_m_s=float("nan")), "has maximum_speed_m_s nan"),
        (limited(maximum_home_distance_m=-np.inf), "has maximum_home_distance_m -inf"),
        (limited(maximum_abroad_s=-0.1), "has maximum_abroad_s -0.1"),
        (limited(maximum_service_address_distance_m=-5.0), "has maximum_service_address_distance_m -5.0"),
        (limited(minimum_height_m=np.inf), "has minimum_height_m inf: a height is a finite number"),
        (limited(minimum_height_m=np.nan), "has minimum_height_m nan"),
        ({"supersedes": frozenset({"one"})}, "supersedes itself"),
        ({"supersedes": frozenset({"nobody"})}, "supersedes 'nobody', which is not in the set"),
        ({"supersedes": frozenset({"later"})}, "has sequence 1 and supersedes 'later' of sequence 5: only an earlier"),
    ],
)
def test_a_decision_that_cannot_stand_is_refused_with_what_is_wrong(changed: dict[str, object], told: str) -> None:
    later = decision("later", 5, area("D", 50))

    found = faults(base(), later, replace(decision("one", 1, HERE), **{"layers": frozenset(), **changed}))  # type: ignore[arg-type]

    assert len(found) == 1
    assert told in found[0]


def test_everything_wrong_with_a_set_is_told_at_once_and_by_whom() -> None:
    wrong = replace(
        decision("wrong", 1, area("nowhere"), area("far", 99), state=SUSPENDED, start=day(3), until=day(1)),
        title_en="",
        reasons=frozenset(),
        layers=frozenset(),
        conditions=Conditions(maximum_speed_m_s=-1.0),
        supersedes=frozenset({"wrong", "nobody"}),
    )
    doubled = decision("wrong", 1, HERE, review_by=NEVER)

    found = faults(wrong, doubled)

    assert sum(fault.startswith("wrong: ") for fault in found) == 12
    assert "wrong, wrong: 2 decisions have sequence 1: each has its own place" in found
    assert "wrong: 2 decisions have this id: give each its own" in found
    assert found[-1].startswith("from 2026-06-04T00:00:00Z no decision covers 38 cells for every class")


def test_a_sound_set_is_put_in_order_of_sequence() -> None:
    items = [decision("b", 7, HERE), base(), decision("a", 3, HERE, state=SUSPENDED)]

    assert [one.id for one in decisions(items, WORLD).all] == ["world", "a", "b"]


@settings(deadline=None, max_examples=100)
@given(seed=st.integers(0, 2**32))
def test_the_sets_that_tests_draw_are_sound(seed: int) -> None:
    small = SmallWorld(Random(seed))

    every = decisions(small.drawn(), small.world)

    assert [one.sequence for one in every.all] == sorted(one.sequence for one in every.all)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": EMERGENCY, "start": day(0), "until": day(15)},
        {"state": LISTED, "conditions": Conditions(allowlist=frozenset())},
        {"state": TECHNICAL, "layers": frozenset(Layer)},
        {"start": day(0), "review_by": day(365)},
        {"review_by": day(5_000)},
        {"start": np.datetime64("2026-06-01")},
        limited(minimum_height_m=-430.0),
        limited(maximum_speed_m_s=0.0),
        {"territories": (HERE, HERE)},
    ],
)
def test_a_decision_at_the_limit_stands(changed: dict[str, object]) -> None:
    assert faults(base(), decision("one", 1, **{"territories": (HERE,), **changed})) == []  # type: ignore[arg-type]


def test_a_territory_may_have_other_cells_in_another_decision() -> None:
    first = decision("one", 1, area("front", 45, 46))
    second = decision("two", 2, area("front", 46, 47))

    assert faults(base(), first, second) == []


def test_cells_that_no_decision_covers_are_counted_for_their_classes() -> None:
    some = base(classes=ALL_CLASSES - MEDICAL)
    most = decision("most", 1, area("most", *range(42, 80)), classes=MEDICAL)

    found = faults(some, most)

    assert found == [
        "at any time no decision covers 2 cells for medical: add a decision that covers the whole world for every class, "
        "without start and until"
    ]


def test_the_world_may_be_covered_by_decisions_together() -> None:
    west, east = area("west", *range(40, 62)), area("east", *range(58, 80))

    assert faults(decision("west", 1, west), decision("east", 2, east)) == []


def test_a_bottom_may_be_replaced_by_another_but_must_not_end_before() -> None:
    old = base(until=day(8))
    new = base(sequence=1, id="new", start=day(5))
    late = base(sequence=1, id="late", start=day(10))
    superseding = base(sequence=1, id="new", start=day(5), supersedes=frozenset({"world"}))

    assert faults(old, new) == []
    assert faults(base(), superseding) == []
    assert faults(old, late) == [
        "from 2026-06-09T00:00:00Z until 2026-06-11T00:00:00Z no decision covers 40 cells for every class: add a decision "
        "that covers the whole world for every class, without start and until"
    ]


def test_a_bottom_that_is_superseded_for_good_by_something_narrower_leaves_cells_uncovered() -> None:
    narrow = decision("narrow", 1, HERE, start=day(5), until=day(7), supersedes=frozenset({"world"}))

    found = faults(base(), narrow)

    assert [fault.split(": ")[0] for fault in found] == [
        "from 2026-06-06T00:00:00Z until 2026-06-08T00:00:00Z no decision covers 38 cells for every class",
        "from 2026-06-08T00:00:00Z no decision covers 40 cells for every class",
    ]


@pytest.mark.parametrize("world", [[], [45, 44], [45, 45], [-1, 45], [10**7]])
def test_a_world_of_what_is_no_cell_is_refused(world: list[int]) -> None:
    with pytest.raises(InputError, match="The world must be cell numbers"):
        decisions([base()], np.array(world, dtype=np.int32))


def test_an_empty_set_leaves_the_whole_world_without_an_answer() -> None:
    with pytest.raises(InputError, match="no decision covers 2,016,842 cells for every class"):
        decisions([])


def test_spans_end_where_a_successor_begins() -> None:
    old = decision("old", 1, HERE, start=day(0), until=day(9))
    new = decision("new", 2, HERE, start=day(4), supersedes=frozenset({"old"}))

    begins, ends = spans((base(), old, new))

    assert begins.astype("datetime64[ns]").tolist()[1:] == [one.astype(np.int64) for one in (day(0), day(4))]
    assert ends.tolist() == [LATEST_NS, int(day(4).astype(np.int64)), LATEST_NS]
    assert begins[0] == EARLIEST_NS


def found_contradictions(*items: Decision, at: np.datetime64 = DAY) -> tuple[Contradiction, ...]:
    return contradictions(decisions([base(), *items], WORLD), at)


def test_two_answers_between_which_only_the_record_decides_are_a_contradiction() -> None:
    served = decision("served", 1, area("A", 45, 46, 47), classes=MEDICAL)
    refused = decision("refused", 2, area("B", 46, 47, 48), state=SUSPENDED, classes=frozenset({ServiceClass.MEDICAL}))

    (found,) = found_contradictions(refused, served)

    assert (found.winner.id, found.loser.id) == ("refused", "served")
    assert found.number.tolist() == [46, 47]
    assert found.classes == MEDICAL


@pytest.mark.parametrize(
    "changed",
    [
        {"territories": (area("B", 46, 47),)},  # narrower
        {"territories": (area("B", 50, 51, 52),)},  # elsewhere
        {"classes": MEDICAL},  # fewer classes
        {"start": day(5)},  # at another time
        {"supersedes": frozenset({"served"})},  # the other is ended
        {"state": ServiceState.SERVED, "layers": frozenset()},  # the same answer
    ],
)
def test_what_another_rule_decides_is_no_contradiction(changed: dict[str, object]) -> None:
    served = decision("served", 1, area("A", 45, 46, 47))
    other = {"territories": (area("B", 46, 47, 48),), "state": SUSPENDED, **changed}

    assert found_contradictions(served, decision("other", 2, **other)) == ()  # type: ignore[arg-type]


def test_two_grants_with_other_conditions_contradict_each_other() -> None:
    slow = decision("slow", 1, HERE, state=RESTRICTED, conditions=Conditions(maximum_speed_m_s=20.0))
    slower = decision("slower", 2, HERE, state=RESTRICTED, conditions=Conditions(maximum_speed_m_s=10.0))
    third = decision("third", 3, HERE)

    pairs = [(found.winner.id, found.loser.id) for found in found_contradictions(slow, slower, third)]

    assert pairs == [("slower", "slow"), ("third", "slow"), ("third", "slower")]


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**32))
def test_contradictions_are_all_pairs_that_the_words_describe(seed: int) -> None:
    small = SmallWorld(Random(seed))
    every = decisions(small.drawn(), small.world)
    at = small.rng.choice(INSTANTS)

    standing = [one for one, stands in zip(every.all, in_force(every, at), strict=True) if stands]
    cells = {one.id: {n for each in one.territories for n in each.number.tolist()} for one in standing}
    expected = {
        (winner.id, loser.id)
        for winner in standing
        for loser in standing
        if winner.sequence > loser.sequence
        and len(cells[winner.id]) == len(cells[loser.id])
        and len(winner.classes) == len(loser.classes)
        and cells[winner.id] & cells[loser.id]
        and winner.classes & loser.classes
        and (winner.state, winner.layers, winner.conditions) != (loser.state, loser.layers, loser.conditions)
    }

    assert {(found.winner.id, found.loser.id) for found in contradictions(every, at)} == expected


@pytest.mark.parametrize("at", [NEVER, np.datetime64("1900-01-01")])
def test_contradictions_are_asked_at_an_instant(at: np.datetime64) -> None:
    with pytest.raises(InputError, match="give an instant of the years 1957 to 2199"):
        found_contradictions(at=at)
