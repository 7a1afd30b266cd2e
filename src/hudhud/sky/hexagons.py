"""Cells of the ground by number: from coordinates to the hexagon that holds them, millions a second.

A cell is an H3 cell of resolution 5 (about 250 square kilometres).  Its number is its base cell times 7**5 plus its five
digits read in base 7: numbers stand in the order of H3 indices, an area is few runs of them, and a table over all of them
has two million entries.  Numbers from 0 to NUMBERS - 1 that are no cell (the missing wedge of each pentagon) exist.

The H3 library converts one point a call; here the same definition (Sahr, White and Kimerling 2003, "Geodesic discrete
global grid systems": aperture 7 on the gnomonic faces of an icosahedron) is a kernel over arrays.  Nothing about the
orientation of the grid is written down here: the corners of the icosahedron are the library's twelve pentagons, and which
base cell lies where, turned how far, is learnt from it at import (6 ms).  Tests hold the kernel to two H3 engines.
"""

import functools
from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.kernel import compiled

__all__ = ["NUMBERS", "RESOLUTION", "all_numbers", "cell_number", "h3_index", "is_cell", "number_of", "union"]

RESOLUTION = 5
"""H3 resolution of cells: hexagons of about 250 square kilometres, as in the operator's public availability map."""

_BASE_CELLS = 122
_PER_BASE = 7**RESOLUTION
NUMBERS = _BASE_CELLS * _PER_BASE
"""One more than the largest cell number."""

# Axes i, j, k of a face lie 120 degrees apart and i + j + k = 0, so that (a, b) = (i - k, j - k) names a hexagon.
# Digit of each neighbour at (a + 1, b + 1): 1 k, 2 j, 3 jk, 4 i, 5 ik, 6 ij, 0 the middle one.
_DIGIT: Bits = np.array([[1, 3, 7], [5, 0, 2], [7, 4, 6]], dtype=np.uint8)
_TURNED = (0, 5, 3, 1, 6, 4, 2)  # digit after a turn by 60 degrees counter-clockwise
_TURNS: Bits = np.array([range(7)] * 6, dtype=np.uint8)
for _turn in range(1, 6):
    _TURNS[_turn] = np.array(_TURNED)[_TURNS[_turn - 1]]

_UNLEARNT = -2  # a sliver of a cell that no probe met: the library is asked
_CLASS_III_TURN_RAD = np.arcsin(np.sqrt(3 / 28))  # odd resolutions are turned against even ones by so much
_HEAD = (1 << 59) | (RESOLUTION << 52)  # mode "cell", resolution
_TAIL_BITS = 3 * (15 - RESOLUTION)
_TAIL = (1 << _TAIL_BITS) - 1  # digits of finer resolutions are all 7


def _unit(latitude_rad: Floats, longitude_rad: Floats) -> Floats:
    """(n, 3) points of the unit sphere, H3 taking latitudes as they are."""
    across = np.cos(latitude_rad)
    return np.stack([across * np.cos(longitude_rad), across * np.sin(longitude_rad), np.sin(latitude_rad)], axis=-1)


def _corners() -> Floats:
    """(12, 3) corners of the icosahedron: the middles of the pentagons."""
    return _unit(*np.radians(np.array([h3.cell_to_latlng(cell) for cell in sorted(h3.get_pentagons(0))])).T)


def _faces() -> Floats:
    """(20, 3, 3): outward normal of each face and its axes x and y, so that gnomonic x, y count resolution-5 hexagons."""
    corners = _corners()
    near = (corners @ corners.T > 0.4) & ~np.eye(12, dtype=np.bool_)
    triangles = [
        (a, b, c) for a in range(12) for b in range(a) for c in range(b) if near[a, b] and near[b, c] and near[a, c]
    ]
    faces = np.empty((len(triangles), 3, 3))
    for face, corner in enumerate(triangles):
        normal = corners[list(corner)].sum(axis=0)
        normal /= np.linalg.norm(normal)
        to_corner = corners[corner[0]] / (corners[corner[0]] @ normal) - normal  # two base cells long in the plane
        ahead = to_corner / (to_corner @ to_corner) * 2 * np.sqrt(7.0) ** RESOLUTION
        aside = np.cross(normal, ahead)
        cos, sin = np.cos(_CLASS_III_TURN_RAD), np.sin(_CLASS_III_TURN_RAD)
        faces[face] = normal, cos * ahead + sin * aside, cos * aside - sin * ahead
    return faces


