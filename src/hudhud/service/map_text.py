"""The file form of a service map, which is the text that its digest is of: written, read strictly, compared.

A file is a claim: it says which decision governs which cell, and proves nothing.  `differences` holds it against the map that
a record proves.  There is one way to write a map, so a file that is read and written again is what it was.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from hudhud.arrays import Bools, Ints, Ints32, freeze
from hudhud.errors import Fault, InputError, plain
from hudhud.service.decision import Conditions
from hudhud.service.service_map import NO_PROFILE, Profiles, ServiceMap, conditions_json, decision_line, digest_text
from hudhud.service.vocabulary import Layer, LegalBasis, Motion, Purpose, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import RESOLUTION, h3_index
from hudhud.timescale import from_rfc3339, to_rfc3339

__all__ = [
    "CellDifference",
    "Claimed",
    "MapClaim",
    "MapDifferences",
    "differences",
    "map_bytes",
    "map_digest",
    "read_map",
]

_CLASSES = tuple(ServiceClass)
_MOST_BYTES = 1 << 27
_NEVER = np.datetime64("NaT", "ns")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Claimed:
    """A decision as the line of a file states it.  line: the bytes, which say all of it.

    start, until, review_by: NaT where left out.
    """

    id: str
    sequence: int
    state: ServiceState
    layers: frozenset[Layer]
    start: np.datetime64
    until: np.datetime64
    review_by: np.datetime64
    conditions: Conditions
    line: bytes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class MapClaim:
    """A service map as a file states it.  world: (cell,) ascending numbers; profile: (cell,) row of governing.

    governing: (profile, class) int32 into decisions.  digest: SHA-256 of the file.
    """

    decisions: tuple[Claimed, ...]
    world: Ints32
    profile: Profiles
    governing: Ints32
    digest: str

    def __post_init__(self) -> None:
        freeze(self.world, self.profile, self.governing)


def map_bytes(service_map: ServiceMap) -> bytes:
    """The map as a file.  Its SHA-256 is the map's digest."""
    cells = service_map.profile[service_map.profile != NO_PROFILE]
    return b"".join(digest_text(service_map.decisions, service_map.governing, cells))


