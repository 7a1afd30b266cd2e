"""What is known of requests and decisions while the log is read: who signs, whose votes stand, what ended when.

The working papers of `decide`: requests (`Case`) and decisions (`Grant`) change while entries are heard, everything else is
plain values.  Nothing here outlives one call of `decide`.
"""

import functools
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from hudhud.record.canonical import LARGEST
from hudhud.record.forms import instant_s
from hudhud.record.history import Decided, RequestOutcome, Rest, State, Why, WithheldOutcome
from hudhud.record.keyring import Keyring
from hudhud.record.parts import Conflict, Effect, effect_digest
from hudhud.record.policy import Groups
from hudhud.record.rules import Rules
from hudhud.record.statements import Approval, Request, Revocation, Suspension
from hudhud.record.words import College, Reason, RedactionClass, ServiceState, Verdict

__all__ = [
    "Bench",
    "Case",
    "Grant",
    "Hidden",
    "Holder",
    "Voice",
    "act_fault",
    "agreeing",
    "approval_fault",
    "begin_again",
    "bench_of",
    "conflict_counts",
    "counted",
    "digest_of",
    "ended_fault",
    "has_stake",
    "indices",
    "met",
    "names_of",
    "outcome_of",
    "proposed",
    "seconds",
    "stakes",
    "state_of",
    "voice_fault",
    "withheld_outcome",
]

