"""The whole path, on small worlds: who is served, by which way, and why not."""

from dataclasses import fields, replace

import numpy as np
import pytest

from hudhud.adapters.ahead import ahead
from hudhud.constants import C_M_S
from hudhud.errors import InputError, StaleElementsError
from hudhud.orbits.elements import Generation, Status
from hudhud.report.result import Outcome, Result
from hudhud.simulate import Slot, gather, play, simulate, skies
from worlds import HEAD, KYIV, fleet, made, provenance

ODESA = KYIV.replace("Kyiv", "Odesa").replace("50.45", "46.48").replace("30.52", "30.74")


def run(text: str, **options: object) -> Result:
    return simulate(made(text, **options), provenance())  # type: ignore[arg-type]


def slots(text: str) -> list[Slot]:
    world = made(text)
    return list(play(world, skies(world)))


def bytes_of(result: Result) -> dict[str, bytes]:
    return {
        field.name: value.tobytes()
        for field in fields(result)
        if isinstance(value := getattr(result, field.name), np.ndarray)
    }


def test_a_terminal_under_a_full_shell_is_served_in_every_slot() -> None:
    result = run(HEAD + KYIV)
    assert (result.outcome == Outcome.SERVED).all()
    assert (result.satellite >= 0).all()
    assert (result.in_reach > 0).all()
    assert (result.elevation_rad >= np.radians(25)).all()


def test_the_same_scenario_and_seed_give_the_same_bytes_also_when_geometry_runs_ahead() -> None:
    text = HEAD + KYIV + ODESA
    world = made(text)
    alone = bytes_of(run(text))
    together = bytes_of(gather(world, play(world, ahead(skies(world))), provenance()))
    assert alone == together


def test_another_seed_gives_other_draws() -> None:
    assert bytes_of(run(HEAD + KYIV))["rtt_s"] != bytes_of(run("seed = 2\n" + HEAD + KYIV))["rtt_s"]


def test_the_round_trip_is_light_time_and_fibre_and_the_residual() -> None:
    result = run(HEAD + "[latency]\nslot_term_ms = 0\nhop_delay_ms = 0\n" + KYIV)
    assert result.rtt_s == pytest.approx(result.propagation_s + result.backhaul_s + 0.012, abs=1e-12)
    assert (result.propagation_s > 4 * 540e3 / C_M_S).all()  # up and down twice, never shorter than the altitude


def test_lasers_are_crossed_only_where_there_are_lasers() -> None:
    far = KYIV.replace("50.45", "-30.0").replace("30.52", "-120.0")
    with_lasers = run(HEAD + far)
    assert (with_lasers.laser_hops > 0).all()
    without = run(HEAD + "[lasers]\npattern = 'none'\n" + far)
    assert (without.outcome == Outcome.NO_ROUTE).all()
    assert (without.in_reach > 0).all()
    assert np.isnan(without.rtt_s).all()


@pytest.mark.parametrize("pattern", ["plus_grid", "three_laser_brick", "nearest_neighbours"])
def test_every_pattern_of_lasers_carries_traffic_home(pattern: str) -> None:
    result = run(HEAD + f"[lasers]\npattern = '{pattern}'\n" + KYIV.replace("50.45", "20.0"))
    assert (result.outcome == Outcome.SERVED).any()


def test_a_laser_that_has_just_become_possible_carries_nothing_until_it_is_acquired() -> None:
    played = slots(
        HEAD.replace("slots = 4", "slots = 30") + "[lasers]\npolar_cut_off_deg = 40\nacquisition_s = 20\n" + KYIV
    )
    began, carried = 0, 0
    for before, now, later in zip(played, played[1:], played[2:], strict=False):
        fresh = (now.lasers.held_s == 0) & (before.lasers.held_s < 0)
        began += fresh.sum()
        assert not now.lasers.up[fresh].any()  # 0 s held
        assert not later.lasers.up[fresh].any()  # 15 s held, 20 wanted
    for old, now in zip(played, played[3:], strict=False):
        carried += (now.lasers.up & (old.lasers.held_s < 0)).sum()
    assert began > 0
    assert carried > 0


