"""How verbs write: JSON that is JSON in every locale, consoles that leave when the reader does, streams that take any name."""

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.errors import plain

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "print_json", "ready_streams", "silence"]


def print_json(value: Any) -> None:
    """Print a value as JSON and nothing else: in letters where standard output takes all of them, else in escapes."""
    encoding = (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "")
    text = json.dumps(value, ensure_ascii=not encoding.startswith("utf"), allow_nan=False, indent=1)
    sys.stdout.write(f"{text}\n")


_NARROWEST = 80  # tables are made for so many columns: a narrower terminal folds lines, and no number is cut


def console(*, to_error: bool = False, quiet: bool = False) -> "Console":
    """A console that colours nothing by guess, raises BrokenPipeError where its reader has gone, and shows control
    characters of names (results and elements come from anywhere) instead of passing them on.
    """
    # heavy: only a verb that prints tables waits for it
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Careful(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                lines = segment.text.split("\n")
                shown = "\n".join(plain(line) for line in lines)
                yield segment if segment.control else Segment(shown, segment.style)

    made = Careful(stderr=to_error, quiet=quiet, highlight=False)
    if not to_error and made.width < _NARROWEST:
        made.width = _NARROWEST
    return made


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
    with contextlib.suppress(io.UnsupportedOperation):  # a stream that is no file needs nothing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
