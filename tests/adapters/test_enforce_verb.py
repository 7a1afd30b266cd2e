"""`hudhud enforce`: a point follows the newest release that counts, remembers it, and is led neither back nor astray."""

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.record_house import copy_into, refused, run
from hudhud.adapters.cli.enforce_words import _ALARMS, _WORDS
from hudhud.adapters.record.following import last_release, map_of, release_due
from hudhud.adapters.record.keeper import open_keeper
from hudhud.adapters.record_files import load_record
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.history import Why
from hudhud.record.reading import Record
from hudhud.record.statements import EnforcementReport, MapRelease
from hudhud.service.enforcement import Alarm

WRONG = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return copy_into(tmp_path)


def enforce(folder: Path, *more: object) -> int:
    return run("enforce", folder, "--key", folder / "keys" / "point-beam.key", "--yes", *more)


def state(folder: Path) -> Path:
    return folder / "keys" / "point-beam.key.state"


def remembered(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(state(folder).read_bytes())
    return found


def released(folder: Path, **changed: str | None) -> int:
    """The registrar files a release of its own making; the index of the entry."""
    with open_keeper(folder, lambda: int(time.time())) as keeper:
        record: Record = keeper.record
        newest, last = record.prefix.checkpoints[-1], last_release(record)
        assert last is not None
        made = replace(
            last,
            size=newest.size,
            root=newest.root,
            timeline_sha256=record.timeline.digest_until(newest.size),
            at=instant_text(max(int(time.time()), record.witnessed_s)),
        )
        keeper.file(replace(made, **changed), keeper._registrar, follow=False)
        return keeper.record.prefix.entries[-1].index


def reports(folder: Path) -> list[EnforcementReport]:
    entries = load_record(str(folder)).prefix.entries
    return [one.statement for one in entries if isinstance(one.statement, EnforcementReport)]


def test_a_point_follows_the_newest_release_and_remembers_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert enforce(folder) == 0
    record = load_record(str(folder))
    release = last_release(record)
    assert (
        release is not None and remembered(folder)["map_sha256"] == release.map_sha256 == reports(folder)[-1].map_sha256
    )
    assert state(folder).stat().st_mode & 0o777 == 0o600
    size, before = len(record.entries), state(folder).read_bytes()
    assert "remembers nothing yet" in capsys.readouterr().out
    assert enforce(folder) == 0
    assert "stands in the record already" in capsys.readouterr().out
    assert len(load_record(str(folder)).entries) == size
    assert {**json.loads(before), "newest_at": ""} == {**remembered(folder), "newest_at": ""}


def test_an_older_copy_of_the_record_leads_a_point_nowhere(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(folder, folder.parent / "older")
    released(folder)
    enforce(folder)
    before = state(folder).read_bytes()
    capsys.readouterr()
    words = ("--state", state(folder), "--yes", "--out", folder.parent / "report", "--language", "ar")
    assert run("enforce", folder.parent / "older", "--key", folder / "keys" / "point-beam.key", *words) == 4
    told = capsys.readouterr().out
    assert _ALARMS[Alarm.ROLLBACK][1] in told and _WORDS["stays"][1] in told
    assert state(folder).read_bytes() == before


def test_a_wrong_map_is_refused_and_the_last_good_one_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = last_release(load_record(str(folder)))
    assert good is not None
    index = released(folder, map_sha256=WRONG)
    assert enforce(folder, "--map", folder.parent / "map") == 4  # a point that remembers nothing finds the good one
    told = capsys.readouterr().out
    assert f"ALARM  entry {index}" in told and _ALARMS[Alarm.OTHER_MAP][0] in told and WRONG[:12] in told
    assert remembered(folder)["map_sha256"] == good.map_sha256 == reports(folder)[-1].map_sha256
    import hashlib

    assert hashlib.sha256((folder.parent / "map").read_bytes()).hexdigest() == good.map_sha256
    again = released(folder)
    assert enforce(folder) == 0 and remembered(folder)["entry"] == again


def test_a_release_on_another_timeline_is_not_proven(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    enforce(folder)
    released(folder, timeline_sha256=WRONG)
    assert enforce(folder) == 4
    assert "another timeline" in capsys.readouterr().out


def test_a_release_from_the_future_binds_neither_point_nor_keeper(folder: Path) -> None:
    """The registrar's key, once: a month ahead.  Everybody goes on from the newest release that counts."""
    index = released(folder, at=instant_text(int(time.time()) + 30 * 86_400), map_sha256=WRONG, next_change_at=None)
    assert enforce(folder) == 0 and remembered(folder)["entry"] != index
    record = load_record(str(folder))
    outcomes = decide(record.prefix, record.witnessed_s)
    assert {one.index: one.why for one in outcomes.void}[index] is Why.FROM_THE_FUTURE
    last = last_release(record)
    assert last is not None and record.prefix.entries[index].statement != last


def test_an_honest_release_goes_back_behind_none_whose_clock_was_ahead(folder: Path) -> None:
    ahead_s = int(time.time()) + 45
    released(folder, at=instant_text(ahead_s), map_sha256=WRONG)
    record = load_record(str(folder))
    due = release_due(record, int(time.time()), map_of)
    assert isinstance(due, MapRelease) and due.at == instant_text(ahead_s)


def test_a_wrong_map_holds_up_no_right_one_that_goes_back_behind_it(folder: Path) -> None:
    wrong = released(folder, at=instant_text(int(time.time()) + 45), map_sha256=WRONG)
    right = released(folder)
    assert enforce(folder) == 0 and remembered(folder)["entry"] == right == wrong + 1


def test_a_map_for_an_instant_still_to_come_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    released(folder, at=instant_text(int(time.time()) + 50))
    assert enforce(folder) == 4
    assert _ALARMS[Alarm.TOO_EARLY][0] in capsys.readouterr().out


def test_what_a_point_remembers_is_read_strictly(folder: Path) -> None:
    enforce(folder)
    words = ("enforce", folder, "--key", folder / "keys" / "point-beam.key", "--yes")
    assert "another point" in refused(*words, "--layer", "terminal")
    assert "another point" in refused(*words, "--point", "gateway-7")
    good = state(folder).read_bytes()
    for spoiled in (
        b"",
        b"{}",
        good[:-5],
        good.replace(b'"size":', b'"size": '),
        good.replace(b'"entry":', b'"entry":-'),
    ):
        state(folder).write_bytes(spoiled)
        assert "bring back the newest one" in refused(*words)
    state(folder).write_bytes(good)
    state(folder).chmod(0o644)
    assert "chmod 600" in refused(*words)


def test_a_point_whose_release_the_record_rewrote_follows_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enforce(folder)
    state(folder).write_bytes(state(folder).read_bytes().replace(str(remembered(folder)["leaf"]).encode(), b"0" * 64))
    assert enforce(folder) == 4
    assert "rewritten" in capsys.readouterr().out
    assert "not written" in refused(
        "enforce", folder, "--key", folder / "keys" / "point-beam.key", "--yes", "--map", folder.parent / "map"
    )


def test_a_bad_name_of_a_point_is_refused_before_anything_is_kept(folder: Path) -> None:
    refused("enforce", folder, "--key", folder / "keys" / "point-beam.key", "--yes", "--point", "no name")
    assert not state(folder).exists()


def test_every_alarm_has_words_in_both_languages() -> None:
    assert set(_ALARMS) == set(Alarm)
    assert all(len(one) == 2 and all(one) for one in (*_ALARMS.values(), *_WORDS.values()))
