"""A record on a disk or the web as what runs and maps are made from: read, verified, and joined to the packaged territories."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hudhud.adapters.decisions import ground, joint_counts
from hudhud.adapters.record_files import load_record
from hudhud.adapters.store.territories import territories
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.reading import Record
from hudhud.service.decision import Decisions, instant_ns
from hudhud.service.obeyed import Authority, by_releases
from hudhud.service.recorded import Atlas, Lists, decisions_at, no_lists

__all__ = ["Recorded", "atlas", "recorded"]

_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Recorded:
    """A record and what it needs to be put on a map.  where: as it was named."""

    where: str
    record: Record
    atlas: Atlas

    @property
    def name(self) -> str:
        """Which record, how far, and its root, in a line."""
        checkpoint = self.record.signed.checkpoint
        made_up = ", a demonstration" if self.record.trust.demonstration else ""
        return f"{checkpoint.origin}, {checkpoint.size:,} entries, root {checkpoint.root.hex()}{made_up}"

    @property
    def authority(self) -> Authority:
        """Its releases, as a run obeys them."""
        return by_releases(self.record, self.atlas)

    def warnings(self, start: np.datetime64) -> tuple[str, ...]:
        """What somebody should know who obeys it in a run that begins at an instant."""
        start_s = instant_ns(start) // _SECOND_NS
        first_s = min((one.at_s for one in self.record.timeline.witnessed if one.size), default=None)
        if first_s is None or start_s < first_s:
            when = "has no witnessed entry" if first_s is None else f"begins at {instant_text(first_s)}"
            return (f"the run begins before the record, which {when}: nobody is served before a release counts",)
        releases = decide(self.record.prefix, self.record.witnessed_s).releases
        if all(one.released_s > start_s for one in releases):
            return ("no release was witnessed before the run begins: nobody is served before one counts",)
        return ()

    def decisions(self, at: np.datetime64) -> Decisions:
        """The decisions that had been made by an instant, released or not."""
        return decisions_at(self.record, at, self.atlas)


@functools.cache
def _packaged() -> Atlas:
    return Atlas(catalogue=territories(), counts=joint_counts(), ground=ground())


def atlas(lists: Lists = no_lists) -> Atlas:
    """The packaged territories and ground, with the lists of terminals that are at hand."""
    packaged = _packaged()
    return Atlas(catalogue=packaged.catalogue, counts=packaged.counts, ground=packaged.ground, lists=lists)


def recorded(where: str | Path, trust: str | Path | None = None, lists: Lists = no_lists) -> Recorded:
    """The record of a folder or an address.  trust: a file with the root of trust, else the one that the record shows.

    Raises RecordError with everything that is wrong with it.
    """
    record = load_record(str(where), None if trust is None else Path(trust))
    return Recorded(where=str(where), record=record, atlas=atlas(lists))
