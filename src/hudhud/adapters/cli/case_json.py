"""A case as JSON: both layers whole, each under its own key."""

from typing import TYPE_CHECKING, Any

from hudhud.record.canonical import read_canonical
from hudhud.record.forms import instant_text
from hudhud.record.statements import statement_bytes
from hudhud.record.words import ServiceClass
from hudhud.scenario.cases import Case
from hudhud.scenario.replay import shortfalls

if TYPE_CHECKING:
    from hudhud.scenario.replay import ChangeLine, Entered, Replay, Sight

__all__ = ["listed", "replayed", "reported"]

_HEAD = ("id", "number", "title_en", "title_ar", "when", "when_ar", "inspired_by_en", "inspired_by_ar")


def listed(case: Case) -> dict[str, Any]:
    """A case in a list."""
    told = case.table.model_dump(mode="json", include=set(_HEAD))
    return {name: told[name] for name in _HEAD} | {"variants": [one.table.id for one in case.variants]}


def reported(case: Case) -> dict[str, Any]:
    """What was reported, and the titles of the replays."""
    table = case.table.model_dump(mode="json", exclude_none=True)
    told = {name: table[name] for name in (*_HEAD, "summary_en", "summary_ar", "shows_en", "shows_ar")}
    titles = [
        {"id": one.table.id, "title_en": one.table.title_en, "title_ar": one.table.title_ar} for one in case.variants
    ]
    return told | {"reported": table["reported"], "responses": table.get("response", []), "variants": titles}


def replayed(played: "Replay") -> dict[str, Any]:
    """A replay: made up but for the rules and the map."""
    table, base = played.variant.table, played.case.table.base
    return {
        "id": table.id,
        "title_en": table.title_en,
        "title_ar": table.title_ar,
        "demonstration": True,
        "start": instant_text(played.case.start_s),
        "base": {"note_en": base.note_en, "note_ar": base.note_ar, "map_sha256": played.base.digest},
        "log": {
            "origin": played.record.trust.log,
            "size": played.record.signed.checkpoint.size,
            "root": played.record.signed.checkpoint.root.hex(),
        },
        "entries": [_entered(one) for one in played.entries],
        "sights": [_sight(one) for one in played.sights],
        "as_expected": not shortfalls(played),
        "shortfalls": [{"where": one.where, "problem": one.problem} for one in shortfalls(played)],
    }


def _entered(one: "Entered") -> dict[str, Any]:
    statement: Any = read_canonical(statement_bytes(one.statement), "the statement")
    return {
        "index": one.index,
        "label": one.label,
        "leaf": one.leaf,
        "offset_s": one.offset_s,
        "seat": one.seat,
        "kind": one.statement.kind.value,
        "declared": one.declared,
        "void": None if one.why is None else one.why.value,
        "turns": {name: state.value for name, state in one.turns},
        "statement": statement["predicate"],
    }


def _sight(one: "Sight") -> dict[str, Any]:
    names = ("in_force", "overdue", "unreviewed", "unratified", "unproven")
    return {
        "offset_s": one.offset_s,
        "requests": {name: state.value for name, state in one.requests.items()},
        "void": {name: why.value for name, why in one.void.items()},
        **{name: sorted(getattr(one, name)) for name in names},
        "map_sha256": one.service_map.digest,
        "cells_changed": one.cells_changed,
        "cells_decided_anew": one.cells_decided_anew,
        "changes": [_line(each) for each in one.lines],
        "flip": [_line(each) for each in one.flip],
    }


def _line(one: "ChangeLine") -> dict[str, Any]:
    return {
        "territory": one.territory,
        "classes": [each.value for each in ServiceClass if each in one.classes],
        "change": one.change.name.lower(),
        "before": one.before.value,
        "after": one.after.value,
        "cells": one.cells,
    }
