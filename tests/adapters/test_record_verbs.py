"""The verbs of the people involved, run as their users run them."""

import io
import json
import sys
from pathlib import Path

import pytest

from adapters.record_house import copy_into, refused, run, template
from hudhud.adapters.cli import record_verbs
from hudhud.adapters.cli.record_words import _ADVICE, _WORDS
from hudhud.adapters.record.keys import open_key, public_key_text
from hudhud.adapters.record_files import load_record
from hudhud.errors import FetchError, InputError
from hudhud.record.decide import decide
from hudhud.record.history import State
from hudhud.record.statements import EnforcementReport, KeyringChange, RedactionDeposit
from hudhud.record.words import ServiceClass

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return copy_into(tmp_path)


@pytest.fixture
def leaf() -> str:
    return template().waiting[:12]


def key(folder: Path, seat: str) -> Path:
    return folder / "keys" / f"{seat}.key"


def declare(folder: Path, leaf: str, *seats: str) -> None:
    for seat in seats:
        run("declare", folder, "contacts", "--none", "--key", key(folder, seat), "--yes")
        run("declare", folder, "conflicts", "--none", "--request", leaf, "--key", key(folder, seat), "--yes")


def state_of(folder: Path, leaf: str) -> State:
    record = load_record(str(folder))
    outcomes = decide(record.prefix, record.witnessed_s)
    return next(one.state for one in outcomes.requests if one.leaf.startswith(leaf))


def approve(folder: Path, leaf: str, seat: str, *more: object) -> int:
    words = ("--reason", "humanitarian_necessity", "--key", key(folder, seat), "--yes", *more)
    return run("approve", folder, "--request", leaf, *words)


def test_three_people_grant_what_was_asked_and_a_map_follows(
    folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(folder, leaf, "humanitarian-seat", "counsel-a")
    approve(folder, leaf, "humanitarian-seat")
    assert "the request stays open" in capsys.readouterr().out and state_of(folder, leaf) is State.WAITING
    approve(folder, leaf, "counsel-a")
    text = capsys.readouterr().out
    assert "with this the request is granted" in text and "followed by: map release" in text
    assert state_of(folder, leaf) is State.GRANTED
    assert not [line for line in text.split("\n") if len(line) > 80 and " " in line.strip()]


def test_before_a_vote_everything_is_shown(folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]) -> None:
    declare(folder, leaf, "counsel-a")
    capsys.readouterr()
    approve(folder, leaf, "counsel-a")
    text = capsys.readouterr().out
    for part in (
        "WHAT IT IS ABOUT",
        "REQUEST",
        "WHAT IT WOULD DO TO THE MAP",
        "Classes that save lives",
        "WHAT YOU SIGN",
    ):
        assert part in text
    assert text.index("WHAT IT WOULD DO") < text.index("WHAT YOU SIGN") < text.index("Quorum ordinary: 2 of 3")
    assert "DEMONSTRATION" in text and "digest of the impact report" in text


def test_in_arabic_too(folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]) -> None:
    declare(folder, leaf, "counsel-a")
    capsys.readouterr()
    approve(folder, leaf, "counsel-a", "--language", "ar")
    text = capsys.readouterr().out
    assert "ما توقّعه" in text and "النصاب" in text and "عرض توضيحي" in text
    for line in ("WHAT", "Quorum", "What follows"):
        assert line not in text


def test_a_vote_without_declarations_is_not_signed_and_the_way_is_told(folder: Path, leaf: str) -> None:
    before = load_record(str(folder)).entries
    words = ("approve", folder, "--request", leaf, "--reason", "capacity", "--key", key(folder, "counsel-a"), "--yes")
    assert "hudhud declare" in refused(*words) and "contacts --none" in refused(*words)
    run("declare", folder, "contacts", "--none", "--key", key(folder, "counsel-a"), "--yes")
    assert "conflicts --request" in refused(*words)
    assert len(load_record(str(folder)).entries) == len(before) + 1


