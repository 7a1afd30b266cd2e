"""Pictures of a service map and of what a decision would change.  matplotlib is an extra, asked for only to draw.

Cells are drawn as they are where few enough are in view; a wider view asks each pixel which cell it lies in.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import h3.api.basic_int as h3
import numpy as np

from hudhud.adapters.cell_raster import sampled, smaller
from hudhud.adapters.page_words import CREDIT, arabic, draw_titles
from hudhud.adapters.palette import DPI, FAINT, GREY, HEIGHT_IN, INK, RULE, STYLE, WIDTH_IN
from hudhud.adapters.picture_map import draw_graticule, draw_scale, map_axes, shortened
from hudhud.adapters.projection import Region, World, direction, fitting_view
from hudhud.adapters.service_words import STATES_EN
from hudhud.arrays import Bools, Floats, Floats32, Ints, Ints32
from hudhud.errors import InputError, MissingExtraError
from hudhud.service.catalogue import Territories
from hudhud.service.changes import Change, serves
from hudhud.service.impact import Impact
from hudhud.service.places import Place
from hudhud.service.service_map import NO_PROFILE, STATES, ServiceMap, counts
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState
from hudhud.sky.hexagons import h3_index
from hudhud.timescale import to_rfc3339

__all__ = ["disputed_cells", "draw_impact", "draw_service_map", "people_words"]

_STATE_COLOURS = {  # served: cool; refused: warm or grey; readable with every kind of colour vision
    ServiceState.SERVED: "#0072B2",
    ServiceState.SERVED_RESTRICTED: "#6DB9EA",
    ServiceState.SERVED_ALLOWLIST_ONLY: "#00876A",
    ServiceState.EMERGENCY_SERVED: "#7B4FA3",
    ServiceState.NOT_OFFERED: "#B4BAC1",
    ServiceState.PROHIBITED: "#C8400A",
    ServiceState.SUSPENDED: "#E69F00",
    ServiceState.TECHNICALLY_UNAVAILABLE: "#4A4F55",
}
_SERVED_SAME, _REFUSED_SAME = "#C6DDED", "#E0E1E3"
_CHANGE_COLOURS = {
    Change.GAIN: "#0072B2",
    Change.LOSE: "#D55E00",
    Change.CONDITIONS: "#CC79A7",
    Change.ALTER: "#E8C34A",
}
_LEFT_OUT = "#8A9199"

_MAP_BOX = (0.03, 0.185, 0.94, 0.685)
_MOST_HEXAGONS = 20_000
_TIMES = 2  # pixels of the raster for one of the page, each way
_HATCH_PIXELS = 14
_SEA_TINT = 0.62  # how much paler the sea is than land of the same state
_DEMONSTRATION = "Demonstration: made-up decisions and restated public facts, not the operator's decisions."


_Colour: TypeAlias = Callable[[Ints32], Floats]
"""Red, green and blue (..., 3) of cell numbers, -1 among them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    """One line of the legend."""

    colour: str
    words: str
    more: str = ""
    hatched: bool = False
    rim: str = ""


