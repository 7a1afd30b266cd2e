"""Decisions as plain values, and the set of them from which a service map is compiled.

What proves a decision is the record's business; here it has an id, a place in the order of the record, territories, classes,
a state, a time, a review date and conditions.  `decisions` checks a whole set and refuses it with every fault listed.

When a decision is in force: from `start` to `until`, unless another ends it for good by superseding it, from that one's
start.  A decision superseded before its start never begins, and so ends nothing itself.
"""

import functools
import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from hudhud.arrays import Bools, Ints, Ints32, freeze
from hudhud.errors import Fault, InputError, plain
from hudhud.service.territory import Territory, digest_of
from hudhud.service.vocabulary import Layer, LegalBasis, Motion, Purpose, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import NUMBERS, all_numbers, is_cell, union
from hudhud.timescale import to_rfc3339

__all__ = [
    "ALL_CLASSES",
    "ANY",
    "EARLIEST_NS",
    "LATEST_NS",
    "LONGEST_EMERGENCY_DAYS",
    "LONGEST_UNREVIEWED_DAYS",
    "Conditions",
    "Decision",
    "Decisions",
    "cells_of_decision",
    "decisions",
    "in_force",
    "instant_ns",
    "list_digest",
    "problems",
    "spans",
]

ALL_CLASSES = frozenset(ServiceClass)

LONGEST_UNREVIEWED_DAYS = 365
"""No decision stands longer without being looked at again."""

LONGEST_EMERGENCY_DAYS = 15
"""No emergency grant lasts longer without an ordinary decision."""

_NEVER = np.datetime64("NaT", "ns")
_FIRST_YEAR, _LAST_YEAR = 1957, 2199  # as at the edge: `timescale.from_rfc3339`
_NANOSECONDS = np.dtype("datetime64[ns]")
_FIRST_NS = int(np.datetime64(f"{_FIRST_YEAR}-01-01", "ns").astype(np.int64))
_AFTER_NS = int(np.datetime64(f"{_LAST_YEAR + 1}-01-01", "ns").astype(np.int64))
EARLIEST_NS, LATEST_NS = -(2**63) + 1, 2**63 - 1
"""Begin and end, in nanoseconds since 1970, of what has none."""

_DAY_NS = 86_400 * 1_000_000_000

