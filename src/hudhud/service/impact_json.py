"""An impact as JSON, and its digest: what approvers sign."""

import hashlib
import json
from typing import Any

import numpy as np

from hudhud.service.contradiction import Contradiction
from hudhud.service.decision import Decision
from hudhud.service.impact_parts import (
    Claim,
    Country,
    Extent,
    Group,
    Impact,
    LeftOut,
    NewTerms,
    Overridden,
    Overruled,
    TerminalChange,
    Transition,
)
from hudhud.service.places import Place
from hudhud.service.service_map import conditions_json
from hudhud.service.vocabulary import ServiceClass
from hudhud.sky.hexagons import h3_index
from hudhud.timescale import to_rfc3339

__all__ = ["as_json", "digest_of_impact"]


def as_json(told: Impact) -> dict[str, Any]:
    """The impact as JSON-ready values: texts, whole numbers, lists and objects, nothing else; instants are RFC 3339, ""
    for none; cells are H3 indices as H3 writes them.  `digest` is that of all the rest, see `digest_of_impact`.
    """
    return {**_content(told), "digest": told.digest}


def digest_of_impact(told: Impact) -> str:
    """SHA-256, hexadecimal, of the impact as JSON without `digest`: UTF-8, keys sorted, no spaces, no escapes beyond
    those that JSON demands (the bytes of RFC 8785).
    """
    text = json.dumps(_content(told), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _content(told: Impact) -> dict[str, Any]:
    return {
        "format": "hudhud-impact/v1",
        "at": to_rfc3339(told.at),
        "reviewed": [_decision(one) for one in told.reviewed],
        "map_before": told.before_digest,
        "map_after": told.after_digest,
        "gain": _extent(told.gain),
        "lose": _extent(told.lose),
        "conditions": _extent(told.conditions),
        "alter": _extent(told.alter),
        "outside_territories": _extent(told.outside),
        "by_classes": [_group(one) for one in told.groups],
        "new_terms": [_new_terms(one) for one in told.new_terms],
        "transitions": [_transition(one) for one in told.transitions],
        "largest_places": [{"change": change.name.lower(), **_place(place)} for change, place in told.largest],
        "countries": [_country(one) for one in told.countries],
        "left_out": [_left_out(one) for one in told.left_out],
        "territories_without_border": list(told.unbordered),
        "overruled": [_overruled(one) for one in told.overruled],
        "overridden": [_overridden(one) for one in told.overridden],
        "claims": [_claim(one) for one in told.claims],
        "protected": [_group(one) for one in told.protected],
        "terminals": [_terminals(one) for one in told.terminals or ()],
        "terminals_given": sum(one.all for one in told.terminals or ()),
        "afterwards": told.afterwards.value,
        "afterwards_cells": told.afterwards_cells,
        "contradictions": [_contradiction(one) for one in told.contradictions],
    }


def _instant(at: np.datetime64) -> str:
    return "" if np.isnat(at) else to_rfc3339(at)


def _named(classes: frozenset[ServiceClass] | tuple[ServiceClass, ...]) -> list[str]:
    return [each.value for each in sorted(classes, key=lambda each: each.number)]


def _decision(one: Decision) -> dict[str, Any]:
    return {
        "id": one.id,
        "sequence": one.sequence,
        "title_en": one.title_en,
        "title_ar": one.title_ar,
        "state": one.state.value,
        "conditions": conditions_json(one.conditions),
        "classes": _named(one.classes),
        "layers": sorted(each.value for each in one.layers),
        "reasons": sorted(each.value for each in one.reasons),
        "legal_basis": one.legal_basis.value,
        "start": _instant(one.start),
        "until": _instant(one.until),
        "review_by": _instant(one.review_by),
        "supersedes": sorted(one.supersedes),
        "territories": [
            {"id": each.id, "containment": each.containment.value, "cells": len(each), "digest": each.digest}
            for each in one.territories
        ],
    }


def _extent(extent: Extent) -> dict[str, int]:
    return {"cells": extent.cells, "people": extent.people, "places": extent.places}


def _group(one: Group) -> dict[str, Any]:
    return {
        "classes": _named(one.classes),
        "gain": _extent(one.gain),
        "lose": _extent(one.lose),
        "conditions": _extent(one.conditions),
        "alter": _extent(one.alter),
    }


def _transition(one: Transition) -> dict[str, Any]:
    return {
        "change": one.change.name.lower(),
        "classes": _named(one.classes),
        "before": _side(one.before),
        "after": _side(one.after),
        **_extent(one.extent),
    }


def _side(one: Decision) -> dict[str, Any]:
    return {"id": one.id, "state": one.state.value, "conditions": conditions_json(one.conditions)}


def _new_terms(one: NewTerms) -> dict[str, Any]:
    return {"decision": _side(one.decision), "classes": _named(one.classes), **_extent(one.extent)}


def _overridden(one: Overridden) -> dict[str, Any]:
    sides = {"before": _side(one.before), "after": _side(one.after)}
    return {**sides, "classes": _named(one.classes), **_extent(one.extent)}


def _overruled(one: Overruled) -> dict[str, Any]:
    return {
        "decision": one.decision,
        "classes": _named(one.classes),
        **_extent(one.extent),
        "of_cells": one.all,
        "by": list(one.by),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "name_en": place.name_en,
        "name_ar": place.name_ar,
        "country": place.country,
        "population": place.population,
        "cell": f"{int(h3_index(np.array(place.number, dtype=np.int32))):x}",
    }


def _country(one: Country) -> dict[str, Any]:
    return {
        "id": one.id,
        "name_en": one.name_en,
        "name_ar": one.name_ar,
        "side": one.side.value,
        "cells_full": one.full,
        "cells_centre": one.centre,
        "cells_touched": one.touched,
        "cells_sea": one.sea,
        "people_centre": one.people,
        "people_touched": one.people_touched,
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {
        "territory": one.territory,
        "containment": one.containment.value,
        "all": _extent(one.all),
        "refused": _extent(one.refused),
        "neighbours": list(one.neighbours),
    }


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "territory": one.territory,
        "name_en": one.name_en,
        "name_ar": one.name_ar,
        "claimed_by": list(one.claimed_by),
        "controlled_by": one.controlled_by,
        "gain": _extent(one.gain),
        "lose": _extent(one.lose),
        "conditions": _extent(one.conditions),
        "alter": _extent(one.alter),
    }


def _terminals(one: TerminalChange) -> dict[str, Any]:
    counts = {"gain": one.gain, "lose": one.lose, "recoded": one.recoded, "all": one.all}
    return {"service_class": one.service_class.value, **counts}


def _contradiction(one: Contradiction) -> dict[str, Any]:
    return {
        "winner": one.winner.id,
        "loser": one.loser.id,
        "cells": len(one.number),
        "classes": _named(one.classes),
    }
