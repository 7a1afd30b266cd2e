"""An impact as text for a terminal of 80 columns, in English or Arabic: sentences first, then tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.text import Text

from hudhud.adapters.cli.service_text import clock, table
from hudhud.adapters.service_words import class_words, cut, state_words
from hudhud.service.changes import Change
from hudhud.service.decision import Decision
from hudhud.service.impact import Afterwards, Country, Extent, Group, Impact, LeftOut, Side

__all__ = ["show_impact", "summary_lines"]

_ROWS = 8  # of a table; the rest is told to be in the JSON

_EN = {
    "gain": "gain service",
    "lose": "lose service",
    "alter": "another decision",
    "cells": "cells",
    "people": "people",
    "classes": "classes",
    "change": "change",
    "from": "from",
    "to": "to",
    "place": "place",
    "country": "country",
    "whole": "whole",
    "centre": "centre",
    "touched": "touched",
    "sea": "sea",
    "people_there": "people\nthere",
    "own": "own",
    "other": "OTHER",
    "by_class": "By classes",
    "by_decision": "From decision to decision",
    "largest": "Largest places",
    "countries": "Countries with changed cells",
    "claims": "Claimed territories with changed cells (claims as claims)",
    "claimed_by": "claimed by",
    "controlled_by": "control",
    "protected": "Classes that save lives",
    "terminals": "Registered terminals",
    "recoded": "other code",
    "all": "all",
    "contradictions": "Decided by order in the record alone",
    "wins": "wins",
    "loses": "over",
    "times": "When",
    "begins": "begins",
    "lapses": "lapses",
    "review": "review by",
    "ever": "ever since",
    "never": "until superseded",
    "more": "and {count} more: see --json",
    "in_country": "in {name}",
    "divided": "divided",
    "digest": "digest of this impact",
    "maps": "service maps without and with",
    "hospitals": "No table of hospitals is packaged: registered medical terminals stand for them.",
}
_AR = {
    "gain": "تكسب الخدمة",
    "lose": "تفقد الخدمة",
    "alter": "قرار آخر",
    "cells": "الخلايا",
    "people": "السكان",
    "classes": "الفئات",
    "change": "التغيير",
    "from": "من",
    "to": "إلى",
    "place": "المكان",
    "country": "البلد",
    "whole": "كاملة",
    "centre": "مركزها",
    "touched": "تمسّه",
    "sea": "بحر",
    "people_there": "السكان\nفيها",
    "own": "معنيّ",
    "other": "آخر",
    "by_class": "بحسب الفئات",
    "by_decision": "من قرار إلى قرار",
    "largest": "أكبر الأماكن",
    "countries": "بلدان فيها خلايا تتغير",
    "claims": "أقاليم متنازع عليها فيها خلايا تتغير (تُعرض المطالبات كما هي)",
    "claimed_by": "تطالب به",
    "controlled_by": "السيطرة",
    "protected": "فئات تنقذ الأرواح",
    "terminals": "المحطات المسجلة",
    "recoded": "رمز آخر",
    "all": "الكل",
    "contradictions": "ما يحسمه الترتيب في السجل وحده",
    "wins": "الغالب",
    "loses": "على",
    "times": "المواعيد",
    "begins": "البدء",
    "lapses": "الانقضاء",
    "review": "المراجعة قبل",
    "ever": "منذ البداية",
    "never": "إلى أن يُستبدل",
    "more": "والباقي ({count}) في --json",
    "in_country": "في {name}",
    "divided": "موزعة",
    "digest": "بصمة هذا الأثر",
    "maps": "بصمتا خريطة الخدمة دون القرار ومعه",
    "hospitals": "لا يرافق البرنامج جدول مستشفيات: تنوب عنها المحطات الطبية المسجلة.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shown:
    """Where and how an impact is printed."""

    told: Impact
    console: Console
    language: str

    def __getitem__(self, key: str) -> str:
        return (_AR if self.language == "ar" else _EN)[key]

    def name(self, english: str, arabic: str) -> str:
        return arabic if self.language == "ar" and arabic else english


def show_impact(told: Impact, idle: Sequence[Decision], console: Console, language: str = "en") -> None:
    """Print what changes.  idle: decisions under review that are not in force at the impact's instant."""
    shown = _Shown(told=told, console=console, language=language)
    for one in told.reviewed:
        title = shown.name(one.title_en, one.title_ar)
        console.print(Text.assemble((title, "bold"), f" ({one.id})"))
        console.print(Text(f"  {state_words(one.state, language)}: {class_words(one.classes, language)}"))
    for line, style in summary_lines(told, idle, language):
        console.print(Text(line, style=style))
    _show_groups(shown)
    _show_transitions(shown)
    _show_places(shown)
    _show_countries(shown)
    _show_claims(shown)
    _show_protected(shown)
    _show_terminals(shown)
    _show_contradictions(shown)
    _show_times(shown)
    console.print()
    console.print(Text(shown["maps"], style="dim"))
    console.print(Text(f"  {told.before_digest}\n  {told.after_digest}", style="dim"))
    console.print(Text(shown["digest"]))
    console.print(Text(f"  {told.digest}", style="bold"))


