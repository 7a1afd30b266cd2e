"""Bad input through the command: exit code 2, a message that names the fault, never a traceback, never half a result."""

import gzip
import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elements_factory import as_csv, as_json, as_tle, as_xml, omm_record, omm_records
from hudhud.adapters.cli.main import main
from small_runs import HEAD, KYIV, SHORT

CORPUS = Path(__file__).resolve().parents[1] / "corpus"


def told(*words: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(list(words))
    return code, out.getvalue(), err.getvalue()


def refusal(*words: str) -> str:
    """What the command says where it refuses: all of it on standard error, and nothing that steers a terminal."""
    code, out, err = told(*words)
    assert (code, out) == (2, ""), (words, code, out[:200], err)
    assert err.startswith("hudhud: ") and err.endswith("\n")
    assert "Traceback" not in err and all(letter.isprintable() or letter == "\n" for letter in err)
    return err


# --------------------------------------------------------------------------------------------------------- scenarios

# What each scenario of the corpus must be told: all of these, each at its place.
EXPECTED = {
    "before-the-first-slot": ["start: '1957-01-01T00:00:05Z': the slot that holds it begins before 1957"],
    "binary": ["byte 128 is not UTF-8 text"],
    "cut-off": ["is not TOML", "line"],
    "deep": ["is not TOML", "nested too deeply"],
    "doubled-names": [
        "2 faults",
        "terminal[1].name: 'Kyiv' is the name of terminal[0] already",
        "scatter[0].name: would name a terminal 'field 2' as terminal[2] does",
    ],
    "empty": ["4 faults", "name: this key is required", "start: ", "slots: ", "terminal: there is no terminal"],
    "endless-obstructions": [
        "terminal[0].obstructions: /dev/zero: more than 4,194,304 bytes",
        "terminal[1].obstructions: ",
        r"a\x00b: embedded null byte",
        "terminal[2].obstructions: no-terminal.toml: line 1: ['name = \"t\"'] is not an azimuth and an elevation",
    ],
    "everything-at-once": [
        "14 faults",
        "start: 'tomorrow' is not an instant",
        "colour: no such key here",
        "gateways.failed[1]: no gateway 'Nowhere'",
        "gateways.site[0].latitude_deg: must be at most 90; found 99",
        "gateways.site[0].pop: no point of presence 'nowhere'",
        "terminal[0].class: no class 'huge': one of aviation, ",
        "terminal[0].latitude_deg: must be at most 90; found 91",
        "terminal[0].pop: no point of presence 'nowhere'",
        "terminal[1].longitude_deg: must be at most 360; found 361",
        "terminal[1].name: 'A' is the name of terminal[0] already",
        "terminal[1].obstructions: ",
        "terminal[2].name: must not be empty",
        "terminal[2].latitude_deg: this key is required",
        "terminal[2].longitude_deg: this key is required",
    ],
    "horizons": [
        "7 faults",
        "terminal[0].horizon_deg[1]: there is another elevation at azimuth 0 already",
        "terminal[0].horizon_deg[2]: the azimuth of a corner must lie between 0 and 360; found -1",
        "terminal[0].horizon_deg[3]: the elevation of a corner must lie between 0 and 90; found 91",
        "terminal[1].horizon_deg[0]: must hold at least 2 values; found [0]",
        "terminal[1].horizon_deg[1]: must hold at most 2 values; found [1, 2, 3]",
        "terminal[1].horizon_deg[2][0]: must be a number; found 'x'",
        "terminal[1].horizon_deg[2][1]: must be a finite number; found nan",
    ],
    "huge-numbers": ["3 faults", "seed: must be at most", "terminal[0].latitude_deg: must be a finite number"],
    "instants": ["start: 2026-05-30T18:00:12 has no zone: write it as 2026-05-30T18:00:12Z"],
    "latin-1": ["byte 9 is not UTF-8 text"],
    "many-digits": ["is not TOML", "5000 digits"],
    "names-a-terminal-obeys": [
        "7 faults",
        r"name: must not hold line breaks or control characters; found '\x1b]0;title\x07'",
        r"'\x1b[2J': no such key here",
        r"terminal[0].name: must not hold line breaks or control characters; found '\x1b[31mred'",
        r"terminal[1].name: must not hold line breaks or control characters; found 'two\nlines'",
        r"terminal[2].name: must not hold line breaks or control characters; found '\u202ekcab'",
        "terminal[3].name: must not be blank",
        "terminal[4].name: must have at most 200 characters",
    ],
    "no-tables": [
        "4 faults",
        "gateways: must be a table; found 3",
        "lasers: must be a table",
        "terminal[1]: must be a",
    ],
    "no-terminal": ["1 fault\n", "terminal: there is no terminal: add a [[terminal]] or a [[scatter]]"],
    "not-numbers": [
        "4 faults",
        "sky.minimum_elevation_deg: must be a finite number; found nan",
        "latency.access_ms: must be a finite number; found -inf",
        "terminal[0].latitude_deg: must be a finite number; found nan",
        "terminal[0].longitude_deg: must be a number; found true",
    ],
    "not-toml": ["is not TOML", "line 1"],
    "nul-byte": ["is not TOML", "line 5"],
    "too-many": ["slots: 345,600 slots of 100,000 terminals are 34,560,000,000 lines: a result holds at most"],
    "utf-16": ["byte 0 is not UTF-8 text"],
    "wrong-types": [
        "13 faults",
        "fleet: must be a table; found []",
        "gateways.site: must be tables, each under [[gateways.site]]; found 1",
        "lasers.failed[0]: must hold at least 2 values; found ['a']",
        "lasers.pattern: must be 'plus_grid', 'three_laser_brick', 'nearest_neighbours' or 'none'; found 3",
        "name: must be a text in quotes; found []",
        "scatter: must be tables, each under [[scatter]]; found 'x'",
        "schedule.share_cells: must be true or false; found 1",
        "schedule.rule: must be ",
        "seed: must be a whole number; found 1.0",
        "slots: must be a whole number; found '2'",
        "start: {} is not an instant",
        "terminal: must be tables, each under [[terminal]]; found 3",
    ],
    "year-2610": ["start: '2610-10-10T00:00:05Z': the year must lie between 1957 and 2199"],
}


def test_every_scenario_of_the_corpus_has_its_words() -> None:
    assert {path.stem for path in CORPUS.glob("scenarios/*.toml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_bad_scenario_is_refused_with_every_fault_at_its_place(name: str, tmp_path: Path) -> None:
    if name == "endless-obstructions" and not Path("/dev/zero").exists():
        pytest.skip("no endless file here")
    path = CORPUS / "scenarios" / f"{name}.toml"
    message = refusal("simulate", str(path), "--output", str(tmp_path / "r"))
    assert message.startswith(f"hudhud: {path}: ")
    assert [words for words in EXPECTED[name] if words not in message] == [], message
    assert list(tmp_path.iterdir()) == []


def test_faults_that_follow_from_others_are_not_told(tmp_path: Path) -> None:
    path = CORPUS / "scenarios" / "no-tables.toml"
    assert "no terminal:" not in refusal("simulate", str(path))
    own = '[gateways]\nfailed = ["mine"]\n[[gateways.site]]\nname = 3\nlatitude_deg = 0\nlongitude_deg = 0\npop = "x"\n'
    (tmp_path / "s.toml").write_text(HEAD + own + KYIV, encoding="utf-8")
    message = refusal("simulate", str(tmp_path / "s.toml"))
    assert "gateways.site[0].name: " in message and "gateways.site[0].pop: " in message and "'mine'" not in message


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "{}"),
        ("simulate", "{short}", "--output", "{}"),
        ("look", "50", "30", "--obstructions", "{}"),
        ("compare", "{}", "{}"),
    ],
)
def test_a_file_without_an_end_is_not_read_to_it(device: str, words: tuple[str, ...], tmp_path: Path) -> None:
    if not Path(device).exists():
        pytest.skip("no endless file here")
    (tmp_path / "short.toml").write_text(SHORT, encoding="utf-8")
    assert device in refusal(*(word.format(device, short=tmp_path / "short.toml") for word in words))


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "{}"),
        ("simulate", "{short}", "--elements", "{}"),
        ("look", "50", "30", "--elements", "{}"),
        ("look", "50", "30", "--obstructions", "{}"),
        ("fleet", "{}"),
        ("compare", "{}", "{}"),
    ],
)
def test_200_megabytes_of_nothing_are_refused_at_once(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "short.toml").write_text(SHORT, encoding="utf-8")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(200 * 2**20)  # sparse: no disk is filled
    assert "large" in refusal(*(word.format(tmp_path / "large", short=tmp_path / "short.toml") for word in words))


