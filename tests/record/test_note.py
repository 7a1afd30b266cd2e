"""Signed notes: the examples of Go's checksum database and of C2SP, and everything that must not pass for a signature."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.checkpoint import opened, read_checkpoint
from hudhud.record.note import (
    KeyType,
    Note,
    Signature,
    SigningKey,
    VerifierKey,
    cosignature,
    note_signature,
    public_key_fault,
    read_note,
    verified_signatures,
)
from log_factory import AT_S, LOG, WITNESSES, signing_key

# Key, text and signature of the tests of golang.org/x/mod/sumdb/note: facts that every implementation must reproduce.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

# A checkpoint of Go's public checksum database; its size, root and signature are the example of C2SP tlog-checkpoint.
GO_KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
GO_NOTE = (
    "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)
# The example of C2SP tlog-cosignature: name and key id of its witness, and the time that it prints beside it.
C2SP_COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIf"
    "Z+qnA==\n"
)


def test_the_note_of_go_is_signed_byte_for_byte() -> None:
    signer = SigningKey.from_secret_text(PETER_SECRET)
    note = Note(text=TEXT, signatures=(note_signature(TEXT, signer),))
    assert note.data.decode() == TEXT + "\n" + LINE
    assert signer.key == VerifierKey.from_text(PETER)
    assert (signer.key.text, signer.secret_text) == (PETER, PETER_SECRET)


def test_a_real_checkpoint_of_the_go_checksum_database_holds() -> None:
    key = VerifierKey.from_text(GO_KEY)
    assert key.text == GO_KEY
    note = read_note(GO_NOTE.encode())
    (held,) = verified_signatures(note, [key])
    assert (held.key, held.time_s) == (key, None)
    assert read_checkpoint(note.text).size == 20_852_163
    with pytest.raises(RecordError, match="no known key of that log"):  # its origin is not the name of its key
        opened(GO_NOTE.encode(), [key])
    with pytest.raises(RecordError, match="does not hold"):
        verified_signatures(read_note(GO_NOTE.replace("20852163", "20852164").encode()), [key])


def test_the_example_of_a_cosignature_is_read_as_printed() -> None:
    note = read_note(C2SP_COSIGNED.encode())
    (line,) = note.signatures
    assert line.name == "witness.example.com/w1" and line.key_id.hex() == "8d66cf3f"
    assert int.from_bytes(line.blob[:8], "big") == 1_679_315_147
    assert note.data.decode() == C2SP_COSIGNED


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=40), st.integers(0, 2**63 - 1))
def test_what_is_signed_reads_back_and_holds(words: str, time_s: int) -> None:
    text = words + "\n\n" + words + "\n"
    lines = (note_signature(text, LOG), cosignature(text, WITNESSES[0], time_s))
    note = read_note(Note(text=text, signatures=lines).data)
    assert note == Note(text=text, signatures=lines)
    held = verified_signatures(note, [LOG.key, WITNESSES[0].key, WITNESSES[1].key])
    assert [(one.key, one.time_s) for one in held] == [(LOG.key, None), (WITNESSES[0].key, time_s)]


def test_strangers_are_ignored_though_they_share_a_name_or_an_id() -> None:
    same_name = SigningKey(name=LOG.name, type=KeyType.ED25519, seed=bytes(32))
    line = note_signature(TEXT, same_name)
    same_id = Signature(name="other.example", key_id=LOG.key.id, blob=line.blob)
    note = Note(text=TEXT, signatures=(line, same_id))
    assert verified_signatures(note, [LOG.key]) == ()
    assert verified_signatures(read_note((TEXT + "\n" + LINE).encode()), [VerifierKey.from_text(ENOCH)]) == ()


def test_a_known_key_whose_signature_does_not_hold_refuses_the_note() -> None:
    good = note_signature(TEXT, LOG)
    bad = Signature(name=good.name, key_id=good.key_id, blob=bytes(64))
    other = cosignature(TEXT, WITNESSES[0], AT_S)
    with pytest.raises(RecordError, match=f"signature of {LOG.name}: it does not hold"):
        verified_signatures(Note(text=TEXT, signatures=(other, bad)), [LOG.key, WITNESSES[0].key])
    with pytest.raises(RecordError, match="stands there twice"):
        verified_signatures(Note(text=TEXT, signatures=(good, other, good)), [LOG.key, WITNESSES[0].key])
    short = Signature(name=good.name, key_id=good.key_id, blob=good.blob[:-1])
    with pytest.raises(RecordError, match="does not hold"):
        verified_signatures(Note(text=TEXT, signatures=(short,)), [LOG.key])


def test_a_cosignature_vouches_for_its_time_and_for_nothing_without_it() -> None:
    witness = WITNESSES[0]
    line = cosignature(TEXT, witness, AT_S)
    later = Signature(name=line.name, key_id=line.key_id, blob=(AT_S + 1).to_bytes(8, "big") + line.blob[8:])
    with pytest.raises(RecordError, match="does not hold"):
        verified_signatures(Note(text=TEXT, signatures=(later,)), [witness.key])
    plain = SigningKey(name=witness.name, type=KeyType.ED25519, seed=witness.seed)
    blob = AT_S.to_bytes(8, "big") + note_signature(TEXT, plain).blob
    with pytest.raises(RecordError, match="does not hold"):  # the same key over the text alone
        verified_signatures(
            Note(text=TEXT, signatures=(Signature(name=line.name, key_id=line.key_id, blob=blob),)), [witness.key]
        )


def test_a_key_signs_only_what_it_is_for() -> None:
    with pytest.raises(RecordError, match="expected one for ED25519"):
        note_signature(TEXT, WITNESSES[0])
    with pytest.raises(RecordError, match="expected one for COSIGNATURE"):
        cosignature(TEXT, LOG, AT_S)
    with pytest.raises(RecordError, match="its time is -1 s"):
        cosignature(TEXT, WITNESSES[0], -1)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "expected a text, an empty line"),
        (b"text\n", "expected a text, an empty line"),
        ((TEXT + LINE).encode(), "expected a text, an empty line"),
        ((TEXT + "\n" + LINE[:-1]).encode(), "expected a text, an empty line"),
        ((TEXT + "\n" + LINE + "\n").encode(), "expected a text, an empty line"),
        ((TEXT + "\n" + LINE.replace("— ", "- ")).encode(), "em dash, name, base64"),
        (
            (TEXT + "\n" + LINE.replace("M=", "N=")).encode(),
            "em dash, name, base64",
        ),  # a second spelling of the same bytes
        ((TEXT + "\n" + LINE.replace("M=", "M")).encode(), "em dash, name, base64"),
        ((TEXT + "\n" + LINE.replace("PeterNeumann", "Peter+Neumann")).encode(), "em dash, name, base64"),
        ((TEXT + "\n" + LINE.replace("PeterNeumann", "Peter\u00a0Neumann")).encode(), "em dash, name, base64"),
        ((TEXT + "\n— PeterNeumann x08gow==\n").encode(), "its signature is empty"),
        ((TEXT.replace(" ", "\t") + "\n" + LINE).encode(), "control character '\\\\t'"),
        ((TEXT + "\n" + LINE).encode().replace(b"think", b"th\xffnk"), "no UTF-8"),
        ((TEXT + "\n" + LINE * 101).encode(), "101 signatures"),
        (b"a" * 1_000_001, "1,000,001 bytes"),
    ],
)
def test_what_is_no_note_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        read_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("PeterNeumann", ""),
        PETER + "BADKEY==",
        PETER[:-1],
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # an algorithm that does not exist
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        VerifierKey.from_text(text)


@pytest.mark.parametrize(
    "public",
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "00",
    ],
)
def test_attack_a_key_of_small_order_or_with_a_second_spelling_is_refused(public: str) -> None:
    assert public_key_fault(bytes.fromhex(public))
    with pytest.raises(RecordError):
        VerifierKey(name="log", type=KeyType.ED25519, public=bytes.fromhex(public))


def test_keys_drawn_at_random_are_good() -> None:
    assert not any(public_key_fault(signing_key(f"key {n}".replace(" ", "")).key.public) for n in range(200))


def test_a_private_key_is_not_shown() -> None:
    assert LOG.seed.hex() not in repr(LOG) and "seed" not in repr(LOG)
    with pytest.raises(RecordError) as refused:
        SigningKey.from_secret_text(PETER_SECRET.replace("c74f20a3", "00000000").replace("+AYE", "+XYE"))
    assert "KFALVFGyNhPJEMzD1QIDr" not in str(refused.value)
    with pytest.raises(RecordError, match="expected a text that begins with"):
        SigningKey.from_secret_text(PETER)
    with pytest.raises(RecordError, match="seed has 3 bytes"):
        SigningKey(name="log", type=KeyType.ED25519, seed=b"abc")
