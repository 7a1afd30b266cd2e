"""Writes the files of a ledger into a folder: all of them or none, and never over something that is no ledger."""

import contextlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hudhud.errors import InputError

__all__ = ["MARK", "write_site"]

MARK = "ledger.css"
"""The file by which a folder is known to be a ledger."""


def write_site(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, which is replaced whole where it holds an earlier ledger.

    Raises InputError where it holds something else, OSError where it cannot be written; then nothing has changed.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: is a file; name a folder for the ledger")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise InputError(f"{folder}: is not empty and holds no ledger; name another folder, or empty this one")
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        made.chmod(0o755)
        for name in sorted({str(Path(each).parent) for each in files}):
            (made / name).mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (made / name).write_bytes(data)
        _put(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _put(made: Path, folder: Path) -> None:
    """Put the new folder in the place of the old one."""
    if not folder.is_dir():
        made.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        folder.rename(old / "old")
        try:
            made.rename(folder)
        except OSError:
            with contextlib.suppress(OSError):
                (old / "old").rename(folder)
            raise
    finally:
        if folder.is_dir():
            shutil.rmtree(old, ignore_errors=True)
