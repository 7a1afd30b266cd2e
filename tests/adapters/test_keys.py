"""Private keys in files, and signers outside."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hudhud.adapters.record.keys import (
    command_held,
    create_key,
    open_key,
    open_secret,
    public_key_from,
    public_key_text,
    write_secret,
)
from hudhud.errors import RecordError
from hudhud.record.envelope import Ed25519Signer, sign, verify
from hudhud.record.statements import ContactDeclaration

SEED = bytes(range(32))
STATEMENT = ContactDeclaration(log="example.invalid/log", start="2026-01-01T00:00:00Z", until="2026-06-01T00:00:00Z")


def nobody_asks() -> bytes:
    raise AssertionError("a key that is not encrypted needs no passphrase")


def test_a_key_is_read_as_it_was_made(tmp_path: Path) -> None:
    made = create_key(tmp_path / "a.key", SEED, comment="Demonstration key: protects nothing.")
    found = open_key(tmp_path / "a.key", nobody_asks)
    assert found.public_key == made.public_key == Ed25519Signer(seed=SEED).public_key
    assert verify(sign(STATEMENT, found.signer, found.public_key), made.public_key) == STATEMENT


def test_only_its_owner_can_read_a_key_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_key(tmp_path / "a.key", SEED)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_key_that_others_could_reach_is_refused(tmp_path: Path, mode: int) -> None:
    create_key(tmp_path / "a.key", SEED)
    (tmp_path / "a.key").chmod(mode)
    with pytest.raises(RecordError, match="chmod 600"):
        open_key(tmp_path / "a.key", nobody_asks)


def test_no_key_is_written_over_anything(tmp_path: Path) -> None:
    (tmp_path / "a.key").write_text("precious")
    with pytest.raises(RecordError, match="is there already"):
        create_key(tmp_path / "a.key", SEED)
    (tmp_path / "link.key").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RecordError):
        write_secret(tmp_path / "link.key", b"x")
    assert (tmp_path / "a.key").read_text() == "precious" and not (tmp_path / "nowhere").exists()


def test_an_encrypted_key_opens_with_its_passphrase_alone(tmp_path: Path) -> None:
    create_key(tmp_path / "a.key", SEED, b"correct horse")
    assert SEED not in (tmp_path / "a.key").read_bytes()
    assert open_key(tmp_path / "a.key", lambda: b"correct horse").public_key == Ed25519Signer(seed=SEED).public_key
    with pytest.raises(RecordError, match="passphrase"):
        open_key(tmp_path / "a.key", lambda: b"wrong")
    with pytest.raises(RecordError, match="empty"):
        create_key(tmp_path / "b.key", SEED, b"")


@pytest.mark.parametrize("text", ["", "nothing", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_refused_in_words(tmp_path: Path, text: str) -> None:
    write_secret(tmp_path / "a.key", text.encode())
    with pytest.raises(RecordError, match="no private key"):
        open_key(tmp_path / "a.key", nobody_asks)


def test_missing_folders_and_devices_are_refused_in_words(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", Path("/dev/null")):
        with pytest.raises(RecordError, match=r"cannot be read|is no file"):
            open_secret(path)
    with pytest.raises(RecordError, match="cannot be made"):
        create_key(tmp_path / "none" / "a.key", SEED)


def test_openssl_reads_a_key(tmp_path: Path) -> None:
    create_key(tmp_path / "a.key", SEED, comment="A comment.")
    try:
        done = subprocess.run(
            ["openssl", "pkey", "-in", str(tmp_path / "a.key"), "-pubout", "-outform", "DER"],
            capture_output=True,
            check=True,
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed: apt-get install openssl")
    assert done.stdout.endswith(Ed25519Signer(seed=SEED).public_key)


PROGRAM = """\
import sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
signature = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).sign(sys.stdin.buffer.read())
"""


@pytest.mark.parametrize("answer", ["sys.stdout.buffer.write(signature)", "print(signature.hex())"])
def test_a_program_can_hold_the_key(tmp_path: Path, answer: str) -> None:
    (tmp_path / "card.py").write_text(PROGRAM + answer)
    public = Ed25519Signer(seed=SEED).public_key
    held = command_held([sys.executable, str(tmp_path / "card.py")], public_key_text(public))
    assert verify(sign(STATEMENT, held.signer, held.public_key), public) == STATEMENT


@pytest.mark.parametrize(
    ("program", "problem"),
    [
        ("import sys; sys.exit(3)", "ended with code 3"),
        ("print('no')", "answered 3 bytes"),
        ("import sys; sys.stdout.buffer.write(bytes(64))", "does not hold"),
    ],
)
def test_a_program_that_does_not_sign_is_found_out(program: str, problem: str) -> None:
    held = command_held([sys.executable, "-c", program], public_key_text(Ed25519Signer(seed=SEED).public_key))
    with pytest.raises(RecordError, match=problem):
        sign(STATEMENT, held.signer, held.public_key)


def test_a_program_that_is_not_there_is_told() -> None:
    held = command_held(["/nowhere/card"], public_key_text(Ed25519Signer(seed=SEED).public_key))
    with pytest.raises(RecordError, match="cannot be run"):
        held.signer.sign(b"x")


def test_public_keys_are_read_in_both_ways() -> None:
    public = Ed25519Signer(seed=SEED).public_key
    assert public_key_from(public_key_text(public)) == public_key_from(public.hex()) == public
    for text in ("", "AAAA", "zz", "00" * 32):
        with pytest.raises(RecordError, match="refused"):
            public_key_from(text)
