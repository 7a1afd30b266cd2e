"""`hudhud territory`: which territories there are, what they hold, what holds a point, how two differ, and a picture."""

import argparse
import math
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.errors import Fault, InputError
from hudhud.service.vocabulary import Containment

if TYPE_CHECKING:
    from hudhud.adapters.named_territory import Modes, Named
    from hudhud.adapters.territory_picture import Around
    from hudhud.service.catalogue import Territories, TerritoryRow

__all__ = ["add", "command"]

_DESCRIPTION = """\
Territories are named sets of H3 cells of resolution 5 (about 250 square km):
countries, regions, territorial seas, and areas that more than one side claims.
Overlapping claims are kept, and told as claims.

  hudhud territory list                what there is, searched by id or name
  hudhud territory show UKR.crimea     names, cells, digests, source, claims
  hudhud territory at 45.04 34.38      what holds a place
  hudhud territory diff A B            what two have in common and what not
  hudhud territory draw UKR out.png    a picture

Which cells along the border belong to it is the containment mode:
  full     cells wholly inside        (what grants use unless told otherwise)
  centre   cells whose centre is inside
  overlap  cells that touch it        (what refusals use unless told otherwise)
Each is part of the next; the digest names cells and mode together.
"""

_NAMING = """\
A territory is named by its id (UKR, UKR.crimea, UKR.sea, area.abyei, sea.high,
world), or by a file: GeoJSON (.geojson, .json) or H3 cells, one a line (.txt).
A mode may follow: UKR@overlap, mine.geojson@full.
"""

_EXITS = "exit codes: 0 shown, 2 wrong usage or input, or a file that cannot be written\n"

_EXAMPLES = {
    "list": """\
examples:
  hudhud territory list                      all of them
  hudhud territory list --kind region --of UKR
  hudhud territory list --disputed
  hudhud territory list قرم                  by Arabic name, too
""",
    "show": """\
examples:
  hudhud territory show UKR.crimea
  hudhud territory show TWN --json | jq .claimed_by
  hudhud territory show UKR --cells --containment overlap | sha256sum
  hudhud territory show district.geojson
""",
    "at": """\
examples:
  hudhud territory at 45.04 34.38            Crimea
  hudhud territory at -17 180                on the antimeridian
  hudhud territory at 90 0                   the north pole
""",
    "diff": """\
examples:
  hudhud territory diff UKR@full UKR@overlap
  hudhud territory diff ISR area.golan-heights --containment overlap
  hudhud territory diff yesterday.geojson today.geojson
""",
    "draw": """\
examples:
  hudhud territory draw UKR ukraine.png
  hudhud territory draw IND PAK CHN kashmir.png --containment centre
  hudhud territory draw district.geojson district.png
""",
}
_KINDS = ("country", "region", "area", "sea")


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = subparsers.add_parser(
        "territory",
        help="countries, regions, seas and claims as cells: list, show, at, diff, draw",
        description=_DESCRIPTION,
        epilog=_NAMING + "\n" + _EXITS,
        formatter_class=raw,
    )
    parser.set_defaults(verb=command, what=None, parser=parser)
    whats = parser.add_subparsers(title="what to do", metavar="WHAT")
    made = {}
    for what, help_text in (
        ("list", "territories by kind, country, claim or name"),
        ("show", "one territory: cells, digests, source, claims, neighbours"),
        ("at", "which territories hold a place"),
        ("diff", "what two territories have in common and what not"),
        ("draw", "a picture of one or several"),
    ):
        naming = _NAMING + "\n" if what in ("show", "diff", "draw") else ""
        epilog = f"{_EXAMPLES[what]}\n{naming}{_EXITS}"
        one = whats.add_parser(
            what,
            help=help_text,
            description=f"{help_text[0].upper()}{help_text[1:]}.",
            epilog=epilog,
            formatter_class=raw,
        )
        one.set_defaults(what=what)
        made[what] = one
    _options(made)


