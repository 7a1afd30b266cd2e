"""Cheapest ways through the lasers, for many destinations at once.

A tree per destination is relaxed on all satellites together: `cost[node, tree]` holds what is known so far, and sweeps
through the nodes, once upwards and once downwards, replace it by the best neighbour's cost plus the edge until nothing
changes.  On a grid of planes and slots a sweep carries a cost along whole planes, so about ten sweeps settle a fleet, and
all trees of a node lie side by side in memory, which the processor's vector unit relaxes eight at a time.  The order of
nodes changes the number of sweeps, never the result: any graph is right whose edges work both ways and whose costs are
above zero and not so unlike that a sum swallows one (`LEAST_SHARE`).  A tree alone is grown from its rim instead, node by
node.  The plain oracle is scipy.sparse.csgraph.dijkstra (tests/network/test_routing.py).
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, Floats, Ints32, freeze
from hudhud.kernel import compiled

__all__ = [
    "DELIVER",
    "LEAST_SHARE",
    "NO_WAY",
    "UNREACHED",
    "Roots",
    "Trees",
    "city_to_city",
    "grow",
    "node_path",
    "trees",
]

UNREACHED = 1e30
"""Cost of a node that has no way to the destination: finite, so that sums stay ordered, and above any real cost."""

LEAST_SHARE = 1e-12
"""The cheapest edge or root must cost this share of the dearest or more, or a sum might not change by it at all."""

NO_WAY = -1
"""Next hop of a node that has no way to the destination."""

DELIVER = -2
"""Next hop of a node that hands over to the destination itself (down to its gateway or city)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Roots:
    """Where trees begin: entry i says that `node[i]` reaches the destination of `tree[i]` itself at `cost[i]`.

    node, tree: int32 (entry,); cost: float64 (entry,), > 0.  Several entries of one tree are several ways down.
    """

    node: Ints32
    tree: Ints32
    cost: Floats


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trees:
    """Cheapest way from every node to every destination.

    cost (node, tree) float64, UNREACHED where there is none; next_hop (node, tree) int32: the next node, DELIVER where
    the node hands over itself, NO_WAY where there is no way.  The last row (index `nodes`) is padding and has no way.
    """

    cost: Floats
    next_hop: Ints32

    def __post_init__(self) -> None:
        freeze(self.cost, self.next_hop)


@compiled
def _plant(node: Ints32, tree: Ints32, root_cost: Floats, cost: Floats, stale: Bools) -> None:
    """Write the roots into an empty forest and mark what has to look again: nothing but the roots' neighbours has."""
    cost[:, :] = UNREACHED
    for i in range(node.shape[0]):
        if root_cost[i] < cost[node[i], tree[i]]:
            cost[node[i], tree[i]] = root_cost[i]
        stale[node[i]] = True


@compiled
def _settle(neighbour: Ints32, edge_cost: Floats, cost: Floats, stale: Bools) -> int:
    """Relax until nothing changes.  `stale` marks nodes one of whose neighbours has changed.  Returns the sweeps made."""
    nodes, degree = neighbour.shape
    lanes = cost.shape[1]
    sweeps = 0
    touched = True
    while touched:
        touched = False
        for i in range(nodes):
            v = i if sweeps % 2 == 0 else nodes - 1 - i
            if not stale[v]:
                continue
            stale[v] = False
            here = cost[v]
            better = 0
            for j in range(0, degree, 4):  # four neighbours a pass: one load and one store of `here` instead of four
                a, b = cost[neighbour[v, j]], cost[neighbour[v, j + 1]]
                c, d = cost[neighbour[v, j + 2]], cost[neighbour[v, j + 3]]
                cost_a, cost_b = edge_cost[v, j], edge_cost[v, j + 1]
                cost_c, cost_d = edge_cost[v, j + 2], edge_cost[v, j + 3]
                for k in range(lanes):
                    x, y = a[k] + cost_a, b[k] + cost_b
                    x = y if y < x else x
                    z, t = c[k] + cost_c, d[k] + cost_d
                    z = t if t < z else z
                    x = z if z < x else x
                    known = here[k]
                    better |= x < known
                    here[k] = x if x < known else known
            if better:
                touched = True
                for j in range(degree):
                    stale[neighbour[v, j]] = True
        sweeps += 1
    return sweeps


@compiled
def _settle_one(neighbour: Ints32, edge_cost: Floats, cost: Floats, stale: Bools) -> int:
    """`_settle` for one tree, cost (node + 1,): only nodes named by a neighbour are visited.  Returns the waves made."""
    nodes, degree = neighbour.shape
    rim, following = np.empty(nodes + 1, dtype=np.int32), np.empty(nodes + 1, dtype=np.int32)
    count, waves = 0, 0
    for v in range(nodes):
        rim[count] = v
        count += stale[v]
    stale[nodes] = True  # the padding is never visited
    while count > 0:
        named = 0
        for i in range(count):
            v = rim[i]
            stale[v] = False
            best = cost[v]
            for j in range(degree):
                best = min(best, cost[neighbour[v, j]] + edge_cost[v, j])
            if best < cost[v]:
                cost[v] = best
                for j in range(degree):
                    u = neighbour[v, j]
                    following[named] = u
                    named += not stale[u]
                    stale[u] = True
        rim, following = following, rim
        count = named
        waves += 1
    return waves


