"""The timeline: every checkpoint as it first had the quorum of witnesses, which is what gives entries their instants.

One public file, `timeline`.  A head, signed by the log, says how many checkpoints follow and what their digest is; then they
follow as signed notes, one behind the other, by size.  So none can be left out, changed or put elsewhere without it showing.
A checkpoint never changes once it stands here: cosignatures that come later would move the instants of what it covers.

Whoever holds the log's key could write a timeline without some checkpoint.  Against that stand releases of maps, which name
the digest of the timeline up to their size, votes, which name the checkpoint that their signer saw, and every older copy.
"""

import base64
import hashlib
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Cosigned, read_count
from hudhud.record.history import Witnessed
from hudhud.record.note import Note, Signer, VerifierKey, decoded_base64, note_signature, read_note, verified_signatures
from hudhud.record.policy import Policy, accepted

__all__ = ["TIMELINE", "Timeline", "read_timeline", "timeline_bytes", "timeline_digest", "witnessed"]

TIMELINE = "timeline"
"""Where it is served."""

_WHAT = "the timeline"
_DASH = "— "
_TEXT_LINES = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """Checkpoints that a policy accepts, by size.  notes: as they are written; witnessed: with their instants."""

    notes: tuple[bytes, ...]
    cosigned: tuple[Cosigned, ...]
    witnessed: tuple[Witnessed, ...]

    def digest_until(self, size: int) -> str:
        """The digest of the checkpoints up to a size of the log."""
        return timeline_digest(note for note, one in zip(self.notes, self.witnessed, strict=True) if one.size <= size)


def witnessed(cosigned: Cosigned) -> Witnessed:
    """When a checkpoint was witnessed: the median of the witnesses' instants, the earlier of two in the middle.

    Raises RecordError where nobody has cosigned it.
    """
    times = [time_s for _, time_s in cosigned.cosignatures]
    checkpoint = cosigned.checkpoint
    if not times:
        raise RecordError(f"checkpoint of size {checkpoint.size} has no instant: no witness has cosigned it")
    return Witnessed(size=checkpoint.size, root=checkpoint.root.hex(), at_s=statistics.median_low(times))


def timeline_digest(notes: Iterable[bytes]) -> str:
    """SHA-256 of checkpoints one behind the other, hexadecimal."""
    found = hashlib.sha256()
    for one in notes:
        found.update(one)
    return found.hexdigest()


def timeline_bytes(notes: Sequence[bytes], signer: Signer) -> bytes:
    """The timeline as a file.  notes: signed checkpoints by size, each cosigned; signer: the log."""
    digest = base64.b64encode(bytes.fromhex(timeline_digest(notes))).decode("ascii")
    text = f"{_kind(signer.key)}\n{len(notes)}\n{digest}\n"
    head = Note(text=text, signatures=(note_signature(text, signer),))
    return head.data + b"".join(notes)


def read_timeline(data: bytes, policy: Policy) -> Timeline:
    """The timeline in a file, every signature checked.  Raises RecordError with all that is wrong."""
    parts = list(_parts(data))
    if not parts:
        raise RecordError(f"{_WHAT} was refused: it is empty")
    notes = tuple(parts[1:])
    faults = list(_head_faults(parts[0], notes, policy))
    found: list[Cosigned] = []
    for place, note in enumerate(notes):
        try:
            found.append(accepted(note, policy))
        except RecordError as error:
            faults.append(Fault(where=f"checkpoint {place}", problem=str(error)))
    sizes = [one.checkpoint.size for one in found]
    if sizes != sorted(set(sizes)):
        faults.append(Fault(where="", problem="its checkpoints do not ascend in size: none may stand twice"))
    if faults:
        raise RecordError(f"{_WHAT} was refused", faults)
    return Timeline(notes=notes, cosigned=tuple(found), witnessed=tuple(witnessed(one) for one in found))


def _kind(log: VerifierKey) -> str:
    return f"{log.name}/timeline"


def _parts(data: bytes) -> Iterator[bytes]:
    """The signed notes of a file: three lines of text, an empty one, lines of signatures."""
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise RecordError(f"{_WHAT} was refused: byte {error.start} is no UTF-8") from None
    if lines.pop() != "":
        raise RecordError(f"{_WHAT} was refused: its last line is cut short")
    at = 0
    while at < len(lines):
        end = at + _TEXT_LINES + 1
        if end > len(lines) or lines[end - 1] != "":
            raise RecordError(f"{_WHAT} was refused: line {end} is not the empty one between a text and signatures")
        while end < len(lines) and lines[end].startswith(_DASH):
            end += 1
        yield "".join(f"{line}\n" for line in lines[at:end]).encode("utf-8")
        at = end


def _head_faults(head: bytes, notes: Sequence[bytes], policy: Policy) -> Iterator[Fault]:
    try:
        note = read_note(head)
        signed = [one.key for one in verified_signatures(note, policy.logs)]
    except RecordError as error:
        yield Fault(where="head", problem=str(error))
        return
    kind, count, digest = note.text.split("\n")[:_TEXT_LINES]
    if len(note.signatures) != 1 or kind not in {_kind(key) for key in signed}:
        yield Fault(where="head", problem="is not signed by this log, and by it alone")
    if read_count(count) != len(notes):
        yield Fault(where="head", problem=f"counts {count[:20]} checkpoints; {len(notes)} follow")
    if decoded_base64(digest) != bytes.fromhex(timeline_digest(notes)):
        yield Fault(where="head", problem="has another digest than the checkpoints that follow it")
