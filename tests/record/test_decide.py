"""Deciding, attack by attack; every history is decided twice, by the fast way and by the slow one."""

from __future__ import annotations

import base64
import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.decide import decide
from hudhud.record.history import (
    Decided,
    Outcomes,
    Prefix,
    State,
    Why,
    Witnessed,
    keyrings_by_digest,
    rules_by_digest,
)
from hudhud.record.keyring import Key, keyring_bytes, keyring_digest
from hudhud.record.parts import Party
from hudhud.record.rules import Rules, rules_bytes, rules_digest, rules_from, rules_successor_faults
from hudhud.record.statements import Appeal, Evidence, Lapse, Recusal
from hudhud.record.words import Channel, EvidenceClass, RequesterKind, ServiceClass, ServiceState, Verdict
from record import slow_decide
from record.record_factory import (
    AID,
    CAMP,
    CONFLICT,
    CRIMEA,
    DAY_S,
    GROUPS,
    HOUR_S,
    LOG,
    OTHERS,
    PLACE,
    REASONS,
    T0_S,
    VOTERS,
    Pen,
    effect,
    instant_text,
    key,
    keyring,
    random_history,
)

ALL_THREE = ("op1", "press-freedom-seat", "counsel-a")
EMERGENCY = ServiceState.EMERGENCY_SERVED


def settled(pen: Pen, at_s: int | None = None, **changed: Any) -> Outcomes:
    """What became of a history, on which both ways to decide agree."""
    prefix = pen.prefix(**changed)
    at_s = pen.now_s if at_s is None else at_s
    found = decide(prefix, at_s)
    assert found == slow_decide.decide(prefix, at_s)
    return found


def state(pen: Pen, at_s: int | None = None, **changed: Any) -> State:
    return settled(pen, at_s, **changed).requests[0].state


def decided(pen: Pen, at_s: int | None = None, place: int = 0) -> Decided:
    found = settled(pen, at_s).requests[place].decided
    assert found is not None
    return found


def why(pen: Pen, leaf: str, **changed: Any) -> Why | None:
    """Why the entry of a leaf counts for nothing."""
    index = max(one.index for one in pen.entries if one.leaf == leaf)
    return next((one.why for one in settled(pen, **changed).void if one.index == index), None)


def emergency(now_s: int, days: float = 14, **changed: Any) -> Any:
    return effect(now_s, now_s + int(days * DAY_S), EMERGENCY, **changed)


# ---- agreement ----


@pytest.mark.parametrize("chunk", range(4))
def test_two_ways_to_decide_agree_on_a_hundred_thousand_random_histories(chunk: int) -> None:
    states: set[State] = set()
    for seed in range(chunk * 25_000, (chunk + 1) * 25_000):
        prefix, at_s = random_history(seed)
        found = decide(prefix, at_s)
        assert found == slow_decide.decide(prefix, at_s), f"history {seed}"
        states.update(one.state for one in found.requests)
    assert states >= set(State) - {State.GRANTED_WITH_CONDITIONS}


# ---- quorums ----


def test_three_colleges_grant_and_what_they_grant_is_told_as_plain_values() -> None:
    pen = Pen()
    request = pen.granted()
    found = decided(pen)
    assert (found.id, found.index, found.votes) == (request, 9, (7, 8, 9))
    assert (found.start_s, found.until_s) == (T0_S, T0_S + 100 * DAY_S)
    assert found.reasons == REASONS and not found.moved_up and not found.emergency
    assert found.review_by_s == T0_S + 100 * DAY_S and found.supersedes == frozenset()
    outcome = settled(pen)
    assert outcome.requests[0].counts == (7, 8, 9) and outcome.requests[0].answered_s == T0_S
    assert outcome.in_force == outcome.decisions == (found,) and not outcome.concerns
    assert found.in_force(T0_S) and not found.in_force(T0_S - 1) and not found.in_force(T0_S + 100 * DAY_S)


@pytest.mark.parametrize("missing", ALL_THREE)
def test_two_colleges_are_not_enough(missing: str) -> None:
    pen = Pen()
    pen.granted(seats=tuple(seat for seat in ALL_THREE if seat != missing))
    assert state(pen) is State.WAITING


def test_three_seats_of_one_organisation_are_one_voice() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "op1", "op2", "op3")
    pen.approve("op1", request)
    assert why(pen, pen.approve("op2", request)) is Why.SAME_ORGANISATION
    assert why(pen, pen.approve("op3", request)) is Why.SAME_ORGANISATION  # the owner counts as the operator
    assert why(pen, pen.approve("op1", request)) is Why.DOUBLE_VOTE


def forged(**changed: Any) -> dict[str, Any]:
    """A keyring that `keyring_from` would refuse, as if it had slipped through."""
    known = keyring(**changed)
    return {"keyrings": {"f0" * 32: known}, "keyring_sha256": "f0" * 32}


def test_one_key_under_two_seats_counts_nowhere() -> None:
    pen, known = Pen(), keyring()
    alias = Key(seat="counsel-a", person="ada", public=base64.b64encode(key("op1")).decode())
    changed = forged(keys=(*(one for one in known.keys if one.seat != "counsel-a"), alias))
    request = pen.request()
    assert why(pen, pen.contacts("op1"), **changed) is Why.ALIAS_KEY
    pen.conflicts("op1", request)
    assert why(pen, pen.approve("op1", request), **changed) is Why.ALIAS_KEY


def test_one_person_in_two_seats_is_one_voice() -> None:
    pen, known = Pen(), keyring()
    keys = [replace(one, person="ada") if one.seat == "counsel-a" else one for one in known.keys]
    changed = forged(keys=tuple(keys))
    request = pen.request()
    pen.ready(request, "op1", "counsel-a")
    pen.approve("op1", request)
    assert why(pen, pen.approve("counsel-a", request), **changed) is Why.SAME_PERSON


