"""A scenario's text is read whole or refused whole, with every fault and its key path."""

import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import ScenarioError
from hudhud.timescale import from_rfc3339
from worlds import HEAD, KYIV, read


def faults(text: str) -> dict[str, str]:
    """Where and what: the faults of a text that must be refused."""
    with pytest.raises(ScenarioError) as caught:
        read(text)
    return {fault.where: fault.problem for fault in caught.value.faults}


def test_the_shortest_scenario_has_documented_defaults() -> None:
    scenario = read(HEAD + KYIV)
    (terminal,) = scenario.terminals
    assert scenario.slots == 4
    assert scenario.start == from_rfc3339("2026-05-30T18:00:12Z")
    assert terminal.minimum_elevation_rad == pytest.approx(np.radians(25))
    assert terminal.gso_avoidance_rad == pytest.approx(np.radians(18))
    assert scenario.latency.access_s == pytest.approx(0.012)
    assert scenario.lasers.acquisition_s == 15
    assert scenario.fleet.maximum_element_age_s == 7 * 86_400


def test_a_start_inside_a_slot_becomes_the_start_of_that_slot() -> None:
    scenario = read(HEAD.replace("18:00:12Z", "18:00:26.9Z") + KYIV)
    assert scenario.start == from_rfc3339("2026-05-30T18:00:12Z")


def test_a_toml_date_time_with_an_offset_is_an_instant() -> None:
    scenario = read(HEAD.replace('"2026-05-30T18:00:12Z"', "2026-05-30T21:00:12+03:00") + KYIV)
    assert scenario.start == from_rfc3339("2026-05-30T18:00:12Z")


def test_all_wrong_keys_and_values_are_reported_at_once_with_their_paths() -> None:
    text = """
name = 3
start = "yesterday"
slots = 0
speed = "fast"
[sky]
minimum_elevation_deg = nan
gso_avoidance_deg = -1
[schedule]
rule = "best"
[gateways]
antennas = 2.5
[[terminal]]
name = "a"
latitude_deg = 91
longitude_deg = inf
colour = "red"
[[terminal]]
latitude_deg = "north"
"""
    found = faults(text)
    assert set(found) == {
        "name",
        "start",
        "slots",
        "speed",
        "sky.minimum_elevation_deg",
        "sky.gso_avoidance_deg",
        "schedule.rule",
        "gateways.antennas",
        "terminal[0].latitude_deg",
        "terminal[0].longitude_deg",
        "terminal[0].colour",
        "terminal[1].name",
        "terminal[1].latitude_deg",
        "terminal[1].longitude_deg",
    }
    assert "found 91" in found["terminal[0].latitude_deg"]
    assert "required" in found["terminal[1].name"]


def test_names_that_double_or_refer_to_nothing_are_reported_at_once() -> None:
    found = faults(
        HEAD
        + "[gateways]\nfailed = ['Nowhere']\nfailed_pops = ['xxx']\n"
        + "[[gateways.site]]\nname = 'Wola'\nlatitude_deg = 1\nlongitude_deg = 2\npop = 'yyy'\n"
        + KYIV
        + KYIV.replace("longitude_deg", "class = 'huge'\npop = 'zzz'\nlongitude_deg")
    )
    assert set(found) == {
        "gateways.failed[0]",
        "gateways.failed_pops[0]",
        "gateways.site[0].name",
        "gateways.site[0].pop",
        "terminal[1].name",
        "terminal[1].class",
        "terminal[1].pop",
    }


def test_a_scenario_without_terminals_is_refused() -> None:
    assert "terminal" in faults(HEAD)


def test_text_that_is_not_toml_says_where() -> None:
    with pytest.raises(ScenarioError, match="not TOML"):
        read("name = ")


def test_a_horizon_becomes_a_mask_at_every_degree() -> None:
    scenario = read(HEAD + KYIV + "horizon_deg = [[350, 10], [10, 30]]\n")
    mask = scenario.terminals[0].horizon
    assert mask is not None
    assert np.degrees(mask[[350, 0, 10]]) == pytest.approx([10, 20, 30])


def test_a_horizon_file_is_read_and_a_missing_one_named() -> None:
    text = HEAD + KYIV + "obstructions = 'houses.csv'\n"
    with pytest.raises(ScenarioError, match=r"terminal\[0\]\.obstructions.*houses\.csv"):
        read(text)
    mask = read(text, {"houses.csv": "0,20\n180,40\n"}).terminals[0].horizon
    assert mask is not None
    assert np.degrees(mask[90]) == pytest.approx(30)


def test_scattered_terminals_fill_their_circle_and_repeat_with_the_seed() -> None:
    text = HEAD + (
        "[[scatter]]\nname = 's'\ncount = 500\ncentre_latitude_deg = 89.9\ncentre_longitude_deg = 180\nradius_km = 500\n"
    )
    first, second = read(text), read(text)
    latitude = np.array([t.latitude_rad for t in first.terminals])
    assert [t.longitude_rad for t in first.terminals] == [t.longitude_rad for t in second.terminals]
    assert len({t.name for t in first.terminals}) == 500
    assert np.degrees(latitude.min()) == pytest.approx(89.9 - 500 / 111.2, abs=0.6)
    other = read(text + "\n".replace("seed", ""), None)
    assert other.terminals[0].latitude_rad == first.terminals[0].latitude_rad
    assert read("seed = 2\n" + text).terminals[0].latitude_rad != first.terminals[0].latitude_rad


_KEYS = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
_VALUES = st.recursive(
    st.one_of(st.integers(-(2**70), 2**70), st.floats(), st.booleans(), st.text(max_size=8).filter(str.isprintable)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_KEYS, inner, max_size=3)),
    max_leaves=6,
)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


@given(
    key=st.sampled_from(["name", "start", "slots", "seed", "fleet", "sky", "schedule", "lasers", "gateways", "latency"])
    | st.sampled_from(["terminal", "scatter"])
    | _KEYS,
    value=_VALUES,
)
@settings(max_examples=300, deadline=None)
def test_no_value_of_any_key_ends_in_anything_but_a_scenario_or_its_faults(key: str, value: Any) -> None:
    try:
        scenario = read(f"{key} = {_toml(value)}\n" + (HEAD if key not in HEAD else "") + KYIV)
    except ScenarioError as error:
        assert str(error)
    else:
        assert all(np.isfinite([t.latitude_rad, t.longitude_rad]).all() for t in scenario.terminals)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_no_text_ends_in_anything_but_a_scenario_or_its_faults(text: str) -> None:
    with pytest.raises(ScenarioError):
        read(text)
