"""A record that is no demonstration, from three files to a witnessed entry, with witnesses that live, die and come back."""

import argparse
import base64
import contextlib
import re
import shutil
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import record_house
from adapters.witness_house import nobody
from hudhud.adapters.audited import Asked, audited
from hudhud.adapters.cli import found_record
from hudhud.adapters.record.filings import write_filing
from hudhud.adapters.record.founding import Doubt, borne, founding_from
from hudhud.adapters.record.keys import create_key, open_key
from hudhud.adapters.record.signing import signed
from hudhud.adapters.record_files import Source, load_record, trust_of
from hudhud.adapters.store.log import public_reader
from hudhud.adapters.witness.server import witness_server
from hudhud.adapters.witness.state import create_state, open_state
from hudhud.errors import InputError, RecordError
from hudhud.record.audit_parts import Answer, Found
from hudhud.record.envelope import Ed25519Signer
from hudhud.record.statements import ContactDeclaration
from hudhud.record.trust import trust_digest
from log_factory import WITNESSES, signing_key

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "record"
KEYRING = (EXAMPLES / "keyring.toml").read_text(encoding="utf-8")
WATCHERS = (EXAMPLES / "witnesses.toml").read_text(encoding="utf-8")
RULES = (EXAMPLES / "rules.toml").read_text(encoding="utf-8")
NAMES = ("university", "archive", "regulator", "exchange")
SEATS = ("ministry", "op-1", "humanitarian-seat", "counsel-a")


def seed(name: str) -> bytes:
    return name.encode().ljust(32, b".")


def zeros(count: int) -> bytes:
    return bytes(count)


def refused(keyring: str = KEYRING, watchers: str = WATCHERS, rules: str = "", **changed: object) -> str:
    with pytest.raises(RecordError) as error:
        founding_from(keyring, watchers, rules, random=zeros, **changed)  # type: ignore[arg-type]
    return str(error.value)


def verb(*words: object) -> int:
    parser = argparse.ArgumentParser()
    found_record.add(parser.add_subparsers())
    parsed = parser.parse_args(["found-record", *map(str, words)])
    return int(parsed.verb(parsed))


def served(folder: Path) -> Source:
    """The public files of a record that may not have been witnessed yet."""
    return Source(where=str(folder), read=public_reader(folder / "public"))


# ---- what the files say ----


def test_the_examples_found_a_record() -> None:
    made = founding_from(KEYRING, WATCHERS, RULES, random=zeros)
    assert made.trust.log == "records.example/satellite-service" and not made.trust.demonstration
    assert made.rules.emergency_cap_s == 7 * 86_400 and made.rules.log == made.trust.log
    assert made.registrar_made and not made.doubts and set(made.addresses) == set(NAMES)
    public = base64.b64encode(Ed25519Signer(seed=made.registrar_seed).public_key).decode()
    assert [one.seat for one in made.keyring.keys if one.public == public] == ["registrar"]


def test_every_fault_of_all_three_files_is_told_at_once() -> None:
    keyring = KEYRING.replace('organisation = "relief"', 'organisation = "nowhere"').replace("[[seats]]", "[[seat]]", 1)
    watchers = WATCHERS.replace("quorum = 3", "quorum = 9").replace("https://witness.archive", "ftp://archive")
    text = refused(keyring, watchers, 'emergency = "nobody"\nwindow_s = 1.5\nfast = true')
    for part in (
        "unknown field 'seat'",
        "witnesses: quorum",
        "witnesses: witness.archive.address",
        "window_s",
        "'fast'",
    ):
        assert part in text, part
    assert "'nobody', which the keyring lacks" in refused(rules='emergency = "nobody"')
    assert "keyring: persons[4].organisation" in refused(
        KEYRING.replace('organisation = "press"', 'organisation = "x"')
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("quorum = 3", "quorum = 0", "witnesses: quorum"),
        ("quorum = 3", "quorum = true", "witnesses: quorum"),
        ("quorum = 3", "quorum = 3\nextra = 1", "witnesses: extra"),
        ("[witness.archive]", '[witness."a b"]', "is no name"),
        ("[witness.archive]", "[witness.none]", "is no name"),
        ('address = "https://witness.archive.example"', "", "exactly two texts"),
        ("+c11d9a8a+", "+c11d9a8b+", "witness.university.vkey"),
        ("quorum = 3", "quorum = ", "is not TOML"),
    ],
)
def test_witnesses_are_read_strictly(old: str, new: str, told: str) -> None:
    assert old in WATCHERS
    text = refused(watchers=WATCHERS.replace(old, new))
    assert told in text or told.replace("is not", "are not") in text


