"""An impact as text for a terminal of 80 columns, in English or Arabic: sentences first, then tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from rich.console import Console
from rich.text import Text

from hudhud.adapters.cli.impact_sentences import CHANGES, part, summary_lines
from hudhud.adapters.cli.service_text import table
from hudhud.adapters.service_words import class_words, condition_words, cut, short_id, state_words
from hudhud.service.changes import Change, serves
from hudhud.service.decision import Decision
from hudhud.service.impact import Claim, Extent, Impact, Side

__all__ = ["show_impact"]

_ROWS = 8  # of a table; the rest is told to be in the JSON

_EN = {
    "gain": "gain service",
    "lose": "lose service",
    "conditions": "conditions change",
    "alter": "another decision",
    "asks": "conditions",
    "nothing_asked": "no conditions",
    "credit": "People: GeoNames (CC BY 4.0), listed places only.",
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
    "conditions": "تتغير الشروط",
    "alter": "قرار آخر",
    "asks": "الشروط",
    "nothing_asked": "بلا شروط",
    "credit": "السكان: GeoNames (CC BY 4.0)، في الأماكن المدرجة فقط.",
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
        console.print(Text.assemble((title, "bold"), f" ({short_id(one.id)})"))
        console.print(Text(f"  {state_words(one.state, language)}: {class_words(one.classes, language)}"))
        if asked := condition_words(one.conditions, language):
            console.print(Text(f"  {shown['asks']}: {('؛ ' if language == 'ar' else '; ').join(asked)}"))
    for line, style in summary_lines(told, idle, language):
        console.print(Text(line, style=style))
    _show_groups(shown)
    _show_transitions(shown)
    _show_places(shown)
    _show_countries(shown)
    _show_claims(shown)
    _show_protected(shown)
    _show_terminals(shown)
    if told.groups or told.countries:
        console.print()
        console.print(Text(shown["credit"], style="dim"))
    _show_contradictions(shown)
    _show_times(shown)
    console.print()
    console.print(Text(shown["maps"], style="dim"))
    console.print(Text(f"  {told.before_digest}\n  {told.after_digest}", style="dim"))
    console.print(Text(shown["digest"]))
    console.print(Text(f"  {told.digest}", style="bold"))


def _change(shown: _Shown, change: Change) -> Text:
    style = {Change.GAIN: "green", Change.LOSE: "bold red", Change.CONDITIONS: "bold yellow"}.get(change, "")
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
        for change in CHANGES:
            share = part(group, change)
            if share.cells:
                made.add_row(words, _change(shown, change), f"{share.cells:,}", f"{share.people:,}")
                words = ""
    _print(shown, made)


def _show_transitions(shown: _Shown) -> None:
    if not shown.told.transitions:
        return
    made = table(shown["by_decision"], padding=1)
    for key in ("from", "to"):
        made.add_column(shown[key], max_width=27)
    made.add_column(shown["classes"], justify="right", no_wrap=True)
    for key in ("cells", "people"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    known = {one.id for one in shown.told.reviewed}  # their conditions stand at the head
    for one in shown.told.transitions[:_ROWS]:
        sides = []
        for decision in (one.before, one.after):
            style = "green" if serves(decision) else "red"
            words = cut(state_words(decision.state, shown.language), 26)
            words_asked = [] if decision.id in known else condition_words(decision.conditions, shown.language)
            asked = [f"\n {line}" for word in words_asked for line in wrap(word, 25)]
            sides.append(Text(f"{words}\n {cut(short_id(decision.id), 25)}{''.join(asked)}", style=style))
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
    for key in ("gain", "lose", "conditions", "alter"):
        made.add_column(shown[key].replace(" ", "\n", 1), justify="right", no_wrap=True)
    ranked = sorted(shown.told.claims, key=lambda each: -max(one.cells for one in _claimed(each)))
    for each in ranked[:_ROWS]:
        numbers = (f"{one.cells:,}" if one.cells else "-" for one in _claimed(each))
        names = ", ".join(name.removeprefix("area.") for name in each.claimed_by)
        control = each.controlled_by.removeprefix("area.") or shown["divided"]
        made.add_row(Text(cut(shown.name(each.name_en, each.name_ar), 26)), names, control, *numbers)
    _print(shown, made, len(ranked) - _ROWS)


def _claimed(each: Claim) -> tuple[Extent, ...]:
    return each.gain, each.lose, each.conditions, each.alter


def _show_protected(shown: _Shown) -> None:
    """Classes that save lives, with their terminals where terminals were given."""
    told = shown.told
    if not any(part(each, change).cells for each in told.protected for change in CHANGES):
        return
    made = table(shown["protected"])
    made.add_column(shown["classes"], no_wrap=True)
    made.add_column(shown["change"], no_wrap=True)
    for key in ("cells", "people", "terminals"):
        made.add_column(shown[key], justify="right", no_wrap=True)
    counted = {each.service_class: each for each in told.terminals or ()}
    for group in told.protected:
        of = counted.get(group.classes[0])
        terminals = {} if of is None else {Change.GAIN: f"{of.gain:,}", Change.LOSE: f"{of.lose:,}"}
        for change in CHANGES:
            share = part(group, change)
            if share.cells:
                met = terminals.get(change, "-")
                words = class_words(group.classes, shown.language)
                made.add_row(words, _change(shown, change), f"{share.cells:,}", f"{share.people:,}", met)
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
        ids = (Text(cut(short_id(one.id), 26)) for one in (each.winner, each.loser))
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
        made.add_row(Text(cut(short_id(one.id), 22)), begins, lapses, _moment(one.review_by))
    _print(shown, made, len(shown.told.reviewed) - _ROWS)


def _moment(at: np.datetime64) -> str:
    """Date and time to the minute, the date alone at midnight."""
    return str(at.astype("datetime64[m]")).replace("T", " ").removesuffix(" 00:00")
