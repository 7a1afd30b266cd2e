"""Tiles as the specification counts them, and the replay of a log: ten thousand acts of tampering, all found."""

import hashlib
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.checkpoint import Checkpoint, opened, read_checkpoint
from hudhud.record.policy import Policy
from hudhud.record.tiles import (
    CHECKPOINT,
    Levels,
    TileName,
    blob_path,
    bundle,
    extend,
    level_node,
    new_names,
    read_blob_path,
    read_bundle,
    read_path,
    tile_data,
    tile_names,
    tile_node,
    verified,
)
from hudhud.record.tree import EMPTY_ROOT, inclusion_proof, leaf_hash, nodes, root, tree_root
from log_factory import ACTS, LOG, WITNESSES, policy, public_files, signed, some_entries, spoiled_logs

TAMPERINGS = 10_000


def test_a_log_of_70_000_has_the_tiles_that_the_specification_counts() -> None:
    """C2SP tlog-tiles: 273 full tiles and one of 112 at level 0, one full and one of 17 at level 1, one of 1 at level 2."""
    names = list(tile_names(70_000))
    counted = Counter((name.level, name.width) for name in names)
    expected = {(0, 256): 273, (0, 112): 1, (1, 256): 1, (1, 17): 1, (2, 1): 1, (None, 256): 273, (None, 112): 1}
    assert counted == expected
    assert {name.path for name in tile_names(256)} == {"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}
    assert not list(tile_names(0))


def test_a_large_index_is_written_in_groups_of_three() -> None:
    """C2SP tlog-tiles: 1234067 is x001/x234/067."""
    assert TileName(level=0, index=1_234_067).path == "tile/0/x001/x234/067"
    assert TileName(level=None, index=0, width=5).path == "tile/entries/000.p/5"
    assert TileName(level=2, index=1_000, width=255).path == "tile/2/x001/000.p/255"


@settings(deadline=None, max_examples=100)
@given(st.none() | st.integers(0, 63), st.integers(0, 2**50), st.integers(1, 256))
def test_every_path_names_one_tile(level: int | None, index: int, width: int) -> None:
    name = TileName(level=level, index=index, width=width)
    assert read_path(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "checkpoint",
        "tile/0/0",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/8/0/000",
        "tile/data/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/٠٠٠",
        "tile/0/../../secret",
    ],
)
def test_a_second_spelling_of_a_path_is_no_path(path: str) -> None:
    assert read_path(path) is None


def test_a_blob_lies_under_its_digest() -> None:
    digest = bytes(range(32))
    assert read_blob_path(blob_path(digest)) == digest
    assert read_blob_path(blob_path(digest).replace("blob/00", "blob/01")) is None
    assert read_blob_path(blob_path(digest).upper()) is None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    data = bundle(entries)
    assert read_bundle(data) == tuple(entries)
    for end in range(len(data)):
        try:
            assert len(read_bundle(data[:end])) < len(entries)
        except RecordError as error:
            assert "cut short" in str(error)


def test_an_entry_is_at_most_65_535_bytes() -> None:
    assert read_bundle(bundle([bytes(65_535), b"", b"a"])) == (bytes(65_535), b"", b"a")
    with pytest.raises(RecordError, match="store what is large as a blob"):
        bundle([bytes(65_536)])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 70_000), st.integers(0, 1_000))
def test_what_growth_adds_is_what_was_not_there(old: int, more: int) -> None:
    added = set(tile_names(old + more)) - set(tile_names(old))
    assert set(new_names(old, old + more)) == added
    assert len(list(new_names(old, old + more))) == len(added)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 1_000, 66_000])