def test_a_stranger_or_a_key_whose_time_has_passed_does_not_vote() -> None:
    pen, known = Pen(), keyring()
    request = pen.request()
    pen.ready(request, "op1")
    assert why(pen, pen.say("op1", pen.approval(request), public=b"\x07" * 32)) is Why.UNKNOWN_KEY
    vote = pen.approve("op1", request)
    for window in ({"until_entry": 4}, {"from_entry": 5}):
        keys = [replace(one, **window) if one.seat == "op1" else one for one in known.keys]
        assert why(pen, vote, **forged(keys=tuple(keys))) is Why.KEY_OUT_OF_WINDOW
    keys = [replace(one, until_entry=5) if one.seat == "op1" else one for one in known.keys]
    assert why(pen, vote, **forged(keys=tuple(keys))) is None


@pytest.mark.parametrize("seat", ["registrar", "ministry", "trustee", "gateway"])
def test_seats_without_a_vote_do_not_vote_declare_or_review(seat: str) -> None:
    pen = Pen()
    request = pen.granted()
    for leaf in (
        pen.approve(seat, request),
        pen.refuse(seat, request),
        pen.revoke(seat, request),
        pen.review(seat, request),
        pen.contacts(seat),
        pen.conflicts(seat, request),
        pen.say(seat, Recusal(log=LOG, request=request, reasons=REASONS)),
        pen.change_keyring(seat, pen.keyring_digests[1]),
        pen.change_rules(seat, pen.rules_digests[1]),
    ):
        assert why(pen, leaf) is Why.WRONG_SEAT


@pytest.mark.parametrize("seat", ["trustee", "gateway"])
def test_points_of_enforcement_and_trustees_file_no_requests(seat: str) -> None:
    pen = Pen()
    assert why(pen, pen.request(seat=seat)) is Why.WRONG_SEAT
    assert settled(pen).requests[0].state is State.VOID
    assert settled(pen).requests[0].why is Why.WRONG_SEAT


# ---- independence ----


def test_the_proposer_and_their_organisation_do_not_approve() -> None:
    pen = Pen()
    request = pen.request(seat="op1")
    pen.ready(request, "op1", "op2")
    assert why(pen, pen.approve("op1", request)) is Why.PROPOSER
    assert why(pen, pen.approve("op2", request)) is Why.INTERESTED
    assert why(pen, pen.refuse("op2", request)) is Why.INTERESTED


def test_the_registrar_files_for_others_without_a_stake() -> None:
    pen = Pen()
    pen.granted(seat="registrar", requester=Party(kind=RequesterKind.OPERATOR_STAFF, name="Licensing desk"))
    assert state(pen) is State.GRANTED


NGO = RequesterKind.NGO


@pytest.mark.parametrize(
    "stake",
    [
        {"requester": Party(kind=NGO, id="press")},
        {"on_behalf_of": Party(kind=NGO, id="press")},
        {"benefit_to": (Party(kind=NGO, id="else"), Party(kind=NGO, id="press"))},
        {"wanted": effect(T0_S, None, territories=(replace(CRIMEA, claimed_by=frozenset({"press"})),))},
        {"wanted": effect(T0_S, None, territories=(PLACE, replace(CRIMEA, controlled_by="press")))},
    ],
)
def test_whoever_asks_gains_claims_or_controls_does_not_approve(stake: dict[str, Any]) -> None:
    pen = Pen()
    request = pen.request(**stake)
    pen.ready(request, *ALL_THREE)
    assert why(pen, pen.approve("press-freedom-seat", request)) is Why.INTERESTED
    assert why(pen, pen.approve("op1", request)) is None
    assert why(pen, pen.approve("counsel-a", request)) is None
    assert state(pen) is State.WAITING


def test_a_benefit_to_the_owner_is_one_to_the_operator() -> None:
    pen = Pen()
    request = pen.request(benefit_to=(Party(kind=RequesterKind.OPERATOR_OWNER, id="owner"),))
    pen.ready(request, "op1")
    assert why(pen, pen.approve("op1", request)) is Why.INTERESTED


def test_a_declared_conflict_recuses_unless_it_ended_long_ago() -> None:
    for conflict, expected in (
        (CONFLICT, Why.RECUSED),
        (replace(CONFLICT, until="2025-05-28"), Why.RECUSED),  # 365 days before the request, and its last day counts
        (replace(CONFLICT, until="2025-05-27"), None),
    ):
        pen = Pen()
        request = pen.request()
        pen.contacts("op1")
        pen.conflicts("op1", request, conflict)
        assert why(pen, pen.approve("op1", request)) is expected


def test_recusal_reduces_voters_never_the_threshold() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, *ALL_THREE)
    pen.approve("op1", request)
    pen.say("counsel-a", Recusal(log=LOG, request=request, reasons=REASONS))
    pen.approve("press-freedom-seat", request)
    assert why(pen, pen.approve("counsel-a", request)) is Why.RECUSED
    assert state(pen) is State.WAITING
    pen.ready(request, "counsel-b")
    pen.approve("counsel-b", request)
    assert state(pen) is State.GRANTED


def test_a_vote_falls_when_its_signer_is_recused_later() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, *ALL_THREE, "op2")
    pen.approve("op1", request)
    pen.conflicts("op1", request, CONFLICT)
    pen.approve("press-freedom-seat", request)
    pen.approve("counsel-a", request)
    assert state(pen) is State.WAITING
    pen.approve("op2", request)  # the organisation's voice is free again
    assert state(pen) is State.GRANTED
    pen.conflicts("counsel-a", request, CONFLICT)
    assert state(pen) is State.GRANTED  # what was decided stays decided


# ---- duties ----


def test_an_approval_without_a_contact_declaration_of_the_time_before_is_void() -> None:
    now = T0_S
    for period, expected in (
        ({}, None),
        ({"start": instant_text(now - 90 * DAY_S)}, None),
        ({"start": instant_text(now - 90 * DAY_S + 1)}, Why.NO_CONTACT_DECLARATION),
        ({"until": instant_text(now - DAY_S)}, None),
        ({"until": instant_text(now - DAY_S - 1)}, Why.NO_CONTACT_DECLARATION),
    ):
        pen = Pen()
        request = pen.request()
        pen.conflicts("op1", request)
        pen.contacts("op1", **period)
        assert why(pen, pen.approve("op1", request)) is expected


