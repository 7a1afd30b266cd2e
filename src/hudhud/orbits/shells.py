"""Shells: designed ones turned into elements, and those found in a fleet held against the designs.

A Walker shell i: T/P/F has P planes of S = T/P satellites; neighbouring planes differ by F * 360 / T degrees in the
angle flown since the node.  Delta patterns spread their nodes over 360 degrees, star patterns over 180.  Walker 1984.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hudhud.constants import WGS72_MU_M3_S2, WGS72_RADIUS_M
from hudhud.errors import Fault, ImplausibleShellError
from hudhud.orbits.elements import (
    Elements,
    Generation,
    Status,
    joined,
    kozai_mean_motion_rad_s,
    mean_altitude_m,
    typical_epoch,
)
from hudhud.orbits.planes import planes_at
from hudhud.orbits.status import families, stations

__all__ = [
    "FoundShell",
    "Shell",
    "design",
    "embedded_fleet",
    "found_shells",
    "least_separation_m",
    "require_plausible",
    "walker",
]

_DAY_S = 86_400.0
_LOWEST_M, _HIGHEST_M = 160_000.0, 2_000_000.0
_ALTITUDE_SLACK_M = 5_000.0
_MOST_SATELLITES = 100_000
_FIRST_NUMBER = 900_000_001
"""Designs count from here: nine digits, far from every number in use."""

_NEAR_DESIGN_M, _NEAR_DESIGN_RAD = 100_000.0, float(np.radians(1.5))
_STRAY = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Shell:
    """A shell as designed or filed: circular orbits, every plane with the same number of satellites.

    altitude_m: semi-major axis over SGP4's equatorial radius.  phasing: Walker's F, an integer.  spread_rad: 2 pi for a
    delta pattern, pi for a star.  first_node_rad: node of plane 0.  mean_motion_rad_s: where the source states one
    besides the altitude; it must agree.  source: where the numbers come from, with what is assumed.
    """

    name: str
    altitude_m: float
    inclination_rad: float
    planes: int
    satellites_per_plane: int
    phasing: int = 0
    spread_rad: float = 2 * np.pi
    first_node_rad: float = 0.0
    mean_motion_rad_s: float | None = None
    generation: Generation = Generation.UNKNOWN
    constellation: str = ""
    source: str = ""

    @property
    def satellites(self) -> int:
        """How many there are in all."""
        return self.planes * self.satellites_per_plane


def require_plausible(shell: Shell, designs: Sequence[Shell] = ()) -> None:
    """Refuse a shell whose numbers contradict each other or swap those of a known design.

    Raises ImplausibleShellError with every fault found.
    """
    faults = [*_number_faults(shell), *_motion_faults(shell), *_swap_faults(shell, designs)]
    if faults:
        raise ImplausibleShellError(
            f"the shell {shell.name!r} cannot be right:", [Fault(where=w, problem=p) for w, p in faults]
        )


def _number_faults(shell: Shell) -> list[tuple[str, str]]:
    faults = []
    km = shell.altitude_m / 1e3
    if not _LOWEST_M <= shell.altitude_m <= _HIGHEST_M:
        faults.append(("altitude", f"{km:g} km, expected a low orbit of 160 to 2,000 km (is it in kilometres?)"))
    degrees = float(np.degrees(shell.inclination_rad))
    if not 0 <= degrees <= 180:
        faults.append(("inclination", f"{degrees:g} degrees, expected 0 to 180"))
    if shell.planes < 1 or shell.satellites_per_plane < 1:
        faults.append(("planes", f"{shell.planes} planes of {shell.satellites_per_plane}, expected at least 1 of 1"))
    elif shell.satellites > _MOST_SATELLITES:
        faults.append(("planes", f"{shell.satellites:,} satellites, expected {_MOST_SATELLITES:,} at most"))
    if not 0 <= shell.phasing < max(shell.planes, 1):
        faults.append(
            (
                "phasing",
                f"F = {shell.phasing}, expected an integer from 0 to {max(shell.planes, 1) - 1} (planes less one)",
            )
        )
    if not 0 < shell.spread_rad <= 2 * np.pi * (1 + 1e-9):
        faults.append(("spread", f"{np.degrees(shell.spread_rad):g} degrees, expected 360 (delta) or 180 (star)"))
    return faults


def _motion_faults(shell: Shell) -> list[tuple[str, str]]:
    if shell.mean_motion_rad_s is None:
        return []
    per_day = shell.mean_motion_rad_s * _DAY_S / (2 * np.pi)
    if not per_day > 0:
        return [("mean motion", f"{per_day:g} revolutions per day, expected more than 0")]
    stated_m = (WGS72_MU_M3_S2 / shell.mean_motion_rad_s**2) ** (1 / 3) - WGS72_RADIUS_M
    if abs(stated_m - shell.altitude_m) <= _ALTITUDE_SLACK_M:
        return []
    right = _kepler_per_day(shell.altitude_m) if shell.altitude_m > -WGS72_RADIUS_M else math.nan
    return [
        (
            "mean motion",
            f"{per_day:g} revolutions per day fly at {stated_m / 1e3:.1f} km, but the altitude is stated as "
            f"{shell.altitude_m / 1e3:g} km, which needs {right:.4f}; leave one of the two out or correct it",
        )
    ]


def _kepler_per_day(altitude_m: float) -> float:
    return float(np.sqrt(WGS72_MU_M3_S2 / (WGS72_RADIUS_M + altitude_m) ** 3)) * _DAY_S / (2 * np.pi)


def _swap_faults(shell: Shell, designs: Sequence[Shell]) -> list[tuple[str, str]]:
    for known in designs:
        swapped = (shell.planes, shell.satellites_per_plane) == (known.satellites_per_plane, known.planes)
        alike = abs(shell.altitude_m - known.altitude_m) <= 2 * _ALTITUDE_SLACK_M and abs(
            shell.inclination_rad - known.inclination_rad
        ) <= np.radians(1.0)
        if swapped and alike and shell.planes != shell.satellites_per_plane:
            return [
                (
                    "planes",
                    f"{shell.planes} planes of {shell.satellites_per_plane}: {known.name} at {known.altitude_m / 1e3:g} km "
                    f"has {known.planes} planes of {known.satellites_per_plane}; the two numbers look swapped",
                )
            ]
    return []


def walker(
    shell: Shell,
    epoch: np.datetime64,
    *,
    prefix: str = "",
    first_number: int = _FIRST_NUMBER,
    designs: Sequence[Shell] = (),
) -> Elements:
    """The satellites of a shell, plane after plane and slot after slot, all at one epoch.

    Names are prefix-PPSS, counted from 1 and as wide as needed (prefix: the shell's name unless given); catalogue
    numbers count from `first_number`.  `designs` are held against swapped numbers.  Raises ImplausibleShellError.
    """
    require_plausible(shell, designs)
    count, per_plane = shell.satellites, shell.satellites_per_plane
    plane, slot = np.divmod(np.arange(count), per_plane)
    node = shell.first_node_rad + shell.spread_rad * plane / shell.planes
    angle = 2 * np.pi * (slot / per_plane + shell.phasing * plane / count)
    inclination = np.full(count, float(shell.inclination_rad))
    axis_m = np.full(count, shell.altitude_m + WGS72_RADIUS_M)
    wide_plane, wide_slot = max(2, len(str(shell.planes))), max(2, len(str(per_plane)))
    label = prefix or shell.name
    return Elements(
        names=tuple(f"{label}-{p + 1:0{wide_plane}}{s + 1:0{wide_slot}}" for p, s in zip(plane, slot, strict=True)),
        catalogue_numbers=first_number + np.arange(count, dtype=np.int64),
        epoch=np.full(count, epoch, dtype="datetime64[ns]"),
        mean_motion_rad_s=kozai_mean_motion_rad_s(axis_m, np.zeros(count), inclination),
        eccentricity=np.zeros(count),
        inclination_rad=inclination,
        raan_rad=np.mod(node, 2 * np.pi),
        argument_of_perigee_rad=np.zeros(count),
        mean_anomaly_rad=np.mod(angle, 2 * np.pi),
        bstar_per_earth_radius=np.zeros(count),
        mean_motion_dot_rad_s2=np.zeros(count),
        mean_motion_ddot_rad_s3=np.zeros(count),
        status=np.full(count, Status.OPERATIONAL, dtype=np.uint8),
        status_reason=(f"synthetic: {shell.name} as designed",) * count,
        generation=np.full(count, shell.generation, dtype=np.uint8),
        launch_year=np.zeros(count, dtype=np.int64),
    )


def design(name: str, designs: Sequence[Shell]) -> tuple[Shell, ...]:
    """The shells of a constellation, or the one shell, of this name (letters' case and spaces aside).

    Raises ImplausibleShellError that lists the names there are.
    """
    wanted = _plain(name)
    chosen = tuple(s for s in designs if wanted in (_plain(s.name), _plain(s.constellation)))
    if not chosen:
        known = sorted({s.constellation for s in designs} | {s.name for s in designs})
        raise ImplausibleShellError(f"there is no design {name!r}; known are {', '.join(known)}")
    return chosen


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "-").replace("_", "-")


def embedded_fleet(shells: Sequence[Shell], epoch: np.datetime64) -> Elements:
    """A stand-in for the real fleet: its measured shells as even Walker patterns, all satellites operational.

    Synthetic by name (SYN-<shell>-<plane><slot>) and by reason.  The same shells and epoch give the same elements.
    """
    parts, number = [], _FIRST_NUMBER
    for k, shell in enumerate(shells, start=1):
        parts.append(walker(shell, epoch, prefix=f"SYN-{k}", first_number=number))
        number += shell.satellites
    if not parts:
        raise ImplausibleShellError("a fleet of no shells: give at least one")
    return joined(*parts)


def least_separation_m(shell: Shell) -> float:
    """How near any two satellites of a shell come to each other, both on their circles.  Metres.

    For circles of one radius and inclination, nodes D apart and angles flown d apart, the least distance is
    2 r |cos(b / 2) sin(c / 2)| with cos b = cos2 i + sin2 i cos D and c = d + 2 atan(cos i tan(D / 2)) (Speckman,
    Lang and Boyce 1990).
    """
    if shell.satellites < 2:
        return math.inf
    step, slots = np.arange(1, shell.planes), np.arange(shell.satellites_per_plane)
    turn = shell.spread_rad * step / shell.planes
    flown = 2 * np.pi * (slots / shell.satellites_per_plane + (shell.phasing * step / shell.satellites)[:, None])
    cos_i = np.cos(shell.inclination_rad)
    lean = np.arccos(np.clip(cos_i**2 + (1 - cos_i**2) * np.cos(turn), -1, 1))
    lag = flown + 2 * np.arctan2(cos_i * np.sin(turn / 2), np.cos(turn / 2))[:, None]
    radius_m = shell.altitude_m + WGS72_RADIUS_M
    across = 2 * radius_m * np.abs(np.cos(lean / 2)[:, None] * np.sin(lag / 2))
    along = (
        2 * radius_m * math.sin(math.pi / shell.satellites_per_plane) if shell.satellites_per_plane > 1 else math.inf
    )
    return float(min(across.min(initial=math.inf), along))


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundShell:
    """A shell found in a fleet.  altitude_m: mean; lowest_m, highest_m: of its satellites.

    planes: those with at least a quarter of the usual number of satellites; stray_planes: the others;
    satellites_per_plane: median over `planes`.  nearest: the design closest in altitude and inclination of the same
    operator, where one lies within 100 km and 1.5 degrees.
    """

    family: str
    altitude_m: float
    lowest_m: float
    highest_m: float
    inclination_rad: float
    satellites: int
    planes: int
    stray_planes: int
    satellites_per_plane: float
    nearest: Shell | None


def found_shells(elements: Elements, designs: Sequence[Shell] = ()) -> tuple[FoundShell, ...]:
    """The shells that the operational satellites form, fullest first, each beside its nearest design."""
    if len(elements) == 0:
        return ()
    found = stations(elements)
    flown = planes_at(elements, found, typical_epoch(elements))
    altitude_m, family = mean_altitude_m(elements), families(elements)
    shells = []
    for number in range(int(flown.shell.max(initial=-1)) + 1):
        inside = flown.shell == number
        if not inside.any():
            continue
        size = np.bincount(flown.plane[inside] - flown.plane[inside].min())
        usual = float(np.median(np.repeat(size, size)))
        full = size[size >= _STRAY * usual]
        shells.append(
            FoundShell(
                family=str(family[inside][0]),
                altitude_m=float(np.mean(altitude_m[inside])),
                lowest_m=float(altitude_m[inside].min()),
                highest_m=float(altitude_m[inside].max()),
                inclination_rad=float(np.median(elements.inclination_rad[inside])),
                satellites=int(inside.sum()),
                planes=len(full),
                stray_planes=len(size) - len(full),
                satellites_per_plane=float(np.median(full)),
                nearest=None,
            )
        )
    named = [_beside_design(shell, designs) for shell in shells]
    return tuple(sorted(named, key=lambda shell: -shell.satellites))


def _beside_design(shell: FoundShell, designs: Sequence[Shell]) -> FoundShell:
    def distance(known: Shell) -> float:
        return max(
            abs(known.altitude_m - shell.altitude_m) / _NEAR_DESIGN_M,
            abs(known.inclination_rad - shell.inclination_rad) / _NEAR_DESIGN_RAD,
        )

    own = [known for known in designs if shell.family in ("SYN", *known.constellation.upper().split(" ")[:1])]
    nearest = min(own, key=distance, default=None)
    return replace(shell, nearest=nearest if nearest is not None and distance(nearest) <= 1 else None)
