"""Each case, played with made-up seats, comes to the verdicts and the map that it says; a second way to decide agrees."""

import argparse
import functools
import json

import pytest

from hudhud.adapters.cases import base_of, case_named, cases, replay_demonstration
from hudhud.adapters.cli import case as verb
from hudhud.adapters.store import packaged
from hudhud.errors import InputError
from hudhud.record.history import State
from hudhud.record.words import ServiceState
from hudhud.scenario.cases import Variant, case_from
from hudhud.scenario.replay import Base, Replay, replay, shortfalls
from hudhud.service.changes import Change
from record.slow_decide import decide as slowly_decided

EVERY = [(case.table.id, variant.table.id) for case in cases() for variant in case.variants]
CRIMEA = ("crimea-2022", "granted-and-refused")


@functools.lru_cache(maxsize=2)
def base(id: str) -> Base:
    return base_of(case_named(id))


@functools.lru_cache(maxsize=2)  # a replay holds several maps of the world
def play(id: str, variant: str) -> Replay:
    case = case_named(id)
    return replay(case, variant_of(id, variant), base(id), replay_demonstration())


def variant_of(id: str, variant: str) -> Variant:
    (found,) = [one for one in case_named(id).variants if one.table.id == variant]
    return found


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    verb.add(parser.add_subparsers())
    return verb.command(parser.parse_args(["case", *words]))


@pytest.fixture(scope="module", params=EVERY, ids=lambda one: "-".join(one))
def played(request: pytest.FixtureRequest) -> Replay:
    """Each variant of each case: played once for all the tests that ask for it."""
    return play(*request.param)


def test_a_replay_comes_to_the_verdicts_and_the_map_that_its_case_expects(played: Replay) -> None:
    assert shortfalls(played) == ()


def test_a_second_way_to_decide_comes_to_the_same_answers(played: Replay) -> None:
    for seen in played.sights:
        assert slowly_decided(played.record.prefix, seen.outcomes.at_s) == seen.outcomes


def test_whatever_changes_on_the_map_has_a_decision_in_force_behind_it(played: Replay) -> None:
    for seen in played.sights:
        if not seen.in_force:
            assert seen.cells_changed == seen.cells_decided_anew == 0


def test_in_no_branch_of_the_taiwan_case_is_anybody_served_otherwise_than_before() -> None:
    for variant in case_named("taiwan-2023").variants:
        for seen in play("taiwan-2023", variant.table.id).sights:
            assert seen.cells_changed == 0
            assert all(one.change is Change.ALTER for one in seen.lines)


def test_the_omission_is_a_decision_whose_missed_review_everybody_sees() -> None:
    played = play("taiwan-2023", "nobody-files")
    overdue = [seen for seen in played.sights if seen.unreviewed]
    assert [seen.in_force for seen in overdue] == [frozenset({"standing"})]
    assert any("was not reviewed in time" in one for one in overdue[0].outcomes.concerns)


def test_terminals_are_served_on_one_side_and_nothing_changes_on_the_other() -> None:
    for seen in play(*CRIMEA).sights:
        served = {one.territory for one in seen.lines if one.change is Change.GAIN}
        assert "world" in served
        assert "UKR.crimea" not in served
        assert not seen.touched


def test_the_map_before_and_after_the_refusal_is_one_map() -> None:
    entries = {one.label: one.statement for one in play(*CRIMEA).entries}
    before, after = entries["beams-before"], entries["beams-after"]
    assert getattr(before, "map_sha256") == getattr(after, "map_sha256")  # noqa: B009 - two kinds of entries have one


def test_an_emergency_that_nobody_confirms_ends_to_the_second() -> None:
    seen = play("crimea-2022", "emergency-not-confirmed").sights
    assert [one.requests["emergency"] for one in seen] == [State.GRANTED, State.LAPSED, State.LAPSED]
    assert [one.cells_changed > 0 for one in seen] == [True, False, False]


def test_flipped_cells_are_named_with_what_was_done_to_them() -> None:
    seen = play("kherson-2022", "flipped").sights[-1]
    assert seen.unproven == {"dark"}
    assert {(one.change, one.after) for one in seen.flip} == {(Change.LOSE, ServiceState.SUSPENDED)}


def test_a_replay_is_the_same_byte_for_byte_each_time() -> None:
    first = play("turkey-2023", "declined")
    again = replay(first.case, first.variant, base("turkey-2023"), replay_demonstration())
    assert again.record.entries == first.record.entries
    assert again.record.signed == first.record.signed


def test_a_case_that_expects_something_else_is_told_so_field_by_field() -> None:
    text = packaged.text("cases/turkey-2023.toml")
    text = text.replace('requests = { offer = "lapsed" }', 'requests = { offer = "granted" }')
    text = text.replace("cells_changed = 0", "cells_changed = 7", 1)
    case = case_from(text)
    found = {
        one.where for one in shortfalls(replay(case, case.variants[0], base("turkey-2023"), replay_demonstration()))
    }
    assert found == {"declined.expect[0].cells_changed", "declined.expect[2].requests"}


def test_a_base_that_is_not_in_the_standing_set_is_refused() -> None:
    case = case_from(packaged.text("cases/turkey-2023.toml").replace('"TUR"]', '"ATLANTIS"]'))
    with pytest.raises(InputError, match="no standing decision 'ATLANTIS'"):
        base_of(case)


def test_a_territory_that_nobody_knows_is_refused() -> None:
    text = packaged.text("cases/turkey-2023.toml").replace('territories = ["quake"]', 'territories = ["quak"]')
    case = case_from(text)
    with pytest.raises(InputError, match="quak"):
        replay(case, case.variants[0], base("turkey-2023"), replay_demonstration())


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_command_tells_a_replay_in_eighty_columns(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", "turkey-2023", "--language", language) == 0
    out = capsys.readouterr().out
    assert all(len(line) <= 80 or "https://" in line for line in out.splitlines())
    words = {"en": ("AS REPORTED", "REPLAY", "WHAT IT SHOWS"), "ar": ("كما نُشر", "إعادة", "ما تُظهره")}[language]
    assert [out.index(word) for word in words] == sorted(out.index(word) for word in words)


def test_the_command_gives_the_whole_replay_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("replay", "13", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    (variant,) = told["variants"]
    assert variant["demonstration"] and variant["as_expected"]
    assert [one["requests"]["offer"] for one in variant["sights"]] == ["waiting", "waiting", "lapsed"]
    assert told["reported"][0]["evidence_class"] == "on_record_statement"


def test_the_command_lists_and_shows_cases_and_refuses_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("list") == 0
    assert run("show", "taiwan-2023") == 0
    assert "taiwan-2023" in (out := capsys.readouterr().out)
    assert "anonymous source report" in out
    for wrong in (["show"], ["list", "3"], ["show", "3", "--variant", "x"], ["replay", "3", "--variant", "x"]):
        with pytest.raises(InputError, match=r"hudhud case|variant"):
            run(*wrong)
