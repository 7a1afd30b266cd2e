"""How a hot loop becomes machine code.

A function under `@compiled` stays an ordinary Python function of numpy arrays (tests reach it as `.py_func` and use it
as the slow clear oracle).  The machine code is kept on disk beside the package (or where NUMBA_CACHE_DIR says, or in the
user's cache), so only the first run ever pays for compilation; where none can be written to, each run compiles anew.
Compiled functions release the interpreter lock and never print or raise.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

__all__ = ["compiled"]

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Compile `function` with numba at its first call: IEEE arithmetic kept in order, so results repeat byte for byte."""
    try:
        return cast(_Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:  # nowhere to keep machine code: no folder beside the package nor in a home may be written to
        return cast(_Function, numba.njit(nogil=True, error_model="numpy")(function))