def test_tiles_hold_the_tree(size: int) -> None:
    hashes = [leaf_hash(b"%d" % n) for n in range(size)]
    levels: Levels = []
    extend(levels, hashes[: size // 3])
    extend(levels, hashes[size // 3 :])
    files = {name.path: tile_data(levels, name) for name in tile_names(size) if name.level is not None}
    served, plain = tile_node(files.get, size), nodes(hashes)
    assert tree_root(size, served) == tree_root(size, level_node(levels)) == root(hashes)
    for index in {0, size // 2, size - 1}:
        assert inclusion_proof(index, size, served) == inclusion_proof(index, size, plain)
        assert inclusion_proof(index, size, level_node(levels)) == inclusion_proof(index, size, plain)


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 1_000])
def test_a_sound_log_is_sound(size: int) -> None:
    entries = some_entries(size)
    files = public_files(entries)
    found = verified(files.get, policy(), files)
    assert found.entries == tuple(entries)
    assert found.signed.checkpoint.size == size
    assert len(found.signed.cosignatures) == 3


def test_attack_ten_thousand_tamperings_are_all_found() -> None:
    rules, seen, missed = policy(), Counter[str](), []
    for number, (act, files) in enumerate(spoiled_logs(TAMPERINGS, seed=9162)):
        seen[act] += 1
        try:
            verified(files.get, rules, files)
        except RecordError:
            continue
        missed.append((number, act))
    assert not missed
    assert set(seen) == {act.__name__ for act in ACTS}
    assert sum(seen.values()) == TAMPERINGS


def test_what_is_wrong_is_named() -> None:
    files = public_files(some_entries(300))
    bundle_path, tile_path = "tile/entries/001.p/44", "tile/0/000"
    entries = list(read_bundle(files[bundle_path]))
    entries[3] = b"another"
    with pytest.raises(RecordError, match=f"{bundle_path}: entry 259 is not the one that was recorded"):
        verified((files | {bundle_path: bundle(entries)}).get, policy())
    broken = bytearray(files[tile_path])
    broken[64] ^= 1
    with pytest.raises(RecordError, match=f"{tile_path}: hash 2 in it is not what the entries make it"):
        verified((files | {tile_path: bytes(broken)}).get, policy())
    for path in (tile_path, bundle_path, "tile/1/000.p/1"):
        with pytest.raises(RecordError, match=f"{path}: it is missing"):
            verified({one: data for one, data in files.items() if one != path}.get, policy())
    with pytest.raises(RecordError, match="there is no file 'checkpoint'"):
        verified({}.get, policy())
    with pytest.raises(RecordError, match="it holds 43 entries, expected 44"):
        verified((files | {bundle_path: bundle(entries[:43])}).get, policy())


def test_a_log_that_has_grown_still_answers_for_its_earlier_checkpoint() -> None:
    """Partial tiles may go once the full one is there: their hashes and entries are read from that."""
    entries = some_entries(700)
    files = public_files(entries)
    for size in (1, 200, 256, 300, 511, 512, 699):
        earlier = files | {CHECKPOINT: public_files(entries[:size])[CHECKPOINT]}
        for name in tile_names(size):
            if name.path not in earlier and name.full.path not in earlier:
                earlier[name.path] = public_files(entries[:size])[name.path]
        assert verified(earlier.get, policy()).entries == tuple(entries[:size])


def test_attack_a_changed_file_that_the_checkpoint_does_not_need_is_found_when_listed() -> None:
    entries = some_entries(40)
    older = {path: data for path, data in public_files(entries[:17]).items() if path != CHECKPOINT}
    blob = b"a territory"
    files = public_files(entries) | older
    blob_at = blob_path(hashlib.sha256(blob).digest())
    files[blob_at] = blob
    assert verified(files.get, policy(), files)
    rng = random.Random(4)
    for path in [*older, blob_at]:
        for _ in range(50):
            data = bytearray(files[path])
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            with pytest.raises(RecordError, match=path):
                verified((files | {path: bytes(data)}).get, policy(), files)
        with pytest.raises(RecordError, match=path):
            verified((files | {path: files[path] + b"\x00\x00"}).get, policy(), files)
    with pytest.raises(RecordError, match="tile/notes: no log has such a file"):
        verified((files | {"tile/notes": b""}).get, policy(), [*files, "tile/notes"])
    with pytest.raises(RecordError, match="it is listed but cannot be read"):
        verified(files.get, policy(), [*files, "tile/0/000.p/5"])


def test_a_missing_witness_is_borne_as_far_as_the_policy_says() -> None:
    """Three of four: anybody can strip a cosignature, so that one fewer is no tampering, two fewer is no quorum."""
    entries = some_entries(5)
    three, two = public_files(entries, witnesses=WITNESSES[1:]), public_files(entries, witnesses=WITNESSES[2:])
    assert len(verified(three.get, policy(3, 4)).signed.cosignatures) == 3
    with pytest.raises(RecordError, match="cosigned by W2, W3, which does not meet 'quorum'"):
        verified(two.get, policy(3, 4))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("log.example/record\n1\n", "expected three lines"),
        ("log.example/record\n1\n{root}\nextension\n", "expected three lines"),
        ("\n1\n{root}\n", "line 1: the origin is empty"),
        ("log.example/record\n01\n{root}\n", "line 2: '01' is no size"),
        ("log.example/record\n-1\n{root}\n", "line 2: '-1' is no size"),
        ("log.example/record\n+1\n{root}\n", "line 2: '\\+1' is no size"),
        ("log.example/record\n١\n{root}\n", "is no size"),
        ("log.example/record\n9223372036854775808\n{root}\n", "is no size"),
        ("log.example/record\n1 \n{root}\n", "is no size"),
        ("log.example/record\n1\n{root} \n", "line 3"),
        ("log.example/record\n1\nAAAA\n", "line 3"),
        ("log.example/record\n0\n{root}\n", "an empty log has only one root"),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, says: str) -> None:
    filled = text.replace("{root}", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    with pytest.raises(RecordError, match=says):
        read_checkpoint(filled)


def test_a_checkpoint_reads_back() -> None:
    for size, found in ((0, EMPTY_ROOT), (1, leaf_hash(b"")), (2**63 - 1, bytes(32))):
        checkpoint = Checkpoint(origin="a log with spaces", size=size, root=found)
        assert read_checkpoint(checkpoint.text) == checkpoint


def test_attack_the_key_of_one_log_signs_for_another() -> None:
    other = Checkpoint(origin="log.example/other", size=1, root=leaf_hash(b""))
    with pytest.raises(RecordError, match="no known key of that log has signed it"):
        opened(signed(other, LOG), [LOG.key], [one.key for one in WITNESSES])
    with pytest.raises(RecordError, match="no known key of that log has signed it"):
        opened(signed(other, LOG), [], [one.key for one in WITNESSES])
    assert Policy(logs=(LOG.key,)).quorum == "none"
