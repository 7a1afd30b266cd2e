"""`hudhud look`: what is overhead at one place and instant, and what refuses it."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.adapters.cli.reading import instant, number, picture_file
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    import numpy as np

    from hudhud.adapters.overhead import Place
    from hudhud.orbits.elements import Elements
    from hudhud.sky import TerminalClass

__all__ = ["add", "command"]

_DESCRIPTION = """\
Show every satellite above the horizon of a place: azimuth, elevation, range,
angle to the geostationary (GSO) arc, whether the Sun lights it, and each gate
that refuses it: not in service, below the minimum elevation, too near the GSO
arc, out of the terminal's field of view, obstructed.  Without --json a sky plot
and a table.

Without --elements an embedded fleet is used: synthetic, made from the shells
measured in May 2026.
"""

_EPILOG = """\
examples:
  hudhud look 50.45 30.52 --at 2026-05-30T18:00:12Z
  hudhud look -33.9 18.4 --class performance --picture cape-town.png
  hudhud look 64.1 -21.9 --at 2026-05-30T12:00:00Z --elements starlink.csv.gz
  hudhud look 50.45 30.52 --json | jq '.looks[] | select(.refused_by == [])'

classes: mini, standard, standard_actuated, enterprise, high_performance,
  flat_high_performance, performance, gen1, aviation, community_gateway

--obstructions takes the terminal's obstruction map as gRPC tools print it
(JSON, frame FRAME_EARTH), or a horizon in degrees: lines "azimuth,elevation" or
JSON {"horizon_deg": [[azimuth, elevation], ...]}.

