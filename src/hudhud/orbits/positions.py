"""Where satellites are: SGP4 by either of two engines, with a code for every state that cannot be trusted.

Comes in: mean elements and instants.  Goes out: TEME or Earth-fixed metres, time first, and one `PropagationCode` each;
a state with a code other than OK is nan.  `sgp4` is the reference; `astroz` is about ten times as fast and is trusted
only near a satellite's own orbit: whatever it returns elsewhere is worked out again by `sgp4` (which also names the
cause), so that both engines give the same codes.  Left out on purpose: any other theory of motion, and limits on the
age of elements (`hudhud.orbits.elements.require_fresh`).  Source: Vallado et al., Revisiting Spacetrack Report 3, 2006.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Instants, Ints
from hudhud.constants import WGS72_MU_M3_S2
from hudhud.earth import NO_ORIENTATION, EarthOrientation, rotation_to_earth_fixed
from hudhud.errors import MissingExtraError
from hudhud.orbits.elements import Elements
from hudhud.timescale import julian_pairs

__all__ = ["Engine", "PropagationCode", "Propagator", "propagator"]


class Engine(Enum):
    """Which library works SGP4 out.  They agree within 0.11 m (1.5e-8 of the radius) wherever both give a position."""

    ASTROZ = "astroz"
    SGP4 = "sgp4"


class PropagationCode(IntEnum):
    """Why a state is given, or why not.  1 to 6 are SGP4's own, 100 and above are checks that SGP4 lacks."""

    OK = 0
    MEAN_ECCENTRICITY = 1
    MEAN_MOTION = 2
    PERTURBED_ECCENTRICITY = 3
    SEMI_LATUS_RECTUM = 4
    SUBORBITAL = 5
    DECAYED = 6
    RADIUS_TOO_SMALL = 100
    RADIUS_TOO_LARGE = 101

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return _SENTENCES[self]


_SENTENCES = {
    PropagationCode.OK: "position worked out",
    PropagationCode.MEAN_ECCENTRICITY: "drag drove the mean eccentricity out of 0 to 1, or the orbit below the ground",
    PropagationCode.MEAN_MOTION: "the mean motion is not above zero",
    PropagationCode.PERTURBED_ECCENTRICITY: "perturbations drove the eccentricity out of 0 to 1",
    PropagationCode.SEMI_LATUS_RECTUM: "the semi-latus rectum came out below zero",
    PropagationCode.SUBORBITAL: "the elements describe an orbit below the ground",
    PropagationCode.DECAYED: "the satellite has decayed: it would be below the ground",
    PropagationCode.RADIUS_TOO_SMALL: "SGP4 reported success at less than 6,400 km from the Earth's centre",
    PropagationCode.RADIUS_TOO_LARGE: "SGP4 reported success at more than 50,000 km from the Earth's centre",
}

_LEAST_KM = 6_400.0
_MOST_KM = 50_000.0
# astroz is believed within the band perigee - 60 km to apogee + 60 km of the elements: short-period terms move a radius
# by less than 20 km, and every wrong state seen (nan, code 6 with a mirrored radius) lay hundreds of kilometres outside.
_BAND_KM = 60.0
# SGP4 calls periods of 225 minutes and more deep space; 1 % more, because it counts without the Kozai correction.
_DEEP_SPACE_RAD_S = 1.01 * 2 * np.pi / (225 * 60)
_JD_OF_1949_12_31 = 2_433_281.5
# States per call of an engine: 3 MB of positions stay in a second-level cache, and the choice changes no result.
_BLOCK_STATES = 131_072