def test_a_scenario_of_200_megabytes_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.write(SHORT.encode())
        file.truncate(200 * 2**20)
    assert "more than 67,108,864 bytes" in refusal("simulate", str(path))


# ------------------------------------------------------------------------------------- arguments of the other verbs


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        (("look", "nan", "inf"), ["LAT: 'nan'", "LON: 'inf'"]),
        (("look", "91", "-181"), ["LAT: '91' must be a number from -90 to 90", "LON: '-181'"]),
        (
            ("look", "50", "30", "--at", "x", "--class", "y", "--gso", "-5", "--height", "nan", "--limit", "-1"),
            ["--at: 'x' is not", "--class: no class 'y'", "--gso: '-5'", "--height: 'nan'", "--limit: '-1'"],
        ),
        (("look", "50", "30", "--picture", "sky.jpg"), ["--picture: sky.jpg must end in .png"]),
        (("look", "50", "30", "--at", "2610-01-01T00:00:00Z"), ["the year must lie between 1957 and 2199"]),
        (("look", "50", "30", "--elements", "missing"), ["missing: cannot be read"]),
        (("look", "50", "30", "--obstructions", "missing"), ["missing cannot be read"]),
        (("fleet", "missing"), ["missing: cannot be read"]),
        (("fleet", ""), ["cannot be read"]),
        (("fleet", "--group", "starlink"), ["--group belongs to `hudhud fleet fetch`"]),
        (("fleet", "fetch", "--group", ""), ["'' is no group"]),
        (("fleet", "fetch", "--group", "a&b"), ["'a&b' is no group"]),
        (("fleet", "fetch", "--url", "file:///etc/passwd"), ["only addresses like http"]),
        (("fleet", "fetch", "--url", "http://a..b/"), ["only addresses like http"]),
        (("fleet", "fetch", "--url", "http://" + "a" * 300 + "/"), ["only addresses like http"]),
        (("fleet", "fetch", "--url", "http://127.0.0.1:99999/"), ["only addresses like http"]),
        (("fleet", "fetch", "--url", "http://me:word@127.0.0.1/"), ["without a user's name"]),
        (("compare", "missing"), ["B: missing"]),
        (("compare", "missing", "gone"), ["missing: nothing there", "gone: nothing there"]),
        (("compare", "a", "b", "--mask", "true"), ["--mask: belongs to `hudhud compare hypatia`"]),
        (("compare", "hypatia", "gone"), ["takes no second name"]),
        (("compare", "hypatia", "--constellation", "Iridium"), ["--constellation Iridium: not one of"]),
        (("compare", "hypatia", "--duration", "nan", "--step", "-1"), ["--duration: is nan", "--step: is -1"]),
        (("compare", "hypatia", "--duration", "1e309"), ["--duration: is inf"]),
        (("compare", "hypatia", "--picture", "x.xyz"), ["x.xyz must end in .png"]),
        (("compare", "hypatia", "--picture", "missing/x.png"), ["missing is no folder"]),
    ],
)
def test_wrong_arguments_are_refused_together(
    words: tuple[str, ...], faults: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = refusal(*words)
    assert [fault for fault in faults if fault not in message] == [], message
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_a_download_says_where_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert "set XDG_CACHE_HOME" in refusal("fleet", "fetch")


# ---------------------------------------------------------------------------------------------------------- elements


@pytest.mark.parametrize("path", sorted(CORPUS.glob("elements/*")), ids=lambda path: path.name)
def test_a_file_that_holds_no_elements_is_refused_by_every_verb(path: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.toml"
    short.write_text(SHORT, encoding="utf-8")
    at = ("--at", "2026-05-30T18:00:12Z")
    messages = {
        refusal("fleet", str(path)),
        refusal("look", "50", "30", *at, "--elements", str(path)),
        refusal("simulate", str(short), "--elements", str(path), "--output", str(tmp_path / "r")),
    }
    assert len(messages) == 1 and str(path) in messages.pop()
    assert not (tmp_path / "r").exists()


def test_names_of_satellites_never_steer_a_terminal(tmp_path: Path) -> None:
    names = ("\x1b[31mred", "\u202ekcab", "[bold]x[/]", "a" * 81, "\x9b2J")
    records = [omm_record(OBJECT_NAME=name, NORAD_CAT_ID=49131 + i) for i, name in enumerate(names)]
    (tmp_path / "e.csv").write_bytes(as_csv(records))
    code, out, err = told("fleet", str(tmp_path / "e.csv"))
    assert (code, err) == (0, "") and "4 records quarantined" in out
    assert all(letter.isprintable() or letter == "\n" for letter in out)
    at = ("--at", "2026-05-30T06:00:00Z")
    code, out, _ = told("look", "0", "0", *at, "--elements", str(tmp_path / "e.csv"), "--json")
    assert code == 0 and json.loads(out)["satellites"] == 1


_GOOD: dict[str, Callable[[], bytes]] = {
    "csv": lambda: as_csv(omm_records(3)),
    "json": lambda: as_json(omm_records(3)),
    "xml": lambda: as_xml(omm_records(3)),
    "tle": lambda: as_tle(omm_records(3)),
    "gz": lambda: gzip.compress(as_csv(omm_records(3)), mtime=0),
}


@st.composite
def spoilt(draw: st.DrawFn, contents: st.SearchStrategy[bytes]) -> bytes:
    """Content with some bytes replaced, put in, left out, doubled or cut off."""
    content = bytearray(draw(contents))
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(content))), draw(st.integers(0, 12))
        put = draw(
            st.binary(max_size=6)
            | st.sampled_from(
                [b"nan", b"\x1b[31m", b'"', b"\n", b",", b"1e999", b"-", b"9" * 40, b"\xff\xfe", b"<", b"["]
            )
        )
        content[at : at + length] = draw(st.sampled_from([put, bytes(content[at : at + length]) * 2, b""]))
    return bytes(content[: draw(st.integers(0, len(content)) | st.just(len(content)))])


