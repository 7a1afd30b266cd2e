"""The demonstration of a record: everybody can check it, and it says what it is."""

import os
import stat
from pathlib import Path

import pytest

from adapters.record_house import refused, run, template
from hudhud.adapters.decisions import standing
from hudhud.adapters.record.effects import effect_of, territories_known
from hudhud.adapters.record.following import last_release, map_of, released_map
from hudhud.adapters.record_files import load_record
from hudhud.record.decide import decide
from hudhud.record.demonstration import SEATS
from hudhud.record.history import State
from hudhud.record.statements import EnforcementReport, MapRelease, Request
from hudhud.record.words import ServiceState
from hudhud.service.recorded import conditions_of


def test_its_record_is_sound_and_marked_as_a_demonstration() -> None:
    made = template()
    record = load_record(str(made.folder))
    assert record.trust.demonstration and "demonstration" in record.trust.name_en.lower()
    assert len(record.entries) == made.entries
    assert not decide(record.prefix, record.witnessed_s).void
    for entry in record.prefix.entries:
        if isinstance(entry.statement, Request):
            assert entry.statement.title_en.startswith("Demonstration: ")
            assert entry.statement.title_ar.startswith("عرض توضيحي: ")


def test_its_history_has_one_of_each() -> None:
    made = template()
    record = load_record(str(made.folder))
    outcomes = decide(record.prefix, record.witnessed_s)
    states = [one.state for one in outcomes.requests]
    assert states.count(State.REFUSED) == 1 and states.count(State.WAITING) == 2 and states.count(State.GRANTED) == 2
    by_leaf = {one.leaf: one for one in outcomes.requests}
    assert by_leaf[made.overdue].overdue and not by_leaf[made.waiting].overdue
    emergency = next(one for one in outcomes.decisions if one.emergency)
    assert emergency.ratified_s is not None and emergency.effect.state is ServiceState.EMERGENCY_SERVED
    assert [one.deposited for one in outcomes.withheld] == [True]


def test_every_map_that_it_released_follows_from_the_entries_before() -> None:
    record = load_record(str(template().folder))
    releases = [one.statement for one in record.prefix.entries if isinstance(one.statement, MapRelease)]
    assert len(releases) >= 3
    for release in releases:
        assert released_map(record, release).digest == release.map_sha256
    newest = last_release(record)
    assert newest is not None and map_of(record, record.witnessed_s)[0] == newest.map_sha256
    reports = [one.statement for one in record.prefix.entries if isinstance(one.statement, EnforcementReport)]
    assert {one.map_sha256 for one in reports} == {newest.map_sha256}


def test_every_secret_is_for_its_owner_alone() -> None:
    folder = template().folder
    secrets = [*(folder / "keys").iterdir(), *(folder / "private").iterdir()]
    assert len(secrets) == len(SEATS) - 1 + 6
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in secrets)
    assert all(b"protects nothing" in path.read_bytes() for path in (folder / "keys").iterdir())
    public = b"".join(path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file())
    assert b"PRIVATE" not in public


def test_two_demonstrations_have_different_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hudhud.adapters.record.demo._history", lambda _stage, _now_s: ("", ""))
    for name in ("a", "b"):
        from hudhud.adapters.record.demo import make_demonstration

        with pytest.raises(Exception, match="witnessed yet"):  # without a history nothing is
            make_demonstration(tmp_path / name, 1_790_000_000, os.urandom, standing=False)
    keys = [(tmp_path / name / "keys" / "op-1.key").read_bytes() for name in ("a", "b")]
    assert keys[0] != keys[1]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    assert "is there already" in refused("demo-record", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_the_verb_says_what_to_try(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo-record", tmp_path / "demo", "--no-standing") == 0
    text = capsys.readouterr().out.replace(str(tmp_path / "demo"), "demo")
    assert text.count("  hudhud ") >= 5 and "made up" in text
    assert all(len(line) <= 80 for line in text.split("\n"))


def test_every_standing_decision_can_stand_on_a_record() -> None:
    find = territories_known(lambda _: None)
    for one in standing().all:
        effect = effect_of(one, 1_790_000_000)
        assert effect.state is one.state and effect.classes == one.classes
        back = conditions_of(effect.conditions)
        assert back.maximum_speed_m_s == pytest.approx(one.conditions.maximum_speed_m_s, abs=0.001)
        assert back.ocean_plan == one.conditions.ocean_plan
        if one.id != "standing.borders":  # the only one whose cells are no packaged territory's
            assert [find(each).digest for each in effect.territories] == [each.digest for each in one.territories]
