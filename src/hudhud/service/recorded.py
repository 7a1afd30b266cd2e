"""From a record to the service map: decisions that votes made become decisions of the map, territories by their digests.

A record names territories and lists of terminals by digests and says what was agreed; `Atlas` holds what it names and does
not hold.  Of every decision only its window as worked out by `decide` counts: supersession, revocation, ratification and
lapse are in it already.  A ground that serves nobody lies under all of them, so that every cell has an answer.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hudhud.arrays import Ints32
from hudhud.errors import Fault, InputError, RecordError
from hudhud.record import parts
from hudhud.record.decide import decide
from hudhud.record.history import Decided, Entry, Outcomes, Prefix, Rest
from hudhud.record.parts import TerritoryRef
from hudhud.record.reading import Blob, Record
from hudhud.record.statements import Request, Suspension
from hudhud.service import service_map
from hudhud.service.catalogue import Territories
from hudhud.service.cell_list import cells_from_text
from hudhud.service.decision import Conditions, Decision, Decisions, decisions, instant_ns, list_digest
from hudhud.service.joint import Touched, named
from hudhud.service.service_map import ServiceMap
from hudhud.service.territory import Territory, cell_text, territory
from hudhud.service.vocabulary import Containment, Layer, Reason, ServiceState
from hudhud.sky.hexagons import RESOLUTION

__all__ = [
    "JOINT",
    "Atlas",
    "Lists",
    "TerritoryOf",
    "compile",
    "conditions_of",
    "cut",
    "decisions_at",
    "decisions_of",
    "finder",
    "mapped",
    "no_lists",
    "rest_id",
    "territory_from_text",
]

TerritoryOf = Callable[[TerritoryRef], Territory]
"""The territory that a reference names.  Raises RecordError where nobody has shown its cells."""

Lists = Callable[[str], frozenset[str] | None]
"""The list of terminals behind a digest, None where it is not at hand."""

JOINT = "_"
"""Between the ids of territories that are taken together: ids of the record have no `+`."""

_NEVER = np.datetime64("NaT", "ns")
_SECOND_NS = 1_000_000_000


def no_lists(_digest: str) -> None:
    """No list of terminals is at hand: they name people and are not public."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Atlas:
    """What records name and do not hold.

    ground: the decision under all others; lists: see `Lists`; world: (cell,) the cells that there are, None for all.
    """

    catalogue: Territories
    counts: Touched
    ground: Decision
    lists: Lists = no_lists
    world: Ints32 | None = None


def compile(record: Record, at: np.datetime64, atlas: Atlas, size: int | None = None) -> ServiceMap:
    """The service map that a record proves for an instant: what was witnessed by then, at that instant.

    size: look at the first entries only.  Decisions that have ended need no cells any more.  Raises RecordError with every
    other one that cannot be put on a map and why, InputError for an instant out of range.
    """
    prefix = record.prefix if size is None else cut(record.prefix, size)
    at_s = instant_ns(at) // _SECOND_NS
    territory_of = finder(atlas, record.blob)
    items = _together(prefix, decide(prefix, at_s), atlas, territory_of, record.trust.demonstration, at_s)
    return service_map.compile(items, at)


