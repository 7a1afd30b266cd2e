"""What a way costs, and what a round trip over it takes.

A cost is a function of `Edges` (one kind at a time, with lengths in metres): pass your own to route by it.  The round
trip is light time over the way chosen, fibre between gateway and point of presence, and a named residual for everything
that is not distance (frames, grants, modems); the residual's default is assumed, with its source beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from hudhud.arrays import Floats
from hudhud.constants import C_M_S

__all__ = ["Cost", "EdgeKind", "Edges", "LatencyModel", "delay", "fewest_hops"]


class EdgeKind(Enum):
    """What joins two nodes of the network."""

    LASER = "laser"
    FEEDER = "feeder"
    BACKHAUL = "backhaul"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Edges:
    """Edges of one kind: length_m (edge,) metres; for a backhaul the great-circle distance gateway to PoP."""

    kind: EdgeKind
    length_m: Floats


Cost = Callable[[Edges], Floats]
"""The cost of each edge, > 0.  (edge,)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class LatencyModel:
    """Parameters of the round trip.

    fibre_route_factor: fibre length over great circle (1.5, assumed).  fibre_index: group index of glass (1.468).
    hop_delay_s: a satellite passes a packet on, per laser and direction (0.25 ms, assumed from the range 0.1 to 0.5).
    access_s: residual of a round trip: frames, grants, modem, gateway (12 ms, mid-2025 and later: published US medians
    less propagation and backhaul; assumed elsewhere).  slot_term_s: standard deviation of the part that changes with
    every slot (3 ms, assumed; arXiv 2310.09242 shows the steps).
    """

    fibre_route_factor: float = 1.5
    fibre_index: float = 1.468
    hop_delay_s: float = 0.000_25
    access_s: float = 0.012
    slot_term_s: float = 0.003

    def backhaul_s(self, great_circle_m: Floats) -> Floats:
        """One-way fibre delay over a great-circle distance.  Shape of the argument."""
        return great_circle_m * (self.fibre_route_factor * self.fibre_index / C_M_S)

    def slot_terms_s(self, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
        """Residual of each terminal in one slot: the access part plus the drawn slot term, never below zero."""
        return np.maximum(0.0, self.access_s + self.slot_term_s * rng.standard_normal(shape))


def delay(model: LatencyModel) -> Cost:
    """One-way delay of an edge in seconds: the default cost."""

    def cost(edges: Edges) -> Floats:
        match edges.kind:
            case EdgeKind.LASER:
                return edges.length_m / C_M_S + model.hop_delay_s
            case EdgeKind.FEEDER:
                return edges.length_m / C_M_S
            case EdgeKind.BACKHAUL:
                return model.backhaul_s(edges.length_m)

    return cost


def fewest_hops(model: LatencyModel) -> Cost:
    """Lasers first of all as few as possible, delay among equals."""
    by_delay = delay(model)

    def cost(edges: Edges) -> Floats:
        return by_delay(edges) + (1.0 if edges.kind is EdgeKind.LASER else 0.0)

    return cost
