"""Records of an element file as they were read, checked one by one and turned into elements.

Every record is either used or set aside with its place and the first reason found against it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from hudhud.arrays import Bools, Floats, Instants, Ints
from hudhud.errors import ElementsError, Fault
from hudhud.orbits.elements import Catalogue, Elements, Place, Quarantined
from hudhud.orbits.status import assessed

__all__ = ["EXPECTED", "FIELDS", "NEEDED", "Read", "assembled", "first_faults", "printable"]

NEEDED = (
    "NORAD_CAT_ID",
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "BSTAR",
)
_OPTIONAL = ("OBJECT_NAME", "OBJECT_ID", "MEAN_MOTION_DOT", "MEAN_MOTION_DDOT", "EPHEMERIS_TYPE")
_STATED = {"CENTER_NAME": "EARTH", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC"}
"""What a record may state, and what it must then state, to be elements for SGP4."""

FIELDS = (*NEEDED, *_OPTIONAL, *_STATED)
EXPECTED = "expected OMM as CSV, JSON or XML, or TLE with two or three lines"

_HOPELESS = 10_000
"""So many bad records before the first good one end the reading: the file is something else."""

_MOST_SET_ASIDE = 50_000
_MOST_RECORDS = 100_000
"""More than all objects that are tracked; keeps a file of any size within a few hundred MB of memory."""

_LONGEST_NAME = 80
_DEG = np.pi / 180.0
_REV_DAY = 2.0 * np.pi / 86_400.0
_CALENDAR = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d*))?Z?", re.ASCII)
_PLAIN = r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?"
_PLAIN_COLUMN = re.compile(rf"{_PLAIN}(?:\n{_PLAIN})*+", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{4})-(\d{3})T(\d\d:\d\d:\d\d)(?:\.(\d*))?Z?", re.ASCII)


@dataclass(kw_only=True, slots=True)
class Read:
    """Records as they stand in the file, one list per field, and those already set aside."""

    place: Place
    source_format: str
    positions: list[int] = field(default_factory=list)
    columns: dict[str, Sequence[object]] = field(default_factory=lambda: {name: [] for name in FIELDS})
    bad: list[Quarantined] = field(default_factory=list)

    def set_aside(self, position: int, excerpt: str, reason: str) -> None:
        """Put a record away with its place and the reason.  Raises ElementsError when there are hopelessly many."""
        self.bad.append(Quarantined(position=position, place=self.place, excerpt=printable(excerpt, 60), reason=reason))
        if not self.positions and len(self.bad) >= _HOPELESS:
            raise ElementsError(
                f"none of the first {_HOPELESS:,} records can be used: {EXPECTED}", first_faults(self.bad)
            )
        if len(self.bad) > _MOST_SET_ASIDE:
            raise ElementsError(
                f"more than {_MOST_SET_ASIDE:,} records cannot be used: {EXPECTED}", first_faults(self.bad)
            )

    def refuse_beyond(self, count: int) -> None:
        """Raise ElementsError where there are more records than any catalogue holds."""
        if count > _MOST_RECORDS:
            raise ElementsError(
                f"the file holds more than {_MOST_RECORDS:,} records: give one fleet, each satellite once"
            )

    def add(self, position: int, record: dict[str, object]) -> None:
        """Take a record of OMM fields, or put it away where it lacks one that is needed."""
        self.refuse_beyond(len(self.positions))
        missing = [name for name in NEEDED if name not in record]
        if missing:
            self.set_aside(position, _label(record), f"has no {', '.join(missing)}")
            return
        self.positions.append(position)
        for name in FIELDS:
            self.columns[name].append(record.get(name))  # type: ignore[attr-defined]


def first_faults(bad: Sequence[Quarantined]) -> list[Fault]:
    """The first few records put away, as faults of a file."""
    return [Fault(where=f"{q.place.name.lower()} {q.position}", problem=q.reason) for q in bad[:3]]


def printable(text: str, length: int) -> str:
    """At most `length` characters that are safe to show on a terminal."""
    shown = "".join(c if c.isprintable() else "?" for c in text[: length + 1])
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def _label(record: dict[str, object]) -> str:
    return f"{record.get('OBJECT_NAME') or ''} {record.get('NORAD_CAT_ID') or ''}".strip()


class _Reasons:
    """The first reason to refuse each record."""

    def __init__(self, count: int) -> None:
        self.by_record: dict[int, str] = {}
        self.count = count

    def where(self, wrong: Bools, reason: Callable[[int], str]) -> None:
        for k in np.flatnonzero(wrong).tolist():
            self.by_record.setdefault(k, reason(k))

    @property
    def good(self) -> Bools:
        mask = np.ones(self.count, dtype=np.bool_)
        mask[list(self.by_record)] = False
        return mask


def _number(value: object) -> float:
    if isinstance(value, bool) or value is None or (isinstance(value, str) and "_" in value):
        return float("nan")
    try:
        return float(value)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        return float("nan")


def _numbers(column: Sequence[object], where_absent: float) -> Floats:
    """Floats of a column, nan where one cannot be read and `where_absent` where the file does not carry the field."""
    if set(map(type, column)) == {str}:
        try:
            if "_" not in "".join(column):  # type: ignore[arg-type]
                return np.array(list(map(float, column)), dtype=np.float64)  # type: ignore[arg-type]
        except ValueError:
            pass
    return np.array([where_absent if value is None else _number(value) for value in column], dtype=np.float64)


def _catalogue_number(value: object) -> int:
    """The number of up to nine digits or in Alpha-5, 0 where it is none."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
    if isinstance(value, bool) or not text.isascii():
        return 0
    if text.isdigit() and len(text) <= 9:
        return int(text)
    if len(text) == 5 and text[1:].isdigit() and text[0] in _ALPHA_5:
        return (10 + _ALPHA_5.index(text[0])) * 10_000 + int(text[1:])
    return 0


