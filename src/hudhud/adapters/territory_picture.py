"""A picture of territories: the hexagons that are theirs in each mode, their neighbours, and what is claimed twice.

Pixels are asked for their cell, so that seventy thousand hexagons cost no more than seventy.  matplotlib is an extra and
is asked for only when a picture is drawn; no window opens.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import numpy as np
from scipy.ndimage import distance_transform_edt

from hudhud import __version__
from hudhud.adapters.cell_raster import edges, sampled, smaller
from hudhud.adapters.named_territory import Modes, widest
from hudhud.adapters.page_words import CREDIT, arabic, draw_titles
from hudhud.adapters.palette import COLOURS, DPI, FAINT, GREY, HEIGHT_IN, INK, STYLE, WIDTH_IN
from hudhud.adapters.picture_map import draw_graticule, draw_land, draw_scale, map_axes, shortened
from hudhud.adapters.projection import Region, World, direction, fitting_view
from hudhud.arrays import Bools, Floats, Floats32, Ints32, freeze
from hudhud.errors import Fault, InputError, MissingExtraError
from hudhud.service.difference import areas_m2
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, h3_index

__all__ = ["MOST", "Around", "draw_territories"]

MOST = 6
"""So many territories can be told apart in one picture."""

_BOX = (0.03, 0.075, 0.685, 0.785)  # 1096 x 785 pixels
_SIDE, _RIGHT = 0.735, 0.97
_OPACITY = {Containment.FULL: 0.80, Containment.CENTRE: 0.52, Containment.OVERLAP: 0.26}
_WORDS = {
    Containment.FULL: "wholly inside",
    Containment.CENTRE: "centre inside",
    Containment.OVERLAP: "touched",
}
_TIMES = 2  # pixels are sampled so many times finer
_CLAIM = "#B42318"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Around:
    """What lies around.  country: (NUMBERS,) row of the country whose ground the cell's centre is, -1 for none;
    names: of those rows; claims: territories that more than one side claims.
    """

    country: Ints32
    names: tuple[str, ...]
    claims: tuple[Territory, ...]

    def __post_init__(self) -> None:
        freeze(self.country)


def draw_territories(
    drawn: Sequence[Modes], around: Around, outlines: Sequence[Floats], path: Path, rings: Sequence[Floats] = ()
) -> tuple[str, ...]:
    """Draw territories into `path` as a PNG of 1600 x 1000 pixels.  Returns notes on what the picture leaves out.

    outlines: borders of countries, each (n, 2) longitude and latitude in degrees, cut along the antimeridian; rings: those
    that a user drew.
    Raises MissingExtraError where matplotlib is not installed, InputError where the file cannot be written.
    """
    try:
        import matplotlib.style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "the picture of a territory") from None
    with warnings.catch_warnings(), matplotlib.style.context(["default", STYLE]):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a script the font lacks shows as boxes
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        shown_claims = _draw_map(figure, drawn, around, outlines, rings)
        notes = _draw_title(figure, drawn)
        _draw_side(figure, drawn, shown_claims)
        try:
            figure.savefig(path, format="png", metadata={"Software": None, "Title": _title(drawn)})
        except OSError as error:
            problem = f"{error.strerror or error}: give a file in a folder that can be written"
            raise InputError(f"{path} cannot be written:", [Fault(where="OUT.png", problem=problem)]) from None
    return notes


def _title(drawn: Sequence[Modes]) -> str:
    return ", ".join(widest(modes).name_en for modes in drawn)


def _colour(drawn: Sequence[Modes], n: int) -> str:
    return COLOURS[(0, 1, 2, 6, 4, 5)[n % MOST]] if len(drawn) > 1 else COLOURS[0]


# --- map


def _draw_map(
    figure: Any, drawn: Sequence[Modes], around: Around, outlines: Sequence[Floats], rings: Sequence[Floats]
) -> tuple[Territory, ...]:
    """The map.  Returns the claims that it shows."""
    aspect = _BOX[2] * WIDTH_IN / (_BOX[3] * HEIGHT_IN)
    outlines, rings = [_straight(each) for each in outlines], [_straight(each) for each in rings]
    view = _view(np.unique(np.concatenate([widest(modes).number for modes in drawn])), aspect)
    axes = map_axes(figure, view, _BOX)
    draw_land(axes, view, outlines)
    extent = (*axes.get_xlim(), *axes.get_ylim())
    columns, rows = round(_BOX[2] * WIDTH_IN * DPI), round(_BOX[3] * HEIGHT_IN * DPI)
    fine = sampled(view, extent[1], extent[3], _TIMES * columns, _TIMES * rows)
    axes.imshow(
        _pixels(fine, drawn, extent), extent=extent, origin="lower", interpolation="nearest", aspect="auto", zorder=2
    )
    axes.set_xlim(extent[:2])
    axes.set_ylim(extent[2:])
    _draw_lines(axes, view, outlines, linewidth=0.6, alpha=0.55, zorder=3)
    _draw_lines(axes, view, rings, linewidth=1.4, alpha=1.0, zorder=3.4)
    draw_graticule(axes, view)
    cells = fine[::_TIMES, ::_TIMES]
    _draw_beyond(figure, fine, drawn)
    shown = _draw_claims(axes, cells, extent, around.claims)
    _draw_names(axes, cells, extent, drawn, around)
    if isinstance(view, Region):
        draw_scale(axes, view)
    return shown


def _straight(outline: Floats) -> Floats:
    """An outline with a point at least every degree, so that its edges stay straight in longitude and latitude."""
    pieces = np.maximum(np.ceil(np.abs(np.diff(outline, axis=0)).max(axis=1, initial=0.0)), 1).astype(np.int64)
    if (pieces == 1).all():
        return outline
    edge = np.repeat(np.arange(len(pieces)), pieces)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge]
    between = outline[edge] + (outline[edge + 1] - outline[edge]) * share[:, None]
    return np.concatenate([between, outline[-1:]])


_FAR = 0.015  # share of the cells, the farthest off, that may lie beyond the map ...
_MUCH = 0.6  # ... where it then shows so much less of the world


def _view(number: Ints32, aspect: float) -> Region | World:
    """The view that shows the cells with a margin, as near as the cells allow; a few far islands may lie beyond it."""
    index = h3_index(number[:: max(1, len(number) // 20_000)])
    latitude, longitude = np.radians([h3.cell_to_latlng(cell) for cell in index.tolist()]).reshape(-1, 2).T
    centre = direction(latitude, longitude)
    toward = centre @ np.median(centre, axis=0)
    near = centre[toward >= np.quantile(toward, _FAR)]
    whole, close = _tight(centre, aspect), _tight(near, aspect)
    if isinstance(close, World):
        return whole
    return close if isinstance(whole, World) or close.half_height < _MUCH * whole.half_height else whole


def _tight(centre: Floats, aspect: float) -> Region | World:
    """The view that shows places (n, 3) with a margin."""
    view = fitting_view(centre, aspect)
    if isinstance(view, World):
        return view
    half_width, half_height = np.abs(view.plane(centre)).max(axis=0) * 1.12 + 0.006
    tight = max(float(half_height), float(half_width) / aspect)
    return Region(axes=view.axes, half_width=tight * aspect, half_height=tight)


def _draw_beyond(figure: Any, fine: Ints32, drawn: Sequence[Modes]) -> None:
    """How many cells the map does not reach."""
    held = np.unique(np.concatenate([widest(modes).number for modes in drawn]))
    beyond = len(np.setdiff1d(held, fine))
    if beyond and len(held) < 400_000:  # of more cells than there are pixels, many are no pixel's
        figure.text(_BOX[0] + _BOX[2], _BOX[1] - 0.017, f"{beyond:,} of {len(held):,} cells lie beyond the map",
                    fontsize=9, color=GREY, ha="right")  # fmt: skip


def _pixels(fine: Ints32, drawn: Sequence[Modes], extent: tuple[float, ...]) -> Floats32:
    """The hexagons of every territory as an image of colour and opacity; lines between them where they are large."""
    from matplotlib.colors import to_rgb

    picture = np.zeros((*fine.shape, 4), dtype=np.float32)
    any_cell = np.zeros(fine.shape, dtype=np.bool_)
    for n, modes in enumerate(drawn):
        opacity = np.zeros(NUMBERS + 1, dtype=np.float32)  # the last stands for pixels beside the globe
        for mode in reversed(Containment):
            if mode in modes:
                opacity[modes[mode].number] = _OPACITY[mode] if len(modes) > 1 else 0.65
        over = opacity[fine]
        any_cell |= over > 0
        _lay(picture, np.array(to_rgb(_colour(drawn, n)), dtype=np.float32), over)
    cell_pixels = 0.0026 / (extent[1] * 2) * fine.shape[1] / _TIMES
    if cell_pixels > 5:
        line = edges(fine) & any_cell
        _lay(picture, np.ones(3, dtype=np.float32), line * np.float32(min(0.9, 0.35 + cell_pixels / 40)))
    return smaller(picture, _TIMES)


def _lay(picture: Floats32, colour: Floats32, opacity: Floats32) -> None:
    """Lay a colour over an image, in place."""
    under = picture[..., 3] * (np.float32(1) - opacity)
    total = np.maximum(under + opacity, np.float32(1e-9))
    picture[..., :3] = (picture[..., :3] * under[..., None] + colour * opacity[..., None]) / total[..., None]
    picture[..., 3] = under + opacity


def _draw_lines(axes: Any, view: Region | World, outlines: Sequence[Floats], **style: float) -> None:
    """Borders over the hexagons; the cut along the antimeridian is none."""
    from matplotlib.collections import LineCollection

    paths = []
    for outline in outlines:
        lon_deg, lat_deg = np.asarray(outline, dtype=np.float64).T
        cut = ((np.abs(lon_deg) > 179.99) & (np.abs(np.roll(lon_deg, 1)) > 179.99)) | (lat_deg < -89.9)
        place = np.where(cut[:, None], np.nan, direction(np.radians(lat_deg), np.radians(lon_deg)))
        paths.append(view.plane(place))
    axes.add_collection(LineCollection(paths, color=INK, **style))


def _draw_claims(
    axes: Any, cells: Ints32, extent: tuple[float, ...], claims: Sequence[Territory]
) -> tuple[Territory, ...]:
    """Hatch what more than one side claims.  Returns the claims that can be seen."""
    from matplotlib import rc_context

    shown = []
    rows, columns = cells.shape
    x = (np.arange(columns) + 0.5) / columns * (extent[1] - extent[0]) + extent[0]
    y = (np.arange(rows) + 0.5) / rows * (extent[3] - extent[2]) + extent[2]
    hatched: Bools = np.zeros(cells.shape, dtype=np.bool_)
    for claim in claims:
        here = _mask(cells, claim.number)
        if here.sum() < 12:
            continue
        shown.append(claim)
        hatched |= here
    if shown:
        with rc_context({"hatch.linewidth": 0.7, "hatch.color": _CLAIM}):
            mesh = axes.contourf(
                x, y, hatched.astype(np.float64), [0.5, 1.5], hatches=["////"], colors="none", zorder=3.2
            )
            mesh.set_edgecolor(_CLAIM)
            mesh.set_linewidth(0.0)
        axes.contour(x, y, hatched.astype(np.float64), [0.5], colors=[_CLAIM], linewidths=0.9, zorder=3.3)
    return tuple(shown)


def _mask(cells: Ints32, number: Ints32) -> Bools:
    """Pixels whose cell is one of some."""
    member = np.zeros(NUMBERS + 1, dtype=np.bool_)
    member[number] = True
    return np.asarray(member[cells])


_STEP = 6  # pixels between the points at which room for names is sought


def _draw_names(axes: Any, cells: Ints32, extent: tuple[float, ...], drawn: Sequence[Modes], around: Around) -> None:
    """Names of the countries in view, each where it has most room, largest first; those without room are left out."""
    coarse = cells[::_STEP, ::_STEP]
    country = np.append(around.country, np.int32(-1))[coarse]
    taken = np.zeros(coarse.shape, dtype=np.bool_)
    own = np.zeros(coarse.shape, dtype=np.bool_)
    for modes in drawn:
        own |= _mask(coarse, widest(modes).number)
    names: list[tuple[str, Bools, bool]] = []
    if len(drawn) > 1:
        names = [(widest(modes).name_en, _mask(coarse, widest(modes).number), True) for modes in drawn]
    rows, counts = np.unique(country[country >= 0], return_counts=True)
    names += [(around.names[row], (country == row) & ~own, False) for row in rows[np.argsort(-counts)].tolist()]
    for name, here, strong in names:
        _draw_name(axes, name, here, taken, extent, strong=strong)


def _draw_name(axes: Any, name: str, here: Bools, taken: Bools, extent: tuple[float, ...], *, strong: bool) -> None:
    """One name in the middle of its country's widest free room, if it fits there."""
    size = 10.5 if strong else 9.5
    half_wide = int(np.ceil(len(name) * size * 0.62 * DPI / 72 / 2 / _STEP))
    half_high = int(np.ceil(size * 1.2 * DPI / 72 / 2 / _STEP))
    free = here & ~taken
    free[[0, -1]] = free[:, [0, -1]] = False
    if not free.any():
        return
    room = distance_transform_edt(free, sampling=(half_wide / half_high, 1.0))
    row, column = np.unravel_index(int(np.argmax(room)), room.shape)
    high, wide = here.shape
    inside = half_wide <= column < wide - half_wide and half_high <= row < high - half_high
    if room[row, column] < 0.55 * half_wide or not inside:
        return
    taken[row - half_high : row + half_high + 1, column - half_wide : column + half_wide + 1] = True
    x = extent[0] + (column + 0.5) / wide * (extent[1] - extent[0])
    y = extent[2] + (row + 0.5) / high * (extent[3] - extent[2])
    style = {"fontweight": "bold", "color": INK} if strong else {"color": GREY}
    from matplotlib.patheffects import withStroke

    axes.text(x, y, name, ha="center", va="center", fontsize=size, zorder=6, **style,
              path_effects=[withStroke(linewidth=2.5, foreground="white", alpha=0.75)])  # fmt: skip


