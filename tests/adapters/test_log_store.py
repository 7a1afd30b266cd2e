"""The log on a disk: what is acknowledged stays, what is public is whole, and no size is signed twice."""

import errno
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hudhud
import log_killer
from hudhud.adapters.store import log_files
from hudhud.adapters.store.log import DATABASE, EXTRAS, PUBLIC, Log, create_log, open_log, public_paths, public_reader
from hudhud.adapters.store.log_database import Row, Sqlite
from hudhud.errors import RecordError
from hudhud.record.checkpoint import Checkpoint, opened
from hudhud.record.note import Signature, cosignature, read_note
from hudhud.record.policy import Policy
from hudhud.record.proof import proven
from hudhud.record.tiles import CHECKPOINT, Verified, blob_path, read_path, verified
from hudhud.record.timeline import TIMELINE
from hudhud.record.tree import consistency_holds, leaf_hash, root
from log_factory import AT_S, LOG, WITNESSES, policy, signed, signing_key, some_entries

ALONE = Policy(logs=(LOG.key,))
KILLS = int(os.environ.get("HUDHUD_LOG_KILLS", "100"))


def replayed(folder: Path, rules: Policy = ALONE) -> Verified:
    """The public files as a stranger replays them, every file looked at."""
    paths = [path for path in public_paths(folder / PUBLIC) if path not in (TIMELINE, *EXTRAS)]
    return verified(public_reader(folder / PUBLIC), rules, paths)


def test_a_log_keeps_what_it_is_given(tmp_path: Path) -> None:
    entries, territory = some_entries(600), b"cells of a territory"
    with create_log(tmp_path / "log", LOG) as log:
        assert log.served is not None and log.served.checkpoint.size == 0
        done = [log.append(entries[:1]), log.append(entries[1:4], [territory]), log.append(entries[4:300])]
        done += [log.append([entry]) for entry in entries[300:310]]
        (digest,) = log.add_blobs([b"another"])
        assert done[2].indices == range(4, 300) and log.size == 310
        assert done[2].checkpoint.root == root([leaf_hash(entry) for entry in entries[:300]])
        assert opened(done[2].note, [LOG.key]).checkpoint == done[2].checkpoint
    with open_log(tmp_path / "log", LOG, witnessed=[one.note for one in done]) as log:
        log.append(entries[310:])
        assert list(log.entries()) == entries and list(log.entries(5, 7)) == entries[5:7]
        assert log.blob(digest) == b"another" and log.blob(bytes(32)) is None
        assert proven(log.proof(299), entries[299], ALONE).index == 299
        earlier = done[2].checkpoint
        assert log.served is not None
        new_root = log.served.checkpoint.root
        assert consistency_holds(300, 600, earlier.root, new_root, log.consistency(300))
        with pytest.raises(RecordError, match="no consistency proof from 3 to 601"):
            log.consistency(3, 601)
        with pytest.raises(RecordError, match="covers 600 of 600"):
            log.proof(600)
    assert replayed(tmp_path / "log").entries == tuple(entries)
    assert (tmp_path / "log" / PUBLIC / blob_path(digest)).read_bytes() == b"another"


def test_partial_tiles_stay_until_the_full_one_is_there(tmp_path: Path) -> None:
    """C2SP tlog-tiles: those of every checkpoint that was made."""
    with create_log(tmp_path, LOG) as log:
        for entry in some_entries(5):
            log.append([entry])
        widths = {
            name.width for path in public_paths(tmp_path / PUBLIC) if (name := read_path(path)) and name.level == 0
        }
        assert widths == {1, 2, 3, 4, 5}
        log.append(some_entries(251))
        paths = public_paths(tmp_path / PUBLIC)
        assert paths == ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"]
        log.append(some_entries(1))
    shutil.rmtree(tmp_path / PUBLIC)
    with open_log(tmp_path, LOG):
        assert "tile/0/001.p/1" in public_paths(tmp_path / PUBLIC)
    assert len(replayed(tmp_path).entries) == 257


