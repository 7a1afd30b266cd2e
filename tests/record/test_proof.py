"""Proofs that travel alone: what they must look like, and that nothing but the true entry at its true place passes."""

import random

import pytest

from hudhud.errors import RecordError
from hudhud.record.proof import Proof, proven, read_proof
from hudhud.record.tiles import CHECKPOINT, tile_node
from hudhud.record.tree import inclusion_proof
from log_factory import WITNESSES, policy, public_files, some_entries

SIZE = 300
ENTRIES = some_entries(SIZE)
FILES = public_files(ENTRIES)
NODE = tile_node(FILES.get, SIZE)


def proof_of(index: int, extra: bytes | None = None) -> Proof:
    hashes = inclusion_proof(index, SIZE, NODE)
    return Proof(index=index, hashes=hashes, checkpoint=FILES[CHECKPOINT], extra=extra)


def test_a_proof_is_written_as_specified() -> None:
    """C2SP tlog-proof: head, optional extra, index, one hash in a line, an empty line, the checkpoint as it is."""
    proof = Proof(index=5, hashes=(bytes(32), b"\x01" * 32), checkpoint=b"checkpoint\n", extra=b"words")
    a, b = "A" * 43 + "=", "AQEB" * 10 + "AQE="
    assert proof.data == f"c2sp.org/tlog-proof@v1\nextra d29yZHM=\nindex 5\n{a}\n{b}\n\ncheckpoint\n".encode()
    bare = Proof(index=0, hashes=(), checkpoint=b"checkpoint\n")
    assert bare.data == b"c2sp.org/tlog-proof@v1\nindex 0\n\ncheckpoint\n"


@pytest.mark.parametrize("index", [0, 1, 128, 255, 256, SIZE - 1])
def test_every_proof_reads_back_and_proves(index: int) -> None:
    proof = proof_of(index, extra=b"" if index else None)
    assert read_proof(proof.data) == proof
    found = proven(read_proof(proof.data), ENTRIES[index], policy())
    assert (found.index, found.entry, found.signed.checkpoint.size) == (index, ENTRIES[index], SIZE)


def test_attack_another_entry_another_place_another_policy() -> None:
    proof = proof_of(7)
    with pytest.raises(RecordError, match="does not lead from these"):
        proven(proof, ENTRIES[8], policy())
    moved = Proof(index=6, hashes=proof.hashes, checkpoint=proof.checkpoint)
    with pytest.raises(RecordError, match="at 6 to the root"):
        proven(moved, ENTRIES[7], policy())
    with pytest.raises(RecordError, match="does not meet"):
        proven(proof, ENTRIES[7], policy(4, 4))
    inner = Proof(index=3, hashes=proof.hashes[1:], checkpoint=proof.checkpoint)
    with pytest.raises(RecordError):  # an inner node passed off as an entry
        proven(inner, proof.hashes[0] + ENTRIES[7], policy())


def test_attack_two_thousand_spoiled_proofs_are_refused() -> None:
    rng = random.Random(62)
    rules = policy()
    for number in range(2_000):
        index = rng.randrange(SIZE)
        data = bytearray(proof_of(index).data)
        at = rng.randrange(len(data))
        kind = number % 4
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + rng.randint(1, 50)]
        elif kind == 2:
            data[at:at] = rng.randbytes(rng.randint(1, 50))
        else:
            other = proof_of((index + rng.randrange(1, SIZE)) % SIZE)
            data[:] = Proof(index=index, hashes=other.hashes, checkpoint=other.checkpoint).data
        with pytest.raises(RecordError):
            proven(read_proof(bytes(data)), ENTRIES[index], rules)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((b"@v1", b"@v2"), "expected c2sp.org/tlog-proof@v1"),
        ((b"index 7\n", b""), "index: expected a line: index N"),
        ((b"index 7", b"index 07"), "index: expected a line: index N"),
        ((b"index 7", b"index -7"), "index: expected a line: index N"),
        ((b"index 7", b"index 300"), "it is for entry 300, but its checkpoint has only 300"),
        ((b"index 7", b"extra !\nindex 7"), "index: expected a line: index N"),
        ((b"index 7\n", b"index 7\nAAAA\n"), "hash 0: expected base64 of 32 bytes"),
        ((b"index 7\n", b"index 7\n" + b"A" * 43 + b"=\n"), "it has 10 hashes, more than a tree of 300 needs"),
        ((b"index 7\n", b"index 7\n" + (b"A" * 43 + b"=\n") * 70), "there are 79, more than 63"),
        ((b"index 7\n", "index ٧\n".encode()), "is not ASCII"),
        ((b"\n\nlog.example", b"\nlog.example"), "refused"),
        ((b"\n\nlog.example", b"\n\n\nlog.example"), "refused"),
    ],
)
def test_what_is_no_proof_is_refused(change: tuple[bytes, bytes], says: str) -> None:
    data = proof_of(7).data
    assert change[0] in data
    with pytest.raises(RecordError, match=says):
        read_proof(data.replace(*change, 1))


def test_a_proof_of_any_length_is_read_only_up_to_a_bound() -> None:
    with pytest.raises(RecordError, match="2,000,001 bytes"):
        read_proof(b"a" * 2_000_001)
    assert len(WITNESSES) == 4
