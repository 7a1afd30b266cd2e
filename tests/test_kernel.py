"""Machine code is kept, but never longer than what it was made from."""

import importlib
import math
import os
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import numpy as np
import pytest

import hudhud.simulate
from hudhud import kernel
from hudhud.kernel import compiled, digest

CALLER = """
import os
from hudhud.kernel import compiled
from {folder}_inner import FACTOR, inner

@compiled
def outer(x: float) -> float:
    return FACTOR * inner(x)
"""
INNER = """
from hudhud.kernel import compiled

FACTOR = {factor}

@compiled
def inner(x: float) -> float:
    return x + {term}
"""


def fresh(folder: Path, name: str) -> ModuleType:
    """A module of the folder as a new process would see it."""
    for known in (name, f"{folder.name}_inner"):
        sys.modules.pop(known, None)
    importlib.invalidate_caches()
    return importlib.import_module(name)


def written(folder: Path, factor: float, term: float) -> None:
    """Another file's numbers; the caller's own file stays untouched."""
    inner = folder / f"{folder.name}_inner.py"
    inner.write_text(INNER.format(factor=factor, term=term), encoding="utf-8")
    stamp = inner.stat().st_mtime_ns + round(1e9 * (10 * factor + term))
    os.utime(inner, ns=(stamp, stamp))  # so that Python's own bytecode is not taken for a newer text


def test_a_change_in_another_file_is_seen_in_the_next_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (folder / "kept_outer.py").write_text(CALLER.format(folder="kept"), encoding="utf-8")
    for factor, term in ((2.0, 1.0), (3.0, 1.0), (3.0, 5.0), (2.0, 1.0)):
        written(folder, factor, term)
        module = fresh(folder, "kept_outer")
        assert module.outer(10.0) == factor * (10.0 + term)
    assert module.outer.stats.cache_hits  # the first code is still there and was taken again


def kernels() -> list[FunctionType]:
    """Every kernel of the package that a run imports."""
    assert hudhud.simulate  # imported for all that it pulls in
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("hudhud.")]
    found = {id(each.py_func): each.py_func for m in modules for each in vars(m).values() if hasattr(each, "py_func")}
    return list(found.values())


def test_every_kernel_is_kept_under_a_name_that_tells_all_it_is_made_of() -> None:
    """Also nothing that it names is defined below it in its file: the digest of the finished module is that of its name."""
    assert len(kernels()) > 20
    for each in kernels():
        assert each.__qualname__ == f"{each.__name__}-{digest(each)}"


def test_the_name_is_the_same_in_every_process() -> None:
    script = "from hudhud.network import schedule as s; print(s._assign.py_func.__qualname__)"
    names = {
        subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(names) == 1


def adding(value: object) -> FunctionType:
    """A function that adds a global of this value."""
    space: dict[str, object] = {"VALUE": value, "np": np, "math": math, "__name__": "made"}
    exec("def f(x, y=1):\n    return x + VALUE + np.pi + math.e", space)
    made = space["f"]
    assert isinstance(made, FunctionType)
    return made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2),
        (1.0, 1),
        (1.0, np.nextafter(1.0, 2.0)),
        (np.float64(1), np.float32(1)),
        ((1, 2), (1, 3)),
        (np.zeros(2000), np.arange(2000) == 1000),
        (np.zeros(2000), np.append(np.zeros(1999), 1e-300)),
        ("a", "b"),
    ],
)
def test_another_number_gives_another_digest(one: object, other: object) -> None:
    assert digest(adding(one)) == digest(adding(one))
    assert digest(adding(one)) != digest(adding(other))


def test_other_defaults_and_other_options_give_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, other = adding(1), adding(1)
    other.__defaults__ = (2,)
    assert digest(plain) != digest(other)
    before = digest(plain)
    monkeypatch.setitem(kernel._OPTIONS, "fastmath", True)
    assert digest(plain) != before


@pytest.mark.parametrize("value", [{"a": 1}, [1.0], kernel, object()])
def test_a_global_that_cannot_be_told_is_refused_with_its_name(value: object) -> None:
    with pytest.raises(TypeError, match=r"made\.f uses VALUE, a \w+; a compiled function may use numbers"):
        compiled(adding(value))
