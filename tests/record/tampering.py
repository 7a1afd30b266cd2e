"""What somebody can do to the public files of a record who holds none of its keys, by the thousand."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hudhud.record.checkpoint import Checkpoint
from hudhud.record.note import Note, read_note
from hudhud.record.tiles import CHECKPOINT, bundle, extend, tile_data, tile_names
from hudhud.record.timeline import TIMELINE
from hudhud.record.tree import leaf_hash, root

Files = dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A record as its keeper has it: entries, notes of the timeline, blobs, and the files that were public at each note."""

    entries: tuple[bytes, ...]
    notes: tuple[bytes, ...]
    files: Mapping[str, bytes]
    then: tuple[Mapping[str, bytes], ...]
    other: Mapping[str, bytes]

    @property
    def head(self) -> bytes:
        data = self.files[TIMELINE]
        return data[: len(data) - sum(map(len, self.notes))]

    @property
    def blobs(self) -> Files:
        return {path: data for path, data in self.files.items() if path.startswith("blob/")}


def tiled(entries: Sequence[bytes]) -> Files:
    """Tiles and bundles of entries, as anybody can make them."""
    levels: list[bytearray] = []
    extend(levels, map(leaf_hash, entries))
    files = {}
    for name in tile_names(len(entries)):
        if name.level is None:
            files[name.path] = bundle(entries[name.index * 256 : name.index * 256 + name.width])
        else:
            files[name.path] = tile_data(levels, name)
    return files


def rebuilt(kept: Kept, entries: Sequence[bytes], notes: Sequence[bytes] | None = None) -> Files:
    """A record of other entries, with everything derived again that takes no key: tiles, and the text of the checkpoint."""
    notes = list(kept.notes if notes is None else notes)
    old = read_note(notes[-1])
    origin = old.text.split("\n", 1)[0]
    text = Checkpoint(origin=origin, size=len(entries), root=root([leaf_hash(one) for one in entries])).text
    notes[-1] = Note(text=text, signatures=old.signatures).data
    return tiled(entries) | kept.blobs | {CHECKPOINT: notes[-1], TIMELINE: kept.head + b"".join(notes)}


# ---- files ----


def bit(kept: Kept, rng: random.Random) -> Files:
    """One bit in one file."""
    files = dict(kept.files)
    path = rng.choice(sorted(files))
    data = bytearray(files[path])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return files | {path: bytes(data)}


def file_lost(kept: Kept, rng: random.Random) -> Files:
    files = dict(kept.files)
    del files[rng.choice(sorted(files))]
    return files


def file_cut(kept: Kept, rng: random.Random) -> Files:
    path = rng.choice(sorted(kept.files))
    return dict(kept.files) | {path: kept.files[path][: rng.randrange(len(kept.files[path]))]}


def file_longer(kept: Kept, rng: random.Random) -> Files:
    path = rng.choice(sorted(kept.files))
    return dict(kept.files) | {path: kept.files[path] + rng.randbytes(rng.randrange(1, 40))}


def files_swapped(kept: Kept, rng: random.Random) -> Files:
    one, other = rng.sample(sorted(kept.files), 2)
    return dict(kept.files) | {one: kept.files[other], other: kept.files[one]}


def file_stray(kept: Kept, rng: random.Random) -> Files:
    path = rng.choice(("tile/0/000.p/200", "tile/entries/001", "blob/ab/" + "ab" * 32, "index.html", "tile/7/000"))
    return dict(kept.files) | {path: rng.randbytes(32)}


# ---- entries, with tiles and checkpoint text derived again ----


def entry_lost(kept: Kept, rng: random.Random) -> Files:
    place = rng.randrange(len(kept.entries))
    return rebuilt(kept, kept.entries[:place] + kept.entries[place + 1 :])


def entries_swapped(kept: Kept, rng: random.Random) -> Files:
    entries = list(kept.entries)
    one, other = rng.sample(range(len(entries)), 2)
    entries[one], entries[other] = entries[other], entries[one]
    return rebuilt(kept, entries)


def entry_twice(kept: Kept, rng: random.Random) -> Files:
    entries = list(kept.entries)
    entries.insert(rng.randrange(len(entries) + 1), rng.choice(entries))
    return rebuilt(kept, entries)


def entry_changed(kept: Kept, rng: random.Random) -> Files:
    """A word in what somebody signed is another, or a signature is another entry's."""
    entries = list(kept.entries)
    place = rng.randrange(len(entries))
    envelope = json.loads(entries[place])
    other = json.loads(rng.choice([one for one in entries if one != entries[place]]))
    if rng.random() < 0.5:
        payload = bytearray(base64.b64decode(envelope["payload"]))
        at = rng.randrange(len(payload))
        payload[at] = (payload[at] + rng.randrange(1, 256)) % 256
        envelope["payload"] = base64.b64encode(bytes(payload)).decode()
    else:
        envelope["signatures"] = other["signatures"]
    entries[place] = json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()
    if entries[place] == kept.entries[place]:
        return entry_lost(kept, rng)
    return rebuilt(kept, entries)


