"""Logs of any size as a dict of public files, made by the core alone; and a thousand ways to spoil them."""

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence

from hudhud.record.checkpoint import Checkpoint
from hudhud.record.note import KeyType, Note, Signature, SigningKey, cosignature, note_signature, read_note
from hudhud.record.policy import Group, Policy
from hudhud.record.tiles import CHECKPOINT, Levels, bundle, extend, read_bundle, tile_data, tile_names
from hudhud.record.tree import Frontier, leaf_hash

AT_S = 1_800_000_000
Files = dict[str, bytes]


def signing_key(name: str, kind: KeyType = KeyType.ED25519) -> SigningKey:
    return SigningKey(name=name, type=kind, seed=hashlib.sha256(name.encode()).digest())


LOG = signing_key("log.example/record")
WITNESSES = tuple(signing_key(f"witness{n}.example", KeyType.COSIGNATURE) for n in range(4))


def policy(threshold: int = 3, count: int = 3) -> Policy:
    """`threshold` of `count` witnesses; all of them unless told otherwise, so that losing one shows."""
    witnesses = {f"W{n}": one.key for n, one in enumerate(WITNESSES[:count])}
    group = Group(threshold=threshold, members=tuple(witnesses))
    return Policy(logs=(LOG.key,), witnesses=witnesses, groups={"quorum": group}, quorum="quorum")


def some_entries(count: int, seed: int = 0, most_bytes: int = 60) -> list[bytes]:
    rng = random.Random(seed)
    return [b"%d:" % n + rng.randbytes(rng.randrange(most_bytes)) for n in range(count)]


def signed(checkpoint: Checkpoint, log: SigningKey = LOG, witnesses: Sequence[SigningKey] = WITNESSES[:3]) -> bytes:
    text = checkpoint.text
    lines = (note_signature(text, log), *(cosignature(text, one, AT_S + n) for n, one in enumerate(witnesses)))
    return Note(text=text, signatures=lines).data


def public_files(
    entries: Sequence[bytes], log: SigningKey = LOG, witnesses: Sequence[SigningKey] = WITNESSES[:3]
) -> Files:
    levels: Levels = []
    hashes = [leaf_hash(entry) for entry in entries]
    extend(levels, hashes)
    files = {}
    for name in tile_names(len(entries)):
        start = name.index * 256
        files[name.path] = (
            bundle(entries[start : start + name.width]) if name.level is None else tile_data(levels, name)
        )
    root = Frontier().appended(hashes).root
    files[CHECKPOINT] = signed(Checkpoint(origin=log.name, size=len(entries), root=root), log, witnesses)
    return files


def spoiled(files: Files, rng: random.Random) -> tuple[str, Files]:
    """The files after one act of tampering, and its name.  Never the files as they were."""
    while True:
        act = rng.choice(ACTS)
        found = dict(files)
        act(found, rng)
        if found != files:
            return act.__name__, found


def _any(files: Files, rng: random.Random, part: str = "") -> str:
    return rng.choice(sorted(path for path in files if part in path and files[path]))


def flip_a_bit(files: Files, rng: random.Random) -> None:
    _flip(files, _any(files, rng), rng)


def flip_a_bit_of_the_checkpoint(files: Files, rng: random.Random) -> None:
    _flip(files, CHECKPOINT, rng)


def _flip(files: Files, path: str, rng: random.Random) -> None:
    data = bytearray(files[path])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    files[path] = bytes(data)


def write_over(files: Files, rng: random.Random) -> None:
    path = _any(files, rng)
    at = rng.randrange(len(files[path]))
    patch = rng.randbytes(rng.randint(1, 40))
    files[path] = files[path][:at] + patch + files[path][at + len(patch) :]


def cut(files: Files, rng: random.Random) -> None:
    path = _any(files, rng)
    files[path] = files[path][: rng.randrange(len(files[path]))]


def lengthen(files: Files, rng: random.Random) -> None:
    path = _any(files, rng)
    at = rng.choice([len(files[path]), rng.randrange(len(files[path]))])
    files[path] = files[path][:at] + rng.randbytes(rng.randint(1, 64)) + files[path][at:]


def remove_a_file(files: Files, rng: random.Random) -> None:
    del files[_any(files, rng)]


def exchange_two_files(files: Files, rng: random.Random) -> None:
    one, other = _any(files, rng), _any(files, rng)
    files[one], files[other] = files[other], files[one]


def _with_entries(files: Files, path: str, change: Callable[[list[bytes]], None]) -> None:
    entries = list(read_bundle(files[path]))
    change(entries)
    files[path] = bundle(entries)


def exchange_two_entries(files: Files, rng: random.Random) -> None:
    def change(entries: list[bytes]) -> None:
        one, other = rng.randrange(len(entries)), rng.randrange(len(entries))
        entries[one], entries[other] = entries[other], entries[one]

    _with_entries(files, _any(files, rng, "entries"), change)


def replace_an_entry(files: Files, rng: random.Random) -> None:
    def change(entries: list[bytes]) -> None:
        entries[rng.randrange(len(entries))] = rng.randbytes(30)

    _with_entries(files, _any(files, rng, "entries"), change)


def drop_an_entry(files: Files, rng: random.Random) -> None:
    _with_entries(files, _any(files, rng, "entries"), lambda entries: entries.pop(rng.randrange(len(entries))) and None)


def repeat_an_entry(files: Files, rng: random.Random) -> None:
    def change(entries: list[bytes]) -> None:
        at = rng.randrange(len(entries))
        entries.insert(at, entries[at])

    _with_entries(files, _any(files, rng, "entries"), change)