def test_a_contact_declaration_of_time_to_come_or_of_another_seat_does_not_help() -> None:
    pen = Pen()
    request = pen.request()
    pen.conflicts("op1", request)
    pen.contacts("op2")
    assert why(pen, pen.contacts("op1", until=instant_text(T0_S + 1))) is Why.UNFINISHED
    assert why(pen, pen.approve("op1", request)) is Why.NO_CONTACT_DECLARATION
    assert why(pen, pen.refuse("op1", request)) is Why.NO_CONTACT_DECLARATION


def test_a_conflict_declaration_for_another_request_does_not_help() -> None:
    pen = Pen()
    first, second = pen.request(), pen.request()
    pen.contacts("op1")
    pen.conflicts("op1", first)
    pen.conflicts("op2", second)
    assert why(pen, pen.approve("op1", second)) is Why.NO_CONFLICT_DECLARATION


# ---- what a vote is bound to ----


def test_a_vote_is_bound_to_its_log_request_keyring_policy_and_past() -> None:
    pen = Pen()
    early = pen.contacts("op1")
    request = pen.request()
    pen.conflicts("op1", request)
    seen = pen.seen()
    for changed, expected in (
        ({"log": "example.invalid/other"}, Why.OTHER_LOG),
        ({"request": "99" * 32}, Why.UNKNOWN_REQUEST),
        ({"request": early}, Why.UNKNOWN_REQUEST),
        ({"seen": replace(seen, keyring_version=2)}, Why.WRONG_KEYRING),
        ({"seen": replace(seen, policy_sha256=pen.rules_digests[1])}, Why.WRONG_POLICY),
        ({"seen": replace(seen, root="ee" * 32)}, Why.UNSEEN_CHECKPOINT),
        ({"seen": replace(seen, size=4_000)}, Why.UNSEEN_CHECKPOINT),
        ({"seen": replace(seen, size=1, root=pen.checkpoints[0].root)}, Why.SUBJECT_NOT_SEEN),
        ({"impact_sha256": "0" * 64}, Why.NO_IMPACT),
        ({"impact_sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}, Why.NO_IMPACT),
        ({"expires": instant_text(pen.now_s)}, Why.EXPIRED),
        ({"effect_sha256": "ab" * 32}, Why.WRONG_EFFECT),
        ({"verdict": Verdict.GRANTED_IN_PART}, Why.WRONG_EFFECT),
        ({"verdict": Verdict.GRANTED_WITH_CONDITIONS, "effect_sha256": "ab" * 32}, None),
    ):
        vote = replace(pen.approval(request), **changed)
        assert why(pen, pen.say("op1", vote)) is expected


def test_a_vote_cannot_have_seen_a_checkpoint_that_came_after_it() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "op1")
    future = replace(pen.seen(), size=4, root=f"{4:063x}f")
    assert why(pen, pen.say("op1", pen.approval(request, seen=future))) is Why.UNSEEN_CHECKPOINT


def test_the_same_entry_twice_counts_once() -> None:
    pen = Pen()
    request = pen.granted()
    vote = next(one for one in pen.entries if one.index == 7)
    assert why(pen, pen.say("op1", vote.statement, leaf=vote.leaf)) is Why.REPLAYED_ENTRY
    asked = pen.entries[0]
    pen.say("ministry", asked.statement, leaf=request)
    assert len(settled(pen).requests) == 1


def test_a_request_with_a_nonce_used_before_is_void_but_a_void_one_uses_none_up() -> None:
    pen = Pen()
    pen.request(seat="gateway", nonce="ab" * 16)
    assert why(pen, pen.request(nonce="ab" * 16)) is None
    assert why(pen, pen.request(nonce="ab" * 16)) is Why.REPLAYED_NONCE


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


# ---- refusing, granting in part, withdrawing ----


def test_one_college_can_refuse_and_the_refusal_is_an_answer() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "op1", "op2", "counsel-a")
    pen.approve("counsel-a", request)
    pen.refuse("op1", request)
    found = settled(pen).requests[0]
    assert (found.state, found.answered_s, found.decided) == (State.REFUSED, T0_S, None)
    assert why(pen, pen.approve("op2", request)) is Why.AFTER_DECISION


def test_a_no_that_others_can_outvote_does_not_refuse() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "humanitarian-seat", *ALL_THREE)
    pen.refuse("humanitarian-seat", request)
    assert state(pen) is State.WAITING
    for seat in ALL_THREE:
        pen.approve(seat, request)
    assert state(pen) is State.GRANTED


def test_a_no_refuses_once_the_others_of_its_college_are_recused() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "humanitarian-seat", "press-freedom-seat")
    pen.refuse("humanitarian-seat", request)
    pen.conflicts("press-freedom-seat", request, CONFLICT)
    assert state(pen) is State.REFUSED
    pen = Pen()
    request = pen.request()
    for seat in ("humanitarian-seat", "press-freedom-seat"):
        pen.say(seat, Recusal(log=LOG, request=request, reasons=REASONS))
    assert state(pen) is State.WAITING  # nobody said no: it lapses


def test_a_no_whose_others_have_a_stake_or_proposed_refuses() -> None:
    for changed in ({"requester": Party(kind=NGO, id="press")}, {"seat": "press-freedom-seat"}):
        pen = Pen()
        request = pen.request(**changed)
        pen.ready(request, "humanitarian-seat")
        pen.refuse("humanitarian-seat", request)
        assert state(pen) is State.REFUSED


def test_not_yet_is_no_answer() -> None:
    pen = Pen()
    request = pen.request()
    pen.ready(request, "op1")
    pen.refuse("op1", request, Verdict.DEFERRED)
    assert state(pen) is State.WAITING and settled(pen).requests[0].counts == ()
    assert why(pen, pen.approve("op1", request)) is None


