"""A case in words, in lines of at most 80 columns: what was reported, the replay, the map, what it shows."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from hudhud.errors import Fault, plain
from hudhud.record.demonstration import SEATS
from hudhud.record.parts import Party, TerritoryRef
from hudhud.record.statements import (
    Allegation,
    Appeal,
    Approval,
    Correction,
    EnforcementReport,
    Evidence,
    MapRelease,
    Refusal,
    Request,
    Response,
    Review,
    Statement,
)
from hudhud.record.wording import state_word, why_words, word
from hudhud.record.words import Language, ServiceClass, Verdict
from hudhud.scenario.case_tables import ResponseTable, SourceTable
from hudhud.scenario.cases import Case
from hudhud.service.changes import Change

if TYPE_CHECKING:
    from hudhud.scenario.replay import ChangeLine, Entered, Replay, Sight

__all__ = ["case_text", "ending_text", "list_text", "replay_text"]

_COLUMNS = 80
_TITLES = {one.seat: (one.title_en, one.title_ar) for one in SEATS}
_GRANTED = frozenset(one.value for one in Verdict if one.grants)
_CHANGES = {
    Change.GAIN: ("gain service", "تكسب الخدمة"),
    Change.LOSE: ("lose service", "تفقد الخدمة"),
    Change.CONDITIONS: ("are served on other terms", "تُخدم بشروط أخرى"),
    Change.ALTER: ("rest on another decision", "تستند إلى قرار آخر"),
}
_WORDS = {
    "alleged": ("said to have acted", "من قيل إنه تصرّف"),
    "as_expected": ("The replay is as the case expects.", "الإعادة كما تتوقعها الحالة."),
    "before": ("Before", "قبل ذلك"),
    "case": ("CASE", "الحالة"),
    "cells": ("cells", "خلية"),
    "claimed": ("claimed by", "يطالب به"),
    "controlled": ("controlled by", "يسيطر عليه"),
    "declared": ("declares its contacts and conflicts first", "يُقر أولًا باتصالاته وتضارب مصالحه"),
    "everybody": ("everybody", "الجميع"),
    "flip": (
        "What is obeyed without a release, against the map that follows:",
        "ما يُعمل به بلا إصدار مقابل الخريطة الواجبة:",
    ),
    "gains": ("who else gains", "من يستفيد غيره"),
    "in_force": ("in force", "سارٍ"),
    "inspired": ("Inspired by", "مستوحاة من"),
    "map": ("The map against the one before", "الخريطة مقابل التي قبلها"),
    "no_change": ("No cell changes.", "لا تتغير خلية."),
    "not_expected": ("THE REPLAY IS NOT AS THE CASE EXPECTS:", "ليست الإعادة كما تتوقعها الحالة:"),
    "not_in_force": ("not in force", "غير سارٍ"),
    "overdue": ("answer overdue", "الجواب متأخر"),
    "replay": ("REPLAY, with made-up seats and parties", "إعادة بمقاعد وأطراف مختلقة"),
    "reported": ("AS REPORTED (claims are told as claims)", "كما نُشر (الادعاءات تُروى ادعاءات)"),
    "responses": ("WHAT THE PARTIES SAID", "ما قالته الأطراف"),
    "seen": ("What can be seen", "ما يُرى"),
    "shows": ("WHAT IT SHOWS", "ما تُظهره"),
    "unproven": ("obeys a map that nobody released", "يعمل بخريطة لم يصدرها أحد"),
    "unratified": ("never ratified", "لم يُصدَّق عليه"),
    "unreviewed": ("review overdue", "المراجعة متأخرة"),
    "untouched": ("not a cell changes in", "لا تتغير خلية في"),
    "variants": ("VARIANTS of the replay", "صور الإعادة"),
    "void": ("VOID", "باطل"),
}


def list_text(cases: Iterable[Case], language: Language) -> str:
    """The cases, three lines each."""
    lines: list[str] = []
    for one in cases:
        table = one.table
        when = _pick(language, table.when, table.when_ar)
        lines.append(f"{table.number:3d}  {table.id}  ({len(one.variants)})")
        lines += _wrapped(_pick(language, table.title_en, table.title_ar), "     ")
        lines += _wrapped(f"{_pick(language, table.inspired_by_en, table.inspired_by_ar)} ({when})", "     ")
    return _joined(lines)


def case_text(case: Case, language: Language, *, variants: bool = True) -> str:
    """What was reported of a case; variants: and in which ways it can be replayed."""
    table = case.table
    lines = [
        f"{_say('case', language)} {table.number}: {_pick(language, table.title_en, table.title_ar)}",
        _pick(language, table.when, table.when_ar),
        "",
    ]
    lines += _wrapped(_pick(language, table.summary_en, table.summary_ar), "")
    lines += ["", _say("reported", language)]
    names = {one.id: _pick(language, one.name_en, one.name_ar) for one in table.response}
    for fact in table.reported:
        lines += ["", f"{fact.date}  [{word(fact.evidence_class, language)}]"]
        lines += _wrapped(_pick(language, fact.text_en, fact.text_ar), "  ")
        if fact.alleged:
            told = _comma(language).join(names[one] for one in fact.alleged)
            lines += _wrapped(f"{_say('alleged', language)}: {told}", "  ")
        lines += [line for one in fact.source for line in _source(one)]
    if table.response:
        lines += ["", _say("responses", language)]
        lines += [line for one in table.response for line in _response(one, language)]
    if variants:
        lines += ["", _say("variants", language)]
        for each in case.variants:
            lines += _wrapped(f"{each.table.id}: {_pick(language, each.table.title_en, each.table.title_ar)}", "  ")
        lines += ["", _say("shows", language), *_wrapped(_pick(language, table.shows_en, table.shows_ar), "")]
    return _joined(lines)


def replay_text(played: "Replay", language: Language) -> str:
    """One variant: its entries with what became of them, and what can be seen at each instant."""
    table, case = played.variant.table, played.case.table
    lines = [
        _say("replay", language),
        *_wrapped(f"{table.id}: {_pick(language, table.title_en, table.title_ar)}", "", 2),
    ]
    before = _pick(language, case.base.note_en, case.base.note_ar)
    lines += ["", *_wrapped(f"{_say('before', language)}: {before}", "")]
    told = [one for one in played.entries if not one.declared]
    for number, one in enumerate(told):
        earlier = told[number - 1].offset_s if number else -1
        for seen in played.sights:
            if earlier < seen.offset_s < one.offset_s:
                lines += _sight(played, seen, language)
        lines += ["", *_entered(one, played, language)]
    last = told[-1].offset_s if told else -1
    for seen in played.sights:
        if seen.offset_s >= last:
            lines += _sight(played, seen, language)
    return _joined(lines)


def ending_text(case: Case, missing: Sequence[Fault], language: Language) -> str:
    """What a case shows, and whether its replay was as expected."""
    lines = [_say("shows", language), *_wrapped(_pick(language, case.table.shows_en, case.table.shows_ar), ""), ""]
    lines += [_say("not_expected" if missing else "as_expected", language)]
    lines += [line for one in missing for line in _wrapped(str(one), "  ")]
    return _joined(lines)


# ---- lines ----


def _source(one: SourceTable) -> Iterator[str]:
    yield from _wrapped(f"{one.publisher}: {one.title} ({one.date})", "    ")
    if one.address is not None:
        yield f"    {one.address}"


def _response(one: ResponseTable, language: Language) -> Iterator[str]:
    yield ""
    yield from _wrapped(f"{_pick(language, one.name_en, one.name_ar)}: {word(one.status, language)}, {one.date}", "  ")
    if one.said_en is not None and one.said_ar is not None:
        yield from _wrapped(_pick(language, one.said_en, one.said_ar), "    ")
    yield from _source(one.source)


def _entered(one: "Entered", played: "Replay", language: Language) -> Iterator[str]:
    """One entry: when, who, what, and what became of it."""
    entries = played.entries
    labels = {each.leaf: each.label for each in entries}
    parties = {each.name_en: _pick(language, each.name_en, each.name_ar) for each in played.case.table.party}
    seat = _pick(language, *_TITLES[one.seat])
    yield from _wrapped(f"{_offset(one.offset_s)}  {seat}: {word(one.statement.kind, language)} [{one.label}]", "", 2)
    for text in _content(one.statement, labels, parties, language):
        yield from _wrapped(text, "    ")
    if any(each.declared and each.label.startswith(f"{one.label}/") for each in entries):
        yield f"    ({_say('declared', language)})"
    if one.why is not None:
        yield from _wrapped(f"{_say('void', language)}: {why_words(one.why, language)}", "    ")
    for name, state in one.turns:
        yield f"    => {name}: {state_word(state, language)}"


def _content(
    statement: Statement, labels: Mapping[str, str], parties: Mapping[str, str], language: Language
) -> Iterator[str]:
    """What of a statement a reader of the timeline needs.  parties: their names in the language, by the ones signed."""

    def called(party: Party) -> str:
        return parties[str(party.name)]

    if isinstance(statement, Request):
        yield f"«{_pick(language, statement.title_en, statement.title_ar)}»"
        parts = [called(statement.requester), word(statement.channel, language), word(statement.effect.state, language)]
        yield _comma(language).join(parts)
        yield _comma(language).join(_territory(each, language) for each in statement.effect.territories)
        if statement.benefit_to:
            yield f"{_say('gains', language)}: " + _comma(language).join(map(called, statement.benefit_to))
        return
    about = next((getattr(statement, name) for name in _ABOUT if getattr(statement, name, None) is not None), None)
    said = [labels[about]] if about is not None and about in labels else []
    if isinstance(statement, Approval | Refusal):
        said.append(word(statement.verdict, language))
    if isinstance(statement, Response):
        said += [called(statement.party), word(statement.status, language)]
    if isinstance(statement, Review):
        said.append(word(statement.outcome, language))
    if isinstance(statement, MapRelease | EnforcementReport):
        said.append(f"SHA-256 {statement.map_sha256[:16]}...")
    said += sorted(word(each, language) for each in getattr(statement, "reasons", ()))
    if said:
        yield _comma(language).join(said)
    yield from _prose(statement, language)
    for each in getattr(statement, "contacts", ()):
        yield f"{each.on} ({called(each.party)}; {word(each.channel, language)}): {_half(each.topic, language)}"
    for each in getattr(statement, "conflicts", ()):
        yield f"{word(each.kind, language)} ({called(each.party)}): {_half(each.note, language)}"


def _territory(one: TerritoryRef, language: Language) -> str:
    """A territory of a request, with its claimants where there are several: claims told as claims."""
    if len(one.claimed_by) < 2:
        return f"{one.id}@{one.containment}"
    told = f"{_say('claimed', language)} {_comma(language).join(sorted(one.claimed_by))}"
    if one.controlled_by is not None:
        told += f"; {_say('controlled', language)} {one.controlled_by}"
    return f"{one.id}@{one.containment} ({told})"


_ABOUT = ("request", "decision", "allegation", "entry", "about")


def _prose(statement: Statement, language: Language) -> Iterator[str]:
    """Texts that somebody wrote; those that stand in both languages one behind the other are parted again."""
    if isinstance(statement, Allegation):
        yield _pick(language, statement.claim_en, statement.claim_ar)
    elif isinstance(statement, Correction):
        yield _pick(language, statement.text_en, statement.text_ar)
    elif isinstance(statement, Evidence):
        yield _half(statement.text, language)
    elif isinstance(statement, Review):
        yield _half(statement.findings, language)
    elif isinstance(statement, Appeal):
        yield _half(statement.grounds, language)
    elif isinstance(statement, Response) and statement.said is not None:
        yield _half(statement.said, language)


def _sight(played: "Replay", seen: "Sight", language: Language) -> Iterator[str]:
    """What can be seen at an instant."""
    place = played.sights.index(seen)
    expect = played.variant.table.expect[place]
    yield ""
    yield f"{_offset(seen.offset_s)}  {_say('seen', language)}"
    yield from _wrapped(_pick(language, expect.note_en, expect.note_ar), "    | ")
    for name, state in seen.requests.items():
        marks = [
            _say(what, language)
            for what in ("in_force", "overdue", "unreviewed", "unratified")
            if name in getattr(seen, what)
        ]
        if state.value in _GRANTED and name not in seen.in_force:
            marks = [_say("not_in_force", language), *marks]
        yield from _wrapped(f"{name}: {_comma(language).join([state_word(state, language), *marks])}", "    | ", 2)
    for name in sorted(seen.unproven):
        yield f"    | {name}: {_say('unproven', language)}"
    yield from _changes(seen.lines, _say("map", language) + ":", _say("no_change", language), language)
    if expect.untouched and not seen.touched:
        names = _comma(language).join(expect.untouched)
        yield from _wrapped(f"{_say('untouched', language)} {names}", "    | ", 2)
    if seen.flip:
        yield from _changes(seen.flip, _say("flip", language), "", language)


def _changes(lines: Sequence["ChangeLine"], head: str, nothing: str, language: Language) -> Iterator[str]:
    yield from _wrapped(head if lines else f"{head} {nothing}", "    | ")
    for one in lines:
        text = (
            f"{one.territory}: {one.cells:,} {_say('cells', language)} {_pick(language, *_CHANGES[one.change])}: "
            f"{word(one.before, language)} -> {word(one.after, language)} ({_classes(one.classes, language)})"
        )
        yield from _wrapped(text, "    |   ", 2)


def _classes(classes: frozenset[ServiceClass], language: Language) -> str:
    if classes == frozenset(ServiceClass):
        return _say("everybody", language)
    if len(classes) > len(ServiceClass) - 4:
        rest = _comma(language).join(word(one, language) for one in ServiceClass if one not in classes)
        return f"{_pick(language, 'all but', 'الكل إلا')} {rest}"
    return _comma(language).join(word(one, language) for one in ServiceClass if one in classes)


def _offset(offset_s: int) -> str:
    """+1d 2h 30m."""
    days, rest = divmod(offset_s, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s")) if n]
    return "+" + " ".join(parts or ["0s"])


def _half(text: str, language: Language) -> str:
    english, parted, arabic = text.partition("\n\n")
    return _pick(language, english, arabic) if parted else text


def _pick(language: Language, english: str, arabic: str) -> str:
    return arabic if language is Language.ARABIC else english


def _say(what: str, language: Language) -> str:
    return _pick(language, *_WORDS[what])


def _comma(language: Language) -> str:
    return _pick(language, ", ", "، ")


def _wrapped(text: str, indent: str, further: int = 0) -> list[str]:
    """Lines of at most 80 columns; further: spaces before all but the first."""
    return textwrap.wrap(
        plain(text),
        _COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent + " " * further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(line.rstrip() for line in lines) + "\n"
