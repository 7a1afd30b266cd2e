"""Terminal classes: how wide they see, how they are mounted, what they draw."""

import csv
import math
from dataclasses import dataclass

from hudhud.errors import Fault, InputError

__all__ = ["TerminalClass", "terminal_classes"]

_FULL_TILT_LATITUDE_RAD = math.radians(30.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class TerminalClass:
    """One class of terminal.

    half_field_of_view_rad: greatest angle from the boresight, pi where the antenna follows satellites over all the sky.
    tilt_rad: usual angle of the boresight from the zenith, 0 for flat mounting.  power_w, idle_power_w: average draw,
    nan where it is not known.  source: where the row comes from; assumed: names of the columns that are assumptions.
    """

    name: str
    title: str
    half_field_of_view_rad: float
    tilt_rad: float
    power_w: float
    idle_power_w: float
    source: str
    assumed: tuple[str, ...]

    def boresight_rad(self, latitude_rad: float) -> tuple[float, float]:
        """Usual azimuth and elevation of the boresight at a latitude: tilted towards the nearer pole, off the GSO arc.

        The tilt grows in proportion to the latitude up to 30 degrees and is full beyond (assumed: real terminals are
        told by the network where to point).
        """
        tilt_rad = self.tilt_rad * min(1.0, abs(latitude_rad) / _FULL_TILT_LATITUDE_RAD)
        return (0.0 if latitude_rad >= 0.0 else math.pi), math.pi / 2 - tilt_rad


_COLUMNS = (
    "name",
    "title",
    "field_of_view_deg",
    "tilt_deg",
    "power_w",
    "idle_power_w",
    "assumed",
    "source",
)


def terminal_classes(text: str) -> dict[str, TerminalClass]:
    """Terminal classes by name, from the text of `data/terminal-classes.csv`.  Raises InputError with every fault."""
    reader = csv.DictReader(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        problem = f"columns are {reader.fieldnames}, but must be {', '.join(_COLUMNS)}"
        raise InputError("the table of terminal classes cannot be read:", [Fault(where="header", problem=problem)])
    classes: dict[str, TerminalClass] = {}
    faults = []
    for number, row in enumerate(reader, start=1):
        try:
            read = _terminal_class(row)
            if read.name in classes:
                raise ValueError(f"the class {read.name!r} is there already")
            classes[read.name] = read
        except (TypeError, ValueError) as error:
            faults.append(Fault(where=f"row {number}", problem=str(error)))
    if faults:
        raise InputError("the table of terminal classes cannot be read:", faults)
    return classes


def _terminal_class(row: dict[str, str]) -> TerminalClass:
    view_deg, tilt_deg = float(row["field_of_view_deg"]), float(row["tilt_deg"])
    if not (0.0 < view_deg <= 360.0 and 0.0 <= tilt_deg <= 90.0):
        raise ValueError(f"a field of view of {view_deg:g} degrees tilted by {tilt_deg:g} is not possible")
    return TerminalClass(
        name=row["name"],
        title=row["title"],
        half_field_of_view_rad=math.radians(view_deg / 2),
        tilt_rad=math.radians(tilt_deg),
        power_w=float(row["power_w"] or math.nan),
        idle_power_w=float(row["idle_power_w"] or math.nan),
        source=row["source"],
        assumed=tuple(row["assumed"].split()),
    )
