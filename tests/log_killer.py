"""Kill a writer of a log at random moments, look at what it left, go on from there.  A script: folder, kills, seed.

Each child opens the log and appends until it is killed with signal 9, and tells each append that has returned.  After each
kill the public files must be sound as they lie there, the log must open, and everything told must stand where it was told.
"""

import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from hudhud.adapters.store.log import PUBLIC, create_log, open_log, public_paths, public_reader
from hudhud.record.policy import Policy
from hudhud.record.tiles import verified
from log_factory import LOG

POLICY = Policy(logs=(LOG.key,))


def write_until_killed(folder: Path, seed: int, tell: int) -> None:
    rng = random.Random(seed)
    with open_log(folder, LOG) as log:
        while True:
            entries = [rng.randbytes(rng.randrange(200)) for _ in range(rng.choice([1, 1, 1, 2, 30]))]
            blobs = [rng.randbytes(500)] if rng.random() < 0.2 else []
            first = log.append(entries, blobs).indices.start
            told = "".join(f"{first + n} {entry.hex()}\n" for n, entry in enumerate(entries))
            os.write(tell, told.encode())  # up to 4,096 bytes at once: never half a line
            os.write(tell, b"done\n")


def killed_writer(folder: Path, seed: int, patience_s: float) -> list[str]:
    """Lines that a writer told before it was killed."""
    hear, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        try:
            write_until_killed(folder, seed, tell)
        finally:
            os._exit(1)
    os.close(tell)
    heard, until = b"", time.monotonic() + patience_s
    while (left := until - time.monotonic()) > 0:
        if select.select([hear], [], [], left)[0]:
            data = os.read(hear, 1 << 16)
            if not data:
                break
            heard += data
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the writer ended by itself: {status}"
    while data := os.read(hear, 1 << 16):
        heard += data
    os.close(hear)
    return [line for line in heard.decode().split("\n") if " " in line]


def main(folder: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    told: dict[int, bytes] = {}
    create_log(folder, LOG).close()
    for number in range(kills):
        for line in killed_writer(folder, seed * 1_000_003 + number, rng.uniform(0.001, 0.05)):
            index, entry = line.split(" ")
            assert int(index) not in told, f"entry {index} was told twice"
            told[int(index)] = bytes.fromhex(entry)
        public = folder / PUBLIC
        seen = verified(public_reader(public), POLICY, public_paths(public))
        with open_log(folder, LOG, witnessed=[seen.signed.note.data]) as log:
            entries = list(log.entries())
            assert len(entries) >= len(seen.entries) and entries[: len(seen.entries)] == list(seen.entries)
            lost = [index for index, entry in told.items() if index >= len(entries) or entries[index] != entry]
            assert not lost, f"kill {number}: acknowledged entries {lost} are lost"
            assert log.served is not None and log.served.checkpoint.size == len(entries)
        assert verified(public_reader(public), POLICY, public_paths(public)).entries == tuple(entries)
        if len(entries) > 3_000:  # checks grow with the log: begin another
            told.clear()
            folder = folder.with_name(f"{folder.name}+")
            create_log(folder, LOG).close()
    print(f"{kills} kills, {len(told)} acknowledged entries in the last log")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
