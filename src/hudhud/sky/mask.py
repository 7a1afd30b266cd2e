"""What hides the sky from one site: a horizon by azimuth, or the terminal's own obstruction map.

A horizon is the lowest clear elevation at each whole degree of azimuth, straight lines in between.

The obstruction map is the terminal's: 123 x 123 values, row 0 to the north, the last column to the east, the zenith in
the middle of the middle pixel, distance from it in proportion to the angle from the zenith with 80 degrees on 62 pixels.
A value is the share of signal seen in that direction, 0 (hidden) to 1 (clear), or -1 for no measurement.  A look is
obstructed where the pixel it falls on holds less than one half.  A direction without a measurement, or outside the map
(lower than about 10 degrees), counts as clear: the map says what is known to be hidden.
Only maps that stand still with the Earth (FRAME_EARTH) are taken; one that turns with the terminal (FRAME_UT) would
need the terminal's attitude at the time of each look.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from hudhud.arrays import Bools, Floats, Floats32
from hudhud.errors import Fault, InputError

__all__ = ["MAP_SIZE", "behind_horizon", "behind_map", "horizon_mask", "obstruction_map", "read_obstructions"]

MAP_SIZE = 123
"""Rows and columns of the terminal's obstruction map."""

_PIXELS_PER_DEGREE = 62.0 / 80.0
_MIDDLE = 61.5  # of the map, counting from the outer edge of row and column 0


def horizon_mask(azimuth_rad: Floats, elevation_rad: Floats) -> Floats:
    """Lowest clear elevation at each whole degree of azimuth, from corners of a horizon joined round the circle.

    azimuth_rad, elevation_rad: (corner,), in any order, at least one.  Returns (360,) radians.
    """
    order = np.argsort(np.mod(azimuth_rad, 2 * np.pi), kind="stable")
    corners = np.mod(azimuth_rad, 2 * np.pi)[order]
    mask: Floats = np.interp(np.radians(np.arange(360.0)), corners, elevation_rad[order], period=2 * np.pi)
    return mask


def behind_horizon(mask: Floats, azimuth_rad: Floats, elevation_rad: Floats) -> Bools:
    """Whether looks are below a horizon of 360 elevations.  Shape of the looks."""
    lowest = np.interp(np.degrees(azimuth_rad), np.arange(361.0), np.append(mask, mask[0]))
    return np.asarray(elevation_rad < lowest)


def behind_map(values: Floats32, azimuth_rad: Floats, elevation_rad: Floats) -> Bools:
    """Whether looks fall on a hidden pixel of an obstruction map (123, 123).  Shape of the looks."""
    pixels = (90.0 - np.degrees(elevation_rad)) * _PIXELS_PER_DEGREE
    row = np.floor(_MIDDLE - pixels * np.cos(azimuth_rad)).astype(np.int64)
    column = np.floor(_MIDDLE + pixels * np.sin(azimuth_rad)).astype(np.int64)
    inside = (row >= 0) & (row < MAP_SIZE) & (column >= 0) & (column < MAP_SIZE)
    value = values[np.clip(row, 0, MAP_SIZE - 1), np.clip(column, 0, MAP_SIZE - 1)]
    return np.asarray(inside & (value >= 0.0) & (value < 0.5))


def read_obstructions(text: str) -> tuple[Floats, Floats32]:
    """Horizons (mask, 360) and obstruction maps (map, 123, 123) of one file's text: one of the one, none of the other.

    Taken are JSON with the terminal's answer to get_obstruction_map (as printed by gRPC tools, with the names of the
    fields in either spelling), JSON as {"horizon_deg": [[azimuth, elevation], ...]}, and CSV lines azimuth,elevation in
    degrees.  Raises InputError with what is wrong and where.
    """
    no_mask, no_map = np.zeros((0, 360)), np.zeros((0, MAP_SIZE, MAP_SIZE), dtype=np.float32)
    if text.lstrip()[:1] not in ("{", "["):
        return _horizon(_csv_corners(text))[None], no_map
    try:
        read = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _refused("", f"begins like JSON, but is not: {error}") from None
    if isinstance(read, dict) and "horizon_deg" in read:
        corners = read["horizon_deg"]
        if not isinstance(corners, list):
            raise _refused("horizon_deg", "must be a list of [azimuth, elevation] in degrees")
        return _horizon((f"horizon_deg[{i}]", corner) for i, corner in enumerate(corners))[None], no_map
    return no_mask, obstruction_map(_answer(read))[None]


