"""Withholding names without hiding that something was asked."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.parts import Disclosed, Withheld
from hudhud.record.redaction import (
    DECOY,
    PLACES,
    decoys,
    disclosure,
    disclosure_digest,
    read_disclosure,
    withheld_of,
)
from hudhud.record.statements import KINDS, Statement
from hudhud.record.words import RedactionClass
from record.slow_decide import tells, withheld_in
from record.statement_factory import ALL

SALT = bytes(range(16))
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


def parts(hint: Any) -> Iterator[Any]:
    """The classes that a type is made of."""
    origin = get_origin(hint)
    if origin is None:
        yield hint
    elif origin in (Union, types.UnionType, tuple, frozenset):
        for one in get_args(hint):
            yield from parts(one)
    else:
        yield from parts(get_args(hint)[0])  # Annotated


def places_of(cls: type, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every path of fields in a class at which something can be withheld."""
    for name, hint in get_type_hints(cls).items():
        for one in parts(hint):
            if one is Withheld:
                yield ".".join((*path, name))
            elif dataclasses.is_dataclass(one):
                assert isinstance(one, type)
                yield from places_of(one, (*path, name))


def test_only_parties_and_what_evidence_shows_can_be_withheld_in_any_statement() -> None:
    found = {cls: tuple(places_of(cls)) for cls in KINDS.values()}
    assert {cls: places for cls, places in found.items() if places} == dict(PLACES)


def test_existence_territory_action_time_ground_and_verdict_have_no_field_that_withholds() -> None:
    never = {"effect", "territories", "action", "verdict", "legal_basis", "start", "until", "log", "nonce", "purposes"}
    for places in PLACES.values():
        for place in places:
            assert not never & set(place.split("."))
            assert place.split(".")[-1] == "withheld"


@pytest.mark.parametrize("statement", ALL, ids=lambda one: str(one.kind))
def test_what_a_statement_withholds_is_found_wherever_it_stands(statement: Statement) -> None:
    assert withheld_of(statement) == tuple(dict.fromkeys(withheld_in(statement)))


def test_a_disclosure_is_that_of_sd_jwt_in_the_one_way_of_writing() -> None:
    text = disclosure(SALT, "name", "A. Example")
    assert json.loads(base64.urlsafe_b64decode(text + "==")) == ["AAECAwQFBgcICQoLDA0ODw", "name", "A. Example"]
    assert disclosure_digest(text) == hashlib.sha256(text.encode()).hexdigest()
    assert read_disclosure(text) == ("name", "A. Example")
    assert not list(Disclosed(digest=disclosure_digest(text), disclosure=text).problems())


@settings(deadline=None, max_examples=60)
@given(salt=st.binary(min_size=16, max_size=40), name=TEXTS, value=TEXTS | st.integers(-9, 9) | st.lists(TEXTS))
def test_what_is_told_is_what_was_withheld(salt: bytes, name: str, value: Any) -> None:
    text = disclosure(salt, name, value)
    assert read_disclosure(text) == (name, value)
    assert tells(text)
    assert disclosure(salt, name, value) == text


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_what_is_no_disclosure_is_refused_and_never_raises_anything_else(text: str) -> None:
    with pytest.raises(RecordError):
        read_disclosure(text)
    assert not tells(text)


def test_a_wrong_disclosure_does_not_give_the_digest() -> None:
    digest = disclosure_digest(disclosure(SALT, "name", "A. Example"))
    for other in (disclosure(SALT, "name", "B. Example"), disclosure(SALT[::-1], "name", "A. Example")):
        assert list(Disclosed(digest=digest, disclosure=other).problems())


def test_a_name_that_can_be_guessed_cannot_be_found_without_its_salt() -> None:
    known = ["A. Example", "B. Example", "C. Example"]  # everybody who could be meant
    digests = {disclosure_digest(disclosure(bytes([n]) * 16, "name", "B. Example")) for n in range(50)}
    assert len(digests) == 50
    guesses = {hashlib.sha256(one.encode()).hexdigest() for one in known}
    guesses |= {disclosure_digest(disclosure(b"\xff" * 16, "name", one)) for one in known}
    assert not guesses & digests


@pytest.mark.parametrize("size", [0, 1, 15])
def test_a_salt_too_short_is_refused(size: int) -> None:
    with pytest.raises(RecordError, match="at least 16 random ones"):
        disclosure(bytes(size), "name", "A. Example")
    with pytest.raises(RecordError):
        decoys([bytes(16), bytes(size)])
    short = base64.urlsafe_b64encode(bytes(size)).decode().rstrip("=")
    text = base64.urlsafe_b64encode(json.dumps([short, "n", "v"], separators=(",", ":")).encode()).decode().rstrip("=")
    with pytest.raises(RecordError, match="could be guessed"):
        read_disclosure(text)
    assert not tells(text)


def written(tree: Any, **how: Any) -> str:
    data = json.dumps(tree, **{"separators": (",", ":"), **how}).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "",
        written(["AAECAwQFBgcICQoLDA0ODw", "name"]),
        written(["AAECAwQFBgcICQoLDA0ODw", "name", "a", "b"]),
        written(["AAECAwQFBgcICQoLDA0ODw", "", "a"]),
        written(["AAECAwQFBgcICQoLDA0ODw", 7, "a"]),
        written([7, "name", "a"]),
        written(["AAECAwQFBgcICQoLDA0OD/", "name", "a"]),
        written({"salt": "AAECAwQFBgcICQoLDA0ODw"}),
        written(["AAECAwQFBgcICQoLDA0ODw", "name", "a"], separators=(", ", ":")),
        written(["AAECAwQFBgcICQoLDA0ODw", "name", 1.5]),
        written(["AAECAwQFBgcICQoLDA0ODw", "name", "a"]) + "=",
        written(["AAECAwQFBgcICQoLDA0ODw", "name", "a"])[:-1] + "*",
    ],
)
def test_every_other_way_to_write_a_disclosure_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="the disclosure was refused"):
        read_disclosure(text)


def test_decoys_look_like_anything_else_and_tell_nothing() -> None:
    texts = decoys([bytes([n]) * 16 for n in range(3)])
    assert len({disclosure_digest(one) for one in texts}) == 3
    assert {read_disclosure(one) for one in texts} == {(DECOY, "")}
    Withheld(kind=RedactionClass.PERSON_NAME, digest=disclosure_digest(texts[0]))
