"""Who is permitted: for each terminal the code that it shows, every predicate that fails, and the decision that says so.

    failed(terminal) = what fails wherever it is | what the decision that governs its cell and class makes fail

Nothing is cut short: each predicate is judged for each terminal, so `failed` is complete, and the code is that of the first
in the order of `Predicate`.  Only where the position is unknown nothing that needs a place is judged.  What nobody measured
(a speed or a height of nan) breaks no limit; what the account should hold and does not (an address, a home country) breaks
each limit that is counted from it.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints32, freeze
from hudhud.earth import great_circle_m
from hudhud.errors import Fault, InputError
from hudhud.service.countries import Countries
from hudhud.service.predicates import Predicate
from hudhud.service.rulebook import Failures, Rulebook, place_key, rulebook
from hudhud.service.service_map import ServiceMap
from hudhud.service.terminals import Subscribers
from hudhud.service.vocabulary import DisablementCode
from hudhud.sky.hexagons import cell_number
from hudhud.timescale import to_rfc3339

__all__ = ["STANDING_M_S", "Permits", "Predicate", "RefusedAt", "Rulebook", "permit", "permits", "rulebook"]


STANDING_M_S = 1.0
"""A terminal that is measured slower than this stands still: positions jump about a little."""


class RefusedAt(IntEnum):
    """Where a terminal is refused."""

    NOWHERE = 0
    BEAM = 1
    """No beam serves its class in its cell; the terminal itself would not be refused."""
    TERMINAL = 2
    """The terminal is refused when it asks, whatever lights its cell."""
    BOTH = 3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Permits:
    """What holds for each terminal at one instant.  Arrays are (terminal,).

    code: uint8 `DisablementCode`, OKAY where nothing fails.  failed: uint32, `Predicate.bit` of each that fails, complete.
    decision: int32 index of the map's decisions, the one it rests on, -1 where the position is unknown.  number: int32 cell,
    -1 where unknown.  beams: whether the cell gets beams, for whatever class.
    """

    code: Bits
    failed: Failures
    decision: Ints32
    number: Ints32
    beams: Bools

    def __post_init__(self) -> None:
        freeze(self.code, self.failed, self.decision, self.number, self.beams)

    def __len__(self) -> int:
        return len(self.code)

    @property
    def allowed(self) -> Bools:
        """(terminal,) whether nothing fails."""
        return np.asarray(self.failed == 0)

    @property
    def refused_at(self) -> Bits:
        """(terminal,) uint8 `RefusedAt`."""
        beam, terminal = (self.failed & _BEAM) != 0, (self.failed & ~_BEAM) != 0
        where: Bits = beam.view(np.uint8) + 2 * terminal.view(np.uint8)
        return where

    def reasons(self, terminal: int) -> tuple[Predicate, ...]:
        """Every predicate that fails for one terminal, the one that gives its code first."""
        return tuple(each for each in Predicate if int(self.failed[terminal]) & each.bit)


_BEAM = np.uint32(Predicate.CELL_DISABLED.bit)
_CODE: Bits = np.array([DisablementCode.OKAY, *(each.code for each in Predicate)], dtype=np.uint8)
freeze(_CODE)


def permit(
    service_map: ServiceMap,
    subscribers: Subscribers,
    latitude_rad: Floats,
    longitude_rad: Floats,
    height_m: Floats,
    speed_m_s: Floats,
    at: np.datetime64,
    *,
    countries: Countries | None = None,
) -> Permits:
    """Who is permitted at an instant, straight from a map: `permits` of a rulebook made for this one call.

    at: an instant for which the map holds.  Raises InputError for any other, and as `rulebook` and `permits` do.
    """
    _check_instant(service_map, at)
    return permits(rulebook(service_map, subscribers, countries), latitude_rad, longitude_rad, height_m, speed_m_s)


def permits(
    rules: Rulebook, latitude_rad: Floats, longitude_rad: Floats, height_m: Floats, speed_m_s: Floats
) -> Permits:
    """Who is permitted, at any instant for which the rulebook's map holds (`at` until before `next_change_at`).

    latitude_rad, longitude_rad: (terminal,) where each is, nan in either for unknown.  height_m: over the ellipsoid, nan for
    unknown.  speed_m_s: over ground, nan for unknown.  Raises InputError with every wrong shape and value, and for a place
    in no cell of the map.
    """
    columns = _checked(rules, (latitude_rad, longitude_rad, height_m, speed_m_s))
    latitude_rad, longitude_rad, height_m, speed_m_s = columns
    number = cell_number(latitude_rad, longitude_rad)
    decision, beams = _governing(rules, number)
    failed = rules.own | rules.failing[decision, rules.trait]
    failed |= (number < 0) * np.uint32(Predicate.UNKNOWN_LOCATION.bit)
    failed |= _limits_broken(rules, decision, height_m, speed_m_s)
    _add_lists_broken(rules, decision, failed)
    _add_refusals_by_territory(rules, decision, number, failed)
    _add_plans_not_valid(rules, number, failed)
    _add_far_from_address(rules, decision, latitude_rad, longitude_rad, failed)
    _add_far_from_home(rules, decision, number, failed)
    first = np.frexp((failed & -failed).astype(np.float64))[1]  # place of the lowest bit, counted from 1; 0 for none
    return Permits(code=_CODE[first], failed=failed, decision=decision, number=number, beams=beams)


def _governing(rules: Rulebook, number: Ints32) -> tuple[Ints32, Bools]:
    """(terminal,) decision, -1 where the position is unknown, and whether the cell gets beams."""
    classes = rules.subscribers.service_class
    if number.size and number.min() >= 0:
        return rules.service_map.governing_of(number, classes), rules.lit[rules.service_map.profile_of(number)]
    decision, beams = np.full(number.size, -1, dtype=np.int32), np.zeros(number.size, dtype=np.bool_)
    known = np.flatnonzero(number >= 0)
    if known.size:
        decision[known] = rules.service_map.governing_of(number[known], classes[known])
        beams[known] = rules.lit[rules.service_map.profile_of(number[known])]
    return decision, beams


def _limits_broken(rules: Rulebook, decision: Ints32, height_m: Floats, speed_m_s: Floats) -> Failures:
    """What is plainly above or below a limit.  Comparisons with nan are false: what is unknown breaks none."""
    plan = rules.subscribers
    failed = (speed_m_s > plan.maximum_speed_m_s) * np.uint32(Predicate.TOO_FAST_FOR_PLAN.bit)
    failed |= (rules.stays[decision] & (speed_m_s > STANDING_M_S)) * np.uint32(Predicate.MOVES_HERE.bit)
    failed |= (speed_m_s > rules.maximum_speed_m_s[decision]) * np.uint32(Predicate.TOO_FAST_HERE.bit)
    failed |= (height_m < rules.minimum_height_m[decision]) * np.uint32(Predicate.BELOW_MINIMUM_HEIGHT.bit)
    failed |= (plan.abroad_s > rules.maximum_abroad_s[decision]) * np.uint32(Predicate.ABROAD_TOO_LONG.bit)
    return failed


def _add_lists_broken(rules: Rulebook, decision: Ints32, failed: Failures) -> None:
    """Terminals that are not on the allowlist that counts for them, or are on the denylist.

    Looked up one by one, where a decision has a list: cheaper than to resolve whole lists that few are asked for.
    """
    here = np.flatnonzero(rules.listing[decision])
    ids = rules.subscribers.ids
    for row, index in zip(here.tolist(), decision[here].tolist(), strict=True):
        allowed = rules.allowlist[index]
        if allowed is not None and ids[row] not in allowed:
            failed[row] |= _NOT_ON_ALLOWLIST
        if ids[row] in rules.denylist[index]:
            failed[row] |= _DENYLISTED


_NOT_ON_ALLOWLIST, _DENYLISTED = np.uint32(Predicate.NOT_ON_ALLOWLIST.bit), np.uint32(Predicate.DENYLISTED.bit)


def _add_refusals_by_territory(rules: Rulebook, decision: Ints32, number: Ints32, failed: Failures) -> None:
    """Refusals of decisions whose territories are refused in different ways: by the smallest that holds the cell."""
    if rules.refusal_key.size:
        here = np.flatnonzero(rules.various[decision] >= 0)
        asked = place_key(rules.various[decision[here]], number[here])
        failed[here] |= rules.refusal[np.searchsorted(rules.refusal_key, asked)]


def _add_plans_not_valid(rules: Rulebook, number: Ints32, failed: Failures) -> None:
    """Plans that are valid in some countries only, of terminals that are in none of them."""
    here = rules.limited[number[rules.limited] >= 0]
    if here.size:
        asked = place_key(rules.subscribers.plan[here], number[here])
        valid = rules.plan_key[np.searchsorted(rules.plan_key, asked)] == asked
        failed[here[~valid]] |= np.uint32(Predicate.PLAN_NOT_VALID_HERE.bit)


def _add_far_from_address(
    rules: Rulebook, decision: Ints32, latitude_rad: Floats, longitude_rad: Floats, failed: Failures
) -> None:
    """Terminals too far from their registered address, or without one, where the plan or the decision limits that."""
    plan = rules.subscribers
    decided_m = rules.maximum_service_address_distance_m[decision]
    limited = (np.minimum(decided_m, plan.maximum_service_address_distance_m) < np.inf) & (decision >= 0)
    here = np.flatnonzero(limited)
    if not here.size:
        return
    distance_m = great_circle_m(
        latitude_rad[here], longitude_rad[here], plan.service_latitude_rad[here], plan.service_longitude_rad[here]
    )
    distance_m[np.isnan(distance_m)] = np.inf
    planned_m, decided_m = plan.maximum_service_address_distance_m[here], decided_m[here]
    too_far = (distance_m > decided_m) * np.uint32(Predicate.FAR_FROM_SERVICE_ADDRESS.bit)
    too_far |= (distance_m > planned_m) * np.uint32(Predicate.FAR_FROM_SERVICE_ADDRESS_FOR_PLAN.bit)
    failed[here] |= too_far


def _add_far_from_home(rules: Rulebook, decision: Ints32, number: Ints32, failed: Failures) -> None:
    """Terminals too far from their home country, or without one, where the decision limits that."""
    if rules.countries is None:
        return
    limit_m = rules.maximum_home_distance_m[decision]
    here = np.flatnonzero(limit_m < np.inf)
    if here.size:
        names = rules.subscribers.home_countries
        home = [names[each] for each in rules.subscribers.home[here].tolist()]
        too_far = rules.countries.distance_m(home, number[here]) > limit_m[here]
        failed[here] |= too_far * np.uint32(Predicate.FAR_FROM_HOME.bit)


_RANGES = (
    ("latitude_rad", -np.pi / 2, np.pi / 2),
    ("longitude_rad", -2 * np.pi, 2 * np.pi),
    ("height_m", -1e5, 1e8),
    ("speed_m_s", 0.0, 1e5),
)


def _checked(rules: Rulebook, place: tuple[Floats, ...]) -> list[Floats]:
    """Latitude, longitude, height and speed as float64.  Raises InputError with all that is wrong."""
    columns = [np.asarray(each, dtype=np.float64) for each in place]
    faults = []
    for column, (name, low, high) in zip(columns, _RANGES, strict=True):
        if column.shape != (len(rules.subscribers),):
            problem = f"has shape {column.shape}, but there are {len(rules.subscribers):,} terminals"
            faults.append(Fault(where=name, problem=problem))
        elif ((column < low) | (column > high)).any():
            for row in np.flatnonzero((column < low) | (column > high)):
                problem = f"{name} is {column[row]:g}, but must be {low:g} to {high:g}, or nan where it is unknown"
                faults.append(Fault(where=f"terminal {rules.subscribers.ids[row]!r}", problem=problem))
    if faults:
        raise InputError("permits cannot be given:", faults)
    return columns


def _check_instant(service_map: ServiceMap, at: np.datetime64) -> None:
    """Refuse NaT, instants before the map's own, and those from its next change on."""
    until = service_map.next_change_at
    if np.isnat(at) or at < service_map.at or at >= until:  # a comparison with NaT is false
        lasts = "for good" if np.isnat(until) else f"until just before {to_rfc3339(until)}"
        asked = "NaT" if np.isnat(at) else to_rfc3339(at)
        raise InputError(
            f"permits are asked for {asked}, but the map holds from {to_rfc3339(service_map.at)} {lasts}: "
            "compile it again for the instant"
        )
