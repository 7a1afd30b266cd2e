"""Receipts: the log signs that it took something in and by when it will stand in the record; whoever drops it is proven to.

A receipt is a signed note of its own kind, under the log's key, so that it can be taken for no checkpoint:

    demo.example/record/receipt
    <hash of the entry, 64 hexadecimal digits>
    2026-11-22T12:00:00Z
    2026-11-22T13:00:00Z
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.forms import instant_s, instant_text
from hudhud.record.note import KeyType, Note, Signer, VerifierKey, note_signature, read_note, verified_signatures

__all__ = ["INCLUDED_AFTER_S", "Receipt", "broken", "read_receipt", "receipt_bytes"]

INCLUDED_AFTER_S = 3_600
"""In how many seconds what was taken in stands in the record, unless another time is promised."""

_LEAF = re.compile("[0-9a-f]{64}")
_KIND = "/receipt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A log's promise.  log: its origin; leaf: hash of the entry (hexadecimal); instants in seconds since 1970."""

    log: str
    leaf: str
    received_s: int
    include_by_s: int

    @property
    def text(self) -> str:
        """The text that is signed."""
        instants = f"{instant_text(self.received_s)}\n{instant_text(self.include_by_s)}\n"
        return f"{self.log}{_KIND}\n{self.leaf}\n{instants}"


def receipt_bytes(leaf: str, received_s: int, include_by_s: int | None, signer: Signer) -> bytes:
    """The receipt as a file.  signer: the log; include_by_s: an hour after it was received where it is None."""
    due_s = received_s + INCLUDED_AFTER_S if include_by_s is None else include_by_s
    receipt = Receipt(log=signer.key.name, leaf=leaf, received_s=received_s, include_by_s=due_s)
    if not _LEAF.fullmatch(leaf) or due_s < received_s:
        raise RecordError(
            f"receipt refused: expected a hash of 64 hexadecimal digits and a promise for later than {received_s} s, "
            f"found {leaf[:80]!r} and {due_s} s"
        )
    return Note(text=receipt.text, signatures=(note_signature(receipt.text, signer),)).data


def read_receipt(data: bytes, logs: Iterable[VerifierKey]) -> Receipt:
    """The receipt in a file.  Raises RecordError unless one of these logs has signed it, under its own name."""
    keys = [key for key in logs if key.type is KeyType.ED25519]
    note = read_note(data)
    held = [one.key.name for one in verified_signatures(note, keys)]
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) != 4 or not lines[0].endswith(_KIND):
        raise RecordError("receipt refused: expected four lines (log, hash of the entry, received, included by)")
    log = lines[0].removesuffix(_KIND)
    faults = []
    if log not in held:
        by = ", ".join(held) or "none that is known"
        faults.append(Fault(where="signature", problem=f"no known key of {log!r} has signed it (logs that have: {by})"))
    if not _LEAF.fullmatch(lines[1]):
        faults.append(Fault(where="line 2", problem=f"{lines[1][:80]!r} is no hash of 64 hexadecimal digits"))
    instants: list[int] = []
    for number, line in enumerate(lines[2:], start=3):
        try:
            instants.append(instant_s(line))
        except ValueError as error:
            faults.append(Fault(where=f"line {number}", problem=str(error)))
    if len(instants) == 2 and instants[1] < instants[0]:
        faults.append(Fault(where="line 4", problem="it promises for a time before it was received"))
    if faults:
        raise RecordError("receipt refused", faults)
    return Receipt(log=log, leaf=lines[1], received_s=instants[0], include_by_s=instants[1])


def broken(receipt: Receipt, leaves: Collection[str], newest_s: int) -> bool:
    """Whether the promise is broken: the record's newest checkpoint is later than it, and the entry is not there.

    leaves: hashes of entries; those witnessed by `include_by_s` alone where being late counts too.  newest_s: the
    witnessed instant of the newest checkpoint; until it has passed the promise, nobody can say.
    """
    return newest_s > receipt.include_by_s and receipt.leaf not in leaves
