"""Territories as text for a terminal of 80 columns or more, and as JSON: the list, and one shown in full."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hudhud.adapters.named_territory import Modes, Named, widest
from hudhud.arrays import Ints32
from hudhud.service.difference import areas_m2
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import Containment

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from hudhud.service.catalogue import Territories, TerritoryRow

__all__ = ["KIND_WORDS", "control", "cut", "facts", "row_json", "shared", "show_rows", "show_territory", "table",
           "territory_json"]  # fmt: skip

KIND_WORDS = {
    Kind.WORLD: "the world",
    Kind.COUNTRY: "country or territory",
    Kind.REGION: "region of a country",
    Kind.AREA: "area claimed, ruled or recognised in more than one way",
    Kind.SEA: "sea",
    Kind.OWN: "of your own",
}

_MODE_WORDS = {
    Containment.FULL: "cells wholly inside",
    Containment.CENTRE: "cells whose centre is inside",
    Containment.OVERLAP: "cells that touch it",
}
_SHOWN = 12
_ALL_KINDS = frozenset(Kind) - {Kind.WORLD}


def table(*heads: tuple[str, str]) -> "Table":
    """A table without lines.  heads: text and "left" or "right"."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for n, (head, side) in enumerate(heads):  # where the terminal is too narrow the last column gives way, no other
        made.add_column(head, justify="right" if side == "right" else "left", no_wrap=n < len(heads) - 1)
    return made


def cut(text: str) -> "Text":
    """A text in one line, shortened where its column is."""
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ellipsis")


# --- list


def row_json(row: "TerritoryRow") -> dict[str, Any]:
    """A territory without its cells."""
    return {
        "id": row.id,
        "kind": row.kind.value,
        "name_en": row.name_en,
        "name_ar": row.name_ar,
        "country": row.country or None,
        "claimed_by": list(row.claimed_by),
        "controlled_by": row.controlled_by or None,
        "disputed": row.disputed,
        "cells": {mode.value: row.count(mode) for mode in Containment},
        "digest": {mode.value: row.digest(mode) for mode in Containment},
    }


def show_rows(rows: "Sequence[TerritoryRow]", every: int, console: "Console") -> None:
    """Print a line per territory; Arabic names last, where their width moves nothing."""
    from rich.text import Text

    if not rows:
        console.print("No territory is like that.  All of them: hudhud territory list")
        return
    mixed = len({row.kind for row in rows}) > 1
    kind = (("kind", "left"),) if mixed else ()
    listed = table(("id", "left"), *kind, ("cells", "right"), ("", "left"), ("name", "left"))
    for row in rows:
        claimed = Text("claimed", style="red") if row.disputed else Text("")
        cells = f"{row.count(Containment.CENTRE):,}"
        kinds = (row.kind.value,) if mixed else ()
        listed.add_row(Text(row.id), *kinds, cells, claimed, cut(f"{row.name_en}  {row.name_ar}"))
    console.print(listed)
    said = f"{len(rows):,} of {every:,} territories.  cells: by their centre.  claimed: by more than one side."
    console.print(f"\n{said}", style="dim")


# --- show


def territory_json(named: Named, modes: Modes, catalogue: "Territories") -> dict[str, Any]:
    """Everything that `show` tells."""
    one, area_m2 = widest(modes), areas_m2(modes)
    return facts(one) | {
        "own": named.own,
        "notes": list(named.notes),
        "modes": {
            mode.value: {
                "cells": len(each),
                "area_km2": round(area_m2[mode] / 1e6, 3),
                "digest": each.digest,
            }
            for mode, each in modes.items()
        },
        "others": [
            {"id": row.id, "kind": row.kind.value, "name_en": row.name_en, "name_ar": row.name_ar,
             "cells_both_touch": touch, "cells_both_wholly": wholly}
            for row, touch, wholly in _others(modes, catalogue)
        ],
    }  # fmt: skip


