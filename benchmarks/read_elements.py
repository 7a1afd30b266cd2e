"""How long does reading the real fleet take: 10,395 OMM CSV records into checked elements with status?

Baseline: the reference library's own loop over the same text, `omm.parse_csv` and `omm.initialize` per record, which
checks nothing and judges nothing.  Without the reference data the same number of records is made up.
"""

import gzip
import io
from pathlib import Path

from harness import pin, record, timed
from sgp4 import omm
from sgp4.api import Satrec

from hudhud.orbits.formats import catalogue
from hudhud.orbits.planes import planes
from hudhud.orbits.shells import found_shells

_REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "elements" / "starlink-2026-05-30.omm.csv.gz"
_HEAD = (
    "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,"
    "EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\n"
)


def content() -> tuple[bytes, str]:
    """The text, and what it is."""
    if _REAL.exists():
        return gzip.decompress(_REAL.read_bytes()), "real fleet of 2026-05-30"
    rows = (
        f"STARLINK-{k},2024-001A,2026-05-30T06:00:00.000000,15.08,0.000123,53.2,{k % 72 * 5}.1,89.0,{k % 360}.5,0,U,"
        f"{60_000 + k},999,1,0.0001,0.00001,0\n"
        for k in range(10_395)
    )
    return (_HEAD + "".join(rows)).encode(), "made up"


def reference(text: str) -> list[Satrec]:
    """What the reference library makes of it."""
    satellites = []
    for fields in omm.parse_csv(io.StringIO(text)):
        satellite = Satrec()
        omm.initialize(satellite, fields)
        satellites.append(satellite)
    return satellites


def main() -> None:
    """Measure on one core."""
    pin(1)
    raw, what = content()
    text = raw.decode()
    elements = catalogue(raw).elements
    base_s = timed(lambda: reference(text))
    ways = {
        "sgp4 omm.parse_csv + initialize": base_s,
        "hudhud catalogue: read, checked, status and reasons": timed(lambda: catalogue(raw)),
        "hudhud found_shells, on top": timed(lambda: found_shells(elements)),
        "hudhud planes, on top": timed(lambda: planes(elements)),
    }
    rows = [
        {"records": len(elements), "what": what, "way": way, "ms": seconds * 1e3, "times baseline": seconds / base_s}
        for way, seconds in ways.items()
    ]
    record(
        "read_elements",
        "How long does reading a fleet of OMM CSV records take?",
        rows,
        baseline="the reference library's own loop, which checks nothing",
    )


if __name__ == "__main__":
    main()
