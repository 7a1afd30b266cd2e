"""The map of a run's picture: terminals, gateways, and who served whom in the last slot."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from hudhud.adapters.palette import (
    BORDER,
    COLOURS,
    DPI,
    FAINT,
    GREY,
    HEIGHT_IN,
    INK,
    LAND,
    LASER,
    LOST,
    SEA,
    SHADES,
    WIDTH_IN,
)
from hudhud.adapters.projection import Region, World, arc, direction, fitting_view
from hudhud.arrays import Floats, Ints
from hudhud.report.quality import Quality
from hudhud.report.result import Outcome, Result

__all__ = ["LANES", "MAP_BOX", "colour_range", "draw_graticule", "draw_land", "draw_map", "draw_scale", "map_axes",
           "shortened", "shown_slot"]  # fmt: skip

LANES = 8
"""Up to as many terminals each have a colour, a name and a lane of their own."""

MAP_BOX = (0.03, 0.415, 0.67, 0.475)
"""Left, bottom, width and height of the map as shares of the page."""

_TRACK_SLOTS = 16  # how far back the ways of the serving satellites are drawn


def shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def shown_slot(result: Result) -> int | None:
    """The last slot in which a terminal was served."""
    slots = np.flatnonzero((result.outcome == Outcome.SERVED).any(axis=1))
    return int(slots[-1]) if len(slots) else None


def draw_map(figure: Any, result: Result, each: Quality, outlines: Sequence[Floats]) -> None:
    slot = shown_slot(result)
    served = np.flatnonzero(result.outcome[slot] == Outcome.SERVED) if slot is not None else np.zeros(0, dtype=np.int64)
    below = np.zeros((0, 3))
    if slot is not None:
        below = direction(result.serving_latitude_rad[slot, served], result.serving_longitude_rad[slot, served])
    terminals = direction(result.terminals.latitude_rad, result.terminals.longitude_rad)
    gateways = direction(result.gateways.latitude_rad, result.gateways.longitude_rad)
    in_use = np.unique(result.gateway[slot, served]) if slot is not None else np.zeros(0, dtype=np.int64)
    left, bottom, width, height = MAP_BOX
    aspect = width * WIDTH_IN / (height * HEIGHT_IN)
    view = fitting_view(np.concatenate([terminals, below, gateways[in_use]]), aspect)
    if isinstance(view, World):  # gateways far away must not make specks of the terminals
        view = fitting_view(np.concatenate([terminals, below]), aspect)
    axes = map_axes(figure, view, MAP_BOX)
    draw_land(axes, view, outlines)
    draw_graticule(axes, view)
    few = len(each) <= LANES
    if slot is not None:
        if few:
            _draw_tracks(axes, view, result, slot)
        _draw_links(axes, view, result, slot, served, few=few)
    _draw_gateways(axes, view, gateways, in_use)
    _draw_satellites(axes, view, below, few=few)
    _draw_terminals(axes, view, terminals, each)
    if isinstance(view, Region):
        draw_scale(axes, view)
    if few:
        _draw_names(axes, view, result, slot, terminals, below)
    figure.text(left + width, bottom - 0.02, _caption(result, slot, axes, _points(view, gateways), in_use),
                fontsize=9.5, color=GREY, ha="right")  # fmt: skip


def _caption(result: Result, slot: int | None, axes: Any, gateways: Floats, in_use: Ints) -> str:
    """Which slot the map shows, and the gateways in use that lie beyond it."""
    if slot is None:
        return "No terminal was served in any slot."
    half_width, half_height = axes.get_xlim()[1], axes.get_ylim()[1]
    on_map = (np.abs(gateways[:, 0]) <= half_width) & (np.abs(gateways[:, 1]) <= half_height)
    beyond = [result.gateways.names[n] for n in in_use if not on_map[n]]
    more = f" and {len(beyond) - 4} more" if len(beyond) > 4 else ""
    off = f"  Gateways in use beyond the map: {', '.join(beyond[:4])}{more}." if beyond else ""
    return f"Links in the slot of {_clock(result, slot)} UTC.{off}"


def _clock(result: Result, slot: int) -> str:
    return str(result.start[slot].astype("datetime64[s]")).replace("T", " ")


def map_axes(figure: Any, view: Region | World, box: tuple[float, float, float, float]) -> Any:
    """Axes for a map.  box: left, bottom, width and height as shares of the page."""
    axes = figure.add_axes(box)
    half_width, half_height = view.extent
    aspect = box[2] * WIDTH_IN / (box[3] * HEIGHT_IN)
    if isinstance(view, World):
        half_height = max(half_height, half_width / aspect) * 1.01
        half_width = half_height * aspect
    axes.set_xlim(-half_width, half_width)
    axes.set_ylim(-half_height, half_height)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(SEA if isinstance(view, Region) else "white")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def draw_land(axes: Any, view: Region | World, outlines: Sequence[Floats]) -> None:
    """Sea, land and borders.  outlines: each (n, 2) longitude and latitude in degrees; a ring that closes is filled."""
    from matplotlib.collections import LineCollection, PolyCollection

    if isinstance(view, World):
        axes.fill(*view.rim().T, color=SEA, zorder=0)
    land, borders = [], []
    for outline in outlines:
        lon_deg, lat_deg = np.asarray(outline, dtype=np.float64).T
        lat, lon = np.radians(lat_deg), np.radians(lon_deg)
        if len(lat) > 3 and np.allclose(outline[0], outline[-1]):
            flat = view.polygon(lat, lon)
            if flat is not None and len(flat) > 2:
                land.append(flat)
        # the cut itself is no border
        on_cut = ((np.abs(lon_deg) > 179.99) & (np.abs(np.roll(lon_deg, 1)) > 179.99)) | (lat_deg < -89.9)
        borders.append(np.where(on_cut[:, None], np.nan, direction(lat, lon)))
    axes.add_collection(PolyCollection(land, facecolor=LAND, edgecolor=LAND, linewidth=0.5, zorder=1))
    axes.add_collection(LineCollection([view.plane(path) for path in borders], color=BORDER, linewidth=0.7, zorder=1.1))


def draw_graticule(axes: Any, view: Region | World) -> None:
    """Meridians and parallels, no closer than the eye likes."""
    from matplotlib.collections import LineCollection

    step_deg = 30 if isinstance(view, World) or view.half_height > 0.5 else 10 if view.half_height > 0.15 else 5
    level = 1.0 if isinstance(view, World) else float(np.hypot(*view.axes[2][:2]))  # meridians crowd at the poles
    apart_deg = next(step for step in (5, 10, 15, 30, 45) if step * max(level, 0.12) >= step_deg or step == 45)
    fine = np.radians(np.linspace(-180, 180, 361))
    parallels = [direction(np.full_like(fine, np.radians(lat)), fine) for lat in range(-90 + step_deg, 90, step_deg)]
    reach = np.radians(np.linspace(-90 + step_deg, 90 - step_deg, 181))
    meridians = [direction(reach, np.full_like(reach, np.radians(lon))) for lon in range(-180, 180, apart_deg)]
    paths = [view.plane(path) for path in parallels + meridians]
    axes.add_collection(LineCollection(paths, color=GREY, alpha=0.16, linewidth=0.6, zorder=1.2))


def _draw_tracks(axes: Any, view: Region | World, result: Result, slot: int) -> None:
    """Where the satellites that serve in the shown slot came from, fading."""
    for terminal in range(len(result.terminals)):
        satellite = result.satellite[slot, terminal]
        if satellite < 0:
            continue
        past = slice(max(0, slot - _TRACK_SLOTS), slot + 1)
        who = result.satellite[past]
        seen = who == satellite
        slots = np.flatnonzero(seen.any(axis=1))
        by = seen.argmax(axis=1)[slots]
        lat = result.serving_latitude_rad[past][slots, by]
        lon = result.serving_longitude_rad[past][slots, by]
        flat = view.plane(direction(lat, lon))
        axes.plot(*flat.T, color=INK, linewidth=1.2, alpha=0.6, zorder=2, solid_capstyle="round")


def _draw_links(axes: Any, view: Region | World, result: Result, slot: int, served: Ints, *, few: bool) -> None:
    """Terminal to satellite in the terminal's colour, satellite to gateway dashed, and dotted where lasers lie between."""
    from matplotlib.collections import LineCollection

    up: list[Floats] = []
    down: list[Floats] = []
    laser: list[Floats] = []
    colours: list[str] = []
    for terminal in served.tolist():
        sites, gateway = result.terminals, result.gateway[slot, terminal]
        at = direction(sites.latitude_rad[terminal], sites.longitude_rad[terminal])
        over = direction(result.serving_latitude_rad[slot, terminal], result.serving_longitude_rad[slot, terminal])
        to = direction(result.gateways.latitude_rad[gateway], result.gateways.longitude_rad[gateway])
        up.append(view.plane(arc(at, over)))
        colours.append(COLOURS[terminal % len(COLOURS)] if few else INK)
        (laser if result.laser_hops[slot, terminal] > 0 else down).append(view.plane(arc(over, to, 97)))
    strong, thin = (1.0, 1.0) if few else (0.3, 0.45)
    axes.add_collection(
        LineCollection(down, color=GREY, linewidth=1.1 * thin, linestyle=(0, (4, 2.5)), alpha=strong, zorder=3)
    )
    axes.add_collection(
        LineCollection(laser, color=LASER, linewidth=1.2 * thin, linestyle=(0, (1, 1.6)), alpha=strong, zorder=3)
    )
    axes.add_collection(LineCollection(up, colors=colours, linewidth=2.0 * thin, alpha=strong, zorder=3.5))


