"""The verb `hudhud witness`, run as its user runs it."""

import json
import signal
import time
from pathlib import Path

import pytest

from adapters.witness_house import answers_at, program
from hudhud.adapters.witness.client import Refusal, Witness, ask
from hudhud.record.note import VerifierKey
from hudhud.record.tree import consistency_proof, nodes
from log_factory import LOG, WITNESSES
from record.test_witness import FORKED, HONEST, note


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    process = program(*arguments)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def test_from_making_a_witness_to_its_evidence(tmp_path: Path) -> None:
    folder = str(tmp_path / "w1")
    code, out, _ = run("init", folder, "--name", "press.example/w1")
    assert code == 0
    key = VerifierKey.from_text(out.split()[-1])
    assert key.name == "press.example/w1"
    assert run("add-log", folder, LOG.key.text)[:2] == (0, f"{LOG.name} is known from now on\n")
    assert "seen      nothing yet" in run("status", folder)[1]
    assert run("evidence", folder)[1] == "Nothing is kept against any log.\n"
    process = program("serve", folder, "--listen", "127.0.0.1:0")
    witness = Witness(url=answers_at(process), key=key)
    for leaves, size, expected in ((HONEST, 8, None), (FORKED, 8, Refusal.SPLIT_VIEW), (FORKED, 9, Refusal.SPLIT_VIEW)):
        found = ask(witness, note(leaves, size), lambda old, new, of=leaves: consistency_proof(old, new, nodes(of)))
        assert found.refusal is expected
    seen = json.loads(run("status", folder, "--json")[1])  # while it serves
    assert seen["vkey"] == key.text and seen["logs"][0]["seen"]["size"] == 8
    began_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "ended\n") and time.monotonic() - began_s < 5
    assert "split view at size 8" in err and "Traceback" not in err
    text = run("evidence", folder)[1]
    assert "SPLIT VIEW: log.example/record" in text and "Unproven: log.example/record" in text
    (first, second) = json.loads(run("evidence", folder, "--json")[1])["evidence"]
    assert (first["kind"], second["kind"]) == ("split_view", "unproven")
    assert "\n\n".join(first["notes"]).startswith(f"{LOG.name}\n8\n")
    assert Path(first["file"]).is_file()
    assert "Kept against logs: split views 1, unproven 1" in run("status", folder)[1]


def test_it_ends_when_it_is_interrupted(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert run("init", folder, "--name", "w")[0] == 0
    assert run("add-log", folder, LOG.key.text)[0] == 0
    process = program("serve", folder)
    answers_at(process)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0] == "ended\n" and process.returncode == 0


@pytest.mark.parametrize("action", ["init", "add-log", "serve", "status", "evidence"])
def test_the_help_fits_on_eighty_columns(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for arguments in (("--help",), (action, "--help")):
        code, out, _ = run(*arguments)
        assert code == 0 and all(len(line) <= 80 for line in out.splitlines())


def test_wrong_input_is_refused_in_words(tmp_path: Path) -> None:
    folder = str(tmp_path / "w")
    for arguments, says in (
        (("status", folder), "there is no witness here"),
        (("init", folder, "--name", "two words"), "signing key 'two words' refused"),
        (("add-log", folder, "nonsense"), "no verifier key"),
        (("serve", folder, "--listen", "0.0.0.0:0"), "add --public"),
    ):
        code, out, err = run(*arguments)
        assert code != 0 and out == "" and says in err
    assert run("init", folder, "--name", "w")[0] == 0
    assert "knows no log yet" in run("serve", folder)[2]
    assert "a log signs with a key for ED25519" in run("add-log", folder, WITNESSES[0].key.text)[2]