exit codes: 0 shown (also where nothing is overhead), 2 wrong usage or input
"""

_SHOWN = 10
_LARGEST_OBSTRUCTIONS_BYTES = 4 * 2**20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "look",
        help="what is overhead at a place and instant, and what refuses it",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("latitude", metavar="LAT", help="geodetic latitude, degrees, south negative")
    parser.add_argument("longitude", metavar="LON", help="longitude, degrees, west negative")
    parser.add_argument("--at", metavar="INSTANT", default="now", help="e.g. 2026-05-30T18:00:12Z (default: now)")
    parser.add_argument("--elements", metavar="FILE", type=Path, help="OMM (CSV, JSON, XML) or TLE, also .gz")
    parser.add_argument("--max-age", metavar="DAYS", default="7", help="oldest elements to trust (default 7)")
    parser.add_argument("--height", metavar="M", default="0", help="metres over the ellipsoid (default 0)")
    parser.add_argument("--min-elevation", metavar="DEG", default="25", help="least elevation (default 25)")
    parser.add_argument("--gso", metavar="DEG", default="18", help="least angle to the GSO arc (default 18; 0: none)")
    parser.add_argument(
        "--class", metavar="CLASS", dest="terminal_class", default="standard", help="terminal class, see below"
    )
    parser.add_argument(
        "--boresight", metavar=("AZ", "EL"), nargs=2, help="where the terminal points (default: the class's usual tilt)"
    )
    parser.add_argument("--obstructions", metavar="FILE", type=Path, help="obstruction map or horizon, see below")
    parser.add_argument("--limit", metavar="N", help=f"list the best N (default {_SHOWN}; with --json all)")
    parser.add_argument("--all", action="store_true", help="list every satellite above the horizon")
    parser.add_argument("--picture", metavar="FILE.png", type=Path, help="also draw the sky into a PNG")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    # Heavy imports (numpy, numba, sgp4) wait until a sky is really worked out.
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.overhead import overhead, summary

    at, place, limit, max_age_s = _read(arguments)
    elements, source = _fleet(arguments.elements, at, max_age_s)
    sky = overhead(at, place, elements)
    if arguments.picture is not None:
        from hudhud.adapters.sky_picture import draw_sky  # matplotlib is an extra

        draw_sky(sky, source, arguments.picture)
    if arguments.json:
        picture = str(arguments.picture) if arguments.picture else None
        told = {"elements": source, "synthetic": arguments.elements is None, "picture": picture}
        print_json(told | summary(sky, limit))
        return 0
    from hudhud.adapters.cli.sky_text import show_sky

    show_sky(sky, source, console(), None if arguments.all else _SHOWN if limit is None else limit)
    if arguments.picture is not None:
        print(f"picture: {arguments.picture}")
    return 0


def _read(arguments: argparse.Namespace) -> "tuple[np.datetime64, Place, int | None, float]":
    """Instant, place, limit and greatest age of elements (seconds).

    Raises InputError with everything that is wrong with the arguments.
    """
    from hudhud.adapters.store import packaged
    from hudhud.sky import terminal_classes

    faults: list[Fault] = []
    classes = terminal_classes(packaged.text("terminal-classes.csv"))
    if arguments.terminal_class not in classes:
        known = ", ".join(classes)
        faults.append(Fault(where="--class", problem=f"no class {arguments.terminal_class!r}: one of {known}"))
    numbers = {
        "latitude": number("LAT", arguments.latitude, -90, 90, faults),
        "longitude": number("LON", arguments.longitude, -180, 360, faults),
        "height": number("--height", arguments.height, -1_000, 20_000, faults),
        "minimum": number("--min-elevation", arguments.min_elevation, 0, 90, faults),
        "gso": number("--gso", arguments.gso, 0, 90, faults),
    }
    max_age_days = number("--max-age", arguments.max_age, 0, 60, faults)
    boresight = None
    if arguments.boresight is not None:
        boresight = (
            number("--boresight AZ", arguments.boresight[0], -180, 360, faults),
            number("--boresight EL", arguments.boresight[1], 0, 90, faults),
        )
    limit = _limit(arguments, faults)
    at = instant(arguments.at, faults)
    picture_file("--picture", arguments.picture, faults)
    if faults:
        raise InputError("this sky cannot be worked out:", faults)
    place = _place(numbers, boresight, classes[arguments.terminal_class], arguments.obstructions)
    return at, place, limit, max_age_days * 86_400.0


def _limit(arguments: argparse.Namespace, faults: list[Fault]) -> int | None:
    if arguments.limit is None:
        return None
    if arguments.all:
        faults.append(Fault(where="--limit", problem="contradicts --all: give one of them"))
    if not (arguments.limit.isascii() and arguments.limit.isdigit()):
        faults.append(Fault(where="--limit", problem=f"{arguments.limit!r} must be a whole number from 0 on"))
        return None
    return min(int(arguments.limit), 1_000_000_000)


def _place(
    numbers: dict[str, float],
    boresight: tuple[float, float] | None,
    terminal_class: "TerminalClass",
    obstructions: Path | None,
) -> "Place":
    import numpy as np

    from hudhud.adapters.overhead import Place
    from hudhud.earth import Sites

    longitude = math.remainder(numbers["longitude"], 360.0)
    site = Sites.at(["here"], [numbers["latitude"]], [longitude], [numbers["height"]])
    azimuth_rad, elevation_rad = terminal_class.boresight_rad(float(site.latitude_rad[0]))
    if boresight is not None:
        azimuth_rad, elevation_rad = math.radians(boresight[0]), math.radians(boresight[1])
    masks, maps = np.zeros((0, 360)), np.zeros((0, 123, 123), dtype=np.float32)
    if obstructions is not None:
        masks, maps = _obstructions(obstructions)
    return Place(
        site=site,
        terminal_class=terminal_class,
        minimum_elevation_rad=math.radians(numbers["minimum"]),
        gso_avoidance_rad=math.radians(numbers["gso"]),
        boresight_azimuth_rad=azimuth_rad,
        boresight_elevation_rad=elevation_rad,
        masks=masks,
        obstructions=maps,
    )


def _obstructions(path: Path) -> tuple[Any, Any]:
    """Horizons and maps of a file.  Raises InputError that names the file."""
    from hudhud.sky import read_obstructions

    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_OBSTRUCTIONS_BYTES + 1)
        if len(content) > _LARGEST_OBSTRUCTIONS_BYTES:
            problem = f"is larger than {_LARGEST_OBSTRUCTIONS_BYTES:,} bytes"
            raise InputError(f"{path}: not obstructions", [Fault(where="", problem=problem)])
        return read_obstructions(content.decode("utf-8-sig"))
    except OSError as error:
        problem = f"{error.strerror or error}: give a file with an obstruction map or a horizon"
        raise InputError(f"{path} cannot be read:", [Fault(where="--obstructions", problem=problem)]) from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not obstructions", [Fault(where="", problem="is not UTF-8 text")]) from None
    except InputError as error:
        if str(path) in error.summary:
            raise
        raise InputError(f"{path}: {error.summary}", error.faults) from None


def _fleet(path: Path | None, at: "np.datetime64", max_age_s: float) -> "tuple[Elements, str]":
    """The fleet and a line about it."""
    from hudhud.adapters.store.catalogue import embedded, read_elements
    from hudhud.orbits.elements import require_fresh

    if path is None:
        return embedded(at), "embedded fleet: synthetic satellites in the shells measured on 2026-05-30"
    catalogue = read_elements(path)
    bad = len(catalogue.quarantined)
    note = f", {bad} bad record{'s' if bad > 1 else ''} set aside" if bad else ""
    elements = require_fresh(catalogue.elements, at, at, max_age_s)
    return elements, f"{path.name}: {len(elements):,} satellite{'s' * (len(elements) != 1)}{note}"
