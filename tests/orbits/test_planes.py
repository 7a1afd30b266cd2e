"""Planes found in designs and in the real fleet."""

import gzip
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.orbits.elements import Elements, joined
from hudhud.orbits.formats import catalogue
from hudhud.orbits.planes import Planes, planes
from hudhud.orbits.shells import Shell, walker
from shared_data import shared_data

EPOCH = np.datetime64("2026-05-30T12:00:00", "ns")


def shell_of(count: int, per_plane: int, phasing: int = 0, *, degrees: float = 53.0, spread: float = 360.0) -> Shell:
    return Shell(
        name=f"test-{count}",
        altitude_m=550e3,
        inclination_rad=np.radians(degrees),
        planes=count,
        satellites_per_plane=per_plane,
        phasing=phasing,
        spread_rad=np.radians(spread),
    )


@cache
def real(name: str) -> Elements:
    return catalogue(gzip.decompress(shared_data(f"elements/{name}.omm.csv.gz").read_bytes())).elements


def check_invariants(found: Planes, elements: Elements) -> None:
    """Every operational satellite has one slot of one plane, and slots follow the angle flown."""
    has = found.plane >= 0
    assert (has == elements.operational).all()
    assert ((found.slot >= 0) == has).all() and ((found.shell >= 0) == has).all()
    assert (found.shell_of_plane[found.plane[has]] == found.shell[has]).all()
    assert sorted(found.members_in_order.tolist()) == np.flatnonzero(has).tolist()
    for plane in range(len(found)):
        members = found.members(plane)
        assert found.slot[members].tolist() == list(range(len(members)))
        assert (np.diff(found.argument_of_latitude_rad[members]) >= 0).all()
        assert (members == found.members_in_order[found.start[plane] : found.start[plane + 1]]).all()
        following = int(found.next_plane[plane])
        assert following == -1 or found.shell_of_plane[following] == found.shell_of_plane[plane]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 80), st.integers(1, 40), st.integers(0, 79), st.sampled_from([360.0, 180.0]), st.floats(20, 160))
def test_a_design_is_found_again_plane_for_plane(
    count: int, per_plane: int, phasing: int, spread: float, degrees: float
) -> None:
    elements = walker(shell_of(count, per_plane, phasing % count, degrees=degrees, spread=spread), EPOCH)
    found = planes(elements)
    check_invariants(found, elements)
    assert (found.plane == np.repeat(np.arange(count), per_plane)).all()
    assert np.allclose(found.plane_node_rad, elements.raan_rad.reshape(count, per_plane)[:, 0])
    assert found.next_plane.tolist() == ([*range(1, count), 0] if count > 1 else [-1])
    assert found.gap_to_next_rad.sum() == pytest.approx(2 * np.pi)


def test_planes_closer_than_a_degree_are_parted_when_they_are_even() -> None:
    assert len(planes(walker(shell_of(500, 4), EPOCH))) == 500


def test_planes_are_found_days_after_the_epoch_too() -> None:
    elements = walker(shell_of(72, 22, 55), EPOCH)
    later = planes(elements, EPOCH + np.timedelta64(20, "D"))
    assert len(later) == 72
    check_invariants(later, elements)


def test_the_seam_of_a_star_pattern_lies_between_the_last_plane_and_the_first() -> None:
    found = planes(walker(shell_of(12, 49, degrees=87.9, spread=180), EPOCH))
    assert np.degrees(found.gap_to_next_rad[-1]) == pytest.approx(195)
    assert np.allclose(np.degrees(found.gap_to_next_rad[:-1]), 15)


def test_a_small_design_beside_a_large_fleet_has_planes_too() -> None:
    small = Shell(name="test-low", altitude_m=400e3, inclination_rad=0.9, planes=1, satellites_per_plane=3)
    elements = joined(walker(shell_of(72, 22), EPOCH), walker(small, EPOCH, first_number=1))
    found = planes(elements)
    check_invariants(found, elements)
    assert len(found) == 73


def test_no_satellites_have_no_planes() -> None:
    nobody = walker(shell_of(2, 2), EPOCH).select(np.zeros(0, dtype=np.int64))
    assert len(planes(nobody)) == 0
    assert len(planes(nobody).members_in_order) == 0


@pytest.mark.parametrize(
    "name", ["starlink-2026-05-30", "starlink-2025-05-29", "starlink-2024-07-17", "oneweb-2026-05-30"]
)
def test_real_fleets_fall_into_planes_with_every_satellite_in_one(name: str) -> None:
    elements = real(name)
    check_invariants(planes(elements), elements)


def test_the_540_km_shell_has_72_planes_five_degrees_apart_and_45_steps_of_phasing() -> None:
    elements = real("starlink-2026-05-30")
    found = planes(elements)
    shell = int(found.shell[np.flatnonzero(elements.catalogue_numbers == 52_000 + 0)].max(initial=-1))
    inclined = np.degrees(elements.inclination_rad)
    sizes = np.bincount(found.shell[(found.shell >= 0) & (np.abs(inclined - 53.2) < 0.02)])
    shell = shell if shell >= 0 and sizes[shell] == sizes.max() else int(np.argmax(sizes))
    own = np.flatnonzero(found.shell_of_plane == shell)
    assert len(own) == 72
    assert np.degrees(found.gap_to_next_rad[own]) == pytest.approx(5.0, abs=0.6)
    inside = np.flatnonzero(found.shell == shell)
    index = (found.plane[inside] - own[0]) * 18
    coherence = [
        abs(np.mean(np.exp(1j * (18 * found.argument_of_latitude_rad[inside] - 2 * np.pi * step / 72 * index / 18))))
        for step in range(72)
    ]
    assert int(np.argmax(coherence)) == 45
    assert max(coherence) > 0.8