def test_a_checkpoint_is_public_when_enough_witnesses_have_cosigned(tmp_path: Path) -> None:
    rules = policy(3, 4)
    with create_log(tmp_path, LOG, rules) as log:
        assert log.served is None and not (tmp_path / PUBLIC / CHECKPOINT).exists()
        log.append(some_entries(5))
        text = read_note(log.newest).text
        lines = [cosignature(text, witness, AT_S + n) for n, witness in enumerate(WITNESSES)]
        assert not log.add_cosignatures(5, lines[:2])
        with pytest.raises(RecordError, match="covers 0 of 5"):
            log.proof(0)
        assert log.add_cosignatures(5, lines[2:3])
        assert len(replayed(tmp_path, rules).signed.cosignatures) == 3
        assert log.add_cosignatures(5, lines[3:])  # one more does no harm, and moves no instant
        assert len(replayed(tmp_path, rules).signed.cosignatures) == 3
        assert len(read_note(log.newest).signatures) == 5
        log.append(some_entries(7)[5:])
        assert log.served is not None and log.served.checkpoint.size == 5
        assert proven(log.proof(4), some_entries(5)[4], rules)
        with pytest.raises(RecordError, match="covers 5 of 7"):
            log.proof(6)
        again = cosignature(text, WITNESSES[0], AT_S + 1_000)  # the first one stays
        assert log.add_cosignatures(5, [again])
        with pytest.raises(RecordError, match="signed no checkpoint of size 6"):
            log.add_cosignatures(6, lines)
        with pytest.raises(RecordError, match="does not hold"):
            log.add_cosignatures(7, lines)
        stranger = signing_key("stranger", WITNESSES[0].type)
        with pytest.raises(RecordError, match="stranger is no witness"):
            log.add_cosignatures(5, [cosignature(text, stranger, AT_S)])
    with open_log(tmp_path, LOG, rules) as log:
        assert log.served is not None and log.served.checkpoint.size == 5
        times = {key.name: time for key, time in log.served.cosignatures}
        assert times == {witness.name: AT_S + n for n, witness in enumerate(WITNESSES[:3])}
        text = read_note(log.newest).text
        assert log.add_cosignatures(7, [cosignature(text, one, AT_S) for one in WITNESSES[1:]])
    assert len(replayed(tmp_path, rules).entries) == 7


def test_what_is_no_entry_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        with pytest.raises(RecordError, match=r"entry 1 of 2: it has 65,536 bytes"):
            log.append([b"", bytes(65_536)])
        with pytest.raises(RecordError, match="nothing to append"):
            log.append([])
        assert log.size == 0
        log.append([bytes(65_535), b""])
    assert replayed(tmp_path).entries == (bytes(65_535), b"")


def test_one_log_has_one_writer(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG), pytest.raises(RecordError, match="being written to by another process; try"):
        open_log(tmp_path, LOG, patience_s=0.1)
    open_log(tmp_path, LOG).close()


def test_two_who_hand_in_at_once_come_one_after_the_other(tmp_path: Path) -> None:
    create_log(tmp_path, LOG).close()
    other = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)
    soon = threading.Timer(0.3, os.close, [other])
    soon.start()
    with open_log(tmp_path, LOG) as log:
        assert log.append([b"entry"]).indices == range(1)
    soon.join()


