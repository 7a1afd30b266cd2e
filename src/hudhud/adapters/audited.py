"""A record on a disk or the web under audit, with the packaged territories to make its maps again."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hudhud.adapters.opening import mapped_at_once, opened_at_once, uncollected
from hudhud.adapters.record_files import record_source, trust_of
from hudhud.adapters.recorded import atlas as packaged_atlas
from hudhud.errors import InputError, RecordError
from hudhud.record.audit import Audit, audit, in_order, older_copy
from hudhud.record.audit_maps import cut_prefix
from hudhud.record.audit_parts import Compile, CompiledMap, Finding, Found, HeldMap, finding
from hudhud.record.decide import decide
from hudhud.record.history import Outcomes, Prefix
from hudhud.record.policy import Policy
from hudhud.record.reading import read_blob
from hudhud.record.receipt import Receipt, read_receipt
from hudhud.record.tiles import Read
from hudhud.record.trust import trust_digest
from hudhud.service.emergencies import chains
from hudhud.service.map_text import MapClaim, differences, read_map
from hudhud.service.recorded import Atlas, TerritoryOf, finder, mapped
from hudhud.service.service_map import ServiceMap
from hudhud.sky.hexagons import all_numbers, h3_index

__all__ = ["Asked", "Audited", "audited", "catalogue_map", "file_bytes"]

_SECOND_NS = 1_000_000_000
_LARGEST_BYTES = 256 * 2**20
_MOST_ROWS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be audited.  where: a folder or an address.  trust: a file with the root of trust kept elsewhere.

    trust_sha256: its digest, if it came another way.  maps: files of maps to be judged; older: a checkpoint or timeline kept
    from before; receipts: of entries that must be there.  now_s: the clock of whoever asks, None not to ask how old it is.
    """

    where: str
    trust: Path | None = None
    trust_sha256: str | None = None
    maps: tuple[Path, ...] = ()
    older: tuple[Path, ...] = ()
    receipts: tuple[Path, ...] = ()
    now_s: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Audited:
    """An audit, and on whose word it rests.  compared: the root of trust came from elsewhere, or its digest did."""

    where: str
    audit: Audit
    trust_sha256: str
    compared: bool


def audited(asked: Asked) -> Audited:
    """The audit of a record.

    Raises RecordError for a root of trust, map, receipt or older copy that is none, FetchError for the web.  What is wrong
    with the record itself is among the findings.
    """
    source = record_source(asked.where)
    trust = trust_of(source, asked.trust)
    digest = trust_digest(trust)
    if asked.trust_sha256 is not None and asked.trust_sha256 != digest:
        raise RecordError(
            f"the root of trust has the digest {digest}, not {asked.trust_sha256}: "
            "it is another one than you were told; ask whoever told you, and believe nothing of this record"
        )
    policy = trust.read_policy()
    older = tuple(one for path in asked.older for one in older_copy(file_bytes(path), policy))
    receipts = tuple(_receipt(path, policy) for path in asked.receipts)
    claims = [_claim(path) for path in asked.maps]
    atlas = packaged_atlas()
    with uncollected():
        found = audit(
            source.read,
            trust,
            source.paths,
            compiled=catalogue_map(source.read, atlas),
            now_s=asked.now_s,
            receipts=receipts,
            maps=[
                HeldMap(where=str(path), sha256=claim.digest) for path, claim in zip(asked.maps, claims, strict=True)
            ],
            older=older,
            open_all=opened_at_once,
            mapped=mapped_at_once,
        )
    territory_of = finder(atlas, functools.partial(read_blob, source.read))
    return Audited(
        where=asked.where,
        audit=_with_chains(_with_cells(found, claims, atlas, territory_of), territory_of),
        trust_sha256=digest,
        compared=asked.trust is not None or asked.trust_sha256 is not None,
    )


