"""What a field of a statement can hold, read off the types of a dataclass: strict reading, writing, JSON Schema.

A class is its own description: `form_of(Request)` reads an object of exactly its fields and nothing else.  A field whose
type allows None may be left out, no other may.  Sets are written in ascending order, each member once.  So every value has
one way to be written, and what is read and written again is what it was.
"""

import base64
import binascii
import datetime
import functools
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

from hudhud.errors import Fault
from hudhud.record.canonical import LARGEST, Json

__all__ = [
    "Base64",
    "Base64Url",
    "Constant",
    "Count",
    "Date",
    "Digest",
    "Field",
    "Flag",
    "Form",
    "Id",
    "Instant",
    "Leaf",
    "Line",
    "Nonce",
    "Origin",
    "Prose",
    "Row",
    "Several",
    "Text",
    "Thing",
    "Whole",
    "Word",
    "Words",
    "form_of",
    "instant_s",
    "instant_text",
    "problems_of",
]


class Form(Protocol):
    """What a value of JSON must be to stand in a field."""

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        """The value as Python holds it; what is wrong is added to the faults, with its path."""

    def write(self, value: Any) -> Json:
        """The value as JSON."""

    def schema(self) -> dict[str, Json]:
        """JSON Schema (2020-12) of what `read` takes; rules between fields apart."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text of a certain pattern.  expected: in words; usable: says what is wrong with one that fits the pattern."""

    pattern: str
    expected: str
    longest: int
    usable: Callable[[str], str | None] | None = None

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not str:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected {self.expected}"))
        elif len(value) > self.longest or not _compiled(self.pattern).fullmatch(value):
            faults.append(Fault(where=where, problem=f"is {_short(value)}; expected {self.expected}"))
        elif self.usable is not None and (problem := self.usable(value)):
            faults.append(Fault(where=where, problem=problem))
        return value

    def write(self, value: Any) -> Json:
        return cast(Json, value)

    def schema(self) -> dict[str, Json]:
        return {
            "type": "string",
            "pattern": f"^(?:{self.pattern})$",
            "maxLength": self.longest,
            "description": self.expected,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """An integer from `least` to `most`."""

    least: int = 0
    most: int = LARGEST

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not int:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected an integer"))
        elif not self.least <= value <= self.most:
            problem = f"is {value}; expected an integer from {self.least} to {self.most}"
            faults.append(Fault(where=where, problem=problem))
        return value

    def write(self, value: Any) -> Json:
        return cast(Json, value)

    def schema(self) -> dict[str, Json]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, kw_only=True, slots=True)
