"""Candidate looks: which satellite stands over which site, and every gate that refuses it.

Looks are pairs, never a matrix.  `watch` prepares what depends on the sites alone; `looks` then takes the satellites of
one instant.  `sky.cube` finds the pairs, `sky.gates` measures them.
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.earth import Sites
from hudhud.sky.cube import pairs, sites_of_cells
from hudhud.sky.gates import measure, site_frames
from hudhud.sky.limits import Gate, Limits, refuse_faults

__all__ = ["Gate", "Limits", "Looks", "Watch", "looks", "watch"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Looks:
    """Who sees whom at one instant: pairs sorted by site, then by satellite.

    offsets: (site+1,) int64, the pairs of site i are offsets[i]:offsets[i+1].  satellite: (pair,) int32 index.
    elevation_rad, azimuth_rad (0..2 pi from the north through the east), range_m: (pair,).  refused: (pair,) uint8,
    every `Gate` that refuses the look, 0 for a look that passes.
    """

    offsets: Ints
    satellite: Ints32
    elevation_rad: Floats
    azimuth_rad: Floats
    range_m: Floats
    refused: Bits

    def __post_init__(self) -> None:
        freeze(*(getattr(self, name) for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.satellite)

    @property
    def site(self) -> Ints32:
        """(pair,) int32 index of the site of each pair."""
        return np.repeat(np.arange(self.offsets.size - 1, dtype=np.int32), np.diff(self.offsets))

    @property
    def passed(self) -> Bools:
        """(pair,) whether no gate refuses the look."""
        return np.asarray(self.refused == 0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Watch:
    """Sites made ready for `looks`.

    highest_radius_m: satellites up to this distance from the Earth's centre go through the cells, higher ones are
    tested against every site.  cell_offsets (cell+1,) and cell_sites: the sites that could see into each cell.
    horizon: (site, 8) position, up, signed square of the sine of the floor, padding.  frame: (site, 28), see
    `gates.site_frames`.  arc: (site, 3, sample), see `gso.arc_samples`.
    """

    sites: Sites
    limits: Limits
    highest_radius_m: float
    cell_offsets: Ints
    cell_sites: Ints32
    horizon: Floats
    frame: Floats
    arc: Floats

    def __post_init__(self) -> None:
        freeze(self.cell_offsets, self.cell_sites, self.horizon, self.frame, self.arc)


def watch(sites: Sites, limits: Limits, highest_radius_m: float) -> Watch:
    """Make sites ready for `looks` of satellites mostly within `highest_radius_m` of the Earth's centre.

    A group (spread_m > 0) has each gate tightened so that a look that passes at the site passes at every place within
    the spread, whatever the direction:

    * a place moves the direction to the satellite by at most asin(spread/range) and tilts the vertical by at most
      spread/6,300 km; both are taken off the elevation;
    * the angle to the arc is taken to the arc extended below the horizon by what any place can see more of it, less
      asin(spread/range) and the arc's own parallax, spread/35,700 km;
    * the angle to the boresight grows by asin(spread/range) and by the turn of the local axes, which is that of the
      vertical and, unless the boresight is the zenith, of the meridian: asin(spread/distance from the Earth's axis).

    Raises InputError where shapes disagree, values are not finite or out of range, or a group has a mask of its own.
    """
    refuse_faults(sites, limits, highest_radius_m)
    cell_offsets, cell_sites = sites_of_cells(sites, limits.floor_elevation_rad, highest_radius_m)
    frame, arc = site_frames(sites, limits)
    floor = np.sin(limits.floor_elevation_rad)
    return Watch(
        sites=sites,
        limits=limits,
        highest_radius_m=float(highest_radius_m),
        cell_offsets=cell_offsets,
        cell_sites=cell_sites,
        horizon=np.column_stack([sites.position_m, sites.up, floor * np.abs(floor), np.zeros(len(sites))]),
        frame=frame,
        arc=arc,
    )


def looks(watch: Watch, satellite_m: Floats, not_in_service: Bits | Bools) -> Looks:
    """Every look at or above the floor at one instant, with the gates that refuse it.

    satellite_m: (satellite, 3) Earth-fixed metres, nan for a satellite without a position (never a candidate).
    not_in_service: (satellite,) true where the satellite does not serve.  The same arguments give the same bytes.
    Raises ValueError where the shapes disagree.
    """
    satellite_m = np.ascontiguousarray(satellite_m, dtype=np.float64)
    idle = np.ascontiguousarray(not_in_service, dtype=np.bool_).view(np.uint8)
    if satellite_m.shape != (idle.size, 3) or idle.ndim != 1:
        raise ValueError(f"positions {satellite_m.shape} and not_in_service {idle.shape} must be (n, 3) and (n,)")
    limits = watch.limits
    highest2 = watch.highest_radius_m**2
    offsets, satellite = pairs(satellite_m, watch.horizon, watch.cell_offsets, watch.cell_sites, highest2)
    elevation, azimuth, range_m = (np.empty(satellite.size) for _ in range(3))
    refused = np.empty(satellite.size, dtype=np.uint8)
    measure(
        satellite_m, idle, offsets, satellite, watch.frame, watch.arc, limits.mask, limits.masks,
        limits.obstruction, limits.obstructions, elevation, azimuth, range_m, refused,
    )  # fmt: skip
    return Looks(
        offsets=offsets,
        satellite=satellite,
        elevation_rad=elevation,
        azimuth_rad=azimuth,
        range_m=range_m,
        refused=refused,
    )