def test_without_a_terminal_nobody_is_asked_and_nothing_is_signed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_record(str(folder)).entries
    words = ("declare", folder, "contacts", "--none", "--key", key(folder, "op-2"))
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert "no terminal" in refused(*words)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "n")
    assert "nothing was signed" in refused(*words)
    assert load_record(str(folder)).entries == before
    monkeypatch.setattr("builtins.input", lambda _: "y")
    assert run(*words) == 0


def test_a_request_with_a_withheld_name_waits_for_trustees(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = ROOT / "examples" / "requests" / "standing-refusal.toml"
    told = folder.parent / "names"
    run("request", folder, draft, "--key", key(folder, "ministry"), "--disclosures", told, "--yes")
    assert told.stat().st_mode & 0o077 == 0
    leaf = json.loads(told.read_text())["entry"][:12]
    declare(folder, leaf, "op-1")
    words = ("approve", folder, "--request", leaf, "--reason", "no_licence", "--key", key(folder, "op-1"), "--yes")
    assert "hudhud deposit" in refused(*words)
    capsys.readouterr()
    for seat in ("trustee-a", "trustee-b"):
        run("deposit", folder, told, "--key", key(folder, seat), "--yes")
    assert "A made-up head of government" in capsys.readouterr().out
    assert run(*words) == 0
    run("disclose", folder, told, "--key", key(folder, "trustee-a"), "--yes")
    kinds = [type(one.statement) for one in load_record(str(folder)).prefix.entries]
    assert kinds.count(RedactionDeposit) == 4  # two of the demonstration's own
    assert "told before" in refused("disclose", folder, told, "--key", key(folder, "trustee-b"), "--yes")
    other = template().waiting[:12]
    assert "does not fit" in refused("deposit", folder, told, "--entry", other, "--key", key(folder, "trustee-a"))


def test_a_draft_that_is_wrong_is_refused_with_its_name(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "d.toml").write_text('title_en = ""\n')
    text = refused("request", folder, tmp_path / "d.toml", "--key", key(folder, "agency"))
    assert "d.toml" in text and "effect" in text and "title_ar" in text
    assert "no such file" in refused("request", folder, tmp_path / "none.toml", "--key", key(folder, "agency")).lower()


def test_what_is_signed_elsewhere_is_handed_in_later(folder: Path, leaf: str, tmp_path: Path) -> None:
    declare(folder, leaf, "counsel-a")
    before = load_record(str(folder)).entries
    public = folder / "public"  # as somebody sees it who does not keep it
    words = ("approve", public, "--request", leaf, "--reason", "capacity", "--key", key(folder, "counsel-a"), "--yes")
    assert "--out" in refused(*words)
    assert run(*words, "--out", tmp_path / "vote.json") == 0
    assert load_record(str(folder)).entries == before
    assert (tmp_path / "vote.json.blob-1").is_file()
    assert "is there already" in refused(*words, "--out", tmp_path / "vote.json")
    assert run("submit", folder, tmp_path / "vote.json") == 0
    assert "stands in the record already" in refused("submit", folder, tmp_path / "vote.json")
    assert load_record(str(folder)).entries[len(before)] == (tmp_path / "vote.json").read_bytes()
    assert run("submit", folder) == 0


def test_no_means_no(folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]) -> None:
    declare(folder, leaf, "humanitarian-seat", "press-freedom-seat")
    for seat in ("humanitarian-seat", "press-freedom-seat"):
        words = ("--request", leaf, "--reason", "abuse,capacity", "--key", key(folder, seat), "--yes")
        run("refuse", folder, *words)
    assert "with this the request is refused" in capsys.readouterr().out
    assert state_of(folder, leaf) is State.REFUSED


def test_taking_no_part_and_taking_back(folder: Path, leaf: str) -> None:
    assert run("recuse", folder, "--request", leaf, "--key", key(folder, "counsel-a"), "--yes") == 0
    words = ("--request", leaf, "--reason", "technical", "--yes")
    assert "may not say this" in refused("withdraw", folder, *words, "--key", key(folder, "op-1"))
    assert run("withdraw", folder, *words, "--key", key(folder, "agency")) == 0
    assert state_of(folder, leaf) is State.WITHDRAWN


