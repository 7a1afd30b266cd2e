"""The parts of an impact as values (`hudhud.service.impact` makes them)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from hudhud.arrays import Floats, Ints32, freeze
from hudhud.service.changes import Change, Changed
from hudhud.service.contradiction import Contradiction
from hudhud.service.decision import Decision
from hudhud.service.places import Place
from hudhud.service.terminals import Subscribers
from hudhud.service.vocabulary import Containment, ServiceClass

__all__ = [
    "Afterwards",
    "Claim",
    "Country",
    "Extent",
    "Group",
    "Impact",
    "LeftOut",
    "NewTerms",
    "Overridden",
    "Overruled",
    "Posts",
    "Side",
    "TerminalChange",
    "Transition",
]


class Afterwards(StrEnum):
    """What is left once the decisions under review have lapsed."""

    NEVER_LAPSES = "never_lapses"
    """They have no end: they stand until superseded."""
    AS_WITHOUT = "as_without"
    """The map is the one that would be without them."""
    OTHERWISE = "otherwise"
    """The map differs from the one without them: what they superseded does not come back."""


class Side(StrEnum):
    """Where a country stands to the territories of the decisions under review."""

    OWN = "own"
    """They name it, or a part of it."""
    OTHER = "other"
    """They name it nowhere: what changes in it spills over its border."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much: cells, people who live in them, and the places in which these people live."""

    cells: int = 0
    people: int = 0
    places: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Classes for which the same cells change alike."""

    classes: tuple[ServiceClass, ...]
    gain: Extent
    lose: Extent
    conditions: Extent
    alter: Extent


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """Cells that pass from one decision to another for some classes."""

    change: Change
    classes: tuple[ServiceClass, ...]
    before: Decision
    after: Decision
    extent: Extent


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """Changed cells of one country.

    full, centre, touched: cells wholly in it, with their centre in it, or meeting it (each counts the ones before);
    sea: cells that meet its territorial sea.  people: in cells with their centre in it; people_touched: in cells that
    meet it, wherever in the cell they live.
    """

    id: str
    name_en: str
    name_ar: str
    side: Side
    full: int
    centre: int
    touched: int
    sea: int
    people: int
    people_touched: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LeftOut:
    """Cells that meet a territory, but which the decision leaves out because of its containment mode.

    number: the cells, ascending.  refused: those among them in which at least one class of the decision is refused after
    it.  neighbours: ids of countries of others that these cells meet.
    """

    territory: str
    containment: Containment
    number: Ints32
    all: Extent
    refused: Extent
    neighbours: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Overruled:
    """Cells of a decision under review in which others govern these classes of it: for them it has no effect there.

    by: ids of those that do, as they stand in the record.  narrower: whether each of them has fewer cells.  all: cells of
    the decision.
    """

    decision: str
    classes: tuple[ServiceClass, ...]
    extent: Extent
    by: tuple[str, ...]
    narrower: bool
    all: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTerms:
    """Cells that stay served, but from now on by this decision, in another state or under other conditions."""

    decision: Decision
    classes: tuple[ServiceClass, ...]
    extent: Extent


@dataclass(frozen=True, kw_only=True, slots=True)
class Overridden:
    """Cells in which somebody forbade service, and no longer does."""

    before: Decision
    after: Decision
    classes: tuple[ServiceClass, ...]
    extent: Extent


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Changed cells that meet a territory which more than one side claims.  Shown as claims; no position of ours."""

    territory: str
    name_en: str
    name_ar: str
    claimed_by: tuple[str, ...]
    controlled_by: str
    gain: Extent
    lose: Extent
    conditions: Extent
    alter: Extent


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalChange:
    """Registered terminals of a class: permitted only after, only before, refused for another code, and all of them."""

    service_class: ServiceClass
    gain: int
    lose: int
    recoded: int
    all: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Posts:
    """Registered terminals and where each stands, (terminal,) radians, nan where unknown; still, on the ground."""

    subscribers: Subscribers
    latitude_rad: Floats
    longitude_rad: Floats

    def __post_init__(self) -> None:
        freeze(self.latitude_rad, self.longitude_rad)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Impact:
    """What the decisions under review change at one instant.

    gain, lose, conditions, alter (see `Change`): cells that do so for at least one class; a cell may be in more than one.
    outside: changed cells in none of the territories under review (a superseded decision reached further).
    groups: by classes that change alike.
    new_terms: by the decisions that serve under other conditions than before.  overridden: decrees that end.
    transitions: from which decision to which, most cells first.  largest: up to ten places for each change.
    spill: changed cells with their centre in a country of others.
    protected: the groups' counterpart for each class whose service saves lives.  terminals: None where none were given.
    afterwards_cells: cells that differ, once the decisions have lapsed, from the map without them.  contradictions: pairs
    that only the order of the record decides between, one of them under review.  unbordered: ids of territories of which
    nothing but the cells is known, so that what they leave out cannot be told.  digest: SHA-256, see `as_json`.
    """

    at: np.datetime64
    reviewed: tuple[Decision, ...]
    before_digest: str
    after_digest: str
    gain: Extent
    lose: Extent
    conditions: Extent
    alter: Extent
    outside: Extent
    groups: tuple[Group, ...]
    new_terms: tuple[NewTerms, ...]
    overridden: tuple[Overridden, ...]
    transitions: tuple[Transition, ...]
    largest: tuple[tuple[Change, Place], ...]
    countries: tuple[Country, ...]
    spill: Ints32
    left_out: tuple[LeftOut, ...]
    unbordered: tuple[str, ...]
    overruled: tuple[Overruled, ...]
    claims: tuple[Claim, ...]
    protected: tuple[Group, ...]
    terminals: tuple[TerminalChange, ...] | None
    afterwards: Afterwards
    afterwards_cells: int
    contradictions: tuple[Contradiction, ...]
    changed: Changed
    digest: str = ""
