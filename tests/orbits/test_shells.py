"""Designed shells: phasing as Walker means it, numbers that contradict each other, and shells found again."""

import gzip
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import ImplausibleShellError
from hudhud.orbits.designs import shells_from_csv
from hudhud.orbits.elements import Elements, Status, mean_altitude_m
from hudhud.orbits.formats import catalogue
from hudhud.orbits.shells import (
    Shell,
    design,
    embedded_fleet,
    found_shells,
    least_separation_m,
    require_plausible,
    walker,
)
from shared_data import shared_data

EPOCH = np.datetime64("2026-05-30T12:00:00", "ns")
DESIGNS = shells_from_csv(files("hudhud").joinpath("data", "designs.csv").read_text("utf-8"))
OBSERVED = shells_from_csv(files("hudhud").joinpath("data", "observed-shells.csv").read_text("utf-8"))
GEN1 = DESIGNS[0]


def circle_m(elements: Elements, angle_rad: float = 0.0) -> np.ndarray:
    """Positions on the circles, each satellite `angle_rad` further along."""
    node, lean = elements.raan_rad, elements.inclination_rad
    flown = elements.mean_anomaly_rad + elements.argument_of_perigee_rad + angle_rad
    along = np.stack([np.cos(node), np.sin(node), np.zeros_like(node)], axis=-1)
    across = np.stack([-np.sin(node) * np.cos(lean), np.cos(node) * np.cos(lean), np.sin(lean)], axis=-1)
    radius_m = (mean_altitude_m(elements) + 6_378_135.0)[:, None]
    return radius_m * (np.cos(flown)[:, None] * along + np.sin(flown)[:, None] * across)


def test_a_walker_delta_has_its_nodes_and_phases_where_walker_puts_them() -> None:
    elements = walker(GEN1, EPOCH)
    assert len(elements) == 72 * 22
    node, angle = elements.raan_rad.reshape(72, 22), elements.mean_anomaly_rad.reshape(72, 22)
    assert np.allclose(np.degrees(node[:, 0]), 5 * np.arange(72))
    step = np.degrees(np.angle(np.exp(1j * np.diff(angle, axis=1))))
    assert np.allclose(step, 360 / 22)
    lag = np.degrees(np.angle(np.exp(1j * np.diff(angle[:, 0]))))
    assert np.allclose(lag, 12.5)  # F * 360 / T with F = 55 and T = 1584
    seam = angle[0, 0] - angle[-1, 0] - np.radians(12.5)
    assert (seam / np.radians(360 / 22)) % 1 == pytest.approx(0, abs=1e-6) or (
        seam / np.radians(360 / 22)
    ) % 1 > 1 - 1e-6


def test_a_walker_star_spreads_its_nodes_over_half_the_circle() -> None:
    (oneweb,) = design("oneweb", DESIGNS)
    node = np.degrees(walker(oneweb, EPOCH).raan_rad.reshape(12, 49)[:, 0])
    assert np.allclose(node, 15 * np.arange(12))


def test_phasing_moves_satellites() -> None:
    moved = walker(replace(GEN1, phasing=0), EPOCH).mean_anomaly_rad - walker(GEN1, EPOCH).mean_anomaly_rad
    assert (np.abs(moved) > 0.01).sum() > 1500


def test_designed_satellites_fly_at_the_stated_height() -> None:
    for shell in (*DESIGNS, *OBSERVED):
        altitude_m = mean_altitude_m(walker(shell, EPOCH, designs=DESIGNS))
        assert np.allclose(altitude_m, shell.altitude_m, atol=0.01)


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, 12), st.integers(1, 12), st.integers(0, 11), st.floats(0.3, 1.7), st.sampled_from([np.pi, 2 * np.pi])
)
def test_the_least_separation_is_the_one_found_by_flying(
    planes: int, per_plane: int, phasing: int, inclination: float, spread: float
) -> None:
    shell = Shell(
        name="x", altitude_m=550e3, inclination_rad=inclination, planes=planes, satellites_per_plane=per_plane,
        phasing=phasing % planes, spread_rad=spread,
    )  # fmt: skip
    if shell.satellites < 2:
        assert least_separation_m(shell) == np.inf
        return
    elements = walker(shell, EPOCH)
    nearest = np.inf
    for angle in np.linspace(0, 2 * np.pi, 181):
        position = circle_m(elements, float(angle))
        apart = np.linalg.norm(position[:, None] - position, axis=-1) + np.eye(len(elements)) * 1e9
        nearest = min(nearest, float(apart.min()))
    least = least_separation_m(shell)
    assert least <= nearest + 1.0
    assert nearest <= least + 7e6 * np.radians(1.0) * 2  # the grid of angles is two degrees wide


def test_no_design_flies_its_satellites_into_each_other() -> None:
    for shell in (*DESIGNS, *OBSERVED):
        assert least_separation_m(shell) > 15e3, shell.name


def test_the_packaged_tables_hold_the_constellations_and_name_their_sources() -> None:
    assert {shell.constellation for shell in DESIGNS} == {
        "Starlink Gen1", "Starlink Gen2", "Kuiper", "OneWeb", "Telesat", "Telesat phase 2",
    }  # fmt: skip
    totals = {
        name: sum(s.satellites for s in design(name, DESIGNS))
        for name in ("starlink-gen1", "Kuiper", "OneWeb", "Telesat")
    }
    assert totals == {"starlink-gen1": 4_408, "Kuiper": 3_236, "OneWeb": 588, "Telesat": 298}
    assert all(shell.source for shell in (*DESIGNS, *OBSERVED))


