"""Records on a disk as their users meet them: runs, maps and impacts that take their decisions from one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hudhud.adapters import run as runs
from hudhud.adapters.cli.main import main
from hudhud.adapters.decisions import territory_of
from hudhud.adapters.labelled import to_xarray
from hudhud.adapters.recorded import atlas, recorded
from hudhud.adapters.store.results import read_result, write_result
from hudhud.errors import RecordError
from hudhud.record.sitting import Sitting
from hudhud.record.trust import TRUST, trust_bytes
from hudhud.service.recorded import compile
from hudhud.service.vocabulary import Containment, ServiceState
from service.record_world import DAY_S, DEMO, HOUR_S, START_S, effect, granted, instant

AT = "2026-05-30T18:00:12Z"
SCENARIO = f"""
name = "Clinics"
start = "{AT}"
slots = 8

[[terminal]]
name = "Ostrava"
latitude_deg = 49.84
longitude_deg = 18.29

[[terminal]]
name = "Kosice"
latitude_deg = 48.72
longitude_deg = 21.26
"""
DRAFT = """
[[decision]]
id = "clinics"
title_en = "Clinics"
title_ar = "عيادات"
territories = ["SVK"]
classes = ["medical"]
state = "served_restricted"
reasons = ["safety_of_life"]
start = "2026-06-01T00:00:00Z"
until = "2026-06-10T00:00:00Z"
review_by = "2026-06-05T00:00:00Z"

