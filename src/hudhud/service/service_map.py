"""The service map: for every cell and class of service the one decision that governs it at an instant.

Of the decisions in force that cover a cell and a class, the narrowest governs: the one with the fewest cells, then the one
with the fewest classes, then the latest in the record.  The map is total; its digest can be worked out again by anybody from
the decisions alone (see `digest_text`, docs/explain/service-map.md).

Cells with the same answers for all classes share a profile.  A map of the world is a profile of two bytes a cell and a table
of profiles: 4 MB.
"""

import functools
import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.errors import InputError
from hudhud.service.decision import (
    ANY,
    EARLIEST_NS,
    LATEST_NS,
    Conditions,
    Decision,
    Decisions,
    instant_ns,
    spans,
)
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Layer, ServiceClass, ServiceState
from hudhud.sky.hexagons import RESOLUTION, cell_number
from hudhud.timescale import to_rfc3339

__all__ = [
    "NO_PROFILE",
    "STATES",
    "Profiles",
    "ServiceMap",
    "answers",
    "compile",
    "conditions_json",
    "counts",
    "decision_line",
    "digest_text",
]

Profiles = NDArray[np.uint16]

NO_PROFILE = 65_535
"""Profile of a number that is no cell."""

STATES = tuple(ServiceState)
"""The states in the order of their numbers in a map."""

_CLASSES = tuple(ServiceClass)
_STATE_NUMBER = {state: number for number, state in enumerate(STATES)}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ServiceMap:
    """Which decision governs which cell, for whom, from `at` until just before `next_change_at`.  Made by `compile`.

    at, next_change_at: datetime64[ns]; NaT for a map that stays.  decisions: those that govern at least one cell for one
    class, in order of sequence.  profile: (number,) uint16 by cell number, NO_PROFILE where the number is no cell.
    governing: (profile, class) int32 into decisions; state: (profile, class) uint8 into STATES; lit: (profile,) whether
    its cells get beams.  digest: SHA-256 of `digest_text`, hexadecimal; two instants with the same answers have the same.
    """

    at: np.datetime64
    next_change_at: np.datetime64
    decisions: tuple[Decision, ...]
    profile: Profiles
    governing: Ints32
    state: Bits
    lit: Bools
    digest: str

    def __post_init__(self) -> None:
        freeze(self.profile, self.governing, self.state, self.lit)

    def profile_of(self, number: Ints32) -> Profiles:
        """Profile of each cell.  Any shape.  Raises InputError where a number is no cell of this map."""
        number = np.asarray(number)
        if number.dtype.kind not in "iu":
            raise InputError(
                f"Cell numbers of type {number.dtype}: expected integers, see hudhud.sky.hexagons.cell_number"
            )
        found = self.profile.take(number, mode="clip")
        outside = number.size and (number.min() < 0 or number.max() >= len(self.profile))
        if outside or (found == NO_PROFILE).any():
            raise self._unknown(number, found)
        return found

    def _unknown(self, number: Ints32, found: Profiles) -> InputError:
        wrong = (number < 0) | (number >= len(self.profile)) | (found == NO_PROFILE)
        place = int(wrong.argmax())
        return InputError(
            f"{np.count_nonzero(wrong):,} of {wrong.size:,} cell numbers are no cells of this map: the first is "
            f"{number.ravel()[place]}, at {place}. Cells are of H3 resolution {RESOLUTION}; -1 stands for an unknown position"
        )

    def governing_of(self, number: Ints32, service_class: Ints | Bits | int) -> Ints32:
        """Index into `decisions` of the one that governs each cell for a class.

        service_class: numbers of classes (`ServiceClass.number`), broadcast against the cells.  Raises InputError where a
        number is no cell of this map or no class.
        """
        return self.governing.ravel().take(self._entry(number, service_class))

    def state_of(self, number: Ints32, service_class: Ints | Bits | int) -> Bits:
        """Number of the state (into STATES) of each cell for a class.  Arguments as in `governing_of`."""
        return self.state.ravel().take(self._entry(number, service_class))

    def governing_at(self, latitude_rad: Floats, longitude_rad: Floats, service_class: Ints | Bits | int) -> Ints32:
        """As `governing_of`, for points.  Raises InputError where one is not finite."""
        return self.governing_of(cell_number(latitude_rad, longitude_rad), service_class)

    def state_at(self, latitude_rad: Floats, longitude_rad: Floats, service_class: Ints | Bits | int) -> Bits:
        """As `state_of`, for points.  Raises InputError where one is not finite."""
        return self.state_of(cell_number(latitude_rad, longitude_rad), service_class)

    def beams(self, number: Ints32) -> Bools:
        """Whether each cell gets beams: at least one class is governed by something else than a refusal of beams."""
        return self.lit.take(self.profile_of(number))

    def _entry(self, number: Ints32, service_class: Ints | Bits | int) -> Ints32:
        """Place of each cell and class in the flattened tables of profiles."""
        column = np.asarray(service_class)
        if column.dtype.kind not in "iu" or (column.size and not (column.min() >= 0 and column.max() < len(_CLASSES))):
            raise InputError(
                f"{service_class!r} is no class number: numbers are 0 to {len(_CLASSES) - 1}, see ServiceClass.number"
            )
        entry: Ints32 = self.profile_of(number).astype(np.int32) * len(_CLASSES) + column.astype(np.int32)
        return entry