def part_of(pen: Pen, verdict: Verdict = Verdict.GRANTED_IN_PART, **changed: Any) -> tuple[str, Any]:
    """A request for which three colleges agree to something else; its leaf and the effect."""
    request = pen.request()
    smaller = effect(T0_S, T0_S + 5 * DAY_S, classes=frozenset({ServiceClass.PRESS}), **changed)
    pen.ready(request, *ALL_THREE)
    for seat in ALL_THREE:
        pen.approve(seat, request, effect=smaller, verdict=verdict)
    return request, smaller


def test_what_is_granted_in_part_takes_effect_when_it_is_shown_in_full() -> None:
    for verdict in (Verdict.GRANTED_IN_PART, Verdict.GRANTED_WITH_CONDITIONS):
        pen = Pen()
        request, smaller = part_of(pen, verdict)
        assert state(pen) is State.WAITING
        other = replace(smaller, classes=OTHERS)
        assert why(pen, pen.notice("registrar", request, verdict, other)) is Why.WRONG_NOTICE
        assert why(pen, pen.notice("op1", request, verdict, smaller)) is Why.WRONG_SEAT
        assert why(pen, pen.notice("registrar", request, verdict, smaller)) is None
        found = decided(pen)
        assert (found.effect, found.verdict, found.index) == (smaller, verdict, len(pen.entries) - 1)
        assert state(pen).value == verdict.value


def test_approvals_of_different_effects_do_not_add_up() -> None:
    pen = Pen()
    request = pen.request()
    smaller = effect(T0_S, T0_S + 5 * DAY_S)
    pen.ready(request, *ALL_THREE)
    pen.approve("op1", request)
    pen.approve("counsel-a", request, effect=smaller, verdict=Verdict.GRANTED_IN_PART)
    pen.approve("press-freedom-seat", request)
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED_IN_PART, smaller)) is Why.WRONG_NOTICE
    assert state(pen) is State.WAITING


def test_what_is_granted_in_part_keeps_the_bounds_and_the_quorum_of_its_effect() -> None:
    pen = Pen()
    request, long = part_of(pen, review_by=instant_text(T0_S + 366 * DAY_S))
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED_IN_PART, long)) is Why.WRONG_NOTICE
    pen = Pen()
    request = pen.request()
    cut = effect(T0_S, None, ServiceState.SUSPENDED, AID)
    pen.ready(request, *ALL_THREE)
    for seat in ALL_THREE:
        pen.approve(seat, request, effect=cut, verdict=Verdict.GRANTED_IN_PART)
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED_IN_PART, cut)) is Why.WRONG_NOTICE
    assert state(pen) is State.WAITING


def test_a_request_taken_back_is_not_granted_in_part_afterwards() -> None:
    pen = Pen()
    request, smaller = part_of(pen)
    pen.notice("ministry", request, Verdict.WITHDRAWN)
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED_IN_PART, smaller)) is Why.WRONG_NOTICE
    assert state(pen) is State.WITHDRAWN


def test_only_whoever_filed_a_request_takes_it_back_and_only_while_it_is_open() -> None:
    pen = Pen()
    request = pen.request()
    assert why(pen, pen.notice("op1", request, Verdict.WITHDRAWN)) is Why.WRONG_SEAT
    assert why(pen, pen.notice("registrar", request, Verdict.WITHDRAWN)) is Why.WRONG_SEAT
    assert why(pen, pen.notice("ministry", request, Verdict.WITHDRAWN)) is None
    assert state(pen) is State.WITHDRAWN
    assert why(pen, pen.notice("ministry", request, Verdict.WITHDRAWN)) is Why.AFTER_DECISION


def test_a_notice_tells_what_is_so_or_is_void() -> None:
    pen = Pen()
    request = pen.granted()
    wanted = decided(pen).effect
    assert why(pen, pen.notice("registrar", request, Verdict.REFUSED)) is Why.WRONG_NOTICE
    assert why(pen, pen.notice("registrar", request, Verdict.GRANTED, replace(wanted, classes=AID))) is Why.WRONG_NOTICE
    assert why(pen, pen.notice("registrar", "99" * 32, Verdict.REFUSED)) is Why.UNKNOWN_REQUEST
    told = pen.notice("registrar", request, Verdict.GRANTED, wanted)
    assert why(pen, told) is None
    pen.ready(request, *ALL_THREE)
    for seat in ALL_THREE:
        pen.revoke(seat, told)  # a true notice names its decision as well as the request does
    assert state(pen) is State.REVOKED


def test_a_lapse_is_told_with_its_instant_and_not_before() -> None:
    pen = Pen()
    request = pen.request()

    def lapse(at_s: int, seat: str = "registrar", **said: Any) -> Why | None:
        statement = Lapse(log=LOG, about=request, seen=pen.seen(), at=instant_text(at_s), reasons=REASONS)
        return why(pen, pen.say(seat, statement, **said))

    assert lapse(T0_S + 30 * DAY_S) is Why.WRONG_NOTICE
    pen.wait(31 * DAY_S)
    assert lapse(T0_S + 29 * DAY_S) is Why.WRONG_NOTICE
    assert lapse(T0_S + 30 * DAY_S, "op1") is Why.WRONG_SEAT
    assert lapse(T0_S + 30 * DAY_S, public=b"\x07" * 32) is Why.UNKNOWN_KEY
    assert lapse(T0_S + 30 * DAY_S) is None


def test_what_decides_nothing_still_needs_a_known_key() -> None:
    pen = Pen()
    shown = Evidence(log=LOG, about=pen.request(), evidence_class=EvidenceClass.MEASUREMENT, text="No signal.")
    assert why(pen, pen.say("gateway", shown)) is None
    assert why(pen, pen.say("gateway", shown, public=b"\x07" * 32)) is Why.UNKNOWN_KEY


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


# ---- lifelines ----


