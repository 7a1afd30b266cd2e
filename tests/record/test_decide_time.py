"""What happens when, how long it lasts, and emergencies, attack by attack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hudhud.record.history import (
    Decided,
    State,
    Why,
)
from hudhud.record.rules import Rules, rules_digest
from hudhud.record.words import ServiceClass, ServiceState, Verdict
from record.decided_twice import ALL_THREE, decided, emergency, settled, state, why
from record.record_factory import (
    AID,
    CAMP,
    DAY_S,
    HOUR_S,
    LOG,
    PLACE,
    T0_S,
    Pen,
    effect,
    instant_text,
)

# ---- time ----


def test_what_no_witnessed_checkpoint_covers_has_no_effect() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, *ALL_THREE)
    pen.approve("op1", request)
    pen.approve("counsel-a", request)
    pen.say("press-freedom-seat", pen.approval(request), covered=False)
    assert state(pen) is State.WAITING and settled(pen).size == 9
    pen.witness()
    assert state(pen) is State.GRANTED and settled(pen).size == 10
    assert settled(pen, pen.now_s - 1).size == 0


def test_a_witness_clock_that_runs_backwards_moves_no_entry_back() -> None:
    pen = Pen()
    pen.request()
    pen.now_s -= DAY_S
    pen.request()
    assert [one.received_s for one in settled(pen, T0_S).requests] == [T0_S, T0_S]
    assert settled(pen, T0_S - 1).size == 0


def test_a_back_dated_act_begins_when_it_was_witnessed() -> None:
    pen = Pen()
    pen.granted(effect(T0_S - 10 * DAY_S, T0_S + 10 * DAY_S))
    found = decided(pen)
    assert found.moved_up and found.start_s == found.decided_s == T0_S
    assert found.until_s == T0_S + 10 * DAY_S
    assert not decided_later().moved_up


def decided_later() -> Decided:
    pen = Pen()
    pen.granted(effect(T0_S + DAY_S, T0_S + 10 * DAY_S))
    return decided(pen)


def test_a_window_that_is_over_leaves_nothing_to_decide() -> None:
    pen = Pen()
    assert why(pen, pen.request(effect(T0_S - DAY_S, T0_S))) is Why.WINDOW_OVER
    pen = Pen()
    request = pen.request(effect(T0_S - DAY_S, T0_S + HOUR_S))
    pen.ready(request, *ALL_THREE)
    pen.approve("op1", request)
    pen.approve("counsel-a", request)
    pen.wait(HOUR_S)
    pen.approve("press-freedom-seat", request)
    found = settled(pen).requests[0]
    assert (found.state, found.why, found.decided) == (State.VOID, Why.WINDOW_OVER, None)


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        (effect(T0_S, T0_S + 180 * DAY_S), True),
        (effect(T0_S, T0_S + 180 * DAY_S + 1), False),
        (effect(T0_S, None, review_by=instant_text(T0_S + 365 * DAY_S)), True),
        (effect(T0_S, None, review_by=instant_text(T0_S + 365 * DAY_S + 1)), False),
        (effect(T0_S, None, ServiceState.NOT_OFFERED, review_by=instant_text(T0_S + 366 * DAY_S)), False),
        (emergency(T0_S, 15), True),
        (emergency(T0_S, 15.001), False),
    ],
)
def test_windows_and_times_to_review_have_bounds(wanted: Any, fits: bool) -> None:
    pen = Pen()
    assert why(pen, pen.request(wanted)) is (None if fits else Why.WINDOW_TOO_LONG)


def test_every_request_is_decided_lapsed_or_overdue() -> None:
    for wanted, deadline_s, lapse_s in (
        (None, 72 * HOUR_S, 30 * DAY_S),
        (emergency(T0_S), 4 * HOUR_S, DAY_S),
    ):
        pen = Pen()
        pen.request(wanted)
        for at_s, expected, overdue in (
            (T0_S + deadline_s - 1, State.WAITING, False),
            (T0_S + deadline_s, State.WAITING, True),
            (T0_S + lapse_s - 1, State.WAITING, True),
            (T0_S + lapse_s, State.LAPSED, True),
        ):
            found = settled(pen, at_s)
            assert (found.requests[0].state, found.requests[0].overdue) == (expected, overdue)
            assert any("no answer by its deadline" in one for one in found.concerns) is overdue


def test_an_answer_in_time_is_not_overdue_and_a_late_one_stays_marked() -> None:
    for wait_s, overdue in ((72 * HOUR_S - 1, False), (72 * HOUR_S, True)):
        pen = Pen()
        request = pen.request()
        pen.wait(wait_s)
        pen.ready(request, *ALL_THREE)
        for seat in ALL_THREE:
            pen.approve(seat, request)
        assert settled(pen, T0_S + 50 * DAY_S).requests[0].overdue is overdue


def test_votes_after_the_lapse_or_the_decision_are_void() -> None:
    pen = Pen()
    request = pen.request()
    pen.wait(30 * DAY_S)
    pen.ready(request, "op1")
    assert why(pen, pen.approve("op1", request)) is Why.AFTER_LAPSE
    assert why(pen, pen.refuse("op1", request)) is Why.AFTER_LAPSE
    pen = Pen()
    request = pen.granted()
    pen.ready(request, "op2")
    assert why(pen, pen.approve("op2", request)) is Why.AFTER_DECISION


def test_an_expired_vote_does_not_count_and_its_seat_may_vote_again() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, *ALL_THREE)
    pen.approve("op1", request, expires=instant_text(T0_S + HOUR_S))
    pen.wait(HOUR_S)
    pen.approve("press-freedom-seat", request)
    pen.approve("counsel-a", request)
    assert state(pen) is State.WAITING
    pen.approve("op1", request)
    assert state(pen) is State.GRANTED


# ---- emergencies ----


def test_two_seats_switch_on_for_a_day() -> None:
    pen = Pen()
    pen.granted(emergency(T0_S))
    assert state(pen, T0_S + DAY_S - 1) is State.GRANTED
    assert state(pen, T0_S + DAY_S) is State.LAPSED
    found = decided(pen, T0_S + DAY_S)
    assert found.until_s == T0_S + DAY_S and not found.in_force(T0_S + DAY_S)
    assert any("never ratified" in one for one in settled(pen, T0_S + DAY_S).concerns)


def test_two_seats_of_one_side_do_not_switch_on() -> None:
    pen = Pen()
    pen.granted(emergency(T0_S), ("op1", "counsel-a", "etc-seat"))
    assert state(pen) is State.WAITING


def ratified(pen: Pen, *seats: str) -> str:
    request = pen.granted(emergency(T0_S, 15))
    pen.ready(request, *seats)
    for seat in seats:
        pen.ratify(seat, request)
    return request


def test_the_ordinary_quorum_ratifies_for_fifteen_days_at_most() -> None:
    pen = Pen()
    ratified(pen, "op2", "press-freedom-seat", "counsel-a")
    found = decided(pen)
    assert found.ratified_s == T0_S and found.until_s == T0_S + 15 * DAY_S
    assert found.ratified_by == tuple(range(len(pen.entries) - 3, len(pen.entries)))
    assert state(pen, T0_S + 15 * DAY_S) is State.GRANTED and not settled(pen, T0_S + 15 * DAY_S).in_force


def test_whoever_issued_an_emergency_does_not_confirm_it() -> None:
    pen = Pen()
    request = ratified(pen, "press-freedom-seat", "counsel-a")
    assert why(pen, pen.ratify("op1", request)) is Why.ISSUER
    pen.ready(request, "op3")
    assert why(pen, pen.ratify("counsel-a", request)) is Why.DOUBLE_VOTE
    assert why(pen, pen.ratify("op3", request, expires=instant_text(pen.now_s))) is Why.EXPIRED
    assert why(pen, pen.ratify("op3", request, seen=replace(pen.seen(), keyring_version=7))) is Why.WRONG_KEYRING
    assert why(pen, pen.ratify("op3", request)) is None
    pen.ready(request, "op2")
    assert why(pen, pen.ratify("op2", request)) is Why.AFTER_DECISION


def test_ratification_after_the_lapse_comes_too_late() -> None:
    pen = Pen()
    request = pen.granted(emergency(T0_S))
    pen.ready(request, "op2", "press-freedom-seat", "counsel-a")
    pen.ratify("op2", request)
    pen.ratify("press-freedom-seat", request)
    pen.wait(DAY_S)
    pen.contacts("counsel-a")
    assert why(pen, pen.ratify("counsel-a", request)) is Why.AFTER_LAPSE
    assert state(pen) is State.LAPSED


def test_only_emergencies_are_ratified() -> None:
    pen = Pen()
    request = pen.granted()
    pen.ready(request, "op2")
    assert why(pen, pen.ratify("op2", request)) is Why.NOT_EMERGENCY
    assert why(pen, pen.ratify("op2", "99" * 32)) is Why.UNKNOWN_DECISION


def again(wait_s: int, *, same: bool = True, **changed: Any) -> State:
    """An emergency, and another after a while; the state of the second."""
    pen = Pen()
    pen.granted(emergency(T0_S))
    pen.wait(wait_s)
    fields: dict[str, Any] = {} if same else changed
    pen.granted(emergency(pen.now_s, **fields), ("op2", "press-freedom-seat"))
    return settled(pen).requests[1].state


def test_no_emergency_is_made_immortal_by_beginning_it_anew() -> None:
    assert again(HOUR_S) is State.GRANTED
    assert again(DAY_S) is State.VOID
    assert again(15 * DAY_S) is State.VOID
    assert again(16 * DAY_S - 1) is State.VOID
    assert again(16 * DAY_S) is State.GRANTED
    near = (replace(PLACE, cells_sha256="dd" * 32),)
    assert again(2 * DAY_S, same=False, territories=near) is State.VOID
    renamed = (replace(PLACE, id="elsewhere"),)
    assert again(2 * DAY_S, same=False, territories=renamed) is State.VOID
    assert again(2 * DAY_S, same=False, territories=(CAMP,)) is State.GRANTED
    assert again(2 * DAY_S, same=False, classes=AID) is State.GRANTED


def test_a_second_emergency_ends_with_the_first_day() -> None:
    pen = Pen()
    pen.granted(emergency(T0_S))
    pen.wait(20 * HOUR_S)
    pen.granted(emergency(pen.now_s), ("op2", "press-freedom-seat"))
    assert decided(pen, place=1).until_s == T0_S + DAY_S


def test_an_emergency_ends_nothing_that_was_decided() -> None:
    pen = Pen()
    first = pen.granted()
    wanted = emergency(T0_S, supersedes=frozenset({first}))
    assert why(pen, pen.request(wanted)) is Why.EMERGENCY_SUPERSEDES


def test_an_emergency_that_nobody_independent_reviewed_in_five_days_is_flagged() -> None:
    pen = Pen()
    request = pen.granted(emergency(T0_S))
    assert not decided(pen, T0_S + 5 * DAY_S - 1).review_overdue
    assert decided(pen, T0_S + 5 * DAY_S).review_overdue
    assert any("not reviewed" in one for one in settled(pen, T0_S + 5 * DAY_S).concerns)
    assert why(pen, pen.review("op2", request)) is Why.NOT_INDEPENDENT
    assert decided(pen, T0_S + 5 * DAY_S).review_overdue
    assert why(pen, pen.review("counsel-b", request)) is None
    assert not decided(pen, T0_S + 60 * DAY_S).review_overdue


def test_an_emergency_in_part_for_which_no_time_is_left_leaves_the_request_open() -> None:
    pen = Pen()
    pen.granted(emergency(T0_S))
    pen.wait(DAY_S)
    request = pen.request()
    again = emergency(pen.now_s)
    pen.ready(request, *ALL_THREE, "op2")
    for seat in ("op1", "press-freedom-seat"):
        pen.approve(seat, request, effect=again, verdict=Verdict.GRANTED_IN_PART)
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED_IN_PART, again)) is Why.WRONG_NOTICE
    assert settled(pen).requests[1].state is State.WAITING


def test_many_emergencies_over_one_place_are_one_for_every_class_apart() -> None:
    pen = Pen()
    press, homes = (frozenset({one}) for one in (ServiceClass.PRESS, ServiceClass.RESIDENTIAL))
    pen.granted(emergency(T0_S, classes=press))
    pen.wait(12 * HOUR_S)
    pen.granted(emergency(pen.now_s, classes=homes), ("op2", "press-freedom-seat"))
    pen.wait(HOUR_S)
    pen.granted(emergency(pen.now_s, classes=press | homes), ("op3", "press-freedom-seat"))
    assert [decided(pen, place=place).until_s for place in range(3)] == [
        T0_S + DAY_S,
        T0_S + 12 * HOUR_S + DAY_S,
        T0_S + DAY_S,
    ]


def test_stricter_rules_let_the_next_emergency_begin_after_their_own_cap() -> None:
    rules = Rules(log=LOG, emergency_cap_s=2 * DAY_S)
    for wait_s, expected in ((3 * DAY_S - 1, State.VOID), (3 * DAY_S, State.GRANTED)):
        pen = Pen()
        pen.rules, pen.policy = {rules_digest(rules): rules}, rules_digest(rules)
        pen.rules_digests = [pen.policy]
        pen.granted(emergency(T0_S, 2))
        pen.wait(wait_s)
        pen.granted(emergency(pen.now_s, 2), ("op2", "press-freedom-seat"))
        assert settled(pen).requests[1].state is expected
