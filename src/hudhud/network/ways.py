"""The network of one slot as one graph, and the way each packet takes through it.

Lasers join satellites, feeders join satellites to gateways, backhaul joins gateways to points of presence: a bent pipe is
a way with no laser in it.  Packets do not come down and go up again in between.  A lane is a demand on where the way
ends: at any point of presence, or at one.
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, Floats, Ints32, freeze
from hudhud.errors import Fault, InputError
from hudhud.kernel import compiled
from hudhud.network.latency import Cost, EdgeKind, Edges
from hudhud.network.returned import returned
from hudhud.network.routing import LEAST_SHARE, UNREACHED, Roots, Trees, trees
from hudhud.network.schedule import Feeders
from hudhud.network.topology import Topology

__all__ = ["ANY_POP", "Routes", "Ways", "follow", "ways"]

ANY_POP = -1
"""A lane whose ways may end at any point of presence."""

_MOST = UNREACHED * 1e-6  # a million edges still add up to less than UNREACHED


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ways:
    """Cheapest way down from every satellite, for every lane.

    trees: cost (satellite + 1, lane) and next hops.  feeder (satellite, lane) int32: the feeder by which the satellite
    itself hands over, -1 where it has none for the lane.
    """

    trees: Trees
    feeder: Ints32

    @property
    def routed(self) -> Bools:
        """(satellite, lane) True where there is a way."""
        return self.trees.cost[:-1] < UNREACHED

    @property
    def cost(self) -> Floats:
        """(satellite, lane), UNREACHED where there is no way."""
        return self.trees.cost[:-1]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Routes:
    """The way from each serving satellite: metres over lasers and feeder, lasers crossed, gateway, and a digest.

    gateway (n,) int32, -1 where there is no way; digest (n,) int32 > 0, equal for equal sequences of nodes (different
    ones differ but for one case in two thousand million), 0 where there is no way.
    """

    laser_m: Floats
    feeder_m: Floats
    hops: Ints32
    gateway: Ints32
    digest: Ints32

    def __post_init__(self) -> None:
        freeze(self.laser_m, self.feeder_m, self.hops, self.gateway, self.digest)


def _costs(cost: Cost, kind: EdgeKind, length_m: Floats) -> Floats:
    """The caller's cost of one kind of edges; a cost that is not positive would make ways go in circles."""
    given = cost(Edges(kind=kind, length_m=length_m))
    costs = returned(given, len(length_m), f"cost of {kind.value} edges", f"{kind.value} edge")
    known = costs[np.isfinite(length_m)]
    if not bool((known > 0).all()):
        problem = f"the cost of a {kind.value} edge is {known.min():g}, but every cost must be above zero"
        raise InputError("a function of your own cannot be used", [Fault(where="cost", problem=problem)])
    return costs


def _refuse_unlike(costs: Floats) -> None:
    """Sums are floating-point numbers: a cost too small beside the others would vanish in them, and ways go in circles."""
    known = costs[np.isfinite(costs)]
    least, most = known.min(initial=np.inf), known.max(initial=0.0)
    if least < LEAST_SHARE * most or most > _MOST:
        problem = (
            f"costs of edges run from {least:g} to {most:g}, but the least must be {LEAST_SHARE:g} of the greatest or more, "
            f"and the greatest {_MOST:g} or less: give inf to an edge that must not be used"
        )
        raise InputError("a function of your own cannot be used", [Fault(where="cost", problem=problem)])


def ways(
    topology: Topology,
    laser_m: Floats,
    laser_up: Bools,
    feeders: Feeders,
    backhaul_m: Floats,
    gateway_pop: Ints32,
    lane_pop: Ints32,
    cost: Cost,
) -> Ways:
    """Cheapest ways from all satellites to points of presence.

    laser_m, laser_up: (edge,) of the topology.  backhaul_m, gateway_pop: (gateway,) distance to and number of its point
    of presence.  lane_pop: (lane,) int32 the one a lane must end at, or ANY_POP.  cost: > 0, inf for an edge that must not
    be used.  Raises InputError for what is no row of numbers, costs that are not above zero, and costs too unlike to add.
    """
    edge_cost = np.full(len(topology) + 1, UNREACHED)
    over = _costs(cost, EdgeKind.LASER, laser_m[laser_up])
    edge_cost[:-1][laser_up] = over
    backhaul = _costs(cost, EdgeKind.BACKHAUL, np.maximum(backhaul_m, 1.0))
    down = _costs(cost, EdgeKind.FEEDER, feeders.range_m) + backhaul[feeders.gateway]
    _refuse_unlike(np.concatenate([over, down]))
    entry, lane = np.nonzero((lane_pop == ANY_POP) | (gateway_pop[feeders.gateway][:, None] == lane_pop))
    roots = Roots(node=feeders.satellite[entry], tree=lane.astype(np.int32), cost=down[entry])
    grown = trees(topology.neighbour, edge_cost[topology.edge], roots, len(lane_pop))
    feeder = np.full((topology.satellites, len(lane_pop)), -1, dtype=np.int32)
    dearest_first = np.argsort(-roots.cost, kind="stable")
    feeder[roots.node[dearest_first], roots.tree[dearest_first]] = entry[dearest_first]
    return Ways(trees=grown, feeder=feeder)


@compiled
def _follow(
    satellite: Ints32,
    lane: Ints32,
    next_hop: Ints32,
    feeder: Ints32,
    feeder_gateway: Ints32,
    neighbour: Ints32,
    edge: Ints32,
    laser_m: Floats,
    total_m: Floats,
    hops: Ints32,
    last: Ints32,
    digest: Ints32,
) -> None:
    for i in range(satellite.shape[0]):
        node, way = satellite[i], lane[i]
        last[i] = -1
        if node < 0 or next_hop[node, way] == -1:
            continue
        mixed = np.uint64(14695981039346656037)
        while next_hop[node, way] >= 0:
            mixed = (mixed ^ np.uint64(node + 1)) * np.uint64(1099511628211)  # FNV-1a over the numbers of the nodes
            towards = next_hop[node, way]
            for j in range(neighbour.shape[1]):
                if neighbour[node, j] == towards:
                    total_m[i] += laser_m[edge[node, j]]
                    break
            hops[i] += 1
            node = towards
        mixed = (mixed ^ np.uint64(node + 1)) * np.uint64(1099511628211)
        last[i] = feeder[node, way]
        mixed = (mixed ^ np.uint64(feeder_gateway[last[i]] + 1)) * np.uint64(1099511628211)
        digest[i] = np.int32(mixed % np.uint64(2147483646)) + np.int32(1)


def follow(
    ways: Ways, topology: Topology, laser_m: Floats, feeders: Feeders, satellite: Ints32, lane: Ints32
) -> Routes:
    """The way from each of `satellite` (n,) int32, -1 for none, in its lane (n,)."""
    count = len(satellite)
    total_m, hops = np.zeros(count), np.zeros(count, dtype=np.int32)
    last, digest = np.empty(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
    tables = (ways.trees.next_hop, ways.feeder, feeders.gateway, topology.neighbour, topology.edge, laser_m)
    _follow(satellite, lane, *tables, total_m, hops, last, digest)
    gateway = np.append(feeders.gateway, np.int32(-1))[last]
    feeder_m = np.append(feeders.range_m, np.nan)[last]
    return Routes(laser_m=total_m, feeder_m=feeder_m, hops=hops, gateway=gateway, digest=digest)
