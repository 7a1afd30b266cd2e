"""One picture of a run: where the terminals stand, who served them by which gateway, and the round trip slot by slot.

Up to eight terminals each have a colour and a lane of their own; more are coloured by their median round trip and drawn
together as a median with bands.  matplotlib is an extra and is asked for only when a picture is drawn; no window opens.
"""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hudhud.adapters.projection import Region, World, arc, direction, fitting_view
from hudhud.arrays import Bools, Floats, Ints
from hudhud.errors import MissingExtraError
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Result
from hudhud.report.tables import duration, percent, period
from hudhud.timescale import SLOT_S

__all__ = ["draw_result"]

_LANES = 8
_TRACK_SLOTS = 16  # how far back the paths of the serving satellites are drawn
_WIDTH_IN, _HEIGHT_IN, _DPI = 16.0, 10.0, 100

# Okabe and Ito's palette for all kinds of colour vision, without its yellow, which fades on white.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7B4FA3", "#5B5B5B")
_INK, _GREY, _FAINT, _RULE = "#1F2933", "#5F6B76", "#9AA5B1", "#D9DEE3"
_SEA, _LAND, _BORDER = "#E6EFF5", "#D8DFD6", "#FFFFFF"
_LASER = "#7B4FA3"
_LOST, _LOST_PALE = "#B42318", "#F7DDD8"
_SHADES = "viridis_r"
_MAP_BOX = (0.03, 0.415, 0.67, 0.475)
_SIDE_LEFT, _SIDE_RIGHT = 0.735, 0.97
_LANES_BOX = (0.155, 0.085, 0.545, 0.265)
_STYLE = {"font.family": "DejaVu Sans", "font.size": 11, "text.color": _INK, "text.parse_math": False}


def draw_result(result: Result, outlines: Sequence[Floats], path: Path) -> Path:
    """Draw a run into `path` as a PNG of 1600 x 1000 pixels.  Returns the path.

    outlines: borders of countries, each (n, 2) longitude and latitude in degrees, cut along the antimeridian; a ring that
    closes is filled.  Raises MissingExtraError where matplotlib is not installed.
    """
    try:
        import matplotlib.style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the picture of a result") from None
    each, every = terminal_quality(result), run_quality(result)
    with warnings.catch_warnings(), matplotlib.style.context(["default", _STYLE]):
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # a name in a script the font lacks shows as boxes
        figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(figure)
        _draw_words(figure, result)
        _draw_map(figure, result, each, outlines)
        _draw_side(figure, result, each, every)
        if len(each) <= _LANES:
            _draw_lanes(figure, result, each)
        else:
            _draw_bands(figure, result)
            _draw_histogram(figure, each)
        figure.savefig(path, format="png", metadata={"Software": None, "Title": result.name})
    return path


def _draw_words(figure: Any, result: Result) -> None:
    """Title, what the run covers, and where the fleet comes from."""
    when, told = period(result), result.provenance
    terminals, slots = len(result.terminals), len(result.start)
    figure.text(0.03, 0.955, _shortened(result.name, 60), fontsize=23, fontweight="bold", va="baseline")
    covered = ""
    if slots:
        start, end = (str(when[key]).removesuffix("Z").replace("T", " ") for key in ("start", "end"))
        covered = f"   ·   {start} to {end.removeprefix(start[:10]).strip()} UTC"
    said = f"{_counted(terminals, 'terminal')}   ·   {_counted(slots, 'slot')} of {SLOT_S} s{covered}"
    figure.text(0.03, 0.92, said, fontsize=12.5, color=_GREY, va="baseline")
    kind = "Synthetic fleet, not real satellites" if told.synthetic else "Real orbital elements"
    operational = dict(told.status_counts).get("operational")
    count = "" if operational is None else f", {operational:,} operational"
    note = f"{kind}: {_shortened(told.elements_source, 70)}{count}.  Simulated with Hudhud {told.hudhud_version}."
    figure.text(0.03, 0.022, note, fontsize=9.5, color=_GREY)
    rule = "round trip: terminal to point of presence; slow and fast: a fifth of the slots was slower, a fifth faster"
    figure.text(_SIDE_RIGHT, 0.022, rule, fontsize=9.5, color=_GREY, ha="right")


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# ---------------------------------------------------------------------------------------------------------------- map


