"""One picture of a run: where the terminals stand, who served them by which gateway, and the round trip slot by slot.

Up to eight terminals each have a colour and a lane of their own; more are coloured by their median round trip and drawn
together as a median with bands.  matplotlib is an extra and is asked for only when a picture is drawn; no window opens.
"""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hudhud.adapters.palette import (
    COLOURS,
    DPI,
    FAINT,
    GREY,
    HEIGHT_IN,
    INK,
    LASER,
    LOST,
    LOST_PALE,
    RULE,
    SHADES,
    STYLE,
    WIDTH_IN,
)
from hudhud.adapters.picture_map import LANES, MAP_BOX, colour_range, draw_map, shortened, shown_slot
from hudhud.arrays import Bools, Floats
from hudhud.errors import InputError, MissingExtraError
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Result
from hudhud.report.tables import duration, percent, period
from hudhud.timescale import SLOT_S

__all__ = ["draw_result"]

_SIDE_LEFT, _SIDE_RIGHT = 0.735, 0.97
_LANES_BOX = (0.155, 0.085, 0.545, 0.265)


def draw_result(result: Result, outlines: Sequence[Floats], path: Path) -> Path:
    """Draw a run into `path` as a PNG of 1600 x 1000 pixels.  Returns the path.

    outlines: borders of countries, each (n, 2) longitude and latitude in degrees, cut along the antimeridian; a ring that
    closes is filled.  Raises MissingExtraError where matplotlib is not installed, InputError where the file cannot be written.
    """
    try:
        import matplotlib.style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the picture of a result") from None
    each, every = terminal_quality(result), run_quality(result)
    with warnings.catch_warnings(), matplotlib.style.context(["default", STYLE]):
        warnings.filterwarnings(
            "ignore", message="Glyph .* missing"
        )  # a name in a script the font lacks shows as boxes
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        _draw_words(figure, result)
        draw_map(figure, result, each, outlines)
        _draw_side(figure, result, each, every)
        if len(each) <= LANES:
            _draw_lanes(figure, result, each)
        else:
            _draw_bands(figure, result)
            _draw_histogram(figure, each)
        try:
            figure.savefig(path, format="png", metadata={"Software": None, "Title": result.name})
        except OSError as error:
            raise InputError(f"{path}: the picture cannot be written: {error.strerror or error}") from None
    return path


def _draw_words(figure: Any, result: Result) -> None:
    """Title, what the run covers, and where the fleet comes from."""
    when, told = period(result), result.provenance
    terminals, slots = len(result.terminals), len(result.start)
    figure.text(0.03, 0.955, shortened(result.name, 60), fontsize=23, fontweight="bold", va="baseline")
    covered = ""
    if slots:
        start, end = (str(when[key]).removesuffix("Z").replace("T", " ") for key in ("start", "end"))
        covered = f"   ·   {start} to {end.removeprefix(start[:10]).strip()} UTC"
    said = f"{_counted(terminals, 'terminal')}   ·   {_counted(slots, 'slot')} of {SLOT_S} s{covered}"
    figure.text(0.03, 0.92, said, fontsize=12.5, color=GREY, va="baseline")
    kind = "Synthetic satellites" if told.synthetic else "Real orbital elements"
    operational = dict(told.status_counts).get("operational")
    count = "" if operational is None else f", {operational:,} operational"
    note = f"{kind}: {shortened(told.elements_source, 70)}{count}.  Simulated with Hudhud {told.hudhud_version}."
    figure.text(0.03, 0.022, note, fontsize=9.5, color=GREY)
    rule = "round trip: terminal to point of presence; slow and fast: a fifth of the slots was slower, a fifth faster"
    figure.text(_SIDE_RIGHT, 0.022, rule, fontsize=9.5, color=GREY, ha="right")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _draw_side(figure: Any, result: Result, each: Quality, every: Quality) -> None:
    """Three numbers for the whole run, why slots were lost, and what the signs on the map mean."""
    _draw_headlines(figure, every)
    _draw_losses(figure, every)
    slot = shown_slot(result)
    lasers = slot is not None and bool((result.laser_hops[slot] > 0).any())
    _draw_key(figure, few=len(each) <= LANES, lasers=lasers, never=bool((each.served == 0).any()))