@compiled
def _point(neighbour: Ints32, edge_cost: Floats, cost: Floats, next_hop: Ints32) -> None:
    """Name for every node and tree the neighbour whose cost plus edge is the node's own (the first one on a tie).

    Only a cheaper neighbour is named, so that no way goes in a circle, whatever the costs.
    """
    nodes, degree = neighbour.shape
    lanes = cost.shape[1]
    for v in range(nodes):
        here, out = cost[v], next_hop[v]
        for k in range(lanes):
            out[k] = DELIVER if here[k] < UNREACHED else NO_WAY
        for j in range(degree - 4, -1, -4):
            na, nb, nc, nd = neighbour[v, j], neighbour[v, j + 1], neighbour[v, j + 2], neighbour[v, j + 3]
            a, b, c, d = cost[na], cost[nb], cost[nc], cost[nd]
            cost_a, cost_b = edge_cost[v, j], edge_cost[v, j + 1]
            cost_c, cost_d = edge_cost[v, j + 2], edge_cost[v, j + 3]
            for k in range(lanes):
                known = here[k] if here[k] < UNREACHED else -1.0
                hop = out[k]
                hop = nd if (d[k] + cost_d == known) & (d[k] < known) else hop
                hop = nc if (c[k] + cost_c == known) & (c[k] < known) else hop
                hop = nb if (b[k] + cost_b == known) & (b[k] < known) else hop
                hop = na if (a[k] + cost_a == known) & (a[k] < known) else hop
                out[k] = hop
    next_hop[nodes, :] = NO_WAY


def trees(neighbour: Ints32, edge_cost: Floats, roots: Roots, count: int) -> Trees:
    """The cheapest way from every node to each of `count` destinations.

    neighbour: (node, degree) int32, degree a multiple of 4, unused places hold the number of nodes.  edge_cost: the same
    shape, > 0, UNREACHED where the edge is down or the place unused.  Returns `Trees` of (node + 1, count).
    Ties are broken by the order of the neighbours.  Source: label correcting after Bellman and Ford, swept as in
    Zhao's fast sweeping (Math. Comp. 74, 2005).
    """
    nodes = neighbour.shape[0]
    cost = np.empty((nodes + 1, count))
    next_hop = np.empty((nodes + 1, count), dtype=np.int32)
    grow(neighbour, edge_cost, roots, cost, next_hop)
    return Trees(cost=cost, next_hop=next_hop)


def grow(neighbour: Ints32, edge_cost: Floats, roots: Roots, cost: Floats, next_hop: Ints32) -> int:
    """`trees` into arrays of the caller, for stepping without fresh memory.  Returns the sweeps made."""
    stale = np.zeros(neighbour.shape[0] + 1, dtype=np.bool_)
    _plant(roots.node, roots.tree, roots.cost, cost, stale)
    stale[neighbour[stale[:-1]]] = True
    stale[-1] = False
    if cost.shape[1] == 1:
        sweeps = _settle_one(neighbour, edge_cost, cost[:, 0], stale)
    else:
        sweeps = _settle(neighbour, edge_cost, cost, stale)
    _point(neighbour, edge_cost, cost, next_hop)
    return sweeps


@compiled
def city_to_city(
    offsets: Ints32, satellite: Ints32, up_cost: Floats, cost: Floats, total: Floats, first: Ints32
) -> None:
    """Cheapest cost from every city to every destination and the satellite it goes up to.

    offsets (city + 1,), satellite (look,), up_cost (look,): looks of the cities, sorted by city.  cost (node, tree)
    from `trees`.  Writes total (city, tree), UNREACHED where there is no way, and first (city, tree), NO_WAY there.
    The entry of a city to itself is the way up and down over the best satellite: callers leave it out.
    """
    lanes = cost.shape[1]
    for city in range(offsets.shape[0] - 1):
        best, hop = total[city], first[city]
        best[:] = UNREACHED
        hop[:] = NO_WAY
        for look in range(offsets[city], offsets[city + 1]):
            s, up = satellite[look], up_cost[look]
            there = cost[s]
            for k in range(lanes):
                x = there[k] + up
                hop[k] = s if x < best[k] else hop[k]
                best[k] = x if x < best[k] else best[k]


def node_path(next_hop: Ints32, start: int) -> tuple[int, ...]:
    """Nodes of the way from `start` along one tree's next hops (node + 1,), `start` first; empty where there is no way."""
    path: list[int] = []
    node = start
    while node >= 0:
        path.append(node)
        node = int(next_hop[node])
    return tuple(path) if node == DELIVER else ()