def _shown_slot(result: Result) -> int | None:
    """The last slot in which a terminal was served."""
    slots = np.flatnonzero((result.outcome == Outcome.SERVED).any(axis=1))
    return int(slots[-1]) if len(slots) else None


def _draw_map(figure: Any, result: Result, each: Quality, outlines: Sequence[Floats]) -> None:
    slot = _shown_slot(result)
    served = np.flatnonzero(result.outcome[slot] == Outcome.SERVED) if slot is not None else np.zeros(0, dtype=np.int64)
    below = np.zeros((0, 3))
    if slot is not None:
        below = direction(result.serving_latitude_rad[slot, served], result.serving_longitude_rad[slot, served])
    terminals = direction(result.terminals.latitude_rad, result.terminals.longitude_rad)
    gateways = direction(result.gateways.latitude_rad, result.gateways.longitude_rad)
    in_use = np.unique(result.gateway[slot, served]) if slot is not None else np.zeros(0, dtype=np.int64)
    left, bottom, width, height = _MAP_BOX
    aspect = width * _WIDTH_IN / (height * _HEIGHT_IN)
    view = fitting_view(np.concatenate([terminals, below, gateways[in_use]]), aspect)
    if isinstance(view, World):  # gateways far away must not make specks of the terminals
        view = fitting_view(np.concatenate([terminals, below]), aspect)
    axes = _map_axes(figure, view, aspect)
    _draw_land(axes, view, outlines)
    _draw_graticule(axes, view)
    few = len(each) <= _LANES
    if slot is not None:
        if few:
            _draw_tracks(axes, view, result, slot)
        _draw_links(axes, view, result, slot, served, few=few)
    _draw_gateways(axes, view, gateways, in_use)
    _draw_satellites(axes, view, below, few=few)
    _draw_terminals(axes, view, terminals, each)
    if isinstance(view, Region):
        _draw_scale(axes, view)
    if few:
        _draw_names(axes, view, result, slot, terminals, below)
    figure.text(left + width, bottom - 0.02, _caption(result, slot, axes, _points(view, gateways), in_use),
                fontsize=9.5, color=_GREY, ha="right")  # fmt: skip


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


def _map_axes(figure: Any, view: Region | World, aspect: float) -> Any:
    axes = figure.add_axes(_MAP_BOX)
    half_width, half_height = view.extent
    if isinstance(view, World):
        half_height = max(half_height, half_width / aspect) * 1.01
        half_width = half_height * aspect
    axes.set_xlim(-half_width, half_width)
    axes.set_ylim(-half_height, half_height)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(_SEA if isinstance(view, Region) else "white")
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def _draw_land(axes: Any, view: Region | World, outlines: Sequence[Floats]) -> None:
    from matplotlib.collections import LineCollection, PolyCollection

    if isinstance(view, World):
        axes.fill(*view.rim().T, color=_SEA, zorder=0)
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
    axes.add_collection(PolyCollection(land, facecolor=_LAND, edgecolor=_LAND, linewidth=0.5, zorder=1))
    axes.add_collection(
        LineCollection([view.plane(path) for path in borders], color=_BORDER, linewidth=0.7, zorder=1.1)
    )


