"""How long does a full public audit of 10,000 decisions take on two cores, and where does the time go?

The record: batches of 100 requests a day over territories of the packaged catalogue, each request with three approvals and
three declarations of conflicts; contacts declared, a map of the world released and reported twice for every batch.  Keys
follow from names.  Building it takes minutes and is not counted; it is kept in the temporary folder for the next run.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from harness import pin, record

from hudhud.adapters.audited import catalogue_map
from hudhud.adapters.opening import mapped_at_once, opened_at_once, uncollected
from hudhud.adapters.recorded import atlas
from hudhud.adapters.store.territories import territories
from hudhud.record.audit import audit, audit_of
from hudhud.record.audit_parts import Compile
from hudhud.record.decide import decide
from hudhud.record.demonstration import demonstration
from hudhud.record.forms import instant_text
from hudhud.record.history import Entry, Prefix
from hudhud.record.parts import Effect, Party, TerritoryRef
from hudhud.record.policy import accepted
from hudhud.record.reading import read_record
from hudhud.record.sitting import Sitting
from hudhud.record.statements import ConflictDeclaration, EnforcementReport, MapRelease, Request, Statement
from hudhud.record.timeline import timeline_digest, witnessed
from hudhud.record.words import (
    Action,
    Channel,
    Layer,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    RequesterKind,
    ServiceClass,
    ServiceState,
)
from hudhud.service.vocabulary import Containment

_Made = TypeVar("_Made")

DECISIONS = int(os.environ.get("HUDHUD_DECISIONS", "10000"))
BATCH = 100
START_S = 1_780_000_200
DAY_S = 86_400
WINDOW_S = 10 * DAY_S
VOTERS = ("op-1", "press-freedom-seat", "counsel-a")
POINTS = {"point-beam": Layer.BEAM, "point-terminal": Layer.TERMINAL}
CLASSES = (
    frozenset({ServiceClass.RESIDENTIAL, ServiceClass.BUSINESS}),
    frozenset({ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL, ServiceClass.EMERGENCY_SERVICES}),
    frozenset({ServiceClass.PRESS}),
    frozenset({ServiceClass.MARITIME, ServiceClass.AVIATION}),
)
WORLD = demonstration(lambda name: hashlib.sha256(f"benchmark/{name}".encode()).digest(), "benchmark.example/audit")
LOG = WORLD.trust.log


def places() -> list[TerritoryRef]:
    """Every country of the catalogue."""
    return [
        TerritoryRef(
            id=row.id,
            resolution=5,
            containment=Containment.FULL,
            cells_sha256=row.digest(Containment.FULL),
            claimed_by=frozenset(row.claimed_by),
            controlled_by=row.controlled_by or None,
        )
        for row in territories().rows
        if row.kind == "country" and row.count(Containment.FULL)
    ]


def request(number: int, now_s: int, where: TerritoryRef) -> Request:
    effect = Effect(
        state=ServiceState.SERVED,
        territories=(where,),
        classes=CLASSES[number % len(CLASSES)],
        start=instant_text(now_s),
        until=instant_text(now_s + WINDOW_S),
        review_by=instant_text(now_s + WINDOW_S),
    )
    return Request(
        log=LOG,
        nonce=f"{number:032x}",
        title_en=f"Service for {where.id}, request {number}",
        title_ar=f"الخدمة في {where.id}، الطلب {number}",
        requester=Party(kind=RequesterKind.NGO, id=f"asker-{number}"),
        channel=Channel.FILED_PORTAL,
        action=Action.ACTIVATE,
        purposes=frozenset({Purpose.PUBLIC_INTERNET}),
        legal_basis=LegalBasis.NATIONAL_LICENCE,
        legal_basis_status=LegalBasisStatus.ASSERTED,
        effect=effect,
    )


def built(compiled: Compile) -> dict[str, bytes]:
    """The public files of the record."""
    sitting, every, said = Sitting(WORLD, START_S), places(), []

    def file(acts: list[tuple[str, Statement]]) -> list[str]:
        leaves = sitting.file_together(acts)
        for (seat, statement), leaf in zip(acts, leaves, strict=True):
            key = WORLD.signers[seat].public_key
            said.append(Entry(index=len(said), statement=statement, key=key, leaf=leaf))
        return leaves

    for first in range(0, DECISIONS, BATCH):
        numbers = range(first, min(first + BATCH, DECISIONS))
        leaves = file([("agency", request(number, sitting.now_s, every[number % len(every)])) for number in numbers])
        sitting.wait(60)
        acts: list[tuple[str, Statement]] = [(seat, sitting.contacts()) for seat in VOTERS]
        acts += [(seat, ConflictDeclaration(log=LOG, request=leaf)) for leaf in leaves for seat in VOTERS]
        file(acts)
        sitting.wait(60)
        file([(seat, sitting.approval(leaf)) for leaf in leaves for seat in VOTERS])
        sitting.wait(60)
        prefix = Prefix(
            log=LOG,
            entries=tuple(said),
            checkpoints=tuple(witnessed(accepted(one, WORLD.policy)) for one in sitting.log.timeline),
            keyrings={WORLD.trust.keyring_sha256: WORLD.keyring},
            rules={WORLD.trust.rules_sha256: WORLD.rules},
            keyring_sha256=WORLD.trust.keyring_sha256,
            rules_sha256=WORLD.trust.rules_sha256,
        )
        size = sitting.newest.size
        made = compiled(prefix, decide(prefix, sitting.now_s))
        release = MapRelease(
            log=LOG,
            map_sha256=made.sha256,
            size=size,
            root=sitting.newest.root,
            timeline_sha256=timeline_digest(sitting.log.timeline),
            at=instant_text(sitting.now_s),
            next_change_at=None if made.next_change_s is None else instant_text(made.next_change_s),
        )
        file([("registrar", release)])
        sitting.wait(60)
        since = instant_text(sitting.now_s)
        file(
            [
                (
                    seat,
                    EnforcementReport(log=LOG, point=seat, layer=layer, map_sha256=made.sha256, size=size, since=since),
                )
                for seat, layer in POINTS.items()
            ]
        )
        sitting.wait(DAY_S)
        print(f"\rbuilding: {numbers[-1] + 1:,} of {DECISIONS:,} decisions", end="", flush=True)
    print()
    return dict(sitting.log.files)


def kept() -> dict[str, bytes]:
    """The record out of the temporary folder, else built and put there."""
    path = Path(tempfile.gettempdir()) / f"hudhud-audit-{DECISIONS}.bin"
    if not path.exists():
        path.write_bytes(b"".join(_packed(built(catalogue_map({}.get, atlas())))))
    data, files, at = path.read_bytes(), {}, 0
    while at < len(data):
        name, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 10], "big")
        start = at + 10 + name
        files[data[at + 10 : start].decode("ascii")] = data[start : start + length]
        at = start + length
    return files


def _packed(files: Mapping[str, bytes]) -> Iterator[bytes]:
    for path, data in files.items():
        yield len(path).to_bytes(2, "big") + len(data).to_bytes(8, "big") + path.encode("ascii") + data


def main() -> None:
    cores = pin(2)
    files = kept()
    compiled = catalogue_map(files.get, atlas())
    parts: list[tuple[str, float]] = []

    def timed_part(what: str, work: Callable[[], _Made]) -> _Made:
        start = time.perf_counter()
        with uncollected():
            made = work()
        parts.append((what, time.perf_counter() - start))
        return made

    whole = timed_part(
        "the whole audit",
        lambda: audit(files.get, WORLD.trust, files, compiled=compiled, open_all=opened_at_once, mapped=mapped_at_once),
    )
    if not whole.sound or whole.counted is None:  # maps are made otherwise since the record was built
        raise SystemExit(f"not sound, {whole.findings[0]}: delete hudhud-audit-{DECISIONS}.bin in the temporary folder")
    read = timed_part(
        "of it reading: hashes, tiles, signatures, statements",
        lambda: read_record(files.get, WORLD.trust, files, opened_at_once),
    )
    timed_part("    the same without threads", lambda: read_record(files.get, WORLD.trust, files))
    timed_part("of it one run of decide over all entries", lambda: decide(read.prefix, read.witnessed_s))
    timed_part(
        "of it decide and compile for every release", lambda: audit_of(read, compiled=compiled, mapped=mapped_at_once)
    )
    rows = [
        {
            "what": what,
            "seconds": seconds,
            "decisions": whole.counted.decisions,
            "entries": whole.counted.entries,
            "signatures": whole.counted.signatures,
            "maps": whole.counted.releases,
            "cores": cores,
        }
        for what, seconds in parts
    ]
    record("audit", "How long does a full public audit of 10,000 decisions take, from public files only?", rows)


if __name__ == "__main__":
    main()
