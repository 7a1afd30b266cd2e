"""JSON and plain text from strangers: decoded and parsed within bounds, or refused whole with what is wrong and where."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from hudhud.errors import Fault, InputError

__all__ = ["MOST_BYTES", "decoded", "named", "parsed"]

MOST_BYTES = 64 * 2**20
"""Longest text that is read."""
_MOST_BRACKETS = 4_000_000  # arrays and objects: bounds the memory that parsing takes, before it is taken


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came twice."""

    doubled: tuple[str, ...] = ()


def parsed(text: str | bytes, what: str) -> Any:
    """The JSON value of a text; refused if it is too long, no UTF-8, no JSON, or has a key twice in one object."""
    text = decoded(text, what)
    brackets = text.count("[") + text.count("{")
    if brackets > _MOST_BRACKETS:
        problem = f"{brackets:,} arrays and objects; at most {_MOST_BRACKETS:,} are taken: make it simpler"
        raise InputError(f"{what} was refused", [Fault(where="", problem=problem)])
    strange: list[str] = []

    def read(pairs: list[tuple[str, Any]]) -> _Object:
        made = _Object(pairs)
        if len(made) < len(pairs):
            times = Counter(key for key, _ in pairs)
            made.doubled = tuple(sorted(key for key in made if times[key] > 1))
            strange.extend(made.doubled)
        return made

    def refused(word: str) -> float:
        strange.append(word)
        return float(word)

    try:
        # whole numbers as floats: one kind of number, and none so long that it stalls
        tree = json.loads(text, object_pairs_hook=read, parse_constant=refused, parse_int=float)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        raise InputError(f"{what} was refused", [Fault(where=where, problem=f"not JSON: {fault.msg}")]) from None
    except RecursionError:
        problem = "nested too deeply to be read"
        raise InputError(f"{what} was refused", [Fault(where="", problem=problem)]) from None
    if strange:
        raise InputError(f"{what} was refused", list(_strange(tree)))
    return tree


def decoded(text: str | bytes, what: str) -> str:
    """The text, from UTF-8 with or without its mark; refused if it is too long or no UTF-8.  what: its name in the error."""
    if len(text) > MOST_BYTES:
        problem = f"{len(text) / 2**20:.0f} MiB long; at most {MOST_BYTES // 2**20} MiB are taken"
        raise InputError(f"{what} was refused", [Fault(where="", problem=problem)])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        problem = f"not UTF-8 (byte {fault.start:,} is 0x{text[fault.start]:02x}): save it as UTF-8"
        raise InputError(f"{what} was refused", [Fault(where="", problem=problem)]) from None


def _strange(tree: Any) -> Iterator[Fault]:
    """Keys that come twice and numbers that JSON does not have, with their paths."""
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, _Object):
            for key in value.doubled:
                yield Fault(
                    where=where, problem=f'key "{key}" stands twice in one object: which one counts is not known'
                )
            waiting.extend(reversed([(f"{where}.{key}".lstrip("."), each) for key, each in value.items()]))
        elif isinstance(value, list):
            waiting.extend(reversed([(f"{where}[{n}]", each) for n, each in enumerate(value)]))
        elif isinstance(value, float) and not np.isfinite(value):
            yield Fault(where=where, problem=f"{value} is not a number of JSON")


def named(value: Any) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    kinds = {dict: "an object", _Object: "an object", list: "an array", str: "a text", float: "a number"}
    return kinds.get(type(value), "something else")