def map_digest(data: bytes) -> str:
    """The digest of the map in a file, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


# ---- reading ----

_HEAD = re.compile(
    rb"hudhud-service-map/v1 h3 (\d+) decisions ([1-9]\d{0,6}) profiles ([1-9]\d{0,4}) cells ([1-9]\d{0,7})"
)


def read_map(data: bytes, world: Ints32) -> MapClaim:
    """The map in a file, strictly.  world: (cell,) int32, ascending: the cells that there are.

    Raises InputError with what is wrong and where, by line or cell, for anything that `map_bytes` does not write.
    """
    if len(data) > _MOST_BYTES:
        raise _refused([Fault(where="", problem=f"has {len(data):,} bytes; at most {_MOST_BYTES:,} are taken")])
    head, _, rest = data.partition(b"\n")
    found = _HEAD.fullmatch(head)
    if found is None or int(found[1]) != RESOLUTION:
        problem = f"{head[:80]!r}; expected hudhud-service-map/v1 h3 {RESOLUTION} decisions <D> profiles <P> cells <C>"
        raise _refused([Fault(where="line 1", problem=problem)])
    decisions, profiles, cells = (int(found[n]) for n in (2, 3, 4))
    lines = rest.split(b"\n", decisions + profiles)
    if len(lines) != decisions + profiles + 1:
        problem = f"has {len(lines)} lines; the head tells of {decisions} decisions and {profiles} profiles"
        raise _refused([Fault(where="", problem=problem)])
    faults: list[Fault] = []
    claimed = [_claimed(line, n, faults) for n, line in enumerate(lines[:decisions], 2)]
    governing = [_profile(line, n, decisions, faults) for n, line in enumerate(lines[decisions:-1], 2 + decisions)]
    faults += _cell_count_faults(lines[-1], cells, len(world))
    if faults:
        raise _refused(faults)
    profile = np.frombuffer(lines[-1], dtype="<u2").astype(np.uint16)
    rows: Ints32 = np.array(governing, dtype=np.int32)
    known = tuple(one for one in claimed if one is not None)
    faults += [*_order_faults(known, rows), *_profile_faults(profile, rows, world)]
    if faults:
        raise _refused(faults)
    return MapClaim(
        decisions=known,
        world=np.asarray(world, dtype=np.int32),
        profile=profile,
        governing=rows,
        digest=map_digest(data),
    )


def _refused(faults: list[Fault]) -> InputError:
    return InputError("the service map was refused", faults)


def _profile(line: bytes, place: int, decisions: int, faults: list[Fault]) -> list[int]:
    """The places of fifteen decisions; a fault where the line is anything else."""
    parts = line.split(b",") if len(line) < 8 * len(_CLASSES) else []
    row = [int(one) for one in parts if re.fullmatch(rb"0|[1-9]\d{0,6}", one)]
    if len(row) != len(_CLASSES) or len(parts) != len(_CLASSES) or max(row) >= decisions:
        problem = f"{line[:80]!r}; expected {len(_CLASSES)} numbers from 0 to {decisions - 1}, commas between"
        faults.append(Fault(where=f"line {place}", problem=problem))
        return [0] * len(_CLASSES)
    return row


def _cell_count_faults(data: bytes, cells: int, world: int) -> Iterator[Fault]:
    if cells != world:
        yield Fault(where="line 1", problem=f"tells of {cells:,} cells; the world has {world:,}")
    if len(data) != 2 * cells:
        problem = f"{len(data):,} bytes follow the lines; {cells:,} cells take {2 * cells:,}"
        yield Fault(where="cells", problem=problem)


def _order_faults(claimed: tuple[Claimed, ...], governing: Ints32) -> Iterator[Fault]:
    """Decisions and profiles that could be written in another way: out of order, doubled, unused."""
    ids = [one.id for one in claimed]
    if len(set(ids)) < len(ids):
        twice = min(one for one, count in Counter(ids).items() if count > 1)
        yield Fault(where="decisions", problem=f"{plain(twice)[:80]!r} stands there twice")
    if any(one.sequence >= other.sequence for one, other in pairwise(claimed)):
        yield Fault(where="decisions", problem="do not ascend in sequence")
    unused = np.setdiff1d(np.arange(len(claimed)), governing)
    if len(unused):
        problem = f"decision {plain(claimed[int(unused[0])].id)[:80]!r} governs nothing: it does not belong on the map"
        yield Fault(where="decisions", problem=problem)
    if len(np.unique(governing, axis=0)) < len(governing):
        yield Fault(where="profiles", problem="two of them are alike")


def _profile_faults(profile: Profiles, governing: Ints32, world: Ints32) -> Iterator[Fault]:
    """Cells of no profile, and profiles that are not numbered by their first cell."""
    beyond = np.flatnonzero(profile >= len(governing))
    if len(beyond):
        problem = f"has profile {profile[beyond[0]]}; there are {len(governing)}"
        yield Fault(where=_cell_name(world[beyond[0]]), problem=problem)
        return
    numbers, first = np.unique(profile, return_index=True)
    if len(numbers) < len(governing):
        missing = int(np.setdiff1d(np.arange(len(governing)), numbers)[0])
        yield Fault(where="profiles", problem=f"profile {missing} is that of no cell")
    elif (np.diff(first) <= 0).any():
        cell = int(first[int(np.argmax(np.diff(first) <= 0)) + 1])
        yield Fault(where=_cell_name(world[cell]), problem="its profile is not numbered by its first cell")


def _cell_name(number: np.integer[Any]) -> str:
    return f"cell {int(h3_index(np.array([number], dtype=np.int32))[0]):x}"


_WANTED = {"classes", "id", "legal_basis", "reasons", "sequence", "state", "territories"}
_FURTHER = {"layers", "start", "until", "review_by", "conditions"}
_LIMITS = (
    "maximum_abroad_s",
    "maximum_home_distance_m",
    "maximum_rate_bit_s",
    "maximum_service_address_distance_m",
    "maximum_speed_m_s",
    "minimum_height_m",
)
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
_DIGEST = re.compile(r"[0-9a-f]{64}")
_Member = TypeVar("_Member", bound=StrEnum)


class _Wrong(Exception):
    """What is wrong with a line, in words."""


def _claimed(line: bytes, place: int, faults: list[Fault]) -> Claimed | None:
    """The decision that a line states; a fault where it is not what a decision's line can be."""
    try:
        return _decision(line)
    except _Wrong as wrong:
        problem = str(wrong)
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        problem = f"is no JSON of a decision: {error}"
    faults.append(Fault(where=f"line {place}", problem=problem))
    return None


