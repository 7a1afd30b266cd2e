"""`hudhud audit`: one page, exit codes that mean something, maps of real territories made again."""

from __future__ import annotations

import argparse
import functools
import json
import random
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from hudhud.adapters.audit_words import ANSWERS, SENTENCES, duration, sentence
from hudhud.adapters.audited import Asked, audited, catalogue_map
from hudhud.adapters.cli import audit as verb
from hudhud.adapters.opening import opened_at_once
from hudhud.adapters.recorded import atlas
from hudhud.adapters.store.territories import territories
from hudhud.errors import InputError, RecordError
from hudhud.record.audit_parts import Answer, Finding, Found, finding
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.keyring import keyring_bytes
from hudhud.record.parts import TerritoryRef
from hudhud.record.reading import opened_entries
from hudhud.record.receipt import receipt_bytes
from hudhud.record.statements import MapRelease
from hudhud.record.tiles import CHECKPOINT
from hudhud.record.timeline import TIMELINE
from hudhud.record.trust import TRUST, trust_bytes, trust_digest
from hudhud.record.words import Containment, Language, ServiceState
from hudhud.service import service_map
from hudhud.service.map_text import map_bytes
from hudhud.service.recorded import decisions_of, finder
from record.audit_factory import DAY_S, START_S, WORLD, Watched


