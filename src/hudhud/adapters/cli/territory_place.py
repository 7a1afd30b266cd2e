"""Which territories hold a place, in words and as JSON."""

import math
import textwrap
from typing import TYPE_CHECKING, Any

import h3.api.basic_int as h3
import numpy as np

from hudhud.adapters.cli.territory_text import control, cut, row_json, table
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import cell_number, h3_index

if TYPE_CHECKING:
    from rich.console import Console

    from hudhud.service.catalogue import Territories, TerritoryRow

__all__ = ["place_json", "place_sentences", "show_place"]

_HOLDS = {
    Containment.FULL: "the whole cell is inside",
    Containment.CENTRE: "the cell's centre is inside",
    Containment.OVERLAP: "the cell is touched",
}


def _cell(latitude_deg: float, longitude_deg: float) -> int:
    """Number of the cell of a place."""
    return int(cell_number(np.radians([latitude_deg]), np.radians([longitude_deg]))[0])


def _held(number: int, catalogue: "Territories") -> "list[tuple[TerritoryRow, Containment]]":
    """Territories of a cell, most inside first within each kind."""
    return [(catalogue.row(name), mode) for name, mode in catalogue.at(number)]


def place_sentences(latitude_deg: float, longitude_deg: float, catalogue: "Territories") -> tuple[str, ...]:
    """What a place is, in sentences: land, border or sea; poles and the antimeridian."""
    held = _held(_cell(latitude_deg, longitude_deg), catalogue)
    told = [_whose(held)]
    if any(row.disputed for row, _ in held):
        told.append("More than one side claims it: borders are told as the source draws them.")
    if any(mode is not Containment.FULL for _, mode in held):
        told.append("The place itself may lie on either side: a cell is the smallest thing that a decision names.")
    if abs(latitude_deg) == 90:
        which = "north" if latitude_deg > 0 else "south"
        told.append(f"This is the {which} pole: its longitude means nothing, every one is the same cell.")
    elif abs(longitude_deg) == 180:
        told.append("This is on the antimeridian: longitudes 180 and -180 are one.")
    return tuple(told)


def _whose(held: "list[tuple[TerritoryRow, Containment]]") -> str:
    """Whose ground or water the cell is."""
    land = [(row, mode) for row, mode in held if row.kind is Kind.COUNTRY]
    seas = [(row, mode) for row, mode in held if row.kind is Kind.SEA]
    centre = [row for row, mode in land if mode is not Containment.OVERLAP]
    held_areas = [(row, mode) for row, mode in held if row.kind is Kind.AREA]
    areas = [row for row, mode in held_areas if not land or mode is not Containment.OVERLAP]
    if areas and not centre:
        on = "On" if any(mode is not Containment.OVERLAP for _, mode in held_areas) else "Beside"
        beside = [row for row, _ in [*land, *seas]]
        more = f"; the cell also touches {_names(beside)}" if beside else ""
        return f"{on} land that the source gives to no country: {_names(areas)}{more}."
    if not land:
        return _water(seas)
    inside = [row for row, mode in land if mode is Containment.FULL]
    if inside and len(land) == len(inside):
        return f"Inside {_names(inside)}{', which overlap here' if len(inside) > 1 else ''}."
    if len(land) > 1:
        where = f"its centre lies in {_names(centre)}" if centre else "its centre lies in none of them"
        return f"On a border: the cell touches {_names([row for row, _ in land])}; {where}."
    where = "the centre of the cell is on its land" if centre else "the centre of the cell is not on its land"
    water = f"; the cell also touches {_names([row for row, _ in seas])}" if seas else ""
    return f"At the edge of {_names([land[0][0]])}: {where}{water}."


def _water(seas: "list[tuple[TerritoryRow, Containment]]") -> str:
    if not seas:
        return "On no territory that the package knows."
    rows = [row for row, _ in seas]
    if [row.id for row in rows] == ["sea.high"]:
        return "Open sea: no land and no territorial sea touches the cell."
    if len(rows) == 1:
        where = {
            Containment.FULL: "wholly inside",
            Containment.CENTRE: "on the outer edge of, its centre inside,",
            Containment.OVERLAP: "on the outer edge of, its centre beyond,",
        }[seas[0][1]]
        return f"At sea, {where} this: {_names(rows)}."
    return f"At sea, where these meet or overlap: {_names(rows)}."


def _names(rows: "list[TerritoryRow]") -> str:
    names = [row.name_en for row in rows]
    names = [
        f"the {name[0].lower()}{name[1:]}" if name.startswith(("Territorial sea", "Sea ")) else name for name in names
    ]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def place_json(latitude_deg: float, longitude_deg: float, catalogue: "Territories") -> dict[str, Any]:
    """Everything that `at` tells."""
    number = _cell(latitude_deg, longitude_deg)
    index = int(h3_index(np.array([number], dtype=np.int32))[0])
    middle = h3.cell_to_latlng(index)
    return {
        "latitude_deg": latitude_deg,
        "longitude_deg": longitude_deg,
        "cell": f"{index:x}",
        "cell_centre_deg": [round(middle[0], 6), round(middle[1], 6)],
        "cell_area_km2": round(h3.cell_area(index, unit="km^2"), 3),
        "sentences": list(place_sentences(latitude_deg, longitude_deg, catalogue)),
        "territories": [
            {key: value for key, value in row_json(row).items() if key not in ("cells", "digest")}
            | {"holds": mode.value, "source": row.source, "source_date": row.source_date, "worldview": row.worldview}
            for row, mode in _held(number, catalogue)
        ],
    }


def show_place(latitude_deg: float, longitude_deg: float, catalogue: "Territories", console: "Console") -> None:
    """Print which territories hold a place; claims as claims."""
    from rich.text import Text

    told = place_json(latitude_deg, longitude_deg, catalogue)
    held = _held(_cell(latitude_deg, longitude_deg), catalogue)
    north, east = "N" if latitude_deg >= 0 else "S", "E" if longitude_deg >= 0 else "W"
    where = f"{abs(latitude_deg):.9g}° {north}, {abs(longitude_deg):.9g}° {east}"
    width_km = 2 * math.sqrt(told["cell_area_km2"] / (2 * math.sqrt(3)))  # across flats of a hexagon of this area
    console.print(Text.assemble((where, "bold"), f"   cell {told['cell']}, about {width_km:.0f} km wide"))
    for sentence in told["sentences"]:
        console.print(textwrap.fill(sentence, 78), markup=False)
    if not held:
        return
    console.print()
    listed = table(("id", "left"), ("kind", "left"), ("this cell", "left"), ("name", "left"))
    for row, mode in held:
        listed.add_row(Text(row.id), row.kind.value, _HOLDS[mode], cut(f"{row.name_en}  {row.name_ar}"))
    console.print(listed)
    claims = [row for row, _ in held if row.disputed]
    if claims:
        console.print("\nClaims", style="bold")
        for row in claims:
            said = f"{row.id}: {control(row.claimed_by, row.controlled_by)}"
            console.print(textwrap.fill(said, 78, subsequent_indent="  "), markup=False)
