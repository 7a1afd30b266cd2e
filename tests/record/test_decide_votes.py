"""Who may vote, and what a vote is bound to, attack by attack."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from hudhud.record.history import (
    State,
    Why,
)
from hudhud.record.keyring import Key
from hudhud.record.parts import Party
from hudhud.record.statements import Recusal
from hudhud.record.words import RequesterKind, Verdict
from record.decided_twice import ALL_THREE, NGO, decided, forged, settled, state, why
from record.record_factory import (
    CONFLICT,
    CRIMEA,
    DAY_S,
    LOG,
    PLACE,
    REASONS,
    T0_S,
    Pen,
    effect,
    instant_text,
    key,
    keyring,
)

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
