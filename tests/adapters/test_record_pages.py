"""The walk through a record of one's own works as it stands on the page, and its pages name every verb."""

import re
import shlex
from pathlib import Path

import pytest

from adapters.record_house import VERBS, copy_into, run, template

ROOT = Path(__file__).resolve().parents[2]
WALK = ROOT / "docs" / "start" / "your-own-record.md"
REFERENCE = ROOT / "docs" / "reference" / "record-verbs.md"


def commands() -> list[list[str]]:
    """The commands of the page, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", WALK.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_the_walk_is_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    first, *rest = commands()
    assert first == ["hudhud", "demo-record", "demo", "--no-standing"] and template().entries == 47
    copy_into(tmp_path)  # made once for all tests
    for words in rest:
        assert words[0] == "hudhud" and run(*words[1:]) == 0, words
    text = capsys.readouterr().out
    assert "entry 47" in text and "with this the request is granted" in text and "followed by: map release" in text


def test_every_verb_stands_on_its_page() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    for verb in VERBS:
        name = verb.__name__.rsplit(".", 1)[1].replace("_", "-")
        assert f"hudhud {name}" in text
