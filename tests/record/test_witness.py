"""What a witness signs and refuses (C2SP tlog-witness v1.0.0), and how many of them have to be honest."""

import base64
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.checkpoint import Checkpoint
from hudhud.record.note import KeyType, Note, SigningKey, cosignature, note_signature, read_note, read_signature
from hudhud.record.note import verified_signatures as held
from hudhud.record.policy import Policy, accepted
from hudhud.record.tree import consistency_proof, leaf_hash, nodes, root
from hudhud.record.witness import (
    MOST_BACK_S,
    MOST_REQUEST_BYTES,
    TLOG_SIZE,
    Answer,
    EvidenceKind,
    Request,
    Seen,
    Status,
    judged,
    read_request,
    read_split_view,
    request_bytes,
)
from log_factory import AT_S, LOG, WITNESSES, policy, signing_key

LOGS = {LOG.name: [LOG.key]}
HONEST = [leaf_hash(b"%d" % n) for n in range(20)]
FORKED = [*HONEST[:5], *(leaf_hash(b"another %d" % n) for n in range(15))]  # the same story up to its fifth entry


class Memory:
    """A witness in memory, which keeps what it is told to keep."""

    def __init__(self, signer: SigningKey = WITNESSES[0]) -> None:
        self.signer = signer
        self.seen: dict[tuple[str, int], Seen] = {}

    def history(self, origin: str, size: int | None) -> Seen | None:
        if size is not None:
            return self.seen.get((origin, size))
        return max((one for one in self.seen.values() if one.origin == origin), key=lambda one: one.size, default=None)

    def ask(self, body: bytes, at_s: int = AT_S) -> Answer:
        found = judged(body, LOGS, self.history, self.signer, at_s)
        assert (found.seen is not None) == (found.status is Status.COSIGNED)
        if found.seen is not None:
            self.seen[found.seen.origin, found.seen.size] = found.seen
        return found


def note(leaves: Sequence[bytes], size: int, log: SigningKey = LOG) -> bytes:
    text = Checkpoint(origin=log.name, size=size, root=root(leaves[:size])).text
    return Note(text=text, signatures=(note_signature(text, log),)).data


OTHER_LOG = signing_key("another.example/log")


def request(leaves: Sequence[bytes], old: int, size: int) -> bytes:
    proof = consistency_proof(old, size, nodes(leaves))
    return request_bytes(Request(old=old, proof=proof, note=note(leaves, size)))


def test_a_witness_follows_a_log_that_grows_and_signs_each_step() -> None:
    witness = Memory()
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        found = witness.ask(request(HONEST, old, size), AT_S + size)
        assert found.status == 200
        line = read_signature(found.body.decode().removesuffix("\n"))
        signed = Note(text=read_note(note(HONEST, size)).text, signatures=(line,))
        ((key, at_s),) = [(one.key, one.time_s) for one in held(signed, [WITNESSES[0].key])]
        assert key == WITNESSES[0].key and at_s == AT_S + size
        assert found.seen is not None and found.seen.root == root(HONEST[:size])
        assert len(held(read_note(found.seen.note), [LOG.key, WITNESSES[0].key])) == 2


def test_what_the_log_sends_along_from_strangers_is_not_kept() -> None:
    text = read_note(note(HONEST, 3)).text
    lines = (cosignature(text, WITNESSES[2], AT_S), note_signature(text, LOG))
    body = request_bytes(Request(old=0, proof=(), note=Note(text=text, signatures=lines).data))
    found = Memory().ask(body)
    assert found.seen is not None
    assert [one.name for one in read_note(found.seen.note).signatures] == [LOG.name, WITNESSES[0].name]


def test_another_size_is_told_so_that_the_log_can_prove_from_there() -> None:
    witness = Memory()
    found = witness.ask(request(HONEST, 3, 8))
    assert (found.status, found.body, found.content_type) == (409, b"0\n", TLOG_SIZE)
    witness.ask(request(HONEST, 0, 8))
    for old, size in ((0, 8), (0, 10), (5, 10), (9, 10), (3, 5)):  # the last one: it has moved on
        found = witness.ask(request(HONEST, old, size))
        assert (found.status, found.body, found.content_type) == (409, b"8\n", TLOG_SIZE)


def test_attack_a_smaller_tree_after_a_larger_one_is_refused() -> None:
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    found = witness.ask(request_bytes(Request(old=8, proof=(), note=note(HONEST, 5))))
    assert found.status == 400 and b"old size 8 is larger" in found.body


def test_attack_two_histories_of_one_size_are_refused_and_kept_as_evidence() -> None:
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    found = witness.ask(request(FORKED, 8, 8))
    assert found.status == 422 and found.evidence is not None and found.evidence.kind is EvidenceKind.SPLIT_VIEW
    first, second = read_split_view(found.evidence.data, [LOG.key])
    assert first.root == root(HONEST[:8]) and second.root == root(FORKED[:8]) and first.size == second.size == 8
    assert found.evidence.name == f"split_view-8-{found.evidence.name[13:29]}.txt"


