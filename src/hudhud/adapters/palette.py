"""Colours and measures that all pictures share: Okabe and Ito's palette, readable with every kind of colour vision."""

__all__ = ["BORDER", "COLOURS", "DPI", "FAINT", "GREY", "HEIGHT_IN", "INK", "LAND", "LASER", "LOST", "LOST_PALE", "RULE",
           "SEA", "SHADES", "STYLE", "WIDTH_IN"]  # fmt: skip

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7B4FA3", "#5B5B5B")
"""One for each of up to eight things; the palette's yellow, which fades on white, is left out."""

SHADES = "viridis_r"
"""From little to much: even steps of lightness."""

INK = "#1F2933"
GREY = "#5F6B76"
FAINT = "#9AA5B1"
RULE = "#D9DEE3"
SEA = "#E6EFF5"
LAND = "#D8DFD6"
BORDER = "#FFFFFF"
LASER = "#7B4FA3"
LOST = "#B42318"
LOST_PALE = "#F7DDD8"

WIDTH_IN = 16.0
HEIGHT_IN = 10.0
DPI = 100
STYLE = {"font.family": "DejaVu Sans", "font.size": 11, "text.color": INK, "text.parse_math": False}
"""matplotlib's own font, so that the same result gives the same picture; $ is a letter, not the start of a formula."""
