"""Horizons and obstruction maps."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.earth import Sites
from hudhud.errors import InputError
from hudhud.sky.mask import behind_horizon, behind_map, horizon_mask, read_obstructions

CLEAR = [1.0] * 123**2


def answer(**changes: object) -> str:
    fields = {"numRows": 123, "numCols": 123, "snr": CLEAR, "minElevationDeg": 10, "maxThetaDeg": 80}
    return json.dumps({"dishGetObstructionMap": {**fields, "mapReferenceFrame": "FRAME_EARTH", **changes}})


def hidden_at(row: int, column: int) -> np.ndarray:
    values = np.ones((123, 123), dtype=np.float32)
    values[row, column] = 0.0
    return values


@pytest.mark.parametrize(
    ("row", "column", "azimuth_deg", "elevation_deg"),
    [
        (61, 61, 0, 90),
        (0, 61, 0, 90 - 61 * 80 / 62),
        (61, 122, 90, 90 - 61 * 80 / 62),
        (122, 61, 180, 11.3),
        (61, 30, 270, 50),
    ],
)
def test_the_map_has_north_at_its_top_and_east_on_its_right(row, column, azimuth_deg, elevation_deg):
    az, el = np.radians(azimuth_deg), np.radians(elevation_deg)
    assert behind_map(hidden_at(row, column), az, el)
    assert not behind_map(1 - hidden_at(row, column) + hidden_at(row, column), az, el)
    values = 1 - hidden_at(row, column)  # all hidden but that pixel
    assert not behind_map(values.astype(np.float32), az, el)


def test_directions_without_a_measurement_or_below_the_map_are_clear():
    unknown = np.full((123, 123), -1, dtype=np.float32)
    assert not behind_map(unknown, np.array([0.0, 1.0]), np.array([1.0, 0.5])).any()
    assert not behind_map(np.zeros((123, 123), np.float32), np.array(0.0), np.radians(5.0))
    assert behind_map(np.zeros((123, 123), np.float32), np.array(0.0), np.radians(12.0))


def test_half_the_signal_is_clear_and_less_is_hidden():
    for value, hidden in ((0.0, True), (0.49, True), (0.5, False), (1.0, False), (-1.0, False)):
        assert bool(behind_map(np.full((123, 123), value, np.float32), np.array(1.0), np.array(1.0))) is hidden


@given(
    corners=st.dictionaries(st.integers(0, 359), st.floats(-90, 90), min_size=1, max_size=12),
    azimuth=st.floats(0, 359.99),
)
@settings(max_examples=80, deadline=None)
def test_a_horizon_goes_straight_from_corner_to_corner_round_the_circle(corners, azimuth):
    azimuths, elevations = np.radians(list(corners)), np.radians(list(corners.values()))
    mask = horizon_mask(azimuths, elevations)
    assert mask[list(corners)] == pytest.approx(elevations, abs=1e-12)
    assert elevations.min() - 1e-12 <= mask.min() and mask.max() <= elevations.max() + 1e-12
    expected = np.interp(azimuth, np.arange(361), np.append(mask, mask[0]))
    assert behind_horizon(mask, np.radians(azimuth), np.asarray(expected - 1e-6))
    assert not behind_horizon(mask, np.radians(azimuth), np.asarray(expected + 1e-6))


def test_three_forms_of_obstructions_are_read():
    masks, maps = read_obstructions("azimuth_deg,elevation_deg\n0,10\n\n# a tree\n90, 30\n")
    assert masks.shape == (1, 360) and maps.shape == (0, 123, 123)
    assert np.degrees(masks[0, [0, 45, 90, 225]]) == pytest.approx([10, 20, 30, 20])
    masks, maps = read_obstructions('{"horizon_deg": [[0, 10], [90, 30]]}')
    assert np.degrees(masks[0, 45]) == pytest.approx(20)
    masks, maps = read_obstructions(answer(snr=[0.0, *CLEAR[1:]]))
    assert masks.shape == (0, 360) and maps[0, 0, 0] == 0.0 and maps[0, 0, 1] == 1.0
    flat = json.loads(answer())["dishGetObstructionMap"]
    snake = {"num_rows": 123, "num_cols": 123, "snr": flat["snr"], "max_theta_deg": 80, "map_reference_frame": 1}
    assert read_obstructions(json.dumps(snake))[1].shape == (1, 123, 123)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing in it"),
        ("0,10,20", "is not an azimuth and an elevation"),
        ("0,ten", "is not an azimuth"),
        ("400,10", "must be 0 to 360"),
        ("0,nan", "must be 0 to 360"),
        ("0,10\n360,20", "another elevation"),
        ("{", "not"),
        ("[1, 2]", "neither horizon_deg nor snr"),
        ('{"horizon_deg": 3}', "must be a list"),
        ('{"horizon_deg": [3]}', "horizon_deg.0.: 3 is not"),
        ("[" * 100_000, "is not"),
        (answer(mapReferenceFrame="FRAME_UT"), "stands still with the Earth"),
        (answer(numRows=64), "only 123"),
        (answer(maxThetaDeg=45), "only 80"),
        (answer(snr=[1.0, 0.0]), "2 values"),
        (answer(snr="x"), "str"),
        (answer(snr=[*CLEAR[:-1], 7.0]), "0 to 1"),
        (answer(snr=[*CLEAR[:-1], "NaN"]), "'NaN'"),
    ],
)
def test_obstructions_that_cannot_be_used_are_refused_with_the_reason(text, words):
    with pytest.raises(InputError, match=words):
        read_obstructions(text)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        masks, maps = read_obstructions(text)
    except InputError:
        return
    assert len(masks) + len(maps) == 1


def test_a_mask_of_a_group_is_refused():
    from hudhud.sky import Limits, watch

    limits = Limits.same(1, minimum_elevation_rad=0.4)
    values = {name: getattr(limits, name) for name in limits.__slots__}
    own = {**values, "spread_m": np.ones(1), "mask": np.zeros(1, np.int32), "masks": np.zeros((1, 360))}
    with pytest.raises(InputError, match="belongs to one place"):
        watch(Sites.at(["a"], [0.0], [0.0]), Limits(**own), 7e6)
