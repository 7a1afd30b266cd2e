"""Records to audit: a rich one, random ones that are sound, and a way to make maps again that takes no time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hudhud.record.audit_parts import Compile, CompiledMap
from hudhud.record.decide import decide
from hudhud.record.demonstration import Demonstration, demonstration
from hudhud.record.forms import instant_text
from hudhud.record.history import Decided, Entry, Outcomes, Prefix
from hudhud.record.keyring import Keyring, keyring_bytes, keyring_digest
from hudhud.record.parts import Effect, Party, TerritoryRef
from hudhud.record.policy import accepted
from hudhud.record.sitting import Sitting
from hudhud.record.statements import EnforcementReport, KeyringChange, Request, Statement
from hudhud.record.timeline import witnessed
from hudhud.record.words import (
    Action,
    Channel,
    Containment,
    Layer,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    RequesterKind,
    ServiceClass,
    ServiceState,
)

START_S = 1_780_000_200
DAY_S = 86_400
HOUR_S = 3_600
POINTS = {"point-beam": Layer.BEAM, "point-terminal": Layer.TERMINAL}
VOTERS = ("op-1", "press-freedom-seat", "counsel-a")


def world(origin: str = "example.invalid/audited", salt: str = "") -> Demonstration:
    """A demonstration whose keys are known, those of the test that names it."""
    return demonstration(lambda name: hashlib.sha256(f"{salt}/{name}".encode()).digest(), origin)


WORLD = world()


def stub_map(_: Prefix, outcomes: Outcomes) -> CompiledMap:
    """The ids in force, and what rests, as a map: what it lacks is cells."""
    at_s = outcomes.at_s
    told = []
    for one in outcomes.in_force:
        rests = sorted(word for rest in one.rests if rest.start_s <= at_s < rest.until_s for word in rest.classes)
        told.append(f"{one.id} {','.join(rests)}")
    later = [each for one in outcomes.decisions for each in _bounds(one) if each > at_s]
    digest = hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()
    return CompiledMap(sha256=digest, next_change_s=min(later, default=None))


def _bounds(one: Decided) -> Iterable[int]:
    if one.until_s is None or one.start_s < one.until_s:
        yield one.start_s
        if one.until_s is not None:
            yield one.until_s
        for rest in one.rests:
            yield from (each for each in (rest.start_s, rest.until_s) if one.in_force(each))


class Watched(Sitting):
    """A sitting that remembers what was said, so that the map of now can be made without reading everything again."""

    def __init__(self, demonstration: Demonstration, start_s: int) -> None:
        super().__init__(demonstration, start_s)
        self.said: list[Entry] = []
        self.serial = 0
        self.compiled: Compile = stub_map
        self.territories: tuple[TerritoryRef, ...] = ()  # in turn; made-up ones where there are none

    def file_together(
        self, acts: Iterable[tuple[str, Statement]], *, cosigned: bool = True, blobs: Iterable[bytes] = ()
    ) -> list[str]:
        acts = list(acts)
        leaves = super().file_together(acts, cosigned=cosigned, blobs=blobs)
        for (seat, statement), leaf in zip(acts, leaves, strict=True):
            key = self.demonstration.signers[seat].public_key
            self.said.append(Entry(index=len(self.said), statement=statement, key=key, leaf=leaf))
        return leaves

    def prefix(self) -> Prefix:
        """What `decide` reads, as of the newest checkpoint."""
        world = self.demonstration
        return Prefix(
            log=world.trust.log,
            entries=tuple(self.said),
            checkpoints=tuple(witnessed(accepted(one, world.policy)) for one in self.log.timeline),
            keyrings={world.trust.keyring_sha256: world.keyring},
            rules={world.trust.rules_sha256: world.rules},
            keyring_sha256=world.trust.keyring_sha256,
            rules_sha256=world.trust.rules_sha256,
        )

    def map_now(self) -> CompiledMap:
        prefix = self.prefix()
        return self.compiled(prefix, decide(prefix, self.now_s))

    def release_now(self, **changed: Any) -> CompiledMap:
        """Release the map that follows; what it is."""
        made = self.map_now()
        self.release(made.sha256, made.next_change_s, **changed)
        return made

    def obey(self, made: CompiledMap, size: int, **changed: Any) -> None:
        """Both points report that they obey a map of so many entries."""
        for seat, layer in POINTS.items():
            report = EnforcementReport(
                log=self.demonstration.trust.log,
                point=seat,
                layer=layer,
                map_sha256=made.sha256,
                size=size,
                since=instant_text(self.now_s),
            )
            self.file(seat, replace(report, **changed))

    def settle(self) -> None:
        """Release the map that follows, and have it obeyed."""
        size = self.newest.size
        made = self.release_now()
        self.wait(30)
        self.obey(made, size)

    def ask(self, seat: str = "ministry", **changed: Any) -> str:
        """File a request; its leaf."""
        (leaf,) = self.file(seat, self.request_of(**changed))
        return leaf

    def request_of(
        self, state: ServiceState = ServiceState.SERVED, start_in_s: int = 0, last_s: int | None = None, **changed: Any
    ) -> Request:
        self.serial += 1
        emergency = state is ServiceState.EMERGENCY_SERVED
        start_s = self.now_s + start_in_s
        last_s = (5 if emergency else 30) * DAY_S if last_s is None else last_s
        effect = Effect(
            state=state,
            territories=(self._territory(),),
            classes=frozenset({ServiceClass.PRESS, ServiceClass.BUSINESS}),
            start=instant_text(start_s),
            until=instant_text(start_s + last_s),
            review_by=instant_text(start_s + max(last_s - DAY_S, 1)),
        )
        request = Request(
            log=self.demonstration.trust.log,
            nonce=f"{self.serial:032x}",
            title_en=f"Request {self.serial}",
            title_ar=f"الطلب {self.serial}",
            requester=Party(kind=RequesterKind.NGO, id=f"asker-{self.serial}"),
            channel=Channel.EMAIL,
            action=Action.ACTIVATE,
            purposes=frozenset({Purpose.MEDICAL}),
            legal_basis=LegalBasis.STATUTE,
            legal_basis_status=LegalBasisStatus.ASSERTED,
            effect=effect,
        )
        return replace(request, **changed)

    def _territory(self) -> TerritoryRef:
        if self.territories:
            return self.territories[self.serial % len(self.territories)]
        digest = hashlib.sha256(str(self.serial).encode()).hexdigest()
        return TerritoryRef(id=f"T-{self.serial}", resolution=5, containment=Containment.FULL, cells_sha256=digest)

    def granted(self, *seats: str, **asked: Any) -> str:
        """A request that these seats approve (the ordinary quorum unless others are named); its leaf."""
        seats = seats or VOTERS
        leaf = self.ask(**asked)
        self.wait(60)
        self.declare(leaf, *seats)
        self.wait(60)
        self.approve(leaf, *seats)
        return leaf


def next_keyring(world: Demonstration) -> Keyring:
    """A second version of the keyring, which differs by its number only."""
    return replace(world.keyring, version=2, previous_sha256=keyring_digest(world.keyring))


def rich(sitting: Watched | None = None) -> Watched:
    """About sixty entries in which nearly everything happens once, all of it in time."""
    sitting = Watched(WORLD, START_S) if sitting is None else sitting
    world = sitting.demonstration
    first = sitting.granted()
    sitting.wait(60)
    sitting.settle()
    emergency = sitting.granted("op-2", "humanitarian-seat", state=ServiceState.EMERGENCY_SERVED)
    sitting.wait(60)
    sitting.settle()
    sitting.wait(4 * HOUR_S)
    sitting.declare(emergency, "op-1", "press-freedom-seat", "counsel-b")
    sitting.ratify(emergency, "op-1", "press-freedom-seat", "counsel-b")
    sitting.wait(60)
    sitting.settle()
    refused = sitting.ask("agency")
    sitting.wait(60)
    sitting.declare(refused, "counsel-a", "counsel-b", "counsel-c")
    sitting.refuse(refused, "counsel-a", "counsel-b", "counsel-c")
    sitting.wait(DAY_S)
    sitting.declare(first, *VOTERS)
    sitting.suspend(first, frozenset({ServiceClass.BUSINESS}), sitting.now_s + 3 * DAY_S, *VOTERS)
    sitting.wait(60)
    sitting.settle()
    sitting.review(emergency, "counsel-c")
    sitting.wait(HOUR_S)
    sitting.declare(first, *VOTERS)
    sitting.revoke(first, *VOTERS)
    sitting.wait(60)
    sitting.settle()
    second = next_keyring(world)
    change = KeyringChange(
        log=world.trust.log,
        version=2,
        keyring_sha256=keyring_digest(second),
        previous_sha256=second.previous_sha256,
    )
    sitting.log.add_blobs([keyring_bytes(second)])
    sitting.file_together([(seat, change) for seat in VOTERS])
    return sitting


def random_history(rng: random.Random) -> Watched:
    """A sound history of random acts: every change released and obeyed within the hour."""
    sitting = Watched(WORLD, START_S + rng.randrange(10**6))
    leaves: list[str] = []
    for _ in range(rng.randrange(1, 4)):
        choice = rng.random()
        if choice < 0.5:
            voters = (
                rng.choice(("op-1", "op-2")),
                rng.choice(("humanitarian-seat", "press-freedom-seat")),
                "counsel-b",
            )
            leaves.append(sitting.granted(*voters, start_in_s=rng.choice((0, 0, 2 * DAY_S))))
        elif choice < 0.7:
            sitting.granted("op-2", "press-freedom-seat", state=ServiceState.EMERGENCY_SERVED)
        elif choice < 0.85:
            sitting.ask("agency")
        elif leaves:
            sitting.declare(leaves[-1], *VOTERS)
            sitting.revoke(leaves.pop(), *VOTERS)
        if sitting.log.size:
            sitting.wait(rng.randrange(1, 1_800))
            sitting.settle()
            sitting.wait(rng.randrange(1, 1_800))
    if not sitting.log.size:
        sitting.ask()
    return sitting
