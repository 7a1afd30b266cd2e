"""Element files as bytes, turned into elements: OMM as CSV, JSON or XML, and TLE with two or three lines.

The format is told from the bytes.  A record that cannot be trusted is set aside with its place and the reason; a file
without a single usable record is an error.  What breaks off in the middle keeps what came before and sets aside the
rest with a reason.  Where a catalogue number comes twice the newest epoch is kept and the others are set aside.
Left out on purpose: OMM as KVN (key = value), covariances, other theories than SGP4.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from xml.parsers import expat

import numpy as np

from hudhud.errors import ElementsError
from hudhud.orbits.elements import Catalogue, Place
from hudhud.orbits.records import EXPECTED, FIELDS, NEEDED, Read, assembled, first_faults, printable

__all__ = ["catalogue"]

_HEAD = 65_536
_LONGEST_RECORD = 16_384
_LONGEST_TEXT = 10_000
_MOST_ELEMENTS = 10_000
_DAY_NS = 86_400_000_000_000
_TLE_1 = re.compile(
    r"1 ([ 0-9A-Z]{5})[UCS ] (.{8}) (\d\d)([ \d]{3}\.\d{8}) ([ +-]\.\d{8}) ([ +-][ \d]{5}[ +-]\d) ([ +-][ \d]{5}[ +-]\d) "
    r"([\d ]) [ \d]{4}(\d)"
)
_TLE_2 = re.compile(
    r"2 ([ 0-9A-Z]{5}) ([ \d]{3}\.\d{4}) ([ \d]{3}\.\d{4}) ([ \d]{7}) ([ \d]{3}\.\d{4}) ([ \d]{3}\.\d{4}) "
    r"([ \d]{2}\.\d{8})[ \d]{5}(\d)"
)
_TLE_LIKE = re.compile(r"^[12] [ 0-9A-Z]{5}[A-Z ]? ?.{40,}", re.MULTILINE)
_DIGIT_SUM = [int(chr(c)) if chr(c).isdigit() else int(chr(c) == "-") for c in range(128)]


def catalogue(content: bytes) -> Catalogue:
    """Everything that can be read from an element file: elements with status, and the records set aside.

    content: the file, already unpacked.  Raises ElementsError where nothing can be read.
    """
    read = _reader(content)(content)
    found = assembled(read)
    if len(found.elements) == 0:
        counted = f"{len(found.quarantined):,} records, none usable" if found.quarantined else "no records"
        raise ElementsError(f"{read.source_format}: {counted}; {EXPECTED}", first_faults(found.quarantined))
    return found


# -- which format --------------------------------------------------------------------------------------------------


def _encoding(content: bytes) -> str:
    return "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _text(content: bytes) -> str:
    return content.decode(_encoding(content), errors="replace")


def _lines(content: bytes, newline: str | None) -> Iterator[str]:
    """The text line by line: the whole of it as text would take four times the memory of a large file."""
    return io.TextIOWrapper(io.BytesIO(content), _encoding(content), errors="replace", newline=newline)


def _reader(content: bytes) -> Callable[[bytes], Read]:
    """The reader for what the first 64 kB look like."""
    head = _text(content[:_HEAD]).lstrip("\ufeff \t\r\n")
    if not head:
        raise ElementsError(f"the file is empty ({len(content)} bytes): {EXPECTED}")
    odd = sum(1 for c in head if not (c.isprintable() or c in "\t\r\n\f")) + head.count("\ufffd")
    if odd > len(head) // 50:
        raise ElementsError(f"the file holds binary data (it begins {content[:8].hex(' ')}): {EXPECTED}")
    if head[0] in "[{":
        return _read_json
    if head[0] == "<":
        if re.match(r"<!doctype html|<html", head, re.IGNORECASE):
            raise ElementsError(f"the file is a web page, perhaps an error page: {EXPECTED}")
        return _read_xml
    first = head.splitlines()[0].upper()
    if "," in first and any(name in first for name in FIELDS):
        return _read_csv
    if _TLE_LIKE.search(head):
        return _read_tle
    raise ElementsError(f"not an element file, it begins {printable(head.splitlines()[0], 60)!r}: {EXPECTED}")


# -- CSV -----------------------------------------------------------------------------------------------------------


def _rows(content: bytes) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Each row with the number of lines before it; an error in place of a row that csv cannot read."""
    reader = csv.reader(_lines(content, ""))
    while True:
        try:
            yield reader.line_num, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, error


