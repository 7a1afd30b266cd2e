"""How verbs read what their user wrote: numbers, instants, places, names of files; every fault is collected."""

import argparse
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.errors import Fault

if TYPE_CHECKING:
    import numpy as np

__all__ = ["add_at", "instant", "number", "picture_file"]


def add_at(parser: argparse.ArgumentParser, default: str = "now") -> None:
    """The option --at."""
    parser.add_argument("--at", metavar="INSTANT", help=f"e.g. 2026-05-30T18:00:12Z (default: {default})")


def number(where: str, text: str, least: float, most: float, faults: list[Fault]) -> float:
    """The number that a text is; otherwise nan, and a fault."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        faults.append(Fault(where=where, problem=f"{text!r} must be a number from {least:,g} to {most:,g}"))
        return math.nan
    return value


def instant(text: str | None, faults: list[Fault]) -> "np.datetime64":
    """The instant that a text names; this second by the clock of this computer where there is none, or for `now`."""
    import numpy as np

    from hudhud.timescale import from_rfc3339

    if text is not None and text != "now":
        try:
            return from_rfc3339(text)
        except ValueError as error:
            faults.append(Fault(where="--at", problem=str(error)))
    return np.datetime64(int(time.time()) * 1_000_000_000, "ns")


def picture_file(where: str, path: Path | None, faults: list[Fault]) -> None:
    """A fault where a picture is asked for under a name that is not one of a PNG."""
    if path is not None and path.suffix.lower() != ".png":
        faults.append(Fault(where=where, problem=f"{path} must end in .png"))
