"""`hudhud compare`: two results side by side, or the whole system against Hypatia's published definitions."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.errors import Fault, InputError, ResultError

if TYPE_CHECKING:
    from hudhud.report.result import Result

__all__ = ["add", "command"]

_DESCRIPTION = """\
Compare two results that `hudhud simulate` wrote: availability, round-trip time,
handovers and satellites in reach, for all terminals together and for each; how
often another satellite served; and in what the two runs were made differently.
Terminals are matched by name and slots by their start; what only one result has
is listed and left out.

With the word hypatia instead of two folders: the constellations, pairs and
definitions of the Hypatia simulator, as coded there and corrected. (A folder of
that name is written ./hypatia.)
"""

_EPILOG = """\
examples:
  hudhud compare results/ukraine results/ukraine-no-lasers
  hudhud compare results/ukraine results/monday --json > difference.json
  hudhud compare hypatia --mask both --picture hypatia.png

exit codes: 0 compared (also where they differ), 2 a result cannot be read or
nothing is common
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "compare",
        help="two results side by side, or the comparison suite with Hypatia",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("first", metavar="A", help="folder of a result; or the word hypatia")
    parser.add_argument("second", metavar="B", nargs="?", help="folder of the result to hold against it")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    suite = parser.add_argument_group("only with hypatia")
    suite.add_argument("--picture", metavar="FILE", type=Path, help="draw the series into FILE (PNG)")
    suite.add_argument(
        "--mask", choices=("as-coded", "true", "both"), help="elevation mask: Hypatia's own, or the true one"
    )
    suite.add_argument(
        "--constellation", dest="constellations", metavar="NAME", nargs="+", action="extend", help="only these"
    )
    suite.add_argument(
        "--pair",
        dest="pairs",
        metavar=("CITY", "CITY"),
        nargs=2,
        action="append",
        help="only this pair; may be repeated",
    )
    suite.add_argument("--duration", dest="duration_s", metavar="S", type=float, help="seconds to cover")
    suite.add_argument("--step", dest="step_s", metavar="S", type=float, help="seconds between two instants")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    if arguments.first == "hypatia":
        if arguments.second is not None:
            raise InputError(f"compare hypatia takes no second name, found {arguments.second!r}: leave it out")
        from hudhud.adapters.cli import hypatia  # heavy: only this branch needs the suite

        code: int = hypatia.command(arguments)
        return code
    _refuse_suite_options(arguments)
    return _compare_folders(Path(arguments.first), Path(arguments.second), as_json=arguments.json)


def _refuse_suite_options(arguments: argparse.Namespace) -> None:
    faults = []
    if arguments.second is None:
        faults.append(Fault(where="B", problem="missing: name the folder of a second result"))
    given = ("picture", "mask", "constellations", "pairs", "duration_s", "step_s")
    options = {"constellations": "constellation", "pairs": "pair", "duration_s": "duration", "step_s": "step"}
    faults += [
        Fault(where=f"--{options.get(name, name)}", problem="belongs to `hudhud compare hypatia` only")
        for name in given
        if getattr(arguments, name) is not None
    ]
    if faults:
        raise InputError("hudhud compare A B takes two folders of results", faults)


def _compare_folders(first: Path, second: Path, *, as_json: bool) -> int:
    # Lazy, so that `hudhud --help` stays quick: the readers bring in scipy, the tables rich.
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.report.comparison import compare, comparison_summary

    comparison = compare(*_read_both(first, second))
    if as_json:
        print_json(comparison_summary(comparison))
        return 0
    from hudhud.adapters.cli.show import show_comparison

    show_comparison(comparison, (str(first), str(second)), console())
    return 0


def _read_both(first: Path, second: Path) -> "tuple[Result, Result]":
    """Both results; what is wrong with either is told at once."""
    from hudhud.adapters.store.results import read_result  # lazy: brings in scipy

    results, errors = [], []
    for folder in (first, second):
        try:
            results.append(read_result(folder))
        except ResultError as error:
            errors.append(error)
    if errors:
        raise ResultError("\n".join(str(error) for error in errors))
    return results[0], results[1]
