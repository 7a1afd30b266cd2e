"""How a log asks its witnesses: all at once, each with a time limit, so that a slow or dead one holds up nobody for longer.

`collect` hands what they signed to the log and tells who refused, and why.  A witness that says the log's history is not
one (`Refusal.SPLIT_VIEW`) or that has seen more than the log (`Refusal.AHEAD`) is no matter of patience: somebody must look.
"""

import http.client
import queue
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hudhud.adapters.store.log import Log
from hudhud.errors import InputError, RecordError, plain
from hudhud.record.checkpoint import read_checkpoint, read_count
from hudhud.record.note import Note, Signature, VerifierKey, read_note, read_signature, verified_signatures
from hudhud.record.policy import Policy, satisfied
from hudhud.record.witness import ADD_CHECKPOINT, TLOG_SIZE, Request, Status, checkpoint_path, request_bytes

__all__ = [
    "CollectReport",
    "Consistency",
    "Refusal",
    "Reply",
    "Views",
    "Witness",
    "ask",
    "collect",
    "newest_seen",
    "views",
]

_MOST_ANSWER_BYTES = 64 * 1024
_MOST_TRIES = 4

Consistency = Callable[[int, int], Sequence[bytes]]
"""Hashes that show the log at one size to be the beginning of the log at another."""


