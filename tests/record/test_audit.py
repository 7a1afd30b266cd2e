"""What an audit finds in records that are true as far as they go: late, missing, old."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hudhud.errors import RecordError
from hudhud.record.audit import FRESH_S, Audit, audit, audit_of, older_copy
from hudhud.record.audit_maps import GRACE_S, cut_prefix
from hudhud.record.audit_parts import Answer, CompiledMap, Found, HeldMap, Weight
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.history import Outcomes, Prefix
from hudhud.record.keyring import keyring_bytes, keyring_digest
from hudhud.record.receipt import Receipt
from hudhud.record.statements import KeyringChange
from hudhud.record.tiles import CHECKPOINT
from hudhud.record.timeline import TIMELINE, timeline_digest
from hudhud.record.words import ServiceClass, ServiceState
from record.audit_factory import DAY_S, HOUR_S, START_S, VOTERS, WORLD, Watched, next_keyring, rich, stub_map, world


def audited(sitting: Watched, **asked: object) -> Audit:
    files = sitting.log.files
    return audit(files.get, sitting.demonstration.trust, files, compiled=stub_map, **asked)  # type: ignore[arg-type]


def kinds(found: Audit) -> list[Found]:
    """Everything found but entries without effect."""
    return [one.kind for one in found.findings if one.kind is not Found.VOID_ENTRY]


@pytest.fixture
def sitting() -> Watched:
    """A decision that was released and is obeyed."""
    made = Watched(WORLD, START_S)
    made.granted()
    made.wait(60)
    made.settle()
    return made


def test_a_rich_record_that_is_in_time_is_sound() -> None:
    found = audited(rich())
    assert found.answer is Answer.SOUND and found.sound
    assert found.counted is not None
    assert (found.counted.requests, found.counted.decisions, found.counted.releases) == (3, 2, 5)
    assert found.counted.signatures == found.counted.entries + 1 + 5 * found.counted.checkpoints


def test_what_is_decided_and_not_released_is_found_once_its_time_is_over(sitting: Watched) -> None:
    leaf = sitting.granted()
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.PENDING]
    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    (found,) = [one for one in audited(sitting).findings if one.weight is Weight.UNSOUND]
    assert found.kind is Found.UNRELEASED_DECISION and found.told["decision"] == leaf


def test_a_decision_that_was_never_released_at_all_is_found() -> None:
    sitting = Watched(WORLD, START_S)
    sitting.granted()
    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.UNRELEASED_DECISION]


def test_an_end_that_is_not_released_is_found(sitting: Watched) -> None:
    leaf = sitting.said[0].leaf
    sitting.declare(leaf, *VOTERS)
    sitting.revoke(leaf, *VOTERS)
    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.UNRELEASED_CHANGE]


def test_a_rest_that_is_not_released_is_found(sitting: Watched) -> None:
    leaf = sitting.said[0].leaf
    sitting.declare(leaf, *VOTERS)
    sitting.suspend(leaf, frozenset({ServiceClass.BUSINESS}), sitting.now_s + DAY_S, *VOTERS)
    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.UNRELEASED_CHANGE]


def test_what_does_not_show_on_the_map_need_not_be_released(sitting: Watched) -> None:
    """A wider decision under a narrower one changes no cell: the map stays what it is."""
    masked = sitting.granted()

    def blind(prefix: Prefix, outcomes: Outcomes) -> CompiledMap:
        others = tuple(one for one in outcomes.requests if one.leaf != masked)
        return stub_map(prefix, Outcomes(**{**_fields(outcomes), "requests": others}))

    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    files = sitting.log.files
    assert audit(files.get, WORLD.trust, files, compiled=blind).sound
    assert not audited(sitting).sound


def _fields(outcomes: Outcomes) -> dict[str, object]:
    return {name: getattr(outcomes, name) for name in Outcomes.__dataclass_fields__}


def test_a_late_release_is_a_concern_and_stays_one(sitting: Watched) -> None:
    sitting.granted()
    sitting.wait(2 * GRACE_S)
    sitting.settle()
    sitting.wait(60)
    found = audited(sitting)
    assert kinds(found) == [Found.LATE_RELEASE] and found.answer is Answer.SOUND_WITH_CONCERNS


def test_a_release_of_nothing_that_can_be_made_is_not_sound(sitting: Watched) -> None:
    def refuses(_: Prefix, __: Outcomes) -> CompiledMap:
        raise RecordError("territory T-1: nobody has shown its cells")

    files = sitting.log.files
    found = audit(files.get, WORLD.trust, files, compiled=refuses)
    assert set(kinds(found)) == {Found.NO_MAP_FOLLOWS}


def test_a_wrong_next_change_is_found(sitting: Watched) -> None:
    sitting.wait(60)
    made = sitting.map_now()
    sitting.release(made.sha256, sitting.now_s + 77)
    assert Found.WRONG_NEXT_CHANGE in kinds(audited(sitting))


def test_a_next_change_where_none_is_expected_is_told_without_one() -> None:
    made = Watched(WORLD, START_S)
    made.ask()
    made.release(made.map_now().sha256, made.now_s + 77)
    (found,) = [one for one in audited(made).findings if one.kind is Found.WRONG_NEXT_CHANGE]
    assert dict(found.told) == {"told_s": made.now_s + 77}


def test_a_standing_decision_that_is_not_released_is_found(sitting: Watched) -> None:
    asked = sitting.request_of().effect
    sitting.granted(effect=replace(asked, until=None))
    sitting.wait(GRACE_S + 60)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.UNRELEASED_DECISION]


def test_a_rest_that_is_over_and_still_on_the_map_is_found(sitting: Watched) -> None:
    leaf = sitting.said[0].leaf
    sitting.declare(leaf, *VOTERS)
    sitting.suspend(leaf, frozenset({ServiceClass.BUSINESS}), sitting.now_s + DAY_S, *VOTERS)
    sitting.settle()
    sitting.wait(DAY_S + GRACE_S + 60)
    sitting.ask("agency")
    assert Found.UNRELEASED_CHANGE in kinds(audited(sitting))


def test_another_map_though_nothing_was_decided_is_found(sitting: Watched) -> None:
    """As where two programs, or two catalogues, make different maps of the same decisions."""
    size = sitting.newest.size
    sitting.ask("agency")

    def compiled(prefix: Prefix, outcomes: Outcomes) -> CompiledMap:
        made = stub_map(prefix, outcomes)
        return made if outcomes.size <= size else CompiledMap(sha256="ab" * 32, next_change_s=made.next_change_s)

    files = sitting.log.files
    assert Found.UNRELEASED_MAP in kinds(audit(files.get, WORLD.trust, files, compiled=compiled))


def test_that_no_map_follows_any_more_is_found(sitting: Watched) -> None:
    size = sitting.newest.size
    sitting.ask("agency")

    def compiled(prefix: Prefix, outcomes: Outcomes) -> CompiledMap:
        if outcomes.size > size:
            raise RecordError("territory T-1: nobody has shown its cells")
        return stub_map(prefix, outcomes)

    files = sitting.log.files
    assert kinds(audit(files.get, WORLD.trust, files, compiled=compiled)) == [Found.NO_MAP_FOLLOWS]


def test_a_release_that_goes_back_is_found(sitting: Watched) -> None:
    """An older state of things, told as that of now: the map is the right one for it, and is not to be obeyed."""
    first = sitting.newest
    notes = len(sitting.log.timeline)
    sitting.granted()
    sitting.wait(60)
    sitting.settle()
    sitting.wait(60)
    before = cut_prefix(sitting.prefix(), first.size)
    made = stub_map(before, decide(before, sitting.now_s))
    timeline = timeline_digest(sitting.log.timeline[:notes])
    sitting.release(made.sha256, made.next_change_s, size=first.size, root=first.root, timeline_sha256=timeline)
    assert kinds(audited(sitting)) == [Found.RELEASE_GOES_BACK]


# ---- points of enforcement ----


def test_a_point_that_never_reported_is_a_concern() -> None:
    sitting = Watched(WORLD, START_S)
    sitting.granted()
    sitting.wait(60)
    sitting.release_now()
    sitting.wait(2 * GRACE_S)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.SILENT_POINT, Found.SILENT_POINT]


def test_a_point_that_stops_reporting_is_a_concern(sitting: Watched) -> None:
    sitting.granted()
    sitting.wait(60)
    sitting.release_now()
    sitting.wait(2 * GRACE_S)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.SILENT_POINT, Found.SILENT_POINT]


def test_a_point_that_obeys_what_was_replaced_is_not_sound_until_it_obeys_the_new_one(sitting: Watched) -> None:
    old = sitting.map_now()
    sitting.granted()
    sitting.wait(60)
    new = sitting.release_now()
    sitting.wait(2 * GRACE_S)
    sitting.obey(old, 3)
    assert kinds(audited(sitting)) == [Found.OBEYS_OLD_MAP, Found.OBEYS_OLD_MAP]
    sitting.wait(60)
    sitting.obey(new, 3)
    assert kinds(audited(sitting)) == [Found.OBEYED_OLD_MAP, Found.OBEYED_OLD_MAP]


def test_a_map_obeyed_before_its_release_is_found(sitting: Watched) -> None:
    sitting.granted()
    made = sitting.map_now()
    sitting.obey(made, 3)
    sitting.wait(120)
    sitting.release_now()
    assert kinds(audited(sitting)) == [Found.OBEYED_BEFORE_RELEASE, Found.OBEYED_BEFORE_RELEASE]


def test_clocks_that_differ_by_seconds_are_no_finding() -> None:
    sitting = Watched(WORLD, START_S)
    sitting.granted()
    sitting.wait(60)
    made = sitting.release_now()
    sitting.obey(made, 3, since=instant_text(sitting.now_s - 5))
    assert kinds(audited(sitting)) == []


# ---- what was handed in ----


def test_an_old_record_is_told_as_old(sitting: Watched) -> None:
    newest_s = sitting.now_s
    assert kinds(audited(sitting, now_s=newest_s + FRESH_S)) == []
    assert kinds(audited(sitting, now_s=newest_s + FRESH_S + 1)) == [Found.STALE]
    (ahead,) = audited(sitting, now_s=newest_s - 61).findings
    assert ahead.kind is Found.AHEAD and ahead.told["ahead_for_s"] == 61


def test_receipts_are_held_against_the_record(sitting: Watched) -> None:
    sitting.wait(DAY_S)
    sitting.ask("agency")
    leaf, late = sitting.said[0].leaf, sitting.said[-1].leaf
    kept = Receipt(log=WORLD.trust.log, leaf=leaf, received_s=START_S - 60, include_by_s=START_S + 60)
    tardy = Receipt(log=WORLD.trust.log, leaf=late, received_s=START_S, include_by_s=START_S + 60)
    lost = Receipt(log=WORLD.trust.log, leaf="ab" * 32, received_s=START_S, include_by_s=START_S + 60)
    open_still = Receipt(log=WORLD.trust.log, leaf="ab" * 32, received_s=START_S, include_by_s=sitting.now_s + 60)
    assert kinds(audited(sitting, receipts=[kept, open_still])) == []
    assert kinds(audited(sitting, receipts=[tardy])) == [Found.LATE_ENTRY]
    assert kinds(audited(sitting, receipts=[lost])) == [Found.DROPPED_ENTRY]


def test_a_receipt_is_kept_by_the_first_checkpoint_whenever_the_next_one_comes(sitting: Watched) -> None:
    last, promised_s = sitting.said[-1].leaf, sitting.now_s + 60
    sitting.wait(HOUR_S)
    sitting.ask("agency")
    receipt = Receipt(log=WORLD.trust.log, leaf=last, received_s=promised_s - 60, include_by_s=promised_s)
    assert kinds(audited(sitting, receipts=[receipt])) == []


def test_a_map_that_was_handed_in_must_have_been_released(sitting: Watched) -> None:
    held = HeldMap(where="gateway.map", sha256=sitting.map_now().sha256)
    assert kinds(audited(sitting, maps=[held])) == []
    assert kinds(audited(sitting, maps=[HeldMap(where="x", sha256="ab" * 32)])) == [Found.HELD_MAP_UNPROVEN]
    sitting.granted()
    sitting.wait(60)
    sitting.settle()
    sitting.wait(2 * GRACE_S)
    sitting.ask("agency")
    assert kinds(audited(sitting, maps=[held])) == [Found.HELD_MAP_OLD]


def test_an_older_copy_is_a_beginning_of_the_record(sitting: Watched) -> None:
    files = sitting.log.files
    older = [older_copy(files[name], WORLD.policy) for name in (CHECKPOINT, TIMELINE)]
    sitting.ask("agency")
    assert [kinds(audited(sitting, older=each)) for each in older] == [[], []]
    with pytest.raises(RecordError):
        older_copy(files[CHECKPOINT], world(salt="other").policy)


def test_another_instant_of_the_same_checkpoint_is_found(sitting: Watched) -> None:
    copy = Watched(WORLD, START_S)
    copy.file_together([("ministry", sitting.said[0].statement)], cosigned=False)  # type: ignore[list-item]
    copy.wait(HOUR_S)
    copy.witness()
    assert kinds(audited(sitting, older=older_copy(copy.log.timeline[0], WORLD.policy))) == [Found.MOVED_INSTANT]


# ---- what is late or undone ----


def test_a_request_without_an_answer_is_overdue(sitting: Watched) -> None:
    sitting.ask("agency")
    sitting.wait(4 * DAY_S)
    sitting.ask("agency")
    assert kinds(audited(sitting)) == [Found.OVERDUE]


def test_an_emergency_that_nobody_ratified_is_told() -> None:
    sitting = Watched(WORLD, START_S)
    leaf = sitting.granted("op-2", "humanitarian-seat", state=ServiceState.EMERGENCY_SERVED)
    sitting.wait(60)
    sitting.settle()
    sitting.wait(DAY_S)
    sitting.ask("agency")
    sitting.settle()
    (found,) = [one for one in audited(sitting).findings if one.kind is Found.NEVER_RATIFIED]
    assert found.told["decision"] == leaf and found.weight is Weight.CONCERN


def test_a_document_that_enough_seats_voted_for_and_nobody_shows_is_not_sound(sitting: Watched) -> None:
    second = next_keyring(WORLD)
    change = KeyringChange(
        log=WORLD.trust.log, version=2, keyring_sha256=keyring_digest(second), previous_sha256=second.previous_sha256
    )
    sitting.file(VOTERS[0], change)
    assert kinds(audited(sitting)) == [Found.MISSING_DOCUMENT]
    for seat in VOTERS[1:]:
        sitting.file(seat, change)
    assert kinds(audited(sitting)) == [Found.HIDDEN_DOCUMENT]
    sitting.log.add_blobs([keyring_bytes(second)])
    assert kinds(audited(sitting)) == []


def test_findings_are_told_the_gravest_first(sitting: Watched) -> None:
    sitting.ask("agency")
    sitting.wait(4 * DAY_S)
    sitting.file("point-beam", sitting.said[-2].statement)
    found = audited(sitting, maps=[HeldMap(where="x", sha256="ab" * 32)])
    order = list(Found)
    assert [order.index(one.kind) for one in found.findings] == sorted(order.index(one.kind) for one in found.findings)


def test_an_audit_of_a_record_already_read_is_the_same(sitting: Watched) -> None:
    assert audit_of(sitting.record(), compiled=stub_map).findings == audited(sitting).findings
