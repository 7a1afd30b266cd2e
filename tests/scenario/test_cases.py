"""Cases are read whole or refused whole; what was reported has its evidence, source, date and answers, in two languages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.cases import case_named, cases
from hudhud.adapters.cli.case_text import case_text
from hudhud.adapters.store import packaged
from hudhud.errors import InputError
from hudhud.record.words import EvidenceClass, Language, ResponseStatus
from hudhud.scenario.case_tables import offset_s
from hudhud.scenario.cases import Case, case_from
from hudhud.scenario.tables import parsed

EVERY = [one.table.id for one in cases()]
ARABIC = re.compile("[\u0621-\u064a]")
NINETEEN = 19


def case(id: str) -> Case:
    return case_named(id)


def texts(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Every pair of texts in a tree: its name, the English, the Arabic."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key.endswith("_en"):
                yield key.removesuffix("_en"), each, value.get(key.removesuffix("_en") + "_ar")
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def raw(id: str) -> dict[str, Any]:
    return parsed(packaged.text(f"cases/{id}.toml"), "the case", InputError)


def edited(id: str, old: str, new: str) -> str:
    text = packaged.text(f"cases/{id}.toml")
    assert old in text
    return text.replace(old, new, 1)


def faults(text: str) -> dict[str, str]:
    with pytest.raises(InputError) as refused:
        case_from(text)
    return {one.where: one.problem for one in refused.value.faults}


def test_all_nineteen_episodes_of_the_table_are_there_once() -> None:
    assert [one.table.number for one in cases()] == list(range(1, NINETEEN + 1))
    assert len(set(EVERY)) == NINETEEN


@pytest.mark.parametrize("id", EVERY)
def test_every_fact_has_a_class_a_date_and_a_source_with_publisher_title_and_date(id: str) -> None:
    for fact in case(id).table.reported:
        assert isinstance(fact.evidence_class, EvidenceClass)
        assert fact.date and fact.source
        assert all(one.publisher and one.title and one.date for one in fact.source)


@pytest.mark.parametrize("id", EVERY)
def test_every_party_that_is_said_to_have_acted_has_an_answer_or_is_told_not_to_have_given_one(id: str) -> None:
    table = case(id).table
    answers = {one.id: one.status for one in table.response}
    named = {name for fact in table.reported for name in fact.alleged}
    assert named
    assert all(isinstance(answers[name], ResponseStatus) for name in named)


@pytest.mark.parametrize("id", EVERY)
def test_english_has_arabic_beside_it_and_it_is_arabic(id: str) -> None:
    pairs = list(texts(raw(id)))
    assert len(pairs) > 12
    for name, english, arabic in pairs:
        assert arabic, f"{name}: {english}"
        assert ARABIC.search(arabic), arabic
        assert not ARABIC.search(english), english


@pytest.mark.parametrize("id", EVERY)
def test_when_it_was_is_told_in_arabic_with_the_same_years(id: str) -> None:
    table = case(id).table
    assert re.findall(r"\d{4}", table.when)[-1] in table.when_ar
    arabic = case_text(case(id), Language.ARABIC).split("\n")
    assert table.when_ar in arabic and table.when not in arabic
    assert table.when in case_text(case(id), Language.ENGLISH)


@pytest.mark.parametrize("id", EVERY)
def test_whoever_acts_in_a_replay_is_made_up_and_says_so(id: str) -> None:
    table = case(id).table
    assert all(one.name_en.endswith("(made up)") for one in table.party)
    for variant in case(id).variants:
        for act in variant.acts:
            for one in getattr(act, "source", ()):
                assert one.publisher.endswith("(made up)") or one.publisher == "The public record"


@pytest.mark.parametrize("id", EVERY)
def test_what_it_shows_is_said_in_two_to_four_sentences(id: str) -> None:
    said = case(id).table.shows_en
    assert 2 <= len(re.findall(r"[.?!](?:\s|$)", said)) <= 5  # one may be a question


def test_a_case_is_found_by_its_number_too() -> None:
    assert case("4").table.id == "taiwan-2023"


def test_an_unknown_case_is_refused_with_those_there_are() -> None:
    with pytest.raises(InputError, match="taiwan-2023"):
        case_named("atlantis")


def test_a_word_outside_the_vocabulary_is_refused_with_those_inside() -> None:
    found = faults(edited("turkey-2023", 'evidence_class = "on_record_statement"', 'evidence_class = "hearsay"'))
    assert "must be one of signed_filing" in found["reported[0].evidence_class"]


def test_english_in_the_place_of_arabic_is_refused() -> None:
    title = raw("turkey-2023")["title_ar"]
    assert "must be written in Arabic" in faults(edited("turkey-2023", title, "An offer"))["title_ar"]


def test_an_alleged_party_without_a_response_is_refused() -> None:
    found = faults(edited("turkey-2023", 'alleged = ["owner"]', 'alleged = ["somebody"]'))
    assert "say what that party answered" in found["reported[0].alleged"]


def test_an_act_of_an_unknown_kind_seat_or_party_is_refused_at_its_place() -> None:
    text = edited("turkey-2023", 'kind = "lapse"', 'kind = "miracle"')
    assert "must be one of request" in faults(text)["variant[0].act[4].kind"]
    found = faults(edited("turkey-2023", 'by = "op-3"', 'by = "op-9"'))
    assert "no seat 'op-9'" in found["variant[0].act[1].by"]
    found = faults(edited("turkey-2023", 'requester = "owner"', 'requester = "nobody"'))
    assert "no [[party]] has the id 'nobody'" in found["variant[0].act[0].requester"]


def test_an_act_cannot_speak_of_a_later_one_nor_stand_before_an_earlier() -> None:
    found = faults(edited("turkey-2023", 'request = "offer"', 'request = "later"'))
    assert "no act before has the id 'later'" in found["variant[0].act[1].request"]
    found = faults(edited("turkey-2023", 'at = "+24h"', 'at = "+1m"'))
    assert "order of time" in found["variant[0].act[4].at"]


def test_every_fault_of_a_file_is_told_at_once() -> None:
    text = edited("turkey-2023", 'status = "no_reply"', 'status = "silent"')
    text = text.replace('at = "+1h"', 'at = "soon"', 1).replace("number = 13", 'number = "13"', 1)
    assert {"number", "response[1].status", "variant[0].act[1].at"} <= set(faults(text))


def test_what_is_no_toml_or_has_unknown_keys_is_refused() -> None:
    with pytest.raises(InputError, match="not TOML"):
        case_from("id = ")
    assert "no such key here" in faults(edited("turkey-2023", "number = 13", "number = 13\nverdict = 1"))["verdict"]


@given(st.integers(0, 9_999), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
@settings(max_examples=50, deadline=None)
def test_times_after_the_start_are_what_their_units_add_up_to(
    days: int, hours: int, minutes: int, seconds: int
) -> None:
    assert offset_s(f"+{days}d{hours}h{minutes}m{seconds}s") == ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@pytest.mark.parametrize("text", ["", "+", "2h", "+2", "+2h1d", "+h", "+1.5h", "+2h ", 7, None])
def test_what_is_no_time_after_the_start_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="such as"):
        offset_s(text)
