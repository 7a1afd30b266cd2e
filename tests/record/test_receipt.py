"""Receipts: what was taken in and dropped is proven by the log's own signature."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.checkpoint import read_checkpoint
from hudhud.record.note import KeyType, Note, SigningKey, note_signature, read_note
from hudhud.record.receipt import INCLUDED_AFTER_S, Receipt, broken, read_receipt, receipt_bytes
from hudhud.record.tree import leaf_hash
from log_factory import AT_S, LOG, WITNESSES, signing_key

LEAF = leaf_hash(b"a request that somebody would rather not have").hex()
RECEIPT = receipt_bytes(LEAF, AT_S, None, LOG)


def signed(text: str, log: SigningKey = LOG) -> bytes:
    return Note(text=text, signatures=(note_signature(text, log),)).data


def test_a_receipt_says_what_was_taken_in_and_by_when_it_stands_in_the_record() -> None:
    receipt = read_receipt(RECEIPT, [LOG.key])
    assert receipt == Receipt(log=LOG.name, leaf=LEAF, received_s=AT_S, include_by_s=AT_S + INCLUDED_AFTER_S)
    assert INCLUDED_AFTER_S == 3_600
    assert RECEIPT.startswith(
        f"{LOG.name}/receipt\n{LEAF}\n2027-01-15T08:00:00Z\n2027-01-15T09:00:00Z\n\n— {LOG.name} ".encode()
    )


@given(st.binary(min_size=32, max_size=32), st.integers(0, 4_000_000_000), st.integers(0, 10**6))
@settings(deadline=None, max_examples=50)
def test_a_receipt_is_read_as_it_was_written(leaf: bytes, received_s: int, wait_s: int) -> None:
    made = receipt_bytes(leaf.hex(), received_s, received_s + wait_s, LOG)
    assert read_receipt(made, [LOG.key]).text == read_note(made).text


def test_attack_a_dropped_request_is_proven_by_its_receipt() -> None:
    receipt = read_receipt(RECEIPT, [LOG.key])
    others = {leaf_hash(b"another").hex()}
    assert not broken(receipt, others, receipt.include_by_s)  # nobody can say yet
    assert broken(receipt, others, receipt.include_by_s + 1)
    assert not broken(receipt, {*others, LEAF}, receipt.include_by_s + 1)


def test_attack_a_receipt_of_another_log_is_refused() -> None:
    other = signing_key("other.example/log")
    for data in (receipt_bytes(LEAF, AT_S, None, other), signed(read_note(RECEIPT).text, other)):
        with pytest.raises(RecordError, match="no known key of"):
            read_receipt(data, [LOG.key])
    with pytest.raises(RecordError, match=f"no known key of '{LOG.name}' has signed it .*other.example/log"):
        read_receipt(signed(read_note(RECEIPT).text, other), [LOG.key, other.key])
    thief = SigningKey(name=LOG.name, type=KeyType.ED25519, seed=bytes(32))
    with pytest.raises(RecordError, match="none that is known"):
        read_receipt(receipt_bytes(LEAF, AT_S, None, thief), [LOG.key])


@pytest.mark.parametrize("old", [LEAF[:8], "T08:00", "T09:00", "/receipt"])
def test_attack_a_receipt_that_was_changed_is_refused(old: str) -> None:
    new = old[:-1] + ("1" if old[-1] != "1" else "2")
    with pytest.raises(RecordError, match="does not hold"):
        read_receipt(RECEIPT.replace(old.encode(), new.encode(), 1), [LOG.key])


@pytest.mark.parametrize(
    "text",
    [
        f"{LOG.name}\n{LEAF}\n2027-01-15T08:00:00Z\n2027-01-15T09:00:00Z\n",
        f"{LOG.name}/receipt\n{LEAF}\n2027-01-15T08:00:00Z\n",
        f"{LOG.name}/receipt\n{LEAF.upper()}\n2027-01-15T08:00:00Z\n2027-01-15T09:00:00Z\n",
        f"{LOG.name}/receipt\n{LEAF}\n2027-01-15 08:00:00\n2027-01-15T09:00:00Z\n",
        f"{LOG.name}/receipt\n{LEAF}\n2027-01-15T08:00:00Z\n2027-01-15T07:00:00Z\n",
        f"{LOG.name}/receipt\n{LEAF}\n2027-01-15T08:00:00Z\n2027-01-15T09:00:00Z\nmore\n",
    ],
)
def test_what_is_no_receipt_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match="receipt refused"):
        read_receipt(signed(text), [LOG.key])


def test_attack_a_receipt_is_no_checkpoint_and_a_checkpoint_no_receipt() -> None:
    with pytest.raises(RecordError):
        read_checkpoint(read_note(RECEIPT).text)
    named = signing_key(f"{LOG.name}/receipt")
    checkpoint = signed(f"{named.name}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", named)
    with pytest.raises(RecordError, match="expected four lines"):
        read_receipt(checkpoint, [LOG.key, named.key])


def test_only_a_log_gives_receipts_and_never_for_a_time_that_has_passed() -> None:
    with pytest.raises(RecordError, match="its key is for COSIGNATURE"):
        receipt_bytes(LEAF, AT_S, None, WITNESSES[0])
    with pytest.raises(RecordError, match="a promise for later than"):
        receipt_bytes(LEAF, AT_S, AT_S - 1, LOG)
    with pytest.raises(RecordError, match="64 hexadecimal digits"):
        receipt_bytes("leaf", AT_S, None, LOG)
