"""Words at the head of a page of 1600 x 1000 pixels, measured so that none covers another, and the credits at its foot."""

from typing import Any

from hudhud.adapters.palette import GREY, INK
from hudhud.adapters.picture_map import shortened

__all__ = ["CREDIT", "arabic", "draw_titles"]

CREDIT = "Seas © OpenStreetMap contributors (ODbL); land Natural Earth"
"""What the licences of the packaged territories ask for."""


def arabic(text: str) -> str:
    """Arabic as it is where matplotlib joins its letters, else nothing: disjointed letters say less than none."""
    from matplotlib import ft2font

    return text if getattr(ft2font, "__libraqm_version__", "") else ""


def draw_titles(figure: Any, title: tuple[str, str], line: str, beside: tuple[str, str] = ("", "")) -> None:
    """Title and the Arabic one (each with its end, which is never cut), and a line; none covers another."""
    right = bool(beside[0])
    drawn = figure.text(0.03, 0.945, "", fontsize=23, fontweight="bold", va="baseline")
    _fit(figure, drawn, *title, 0.94)
    below = figure.text(0.03, 0.905, "", fontsize=12.5, color=GREY, va="baseline")
    below.set_text(line)
    below.set_fontsize(12.5 * min(1.0, max(0.8, 0.94 / max(_wide(figure, below), 0.1))))
    _fit(figure, below, line, "", 0.94)
    if not right:
        return
    beside_it = figure.text(0.97, 0.945, "", fontsize=15, color=INK, va="baseline", ha="right")
    _fit(figure, beside_it, *beside, 0.94)
    if _wide(figure, drawn) + _wide(figure, beside_it) > 0.91:  # a line of its own between the two
        drawn.set_y(0.958)
        beside_it.set_y(0.921)
        below.set_y(0.886)


def _wide(figure: Any, text: Any) -> float:
    """Share of the page's width that a text takes."""
    return float(text.get_window_extent(figure.canvas.get_renderer()).width / figure.bbox.width)


def _fit(figure: Any, text: Any, words: str, end: str, most: float) -> None:
    """Set a text's words and their end, the words cut until both are no wider than a share of the page."""
    length = len(words)
    text.set_text(words + end)
    while length > 1 and _wide(figure, text) > most:
        length -= 1
        text.set_text(shortened(words, length) + end)