def draw_service_map(
    told: ServiceMap,
    service_class: ServiceClass,
    outlines: Sequence[Floats],
    claimed: Ints32,
    path: Path,
    *,
    around: Ints32 | None = None,
) -> Path:
    """Draw who is served for one class into `path`, a PNG of 1600 x 1000 pixels.  Returns the path.

    outlines: see `picture.draw_result`.  claimed: cells that more than one side claims, hatched.  around: cells that the
    map should frame, the world where left out.
    Raises MissingExtraError where matplotlib is not installed, InputError where the file cannot be written.
    """
    state = np.append(told.state[:, service_class.number], len(STATES)).astype(np.int64)
    on_land = np.array([*(_rgb(_STATE_COLOURS[each]) for each in STATES), (1.0, 1.0, 1.0)])  # white: no cell
    at_sea = on_land + (1 - on_land) * _SEA_TINT
    row = _rows(told)

    def draw(figure: Any) -> None:
        view = World() if around is None else _view(around)
        axes, seen = _draw_cells(
            figure,
            view,
            outlines,
            claimed,
            lambda number: on_land[state[row(number)]],
            lambda number: at_sea[state[row(number)]],
        )
        if isinstance(view, Region):
            draw_scale(axes, view)
        changes = "no further change" if np.isnat(told.next_change_at) else f"next change {_clock(told.next_change_at)}"
        line = f"{_clock(told.at)}   ·   {len(told.decisions):,} decisions   ·   {changes}"
        draw_titles(figure, (f"Who may be served: {_words(service_class)}", ""), line)
        _draw_key(figure, _state_key(told, service_class, seen), bool(np.isin(seen, claimed).any()))
        _draw_foot(figure, f"service map {told.digest}", any(each.demonstration for each in told.decisions), CREDIT)

    return _page(path, f"Service map, {service_class.value}", draw)


def _state_key(told: ServiceMap, service_class: ServiceClass, seen: Ints32) -> list[_Key]:
    """The states in view; how many cells of the world each has."""
    found = counts(told)[service_class]
    shown = {STATES[n] for n in np.unique(told.state_of(seen, service_class.number)).tolist()}
    return [
        _Key(colour=_STATE_COLOURS[each], words=STATES_EN[each], more=f"{_cells(found[each])} in the world")
        for each in STATES
        if each in shown
    ]


def draw_impact(
    told: Impact,
    after: ServiceMap,
    service_class: ServiceClass,
    outlines: Sequence[Floats],
    claimed: Ints32,
    path: Path,
) -> Path:
    """Draw what the decisions under review change for one class into `path`, a PNG of 1600 x 1000 pixels.

    after: the map with them.  Cells that the decisions leave out of their territories are grey, changed cells in countries
    of others rimmed.  The rest as for `draw_service_map`.
    """
    left_out = np.unique(np.concatenate([np.zeros(0, dtype=np.int32), *(each.number for each in told.left_out)]))
    shade, moved = _shades(told, after, service_class, left_out)
    same, change = (_REFUSED_SAME, _SERVED_SAME), [_CHANGE_COLOURS[each] for each in sorted(_CHANGE_COLOURS)]
    on_land = np.array([_rgb(each) for each in ("#FFFFFF", *same, _LEFT_OUT, *change)])
    at_sea = on_land.copy()
    at_sea[1:3] += (1 - at_sea[1:3]) * 0.5
    framed = told.changed.number if len(told.changed.number) else left_out

    def draw(figure: Any) -> None:
        view = _view(framed)
        land, sea = (lambda number: on_land[shade[number]]), (lambda number: at_sea[shade[number]])
        axes, seen = _draw_cells(figure, view, outlines, claimed, land, sea, told.spill)
        if isinstance(view, Region):
            draw_scale(axes, view)
        _draw_places(axes, view, [place for _, place in told.largest])
        first = told.reviewed[0]
        others = len(told.reviewed) - 1
        more, more_ar = (f" and {others} more", f" و{others} غيره") if others else ("", "")
        titles = (first.title_en, more), (arabic(first.title_ar), more_ar)
        draw_titles(figure, titles[0], _impact_line(told, service_class), titles[1])
        _draw_key(figure, _impact_key(told, moved, left_out, shade, seen), bool(np.isin(seen, claimed).any()))
        _draw_foot(
            figure,
            f"impact {told.digest}",
            any(each.demonstration for each in (*told.reviewed, *after.decisions)),
            f"{CREDIT}; places GeoNames (CC BY 4.0)",
        )

    return _page(path, f"Impact of {told.reviewed[0].id}", draw)


