"""The fences of the house: imports, public names, start-up cost."""

import ast
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import hudhud

PACKAGE = Path(hudhud.__file__).parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages([str(PACKAGE)], "hudhud.") if not module.name.endswith("__main__")
)


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter has loaded after running `code`."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted({{m.split('.')[0] for m in sys.modules}}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


HEAVY = {"numpy", "numba", "scipy", "pandas", "xarray", "matplotlib", "pydantic", "rich", "h3", "sgp4", "astroz"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("import hudhud")


def test_the_command_line_is_built_without_anything_heavy() -> None:
    assert not HEAVY & loaded_by("from hudhud.adapters.cli.main import parser; parser()")


def defined(path: Path) -> set[str]:
    """Public names that a module defines itself at its top level."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_") and name != "logger"}


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_in_all(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    path = Path(module.__file__)
    public = list(getattr(module, "__all__", []))
    assert len(public) == len(set(public))
    assert all(hasattr(module, one) for one in public)
    if path.name != "__init__.py" and name not in ("hudhud.constants",):
        assert defined(path) <= set(public)


def test_every_module_says_what_it_is() -> None:
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path


def test_the_core_opens_nothing_keeps_nothing_global_and_reads_no_clock() -> None:
    """What ruff's bans cannot see: `open`, `global`, `print`, and the instant "now"."""
    for path in PACKAGE.rglob("*.py"):
        if "adapters" in path.parts or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Global), f"{path}:{node.lineno}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("open", "print", "input", "exec", "eval"), f"{path}:{node.lineno}"
            if isinstance(node, ast.Constant):
                assert node.value not in ("now", "today"), f"{path}:{node.lineno}"


def test_public_floats_of_the_core_are_in_si_units_and_radians() -> None:
    """Degrees, kilometres and milliseconds are allowed only where the outside is spoken to."""
    edge = {"adapters", "toml.py", "ground.py", "terminal_class.py", "tables.py", "hypatia.py", "formats.py", "mask.py"}
    edge |= {
        "subscription.py",
        "drafts.py",
        "case_tables.py",
        "standing.py",
        "shapes.py",
        "geojson.py",
        "earth.py",
        "designs.py",
        "status.py",
        "positions.py",
        "shells.py",
        "records.py",
        "constants.py",
    }
    foreign = re.compile(r"_(deg|km|ms|mbit_s|minutes|hours)$")
    for path in PACKAGE.rglob("*.py"):
        if edge & set(path.relative_to(PACKAGE).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.arg):
                assert not foreign.search(node.arg), f"{path}:{node.lineno}: {node.arg}"
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                assert not foreign.search(node.target.id), f"{path}:{node.lineno}: {node.target.id}"


def test_every_lazy_name_of_the_package_is_where_it_is_said_to_be() -> None:
    for name in hudhud.__all__:
        assert getattr(hudhud, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        hudhud.nothing  # noqa: B018
