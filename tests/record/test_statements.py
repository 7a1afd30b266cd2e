"""What can be said in the record: read strictly, written in one way, shown whole before it is signed."""

import dataclasses
import json
import re
from enum import StrEnum
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record import words
from hudhud.record.canonical import LONGEST_BYTES, canonical_bytes
from hudhud.record.forms import form_of, instant_s, instant_text
from hudhud.record.in_words import in_words
from hudhud.record.parts import Conditions, Disclosed, Party, Withheld, effect_digest
from hudhud.record.schema import schemas
from hudhud.record.statements import (
    KINDS,
    ContactDeclaration,
    Decision,
    KeyringChange,
    MapRelease,
    predicate_type,
    statement_bytes,
    statement_from,
    subjects,
)
from hudhud.record.wording import ARABIC, FIELDS, HEADLINES, word
from hudhud.record.words import (
    Action,
    Language,
    Layer,
    RecordKind,
    RedactionClass,
    RequesterKind,
    ServiceState,
    Verdict,
)
from hudhud.service import vocabulary
from hudhud.timescale import from_rfc3339, to_rfc3339
from record.statement_factory import (
    ALL,
    CRIMEA,
    DIGEST,
    DISCLOSED,
    EFFECT,
    LEAF,
    LOG,
    MINISTRY,
    REQUEST,
    SEEN,
    drawn,
    random_statements,
)

SCHEMAS = Path(__file__).resolve().parents[2] / "docs/reference/schema"
EACH = pytest.mark.parametrize("statement", ALL, ids=lambda one: one.kind.value)


def faults(data: bytes) -> list[str]:
    with pytest.raises(RecordError) as caught:
        statement_from(data)
    return [str(fault) for fault in caught.value.faults]


def tree(statement=REQUEST):
    return json.loads(statement_bytes(statement))


def changed(change, statement=REQUEST) -> list[str]:
    """Faults of a statement whose tree was changed."""
    found = tree(statement)
    change(found["predicate"])
    return faults(canonical_bytes(found, "the statement"))


def refused(statement) -> str:
    with pytest.raises(RecordError) as caught:
        statement_bytes(statement)
    return str(caught.value)


def test_there_is_a_class_an_example_and_a_headline_for_every_kind():
    assert set(KINDS) == set(RecordKind) == {one.kind for one in ALL} == set(HEADLINES)
    assert len(ALL) == len(RecordKind) == 23


@EACH
def test_a_statement_is_read_back_as_it_was(statement):
    data = statement_bytes(statement)
    assert statement_from(data) == statement
    assert statement_bytes(statement_from(data)) == data


@given(random_statements())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_any_statement_is_read_back_as_it_was(statement):
    data = statement_bytes(statement)
    assert statement_from(data) == statement
    assert len(in_words(statement, Language.ENGLISH)) > 40 < len(in_words(statement, Language.ARABIC))


@EACH
def test_each_field_that_is_left_out_or_invented_is_named(statement):
    for field in dataclasses.fields(statement):
        found = tree(statement)
        if field.name in found["predicate"] and field.name not in (
            "request",
            "decision",
            "entry",
            "about",
            "allegation",
        ):
            del found["predicate"][field.name]
            try:
                statement_from(canonical_bytes(found, "the statement"))
            except RecordError as error:
                says = str(error)
                assert field.name in says or "subject" in says or "effect" in says or "previous" in says
            else:  # may be left out: then it is None, and nothing else has changed
                left = statement_from(canonical_bytes(found, "the statement"))
                assert left == dataclasses.replace(statement, **{field.name: None})
    assert "unknown field 'extra'" in changed(lambda predicate: predicate.update(extra=1), statement)[0]


@EACH
def test_no_change_of_one_character_goes_unseen(statement):
    """Bytes are another statement or none: no two ways to write one."""
    data = statement_bytes(statement)
    for place in range(0, len(data), 7):
        other = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert statement_from(other) != statement
        except RecordError:
            continue


def test_the_fields_of_in_toto_are_checked():
    good = tree()
    for change in (
        {"_type": "https://in-toto.io/Statement/v0.1"},
        {"predicateType": "https://hudhud.invalid/record/request/v2"},
        {"predicateType": 7},
        {"predicate": []},
        {"subject": []},
        {"subject": [{"name": "territory/UKR.crimea/full", "digest": {"sha256": "00" * 32}}]},
        {"more": 1},
    ):
        assert faults(canonical_bytes(good | change, "the statement"))
    for name in good:
        assert faults(canonical_bytes({key: value for key, value in good.items() if key != name}, "the statement"))
    assert faults(b"[]") and faults(b"7")