def _read_csv(content: bytes) -> Read:
    read = Read(place=Place.LINE, source_format="OMM CSV")
    lines = _rows(content)
    header = next((row for _, row in lines if isinstance(row, list) and any(row)), [])
    names = [name.strip().upper() for name in header]
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise ElementsError(
            f"OMM CSV lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; "
            f"found {printable(', '.join(names), 200)}"
        )
    twice = sorted({name for name in FIELDS if names.count(name) > 1})
    if twice:
        raise ElementsError(f"OMM CSV has the column {', '.join(twice)} more than once: give each once")
    rows: list[list[str]] = []
    for before, row in lines:
        if isinstance(row, csv.Error):
            read.set_aside(before + 1, "", f"cannot be read as CSV: {row}")
        elif len(row) == len(names):
            rows.append(row)
            read.refuse_beyond(len(rows))
            read.positions.append(before + 1)
        elif any(cell.strip() for cell in row):
            read.set_aside(before + 1, ",".join(row), f"has {len(row)} fields where the header has {len(names)}")
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    for name in FIELDS:
        read.columns[name] = cells[names.index(name)] if name in names else [None] * len(rows)
    return read


# -- JSON ----------------------------------------------------------------------------------------------------------


def _read_json(content: bytes) -> Read:
    """Objects one after the other, so that a broken one costs itself and memory stays that of the text."""
    read = Read(place=Place.RECORD, source_format="OMM JSON")
    text = _text(content).lstrip("\ufeff \t\r\n")
    decoder = json.JSONDecoder()
    at, number, listed = (1, 0, True) if text[0] == "[" else (0, 0, False)
    gap = re.compile(r"[\s,]*")
    while True:
        at = gap.match(text, at).end()  # type: ignore[union-attr]
        if at >= len(text) or text[at] == "]":
            break
        number += 1
        try:
            record, length = decoder.raw_decode(text[at : at + _LONGEST_RECORD])
            at += length
        except (ValueError, RecursionError) as error:
            read.set_aside(number, text[at : at + 60], f"is not JSON: {_json_fault(error)}")
            following = text.find("{", at + 1)
            at = following if following >= 0 else len(text)
            continue
        if isinstance(record, dict):
            read.add(number, record)
        else:
            read.set_aside(number, str(record)[:60], "is not an object with OMM keys")
    if listed and at >= len(text):
        read.set_aside(number + 1, "", "the file breaks off: the list is never closed")
    return read


def _json_fault(error: Exception) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply, or a number too long"


# -- XML -----------------------------------------------------------------------------------------------------------


def _read_xml(content: bytes) -> Read:
    """One record per <segment> (or per <omm> without segments); entity declarations are refused."""
    read = Read(place=Place.RECORD, source_format="OMM XML")
    record: dict[str, object] = {}
    words: list[str] = []
    number, idle = 0, 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal idle
        words.clear()
        idle += 1
        if idle > _MOST_ELEMENTS:
            raise ElementsError(f"the XML holds {_MOST_ELEMENTS:,} elements without an OMM segment: {EXPECTED}")
        if tag.rpartition(":")[2] in ("segment", "omm"):
            record.clear()

    def end(tag: str) -> None:
        nonlocal number, idle
        name = tag.rpartition(":")[2]
        if name == "segment" or (name == "omm" and record):
            number, idle = number + 1, 0
            read.add(number, dict(record))
            record.clear()
        elif name in FIELDS:
            record[name] = "".join(words)
        words.clear()

    def characters(piece: str) -> None:
        if sum(map(len, words)) < _LONGEST_TEXT:
            words.append(piece)

    def refuse(*_: object) -> None:
        raise ElementsError("the XML declares entities, which no OMM needs: refused")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = characters, refuse
    try:
        parser.Parse(content.removeprefix(b"\xef\xbb\xbf").lstrip(), True)
    except expat.ExpatError as error:
        read.set_aside(number + 1, "", f"the file breaks off or is no XML: {error}")
    return read


# -- TLE -----------------------------------------------------------------------------------------------------------


