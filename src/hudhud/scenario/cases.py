"""Cases: real episodes as reported, each with replays by made-up seats.  The text of a file becomes a value.

Two layers are kept apart.  What was reported says who reports it, when, on what evidence, and what the parties said of it; it
names real parties.  A replay is acted by the demonstration's offices and made-up parties, and says what must follow.
Everything wrong with a text is reported at once, each fault with its key path.  docs/reference/cases.md lists the keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hudhud.errors import Fault, InputError
from hudhud.record.demonstration import SEATS
from hudhud.scenario import case_tables as tables
from hudhud.scenario.case_tables import ACTS, Act, CaseTable, EffectTable, VariantTable
from hudhud.scenario.tables import instant, parsed, validated

__all__ = ["Case", "Variant", "case_from", "label"]

_PAGE = "docs/reference/cases.md"
_SEATS = frozenset(one.seat for one in SEATS)

_REFERENCES: Mapping[type[Act], tuple[str, ...]] = {
    tables.EvidenceAct: ("about",),
    tables.ConflictsAct: ("request",),
    tables.ApprovalAct: ("request",),
    tables.RefusalAct: ("request",),
    tables.RecusalAct: ("request",),
    tables.DecisionAct: ("request",),
    tables.RatificationAct: ("decision",),
    tables.LapseAct: ("about",),
    tables.ReviewAct: ("decision",),
    tables.AppealAct: ("decision",),
    tables.RevocationAct: ("decision",),
    tables.SuspensionAct: ("decision",),
    tables.AllegationAct: ("about",),
    tables.ResponseAct: ("allegation",),
    tables.CorrectionAct: ("entry", "replaced_by"),
}
_PARTIES: Mapping[type[Act], tuple[str, ...]] = {
    tables.RequestAct: ("requester", "on_behalf_of", "benefit_to"),
    tables.AppealAct: ("appellant",),
    tables.AllegationAct: ("alleged", "benefit_to"),
    tables.ResponseAct: ("party",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """One way of playing a case.  unrecorded: drafts that somebody puts into force without the record, as tables."""

    table: VariantTable
    acts: tuple[Act, ...]
    unrecorded: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One case.  start_s: begin of the replays, seconds since 1970.  drafts: [[territory]] and [[decision]] of the base."""

    table: CaseTable
    start_s: int
    variants: tuple[Variant, ...]
    drafts: Mapping[str, Any]


def label(act: Act, place: int, seat: str) -> str:
    """The name of one entry: the act's id, or its place in the variant; with the seat where several say the same."""
    name = act.id or f"act[{place}]"
    return f"{name}@{seat}" if len(act.by) > 1 else name


def case_from(text: str) -> Case:
    """The case that a TOML text tells.  Raises InputError with every fault and its key path."""
    raw = parsed(text, "the case", InputError)
    faults: list[Fault] = []
    drafts: dict[str, Any] = {key: raw.pop(key) for key in ("territory", "decision") if key in raw}
    found = _variants(raw.pop("variant", []), faults)
    table, wrong = validated(CaseTable, raw, page=_PAGE)
    faults = wrong + faults
    start_s = 0
    if table is not None:
        try:
            start_s = int(instant(table.start).astype("datetime64[s]").astype(np.int64))
        except ValueError as error:
            faults.append(Fault(where="start", problem=str(error)))
        faults += _reported_faults(table)
        parties = {one.id for one in table.party}
        for place, one in enumerate(found):
            faults += _variant_faults(one, f"variant[{place}]", parties)
    if faults or table is None:
        raise InputError(f"the case has {len(faults):,} fault{'s' * (len(faults) > 1)}", faults)
    return Case(table=table, start_s=start_s, variants=tuple(found), drafts=drafts)


def _variants(raw: Any, faults: list[Fault]) -> list[Variant]:
    """The variants that could be read."""
    if not isinstance(raw, list) or not raw:
        faults.append(Fault(where="variant", problem="there is no variant: add a [[variant]]"))
        return []
    found = []
    for place, each in enumerate(raw):
        rest = dict(each) if isinstance(each, dict) else {}
        acts = _acts(rest.pop("act", []), place, faults)
        unrecorded = rest.pop("unrecorded", [])
        if not isinstance(unrecorded, list):
            faults.append(Fault(where=f"variant[{place}].unrecorded", problem="must be tables of decisions"))
            unrecorded = []
        table, wrong = validated(VariantTable, rest, page=_PAGE, under=("variant", place))
        faults += wrong
        if table is not None and acts is not None:
            found.append(Variant(table=table, acts=acts, unrecorded=tuple(unrecorded)))
    return found


def _acts(raw: Any, variant: int, faults: list[Fault]) -> tuple[Act, ...] | None:
    """The acts of a variant, None where one of them could not be read."""
    if not isinstance(raw, list):
        faults.append(Fault(where=f"variant[{variant}].act", problem="must be tables, each under [[variant.act]]"))
        return None
    read: list[Act | None] = []
    for place, each in enumerate(raw):
        where = f"variant[{variant}].act[{place}]"
        kind = each.get("kind") if isinstance(each, dict) else None
        model = ACTS.get(kind) if isinstance(kind, str) else None
        if model is None:
            problem = f"must be one of {', '.join(ACTS)}; found {kind!r}"
            faults.append(Fault(where=f"{where}.kind", problem=problem))
            read.append(None)
            continue
        made, wrong = validated(model, each, page=_PAGE, under=("variant", variant, "act", place))
        faults += wrong
        read.append(made)
    acts = tuple(one for one in read if one is not None)
    return acts if len(acts) == len(read) else None


