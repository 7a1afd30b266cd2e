"""Kill a writer of a log at random moments, look at what it left, go on from there.  A script: folder, kills, seed [witnessed].

Each child opens the log and appends until it is killed with signal 9, and tells each append that has returned.  After each
kill the public files must be sound as they lie there, the log must open, and everything told must stand where it was told.
`witnessed`: the child also has its checkpoints cosigned, and every checkpoint that was public must stay as it was.
"""

import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from hudhud.adapters.store.log import PUBLIC, Log, create_log, open_log, public_paths, public_reader
from hudhud.record.note import cosignature, read_note
from hudhud.record.policy import Policy
from hudhud.record.tiles import CHECKPOINT, Verified, verified
from hudhud.record.timeline import TIMELINE, read_timeline
from log_factory import AT_S, LOG, WITNESSES, policy

WITNESSED = sys.argv[4:] == ["witnessed"]
POLICY = policy(2, 3) if WITNESSED else Policy(logs=(LOG.key,))


def cosign(log: Log, rng: random.Random) -> None:
    """Some witnesses cosign the newest checkpoint, at some instant: another one each time."""
    text = read_note(log.newest).text
    for one in rng.sample(WITNESSES[:3], rng.randint(1, 3)):
        log.add_cosignatures(log.size, [cosignature(text, one, AT_S + rng.randrange(10**6))])


def seen_as_it_lies(public: Path) -> tuple[Verified | None, tuple[bytes, ...]]:
    """The log as a stranger replays it, and its timeline, which has the checkpoint; nothing before the first quorum."""
    read = public_reader(public)
    checkpoint, timeline = read(CHECKPOINT), read(TIMELINE)
    notes = () if timeline is None else read_timeline(timeline, POLICY).notes
    if checkpoint is None:
        return None, notes
    assert not WITNESSED or checkpoint in notes[-2:]
    return verified(read, POLICY, [path for path in public_paths(public) if path != TIMELINE]), notes


def write_until_killed(folder: Path, seed: int, tell: int) -> None:
    rng = random.Random(seed)
    with open_log(folder, LOG, POLICY) as log:
        while True:
            if WITNESSED:
                cosign(log, rng)
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
    create_log(folder, LOG, POLICY).close()
    for number in range(kills):
        for line in killed_writer(folder, seed * 1_000_003 + number, rng.uniform(0.001, 0.05)):
            index, entry = line.split(" ")
            assert int(index) not in told, f"entry {index} was told twice"
            told[int(index)] = bytes.fromhex(entry)
        seen, notes = seen_as_it_lies(folder / PUBLIC)
        shown = [] if seen is None else [seen.signed.note.data]
        before = () if seen is None else seen.entries
        with open_log(folder, LOG, POLICY, witnessed=shown) as log:
            entries = list(log.entries())
            assert len(entries) >= len(before) and entries[: len(before)] == list(before)
            lost = [index for index, entry in told.items() if index >= len(entries) or entries[index] != entry]
            assert not lost, f"kill {number}: acknowledged entries {lost} are lost"
            assert log.timeline[: len(notes)] == notes, f"kill {number}: what was public has changed"
            assert WITNESSED or (log.served is not None and log.served.checkpoint.size == len(entries))
            kept = log.timeline
        after, notes = seen_as_it_lies(folder / PUBLIC)
        assert notes == kept
        if after is not None:
            assert list(after.entries) == entries[: len(after.entries)]
            assert WITNESSED or len(after.entries) == len(entries)
        if len(entries) > 3_000:  # checks grow with the log: begin another
            told.clear()
            folder = folder.with_name(f"{folder.name}+")
            create_log(folder, LOG, POLICY).close()
    print(f"{kills} kills, {len(told)} acknowledged entries in the last log")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