def test_attack_what_is_no_regular_file_is_never_opened_and_told(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.append([b"entry"])
    os.mkfifo(tmp_path / PUBLIC / "stray")
    with pytest.raises(RecordError, match="stray: it is listed but cannot be read, or is no regular file"):
        replayed(tmp_path)
    (tmp_path / PUBLIC / CHECKPOINT).unlink()
    os.mkfifo(tmp_path / PUBLIC / CHECKPOINT)
    with pytest.raises(RecordError, match="there is no file 'checkpoint'"):
        replayed(tmp_path)
    (tmp_path / PUBLIC / CHECKPOINT).unlink()
    (tmp_path / PUBLIC / CHECKPOINT).symlink_to("/dev/zero")
    with pytest.raises(RecordError, match="there is no file 'checkpoint'"):
        replayed(tmp_path)


def test_attack_a_file_larger_than_any_of_its_kind_is_not_read(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.append([b"entry"])
    with (tmp_path / PUBLIC / "tile/entries/000.p/1").open("wb") as file:
        file.truncate(2**40)  # holes: it takes no room
    with pytest.raises(RecordError, match=r"000\.p/1: has 1,099,511,627,776 bytes: .* beyond 65,537"):
        replayed(tmp_path)


def test_attack_a_second_writer_who_ignores_the_lock_is_refused_by_the_database(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        intruder = Sqlite(tmp_path / DATABASE)
        entry = (leaf_hash(b"mine"), b"mine")
        row = log_row(Checkpoint(origin=LOG.name, size=1, root=entry[0]))
        intruder.append([entry], row, [])
        with pytest.raises(RecordError, match="has grown to 1 entries, expected 0"):
            log.append([b"yours"])
        assert log.append([b"yours"]).indices == range(1, 2)  # the next call has read it again
        intruder.close()
    assert replayed(tmp_path).entries == (b"mine", b"yours")


def log_row(checkpoint: Checkpoint) -> Row:
    return Row(size=checkpoint.size, root=checkpoint.root, note=signed(checkpoint, witnesses=()))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE leaf SET body = x'00'",
        "DELETE FROM leaf",
        "UPDATE checkpoint SET root = zeroblob(32)",
        "DELETE FROM checkpoint",
        "DELETE FROM cosignature",
        "UPDATE timeline SET note = x'00'",
        "DELETE FROM timeline",
        "INSERT INTO timeline SELECT size, note FROM checkpoint WHERE size = 1",
        "UPDATE identity SET vkey = ''",
        "DELETE FROM blob",
        "INSERT INTO checkpoint SELECT size, zeroblob(32), note FROM checkpoint",
        "INSERT INTO identity VALUES (2, '')",
    ],
)
def test_the_database_only_grows_and_has_one_checkpoint_of_a_size(tmp_path: Path, statement: str) -> None:
    rules = policy(1, 1)
    with create_log(tmp_path, LOG, rules) as log:
        log.append([b"entry"], [b"blob"])
        log.add_cosignatures(1, [cosignature(read_note(log.newest).text, WITNESSES[0], AT_S)])
    connection = sqlite3.connect(tmp_path / DATABASE)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_a_log_is_made_once_and_opened_with_its_own_key(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there is no log here"):
        open_log(tmp_path / "nothing", LOG)
    assert not (tmp_path / "nothing").exists()
    create_log(tmp_path, LOG).close()
    with pytest.raises(RecordError, match="there is a log already"):
        create_log(tmp_path, LOG)
    with pytest.raises(RecordError, match="but the key handed in is other"):
        open_log(tmp_path, signing_key("other"))
    with pytest.raises(RecordError, match="the policy does not name this log"):
        open_log(tmp_path, LOG, Policy(logs=()))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RecordError, match=r"file/log: the log cannot be written: (Not a directory|File exists)"):
        create_log(tmp_path / "file" / "log", LOG)
    open_log(tmp_path, LOG).close()  # none of these kept the lock


def grown(folder: Path, count: int = 8) -> list[bytes]:
    """A log of `count` entries, one for each checkpoint; returns the checkpoints."""
    with create_log(folder, LOG) as log:
        return [log.append([entry]).note for entry in some_entries(count)]


def test_attack_a_restored_backup_is_refused(tmp_path: Path) -> None:
    """An older database would sign a second history: whoever has seen more shows it."""
    grown(tmp_path / "log", 5)
    shutil.copytree(tmp_path / "log", tmp_path / "backup")
    with open_log(tmp_path / "log", LOG) as log:
        note = log.append([b"after the backup"]).note
    with pytest.raises(
        RecordError, match=r"(?s)second history.*witness's view 1: it has seen 6 entries, log.sqlite has 5"
    ):
        open_log(tmp_path / "backup", LOG, witnessed=[note])
    shutil.copytree(tmp_path / "log", tmp_path / "mixed")
    for path in (tmp_path / "backup").glob(f"{DATABASE}*"):
        shutil.copy(path, tmp_path / "mixed" / path.name)
    with pytest.raises(RecordError, match=r"public/checkpoint: it has seen 6 entries"):
        open_log(tmp_path / "mixed", LOG)
    (tmp_path / "mixed" / PUBLIC / CHECKPOINT).unlink()
    with pytest.raises(RecordError, match=r"tile/0/000.p/6: it holds entries beyond 5"):
        open_log(tmp_path / "mixed", LOG)


def test_attack_a_second_history_of_the_same_size_is_refused(tmp_path: Path) -> None:
    grown(tmp_path, 5)
    other = Checkpoint(origin=LOG.name, size=3, root=bytes(32))
    with pytest.raises(RecordError, match="view 1: at size 3 it has another root"):
        open_log(tmp_path, LOG, witnessed=[signed(other)])
    with pytest.raises(RecordError, match="view 2: it is no checkpoint of this log"):
        open_log(tmp_path, LOG, witnessed=[(tmp_path / PUBLIC / CHECKPOINT).read_bytes(), b"nonsense"])
    (tmp_path / PUBLIC / CHECKPOINT).write_bytes(b"nonsense")
    with pytest.raises(RecordError, match="public/checkpoint: it is no checkpoint of this log"):
        open_log(tmp_path, LOG)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE leaf SET body = body || x'00' WHERE idx = 2", "entry 2 in log.sqlite is not what was recorded"),
        ("DELETE FROM leaf WHERE idx = 2", "entry 3 in log.sqlite is not what was recorded"),
        ("DELETE FROM leaf WHERE idx = 4", "do not make the root that was signed"),
        ("UPDATE checkpoint SET note = replace(note, '5', '6') WHERE size = 5", "signed note refused"),
        ("PRAGMA user_version = 3", "format 3 of the log"),
        ("DROP TABLE leaf", "no such table"),
    ],
)
def test_a_database_that_has_changed_is_refused(tmp_path: Path, change: str, says: str) -> None:
    grown(tmp_path, 5)
    connection = sqlite3.connect(tmp_path / DATABASE)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(change)
    connection.commit()
    connection.close()
    with pytest.raises(RecordError, match=says):
        open_log(tmp_path, LOG)


