"""A record, read from its public files and verified whole: log, timeline, signatures, statements, documents.

Nothing is believed that does not follow from the root of trust.  What comes out is ready for `decide`.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Cosigned
from hudhud.record.envelope import envelope_from, key_id, verify
from hudhud.record.history import Entry, Prefix, Witnessed
from hudhud.record.keyring import Keyring, keyring_from
from hudhud.record.policy import Policy
from hudhud.record.rules import Rules, rules_from
from hudhud.record.statements import KeyringChange, PolicyChange, Statement
from hudhud.record.tiles import CHECKPOINT, Read, blob_path, verified
from hudhud.record.timeline import TIMELINE, Timeline, read_timeline
from hudhud.record.tree import Frontier, leaf_hash
from hudhud.record.trust import TRUST, Trust
from hudhud.record.words import RecordKind

__all__ = ["Blob", "OpenAll", "Opened", "Record", "opened_entries", "read_blob", "read_record"]

Blob = Callable[[str], bytes | None]
"""What is kept beside the log under a digest (SHA-256, hexadecimal), None where it is not there or is something else."""

Opened = tuple[Statement, bytes] | str
"""What an entry says and the key that signed it; or what is wrong with it."""

OpenAll = Callable[[Sequence[bytes], Mapping[str, bytes]], Sequence[Opened]]
"""Opens entries, given all keys by their ids.  Signatures take the time: adapters spread them over processors."""

_CHANGES = (
    f"/{RecordKind.KEYRING_CHANGE.value}/v1".encode("ascii"),
    f"/{RecordKind.POLICY_CHANGE.value}/v1".encode("ascii"),
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Record:
    """A record whose log is sound.  entries: envelopes as they stand in the log; prefix: what `decide` reads.

    signed: the newest checkpoint; timeline: all of them; blob: what is kept beside the log.  unserved: a newer checkpoint that
    the timeline as it was read already knows; it and what it covers are in no other field.
    """

    trust: Trust
    policy: Policy
    signed: Cosigned
    entries: tuple[bytes, ...]
    prefix: Prefix
    timeline: Timeline
    blob: Blob
    unserved: Witnessed | None = None

    @property
    def witnessed_s(self) -> int:
        """The instant of the newest checkpoint: up to then the record can speak."""
        return max(one.at_s for one in self.timeline.witnessed)


def read_blob(read: Read, digest: str) -> bytes | None:
    """The blob of a digest out of the public files; its bytes are checked.  None where it is missing or damaged."""
    data = read(blob_path(bytes.fromhex(digest)))
    return data if data is not None and hashlib.sha256(data).hexdigest() == digest else None


def read_record(read: Read, trust: Trust, paths: Iterable[str] = (), open_all: OpenAll | None = None) -> Record:
    """The record behind public files.  read: the file of a path; paths: every file there is, so that none goes unseen.

    Raises RecordError with every fault found: a byte of the log, a checkpoint, a signature, a statement, a document.
    """
    policy = trust.read_policy()
    faults: list[Fault] = []
    timeline = _part(lambda: _timeline(read, policy), TIMELINE, faults)
    found = _part(lambda: verified(read, policy, [p for p in paths if p not in (TIMELINE, TRUST)]), CHECKPOINT, faults)
    unserved = None
    if timeline is not None and found is not None:
        timeline, unserved = _as_served(timeline, read(CHECKPOINT))
        faults += _timeline_faults(timeline, found.signed, found.entries, read)
    blob = functools.partial(read_blob, read)
    keyrings, rules, keys = _first_documents(trust, blob, faults)
    if faults or timeline is None or found is None:
        raise RecordError("the record is not sound", faults)
    opened = _opened(found.entries, keys, keyrings, rules, blob, open_all or opened_entries)
    entries: list[Entry] = []
    for index, (one, data) in enumerate(zip(opened, found.entries, strict=True)):
        if isinstance(one, str):
            faults.append(Fault(where=f"entry {index}", problem=one))
        else:
            entries.append(Entry(index=index, statement=one[0], key=one[1], leaf=leaf_hash(data).hex()))
    if faults:
        raise RecordError("the record is not sound", faults)
    prefix = Prefix(
        log=trust.log,
        entries=tuple(entries),
        checkpoints=_nonempty(timeline.witnessed),
        keyrings=keyrings,
        rules=rules,
        keyring_sha256=trust.keyring_sha256,
        rules_sha256=trust.rules_sha256,
    )
    return Record(
        trust=trust,
        policy=policy,
        signed=found.signed,
        entries=found.entries,
        prefix=prefix,
        timeline=timeline,
        blob=blob,
        unserved=unserved,
    )


def _timeline(read: Read, policy: Policy) -> Timeline:
    data = read(TIMELINE)
    if data is None:
        raise RecordError(f"no record: there is no file {TIMELINE!r}, or nothing has been witnessed yet")
    return read_timeline(data, policy)


def _as_served(timeline: Timeline, served: bytes | None) -> tuple[Timeline, Witnessed | None]:
    """The timeline up to the checkpoint that is served, and the one behind that.

    The timeline is written before the checkpoint: between the two it is one note ahead, never more.
    """
    if len(timeline.notes) < 2 or timeline.notes[-2] != served:
        return timeline, None
    cut = Timeline(notes=timeline.notes[:-1], cosigned=timeline.cosigned[:-1], witnessed=timeline.witnessed[:-1])
    return cut, timeline.witnessed[-1]


_Part = TypeVar("_Part")


def _part(made: Callable[[], _Part], where: str, faults: list[Fault]) -> _Part | None:
    """One part of a record; None where it is refused, with its faults.  where: the file, for faults that name none."""
    try:
        return made()
    except RecordError as error:
        faults += error.faults or [Fault(where=where, problem=error.summary)]
        return None


def opened_entries(entries: Sequence[bytes], keys: Mapping[str, bytes]) -> list[Opened]:
    """Every entry opened, one after the other.  keys: by `key_id`."""
    return [_open(one, keys) for one in entries]


def _open(data: bytes, keys: Mapping[str, bytes]) -> Opened:
    try:
        envelope = envelope_from(data)
        key = keys.get(envelope.keyid)
        if key is None:
            return f"is signed with the key {envelope.keyid[:12]}, which is in no keyring of this record"
        return verify(envelope, key), key
    except RecordError as error:
        return str(error)


def _opened(
    entries: Sequence[bytes],
    keys: dict[str, bytes],
    keyrings: dict[str, Keyring],
    rules: dict[str, Rules],
    blob: Blob,
    open_all: OpenAll,
) -> Sequence[Opened]:
    """Every entry opened.  Changes of keyring come first, in order: their documents bring the keys of later entries."""
    for data in entries:
        try:
            payload = envelope_from(data).payload
        except RecordError:
            continue  # told below
        if any(one in payload for one in _CHANGES):
            found = _open(data, keys)
            if not isinstance(found, str):
                _learn(found[0], keys, keyrings, rules, blob)
    return open_all(entries, keys)


def _learn(
    statement: Statement, keys: dict[str, bytes], keyrings: dict[str, Keyring], rules: dict[str, Rules], blob: Blob
) -> None:
    """Read the document that a change names, if it is there and is one; `decide` tells of those that are not."""
    if isinstance(statement, KeyringChange) and statement.keyring_sha256 not in keyrings:
        data = blob(statement.keyring_sha256)
        if data is not None:
            try:
                keyrings[statement.keyring_sha256] = keyring_from(data)
            except RecordError:
                return
            keys |= _keys(keyrings[statement.keyring_sha256])
    if isinstance(statement, PolicyChange) and statement.policy_sha256 not in rules:
        data = blob(statement.policy_sha256)
        if data is not None:
            try:
                rules[statement.policy_sha256] = rules_from(data)
            except RecordError:
                return


def _first_documents(
    trust: Trust, blob: Blob, faults: list[Fault]
) -> tuple[dict[str, Keyring], dict[str, Rules], dict[str, bytes]]:
    """The first keyring and rules, and the keys in it."""
    keyrings: dict[str, Keyring] = {}
    rules: dict[str, Rules] = {}
    for what, digest in (("keyring", trust.keyring_sha256), ("rules", trust.rules_sha256)):
        data = blob(digest)
        if data is None:
            where = blob_path(bytes.fromhex(digest))
            faults.append(Fault(where=where, problem=f"the first {what} is missing, or has another digest"))
            continue
        try:
            if what == "keyring":
                keyrings[digest] = keyring_from(data)
            else:
                rules[digest] = rules_from(data)
        except RecordError as error:
            faults.append(Fault(where=f"the first {what}", problem=str(error)))
    keys = {id: raw for one in keyrings.values() for id, raw in _keys(one).items()}
    return keyrings, rules, keys


def _keys(keyring: Keyring) -> dict[str, bytes]:
    return {key_id(one.raw): one.raw for one in keyring.keys}


def _timeline_faults(timeline: Timeline, signed: Cosigned, entries: Sequence[bytes], read: Read) -> Iterator[Fault]:
    """Checkpoints of the timeline that the log does not lead through, or a timeline that does not reach its end."""
    if not timeline.notes or timeline.notes[-1] != read(CHECKPOINT):
        newest = timeline.witnessed[-1].size if timeline.notes else 0
        problem = f"ends at size {newest}, not with the checkpoint of size {signed.checkpoint.size} that is served"
        yield Fault(where=TIMELINE, problem=problem)
    frontier = Frontier()
    for one in timeline.cosigned:
        size = one.checkpoint.size
        if size > len(entries):
            yield Fault(where=TIMELINE, problem=f"has a checkpoint of size {size}; the log has {len(entries)} entries")
            return
        frontier = frontier.appended(leaf_hash(entry) for entry in entries[frontier.size : size])
        if frontier.root != one.checkpoint.root:
            yield Fault(where=TIMELINE, problem=f"its checkpoint of size {size} has another root than the entries make")
            return


def _nonempty(witnessed: Iterable[Witnessed]) -> tuple[Witnessed, ...]:
    """Without the checkpoint of the empty log, which covers nothing."""
    return tuple(one for one in witnessed if one.size)
