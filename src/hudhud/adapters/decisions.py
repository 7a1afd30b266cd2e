"""Where decisions come from: the packaged standing set, and files of drafts."""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from hudhud.adapters.store import packaged
from hudhud.adapters.store.territories import territories
from hudhud.adapters.texts import read_text
from hudhud.errors import InputError
from hudhud.scenario.drafts import from_toml
from hudhud.service.countries import Countries
from hudhud.service.decision import ALL_CLASSES, Decision, Decisions, decisions
from hudhud.service.joint import Touched, named, touched
from hudhud.service.standing import standing as standing_of
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Containment, Layer, Reason, ServiceState

__all__ = [
    "countries",
    "drafted",
    "ground",
    "joint_counts",
    "standing",
    "standing_decisions",
    "territory_of",
    "together",
]

_LARGEST_BYTES = 64 * 2**20


@functools.cache
def joint_counts() -> Touched:
    """How many packaged territories touch each cell, for territories taken together; counted once."""
    return touched(territories())


def territory_of(name: str, containment: Containment) -> Territory:
    """The packaged territory of an id, or of several joined by `+`.  Raises InputError for an unknown id."""
    return named(territories(), joint_counts(), name, containment)


@functools.cache
def countries() -> Countries:
    """Where countries lie, for limits that are measured from home: cells whose centre is theirs."""
    return Countries(lambda country: territory_of(country, Containment.CENTRE))


def standing_decisions(lists: Mapping[str, frozenset[str]] | None = None) -> tuple[Decision, ...]:
    """The packaged demonstration of a standing map, as its table has it.  lists: terminals on the lists that it names."""
    return standing_of(packaged.text("standing.csv"), territories(), joint_counts(), lists)


@functools.cache
def standing() -> Decisions:
    """The packaged standing map, checked."""
    return decisions(standing_decisions())


def ground() -> Decision:
    """Service is offered nowhere: what a scenario without the standing map begins from."""
    return Decision(
        id="ground",
        sequence=0,
        title_en="Not offered: nothing was decided for this place",
        title_ar="غير معروضة: لم يُقرَّر شيء لهذا المكان",
        territories=(territory_of("world", Containment.OVERLAP),),
        classes=ALL_CLASSES,
        state=ServiceState.NOT_OFFERED,
        reasons=frozenset({Reason.INSUFFICIENT_AUTHORITY}),
        layers=frozenset({Layer.TERMINAL}),
        review_by=np.datetime64("2027-02-28", "ns"),
        source="the ground on which decisions are laid",
        demonstration=True,
    )


def drafted(path: str | Path, base: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions of a TOML file, numbered after those of `base`.  Raises InputError with every fault."""
    path = Path(path)
    known = {one.id: one.sequence for one in base}
    after = max(known.values(), default=-1) + 1
    text = read_text(path, "decisions (TOML)", _LARGEST_BYTES)
    try:
        return from_toml(
            text,
            territory_of=territory_of,
            read=lambda name: read_text(path.parent / name, "a territory or a list of terminals", _LARGEST_BYTES),
            first_sequence=after,
            known=known,
        )
    except InputError as error:
        raise InputError(f"{path}: {error.summary}", error.faults) from None


def together(base: Decisions, more: Iterable[Decision]) -> Decisions:
    """A set of decisions with further ones.  Raises InputError with every fault."""
    return decisions((*base.all, *more))