@compiled
def _located(
    latitude_rad: Floats, longitude_rad: Floats, faces: Floats, digit: Bits, place: Ints32, digits: Bits
) -> None:
    """Where each point lies: place (n,) of its base cell on its face, and its digits (n, 5) as seen from that face.

    place is 27 x face + 9 i + 3 j + k of the base cell, -1 for nan.
    """
    for n in range(latitude_rad.size):
        across = np.cos(latitude_rad[n])
        x = across * np.cos(longitude_rad[n])
        y = across * np.sin(longitude_rad[n])
        z = np.sin(latitude_rad[n])
        place[n] = -1
        if not np.isfinite(x + z):
            continue
        face, most = 0, -2.0
        for each in range(faces.shape[0]):
            toward = faces[each, 0, 0] * x + faces[each, 0, 1] * y + faces[each, 0, 2] * z
            if toward > most:
                face, most = each, toward
        ahead = (faces[face, 1, 0] * x + faces[face, 1, 1] * y + faces[face, 1, 2] * z) / most
        aside = (faces[face, 2, 0] * x + faces[face, 2, 1] * y + faces[face, 2, 2] * z) / most
        # nearest hexagon: round the three coordinates along axes 60 degrees apart and mend the one rounded farthest
        q = aside / 0.8660254037844386
        p = ahead - 0.5 * q
        whole_p, whole_q, whole_r = np.rint(p), np.rint(q), np.rint(-p - q)
        off_p, off_q, off_r = abs(whole_p - p), abs(whole_q - q), abs(whole_r + p + q)
        if off_p > off_q and off_p > off_r:
            whole_p = -whole_q - whole_r
        elif off_q > off_r:
            whole_q = -whole_p - whole_r
        b = int(whole_q)
        a = int(whole_p) + b
        for level in range(5, 0, -1):  # up to the coarser hexagon, and which of its seven this one is
            if level % 2:
                up_a, up_b = int(np.rint((3 * a - b) / 7)), int(np.rint((a + 2 * b) / 7))
                middle_a, middle_b = 2 * up_a + up_b, 3 * up_b - up_a
            else:
                up_a, up_b = int(np.rint((2 * a + b) / 7)), int(np.rint((3 * b - a) / 7))
                middle_a, middle_b = 3 * up_a - up_b, up_a + 2 * up_b
            digits[n, level - 1] = digit[a - middle_a + 1, b - middle_b + 1]
            a, b = up_a, up_b
        least = min(a, b, 0)
        place[n] = 27 * face + 9 * (a - least) + 3 * (b - least) - least


@compiled
def _numbers(place: Ints32, digits: Bits, base: Ints32, turn: Bits, turns: Bits, number: Ints32) -> None:
    """Cell number of each located point: its base cell, its digits turned from the face's axes to the base cell's."""
    for n in range(place.size):
        number[n] = -1
        if place[n] < 0:
            continue
        lead = 0
        for level in range(5):
            if lead == 0:
                lead = digits[n, level]
        about = turn[place[n], lead]
        if about > 5:
            number[n] = _UNLEARNT
            continue
        within = 0
        for level in range(5):
            within = 7 * within + turns[about, digits[n, level]]
        number[n] = base[place[n]] * 16807 + within


_ROWS = (
    40  # of probes on each face: 861 points, the outermost 26 km inside its edges, where slivers of cells reach over
)