@given(content=st.binary(max_size=400) | spoilt(st.sampled_from(sorted(_GOOD)).map(lambda kind: _GOOD[kind]())))
@settings(max_examples=250, deadline=None)
def test_whatever_bytes_an_element_file_holds_it_is_shown_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed-elements"
    path.write_bytes(content)
    code, out, err = told("fleet", str(path), "--json")
    if code == 0:
        shown = json.loads(out)
        assert err == "" and 1 <= shown["satellites"] == sum(shown["status"].values())
        assert all(np.isfinite([shell["altitude_km"], shell["inclination_deg"]]).all() for shell in shown["shells"])
    else:
        assert (code, out) == (2, "") and err.startswith(f"hudhud: {path}: ") and "Traceback" not in err
        assert all(letter.isprintable() or letter == "\n" for letter in err)


_SCENARIOS = [SHORT.encode()] + [
    path.read_bytes() for path in sorted(CORPUS.glob("scenarios/*.toml")) if path.stat().st_size < 3_000
]


@given(content=st.binary(max_size=300) | spoilt(st.sampled_from(_SCENARIOS)))
@settings(max_examples=250, deadline=None)
def test_whatever_bytes_a_scenario_file_holds_it_is_read_or_refused(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(content)
    message = refusal("simulate", str(path), "--elements", "no-such-elements", "--output", "never-made")
    assert message.startswith((f"hudhud: {path}: ", "hudhud: no-such-elements: "))


@given(latitude=st.text(max_size=8), longitude=st.text(max_size=8), at=st.text(max_size=24), limit=st.text(max_size=4))
@settings(max_examples=100, deadline=None)
def test_whatever_a_place_and_an_instant_are_written_as_they_are_refused_or_right(
    latitude: str, longitude: str, at: str, limit: str
) -> None:
    words = ("look", f"--at={at}", f"--limit={limit}", "--json", "--", latitude, longitude)
    code, out, err = told(*words)
    if code == 0:
        assert -90 <= json.loads(out)["latitude_deg"] <= 90
    else:
        assert (code, out) == (2, "") and "Traceback" not in err
        assert all(letter.isprintable() or letter == "\n" for letter in err)