def test_a_statement_cannot_pass_for_one_of_another_kind():
    (approval,) = [one for one in ALL if one.kind is RecordKind.APPROVAL]
    as_ratification = tree(approval) | {"predicateType": predicate_type(RecordKind.RATIFICATION)}
    assert faults(canonical_bytes(as_ratification, "the statement"))


def test_the_subject_of_a_vote_is_the_entry_and_of_a_request_its_cells():
    by_kind = {one.kind: subjects(one) for one in ALL}
    assert by_kind[RecordKind.APPROVAL] == (("request", "rfc6962LeafSha256", LEAF),)
    assert by_kind[RecordKind.RATIFICATION] == (("decision", "rfc6962LeafSha256", LEAF),)
    assert by_kind[RecordKind.MAP_RELEASE] == (("map", "sha256", DIGEST),)
    assert by_kind[RecordKind.REQUEST] == (("territory/UKR.crimea/full", "sha256", "c0" * 32),)
    assert all(by_kind.values())


def test_a_swap_of_cells_shows_in_the_subject_and_in_the_digest_that_approvers_sign():
    other = dataclasses.replace(EFFECT, territories=(dataclasses.replace(CRIMEA, cells_sha256="c1" * 32),))
    assert subjects(dataclasses.replace(REQUEST, effect=other)) != subjects(REQUEST)
    assert effect_digest(other) != effect_digest(EFFECT)


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        (lambda p: p.update(nonce="AB" * 16), "predicate.nonce", "lower case"),
        (lambda p: p.update(log="two words"), "predicate.log", "origin"),
        (lambda p: p.update(action="shoot"), "predicate.action", "expected one of activate, extend"),
        (lambda p: p.update(title_en=" x"), "predicate.title_en", "without space"),
        (lambda p: p.update(title_en="a\nb"), "predicate.title_en", "a line of text"),
        (lambda p: p.update(title_en=""), "predicate.title_en", "a line of text"),
        (lambda p: p.update(title_en=7), "predicate.title_en", "is a number"),
        (lambda p: p.update(purposes=[]), "predicate.purposes", "has 0 members"),
        (lambda p: p.update(purposes=["medical", "medical"]), "predicate.purposes[1]", "ascend"),
        (lambda p: p.update(purposes=["medical", "election"]), "predicate.purposes[1]", "ascend"),
        (lambda p: p.update(purposes="medical"), "predicate.purposes", "expected an array"),
        (lambda p: p["effect"].update(start="2026-05-30T18:00:00+00:00"), "predicate.effect.start", "instant"),
        (lambda p: p["effect"].update(start="2026-05-30T18:00:00.5Z"), "predicate.effect.start", "instant"),
        (lambda p: p["effect"].update(start="2026-02-30T18:00:00Z"), "predicate.effect.start", "no such day"),
        (lambda p: p["effect"].update(start="2026-05-30T18:00:60Z"), "predicate.effect.start", "no such time"),
        (lambda p: p["effect"].update(start="٢٠٢٦-05-30T18:00:00Z"), "predicate.effect.start", "instant"),
        (lambda p: p["effect"].update(until="2026-05-30T18:00:00Z"), "predicate.effect", "not after its start"),
        (lambda p: p["effect"].update(review_by="2026-05-30T18:00:00Z"), "predicate.effect", "not after its start"),
        (lambda p: p["effect"].update(state="served"), "predicate.effect", "its state is served_restricted"),
        (lambda p: p["effect"].update(layers=["beam"]), "predicate.effect", "only refusals"),
        (lambda p: p["effect"].update(territories=[]), "predicate.effect.territories", "has 0 members"),
        (lambda p: p["effect"].update(territories=[p["effect"]["territories"][0]] * 2), "predicate.effect", "twice"),
        (
            lambda p: p["effect"]["territories"][0].update(scheme="s2"),
            "predicate.effect.territories[0].scheme",
            "expected 'h3'",
        ),
        (
            lambda p: p["effect"]["territories"][0].update(resolution=16),
            "predicate.effect.territories[0].resolution",
            "from 0 to 15",
        ),
        (
            lambda p: p["effect"]["territories"][0].update(resolution=True),
            "predicate.effect.territories[0].resolution",
            "expected an integer",
        ),
        (
            lambda p: p["effect"]["conditions"].update(maximum_speed_mm_s=-1),
            "predicate.effect.conditions.maximum_speed_mm_s",
            "from 0",
        ),
        (lambda p: p["effect"]["conditions"].update(ocean_plan=1), "predicate.effect.conditions.ocean_plan", "true"),
        (lambda p: p["requester"].update(id="../x"), "predicate.requester.id", "an id"),
        (lambda p: p["requester"].update(kind="cleric"), "predicate.requester.kind", "expected one of"),
        (lambda p: p.update(requester="somebody"), "predicate.requester", "expected an object"),
    ],
)
def test_a_wrong_field_of_a_request_is_named_with_what_was_expected(change, where, says):
    (fault,) = changed(change)
    assert fault.startswith(f"{where}: ") and says in fault


