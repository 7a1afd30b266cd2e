"""How a hot loop becomes machine code.

A function under `@compiled` stays an ordinary Python function of numpy arrays (tests reach it as `.py_func` and use it
as the slow clear oracle).  The machine code is kept on disk beside the package (or where NUMBA_CACHE_DIR says, or in the
user's cache), so only the first run ever pays for compilation; where none can be written to, each run compiles anew.
Compiled functions release the interpreter lock and never print or raise.

numba takes kept machine code for good while the function's own file stays as it is.  Numbers and functions that come from
other files are part of the code too, so a digest of all of them stands in the name under which it is kept.
"""

import hashlib
from collections.abc import Callable, Iterator
from enum import EnumMeta
from types import CodeType, FunctionType, ModuleType
from typing import TypeVar, cast

import numba
import numpy as np

__all__ = ["compiled", "digest"]

_Function = TypeVar("_Function", bound=Callable[..., object])

_OPTIONS = {"nogil": True, "error_model": "numpy"}
_PACKAGE = __name__.partition(".")[0]


def compiled(function: _Function) -> _Function:
    """Compile `function` with numba at its first call: IEEE arithmetic kept in order, so results repeat byte for byte.

    Raises TypeError where it uses a global of which it cannot be told what of it becomes part of the machine code.
    """
    plain = cast(FunctionType, function)
    plain.__qualname__ += f"-{digest(plain)}"
    try:
        return cast(_Function, numba.njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:  # nowhere to keep machine code: no folder beside the package nor in a home may be written to
        return cast(_Function, numba.njit(**_OPTIONS)(function))


def digest(function: FunctionType) -> str:
    """Sixteen digits that change with all that becomes part of the machine code of a function: its own code, the numbers
    that it names and the compiled functions that it calls, wherever they are written.
    """
    parts = [repr(sorted(_OPTIONS.items())), *_ingredients(function)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _ingredients(function: FunctionType) -> Iterator[str]:
    yield repr(function.__defaults__)
    yield from _of_code(function.__code__, function)


def _of_code(code: CodeType, function: FunctionType) -> Iterator[str]:
    yield code.co_code.hex()
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _of_code(constant, function)
        else:
            yield repr(sorted(constant, key=repr) if isinstance(constant, frozenset) else constant)
    for name in code.co_names:  # globals, and attributes, which hardly are
        yield name
        if name in function.__globals__:
            yield from _of_global(name, function.__globals__[name], function)


def _of_global(name: str, value: object, function: FunctionType) -> Iterator[str]:
    inner = getattr(value, "py_func", None)
    if isinstance(inner, FunctionType):
        if inner.__code__ is not function.__code__:
            yield from _ingredients(inner)
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    elif isinstance(value, EnumMeta):
        yield repr([(each.name, each.value) for each in value])  # type: ignore[var-annotated]
    elif isinstance(value, int | float | str | tuple | np.generic):
        yield repr(value)
    elif not (isinstance(value, ModuleType) and value.__name__.partition(".")[0] != _PACKAGE):
        raise TypeError(
            f"{function.__module__}.{function.__name__} uses {name}, a {type(value).__name__}; a compiled function may use "
            "numbers, texts, tuples of them, arrays, enumerations, other compiled functions, and modules of other packages"
        )
