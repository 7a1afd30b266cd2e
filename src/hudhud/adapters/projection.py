"""Two ways to lay the round Earth on paper: a region around a centre, and the whole world.

A region is drawn in Lambert's azimuthal equal-area projection, which knows no antimeridian and no pole; the world in
Equal Earth (Savric, Patterson and Jenny 2018).  Both on the sphere.  Longitudes and latitudes in radians go in; plane
coordinates in Earth radii come out.
"""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, Floats

__all__ = ["Region", "World", "arc", "clipped", "direction", "fitting_view"]

_WIDEST_RAD = np.radians(75.0)
"""A region whose corners lie further than this from its centre is drawn as the whole world."""


def direction(latitude_rad: Floats, longitude_rad: Floats) -> Floats:
    """Unit vectors (..., 3) of places on the sphere."""
    lat, lon = np.broadcast_arrays(latitude_rad, longitude_rad)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def arc(start: Floats, end: Floats, points: int = 33) -> Floats:
    """Points along the great circle between two directions (3,).  Returns (points, 3)."""
    share = np.linspace(0.0, 1.0, points)[:, None]
    along = start * (1 - share) + end * share
    length = np.linalg.norm(along, axis=-1, keepdims=True)
    return np.asarray(along / np.maximum(length, 1e-12))


def clipped(ring: Floats, inside: Bools, depth: Floats) -> Floats:
    """A closed ring (n, 3) cut along a plane through the origin (Sutherland and Hodgman); inside: depth > 0."""
    after, depth_after = np.roll(ring, -1, axis=0), np.roll(depth, -1)
    crosses = inside != np.roll(inside, -1)
    share = np.where(crosses, depth / np.where(crosses, depth - depth_after, 1.0), 0.0)
    both = np.stack([ring, ring + (after - ring) * share[:, None]], axis=1).reshape(-1, 3)
    cut = both[np.stack([inside, crosses], axis=1).ravel()]
    return np.asarray(cut / np.linalg.norm(cut, axis=-1, keepdims=True))