@functools.cache
def sitting() -> Watched:
    """Two decisions over countries, released and obeyed."""
    made = Watched(WORLD, START_S)
    rows = {row.id: row for row in territories().rows}
    made.territories = tuple(
        TerritoryRef(
            id=id,
            resolution=5,
            containment=Containment.FULL,
            cells_sha256=rows[id].digest(Containment.FULL),
            claimed_by=frozenset(rows[id].claimed_by),
            controlled_by=rows[id].controlled_by or None,
        )
        for id in ("BGR", "UKR")
    )
    made.compiled = catalogue_map({}.get, atlas())
    for _ in made.territories:
        made.granted()
        made.wait(60)
        made.settle()
        made.wait(60)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The public files on a disk."""
    files = dict(sitting().log.files) | {TRUST: trust_bytes(WORLD.trust)}
    for path, data in files.items():
        place = tmp_path / "record" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return tmp_path / "record"


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    verb.add(parser.add_subparsers())
    at = () if "--at" in words else ("--at", instant_text(sitting().now_s))
    parsed = parser.parse_args(["audit", *map(str, words), *at])
    return int(parsed.verb(parsed))


def test_a_sound_record_fits_one_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder) == 0
    page = capsys.readouterr().out
    assert "SOUND\n" in page and "It came from the record itself" in page and "DEMONSTRATION" in page
    assert trust_digest(WORLD.trust) in page
    assert max(map(len, page.splitlines())) <= 80 and len(page.splitlines()) < 30


def test_it_speaks_arabic(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--language", "ar") == 0
    page = capsys.readouterr().out
    assert ANSWERS[Answer.SOUND][1] in page and max(map(len, page.splitlines())) <= 80


def test_what_the_program_tells_in_english_is_framed_in_arabic(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "timeline").unlink()
    assert run(folder, "--language", "ar") == 4
    page = " ".join(capsys.readouterr().out.split())
    assert "كما يورده البرنامج بالإنجليزية: «no record: there is no file" in page
    assert run(folder) == 4
    assert "«" not in capsys.readouterr().out


def test_it_tells_everything_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--json", "--trust-digest", trust_digest(WORLD.trust)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sound"] and told["answer"] == "sound" and told["trust"]["from_elsewhere"]
    assert told["counted"]["decisions"] == 2 and told["findings"] == []


def test_a_changed_bit_is_told_and_has_an_exit_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = next(path for path in folder.rglob("*") if path.is_file() and "entries" in str(path))
    data = bytearray(place.read_bytes())
    data[100] ^= 1
    place.write_bytes(data)
    assert run(folder) == 4
    assert "NOT SOUND" in capsys.readouterr().out


def test_concerns_have_an_exit_code_only_where_it_is_asked_for(folder: Path) -> None:
    later = instant_text(sitting().now_s + 3 * DAY_S)
    assert run(folder, "--at", later) == 0
    assert run(folder, "--at", later, "--strict") == 5


def test_another_digest_of_the_root_of_trust_is_refused(folder: Path) -> None:
    with pytest.raises(RecordError, match="believe nothing"):
        run(folder, "--trust-digest", "ab" * 32)


def test_an_older_copy_and_a_receipt_are_looked_at(folder: Path, tmp_path: Path) -> None:
    kept = sitting()
    receipt = tmp_path / "mine.receipt"
    receipt.write_bytes(receipt_bytes(kept.said[0].leaf, START_S, None, WORLD.log))
    assert run(folder, "--since", folder / TIMELINE, "--since", folder / CHECKPOINT, "--receipt", receipt) == 0
    receipt.write_bytes(receipt_bytes("ab" * 32, START_S - DAY_S, None, WORLD.log))
    assert run(folder, "--receipt", receipt) == 4


def test_files_that_hold_are_told_too(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    leaf, files = sitting().said[0].leaf, [Path(name) for name in ("gw.map", "timeline.old", "mine.receipt")]
    for path, data in zip(
        files,
        (proven_map(), (folder / TIMELINE).read_bytes(), receipt_bytes(leaf, START_S, None, WORLD.log)),
        strict=True,
    ):
        path.write_bytes(data)
    words = [word for pair in zip(("--map", "--since", "--receipt"), files, strict=True) for word in pair]
    assert run(folder, *words) == 0
    page = capsys.readouterr().out
    entries, release = len(sitting().record().entries), sitting().record().prefix
    index = max(one.index for one in release.entries if isinstance(one.statement, MapRelease))
    assert f"gw.map: the map released by entry {index}, the newest" in page
    assert f"timeline.old: the beginning of this record, number of entries: {entries}" in page
    assert "mine.receipt: kept, entry 0" in page
    assert run(folder, *words, "--language", "ar") == 0
    assert f"gw.map: الخريطة التي أصدرها القيد {index}" in capsys.readouterr().out
    assert run(folder, *words, "--json") == 0
    told = json.loads(capsys.readouterr().out)["files"]
    assert [(one["file"], one["standing"]) for one in told] == [
        ("gw.map", "newest_map"),
        ("timeline.old", "beginning"),
        ("mine.receipt", "kept"),
    ]
    files[2].write_bytes(receipt_bytes("ab" * 32, START_S - DAY_S, None, WORLD.log))
    assert run(folder, "--receipt", files[2], "--json") == 4
    assert json.loads(capsys.readouterr().out)["files"][0]["standing"] == "fails"


def test_classes_of_a_cell_are_told_in_words_in_both_languages() -> None:
    told = {"cell": "85", "claimed": "a", "proven": "b", "cells": 1}
    states = {"claimed_state": ServiceState.SERVED, "proven_state": ServiceState.PROHIBITED}
    one = finding(Found.HELD_MAP_ENTRY, service_class="direct_to_cell, medical", **told, **states)
    assert "direct to cell" in sentence(one, Language.ENGLISH)
    arabic = sentence(one, Language.ARABIC)
    assert "مباشر إلى الهاتف" in arabic and "direct_to_cell" not in arabic


def proven_map() -> bytes:
    made = sitting()
    prefix = made.prefix()
    items = decisions_of(
        decide(prefix, made.now_s),
        prefix.entries,
        finder(atlas(), lambda _: None),
        atlas().lists,
        (atlas().ground,),
        demonstration=True,
    )
    return map_bytes(service_map.compile(items, np.datetime64(made.now_s, "s").astype("datetime64[ns]")))


def test_a_gateways_map_is_held_against_the_released_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Silent flips of random cells: each is named, with the decision that is missing there."""
    whole, rng, path = proven_map(), random.Random(7), tmp_path / "gateway.map"
    path.write_bytes(whole)
    assert run(folder, "--map", path) == 0
    cells = 2 * 2_016_842
    outside = len(whole) - cells
    table = np.frombuffer(whole[outside:], dtype="<u2").copy()
    ukraine = np.flatnonzero(table != np.bincount(table).argmax())
    for _ in range(3):
        flipped = table.copy()
        flipped[rng.choice(ukraine.tolist()[1_000:])] = np.bincount(table).argmax()
        path.write_bytes(whole[:outside] + flipped.tobytes())
        capsys.readouterr()
        assert run(folder, "--map", path) == 4
        page = capsys.readouterr().out
        assert "was never released" in page and "Cell 8" in page


