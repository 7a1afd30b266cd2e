"""Emergencies that follow each other over the same cells, whatever their territories are called.

`decide` knows territories by id and by the digest of their cells: emergencies that share one of these are one chain, which
ends fifteen days after the first was decided, or sooner by the rules.  Whoever gives a territory another name and leaves out
one cell would begin a new chain.  Here a chain is told by its cells, for whoever has them: an audit, and those about to sign.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Ints, Ints32
from hudhud.errors import RecordError
from hudhud.record.docket import names_of
from hudhud.record.history import Decided, Outcomes, Prefix, Released
from hudhud.service.recorded import TerritoryOf
from hudhud.service.vocabulary import ServiceClass
from hudhud.sky.hexagons import union

__all__ = ["Chain", "chains"]

_NONE = -1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Chain:
    """Two emergencies of one chain.  first: with which it began; later: one that goes on with it.

    number: (cell,) int32, the cells that both have for a common class, ascending.  cap_s: when the chain must end.
    """

    first: Decided
    later: Decided
    number: Ints32
    cap_s: int

    @property
    def beyond(self) -> bool:
        """Whether the later one goes on after the chain must have ended."""
        return self.later.until_s is None or self.later.until_s > self.cap_s

    @property
    def renamed(self) -> bool:
        """Whether `decide` cannot tell that the two are one: they share no id and no digest of cells."""
        return not names_of(self.first.effect) & names_of(self.later.effect)

    def enforced(self, releases: Sequence[Released], at_s: int) -> bool:
        """Whether the map last released by an instant shows the later one, though the chain must have ended."""
        begun = [one for one in releases if max(one.released_s, one.at_s) <= at_s]
        shown = bool(begun) and self.later.index < begun[-1].size and self.later.in_force(begun[-1].at_s)
        return shown and self.cap_s <= at_s and self.later.in_force(at_s)


def chains(prefix: Prefix, outcomes: Outcomes, territory_of: TerritoryOf) -> tuple[Chain, ...]:
    """Every emergency that goes on with the chain of an earlier one over common cells for common classes.

    Those over one territory, to whose chain `decide` has seen, are left out.  One begins within the cap of its rules (15 days at
    most) after the other's end.  Territories that nobody has shown are passed over: no map that needs them follows either.
    """
    found = [one for one in outcomes.requests if one.decided is not None and one.decided.emergency]
    cap_s = {one.leaf: prefix.rules[one.rules_sha256].emergency_cap_s for one in found}
    served = [one.decided for one in found if one.decided is not None and _lasted(one.decided)]
    served.sort(key=lambda one: (one.decided_s, one.index))
    if len(served) < 2:
        return ()
    numbers = [_cells(one, territory_of) for one in served]
    return tuple(one for one in _linked(served, numbers, cap_s) if one.beyond or one.renamed)


def _lasted(one: Decided) -> bool:
    return one.until_s is None or one.until_s > one.start_s


def _cells(one: Decided, territory_of: TerritoryOf) -> Ints32:
    shown = []
    for each in one.effect.territories:
        try:
            shown.append(territory_of(each).number)
        except RecordError:
            continue
    return union(shown) if shown else np.zeros(0, dtype=np.int32)


def _linked(served: Sequence[Decided], numbers: Sequence[Ints32], cap_s: dict[str, int]) -> Iterator[Chain]:
    """Each emergency with those that began the chains it goes on with, cell by cell and class by class."""
    cells = np.unique(np.concatenate(numbers))
    first = {word: np.full(len(cells), _NONE, dtype=np.int64) for word in ServiceClass}  # place of the chain's first
    ends_s = {word: np.zeros(len(cells), dtype=np.int64) for word in ServiceClass}
    for place, (one, number) in enumerate(zip(served, numbers, strict=True)):
        at: Ints = np.searchsorted(cells, number)
        common: dict[int, list[Ints]] = {}
        for word in one.effect.classes:
            before = first[word][at]
            goes_on = (before != _NONE) & (ends_s[word][at] > one.decided_s - cap_s[one.id])
            for begun in np.unique(before[goes_on]):
                common.setdefault(int(begun), []).append(at[goes_on & (before == begun)])
            first[word][at] = np.where(goes_on, before, place)
            end_s = np.iinfo(np.int64).max if one.until_s is None else one.until_s
            ends_s[word][at] = np.where(goes_on, np.maximum(ends_s[word][at], end_s), end_s)
        for begun, places in sorted(common.items()):
            number_of_both: Ints32 = cells[np.unique(np.concatenate(places))]
            yield Chain(
                first=served[begun],
                later=one,
                number=number_of_both,
                cap_s=served[begun].decided_s + cap_s[one.id],
            )
