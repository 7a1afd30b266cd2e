"""Decisions written by hand: the text of a TOML file becomes values.

Comes in: tables [[territory]] (places of one's own) and [[decision]] in the units people write.  Goes out: `Decision`s, each
sound by itself and in its place among those before it; whether all of them together answer every cell is asked where the set is
made (`hudhud.service.decision.decisions`).  Everything wrong with the text is reported at once, each fault with its key
path: a decision of which some keys were refused is looked at further, as far as those do not matter.
docs/reference/decisions.md lists the keys.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import h3.api.basic_int as h3
import numpy as np
from pydantic import BeforeValidator, Field

from hudhud.arrays import Ints32
from hudhud.errors import Fault, InputError
from hudhud.scenario.draft_order import doubled_words, misplaced
from hudhud.scenario.tables import Float, Instant, Name, Place, Table, parsed, validated
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision, problems
from hudhud.service.territory import Territory, territory
from hudhud.service.vocabulary import (
    Containment,
    Layer,
    LegalBasis,
    Motion,
    Purpose,
    Reason,
    ServiceClass,
    ServiceState,
)
from hudhud.sky.hexagons import cell_number, h3_index, number_of

__all__ = ["TerritoryOf", "from_tables", "from_toml", "naming"]

TerritoryOf = Callable[[str, Containment], Territory]
"""The packaged territory of an id in a mode.  Raises InputError for an unknown id."""

_PAGE = "docs/reference/decisions.md"
_NEVER = np.datetime64("NaT", "ns")
_M_S_PER_KM_H = 1 / 3.6
_DAY_S = 86_400.0
_MOST_RINGS = 50

_Word = TypeVar("_Word", bound=StrEnum)


def _word(words: type[_Word], value: object) -> _Word:
    try:
        return words(str(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(words)}") from None


_Class = Annotated[ServiceClass, BeforeValidator(partial(_word, ServiceClass))]
_State = Annotated[ServiceState, BeforeValidator(partial(_word, ServiceState))]
_Purpose = Annotated[Purpose, BeforeValidator(partial(_word, Purpose))]
_Reason = Annotated[Reason, BeforeValidator(partial(_word, Reason))]
_Basis = Annotated[LegalBasis, BeforeValidator(partial(_word, LegalBasis))]
_Motion = Annotated[Motion, BeforeValidator(partial(_word, Motion))]
_Layer = Annotated[Layer, BeforeValidator(partial(_word, Layer))]


class _Own(Table):
    """A territory of the file's own: exactly one of geojson, cells, cell_file, point_deg."""

    id: Name
    name_en: Name
    name_ar: Name
    geojson: Name | None = None
    cells: list[Name] = Field(default_factory=list)
    cell_file: Name | None = None
    point_deg: Place | None = None
    rings: Annotated[int, Field(ge=0, le=_MOST_RINGS)] = 0
    source: str = ""
    note: str = ""


class _Conditions(Table):
    purposes: list[_Purpose] = Field(default_factory=list)
    refused_purposes: list[_Purpose] = Field(default_factory=list)
    allowlist: list[Name] | None = None
    allowlist_file: Name | None = None
    denylist: list[Name] | None = None
    denylist_file: Name | None = None
    motion: _Motion | None = None
    maximum_speed_km_h: Annotated[Float, Field(ge=0, le=50_000)] | None = None
    maximum_rate_mbit_s: Annotated[Float, Field(ge=0, le=1_000_000)] | None = None
    ocean_plan: bool = False
    home_countries: list[Name] = Field(default_factory=list)
    maximum_home_distance_km: Annotated[Float, Field(ge=0, le=20_100)] | None = None
    maximum_abroad_days: Annotated[Float, Field(ge=0, le=36_525)] | None = None
    maximum_service_address_distance_km: Annotated[Float, Field(ge=0, le=20_100)] | None = None
    minimum_height_m: Annotated[Float, Field(ge=-500, le=100_000)] | None = None


class _Draft(Table):
    id: Name
    sequence: Annotated[int, Field(ge=0, le=2**62)] | None = None
    title_en: Name
    title_ar: Name
    territories: Annotated[list[Name], Field(min_length=1)]
    classes: Annotated[list[_Class], Field(min_length=1)] | None = None
    but_classes: list[_Class] = Field(default_factory=list)
    state: _State
    reasons: Annotated[list[_Reason], Field(min_length=1)]
    legal_basis: _Basis = LegalBasis.NONE_STATED
    layers: list[_Layer] = Field(default_factory=list)
    start: Instant | None = None
    until: Instant | None = None
    review_by: Instant
    conditions: _Conditions = _Conditions()
    supersedes: list[Name] = Field(default_factory=list)
    source: str = ""
    note: str = ""
    demonstration: bool = False


