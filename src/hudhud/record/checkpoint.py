"""Checkpoints: the name, size and root of the log at one moment, signed by the log and cosigned by witnesses.

C2SP tlog-checkpoint v1.0.0.  Extension lines are neither written nor taken: no monitor could check what they say.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.note import KeyType, Note, VerifierKey, decoded_base64, read_note, verified_signatures
from hudhud.record.tree import EMPTY_ROOT, HASH_BYTES

__all__ = ["MOST_ENTRIES", "Checkpoint", "Cosigned", "opened", "read_checkpoint", "read_count"]

MOST_ENTRIES = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """State of a log.  origin: its name; size: entries; root: 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cosigned:
    """A checkpoint that its log has signed.  cosignatures: witnesses' keys, each with the POSIX seconds it states."""

    checkpoint: Checkpoint
    note: Note
    log: VerifierKey
    cosignatures: tuple[tuple[VerifierKey, int], ...]


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text.  Raises RecordError for anything but exactly origin, size and root."""
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) != 3:
        raise RecordError(f"checkpoint refused: expected three lines (origin, size, root), found {len(lines)}")
    origin, size, root = lines[0], read_count(lines[1]), decoded_base64(lines[2])
    faults = []
    if not origin:
        faults.append(Fault(where="line 1", problem="the origin is empty"))
    if size is None:
        faults.append(Fault(where="line 2", problem=f"{lines[1][:40]!r} is no size: expected decimal digits"))
    if root is None or len(root) != HASH_BYTES:
        faults.append(
            Fault(where="line 3", problem=f"{lines[2][:60]!r} is no root: expected base64 of {HASH_BYTES} bytes")
        )
    elif size == 0 and root != EMPTY_ROOT:
        faults.append(Fault(where="line 3", problem="an empty log has only one root, and this is another"))
    if faults or size is None or root is None:
        raise RecordError("checkpoint refused", faults)
    return Checkpoint(origin=origin, size=size, root=root)


def read_count(text: str) -> int | None:
    """The number in ASCII digits without leading zeros, up to 2^63 - 1; None for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or (text[0] == "0" and text != "0"):
        return None
    number = int(text)
    return number if number <= MOST_ENTRIES else None


def opened(data: bytes, logs: Iterable[VerifierKey], witnesses: Iterable[VerifierKey] = ()) -> Cosigned:
    """The checkpoint in a signed note, with who cosigned it.

    Raises RecordError unless one of `logs` whose name is the checkpoint's origin has signed it, and where a signature of any
    of these keys does not hold.  How many witnesses are enough is the policy's question.
    """
    logs = tuple(logs)
    note = read_note(data)
    held = verified_signatures(note, (*logs, *witnesses))
    checkpoint = read_checkpoint(note.text)
    signed = [one.key for one in held if one.key in logs and one.key.type is KeyType.ED25519]
    log = next((key for key in signed if key.name == checkpoint.origin), None)
    if log is None:
        by = ", ".join(key.name for key in signed) or "none that is known"
        raise RecordError(
            f"checkpoint of {checkpoint.origin!r} refused: no known key of that log has signed it (logs that have: {by})"
        )
    times = tuple((one.key, one.time_s) for one in held if one.time_s is not None)
    return Cosigned(checkpoint=checkpoint, note=note, log=log, cosignatures=times)
