"""JSON that can be written in one way only: strict reading, and the bytes of RFC 8785.

Two readers that take one text differently are a way to have one thing signed and another obeyed.  So whatever readers are
known to differ in is refused: doubled keys, fractions and exponents, numbers beyond 2^53 - 1, nothing (`null`), texts that
are not in Unicode normal form C, lone surrogates, characters that a screen obeys instead of showing, odd keys, great depth.
What passes has one form in bytes; `read_canonical` takes no other.

Left out on purpose: which fields there must be (`forms`), and Unicode's future: whether a character not yet assigned is in
normal form depends on the reader's tables.
"""

import itertools
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, TypeAlias

import rfc8785

from hudhud.errors import Fault, RecordError, plain

__all__ = ["DEEPEST", "LARGEST", "LONGEST_BYTES", "Json", "canonical_bytes", "forbidden", "read_canonical", "read_json"]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool"

LONGEST_BYTES = 65_535
"""An entry's length is written in 16 bits.  C2SP tlog-tiles."""

DEEPEST = 12
"""Objects and arrays inside one another; a statement needs 6."""

LARGEST = 2**53 - 1
"""Largest integer that every JSON reader holds exactly.  RFC 8785, appendix D."""

# Never allowed, line feed apart: what a screen obeys instead of showing, what it shows as nothing, and no characters at
# all.  Joiners and the marks that set a direction (U+200C to U+200F, U+061C) stay: scripts need them.
_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_QUOTED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)  # one that is left open ends with the text
_LONGEST_NUMBER = 17  # digits of 2^53 and its sign


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class _Odd:
    """A value that JSON readers do not agree about, with the reason."""

    def __init__(self, problem: str) -> None:
        self.problem = problem


class _Doubled(dict[str, Any]):
    """An object in which keys stand twice."""

    keys_twice: tuple[str, ...] = ()


def read_json(data: bytes, what: str, longest_bytes: int = LONGEST_BYTES) -> Json:
    """The value that the bytes write, strictly.  what: names them in errors.  Raises RecordError with every fault's path."""
    if len(data) > longest_bytes:
        problem = f"{len(data):,} bytes; at most {longest_bytes:,} are allowed: put what is long into a file and name its digest"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)])
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 (byte {error.start:,} is 0x{data[error.start]:02x})"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)]) from None
    if _depth(data) > DEEPEST:
        problem = f"objects and arrays lie more than {DEEPEST} deep in one another"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)])
    plain_tree = _plain_tree(text)
    if plain_tree is not None:
        return plain_tree
    try:
        tree = json.loads(
            text, object_pairs_hook=_object, parse_float=_fraction, parse_constant=_constant, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)]) from None
    _refuse(tree, what)
    found: Json = tree
    return found


class _NotPlain(Exception):
    """A text is not so plain that nothing in it could be refused."""


def _not_plain(_: str) -> Any:
    raise _NotPlain


_known_keys: set[str] = set()  # sound ones seen before; records have some hundred
_MOST_KEYS = 10_000


def _plain_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _NotPlain
    if not found.keys() <= _known_keys:
        if not all(map(_is_key, found)):
            raise _NotPlain
        if len(_known_keys) < _MOST_KEYS:
            _known_keys.update(found)
    return found


def _plain_whole(text: str) -> int:
    found = _whole(text)
    if isinstance(found, _Odd):
        raise _NotPlain
    return found


_PLAIN = json.JSONDecoder(
    object_pairs_hook=_plain_object, parse_float=_not_plain, parse_constant=_not_plain, parse_int=_plain_whole
)


def _plain_tree(text: str) -> "Json | None":
    """The tree of a text of printable ASCII without escapes, in which nothing could be refused but what is looked for here.

    None where it is not so plain, or broken: then it is read again the long way, which tells what is wrong.  Most entries of a
    record are plain, and it takes them a third of the time.
    """
    if not (text.isascii() and text.isprintable()) or "\\" in text or "null" in text:
        return None
    try:
        found: Json = _PLAIN.decode(text)
    except (_NotPlain, json.JSONDecodeError):
        return None
    return found


def read_canonical(data: bytes, what: str, longest_bytes: int = LONGEST_BYTES) -> Json:
    """As `read_json`, and refuses every other way of writing the same value: `canonical_bytes` gives the bytes back."""
    tree = read_json(data, what, longest_bytes)
    # The C encoder: the same bytes as RFC 8785's for trees that passed (no fractions, keys in ASCII), in a fifth of the time.
    if _CANONICAL.encode(tree).encode("utf-8") != data:
        problem = "not in canonical form (RFC 8785): keys in order, no spaces, nothing escaped without need"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)])
    return tree