def test_taking_service_from_lifelines_needs_the_full_quorum() -> None:
    for wanted_state in (ServiceState.SUSPENDED, ServiceState.PROHIBITED, ServiceState.NOT_OFFERED):
        for each in (ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL, ServiceClass.EMERGENCY_SERVICES):
            pen = Pen()
            wanted = effect(T0_S, None, wanted_state, frozenset({each, ServiceClass.PRESS}))
            request = pen.granted(wanted, ALL_THREE)
            assert state(pen) is State.WAITING
            pen.ready(request, "etc-seat")
            pen.approve("etc-seat", request)
            assert state(pen) is State.GRANTED
    pen = Pen()
    pen.granted(effect(T0_S, None, ServiceState.SUSPENDED), ALL_THREE)
    assert state(pen) is State.GRANTED


def test_superseding_a_lifeline_needs_the_full_quorum_too() -> None:
    pen = Pen()
    first = pen.granted(effect(T0_S, None, classes=AID))
    second = pen.granted(effect(T0_S, T0_S + 1, classes=AID, supersedes=frozenset({first})), ALL_THREE)
    assert settled(pen).requests[1].state is State.WAITING
    pen.ready(second, "etc-seat")
    pen.approve("etc-seat", second)
    assert [one.state for one in settled(pen).requests] == [State.SUPERSEDED, State.GRANTED]


def test_superseding_ends_the_old_when_the_new_begins_and_not_before() -> None:
    pen = Pen()
    first = pen.granted()
    later = effect(T0_S + 10 * DAY_S, None, supersedes=frozenset({first}))
    second = pen.granted(later)
    assert decided(pen).until_s == T0_S + 10 * DAY_S
    assert state(pen, T0_S + 10 * DAY_S - 1) is State.GRANTED
    assert state(pen, T0_S + 10 * DAY_S) is State.SUPERSEDED
    assert decided(pen, place=1).supersedes == {first}
    pen.ready(second, *ALL_THREE)
    for seat in ALL_THREE:
        pen.revoke(seat, second)  # it never begins, so the first goes on
    assert decided(pen).until_s == T0_S + 100 * DAY_S
    assert why(pen, pen.request(effect(T0_S, None, supersedes=frozenset({"99" * 32})))) is Why.UNKNOWN_DECISION


def test_what_was_superseded_does_not_come_back_when_the_later_is_revoked_in_the_second_it_began() -> None:
    pen = Pen()
    first = pen.granted()
    second = pen.granted(effect(T0_S, None, supersedes=frozenset({first})))
    assert state(pen) is State.SUPERSEDED
    for seat in ALL_THREE:
        pen.revoke(seat, second)
    assert [one.state for one in settled(pen).requests] == [State.SUPERSEDED, State.REVOKED]


@pytest.mark.parametrize(("classes", "needs"), [(OTHERS, 3), (AID, 4), (AID | OTHERS, 4)])
def test_revoking_and_suspending_need_the_quorum_of_whom_they_touch(classes: Any, needs: int) -> None:
    for act in ("revoke", "suspend"):
        pen = Pen()
        request = pen.granted(effect(T0_S, None, classes=AID | OTHERS if act == "suspend" else classes))
        seats = (*ALL_THREE, "etc-seat")
        pen.ready(request, *seats)
        done = []
        for seat in seats[:needs]:
            assert not any(done)
            pen.revoke(seat, request) if act == "revoke" else pen.suspend(seat, request, classes)
            done.append(bool(decided(pen).revoked_by or decided(pen).rests))
        assert done[-1]
        if act == "revoke":
            assert state(pen) is State.REVOKED and decided(pen).until_s == T0_S
        else:
            (rest,) = decided(pen).rests
            assert (rest.classes, rest.start_s, rest.until_s) == (classes, T0_S, T0_S + 20 * DAY_S)
            assert len(rest.votes) == needs
        vote = pen.revoke("op1", request) if act == "revoke" else pen.suspend("op1", request, classes)
        assert why(pen, vote) is Why.AFTER_DECISION


def test_ending_a_refusal_needs_no_more_than_the_ordinary_quorum() -> None:
    pen = Pen()
    request = pen.granted(effect(T0_S, None, ServiceState.PROHIBITED, AID), (*ALL_THREE, "etc-seat"))
    for seat in ALL_THREE:
        pen.revoke(seat, request)
    assert state(pen) is State.REVOKED


def test_votes_for_different_suspensions_do_not_add_up() -> None:
    pen = Pen()
    request = pen.granted()
    pen.ready(request, *ALL_THREE)
    press = frozenset({ServiceClass.PRESS})
    pen.suspend("op1", request, OTHERS)
    pen.suspend("counsel-a", request, press)
    pen.suspend("press-freedom-seat", request, OTHERS, until=instant_text(T0_S + 21 * DAY_S))
    pen.suspend("press-freedom-seat", request, OTHERS, start=instant_text(T0_S + 1))
    pen.revoke("counsel-a", request)
    assert not decided(pen).rests and not decided(pen).revoked_by
    for changed, expected in (
        ({"classes": AID}, Why.WRONG_EFFECT),
        ({"start": instant_text(T0_S - DAY_S), "until": instant_text(T0_S)}, Why.WINDOW_OVER),
        ({"until": instant_text(T0_S + 180 * DAY_S + 1)}, Why.WINDOW_TOO_LONG),
        ({"expires": instant_text(T0_S)}, Why.EXPIRED),
        ({"impact_sha256": "0" * 64}, Why.NO_IMPACT),
    ):
        classes = changed.pop("classes", OTHERS)
        assert why(pen, pen.suspend("op1", request, classes, **changed)) is expected  # type: ignore[arg-type]


def test_a_decision_that_has_ended_is_not_ended_again() -> None:
    pen = Pen()
    request = pen.granted(effect(T0_S, T0_S + DAY_S))
    pen.wait(DAY_S)
    pen.ready(request, "op1")
    assert why(pen, pen.revoke("op1", request)) is Why.AFTER_DECISION
    pen = Pen()
    request = pen.granted(emergency(T0_S))
    pen.wait(DAY_S)
    pen.ready(request, "op2")
    assert why(pen, pen.revoke("op2", request)) is Why.AFTER_LAPSE


