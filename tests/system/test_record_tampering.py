"""Whatever is done to the public files of a record is found; what is sound is never called otherwise.

HUDHUD_TAMPERED is the number of tamperings, HUDHUD_SOUND that of sound records: 10,000 and 1,000 in CI, fewer elsewhere.
The log by itself has outside judges too: tests/record/test_judges.py.
"""

import functools
import os
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from hudhud.record import note, reading
from hudhud.record.audit import audit, older_copy
from hudhud.record.audit_parts import Found, Weight
from hudhud.record.tiles import CHECKPOINT
from record.audit_factory import WORLD, Watched, random_history, rich, stub_map, world
from record.tampering import TAMPERINGS, Kept, tampered

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
TAMPERED = int(os.environ.get("HUDHUD_TAMPERED", "10000" if IN_CI else "600"))
SOUND = int(os.environ.get("HUDHUD_SOUND", "1000" if IN_CI else "100"))


@pytest.fixture(autouse=True)
def remembered_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an envelope says and whether a signature holds depends on nothing but bytes and keys: asked once for each, not
    ten thousand times."""
    for module, name in ((reading, "verify"), (reading, "envelope_from"), (note, "_held")):
        monkeypatch.setattr(module, name, functools.lru_cache(maxsize=10_000)(getattr(module, name)))


class Remembering(Watched):
    """A sitting that keeps its public files as they were at every checkpoint."""

    then: list[dict[str, bytes]]

    def witness(self, absent: object = ()) -> None:
        super().witness()
        if not hasattr(self, "then"):
            self.then = []
        self.then.append(dict(self.log.files))


@functools.cache
def kept() -> Kept:
    sitting = rich(Remembering(WORLD, 1_780_000_200))
    other = rich(Watched(world(salt="other"), 1_780_000_200))
    return Kept(
        entries=sitting.record().entries,
        notes=sitting.log.timeline,
        files=sitting.log.files,
        then=tuple(sitting.then),
        other=other.log.files,
    )


def test_everything_that_is_done_to_public_files_is_found() -> None:
    whole = kept()
    newest = older_copy(whole.files[CHECKPOINT], WORLD.policy)
    assert audit(whole.files.get, WORLD.trust, whole.files, compiled=stub_map, older=newest).sound
    missed: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for name, files in tampered(whole, TAMPERED):
        done[name] += 1
        found = audit(files.get, WORLD.trust, files, compiled=stub_map, older=newest)
        missed[name] += found.sound
    assert not +missed
    assert len(done) == len(set(TAMPERINGS))


def test_a_record_rolled_back_as_a_whole_is_found_by_whoever_kept_a_checkpoint() -> None:
    whole = kept()
    newest = older_copy(whole.files[CHECKPOINT], WORLD.policy)
    for files in whole.then[:-1]:
        assert audit(files.get, WORLD.trust, files, compiled=stub_map).sound
        found = audit(files.get, WORLD.trust, files, compiled=stub_map, older=newest)
        assert [one.kind for one in found.findings if one.kind is Found.SHORTER]


def test_a_checkpoint_put_back_by_one_is_told_and_by_more_is_not_sound() -> None:
    whole = kept()
    for place, then in enumerate(whole.then[:-1]):
        files = {**then, **whole.files, CHECKPOINT: then[CHECKPOINT]}  # partial tiles of before stay served
        found = audit(files.get, WORLD.trust, files, compiled=stub_map)
        assert found.sound == (place == len(whole.then) - 2)
        if found.sound:
            (told,) = [one for one in found.findings if one.kind is Found.UNSERVED_CHECKPOINT]
            assert (told.weight, told.told["size"]) == (Weight.CONCERN, len(whole.entries))


def histories() -> Iterator[Watched]:
    for seed in range(SOUND):
        yield random_history(random.Random(seed))


def test_no_sound_record_is_called_unsound() -> None:
    for number, sitting in enumerate(histories()):
        files = sitting.log.files
        found = audit(files.get, WORLD.trust, files, compiled=stub_map)
        assert found.sound, (number, [one for one in found.findings if one.kind.weight == "unsound"])
        assert found.counted is not None and found.counted.entries == sitting.log.size
