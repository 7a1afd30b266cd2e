"""Where the satellites are: mean elements read, judged and grouped, shells designed and found, positions at instants.

Comes in: bytes of an OMM or TLE file, shells as designs, instants.  Goes out: `Elements` with a status and its reason
for every satellite, the records that could not be read, shells and planes.
Left out on purpose: orbit determination, manoeuvre plans, conjunctions, numerical propagation: public mean elements are
good to about a kilometre and nothing here pretends otherwise.  Nothing in this room opens a file or a socket
(`adapters.store.catalogue` does) or reads a clock.
Standards: CCSDS 502.0-B (OMM), the two-line element format with Alpha-5 numbers, Spacetrack Report 3 (SGP4, WGS-72).
How to start: `formats.catalogue(content)` for a file's bytes, `shells.walker(shell, epoch=...)` for a design,
`planes.planes(elements)` for who flies behind whom.
"""

from hudhud.orbits.elements import (
    Catalogue,
    Elements,
    Generation,
    Quarantined,
    Status,
    joined,
    mean_altitude_m,
    require_fresh,
    semi_major_axis_m,
)
from hudhud.orbits.planes import Planes, planes
from hudhud.orbits.positions import Engine, PropagationCode, Propagator, propagator
from hudhud.orbits.shells import FoundShell, Shell, design, embedded_fleet, found_shells, require_plausible, walker

__all__ = [
    "Catalogue",
    "Elements",
    "Engine",
    "FoundShell",
    "Generation",
    "Planes",
    "PropagationCode",
    "Propagator",
    "Quarantined",
    "Shell",
    "Status",
    "design",
    "embedded_fleet",
    "found_shells",
    "joined",
    "mean_altitude_m",
    "planes",
    "propagator",
    "require_fresh",
    "require_plausible",
    "semi_major_axis_m",
    "walker",
]
