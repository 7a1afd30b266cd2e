"""The command as a whole: help that teaches, exit codes that mean something, streams that break."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import hudhud
from hudhud.adapters.cli import fleet, output, simulate
from hudhud.adapters.cli import main as command_line
from hudhud.adapters.cli.main import main
from hudhud.errors import FetchError, InputError, plain

VERBS = ("simulate", "look", "fleet", "compare")
SOURCE = str(Path(hudhud.__file__).parents[1])


def in_a_process(*words: str, **options: object) -> "subprocess.CompletedProcess[bytes]":
    """The command run by an interpreter of its own."""
    environment = {**os.environ, "PYTHONPATH": SOURCE, **options.pop("environment", {})}  # type: ignore[dict-item]
    return subprocess.run(
        [sys.executable, "-m", "hudhud", *words],
        env=environment, timeout=120, check=False, **({"capture_output": True} | options),
    )  # type: ignore[call-overload]  # fmt: skip


def test_without_a_verb_the_help_names_every_verb_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(f"hudhud {verb}" in out for verb in VERBS)
    assert all(f"{code} " in out for code in (0, 1, 2, 3, 130))
    assert "synthetic" in out and "hudhud fleet fetch" in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_teaches_by_example_within_80_columns(
    verb: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit) as caught:
        main([verb, "--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    assert "examples:" in out and f"hudhud {verb} " in out and "exit codes:" in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_version_is_the_package_s(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"hudhud {hudhud.__version__}\n"


@pytest.mark.parametrize("words", [["fly"], ["simulate"], ["look", "50"], ["fleet", "a", "b"], ["--quiet"]])
def test_wrong_usage_exits_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "usage: hudhud" in captured.err


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (InputError("wrong"), 2, "hudhud: wrong\n"),
        (FetchError("offline"), 3, "hudhud: offline\n"),
        (KeyboardInterrupt(), 130, "hudhud: interrupted\n"),
        (OSError(28, "No space left on device", "disk"), 2, "hudhud: disk: No space left on device\n"),
        (OSError(5, "Input/output error"), 2, "hudhud: the output: Input/output error\n"),
        (BrokenPipeError(), 0, ""),
        (MemoryError(), 2, "hudhud: the memory of this machine does not suffice for hudhud fleet\n"),
        (InputError("one\x1b[31m\ntwo\x07"), 2, "hudhud: one\\x1b[31m\ntwo\\x07\n"),
    ],
)
def test_what_went_wrong_is_told_in_words_and_by_the_exit_code(
    error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(_: object) -> int:
        raise error

    monkeypatch.setattr(fleet, "command", failing)
    assert main(["fleet"]) == code
    assert capsys.readouterr() == ("", told)


def test_a_fault_of_hudhud_itself_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    for fault in (SystemError("another"), ZeroDivisionError()):

        def failing(_: object, fault: Exception = fault) -> int:
            raise fault

        monkeypatch.setattr(fleet, "command", failing)
        with pytest.raises(type(fault)):
            main(["fleet"])


# ----------------------------------------------------------------------------------------------------------- streams


@pytest.mark.parametrize("words", [("fleet",), ("fleet", "--json")])
def test_a_reader_that_goes_away_is_no_fault(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = in_a_process(*words, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full here")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = in_a_process("fleet", "--json", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == b"hudhud: the output: No space left on device\n"


def test_letters_that_a_terminal_does_not_have_become_escapes(tmp_path: Path) -> None:
    (tmp_path / "Київ.toml").write_text("ім'я = 1\n", encoding="utf-8")
    latin = {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    done = in_a_process("simulate", str(tmp_path / "Київ.toml"), environment=latin)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr and rb"\u041a\u0438\u0457\u0432.toml" in done.stderr


def test_no_home_and_no_colour_are_no_trouble(tmp_path: Path) -> None:
    bare = {"HOME": "/nonexistent", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C", "COLUMNS": "20"}
    done = in_a_process("fleet", cwd=tmp_path, environment=bare)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"9,599 satellites" in done.stdout and b"\x1b" not in done.stdout


def test_the_interpreter_runs_the_package_as_the_command() -> None:
    done = in_a_process("--version")
    assert done.stdout.decode() == f"hudhud {hudhud.__version__}\n"


class _Stream(io.TextIOWrapper):
    """A text stream that keeps what is written, in some encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)

    def kept(self) -> bytes:
        self.flush()
        return self.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "ascii", "cp1251"])
def test_json_is_json_in_every_locale(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"é": "هدهد 👩‍🚀 Київ", "lone": "\udcff"}
    stream = _Stream(encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    output.ready_streams()
    output.print_json(value)
    assert json.loads(stream.kept().decode("utf-8-sig")) == value


def test_closed_streams_lead_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    output.ready_streams()
    assert main([]) == 0
    for stream in (sys.stdout, sys.stderr):
        stream.close()


def test_a_console_shows_control_characters_and_never_narrows_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    screen = output.console()
    assert screen.width == 80
    screen.print("a\x1b[31mb\u202ec\nمستشفى\u200cالخرطوم")
    assert capsys.readouterr().out == "a\\x1b[31mb\\u202ec\nمستشفى\u200cالخرطوم\n"


def test_plain_text_keeps_every_script_and_escapes_what_a_terminal_obeys() -> None:
    for kept in ("Kyiv", "هدهد", "می‌خواهم", "漢字 👩‍🚀", "é\u0301", "\u200f"):
        assert plain(kept) == kept
    for steered in ("\n", "\x1b", "\x9b", "\x7f", "\x00", "\u2028", "\u202e", "\u2067", "\ud800"):
        shown = plain(f"a{steered}b")
        assert shown.isprintable() and shown != f"a{steered}b" and plain(shown) == shown


def test_a_message_lists_two_hundred_faults_and_counts_the_rest() -> None:
    from hudhud.errors import Fault

    error = InputError("wrong", [Fault(where=str(i), problem="bad") for i in range(1_500)])
    assert len(error.faults) == 1_500
    assert len(str(error).splitlines()) == 202 and str(error).endswith("and 1,300 more")


def test_the_entry_point_is_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["hudhud"])
    with pytest.raises(SystemExit) as caught:
        command_line.run()
    assert caught.value.code == 0


def test_too_little_memory_speaks_of_slots_where_slots_are_played(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(_: object) -> int:
        raise MemoryError

    monkeypatch.setattr(simulate, "command", failing)
    assert main(["simulate", "x.toml"]) == 2
    assert capsys.readouterr().err.endswith("for hudhud simulate: play fewer slots or terminals\n")
