"""The whole fleet for a day: real satellites, 1,000 terminals, all operational gateways, 5,760 slots through schedule and
routes.  How long, how much memory, which room takes the time, and how it grows with satellites, terminals and slots.

The day runs as `hudhud.run` does it (geometry one thread ahead); the breakdown runs in one thread.  Terminals are spread
evenly within 15,000 km of a point in Europe, or crowded into the cells of one country.
"""

import cProfile
import pstats
import resource
import sys
import time
from pathlib import Path

from harness import record

from hudhud.adapters.run import Run, prepare, run
from hudhud.simulate import play, skies

ELEMENTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "elements" / "starlink-2026-05-30.omm.csv.gz"
ROOMS = {
    "orbits: positions": "earth_fixed",
    "sky: looks of groups and gateways": "looks",
    "sky: sunlight": "illumination",
    "network: gateway antennas": "point_antennas",
    "links: lasers": "_lasers",
    "network: ways": "ways",
    "network: candidates": "candidates",
    "network: the rule": "score",
    "network: assignment": "assign",
    "simulate: looks, ways and delays of terminals": "_slot",
}


def scenario(slots: int, terminals: int, radius_km: float = 15_000.0, failed_share: float = 0.0) -> Run:
    """Terminals scattered round a point in Europe, over the real fleet where it is at hand."""
    text = f"""
name = "benchmark"
start = "2026-05-30T12:00:12Z"
slots = {slots}
[fleet]
failed_share = {failed_share}
[[scatter]]
name = "terminal"
count = {terminals}
centre_latitude_deg = 48
centre_longitude_deg = 20
radius_km = {radius_km}
"""
    return prepare(text, ELEMENTS if ELEMENTS.exists() else None)


def seconds_of(loaded: Run) -> float:
    """Wall seconds of a run."""
    start = time.perf_counter()
    run(loaded)
    return time.perf_counter() - start


def breakdown(slots: int = 240) -> list[dict[str, float | str]]:
    """Milliseconds of one thread per slot and room."""
    loaded = scenario(slots, 1_000)
    profile = cProfile.Profile()
    start = time.perf_counter()
    profile.enable()
    for _ in play(loaded.world, skies(loaded.world)):
        pass
    profile.disable()
    whole_ms = (time.perf_counter() - start) / slots * 1e3
    spent: dict[str, float] = {}
    for (_, _, name), (_, _, _, cumulative, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[name] = max(spent.get(name, 0.0), cumulative)
    rows: list[dict[str, float | str]] = [
        {"room": room, "ms_per_slot": spent.get(name, 0.0) / slots * 1e3} for room, name in ROOMS.items()
    ]
    told = sum(float(row["ms_per_slot"]) for row in rows)
    return [*rows, {"room": "the rest", "ms_per_slot": whole_ms - told}, {"room": "all", "ms_per_slot": whole_ms}]


def growth() -> list[dict[str, float | str | int]]:
    """Milliseconds per slot as one thing grows and the others stay."""
    cases = [
        ("slots", 60, 1_000, 15_000.0, 0.0),
        ("slots", 240, 1_000, 15_000.0, 0.0),
        ("slots", 960, 1_000, 15_000.0, 0.0),
        ("satellites: half failed", 240, 1_000, 15_000.0, 0.5),
        ("satellites: all", 240, 1_000, 15_000.0, 0.0),
        ("terminals, spread", 240, 250, 15_000.0, 0.0),
        ("terminals, spread", 240, 1_000, 15_000.0, 0.0),
        ("terminals, spread", 240, 4_000, 15_000.0, 0.0),
        ("terminals, crowded in 300 km", 240, 1_000, 300.0, 0.0),
        ("terminals, crowded in 300 km", 240, 4_000, 300.0, 0.0),
        ("terminals, crowded in 300 km", 240, 16_000, 300.0, 0.0),
    ]
    rows: list[dict[str, float | str | int]] = []
    for grows, slots, terminals, radius_km, failed_share in cases:
        loaded = scenario(slots, terminals, radius_km, failed_share)
        taken = seconds_of(loaded)
        rows.append(
            {
                "grows": grows,
                "slots": slots,
                "terminals": terminals,
                "groups": len(loaded.world.groups),
                "seconds": taken,
                "ms_per_slot": taken / slots * 1e3,
            }
        )
    return rows


def main(slots: int) -> None:
    seconds_of(scenario(20, 100))  # compile
    fleet = "real fleet of 2026-05-30" if ELEMENTS.exists() else "embedded synthetic fleet"
    loaded = scenario(slots, 1_000)
    taken = seconds_of(loaded)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {
        "fleet": fleet,
        "satellites": len(loaded.world.elements),
        "terminals": 1_000,
        "gateways": len(loaded.world.gateways),
        "slots": slots,
        "seconds": taken,
        "peak_MB": peak_mb,
        "times_real_time": slots * 15 / taken,
    }
    record("day", "How long does a day of the whole fleet take, and how much memory?", [row])
    record("day-rooms", "Which room takes the time of a slot (one thread, profiled)?", breakdown())
    record("day-growth", "How does a run grow with slots, satellites and terminals?", growth())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_760)