def from_toml(
    text: str,
    *,
    territory_of: TerritoryOf,
    read: Callable[[str], str],
    first_sequence: int,
    known: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Decision, ...]:
    """The decisions that a TOML text describes, in its order.

    read: the text of a file that it names (InputError or OSError where it cannot).  first_sequence: of the first decision
    that gives none; each further one follows.  known: ids of the decisions before these, each with its sequence: what may be
    superseded, and what may not be used again.  Raises InputError with every fault and its key path.
    """
    raw = parsed(text, "the decisions", InputError)
    return from_tables(raw, territory_of=territory_of, read=read, first_sequence=first_sequence, known=known)


def from_tables(
    raw: dict[str, Any],
    *,
    territory_of: TerritoryOf,
    read: Callable[[str], str],
    first_sequence: int,
    known: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Decision, ...]:
    """The same, from the tables [[territory]] and [[decision]] of a larger file."""
    faults: list[Fault] = []
    own_tables = _tables(raw, "territory", _Own, faults)
    drafts = _tables(raw, "decision", _Draft, faults, _mended)
    faults += [
        Fault(where=key, problem=f"no such table here: see {_PAGE}")
        for key in raw
        if key not in ("territory", "decision")
    ]
    if not raw.get("decision"):
        faults.append(Fault(where="decision", problem="there is no decision: add a [[decision]]"))
    own: _OwnCells = dict.fromkeys(_ids(raw)) | _own_cells(own_tables, read, faults)
    made = [
        _decision(draft, f"decision[{i}]", own, territory_of, read, first_sequence + i, faults)
        for i, draft in enumerate(drafts)
        if draft is not None
    ]
    faults += [*misplaced(raw, first_sequence, known), *doubled_words(raw)]
    if faults:
        raise InputError(f"the decisions have {len(faults):,} fault{'s' * (len(faults) > 1)}", faults)
    return tuple(made)


def naming(raw: dict[str, Any], *, territory_of: TerritoryOf, read: Callable[[str], str]) -> TerritoryOf:
    """Territories by their names, those under [[territory]] first.  Raises InputError with every fault of these tables.

    What comes back raises InputError for an unknown name; a mode behind @ goes before the one that is handed in.
    """
    faults: list[Fault] = []
    own = _own_cells(_tables(raw, "territory", _Own, faults), read, faults)
    if faults:
        raise InputError(f"the territories have {len(faults):,} fault{'s' * (len(faults) > 1)}", faults)

    def named(name: str, containment: Containment) -> Territory:
        wrong: list[Fault] = []
        found = _territory(name, "", containment, own, territory_of, wrong)
        if found is None:
            raise InputError("; ".join(each.problem for each in wrong))
        return found

    return named


_Model = TypeVar("_Model", bound=Table)


_Mend = Callable[[dict[str, Any], list[tuple[int | str, ...]]], dict[str, Any]]


def _tables(
    raw: dict[str, Any], key: str, model: type[_Model], faults: list[Fault], mend: _Mend | None = None
) -> list[_Model | None]:
    """Each table under a key; None where something is wrong with it that could not be mended."""
    value = raw.get(key, [])
    if not isinstance(value, list):
        faults.append(Fault(where=key, problem=f"must be tables, each under [[{key}]]"))
        return []
    read = []
    for i, each in enumerate(value):
        made, wrong = validated(model, each, page=_PAGE, under=(key, i), mend=mend)
        read.append(made)
        faults += wrong
    return read


_STAND_INS = {
    "id": "?",
    "title_en": "?",
    "title_ar": "?",
    "territories": ["?"],
    "state": ServiceState.NOT_OFFERED.value,
    "reasons": [Reason.TECHNICAL.value],
    "review_by": "2000-01-01T00:00:00Z",
}


def _mended(raw: Any, wrong: list[tuple[int | str, ...]]) -> Any:
    """A draft without the keys that were refused, something in place of those it must have: to be looked at further."""
    if not isinstance(raw, dict):
        return raw
    kept = {key: value for key, value in raw.items() if (key,) not in {each[:1] for each in wrong}}
    inside = {each[1] for each in wrong if each[0] == "conditions" and len(each) > 1}
    if inside and ("conditions",) not in wrong:
        kept["conditions"] = {key: value for key, value in raw["conditions"].items() if key not in inside}
    return _STAND_INS | kept


@dataclass(frozen=True, slots=True)
class _Ground:
    """The cells of an own territory in a mode; what reading them noted; the only mode that they are a list of, if one."""

    cells: Callable[[Containment], Ints32]
    notes: tuple[str, ...] = ()
    only: Containment | None = None


_OwnCells = dict[str, tuple[_Own, _Ground] | None]
"""Own territories by id, None for one that is refused, so that its users are not refused for it once more."""