def test_an_unknown_design_lists_the_known_ones() -> None:
    with pytest.raises(ImplausibleShellError, match="known are Kuiper, OneWeb"):
        design("starlnk", DESIGNS)


def test_hypatias_550_km_is_refused_with_the_numbers() -> None:
    flawed = replace(GEN1, mean_motion_rad_s=15.19 * 2 * np.pi / 86_400)
    with pytest.raises(ImplausibleShellError, match=r"15\.19 .*508\.\d km.*550 km.*15\.0549"):
        walker(flawed, EPOCH)


def test_swapped_planes_and_satellites_are_refused() -> None:
    swapped = replace(GEN1, planes=22, satellites_per_plane=72, phasing=1)
    with pytest.raises(ImplausibleShellError, match=r"22 planes of 72.*72 planes of 22.*swapped"):
        walker(swapped, EPOCH, designs=DESIGNS)
    require_plausible(replace(swapped, altitude_m=700e3, mean_motion_rad_s=None), DESIGNS)


def test_all_faults_of_a_shell_are_listed_at_once() -> None:
    wrong = Shell(
        name="wrong", altitude_m=550.0, inclination_rad=4.0, planes=0, satellites_per_plane=22, phasing=9, spread_rad=0.0,
        mean_motion_rad_s=1e-3,
    )  # fmt: skip
    with pytest.raises(ImplausibleShellError) as caught:
        require_plausible(wrong)
    assert {fault.where for fault in caught.value.faults} == {
        "altitude", "inclination", "planes", "phasing", "spread", "mean motion",
    }  # fmt: skip
    assert "kilometres" in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"altitude_m": float("nan")}, {"inclination_rad": float("nan")}, {"spread_rad": float("nan")}]
)
def test_not_a_number_is_no_shell(change: dict[str, float]) -> None:
    with pytest.raises(ImplausibleShellError):
        walker(replace(GEN1, **change), EPOCH)  # type: ignore[arg-type]


def test_a_table_with_bad_rows_lists_them() -> None:
    head = files("hudhud").joinpath("data", "designs.csv").read_text("utf-8").splitlines()[0]
    with pytest.raises(ImplausibleShellError, match=r"line 2: a.*\n.*line 3: b"):
        shells_from_csv(f"{head}\nX,a,abc,53,1,1,0,360,,UNKNOWN,s\nX,b,550,53,1,1,0,360,,NONE,s\n")
    with pytest.raises(ImplausibleShellError, match="lacks the columns"):
        shells_from_csv("name\nx\n")


def test_the_embedded_fleet_is_synthetic_by_name_and_the_same_every_time() -> None:
    one, two = embedded_fleet(OBSERVED, EPOCH), embedded_fleet(OBSERVED, EPOCH)
    assert len(one) == 9_599
    assert all(name.startswith("SYN-") for name in one.names) and len(set(one.names)) == len(one)
    assert all("synthetic" in reason for reason in one.status_reason)
    assert (one.status == Status.OPERATIONAL).all()
    assert len(set(one.catalogue_numbers.tolist())) == len(one)
    for name in ("raan_rad", "mean_anomaly_rad", "mean_motion_rad_s", "epoch"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
    with pytest.raises(ImplausibleShellError, match="at least one"):
        embedded_fleet((), EPOCH)


def test_the_shells_of_the_embedded_fleet_are_found_again() -> None:
    found = found_shells(embedded_fleet(OBSERVED, EPOCH), DESIGNS)
    expected = sorted(OBSERVED, key=lambda shell: -shell.satellites)
    assert sorted((s.planes, s.satellites) for s in found) == sorted((s.planes, s.satellites) for s in expected)
    assert [s.stray_planes for s in found] == [0] * 9


def test_real_shells_are_found_beside_their_designs() -> None:
    content = gzip.decompress(shared_data("elements/starlink-2026-05-30.omm.csv.gz").read_bytes())
    found = {round(s.altitude_m / 1e3): s for s in found_shells(catalogue(content).elements, DESIGNS)}
    assert found[540].planes == 72 and found[540].stray_planes == 0 and found[540].satellites_per_plane == 18
    assert found[540].nearest is not None and found[540].nearest.name == "starlink-gen1-2"
    assert 33 <= found[570].planes <= 36
    assert 90 <= found[485].planes <= 102
    assert found[547 if 547 in found else 546].planes == 12
    assert found[358].planes == 26 and found[358].satellites_per_plane == 13


def test_oneweb_is_one_shell_of_twelve_planes() -> None:
    content = gzip.decompress(shared_data("elements/oneweb-2026-05-30.omm.csv.gz").read_bytes())
    (shell,) = found_shells(catalogue(content).elements, DESIGNS)
    assert shell.planes == 12
    assert shell.nearest is not None and shell.nearest.name == "oneweb-1"


def test_no_satellites_form_no_shells() -> None:
    assert found_shells(walker(GEN1, EPOCH).select(np.zeros(0, dtype=np.int64)), DESIGNS) == ()
