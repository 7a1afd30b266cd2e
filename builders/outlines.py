"""Regenerate src/hudhud/data/outlines.npz: the outlines of countries for maps, simplified.

    python builders/outlines.py        (what it needs: builders/natural_earth.py)

Neighbours are simplified together, so that their common border is the same points in both.  Islands below about 100 km2
are left out, save a country's largest.  Countries across the antimeridian are cut along it, as Natural Earth has them.
The file holds two arrays: `points` int16 (n, 2), longitude and latitude in hundredths of a degree; `starts` int32
(rings + 1), where each ring begins in `points`.  A ring ends with its first point.
"""

from pathlib import Path

import numpy as np
import shapely
from natural_earth import countries

TARGET = Path(__file__).resolve().parents[1] / "src" / "hudhud" / "data" / "outlines.npz"
LEAST_AREA_DEG2 = 0.01
TOLERANCE_DEG = 0.06
HUNDREDTHS = 100


def main() -> None:
    """Write the file."""
    shapes = shapely.make_valid(np.array([large_parts(shape) for _, shape in countries()]))
    simple = shapely.coverage_simplify(shapely.set_precision(shapes, 1e-6), TOLERANCE_DEG)
    rings = [ring for part in shapely.get_parts(simple) if (ring := rounded(part)) is not None]
    rings.sort(key=lambda ring: (-len(ring), ring[0].tolist()))
    np.savez_compressed(TARGET, points=np.concatenate(rings), starts=np.cumsum([0, *map(len, rings)], dtype=np.int32))
    print(f"{len(rings)} rings, {sum(map(len, rings))} points, {TARGET.stat().st_size} bytes")


def large_parts(shape: shapely.Geometry) -> shapely.Geometry:
    """The parts of a country that show on a map, or its largest where none does."""
    parts = shapely.get_parts(shape)
    area = shapely.area(parts)
    return shapely.multipolygons(parts[(area >= LEAST_AREA_DEG2) | (area == area.max())])


def rounded(part: shapely.Geometry) -> np.ndarray | None:
    """The outer ring in hundredths of a degree, points that fall together taken once; None where nothing is left.

    Holes are left out: each is another country's outer ring.
    """
    points = np.round(shapely.get_coordinates(shapely.get_exterior_ring(part)) * HUNDREDTHS).astype(np.int16)
    kept = points[np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])]
    return kept if len(kept) > 3 else None


if __name__ == "__main__":
    main()
