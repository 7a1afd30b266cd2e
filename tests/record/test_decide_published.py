"""Maps, reports and what is withheld, attack by attack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hudhud.record.history import State, Why, Witnessed
from hudhud.record.keyring import keyring_digest
from hudhud.record.parts import Conflict, Contact, Party, Source
from hudhud.record.rules import Rules, rules_digest
from hudhud.record.statements import Allegation, Appeal, Correction, Response
from hudhud.record.words import Channel, EvidenceClass, Layer, RedactionClass, ResponseStatus
from record.decided_twice import ALL_THREE, NGO, decided, forged, settled, state, why
from record.record_factory import (
    CONFLICT,
    DAY_S,
    HOUR_S,
    LOG,
    T0_S,
    TRUSTEES,
    Pen,
    effect,
    hidden_party,
    instant_text,
    key,
    keyring,
    secret,
)

EVERYBODY = ("op1", "humanitarian-seat", "counsel-a", "etc-seat", "registrar", "ministry", "trustee", "gateway")


# ---- maps and reports ----


def test_a_map_counts_only_from_the_registrar() -> None:
    pen = Pen()
    pen.request()
    for seat in EVERYBODY:
        assert why(pen, pen.release(seat)) is (None if seat == "registrar" else Why.WRONG_SEAT)
    assert why(pen, pen.release("registrar", map_sha256="ba" * 32)) is None
    assert [one.map_sha256 for one in settled(pen).releases] == ["ab" * 32, "ba" * 32]


def test_a_released_map_is_told_as_plain_values() -> None:
    pen = Pen()
    pen.request()
    pen.wait(HOUR_S)
    leaf = pen.release(at=instant_text(T0_S + 60), next_change_at=instant_text(T0_S + DAY_S))
    (found,) = settled(pen).releases
    assert (found.index, found.leaf, found.map_sha256, found.size) == (1, leaf, "ab" * 32, 1)
    assert (found.at_s, found.next_change_at_s, found.released_s) == (T0_S + 60, T0_S + DAY_S, T0_S + HOUR_S)
    assert found.timeline_sha256 == "cd" * 32
    pen.release()
    assert settled(pen).releases[1].next_change_at_s is None


def test_a_map_of_entries_that_the_log_does_not_have_is_void() -> None:
    pen = Pen()
    pen.request()
    pen.request()
    for changed in ({"root": "ee" * 32}, {"size": 1}, {"size": 3, "root": f"{2:063x}f"}, {"size": 99}):
        assert why(pen, pen.release(**changed)) is Why.UNSEEN_CHECKPOINT
    pen.say("ministry", pen.entries[0].statement, covered=False)
    size = len(pen.entries)
    assert why(pen, pen.release(size=size, root=f"{size:063x}f")) is Why.UNSEEN_CHECKPOINT  # nobody witnessed that size
    own = len(pen.entries) + 1
    assert why(pen, pen.release(size=own, root=f"{own:063x}f")) is Why.UNSEEN_CHECKPOINT  # nor itself
    assert settled(pen).releases == ()


def test_a_map_back_dated_before_its_checkpoint_is_void() -> None:
    pen = Pen()
    pen.request()
    assert why(pen, pen.release(at=instant_text(T0_S - 1))) is Why.TOO_EARLY
    assert why(pen, pen.release(at=instant_text(T0_S))) is None
    pen.checkpoints.append(Witnessed(size=len(pen.entries) + 1, root="aa" * 32, at_s=T0_S - DAY_S))
    pen.request(covered=False)  # its witnesses' clocks ran backwards: its instant is that of the one before
    assert why(pen, pen.release(at=instant_text(T0_S - 1))) is Why.TOO_EARLY


def test_a_map_for_an_instant_to_come_is_void_beyond_what_clocks_differ() -> None:
    pen = Pen()
    pen.request()
    assert why(pen, pen.release(at=instant_text(T0_S + 61))) is Why.FROM_THE_FUTURE
    assert why(pen, pen.release(at=instant_text(T0_S + 60))) is None
    pen.wait(DAY_S)
    assert why(pen, pen.release(at=instant_text(T0_S + DAY_S + HOUR_S))) is Why.FROM_THE_FUTURE
    assert [one.at_s for one in settled(pen, T0_S + 300 * DAY_S).releases] == [T0_S + 60]  # it never comes to count


def test_a_report_counts_only_from_a_point_of_enforcement() -> None:
    pen = Pen()
    pen.request()
    for seat in EVERYBODY:
        assert why(pen, pen.report(seat)) is (None if seat == "gateway" else Why.WRONG_SEAT)
    (found,) = settled(pen).reports
    assert (found.seat, found.point, found.layer, found.map_sha256) == ("gateway", "gateway-7", Layer.BEAM, "ab" * 32)
    assert (found.size, found.since_s, found.reported_s, found.index) == (8, T0_S, T0_S, 8)


def test_a_report_of_more_entries_than_there_were_is_void() -> None:
    pen = Pen()
    pen.request()
    pen.request()
    for size, expected in ((0, Why.UNSEEN_CHECKPOINT), (1, None), (5, Why.UNSEEN_CHECKPOINT), (5, None)):
        assert why(pen, pen.report(size=size)) is expected
    assert [one.size for one in settled(pen).reports] == [1, 5]


def test_a_strangers_map_or_report_counts_for_nothing() -> None:
    pen = Pen()
    pen.request()
    known = keyring()
    gone = tuple(replace(one, until_entry=1) if one.seat in ("registrar", "gateway") else one for one in known.keys)
    for leaf in (pen.release(), pen.report()):
        assert why(pen, leaf, **forged(keys=gone)) is Why.KEY_OUT_OF_WINDOW


@pytest.mark.parametrize("seat", EVERYBODY)
def test_anybody_with_a_seat_may_show_allege_answer_correct_and_appeal(seat: str) -> None:
    pen = Pen()
    request = pen.request()
    source = Source(publisher="A daily", title="A report", on="2026-05-01")
    claim = Allegation(
        log=LOG, claim_en="Cut.", claim_ar="قُطع.", evidence_class=EvidenceClass.DENIAL, sources=(source,)
    )
    asker = Party(kind=NGO, id="press")
    pen.evidence(seat, request)
    alleged = pen.say(seat, claim)
    pen.say(seat, Response(log=LOG, allegation=alleged, party=asker, status=ResponseStatus.DENIED, on="2026-05-02"))
    pen.say(seat, Correction(log=LOG, entry=alleged, text_en="Not cut.", text_ar="لم يُقطع."))
    pen.say(seat, Appeal(log=LOG, decision=request, appellant=asker, channel=Channel.LETTER, grounds="Unheard."))
    assert settled(pen).void == ()
    pen.say(seat, replace(claim, claim_en="Cut off."), public=b"\x07" * 32)
    assert [one.why for one in settled(pen).void] == [Why.UNKNOWN_KEY]


# ---- what is withheld ----


def asked(pen: Pen, *numbers: int) -> str:
    """A request that withholds names; everybody is ready to vote on it."""
    request = pen.request(benefit_to=tuple(hidden_party(number) for number in numbers or (0,)))
    pen.ready(request, *ALL_THREE)
    return request


def test_no_vote_counts_until_trustees_of_two_organisations_hold_what_is_withheld() -> None:
    pen = Pen()
    request = asked(pen)
    assert why(pen, pen.approve("op1", request)) is Why.NOT_DEPOSITED
    assert why(pen, pen.refuse("op1", request)) is Why.NOT_DEPOSITED
    pen.deposit("trustee", request)
    pen.deposit("trustee", request)
    pen.deposit("trustee-c", request)  # a second seat of the same vault
    assert why(pen, pen.approve("op1", request)) is Why.NOT_DEPOSITED
    pen.deposit("trustee-b", request)
    for seat in ALL_THREE:
        assert why(pen, pen.approve(seat, request)) is None
    assert state(pen) is State.GRANTED
    (found,) = settled(pen).withheld
    assert (found.trustees, found.deposited) == (("trustee", "trustee-c", "trustee-b"), True)


def test_every_name_must_be_deposited_not_only_one() -> None:
    pen = Pen()
    request = asked(pen, 0, 1)
    first, second = pen.hides(request)
    pen.deposit("trustee", request, (first,))
    pen.deposit("trustee-b", request, (first,))
    pen.deposit("trustee", request, (second,))
    assert why(pen, pen.approve("op1", request)) is Why.NOT_DEPOSITED
    pen.deposit("trustee-b", request, (second,))
    assert why(pen, pen.approve("op1", request)) is None


def test_a_deposit_that_has_not_been_witnessed_does_not_help() -> None:
    pen = Pen()
    request = asked(pen)
    pen.deposit("trustee", request)
    vote = pen.approve("op1", request)
    pen.deposit("trustee-b", request)
    assert why(pen, vote) is Why.NOT_DEPOSITED  # what came later does not mend it


def test_what_was_told_need_not_be_deposited() -> None:
    pen = Pen()
    request = asked(pen)
    pen.disclose("ministry", request)
    assert why(pen, pen.approve("op1", request)) is None
    assert not any("trustees" in one for one in settled(pen).concerns)


def test_only_trustees_deposit_and_only_what_the_entry_withholds() -> None:
    pen = Pen()
    request = asked(pen)
    (digest,) = pen.hides(request)
    for seat in EVERYBODY:
        assert why(pen, pen.deposit(seat, request)) is (None if seat == "trustee" else Why.WRONG_SEAT)
    other = secret(1)[0].digest
    assert why(pen, pen.deposit("trustee-b", request, (digest, other))) is Why.NOT_WITHHELD
    assert why(pen, pen.deposit("trustee-b", pen.request(), (digest,))) is Why.NOT_WITHHELD
    assert why(pen, pen.deposit("trustee-b", "99" * 32, (digest,))) is Why.UNKNOWN_ENTRY
    void = pen.request(seat="gateway", benefit_to=(hidden_party(0),))
    assert why(pen, pen.deposit("trustee-b", void, (digest,))) is Why.UNKNOWN_ENTRY
    assert why(pen, pen.approve("op1", request)) is Why.NOT_DEPOSITED
    assert len(settled(pen).withheld) == 1  # what is void withholds nothing


def test_a_trustee_who_would_tell_later_than_the_rules_allow_holds_nothing() -> None:
    pen = Pen()
    request = asked(pen)
    for wait_s, expected in ((90 * DAY_S + 1, Why.LATE_DISCLOSURE), (90 * DAY_S, None)):
        assert why(pen, pen.deposit("trustee", request, disclose_from=instant_text(T0_S + wait_s))) is expected
    pen.wait(DAY_S)  # counted from the entry, not from the deposit
    late = pen.deposit("trustee-b", request, disclose_from=instant_text(T0_S + 91 * DAY_S))
    assert why(pen, late) is Why.LATE_DISCLOSURE


def test_a_contact_declaration_that_withholds_serves_once_it_is_deposited() -> None:
    pen = Pen()
    request = pen.request()
    met = Contact(party=hidden_party(), on="2026-05-01", channel=Channel.PHONE, topic="Service.")
    declared = pen.contacts("op1", contacts=(met,))
    pen.conflicts("op1", request)
    assert why(pen, declared) is None
    assert why(pen, pen.approve("op1", request)) is Why.NO_CONTACT_DECLARATION
    pen.deposit("trustee", declared)
    assert why(pen, pen.approve("op1", request)) is Why.NO_CONTACT_DECLARATION
    pen.deposit("trustee-b", declared)
    assert why(pen, pen.approve("op1", request)) is None


def test_a_conflict_that_is_withheld_recuses_at_once_and_one_that_ended_serves_once_deposited() -> None:
    pen = Pen()
    request = pen.request()
    pen.contacts("op1")
    pen.conflicts("op1", request, replace(CONFLICT, party=hidden_party()))
    assert why(pen, pen.approve("op1", request)) is Why.RECUSED
    ended: Conflict = replace(CONFLICT, party=hidden_party(1), until="2020-01-01")
    pen.contacts("op2")
    declared = pen.conflicts("op2", request, ended)
    assert why(pen, pen.approve("op2", request)) is Why.NO_CONFLICT_DECLARATION
    pen.deposited(declared)
    assert why(pen, pen.approve("op2", request)) is None


def test_what_is_withheld_is_told_by_its_day_or_it_is_overdue() -> None:
    pen = Pen()
    request = asked(pen)
    pen.deposited(request)
    due_s = T0_S + 90 * DAY_S
    assert not settled(pen, due_s - 1).withheld[0].overdue
    found = settled(pen, due_s)
    assert (found.withheld[0].due_s, found.withheld[0].overdue, found.withheld[0].disclosed_s) == (due_s, True, None)
    assert any("not told by its day" in one for one in found.concerns)
    pen.wait(90 * DAY_S - 1)
    assert why(pen, pen.disclose("trustee", request)) is None
    found = settled(pen, due_s + DAY_S)
    assert (found.withheld[0].disclosed_s, found.withheld[0].overdue) == (due_s - 1, False)
    assert not any("not told by its day" in one for one in found.concerns)


def test_what_was_told_late_stays_marked() -> None:
    pen = Pen()
    request = asked(pen)
    pen.deposited(request)
    pen.wait(90 * DAY_S)
    pen.disclose("trustee", request)
    assert settled(pen).withheld[0].overdue


def test_what_nobody_holds_is_a_concern() -> None:
    pen = Pen()
    shown = pen.evidence("ministry", pen.request(), 1)
    assert any("not held by trustees of two organisations" in one for one in settled(pen).concerns)
    pen.deposited(shown)
    assert not any("trustees" in one for one in settled(pen).concerns)
    (found,) = settled(pen).withheld
    assert (found.index, found.kind, found.digest) == (1, RedactionClass.PERSON_NAME, secret(1)[0].digest)


def test_a_disclosure_tells_only_what_its_entry_withholds_and_once() -> None:
    pen = Pen()
    first, second = asked(pen, 0, 1), pen.request(benefit_to=(hidden_party(2),))
    one, two = pen.hides(first)
    assert why(pen, pen.disclose("op1", second, one)) is Why.NOT_WITHHELD
    assert why(pen, pen.disclose("op1", second, *pen.hides(second), one)) is Why.NOT_WITHHELD
    assert why(pen, pen.disclose("op1", "99" * 32, one)) is Why.UNKNOWN_ENTRY
    assert [each.disclosed_s for each in settled(pen).withheld] == [None, None, None]
    assert why(pen, pen.disclose("op1", first, one)) is None
    assert why(pen, pen.disclose("trustee", first, one)) is Why.TOLD_BEFORE
    pen.wait(HOUR_S)
    assert why(pen, pen.disclose("trustee", first, one, two)) is None  # a race for one name does not silence the other
    assert [each.disclosed_s for each in settled(pen).withheld] == [T0_S, T0_S + HOUR_S, None]


def test_a_digest_of_nothing_is_never_told_and_so_overdue() -> None:
    pen = Pen()
    request = asked(pen, 3)
    assert why(pen, pen.disclose("trustee", request)) is Why.UNREADABLE
    assert settled(pen, T0_S + 90 * DAY_S).withheld[0].overdue


def test_a_disclosure_of_which_a_part_tells_nothing_is_void_whole() -> None:
    pen = Pen()
    request = asked(pen, 0, 3)
    assert why(pen, pen.disclose("trustee", request)) is Why.UNREADABLE
    assert [one.disclosed_s for one in settled(pen).withheld] == [None, None]
    assert why(pen, pen.disclose("trustee", request, pen.hides(request)[0])) is None


def test_anybody_with_a_seat_may_disclose_and_strangers_not() -> None:
    for seat in EVERYBODY:
        pen = Pen()
        assert why(pen, pen.disclose(seat, asked(pen))) is None
    pen = Pen()
    request = asked(pen)
    leaf = pen.disclose("op1", request)
    statement = pen.entries[-1].statement
    assert why(pen, leaf) is None
    assert why(pen, pen.say("op1", statement, public=b"\x07" * 32)) is Why.UNKNOWN_KEY
    assert why(pen, pen.say("trustee", pen.entries[-1].statement, public=key("trustee", 1))) is Why.UNKNOWN_KEY


def test_the_day_of_telling_is_that_of_the_rules_when_it_was_filed() -> None:
    pen = Pen()
    first = Rules(log=LOG)
    shorter = Rules(log=LOG, version=2, previous_sha256=rules_digest(first), disclosure_s=DAY_S)
    pen.rules = {rules_digest(one): one for one in (first, shorter)}
    pen.rules_digests = list(pen.rules)
    pen.evidence("ministry", pen.request(), 0)
    for seat in ALL_THREE:
        pen.change_rules(seat, pen.rules_digests[1])
    pen.evidence("ministry", pen.entries[0].leaf, 1)
    assert [one.due_s for one in settled(pen).withheld] == [T0_S + 90 * DAY_S, T0_S + DAY_S]


def test_what_one_entry_withholds_under_one_digest_twice_is_one() -> None:
    pen = Pen()
    asked(pen, 0, 0, 1)
    assert [one.digest for one in settled(pen).withheld] == [secret(0)[0].digest, secret(1)[0].digest]


def test_a_trustee_counts_for_the_organisation_of_the_day() -> None:
    pen, known = Pen(), keyring()
    merged = [replace(one, counts_as="vault") if one.id == "archive" else one for one in known.organisations]
    together = replace(known, organisations=tuple(merged))
    changed = {"keyrings": {keyring_digest(together): together}, "keyring_sha256": keyring_digest(together)}
    request = asked(pen)
    pen.deposited(request, *TRUSTEES)
    assert not settled(pen, **changed).withheld[0].deposited
    assert settled(pen).withheld[0].deposited


def test_existence_territory_and_verdict_are_told_of_a_request_that_withholds() -> None:
    pen = Pen()
    request = asked(pen)
    pen.deposited(request)
    for seat in ALL_THREE:
        pen.approve(seat, request)
    found = decided(pen)
    assert found.effect == effect(T0_S, T0_S + 100 * DAY_S) and found.verdict.grants
