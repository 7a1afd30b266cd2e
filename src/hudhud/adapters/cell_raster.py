"""Which cell lies under each pixel of a map: millions of hexagons are drawn by asking the pixels, not the hexagons."""

import numpy as np

from hudhud.adapters.projection import Region, World
from hudhud.arrays import Bools, Floats, Floats32, Ints32
from hudhud.sky.hexagons import cell_number

__all__ = ["edges", "sampled", "smaller"]


def sampled(view: Region | World, half_width: float, half_height: float, columns: int, rows: int) -> Ints32:
    """Number of the cell under the middle of each pixel, -1 outside the globe.  Returns (rows, columns), south first.

    half_width, half_height: what the axes show, in Earth radii.
    """
    x = (np.arange(columns) + 0.5) / columns * 2 * half_width - half_width
    y = (np.arange(rows) + 0.5) / rows * 2 * half_height - half_height
    across, up = np.meshgrid(x, y)
    latitude_rad, longitude_rad = _region(view, across, up) if isinstance(view, Region) else _world(across, up)
    return cell_number(latitude_rad, longitude_rad)


def _region(view: Region, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Lambert's azimuthal equal-area projection backwards; nan beyond the antipode."""
    out = 1.0 - (x**2 + y**2) / 2
    scale = np.sqrt(np.maximum((1.0 + out) / 2, 0.0))
    place = np.stack([x * scale, y * scale, out], axis=-1) @ view.axes
    latitude_rad = np.arcsin(np.clip(place[..., 2], -1.0, 1.0))
    return np.where(out < -1.0, np.nan, latitude_rad), np.arctan2(place[..., 1], place[..., 0])


def _world(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Equal Earth backwards (Savric, Patterson and Jenny 2018), by Newton's method; nan outside the map."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    y = y[:, :1]  # a parallel is a straight line: one latitude for each row
    theta = np.clip(y, -1.3174, 1.3174)
    for _ in range(8):
        height = theta * (a1 + a2 * theta**2 + theta**6 * (a3 + a4 * theta**2))
        slope = a1 + 3 * a2 * theta**2 + theta**6 * (7 * a3 + 9 * a4 * theta**2)
        theta = theta - (height - y) / slope
    sine = 2 / np.sqrt(3) * np.sin(theta)
    longitude_rad = np.sqrt(3) * x * slope / (2 * np.cos(theta))
    inside = (np.abs(sine) <= 1.0) & (np.abs(longitude_rad) <= np.pi) & (np.abs(theta) <= np.pi / 3)
    return np.where(inside, np.arcsin(np.clip(sine, -1.0, 1.0)), np.nan), longitude_rad


def edges(number: Ints32) -> Bools:
    """Pixels whose right or upper neighbour lies in another cell.  Same shape."""
    edge = np.zeros(number.shape, dtype=np.bool_)
    edge[:, :-1] |= number[:, :-1] != number[:, 1:]
    edge[:-1] |= number[:-1] != number[1:]
    return edge


def smaller(pixels: Floats32, times: int) -> Floats32:
    """An image (rows, columns, 4) of red, green, blue, opacity, so many times smaller; colours weigh by their opacity."""
    rows, columns, _ = pixels.shape
    seen = pixels.copy()
    seen[..., :3] *= pixels[..., 3:]
    mean = seen.reshape(rows // times, times, columns // times, times, 4).mean(axis=(1, 3))
    mean[..., :3] /= np.maximum(mean[..., 3:], 1e-9)
    return np.asarray(mean)
