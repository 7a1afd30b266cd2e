"""Break a file in one place at a time and see whether a fast test notices.

python builders/mutants.py record/audit.py record/audit_maps.py --seconds 360

It works on a copy of src and tests in a temporary folder, so the tree is never broken.  Places are tried in an order shuffled
with --seed, as many as the time allows; the unbroken copy is run first and must pass.  docs/reference/mutants.md has the results.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("src", "tests", "docs", "pyproject.toml")
AUDIT = ("tests/record/test_audit.py", "tests/record/test_audit_insiders.py")
DECIDE = tuple(f"tests/record/test_decide_{part}.py" for part in ("documents", "endings", "published", "time", "votes"))
TESTS = {
    "record/audit.py": AUDIT,
    "record/audit_maps.py": AUDIT,
    "record/decide.py": DECIDE,
    "record/keyring.py": ("tests/record/test_keyring.py", "tests/record/test_keyring_counting.py"),
    "service/emergencies.py": ("tests/service/test_emergencies.py",),
}
"""The fast tests of each file, in the order in which they are run; the first that fails ends a run."""

OTHERS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.BitOr: (ast.BitAnd,),
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any", "bisect_left": "bisect_right"}
LEFT_ALONE = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)
Break = tuple[str, Callable[[], None]]


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, without types, decorators, what raises and what asserts."""
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list"):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.AST) and not isinstance(each, LEFT_ALONE):
                    yield from nodes(each)


def breaks(node: ast.AST) -> Iterator[Break]:
    """The ways to break one node: what is done, and how to do it."""
    for owner, field, place, value, told in _changes(node):
        yield told, lambda owner=owner, field=field, place=place, value=value: _put(owner, field, place, value)


def _put(owner: ast.AST, field: str, place: int | None, value: object) -> None:
    """Put a value into a field, or into one place of a list there; None in a place takes it out."""
    if place is None:
        setattr(owner, field, value)
    elif value is None:
        getattr(owner, field).pop(place)
    else:
        getattr(owner, field)[place] = value


def _changes(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, object, str]]:
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in OTHERS[type(op)]:
                    yield node, "ops", place, other(), f"{type(op).__name__} becomes {other.__name__}"
        case ast.BinOp(op=op) if type(op) in OTHERS:
            for other in OTHERS[type(op)]:
                yield node, "op", None, other(), f"{type(op).__name__} becomes {other.__name__}"
        case ast.BoolOp(values=values):
            for place, value in enumerate(values):
                yield node, "values", place, None, f"without {ast.unparse(value)}"
        case ast.comprehension(ifs=ifs):
            for place, value in enumerate(ifs):
                yield node, "ifs", place, None, f"without if {ast.unparse(value)}"
        case ast.If() | ast.IfExp():
            for value in (True, False):
                yield node, "test", None, ast.Constant(value), f"always {value}"
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield node, "operand", None, ast.UnaryOp(ast.Not(), operand), "without not"
        case ast.Return(value=ast.AST()):
            yield node, "value", None, ast.Constant(None), "returns None"
        case ast.Constant(value=bool() | int() as value):
            other = not value if isinstance(value, bool) else value + 1
            yield node, "value", None, other, f"{value} becomes {other}"
        case ast.Name(id=name) if name in TWINS:
            yield node, "id", None, TWINS[name], f"{name} becomes {TWINS[name]}"
        case ast.Attribute(attr=name) if name in TWINS:
            yield node, "attr", None, TWINS[name], f"{name} becomes {TWINS[name]}"
    body = getattr(node, "body", None)
    for place, line in enumerate(body if isinstance(body, list) and not isinstance(node, ast.ClassDef) else []):
        kept = isinstance(node, ast.Module) or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        if isinstance(line, ast.Expr | ast.Assign | ast.AugAssign | ast.Continue) and not kept:
            yield node, "body", place, ast.Pass(), f"without {ast.unparse(line)}"


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Every broken source, with its line and what was done."""
    tree = ast.parse(source)
    for place, node in enumerate(nodes(tree)):
        line = getattr(node, "lineno", None) or getattr(getattr(node, "target", None), "lineno", 0)
        for which, (told, _) in enumerate(breaks(node)):
            again = ast.parse(source)
            twin = next(each for at, each in enumerate(nodes(again)) if at == place)
            before = ast.unparse(twin).split("\n")[0][:70]
            next(each for at, each in enumerate(breaks(twin)) if at == which)[1]()
            broken = ast.unparse(ast.fix_missing_locations(again))
            if broken != ast.unparse(tree):
                yield line, f"`{before}`: {' '.join(told.split())[:70]}", broken


def passes(folder: Path, tests: tuple[str, ...], most_s: float) -> bool:
    """Whether the tests pass in a copy, in so many seconds."""
    command = [sys.executable, "-m", "pytest", *tests, "-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = os.environ | {"PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder / 'tests'}"}
    try:
        ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=most_s, check=False)
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def main() -> int:
    """Try mutants until the time is over; print the survivors and the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", choices=sorted(TESTS), metavar="FILE", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--seconds", type=float, default=360.0, help="for all files together (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.nice(10)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder / name)
        return try_files(folder, arguments.files, arguments.seconds, arguments.seed)


def try_files(folder: Path, files: list[str], seconds: float, seed: int) -> int:
    """Try a sample of the mutants of each file in a copy; an equal share of the time for each."""
    for file in files:
        began_s = time.monotonic()
        if not passes(folder, TESTS[file], 300.0):
            print(f"{file}: the tests fail, or take too long, before anything is broken: {' '.join(TESTS[file])}")
            return 1
        most_s = 10.0 + 4.0 * (time.monotonic() - began_s)
        path = folder / "src/hudhud" / file
        source = path.read_text(encoding="utf-8")
        places = list(mutants(source))
        order = random.Random(seed).sample(range(len(places)), len(places))
        tried = survived = 0
        began_s = time.monotonic()
        for at in order:
            if time.monotonic() - began_s > seconds / len(files):
                break
            line, told, broken = places[at]
            path.write_text(broken, encoding="utf-8")
            tried += 1
            if passes(folder, TESTS[file], most_s):
                survived += 1
                print(f"survived  {file}:{line}  {told}", flush=True)
        path.write_text(source, encoding="utf-8")
        print(
            f"{file}: {len(places)} places, {tried} tried, {tried - survived} killed, {survived} survived", flush=True
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
