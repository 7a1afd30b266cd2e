"""Decisions in force that only their order in the record decides between."""

from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np

from hudhud.arrays import Ints32, freeze
from hudhud.service.decision import Decision, Decisions, cells_of_decision, in_force
from hudhud.service.vocabulary import ServiceClass

__all__ = ["Contradiction", "contradictions"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Contradiction:
    """Two decisions in force that answer the same cells and classes differently, and neither is the narrower one.

    The later in the record wins.  number: (cell,) int32, the cells that both cover; classes: those that both cover.
    """

    winner: Decision
    loser: Decision
    number: Ints32
    classes: frozenset[ServiceClass]

    def __post_init__(self) -> None:
        freeze(self.number)


def contradictions(decisions: Decisions, at: np.datetime64) -> tuple[Contradiction, ...]:
    """Pairs in force that only their place in the record decides between, whether or not a narrower one governs there.

    Both have as many cells and as many classes, share at least one of each, and differ in state, layers or conditions.
    Where one is narrower, or supersedes the other, nothing is contradicted: that is what the rules are for.
    """
    standing = [one for one, stands in zip(decisions.all, in_force(decisions, at), strict=True) if stands]
    cells = {one.id: cells_of_decision(one) for one in standing}

    def extent(one: Decision) -> tuple[int, int]:
        return len(cells[one.id]), len(one.classes)

    found = []
    for _, alike in groupby(sorted(standing, key=extent), key=extent):
        for loser, winner in combinations(alike, 2):  # sorted is stable: order of sequence within an extent
            classes = winner.classes & loser.classes
            if not classes or _answer(winner) == _answer(loser) or _apart(cells[winner.id], cells[loser.id]):
                continue
            number = np.intersect1d(cells[winner.id], cells[loser.id], assume_unique=True)
            if len(number):
                found.append(Contradiction(winner=winner, loser=loser, number=number, classes=classes))
    return tuple(sorted(found, key=lambda one: (one.winner.sequence, one.loser.sequence)))


def _answer(one: Decision) -> tuple[object, ...]:
    return one.state, one.layers, one.conditions


def _apart(one: Ints32, other: Ints32) -> bool:
    """Whether two ascending sets of cells lie in ranges that do not meet: a quick no."""
    return bool(one[-1] < other[0] or other[-1] < one[0])
