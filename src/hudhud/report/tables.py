"""The measures of a run as plain rows: what the terminal, the JSON and the files show, in the units people read.

This is the edge of the core: degrees, milliseconds and minutes begin here, and each key names its unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hudhud.arrays import Floats
from hudhud.report.permission import permission
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Provenance, Result
from hudhud.timescale import SLOT_S, to_rfc3339

__all__ = ["MEASURES", "Measure", "Row", "duration", "fleet", "outages", "percent", "period", "rows", "summary"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One thing measured: its key with the unit, its words, its unit, the decimals kept, and where it comes from."""

    key: str
    label: str
    unit: str
    decimals: int
    of: Callable[[Quality], Floats]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One measure for every row of a `Quality`: values rounded to the measure's decimals, None where there is none."""

    key: str
    label: str
    unit: str
    values: tuple[float | None, ...]


def _measure(key: str, label: str, unit: str, decimals: int, of: Callable[[Quality], Floats]) -> Measure:
    return Measure(key=key, label=label, unit=unit, decimals=decimals, of=of)


MEASURES: tuple[Measure, ...] = (
    _measure("availability", "slots served", "share", 6, lambda q: q.availability),
    _measure(
        "rtt_slow_fifth_ms", "round trip, slow fifth (80th percentile)", "ms", 3, lambda q: q.rtt_slow_fifth_s * 1e3
    ),
    _measure("rtt_median_ms", "round trip, median", "ms", 3, lambda q: q.rtt_median_s * 1e3),
    _measure(
        "rtt_fast_fifth_ms", "round trip, fast fifth (20th percentile)", "ms", 3, lambda q: q.rtt_fast_fifth_s * 1e3
    ),
    _measure("handovers_per_min", "handovers", "1/min", 4, lambda q: q.handovers_per_s * 60),
    _measure("path_changes_per_min", "path changes", "1/min", 4, lambda q: q.path_changes_per_s * 60),
    _measure("handovers", "handovers", "count", 0, lambda q: q.handovers.astype(np.float64)),
    _measure("path_changes", "path changes", "count", 0, lambda q: q.path_changes.astype(np.float64)),
    _measure("hop_changes", "changes of the number of lasers", "count", 0, lambda q: q.hop_changes.astype(np.float64)),
    _measure("in_reach_min", "satellites in reach, fewest", "count", 0, lambda q: q.in_reach_min),
    _measure("in_reach_median", "satellites in reach, median", "count", 1, lambda q: q.in_reach_median),
    _measure("in_reach_max", "satellites in reach, most", "count", 0, lambda q: q.in_reach_max),
    _measure("longest_outage_s", "longest outage", "s", 0, lambda q: q.longest_outage_s),
    _measure("elevation_mean_deg", "mean elevation", "deg", 3, lambda q: np.degrees(q.elevation_mean_rad)),
    _measure(
        "propagation_share",
        "light time and forwarding, part of the round trip",
        "share",
        6,
        lambda q: q.propagation_share,
    ),
    _measure("backhaul_share", "backhaul, part of the round trip", "share", 6, lambda q: q.backhaul_share),
    _measure("laser_share", "served slots that crossed lasers", "share", 6, lambda q: q.laser_share),
)
"""Every measure, in the order in which it is shown."""


def percent(share: float) -> str:
    """A share (0..1) in per cent; one that is not whole never reads 0 or 100."""
    if np.isnan(share):
        return "-"
    if share < 1 and share > 0.9995:
        return f"{min(np.floor(share * 1e4) / 100, 99.99):.2f} %"
    return "<0.1 %" if 0 < share < 0.0005 else f"{share * 100:.1f} %"


def duration(seconds: float) -> str:
    """A time in the unit that reads best; "none" for 0."""
    if seconds < 120:
        return f"{seconds:.0f} s" if seconds else "none"
    return f"{seconds / 60:.4g} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def rows(quality: Quality) -> tuple[Row, ...]:
    """Every measure of every row of a `Quality`, ready to print or to write."""
    return tuple(
        Row(key=m.key, label=m.label, unit=m.unit, values=tuple(_plain(value, m.decimals) for value in m.of(quality)))
        for m in MEASURES
    )


