"""Reading a record: verified whole, refused with every fault, never with a traceback."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.keyring import keyring_bytes, keyring_digest
from hudhud.record.reading import opened_entries, read_blob, read_record
from hudhud.record.statements import KeyringChange
from hudhud.record.tiles import CHECKPOINT, blob_path
from hudhud.record.timeline import TIMELINE
from hudhud.record.trust import TRUST, trust_bytes
from record.audit_factory import START_S, VOTERS, WORLD, Watched, next_keyring, world
from record.tampering import tiled


@pytest.fixture(scope="module")
def sitting() -> Watched:
    made = Watched(WORLD, START_S)
    made.granted()
    made.wait(60)
    made.settle()
    return made


def refused(files: dict[str, bytes]) -> RecordError:
    with pytest.raises(RecordError) as error:
        read_record(files.get, WORLD.trust, files)
    return error.value


def test_a_record_gives_back_what_was_said(sitting: Watched) -> None:
    record = sitting.record()
    assert record.prefix == sitting.prefix()
    assert record.witnessed_s == sitting.now_s
    assert record.blob(WORLD.trust.keyring_sha256) == keyring_bytes(WORLD.keyring)
    assert record.blob("ab" * 32) is None


def test_its_own_root_of_trust_may_lie_beside_it(sitting: Watched) -> None:
    files = dict(sitting.log.files) | {TRUST: trust_bytes(WORLD.trust)}
    assert read_record(files.get, WORLD.trust, files).prefix == sitting.prefix()


def test_another_root_of_trust_refuses_it(sitting: Watched) -> None:
    files = sitting.log.files
    with pytest.raises(RecordError):
        read_record(files.get, world(salt="other").trust, files)


def test_all_that_is_wrong_is_told_at_once(sitting: Watched) -> None:
    files = dict(sitting.log.files)
    del files[TIMELINE]
    files["stray"] = b""
    first = blob_path(bytes.fromhex(WORLD.trust.rules_sha256))
    files[first] = b"{}"
    told = [one.where for one in refused(files).faults]
    assert set(told) >= {TIMELINE, "stray", first}


def test_between_two_writes_the_timeline_is_one_checkpoint_ahead(sitting: Watched) -> None:
    whole, notes = sitting.record(), sitting.log.timeline
    size = whole.prefix.checkpoints[-2].size
    files = {**sitting.log.files, **tiled(whole.entries[:size]), CHECKPOINT: notes[-2]}  # partial tiles stay served
    record = read_record(files.get, WORLD.trust, files)
    assert record.unserved == whole.prefix.checkpoints[-1] and whole.unserved is None
    assert record.entries == whole.entries[:size] and record.prefix.entries == whole.prefix.entries[:size]
    assert record.prefix.checkpoints == whole.prefix.checkpoints[:-1] == record.timeline.witnessed
    assert record.signed.checkpoint.size == size and record.timeline.notes == tuple(notes[:-1])


def test_no_other_checkpoint_goes_with_a_timeline(sitting: Watched) -> None:
    whole, notes, entries = dict(sitting.log.files), sitting.log.timeline, sitting.record().entries
    for note, one in zip(notes[:-2], sitting.prefix().checkpoints, strict=False):
        told = refused(whole | tiled(entries[: one.size]) | {CHECKPOINT: note})
        assert {each.where for each in told.faults} == {TIMELINE}
    before = Watched(WORLD, START_S)
    before.ask()
    assert refused(whole | {TIMELINE: before.log.files[TIMELINE]}).faults  # the checkpoint is ahead
    assert refused(dict(before.log.files) | {CHECKPOINT: notes[-2]}).faults


def test_a_blob_with_other_bytes_is_no_blob() -> None:
    assert read_blob({blob_path(bytes(32)): b"x"}.get, "00" * 32) is None


def test_keys_of_a_later_keyring_open_later_entries() -> None:
    made, second = Watched(WORLD, START_S), next_keyring(WORLD)
    change = KeyringChange(
        log=WORLD.trust.log, version=2, keyring_sha256=keyring_digest(second), previous_sha256=second.previous_sha256
    )
    made.log.add_blobs([keyring_bytes(second)])
    made.file_together([(seat, change) for seat in VOTERS])
    assert set(made.record().prefix.keyrings) == {WORLD.trust.keyring_sha256, keyring_digest(second)}


def test_entries_opened_elsewhere_are_taken_as_they_come(sitting: Watched) -> None:
    files = sitting.log.files
    calls = []

    def open_all(entries, keys):  # type: ignore[no-untyped-def]
        calls.append(len(entries))
        return ["is no entry at all", *opened_entries(entries, keys)[1:]]

    with pytest.raises(RecordError, match="entry 0: is no entry at all"):
        read_record(files.get, WORLD.trust, files, open_all)
    assert calls == [sitting.log.size]


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_bytes_bring_a_traceback(sitting: Watched, data: st.DataObject) -> None:
    files = dict(sitting.log.files)
    path = data.draw(st.sampled_from(sorted(files)))
    made = data.draw(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda text: text.encode())))
    rng = random.Random(data.draw(st.integers(0, 2**32)))
    at = rng.randrange(len(files[path]) + 1)
    files[path] = files[path][:at] + made + files[path][at + rng.randrange(40) :]
    if files[path] != sitting.log.files[path]:
        assert refused(files).faults or path == CHECKPOINT
