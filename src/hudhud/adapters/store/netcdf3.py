"""NetCDF files in the classic format with 64-bit offsets, written piece by piece.

Only what a result needs: fixed dimensions, texts as padded characters, no record dimension.  `scipy.io.netcdf_file`
writes the same format but holds a second copy of the whole file in memory, which for a day of a thousand terminals is
half a gigabyte; it serves as the reader, here and in xarray.
Source: The NetCDF Classic Format Specification (OGC 10-092r3, annex B).
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST_BYTES", "Variable", "write"]

LARGEST_BYTES = 2**31 - 4
"""Largest variable that every reader of the format understands."""

_TYPES = {"i1": 1, "S1": 2, "i2": 3, "i4": 4, "f4": 5, "f8": 6}  # nc_type by numpy's kind and size
_DIMENSION, _VARIABLE, _ATTRIBUTE = 10, 11, 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable: `kind` is S1, i1, i4 or f8; `blocks` yields its values in row order, in pieces of any size."""

    name: str
    kind: str
    dimensions: tuple[str, ...]
    attributes: Mapping[str, Any]
    blocks: Callable[[], Iterable[NDArray[Any]]]


def write(
    stream: BinaryIO, dimensions: Mapping[str, int], attributes: Mapping[str, Any], variables: Sequence[Variable]
) -> None:
    """Write a whole file.  Raises ValueError where a dimension is 0 or a variable over LARGEST_BYTES."""
    sizes = {each.name: prod(dimensions[name] for name in each.dimensions) * int(each.kind[1:]) for each in variables}
    if bad := [f"dimension {name} is empty" for name, length in dimensions.items() if length < 1]:
        raise ValueError("; ".join(bad))
    if bad := [f"variable {name} takes {size:,} bytes" for name, size in sizes.items() if size > LARGEST_BYTES]:
        raise ValueError(f"{'; '.join(bad)}; the format holds at most {LARGEST_BYTES:,} each")
    begin = dict.fromkeys(sizes, 0)
    place = len(_head(dimensions, attributes, variables, sizes, begin))
    for name, size in sizes.items():
        begin[name] = place
        place += size + -size % 4
    stream.write(_head(dimensions, attributes, variables, sizes, begin))
    for each in variables:
        written = sum(stream.write(np.ascontiguousarray(block, dtype=f">{each.kind}").data) for block in each.blocks())
        if written != sizes[each.name]:
            raise ValueError(f"variable {each.name} has {written} bytes, its dimensions need {sizes[each.name]}")
        stream.write(bytes(-written % 4))


def _head(
    dimensions: Mapping[str, int],
    attributes: Mapping[str, Any],
    variables: Sequence[Variable],
    sizes: Mapping[str, int],
    begin: Mapping[str, int],
) -> bytes:
    number = {name: index for index, name in enumerate(dimensions)}
    parts = [b"CDF\x02", struct.pack(">i", 0)]  # no records
    parts.append(_list(_DIMENSION, [_text(name) + struct.pack(">i", length) for name, length in dimensions.items()]))
    parts.append(_attributes(attributes))
    entries = []
    for each in variables:
        axes = struct.pack(f">{len(each.dimensions) + 1}i", len(each.dimensions), *(number[n] for n in each.dimensions))
        size = sizes[each.name]
        where = struct.pack(">iiq", _TYPES[each.kind], size + -size % 4, begin[each.name])
        entries.append(_text(each.name) + axes + _attributes(each.attributes) + where)
    parts.append(_list(_VARIABLE, entries))
    return b"".join(parts)


def _list(tag: int, entries: Sequence[bytes]) -> bytes:
    return struct.pack(">ii", tag if entries else 0, len(entries)) + b"".join(entries)


def _text(text: str) -> bytes:
    raw = text.encode("utf-8")
    return struct.pack(">i", len(raw)) + raw + bytes(-len(raw) % 4)


def _attributes(attributes: Mapping[str, Any]) -> bytes:
    """Attributes: texts, or numpy numbers and arrays of a kind that the format knows."""
    entries = []
    for name, value in attributes.items():
        if isinstance(value, str):
            entries.append(_text(name) + struct.pack(">i", _TYPES["S1"]) + _text(value))
            continue
        values = np.atleast_1d(value)
        raw = values.astype(values.dtype.newbyteorder(">")).tobytes()
        head = struct.pack(">ii", _TYPES[values.dtype.str[1:]], len(values))
        entries.append(_text(name) + head + raw + bytes(-len(raw) % 4))
    return _list(_ATTRIBUTE, entries)