def test_one_witness_under_two_names_and_the_key_of_a_log_are_refused() -> None:
    one, other = re.findall(r'vkey = "(.*)"', WATCHERS)[:2]
    assert "its key is that of witness university already" in refused(watchers=WATCHERS.replace(other, one))
    assert "is the key of a log" in refused(watchers=WATCHERS.replace(one, signing_key("log.example").key.text))
    assert "names nobody" in refused(watchers="quorum = 1")


def test_the_name_of_the_log_stands_in_one_place() -> None:
    nameless = KEYRING.replace('log = "records.example/satellite-service"\n', "")
    assert "has no name" in refused(nameless)
    assert "drop one" in refused(origin="other.example/record")
    assert "log" in refused(nameless, origin="two words")
    made = founding_from(nameless, WATCHERS, "", random=zeros, origin="own.example/record", name_ar="سجل")
    assert (made.trust.log, made.trust.name_en, made.trust.name_ar) == (
        "own.example/record",
        "own.example/record",
        "سجل",
    )


def test_the_registrars_key_is_made_or_handed_in(tmp_path: Path) -> None:
    held = create_key(tmp_path / "own.key", seed("own"), b"open sesame")
    assert founding_from(KEYRING, WATCHERS, "", random=zeros, registrar=held).registrar_seed == seed("own")
    open_line = '[[keys]]\nseat = "registrar"\nperson = "holder-of-registrar"'
    public = base64.b64encode(held.public_key).decode()
    written = KEYRING.replace(open_line, f'{open_line}\npublic = "{public}"')
    assert "hand in its file" in refused(written)
    assert founding_from(written, WATCHERS, "", random=zeros, registrar=held).trust
    other = create_key(tmp_path / "other.key", seed("other"))
    assert "is another key" in refused(written, registrar=other)
    assert "no key is for a seat" in refused(
        KEYRING.replace(open_line, '[[keys]]\nseat = "op-1"\nperson = "holder-of-op-1"')
    )
    twice = f"{KEYRING}\n{open_line}\n"
    assert "several keys" in refused(twice)


def test_quorums_that_bear_no_liar_are_doubted() -> None:
    assert [borne(n, k) for n, k in ((1, 1), (3, 2), (3, 3), (4, 2), (4, 3), (7, 5), (10, 7))] == [0, 0, 2, -1, 1, 2, 3]
    two = re.sub(r"\[witness.exchange\](.|\n)*", "", WATCHERS).replace("quorum = 3", "quorum = 2")
    assert founding_from(KEYRING, two, "", random=zeros).doubts == (Doubt.NO_LIAR,)
    everybody = WATCHERS.replace("quorum = 3", "quorum = 4")
    assert founding_from(KEYRING, everybody, "", random=zeros).doubts == (Doubt.NO_SILENCE,)
    bare = KEYRING.replace('college = "trustee"', 'college = "requester"').replace(
        'college = "enforcement"', 'college = "requester"'
    )
    assert founding_from(bare, WATCHERS, "", random=zeros).doubts == (Doubt.FEW_TRUSTEES, Doubt.NO_POINTS)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_no_file_brings_a_traceback(data: st.DataObject) -> None:
    texts = [KEYRING, WATCHERS, RULES]
    place = data.draw(st.integers(0, 2))
    lines = texts[place].split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    value = data.draw(
        st.sampled_from(
            ["1979-05-27", "1.5", "-1", "[]", "{}", '""', '"\\u200b"', "true", "[[1]]", "99999999999999999999"]
        )
    )
    lines[at] = data.draw(
        st.sampled_from(["", "[[keys]]", "[witness]", f"seats = {value}", "x", lines[at].split("=")[0] + f"= {value}"])
    )
    texts[place] = "\n".join(lines)
    with contextlib.suppress(RecordError):
        founding_from(*texts, random=zeros)


