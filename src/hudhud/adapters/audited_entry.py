"""One entry under audit, by itself and without a network: its place in the log, its witnesses, its signature."""

from dataclasses import dataclass
from pathlib import Path

from hudhud.adapters.audited import file_bytes
from hudhud.errors import RecordError
from hudhud.record.envelope import Envelope, envelope_from, verify
from hudhud.record.keyring import Keyring, keyring_digest, keyring_from
from hudhud.record.proof import Proven, proven, read_proof
from hudhud.record.statements import Statement
from hudhud.record.timeline import witnessed
from hudhud.record.tree import leaf_hash
from hudhud.record.trust import Trust, trust_digest, trust_from

__all__ = ["CheckedEntry", "checked_entry"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CheckedEntry:
    """What is proven of an entry.  problems: a sentence each, none where all holds.

    proven: its place, with the checkpoint; witnessed_s: instant of that.  statement, seat: what it says and who signed it,
    None where no keyring was handed in or the signature does not hold.  first_keyring: whether the keyring is the one of the
    root of trust; that a later one is in force follows only from the record.
    """

    trust: Trust
    trust_sha256: str
    leaf: str
    keyid: str | None
    problems: tuple[str, ...]
    proven: Proven | None = None
    witnessed_s: int | None = None
    statement: Statement | None = None
    seat: str | None = None
    first_keyring: bool = False

    @property
    def sound(self) -> bool:
        """Whether all holds that could be checked."""
        return not self.problems


def checked_entry(
    entry: Path, proof: Path, trust: Path, keyring: Path | None = None, trust_sha256: str | None = None
) -> CheckedEntry:
    """An entry held against its proof.  Raises RecordError for files that are not what they are given as."""
    root = trust_from(file_bytes(trust))
    digest = trust_digest(root)
    if trust_sha256 not in (None, digest):
        raise RecordError(f"{trust}: has the digest {digest}, not {trust_sha256}: it is another root of trust")
    data = file_bytes(entry)
    ring = None if keyring is None else keyring_from(file_bytes(keyring))
    problems: list[str] = []
    found, witnessed_s, envelope = None, None, None
    try:
        found = proven(read_proof(file_bytes(proof)), data, root.read_policy())
        witnessed_s = witnessed(found.signed).at_s
    except RecordError as error:
        problems.append(str(error))
    try:
        envelope = envelope_from(data)
    except RecordError as error:
        problems.append(str(error))
    signed = None
    if envelope is not None and ring is not None:
        signed = _signed(envelope, ring, None if found is None else found.index, problems)
    return CheckedEntry(
        trust=root,
        trust_sha256=digest,
        leaf=leaf_hash(data).hex(),
        keyid=None if envelope is None else envelope.keyid,
        problems=tuple(problems),
        proven=found,
        witnessed_s=witnessed_s,
        statement=None if signed is None else signed[0],
        seat=None if signed is None else signed[1],
        first_keyring=ring is not None and keyring_digest(ring) == root.keyring_sha256,
    )


def _signed(envelope: Envelope, ring: Keyring, index: int | None, problems: list[str]) -> tuple[Statement, str] | None:
    """What an envelope says and the seat that signed it."""
    key = ring.keys_by_id().get(envelope.keyid)
    if key is None:
        problems.append(f"is signed with the key {envelope.keyid[:12]}, which is not in keyring {ring.version}")
        return None
    if index is not None and not key.valid_at(index):
        problems.append(f"is signed with the key {envelope.keyid[:12]}, which is not valid at entry {index}")
        return None
    try:
        return verify(envelope, key.raw), key.seat
    except RecordError as error:
        problems.append(str(error))
        return None
