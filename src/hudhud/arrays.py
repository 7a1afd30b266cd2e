"""Array types by meaning, and the one way an array is made safe to share.

Axes stand in the order time, site, satellite, xyz; each docstring gives the shape and the unit.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Floats32: TypeAlias = NDArray[np.float32]
Ints: TypeAlias = NDArray[np.int64]
Ints32: TypeAlias = NDArray[np.int32]
Bits: TypeAlias = NDArray[np.uint8]
Bools: TypeAlias = NDArray[np.bool_]
Instants: TypeAlias = NDArray[np.datetime64]
Texts: TypeAlias = NDArray[np.str_]

__all__ = ["Bits", "Bools", "Floats", "Floats32", "Instants", "Ints", "Ints32", "Texts", "freeze"]


def freeze(*arrays: NDArray[Any]) -> None:
    """Make arrays read-only: a frozen dataclass alone does not protect what its arrays hold."""
    for array in arrays:
        array.flags.writeable = False