# ---- the verb ----


def test_the_verb_lays_a_folder_and_tells_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("--keyring", EXAMPLES / "keyring.toml", "--witnesses", EXAMPLES / "witnesses.toml")
    assert verb(tmp_path / "record", *files, "--rules", EXAMPLES / "rules.toml", "--name-en", "Sky") == 0
    page = capsys.readouterr().out
    trust = trust_of(served(tmp_path / "record"))
    assert trust_digest(trust) in page and trust.name_en == "Sky" and "hudhud witness add-log" in page
    assert trust.read_policy().logs[0].text in page
    private = tmp_path / "record" / "private"
    assert {one.name for one in private.iterdir()} == {"log.key", "registrar.key", "witnesses.toml"}
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in private.iterdir())
    with pytest.raises(RecordError, match="is there already"):
        verb(tmp_path / "record", *files)
    assert verb(tmp_path / "other", *files, "--language", "ar") == 0
    page = capsys.readouterr().out
    assert "بصمة أصل الثقة" in page and "WARNING" not in page


def test_a_key_of_ones_own_is_copied_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = create_key(tmp_path / "own.key", seed("own"), b"open sesame")
    (tmp_path / "pass").write_bytes(b"open sesame\n")
    (tmp_path / "pass").chmod(0o600)
    files = ("--keyring", EXAMPLES / "keyring.toml", "--witnesses", EXAMPLES / "witnesses.toml")
    with pytest.raises(InputError, match="goes with --registrar-key"):
        verb(tmp_path / "record", *files, "--passphrase-file", tmp_path / "pass")
    own = ("--registrar-key", tmp_path / "own.key", "--passphrase-file", tmp_path / "pass")
    assert verb(tmp_path / "record", *files, *own) == 0
    assert "without passphrase" in capsys.readouterr().out.replace("\n  ", " ")
    assert open_key(tmp_path / "record" / "private" / "registrar.key", bytes).public_key == held.public_key


# ---- with witnesses that listen ----


