"""Orbital planes found in a fleet, and who flies behind whom in each.

Nodes are brought to one instant by J2 precession; satellites of one shell whose nodes lie together are one plane.
In the large Starlink shells planes stand 2.8 to 12.9 degrees apart and scatter by 0.1 to 0.9 degrees inside, so a gap
of one degree parts them; a design that spaces its planes evenly and closer than that is parted by its own spacing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hudhud.arrays import Floats, Ints, Ints32, freeze
from hudhud.orbits.elements import Elements, argument_of_latitude_rad, node_rad, typical_epoch
from hudhud.orbits.status import Stations, stations

__all__ = ["Planes", "planes", "planes_at"]

_GAP_RAD = float(np.radians(1.0))
_CLOSEST_RAD = float(np.radians(0.02))


@dataclass(frozen=True, kw_only=True, eq=False)
class Planes:
    """Shell, plane and slot of every satellite at one instant; only operational satellites have them.

    shell, plane, slot: (satellite,), -1 for none.  Shells count from the first family's fullest.  Planes count through
    all shells, within a shell eastwards by node, beginning after the widest gap (so that a star pattern's seam lies
    between the last plane and the first).  Slots count within a plane by argument of latitude, 0 first.
    shell_of_plane, plane_node_rad (circular mean), gap_to_next_rad, next_plane: (plane,).  `next_plane` is the next
    plane eastwards in the same shell, the first again after the last, -1 where a shell has only one; the gap to it says
    whether it is near.  argument_of_latitude_rad: (satellite,) at the instant `at`, for all satellites.

    A +Grid follows: the members of a plane in slot order are a ring (each satellite's neighbours fore and aft are the
    next and the previous member); towards the next plane, a satellite's neighbour is the member whose argument of
    latitude is nearest (or nearest after adding a wanted phase offset).
    """

    at: np.datetime64
    shell: Ints32
    plane: Ints32
    slot: Ints32
    argument_of_latitude_rad: Floats
    shell_of_plane: Ints32
    plane_node_rad: Floats
    gap_to_next_rad: Floats
    next_plane: Ints32

    def __post_init__(self) -> None:
        freeze(self.shell, self.plane, self.slot, self.argument_of_latitude_rad)
        freeze(self.shell_of_plane, self.plane_node_rad, self.gap_to_next_rad, self.next_plane)

    def __len__(self) -> int:
        return len(self.shell_of_plane)

    @cached_property
    def _order(self) -> tuple[Ints, Ints]:
        order = np.lexsort((self.slot, self.plane))
        return order, np.searchsorted(self.plane[order], np.arange(len(self) + 1))

    @property
    def start(self) -> Ints:
        """(plane + 1,) where each plane's members begin in `members_in_order`."""
        start = self._order[1]
        begins: Ints = start - start[0]
        return begins

    @property
    def members_in_order(self) -> Ints:
        """(member,) satellites by plane, then slot; those without a plane are left out."""
        order, start = self._order
        return order[start[0] :]

    def members(self, plane: int) -> Ints:
        """Satellites of one plane in slot order."""
        order, start = self._order
        return order[start[plane] : start[plane + 1]]


def planes(elements: Elements, at: np.datetime64 | None = None) -> Planes:
    """The planes of the operational satellites at an instant, the elements' typical epoch unless one is given."""
    instant = at if at is not None else (typical_epoch(elements) if len(elements) else np.datetime64(0, "ns"))
    return planes_at(elements, _with_leftovers(elements, stations(elements)), instant)


def _with_leftovers(elements: Elements, found: Stations) -> Stations:
    """The stations, and for operational satellites at none of them (small designs beside large fleets) their own."""
    left = np.flatnonzero(elements.operational & (found.of < 0))
    if len(left) == 0:
        return found
    more = stations(elements.select(left), share=0.0)
    of = found.of.copy()
    of[left] = np.where(more.of >= 0, more.of + len(found.altitude_m), -1)
    return Stations(
        altitude_m=np.concatenate([found.altitude_m, more.altitude_m]),
        inclination_rad=np.concatenate([found.inclination_rad, more.inclination_rad]),
        shell=np.concatenate([found.shell, more.shell + int(found.shell.max(initial=-1)) + 1]).astype(np.int32),
        of=of,
    )


def planes_at(elements: Elements, found: Stations, at: np.datetime64) -> Planes:
    """The planes in shells already found.  See `planes`."""
    member = elements.operational & (found.of >= 0)
    shell = np.full(len(elements), -1, dtype=np.int32)
    shell[member] = found.shell[found.of[member]]
    node, latitude = node_rad(elements, at), argument_of_latitude_rad(elements, at)
    plane = np.full(len(elements), -1, dtype=np.int32)
    slot = np.full(len(elements), -1, dtype=np.int32)
    shells_of: list[int] = []
    nodes: list[float] = []
    gaps: list[float] = []
    following: list[int] = []
    for number in range(int(shell.max(initial=-1)) + 1):
        inside = np.flatnonzero(shell == number)
        if len(inside) == 0:
            continue
        label, mean_node = _parted(node[inside])
        plane[inside] = label + len(nodes)
        following += [
            len(nodes) + (k + 1) % len(mean_node) if len(mean_node) > 1 else -1 for k in range(len(mean_node))
        ]
        gaps += np.mod(np.roll(mean_node, -1) - mean_node, 2 * np.pi).tolist() if len(mean_node) > 1 else [2 * np.pi]
        shells_of += [number] * len(mean_node)
        nodes += mean_node.tolist()
    order = np.lexsort((latitude, plane))
    ranked = order[plane[order] >= 0]
    begin = np.searchsorted(plane[ranked], plane[ranked])
    slot[ranked] = np.arange(len(ranked)) - begin
    return Planes(
        at=at,
        shell=shell,
        plane=plane,
        slot=slot,
        argument_of_latitude_rad=latitude,
        shell_of_plane=np.array(shells_of, dtype=np.int32),
        plane_node_rad=np.array(nodes, dtype=np.float64),
        gap_to_next_rad=np.array(gaps, dtype=np.float64),
        next_plane=np.array(following, dtype=np.int32),
    )


def _parted(node: Floats) -> tuple[Ints32, Floats]:
    """Clusters of nodes on the circle: label per satellite, eastwards from the widest gap, and mean node per cluster."""
    order = np.argsort(node)
    gap = np.diff(node[order], append=node[order[0]] + 2 * np.pi)  # gap[k] follows order[k]
    widest = int(np.argmax(gap))
    if (
        gap[-1] > gap[widest] - 1e-6
    ):  # of equal gaps the one that ends at the smallest node, so that plane 0 comes first
        widest = len(gap) - 1
    order, gap = np.roll(order, -widest - 1), np.roll(gap, -widest - 1)  # the widest gap comes last
    label = np.zeros(len(node), dtype=np.int32)
    label[order] = np.cumsum(np.concatenate([[False], gap[:-1] > _parting_rad(gap[:-1])])).astype(np.int32)
    first = node[order[0]]
    offset = np.mod(node - first, 2 * np.pi)
    mean = np.bincount(label, weights=offset) / np.bincount(label)
    return label, np.mod(mean + first, 2 * np.pi)


def _parting_rad(gap: Floats) -> float:
    """The gap that parts planes: one degree, or less where all gaps that are no scatter are alike and smaller."""
    wide = gap[gap > _CLOSEST_RAD]
    if len(wide) and wide.max() <= 1.2 * wide.min():
        return _CLOSEST_RAD
    return _GAP_RAD
