"""How few must collude: the smallest sets of people who bring something about, found by trying every set.

No rule keeps people from agreeing to do wrong.  What can be said of a keyring, its rules and a policy of witnesses is how many
must, and who.  Somebody with a stake, or recused, is out in a real case, so these numbers are the least that can be.

In: a keyring, rules, a policy.  Out: plain values, for a page that everybody reads.  Left out on purpose: how likely any of it
is; and thefts of keys, which count as their holders.
"""

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from hudhud.errors import InputError
from hudhud.record.canonical import LARGEST
from hudhud.record.keyring import Keyring
from hudhud.record.policy import Groups
from hudhud.record.rules import Rules

__all__ = ["MOST_SEATS", "Act", "Collusion", "Smallest", "collusion", "split_view"]

MOST_SEATS = 16
"""Voting seats, or witnesses: every subset is tried."""


class Act(StrEnum):
    """What people could agree to bring about."""

    GRANT = "grant"
    SUSPEND_OTHERS = "suspend_others"
    """Take service from classes that are no lifelines."""
    SUSPEND_LIFELINES = "suspend_lifelines"
    EMERGENCY_DAY = "emergency_day"
    """Switch on for a day."""
    EMERGENCY_LONGEST = "emergency_longest"
    """Switch on and confirm: whoever approved it does not confirm it."""
    CHANGE_KEYRING = "change_keyring"
    """Change who may sign; the new keyring is theirs to write."""
    CHANGE_RULES = "change_rules"
    PREVENT = "prevent"
    """Keep a request from being granted, by saying no."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Smallest:
    """The smallest sets for one act.  sets: every smallest set of people, by their seats; organisations: how few have them."""

    act: Act
    sets: tuple[frozenset[str], ...]
    organisations: int

    @property
    def people(self) -> int:
        return len(self.sets[0])

    @property
    def ways(self) -> int:
        return len(self.sets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Collusion:
    """What can be brought about under a keyring and rules, and by how few.  An act that nobody can bring about is not there."""

    keyring_version: int
    rules_version: int
    acts: tuple[Smallest, ...]

    def by_act(self) -> dict[Act, Smallest]:
        return {one.act: one for one in self.acts}


def collusion(keyring: Keyring, rules: Rules, entry: int = LARGEST - 1) -> Collusion:
    """The smallest colluding sets.  entry: index of the entry at which keys must be valid; without it, keys without an end.

    Raises InputError where there are too many seats to try every set.
    """
    colleges = {one.id: one.college for one in keyring.seats}
    seats = {seat: home for seat, home in keyring.organisation_by_seat(entry).items() if colleges[seat].votes}
    _refuse_many(len(seats), "seats with a vote")
    enough = _Enough(seats=seats, groups=keyring.quorums())
    found = (_smallest(act, seats, functools.partial(_brings, act, enough, rules)) for act in Act)
    return Collusion(
        keyring_version=keyring.version,
        rules_version=rules.version,
        acts=tuple(one for one in found if one is not None),
    )


def split_view(groups: Groups, quorum: str) -> tuple[frozenset[str], ...]:
    """The smallest sets of dishonest witnesses with which two views of one log both get the quorum; () where none can.

    An honest witness signs one of the views, a dishonest one both; every set and every division of the honest is tried.
    """
    leaves = sorted(groups.leaves)
    _refuse_many(len(leaves), "witnesses")
    for size in range(len(leaves) + 1):
        found = [frozenset(two) for two in itertools.combinations(leaves, size) if _splits(groups, quorum, leaves, two)]
        if found:
            return tuple(found)
    return ()


def _splits(groups: Groups, quorum: str, leaves: Iterable[str], dishonest: tuple[str, ...]) -> bool:
    honest = [one for one in leaves if one not in dishonest]
    for some in _subsets(honest):
        others = [one for one in honest if one not in some]
        if groups.met(quorum, {*dishonest, *some}) and groups.met(quorum, {*dishonest, *others}):
            return True
    return False


def _refuse_many(count: int, what: str) -> None:
    if count > MOST_SEATS:
        raise InputError(f"{count} {what} are too many to try every set of them: at most {MOST_SEATS}")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Enough:
    """Counts voices: one an organisation.  seats: organisation of each seat that votes."""

    seats: dict[str, str]
    groups: Groups

    def met(self, group: str, people: Iterable[str]) -> bool:
        """Whether these people, each in one seat, can make up a group; of one organisation any one may speak."""
        by_organisation: dict[str, list[str]] = {}
        for one in people:
            by_organisation.setdefault(self.seats[one], []).append(one)
        return any(self.groups.met(group, voices) for voices in itertools.product(*by_organisation.values()))


def _brings(act: Act, enough: _Enough, rules: Rules, people: tuple[str, ...]) -> bool:
    """Whether these people, and nobody else, bring it about."""
    match act:
        case Act.GRANT | Act.SUSPEND_OTHERS:
            return enough.met(rules.ordinary, people)
        case Act.SUSPEND_LIFELINES:
            return enough.met(rules.lifelines, people)
        case Act.EMERGENCY_DAY:
            return enough.met(rules.emergency, people)
        case Act.EMERGENCY_LONGEST:
            return any(
                enough.met(rules.emergency, some)
                and enough.met(rules.ordinary, [one for one in people if one not in some])
                for some in _subsets(people)
            )
        case Act.CHANGE_KEYRING | Act.CHANGE_RULES:
            return enough.met(rules.change, people)
        case Act.PREVENT:
            silent = {
                enough.seats[one] for one in people
            }  # an organisation that says no has said no with its one voice
            return not enough.met(rules.ordinary, [one for one, home in enough.seats.items() if home not in silent])


def _smallest(act: Act, seats: dict[str, str], brings: Callable[[tuple[str, ...]], bool]) -> Smallest | None:
    for size in range(len(seats) + 1):
        sets = tuple(frozenset(people) for people in itertools.combinations(sorted(seats), size) if brings(people))
        if sets:
            return Smallest(act=act, sets=sets, organisations=_organisations(seats, brings))
    return None


def _organisations(seats: dict[str, str], brings: Callable[[tuple[str, ...]], bool]) -> int:
    """How few organisations bring it about with everybody of theirs."""
    for homes in _subsets(sorted(set(seats.values()))):
        if brings(tuple(one for one, home in seats.items() if home in homes)):
            return len(homes)
    raise AssertionError("all together bring about what some of them do")


def _subsets(members: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every subset, the smaller ones first."""
    members = tuple(members)
    for size in range(len(members) + 1):
        yield from itertools.combinations(members, size)