class House:
    """A founded record whose witnesses can be woken and put to sleep, each always at one address."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.record = folder, folder / "record"
        self.ports = {name: int(nobody().rsplit(":", 1)[1]) for name in NAMES}
        lines = ["quorum = 3"]
        for name, signer in zip(NAMES, WITNESSES, strict=True):
            create_state(folder / name, signer).close()
            address = f"http://127.0.0.1:{self.ports[name]}"
            lines += [f"[witness.{name}]", f'vkey = "{signer.key.text}"', f'address = "{address}"']
        (folder / "witnesses.toml").write_text("\n".join(lines), encoding="utf-8")
        keyring = KEYRING
        for seat in SEATS:
            held = create_key(folder / f"{seat}.key", seed(seat))
            public = base64.b64encode(held.public_key).decode()
            keyring = re.sub(rf'(person = "holder-of-{seat}"\npublic = )".*"', rf'\1"{public}"', keyring)
        (folder / "keyring.toml").write_text(keyring, encoding="utf-8")
        verb(self.record, "--keyring", folder / "keyring.toml", "--witnesses", folder / "witnesses.toml")
        (log,) = trust_of(served(self.record)).read_policy().logs
        for name in NAMES:
            with open_state(folder / name) as state:
                state.add_log(log)

    @contextlib.contextmanager
    def awake(self, *names: str) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for name in names:
                state = stack.enter_context(open_state(self.folder / name))
                server = stack.enter_context(witness_server(state, "127.0.0.1", self.ports[name]))
                thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
                thread.start()
                stack.callback(thread.join)
                stack.callback(server.shutdown)
            yield

    def run(self, verb: str, *words: object) -> int:
        return record_house.run(verb, self.record, *words)

    def declare(self, seat: str) -> int:
        return self.run("declare", "contacts", "--none", "--key", self.folder / f"{seat}.key", "--yes")

    def answer(self, **asked: object) -> Answer:
        found = audited(Asked(where=str(self.record), **asked)).audit  # type: ignore[arg-type]
        assert Found.BROKEN not in [one.kind for one in found.findings], found.findings
        return found.answer


def test_a_record_lives_through_the_silence_of_its_witnesses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house = House(tmp_path)
    with house.awake(*NAMES[:2]):
        assert house.run("submit") == 0
        assert "Too few witnesses" in capsys.readouterr().out
        with pytest.raises(RecordError, match="has been witnessed yet"):
            house.run("status")
    with house.awake(*NAMES[:3]):
        assert house.run("submit") == 0
        told = capsys.readouterr().out
        assert "empty record is witnessed" in told and "witness3.example: unreachable" in told
        assert house.answer() is Answer.SOUND
        draft = ROOT / "examples" / "requests" / "ukraine.toml"
        assert house.run("request", draft, "--key", tmp_path / "ministry.key", "--yes") == 0
        assert "witnessed at" in capsys.readouterr().out
        record = load_record(str(house.record))
        assert len(record.signed.cosignatures) == 3 and len(record.entries) == 2  # the request, and a first map
        assert house.answer() is Answer.SOUND
        backup = shutil.copytree(house.record, tmp_path / "backup")
    with house.awake(*NAMES[:2]):
        before = (house.record / "public" / "checkpoint").read_bytes()
        assert house.declare("op-1") == 0
        told = capsys.readouterr().out
        assert "recorded, and not yet witnessed" in told
        (receipt,) = tmp_path.glob("*.receipt")
        assert (house.record / "public" / "checkpoint").read_bytes() == before
        assert house.run("submit") == 0
        assert "that wait for them: 1" in capsys.readouterr().out
        assert house.answer(receipts=(receipt,)) is Answer.SOUND  # its time is not over
    with house.awake(*NAMES):
        assert house.run("submit") == 0
        assert len(load_record(str(house.record)).entries) == 3
        assert house.answer(receipts=(receipt,), older=(backup / "public" / "timeline",)) is Answer.SOUND
        house.record = backup
        with pytest.raises(RecordError, match="would sign a second history"):
            house.run("submit")
    with house.awake(NAMES[0]), pytest.raises(RecordError, match="may be an old copy"):
        house.run("submit")


def test_no_witness_is_left_unasked(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.record / "private" / "witnesses.toml"
    kept = [line for line in path.read_text(encoding="utf-8").split("\n") if "exchange" not in line]
    path.write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(RecordError, match=r"witness\.exchange: is left out"):
        house.run("submit")


def test_the_first_entry_of_all_may_wait_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Handed in as a file before anything was witnessed, while the quorum sleeps."""
    house = House(tmp_path)
    held = open_key(tmp_path / "op-1.key", bytes)
    said = ContactDeclaration(
        log=trust_of(served(house.record)).log, start="2026-01-01T00:00:00Z", until="2026-05-01T00:00:00Z"
    )
    write_filing(signed(said, held), tmp_path / "said.json")
    with house.awake(*NAMES[1:3]):
        assert house.run("submit", tmp_path / "said.json", "--folder", tmp_path) == 0
        assert "receipt" in capsys.readouterr().out
        assert not (house.record / "public" / "checkpoint").exists()
    with house.awake(*NAMES[1:]):
        assert house.run("submit") == 0
        told = capsys.readouterr().out
        assert "witness0.example: unreachable" in told and "Too few" not in told
        assert [type(one.statement).__name__ for one in load_record(str(house.record)).prefix.entries][:1] == [
            "ContactDeclaration"
        ]
        assert house.answer() is Answer.SOUND