@pytest.mark.parametrize(("old", "size", "status"), [(0, 8, 409), (5, 8, 409), (12, 8, 400)])
def test_attack_a_split_view_is_kept_whatever_was_asked(old: int, size: int, status: int) -> None:
    """Of any size that was cosigned before, not only of the newest."""
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    witness.ask(request(HONEST, 8, 12))
    found = witness.ask(request_bytes(Request(old=old, proof=(), note=note(FORKED, size))))
    assert found.status == status and found.evidence is not None
    assert found.evidence.kind is EvidenceKind.SPLIT_VIEW
    assert read_split_view(found.evidence.data, [LOG.key])[1].root == root(FORKED[:size])


def test_a_true_checkpoint_from_before_is_no_evidence() -> None:
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    witness.ask(request(HONEST, 8, 12))
    for size in (8, 12, 5):
        assert witness.ask(request(HONEST, 0, size)).evidence is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        note(HONEST, 8),
        note(HONEST, 8) + b"\n" + note(HONEST, 8),
        note(HONEST, 8) + b"\n" + note(FORKED, 9),
        note(HONEST, 8) + b"\n" + note(FORKED, 8, OTHER_LOG),
        note(HONEST, 8, OTHER_LOG) + b"\n" + note(FORKED, 8),
        note(HONEST, 8) + b"\n" + note(FORKED, 8) + b"\n" + note(FORKED, 8),
    ],
)
def test_attack_what_is_no_split_view_proves_nothing(data: bytes) -> None:
    with pytest.raises(RecordError):
        read_split_view(data, [LOG.key])


def test_attack_a_fork_that_has_grown_cannot_be_proven() -> None:
    """The two checkpoints alone prove nothing, for anybody could send a wrong proof: so it is called unproven."""
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    found = witness.ask(request(FORKED, 8, 12))
    assert found.status == 422 and found.evidence is not None and found.evidence.kind is EvidenceKind.UNPROVEN
    with pytest.raises(RecordError, match="are no split view"):
        read_split_view(found.evidence.data, [LOG.key])
    assert witness.ask(request(HONEST, 8, 12)).status == 200


@pytest.mark.parametrize(
    "proof",
    [
        (),
        (bytes(32),),
        consistency_proof(8, 13, nodes(HONEST))[:-1],
        (*consistency_proof(8, 13, nodes(HONEST)), bytes(32)),
    ],
)
def test_a_proof_that_does_not_hold_is_refused(proof: tuple[bytes, ...]) -> None:
    witness = Memory()
    witness.ask(request(HONEST, 0, 8))
    assert witness.ask(request_bytes(Request(old=8, proof=proof, note=note(HONEST, 13)))).status == 422


def test_a_proof_that_nobody_needs_is_refused() -> None:
    witness = Memory()
    assert witness.ask(request_bytes(Request(old=0, proof=(bytes(32),), note=note(HONEST, 3)))).status == 422
    witness.ask(request(HONEST, 0, 3))
    found = witness.ask(request_bytes(Request(old=3, proof=(bytes(32),), note=note(HONEST, 3))))
    assert found.status == 422 and found.evidence is None and b"needs no proof" in found.body


def test_an_empty_log_has_one_root() -> None:
    text = Checkpoint(origin=LOG.name, size=0, root=bytes(32)).text
    body = request_bytes(Request(old=0, proof=(), note=Note(text=text, signatures=(note_signature(text, LOG),)).data))
    found = Memory().ask(body)
    assert found.status == 422 and found.evidence is None and b"only one root" in found.body
    assert Memory().ask(request(HONEST, 0, 0)).status == 200


def test_attack_a_log_that_is_not_known_or_not_signed_by_its_key_is_refused() -> None:
    stranger = signing_key("stranger.example/log")
    thief = SigningKey(name=LOG.name, type=KeyType.ED25519, seed=bytes(32))
    text = read_note(note(HONEST, 3)).text
    forged = note_signature(text, thief)
    same_id = type(forged)(name=LOG.name, key_id=LOG.key.id, blob=forged.blob)
    for data, status in (
        (note(HONEST, 3, stranger), 404),
        (note(HONEST, 3, thief), 403),
        (Note(text=text, signatures=(same_id,)).data, 403),
        (Note(text=text, signatures=(note_signature(text, LOG), same_id)).data, 403),
        (Note(text=text, signatures=(cosignature(text, WITNESSES[0], AT_S),)).data, 403),
    ):
        found = Memory().ask(request_bytes(Request(old=0, proof=(), note=data)))
        assert (found.status, found.evidence) == (status, None), data


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 01\n\n" + note(HONEST, 3),
        b"old -1\n\n" + note(HONEST, 3),
        b"old\n\n" + note(HONEST, 3),
        b"new 0\n\n" + note(HONEST, 3),
        b"old 0\r\n\r\n" + note(HONEST, 3),
        b"old 0\n" + note(HONEST, 3),
        b"old 0\nAAAA\n\n" + note(HONEST, 3),
        b"old 0\n" + base64.b64encode(bytes(32)) * 2 + b"\n\n" + note(HONEST, 3),
        b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\n" + note(HONEST, 3),
        b"old 0\n\n" + note(HONEST, 3).replace(b"\n3\n", b"\n03\n"),
        b"old 0\n\n" + note(HONEST, 3).replace(b"\n3\n", b"\n3\nextension\n"),
        b"old 0\n\n" + b"x" * MOST_REQUEST_BYTES,
        b"old 99999999999999999999\n\n" + note(HONEST, 3),
        bytes(range(256)),
    ],
)
def test_what_is_no_request_is_refused(body: bytes) -> None:
    assert Memory().ask(body).status == 400


