"""An impact in sentences, English or Arabic: what comes before its tables."""

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

import numpy as np

from hudhud.adapters.cli.service_text import clock
from hudhud.adapters.service_words import class_words, condition_words, state_words
from hudhud.service.changes import Change
from hudhud.service.decision import Decision
from hudhud.service.impact import (
    Afterwards,
    Country,
    Extent,
    Group,
    Impact,
    LeftOut,
    NewTerms,
    Overridden,
    Overruled,
    Side,
)
from hudhud.service.vocabulary import ServiceClass, ServiceState

__all__ = ["CHANGES", "part", "summary_lines"]

CHANGES = (Change.GAIN, Change.LOSE, Change.CONDITIONS, Change.ALTER)
"""In the order in which they are told."""

_SENTENCES = 4  # of one kind

_Part = TypeVar("_Part")


def summary_lines(told: Impact, idle: Sequence[Decision], language: str = "en") -> list[tuple[str, str]]:
    """The impact in sentences, each with the style it is printed in."""
    return _summary_ar(told, idle) if language == "ar" else _summary_en(told, idle)


def _summary_en(told: Impact, idle: Sequence[Decision]) -> list[tuple[str, str]]:
    lines = [(f"Compared at {clock(told.at)}.", "")]
    lines += [(f"{one.id} is not in force then.", "yellow") for one in idle]
    gain, lose, alter = told.gain, told.lose, told.alter
    gains = f"{_do(gain, 'gain')} service for {_for_whom(told, Change.GAIN)}; {_living(gain)} there."
    lines.append((gains, "green") if gain.cells else ("Nobody gains service.", ""))
    loses = f"{_do(lose, 'lose')} service for {_for_whom(told, Change.LOSE)}; {_living(lose)} there."
    lines.append((loses, "bold red") if lose.cells else ("Nobody loses service.", ""))
    lines += _first(told.new_terms, _new_terms_en, "bold yellow")
    if alter.cells:
        lines.append((f"{_do(alter, 'pass', 'passes')} to another decision that serves or refuses as before.", ""))
    lines += _first(told.overridden, _overridden_en, "bold red")
    if told.outside.cells:
        outside = f"{_cells(told.outside)} outside its territories {'changes' if told.outside.cells == 1 else 'change'}"
        lines.append((f"{outside}, where what it supersedes ends.", "yellow"))
    asleep = {one.id for one in idle}
    lines += _first([each for each in told.overruled if each.decision not in asleep], _overruled_en, "yellow")
    lines += [(_left_out_en(each), "") for each in told.left_out if each.all.cells]
    lines.append(_spill_en(told))
    lines.append(_afterwards_en(told))
    return lines


def _first(parts: Sequence[_Part], words: Callable[[_Part], str], style: str) -> list[tuple[str, str]]:
    """A sentence each for the first few; how many more there are."""
    more = (
        [(f"... and {len(parts) - _SENTENCES} more like this: see --json.", style)] if len(parts) > _SENTENCES else []
    )
    return [(words(each), style) for each in parts[:_SENTENCES]] + more


def _new_terms_en(each: NewTerms) -> str:
    words = "; ".join(condition_words(each.decision.conditions)) or "no conditions any more"
    stay = "stays" if each.extent.cells == 1 else "stay"
    state = state_words(each.decision.state)
    cells = f"{_cells(each.extent)} ({_lives(each.extent)})"
    return f"{cells} {stay} served under other conditions for {_some(each.classes)} ({state}): {words}."


def _overridden_en(each: Overridden) -> str:
    decree = "prohibition" if each.before.state is ServiceState.PROHIBITED else "suspension"
    where = f"{class_words(each.classes)} in {_cells(each.extent)} ({each.before.id})"
    return f"{each.after.id} overrides a {decree}: {where}."


def _overruled_en(each: Overruled) -> str:
    by = f"{', '.join(each.by[:3])}{f' and {len(each.by) - 3} more' if len(each.by) > 3 else ''}"
    one = len(each.by) == 1
    why = "narrower" if each.narrower else "narrower, or for fewer classes, or later"
    where = f"{each.extent.cells:,} of its {_counted(each.all, 'cell', 'cells')}"
    end = f"{by} {'is' if one else 'are'} {why}; supersede {'it' if one else 'them'} to take effect."
    return f"{each.decision} has no effect for {_some(each.classes)} in {where}: {end}"


def _afterwards_en(told: Impact) -> tuple[str, str]:
    match told.afterwards:
        case Afterwards.AS_WITHOUT:
            return "Once lapsed, the map is as it would be without.", ""
        case Afterwards.OTHERWISE:
            rest = f"{told.afterwards_cells:,} cells stay different once lapsed: what is superseded does not come back."
            return rest, "yellow"
        case Afterwards.NEVER_LAPSES:
            lasting = ", ".join(one.id for one in told.reviewed if np.isnat(one.until))
            return f"In force until superseded: {lasting}.", ""


def _left_out_en(each: LeftOut) -> str:
    met = f", shared with {', '.join(each.neighbours)}" if each.neighbours else ""
    told = f"{_do(each.all, 'are', 'is')} left out"
    told = f"{told} on the border of {each.territory} ({each.containment.value}){met};"
    if not each.refused.cells:
        return f"{told} none is refused."
    return f"{told} {each.refused.cells:,} of them refused for some class, {_living(each.refused)} there."