def _read_tle(content: bytes) -> Read:
    read = Read(place=Place.LINE, source_format="TLE")
    name: tuple[int, str] | None = None
    first: tuple[int, str] | None = None
    for number, raw in enumerate(_lines(content, None), start=1):
        line = raw.strip("\ufeff\r\n").rstrip()
        if not line.strip() or line.startswith("#"):
            continue
        kind = line[0] if line[:2] in ("1 ", "2 ") and len(line) >= 50 else "name"
        if first is not None and kind != "2":
            read.set_aside(first[0], first[1], "line 1 without a line 2 after it")
            first, name = None, None
        if kind == "1":
            first = (number, line)
        elif kind == "name":
            _orphan(read, name)
            name = (number, line)
        else:
            _add_pair(read, name, first, (number, line))
            first, name = None, None
    if first is not None:
        read.set_aside(first[0], first[1], "line 1 without a line 2 after it: the file breaks off")
    else:
        _orphan(read, name)
    return read


def _orphan(read: Read, name: tuple[int, str] | None) -> None:
    if name is not None:
        read.set_aside(name[0], name[1], "neither a line of an element set nor the name of one")


def _add_pair(read: Read, name: tuple[int, str] | None, first: tuple[int, str] | None, second: tuple[int, str]) -> None:
    if first is None:
        _orphan(read, name)
        read.set_aside(second[0], second[1], "line 2 without a line 1 before it")
        return
    try:
        record = _tle_record(first[1], second[1])
    except ValueError as error:
        read.set_aside(first[0], name[1] if name else first[1], str(error))
        return
    if name is not None:
        record["OBJECT_NAME"] = name[1].removeprefix("0 ")
    read.add(first[0], record)


def _tle_record(line_1: str, line_2: str) -> dict[str, object]:
    """The fields of two lines under their OMM names.  Raises ValueError that says what is wrong."""
    fields = []
    for number, line, layout in ((1, line_1, _TLE_1), (2, line_2, _TLE_2)):
        match = layout.fullmatch(line)
        if match is None:
            shape = f"it has {len(line)} characters, expected 69" if len(line) != 69 else "a column is out of place"
            raise ValueError(f"line {number} is not laid out as a TLE: {shape}")
        if not line.isascii():
            raise ValueError(f"line {number} holds characters other than ASCII")
        checksum = sum(_DIGIT_SUM[c] for c in line[:68].encode()) % 10
        if checksum != int(line[68]):
            raise ValueError(f"line {number} has checksum {line[68]}, but its digits add up to {checksum}")
        fields.append(match.groups())
    (number_1, designator, year, day, dot, ddot, bstar, ephemeris, _), (number_2, *angles, _) = fields
    if number_1 != number_2:
        raise ValueError(f"the lines name two satellites, {number_1.strip()} and {number_2.strip()}")
    inclination, node, eccentricity, perigee, anomaly, motion = angles
    return {
        "NORAD_CAT_ID": number_1.strip(),
        "OBJECT_ID": _full_designator(designator),
        "EPOCH": _tle_epoch(int(year), day),
        "MEAN_MOTION": motion,
        "ECCENTRICITY": "0." + eccentricity.replace(" ", "0"),
        "INCLINATION": inclination,
        "RA_OF_ASC_NODE": node,
        "ARG_OF_PERICENTER": perigee,
        "MEAN_ANOMALY": anomaly,
        "BSTAR": _pointless(bstar),
        "MEAN_MOTION_DOT": dot.replace(" ", ""),
        "MEAN_MOTION_DDOT": _pointless(ddot),
        "EPHEMERIS_TYPE": ephemeris.strip() or "0",
    }


def _full_designator(designator: str) -> str:
    """19074B -> 2019-074B; blank stays blank."""
    text = designator.strip()
    if not text[:2].isdigit():
        return ""
    return f"{_full_year(int(text[:2]))}-{text[2:]}"


def _full_year(year: int) -> int:
    return year + (2000 if year < 57 else 1900)


def _tle_epoch(year: int, day: str) -> np.datetime64:
    """Year and day of year with eight decimals: 864 microseconds each, exact in nanoseconds."""
    whole, _, fraction = day.partition(".")
    start = np.datetime64(f"{_full_year(year)}-01-01", "ns")
    days = int(whole) - 1
    if not 0 <= days < 365 + (_full_year(year) % 4 == 0):
        raise ValueError(f"day {whole.strip()} does not exist in the year {_full_year(year)}")
    return start + np.timedelta64(days * _DAY_NS + int(fraction) * (_DAY_NS // 10**8), "ns")


def _pointless(text: str) -> str:
    """' 12345-3' is 0.12345e-3: sign, decimals without their point, exponent."""
    digits = text[1:6].replace(" ", "0")
    return f"{text[0].strip()}0.{digits}e{text[6:].replace(' ', '')}"
