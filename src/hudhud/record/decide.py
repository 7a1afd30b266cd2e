"""What became of every request: a pure function of the first entries of the log.

`decide` goes through the entries once, in order.  Each entry either breaks a rule and counts for nothing, with the reason, or
changes the state of what it is about.  Quorums count one voice an organisation: the first of its seats that speaks on a matter
speaks for it, so neither one key under two names nor one person in two seats nor two seats of one owner count twice.  The
instant of an entry is that of its first witnessed checkpoint; nothing that was not witnessed by `at_s` has any effect.

The rules in words, and why they are so: docs/explain/deciding.md.  A second, slow way to the same answers is
tests/record/slow_decide.py; both must agree on every history.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hudhud.record.docket import (
    Bench,
    Case,
    Grant,
    Holder,
    Voice,
    act_fault,
    agreeing,
    approval_fault,
    bench_of,
    conflict_counts,
    digest_of,
    ended_fault,
    indices,
    interested,
    met,
    outcome_of,
    proposed,
    seconds,
    state_of,
    touch,
    voice_fault,
)
from hudhud.record.history import Entry, Outcomes, Prefix, Rest, State, Void, Why
from hudhud.record.keyring import successor_faults
from hudhud.record.parts import Effect, Seen
from hudhud.record.rules import Rules, rules_successor_faults
from hudhud.record.statements import (
    Appeal,
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Decision,
    KeyringChange,
    Lapse,
    PolicyChange,
    Ratification,
    Recusal,
    Refusal,
    Request,
    Review,
    Revocation,
    Suspension,
)
from hudhud.record.words import College, ServiceClass, ServiceState, Verdict

__all__ = ["decide", "quorum_of"]

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
        self.roots = {one.size: one.root for one in prefix.checkpoints if one.size <= len(times_s)}
        self.keyring_sha256, self.rules_sha256 = prefix.keyring_sha256, prefix.rules_sha256
        self.void: list[Void] = []
        self.leaves: set[str] = set()
        self.nonces: set[str] = set()
        self.all: list[Case] = []
        self.requests: dict[str, Case] = {}
        self.decisions: dict[str, Grant] = {}  # by leaf of the request, and of every true notice
        self.grants: list[Grant] = []
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
            KeyringChange: self._keyring_change,
            PolicyChange: self._policy_change,
        }

    @property
    def rules(self) -> Rules:
        return self.prefix.rules[self.rules_sha256]

    def hear(self, entry: Entry, now_s: int) -> None:
        why = self._heard(entry, now_s)
        self.leaves.add(entry.leaf)
        if why is not None:
            self.void.append(Void(index=entry.index, why=why))

    def _heard(self, entry: Entry, now_s: int) -> Why | None:
        if entry.leaf in self.leaves:
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
        case.interested = interested(case)
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
        self.contacts.setdefault((voter.seat, voter.person), []).append(period)
        return None

    def _conflicts(self, entry: Entry, declared: ConflictDeclaration, now_s: int) -> Why | None:
        case = self.requests.get(declared.request)
        if case is None:
            return Why.UNKNOWN_REQUEST
        voter = self._case_voter(case, entry)
        if isinstance(voter, Why):
            return voter
        case.declared.add(voter.person)
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
                self._grant(case, entry.index, case.request.effect, agreed, now_s)
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
            or self._seen_fault(seen, entry.index, case.index, case.bench.version, case.rules_sha256)
            or self._duty_fault(case, voter, now_s, case.rules)
            or voter
        )

    def _seen_fault(self, seen: Seen, index: int, subject: int, version: int, rules_sha256: str) -> Why | None:
        """Why what a signer had seen does not fit the entry of this index about the subject at that one."""
        if seen.keyring_version != version:
            return Why.WRONG_KEYRING
        if seen.policy_sha256 != rules_sha256:
            return Why.WRONG_POLICY
        if seen.size > index or self.roots.get(seen.size) != seen.root:
            return Why.UNSEEN_CHECKPOINT
        return Why.SUBJECT_NOT_SEEN if seen.size <= subject else None

    def _duty_fault(self, case: Case, voter: Holder, now_s: int, rules: Rules) -> Why | None:
        """Why somebody must not vote here: own business, or duties to declare not done."""
        if proposed(case, voter):
            return Why.PROPOSER
        if voter.organisation in case.interested:
            return Why.INTERESTED
        if voter.person in case.recused:
            return Why.RECUSED
        periods = self.contacts.get((voter.seat, voter.person), ())
        first_s, last_s = now_s - rules.contact_window_s, now_s - rules.declaration_age_s
        if not any(start_s <= first_s and until_s >= last_s for start_s, until_s in periods):
            return Why.NO_CONTACT_DECLARATION
        return None if voter.person in case.declared else Why.NO_CONFLICT_DECLARATION

    def _refuse_if_hopeless(self, case: Case, now_s: int) -> None:
        """The request is refused once somebody said no and the seats left could not meet the quorum."""
        noes = {one.holder.organisation for one in case.standing(now_s) if one.effect is None}
        if not noes:
            return
        assert case.proposer is not None
        closed = noes | case.interested
        left = {
            holder.seat
            for holders in case.bench.holders.values()
            for holder in holders
            if not (holder.organisation in closed or holder.person in case.recused or proposed(case, holder))
        }
        if not case.bench.groups.met(case.quorum, left):
            case.close(State.REFUSED, now_s)

    # -- decisions --

    def _grant(self, case: Case, index: int, effect: Effect, voices: list[Voice], now_s: int) -> None:
        """Make the decision, unless nothing would be left of it."""
        rules = case.rules
        until_s = None if effect.until is None else seconds(effect.until)
        if until_s is not None and until_s <= now_s:
            case.close(State.VOID, now_s, Why.WINDOW_OVER)
            return
        chain_s = self._chain_s(effect, rules, now_s)
        if chain_s + rules.emergency_s <= now_s:
            case.close(State.VOID, now_s, Why.EMERGENCY_CAP)
            return
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
        case.close(State(grant.verdict.value), now_s)
        case.grant = grant
        self.decisions[case.leaf] = grant
        self.grants.append(grant)

    def _chain_s(self, effect: Effect, rules: Rules, now_s: int) -> int:
        """When the emergencies on end over this territory began: now, unless one of them was there a short time ago."""
        if effect.state is not ServiceState.EMERGENCY_SERVED:
            return now_s
        since_s = now_s - rules.emergency_cap_s
        before = (one for one in self.grants if one.emergency and touch(one.effect, effect))
        return min((one.chain_s for one in before if one.end()[0] > since_s), default=now_s)

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
        if case.settled(now_s) is None and notice.effect is not None:
            self._grant_in_part(case, entry.index, notice.verdict, notice.effect, now_s)
        effect = None if case.grant is None else case.grant.effect
        if state_of(case, now_s).value != notice.verdict.value or effect != notice.effect:
            return Why.WRONG_NOTICE
        if case.grant is not None:
            self.decisions[entry.leaf] = case.grant
        return None

    def _grant_in_part(self, case: Case, index: int, verdict: Verdict, effect: Effect, now_s: int) -> None:
        if self._effect_fault(effect, case.rules, now_s) is not None:
            return
        superseded = [self.decisions[leaf].effect for leaf in effect.supersedes]
        agreed = agreeing(case, verdict, digest_of(effect), now_s)
        if met(case.bench, quorum_of(effect, superseded, case.rules), agreed):
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
            or self._duty_fault(case, voter, now_s, case.rules)
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
            or self._duty_fault(grant.case, voter, now_s, self.rules)
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
        if voter.organisation in grant.case.interested:
            return Why.INTERESTED
        voted = {one.holder.organisation for one in (*grant.voices, *grant.ratifying)}
        if voter.organisation in voted:
            return Why.NOT_INDEPENDENT
        grant.reviewed = True
        grant.review_by_s = min(seconds(review.review_by), now_s + self.rules.review_s)
        return None

    def _appeal(self, entry: Entry, appeal: Appeal, _: int) -> Why | None:
        if appeal.decision not in self.decisions and appeal.decision not in self.requests:
            return Why.UNKNOWN_DECISION
        found = self.bench.holder(entry.key, entry.index)
        return found if isinstance(found, Why) else None

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

    def outcomes(self, at_s: int) -> Outcomes:
        return Outcomes(
            at_s=at_s,
            size=len(self.times_s),
            requests=tuple(outcome_of(case, at_s) for case in self.all),
            void=tuple(self.void),
            keyring_sha256=self.keyring_sha256,
            rules_sha256=self.rules_sha256,
            missing=frozenset(self.missing),
        )