def canonical_bytes(tree: Json, what: str) -> bytes:
    """The one way to write the value.  RFC 8785.  Raises RecordError for what `read_json` would not read."""
    _refuse(tree, what)
    return rfc8785.dumps(tree)


def forbidden(text: str) -> str | None:
    """What is wrong with a text anywhere in the record, in words; None if nothing is."""
    if text.isascii() and text.isprintable():
        return None
    bad = _FORBIDDEN.search(text)
    if bad:
        return f"holds U+{ord(bad[0]):04X}, which is not shown on a screen but obeyed or passed over: leave it out"
    if not unicodedata.is_normalized("NFC", text):
        return "is not in Unicode normal form C: letters and their marks are written as one where Unicode has one"
    return None


def _depth(data: bytes) -> int:
    """How deep brackets lie in one another, quoted ones apart; at most that where there are few in all."""
    opened = data.count(b"[") + data.count(b"{")
    if opened <= DEEPEST:
        return opened
    depth = deepest = 0
    for byte in re.findall(rb"[\[\]{}]", _QUOTED.sub(b"", data)):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled = _Doubled(found)
    keys = [key for key, _ in pairs]
    doubled.keys_twice = tuple(key for key in found if keys.count(key) > 1)
    return doubled


def _fraction(text: str) -> _Odd:
    return _Odd(f"{text[:40]} is written with a fraction or an exponent: the record holds integers only")


def _constant(text: str) -> _Odd:
    return _Odd(f"{text} is no number of JSON")


def _whole(text: str) -> int | _Odd:
    if text == "-0":
        return _Odd("-0 is written 0")
    if len(text) > _LONGEST_NUMBER or not -LARGEST <= int(text) <= LARGEST:
        return _Odd(f"{text[:40]} is larger than {LARGEST}, which not every reader holds exactly")
    return int(text)


def _refuse(tree: Any, what: str) -> None:
    """Raises RecordError with every fault of a tree, in the order in which it is written."""
    if not _sound(tree, DEEPEST):
        faults = list(_faults(tree, "", DEEPEST))
        raise RecordError(f"{what} was refused", faults)


def _sound(tree: Any, depth: int) -> bool:
    """Whether `_faults` would find nothing; it takes a third of its time."""
    kind = type(tree)
    if kind is str:
        return forbidden(tree) is None
    if kind is int:
        return bool(-LARGEST <= tree <= LARGEST)
    if kind is bool:
        return True
    if not depth or (kind is not dict and kind is not list):  # `_Doubled` is neither
        return False
    if kind is dict:
        if not all(map(_is_key, tree)):
            return False
        tree = tree.values()
    return all(map(_sound, tree, itertools.repeat(depth - 1)))


def _is_key(key: Any) -> bool:
    """ASCII letters, digits and _, no digit first."""
    return type(key) is str and key.isascii() and key.isidentifier()


def _faults(tree: Any, where: str, depth: int) -> Iterator[Fault]:
    """Everything in a tree that is refused, with its path."""
    if isinstance(tree, str):
        problem = forbidden(tree)
        if problem:
            yield Fault(where=where, problem=problem)
    elif isinstance(tree, dict | list) and not depth:
        yield Fault(where=where, problem=f"lies more than {DEEPEST} objects and arrays deep")
    elif isinstance(tree, dict):
        for key in getattr(tree, "keys_twice", ()):
            yield Fault(where=where, problem=f'key "{key[:40]}" stands twice: which one counts is not known')
        for key, value in tree.items():
            if not _is_key(key):
                yield Fault(where=where, problem=f"key {plain(repr(key)[:40])} is not of ASCII letters, digits and _")
            else:
                yield from _faults(value, f"{where}.{key}".lstrip("."), depth - 1)
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from _faults(value, f"{where}[{place}]", depth - 1)
    elif type(tree) is int:
        if not -LARGEST <= tree <= LARGEST:
            yield Fault(where=where, problem=f"is larger than {LARGEST}, which not every reader holds exactly")
    elif not isinstance(tree, bool):
        yield Fault(where=where, problem=_named(tree))


def _named(value: Any) -> str:
    """Why a value has no place in the record."""
    if isinstance(value, _Odd):
        return value.problem
    if value is None:
        return "is null: leave out what there is not"
    return f"is a {type(value).__name__}: only objects, arrays, texts, integers, true and false are written"
