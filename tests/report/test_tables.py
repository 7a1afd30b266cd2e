"""The rows and the summary that people and programs read."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.report.quality import run_quality, terminal_quality
from hudhud.report.result import Outcome
from hudhud.report.tables import MEASURES, duration, percent, rows, summary
from result_factory import UKRAINE, plausible, scattered


def _strict(value: Any) -> Any:
    return json.loads(json.dumps(value, allow_nan=False))


def test_the_summary_is_json_and_names_its_units() -> None:
    told = summary(plausible(UKRAINE, slots=20))
    assert _strict(told) == told
    line = told["terminals"][0]
    assert line["name"] == "Київ"
    assert (line["latitude_deg"], line["longitude_deg"]) == (50.45, 30.52)
    assert 20 < line["rtt_fast_fifth_ms"] <= line["rtt_median_ms"] <= line["rtt_slow_fifth_ms"] < 60
    assert told["period"] == {
        "start": "2026-05-30T18:00:12Z", "end": "2026-05-30T18:05:12Z", "slots": 20, "slot_s": 15,
    }  # fmt: skip
    assert told["fleet"]["synthetic"] is True
    assert told["fleet"]["satellites"]["operational"] == 9612


def test_what_could_not_be_measured_is_null() -> None:
    told = _strict(summary(scattered(np.random.default_rng(1), 8, 2, served=0.0)))
    line = told["terminals"][1]
    assert line["availability"] == 0
    assert line["rtt_median_ms"] is line["handovers_per_min"] is line["elevation_mean_deg"] is None
    assert sum(line["outages"].values()) == pytest.approx(1.0, abs=1e-5)


def test_a_result_without_slots_or_terminals_still_has_a_summary() -> None:
    for slots, terminals in ((0, 3), (5, 0), (0, 0)):
        told = _strict(summary(scattered(np.random.default_rng(1), slots, terminals)))
        assert told["all_terminals"]["availability"] is None
        assert told["all_terminals"]["rtt_median_ms"] is None
        assert len(told["terminals"]) == terminals


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 4))
def test_outages_and_availability_make_one(seed: int, slots: int, terminals: int) -> None:
    told = summary(scattered(np.random.default_rng(seed), slots, terminals, served=0.5))
    known = {reason.name.lower() for reason in Outcome} - {"served"}
    for line in [told["all_terminals"], *told["terminals"]]:
        assert set(line["outages"]) <= known
        assert line["availability"] + sum(line["outages"].values()) == pytest.approx(1.0, abs=1e-5)
        assert line["slots_served"] == pytest.approx(line["availability"] * line["slots"], abs=1e-3)


def test_rows_have_a_value_for_every_row_of_the_quality() -> None:
    result = plausible(UKRAINE, slots=12)
    assert [row.key for row in rows(terminal_quality(result))] == [measure.key for measure in MEASURES]
    assert {len(row.values) for row in rows(terminal_quality(result))} == {6}
    assert {len(row.values) for row in rows(run_quality(result))} == {1}


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0 %"), (1.0, "100.0 %"), (0.9999999, "99.99 %"), (0.99961, "99.96 %"), (1e-6, "<0.1 %"),
     (0.5, "50.0 %"), (float("nan"), "-")],
)  # fmt: skip
def test_a_share_that_is_not_whole_never_reads_whole(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "none"), (15, "15 s"), (105, "105 s"), (270, "4.5 min"), (86_400, "24.0 h")]
)
def test_durations_read_in_the_unit_that_fits(seconds: float, text: str) -> None:
    assert duration(seconds) == text
