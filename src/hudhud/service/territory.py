"""Territories: named areas as sets of cells, each with its source, its claimants and who controls it.

The set of cells, with its containment mode, is the territory; a polygon only explains it.  Cells are counted by their
number (`hudhud.sky.hexagons`).  Overlapping claims are kept: a cell may belong to many territories.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hudhud.arrays import Bits, Ints, Ints32, freeze
from hudhud.kernel import compiled
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import RESOLUTION, h3_index

__all__ = ["Kind", "Territory", "cell_text", "digest_of", "territory"]


class Kind(StrEnum):
    """What a territory is."""

    WORLD = "world"
    COUNTRY = "country"
    REGION = "region"
    """A part of a country: province, state, island group."""
    AREA = "area"
    """Land that is claimed, administered or recognised in more than one way."""
    SEA = "sea"
    """Territorial sea (12 nautical miles) of a country, or the sea beyond all of them."""
    OWN = "own"
    """Drawn or listed by a user."""

    @property
    def whole_country(self) -> bool:
        """Whether a refusal there is one of a country, and not of a part of it."""
        return self in (Kind.WORLD, Kind.COUNTRY)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Territory:
    """A named set of cells.

    id: "UKR", "UKR.crimea", "UKR.sea", "world"; a user's own is free.  number: (cell,) int32 cell numbers, ascending.
    digest: see `digest_of`.  country: id of the country as the source draws it, "" for none.  claimed_by: ids of the
    claimants, the one named by `country` included.  controlled_by: id of who controls it in fact, "" where nobody does
    or it is divided (see note).  points_of_view: (state, whose territory it is in that state's view) where views differ,
    codes as in the source.  source_sha256: digest of the data set; feature: the feature's name in it; worldview: the
    point of view in which the source draws it.
    """

    id: str
    kind: Kind
    name_en: str
    name_ar: str
    containment: Containment
    number: Ints32
    digest: str
    country: str = ""
    claimed_by: tuple[str, ...] = ()
    controlled_by: str = ""
    points_of_view: tuple[tuple[str, str], ...] = ()
    source: str = ""
    source_date: str = ""
    source_sha256: str = ""
    feature: str = ""
    worldview: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        freeze(self.number)

    def __len__(self) -> int:
        return len(self.number)

    @property
    def disputed(self) -> bool:
        """Whether more than one side claims it."""
        return len(self.claimed_by) > 1


_HEXADECIMAL: Bits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


@compiled
def _write(index: Ints, hexadecimal: Bits, lines: Bits) -> None:
    """Each index as 15 hexadecimal digits and a line feed.  lines: (cell, 16)."""
    for n in range(index.size):
        for digit in range(15):
            lines[n, digit] = hexadecimal[(index[n] >> (4 * (14 - digit))) & 0xF]
        lines[n, 15] = 10


def cell_text(number: Ints32, containment: Containment) -> bytes:
    """The text whose SHA-256 is a territory's digest: a head, then every cell as H3 writes it, ascending, one a line.

    Anybody can make it again: the head is `hudhud-territory/v1 h3 5 full` (or centre, overlap).
    """
    head = f"hudhud-territory/v1 h3 {RESOLUTION} {containment.value}\n".encode("ascii")
    index: Ints = h3_index(number)
    lines = np.empty((len(index), 16), dtype=np.uint8)
    _write(index, _HEXADECIMAL, lines)
    return head + lines.tobytes()


def digest_of(number: Ints32, containment: Containment) -> str:
    """The digest that names a set of cells with its mode: SHA-256 of `cell_text`, hexadecimal."""
    return hashlib.sha256(cell_text(number, containment)).hexdigest()


def territory(
    id: str,
    number: Ints32,
    containment: Containment,
    *,
    name_en: str = "",
    name_ar: str = "",
    kind: Kind = Kind.OWN,
    source: str = "",
    note: str = "",
) -> Territory:
    """A territory of one's own from cell numbers in any order, doubled ones taken once; its digest is worked out."""
    kept = np.unique(np.asarray(number, dtype=np.int32))
    return Territory(
        id=id,
        kind=kind,
        name_en=name_en or id,
        name_ar=name_ar or name_en or id,
        containment=containment,
        number=kept,
        digest=digest_of(kept, containment),
        source=source,
        note=note,
    )
