"""Laser patterns: by number on designs, by phase on planes that were found, and by distance."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.store.catalogue import embedded, read_elements
from hudhud.arrays import Bools, Ints
from hudhud.network.topology import (
    Topology,
    from_pairs,
    nearest_neighbours,
    no_lasers,
    plus_grid,
    three_laser_brick,
    walker_plus_grid,
)
from hudhud.orbits.elements import Elements, joined
from hudhud.orbits.planes import Planes, planes
from hudhud.orbits.positions import propagator
from hudhud.orbits.shells import Shell, walker
from hudhud.timescale import from_rfc3339
from shared_data import shared_data

EPOCH = from_rfc3339("2026-05-30T18:00:12Z")


def pairs(topology: Topology) -> set[tuple[int, int]]:
    return set(zip(topology.tail.tolist(), topology.head.tolist(), strict=True))


def degrees(topology: Topology, chosen: Bools | None = None) -> Ints:
    """How many links each satellite has, of those chosen."""
    kept = np.ones(len(topology), dtype=np.bool_) if chosen is None else chosen
    ends = np.concatenate([topology.tail[kept], topology.head[kept]])
    return np.bincount(ends, minlength=topology.satellites)


def assert_sound(topology: Topology) -> None:
    """Each link once, lower number first, and the table of neighbours says the same."""
    assert (topology.tail < topology.head).all()
    assert len(pairs(topology)) == len(topology)
    assert topology.neighbour.shape == topology.edge.shape
    assert topology.neighbour.shape[1] % 4 == 0 and topology.neighbour.shape[1] >= 4
    seen = Counter()
    for satellite in range(topology.satellites):
        for other, edge in zip(topology.neighbour[satellite], topology.edge[satellite], strict=True):
            if other == topology.satellites:
                assert edge == len(topology)
                continue
            assert {satellite, int(other)} == {int(topology.tail[edge]), int(topology.head[edge])}
            seen[int(edge)] += 1
    assert all(seen[edge] == 2 for edge in range(len(topology))) and len(seen) == len(topology)


def shell(
    planes: int, slots: int, phasing: int = 0, spread_rad: float = 2 * np.pi, inclination_deg: float = 53.0
) -> Shell:
    return Shell(
        name="test",
        altitude_m=1_200e3 if spread_rad < 4 else 550e3,
        inclination_rad=np.radians(inclination_deg),
        planes=planes,
        satellites_per_plane=slots,
        phasing=phasing,
        spread_rad=spread_rad,
    )


def grid_by_hand(planes: int, slots: int, offset: int, seam: int, closed: bool) -> dict[tuple[int, int], bool]:
    """The definition in plain Python: pair -> whether it joins two planes."""
    found: dict[tuple[int, int], bool] = {}
    for o in range(planes):
        for n in range(slots):
            here, after = o * slots + n, o * slots + (n + 1) % slots
            if here != after:
                found[min(here, after), max(here, after)] = False
            last = o == planes - 1
            if planes > 1 and (not last or (closed and planes > 2)):
                there = (o + 1) % planes * slots + (n + offset + (seam if last else 0)) % slots
                found[min(here, there), max(here, there)] = True
    return found


@settings(deadline=None, max_examples=120)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(-12, 12), st.integers(-5, 12), st.booleans())
def test_a_grid_by_number_is_the_definition(planes: int, slots: int, offset: int, seam: int, closed: bool) -> None:
    grid = walker_plus_grid(planes, slots, offset, seam, closed=closed)
    assert_sound(grid)
    expected = grid_by_hand(planes, slots, offset, seam, closed)
    assert (
        dict(zip(zip(grid.tail.tolist(), grid.head.tolist(), strict=True), grid.across.tolist(), strict=True))
        == expected
    )


def test_the_grid_of_72_planes_of_22_has_3168_links_and_four_at_each_satellite() -> None:
    grid = walker_plus_grid(72, 22)
    assert len(grid) == 3_168 and (degrees(grid) == 4).all()
    assert (degrees(grid, grid.across) == 2).all()


def test_a_pair_given_twice_or_backwards_is_one_link_and_a_satellite_has_none_with_itself() -> None:
    tail, head = np.array([3, 1, 1, 2, 0], dtype=np.int32), np.array([1, 3, 3, 2, 1], dtype=np.int32)
    topology = from_pairs(4, tail, head, np.array([False, True, True, True, True]))
    assert_sound(topology)
    assert pairs(topology) == {(0, 1), (1, 3)}
    assert topology.across.tolist() == [True, False]  # the first mention counts


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(0, 100))
def test_any_pairs_become_a_sound_topology(seed: int, satellites: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, satellites, (2, count)).astype(np.int32)
    topology = from_pairs(satellites, ends[0], ends[1], rng.random(count) < 0.5)
    assert_sound(topology)
    assert pairs(topology) == {(min(a, b), max(a, b)) for a, b in ends.T.tolist() if a != b}


def test_a_fleet_of_bent_pipes_has_no_links() -> None:
    assert_sound(no_lasers(5))
    assert len(no_lasers(0)) == 0


@pytest.mark.parametrize(
    ("plane_count", "slots", "phasing"),
    [
        (72, 22, 0),
        (72, 22, 17),
        (72, 22, 30),
        (72, 22, 45),
        (72, 22, 55),
        (36, 20, 25),
        (10, 7, 3),
        (5, 8, 1),
        (3, 4, 1),
    ],
)
def test_a_grid_found_in_a_walker_shell_is_the_grid_by_number(plane_count: int, slots: int, phasing: int) -> None:
    found = plus_grid(planes(walker(shell(plane_count, slots, phasing), EPOCH)))
    back = -int(np.floor(phasing / plane_count + 0.5 - 1e-9))  # the member next door that is nearest in phase
    assert_sound(found)
    assert pairs(found) == pairs(walker_plus_grid(plane_count, slots, back, phasing))


def test_planes_half_a_place_apart_all_reach_the_same_way() -> None:
    found = plus_grid(planes(walker(shell(8, 11, 4), EPOCH)))
    ahead, behind = (pairs(walker_plus_grid(8, 11, back, 4)) for back in (0, -1))
    assert pairs(found) in (ahead, behind)


@pytest.mark.parametrize("offset", [-2, -1, 1, 2, 3])
def test_a_phase_offset_reaches_so_many_places_ahead(offset: int) -> None:
    found = plus_grid(planes(walker(shell(12, 9, 2), EPOCH)), phase_offset=offset)
    assert pairs(found) == pairs(walker_plus_grid(12, 9, offset, 2))


def test_a_phase_offset_need_not_be_whole() -> None:
    assert pairs(plus_grid(planes(walker(shell(12, 9), EPOCH)), phase_offset=1.3)) == pairs(walker_plus_grid(12, 9, 1))


def test_a_star_pattern_keeps_its_seam_open() -> None:
    oneweb = shell(12, 49, 6, spread_rad=np.pi, inclination_deg=87.9)
    flown = planes(walker(oneweb, EPOCH))
    for pattern in (plus_grid, three_laser_brick):
        grid = pattern(flown)
        joined = {
            tuple(sorted(p))
            for p in zip(*(flown.plane[end[grid.across]] for end in (grid.tail, grid.head)), strict=True)
        }
        assert joined == {(k, k + 1) for k in range(11)}
    assert (degrees(plus_grid(flown))[flown.plane % 11 > 0] == 4).all()
    assert (degrees(plus_grid(flown))[flown.plane % 11 == 0] == 3).all()


def test_a_stray_between_two_planes_does_not_part_them() -> None:
    """Two planes of twelve, 8 degrees apart, and one satellite alone between them."""
    main = walker(shell(45, 12, inclination_deg=53.0), EPOCH)
    first_two = main.select(np.arange(24))
    stray = replace(main.select(np.array([0])), raan_rad=np.radians(np.array([4.0])), mean_anomaly_rad=np.array([0.2]))
    elements = joined(first_two, replace(stray, catalogue_numbers=np.array([7])))
    flown = planes(elements)
    assert len(flown) == 3
    grid = plus_grid(flown)
    assert_fits_planes(elements, flown, 2, grid)
    links = pairs(grid)
    assert (0, 24) in links and (12, 24) in links  # the stray is nearest in phase to the first of each plane
    assert {(n, 12 + n) for n in range(1, 12)} <= links


@pytest.mark.parametrize("slots", [1, 2, 3, 6])
@pytest.mark.parametrize("plane_count", [1, 2, 3])
def test_tiny_shells_have_no_link_twice_and_none_with_itself(plane_count: int, slots: int) -> None:
    flown = planes(walker(shell(plane_count, slots), EPOCH))
    grid, brick = plus_grid(flown), three_laser_brick(flown)
    for topology in (grid, brick):
        assert_sound(topology)
    assert (degrees(grid, ~grid.across) == min(slots - 1, 2)).all()
    assert (degrees(grid, grid.across) == plane_count - 1).all()
    assert degrees(brick, brick.across).max() <= 1


@pytest.mark.parametrize(("plane_count", "slots"), [(72, 22), (12, 9), (3, 5), (2, 7), (8, 1)])
def test_nobody_in_a_wall_of_bricks_has_more_than_three_lasers_and_nearly_all_have_three(
    plane_count: int, slots: int
) -> None:
    flown = planes(walker(shell(plane_count, slots), EPOCH))
    brick = three_laser_brick(flown)
    assert degrees(brick).max() <= 3 and degrees(brick, brick.across).max() <= 1
    if slots % 2 == 0 and plane_count > 2:
        assert (degrees(brick) == 3).all()
        one_connected_net(brick)


def one_connected_net(topology: Topology) -> None:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(len(topology)), (topology.tail, topology.head)), shape=(topology.satellites,) * 2)
    assert connected_components(graph, directed=False)[0] == 1


def assert_fits_planes(elements: Elements, flown: Planes, most_across: int, topology: Topology) -> None:
    """In-plane rings whole, partners across one-to-one between planes that lie side by side, links of sensible length."""
    assert_sound(topology)
    member = flown.plane >= 0
    assert member.sum() == elements.operational.sum()
    alike = flown.plane[topology.tail] == flown.plane[topology.head]
    np.testing.assert_array_equal(alike, ~topology.across)
    size = np.bincount(flown.plane[member])
    expected = np.zeros(len(elements), dtype=np.int64)
    expected[member] = np.minimum(size - 1, 2)[flown.plane[member]]
    np.testing.assert_array_equal(degrees(topology, ~topology.across), expected)
    assert degrees(topology, topology.across).max() <= most_across
    assert (flown.shell[topology.tail] == flown.shell[topology.head]).all()
    tail, head = topology.tail[topology.across], topology.head[topology.across]
    towards: Counter[tuple[int, int]] = Counter()
    for a, b in zip(tail.tolist(), head.tolist(), strict=True):
        towards[a, int(flown.plane[b])] += 1
        towards[b, int(flown.plane[a])] += 1
    assert max(towards.values()) == 1


def lengths_m(elements: Elements, topology: Topology, at: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    position_m, _ = propagator(elements).earth_fixed(np.array([at]))
    length_m = np.linalg.norm(position_m[0, topology.tail] - position_m[0, topology.head], axis=1)
    return length_m[~topology.across], length_m[topology.across]


def test_the_embedded_fleet_has_whole_rings_and_partners_next_door() -> None:
    elements = embedded(EPOCH)
    flown = planes(elements)
    grid = plus_grid(flown)
    assert_fits_planes(elements, flown, 2, grid)
    assert (degrees(grid) == 4).mean() > 0.95
    along_m, across_m = lengths_m(elements, grid, EPOCH)
    assert along_m.max() < 5_016e3 and np.median(across_m) < 1_500e3
    assert_fits_planes(elements, flown, 1, three_laser_brick(flown))


def test_the_real_fleet_has_whole_rings_and_partners_next_door() -> None:
    elements = read_elements(shared_data("elements/starlink-2026-05-30.omm.csv.gz")).elements
    flown = planes(elements)
    grid = plus_grid(flown)
    assert_fits_planes(elements, flown, 2, grid)
    links_across = degrees(grid, grid.across)[elements.operational]
    # Thin planes and strays lie between full ones, so not everybody has a partner on both sides.
    assert (links_across == 2).mean() > 0.65 and (links_across == 0).mean() < 0.08
    along_m, across_m = lengths_m(elements, grid, flown.at)
    assert np.median(along_m) < 1_500e3 and np.median(across_m) < 1_000e3 and np.percentile(across_m, 99) < 3_100e3
    brick = three_laser_brick(flown)
    assert_fits_planes(elements, flown, 1, brick)
    assert (degrees(brick)[elements.operational] <= 3).all()


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 2**32), st.integers(0, 25), st.integers(1, 6), st.booleans())
def test_nearest_neighbours_are_the_nearest_of_all(seed: int, satellites: int, count: int, crowded: bool) -> None:
    rng = np.random.default_rng(seed)
    place_m = rng.uniform(-7e6, 7e6, (satellites, 3))
    if crowded:  # some in the very same place
        place_m = place_m[rng.integers(0, max(satellites // 3, 1), satellites)]
    usable = rng.random(satellites) < 0.8
    place_m[rng.random(satellites) < 0.1] = np.nan
    topology = nearest_neighbours(place_m, usable, count)
    assert_sound(topology)
    there = np.flatnonzero(usable & np.isfinite(place_m).all(axis=1))
    wanted = min(count, len(there) - 1)
    apart_m = np.linalg.norm(place_m[:, None] - place_m, axis=2)
    linked = pairs(topology)
    assert topology.across.all() and {s for pair in linked for s in pair} <= set(there.tolist())
    if not crowded and len(there) > 1:
        expected = set()
        for s in there:
            others = there[there != s]
            for other in others[np.argsort(apart_m[s, others])][:wanted]:
                expected.add((min(s, other), max(s, other)))
        assert linked == expected
    elif len(there) > 1:
        assert (degrees(topology)[there] >= wanted).all()
        for a, b in linked:  # a link is among the nearest of one of its ends
            nearer = min(sum(apart_m[end, o] < apart_m[a, b] for o in there if o != end) for end in (a, b))
            assert nearer < wanted
