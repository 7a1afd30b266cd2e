"""A desk to sign at: a verified record, a key, the seat it belongs to, and what the signer has before their eyes.

Entries are named by the beginning of their hash, or by their index.
"""

import re
from dataclasses import dataclass

from hudhud.adapters.record.filings import Filing
from hudhud.adapters.record.following import seen_now
from hudhud.adapters.record.foreseen import decided_at
from hudhud.adapters.record.keys import Held
from hudhud.errors import RecordError
from hudhud.record.envelope import envelope_bytes, sign
from hudhud.record.history import Decided, Entry, Outcomes, RequestOutcome
from hudhud.record.keyring import Keyring, Seat
from hudhud.record.parts import Seen
from hudhud.record.reading import Record
from hudhud.record.statements import Decision, Request, Statement

__all__ = ["Desk", "desk", "entry_named", "request_named", "signed"]

_INDEX = re.compile(r"[0-9]{1,7}")
_PREFIX = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Desk:
    """Who signs what they have seen.  outcomes: as of now_s, or of the newest checkpoint if that is later."""

    record: Record
    outcomes: Outcomes
    held: Held
    seat: Seat
    person: str
    now_s: int

    @property
    def log(self) -> str:
        """For which log everything here is signed."""
        return self.record.trust.log

    @property
    def keyring(self) -> Keyring:
        """The keyring in force."""
        return self.record.prefix.keyrings[self.outcomes.keyring_sha256]

    def seen_on(self, case: RequestOutcome) -> Seen:
        """What a vote on a request names as seen: the rules and the keyring under which it was filed."""
        return seen_now(self.record, case.rules_sha256, case.keyring_version)

    def seen(self) -> Seen:
        """What a vote on a decision names as seen: the rules and the keyring of today."""
        return seen_now(self.record, self.outcomes.rules_sha256, self.keyring.version)

    def request(self, name: str) -> tuple[RequestOutcome, Request, Entry]:
        """A request by its name.  Raises RecordError for none."""
        return request_named(self.record, self.outcomes, name)

    def decision(self, name: str) -> tuple[RequestOutcome, Decided, Entry]:
        """The decision on a request, by the name of the request.  Raises RecordError where there is none."""
        case, _, entry = self.request(name)
        if case.decided is None:
            raise RecordError(f"request {case.leaf[:12]} has no decision: it is {case.state.value}")
        return case, case.decided, entry


def desk(record: Record, held: Held, now_s: int) -> Desk:
    """A desk for the holder of a key.  Raises RecordError where no seat of the keyring in force signs with it."""
    now_s = max(now_s, record.witnessed_s)
    outcomes = decided_at(record.prefix, now_s)
    keyring = record.prefix.keyrings[outcomes.keyring_sha256]
    key = keyring.keys_by_id().get(held.id)
    if key is None:
        raise RecordError(
            f"the key {held.id[:12]} belongs to no seat of {record.trust.log} (keyring version {keyring.version}): "
            "take the key of a seat, or have it added by a change of the keyring"
        )
    if not key.valid_at(len(record.entries)):
        raise RecordError(
            f"the key {held.id[:12]} of the seat {key.seat} is not valid for the next entry any more, or yet"
        )
    return Desk(
        record=record, outcomes=outcomes, held=held, seat=keyring.seat(key.seat), person=key.person, now_s=now_s
    )


def entry_named(record: Record, name: str) -> Entry:
    """The entry of a name: the beginning of its hash, or its index.  Raises RecordError for none, and for several."""
    entries = record.prefix.entries
    if _INDEX.fullmatch(name) and int(name) < len(entries):
        return entries[int(name)]
    if not _PREFIX.fullmatch(name):
        raise RecordError(f"{name!r} names no entry: write its index, or at least 4 digits of its hash")
    found = [one for one in entries if one.leaf.startswith(name)]
    if not found:
        raise RecordError(f"no entry of this record begins with {name!r}: see  hudhud status RECORD")
    if len(found) > 1:
        named = ", ".join(one.leaf[:12] for one in found[:5])
        raise RecordError(f"{len(found)} entries begin with {name!r} ({named}): write more digits")
    return found[0]


def request_named(record: Record, outcomes: Outcomes, name: str) -> tuple[RequestOutcome, Request, Entry]:
    """A request by its name, or by that of a decision that tells what became of it."""
    entry = entry_named(record, name)
    if isinstance(entry.statement, Decision):
        entry = next((one for one in record.prefix.entries if one.leaf == entry.statement.request), entry)
    if not isinstance(entry.statement, Request):
        kind = entry.statement.kind.value.replace("_", " ")
        raise RecordError(
            f"entry {entry.index} ({entry.leaf[:12]}) is a {kind}: name a request; see  hudhud status RECORD"
        )
    case = next((one for one in outcomes.requests if one.leaf == entry.leaf), None)
    if case is None:
        raise RecordError(f"request {entry.leaf[:12]} has not been witnessed yet: try again in a moment")
    return case, entry.statement, entry


def signed(statement: Statement, held: Held, blobs: tuple[bytes, ...] = ()) -> Filing:
    """The statement, signed, with what it names.  Raises RecordError where the signature does not hold."""
    return Filing(entry=envelope_bytes(sign(statement, held.signer, held.public_key)), blobs=blobs)
