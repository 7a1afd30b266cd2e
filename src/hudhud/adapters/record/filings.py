"""What is handed to the keeper of a record: a signed envelope and the files that it names by digest.

As files: the envelope as it will stand in the log (DSSE, which other programs read), and beside it what it names, as
`NAME.blob-1`, `NAME.blob-2`, and so on.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hudhud.errors import RecordError
from hudhud.record.envelope import envelope_from
from hudhud.record.statements import (
    Approval,
    Decision,
    Evidence,
    KeyringChange,
    PolicyChange,
    Request,
    Revocation,
    Statement,
    Suspension,
)
from hudhud.record.tree import leaf_hash

__all__ = ["Filing", "named_digests", "read_document", "read_filing", "write_filing"]

_MOST_BYTES = 64 * 2**20
_MOST_BLOBS = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """An entry for the log and what it names.  entry: bytes of an envelope."""

    entry: bytes
    blobs: tuple[bytes, ...] = ()

    @property
    def leaf(self) -> str:
        """The hash by which the entry will be known."""
        return leaf_hash(self.entry).hex()


def named_digests(statement: Statement) -> frozenset[str]:
    """Digests of everything beside the log that a statement names."""
    found: set[str | None] = set()
    if isinstance(statement, Request | Decision) and statement.effect is not None:
        for one in statement.effect.territories:
            found |= {one.cells_sha256, one.geometry_sha256}
    if isinstance(statement, Approval):
        found |= {statement.impact_sha256, statement.effect_sha256}
    if isinstance(statement, Revocation | Suspension):
        found.add(statement.impact_sha256)
    if isinstance(statement, Evidence):
        found.add(statement.attachment_sha256)
    if isinstance(statement, KeyringChange):
        found.add(statement.keyring_sha256)
    if isinstance(statement, PolicyChange):
        found.add(statement.policy_sha256)
    return frozenset(one for one in found if one is not None)


def write_filing(filing: Filing, path: Path) -> tuple[Path, ...]:
    """Write a filing into files; which they are.  Raises RecordError where one is there already or cannot be written."""
    paths = [path, *(_beside(path, number) for number in range(1, len(filing.blobs) + 1))]
    for each, data in zip(paths, (filing.entry, *filing.blobs), strict=True):
        try:
            with each.open("xb") as file:
                file.write(data)
        except FileExistsError:
            raise RecordError(f"{each}: is there already: name another file with --out") from None
        except (OSError, ValueError) as error:
            raise RecordError(f"{each}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
    return tuple(paths)


def read_filing(path: Path, more: Iterable[Path] = ()) -> Filing:
    """The filing in a file and those beside it.  more: further files that it may name.  Raises RecordError."""
    entry = read_document(path)
    envelope_from(entry)  # so that nobody hands in the wrong file and hears of it only later
    blobs = [read_document(each) for each in more]
    for number in range(1, _MOST_BLOBS + 1):
        beside = _beside(path, number)
        if not beside.is_file():
            break
        blobs.append(read_document(beside))
    return Filing(entry=entry, blobs=tuple({hashlib.sha256(one).digest(): one for one in blobs}.values()))


def _beside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.blob-{number}")


def read_document(path: Path) -> bytes:
    """The bytes of a file that goes along.  Raises RecordError."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _MOST_BYTES:
        raise RecordError(f"{path}: has more than {_MOST_BYTES:,} bytes: this is nothing that a record keeps")
    return data