def _draw_headlines(figure: Any, every: Quality) -> None:
    fast, median, slow = (
        _ms(value[0]) for value in (every.rtt_fast_fifth_s, every.rtt_median_s, every.rtt_slow_fifth_s)
    )
    served, handovers, lost_s = every.served[0] > 0, every.handovers_per_s[0] * 60, every.longest_outage_s[0]
    numbers = (
        (percent(every.availability[0]), "of slots served", f"longest outage {duration(lost_s)}" if lost_s else ""),
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
        figure.text(_SIDE_LEFT, top, number, fontsize=25, fontweight="bold", va="baseline", color=INK)
        figure.text(_SIDE_LEFT, top - 0.024, what, fontsize=11, va="baseline", color=INK)
        figure.text(_SIDE_RIGHT, top - 0.024, more, fontsize=9.5, va="baseline", ha="right", color=GREY)


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
    axes.barh(range(len(shown)), [share for share, _ in shown], height=0.5, color=LOST)
    for n, (share, reason) in enumerate(shown):
        height = top - 0.012 - 0.021 * (n + 0.5)
        figure.text(_SIDE_LEFT, height, _SHORT_REASONS[reason], fontsize=9.5, va="center", color=GREY)
        figure.text(_SIDE_RIGHT, height, percent(share), fontsize=9.5, va="center", ha="right", color=GREY)


def _draw_key(figure: Any, *, few: bool, lasers: bool, never: bool) -> None:
    """The signs on the map, in two columns."""
    from matplotlib.lines import Line2D

    signs: list[tuple[str, dict[str, Any]]] = [
        ("terminal", {"marker": "s", "color": COLOURS[0], "ls": "", "ms": 8, "mec": "white"} if few
         else {"marker": "o", "color": "#2A788E", "ls": "", "ms": 6}),
        ("serving satellite", {"marker": "o", "ls": "", "ms": 7, "mfc": "white", "mec": INK, "mew": 1.4}),
        ("gateway in use", {"marker": "^", "ls": "", "ms": 7.5, "mfc": INK, "mec": INK}),
        ("other gateway", {"marker": "^", "ls": "", "ms": 5.5, "mfc": "white", "mec": FAINT}),
        ("satellite to gateway", {"color": GREY, "ls": (0, (4, 2.5)), "lw": 1.2}),
    ]  # fmt: skip
    if lasers:
        signs.append(("the same by lasers", {"color": LASER, "ls": (0, (1, 1.6)), "lw": 1.6}))
    if few:
        signs.append(("way flown while serving", {"color": INK, "lw": 1.2, "alpha": 0.6}))
    elif never:
        signs.append(("terminal never served", {"marker": "x", "color": LOST, "ls": "", "ms": 6}))
    figure.legend(
        handles=[Line2D([], [], label=label, **style) for label, style in signs],
        loc="lower left",
        bbox_to_anchor=(_SIDE_LEFT - 0.006, MAP_BOX[1] - 0.004),
        ncols=2,
        frameon=False,
        fontsize=9.5,
        labelcolor=GREY,
        handlelength=1.8,
        columnspacing=1.4,
        borderpad=0,
        borderaxespad=0,
        labelspacing=0.45,
    )


def _limits_ms(result: Result) -> tuple[float, float] | None:
    rtt_ms = result.rtt_s[result.outcome == Outcome.SERVED] * 1e3
    if len(rtt_ms) == 0:
        return None
    low, high = float(rtt_ms.min()), float(rtt_ms.max())
    margin = max((high / low) ** 0.12, 1.02)
    return low / margin, high * margin


def _draw_lanes(figure: Any, result: Result, each: Quality) -> None:
    """A lane per terminal: its round trip in each slot, gaps where it was not served, its numbers at the right."""
    left, bottom, width, height = _LANES_BOX
    limits, hours = _limits_ms(result), _minutes(result)
    top = bottom + height
    figure.text(0.03, top + 0.018, "Round trip in each slot, ms", fontsize=11, fontweight="bold")
    heads = ((0.775, "served"), (0.885, "fast · median · slow"), (_SIDE_RIGHT, "handovers/min"))
    for x, head in heads:
        figure.text(x, top + 0.018, head, fontsize=9.5, color=GREY, ha="right")
    lane = height / max(len(each), 1)
    for n in range(len(each)):
        base = top - (n + 1) * lane
        axes = figure.add_axes((left, base + 0.12 * lane, width, 0.8 * lane))
        colour = COLOURS[n % len(COLOURS)]
        _lane_axes(axes, hours, limits)
        _mark_outages(axes, hours, result.outcome[:, n] != Outcome.SERVED)
        axes.plot(*_steps(hours, result.rtt_s[:, n] * 1e3), color=colour, linewidth=1.5, solid_joinstyle="round")
        middle = base + 0.52 * lane
        figure.text(0.03, middle, "■", color=colour, fontsize=12, va="center_baseline")
        figure.text(0.044, middle, shortened(each.names[n], 15), fontweight="bold", va="center_baseline")
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
        figure.text(_SIDE_LEFT, bottom - 0.016, "■", fontsize=9.5, color=LOST, va="center")
        figure.text(_SIDE_LEFT + 0.012, bottom - 0.016, "terminal not served", fontsize=9.5, color=GREY, va="center")
    _draw_clock(figure, result)


def _minutes(result: Result) -> Floats:
    """(slot + 1,) starts of the slots and the end of the last, minutes after the first start."""
    if len(result.start) == 0:
        return np.zeros(1)
    edges = np.append(result.start, result.start[-1] + np.timedelta64(SLOT_S, "s")) - result.start[0]
    return np.asarray(edges / np.timedelta64(1, "s") / 60)


def _steps(edges: Floats, values: Floats) -> tuple[Floats, Floats]:
    """A line that stays level through each slot."""
    return np.repeat(edges, 2)[1:-1], np.repeat(values, 2)


def _lane_axes(axes: Any, edges: Floats, limits: tuple[float, float] | None) -> None:
    axes.set_xlim(edges[0], max(edges[-1], SLOT_S / 60))
    axes.set_xticks([])
    axes.set_facecolor("#F7F9FA")
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=FAINT, pad=3)
    if limits is None:
        axes.set_yticks([])
        return
    axes.set_yscale("log")  # one slot by a long way round must not flatten all the others
    axes.set_ylim(*limits)
    ticks = _round_ticks(*limits)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(axis="y", color=RULE, linewidth=0.7)
    if len(edges) <= 61:
        axes.vlines(edges, *limits, color="white", linewidth=1.0, zorder=0.5)
    axes.set_axisbelow(True)