def _decision(line: bytes) -> Claimed:
    stated = json.loads(line.decode("utf-8"))
    if not isinstance(stated, dict):
        raise _Wrong("is no JSON object: expected a decision")
    for name in sorted(_WANTED - set(stated)):
        raise _Wrong(f"has no {name}")
    for name in sorted(set(stated) - _WANTED - _FURTHER):
        raise _Wrong(f"has the unknown field {plain(name)[:40]!r}")
    for name, words in (("classes", ServiceClass), ("reasons", Reason)):
        if not _words(stated[name], words, name):
            raise _Wrong(f"has {name} that are empty: at least one belongs to each decision")
    _word(stated["legal_basis"], LegalBasis, "legal_basis")
    sequence = stated["sequence"]
    if type(sequence) is not int or not 0 <= sequence < 2**53:
        raise _Wrong(f"has sequence {str(sequence)[:40]}: expected an integer from 0 to 2**53 - 1")
    _check_territories(stated["territories"])
    claimed = Claimed(
        id=_text(stated["id"], "id"),
        sequence=sequence,
        state=_word(stated["state"], ServiceState, "state"),
        layers=_words(stated.get("layers", []), Layer, "layers"),
        start=_instant(stated, "start"),
        until=_instant(stated, "until"),
        review_by=_instant(stated, "review_by"),
        conditions=_conditions(stated.get("conditions", {})),
        line=line,
    )
    if stated.get("conditions", {"": 0}) == {} or stated.get("layers", [0]) == []:
        raise _Wrong("has an empty field: what is left out asks nothing")
    if _CANONICAL.encode(stated).encode("utf-8") != line:
        raise _Wrong("is not written canonically: keys sorted, each once, no blanks, no escapes that are not needed")
    return claimed


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value.strip() or plain(value) != value:
        raise _Wrong(f"has {name} {str(value)[:40]!r}: expected plain text in one line")
    return value


def _word(value: Any, words: type[_Member], name: str) -> _Member:
    if not isinstance(value, str) or value not in list(words):
        raise _Wrong(f"has {name} {str(value)[:40]!r}: expected one of {', '.join(words)}")
    return words(value)


def _words(value: Any, words: type[_Member], name: str) -> frozenset[_Member]:
    if not isinstance(value, list):
        raise _Wrong(f"has {name} that are no list")
    found = frozenset(_word(one, words, name) for one in value)
    if value != sorted(found):
        raise _Wrong(f"has {name} that are not in order, each once")
    return found


def _check_territories(value: Any) -> None:
    if not isinstance(value, list) or not value:
        raise _Wrong("has no list of territories")
    for one in value:
        if not isinstance(one, dict) or set(one) != {"id", "sha256"}:
            raise _Wrong("has a territory that is not its id and sha256")
        _text(one["id"], "a territory's id")
        if not isinstance(one["sha256"], str) or not _DIGEST.fullmatch(one["sha256"]):
            raise _Wrong("has a territory without a digest of 64 hexadecimal digits")
    keys = [(one["id"], one["sha256"]) for one in value]
    if keys != sorted(keys):
        raise _Wrong("has territories that are not in order")


def _instant(stated: dict[str, Any], name: str) -> np.datetime64:
    if name not in stated:
        return _NEVER
    try:
        found = from_rfc3339(stated[name])
    except (InputError, TypeError, ValueError, AttributeError):
        found = _NEVER
    if np.isnat(found) or to_rfc3339(found) != stated[name]:
        raise _Wrong(f"has {name} {str(stated[name])[:40]!r}: expected an instant such as 2026-05-30T18:00:12Z")
    return found