_Fill = Callable[[Instants, Floats, Floats | None, Bits], bool]
"""Write TEME km, km/s (unless None) and SGP4's codes for every instant into (time, satellite, ...) arrays.

True where every state is known to be sound, radius included.
"""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Propagator:
    """Elements made ready for one engine.  It holds no state between calls, so any thread may use it.

    engine: the library at work.  satellites: how many.  Results do not depend on how instants are shared out over calls.
    """

    engine: Engine
    satellites: int
    _fill: _Fill

    def teme(self, at: Instants) -> tuple[Floats, Floats, Bits]:
        """Positions (time, satellite, 3) metres and velocities in m/s in TEME, and codes (time, satellite)."""
        position_m, velocity_m_s = (np.empty((len(at), self.satellites, 3)) for _ in range(2))
        codes = np.zeros((len(at), self.satellites), dtype=np.uint8)
        for block in _blocks(len(at), self.satellites):
            if not self._fill(at[block], position_m[block], velocity_m_s[block], codes[block]):
                _judge(position_m[block], codes[block])
        failed = codes != 0
        position_m[failed] = velocity_m_s[failed] = np.nan
        position_m *= 1_000.0
        velocity_m_s *= 1_000.0
        return position_m, velocity_m_s, codes

    def earth_fixed(self, at: Instants, orientation: EarthOrientation = NO_ORIENTATION) -> tuple[Floats, Bits]:
        """Earth-fixed positions (time, satellite, 3) metres and codes (time, satellite), both new arrays."""
        position_m = np.empty((len(at), self.satellites, 3))
        codes = np.empty((len(at), self.satellites), dtype=np.uint8)
        self.earth_fixed_into(at, position_m, codes, orientation)
        return position_m, codes

    def earth_fixed_into(
        self, at: Instants, position_m: Floats, codes: Bits, orientation: EarthOrientation = NO_ORIENTATION
    ) -> None:
        """`earth_fixed` into the caller's own arrays, for a loop over many slots: fresh memory costs a tenth more.

        position_m: (time, satellite, 3) float64, C order.  codes: (time, satellite) uint8.
        """
        rotation_m = rotation_to_earth_fixed(at, orientation) * 1_000.0  # kilometres in, metres out
        codes[:] = 0
        for block in _blocks(len(at), self.satellites):
            teme_km = np.empty_like(position_m[block])
            if not self._fill(at[block], teme_km, None, codes[block]):
                _judge(teme_km, codes[block])
                teme_km[codes[block] != 0] = np.nan
            np.matmul(teme_km, rotation_m[block].transpose(0, 2, 1), out=position_m[block])


def propagator(elements: Elements, engine: Engine | None = None) -> Propagator:
    """Make elements ready.  engine None: astroz where it is installed, else sgp4.

    Raises MissingExtraError where astroz is asked for by name and is not installed.
    """
    records = _reference_records(elements)
    if engine is not Engine.SGP4:
        try:
            # An optional dependency, looked for only where positions are wanted.
            from astroz import _astroz
        except ImportError:
            if engine is Engine.ASTROZ:
                raise MissingExtraError("astroz", "fast", "the fast SGP4 engine") from None
        else:
            fill = _astroz_fill(elements, records, _astroz)
            return Propagator(engine=Engine.ASTROZ, satellites=len(elements), _fill=fill)
    return Propagator(engine=Engine.SGP4, satellites=len(elements), _fill=_reference_fill(records))


