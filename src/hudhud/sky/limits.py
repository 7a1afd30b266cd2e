"""What each site can and may look at, and the gates that refuse a look."""

from dataclasses import dataclass
from enum import IntFlag

import numpy as np

from hudhud.arrays import Floats, Floats32, Ints32, freeze
from hudhud.earth import Sites
from hudhud.errors import Fault, InputError

__all__ = ["Gate", "Limits", "refuse_faults"]


class Gate(IntFlag):
    """Why a look is refused: bits of `Looks.refused`.  Their order is the order in which reasons are given."""

    NOT_IN_SERVICE = 1
    """The satellite is not operational, or belongs to another service."""
    BELOW_MINIMUM_ELEVATION = 2
    GSO_ARC = 4
    """Nearer to the visible geostationary arc than the avoidance angle."""
    OUT_OF_FIELD_OF_VIEW = 8
    OBSTRUCTED = 16


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Limits:
    """What each site can and may look at.  Arrays are (site,) float64 radians unless said otherwise.

    floor_elevation_rad: satellites below are no candidates at all.  minimum_elevation_rad: true elevation over the
    geodetic horizon.  gso_avoidance_rad: least angle from the visible geostationary arc, 0 for none.
    half_field_of_view_rad: round the boresight, pi for no limit.  boresight_azimuth_rad, boresight_elevation_rad.
    spread_m: (site,) metres; the site stands for a group of places that lie within this distance of it, and a look
    passes a gate only if it passes at every one of them; 0 for a single place, where the gates are exact.
    mask: (site,) int32 row of `masks`, -1 for none; masks: (mask, 360) lowest clear elevation at each whole degree of
    azimuth, linear in between.  obstruction: (site,) int32 row of `obstructions`, -1 for none; obstructions:
    (map, 123, 123) float32 as in `sky.mask`.
    """

    floor_elevation_rad: Floats
    minimum_elevation_rad: Floats
    gso_avoidance_rad: Floats
    half_field_of_view_rad: Floats
    boresight_azimuth_rad: Floats
    boresight_elevation_rad: Floats
    spread_m: Floats
    mask: Ints32
    masks: Floats
    obstruction: Ints32
    obstructions: Floats32

    def __post_init__(self) -> None:
        freeze(*(getattr(self, name) for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.floor_elevation_rad)

    @classmethod
    def same(
        cls,
        count: int,
        *,
        minimum_elevation_rad: float,
        floor_elevation_rad: float | None = None,
        gso_avoidance_rad: float = 0.0,
        half_field_of_view_rad: float = np.pi,
        boresight_azimuth_rad: float = 0.0,
        boresight_elevation_rad: float = np.pi / 2,
    ) -> "Limits":
        """The same limits for `count` single places without masks; the floor is the minimum where none is given."""
        floor = minimum_elevation_rad if floor_elevation_rad is None else floor_elevation_rad
        return cls(
            floor_elevation_rad=np.full(count, floor),
            minimum_elevation_rad=np.full(count, minimum_elevation_rad),
            gso_avoidance_rad=np.full(count, gso_avoidance_rad),
            half_field_of_view_rad=np.full(count, half_field_of_view_rad),
            boresight_azimuth_rad=np.full(count, boresight_azimuth_rad),
            boresight_elevation_rad=np.full(count, boresight_elevation_rad),
            spread_m=np.zeros(count),
            mask=np.full(count, -1, dtype=np.int32),
            masks=np.zeros((0, 360)),
            obstruction=np.full(count, -1, dtype=np.int32),
            obstructions=np.zeros((0, 123, 123), dtype=np.float32),
        )


def refuse_faults(sites: Sites, limits: Limits, highest_radius_m: float) -> None:
    """Raise one InputError with all that is wrong with the arguments of `watch`."""
    count = len(sites)
    faults = []
    if not np.isfinite(sites.position_m).all():
        faults.append(Fault(where="sites", problem="latitude, longitude and height must be finite numbers"))
    if not np.isfinite(highest_radius_m) or highest_radius_m <= 0.0:
        faults.append(Fault(where="highest_radius_m", problem=f"is {highest_radius_m}, but must be finite and > 0"))
    ranges = {
        "floor_elevation_rad": (-np.pi / 2, np.pi / 2),
        "minimum_elevation_rad": (-np.pi / 2, np.pi / 2),
        "gso_avoidance_rad": (0.0, np.pi),
        "half_field_of_view_rad": (0.0, np.pi),
        "boresight_azimuth_rad": (-2 * np.pi, 2 * np.pi),
        "boresight_elevation_rad": (-np.pi / 2, np.pi / 2),
        "spread_m": (0.0, 2e7),
    }
    for name, (low, high) in ranges.items():
        values = getattr(limits, name)
        if values.shape != (count,):
            faults.append(Fault(where=name, problem=f"has shape {values.shape}, but there are {count} sites"))
        elif not ((values >= low) & (values <= high)).all():
            faults.append(Fault(where=name, problem=f"must lie between {low:g} and {high:g} everywhere"))
    for name, rows, table, shape in (
        ("mask", limits.mask, limits.masks, (360,)),
        ("obstruction", limits.obstruction, limits.obstructions, (123, 123)),
    ):
        if rows.shape != (count,) or table.shape[1:] != shape:
            faults.append(Fault(where=name, problem=f"has shapes {rows.shape}, {table.shape}; see `Limits`"))
        elif ((rows < -1) | (rows >= len(table))).any():
            faults.append(Fault(where=name, problem=f"names a row that is not among the {len(table)} given"))
        elif limits.spread_m.shape == (count,) and ((rows >= 0) & (limits.spread_m > 0.0)).any():
            faults.append(Fault(where=name, problem="belongs to one place: a group (spread_m > 0) cannot have one"))
    if faults:
        raise InputError("these sites and limits cannot be watched:", faults)