# --- words


def _draw_title(figure: Any, drawn: Sequence[Modes]) -> tuple[str, ...]:
    """Both names, and what the picture covers."""
    each = [widest(modes) for modes in drawn]
    alike = all(one.name_ar == one.name_en for one in each)
    beside = "" if alike else "، ".join(one.name_ar for one in each)
    said = [f"{one.id}  ({_KINDS[one.kind]})" for one in each]
    draw_titles(figure, (_title(drawn), ""), "   ·   ".join(said), (arabic(beside), ""))
    if beside and not arabic(beside) and not beside.isascii():
        return ("the Arabic name is left out: this matplotlib cannot join Arabic letters (3.11 or newer can)",)
    return ()


_KINDS = {
    Kind.WORLD: "world",
    Kind.COUNTRY: "country or territory",
    Kind.REGION: "region of a country",
    Kind.AREA: "area under more than one claim or rule",
    Kind.SEA: "sea",
    Kind.OWN: "drawn by a user",
}


def _draw_side(figure: Any, drawn: Sequence[Modes], claims: Sequence[Territory]) -> None:
    """Cells, areas and digests, who claims and controls, source and date."""
    top = _BOX[1] + _BOX[3]
    for n, modes in enumerate(drawn):
        top = _draw_modes(figure, modes, _colour(drawn, n), top, few=len(drawn) == 1)
    if len(drawn) == 1:
        top = _draw_facts(figure, widest(drawn[0]), top - 0.008)
    _draw_claim_key(figure, claims, top - 0.02)
    figure.text(0.03, 0.022, _sources(drawn), fontsize=9, color=GREY)
    figure.text(_RIGHT, 0.022, f"Hudhud {__version__}", fontsize=9, color=GREY, ha="right")
    figure.text(0.03, 0.042, "Cells: H3 resolution 5.  Digest: SHA-256 of the list of cells with its mode.  "
                "Grey lines: borders as the map data draw them; no position on any claim.", fontsize=9, color=GREY)  # fmt: skip


