"""A signed statement: one signer, exact bytes, nothing read before it is checked; other people's DSSE agrees."""

import base64
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.canonical import LONGEST_BYTES, canonical_bytes
from hudhud.record.envelope import (
    PAYLOAD_TYPE,
    Ed25519Signer,
    Envelope,
    envelope_bytes,
    envelope_from,
    key_id,
    pre_authentication,
    sign,
    verify,
)
from hudhud.record.statements import statement_bytes, statement_from
from record.statement_factory import ALL, MINISTRY, REQUEST

KEY = Ed25519Signer(seed=bytes(range(32)))
OTHER = Ed25519Signer(seed=bytes(range(1, 33)))
SIGNED = sign(REQUEST, KEY, KEY.public_key)


def tree():
    return json.loads(envelope_bytes(SIGNED))


def refused(data: bytes) -> str:
    with pytest.raises(RecordError) as caught:
        envelope_from(data)
    return str(caught.value)


@pytest.mark.parametrize("statement", ALL, ids=lambda one: one.kind.value)
def test_what_was_signed_is_what_is_read(statement):
    data = envelope_bytes(sign(statement, KEY, KEY.public_key))
    envelope = envelope_from(data)
    assert verify(envelope, KEY.public_key) == statement
    assert envelope_bytes(envelope) == data


def test_the_signed_bytes_are_those_of_dsse():
    """The pre-authentication encoding, in the form that the DSSE protocol gives it."""
    payload = b"hello world"
    kind = PAYLOAD_TYPE.encode()
    assert pre_authentication(payload) == b"DSSEv1 28 " + kind + b" 11 hello world"
    assert pre_authentication(b"") == b"DSSEv1 28 " + kind + b" 0 "


def test_a_key_is_named_by_the_sha256_of_its_raw_bytes():
    assert SIGNED.keyid == key_id(KEY.public_key) == hashlib.sha256(KEY.public_key).hexdigest()


def test_another_key_has_not_signed_it():
    with pytest.raises(RecordError, match="look the key up by its id"):
        verify(SIGNED, OTHER.public_key)
    claimed = Envelope(payload=SIGNED.payload, keyid=key_id(OTHER.public_key), signature=SIGNED.signature)
    with pytest.raises(RecordError, match="does not hold"):
        verify(claimed, OTHER.public_key)


@given(st.integers(0, len(SIGNED.payload) * 8 - 1))
@settings(deadline=None, max_examples=60)
def test_attack_one_bit_of_the_payload_changed(bit):
    payload = bytearray(SIGNED.payload)
    payload[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RecordError, match="does not hold"):
        verify(Envelope(payload=bytes(payload), keyid=SIGNED.keyid, signature=SIGNED.signature), KEY.public_key)