def exchange_two_hashes(files: Files, rng: random.Random) -> None:
    path = rng.choice([one for one in files if one.startswith("tile/") and "entries" not in one])
    parts = [files[path][i : i + 32] for i in range(0, len(files[path]), 32)]
    one, other = rng.randrange(len(parts)), rng.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    files[path] = b"".join(parts)


def _with_note(files: Files, change: Callable[[str, list[Signature]], str]) -> None:
    note = read_note(files[CHECKPOINT])
    lines = list(note.signatures)
    text = change(note.text, lines)
    if lines:
        files[CHECKPOINT] = Note(text=text, signatures=tuple(lines)).data


def remove_a_signature(files: Files, rng: random.Random) -> None:
    _with_note(files, lambda text, lines: (lines.pop(rng.randrange(len(lines))), text)[1])


def sign_twice(files: Files, rng: random.Random) -> None:
    _with_note(files, lambda text, lines: (lines.append(rng.choice(lines)), text)[1])


def exchange_two_signatures(files: Files, rng: random.Random) -> None:
    def change(text: str, lines: list[Signature]) -> str:
        one, other = rng.sample(range(len(lines)), 2)
        blob = lines[one].blob
        lines[one] = Signature(name=lines[one].name, key_id=lines[one].key_id, blob=lines[other].blob)
        lines[other] = Signature(name=lines[other].name, key_id=lines[other].key_id, blob=blob)
        return text

    _with_note(files, change)


def move_the_time_of_a_cosignature(files: Files, rng: random.Random) -> None:
    def change(text: str, lines: list[Signature]) -> str:
        at = rng.randrange(1, len(lines))
        time_s = int.from_bytes(lines[at].blob[:8], "big") + rng.choice([-86_400, -1, 1, 3_600])
        blob = time_s.to_bytes(8, "big") + lines[at].blob[8:]
        lines[at] = Signature(name=lines[at].name, key_id=lines[at].key_id, blob=blob)
        return text

    _with_note(files, change)


def cosign_with_a_key_of_ones_own(files: Files, rng: random.Random) -> None:
    def change(text: str, lines: list[Signature]) -> str:
        at = rng.randrange(1, len(lines))
        stranger = SigningKey(name=lines[at].name, type=KeyType.COSIGNATURE, seed=rng.randbytes(32))
        forged = cosignature(text, stranger, AT_S)
        lines[at] = Signature(
            name=lines[at].name, key_id=rng.choice([lines[at].key_id, forged.key_id]), blob=forged.blob
        )
        return text

    _with_note(files, change)


def claim_another_size(files: Files, rng: random.Random) -> None:
    def change(text: str, lines: list[Signature]) -> str:
        origin, size, root, _ = text.split("\n")
        return f"{origin}\n{max(0, int(size) + rng.choice([-1, 1, 256, -300]))}\n{root}\n"

    _with_note(files, change)


def rewrite_history(files: Files, rng: random.Random) -> None:
    """Another entry, with all tiles and the root made anew: only the keys are missing."""
    entries = _all_entries(files)
    entries[rng.randrange(len(entries))] = rng.randbytes(40)
    if rng.random() < 0.5:
        thief = SigningKey(name=LOG.name, type=KeyType.ED25519, seed=rng.randbytes(32))
        files.update(public_files(entries, thief))
    else:
        old = read_note(files[CHECKPOINT])
        files.update(public_files(entries))
        text = read_note(files[CHECKPOINT]).text
        files[CHECKPOINT] = Note(text=text, signatures=old.signatures).data


def rewrite_history_with_the_log_key(files: Files, rng: random.Random) -> None:
    """The operator himself rewrites: his signature holds, those of the witnesses do not."""
    old = read_note(files[CHECKPOINT])
    entries = _all_entries(files)
    entries[rng.randrange(len(entries))] = rng.randbytes(40)
    files.update(public_files(entries))
    new = read_note(files[CHECKPOINT])
    lines = (new.signatures[0], *(old.signatures[1:] if rng.random() < 0.7 else ()))
    files[CHECKPOINT] = Note(text=new.text, signatures=lines).data


def _all_entries(files: Files) -> list[bytes]:
    paths = sorted(path for path in files if "entries" in path)
    return [entry for path in paths for entry in read_bundle(files[path])]


ACTS = (
    flip_a_bit,
    flip_a_bit,
    flip_a_bit,
    flip_a_bit_of_the_checkpoint,
    write_over,
    cut,
    lengthen,
    remove_a_file,
    exchange_two_files,
    exchange_two_entries,
    replace_an_entry,
    drop_an_entry,
    repeat_an_entry,
    exchange_two_hashes,
    remove_a_signature,
    sign_twice,
    exchange_two_signatures,
    move_the_time_of_a_cosignature,
    cosign_with_a_key_of_ones_own,
    claim_another_size,
    rewrite_history,
    rewrite_history_with_the_log_key,
)


def spoiled_logs(count: int, seed: int) -> Iterator[tuple[str, Files]]:
    """`count` spoiled logs: one in ten of 300 entries (full tiles, two levels), the others of 1 to 40."""
    rng = random.Random(seed)
    large = public_files(some_entries(300, seed))
    small = [public_files(some_entries(size, seed)) for size in (1, 2, 3, 7, 16, 33, 40)]
    for number in range(count):
        yield spoiled(large if number % 10 == 0 else rng.choice(small), rng)