class Flag:
    """True or false."""

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not bool:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected true or false"))
        return value

    def write(self, value: Any) -> Json:
        return cast(Json, value)

    def schema(self) -> dict[str, Json]:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One word of an enumeration."""

    of: type[StrEnum]

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is str and value in self.of._value2member_map_:
            return self.of(value)
        faults.append(Fault(where=where, problem=f"is {_short(value)}; expected one of {', '.join(self.of)}"))
        return value

    def write(self, value: Any) -> Json:
        return str(value)

    def schema(self) -> dict[str, Json]:
        return {"enum": [each.value for each in self.of]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One of some words of an enumeration."""

    of: frozenset[StrEnum]

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        for each in self.of:
            if type(value) is not bool and value == each.value:
                return each
        faults.append(Fault(where=where, problem=f"is {_short(value)}; expected one of {', '.join(sorted(self.of))}"))
        return value

    def write(self, value: Any) -> Json:
        return str(value)

    def schema(self) -> dict[str, Json]:
        return {"enum": cast(Json, [each.value for each in sorted(self.of)])}


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant:
    """One text and no other."""

    text: str

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if value != self.text:
            faults.append(Fault(where=where, problem=f"is {_short(value)}; expected {self.text!r}"))
        return value

    def write(self, value: Any) -> Json:
        return cast(Json, value)

    def schema(self) -> dict[str, Json]:
        return {"const": self.text}


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many members a row or a set has."""

    least: int = 0
    most: int = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An array in its own order."""

    of: Form
    count: Count

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not list:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected an array"))
            return ()
        _counted(value, self.count, where, faults)
        return tuple([self.of.read(each, f"{where}[{place}]", faults) for place, each in enumerate(value)])

    def write(self, value: Any) -> Json:
        return [self.of.write(each) for each in value]

    def schema(self) -> dict[str, Json]:
        return {
            "type": "array",
            "items": self.of.schema(),
            "minItems": self.count.least,
            "maxItems": self.count.most,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Several:
    """A set, written as an array in ascending order."""

    of: Form
    count: Count

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not list:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected an array"))
            return frozenset()
        _counted(value, self.count, where, faults)
        before = len(faults)
        found = [self.of.read(each, f"{where}[{place}]", faults) for place, each in enumerate(value)]
        if len(faults) > before:
            return frozenset()
        for place in range(1, len(value)):
            if value[place] <= value[place - 1]:
                problem = f"{_short(value[place])} stands behind {_short(value[place - 1])}: members ascend, each once"
                faults.append(Fault(where=f"{where}[{place}]", problem=problem))
        return frozenset(found)

    def write(self, value: Any) -> Json:
        return [self.of.write(each) for each in sorted(value)]

    def schema(self) -> dict[str, Json]:
        return {
            "type": "array",
            "items": self.of.schema(),
            "minItems": self.count.least,
            "maxItems": self.count.most,
            "uniqueItems": True,
            "description": "in ascending order",
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field of an object.  optional: may be left out."""

    name: str
    form: Form
    optional: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """An object that becomes a value of a class.  Its method `problems`, if it has one, tells what its fields break together."""

    cls: type[Any]
    fields: tuple[Field, ...]

    def read(self, value: Any, where: str, faults: list[Fault]) -> Any:
        if type(value) is not dict:
            faults.append(Fault(where=where, problem=f"is {_named(value)}; expected an object"))
            return value
        before = len(faults)
        found = {}
        for field in self.fields:
            if field.name in value:
                path = f"{where}.{field.name}" if where else field.name
                found[field.name] = field.form.read(value[field.name], path, faults)
            elif not field.optional:
                faults.append(Fault(where=where, problem=f"has no {field.name}"))
        if len(found) < len(value):
            known = [field.name for field in self.fields]
            for name in value:
                if name not in known:
                    problem = f"has the unknown field {name[:40]!r}; known: {', '.join(known)}"
                    faults.append(Fault(where=where, problem=problem))
        if len(faults) > before:
            return value
        made = self.cls(**found)
        faults.extend(problems_of(made, where))
        return made

    def write(self, value: Any) -> Json:
        held = ((field, getattr(value, field.name)) for field in self.fields)
        return {field.name: field.form.write(each) for field, each in held if each is not None}

    def schema(self) -> dict[str, Json]:
        return {
            "type": "object",
            "title": self.cls.__name__,
            "description": (self.cls.__doc__ or "").split("\n\n")[0].replace("\n    ", " "),
            "properties": {field.name: field.form.schema() for field in self.fields},
            "required": [field.name for field in self.fields if not field.optional],
            "additionalProperties": False,
        }


def problems_of(value: Any, where: str) -> Iterator[Fault]:
    """What the fields of a value break together, as its own method `problems` tells."""
    found: Callable[[], Iterator[str]] | None = getattr(value, "problems", None)
    if found is not None:
        for problem in found():
            yield Fault(where=where, problem=problem)


def form_of(cls: type[Any]) -> Thing:
    """The form of a dataclass, from the types of its fields."""
    return _form_of(cast(Any, cls))


@functools.cache
def _form_of(cls: type[Any]) -> Thing:
    hints = get_type_hints(cls, include_extras=True)
    found = []
    for field in fields(cls):
        hint, optional = _without_none(hints[field.name])
        found.append(Field(name=field.name, form=_form(hint, Count()), optional=optional))
    return Thing(cls=cls, fields=tuple(found))


def _without_none(hint: Any) -> tuple[Any, bool]:
    """A type without None, and whether None was part of it."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [each for each in get_args(hint) if each is not type(None)]
        if len(rest) == 1 and len(get_args(hint)) == 2:
            return rest[0], True
    return hint, False


def _form(hint: Any, count: Count) -> Form:
    """The form of one type.  Raises TypeError for a type that has none: a slip in the code, not in a file."""
    if get_origin(hint) is Annotated:
        inner, extra = get_args(hint)[:2]
        return _form(inner, extra) if isinstance(extra, Count) else cast(Form, extra)
    if get_origin(hint) is tuple:
        return Row(of=_form(get_args(hint)[0], Count()), count=count)
    if get_origin(hint) is frozenset:
        return Several(of=_form(get_args(hint)[0], Count()), count=count)
    if hint is bool:
        return Flag()
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Word(of=hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return form_of(hint)
    raise TypeError(f"{hint} has no form in the record")


def _counted(value: list[Any], count: Count, where: str, faults: list[Fault]) -> None:
    if not count.least <= len(value) <= count.most:
        problem = f"has {len(value)} members; expected {count.least} to {count.most}"
        faults.append(Fault(where=where, problem=problem))


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _named(value: Any) -> str:
    """What a value of JSON is, in words."""
    if isinstance(value, bool):
        return str(value).lower()
    kinds = {dict: "an object", list: "an array", str: "a text", int: "a number"}
    return kinds.get(type(value), "nothing" if value is None else f"a {type(value).__name__}")


def _short(value: Any) -> str:
    """A value of JSON to be shown in a sentence."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return _named(value)
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 70 else f"{text[:66]}...{text[-1]}"


_INSTANT = re.compile(r"(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})Z", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1957, 2199  # as at the edge: `timescale.from_rfc3339`
_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


def instant_s(text: str) -> int:
    """Seconds since 1970 (UTC) of an instant of the record, such as 2026-05-30T18:00:12Z.

    Only this one way of writing is read, so that texts sort as instants do.  Years 1957 to 2199.  Raises ValueError.
    """
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an instant: write it as 2026-05-30T18:00:12Z (UTC, whole seconds)")
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        day_number = datetime.date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        raise ValueError(f"{text!r} is not an instant: there is no such day") from None
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text!r} is not an instant: there is no such time of day")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"{text!r}: the year must lie between {_FIRST_YEAR} and {_LAST_YEAR} (UTC)")
    return day_number * 86_400 + hour * 3_600 + minute * 60 + second


def instant_text(since_1970_s: int) -> str:
    """The instant as the record writes it.  Inverse of `instant_s`; raises ValueError outside its years."""
    days, rest_s = divmod(since_1970_s, 86_400)
    try:
        day = datetime.date.fromordinal(_EPOCH_DAY + days)
    except (ValueError, OverflowError):
        raise ValueError(f"{since_1970_s} s since 1970 lies outside the years 1957 to 2199") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"{since_1970_s} s since 1970 lies outside the years 1957 to 2199")
    return f"{day.isoformat()}T{rest_s // 3600:02d}:{rest_s // 60 % 60:02d}:{rest_s % 60:02d}Z"


def _no_instant(text: str) -> str | None:
    try:
        instant_s(text)
    except ValueError as error:
        return str(error)
    return None


def _no_date(text: str) -> str | None:
    return "is not a day between 1957 and 2199" if _no_instant(f"{text}T00:00:00Z") else None


def _no_base64(text: str) -> str | None:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return "is not base64"
    return None if base64.b64encode(data).decode("ascii") == text else "is base64 with bits that nothing uses"


_HEX64 = "[0-9a-f]{64}"
_LINE = r"[^\s](?:[^\n]*[^\s])?"

Digest: TypeAlias = Annotated[
    str, Text(pattern=_HEX64, expected="a SHA-256: 64 hexadecimal digits in lower case", longest=64)
]
"""SHA-256 of bytes kept elsewhere."""

Leaf: TypeAlias = Annotated[
    str, Text(pattern=_HEX64, expected="the hash of an entry: 64 hexadecimal digits in lower case", longest=64)
]
"""Hash by which an entry of the log is named: SHA-256 of a zero byte and the entry.  RFC 6962, 2.1."""

Nonce: TypeAlias = Annotated[
    str, Text(pattern="[0-9a-f]{32}", expected="16 random bytes: 32 hexadecimal digits in lower case", longest=32)
]
"""What makes a request one of a kind."""

Id: TypeAlias = Annotated[
    str,
    Text(
        pattern=r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?",
        expected="an id: ASCII letters and digits, inside it also . _ -",
        longest=96,
    ),
]
"""Name for machines: of a seat, a person, an organisation, a territory, a country."""

Origin: TypeAlias = Annotated[
    str,
    Text(
        pattern=r"[!-*,-~]+",
        expected="the origin of a log: printable ASCII without spaces and plus signs",
        longest=200,
    ),
]
"""First line of the log's checkpoints.  C2SP tlog-checkpoint."""

Line: TypeAlias = Annotated[str, Text(pattern=_LINE, expected="a line of text without space at its ends", longest=300)]
"""A name or a title."""

Prose: TypeAlias = Annotated[
    str,
    Text(pattern=r"[^\s](?:[\s\S]*[^\s])?", expected="a text without space at its ends", longest=6_000),
]
"""What is told in sentences; line feeds allowed."""

Instant: TypeAlias = Annotated[
    str,
    Text(
        pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z",
        expected="an instant such as 2026-05-30T18:00:12Z (UTC, whole seconds)",
        longest=20,
        usable=_no_instant,
    ),
]
"""UTC; texts sort as instants do."""

Date: TypeAlias = Annotated[
    str,
    Text(pattern=r"[0-9]{4}-[0-9]{2}-[0-9]{2}", expected="a day such as 2026-05-30", longest=10, usable=_no_date),
]
"""A day (UTC)."""

Base64: TypeAlias = Annotated[
    str,
    Text(
        pattern=r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
        expected="base64 with its padding",
        longest=8_000,
        usable=_no_base64,
    ),
]
"""Bytes.  RFC 4648, section 4."""

Base64Url: TypeAlias = Annotated[
    str, Text(pattern=r"[A-Za-z0-9_-]+", expected="base64 for addresses, without padding", longest=8_000)
]
"""A disclosure as it is hashed.  RFC 9901, section 4.2."""
