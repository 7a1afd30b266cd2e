"""The timeline on a disk: a checkpoint enters it once, as it first had the quorum, and stays so whatever fails."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import hudhud
import log_killer
from adapters.test_log_store import Faulty, Recording, every_fault
from hudhud.adapters.store.log import DATABASE, EXTRAS, PUBLIC, Log, create_log, open_log, public_paths, public_reader
from hudhud.adapters.store.log_database import Sqlite
from hudhud.errors import RecordError
from hudhud.record.note import cosignature, read_note
from hudhud.record.tiles import CHECKPOINT, verified
from hudhud.record.timeline import TIMELINE, read_timeline, timeline_bytes
from log_factory import AT_S, LOG, WITNESSES, policy, some_entries

RULES = policy(3, 4)
KILLS = int(os.environ.get("HUDHUD_LOG_KILLS", "60"))


def cosigned(log: Log, who: slice = slice(0, 3), at_s: int = AT_S) -> bool:
    """Have these witnesses cosign the newest checkpoint."""
    text = read_note(log.newest).text
    lines = [cosignature(text, one, at_s + n) for n, one in enumerate(WITNESSES[who])]
    return log.add_cosignatures(log.size, lines)


def published(folder: Path) -> tuple[bytes, ...]:
    """The timeline as it lies there, read as a stranger reads it; it has the checkpoint, and the log is sound under that."""
    read = public_reader(folder / PUBLIC)
    data, checkpoint = read(TIMELINE), read(CHECKPOINT)
    assert (data is not None) or checkpoint is None
    if data is None:
        return ()
    notes = read_timeline(data, RULES).notes
    if checkpoint is not None:
        assert checkpoint in notes[-2:]  # the one before while the newest is on its way
        paths = [path for path in public_paths(folder / PUBLIC) if path not in (TIMELINE, *EXTRAS)]
        verified(read, RULES, paths)
    return notes


def test_a_checkpoint_enters_the_timeline_as_it_first_had_the_quorum(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG, RULES) as log:
        assert log.timeline == () and not (tmp_path / PUBLIC / TIMELINE).exists()
        log.append([b"one"])
        late = read_note(log.newest).text
        assert not cosigned(log, slice(0, 2))
        log.append([b"two"])
        assert cosigned(log)
        first = log.newest
        assert log.timeline == (first,) == published(tmp_path)
        assert cosigned(log, slice(3, 4), AT_S + 9_000)  # a fourth comes too late to move an instant
        assert log.newest != first and log.timeline == (first,)
        lines = [cosignature(late, one, AT_S + 20_000) for one in WITNESSES]
        assert log.add_cosignatures(1, lines)  # an older checkpoint never comes in behind a newer
        assert log.timeline == (first,)
        log.append([b"three"])
        assert cosigned(log, slice(0, 4), AT_S + 100)
        second = log.newest
    with open_log(tmp_path, LOG, RULES) as log:
        assert log.timeline == (first, second) == published(tmp_path)
        assert (tmp_path / PUBLIC / TIMELINE).read_bytes() == timeline_bytes((first, second), LOG)
        assert (tmp_path / PUBLIC / CHECKPOINT).read_bytes() == second
        assert log.served is not None and log.served.note.data == second


def test_attack_the_database_takes_no_checkpoint_into_the_timeline_behind_a_later_one(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG, RULES) as log:
        earlier = log.append([b"one"])
        log.append([b"two"])
        cosigned(log)
    database = Sqlite(tmp_path / DATABASE)
    for size in (1, 2):
        with pytest.raises(RecordError, match=f"the timeline has reached size 2: {size} comes too late"):
            database.freeze(size, earlier.note)
    database.close()


def test_a_log_without_witnesses_has_no_timeline(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.append([b"one"])
        assert log.timeline == () and TIMELINE not in public_paths(tmp_path / PUBLIC)


def test_the_timeline_is_on_the_disk_before_the_checkpoint(tmp_path: Path) -> None:
    files = Recording()
    with create_log(tmp_path, LOG, RULES, files=files) as log:
        log.append([b"one"])
        files.told.clear()
        cosigned(log)
    moved = files.told.index(("rename to", tmp_path / PUBLIC / CHECKPOINT))
    assert ("rename to", tmp_path / PUBLIC / TIMELINE) in files.told[:moved]
    assert ("flush folder", tmp_path / PUBLIC) in files.told[:moved]


def test_a_timeline_that_is_gone_is_made_again_and_one_that_has_changed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / PUBLIC / TIMELINE
    with create_log(tmp_path, LOG, RULES) as log:
        log.append([b"one"])
        cosigned(log)
    whole = path.read_bytes()
    path.unlink()
    open_log(tmp_path, LOG, RULES).close()
    assert path.read_bytes() == whole
    for changed in (b"", whole[:-1], whole.replace(b"timeline", b"timeliNe"), whole + whole):
        path.write_bytes(changed)
        with pytest.raises(RecordError, match="public/timeline: it is no timeline that this log has signed"):
            open_log(tmp_path, LOG, RULES)


def test_attack_a_restored_backup_cannot_give_entries_other_instants(tmp_path: Path) -> None:
    """Taken after the entry, before the witnesses: it would have them sign again, later."""
    with create_log(tmp_path / "log", LOG, RULES) as log:
        log.append([b"one"])
    shutil.copytree(tmp_path / "log", tmp_path / "backup")
    with open_log(tmp_path / "log", LOG, RULES) as log:
        cosigned(log)
    for path in (tmp_path / "log").glob(f"{DATABASE}*"):
        path.unlink()
    for path in (tmp_path / "backup").glob(f"{DATABASE}*"):
        shutil.copy(path, tmp_path / "log" / path.name)
    with pytest.raises(RecordError, match="public/timeline: its 1 checkpoints are not those that the database begins"):
        open_log(tmp_path / "log", LOG, RULES)


def test_a_file_beside_the_log_is_published_whole_and_no_other(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.publish_extra("trust.json", b"{}")
        log.publish_extra("trust.json", b"{} ")
        for name in ("checkpoint", "../trust.json", "", "tile/0/000"):
            with pytest.raises(RecordError, match=r"goes beside a log: one of trust\.json"):
                log.publish_extra(name, b"")
    open_log(tmp_path, LOG).close()
    assert (tmp_path / PUBLIC / "trust.json").read_bytes() == b"{} "


# --- faults ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with one cosigned checkpoint, and one that is not cosigned yet."""
    folder = tmp_path_factory.mktemp("start") / "log"
    with create_log(folder, LOG, RULES) as log:
        log.append(some_entries(3))
        cosigned(log)
        log.append([b"waiting"])
    return folder


