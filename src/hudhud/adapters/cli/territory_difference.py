"""How two territories differ, as text for a terminal and as JSON."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hudhud.adapters.cli.territory_text import facts, shared, table
from hudhud.arrays import Ints32
from hudhud.service.difference import Difference, Ground, ground
from hudhud.service.places import Place, Places
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Containment

if TYPE_CHECKING:
    from rich.console import Console

    from hudhud.service.catalogue import Territories

__all__ = ["difference_json", "show_difference"]

_OTHERS_SHOWN = 8


def _label(one: Territory) -> str:
    return f"{one.id}@{one.containment.value}"


def _parts(found: Difference) -> Iterator[tuple[str, str, Ints32]]:
    """Key, words and cells of each part."""
    yield "only_a", f"only in {_label(found.a)}", found.only_a
    yield "both", "in both", found.both
    yield "only_b", f"only in {_label(found.b)}", found.only_b


def _others(number: Ints32, found: Difference, catalogue: "Territories") -> list[tuple[str, int]]:
    """Third territories that touch some cells, most cells first."""
    touched = shared(number, catalogue, Containment.OVERLAP)
    third = [(name, count) for name, count in touched.items() if name not in (found.a.id, found.b.id)]
    return sorted(third, key=lambda each: (-each[1], each[0]))


def difference_json(
    found: Difference, catalogue: "Territories", places: Places, notes: Sequence[str]
) -> dict[str, Any]:
    """Everything that `diff` tells."""
    told: dict[str, Any] = {}
    for key, one in (("a", found.a), ("b", found.b)):
        told[key] = facts(one) | {"containment": one.containment.value, "cells": len(one), "digest": one.digest}
    for key, _, number in _parts(found):
        held = ground(number, places)
        told[key] = {
            "cells": len(held),
            "area_km2": round(held.area_m2 / 1e6, 3),
            "people": held.people,
            "places": held.listed,
            "largest_places": [_place_json(place) for place in held.largest],
            "touched_by": [{"id": name, "cells": count} for name, count in _others(number, found, catalogue)],
        }
    return told | {"same_cells": not len(found.only_a) and not len(found.only_b), "notes": list(notes)}


def _place_json(place: Place) -> dict[str, Any]:
    return {"name_en": place.name_en, "name_ar": place.name_ar or None, "population": place.population}


def show_difference(
    found: Difference, catalogue: "Territories", places: Places, notes: Sequence[str], console: "Console"
) -> None:
    """Print the three parts: cells, area, people; then the largest places and third territories of each."""
    from rich.text import Text

    for one in (found.a, found.b):
        console.print(Text.assemble((_label(one), "bold"), f"  {one.name_en}, {len(one):,} cells"))
        console.print(Text(f"  {one.digest}", style="dim"))
    console.print()
    if not len(found.only_a) and not len(found.only_b):
        console.print("They are the same cells.\n")
    listed = table(("", "left"), ("cells", "right"), ("area, km²", "right"), ("people", "right"))
    told: list[tuple[str, Ground]] = []
    for _, words, number in _parts(found):
        held = ground(number, places)
        told.append((words, held))
        listed.add_row(Text(words), f"{len(held):,}", f"{held.area_m2 / 1e6:,.0f}", f"{held.people:,}")
    console.print(listed)
    for words, held in told:
        if len(held):
            _show_part(words, held, found, catalogue, console)
    for note in notes:
        console.print(f"\nby rule: {note}", markup=False)
    console.print("\npeople: of listed places of 500 or more, a floor and no census", style="dim")


def _show_part(words: str, held: Ground, found: Difference, catalogue: "Territories", console: "Console") -> None:
    """The largest places of a part, and who else touches it."""
    from rich.text import Text

    lines = []
    if held.largest:
        lines.append("places: " + ", ".join(f"{place.name_en} {place.population:,}" for place in held.largest))
    others = _others(held.number, found, catalogue)
    if others:
        more = f" and {len(others) - _OTHERS_SHOWN} more" if len(others) > _OTHERS_SHOWN else ""
        cells = ", ".join(f"{name} {count:,}" for name, count in others[:_OTHERS_SHOWN])
        lines.append(f"cells also touched by: {cells}{more}")
    if lines:
        console.print()
        console.print(Text(words[0].upper() + words[1:], style="bold"))
        for line in lines:
            console.print(textwrap.fill(line, 78, subsequent_indent="  "), markup=False)
