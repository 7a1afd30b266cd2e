"""What an insider can do with which keys, and what everybody else sees of it.  Named after the attack.

The log's key alone, the log's and the registrar's, witnesses fewer than the quorum; what they can do unseen is told as well.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hudhud.errors import RecordError
from hudhud.record.audit import Audit, audit, older_copy
from hudhud.record.audit_maps import GRACE_S
from hudhud.record.audit_parts import Answer, Found
from hudhud.record.checkpoint import Checkpoint
from hudhud.record.decide import decide
from hudhud.record.envelope import envelope_bytes, envelope_from
from hudhud.record.forms import instant_text
from hudhud.record.history import State, Why
from hudhud.record.keyring import keyring_bytes, keyring_digest
from hudhud.record.note import Note, cosignature, note_signature, read_note
from hudhud.record.statements import KeyringChange
from hudhud.record.tiles import CHECKPOINT
from hudhud.record.timeline import TIMELINE, timeline_bytes
from hudhud.record.tree import root
from record.audit_factory import DAY_S, START_S, VOTERS, WORLD, Watched, next_keyring, rich, stub_map, world
from record.tampering import Files, tiled

SILENT = "ff" * 32
"""Digest of a map that somebody made by hand."""


def judged(files: Files, **asked: object) -> Audit:
    return audit(files.get, WORLD.trust, files, compiled=stub_map, **asked)  # type: ignore[arg-type]


def found_in(sitting: Watched) -> set[Found]:
    return {one.kind for one in judged(dict(sitting.log.files)).findings}


@pytest.fixture
def sitting() -> Watched:
    made = Watched(WORLD, START_S)
    made.granted()
    made.wait(60)
    made.settle()
    made.wait(60)
    return made


# ---- the operator, with the log's and the registrar's keys, or at a gateway ----


def test_silent_flip_of_a_map_by_the_registrar(sitting: Watched) -> None:
    """Kherson: somebody inside orders another map, and everything that is needed to release it is at hand."""
    sitting.release(SILENT)
    assert Found.WRONG_MAP in found_in(sitting)


def test_silent_flip_of_a_map_at_the_gateway(sitting: Watched) -> None:
    sitting.obey(stub_map_of(SILENT), 3)
    assert found_in(sitting) >= {Found.UNPROVEN_MAP}


def stub_map_of(digest: str):  # type: ignore[no-untyped-def]
    from hudhud.record.audit_parts import CompiledMap

    return CompiledMap(sha256=digest)


def test_release_from_the_future_makes_no_honest_later_one_go_back(sitting: Watched) -> None:
    """The registrar's key alone, once: a right map for a month ahead.  It counts for nothing, then or ever; the others do."""
    made = sitting.map_now()
    sitting.release(made.sha256, None, at=instant_text(sitting.now_s + 30 * DAY_S))
    guilty = sitting.said[-1].index
    for _ in range(2):
        sitting.wait(60)
        sitting.granted()
        sitting.wait(60)
        sitting.settle()
    found = judged(dict(sitting.log.files))
    assert found.outcomes is not None and found.answer is Answer.SOUND
    assert {one.index: one.why for one in found.outcomes.void}[guilty] is Why.FROM_THE_FUTURE
    sitting.wait(40 * DAY_S)
    assert guilty not in {one.index for one in decide(sitting.prefix(), sitting.now_s).releases}


def test_forged_release_by_a_seat_that_is_no_registrar(sitting: Watched) -> None:
    made = sitting.map_now()
    sitting.release(made.sha256, made.next_change_s)
    release = replace(sitting.said[-1].statement, map_sha256=SILENT)  # type: ignore[type-var]
    sitting.file("op-3", release)
    sitting.obey(stub_map_of(SILENT), 3)
    found = judged(dict(sitting.log.files))
    assert found.outcomes is not None
    assert Why.WRONG_SEAT in {one.why for one in found.outcomes.void}
    assert Found.UNPROVEN_MAP in {one.kind for one in found.findings}


def test_forged_release_without_the_quorum_of_witnesses(sitting: Watched) -> None:
    """The log's key, the registrar's and two witnesses: not three."""
    two = list(WORLD.witnesses)[:2]
    sitting.release(SILENT)
    files = dict(sitting.log.files)
    note = read_note(files[CHECKPOINT])
    kept = [WORLD.log.key.name, *(WORLD.witnesses[name].key.name for name in two)]
    few = Note(text=note.text, signatures=tuple(one for one in note.signatures if one.name in kept)).data
    notes = [*sitting.log.timeline[:-1], few]
    files |= {CHECKPOINT: few, TIMELINE: timeline_bytes(notes, WORLD.log)}
    assert {one.kind for one in judged(files).findings} == {Found.BROKEN}


def test_hidden_approval_shown_only_after_the_map_was_switched(sitting: Watched) -> None:
    """The map changes first; approvals that make it right come an hour later, and it is seen."""
    leaf = sitting.ask()
    sitting.wait(60)
    sitting.declare(leaf, *VOTERS)
    newest = sitting.newest
    early = sitting.map_now()
    sitting.approve(leaf, *VOTERS)
    wanted = sitting.map_now()
    assert wanted != early
    sitting.release(wanted.sha256, wanted.next_change_s, size=newest.size, root=newest.root)
    assert Found.WRONG_MAP in found_in(sitting)


