"""The spatial index: a cube round the Earth, its faces cut into cells, and for each cell the sites that could see into it.

One walk over the satellites, in their order, tests only pairs that are nearly right and leaves each site's satellites
sorted without a sort.  A cube needs no trigonometry to place a satellite and has no pole.
"""

import numpy as np

from hudhud.arrays import Floats, Ints, Ints32
from hudhud.constants import WGS84_FLATTENING
from hudhud.earth import Sites
from hudhud.kernel import compiled

__all__ = ["pairs", "sites_of_cells"]

_FACE_CELLS = 32  # cells along an edge of a face: 2 to 3.6 degrees each; see benchmarks/looks.py
_CELLS = 6 * _FACE_CELLS**2
_OUTSIDE, _NOWHERE = _CELLS, -1

# The geodetic vertical leans from the geocentric one by at most this (0.1924 degrees); the excess covers rounding.
_LEAN_RAD = WGS84_FLATTENING * 1.003 + 1e-9


def sites_of_cells(sites: Sites, floor_elevation_rad: Floats, highest_radius_m: float) -> tuple[Ints, Ints32]:
    """For each cell of the cube the sites that could see a satellite in it.  Returns offsets (cell+1,) and site indices.

    floor_elevation_rad: (site,).  Satellites above `highest_radius_m` are not covered: `pairs` tests them one by one.

    A satellite at radius r, seen at elevation e over the geocentric horizon from radius q, stands at the central angle
    pi/2 - e - asin(q cos(e) / r), which grows with r and falls with e; e is at least the floor less the lean of the
    vertical.  A cell is kept if its circumscribed circle meets the circle of that angle, so no satellite is ever missed.
    """
    radius_m = np.linalg.norm(sites.position_m, axis=1)
    geocentric = sites.position_m / np.maximum(radius_m, 1.0)[:, None]
    lowest = np.maximum(floor_elevation_rad - _LEAN_RAD, -np.pi / 2)
    farthest_m = np.maximum(highest_radius_m, radius_m)
    reach = np.pi / 2 - lowest - np.arcsin(radius_m * np.cos(lowest) / farthest_m) + 1e-9
    centre, circumscribed = _cells()
    # dot >= cos(reach + circumscribed) as one product of matrices
    right = np.column_stack([centre, np.cos(circumscribed), np.sin(circumscribed)]).T
    left = np.column_stack([geocentric, -np.cos(reach), np.sin(reach)])
    everything = reach + circumscribed.max() >= np.pi
    kept_cells, kept_sites = [], []
    for first in range(0, len(sites), 256):  # a block at a time: the full product would not fit the cache
        part = slice(first, first + 256)
        kept = (left[part] @ right >= -1e-12) | everything[part, None]
        site, cell = np.nonzero(kept)
        kept_cells.append(cell.astype(np.int32))
        kept_sites.append((site + first).astype(np.int32))
    cells = np.concatenate(kept_cells) if kept_cells else np.zeros(0, np.int32)
    of_site = np.concatenate(kept_sites) if kept_sites else np.zeros(0, np.int32)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=_CELLS))]).astype(np.int64)
    return offsets, of_site[np.argsort(cells, kind="stable")]


def _cells() -> tuple[Floats, Floats]:
    """Centres (cell, 3) of the cells of the cube and the radii (cell,) of their circumscribed circles, radians."""
    edge = np.linspace(-1.0, 1.0, _FACE_CELLS + 1)
    middle = 0.5 * (edge[:-1] + edge[1:])
    face, i, j = (x.ravel() for x in np.meshgrid(np.arange(6), *[np.arange(_FACE_CELLS)] * 2, indexing="ij"))
    centre = _cube_direction(face, middle[i], middle[j])
    corners = [_cube_direction(face, edge[i + a], edge[j + b]) for a in (0, 1) for b in (0, 1)]
    nearest = np.min([np.einsum("ck,ck->c", centre, corner) for corner in corners], axis=0)
    return centre, np.arccos(nearest) + 1e-9