def worked(log: Log) -> list[bytes]:
    """Notes that the log has acknowledged as public, until a call fails."""
    told = list(log.timeline)
    try:
        for number in range(2):
            if cosigned(log, at_s=AT_S + 100 * number):
                told = list(log.timeline)
            log.append([b"%d" % number])
    except RecordError:
        pass
    return told


def assert_told_stays(folder: Path, told: list[bytes]) -> None:
    """The files are sound as they lie there; what was told, or lies there, begins the timeline for ever."""
    lies = published(folder)
    assert list(lies[: len(told)]) == told
    with open_log(folder, LOG, RULES) as log:
        assert log.timeline[: len(lies)] == lies and list(log.timeline[: len(told)]) == told
        log.append([b"afterwards"])
        assert cosigned(log, at_s=AT_S + 1_000)
        kept = log.timeline
    assert published(folder) == kept


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_fault_at_any_file_operation_leaves_the_timeline_whole(tmp_path: Path, begun: Path, number: int) -> None:
    told: list[list[bytes]] = []

    def attempt(folder: Path, at: int) -> int | None:
        files = Faulty(at, number)
        told.append([])
        try:
            with open_log(folder, LOG, RULES, files=files) as log:
                told[-1] = worked(log)
        except RecordError:
            pass
        return None if files.calls < at else 0

    faults = 0
    for folder, _ in every_fault(tmp_path, begun, attempt):
        assert_told_stays(folder, told[-1])
        faults += 1
    assert faults > 20


@pytest.mark.parametrize("late", [False, True])
def test_a_fault_at_any_statement_leaves_the_timeline_whole(
    tmp_path: Path, begun: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """late: the statement has taken hold, and only its answer is lost, COMMIT included."""
    left, told, run = [0], [[]], Sqlite._run

    def failing(self: Sqlite, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        left[0] -= 1
        if left[0] == 0:
            if late:
                run(self, statement, values)
            raise sqlite3.OperationalError("disk I/O error")
        return run(self, statement, values)

    def attempt(folder: Path, at: int) -> int | None:
        left[0], told[0] = at, []
        with monkeypatch.context() as patched:
            patched.setattr(Sqlite, "_run", failing)
            try:
                with open_log(folder, LOG, RULES) as log:
                    told[0] = worked(log)
            except RecordError:
                pass
        return None if left[0] > 0 else 0

    faults = 0
    for folder, _ in every_fault(tmp_path, begun, attempt):
        assert_told_stays(folder, told[0])
        faults += 1
    assert faults > 20


def test_a_log_goes_on_after_a_fault_without_a_restart(tmp_path: Path, begun: Path) -> None:
    def attempt(folder: Path, at: int) -> int | None:
        files = Faulty(at)
        with open_log(folder, LOG, RULES, files=files) as log:
            told = worked(log)
            if files.calls < at:
                return None
            log.append([b"last"])
            assert cosigned(log, at_s=AT_S + 1_000)
            assert list(log.timeline[: len(told)]) == told
            assert published(folder) == log.timeline
        return 0

    assert sum(1 for _ in every_fault(tmp_path, begun, attempt)) > 20


def test_no_instant_changes_when_the_writer_is_killed(tmp_path: Path) -> None:
    """HUDHUD_LOG_KILLS=10000 for a longer run."""
    paths = [str(Path(hudhud.__file__).parents[1]), str(Path(log_killer.__file__).parent)]
    told = subprocess.run(
        [sys.executable, "-W", "error", log_killer.__file__, str(tmp_path / "log"), str(KILLS), "21", "witnessed"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{KILLS} kills")
