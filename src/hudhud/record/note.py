"""Signed notes and cosignatures (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1), with Ed25519 only.

A note is a text that ends in a newline, an empty line, and one line for each signature.  A key is known by its name and
the four bytes of its id together.  Signatures by unknown keys are ignored; one by a known key that does not hold, or that
stands there twice, refuses the whole note.  Writing it needs a `Signer`: a `SigningKey`, or anything that can sign bytes.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hudhud.errors import Fault, RecordError

__all__ = [
    "MOST_NOTE_BYTES",
    "MOST_SIGNATURES",
    "KeyType",
    "Note",
    "Signature",
    "Signer",
    "SigningKey",
    "VerifiedSignature",
    "VerifierKey",
    "cosignature",
    "decoded_base64",
    "note_signature",
    "public_key_fault",
    "read_note",
    "read_signature",
    "verified_signatures",
]

MOST_NOTE_BYTES = 1_000_000
MOST_SIGNATURES = 100

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_LATEST_S = 2**63 - 1  # C2SP tlog-cosignature: the latest time that can be written
_DASH = "\N{EM DASH} "
_PRIVATE = "PRIVATE+KEY+"

# Ed25519: the field's prime, and the heights (y) of the eight points of small order, whose "signatures" say nothing.
# RFC 8032, 5.1; the last two are the points of order 8.
_PRIME = 2**255 - 19
_ORDER_8 = int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _ORDER_8, _PRIME - _ORDER_8})


class KeyType(IntEnum):
    """What a key signs.  The byte is part of the key's id."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A public key under its name.  public: 32 bytes of Ed25519.  Equal only with the same name and type; count by `public`."""

    name: str
    type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        problem = _name_fault(self.name) or public_key_fault(self.public)
        if problem:
            raise RecordError(f"verifier key {self.name!r} refused: {problem}")

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return _key_id(self.name, self.type, self.public)

    @property
    def text(self) -> str:
        """The key in the form `name+id+base64` that other programs read (a vkey)."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """The key written as `name+id+base64`.  Raises RecordError where the id does not belong to it."""
        name, key_type, public = _read_key(text, "verifier key")
        key = cls(name=name, type=key_type, public=public)
        _refuse_other_id(key, text)
        return key


class Signer(Protocol):
    """Whoever holds a private key: a file, a card, a service."""

    @property
    def key(self) -> VerifierKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 over the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A private key in memory.  seed: 32 random bytes, from which the key follows; never shown."""

    name: str
    type: KeyType
    seed: bytes = field(repr=False)
    key: VerifierKey = field(init=False)  # the public half

    def __post_init__(self) -> None:
        problem = _name_fault(self.name)
        if not problem and len(self.seed) != _KEY_BYTES:
            problem = f"its seed has {len(self.seed)} bytes, not {_KEY_BYTES}"
        if problem:
            raise RecordError(f"signing key {self.name!r} refused: {problem}")
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        object.__setattr__(self, "key", VerifierKey(name=self.name, type=self.type, public=public))

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 over the message."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    @property
    def secret_text(self) -> str:
        """The key in the form `PRIVATE+KEY+name+id+base64`.  Whoever reads it can sign."""
        return f"{_PRIVATE}{self.name}+{self.key.id.hex()}+{_base64(bytes([self.type]) + self.seed)}"

    @classmethod
    def from_secret_text(cls, text: str) -> "SigningKey":
        """The key written as `PRIVATE+KEY+name+id+base64`."""
        if not text.startswith(_PRIVATE):
            raise RecordError(f"no signing key: expected a text that begins with {_PRIVATE}")
        name, key_type, seed = _read_key(text.removeprefix(_PRIVATE), "signing key", secret=True)
        signing = cls(name=name, type=key_type, seed=seed)
        _refuse_other_id(signing.key, text.removeprefix(_PRIVATE))
        return signing


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One signature line: who is said to have signed, and the bytes that should show it."""

    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A text and its signatures, verified or not."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def data(self) -> bytes:
        """The note as it is stored and sent."""
        return (self.text + "\n" + "".join(one.line for one in self.signatures)).encode("utf-8")


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedSignature:
    """A signature that holds.  time_s: POSIX seconds that a cosignature states, None for a plain signature."""

    key: VerifierKey
    time_s: int | None


def public_key_fault(public: bytes) -> str | None:
    """What is wrong with 32 bytes as an Ed25519 public key, or None: length, a second spelling, a point of small order."""
    if len(public) != _KEY_BYTES:
        return f"a public key has {_KEY_BYTES} bytes, this one {len(public)}"
    height = int.from_bytes(public, "little") & (2**255 - 1)
    if height >= _PRIME:
        return "it is not written canonically: the same point has a shorter spelling"
    if height in _SMALL_ORDER:
        return "it is a point of small order, under which signatures hold for many messages"
    return None


def note_signature(text: str, signer: Signer) -> Signature:
    """The signer's plain signature (type 0x01) over a note's text."""
    _refuse_type(signer.key, KeyType.ED25519)
    _refuse_text(text)
    return Signature(name=signer.key.name, key_id=signer.key.id, blob=signer.sign(text.encode("utf-8")))


def cosignature(text: str, signer: Signer, time_s: int) -> Signature:
    """A witness's cosignature/v1 (type 0x04): "at this time this is the largest consistent tree I have seen".

    time_s: POSIX seconds.
    """
    _refuse_type(signer.key, KeyType.COSIGNATURE)
    _refuse_text(text)
    if not 0 <= time_s <= _LATEST_S:
        raise RecordError(f"cosignature refused: its time is {time_s} s, expected 0 to 2^63 - 1")
    blob = time_s.to_bytes(_TIME_BYTES, "big") + signer.sign(_cosigned(text, time_s))
    return Signature(name=signer.key.name, key_id=signer.key.id, blob=blob)


def read_note(data: bytes) -> Note:
    """The note in these bytes, nothing verified.  Raises RecordError where they are no note."""
    if len(data) > MOST_NOTE_BYTES:
        raise RecordError(f"signed note refused: it has {len(data):,} bytes, more than {MOST_NOTE_BYTES:,}")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RecordError(f"signed note refused: byte {error.start} is no UTF-8") from None
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise RecordError(
            "signed note refused: expected a text, an empty line and lines of signatures, each line ended"
        )
    text = head + "\n"
    _refuse_text(text)
    lines = tail[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise RecordError(f"signed note refused: it has {len(lines)} signatures, more than {MOST_SIGNATURES}")
    return Note(text=text, signatures=tuple(read_signature(line) for line in lines))


def read_signature(line: str) -> Signature:
    """The signature in a line without its newline."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    blob = decoded_base64(encoded) if line.startswith(_DASH) and space else None
    if blob is None or _name_fault(name):
        fault = Fault(where="signature line", problem=f"{line[:80]!r} is not: em dash, name, base64")
        raise RecordError("signed note refused", [fault])
    if len(blob) <= 4:
        raise RecordError("signed note refused", [Fault(where=name, problem="its signature is empty")])
    return Signature(name=name, key_id=blob[:4], blob=blob[4:])


