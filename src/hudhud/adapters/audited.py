"""A record on a disk or the web under audit, with the packaged territories to make its maps again."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np

from hudhud.adapters.naming_words import misnamed_values
from hudhud.adapters.opening import mapped_at_once, opened_at_once, uncollected
from hudhud.adapters.record_files import record_source, trust_of
from hudhud.adapters.recorded import atlas as packaged_atlas
from hudhud.errors import InputError, RecordError
from hudhud.record.audit import Audit, audit, in_order, older_copy, older_findings, receipt_findings
from hudhud.record.audit_maps import cut_prefix, held_findings
from hudhud.record.audit_parts import Compile, CompiledMap, Finding, Found, HeldMap, finding
from hudhud.record.checkpoint import Cosigned
from hudhud.record.decide import decide
from hudhud.record.history import Outcomes, Prefix
from hudhud.record.policy import Policy
from hudhud.record.reading import read_blob
from hudhud.record.receipt import Receipt, read_receipt
from hudhud.record.statements import Request
from hudhud.record.tiles import Read
from hudhud.record.trust import trust_digest
from hudhud.service.emergencies import chains
from hudhud.service.map_text import MapClaim, differences, read_map
from hudhud.service.naming import Namer, namer
from hudhud.service.recorded import Atlas, TerritoryOf, finder, mapped
from hudhud.service.service_map import ServiceMap
from hudhud.sky.hexagons import all_numbers, h3_index

__all__ = ["Asked", "Audited", "HandedIn", "Standing", "audited", "catalogue_map", "file_bytes"]

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


class Standing(Enum):
    """How a file that was handed in stands to the record."""

    NEWEST_MAP = "newest_map"
    RELEASED_MAP = "released_map"
    BEGINNING = "beginning"
    KEPT = "kept"
    OPEN = "open"
    FAILS = "fails"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedIn:
    """A file that was handed in.  number: the entry that released a map, or of a receipt; how many entries an older copy has."""

    file: str
    standing: Standing
    number: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Audited:
    """An audit, and on whose word it rests.  compared: the root of trust came from elsewhere, or its digest did.

    files: those that were handed in, and how each stands to the record.
    """

    where: str
    audit: Audit
    trust_sha256: str
    compared: bool
    files: tuple[HandedIn, ...] = ()


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
    older = [older_copy(file_bytes(path), policy) for path in asked.older]
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
            older=[one for each in older for one in each],
            open_all=opened_at_once,
            mapped=mapped_at_once,
        )
    territory_of = finder(atlas, functools.partial(read_blob, source.read))
    return Audited(
        where=asked.where,
        audit=_with_names(_with_chains(_with_cells(found, claims, atlas, territory_of), territory_of), namer(atlas)),
        trust_sha256=digest,
        compared=asked.trust is not None or asked.trust_sha256 is not None,
        files=tuple(_handed_in(asked, found, claims, older, receipts)),
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


def _handed_in(
    asked: Asked,
    found: Audit,
    claims: Sequence[MapClaim],
    older: Sequence[Sequence[Cosigned]],
    receipts: Sequence[Receipt],
) -> Iterator[HandedIn]:
    """Every file that was handed in, also those of which there is nothing to find."""
    record, outcomes = found.record, found.outcomes
    if record is None or outcomes is None:
        for path in (*asked.maps, *asked.older, *asked.receipts):
            yield HandedIn(file=str(path), standing=Standing.NOT_COMPARED)
        return
    for path, claim in zip(asked.maps, claims, strict=True):
        yield _map_in(str(path), claim.digest, outcomes)
    for path, copies in zip(asked.older, older, strict=True):
        size = max((one.checkpoint.size for one in copies), default=0)
        fails = any(older_findings(record, copies))
        yield HandedIn(file=str(path), standing=Standing.FAILS if fails else Standing.BEGINNING, number=size)
    places = {one.leaf: one.index for one in record.prefix.entries}
    for path, receipt in zip(asked.receipts, receipts, strict=True):
        index = places.get(receipt.leaf)
        standing = Standing.OPEN if index is None else Standing.KEPT
        fails = any(receipt_findings(record, [receipt]))
        yield HandedIn(file=str(path), standing=Standing.FAILS if fails else standing, number=index)


def _map_in(file: str, digest: str, outcomes: Outcomes) -> HandedIn:
    if any(held_findings([HeldMap(where=file, sha256=digest)], outcomes)):
        return HandedIn(file=file, standing=Standing.FAILS)
    index = next(one.index for one in reversed(outcomes.releases) if one.map_sha256 == digest)
    newest = outcomes.releases[-1].map_sha256 == digest
    return HandedIn(file=file, standing=Standing.NEWEST_MAP if newest else Standing.RELEASED_MAP, number=index)


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


def _with_names(found: Audit, misnamed: Namer) -> Audit:
    """The audit, with requests that name their cells otherwise than the catalogue.

    Where a released map showed the decision, people agreed to one thing and another was enforced: that is not sound, for ever.
    """
    if found.record is None or found.outcomes is None:
        return found
    entries, releases = found.record.prefix.entries, found.outcomes.releases
    rows = []
    for one in found.outcomes.requests:
        asked, decided = entries[one.index].statement, one.decided
        assert isinstance(asked, Request)
        made = () if decided is None else decided.effect.territories
        shown = decided is not None and any(
            decided.index < each.size and decided.in_force(each.at_s) for each in releases
        )
        for ref in dict.fromkeys((*asked.effect.territories, *made)):
            kind = Found.MISNAMED_ENFORCED if shown and ref in made else Found.MISNAMED_TERRITORY
            rows += [
                finding(kind, entry=one.index, request=one.leaf, **misnamed_values(each)) for each in misnamed(ref)
            ]
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