def catalogue_map(read: Read, atlas: Atlas) -> Compile:
    """Makes maps of a record again.  read: its public files, for territories that are in no catalogue."""
    territory_of = finder(atlas, functools.partial(read_blob, read))

    def compiled(prefix: Prefix, outcomes: Outcomes) -> CompiledMap:
        made = mapped(prefix, outcomes, atlas, territory_of)
        later = made.next_change_at
        return CompiledMap(
            sha256=made.digest, next_change_s=None if np.isnat(later) else int(later.astype(np.int64)) // _SECOND_NS
        )

    return compiled


# ---- files that were handed in ----


def file_bytes(path: Path) -> bytes:
    """The bytes of a file that was handed in.  Raises RecordError where it cannot be read, or is no file of a record."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _LARGEST_BYTES:
        raise RecordError(f"{path}: more than {_LARGEST_BYTES:,} bytes: no file of a record is so large")
    return data


def _receipt(path: Path, policy: Policy) -> Receipt:
    try:
        return read_receipt(file_bytes(path), policy.logs)
    except RecordError as error:
        raise RecordError(f"{path}: {error.summary}", error.faults) from None


def _claim(path: Path) -> MapClaim:
    try:
        return read_map(file_bytes(path), all_numbers())
    except InputError as error:
        raise RecordError(f"{path}: {error.summary}", error.faults) from None


def _with_chains(found: Audit, territory_of: TerritoryOf) -> Audit:
    """The audit, with emergencies that follow each other over common cells under other names.

    What is obeyed now beyond their time is not sound, as the rules promise that no emergency lasts so long.  What is over,
    or still within it, is a concern: the record shows it, and an unsound mark that never goes would say nothing any more.
    """
    if found.record is None or found.outcomes is None:
        return found
    outcomes = found.outcomes
    rows = []
    for one in chains(found.record.prefix, outcomes, territory_of):
        enforced = one.beyond and one.enforced(outcomes.releases, outcomes.at_s)
        rows.append(
            finding(
                Found.EMERGENCY_BEYOND_CAP if enforced else Found.EMERGENCY_CHAIN,
                entry=one.later.index,
                decision=one.later.id,
                before=one.first.id,
                cells=len(one.number),
                cell=f"{int(h3_index(one.number[:1])[0]):x}",
                cap_s=one.cap_s,
                until_s=one.cap_s if one.later.until_s is None else one.later.until_s,
            )
        )
    return replace(found, findings=in_order((*found.findings, *rows)))


def _with_cells(found: Audit, claims: Sequence[MapClaim], atlas: Atlas, territory_of: TerritoryOf) -> Audit:
    """The audit, with the cells in which maps that were handed in differ from the one last released."""
    known = {one.map_sha256 for one in found.outcomes.releases} if found.outcomes else set()
    others = [claim for claim in claims if claim.digest not in known]
    if found.record is None or not known or not others:
        return found
    assert found.outcomes is not None
    last = found.outcomes.releases[-1]
    cut = cut_prefix(found.record.prefix, last.size)
    try:
        proven = mapped(cut, decide(cut, last.at_s), atlas, territory_of)
    except InputError:
        return found  # told already: no map follows
    rows = [row for claim in others for row in _rows(claim, proven)]
    return replace(found, findings=(*found.findings, *rows))


def _rows(claim: MapClaim, proven: ServiceMap) -> Iterator[Finding]:
    told = differences(claim, proven)
    for one in told.first[:_MOST_ROWS]:
        yield finding(
            Found.HELD_MAP_ENTRY,
            cell=one.cell,
            service_class=", ".join(one.classes),
            claimed=one.claimed,
            claimed_state=one.claimed_state,
            proven=one.proven,
            proven_state=one.proven_state,
            cells=told.cells,
        )
    for id in told.unproven[:_MOST_ROWS]:
        yield finding(Found.HELD_MAP_DECISION, decision=id)
    for id in told.missing[:_MOST_ROWS]:
        yield finding(Found.HELD_MAP_LACKS, decision=id)
