"""The verb `hudhud territory`, run as its user runs it."""

import argparse
import hashlib
import json
import warnings
from pathlib import Path

import pytest

from hudhud.adapters.cli import territory as verb
from hudhud.adapters.cli.main import _tell
from hudhud.errors import HudhudError

SQUARE = {"type": "Polygon", "coordinates": [[[30, 49], [31, 49], [31, 50], [30, 50], [30, 49]]]}


def main(*arguments: str) -> int:
    """Run the verb alone, as the command line runs it."""
    top = argparse.ArgumentParser(prog="hudhud")
    verb.add(top.add_subparsers())
    parsed = top.parse_args(["territory", *arguments])
    try:
        return int(parsed.verb(parsed))
    except HudhudError as error:
        _tell(str(error))
        return 2


def told(capsys, *arguments: str):
    """The JSON that the verb prints."""
    assert main(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def shown(capsys, monkeypatch, *arguments: str) -> str:
    """What the verb prints on 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main(*arguments) == 0
    text = capsys.readouterr().out
    assert max(len(line) for line in text.splitlines()) <= 80
    return text


def refusal(capsys, *arguments: str) -> str:
    """What the verb says where it refuses."""
    assert main(*arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def geojson(folder: Path, geometry: dict, name: str = "mine.geojson") -> str:
    path = folder / name
    path.write_text(json.dumps(geometry), encoding="utf-8")
    return str(path)


# --- list


def test_every_territory_is_listed_with_both_names(capsys):
    rows = told(capsys, "list")
    assert len(rows) > 600 and {"UKR", "UKR.crimea", "UKR.sea", "sea.high", "world"} <= {row["id"] for row in rows}
    assert all(row["name_en"] and row["name_ar"] for row in rows)


def test_a_list_is_cut_down_by_kind_owner_claim_and_name(capsys):
    regions = told(capsys, "list", "--kind", "region", "--of", "UKR")
    assert len(regions) == 27 and all(row["id"].startswith("UKR.") for row in regions)
    disputed = told(capsys, "list", "--disputed")
    assert all(len(row["claimed_by"]) > 1 for row in disputed) and "UKR.crimea" in {row["id"] for row in disputed}
    claimed = {row["id"] for row in told(capsys, "list", "--of", "RUS", "--disputed")}
    assert "UKR.crimea" in claimed and "area.abyei" not in claimed


@pytest.mark.parametrize("text", ["crimea", "CRIMEA", "القرم", "قرم", "ukr.cri"])
def test_a_territory_is_found_by_id_and_by_either_name(capsys, text):
    assert "UKR.crimea" in {row["id"] for row in told(capsys, "list", text)}


def test_hamza_and_accents_need_not_be_typed(capsys):
    assert "UKR" in {row["id"] for row in told(capsys, "list", "اوكرانيا")}
    assert "area.rincon-de-artigas" in {row["id"] for row in told(capsys, "list", "rincon")}


def test_a_list_fits_eighty_columns_and_cuts_no_id(capsys, monkeypatch):
    text = shown(capsys, monkeypatch, "list", "--kind", "area")
    assert "area.southern-patagonian-ice-field" in text and "claimed" in text
    assert "No territory is like that" in shown(capsys, monkeypatch, "list", "zzzz")
    assert told(capsys, "list", "zzzz") == []


# --- show


def test_crimea_is_shown_with_its_claimants_and_who_controls_it(capsys, monkeypatch):
    crimea = told(capsys, "show", "UKR.crimea")
    assert set(crimea["claimed_by"]) == {"UKR", "RUS"} and crimea["controlled_by"] == "RUS" and crimea["disputed"]
    cells = [crimea["modes"][mode]["cells"] for mode in ("full", "centre", "overlap")]
    assert 0 < cells[0] < cells[1] < cells[2]
    assert 24_000 < crimea["modes"]["centre"]["area_km2"] < 29_000
    others = {other["id"]: other for other in crimea["others"]}
    assert others["UKR"]["cells_both_wholly"] == cells[0] and "UKR.sea" in others and "UKR.crimea" not in others
    assert "claimed by UKR, RUS; controlled by RUS" in shown(capsys, monkeypatch, "show", "UKR.crimea")


@pytest.mark.parametrize("mode", ["full", "centre", "overlap"])
def test_the_printed_cells_have_the_digest_that_is_told(capfdbinary, mode):
    assert main("show", "UKR.crimea", "--cells", "--containment", mode) == 0
    text = capfdbinary.readouterr().out
    assert text.startswith(f"hudhud-territory/v1 h3 5 {mode}\n".encode())
    assert main("show", "UKR.crimea", "--json") == 0
    assert json.loads(capfdbinary.readouterr().out)["modes"][mode]["digest"] == hashlib.sha256(text).hexdigest()


def test_a_mode_may_stand_behind_the_name(capsys):
    assert list(told(capsys, "show", "UKR@full")["modes"]) == ["full"]


def test_a_drawn_polygon_is_shown_with_what_was_decided_by_rule(capsys, monkeypatch, tmp_path):
    high = {"type": "Polygon", "coordinates": [[[*place, 100] for place in SQUARE["coordinates"][0]]]}
    path = geojson(tmp_path, high)
    mine = told(capsys, "show", path)
    assert mine["own"] and mine["id"] == "mine" and mine["kind"] == "own"
    assert mine["source_sha256"] == hashlib.sha256(Path(path).read_bytes()).hexdigest()
    assert any("heights" in note for note in mine["notes"])
    assert mine["modes"]["centre"]["area_km2"] == pytest.approx(8_031, rel=0.05)
    assert "heights left out" in shown(capsys, monkeypatch, "show", path)


def test_a_printed_list_read_again_is_the_same_territory(capsys, tmp_path):
    assert main("show", "TWN@overlap", "--cells") == 0
    (tmp_path / "taiwan.txt").write_text(capsys.readouterr().out, encoding="ascii")
    found = told(capsys, "diff", str(tmp_path / "taiwan.txt"), "TWN@overlap")
    assert found["same_cells"] and found["a"]["digest"] == found["b"]["digest"]
    err = refusal(capsys, "show", str(tmp_path / "taiwan.txt"), "--containment", "full")
    assert "mode overlap" in err and "full was asked for" in err


def test_a_list_without_a_mode_stands_for_each(capsys, tmp_path):
    (tmp_path / "two.txt").write_text("85283473fffffff\n85283447fffffff\n", encoding="utf-8")
    two = told(capsys, "show", str(tmp_path / "two.txt"))
    assert [mode["cells"] for mode in two["modes"].values()] == [2, 2, 2]
    assert len({mode["digest"] for mode in two["modes"].values()}) == 3 and "no mode" in two["notes"][0]


# --- at


def ids(place: dict) -> dict[str, str]:
    return {each["id"]: each["holds"] for each in place["territories"]}


def test_simferopol_lies_in_crimea_and_the_claim_is_told_as_a_claim(capsys, monkeypatch):
    place = told(capsys, "at", "45.04", "34.38")
    assert ids(place) == {"UKR": "full", "UKR.crimea": "full"}
    text = shown(capsys, monkeypatch, "at", "45.04", "34.38")
    assert "More than one side claims it" in text and "UKR.crimea: claimed by UKR, RUS; controlled by RUS" in text


def test_the_open_sea_is_called_so(capsys):
    place = told(capsys, "at", "0", "-30")
    assert ids(place) == {"sea.high": "full"} and place["sentences"][0].startswith("Open sea")


def test_the_north_pole_is_open_sea_and_the_south_pole_antarctica_at_every_longitude(capsys):
    for longitude in ("0", "-77.5", "180", "359"):
        north, south = told(capsys, "at", "90", longitude), told(capsys, "at", "-90", longitude)
        assert ids(north) == {"sea.high": "full"} and ids(south) == {"ATA": "full"}
        assert "north pole" in north["sentences"][1] and any("south pole" in each for each in south["sentences"])


def test_the_antimeridian_is_one_place_from_either_side(capsys):
    east, west = told(capsys, "at", "-16.8", "180"), told(capsys, "at", "-16.8", "-180")
    assert east["cell"] == west["cell"] and ids(east) == ids(west) and "FJI" in ids(east)
    assert any("antimeridian" in each for each in east["sentences"])
    assert ids(told(capsys, "at", "71.2", "180")).get("RUS") == ids(told(capsys, "at", "71.2", "-180")).get("RUS")


def test_a_border_is_told_with_every_side(capsys, monkeypatch):
    place = told(capsys, "at", "50.365", "36.3")  # near the border of Ukraine and Russia north of Kharkiv
    assert {"UKR", "RUS"} <= set(ids(place)) and "On a border" in place["sentences"][0]
    assert any("either side" in each for each in place["sentences"])
    shown(capsys, monkeypatch, "at", "50.365", "36.3")


def test_a_coast_is_told_with_its_water(capsys):
    place = told(capsys, "at", "24.436", "118.35")  # Kinmen
    assert {"TWN", "TWN.kinmen", "TWN.sea"} <= set(ids(place)) and "At the edge of Taiwan" in place["sentences"][0]


def test_land_of_no_country_is_not_called_sea(capsys):
    place = told(capsys, "at", "21.87", "33.75")  # Bir Tawil
    assert "BRT" in ids(place) and "gives to no country: Bir Tawil" in place["sentences"][0]
    golan = told(capsys, "at", "33.1", "35.78")
    assert "gives to no country: Golan Heights" in golan["sentences"][0]
    assert any("More than one side claims it" in each for each in golan["sentences"])


def test_overlapping_countries_are_both_told(capsys):
    place = told(capsys, "at", "4", "-53")
    assert ids(place) == {"FRA": "full", "GUF": "full"} and "overlap" in place["sentences"][0]


@pytest.mark.parametrize(("latitude", "longitude"), [("91", "0"), ("x", "y"), ("nan", "0"), ("0", "361"), ("inf", "0")])
def test_places_that_are_none_are_refused_with_every_fault(capsys, latitude, longitude):
    assert "must be a number from" in refusal(capsys, "at", latitude, longitude)


# --- diff


def test_full_is_part_of_overlap_and_the_rest_is_the_border(capsys, monkeypatch):
    found = told(capsys, "diff", "UKR@full", "UKR@overlap")
    assert found["only_a"]["cells"] == 0 and found["both"]["cells"] == found["a"]["cells"]
    assert found["only_b"]["cells"] == found["b"]["cells"] - found["a"]["cells"] > 0
    border = {each["id"] for each in found["only_b"]["touched_by"]}
    assert {"RUS", "BLR", "POL", "MDA", "ROU", "UKR.sea"} <= border and "UKR" not in border
    assert found["both"]["largest_places"][0]["name_en"] == "Kyiv" and found["both"]["people"] > 20e6
    assert "Only in UKR@overlap" in shown(capsys, monkeypatch, "diff", "UKR@full", "UKR@overlap")


def test_two_drawings_differ_where_they_differ(capsys, tmp_path):
    wider = {"type": "Polygon", "coordinates": [[[30, 49], [32, 49], [32, 50], [30, 50], [30, 49]]]}
    one, two = geojson(tmp_path, SQUARE), geojson(tmp_path, wider, "wider.json")
    found = told(capsys, "diff", one, two, "--containment", "centre")
    assert found["only_a"]["cells"] == 0 and 25 < found["only_b"]["cells"] < 45 and not found["same_cells"]


def test_a_territory_differs_in_nothing_from_itself(capsys, monkeypatch):
    assert told(capsys, "diff", "FJI", "FJI")["same_cells"]
    assert "the same cells" in shown(capsys, monkeypatch, "diff", "FJI", "FJI")


# --- draw


@pytest.mark.parametrize(
    "arguments",
    [("FJI",), ("IND", "PAK", "--containment", "centre"), ("ATA",), ("area.kashmir",)],
)
def test_a_picture_is_drawn_without_a_warning(capsys, tmp_path, arguments):
    names = [each for each in arguments if not each.startswith("--") and each != "centre"]
    options = [each for each in arguments if each not in names]
    out = tmp_path / "out.png"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = told(capsys, "draw", *names, str(out), *options)
    assert out.read_bytes().startswith(b"\x89PNG") and out.stat().st_size > 20_000
    assert [each["id"] for each in drawn["territories"]] == names


def test_a_drawing_of_ones_own_is_drawn(capsys, tmp_path):
    out = tmp_path / "out.png"
    assert main("draw", geojson(tmp_path, SQUARE), str(out)) == 0
    assert f"picture: {out}" in capsys.readouterr().out and out.stat().st_size > 20_000


# --- refused


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "ukr"), "did you mean UKR (Ukraine)"),
        (("show", "Crimea"), "UKR.crimea"),
        (("show", "UKR@half"), "one of full, centre, overlap"),
        (("show", "missing.geojson"), "cannot be read"),
        (("show", "a/b"), ".geojson"),
        (("show", "UKR", "--cells", "--json"), "contradict"),
        (("list", "--of", "Ukrain"), "UKR (Ukraine)"),
        (("diff", "UKR", "XYZ"), "no territory has the id 'XYZ'"),
        (("draw", "UKR", "out.jpg"), "must end in .png"),
        (("draw", "KIR@full", "out.png"), "holds no cell"),
        (("draw", "UKR", "/nowhere/at/all.png"), "cannot be written"),
        (("draw", *["UKR"] * 7, "out.png"), "at most 6"),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_to_do(capsys, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert said in refusal(capsys, *arguments)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bow.geojson", b'{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}', "crosses"),
        ("empty.geojson", b"", "bow"),
        ("words.json", b"hello", "words.json"),
        ("brackets.geojson", b"[" * 5000, "the GeoJSON was refused"),
        ("coarse.txt", b"8428347ffffffff\n", "resolution 4"),
        ("none.txt", b"\n\n", "no cell"),
        ("bytes.txt", b"\xff\xfe\x00", "bytes.txt"),
        ("point.geojson", b'{"type":"Point","coordinates":[0,0]}', "Polygon"),
    ],
)
def test_a_bad_file_is_refused_by_its_name(capsys, tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    err = refusal(capsys, "show", str(path))
    assert name in err and (said in err or said == "bow")


def test_a_file_of_more_than_64_mib_is_refused_unread(capsys, tmp_path):
    path = tmp_path / "huge.geojson"
    with path.open("wb") as file:
        file.truncate(2**26 + 1)
    assert "67,108,864 bytes" in refusal(capsys, "show", str(path))
