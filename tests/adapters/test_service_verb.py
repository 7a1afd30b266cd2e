"""The verb `hudhud service`, run as its user runs it."""

import json

import pytest
from rich.console import Console

from hudhud.adapters.cli.main import main
from hudhud.adapters.cli.service_text import _line
from hudhud.service.vocabulary import ServiceClass, ServiceState

AT = "2026-11-22T12:00:00Z"


def told(capsys, *arguments: str) -> dict:
    """The JSON that the verb prints."""
    assert main(["service", *arguments, "--at", AT, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def shown(capsys, monkeypatch, *arguments: str) -> str:
    """What the verb prints on 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["service", *arguments, "--at", AT]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 80 for line in text.splitlines())
    return text


def refusal(capsys, *arguments: str) -> str:
    """What the verb says where it refuses."""
    assert main(["service", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_crimea_is_refused_and_its_claims_are_told(capsys):
    place = told(capsys, "45.04", "34.38", "--no-sky")
    assert set(place["classes"]) == {each.value for each in ServiceClass}
    assert not any(each["serves"] for each in place["classes"].values())
    (crimea,) = [each for each in place["territories"] if each["id"] == "UKR.crimea"]
    assert crimea["claimed_by"] == ["UKR", "RUS"] and crimea["controlled_by"] == "RUS" and crimea["holds"] == "full"
    assert place["beams"] is False and place["sky"] is None


def test_every_class_rests_on_a_decision_that_is_told_with_its_review_date(capsys):
    place = told(capsys, "50.45", "30.52", "--no-sky")
    decisions = {each["id"]: each for each in place["decisions"]}
    for each in place["classes"].values():
        one = decisions[each["decision"]]
        assert one["state"] == each["state"] and one["review_by"] and one["reasons"] and one["title_ar"]
    assert place["classes"]["residential"]["state"] == "served_allowlist_only"


def test_the_answer_of_the_sky_stands_beside_that_of_the_map(capsys, monkeypatch):
    place = told(capsys, "48.1", "11.6")
    assert place["sky"]["above_25_deg"] >= place["sky"]["passing"] > 0
    text = shown(capsys, monkeypatch, "48.1", "11.6")
    assert text.startswith("Service is on here") and "hudhud look 48.1 11.6" in " ".join(text.split())
    assert "satellites" not in shown(capsys, monkeypatch, "48.1", "11.6", "--no-sky")


def test_the_south_the_west_the_poles_and_the_antimeridian_can_be_asked(capsys):
    assert told(capsys, "-33.9", "-70.6", "--no-sky")["territories"][0]["id"] == "CHL"
    assert told(capsys, "90", "0", "--no-sky")["territories"][0]["id"] == "sea.high"
    east, west = (told(capsys, "-16.8", longitude, "--no-sky") for longitude in ("180", "-180"))
    assert east["cell"] == west["cell"] and east["classes"] == west["classes"]


def test_a_place_out_of_date_is_flagged(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["service", "45.04", "34.38", "--at", "2030-01-01T00:00:00Z", "--no-sky"]) == 0
    assert "OVERDUE" in capsys.readouterr().out


def test_the_states_of_a_class_add_up_to_the_world(capsys, monkeypatch):
    world = told(capsys, "map")
    assert set(world["cells"]) == {each.value for each in ServiceClass}
    for states in world["cells"].values():
        assert set(states) == {each.value for each in ServiceState} and sum(states.values()) == 2_016_842
    text = shown(capsys, monkeypatch, "map")
    assert world["digest"] in text and f"{world['cells']['residential']['served']:,}" in text


def test_the_list_tells_what_each_decision_governs(capsys, monkeypatch):
    listed = told(capsys, "list")
    by_id = {each["id"]: each for each in listed["decisions"]}
    assert by_id["standing.UKR"]["governs_cells"] > 2_000 and by_id["standing.UKR"]["demonstration"] is True
    assert "standing.UKR" in shown(capsys, monkeypatch, "list")


def test_a_picture_of_the_world_is_drawn(capsys, tmp_path):
    pytest.importorskip("matplotlib", reason="the picture needs the extra plot")
    path = tmp_path / "world.png"
    assert main(["service", "map", "--map", str(path), "--class", "maritime", "--at", AT]) == 0
    assert path.read_bytes().startswith(b"\x89PNG") and f"picture: {path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["91", "0"], "LAT: '91' must be a number from -90 to 90"),
        (["nan", "east"], "LON: 'east' must be a number"),
        (["50"], "a place is two numbers"),
        (["map", "UKR"], "takes no further words: leave out UKR"),
        (["50", "30", "--map", "x.png"], "--map belongs to `hudhud service map`"),
        (["list", "--class", "press"], "--class belongs to"),
        (["map", "--class", "army", "--map", "x.png"], "no class 'army': one of residential"),
        (["map", "--map", "x.gif"], "must end in .png"),
        (["50", "30", "--at", "today"], "'today' is not an instant"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(capsys, arguments, said):
    assert said in refusal(capsys, *arguments)


def test_the_note_of_a_decision_stands_under_its_source(capsys, monkeypatch):
    text = shown(capsys, monkeypatch, "-75", "0", "--at", AT)
    assert "note        Use at research stations" in text
    assert text.index("  source ") < text.index("  note ")


def test_a_note_of_several_lines_is_shown_line_by_line(capsys):
    _line(Console(width=80), "  note", "first line\n\nthird\tline")
    assert capsys.readouterr().out.split("\n") == ["  note        first line", " " * 14, " " * 14 + "third\\tline", ""]
