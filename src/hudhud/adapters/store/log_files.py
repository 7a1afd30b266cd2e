"""Public files of the log on a disk: each appears whole or not at all, and stays after a power cut once `publish` returns.

Temporary file beside its place, flushed; renamed; folder flushed.  Each step is a method of its own, so that tests can let
any one of them fail.
"""

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["TEMPORARY", "Files"]

TEMPORARY = ".tmp"  # how the names of files end that are not yet there


class Files:
    """The few things that the log does to a disk."""

    def read(self, path: Path) -> bytes | None:
        """What the file holds, None where there is none."""
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def listed(self, folder: Path) -> Iterator[Path]:
        """Every file below a folder, temporary ones too."""
        for where, _, names in os.walk(folder):
            for name in names:
                yield Path(where) / name

    def publish(self, contents: Mapping[Path, bytes]) -> None:
        """Put all these files in place, with their folders.  An OSError leaves some in place, each of them whole."""
        for path, data in contents.items():
            self.make_folder(path.parent)
            temporary = path.with_name(f".{path.name}{TEMPORARY}")
            self.write(temporary, data)
            self.rename(temporary, path)
        for folder in dict.fromkeys(path.parent for path in contents):
            self.flush_folder(folder)

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, each known to the one above it after a power cut."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        self.mkdir(folder)
        self.flush_folder(folder.parent)

    def write(self, path: Path, data: bytes) -> None:
        """Write a file anew and flush it to the disk."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            left = memoryview(data)
            while left:
                left = left[self.write_some(descriptor, left) :]
            self.flush(descriptor)
        finally:
            os.close(descriptor)

    def write_some(self, descriptor: int, data: memoryview) -> int:
        """Bytes of `data` that were written."""
        return os.write(descriptor, data)

    def flush(self, descriptor: int) -> None:
        """Return when the file is on the disk itself."""
        if hasattr(fcntl, "F_FULLFSYNC"):  # macOS: fsync stops at the cache of the disk
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        else:
            os.fsync(descriptor)

    def flush_folder(self, folder: Path) -> None:
        """Return when the names in the folder are on the disk itself."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its name, in one step."""
        old.replace(new)

    def mkdir(self, folder: Path) -> None:
        """Make one folder."""
        folder.mkdir(exist_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file, and its folder where that leaves it empty."""
        path.unlink(missing_ok=True)
        try:
            path.parent.rmdir()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                raise
