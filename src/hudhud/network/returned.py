"""What functions that users bring give back: taken as numbers, or refused in words that tell them what was expected."""

import numpy as np

from hudhud.arrays import Floats
from hudhud.errors import Fault, InputError

__all__ = ["returned"]

_NUMBERS = "biuf"


def returned(value: object, count: int, whose: str, each: str) -> Floats:
    """(count,) float64.  whose: the function, as its user calls it; each: of what there must be one number.

    Raises InputError for whatever is not one row of so many numbers: text, None, rows of rows, rows of other length.
    """
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        array = np.empty(0, dtype=np.object_)
    if array.dtype.kind in _NUMBERS and array.shape == (count,):
        return array.astype(np.float64, copy=False)
    found = f"{type(value).__name__} of shape {array.shape}" if array.ndim and array.size else type(value).__name__
    if array.dtype.kind not in _NUMBERS and array.size:
        found += f" holding {type(array.flat[0]).__name__}" if array.ndim else ""
    problem = f"returned {found}, but must have shape ({count},): one number for each {each}"
    raise InputError("a function of your own cannot be used", [Fault(where=whose, problem=problem)])