def _refused(where: str, problem: str) -> InputError:
    return InputError("the obstructions cannot be used:", [Fault(where=where, problem=problem)])


def _csv_corners(text: str) -> Iterable[tuple[str, Any]]:
    for number, row in enumerate(csv.reader(text.splitlines()), start=1):
        heading = number == 1 and len(row) == 2 and not any(letter.isdigit() for letter in "".join(row))
        if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#") and not heading:
            yield f"line {number}", row


def _horizon(corners: Iterable[tuple[str, Any]]) -> Floats:
    """The mask of corners in degrees, each with where it stands in the file."""
    read: dict[float, float] = {}
    faults = []
    for where, corner in corners:
        try:
            azimuth, elevation = (float(value) for value in corner)
        except (TypeError, ValueError):
            faults.append(Fault(where=where, problem=f"{corner!r} is not an azimuth and an elevation in degrees"))
            continue
        if not (0.0 <= azimuth <= 360.0 and -90.0 <= elevation <= 90.0):
            problem = f"azimuth {azimuth:g} must be 0 to 360 and elevation {elevation:g} -90 to 90 degrees"
            faults.append(Fault(where=where, problem=problem))
        elif read.setdefault(azimuth % 360.0, elevation) != elevation:
            faults.append(Fault(where=where, problem=f"there is another elevation at azimuth {azimuth:g} already"))
    if not read and not faults:
        faults.append(Fault(where="", problem="there is nothing in it: write lines azimuth,elevation in degrees"))
    if faults:
        raise InputError("the obstructions cannot be used:", faults)
    return horizon_mask(np.radians(list(read)), np.radians(list(read.values())))


def _answer(read: Any) -> Mapping[str, Any]:
    """The obstruction map's own fields, wherever the tool that printed the answer wrapped them."""
    for name in ("dishGetObstructionMap", "dish_get_obstruction_map"):
        if isinstance(read, dict) and name in read:
            read = read[name]
    if not isinstance(read, dict) or "snr" not in read:
        raise _refused("", "holds neither horizon_deg nor snr: see `hudhud look --help` for the forms that are taken")
    return read


def obstruction_map(answer: Mapping[str, Any]) -> Floats32:
    """The values (123, 123) of the terminal's answer to get_obstruction_map.  Raises InputError with every fault."""
    faults = []

    def field(snake: str, default: object) -> object:
        words = snake.split("_")
        return answer.get(snake, answer.get(words[0] + "".join(word.title() for word in words[1:]), default))

    for name, expected in (("num_rows", MAP_SIZE), ("num_cols", MAP_SIZE), ("max_theta_deg", 80)):
        if (found := field(name, expected)) != expected:
            faults.append(Fault(where=name, problem=f"is {found!r}, but only {expected} is understood"))
    frame = field("map_reference_frame", "FRAME_UNKNOWN")
    if frame not in ("FRAME_EARTH", 1):
        problem = f"is {frame!r}: only a map that stands still with the Earth, north at its top (FRAME_EARTH), is taken"
        faults.append(Fault(where="map_reference_frame", problem=problem))
    snr = answer["snr"]
    if not isinstance(snr, list) or len(snr) != MAP_SIZE**2:
        found = f"{len(snr)} values" if isinstance(snr, list) else type(snr).__name__
        faults.append(Fault(where="snr", problem=f"holds {found}, but must hold {MAP_SIZE} x {MAP_SIZE}"))
    else:
        wrong = [i for i, v in enumerate(snr) if not (isinstance(v, int | float) and (v == -1 or 0 <= v <= 1))]
        if wrong:
            problem = f"is {snr[wrong[0]]!r}, but values are 0 to 1, or -1 for no measurement ({len(wrong)} such)"
            faults.append(Fault(where=f"snr[{wrong[0]}]", problem=problem))
    if faults:
        raise InputError("the obstruction map cannot be used:", faults)
    return np.array(snr, dtype=np.float32).reshape(MAP_SIZE, MAP_SIZE)
