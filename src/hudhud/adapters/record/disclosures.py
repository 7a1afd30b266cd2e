"""What a request withholds, in a file of its own: for trustees, who deposit it, and for the day on which it is told.

    {"format": "hudhud-disclosures/v1", "log": "...", "entry": "<hash>", "items": [{"where", "digest", "disclosure"}]}

Whoever reads it knows the names: it is made with mode 600, and not read where others could have read it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hudhud.adapters.record.drafts import Told
from hudhud.adapters.record.keys import open_secret, write_secret
from hudhud.errors import Fault, RecordError
from hudhud.record.redaction import disclosure_digest, read_disclosure, withheld_of
from hudhud.record.statements import Statement

__all__ = ["Disclosures", "open_disclosures", "unfit", "write_disclosures"]

_FORMAT = "hudhud-disclosures/v1"
_FIELDS = {"format", "log", "entry", "items"}
_ITEM = {"where", "digest", "disclosure"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosures:
    """What an entry withholds.  entry: its hash."""

    log: str
    entry: str
    items: tuple[Told, ...]


def write_disclosures(path: Path, log: str, entry: str, items: Sequence[Told]) -> None:
    """Write them into a new file that its owner alone can read.  Raises RecordError."""
    rows = [{"where": one.where, "digest": one.digest, "disclosure": one.disclosure} for one in items]
    content = {"format": _FORMAT, "log": log, "entry": entry, "items": rows}
    write_secret(path, (json.dumps(content, indent=1) + "\n").encode())


def open_disclosures(path: Path) -> Disclosures:
    """What a file withholds.  Raises RecordError with every fault; each text must give its digest."""
    data = open_secret(path)
    try:
        raw: Any = json.loads(data)
    except ValueError:
        raise RecordError(f"{path}: is no JSON: expected the file that `hudhud request` wrote") from None
    if (
        not isinstance(raw, dict)
        or set(raw) != _FIELDS
        or raw["format"] != _FORMAT
        or not isinstance(raw["items"], list)
    ):
        raise RecordError(f"{path}: holds no disclosures: expected the file that `hudhud request` wrote ({_FORMAT})")
    faults: list[Fault] = []
    found: list[Told] = []
    for place, one in enumerate(raw["items"]):
        where = f"items[{place}]"
        if not isinstance(one, dict) or set(one) != _ITEM or not all(isinstance(each, str) for each in one.values()):
            faults.append(Fault(where=where, problem=f"expected {', '.join(sorted(_ITEM))}, each a text"))
            continue
        try:
            read_disclosure(one["disclosure"])
        except RecordError as error:
            faults.append(Fault(where=where, problem="; ".join([error.summary, *map(str, error.faults)])))
            continue
        if disclosure_digest(one["disclosure"]) != one["digest"]:
            faults.append(Fault(where=where, problem="does not give its digest: it is not what was withheld"))
        found.append(Told(**one))
    if faults or not found:
        raise RecordError(f"{path}: the disclosures were refused", faults or [Fault(where="items", problem="is empty")])
    return Disclosures(log=str(raw["log"]), entry=str(raw["entry"]), items=tuple(found))


def unfit(told: Disclosures, log: str, statement: Statement, leaf: str) -> tuple[Fault, ...]:
    """Why disclosures do not fit an entry."""
    faults = []
    if told.log != log:
        faults.append(Fault(where="log", problem=f"is {told.log!r}; this record is {log!r}"))
    if told.entry != leaf:
        faults.append(Fault(where="entry", problem=f"is {told.entry[:12]}; the entry named is {leaf[:12]}"))
    hidden = {one.digest for one in withheld_of(statement)}
    faults += [
        Fault(where=one.where, problem=f"{one.digest[:12]} is withheld by nothing in this entry")
        for one in told.items
        if one.digest not in hidden
    ]
    return tuple(faults)
