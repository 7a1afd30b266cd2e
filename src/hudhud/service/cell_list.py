"""Cells of a territory of one's own, from a list.  Text comes in, values go out, no file is read.

A list is refused whole with every fault named; cells listed more than once count once, which `notes` tells.
"""

import re
from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np

from hudhud.arrays import Ints32, freeze
from hudhud.errors import Fault, InputError
from hudhud.service.json_text import decoded, named, parsed
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import RESOLUTION, number_of

__all__ = ["Listed", "cells_from_text"]

_HEAD = re.compile(r"hudhud-territory/(\S+) h3 (\S+) (\S+)")
_INDEX = re.compile(r"(?:0[xX])?([0-9a-fA-F]{1,16})")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Listed:
    """Cells of a list.  number: ascending numbers; containment: as its head says, None without one; notes: see the module."""

    number: Ints32
    containment: Containment | None
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self.number)


def cells_from_text(text: str | bytes) -> Listed:
    """Cells of a list: one H3 index a line, hexadecimal, or a JSON array of them; the text behind a digest is such a list.

    Empty lines and ones that begin with # are passed over.  Raises InputError with every fault: what is no cell, what is
    of another resolution (cells are never made coarser or finer unasked), a list without cells.
    """
    text = decoded(text, "the cell list")
    faults: list[Fault] = []
    containment: Containment | None = None
    where = "line {}"
    if text.lstrip()[:1] in ("[", "{"):
        entries, where = _array(text), "[{}]"
    else:
        lines = enumerate(map(str.strip, text.split("\n")), 1)
        entries = [(n, line) for n, line in lines if line and line[0] != "#"]
        if entries and entries[0][1].startswith("hudhud-territory/"):
            containment = _head(*entries.pop(0), faults)
    number = _cells(entries, where, faults)
    if not entries and not faults:
        faults.append(Fault(where="", problem="holds no cell; expected one H3 index a line"))
    if faults:
        raise InputError("the cell list was refused", faults)
    kept = np.unique(number)
    doubled = len(number) - len(kept)
    notes = (
        (f"{doubled:,} line{'s' * (doubled > 1)} left out: the same cell stands elsewhere in the list",)
        if doubled
        else ()
    )
    return Listed(number=kept, containment=containment, notes=notes)


def _array(text: str) -> list[tuple[int, str]]:
    """Place and text of each entry of a JSON array."""
    tree = parsed(text, "the cell list")
    if not isinstance(tree, list):
        problem = f"{named(tree)}; expected a JSON array of H3 indices (polygons are read from .geojson files)"
        raise InputError("the cell list was refused", [Fault(where="", problem=problem)])
    return [(n, each if isinstance(each, str) else f"({named(each)})") for n, each in enumerate(tree)]


def _head(place: int, line: str, faults: list[Fault]) -> Containment | None:
    """The containment that the head of a list names."""
    found = _HEAD.fullmatch(line)
    if found and found[1] == "v1" and found[2] == str(RESOLUTION) and found[3] in list(Containment):
        return Containment(found[3])
    expected = f"hudhud-territory/v1 h3 {RESOLUTION} {'|'.join(Containment)}"
    faults.append(Fault(where=f"line {place}", problem=f'head "{line[:80]}"; expected {expected}'))
    return None


def _cells(entries: list[tuple[int, str]], where: str, faults: list[Fault]) -> Ints32:
    """Cell numbers of entries; a fault for each that is none."""
    matches = [_INDEX.fullmatch(entry) for _, entry in entries]
    index = [int(found[1], 16) if found else 0 for found in matches]
    number = number_of(np.array([each if each < 2**63 else 0 for each in index], dtype=np.int64))
    for n in np.flatnonzero(number < 0).tolist():
        place, entry = entries[n]
        faults.append(Fault(where=where.format(place), problem=_why_none(entry, index[n])))
    return number


def _why_none(entry: str, index: int) -> str:
    """Why an entry of a list is no cell of ours."""
    if not h3.is_valid_cell(index):
        return f'"{entry[:40]}" is no H3 cell; expected 15 hexadecimal digits such as 85283473fffffff'
    resolution = h3.get_resolution(index)
    todo = (
        "its cells of resolution 5" if resolution < RESOLUTION else "its parent of resolution 5 if all of that is meant"
    )
    return (
        f"{entry} is a cell of resolution {resolution}, expected {RESOLUTION}: list {todo}, or draw the area as GeoJSON"
    )
