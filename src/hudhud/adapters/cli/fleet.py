"""`hudhud fleet`: which satellites there are, shell by shell against the designs; `hudhud fleet fetch`: today's elements."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.errors import FetchError, InputError

if TYPE_CHECKING:
    import numpy as np
    from rich.console import Console

    from hudhud.orbits.elements import Catalogue
    from hudhud.orbits.shells import FoundShell

__all__ = ["add", "command"]

_DESCRIPTION = """\
Shows the satellites of an element file: the shells they fly in beside the
filed designs, what they are doing, and which records could not be read.  The
file may be OMM (CSV, JSON, XML) or TLE, packed with gzip or not.  Without a
file the embedded fleet is shown, which is synthetic: even patterns in the
shells measured in May 2026.

With the word fetch, today's elements are downloaded as OMM from CelesTrak and
kept; a group is asked for at most every two hours, and only sent again when it
has changed.
"""

_EPILOG = """\
examples:
  hudhud fleet                                  the embedded fleet
  hudhud fleet starlink.csv.gz                  a file
  hudhud fleet starlink.csv.gz --json | jq .status
  hudhud fleet fetch                            today's Starlink elements
  hudhud fleet fetch --group oneweb --output oneweb.csv
  hudhud simulate scenarios/ukraine.toml --elements "$(hudhud fleet fetch)" \\
      --start "$(date -u +%FT%TZ)"

`fetch` prints the path of the elements and nothing else to standard output.
A file called fetch is ./fetch.

