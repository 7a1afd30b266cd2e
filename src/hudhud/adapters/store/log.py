"""The log on a disk: append-only, one writer, crash-safe; what it publishes anybody can check without it.

    log.sqlite   entries, signed checkpoints, cosignatures, timeline, blobs: the truth, in one transaction for each append
    lock         held by the one process that may write
    public/      checkpoint, timeline, tile/..., blob/...: follows from the database, written after it, re-derived at every start

An append signs the new checkpoint inside its transaction, writes tiles and bundles, then `checkpoint`, and only then returns.
Where the policy asks for witnesses, a checkpoint becomes public when enough of them have cosigned: as it is in that moment
it enters the timeline for good, then `timeline` is written, then `checkpoint`.  No size is ever signed twice.
At the start everything is hashed again, and a database that is older than what anybody has seen is refused: a restored
backup would otherwise sign a second history.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hudhud.adapters.store.log_database import Database, DatabaseError, Row, Sqlite
from hudhud.adapters.store.log_files import TEMPORARY, Files
from hudhud.adapters.store.log_public import public_paths, public_reader
from hudhud.adapters.store.log_timeline import timeline_faults
from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Checkpoint, Cosigned, opened
from hudhud.record.note import Note, Signature, Signer, note_signature, read_note, verified_signatures
from hudhud.record.policy import Policy, accepted, satisfied
from hudhud.record.proof import Proof
from hudhud.record.tiles import (
    CHECKPOINT,
    MOST_ENTRY_BYTES,
    WIDTH,
    Levels,
    TileName,
    blob_path,
    bundle,
    extend,
    level_node,
    new_names,
    read_path,
    tile_data,
    tile_names,
)
from hudhud.record.timeline import TIMELINE, timeline_bytes
from hudhud.record.tree import Frontier, consistency_proof, inclusion_proof, leaf_hash, tree_root

__all__ = ["DATABASE", "EXTRAS", "PUBLIC", "Appended", "Log", "create_log", "open_log", "public_paths", "public_reader"]

DATABASE = "log.sqlite"
PUBLIC = "public"
EXTRAS = frozenset({"trust.json"})
"""Public files that are handed in: they do not follow from the entries, and are not repaired."""
_LOCK = "lock"
_PATIENCE_S, _PAUSE_S = 30.0, 0.05
_HEIGHT = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """Where entries came to stand, and the checkpoint that covers them, as the log signed it."""

    indices: range
    checkpoint: Checkpoint
    note: bytes


def create_log(
    folder: str | Path,
    signer: Signer,
    policy: Policy | None = None,
    *,
    files: Files | None = None,
    patience_s: float = _PATIENCE_S,
) -> "Log":
    """A new, empty log, open for writing.  policy: who must cosign what is published; nobody if it is left out.

    patience_s: how long to wait for another process that writes.  Raises RecordError where the folder has a log already.
    """
    folder, files = Path(folder), files or Files()
    with ExitStack() as undo:
        with _explained(folder):
            files.make_folder(folder)
        undo.enter_context(_locked(folder, patience_s))
        database = Sqlite(folder / DATABASE)
        undo.callback(database.close)
        if database.vkey() is not None:
            raise RecordError(
                f"{folder}: there is a log already, of {database.vkey()}: open it, or choose another folder"
            )
        checkpoint = Checkpoint(origin=signer.key.name, size=0, root=Frontier().root)
        database.found(signer.key.text, _signed(checkpoint, signer))
        with _explained(folder):
            files.flush_folder(folder)
        return _ready(Log(folder, signer, policy, database, files), undo)


def open_log(
    folder: str | Path,
    signer: Signer,
    policy: Policy | None = None,
    *,
    witnessed: Iterable[bytes] = (),
    files: Files | None = None,
    database: Database | None = None,
    patience_s: float = _PATIENCE_S,
) -> "Log":
    """The log of a folder, replayed, its public files repaired, open for writing.

    witnessed: the newest checkpoint that each witness has seen, as a signed note.  Raises RecordError where one of them, or
    what is already published, is newer than the database or contradicts it; where a stored byte has changed; and where
    another process writes for longer than patience_s.
    """
    folder, files = Path(folder), files or Files()
    with ExitStack() as undo:
        if database is None and not (folder / DATABASE).is_file():
            raise RecordError(f"{folder}: there is no log here: create one first")
        undo.enter_context(_locked(folder, patience_s))
        database = database or Sqlite(folder / DATABASE)
        undo.callback(database.close)
        found = database.vkey()
        if found is None:
            raise RecordError(f"{folder}: creating this log was interrupted before it began: create it again")
        if found != signer.key.text:
            raise RecordError(f"{folder}: this is the log of {found}, but the key handed in is {signer.key.text}")
        return _ready(Log(folder, signer, policy, database, files), undo, witnessed)


class Log:
    """An open log: the only one that may write to its folder.  Made by `create_log` and `open_log`; close it, or use `with`."""

    def __init__(self, folder: Path, signer: Signer, policy: Policy | None, database: Database, files: Files) -> None:
        self._folder, self._public = folder, folder / PUBLIC
        self._signer, self._database, self._files = signer, database, files
        self._policy = policy or Policy(logs=(signer.key,))
        if signer.key not in self._policy.logs:
            raise RecordError(f"{folder}: the policy does not name this log: add the line  log {signer.key.text}")
        self._undo = ExitStack()
        self._levels: Levels = []
        self._frontier = Frontier()
        self._served: Cosigned | None = None
        self._timeline: list[tuple[int, bytes]] = []
        self._in_step = False  # memory and public files hold what the database holds

    # --- what stands in it -------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Number of entries."""
        return self._frontier.size

    @property
    def policy(self) -> Policy:
        """Who must cosign what is published."""
        return self._policy

    @property
    def newest(self) -> bytes:
        """The newest checkpoint with the cosignatures that it has so far: what witnesses are asked to cosign."""
        return self._cosigned_note(self._database.newest())

    @property
    def served(self) -> Cosigned | None:
        """The checkpoint that is published; None while the witnesses of a new log are still missing."""
        return self._served

    @property
    def timeline(self) -> tuple[bytes, ...]:
        """Every checkpoint that had the quorum of witnesses, in the form in which it first had it, by size."""
        return tuple(note for _, note in self._timeline)

    def entries(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Entries in [start, end), in order."""
        for _, _, body in self._database.leaves(start, self.size if end is None else end):
            yield body

    def blob(self, digest: bytes) -> bytes | None:
        """The blob with this SHA-256."""
        return self._database.blob(digest)

    def proof(self, index: int) -> Proof:
        """Proof of an entry under the published checkpoint.  Raises RecordError where that does not cover it yet."""
        covered = self._served.checkpoint.size if self._served else 0
        if not 0 <= index < covered or self._served is None:
            raise RecordError(
                f"entry {index} has no proof: the published checkpoint covers {covered} of {self.size} entries"
            )
        hashes = inclusion_proof(index, covered, level_node(self._levels))
        return Proof(index=index, hashes=hashes, checkpoint=self._served.note.data)

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """Hashes that show the log at size `old` to be the beginning of the log at size `new` (now)."""
        new = self.size if new is None else new
        if not 0 <= old <= new <= self.size:
            raise RecordError(f"no consistency proof from {old} to {new}: the log has {self.size} entries")
        return consistency_proof(old, new, level_node(self._levels))

    # --- what changes it ---------------------------------------------------------------------------------------------

    def append(self, entries: Sequence[bytes], blobs: Iterable[bytes] = ()) -> Appended:
        """Record entries (and the blobs that they name), sign the new checkpoint and publish.  All entries or none.

        When this returns, the entries are on the disk and public.  A RecordError says whether they are recorded.
        """
        self._step()
        _refuse_entries(entries)
        blobs = [bytes(one) for one in blobs]
        leaves = [(leaf_hash(entry), bytes(entry)) for entry in entries]
        first, frontier = self.size, self._frontier.appended(one for one, _ in leaves)
        checkpoint = Checkpoint(origin=self._signer.key.name, size=frontier.size, root=frontier.root)
        row = _signed(checkpoint, self._signer)
        self._in_step = False  # whatever fails before all of it is done, the next call reads the database again
        try:
            self._database.append(leaves, row, blobs)
        except DatabaseError:
            self._step()  # a commit can fail after it has taken hold: the database itself says which
            if self._frontier != frontier:
                raise
        else:
            self._frontier = frontier
            extend(self._levels, (one for one, _ in leaves))
            with _explained(self._folder, f"entries {first} to {frontier.size - 1} are recorded but not yet public"):
                self._files.publish(self._blob_contents(blobs))
                self._files.publish(
                    {self._public / name.path: self._expected(name) for name in new_names(first, self.size)}
                )
                self._serve(())
            self._drop_partials(new_names(first, self.size))
            self._in_step = True
        return Appended(indices=range(first, frontier.size), checkpoint=checkpoint, note=row.note)

    def add_cosignatures(self, size: int, signatures: Iterable[Signature]) -> bool:
        """Keep witnesses' cosignatures of the checkpoint of this size.  Returns whether that checkpoint (or a newer) is public.

        Raises RecordError where one does not hold, or is no witness's of the policy.
        """
        self._step()
        row = self._database.checkpoint(size)
        if row is None:
            raise RecordError(f"cosignatures refused: the log has signed no checkpoint of size {size}")
        lines = tuple(signatures)
        held = verified_signatures(
            Note(text=read_note(row.note).text, signatures=lines), self._policy.witnesses.values()
        )
        known = {(one.key.name, one.key.id) for one in held}
        strangers = [one.name for one in lines if (one.name, one.key_id) not in known]
        if strangers:
            raise RecordError(f"cosignatures refused: {', '.join(strangers)} is no witness of this log's policy")
        self._in_step = False
        self._database.cosign(size, [(one.name, one.line) for one in lines])
        with _explained(self._folder, f"cosignatures of size {size} are kept but not yet public"):
            self._serve([size])
        self._in_step = True
        return self._served is not None and self._served.checkpoint.size >= size

    def add_blobs(self, blobs: Iterable[bytes]) -> tuple[bytes, ...]:
        """Store blobs under their SHA-256, which is returned, before an entry names them."""
        self._step()
        kept = [bytes(one) for one in blobs]
        self._in_step = False
        self._database.add_blobs(kept)
        with _explained(self._folder, "blobs are kept but not yet public"):
            self._files.publish(self._blob_contents(kept))
        self._in_step = True
        return tuple(hashlib.sha256(one).digest() for one in kept)

    def publish_extra(self, name: str, data: bytes) -> None:
        """Put a file beside the log's own public files, in place of an earlier one.  name: one of EXTRAS."""
        if name not in EXTRAS:
            raise RecordError(f"{name!r} is no file that goes beside a log: one of {', '.join(sorted(EXTRAS))}")
        with _explained(self._folder, f"{name} could not be published"):
            self._files.publish({self._public / name: bytes(data)})

    def close(self) -> None:
        """Let go of the database and the lock."""
        self._undo.close()

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- keeping memory, database and public files in step -----------------------------------------------------------

    def _step(self) -> None:
        """Read everything again and repair the public files, if an earlier call did not come to its end."""
        if not self._in_step:
            self._replay()
            self._repair()

    def _replay(self, witnessed: Iterable[bytes] = ()) -> None:
        """Hash every entry again; refuse a database that has changed, or that is older than what others have seen."""
        newest = self._database.newest()
        hashes: list[bytes] = []
        for index, one, body in self._database.leaves(0, newest.size):
            if index != len(hashes) or leaf_hash(body) != one:
                raise RecordError(
                    f"{self._folder}: entry {index} in {DATABASE} is not what was recorded: restore the file"
                )
            hashes.append(one)
        frontier = Frontier().appended(hashes)
        signed = opened(newest.note, [self._signer.key]).checkpoint
        if (frontier.size, frontier.root) != (signed.size, signed.root) or signed.size != newest.size:
            raise RecordError(
                f"{self._folder}: the entries in {DATABASE} do not make the root that was signed: restore the file"
            )
        self._levels, self._frontier, self._served = [], frontier, None
        extend(self._levels, hashes)
        self._timeline = self._database.timeline()
        self._refuse_fork(witnessed)

    def _refuse_fork(self, witnessed: Iterable[bytes]) -> None:
        """Raise RecordError where somebody holds a checkpoint of ours, or entries, that this database does not know."""
        faults = [
            Fault(where=path, problem=f"it holds entries beyond {self.size}, the last one in {DATABASE}")
            for path in public_paths(self._public)
            if (name := read_path(path)) and not name.level and name.index * WIDTH + name.width > self.size
        ]
        views = [(f"witness's view {number}", note) for number, note in enumerate(witnessed, start=1)]
        published = self._files.read(self._public / CHECKPOINT)
        if published is not None:
            views.append((f"{PUBLIC}/{CHECKPOINT}", published))
        for where, note in views:
            try:
                seen = opened(note, [self._signer.key]).checkpoint
            except RecordError as error:
                faults.append(Fault(where=where, problem=f"it is no checkpoint of this log: {error}"))
                continue
            if seen.size > self.size:
                faults.append(
                    Fault(where=where, problem=f"it has seen {seen.size} entries, {DATABASE} has {self.size}")
                )
            elif tree_root(seen.size, level_node(self._levels)) != seen.root:
                faults.append(Fault(where=where, problem=f"at size {seen.size} it has another root than {DATABASE}"))
        faults += timeline_faults(self._files.read(self._public / TIMELINE), self._signer.key, self.timeline)
        if faults:
            raise RecordError(
                f"{self._folder}: refused to start: going on from here would sign a second history of this log. "
                "If this is a backup, bring back the newest database; a log whose entries are lost must end",
                faults,
            )

    def _repair(self) -> None:
        """Write every public file that is missing or differs, the checkpoint last; remove what is no longer needed."""
        with _explained(self._folder, "the public files could not be repaired"):
            for digest in self._database.digests():
                path = self._public / blob_path(digest)
                held = self._files.read(path)
                if held is None or hashlib.sha256(held).digest() != digest:
                    self._files.publish(self._blob_contents([self._database.blob(digest) or b""]))
            for name in dict.fromkeys((*tile_names(self.size), *self._older_partials())):
                path, expected = self._public / name.path, self._expected(name)
                if self._files.read(path) != expected:
                    self._files.publish({path: expected})
            self._serve()
        with suppress(OSError):  # garbage: the next start will try again
            for path in list(self._files.listed(self._public)):
                if path.name.endswith(TEMPORARY):
                    self._files.remove(path)
        self._drop_partials(tile_names(self.size))
        self._in_step = True

    def _older_partials(self) -> Iterator[TileName]:
        """Partial tiles of earlier checkpoints that no full tile contains yet.  C2SP tlog-tiles: they must stay served."""
        for level in (None, *range(len(self._levels))):
            shift = _HEIGHT * (level or 0)
            full = (self.size >> shift) // WIDTH
            for width in self._database.sizes(shift, full * WIDTH + 1):
                yield TileName(level=level, index=full, width=width % WIDTH)

    def _expected(self, name: TileName) -> bytes:
        if name.level is not None:
            return tile_data(self._levels, name)
        return bundle(self.entries(name.index * WIDTH, name.index * WIDTH + name.width))

    def _blob_contents(self, blobs: Iterable[bytes]) -> dict[Path, bytes]:
        return {self._public / blob_path(hashlib.sha256(one).digest()): one for one in blobs}

    def _drop_partials(self, names: Iterable[TileName]) -> None:
        """Remove the partial tiles of full ones.  Whoever holds an older checkpoint finds their hashes in the full tile."""
        with suppress(OSError):  # garbage: the next start will try again
            for name in names:
                folder = self._public / f"{name.path}.p"
                if name.width == WIDTH and folder.is_dir():
                    for path in list(self._files.listed(folder)):
                        self._files.remove(path)

    def _serve(self, cosigned: Iterable[int] | None = None) -> None:
        """Publish the newest checkpoint that the policy accepts.  cosigned: sizes with new cosignatures; None: look at all."""
        if satisfied(self._policy, ()):
            self._publish_checkpoint(self._cosigned_note(self._database.newest()))
            return
        reached = self._timeline[-1][0] if self._timeline else -1
        sizes = (
            self._database.cosigned_sizes(reached) if cosigned is None else [one for one in cosigned if one > reached]
        )
        if (self._freeze(sizes) or cosigned is None) and self._timeline:
            expected = timeline_bytes(self.timeline, self._signer)
            if self._files.read(self._public / TIMELINE) != expected:
                self._files.publish({self._public / TIMELINE: expected})
            self._publish_checkpoint(self._timeline[-1][1])

    def _freeze(self, sizes: Iterable[int]) -> bool:
        """Whether one of them has the quorum: it enters the timeline, and later cosignatures never change it."""
        for size in sizes:
            row = self._database.checkpoint(size)
            assert row is not None
            data = self._cosigned_note(row)
            try:
                accepted(data, self._policy)
            except RecordError:
                continue  # not enough witnesses yet: an older checkpoint may have them
            self._database.freeze(size, data)
            self._timeline.append((size, data))
            return True
        return False

    def _publish_checkpoint(self, data: bytes) -> None:
        if self._files.read(self._public / CHECKPOINT) != data:
            self._files.publish({self._public / CHECKPOINT: data})
        self._served = None
        with suppress(RecordError):  # an earlier policy: it stays published until this one's quorum has cosigned
            self._served = accepted(data, self._policy)

    def _cosigned_note(self, row: Row) -> bytes:
        return row.note + "".join(self._database.cosignatures(row.size)).encode("utf-8")


def _ready(log: Log, undo: ExitStack, witnessed: Iterable[bytes] = ()) -> Log:
    """The log after its first replay, with what it must let go of handed over."""
    log._replay(witnessed)
    log._repair()
    log._undo = undo.pop_all()
    return log


def _signed(checkpoint: Checkpoint, signer: Signer) -> Row:
    note = Note(text=checkpoint.text, signatures=(note_signature(checkpoint.text, signer),))
    return Row(size=checkpoint.size, root=checkpoint.root, note=note.data)


def _refuse_entries(entries: Sequence[bytes]) -> None:
    """Refuse no entries at all, and any that a bundle cannot hold, before anything is written."""
    if not entries:
        raise RecordError("nothing to append: hand in at least one entry")
    faults = [
        Fault(where=f"entry {index} of {len(entries)}", problem=f"it has {len(entry):,} bytes")
        for index, entry in enumerate(entries)
        if len(entry) > MOST_ENTRY_BYTES
    ]
    if faults:
        raise RecordError(
            f"entries refused: one may have {MOST_ENTRY_BYTES:,} bytes; store what is large as a blob and name its digest",
            faults,
        )


@contextmanager
def _locked(folder: Path, patience_s: float) -> Iterator[None]:
    """Hold the folder's lock, which the system releases when this process ends, however it ends."""
    with _explained(folder):
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until_s = time.monotonic() + patience_s
        while not _taken(folder, descriptor):
            if time.monotonic() >= until_s:
                raise RecordError(f"{folder}: this log is being written to by another process; try again")
            time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def _taken(folder: Path, descriptor: int) -> bool:
    with _explained(folder):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def _explained(folder: Path, what: str = "the log cannot be written") -> Iterator[None]:
    try:
        yield
    except (OSError, DatabaseError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordError(
            f"{folder}: {what}: {reason}: mend that; the next call, or start, goes on from here"
        ) from error
