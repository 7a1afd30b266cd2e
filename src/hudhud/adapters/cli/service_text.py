"""Answers of `hudhud service` as text for a terminal of 80 columns, and as JSON."""

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hudhud.adapters.service_words import class_words, condition_words, cut, short_id, state_words
from hudhud.errors import plain
from hudhud.service.catalogue import Territories, TerritoryRow
from hudhud.service.decision import ANY, Decision, Decisions, in_force
from hudhud.service.service_map import STATES, ServiceMap, answers, counts
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState
from hudhud.sky.hexagons import cell_number, h3_index
from hudhud.timescale import to_rfc3339

__all__ = [
    "Answer",
    "Sky",
    "answer",
    "answer_json",
    "clock",
    "list_json",
    "map_json",
    "show_answer",
    "show_list",
    "show_map",
    "table",
]

_WIDTH = 80
_LABEL = 14  # columns of the labels on the left
_COLOURS = {True: "green", False: "red"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sky:
    """How many satellites of the embedded fleet in service stand above 25 degrees, and pass every gate."""

    above_25_deg: int
    passing: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Answer:
    """What holds at a place.

    groups: decisions that govern the cell, and the classes for which each does.  held: territories that hold the cell and
    the strongest mode that does.
    """

    at: np.datetime64
    service_map: ServiceMap
    latitude_deg: float
    longitude_deg: float
    number: int
    held: tuple[tuple[TerritoryRow, Containment], ...]
    groups: tuple[tuple[Decision, tuple[ServiceClass, ...]], ...]
    beams: bool


def answer(
    service_map: ServiceMap, territories: Territories, at: np.datetime64, latitude_deg: float, longitude_deg: float
) -> Answer:
    """Everything that holds at a place, the decision for most classes first."""
    longitude_deg = math.remainder(longitude_deg, 360.0)
    number = int(cell_number(np.radians(np.array(latitude_deg)), np.radians(np.array(longitude_deg))))
    classes: dict[str, list[ServiceClass]] = {}
    decided: dict[str, Decision] = {}
    for service_class, one in answers(service_map, number):
        classes.setdefault(one.id, []).append(service_class)
        decided[one.id] = one
    names = sorted(classes, key=lambda name: -len(classes[name]))
    return Answer(
        at=at,
        service_map=service_map,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        number=number,
        held=tuple((territories.row(name), mode) for name, mode in territories.at(number)),
        groups=tuple((decided[name], tuple(classes[name])) for name in names),
        beams=bool(service_map.beams(np.array([number], dtype=np.int32))[0]),
    )


def clock(at: np.datetime64) -> str:
    """2026-05-30 18:00:12 UTC; the date alone at midnight."""
    date, time = to_rfc3339(at).removesuffix("Z").split("T")
    return date if time == "00:00:00" else f"{date} {time} UTC"


def show_answer(told: Answer, sky: Sky | None, console: Console) -> None:
    """Print the answer: the place, who holds it, then a block for each decision, then what the sky could carry."""
    served = sum(len(classes) for one, classes in told.groups if one.state.serves)
    whom = "every class" if served == len(ServiceClass) else f"{served} of {len(ServiceClass)} classes"
    asked = all(one.conditions != ANY for one, _ in told.groups if one.state.serves)
    head = f"Service is on here for {whom}{', with conditions' * asked}" if served else "Service is off here"
    console.print(Text(head, style=f"bold {_COLOURS[served > 0]}"))
    console.print(Text(f"{_where(told)}, {clock(told.at)}"))
    console.print(Text(f"cell {_cell(told.number)}, {'gets beams' if told.beams else 'gets no beams'}"))
    console.print()
    _show_held(told, console)
    for one, classes in told.groups:
        console.print()
        _show_decision(one, classes, told.at, console)
    if not np.isnat(told.service_map.next_change_at):
        console.print()
        _line(console, "Map changes", f"next on {clock(told.service_map.next_change_at)}")
    if sky is not None:
        console.print()
        place = f"{told.latitude_deg:g} {told.longitude_deg:g}"
        words = (
            f"{sky.above_25_deg} satellites above 25 degrees, {sky.passing} pass every gate of a standard terminal "
            f"(embedded synthetic fleet). More: hudhud look {place} --at {to_rfc3339(told.at)}"
        )
        _line(console, "Physics", words, style=_COLOURS[sky.passing > 0])
    if any(one.demonstration for one, _ in told.groups):
        console.print()
        console.print(Text(_demonstration(one for one, _ in told.groups), style="dim"))


def _demonstration(shown: Iterable[Decision]) -> str:
    """What a made-up map is made up from."""
    if any(not np.isnat(one.decided) for one in shown):
        return "A demonstration record: its seats are made up, and nothing here is the operator's decision."
    return "A demonstration from restated public facts, not the operator's decisions."


def _where(told: Answer) -> str:
    latitude, longitude = told.latitude_deg, told.longitude_deg
    return (
        f"{abs(latitude):.4f}° {'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}° {'E' if longitude >= 0 else 'W'}"
    )


def _cell(number: int) -> str:
    return f"{int(h3_index(np.array(number, dtype=np.int32))):x}"


def _line(console: Console, label: str, words: str, style: str = "") -> None:
    """A label and words that fold beside it, line by line."""
    width = _WIDTH - _LABEL - 1
    folded = [part for one in words.split("\n") for part in textwrap.wrap(plain(one), width) or [""]]
    for n, part in enumerate(folded):
        console.print(Text.assemble((f"{'' if n else label:<{_LABEL}}", "dim"), (part, style)), soft_wrap=True)


_MODES = {
    Containment.FULL: "the whole cell",
    Containment.CENTRE: "its centre, border cell",
    Containment.OVERLAP: "touched, border cell",
}


def _show_held(told: Answer, console: Console) -> None:
    if not told.held:
        _line(console, "Lies in", "no territory that is known")
    for n, (row, mode) in enumerate(told.held):
        _line(console, "" if n else "Lies in", f"{row.id} {row.name_en} ({_MODES[mode]})")
        if row.disputed:
            who = f"controlled by {row.controlled_by}" if row.controlled_by else "control divided or nobody's"
            _line(console, "", f"  claimed by {', '.join(row.claimed_by)}; {who}", style="yellow")


def _show_decision(one: Decision, classes: tuple[ServiceClass, ...], at: np.datetime64, console: Console) -> None:
    console.print(
        Text.assemble(
            (state_words(one.state).capitalize(), f"bold {_COLOURS[one.state.serves]}"), f": {class_words(classes)}"
        ),
        width=_WIDTH,
    )
    _line(console, "  decision", f"{short_id(one.id)}: {one.title_en}")
    conditions = condition_words(one.conditions)
    if conditions:
        _line(console, "  conditions", "; ".join(conditions))
    if one.layers:
        layers = " and ".join(
            {"beam": "no beams", "terminal": "terminals refused"}[each] for each in sorted(one.layers)
        )
        _line(console, "  enforced by", layers)
    reasons = ", ".join(sorted(each.value.replace("_", " ") for each in one.reasons))
    _line(console, "  because", f"{reasons}; legal basis: {one.legal_basis.value.replace('_', ' ')}")
    since = "ever since" if np.isnat(one.start) else f"from {clock(one.start)}"
    until = "until superseded" if np.isnat(one.until) else f"until {clock(one.until)}"
    _line(console, "  in force", f"{since}, {until}")
    late = _overdue(one, at)
    _line(
        console, "  review by", clock(one.review_by) + (" (OVERDUE)" if late else ""), style="bold red" if late else ""
    )
    if one.source:
        _line(console, "  source", one.source)
    if one.note:
        _line(console, "  note", one.note)


def _overdue(one: Decision, at: np.datetime64) -> bool:
    return bool(not np.isnat(one.review_by) and one.review_by < at)


def answer_json(told: Answer, sky: Sky | None) -> dict[str, Any]:
    """The answer as JSON-ready values."""
    return {
        "at": to_rfc3339(told.at),
        "latitude_deg": told.latitude_deg,
        "longitude_deg": told.longitude_deg,
        "cell": _cell(told.number),
        "beams": told.beams,
        "service_map": told.service_map.digest,
        "next_change_at": _instant(told.service_map.next_change_at),
        "territories": [
            {
                "id": row.id,
                "kind": row.kind.value,
                "name_en": row.name_en,
                "name_ar": row.name_ar,
                "holds": mode.value,
                "claimed_by": list(row.claimed_by),
                "controlled_by": row.controlled_by or None,
            }
            for row, mode in told.held
        ],
        "classes": {
            each.value: {"state": one.state.value, "serves": one.state.serves, "decision": one.id}
            for each in ServiceClass
            for one, classes in told.groups
            if each in classes
        },
        "decisions": [_decision(one, told.at) for one, _ in told.groups],
        "sky": None
        if sky is None
        else {"fleet": "embedded, synthetic", "above_25_deg": sky.above_25_deg, "passing": sky.passing},
    }


def _decision(one: Decision, at: np.datetime64) -> dict[str, Any]:
    return {
        "id": one.id,
        "sequence": one.sequence,
        "title_en": one.title_en,
        "title_ar": one.title_ar,
        "state": one.state.value,
        "serves": one.state.serves,
        "classes": [each.value for each in ServiceClass if each in one.classes],
        "territories": [
            {"id": each.id, "containment": each.containment.value, "cells": len(each), "digest": each.digest}
            for each in one.territories
        ],
        "layers": sorted(one.layers),
        "conditions": condition_words(one.conditions),
        "reasons": sorted(one.reasons),
        "legal_basis": one.legal_basis.value,
        "start": _instant(one.start),
        "until": _instant(one.until),
        "review_by": _instant(one.review_by),
        "overdue": _overdue(one, at),
        "supersedes": sorted(one.supersedes),
        "source": one.source,
        "note": one.note,
        "demonstration": one.demonstration,
    }


def _instant(at: np.datetime64) -> str | None:
    return None if np.isnat(at) else to_rfc3339(at)


def table(title: str = "", padding: int = 2) -> Table:
    """A plain table for 80 columns.  padding: columns of room between two of it."""
    left = {"title_justify": "left", "title_style": "bold"}
    return Table(box=None, padding=(0, padding, 0, 0), pad_edge=False, title=title or None, **left)  # type: ignore[arg-type]


_HEADS = {
    ServiceState.SERVED: "\nserved",
    ServiceState.SERVED_RESTRICTED: "with con-\nditions",
    ServiceState.SERVED_ALLOWLIST_ONLY: "by list\nonly",
    ServiceState.EMERGENCY_SERVED: "emer-\ngency",
    ServiceState.NOT_OFFERED: "not\noffered",
    ServiceState.PROHIBITED: "prohi-\nbited",
    ServiceState.SUSPENDED: "sus-\npended",
    ServiceState.TECHNICALLY_UNAVAILABLE: "unavai-\nlable",
}


def show_map(told: ServiceMap, console: Console) -> None:
    """Print how many cells have which state, for classes that are decided alike."""
    found = counts(told)
    cells = sum(found[ServiceClass.RESIDENTIAL].values())
    changes = "never, as far as is decided" if np.isnat(told.next_change_at) else clock(told.next_change_at)
    console.print(Text(f"The service map of {clock(told.at)}", style="bold"))
    _line(console, "cells", f"{cells:,}, each with one state and one decision for each of {len(ServiceClass)} classes")
    _line(console, "decisions", f"{len(told.decisions):,} govern a cell; {_overdue_count(told)} overdue for review")
    _line(console, "changes", changes)
    _line(console, "digest", told.digest)
    console.print()
    made = table("Cells by state", padding=1)
    made.add_column("for", no_wrap=True)
    shown = [state for state in STATES if any(found[each][state] for each in ServiceClass)]
    for state in shown:
        made.add_column(_HEADS[state], justify="right", no_wrap=True)
    for each in ServiceClass:
        numbers = (f"{count:,}" if (count := found[each][state]) else "-" for state in shown)
        made.add_row(class_words([each]), *numbers)
    console.print(made)
    if any(one.demonstration for one in told.decisions):
        console.print()
        console.print(Text(_demonstration(told.decisions), style="dim"))
        console.print(Text("hudhud service list: the decisions; --map FILE.png: a picture.", style="dim"))


def _overdue_count(told: ServiceMap) -> str:
    late = sum(_overdue(one, told.at) for one in told.decisions)
    return f"{late:,}" if late else "none"


def map_json(told: ServiceMap) -> dict[str, Any]:
    """Counts, decisions and digest as JSON-ready values."""
    found = counts(told)
    return {
        "at": to_rfc3339(told.at),
        "next_change_at": _instant(told.next_change_at),
        "digest": told.digest,
        "decisions": len(told.decisions),
        "overdue": sum(_overdue(one, told.at) for one in told.decisions),
        "cells": {each.value: {state.value: found[each][state] for state in ServiceState} for each in ServiceClass},
    }


def _governed(told: ServiceMap) -> dict[str, int]:
    """How many cells each decision governs for at least one class."""
    cells = np.bincount(told.profile, minlength=len(told.governing))[: len(told.governing)]
    total = np.zeros(len(told.decisions), dtype=np.int64)
    for row, count in zip(told.governing, cells.tolist(), strict=True):
        total[np.unique(row)] += count
    return {one.id: int(count) for one, count in zip(told.decisions, total, strict=True)}


def show_list(told: ServiceMap, every: Decisions, console: Console) -> None:
    """Print the decisions in force, a line each."""
    governed = _governed(told)
    standing = [one for one, stands in zip(every.all, in_force(every, told.at), strict=True) if stands]
    console.print(Text(f"{len(standing):,} decisions in force at {clock(told.at)}", style="bold"))
    console.print(Text(f"{_overdue_count(told)} overdue for review; service map"))
    console.print(Text(told.digest))
    console.print()
    made = table(padding=1)
    made.add_column("decision", no_wrap=True, overflow="ellipsis", max_width=26)
    made.add_column("state", no_wrap=True)
    made.add_column("classes", justify="right", no_wrap=True)
    made.add_column("governs\ncells", justify="right", no_wrap=True)
    made.add_column("review by", no_wrap=True)
    for one in standing:
        late = _overdue(one, told.at)
        made.add_row(
            Text(cut(short_id(one.id), 26)),
            Text(state_words(one.state), style=_COLOURS[one.state.serves]),
            str(len(one.classes)),
            f"{governed.get(one.id, 0):,}",
            Text(str(one.review_by.astype("datetime64[D]")) + (" !" if late else ""), style="red" if late else ""),
        )
    console.print(made)


def list_json(told: ServiceMap, every: Decisions) -> dict[str, Any]:
    """The decisions in force as JSON-ready values."""
    governed = _governed(told)
    standing = [one for one, stands in zip(every.all, in_force(every, told.at), strict=True) if stands]
    return {
        "at": to_rfc3339(told.at),
        "digest": told.digest,
        "decisions": [_decision(one, told.at) | {"governs_cells": governed.get(one.id, 0)} for one in standing],
    }
