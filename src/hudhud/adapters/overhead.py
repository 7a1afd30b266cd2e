"""What stands over one place at one instant, in the words and numbers of `hudhud look`."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hudhud.arrays import Bits, Floats, Floats32, Ints, freeze
from hudhud.earth import Sites
from hudhud.orbits.elements import Elements, Generation, Status
from hudhud.orbits.positions import propagator
from hudhud.sky import (
    Gate,
    Light,
    Limits,
    TerminalClass,
    arc_angle_rad,
    arc_directions,
    illumination,
    looks,
    sun_position_m,
    watch,
)
from hudhud.timescale import to_rfc3339

__all__ = ["GATE_WORDS", "Overhead", "Place", "idle_word", "overhead", "reasons", "summary"]

GATE_WORDS = {
    Gate.NOT_IN_SERVICE: "not in service",
    Gate.BELOW_MINIMUM_ELEVATION: "below the minimum elevation",
    Gate.GSO_ARC: "too near the geostationary arc",
    Gate.OUT_OF_FIELD_OF_VIEW: "out of the field of view",
    Gate.OBSTRUCTED: "obstructed",
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Place:
    """Where the terminal stands and what limits it.  Angles in radians; masks, obstructions: see `sky.Limits`."""

    site: Sites
    terminal_class: TerminalClass
    minimum_elevation_rad: float
    gso_avoidance_rad: float
    boresight_azimuth_rad: float
    boresight_elevation_rad: float
    masks: Floats
    obstructions: Floats32

    @property
    def limits(self) -> Limits:
        """The place's limits, with every satellite above the horizon a candidate."""
        return Limits(
            floor_elevation_rad=np.zeros(1),
            minimum_elevation_rad=np.array([self.minimum_elevation_rad]),
            gso_avoidance_rad=np.array([self.gso_avoidance_rad]),
            half_field_of_view_rad=np.array([self.terminal_class.half_field_of_view_rad]),
            boresight_azimuth_rad=np.array([self.boresight_azimuth_rad]),
            boresight_elevation_rad=np.array([self.boresight_elevation_rad]),
            spread_m=np.zeros(1),
            mask=np.array([len(self.masks) - 1], dtype=np.int32),
            masks=self.masks,
            obstruction=np.array([len(self.obstructions) - 1], dtype=np.int32),
            obstructions=self.obstructions,
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Overhead:
    """Every satellite above the horizon, highest first; arrays are (look,).

    elements: of the satellites, in the same order.  gso_rad: angle to the visible geostationary arc, pi where there is
    none.  boresight_rad: angle from the boresight.  light: `Light`.  refused: bits of `Gate`.
    satellites, without_position: in the whole fleet.
    """

    at: np.datetime64
    place: Place
    elements: Elements
    azimuth_rad: Floats
    elevation_rad: Floats
    range_m: Floats
    gso_rad: Floats
    boresight_rad: Floats
    light: Bits
    refused: Bits
    satellites: int
    without_position: int

    def __post_init__(self) -> None:
        freeze(self.azimuth_rad, self.elevation_rad, self.range_m, self.gso_rad, self.boresight_rad, self.light)
        freeze(self.refused)

    def __len__(self) -> int:
        return len(self.refused)


def overhead(at: np.datetime64, place: Place, elements: Elements) -> Overhead:
    """Work out the sky over a place.  A satellite that is not operational, or serves telephones only, is not in service."""
    when = np.asarray([at], dtype="datetime64[ns]")
    (satellite_m,), _ = propagator(elements).earth_fixed(when)
    idle = ~elements.operational | (elements.generation == Generation.DIRECT_TO_CELL)
    known = np.isfinite(satellite_m[:, 0])
    highest_m = float(np.linalg.norm(satellite_m[known], axis=1).max(initial=7e6))
    site = place.site
    found = looks(watch(site, place.limits, highest_m), satellite_m, idle)
    order = np.lexsort((found.satellite, -found.elevation_rad))
    chosen: Ints = found.satellite[order].astype(np.int64)
    azimuth, elevation = found.azimuth_rad[order], found.elevation_rad[order]
    return Overhead(
        at=at,
        place=place,
        elements=elements.select(chosen),
        azimuth_rad=azimuth,
        elevation_rad=elevation,
        range_m=found.range_m[order],
        gso_rad=arc_angle_rad(site.latitude_rad, site.height_m, azimuth, elevation),
        boresight_rad=_apart_rad(azimuth, elevation, place.boresight_azimuth_rad, place.boresight_elevation_rad),
        light=illumination(satellite_m[chosen], sun_position_m(when)),
        refused=found.refused[order],
        satellites=len(elements),
        without_position=int((~known).sum()),
    )


def _apart_rad(azimuth_rad: Floats, elevation_rad: Floats, to_azimuth_rad: float, to_elevation_rad: float) -> Floats:
    """Angle between directions and one direction (haversine, right for small angles too)."""
    square = (
        np.sin((elevation_rad - to_elevation_rad) / 2) ** 2
        + np.cos(elevation_rad) * np.cos(to_elevation_rad) * np.sin((azimuth_rad - to_azimuth_rad) / 2) ** 2
    )
    angle: Floats = 2 * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0)))
    return angle