def _round_ticks(low: float, high: float) -> list[float]:
    """Two round values well apart inside a range, or the one in its middle."""
    inside_low, inside_high = low * (high / low) ** 0.12, low * (high / low) ** 0.88
    for digits in (
        (1, 2, 5),
        (1, 1.5, 2, 3, 4, 5, 7),
        tuple(n / 10 for n in range(10, 100, 5)),
        tuple(n / 10 for n in range(10, 100)),
    ):
        inside = [d * 10.0**p for p in range(-3, 7) for d in digits if inside_low <= d * 10.0**p <= inside_high]
        if len(inside) >= 2:
            return [inside[0], inside[-1]]
    return [float(f"{np.sqrt(low * high):.3g}")]


def _mark_outages(axes: Any, edges: Floats, lost: Bools) -> None:
    spans = [(edges[n], edges[n + 1] - edges[n]) for n in np.flatnonzero(lost)]
    upright = axes.get_xaxis_transform()  # 0 and 1 are the foot and the head of the lane
    foot = min(0.14, 6 / (axes.get_position().height * HEIGHT_IN * DPI))
    for height, colour in ((1.0, LOST_PALE), (foot, LOST)):
        axes.broken_barh(
            spans, (0, height), facecolor=colour, edgecolor=colour, linewidth=0.8, zorder=1, transform=upright
        )


def _draw_clock(figure: Any, result: Result) -> None:
    """The axis of time under the lanes, in UTC."""
    left, bottom, width, _ = _LANES_BOX
    if len(result.start):
        for share, label in _clock_marks(result):
            figure.text(left + share * width, bottom - 0.016, label, fontsize=9.5, color=GREY, ha="center", va="center")
        figure.text(0.03, bottom - 0.016, "UTC", fontsize=9.5, color=GREY, va="center")


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
        limits = (float(np.nanmin(low5)) / 1.03, float(np.nanmax(high95)) * 1.03)
    axes = figure.add_axes((left, bottom + 0.07, width, height - 0.07))
    _lane_axes(axes, edges, limits)
    for low, high, shade in ((low5, high95, "#CFE3F0"), (low20, high80, "#8FC1DF")):
        axes.fill_between(*_steps(edges, low), _steps(edges, high)[1], color=shade, linewidth=0)
    axes.plot(*_steps(edges, middle), color=COLOURS[0], linewidth=1.8)
    lost = figure.add_axes((left, bottom + 0.008, width, 0.045))
    share = 1 - served.mean(axis=1) if served.shape[1] else np.full(len(served), np.nan)
    most = float(np.nan_to_num(share).max(initial=0.0)) * 100
    most = max(most, 1.0) * 1.15
    _lane_axes(lost, edges, None)
    lost.set_ylim(0, most)
    lost.set_yticks([0, float(f"{most / 1.15:.1g}")])
    lost.fill_between(*_steps(edges, share * 100), color=LOST, linewidth=0)
    figure.text(0.03, bottom + 0.03, "not served, %", fontsize=10, color=LOST, va="center", fontweight="bold")
    for n, (colour, words) in enumerate(
        ((COLOURS[0], "median terminal"), ("#8FC1DF", "middle 60 %"), ("#CFE3F0", "middle 90 %"))
    ):
        y = bottom + height - 0.02 - n * 0.028
        figure.text(0.03, y, "■", color=colour, fontsize=12, va="center")
        figure.text(0.043, y, words, fontsize=9.5, color=GREY, va="center")
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
    low, high = colour_range(median_ms)
    count, edges = np.histogram(median_ms, bins=min(40, max(8, len(each) // 8)))
    shade = np.clip(((edges[1:] + edges[:-1]) / 2 - low) / (high - low), 0, 1)
    axes = figure.add_axes((_SIDE_LEFT, bottom + 0.008, _SIDE_RIGHT - _SIDE_LEFT, height - 0.008))
    axes.bar(edges[:-1], count, width=np.diff(edges), align="edge", color=colormaps[SHADES](shade), edgecolor="white",
             linewidth=0.5)  # fmt: skip
    axes.margins(x=0.01)
    axes.set_yticks([])
    axes.tick_params(length=0, labelsize=9.5, labelcolor=GREY)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(RULE)
