"""How often do cells and exact polygons disagree about a place, and is every disagreement at a border?

A million seeded points, even over the sphere: the cells of every packaged country against the polygon they were made of
(Natural Earth at 1:10 million; needs the packages of `builders/territory_shapes.py`); without them the packaged, simplified
outlines.  "served outside": the cell belongs to the territory, the point lies outside the polygon.  A point counts once for
each territory that it is asked about.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from harness import pin, record
from territory_cells import countries, valid

from hudhud.adapters.store.packaged import outlines
from hudhud.adapters.store.territories import territories
from hudhud.arrays import Ints32
from hudhud.service.shapes import footprint
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import cell_number

POINTS = 1_000_000
SEED = 20_260_530


def pairs() -> Iterator[tuple[str, shapely.Geometry, dict[Containment, Ints32]]]:
    """What it is, the polygon, and the cells under each mode."""
    real, known = countries(), territories()
    for row in known.rows:
        if row.feature in real and row.kind.value in ("country", "area"):
            cells = {mode: known.territory(row.id, mode).number for mode in Containment}
            yield "packaged countries, Natural Earth 1:10 million", real[row.feature], cells
    if not real:
        for ring in sorted((ring for ring in outlines() if len(ring) >= 4), key=len)[-250:]:
            found = footprint(valid(shapely.Polygon(ring)))
            yield "packaged outlines", valid(shapely.Polygon(ring)), {mode: found.cells(mode) for mode in Containment}


def main() -> None:
    """Count."""
    pin(1)
    rng = np.random.default_rng(SEED)
    latitude_deg, longitude_deg = np.degrees(np.arcsin(rng.uniform(-1, 1, POINTS))), rng.uniform(-180, 180, POINTS)
    order = np.argsort(latitude_deg)
    latitude_deg, longitude_deg = latitude_deg[order], longitude_deg[order]
    cell = cell_number(np.radians(latitude_deg), np.radians(longitude_deg))
    counts = {mode: np.zeros(4, dtype=np.int64) for mode in Containment}
    inside_all = asked = 0
    what = ""
    for what, land, cells in pairs():  # noqa: B007 - the last says what all are
        asked += 1
        south, north = land.bounds[1] - 0.5, land.bounds[3] + 0.5
        band = slice(*np.searchsorted(latitude_deg, [south, north]))
        shapely.prepare(land)
        inside = shapely.contains_xy(land, longitude_deg[band], latitude_deg[band])
        inside_all += int(inside.sum())
        border = np.isin(cell[band], np.setdiff1d(cells[Containment.OVERLAP], cells[Containment.FULL]))
        for mode in Containment:
            member = np.isin(cell[band], cells[mode])
            outside, missed = member & ~inside, inside & ~member
            counts[mode] += [member.sum(), outside.sum(), missed.sum(), ((outside | missed) & ~border).sum()]
    rows = [
        {
            "polygons": f"{asked} {what}",
            "containment": mode.value,
            "points in the polygons": inside_all,
            "points in the cells": int(member),
            "served outside": int(outside),
            "not served inside": int(missed),
            "disagreements per 1,000 inside": 1000 * float(outside + missed) / inside_all,
            "of these off the border's cells": int(off),
        }
        for mode, (member, outside, missed, off) in counts.items()
    ]
    question = f"{POINTS:,} points: where do cells of resolution 5 and exact polygons disagree?"
    record("territory_borders", question, rows, baseline="point in polygon, exact (GEOS)")


if __name__ == "__main__":
    main()
