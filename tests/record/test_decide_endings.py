"""Refusing, granting in part, taking back, ending, resting and reviewing, attack by attack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hudhud.record.decide import decide
from hudhud.record.history import (
    State,
    Why,
)
from hudhud.record.keyring import keyring_digest
from hudhud.record.parts import Party
from hudhud.record.statements import Appeal, Evidence, Lapse, Recusal
from hudhud.record.words import Channel, EvidenceClass, ServiceClass, ServiceState, Verdict
from record.decided_twice import ALL_THREE, NGO, decided, emergency, forged, settled, state, why
from record.record_factory import (
    AID,
    CONFLICT,
    DAY_S,
    LOG,
    OTHERS,
    REASONS,
    T0_S,
    Pen,
    effect,
    instant_text,
    keyring,
)

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


def test_somebody_recused_from_a_request_does_not_review_its_decision() -> None:
    pen = Pen()
    request = pen.granted()
    pen.conflicts("counsel-b", request, CONFLICT)
    assert why(pen, pen.review("counsel-b", request)) is Why.RECUSED
    pen.say("counsel-c", Recusal(log=LOG, request=request, reasons=REASONS))
    assert why(pen, pen.review("counsel-c", request)) is Why.RECUSED
    assert decided(pen).review_by_s == T0_S + 100 * DAY_S


# ---- stakes in a later keyring ----


def later(pen: Pen, counts_as: str | None, id: str, **changed: Any) -> dict[str, Any]:
    """The keyring changes so that an organisation counts as another (or as itself)."""
    old = keyring(**changed)
    sha256 = keyring_digest(old)
    organisations = tuple(replace(one, counts_as=counts_as) if one.id == id else one for one in old.organisations)
    new = replace(old, version=2, previous_sha256=sha256, organisations=organisations)
    for seat in ("op1", "humanitarian-seat", "counsel-a"):
        pen.change_keyring(seat, keyring_digest(new), previous=sha256)
    pen.version = 2
    return {"keyrings": {sha256: old, keyring_digest(new): new}, "keyring_sha256": sha256}


def test_a_stake_follows_an_organisation_that_comes_to_count_as_another() -> None:
    pen = Pen()
    request = pen.granted(benefit_to=(Party(kind=NGO, id="firm-c"),))
    changed = later(pen, "firm-b", "firm-c")
    pen.ready(request, "counsel-b", "op2")
    assert why(pen, pen.revoke("counsel-b", request), **changed) is Why.INTERESTED
    assert why(pen, pen.review("counsel-b", request), **changed) is Why.INTERESTED
    assert why(pen, pen.revoke("op2", request), **changed) is None


def test_a_stake_stays_with_an_organisation_that_comes_to_count_for_itself() -> None:
    pen = Pen()
    request = pen.granted(seats=("humanitarian-seat", "counsel-a", "op1"), benefit_to=(Party(kind=NGO, id="owner"),))
    assert state(pen) is State.WAITING
    pen = Pen()
    merged = [replace(one, counts_as="press") if one.id == "relief" else one for one in keyring().organisations]
    request = pen.request(benefit_to=(Party(kind=NGO, id="relief"),))
    assert settled(pen, **forged(organisations=tuple(merged))).requests[0].state is State.WAITING
    pen.ready(request, "press-freedom-seat")
    vote = pen.approve("press-freedom-seat", request)
    assert why(pen, vote, **forged(organisations=tuple(merged))) is Why.INTERESTED
    assert why(pen, vote) is None


def test_a_reviewer_whose_organisation_has_become_that_of_a_voter_is_not_independent() -> None:
    pen = Pen()
    request = pen.granted()
    changed = later(pen, "firm-b", "firm-a")
    assert why(pen, pen.review("counsel-b", request), **changed) is Why.NOT_INDEPENDENT
    assert why(pen, pen.review("counsel-c", request), **changed) is None


# ---- notices ----


def test_a_notice_that_names_a_vote_that_was_not_counted_is_void_and_brings_nothing_about() -> None:
    pen = Pen()
    request = pen.granted()
    wanted = decided(pen).effect
    votes = frozenset(one.leaf for one in pen.entries[7:10])
    for named, expected in (
        (votes | {pen.entries[1].leaf}, Why.WRONG_NOTICE),
        (frozenset({"99" * 32}), Why.WRONG_NOTICE),
        (votes, None),
    ):
        assert why(pen, pen.notice("registrar", request, Verdict.GRANTED, wanted, votes=named)) is expected
    pen = Pen()
    request, smaller = part_of(pen)
    verdict = Verdict.GRANTED_IN_PART
    votes = frozenset(one.leaf for one in pen.entries[7:10])
    false = pen.notice("registrar", request, verdict, smaller, votes=votes | {request})
    assert why(pen, false) is Why.WRONG_NOTICE and state(pen) is State.WAITING
    assert why(pen, pen.notice("registrar", request, verdict, smaller, votes=votes)) is None


def test_a_notice_of_another_past_is_void_and_brings_nothing_about() -> None:
    pen = Pen()
    request, smaller = part_of(pen)
    for changed in ({"root": "ee" * 32}, {"size": 99}):
        seen = replace(pen.seen(), **changed)  # type: ignore[arg-type]
        leaf = pen.notice("registrar", request, Verdict.GRANTED_IN_PART, smaller, seen=seen)
        assert why(pen, leaf) is Why.UNSEEN_CHECKPOINT and state(pen) is State.WAITING
    pen.wait(30 * DAY_S)
    at, seen = instant_text(T0_S + 30 * DAY_S), replace(pen.seen(), root="ee" * 32)
    lapse = Lapse(log=LOG, about=request, seen=seen, at=at, reasons=REASONS)
    assert why(pen, pen.say("registrar", lapse)) is Why.UNSEEN_CHECKPOINT
    assert why(pen, pen.say("registrar", replace(lapse, seen=pen.seen()))) is None


# ---- many decisions on end ----


def test_a_long_chain_of_decisions_that_supersede_each_other_is_decided() -> None:
    pen = Pen()
    leaf = pen.granted(effect(T0_S, None))
    for _ in range(400):
        leaf = pen.granted(effect(T0_S, None, supersedes=frozenset({leaf})))
    found = decide(pen.prefix(), T0_S)
    assert [one.state for one in found.requests] == [State.SUPERSEDED] * 400 + [State.GRANTED]


def test_decisions_that_each_supersede_all_before_are_decided_in_time() -> None:
    pen = Pen()
    leaves: list[str] = []
    for turn in range(
        40
    ):  # each begins a day before the one that it supersedes: whether one begins depends on all after it
        wanted = effect(T0_S + (100 - turn) * DAY_S, None, supersedes=frozenset(leaves))
        leaves.append(pen.granted(wanted))
        if turn in (6, 39):
            found = decide(pen.prefix(), T0_S)
            assert [one.start_s for one in found.decisions if one.until_s is None] == [T0_S + (100 - turn) * DAY_S]
    pen.ready(leaves[-1], *ALL_THREE)
    for seat in ALL_THREE:
        pen.revoke(seat, leaves[-1])  # it never begins: the one before stands again
    found = decide(pen.prefix(), T0_S)
    assert [one.start_s for one in found.decisions if one.until_s is None] == [T0_S + 62 * DAY_S]


def test_whether_a_decision_begins_is_worked_out_alike() -> None:
    for revoked in range(4):
        pen = Pen()
        leaves: list[str] = []
        for start_s in (50, 40, 45, 30):
            wanted = effect(T0_S + start_s * DAY_S, None, supersedes=frozenset(leaves[-2:]))
            leaves.append(pen.granted(wanted))
        pen.ready(leaves[revoked], *ALL_THREE)
        for seat in ALL_THREE:
            pen.revoke(seat, leaves[revoked])
        for at_s in range(25, 60, 5):
            settled(pen, T0_S + at_s * DAY_S)
