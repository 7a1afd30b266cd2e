"""The public face of the log as plain files: tiles of hashes and bundles of entries (C2SP tlog-tiles), and their replay.

    checkpoint                   the newest checkpoint, signed and cosigned
    tile/<level>/<N>[.p/<W>]     256 hashes of subtrees of 256**level entries, or W of them at the right edge
    tile/entries/<N>[.p/<W>]     256 entries, each behind its length in two bytes
    blob/<xx>/<sha256>           what is too large for an entry, under its digest (xx: the first two digits)

Every file but `checkpoint` follows from the entries and never changes.  `verified` replays them all; it trusts nothing but
the policy handed to it.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Cosigned
from hudhud.record.policy import Policy, accepted
from hudhud.record.tree import HASH_BYTES, Node, folded, leaf_hash, root

__all__ = [
    "CHECKPOINT",
    "MOST_ENTRIES",
    "MOST_ENTRY_BYTES",
    "WIDTH",
    "Levels",
    "Read",
    "TileName",
    "Verified",
    "blob_path",
    "bundle",
    "extend",
    "level_node",
    "new_names",
    "read_blob_path",
    "read_bundle",
    "read_path",
    "tile_data",
    "tile_names",
    "tile_node",
    "verified",
]

CHECKPOINT = "checkpoint"
WIDTH = 256
MOST_ENTRY_BYTES = 65_535
MOST_ENTRIES = 10_000_000
"""Of the largest log that is read: whoever signs a log can claim any size, and serve entries without end."""

_HEIGHT = 8
_MOST_LEVEL = 7  # of a log of fewer than 2^63 entries
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
_BLOB = re.compile(r"blob/([0-9a-f]{2})/(\1[0-9a-f]{62})", re.ASCII)

Levels = list[bytearray]
"""levels[l]: the hashes of all full subtrees of 256**l entries, one behind the other, 32 bytes each."""

Read = Callable[[str], bytes | None]
"""The file under a path of the log, None where there is none."""


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class TileName:
    """A tile.  level: None for a bundle of entries; width: 1 to 256, below 256 for a partial one."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it is served."""
        level = "entries" if self.level is None else str(self.level)
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @property
    def full(self) -> "TileName":
        """The full tile in which this one ends up."""
        return TileName(level=self.level, index=self.index)


def read_path(path: str) -> TileName | None:
    """The tile under a path, None for any other path and for a second spelling."""
    found = _PATH.fullmatch(path)
    if not found:
        return None
    index = int((found[2] + found[3]).replace("/", "").replace("x", ""))
    width = int(found[4]) if found[4] else WIDTH
    name = TileName(level=None if found[1] == "entries" else int(found[1]), index=index, width=width)
    return name if name.path == path else None


def blob_path(digest: bytes) -> str:
    """Where the blob with this SHA-256 is served."""
    return f"blob/{digest.hex()[:2]}/{digest.hex()}"


def read_blob_path(path: str) -> bytes | None:
    """SHA-256 of the blob that a path promises, None for any other path."""
    found = _BLOB.fullmatch(path)
    return bytes.fromhex(found[2]) if found else None


def tile_names(size: int) -> Iterator[TileName]:
    """Every tile and bundle that a log of `size` entries serves: the full ones and those at the right edge."""
    for level in (None, *range(_MOST_LEVEL + 1)):
        full, edge = divmod(size >> _HEIGHT * (level or 0), WIDTH)
        for index in range(full):
            yield TileName(level=level, index=index)
        if edge:
            yield TileName(level=level, index=full, width=edge)