def _draw_gateways(axes: Any, view: Region | World, gateways: Floats, in_use: Ints) -> None:
    flat = _points(view, gateways)
    small = len(gateways) > 60 and isinstance(view, World)
    axes.scatter(
        *flat.T, marker="^", s=9 if small else 26, facecolor="white", edgecolor=FAINT, linewidth=0.8, zorder=2.5
    )
    axes.scatter(
        *flat[in_use].T, marker="^", s=22 if small else 62, facecolor=INK, edgecolor="white", linewidth=0.8, zorder=5
    )


def _points(view: Region | World, places: Floats) -> Floats:
    """Each direction (n, 3) on the plane (n, 2), as points and not as a line."""
    return view.plane(places[:, None, :])[:, 0, :]


def _draw_satellites(axes: Any, view: Region | World, below: Floats, *, few: bool) -> None:
    flat = _points(view, below)
    size, rim = (64, 1.4) if few else (5, 0.35) if len(below) > 100 else (16, 0.9)
    axes.scatter(*flat.T, marker="o", s=size, facecolor="white", edgecolor=INK, linewidth=rim, zorder=4.5)
    if few:
        axes.scatter(*flat.T, marker="o", s=9, color=INK, zorder=4.6)


def _draw_terminals(axes: Any, view: Region | World, terminals: Floats, each: Quality) -> None:
    """Few: each in its colour.  Many: coloured by their median round trip, crosses where never served."""
    flat = _points(view, terminals)
    if len(each) <= LANES:
        colours = [COLOURS[n % len(COLOURS)] for n in range(len(each))]
        axes.scatter(*flat.T, marker="s", s=74, color=colours, edgecolor="white", linewidth=1.3, zorder=6)
        return
    median_ms = each.rtt_median_s * 1e3
    known, size = ~np.isnan(median_ms), _dot(len(each))
    if known.any():
        low, high = colour_range(median_ms[known])
        axes.scatter(*flat[known].T, c=median_ms[known], cmap=SHADES, vmin=low, vmax=high, s=size, edgecolor="white",
                     linewidth=0.25, zorder=6)  # fmt: skip
    axes.scatter(*flat[~known].T, marker="x", s=size * 1.3, color=LOST, linewidth=1.1, zorder=6.5)


