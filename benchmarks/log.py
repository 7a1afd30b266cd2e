"""How many entries a second does the log take, each durable and public before it is acknowledged; how fast is it replayed?

Entries of 600 bytes on the disk of the temporary folder (set TMPDIR for another).  An append is one transaction flushed to
the disk, one signature, tiles and checkpoint written and flushed.
"""

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from harness import pin, record, timed

from hudhud.adapters.store.log import PUBLIC, Log, create_log, open_log, public_paths, public_reader
from hudhud.record.note import KeyType, SigningKey
from hudhud.record.policy import Policy
from hudhud.record.proof import proven
from hudhud.record.tiles import verified

KEY = SigningKey(name="benchmark.example/log", type=KeyType.ED25519, seed=bytes(range(32)))
POLICY = Policy(logs=(KEY.key,))
REPLAYED = 70_000


def flush_ms(folder: Path) -> float:
    """Milliseconds of one write and flush: what the disk allows."""
    with (folder / "probe").open("wb", buffering=0) as probe:

        def flush() -> None:
            probe.write(bytes(600))
            os.fsync(probe.fileno())

        return timed(flush, repeat=50) * 1e3


def appended(log: Log, entries: list[bytes], at_once: int) -> float:
    """Seconds for appending all entries, so many to a checkpoint."""
    start = time.perf_counter()
    for first in range(0, len(entries), at_once):
        log.append(entries[first : first + at_once])
    return time.perf_counter() - start


def main() -> None:
    pin(1)
    rng = random.Random(6962)
    entries = [rng.randbytes(600) for _ in range(REPLAYED)]
    base = Path(tempfile.mkdtemp())
    try:
        rows = []
        for at_once, count in ((1, 1_000), (10, 5_000), (100, 20_000)):
            folder = base / f"by{at_once}"
            with create_log(folder, KEY) as log:
                seconds = appended(log, entries[:count], at_once)
            rows.append(
                {
                    "what": f"append, {at_once} to a checkpoint",
                    "entries": count,
                    "entries a second": count / seconds,
                    "ms a checkpoint": seconds / (count / at_once) * 1e3,
                }
            )
        folder = base / "large"
        with create_log(folder, KEY) as log:
            for first in range(0, REPLAYED, 10_000):
                log.append(entries[first : first + 10_000])
            proof = log.proof(12_345)
        public = folder / PUBLIC
        works = {
            "replay of all public files (tiles.verified)": lambda: verified(
                public_reader(public), POLICY, public_paths(public)
            ),
            "start: every entry hashed, every tile compared": lambda: open_log(folder, KEY).close(),
        }
        for what, work in works.items():
            seconds = timed(work, repeat=3, warm=0)
            rows.append({"what": what, "entries": REPLAYED, "entries a second": REPLAYED / seconds})
        seconds = timed(lambda: proven(proof, entries[12_345], POLICY), repeat=50)
        rows.append({"what": "one .tlog-proof checked", "entries": 1, "entries a second": 1 / seconds})
        flush = flush_ms(base)
        record(
            "log",
            "How many entries a second does the log take, and how fast is it replayed? "
            f"(600-byte entries; one write and flush of this disk takes {flush:.2g} ms)",
            rows,
        )
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main()