def _draw_graticule(axes: Any, view: Region | World) -> None:
    from matplotlib.collections import LineCollection

    step_deg = 30 if isinstance(view, World) or view.half_height > 0.5 else 10 if view.half_height > 0.15 else 5
    fine = np.radians(np.linspace(-180, 180, 361))
    parallels = [direction(np.full_like(fine, np.radians(lat)), fine) for lat in range(-90 + step_deg, 90, step_deg)]
    reach = np.radians(np.linspace(-90 + step_deg, 90 - step_deg, 181))
    meridians = [
        direction(reach, np.full_like(reach, np.radians(lon))) for lon in range(-180 + step_deg, 180, step_deg)
    ]
    paths = [view.plane(path) for path in parallels + meridians]
    axes.add_collection(LineCollection(paths, color=_GREY, alpha=0.16, linewidth=0.6, zorder=1.2))


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
        axes.plot(*flat.T, color=_INK, linewidth=1.2, alpha=0.6, zorder=2, solid_capstyle="round")


def _draw_links(axes: Any, view: Region | World, result: Result, slot: int, served: Ints, *, few: bool) -> None:
    """Terminal to satellite in the terminal's colour, satellite to gateway dashed, and dotted where lasers lie between."""
    from matplotlib.collections import LineCollection

    up, down, laser, colours = [], [], [], []
    for terminal in served.tolist():
        sites, gateway = result.terminals, result.gateway[slot, terminal]
        at = direction(sites.latitude_rad[terminal], sites.longitude_rad[terminal])
        over = direction(result.serving_latitude_rad[slot, terminal], result.serving_longitude_rad[slot, terminal])
        to = direction(result.gateways.latitude_rad[gateway], result.gateways.longitude_rad[gateway])
        up.append(view.plane(arc(at, over)))
        colours.append(_COLOURS[terminal % len(_COLOURS)] if few else _INK)
        (laser if result.laser_hops[slot, terminal] > 0 else down).append(view.plane(arc(over, to, 97)))
    strong, thin = (1.0, 1.0) if few else (0.3, 0.45)
    axes.add_collection(
        LineCollection(down, color=_GREY, linewidth=1.1 * thin, linestyle=(0, (4, 2.5)), alpha=strong, zorder=3)
    )
    axes.add_collection(
        LineCollection(laser, color=_LASER, linewidth=1.2 * thin, linestyle=(0, (1, 1.6)), alpha=strong, zorder=3)
    )
    axes.add_collection(LineCollection(up, colors=colours, linewidth=2.0 * thin, alpha=strong, zorder=3.5))


def _draw_gateways(axes: Any, view: Region | World, gateways: Floats, in_use: Ints) -> None:
    flat = _points(view, gateways)
    small = len(gateways) > 60 and isinstance(view, World)
    axes.scatter(
        *flat.T, marker="^", s=9 if small else 26, facecolor="white", edgecolor=_FAINT, linewidth=0.8, zorder=2.5
    )
    axes.scatter(
        *flat[in_use].T, marker="^", s=22 if small else 62, facecolor=_INK, edgecolor="white", linewidth=0.8, zorder=5
    )


def _points(view: Region | World, places: Floats) -> Floats:
    """Each direction (n, 3) on the plane (n, 2), as points and not as a line."""
    return view.plane(places[:, None, :])[:, 0, :]


def _draw_satellites(axes: Any, view: Region | World, below: Floats, *, few: bool) -> None:
    flat = _points(view, below)
    size, rim = (64, 1.4) if few else (5, 0.35) if len(below) > 100 else (16, 0.9)
    axes.scatter(*flat.T, marker="o", s=size, facecolor="white", edgecolor=_INK, linewidth=rim, zorder=4.5)
    if few:
        axes.scatter(*flat.T, marker="o", s=9, color=_INK, zorder=4.6)


def _draw_terminals(axes: Any, view: Region | World, terminals: Floats, each: Quality) -> None:
    """Few: each in its colour.  Many: coloured by their median round trip, crosses where never served."""
    flat = _points(view, terminals)
    if len(each) <= _LANES:
        colours = [_COLOURS[n % len(_COLOURS)] for n in range(len(each))]
        axes.scatter(*flat.T, marker="s", s=74, color=colours, edgecolor="white", linewidth=1.3, zorder=6)
        return
    median_ms = each.rtt_median_s * 1e3
    known, size = ~np.isnan(median_ms), _dot(len(each))
    if known.any():
        low, high = _colour_range(median_ms[known])
        axes.scatter(*flat[known].T, c=median_ms[known], cmap=_SHADES, vmin=low, vmax=high, s=size, edgecolor="white",
                     linewidth=0.25, zorder=6)  # fmt: skip
    axes.scatter(*flat[~known].T, marker="x", s=size * 1.3, color=_LOST, linewidth=1.1, zorder=6.5)