def reasons(sky: Overhead, look: int) -> list[str]:
    """Why a look is refused, a sentence per gate in the order of the gates."""
    place, words = sky.place, []
    for gate in Gate(int(sky.refused[look])):
        match gate:
            case Gate.NOT_IN_SERVICE:
                words.append(f"not in service: {idle_word(sky, look)}")
            case Gate.BELOW_MINIMUM_ELEVATION:
                words.append(f"below the minimum elevation of {_deg(place.minimum_elevation_rad)} degrees")
            case Gate.GSO_ARC:
                words.append(
                    f"{_deg(sky.gso_rad[look])} degrees from the geostationary arc, "
                    f"must keep {_deg(place.gso_avoidance_rad)}"
                )
            case Gate.OUT_OF_FIELD_OF_VIEW:
                words.append(
                    f"{_deg(sky.boresight_rad[look])} degrees from the boresight, "
                    f"the field of view reaches {_deg(place.terminal_class.half_field_of_view_rad)}"
                )
            case Gate.OBSTRUCTED:
                words.append("hidden by an obstruction")
    return words


def idle_word(sky: Overhead, look: int) -> str:
    """What a satellite does instead of serving: its status, or direct to cell."""
    status = Status(int(sky.elements.status[look]))
    return "direct to cell only" if status is Status.OPERATIONAL else status.name.lower()


def _deg(angle_rad: float) -> str:
    return f"{np.degrees(angle_rad):.1f}".removesuffix(".0")


def summary(sky: Overhead, limit: int | None = None) -> dict[str, Any]:
    """The sky as JSON-ready values in degrees and kilometres; at most `limit` looks, the highest."""
    place = sky.place
    arc, _ = arc_directions(float(place.site.latitude_rad[0]), float(place.site.height_m[0]), 3)
    return {
        "at": to_rfc3339(sky.at),
        "latitude_deg": round(float(np.degrees(place.site.latitude_rad[0])), 9),
        "longitude_deg": round(float(np.degrees(place.site.longitude_rad[0])), 9),
        "height_m": float(place.site.height_m[0]),
        "class": place.terminal_class.name,
        "limits": {
            "minimum_elevation_deg": _round(place.minimum_elevation_rad),
            "gso_avoidance_deg": _round(place.gso_avoidance_rad),
            "half_field_of_view_deg": _round(place.terminal_class.half_field_of_view_rad),
            "boresight_azimuth_deg": _round(place.boresight_azimuth_rad),
            "boresight_elevation_deg": _round(place.boresight_elevation_rad),
            "obstructions": bool(len(place.masks) or len(place.obstructions)),
        },
        "gso_arc_visible": arc.size > 0,
        "satellites": sky.satellites,
        "without_position": sky.without_position,
        "above_horizon": len(sky),
        "passing": int((sky.refused == 0).sum()),
        "refused": {_name(gate): int((sky.refused & gate > 0).sum()) for gate in Gate},
        "looks": [_look(sky, k) for k in range(len(sky) if limit is None else min(limit, len(sky)))],
    }


def _look(sky: Overhead, k: int) -> dict[str, Any]:
    elements = sky.elements
    gates = Gate(int(sky.refused[k]))
    return {
        "name": elements.names[k],
        "catalogue_number": int(elements.catalogue_numbers[k]),
        "status": Status(int(elements.status[k])).name.lower(),
        "status_reason": elements.status_reason[k],
        "generation": Generation(int(elements.generation[k])).name.lower(),
        "azimuth_deg": _round(sky.azimuth_rad[k]),
        "elevation_deg": _round(sky.elevation_rad[k]),
        "range_km": round(float(sky.range_m[k]) / 1e3, 6),
        "gso_angle_deg": _round(sky.gso_rad[k]) if sky.gso_rad[k] < np.pi else None,
        "boresight_angle_deg": _round(sky.boresight_rad[k]),
        "sunlit": bool(sky.light[k] == Light.SUNLIT),
        "light": Light(int(sky.light[k])).name.lower(),
        "refused_by": [_name(gate) for gate in gates],
        "reasons": reasons(sky, k),
    }


def _name(gate: Gate) -> str:
    return str(gate.name).lower()


def _round(angle_rad: float) -> float:
    """Degrees to a millionth: 1 centimetre at 600 km."""
    return round(float(np.degrees(angle_rad)), 6)
