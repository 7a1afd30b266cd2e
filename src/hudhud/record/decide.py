"""What became of every request: a pure function of the first entries of the log.

`decide` goes through the entries once, in order.  Each entry either breaks a rule and counts for nothing, with the reason, or
changes the state of what it is about.  Quorums count one voice an organisation: the first of its seats that speaks on a matter
speaks for it, so neither one key under two names nor one person in two seats nor two seats of one owner count twice.  The
instant of an entry is that of its first witnessed checkpoint; nothing that was not witnessed by `at_s` has any effect.
What an entry withholds must be held by two trustees before votes on it, or declarations in it, count (`redaction`).

The rules in words, and why they are so: docs/explain/deciding.md.  A second, slow way to the same answers is
tests/record/slow_decide.py; both must agree on every history.  It is one long file because it is one procedure: a hearing for
each kind of entry, and nothing else; what is known of cases meanwhile is in `docket`.
"""

import bisect
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hudhud.errors import RecordError
from hudhud.record.docket import (
    Bench,
    Case,
    Grant,
    Hidden,
    Holder,
    Voice,
    act_fault,
    agreeing,
    approval_fault,
    begin_again,
    bench_of,
    conflict_counts,
    counted,
    digest_of,
    ended_fault,
    has_stake,
    indices,
    met,
    names_of,
    outcome_of,
    proposed,
    seconds,
    stakes,
    state_of,
    voice_fault,
    withheld_outcome,
)
from hudhud.record.history import Entry, Outcomes, Prefix, Released, Reported, Rest, State, Void, Why
from hudhud.record.keyring import successor_faults
from hudhud.record.parts import Effect, Seen
from hudhud.record.redaction import read_disclosure, withheld_of
from hudhud.record.rules import LONGEST_EMERGENCY_S, SKEW_S, Rules, rules_successor_faults
from hudhud.record.statements import (
    Appeal,
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Decision,
    Disclosure,
    EnforcementReport,
    KeyringChange,
    Lapse,
    MapRelease,
    PolicyChange,
    Ratification,
    Recusal,
    RedactionDeposit,
    Refusal,
    Request,
    Review,
    Revocation,
    Suspension,
)
from hudhud.record.words import College, ServiceClass, ServiceState, Verdict

__all__ = ["decide", "decide_along", "quorum_of"]

_FILING = frozenset(College) - {College.TRUSTEE, College.ENFORCEMENT}

_keyring_follows = functools.lru_cache(maxsize=256)(lambda old, new: not successor_faults(old, new))
_rules_follow = functools.lru_cache(maxsize=256)(lambda old, new: not rules_successor_faults(old, new))


def decide(prefix: Prefix, at_s: int) -> Outcomes:
    """What follows from the entries that were witnessed by an instant.  at_s: seconds since 1970; lapses are told up to it.

    Takes time in proportion to the entries.  Raises nothing for whatever an entry says: what breaks a rule is void.
    """
    times = _times_s(prefix, at_s)
    court = _Court(prefix=prefix, times_s=times)
    for entry, now_s in zip(prefix.entries, times, strict=False):
        court.hear(entry, now_s)
    return court.outcomes(at_s)


def decide_along(prefix: Prefix, moments: Sequence[tuple[int, int]]) -> Iterator[Outcomes]:
    """What maps are made of, from more and more of the entries, each heard once: for every (size, at_s) what `decide` says of
    the first `size` entries at that instant, but of requests only those whose decision has not ended by then.

    moments: ascending; each size that of a checkpoint, no instant before its own.
    """
    times = _times_s(prefix, max((at_s for _, at_s in moments), default=0))
    court = _Court(prefix=prefix, times_s=times)
    heard = 0
    for size, at_s in moments:
        for entry, now_s in zip(prefix.entries[heard:size], times[heard:size], strict=True):
            court.hear(entry, now_s)
        heard = max(heard, size)
        live = [case for case in court.all if case.grant is not None and case.grant.end()[0] > at_s]
        yield replace(court.outcomes(at_s, live), size=heard)


def quorum_of(effect: Effect, superseded: Iterable[Effect], rules: Rules) -> str:
    """The group that must agree to an effect.  superseded: effects of the decisions that end when it begins.

    Taking service from classes that save lives needs the quorum of lifelines, by whatever name it is done.
    """
    if effect.state is ServiceState.EMERGENCY_SERVED:
        return rules.emergency
    if not effect.state.serves and _saves_lives(effect.classes):
        return rules.lifelines
    if any(one.state.serves and _saves_lives(one.classes) for one in superseded):
        return rules.lifelines
    return rules.ordinary


