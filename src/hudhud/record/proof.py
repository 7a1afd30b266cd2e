"""Proofs that travel alone: an entry's place in the log, with a cosigned checkpoint (C2SP tlog-proof, `.tlog-proof` files).

Whoever holds the entry and a policy needs nothing else, no network either: a gateway asks for this before it obeys.
"""

import base64
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Cosigned, read_checkpoint, read_count
from hudhud.record.note import MOST_NOTE_BYTES, decoded_base64, read_note
from hudhud.record.policy import Policy, accepted
from hudhud.record.tree import HASH_BYTES, inclusion_holds, leaf_hash

__all__ = ["Proof", "Proven", "proven", "read_proof"]

_HEAD = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """index: place of the entry; hashes: from its sibling up to the root's child; checkpoint: the signed note as it came.

    extra: bytes along the way that nothing vouches for.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @property
    def data(self) -> bytes:
        """The proof as a file."""
        lines = [_HEAD]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode('ascii')}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(one).decode("ascii") for one in self.hashes]
        return ("\n".join(lines) + "\n\n").encode("ascii") + self.checkpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Proven:
    """An entry that is in the log, and the checkpoint that says so."""

    index: int
    entry: bytes
    signed: Cosigned


def read_proof(data: bytes) -> Proof:
    """The proof in a file, nothing verified.  Raises RecordError where it is none."""
    if len(data) > 2 * MOST_NOTE_BYTES:
        raise RecordError(f"proof refused: it has {len(data):,} bytes, more than {2 * MOST_NOTE_BYTES:,}")
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise RecordError("proof refused: what stands before the checkpoint is not ASCII") from None
    if not blank or lines[0] != _HEAD:
        raise RecordError(f"proof refused: expected {_HEAD}, an index, hashes, an empty line and a checkpoint")
    extra = decoded_base64(lines[1].removeprefix("extra ")) if lines[1:] and lines[1].startswith("extra ") else None
    rest = lines[1:] if extra is None else lines[2:]
    index = read_count(rest[0].removeprefix("index ")) if rest and rest[0].startswith("index ") else None
    hashes = [decoded_base64(line) for line in rest[1:]]
    faults = [
        Fault(where=f"hash {number}", problem=f"expected base64 of {HASH_BYTES} bytes")
        for number, one in enumerate(hashes)
        if one is None or len(one) != HASH_BYTES
    ]
    if index is None:
        faults.insert(0, Fault(where="index", problem="expected a line: index N"))
    if len(hashes) > _MOST_HASHES:
        faults.append(Fault(where="hashes", problem=f"there are {len(hashes)}, more than {_MOST_HASHES}"))
    if faults or index is None:
        raise RecordError("proof refused", faults)
    found = tuple(one for one in hashes if one is not None)
    _refuse_other_length(index, len(found), checkpoint)
    return Proof(index=index, hashes=found, checkpoint=checkpoint, extra=extra)


def _refuse_other_length(index: int, hashes: int, checkpoint: bytes) -> None:
    size = read_checkpoint(read_note(checkpoint).text).size
    if index >= size:
        raise RecordError(f"proof refused: it is for entry {index}, but its checkpoint has only {size}")
    if hashes > (size - 1).bit_length():
        raise RecordError(f"proof refused: it has {hashes} hashes, more than a tree of {size} needs")


def proven(proof: Proof, entry: bytes, policy: Policy) -> Proven:
    """The entry with its place in the log.

    Raises RecordError where the policy does not accept the checkpoint, or the entry is not at this place under it.
    """
    signed = accepted(proof.checkpoint, policy)
    checkpoint = signed.checkpoint
    if not inclusion_holds(proof.index, checkpoint.size, leaf_hash(entry), proof.hashes, checkpoint.root):
        raise RecordError(
            f"proof refused: it does not lead from these {len(entry):,} bytes at {proof.index} "
            f"to the root of {checkpoint.origin} at size {checkpoint.size}"
        )
    return Proven(index=proof.index, entry=entry, signed=signed)