def _shades(told: Impact, after: ServiceMap, service_class: ServiceClass, left_out: Ints32) -> tuple[Ints, Ints]:
    """By cell number (the last for -1) 0 no cell, 1 refused, 2 served, 3 left out, 3 + `Change`; and each changed cell's."""
    served = np.array([serves(each) for each in after.decisions])[after.governing[:, service_class.number]]
    shade = np.zeros(len(after.profile) + 1, dtype=np.int64)
    cells = np.flatnonzero(after.profile != NO_PROFILE)
    shade[cells] = 1 + served[after.profile[cells]]
    shade[left_out[~served[after.profile_of(left_out)]]] = 3
    moved = told.changed.kind[told.changed.row, service_class.number].astype(np.int64)
    shade[told.changed.number[moved > 0]] = 3 + moved[moved > 0]
    return shade, moved


def _impact_line(told: Impact, service_class: ServiceClass) -> str:
    group = next((each for each in told.groups if service_class in each.classes), None)
    if group is None:
        return f"{_clock(told.at)}   ·   {_words(service_class)}   ·   nothing changes"
    alike = len(group.classes) - 1
    whom = "every class" if len(group.classes) == len(ServiceClass) else _words(service_class)
    others = f" and {alike} classes alike" if alike and whom != "every class" else ""
    parts = (
        (group.gain, "gain service", "gains service"),
        (group.lose, "lose service", "loses service"),
        (group.conditions, "stay served, other conditions", "stays served, other conditions"),
        (group.alter, "are governed otherwise", "is governed otherwise"),
    )
    told_parts = [
        f"{people_words(part.people)} in {_cells(part.cells)} {one if part.people == 1 else many}"
        for part, many, one in parts
        if part.cells
    ]
    return "   ·   ".join([_clock(told.at), f"{whom}{others}", *told_parts[:2]])  # the legend counts them all


def people_words(count: int) -> str:
    """So many people, in words that round as the figures do: they are a floor and old."""
    if count >= 1_000_000:
        return f"{count / 1e6:,.1f} million people"
    return "1 person" if count == 1 else "no listed people" if count == 0 else f"{count:,} people"


def _impact_key(told: Impact, moved: Ints, left_out: Ints32, shade: Ints, seen: Ints32) -> list[_Key]:
    words = {
        Change.GAIN: "gains service",
        Change.LOSE: "loses service",
        Change.CONDITIONS: "served, other conditions",
        Change.ALTER: "another decision governs",
    }
    key = [
        _Key(colour=_CHANGE_COLOURS[change], words=words[change], more=_cells(int((moved == change).sum())))
        for change in _CHANGE_COLOURS
        if (moved == change).any()
    ]
    still = int((shade[left_out] == 3).sum())
    if still:
        key.append(_Key(colour=_LEFT_OUT, words="border left out, refused", more=_cells(still)))
    if len(told.spill):
        spilt = _cells(len(told.spill))
        key.append(_Key(colour="#FFFFFF", words="changed, in another country", more=spilt, rim=INK))
    shown = set(np.unique(shade[seen]).tolist())
    same = ((2, _SERVED_SAME, "served as before"), (1, _REFUSED_SAME, "refused as before"))
    return key + [_Key(colour=colour, words=text) for number, colour, text in same if number in shown]


def _page(path: Path, title: str, draw: Callable[[Any], None]) -> Path:
    """A picture that `draw` fills, written to `path`."""
    try:
        import matplotlib.style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the picture of a service map") from None
    with warnings.catch_warnings(), matplotlib.style.context(["default", STYLE]):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a script the font lacks shows as boxes
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        draw(figure)
        try:
            figure.savefig(path, format="png", metadata={"Software": None, "Title": title})
        except OSError as error:
            raise InputError(f"{path}: the picture cannot be written: {error.strerror or error}") from None
    return path