def _dot(terminals: int) -> float:
    return float(np.clip(14_000 / max(terminals, 1), 5, 46))


def _colour_range(values: Floats) -> tuple[float, float]:
    """From one shade to the other: the middle 96 % of the terminals."""
    low, high = np.quantile(values, [0.02, 0.98])
    return float(low), float(max(high, low + 1e-6))


def _draw_scale(axes: Any, view: Region) -> None:
    """A bar of a round length, right at the centre of the map and within a few per cent anywhere on it."""
    widest_km = view.half_width * 6371 * 0.4
    length_km = max(step for step in (100, 200, 500, 1000, 2000) if step <= max(widest_km, 100))
    length, left, low = length_km / 6371, -view.half_width * 0.97, -view.half_height * 0.93
    axes.plot([left, left + length], [low, low], color=_GREY, linewidth=1.4, solid_capstyle="butt", zorder=7)
    axes.text(left, low + view.half_height * 0.025, f"{length_km:,} km", fontsize=9, color=_GREY, zorder=7)


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
        room.write(place, name, fontsize=11.5, fontweight="bold", color=_INK)
    for n, place in zip(in_use.tolist(), marks[1], strict=True):
        room.write(place, result.gateways.names[n], fontsize=9.5, color=_INK)
    for n, place in zip(served.tolist(), marks[2], strict=True):
        room.write(place, result.satellites[result.satellite[slot, n]], fontsize=8.5, color=_GREY)


class _Room:
    """What of a map is still free for names, in pixels from its centre."""

    def __init__(self, axes: Any, marks: Floats, links: Floats) -> None:
        self._axes = axes
        self._edge = np.array([_MAP_BOX[2] * _WIDTH_IN, _MAP_BOX[3] * _HEIGHT_IN]) * _DPI / 2
        self._scale = self._edge[0] / axes.get_xlim()[1]
        self._taken = [
            (x - half, y - half, x + half, y + half)
            for places, half in ((marks, 7.0), (links, 2.0))
            for x, y in (places * self._scale).tolist()
            if np.isfinite(x)
        ]
        self._written: set[tuple[str, float, float]] = set()

    def write(self, place: Floats, name: str, **style: Any) -> None:
        """Write a name beside a place, once, if there is room."""
        text, (x, y) = _shortened(name, 24), (place * self._scale).tolist()
        if not np.isfinite(x) or (text, x, y) in self._written:
            return
        size = style["fontsize"] * _DPI / 72
        width, height = 0.62 * size * len(text), 1.05 * size
        for dx, dy, ha in _BESIDE:
            low = x + dx - {"left": 0.0, "right": width, "center": width / 2}[ha]
            box = (low, y + dy - height / 2, low + width, y + dy + height / 2)
            if self._free(box):
                self._taken.append(box)
                self._written.add((text, x, y))
                at = ((x + dx) / self._scale, (y + dy) / self._scale)
                self._axes.text(*at, text, ha=ha, va="center_baseline", zorder=8, path_effects=_halo(), **style)
                return

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        low_x, low_y, high_x, high_y = box
        on_page = max(-low_x, high_x) < self._edge[0] - 2 and max(-low_y, high_y) < self._edge[1] - 2
        return on_page and all(high_x < a or c < low_x or high_y < b or d < low_y for a, b, c, d in self._taken)


_BESIDE = (
    (12, 0, "left"), (-12, 0, "right"), (9, 15, "left"), (9, -15, "left"), (-9, 15, "right"), (-9, -15, "right"),
    (0, 18, "center"), (0, -18, "center"), (24, 26, "left"), (24, -26, "left"), (-24, 26, "right"), (-24, -26, "right"),
)  # fmt: skip
"""Where a name may stand, best first: pixels right and up of its mark, and which end of the name lies there."""


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.6, foreground="white", alpha=0.85)]


