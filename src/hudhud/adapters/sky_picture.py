"""A picture of the sky over one place.  matplotlib is an extra and is asked for only when a picture is drawn."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from hudhud.adapters.overhead import Overhead
from hudhud.arrays import Bools
from hudhud.errors import Fault, InputError, MissingExtraError
from hudhud.sky import Gate, arc_angle_rad, arc_directions
from hudhud.timescale import to_rfc3339

__all__ = ["draw_sky"]

# Okabe and Ito's palette, for all kinds of colour vision.
_GREEN, _RED, _BLUE, _PURPLE, _GREY, _AMBER = "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#9AA5B1", "#E69F00"
_INK, _MUTED = "#1F2933", "#5F6B76"
_KINDS = (  # of a refused look: the first gate that refuses it
    (Gate.NOT_IN_SERVICE, "not in service", "_", _GREY, 26),
    (Gate.BELOW_MINIMUM_ELEVATION, "below the minimum elevation", ".", _GREY, 22),
    (Gate.GSO_ARC, "too near the GSO arc", "x", _RED, 34),
    (Gate.OUT_OF_FIELD_OF_VIEW, "out of the field of view", "o", _BLUE, 34),
    (Gate.OBSTRUCTED, "obstructed", "s", _PURPLE, 30),
)


def draw_sky(sky: Overhead, source: str, path: Path) -> Path:
    """Draw the sky into `path` as a PNG of 1000 x 1000 pixels: north up, east right.  Returns the path.

    Raises MissingExtraError where matplotlib is not installed, InputError where the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the picture of a sky") from None
    figure = Figure(figsize=(10, 10), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    axes: Any = figure.add_axes((0.08, 0.13, 0.84, 0.73), projection="polar")
    axes.set_theta_zero_location("N")
    axes.set_theta_direction(-1)
    axes.set_ylim(0, 90)
    axes.set_yticks([30, 60], ["60°", "30°"], color=_MUTED)
    axes.set_xticks(np.radians(np.arange(0, 360, 45)), ["N", "NE", "E", "SE", "S", "SW", "W", "NW"], color=_INK)
    axes.grid(color="#D9DEE3", linewidth=0.8)
    _draw_limits(axes, sky)
    _draw_looks(axes, sky)
    _draw_words(figure, axes, sky, source)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")  # a script the font lacks shows as boxes
            figure.savefig(path, format="png", metadata={"Software": None})
    except OSError as error:
        problem = f"{error.strerror or error}: give a file in a folder that can be written"
        raise InputError(f"{path} cannot be written:", [Fault(where="--picture", problem=problem)]) from None
    return path


def _draw_limits(axes: Any, sky: Overhead) -> None:
    """The arc, the zone round it, the edge of the field of view, the minimum elevation, and what is hidden."""
    place = sky.place
    latitude, height = float(place.site.latitude_rad[0]), float(place.site.height_m[0])
    azimuth, away = np.meshgrid(np.linspace(0, 2 * np.pi, 361), np.linspace(0, 90, 181))
    elevation = np.radians(90 - away)
    angle = arc_angle_rad(latitude, height, azimuth, elevation)
    if place.gso_avoidance_rad > 0 and (angle < place.gso_avoidance_rad).any():
        axes.contourf(azimuth, away, angle, [0, place.gso_avoidance_rad], colors=[_AMBER], alpha=0.18)
    arc_azimuth, arc_elevation = arc_directions(latitude, height, 400)
    if arc_azimuth.size:
        axes.plot(arc_azimuth, 90 - np.degrees(arc_elevation), ":", color=_AMBER, linewidth=2.4, label="GSO arc")
    half = place.terminal_class.half_field_of_view_rad
    if half < np.pi:
        cosine = np.sin(elevation) * np.sin(place.boresight_elevation_rad) + np.cos(elevation) * np.cos(
            place.boresight_elevation_rad
        ) * np.cos(azimuth - place.boresight_azimuth_rad)
        axes.contour(azimuth, away, cosine, [np.cos(half)], colors=[_BLUE], linewidths=1.6, linestyles="dashed")
        axes.plot([], [], "--", color=_BLUE, linewidth=1.6, label="field of view")
        axes.plot(
            place.boresight_azimuth_rad, 90 - np.degrees(place.boresight_elevation_rad), "+", color=_BLUE, markersize=13,
            label="boresight",
        )  # fmt: skip
    around = np.linspace(0, 2 * np.pi, 361)
    lowest = np.full(361, 90 - np.degrees(place.minimum_elevation_rad))
    axes.plot(around, lowest, color=_INK, linewidth=1.0, label="minimum elevation")
    for mask in place.masks:
        horizon = 90 - np.degrees(np.append(mask, mask[0]))
        axes.fill_between(around, np.minimum(horizon, 90), 90, color=_PURPLE, alpha=0.2, linewidth=0)
    for values in place.obstructions:
        from hudhud.sky.mask import behind_map

        hidden = behind_map(values, azimuth, elevation)
        if hidden.any():
            axes.contourf(azimuth, away, hidden.astype(float), [0.5, 1.5], colors=[_PURPLE], alpha=0.2)


def _draw_looks(axes: Any, sky: Overhead) -> None:
    left: Bools = sky.refused > 0
    for gate, words, marker, colour, size in _KINDS:
        here = left & ((sky.refused & gate) > 0)
        left = left & ~here
        if here.any():
            filled = {"facecolors": "none", "edgecolors": colour} if marker == "o" else {"color": colour}
            axes.scatter(
                sky.azimuth_rad[here], 90 - np.degrees(sky.elevation_rad[here]), s=size, marker=marker, linewidths=1.3,
                label=f"{int(here.sum())} {words}", zorder=3, **filled,
            )  # fmt: skip
    passes = sky.refused == 0
    axes.scatter(
        sky.azimuth_rad[passes], 90 - np.degrees(sky.elevation_rad[passes]), s=70, color=_GREEN, zorder=4,
        label=f"{int(passes.sum())} pass every gate",
    )  # fmt: skip
    for k in np.flatnonzero(passes)[:12].tolist():
        axes.annotate(
            sky.elements.names[k], (sky.azimuth_rad[k], 90 - np.degrees(sky.elevation_rad[k])), xytext=(6, 4),
            textcoords="offset points", fontsize=7.5, color=_INK, zorder=5, parse_math=False,
        )  # fmt: skip


def _draw_words(figure: Any, axes: Any, sky: Overhead, source: str) -> None:
    place = sky.place
    lat, lon = np.degrees(place.site.latitude_rad[0]), np.degrees(place.site.longitude_rad[0])
    where = f"{abs(lat):.4f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.4f}° {'E' if lon >= 0 else 'W'}"
    figure.text(0.04, 0.955, f"The sky over {where}", fontsize=17, color=_INK, weight="bold")
    line = f"{to_rfc3339(sky.at)}, terminal class {place.terminal_class.name}, {len(sky)} satellites above the horizon"
    figure.text(0.04, 0.928, line, fontsize=11, color=_MUTED)
    figure.text(0.04, 0.905, source, fontsize=11, color=_MUTED, parse_math=False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), ncol=3, frameon=False, fontsize=9.5)
