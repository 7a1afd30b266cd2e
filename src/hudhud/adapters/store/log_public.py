"""The public files of a log as a reader finds them in a folder, and how large a file of each kind may be.

The folder may be somebody else's: only regular files are opened, and none is read farther than any honest one reaches.
"""

import stat
from pathlib import Path

from hudhud.adapters.store.log_files import TEMPORARY, Files
from hudhud.errors import RecordError
from hudhud.record.tiles import CHECKPOINT, MOST_ENTRY_BYTES, Read, read_path
from hudhud.record.tree import HASH_BYTES
from hudhud.record.trust import TRUST

__all__ = ["most_bytes", "public_paths", "public_reader"]

_SMALL_BYTES = 2**20
_LARGE_BYTES = 256 * 2**20


def most_bytes(path: str) -> int:
    """The largest file that is read under a public path: trust.json, checkpoint, tile, bundle; timeline, blob, any other."""
    if path in (TRUST, CHECKPOINT):
        return _SMALL_BYTES
    name = read_path(path)
    if name is None:
        return _LARGE_BYTES
    return name.width * (HASH_BYTES if name.level is not None else 2 + MOST_ENTRY_BYTES)


def public_reader(folder: str | Path) -> Read:
    """What `tiles.verified` reads with: the public files of a log in a folder.

    A device, a pipe or a folder in the place of a file is never opened, and counts as missing.  It raises RecordError where a
    file is too large to be what its name says.
    """
    folder = Path(folder)

    def read(path: str) -> bytes | None:
        try:
            found = (folder / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size > most_bytes(path):
            raise RecordError(
                f"{path}: has {found.st_size:,} bytes: this file of a record is not read beyond {most_bytes(path):,}"
            )
        return Files().read(folder / path)

    return read


def public_paths(folder: str | Path) -> list[str]:
    """Every public file of a log in a folder, temporary ones left out, for `tiles.verified` to look at all of them.

    Also what is no regular file: it is listed, cannot be read, and so is told as a fault.
    """
    folder = Path(folder)
    return sorted(
        path.relative_to(folder).as_posix() for path in Files().listed(folder) if not path.name.endswith(TEMPORARY)
    )
