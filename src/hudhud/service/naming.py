"""Whether a record calls territories what the catalogue calls them.

The digest of the cells is what counts; id, claimants, controller and feature stand beside it and only explain.  Whoever writes
another id there shows one land and asks for another; whoever leaves out a claimant lets the claimant vote.  Catalogues change, so
no map depends on this: it is for keepers, for those about to sign, for audits and for pages that tell of a record.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hudhud.errors import InputError
from hudhud.record.parts import TerritoryRef
from hudhud.service.catalogue import TerritoryRow
from hudhud.service.joint import named
from hudhud.service.recorded import JOINT, Atlas
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Containment

__all__ = ["Misnamed", "Misnaming", "Namer", "namer"]

_LONGEST_LINE = 300


class Misnaming(StrEnum):
    """How a reference to a territory differs from the catalogue."""

    OTHER_TERRITORY = "other_territory"
    """Its cells are those of another territory than its id says."""
    OTHER_CELLS = "other_cells"
    """Its id is one of the catalogue, which has other cells there."""
    OTHER_CLAIMS = "other_claims"
    """Other claimants, or another controller, than the catalogue's."""
    OTHER_FEATURE = "other_feature"
    """Another feature of the source than the one from which the catalogue has the cells."""

    @property
    def of_cells(self) -> bool:
        """Whether another place is meant than the one that is named."""
        return self in (Misnaming.OTHER_TERRITORY, Misnaming.OTHER_CELLS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Misnamed:
    """One difference.  known: what the catalogue calls the cells, "" where it does not have them.

    claimed_by, controlled_by, feature: as the catalogue has them, of the cells where it has them, else empty.
    """

    kind: Misnaming
    ref: TerritoryRef
    known: str = ""
    claimed_by: tuple[str, ...] = ()
    controlled_by: str = ""
    feature: str = ""


Namer = Callable[[TerritoryRef], tuple[Misnamed, ...]]
"""What is wrong with how a reference names its cells; nothing for cells and ids that are in no catalogue."""


def namer(atlas: Atlas) -> Namer:
    """How references are held against a catalogue, also those of several territories joined (`UKR_UKR.sea`).

    What was asked once is kept.
    """
    rows: dict[str, list[TerritoryRow]] = {}
    for row in atlas.catalogue.rows:
        for mode in Containment:
            if row.count(mode):
                rows.setdefault(row.digest(mode), []).append(row)

    @functools.cache
    def misnamed(ref: TerritoryRef) -> tuple[Misnamed, ...]:
        own, same = _called(ref, atlas), rows.get(ref.cells_sha256, [])
        if own is not None and _digest(own, ref.containment) == ref.cells_sha256:
            return _explained(ref, own)
        if not same:
            return () if own is None else (Misnamed(kind=Misnaming.OTHER_CELLS, ref=ref),)
        alike = ref.id in {row.id for row in same}  # another containment of the same territory
        found = next((row for row in same if row.id == ref.id), same[0])
        kind = Misnaming.OTHER_CELLS if alike else Misnaming.OTHER_TERRITORY
        return (_differs(kind, ref, found), *_explained(ref, found))

    return misnamed


def _called(ref: TerritoryRef, atlas: Atlas) -> TerritoryRow | Territory | None:
    """What the catalogue has under an id, or under several joined."""
    if ref.id in atlas.catalogue:
        return atlas.catalogue.row(ref.id)
    several = ref.id.split(JOINT)
    if len(several) < 2 or not all(each in atlas.catalogue for each in several):
        return None
    try:
        return named(atlas.catalogue, atlas.counts, "+".join(several), ref.containment)
    except InputError:
        return None


def _digest(found: TerritoryRow | Territory, containment: Containment) -> str:
    return found.digest if isinstance(found, Territory) else found.digest(containment)


def _differs(kind: Misnaming, ref: TerritoryRef, found: TerritoryRow | Territory) -> Misnamed:
    return Misnamed(
        kind=kind,
        ref=ref,
        known=found.id,
        claimed_by=found.claimed_by,
        controlled_by=found.controlled_by,
        feature=found.feature,
    )


def _explained(ref: TerritoryRef, found: TerritoryRow | Territory) -> tuple[Misnamed, ...]:
    """What is said otherwise beside cells that the catalogue has.  A feature that is not stated is none said otherwise."""
    kinds = []
    if ref.claimed_by != frozenset(found.claimed_by) or (ref.controlled_by or "") != found.controlled_by:
        kinds.append(Misnaming.OTHER_CLAIMS)
    if ref.source_feature_id is not None and ref.source_feature_id != found.feature[:_LONGEST_LINE]:
        kinds.append(Misnaming.OTHER_FEATURE)
    return tuple(_differs(kind, ref, found) for kind in kinds)
