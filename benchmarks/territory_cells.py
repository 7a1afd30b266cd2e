"""How long does it take from a polygon to the cells of a territory: a city, a drawn area, a country, the world?

Baseline: the H3 library's own fill for one containment mode (`h3shape_to_cells_experimental`, overlap), which knows neither
the antimeridian nor which edges are no border.  Countries are the packaged outlines, simplified; with the Natural Earth
packages of `builders/territory_shapes.py` installed, Russia and all 250 countries at 1:10 million too.
"""

import json
import sys
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np
import shapely
from harness import pin, record, timed

from hudhud.adapters.store.packaged import outlines
from hudhud.service.geojson import from_geojson
from hudhud.service.shapes import footprint

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "builders"))


def drawn() -> str:
    """A GeoJSON of 1 MB: a wavy ring as large as Chad."""
    turn = np.linspace(0, 2 * np.pi, 44_000, endpoint=False)
    radius_deg = 8 * (1 + 0.1 * np.sin(40 * turn) + 0.02 * np.sin(997 * turn))
    ring = np.round(np.column_stack([20 + radius_deg * np.cos(turn), 10 + radius_deg * np.sin(turn)]), 6).tolist()
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def countries() -> dict[str, shapely.Geometry]:
    """Countries at 1:10 million by feature ("RUS: Russia"), as the builder of the catalogue draws them; none without it."""
    try:
        from territory_shapes import Sources

        found = Sources(Path(), Path()).admin0
    except (ImportError, SystemExit):
        return {}
    return {f"{record['ADM0_A3']}: {record['ADMIN']}": shape for record, shape in found}


def valid(shape: shapely.Geometry) -> shapely.Geometry:
    """The shape with rings that touch themselves mended, polygons only."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def fill(shape: shapely.Geometry) -> int:
    """Cells that the library finds under one mode."""
    ring = [(latitude, longitude) for longitude, latitude in shape.exterior.coords]
    return len(h3.h3shape_to_cells_experimental(h3.LatLngPoly(ring), 5, contain="overlap"))


def row(what: str, shape: shapely.Geometry, repeat: int = 5) -> dict[str, float | int | str | None]:
    """One measurement."""
    found = footprint(shape)
    one = shape.geom_type == "Polygon" and shape.bounds[0] > -170 and shape.bounds[2] < 170
    return {
        "polygon": what,
        "corners": int(shapely.get_num_coordinates(shape)),
        "cells inside": len(found.centre),
        "cells on the border": len(found.touched),
        "ms": timed(lambda: footprint(shape), repeat, warm=0) * 1e3,
        "ms library": timed(lambda: fill(shape), repeat, warm=0) * 1e3 if one else None,
    }


def main() -> None:
    """Measure on one core."""
    pin(1)
    footprint(shapely.box(0, 0, 1, 1))
    text = drawn()
    shape = from_geojson(text).shape
    rows = [
        row("a city, a circle of 22 km", shapely.Point(31.23, 30.05).buffer(0.2, 64)),
        row("an area of 1 MB as GeoJSON, once read", shape),
        row("the largest packaged outline", valid(shapely.Polygon(max(outlines(), key=len))).geoms[0]),
        row("the world", shapely.box(-180, -90, 180, 90)),
    ]
    rows[1:1] = [
        {
            **rows[1],
            "polygon": "the same, reading it",
            "ms": timed(lambda: from_geojson(text)) * 1e3,
            "ms library": None,
        }
    ]
    every = countries()
    if every:
        rows.append(row("Russia, 1:10 million", every["RUS: Russia"], 3))
        found = [footprint(shape) for shape in every.values()]
        rows.append(
            {
                "polygon": f"all {len(every)} countries, 1:10 million",
                "corners": int(sum(shapely.get_num_coordinates(shape) for shape in every.values())),
                "cells inside": sum(len(each.centre) for each in found),
                "cells on the border": sum(len(each.touched) for each in found),
                "ms": timed(lambda: [footprint(shape) for shape in every.values()], 1, warm=0) * 1e3,
            }
        )
    question = "How long does it take from a polygon to its cells, all three containment modes at once?"
    record("territory_cells", question, rows, baseline="h3shape_to_cells_experimental, one mode")


if __name__ == "__main__":
    main()
