"""What does asking the service map in every slot cost?  The day of benchmarks/day.py with the standing map of 261 decisions,
over the same day in which the same terminals are refused without asking.

Both run in turn, in parts of a day, so that what else the machine does meets both.
"""

import statistics
import sys
import time

import numpy as np
from day import ELEMENTS
from harness import record

from hudhud.adapters.run import Run, prepare, run

PARTS = 2


def scenario(slots: int, *, asks: bool) -> Run:
    """1,000 terminals within 15,000 km of a point in Europe, with or without a service map to ask."""
    text = f"""
name = "benchmark"
start = "2026-05-30T12:00:12Z"
slots = {slots}
{"[service]" if asks else ""}
[[scatter]]
name = "terminal"
count = 1000
centre_latitude_deg = 48
centre_longitude_deg = 20
radius_km = 15000
"""
    return prepare(text, ELEMENTS if ELEMENTS.exists() else None)


def main(slots: int) -> None:
    asking, silent = scenario(slots // PARTS, asks=True), scenario(slots // PARTS, asks=False)
    permitted = run(asking).permitted[0]  # compiles the map and the kernels
    ratios, with_s, without_s = [], 0.0, 0.0
    for part in range(PARTS):
        taken = {}
        for asks in (True, False) if part % 2 else (False, True):
            start = time.perf_counter()
            run(asking) if asks else run(silent, permits=np.asarray(permitted))
            taken[asks] = time.perf_counter() - start
        ratios.append(taken[True] / taken[False])
        with_s, without_s = with_s + taken[True], without_s + taken[False]
    row = {
        "terminals": 1_000,
        "permitted": int(permitted.sum()),
        "decisions": len(asking.world.service.decisions.all) if asking.world.service else 0,
        "slots": slots // PARTS * PARTS,
        "seconds with": with_s,
        "seconds without": without_s,
        "ratio": with_s / without_s,
        "median ratio of parts": statistics.median(ratios),
    }
    record("day-permits", "What does asking the service map in every slot cost?", [row])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_760)