def test_a_vote_to_revoke_carries_the_same_duties() -> None:
    pen = Pen()
    request = pen.granted(requester=Party(kind=NGO, id="firm-b"))
    assert why(pen, pen.revoke("op2", request)) is Why.NO_CONTACT_DECLARATION
    pen.contacts("op2")
    assert why(pen, pen.revoke("op2", request)) is Why.NO_CONFLICT_DECLARATION
    pen.conflicts("op2", request, CONFLICT)
    assert why(pen, pen.revoke("op2", request)) is Why.RECUSED
    assert why(pen, pen.revoke("counsel-b", request)) is Why.INTERESTED
    assert why(pen, pen.revoke("op1", request, seen=pen.seen(size=1, root=pen.checkpoints[0].root))) is (
        Why.SUBJECT_NOT_SEEN
    )
    assert why(pen, pen.revoke("op1", "99" * 32)) is Why.UNKNOWN_DECISION


# ---- reviews ----


def test_standing_states_are_flagged_when_their_review_is_missed_and_stay_in_force() -> None:
    pen = Pen()
    request = pen.granted(effect(T0_S, None))
    due_s = T0_S + 100 * DAY_S
    assert not decided(pen, due_s - 1).review_overdue
    assert decided(pen, due_s).review_overdue and settled(pen, due_s).in_force
    assert why(pen, pen.review("counsel-a", request)) is Why.NOT_INDEPENDENT
    assert why(pen, pen.review("counsel-b", "99" * 32)) is Why.UNKNOWN_DECISION
    assert why(pen, pen.review("counsel-b", request, review_by=instant_text(T0_S + 500 * DAY_S))) is None
    assert decided(pen).review_by_s == T0_S + 365 * DAY_S
    assert why(pen, pen.review("counsel-b", request, review_by=instant_text(T0_S + 9 * DAY_S))) is None
    assert decided(pen).review_by_s == T0_S + 9 * DAY_S


def test_the_proposer_and_whoever_has_a_stake_review_nothing() -> None:
    pen = Pen()
    request = pen.granted(seat="counsel-b", requester=Party(kind=NGO, id="cluster"))
    assert why(pen, pen.review("counsel-b", request)) is Why.PROPOSER
    assert why(pen, pen.review("etc-seat", request)) is Why.INTERESTED


def test_a_decision_that_ended_before_its_review_is_not_flagged() -> None:
    pen = Pen()
    pen.granted(effect(T0_S, T0_S + DAY_S))
    assert not decided(pen, T0_S + 400 * DAY_S).review_overdue


def test_an_appeal_names_a_request_or_a_decision() -> None:
    pen = Pen()
    asker = Party(kind=NGO, id="press")
    for leaf, expected in ((pen.request(), None), ("99" * 32, Why.UNKNOWN_DECISION)):
        appeal = Appeal(log=LOG, decision=leaf, appellant=asker, channel=Channel.LETTER, grounds="Unheard.")
        assert why(pen, pen.say("press-freedom-seat", appeal)) is expected
        assert why(pen, pen.say("op1", appeal, public=b"\x07" * 32)) is (expected or Why.UNKNOWN_KEY)


# ---- keyrings and rules ----


def test_a_new_keyring_needs_the_quorum_and_applies_to_later_requests_only() -> None:
    pen = Pen()
    first = pen.request()
    new = pen.keyring_digests[1]
    pen.change_keyring("op1", new)
    pen.change_keyring("press-freedom-seat", new)
    assert why(pen, pen.change_keyring("op2", new)) is Why.SAME_ORGANISATION
    assert why(pen, pen.change_keyring("op1", new)) is Why.DOUBLE_VOTE
    assert settled(pen).keyring_sha256 == pen.keyring_digests[0]
    pen.change_keyring("counsel-a", new)
    assert settled(pen).keyring_sha256 == new
    pen.request()
    assert [one.keyring_version for one in settled(pen).requests] == [1, 2]
    pen.ready(first, *ALL_THREE)  # entries 7 to 12: the new keyring ended op1's key at 9
    pen.approve("counsel-a", first)
    assert why(pen, pen.approve("op1", first)) is Why.KEY_OUT_OF_WINDOW  # a stolen key stops voting at once
    pen.version = 2
    assert why(pen, pen.approve("counsel-b", first)) is Why.WRONG_KEYRING


def test_a_new_keyring_needs_the_new_quorum_as_well() -> None:
    pen = Pen()
    old = keyring()
    sha256 = keyring_digest(old)
    ordinary = "3 operator public-interest legal\n"
    lines = [line for line in GROUPS.splitlines(keepends=True) if "suspend" not in line]
    harder = "".join(lines).replace(ordinary, "4 operator public-interest legal etc-seat\n")
    new = replace(old, version=2, previous_sha256=sha256, groups=harder)
    changed = {"keyrings": {sha256: old, keyring_digest(new): new}}
    for seat in ALL_THREE:
        pen.change_keyring(seat, keyring_digest(new), previous=sha256)
    assert settled(pen, **changed).keyring_sha256 == sha256
    pen.change_keyring("etc-seat", keyring_digest(new), previous=sha256)
    assert settled(pen, **changed).keyring_sha256 == keyring_digest(new)


def test_a_seat_of_the_new_keyring_alone_cannot_make_up_the_old_quorum() -> None:
    pen = Pen()
    old = keyring()
    without = tuple(one for one in old.keys if one.seat != "counsel-c")
    old = replace(old, keys=without)
    sha256 = keyring_digest(old)
    new = replace(keyring(), version=2, previous_sha256=sha256)
    changed = {"keyrings": {sha256: old, keyring_digest(new): new}, "keyring_sha256": sha256}
    for seat in ("op1", "press-freedom-seat", "counsel-c"):
        assert why(pen, pen.change_keyring(seat, keyring_digest(new), previous=sha256), **changed) is None
    assert settled(pen, **changed).keyring_sha256 == sha256
    pen.change_keyring("counsel-a", keyring_digest(new), previous=sha256)
    assert settled(pen, **changed).keyring_sha256 == keyring_digest(new)