def _options(made: dict[str, argparse.ArgumentParser]) -> None:
    """Arguments of each part of the verb."""
    listing = made["list"]
    listing.add_argument("text", nargs="?", metavar="TEXT", help="part of an id or of an English or Arabic name")
    listing.add_argument("--kind", choices=_KINDS, help="only this kind")
    listing.add_argument("--of", metavar="ID", help="only what belongs to this country or is claimed by it")
    listing.add_argument("--disputed", action="store_true", help="only what more than one side claims")
    showing = made["show"]
    showing.add_argument("name", metavar="ID|FILE", help="a territory, see below")
    showing.add_argument(
        "--cells", action="store_true", help="print the text whose SHA-256 is the digest, and nothing else"
    )
    placing = made["at"]
    placing.add_argument("latitude", metavar="LAT", help="geodetic latitude, degrees, south negative")
    placing.add_argument("longitude", metavar="LON", help="longitude, degrees, west negative")
    differing = made["diff"]
    differing.add_argument("a", metavar="A", help="a territory, see below")
    differing.add_argument("b", metavar="B", help="another, or the same in another mode")
    drawing = made["draw"]
    drawing.add_argument("names", metavar="ID|FILE", nargs="+", help="territories, see below")
    drawing.add_argument("picture", metavar="OUT.png", type=Path, help="the picture, 1600 x 1000 pixels")
    modes = [mode.value for mode in Containment]
    for what, default in (("show", "full, with --cells"), ("diff", "centre"), ("draw", "all three in shades")):
        made[what].add_argument(
            "--containment", choices=modes, help=f"which cells along the border (default: {default})"
        )
    for what in ("list", "show", "at", "diff", "draw"):
        made[what].add_argument("--json", action="store_true", help="print JSON and nothing else")


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    if arguments.what is None:
        arguments.parser.print_help()
        return 0
    chosen = {"list": _list, "show": _show, "at": _at, "diff": _diff, "draw": _draw}
    chosen[arguments.what](arguments)
    return 0


def _asked(arguments: argparse.Namespace) -> Containment | None:
    """The mode that --containment names."""
    return Containment(arguments.containment) if arguments.containment else None


# --- list


