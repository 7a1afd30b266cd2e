"""The territories that travel inside the package (`hudhud/data`: territories.csv, territories.npz, seas.npz)."""

import functools
import io

import numpy as np

from hudhud.adapters.store.packaged import content, text
from hudhud.service.catalogue import Runs, Territories, TerritoryRow, assembled, parse_rows, unpacked

__all__ = ["territories", "territory_rows"]

_FILES = ("territories.npz", "seas.npz")


@functools.cache
def territory_rows() -> tuple[TerritoryRow, ...]:
    """What is known of every territory, without cells; read once."""
    return parse_rows(text("territories.csv"))


@functools.cache
def territories() -> Territories:
    """The whole catalogue, with cells; read once."""
    return assembled(territory_rows(), [_runs(name) for name in _FILES])


def _runs(name: str) -> tuple[tuple[str, ...], Runs]:
    with np.load(io.BytesIO(content(name)), allow_pickle=False) as arrays:
        return unpacked(arrays)