def test_hidden_approval_never_recorded_takes_no_effect(sitting: Watched) -> None:
    leaf = sitting.ask()
    sitting.wait(60)
    sitting.declare(leaf, *VOTERS)
    sitting.approve(leaf, *VOTERS[:2])
    assert leaf not in {one.id for one in decide(sitting.prefix(), sitting.now_s).in_force}
    sitting.wait(60)
    sitting.settle()
    assert judged(dict(sitting.log.files)).answer is Answer.SOUND


def test_backdated_decision_takes_effect_when_it_is_witnessed(sitting: Watched) -> None:
    """It says that it has been in force for two days.  The map of then stays what it was."""
    before = sitting.map_now()
    then_s = sitting.now_s
    sitting.wait(DAY_S)
    leaf = sitting.granted(start_in_s=-2 * DAY_S)
    found = {one.id: one for one in decide(sitting.prefix(), sitting.now_s).decisions}[leaf]
    assert found.start_s == sitting.now_s and found.moved_up
    assert stub_map(sitting.prefix(), decide(sitting.prefix(), then_s)) == before
    sitting.release(sitting.map_now().sha256, None, at=instant_text(then_s))
    assert Why.TOO_EARLY in {one.why for one in decide(sitting.prefix(), sitting.now_s).void}


def test_suppressed_enforcement_report(sitting: Watched) -> None:
    sitting.granted()
    sitting.wait(60)
    sitting.release_now()
    sitting.wait(2 * GRACE_S)
    sitting.ask("agency")
    assert found_in(sitting) == {Found.SILENT_POINT}


# ---- the log's key ----


def relogged(sitting: Watched, entries: list[bytes], notes: list[bytes]) -> Files:
    """Other entries, everything derived again and signed again with the log's key; cosignatures only as they were given."""
    old = read_note(notes[-1])
    from hudhud.record.tree import leaf_hash

    text = Checkpoint(origin=WORLD.trust.log, size=len(entries), root=root([leaf_hash(one) for one in entries])).text
    signatures = (note_signature(text, WORLD.log), *old.signatures[1:])
    notes = [*notes[:-1], Note(text=text, signatures=signatures).data]
    blobs = {path: data for path, data in sitting.log.files.items() if path.startswith("blob/")}
    return tiled(entries) | blobs | {CHECKPOINT: notes[-1], TIMELINE: timeline_bytes(notes, WORLD.log)}


def test_entry_removed_with_the_key_of_the_log() -> None:
    sitting = rich()
    entries, notes = list(sitting.record().entries), list(sitting.log.timeline)
    for place in range(0, len(entries), 7):
        files = relogged(sitting, entries[:place] + entries[place + 1 :], notes)
        assert {one.kind for one in judged(files).findings} == {Found.BROKEN}


def test_vote_altered_with_the_key_of_the_log(sitting: Watched) -> None:
    """Even were the witnesses to sign it all again: nobody has the voters' keys."""
    entries = list(sitting.record().entries)
    envelope = envelope_from(entries[7])
    entries[7] = envelope_bytes(replace(envelope, payload=envelope.payload.replace(b'"granted"', b'"refused"')))
    again = Watched(WORLD, START_S)
    again.log.append(entries)
    again.wait(DAY_S)
    again.witness()
    found = judged(dict(again.log.files))
    assert {one.where for one in found.findings} == {"entry 7"}


def test_dropped_checkpoint_between_releases() -> None:
    """Leaving a checkpoint out of the timeline moves the instants of what it first covered; the log's key can sign that."""
    sitting = rich()
    notes = list(sitting.log.timeline)
    kept = older_copy(sitting.log.files[TIMELINE], WORLD.policy)
    last_release = max(one.size for one in decide(sitting.prefix(), sitting.now_s).releases)
    seen = 0
    for place in range(len(notes) - 1):
        files = dict(sitting.log.files) | {
            TIMELINE: timeline_bytes(notes[:place] + notes[place + 1 :], WORLD.log),
        }
        size = int(notes[place].split(b"\n")[1])
        found = judged(files)
        if size <= last_release:
            assert not found.sound
            seen += 1
        assert Found.VANISHED_CHECKPOINT in {one.kind for one in judged(files, older=kept).findings}
    assert seen > 20


def test_freeze_of_the_record(sitting: Watched) -> None:
    """Yesterday's record is true, and it is yesterday's: the clock tells, and so does a kept checkpoint."""
    old = dict(sitting.log.files)
    sitting.granted()
    sitting.wait(60)
    sitting.settle()
    newest = older_copy(sitting.log.files[CHECKPOINT], WORLD.policy)
    assert judged(old).answer is Answer.SOUND
    assert {one.kind for one in judged(old, now_s=sitting.now_s + 2 * DAY_S).findings} == {Found.STALE}
    assert {one.kind for one in judged(old, older=newest).findings} == {Found.SHORTER}