def _blocks(instants: int, satellites: int) -> list[slice]:
    """Runs of instants with about `_BLOCK_STATES` states each; none where there is nothing to do."""
    if satellites == 0:
        return []
    length = max(1, _BLOCK_STATES // satellites)
    return [slice(first, min(first + length, instants)) for first in range(0, instants, length)]


def _judge(position_km: Floats, codes: Bits) -> None:
    """Code the radii that SGP4 let pass: on old elements it returns absurd ones as success."""
    radius_km = np.sqrt(np.einsum("tsi,tsi->ts", position_km, position_km))
    passed = codes == 0
    codes[passed & ~(radius_km >= _LEAST_KM)] = PropagationCode.RADIUS_TOO_SMALL
    codes[passed & (radius_km > _MOST_KM)] = PropagationCode.RADIUS_TOO_LARGE


def _initial_values(elements: Elements) -> list[tuple[float, ...]]:
    """Per satellite, what sgp4init wants: epoch in days since 1949-12-31, then SI turned to minutes."""
    whole, fraction = julian_pairs(elements.epoch)
    columns = (
        whole - _JD_OF_1949_12_31 + fraction,
        elements.bstar_per_earth_radius,
        elements.mean_motion_dot_rad_s2 * 60.0**2,
        elements.mean_motion_ddot_rad_s3 * 60.0**3,
        elements.eccentricity,
        elements.argument_of_perigee_rad,
        elements.inclination_rad,
        elements.mean_anomaly_rad,
        elements.mean_motion_rad_s * 60.0,
        elements.raan_rad,
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _reference_records(elements: Elements) -> list[Any]:
    # 16 ms of import, needed only where positions are wanted.
    from sgp4.api import WGS72, Satrec

    whole, fraction = (part.tolist() for part in julian_pairs(elements.epoch))
    records = []
    for index, values in enumerate(_initial_values(elements)):
        record = Satrec()
        record.sgp4init(WGS72, "i", 0, *values)
        # One double of days since 1949 rounds an epoch by up to 0.2 microseconds, 1 mm of flight.
        record.jdsatepoch, record.jdsatepochF = whole[index], fraction[index]
        records.append(record)
    return records


def _reference_fill(records: list[Any]) -> _Fill:
    """The reference engine for every satellite."""
    from sgp4.api import SatrecArray  # beside the import above

    array = SatrecArray(records)

    def fill(at: Instants, position_km: Floats, velocity_km_s: Floats | None, codes: Bits) -> bool:
        error, found_km, found_km_s = array.sgp4(*julian_pairs(at))
        position_km[:] = found_km.transpose(1, 0, 2)
        codes[:] = error.T
        if velocity_km_s is not None:
            velocity_km_s[:] = found_km_s.transpose(1, 0, 2)
        return False

    return fill


def _believed_km(elements: Elements) -> tuple[Floats, Floats]:
    """Least and greatest radius (satellite,) at which a state of astroz is taken as it is."""
    # The floor only keeps a mean motion of nought, for which the reference is asked anyway, from dividing by nought.
    square_rad2_s2 = np.maximum(elements.mean_motion_rad_s**2, 1e-30)
    axis_km = np.cbrt(WGS72_MU_M3_S2 / square_rad2_s2) / 1_000.0
    swing_km = axis_km * elements.eccentricity + _BAND_KM
    return np.maximum(axis_km - swing_km, _LEAST_KM + 1), np.minimum(axis_km + swing_km, _MOST_KM - 1)


def _astroz_satellites(elements: Elements, records: list[Any], astroz: Any) -> tuple[Ints, list[Any]]:
    """Near-earth satellites that both engines accept: their indices, and what astroz makes of them."""
    plausible = (elements.mean_motion_rad_s > _DEEP_SPACE_RAD_S) & (np.abs(elements.eccentricity - 0.5) <= 0.5)
    values = _initial_values(elements)
    kept, satellites = [], []
    for index in np.flatnonzero(plausible).tolist():
        satellite = astroz.Satrec()
        satellite.sgp4init(astroz.WGS72, "i", 0, *values[index])
        if satellite.error == 0 and records[index].error == 0:
            kept.append(index)
            satellites.append(satellite)
    return np.array(kept, dtype=np.int64), satellites


def _astroz_fill(elements: Elements, records: list[Any], astroz: Any) -> _Fill:
    """The fast engine for the satellites it is meant for; the reference for the rest."""
    fast, satellites = _astroz_satellites(elements, records, astroz)
    if fast.size == 0:
        return _reference_fill(records)
    array = astroz.SatrecArray(satellites)
    # Minutes are counted from one fixed instant, so that a state does not depend on the other instants of a call.
    reference = elements.epoch.max()
    epoch_min = (reference - elements.epoch[fast]).astype(np.int64) / 60e9
    least_km2, most_km2 = (np.square(bound_km) for bound_km in _believed_km(elements))

    def fill(at: Instants, position_km: Floats, velocity_km_s: Floats | None, codes: Bits) -> bool:
        minutes = (at - reference).astype(np.int64) / 60e9
        if fast.size == len(records):
            array.propagate_into(minutes, position_km, velocity_km_s, epoch_offsets=epoch_min)
        else:
            found_km = np.empty((len(at), fast.size, 3))
            found_km_s = None if velocity_km_s is None else np.empty_like(found_km)
            array.propagate_into(minutes, found_km, found_km_s, epoch_offsets=epoch_min)
            position_km[:] = np.nan
            position_km[:, fast] = found_km
            if velocity_km_s is not None:
                velocity_km_s[:, fast] = found_km_s
        square_km2 = np.einsum("tsi,tsi->ts", position_km, position_km)
        believed = (square_km2 > least_km2) & (square_km2 < most_km2)
        if believed.all():
            return True
        _ask_reference(records, at, ~believed, position_km, velocity_km_s, codes)
        return False

    return fill


def _ask_reference(
    records: list[Any],
    at: Instants,
    doubtful: Bools,
    position_km: Floats,
    velocity_km_s: Floats | None,
    codes: Bits,
) -> None:
    """Replace the states marked in `doubtful` (time, satellite), and set their codes, from the reference engine."""
    whole, fraction = julian_pairs(at)
    for satellite in np.flatnonzero(doubtful.any(axis=0)):
        when = np.flatnonzero(doubtful[:, satellite])
        error, found_km, found_km_s = records[satellite].sgp4_array(whole[when], fraction[when])
        position_km[when, satellite] = found_km
        codes[when, satellite] = error
        if velocity_km_s is not None:
            velocity_km_s[when, satellite] = found_km_s
