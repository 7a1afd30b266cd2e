"""Trees of cheapest ways against Dijkstra's algorithm."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from hudhud.arrays import Floats, Ints32
from hudhud.network.routing import DELIVER, NO_WAY, UNREACHED, Roots, Trees, city_to_city, grow, node_path, trees
from hudhud.network.topology import Topology, from_pairs, walker_plus_grid
from looks_oracle import walker_m


@dataclass(frozen=True)
class Case:
    """A graph and the places where its destinations are handed to."""

    topology: Topology
    edge_cost: Floats
    roots: Roots
    destinations: int

    def trees(self) -> Trees:
        return trees(
            self.topology.neighbour,
            np.append(self.edge_cost, UNREACHED)[self.topology.edge],
            self.roots,
            self.destinations,
        )


def oracle(case: Case) -> Floats:
    """Cost (node, destination) by scipy, inf where there is no way: destinations are nodes of their own, one-way."""
    nodes = case.topology.satellites
    up = np.isfinite(case.edge_cost) & (case.edge_cost < UNREACHED)
    tail, head, cost = case.topology.tail[up], case.topology.head[up], case.edge_cost[up]
    cheapest = np.full((case.destinations, nodes), np.inf)
    np.minimum.at(cheapest, (case.roots.tree, case.roots.node), case.roots.cost)
    tree, node = np.nonzero(np.isfinite(cheapest))
    graph = csr_array(
        (
            np.concatenate([cost, cost, cheapest[tree, node]]),
            (np.concatenate([tail, head, nodes + tree]), np.concatenate([head, tail, node])),
        ),
        shape=(nodes + case.destinations,) * 2,
    )
    distance: Floats = dijkstra(graph, indices=nodes + np.arange(case.destinations))[:, :nodes].T
    return distance


def drawn(seed: int, nodes: int, edges: int, destinations: int, entries: int, whole: bool, down: float) -> Case:
    """A random graph; whole numbers as costs make many ties, `down` is the share of edges that carry nothing."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, nodes, (2, edges)).astype(np.int32)
    topology = from_pairs(nodes, ends[0], ends[1], np.zeros(edges, dtype=np.bool_))

    def costs(count: int) -> Floats:
        return rng.integers(1, 4, count).astype(float) if whole else rng.uniform(1e-3, 1.0, count)

    edge_cost = costs(len(topology))
    edge_cost[rng.random(len(topology)) < down] = rng.choice([UNREACHED, np.inf])
    roots = Roots(
        node=rng.integers(0, nodes, entries).astype(np.int32),
        tree=rng.integers(0, destinations, entries).astype(np.int32),
        cost=costs(entries),
    )
    return Case(topology, edge_cost, roots, destinations)


cases = st.builds(
    drawn,
    seed=st.integers(0, 2**32),
    nodes=st.integers(1, 40),
    edges=st.integers(0, 120),
    destinations=st.integers(1, 20),
    entries=st.integers(0, 30),
    whole=st.booleans(),
    down=st.sampled_from([0.0, 0.3]),
)


def assert_next_hops_lead_home(case: Case, grown: Trees) -> None:
    """Each step goes over an edge that is up to a cheaper node, and what remains is exactly what was promised."""
    link = {
        pair: cost
        for tail, head, cost in zip(case.topology.tail, case.topology.head, case.edge_cost, strict=True)
        for pair in ((tail, head), (head, tail))
    }
    down: dict[tuple[int, int], float] = {}
    for node, tree, cost in zip(case.roots.node, case.roots.tree, case.roots.cost, strict=True):
        down[node, tree] = min(cost, down.get((node, tree), np.inf))
    for node in range(case.topology.satellites):
        for tree in range(case.destinations):
            hop, cost = grown.next_hop[node, tree], grown.cost[node, tree]
            if cost == UNREACHED:
                assert hop == NO_WAY
            elif hop == DELIVER:
                assert cost == down[node, tree]
            else:
                assert grown.cost[hop, tree] < cost
                assert grown.cost[hop, tree] + link[node, hop] == cost
                assert link[node, hop] < UNREACHED


@settings(deadline=None, max_examples=150)
@given(cases)
def test_every_way_costs_what_dijkstra_says_and_its_next_hops_lead_home(case: Case) -> None:
    grown = case.trees()
    expected = oracle(case)
    np.testing.assert_array_equal(grown.cost[:-1] == UNREACHED, np.isinf(expected))
    reached = np.isfinite(expected)
    np.testing.assert_allclose(grown.cost[:-1][reached], expected[reached], rtol=1e-14)
    assert (grown.next_hop[-1] == NO_WAY).all() and (grown.cost[-1] == UNREACHED).all()
    assert_next_hops_lead_home(case, grown)


@settings(deadline=None, max_examples=60)
@given(cases)
def test_a_tree_alone_is_the_same_as_among_others(case: Case) -> None:
    together = case.trees()
    for tree in range(case.destinations):
        mine = case.roots.tree == tree
        roots = Roots(node=case.roots.node[mine], tree=np.zeros(mine.sum(), np.int32), cost=case.roots.cost[mine])
        alone = Case(case.topology, case.edge_cost, roots, 1).trees()
        np.testing.assert_array_equal(alone.cost[:, 0], together.cost[:, tree])
        np.testing.assert_array_equal(alone.next_hop[:, 0], together.next_hop[:, tree])