_ALPHA_5 = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Alpha-5 counts on from 9 with letters, leaving out I and O."""


def _epoch(value: object) -> np.datetime64:
    """The instant of a CCSDS time code, NaT where it is none or lies outside 1957..2199."""
    if isinstance(value, np.datetime64):
        return value
    text = str(value).strip()
    calendar, ordinal = _CALENDAR.fullmatch(text), _DAY_OF_YEAR.fullmatch(text)
    try:
        if calendar:
            year, month, day, clock, fraction = calendar.groups()
            date = np.datetime64(f"{year}-{month}-{day}T{clock}", "ns")
        elif ordinal:
            year, day, clock, fraction = ordinal.groups()
            date = np.datetime64(f"{year}-01-01T{clock}", "ns") + np.timedelta64(int(day) - 1, "D")
            if not str(date).startswith(year) or day == "000":
                return np.datetime64("NaT", "ns")
        else:
            return np.datetime64("NaT", "ns")
    except ValueError:
        return np.datetime64("NaT", "ns")
    if not 1957 <= int(year) <= 2199:
        return np.datetime64("NaT", "ns")
    return date + np.timedelta64(int((fraction or "0")[:9].ljust(9, "0")), "ns")


def _epochs(column: Sequence[object]) -> Instants:
    """The instants of a column, NaT where one is none.  Plain calendar texts go to numpy together, ten times faster."""
    if set(map(type, column)) == {str}:
        texts: list[str] = list(column)  # type: ignore[arg-type]
        if _PLAIN_COLUMN.fullmatch("\n".join(texts)):
            try:
                return np.array(texts, dtype="datetime64[ns]")
            except ValueError:
                pass  # a date that does not exist: find out which
    return np.array([_epoch(value) for value in column], dtype="datetime64[ns]")


def _launch_year(value: object) -> int:
    text = str(value or "")[:4]
    return int(text) if len(text) == 4 and text.isascii() and text.isdigit() and 1957 <= int(text) <= 2199 else 0


def assembled(read: Read) -> Catalogue:
    """Check every record and build the elements of the good ones, newest first where a number comes twice."""
    columns, count = read.columns, len(read.positions)
    reasons = _Reasons(count)
    numbers = np.array([_catalogue_number(value) for value in columns["NORAD_CAT_ID"]], dtype=np.int64)
    epoch = _epochs(columns["EPOCH"])
    floats = {name: _numbers(columns[name], np.nan) for name in NEEDED[2:]}
    floats |= {name: _numbers(columns[name], 0.0) for name in ("MEAN_MOTION_DOT", "MEAN_MOTION_DDOT", "EPHEMERIS_TYPE")}
    names = _names(columns["OBJECT_NAME"], numbers)
    _check(reasons, columns, numbers, epoch, floats, names)
    _check_doubles(reasons, numbers, epoch, read)
    for k in sorted(reasons.by_record):
        read.set_aside(read.positions[k], f"{names[k]} {columns['NORAD_CAT_ID'][k]}", reasons.by_record[k])
    index = np.flatnonzero(reasons.good)
    elements = _elements(index, names, numbers, epoch, floats, columns["OBJECT_ID"])
    bad = tuple(sorted(read.bad, key=lambda quarantined: quarantined.position))
    return Catalogue(elements=assessed(elements), quarantined=bad, source_format=read.source_format)


def _names(column: Sequence[object], numbers: Ints) -> list[str]:
    return [
        (str(value).strip() if value is not None else "") or f"NORAD {number}"
        for value, number in zip(column, numbers.tolist(), strict=True)
    ]


def _check(
    reasons: _Reasons,
    columns: dict[str, Sequence[object]],
    numbers: Ints,
    epoch: Instants,
    floats: dict[str, Floats],
    names: list[str],
) -> None:
    """Find a reason against every record that cannot be trusted."""

    def expected(name: str, words: str) -> Callable[[int], str]:
        return lambda k: f"{name} is {printable(repr(columns[name][k]), 40)}, expected {words}"

    reasons.where(numbers <= 0, expected("NORAD_CAT_ID", "1 to 999999999 or Alpha-5"))
    reasons.where(np.isnat(epoch), expected("EPOCH", "an existing instant like 2026-05-30T07:25:28.869023"))
    for name, values in floats.items():
        reasons.where(~np.isfinite(values), expected(name, "a finite number"))
    for name, low, high, words in _RANGES:
        reasons.where((floats[name] < low) | (floats[name] > high), expected(name, words))
    reasons.where(floats["MEAN_MOTION"] == 0, expected("MEAN_MOTION", "more than 0 and at most 18 rev/day"))
    reasons.where(floats["ECCENTRICITY"] == 1, expected("ECCENTRICITY", "0 <= e < 1"))
    reasons.where(floats["EPHEMERIS_TYPE"] == 4, expected("EPHEMERIS_TYPE", "0: type 4 is for SGP4-XP, not for SGP4"))
    for name, stated in _STATED.items():
        other = [value is not None and str(value).strip().upper() != stated for value in columns[name]]
        reasons.where(np.array(other, dtype=np.bool_), expected(name, stated))
    odd = np.array([len(name) > _LONGEST_NAME or not name.isprintable() for name in names], dtype=np.bool_)
    reasons.where(odd, expected("OBJECT_NAME", f"at most {_LONGEST_NAME} printable characters"))


_RANGES = (
    ("MEAN_MOTION", 0.0, 18.0, "more than 0 and at most 18 rev/day"),
    ("ECCENTRICITY", 0.0, 1.0, "0 <= e < 1"),
    ("INCLINATION", 0.0, 180.0, "0..180 degrees"),
    ("RA_OF_ASC_NODE", -360.0, 360.0, "0..360 degrees"),
    ("ARG_OF_PERICENTER", -360.0, 360.0, "0..360 degrees"),
    ("MEAN_ANOMALY", -360.0, 360.0, "0..360 degrees"),
    ("BSTAR", -10.0, 10.0, "a drag term below 10 in size"),
    ("MEAN_MOTION_DOT", -100.0, 100.0, "a trend below 100 rev/day2 in size"),
)


def _check_doubles(reasons: _Reasons, numbers: Ints, epoch: Instants, read: Read) -> None:
    """Keep the newest epoch of each catalogue number (the first of equals)."""
    good = np.flatnonzero(reasons.good)
    order = good[np.lexsort((-epoch[good].astype(np.int64), numbers[good]))]
    again = np.flatnonzero(numbers[order][1:] == numbers[order][:-1]) + 1
    kept_at = order[np.maximum.accumulate(np.where(np.isin(np.arange(len(order)), again), 0, np.arange(len(order))))]
    for position in again.tolist():
        k, kept = int(order[position]), int(kept_at[position])
        reasons.by_record[k] = (
            f"catalogue number {numbers[k]} comes twice: {read.place.name.lower()} {read.positions[kept]} is kept, "
            f"its epoch {str(epoch[kept])[:19]}Z is no older"
        )


def _elements(
    index: Ints,
    names: list[str],
    numbers: Ints,
    epoch: Instants,
    floats: dict[str, Floats],
    designators: Sequence[object],
) -> Elements:
    """The chosen records in radians and seconds.  Degrees are scaled exactly as the reference SGP4 reader does it."""
    return Elements(
        names=tuple(names[k] for k in index),
        catalogue_numbers=numbers[index],
        epoch=epoch[index],
        mean_motion_rad_s=floats["MEAN_MOTION"][index] * _REV_DAY,
        eccentricity=floats["ECCENTRICITY"][index],
        inclination_rad=floats["INCLINATION"][index] * _DEG,
        raan_rad=floats["RA_OF_ASC_NODE"][index] * _DEG,
        argument_of_perigee_rad=floats["ARG_OF_PERICENTER"][index] * _DEG,
        mean_anomaly_rad=floats["MEAN_ANOMALY"][index] * _DEG,
        bstar_per_earth_radius=floats["BSTAR"][index],
        mean_motion_dot_rad_s2=floats["MEAN_MOTION_DOT"][index] * _REV_DAY / 86_400.0,
        mean_motion_ddot_rad_s3=floats["MEAN_MOTION_DDOT"][index] * _REV_DAY / 86_400.0**2,
        status=np.zeros(len(index), dtype=np.uint8),
        status_reason=("",) * len(index),
        generation=np.zeros(len(index), dtype=np.uint8),
        launch_year=np.array([_launch_year(designators[k]) for k in index], dtype=np.int64),
    )