def summary_lines(told: Impact, idle: Sequence[Decision], language: str = "en") -> list[tuple[str, str]]:
    """The impact in sentences, each with the style it is printed in."""
    return _summary_ar(told, idle) if language == "ar" else _summary_en(told, idle)


def _summary_en(told: Impact, idle: Sequence[Decision]) -> list[tuple[str, str]]:
    lines = [(f"Compared at {clock(told.at)}.", "")]
    lines += [(f"{one.id} is not in force then.", "yellow") for one in idle]
    gain, lose, alter = told.gain, told.lose, told.alter
    gains = f"{_cells(gain)} gain service for {_for_whom(told, Change.GAIN)}; {_lives(gain)} live there."
    lines.append((gains, "green") if gain.cells else ("Nobody gains service.", ""))
    loses = f"{_cells(lose)} lose service for {_for_whom(told, Change.LOSE)}; {_lives(lose)} live there."
    lines.append((loses, "bold red") if lose.cells else ("Nobody loses service.", ""))
    if alter.cells:
        lines.append((f"{_cells(alter)} pass to another decision that serves or refuses as before.", ""))
    if told.outside.cells:
        lines.append(
            (f"{_cells(told.outside)} outside its territories change, where what it supersedes ends.", "yellow")
        )
    for each in told.overruled:
        by = f"{', '.join(each.by[:3])}{f' and {len(each.by) - 3} more' if len(each.by) > 3 else ''}"
        lines.append(
            (f"In {_cells(each.extent)} of {each.decision} another decision governs for some class: {by}.", "yellow")
        )
    lines += [(_left_out_en(each), "") for each in told.left_out if each.all.cells]
    lines.append(_spill_en(told))
    lines.append(_afterwards_en(told))
    return lines


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
    told = f"{_cells(each.all)} on the border of {each.territory} are left out ({each.containment.value}){met};"
    if not each.refused.cells:
        return f"{told} none of them is refused."
    return f"{told} {each.refused.cells:,} of them stay refused for some class, {_lives(each.refused)} live there."


def _spill_en(told: Impact) -> tuple[str, str]:
    others = [each for each in told.countries if each.side is Side.OTHER]
    if not others:
        return "No changed cell reaches into another country or its territorial sea.", ""
    own = "" if any(each.side is Side.OWN for each in told.countries) else " (the territories name no country)"
    named = ", ".join(f"{each.name_en} ({_reach(each)})" for each in others[:5])
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    return f"Changed cells reach into {_counted(len(others), 'country', 'countries')}{own}: {named}{more}.", "yellow"


def _reach(each: Country) -> str:
    return f"{each.touched:,}" if each.touched else f"{each.sea:,} at sea"


def _summary_ar(told: Impact, idle: Sequence[Decision]) -> list[tuple[str, str]]:
    lines = [(f"وقت المقارنة: {clock(told.at)}", "")]
    lines += [(f"ليس نافذًا حينئذ: {one.id}", "yellow") for one in idle]
    for extent, words, style in (
        (told.gain, "خلايا تكسب الخدمة", "green"),
        (told.lose, "خلايا تفقد الخدمة", "bold red"),
        (told.alter, "خلايا تنتقل إلى قرار آخر دون تغير حالها", ""),
    ):
        lines.append((f"{words}: {extent.cells:,}، السكان فيها: {extent.people:,}", style if extent.cells else ""))
    if told.outside.cells:
        lines.append((f"خلايا تتغير خارج أقاليمه: {told.outside.cells:,}", "yellow"))
    for one in told.overruled:
        lines.append((f"خلايا من {one.decision} يحكمها قرار آخر لبعض الفئات: {one.extent.cells:,}", "yellow"))
    for each in told.left_out:
        if each.all.cells:
            met = f"، مشتركة مع: {'، '.join(each.neighbours)}" if each.neighbours else ""
            lines.append((f"خلايا حدودية متروكة ({each.territory}): {each.all.cells:,}{met}", ""))
            lines.append((f"  منها ما يبقى مرفوضًا: {each.refused.cells:,}، السكان فيها: {each.refused.people:,}", ""))
    others = [each for each in told.countries if each.side is Side.OTHER]
    named = "، ".join(f"{each.name_ar} ({each.touched or each.sea:,})" for each in others[:5])
    lines.append((f"بلدان أخرى تبلغها خلايا متغيرة: {named or 'لا يوجد'}", "yellow" if others else ""))
    after = {
        Afterwards.AS_WITHOUT: "بعد انقضائه تعود الخريطة كما لو لم يكن.",
        Afterwards.OTHERWISE: f"خلايا تبقى مختلفة بعد انقضائه: {told.afterwards_cells:,}",
        Afterwards.NEVER_LAPSES: "لا ينقضي من تلقاء نفسه.",
    }
    lines.append((after[told.afterwards], ""))
    return lines