def _probes(faces: Floats) -> Floats:
    """(n, 3) points strewn evenly over each face, none of them on an edge of the icosahedron."""
    corners = _corners()
    toward = np.argsort(-faces[:, 0] @ corners.T, axis=1)[:, :3]  # the three corners of each face
    weight = np.array([(a, b, _ROWS - a - b) for a in range(_ROWS + 1) for b in range(_ROWS + 1 - a)]) + 0.15
    points = (weight @ corners[toward]).reshape(-1, 3)
    spread: Floats = points / np.linalg.norm(points, axis=1)[:, None]
    return spread


def _learnt(faces: Floats) -> tuple[Ints32, Bits]:
    """base (540,) base cell at each place, -1 where none; turn (540, 7) how far digits are turned, by their first not 0.

    Points of every face are put to the library.  In a hexagon the turn is one for all digits; in a pentagon, where a
    wedge is missing, it depends on the first.  6 where no point asked.
    """
    x, y, z = _probes(faces).T
    latitude_rad, longitude_rad = np.arcsin(z), np.arctan2(y, x)
    place, digits = np.empty(len(x), dtype=np.int32), np.empty((len(x), RESOLUTION), dtype=np.uint8)
    _located(latitude_rad, longitude_rad, faces, _DIGIT, place, digits)
    index = _library_index(latitude_rad, longitude_rad)
    true = (index[:, None] >> (3 * (15 - np.arange(1, RESOLUTION + 1)))) & 7
    lead = digits[np.arange(len(digits)), (digits > 0).argmax(axis=1)]
    base, turn = np.full(27 * len(faces), -1, dtype=np.int32), np.full((27 * len(faces), 7), 6, dtype=np.uint8)
    base[place] = (index >> 45) & 127
    for about in range(6):
        agrees = (_TURNS[about][digits] == true).all(axis=1)
        turn[place[agrees], lead[agrees]] = about
    turn[:, 0] = np.where(base < 0, 6, 0)
    pentagon = np.isin(base, [(cell >> 45) & 127 for cell in h3.get_pentagons(0)])
    turn[~pentagon] = turn[~pentagon, 1:].min(axis=1)[:, None]
    return base, turn


def _library_index(latitude_rad: Floats, longitude_rad: Floats) -> Ints:
    """H3 indices, one point a call."""
    degrees = zip(np.degrees(latitude_rad).tolist(), np.degrees(longitude_rad).tolist(), strict=True)
    return np.array([h3.latlng_to_cell(lat, lon, RESOLUTION) for lat, lon in degrees], dtype=np.int64)


_FACES = _faces()
_BASE, _TURN = _learnt(_FACES)
freeze(_DIGIT, _TURNS, _FACES, _BASE, _TURN)


def cell_number(latitude_rad: Floats, longitude_rad: Floats) -> Ints32:
    """Number of the cell that holds each point, -1 for one that is not finite.  Arrays of one shape; returns it, int32.

    The same cell as the library's, but for points within rounding (1e-9 m) of a common edge.
    """
    latitude_rad, longitude_rad = np.broadcast_arrays(
        np.asarray(latitude_rad, dtype=np.float64), np.asarray(longitude_rad, dtype=np.float64)
    )
    shape = latitude_rad.shape
    number = np.empty(latitude_rad.size, dtype=np.int32)
    latitude_rad, longitude_rad = (
        np.ascontiguousarray(latitude_rad).ravel(),
        np.ascontiguousarray(longitude_rad).ravel(),
    )
    for first in range(0, number.size, _BLOCK):
        part = slice(first, first + _BLOCK)
        place = np.empty(number[part].size, dtype=np.int32)
        digits = np.empty((place.size, RESOLUTION), dtype=np.uint8)
        _located(latitude_rad[part], longitude_rad[part], _FACES, _DIGIT, place, digits)
        _numbers(place, digits, _BASE, _TURN, _TURNS, number[part])
    if (number == _UNLEARNT).any():
        rest = number == _UNLEARNT
        number[rest] = number_of(_library_index(latitude_rad[rest], longitude_rad[rest]))
    return number.reshape(shape)