def _spill_en(told: Impact) -> tuple[str, str]:
    others = [each for each in told.countries if each.side is Side.OTHER]
    if not others:
        return "No changed cell reaches into another country or its territorial sea.", ""
    named = ", ".join(f"{each.name_en} ({_reach(each)})" for each in others[:5])
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    met = f"{_counted(len(others), 'country', 'countries')}: {named}{more}."
    own = any(each.side is Side.OWN for each in told.countries)
    return (f"Changed cells reach into {met}", "yellow") if own else (f"Changed cells hold parts of {met}", "")


def _reach(each: Country) -> str:
    return f"{each.touched:,}" if each.touched else f"{each.sea:,} at sea"


def _summary_ar(told: Impact, idle: Sequence[Decision]) -> list[tuple[str, str]]:
    lines = [(f"وقت المقارنة: {clock(told.at)}", "")]
    lines += [(f"ليس نافذًا حينئذ: {one.id}", "yellow") for one in idle]
    for extent, words, style in (
        (told.gain, "خلايا تكسب الخدمة", "green"),
        (told.lose, "خلايا تفقد الخدمة", "bold red"),
        (told.conditions, "خلايا تبقى متاحة بشروط أخرى", "bold yellow"),
        (told.alter, "خلايا تنتقل إلى قرار آخر دون تغير حالها", ""),
    ):
        lines.append((f"{words}: {extent.cells:,}، السكان فيها: {extent.people:,}", style if extent.cells else ""))
    if told.outside.cells:
        lines.append((f"خلايا تتغير خارج أقاليمه: {told.outside.cells:,}", "yellow"))
    for terms in told.new_terms[:_SENTENCES]:
        words = "؛ ".join(condition_words(terms.decision.conditions, "ar")) or "بلا شروط"
        lines.append((f"  {terms.decision.id} ({terms.extent.cells:,}): {words}", "bold yellow"))
    for each in told.overridden[:_SENTENCES]:
        whom = class_words(each.classes, "ar")
        decree = "حظرًا" if each.before.state is ServiceState.PROHIBITED else "تعليقًا"
        lines.append((f"يتجاوز {each.after.id} {decree} ({each.before.id}): {whom}، {each.extent.cells:,}", "bold red"))
    asleep = {one.id for one in idle}
    for over in [over for over in told.overruled if over.decision not in asleep][:_SENTENCES]:
        by = "، ".join(over.by[:3])
        count = f"{over.extent.cells:,} / {over.all:,}"
        lines.append(
            (f"لا أثر لـ {over.decision} في {count} من خلاياه لعدد من الفئات: {len(over.classes)} ({by})", "yellow")
        )
    for left in told.left_out:
        if left.all.cells:
            met = f"، مشتركة مع: {'، '.join(left.neighbours)}" if left.neighbours else ""
            lines.append((f"خلايا حدودية متروكة ({left.territory}): {left.all.cells:,}{met}", ""))
            lines.append((f"  منها ما يبقى مرفوضًا: {left.refused.cells:,}، السكان فيها: {left.refused.people:,}", ""))
    others = [each for each in told.countries if each.side is Side.OTHER]
    named = "، ".join(f"{country.name_ar} ({country.touched or country.sea:,})" for country in others[:5])
    lines.append((f"بلدان أخرى تبلغها خلايا متغيرة: {named or 'لا يوجد'}", "yellow" if others else ""))
    after = {
        Afterwards.AS_WITHOUT: "بعد انقضائه تعود الخريطة كما لو لم يكن.",
        Afterwards.OTHERWISE: f"خلايا تبقى مختلفة بعد انقضائه: {told.afterwards_cells:,}",
        Afterwards.NEVER_LAPSES: "لا ينقضي من تلقاء نفسه.",
    }
    lines.append((after[told.afterwards], ""))
    return lines


def _for_whom(told: Impact, change: Change) -> str:
    classes = {each for group in told.groups if part(group, change).cells for each in group.classes}
    return _some(classes)


def _some(classes: Collection[ServiceClass]) -> str:
    return class_words(classes) if len(classes) <= 3 else f"{len(classes)} classes"


def part(group: Group, change: Change) -> Extent:
    """What of a group undergoes a change."""
    parts = {Change.GAIN: group.gain, Change.LOSE: group.lose, Change.CONDITIONS: group.conditions}
    return parts.get(change, group.alter)


def _do(extent: Extent, many: str, one: str = "") -> str:
    """So many cells do something."""
    return f"{_cells(extent)} {(one or f'{many}s') if extent.cells == 1 else many}"


def _living(extent: Extent) -> str:
    return f"{_lives(extent)} {'lives' if extent.people == 1 else 'live'}"


def _cells(extent: Extent) -> str:
    return _counted(extent.cells, "cell", "cells")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _lives(extent: Extent) -> str:
    if extent.people >= 1_000_000:
        return f"{extent.people / 1e6:,.1f} million people"
    return _counted(extent.people, "person", "people")
