"""What a witness does: it cosigns a log that only grows, and keeps what shows that one did not (C2SP tlog-witness v1.0.0).

A request carries a checkpoint and the proof that it continues the one cosigned last.  `judged` answers it, given what the
witness has seen; whoever calls it must keep the answer's `seen` before the signature leaves the house, in one step with the
question what was seen before.  Two checkpoints of one size with different roots, both signed by the log, are a split view:
they prove by themselves that the log told two stories, and `read_split_view` lets anybody check it.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Checkpoint, opened, read_checkpoint, read_count
from hudhud.record.note import (
    Note,
    Signer,
    VerifierKey,
    cosignature,
    decoded_base64,
    read_note,
    verified_signatures,
)
from hudhud.record.tree import EMPTY_ROOT, HASH_BYTES, consistency_holds

__all__ = [
    "ADD_CHECKPOINT",
    "MOST_BACK_S",
    "MOST_REQUEST_BYTES",
    "TLOG_SIZE",
    "Answer",
    "Evidence",
    "EvidenceKind",
    "History",
    "Logs",
    "Request",
    "Seen",
    "Status",
    "checkpoint_path",
    "judged",
    "read_request",
    "read_split_view",
    "request_bytes",
]

ADD_CHECKPOINT = "add-checkpoint"
TLOG_SIZE = "text/x.tlog.size"
"""Content type of the size that a witness has seen."""
MOST_REQUEST_BYTES = 64 * 1024
MOST_BACK_S = 60
"""How far a witness's clock may stand behind what it signed last; it then signs that instant again."""

_TEXT = "text/plain; charset=utf-8"
_MOST_HASHES = 63

Logs = Mapping[str, Sequence[VerifierKey]]
"""Keys of each log that is known, by its origin."""


class Status(IntEnum):
    """How a request is answered: the codes of HTTP that the protocol gives a meaning."""

    COSIGNED = 200
    MALFORMED = 400
    """It cannot be read, or its old size is larger than the new one."""
    NOT_SIGNED = 403
    """No known key of the log has signed the checkpoint."""
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    """The witness has seen another size than the request begins at; the answer says which."""
    INCONSISTENT = 422
    """The proof does not hold: the log has not shown that it only grew."""
    CLOCK_BEHIND = 503
    """The witness's clock stands before what it has signed."""


class EvidenceKind(StrEnum):
    """What two checkpoints of one log, both signed by it, say against it."""

    SPLIT_VIEW = "split_view"
    """One size, two roots: nothing more is needed."""
    UNPROVEN = "unproven"
    """No proof was shown that the later continues the earlier one.  Anybody can send a wrong proof: ask the log for its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request for a cosignature.  old: size that the witness should have seen; proof: from there; note: the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a witness has cosigned.  note: signed by the log and by it; at_s: the instant it stated, since 1970."""

    origin: str
    size: int
    root: bytes
    note: bytes
    at_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Two checkpoints, as the log has signed them, that should not both exist.  first: the one that was cosigned."""

    kind: EvidenceKind
    origin: str
    size: int  # of the second
    first: bytes
    second: bytes

    @property
    def data(self) -> bytes:
        """Both notes, an empty line between them."""
        return self.first + b"\n" + self.second

    @property
    def name(self) -> str:
        """A name for it as a file, the same whenever the same second checkpoint comes."""
        return f"{self.kind}-{self.size}-{hashlib.sha256(read_note(self.second).text.encode()).hexdigest()[:16]}.txt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is sent back, and what is to be kept first.  seen: the new state, None where it stays; evidence: against the log."""

    status: Status
    body: bytes
    content_type: str = _TEXT
    seen: Seen | None = None
    evidence: Evidence | None = None


History = Callable[[str, int | None], Seen | None]
"""What was cosigned of a log (its origin) at a size; at the largest where the size is None."""


def request_bytes(request: Request) -> bytes:
    """The request as it is sent."""
    lines = [f"old {request.old}", *(base64.b64encode(one).decode("ascii") for one in request.proof)]
    return ("\n".join(lines) + "\n\n").encode("ascii") + request.note


def read_request(data: bytes) -> Request:
    """The request in these bytes; neither proof nor checkpoint is verified.  Raises RecordError where they are none."""
    if len(data) > MOST_REQUEST_BYTES:
        raise RecordError(f"request refused: it has {len(data):,} bytes, more than {MOST_REQUEST_BYTES:,}")
    head, blank, note = data.partition(b"\n\n")
    lines = head.decode("ascii", "replace").split("\n")
    old = read_count(lines[0].removeprefix("old ")) if lines[0].startswith("old ") else None
    hashes = [decoded_base64(line) for line in lines[1:]]
    faults = [
        Fault(where=f"hash {number}", problem=f"expected base64 of {HASH_BYTES} bytes")
        for number, one in enumerate(hashes)
        if one is None or len(one) != HASH_BYTES
    ]
    if old is None or not blank:
        faults.insert(
            0, Fault(where="head", problem="expected a line: old N, then hashes, an empty line, a checkpoint")
        )
    if len(hashes) > _MOST_HASHES:
        faults.append(Fault(where="hashes", problem=f"there are {len(hashes)}, more than {_MOST_HASHES}"))
    if faults or old is None:
        raise RecordError("request refused", faults)
    return Request(old=old, proof=tuple(one for one in hashes if one is not None), note=note)


def checkpoint_path(origin: str) -> str:
    """Where a witness serves the newest checkpoint of a log that it has cosigned."""
    return f"{hashlib.sha256(origin.encode('utf-8')).hexdigest()}/checkpoint"