def compile(decisions: Decisions, at: np.datetime64) -> ServiceMap:
    """The service map at an instant: pure, total, the same whatever order the decisions came in.

    Decisions are painted from the widest to the narrowest, for each group of classes that none of them tells apart; cells
    with the same answers are folded into profiles.
    """
    now_ns = instant_ns(at)
    begins, ends = spans(decisions.all)
    standing = np.flatnonzero((begins <= now_ns) & (now_ns < ends)).tolist()
    group, columns, lengths = _painted(decisions, standing)
    profile, rows = _folded(columns, lengths, len(decisions.all))
    missing = len(decisions.world) - int(np.count_nonzero(profile != NO_PROFILE))
    if missing or (rows == len(decisions.all)).any():
        raise InputError(
            f"At {to_rfc3339(at)} the decisions leave cells without an answer: make the set with `decisions`, which checks it"
        )
    used = np.unique(rows)
    governing: Ints32 = np.searchsorted(used, rows[:, group]).astype(np.int32)
    chosen = tuple(decisions.all[n] for n in used.tolist())
    text = digest_text(chosen, governing, profile[decisions.world])
    lights = np.array([one.state.serves or Layer.BEAM not in one.layers for one in chosen], dtype=np.bool_)
    return ServiceMap(
        at=np.datetime64(now_ns, "ns"),
        next_change_at=_next_change(begins, ends, now_ns),
        decisions=chosen,
        profile=profile,
        governing=governing,
        state=np.array([_STATE_NUMBER[one.state] for one in chosen], dtype=np.uint8)[governing],
        lit=np.asarray(lights[governing].any(axis=1)),
        digest=_sha256(text),
    )


def digest_text(decisions: tuple[Decision, ...], governing: Ints32, profile: Profiles) -> Iterator[bytes]:
    """The text whose SHA-256 is a map's digest, in pieces.

    A head line; a line of canonical JSON (RFC 8785; only strings, integers, lists and objects) for each governing decision
    in order of sequence; a line for each profile, the indices of its fifteen decisions with commas between; then the
    profile of each cell of the world in order of cell numbers, two bytes each, the low one first.  Profiles are numbered
    from 0 by their first appearance in that order.

    governing: (profile, class) into decisions.  profile: (cell,), of the cells of the world, ascending.
    """
    head = f"hudhud-service-map/v1 h3 {RESOLUTION} decisions {len(decisions)} profiles {len(governing)} cells {len(profile)}"
    yield f"{head}\n".encode("ascii")
    for one in decisions:
        yield decision_line(one) + b"\n"
    yield "".join(f"{','.join(map(str, row))}\n" for row in governing.tolist()).encode("ascii")
    yield np.ascontiguousarray(profile, dtype="<u2").tobytes()