def test_public_files_are_made_again_from_the_database(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.append(some_entries(300), [b"blob"])
    before = {path: (tmp_path / PUBLIC / path).read_bytes() for path in public_paths(tmp_path / PUBLIC)}
    for path in before:
        if path != CHECKPOINT:
            (tmp_path / PUBLIC / path).write_bytes(b"bit rot")
    (tmp_path / PUBLIC / CHECKPOINT).unlink()
    (tmp_path / PUBLIC / "tile" / f".left{log_files.TEMPORARY}").write_bytes(b"half")
    open_log(tmp_path, LOG).close()
    after = {
        path.relative_to(tmp_path / PUBLIC).as_posix(): path.read_bytes()
        for path in (tmp_path / PUBLIC).rglob("*")
        if path.is_file()
    }
    assert after == before


# --- faults ---------------------------------------------------------------------------------------------------------------


class Faulty(log_files.Files):
    """A disk on which one call fails: the `at`-th of those that change something."""

    def __init__(self, at: int, number: int = errno.EIO) -> None:
        self.at, self.number, self.calls = at, number, 0

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            raise OSError(self.number, os.strerror(self.number))

    def write_some(self, descriptor: int, data: memoryview) -> int:
        if self.calls + 1 == self.at and len(data) > 1:
            os.write(descriptor, data[: len(data) // 2])  # half of it has arrived
        self._count()
        return super().write_some(
            descriptor, data[: len(data) - (len(data) > 100)]
        )  # a disk may take less than it is given

    def flush(self, descriptor: int) -> None:
        self._count()  # and no more: that a file is flushed before it counts is another test's matter, and slow

    def flush_folder(self, folder: Path) -> None:
        self._count()

    def rename(self, old: Path, new: Path) -> None:
        self._count()
        super().rename(old, new)

    def mkdir(self, folder: Path) -> None:
        self._count()
        super().mkdir(folder)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)


STEPS: tuple[tuple[list[bytes], list[bytes]], ...] = (([b"one"], []), ([b"two", b"three"], [b"blob"]))


def appended(log: Log) -> int:
    """Appends of STEPS that were acknowledged before one failed."""
    for number, (entries, blobs) in enumerate(STEPS):
        try:
            log.append(entries, blobs)
        except RecordError:
            return number
    return len(STEPS)


def every_fault(tmp_path: Path, start: Path, attempt: Callable[[Path, int], int | None]) -> Iterator[tuple[Path, int]]:
    """(folder, acknowledged appends) after each n-th fault, until an attempt runs through (None)."""
    for at in range(1, 500):
        folder = tmp_path / f"fault{at}"
        shutil.copytree(start, folder)
        done = attempt(folder, at)
        if done is None:
            return
        yield folder, done
        shutil.rmtree(folder)
    raise AssertionError("the faults never ended")


def assert_nothing_is_lost(folder: Path, before: list[bytes], acknowledged: int) -> None:
    """Public files sound as they lie there; after a restart all that was acknowledged, and whole appends only."""
    ends, steps = [list(before)], [entries for entries, _ in STEPS]
    for entries in steps:
        ends.append([*ends[-1], *entries])
    seen = replayed(folder)
    assert list(seen.entries) in ends
    with open_log(folder, LOG, witnessed=[seen.signed.note.data]) as log:
        held = list(log.entries())
        assert held in ends[acknowledged:]
        log.append([b"afterwards"])
    assert list(replayed(folder).entries) == [*held, b"afterwards"]


@pytest.fixture(scope="module")
def nearly_full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log two entries short of a full tile, so that the appends of STEPS cross its edge."""
    folder = tmp_path_factory.mktemp("start") / "log"
    with create_log(folder, LOG) as log:
        log.append(some_entries(254))
    return folder


def test_a_fault_at_any_file_operation_loses_nothing(tmp_path: Path, nearly_full: Path) -> None:
    faults = 0

    def attempt(folder: Path, at: int) -> int | None:
        files = Faulty(at, errno.EIO)
        try:
            with open_log(folder, LOG, files=files) as log:
                done = appended(log)
        except RecordError:
            done = 0
        return None if files.calls < at else done

    for folder, done in every_fault(tmp_path, nearly_full, attempt):
        assert_nothing_is_lost(folder, some_entries(254), done)
        faults += 1
    assert faults > 30


def test_a_log_goes_on_after_a_fault_without_a_restart(tmp_path: Path, nearly_full: Path) -> None:
    def attempt(folder: Path, at: int) -> int | None:
        files = Faulty(at, errno.ENOSPC)
        with open_log(folder, LOG, files=files) as log:
            done = appended(log)
            if files.calls < at:
                return None
            missing = [step for step in STEPS[done:] if step[0][0] not in list(log.entries(254))]
            for entries, blobs in missing:
                log.append(entries, blobs)
            log.append([b"last"])
            assert list(log.entries(254)) == [*(entry for entries, _ in STEPS for entry in entries), b"last"]
        return done

    for folder, _ in every_fault(tmp_path, nearly_full, attempt):
        assert replayed(folder).entries[-1] == b"last"


@pytest.mark.parametrize("late", [False, True])
def test_a_fault_at_any_statement_of_the_database_loses_nothing(
    tmp_path: Path, nearly_full: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """late: the statement has taken hold, and only its answer is lost, COMMIT included."""
    state = {"left": 0}
    run = Sqlite._run

    def failing(self: Sqlite, statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        state["left"] -= 1
        if state["left"] == 0:
            if late:
                run(self, statement, values)
            raise sqlite3.OperationalError("disk I/O error")
        return run(self, statement, values)

    def attempt(folder: Path, at: int) -> int | None:
        state["left"] = at
        with monkeypatch.context() as patched:
            patched.setattr(Sqlite, "_run", failing)
            try:
                with open_log(folder, LOG) as log:
                    done = appended(log)
            except RecordError:
                done = 0
        return None if state["left"] > 0 else done

    faults = 0
    for folder, done in every_fault(tmp_path, nearly_full, attempt):
        assert_nothing_is_lost(folder, some_entries(254), done)
        faults += 1
    assert faults > 20


def test_a_full_disk_under_the_database_refuses_and_keeps_what_was_there(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        log.append([b"before"])
        database = log._database
        assert isinstance(database, Sqlite)
        ((pages,),) = database._run("PRAGMA page_count")
        database._run(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(RecordError, match="database or disk is full"):
            log.append([bytes(60_000)])
        assert log.size == 1
        database._run("PRAGMA max_page_count = 1000000")
        assert log.append([bytes(60_000)]).indices == range(1, 2)
    assert replayed(tmp_path).entries == (b"before", bytes(60_000))


class Recording(log_files.Files):
    """A disk that tells what it was asked to do."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Path]] = []
        self._paths: dict[int, Path] = {}

    def write(self, path: Path, data: bytes) -> None:
        self.told.append(("write", path))
        super().write(path, data)

    def flush(self, descriptor: int) -> None:
        self.told.append(("flush", self.told[-1][1]))
        super().flush(descriptor)

    def flush_folder(self, folder: Path) -> None:
        self.told.append(("flush folder", folder))
        super().flush_folder(folder)

    def rename(self, old: Path, new: Path) -> None:
        self.told += [("rename from", old), ("rename to", new)]
        super().rename(old, new)


def test_a_power_cut_finds_every_tile_on_the_disk_before_the_checkpoint_that_needs_it(tmp_path: Path) -> None:
    """Flushed before renamed; all folders flushed before the checkpoint moves; its own folder flushed before the answer."""
    files = Recording()
    with create_log(tmp_path, LOG, files=files) as log:
        for entries in (some_entries(3), some_entries(300)):
            files.told.clear()
            log.append(entries, [b"%d" % len(entries)])
            told = files.told
            moved = told.index(("rename to", tmp_path / PUBLIC / CHECKPOINT))
            assert told[-1] == ("flush folder", tmp_path / PUBLIC)
            for at, (what, path) in enumerate(told):
                if what == "rename from":
                    assert ("flush", path) in told[:at]
                if what == "rename to" and path.name != CHECKPOINT:
                    assert ("flush folder", path.parent) in told[at:moved]


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    """HUDHUD_LOG_KILLS=10000 for a longer run."""
    paths = [str(Path(hudhud.__file__).parents[1]), str(Path(log_killer.__file__).parent)]
    told = subprocess.run(
        [sys.executable, "-W", "error", log_killer.__file__, str(tmp_path / "log"), str(KILLS), "20"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith(f"{KILLS} kills")


def test_a_signature_line_is_kept_as_it_came(tmp_path: Path) -> None:
    with create_log(tmp_path, LOG, policy(1, 1)) as log:
        line = cosignature(read_note(log.newest).text, WITNESSES[0], AT_S)
        assert log.add_cosignatures(0, [line])
        assert (
            read_note(log.newest).signatures[1] == line == Signature(name=line.name, key_id=line.key_id, blob=line.blob)
        )
