"""The Earth: its ellipsoid, places on it, and its rotation between the frame of SGP4 and the frame of the sites.

Comes in: geodetic WGS-84 coordinates (radians, metres), TEME states.  Goes out: Earth-fixed positions and local axes.
Left out on purpose: tides, plate motion, refraction (0.04 degrees at 25 degrees of elevation), precession and nutation
(TEME to Earth-fixed needs only GMST-82 and polar motion; Vallado et al. 2006).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hudhud.arrays import Floats, Instants, freeze
from hudhud.constants import EARTH_ROTATION_RAD_S, MEAN_RADIUS_M, WGS84_E2, WGS84_SEMI_MAJOR_M
from hudhud.errors import Fault, InputError
from hudhud.timescale import julian_pairs

__all__ = [
    "NO_ORIENTATION",
    "EarthOrientation",
    "Sites",
    "earth_fixed",
    "earth_fixed_velocity",
    "geodetic",
    "gmst82_rad",
    "great_circle_m",
    "position_m",
    "rotation_to_earth_fixed",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class EarthOrientation:
    """What only measurement knows of the Earth's rotation, handed in by the caller and taken as constant for a run.

    ut1_utc_s: UT1 minus UTC, |..| < 0.9 s.  pole_x_rad, pole_y_rad: polar motion.  Source of values: IERS Bulletin A.
    """

    ut1_utc_s: float = 0.0
    pole_x_rad: float = 0.0
    pole_y_rad: float = 0.0


NO_ORIENTATION = EarthOrientation()
"""UT1 taken as UTC, the pole taken as fixed: 4 to 20 m in a satellite's position."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sites:
    """Named places: terminals, gateways, cities.

    names: one text each.  latitude_rad (site,) -pi/2..pi/2 geodetic, longitude_rad (site,), height_m (site,) over the
    WGS-84 ellipsoid.  Positions and local axes follow from these.  At a pole east is that of the given longitude.
    """

    names: tuple[str, ...]
    latitude_rad: Floats
    longitude_rad: Floats
    height_m: Floats

    def __post_init__(self) -> None:
        freeze(self.latitude_rad, self.longitude_rad, self.height_m)

    @cached_property
    def position_m(self) -> Floats:
        """(site, 3) Earth-fixed metres."""
        return _frozen(position_m(self.latitude_rad, self.longitude_rad, self.height_m))

    @cached_property
    def up(self) -> Floats:
        """(site, 3) unit vectors along the geodetic vertical."""
        lat, lon = self.latitude_rad, self.longitude_rad
        return _frozen(np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1))

    @cached_property
    def east(self) -> Floats:
        """(site, 3) unit vectors towards the east."""
        lon = self.longitude_rad
        return _frozen(np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1))

    @cached_property
    def north(self) -> Floats:
        """(site, 3) unit vectors towards the north."""
        return _frozen(np.cross(self.up, self.east))

    def __len__(self) -> int:
        return len(self.names)

    @classmethod
    def at(
        cls,
        names: tuple[str, ...] | list[str],
        latitude_deg: Floats | list[float],
        longitude_deg: Floats | list[float],
        height_m: Floats | list[float] | None = None,
    ) -> "Sites":
        """Sites from degrees; height 0 m where none is given.

        Latitude -90..90, longitude -180..360, height -1,000..100,000 m.  Raises InputError with every fault found.
        """
        latitude = np.array(latitude_deg, dtype=np.float64)
        longitude = np.array(longitude_deg, dtype=np.float64)
        height = np.zeros_like(latitude) if height_m is None else np.array(height_m, dtype=np.float64)
        if not latitude.shape == longitude.shape == height.shape == (len(names),):
            raise InputError(
                f"{len(names)} sites need as many latitudes, longitudes and heights, "
                f"but these have the shapes {latitude.shape}, {longitude.shape} and {height.shape}"
            )
        faults = [
            Fault(where=name, problem=f"{word} is {value:g} {unit}, but must lie between {least:,} and {most:,}")
            for word, unit, values, least, most in (
                ("latitude", "degrees", latitude, -90, 90),
                ("longitude", "degrees", longitude, -180, 360),
                ("height", "m", height, -1_000, 100_000),
            )
            for name, value in zip(names, values.tolist(), strict=True)
            if not least <= value <= most
        ]
        if faults:
            raise InputError("sites that cannot be on the Earth", faults)
        return cls(
            names=tuple(names),
            latitude_rad=np.radians(latitude),
            longitude_rad=np.radians(longitude),
            height_m=height,
        )


def _frozen(array: Floats) -> Floats:
    freeze(array)
    return array