def decisions_at(record: Record, at: np.datetime64, atlas: Atlas) -> Decisions:
    """The decisions that had been made by an instant, also those that have ended.  Raises as `compile` does."""
    outcomes = decide(record.prefix, instant_ns(at) // _SECOND_NS)
    return _together(record.prefix, outcomes, atlas, finder(atlas, record.blob), record.trust.demonstration)


def mapped(prefix: Prefix, outcomes: Outcomes, atlas: Atlas, territory_of: TerritoryOf) -> ServiceMap:
    """The service map of outcomes at their own instant, for whoever has decided already.  Raises as `compile` does."""
    items = _together(prefix, outcomes, atlas, territory_of, False, outcomes.at_s)
    return service_map.compile(items, np.datetime64(outcomes.at_s * _SECOND_NS, "ns"))


def _together(
    prefix: Prefix,
    outcomes: Outcomes,
    atlas: Atlas,
    territory_of: TerritoryOf,
    demonstration: bool,
    since_s: int | None = None,
) -> Decisions:
    return decisions_of(
        outcomes,
        prefix.entries,
        territory_of,
        atlas.lists,
        (atlas.ground,),
        world=atlas.world,
        demonstration=demonstration,
        since_s=since_s,
    )


def cut(prefix: Prefix, size: int) -> Prefix:
    """The first entries of a prefix, with the checkpoints that cover no more than these."""
    checkpoints = tuple(one for one in prefix.checkpoints if one.size <= size)
    return replace(prefix, entries=prefix.entries[:size], checkpoints=checkpoints)


def decisions_of(
    outcomes: Outcomes,
    entries: Sequence[Entry],
    territory_of: TerritoryOf,
    lists: Lists,
    base: Iterable[Decision],
    *,
    world: Ints32 | None = None,
    demonstration: bool = False,
    since_s: int | None = None,
) -> Decisions:
    """The decisions of a record as those of a map, those that are never in force left out.

    entries: of the prefix that the outcomes are of.  world: as `decisions` takes it.  base: decisions under all others, so
    that no cell lacks an answer; their places in the order come before those of the record.  A decision's id is the leaf
    of its request, its place that of the entry that completed it.  since_s: leave out what had ended by then.  Raises
    RecordError with everything that is missing.
    """
    faults: list[Fault] = []
    made = list(base)
    for one in outcomes.requests:
        decided, request = one.decided, entries[one.index].statement
        if decided is None or _ended(decided.start_s, decided.until_s, since_s):
            continue
        assert isinstance(request, Request)
        where = f"decision {decided.id[:12]} (entry {decided.index})"
        try:
            found = _decision(decided, request, _territories(decided, territory_of, where), lists, demonstration)
        except RecordError as error:
            faults += error.faults or [Fault(where=where, problem=error.summary)]
            continue
        made += [found, *_rests(decided, found, entries, since_s)]
    if faults:
        raise RecordError("the decisions of this record make no service map", faults)
    return decisions(made, world)


def _ended(start_s: int, until_s: int | None, since_s: int | None) -> bool:
    """Whether a window is empty, or over by an instant."""
    return until_s is not None and (until_s <= start_s or (since_s is not None and until_s <= since_s))


def rest_id(decision: str, number: int) -> str:
    """The id of the decision that stands for a rest of another.  number: counted from 1."""
    return f"{decision}/rest-{number}"


def _decision(
    decided: Decided, request: Request, territories: tuple[Territory, ...], lists: Lists, demonstration: bool
) -> Decision:
    effect = decided.effect
    return Decision(
        id=decided.id,
        sequence=decided.index,
        title_en=request.title_en,
        title_ar=request.title_ar,
        territories=territories,
        classes=effect.classes,
        state=effect.state,
        reasons=decided.reasons,
        legal_basis=request.legal_basis,
        layers=effect.layers,
        start=_instant(decided.start_s),
        until=_NEVER if decided.until_s is None else _instant(decided.until_s),
        review_by=_instant(decided.review_by_s),
        decided=_instant(decided.decided_s),
        conditions=conditions_of(effect.conditions, lists),
        source=f"entry {decided.index} of {request.log}",
        note=request.note or "",
        demonstration=demonstration,
    )


def _rests(decided: Decided, whole: Decision, entries: Sequence[Entry], since_s: int | None) -> Iterator[Decision]:
    """A suspension for each time that a decision rests: over the same cells, later, and so before it."""
    for number, rest in enumerate(decided.rests, 1):
        start_s = max(rest.start_s, decided.start_s)
        until_s = rest.until_s if decided.until_s is None else min(rest.until_s, decided.until_s)
        if not _ended(start_s, until_s, since_s):
            yield replace(
                whole,
                id=rest_id(decided.id, number),
                sequence=max(rest.votes),
                classes=rest.classes,
                state=ServiceState.SUSPENDED,
                reasons=_reasons(rest, entries),
                layers=whole.layers or frozenset(Layer),
                start=_instant(start_s),
                until=_instant(until_s),
                conditions=Conditions(),
                source=f"entry {max(rest.votes)}, which lets entry {decided.index} rest",
            )


def _reasons(rest: Rest, entries: Sequence[Entry]) -> frozenset[Reason]:
    votes = [entries[index].statement for index in rest.votes]
    return frozenset(reason for one in votes if isinstance(one, Suspension) for reason in one.reasons)


def _instant(since_1970_s: int) -> np.datetime64:
    return np.datetime64(since_1970_s * _SECOND_NS, "ns")


def conditions_of(asked: parts.Conditions, lists: Lists = no_lists) -> Conditions:
    """Conditions of the record as the map's: thousandths become SI, lists are put in where they are at hand.

    Raises RecordError for a list that has another digest than it was asked for by.
    """

    def limit(value: int | None, unit: float = 1.0, none: float = np.inf) -> float:
        return none if value is None else value * unit

    allowed, denied = _listed(asked.allowlist_sha256, lists), _listed(asked.denylist_sha256, lists)
    return Conditions(
        purposes=asked.purposes,
        refused_purposes=asked.refused_purposes,
        allowlist=allowed,
        denylist=denied or frozenset(),
        allowlist_sha256=asked.allowlist_sha256 or "" if allowed is None else "",
        denylist_sha256=asked.denylist_sha256 or "" if denied is None else "",
        motion=asked.motion,
        maximum_speed_m_s=np.inf if asked.maximum_speed_mm_s is None else asked.maximum_speed_mm_s / 1_000,
        maximum_rate_bit_s=limit(asked.maximum_rate_bit_s),
        ocean_plan=asked.ocean_plan,
        home_countries=asked.home_countries,
        maximum_home_distance_m=limit(asked.maximum_home_distance_m),
        maximum_abroad_s=limit(asked.maximum_abroad_s),
        maximum_service_address_distance_m=limit(asked.maximum_service_address_distance_m),
        minimum_height_m=limit(asked.minimum_height_m, none=-np.inf),
    )


_NOBODY = list_digest(())


def _listed(digest: str | None, lists: Lists) -> frozenset[str] | None:
    """The list of a digest, None where none is asked or it is not at hand; that of nobody is known by its digest."""
    if digest is None:
        return None
    found = frozenset[str]() if digest == _NOBODY else lists(digest)
    if found is not None and list_digest(found) != digest:
        raise RecordError(
            f"the list of terminals handed in for {digest[:12]} has the digest {list_digest(found)[:12]}: "
            "it is another list; ids in order, one a line"
        )
    return found


# ---- territories ----


def _territories(decided: Decided, territory_of: TerritoryOf, where: str) -> tuple[Territory, ...]:
    found, faults = [], []
    for one in decided.effect.territories:
        try:
            found.append(territory_of(one))
        except RecordError as error:
            faults.append(Fault(where=where, problem=str(error)))
    if faults:
        raise RecordError("territories are missing", faults)
    return tuple(found)


def finder(atlas: Atlas, blob: Blob) -> TerritoryOf:
    """How territories are found: by the digest of their cells alone, in the catalogue, else among what is kept beside a log.

    The id is the reference's; where the catalogue has its cells, so are kind, names and claims from there.  The digest is also
    that of resolution and containment: a reference that states others is refused.
    """
    ids = {row.digest(mode): (row.id, mode) for row in reversed(atlas.catalogue.rows) for mode in Containment}
    known: dict[tuple[str, str, str], Territory] = {}

    def territory_of(ref: TerritoryRef) -> Territory:
        if ref.resolution != RESOLUTION:
            raise RecordError(
                f"territory {ref.id!r}: says that its cells are of resolution {ref.resolution}; cells are of resolution "
                f"{RESOLUTION}: name it again as it is digested"
            )
        key = (ref.id, ref.cells_sha256, ref.containment)
        if key not in known:
            found = _packaged(ref, atlas, ids) or _kept(ref, blob)
            if found.containment is not ref.containment:
                raise RecordError(
                    f"territory {ref.id!r}: says that its cells are the {ref.containment.value} ones; those of the digest "
                    f"{ref.cells_sha256[:12]} are the {found.containment.value} ones: name it again as it is digested"
                )
            known[key] = found
        return known[key]

    return territory_of


def _packaged(ref: TerritoryRef, atlas: Atlas, ids: dict[str, tuple[str, Containment]]) -> Territory | None:
    """The territory of the catalogue that has these cells: that of the id, several of them, or any other."""
    if ref.id in atlas.catalogue:
        row = atlas.catalogue.row(ref.id)
        for mode in Containment:
            if row.digest(mode) == ref.cells_sha256:
                return atlas.catalogue.territory(ref.id, mode)
    several = ref.id.split(JOINT)
    if len(several) > 1 and all(each in atlas.catalogue for each in several):
        found = named(atlas.catalogue, atlas.counts, "+".join(several), ref.containment)
        if found.digest == ref.cells_sha256:
            return replace(found, id=ref.id)
    if ref.cells_sha256 in ids:
        return replace(atlas.catalogue.territory(*ids[ref.cells_sha256]), id=ref.id)
    return None


def _kept(ref: TerritoryRef, blob: Blob) -> Territory:
    data = blob(ref.cells_sha256)
    if data is None:
        raise RecordError(
            f"territory {ref.id!r}: nobody has shown its cells, {ref.cells_sha256[:12]}: they are no territory of the "
            "catalogue; publish the list of cells beside the log"
        )
    try:
        found = territory_from_text(ref.id, data)
    except InputError as error:
        problem = "; ".join(map(str, error.faults[:3]))
        raise RecordError(f"territory {ref.id!r}: {error.summary}{': ' if problem else ''}{problem}") from None
    if found.digest != ref.cells_sha256:
        raise RecordError(
            f"territory {ref.id!r}: the cells shown have the digest {found.digest[:12]}, not {ref.cells_sha256[:12]}"
        )
    return found


def territory_from_text(id: str, data: bytes) -> Territory:
    """The territory whose `cell_text` these bytes are.  Raises InputError for anything but exactly such a text."""
    listed = cells_from_text(data)
    if listed.containment is None or cell_text(listed.number, listed.containment) != data:
        raise InputError(
            "the cell list was refused: it is not written as it is digested; expected the head, then every cell once, "
            "ascending, one a line"
        )
    return territory(id, listed.number, listed.containment)
