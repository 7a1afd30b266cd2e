"""Who sees whom: candidate looks from sites to satellites, and every gate that refuses one.

Comes in: `Sites` and their `Limits`, Earth-fixed satellite positions of one instant.  Goes out: `Looks`, pairs of site
and satellite with elevation, azimuth, range and a bit per refused `Gate`; which satellites are sunlit; groups of
terminals that share a cell.
Left out on purpose: refraction (0.04 degrees at 25 degrees of elevation), light time (0.0015 degrees), terrain (give a
horizon), whose turn it is (that is the schedule) and what a look can carry (that is `links`).
Standards: WGS-84 geodetic horizon; ITU-R S.1503 for the angle to the geostationary arc; H3 for cells.
How to start: `looks(watch(sites, limits, highest_radius_m), satellite_m, not_in_service)`.
"""

from hudhud.sky.cells import Groups, cells_of, groups
from hudhud.sky.gso import arc_angle_rad, arc_directions
from hudhud.sky.look import Gate, Limits, Looks, Watch, looks, watch
from hudhud.sky.mask import read_obstructions
from hudhud.sky.sun import Light, illumination, sun_of_date_m, sun_position_m
from hudhud.sky.terminal_class import TerminalClass, terminal_classes

__all__ = [
    "Gate",
    "Groups",
    "Light",
    "Limits",
    "Looks",
    "TerminalClass",
    "Watch",
    "arc_angle_rad",
    "arc_directions",
    "cells_of",
    "groups",
    "illumination",
    "looks",
    "read_obstructions",
    "sun_of_date_m",
    "sun_position_m",
    "terminal_classes",
    "watch",
]
