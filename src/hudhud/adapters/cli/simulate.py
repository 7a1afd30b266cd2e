"""`hudhud simulate`: the main job, from a scenario file to a table, a stored result and a picture."""

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hudhud.adapters.cli.reading import add_record, record_of

__all__ = ["add", "command"]

_DESCRIPTION = """\
Play a scenario slot by slot (15 s each) and say who was served, by which
satellite over which way, and how late.

Prints a table, writes the result to a folder (result.nc opens in xarray;
scenario.toml; summary.json) and draws a picture into it.  A folder that holds
an earlier result is replaced, one that holds anything else is refused.

With --record the service map is the one that a record has released, slot by
slot; it takes the place of the decisions that the scenario names.  Nothing is
served before a release that the record proves, and nothing after its end.

Without --elements the embedded synthetic fleet is used; with it, the real one
of that file.  Elements are good for a few days round their epoch: --start must
lie near it.
"""

_EPILOG = """\
examples:
  hudhud simulate scenarios/ukraine.toml
  hudhud simulate scenarios/ukraine.toml --elements starlink.csv.gz \\
      --start 2026-05-30T18:00:12Z --output results/real
  hudhud simulate scenarios/ukraine.toml --slots 5760 --json > day.json
  hudhud simulate scenarios/ukraine.toml --record record/

exit codes: 0 played (also where nobody was served), 2 scenario, elements,
record or folder refused (every fault is listed) or not writable, 130
interrupted (then nothing is left behind)
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "simulate",
        help="play a scenario: who is served, by what, how late",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", metavar="SCENARIO", type=Path, help="scenario file (TOML)")
    parser.add_argument(
        "--elements", metavar="FILE", type=Path, help="orbital elements: OMM (CSV, JSON, XML) or TLE, also .gz"
    )
    add_record(parser)
    parser.add_argument("--output", metavar="DIR", type=Path, help="folder for the result (default results/NAME)")
    parser.add_argument("--start", metavar="INSTANT", help="start here instead, e.g. 2026-05-30T18:00:12Z")
    parser.add_argument("--slots", metavar="N", type=int, help="play N slots instead")
    parser.add_argument("--seed", metavar="N", type=int, help="take this seed instead")
    parser.add_argument("--engine", choices=("astroz", "sgp4"), help="SGP4 library (default: astroz where installed)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")
    parser.add_argument("--quiet", action="store_true", help="no progress bar and no table")
    parser.add_argument("--no-picture", action="store_true", help="draw no picture")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    # Heavy imports (numpy, numba) wait until a scenario is really played.
    from hudhud.adapters import run as runs
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.show import show_result
    from hudhud.adapters.store.results import refuse_foreign_folder, write_result
    from hudhud.orbits.positions import Engine
    from hudhud.report.tables import summary

    notes = console(to_error=True, quiet=arguments.quiet or arguments.json)
    loaded = runs.load(
        arguments.scenario,
        arguments.elements,
        start=arguments.start,
        slots=arguments.slots,
        seed=arguments.seed,
        engine=Engine(arguments.engine) if arguments.engine else None,
        record=record_of(arguments),
        trust=arguments.trust,
    )
    folder = arguments.output or Path("results") / _file_name(loaded.world.scenario.name)
    refuse_foreign_folder(folder)  # before the work, not after it
    result = runs.run(loaded, progress=_progress(notes, loaded.world.scenario.slots))
    write_result(result, folder)
    picture = None if arguments.no_picture else _picture(result, folder / "picture.png", notes)
    if arguments.json:
        print_json(summary(result) | {"folder": str(folder), "picture": str(picture) if picture else None})
    elif not arguments.quiet:
        show_result(result, console())
        print(f"result:  {folder}/result.nc, scenario.toml, summary.json")
        if picture:
            print(f"picture: {picture}")
    return 0


def _file_name(name: str) -> str:
    """A folder name that any file system takes."""
    kept = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name).strip(".-")
    return kept.encode("utf-8")[:120].decode("utf-8", errors="ignore") or "result"


def _progress(notes: Any, total: int) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """A bar on the terminal while slots are made; nothing where standard error is no terminal."""
    from rich.progress import track

    def wrap(slots: Iterable[Any]) -> Iterator[Any]:
        shown = notes.is_terminal and not notes.quiet
        return iter(track(slots, "slots", total=total, console=notes, transient=True, disable=not shown))

    return wrap


def _picture(result: Any, path: Path, notes: Any) -> Path | None:
    """Draw the picture; where matplotlib is missing, say how to get it and go on: the result is complete without.

    Raises ResultError where the file cannot be written.
    """
    from hudhud.adapters.picture import draw_result
    from hudhud.adapters.store import packaged
    from hudhud.errors import InputError, MissingExtraError, ResultError

    try:
        draw_result(result, packaged.outlines(), path)
    except MissingExtraError as error:
        notes.print(f"no picture: {error}", style="yellow", highlight=False, markup=False)
        return None
    except InputError as error:
        raise ResultError(f"{error}; the result beside it is complete") from None
    return path