def test_all_faults_come_at_once():
    assert len(changed(lambda p: p.update(nonce="", log="", action="", channel="", extra=1))) == 5


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (dataclasses.replace(REQUEST, requester=Party(kind=RequesterKind.MILITARY)), "say who it is"),
        (
            dataclasses.replace(
                REQUEST,
                requester=dataclasses.replace(
                    MINISTRY, withheld=Withheld(kind=RedactionClass.PERSON_NAME, digest=DIGEST)
                ),
            ),
            "both a name and a withheld one",
        ),
        (
            dataclasses.replace(
                REQUEST,
                requester=Party(
                    kind=RequesterKind.MILITARY, withheld=Withheld(kind=RedactionClass.NONE, digest=DIGEST)
                ),
            ),
            "withheld as none",
        ),
        (dataclasses.replace(REQUEST, action=Action.REFUSE_TO_ACTIVATE), "serves nobody"),
        (dataclasses.replace(REQUEST, action=Action.SUSPEND), "must be suspended"),
        (
            dataclasses.replace(
                REQUEST,
                effect=dataclasses.replace(
                    EFFECT, state=ServiceState.PROHIBITED, conditions=Conditions(), layers=frozenset({Layer.BEAM})
                ),
            ),
            "a state that serves",
        ),
        (
            dataclasses.replace(REQUEST, effect=dataclasses.replace(EFFECT, state=ServiceState.PROHIBITED)),
            "without a layer",
        ),
        (
            dataclasses.replace(
                REQUEST, effect=dataclasses.replace(EFFECT, state=ServiceState.EMERGENCY_SERVED, until=None)
            ),
            "every emergency ends",
        ),
        (
            dataclasses.replace(REQUEST, effect=dataclasses.replace(EFFECT, state=ServiceState.SERVED_ALLOWLIST_ONLY)),
            "without an allowlist",
        ),
        (
            Decision(log=LOG, request=LEAF, seen=SEEN, verdict=Verdict.GRANTED, reasons=frozenset({"capacity"})),
            "without an effect",
        ),
        (
            Decision(
                log=LOG,
                request=LEAF,
                seen=SEEN,
                verdict=Verdict.REFUSED,
                reasons=frozenset({"capacity"}),
                effect=EFFECT,
            ),
            "nothing takes effect",
        ),
        (
            ContactDeclaration(log=LOG, start="2026-05-30T00:00:00Z", until="2026-05-30T00:00:00Z"),
            "correct the period",
        ),
        (
            MapRelease(
                log=LOG,
                map_sha256=DIGEST,
                size=1,
                root=DIGEST,
                timeline_sha256=DIGEST,
                at="2026-05-30T00:00:00Z",
                next_change_at="2026-05-30T00:00:00Z",
            ),
            "holds for some time",
        ),
        (KeyringChange(log=LOG, version=1, keyring_sha256=DIGEST, previous_sha256=LEAF), "the first has none"),
        (KeyringChange(log=LOG, version=2, keyring_sha256=DIGEST), "names none before it"),
        (KeyringChange(log=LOG, version=2, keyring_sha256=DIGEST, previous_sha256=DIGEST), "follows itself"),
    ],
)
def test_rules_between_fields_hold_for_writing_too(statement, says):
    assert says in refused(statement)


def test_a_disclosure_gives_the_digest_that_was_withheld_or_is_refused():
    assert "does not give its digest" in refused(
        dataclasses.replace(
            next(one for one in ALL if one.kind is RecordKind.DISCLOSURE),
            items=(Disclosed(digest=DIGEST, disclosure=DISCLOSED.disclosure),),
        )
    )


def test_a_statement_too_long_for_an_entry_is_refused():
    many = tuple(dataclasses.replace(MINISTRY, name="n" * 299) for _ in range(256))
    assert str(LONGEST_BYTES)[:2] in refused(dataclasses.replace(REQUEST, benefit_to=many))


def test_any_number_of_things_in_a_list_is_bounded():
    assert "expected 0 to 256" in refused(dataclasses.replace(REQUEST, benefit_to=(MINISTRY,) * 257))