# --------------------------------------------------------------------------------------------------------- side column


def _draw_side(figure: Any, result: Result, each: Quality, every: Quality) -> None:
    """Three numbers for the whole run, why slots were lost, and what the signs on the map mean."""
    _draw_headlines(figure, every)
    _draw_losses(figure, every)
    slot = _shown_slot(result)
    lasers = slot is not None and bool((result.laser_hops[slot] > 0).any())
    _draw_key(figure, few=len(each) <= _LANES, lasers=lasers, never=bool((each.served == 0).any()))


def _draw_headlines(figure: Any, every: Quality) -> None:
    fast, median, slow = (
        _ms(value[0]) for value in (every.rtt_fast_fifth_s, every.rtt_median_s, every.rtt_slow_fifth_s)
    )
    served, handovers = every.served[0] > 0, every.handovers_per_s[0] * 60
    numbers = (
        (percent(every.availability[0]), "of slots served", f"longest outage {duration(every.longest_outage_s[0])}"),
        (
            f"{median} ms" if served else "-",
            "median round trip",
            f"fast fifth {fast}, slow {slow} ms" if served else "",
        ),
        (
            "-" if np.isnan(handovers) else f"{handovers:.2f} / min",
            "handovers per terminal",
            f"{every.in_reach_median[0]:.0f} satellites in reach" if every.slots[0] else "",
        ),
    )
    for n, (number, what, more) in enumerate(numbers):
        top = 0.855 - n * 0.078
        figure.text(_SIDE_LEFT, top, number, fontsize=25, fontweight="bold", va="baseline", color=_INK)
        figure.text(_SIDE_LEFT, top - 0.024, what, fontsize=11, va="baseline", color=_INK)
        figure.text(_SIDE_RIGHT, top - 0.024, more, fontsize=9.5, va="baseline", ha="right", color=_GREY)


def _ms(seconds: float) -> str:
    return "-" if np.isnan(seconds) else f"{seconds * 1e3:.1f}"


_SHORT_REASONS = {
    Outcome.NOT_PERMITTED: "not permitted",
    Outcome.NO_SATELLITE_IN_VIEW: "no satellite in view",
    Outcome.GSO_ARC: "too close to the GSO arc",
    Outcome.OUT_OF_FIELD_OF_VIEW: "out of field of view",
    Outcome.OBSTRUCTED: "obstructed",
    Outcome.NO_ROUTE: "no way to a gateway",
    Outcome.NO_BEAM_LEFT: "no beam left",
}


def _draw_losses(figure: Any, every: Quality) -> None:
    """The four commonest reasons for outage as bars."""
    lost = sorted(
        ((float(every.outcome_share[0, r]), r.value) for r in _SHORT_REASONS), key=lambda pair: (-pair[0], pair[1])
    )
    shown = [(share, Outcome(reason)) for share, reason in lost if share > 0][:4]
    if not shown:
        return
    top = 0.61
    figure.text(_SIDE_LEFT, top, "Why not served", fontsize=11, fontweight="bold")
    axes = figure.add_axes((_SIDE_LEFT + 0.12, top - 0.012 - 0.021 * len(shown), 0.075, 0.021 * len(shown)))
    axes.set_axis_off()
    axes.set_xlim(0, max(share for share, _ in shown))
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.barh(range(len(shown)), [share for share, _ in shown], height=0.5, color=_LOST)
    for n, (share, reason) in enumerate(shown):
        height = top - 0.012 - 0.021 * (n + 0.5)
        figure.text(_SIDE_LEFT, height, _SHORT_REASONS[reason], fontsize=9.5, va="center", color=_GREY)
        figure.text(_SIDE_RIGHT, height, percent(share), fontsize=9.5, va="center", ha="right", color=_GREY)


