"""Run every benchmark of this folder in turn and write RESULTS.md from what they recorded.

python benchmarks/run.py            every benchmark
python benchmarks/run.py propagate  only the named ones
"""

import json
import subprocess
import sys
from pathlib import Path

from harness import RESULTS, table

HERE = Path(__file__).resolve().parent
NOT_BENCHMARKS = {"harness.py", "run.py"}


def main(names: list[str]) -> int:
    """0 if every benchmark ran; the rest run even where one fails."""
    scripts = {p.stem: p for p in sorted(HERE.glob("*.py")) if p.name not in NOT_BENCHMARKS and p.name[0] != "_"}
    unknown = [name for name in names if name not in scripts]
    if unknown:
        print(f"no benchmark named {', '.join(unknown)}: there are {', '.join(scripts)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or list(scripts):
        print(f"== {name}", flush=True)
        # Each in a process of its own: pinning and warm caches of one must not reach the next.
        if subprocess.run([sys.executable, str(scripts[name])], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    (HERE / "RESULTS.md").write_text(report(), encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def report() -> str:
    """The page of all recorded results, whether of this run or an earlier one."""
    parts = [
        "# Benchmarks",
        "Written by `python benchmarks/run.py` (`make bench`) from `benchmarks/results/*.json`. Medians; each table names "
        "the machine and the commit it was measured on.",
    ]
    for path in sorted(RESULTS.glob("*.json")):
        entry = json.loads(path.read_text(encoding="utf-8"))
        machine = entry["machine"]
        packages = ", ".join(f"{package} {found}" for package, found in machine["packages"].items())
        parts += [f"## {entry['name']}", entry["question"], table(entry["rows"])]
        if entry["baseline"]:
            parts.append(f"Compared with: {entry['baseline']}.")
        parts.append(
            f"*{machine['cpu']}, {machine['cores_usable']} of {machine['cores']} cores; Python {machine['python']}; "
            f"{packages}; commit {entry['commit'] or 'unknown'}; {entry['measured']}.*"
        )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
