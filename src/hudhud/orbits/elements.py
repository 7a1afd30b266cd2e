"""Mean elements of many satellites as one frozen value, and the few quantities that follow from them directly.

Mean altitude is the semi-major axis after Brouwer (SGP4's own recovery from the Kozai mean motion, WGS-72) less SGP4's
equatorial radius of 6,378.135 km.  Fleets are flown to round figures in this convention (570.0, 540.0, 560.0 km); the
axis taken by Kepler's law from the Kozai mean motion differs by up to 3 km at polar inclinations.
"""

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any, cast

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Instants, Ints, freeze
from hudhud.constants import WGS72_J2, WGS72_MU_M3_S2, WGS72_RADIUS_M
from hudhud.errors import Fault, InputError, StaleElementsError
from hudhud.timescale import seconds_between, to_rfc3339

__all__ = [
    "Catalogue",
    "Elements",
    "Generation",
    "Place",
    "Quarantined",
    "Status",
    "argument_of_latitude_rad",
    "climb_m_s",
    "joined",
    "kozai_mean_motion_rad_s",
    "mean_altitude_m",
    "node_rad",
    "perigee_altitude_m",
    "require_fresh",
    "semi_major_axis_m",
    "typical_epoch",
]

_DAY_S = 86_400.0


class Status(IntEnum):
    """What a satellite is doing, as far as its elements tell.  Only operational ones serve."""

    OPERATIONAL = 0
    RAISING = 1
    DEORBITING = 2
    FAILED = 3
    UNUSABLE = 4


class Generation(IntEnum):
    """Which kind of satellite it is; what a kind can do stands with the links."""

    UNKNOWN = 0
    V1_0 = 1
    V1_5 = 2
    V2_MINI = 3
    DIRECT_TO_CELL = 4
    ONEWEB = 5
    KUIPER = 6


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Elements:
    """Mean elements of N satellites for SGP4 (TEME, WGS-72), every array (satellite,).

    names: one text each, not necessarily different.  catalogue_numbers: 1..999,999,999, all different; designs count
    from 900,000,001.  epoch: datetime64[ns] UTC.  mean_motion_rad_s: Kozai's, as TLE and OMM carry it.
    eccentricity: 0 <= e < 1.  inclination_rad: 0..pi.  raan_rad, argument_of_perigee_rad, mean_anomaly_rad: as read.
    bstar_per_earth_radius: drag term, negative under thrust.  mean_motion_dot_rad_s2, mean_motion_ddot_rad_s3: *half*
    the first and a *sixth* of the second derivative, as TLE and OMM carry them; sgp4init wants them per minute (times
    60**2 and 60**3), and the mean motion times 60.  status: `Status`; status_reason: one sentence each.
    generation: `Generation`.  launch_year: from the international designator, 0 where it is not known.
    """

    names: tuple[str, ...]
    catalogue_numbers: Ints
    epoch: Instants
    mean_motion_rad_s: Floats
    eccentricity: Floats
    inclination_rad: Floats
    raan_rad: Floats
    argument_of_perigee_rad: Floats
    mean_anomaly_rad: Floats
    bstar_per_earth_radius: Floats
    mean_motion_dot_rad_s2: Floats
    mean_motion_ddot_rad_s3: Floats
    status: Bits
    status_reason: tuple[str, ...]
    generation: Bits
    launch_year: Ints

    def __post_init__(self) -> None:
        for field in fields(self):
            column = getattr(self, field.name)
            if len(column) != len(self.names):
                raise ValueError(f"{field.name} has {len(column)} entries for {len(self.names)} satellites")
            if isinstance(column, np.ndarray):
                freeze(column)

    def __len__(self) -> int:
        return len(self.names)

    def select(self, chosen: Bools | Ints) -> "Elements":
        """The satellites that a mask (satellite,) or indices (chosen,) name, in that order."""
        index = np.arange(len(self))[np.asarray(chosen)] if len(self) else np.zeros(0, dtype=np.int64)
        columns: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            columns[field.name] = column[index] if isinstance(column, np.ndarray) else tuple(column[i] for i in index)
        return Elements(**columns)

    @property
    def operational(self) -> Bools:
        """(satellite,) true where the satellite may serve."""
        return cast(Bools, self.status == Status.OPERATIONAL)