@given(st.integers(-410_227_200, 7_258_118_399))
@settings(deadline=None)
def test_instants_are_those_of_the_timescale_and_sort_as_texts_do(since_1970_s):
    text = instant_text(since_1970_s)
    assert instant_s(text) == since_1970_s and len(text) == 20
    assert to_rfc3339(from_rfc3339(text)) == text
    assert (instant_text(min(since_1970_s + 1, 7_258_118_399)) >= text) and text > "1956"


@pytest.mark.parametrize("since_1970_s", [-410_227_201, 7_258_118_400, 10**15, -(10**15)])
def test_instants_outside_the_years_of_the_record_are_refused(since_1970_s):
    with pytest.raises(ValueError, match="outside the years"):
        instant_text(since_1970_s)


# What is shown before signing


@EACH
@pytest.mark.parametrize("language", list(Language))
def test_everything_that_is_signed_is_shown(statement, language):
    told = in_words(statement, language)

    def shown(value):
        if isinstance(value, dict):
            for each in value.values():
                shown(each)
        elif isinstance(value, list):
            for each in value:
                shown(each)
        elif isinstance(value, str) and value not in _WORDS:
            assert all(line in told for line in value.split("\n")), value
        elif type(value) is int:
            assert str(value) in told

    shown(tree(statement)["predicate"])


_WORDS = {value.value for name in words.__all__ for value in getattr(words, name)}


@EACH
def test_lines_fit_a_terminal_of_80_columns(statement):
    for language in Language:
        assert max(map(len, in_words(statement, language).split("\n"))) <= 80


def test_text_of_others_cannot_pass_for_a_field():
    told = in_words(dataclasses.replace(REQUEST, note="Thanks.\nverdict: granted"), Language.ENGLISH)
    assert "  | verdict: granted" in told and "\nverdict" not in told


def test_absent_things_are_told():
    told = in_words(
        dataclasses.replace(REQUEST, on_behalf_of=None, effect=dataclasses.replace(EFFECT, until=None)),
        Language.ENGLISH,
    )
    assert "on behalf of: not stated" in told and "no end: stands until another decision ends it" in told


def test_every_word_and_every_field_has_arabic_and_english():
    enumerations = [getattr(words, name) for name in words.__all__]
    assert set(ARABIC) == set(enumerations)
    for one in enumerations:
        assert set(ARABIC[one]) == {each.value for each in one}
        assert len(set(ARABIC[one].values())) == len(one), one
        for each in one:
            assert "_" not in word(each, Language.ENGLISH) and re.search("[\u0600-\u06ff]", word(each, Language.ARABIC))
    named = set()

    def gather(cls):
        for field in form_of(cls).fields:
            named.add(field.name)
            inner = getattr(field.form, "of", field.form)
            if hasattr(inner, "fields"):
                gather(inner.cls)

    for cls in KINDS.values():
        gather(cls)
    assert set(FIELDS) == named


# The words themselves


def test_service_and_record_speak_the_same_words():
    for name in ("Containment", "Layer", "LegalBasis", "Purpose", "Reason", "ServiceClass", "ServiceState"):
        assert getattr(vocabulary, name) is getattr(words, name)


def test_words_are_lower_case_ascii_and_named_alike():
    for name in words.__all__:
        one = getattr(words, name)
        assert issubclass(one, StrEnum)
        for each in one:
            assert re.fullmatch("[a-z0-9_]+", each.value)
            assert each.name == each.value.upper() or one is Language


# JSON Schema


def test_the_schemas_on_disk_are_those_of_the_types():
    """After a change of a type:  python builders/record_schema.py"""
    made = {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()}
    assert {path.stem: path.read_text(encoding="utf-8") for path in SCHEMAS.glob("*.json")} == made


@EACH
def test_the_schema_takes_what_the_reader_takes(statement):
    schema = schemas()[statement.kind.value]
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    found = tree(statement)
    checker.validate(found)
    found["predicate"]["extra"] = 1
    assert not checker.is_valid(found)
    del found["predicate"]["extra"], found["predicate"]["log"]
    assert not checker.is_valid(found)


@given(st.data())
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_the_reader_refuses_what_the_schema_refuses(data):
    kind = data.draw(st.sampled_from(list(KINDS)))
    predicate = data.draw(drawn(form_of(KINDS[kind])))
    key = data.draw(st.sampled_from(sorted(predicate)))
    predicate[key] = data.draw(st.sampled_from(["", "x", 7, True, [], {}, ["x", "x"], [{}], predicate[key]]))
    schema = schemas()[kind.value]["properties"]["predicate"]
    found = []
    form_of(KINDS[kind]).read(predicate, "", found)
    if not jsonschema.Draft202012Validator(schema).is_valid(predicate):
        assert found