class Refusal(StrEnum):
    """Why a witness has not cosigned."""

    SPLIT_VIEW = "split_view"
    """It holds the proof for false: what it has seen is not the beginning of this log."""
    AHEAD = "ahead"
    """It has seen more entries than this log has: this may be an old copy."""
    BUSY = "busy"
    """The size that it has seen kept changing: somebody else sends it checkpoints of this log."""
    UNKNOWN_LOG = "unknown_log"
    """It does not know this log."""
    UNKNOWN_KEY = "unknown_key"
    """It knows the log by another key."""
    REFUSED = "refused"
    """It refused for another reason, which it gives."""
    WRONG_ANSWER = "wrong_answer"
    """What it sent is no cosignature of this checkpoint by its key."""
    UNREACHABLE = "unreachable"
    """Nothing answers at its address."""
    TOO_SLOW = "too_slow"
    """It had not answered when the time was up."""

    @property
    def loud(self) -> bool:
        """Whether it says that something is wrong with this log."""
        return self in (Refusal.SPLIT_VIEW, Refusal.AHEAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """A witness that can be asked.  url: what stands before /add-checkpoint; key: by which its cosignatures are known."""

    url: str
    key: VerifierKey

    def __post_init__(self) -> None:
        parts = urllib.parse.urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise InputError(f"{plain(self.url)!r} is no address of a witness: write http://HOST:PORT or https://HOST")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What came of asking one witness: a signature, or a refusal with what it said."""

    witness: Witness
    signature: Signature | None = None
    refusal: Refusal | None = None
    said: str = ""

    def __str__(self) -> str:
        name = self.witness.key.name
        return f"{name}: cosigned" if self.refusal is None else f"{name}: {self.refusal}: {plain(self.said)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectReport:
    """What came of asking all witnesses about the checkpoint of a size.  published: whether it, or a newer one, is public."""

    size: int
    replies: tuple[Reply, ...]
    published: bool

    @property
    def loud(self) -> tuple[Reply, ...]:
        """Refusals that say that something is wrong with this log: tell everybody, and stop."""
        return tuple(one for one in self.replies if one.refusal is not None and one.refusal.loud)


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """What witnesses have seen of a log.  notes: for `open_log(witnessed=...)`; silent: witnesses that did not tell."""

    notes: tuple[bytes, ...]
    silent: tuple[Reply, ...]

    def enough(self, policy: Policy) -> bool:
        """Whether no checkpoint can have had the quorum without one of those who told having seen it.

        Where it is not so, and this log may be an old copy, it should not start.
        """
        silent = {one.witness.key.public for one in self.silent}
        names = [name for name, key in policy.witnesses.items() if key.public in silent]
        return not policy.witnesses or not satisfied(policy, names)


def ask(
    witness: Witness, note: bytes, consistency: Consistency, known_size: int = 0, *, timeout_s: float = 10.0
) -> Reply:
    """Ask one witness to cosign a checkpoint that the log has signed.

    known_size: what it has probably seen; it says so itself where that is wrong, and is asked again.
    """
    until_s = time.monotonic() + timeout_s
    checkpoint = read_checkpoint(read_note(note).text)
    old = min(known_size, checkpoint.size)
    for _ in range(_MOST_TRIES):
        body = request_bytes(Request(old=old, proof=tuple(consistency(old, checkpoint.size)), note=note))
        try:
            status, kind, said = _sent(witness.url, ADD_CHECKPOINT, until_s, body)
        except TimeoutError:
            return Reply(witness=witness, refusal=Refusal.TOO_SLOW, said=f"no answer in {timeout_s:g} s")
        except (OSError, http.client.HTTPException) as error:
            return Reply(witness=witness, refusal=Refusal.UNREACHABLE, said=str(error) or type(error).__name__)
        size = read_count(said.decode("ascii", "replace").removesuffix("\n"))
        if status != Status.OTHER_SIZE or kind != TLOG_SIZE or size is None:
            return _reply(witness, note, status, said)
        if size > checkpoint.size:
            problem = f"it has seen {size} entries, the checkpoint shown to it has {checkpoint.size}"
            return Reply(witness=witness, refusal=Refusal.AHEAD, said=problem)
        old = size
    return Reply(witness=witness, refusal=Refusal.BUSY, said=f"the size that it has seen changed {_MOST_TRIES} times")


def collect(log: Log, witnesses: Iterable[Witness], *, timeout_s: float = 10.0, grace_s: float = 0.5) -> CollectReport:
    """Ask all witnesses about the log's newest checkpoint, and give the log what they sign.

    All are asked at once.  When those that have answered are the quorum of the policy, the others have `grace_s` more;
    after `timeout_s` nobody is waited for.  What comes too late is asked for again with the next checkpoint.
    """
    note = log.newest
    checkpoint = read_checkpoint(read_note(note).text)
    known_size = log.served.checkpoint.size if log.served else 0
    replies = _replies(
        tuple(witnesses),
        lambda one: ask(one, note, log.consistency, known_size, timeout_s=timeout_s),
        timeout_s,
        lambda cosigned: grace_s if _is_quorum(log.policy, cosigned) else None,
    )
    signatures = [one.signature for one in replies if one.signature is not None]
    published = log.add_cosignatures(checkpoint.size, signatures)
    return CollectReport(size=checkpoint.size, replies=replies, published=published)


def newest_seen(witness: Witness, origin: str, *, timeout_s: float = 10.0) -> bytes | None:
    """The newest checkpoint of a log that a witness has cosigned, as a signed note; None where it has seen none.

    Raises OSError where it cannot be reached, and RecordError where what it sends is not that.
    """
    try:
        status, _, said = _sent(witness.url, checkpoint_path(origin), time.monotonic() + timeout_s)
    except http.client.HTTPException as error:
        raise RecordError(f"{witness.url}: sent something else than HTTP: {error!r}") from None
    if status == Status.UNKNOWN_LOG:
        return None
    if status != Status.COSIGNED:
        raise RecordError(f"{witness.url}: answered {status}, expected 200 or 404")
    note = read_note(said)
    if read_checkpoint(note.text).origin != origin or not verified_signatures(note, [witness.key]):
        raise RecordError(f"{witness.url}: sent no checkpoint of {origin!r} that {witness.key.name} has cosigned")
    return said


def views(witnesses: Iterable[Witness], origin: str, *, timeout_s: float = 10.0) -> Views:
    """What all witnesses have seen of a log, asked at once: what a log is compared with before it starts."""
    notes: list[bytes] = []

    def look(witness: Witness) -> Reply:
        try:
            note = newest_seen(witness, origin, timeout_s=timeout_s)
        except TimeoutError:
            return Reply(witness=witness, refusal=Refusal.TOO_SLOW, said=f"no answer in {timeout_s:g} s")
        except OSError as error:
            return Reply(witness=witness, refusal=Refusal.UNREACHABLE, said=str(error))
        except RecordError as error:
            return Reply(witness=witness, refusal=Refusal.WRONG_ANSWER, said=str(error))
        if note is not None:
            notes.append(note)
        return Reply(witness=witness)

    replies = _replies(tuple(witnesses), look, timeout_s, lambda _: None)
    return Views(notes=tuple(notes), silent=tuple(one for one in replies if one.refusal is not None))


def _replies(
    witnesses: Sequence[Witness],
    call: Callable[[Witness], Reply],
    timeout_s: float,
    left_s: Callable[[Sequence[Reply]], float | None],
) -> tuple[Reply, ...]:
    """The replies of all, each asked in a thread of its own; those that do not come in time are too slow.

    left_s: how much longer to wait, given what has come so far; None for as long as there is time.
    """
    came: queue.SimpleQueue[tuple[int, Reply]] = queue.SimpleQueue()

    def run(place: int) -> None:
        try:
            came.put((place, call(witnesses[place])))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and the others go on
            came.put((place, Reply(witness=witnesses[place], refusal=Refusal.WRONG_ANSWER, said=repr(error))))

    for place in range(len(witnesses)):
        threading.Thread(target=run, args=(place,), daemon=True).start()
    found: dict[int, Reply] = {}
    until_s = time.monotonic() + timeout_s
    while len(found) < len(witnesses):
        try:
            place, reply = came.get(timeout=max(0.0, until_s - time.monotonic()))
        except queue.Empty:
            break
        found[place] = reply
        more_s = left_s(list(found.values()))
        if more_s is not None:
            until_s = min(until_s, time.monotonic() + more_s)
    return tuple(
        found.get(place) or Reply(witness=one, refusal=Refusal.TOO_SLOW, said="no answer when the others had come")
        for place, one in enumerate(witnesses)
    )


def _is_quorum(policy: Policy, replies: Sequence[Reply]) -> bool:
    keys = {one.witness.key.public for one in replies if one.signature is not None}
    return satisfied(policy, [name for name, key in policy.witnesses.items() if key.public in keys])


def _reply(witness: Witness, note: bytes, status: int, said: bytes) -> Reply:
    """What an answer says that is not about another size."""
    text = said.decode("utf-8", "replace").strip()[:300]
    if status != Status.COSIGNED:
        refusals = {
            Status.INCONSISTENT: Refusal.SPLIT_VIEW,
            Status.UNKNOWN_LOG: Refusal.UNKNOWN_LOG,
            Status.NOT_SIGNED: Refusal.UNKNOWN_KEY,
        }
        known = status in list(Status)
        refusal = refusals.get(Status(status), Refusal.REFUSED) if known else Refusal.REFUSED
        return Reply(witness=witness, refusal=refusal, said=f"{status} {text}")
    try:
        lines = tuple(read_signature(line) for line in said.decode("utf-8").removesuffix("\n").split("\n"))
        answered = Note(text=read_note(note).text, signatures=lines)
        held = {(one.key.name, one.key.id) for one in verified_signatures(answered, [witness.key])}
    except (RecordError, UnicodeDecodeError) as error:
        return Reply(witness=witness, refusal=Refusal.WRONG_ANSWER, said=str(error))
    ours = next((one for one in lines if (one.name, one.key_id) in held), None)
    if ours is None:
        problem = f"no signature of {witness.key.name} is in it"
        return Reply(witness=witness, refusal=Refusal.WRONG_ANSWER, said=problem)
    return Reply(witness=witness, signature=ours)


def _sent(url: str, path: str, until_s: float, body: bytes | None = None) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer.  until_s: instant of `time.monotonic` at which it must be there."""
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    assert parts.hostname is not None
    connection = kind(parts.hostname, parts.port, timeout=_left_s(until_s))
    try:
        connection.request("GET" if body is None else "POST", f"{parts.path.rstrip('/')}/{path}", body=body)
        connection.sock.settimeout(_left_s(until_s))
        answer = connection.getresponse()
        said = answer.read(_MOST_ANSWER_BYTES + 1)
    finally:
        connection.close()
    if len(said) > _MOST_ANSWER_BYTES:
        raise http.client.HTTPException(f"its answer has more than {_MOST_ANSWER_BYTES:,} bytes")
    return answer.status, answer.headers.get_content_type(), said


def _left_s(until_s: float) -> float:
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("the time was up")
    return left_s