def _dot(terminals: int) -> float:
    return float(np.clip(14_000 / max(terminals, 1), 5, 46))


def colour_range(values: Floats) -> tuple[float, float]:
    """From one shade to the other: the middle 96 % of the terminals."""
    low, high = np.quantile(values, [0.02, 0.98])
    return float(low), float(max(high, low + 1e-6))


def draw_scale(axes: Any, view: Region) -> None:
    """A bar of a round length, right at the centre of the map and within a few per cent anywhere on it."""
    from matplotlib.patheffects import withStroke

    widest_km = view.half_width * 6371 * 0.4
    length_km = max(step for step in (10, 20, 50, 100, 200, 500, 1000, 2000) if step <= max(widest_km, 10))
    length, left, low = length_km / 6371, -view.half_width * 0.97, -view.half_height * 0.93
    axes.plot([left, left + length], [low, low], color=GREY, linewidth=1.4, solid_capstyle="butt", zorder=7)
    axes.text(left, low + view.half_height * 0.025, f"{length_km:,} km", fontsize=9, color=GREY, zorder=7,
              path_effects=[withStroke(linewidth=2, foreground="white", alpha=0.7)])  # fmt: skip


def _draw_names(
    axes: Any, view: Region | World, result: Result, slot: int | None, terminals: Floats, below: Floats
) -> None:
    """Names of terminals, gateways in use and satellites, where they cover nothing; what finds no room is left out."""
    served = np.flatnonzero(result.satellite[slot] >= 0) if slot is not None else np.zeros(0, dtype=np.int64)
    in_use = np.unique(result.gateway[slot, served]) if slot is not None else np.zeros(0, dtype=np.int64)
    gateways = direction(result.gateways.latitude_rad[in_use], result.gateways.longitude_rad[in_use])
    marks = [_points(view, places) for places in (terminals, gateways, below)]
    links = [view.plane(arc(terminals[n], below[k])) for k, n in enumerate(served)]
    room = _Room(axes, np.concatenate(marks), np.concatenate([np.zeros((0, 2)), *links]))
    for name, place in zip(result.terminals.names, marks[0], strict=True):
        room.write(place, name, fontsize=11.5, fontweight="bold", color=INK)
    for n, place in zip(in_use.tolist(), marks[1], strict=True):
        room.write(place, result.gateways.names[n], fontsize=9.5, color=INK)
    for n, place in zip(served.tolist(), marks[2], strict=True):
        room.write(place, result.satellites[result.satellite[slot, n]], fontsize=8.5, color=GREY)