@given(old=st.integers(0, 2**63 - 1), proof=st.lists(st.binary(min_size=32, max_size=32), max_size=63))
@settings(deadline=None, max_examples=50)
def test_a_request_is_read_as_it_was_written(old: int, proof: list[bytes]) -> None:
    made = Request(old=old, proof=tuple(proof), note=note(HONEST, 7))
    assert read_request(request_bytes(made)) == made


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=100)
def test_whatever_comes_is_answered(body: bytes) -> None:
    for data in (body, b"old 0\n\n" + body, b"old 0\n\n" + note(HONEST, 3)[:-40] + body):
        assert Memory().ask(data).status in (400, 403, 404)


def test_a_clock_that_goes_back_signs_no_earlier_instant() -> None:
    witness = Memory()
    witness.ask(request(HONEST, 0, 3), AT_S)
    found = witness.ask(request(HONEST, 3, 5), AT_S - MOST_BACK_S)
    assert found.seen is not None and found.seen.at_s == AT_S
    found = witness.ask(request(HONEST, 5, 8), AT_S - MOST_BACK_S - 1)
    assert found.status is Status.CLOCK_BEHIND and b"stands 61 s behind" in found.body
    assert witness.ask(request(HONEST, 5, 8), AT_S + 1).status == 200


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20), st.integers(0, 20), st.integers(0, 400)), max_size=40))
@settings(deadline=None, max_examples=200)
def test_attack_no_order_of_requests_makes_an_honest_witness_sign_two_histories(
    asked: list[tuple[bool, int, int, int]],
) -> None:
    witness, last_s = Memory(), 0
    signed: dict[int, bytes] = {}
    for forked, old, size, at_s in asked:
        leaves = FORKED if forked else HONEST
        proof = consistency_proof(old, size, nodes(leaves)) if old <= size else ()
        found = witness.ask(request_bytes(Request(old=old, proof=proof, note=note(leaves, size))), at_s)
        if found.seen is not None:
            assert signed.setdefault(size, found.seen.root) == found.seen.root
            assert size == max(signed) and found.seen.at_s >= last_s
            last_s = found.seen.at_s
    histories = [all(root(leaves[:size]) == one for size, one in signed.items()) for leaves in (HONEST, FORKED)]
    assert any(histories)


# --- how many must be honest ----------------------------------------------------------------------------------------------


def can_split(rules: Policy, witnesses: Sequence[SigningKey], dishonest: int) -> bool:
    """Whether a log can have two histories of one size accepted, in whatever way it shows them to the honest ones."""
    size, views = 8, (HONEST, FORKED)
    honest = len(witnesses) - dishonest
    for shown in itertools.product((0, 1), repeat=honest):
        told: list[list[bytes]] = [[], []]
        for view, leaves in enumerate(views):
            text = read_note(note(leaves, size)).text
            told[view] += [cosignature(text, one, AT_S).line.encode() for one in witnesses[honest:]]
        for signer, first in zip(witnesses[:honest], shown, strict=True):
            witness = Memory(signer)
            for view in (first, 1 - first):  # the one it is shown first, and then the other one too
                found = witness.ask(request(views[view], witness_size(witness), size))
                if found.status is Status.COSIGNED:
                    told[view].append(found.body)
        if all(
            is_accepted(note(leaves, size) + b"".join(lines), rules) for leaves, lines in zip(views, told, strict=True)
        ):
            return True
    return False


def witness_size(witness: Memory) -> int:
    seen = witness.history(LOG.name, None)
    return seen.size if seen else 0


def is_accepted(data: bytes, rules: Policy) -> bool:
    try:
        accepted(data, rules)
    except RecordError:
        return False
    return True


@pytest.mark.parametrize(("dishonest", "splits"), [(0, False), (1, False), (2, True), (3, True)])
def test_attack_three_of_four_bear_one_dishonest_witness_and_not_two(dishonest: int, splits: bool) -> None:
    assert can_split(policy(3, 4), WITNESSES, dishonest) is splits


@pytest.mark.parametrize(
    ("threshold", "dishonest", "splits"), [(2, 0, False), (2, 1, True), (3, 1, False), (3, 2, False)]
)
def test_two_of_three_bear_none(threshold: int, dishonest: int, splits: bool) -> None:
    """A common mistake.  All of three bear two dishonest ones, but one that is away stops the log."""
    assert can_split(policy(threshold, 3), WITNESSES[:3], dishonest) is splits