def _draw_modes(figure: Any, modes: Modes, colour: str, top: float, *, few: bool) -> float:
    """A block of one territory's modes.  Returns where the next may begin."""
    from matplotlib.patches import Rectangle

    area_m2 = areas_m2(modes) if few else {}
    if not few:
        figure.text(_SIDE, top - 0.014, shortened(widest(modes).name_en, 34), fontsize=11.5, fontweight="bold")
        top -= 0.024
    for mode in Containment:
        if mode not in modes:
            continue
        one = modes[mode]
        opacity = _OPACITY[mode] if len(modes) > 1 else 0.65
        for layer, alpha in (("#D8DFD6", 1.0), (colour, opacity)):
            figure.add_artist(Rectangle((_SIDE, top - 0.016), 0.0125, 0.02, facecolor=layer, alpha=alpha, linewidth=0))
        figure.text(
            _SIDE + 0.018, top - 0.013, f"{mode.value}: {_WORDS[mode]}" if len(modes) > 1 else mode.value, fontsize=10.5
        )
        said = f"{len(one):,} cell{'' if len(one) == 1 else 's'}"
        figure.text(_RIGHT, top - 0.013, said, fontsize=10.5, ha="right")
        if few:
            figure.text(_RIGHT, top - 0.031, f"{area_m2[mode] / 1e6:,.0f} km²", fontsize=9.5, color=GREY, ha="right")
            for part in range(2):
                figure.text(_SIDE + 0.018, top - 0.031 - 0.015 * part, one.digest[32 * part : 32 * part + 32],
                            fontsize=7.5, color=GREY, family="DejaVu Sans Mono")  # fmt: skip
            top -= 0.068
        else:
            figure.text(
                _SIDE + 0.018, top - 0.029, f"{one.digest[:24]}…", fontsize=7.5, color=GREY, family="DejaVu Sans Mono"
            )
            top -= 0.043
    return top - (0 if few else 0.012)


