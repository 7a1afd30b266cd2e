"""The log in memory has the public files that the log on a disk has."""

from pathlib import Path

import pytest

from hudhud.adapters.store.log import PUBLIC, create_log, public_paths, public_reader
from hudhud.errors import RecordError
from hudhud.record.memory_log import MemoryLog
from hudhud.record.proof import proven
from hudhud.record.tiles import CHECKPOINT, MOST_ENTRY_BYTES, verified
from hudhud.record.timeline import TIMELINE
from hudhud.record.tree import consistency_holds
from record.audit_factory import START_S, WORLD

ENTRIES = [f"entry {number}".encode() for number in range(300)]


def cosigned(log: MemoryLog, at_s: int = START_S) -> None:
    log.cosign(WORLD.witnesses.values(), at_s)


def test_its_files_are_those_of_the_log_on_a_disk(tmp_path: Path) -> None:
    log = MemoryLog(WORLD.log, WORLD.policy)
    log.append(ENTRIES, [b"a blob"])
    cosigned(log)
    with create_log(tmp_path / "log", WORLD.log) as other:
        other.append(ENTRIES, [b"a blob"])
    read = public_reader(tmp_path / "log" / PUBLIC)
    paths = {path for path in public_paths(tmp_path / "log" / PUBLIC) if path.startswith(("tile/", "blob/"))}
    mine = {path for path in log.files if path not in (CHECKPOINT, TIMELINE)}
    assert {path: log.files[path] for path in mine} == {path: read(path) for path in mine & paths}


def test_it_is_sound_and_proves_its_entries() -> None:
    log = MemoryLog(WORLD.log, WORLD.policy)
    for first in range(0, 300, 100):
        log.append(ENTRIES[first : first + 100])
        cosigned(log, START_S + first)
    files = log.files
    others = [path for path in files if path != TIMELINE]
    assert verified(files.get, WORLD.policy, others).entries == tuple(ENTRIES)
    for index in (0, 99, 255, 299):
        assert proven(log.proof(index), ENTRIES[index], WORLD.policy).index == index
    older, newer = (verified_root(log, place) for place in (0, 2))
    assert consistency_holds(100, 300, older, newer, log.consistency(100, 300))


def verified_root(log: MemoryLog, place: int) -> bytes:
    from hudhud.record.policy import accepted

    return accepted(log.timeline[place], WORLD.policy).checkpoint.root


def test_nothing_is_public_before_it_is_witnessed() -> None:
    log = MemoryLog(WORLD.log, WORLD.policy)
    log.append(ENTRIES[:2])
    with pytest.raises(RecordError, match="nothing is public yet"):
        _ = log.files
    with pytest.raises(RecordError):
        log.cosign(list(WORLD.witnesses.values())[:2], START_S)
    cosigned(log)
    log.append(ENTRIES[2:3])
    assert verified(log.files.get, WORLD.policy).entries == tuple(ENTRIES[:2])
    with pytest.raises(RecordError, match="has no proof"):
        log.proof(2)


def test_an_entry_too_long_is_refused_and_no_checkpoint_is_cosigned_twice() -> None:
    log = MemoryLog(WORLD.log, WORLD.policy)
    with pytest.raises(RecordError, match="may have"):
        log.append([bytes(MOST_ENTRY_BYTES + 1)])
    log.append(ENTRIES[:1])
    cosigned(log)
    with pytest.raises(RecordError, match="nothing to cosign"):
        cosigned(log, START_S + 60)