class Place(IntEnum):
    """What the position of a bad record counts."""

    LINE = 0
    RECORD = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Quarantined:
    """A record that was set aside: where it stands (counted from 1), how it begins, and what is wrong with it."""

    position: int
    place: Place
    excerpt: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place.name.lower()} {self.position}: {self.reason}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Catalogue:
    """What a file held: the elements that could be read, the records set aside, and the name of its format."""

    elements: Elements
    quarantined: tuple[Quarantined, ...]
    source_format: str


def joined(*parts: Elements) -> Elements:
    """All satellites of several fleets, one fleet after the other.  Refuses catalogue numbers that occur twice."""
    columns: dict[str, Any] = {}
    for field in fields(Elements):
        pieces = [getattr(part, field.name) for part in parts]
        if pieces and isinstance(pieces[0], tuple):
            columns[field.name] = tuple(entry for piece in pieces for entry in piece)
        else:
            columns[field.name] = np.concatenate(pieces)
    whole = Elements(**columns)
    numbers, count = np.unique(whole.catalogue_numbers, return_counts=True)
    if (count > 1).any():
        raise InputError(
            f"the same catalogue number stands in more than one fleet: {numbers[count > 1][:5].tolist()}; "
            f"give each satellite once"
        )
    return whole


def _kozai_correction(mean_motion_rad_s: Floats, eccentricity: Floats, inclination_rad: Floats) -> Floats:
    """SGP4's delta-0: Kozai mean motion = Brouwer mean motion * (1 + delta-0).  Spacetrack Report 3, section 6."""
    axis = (np.sqrt(WGS72_MU_M3_S2 / WGS72_RADIUS_M**3) / mean_motion_rad_s) ** (2.0 / 3.0)
    shape = 0.75 * WGS72_J2 * (3.0 * np.cos(inclination_rad) ** 2 - 1.0) / (1.0 - eccentricity**2) ** 1.5
    d1 = shape / axis**2
    axis_0 = axis * (1.0 - d1**2 - d1 * (1.0 / 3.0 + 134.0 * d1**2 / 81.0))
    return cast(Floats, shape / axis_0**2)


def _axis_m(mean_motion_rad_s: Floats, eccentricity: Floats, inclination_rad: Floats) -> Floats:
    delta = _kozai_correction(mean_motion_rad_s, eccentricity, inclination_rad)
    axis_m: Floats = (WGS72_MU_M3_S2 / (mean_motion_rad_s / (1.0 + delta)) ** 2) ** (1.0 / 3.0)
    return axis_m


def semi_major_axis_m(elements: Elements) -> Floats:
    """Brouwer semi-major axis as SGP4 recovers it.  (satellite,) metres."""
    return _axis_m(elements.mean_motion_rad_s, elements.eccentricity, elements.inclination_rad)


def kozai_mean_motion_rad_s(axis_m: Floats, eccentricity: Floats, inclination_rad: Floats) -> Floats:
    """The mean motion to write into elements so that SGP4 recovers this axis.  Broadcasts; rad/s.

    Inverts `semi_major_axis_m` by fixed point; delta-0 is below 1e-3 and changes by its square, so four rounds settle.
    """
    brouwer = np.sqrt(WGS72_MU_M3_S2 / np.asarray(axis_m, dtype=np.float64) ** 3)
    kozai = brouwer
    for _ in range(4):
        kozai = brouwer * (1.0 + _kozai_correction(kozai, eccentricity, inclination_rad))
    return cast(Floats, kozai)


def mean_altitude_m(elements: Elements) -> Floats:
    """Semi-major axis over SGP4's equatorial radius.  (satellite,) metres."""
    return semi_major_axis_m(elements) - WGS72_RADIUS_M


def perigee_altitude_m(elements: Elements) -> Floats:
    """Mean perigee over SGP4's equatorial radius, negative below it.  (satellite,) metres."""
    return semi_major_axis_m(elements) * (1.0 - elements.eccentricity) - WGS72_RADIUS_M


def climb_m_s(elements: Elements) -> Floats:
    """How fast the mean altitude grows by the elements' own mean-motion trend, negative in decay.  (satellite,) m/s."""
    trend_rad_s2 = 2.0 * elements.mean_motion_dot_rad_s2  # the field holds half the derivative
    climb: Floats = -(2.0 / 3.0) * semi_major_axis_m(elements) / elements.mean_motion_rad_s * trend_rad_s2
    return climb


