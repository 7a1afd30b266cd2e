"""Terminal classes of the packaged table."""

import math
from importlib.resources import files

import pytest

from hudhud.errors import InputError
from hudhud.sky import terminal_classes

TABLE = (files("hudhud") / "data" / "terminal-classes.csv").read_text(encoding="utf-8")


def test_the_packaged_classes_have_the_published_fields_of_view():
    classes = terminal_classes(TABLE)
    views = {name: round(math.degrees(2 * c.half_field_of_view_rad)) for name, c in classes.items()}
    assert views == {
        "mini": 110,
        "standard": 110,
        "standard_actuated": 110,
        "enterprise": 110,
        "high_performance": 140,
        "flat_high_performance": 140,
        "performance": 140,
        "gen1": 100,
        "aviation": 140,
        "community_gateway": 360,
    }
    assert all(c.source for c in classes.values())
    assert all(set(c.assumed) <= {"field_of_view_deg", "tilt_deg", "power_w", "idle_power_w"} for c in classes.values())


def test_terminals_lean_towards_the_nearer_pole_and_less_near_the_equator():
    standard = terminal_classes(TABLE)["standard"]
    azimuth, elevation = standard.boresight_rad(math.radians(50))
    assert (azimuth, math.degrees(elevation)) == (0.0, pytest.approx(63.0))
    azimuth, elevation = standard.boresight_rad(math.radians(-50))
    assert (math.degrees(azimuth), math.degrees(elevation)) == (180.0, pytest.approx(63.0))
    assert math.degrees(standard.boresight_rad(math.radians(15))[1]) == pytest.approx(76.5)
    assert standard.boresight_rad(0.0)[1] == math.pi / 2
    assert terminal_classes(TABLE)["aviation"].boresight_rad(0.9) == (0.0, math.pi / 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("field_of_view_deg", "fov"), "columns are"),
        ((",110,27,30,", ",0,27,30,"), "not possible"),
        ((",110,27,30,", ",wide,27,30,"), "could not convert"),
        (("mini,Mini", "standard,Mini"), "there already"),
    ],
)
def test_a_table_with_a_fault_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        terminal_classes(TABLE.replace(*change, 1))
