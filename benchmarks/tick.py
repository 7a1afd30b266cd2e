"""What does a tick of the live system cost: the whole embedded fleet, 10,000 terminals all over the world, all operational
gateways, the standing decisions asked, each slot kept on the disk?  The bar: under 1 s of CPU every 15 s.

CPU seconds of the process, not of the clock on the wall.  Parts are measured one by one, then the tick as the ticker makes it;
then what happens beside it: 10,000 terminals change, an hour is folded up, a terminal's day is read.
"""

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from harness import record, timed

from hudhud.adapters.live.clock import Watches
from hudhud.adapters.live.engine import Wish
from hudhud.adapters.live.operation import Live, open_live
from hudhud.adapters.live.reported import reported
from hudhud.adapters.live.state_file import state_bytes
from hudhud.adapters.run import prepare
from hudhud.adapters.store.slot_table import table_of
from hudhud.orbits.keyframes import keyframe, keyframe_bytes
from hudhud.simulate import carried, skies_at, step
from hudhud.timescale import from_rfc3339, instants

START = from_rfc3339("2026-05-30T12:00:12Z")
TERMINALS = 10_000
TEXT = f"""
name = "tick"
start = "2026-05-30T12:00:12Z"
slots = 1
[service]
[[scatter]]
name = "terminal"
count = {TERMINALS}
centre_latitude_deg = 0
centre_longitude_deg = 0
radius_km = 20015
"""


class Hands:
    """Watches that go 15 s at every tick."""

    ns = 0

    def watches(self) -> Watches:
        return Watches(monotonic_ns=lambda: self.ns, wall_ns=lambda: self.ns)


@contextmanager
def system(hands: Hands) -> Iterator[Live]:
    """A live system with all these terminals, in a folder that is gone afterwards."""
    run = prepare(TEXT)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_live(Path(folder) / "live", lambda _: run, watches=hands.watches(), begin=START) as live,
    ):
        yield live


def cpu_s(work: Callable[[], object], repeat: int = 20) -> float:
    """CPU seconds of the process for one call, on average."""
    work()
    began = time.process_time()
    for _ in range(repeat):
        work()
    return (time.process_time() - began) / repeat


def parts(live: Live) -> list[dict[str, float | str]]:
    """Milliseconds of CPU of each part of a tick."""
    world, state = live.engine.world, live.engine.state
    at = instants(START + np.timedelta64(15, "s"), 1)
    sky = next(skies_at(world, at))
    slot, after = step(world, sky, state)
    report = reported(world, slot)
    minute = from_rfc3339("2026-05-30T12:01:00Z")
    anew = carried(state, world, world)
    measured = {
        "positions, looks, light": lambda: next(skies_at(world, at)),
        "permission, antennas, ways, choices": lambda: step(world, sky, state),
        "the same, with permission asked anew": lambda: step(world, sky, anew),
        "told by ids and numbers": lambda: reported(world, slot),
        "as a table": lambda: table_of(report),
        "the table as a file, flushed": lambda: live.history.files.add(report),
        "the state between slots": lambda: state_bytes(world, after, sky.start),
        "a keyframe (every fourth tick)": lambda: keyframe_bytes(keyframe(world.propagator, minute)),
    }
    return [{"part": name, "cpu_ms": cpu_s(work) * 1e3} for name, work in measured.items()]


def whole(live: Live, hands: Hands, ticks: int) -> dict[str, float | int]:
    """The tick as the ticker makes it: worked out, kept, indexed, handed on."""
    live.ticker.advance()
    began, wall = time.process_time(), time.perf_counter()
    slowest = 0.0
    for _ in range(ticks):
        hands.ns += 15 * 10**9
        once = time.perf_counter()
        live.ticker.advance()
        slowest = max(slowest, time.perf_counter() - once)
    cpu, real = (time.process_time() - began) / ticks, (time.perf_counter() - wall) / ticks
    return {
        "satellites": len(live.world.elements),
        "terminals": len(live.terminals.all),
        "gateways": len(live.world.gateways),
        "ticks": ticks,
        "cpu_s_per_tick": cpu,
        "wall_s_per_tick": real,
        "slowest_wall_s": slowest,
        "bar_cpu_s": 1.0,
        "peak_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def beside(live: Live) -> list[dict[str, float | str]]:
    """What happens beside the ticks, CPU and wall seconds once."""
    rows: list[dict[str, float | str]] = []

    def measure(name: str, work: Callable[[], object], repeat: int = 1) -> None:
        began = time.process_time()
        wall_s = timed(work, repeat=repeat, warm=0)
        rows.append({"beside_the_ticks": name, "cpu_s": (time.process_time() - began) / repeat, "wall_s": wall_s})

    def change() -> None:
        live.engine.wish(Wish(terminals=live.terminals.of_world()))
        assert live.engine.settled(60.0)

    newest = live.history.latest()
    assert newest is not None
    first = live.history.earliest()
    assert first is not None
    measure(f"a world for {TERMINALS:,} other terminals", change, 5)
    measure("an hour of 240 slots folded up, with its summary", lambda: live.history.tidy(newest.start_s + 3_600))
    megabytes = sum(path.stat().st_size for path in live.history.files.paths()) / 1e6
    rows.append({"beside_the_ticks": f"(the hours take {megabytes:.1f} MB for {len(live.database.starts())} slots)"})
    live.history._memory.clear()
    measure("one slot of a folded hour read", lambda: live.history.files.slot(first.start_s + 15 * 7), 5)
    measure(
        "an hour of one terminal read",
        lambda: live.history.terminal("terminal 00042", first.start_s, first.start_s + 3_600),
        3,
    )
    one = {"id": "new", "latitude_deg": 1, "longitude_deg": 2}
    measure("one terminal registered and kept", lambda: live.terminals.register([one], "bench"))
    return rows


def main() -> None:
    hands = Hands()
    with system(hands) as live:
        row = whole(live, hands, 240)
        record("tick", "What does a tick cost the live system, CPU seconds every 15 s?", [row])
        record("tick-parts", "Which part of a tick takes the time?", parts(live))
        record("tick-beside", "What is done beside the ticks, and what does it take?", beside(live))


if __name__ == "__main__":
    main()
