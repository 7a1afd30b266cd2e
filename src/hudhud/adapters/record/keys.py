"""Private keys in files, and signers outside: a card or an agent that a program speaks to.

A file holds one Ed25519 key as PKCS#8 PEM (RFC 5958, RFC 8410), encrypted by a passphrase where one is given; other programs
read it too.  It is made with mode 600, never over another file, and not read where others could have read it.
"""

import base64
import os
import stat
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hudhud.errors import RecordError, plain
from hudhud.record.envelope import Ed25519Signer, Signer, key_id
from hudhud.record.note import decoded_base64, public_key_fault

__all__ = [
    "CommandSigner",
    "Held",
    "command_held",
    "create_key",
    "open_key",
    "open_secret",
    "public_key_from",
    "public_key_text",
    "write_secret",
]

_MOST_BYTES = 16_384
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_LONGEST_S = 120.0  # a card may ask its owner first


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A key that somebody holds, ready to sign.  public_key: 32 bytes."""

    signer: Signer
    public_key: bytes

    @property
    def id(self) -> str:
        """The name by which envelopes know it."""
        return key_id(self.public_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandSigner:
    """A program that signs: it gets the bytes on standard input and answers 64 bytes of Ed25519, raw or in hexadecimal."""

    command: tuple[str, ...]
    longest_s: float = _LONGEST_S

    def sign(self, message: bytes) -> bytes:
        """The program's signature.  Raises RecordError where it gives none."""
        name = plain(" ".join(self.command))
        try:
            done = subprocess.run(
                self.command, input=message, stdout=subprocess.PIPE, timeout=self.longest_s, check=False
            )
        except subprocess.TimeoutExpired:
            raise RecordError(f"{name}: has not signed in {self.longest_s:g} s: try again") from None
        except (OSError, ValueError) as error:
            raise RecordError(f"{name}: cannot be run: {getattr(error, 'strerror', None) or error}") from None
        if done.returncode:
            raise RecordError(f"{name}: ended with code {done.returncode} and signed nothing")
        signature = done.stdout
        if len(signature) != _SIGNATURE_BYTES:
            try:
                signature = bytes.fromhex(signature.decode("ascii").strip())
            except ValueError:
                signature = b""
        if len(signature) != _SIGNATURE_BYTES:
            raise RecordError(
                f"{name}: answered {len(done.stdout)} bytes; expected the {_SIGNATURE_BYTES} of an Ed25519 signature, "
                "raw or in hexadecimal, and nothing else"
            )
        return signature


def create_key(path: Path, seed: bytes, passphrase: bytes | None = None, comment: str = "") -> Held:
    """A new key file.  seed: 32 random bytes; comment: a line above the key, which readers of PEM pass over.

    Raises RecordError where the file cannot be made, or is there already.
    """
    signer = Ed25519Signer(seed=seed)
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        if not passphrase:
            raise RecordError("the passphrase is empty: give one, or none at all")
        protection = serialization.BestAvailableEncryption(passphrase)
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )
    write_secret(path, (f"{comment}\n".encode() if comment else b"") + pem)
    return Held(signer=signer, public_key=signer.public_key)


def open_key(path: Path, passphrase: Callable[[], bytes]) -> Held:
    """The key in a file.  passphrase: asked where the file is encrypted.  Raises RecordError, never with what it holds."""
    data = open_secret(path)
    begin = data.find(b"-----BEGIN ")
    encrypted = b"ENCRYPTED" in data[begin : begin + 60]
    secret = passphrase() if encrypted else None
    try:
        found = serialization.load_pem_private_key(data, secret)
    except (ValueError, TypeError):
        why = "is not opened by this passphrase" if encrypted else "is no private key (PKCS#8 PEM)"
        raise RecordError(f"{path}: {why}: make one with  hudhud key new FILE") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise RecordError(f"{path}: is a key of another kind: the record is signed with Ed25519")
    signer = Ed25519Signer(seed=found.private_bytes_raw())
    return Held(signer=signer, public_key=signer.public_key)


def write_secret(path: Path, data: bytes) -> None:
    """A new file that its owner alone can read, on the disk when this returns.  Raises RecordError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except FileExistsError:
        raise RecordError(f"{path}: is there already, and secrets are never written over: name another file") from None
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be made: {getattr(error, 'strerror', None) or error}") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # whatever the umask is
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RecordError(f"{path}: cannot be written: {error.strerror or error}") from None


def open_secret(path: Path) -> bytes:
    """The bytes of a file that only its owner can read.  Raises RecordError where others can, or it cannot be read."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(_MOST_BYTES + 1) if stat.S_ISREG(mode) else b""
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(mode) or len(data) > _MOST_BYTES:
        raise RecordError(f"{path}: is no file with a key")
    if mode & 0o077:
        raise RecordError(
            f"{path}: others can read or change it (mode {stat.S_IMODE(mode):o}), so it may be nobody's secret any more: "
            f"chmod 600 {path}, and take a new key if you do not know who looked"
        )
    return data


def public_key_text(public_key: bytes) -> str:
    """A public key as keyrings write it: base64."""
    return base64.b64encode(public_key).decode("ascii")


def public_key_from(text: str) -> bytes:
    """The 32 bytes of a public key in base64 or hexadecimal.  Raises RecordError."""
    raw = decoded_base64(text)
    if raw is None or len(raw) != _KEY_BYTES:
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raw = b""
    problem = f"has {len(raw)} bytes" if len(raw) != _KEY_BYTES else public_key_fault(raw)
    if problem:
        raise RecordError(f"public key {text[:80]!r} refused: {problem}; expected 32 bytes in base64 or hexadecimal")
    return raw


def command_held(command: Sequence[str], public_key: str) -> Held:
    """A key that a program holds."""
    return Held(signer=CommandSigner(command=tuple(command)), public_key=public_key_from(public_key))