def _fine(ring: Floats, longest: float = 0.05) -> Floats:
    """The ring with points between, so that no edge is longer than `longest` radians: great circles look curved."""
    after = np.roll(ring, -1, axis=0)
    pieces = np.maximum(np.ceil(np.linalg.norm(after - ring, axis=-1) / longest).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(ring)), pieces)
    share = ((np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge])[:, None]
    between = ring[edge] * (1 - share) + after[edge] * share
    return np.asarray(between / np.linalg.norm(between, axis=-1, keepdims=True))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Region:
    """A window around a centre: axes (3, 3) east, north and up there; half_width, half_height in Earth radii."""

    axes: Floats
    half_width: float
    half_height: float

    @property
    def extent(self) -> tuple[float, float]:
        """Half width and half height of what is drawn."""
        return self.half_width, self.half_height

    def plane(self, places: Floats) -> Floats:
        """(..., 3) directions -> (..., 2), nan far outside the window."""
        shown = places @ self.axes[2] > 1.0 - min(1.25 * self._corner, 1.9) ** 2 / 2
        return np.where(shown[..., None], self._flat(places), np.nan)

    def polygon(self, latitude_rad: Floats, longitude_rad: Floats) -> Floats | None:
        """A closed ring, cut a little outside the window.  Returns (point, 2); None where nothing is left.

        It is cut along four great circles through the corners: the sphere has no straight edges, but half-spaces.
        """
        ring = direction(latitude_rad, longitude_rad)
        for normal in self._walls:
            depth = ring @ normal
            inside = depth > 0
            if not inside.any():
                return None
            if not inside.all():
                ring = clipped(ring, inside, depth)
        return self._flat(_fine(ring))

    @property
    def _corner(self) -> float:
        return float(np.hypot(self.half_width, self.half_height))

    @property
    def _walls(self) -> Floats:
        """(4, 3) inward normals of planes through the centre of the Earth and the corners, 5 % outside the window."""
        east, north, up = _place(np.eye(3), 1.05 * np.array([self.half_width, self.half_height]))
        a, b = np.arctan2(east, up), np.arctan2(north, up)
        local = [
            [-np.cos(a), 0.0, np.sin(a)],
            [np.cos(a), 0.0, np.sin(a)],
            [0.0, -np.cos(b), np.sin(b)],
            [0.0, np.cos(b), np.sin(b)],
        ]
        return np.array(local) @ self.axes

    def _flat(self, places: Floats) -> Floats:
        east, north, up = np.moveaxis(places @ self.axes.T, -1, 0)
        scale = np.sqrt(2.0 / np.maximum(1.0 + up, 1e-9))
        return np.stack([scale * east, scale * north], axis=-1)


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The whole Earth with Greenwich in the middle."""

    @property
    def extent(self) -> tuple[float, float]:
        """Half width and half height of what is drawn."""
        return 2.7066, 1.3174

    def plane(self, places: Floats) -> Floats:
        """(..., 3) directions -> (..., 2); lines are broken by nan where they leave on one side and return on the other."""
        lat, lon = np.arcsin(np.clip(places[..., 2], -1, 1)), np.arctan2(places[..., 1], places[..., 0])
        return _broken(_equal_earth(lat, lon))

    def polygon(self, latitude_rad: Floats, longitude_rad: Floats) -> Floats | None:
        """A closed ring that was cut along the antimeridian.  Returns (point, 2)."""
        return _equal_earth(latitude_rad, longitude_rad)

    def rim(self) -> Floats:
        """(point, 2) the edge of the map."""
        lat = np.radians(np.linspace(-90.0, 90.0, 181))
        lon = np.full_like(lat, np.pi)
        return np.concatenate([_equal_earth(lat, lon), _equal_earth(lat[::-1], -lon)])


def _equal_earth(lat: Floats, lon: Floats) -> Floats:
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(lat))
    slope = 9 * a4 * theta**8 + 7 * a3 * theta**6 + 3 * a2 * theta**2 + a1
    x = 2 * np.sqrt(3) * lon * np.cos(theta) / (3 * slope)
    y = a4 * theta**9 + a3 * theta**7 + a2 * theta**3 + a1 * theta
    return np.stack([x, y], axis=-1)


def _broken(flat: Floats) -> Floats:
    if flat.ndim != 2 or len(flat) < 2:
        return flat
    jumps = np.flatnonzero(np.abs(np.diff(flat[:, 0])) > 2.0) + 1
    return np.insert(flat, jumps, np.nan, axis=0)


def fitting_view(places: Floats, aspect: float) -> Region | World:
    """The view that shows all of some directions (n, 3) with a margin: a region of width/height `aspect`, or the world."""
    if len(places) == 0:
        return World()
    up = places.mean(axis=0)
    for _ in range(3):
        if np.linalg.norm(up) < 0.2:
            return World()
        region = Region(axes=_axes(up), half_width=2.0, half_height=2.0)
        flat = region.plane(places)
        if np.isnan(flat).any():
            return World()
        low, high = flat.min(axis=0), flat.max(axis=0)
        up = _place(region.axes, (low + high) / 2)
    flat = Region(axes=_axes(up), half_width=2.0, half_height=2.0).plane(places)
    if np.isnan(flat).any():
        return World()
    half = np.abs(flat).max(axis=0) * 1.12 + 0.02  # as the final axes draw it: near a pole they turn with every step
    half_height = max(float(half[1]), float(half[0]) / aspect, 0.11)
    half_width = half_height * aspect
    if np.hypot(half_width, half_height) > 2 * np.sin(_WIDEST_RAD / 2):
        return World()
    return Region(axes=_axes(up), half_width=half_width, half_height=half_height)


def _axes(up: Floats) -> Floats:
    """East, north and up at a direction; at a pole Greenwich points down the page."""
    up = up / np.linalg.norm(up)
    level = np.hypot(up[0], up[1])
    east = np.array([-up[1], up[0], 0.0]) / level if level > 1e-9 else np.array([0.0, 1.0, 0.0])
    return np.stack([east, np.cross(up, east), up])


def _place(axes: Floats, flat: Floats) -> Floats:
    """The direction that a region with these axes draws at `flat`."""
    up = 1.0 - float(flat @ flat) / 2
    scale = np.sqrt(2.0 / (1.0 + up))
    return np.asarray(np.array([flat[0] / scale, flat[1] / scale, up]) @ axes)