def _view(number: Ints32) -> Region | World:
    """The view that frames some cells with a little room around them, no narrower than 250 km."""
    few = number[:: max(1, len(number) // 5_000)]
    centre_deg = np.array([h3.cell_to_latlng(index) for index in h3_index(few).tolist()]).reshape(-1, 2)
    places = direction(*np.radians(centre_deg).T)
    aspect = _MAP_BOX[2] * WIDTH_IN / (_MAP_BOX[3] * HEIGHT_IN)
    view = fitting_view(places, aspect)
    if isinstance(view, World):
        return view
    half = np.abs(view.plane(places)).max(axis=0) * 1.06 + 0.006
    half_height = max(float(half[1]), float(half[0]) / aspect, 0.02)
    return replace(view, half_width=half_height * aspect, half_height=half_height)


def _rows(told: ServiceMap) -> Callable[[Ints32], Ints]:
    """Profile of cell numbers; one past the last for what is no cell."""
    profiles = len(told.governing)

    def row(number: Ints32) -> Ints:
        known = (number >= 0) & (number < len(told.profile))
        found = told.profile[np.where(known, number, 0)].astype(np.int64)
        return np.where(known & (found < profiles), found, profiles)

    return row


def _draw_cells(
    figure: Any,
    view: Region | World,
    outlines: Sequence[Floats],
    claimed: Ints32,
    colour: _Colour,
    at_sea: _Colour,
    rimmed: Ints32 | None = None,
) -> tuple[Any, Ints32]:
    """A map of coloured cells.  colour, at_sea: of cells on land and off it.  Returns the axes and the cells in view."""
    axes = map_axes(figure, view, _MAP_BOX)
    axes.set_facecolor("white")
    half_width, half_height = axes.get_xlim()[1], axes.get_ylim()[1]
    columns, rows = (_TIMES * round(size) for size in (_MAP_BOX[2] * WIDTH_IN * DPI, _MAP_BOX[3] * HEIGHT_IN * DPI))
    number = sampled(view, half_width, half_height, columns, rows)
    seen = np.flatnonzero(np.bincount(number[number >= 0])).astype(np.int32)
    extent = (-half_width, half_width, -half_height, half_height)
    if isinstance(view, Region) and len(seen) <= _MOST_HEXAGONS:
        hexagons = _hexagons(view, seen)
        _draw_hexagons(axes, hexagons, at_sea(seen))
        _clip_to_land(axes, view, outlines, _draw_hexagons(axes, hexagons, colour(seen)))
    else:
        for paint in (at_sea, colour):
            page = _image(number, lambda part, paint=paint: _coloured(part, paint))  # type: ignore[misc]
            shown = axes.imshow(page, zorder=0.6, extent=extent, **_IMAGE)
        _clip_to_land(axes, view, outlines, shown)
    if rimmed is not None:
        _draw_rims(axes, view, np.intersect1d(seen, rimmed)[:_MOST_HEXAGONS], bold=isinstance(view, Region))
    if np.isin(seen, claimed).any():
        axes.imshow(_image(number, lambda part: _hatched(np.isin(part, claimed))), zorder=1.0, extent=extent, **_IMAGE)
    _draw_borders(axes, view, outlines)
    draw_graticule(axes, view)
    axes.set_xlim(-half_width, half_width)
    axes.set_ylim(-half_height, half_height)
    return axes, seen


_IMAGE: dict[str, Any] = {"origin": "lower", "aspect": "auto", "interpolation": "nearest"}
_STRIP = 5 * _HATCH_PIXELS * _TIMES
"""Rows at a time: a whole page of colours would fill 200 MB.  Whole hatches, whole pixels."""


def _image(number: Ints32, paint: Callable[[Ints32], Floats32]) -> Floats32:
    """The page's pixels (row, column, 4) from the finer raster of cells, strip by strip."""
    return np.concatenate(
        [smaller(paint(number[first : first + _STRIP]), _TIMES) for first in range(0, len(number), _STRIP)]
    )


def _coloured(number: Ints32, colour: _Colour) -> Floats32:
    page = np.ones((*number.shape, 4), dtype=np.float32)
    page[..., :3] = colour(number)
    page[..., 3] = number >= 0
    return page


def _hatched(claimed: Bools) -> Floats32:
    """Slanting lines over claimed pixels, dark with a pale side, so that they show on every colour."""
    rows, columns = claimed.shape
    slant = np.subtract.outer(np.arange(rows), np.arange(columns)) % _HATCH_PIXELS
    page = np.zeros((rows, columns, 4), dtype=np.float32)
    page[claimed & (slant < 3)] = (*_rgb(INK), 0.95)
    page[claimed & (slant >= 3) & (slant < 6)] = (1.0, 1.0, 1.0, 0.8)
    return page


def _draw_hexagons(axes: Any, hexagons: list[Floats], colour: Floats) -> Any:
    from matplotlib.collections import PolyCollection

    edge = float(np.clip(60.0 / np.sqrt(max(len(hexagons), 1)), 0.15, 1.2))
    return axes.add_collection(
        PolyCollection(hexagons, facecolor=colour, edgecolor="white", linewidth=edge, zorder=0.6)
    )


def _draw_rims(axes: Any, view: Region | World, number: Ints32, *, bold: bool) -> None:
    from matplotlib.collections import PolyCollection

    axes.add_collection(
        PolyCollection(
            _hexagons(view, number), facecolor="none", edgecolor=INK, linewidth=1.1 if bold else 0.4, zorder=0.8
        )
    )


def _hexagons(view: Region | World, number: Ints32) -> list[Floats]:
    """Corners of cells on the plane."""
    corners = []
    for index in h3_index(number).tolist():
        latitude, longitude = np.radians(h3.cell_to_boundary(index)).T
        corners.append(view.plane(direction(latitude, longitude)))
    return corners


def _clip_to_land(axes: Any, view: Region | World, outlines: Sequence[Floats], image: Any) -> None:
    """Show an image on land only: the sea keeps the paler one below."""
    from matplotlib.path import Path as Outline

    parts = []
    for outline in outlines:
        lon_deg, lat_deg = np.asarray(outline, dtype=np.float64).T
        if len(outline) > 3 and np.allclose(outline[0], outline[-1]):
            flat = view.polygon(np.radians(lat_deg), np.radians(lon_deg))
            if flat is not None and len(flat) > 2:
                parts.append(Outline(np.concatenate([flat, flat[:1]]), closed=True))
    if parts:
        image.set_clip_path(Outline.make_compound_path(*parts), axes.transData)
    else:
        image.set_visible(False)


def _draw_borders(axes: Any, view: Region | World, outlines: Sequence[Floats]) -> None:
    """Coasts and borders: thin ink under white, so that they show on pale and on dark."""
    from matplotlib.collections import LineCollection

    lines = []
    for outline in outlines:
        lon_deg, lat_deg = np.asarray(outline, dtype=np.float64).T
        on_cut = ((np.abs(lon_deg) > 179.99) & (np.abs(np.roll(lon_deg, 1)) > 179.99)) | (lat_deg < -89.9)
        lines.append(view.plane(np.where(on_cut[:, None], np.nan, direction(*np.radians([lat_deg, lon_deg])))))
    wide, narrow = (0.9, 0.45) if isinstance(view, World) else (2.2, 1.0)
    axes.add_collection(LineCollection(lines, color="white", linewidth=wide, zorder=1.1, alpha=0.9))
    axes.add_collection(LineCollection(lines, color=INK, linewidth=narrow, zorder=1.11, alpha=0.55))
    if isinstance(view, World):
        axes.plot(*view.rim().T, color=FAINT, linewidth=0.8, zorder=1.2)


def _draw_places(axes: Any, view: Region | World, places: Sequence[Place]) -> None:
    """Names of the largest places where they cover no other name."""
    half_width, half_height = axes.get_xlim()[1], axes.get_ylim()[1]
    scale = _MAP_BOX[2] * WIDTH_IN * DPI / 2 / half_width
    taken: list[tuple[float, float, float, float]] = []
    for place in sorted(places, key=lambda each: -each.population):
        x, y = view.plane(direction(np.array([place.latitude_rad]), np.array([place.longitude_rad])))[0].tolist()
        if not (abs(x) < half_width * 0.98 and abs(y) < half_height * 0.97):
            continue
        name = shortened(place.name_en, 24)
        width = 0.6 * 10 * DPI / 72 * len(name)
        right = x * scale + 9 + width < half_width * scale
        low = x * scale + 9 if right else x * scale - 9 - width
        box = (low, y * scale - 9, low + width, y * scale + 9)
        if any(not (box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1]) for b in taken):
            continue
        taken.append(box)
        axes.plot([x], [y], marker="o", ms=4.5, mfc=INK, mec="white", mew=0.9, zorder=5)
        at = (x + (9 if right else -9) / scale, y)
        axes.text(*at, name, ha="left" if right else "right", va="center_baseline", fontsize=10, color=INK, zorder=6,
                  path_effects=_halo())  # fmt: skip


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.8, foreground="white", alpha=0.9)]