@settings(deadline=None, max_examples=60)
@given(cases)
def test_a_path_begins_where_asked_ends_at_a_hand_over_and_costs_what_the_tree_says(case: Case) -> None:
    grown = case.trees()
    for tree in range(case.destinations):
        for start in range(case.topology.satellites):
            path = node_path(grown.next_hop[:, tree], start)
            if grown.cost[start, tree] == UNREACHED:
                assert path == ()
                continue
            assert path[0] == start and len(set(path)) == len(path)
            assert grown.next_hop[path[-1], tree] == DELIVER
            costs = grown.cost[list(path), tree]
            assert (np.diff(costs) < 0).all()


def test_there_is_no_path_from_nowhere() -> None:
    assert node_path(np.array([DELIVER, NO_WAY], dtype=np.int32), NO_WAY) == ()


def plus_grid_case(destinations: int) -> Case:
    """72 x 22 satellites and places on the ground that hand over to all satellites within 1,000 km."""
    grid = walker_plus_grid(72, 22)
    satellite_m = walker_m(72, 22, 53.0, 550e3)
    length_m = np.linalg.norm(satellite_m[grid.tail] - satellite_m[grid.head], axis=1)
    rng = np.random.default_rng(5)
    place_m = satellite_m[rng.choice(len(satellite_m), destinations, replace=False)] * (6371.0 / 6921.0)
    range_m = np.linalg.norm(satellite_m[:, None] - place_m, axis=2)
    node, tree = np.nonzero(range_m < 1e6)
    roots = Roots(node=node.astype(np.int32), tree=tree.astype(np.int32), cost=range_m[node, tree])
    return Case(grid, length_m, roots, destinations)


@pytest.mark.parametrize("destinations", [1, 3, 100])
def test_a_full_grid_of_1584_satellites_is_settled_exactly(destinations: int) -> None:
    case = plus_grid_case(destinations)
    grown = case.trees()
    np.testing.assert_allclose(grown.cost[:-1], oracle(case), rtol=1e-14)
    if destinations < 100:
        assert_next_hops_lead_home(case, grown)


def test_growing_into_used_arrays_gives_the_same_bytes() -> None:
    case = plus_grid_case(7)
    once = case.trees()
    cost, next_hop = np.full(once.cost.shape, -5.0), np.full(once.next_hop.shape, 99, dtype=np.int32)
    edge_cost = np.append(case.edge_cost, UNREACHED)[case.topology.edge]
    for _ in range(2):
        assert grow(case.topology.neighbour, edge_cost, case.roots, cost, next_hop) > 0
        assert cost.tobytes() == once.cost.tobytes() and next_hop.tobytes() == once.next_hop.tobytes()


@pytest.mark.parametrize("destinations", [1, 2])
def test_costs_that_vanish_in_a_sum_never_make_ways_go_in_circles(destinations: int) -> None:
    pair = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)
    topology = from_pairs(2, *pair, np.zeros(1, dtype=np.bool_))
    everywhere = np.repeat(np.arange(2, dtype=np.int32), destinations)
    roots = Roots(
        node=everywhere,
        tree=np.tile(np.arange(destinations, dtype=np.int32), 2),
        cost=np.ones(2 * destinations),
    )
    grown = Case(topology, np.array([1e-20]), roots, destinations).trees()
    assert (grown.next_hop[:2] == DELIVER).all()


def test_a_fleet_without_satellites_or_without_destinations_has_no_ways() -> None:
    none = np.empty(0, dtype=np.int32)
    nobody = Case(
        from_pairs(0, none, none, none.astype(np.bool_)), np.empty(0), Roots(node=none, tree=none, cost=np.empty(0)), 3
    )
    assert nobody.trees().cost.shape == (1, 3)
    nowhere = Case(walker_plus_grid(3, 3), np.ones(18), Roots(node=none, tree=none, cost=np.empty(0)), 0)
    assert nowhere.trees().next_hop.shape == (10, 0)


def cities_of(seed: int, cities: int, satellites: int) -> tuple[Ints32, Ints32, Floats]:
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, cities)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return offsets, rng.integers(0, satellites, counts.sum()).astype(np.int32), rng.uniform(0.1, 1.0, counts.sum())


@settings(deadline=None, max_examples=80)
@given(cases, st.integers(0, 2**32), st.integers(0, 12))
def test_a_city_goes_up_to_the_satellite_with_the_least_cost_all_the_way(case: Case, seed: int, cities: int) -> None:
    grown = case.trees()
    offsets, satellite, up_cost = cities_of(seed, cities, case.topology.satellites)
    total = np.full((cities, case.destinations), -1.0)
    first = np.full(total.shape, -7, dtype=np.int32)
    city_to_city(offsets, satellite, up_cost, grown.cost, total, first)
    for city in range(cities):
        for tree in range(case.destinations):
            looks = range(offsets[city], offsets[city + 1])
            ways = [(grown.cost[satellite[i], tree] + up_cost[i], i) for i in looks]
            ways = [(cost, i) for cost, i in ways if cost < UNREACHED]
            if ways:
                cost, i = min(ways)
                assert total[city, tree] == cost and first[city, tree] == satellite[i]
            else:
                assert total[city, tree] == UNREACHED and first[city, tree] == NO_WAY
