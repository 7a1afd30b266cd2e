"""The verb `hudhud look`, run as its user runs it."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from hudhud.adapters.cli.main import main
from hudhud.adapters.cli.sky_text import sky_rows
from hudhud.adapters.overhead import Place, overhead
from hudhud.adapters.store import packaged
from hudhud.adapters.store.catalogue import embedded
from hudhud.earth import Sites
from hudhud.sky import Gate, terminal_classes
from shared_data import shared_data

AT = "2026-05-30T18:00:12Z"
PLOT_WIDTH = 80


def told(capsys, *arguments: str) -> dict:
    """The JSON that the verb prints."""
    assert main(["look", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *arguments: str) -> str:
    """What the verb says where it refuses."""
    assert main(["look", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_the_embedded_fleet_stands_over_kyiv(capsys):
    sky = told(capsys, "50.45", "30.52", "--at", AT)
    assert sky["synthetic"] is True and "synthetic" in sky["elements"]
    assert sky["satellites"] > 9_000 and 300 < sky["above_horizon"] == len(sky["looks"])
    assert sky["passing"] == sum(not look["refused_by"] for look in sky["looks"]) > 5
    assert all(a["elevation_deg"] >= b["elevation_deg"] for a, b in pairwise(sky["looks"]))
    for look in sky["looks"]:
        gates = {
            "not_in_service": look["status"] != "operational" or look["generation"] == "direct_to_cell",
            "below_minimum_elevation": look["elevation_deg"] < 25,
            "gso_arc": look["gso_angle_deg"] < 18,
            "out_of_field_of_view": look["boresight_angle_deg"] > 55,
            "obstructed": False,
        }
        assert look["refused_by"] == [name for name, refused in gates.items() if refused]
        assert len(look["reasons"]) == len(look["refused_by"])
        assert look["sunlit"] == (look["light"] == "sunlit")
        assert 0 <= look["azimuth_deg"] < 360 and 300 < look["range_km"] < 4_000
    for gate in Gate:
        name = gate.name.lower()
        assert sky["refused"][name] == sum(name in look["refused_by"] for look in sky["looks"])


def test_the_south_the_west_and_the_poles_can_be_written(capsys):
    assert told(capsys, "-33.9", "-70.6", "--at", AT)["limits"]["boresight_azimuth_deg"] == 180.0
    assert told(capsys, "-.5", "-0", "--at", AT)["latitude_deg"] == -0.5
    assert told(capsys, "10", "350", "--at", AT)["longitude_deg"] == pytest.approx(-10)
    east, west = (told(capsys, "-17", longitude, "--at", AT) for longitude in ("180", "-180"))
    assert [look["name"] for look in east["looks"]] == [look["name"] for look in west["looks"]]
    pole = told(capsys, "90", "0", "--at", AT)
    assert pole["gso_arc_visible"] is False and all(look["gso_angle_deg"] is None for look in pole["looks"])
    assert pole["refused"]["gso_arc"] == 0


def test_limits_can_be_opened(capsys):
    sky = told(capsys, "0", "0", "--at", AT, "--min-elevation", "0", "--gso", "0", "--class", "community_gateway")
    assert {name for name, count in sky["refused"].items() if count} <= {"not_in_service"}
    tilted = told(capsys, "0", "0", "--at", AT, "--boresight", "-90", "40", "--limit", "3")
    assert tilted["limits"]["boresight_azimuth_deg"] == -90.0 and len(tilted["looks"]) == 3


def test_a_horizon_hides_what_stands_behind_it(capsys, tmp_path):
    horizon = tmp_path / "horizon.csv"
    horizon.write_text("azimuth,elevation\n0,90\n179.5,90\n180,0\n359.5,0\n", encoding="utf-8")
    sky = told(capsys, "50", "30", "--at", AT, "--obstructions", str(horizon))
    assert sky["limits"]["obstructions"] is True
    for look in sky["looks"]:
        if 1 < look["azimuth_deg"] < 179:
            assert "obstructed" in look["refused_by"]
        if 181 < look["azimuth_deg"] < 359:
            assert "obstructed" not in look["refused_by"]


def test_the_terminals_own_map_hides_its_dark_half(capsys, tmp_path):
    snr = np.ones((123, 123))
    snr[:61] = 0.0  # the north
    answer = {"numRows": 123, "numCols": 123, "snr": snr.ravel().tolist(), "mapReferenceFrame": "FRAME_EARTH"}
    file = tmp_path / "map.json"
    file.write_text(json.dumps({"dishGetObstructionMap": answer}), encoding="utf-8")
    sky = told(capsys, "50", "30", "--at", AT, "--obstructions", str(file))
    for look in sky["looks"]:
        if look["elevation_deg"] > 15:
            north = math.cos(math.radians(look["azimuth_deg"])) * (90 - look["elevation_deg"])
            if abs(north) > 2:
                assert ("obstructed" in look["refused_by"]) == (north > 0)


def test_the_plot_fits_eighty_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for place in (("50.45", "30.52"), ("-33.9", "18.4"), ("0", "0"), ("89.9", "0")):
        assert main(["look", *place, "--at", AT]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(len(line.rstrip()) for line in lines) <= PLOT_WIDTH
        assert any("satellites above the horizon" in line for line in lines)


def test_the_list_can_be_short_long_or_left_out(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    counts = []
    for option in (["--limit", "0"], ["--limit", "3"], ["--all"]):
        assert main(["look", "50", "30", "--at", AT, *option]) == 0
        counts.append(sum("SYN-" in line for line in capsys.readouterr().out.splitlines()))
    assert counts[:2] == [0, 3] and counts[2] > 300


def test_north_is_up_and_east_is_right_in_the_plot():
    terminal_class = terminal_classes(packaged.text("terminal-classes.csv"))["aviation"]
    place = Place(
        site=Sites.at(["here"], [50.0], [30.0]),
        terminal_class=terminal_class,
        minimum_elevation_rad=0.0,
        gso_avoidance_rad=0.0,
        boresight_azimuth_rad=0.0,
        boresight_elevation_rad=np.pi / 2,
        masks=np.zeros((0, 360)),
        obstructions=np.zeros((0, 123, 123), dtype=np.float32),
    )
    at = np.datetime64("2026-05-30T18:00:12", "ns")
    rows = [row.plain for row in sky_rows(overhead(at, place, embedded(at).select(np.zeros(0, dtype=np.int64))))]
    assert rows[0][30] == "N" and rows[-1][30] == "S" and rows[15][60] == "E" and rows[15][0] == "W"
    assert any("•" in row for row in rows[16:]) and not any("•" in row for row in rows[:14])  # the arc is in the south


def test_a_picture_is_drawn(capsys, tmp_path):
    picture = tmp_path / "sky.png"
    assert told(capsys, "50", "30", "--at", AT, "--picture", str(picture), "--limit", "1")["picture"] == str(picture)
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert "cannot be written" in refusal(capsys, "5", "3", "--at", AT, "--picture", str(tmp_path / "no" / "sky.png"))


def test_every_wrong_argument_is_told_at_once(capsys):
    said = refusal(
        capsys, "95", "x", "--at", "tomorrow", "--class", "foo", "--gso", "-3", "--height", "inf", "--min-elevation", "nan",
        "--limit", "two", "--picture", "sky.gif", "--boresight", "0", "100", "--max-age", "1e9",
    )  # fmt: skip
    for where in (
        "LAT", "LON", "--at", "--class", "--gso", "--height", "--min-elevation", "--limit", "--picture", "--boresight EL",
        "--max-age",
    ):  # fmt: skip
        assert f"\n  {where}: " in said
    assert "contradicts --all" in refusal(capsys, "5", "3", "--limit", "3", "--all")


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "give a file"), (b"\xff\xfe", "UTF-8"), (b"hello", "is not an azimuth"), (b"0,1\n" * 2_000_000, "larger")],
)
def test_obstructions_that_cannot_be_read_are_refused_by_name(capsys, tmp_path, content, words):
    file = tmp_path / "obstructions"
    if content is not None:
        file.write_bytes(content)
    said = refusal(capsys, "5", "3", "--at", AT, "--obstructions", str(file))
    assert words in said and "obstructions" in said


def test_elements_that_are_too_old_are_refused(capsys):
    elements = str(shared_data("elements/starlink-2026-05-30.omm.csv.gz"))
    assert "elements are too old: 154.6 days before" in refusal(
        capsys, "5", "3", "--at", "2026-11-01T00:00:00Z", "--elements", elements
    )


def test_the_real_fleet_stands_over_cape_town(capsys):
    elements = str(shared_data("elements/starlink-2026-05-30.omm.csv.gz"))
    sky = told(capsys, "-33.9", "18.4", "--at", AT, "--elements", elements)
    assert sky["satellites"] == 10_395 and sky["synthetic"] is False
    assert 400 < sky["above_horizon"] < 700 and sky["refused"]["not_in_service"] > 20
    idle = [look for look in sky["looks"] if "not_in_service" in look["refused_by"]]
    assert all(look["reasons"][0].startswith("not in service: ") for look in idle)