def _times_s(prefix: Prefix, at_s: int) -> list[int]:
    """The instant of each entry that was witnessed by `at_s`.  Time never runs backwards: a checkpoint is at least as late
    as the one before it."""
    times: list[int] = []
    latest_s = 0
    for one in prefix.checkpoints:
        latest_s = max(latest_s, one.at_s)
        if latest_s > at_s:
            break
        times += [latest_s] * (one.size - len(times))
    return times


def _readable(disclosure: str) -> bool:
    try:
        read_disclosure(disclosure)
    except RecordError:
        return False
    return True


def _saves_lives(classes: Iterable[ServiceClass]) -> bool:
    return any(one.protected for one in classes)


# ---- the hearing ----


@dataclass(kw_only=True, slots=True, eq=False)
class _Campaign:
    """Votes that one thing be done to a decision, or that a document come into force, counted under one version."""

    voices: list[Voice] = field(default_factory=list)
    done: bool = False


class _Court:
    """What is known after the entries heard so far."""

    def __init__(self, prefix: Prefix, times_s: list[int]) -> None:
        self.prefix = prefix
        self.times_s = times_s
        self.roots = {one.size: one.root for one in prefix.checkpoints}
        self.keyring_sha256, self.rules_sha256 = prefix.keyring_sha256, prefix.rules_sha256
        self.void: list[Void] = []
        self.releases: list[Released] = []
        self.reports: list[Reported] = []
        self.counts: dict[str, bool] = {}  # by leaf of every entry heard
        self.hidden: dict[str, dict[str, Hidden]] = {}  # by leaf of the entry, then by digest
        self.waiting: dict[str, Callable[[], object]] = {}  # what a declaration does once it withholds nothing unsafely
        self.nonces: set[str] = set()
        self.all: list[Case] = []
        self.requests: dict[str, Case] = {}
        self.decisions: dict[str, Grant] = {}  # by leaf of the request, and of every true notice
        self.emergencies: dict[str, list[Grant]] = {}  # by names of their territories, the earliest chains first
        self.contacts: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self.campaigns: dict[tuple[object, ...], _Campaign] = {}
        self.missing: set[str] = set()
        self.bench = bench_of(prefix.keyrings[self.keyring_sha256])
        self.hearings: dict[type, Callable[[Entry, Any, int], Why | None]] = {
            Request: self._request,
            ContactDeclaration: self._contacts,
            ConflictDeclaration: self._conflicts,
            Recusal: self._recusal,
            Approval: self._approval,
            Refusal: self._refusal,
            Decision: self._notice,
            Lapse: self._lapse_notice,
            Ratification: self._ratification,
            Review: self._review,
            Revocation: self._revocation,
            Suspension: self._suspension,
            Appeal: self._appeal,
            MapRelease: self._release,
            EnforcementReport: self._report,
            KeyringChange: self._keyring_change,
            PolicyChange: self._policy_change,
            RedactionDeposit: self._deposit,
            Disclosure: self._disclosure,
        }

    @property
    def rules(self) -> Rules:
        return self.prefix.rules[self.rules_sha256]

    def hear(self, entry: Entry, now_s: int) -> None:
        why = self._heard(entry, now_s)
        self.counts.setdefault(entry.leaf, why is None)
        if why is not None:
            self.void.append(Void(index=entry.index, why=why))
            return
        withheld = withheld_of(entry.statement)
        if withheld:
            due_s = now_s + self.rules.disclosure_s
            hidden = [Hidden(index=entry.index, kind=one.kind, digest=one.digest, due_s=due_s) for one in withheld]
            self.hidden[entry.leaf] = {one.digest: one for one in hidden}
        self._once_safe(entry.leaf)

    def _heard(self, entry: Entry, now_s: int) -> Why | None:
        if entry.leaf in self.counts:
            return Why.REPLAYED_ENTRY
        if entry.statement.log != self.prefix.log:
            return Why.OTHER_LOG
        hearing = self.hearings.get(type(entry.statement))
        if hearing is not None:
            return hearing(entry, entry.statement, now_s)
        found = self.bench.holder(entry.key, entry.index)
        return found if isinstance(found, Why) else None

    # -- requests --

    def _request(self, entry: Entry, request: Request, now_s: int) -> Why | None:
        proposer = self.bench.holder(entry.key, entry.index)
        why = self._request_fault(proposer, request, now_s)
        named = [self.decisions[leaf] for leaf in request.effect.supersedes if leaf in self.decisions]
        case = Case(
            index=entry.index,
            leaf=entry.leaf,
            request=request,
            received_s=now_s,
            bench=self.bench,
            rules=self.rules,
            rules_sha256=self.rules_sha256,
            quorum=quorum_of(request.effect, [one.effect for one in named], self.rules),
            proposer=None if isinstance(proposer, Why) else proposer,
        )
        self.all.append(case)
        if why is not None:
            case.close(State.VOID, now_s, why)
            return why
        case.effect_sha256 = digest_of(request.effect)
        case.stakes = stakes(case)
        self.nonces.add(request.nonce)
        self.requests[entry.leaf] = case
        return None

    def _request_fault(self, proposer: Holder | Why, request: Request, now_s: int) -> Why | None:
        if isinstance(proposer, Why):
            return proposer
        if proposer.college not in _FILING:
            return Why.WRONG_SEAT
        if request.nonce in self.nonces:
            return Why.REPLAYED_NONCE
        return self._effect_fault(request.effect, self.rules, now_s)

    def _effect_fault(self, effect: Effect, rules: Rules, now_s: int) -> Why | None:
        """Why an effect could not be granted as it stands."""
        if any(leaf not in self.decisions for leaf in effect.supersedes):
            return Why.UNKNOWN_DECISION
        emergency = effect.state is ServiceState.EMERGENCY_SERVED
        if emergency and effect.supersedes:
            return Why.EMERGENCY_SUPERSEDES
        start_s = seconds(effect.start)
        if effect.until is not None:
            until_s = seconds(effect.until)
            if until_s <= now_s:
                return Why.WINDOW_OVER
            if until_s - start_s > (rules.emergency_cap_s if emergency else rules.window_s):
                return Why.WINDOW_TOO_LONG
        return Why.WINDOW_TOO_LONG if seconds(effect.review_by) - start_s > rules.review_s else None

    # -- declarations --

    def _contacts(self, entry: Entry, declared: ContactDeclaration, now_s: int) -> Why | None:
        voter = self.bench.voter(entry.key, entry.index)
        if isinstance(voter, Why):
            return voter
        if seconds(declared.until) > now_s:
            return Why.UNFINISHED
        period = (seconds(declared.start), seconds(declared.until))
        known = self.contacts.setdefault((voter.seat, voter.person), [])
        self.waiting[entry.leaf] = functools.partial(known.append, period)
        return None

    def _conflicts(self, entry: Entry, declared: ConflictDeclaration, now_s: int) -> Why | None:
        case = self.requests.get(declared.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        voter = self._case_voter(case, entry)
        if isinstance(voter, Why):
            return voter
        self.waiting[entry.leaf] = functools.partial(case.declared.add, voter.person)
        if any(conflict_counts(one, case.received_s - case.rules.conflict_window_s) for one in declared.conflicts):
            self._recuse(case, voter, now_s)
        return None

    def _recusal(self, entry: Entry, recusal: Recusal, now_s: int) -> Why | None:
        case = self.requests.get(recusal.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        voter = self._case_voter(case, entry)
        if isinstance(voter, Why):
            return voter
        self._recuse(case, voter, now_s)
        return None

    def _recuse(self, case: Case, voter: Holder, now_s: int) -> None:
        case.recused.add(voter.person)
        if case.settled(now_s) is None:
            self._refuse_if_hopeless(case, now_s)

    def _case_voter(self, case: Case, entry: Entry) -> Holder | Why:
        """Who votes in a case: a seat of its keyring whose key has not been ended since."""
        voter = case.bench.voter(entry.key, entry.index)
        if not isinstance(voter, Why) and isinstance(self.bench.holder(entry.key, entry.index), Why):
            return Why.KEY_OUT_OF_WINDOW
        return voter

    # -- votes on requests --

    def _approval(self, entry: Entry, vote: Approval, now_s: int) -> Why | None:
        case = self.requests.get(vote.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        voter = self._admitted(case, entry, vote.seen, now_s)
        if isinstance(voter, Why):
            return voter
        why = approval_fault(case, vote, now_s) or voice_fault(case.standing(now_s), voter)
        if why is not None:
            return why
        voice = Voice(
            index=entry.index,
            holder=voter,
            reasons=vote.reasons,
            expires_s=seconds(vote.expires),
            effect=vote.effect_sha256,
            verdict=vote.verdict,
        )
        case.voices.append(voice)
        if vote.verdict is Verdict.GRANTED:
            agreed = agreeing(case, Verdict.GRANTED, vote.effect_sha256, now_s)
            if met(case.bench, case.quorum, agreed):
                why = self._grant(case, entry.index, case.request.effect, agreed, now_s)
                if why is not None:
                    case.close(State.VOID, now_s, why)
        return None

    def _refusal(self, entry: Entry, vote: Refusal, now_s: int) -> Why | None:
        case = self.requests.get(vote.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        voter = self._admitted(case, entry, vote.seen, now_s)
        if isinstance(voter, Why) or vote.verdict is Verdict.DEFERRED:  # "not yet" leaves the seat free to speak later
            return voter if isinstance(voter, Why) else None
        why = voice_fault(case.standing(now_s), voter)
        if why is not None:
            return why
        voice = Voice(index=entry.index, holder=voter, reasons=vote.reasons, verdict=Verdict.REFUSED)
        case.voices.append(voice)
        self._refuse_if_hopeless(case, now_s)
        return None

    def _admitted(self, case: Case, entry: Entry, seen: Seen, now_s: int) -> Holder | Why:
        """Who votes on an open request, or the first rule of procedure that is broken."""
        voter = self._case_voter(case, entry)
        if isinstance(voter, Why):
            return voter
        return (
            case.settled(now_s)
            or (None if self._safe(case.leaf) else Why.NOT_DEPOSITED)
            or self._seen_fault(seen, entry.index, case.index, case.bench.version, case.rules_sha256)
            or self._duty_fault(case, voter, case.bench, now_s, case.rules)
            or voter
        )

    def _safe(self, leaf: str) -> bool:
        """Whether nothing that an entry withholds can be lost."""
        return all(one.safe for one in self.hidden.get(leaf, {}).values())

    def _seen_fault(self, seen: Seen, index: int, subject: int, version: int, rules_sha256: str) -> Why | None:
        """Why what a signer had seen does not fit the entry of this index about the subject at that one."""
        if seen.keyring_version != version:
            return Why.WRONG_KEYRING
        if seen.policy_sha256 != rules_sha256:
            return Why.WRONG_POLICY
        if not self._stands(seen.size, seen.root, index):
            return Why.UNSEEN_CHECKPOINT
        return Why.SUBJECT_NOT_SEEN if seen.size <= subject else None

    def _stands(self, size: int, root: str, index: int) -> bool:
        """Whether this is a witnessed checkpoint that stands before the entry of this index."""
        return size <= index and self.roots.get(size) == root

    def _duty_fault(self, case: Case, voter: Holder, bench: Bench, now_s: int, rules: Rules) -> Why | None:
        """Why somebody who sits on this bench must not vote here: own business, or duties to declare not done."""
        if proposed(case, voter):
            return Why.PROPOSER
        if has_stake(case, voter, bench):
            return Why.INTERESTED
        if voter.person in case.recused:
            return Why.RECUSED
        periods = self.contacts.get((voter.seat, voter.person), ())
        first_s, last_s = now_s - rules.contact_window_s, now_s - rules.declaration_age_s
        if not any(start_s <= first_s and until_s >= last_s for start_s, until_s in reversed(periods)):
            return Why.NO_CONTACT_DECLARATION
        return None if voter.person in case.declared else Why.NO_CONFLICT_DECLARATION

    def _refuse_if_hopeless(self, case: Case, now_s: int) -> None:
        """The request is refused once somebody said no and the seats left could not meet the quorum."""
        noes = {one.holder.organisation for one in case.standing(now_s) if one.effect is None}
        if not noes:
            return
        closed = noes | case.stakes
        left = {
            holder.seat
            for holders in case.bench.holders.values()
            for holder in holders
            if not (holder.organisation in closed or holder.person in case.recused or proposed(case, holder))
        }
        if not case.bench.groups.met(case.quorum, left):
            case.close(State.REFUSED, now_s)

    # -- decisions --

    def _grant(self, case: Case, index: int, effect: Effect, voices: list[Voice], now_s: int) -> Why | None:
        """Make the decision; why not, where nothing would be left of it."""
        rules = case.rules
        until_s = None if effect.until is None else seconds(effect.until)
        if until_s is not None and until_s <= now_s:
            return Why.WINDOW_OVER
        chain_s = self._chain_s(effect, rules, now_s)
        if chain_s + rules.emergency_s <= now_s:
            return Why.EMERGENCY_CAP
        review_by_s = seconds(effect.review_by)
        if effect.state is ServiceState.EMERGENCY_SERVED:
            review_by_s = min(review_by_s, now_s + rules.emergency_review_s)
        grant = Grant(
            case=case,
            index=index,
            decided_s=now_s,
            verdict=voices[0].verdict,
            effect=effect,
            voices=tuple(voices),
            start_s=max(seconds(effect.start), now_s),
            stated_until_s=until_s,
            chain_s=chain_s,
            supersedes=tuple(dict.fromkeys(self.decisions[leaf] for leaf in sorted(effect.supersedes))),
            review_by_s=review_by_s,
        )
        for one in grant.supersedes:
            one.superseded_by.append(grant)
            begin_again(one)
        case.close(State(grant.verdict.value), now_s)
        case.grant = grant
        self.decisions[case.leaf] = grant
        if grant.emergency:
            for name in names_of(effect):
                bisect.insort(self.emergencies.setdefault(name, []), grant, key=lambda one: one.chain_s)
        return None

    def _chain_s(self, effect: Effect, rules: Rules, now_s: int) -> int:
        """When the emergencies on end over this territory began: now, unless one of them was there a short time ago."""
        if effect.state is not ServiceState.EMERGENCY_SERVED:
            return now_s
        since_s = now_s - rules.emergency_cap_s
        found_s = now_s
        for name in names_of(effect):
            before = self.emergencies.get(name, [])
            while before and before[0].end()[0] <= now_s - LONGEST_EMERGENCY_S:  # under no rules does it count again
                before.pop(0)
            for one in before:
                if one.chain_s >= found_s:
                    break
                if one.effect.classes & effect.classes and one.end()[0] > since_s:
                    found_s = one.chain_s
        return found_s

    def _notice(self, entry: Entry, notice: Decision, now_s: int) -> Why | None:
        """A decision told by the registrar, or a request taken back by whoever filed it.

        What the votes agree to besides the effect asked for is known by its digest only; the notice shows it in full.
        """
        case = self.requests.get(notice.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        signer = self.bench.holder(entry.key, entry.index)
        if isinstance(signer, Why):
            return signer
        if notice.verdict is Verdict.WITHDRAWN:
            why = case.settled(now_s) if proposed(case, signer) else Why.WRONG_SEAT
            if why is None:
                case.close(State.WITHDRAWN, now_s)
            return why
        if signer.college is not College.REGISTRAR:
            return Why.WRONG_SEAT
        if not self._stands(notice.seen.size, notice.seen.root, entry.index):
            return Why.UNSEEN_CHECKPOINT
        if case.settled(now_s) is None and notice.effect is not None:
            self._grant_in_part(case, entry.index, notice, notice.effect, now_s)
        effect = None if case.grant is None else case.grant.effect
        if state_of(case, now_s).value != notice.verdict.value or effect != notice.effect:
            return Why.WRONG_NOTICE
        if not notice.votes <= self._leaves(counted(case, now_s)):
            return Why.WRONG_NOTICE
        if case.grant is not None:
            self.decisions[entry.leaf] = case.grant
        return None

    def _leaves(self, voices: Iterable[Voice]) -> set[str]:
        return {self.prefix.entries[one.index].leaf for one in voices}

    def _grant_in_part(self, case: Case, index: int, notice: Decision, effect: Effect, now_s: int) -> None:
        """Make the decision that a notice shows, if the votes agree to it and the notice names no others."""
        if self._effect_fault(effect, case.rules, now_s) is not None:
            return
        superseded = [self.decisions[leaf].effect for leaf in effect.supersedes]
        agreed = agreeing(case, notice.verdict, digest_of(effect), now_s)
        enough = met(case.bench, quorum_of(effect, superseded, case.rules), agreed)
        if enough and notice.votes <= self._leaves(agreed):
            self._grant(case, index, effect, agreed, now_s)

    def _lapse_notice(self, entry: Entry, notice: Lapse, now_s: int) -> Why | None:
        grant = self.decisions.get(notice.about)
        case = self.requests.get(notice.about) if grant is None else grant.case
        if case is None:
            return Why.UNKNOWN_REQUEST
        signer = self.bench.holder(entry.key, entry.index)
        if isinstance(signer, Why):
            return signer
        if signer.college is not College.REGISTRAR:
            return Why.WRONG_SEAT
        if not self._stands(notice.seen.size, notice.seen.root, entry.index):
            return Why.UNSEEN_CHECKPOINT
        lapse_s = case.lapse_s if case.grant is None else case.grant.lapse_s
        true = state_of(case, now_s) is State.LAPSED and seconds(notice.at) == lapse_s
        return None if true else Why.WRONG_NOTICE

    # -- votes on decisions --

    def _ratification(self, entry: Entry, vote: Ratification, now_s: int) -> Why | None:
        grant = self.decisions.get(vote.decision)
        if grant is None:
            return Why.UNKNOWN_DECISION
        if not grant.emergency:
            return Why.NOT_EMERGENCY
        case = grant.case
        voter = self._case_voter(case, entry)
        if isinstance(voter, Why):
            return voter
        why = (
            ended_fault(grant, now_s)
            or (Why.AFTER_DECISION if grant.ratified_s is not None else None)
            or self._seen_fault(vote.seen, entry.index, grant.index, case.bench.version, case.rules_sha256)
            or self._duty_fault(case, voter, case.bench, now_s, case.rules)
        )
        if why is not None:
            return why
        if any(one.holder.person == voter.person for one in grant.voices):
            return Why.ISSUER
        expires_s = seconds(vote.expires)
        standing = [one for one in grant.ratifying if now_s < one.expires_s and one.holder.person not in case.recused]
        why = Why.EXPIRED if expires_s <= now_s else voice_fault(standing, voter)
        if why is not None:
            return why
        voice = Voice(index=entry.index, holder=voter, reasons=vote.reasons, expires_s=expires_s)
        grant.ratifying.append(voice)
        standing.append(voice)
        if met(case.bench, case.rules.ordinary, standing):
            grant.ratified_s, grant.ratified_by = now_s, indices(standing)
        return None

    def _revocation(self, entry: Entry, vote: Revocation, now_s: int) -> Why | None:
        grant = self.decisions.get(vote.decision)
        if grant is None:
            return Why.UNKNOWN_DECISION
        agreed = self._acting(entry, vote, grant, grant.effect.classes, ("revoke",), now_s)
        if isinstance(agreed, Why):
            return agreed
        if agreed:
            grant.revoked_s, grant.revoked_by = now_s, agreed
            begin_again(grant)
        return None

    def _suspension(self, entry: Entry, vote: Suspension, now_s: int) -> Why | None:
        grant = self.decisions.get(vote.decision)
        if grant is None:
            return Why.UNKNOWN_DECISION
        agreed = self._acting(entry, vote, grant, vote.classes, (vote.classes, vote.start, vote.until), now_s)
        if isinstance(agreed, Why):
            return agreed
        if agreed:
            start_s = max(seconds(vote.start), now_s)
            rest = Rest(classes=vote.classes, start_s=start_s, until_s=seconds(vote.until), votes=agreed)
            grant.rests.append(rest)
        return None

    def _acting(
        self,
        entry: Entry,
        vote: Revocation | Suspension,
        grant: Grant,
        classes: frozenset[ServiceClass],
        act: tuple[object, ...],
        now_s: int,
    ) -> tuple[int, ...] | Why:
        """Hear a vote that something be done to a decision; indices of the votes where it completes the quorum, else none.

        It is counted under the keyring and rules of the day, together with votes for the same act under the same.
        """
        voter = self.bench.voter(entry.key, entry.index)
        if isinstance(voter, Why):
            return voter
        key = (grant.case.leaf, act, self.keyring_sha256, self.rules_sha256)
        campaign = self.campaigns.setdefault(key, _Campaign())
        why = (
            ended_fault(grant, now_s)
            or (Why.AFTER_DECISION if campaign.done else None)
            or self._seen_fault(vote.seen, entry.index, grant.index, self.bench.version, self.rules_sha256)
            or self._duty_fault(grant.case, voter, self.bench, now_s, self.rules)
            or act_fault(vote, grant.effect, self.rules, now_s)
        )
        if why is not None:
            return why
        recused = grant.case.recused
        standing = [one for one in campaign.voices if now_s < one.expires_s and one.holder.person not in recused]
        why = voice_fault(standing, voter)
        if why is not None:
            return why
        voice = Voice(index=entry.index, holder=voter, reasons=vote.reasons, expires_s=seconds(vote.expires))
        campaign.voices.append(voice)
        standing.append(voice)
        lifelines = grant.effect.state.serves and _saves_lives(classes)
        campaign.done = met(self.bench, self.rules.lifelines if lifelines else self.rules.ordinary, standing)
        return indices(standing) if campaign.done else ()

    def _review(self, entry: Entry, review: Review, now_s: int) -> Why | None:
        grant = self.decisions.get(review.decision)
        if grant is None:
            return Why.UNKNOWN_DECISION
        voter = self.bench.voter(entry.key, entry.index)
        if isinstance(voter, Why):
            return voter
        why = self._seen_fault(review.seen, entry.index, grant.index, self.bench.version, self.rules_sha256)
        if why is not None:
            return why
        if proposed(grant.case, voter):
            return Why.PROPOSER
        if has_stake(grant.case, voter, self.bench):
            return Why.INTERESTED
        if voter.person in grant.case.recused:
            return Why.RECUSED
        voted = {one.holder.organisation for one in (*grant.voices, *grant.ratifying)}
        if voter.organisation in voted | {self.bench.counted_as.get(one) for one in voted}:
            return Why.NOT_INDEPENDENT
        grant.reviewed = True
        grant.review_by_s = min(seconds(review.review_by), now_s + self.rules.review_s)
        return None

    def _appeal(self, entry: Entry, appeal: Appeal, _: int) -> Why | None:
        if appeal.decision not in self.decisions and appeal.decision not in self.requests:
            return Why.UNKNOWN_DECISION
        found = self.bench.holder(entry.key, entry.index)
        return found if isinstance(found, Why) else None

    # -- maps --

    def _signer(self, entry: Entry, college: College) -> Holder | Why:
        """Who signs what only seats of one college may say."""
        found = self.bench.holder(entry.key, entry.index)
        return found if isinstance(found, Why) or found.college is college else Why.WRONG_SEAT

    def _release(self, entry: Entry, release: MapRelease, now_s: int) -> Why | None:
        signer = self._signer(entry, College.REGISTRAR)
        if isinstance(signer, Why):
            return signer
        if not self._stands(release.size, release.root, entry.index):
            return Why.UNSEEN_CHECKPOINT
        if seconds(release.at) < self.times_s[release.size - 1]:
            return Why.TOO_EARLY
        if seconds(release.at) > now_s + SKEW_S:
            return Why.FROM_THE_FUTURE
        found = Released(
            index=entry.index,
            leaf=entry.leaf,
            map_sha256=release.map_sha256,
            size=release.size,
            timeline_sha256=release.timeline_sha256,
            at_s=seconds(release.at),
            next_change_at_s=None if release.next_change_at is None else seconds(release.next_change_at),
            released_s=now_s,
        )
        self.releases.append(found)
        return None

    def _report(self, entry: Entry, report: EnforcementReport, now_s: int) -> Why | None:
        signer = self._signer(entry, College.ENFORCEMENT)
        if isinstance(signer, Why):
            return signer
        if not 0 < report.size <= entry.index:
            return Why.UNSEEN_CHECKPOINT
        found = Reported(
            index=entry.index,
            seat=signer.seat,
            point=report.point,
            layer=report.layer,
            map_sha256=report.map_sha256,
            size=report.size,
            since_s=seconds(report.since),
            reported_s=now_s,
        )
        self.reports.append(found)
        return None

    # -- what is withheld --

    def _deposit(self, entry: Entry, deposit: RedactionDeposit, _: int) -> Why | None:
        if not self.counts.get(deposit.entry):
            return Why.UNKNOWN_ENTRY
        trustee = self._signer(entry, College.TRUSTEE)
        if isinstance(trustee, Why):
            return trustee
        hidden = self.hidden.get(deposit.entry, {})
        if not deposit.digests <= hidden.keys():
            return Why.NOT_WITHHELD
        held = [hidden[digest] for digest in deposit.digests]
        if any(seconds(deposit.disclose_from) > one.due_s for one in held):
            return Why.LATE_DISCLOSURE
        for one in held:
            one.trustees[trustee.seat] = trustee.organisation
        self._once_safe(deposit.entry)
        return None

    def _disclosure(self, entry: Entry, told: Disclosure, now_s: int) -> Why | None:
        if not self.counts.get(told.entry):
            return Why.UNKNOWN_ENTRY
        holder = self.bench.holder(entry.key, entry.index)
        if isinstance(holder, Why):
            return holder
        hidden = self.hidden.get(told.entry, {})
        if any(one.digest not in hidden for one in told.items):
            return Why.NOT_WITHHELD
        if any(not _readable(one.disclosure) for one in told.items):
            return Why.UNREADABLE
        fresh = [hidden[one.digest] for one in told.items if hidden[one.digest].told_s is None]
        for each in fresh:
            each.told_s = now_s
        self._once_safe(told.entry)
        return None if fresh else Why.TOLD_BEFORE

    def _once_safe(self, leaf: str) -> None:
        """Do what waits until nothing that an entry withholds can be lost any more."""
        if leaf in self.waiting and self._safe(leaf):
            self.waiting.pop(leaf)()

    # -- keyrings and rules --

    def _keyring_change(self, entry: Entry, vote: KeyringChange, _: int) -> Why | None:
        old = self.prefix.keyrings[self.keyring_sha256]
        if (vote.version, vote.keyring_sha256) == (old.version, self.keyring_sha256):  # tells what is so
            found = self.bench.holder(entry.key, entry.index)
            return found if isinstance(found, Why) else None
        new = self.prefix.keyrings.get(vote.keyring_sha256)
        why = self._successor_fault(vote.version, vote.previous_sha256, old.version, self.keyring_sha256)
        if why is not None:
            return why
        if new is None:
            self.missing.add(vote.keyring_sha256)
            return Why.UNKNOWN_DOCUMENT
        if not _keyring_follows(old, new):
            return Why.UNFIT_DOCUMENT
        here, there = (bench_of(each).voter(entry.key, entry.index) for each in (old, new))
        if isinstance(here, Why) and isinstance(there, Why):
            return here
        campaign = self.campaigns.setdefault(("keyring", vote.keyring_sha256), _Campaign())
        voters = [one for one in (here, there) if not isinstance(one, Why)]
        for one in voters:
            why = why or voice_fault(campaign.voices, one)
        if why is not None:
            return why
        campaign.voices += [Voice(index=entry.index, holder=one, reasons=frozenset()) for one in voters[:1]]
        if all(self._agree(bench_of(each), self.rules.change, campaign) for each in (old, new)):
            self.keyring_sha256, self.bench = vote.keyring_sha256, bench_of(new)
        return None

    def _policy_change(self, entry: Entry, vote: PolicyChange, _: int) -> Why | None:
        found = self.bench.voter(entry.key, entry.index)
        if (vote.version, vote.policy_sha256) == (self.rules.version, self.rules_sha256):
            known = self.bench.holder(entry.key, entry.index)
            return known if isinstance(known, Why) else None
        why = self._successor_fault(vote.version, vote.previous_sha256, self.rules.version, self.rules_sha256)
        if why is not None:
            return why
        new = self.prefix.rules.get(vote.policy_sha256)
        if new is None:
            self.missing.add(vote.policy_sha256)
            return Why.UNKNOWN_DOCUMENT
        if not _rules_follow(self.rules, new):
            return Why.UNFIT_DOCUMENT
        if isinstance(found, Why):
            return found
        campaign = self.campaigns.setdefault(("rules", vote.policy_sha256, self.keyring_sha256), _Campaign())
        why = voice_fault(campaign.voices, found)
        if why is not None:
            return why
        campaign.voices.append(Voice(index=entry.index, holder=found, reasons=frozenset()))
        if all(met(self.bench, group, campaign.voices) for group in (self.rules.change, new.change)):
            self.rules_sha256 = vote.policy_sha256
        return None

    def _successor_fault(self, version: int, previous: str | None, current: int, sha256: str) -> Why | None:
        if version <= current:
            return Why.ROLLBACK
        return Why.WRONG_VERSION if version != current + 1 or previous != sha256 else None

    def _agree(self, bench: Bench, group: str, campaign: _Campaign) -> bool:
        """Whether the voices are enough in this keyring, in which not all of them need to sit."""
        found = [bench.voter(one.holder.key, one.index) for one in campaign.voices]
        first: dict[str, str] = {}  # seat that speaks for each organisation, as this keyring counts them
        for one in found:
            if not isinstance(one, Why):
                first.setdefault(one.organisation, one.seat)
        return bench.groups.met(group, first.values())

    # -- the outcome --

    def outcomes(self, at_s: int, cases: Iterable[Case] | None = None) -> Outcomes:
        """What follows.  cases: to be told, all where left out."""
        return Outcomes(
            at_s=at_s,
            size=len(self.times_s),
            requests=tuple(outcome_of(case, at_s) for case in (self.all if cases is None else cases)),
            void=tuple(self.void),
            keyring_sha256=self.keyring_sha256,
            rules_sha256=self.rules_sha256,
            missing=frozenset(self.missing),
            releases=tuple(self.releases),
            reports=tuple(self.reports),
            withheld=tuple(withheld_outcome(one, at_s) for items in self.hidden.values() for one in items.values()),
        )