def test_no_gateways_means_no_route_and_not_a_failure() -> None:
    result = run(HEAD + "[gateways]\nsites = 'none'\n" + KYIV)
    assert (result.outcome == Outcome.NO_ROUTE).all()


def test_all_gateways_failed_means_no_route() -> None:
    assert (run(HEAD + "[gateways]\nfailed = ['Wola', 'Plana']\n" + KYIV).outcome == Outcome.NO_ROUTE).all()
    assert (run(HEAD + "[gateways]\nfailed_pops = ['waw', 'sof']\n" + KYIV).outcome == Outcome.NO_ROUTE).all()


def test_traffic_bound_to_a_point_of_presence_leaves_there() -> None:
    for code, number in (("waw", 0), ("sof", 1)):
        result = run(HEAD + KYIV + f"pop = '{code}'\n" + ODESA)
        assert (result.pop[:, 0] == number).all()


def test_a_fleet_of_no_satellites_serves_nobody() -> None:
    nobody = fleet().select(np.zeros(0, dtype=np.int64))
    result = run(HEAD + KYIV, elements=nobody)
    assert (result.outcome == Outcome.NO_SATELLITE_IN_VIEW).all()


def test_a_fleet_that_all_failed_serves_nobody() -> None:
    result = run(HEAD + "[fleet]\nfailed_share = 1\n" + KYIV)
    assert (result.outcome == Outcome.NO_SATELLITE_IN_VIEW).all()


def test_only_operational_satellites_serve() -> None:
    elements = fleet()
    status = np.where(np.arange(len(elements)) % 2 == 0, Status.RAISING, Status.OPERATIONAL).astype(np.uint8)
    result = run(HEAD + KYIV + ODESA, elements=replace(elements, status=status))
    assert (result.satellite[result.satellite >= 0] % 2 == 1).all()


def test_a_refused_terminal_is_not_permitted_and_its_reach_is_still_told() -> None:
    world = made(HEAD + KYIV + ODESA)
    result = simulate(world, provenance(), permits=np.array([True, False]))
    assert (result.outcome[:, 0] == Outcome.SERVED).all()
    assert (result.outcome[:, 1] == Outcome.NOT_PERMITTED).all()
    assert (result.in_reach[:, 1] > 0).all()


@pytest.mark.parametrize("permits", [np.array([0, 1]), np.array([0.0, 1.0]), [True], np.ones((2, 1), dtype=np.bool_)])
def test_permits_that_are_not_one_bool_a_terminal_are_refused(permits: object) -> None:
    with pytest.raises(InputError, match="must be bool of shape"):
        simulate(made(HEAD + KYIV + ODESA), provenance(), permits=permits)  # type: ignore[arg-type]


def test_satellites_that_carry_no_lasers_are_in_no_grid() -> None:
    elements = fleet()
    generation = np.where(np.arange(len(elements)) < 400, Generation.V1_0, Generation.V2_MINI).astype(np.uint8)
    for pattern in ("plus_grid", "three_laser_brick"):
        world = made(
            HEAD + f"[lasers]\npattern = '{pattern}'\n" + KYIV, elements=replace(elements, generation=generation)
        )
        assert world.topology is not None
        assert len(world.topology) > 0
        assert world.topology.tail.min() >= 400
    old = replace(elements, generation=np.full(len(elements), Generation.V1_0, dtype=np.uint8))
    world = made(HEAD + KYIV, elements=old)
    assert world.topology is not None
    assert len(world.topology) == 0


def test_a_walled_in_terminal_is_obstructed() -> None:
    assert (run(HEAD + KYIV + "horizon_deg = [[0, 89.9]]\n").outcome == Outcome.OBSTRUCTED).all()


