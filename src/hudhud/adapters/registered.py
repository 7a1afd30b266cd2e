"""Registered terminals from a CSV: who they are and where they stand."""

import csv
import io
import math
from pathlib import Path
from typing import TypeVar

import numpy as np

from hudhud.adapters.texts import read_text
from hudhud.arrays import Floats
from hudhud.errors import Fault, InputError
from hudhud.service.impact import Posts
from hudhud.service.terminals import subscribers
from hudhud.service.vocabulary import AccountState, Purpose, ServiceClass

__all__ = ["parse_posts", "read_posts"]

_NEEDED = ("id", "service_class", "latitude_deg", "longitude_deg")
_TAKEN = (*_NEEDED, "purpose", "account", "home_country", "ocean_plan")
_LARGEST_BYTES = 64 * 2**20
_ACCOUNTS = {each.name.lower(): each for each in AccountState}
_Word = TypeVar("_Word")
_YES = {"": False, "no": False, "yes": True}


def read_posts(path: Path) -> Posts:
    """The terminals of a file.  Raises InputError that names the file, with every fault."""
    text = read_text(path, "terminals (CSV)", _LARGEST_BYTES)
    try:
        return parse_posts(text)
    except InputError as error:
        raise InputError(f"{path}: {error.summary}", error.faults) from None


def parse_posts(text: str) -> Posts:
    """The terminals of a CSV with a head line: id, service_class, latitude_deg and longitude_deg (both empty where unknown);
    if wanted purpose, account (active, none, disabled), home_country (a territory's id), ocean_plan (yes, no).

    Raises InputError with every fault, each with its line.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise InputError(f"no CSV: {error}") from None
    faults = _heads(list(reader.fieldnames or []))
    if faults:
        raise InputError("the table of terminals is refused:", faults)
    read = _Column(rows, faults)
    named = read.words("service_class", {each.value: each for each in ServiceClass})
    purpose = read.words("purpose", {"": Purpose.UNDECLARED, **{each.value: each for each in Purpose}})
    account = read.words("account", {"": AccountState.ACTIVE, **_ACCOUNTS})
    ocean = read.words("ocean_plan", _YES)
    latitude_deg, longitude_deg = read.degrees("latitude_deg", 90), read.degrees("longitude_deg", 180)
    for n in np.flatnonzero(np.isnan(latitude_deg) != np.isnan(longitude_deg)).tolist():
        read.fault(n, "has half a position: give both latitude_deg and longitude_deg, or neither")
    if faults:
        raise InputError("the table of terminals is refused:", faults)
    return Posts(
        subscribers=subscribers(
            [row["id"] for row in rows],
            named,
            purpose=purpose,
            account=account,
            home_country=[row.get("home_country") or "" for row in rows],
            ocean_plan=ocean,
        ),
        latitude_rad=np.radians(latitude_deg),
        longitude_rad=np.radians(longitude_deg),
    )


def _heads(found: list[str]) -> list[Fault]:
    faults = [Fault(where="head line", problem=f"has no column {each}") for each in _NEEDED if each not in found]
    for each in dict.fromkeys(found):
        if each not in _TAKEN:
            faults.append(Fault(where="head line", problem=f"has a column {each!r}: expected {', '.join(_TAKEN)}"))
        elif found.count(each) > 1:
            faults.append(Fault(where="head line", problem=f"has the column {each} twice"))
    return faults


class _Column:
    """Reads columns of rows, and keeps what is wrong with them."""

    def __init__(self, rows: list[dict[str, str]], faults: list[Fault]) -> None:
        self._rows, self._faults = rows, faults
        for n, row in enumerate(rows):
            if None in row or None in row.values():
                self.fault(n, "has not as many fields as the head line")

    def fault(self, row: int, problem: str) -> None:
        """Keep one fault of a row, counted from 0 after the head line."""
        self._faults.append(Fault(where=f"terminal {row + 1}", problem=problem))

    def words(self, name: str, known: dict[str, _Word]) -> list[_Word]:
        """What the words of a column stand for."""
        first = next(iter(known.values()))
        read = []
        for n, row in enumerate(self._rows):
            text = row.get(name) or ""
            if text not in known:
                expected = ", ".join(word for word in known if word)
                self.fault(n, f"{name} is {text!r}: expected one of {expected}")
            read.append(known.get(text, first))
        return read

    def degrees(self, name: str, most: int) -> Floats:
        """Degrees from -most to most, nan where there are none."""
        read = np.full(len(self._rows), math.nan)
        for n, row in enumerate(self._rows):
            text = (row.get(name) or "").strip()
            if not text:
                continue
            try:
                value = float(text)
            except ValueError:
                value = math.nan
            if not -most <= value <= most:
                self.fault(n, f"{name} is {text!r}: expected a number from -{most} to {most}, or nothing")
            read[n] = value
        return read