def answers(service_map: ServiceMap, number: int) -> tuple[tuple[ServiceClass, Decision], ...]:
    """The decision that governs one cell, for each class in order."""
    row = service_map.governing[int(service_map.profile_of(np.array(number, dtype=np.int64)))]
    return tuple(zip(_CLASSES, (service_map.decisions[n] for n in row.tolist()), strict=True))


def counts(service_map: ServiceMap) -> dict[ServiceClass, dict[ServiceState, int]]:
    """How many cells each state has, for each class; states without a cell too.  The states of a class add up to the world."""
    cells = np.bincount(service_map.profile, minlength=NO_PROFILE + 1)[: len(service_map.governing)]
    table = {}
    for service_class in _CLASSES:
        found = np.bincount(service_map.state[:, service_class.number], weights=cells, minlength=len(STATES))
        table[service_class] = dict(zip(STATES, found.astype(np.int64).tolist(), strict=True))
    return table


def _painted(decisions: Decisions, standing: list[int]) -> tuple[list[int], NDArray[Any], Ints]:
    """Paint runs of cell numbers that no decision tells apart: a hundred thousand of them instead of two million cells.

    group: for each class its row in columns.  columns: (group, run), index of the governing decision, len(decisions.all)
    where nothing is.  lengths: (run,) numbers in each.  Two classes are of one group if every standing decision covers both
    or neither.
    """
    every = decisions.all
    pieces = {n: [_runs(one) for one in every[n].territories] for n in standing}
    edges = _edges([run for each in pieces.values() for run in each], int(decisions.world[-1]) + 1)
    lengths: Ints = np.diff(edges)
    held = {n: _held(each, edges) for n, each in pieces.items()}
    cells = {n: int(lengths[each].sum()) for n, each in held.items()}
    widest_first = sorted(standing, key=lambda n: (-cells[n], -len(every[n].classes), n))
    groups: dict[tuple[int, ...], int] = {}
    covering = [tuple(n for n in widest_first if service_class in every[n].classes) for service_class in _CLASSES]
    group = [groups.setdefault(each, len(groups)) for each in covering]
    columns = np.full((len(groups), len(lengths)), len(every), dtype=np.min_scalar_type(len(every)))
    for column, each in zip(columns, groups, strict=True):
        for n in each:
            column[held[n]] = n
    return group, columns, lengths


@functools.lru_cache(maxsize=1_024)
def _runs(territory: Territory) -> tuple[Ints, Ints]:
    """First number of each run of its cells, and the first one after it.  Remembered: maps come back to few territories."""
    number = territory.number.astype(np.int64)
    breaks = np.flatnonzero(np.diff(number) > 1)
    starts, stops = number[np.append(0, breaks + 1)], number[np.append(breaks, len(number) - 1)] + 1
    freeze(starts, stops)
    return starts, stops


def _edges(runs: list[tuple[Ints, Ints]], end: int) -> Ints:
    """Where any of the runs begins or stops, from 0 to `end`, ascending, each once."""
    sorted_edges = np.sort(np.concatenate([[0, end], *(edge for run in runs for edge in run)]).astype(np.int64))
    kept: Ints = sorted_edges[np.append(True, np.diff(sorted_edges) > 0)]
    return kept


def _held(pieces: list[tuple[Ints, Ints]], edges: Ints) -> Ints:
    """The runs between edges that a decision covers, each once."""
    found = [_between(np.searchsorted(edges, starts), np.searchsorted(edges, stops)) for starts, stops in pieces]
    return found[0] if len(found) == 1 else np.flatnonzero(np.bincount(np.concatenate(found)))


def _between(first: Ints, last: Ints) -> Ints:
    """All integers from each of `first` until just before its `last`, one behind the other."""
    counts = last - first
    shift = np.repeat(first - np.append(0, np.cumsum(counts)[:-1]), counts)
    return shift + np.arange(len(shift))