def _draw_key(figure: Any, key: Sequence[_Key], claims: bool) -> None:
    """What the colours mean, in up to three rows of columns under the map."""
    pale = _Key(colour=_pale(key[0].colour), words="paler: the same at sea", rim=RULE)
    claimed = _Key(colour="#FFFFFF", words="claimed by more than one side", hatched=True)
    lines = [*key, pale, *([claimed] if claims else [])]
    step = 0.94 / 4
    for n, each in enumerate(lines):
        column, row = n % 4, n // 4
        left, low = 0.03 + column * step, 0.148 - row * 0.036
        _draw_swatch(figure, left, low, each)
        figure.text(left + 0.028, low + 0.008, each.words, fontsize=11, va="center", color=INK)
        figure.text(left + 0.028, low - 0.0085, each.more, fontsize=9, va="center", color=GREY)


def _pale(colour: str) -> str:
    from matplotlib.colors import to_hex

    return to_hex([part + (1 - part) * _SEA_TINT for part in _rgb(colour)])


def _draw_swatch(figure: Any, left: float, low: float, each: _Key) -> None:
    from matplotlib.patches import Rectangle

    box = Rectangle(
        (left, low - 0.012), 0.022, 0.026, transform=figure.transFigure, facecolor=each.colour, linewidth=1.2,
        edgecolor=_edge(each),
        hatch="////" if each.hatched else None,
    )  # fmt: skip
    figure.add_artist(box)


def _edge(each: _Key) -> str:
    if each.hatched:
        return INK
    return each.rim or (RULE if each.colour in (_SERVED_SAME, _REFUSED_SAME) else each.colour)


def _draw_foot(figure: Any, digest: str, demonstration: bool, credit: str) -> None:
    figure.text(0.03, 0.042, credit, fontsize=9, color=GREY)
    figure.text(0.03, 0.022, digest, fontsize=9, color=GREY, family="DejaVu Sans Mono")
    if demonstration:
        figure.text(0.97, 0.022, _DEMONSTRATION, fontsize=9.5, color=GREY, ha="right")


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def _words(service_class: ServiceClass) -> str:
    return service_class.value.replace("_", " ")


def _cells(count: int) -> str:
    return f"{count:,} cell" if count == 1 else f"{count:,} cells"


def _clock(at: np.datetime64) -> str:
    return f"{to_rfc3339(at).removesuffix('Z').replace('T', ' ')} UTC"


def disputed_cells(territories: Territories) -> Ints32:
    """Cells with their centre in a territory that more than one side claims."""
    parts = [territories.territory(row.id, Containment.CENTRE).number for row in territories.rows if row.disputed]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int32)