def _ids(raw: dict[str, Any]) -> list[str]:
    """Ids of the file's own territories, also of those that something is wrong with."""
    tables = raw.get("territory")
    found = [each.get("id") for each in (tables if isinstance(tables, list) else []) if isinstance(each, dict)]
    return [id_ for id_ in found if isinstance(id_, str)]


def _own_cells(tables: list[_Own | None], read: Callable[[str], str], faults: list[Fault]) -> _OwnCells:
    """The file's own territories by id, each with its cells in a mode."""
    own: _OwnCells = {}
    for i, table in enumerate(tables):
        if table is None:
            continue
        where = f"territory[{i}]"
        given = [key for key in ("geojson", "cells", "cell_file", "point_deg") if getattr(table, key)]
        if len(given) != 1:
            problem = f"needs exactly one of geojson, cells, cell_file, point_deg; found {', '.join(given) or 'none'}"
            faults.append(Fault(where=where, problem=problem))
        elif table.id in own:
            faults.append(Fault(where=f"{where}.id", problem=f"{table.id!r} is there already: ids must differ"))
        elif table.rings and given != ["point_deg"]:
            faults.append(Fault(where=f"{where}.rings", problem="rings go round point_deg only: leave them out here"))
        else:
            try:
                own[table.id] = (table, _cells(table, read))
            except InputError as error:
                inside = [str(each) for each in error.faults] or [error.summary]
                faults += [Fault(where=f"{where}.{given[0]}", problem=each) for each in inside]
            except OSError as error:
                problem = f"{error.filename or 'the file'}: {error.strerror or error}"
                faults.append(Fault(where=f"{where}.{given[0]}", problem=problem))
    return own


def _cells(table: _Own, read: Callable[[str], str]) -> _Ground:
    """The cells of an own territory.  Raises InputError, OSError."""
    if table.point_deg is not None:
        around = _around(table.point_deg, table.rings)
        return _Ground(lambda _mode: around)
    # only files with polygons or lists wait for these: shapely takes a quarter of a second
    from hudhud.service.cell_list import cells_from_text
    from hudhud.service.geojson import from_geojson

    if table.geojson is not None:
        from hudhud.service.shapes import footprint

        drawn = from_geojson(read(table.geojson))
        return _Ground(footprint(drawn.shape).cells, drawn.notes)
    listed = cells_from_text("\n".join(table.cells) if table.cells else read(str(table.cell_file)))
    return _Ground(lambda _mode: listed.number, listed.notes, listed.containment)


def _around(point_deg: tuple[float, float], rings: int) -> Ints32:
    """The cell of a point and so many rings of cells round it."""
    latitude_rad, longitude_rad = np.radians(np.array(point_deg))
    middle = h3_index(cell_number(latitude_rad[None], longitude_rad[None]))[0]
    return np.sort(number_of(np.array(h3.grid_disk(int(middle), rings), dtype=np.int64)))


def _decision(
    draft: _Draft,
    where: str,
    own: _OwnCells,
    territory_of: TerritoryOf,
    read: Callable[[str], str],
    sequence: int,
    faults: list[Fault],
) -> Decision:
    """A decision in SI units; of no use where it adds a fault, of what it names or of the decision itself."""
    refused = _refused(where, faults)
    serves = draft.state.serves and not {"state"} & refused
    usual = Containment.FULL if serves else Containment.OVERLAP
    territories = tuple(
        found
        for i, name in enumerate(draft.territories if "territories" not in refused else [])
        if (found := _territory(name, f"{where}.territories[{i}]", usual, own, territory_of, faults)) is not None
    )
    conditions = _conditions(draft.conditions, f"{where}.conditions", read, faults)
    if draft.classes is not None and draft.but_classes:
        faults.append(Fault(where=f"{where}.but_classes", problem="give classes or but_classes, not both"))
    if serves and draft.classes is None and not draft.but_classes and not {"classes", "but_classes"} & refused:
        faults.append(Fault(where=f"{where}.classes", problem=_SILENT))
    made = _made(draft, sequence, territories, conditions)
    faults += _unsound(made, where, _refused(where, faults))
    return made


_SILENT = (
    "a grant names its classes: weapon_mounted and military are never meant by silence; give classes or but_classes"
)


def _refused(where: str, faults: list[Fault]) -> set[str]:
    """Keys of a draft that something was wrong with so far: `state`, `conditions.allowlist`."""
    inside = (each.where.removeprefix(f"{where}.") for each in faults if each.where.startswith(f"{where}."))
    return {key.partition("[")[0].removesuffix("_file") for key in inside}


