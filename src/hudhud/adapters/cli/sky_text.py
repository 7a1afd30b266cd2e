"""A sky plot and a table of looks as text for a terminal of 80 columns."""

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hudhud.adapters.overhead import GATE_WORDS, Overhead, idle_word
from hudhud.arrays import Floats, Ints
from hudhud.sky import Gate, Light, arc_angle_rad, arc_directions
from hudhud.timescale import to_rfc3339

__all__ = ["show_sky", "sky_rows"]

_RADIUS = 15  # rows from the zenith to the horizon; a row is as high as two columns are wide
_WIDTH, _HEIGHT = 4 * _RADIUS + 1, 2 * _RADIUS + 1

_PASSES = ("●", "bold green")
_ARC, _ZONE, _RING, _BORESIGHT = ("•", "yellow"), ("░", "yellow dim"), ("·", "dim"), ("+", "cyan")
_MARKS = {  # of a refused look: the first gate that refuses it
    Gate.NOT_IN_SERVICE: ("-", "dim", "idle"),
    Gate.BELOW_MINIMUM_ELEVATION: ("˅", "dim", "too low"),
    Gate.GSO_ARC: ("×", "red", "GSO arc"),
    Gate.OUT_OF_FIELD_OF_VIEW: ("○", "cyan", "out of view"),
    Gate.OBSTRUCTED: ("■", "magenta", "obstructed"),
}
_SHORT = {
    Gate.BELOW_MINIMUM_ELEVATION: "low",
    Gate.GSO_ARC: "GSO arc",
    Gate.OUT_OF_FIELD_OF_VIEW: "view",
    Gate.OBSTRUCTED: "obstructed",
}