def _cube_direction(face: Ints, first: Floats, second: Floats) -> Floats:
    """Unit vectors of points of the cube: face 2a+s looks along axis a, s = 1 the negative way.  Returns (..., 3)."""
    axis, sign = face // 2, 1.0 - 2.0 * (face % 2)
    direction = np.empty((face.size, 3))
    rows = np.arange(face.size)
    direction[rows, axis] = sign
    direction[rows, (axis + 1) % 3] = first
    direction[rows, (axis + 2) % 3] = second
    unit: Floats = direction / np.linalg.norm(direction, axis=1)[:, None]
    return unit


@compiled
def _cell_of(x: float, y: float, z: float, highest2: float) -> int:
    """Cell that holds a position; `_OUTSIDE` above the highest radius, `_NOWHERE` where it is not a position."""
    r2 = x * x + y * y + z * z
    if not (r2 > 0.0 and r2 < np.inf):
        return _NOWHERE
    if r2 > highest2:
        return _OUTSIDE
    ax, ay, az = abs(x), abs(y), abs(z)
    if ax >= ay and ax >= az:
        face, major, first, second = 0, x, y / ax, z / ax
    elif ay >= az:
        face, major, first, second = 2, y, z / ay, x / ay
    else:
        face, major, first, second = 4, z, x / az, y / az
    if major < 0.0:
        face += 1
    i = min(int((first + 1.0) * (0.5 * _FACE_CELLS)), _FACE_CELLS - 1)
    j = min(int((second + 1.0) * (0.5 * _FACE_CELLS)), _FACE_CELLS - 1)
    return (face * _FACE_CELLS + i) * _FACE_CELLS + j


@compiled
def pairs(
    satellite_m: Floats, horizon: Floats, cell_offsets: Ints, cell_sites: Ints32, highest2: float
) -> tuple[Ints, Ints32]:
    """Every pair at or above the floor, sorted by site then satellite.  Returns offsets (site+1,), satellite (pair,)."""
    sites, satellites = horizon.shape[0], satellite_m.shape[0]
    cells = np.empty(satellites, dtype=np.int32)
    most = 0
    for k in range(satellites):
        cell = _cell_of(satellite_m[k, 0], satellite_m[k, 1], satellite_m[k, 2], highest2)
        cells[k] = cell
        if cell == _OUTSIDE:
            most += sites
        elif cell != _NOWHERE:
            most += cell_offsets[cell + 1] - cell_offsets[cell]
    found_site = np.empty(most, dtype=np.int32)
    found_until = np.zeros(satellites + 1, dtype=np.int64)
    count = np.zeros(sites, dtype=np.int64)
    found = 0
    for k in range(satellites):
        cell = cells[k]
        if cell != _NOWHERE:
            x, y, z = satellite_m[k, 0], satellite_m[k, 1], satellite_m[k, 2]
            begin, end = (0, sites) if cell == _OUTSIDE else (cell_offsets[cell], cell_offsets[cell + 1])
            for c in range(begin, end):
                site = c if cell == _OUTSIDE else cell_sites[c]
                dx, dy, dz = x - horizon[site, 0], y - horizon[site, 1], z - horizon[site, 2]
                rise = dx * horizon[site, 3] + dy * horizon[site, 4] + dz * horizon[site, 5]
                seen = rise * abs(rise) >= horizon[site, 6] * (dx * dx + dy * dy + dz * dz)
                found_site[found] = site
                found += seen
                count[site] += seen
        found_until[k + 1] = found
    offsets = np.zeros(sites + 1, dtype=np.int64)
    for site in range(sites):
        offsets[site + 1] = offsets[site] + count[site]
        count[site] = offsets[site]  # from here on: where the site's next satellite goes
    satellite = np.empty(found, dtype=np.int32)
    for k in range(satellites):
        for c in range(found_until[k], found_until[k + 1]):
            site = found_site[c]
            satellite[count[site]] = k
            count[site] += 1
    return offsets, satellite
