"""Territories as people name them: the id of a packaged one, a file of their own, either with a mode (UKR@full)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from hudhud.arrays import Floats, Ints32
from hudhud.errors import Fault, InputError
from hudhud.service.territory import Territory, territory
from hudhud.service.vocabulary import Containment

if TYPE_CHECKING:
    import shapely

    from hudhud.service.catalogue import Territories

__all__ = ["Modes", "Named", "named_territory", "widest"]

Modes: TypeAlias = Mapping[Containment, Territory]
"""One territory in the modes at hand: all three, or the only one that a list of cells gives."""

_LARGEST_BYTES = 64 * 2**20
_DRAWN, _LISTED = (".geojson", ".json"), (".txt",)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Named:
    """A territory and how it was named.

    mode: the one named with it, None where none was.  own: whether it came from a file.  notes: what was decided by rule
    while the file was read.  rings: (n, 2) longitude and latitude in degrees, as the file drew it.
    """

    modes: Modes
    mode: Containment | None
    own: bool = False
    notes: tuple[str, ...] = ()
    rings: tuple[Floats, ...] = ()

    @property
    def id(self) -> str:
        """The territory's id; a file's name without its ending."""
        return widest(self.modes).id

    def given(self, asked: Containment | None, otherwise: Containment) -> Territory:
        """The territory in the mode named with it, else in the one asked for, else in the only one there is, else this.

        Raises InputError where a list of cells has another.
        """
        only = next(iter(self.modes)) if len(self.modes) == 1 else None
        wanted = self.mode or asked or only or otherwise
        if wanted in self.modes:
            return self.modes[wanted]
        had = ", ".join(self.modes)
        raise InputError(
            f"{self.id} lists cells in the mode {had}, and {wanted.value} was asked for: "
            f"ask for {had}, or give the area as GeoJSON"
        )


def widest(modes: Modes) -> Territory:
    """The territory in its widest mode at hand."""
    return modes[max(modes, key=list(Containment).index)]


def named_territory(text: str, territories: "Territories") -> Named:
    """The territory that a text names.  Raises InputError: no such id, no such mode, or what is wrong with the file."""
    name, mode = _parted(text)
    if name.lower().endswith(_DRAWN + _LISTED):
        return replace(_own(Path(name)), mode=mode)
    if "/" in name or "\\" in name:
        endings = ", ".join(_DRAWN + _LISTED)
        raise InputError(f"{name}: a file of a territory ends in one of {endings} (GeoJSON, or a list of cells)")
    return Named(modes={each: territories.territory(name, each) for each in Containment}, mode=mode)


def _parted(text: str) -> tuple[str, Containment | None]:
    """A name and the mode behind its last @."""
    name, at, mode = text.rpartition("@")
    if not at or mode.lower().endswith(_DRAWN + _LISTED):
        return text, None
    if mode not in list(Containment):
        known = ", ".join(Containment)
        raise InputError(f"{text}: there is no containment mode {mode!r}: write one of {known} after the @")
    return name, Containment(mode)


def _own(path: Path) -> Named:
    """A territory from a file: GeoJSON, or a list of cells.  Raises InputError that names the file and every fault."""
    # polygon libraries are heavy: only who brings a file waits for them
    from hudhud.service.cell_list import cells_from_text
    from hudhud.service.geojson import from_geojson

    content = _content(path)
    try:
        ending = path.suffix.lower()  # .json may be either: a list of cells is an array, GeoJSON an object
        if ending in _LISTED or (ending == ".json" and content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["):
            listed = cells_from_text(content)
            kept = [listed.containment] if listed.containment else list(Containment)
            alike = () if listed.containment else ("the list names no mode: its cells stand for each of them",)
            modes = {mode: _made(path, content, listed.number, mode) for mode in kept}
            return Named(modes=modes, mode=None, own=True, notes=listed.notes + alike)
        from hudhud.service.shapes import footprint

        drawn = from_geojson(content)
        found = footprint(drawn.shape)
        modes = {mode: _made(path, content, found.cells(mode), mode) for mode in Containment}
        return Named(modes=modes, mode=None, own=True, notes=drawn.notes, rings=_rings(drawn.shape))
    except InputError as error:
        raise InputError(f"{path}: {error.summary}", error.faults) from None


def _made(path: Path, content: bytes, number: Ints32, mode: Containment) -> Territory:
    made = territory(path.stem, number, mode, source=path.name)
    return replace(made, source_sha256=hashlib.sha256(content).hexdigest())


def _rings(shape: "shapely.Geometry") -> tuple[Floats, ...]:
    """Every ring of a shape."""
    import shapely

    return tuple(shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape)))


def _content(path: Path) -> bytes:
    """The bytes of a file."""
    what = "GeoJSON (.geojson, .json) or a list of cells (.txt)"
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)  # bounded: a device or a pipe need not end
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or error
        problem = f"{reason}: give the path of a file with {what}"
        raise InputError(f"{path} cannot be read:", [Fault(where="", problem=problem)]) from None
    if len(content) > _LARGEST_BYTES:
        problem = f"more than {_LARGEST_BYTES:,} bytes: make the polygons simpler, cells are 18 km wide"
        raise InputError(f"{path} is too large:", [Fault(where="", problem=problem)])
    return content
