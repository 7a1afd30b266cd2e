"""The fixed tables that travel inside the package (`hudhud/data`; what each is and where it comes from: SOURCES.md)."""

import io
from importlib.resources import files

import numpy as np

from hudhud.arrays import Floats
from hudhud.earth import Sites
from hudhud.network.ground import Gateways, PointsOfPresence, parse_gateways, parse_pops, parse_sites

__all__ = ["content", "gateways", "hypatia_cities", "names", "outlines", "pops", "text"]


def content(name: str) -> bytes:
    """The bytes of a packaged file, e.g. "outlines.npz"."""
    return files("hudhud").joinpath("data", name).read_bytes()


def text(name: str) -> str:
    """The text of a packaged table, e.g. "gateways.csv"."""
    return content(name).decode("utf-8")


def names(folder: str, ending: str) -> list[str]:
    """Names of the files in a packaged folder that end so, sorted."""
    found = files("hudhud").joinpath("data", folder).iterdir()
    return sorted(one.name for one in found if one.name.endswith(ending))


def gateways() -> Gateways:
    """The operational gateway sites; `pop` counts in `pops()`."""
    return parse_gateways(text("gateways.csv"), pops())


def pops() -> PointsOfPresence:
    """The points of presence."""
    return parse_pops(text("pops.csv"))


def hypatia_cities() -> Sites:
    """The 100 cities of Hypatia's comparison, in its order and with every digit of its coordinates."""
    return parse_sites(text("cities-hypatia-100.csv"))


def outlines() -> list[Floats]:
    """Outlines of countries for maps: closed rings, each (n, 2) longitude and latitude in degrees.

    Rounded to 0.01 degrees; countries across the antimeridian are cut along it.
    """
    with np.load(io.BytesIO(content("outlines.npz")), allow_pickle=False) as arrays:
        points_deg, starts = arrays["points"] / 100.0, arrays["starts"]
    return np.split(points_deg, starts[1:-1])
