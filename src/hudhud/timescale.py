"""UTC instants, the 15 s clock, and the Julian pairs that SGP4 wants.

Instants are numpy datetime64[ns] in UTC (leap seconds uncounted, as in Unix time); text at the edge is RFC 3339 with Z.
Left out on purpose: leap-second tables (none has been added since 2017) and time scales other than UTC and UT1.
"""

import re

import numpy as np

from hudhud.arrays import Floats, Instants, Ints

__all__ = [
    "SLOT_OFFSET_S",
    "SLOT_S",
    "from_rfc3339",
    "instants",
    "julian_pairs",
    "seconds_between",
    "slot_number",
    "slot_start",
    "to_rfc3339",
]

SLOT_S = 15
"""Length of a scheduling slot.  arXiv 2310.09242."""

SLOT_OFFSET_S = 12
"""Slots begin at seconds 12, 27, 42 and 57 of every UTC minute, all over the world at once.  arXiv 2310.09242."""

_UNIX_EPOCH_JD = 2_440_587.5
_NS = 1_000_000_000
_DAY_NS = 86_400 * _NS
_EARLIEST, _LATEST = np.datetime64("1957-01-01T00:00:00", "ns"), np.datetime64("2200-01-01T00:00:00", "ns")
_RFC3339 = re.compile(r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})")


def from_rfc3339(text: str) -> np.datetime64:
    """The instant that an RFC 3339 text names, e.g. 2026-05-30T18:00:12Z; a zone is required and may be +hh:mm.

    Years 1957 to 2199.  Raises ValueError that says what is expected.
    """
    match = _RFC3339.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an instant: write it as 2026-05-30T18:00:12Z (UTC)")
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        whole = np.datetime64(f"{year}-{month}-{day}T{hour}:{minute}:{second or '00'}", "ns")
    except ValueError:
        raise ValueError(f"{text!r} is not an instant: a date or time of day that does not exist") from None
    instant = whole + np.timedelta64(int((fraction or ".0")[1:].ljust(9, "0")), "ns")
    if zone not in "Zz":
        minutes = int(zone[1:3]) * 60 + int(zone[4:6])
        if int(zone[1:3]) > 23 or int(zone[4:6]) > 59:
            raise ValueError(f"{text!r} is not an instant: {zone} is no offset from UTC")
        instant -= np.timedelta64(minutes if zone[0] == "+" else -minutes, "m")
    if not 1956 <= int(year) <= 2200 or not _EARLIEST <= instant < _LATEST:  # far years wrap round in 64 bits
        raise ValueError(f"{text!r}: the year must lie between 1957 and 2199 (UTC)")
    return instant


def to_rfc3339(at: np.datetime64) -> str:
    """The instant as RFC 3339 with Z, without a fraction where it is zero."""
    text = str(at.astype("datetime64[ns]"))
    whole, fraction = text.split(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}Z" if fraction else f"{whole}Z"


def instants(start: np.datetime64, count: int, step_s: float = SLOT_S) -> Instants:
    """`count` instants from `start`, `step_s` apart.  Returns (time,), datetime64[ns]."""
    offset_ns = np.round(np.arange(count) * (step_s * _NS)).astype(np.int64)
    at: Instants = np.asarray(start, dtype="datetime64[ns]") + offset_ns.astype("timedelta64[ns]")
    return at


def slot_number(at: Instants | np.datetime64) -> Ints:
    """Number of the slot that holds each instant: floor((t - 12 s) / 15 s) with t in Unix seconds.  Shape of `at`."""
    ns = np.asarray(at, dtype="datetime64[ns]").astype(np.int64)
    return (ns - SLOT_OFFSET_S * _NS) // (SLOT_S * _NS)


def slot_start(at: Instants | np.datetime64) -> Instants:
    """Start of the slot that holds each instant: the latest second 12, 27, 42 or 57 not after it.  Shape of `at`."""
    start_ns = slot_number(at) * (SLOT_S * _NS) + SLOT_OFFSET_S * _NS
    return np.asarray(start_ns).astype("datetime64[ns]")


def seconds_between(at: Instants, since: Instants | np.datetime64) -> Floats:
    """`at` minus `since` in float seconds, negative where `at` is earlier.  Broadcasts."""
    difference = np.asarray(at, dtype="datetime64[ns]") - np.asarray(since, dtype="datetime64[ns]")
    seconds: Floats = difference.astype(np.int64) / float(_NS)
    return seconds


def julian_pairs(at: Instants) -> tuple[Floats, Floats]:
    """Julian dates as (whole, fraction): whole ends in .5 (midnight UTC), fraction is 0 <= f < 1.  Each of shape `at`.

    One double alone would round the instant to 40 microseconds, 0.3 m along a low orbit.
    """
    ns = np.asarray(at, dtype="datetime64[ns]").astype(np.int64)
    day, rest = np.divmod(ns, _DAY_NS)
    return _UNIX_EPOCH_JD + day.astype(np.float64), rest / float(_DAY_NS)
