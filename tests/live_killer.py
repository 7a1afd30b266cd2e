"""Kill a live system at random moments, look at what it left, go on from there.  A script: folder, kills, seed.

Each child opens the system, lets slots come and go, registers and removes terminals, folds hours up, until it is killed with
signal 9; it tells every slot and every change that it was told is kept.  After each kill the system must open without anything
lost or damaged, every slot told must be read as it was, and every change told must hold.
"""

import hashlib
import os
import random
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from hudhud.adapters.live.operation import Live
from hudhud.adapters.live.ticker import Tick
from hudhud.adapters.store.live_database import ChangeKind, EventKind
from hudhud.adapters.store.slot_table import table_of
from hudhud.report.slot_report import SlotReport
from live_house import START_S, Hands, opened, prepared
from worlds import HEAD, KYIV

PREPARE = prepared(HEAD + KYIV)  # made once, so that children begin with it
MOST_TOLD = 400


def digest(report: SlotReport) -> str:
    return hashlib.sha256(repr(table_of(report).to_pydict()).encode()).hexdigest()[:16]


def seconds(start: np.datetime64) -> int:
    return int(start.astype("datetime64[s]").astype(np.int64))


def live_until_killed(folder: Path, seed: int, tell: int) -> None:
    rng = random.Random(seed)
    hands = Hands()
    with opened(folder, hands, prepare=PREPARE) as live:
        os.write(tell, b"open - -\n")
        if live.follows_wall:
            live.set_clock(speed=1.0)

        def heard(tick: Tick) -> None:
            if tick.kept:
                os.write(tell, f"slot {seconds(tick.report.start)} {digest(tick.report)}\n".encode())

        live.listen(heard)
        number = 0
        while True:
            live.ticker.advance()
            hands.pass_s(15)
            if rng.random() < 0.3:
                number += 1
                id = f"{seed}-{number}"
                live.terminals.register(
                    [{"id": id, "latitude_deg": rng.uniform(-50, 50), "longitude_deg": rng.uniform(-180, 180)}], "x"
                )
                os.write(tell, f"here {id} -\n".encode())
            if rng.random() < 0.1 and number:
                gone = next((id for id in live.terminals.all if id.startswith(f"{seed}-")), None)
                if gone:
                    live.terminals.remove([gone], "x")
                    os.write(tell, f"gone {gone} -\n".encode())
            if rng.random() < 0.05:
                live.set_clock(now=live.clock.now() + np.timedelta64(rng.choice([60, 3_600]), "s"))
            if rng.random() < 0.1:
                live.chores()


def killed(folder: Path, seed: int, patience_s: float, *, opened_first: bool) -> list[list[str]]:
    """What a child told before it was killed.  opened_first: patience counts from when it has opened the system."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            live_until_killed(folder, seed, tell)
        finally:
            os._exit(1)
    os.close(tell)
    if opened_first:
        select.select([hear], [], [], 60)
    heard, until = b"", time.monotonic() + patience_s
    while (left := until - time.monotonic()) > 0:
        if select.select([hear], [], [], left)[0]:
            data = os.read(hear, 1 << 16)
            if not data:
                break
            heard += data
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the child ended by itself: {status}"
    while data := os.read(hear, 1 << 16):
        heard += data
    os.close(hear)
    return [line.split(" ") for line in heard.decode().split("\n") if line]


def judged(live: Live, slots: dict[int, str], terminals: dict[str, str]) -> None:
    kinds = [event.kind for event in live.database.events(limit=100_000)]
    assert {EventKind.LOST, EventKind.DAMAGED, EventKind.NOT_STORED, EventKind.SLOT_FAILED}.isdisjoint(kinds)
    assert live.history.check() == []
    index = live.database.starts()
    lost = [start_s for start_s in slots if start_s not in index]
    assert not lost, f"slots {lost} were told to be kept and are lost"
    for start_s, expected in slots.items():
        report = live.slot(start_s)
        assert report is not None and digest(report) == expected, f"slot {start_s} has changed"
    for id, state in terminals.items():
        removed = any(each.kind is ChangeKind.REMOVED for each in live.terminals.history(id))
        assert (id in live.terminals.all) != removed
        assert removed or state == "here", f"terminal {id} was told to be gone and is there"


def warmed_up(folder: Path) -> None:
    """Load or compile here whatever a slot needs, so that no child is killed while it does."""
    hands = Hands()
    with opened(folder, hands, prepare=PREPARE) as live:
        for _ in range(2):
            live.ticker.advance()
            hands.pass_s(15)
        live.terminals.register([{"id": "warm", "latitude_deg": 1, "longitude_deg": 1}], "x")
        assert live.engine.settled(60)
        live.ticker.advance()
        live.chores()


def main(folder: Path, kills: int, seed: int) -> dict[str, int]:
    rng = random.Random(seed)
    slots: dict[int, str] = {}
    terminals: dict[str, str] = {}
    warmed_up(folder.with_name("warm"))
    counts = {"kills": kills, "slots": 0, "changes": 0, "anew": 0}
    opened(folder, Hands(), prepare=PREPARE, begin=np.datetime64(START_S, "s").astype("datetime64[ns]")).close()
    for number in range(kills):
        told = killed(folder, seed * 1_000_003 + number, rng.uniform(0.0, 0.6), opened_first=number % 4 > 0)
        for what, name, content in told:
            if what == "open":
                continue
            if what == "slot":
                assert int(name) not in slots, f"slot {name} was made twice"
                slots[int(name)] = content
                counts["slots"] += 1
            else:
                terminals[name] = what
                counts["changes"] += 1
        hands: Any = Hands()
        with opened(folder, hands, prepare=PREPARE) as live:
            judged(live, slots, terminals)
            counts["anew"] += sum(event.kind is EventKind.BEGAN_ANEW for event in live.database.events(limit=100_000))
        if len(slots) > MOST_TOLD:  # checks grow with what is kept: begin another
            slots.clear()
            terminals.clear()
            folder = folder.with_name(f"{folder.name}+")
            opened(folder, Hands(), prepare=PREPARE, begin=np.datetime64(START_S, "s").astype("datetime64[ns]")).close()
    return counts


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
