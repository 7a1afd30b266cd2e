"""Regenerate src/hudhud/data/outlines.npz: coasts and borders for maps, simplified, without the seam at the antimeridian.

    python builders/outlines.py        (what it needs: builders/natural_earth.py)

Neighbours are simplified together, so that a border is one line and not two that gape.  Islands below 60 km2 are left out.
The file holds three arrays: `points` int16 (n, 2), longitude and latitude in hundredths of a degree; `starts` int32
(lines + 1), where each line begins in `points`; `border` bool (lines), true for a line between two countries.
"""

from pathlib import Path

import numpy as np
import shapely
from natural_earth import countries

TARGET = Path(__file__).resolve().parents[1] / "src" / "hudhud" / "data" / "outlines.npz"
LEAST_AREA_DEG2 = 0.005
TOLERANCE_DEG = 0.03
SEAM = shapely.MultiLineString([[(-180, -90), (-180, 90)], [(180, -90), (180, 90)], [(-180, -90), (180, -90)]])
HUNDREDTHS = 100


def main() -> None:
    """Write the file."""
    shapes = shapely.make_valid(np.array([large_parts(shape) for _, shape in countries()]))
    simple = shapely.coverage_simplify(shapely.set_precision(shapes, 1e-6), TOLERANCE_DEG)
    edges = shapely.boundary(simple)
    whole = shapely.unary_union(edges)
    coast = shapely.boundary(shapely.union_all(simple)).difference(SEAM.buffer(1e-3))
    border = whole.difference(shapely.boundary(shapely.union_all(simple)).buffer(1e-4)).difference(SEAM.buffer(1e-3))
    coasts, borders = lines(coast), lines(border)
    every = [*coasts, *borders]
    np.savez_compressed(
        TARGET,
        points=np.concatenate(every),
        starts=np.cumsum([0, *map(len, every)], dtype=np.int32),
        border=np.arange(len(every)) >= len(coasts),
    )
    print(f"{len(coasts)} coasts, {len(borders)} borders, {sum(map(len, every))} points, {TARGET.stat().st_size} bytes")


def large_parts(shape: shapely.Geometry) -> shapely.Geometry:
    """The parts of a country that show on a map, or its largest where none does."""
    parts = shapely.get_parts(shape)
    area = shapely.area(parts)
    return shapely.multipolygons(parts[(area >= LEAST_AREA_DEG2) | (area == area.max())])


def lines(geometry: shapely.Geometry) -> list[np.ndarray]:
    """Polylines in hundredths of a degree, longest first, points that fall together taken once."""
    merged = shapely.get_parts(shapely.line_merge(geometry))
    rounded = []
    for part in merged:
        points = np.round(shapely.get_coordinates(part) * HUNDREDTHS).astype(np.int16)
        kept = points[np.concatenate([[True], (np.diff(points, axis=0) != 0).any(axis=1)])]
        if len(kept) > 1:
            rounded.append(kept)
    return sorted(rounded, key=lambda line: (-len(line), line[0].tolist()))


if __name__ == "__main__":
    main()