def _draw_facts(figure: Any, one: Territory, top: float) -> float:
    """Who claims and controls a territory, and where its borders come from.  Returns where the next may begin."""
    facts = []
    if one.claimed_by:
        facts.append(("Claimed by", ", ".join(one.claimed_by)))
    if one.disputed or one.controlled_by:
        facts.append(("Controlled by", one.controlled_by or "divided or nobody, see its note"))
    facts += [
        (head, text)
        for head, text in (("Source", one.source), ("Date", one.source_date), ("View", one.worldview))
        if text
    ]
    if one.source_sha256:
        facts.append(("SHA-256", one.source_sha256[:24] + "…"))
    for head, text in facts:
        figure.text(_SIDE, top - 0.013, head, fontsize=9.5, color=FAINT)
        lines = _folded(text, 40)[:4]
        for n, line in enumerate(lines):
            figure.text(_SIDE + 0.072, top - 0.013 - 0.016 * n, line, fontsize=9.5, color=GREY)
        top -= 0.016 * len(lines) + 0.006
    return top


def _folded(text: str, width: int) -> list[str]:
    """Lines of at most so many letters."""
    import textwrap

    return textwrap.wrap(text, width) or [""]


def _draw_claim_key(figure: Any, claims: Sequence[Territory], top: float) -> None:
    """The hatched areas, each with its claimants."""
    from matplotlib import rc_context
    from matplotlib.patches import Rectangle

    if not claims:
        return
    with rc_context({"hatch.linewidth": 0.7}):
        figure.add_artist(
            Rectangle((_SIDE, top - 0.016), 0.0125, 0.02, fill=False, hatch="////", edgecolor=_CLAIM, linewidth=0.8)
        )
    figure.text(_SIDE + 0.018, top - 0.013, "claimed by more than one side", fontsize=10.5)
    top -= 0.03
    room = int((top - _BOX[1]) / 0.0175)
    for n, claim in enumerate(claims):
        if n == room - 1 and len(claims) > room:
            figure.text(_SIDE + 0.018, top - 0.01, f"and {len(claims) - n} more", fontsize=9.5, color=GREY)
            return
        figure.text(_SIDE + 0.018, top - 0.01, shortened(claim.name_en, 30), fontsize=9.5, color=INK)
        figure.text(_RIGHT, top - 0.01, shortened(_claimants(claim), 20), fontsize=9.5, color=GREY, ha="right")
        top -= 0.0175


def _claimants(claim: Territory) -> str:
    return ", ".join("itself" if each == claim.id else each for each in claim.claimed_by)


def _sources(drawn: Sequence[Modes]) -> str:
    """Credits of the map data, and the sources of other territories, each once."""
    told = dict.fromkeys(
        ", ".join(part for part in (one.source, one.source_date) if part)
        for one in map(widest, drawn)
        if one.source and one.kind is Kind.OWN
    )
    return shortened("; ".join([CREDIT, *told]) + ".", 150)