def test_a_decision_is_reviewed_revoked_and_suspended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = load_record(str(folder))
    outcomes = decide(record.prefix, record.witnessed_s)
    emergency = next(one for one in outcomes.in_force if one.emergency).id[:12]
    words = ("--decision", emergency, "--key", key(folder, "etc-seat"), "--yes")
    run("review", folder, *words, "--outcome", "stands", "--findings", "It stands.")
    own = ("--decision", emergency, "--key", key(folder, "counsel-a"), "--yes")
    assert "voted for what is reviewed" in refused(
        "review", folder, *own, "--outcome", "stands", "--findings", "It stands."
    )
    assert "settled before" in refused("ratify", folder, *own, "--reason", "abuse")
    declare(folder, emergency, "op-3")
    vote = ("--decision", emergency, "--reason", "abuse", "--key", key(folder, "op-3"), "--yes")
    capsys.readouterr()
    assert run("revoke", folder, *vote) == 0
    assert "lose service" in capsys.readouterr().out
    assert run("suspend", folder, *vote, "--class", "medical", "--days", "2") == 0
    assert "--class" in refused("suspend", folder, *vote, "--class", "cats", "--until", "tomorrow")


def test_a_point_of_enforcement_obeys_what_was_released(folder: Path, tmp_path: Path) -> None:
    assert "no point of enforcement" in refused("enforce", folder, "--key", key(folder, "op-1"))
    run("enforce", folder, "--key", key(folder, "point-beam"), "--yes", "--map", tmp_path / "map")
    report = load_record(str(folder)).prefix.entries[-1].statement
    assert isinstance(report, EnforcementReport)
    import hashlib

    assert hashlib.sha256((tmp_path / "map").read_bytes()).hexdigest() == report.map_sha256


def test_anything_can_be_said_from_a_file(folder: Path, leaf: str, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        f'kind = "evidence"\nabout = "{leaf}"\nevidence_class = "measurement"\ntext = "The cable is cut."\n'
    )
    (tmp_path / "trace.txt").write_text("a trace")
    words = ("--key", key(folder, "agency"), "--yes", "--with", tmp_path / "trace.txt")
    assert run("act", folder, tmp_path / "a.toml", *words) == 0
    record = load_record(str(folder))
    statement = record.prefix.entries[-1].statement
    assert record.blob(statement.attachment_sha256) == b"a trace"  # type: ignore[union-attr]


def test_a_new_keyring_is_shown_with_the_votes_for_it(folder: Path, tmp_path: Path) -> None:
    record = load_record(str(folder))
    digest = record.prefix.keyring_sha256
    tree = json.loads(record.blob(digest) or b"")
    tree |= {"version": 2, "previous_sha256": digest}
    (tmp_path / "k.json").write_bytes(
        json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    )
    (tmp_path / "k.toml").write_text('kind = "keyring_change"\n')
    for seat in ("op-1", "humanitarian-seat", "counsel-a"):
        words = ("--with", tmp_path / "k.json", "--key", key(folder, seat), "--yes")
        assert run("act", folder, tmp_path / "k.toml", *words) == 0
    record = load_record(str(folder))
    assert isinstance(record.prefix.entries[-1].statement, KeyringChange)
    outcomes = decide(record.prefix, record.witnessed_s)
    assert record.prefix.keyrings[outcomes.keyring_sha256].version == 2
    assert run("declare", folder, "contacts", "--none", "--key", key(folder, "op-2"), "--yes") == 0