def _for_whom(told: Impact, change: Change) -> str:
    classes = {each for group in told.groups if _part(group, change).cells for each in group.classes}
    return class_words(classes) if len(classes) <= 3 else f"{len(classes)} classes"


def _part(group: Group, change: Change) -> Extent:
    return {Change.GAIN: group.gain, Change.LOSE: group.lose, Change.ALTER: group.alter}[change]


def _cells(extent: Extent) -> str:
    return _counted(extent.cells, "cell", "cells")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _lives(extent: Extent) -> str:
    if extent.people >= 1_000_000:
        return f"{extent.people / 1e6:,.1f} million people"
    return _counted(extent.people, "person", "people")


def _change(shown: _Shown, change: Change) -> Text:
    style = {Change.GAIN: "green", Change.LOSE: "bold red"}.get(change, "")
    return Text(shown[change.name.lower()], style=style)


def _print(shown: _Shown, made: object, more: int = 0) -> None:
    shown.console.print()
    shown.console.print(made)
    if more > 0:
        shown.console.print(Text(shown["more"].format(count=f"{more:,}"), style="dim"))


def _show_groups(shown: _Shown) -> None:
    if not shown.told.groups:
        return
    made = table(shown["by_class"])
    made.add_column(shown["classes"], max_width=38)
    made.add_column(shown["change"], no_wrap=True)
    for key in ("cells", "people"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    for group in shown.told.groups:
        words = class_words(group.classes, shown.language)
        for change in (Change.GAIN, Change.LOSE, Change.ALTER):
            part = _part(group, change)
            if part.cells:
                made.add_row(words, _change(shown, change), f"{part.cells:,}", f"{part.people:,}")
                words = ""
    _print(shown, made)


def _show_transitions(shown: _Shown) -> None:
    if not shown.told.transitions:
        return
    made = table(shown["by_decision"], padding=1)
    for key in ("from", "to"):
        made.add_column(shown[key], no_wrap=True, max_width=27)
    made.add_column(shown["classes"], justify="right", no_wrap=True)
    for key in ("cells", "people"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    for one in shown.told.transitions[:_ROWS]:
        sides = []
        for decision in (one.before, one.after):
            style = "green" if decision.state.serves else "red"
            words = cut(state_words(decision.state, shown.language), 26)
            sides.append(Text(f"{words}\n {cut(decision.id, 25)}", style=style))
        made.add_row(*sides, str(len(one.classes)), f"{one.extent.cells:,}", f"{one.extent.people:,}")
    _print(shown, made, len(shown.told.transitions) - _ROWS)


def _show_places(shown: _Shown) -> None:
    told = shown.told.largest
    served = tuple(
        each for each in told if each[0] is not Change.ALTER
    )  # who only passes on comes where nobody else does
    told = served or told
    if not told:
        return
    made = table(shown["largest"])
    made.add_column(shown["place"], no_wrap=True, max_width=34)
    made.add_column(shown["country"], no_wrap=True)
    made.add_column(shown["people"], justify="right", no_wrap=True)
    made.add_column(shown["change"], no_wrap=True)
    for change, place in told:
        name = shown.name(place.name_en, place.name_ar)
        if shown.language == "en" and place.name_ar:
            name = f"{name} {place.name_ar}"
        made.add_row(Text(cut(name, 34)), place.country, f"{place.population:,}", _change(shown, change))
    _print(shown, made)


def _show_countries(shown: _Shown) -> None:
    if not shown.told.countries:
        return
    made = table(shown["countries"], padding=1)
    made.add_column(shown["country"], no_wrap=True, max_width=29)
    made.add_column("", no_wrap=True)
    for key in ("whole", "centre", "touched", "sea", "people_there"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    for each in shown.told.countries[:_ROWS]:
        numbers = (f"{count:,}" for count in (each.full, each.centre, each.touched, each.sea, each.people))
        other = each.side is Side.OTHER
        side = Text(shown[each.side.value], style="yellow" if other else "")
        made.add_row(Text(cut(f"{each.id} {shown.name(each.name_en, each.name_ar)}", 29)), side, *numbers)
    _print(shown, made, len(shown.told.countries) - _ROWS)


def _show_claims(shown: _Shown) -> None:
    if not shown.told.claims:
        return
    made = table(shown["claims"], padding=1)
    made.add_column("", no_wrap=True, max_width=26)
    made.add_column(shown["claimed_by"], max_width=17)
    made.add_column(shown["controlled_by"], max_width=12)
    for key in ("gain", "lose", "alter"):
        made.add_column(shown[key].replace(" ", "\n", 1), justify="right", no_wrap=True)
    ranked = sorted(shown.told.claims, key=lambda each: -max(each.gain.cells, each.lose.cells, each.alter.cells))
    for each in ranked[:_ROWS]:
        numbers = (f"{part.cells:,}" if part.cells else "-" for part in (each.gain, each.lose, each.alter))
        names = ", ".join(name.removeprefix("area.") for name in each.claimed_by)
        control = each.controlled_by.removeprefix("area.") or shown["divided"]
        made.add_row(Text(cut(shown.name(each.name_en, each.name_ar), 26)), names, control, *numbers)
    _print(shown, made, len(ranked) - _ROWS)


def _show_protected(shown: _Shown) -> None:
    """Classes that save lives, with their terminals where terminals were given."""
    told = shown.told
    if not any(each.gain.cells or each.lose.cells for each in told.protected):
        return
    made = table(shown["protected"])
    made.add_column(shown["classes"], no_wrap=True)
    made.add_column(shown["change"], no_wrap=True)
    for key in ("cells", "people", "terminals"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    counted = {each.service_class: each for each in told.terminals or ()}
    for group in told.protected:
        of = counted.get(group.classes[0])
        for change in (Change.GAIN, Change.LOSE):
            part = _part(group, change)
            if part.cells:
                met = "-" if of is None else f"{of.gain if change is Change.GAIN else of.lose:,}"
                words = class_words(group.classes, shown.language)
                made.add_row(words, _change(shown, change), f"{part.cells:,}", f"{part.people:,}", met)
    _print(shown, made)
    shown.console.print(Text(shown["hospitals"], style="dim"))


def _show_terminals(shown: _Shown) -> None:
    if not shown.told.terminals:
        return
    made = table(shown["terminals"])
    made.add_column(shown["classes"], no_wrap=True)
    for key in ("gain", "lose", "recoded", "all"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    for each in shown.told.terminals:
        numbers = (f"{count:,}" for count in (each.gain, each.lose, each.recoded, each.all))
        made.add_row(class_words([each.service_class], shown.language), *numbers)
    _print(shown, made)


def _show_contradictions(shown: _Shown) -> None:
    if not shown.told.contradictions:
        return
    made = table(shown["contradictions"])
    for key in ("wins", "loses"):
        made.add_column(shown[key], no_wrap=True, max_width=26)
    for key in ("classes", "cells"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    for each in shown.told.contradictions[:_ROWS]:
        ids = (Text(cut(one.id, 26)) for one in (each.winner, each.loser))
        made.add_row(*ids, str(len(each.classes)), f"{len(each.number):,}")
    _print(shown, made, len(shown.told.contradictions) - _ROWS)


def _show_times(shown: _Shown) -> None:
    made = table(shown["times"], padding=1)
    made.add_column("", no_wrap=True, max_width=22)
    for key in ("begins", "lapses", "review"):
        made.add_column(shown[key], max_width=17)
    for one in shown.told.reviewed[:_ROWS]:
        begins = shown["ever"] if np.isnat(one.start) else _moment(one.start)
        lapses = shown["never"] if np.isnat(one.until) else _moment(one.until)
        made.add_row(Text(cut(one.id, 22)), begins, lapses, _moment(one.review_by))
    _print(shown, made, len(shown.told.reviewed) - _ROWS)


def _moment(at: np.datetime64) -> str:
    """Date and time to the minute, the date alone at midnight."""
    return str(at.astype("datetime64[m]")).replace("T", " ").removesuffix(" 00:00")
