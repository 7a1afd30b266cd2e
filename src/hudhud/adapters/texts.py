"""Text files that a user names: read whole, bounded, and refused in words."""

from pathlib import Path

from hudhud.errors import InputError

__all__ = ["read_text"]


def read_text(path: Path, what: str, largest_bytes: int, error: type[InputError] = InputError) -> str:
    """The text of a file, with or without a byte-order mark.  what: the file is for, as the message names it.

    Raises `error`, which says what is wrong with the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest_bytes + 1)  # bounded: a device or a pipe need not end
    except (OSError, ValueError) as found:  # ValueError: a path that no file can have
        reason = getattr(found, "strerror", None) or found
        raise error(f"{path}: {reason}: give the path of a file with {what}") from None
    if len(content) > largest_bytes:
        raise error(f"{path}: more than {largest_bytes:,} bytes: give the path of a file with {what}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as found:
        problem = f"byte {found.start:,} is not UTF-8 text: give the path of a file with {what}"
        raise error(f"{path}: {problem}") from None
