"""Where a record is read from: a folder of public files, the folder of whoever keeps it, or an address on the web."""

import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from hudhud.adapters.record_web import WebReader
from hudhud.adapters.store.log import PUBLIC, public_paths, public_reader
from hudhud.adapters.store.log_public import most_bytes
from hudhud.errors import RecordError
from hudhud.record.reading import OpenAll, Record, read_record
from hudhud.record.tiles import CHECKPOINT, Read
from hudhud.record.timeline import TIMELINE
from hudhud.record.trust import TRUST, Trust, trust_from

__all__ = ["Source", "load_record", "record_source", "trust_of"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Source:
    """Public files.  where: as it was named; paths: every file there is, none where a web server cannot list them."""

    where: str
    read: Read
    paths: tuple[str, ...] = ()


def record_source(where: str) -> Source:
    """The public files of a folder or an address.  Raises RecordError where there are none."""
    if urllib.parse.urlsplit(where).scheme in ("http", "https"):
        return Source(where=where, read=_CheckpointFirst(WebReader(where)))
    folder = Path(where)
    for each in (folder / PUBLIC, folder):
        if (each / CHECKPOINT).is_file():
            return Source(where=where, read=_CheckpointFirst(public_reader(each)), paths=tuple(public_paths(each)))
    if any((each / TRUST).is_file() for each in (folder / PUBLIC, folder)):
        raise RecordError(f"{where}: nothing of this record has been witnessed yet: its keeper runs  hudhud submit DIR")
    raise RecordError(
        f"{where}: no record here: expected a folder with the public files of one ({CHECKPOINT}, tile/, ...), "
        "or with a folder public/ that has them, or the address of one (https://...)"
    )


def trust_of(source: Source, trust: Path | None = None) -> Trust:
    """The root of trust: from a file of one's own, else the one that the record itself shows."""
    if trust is not None:
        try:
            with trust.open("rb") as file:
                data: bytes | None = file.read(most_bytes(TRUST) + 1)
        except OSError as error:
            raise RecordError(f"{trust}: cannot be read: {error.strerror or error}") from None
        if data is not None and len(data) > most_bytes(TRUST):
            raise RecordError(f"{trust}: is larger than {most_bytes(TRUST):,} bytes: no root of trust is")
    else:
        data = source.read(TRUST)
    if data is None:
        raise RecordError(f"{source.where}: shows no {TRUST}: name a file with the root of trust: --trust FILE")
    return trust_from(data)


def load_record(where: str, trust: Path | None = None, open_all: OpenAll | None = None) -> Record:
    """The record of a folder or an address, verified whole.  Raises RecordError with every fault, FetchError for the web."""
    source = record_source(where)
    return read_record(source.read, trust_of(source, trust), source.paths, open_all)


class _CheckpointFirst:
    """Reads `checkpoint` before `timeline`, and the same one afterwards.

    Whoever keeps the record writes them the other way round, so what is read while it is written fits together.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._checkpoint: bytes | None = None

    def __call__(self, path: str) -> bytes | None:
        if path == TIMELINE:
            self._checkpoint = self._read(CHECKPOINT)
        if path == CHECKPOINT and self._checkpoint is not None:
            return self._checkpoint
        return self._read(path)
