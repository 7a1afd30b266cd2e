"""`hudhud fleet` as its user meets it."""

import argparse
import json
from pathlib import Path

import pytest

from elements_factory import as_csv, omm_records
from hudhud.adapters.cli import fleet
from hudhud.adapters.cli.main import main
from hudhud.adapters.store import catalogue
from hudhud.errors import ElementsError, InputError
from shared_data import shared_data


def run(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="hudhud")
    fleet.add(parser.add_subparsers())
    arguments = parser.parse_args(["fleet", *words])
    return int(arguments.verb(arguments))


def test_without_a_file_the_embedded_fleet_is_shown_and_called_synthetic(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    printed = capsys.readouterr().out
    assert "synthetic" in printed and "9,599 satellites" in printed
    assert "72 x 18" in printed and "starlink-gen1-2" in printed


def test_lines_fit_a_terminal_of_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    run()
    run(str(shared_data("elements/starlink-2026-05-30.omm.csv.gz")))
    tables = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("/")]
    assert max(map(len, tables)) <= 80
    assert not any("…" in line for line in tables)


def test_a_file_is_shown_with_what_could_not_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = omm_records(20)
    for k in range(7):
        records[k]["ECCENTRICITY"] = 7
    (tmp_path / "[bold]x.csv").write_bytes(as_csv(records))
    assert run(str(tmp_path / "[bold]x.csv")) == 0
    printed = capsys.readouterr().out
    assert "[bold]x.csv" in printed
    assert "7 records quarantined" in printed
    assert "line 2: ECCENTRICITY is '7', expected 0 <= e < 1 (STARLINK-3000 49131)" in printed
    assert "and 2 more" in printed


def test_json_goes_to_standard_output_alone_and_holds_every_quarantined_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = omm_records(20)
    records[4]["EPOCH"] = "never"
    (tmp_path / "x.csv").write_bytes(as_csv(records))
    run(str(tmp_path / "x.csv"), "--json")
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert err == ""
    assert told["satellites"] == 19 and told["synthetic"] is False and told["format"] == "OMM CSV"
    assert told["status"] == {"operational": 19, "raising": 0, "deorbiting": 0, "failed": 0, "unusable": 0}
    assert told["quarantined"][0]["position"] == 6
    assert told["shells"][0]["planes"] == 1
    assert told["epochs"]["typical"] == "2026-05-30T06:00:00Z"


def test_the_real_fleet_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    run(str(shared_data("elements/starlink-2026-05-30.omm.csv.gz")), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["satellites"] == 10_395 == sum(told["status"].values()) == sum(told["generation"].values())
    assert sum(shell["satellites"] for shell in told["shells"]) == told["status"]["operational"]
    assert {"v1_0", "v1_5", "v2_mini", "direct_to_cell"} == set(told["generation"])


def test_a_bad_file_and_stray_options_are_errors_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(ElementsError, match="cannot be read"):
        run(str(tmp_path / "none"))
    with pytest.raises(InputError, match="belongs to `hudhud fleet fetch`"):
        run("--group", "starlink")
    with pytest.raises(InputError, match="two sources"):
        run("fetch", "--group", "starlink", "--url", "http://127.0.0.1/")


class _Answer:
    status = 200

    def __init__(self, body: bytes) -> None:
        self.headers: dict[str, str] = {}
        self._body = body

    def read(self, _: int) -> bytes:
        body, self._body = self._body, b""
        return body

    def close(self) -> None:
        pass


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A network that knows one catalogue; the addresses it was asked for."""
    asked: list[str] = []

    def opener(request: object, _: float) -> _Answer:
        asked.append(request.full_url)  # type: ignore[attr-defined]
        return _Answer(as_csv(omm_records(12)))

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(catalogue, "http_opener", lambda: opener)
    return asked


def test_fetch_prints_the_path_and_nothing_else_to_standard_output(
    served: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fetch") == 0
    out, err = capsys.readouterr()
    assert len(catalogue.read_elements(out.strip()).elements) == 12
    assert "12 satellites" in err and "next at" in err
    assert served == ["https://celestrak.org/NORAD/elements/gp.php?GROUP=starlink&FORMAT=csv"]
    assert run("fetch") == 0
    out_again, err_again = capsys.readouterr()
    assert out_again == out and "not asked again" in err_again and len(served) == 1


def test_fetch_writes_where_it_is_told_and_tells_it_in_json(
    served: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "oneweb.csv"
    run("fetch", "--group", "oneweb", "--output", str(target), "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["path"] == str(target) and told["state"] == "downloaded" and told["satellites"] == 12
    assert target.read_bytes() == as_csv(omm_records(12))


def test_an_output_that_cannot_be_written_is_wrong_usage_and_the_elements_are_kept(
    served: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    for target in (tmp_path, tmp_path / "file" / "below.csv"):
        assert main(["fleet", "fetch", "--output", str(target)]) == 2
        told = capsys.readouterr().err
        assert f"--output {target}: cannot be written" in told
        kept = told.split("the elements were fetched and are at ")[1].strip()
        assert len(catalogue.read_elements(kept).elements) == 12
    assert len(served) == 1


def test_one_satellite_is_one_satellite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.csv").write_bytes(as_csv(omm_records(1)))
    assert run(str(tmp_path / "one.csv")) == 0
    assert "\n1 satellite, OMM CSV" in capsys.readouterr().out
