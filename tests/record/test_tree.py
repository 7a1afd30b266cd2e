"""The Merkle tree: known roots of the standard's authors, proofs against a slow tree written as the standard writes it."""

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.record.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_holds,
    consistency_proof,
    folded,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes,
    root,
    tree_root,
)

# Leaves and roots of the test vectors of Certificate Transparency's reference implementation (RFC 6962).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
MOST = 70


def slow_root(hashes: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node_hash(slow_root(hashes[:k]), slow_root(hashes[k:]))


def some_hashes(count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(count)]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert root([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 31, 32, 33, 255, 256, 257])
def test_three_ways_to_a_root_agree(size: int) -> None:
    hashes = some_hashes(size)
    assert root(hashes) == slow_root(hashes)
    assert size == 0 or tree_root(size, nodes(hashes)) == slow_root(hashes)
    if size & (size - 1) == 0 and size:
        assert folded(hashes) == slow_root(hashes)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 9), max_size=8))
def test_growing_in_pieces_is_growing_at_once(pieces: list[int]) -> None:
    hashes, frontier, at = some_hashes(sum(pieces)), Frontier(), 0
    for piece in pieces:
        frontier = frontier.appended(hashes[at : at + piece])
        at += piece
    assert frontier == Frontier().appended(hashes)
    assert frontier.root == slow_root(hashes)


def test_every_entry_of_every_tree_is_proven_and_no_other() -> None:
    hashes = some_hashes(MOST)
    node = nodes(hashes)
    for size in range(1, MOST + 1):
        found = root(hashes[:size])
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            assert inclusion_holds(index, size, hashes[index], proof, found)
            for other in {index - 1, index + 1, size} - {index}:
                assert not inclusion_holds(other, size, hashes[index], proof, found)
            assert not inclusion_holds(index, size, hashes[index], (*proof, hashes[0]), found)
            assert not proof or not inclusion_holds(index, size, hashes[index], proof[:-1], found)


def test_every_tree_is_shown_to_begin_as_each_smaller_one() -> None:
    hashes = some_hashes(MOST)
    node, roots = nodes(hashes), [root(hashes[:size]) for size in range(MOST + 1)]
    for new in range(MOST + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, node)
            assert consistency_holds(old, new, roots[old], roots[new], proof)
            if 0 < old < new:
                assert not consistency_holds(old, new, roots[old - 1], roots[new], proof)
                assert not consistency_holds(old, new, roots[old], roots[new - 1], proof)
                assert not consistency_holds(old, new, roots[old], roots[new], (*proof, hashes[0]))
                assert not consistency_holds(old, new, roots[old], roots[new], proof[:-1])
                assert not consistency_holds(old - 1, new, roots[old], roots[new], proof)


def test_a_changed_bit_of_a_proof_is_found() -> None:
    rng = random.Random(6962)
    hashes = some_hashes(100)
    node, new_root = nodes(hashes), root(hashes)
    for _ in range(2_000):
        index, old = rng.randrange(100), rng.randrange(1, 100)
        proof = list(inclusion_proof(index, 100, node))
        at = rng.randrange(len(proof))
        proof[at] = (int.from_bytes(proof[at], "big") ^ 1 << rng.randrange(256)).to_bytes(32, "big")
        assert not inclusion_holds(index, 100, hashes[index], proof, new_root)
        growth = list(consistency_proof(old, 100, node))
        at = rng.randrange(len(growth))
        growth[at] = (int.from_bytes(growth[at], "big") ^ 1 << rng.randrange(256)).to_bytes(32, "big")
        assert not consistency_holds(old, 100, root(hashes[:old]), new_root, growth)


def test_a_tree_begins_empty_and_an_empty_tree_proves_nothing() -> None:
    one = leaf_hash(b"")
    assert consistency_holds(0, 0, EMPTY_ROOT, EMPTY_ROOT, ())
    assert consistency_holds(0, 1, EMPTY_ROOT, one, ())
    assert not consistency_holds(0, 1, one, one, ())
    assert not consistency_holds(0, 0, EMPTY_ROOT, one, ())
    assert not consistency_holds(2, 1, one, one, ())
    assert not inclusion_holds(0, 0, one, (), one)
    assert not inclusion_holds(-1, 1, one, (), one)


def test_what_is_not_in_the_tree_has_no_proof() -> None:
    node = nodes(some_hashes(3))
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(IndexError):
            inclusion_proof(index, size, node)
    with pytest.raises(IndexError):
        consistency_proof(4, 3, node)
