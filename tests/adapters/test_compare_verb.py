"""`hudhud compare A B` as its user meets it, and the tables both verbs print."""

import argparse
import dataclasses
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from hudhud.adapters.cli import compare
from hudhud.adapters.cli.show import show_result
from hudhud.adapters.store.results import write_result
from hudhud.errors import InputError, ResultError
from hudhud.report.result import Result
from result_factory import FIJI, UKRAINE, plausible, provenance, scattered, world


def _parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hudhud")
    compare.add(parser.add_subparsers(required=True))
    return parser.parse_args(["compare", *words])


def _run(*words: str) -> int:
    arguments = _parsed(*words)
    code: int = arguments.verb(arguments)
    return code


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    here = tmp_path_factory.mktemp("results")
    a = plausible(UKRAINE, slots=20)
    b = dataclasses.replace(plausible(UKRAINE[1:], slots=16, fleet=2400), provenance=provenance(seed=9))
    return str(write_result(a, here / "a")), str(write_result(b, here / "b"))


def test_two_results_stand_side_by_side_in_80_columns(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert _run(*folders) == 0
    out = capsys.readouterr().out
    assert "5 terminals and 16 slots in common" in out
    assert "Left out, only in A: 4 slots and 1 terminal (Київ)" in out
    assert "Made differently" in out
    assert "Харків" in out


def test_json_is_all_that_is_printed(folders: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(*folders, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["slots_compared"] == 16
    assert told["terminals_only_in_first"] == ["Київ"]
    assert {"first", "second", "difference"} == set(told["all_terminals"]["rtt_median_ms"])


def test_a_result_and_itself_are_said_to_be_made_alike(
    folders: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(folders[0], folders[0]) == 0
    assert "Made alike" in capsys.readouterr().out


def test_both_unreadable_folders_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=r"(?s)one.*two"):
        _run(str(tmp_path / "one"), str(tmp_path / "two"))


def test_nothing_in_common_is_an_error_and_not_an_empty_table(folders: tuple[str, str], tmp_path: Path) -> None:
    write_result(plausible(FIJI, slots=4), tmp_path / "fiji")
    with pytest.raises(ResultError, match="nothing in common"):
        _run(folders[0], str(tmp_path / "fiji"))


def test_a_missing_second_folder_and_misplaced_options_are_all_told(folders: tuple[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        _run(folders[0], "--mask", "true", "--pair", "Rio", "Saint", "--step", "1")
    assert [fault.where for fault in caught.value.faults] == ["B", "--mask", "--pair", "--step"]


def test_the_word_hypatia_goes_to_the_suite_with_its_options(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[argparse.Namespace] = []
    suite = SimpleNamespace(command=lambda arguments: seen.append(arguments) or 0)
    monkeypatch.setattr("hudhud.adapters.cli.hypatia", suite, raising=False)
    words = "hypatia --json --mask both --constellation Starlink Kuiper --pair A B --pair C D --duration 60 --step 0.1"
    assert _run(*words.split(), "--picture", "x.png") == 0
    (told,) = seen
    assert (told.json, told.mask, told.picture) == (True, "both", Path("x.png"))
    assert told.constellations == ["Starlink", "Kuiper"]
    assert told.pairs == [["A", "B"], ["C", "D"]]
    assert (told.duration_s, told.step_s) == (60.0, 0.1)
    with pytest.raises(InputError, match="takes no second name"):
        _run("hypatia", "results/x")


def _shown(result: Result, width: int = 80) -> str:
    text = io.StringIO()
    show_result(result, Console(file=text, width=width, highlight=False))
    return text.getvalue()


@pytest.mark.parametrize("count", [1, 6])
def test_few_terminals_each_have_a_line(count: int) -> None:
    text = _shown(plausible(UKRAINE[:count], slots=20))
    assert all(name in text for name, _, _ in UKRAINE[:count])
    assert ("all terminals" in text) == (count > 1)
    assert "synthetic, not real satellites" in text


def test_many_terminals_are_shown_as_totals_distribution_and_the_worst() -> None:
    text = _shown(world(count=120, slots=6))
    assert "All terminals together" in text
    assert "How the 120 terminals differ" in text
    assert "The five served worst" in text
    assert len(text.splitlines()) < 45


def test_a_long_name_gives_way_and_no_number_does() -> None:
    text = _shown(
        plausible((("Llanfairpwllgwyngyllgogerychwyrndrobwll", 53.2, -4.2), ("[bold]x", 32.3, 36.3)), slots=20)
    )
    lines = text.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    assert "…" in next(line for line in lines if line.startswith("Llan"))
    assert any(line.startswith("[bold]x") for line in lines)
    assert all("…" not in line[20:] for line in lines)


@pytest.mark.parametrize(("slots", "terminals"), [(10, 3), (10, 30), (0, 2), (4, 0)])
def test_runs_without_service_slots_or_terminals_are_shown_without_numbers(slots: int, terminals: int) -> None:
    text = _shown(scattered(np.random.default_rng(1), slots, terminals, served=0.0))
    assert "nan" not in text
    assert f"{slots} slots" in text
