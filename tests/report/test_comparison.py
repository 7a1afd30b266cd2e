"""What two results share, what differs, and what is refused."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.earth import Sites
from hudhud.errors import ResultError
from hudhud.report.comparison import compare, comparison_summary
from hudhud.report.result import Outcome, Result
from result_factory import FIJI, UKRAINE, plausible, provenance, scattered


def _slots(result: Result, chosen: slice) -> Result:
    cut = {
        field.name: getattr(result, field.name)[chosen]
        for field in dataclasses.fields(Result)
        if np.ndim(getattr(result, field.name)) == 2
    }
    return dataclasses.replace(result, start=result.start[chosen], **cut)


def test_a_result_does_not_differ_from_itself() -> None:
    result = plausible(UKRAINE, slots=20)
    comparison = compare(result, result)
    assert comparison.differences == ()
    told = comparison_summary(comparison)
    for line in [told["all_terminals"], *told["terminals"]]:
        assert line["satellite_differs_share"] == 0
        for value in line.values():
            if isinstance(value, dict):
                assert value["difference"] in (0, None)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 25), st.integers(1, 4), st.integers(1, 25), st.integers(1, 4))
def test_swapping_two_results_turns_the_signs(seed: int, slots: int, terminals: int, slots_b: int, more: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = scattered(rng, slots, terminals, served=0.6), scattered(rng, slots_b, more, served=0.8)
    there, back = comparison_summary(compare(a, b)), comparison_summary(compare(b, a))
    assert json.loads(json.dumps(there, allow_nan=False)) == there
    assert there["slots_compared"] == min(slots, slots_b)
    lines = [[told["all_terminals"], *told["terminals"]] for told in (there, back)]
    for one, two in zip(*lines, strict=True):
        assert one["satellite_differs_share"] == two["satellite_differs_share"]
        assert one["served_only_in_first_share"] == two["served_only_in_second_share"]
        median, other = one["rtt_median_ms"], two["rtt_median_ms"]
        assert (median["first"], median["second"]) == (other["second"], other["first"])
        assert median["difference"] is None or median["difference"] == -other["difference"]


def test_only_what_both_have_is_compared_and_the_rest_is_listed() -> None:
    a, b = plausible(UKRAINE[:4], slots=20), _slots(plausible(UKRAINE[1:], slots=20), slice(5, 18))
    comparison = compare(a, b)
    assert comparison.terminals.first.names == tuple(place[0] for place in UKRAINE[1:4])
    assert (comparison.slots, comparison.slots_only_first, comparison.slots_only_second) == (13, 7, 0)
    assert comparison.terminals_only_first == ("Київ",)
    assert comparison.terminals_only_second == ("Дніпро", "Чернігів")
    said = {difference.what: difference for difference in comparison.differences}
    assert "only here: Київ" in said["terminals"].first
    assert "20 slots" in said["instants"].first


def test_terminals_are_matched_by_name_and_not_by_place_in_the_list() -> None:
    a = plausible(UKRAINE, slots=12)
    order = [3, 0, 5, 1, 4, 2]
    sites = a.terminals
    b = dataclasses.replace(
        a,
        terminals=Sites(
            names=tuple(sites.names[n] for n in order),
            latitude_rad=sites.latitude_rad[order],
            longitude_rad=sites.longitude_rad[order],
            height_m=sites.height_m[order],
        ),
        **{
            field.name: getattr(a, field.name)[:, order]
            for field in dataclasses.fields(Result)
            if np.ndim(getattr(a, field.name)) == 2
        },
    )
    assert comparison_summary(compare(a, b)) == comparison_summary(compare(a, a))


def test_satellites_are_matched_by_name_and_not_by_index() -> None:
    a = plausible(UKRAINE, slots=12)
    renumbered = np.where(a.satellite >= 0, len(a.satellites) - 1 - a.satellite, -1).astype(np.int32)
    b = dataclasses.replace(a, satellite=renumbered, satellites=a.satellites[::-1])
    assert compare(a, b).whole.satellite_differs_share.tolist() == [0.0]
    c = dataclasses.replace(a, satellites=tuple(f"OTHER-{n}" for n in range(len(a.satellites))))
    assert compare(a, c).whole.satellite_differs_share.tolist() == [1.0]


def test_the_share_of_other_satellites_counts_only_slots_served_in_both() -> None:
    rng = np.random.default_rng(8)
    a, b = scattered(rng, 60, 2, served=0.6), scattered(rng, 60, 2, served=0.6)
    both = (a.outcome == Outcome.SERVED) & (b.outcome == Outcome.SERVED)
    expected = (a.satellite != b.satellite)[both].mean()
    assert compare(a, b).whole.satellite_differs_share == pytest.approx([expected])


@pytest.mark.parametrize(
    ("change", "what", "words"),
    [
        ({"seed": 8}, "seed", "8"),
        ({"elements_source": "real.csv", "synthetic": False}, "fleet", "real.csv (real"),
        ({"elements_sha256": "ab" * 32}, "elements digest", "abababababab"),
        ({"scenario_toml": 'name = "other"\n'}, "scenario", 'line 1: name = "other"'),
        ({"assumptions": ("rain: assumed",)}, "assumptions", "only here: rain: assumed"),
        ({"engine": "astroz"}, "SGP4 engine", "astroz"),
        ({"hudhud_version": "9.9"}, "hudhud version", "9.9"),
    ],
)
def test_what_was_made_differently_is_said(change: dict[str, Any], what: str, words: str) -> None:
    a = plausible(UKRAINE[:2], slots=4)
    b = dataclasses.replace(a, provenance=provenance(**change))
    said = {difference.what: difference.second for difference in compare(a, b).differences}
    assert words in said[what]


def test_a_terminal_that_moved_is_said_with_the_distance() -> None:
    a = plausible((("Suva", 0.0, 0.0), ("Lau", 1.0, 1.0)), slots=4)
    b = dataclasses.replace(a, terminals=Sites.at(["Suva", "Lau"], [0.0, 1.0], [1.0, 1.0]))
    (moved,) = compare(a, b).differences
    assert moved.what == "place of Suva"
    assert "111.195 km off" in moved.second


def test_results_without_anything_in_common_are_refused_with_both_reasons() -> None:
    a = plausible(UKRAINE, slots=4)
    late = np.timedelta64(1, "D")
    b = plausible(FIJI, slots=4)
    with pytest.raises(ResultError) as caught:
        compare(a, dataclasses.replace(b, start=b.start + late))
    assert [fault.where for fault in caught.value.faults] == ["terminals", "slots"]
    assert "Київ" in str(caught.value)
    assert "2026-05-31" in str(caught.value)


def test_names_that_occur_twice_are_refused() -> None:
    a = plausible((("X", 1.0, 1.0), ("X", 2.0, 2.0)), slots=2)
    with pytest.raises(ResultError, match=r"'X'.*more than once"):
        compare(a, a)