def _folded(columns: NDArray[Any], lengths: Ints, nothing: int) -> tuple[Profiles, Ints]:
    """profile: (number,) of each cell.  rows: (profile, group) of decisions.  Numbered by first appearance.

    columns, lengths: as `_painted` gives them.  Numbers with nothing in every group get NO_PROFILE.
    """
    runs = columns.astype(np.int64)
    _, first, kind = np.unique(_keys(runs, nothing + 1), return_index=True, return_inverse=True)
    rows = runs[:, first].T
    blank = (rows == nothing).all(axis=1)
    order = np.argsort(np.where(blank, len(lengths), first), kind="stable")  # blank last
    profiles = len(rows) - int(blank.sum())
    if profiles > NO_PROFILE:
        raise InputError(
            f"These decisions answer in {profiles:,} different ways: a map holds at most {NO_PROFILE:,}. "
            "Join territories that are decided alike"
        )
    named = np.empty(len(rows), dtype=np.uint16)
    named[order] = np.minimum(np.arange(len(rows)), NO_PROFILE)
    named[blank] = NO_PROFILE
    return np.repeat(named[kind], lengths), rows[order[:profiles]]


def _keys(rows: Ints, base: int) -> Ints:
    """One integer for each column of `rows`, alike where the columns are.  rows: (group, run), each 0 <= value < base."""
    keys, span = np.zeros(rows.shape[1], dtype=np.int64), 1
    for row in rows:
        if span > 2**62 // base:
            values, keys = np.unique(keys, return_inverse=True)
            span = len(values)
        keys = keys * base + row
        span *= base
    return keys


def _next_change(begins: Ints, ends: Ints, now_ns: int) -> np.datetime64:
    """The first instant after now at which a decision comes into force or goes out of it, NaT for never."""
    real = begins < ends
    bounds = np.concatenate([begins[real], ends[real]])
    later = bounds[(bounds > now_ns) & (bounds != EARLIEST_NS) & (bounds != LATEST_NS)]
    return np.datetime64(int(later.min()), "ns") if len(later) else np.datetime64("NaT", "ns")


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def decision_line(one: Decision) -> bytes:
    """The line by which a map's digest depends on a decision, without its line feed."""
    return _CANONICAL.encode(_stated(one)).encode()


def _stated(one: Decision) -> dict[str, Any]:
    """What of a decision the digest depends on, as JSON.  What is left out in the decision is left out here."""
    stated: dict[str, Any] = {
        "classes": sorted(one.classes),
        "id": one.id,
        "legal_basis": one.legal_basis,
        "reasons": sorted(one.reasons),
        "sequence": one.sequence,
        "state": one.state,
        "territories": [
            {"id": name, "sha256": digest}
            for name, digest in sorted((each.id, each.digest) for each in one.territories)
        ],
    }
    if one.layers:
        stated["layers"] = sorted(one.layers)
    for what, instant in (("start", one.start), ("until", one.until), ("review_by", one.review_by)):
        if not np.isnat(instant):
            stated[what] = to_rfc3339(instant)
    if one.conditions != ANY:
        stated["conditions"] = conditions_json(one.conditions)
    return stated


def conditions_json(conditions: Conditions) -> dict[str, Any]:
    """Conditions as JSON: limits as decimal texts, lists of terminals by their digest, only what asks something.

    It is the same whether a list is at hand or not: names of terminals never stand there.
    """
    stated: dict[str, Any] = {}
    for what in ("home_countries", "purposes", "refused_purposes"):
        if words := getattr(conditions, what):
            stated[what] = sorted(words)
    if conditions.ocean_plan:
        stated["ocean_plan"] = "required"
    if conditions.motion is not None:
        stated["motion"] = conditions.motion
    if conditions.allowlist_digest:
        stated["allowlist"] = conditions.allowlist_digest
    if conditions.denylist_digest:
        stated["denylist"] = conditions.denylist_digest
    for what in (
        "maximum_abroad_s",
        "maximum_home_distance_m",
        "maximum_rate_bit_s",
        "maximum_service_address_distance_m",
        "maximum_speed_m_s",
        "minimum_height_m",
    ):
        value = getattr(conditions, what)
        if math.isfinite(value):
            stated[what] = np.format_float_positional(value, trim="-")
    return stated


def _sha256(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()