def judged(body: bytes, logs: Logs, history: History, signer: Signer, at_s: int) -> Answer:
    """The answer to a request.  signer: the witness's key, made for cosignatures; at_s: what its clock says, since 1970.

    The checks come in the order of the specification.  A split view is evidence whatever the request asked for.
    """
    try:
        request = read_request(body)
        note = read_note(request.note)
        new = _checkpoint(note.text)
    except RecordError as error:
        return _refused(Status.MALFORMED, str(error))
    keys = logs.get(new.origin)
    if not keys:
        return _refused(Status.UNKNOWN_LOG, f"the log {new.origin!r} is not known here")
    try:
        signed = _signed_by(note, keys)
    except RecordError as error:
        return _refused(Status.NOT_SIGNED, str(error))
    if signed is None:
        return _refused(Status.NOT_SIGNED, f"no known key of {new.origin!r} has signed this checkpoint")
    return _judged_log(request, new, signed, history, signer, at_s)


def _judged_log(request: Request, new: Checkpoint, signed: Note, history: History, signer: Signer, at_s: int) -> Answer:
    """The answer once the log has been known by its signature."""
    newest = history(new.origin, None)
    evidence = _split_view(history(new.origin, new.size), new, signed)
    if request.old > new.size:
        problem = f"the old size {request.old} is larger than the new one, {new.size}"
        return _refused(Status.MALFORMED, problem, evidence=evidence)
    size = newest.size if newest else 0
    if request.old != size:
        return Answer(status=Status.OTHER_SIZE, body=b"%d\n" % size, content_type=TLOG_SIZE, evidence=evidence)
    root = newest.root if newest else EMPTY_ROOT
    if not consistency_holds(size, new.size, root, new.root, request.proof):
        if newest is not None and size < new.size:
            evidence = _evidence(EvidenceKind.UNPROVEN, newest, new, signed)
        return _refused(Status.INCONSISTENT, _broken_text(size, root, new), evidence=evidence)
    last_s = newest.at_s if newest else 0
    if at_s < last_s - MOST_BACK_S:
        problem = f"the clock of this witness stands {last_s - at_s} s behind what it has signed: set it"
        return _refused(Status.CLOCK_BEHIND, problem)
    now_s = max(at_s, last_s)
    line = cosignature(signed.text, signer, now_s)
    note = Note(text=signed.text, signatures=(*signed.signatures, line))
    seen = Seen(origin=new.origin, size=new.size, root=new.root, note=note.data, at_s=now_s)
    return Answer(status=Status.COSIGNED, body=line.line.encode("utf-8"), seen=seen)


def read_split_view(data: bytes, keys: Iterable[VerifierKey]) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints in evidence of a split view, each signed by one of the log's keys, of one size, with two roots.

    Raises RecordError where these bytes prove nothing.
    """
    parts = data.split(b"\n\n")
    if len(parts) != 4:
        raise RecordError("evidence refused: expected two signed notes with an empty line between them")
    keys = tuple(keys)
    first = opened(parts[0] + b"\n\n" + parts[1] + b"\n", keys).checkpoint
    second = opened(parts[2] + b"\n\n" + parts[3], keys).checkpoint
    if (first.origin, first.size) != (second.origin, second.size) or first.root == second.root:
        raise RecordError(
            f"evidence refused: sizes {first.size} of {first.origin} and {second.size} of {second.origin} "
            "are no split view: expected one log, one size and two roots"
        )
    return first, second


def _checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a text, an empty log with a wrong root among them: that is no malformed request but a false one."""
    try:
        return read_checkpoint(text)
    except RecordError:
        lines = text.split("\n")
        root = decoded_base64(lines[2]) if len(lines) == 4 and lines[0] and lines[1] == "0" else None
        if root is None or len(root) != HASH_BYTES:
            raise
        return Checkpoint(origin=lines[0], size=0, root=root)


def _signed_by(note: Note, keys: Sequence[VerifierKey]) -> Note | None:
    """The note with the log's own signatures only, None where it has none.  Raises RecordError where one does not hold."""
    held = {(one.key.name, one.key.id) for one in verified_signatures(note, keys)}
    lines = tuple(one for one in note.signatures if (one.name, one.key_id) in held)
    return Note(text=note.text, signatures=lines) if lines else None


def _split_view(seen: Seen | None, new: Checkpoint, signed: Note) -> Evidence | None:
    if seen is None or seen.root == new.root:
        return None
    return _evidence(EvidenceKind.SPLIT_VIEW, seen, new, signed)


def _evidence(kind: EvidenceKind, seen: Seen, new: Checkpoint, signed: Note) -> Evidence:
    return Evidence(kind=kind, origin=new.origin, size=new.size, first=seen.note, second=signed.data)


def _broken_text(size: int, root: bytes, new: Checkpoint) -> str:
    if size < new.size:
        return f"the proof does not lead from size {size}, which was cosigned, to {new.size}"
    if root == new.root:
        return f"size {size} was cosigned with this root, and needs no proof: send none"
    if size == 0:
        return "an empty log has only one root, and this is another"
    return f"at size {size} another root of {new.origin!r} was cosigned: this is a split view, and it is kept"


def _refused(status: Status, problem: str, *, evidence: Evidence | None = None) -> Answer:
    return Answer(status=status, body=f"{problem}\n".encode("utf-8", "backslashreplace"), evidence=evidence)