def new_names(old: int, new: int) -> Iterator[TileName]:
    """The tiles and bundles of `tile_names(new)` that are not among those of `old`."""
    for level in (None, *range(_MOST_LEVEL + 1)):
        before, after = old >> _HEIGHT * (level or 0), new >> _HEIGHT * (level or 0)
        if before == after:
            continue
        for index in range(before // WIDTH, after // WIDTH):
            yield TileName(level=level, index=index)
        if after % WIDTH:
            yield TileName(level=level, index=after // WIDTH, width=after % WIDTH)


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a bundle.  Raises RecordError where one is longer than its length in two bytes can say."""
    parts = []
    for entry in entries:
        if len(entry) > MOST_ENTRY_BYTES:
            raise RecordError(
                f"entry refused: it has {len(entry):,} bytes, more than {MOST_ENTRY_BYTES:,}: "
                "store what is large as a blob and write its digest into the entry"
            )
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def read_bundle(data: bytes) -> tuple[bytes, ...]:
    """The entries in a bundle.  Raises RecordError where the last one is cut short."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise RecordError(f"bundle refused: it is cut short within entry {len(entries)}")
        entries.append(data[start:at])
    return tuple(entries)


def extend(levels: Levels, hashes: Iterable[bytes]) -> None:
    """Append leaf hashes to the levels, in place: a copy for each append would be as long as the log."""
    for one in hashes:
        level, carry = 0, one
        while True:
            if level == len(levels):
                levels.append(bytearray())
            levels[level] += carry
            if len(levels[level]) % (WIDTH * HASH_BYTES):
                break
            carry = folded(_hashes(levels[level][-WIDTH * HASH_BYTES :]))
            level += 1


def tile_data(levels: Levels, name: TileName) -> bytes:
    """A tile of hashes, as it is served."""
    assert name.level is not None
    start = name.index * WIDTH * HASH_BYTES
    return bytes(levels[name.level][start : start + name.width * HASH_BYTES])


def level_node(levels: Levels) -> Node:
    """Nodes of the tree out of its levels."""

    def node(level: int, index: int) -> bytes:
        tiled, within = divmod(level, _HEIGHT)
        start = (index << within) * HASH_BYTES
        return folded(_hashes(levels[tiled][start : start + (HASH_BYTES << within)]))

    return node


def tile_node(read: Read, size: int) -> Node:
    """Nodes of the tree of `size` entries out of its served tiles, nothing verified.  Raises RecordError where one is missing."""
    kept: dict[TileName, bytes] = {}

    def node(level: int, index: int) -> bytes:
        tiled, within = divmod(level, _HEIGHT)
        first = index << within
        number = first // WIDTH
        name = TileName(level=tiled, index=number, width=min(WIDTH, (size >> _HEIGHT * tiled) - number * WIDTH))
        if name not in kept:
            data = _served(read, name)
            if data is None or len(data) < name.width * HASH_BYTES:
                raise RecordError(f"{name.path} is missing or too short: the log cannot be followed there")
            kept[name] = data
        start = (first % WIDTH) * HASH_BYTES
        return folded(_hashes(kept[name][start : start + (HASH_BYTES << within)]))

    return node


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """A log that was replayed from its public files and is sound.  entries: all of them, in order."""

    signed: Cosigned
    entries: tuple[bytes, ...]


def verified(read: Read, policy: Policy, paths: Iterable[str] = ()) -> Verified:
    """The whole log, replayed: every entry hashed, every tile compared, the root and its signatures checked.

    paths: further files that are served, as a folder lists them.  Each must be one that this log can have and hold what the
    log says, so that an older partial tile or a stray file is not left unseen.
    Raises RecordError with all that is wrong: the file, and the entry or hash in it.
    """
    data = read(CHECKPOINT)
    if data is None:
        raise RecordError(f"no log: there is no file {CHECKPOINT!r}")
    signed = accepted(data, policy)
    size = signed.checkpoint.size
    if size > MOST_ENTRIES:
        raise RecordError(f"a log of {size:,} entries is not read: at most {MOST_ENTRIES:,} are")
    faults: list[Fault] = []
    entries = _replayed_entries(read, size, faults)
    hashes = [leaf_hash(entry) for entry in entries]
    levels: Levels = []
    extend(levels, hashes)
    if len(entries) < size:
        raise RecordError("the log is not sound", faults)
    if root(hashes) != signed.checkpoint.root:
        faults += _blamed(read, hashes, signed)
    else:
        faults += _wrong_tiles(read, size, levels)
    faults += _wrong_others(read, entries, levels, {name.path for name in tile_names(size)}, paths)
    if faults:
        raise RecordError("the log is not sound", faults)
    return Verified(signed=signed, entries=entries)


def _replayed_entries(read: Read, size: int, faults: list[Fault]) -> tuple[bytes, ...]:
    """The entries of all bundles up to the first that is missing or broken."""
    entries: list[bytes] = []
    while len(entries) < size:
        index = len(entries) // WIDTH
        name = TileName(level=None, index=index, width=min(WIDTH, size - len(entries)))
        data, exact = read(name.path), True
        if data is None and name.width < WIDTH:
            data, exact = read(name.full.path), False  # the log has grown since this checkpoint
        try:
            found = read_bundle(data) if data is not None else ()
        except RecordError as error:
            faults.append(Fault(where=name.path, problem=str(error)))
            break
        if len(found) < name.width or (exact and len(found) > name.width):
            problem = f"it holds {len(found)} entries, expected {name.width}" if data is not None else "it is missing"
            faults.append(Fault(where=name.path, problem=problem))
            break
        entries += found[: name.width]
    return tuple(entries)


def _wrong_tiles(read: Read, size: int, levels: Levels) -> Iterator[Fault]:
    """Served tiles of hashes that are not what the (sound) entries make them."""
    for name in tile_names(size):
        if name.level is not None:
            served, expected = _served(read, name), tile_data(levels, name)
            if served != expected:
                yield Fault(where=name.path, problem=_differing(served, expected))


def _blamed(read: Read, hashes: Sequence[bytes], signed: Cosigned) -> Iterator[Fault]:
    """What is wrong where the entries do not make the root: the entries that differ, if the tiles do make it."""
    size = len(hashes)
    try:
        told = [tile_node(read, size)(0, index) for index in range(size)]
    except RecordError:
        told = []
    if told and root(told) == signed.checkpoint.root:
        for index, (here, there) in enumerate(zip(hashes, told, strict=True)):
            if here != there:
                path = TileName(level=None, index=index // WIDTH, width=min(WIDTH, size - index // WIDTH * WIDTH)).path
                yield Fault(where=path, problem=f"entry {index} is not the one that was recorded")
    else:
        yield Fault(where=CHECKPOINT, problem=f"the {size} entries do not make its root")


def _wrong_others(
    read: Read, entries: Sequence[bytes], levels: Levels, done: set[str], paths: Iterable[str]
) -> Iterator[Fault]:
    """Listed files that this log cannot have, or that hold something else than it says."""
    for path in sorted(set(paths) - done - {CHECKPOINT}):
        data, name, digest = read(path), read_path(path), read_blob_path(path)
        if data is None:
            yield Fault(where=path, problem="it is listed but cannot be read, or is no regular file")
        elif digest is not None:
            if hashlib.sha256(data).digest() != digest:
                yield Fault(where=path, problem="its bytes have another digest than its name says")
        elif name is None:
            yield Fault(where=path, problem="no log has such a file")
        else:
            yield from _wrong_other(name, data, entries, levels)


def _wrong_other(name: TileName, data: bytes, entries: Sequence[bytes], levels: Levels) -> Iterator[Fault]:
    """A tile that the checkpoint does not need: an earlier partial one, or one of entries that are still to come."""
    if name.level is None:
        expected = bundle(entries[name.index * WIDTH : name.index * WIDTH + name.width])
    elif name.level < len(levels):
        expected = tile_data(levels, name)
    else:
        expected = b""
    if not data.startswith(expected):
        yield Fault(where=name.path, problem=_differing(data, expected))
        return
    count, left = _whole_count(name, data)
    if count != name.width or left:
        yield Fault(where=name.path, problem=f"it holds {count} whole parts, expected {name.width} and nothing else")


def _whole_count(name: TileName, data: bytes) -> tuple[int, int]:
    """Entries or hashes in a tile, and the bytes left over."""
    if name.level is not None:
        return divmod(len(data), HASH_BYTES)
    try:
        return len(read_bundle(data)), 0
    except RecordError:
        return 0, len(data)


def _served(read: Read, name: TileName) -> bytes | None:
    """A tile of hashes, out of the full one where the log has grown since and dropped the partial one."""
    data = read(name.path)
    if data is None and name.width < WIDTH:
        data = read(name.full.path)
        data = None if data is None else data[: name.width * HASH_BYTES]
    return data


def _differing(served: bytes | None, expected: bytes) -> str:
    if served is None:
        return "it is missing"
    if len(served) != len(expected):
        return f"it has {len(served):,} bytes, expected {len(expected):,}"
    at = next(i for i in range(len(expected)) if served[i] != expected[i])
    return f"hash {at // HASH_BYTES} in it is not what the entries make it"


def _hashes(data: bytes | bytearray) -> list[bytes]:
    return [bytes(data[i : i + HASH_BYTES]) for i in range(0, len(data), HASH_BYTES)]