def _draw_key(figure: Any, *, few: bool, lasers: bool, never: bool) -> None:
    """The signs on the map, in two columns."""
    from matplotlib.lines import Line2D

    signs: list[tuple[str, dict[str, Any]]] = [
        ("terminal", {"marker": "s", "color": _COLOURS[0], "ls": "", "ms": 8, "mec": "white"} if few
         else {"marker": "o", "color": "#2A788E", "ls": "", "ms": 6}),
        ("serving satellite", {"marker": "o", "ls": "", "ms": 7, "mfc": "white", "mec": _INK, "mew": 1.4}),
        ("gateway in use", {"marker": "^", "ls": "", "ms": 7.5, "mfc": _INK, "mec": _INK}),
        ("other gateway", {"marker": "^", "ls": "", "ms": 5.5, "mfc": "white", "mec": _FAINT}),
        ("satellite to gateway", {"color": _GREY, "ls": (0, (4, 2.5)), "lw": 1.2}),
    ]  # fmt: skip
    if lasers:
        signs.append(("the same by lasers", {"color": _LASER, "ls": (0, (1, 1.6)), "lw": 1.6}))
    if few:
        signs.append(("way flown while serving", {"color": _INK, "lw": 1.2, "alpha": 0.6}))
    elif never:
        signs.append(("terminal never served", {"marker": "x", "color": _LOST, "ls": "", "ms": 6}))
    figure.legend(
        handles=[Line2D([], [], label=label, **style) for label, style in signs],
        loc="lower left",
        bbox_to_anchor=(_SIDE_LEFT - 0.006, _MAP_BOX[1] - 0.004),
        ncols=2,
        frameon=False,
        fontsize=9.5,
        labelcolor=_GREY,
        handlelength=1.8,
        columnspacing=1.4,
        borderpad=0,
        borderaxespad=0,
        labelspacing=0.45,
    )


# ---------------------------------------------------------------------------------------------------- round-trip times


def _limits_ms(result: Result) -> tuple[float, float] | None:
    rtt_ms = result.rtt_s[result.outcome == Outcome.SERVED] * 1e3
    if len(rtt_ms) == 0:
        return None
    low, high = float(rtt_ms.min()), float(rtt_ms.max())
    pad = max((high - low) * 0.12, 0.5)
    return low - pad, high + pad


def _draw_lanes(figure: Any, result: Result, each: Quality) -> None:
    """A lane per terminal: its round trip in each slot, gaps where it was not served, its numbers at the right."""
    left, bottom, width, height = _LANES_BOX
    limits, hours = _limits_ms(result), _minutes(result)
    top = bottom + height
    figure.text(0.03, top + 0.018, "Round trip in each slot, ms", fontsize=11, fontweight="bold")
    heads = ((0.775, "served"), (0.885, "fast · median · slow"), (_SIDE_RIGHT, "handovers/min"))
    for x, head in heads:
        figure.text(x, top + 0.018, head, fontsize=9.5, color=_GREY, ha="right")
    lane = height / max(len(each), 1)
    for n in range(len(each)):
        base = top - (n + 1) * lane
        axes = figure.add_axes((left, base + 0.12 * lane, width, 0.8 * lane))
        colour = _COLOURS[n % len(_COLOURS)]
        _lane_axes(axes, hours, limits, last=n == len(each) - 1)
        _mark_outages(axes, hours, result.outcome[:, n] != Outcome.SERVED)
        axes.plot(*_steps(hours, result.rtt_s[:, n] * 1e3), color=colour, linewidth=1.5, solid_joinstyle="round")
        middle = base + 0.52 * lane
        figure.text(0.03, middle, "■", color=colour, fontsize=12, va="center_baseline")
        figure.text(0.044, middle, _shortened(each.names[n], 15), fontweight="bold", va="center_baseline")
        fifths = " · ".join(_ms(v[n]) for v in (each.rtt_fast_fifth_s, each.rtt_median_s, each.rtt_slow_fifth_s))
        rate = each.handovers_per_s[n] * 60
        cells = (
            percent(each.availability[n]),
            fifths if each.served[n] else "-",
            "-" if np.isnan(rate) else f"{rate:.2f}",
        )
        for (x, _), cell in zip(heads, cells, strict=True):
            figure.text(x, middle, cell, va="center_baseline", ha="right", fontsize=10.5)
    if (result.outcome != Outcome.SERVED).any():
        figure.text(_SIDE_RIGHT - 0.078, bottom - 0.016, "■", fontsize=9.5, color=_LOST, ha="right", va="center")
        figure.text(
            _SIDE_RIGHT, bottom - 0.016, "terminal not served", fontsize=9.5, color=_GREY, ha="right", va="center"
        )
    _draw_clock(figure, result)


