"""Two results side by side: what differs in their making, and what differs in what came of it.

Only what both hold is compared: terminals by name, slots by start.  What one of them lacks is listed, never dropped in
silence.  Differences are second minus first.
"""

from collections import Counter
from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from hudhud.arrays import Bools, Floats, Ints, freeze
from hudhud.earth import Sites, great_circle_m
from hudhud.errors import Fault, ResultError
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Result
from hudhud.report.tables import period, rows

__all__ = ["Comparison", "Difference", "Pairing", "compare", "comparison_summary"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing in which the making of two results differs."""

    what: str
    first: str
    second: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pairing:
    """The same rows in both results.

    only_first_share, only_second_share (row,): slots served in one of the two only.
    satellite_differs_share (row,): of the slots served in both, those with another satellite; nan where there is none.
    """

    first: Quality
    second: Quality
    only_first_share: Floats
    only_second_share: Floats
    satellite_differs_share: Floats

    def __post_init__(self) -> None:
        freeze(self.only_first_share, self.only_second_share, self.satellite_differs_share)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Comparison:
    """What two results share, how it differs, and what was left out because only one of them has it."""

    differences: tuple[Difference, ...]
    terminals: Pairing
    whole: Pairing
    slots: int
    slots_only_first: int
    slots_only_second: int
    terminals_only_first: tuple[str, ...]
    terminals_only_second: tuple[str, ...]


def compare(first: Result, second: Result) -> Comparison:
    """What differs between two results.  Raises ResultError where they have no slot or no terminal in common."""
    names, (in_first, in_second) = _common_terminals(first, second)
    at, slots_first, slots_second = np.intersect1d(first.start, second.start, return_indices=True)
    _refuse_strangers(first, second, terminals=len(names), slots=len(at))
    one, two = _part(first, slots_first, in_first), _part(second, slots_second, in_second)
    both, differs = _same_slots(one, two)
    return Comparison(
        differences=_differences(first, second) + _moved(one.terminals, two.terminals),
        terminals=_pairing(terminal_quality(one), terminal_quality(two), one, two, both, differs, axis=0),
        whole=_pairing(run_quality(one), run_quality(two), one, two, both, differs, axis=None),
        slots=len(at),
        slots_only_first=len(first.start) - len(at),
        slots_only_second=len(second.start) - len(at),
        terminals_only_first=tuple(name for name in first.terminals.names if name not in names),
        terminals_only_second=tuple(name for name in second.terminals.names if name not in names),
    )


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """A comparison in plain values, ready for JSON; `difference` is second minus first, None where one has no value."""
    return {
        "differences": [{"what": d.what, "first": d.first, "second": d.second} for d in comparison.differences],
        "slots_compared": comparison.slots,
        "slots_only_in_first": comparison.slots_only_first,
        "slots_only_in_second": comparison.slots_only_second,
        "terminals_only_in_first": list(comparison.terminals_only_first),
        "terminals_only_in_second": list(comparison.terminals_only_second),
        "all_terminals": _lines(comparison.whole)[0],
        "terminals": [
            {"name": name} | line
            for name, line in zip(comparison.terminals.first.names, _lines(comparison.terminals), strict=True)
        ],
    }


def _common_terminals(first: Result, second: Result) -> tuple[frozenset[str], tuple[Ints, Ints]]:
    """Names that both have, and where they stand in each, in the order of the first."""
    faults = [
        Fault(
            where=f"{which} result, terminal {name!r}", problem="the name occurs more than once; names must be unique"
        )
        for which, result in (("first", first), ("second", second))
        for name, times in Counter(result.terminals.names).items()
        if times > 1
    ]
    if faults:
        raise ResultError("these results cannot be compared by the names of their terminals", faults)
    place = {name: index for index, name in enumerate(second.terminals.names)}
    common = [(index, place[name]) for index, name in enumerate(first.terminals.names) if name in place]
    indices = np.array(common, dtype=np.int64).reshape(-1, 2)
    return frozenset(first.terminals.names) & frozenset(place), (indices[:, 0], indices[:, 1])


def _refuse_strangers(first: Result, second: Result, *, terminals: int, slots: int) -> None:
    faults = []
    if terminals == 0:
        faults.append(Fault(where="terminals", problem=f"first has {_few(first)}; second has {_few(second)}"))
    if slots == 0:
        faults.append(Fault(where="slots", problem=f"first covers {_span(first)}; second covers {_span(second)}"))
    if faults:
        raise ResultError(
            "these results have nothing in common: they need terminals of the same name and slots of the same start",
            faults,
        )


def _few(result: Result) -> str:
    names = result.terminals.names
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "none"


def _span(result: Result) -> str:
    when = period(result)
    return f"{when['start']} to {when['end']}" if when["slots"] else "no slot"


def _part(result: Result, slots: Ints, terminals: Ints) -> Result:
    """The result cut down to some slots and terminals; itself where that is all: a day holds half a gigabyte."""
    shape = (len(result.start), len(result.terminals))
    if np.array_equal(slots, np.arange(shape[0])) and np.array_equal(terminals, np.arange(shape[1])):
        return result
    sites = result.terminals
    cut = {
        field.name: getattr(result, field.name)[np.ix_(slots, terminals)]
        for field in fields(Result)
        if np.ndim(getattr(result, field.name)) == 2
    }
    return replace(
        result,
        start=result.start[slots],
        terminals=Sites(
            names=tuple(sites.names[index] for index in terminals),
            latitude_rad=sites.latitude_rad[terminals],
            longitude_rad=sites.longitude_rad[terminals],
            height_m=sites.height_m[terminals],
        ),
        terminal_classes=tuple(result.terminal_classes[index] for index in terminals),
        **cut,
    )


def _same_slots(one: Result, two: Result) -> tuple[Bools, Bools]:
    """(slot, terminal) served in both, and of those the ones with satellites of different names."""
    both = (one.outcome == Outcome.SERVED) & (two.outcome == Outcome.SERVED)
    place = {name: index for index, name in enumerate(one.satellites)}
    as_in_one = np.array(
        [place.get(name, -2) for name in two.satellites] + [-1], dtype=np.int64
    )  # index -1: not served
    return both, both & (one.satellite != as_in_one[two.satellite])


def _pairing(
    first: Quality, second: Quality, one: Result, two: Result, both: Bools, differs: Bools, axis: int | None
) -> Pairing:
    slots = np.atleast_1d(np.ones_like(both).sum(axis=axis))
    together = np.atleast_1d(both.sum(axis=axis)).astype(np.float64)
    changed = np.full(together.shape, np.nan)
    np.divide(np.atleast_1d(differs.sum(axis=axis)), together, out=changed, where=together > 0)
    return Pairing(
        first=first,
        second=second,
        only_first_share=(np.atleast_1d((one.outcome == Outcome.SERVED).sum(axis=axis)) - together) / slots,
        only_second_share=(np.atleast_1d((two.outcome == Outcome.SERVED).sum(axis=axis)) - together) / slots,
        satellite_differs_share=changed,
    )


def _differences(first: Result, second: Result) -> tuple[Difference, ...]:
    """In what the making of two results differs, from the coarse to the fine."""
    a, b = first.provenance, second.provenance
    told = (
        ("name", first.name, second.name),
        ("instants", _instants(first), _instants(second)),
        ("terminals", *_members(first.terminals.names, second.terminals.names)),
        ("gateways", *_members(first.gateways.names, second.gateways.names)),
        ("fleet", _fleet(first), _fleet(second)),
        ("elements digest", a.elements_sha256[:12] or "none", b.elements_sha256[:12] or "none"),
        ("seed", str(a.seed), str(b.seed)),
        ("assumptions", *_members(a.assumptions, b.assumptions)),
        ("SGP4 engine", a.engine, b.engine),
        ("hudhud version", a.hudhud_version, b.hudhud_version),
        ("scenario", *_first_other_lines(a.scenario_toml, b.scenario_toml)),
    )
    return tuple(Difference(what=what, first=one, second=two) for what, one, two in told if one != two)


def _members(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, str]:
    """How many each has and which the other lacks, in words; the same words where they have the same."""
    return _listed(len(a), sorted(set(a) - set(b))), _listed(len(b), sorted(set(b) - set(a)))


def _listed(count: int, alone: list[str]) -> str:
    more = f"; {len(alone) - 3} more" if len(alone) > 3 else ""
    return f"{count}, only here: {'; '.join(alone[:3])}{more}" if alone else f"{count}"


def _instants(result: Result) -> str:
    return f"{len(result.start)} slots, {_span(result)}"


def _fleet(result: Result) -> str:
    told = result.provenance
    satellites = ", ".join(f"{count:,} {status}" for status, count in told.status_counts if count)
    return f"{told.elements_source} ({'synthetic' if told.synthetic else 'real'}; {satellites})"


def _first_other_lines(a: str, b: str) -> tuple[str, str]:
    """The first line in which two texts differ, of each; the same words where they are equal."""
    pairs = enumerate(zip_longest(a.splitlines(), b.splitlines(), fillvalue="(ends)"), start=1)
    other = ((f"line {n}: {one.strip()}", f"line {n}: {two.strip()}") for n, (one, two) in pairs if one != two)
    return next(other, ("same lines", "same lines"))


def _moved(one: Sites, two: Sites) -> tuple[Difference, ...]:
    """Terminals of the same name that stand more than a metre apart."""
    apart_m = np.hypot(
        great_circle_m(one.latitude_rad, one.longitude_rad, two.latitude_rad, two.longitude_rad),
        one.height_m - two.height_m,
    )
    return tuple(
        Difference(
            what=f"place of {one.names[n]}",
            first=_place(one, n),
            second=f"{_place(two, n)}, {apart_m[n] / 1e3:.3f} km off",
        )
        for n in np.flatnonzero(apart_m > 1.0).tolist()
    )


def _place(sites: Sites, n: int) -> str:
    return f"{np.degrees(sites.latitude_rad[n]):.4f} {np.degrees(sites.longitude_rad[n]):.4f}"


def _lines(pairing: Pairing) -> list[dict[str, Any]]:
    measured = [(a.key, a.values, b.values) for a, b in zip(rows(pairing.first), rows(pairing.second), strict=True)]
    return [
        {key: _values(one[row], two[row]) for key, one, two in measured}
        | {
            "served_only_in_first_share": round(float(pairing.only_first_share[row]), 6),
            "served_only_in_second_share": round(float(pairing.only_second_share[row]), 6),
            "satellite_differs_share": _none_if_nan(float(pairing.satellite_differs_share[row])),
        }
        for row in range(len(pairing.first))
    ]


def _values(one: float | None, two: float | None) -> dict[str, float | None]:
    difference = None if one is None or two is None else round(two - one, 6)
    return {"first": one, "second": two, "difference": difference}


def _none_if_nan(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 6)