_Problem = tuple[tuple[str, ...], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a terminal must keep to be served by a grant.  What is left out asks nothing.

    purposes: the only ones allowed, any where empty; refused_purposes: ones never allowed.
    allowlist: ids of the only terminals allowed, None for all; denylist: ids never allowed.  allowlist_sha256,
    denylist_sha256: instead of a list that is not at hand, its digest (`list_digest`): then nobody is known to be on it.
    motion: how a terminal may move, None for any.  maximum_speed_m_s: over ground.  maximum_rate_bit_s: of its traffic, told
    and not enforced here.  ocean_plan: the terminal's plan must cover the ocean.
    home_countries: ids of countries, one of which must be the terminal's home; any where empty.
    maximum_home_distance_m: to the nearest cell of the home country; maximum_abroad_s: time outside the home country.
    maximum_service_address_distance_m: from the registered address.
    minimum_height_m: above the ellipsoid, for terminals that fly over.
    """

    purposes: frozenset[Purpose] = frozenset()
    refused_purposes: frozenset[Purpose] = frozenset()
    allowlist: frozenset[str] | None = None
    denylist: frozenset[str] = frozenset()
    allowlist_sha256: str = ""
    denylist_sha256: str = ""
    motion: Motion | None = None
    maximum_speed_m_s: float = math.inf
    maximum_rate_bit_s: float = math.inf
    ocean_plan: bool = False
    home_countries: frozenset[str] = frozenset()
    maximum_home_distance_m: float = math.inf
    maximum_abroad_s: float = math.inf
    maximum_service_address_distance_m: float = math.inf
    minimum_height_m: float = -math.inf

    @property
    def allowlist_digest(self) -> str:
        """Digest of the allowlist, at hand or not, "" where none is asked."""
        return self.allowlist_sha256 or ("" if self.allowlist is None else list_digest(self.allowlist))

    @property
    def denylist_digest(self) -> str:
        """Digest of the denylist, at hand or not, "" where none is asked."""
        return self.denylist_sha256 or (list_digest(self.denylist) if self.denylist else "")


def list_digest(terminals: Iterable[str]) -> str:
    """The digest that names a list of terminals: SHA-256 of their ids in order, one a line, hexadecimal."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(terminals)).encode()).hexdigest()


ANY = Conditions()
"""No condition at all."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Decision:
    """One decision.

    sequence: place in the record; no two are alike.  territories: their cells together.  classes: for whom.
    layers: where a refusal is enforced; empty for grants.  start: first instant in force, NaT for ever since; until:
    first instant out of force, NaT for until superseded.  review_by: when it must have been looked at again.  decided: when
    a record proves that it was made, NaT for a draft; how long it may last and go unreviewed was then judged by the record.
    supersedes: ids of decisions that end for good when this one begins.  demonstration: made up to show how things work.
    """

    id: str
    sequence: int
    title_en: str
    title_ar: str
    territories: tuple[Territory, ...]
    classes: frozenset[ServiceClass]
    state: ServiceState
    reasons: frozenset[Reason]
    legal_basis: LegalBasis = LegalBasis.NONE_STATED
    layers: frozenset[Layer] = frozenset()
    start: np.datetime64 = _NEVER
    until: np.datetime64 = _NEVER
    review_by: np.datetime64 = _NEVER
    decided: np.datetime64 = _NEVER
    conditions: Conditions = ANY
    supersedes: frozenset[str] = frozenset()
    source: str = ""
    note: str = ""
    demonstration: bool = False


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Decisions:
    """A set of decisions that gives every cell an answer at every instant.  Made by `decisions`, which checks that.

    all: in order of sequence.  world: (cell,) int32, ascending: the cells that there are.
    """

    all: tuple[Decision, ...]
    world: Ints32

    def __post_init__(self) -> None:
        freeze(self.world)

    def __len__(self) -> int:
        return len(self.all)


def decisions(items: Iterable[Decision], world: Ints32 | None = None) -> Decisions:
    """The set of these decisions, in any order.  world: cell numbers, ascending; all cells of the Earth where left out.

    Raises InputError with every fault of every decision, and with the cells that some instant would leave unanswered.
    """
    found = sorted(items, key=lambda one: (one.sequence, one.id))
    cells = all_numbers() if world is None else np.array(world, dtype=np.int32)
    if world is not None and not (len(cells) and is_cell(cells).all() and (np.diff(cells) > 0).all()):
        raise InputError("The world must be cell numbers of H3 resolution 5, at least one, ascending, none twice")
    known = np.zeros(NUMBERS, dtype=np.bool_)
    known[cells] = True
    whole = None if world is None else known
    faults = [*_doubled(found), *_superseding(found), *_territories(found, whole)]
    for one in found:
        faults += [Fault(where=one.id, problem=problem) for _, problem in problems(one)]
    faults.sort(key=lambda fault: fault.where)
    faults += _unanswered(found, cells, known)
    if faults:
        many = f"{len(faults)} faults" if len(faults) > 1 else "one fault"
        raise InputError(f"These {len(found)} decisions make no service map: {many}", faults)
    return Decisions(all=tuple(found), world=cells)


def cells_of_decision(decision: Decision) -> Ints32:
    """The cells of all its territories together.  Returns (cell,) int32, ascending."""
    if len(decision.territories) == 1:
        return decision.territories[0].number
    if not decision.territories:
        return np.empty(0, dtype=np.int32)
    return union(one.number for one in decision.territories)


def spans(items: tuple[Decision, ...]) -> tuple[Ints, Ints]:
    """When each decision is in force, supersession counted: from begins (n,) until just before ends (n,).

    Nanoseconds since 1970, EARLIEST_NS and LATEST_NS for ever; ends <= begins for one that is never in force.
    items: in order of sequence.
    """
    begins = [_ns(one.start, EARLIEST_NS) for one in items]
    ends = [_ns(one.until, LATEST_NS) for one in items]
    place = {one.id: n for n, one in enumerate(items)}
    for n in range(len(items) - 1, -1, -1):  # whatever ends decision n stands behind it and has been seen
        if begins[n] > ends[n]:  # superseded before it began
            continue
        for ended in items[n].supersedes:
            before = place.get(ended, n)
            if before < n:
                ends[before] = min(ends[before], begins[n])
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)


def in_force(decisions: Decisions, at: np.datetime64) -> Bools:
    """Which of the decisions are in force at an instant.  Returns (decision,)."""
    begins, ends = spans(decisions.all)
    now_ns = instant_ns(at)
    return (begins <= now_ns) & (now_ns < ends)


def instant_ns(at: np.datetime64) -> int:
    """Nanoseconds since 1970 of an instant at which decisions can be asked.  Raises InputError for any other."""
    if np.isnat(at) or not _in_range(at):
        raise InputError(
            f"At {at} no decision can be in force: give an instant of the years {_FIRST_YEAR} to {_LAST_YEAR}"
        )
    return _ns(at, EARLIEST_NS)


def _ns(instant: np.datetime64, never: int) -> int:
    """Nanoseconds since 1970, `never` for NaT and for years that 64 bits cannot hold."""
    if np.isnat(instant) or not _in_range(instant):
        return never
    return cast(int, (instant if instant.dtype == _NANOSECONDS else instant.astype(_NANOSECONDS)).item())


def _in_range(instant: np.datetime64) -> bool:
    if instant.dtype == _NANOSECONDS:  # as nearly all are: an audit asks a million times
        return _FIRST_NS <= cast(int, instant.item()) < _AFTER_NS
    year = int(instant.astype("datetime64[Y]").astype(np.int64)) + 1970
    return _FIRST_YEAR <= year <= _LAST_YEAR


def _doubled(items: list[Decision]) -> Iterator[Fault]:
    """Ids and places in the record that more than one decision has."""
    for name, count in Counter(one.id for one in items).items():
        if count > 1:
            yield Fault(where=name, problem=f"{count} decisions have this id: give each its own")
    for sequence, count in Counter(one.sequence for one in items).items():
        if count > 1:
            names = ", ".join(one.id for one in items if one.sequence == sequence)
            yield Fault(where=names, problem=f"{count} decisions have sequence {sequence}: each has its own place")


def _superseding(items: list[Decision]) -> Iterator[Fault]:
    """Supersession of what is not there, of itself, or of what comes later."""
    sequence = {one.id: one.sequence for one in items}
    for one in items:
        for ended in sorted(one.supersedes):
            if ended == one.id:
                problem = "supersedes itself: name the decision that it ends"
            elif ended not in sequence:
                problem = f"supersedes {ended!r}, which is not in the set: correct the id or add that decision"
            elif sequence[ended] > one.sequence:
                problem = (
                    f"has sequence {one.sequence} and supersedes {ended!r} of sequence {sequence[ended]}: "
                    "only an earlier decision can be superseded"
                )
            else:
                continue
            yield Fault(where=one.id, problem=problem)


def _territories(items: list[Decision], known: Bools | None) -> Iterator[Fault]:
    """Territories that are none.  Each is looked at once, however many decisions name it.  known: None for the whole Earth."""
    seen: dict[int, tuple[str, ...]] = {}
    for one in items:
        if not one.territories:
            yield Fault(where=one.id, problem="has no territory: name at least one")
        for each in one.territories:
            if id(each) not in seen:
                seen[id(each)] = _wrong_on_earth(each) if known is None else tuple(_wrong_cells(each, known))
            for problem in seen[id(each)]:
                yield Fault(where=one.id, problem=f"territory {each.id!r} {problem}")


@functools.lru_cache(maxsize=1_024)
def _wrong_on_earth(territory: Territory) -> tuple[str, ...]:
    """`_wrong_cells` where every cell is known: remembered, because an audit makes hundreds of maps of the same territories."""
    return tuple(_wrong_cells(territory, _on_earth()))


@functools.cache
def _on_earth() -> Bools:
    """Whether each number is a cell."""
    known = np.zeros(NUMBERS, dtype=np.bool_)
    known[all_numbers()] = True
    freeze(known)
    return known


def _wrong_cells(territory: Territory, known: Bools) -> Iterator[str]:
    """What is wrong with the cells of a territory."""
    number = territory.number
    if number.ndim != 1 or number.dtype != np.int32:
        yield f"has cells of shape {number.shape}, {number.dtype}: expected a row of int32"
        return
    if not len(number):
        yield f"has no cell in containment mode {territory.containment}: choose another mode or another area"
        return
    ascends = bool((np.diff(number) > 0).all())
    if not ascends:
        yield "has cells out of order or doubled: cell numbers ascend"
    beyond = number[~_within(number, known)]
    none = beyond[~is_cell(beyond)]
    if len(none):
        yield f"has {len(none):,} numbers that are no cell, {none[0]} the first: cells are of H3 resolution 5"
    elif len(beyond):
        yield f"has {len(beyond):,} cells outside the world, number {beyond[0]} the first"
    if len(beyond) or not ascends:
        return
    digest = digest_of(number, territory.containment)
    if digest != territory.digest:
        yield (
            f"has digest {territory.digest[:12] or 'none'}, but its cells give {digest[:12]}: "
            "the territory was changed or damaged on the way; take it from its source again"
        )


def problems(one: Decision) -> Iterator[_Problem]:
    """What is wrong with one decision, its territories and supersession apart.

    Each with the fields that it rests on, the one to mend first.  Those of its conditions have a point before their name.
    """
    yield from _wording(one)
    wrong = list(_instants(one))
    yield from wrong
    if not wrong:
        yield from _windows(one)
    yield from _states(one)
    yield from _limits(one.conditions)
    if np.isnat(one.decided):  # whoever agreed to a list by its digest in a record could not compare it with another
        yield from _lists(one.conditions)


def _wording(one: Decision) -> Iterator[_Problem]:
    """Texts and choices left out, and texts that cannot be written in one line."""
    if not one.id.strip() or plain(one.id) != one.id:
        yield ("id",), "has an id that is empty or not plain text: use letters, digits and signs in one line"
    if not 0 <= one.sequence < 2**53:
        yield ("sequence",), f"has sequence {one.sequence}: a place in the record is an integer from 0 to 2**53 - 1"
    if not one.classes:
        yield ("classes",), "names no class: say for whom it decides"
    if not one.reasons:
        yield ("reasons",), "gives no reason: name at least one"
    if not one.title_en.strip():
        yield ("title_en",), "has no English title: title_en says in a line what it does"
    if not one.title_ar.strip():
        yield ("title_ar",), "has no Arabic title: title_ar says in a line what it does"
    for what, names in (
        ("allowlist", one.conditions.allowlist or ()),
        ("denylist", one.conditions.denylist),
        ("home_countries", one.conditions.home_countries),
    ):
        wrong = sorted(name for name in names if not name.strip() or plain(name) != name)
        if wrong:
            yield (
                (f".{what}",),
                f"has {len(wrong)} ids in {what} that are empty or not plain text, {wrong[0]!r} the first",
            )


def _instants(one: Decision) -> Iterator[_Problem]:
    """Instants that nanoseconds in 64 bits cannot hold."""
    instants = (("start", one.start), ("until", one.until), ("review_by", one.review_by), ("decided", one.decided))
    for what, instant in instants:
        if not np.isnat(instant) and not _in_range(instant):
            yield (what,), f"has {what} {instant}: years are {_FIRST_YEAR} to {_LAST_YEAR}; leave out what has no end"


def _windows(one: Decision) -> Iterator[_Problem]:
    """A time that ends before it begins, or that nobody reviews."""
    started, ends = not np.isnat(one.start), not np.isnat(one.until)
    start_ns, until_ns, review_ns = _ns(one.start, 0), _ns(one.until, 0), _ns(one.review_by, 0)
    if started and ends and start_ns >= until_ns:
        yield (
            ("until", "start"),
            f"ends at {to_rfc3339(one.until)}, not after its start at {to_rfc3339(one.start)}: correct the window",
        )
    if np.isnat(one.review_by):
        yield ("review_by",), "has no review_by: every decision, refusals too, says when it must be looked at again"
    elif not np.isnat(one.decided):
        pass  # reviewed since it began, or moved up: the record knows when
    elif started and review_ns <= start_ns:
        yield (
            ("review_by", "start"),
            f"is to be reviewed by {to_rfc3339(one.review_by)}, not after its start at {to_rfc3339(one.start)}",
        )
    elif started and review_ns - start_ns > LONGEST_UNREVIEWED_DAYS * _DAY_NS:
        days = (review_ns - start_ns) / _DAY_NS
        yield (
            ("review_by", "start"),
            f"is to be reviewed {days:,.1f} days after its start: at most {LONGEST_UNREVIEWED_DAYS} are allowed",
        )
    if one.state is ServiceState.EMERGENCY_SERVED:
        if not (started and ends):
            yield (
                ("until" if started else "start", "start", "state"),
                f"is an emergency grant without start and until: it lapses within {LONGEST_EMERGENCY_DAYS} days",
            )
        elif until_ns - start_ns > LONGEST_EMERGENCY_DAYS * _DAY_NS:
            days = (until_ns - start_ns) / _DAY_NS
            yield (
                ("until", "start", "state"),
                f"is an emergency grant of {days:,.1f} days: at most {LONGEST_EMERGENCY_DAYS}, then decide ordinarily",
            )


def _states(one: Decision) -> Iterator[_Problem]:
    """A state whose layers or conditions do not belong to it."""
    state, asks = one.state, one.conditions != ANY
    if state.serves and one.layers:
        yield (
            ("layers", "state"),
            f"is a grant ({state}) with layers {', '.join(sorted(one.layers))}: only refusals are enforced at a layer",
        )
    if not state.serves:
        if not one.layers:
            yield (
                ("layers", "state"),
                f"is a refusal ({state}) without a layer: say whether beam or terminal (or both) enforces it",
            )
        if asks:
            yield (
                ("conditions", "state"),
                f"is a refusal ({state}) with conditions: a refusal has none; make it a grant or drop them",
            )
    if state is ServiceState.TECHNICALLY_UNAVAILABLE and one.layers and Layer.BEAM not in one.layers:
        yield (
            ("layers", "state"),
            "is technically_unavailable but not enforced by beam: where nothing can be sent no beam is lit",
        )
    if state is ServiceState.SERVED and asks:
        yield ("state", "conditions"), "is served with conditions: its state is served_restricted"
    if state is ServiceState.SERVED_RESTRICTED and not asks:
        yield ("conditions", "state"), "is served_restricted without a condition: name one, or its state is served"
    if state is ServiceState.SERVED_ALLOWLIST_ONLY and not one.conditions.allowlist_digest:
        yield (
            (".allowlist", "state"),
            "is served_allowlist_only without an allowlist: list the ids of the terminals (an empty list serves none)",
        )


def _limits(conditions: Conditions) -> Iterator[_Problem]:
    """Conditions that contradict themselves, and limits that are no limits."""
    both = sorted(conditions.purposes & conditions.refused_purposes)
    if both:
        yield (".refused_purposes", ".purposes"), f"both allows and refuses the purpose {', '.join(both)}: choose one"
    for what, at_hand in (("allowlist", conditions.allowlist is not None), ("denylist", bool(conditions.denylist))):
        digest = getattr(conditions, f"{what}_sha256")
        if digest and at_hand:
            yield (f".{what}",), f"has {what} and {what}_sha256: the digest is for a list that is not at hand"
        if digest and not _DIGEST.fullmatch(digest):
            yield (f".{what}_sha256",), f"has {what}_sha256 {digest[:80]!r}: expected 64 hexadecimal digits"
    for what in (
        "maximum_speed_m_s",
        "maximum_rate_bit_s",
        "maximum_home_distance_m",
        "maximum_abroad_s",
        "maximum_service_address_distance_m",
    ):
        value = getattr(conditions, what)
        if not value >= 0:
            yield (f".{what}",), f"has {what} {value}: a limit is a number from 0 up; leave it out for none"
    if math.isnan(conditions.minimum_height_m) or conditions.minimum_height_m == math.inf:
        yield (
            (".minimum_height_m",),
            f"has minimum_height_m {conditions.minimum_height_m}: a height is a finite number; leave it out for none",
        )


_DIGEST = re.compile(r"[0-9a-f]{64}")


def _lists(conditions: Conditions) -> Iterator[_Problem]:
    """Terminals that are on both lists."""
    twice = sorted((conditions.allowlist or frozenset()) & conditions.denylist)
    if twice:
        yield (
            (".denylist", ".allowlist"),
            f"has {len(twice)} terminals on both allowlist and denylist, {twice[0]!r} the first: choose one",
        )


def _unanswered(items: list[Decision], world: Ints32, known: Bools) -> Iterator[Fault]:
    """Times in which a cell would have no decision for a class.  Decisions for ever are tried first: they mostly do."""
    ordered = tuple(items)
    begins, ends = spans(ordered)
    for_ever = (begins == EARLIEST_NS) & (ends == LATEST_NS)
    nothing = np.empty(0, dtype=np.int32)
    numbers = [cells_of_decision(one) if lasts else nothing for one, lasts in zip(ordered, for_ever, strict=True)]
    if not any(_gaps(ordered, [each[_within(each, known)] for each in numbers], for_ever, world).values()):
        return
    cells = [number[_within(number, known)] for number in map(cells_of_decision, ordered)]
    bounds = np.unique(np.concatenate([begins, ends, [EARLIEST_NS]]))
    for first, last in zip(bounds, np.append(bounds[1:], LATEST_NS), strict=True):
        gaps = _gaps(ordered, cells, (begins <= first) & (first < ends), world) if first < last else {}
        by_count: dict[int, list[str]] = {}
        for service_class, count in gaps.items():
            by_count.setdefault(count, []).append(service_class.value)
        parts = [
            f"{count:,} cells for {'every class' if len(names) == len(ServiceClass) else ', '.join(names)}"
            for count, names in sorted(by_count.items())
            if count
        ]
        if parts:
            advice = "add a decision that covers the whole world for every class, without start and until"
            yield Fault(
                where="", problem=f"{_when(int(first), int(last))} no decision covers {'; '.join(parts)}: {advice}"
            )


def _within(number: Ints32, known: Bools) -> Bools:
    inside: Bools = (number >= 0) & (number < len(known))
    inside &= known[np.where(inside, number, 0)]
    return inside


def _gaps(items: tuple[Decision, ...], cells: list[Ints32], chosen: Bools, world: Ints32) -> dict[ServiceClass, int]:
    """How many cells of the world none of the chosen decisions covers, for each class."""
    counts: dict[frozenset[int], int] = {}
    gaps = {}
    for service_class in ServiceClass:
        covering = frozenset(n for n in np.flatnonzero(chosen).tolist() if service_class in items[n].classes)
        if covering not in counts:
            covered = np.zeros(int(world[-1]) + 1, dtype=np.bool_)
            whole = any(len(cells[n]) == len(world) for n in covering)
            for n in () if whole else covering:
                covered[cells[n]] = True
            counts[covering] = 0 if whole else int(len(world) - np.count_nonzero(covered))
        gaps[service_class] = counts[covering]
    return gaps


def _when(first_ns: int, last_ns: int) -> str:
    """A span of time in words."""
    start = "" if first_ns == EARLIEST_NS else f"from {to_rfc3339(np.datetime64(first_ns, 'ns'))}"
    end = "" if last_ns == LATEST_NS else f"until {to_rfc3339(np.datetime64(last_ns, 'ns'))}"
    return " ".join(part for part in (start, end) if part) or "at any time"
