"""Tables of shells as text, turned into shells.

Columns: constellation, name, altitude_km, inclination_deg, planes, satellites_per_plane, phasing, spread_deg,
mean_motion_rev_day (may be empty), generation, source.  The packaged tables are read by `adapters.store.catalogue`.
"""

import csv
import io

import numpy as np

from hudhud.errors import Fault, ImplausibleShellError
from hudhud.orbits.elements import Generation
from hudhud.orbits.shells import Shell

__all__ = ["shells_from_csv"]

_COLUMNS = (
    "constellation",
    "name",
    "altitude_km",
    "inclination_deg",
    "planes",
    "satellites_per_plane",
    "phasing",
    "spread_deg",
    "mean_motion_rev_day",
    "generation",
    "source",
)


def shells_from_csv(table: str) -> tuple[Shell, ...]:
    """The shells of a table, in its order.  Raises ImplausibleShellError that lists every row it cannot read."""
    reader = csv.DictReader(io.StringIO(table))
    missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ImplausibleShellError(f"the table of shells lacks the columns {', '.join(missing)}")
    shells, faults = [], []
    for row in reader:
        try:
            shells.append(_shell(row))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            faults.append(Fault(where=f"line {reader.line_num}", problem=f"{row.get('name')}: {error}"))
    if faults:
        raise ImplausibleShellError("the table of shells has rows that cannot be read:", faults)
    return tuple(shells)


def _shell(row: dict[str, str]) -> Shell:
    per_day = row["mean_motion_rev_day"].strip()
    return Shell(
        constellation=row["constellation"].strip(),
        name=row["name"].strip(),
        altitude_m=float(row["altitude_km"]) * 1e3,
        inclination_rad=float(np.radians(float(row["inclination_deg"]))),
        planes=int(row["planes"]),
        satellites_per_plane=int(row["satellites_per_plane"]),
        phasing=int(row["phasing"]),
        spread_rad=float(np.radians(float(row["spread_deg"]))),
        mean_motion_rad_s=float(per_day) * 2 * np.pi / 86_400.0 if per_day else None,
        generation=Generation[row["generation"].strip()],
        source=row["source"].strip(),
    )