def show_sky(sky: Overhead, source: str, console: Console, shown: int | None) -> None:
    """Print where and when, the plot with its legend, and the looks: those that pass first, each group highest first.

    shown: how many looks the table holds; all where None.
    """
    _show_head(sky, source, console)
    legend = _legend(sky)
    for i, row in enumerate(sky_rows(sky)):
        line = Text(" ").append(row)
        if 0 <= i - _RADIUS // 2 < len(legend):
            line.append(" ").append(legend[i - _RADIUS // 2])
        console.print(line, no_wrap=True, overflow="crop")
    console.print()
    if len(sky):
        _show_table(sky, console, shown)
    else:
        console.print("No satellite of this fleet is above the horizon.")


def _show_head(sky: Overhead, source: str, console: Console) -> None:
    place = sky.place
    lat, lon = np.degrees(place.site.latitude_rad[0]), np.degrees(place.site.longitude_rad[0])
    where = f"{abs(lat):.4f} {'N' if lat >= 0 else 'S'} {abs(lon):.4f} {'E' if lon >= 0 else 'W'}"
    console.print(Text.assemble((f"The sky over {where}", "bold"), f", {to_rfc3339(sky.at)}"))
    half = np.degrees(place.terminal_class.half_field_of_view_rad)
    view = (
        f"view {half:g}° round az {np.degrees(place.boresight_azimuth_rad):.0f}° "
        f"el {np.degrees(place.boresight_elevation_rad):.0f}°"
    )
    console.print(
        f"class {place.terminal_class.name}: elevation ≥ {np.degrees(place.minimum_elevation_rad):g}°, "
        f"GSO arc ≥ {np.degrees(place.gso_avoidance_rad):g}°, {view if half < 180 else 'view unlimited'}"
    )
    console.print(Text(source), style="dim")
    if sky.without_position:
        console.print(f"{sky.without_position} satellites have no valid position at this instant", style="yellow")
    console.print()


def sky_rows(sky: Overhead) -> list[Text]:
    """The plot, row by row: north up, east right, zenith in the middle, elevation falling in proportion to the rim."""
    marks = np.full((_HEIGHT, _WIDTH), " ", dtype=object)
    styles = np.full((_HEIGHT, _WIDTH), "", dtype=object)

    def put(azimuth_rad: Floats, elevation_rad: Floats, mark: tuple[str, str]) -> None:
        row, column = _cell(azimuth_rad, elevation_rad)
        marks[row, column], styles[row, column] = mark

    _put_zone(sky, marks, styles)
    around = np.linspace(0, 2 * np.pi, 720)
    for elevation in (0.0, np.pi / 6, np.pi / 3):
        put(around[:: 1 if elevation == 0.0 else 10], np.full(720, elevation)[:: 1 if elevation == 0.0 else 10], _RING)
    put(*arc_directions(float(sky.place.site.latitude_rad[0]), float(sky.place.site.height_m[0]), 400), _ARC)
    place = sky.place
    if place.terminal_class.half_field_of_view_rad < np.pi:
        put(np.array([place.boresight_azimuth_rad]), np.array([place.boresight_elevation_rad]), _BORESIGHT)
    first = _first_gate(sky)
    for gate, (mark, style, _) in _MARKS.items():
        put(sky.azimuth_rad[first == gate], sky.elevation_rad[first == gate], (mark, style))
    passes = sky.refused == 0
    put(sky.azimuth_rad[passes], sky.elevation_rad[passes], _PASSES)
    for name, row, column in (("N", 0, 2 * _RADIUS), ("S", -1, 2 * _RADIUS), ("E", _RADIUS, -1), ("W", _RADIUS, 0)):
        marks[row, column], styles[row, column] = name, "bold"
    return [Text.assemble(*zip(m, s, strict=True)) for m, s in zip(marks, styles, strict=True)]


def _first_gate(sky: Overhead) -> Ints:
    """(look,) the first gate that refuses each look, 0 for one that passes."""
    refused = sky.refused.astype(np.int64)
    return refused & -refused


def _cell(azimuth_rad: Floats, elevation_rad: Floats) -> tuple[Ints, Ints]:
    """Row and column of directions."""
    away = (np.pi / 2 - elevation_rad) / (np.pi / 2) * _RADIUS
    row = np.rint(_RADIUS - away * np.cos(azimuth_rad)).astype(np.int64)
    column = np.rint(2 * _RADIUS + 2 * away * np.sin(azimuth_rad)).astype(np.int64)
    return np.clip(row, 0, _HEIGHT - 1), np.clip(column, 0, _WIDTH - 1)


def _put_zone(sky: Overhead, marks: Any, styles: Any) -> None:
    """Shade the part of the sky, above the minimum elevation, that is too near the geostationary arc."""
    row, column = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    north, east = _RADIUS - row, (column - 2 * _RADIUS) / 2
    elevation = np.pi / 2 * (1 - np.hypot(north, east) / _RADIUS)
    place = sky.place
    angle = arc_angle_rad(place.site.latitude_rad, place.site.height_m, np.arctan2(east, north), elevation)
    zone = (angle < place.gso_avoidance_rad) & (elevation >= max(place.minimum_elevation_rad, 0.0))
    marks[zone], styles[zone] = _ZONE


def _legend(sky: Overhead) -> list[Text]:
    """What the marks mean, with how many of each; a look counts at the first gate that refuses it only."""
    first, place = _first_gate(sky), sky.place
    lines = [Text.assemble(_PASSES, f" {int((first == 0).sum())} pass")]
    for gate, (mark, style, words) in _MARKS.items():
        if count := int((first == gate).sum()):
            lines.append(Text.assemble((mark, style), f" {count} {words}"))
    lines.append(Text())
    if arc_directions(float(place.site.latitude_rad[0]), float(place.site.height_m[0]), 3)[0].size:
        lines.append(Text.assemble(_ARC, " GSO arc"))
        if place.gso_avoidance_rad > 0:
            lines.append(Text.assemble(_ZONE, " too near it"))
    if place.terminal_class.half_field_of_view_rad < np.pi:
        lines.append(Text.assemble(_BORESIGHT, " boresight"))
    return [*lines, Text.assemble(_RING, " el 0°, 30°, 60°")]


def _show_table(sky: Overhead, console: Console, shown: int | None) -> None:
    order = np.lexsort((np.arange(len(sky)), sky.refused != 0))[:shown]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("satellite", no_wrap=True, max_width=20, overflow="ellipsis")
    for head in ("az °", "el °", "km", "GSO °", "light"):
        table.add_column(head, justify="right" if head != "light" else "left", no_wrap=True)
    table.add_column("refused by", overflow="fold")
    for k in order.tolist():
        gso = "-" if sky.gso_rad[k] >= np.pi else f"{np.degrees(sky.gso_rad[k]):.1f}"
        table.add_row(
            Text(sky.elements.names[k]),
            f"{np.degrees(sky.azimuth_rad[k]):.1f}",
            f"{np.degrees(sky.elevation_rad[k]):.1f}",
            f"{sky.range_m[k] / 1e3:.0f}",
            gso,
            {Light.SUNLIT: "sun", Light.PENUMBRA: "half", Light.UMBRA: "dark"}.get(Light(int(sky.light[k])), "?"),
            Text(_short_reasons(sky, k)),
            style="" if sky.refused[k] == 0 else "dim",
        )
    console.print(table)
    rest = len(sky) - len(order)
    if rest:
        console.print(f"and {rest} more above the horizon: --all shows them", style="dim")
    refused = [f"{int((sky.refused & g > 0).sum())} {w}" for g, w in GATE_WORDS.items() if (sky.refused & g).any()]
    console.print(
        f"\n{len(sky)} of {sky.satellites:,} satellites above the horizon, {int((sky.refused == 0).sum())} pass"
        + (f"; refused (some by several): {', '.join(refused)}" if refused else "")
    )


def _short_reasons(sky: Overhead, look: int) -> str:
    words = [
        idle_word(sky, look) if gate is Gate.NOT_IN_SERVICE else _SHORT[gate] for gate in Gate(int(sky.refused[look]))
    ]
    return ", ".join(words)