def _unsound(made: Decision, where: str, refused: set[str]) -> Iterator[Fault]:
    """What is wrong with a decision by itself, but for what rests on a key that was refused."""

    def stands_in(key: str) -> bool:
        return any(each == key or f"{each}.".startswith(f"{key}.") or key.startswith(f"{each}.") for each in refused)

    for fields, problem in problems(made):
        keys = [f"conditions{field}" if field.startswith(".") else field for field in fields]
        if not any(map(stands_in, keys)):
            yield Fault(where=f"{where}.{keys[0]}", problem=problem)


def _made(draft: _Draft, sequence: int, territories: tuple[Territory, ...], conditions: Conditions) -> Decision:
    """A draft as a decision."""
    classes = ALL_CLASSES if draft.classes is None else frozenset(draft.classes)
    return Decision(
        id=draft.id,
        sequence=sequence if draft.sequence is None else draft.sequence,
        title_en=draft.title_en,
        title_ar=draft.title_ar,
        territories=territories,
        classes=classes - frozenset(draft.but_classes),
        state=draft.state,
        reasons=frozenset(draft.reasons),
        legal_basis=draft.legal_basis,
        layers=frozenset(draft.layers),
        start=_NEVER if draft.start is None else draft.start,
        until=_NEVER if draft.until is None else draft.until,
        review_by=draft.review_by,
        conditions=conditions,
        supersedes=frozenset(draft.supersedes),
        source=draft.source,
        note=draft.note,
        demonstration=draft.demonstration,
    )


def _territory(
    name: str, where: str, usual: Containment, own: _OwnCells, territory_of: TerritoryOf, faults: list[Fault]
) -> Territory | None:
    """The territory that a name such as UKR or UKR@overlap stands for."""
    id_, _, mode = name.partition("@")
    try:
        containment = Containment(mode) if mode else usual
    except ValueError:
        faults.append(Fault(where=where, problem=f"no mode {mode!r}: write {id_}@full, {id_}@centre or {id_}@overlap"))
        return None
    if id_ in own:
        if (known := own[id_]) is None:
            return None
        table, ground = known
        if ground.only not in (None, containment):
            problem = f"{id_} is a list of the mode {ground.only}: write {id_}@{ground.only}, or draw it as a polygon"
            faults.append(Fault(where=where, problem=problem))
            return None
        number = ground.cells(containment)
        if not len(number):
            problem = f"{id_} holds no cell in the mode {containment}: write {id_}@overlap, or draw it larger"
            faults.append(Fault(where=where, problem=problem))
            return None
        return territory(
            id_,
            number,
            containment,
            name_en=table.name_en,
            name_ar=table.name_ar,
            source=table.source,
            note=" ".join(text for text in (table.note, *ground.notes) if text),
        )
    try:
        return territory_of(id_, containment)
    except InputError as error:
        faults.append(Fault(where=where, problem=error.summary))
        return None


def _conditions(table: _Conditions, where: str, read: Callable[[str], str], faults: list[Fault]) -> Conditions:
    def listed(key: str, inline: list[str] | None, file: str | None) -> frozenset[str] | None:
        if file is None:
            return None if inline is None else frozenset(inline)
        if inline is not None:
            faults.append(Fault(where=f"{where}.{key}", problem=f"give {key} or {key}_file, not both"))
        try:
            lines = [line.strip() for line in read(file).splitlines() if line.strip()]
        except OSError as error:
            faults.append(Fault(where=f"{where}.{key}_file", problem=f"{file}: {error.strerror or error}"))
        except InputError as error:
            faults.append(Fault(where=f"{where}.{key}_file", problem=error.summary))
        else:
            twice = [word for word, count in Counter(lines).items() if count > 1]
            if twice:
                problem = (
                    f"{file}: {len(twice):,} ids stand there more than once, {twice[0]!r} the first: once is enough"
                )
                faults.append(Fault(where=f"{where}.{key}_file", problem=problem))
            return frozenset(lines)
        return None

    def limit(value: float | None, unit: float, none: float = math.inf) -> float:
        return none if value is None else value * unit

    return Conditions(
        purposes=frozenset(table.purposes),
        refused_purposes=frozenset(table.refused_purposes),
        allowlist=listed("allowlist", table.allowlist, table.allowlist_file),
        denylist=listed("denylist", table.denylist, table.denylist_file) or frozenset(),
        motion=table.motion,
        maximum_speed_m_s=limit(table.maximum_speed_km_h, _M_S_PER_KM_H),
        maximum_rate_bit_s=limit(table.maximum_rate_mbit_s, 1e6),
        ocean_plan=table.ocean_plan,
        home_countries=frozenset(table.home_countries),
        maximum_home_distance_m=limit(table.maximum_home_distance_km, 1e3),
        maximum_abroad_s=limit(table.maximum_abroad_days, _DAY_S),
        maximum_service_address_distance_m=limit(table.maximum_service_address_distance_km, 1e3),
        minimum_height_m=limit(table.minimum_height_m, 1.0, -math.inf),
    )