def facts(one: Territory) -> dict[str, Any]:
    """What is known of a territory, cells apart."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "name_en": one.name_en,
        "name_ar": one.name_ar,
        "country": one.country or None,
        "claimed_by": list(one.claimed_by),
        "controlled_by": one.controlled_by or None,
        "disputed": one.disputed,
        "points_of_view": dict(one.points_of_view),
        "source": one.source,
        "source_date": one.source_date or None,
        "source_sha256": one.source_sha256 or None,
        "feature": one.feature or None,
        "worldview": one.worldview or None,
        "note": one.note or None,
    }


def shared(number: Ints32, catalogue: "Territories", containment: Containment) -> dict[str, int]:
    """How many of some cells each packaged territory holds, by id; those that hold none are left out, and the world."""
    _, rows = catalogue.members(number, _ALL_KINDS, containment)
    count = np.bincount(rows, minlength=len(catalogue))
    return {catalogue.rows[n].id: int(count[n]) for n in np.flatnonzero(count).tolist()}


def _others(modes: Modes, catalogue: "Territories") -> "list[tuple[TerritoryRow, int, int]]":
    """Other territories with cells that both touch, and how many are wholly inside both: most of these first."""
    one = widest(modes)
    touch = shared(one.number, catalogue, Containment.OVERLAP)
    narrow = modes.get(Containment.FULL)
    wholly = shared(narrow.number, catalogue, Containment.FULL) if narrow is not None else {}
    found = [(catalogue.row(name), count, wholly.get(name, 0)) for name, count in touch.items() if name != one.id]
    return sorted(found, key=lambda each: (-each[2], -each[1], each[0].id))


def show_territory(named: Named, modes: Modes, catalogue: "Territories", console: "Console") -> None:
    """Print a territory: names, cells, digests, whose it is, where its borders come from, what it overlaps."""
    from rich.text import Text

    one, area_m2 = widest(modes), areas_m2(modes)
    names = one.name_en if one.name_ar == one.name_en else f"{one.name_en}   {one.name_ar}"
    console.print(Text(names, style="bold"))
    console.print(Text(f"{one.id}: {KIND_WORDS[one.kind]}"))
    console.print()
    listed = table(("mode", "left"), ("cells", "right"), ("area, km²", "right"), ("", "left"))
    for mode, each in modes.items():
        listed.add_row(mode.value, f"{len(each):,}", f"{area_m2[mode] / 1e6:,.0f}", _MODE_WORDS[mode])
    console.print(listed)
    console.print("\nSHA-256 of the list of cells (make it again: --cells --containment MODE)")
    for mode, each in modes.items():
        console.print(f"{mode.value:<7}  {each.digest}")
    console.print()
    _show_facts(one, named, console)
    if one.kind is not Kind.WORLD:
        _show_others(one, _others(modes, catalogue), console)


def control(claimed_by: Sequence[str], controlled_by: str) -> str:
    """Claims as claims: "claimed by UKR, RUS; controlled by RUS"."""
    holder = f"controlled by {controlled_by}" if controlled_by else "control divided or not told by the source"
    return f"claimed by {', '.join(claimed_by)}; {holder}" if claimed_by else holder


def _show_facts(one: Territory, named: Named, console: "Console") -> None:
    """Lines of what is known, folded at 80 columns."""
    told: list[tuple[str, str]] = []
    if one.disputed:
        told.append(("claims", control(one.claimed_by, one.controlled_by)))
    elif one.claimed_by:
        told.append(("of", ", ".join(one.claimed_by)))
    if one.points_of_view:
        told.append(("views", "; ".join(f"{state} sees {view}" for state, view in one.points_of_view)))
    told += [
        ("note", one.note),
        ("source", ", ".join(part for part in (one.source, one.source_date) if part)),
        ("feature", one.feature),
        ("view", f"{one.worldview}: the point of view in which the source draws it" if one.worldview else ""),
        ("sha256", one.source_sha256),
    ]
    told += [("by rule", note) for note in named.notes]
    for head, text in told:
        if text:
            lines = textwrap.wrap(text, 69, break_on_hyphens=False)
            for n, line in enumerate(lines):
                console.print(f"{head if n == 0 else '':<9}{line}", markup=False, soft_wrap=True)


def _show_others(one: Territory, others: "Sequence[tuple[TerritoryRow, int, int]]", console: "Console") -> None:
    """The other territories on the same cells; a country's own undisputed regions are only counted."""
    from rich.text import Text

    own = [row for row, _, _ in others if row.country == one.id and row.kind is Kind.REGION and not row.disputed]
    beside = [each for each in others if each[0] not in own]
    if beside:
        console.print("\nOn the same cells", style="bold")
        listed = table(
            ("id", "left"), ("both touch", "right"), ("wholly in both", "right"), ("", "left"), ("name", "left")
        )
        for row, touch, wholly in beside[:_SHOWN]:
            claimed = Text("claimed", style="red") if row.disputed else Text("")
            listed.add_row(Text(row.id), f"{touch:,}", f"{wholly:,}" if wholly else "-", claimed, cut(row.name_en))
        console.print(listed)
        if len(beside) > _SHOWN:
            console.print(f"and {len(beside) - _SHOWN:,} more: --json has all", style="dim")
    if own:
        console.print(
            f"\nIts {len(own):,} other regions: hudhud territory list --of {one.id} --kind region", markup=False
        )
    if not others:
        console.print("\nNo other territory has a cell of it.")