# ---- witnesses ----


def two_views(dishonest: int) -> tuple[Files, Files]:
    """Two records of one size, shown to two halves of the honest witnesses.  Raises RecordError where one lacks the quorum."""
    names = list(WORLD.witnesses)
    liars, honest = names[:dishonest], names[dishonest:]
    half = (len(honest) + 1) // 2
    views = []
    for number, seen_by in enumerate((honest[:half], honest[half:])):
        one = Watched(WORLD, START_S)
        one.serial = number
        one.file_together([("ministry", one.request_of())], cosigned=False)
        one.witness(absent=set(names) - set(liars) - set(seen_by))
        views.append(dict(one.log.files))
    return views[0], views[1]


def test_split_view_fails_with_one_dishonest_witness_of_four() -> None:
    with pytest.raises(RecordError):
        two_views(dishonest=1)


def test_split_view_with_two_dishonest_witnesses_is_seen_by_whoever_compares_two_copies() -> None:
    """What the arithmetic foretells: k = 3 of n = 4 bears one liar, not two.  Then only comparing helps, and it proves it."""
    one, other = two_views(dishonest=2)
    assert judged(one).sound and judged(other).sound
    seen = judged(one, older=older_copy(other[CHECKPOINT], WORLD.policy))
    assert {each.kind for each in seen.findings} == {Found.REWRITTEN}


def test_checkpoint_cosigned_by_somebody_else_counts_for_nothing(sitting: Watched) -> None:
    strangers = world(salt="strangers").witnesses
    files = dict(sitting.log.files)
    note = read_note(files[CHECKPOINT])
    forged = tuple(cosignature(note.text, one, START_S) for one in strangers.values())
    few = Note(text=note.text, signatures=(note.signatures[0], *forged)).data
    files |= {CHECKPOINT: few, TIMELINE: timeline_bytes([*sitting.log.timeline[:-1], few], WORLD.log)}
    assert {one.kind for one in judged(files).findings} == {Found.BROKEN}


# ---- keyrings, replays ----


def test_keyring_rollback_to_an_older_trusted_version(sitting: Watched) -> None:
    """CVE-2026-44544's pattern: an older keyring, once in force, is put in force again."""
    second = next_keyring(WORLD)
    up = KeyringChange(
        log=WORLD.trust.log, version=2, keyring_sha256=keyring_digest(second), previous_sha256=second.previous_sha256
    )
    down = KeyringChange(log=WORLD.trust.log, version=1, keyring_sha256=WORLD.trust.keyring_sha256)
    sitting.log.add_blobs([keyring_bytes(second)])
    sitting.file_together([(seat, up) for seat in VOTERS])
    sitting.file_together([(seat, down) for seat in VOTERS])
    found = judged(dict(sitting.log.files))
    assert found.outcomes is not None and found.sound
    assert found.outcomes.keyring_sha256 == keyring_digest(second)
    assert [one.why for one in found.outcomes.void][-3:] == [Why.ROLLBACK] * 3


def test_keyring_slipped_in_beside_the_trusted_one(sitting: Watched) -> None:
    """A keyring with a stranger's key, kept beside the log and voted for by nobody, gives nobody a voice."""
    stranger = world(salt="strangers")
    other = replace(stranger.keyring, log=WORLD.trust.log)
    sitting.log.add_blobs([keyring_bytes(other)])
    (leaf,) = sitting.file("ministry", sitting.request_of())
    sitting.wait(60)
    acts = sitting.approval(leaf)
    from hudhud.record.envelope import sign

    key = stranger.signers["op-1"]
    sitting.log.append([envelope_bytes(sign(acts, key, key.public_key))])
    sitting.witness()
    found = judged(dict(sitting.log.files))
    assert not found.sound and "no keyring of this record" in str(found.findings[0].told["problem"])


def test_replay_of_an_approval_in_another_log(sitting: Watched) -> None:
    """The same people sign for two logs; what they said in one counts for nothing in the other."""
    other = Watched(world(origin="example.invalid/other"), START_S)
    other.granted()
    signers = other.demonstration.signers
    assert signers["op-1"].public_key == WORLD.signers["op-1"].public_key
    sitting.log.append(list(other.record().entries))
    sitting.witness()
    found = judged(dict(sitting.log.files))
    assert found.outcomes is not None and found.sound
    assert [one.why for one in found.outcomes.void] == [Why.OTHER_LOG] * other.log.size


def test_replay_of_an_approval_after_its_decision_ended(sitting: Watched) -> None:
    leaf = sitting.said[0].leaf
    approvals = list(sitting.record().entries[7:10])
    sitting.declare(leaf, *VOTERS)
    sitting.revoke(leaf, *VOTERS)
    sitting.wait(60)
    sitting.settle()
    sitting.log.append(approvals)
    sitting.wait(60)
    sitting.witness()
    found = judged(dict(sitting.log.files))
    assert found.outcomes is not None and found.sound
    assert [one.state for one in found.outcomes.requests] == [State.REVOKED]
    assert [one.why for one in found.outcomes.void][-3:] == [Why.REPLAYED_ENTRY] * 3
