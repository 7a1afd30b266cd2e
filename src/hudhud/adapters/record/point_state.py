"""What a point of enforcement remembers between two runs, in a file: the release that it obeys and how far it has heard.

Without this memory a point could be led back to an older map.  The file is canonical JSON, written whole or not at all,
readable by its owner only, and refused whole where anything in it is not as it was written.
"""

import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from hudhud.adapters.store.catalogue import write_atomically
from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import canonical_bytes, read_canonical
from hudhud.record.forms import Digest, Id, Instant, Origin, Whole, form_of, instant_s, instant_text
from hudhud.record.release import Release
from hudhud.record.words import Layer
from hudhud.service.enforcement import Followed, Point

__all__ = ["Remembered", "read_point_state", "remembered_of", "restored", "write_point_state"]

_WHAT = "the memory of a point of enforcement"
_MOST_BYTES = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """Who remembers, and the release that was obeyed last: see `hudhud.record.release.Release`.

    witnessed_at: of the proof by which it was believed; since: when the point began to obey it; newest_at: of the newest
    checkpoint that it has seen cosigned.
    """

    log: Origin
    point: Id
    layer: Layer
    entry: Annotated[int, Whole()]
    leaf: Digest
    map_sha256: Digest
    size: Annotated[int, Whole(least=1)]
    timeline_sha256: Digest
    at: Instant
    next_change_at: Instant | None = None
    witnessed_at: Instant
    since: Instant
    newest_at: Instant


def remembered_of(point: Point) -> Remembered | None:
    """What a point must remember; None where it obeys nothing yet."""
    if point.followed is None or point.newest_s is None:
        return None
    release = point.followed.release
    next_change_s = release.next_change_at_s
    return Remembered(
        log=point.keyring.log,
        point=point.name,
        layer=point.layer,
        entry=release.index,
        leaf=release.leaf,
        map_sha256=release.map_sha256,
        size=release.size,
        timeline_sha256=release.timeline_sha256,
        at=instant_text(release.at_s),
        next_change_at=None if next_change_s is None else instant_text(next_change_s),
        witnessed_at=instant_text(release.witnessed_s),
        since=instant_text(point.followed.since_s),
        newest_at=instant_text(point.newest_s),
    )


def restored(known: Remembered, point: Point) -> Point:
    """The point with what it remembers.  Raises RecordError where that is the memory of another point."""
    faults = [
        Fault(where=name, problem=f"is {had}; this point's is {has}")
        for name, had, has in (
            ("log", known.log, point.keyring.log),
            ("point", known.point, point.name),
            ("layer", known.layer.value, point.layer.value),
        )
        if had != has
    ]
    if faults:
        raise RecordError("this is the memory of another point of enforcement: name its own with --state FILE", faults)
    release = Release(
        index=known.entry,
        leaf=known.leaf,
        map_sha256=known.map_sha256,
        size=known.size,
        timeline_sha256=known.timeline_sha256,
        at_s=instant_s(known.at),
        next_change_at_s=None if known.next_change_at is None else instant_s(known.next_change_at),
        witnessed_s=instant_s(known.witnessed_at),
    )
    followed = Followed(release=release, claim=None, since_s=instant_s(known.since))
    return replace(point, followed=followed, newest_s=instant_s(known.newest_at))


def read_point_state(path: Path) -> Remembered | None:
    """What was remembered, None where there is no such file.  Raises RecordError where it is not as it was written."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST_BYTES + 1) if stat.S_ISREG(mode) else b""
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if mode & 0o077:
        raise RecordError(
            f"{path}: others can read or change it (mode {stat.S_IMODE(mode):o}), so it may not be what this point "
            f"remembered: look at it, then chmod 600 {path}"
        )
    faults: list[Fault] = []
    try:
        if len(data) > _MOST_BYTES:
            raise RecordError(f"it has more than {_MOST_BYTES:,} bytes")
        found = form_of(Remembered).read(read_canonical(data, _WHAT), "", faults)
    except RecordError as error:
        raise RecordError(f"{path}: {error}: bring back the newest one that is whole") from None
    if faults:
        raise RecordError(f"{path}: {_WHAT} was refused: bring back the newest one that is whole", faults)
    made: Remembered = found
    return made


def write_point_state(path: Path, known: Remembered) -> None:
    """Write what is remembered, whole or not at all.  Raises RecordError, also for what could not be read back."""
    data, faults = canonical_bytes(form_of(Remembered).write(known), _WHAT), list[Fault]()
    form_of(Remembered).read(read_canonical(data, _WHAT), "", faults)
    if faults:
        raise RecordError(f"{path}: not written: {_WHAT} was refused", faults)
    try:
        write_atomically(path, data)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None
