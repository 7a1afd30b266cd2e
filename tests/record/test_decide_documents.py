"""Keyrings, rules and prefixes of the log, attack by attack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hudhud.errors import RecordError
from hudhud.record.history import (
    State,
    Why,
    Witnessed,
    keyrings_by_digest,
    rules_by_digest,
)
from hudhud.record.keyring import keyring_bytes, keyring_digest
from hudhud.record.rules import Rules, rules_bytes, rules_digest, rules_from, rules_successor_faults
from record.decided_twice import ALL_THREE, settled, why
from record.record_factory import (
    DAY_S,
    GROUPS,
    HOUR_S,
    LOG,
    T0_S,
    Pen,
    keyring,
)

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


def test_a_stranger_does_not_even_tell_which_keyring_or_rules_are_in_force() -> None:
    pen = Pen()
    for expected, said in ((None, {}), (Why.UNKNOWN_KEY, {"public": b"\x07" * 32})):
        keyring_said = pen.change_keyring("ministry", pen.keyring_digests[0], version=1, previous=None, **said)
        assert why(pen, keyring_said) is expected
        rules_said = pen.change_rules("ministry", pen.rules_digests[0], version=1, previous=None, **said)
        assert why(pen, rules_said) is expected


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
        {"disclosure_s": DAY_S - 1},
        {"disclosure_s": 365 * DAY_S + 1},
        {"ordinary": "none"},
        {"emergency": "none"},
        {"lifelines": "none"},
        {"change": "none"},
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
