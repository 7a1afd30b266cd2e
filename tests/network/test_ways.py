"""Ways down: bent pipes, lasers, points of presence, and costs that users bring."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from hudhud.arrays import Bools, Floats, Ints32
from hudhud.constants import C_M_S
from hudhud.errors import InputError
from hudhud.network.latency import Cost, EdgeKind, Edges, LatencyModel, delay, fewest_hops
from hudhud.network.routing import UNREACHED, node_path
from hudhud.network.schedule import Feeders
from hudhud.network.topology import Topology, from_pairs, no_lasers
from hudhud.network.ways import ANY_POP, Routes, Ways, follow, ways

MODEL = LatencyModel()


@dataclass(frozen=True)
class Network:
    """All that ways depend on."""

    topology: Topology
    laser_m: Floats
    laser_up: Bools
    feeders: Feeders
    backhaul_m: Floats
    gateway_pop: Ints32
    lane_pop: Ints32

    def ways(self, cost: Cost | None = None) -> Ways:
        return ways(
            self.topology,
            self.laser_m,
            self.laser_up,
            self.feeders,
            self.backhaul_m,
            self.gateway_pop,
            self.lane_pop,
            cost or delay(MODEL),
        )

    def routes(self, found: Ways, lane: int = 0) -> Routes:
        everyone = np.arange(self.topology.satellites, dtype=np.int32)
        return follow(found, self.topology, self.laser_m, self.feeders, everyone, np.full_like(everyone, lane))


def ints(*values: int) -> Ints32:
    return np.array(values, dtype=np.int32)


def feeders(*followed: tuple[int, int, float]) -> Feeders:
    """Antennas as gateway, satellite, metres."""
    rows = sorted(followed)
    return Feeders(
        gateway=ints(*(row[0] for row in rows)),
        satellite=ints(*(row[1] for row in rows)),
        range_m=np.array([row[2] for row in rows], dtype=float),
    )


def chain(**changes: object) -> Network:
    """Satellites 0 - 1 - 2 - 3 in a row, 1,000 km apart; gateway 0 (at PoP 0) follows 0, gateway 1 (at PoP 1) follows 3."""
    network = Network(
        topology=from_pairs(4, ints(0, 1, 2), ints(1, 2, 3), np.zeros(3, dtype=np.bool_)),
        laser_m=np.full(3, 1e6),
        laser_up=np.ones(3, dtype=np.bool_),
        feeders=feeders((0, 0, 6e5), (1, 3, 7e5)),
        backhaul_m=np.array([50e3, 100e3]),
        gateway_pop=ints(0, 1),
        lane_pop=ints(ANY_POP),
    )
    return replace(network, **changes)


def test_a_bent_pipe_is_a_way_without_lasers() -> None:
    network = chain()
    routes = network.routes(network.ways())
    assert routes.hops.tolist() == [0, 1, 1, 0]
    assert routes.gateway.tolist() == [0, 0, 1, 1]
    assert routes.laser_m.tolist() == [0.0, 1e6, 1e6, 0.0]
    assert routes.feeder_m.tolist() == [6e5, 6e5, 7e5, 7e5]


def test_the_cost_of_a_way_is_light_hops_and_fibre() -> None:
    found = chain().ways()
    expected = 1e6 / C_M_S + MODEL.hop_delay_s + 6e5 / C_M_S + 50e3 * 1.5 * 1.468 / C_M_S
    assert found.cost[1, 0] == pytest.approx(expected, rel=1e-14)
    assert found.routed.all()


def test_without_lasers_only_satellites_over_a_gateway_have_a_way() -> None:
    network = chain(topology=no_lasers(4), laser_m=np.empty(0), laser_up=np.empty(0, dtype=np.bool_))
    found = network.ways()
    assert found.routed[:, 0].tolist() == [True, False, False, True]
    routes = network.routes(found)
    assert routes.gateway.tolist() == [0, -1, -1, 1]
    assert routes.digest[1] == routes.digest[2] == 0 and (routes.digest[[0, 3]] > 0).all()
    assert np.isnan(routes.feeder_m[1]) and routes.hops[1] == 0 and routes.laser_m[1] == 0.0


def test_a_laser_that_is_down_is_gone_round_or_parts_the_network() -> None:
    network = chain(laser_up=np.array([True, False, False]), feeders=feeders((0, 0, 6e5)))
    found = network.ways()
    assert found.routed[:, 0].tolist() == [True, True, False, False]


def test_a_lane_ends_at_its_own_point_of_presence() -> None:
    network = chain(lane_pop=ints(1, ANY_POP, 0, 7))
    found = network.ways()
    to_pop_1 = network.routes(found, lane=0)
    assert to_pop_1.gateway.tolist() == [1, 1, 1, 1] and to_pop_1.hops.tolist() == [3, 2, 1, 0]
    assert network.routes(found, lane=2).gateway.tolist() == [0, 0, 0, 0]
    assert not found.routed[:, 3].any()
    assert (network.routes(found, lane=3).gateway == -1).all()


def test_of_two_antennas_on_one_satellite_the_cheaper_way_down_is_taken_fibre_included() -> None:
    both = chain(feeders=feeders((0, 0, 6e5), (1, 0, 5e5)), backhaul_m=np.array([10e3, 3_000e3]))
    assert both.routes(both.ways()).gateway[0] == 0
    near = chain(feeders=feeders((0, 0, 6e5), (1, 0, 5e5)), backhaul_m=np.array([10e3, 10e3]))
    assert near.routes(near.ways()).gateway[0] == 1


def test_zero_gateways_give_no_ways() -> None:
    network = chain(feeders=feeders(), backhaul_m=np.empty(0), gateway_pop=ints())
    found = network.ways()
    assert not found.routed.any()
    assert (network.routes(found).gateway == -1).all()


def test_nobody_served_is_no_way() -> None:
    network = chain()
    routes = follow(network.ways(), network.topology, network.laser_m, network.feeders, ints(-1, 2), ints(0, 0))
    assert routes.gateway.tolist() == [-1, 1] and routes.digest[0] == 0


def test_a_gateway_at_its_point_of_presence_costs_no_trouble() -> None:
    assert chain(backhaul_m=np.zeros(2)).ways().routed.all()


def test_fewest_hops_goes_down_at_once_where_delay_would_go_on() -> None:
    network = chain(
        topology=from_pairs(3, ints(0, 1), ints(1, 2), np.zeros(2, dtype=np.bool_)),
        laser_m=np.full(2, 1e5),
        laser_up=np.ones(2, dtype=np.bool_),
        feeders=feeders((0, 0, 6e5), (1, 2, 6e5)),
        backhaul_m=np.array([9_000e3, 10e3]),
    )
    assert network.routes(network.ways()).gateway.tolist() == [1, 1, 1]
    assert network.routes(network.ways(fewest_hops(MODEL))).gateway.tolist() == [0, 1, 1]


def test_a_cost_of_the_users_own_is_what_ways_are_chosen_by() -> None:
    seen: dict[EdgeKind, Floats] = {}

    def price(edges: Edges) -> Floats:
        seen[edges.kind] = edges.length_m
        return np.full(len(edges.length_m), 1.0 if edges.kind is EdgeKind.LASER else 100.0)

    found = chain().ways(price)
    assert found.cost[:, 0].tolist() == [200.0, 201.0, 201.0, 200.0]
    assert seen[EdgeKind.FEEDER].tolist() == [6e5, 7e5] and seen[EdgeKind.BACKHAUL].tolist() == [50e3, 100e3]


def test_an_infinite_cost_closes_an_edge() -> None:
    def only_short(edges: Edges) -> Floats:
        return np.where(edges.length_m < 6.5e5, 1.0, np.inf)

    found = chain().ways(only_short)
    assert found.routed[:, 0].tolist() == [True, False, False, False]


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, -np.inf])
@pytest.mark.parametrize("kind", list(EdgeKind))
def test_a_cost_that_is_not_above_zero_is_refused(kind: EdgeKind, value: float) -> None:
    def cost(edges: Edges) -> Floats:
        costs = np.ones(len(edges.length_m))
        if edges.kind is kind:
            costs[-1] = value
        return costs

    with pytest.raises(ValueError, match=f"cost of a {kind.value} edge is .* must be above zero"):
        chain().ways(cost)


@pytest.mark.parametrize("shape", [(), (1,), (3, 1), (4,)])
def test_a_cost_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(
        InputError, match=r"cost of laser edges: returned .*must have shape \(3,\): one number for each"
    ):
        chain().ways(lambda edges: np.ones(shape) if edges.kind is EdgeKind.LASER else np.ones(2))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "NoneType"),
        ("fast", "str"),
        (["1", "2", "3"], r"list of shape \(3,\) holding str_?"),
        ([[1.0], [1.0, 2.0], [1.0]], "list"),
        ({"a": 1}, "dict"),
        ([1j, 1j, 1j], r"list of shape \(3,\) holding complex128"),
    ],
)
def test_a_cost_that_is_no_row_of_numbers_is_refused_and_told_as_what_it_is(given: object, told: str) -> None:
    with pytest.raises(InputError, match=f"returned {told}, but must have shape"):
        chain().ways(lambda edges: given if edges.kind is EdgeKind.LASER else np.ones(2))  # type: ignore[arg-type, return-value]


def test_a_cost_given_as_a_list_of_whole_numbers_is_as_good_as_an_array() -> None:
    listed = chain().ways(lambda edges: [2] * len(edges.length_m))  # type: ignore[arg-type, return-value]
    assert (
        listed.trees.cost.tolist() == chain().ways(lambda edges: np.full(len(edges.length_m), 2.0)).trees.cost.tolist()
    )


@pytest.mark.parametrize(("laser", "down"), [(1e-20, 1.0), (1.0, 1e-14), (1e25, 1e25)])
def test_costs_too_unlike_to_add_are_refused(laser: float, down: float) -> None:
    with pytest.raises(ValueError, match="give inf to an edge that must not be used"):
        chain().ways(lambda edges: np.full(len(edges.length_m), laser if edges.kind is EdgeKind.LASER else down))


def drawn(seed: int, satellites: int, links: int, gateways: int, antennas: int) -> Network:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, satellites, (2, links)).astype(np.int32)
    topology = from_pairs(satellites, ends[0], ends[1], np.zeros(links, dtype=np.bool_))
    pairs = {(int(rng.integers(gateways)), int(rng.integers(satellites))) for _ in range(antennas)}
    return Network(
        topology=topology,
        laser_m=rng.uniform(5e5, 5e6, len(topology)),
        laser_up=rng.random(len(topology)) < 0.8,
        feeders=feeders(*((g, s, float(rng.uniform(5e5, 2e6))) for g, s in pairs)),
        backhaul_m=rng.uniform(0, 2e6, gateways),
        gateway_pop=rng.integers(0, 3, gateways).astype(np.int32),
        lane_pop=ints(ANY_POP, 1),
    )


networks = st.builds(
    drawn,
    seed=st.integers(0, 2**32),
    satellites=st.integers(1, 25),
    links=st.integers(0, 60),
    gateways=st.integers(1, 5),
    antennas=st.integers(0, 12),
)


def least_delay_s(network: Network, lane_pop: int) -> Floats:
    """Delay (satellite,) from every satellite, inf where there is no way: one plain graph with everything in it."""
    satellites, up = network.topology.satellites, network.laser_up
    tail, head = network.topology.tail[up], network.topology.head[up]
    laser_s = network.laser_m[up] / C_M_S + MODEL.hop_delay_s
    fed = network.feeders
    open_ = (lane_pop == ANY_POP) | (network.gateway_pop[fed.gateway] == lane_pop)
    down_s = fed.range_m / C_M_S + MODEL.backhaul_s(np.maximum(network.backhaul_m, 1.0))[fed.gateway]
    cheapest = np.full(satellites, np.inf)
    np.minimum.at(cheapest, fed.satellite[open_], down_s[open_])
    node = np.flatnonzero(np.isfinite(cheapest))
    graph = csr_array(
        (
            np.concatenate([laser_s, laser_s, cheapest[node]]),
            (np.concatenate([tail, head, np.full(len(node), satellites)]), np.concatenate([head, tail, node])),
        ),
        shape=(satellites + 1,) * 2,
    )
    distance: Floats = dijkstra(graph, indices=satellites)[:satellites]
    return distance


@settings(deadline=None, max_examples=100)
@given(networks)
def test_ways_are_the_quickest_there_are_and_routes_add_up_to_them(network: Network) -> None:
    found = network.ways()
    for lane, pop in enumerate(network.lane_pop.tolist()):
        expected_s = least_delay_s(network, pop)
        np.testing.assert_array_equal(found.routed[:, lane], np.isfinite(expected_s))
        routes = network.routes(found, lane)
        reached = found.routed[:, lane]
        np.testing.assert_array_equal(routes.gateway >= 0, reached)
        total_s = (
            (routes.laser_m + routes.feeder_m) / C_M_S
            + routes.hops * MODEL.hop_delay_s
            + MODEL.backhaul_s(np.maximum(network.backhaul_m, 1.0))[routes.gateway]
        )
        np.testing.assert_allclose(total_s[reached], expected_s[reached], rtol=1e-12)
        np.testing.assert_allclose(found.cost[reached, lane], expected_s[reached], rtol=1e-12)
        if pop != ANY_POP:
            assert (network.gateway_pop[routes.gateway[reached]] == pop).all()
        for satellite in np.flatnonzero(reached):
            path = node_path(found.trees.next_hop[:, lane], int(satellite))
            assert routes.hops[satellite] == len(path) - 1


@settings(deadline=None, max_examples=60)
@given(networks, networks)
def test_the_digest_tells_sequences_of_nodes_apart_and_nothing_else(one: Network, other: Network) -> None:
    digest_of: dict[tuple[int, ...], int] = {}
    for network in (one, other):
        found = network.ways()
        for lane in range(len(network.lane_pop)):
            routes = network.routes(found, lane)
            for satellite in np.flatnonzero(routes.gateway >= 0):
                path = node_path(found.trees.next_hop[:, lane], int(satellite))
                nodes = (*path, int(routes.gateway[satellite]))
                assert digest_of.setdefault(nodes, int(routes.digest[satellite])) == routes.digest[satellite]
    assert len(set(digest_of.values())) == len(digest_of)
    assert all(0 < digest < 2**31 for digest in digest_of.values())


def test_the_digest_stays_while_lengths_change() -> None:
    network = chain()
    farther = chain(laser_m=np.full(3, 1.1e6))
    np.testing.assert_array_equal(network.routes(network.ways()).digest, farther.routes(farther.ways()).digest)


def test_the_residual_is_never_negative_and_has_the_stated_mean() -> None:
    model = LatencyModel(access_s=0.012, slot_term_s=0.003)
    drawn_s = model.slot_terms_s((20_000,), np.random.default_rng(1))
    assert (drawn_s >= 0).all()
    assert drawn_s.mean() == pytest.approx(0.012, abs=1e-4) and drawn_s.std() == pytest.approx(0.003, rel=0.02)
    assert (LatencyModel(access_s=0.0, slot_term_s=1.0).slot_terms_s((50,), np.random.default_rng(1)) >= 0).all()


def test_unreached_is_above_any_cost_that_is_let_in() -> None:
    found = chain().ways(lambda edges: np.full(len(edges.length_m), 5e23))
    assert (found.cost < UNREACHED).all()
