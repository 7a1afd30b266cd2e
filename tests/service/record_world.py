"""Records over a small world for tests: forty cells, a few territories kept beside the log, real signatures and witnesses."""

import hashlib
from typing import Any

import numpy as np

from hudhud.record.demonstration import Demonstration, demonstration
from hudhud.record.envelope import envelope_bytes, sign
from hudhud.record.forms import instant_s, instant_text
from hudhud.record.parts import Effect, Party, TerritoryRef
from hudhud.record.release import Ticket
from hudhud.record.sitting import Sitting
from hudhud.record.statements import Request, Statement
from hudhud.record.words import (
    Action,
    Channel,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    RequesterKind,
)
from hudhud.service.catalogue import Runs, Territories
from hudhud.service.decision import ALL_CLASSES
from hudhud.service.joint import Touched
from hudhud.service.recorded import Atlas, compile
from hudhud.service.service_map import ServiceMap
from hudhud.service.territory import Territory, cell_text, territory
from hudhud.service.vocabulary import Containment, Layer, ServiceState
from hudhud.sky.hexagons import NUMBERS
from service.decision_factory import WORLD, base

START_S = instant_s("2026-05-30T18:00:12Z")
HOUR_S, DAY_S = 3_600, 86_400
VOTERS = ("op-1", "humanitarian-seat", "counsel-a")
EMERGENCY = ("op-1", "humanitarian-seat")
CITY = territory("city", [45, 46, 47], Containment.FULL)
PROVINCE = territory("province", list(range(44, 60)), Containment.FULL)
LAND = territory("land", list(range(42, 70)), Containment.OVERLAP)

_EMPTY = np.zeros(0, dtype=np.int32)
_NOTHING = np.zeros(NUMBERS, dtype=np.uint8)


def atlas(**changed: Any) -> Atlas:
    """No packaged territories; the ground is `base` over the small world."""
    runs = Runs(offset=np.zeros(1, dtype=np.int64), start=_EMPTY, stop=_EMPTY, level=np.zeros(0, dtype=np.uint8))
    counts = Touched(
        whole=_NOTHING,
        regions={},
        coast=_NOTHING.astype(np.bool_),
        gap=_NOTHING.astype(np.bool_),
        beyond=_NOTHING.astype(np.bool_),
    )
    given = {"catalogue": Territories(rows=(), runs=runs), "counts": counts, "ground": base(), "world": WORLD}
    return Atlas(**(given | changed))


def demo() -> Demonstration:
    """The demonstration with keys that anybody can make again."""
    return demonstration(lambda name: hashlib.sha256(f"test {name}".encode()).digest())


DEMO = demo()


def sitting(start_s: int = START_S) -> Sitting:
    """A history to be written, whose territories lie beside the log."""
    made = Sitting(DEMO, start_s)
    made.log.add_blobs([cell_text(each.number, each.containment) for each in (CITY, PROVINCE, LAND)])
    return made


def reference(place: Territory, **changed: Any) -> TerritoryRef:
    """A territory as the record names it."""
    given = {
        "id": place.id,
        "resolution": 5,
        "containment": place.containment,
        "cells_sha256": place.digest,
    }
    return TerritoryRef(**(given | changed))


def effect(place: Territory, start_s: int, last_s: int | None, **changed: Any) -> Effect:
    """A grant for every class, or a refusal at the terminal, from an instant for so long."""
    state = changed.get("state", ServiceState.SERVED)
    given: dict[str, Any] = {
        "state": state,
        "territories": (reference(place),),
        "classes": ALL_CLASSES,
        "layers": frozenset() if state.serves else frozenset({Layer.TERMINAL}),
        "start": instant_text(start_s),
        "until": None if last_s is None else instant_text(start_s + last_s),
        "review_by": instant_text(start_s + (4 * DAY_S if state is ServiceState.EMERGENCY_SERVED else 90 * DAY_S)),
    }
    return Effect(**(given | changed))


def request(wanted: Effect, nonce: str, **changed: Any) -> Request:
    """The ministry asks."""
    given: dict[str, Any] = {
        "log": DEMO.trust.log,
        "nonce": nonce,
        "title_en": "Service for the city",
        "title_ar": "خدمة للمدينة",
        "requester": Party(kind=RequesterKind.REGULATOR, id="ministry", name="Ministry"),
        "channel": Channel.FILED_PORTAL,
        "action": Action.MODIFY,
        "purposes": frozenset({Purpose.PUBLIC_INTERNET}),
        "legal_basis": LegalBasis.NATIONAL_LICENCE,
        "legal_basis_status": LegalBasisStatus.VERIFIED,
        "effect": wanted,
    }
    return Request(**(given | changed))


def granted(made: Sitting, wanted: Effect, *voters: str, **changed: Any) -> str:
    """File a request and have it approved; the leaf of the request, which is the decision's id."""
    nonce = hashlib.sha256(f"{made.log.size}".encode()).hexdigest()[:32]
    (leaf,) = made.file("ministry", request(wanted, nonce, **changed))
    seats = voters or (EMERGENCY if wanted.state is ServiceState.EMERGENCY_SERVED else VOTERS)
    made.declare(leaf, *seats)
    made.approve(leaf, *seats)
    return leaf


def proven(made: Sitting, over: Atlas | None = None) -> ServiceMap:
    """The map that the history proves now."""
    return compile(made.record(), instant(made.now_s), over or atlas())


def released(made: Sitting, over: Atlas | None = None, **changed: Any) -> tuple[ServiceMap, int]:
    """The map of now, released by the registrar, and the index of the entry."""
    found = proven(made, over)
    made.release(found.digest, **changed)
    return found, made.log.size - 1


def ticket(made: Sitting, index: int) -> Ticket:
    """The entry of an index and its proof under the newest checkpoint."""
    return Ticket(envelope=made.record().entries[index], proof=made.log.proof(index).data)


def signed(seat: str, statement: Statement) -> bytes:
    """An entry as a seat would sign it."""
    signer = DEMO.signers[seat]
    return envelope_bytes(sign(statement, signer, signer.public_key))


def instant(since_1970_s: int) -> np.datetime64:
    """Seconds since 1970 as an instant."""
    return np.datetime64(since_1970_s * 1_000_000_000, "ns")
