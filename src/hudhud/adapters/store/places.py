"""The packaged places (`hudhud/data/places.npz`; what it is and where it comes from: SOURCES.md beside it)."""

import io
from functools import cache

import numpy as np

from hudhud.adapters.store.packaged import content
from hudhud.arrays import Bits
from hudhud.service.places import Places

__all__ = ["places"]


@cache
def places() -> Places:
    """All places, read once.  The file's columns are told in `builders/places.py`."""
    with np.load(io.BytesIO(content("places.npz")), allow_pickle=False) as column:
        return Places(
            number=np.cumsum(column["cell_step"], dtype=np.int32),
            people=column["people"].astype(np.int64),
            count=column["count"].astype(np.int64),
            place_number=np.cumsum(column["named_cell_step"], dtype=np.int32),
            latitude_rad=np.radians(column["latitude"] / 1000.0),
            longitude_rad=np.radians(column["longitude"] / 1000.0),
            population=column["population"].astype(np.int64),
            country=column["country"].astype(np.int64),
            part_of=column["part_of"].astype(np.int64),
            names_en=_lines(column["names_en"]),
            names_ar=_lines(column["names_ar"]),
            countries=_lines(column["countries"]),
        )


def _lines(letters: Bits) -> tuple[str, ...]:
    """The lines of UTF-8 text."""
    return tuple(letters.tobytes().decode("utf-8").split("\n"))