def test_a_terminal_that_looks_at_the_horizon_has_nothing_high_in_its_field_of_view() -> None:
    sideways = "boresight_elevation_deg = 0\nboresight_azimuth_deg = 180\nminimum_elevation_deg = 71\n"
    outcome = run(HEAD.replace("slots = 4", "slots = 40") + KYIV.replace("name", sideways + "name")).outcome
    assert set(np.unique(outcome)) == {Outcome.OUT_OF_FIELD_OF_VIEW, Outcome.NO_SATELLITE_IN_VIEW}


def test_a_wide_avoidance_at_the_equator_leaves_only_the_arc_as_the_reason() -> None:
    text = HEAD + KYIV.replace("50.45", "0.0").replace(
        "name", "gso_avoidance_deg = 60\nminimum_elevation_deg = 40\nname"
    )
    assert (run(text).outcome == Outcome.GSO_ARC).all()


def test_more_groups_than_beams_leaves_some_without_a_beam() -> None:
    text = (
        HEAD
        + "[schedule]\nterminals_per_beam = 1\n"
        + "".join(
            KYIV.replace("Kyiv", f"Kyiv {i}").replace("[[terminal]]", "[[terminal]]\nminimum_elevation_deg = 60")
            for i in range(400)
        )
    )
    result = run(text)
    assert set(np.unique(result.outcome)) <= {Outcome.SERVED, Outcome.NO_BEAM_LEFT, Outcome.NO_SATELLITE_IN_VIEW}
    assert (result.outcome == Outcome.NO_BEAM_LEFT).any()


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 0), (-90, 77), (0, 180), (0, -180), (51.2, 179.9999)])
def test_poles_and_the_antimeridian_are_places_like_any_other(latitude: float, longitude: float) -> None:
    result = run(HEAD + KYIV.replace("50.45", str(latitude)).replace("30.52", str(longitude)))
    expected = Outcome.NO_SATELLITE_IN_VIEW if abs(latitude) == 90 else Outcome.SERVED
    assert (result.outcome == expected).all()


def test_terminals_at_either_name_of_the_antimeridian_see_the_same() -> None:
    east = run(HEAD + KYIV.replace("30.52", "180"))
    west = run(HEAD + KYIV.replace("30.52", "-180"))
    assert np.allclose(east.elevation_rad, west.elevation_rad)


def test_instants_far_from_the_elements_are_refused_and_told_what_to_do() -> None:
    with pytest.raises(StaleElementsError, match="fleet fetch"):
        run(HEAD.replace("2026-05-30", "2026-08-30") + KYIV)
    with pytest.raises(StaleElementsError):
        run(HEAD.replace("2026-05-30", "1999-05-30") + KYIV)


def test_sharing_a_cell_never_gives_a_member_a_look_it_may_not_use() -> None:
    text = (
        HEAD
        + "[[scatter]]\nname = 's'\ncount = 60\ncentre_latitude_deg = 50\ncentre_longitude_deg = 30\nradius_km = 15\n"
    )
    world = made(text)
    assert len(world.groups) < 10
    result = simulate(world, provenance())
    served = result.outcome == Outcome.SERVED
    assert served.any()
    assert (result.elevation_rad[served] >= np.radians(25)).all()


def test_beams_and_antennas_are_limits() -> None:
    text = (
        HEAD
        + "[[scatter]]\nname = 's'\ncount = 300\ncentre_latitude_deg = 50\ncentre_longitude_deg = 30\nradius_km = 900\n"
    )
    world = made(text)
    for slot in play(world, skies(world)):
        assert (slot.assignment.beams_used <= world.beams).all()
        assert (np.bincount(slot.feeders.gateway, minlength=2) <= world.antennas).all()
        assert (np.bincount(slot.feeders.satellite, minlength=len(world.elements)) <= world.links).all()
