"""The verb `hudhud simulate`, run as its user runs it."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from hudhud.adapters import run as runs
from hudhud.adapters.cli.main import main
from hudhud.adapters.store.results import read_result
from hudhud.errors import MissingExtraError
from small_runs import HEAD, KYIV, SHORT, written

FILES = {"result.nc", "scenario.toml", "summary.json"}


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Plays a scenario over the small fleet.  Returns exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def played(*options: str, scenario: str = SHORT, picture: bool = False) -> tuple[int, str, str]:
        text, fleet = written(tmp_path, scenario)
        drawn = [] if picture else ["--no-picture"]
        code = main(["simulate", str(text), "--elements", str(fleet), *drawn, *options])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return played


def names(folder: str | Path) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def test_a_table_is_printed_and_a_folder_named_after_the_scenario_holds_the_result(play) -> None:
    code, out, err = play()
    assert (code, err) == (0, "")
    assert out.startswith("short: 2 terminals, 2 slots of 15 s")
    assert "fleet.csv (real elements)" in out and "720 operational" in out
    assert "Kyiv" in out and "Одеса" in out and "all terminals" in out
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 80
    assert names("results/short") == FILES
    assert read_result("results/short").terminals.names == ("Kyiv", "Одеса")
    assert Path("results/short/scenario.toml").read_text(encoding="utf-8") == SHORT


def test_json_is_all_that_is_printed_and_quiet_changes_nothing_of_it(play) -> None:
    code, out, err = play("--json", "--output", "a")
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["fleet"]["sha256"] == hashlib.sha256(Path("fleet.csv").read_bytes()).hexdigest()
    assert told["period"] == {
        "start": "2026-05-30T18:00:12Z",
        "end": "2026-05-30T18:00:42Z",
        "slots": 2,
        "slot_s": 15,
    }
    assert told["folder"] == "a" and told["picture"] is None
    assert [terminal["name"] for terminal in told["terminals"]] == ["Kyiv", "Одеса"]
    assert play("--json", "--quiet", "--output", "a") == (0, out, "")


def test_quiet_is_quiet(play) -> None:
    assert play("--quiet") == (0, "", "")
    assert names("results/short") == FILES


def test_the_picture_is_drawn_beside_the_result_and_named(play) -> None:
    code, out, err = play(picture=True)
    assert (code, err) == (0, "")
    assert "picture: results/short/picture.png" in out
    assert Path("results/short/picture.png").read_bytes().startswith(b"\x89PNG")


def test_an_older_picture_does_not_stay_beside_a_newer_result(play) -> None:
    play(picture=True)
    play("--seed", "2")
    assert names("results/short") == FILES


def test_without_matplotlib_the_result_is_complete_and_the_way_to_a_picture_is_told(
    play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise MissingExtraError("matplotlib", "plot", "the picture of a result")

    monkeypatch.setattr("hudhud.adapters.picture.draw_result", missing)
    code, out, err = play(picture=True)
    assert code == 0 and "all terminals" in out and "picture:" not in out
    assert "pip install 'hudhud[plot]'" in " ".join(err.split())
    assert play("--quiet", picture=True) == (0, "", "")
    assert json.loads(play("--json", picture=True)[1])["picture"] is None


def test_a_picture_that_cannot_be_written_is_told_and_the_result_stays(play, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", full)
    code, _, err = play(picture=True)
    assert code == 2 and "No space left" in err and "the result beside it is complete" in err
    assert read_result("results/short").name == "short"


def test_options_stand_in_for_the_scenario_s_start_slots_and_seed(play) -> None:
    _, out, _ = play("--json", "--start", "2026-05-30T19:00:00Z", "--slots", "1", "--seed", "7", "--engine", "sgp4")
    told = json.loads(out)
    assert told["period"]["start"] == "2026-05-30T18:59:57Z" and told["period"]["slots"] == 1
    assert told["seed"] == 7 and told["engine"] == "sgp4"


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (("--slots", "0"), "slots: must be at least 1; found 0"),
        (("--slots", "-1"), "slots: must be at least 1"),
        (("--slots", "1000000000"), "slots: must be at most"),
        (("--seed", "-1"), "seed: must be at least 0"),
        (("--seed", "9" * 30), "seed: must be at most 9223372036854775807"),
        (("--start", "garbage"), "start: 'garbage' is not an instant"),
        (("--start", ""), "start: '' is not an instant"),
        (("--start", "2026-05-30"), "is not an instant"),
        (("--start", "1956-01-01T00:00:00Z"), "the year must lie between 1957 and 2199"),
        (("--start", "2020-01-01T00:00:00Z"), "take elements of that date"),
        (("--slots", "100000"), "raise the limit: `maximum_element_age_days` of a scenario"),
    ],
)
def test_options_that_cannot_be_are_refused_in_words(play, options: tuple[str, ...], where: str) -> None:
    code, out, err = play(*options)
    assert (code, out) == (2, "")
    assert err.startswith("hudhud: ") and where in err
    assert not Path("results").exists()


@pytest.mark.parametrize("options", [("--slots", "1e9"), ("--slots", "x"), ("--engine", "x"), ("--nonsense",)])
def test_usage_that_cannot_be_parsed_exits_with_2(play, options: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        play(*options)
    assert caught.value.code == 2


def test_names_in_many_scripts_and_of_any_length_make_a_folder_inside_results(play) -> None:
    for name in ("هدهد", "漢" * 150, "../../etc/passwd", "..", "a/b\\c", "𠀀" * 100):
        code, _, err = play("--quiet", scenario=SHORT.replace("short", name.replace("\\", "\\\\")))
        assert (code, err) == (0, "")
    made = sorted(Path("results").iterdir())
    assert len(made) == 6 and all(names(folder) == FILES for folder in made)
    assert {"هدهد", "result", "etc-passwd", "a-b-c"} < {folder.name for folder in made}


# -------------------------------------------------------------------------------------------------------- the folder


def test_an_earlier_result_is_replaced_by_a_later_one(play) -> None:
    play("--quiet", "--output", "r")
    play("--quiet", "--output", "r", "--seed", "5")
    assert read_result("r").provenance.seed == 5


@pytest.mark.parametrize("name", ["thesis.doc", "scenario.toml", "summary.json", "picture.png"])
def test_a_folder_of_somebody_else_is_left_alone_be_its_files_named_like_ours(play, name: str) -> None:
    Path("r").mkdir()
    Path("r", name).write_text("{}", encoding="utf-8")
    code, out, err = play("--output", "r")
    assert (code, out) == (2, "") and "is no result of hudhud" in err and name in err
    assert names("r") == {name} and Path("r", name).read_text(encoding="utf-8") == "{}"


def test_a_place_where_no_folder_can_be_is_refused_before_the_work(play, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: object, **__: object) -> None:
        raise AssertionError("worked in vain")

    monkeypatch.setattr(runs, "run", work)
    Path("file").write_text("x", encoding="utf-8")
    Path("dangling").symlink_to("nowhere")
    for place in ("file", "file/under", "dangling", "n" * 300, "/dev/null", "."):
        code, out, err = play("--output", place)
        assert (code, out) == (2, ""), place
        assert err.startswith("hudhud: ") and "choose another" in err, place


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(play, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o555)
    for place in ("locked", "locked/under"):
        code, _, err = play("--output", place)
        assert code == 2 and "may not be written to" in err


def test_an_empty_folder_and_a_link_to_one_are_taken(play) -> None:
    Path("empty").mkdir()
    Path("link").symlink_to("empty")
    assert play("--quiet", "--output", "link") == (0, "", "")
    assert names("empty") == FILES


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemError("a kernel was interrupted")])
def test_an_interruption_leaves_nothing_behind(play, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    if isinstance(error, SystemError):
        error.__cause__ = KeyboardInterrupt()

    def stopped(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("hudhud.adapters.store.netcdf3.write", stopped)
    assert play("--output", "r/deep") == (130, "", "hudhud: interrupted\n")
    assert not Path("r/deep").exists() and not names("r")


def test_two_runs_into_one_new_folder_leave_one_whole_result(play, monkeypatch: pytest.MonkeyPatch) -> None:
    from hudhud.adapters.store import netcdf3

    write = netcdf3.write

    def overtaken(*arguments: object) -> None:
        monkeypatch.setattr(netcdf3, "write", write)
        assert (
            main(["simulate", "short.toml", "--elements", "fleet.csv", "--no-picture", "--quiet", "--output", "r"]) == 0
        )
        write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(netcdf3, "write", overtaken)
    assert play("--quiet", "--output", "r", "--seed", "9") == (0, "", "")
    assert read_result("r").provenance.seed == 9 and names("r") == FILES


# ------------------------------------------------------------------------------------------- corners of the world


def test_poles_and_the_antimeridian_are_places_like_others(play) -> None:
    corners = (
        ("N", 90, 0),
        ("S", -90, 180),
        ("east", 10, 180),
        ("west", 10, -180),
        ("round", 10, 360),
        ("zero", 10, 0),
    )
    text = HEAD + "".join(
        KYIV.replace("Kyiv", name).replace("50.45", str(lat)).replace("30.52", str(lon)) for name, lat, lon in corners
    )
    _, out, _ = play("--json", scenario=text)
    told = {terminal["name"]: terminal for terminal in json.loads(out)["terminals"]}
    assert told["N"]["in_reach_max"] == told["S"]["in_reach_max"] == 0  # the shell ends at 53 degrees
    assert set(told["N"]["outages"]) == {"no_satellite_in_view"}
    for one, other in (("east", "west"), ("round", "zero")):
        assert told[one]["in_reach_median"] == told[other]["in_reach_median"]


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ('[gateways]\nsites = "none"\n', "no_route"),
        ("[gateways]\nantennas = 0\n", "no_route"),
        ("[fleet]\nfailed_share = 1\n", "no_satellite_in_view"),
        ("[sky]\nminimum_elevation_deg = 89.999\n", "no_satellite_in_view"),
    ],
)
def test_without_gateways_or_satellites_nobody_is_served_and_the_reason_is_told(play, rules: str, reason: str) -> None:
    code, out, err = play("--json", scenario=HEAD + rules + KYIV)
    every = json.loads(out)["all_terminals"]
    assert (code, err) == (0, "")
    assert every["availability"] == 0 and every["rtt_median_ms"] is None and every["outages"] == {reason: 1}
    code, out, _ = play(scenario=HEAD + rules + KYIV)
    assert code == 0 and "0.0 %" in out and "nan" not in out


def test_a_fleet_without_one_satellite_in_service_serves_nobody(play, tmp_path: Path) -> None:
    from elements_factory import as_csv, omm_records

    (tmp_path / "high.csv").write_bytes(as_csv(omm_records(3, MEAN_MOTION=1.0027)))
    code, out, _ = play("--json", "--elements", "high.csv")
    told = json.loads(out)
    assert code == 0 and told["fleet"]["satellites"]["unusable"] == 3
    assert told["all_terminals"]["outages"] == {"no_satellite_in_view": 1}
