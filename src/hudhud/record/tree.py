"""The Merkle tree of the log: hashes, roots, and proofs that an entry is in it and that it only grew (RFC 6962, RFC 9162).

A *node* is handed around as a function of (level, index): the hash of the full subtree over the leaves from
`index << level` to `(index + 1) << level`, so that proofs are made alike from a list in memory and from tiles on a disk.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "Frontier",
    "Node",
    "consistency_holds",
    "consistency_proof",
    "folded",
    "inclusion_holds",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "nodes",
    "root",
    "tree_root",
]

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

Node = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash of an entry.  RFC 9162, 2.1.1: the byte 0 before it keeps an entry from passing for an inner node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of the subtree with these two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontier:
    """All of a tree that further growth needs: `peaks` are the hashes of its full subtrees, the largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def appended(self, hashes: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaf hashes."""
        size, peaks = self.size, list(self.peaks)
        for one in hashes:
            carry = size
            while carry & 1:
                one = node_hash(peaks.pop(), one)
                carry >>= 1
            peaks.append(one)
            size += 1
        return Frontier(size=size, peaks=tuple(peaks))

    @property
    def root(self) -> bytes:
        """Root of the tree."""
        return _joined(self.peaks)


def root(hashes: Iterable[bytes]) -> bytes:
    """Root of the tree over these leaf hashes."""
    return Frontier().appended(hashes).root


def tree_root(size: int, node: Node) -> bytes:
    """Root of the first `size` leaves."""
    return _range_hash(0, size, node)


def folded(hashes: Sequence[bytes]) -> bytes:
    """Root over a power of two of hashes: the subtree above one, two, four ... 256 of them."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def nodes(hashes: Sequence[bytes]) -> Node:
    """Nodes of the tree over these leaf hashes, all of them worked out and kept."""
    rows = [list(hashes)]
    while len(rows[-1]) > 1:
        below = rows[-1]
        rows.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return lambda level, index: rows[level][index]


def inclusion_proof(index: int, size: int, node: Node) -> tuple[bytes, ...]:
    """Siblings from the leaf up to the root of the first `size` leaves.  RFC 9162, 2.1.3.1.

    Raises IndexError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise IndexError(f"there is no entry {index} in a tree of {size}")
    start, end = 0, size
    siblings = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append(_range_hash(middle, end, node))
            end = middle
        else:
            siblings.append(_range_hash(start, middle, node))
            start = middle
    return tuple(reversed(siblings))


def consistency_proof(old: int, new: int, node: Node) -> tuple[bytes, ...]:
    """Hashes that show the first `old` leaves to be a prefix of the first `new`.  RFC 9162, 2.1.4.1.

    Empty where old is 0 or new.  Raises IndexError unless 0 <= old <= new.
    """
    if not 0 <= old <= new:
        raise IndexError(f"a tree of {old} is no earlier state of one of {new}")
    if old in (0, new):
        return ()
    start, end, on_the_left_edge = 0, new, True
    parts = []
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            parts.append(_range_hash(middle, end, node))
            end = middle
        else:
            parts.append(_range_hash(start, middle, node))
            start, on_the_left_edge = middle, False
    if not on_the_left_edge:  # else this subtree is the old tree itself, whose root the verifier has
        parts.append(_range_hash(start, end, node))
    return tuple(reversed(parts))


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the hash `leaf` at `index` to the root of a tree of `size`.  RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(sibling, found)
            while not here & 1 and here:  # levels on which this subtree has no right sibling
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def consistency_holds(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the tree of `old` to be the beginning of the tree of `new`.  RFC 9162, 2.1.4.2.

    Every tree begins as the empty tree; that needs, and takes, no proof.
    """
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and (new > 0 or new_root == EMPTY_ROOT)
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path or path == [old_root]:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    found_old = found_new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            found_old, found_new = node_hash(part, found_old), node_hash(part, found_new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found_new = node_hash(found_new, part)
        here, last = here >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _split(leaves: int) -> int:
    """The largest power of two below `leaves`: where RFC 9162 cuts a tree."""
    return 1 << ((leaves - 1).bit_length() - 1)


def _range_hash(start: int, end: int, node: Node) -> bytes:
    """Root over the leaves [start, end), where start is a multiple of a power of two that is not below end - start."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(node(level, start >> level))
        start += 1 << level
    return _joined(peaks)


def _joined(peaks: Sequence[bytes]) -> bytes:
    """Root over full subtrees of falling size."""
    if not peaks:
        return EMPTY_ROOT
    found = peaks[-1]
    for peak in reversed(peaks[:-1]):
        found = node_hash(peak, found)
    return found