def _list(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.territory_text import row_json, show_rows
    from hudhud.adapters.store.territories import territory_rows
    from hudhud.service.catalogue import near

    every = territory_rows()
    if arguments.of is not None and arguments.of not in {row.id for row in every}:
        like = ", ".join(f"{row.id} ({row.name_en})" for row in near(arguments.of, every))
        meant = f"did you mean {like}?" if like else "see  hudhud territory list --kind country"
        raise InputError(f"--of {arguments.of}: there is no such territory: {meant}")
    rows = [row for row in every if _meant(row, arguments)]
    if arguments.json:
        print_json([row_json(row) for row in rows])
    else:
        show_rows(rows, len(every), console())


def _meant(row: "TerritoryRow", arguments: argparse.Namespace) -> bool:
    """Whether a row is one of those asked for."""
    if arguments.kind is not None and row.kind.value != arguments.kind:
        return False
    if arguments.disputed and not row.disputed:
        return False
    of = arguments.of
    if of is not None and row.id != of and of not in (row.country, *row.claimed_by) and not row.id.startswith(f"{of}."):
        return False
    wanted = _folded(arguments.text or "")
    return any(wanted in _folded(text) for text in (row.id, row.name_en, row.name_ar))


def _folded(text: str) -> str:
    """A text as it is searched: without case, accents, and the signs of vowels and hamza."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


# --- show


def _show(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.territory_text import show_territory, territory_json
    from hudhud.adapters.named_territory import named_territory
    from hudhud.adapters.store.territories import territories
    from hudhud.service.territory import cell_text

    if arguments.cells and arguments.json:
        raise InputError("--cells and --json contradict each other: give one of them")
    catalogue = territories()
    named = named_territory(arguments.name, catalogue)
    if arguments.cells:
        chosen = named.given(_asked(arguments), Containment.FULL)
        _write(cell_text(chosen.number, chosen.containment))
        return
    modes = _modes(named, arguments)
    if arguments.json:
        print_json(territory_json(named, modes, catalogue))
    else:
        show_territory(named, modes, catalogue, console())


def _modes(named: "Named", arguments: argparse.Namespace) -> "Modes":
    """The one mode asked for, or all at hand."""
    if arguments.containment is None and named.mode is None:
        return named.modes
    chosen = named.given(_asked(arguments), Containment.FULL)
    return {chosen.containment: chosen}


def _write(content: bytes) -> None:
    """Bytes on standard output as they are: on every system one line feed a line."""
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:
        sys.stdout.write(content.decode("ascii"))
    else:
        raw.write(content)


# --- at


def _at(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.territory_place import place_json, show_place
    from hudhud.adapters.store.territories import territories

    faults: list[Fault] = []
    latitude_deg = _degrees("LAT", arguments.latitude, -90, 90, faults)
    longitude_deg = _degrees("LON", arguments.longitude, -180, 360, faults)
    if faults:
        raise InputError("this place cannot be looked up:", faults)
    place = (latitude_deg, math.remainder(longitude_deg, 360.0))
    if arguments.json:
        print_json(place_json(*place, territories()))
    else:
        show_place(*place, territories(), console())


def _degrees(where: str, text: str, least: float, most: float, faults: list[Fault]) -> float:
    """The number that a text is; otherwise nan, and a fault."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        faults.append(Fault(where=where, problem=f"{text!r} must be a number from {least:g} to {most:g}, degrees"))
    return value


# --- diff


def _diff(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.adapters.cli.territory_difference import difference_json, show_difference
    from hudhud.adapters.named_territory import named_territory
    from hudhud.adapters.store.places import places
    from hudhud.adapters.store.territories import territories
    from hudhud.service.difference import difference

    catalogue = territories()
    a, b = (named_territory(text, catalogue) for text in (arguments.a, arguments.b))
    found = difference(*(each.given(_asked(arguments), Containment.CENTRE) for each in (a, b)))
    notes = [f"{each.id}: {note}" for each in (a, b) for note in each.notes]
    if arguments.json:
        print_json(difference_json(found, catalogue, places(), notes))
    else:
        show_difference(found, catalogue, places(), notes, console())


# --- draw


def _draw(arguments: argparse.Namespace) -> None:
    from hudhud.adapters.cli.output import print_json
    from hudhud.adapters.named_territory import named_territory
    from hudhud.adapters.store.packaged import outlines
    from hudhud.adapters.store.territories import territories
    from hudhud.adapters.territory_picture import MOST, draw_territories

    faults = []
    if arguments.picture.suffix.lower() != ".png":
        faults.append(Fault(where="OUT.png", problem=f"{arguments.picture} must end in .png: it comes last"))
    if not arguments.picture.parent.is_dir():
        problem = f"{arguments.picture} cannot be written: there is no folder {arguments.picture.parent}"
        faults.append(Fault(where="OUT.png", problem=problem))
    if len(arguments.names) > MOST:
        problem = f"{len(arguments.names)} territories: at most {MOST} can be told apart in one picture"
        faults.append(Fault(where="ID|FILE", problem=problem))
    if faults:
        raise InputError("this picture cannot be drawn:", faults)
    catalogue = territories()
    named = [named_territory(text, catalogue) for text in arguments.names]
    drawn = [_modes(each, arguments) for each in named]
    for each, modes in zip(named, drawn, strict=True):
        if not any(len(one) for one in modes.values()):
            problem = "holds no cell in this mode: ask for --containment overlap"
            raise InputError("this picture cannot be drawn:", [Fault(where=each.id, problem=problem)])
    rings = [ring for each in named for ring in each.rings]
    notes = [f"{each.id}: {note}" for each in named for note in each.notes]
    notes += draw_territories(drawn, _around(catalogue), outlines(), arguments.picture, rings)
    if arguments.json:
        digests = [{mode.value: one.digest for mode, one in modes.items()} for modes in drawn]
        told = [{"id": each.id, "digest": digest} for each, digest in zip(named, digests, strict=True)]
        print_json({"picture": str(arguments.picture), "territories": told, "notes": notes})
        return
    for note in notes:
        print(f"note: {note}")
    print(f"picture: {arguments.picture}")


def _around(catalogue: "Territories") -> "Around":
    """Which country's ground each cell is, and what more than one side claims on land."""
    import numpy as np

    from hudhud.adapters.territory_picture import Around
    from hudhud.service.territory import Kind
    from hudhud.sky.hexagons import NUMBERS

    country = np.full(NUMBERS, -1, dtype=np.int32)
    names: list[str] = []
    claims = []
    told = set()
    for row in catalogue.rows:
        if row.kind is Kind.COUNTRY:
            country[catalogue.territory(row.id, Containment.CENTRE).number] = len(names)
            names.append(row.name_en)
        if not row.disputed or row.kind not in (Kind.COUNTRY, Kind.REGION, Kind.AREA):
            continue
        if row.kind is Kind.REGION and catalogue.row(row.country).claimed_by == row.claimed_by:
            continue  # told of the whole country already
        if (row.name_en, frozenset(row.claimed_by)) in told:
            continue  # a region of one claimant and an area, of the same name
        told.add((row.name_en, frozenset(row.claimed_by)))
        mode = Containment.CENTRE if row.count(Containment.CENTRE) else Containment.OVERLAP
        claims.append(catalogue.territory(row.id, mode))
    return Around(country=country, names=tuple(names), claims=tuple(claims))
