"""Which cells two service maps answer differently, for whom, and how."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hudhud.arrays import Bits, Bools, Ints, Ints32, freeze
from hudhud.errors import InputError
from hudhud.service.decision import Decision, list_digest
from hudhud.service.service_map import NO_PROFILE, ServiceMap

__all__ = ["Change", "Changed", "changed", "serves"]


class Change(IntEnum):
    """What becomes of one cell for one class.  Served is what a decision `serves`."""

    SAME = 0
    """The same decision governs."""
    GAIN = 1
    """Refused before, served after."""
    LOSE = 2
    """Served before, refused after."""
    ALTER = 3
    """Served before and after in the same state under the same conditions, or refused both times: by another decision."""
    CONDITIONS = 4
    """Served before and after, but in another state or under other conditions."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Changed:
    """Cells that change for at least one class, and how.

    number: (cell,) int32, ascending.  row: (cell,) into the tables.  kind: (row, class) uint8 `Change`; before, after:
    (row, class) int32 indices of the governing decision in either map's `decisions`.  No two rows are alike.
    """

    number: Ints32
    row: Ints
    kind: Bits
    before: Ints32
    after: Ints32

    def __post_init__(self) -> None:
        freeze(self.number, self.row, self.kind, self.before, self.after)

    def any_class(self, change: Change) -> Bools:
        """(row,) whether its cells undergo the change for at least one class."""
        found: Bools = (self.kind == change).any(axis=1)
        return found

    def cells(self, rows: Bools) -> Ints32:
        """Ascending numbers of the cells whose rows (row,) are set."""
        return self.number[rows[self.row]]


_NOBODY = list_digest(())


def serves(one: Decision) -> bool:
    """Whether a decision lets anybody be served: it refuses nobody outright, and its allowlist, if any, is not empty.

    One that is not at hand is not empty: that of nobody is known by its digest.
    """
    return one.state.serves and one.conditions.allowlist_digest != _NOBODY


def changed(before: ServiceMap, after: ServiceMap) -> Changed:
    """The cells that two maps of one world answer differently.  20 ms for the world.

    A cell whose governing decision is another one has changed, even where both say the same: the answer rests elsewhere.
    Raises InputError where the maps are of two worlds.
    """
    old, new = before.profile, after.profile
    if len(old) != len(new) or not np.array_equal(old == NO_PROFILE, new == NO_PROFILE):
        raise InputError("the maps are of two worlds: their cells differ; compile both from sets over the same cells")
    starts = np.flatnonzero(np.concatenate([[True], (old[1:] != old[:-1]) | (new[1:] != new[:-1])]))
    pair = old[starts].astype(np.int64) << 16 | new[starts]
    pair[old[starts] == NO_PROFILE] = -1
    pairs, which = np.unique(pair, return_inverse=True)
    first = int(pairs[0] < 0)  # of those that are cells
    was, becomes = before.governing[pairs[first:] >> 16], after.governing[pairs[first:] & 0xFFFF]
    kind = np.concatenate([np.zeros((first, was.shape[1]), dtype=np.uint8), _kinds(before, after, was, becomes)])
    changes: Bools = (kind != Change.SAME).any(axis=1)
    row_of = np.cumsum(changes) - 1
    lengths = np.diff(np.append(starts, len(old)))
    met = changes[which]
    number = _ranges(starts[met], lengths[met])
    return Changed(
        number=number,
        row=np.repeat(row_of[which[met]], lengths[met]),
        kind=kind[changes],
        before=was[changes[first:]],
        after=becomes[changes[first:]],
    )


def _kinds(before: ServiceMap, after: ServiceMap, was: Ints32, becomes: Ints32) -> Bits:
    """`Change` for each pair of governing decisions."""
    place = {one.id: n for n, one in enumerate(before.decisions)}
    same_as = np.array([place.get(one.id, -1) for one in after.decisions], dtype=np.int32)
    served = np.array([serves(one) for one in before.decisions], dtype=np.bool_)[was]
    serving = np.array([serves(one) for one in after.decisions], dtype=np.bool_)[becomes]
    terms = {(one.state, one.conditions): n for n, one in enumerate((*before.decisions, *after.decisions))}
    old, new = (
        np.array([terms[one.state, one.conditions] for one in each.decisions], dtype=np.int32)
        for each in (before, after)
    )
    kind = np.select(
        [same_as[becomes] == was, serving & ~served, served & ~serving, serving & (old[was] != new[becomes])],
        [Change.SAME, Change.GAIN, Change.LOSE, Change.CONDITIONS],
        Change.ALTER,
    )
    return kind.astype(np.uint8)


def _ranges(starts: Ints, lengths: Ints) -> Ints32:
    """All numbers of the runs that begin at `starts`, run after run."""
    before = np.cumsum(lengths) - lengths
    number: Ints32 = (np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))).astype(np.int32)
    return number