def test_one_entry_is_checked_without_any_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = sitting()
    entry, proof, trust, ring = (tmp_path / name for name in ("e.json", "e.tlog-proof", "trust.json", "keyring.json"))
    entry.write_bytes(made.record().entries[0])
    proof.write_bytes(made.log.proof(0).data)
    trust.write_bytes(trust_bytes(WORLD.trust))
    ring.write_bytes(keyring_bytes(WORLD.keyring))
    alone = ("--entry", entry, "--proof", proof, "--trust", trust)
    assert run(*alone) == 0
    assert "signature was not checked" in " ".join(capsys.readouterr().out.split())
    assert run(*alone, "--keyring", ring) == 0
    page = capsys.readouterr().out
    assert "THE PROOF HOLDS" in page and "Signed by the seat ministry" in page and "REQUEST" in page
    assert run(*alone, "--keyring", ring, "--json") == 0
    assert json.loads(capsys.readouterr().out)["statement"]["predicate"]["nonce"] == "0" * 31 + "1"
    entry.write_bytes(made.record().entries[1])
    assert run(*alone) == 4
    assert "DOES NOT HOLD" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("x", "--entry", "e"),
        ("--entry", "e"),
        ("x", "--trust-digest", "12"),
        ("x", "--at", "yesterday"),
        ("/nowhere",),
    ],
)
def test_wrong_usage_is_told_in_words(words: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        run(*words)


def test_every_finding_has_a_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Found)
    for kind, (english, arabic) in SENTENCES.items():
        names = {part.split("}")[0] for part in english.split("{")[1:]}
        assert names == {part.split("}")[0] for part in arabic.split("{")[1:]}, kind
        told = MappingProxyType({name: 7 if name.endswith("_s") else "x" for name in names - {"why", "silent"}})
        if not names & {"why", "what"}:  # told by tables of their own
            for language in Language:
                assert sentence(Finding(kind=kind, told=told), language)


def test_durations_are_told_in_their_largest_unit() -> None:
    assert [duration(each, Language.ENGLISH) for each in (0, 61, 7_200, 90_000)] == [
        "0 seconds",
        "1 minute",
        "2 hours",
        "1 day",
    ]
    assert duration(3 * DAY_S, Language.ARABIC) == "3 أيام"


def test_entries_opened_on_several_threads_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from hudhud.adapters import opening
    from hudhud.record.envelope import key_id

    record = sitting().record()
    entries = [*record.entries, b"{}"] * 4
    keys = {key_id(one.public_key): one.public_key for one in WORLD.signers.values()}
    expected = opened_entries(entries, keys)
    assert opened_at_once(entries, keys) == expected
    monkeypatch.setattr(opening, "_FEWEST", 1)
    monkeypatch.setattr(opening, "_CHUNK", 50)
    assert opened_at_once(entries, keys) == expected


def test_an_audit_of_files_is_that_of_the_verb(folder: Path) -> None:
    told = audited(Asked(where=str(folder)))
    assert told.audit.answer is Answer.SOUND and not told.compared
