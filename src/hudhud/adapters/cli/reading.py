"""How verbs read what their user wrote: numbers, instants, places, names of files; every fault is collected."""

import argparse
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    import numpy as np

    from hudhud.service.decision import Decisions

__all__ = ["add_at", "add_record", "decided", "instant", "number", "picture_file", "record_of"]


def add_at(parser: argparse.ArgumentParser, default: str = "now") -> None:
    """The option --at."""
    parser.add_argument("--at", metavar="INSTANT", help=f"e.g. 2026-05-30T18:00:12Z (default: {default})")


def add_record(parser: argparse.ArgumentParser) -> None:
    """The options --record and --trust."""
    parser.add_argument("--record", metavar="DIR|URL", help="take the decisions of this record")
    parser.add_argument(
        "--trust", metavar="FILE", type=Path, help="root of trust of the record (default: the one it shows)"
    )


def record_of(arguments: argparse.Namespace) -> str | None:
    """The record that is named, None for none.  Raises InputError for a root of trust without a record."""
    named: str | None = arguments.record
    if named is None and arguments.trust is not None:
        raise InputError("--trust belongs to --record: name the record that is judged by it")
    return named


def decided(arguments: argparse.Namespace, at: "np.datetime64") -> "Decisions":
    """The decisions that a verb looks at: those of a record by an instant, or the packaged standing ones."""
    named = record_of(arguments)
    if named is None:
        from hudhud.adapters.decisions import standing

        return standing()
    from hudhud.adapters.recorded import recorded

    return recorded(named, arguments.trust).decisions(at)


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
