"""Signed statements: a DSSE envelope around an in-toto Statement, with one signature by one key.

Each act has its own envelope and so its own place in the log; nobody waits for a co-signer, and a quorum is counted from
several entries.  An envelope's bytes are the entry.  The signature covers the payload's type and exact bytes; nothing inside
is read before it has been checked.  A key is known by the SHA-256 of its 32 raw bytes.

Left out on purpose: whose key it is (`keyring`), files of keys and cards that hold them (adapters give a `Signer`).
Standards: DSSE 1.0 (PAE, JSON envelope); RFC 8032.
"""

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import LONGEST_BYTES, canonical_bytes, read_canonical
from hudhud.record.forms import Base64, Constant, Count, Digest, Text, form_of
from hudhud.record.note import decoded_base64, public_key_fault
from hudhud.record.statements import Statement, statement_bytes, statement_from

__all__ = [
    "PAYLOAD_TYPE",
    "Ed25519Signer",
    "Envelope",
    "EnvelopeJson",
    "SignatureJson",
    "Signer",
    "envelope_bytes",
    "envelope_from",
    "key_id",
    "pre_authentication",
    "sign",
    "verify",
]

PAYLOAD_TYPE = "application/vnd.in-toto+json"

_WHAT = "the envelope"
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64


class Signer(Protocol):
    """Whatever holds a private key: a file, a card, a service that asks its owner first."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ed25519Signer:
    """A private key in memory.  seed: its 32 bytes, never shown."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != _KEY_BYTES:
            raise RecordError(f"A private Ed25519 key has {_KEY_BYTES} bytes; this has {len(self.seed)}")

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes of signature; the same for the same message."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """A signed payload, not yet checked.  payload: bytes of a statement; keyid: see `key_id`; signature: 64 bytes."""

    payload: bytes
    keyid: str
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.signature) != _SIGNATURE_BYTES:
            problem = f"has {len(self.signature)} bytes; an Ed25519 signature has {_SIGNATURE_BYTES}"
            raise RecordError(f"{_WHAT} was refused", [Fault(where="signatures[0].sig", problem=problem)])


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureJson:
    """One signature as DSSE writes it."""

    keyid: Digest
    sig: Base64


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeJson:
    """An envelope as DSSE writes it, with exactly one signature."""

    payload: Annotated[str, Text(pattern=r"[A-Za-z0-9+/]+={0,2}", expected="base64", longest=LONGEST_BYTES)]
    payloadType: Annotated[str, Constant(text=PAYLOAD_TYPE)]
    signatures: Annotated[tuple[SignatureJson, ...], Count(least=1, most=1)]


def key_id(public_key: bytes) -> str:
    """The name of a key: SHA-256 of its 32 raw bytes, hexadecimal."""
    return hashlib.sha256(public_key).hexdigest()


def pre_authentication(payload: bytes) -> bytes:
    """What is signed in truth: the payload with its type and both lengths.  DSSE 1.0, PAE."""
    kind = PAYLOAD_TYPE.encode("ascii")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign(statement: Statement, signer: Signer, public_key: bytes) -> Envelope:
    """The statement, signed.  public_key: the signer's, 32 bytes.

    The signature is checked before it is given out: a card that errs, or signs with another key, is found here.
    Raises RecordError for a statement that could not be read back, a signature that does not hold, or too long an entry.
    """
    _refuse_key(public_key)
    payload = statement_bytes(statement)
    signature = signer.sign(pre_authentication(payload))
    envelope = Envelope(payload=payload, keyid=key_id(public_key), signature=signature)
    if not _holds(public_key, signature, payload):
        raise RecordError(
            f"The signature does not hold under the key {envelope.keyid[:12]}: is it the signer's public key?  Sign again"
        )
    envelope_bytes(envelope)
    return envelope


def verify(envelope: Envelope, public_key: bytes) -> Statement:
    """The statement that this key has signed.  public_key: 32 bytes.  Raises RecordError where it has not, or says nothing."""
    _refuse_key(public_key)
    if envelope.keyid != key_id(public_key):
        problem = (
            f"is {envelope.keyid[:12]}..., but this key's is {key_id(public_key)[:12]}...: look the key up by its id"
        )
        raise RecordError(f"{_WHAT} was refused", [Fault(where="signatures[0].keyid", problem=problem)])
    if not _holds(public_key, envelope.signature, envelope.payload):
        problem = f"does not hold under the key {envelope.keyid[:12]}...: the payload or the signature was changed"
        raise RecordError(f"{_WHAT} was refused", [Fault(where="signatures[0].sig", problem=problem)])
    return statement_from(envelope.payload)


def envelope_bytes(envelope: Envelope) -> bytes:
    """The envelope as the entry that goes into the log: canonical JSON.  Raises RecordError where it is too long for one."""
    data = canonical_bytes(
        {
            "payload": _encoded(envelope.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": envelope.keyid, "sig": _encoded(envelope.signature)}],
        },
        _WHAT,
    )
    if len(data) > LONGEST_BYTES:
        problem = f"{len(data):,} bytes; an entry has at most {LONGEST_BYTES:,}: name long things by their digest"
        raise RecordError(f"{_WHAT} was refused", [Fault(where="", problem=problem)])
    return data


def envelope_from(data: bytes) -> Envelope:
    """The envelope in an entry, not yet checked.  `envelope_bytes` gives the bytes back.  Raises RecordError with every fault."""
    quick = _plain_envelope(data)
    if quick is not None:
        return quick
    faults: list[Fault] = []
    found = form_of(EnvelopeJson).read(read_canonical(data, _WHAT), "", faults)
    if faults:
        raise RecordError(f"{_WHAT} was refused", faults)
    (signature,) = found.signatures
    payload = decoded_base64(found.payload)
    if payload is None:
        raise RecordError(f"{_WHAT} was refused", [Fault(where="payload", problem="is not base64 as it is written")])
    return Envelope(payload=payload, keyid=signature.keyid, signature=base64.b64decode(signature.sig))


_PLAIN = re.compile(
    rb'{"payload":"([A-Za-z0-9+/]+={0,2})","payloadType":"%b",'
    rb'"signatures":\[{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/]{86}==)"}\]}' % re.escape(PAYLOAD_TYPE.encode())
)


def _plain_envelope(data: bytes) -> Envelope | None:
    """The envelope in bytes that are exactly as `envelope_bytes` writes them; None for others, which are told what is wrong."""
    found = _PLAIN.fullmatch(data) if len(data) <= LONGEST_BYTES else None
    if found is None:
        return None
    payload, keyid, signature = (part.decode("ascii") for part in found.groups())
    raw, signed = decoded_base64(payload), decoded_base64(signature)
    return None if raw is None or signed is None else Envelope(payload=raw, keyid=keyid, signature=signed)


def _refuse_key(public_key: bytes) -> None:
    """Raises RecordError for bytes that are no key, or one under which signatures say nothing."""
    problem = public_key_fault(public_key)
    if problem:
        raise RecordError(f"public key refused: {problem}")


def _holds(public_key: bytes, signature: bytes, payload: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, pre_authentication(payload))
    except InvalidSignature:
        return False
    return True


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
