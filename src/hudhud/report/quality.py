"""How well each terminal was served: every measure the tables, the picture and the comparison show, worked out once.

Definitions.  The slow fifth, median and fast fifth of the round-trip time are its 80th, 50th and 20th percentile over
the slots served, with linear interpolation: a fifth of the slots was slower than the first, a fifth faster than the
last.  The operator's own public metric publishes the same three for each territory (slow 20 %, 50 %, fast 80 %).
Two neighbouring slots are a *pair* when they start one slot length apart and the terminal was served in both; a
handover is a pair with different satellites, a path change one with different routes, a hop change one with a different
number of lasers.  Rates divide by the time spent in pairs, so an outage neither counts as a handover nor hides one.
"""

from dataclasses import dataclass, fields

import numpy as np

from hudhud.arrays import Bools, Floats, Ints, Ints32, freeze
from hudhud.report.result import Outcome, Result
from hudhud.timescale import SLOT_S, seconds_between

__all__ = ["FAST_FIFTH", "SLOW_FIFTH", "Quality", "run_quality", "terminal_quality"]

SLOW_FIFTH = 0.8
"""The slow fifth of the round-trip times lies above this quantile."""

FAST_FIFTH = 0.2
"""The fast fifth of the round-trip times lies below this quantile."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quality:
    """Service to a row of terminals, or to all of them pooled as a single row.

    slots, served (row,): slots judged and slots served.  outcome_share (row, outcome): in the order of `Outcome`.
    rtt_slow_fifth_s, rtt_median_s, rtt_fast_fifth_s (row,); propagation_share, backhaul_share (row,): parts of the
    summed round-trip time.  paired_s (row,): time in pairs of consecutive served slots; handovers, path_changes,
    hop_changes (row,): in those.  in_reach_min, in_reach_median, in_reach_max (row,): satellites that passed every gate.
    longest_outage_s (row,).  elevation_mean_rad (row,) of the serving satellite.  laser_share (row,): served slots that
    crossed at least one laser.  nan where there is nothing to measure: no slot served, no pair, no slot at all.
    """

    names: tuple[str, ...]
    slots: Ints
    served: Ints
    outcome_share: Floats
    rtt_slow_fifth_s: Floats
    rtt_median_s: Floats
    rtt_fast_fifth_s: Floats
    propagation_share: Floats
    backhaul_share: Floats
    paired_s: Floats
    handovers: Ints
    path_changes: Ints
    hop_changes: Ints
    in_reach_min: Floats
    in_reach_median: Floats
    in_reach_max: Floats
    longest_outage_s: Floats
    elevation_mean_rad: Floats
    laser_share: Floats

    def __post_init__(self) -> None:
        freeze(*(getattr(self, field.name) for field in fields(self) if field.name != "names"))

    def __len__(self) -> int:
        return len(self.names)

    @property
    def availability(self) -> Floats:
        """(row,) share of slots served."""
        return self.outcome_share[:, Outcome.SERVED]

    @property
    def handovers_per_s(self) -> Floats:
        """(row,) changes of the serving satellite per second of `paired_s`."""
        return _ratio(self.handovers, self.paired_s)

    @property
    def path_changes_per_s(self) -> Floats:
        """(row,) changes of the route per second of `paired_s`."""
        return _ratio(self.path_changes, self.paired_s)


def terminal_quality(result: Result) -> Quality:
    """The service each terminal had; one row per terminal."""
    return _judge(result, result.terminals.names, pooled=False)


def run_quality(result: Result, name: str = "all terminals") -> Quality:
    """The service of the whole run as one row: all slots of all terminals pooled, the outage the longest of any."""
    return _judge(result, (name,), pooled=True)


def _judge(result: Result, names: tuple[str, ...], *, pooled: bool) -> Quality:
    served = result.outcome == Outcome.SERVED
    served_in_pair, pair_s = _pairs(result, served)

    def total(per_slot: Floats | Bools) -> Floats:  # (slot, terminal) -> (row,)
        summed: Floats = per_slot.sum(axis=0, dtype=np.float64)
        return np.array([summed.sum()]) if pooled else summed

    def served_total(values: Floats) -> Floats:
        return total(np.where(served, values, 0.0))

    def changes(values: Ints32) -> Ints:
        return total((values[1:] != values[:-1]) & served_in_pair).astype(np.int64)

    def spread(values: Floats, *quantiles: float) -> tuple[Floats, ...]:
        return _quantiles(values.reshape(-1, 1) if pooled else values, quantiles)

    slots, count = total(np.ones_like(served)), total(served)
    fast_s, median_s, slow_s = spread(np.where(served, result.rtt_s, np.nan), FAST_FIFTH, 0.5, SLOW_FIFTH)
    fewest, middle, most = spread(result.in_reach.astype(np.float64), 0.0, 0.5, 1.0)
    rtt_s = served_total(result.rtt_s)
    return Quality(
        names=names,
        slots=slots.astype(np.int64),
        served=count.astype(np.int64),
        outcome_share=np.stack([_ratio(total(result.outcome == reason), slots) for reason in Outcome], axis=-1),
        rtt_slow_fifth_s=slow_s,
        rtt_median_s=median_s,
        rtt_fast_fifth_s=fast_s,
        propagation_share=_ratio(served_total(result.propagation_s), rtt_s),
        backhaul_share=_ratio(served_total(result.backhaul_s), rtt_s),
        paired_s=total(served_in_pair * pair_s[:, None]),
        handovers=changes(result.satellite),
        path_changes=changes(result.route),
        hop_changes=changes(result.laser_hops),
        in_reach_min=fewest,
        in_reach_median=middle,
        in_reach_max=most,
        longest_outage_s=_longest_outage_s(result, served, pooled=pooled),
        elevation_mean_rad=_ratio(served_total(result.elevation_rad), count),
        laser_share=_ratio(total(served & (result.laser_hops > 0)), count),
    )


def _ratio(top: Floats | Ints, bottom: Floats | Ints) -> Floats:
    """top / bottom, nan where bottom is 0."""
    quotient = np.full(np.shape(top), np.nan)
    np.divide(top, bottom, out=quotient, where=np.asarray(bottom) != 0)
    return quotient


def _follows(result: Result) -> tuple[Bools, Floats]:
    """(slot - 1,) whether each slot but the first starts one slot length after the last, and that time in seconds."""
    gap_s = seconds_between(result.start[1:], result.start[:-1])
    return np.abs(gap_s - SLOT_S) < 1e-3, gap_s


def _pairs(result: Result, served: Bools) -> tuple[Bools, Floats]:
    """(slot - 1, terminal) pairs of consecutive served slots, and (slot - 1,) the seconds between their starts."""
    follows, gap_s = _follows(result)
    return served[1:] & served[:-1] & follows[:, None], gap_s


def _quantiles(values: Floats, quantiles: tuple[float, ...]) -> tuple[Floats, ...]:
    """Quantiles of each column of (slot, row), nan left out, interpolated linearly; nan for a column of nan alone."""
    ordered = np.sort(values, axis=0)  # nan goes last
    count = np.count_nonzero(~np.isnan(ordered), axis=0)
    if len(ordered) == 0:
        return tuple(np.full(values.shape[1], np.nan) for _ in quantiles)
    columns = np.arange(values.shape[1])

    def quantile(share: float) -> Floats:
        place = np.maximum(count - 1, 0) * share
        below = place.astype(np.int64)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low, high = ordered[below, columns], ordered[above, columns]
        return np.asarray(low + (high - low) * (place - below))

    return tuple(quantile(share) for share in quantiles)


def _longest_outage_s(result: Result, served: Bools, *, pooled: bool) -> Floats:
    """Longest run of consecutive unserved slots of each terminal, or of any; seconds, 0 where all were served."""
    unbroken = np.concatenate([[False], _follows(result)[0]]) if len(served) else np.zeros(0, dtype=bool)
    longest = run = np.zeros(served.shape[1])
    for on, follows in zip(served, unbroken, strict=True):
        run = np.where(on, 0, run * follows + 1)
        longest = np.maximum(longest, run)
    seconds = longest * float(SLOT_S)
    return np.array([seconds.max(initial=0.0)]) if pooled else seconds
