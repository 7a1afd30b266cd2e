"""What became of a history, decided twice: by the fast way and by the slow one."""

from __future__ import annotations

from typing import Any

from hudhud.record.decide import decide
from hudhud.record.history import (
    Decided,
    Outcomes,
    State,
    Why,
)
from hudhud.record.words import RequesterKind, ServiceState
from record import slow_decide
from record.record_factory import (
    DAY_S,
    Pen,
    effect,
    keyring,
)

ALL_THREE = ("op1", "press-freedom-seat", "counsel-a")
EMERGENCY = ServiceState.EMERGENCY_SERVED
NGO = RequesterKind.NGO


def settled(pen: Pen, at_s: int | None = None, **changed: Any) -> Outcomes:
    """What became of a history, on which both ways to decide agree."""
    prefix = pen.prefix(**changed)
    at_s = pen.now_s if at_s is None else at_s
    found = decide(prefix, at_s)
    assert found == slow_decide.decide(prefix, at_s)
    return found


def state(pen: Pen, at_s: int | None = None, **changed: Any) -> State:
    return settled(pen, at_s, **changed).requests[0].state


def decided(pen: Pen, at_s: int | None = None, place: int = 0) -> Decided:
    found = settled(pen, at_s).requests[place].decided
    assert found is not None
    return found


def why(pen: Pen, leaf: str, **changed: Any) -> Why | None:
    """Why the entry of a leaf counts for nothing."""
    index = max(one.index for one in pen.entries if one.leaf == leaf)
    return next((one.why for one in settled(pen, **changed).void if one.index == index), None)


def emergency(now_s: int, days: float = 14, **changed: Any) -> Any:
    return effect(now_s, now_s + int(days * DAY_S), EMERGENCY, **changed)


def forged(**changed: Any) -> dict[str, Any]:
    """A keyring that `keyring_from` would refuse, as if it had slipped through."""
    known = keyring(**changed)
    return {"keyrings": {"f0" * 32: known}, "keyring_sha256": "f0" * 32}
