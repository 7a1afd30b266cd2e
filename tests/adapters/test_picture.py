"""The picture of a run: drawn for every kind of run, always the same, and never with a warning."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hudhud.errors import MissingExtraError
from hudhud.report.result import Result
from result_factory import FIJI, SOUTH_POLE, UKRAINE, plausible, provenance, scattered, world

pytest.importorskip("matplotlib")

from hudhud.adapters.picture import draw_result  # after the check that it can be drawn at all

_SQUARE = np.array([[20.0, 45.0], [40.0, 45.0], [40.0, 55.0], [20.0, 55.0], [20.0, 45.0]])
_FAR_EAST = np.array([[170.0, -20.0], [180.0, -20.0], [180.0, -10.0], [170.0, -10.0], [170.0, -20.0]])
_COAST = [[-180.0, -75.0], [-90.0, -72.0], [0.0, -70.0], [90.0, -68.0], [180.0, -75.0]]
_ANTARCTICA = np.array([*_COAST, [180.0, -90.0], [-180.0, -90.0], [-180.0, -75.0]])
_OPEN_LINE = np.array([[0.0, 0.0], [10.0, 10.0], [30.0, 50.0]])
_OUTLINES = [_SQUARE, _FAR_EAST, _ANTARCTICA, _OPEN_LINE]


def _size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: plausible(UKRAINE, slots=60), id="six terminals"),
        pytest.param(lambda: plausible(UKRAINE[:1], slots=1), id="one terminal, one slot"),
        pytest.param(lambda: plausible(FIJI, slots=12), id="over the antimeridian"),
        pytest.param(lambda: plausible(SOUTH_POLE, slots=12), id="at the pole"),
        pytest.param(lambda: world(count=60, slots=6), id="world-wide"),
        pytest.param(lambda: scattered(np.random.default_rng(1), 8, 3, served=0.0), id="never served"),
        pytest.param(lambda: scattered(np.random.default_rng(1), 8, 12, served=0.0), id="many never served"),
        pytest.param(lambda: scattered(np.random.default_rng(1), 8, 0), id="no terminal"),
        pytest.param(lambda: scattered(np.random.default_rng(1), 0, 2), id="no slot"),
    ],
)
def test_every_kind_of_run_gets_its_picture(tmp_path: Path, make: Any) -> None:
    path = draw_result(make(), _OUTLINES, tmp_path / "picture.png")
    assert _size(path) == (1600, 1000)


def test_a_picture_needs_no_outlines(tmp_path: Path) -> None:
    assert _size(draw_result(plausible(UKRAINE, slots=4), [], tmp_path / "p.png")) == (1600, 1000)


def test_the_same_result_gives_the_same_bytes(tmp_path: Path) -> None:
    result = plausible(UKRAINE, slots=12)
    a, b = (draw_result(result, _OUTLINES, tmp_path / name).read_bytes() for name in ("a.png", "b.png"))
    assert a == b


def test_names_are_letters_and_not_formulas(tmp_path: Path) -> None:
    names = ("$\\frac$", "مخيم الزعتري", "東京", "x" * 300, "")
    places = tuple((name, 50.0 - n, 30.0 + n) for n, name in enumerate(names))
    result = plausible(places, slots=4)
    odd = dataclasses.replace(
        result, name="$^$ _ %", provenance=provenance(elements_source="$x" * 60, status_counts=())
    )
    draw_result(odd, [], tmp_path / "p.png")


def _pixels(path: Path) -> Any:
    from matplotlib.image import imread

    return np.round(imread(path)[..., :3] * 255).astype(int)


def _has_colour(picture: Any, hexadecimal: str) -> bool:
    colour = [int(hexadecimal[n : n + 2], 16) for n in (1, 3, 5)]
    return bool((np.abs(picture - colour).max(axis=-1) <= 2).any())


def _with_outage(result: Result, *, lost: bool) -> Result:
    outcome = np.zeros_like(result.outcome)
    if lost:
        outcome[5:8] = 5
    gone = outcome != 0
    return dataclasses.replace(
        result,
        outcome=outcome,
        rtt_s=np.where(gone, np.nan, 0.03),
        satellite=np.where(gone, -1, 1).astype(np.int32),
        gateway=np.where(gone, -1, 1).astype(np.int32),
    )


def test_outages_are_marked_and_only_they(tmp_path: Path) -> None:
    result = scattered(np.random.default_rng(1), 20, 2, served=1.0)
    red = "#B42318"
    assert _has_colour(_pixels(draw_result(_with_outage(result, lost=True), [], tmp_path / "a.png")), red)
    assert not _has_colour(_pixels(draw_result(_with_outage(result, lost=False), [], tmp_path / "b.png")), red)


def test_a_missing_matplotlib_is_named_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hudhud\[plot\]'"):
        draw_result(plausible(UKRAINE, slots=1), [], tmp_path / "p.png")
