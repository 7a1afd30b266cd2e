"""`hudhud service`: is service on here, for whom, by whose decision; the map of the world; the decisions in force."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.adapters.cli.reading import add_at, add_record, decided, instant, number, picture_file
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    import numpy as np

    from hudhud.adapters.cli.service_text import Sky

__all__ = ["add", "command"]

_DESCRIPTION = """\
Is service on here, for whom, and by whose decision?  With a place: every
decision that governs its cell, its state, conditions, legal basis, reasons and
review date; which territories hold the cell, with claims told as claims; and,
as the second answer, how many satellites could carry it now.

With the word map: how many cells of the world have which state, the map's
digest, when it changes next; with --map a picture.  With the word list: the
decisions in force.

The decisions are a packaged demonstration, restated from public facts.  They
are not the operator's decisions.  With --record they are those that a record
proves for the instant, whether a map with them has been released or not.
"""

_EPILOG = """\
examples:
  hudhud service 50.45 30.52                    Kyiv, now
  hudhud service 45.04 34.38 --json             Crimea
  hudhud service -33.9 18.4 --at 2027-03-01T00:00:00Z --no-sky
  hudhud service map --map world.png --class maritime
  hudhud service map --record record/
  hudhud service list --json | jq '.decisions[] | select(.overdue)'

exit codes: 0 shown (served or not), 2 wrong usage or input, or a file that
cannot be written
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "service",
        help="who may be served at a place, by whose decision; the map of the world",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "words", nargs="+", metavar="LAT LON|map|list", help="a place in degrees (south and west negative), or a word"
    )
    add_at(parser)
    add_record(parser)
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--no-sky", action="store_true", help="with a place: leave the satellites out")
    parser.add_argument(
        "--map", metavar="FILE.png", type=Path, dest="picture", help="with map: also draw it into a PNG"
    )
    parser.add_argument(
        "--class", metavar="CLASS", dest="service_class", help="with --map: class to draw (default residential)"
    )
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    words = arguments.words
    if words[0] in ("map", "list"):
        if len(words) > 1:
            raise InputError(f"`hudhud service {words[0]}` takes no further words: leave out {' '.join(words[1:])}")
    elif len(words) != 2:
        raise InputError("a place is two numbers, LAT and LON in degrees; or write one of the words map, list")
    if words[0] != "map":
        for option, given in (("--map", arguments.picture), ("--class", arguments.service_class)):
            if given is not None:
                raise InputError(f"{option} belongs to `hudhud service map`: write the word map, or leave it out")
    if words[0] == "map":
        _map(arguments)
    elif words[0] == "list":
        _list(arguments)
    else:
        _place(arguments)
    return 0


def _at(arguments: argparse.Namespace, faults: list[Fault]) -> "np.datetime64":
    at = instant(arguments.at, faults)
    if faults:
        raise InputError("this cannot be told:", faults)
    return at


def _place(arguments: argparse.Namespace) -> None:
    # Heavy imports (numpy, numba, h3, rich) wait until a place is really asked for.
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.service_text import answer, answer_json, show_answer
    from hudhud.adapters.store.territories import territories
    from hudhud.service.service_map import compile as compiled

    faults: list[Fault] = []
    latitude_deg = number("LAT", arguments.words[0], -90, 90, faults)
    longitude_deg = number("LON", arguments.words[1], -180, 360, faults)
    at = _at(arguments, faults)
    told = answer(compiled(decided(arguments, at), at), territories(), at, latitude_deg, longitude_deg)
    sky = None if arguments.no_sky else _sky(at, latitude_deg, longitude_deg)
    if arguments.json:
        print_json(answer_json(told, sky))
    else:
        show_answer(told, sky, console())


def _sky(at: "np.datetime64", latitude_deg: float, longitude_deg: float) -> "Sky":
    """What stands over the place, as `hudhud look` sees it: the embedded fleet, a standard terminal, usual limits."""
    import math

    import numpy as np

    from hudhud.adapters.cli.service_text import Sky
    from hudhud.adapters.overhead import Place, overhead
    from hudhud.adapters.store import packaged
    from hudhud.adapters.store.catalogue import embedded
    from hudhud.earth import Sites
    from hudhud.sky import Gate, terminal_classes

    standard = terminal_classes(packaged.text("terminal-classes.csv"))["standard"]
    site = Sites.at(["here"], [latitude_deg], [math.remainder(longitude_deg, 360.0)], [0.0])
    azimuth_rad, elevation_rad = standard.boresight_rad(float(site.latitude_rad[0]))
    place = Place(
        site=site,
        terminal_class=standard,
        minimum_elevation_rad=math.radians(25),
        gso_avoidance_rad=math.radians(18),
        boresight_azimuth_rad=azimuth_rad,
        boresight_elevation_rad=elevation_rad,
        masks=np.zeros((0, 360)),
        obstructions=np.zeros((0, 123, 123), dtype=np.float32),
    )
    sky = overhead(at, place, embedded(at))
    away = sky.refused & (Gate.NOT_IN_SERVICE | Gate.BELOW_MINIMUM_ELEVATION)
    return Sky(above_25_deg=int((away == 0).sum()), passing=int((sky.refused == 0).sum()))


def _map(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.service_text import map_json, show_map
    from hudhud.service.service_map import compile as compiled
    from hudhud.service.vocabulary import ServiceClass

    faults: list[Fault] = []
    picture_file("--map", arguments.picture, faults)
    named = arguments.service_class or ServiceClass.RESIDENTIAL.value
    if named not in list(ServiceClass):
        faults.append(Fault(where="--class", problem=f"no class {named!r}: one of {', '.join(ServiceClass)}"))
    at = _at(arguments, faults)
    told = compiled(decided(arguments, at), at)
    if arguments.picture is not None:
        from hudhud.adapters.service_picture import disputed_cells, draw_service_map
        from hudhud.adapters.store import packaged
        from hudhud.adapters.store.territories import territories

        claimed = disputed_cells(territories())
        draw_service_map(told, ServiceClass(named), packaged.outlines(), claimed, arguments.picture)
    if arguments.json:
        picture: dict[str, Any] = {"picture": None if arguments.picture is None else str(arguments.picture)}
        print_json(map_json(told) | picture)
        return
    show_map(told, console())
    if arguments.picture is not None:
        print(f"picture: {arguments.picture}")


def _list(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.service_text import list_json, show_list
    from hudhud.service.service_map import compile as compiled

    at = _at(arguments, [])
    items = decided(arguments, at)
    told = compiled(items, at)
    if arguments.json:
        print_json(list_json(told, items))
    else:
        show_list(told, items, console())