exit codes: 0 shown or fetched, 2 wrong usage, no elements in the file, or a
file that cannot be written, 3 elements could not be fetched
"""

_EMBEDDED_EPOCH = "2026-05-30T12:00:00"
_SHOWN_FAULTS = 5


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "fleet",
        help="which satellites there are; fetch today's elements",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", nargs="?", metavar="FILE|fetch", help="an element file, or the word fetch")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    fetching = parser.add_argument_group("with fetch")
    fetching.add_argument("--group", metavar="NAME", help="CelesTrak group (default: starlink)")
    fetching.add_argument("--url", metavar="URL", help="fetch this http or https address instead of a group")
    fetching.add_argument("--output", metavar="FILE", help="also write the elements to this file")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns its exit code."""
    if arguments.file == "fetch":
        return _fetch(arguments)
    for option in ("group", "url", "output"):
        if getattr(arguments, option) is not None:
            raise InputError(f"--{option} belongs to `hudhud fleet fetch`: write the word fetch, or leave it out")
    return _show(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    import numpy as np  # imports here keep `hudhud --version` fast

    from hudhud.adapters.cli.output import print_json
    from hudhud.adapters.store import catalogue
    from hudhud.timescale import to_rfc3339

    if arguments.group is not None and arguments.url is not None:
        raise InputError("--group and --url name two sources: give one of them")
    url = (
        arguments.url
        if arguments.url is not None
        else catalogue.source_url("starlink" if arguments.group is None else arguments.group)
    )
    fetched = catalogue.fetch(
        url,
        catalogue.cache_folder(os.environ, _home()),
        clock=lambda: np.datetime64("now", "ns"),
        opener=catalogue.http_opener(),
    )
    path = fetched.path
    if arguments.output is not None:
        path = _also_written(Path(arguments.output), fetched.path)
    next_at = to_rfc3339(fetched.next_at.astype("datetime64[s]"))
    if arguments.json:
        told = {
            "path": str(path),
            "state": fetched.state.name.lower(),
            "satellites": fetched.satellites,
            "quarantined": fetched.quarantined,
            "next_at": next_at,
        }
        print_json(told)
        return 0
    many = "s" * (fetched.quarantined != 1)
    bad = f", {fetched.quarantined:,} record{many} quarantined" if fetched.quarantined else ""
    print(f"{_satellites(fetched.satellites)}{bad}: {fetched.state.value}; next at {next_at}", file=sys.stderr)
    print(path)
    return 0


def _also_written(target: Path, path: Path) -> Path:
    """The elements of `path` written to `target` too.  Raises InputError: they have been fetched all the same."""
    from hudhud.adapters.store.catalogue import write_atomically

    try:
        write_atomically(target, path.read_bytes())
    except FetchError as error:
        raise InputError(f"--output {error}; the elements were fetched and are at {path}") from None
    return target


def _satellites(count: int) -> str:
    return f"{count:,} satellite{'s' * (count != 1)}"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # neither HOME nor an entry for this user: fine where XDG_CACHE_HOME is given
        if Path(os.environ.get("XDG_CACHE_HOME", "")).is_absolute():
            return Path("/")
        raise InputError("no home folder to keep elements in: set XDG_CACHE_HOME to a folder of yours") from None


def _show(arguments: argparse.Namespace) -> int:
    import numpy as np

    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.store import catalogue
    from hudhud.orbits.elements import Catalogue
    from hudhud.orbits.shells import found_shells

    synthetic = arguments.file is None
    if synthetic:
        elements = catalogue.embedded(np.datetime64(_EMBEDDED_EPOCH, "ns"))
        found = Catalogue(elements=elements, quarantined=(), source_format="generated")
        source = "embedded fleet (synthetic: even patterns in the shells measured in May 2026)"
    else:
        found = catalogue.read_elements(arguments.file)
        source = arguments.file
    shells = found_shells(found.elements, catalogue.designs())
    if arguments.json:
        print_json(_as_json(source, synthetic, found, shells))
        return 0
    _print(source, found, shells, console())
    return 0


def _counts(found: "Catalogue") -> tuple[dict[str, int], dict[str, int]]:
    from hudhud.orbits.elements import Generation, Status

    elements = found.elements
    status = {s.name.lower(): int((elements.status == s).sum()) for s in Status}
    generation = {g.name.lower(): int((elements.generation == g).sum()) for g in Generation}
    return status, {name: count for name, count in generation.items() if count}


def _span(found: "Catalogue") -> tuple["np.datetime64", "np.datetime64", "np.datetime64"]:
    from hudhud.orbits.elements import typical_epoch

    epoch = found.elements.epoch
    return epoch.min(), typical_epoch(found.elements), epoch.max()


def _as_json(source: str, synthetic: bool, found: "Catalogue", shells: "tuple[FoundShell, ...]") -> dict[str, Any]:
    from hudhud.timescale import to_rfc3339

    status, generation = _counts(found)
    first, middle, last = _span(found)
    return {
        "source": source,
        "synthetic": synthetic,
        "format": found.source_format,
        "satellites": len(found.elements),
        "epochs": {"first": to_rfc3339(first), "typical": to_rfc3339(middle), "last": to_rfc3339(last)},
        "status": status,
        "generation": generation,
        "shells": [_shell_as_json(shell) for shell in shells],
        "quarantined": [
            {"position": q.position, "place": q.place.name.lower(), "excerpt": q.excerpt, "reason": q.reason}
            for q in found.quarantined
        ],
    }


def _shell_as_json(shell: "FoundShell") -> dict[str, Any]:
    import numpy as np

    told: dict[str, Any] = {
        "family": shell.family,
        "altitude_km": round(shell.altitude_m / 1e3, 1),
        "lowest_km": round(shell.lowest_m / 1e3, 1),
        "highest_km": round(shell.highest_m / 1e3, 1),
        "inclination_deg": round(float(np.degrees(shell.inclination_rad)), 2),
        "satellites": shell.satellites,
        "planes": shell.planes,
        "stray_planes": shell.stray_planes,
        "satellites_per_plane": shell.satellites_per_plane,
        "nearest_design": None,
    }
    if shell.nearest is not None:
        told["nearest_design"] = {
            "name": shell.nearest.name,
            "altitude_km": round(shell.nearest.altitude_m / 1e3, 1),
            "inclination_deg": round(float(np.degrees(shell.nearest.inclination_rad)), 2),
            "planes": shell.nearest.planes,
            "satellites_per_plane": shell.nearest.satellites_per_plane,
            "source": shell.nearest.source,
        }
    return told


def _print(source: str, found: "Catalogue", shells: "tuple[FoundShell, ...]", console: "Console") -> None:
    from rich.markup import escape

    first, middle, last = _span(found)
    console.print(f"[bold]{escape(source)}[/bold]", soft_wrap=True)
    count = f"{_satellites(len(found.elements))}, {found.source_format}"
    if first == last:
        console.print(f"{count}; epoch {_minute(first)} UTC")
    else:
        console.print(f"{count}; epochs {_minute(first)} to {_minute(last)},")
        console.print(f"half of them before {_minute(middle)} UTC")
    console.print()
    console.print(_shell_table(shells))
    console.print()
    console.print(_count_table(found))
    if _counts(found)[1].get("direct_to_cell"):
        console.print("direct to cell: these serve telephones, no terminals", style="dim")
    _print_quarantined(found, console)


def _minute(at: "np.datetime64") -> str:
    return str(at.astype("datetime64[m]")).replace("T", " ")


def _shell_table(shells: "tuple[FoundShell, ...]") -> Any:
    import numpy as np
    from rich.table import Table

    table = Table(title="Shells of the operational satellites", title_justify="left", box=None, pad_edge=False)
    for name in ("altitude\nkm", "\nincl.", "satel-\nlites", "planes\nx each"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("nearest design\n(planes x each)", no_wrap=True)
    for name in ("off by\nkm", "off\nby"):
        table.add_column(name, justify="right", no_wrap=True)
    for shell in shells:
        planes = f"{shell.planes} x {shell.satellites_per_plane:.0f}" + (
            f" +{shell.stray_planes}" if shell.stray_planes else ""
        )
        table.add_row(
            f"{shell.altitude_m / 1e3:.1f}",
            f"{np.degrees(shell.inclination_rad):.1f}°",
            f"{shell.satellites:,}",
            planes,
            *_difference(shell),
        )
    if any(shell.stray_planes for shell in shells):
        table.caption = "+n: planes with less than a quarter of the usual number of satellites"
        table.caption_justify = "left"
    return table


def _difference(shell: "FoundShell") -> tuple[str, str, str]:
    """The nearest design, and how far in height and inclination the shell is from it."""
    import numpy as np

    if shell.nearest is None:
        return "none near", "", ""
    known = shell.nearest
    height_km = round((shell.altitude_m - known.altitude_m) / 1e3)
    lean_deg = round(float(np.degrees(shell.inclination_rad - known.inclination_rad)), 1) + 0.0
    label = f"{known.name} ({known.planes} x {known.satellites_per_plane})"
    return label, f"{height_km:+d}" if height_km else "0", f"{lean_deg:+.1f}°" if lean_deg else "0°"


def _count_table(found: "Catalogue") -> Any:
    from itertools import zip_longest

    from rich.table import Table

    words = {
        "operational": "operational: may serve",
        "raising": "raising or waiting",
        "deorbiting": "deorbiting or relocated",
        "failed": "failed: falling freely",
        "unusable": "unusable elements",
    }
    status, generation = _counts(found)
    table = Table(box=None, pad_edge=False)
    for name, justify in (("status", "left"), ("satellites", "right"), ("", "left"), ("generation", "left")):
        table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("satellites", justify="right", no_wrap=True)
    for left, right in zip_longest(status.items(), generation.items()):
        kind = (
            (right[0].replace("_", " ").replace(" 0", ".0").replace(" 5", ".5"), f"{right[1]:,}") if right else ("", "")
        )
        table.add_row(*((words[left[0]], f"{left[1]:,}") if left else ("", "")), "   ", *kind)
    return table


def _print_quarantined(found: "Catalogue", console: "Console") -> None:
    from rich.markup import escape

    bad = found.quarantined
    if not bad:
        console.print("\nno record quarantined")
        return
    console.print(f"\n[bold]{len(bad):,} record{'s' * (len(bad) > 1)} quarantined[/bold]")
    for each in bad[:_SHOWN_FAULTS]:
        excerpt = f" ({escape(each.excerpt)})" if each.excerpt else ""
        console.print(f"  {escape(str(each))}{excerpt}", soft_wrap=True)
    if len(bad) > _SHOWN_FAULTS:
        console.print(f"  and {len(bad) - _SHOWN_FAULTS:,} more: see --json")