_DAY_S = 86_400
_TRUSTEES = 2  # organisations that must hold what is withheld
_NO_REPORT = ("0" * 64, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")  # nothing, and its SHA-256

seconds = functools.lru_cache(maxsize=65_536)(instant_s)
"""`instant_s`, remembered: one history names few instants many times."""

digest_of = functools.lru_cache(maxsize=16_384)(effect_digest)
"""`effect_digest`, remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who signs with a key.  organisation: the one as which theirs counts."""

    key: bytes
    seat: str
    college: College
    person: str
    organisation: str
    from_entry: int
    until_entry: int

    def valid_at(self, index: int) -> bool:
        return self.from_entry <= index < self.until_entry


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Bench:
    """A keyring made ready for looking up.  holders: by key, several where a key has aliases."""

    version: int
    groups: Groups
    holders: dict[bytes, tuple[Holder, ...]]
    counted_as: dict[str, str]

    def holder(self, key: bytes, index: int) -> Holder | Why:
        """Who signs the entry of this index with this key, or why nobody does."""
        found = self.holders.get(key, ())
        if not found:
            return Why.UNKNOWN_KEY
        if len(found) > 1:
            return Why.ALIAS_KEY
        return found[0] if found[0].valid_at(index) else Why.KEY_OUT_OF_WINDOW

    def voter(self, key: bytes, index: int) -> Holder | Why:
        """The same, for what only seats with a vote may say."""
        found = self.holder(key, index)
        return found if isinstance(found, Why) or found.college.votes else Why.WRONG_SEAT


@functools.lru_cache(maxsize=256)
def bench_of(keyring: Keyring) -> Bench:
    persons = {one.id: keyring.organisation_of(one.id) for one in keyring.persons}
    colleges = {one.id: one.college for one in keyring.seats}
    holders: dict[bytes, tuple[Holder, ...]] = {}
    for key in keyring.keys:
        holder = Holder(
            key=key.raw,
            seat=key.seat,
            college=colleges[key.seat],
            person=key.person,
            organisation=persons[key.person],
            from_entry=key.from_entry,
            until_entry=LARGEST if key.until_entry is None else key.until_entry,
        )
        holders[key.raw] = (*holders.get(key.raw, ()), holder)
    return Bench(
        version=keyring.version,
        groups=keyring.quorums(),
        holders=holders,
        counted_as=_tops({one.id: one.counts_as for one in keyring.organisations}),
    )


def _tops(above: dict[str, str | None]) -> dict[str, str]:
    """For each organisation the one as which it counts in the end.  The keyring has no circles."""
    tops = {}
    for id in above:
        top = id
        while (over := above[top]) is not None:
            top = over
        tops[id] = top
    return tops


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """A vote that was heard.  effect: digest of what it agrees to, None for a no.  expires_s: counts before that only."""

    index: int
    holder: Holder
    reasons: frozenset[Reason]
    expires_s: int = LARGEST
    effect: str | None = None
    verdict: Verdict = Verdict.GRANTED


def voice_fault(voices: Iterable[Voice], holder: Holder) -> Why | None:
    """Why a holder may not speak: by key, then seat, then person, then organisation."""
    voices = tuple(voices)
    if any(one.holder.key == holder.key or one.holder.seat == holder.seat for one in voices):
        return Why.DOUBLE_VOTE
    if any(one.holder.person == holder.person for one in voices):
        return Why.SAME_PERSON
    if any(one.holder.organisation == holder.organisation for one in voices):
        return Why.SAME_ORGANISATION
    return None


@dataclass(kw_only=True, slots=True, eq=False)
class Grant:
    """A decision while the log is read: what was agreed, and what later entries made of it."""

    case: "Case"
    index: int
    decided_s: int
    verdict: Verdict
    effect: Effect
    voices: tuple[Voice, ...]
    start_s: int
    stated_until_s: int | None
    chain_s: int  # when the first of the emergencies on end over its territory was decided
    supersedes: tuple["Grant", ...]
    review_by_s: int
    reviewed: bool = False
    superseded_by: list["Grant"] = field(default_factory=list)
    ratifying: list[Voice] = field(default_factory=list)
    ratified_s: int | None = None
    ratified_by: tuple[int, ...] = ()
    revoked_s: int | None = None
    revoked_by: tuple[int, ...] = ()
    rests: list[Rest] = field(default_factory=list)
    begins: bool = True  # whether it ever comes into force, as far as is known

    @property
    def emergency(self) -> bool:
        return self.effect.state is ServiceState.EMERGENCY_SERVED

    @property
    def lapse_s(self) -> int:
        """When it lapses unless ratified before."""
        return self.chain_s + self.case.rules.emergency_s

    def end(self) -> tuple[int, State]:
        """When it ends, as far as is known, and in which state its request is then.  LARGEST for never."""
        ends = [(LARGEST if self.stated_until_s is None else self.stated_until_s, State(self.verdict.value))]
        if self.revoked_s is not None:
            ends.append((self.revoked_s, State.REVOKED))
        ends += [(one.start_s, State.SUPERSEDED) for one in self.superseded_by if one.begins]
        if self.emergency and self.ratified_s is None:
            ends.append((self.lapse_s, State.LAPSED))
        elif self.emergency:
            ends.append((self.chain_s + self.case.rules.emergency_cap_s, State(self.verdict.value)))
        return min(ends, key=lambda one: one[0])


def begin_again(grant: Grant) -> None:
    """Work out anew whether a decision begins, and then those whose end depends on that.

    Whether one begins depends only on later ones that begin before it, so in this order none is looked at too early.
    """
    turns = [(grant.start_s, grant.index, grant)]
    while turns:
        _, _, one = heapq.heappop(turns)
        begins = one.end()[0] >= one.start_s
        if begins is not one.begins:
            one.begins = begins
            for each in one.supersedes:
                heapq.heappush(turns, (each.start_s, each.index, each))


@dataclass(kw_only=True, slots=True, eq=False)
class Case:
    """A request while the log is read.  bench, rules: those in force when it was filed; later ones never apply to it."""

    index: int
    leaf: str
    request: Request
    received_s: int
    bench: Bench
    rules: Rules
    rules_sha256: str
    quorum: str
    proposer: Holder | None
    effect_sha256: str = ""
    stakes: frozenset[str] = frozenset()
    voices: list[Voice] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    recused: set[str] = field(default_factory=set)
    answer: State | None = None
    answered_s: int | None = None
    why: Why | None = None
    grant: Grant | None = None

    @property
    def emergency(self) -> bool:
        return self.request.effect.state is ServiceState.EMERGENCY_SERVED

    @property
    def deadline_s(self) -> int:
        return self.received_s + (self.rules.emergency_deadline_s if self.emergency else self.rules.deadline_s)

    @property
    def lapse_s(self) -> int:
        return self.received_s + (self.rules.emergency_lapse_s if self.emergency else self.rules.lapse_s)

    def settled(self, now_s: int) -> Why | None:
        """Why no vote is heard any more."""
        if self.answer is not None:
            return Why.AFTER_DECISION
        return Why.AFTER_LAPSE if now_s >= self.lapse_s else None

    def standing(self, now_s: int) -> list[Voice]:
        """The votes that count at an instant."""
        return [one for one in self.voices if now_s < one.expires_s and one.holder.person not in self.recused]

    def close(self, answer: State, now_s: int, why: Why | None = None) -> None:
        self.answer, self.answered_s, self.why = answer, now_s, why


def stakes(case: Case) -> frozenset[str]:
    """Ids of everybody with a stake: who asks, for whom, who gains, who claims or controls the territory.

    Whoever files under its own name asks; a registrar files what others ask.
    """
    request = case.request
    parties = [request.requester, request.on_behalf_of, *request.benefit_to]
    ids = {one.id for one in parties if one is not None and one.id is not None}
    for one in request.effect.territories:
        ids |= one.claimed_by
        ids |= {one.controlled_by} if one.controlled_by is not None else set()
    if case.proposer is not None and case.proposer.college is not College.REGISTRAR:
        ids.add(case.proposer.organisation)
    return frozenset(case.bench.counted_as.get(id, id) for id in ids) | ids


def has_stake(case: Case, holder: Holder, bench: Bench) -> bool:
    """Whether somebody's organisation has a stake, as the keyring of the request or the one of this bench counts it."""
    if holder.organisation in case.stakes:
        return True
    return bench is not case.bench and any(bench.counted_as.get(id) == holder.organisation for id in case.stakes)


def proposed(case: Case, holder: Holder) -> bool:
    proposer = case.proposer
    return proposer is not None and (holder.key == proposer.key or holder.person == proposer.person)


def conflict_counts(conflict: Conflict, since_s: int) -> bool:
    """Whether a conflict lasts, or ended only after an instant."""
    return conflict.until is None or seconds(f"{conflict.until}T00:00:00Z") + _DAY_S > since_s


def approval_fault(case: Case, vote: Approval, now_s: int) -> Why | None:
    if seconds(vote.expires) <= now_s:
        return Why.EXPIRED
    as_asked = vote.effect_sha256 == case.effect_sha256
    if as_asked != (vote.verdict is Verdict.GRANTED):
        return Why.WRONG_EFFECT
    return Why.NO_IMPACT if vote.impact_sha256 in _NO_REPORT else None


def act_fault(vote: Revocation | Suspension, effect: Effect, rules: Rules, now_s: int) -> Why | None:
    if seconds(vote.expires) <= now_s:
        return Why.EXPIRED
    if vote.impact_sha256 in _NO_REPORT:
        return Why.NO_IMPACT
    if isinstance(vote, Revocation):
        return None
    if not vote.classes <= effect.classes:
        return Why.WRONG_EFFECT
    if seconds(vote.until) <= now_s:
        return Why.WINDOW_OVER
    too_long = seconds(vote.until) - seconds(vote.start) > rules.window_s
    return Why.WINDOW_TOO_LONG if too_long else None


def ended_fault(grant: Grant, now_s: int) -> Why | None:
    end_s, state = grant.end()
    if now_s < end_s:
        return None
    return Why.AFTER_LAPSE if state is State.LAPSED else Why.AFTER_DECISION


def agreeing(case: Case, verdict: Verdict, effect: str, now_s: int) -> list[Voice]:
    return [one for one in case.standing(now_s) if one.effect == effect and one.verdict is verdict]


def met(bench: Bench, group: str, voices: Iterable[Voice]) -> bool:
    return bench.groups.met(group, {one.holder.seat for one in voices})


def indices(voices: Iterable[Voice]) -> tuple[int, ...]:
    return tuple(one.index for one in voices)


def names_of(effect: Effect) -> set[str]:
    """Names of its territories, by id and by cells: effects over the same territory have one in common."""
    return {name for one in effect.territories for name in (one.id, one.cells_sha256)}


@dataclass(kw_only=True, slots=True, eq=False)
class Hidden:
    """Something that an entry withholds, while the log is read.  trustees: organisation of each seat that holds it."""

    index: int
    kind: RedactionClass
    digest: str
    due_s: int
    trustees: dict[str, str] = field(default_factory=dict)
    told_s: int | None = None

    @property
    def deposited(self) -> bool:
        return len(set(self.trustees.values())) >= _TRUSTEES

    @property
    def safe(self) -> bool:
        """Whether it cannot be lost: enough trustees hold it, or it has been told."""
        return self.deposited or self.told_s is not None


def withheld_outcome(hidden: Hidden, at_s: int) -> WithheldOutcome:
    return WithheldOutcome(
        index=hidden.index,
        kind=hidden.kind,
        digest=hidden.digest,
        trustees=tuple(hidden.trustees),
        deposited=hidden.deposited,
        due_s=hidden.due_s,
        disclosed_s=hidden.told_s,
        overdue=(at_s if hidden.told_s is None else hidden.told_s) >= hidden.due_s,
    )


def state_of(case: Case, at_s: int) -> State:
    if case.grant is not None:
        end_s, state = case.grant.end()
        return state if at_s >= end_s else State(case.grant.verdict.value)
    if case.answer is not None:
        return case.answer
    return State.LAPSED if at_s >= case.lapse_s else State.WAITING


def counted(case: Case, at_s: int) -> Iterable[Voice]:
    """The votes that count: those that made the decision, or stand while there is none; all where it was refused."""
    if case.grant is not None:
        return case.grant.voices
    return case.standing(at_s) if case.answer is None else case.voices


def outcome_of(case: Case, at_s: int) -> RequestOutcome:
    state = state_of(case, at_s)
    answered_s = case.answered_s
    late = at_s if answered_s is None else answered_s
    return RequestOutcome(
        index=case.index,
        leaf=case.leaf,
        state=state,
        received_s=case.received_s,
        deadline_s=case.deadline_s,
        lapse_s=case.lapse_s,
        overdue=late >= case.deadline_s,
        quorum=case.quorum,
        keyring_version=case.bench.version,
        rules_sha256=case.rules_sha256,
        answered_s=answered_s,
        why=case.why,
        counts=indices(counted(case, at_s)),
        decided=None if case.grant is None else _decided(case.grant, at_s),
    )


def _decided(grant: Grant, at_s: int) -> Decided:
    end_s, _ = grant.end()
    missed = at_s >= grant.review_by_s
    return Decided(
        id=grant.case.leaf,
        index=grant.index,
        decided_s=grant.decided_s,
        verdict=grant.verdict,
        effect=grant.effect,
        reasons=frozenset(reason for one in grant.voices for reason in one.reasons),
        votes=indices(grant.voices),
        start_s=grant.start_s,
        until_s=None if end_s == LARGEST else end_s,
        moved_up=grant.start_s > seconds(grant.effect.start),
        emergency=grant.emergency,
        review_by_s=grant.review_by_s,
        review_overdue=missed and (end_s > grant.review_by_s or (grant.emergency and not grant.reviewed)),
        supersedes=frozenset(one.case.leaf for one in grant.supersedes),
        ratified_s=grant.ratified_s,
        ratified_by=grant.ratified_by,
        revoked_by=grant.revoked_by,
        rests=tuple(grant.rests),
    )