def _reported_faults(table: CaseTable) -> Iterator[Fault]:
    """Names of the reported layer that do not fit each other."""
    answered = [one.id for one in table.response]
    for place, one in enumerate(table.response):
        if one.id in answered[:place]:
            yield Fault(where=f"response[{place}].id", problem=f"{one.id!r} is there already: ids must differ")
        if (one.said_en is None) != (one.said_ar is None):
            yield Fault(where=f"response[{place}]", problem="has only one of said_en and said_ar: give both or none")
    for place, fact in enumerate(table.reported):
        for name in fact.alleged:
            if name not in answered:
                problem = f"no response has the id {name!r}: say what that party answered, or that it did not"
                yield Fault(where=f"reported[{place}].alleged", problem=problem)
    ids = [one.id for one in table.party]
    for place, party in enumerate(table.party):
        if party.id in ids[:place]:
            yield Fault(where=f"party[{place}].id", problem=f"{party.id!r} is there already: ids must differ")
    if not table.base.ground and not table.base.standing:
        yield Fault(
            where="base", problem="names neither standing decisions nor the ground: say what the map was before"
        )


def _variant_faults(variant: Variant, where: str, parties: set[str]) -> Iterator[Fault]:
    """What is wrong with a variant besides its single values."""
    known: set[str] = set()
    requests: set[str] = set()
    effects = {one.id for one in variant.table.effect}
    latest_s = 0
    for place, act in enumerate(variant.acts):
        here = f"{where}.act[{place}]"
        yield from _act_faults(act, here, known, requests, parties, effects)
        if act.at < latest_s:
            yield Fault(where=f"{here}.at", problem="is before the act above it: acts stand in the order of time")
        latest_s = max(latest_s, act.at)
        names = {label(act, place, seat) for seat in act.by}
        if act.id is not None and names & known:
            yield Fault(where=f"{here}.id", problem=f"{act.id!r} is there already: ids must differ")
        known |= names
        if getattr(act, "declare", False):
            known |= {f"{name}/{what}" for name in names for what in ("contacts", "conflicts")}
        if isinstance(act, tables.RequestAct):
            requests |= names
    for place, effect in enumerate(variant.table.effect):
        if effect.id is None:
            yield Fault(where=f"{where}.effect[{place}]", problem="has no id: approvals name it")
    yield from _expect_faults(variant, where, known, requests)


def _act_faults(
    act: Act, here: str, known: set[str], requests: set[str], parties: set[str], effects: set[str | None]
) -> Iterator[Fault]:
    """Names in an act that nobody has, or that come later."""
    for seat in act.by:
        if seat not in _SEATS:
            yield Fault(where=f"{here}.by", problem=f"no seat {seat!r}; there are {', '.join(sorted(_SEATS))}")
    for field in _REFERENCES.get(type(act), ()):
        name = getattr(act, field)
        if name is not None and name not in known:
            yield Fault(where=f"{here}.{field}", problem=f"no act before has the id {name!r}")
    for name in _superseded(act):
        if name not in requests:
            yield Fault(where=f"{here}.effect.supersedes", problem=f"no request before has the id {name!r}")
    for field in _PARTIES.get(type(act), ()):
        value = getattr(act, field)
        for name in (value,) if isinstance(value, str) else value or ():
            if name not in parties:
                yield Fault(where=f"{here}.{field}", problem=f"no [[party]] has the id {name!r}")
    for each in (*getattr(act, "contacts", ()), *getattr(act, "conflicts", ())):
        if each.party not in parties:
            yield Fault(where=here, problem=f"no [[party]] has the id {each.party!r}")
    effect = getattr(act, "effect", None)
    if isinstance(effect, str) and effect not in effects:
        yield Fault(where=f"{here}.effect", problem=f"no [[variant.effect]] has the id {effect!r}")
    if isinstance(act, tables.RequestAct) and len(act.by) > 1:
        yield Fault(where=f"{here}.by", problem="several seats file a request: one does")


def _superseded(act: Act) -> tuple[str, ...]:
    effect = getattr(act, "effect", None)
    return effect.supersedes if isinstance(effect, EffectTable) else ()


def _expect_faults(variant: Variant, where: str, known: set[str], requests: set[str]) -> Iterator[Fault]:
    """What is expected of acts that are not there."""
    latest_s = 0
    for place, one in enumerate(variant.table.expect):
        here = f"{where}.expect[{place}]"
        if one.at < latest_s:
            yield Fault(where=f"{here}.at", problem="is before what is expected above it: write them in order of time")
        latest_s = max(latest_s, one.at)
        for field in ("requests", "in_force", "overdue", "unreviewed", "unratified"):
            for name in getattr(one, field):
                if name not in requests:
                    yield Fault(where=f"{here}.{field}", problem=f"no request has the id {name!r}")
        for field in ("void", "unproven"):
            for name in getattr(one, field):
                if name.partition("/")[0] not in known:
                    yield Fault(where=f"{here}.{field}", problem=f"no act has the id {name!r}")
