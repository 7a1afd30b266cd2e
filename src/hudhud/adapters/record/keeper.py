"""The keeper of a record on a disk: takes what is signed, has it witnessed, files what follows, releases the map.

    log.sqlite, lock, public/   the log; public/ is what anybody may copy, serve and check
    private/log.key             what signs checkpoints and receipts
    private/registrar.key       what signs notices and releases
    private/witnesses.toml      where witnesses answer; in a demonstration private/witness-NAME.key instead

A keeper decides nothing: it holds no key that votes, and whatever it files anybody can work out again.  What it refuses it
refuses because the record could not be read afterwards, and says why.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from hudhud.adapters.record.effects import territories_shown
from hudhud.adapters.record.filings import Filing, named_digests
from hudhud.adapters.record.following import MapMemory, MapOf, effect_from, following, last_release, map_of, release_due
from hudhud.adapters.record.keys import Held, create_key, open_key, open_secret, write_secret
from hudhud.adapters.record.naming import naming_problems
from hudhud.adapters.record.witnessing import Clock, Cosign, by_demonstration, by_web, witnesses_from
from hudhud.adapters.store.log import DATABASE, PUBLIC, Log, create_log, open_log, public_paths, public_reader
from hudhud.adapters.witness.client import views
from hudhud.errors import Fault, RecordError
from hudhud.record.envelope import envelope_bytes, envelope_from, key_id, sign, verify
from hudhud.record.history import Entry, Prefix, Witnessed
from hudhud.record.keyring import Keyring, keyring_from
from hudhud.record.note import SigningKey
from hudhud.record.parts import effect_digest
from hudhud.record.policy import Policy, accepted
from hudhud.record.reading import Record, read_record
from hudhud.record.receipt import receipt_bytes
from hudhud.record.rules import rules_from
from hudhud.record.statements import (
    Approval,
    Decision,
    KeyringChange,
    MapRelease,
    PolicyChange,
    Request,
    Revocation,
    Statement,
    Suspension,
)
from hudhud.record.timeline import Timeline, witnessed
from hudhud.record.tree import leaf_hash
from hudhud.record.trust import TRUST, Trust, trust_bytes, trust_from

__all__ = [
    "PRIVATE",
    "WITNESSES",
    "Keeper",
    "Submitted",
    "create_keeper",
    "found_keeper",
    "is_keeper",
    "open_keeper",
]

PRIVATE = "private"
WITNESSES = "witnesses.toml"
_LOG_KEY, _REGISTRAR_KEY = "log.key", "registrar.key"
_MOST_TURNS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Submitted:
    """What became of filings.  leaves: their hashes; witnessed: whether they have their instant.

    silent: witnesses that did not cosign, and why; receipts: for what waits for them, in the same order as leaves; followed:
    what the registrar filed because it follows, with the leaf of each.
    """

    first: int
    leaves: tuple[str, ...]
    witnessed: bool
    silent: tuple[str, ...] = ()
    receipts: tuple[bytes, ...] = ()
    followed: tuple[tuple[str, Statement], ...] = ()


def is_keeper(folder: str | Path) -> bool:
    """Whether a folder is that of a record kept on this machine."""
    return (Path(folder) / DATABASE).is_file() and (Path(folder) / PRIVATE).is_dir()


def create_keeper(
    folder: Path,
    *,
    trust: Trust,
    documents: Sequence[bytes],
    log: SigningKey,
    registrar_seed: bytes,
    clock: Clock,
    witnesses: Mapping[str, SigningKey],
    comment: str = "",
    map_of: MapOf = map_of,
) -> "Keeper":
    """A new record, open.  witnesses: those of a demonstration, which sign in this process.  Else as `found_keeper`."""
    keys = {f"witness-{name}.key": f"{key.secret_text}\n".encode() for name, key in witnesses.items()}
    found_keeper(
        folder,
        trust=trust,
        documents=documents,
        log=log,
        registrar_seed=registrar_seed,
        private_files=keys,
        comment=comment,
    )
    return open_keeper(folder, clock, map_of=map_of)


def found_keeper(
    folder: Path,
    *,
    trust: Trust,
    documents: Sequence[bytes],
    log: SigningKey,
    registrar_seed: bytes,
    private_files: Mapping[str, bytes],
    comment: str = "",
) -> None:
    """Lay the folder of a new record.  documents: the first keyring and rules; private_files: what else goes into private/.

    Among those are the addresses of witnesses (WITNESSES).  Raises RecordError where there is a record already.
    """
    if (folder / DATABASE).exists() or (folder / PRIVATE).exists():
        raise RecordError(f"{folder}: there is a record already: choose another folder")
    private = folder / PRIVATE
    try:
        private.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise RecordError(f"{private}: cannot be made: {error.strerror or error}") from None
    write_secret(private / _LOG_KEY, f"{log.secret_text}\n".encode())
    create_key(private / _REGISTRAR_KEY, registrar_seed, comment=comment)
    for name, data in private_files.items():
        write_secret(private / name, data)
    with create_log(folder, log, trust.read_policy()) as made:
        made.add_blobs(documents)
        made.publish_extra(TRUST, trust_bytes(trust))


def open_keeper(
    folder: str | Path,
    clock: Clock,
    *,
    passphrase: Callable[[], bytes] = bytes,
    record: Record | None = None,
    map_of: MapOf = map_of,
) -> "Keeper":
    """The keeper of a folder; close it, or use `with`.  record: the same record, if it was read a moment ago.

    Raises RecordError where it is none, where another process writes, and where witnesses have seen more than it has.
    """
    folder = Path(folder)
    if not is_keeper(folder):
        raise RecordError(
            f"{folder}: no record is kept here: expected {DATABASE} and {PRIVATE}/; see  hudhud found-record, hudhud demo-record"
        )
    data = public_reader(folder / PUBLIC)(TRUST)
    if data is None:
        raise RecordError(f"{folder / PUBLIC}: has no {TRUST}: bring it back")
    trust = trust_from(data)
    policy = trust.read_policy()
    private = folder / PRIVATE
    signer = SigningKey.from_secret_text(open_secret(private / _LOG_KEY).decode("ascii", "replace").strip())
    registrar = open_key(private / _REGISTRAR_KEY, passphrase)
    cosign, notes = _cosign(private, policy, trust, clock)
    with ExitStack() as undo:
        log = undo.enter_context(open_log(folder, signer, policy, witnessed=notes))
        keeper = Keeper(folder, log, signer, trust, policy, registrar, cosign, clock, map_of)
        keeper.begin(record)
        undo.pop_all()
    return keeper


def _cosign(private: Path, policy: Policy, trust: Trust, clock: Clock) -> tuple[Cosign, tuple[bytes, ...]]:
    """How checkpoints are cosigned, and what witnesses have seen so far."""
    keys = {name: private / f"witness-{name}.key" for name in policy.witnesses}
    if trust.demonstration and any(path.exists() for path in keys.values()):
        found = [
            SigningKey.from_secret_text(open_secret(path).decode("ascii", "replace").strip())
            for path in keys.values()
            if path.exists()
        ]
        return by_demonstration(found, clock), ()
    witnesses = witnesses_from(private / WITNESSES, policy)
    seen = views(witnesses, trust.log)
    if not seen.enough(policy):
        faults = [Fault(where=one.witness.key.name, problem=f"{one.refusal}: {one.said}") for one in seen.silent]
        raise RecordError(
            "too few witnesses tell what they have seen: this may be an old copy, and must not go on", faults
        )
    return by_web(witnesses), seen.notes


class Keeper:
    """An open record.  Made by `create_keeper` and `open_keeper`; close it, or use `with`."""

    def __init__(
        self,
        folder: Path,
        log: Log,
        signer: SigningKey,
        trust: Trust,
        policy: Policy,
        registrar: Held,
        cosign: Cosign,
        clock: Clock,
        map_of: MapOf,
    ) -> None:
        self.folder, self.trust, self.policy = folder, trust, policy
        self._log, self._signer, self._registrar = log, signer, registrar
        self._cosign, self._clock, self._map_of = cosign, clock, MapMemory(map_of)
        self._record: Record | None = None
        self._leaves: set[str] = set()

    def begin(self, record: Record | None = None) -> None:
        """Read what stands in the log.  record: what was read a moment ago, used where nothing has come since."""
        self._leaves = {leaf_hash(one).hex() for one in self._log.entries()}
        served = self._log.served
        if record is not None and served is not None and record.signed.note.data == served.note.data:
            self._record = record
        self._refresh()

    @property
    def record(self) -> Record:
        """The record as anybody can read it.  Raises RecordError while nothing has been witnessed."""
        if self._record is None:
            raise RecordError("nothing has been witnessed yet: file something first")
        return self._record

    @property
    def published(self) -> Record | None:
        """The same; None while nothing has been witnessed, or only that the log is empty."""
        return self._record

    def newest_release(self) -> MapRelease | None:
        """The newest release of a map that counts."""
        return last_release(self.record)

    @property
    def waiting(self) -> int:
        """How many entries wait for witnesses."""
        return self._log.size - (len(self._record.entries) if self._record else 0)

    def close(self) -> None:
        """Let go of the folder."""
        self._log.close()

    def __enter__(self) -> "Keeper":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what is handed in ---

    def submit(self, filings: Sequence[Filing], *, follow: bool = True) -> Submitted:
        """Record filings, all or none, have them witnessed, and file what follows.

        follow: whether to look for that now.  Raises RecordError with everything wrong with each.
        """
        shown = {hashlib.sha256(blob).hexdigest(): blob for one in filings for blob in one.blobs}
        faults = [fault for n, one in enumerate(filings, 1) for fault in self._faults(one, f"filing {n}", shown)]
        doubled = len({one.leaf for one in filings}) < len(filings)
        if doubled:
            faults.append(Fault(where="", problem="one of them is there twice: hand in each once"))
        if faults:
            raise RecordError("nothing was filed", faults)
        done = self._append(filings)
        if done.witnessed and follow:
            followed, silent = self._follow()
            done = replace(done, followed=followed, silent=silent or done.silent)
        return done

    def follow_up(self) -> Submitted:
        """Have waiting entries witnessed, and file what is due by now: lapses, decisions, a release.

        A log that has never been witnessed is, even empty: then it can be read, and asked of.
        """
        silent = self._witness() if self.waiting or self._log.served is None else ()
        if self.waiting or self._log.served is None:
            return Submitted(first=self._log.size, leaves=(), witnessed=False, silent=silent)
        followed, more = self._follow() if self._record is not None else ((), ())
        return Submitted(
            first=self._log.size, leaves=(), witnessed=not self.waiting, silent=more or silent, followed=followed
        )

    def file(self, statement: Statement, held: Held, blobs: Iterable[bytes] = (), *, follow: bool = True) -> Submitted:
        """Sign a statement and submit it."""
        entry = envelope_bytes(sign(statement, held.signer, held.public_key))
        return self.submit([Filing(entry=entry, blobs=tuple(blobs))], follow=follow)

    # --- checks ---

    def _faults(self, filing: Filing, where: str, shown: Mapping[str, bytes]) -> Iterator[Fault]:
        """Why a filing cannot stand in this record.  shown: files handed in with it or with others, by digest."""
        try:
            envelope = envelope_from(filing.entry)
            key = self._keys().get(envelope.keyid)
            if key is None:
                problem = f"is signed with the key {envelope.keyid[:12]}, which is in no keyring of this record"
                yield Fault(where=where, problem=f"{problem}: sign with the key of a seat")
                return
            statement = verify(envelope, key)
        except RecordError as error:
            yield Fault(where=where, problem="; ".join([error.summary, *map(str, error.faults)]))
            return
        if statement.log != self.trust.log:
            problem = f"was signed for the log {statement.log!r}; this one is {self.trust.log!r}: sign it for this one"
            yield Fault(where=where, problem=problem)
        if filing.leaf in self._leaves:
            yield Fault(where=where, problem=f"stands in the record already, as {filing.leaf[:12]}")
        yield from (Fault(where=where, problem=problem) for problem in self._blob_problems(statement, filing, shown))

    def _blob_problems(self, statement: Statement, filing: Filing, shown: Mapping[str, bytes]) -> Iterator[str]:
        """What a statement names and nobody shows; what is shown and nobody names."""
        for digest in sorted({hashlib.sha256(one).hexdigest() for one in filing.blobs} - named_digests(statement)):
            yield f"comes with a file {digest[:12]} that it does not name: leave it out"

        def blob(digest: str) -> bytes | None:
            return shown.get(digest) or self._log.blob(bytes.fromhex(digest))

        yield from self._territory_problems(statement, blob)
        needed: list[tuple[str, str]] = []
        if isinstance(statement, Approval | Revocation | Suspension):
            needed.append(("the impact report", statement.impact_sha256))
        if isinstance(statement, Approval) and statement.effect_sha256 not in self._asked(statement.request):
            needed.append(("the effect agreed to", statement.effect_sha256))
        if isinstance(statement, KeyringChange):
            needed.append(("the keyring", statement.keyring_sha256))
        if isinstance(statement, PolicyChange):
            needed.append(("the rules", statement.policy_sha256))
        for what, digest in needed:
            if blob(digest) is None:
                yield f"names {what} {digest[:12]}, which nobody has shown: hand the file in with it"
        yield from _document_problems(statement, blob)

    def _territory_problems(self, statement: Statement, blob: Callable[[str], bytes | None]) -> Iterator[str]:
        """Territories that a statement would have decided and nobody shows, or that the catalogue names otherwise.

        A vote for what a request asks is taken: the request stands in the record already.
        """
        effect = statement.effect if isinstance(statement, Request | Decision) else None
        if isinstance(statement, Approval) and statement.effect_sha256 not in self._asked(statement.request):
            data = blob(statement.effect_sha256)
            try:
                effect = None if data is None else effect_from(data)
            except RecordError as error:
                yield "; ".join([error.summary, *map(str, error.faults)])
        if effect is None:
            return
        territory_of = territories_shown(blob)
        for one in effect.territories:
            try:
                territory_of(one)
            except RecordError as error:
                yield str(error)
        yield from naming_problems(effect)

    def _asked(self, leaf: str) -> frozenset[str]:
        """The digest of the effect that a request asks for."""
        entries = self._record.prefix.entries if self._record else ()
        return frozenset(
            effect_digest(one.statement.effect)
            for one in entries
            if one.leaf == leaf and isinstance(one.statement, Request)
        )

    def _keys(self) -> dict[str, bytes]:
        """Every key of every keyring, by its id."""
        if self._record is not None:
            keyrings = tuple(self._record.prefix.keyrings.values())
        else:
            data = self._log.blob(bytes.fromhex(self.trust.keyring_sha256))
            keyrings = () if data is None else (_keyring_from(data),)
        return _keys_of(keyrings)

    # --- the log ---

    def _append(self, filings: Sequence[Filing]) -> Submitted:
        done = self._log.append([one.entry for one in filings], [blob for one in filings for blob in one.blobs])
        self._leaves |= {one.leaf for one in filings}
        silent = self._witness()
        leaves = tuple(one.leaf for one in filings)
        receipts: tuple[bytes, ...] = ()
        if self.waiting:
            receipts = tuple(receipt_bytes(leaf, self._clock(), None, self._signer) for leaf in leaves)
        return Submitted(
            first=done.indices.start, leaves=leaves, witnessed=not self.waiting, silent=silent, receipts=receipts
        )

    def _witness(self) -> tuple[str, ...]:
        silent = self._cosign(self._log)
        self._refresh()
        return silent

    def _follow(self) -> tuple[tuple[tuple[str, Statement], ...], tuple[str, ...]]:
        """File what follows until nothing more does; what was filed, and who did not cosign it."""
        filed: list[tuple[str, Statement]] = []
        silent: tuple[str, ...] = ()
        for _ in range(_MOST_TURNS):
            due: tuple[Statement, ...] = following(self.record, self._registrar.public_key, self._clock())
            if not due:
                release = release_due(self.record, self._clock(), self._map_of)
                due = () if release is None else (release,)
            new = [one for one in due if one not in [each for _, each in filed]]
            if not new:
                break
            entries = [
                Filing(entry=envelope_bytes(sign(one, self._registrar.signer, self._registrar.public_key)))
                for one in new
            ]
            done = self._append(entries)
            filed += zip(done.leaves, new, strict=True)
            silent = done.silent
            if not done.witnessed:
                break
        return tuple(filed), silent

    def _refresh(self) -> None:
        """Bring the record up to what is published."""
        served = self._log.served
        if served is None or (self._record is not None and len(self._record.entries) == served.checkpoint.size):
            return
        if served.checkpoint.size == 0:
            return
        found = None if self._record is None else self._extended(self._record)
        if found is None:
            public = self.folder / PUBLIC
            found = read_record(public_reader(public), self.trust, public_paths(public))
        self._record = found

    def _extended(self, record: Record) -> Record | None:
        """The record with the entries that have come since; None where a new document makes it simpler to read it all."""
        served = self._log.served
        assert served is not None
        keys, old = self._keys(), len(record.entries)
        new = tuple(self._log.entries(old, served.checkpoint.size))
        entries: list[Entry] = []
        for index, data in enumerate(new, start=old):
            envelope = envelope_from(data)
            key = keys.get(envelope.keyid)
            if key is None:
                return None
            statement = verify(envelope, key)
            if isinstance(statement, KeyringChange | PolicyChange):
                return None
            entries.append(Entry(index=index, statement=statement, key=key, leaf=leaf_hash(data).hex()))
        timeline = _longer(record.timeline, self._log.timeline, self.policy)
        checkpoints: tuple[Witnessed, ...] = tuple(one for one in timeline.witnessed if one.size)
        prefix: Prefix = replace(record.prefix, entries=(*record.prefix.entries, *entries), checkpoints=checkpoints)
        return replace(
            record, signed=served, entries=(*record.entries, *new), prefix=prefix, timeline=timeline, unserved=None
        )


_keyring_from = functools.lru_cache(maxsize=4)(keyring_from)


@functools.lru_cache(maxsize=4)
def _keys_of(keyrings: tuple[Keyring, ...]) -> dict[str, bytes]:
    return {key_id(one.raw): one.raw for keyring in keyrings for one in keyring.keys}


def _longer(timeline: Timeline, notes: Sequence[bytes], policy: Policy) -> Timeline:
    added = [accepted(one, policy) for one in notes[len(timeline.notes) :]]
    return Timeline(
        notes=tuple(notes),
        cosigned=(*timeline.cosigned, *added),
        witnessed=(*timeline.witnessed, *(witnessed(one) for one in added)),
    )


def _document_problems(statement: Statement, blob: Callable[[str], bytes | None]) -> Iterator[str]:
    """What is wrong with a new keyring or new rules that are shown."""
    try:
        if isinstance(statement, KeyringChange) and (data := blob(statement.keyring_sha256)) is not None:
            keyring_from(data)
        if isinstance(statement, PolicyChange) and (data := blob(statement.policy_sha256)) is not None:
            rules_from(data)
    except RecordError as error:
        yield "; ".join([error.summary, *map(str, error.faults)])
