"""The rules of deciding: which quorum an act needs, and how long anything may take or last.

A document beside the log, named by its digest; every vote names the one it was cast under.  Its form sets the widest bounds:
a policy may be stricter than they are, never laxer, so that no majority can vote an emergency into a standing state.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import canonical_bytes, read_canonical
from hudhud.record.forms import Digest, Id, Origin, Whole, form_of
from hudhud.record.policy import NONE

__all__ = [
    "LONGEST_EMERGENCY_S",
    "SKEW_S",
    "Rules",
    "rules_bytes",
    "rules_digest",
    "rules_from",
    "rules_successor_faults",
]

_WHAT = "the rules of deciding"
_HOUR_S = 3_600
_DAY_S = 24 * _HOUR_S

LONGEST_EMERGENCY_S = 15 * _DAY_S
"""No rules let an emergency last longer, or one after it over the same territory begin sooner."""

SKEW_S = 60
"""By how much the clocks of honest people may differ, whatever the rules."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """One version of the rules.  Names of groups are those of the keyring; durations in seconds, `_s`.

    ordinary, emergency, lifelines, change: the group that must agree to an ordinary effect, to an emergency grant, to taking
    service from classes that save lives, and to a new keyring or new rules.
    deadline_s, emergency_deadline_s: after which a request is overdue; lapse_s, emergency_lapse_s: after which it has lapsed.
    emergency_s: how long an emergency grant lasts unless ratified; emergency_cap_s: how long at most; emergency_review_s:
    within what time somebody independent looks at it.  window_s: longest window of another effect; review_s: longest time
    until a review.  contact_window_s: how far back a contact declaration reaches; declaration_age_s: how much time may lie
    between its end and the vote; conflict_window_s: how long a conflict that has ended still counts.  disclosure_s: within
    what time whatever an entry withholds is told.
    """

    log: Origin
    version: Annotated[int, Whole(least=1)] = 1
    previous_sha256: Digest | None = None
    ordinary: Id = "ordinary"
    emergency: Id = "emergency-on"
    lifelines: Id = "suspend-humanitarian"
    change: Id = "ordinary"
    deadline_s: Annotated[int, Whole(least=1, most=72 * _HOUR_S)] = 72 * _HOUR_S
    emergency_deadline_s: Annotated[int, Whole(least=1, most=4 * _HOUR_S)] = 4 * _HOUR_S
    lapse_s: Annotated[int, Whole(least=1, most=90 * _DAY_S)] = 30 * _DAY_S
    emergency_lapse_s: Annotated[int, Whole(least=1, most=_DAY_S)] = _DAY_S
    emergency_s: Annotated[int, Whole(least=1, most=_DAY_S)] = _DAY_S
    emergency_cap_s: Annotated[int, Whole(least=1, most=LONGEST_EMERGENCY_S)] = LONGEST_EMERGENCY_S
    emergency_review_s: Annotated[int, Whole(least=1, most=5 * _DAY_S)] = 5 * _DAY_S
    window_s: Annotated[int, Whole(least=1, most=180 * _DAY_S)] = 180 * _DAY_S
    review_s: Annotated[int, Whole(least=1, most=365 * _DAY_S)] = 365 * _DAY_S
    contact_window_s: Annotated[int, Whole(least=30 * _DAY_S, most=3_650 * _DAY_S)] = 90 * _DAY_S
    declaration_age_s: Annotated[int, Whole(least=1, most=7 * _DAY_S)] = _DAY_S
    conflict_window_s: Annotated[int, Whole(least=30 * _DAY_S, most=3_650 * _DAY_S)] = 365 * _DAY_S
    disclosure_s: Annotated[int, Whole(least=_DAY_S, most=365 * _DAY_S)] = 90 * _DAY_S

    def problems(self) -> Iterator[str]:
        if (self.version == 1) != (self.previous_sha256 is None):
            yield f"are version {self.version}: the first names none before it, every other does"
        if self.emergency_s > self.emergency_cap_s:
            yield "let an emergency last longer unratified than at most: lower emergency_s or raise emergency_cap_s"
        if self.deadline_s > self.lapse_s or self.emergency_deadline_s > self.emergency_lapse_s:
            yield "let a request lapse before it is overdue: raise the lapse or lower the deadline"
        if NONE in (self.ordinary, self.emergency, self.lifelines, self.change):
            yield f"name the group {NONE}, which nobody need join: name one of the keyring's"


def rules_from(data: bytes) -> Rules:
    """The rules that canonical bytes write.  Raises RecordError with every fault."""
    faults: list[Fault] = []
    found = form_of(Rules).read(read_canonical(data, _WHAT), "", faults)
    if faults:
        raise RecordError(f"{_WHAT} were refused", faults)
    made: Rules = found
    return made


def rules_bytes(rules: Rules) -> bytes:
    """The rules as canonical bytes.  Raises RecordError with every fault of ones that could not be read back."""
    data = canonical_bytes(form_of(Rules).write(rules), _WHAT)
    rules_from(data)
    return data


def rules_digest(rules: Rules) -> str:
    """The digest that names rules in the record: SHA-256 of their bytes, hexadecimal."""
    return hashlib.sha256(rules_bytes(rules)).hexdigest()


def rules_successor_faults(old: Rules, new: Rules) -> tuple[Fault, ...]:
    """Why rules cannot follow others; nothing where they can."""
    return tuple(_successor_faults(old, new))


def _successor_faults(old: Rules, new: Rules) -> Iterator[Fault]:
    if new.log != old.log:
        yield Fault(where="log", problem=f"is {new.log!r}; the rules before are of {old.log!r}")
    if new.version != old.version + 1:
        problem = f"is {new.version}; expected {old.version + 1}: versions follow one by one"
        yield Fault(where="version", problem=problem)
    if new.previous_sha256 != rules_digest(old):
        problem = f"is {new.previous_sha256 or 'left out'}; expected {rules_digest(old)}, of version {old.version}"
        yield Fault(where="previous_sha256", problem=problem)