def _minutes(result: Result) -> Floats:
    """(slot + 1,) starts of the slots and the end of the last, minutes after the first start."""
    if len(result.start) == 0:
        return np.array([0.0, SLOT_S / 60])
    edges = np.append(result.start, result.start[-1] + np.timedelta64(SLOT_S, "s")) - result.start[0]
    return np.asarray(edges / np.timedelta64(1, "s") / 60)


def _steps(edges: Floats, values: Floats) -> tuple[Floats, Floats]:
    """A line that stays level through each slot."""
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)


def _lane_axes(axes: Any, edges: Floats, limits: tuple[float, float] | None, *, last: bool) -> None:
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks([])
    axes.set_facecolor("#F7F9FA")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=_FAINT, pad=3)
    if limits is None:
        axes.set_yticks([])
        return
    axes.set_ylim(*limits)
    ticks = _two_ticks(*limits)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.grid(axis="y", color=_RULE, linewidth=0.7)
    if len(edges) <= 61:
        axes.vlines(edges, *limits, color="white", linewidth=1.0, zorder=0.5)
    axes.set_axisbelow(True)


def _two_ticks(low: float, high: float) -> list[float]:
    """Two round values well inside a range."""
    span = high - low
    step = next(s for s in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 1e9) if s >= span * 0.3)
    first = float(np.ceil((low + span * 0.1) / step) * step)
    return [tick for tick in (first, first + step) if tick <= high - span * 0.05] or [round((low + high) / 2)]


def _mark_outages(axes: Any, edges: Floats, lost: Bools) -> None:
    spans = [(edges[n], edges[n + 1] - edges[n]) for n in np.flatnonzero(lost)]
    low, high = axes.get_ylim()
    axes.broken_barh(spans, (low, high - low), facecolor=_LOST_PALE, edgecolor=_LOST_PALE, linewidth=0.8, zorder=1)
    axes.broken_barh(spans, (low, (high - low) * 0.14), facecolor=_LOST, edgecolor=_LOST, linewidth=0.8, zorder=1.5)


def _draw_clock(figure: Any, result: Result) -> None:
    """The axis of time under the lanes, in UTC."""
    left, bottom, width, _ = _LANES_BOX
    if len(result.start):
        for share, label in _clock_marks(result):
            figure.text(
                left + share * width, bottom - 0.016, label, fontsize=9.5, color=_GREY, ha="center", va="center"
            )
        figure.text(0.03, bottom - 0.016, "UTC", fontsize=9.5, color=_GREY, va="center")


