"""How verbs write: JSON that is JSON in every locale, consoles that leave when the reader does, streams that take any name."""

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "print_json", "ready_streams", "silence"]


def print_json(value: Any) -> None:
    """Print a value as JSON and nothing else: in letters where standard output takes all of them, else in escapes."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=not encoding.startswith("utf"), allow_nan=False, indent=1)
    sys.stdout.write(f"{text}\n")


def console(*, to_error: bool = False, quiet: bool = False, width: int | None = None) -> "Console":
    """A console that raises BrokenPipeError where its reader has gone; nothing in what it prints is coloured by guess."""
    from rich.console import Console  # heavy: only a verb that prints tables waits for it

    class Piped(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    return Piped(stderr=to_error, quiet=quiet, width=width, highlight=False)


def ready_streams() -> None:
    """Make standard streams fit to write to: closed ones lead nowhere, letters they do not have become escapes."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def silence() -> None:
    """Lead standard output nowhere: it cannot be written any more, and Python must not try to at exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