def test_a_card_can_sign(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "card.py").write_text(
        "import sys\nfrom pathlib import Path\nfrom hudhud.adapters.record.keys import open_key\n"
        f"held = open_key(Path({str(key(folder, 'op-2'))!r}), bytes)\n"
        "sys.stdout.buffer.write(held.signer.sign(sys.stdin.buffer.read()))\n"
    )
    public = public_key_text(open_key(key(folder, "op-2"), bytes).public_key)
    words = ("--signer-command", f"{sys.executable} {tmp_path / 'card.py'}", "--yes")
    assert "--public-key" in refused("declare", folder, "contacts", "--none", *words)
    assert run("declare", folder, "contacts", "--none", *words, "--public-key", public) == 0


def test_keys_are_made_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p").write_text("a passphrase\n")
    (tmp_path / "p").chmod(0o600)
    words = (tmp_path / "a.key", "--passphrase-file", tmp_path / "p")
    assert run("key", "new", *words) == 0
    made = capsys.readouterr().out.split("\n", 1)[1]
    assert run("key", "show", *words) == 0
    assert capsys.readouterr().out == made
    assert "no terminal" in refused("key", "show", tmp_path / "a.key")


def test_a_key_of_no_seat_and_a_record_that_is_none_are_told(folder: Path, leaf: str, tmp_path: Path) -> None:
    run("key", "new", tmp_path / "a.key")
    words = ("--request", leaf, "--reason", "abuse", "--yes")
    assert "belongs to no seat" in refused("refuse", folder, *words, "--key", tmp_path / "a.key")
    assert "no record here" in refused("status", tmp_path)
    assert "--key FILE" in refused("refuse", folder, *words)
    assert "no reason 'x'" in refused(
        "refuse", folder, "--request", leaf, "--reason", "x", "--key", key(folder, "op-1")
    )
    with pytest.raises(FetchError):
        run("status", "http://127.0.0.1:9/")


def test_a_record_that_was_tampered_with_is_not_signed_in(folder: Path, leaf: str) -> None:
    path = next((folder / "public" / "tile" / "entries").rglob("*"))
    path = path if path.is_file() else next(each for each in path.rglob("*") if each.is_file())
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    words = ("--request", leaf, "--reason", "abuse", "--yes", "--key", key(folder, "op-1"))
    assert "not sound" in refused("refuse", folder, *words)


def test_the_status_tells_who_is_missing_and_what_is_late(
    folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("status", folder) == 0
    text = capsys.readouterr().out
    assert "OVERDUE" in text and "public-interest missing" in text and "held by trustee-a, trustee-b" in text
    assert all(len(line) <= 80 for line in text.split("\n"))
    assert run("status", folder, "--language", "ar", "--all") == 0
    assert "متأخر" in capsys.readouterr().out
    assert run("status", folder, leaf, "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["requests"]
    assert one["open"] and one["quorum"]["met"] == 1 and one["votes"][0]["seat"] == "op-1"


def test_the_status_tells_where_and_for_whom(folder: Path, leaf: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = {}
    for language in ("en", "ar"):
        assert run("status", folder, leaf, "--language", language) == 0
        told[language] = capsys.readouterr().out
        assert all(len(line) <= 80 for line in told[language].split("\n"))
    assert run("status", folder, leaf, "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["requests"]
    (where,) = one["territories"]
    assert f"where: {where['name_en']} ({where['id']})" in told["en"] and "for: " in told["en"]
    assert f"المكان: {where['name_ar']} ({where['id']})" in told["ar"] and "الفئات: " in told["ar"]
    assert where["name_en"] != where["id"] and set(one["classes"]) <= set(ServiceClass)


def test_every_phrase_has_the_same_parts_in_both_languages() -> None:
    import string

    for english, arabic in [*_WORDS.values(), *_ADVICE.values()]:
        parts = [{field for _, field, _, _ in string.Formatter().parse(text) if field} for text in (english, arabic)]
        assert parts[0] == parts[1]


def test_reasons_and_days_are_refused_in_words() -> None:
    for words in (None, [""], ["x"]):
        found: list = []
        record_verbs.reasons_of(words, found)
        assert found
    with pytest.raises(InputError):
        run("declare", "x", "contacts")