_Box: TypeAlias = tuple[float, float, float, float]
"""Left, lower, right and upper edge in pixels."""


class _Room:
    """What of a map is still free for names, in pixels from its centre."""

    def __init__(self, axes: Any, marks: Floats, links: Floats) -> None:
        self._axes = axes
        self._edge = np.array([MAP_BOX[2] * WIDTH_IN, MAP_BOX[3] * HEIGHT_IN]) * DPI / 2
        self._scale = self._edge[0] / axes.get_xlim()[1]
        self._taken = self._boxes(marks, 7.0)
        self._crossed = self._boxes(links, 2.0)
        self._written: set[tuple[str, float, float]] = set()

    def _boxes(self, places: Floats, half: float) -> list[_Box]:
        return [(x - half, y - half, x + half, y + half) for x, y in (places * self._scale).tolist() if np.isfinite(x)]

    def write(self, place: Floats, name: str, **style: Any) -> None:
        """Write a name beside a place, once, if there is room; over a link rather than not at all."""
        text, (x, y) = shortened(name, 24), (place * self._scale).tolist()
        if not np.isfinite(x) or (text, x, y) in self._written:
            return
        size = style["fontsize"] * DPI / 72
        width, height = 0.62 * size * len(text), 1.05 * size
        for shunned in (self._taken + self._crossed, self._taken):
            for dx, dy, ha in _BESIDE:
                low = x + dx - {"left": 0.0, "right": width, "center": width / 2}[ha]
                box = (low, y + dy - height / 2, low + width, y + dy + height / 2)
                if self._on_page(box) and _free(box, shunned):
                    self._taken.append(box)
                    self._written.add((text, x, y))
                    at = ((x + dx) / self._scale, (y + dy) / self._scale)
                    self._axes.text(*at, text, ha=ha, va="center_baseline", zorder=8, path_effects=_halo(), **style)
                    return

    def _on_page(self, box: _Box) -> bool:
        return bool(max(-box[0], box[2]) < self._edge[0] - 2 and max(-box[1], box[3]) < self._edge[1] - 2)


def _free(box: _Box, shunned: Sequence[_Box]) -> bool:
    low_x, low_y, high_x, high_y = box
    return all(high_x < a or c < low_x or high_y < b or d < low_y for a, b, c, d in shunned)


_BESIDE = (
    (12, 0, "left"), (-12, 0, "right"), (9, 15, "left"), (9, -15, "left"), (-9, 15, "right"), (-9, -15, "right"),
    (0, 18, "center"), (0, -18, "center"),
)  # fmt: skip
"""Where a name may stand, best first: pixels right and up of its mark, and which end of the name lies there."""


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.6, foreground="white", alpha=0.85)]