def test_organisations_that_become_one_count_once_in_the_new_keyring() -> None:
    pen = Pen()
    old = keyring()
    sha256 = keyring_digest(old)
    merged = [replace(one, counts_as="operator") if one.id == "firm-a" else one for one in old.organisations]
    new = replace(old, version=2, previous_sha256=sha256, organisations=tuple(merged))
    changed = {"keyrings": {sha256: old, keyring_digest(new): new}}
    for seat in ALL_THREE:
        pen.change_keyring(seat, keyring_digest(new), previous=sha256)
    assert settled(pen, **changed).keyring_sha256 == sha256


def test_an_old_keyring_or_policy_is_never_brought_back() -> None:
    pen = Pen()
    new, rules = pen.keyring_digests[1], pen.rules_digests[1]
    first = pen.change_keyring("op1", pen.keyring_digests[0], version=1, previous=None)
    assert why(pen, first) is None  # tells which is in force
    for seat in ALL_THREE:
        pen.change_rules(seat, rules)
    for seat in ALL_THREE:
        pen.change_keyring(seat, new)
    assert (settled(pen).keyring_sha256, settled(pen).rules_sha256) == (new, rules)
    back = pen.change_keyring("op2", pen.keyring_digests[0], version=1, previous=None)
    assert why(pen, back) is Why.ROLLBACK
    assert why(pen, pen.change_keyring("op2", "55" * 32, version=2)) is Why.ROLLBACK
    assert why(pen, pen.change_rules("op2", pen.rules_digests[0], version=1, previous=None)) is Why.ROLLBACK
    assert why(pen, pen.change_rules("op2", rules)) is None


def test_versions_follow_each_other_and_documents_must_be_shown_and_fit() -> None:
    pen = Pen()
    for digests, change in ((pen.keyring_digests, pen.change_keyring), (pen.rules_digests, pen.change_rules)):
        assert why(pen, change("op1", digests[1], version=3)) is Why.WRONG_VERSION
        assert why(pen, change("op1", digests[1], previous="77" * 32)) is Why.WRONG_VERSION
        assert why(pen, change("op1", digests[2])) is Why.UNFIT_DOCUMENT
        assert why(pen, change("op1", "55" * 32)) is Why.UNKNOWN_DOCUMENT
    found = settled(pen)
    assert found.missing == {"55" * 32} and any("nobody has shown it" in one for one in found.concerns)


def test_new_rules_apply_to_later_requests_only() -> None:
    pen = Pen()
    first = pen.request()
    for seat in ALL_THREE:
        assert settled(pen).rules_sha256 == pen.rules_digests[0]
        pen.change_rules(seat, pen.rules_digests[1])
    pen.request()
    found = settled(pen, T0_S + 6 * DAY_S).requests
    assert [one.state for one in found] == [State.WAITING, State.LAPSED]
    pen.ready(first, "op1")
    assert why(pen, pen.approve("op1", first)) is None
    pen.policy = pen.rules_digests[1]
    pen.ready(first, "counsel-a")
    assert why(pen, pen.approve("counsel-a", first)) is Why.WRONG_POLICY


def test_rules_are_read_back_and_never_laxer_than_their_bounds() -> None:
    rules = Rules(log=LOG)
    assert rules_from(rules_bytes(rules)) == rules
    assert rules_by_digest([rules_bytes(rules)]) == {rules_digest(rules): rules}
    for changed in (
        {"emergency_s": DAY_S + 1},
        {"emergency_cap_s": 15 * DAY_S + 1},
        {"emergency_review_s": 5 * DAY_S + 1},
        {"window_s": 180 * DAY_S + 1},
        {"review_s": 365 * DAY_S + 1},
        {"deadline_s": 72 * HOUR_S + 1},
        {"emergency_deadline_s": 4 * HOUR_S + 1},
        {"contact_window_s": 30 * DAY_S - 1},
        {"emergency_cap_s": 3},
        {"lapse_s": 3},
        {"emergency_lapse_s": 3},
        {"version": 2},
        {"previous_sha256": "77" * 32},
    ):
        with pytest.raises(RecordError):
            rules_bytes(replace(rules, **changed))  # type: ignore[arg-type]
    other = replace(rules, version=2, previous_sha256=rules_digest(rules), log="example.invalid/other")
    assert [fault.where for fault in rules_successor_faults(rules, other)] == ["log"]
    assert [one.where for one in rules_successor_faults(rules, rules)] == ["version", "previous_sha256"]


def test_documents_are_known_by_their_own_digests() -> None:
    known = keyring()
    assert keyrings_by_digest([keyring_bytes(known)]) == {keyring_digest(known): known}


def test_a_broken_prefix_is_refused_whole() -> None:
    pen = Pen()
    pen.granted()
    good = pen.prefix()
    checkpoint = Witnessed(size=99, root="aa", at_s=T0_S)
    for changed in (
        {"entries": good.entries[1:]},
        {"checkpoints": (checkpoint,)},
        {"checkpoints": good.checkpoints[::-1]},
        {"keyring_sha256": "99" * 32},
        {"rules_sha256": "99" * 32},
    ):
        with pytest.raises(RecordError, match="the prefix of the log was refused"):
            replace(good, **changed)  # type: ignore[arg-type]


# ---- invariants ----


