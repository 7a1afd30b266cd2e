"""A sitting: the demonstration's seats write a signed history in memory, by a clock that is told when to go on.

For replays of cases, demonstrations and tests.  Every act is a real envelope in a real log with real cosignatures; only the
people and the passing of time are made up.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from hudhud.errors import RecordError
from hudhud.record.demonstration import Demonstration
from hudhud.record.envelope import envelope_bytes, sign
from hudhud.record.forms import instant_text
from hudhud.record.history import Witnessed
from hudhud.record.memory_log import MemoryLog
from hudhud.record.parts import Conflict, Contact, Effect, Seen, effect_digest
from hudhud.record.policy import accepted
from hudhud.record.reading import Record, read_record
from hudhud.record.rules import rules_digest
from hudhud.record.statements import (
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    MapRelease,
    Ratification,
    Recusal,
    Refusal,
    Request,
    Review,
    Revocation,
    Statement,
    Suspension,
)
from hudhud.record.timeline import timeline_digest, witnessed
from hudhud.record.tree import leaf_hash
from hudhud.record.words import Reason, ReviewOutcome, ServiceClass, Verdict

__all__ = ["Sitting"]

_DAY_S = 86_400
_CONTACT_S = 120 * _DAY_S  # what a declaration of contacts covers: more than the rules ask for
_EXPIRY_S = 7 * _DAY_S
_REASONS = frozenset({Reason.HUMANITARIAN_NECESSITY})


class Sitting:
    """A history being written.  now_s: its clock, seconds since 1970; the witnesses are those of the demonstration."""

    def __init__(self, demonstration: Demonstration, start_s: int) -> None:
        self.demonstration = demonstration
        self.now_s = start_s
        self.log = MemoryLog(demonstration.log, demonstration.policy)
        self.log.add_blobs(demonstration.documents)
        self.requests: dict[str, Request] = {}
        self._newest: Witnessed | None = None
        self._rules_sha256 = rules_digest(demonstration.rules)

    def wait(self, duration_s: int) -> None:
        """Let time pass.  Raises RecordError where it would run backwards."""
        if duration_s < 0:
            raise RecordError(f"the clock of a sitting does not go back {-duration_s} s")
        self.now_s += duration_s

    def file(self, seat: str, *statements: Statement, cosigned: bool = True, blobs: Iterable[bytes] = ()) -> list[str]:
        """Sign statements with a seat's key and record them; their leaves.  cosigned: have them cosigned at once."""
        return self.file_together([(seat, one) for one in statements], cosigned=cosigned, blobs=blobs)

    def file_together(
        self, acts: Iterable[tuple[str, Statement]], *, cosigned: bool = True, blobs: Iterable[bytes] = ()
    ) -> list[str]:
        """The same for several seats under one checkpoint."""
        entries = []
        for seat, statement in acts:
            signer = self.demonstration.signers[seat]
            entries.append(envelope_bytes(sign(statement, signer, signer.public_key)))
            if isinstance(statement, Request):
                self.requests[leaf_hash(entries[-1]).hex()] = statement
        self.log.append(entries, blobs)
        if cosigned:
            self.witness()
        return [leaf_hash(one).hex() for one in entries]

    def witness(self, absent: Collection[str] = ()) -> None:
        """Have the witnesses cosign, all but the absent ones."""
        witnesses = [one for name, one in self.demonstration.witnesses.items() if name not in absent]
        self.log.cosign(witnesses, self.now_s)
        self._newest = None

    @property
    def newest(self) -> Witnessed:
        """The newest witnessed checkpoint.  Raises RecordError where there is none."""
        if not self.log.timeline:
            raise RecordError("nothing has been witnessed yet: file something first")
        if self._newest is None:
            self._newest = witnessed(accepted(self.log.timeline[-1], self.demonstration.policy))
        return self._newest

    def seen(self, **changed: Any) -> Seen:
        """What somebody who votes now has before their eyes."""
        seen = Seen(
            size=self.newest.size,
            root=self.newest.root,
            policy_sha256=self._rules_sha256,
            keyring_version=self.demonstration.keyring.version,
        )
        return replace(seen, **changed)

    def record(self) -> Record:
        """The record as anybody would read it.  Raises RecordError where it is not sound."""
        files = self.log.files
        return read_record(files.get, self.demonstration.trust, files)

    # ---- acts ----

    def contacts(self, *contacts: Contact, **changed: Any) -> ContactDeclaration:
        """A declaration of contacts up to now."""
        declared = ContactDeclaration(
            log=self.demonstration.trust.log,
            start=instant_text(self.now_s - _CONTACT_S),
            until=instant_text(self.now_s),
            contacts=contacts,
        )
        return replace(declared, **changed)

    def declare(self, request: str, *seats: str, conflicts: tuple[Conflict, ...] = ()) -> list[str]:
        """Everything that these seats must declare before they vote on a request."""
        log = self.demonstration.trust.log
        acts: list[tuple[str, Statement]] = []
        for seat in seats:
            acts.append((seat, self.contacts()))
            acts.append((seat, ConflictDeclaration(log=log, request=request, conflicts=conflicts)))
        return self.file_together(acts)

    def approval(self, request: str, *, effect: Effect | None = None, **changed: Any) -> Approval:
        """An approval of what a request asks, or of another effect with conditions or in part."""
        asked = self.requests[request].effect
        approval = Approval(
            log=self.demonstration.trust.log,
            request=request,
            effect_sha256=effect_digest(effect or asked),
            seen=self.seen(),
            impact_sha256="1a" * 32,
            verdict=Verdict.GRANTED if effect in (None, asked) else Verdict.GRANTED_WITH_CONDITIONS,
            reasons=_REASONS,
            expires=instant_text(self.now_s + _EXPIRY_S),
        )
        return replace(approval, **changed)

    def approve(self, request: str, *seats: str, **changed: Any) -> list[str]:
        """These seats approve, one after the other, under one checkpoint."""
        return self.file_together([(seat, self.approval(request, **changed)) for seat in seats])

    def refuse(self, request: str, *seats: str, **changed: Any) -> list[str]:
        """These seats say no."""
        fields: dict[str, Any] = {"verdict": Verdict.REFUSED, "reasons": frozenset({Reason.ESCALATION_RISK})} | changed
        refusal = Refusal(log=self.demonstration.trust.log, request=request, seen=self.seen(), **fields)
        return self.file_together([(seat, refusal) for seat in seats])

    def recuse(self, request: str, seat: str, **changed: Any) -> list[str]:
        """This seat takes no part."""
        fields: dict[str, Any] = {"reasons": frozenset({Reason.CONFLICT_OF_INTEREST})} | changed
        return self.file(seat, Recusal(log=self.demonstration.trust.log, request=request, **fields))

    def ratify(self, decision: str, *seats: str, **changed: Any) -> list[str]:
        """These seats confirm an emergency decision."""
        fields: dict[str, Any] = {"reasons": _REASONS, "expires": instant_text(self.now_s + _EXPIRY_S)} | changed
        ratification = Ratification(log=self.demonstration.trust.log, decision=decision, seen=self.seen(), **fields)
        return self.file_together([(seat, ratification) for seat in seats])

    def revoke(self, decision: str, *seats: str, **changed: Any) -> list[str]:
        """These seats vote that a decision end."""
        fields: dict[str, Any] = {
            "impact_sha256": "1b" * 32,
            "reasons": _REASONS,
            "expires": instant_text(self.now_s + _EXPIRY_S),
        }
        revocation = Revocation(
            log=self.demonstration.trust.log, decision=decision, seen=self.seen(), **(fields | changed)
        )
        return self.file_together([(seat, revocation) for seat in seats])

    def suspend(
        self, decision: str, classes: frozenset[ServiceClass], until_s: int, *seats: str, **changed: Any
    ) -> list[str]:
        """These seats vote that a decision rest for some classes from now until an instant."""
        fields: dict[str, Any] = {
            "impact_sha256": "1c" * 32,
            "classes": classes,
            "start": instant_text(self.now_s),
            "until": instant_text(until_s),
            "reasons": frozenset({Reason.ABUSE}),
            "expires": instant_text(self.now_s + _EXPIRY_S),
        }
        suspension = Suspension(
            log=self.demonstration.trust.log, decision=decision, seen=self.seen(), **(fields | changed)
        )
        return self.file_together([(seat, suspension) for seat in seats])

    def review(self, decision: str, seat: str, **changed: Any) -> list[str]:
        """This seat has looked at a decision again."""
        fields: dict[str, Any] = {
            "outcome": ReviewOutcome.STANDS,
            "findings": "Looked at again; it stands.",
            "review_by": instant_text(self.now_s + 180 * _DAY_S),
        }
        review = Review(log=self.demonstration.trust.log, decision=decision, seen=self.seen(), **(fields | changed))
        return self.file(seat, review)

    def release(self, map_sha256: str, next_change_s: int | None = None, **changed: Any) -> str:
        """The registrar releases the map that follows from what has been witnessed, for the instant of now."""
        newest = self.newest
        release = MapRelease(
            log=self.demonstration.trust.log,
            map_sha256=map_sha256,
            size=newest.size,
            root=newest.root,
            timeline_sha256=timeline_digest(self.log.timeline),
            at=instant_text(max(self.now_s, newest.at_s)),
            next_change_at=None if next_change_s is None else instant_text(next_change_s),
        )
        return self.file("registrar", replace(release, **changed))[0]
