"""What every benchmark shares: a median of runs, and one JSON file that keeps the machine and commit beside the numbers.

    seconds = timed(lambda: work(), repeat=5)
    record("propagate", "How many satellite-epochs a second does one core work out?", rows, baseline="sgp4 SatrecArray")

A row is a dict of names to plain numbers and texts; the keys of the first row head the table.
"""

import json
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"
_PACKAGES = ("hudhud", "numpy", "scipy", "numba", "sgp4", "astroz")

Row = Mapping[str, float | int | str | bool | None]


def timed(work: Callable[[], object], repeat: int = 5, warm: int = 1) -> float:
    """Median seconds of `repeat` runs, after `warm` runs that are not counted."""
    for _ in range(warm):
        work()
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def pin(cores: int) -> int:
    """Keep this process on its first `cores` cores; returns how many it has got (libraries thread by what they see)."""
    if not hasattr(os, "sched_setaffinity"):
        return os.cpu_count() or 1
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    os.sched_setaffinity(0, allowed)
    return len(allowed)


def record(name: str, question: str, rows: Sequence[Row], baseline: str = "") -> Path:
    """Print the rows and write results/<name>.json.  baseline: what ratios in the rows compare with."""
    print(f"\n{question}\n\n{table(rows)}\n")
    entry = {
        "name": name,
        "question": question,
        "baseline": baseline,
        "rows": [dict(row) for row in rows],
        "machine": machine(),
        "commit": commit(),
        "measured": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(entry, indent=1) + "\n", encoding="utf-8")
    return path


def table(rows: Sequence[Row]) -> str:
    """Rows as aligned text, which is Markdown too."""
    heads = list(rows[0]) if rows else []
    cells = [heads, *([_cell(row.get(head)) for head in heads] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(heads))]
    lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def _cell(value: float | int | str | bool | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def machine() -> dict[str, object]:
    """Processor, cores that this process may use, Python and the libraries that matter to speed."""
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "cores_usable": affinity,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {package: found for package in _PACKAGES if (found := _version(package))},
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def commit() -> str:
    """The commit measured, with "+" where files differ from it; "" outside a work tree."""
    here = Path(__file__).resolve().parent
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()
