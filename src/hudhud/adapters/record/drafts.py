"""Requests and other statements written by hand: the text of a TOML file becomes a statement, or is refused with every fault.

A request's table [effect] has the keys of a decision in a file (docs/reference/decisions.md) and two shorter ways to tell time:
`lasts_days` or `lasts_hours` for `until`, `review_within_days` for `review_by`; it begins now where `start` is left out.
A party is {kind, id, name}; with `withhold` in place of `name` its name goes into a disclosure for trustees.
"""

import dataclasses
import datetime
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.effects import cells_blob, effect_of, recorded_conditions, seconds_of
from hudhud.errors import Fault, InputError, RecordError
from hudhud.record.forms import Form, Row, Several, Thing, form_of, instant_text
from hudhud.record.parts import Effect
from hudhud.record.redaction import disclosure, disclosure_digest
from hudhud.record.statements import KINDS, Request, Statement
from hudhud.record.words import RecordKind, RedactionClass
from hudhud.scenario.drafts import from_tables
from hudhud.scenario.tables import instant, parsed

__all__ = ["Drafted", "Drafter", "Told", "act_from_toml", "effect_from_toml", "request_from_toml"]

_DAY_S, _HOUR_S = 86_400, 3_600
_TIMES = ("lasts_days", "lasts_hours", "review_within_days")
_ENTRY_FIELDS = ("request", "decision", "allegation", "entry", "about", "replaced_by")
_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a statement withholds, for trustees: the text that tells it, and its digest in the entry."""

    where: str
    digest: str
    disclosure: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drafted:
    """A statement from a file, the files that it names, and what it withholds."""

    statement: Statement
    blobs: tuple[bytes, ...] = ()
    withheld: tuple[Told, ...] = ()


@dataclass(kw_only=True, slots=True)
class Drafter:
    """What a draft is read with.  random: so many random bytes; read: the text of a file that it names.

    entry: the hash of the entry that somebody named; filled: fields that need not be written.
    """

    log: str
    now_s: int
    random: Callable[[int], bytes]
    read: Callable[[str], str]
    entry: Callable[[str], str]
    filled: Mapping[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    withheld: list[Told] = field(default_factory=list)
    blobs: list[bytes] = field(default_factory=list)


def request_from_toml(text: str, drafter: Drafter) -> Drafted:
    """The request that a text drafts.  Raises InputError with every fault and its key path."""
    raw = parsed(text, "the draft", InputError)
    tables = {"effect": raw.pop("effect", None), "territory": raw.pop("territory", [])}
    effect = _effect(tables, drafter)
    json = {**_plain(form_of(Request), raw, "", drafter), "log": drafter.log, "nonce": drafter.random(16).hex()}
    for key in ("log", "nonce"):
        if key in raw:
            drafter.faults.append(Fault(where=key, problem="is filled in by the verb: leave it out"))
    json["effect"] = form_of(Effect).write(effect or _STAND_IN)
    found: list[Fault] = []
    made = form_of(Request).read(json, "", found)
    known = [*(one.name for one in form_of(Request).fields if one.name not in ("log", "nonce")), "territory"]
    for one in found:
        unknown = "has the unknown field" in one.problem and not one.where
        if effect is None and one.problem.startswith("asks to "):
            continue  # it is about the stand-in
        problem = f"{one.problem.partition('; known')[0]}; known: {', '.join(known)}" if unknown else one.problem
        drafter.faults.append(Fault(where=one.where, problem=problem))
    return _drafted(made, drafter)


def effect_from_toml(text: str, drafter: Drafter) -> tuple[Effect, tuple[bytes, ...]]:
    """The effect that a text with a table [effect] drafts, and the cells that go along.  Raises InputError."""
    raw = parsed(text, "the draft", InputError)
    tables = {"effect": raw.pop("effect", None), "territory": raw.pop("territory", [])}
    drafter.faults += [Fault(where=key, problem="is unknown: expected [effect] and [[territory]]") for key in raw]
    effect = _effect(tables, drafter)
    if drafter.faults or effect is None:
        raise _refused(drafter)
    return effect, tuple(drafter.blobs)


def act_from_toml(text: str, drafter: Drafter) -> Drafted:
    """The statement of any kind that a text writes: `kind`, and the fields of that kind (docs/reference/statements.md).

    Entries may be named by the beginning of their hash; what `filled` has need not be written.
    """
    raw = parsed(text, "the statement", InputError)
    kind = raw.pop("kind", None)
    if kind not in list(RecordKind):
        raise InputError(
            "the statement has no kind:", [Fault(where="kind", problem=f"write one of {', '.join(RecordKind)}")]
        )
    if kind == RecordKind.REQUEST:
        raise InputError("a request has a verb of its own:  hudhud request RECORD DRAFT.toml")
    form = form_of(KINDS[RecordKind(kind)])
    assert isinstance(form, Thing)
    names = {one.name for one in form.fields}
    filled = {key: value for key, value in drafter.filled.items() if key in names and key not in raw}
    json = _plain(form, raw, "", drafter) | filled | {"log": raw.get("log", drafter.log)}
    found: list[Fault] = []
    made = form.read(json, "", found)
    drafter.faults += found
    return _drafted(made, drafter)


def _drafted(made: Any, drafter: Drafter) -> Drafted:
    if drafter.faults:
        raise _refused(drafter)
    blobs = {hashlib.sha256(one).digest(): one for one in drafter.blobs}
    return Drafted(statement=made, blobs=tuple(blobs.values()), withheld=tuple(drafter.withheld))


def _refused(drafter: Drafter) -> InputError:
    count = len(drafter.faults)
    many = f"{count} faults" if count > 1 else "one fault"
    return InputError(f"the draft was refused: {many}", drafter.faults)


# ---- values of TOML as the record writes them ----


def _plain(form: Form, value: Any, where: str, drafter: Drafter) -> Any:
    """A value with instants as texts, sets in order, withheld names as digests and entries by their whole hash."""
    if isinstance(value, datetime.datetime):
        return _instant(value, where, drafter)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(form, Thing) and isinstance(value, dict):
        if "withhold" in value:
            value = _withholding(form, value, where, drafter)
        forms = {one.name: one.form for one in form.fields}
        return _defaults(form, value) | {
            key: _named(key, _plain(forms[key], each, f"{where}.{key}" if where else key, drafter), where, drafter)
            if key in forms
            else each
            for key, each in value.items()
        }
    if isinstance(form, Row | Several) and isinstance(value, list):
        made = [_plain(form.of, each, f"{where}[{place}]", drafter) for place, each in enumerate(value)]
        if isinstance(form, Several) and all(isinstance(each, str) for each in made):
            return sorted(made)  # a set has no order; one word twice is refused where it is read
        return made
    return value


def _defaults(form: Thing, value: dict[str, Any]) -> dict[str, Any]:
    """What fields hold that were not written and need not be: nothing withheld, no sources, no one else who gains."""
    usual = {one.name: one.default for one in dataclasses.fields(form.cls)}
    return {
        one.name: one.form.write(usual[one.name])
        for one in form.fields
        if one.name not in value and usual[one.name] not in (None, dataclasses.MISSING)
    }


def _instant(value: datetime.datetime, where: str, drafter: Drafter) -> Any:
    try:
        return instant_text(seconds_of(instant(value)))
    except ValueError as error:
        drafter.faults.append(Fault(where=where, problem=str(error)))
        return value.isoformat()


def _named(key: str, value: Any, where: str, drafter: Drafter) -> Any:
    """An entry by its whole hash, where its beginning was written."""
    if key not in _ENTRY_FIELDS or where or not isinstance(value, str) or len(value) == 64:
        return value
    try:
        return drafter.entry(value)
    except RecordError as error:
        drafter.faults.append(Fault(where=key, problem=str(error)))
        return "0" * 64


def _withholding(form: Thing, value: dict[str, Any], where: str, drafter: Drafter) -> dict[str, Any]:
    """A party whose name is withheld: a digest in its place, the name for trustees."""
    names = {one.name for one in form.fields}
    told, kind = value["withhold"], value.get("withhold_as", RedactionClass.PERSON_NAME.value)
    rest = {key: each for key, each in value.items() if key not in ("withhold", "withhold_as")}
    if "withheld" not in names or not isinstance(told, str) or not told.strip() or "name" in value:
        problem = "is a text that takes the place of a party's name: write kind, and name or withhold"
        drafter.faults.append(Fault(where=f"{where}.withhold" if where else "withhold", problem=problem))
        return rest
    text = disclosure(drafter.random(_SALT_BYTES), "name", told)
    digest = disclosure_digest(text)
    drafter.withheld.append(Told(where=where, digest=digest, disclosure=text))
    return rest | {"withheld": {"kind": kind, "digest": digest}}


# ---- effects ----


def _effect(tables: dict[str, Any], drafter: Drafter) -> Effect | None:
    """The effect in a table, read as a decision in a file is; None where something is wrong with it, which is told."""
    table = tables["effect"]
    if not isinstance(table, dict):
        drafter.faults.append(Fault(where="effect", problem="there is no effect: add a table [effect]"))
        return None
    table = dict(table)
    before = len(drafter.faults)
    superseded = _superseded(table.pop("supersedes", []), drafter)
    _times(table, drafter)
    for key in ("id", "sequence", "title_en", "title_ar", "reasons", "legal_basis", "source", "note", "demonstration"):
        if table.pop(key, None) is not None:
            drafter.faults.append(Fault(where=f"effect.{key}", problem="is no key of an effect: leave it out"))
    row = {"id": "draft", "title_en": "draft", "title_ar": "مسودة", "reasons": ["technical"], **table}
    try:
        (decision,) = from_tables(
            {"decision": [row], "territory": tables["territory"]},
            territory_of=territory_of,
            read=drafter.read,
            first_sequence=1,
        )
    except InputError as error:
        drafter.faults += [
            Fault(where=one.where.replace("decision[0]", "effect").replace("decision", "effect"), problem=one.problem)
            for one in error.faults
        ]
        return None
    recorded_conditions(decision.conditions, "effect.conditions.", drafter.faults)
    if len(drafter.faults) > before:
        return None
    drafter.blobs += [blob for one in decision.territories if (blob := cells_blob(one)) is not None]
    effect = effect_of(decision, seconds_of(decision.start))
    form = form_of(Effect)
    found: list[Fault] = []
    written: Any = form.write(effect)
    made = form.read({**written, "supersedes": sorted(superseded)}, "effect", found)
    drafter.faults += found
    return None if found else made


def _superseded(names: Any, drafter: Drafter) -> set[str]:
    """The whole hashes of the entries that an effect names as ended."""
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        drafter.faults.append(Fault(where="effect.supersedes", problem="must be a list of entries, each by its hash"))
        return set()
    found = set()
    for place, name in enumerate(names):
        try:
            found.add(drafter.entry(name))
        except RecordError as error:
            drafter.faults.append(Fault(where=f"effect.supersedes[{place}]", problem=str(error)))
    return found


def _times(table: dict[str, Any], drafter: Drafter) -> None:
    """Put start, until and review_by in the place of what is told shorter."""
    start_s = drafter.now_s
    if "start" in table:
        try:
            start_s = seconds_of(instant(table["start"]))
        except ValueError:
            for key in _TIMES:
                table.pop(key, None)
            return  # the instant itself is refused where the table is read
    else:
        table["start"] = instant_text(start_s)
    for key, unit_s, into in (
        ("lasts_days", _DAY_S, "until"),
        ("lasts_hours", _HOUR_S, "until"),
        ("review_within_days", _DAY_S, "review_by"),
    ):
        if key not in table:
            continue
        value = table.pop(key)
        if into in table:
            drafter.faults.append(
                Fault(where=f"effect.{key}", problem=f"says again what {into} says: write one of them")
            )
        elif type(value) not in (int, float) or not 0 < value <= 36_525 or not float(value * unit_s).is_integer():
            problem = f"is {value!r}; expected a number above 0, in whole seconds, such as 14 or 0.5"
            drafter.faults.append(Fault(where=f"effect.{key}", problem=problem))
            table[into] = instant_text(start_s + _DAY_S)
        else:
            table[into] = instant_text(start_s + round(value * unit_s))


def _stand_in() -> Effect:
    """An effect in place of one that was refused, so that the rest of a draft can be looked at."""
    from hudhud.record.parts import TerritoryRef
    from hudhud.record.words import Containment, ServiceClass, ServiceState

    return Effect(
        state=ServiceState.SERVED,
        territories=(TerritoryRef(id="X", resolution=5, containment=Containment.FULL, cells_sha256="0" * 64),),
        classes=frozenset({ServiceClass.MEDICAL}),
        start="2026-01-01T00:00:00Z",
        review_by="2026-01-02T00:00:00Z",
    )


_STAND_IN = _stand_in()