def outages(quality: Quality, row: int) -> dict[str, float]:
    """Share of slots lost to each reason that occurred, by its name in lower case, in the order of the checks."""
    shares = {reason: float(quality.outcome_share[row, reason]) for reason in Outcome if reason is not Outcome.SERVED}
    return {reason.name.lower(): round(share, 6) for reason, share in shares.items() if share > 0}


def fleet(provenance: Provenance) -> dict[str, Any]:
    """Which satellites a result rests on."""
    return {
        "source": provenance.elements_source,
        "sha256": provenance.elements_sha256,
        "synthetic": provenance.synthetic,
        "satellites": dict(provenance.status_counts),
        "quarantined": len(provenance.quarantined),
    }


def period(result: Result) -> dict[str, Any]:
    """First instant, end of the last slot (both RFC 3339, None without a slot), number and length of slots."""
    some = len(result.start) > 0
    return {
        "start": to_rfc3339(result.start[0]) if some else None,
        "end": to_rfc3339(result.start[-1] + np.timedelta64(SLOT_S, "s")) if some else None,
        "slots": len(result.start),
        "slot_s": SLOT_S,
    }


def summary(result: Result) -> dict[str, Any]:
    """A run in plain values, ready for JSON: None where nothing could be measured, units in the keys, shares 0 to 1."""
    each, every = terminal_quality(result), run_quality(result)
    place = zip(result.terminals.latitude_rad, result.terminals.longitude_rad, result.terminal_classes, strict=True)
    return {
        "name": result.name,
        "hudhud_version": result.provenance.hudhud_version,
        "seed": result.provenance.seed,
        "engine": result.provenance.engine,
        "fleet": fleet(result.provenance),
        "period": period(result),
        "all_terminals": _line(every, rows(every), 0),
        "service_maps": list(result.service_maps),
        "releases": list(result.releases),
        "record": result.provenance.record,
        "warnings": list(result.provenance.warnings),
        "terminals": [
            {
                "name": name,
                "class": kind,
                "latitude_deg": round(float(np.degrees(lat_rad)), 6),
                "longitude_deg": round(float(np.degrees(lon_rad)), 6),
            }
            | line
            | permitted
            for name, (lat_rad, lon_rad, kind), line, permitted in zip(
                each.names, place, _lines(each), _permissions(result), strict=True
            )
        ],
        "assumptions": list(result.provenance.assumptions),
    }


def _permissions(result: Result) -> list[dict[str, Any]]:
    """What the service map answered each terminal; nothing to say where none was asked."""
    answers = permission(result)
    if not answers:
        return [{} for _ in result.terminals.names]
    return [
        {
            "service_class": answer.service_class,
            "permitted": _plain(answer.permitted_share, 6),
            "reachable": _plain(answer.reachable_share, 6),
            "refused_in_reach": _plain(answer.refused_in_reach_share, 6),
            "disablement_code": answer.code.value,
            "disablement": answer.code.name,
            "decision": answer.decision,
            "failed": [each.name.lower() for each in answer.failed],
        }
        for answer in answers
    ]


def _lines(quality: Quality) -> list[dict[str, Any]]:
    measured = rows(quality)
    return [_line(quality, measured, row) for row in range(len(quality))]


def _line(quality: Quality, measured: tuple[Row, ...], row: int) -> dict[str, Any]:
    return {
        "slots": int(quality.slots[row]),
        "slots_served": int(quality.served[row]),
        **{each.key: each.values[row] for each in measured},
        "outages": outages(quality, row),
    }


def _plain(value: float, decimals: int) -> float | None:
    if np.isnan(value):
        return None
    return round(float(value), decimals) if decimals else int(value)
