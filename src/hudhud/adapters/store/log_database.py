"""The memory of the log: entries, signed checkpoints, cosignatures, timeline and blobs, changed in whole transactions only.

`Database` is all that the log asks of it; `Sqlite` is the one in a file.  Every statement appends: triggers refuse the rest.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hudhud.errors import RecordError

__all__ = ["Database", "DatabaseError", "Row", "Sqlite"]

_FORMAT = 2
_SCHEMA = """
CREATE TABLE identity (one INTEGER PRIMARY KEY CHECK (one = 1), vkey TEXT NOT NULL);
CREATE TABLE leaf (
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body BLOB NOT NULL CHECK (length(body) <= 65535));
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note BLOB NOT NULL);
CREATE TABLE cosignature (
    size INTEGER NOT NULL REFERENCES checkpoint (size),
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (size, witness)) WITHOUT ROWID;
CREATE TABLE timeline (size INTEGER PRIMARY KEY REFERENCES checkpoint (size), note BLOB NOT NULL);
CREATE TABLE blob (sha256 BLOB PRIMARY KEY CHECK (length(sha256) = 32), bytes BLOB NOT NULL);
"""
_TABLES = ("identity", "leaf", "checkpoint", "cosignature", "timeline", "blob")


class DatabaseError(RecordError):
    """The database refused; whether the transaction is in it shows when it is read again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A checkpoint as the log signed it, without cosignatures."""

    size: int
    root: bytes
    note: bytes


class Database(Protocol):
    """What the log asks of its memory.  Every method raises DatabaseError where the medium fails."""

    def vkey(self) -> str | None:
        """Key of the log that lives here, None where there is none yet."""

    def found(self, vkey: str, row: Row) -> None:
        """Begin a log with the checkpoint of size 0."""

    def append(self, leaves: Sequence[tuple[bytes, bytes]], row: Row, blobs: Iterable[bytes]) -> None:
        """(hash, body) of new entries, the checkpoint after them and their blobs: all of it or nothing.

        Raises DatabaseError too where the entries do not continue what is there, so that of two writers one is refused.
        """

    def cosign(self, size: int, lines: Iterable[tuple[str, str]]) -> None:
        """Keep (witness, line) of a checkpoint; the first of each witness stays."""

    def freeze(self, size: int, note: bytes) -> None:
        """Add the checkpoint of a size, as it is cosigned now, to the timeline.

        Raises DatabaseError where the timeline has it, or a larger one, already.
        """

    def timeline(self) -> list[tuple[int, bytes]]:
        """(size, note) of the timeline, by size."""

    def add_blobs(self, blobs: Iterable[bytes]) -> None:
        """Keep blobs under their digests."""

    def leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """(index, hash, body) of entries in [start, end), in order."""

    def newest(self) -> Row:
        """The largest checkpoint."""

    def checkpoint(self, size: int) -> Row | None:
        """The checkpoint of this size."""

    def sizes(self, shift: int, least: int) -> list[int]:
        """Different values of `size >> shift` of all checkpoints, those from `least` on."""

    def cosigned_sizes(self, above: int) -> list[int]:
        """Sizes above this one that have cosignatures, the largest first."""

    def cosignatures(self, size: int) -> list[str]:
        """Lines of cosignatures of a checkpoint."""

    def digests(self) -> list[bytes]:
        """SHA-256 of every blob."""

    def blob(self, digest: bytes) -> bytes | None:
        """The blob of this digest."""

    def close(self) -> None:
        """Let go of it."""


class Sqlite:
    """A database in one file, write-ahead, flushed at every commit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            self._connection = sqlite3.connect(path, isolation_level=None)
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        for setting in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON"):
            self._run(f"PRAGMA {setting}")
        ((version,),) = self._run("PRAGMA user_version")
        if version == 0:
            with self._transaction():
                for statement in _SCHEMA.split(";"):
                    self._run(statement)
                for table in _TABLES:
                    for action in ("UPDATE", "DELETE"):
                        self._run(
                            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                            f"BEGIN SELECT RAISE(ABORT, 'the record only grows'); END"
                        )
                self._run(f"PRAGMA user_version = {_FORMAT}")
        elif version != _FORMAT:
            raise DatabaseError(f"{self._path}: format {version} of the log, this version of hudhud reads {_FORMAT}")

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
        """All rows of a statement.  The one door to the medium for whatever changes it."""
        return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DatabaseError(f"{self._path}: the database of the log refused: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def vkey(self) -> str | None:
        with self._explained():
            rows = self._run("SELECT vkey FROM identity")
        return str(rows[0][0]) if rows else None

    def found(self, vkey: str, row: Row) -> None:
        with self._explained(), self._transaction():
            self._run("INSERT INTO identity VALUES (1, ?)", (vkey,))
            self._insert_checkpoint(row)

    def append(self, leaves: Sequence[tuple[bytes, bytes]], row: Row, blobs: Iterable[bytes]) -> None:
        with self._explained(), self._transaction():
            ((newest,),) = self._run("SELECT max(size) FROM checkpoint")
            first = row.size - len(leaves)
            if newest != first:
                raise DatabaseError(
                    f"{self._path}: has grown to {newest} entries, expected {first}: somebody else writes too"
                )
            for index, (one, body) in enumerate(leaves, start=first):
                self._run("INSERT INTO leaf VALUES (?, ?, ?)", (index, one, body))
            self._insert_checkpoint(row)
            self._insert_blobs(blobs)

    def cosign(self, size: int, lines: Iterable[tuple[str, str]]) -> None:
        with self._explained(), self._transaction():
            for witness, line in lines:
                self._run("INSERT OR IGNORE INTO cosignature VALUES (?, ?, ?)", (size, witness, line))

    def freeze(self, size: int, note: bytes) -> None:
        with self._explained(), self._transaction():
            ((last,),) = self._run("SELECT max(size) FROM timeline")
            if isinstance(last, int) and last >= size:
                raise DatabaseError(f"{self._path}: the timeline has reached size {last}: {size} comes too late")
            self._run("INSERT INTO timeline VALUES (?, ?)", (size, note))

    def timeline(self) -> list[tuple[int, bytes]]:
        statement = "SELECT size, CAST(note AS BLOB) FROM timeline ORDER BY size"
        with self._explained():
            return [(size, note) for size, note in self._connection.execute(statement)]

    def add_blobs(self, blobs: Iterable[bytes]) -> None:
        with self._explained(), self._transaction():
            self._insert_blobs(blobs)

    def _insert_checkpoint(self, row: Row) -> None:
        self._run("INSERT INTO checkpoint VALUES (?, ?, ?)", (row.size, row.root, row.note))

    def _insert_blobs(self, blobs: Iterable[bytes]) -> None:
        for one in blobs:
            self._run("INSERT OR IGNORE INTO blob VALUES (?, ?)", (hashlib.sha256(one).digest(), one))

    def leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        statement = (
            "SELECT idx, CAST(hash AS BLOB), CAST(body AS BLOB) FROM leaf WHERE idx >= ? AND idx < ? ORDER BY idx"
        )
        with self._explained():
            yield from self._connection.execute(statement, (start, end))

    def newest(self) -> Row:
        with self._explained():
            rows = self._run(
                "SELECT size, CAST(root AS BLOB), CAST(note AS BLOB) FROM checkpoint ORDER BY size DESC LIMIT 1"
            )
        return _row(rows[0])

    def checkpoint(self, size: int) -> Row | None:
        with self._explained():
            rows = self._run(
                "SELECT size, CAST(root AS BLOB), CAST(note AS BLOB) FROM checkpoint WHERE size = ?", (size,)
            )
        return _row(rows[0]) if rows else None

    def sizes(self, shift: int, least: int) -> list[int]:
        statement = "SELECT DISTINCT size >> ?1 FROM checkpoint WHERE size >> ?1 >= ?2 ORDER BY 1"
        with self._explained():
            return [one for (one,) in self._connection.execute(statement, (shift, least))]

    def cosigned_sizes(self, above: int) -> list[int]:
        statement = "SELECT DISTINCT size FROM cosignature WHERE size > ? ORDER BY size DESC"
        with self._explained():
            return [one for (one,) in self._connection.execute(statement, (above,))]

    def cosignatures(self, size: int) -> list[str]:
        statement = "SELECT line FROM cosignature WHERE size = ? ORDER BY witness"
        with self._explained():
            return [one for (one,) in self._connection.execute(statement, (size,))]

    def digests(self) -> list[bytes]:
        with self._explained():
            return [one for (one,) in self._connection.execute("SELECT sha256 FROM blob ORDER BY sha256")]

    def blob(self, digest: bytes) -> bytes | None:
        with self._explained():
            found = self._connection.execute("SELECT bytes FROM blob WHERE sha256 = ?", (digest,)).fetchone()
        return bytes(found[0]) if found else None

    def close(self) -> None:
        with self._explained():
            self._connection.close()


def _row(values: tuple[object, ...]) -> Row:
    size, root, note = values
    assert isinstance(size, int) and isinstance(root, bytes) and isinstance(note, bytes)
    return Row(size=size, root=root, note=note)