@given(st.integers(0, 511))
@settings(deadline=None, max_examples=60)
def test_attack_one_bit_of_the_signature_changed(bit):
    signature = bytearray(SIGNED.signature)
    signature[bit // 8] ^= 1 << bit % 8
    with pytest.raises(RecordError, match="does not hold"):
        verify(Envelope(payload=SIGNED.payload, keyid=SIGNED.keyid, signature=bytes(signature)), KEY.public_key)


def test_attack_signature_made_malleable_by_adding_the_order_of_the_group():
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(SIGNED.signature[32:], "little") + order
    again = SIGNED.signature[:32] + s.to_bytes(32, "little")
    with pytest.raises(RecordError, match="does not hold"):
        verify(Envelope(payload=SIGNED.payload, keyid=SIGNED.keyid, signature=again), KEY.public_key)


def test_attack_key_of_small_order_under_which_anything_holds():
    """R = the point itself and S = 0 hold for many messages under the neutral point."""
    weak = b"\x01" + bytes(31)
    forged = Envelope(payload=SIGNED.payload, keyid=key_id(weak), signature=weak + bytes(32))
    with pytest.raises(RecordError, match="small order"):
        verify(forged, weak)


def test_attack_signed_payload_of_another_type():
    """A signature over the same bytes under another type does not hold: the type is signed too."""
    other = b"DSSEv1 %d %b %d %b" % (16, b"application/json", len(SIGNED.payload), SIGNED.payload)
    forged = Envelope(payload=SIGNED.payload, keyid=SIGNED.keyid, signature=KEY.sign(other))
    with pytest.raises(RecordError, match="does not hold"):
        verify(forged, KEY.public_key)


def test_a_signed_payload_that_is_no_statement_is_refused_with_its_faults():
    """The verdict twice in one object: what one reader takes for a refusal and another for a grant."""
    payload = statement_bytes(REQUEST).replace(b'"log":', b'"action":"suspend","log":', 1)
    signed = Envelope(payload=payload, keyid=SIGNED.keyid, signature=KEY.sign(pre_authentication(payload)))
    with pytest.raises(RecordError, match='"action" stands twice'):
        verify(signed, KEY.public_key)


def test_two_signatures_or_none_are_refused():
    both = tree()
    both["signatures"] *= 2
    assert "expected 1 to 1" in refused(canonical_bytes(both, "x"))
    none = tree()
    none["signatures"] = []
    assert "expected 1 to 1" in refused(canonical_bytes(none, "x"))


@pytest.mark.parametrize(
    "change",
    [
        {"payloadType": "application/json"},
        {"payload": "!!!!"},
        {"payload": ""},
        {"payload": "QQ"},
        {"payload": "QR=="},
        {"payload": 7},
        {"extra": 1},
        {"signatures": [{"keyid": "00", "sig": "AA=="}]},
        {"signatures": [{"keyid": "00" * 32, "sig": "AA=="}]},
        {"signatures": [{"keyid": "00" * 32, "sig": "AB=="}]},
        {"signatures": [{"keyid": "00" * 32}]},
        {"signatures": {}},
    ],
)
def test_an_envelope_of_another_form_is_refused(change):
    assert refused(canonical_bytes(tree() | change, "x"))


def test_an_envelope_written_otherwise_is_refused():
    assert "canonical form" in refused(json.dumps(tree()).encode())
    assert refused(b"") and refused(b"[]") and refused(b"\xff")


@given(st.integers(0, len(envelope_bytes(SIGNED)) - 1), st.integers(1, 255))
@settings(deadline=None, max_examples=100)
def test_attack_one_byte_of_the_entry_changed(place, mask):
    data = bytearray(envelope_bytes(SIGNED))
    data[place] ^= mask
    with pytest.raises(RecordError):
        verify(envelope_from(bytes(data)), KEY.public_key)


def test_a_signer_that_errs_or_uses_another_key_is_found_out_before_anything_is_given_out():
    class Faulty:
        def sign(self, message: bytes) -> bytes:
            return KEY.sign(message + b"!")

    with pytest.raises(RecordError, match="does not hold"):
        sign(REQUEST, Faulty(), KEY.public_key)
    with pytest.raises(RecordError, match="is it the signer's public key"):
        sign(REQUEST, KEY, OTHER.public_key)

    class Short:
        def sign(self, message: bytes) -> bytes:
            return b"short"

    with pytest.raises(RecordError, match="has 5 bytes"):
        sign(REQUEST, Short(), KEY.public_key)


def test_a_private_key_is_never_shown_and_has_32_bytes():
    assert "seed" not in repr(KEY) and KEY.seed.hex() not in repr(KEY)
    with pytest.raises(RecordError, match="has 31"):
        Ed25519Signer(seed=bytes(31))


def test_an_entry_longer_than_the_log_can_hold_is_refused():
    import dataclasses

    many = tuple(dataclasses.replace(MINISTRY, name="n" * 180) for _ in range(250))
    long = dataclasses.replace(REQUEST, benefit_to=many)
    assert len(statement_bytes(long)) < LONGEST_BYTES
    with pytest.raises(RecordError, match="at most 65,535"):
        sign(long, KEY, KEY.public_key)


# Other people's DSSE


def their_key(public: bytes):
    keys = pytest.importorskip("securesystemslib.signer", reason="pip install securesystemslib")
    return keys.SSlibKey(key_id(public), "ed25519", "ed25519", {"public": public.hex()})


@pytest.mark.parametrize("statement", ALL, ids=lambda one: one.kind.value)
def test_securesystemslib_accepts_what_we_sign(statement):
    dsse = pytest.importorskip("securesystemslib.dsse", reason="pip install securesystemslib")
    ours = envelope_bytes(sign(statement, KEY, KEY.public_key))
    theirs = dsse.Envelope.from_dict(json.loads(ours))
    assert theirs.pae() == pre_authentication(envelope_from(ours).payload)
    assert list(theirs.verify([their_key(KEY.public_key)], 1)) == [key_id(KEY.public_key)]


def test_securesystemslib_refuses_what_we_refuse():
    dsse = pytest.importorskip("securesystemslib.dsse", reason="pip install securesystemslib")
    bad = tree()
    bad["payload"] = base64.b64encode(SIGNED.payload + b" ").decode()
    with pytest.raises(Exception, match="threshold"):
        dsse.Envelope.from_dict(bad).verify([their_key(KEY.public_key)], 1)


def test_we_accept_what_securesystemslib_signs():
    dsse = pytest.importorskip("securesystemslib.dsse", reason="pip install securesystemslib")
    signer = pytest.importorskip("securesystemslib.signer")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    theirs = dsse.Envelope(payload=statement_bytes(REQUEST), payload_type=PAYLOAD_TYPE, signatures={})
    private = Ed25519PrivateKey.from_private_bytes(KEY.seed)
    theirs.sign(signer.CryptoSigner(private, their_key(KEY.public_key)))
    data = canonical_bytes(theirs.to_dict(), "their envelope")
    assert verify(envelope_from(data), KEY.public_key) == REQUEST == statement_from(theirs.payload)
