"""Tickets: a release of a service map with its proof, all that a point of enforcement needs before it obeys a map.

A ticket is the registrar's signed envelope as it stands in the log, and a proof of its place under a checkpoint that the
quorum of witnesses has cosigned.  Whoever holds policy and keyring checks it without any network.
"""

from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.envelope import envelope_from, verify
from hudhud.record.forms import instant_s
from hudhud.record.keyring import Key, Keyring
from hudhud.record.policy import Policy
from hudhud.record.proof import proven, read_proof
from hudhud.record.statements import MapRelease
from hudhud.record.timeline import witnessed
from hudhud.record.tree import leaf_hash
from hudhud.record.words import College

__all__ = ["Release", "Ticket", "released"]

_WHAT = "the ticket was refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """A claim that a map was released.  envelope: the entry's bytes; proof: of its place (`.tlog-proof`)."""

    envelope: bytes
    proof: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A release that is proven.  index, leaf: its place and hash in the log.

    size, timeline_sha256: of the entries from which the map was made, and of their instants; at_s: for which instant;
    next_change_at_s: until when it holds without a new entry, None for ever.  witnessed_s: instant of the checkpoint of the
    proof, which covers it: not before the release was in the log.
    """

    index: int
    leaf: str
    map_sha256: str
    size: int
    timeline_sha256: str
    at_s: int
    next_change_at_s: int | None
    witnessed_s: int


def released(ticket: Ticket, policy: Policy, keyring: Keyring) -> Release:
    """The release that a ticket proves.  keyring: the one in force, of the log of the policy.

    Raises RecordError where the witnesses do not vouch for it, no registrar's valid key has signed it, or it is none.
    """
    found = proven(read_proof(ticket.proof), ticket.envelope, policy)
    log = found.signed.checkpoint.origin
    envelope = envelope_from(ticket.envelope)
    key = keyring.keys_by_id().get(envelope.keyid)
    if key is None:
        raise _refused("signatures[0].keyid", f"{envelope.keyid[:12]} is no key of keyring {keyring.version}")
    statement = verify(envelope, key.raw)
    if not isinstance(statement, MapRelease):
        raise _refused("", f"is a {statement.kind}; expected a map_release")
    if not log == keyring.log == statement.log:
        raise _refused("log", f"is for {statement.log!r}; the proof is of {log!r}, the keyring of {keyring.log!r}")
    problem = _seat_problem(keyring, key, found.index)
    if problem is not None:
        raise _refused("signatures[0].keyid", problem)
    if statement.size > found.index:
        raise _refused(
            "size", f"is of {statement.size} entries, but stands at {found.index}: it cannot know later ones"
        )
    next_change = statement.next_change_at
    return Release(
        index=found.index,
        leaf=leaf_hash(ticket.envelope).hex(),
        map_sha256=statement.map_sha256,
        size=statement.size,
        timeline_sha256=statement.timeline_sha256,
        at_s=instant_s(statement.at),
        next_change_at_s=None if next_change is None else instant_s(next_change),
        witnessed_s=witnessed(found.signed).at_s,
    )


def _seat_problem(keyring: Keyring, key: Key, index: int) -> str | None:
    """Why a key may not release the entry of an index; None where it may."""
    college = keyring.seat(key.seat).college
    if college is not College.REGISTRAR:
        return f"is that of {key.seat!r}, of the college {college}: only a registrar releases maps"
    return None if key.valid_at(index) else f"is not valid at entry {index}"


def _refused(where: str, problem: str) -> RecordError:
    return RecordError(_WHAT, [Fault(where=where, problem=problem)])