def _conditions(stated: Any) -> Conditions:
    if not isinstance(stated, dict):
        raise _Wrong("has conditions that are no object")
    fields: dict[str, Any] = {}
    for name, value in stated.items():
        if name in ("purposes", "refused_purposes"):
            fields[name] = _words(value, Purpose, name)
        elif name == "home_countries":
            fields[name] = frozenset(_text(one, name) for one in value) if isinstance(value, list) else frozenset()
        elif name == "ocean_plan":
            fields[name] = True
        elif name == "motion":
            fields[name] = _word(value, Motion, name)
        elif name in ("allowlist", "denylist"):
            if not isinstance(value, str) or not _DIGEST.fullmatch(value):
                raise _Wrong(f"has {name} {str(value)[:40]!r}: expected a digest of 64 hexadecimal digits")
            fields[f"{name}_sha256"] = value
        elif name in _LIMITS:
            fields[name] = float(value) if isinstance(value, str) and len(value) < 400 else math.nan
        else:
            raise _Wrong(f"has the unknown condition {plain(name)[:40]!r}")
    found = Conditions(**fields)
    if conditions_json(found) != stated:
        raise _Wrong("has conditions that are not written as they are digested")
    return found


# ---- comparing ----

_SHOWN = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class CellDifference:
    """A cell for which, and classes for whom, a file names another decision than is proven.  cell: as H3 writes it."""

    cell: str
    classes: tuple[ServiceClass, ...]
    claimed: str
    claimed_state: ServiceState
    proven: str
    proven_state: ServiceState


@dataclass(frozen=True, kw_only=True, slots=True)
class MapDifferences:
    """How a file differs from what a record proves; falsy where it does not.

    cells: how many differ for at least one class; first: the first ten of them.
    unproven: ids of decisions that stand in the file and that no record proves; missing: proven ones that the file lacks;
    altered: ids of proven ones of which the file states something else.
    """

    cells: int
    first: tuple[CellDifference, ...]
    unproven: tuple[str, ...]
    missing: tuple[str, ...]
    altered: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.cells or self.unproven or self.missing or self.altered)


def differences(claim: MapClaim, proven: ServiceMap) -> MapDifferences:
    """What a file says otherwise than the map that a record proves.  Raises InputError where they are of two worlds."""
    world = np.flatnonzero(proven.profile != NO_PROFILE)
    if not np.array_equal(world, claim.world):
        raise InputError(
            "the maps are of two worlds: their cells differ; read the file with the cells of the proven map"
        )
    lines = [decision_line(one) for one in proven.decisions]
    stated = {one.line: n for n, one in enumerate(claim.decisions)}
    same = np.array([stated.get(line, -1) for line in lines], dtype=np.int32)  # of each proven one in the file
    pairs, which = np.unique(claim.profile.astype(np.int64) << 16 | proven.profile[world], return_inverse=True)
    other = claim.governing[pairs >> 16] != same[proven.governing[pairs & 0xFFFF]]  # (pair, class)
    different = np.flatnonzero(other.any(axis=1)[which])
    ours, theirs = {one.id for one in proven.decisions}, {one.id for one in claim.decisions}
    known = dict(zip((one.id for one in proven.decisions), lines, strict=True))
    return MapDifferences(
        cells=len(different),
        first=tuple(_first(claim, proven, world, different, other[which[different]])),
        unproven=tuple(one.id for one in claim.decisions if one.id not in ours),
        missing=tuple(one.id for one in proven.decisions if one.id not in theirs),
        altered=tuple(one.id for one in claim.decisions if known.get(one.id, one.line) != one.line),
    )


def _first(claim: MapClaim, proven: ServiceMap, world: Ints, different: Ints, other: Bools) -> Iterator[CellDifference]:
    """The first cells that differ.  different: (n,) places in world; other: (n, class)."""
    for place, row in zip(different[:_SHOWN].tolist(), other[:_SHOWN], strict=True):
        number = int(world[place])
        pairs: dict[tuple[int, int], list[ServiceClass]] = {}
        for each in np.flatnonzero(row).tolist():
            said = int(claim.governing[claim.profile[place], each])
            true = int(proven.governing[proven.profile[number], each])
            pairs.setdefault((said, true), []).append(_CLASSES[each])
        for (said, true), classes in pairs.items():
            yield CellDifference(
                cell=f"{int(h3_index(np.array([number], dtype=np.int32))[0]):x}",
                classes=tuple(classes),
                claimed=claim.decisions[said].id,
                claimed_state=claim.decisions[said].state,
                proven=proven.decisions[true].id,
                proven_state=proven.decisions[true].state,
            )
