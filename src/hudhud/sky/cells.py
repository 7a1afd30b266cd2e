"""Terminals that share a cell of the ground and are alike: one group is looked for instead of each of them."""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Floats, Ints, freeze
from hudhud.earth import Sites, position_m
from hudhud.sky.hexagons import RESOLUTION, cell_number, h3_index

__all__ = ["CELL_RESOLUTION", "Groups", "cells_of", "groups"]

CELL_RESOLUTION = RESOLUTION
"""H3 resolution of cells: hexagons of about 250 square kilometres, as in the operator's public availability map."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Groups:
    """Terminals gathered by cell and key, groups numbered in the order of their first terminal.

    group: (terminal,) group of each terminal.  anchors: one site per group.  spread_m: (group,) distance of the
    farthest member from the anchor, 0 where all stand in one place.  cell: (group,) H3 index.
    """

    group: Ints
    anchors: Sites
    spread_m: Floats
    cell: Ints

    def __post_init__(self) -> None:
        freeze(self.group, self.spread_m, self.cell)

    def __len__(self) -> int:
        return len(self.spread_m)


def cells_of(sites: Sites) -> Ints:
    """H3 index at resolution 5 of the cell that holds each site.  Returns (site,) int64."""
    return h3_index(cell_number(sites.latitude_rad, sites.longitude_rad))


def groups(sites: Sites, keys: Ints) -> Groups:
    """Group sites of one cell that have the same key.

    keys: (site,) any integers, equal where everything that limits the looks is equal (class, boresight, elevation ...);
    a negative key keeps a site alone.  An anchor stands at the mean of its members' verticals and of their heights,
    which is right at the poles and the antimeridian too; members in one place leave it exactly there.
    """
    cell = cells_of(sites)
    alone = np.where(keys < 0, np.arange(len(sites)), -1)
    _, first, found = np.unique(np.column_stack([cell, keys, alone]), axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(order.size)
    group, first = number[found.ravel()], first[order]
    anchors = _anchors(sites, group, first)
    spread_m = np.zeros(len(first))
    np.maximum.at(spread_m, group, np.linalg.norm(sites.position_m - anchors.position_m[group], axis=1))
    return Groups(group=group, anchors=anchors, spread_m=spread_m, cell=cell[first])


def _anchors(sites: Sites, group: Ints, first: Ints) -> Sites:
    """The middle of each group.  first: (group,) a member of each."""
    members = np.bincount(group, minlength=first.size)
    x, y, z, height = (
        np.bincount(group, weights=column, minlength=first.size) / members for column in (*sites.up.T, sites.height_m)
    )
    places = position_m(sites.latitude_rad, sites.longitude_rad, sites.height_m)
    apart = (places != places[first[group]]).any(axis=1)
    spread = np.bincount(group, weights=apart, minlength=first.size) > 0
    more = [f" and {count - 1} more" if count > 1 else "" for count in members.tolist()]
    return Sites(
        names=tuple(sites.names[i] + rest for i, rest in zip(first.tolist(), more, strict=True)),
        latitude_rad=np.where(spread, np.arctan2(z, np.hypot(x, y)), sites.latitude_rad[first]),
        longitude_rad=np.where(spread, np.arctan2(y, x), sites.longitude_rad[first]),
        height_m=np.where(spread, height, sites.height_m[first]),
    )
