"""Measures of service against an obvious loop over slots, and the facts they may never break."""

import csv
import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Result
from result_factory import scattered
from shared_data import shared_data

_results = st.builds(
    lambda seed, slots, terminals, served: scattered(np.random.default_rng(seed), slots, terminals, served),
    st.integers(0, 2**32 - 1),
    st.integers(0, 40),
    st.integers(0, 4),
    st.sampled_from([0.0, 0.3, 0.9, 1.0]),
)


def _obvious(result: Result, columns: list[int]) -> dict[str, float]:
    """The measures of some terminals pooled, slot by slot, as one would do by hand."""
    rtt_s, changes, paths, hops, paired_s, longest = [], 0, 0, 0, 0.0, 0
    for column in columns:
        run = 0
        for slot in range(len(result.start)):
            served = result.outcome[slot, column] == Outcome.SERVED
            run = 0 if served else run + 1
            longest = max(longest, run)
            if not served:
                continue
            rtt_s.append(result.rtt_s[slot, column])
            if slot and result.outcome[slot - 1, column] == Outcome.SERVED:
                paired_s += 15
                changes += result.satellite[slot, column] != result.satellite[slot - 1, column]
                paths += result.route[slot, column] != result.route[slot - 1, column]
                hops += result.laser_hops[slot, column] != result.laser_hops[slot - 1, column]
    fifths = np.quantile(rtt_s, [0.2, 0.5, 0.8]) if rtt_s else [np.nan] * 3
    slots = len(result.start) * len(columns)
    return {
        "availability": len(rtt_s) / slots if slots else np.nan,
        "rtt_fast_fifth_s": fifths[0],
        "rtt_median_s": fifths[1],
        "rtt_slow_fifth_s": fifths[2],
        "handovers": changes,
        "path_changes": paths,
        "hop_changes": hops,
        "handovers_per_s": changes / paired_s if paired_s else np.nan,
        "longest_outage_s": longest * 15,
    }


def _row(quality: Quality, row: int, keys: list[str]) -> list[float]:
    return [float(getattr(quality, key)[row]) for key in keys]


@settings(deadline=None, max_examples=60)
@given(_results)
def test_measures_equal_those_counted_slot_by_slot(result: Result) -> None:
    each, every = terminal_quality(result), run_quality(result)
    for column in range(len(result.terminals)):
        expected = _obvious(result, [column])
        assert _row(each, column, list(expected)) == pytest.approx(list(expected.values()), nan_ok=True)
    expected = _obvious(result, list(range(len(result.terminals))))
    assert _row(every, 0, list(expected)) == pytest.approx(list(expected.values()), nan_ok=True)


@settings(deadline=None, max_examples=60)
@given(_results)
def test_fifths_are_ordered_and_shares_are_shares(result: Result) -> None:
    for quality in (terminal_quality(result), run_quality(result)):
        on = quality.served > 0
        assert np.all(quality.rtt_fast_fifth_s[on] <= quality.rtt_median_s[on])
        assert np.all(quality.rtt_median_s[on] <= quality.rtt_slow_fifth_s[on])
        judged = quality.slots > 0
        assert np.all((quality.availability[judged] >= 0) & (quality.availability[judged] <= 1))
        assert quality.outcome_share[judged].sum(axis=1) == pytest.approx(1.0)
        measured = ("rtt_slow_fifth_s", "rtt_median_s", "rtt_fast_fifth_s", "propagation_share", "backhaul_share",
                    "elevation_mean_rad", "laser_share", "in_reach_median")  # fmt: skip
        for key in measured:
            assert not np.isnan(getattr(quality, key)[on]).any(), key
            assert key == "in_reach_median" or np.isnan(getattr(quality, key)[~on]).all(), key
        assert np.all(quality.propagation_share[on] + quality.backhaul_share[on] <= 1)
        assert np.all(quality.in_reach_min[judged] <= quality.in_reach_max[judged])


@settings(deadline=None, max_examples=30)
@given(_results)
def test_an_outage_is_never_longer_than_all_lost_slots(result: Result) -> None:
    quality = terminal_quality(result)
    assert np.all(quality.longest_outage_s <= (quality.slots - quality.served) * 15)


def test_a_terminal_that_is_never_served_has_no_round_trip_and_one_long_outage() -> None:
    quality = terminal_quality(scattered(np.random.default_rng(3), 20, 2, served=0.0))
    assert quality.availability.tolist() == [0.0, 0.0]
    assert np.isnan(quality.rtt_median_s).all()
    assert np.isnan(quality.handovers_per_s).all()
    assert quality.longest_outage_s.tolist() == [300.0, 300.0]


def test_slots_that_are_not_neighbours_make_neither_a_handover_nor_a_longer_outage() -> None:
    result = scattered(np.random.default_rng(4), 40, 3, served=0.6)
    every_second = dataclasses.replace(
        result,
        start=result.start[::2],
        **{
            field.name: getattr(result, field.name)[::2]
            for field in dataclasses.fields(Result)
            if np.ndim(getattr(result, field.name)) == 2
        },
    )
    quality = terminal_quality(every_second)
    assert quality.paired_s.tolist() == [0.0] * 3
    assert quality.handovers.tolist() == [0] * 3
    assert quality.longest_outage_s.tolist() == [15.0] * 3


def test_one_handover_in_four_pairs_is_one_per_minute() -> None:
    result = scattered(np.random.default_rng(5), 5, 1, served=1.0)
    satellite = np.array([[1], [1], [1], [2], [2]], dtype=np.int32)
    quality = terminal_quality(dataclasses.replace(result, satellite=satellite))
    assert quality.handovers_per_s * 60 == pytest.approx([1.0])


def test_the_operators_own_fifths_stand_in_the_same_order() -> None:
    with shared_data("measured/latency-by-territory-2026-09.csv").open(encoding="utf-8") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) > 50
    for line in table:
        slow, median, fast = (float(line[f"latency_{key}_ms"]) for key in ("slow20", "p50", "fast80"))
        assert slow > median > fast
