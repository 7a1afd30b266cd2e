"""The timeline: checkpoints as first cosigned, none left out, changed or put elsewhere unseen."""

import pytest

from hudhud.errors import RecordError
from hudhud.record.note import Note, read_note
from hudhud.record.policy import accepted
from hudhud.record.timeline import TIMELINE, read_timeline, timeline_bytes, timeline_digest, witnessed
from record.audit_factory import START_S, WORLD, Watched, world


@pytest.fixture(scope="module")
def notes() -> tuple[bytes, ...]:
    sitting = Watched(WORLD, START_S)
    for _ in range(4):
        sitting.ask()
        sitting.wait(60)
    return sitting.log.timeline


def refused(data: bytes) -> str:
    with pytest.raises(RecordError) as error:
        read_timeline(data, WORLD.policy)
    return str(error.value)


def test_what_is_written_is_read_again(notes: tuple[bytes, ...]) -> None:
    found = read_timeline(timeline_bytes(notes, WORLD.log), WORLD.policy)
    assert found.notes == notes
    assert [one.size for one in found.witnessed] == [1, 2, 3, 4]
    assert [one.at_s for one in found.witnessed] == [START_S + 60 * n for n in range(4)]
    assert found.digest_until(2) == timeline_digest(notes[:2]) != timeline_digest(notes)


def test_a_timeline_without_a_checkpoint_yet_is_one() -> None:
    assert read_timeline(timeline_bytes([], WORLD.log), WORLD.policy).notes == ()


def test_the_instant_is_the_median_of_the_witnesses_the_earlier_of_two() -> None:
    """One liar of four moves it no further than an honest one says."""
    sitting = Watched(WORLD, START_S)
    sitting.file_together([("ministry", sitting.request_of())], cosigned=False)
    from hudhud.record.note import cosignature

    sitting.witness()
    note = read_note(sitting.log.timeline[0])
    times = (START_S - 10**6, START_S, START_S + 5, START_S + 9)
    lines = [cosignature(note.text, one, at_s) for one, at_s in zip(WORLD.witnesses.values(), times, strict=True)]
    data = Note(text=note.text, signatures=(note.signatures[0], *lines)).data
    assert witnessed(accepted(data, WORLD.policy)).at_s == START_S


def test_another_log_heads_no_timeline_of_this_one(notes: tuple[bytes, ...]) -> None:
    assert "is not signed by this log" in refused(timeline_bytes(notes, world(salt="other").log))


@pytest.mark.parametrize("place", range(4))
def test_a_checkpoint_less_or_elsewhere_shows(notes: tuple[bytes, ...], place: int) -> None:
    whole = timeline_bytes(notes, WORLD.log)
    head = whole[: len(whole) - sum(map(len, notes))]
    rest = [*notes[:place], *notes[place + 1 :]]
    assert "counts 4 checkpoints; 3 follow" in refused(head + b"".join(rest))
    moved = [*rest, notes[place]] if place < 3 else [notes[3], *rest]
    assert "another digest" in refused(head + b"".join(moved))
    assert "ascend" in refused(timeline_bytes(moved, WORLD.log))


def test_a_checkpoint_below_the_quorum_is_refused(notes: tuple[bytes, ...]) -> None:
    note = read_note(notes[1])
    few = Note(text=note.text, signatures=note.signatures[:3]).data
    assert "checkpoint 1" in refused(timeline_bytes([notes[0], few, *notes[2:]], WORLD.log))


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xff\n", b"one\ntwo\nthree\n", b"one\ntwo\nthree\n\n", b"one\ntwo\nthree\n\nfour"]
)
def test_anything_else_is_refused_in_words(data: bytes) -> None:
    assert TIMELINE in refused(data) or "head" in refused(data)