[decision.conditions]
motion = "fixed"
maximum_rate_mbit_s = 20
"""


@pytest.fixture(scope="module")
def history() -> tuple[Sitting, str, str]:
    """The Czech land was granted service for an hour and a minute; the leaves of the request and of the release."""
    made = Sitting(DEMO, START_S - HOUR_S)
    leaf = granted(made, effect(territory_of("CZE", Containment.FULL), made.now_s, HOUR_S + 60))
    entry = made.release(compile(made.record(), instant(made.now_s), atlas()).digest)
    return made, leaf, entry


@pytest.fixture(scope="module")
def folder(history: tuple[Sitting, str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("record")
    for name, data in {**history[0].log.files, TRUST: trust_bytes(DEMO.trust)}.items():
        (found / "public" / name).parent.mkdir(parents=True, exist_ok=True)
        (found / "public" / name).write_bytes(data)
    return found


def test_a_run_obeys_the_record_in_a_folder(history: tuple[Sitting, str, str], folder: Path, tmp_path: Path) -> None:
    _, leaf, entry = history
    loaded = runs.prepare(SCENARIO, record=folder, engine="sgp4")
    result = runs.run(loaded)
    assert result.permitted.tolist() == [[n < 4, False] for n in range(8)]
    assert result.decisions == ("ground", leaf) and result.releases == (entry,)
    assert result.provenance.record.startswith(f"{DEMO.trust.log}, ") and "demonstration" in result.provenance.record
    again = read_result(write_result(result, tmp_path / "result"))
    assert again.releases == result.releases and again.provenance == result.provenance
    told = to_xarray(again)
    assert told["service_map_release"].values.tolist() == [entry] and told.attrs["record"] == result.provenance.record


def test_the_record_takes_the_place_of_the_decisions_of_a_scenario(folder: Path) -> None:
    scenario = SCENARIO + "\n[service]\nstanding = true\n"
    assert runs.prepare(scenario, record=folder).world.service.authority.ids[0] == "ground"


def test_the_verb_plays_a_record_and_tells_which(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "clinics.toml").write_text(SCENARIO, encoding="utf-8")
    output = tmp_path / "out"
    words = [
        "simulate",
        str(tmp_path / "clinics.toml"),
        "--record",
        str(folder),
        "--output",
        str(output),
        "--no-picture",
    ]
    assert main(words) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Obeyed: the record example.invalid/hudhud-demonstration" in text
    summary = json.loads((output / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["releases"]) == 1 and summary["warnings"] == []


def test_a_release_that_does_not_fit_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = Sitting(DEMO, START_S - HOUR_S)
    granted(made, effect(territory_of("CZE", Containment.FULL), made.now_s, DAY_S))
    made.release("ab" * 32)
    for name, data in {**made.log.files, TRUST: trust_bytes(DEMO.trust)}.items():
        (tmp_path / "record" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "record" / name).write_bytes(data)
    (tmp_path / "clinics.toml").write_text(SCENARIO, encoding="utf-8")
    words = ["simulate", str(tmp_path / "clinics.toml"), "--record", str(tmp_path / "record"), "--no-picture"]
    assert main([*words, "--output", str(tmp_path / "out"), "--slots", "2"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Warning: entry 10 releases map abababababab for 2026-05-30T17:00:12Z, but its entries prove" in text


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("2026-05-29T18:00:12Z", "the run begins before the record, which begins at 2026-05-30T17:00:12Z"),
        ("2026-05-30T17:00:27Z", "no release was witnessed before the run begins"),
        ("2026-05-30T17:01:12Z", ""),
    ],
)
def test_a_run_outside_the_time_of_the_record_is_warned_of(
    start: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Sitting(DEMO, START_S - HOUR_S)
    granted(made, effect(territory_of("CZE", Containment.FULL), made.now_s, DAY_S))
    made.wait(60)
    made.release(compile(made.record(), instant(made.now_s), atlas()).digest)
    for name, data in {**made.log.files, TRUST: trust_bytes(DEMO.trust)}.items():
        (tmp_path / "record" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "record" / name).write_bytes(data)
    (tmp_path / "clinics.toml").write_text(SCENARIO, encoding="utf-8")
    words = ["simulate", str(tmp_path / "clinics.toml"), "--record", str(tmp_path / "record"), "--no-picture"]
    assert main([*words, "--slots", "1", "--start", start, "--output", str(tmp_path / "out")]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Warning: {told}" in text if told else "Warning" not in text
    warnings = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))["warnings"]
    assert [one[: len(told)] for one in warnings] == [told] * bool(told)


def test_the_verb_service_tells_what_a_record_decided(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "49.84", "15.5", "--record", str(folder), "--at", AT, "--no-sky"]) == 0
    text = capsys.readouterr().out
    assert "Service is on here for every class" in text and "A demonstration record" in text
    assert main(["service", "list", "--record", str(folder), "--at", AT, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["decisions"]) == 2
    assert main(["service", "map", "--record", str(folder), "--at", "2026-05-30T17:00:11Z"]) == 0
    assert "2,016,842" in capsys.readouterr().out  # before anything was witnessed


def test_an_impact_is_told_beside_the_decisions_of_a_record(
    history: tuple[Sitting, str, str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "clinics.toml"
    draft.write_text(DRAFT, encoding="utf-8")
    assert main(["impact", str(draft), "--record", str(folder)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "stay in place" in text and "at most 20 Mbit/s" in text and "gain service for medical" in text
    assert main(["impact", history[1], "--record", str(folder), "--at", AT]) == 0
    assert "gain service" in capsys.readouterr().out


@pytest.mark.parametrize("verb", [["simulate", "x.toml"], ["service", "map"], ["impact", "x.toml"]])
def test_a_root_of_trust_without_a_record_is_a_mistake(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*verb, "--trust", "trust.json"]) == 2
    assert "--trust belongs to --record" in capsys.readouterr().err


def test_what_is_no_record_is_refused(tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["service", "map", "--record", str(tmp_path)]) == 2
    assert "no record here" in capsys.readouterr().err
    with pytest.raises(RecordError, match="cannot be read"):
        recorded(folder, tmp_path / "missing.json")


def test_a_root_of_trust_from_elsewhere_counts_and_not_the_one_shown(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "trust.json"
    other.write_bytes(trust_bytes(replace(DEMO.trust, keyring_sha256="ab" * 32)))
    with pytest.raises(RecordError, match="keyring"):
        recorded(folder, other)
    other.write_bytes(trust_bytes(DEMO.trust))
    found = recorded(folder, other)
    assert len(found.decisions(np.datetime64("2026-05-30T18:00:12", "ns"))) == 2
    assert found.decisions(np.datetime64("2026-05-30T18:00:12", "ns")).all[1].state is ServiceState.SERVED
