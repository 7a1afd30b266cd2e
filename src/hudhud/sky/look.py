"""Candidate looks: which satellite stands over which site, and every gate that refuses it.

Looks are pairs, never a matrix.  `watch` prepares what depends on the sites alone; `looks` then takes the satellites of
one instant.  A cube is laid round the Earth, its faces cut into cells; `watch` lists for each cell the sites that could
see a satellite in it, so that one walk over the satellites, in their order, tests only pairs that are nearly right and
leaves each site's satellites sorted.
"""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Floats32, Ints, Ints32, freeze
from hudhud.constants import GEO_RADIUS_M, WGS84_FLATTENING
from hudhud.earth import Sites, position_m
from hudhud.errors import Fault, InputError
from hudhud.kernel import compiled
from hudhud.sky.gso import arc_angle, arc_ends_rad, arc_samples

__all__ = ["Gate", "Limits", "Looks", "Watch", "looks", "watch"]


class Gate(IntFlag):
    """Why a look is refused: bits of `Looks.refused`.  Their order is the order in which reasons are given."""

    NOT_IN_SERVICE = 1
    """The satellite is not operational, or belongs to another service."""
    BELOW_MINIMUM_ELEVATION = 2
    GSO_ARC = 4
    """Nearer to the visible geostationary arc than the avoidance angle."""
    OUT_OF_FIELD_OF_VIEW = 8
    OBSTRUCTED = 16


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Limits:
    """What each site can and may look at.  Arrays are (site,) float64 radians unless said otherwise.

    floor_elevation_rad: satellites below are no candidates at all.  minimum_elevation_rad: true elevation over the
    geodetic horizon.  gso_avoidance_rad: least angle from the visible geostationary arc, 0 for none.
    half_field_of_view_rad: round the boresight, pi for no limit.  boresight_azimuth_rad, boresight_elevation_rad.
    spread_m: (site,) metres; the site stands for a group of places that lie within this distance of it, and a look
    passes a gate only if it passes at every one of them; 0 for a single place, where the gates are exact.
    mask: (site,) int32 row of `masks`, -1 for none; masks: (mask, 360) lowest clear elevation at each whole degree of
    azimuth, linear in between.  obstruction: (site,) int32 row of `obstructions`, -1 for none; obstructions:
    (map, 123, 123) float32 as in `sky.mask`.
    """

    floor_elevation_rad: Floats
    minimum_elevation_rad: Floats
    gso_avoidance_rad: Floats
    half_field_of_view_rad: Floats
    boresight_azimuth_rad: Floats
    boresight_elevation_rad: Floats
    spread_m: Floats
    mask: Ints32
    masks: Floats
    obstruction: Ints32
    obstructions: Floats32

    def __post_init__(self) -> None:
        freeze(*(getattr(self, name) for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.floor_elevation_rad)

    @classmethod
    def same(
        cls,
        count: int,
        *,
        minimum_elevation_rad: float,
        floor_elevation_rad: float | None = None,
        gso_avoidance_rad: float = 0.0,
        half_field_of_view_rad: float = np.pi,
        boresight_azimuth_rad: float = 0.0,
        boresight_elevation_rad: float = np.pi / 2,
    ) -> "Limits":
        """The same limits for `count` single places without masks; the floor is the minimum where none is given."""
        floor = minimum_elevation_rad if floor_elevation_rad is None else floor_elevation_rad
        return cls(
            floor_elevation_rad=np.full(count, floor),
            minimum_elevation_rad=np.full(count, minimum_elevation_rad),
            gso_avoidance_rad=np.full(count, gso_avoidance_rad),
            half_field_of_view_rad=np.full(count, half_field_of_view_rad),
            boresight_azimuth_rad=np.full(count, boresight_azimuth_rad),
            boresight_elevation_rad=np.full(count, boresight_elevation_rad),
            spread_m=np.zeros(count),
            mask=np.full(count, -1, dtype=np.int32),
            masks=np.zeros((0, 360)),
            obstruction=np.full(count, -1, dtype=np.int32),
            obstructions=np.zeros((0, 123, 123), dtype=np.float32),
        )


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
    horizon: (site, 8) position, up, signed square of the sine of the floor, padding.  frame: (site, 28), columns as
    named below.  arc: (site, 3, sample), see `gso.arc_samples`.
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


_FACE_CELLS = 32  # cells along an edge of a face: 2 to 3.6 degrees each; see benchmarks/looks.py
_CELLS = 6 * _FACE_CELLS**2
_OUTSIDE, _NOWHERE = _CELLS, -1

# The geodetic vertical leans from the geocentric one by at most this (0.1924 degrees); the excess covers rounding.
_LEAN_RAD = WGS84_FLATTENING * 1.003 + 1e-9
# No smaller radius of curvature of the ellipsoid (6,335 km) even for places 30 km below it.
_LEAST_CURVATURE_M = 6_300_000.0

# Columns of `Watch.frame`.
_POSITION, _UP, _EAST, _NORTH, _BORESIGHT = 0, 3, 6, 9, 12
_MINIMUM, _AVOIDANCE, _HALF_VIEW, _COS_HALF_VIEW = 15, 16, 17, 18
_SPREAD, _PLUMB_TURN, _ARC_END, _ARC_MISSED, _ARC_X, _ARC_Z, _SIN_LAT, _COS_LAT = 19, 20, 21, 22, 23, 24, 25, 26
_COS_AVOIDANCE = 27


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
    _refuse_faults(sites, limits, highest_radius_m)
    turn_rad = limits.spread_m / _LEAST_CURVATURE_M
    parallax_rad = limits.spread_m / 35_700_000.0
    dip_rad = 1.01 * (turn_rad + parallax_rad)
    ends = arc_ends_rad(sites.latitude_rad, sites.height_m, dip_rad)
    arc, missed = arc_samples(sites.latitude_rad, sites.height_m, ends)
    cell_offsets, cell_sites = _sites_of_cells(sites, limits, highest_radius_m)
    floor = np.sin(limits.floor_elevation_rad)
    return Watch(
        sites=sites,
        limits=limits,
        highest_radius_m=float(highest_radius_m),
        cell_offsets=cell_offsets,
        cell_sites=cell_sites,
        horizon=np.column_stack([sites.position_m, sites.up, floor * np.abs(floor), np.zeros(len(sites))]),
        frame=_frame(sites, limits, turn_rad, parallax_rad, ends, missed),
        arc=arc,
    )


def _frame(
    sites: Sites, limits: Limits, turn_rad: Floats, parallax_rad: Floats, ends_rad: Floats, missed: Floats
) -> Floats:
    """What the gates need of each site, one row each.  Returns (site, 28)."""
    az, el = limits.boresight_azimuth_rad, limits.boresight_elevation_rad
    axis_m = np.hypot(sites.position_m[:, 0], sites.position_m[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        meridian_rad = np.where(limits.spread_m < axis_m, np.arcsin(np.minimum(limits.spread_m / axis_m, 1.0)), np.pi)
    tilted = (el != np.pi / 2) & (limits.spread_m > 0)
    unlimited = limits.half_field_of_view_rad >= np.pi
    half = limits.half_field_of_view_rad - turn_rad - np.where(tilted, meridian_rad, 0.0)
    avoidance = np.where(limits.gso_avoidance_rad > 0.0, limits.gso_avoidance_rad + parallax_rad, 0.0)
    arc_place = position_m(sites.latitude_rad, np.zeros(len(sites)), sites.height_m) / GEO_RADIUS_M
    return np.column_stack(
        [
            sites.position_m,
            sites.up,
            sites.east,
            sites.north,
            np.cos(el) * np.sin(az),
            np.cos(el) * np.cos(az),
            np.sin(el),
            limits.minimum_elevation_rad,
            avoidance,
            half,
            np.where(unlimited, -2.0, np.cos(limits.half_field_of_view_rad)),
            limits.spread_m,
            turn_rad,
            ends_rad,
            missed,
            arc_place[:, 0],
            arc_place[:, 2],
            np.sin(sites.latitude_rad),
            np.cos(sites.latitude_rad),
            np.where(avoidance < np.pi, np.cos(avoidance), -2.0),
        ]
    )


def _refuse_faults(sites: Sites, limits: Limits, highest_radius_m: float) -> None:
    """Raise one InputError with all that is wrong with the arguments of `watch`."""
    count = len(sites)
    faults = []
    if not np.isfinite(sites.position_m).all():
        faults.append(Fault(where="sites", problem="latitude, longitude and height must be finite numbers"))
    if not np.isfinite(highest_radius_m) or highest_radius_m <= 0.0:
        faults.append(Fault(where="highest_radius_m", problem=f"is {highest_radius_m}, but must be finite and > 0"))
    ranges = {
        "floor_elevation_rad": (-np.pi / 2, np.pi / 2),
        "minimum_elevation_rad": (-np.pi / 2, np.pi / 2),
        "gso_avoidance_rad": (0.0, np.pi),
        "half_field_of_view_rad": (0.0, np.pi),
        "boresight_azimuth_rad": (-2 * np.pi, 2 * np.pi),
        "boresight_elevation_rad": (-np.pi / 2, np.pi / 2),
        "spread_m": (0.0, 2e7),
    }
    for name, (low, high) in ranges.items():
        values = getattr(limits, name)
        if values.shape != (count,):
            faults.append(Fault(where=name, problem=f"has shape {values.shape}, but there are {count} sites"))
        elif not ((values >= low) & (values <= high)).all():
            faults.append(Fault(where=name, problem=f"must lie between {low:g} and {high:g} everywhere"))
    for name, rows, table, shape in (
        ("mask", limits.mask, limits.masks, (360,)),
        ("obstruction", limits.obstruction, limits.obstructions, (123, 123)),
    ):
        if rows.shape != (count,) or table.shape[1:] != shape:
            faults.append(Fault(where=name, problem=f"has shapes {rows.shape}, {table.shape}; see `Limits`"))
        elif ((rows < -1) | (rows >= len(table))).any():
            faults.append(Fault(where=name, problem=f"names a row that is not among the {len(table)} given"))
        elif limits.spread_m.shape == (count,) and ((rows >= 0) & (limits.spread_m > 0.0)).any():
            faults.append(Fault(where=name, problem="belongs to one place: a group (spread_m > 0) cannot have one"))
    if faults:
        raise InputError("these sites and limits cannot be watched:", faults)


def _sites_of_cells(sites: Sites, limits: Limits, highest_radius_m: float) -> tuple[Ints, Ints32]:
    """For each cell of the cube the sites that could see a satellite in it.  Returns offsets (cell+1,) and site indices.

    A satellite at radius r, seen at elevation e over the geocentric horizon from radius q, stands at the central angle
    pi/2 - e - asin(q cos(e) / r), which grows with r and falls with e; e is at least the floor less the lean of the
    vertical.  A cell is kept if its circumscribed circle meets the circle of that angle, so no satellite is ever missed.
    """
    radius_m = np.linalg.norm(sites.position_m, axis=1)
    geocentric = sites.position_m / np.maximum(radius_m, 1.0)[:, None]
    lowest = np.maximum(limits.floor_elevation_rad - _LEAN_RAD, -np.pi / 2)
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
def _pairs(
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


@compiled
def _angle(y: float, x: float) -> float:
    """arctan2(y, x) to 2 ulp, 0 for (0, 0), without branches so that a loop of it uses the whole vector unit.

    The same bytes on every machine, unlike the C library's.  Rational approximation of arctan on |t| <= tan(pi/8):
    Cephes `atan`, Moshier 1989.
    """
    ax, ay = abs(x), abs(y)
    steep = ay > ax
    small, large = (ax, ay) if steep else (ay, ax)
    t = small / (large if large > 0.0 else 1.0)
    folded = t > 0.41421356237309503
    t = (t - 1.0) / (t + 1.0) if folded else t
    z = t * t
    p = (((-8.750608600031904122785e-1 * z - 1.615753718733365076637e1) * z - 7.500855792314704667340e1) * z
         - 1.228866684490136173410e2) * z - 6.485021904942025371773e1  # fmt: skip
    q = ((((z + 2.485846490142306297962e1) * z + 1.650270098316988542046e2) * z + 4.328810604912902668951e2) * z
         + 4.853903996359136964868e2) * z + 1.945506571482613964425e2  # fmt: skip
    angle = t + t * z * p / q
    angle = angle + 0.7853981633974483 if folded else angle
    angle = 1.5707963267948966 - angle if steep else angle
    angle = np.pi - angle if x < 0.0 else angle
    return -angle if y < 0.0 else angle


@compiled
def _directions(
    satellite_m: Floats,
    satellite: Ints32,
    f: Floats,
    unit: Floats,
    elevation_rad: Floats,
    azimuth_rad: Floats,
    range_m: Floats,
) -> None:
    """Unit vectors (3, pair) east, north, up and angles and ranges (pair,) from the site of frame row `f`."""
    for k in range(satellite.size):
        s = satellite[k]
        dx, dy, dz = satellite_m[s, 0] - f[0], satellite_m[s, 1] - f[1], satellite_m[s, 2] - f[2]
        distance = np.sqrt(dx * dx + dy * dy + dz * dz)
        range_m[k] = distance
        unit[0, k] = (dx * f[6] + dy * f[7] + dz * f[8]) / distance
        unit[1, k] = (dx * f[9] + dy * f[10] + dz * f[11]) / distance
        unit[2, k] = (dx * f[3] + dy * f[4] + dz * f[5]) / distance
    for k in range(satellite.size):
        east, north = unit[0, k], unit[1, k]
        elevation_rad[k] = _angle(unit[2, k], np.sqrt(east * east + north * north))
        azimuth = _angle(east, north)
        turned = azimuth + 2 * np.pi if azimuth < 0.0 else azimuth
        azimuth_rad[k] = turned if turned < 2 * np.pi else 0.0


@compiled
def _arc_cosines(unit: Floats, arc: Floats, cosines: Floats) -> None:
    """Greatest cosine between each direction (its east taken positive) and the samples of the arc."""
    cosines[:] = -1.0
    for j in range(arc.shape[1]):
        east, north, up = arc[0, j], arc[1, j], arc[2, j]
        for k in range(cosines.size):
            cosine = abs(unit[0, k]) * east + unit[1, k] * north + unit[2, k] * up
            cosines[k] = cosine if cosine > cosines[k] else cosines[k]


@compiled
def _too_near_arc(east: float, north: float, up: float, cosine: float, f: Floats, moved: float) -> bool:
    """Whether a look is nearer to the arc than the avoidance angle: by the samples where they decide, else exactly."""
    limit = f[_AVOIDANCE] + moved
    bound = f[_COS_AVOIDANCE]
    if moved > 0.0:
        bound = np.cos(limit) if limit < np.pi else -2.0
    if cosine > bound + 1e-12:
        return True
    if cosine + f[_ARC_MISSED] < bound:
        return False
    outward, along = up * f[_COS_LAT] - north * f[_SIN_LAT], north * f[_COS_LAT] + up * f[_SIN_LAT]
    return bool(arc_angle(outward, east, along, f[_ARC_X], f[_ARC_Z], f[_ARC_END]) < limit)


@compiled
def _behind_mask(
    elevation: float, azimuth: float, profile: int, masks: Floats, picture: int, obstructions: Floats32
) -> bool:
    """Whether a look is hidden by the site's azimuth profile or its obstruction map (see `sky.mask`)."""
    if profile >= 0:
        degrees = np.degrees(azimuth)
        whole = int(degrees)
        part = degrees - whole
        lowest = (1.0 - part) * masks[profile, whole % 360] + part * masks[profile, (whole + 1) % 360]
        if elevation < lowest:
            return True
    if picture >= 0:
        pixels = (90.0 - np.degrees(elevation)) * (62.0 / 80.0)
        row = int(np.floor(61.5 - pixels * np.cos(azimuth)))
        column = int(np.floor(61.5 + pixels * np.sin(azimuth)))
        if 0 <= row < 123 and 0 <= column < 123:
            return bool(0.0 <= obstructions[picture, row, column] < 0.5)
    return False


@compiled
def _measure(
    satellite_m: Floats,
    not_in_service: Bits,
    offsets: Ints,
    satellite: Ints32,
    frame: Floats,
    arc: Floats,
    mask: Ints32,
    masks: Floats,
    obstruction: Ints32,
    obstructions: Floats32,
    elevation_rad: Floats,
    azimuth_rad: Floats,
    range_m: Floats,
    refused: Bits,
) -> None:
    """Fill elevation, azimuth, range and gates of every pair.  Shapes as in `Watch` and `Looks`."""
    most = 0
    for site in range(offsets.size - 1):
        most = max(most, offsets[site + 1] - offsets[site])
    unit, cosines = np.empty((3, most)), np.empty(most)
    for site in range(offsets.size - 1):
        begin, end = offsets[site], offsets[site + 1]
        f = frame[site]
        _directions(
            satellite_m, satellite[begin:end], f, unit, elevation_rad[begin:end], azimuth_rad[begin:end],
            range_m[begin:end],
        )  # fmt: skip
        spread, half, cos_half = f[_SPREAD], f[_HALF_VIEW], f[_COS_HALF_VIEW]
        avoids = f[_AVOIDANCE] > 0.0 and f[_ARC_END] >= 0.0
        masked = mask[site] >= 0 or obstruction[site] >= 0
        if avoids:
            _arc_cosines(unit, arc[site], cosines[: end - begin])
        for k in range(begin, end):
            east, north, up = unit[0, k - begin], unit[1, k - begin], unit[2, k - begin]
            moved = 0.0  # how far any place of the group may see the satellite from where the site sees it
            if spread > 0.0:
                moved = np.arcsin(spread / range_m[k]) if spread < range_m[k] else np.pi
            gates = np.uint8(1) if not_in_service[satellite[k]] else np.uint8(0)
            if elevation_rad[k] - (moved + f[_PLUMB_TURN]) < f[_MINIMUM]:
                gates |= np.uint8(2)
            if avoids and _too_near_arc(east, north, up, cosines[k - begin], f, moved):
                gates |= np.uint8(4)
            if cos_half > -2.0:
                cosine = east * f[12] + north * f[13] + up * f[14]
                if spread > 0.0:
                    if np.arccos(min(max(cosine, -1.0), 1.0)) + moved > half:
                        gates |= np.uint8(8)
                elif cosine < cos_half:
                    gates |= np.uint8(8)
            if masked and _behind_mask(
                elevation_rad[k], azimuth_rad[k], mask[site], masks, obstruction[site], obstructions
            ):
                gates |= np.uint8(16)
            refused[k] = gates


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
    offsets, satellite = _pairs(
        satellite_m, watch.horizon, watch.cell_offsets, watch.cell_sites, watch.highest_radius_m**2
    )
    pairs = satellite.size
    elevation, azimuth, range_m = np.empty(pairs), np.empty(pairs), np.empty(pairs)
    refused = np.empty(pairs, dtype=np.uint8)
    _measure(
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