_BLOCK = 65536  # points at once: what lies between the two kernels stays in the cache


def h3_index(number: Ints32) -> Ints:
    """H3 index of each cell number.  Any shape; returns it, int64.  Numbers are taken as they are: see `is_cell`."""
    number = np.asarray(number, dtype=np.int32)
    index = np.empty(number.size, dtype=np.int64)
    _spell(np.ascontiguousarray(number).ravel(), _HEAD | _TAIL, index)
    return index.reshape(number.shape)


@compiled
def _spell(number: Ints32, frame: int, index: Ints) -> None:
    """H3 indices of cell numbers.  frame: what is the same in every index of the resolution."""
    for n in range(number.size):
        rest, bits = number[n], frame
        for shift in range(30, 45, 3):
            bits |= (rest % 7) << shift
            rest //= 7
        index[n] = bits | (rest << 45)


def number_of(index: Ints) -> Ints32:
    """Number of each H3 index, -1 for one that is no cell of resolution 5.  Any shape; returns it, int32."""
    index = np.asarray(index, dtype=np.int64)
    number = np.empty(index.size, dtype=np.int32)
    _read(np.ascontiguousarray(index).ravel(), _HEAD | _TAIL, _PENTAGON, number)
    return number.reshape(index.shape)


@compiled
def _read(index: Ints, frame: int, pentagon: Bools, number: Ints32) -> None:
    """Cell numbers of H3 indices.  frame: what is the same in every index of the resolution."""
    for n in range(index.size):
        digits = (index[n] >> 30) & 0x7FFF
        base = (index[n] >> 45) & 0x7F
        number[n] = -1
        if index[n] != frame | (digits << 30) | (base << 45) or base >= pentagon.size:
            continue
        within, lead = 0, 0
        for shift in range(12, -1, -3):
            digit = (digits >> shift) & 7
            if digit == 7:
                break
            if lead == 0:
                lead = digit
            within = 7 * within + digit
        else:
            if not (lead == 1 and pentagon[base]):
                number[n] = base * 16807 + within


_PENTAGON: Bools = np.zeros(_BASE_CELLS, dtype=np.bool_)
_PENTAGON[[(cell >> 45) & 127 for cell in h3.get_pentagons(0)]] = True
freeze(_PENTAGON)


def is_cell(number: Ints32) -> Bools:
    """Whether a number is one of a cell: in range, and not in the missing wedge of a pentagon.  Any shape."""
    number = np.asarray(number, dtype=np.int64)
    inside = (number >= 0) & (number < NUMBERS)
    base, within = np.divmod(np.where(inside, number, 0), _PER_BASE)
    lead = np.zeros(number.shape, dtype=np.int64)
    for _level in range(RESOLUTION):
        within, digit = np.divmod(within, 7)
        lead = np.where(digit > 0, digit, lead)
    wedge: Bools = inside & ~(_PENTAGON[base] & (lead == 1))
    return wedge


@functools.cache
def all_numbers() -> Ints32:
    """Numbers of all 2,016,842 cells, ascending; worked out once, not to be written to."""
    number = np.arange(NUMBERS, dtype=np.int32)
    found: Ints32 = number[is_cell(number)]
    freeze(found)
    return found


def union(numbers: Iterable[Ints32]) -> Ints32:
    """Numbers that stand in any of these rows, ascending, each once.

    Cells are marked, for sorting two million takes longer; numbers that can be no cells are sorted.
    """
    together = np.concatenate([np.zeros(0, dtype=np.int32), *numbers])
    if together.size and (together.min() < 0 or together.max() >= NUMBERS):
        return np.unique(together)
    marked = np.zeros(NUMBERS, dtype=np.bool_)
    marked[together] = True
    found: Ints32 = np.flatnonzero(marked).astype(np.int32)
    return found
