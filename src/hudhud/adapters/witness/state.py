"""The memory of a witness in a folder: its key, the logs that it knows, what it has cosigned, and evidence against logs.

    witness.key      the private key, readable by its owner only, made once
    witness.sqlite   logs, what was cosigned, evidence; asked and changed in one flushed transaction for each request
    evidence/        each piece of evidence as a file; follows from the database

A signature leaves only after what it says is on the disk, so that a crash never lets two histories be signed.  Nothing in
this folder can tell that it was put back to an older state: a witness whose folder is lost or restored must get a new key.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hudhud.adapters.record.keys import open_secret, write_secret
from hudhud.errors import RecordError
from hudhud.record.note import KeyType, SigningKey, VerifierKey
from hudhud.record.witness import Answer, Evidence, EvidenceKind, Seen, judged

__all__ = ["DATABASE", "EVIDENCE", "KEY", "State", "create_state", "open_state"]

logger = logging.getLogger(__name__)

KEY = "witness.key"
DATABASE = "witness.sqlite"
EVIDENCE = "evidence"

_FORMAT = 1
_MOST_EVIDENCE = 1_000  # for each log and kind: a hostile log must not fill the disk
_SCHEMA = """
CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), vkey TEXT NOT NULL);
CREATE TABLE log (vkey TEXT PRIMARY KEY, origin TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE seen (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL,
    at_s INTEGER NOT NULL,
    PRIMARY KEY (origin, size)) WITHOUT ROWID;
CREATE TABLE evidence (
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    first BLOB NOT NULL,
    second BLOB NOT NULL) WITHOUT ROWID;
CREATE TRIGGER seen_keeps_its_root BEFORE UPDATE ON seen
    WHEN old.root <> new.root OR old.at_s > new.at_s
    BEGIN SELECT RAISE(ABORT, 'one size has one root, and time does not go back')| END;
CREATE TRIGGER seen_no_delete BEFORE DELETE ON seen BEGIN SELECT RAISE(ABORT, 'what was seen stays')| END;
CREATE TRIGGER seen_only_grows BEFORE INSERT ON seen
    WHEN new.size < (SELECT max(size) FROM seen WHERE origin = new.origin)
    BEGIN SELECT RAISE(ABORT, 'a witness never goes back to a smaller size')| END;
CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence stays')| END;
CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence BEGIN SELECT RAISE(ABORT, 'evidence stays')| END
"""


def create_state(folder: str | Path, signer: SigningKey) -> "State":
    """A new witness in a folder.  signer: its key, made for cosignatures, which is written there.

    Raises RecordError where the folder has a witness already.
    """
    folder = Path(folder)
    if signer.type is not KeyType.COSIGNATURE:
        raise RecordError(f"{signer.name}: a witness needs a key for COSIGNATURE, this is one for {signer.type.name}")
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / KEY).exists():
            raise RecordError(f"{folder}: there is a witness already: choose another folder; keys are made once")
        write_secret(folder / KEY, f"{signer.secret_text}\n".encode())
        _flush_folder(folder)
    state = State(folder, signer)
    state._found()
    with _explained(folder):
        _flush_folder(folder)
    return state


def open_state(folder: str | Path) -> "State":
    """The witness of a folder.  Raises RecordError where its key or its memory is missing: without it, it must not sign.

    So too where others can read the key.
    """
    folder = Path(folder)
    if not (folder / KEY).exists():
        raise RecordError(f"{folder}: there is no witness here: make one with  hudhud witness init")
    secret = open_secret(folder / KEY).decode("utf-8", "replace").removesuffix("\n")
    if not (folder / DATABASE).is_file():
        raise RecordError(
            f"{folder}: the key is here but {DATABASE} is not: a witness that has forgotten what it saw must not sign "
            "again; bring back the newest file, or make a witness with a new key in another folder"
        )
    state = State(folder, SigningKey.from_secret_text(secret))
    try:
        state._checked()
        state._publish()
    except BaseException:
        state.close()
        raise
    return state


class State:
    """An open witness.  Several threads may ask it at once; each request is one transaction.  Close it, or use `with`."""

    def __init__(self, folder: Path, signer: SigningKey) -> None:
        self._folder, self._signer = folder, signer
        self._one_at_a_time = threading.Lock()
        with _explained(folder):
            self._connection = sqlite3.connect(
                folder / DATABASE, isolation_level=None, check_same_thread=False, timeout=10
            )
            for setting in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON"):
                self._connection.execute(f"PRAGMA {setting}")

    @property
    def key(self) -> VerifierKey:
        """The witness's public key."""
        return self._signer.key

    def answer(self, body: bytes, at_s: int) -> Answer:
        """The answer to a request, after what follows from it is on the disk.  at_s: the clock of the witness."""
        with self._transaction():
            found = judged(body, self._logs(), self._seen, self._signer, at_s)
            if found.seen is not None:
                self._keep(found.seen)
            fresh = found.evidence is not None and self._keep_evidence(found.evidence)
        if found.evidence is not None and fresh:
            logger.warning(
                "%s at size %d of %s: kept as %s/%s",
                found.evidence.kind.value.replace("_", " "),
                found.evidence.size,
                found.evidence.origin,
                EVIDENCE,
                found.evidence.name,
            )
            self._publish()
        return found

    def add_log(self, key: VerifierKey) -> None:
        """Know a log from now on, by its public key; its origin is the key's name.  Adding it twice changes nothing."""
        if key.type is not KeyType.ED25519:
            raise RecordError(f"{key.name}: a log signs with a key for ED25519, this is one for {key.type.name}")
        if key.public == self.key.public:
            raise RecordError(f"{key.name}: this is the witness's own key: nobody witnesses himself")
        with self._transaction():
            self._run("INSERT OR IGNORE INTO log VALUES (?, ?)", (key.text, key.name))

    def logs(self) -> tuple[VerifierKey, ...]:
        """The logs that are known."""
        with self._one_at_a_time, _explained(self._folder):
            return tuple(key for keys in self._logs().values() for key in keys)

    def newest(self, origin: str) -> Seen | None:
        """What was cosigned last of a log."""
        with self._one_at_a_time, _explained(self._folder):
            return self._seen(origin, None)

    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence, split views first."""
        statement = "SELECT kind, origin, size, first, second FROM evidence ORDER BY kind, origin, size"
        with self._one_at_a_time, _explained(self._folder):
            rows = self._run(statement)
        return tuple(
            Evidence(kind=EvidenceKind(kind), origin=origin, size=size, first=first, second=second)
            for kind, origin, size, first, second in rows
        )

    def close(self) -> None:
        """Let go of the database."""
        with self._one_at_a_time:
            self._connection.close()

    def __enter__(self) -> "State":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- inside the transaction --------------------------------------------------------------------------------------

    def _logs(self) -> dict[str, list[VerifierKey]]:
        found: dict[str, list[VerifierKey]] = {}
        for text, origin in self._run("SELECT vkey, origin FROM log ORDER BY origin, vkey"):
            found.setdefault(origin, []).append(VerifierKey.from_text(text))
        return found

    def _seen(self, origin: str, size: int | None) -> Seen | None:
        which = "ORDER BY size DESC LIMIT 1" if size is None else "AND size = ?"
        rows = self._run(
            f"SELECT origin, size, root, note, at_s FROM seen WHERE origin = ? {which}",
            (origin,) if size is None else (origin, size),
        )
        if not rows:
            return None
        ((name, found, root, note, at_s),) = rows
        return Seen(origin=name, size=found, root=root, note=note, at_s=at_s)

    def _keep(self, seen: Seen) -> None:
        self._run(
            "INSERT INTO seen VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (origin, size) DO UPDATE SET root = excluded.root, note = excluded.note, at_s = excluded.at_s",
            (seen.origin, seen.size, seen.root, seen.note, seen.at_s),
        )

    def _keep_evidence(self, evidence: Evidence) -> bool:
        """Whether it is new, and there is room for it."""
        kind, origin = evidence.kind.value, evidence.origin
        ((count,),) = self._run("SELECT count(*) FROM evidence WHERE kind = ? AND origin = ?", (kind, origin))
        known = self._run("SELECT 1 FROM evidence WHERE name = ?", (evidence.name,))
        if known or count >= _MOST_EVIDENCE:
            return False
        values = (evidence.name, kind, origin, evidence.size, evidence.first, evidence.second)
        self._run("INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?)", values)
        return True

    # --- the medium --------------------------------------------------------------------------------------------------

    def _found(self) -> None:
        with self._transaction():
            for statement in _SCHEMA.split(";"):
                self._run(statement.replace("|", ";"))
            self._run("INSERT INTO identity VALUES (1, ?)", (self.key.text,))
            self._run(f"PRAGMA user_version = {_FORMAT}")

    def _checked(self) -> None:
        """Raise RecordError where the database is not this witness's, or not of this form."""
        with self._one_at_a_time, _explained(self._folder):
            ((version,),) = self._run("PRAGMA user_version")
            rows = self._run("SELECT vkey FROM identity") if version == _FORMAT else []
        if version == 0:
            raise RecordError(f"{self._folder}: making this witness was interrupted: make it again in another folder")
        if version != _FORMAT:
            raise RecordError(f"{self._folder}: format {version} of a witness, this version of hudhud reads {_FORMAT}")
        if rows != [(self.key.text,)]:
            raise RecordError(
                f"{self._folder}: {DATABASE} belongs to {rows[0][0]}, but {KEY} is that of {self.key.text}"
            )

    def _publish(self) -> None:
        """Write each piece of evidence that is not yet there as a file; the database has it in any case."""
        for one in self.evidence():
            path = self._folder / EVIDENCE / one.name
            if not path.exists():
                with suppress(OSError):
                    path.parent.mkdir(exist_ok=True)
                    temporary = path.with_name(f".{path.name}.tmp")
                    temporary.write_bytes(one.data)
                    temporary.replace(path)

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing, flushed; no other thread or process between the question and what is kept."""
        with self._one_at_a_time, _explained(self._folder):
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise RecordError(f"{folder}: the memory of the witness failed: {error}: nothing was signed") from error
