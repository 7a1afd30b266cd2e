"""A log in memory, with the same public files as the one on a disk: for replays of cases, demonstrations and tests."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from hudhud.errors import RecordError
from hudhud.record.checkpoint import Checkpoint
from hudhud.record.note import Note, Signer, cosignature, note_signature
from hudhud.record.policy import Policy, accepted
from hudhud.record.proof import Proof
from hudhud.record.tiles import (
    CHECKPOINT,
    MOST_ENTRY_BYTES,
    Levels,
    blob_path,
    bundle,
    extend,
    level_node,
    tile_data,
    tile_names,
)
from hudhud.record.timeline import TIMELINE, timeline_bytes
from hudhud.record.tree import consistency_proof, inclusion_proof, leaf_hash, tree_root

__all__ = ["MemoryLog"]


class MemoryLog:
    """An append-only log that is gone with the process.  signer: the log's key; policy: who must cosign."""

    def __init__(self, signer: Signer, policy: Policy) -> None:
        self._signer, self._policy = signer, policy
        self._entries: list[bytes] = []
        self._levels: Levels = []
        self._blobs: dict[str, bytes] = {}
        self._timeline: list[bytes] = []
        self._covered = 0

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self._entries)

    @property
    def timeline(self) -> tuple[bytes, ...]:
        """Every checkpoint that had the quorum of witnesses, by size."""
        return tuple(self._timeline)

    def append(self, entries: Sequence[bytes], blobs: Iterable[bytes] = ()) -> range:
        """Record entries and what they name; the indices at which they stand.  Raises RecordError for one too long."""
        long = [one for one in entries if len(one) > MOST_ENTRY_BYTES]
        if long:
            raise RecordError(f"entries refused: one may have {MOST_ENTRY_BYTES:,} bytes, this has {len(long[0]):,}")
        first = self.size
        self._entries += [bytes(one) for one in entries]
        extend(self._levels, (leaf_hash(one) for one in entries))
        self.add_blobs(blobs)
        return range(first, self.size)

    def add_blobs(self, blobs: Iterable[bytes]) -> None:
        """Keep blobs under their digests."""
        for one in blobs:
            self._blobs[blob_path(hashlib.sha256(one).digest())] = bytes(one)

    def cosign(self, witnesses: Iterable[Signer], at_s: int) -> None:
        """Sign the checkpoint of now and have it cosigned.  at_s: the witnesses' instant, seconds since 1970.

        Raises RecordError where these witnesses are not the quorum, or nothing has come since the last checkpoint.
        """
        if self._timeline and self._covered == self.size:
            raise RecordError(f"nothing to cosign: the newest checkpoint covers all {self.size} entries")
        root = tree_root(self.size, level_node(self._levels))
        text = Checkpoint(origin=self._signer.key.name, size=self.size, root=root).text
        lines = [note_signature(text, self._signer), *(cosignature(text, one, at_s) for one in witnesses)]
        data = Note(text=text, signatures=tuple(lines)).data
        accepted(data, self._policy)
        self._timeline.append(data)
        self._covered = self.size

    @property
    def files(self) -> Mapping[str, bytes]:
        """The public files as of the newest checkpoint.  Raises RecordError where there is none yet."""
        if not self._timeline:
            raise RecordError("nothing is public yet: no checkpoint has been cosigned")
        files = dict(self._blobs)
        levels: Levels = []
        extend(levels, (leaf_hash(one) for one in self._entries[: self._covered]))
        for name in tile_names(self._covered):
            if name.level is None:
                start = name.index * 256
                files[name.path] = bundle(self._entries[start : start + name.width])
            else:
                files[name.path] = tile_data(levels, name)
        files[TIMELINE] = timeline_bytes(self._timeline, self._signer)
        files[CHECKPOINT] = self._timeline[-1]
        return MappingProxyType(files)

    def proof(self, index: int) -> Proof:
        """Proof of an entry under the newest checkpoint.  Raises RecordError where that does not cover it."""
        if not 0 <= index < self._covered:
            raise RecordError(f"entry {index} has no proof: the newest checkpoint covers {self._covered} entries")
        hashes = inclusion_proof(index, self._covered, level_node(self._levels))
        return Proof(index=index, hashes=hashes, checkpoint=self._timeline[-1])

    def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
        """Hashes that show the log at one size to be the beginning of the log at another."""
        return consistency_proof(old, new, level_node(self._levels))
