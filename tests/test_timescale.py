"""Instants, the 15 s clock and Julian pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.timescale import (
    from_rfc3339,
    instants,
    julian_pairs,
    seconds_between,
    slot_number,
    slot_start,
    to_rfc3339,
)

nanoseconds = st.integers(-378_691_200 * 10**9, 7_258_118_399 * 10**9)  # 1958 to 2199
some_instants = nanoseconds.map(lambda ns: np.datetime64(ns, "ns"))


@settings(deadline=None, max_examples=300)
@given(some_instants)
def test_a_slot_begins_at_second_12_27_42_or_57_and_holds_its_instant(at):
    start = slot_start(at)
    second = int(start.astype("datetime64[s]").astype(np.int64)) % 60
    assert second in (12, 27, 42, 57)
    assert start <= at < start + np.timedelta64(15, "s")
    assert slot_number(start) == slot_number(at)
    assert slot_number(start - np.timedelta64(1, "ns")) == slot_number(at) - 1


def test_the_slot_of_a_start_is_itself():
    at = from_rfc3339("2026-05-30T18:00:27Z")
    assert slot_start(at) == at
    assert to_rfc3339(slot_start(at - np.timedelta64(1, "ns"))[()]) == "2026-05-30T18:00:12Z"


def test_slots_before_1970_keep_the_same_seconds():
    assert to_rfc3339(slot_start(from_rfc3339("1969-12-31T23:59:59.5Z"))[()]) == "1969-12-31T23:59:57Z"


@settings(deadline=None, max_examples=300)
@given(some_instants)
def test_an_instant_written_and_read_is_the_same_instant(at):
    assert from_rfc3339(to_rfc3339(at)) == at


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-05-30T20:00:12+02:00", "2026-05-30T18:00:12Z"),
        ("2026-05-30T12:30:12-05:30", "2026-05-30T18:00:12Z"),
        ("2026-05-30 18:00:12z", "2026-05-30T18:00:12Z"),
        ("2026-05-30T18:00Z", "2026-05-30T18:00:00Z"),
        ("  2026-05-30T18:00:12.500000000Z\n", "2026-05-30T18:00:12.5Z"),
        ("2024-02-29T23:59:59.999999999Z", "2024-02-29T23:59:59.999999999Z"),
    ],
)
def test_other_ways_to_write_an_instant_are_understood(text, same):
    assert to_rfc3339(from_rfc3339(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-05-30", "2026-05-30T18:00:12", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-05-30T24:00:00Z",
        "2026-05-30T23:59:60Z", "2026-05-30T18:00:12+24:00", "1956-12-31T23:59:59Z", "2200-01-01T00:00:00Z",
        "2026-05-30T18:00:12.Z", "2026-05-30T18:00:12.1234567890Z", "2026-05-30T18:00:12+05:60",
        "٢٠٢٦-٠٥-٣٠T18:00:12Z", "NaT", "2026-05-30T18:00:12ZZ", "2026-5-30T18:00:12Z", "nan",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text):
    with pytest.raises(ValueError, match=r"instant|year"):
        from_rfc3339(text)


_pieces = st.sampled_from("0123456789-:TtZz+. ²٣\x00é")
_almost = st.from_regex(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})",
    fullmatch=True,
)


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=40) | st.text(_pieces, max_size=40) | _almost)
def test_any_text_is_read_or_refused_with_a_value_error(text):
    try:
        at = from_rfc3339(text)
    except ValueError as refusal:
        assert str(refusal)
    else:
        assert not np.isnat(at)
        assert from_rfc3339(to_rfc3339(at)) == at


@settings(deadline=None, max_examples=200)
@given(some_instants)
def test_a_julian_pair_keeps_ten_microseconds_of_a_microsecond(at):
    whole, fraction = julian_pairs(np.array([at]))
    assert whole[0] % 1 == 0.5
    assert 0 <= fraction[0] < 1
    since_1970_s = (whole[0] - 2_440_587.5) * 86_400
    rest_ns = int(at.astype(np.int64)) - int(since_1970_s) * 10**9
    assert abs(fraction[0] * 86_400e9 - rest_ns) < 0.1


def test_j2000_is_julian_date_2451545():
    whole, fraction = julian_pairs(np.array([from_rfc3339("2000-01-01T12:00:00Z")]))
    assert (whole[0], fraction[0]) == (2_451_544.5, 0.5)


def test_instants_step_without_drift():
    start = from_rfc3339("2026-05-30T18:00:12Z")
    day = instants(start, 5_761)
    assert day[-1] == start + np.timedelta64(1, "D")
    assert np.array_equal(
        instants(start, 3, 0.1) - start, np.array([0, 100_000_000, 200_000_000], dtype="timedelta64[ns]")
    )
    assert len(instants(start, 0)) == 0


def test_seconds_between_are_negative_into_the_past():
    start = from_rfc3339("2026-05-30T18:00:12Z")
    assert seconds_between(np.array([start]), start + np.timedelta64(1_500, "ms")).tolist() == [-1.5]