def _clock_marks(result: Result) -> Iterable[tuple[float, str]]:
    """Round instants: where along the axis (0..1), and their words."""
    span_s = _minutes(result)[-1] * 60
    step_s = next(
        s
        for s in (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 604800, 10**9)
        if s * 9 >= span_s
    )
    start_s = int(result.start[0].astype("datetime64[s]").astype(np.int64))
    for at_s in range(-(-start_s // step_s) * step_s, start_s + int(span_s) + 1, step_s):
        words = str(np.datetime64(at_s, "s")).split("T")
        label = words[0] if step_s >= 86400 else words[1] if step_s < 60 else words[1][:5]
        yield (at_s - start_s) / span_s, label


def _draw_bands(figure: Any, result: Result) -> None:
    """All terminals together: median and bands of the round trip per slot, and the share not served below."""
    left, bottom, width, height = _LANES_BOX
    edges, limits = _minutes(result), None
    figure.text(0.03, bottom + height + 0.018, "Round trip in each slot, ms", fontsize=11, fontweight="bold")
    served = result.outcome == Outcome.SERVED
    low5, low20, middle, high80, high95 = _over_terminals(result.rtt_s * 1e3, (0.05, 0.2, 0.5, 0.8, 0.95))
    if served.any():
        limits = (float(np.nanmin(low5)) - 1, float(np.nanmax(high95)) + 1)
    axes = figure.add_axes((left, bottom + 0.07, width, height - 0.07))
    _lane_axes(axes, edges, limits, last=False)
    for low, high, shade in ((low5, high95, "#CFE3F0"), (low20, high80, "#8FC1DF")):
        axes.fill_between(*_steps(edges, low), _steps(edges, high)[1], color=shade, linewidth=0)
    axes.plot(*_steps(edges, middle), color=_COLOURS[0], linewidth=1.8)
    lost = figure.add_axes((left, bottom + 0.008, width, 0.045))
    share = 1 - served.mean(axis=1) if served.shape[1] else np.full(len(served), np.nan)
    most = float(np.nan_to_num(share).max(initial=0.0)) * 100
    most = max(most, 1.0) * 1.15
    _lane_axes(lost, edges, None, last=True)
    lost.set_ylim(0, most)
    lost.set_yticks([0, float(f"{most / 1.15:.1g}")])
    lost.fill_between(*_steps(edges, share * 100), color=_LOST, linewidth=0)
    figure.text(0.03, bottom + 0.03, "not served, %", fontsize=10, color=_LOST, va="center", fontweight="bold")
    for n, (colour, words) in enumerate(
        ((_COLOURS[0], "median terminal"), ("#8FC1DF", "middle 60 %"), ("#CFE3F0", "middle 90 %"))
    ):
        y = bottom + height - 0.02 - n * 0.028
        figure.text(0.03, y, "■", color=colour, fontsize=12, va="center")
        figure.text(0.043, y, words, fontsize=9.5, color=_GREY, va="center")
    _draw_clock(figure, result)


def _over_terminals(values: Floats, quantiles: Sequence[float]) -> tuple[Floats, ...]:
    """Quantiles over the terminals served in each slot; nan in a slot without one.  Each (slot,)."""
    rows = [row[~np.isnan(row)] for row in values]
    found = np.array([np.quantile(row, quantiles) if len(row) else np.full(len(quantiles), np.nan) for row in rows])
    return tuple(found.reshape(-1, len(quantiles)).T)


def _draw_histogram(figure: Any, each: Quality) -> None:
    """How many terminals have which median round trip; its colours are those of the terminals on the map."""
    from matplotlib import colormaps

    median_ms = each.rtt_median_s[~np.isnan(each.rtt_median_s)] * 1e3
    if len(median_ms) == 0:
        return
    _, bottom, _, height = _LANES_BOX
    figure.text(
        _SIDE_LEFT, bottom + height + 0.018, "Terminals by median round trip, ms", fontsize=11, fontweight="bold"
    )
    low, high = _colour_range(median_ms)
    count, edges = np.histogram(median_ms, bins=min(40, max(8, len(each) // 8)))
    shade = np.clip(((edges[1:] + edges[:-1]) / 2 - low) / (high - low), 0, 1)
    axes = figure.add_axes((_SIDE_LEFT, bottom + 0.008, _SIDE_RIGHT - _SIDE_LEFT, height - 0.008))
    axes.bar(edges[:-1], count, width=np.diff(edges), align="edge", color=colormaps[_SHADES](shade), edgecolor="white",
             linewidth=0.5)  # fmt: skip
    axes.margins(x=0.01)
    axes.set_yticks([])
    axes.tick_params(length=0, labelsize=9.5, labelcolor=_GREY)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(_RULE)