def position_m(latitude_rad: Floats, longitude_rad: Floats, height_m: Floats) -> Floats:
    """Earth-fixed position of geodetic coordinates.  Broadcasts; returns (..., 3) metres.  WGS-84, closed form."""
    sin_lat, cos_lat = np.sin(latitude_rad), np.cos(latitude_rad)
    normal_m = WGS84_SEMI_MAJOR_M / np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
    level_m = (normal_m + height_m) * cos_lat
    return np.stack(
        np.broadcast_arrays(
            level_m * np.cos(longitude_rad),
            level_m * np.sin(longitude_rad),
            (normal_m * (1.0 - WGS84_E2) + height_m) * sin_lat,
        ),
        axis=-1,
    )


def geodetic(earth_fixed_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Latitude, longitude (radians) and height (metres) over WGS-84 of (..., 3) Earth-fixed metres.

    Fixed-point iteration on the latitude (five rounds: under 1e-12 rad from the surface to 50,000 km); the pole is
    right too, its longitude being 0 by convention.
    """
    x, y, z = np.moveaxis(np.asarray(earth_fixed_m, dtype=np.float64), -1, 0)
    level_m = np.hypot(x, y)
    lat = np.arctan2(z, level_m * (1.0 - WGS84_E2))
    for _ in range(5):
        sin_lat = np.sin(lat)
        normal_m = WGS84_SEMI_MAJOR_M / np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
        lat = np.arctan2(z + WGS84_E2 * normal_m * sin_lat, level_m)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    normal_m = WGS84_SEMI_MAJOR_M / np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
    height_m = level_m * cos_lat + z * sin_lat - WGS84_SEMI_MAJOR_M**2 / normal_m
    return lat, np.arctan2(y, x), height_m


def great_circle_m(lat_a_rad: Floats, lon_a_rad: Floats, lat_b_rad: Floats, lon_b_rad: Floats) -> Floats:
    """Great-circle distance on the sphere of mean radius (haversine; within 0.6 % of the ellipsoid).  Broadcasts."""
    half_lat = np.sin((lat_b_rad - lat_a_rad) / 2) ** 2
    half_lon = np.sin((lon_b_rad - lon_a_rad) / 2) ** 2
    chord = half_lat + np.cos(lat_a_rad) * np.cos(lat_b_rad) * half_lon
    distance: Floats = 2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return distance


def gmst82_rad(at: Instants, ut1_utc_s: float = 0.0) -> Floats:
    """Greenwich mean sidereal time, IAU 1982, in 0..2 pi.  Shape of `at`.  Vallado et al. 2006, eq. (C-5)."""
    whole, fraction = julian_pairs(at)
    centuries = ((whole - 2_451_545.0) + (fraction + ut1_utc_s / 86_400.0)) / 36_525.0
    seconds = (
        67_310.54841
        + (876_600 * 3_600 + 8_640_184.812866) * centuries
        + 0.093104 * centuries**2
        - 6.2e-6 * centuries**3
    )
    angle: Floats = np.mod(np.radians(seconds / 240.0), 2 * np.pi)
    return angle


def rotation_to_earth_fixed(at: Instants, orientation: EarthOrientation = NO_ORIENTATION) -> Floats:
    """Rotation from TEME to the Earth-fixed frame (ITRF; PEF where the pole is taken as fixed).

    at: (time,).  Returns (time, 3, 3); a column vector in TEME is multiplied from the left.  Polar motion by the small
    angles of the IERS 1980 convention (error under 0.1 mm).  Vallado et al. 2006, appendix C.
    """
    angle = gmst82_rad(at, orientation.ut1_utc_s)
    turn = np.zeros((*angle.shape, 3, 3))
    turn[..., 0, 0] = turn[..., 1, 1] = np.cos(angle)
    turn[..., 0, 1] = np.sin(angle)
    turn[..., 1, 0] = -turn[..., 0, 1]
    turn[..., 2, 2] = 1.0
    x, y = orientation.pole_x_rad, orientation.pole_y_rad
    wobble = np.array([[1.0, 0.0, x], [0.0, 1.0, -y], [-x, y, 1.0]])
    rotation: Floats = wobble @ turn
    return rotation


def earth_fixed(teme_m: Floats, at: Instants, orientation: EarthOrientation = NO_ORIENTATION) -> Floats:
    """TEME positions turned into the Earth-fixed frame.

    teme_m: (time, ..., 3) metres; at: (time,).  Returns the same shape; nan stays nan.
    """
    turned_m: Floats = np.einsum("tij,t...j->t...i", rotation_to_earth_fixed(at, orientation), teme_m)
    return turned_m


def earth_fixed_velocity(
    teme_m: Floats, teme_m_s: Floats, at: Instants, orientation: EarthOrientation = NO_ORIENTATION
) -> Floats:
    """Velocity relative to the turning Earth.  Shapes as in `earth_fixed`; metres per second."""
    turned_m_s = teme_m_s - EARTH_ROTATION_RAD_S * np.stack(
        [-teme_m[..., 1], teme_m[..., 0], np.zeros_like(teme_m[..., 0])], axis=-1
    )
    return earth_fixed(turned_m_s, at, orientation)