def _j2_rate_rad_s(elements: Elements) -> Floats:
    axis_m = semi_major_axis_m(elements)
    parameter = axis_m * (1.0 - elements.eccentricity**2) / WGS72_RADIUS_M
    rate: Floats = 1.5 * WGS72_J2 / parameter**2 * np.sqrt(WGS72_MU_M3_S2 / axis_m**3)
    return rate


def node_rad(elements: Elements, at: np.datetime64) -> Floats:
    """Right ascension of the ascending node at one instant, precessed by J2.  (satellite,) radians in 0..2 pi."""
    drift = -_j2_rate_rad_s(elements) * np.cos(elements.inclination_rad)
    node: Floats = np.mod(elements.raan_rad + drift * seconds_between(np.asarray(at), elements.epoch), 2 * np.pi)
    return node


def argument_of_latitude_rad(elements: Elements, at: np.datetime64) -> Floats:
    """Argument of perigee plus mean anomaly at one instant, J2 drift included.  (satellite,) radians in 0..2 pi.

    For near-circular orbits this is the angle flown since the ascending node, to within twice the eccentricity.
    """
    drift = elements.mean_motion_rad_s + _j2_rate_rad_s(elements) * (2.0 - 2.5 * np.sin(elements.inclination_rad) ** 2)
    angle: Floats = np.mod(
        elements.argument_of_perigee_rad
        + elements.mean_anomaly_rad
        + drift * seconds_between(np.asarray(at), elements.epoch),
        2 * np.pi,
    )
    return angle


def typical_epoch(elements: Elements) -> np.datetime64:
    """The middle one of the epochs: a common instant that is close for most.  Raises ValueError without satellites."""
    if len(elements) == 0:
        raise ValueError("no satellites, so no typical epoch")
    return np.datetime64(
        int(np.sort(elements.epoch.astype("datetime64[ns]").astype(np.int64))[len(elements) // 2]), "ns"
    )


def require_fresh(
    elements: Elements, first: np.datetime64, last: np.datetime64, max_age_s: float, *, tolerated: float = 0.1
) -> Elements:
    """The same elements, those of them unusable whose epoch lies further than `max_age_s` from an instant asked for.

    first, last: the earliest and latest instant asked for; instants before an epoch count like instants after it.
    Raises StaleElementsError when more than the share `tolerated` of the operational satellites is that far off.
    """
    far_s = np.maximum(
        np.abs(seconds_between(np.asarray(first), elements.epoch)),
        np.abs(seconds_between(np.asarray(last), elements.epoch)),
    )
    stale = elements.operational & (far_s > max_age_s)
    serving = int(elements.operational.sum())
    if serving and stale.sum() > tolerated * serving:
        _raise_stale(elements.select(elements.operational), first, last, max_age_s, int(stale.sum()))
    if not stale.any():
        return elements
    words = "elements are {:.1f} days from the instants asked for, the limit is {:g}"
    return replace(
        elements,
        status=np.where(stale, np.uint8(Status.UNUSABLE), elements.status),
        status_reason=tuple(
            words.format(far / _DAY_S, max_age_s / _DAY_S) if old else reason
            for old, far, reason in zip(stale, far_s, elements.status_reason, strict=True)
        ),
    )


def _raise_stale(serving: Elements, first: np.datetime64, last: np.datetime64, max_age_s: float, stale: int) -> None:
    middle = typical_epoch(serving)
    after_s, before_s = (
        float(seconds_between(np.asarray(last), middle)),
        float(seconds_between(np.asarray(middle), first)),
    )
    old = after_s >= before_s
    gap_days = max(after_s, before_s) / _DAY_S
    raise StaleElementsError(
        f"elements are too {'old' if old else 'new'}: {gap_days:.1f} days {'before' if old else 'after'} the instants asked "
        f"for; {stale:,} of {len(serving):,} operational satellites lie beyond the limit of {max_age_s / _DAY_S:g} days",
        [
            Fault(where="elements", problem=f"typical epoch {to_rfc3339(middle)}"),
            Fault(where="asked for", problem=f"{to_rfc3339(first)} to {to_rfc3339(last)}"),
            Fault(
                where="what to do",
                problem=("run `hudhud fleet fetch` for today's elements, " if old else "take elements of that date, ")
                + "ask for another instant, or raise the limit: `maximum_element_age_days` of a scenario, `--max-age` of "
                "`hudhud look`",
            ),
        ],
    )