def verified_signatures(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifiedSignature, ...]:
    """What the known keys have signed, in the order of the lines; none where only strangers signed.

    Raises RecordError where a line of a known key does not hold, or one key has two lines.
    """
    known = {(key.name, key.id): key for key in keys}
    found: list[VerifiedSignature] = []
    faults = []
    for line in note.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        held = _held(note.text, line, key)
        if held is None:
            faults.append(Fault(where=f"signature of {key.name}", problem="it does not hold for this text"))
        elif any(one.key == key for one in found):
            faults.append(Fault(where=f"signature of {key.name}", problem="it stands there twice"))
        else:
            found.append(held)
    if faults:
        raise RecordError("signed note refused", faults)
    return tuple(found)


def decoded_base64(text: str) -> bytes | None:
    """The bytes in canonical base64 (RFC 4648, 4), None for any other spelling."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None
    return data if _base64(data) == text else None


def _held(text: str, line: Signature, key: VerifierKey) -> VerifiedSignature | None:
    """The verified signature, None where it does not hold."""
    blob, message, time_s = line.blob, text.encode("utf-8"), None
    if key.type is KeyType.COSIGNATURE:
        time_s = int.from_bytes(blob[:_TIME_BYTES], "big")
        blob, message = blob[_TIME_BYTES:], _cosigned(text, time_s)
    if len(blob) != _SIGNATURE_BYTES or (time_s or 0) > _LATEST_S:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
    except InvalidSignature:
        return None
    return VerifiedSignature(key=key, time_s=time_s)


def _cosigned(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _key_id(name: str, key_type: KeyType, public: bytes) -> bytes:
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([key_type]) + public).digest()[:4]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _name_fault(name: str) -> str | None:
    """What is wrong with a key's name, or None."""
    if not name:
        return "a key's name must not be empty"
    if any(char == "+" or char.isspace() or char < " " for char in name):
        return "a key's name holds neither spaces nor a plus nor control characters"
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "a key's name must be UTF-8"
    return None


def _refuse_text(text: str) -> None:
    if not text.endswith("\n"):
        raise RecordError("signed note refused: its text must end with a newline")
    strange = next((char for char in text if char < " " and char != "\n"), None)
    if strange is not None:
        raise RecordError(f"signed note refused: its text holds the control character {strange!r}")


def _refuse_type(key: VerifierKey, wanted: KeyType) -> None:
    if key.type is not wanted:
        raise RecordError(
            f"{key.name} cannot sign this: its key is for {key.type.name}, expected one for {wanted.name}"
        )


def _read_key(text: str, what: str, *, secret: bool = False) -> tuple[str, KeyType, bytes]:
    parts = text.split("+", 2)  # base64 holds plus signs too
    body = decoded_base64(parts[2]) if len(parts) == 3 else None
    if not body:
        shown = "" if secret else f" {text[:120]!r}"
        raise RecordError(f"no {what}:{shown} expected name+id+base64")
    if body[0] not in list(KeyType):
        types = ", ".join(f"{one:#04x} {one.name}" for one in KeyType)
        raise RecordError(f"{what} {parts[0]!r} is of type {body[0]:#04x}, expected one of {types}")
    return parts[0], KeyType(body[0]), body[1:]


def _refuse_other_id(key: VerifierKey, text: str) -> None:
    told = text.split("+", 2)[1]
    if told != key.id.hex():
        raise RecordError(
            f"key {key.name!r} carries the id {told[:20]!r}, but its bytes make {key.id.hex()}: copy it again"
        )