# ---- the timeline ----


def note_lost(kept: Kept, rng: random.Random) -> Files:
    notes = list(kept.notes)
    del notes[rng.randrange(len(notes))]
    return dict(kept.files) | {TIMELINE: kept.head + b"".join(notes), CHECKPOINT: notes[-1]}


def notes_swapped(kept: Kept, rng: random.Random) -> Files:
    notes = list(kept.notes)
    one, other = rng.sample(range(len(notes)), 2)
    notes[one], notes[other] = notes[other], notes[one]
    return dict(kept.files) | {TIMELINE: kept.head + b"".join(notes), CHECKPOINT: notes[-1]}


def cosignature_lost(kept: Kept, rng: random.Random) -> Files:
    """A witness less under one checkpoint: the quorum stays, but the instant may move."""
    notes = list(kept.notes)
    place = rng.randrange(len(notes))
    note = read_note(notes[place])
    lost = rng.randrange(len(note.signatures))
    signatures = tuple(one for number, one in enumerate(note.signatures) if number != lost)
    notes[place] = Note(text=note.text, signatures=signatures).data
    return dict(kept.files) | {TIMELINE: kept.head + b"".join(notes), CHECKPOINT: notes[-1]}


def cosignature_moved(kept: Kept, rng: random.Random) -> Files:
    """Signatures of one checkpoint under another."""
    notes = list(kept.notes)
    one, other = rng.sample(range(len(notes)), 2)
    signatures = read_note(notes[other]).signatures
    notes[one] = Note(text=read_note(notes[one]).text, signatures=signatures).data
    return dict(kept.files) | {TIMELINE: kept.head + b"".join(notes), CHECKPOINT: notes[-1]}


# ---- other times, other records ----


def mixed_times(kept: Kept, rng: random.Random) -> Files:
    """The checkpoint of one time with the timeline of another."""
    one, other = rng.sample(kept.then, 2)
    return dict(kept.files) | {CHECKPOINT: one[CHECKPOINT], TIMELINE: other[TIMELINE]}


def rolled_back(kept: Kept, rng: random.Random) -> Files:
    """The record as it was before: everything in it is true.  Only who kept a later checkpoint can tell."""
    return dict(rng.choice(kept.then[:-1]))


def other_record(kept: Kept, rng: random.Random) -> Files:
    """Files of another record of the same name, made with other keys: some of them, or all."""
    paths = [path for path in sorted(kept.other) if kept.files.get(path) != kept.other[path]]
    taken = rng.sample(paths, rng.randrange(1, len(paths) + 1))
    files = dict(kept.files) | {path: kept.other[path] for path in taken}
    if not {CHECKPOINT, TIMELINE} & set(taken) and all(path.startswith("blob/") for path in taken):
        files[CHECKPOINT] = kept.other[CHECKPOINT]  # a true blob more is no tampering
    return files


def document_changed(kept: Kept, rng: random.Random) -> Files:
    """A keyring or rules with something more in it, under the digest of the true one."""
    path = rng.choice(sorted(kept.blobs))
    document = json.loads(kept.files[path])
    name = rng.choice(sorted(name for name, value in document.items() if isinstance(value, list | int)))
    value = document[name]
    document[name] = value + 1 if isinstance(value, int) else [*value, value[0]]
    return dict(kept.files) | {path: json.dumps(document, sort_keys=True, separators=(",", ":")).encode()}


Tampering = Callable[[Kept, random.Random], Files]

TAMPERINGS: tuple[Tampering, ...] = (
    bit,
    bit,
    bit,
    file_lost,
    file_cut,
    file_longer,
    files_swapped,
    file_stray,
    entry_lost,
    entries_swapped,
    entry_twice,
    entry_changed,
    note_lost,
    notes_swapped,
    cosignature_lost,
    cosignature_moved,
    mixed_times,
    rolled_back,
    other_record,
    document_changed,
)


def tampered(kept: Kept, count: int, seed: int = 0) -> Iterator[tuple[str, Files]]:
    """So many different tamperings, each with its name."""
    rng = random.Random(seed)
    for number in range(count):
        tampering = TAMPERINGS[number % len(TAMPERINGS)]
        files = tampering(kept, rng)
        while files == dict(kept.files):
            files = tampering(kept, rng)
        yield tampering.__name__, files
