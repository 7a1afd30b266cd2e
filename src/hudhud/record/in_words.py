"""What will be signed, in plain words: every field of a statement, in English or Arabic, before a key touches it.

Nothing that is signed is left out: a field without a value is shown as not stated.  Text that somebody else wrote stands
behind a bar, so that it cannot pass for a field of the statement.  Digests are shown whole, to be compared.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any

from hudhud.record.parts import ANY, Conditions, Effect
from hudhud.record.statements import Statement
from hudhud.record.wording import HEADLINES, NOT_STATED, field_name, word
from hudhud.record.words import Language

__all__ = ["in_words"]

_COLUMNS = 80
_STEP = "  "
_PROSE = frozenset(
    {
        "claim_ar",
        "claim_en",
        "findings",
        "grounds",
        "itu_art35_notification",
        "legal_text",
        "note",
        "said",
        "text",
        "text_ar",
        "text_en",
        "topic",
    }
)
_NOTHING = ("none", "لا شيء")
_COMMA = (", ", "، ")
_STANDING = ("no end: stands until another decision ends it", "بلا نهاية: يبقى حتى ينهيه قرار آخر")
_YES_NO = (("no", "لا"), ("yes", "نعم"))
_MM_S_PER_KM_H = 1e6 / 3600


def in_words(statement: Statement, language: Language) -> str:
    """The statement in lines of at most 80 columns, longer texts without spaces apart, ending in a line feed."""
    title = word(statement.kind, language)
    headline = HEADLINES[statement.kind][_place(language)]
    lines = [title.upper() if language is Language.ENGLISH else title, *textwrap.wrap(headline, _COLUMNS), ""]
    lines += _fields(statement, language, "", whole=True)
    return "\n".join(lines) + "\n"


def _place(language: Language) -> int:
    """Which of a pair of texts, English and Arabic, is meant."""
    return int(language is Language.ARABIC)


def _fields(value: Any, language: Language, indent: str, *, whole: bool) -> Iterator[str]:
    """Lines for each field of a value.  whole: fields without a value are shown too."""
    for field in fields(value):
        held = getattr(value, field.name)
        label = indent + field_name(field.name, language)
        if held is None:
            if whole:
                standing = isinstance(value, Effect) and field.name == "until"
                yield f"{label}: {(_STANDING if standing else NOT_STATED)[_place(language)]}"
        elif held or not isinstance(
            value, Conditions
        ):  # an empty condition asks nothing; "purposes: none" would mislead
            yield from _field(field.name, held, label, language, indent)


def _field(name: str, held: Any, label: str, language: Language, indent: str) -> Iterator[str]:
    """Lines for one field that has a value."""
    if isinstance(held, tuple):
        yield from _members(held, label, language, indent)
    elif isinstance(held, frozenset):
        parts = [_plain(name, each, language) for each in sorted(held)]
        yield from _short_or_below(label, parts or [_NOTHING[_place(language)]], indent, _COMMA[_place(language)])
    elif held == ANY:
        yield f"{label}: {_NOTHING[_place(language)]}"
    elif hasattr(held, "__dataclass_fields__"):
        lines = list(_fields(held, language, indent + _STEP, whole=isinstance(held, Effect)))
        yield f"{label}:"
        yield from lines
    elif isinstance(held, str) and name in _PROSE:
        yield f"{label}:"
        yield from _quoted(held, indent + _STEP)
    else:
        yield from _short_or_below(label, [_plain(name, held, language)], indent)


def _members(held: tuple[Any, ...], label: str, language: Language, indent: str) -> Iterator[str]:
    """Lines for a row of values, numbered."""
    if not held:
        yield f"{label}: {_NOTHING[_place(language)]}"
    for number, each in enumerate(held, 1):
        yield f"{label} {number}/{len(held)}:"
        yield from _fields(each, language, indent + _STEP, whole=False)


def _plain(name: str, held: Any, language: Language) -> str:
    """One value in words."""
    if isinstance(held, bool):
        return _YES_NO[held][_place(language)]
    if isinstance(held, StrEnum):
        return word(held, language)
    if name == "maximum_speed_mm_s":
        unit = ("km/h", "كم/س")[_place(language)]
        return f"{held} (= {held / _MM_S_PER_KM_H:.1f} {unit})"
    return str(held)


def _short_or_below(label: str, parts: list[str], indent: str, comma: str = "") -> Iterator[str]:
    """A label and its parts in one line, or each part in lines of its own below."""
    together = f"{label}: {comma.join(parts)}"
    if len(together) <= _COLUMNS:
        yield together
        return
    yield f"{label}:"
    for part in parts:
        yield from textwrap.wrap(
            part,
            _COLUMNS,
            initial_indent=indent + _STEP,
            subsequent_indent=indent + 2 * _STEP,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _quoted(text: str, indent: str) -> Iterator[str]:
    """Somebody's own text, each line behind a bar."""
    for line in text.split("\n"):
        bar = f"{indent}| "
        wrapped = textwrap.wrap(
            line, _COLUMNS, initial_indent=bar, subsequent_indent=bar, break_long_words=False, break_on_hyphens=False
        )
        yield from wrapped or [bar.rstrip()]
