"""For every entry its signed envelope and the proof of its place, as files that can be checked alone."""

from collections.abc import Iterator

from hudhud.record.proof import Proof
from hudhud.record.reading import Record
from hudhud.record.tiles import Levels, extend, level_node
from hudhud.record.tree import inclusion_proof, leaf_hash

__all__ = ["proof_files"]


def proof_files(record: Record) -> Iterator[tuple[str, bytes]]:
    """Names and bytes, under the newest checkpoint.  Nothing is verified again: the record was when it was read."""
    levels: Levels = []
    extend(levels, (leaf_hash(entry) for entry in record.entries))
    node, size = level_node(levels), len(record.entries)
    checkpoint = record.timeline.notes[-1]
    for index, entry in enumerate(record.entries):
        hashes = inclusion_proof(index, size, node)
        yield f"proofs/entry-{index}.dsse.json", entry
        yield f"proofs/entry-{index}.tlog-proof", Proof(index=index, hashes=hashes, checkpoint=checkpoint).data
