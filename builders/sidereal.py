"""Regenerate tests/golden/skyfield/sidereal.csv: sidereal time and Earth-fixed positions by an independent library.

    python builders/sidereal.py        needs skyfield 1.5x (not a dependency of the project)

Skyfield is asked for GMST-82 by its own routine for TEME (`theta_GMST1982`, which takes UT1 as a Julian date) and for the
rotation of a TEME vector about the pole by that angle.  UT1 is handed in, so no Earth-orientation table plays a part.
"""

import csv
from pathlib import Path

import numpy as np
from skyfield.sgp4lib import theta_GMST1982

TARGET = Path(__file__).resolve().parents[1] / "tests" / "golden" / "skyfield" / "sidereal.csv"
INSTANTS = (
    "1957-10-04T19:28:34", "1969-07-20T20:17:40", "1970-01-01T00:00:00", "1992-08-20T12:14:00", "2000-01-01T12:00:00",
    "2004-04-06T07:51:28.386009", "2016-12-31T23:59:59", "2019-11-11T14:56:00", "2024-02-29T23:59:59.999", "2025-05-29T23:25:12",
    "2026-05-30T18:00:12", "2030-06-15T06:30:27", "2049-12-31T23:59:57",
)  # fmt: skip
UT1_UTC_S = (0.0, -0.4399619, 0.0285)


def main() -> None:
    """Write the table."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["utc", "ut1_utc_s", "gmst_rad"])
        for text in INSTANTS:
            since_ns = (np.datetime64(text, "ns") - np.datetime64("1970-01-01", "ns")).astype(np.int64)
            day, rest = divmod(int(since_ns), 86_400 * 10**9)
            for ut1_utc_s in UT1_UTC_S:
                theta, _ = theta_GMST1982(2_440_587.5 + day, rest / 86_400e9 + ut1_utc_s / 86_400.0)
                writer.writerow([text + "Z", ut1_utc_s, f"{float(theta) % (2 * np.pi):.12f}"])


if __name__ == "__main__":
    main()