def shortened(prefix: Prefix, size: int) -> Prefix:
    """The first checkpoints of a history."""
    checkpoints = prefix.checkpoints[:size]
    last = checkpoints[-1].size if checkpoints else 0
    return replace(prefix, entries=prefix.entries[:last], checkpoints=checkpoints)


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**40), cut=st.floats(0, 1))
@example(seed=34, cut=0.75)
def test_nothing_un_happens(seed: int, cut: float) -> None:
    """Entries that were witnessed later change nothing that was so before; they only answer it."""
    prefix, _ = random_history(seed, steps=12)
    size = round(cut * len(prefix.checkpoints))
    short = shortened(prefix, size)
    at_s = max((one.at_s for one in short.checkpoints), default=0)
    before, after = decide(short, at_s), decide(prefix, 2**35)
    assert after.void[: len(before.void)] == before.void
    for old, new in zip(before.requests, after.requests, strict=False):
        assert (old.leaf, old.received_s, old.quorum) == (new.leaf, new.received_s, new.quorum)
        if old.answered_s is not None:
            assert (old.answered_s, old.why, old.counts) == (new.answered_s, new.why, new.counts)
        if old.decided is not None:
            assert new.decided is not None
            for name in ("id", "index", "effect", "votes", "verdict", "start_s", "decided_s", "supersedes"):
                assert getattr(old.decided, name) == getattr(new.decided, name)
            assert new.decided.rests[: len(old.decided.rests)] == old.decided.rests
            if not old.decided.in_force(at_s) and old.decided.start_s <= at_s:
                assert not new.decided.in_force(at_s)
    if size < len(prefix.checkpoints) and max(one.at_s for one in prefix.checkpoints) > at_s:
        later = [one for one in prefix.checkpoints if one.at_s > at_s]
        if min(one.size for one in later) > (short.checkpoints[-1].size if short.checkpoints else 0) and all(
            one.at_s > at_s for one in prefix.checkpoints[size:]
        ):
            assert decide(prefix, at_s) == before  # the future has no say in what was so


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**40), later_s=st.integers(0, 1000 * DAY_S))
def test_no_emergency_is_immortal_no_act_is_without_its_colleges_and_no_silence_is_unbounded(
    seed: int, later_s: int
) -> None:
    prefix, at_s = random_history(seed, steps=12)
    at_s += later_s
    found = decide(prefix, at_s)
    known = prefix.keyrings[prefix.keyring_sha256]
    colleges = {one.id: one.college for one in known.seats}
    seats = {one.raw: one.seat for one in known.keys}
    for one in found.requests:
        assert one.state is not State.WAITING or at_s < one.lapse_s
        assert one.overdue or one.answered_s is not None or at_s < one.deadline_s
        if one.decided is None:
            continue
        made = one.decided
        assert made.start_s >= made.decided_s
        voters = [seats[prefix.entries[index].key] for index in made.votes]
        homes = {known.organisation_of(next(k.person for k in known.keys if k.seat == seat)) for seat in voters}
        assert len({colleges[seat] for seat in voters}) >= 2 and len(homes) == len(voters)
        if made.emergency:
            most_s = DAY_S if made.ratified_s is None else 15 * DAY_S
            assert made.until_s is not None and made.until_s <= made.decided_s + most_s
        for index in made.votes:
            signer = prefix.entries[index].key
            assert any(
                one.key == signer and type(one.statement).__name__ == "ContactDeclaration"
                for one in prefix.entries[:index]
            )


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**40))
def test_long_histories_are_decided_alike_too(seed: int) -> None:
    prefix, at_s = random_history(seed, steps=40)
    assert decide(prefix, at_s) == slow_decide.decide(prefix, at_s)


# ---- who must collude ----


def colluding(act: str, seats: tuple[str, ...]) -> bool:
    """Whether these seats together, and nobody else, bring it about."""
    pen = Pen()
    if not seats:
        return False
    if act in ("grant", "cut others", "cut lifelines"):
        wanted = {
            "grant": effect(T0_S, None),
            "cut others": effect(T0_S, None, ServiceState.SUSPENDED, OTHERS),
            "cut lifelines": effect(T0_S, None, ServiceState.SUSPENDED, AID),
        }[act]
        pen.granted(wanted, seats)
    elif act in ("emergency", "ratified"):
        request = pen.granted(emergency(T0_S, 15), seats)
        if act == "ratified":
            counted = decide(pen.prefix(), pen.now_s).requests[0].counts
            issuers = {pen.entries[index].key for index in counted}
            for seat in seats:
                if key(seat) not in issuers:
                    pen.ratify(seat, request)
            found = decide(pen.prefix(), pen.now_s).requests[0].decided
            return found is not None and found.ratified_s is not None
    else:
        for seat in seats:
            pen.change_keyring(seat, pen.keyring_digests[1])
        return decide(pen.prefix(), pen.now_s).keyring_sha256 == pen.keyring_digests[1]
    return decide(pen.prefix(), pen.now_s).requests[0].decided is not None


ACTS = {
    "grant": "grant service",
    "cut others": "suspend service of classes that are no lifelines",
    "cut lifelines": "suspend service of lifelines",
    "emergency": "switch on for a day",
    "ratified": "keep that on for fifteen days",
    "keyring": "change the keyring",
}


def smallest(act: str) -> tuple[int, int]:
    """How many people at least bring it about, and in how many ways so many can.  Tries every set of seats."""
    for size in range(len(VOTERS) + 1):
        # Who issues an emergency matters to who may ratify it, and the first to approve issue: try every order of two.
        found = [
            seats
            for seats in itertools.combinations(VOTERS, size)
            if any(colluding(act, order) for order in orders(act, seats))
        ]
        if found:
            return size, len(found)
    raise AssertionError(act)


def orders(act: str, seats: tuple[str, ...]) -> Any:
    if act != "ratified" or len(seats) < 2:
        return [seats]
    return [(*two, *(one for one in seats if one not in two)) for two in itertools.permutations(seats, 2)]


def test_the_smallest_colluding_sets_are_those_published() -> None:
    page = Path(__file__).parents[2] / "docs" / "explain" / "deciding.md"
    published = dict(re.findall(r"^\| ([a-z ,]+) \| (\d+ \| \d+) \|", page.read_text(encoding="utf-8"), re.M))
    worked_out = {text: "{} | {}".format(*smallest(act)) for act, text in ACTS.items()}
    assert published == worked_out
