"""A second way to decide: slow, and meant to be obvious.  The oracle of hudhud.record.decide.

It keeps nothing but a diary: for every entry heard, whether it was void and why, and what it brought about.  Every question
("who has spoken?", "which keyring is in force?", "has it ended?") is answered by reading the diary from its first page.
"""

from __future__ import annotations

import base64
import functools
import json
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from hudhud.record import statements as said
from hudhud.record.forms import instant_s
from hudhud.record.history import (
    Decided,
    Entry,
    Outcomes,
    Prefix,
    Released,
    Reported,
    RequestOutcome,
    Rest,
    State,
    Void,
    Why,
    WithheldOutcome,
)
from hudhud.record.keyring import Keyring, successor_faults
from hudhud.record.parts import Withheld, effect_digest
from hudhud.record.policy import Groups
from hudhud.record.rules import rules_successor_faults
from hudhud.record.words import College, ServiceState, Verdict

DAY_S = 86_400
NEVER_S = 2**60
EMERGENCY = ServiceState.EMERGENCY_SERVED

# Plain functions whose values are remembered, because parsing and hashing are slow; they decide nothing.
seconds = functools.cache(instant_s)
digest_of = functools.cache(effect_digest)
_RECUSING = (said.Recusal, said.ConflictDeclaration)
_DOCUMENTS: dict[Any, Any] = {}  # by identity; each is kept, so that no other can take its place in memory


def remembered(function: Any, document: Any, other: Any = None) -> Any:
    """The value of a plain function of one document and something small (or another document)."""
    key = (function, id(document), other if isinstance(other, bytes) else id(other))
    found = _DOCUMENTS.get(key)
    if found is None:
        value = function(document) if other is None else function(document, other)
        found = _DOCUMENTS[key] = (value, document, other)
    return found[0]


@dataclass
class Page:
    """One entry in the diary.  news: what it brought about, as (word, index of the request or None, what)."""

    entry: Entry
    now_s: int
    keyring: str
    rules: str
    why: Why | None
    said: Any
    news: list[tuple[str, int | None, Any]]
    withheld: dict[str, Withheld]


@dataclass
class Person:
    key: bytes
    seat: str
    college: College
    id: str
    organisation: str


def top(keyring: Keyring, id: str) -> str:
    """The organisation as which one counts in the end."""
    for one in keyring.organisations:
        if one.id == id:
            return id if one.counts_as is None else top(keyring, one.counts_as)
    return id


def whose(keyring: Keyring, key: Any) -> Person:
    (college,) = [one.college for one in keyring.seats if one.id == key.seat]
    (home,) = [one.organisation for one in keyring.persons if one.id == key.person]
    return Person(base64.b64decode(key.public), key.seat, college, key.person, top(keyring, home))


def listed(keyring: Keyring, key: bytes) -> list[Any]:
    """Each place at which the keyring lists these 32 bytes, and whose they are there."""
    text = base64.b64encode(key).decode()
    return [(one, whose(keyring, one)) for one in keyring.keys if one.public == text]


@functools.cache
def names_of_fields(kind: type) -> list[str]:
    return [one.name for one in fields(kind)] if is_dataclass(kind) else []


def withheld_in(value: Any) -> list[Withheld]:
    """Whatever is withheld anywhere in a value, by looking everywhere."""
    kind = type(value)
    if kind is Withheld:
        return [value]
    if kind is tuple:
        return [found for one in value for found in withheld_in(one)]
    found = []
    for name in names_of_fields(kind):
        inside = getattr(value, name)
        if type(inside) is not str:
            found += withheld_in(inside)
    return found


@functools.cache
def tells(text: str) -> bool:
    """Whether a text is a disclosure: the base64url of [salt, name, value], the salt 128 bits, written in the one way."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        found = json.loads(data)
        salt, name, _ = found
        long = len(base64.urlsafe_b64decode(salt + "=" * (-len(salt) % 4))) >= 16
        again = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return long and isinstance(name, str) and name != "" and data == again
    except (ValueError, TypeError):
        return False


class Slow:
    def __init__(self, prefix: Prefix, at_s: int) -> None:
        self.prefix, self.at_s = prefix, at_s
        self.diary: list[Page] = []
        for entry in prefix.entries:
            now_s = self.time_of(entry.index)
            if now_s is None:
                break
            page = Page(entry, now_s, self.newest("keyring"), self.newest("rules"), None, entry.statement, [], {})
            for one in withheld_in(entry.statement):
                page.withheld.setdefault(one.digest, one)
            page.why = self.judge(page)
            self.diary.append(page)

    # -- time and documents --

    def time_of(self, index: int) -> int | None:
        latest_s = 0
        for one in self.prefix.checkpoints:
            latest_s = max(latest_s, one.at_s)
            if latest_s > self.at_s:
                return None
            if index < one.size:
                return latest_s
        return None

    def newest(self, what: str) -> str:
        digest = self.prefix.keyring_sha256 if what == "keyring" else self.prefix.rules_sha256
        for page in self.diary:
            for word, _, value in page.news:
                if word == what:
                    digest = value
        return digest

    # -- people --

    def person(self, digest: str, key: bytes, index: int) -> Person | Why:
        keyring = self.prefix.keyrings[digest]
        found: list[Any] = remembered(listed, keyring, key)
        if len(found) == 0:
            return Why.UNKNOWN_KEY
        if len(found) > 1:
            return Why.ALIAS_KEY
        one, person = found[0]
        if index < one.from_entry or (one.until_entry is not None and index >= one.until_entry):
            return Why.KEY_OUT_OF_WINDOW
        return person

    def voter(self, digest: str, key: bytes, index: int) -> Person | Why:
        found = self.person(digest, key, index)
        if isinstance(found, Person) and not found.college.votes:
            return Why.WRONG_SEAT
        return found

    def met(self, digest: str, group: str, seats: set[str]) -> bool:
        groups: Groups = remembered(Keyring.quorums, self.prefix.keyrings[digest])
        return groups.met(group, seats)

    # -- what a leaf names --

    def first(self, leaf: str) -> Page | None:
        """The entry of a leaf, if it counts."""
        for page in self.diary:
            if page.entry.leaf == leaf:
                return page if page.why is None else None
        return None

    def request(self, leaf: str) -> Page | None:
        for page in self.diary:
            if page.entry.leaf == leaf:
                return page if page.why is None and isinstance(page.said, said.Request) else None
        return None

    def decided(self, leaf: str) -> Page | None:
        """The request of the decision that a leaf names: by its request, or by a true notice of it."""
        for page in self.diary:
            if page.entry.leaf == leaf and page.why is None:
                for word, about, _ in page.news:
                    if word == "told" and about is not None:
                        return self.diary[about]
        found = self.request(leaf)
        return found if found is not None and self.grant(found) is not None else None

    def told(self, request: Page, word: str) -> Any:
        """What was brought about with a request, by this word; None where nothing was."""
        for page in self.diary:
            for name, about, value in page.news:
                if name == word and about == request.entry.index:
                    return (page, value)
        return None

    def grant(self, request: Page) -> Any:
        return self.told(request, "granted")

    # -- what is withheld --

    def trustees(self, page: Page, digest: str) -> list[Person]:
        """Who holds something that an entry withholds, each seat once."""
        found: list[Person] = []
        for one in self.diary:
            if one.why is not None or not isinstance(one.said, said.RedactionDeposit):
                continue
            if one.said.entry == page.entry.leaf and digest in one.said.digests:
                who = self.person(one.keyring, one.entry.key, one.entry.index)
                assert isinstance(who, Person)
                found = [who if who.seat == other.seat else other for other in found]
                if who.seat not in {other.seat for other in found}:
                    found.append(who)
        return found

    def disclosed_s(self, page: Page, digest: str) -> int | None:
        for one in self.diary:
            if one.why is not None or not isinstance(one.said, said.Disclosure):
                continue
            if one.said.entry == page.entry.leaf and digest in {item.digest for item in one.said.items}:
                return one.now_s
        return None

    def deposited(self, page: Page, digest: str) -> bool:
        return len({who.organisation for who in self.trustees(page, digest)}) > 1

    def safe(self, page: Page) -> bool:
        return all(
            self.deposited(page, digest) or self.disclosed_s(page, digest) is not None for digest in page.withheld
        )

    def due_s(self, page: Page) -> int:
        return page.now_s + int(self.prefix.rules[page.rules].disclosure_s)

    # -- who is kept from voting --

    def proposed(self, request: Page, person: Person) -> bool:
        proposer = self.person(request.keyring, request.entry.key, request.entry.index)
        return isinstance(proposer, Person) and (proposer.id == person.id or proposer.key == person.key)

    def interested(self, request: Page, organisation: str, today: str = "") -> bool:
        """Whether it has a stake, as the keyring of the request counts, or the one of today."""
        keyring = self.prefix.keyrings[request.keyring]
        stakes = [request.said.requester.id]
        if request.said.on_behalf_of is not None:
            stakes.append(request.said.on_behalf_of.id)
        stakes += [party.id for party in request.said.benefit_to]
        for territory in request.said.effect.territories:
            stakes += [*territory.claimed_by, territory.controlled_by]
        proposer = self.person(request.keyring, request.entry.key, request.entry.index)
        assert isinstance(proposer, Person)
        if proposer.college is not College.REGISTRAR:
            stakes.append(proposer.organisation)
        names = [stake for stake in stakes if stake is not None]
        names += [top(keyring, stake) for stake in names]
        if today:
            names += [top(self.prefix.keyrings[today], stake) for stake in names]
        return organisation in names

    def recused(self, request: Page, person: str, pending: Page | None = None) -> bool:
        window_s = self.prefix.rules[request.rules].conflict_window_s
        pages = self.diary if pending is None else [*self.diary, pending]
        for page in pages:
            if not isinstance(page.said, _RECUSING):
                continue
            if page.why is not None or page.said.request != request.entry.leaf:
                continue
            who = self.person(request.keyring, page.entry.key, page.entry.index)
            if not isinstance(who, Person) or who.id != person:
                continue
            if isinstance(page.said, said.Recusal):
                return True
            for one in page.said.conflicts:
                if one.until is None or seconds(one.until + "T00:00:00Z") + DAY_S > request.now_s - window_s:
                    return True
        return False

    def has_declared_conflicts(self, request: Page, person: str) -> bool:
        for page in self.diary:
            if isinstance(page.said, said.ConflictDeclaration) and page.why is None:
                who = self.person(request.keyring, page.entry.key, page.entry.index)
                same = page.said.request == request.entry.leaf and isinstance(who, Person) and who.id == person
                if same and self.safe(page):
                    return True
        return False

    def has_declared_contacts(self, voter: Person, now_s: int, rules: Any) -> bool:
        for page in self.diary:
            if isinstance(page.said, said.ContactDeclaration) and page.why is None:
                who = self.person(page.keyring, page.entry.key, page.entry.index)
                assert isinstance(who, Person)
                early = seconds(page.said.start) <= now_s - rules.contact_window_s
                late = seconds(page.said.until) >= now_s - rules.declaration_age_s
                if (who.seat, who.id) == (voter.seat, voter.id) and early and late and self.safe(page):
                    return True
        return False

    def duty(self, request: Page, voter: Person, now_s: int, rules: Any, today: str = "") -> Why | None:
        if self.proposed(request, voter):
            return Why.PROPOSER
        if self.interested(request, voter.organisation, today):
            return Why.INTERESTED
        if self.recused(request, voter.id):
            return Why.RECUSED
        if not self.has_declared_contacts(voter, now_s, rules):
            return Why.NO_CONTACT_DECLARATION
        if not self.has_declared_conflicts(request, voter.id):
            return Why.NO_CONFLICT_DECLARATION
        return None

    def seen(self, seen: Any, index: int, subject: int, keyring: str, rules: str) -> Why | None:
        if seen.keyring_version != self.prefix.keyrings[keyring].version:
            return Why.WRONG_KEYRING
        if seen.policy_sha256 != rules:
            return Why.WRONG_POLICY
        if not self.stands(seen.size, seen.root, index):
            return Why.UNSEEN_CHECKPOINT
        return Why.SUBJECT_NOT_SEEN if seen.size <= subject else None

    def stands(self, size: int, root: str, index: int) -> bool:
        return any((one.size, one.root) == (size, root) and size <= index for one in self.prefix.checkpoints)

    def case_voter(self, request: Page, page: Page) -> Person | Why:
        found = self.voter(request.keyring, page.entry.key, page.entry.index)
        if isinstance(found, Person):
            today = self.person(page.keyring, page.entry.key, page.entry.index)
            if not isinstance(today, Person):
                return Why.KEY_OUT_OF_WINDOW
        return found

    # -- who has spoken --

    def voices(
        self, request: Page, kinds: Any, now_s: int, keyring: str, act: Any = None, rules: str = ""
    ) -> list[Any]:
        """(page, person) of the votes that stand at an instant: heard, not expired, not recused since."""
        found = []
        for page in self.diary:
            if page.why is not None or not isinstance(page.said, kinds):
                continue
            if getattr(page.said, "verdict", None) is Verdict.DEFERRED:
                continue
            leaf = getattr(page.said, "request", None) or getattr(page.said, "decision", None)
            about = self.request(leaf) if hasattr(page.said, "request") else self.decided(leaf)
            if about is None or about.entry.index != request.entry.index:
                continue
            if act is not None and (self.act(page.said), page.keyring, page.rules) != (act, keyring, rules):
                continue
            if not isinstance(page.said, said.Refusal) and seconds(page.said.expires) <= now_s:
                continue
            who = self.person(keyring, page.entry.key, page.entry.index)
            assert isinstance(who, Person)
            if not self.recused(request, who.id):
                found.append((page, who))
        return found

    def act(self, vote: Any) -> Any:
        if isinstance(vote, said.Suspension):
            return (vote.classes, vote.start, vote.until)
        return "revoke"

    def spoken(self, voices: list[Any], person: Person) -> Why | None:
        for _, who in voices:
            if who.key == person.key or who.seat == person.seat:
                return Why.DOUBLE_VOTE
        for _, who in voices:
            if who.id == person.id:
                return Why.SAME_PERSON
        for _, who in voices:
            if who.organisation == person.organisation:
                return Why.SAME_ORGANISATION
        return None

    # -- effects --

    def quorum(self, effect: Any, rules: Any) -> str:
        lifelines = any(one.protected for one in effect.classes)
        if effect.state is EMERGENCY:
            return str(rules.emergency)
        if lifelines and not effect.state.serves:
            return str(rules.lifelines)
        for leaf in effect.supersedes:
            old = self.decided(leaf)
            if old is not None:
                was = self.grant(old)[1]["effect"]
                if was.state.serves and any(one.protected for one in was.classes):
                    return str(rules.lifelines)
        return str(rules.ordinary)

    def effect_fault(self, effect: Any, rules: Any, now_s: int) -> Why | None:
        for leaf in effect.supersedes:
            if self.decided(leaf) is None:
                return Why.UNKNOWN_DECISION
        if effect.state is EMERGENCY and effect.supersedes:
            return Why.EMERGENCY_SUPERSEDES
        most_s = rules.emergency_cap_s if effect.state is EMERGENCY else rules.window_s
        if effect.until is not None and seconds(effect.until) <= now_s:
            return Why.WINDOW_OVER
        if effect.until is not None and seconds(effect.until) > seconds(effect.start) + most_s:
            return Why.WINDOW_TOO_LONG
        if seconds(effect.review_by) > seconds(effect.start) + rules.review_s:
            return Why.WINDOW_TOO_LONG
        return None

    def chain_s(self, effect: Any, rules: Any, now_s: int) -> int:
        found = [now_s]
        if effect.state is EMERGENCY:
            for page in self.diary:
                for word, about, value in page.news:
                    if word != "granted" or value["effect"].state is not EMERGENCY or about is None:
                        continue
                    other = value["effect"]
                    near = any(
                        a.id in (b.id, b.cells_sha256) or a.cells_sha256 in (b.id, b.cells_sha256)
                        for a in effect.territories
                        for b in other.territories
                    )
                    end_s, _ = self.end(self.diary[about])
                    if near and effect.classes & other.classes and end_s > now_s - rules.emergency_cap_s:
                        found.append(value["chain_s"])
        return min(found)

    def end(self, request: Page) -> tuple[int, State]:
        """When the decision of a request ends, and in which state the request is then."""
        _, made = self.grant(request)
        effect, rules = made["effect"], self.prefix.rules[request.rules]
        own = State(made["verdict"].value)
        ends = [(NEVER_S if effect.until is None else seconds(effect.until), own)]
        revoked = self.told(request, "revoked")
        if revoked is not None:
            ends.append((revoked[0].now_s, State.REVOKED))
        for later in self.diary:
            for word, about, value in later.news:
                if word == "granted" and about is not None and request.entry.index in value["supersedes"]:
                    start_s = value["start_s"]
                    if self.end(self.diary[about])[0] >= start_s:
                        ends.append((start_s, State.SUPERSEDED))
        if effect.state is EMERGENCY:
            if self.told(request, "ratified") is None:
                ends.append((made["chain_s"] + rules.emergency_s, State.LAPSED))
            else:
                ends.append((made["chain_s"] + rules.emergency_cap_s, own))
        first_s = min(one[0] for one in ends)
        return next(one for one in ends if one[0] == first_s)

    def ended(self, request: Page, now_s: int) -> Why | None:
        end_s, state = self.end(request)
        if now_s < end_s:
            return None
        return Why.AFTER_LAPSE if state is State.LAPSED else Why.AFTER_DECISION

    def lapse_s(self, request: Page) -> int:
        rules = self.prefix.rules[request.rules]
        urgent = request.said.effect.state is EMERGENCY
        return request.now_s + int(rules.emergency_lapse_s if urgent else rules.lapse_s)

    def answer(self, request: Page) -> Any:
        """(page, state, why) of the answer to a request, None while there is none."""
        for word, state in (("refused", State.REFUSED), ("withdrawn", State.WITHDRAWN), ("void", State.VOID)):
            found = self.told(request, word)
            if found is not None:
                return (found[0], state, found[1])
        found = self.grant(request)
        return None if found is None else (found[0], State(found[1]["verdict"].value), None)

    def settled(self, request: Page, now_s: int) -> Why | None:
        if self.answer(request) is not None:
            return Why.AFTER_DECISION
        return Why.AFTER_LAPSE if now_s >= self.lapse_s(request) else None

    def state(self, request: Page, at_s: int) -> State:
        if self.grant(request) is not None:
            end_s, state = self.end(request)
            return state if at_s >= end_s else State(self.grant(request)[1]["verdict"].value)
        answer = self.answer(request)
        if answer is not None:
            found: State = answer[1]
            return found
        return State.LAPSED if at_s >= self.lapse_s(request) else State.WAITING

    # -- the judgement of one entry --

    def judge(self, page: Page) -> Why | None:
        if any(one.entry.leaf == page.entry.leaf for one in self.diary):
            return Why.REPLAYED_ENTRY
        if page.said.log != self.prefix.log:
            return Why.OTHER_LOG
        name = type(page.said).__name__
        if hasattr(self, f"judge_{name}"):
            why: Why | None = getattr(self, f"judge_{name}")(page)
            return why
        found = self.person(page.keyring, page.entry.key, page.entry.index)
        return None if isinstance(found, Person) else found

    def judge_Request(self, page: Page) -> Why | None:
        proposer = self.person(page.keyring, page.entry.key, page.entry.index)
        if isinstance(proposer, Why):
            return proposer
        if proposer.college in (College.TRUSTEE, College.ENFORCEMENT):
            return Why.WRONG_SEAT
        for one in self.diary:
            if isinstance(one.said, said.Request) and one.why is None and one.said.nonce == page.said.nonce:
                return Why.REPLAYED_NONCE
        return self.effect_fault(page.said.effect, self.prefix.rules[page.rules], page.now_s)

    def judge_ContactDeclaration(self, page: Page) -> Why | None:
        voter = self.voter(page.keyring, page.entry.key, page.entry.index)
        if isinstance(voter, Why):
            return voter
        return Why.UNFINISHED if seconds(page.said.until) > page.now_s else None

    def judge_ConflictDeclaration(self, page: Page) -> Why | None:
        request = self.request(page.said.request)
        if request is None:
            return Why.UNKNOWN_REQUEST
        voter = self.case_voter(request, page)
        if isinstance(voter, Why):
            return voter
        if self.recused(request, voter.id, page):
            self.refuse_if_hopeless(request, page)
        return None

    judge_Recusal = judge_ConflictDeclaration

    def judge_Approval(self, page: Page) -> Why | None:
        request = self.request(page.said.request)
        if request is None:
            return Why.UNKNOWN_REQUEST
        rules, vote = self.prefix.rules[request.rules], page.said
        voter = self.case_voter(request, page)
        if isinstance(voter, Why):
            return voter
        why = self.vote_fault(request, page, voter)
        if why is not None:
            return why
        if seconds(vote.expires) <= page.now_s:
            return Why.EXPIRED
        same = vote.effect_sha256 == digest_of(request.said.effect)
        if same is not (vote.verdict is Verdict.GRANTED):
            return Why.WRONG_EFFECT
        if self.no_report(vote.impact_sha256):
            return Why.NO_IMPACT
        voices = self.voices(request, (said.Approval, said.Refusal), page.now_s, request.keyring)
        why = self.spoken(voices, voter)
        if why is not None:
            return why
        if vote.verdict is Verdict.GRANTED:
            agreed = [one for one in [*voices, (page, voter)] if one[0].said.verdict is Verdict.GRANTED]
            seats = {who.seat for _, who in agreed}
            # The quorum is that of the day of filing: what it supersedes was known then.
            if self.met(request.keyring, self.quorum_filed(request, rules), seats):
                why = self.make(request, page, request.said.effect, Verdict.GRANTED, agreed)
                if why is not None:
                    page.news.append(("void", request.entry.index, why))
        return None

    def quorum_filed(self, request: Page, rules: Any) -> str:
        """The group that must agree to a request, from what was in the diary when it was filed."""
        whole = self.diary
        self.diary = whole[: request.entry.index]
        try:
            return self.quorum(request.said.effect, rules)
        finally:
            self.diary = whole

    def vote_fault(self, request: Page, page: Page, voter: Person) -> Why | None:
        rules = self.prefix.rules[request.rules]
        return (
            self.settled(request, page.now_s)
            or (None if self.safe(request) else Why.NOT_DEPOSITED)
            or self.seen(page.said.seen, page.entry.index, request.entry.index, request.keyring, request.rules)
            or self.duty(request, voter, page.now_s, rules)
        )

    def no_report(self, digest: str) -> bool:
        return digest == "0" * 64 or digest == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    def judge_Refusal(self, page: Page) -> Why | None:
        request = self.request(page.said.request)
        if request is None:
            return Why.UNKNOWN_REQUEST
        voter = self.case_voter(request, page)
        if isinstance(voter, Why):
            return voter
        why = self.vote_fault(request, page, voter)
        if why is not None or page.said.verdict is Verdict.DEFERRED:
            return why
        why = self.spoken(self.voices(request, (said.Approval, said.Refusal), page.now_s, request.keyring), voter)
        if why is None:
            self.refuse_if_hopeless(request, page)
        return why

    def refuse_if_hopeless(self, request: Page, page: Page) -> None:
        """`page` is the entry just heard; it is not in the diary yet."""
        if self.settled(request, page.now_s) is not None:
            return
        whole, rules = self.diary, self.prefix.rules[request.rules]
        self.diary = [*whole, page]
        try:
            voices = self.voices(request, (said.Approval, said.Refusal), page.now_s, request.keyring)
            noes = {who.organisation for one, who in voices if isinstance(one.said, said.Refusal)}
            keyring = self.prefix.keyrings[request.keyring]
            left = set()
            for key in keyring.keys:
                who = whose(keyring, key)
                free = not self.interested(request, who.organisation) and not self.recused(request, who.id)
                if free and not self.proposed(request, who) and who.organisation not in noes:
                    left.add(who.seat)
            hopeless = not self.met(request.keyring, self.quorum_filed(request, rules), left)
        finally:
            self.diary = whole
        if noes and hopeless:
            page.news.append(("refused", request.entry.index, None))

    def make(self, request: Page, page: Page, effect: Any, verdict: Verdict, agreed: list[Any]) -> Why | None:
        rules, about = self.prefix.rules[request.rules], request.entry.index
        if effect.until is not None and seconds(effect.until) <= page.now_s:
            return Why.WINDOW_OVER
        chain_s = self.chain_s(effect, rules, page.now_s)
        if chain_s + rules.emergency_s <= page.now_s:
            return Why.EMERGENCY_CAP
        old = [self.decided(leaf) for leaf in effect.supersedes]
        made = {
            "effect": effect,
            "verdict": verdict,
            "votes": tuple(one.entry.index for one, _ in agreed),
            "organisations": {who.organisation for _, who in agreed},
            "people": {who.id for _, who in agreed},
            "reasons": frozenset(reason for one, _ in agreed for reason in one.said.reasons),
            "start_s": max(page.now_s, seconds(effect.start)),
            "chain_s": chain_s,
            "supersedes": {one.entry.index for one in old if one is not None},
        }
        page.news.append(("granted", about, made))
        return None

    def judge_Decision(self, page: Page) -> Why | None:
        request, notice = self.request(page.said.request), page.said
        if request is None:
            return Why.UNKNOWN_REQUEST
        signer = self.person(page.keyring, page.entry.key, page.entry.index)
        if isinstance(signer, Why):
            return signer
        if notice.verdict is Verdict.WITHDRAWN:
            if not self.proposed(request, signer):
                return Why.WRONG_SEAT
            why = self.settled(request, page.now_s)
            if why is None:
                page.news.append(("withdrawn", request.entry.index, None))
            return why
        if signer.college is not College.REGISTRAR:
            return Why.WRONG_SEAT
        if not self.stands(notice.seen.size, notice.seen.root, page.entry.index):
            return Why.UNSEEN_CHECKPOINT
        if self.settled(request, page.now_s) is None and notice.effect and notice.verdict is not Verdict.GRANTED:
            self.grant_in_part(request, page)
        whole = self.diary
        self.diary = [*whole, page]
        try:
            state, grant = self.state(request, page.now_s), self.grant(request)
            counts = {whole[index].entry.leaf for index in self.counts(request, page.now_s)}
        finally:
            self.diary = whole
        if not notice.votes <= counts:
            return Why.WRONG_NOTICE
        if state.value != notice.verdict.value or notice.effect != (grant[1]["effect"] if grant else None):
            return Why.WRONG_NOTICE
        if grant:
            page.news.append(("told", request.entry.index, None))
        return None

    def grant_in_part(self, request: Page, page: Page) -> None:
        rules, effect, verdict = self.prefix.rules[request.rules], page.said.effect, page.said.verdict
        if self.effect_fault(effect, rules, page.now_s) is not None:
            return
        voices = self.voices(request, said.Approval, page.now_s, request.keyring)
        digest = digest_of(effect)
        agreed = [one for one in voices if one[0].said.effect_sha256 == digest and one[0].said.verdict is verdict]
        if not page.said.votes <= {one.entry.leaf for one, _ in agreed}:
            return
        if self.met(request.keyring, self.quorum(effect, rules), {who.seat for _, who in agreed}):
            self.make(request, page, effect, verdict, agreed)

    def judge_Lapse(self, page: Page) -> Why | None:
        request = self.decided(page.said.about) or self.request(page.said.about)
        if request is None:
            return Why.UNKNOWN_REQUEST
        signer = self.person(page.keyring, page.entry.key, page.entry.index)
        if isinstance(signer, Why):
            return signer
        if signer.college is not College.REGISTRAR:
            return Why.WRONG_SEAT
        if not self.stands(page.said.seen.size, page.said.seen.root, page.entry.index):
            return Why.UNSEEN_CHECKPOINT
        grant = self.grant(request)
        lapse_s = self.lapse_s(request)
        if grant is not None:
            lapse_s = grant[1]["chain_s"] + self.prefix.rules[request.rules].emergency_s
        if self.state(request, page.now_s) is not State.LAPSED or seconds(page.said.at) != lapse_s:
            return Why.WRONG_NOTICE
        return None

    def judge_Ratification(self, page: Page) -> Why | None:
        request = self.decided(page.said.decision)
        if request is None:
            return Why.UNKNOWN_DECISION
        grant, rules = self.grant(request), self.prefix.rules[request.rules]
        if grant[1]["effect"].state is not EMERGENCY:
            return Why.NOT_EMERGENCY
        voter = self.case_voter(request, page)
        if isinstance(voter, Why):
            return voter
        index, subject = page.entry.index, grant[0].entry.index
        why = (
            self.ended(request, page.now_s)
            or (Why.AFTER_DECISION if self.told(request, "ratified") else None)
            or self.seen(page.said.seen, index, subject, request.keyring, request.rules)
            or self.duty(request, voter, page.now_s, rules)
        )
        if why is not None:
            return why
        if voter.id in grant[1]["people"]:
            return Why.ISSUER
        if seconds(page.said.expires) <= page.now_s:
            return Why.EXPIRED
        voices = self.voices(request, said.Ratification, page.now_s, request.keyring)
        why = self.spoken(voices, voter)
        if why is not None:
            return why
        voices.append((page, voter))
        if self.met(request.keyring, rules.ordinary, {who.seat for _, who in voices}):
            page.news.append(("ratified", request.entry.index, tuple(one.entry.index for one, _ in voices)))
        return None

    def judge_Revocation(self, page: Page) -> Why | None:
        request = self.decided(page.said.decision)
        if request is None:
            return Why.UNKNOWN_DECISION
        voter = self.voter(page.keyring, page.entry.key, page.entry.index)
        if isinstance(voter, Why):
            return voter
        vote, now_s, index = page.said, page.now_s, request.entry.index
        grant, rules, act = self.grant(request), self.prefix.rules[page.rules], self.act(vote)
        effect = grant[1]["effect"]
        done = False
        for one in self.diary:
            for word, about, _ in one.news:
                if word in ("revoked", "rest") and about == index:
                    done = done or (self.act(one.said), one.keyring, one.rules) == (act, page.keyring, page.rules)
        why = (
            self.ended(request, now_s)
            or (Why.AFTER_DECISION if done else None)
            or self.seen(vote.seen, page.entry.index, grant[0].entry.index, page.keyring, page.rules)
            or self.duty(request, voter, now_s, rules, page.keyring)
            or (Why.EXPIRED if seconds(vote.expires) <= now_s else None)
            or (Why.NO_IMPACT if self.no_report(vote.impact_sha256) else None)
        )
        classes = effect.classes
        if why is None and isinstance(vote, said.Suspension):
            classes = vote.classes
            if not vote.classes <= effect.classes:
                why = Why.WRONG_EFFECT
            elif seconds(vote.until) <= now_s:
                why = Why.WINDOW_OVER
            elif seconds(vote.until) - seconds(vote.start) > rules.window_s:
                why = Why.WINDOW_TOO_LONG
        if why is not None:
            return why
        voices = self.voices(request, type(vote), now_s, page.keyring, act, page.rules)
        why = self.spoken(voices, voter)
        if why is not None:
            return why
        voices.append((page, voter))
        lifelines = effect.state.serves and any(one.protected for one in classes)
        group = rules.lifelines if lifelines else rules.ordinary
        if self.met(page.keyring, group, {who.seat for _, who in voices}):
            votes = tuple(one.entry.index for one, _ in voices)
            if isinstance(vote, said.Suspension):
                start_s = max(now_s, seconds(vote.start))
                rest = Rest(classes=vote.classes, start_s=start_s, until_s=seconds(vote.until), votes=votes)
                page.news.append(("rest", index, rest))
            else:
                page.news.append(("revoked", index, votes))
        return None

    judge_Suspension = judge_Revocation

    def judge_Review(self, page: Page) -> Why | None:
        request = self.decided(page.said.decision)
        if request is None:
            return Why.UNKNOWN_DECISION
        voter = self.voter(page.keyring, page.entry.key, page.entry.index)
        if isinstance(voter, Why):
            return voter
        grant = self.grant(request)
        why = self.seen(page.said.seen, page.entry.index, grant[0].entry.index, page.keyring, page.rules)
        if why is not None:
            return why
        if self.proposed(request, voter):
            return Why.PROPOSER
        if self.interested(request, voter.organisation, page.keyring):
            return Why.INTERESTED
        if self.recused(request, voter.id):
            return Why.RECUSED
        voted = set(grant[1]["organisations"])
        for one in self.diary:
            if one.why is None and isinstance(one.said, said.Ratification):
                about = self.decided(one.said.decision)
                if about is not None and about.entry.index == request.entry.index:
                    who = self.person(request.keyring, one.entry.key, one.entry.index)
                    assert isinstance(who, Person)
                    voted.add(who.organisation)
        voted |= {top(self.prefix.keyrings[page.keyring], one) for one in voted}
        return Why.NOT_INDEPENDENT if voter.organisation in voted else None

    def judge_Appeal(self, page: Page) -> Why | None:
        if self.decided(page.said.decision) is None and self.request(page.said.decision) is None:
            return Why.UNKNOWN_DECISION
        found = self.person(page.keyring, page.entry.key, page.entry.index)
        return None if isinstance(found, Person) else found

    def office(self, page: Page, college: College) -> Why | None:
        """Why the signer does not hold a seat of this college."""
        found = self.person(page.keyring, page.entry.key, page.entry.index)
        if isinstance(found, Why):
            return found
        return None if found.college is college else Why.WRONG_SEAT

    def judge_MapRelease(self, page: Page) -> Why | None:
        why = self.office(page, College.REGISTRAR)
        if why is not None:
            return why
        latest_s = 0
        for one in self.prefix.checkpoints:
            latest_s = max(latest_s, one.at_s)
            if (one.size, one.root) == (page.said.size, page.said.root) and one.size <= page.entry.index:
                if seconds(page.said.at) < latest_s:
                    return Why.TOO_EARLY
                return Why.FROM_THE_FUTURE if seconds(page.said.at) - page.now_s > 60 else None
        return Why.UNSEEN_CHECKPOINT

    def judge_EnforcementReport(self, page: Page) -> Why | None:
        why = self.office(page, College.ENFORCEMENT)
        if why is None and (page.said.size < 1 or page.said.size > page.entry.index):
            return Why.UNSEEN_CHECKPOINT
        return why

    def judge_RedactionDeposit(self, page: Page) -> Why | None:
        about = self.first(page.said.entry)
        if about is None:
            return Why.UNKNOWN_ENTRY
        why = self.office(page, College.TRUSTEE)
        if why is not None:
            return why
        for digest in page.said.digests:
            if digest not in about.withheld:
                return Why.NOT_WITHHELD
        if seconds(page.said.disclose_from) > self.due_s(about):
            return Why.LATE_DISCLOSURE
        return None

    def judge_Disclosure(self, page: Page) -> Why | None:
        about = self.first(page.said.entry)
        if about is None:
            return Why.UNKNOWN_ENTRY
        signer = self.person(page.keyring, page.entry.key, page.entry.index)
        if isinstance(signer, Why):
            return signer
        for one in page.said.items:
            if one.digest not in about.withheld:
                return Why.NOT_WITHHELD
        for one in page.said.items:
            if not tells(one.disclosure):
                return Why.UNREADABLE
        told = [self.disclosed_s(about, one.digest) for one in page.said.items]
        return None if None in told else Why.TOLD_BEFORE

    def judge_KeyringChange(self, page: Page) -> Why | None:
        vote, old = page.said, self.prefix.keyrings[page.keyring]
        if vote.version == old.version and vote.keyring_sha256 == page.keyring:
            found = self.person(page.keyring, page.entry.key, page.entry.index)
            return None if isinstance(found, Person) else found
        if vote.version <= old.version:
            return Why.ROLLBACK
        if vote.version > old.version + 1 or vote.previous_sha256 != page.keyring:
            return Why.WRONG_VERSION
        if vote.keyring_sha256 not in self.prefix.keyrings:
            return Why.UNKNOWN_DOCUMENT
        new = self.prefix.keyrings[vote.keyring_sha256]
        if remembered(successor_faults, old, new):
            return Why.UNFIT_DOCUMENT
        pages = [page]
        for one in self.diary:
            said_so = one.why is None and isinstance(one.said, said.KeyringChange)
            if said_so and (one.said.keyring_sha256, one.keyring) == (vote.keyring_sha256, page.keyring):
                pages.insert(-1, one)
        here = self.voter(page.keyring, page.entry.key, page.entry.index)
        there = self.voter(vote.keyring_sha256, page.entry.key, page.entry.index)
        if isinstance(here, Why) and isinstance(there, Why):
            return here
        before = []
        for one in pages[:-1]:
            who = self.voter(page.keyring, one.entry.key, one.entry.index)
            if isinstance(who, Why):
                who = self.voter(vote.keyring_sha256, one.entry.key, one.entry.index)
            before.append((one, who))
        for each in (here, there):
            if isinstance(each, Person):
                why = self.spoken(before, each)
                if why is not None:
                    return why
        enough = []
        for digest in (page.keyring, vote.keyring_sha256):
            seats, organisations = set(), set()
            for one in pages:
                who = self.voter(digest, one.entry.key, one.entry.index)
                if isinstance(who, Person) and who.organisation not in organisations:
                    organisations.add(who.organisation)
                    seats.add(who.seat)
            enough.append(self.met(digest, self.prefix.rules[page.rules].change, seats))
        if all(enough):
            page.news.append(("keyring", None, vote.keyring_sha256))
        return None

    def judge_PolicyChange(self, page: Page) -> Why | None:
        vote, old = page.said, self.prefix.rules[page.rules]
        if vote.version == old.version and vote.policy_sha256 == page.rules:
            found = self.person(page.keyring, page.entry.key, page.entry.index)
            return None if isinstance(found, Person) else found
        if vote.version <= old.version:
            return Why.ROLLBACK
        if vote.version > old.version + 1 or vote.previous_sha256 != page.rules:
            return Why.WRONG_VERSION
        if vote.policy_sha256 not in self.prefix.rules:
            return Why.UNKNOWN_DOCUMENT
        new = self.prefix.rules[vote.policy_sha256]
        if remembered(rules_successor_faults, old, new):
            return Why.UNFIT_DOCUMENT
        voter = self.voter(page.keyring, page.entry.key, page.entry.index)
        if isinstance(voter, Why):
            return voter
        before = []
        for one in self.diary:
            said_so = one.why is None and isinstance(one.said, said.PolicyChange)
            if said_so and (one.said.policy_sha256, one.keyring) == (vote.policy_sha256, page.keyring):
                before.append((one, self.person(page.keyring, one.entry.key, one.entry.index)))
        why = self.spoken(before, voter)
        if why is not None:
            return why
        seats = {voter.seat} | {who.seat for _, who in before if isinstance(who, Person)}
        if all(self.met(page.keyring, group, seats) for group in (old.change, new.change)):
            page.news.append(("rules", None, vote.policy_sha256))
        return None

    # -- the outcome --

    def outcome(self, page: Page) -> RequestOutcome:
        rules = self.prefix.rules[page.rules]
        urgent = page.said.effect.state is EMERGENCY
        deadline_s = page.now_s + (rules.emergency_deadline_s if urgent else rules.deadline_s)
        answer = (page, State.VOID, page.why) if page.why is not None else self.answer(page)
        answered_s = None if answer is None else answer[0].now_s
        grant = None if page.why is not None else self.grant(page)
        return RequestOutcome(
            index=page.entry.index,
            leaf=page.entry.leaf,
            state=State.VOID if page.why is not None else self.state(page, self.at_s),
            received_s=page.now_s,
            deadline_s=deadline_s,
            lapse_s=self.lapse_s(page),
            overdue=(self.at_s if answered_s is None else answered_s) >= deadline_s,
            quorum=self.quorum_filed(page, rules),
            keyring_version=self.prefix.keyrings[page.keyring].version,
            rules_sha256=page.rules,
            answered_s=answered_s,
            why=None if answer is None else answer[2],
            counts=() if page.why is not None else self.counts(page, self.at_s),
            decided=None if grant is None else self.plain(page),
        )

    def counts(self, request: Page, at_s: int) -> tuple[int, ...]:
        """Indices of the votes that count in a request: of its decision, or standing, or all of a refusal."""
        grant, heard = self.grant(request), (said.Approval, said.Refusal)
        if grant is not None:
            made: tuple[int, ...] = grant[1]["votes"]
            return made
        if self.answer(request) is None:
            return tuple(one.entry.index for one, _ in self.voices(request, heard, at_s, request.keyring))
        voices = [
            one
            for one in self.diary
            if isinstance(one.said, heard) and one.why is None and one.said.request == request.entry.leaf
        ]
        return tuple(one.entry.index for one in voices if one.said.verdict is not Verdict.DEFERRED)

    def releases(self) -> list[Released]:
        return [
            Released(
                index=page.entry.index,
                leaf=page.entry.leaf,
                map_sha256=page.said.map_sha256,
                size=page.said.size,
                timeline_sha256=page.said.timeline_sha256,
                at_s=seconds(page.said.at),
                next_change_at_s=None if page.said.next_change_at is None else seconds(page.said.next_change_at),
                released_s=page.now_s,
            )
            for page in self.diary
            if isinstance(page.said, said.MapRelease) and page.why is None
        ]

    def reports(self) -> list[Reported]:
        found = []
        for page in self.diary:
            if isinstance(page.said, said.EnforcementReport) and page.why is None:
                who = self.person(page.keyring, page.entry.key, page.entry.index)
                assert isinstance(who, Person)
                report = Reported(
                    index=page.entry.index,
                    seat=who.seat,
                    point=page.said.point,
                    layer=page.said.layer,
                    map_sha256=page.said.map_sha256,
                    size=page.said.size,
                    since_s=seconds(page.said.since),
                    reported_s=page.now_s,
                )
                found.append(report)
        return found

    def hidden(self) -> list[WithheldOutcome]:
        found = []
        for page in self.diary:
            if page.why is not None:
                continue
            for digest, one in page.withheld.items():
                told_s, due_s = self.disclosed_s(page, digest), self.due_s(page)
                late = self.at_s >= due_s if told_s is None else told_s >= due_s
                outcome = WithheldOutcome(
                    index=page.entry.index,
                    kind=one.kind,
                    digest=digest,
                    trustees=tuple(who.seat for who in self.trustees(page, digest)),
                    deposited=self.deposited(page, digest),
                    due_s=due_s,
                    disclosed_s=told_s,
                    overdue=late,
                )
                found.append(outcome)
        return found

    def plain(self, request: Page) -> Decided:
        page, made = self.grant(request)
        effect, rules = made["effect"], self.prefix.rules[request.rules]
        end_s, _ = self.end(request)
        review_by_s, reviewed = seconds(effect.review_by), False
        if effect.state is EMERGENCY:
            review_by_s = min(review_by_s, page.now_s + rules.emergency_review_s)
        for one in self.diary:
            if one.why is None and isinstance(one.said, said.Review):
                about = self.decided(one.said.decision)
                if about is not None and about.entry.index == request.entry.index:
                    reviewed = True
                    review_by_s = min(seconds(one.said.review_by), one.now_s + self.prefix.rules[one.rules].review_s)
        ratified, revoked = self.told(request, "ratified"), self.told(request, "revoked")
        rests = [
            value
            for one in self.diary
            for word, about, value in one.news
            if word == "rest" and about == request.entry.index
        ]
        due = self.at_s >= review_by_s
        return Decided(
            id=request.entry.leaf,
            index=page.entry.index,
            decided_s=page.now_s,
            verdict=made["verdict"],
            effect=effect,
            reasons=made["reasons"],
            votes=made["votes"],
            start_s=made["start_s"],
            until_s=None if end_s == NEVER_S else end_s,
            moved_up=made["start_s"] != seconds(effect.start),
            emergency=effect.state is EMERGENCY,
            review_by_s=review_by_s,
            review_overdue=due and (end_s > review_by_s or (effect.state is EMERGENCY and not reviewed)),
            supersedes=frozenset(self.diary[index].entry.leaf for index in made["supersedes"]),
            ratified_s=None if ratified is None else ratified[0].now_s,
            ratified_by=() if ratified is None else ratified[1],
            revoked_by=() if revoked is None else revoked[1],
            rests=tuple(rests),
        )


def decide(prefix: Prefix, at_s: int) -> Outcomes:
    slow = Slow(prefix, at_s)
    missing = set()
    for page in slow.diary:
        if page.why is Why.UNKNOWN_DOCUMENT:
            vote: Any = page.said
            missing.add(vote.keyring_sha256 if isinstance(vote, said.KeyringChange) else vote.policy_sha256)
    return Outcomes(
        at_s=at_s,
        size=len(slow.diary),
        requests=tuple(
            slow.outcome(page)
            for page in slow.diary
            if isinstance(page.said, said.Request) and page.why not in (Why.REPLAYED_ENTRY, Why.OTHER_LOG)
        ),
        void=tuple(Void(index=page.entry.index, why=page.why) for page in slow.diary if page.why is not None),
        keyring_sha256=slow.newest("keyring"),
        rules_sha256=slow.newest("rules"),
        missing=frozenset(missing),
        releases=tuple(slow.releases()),
        reports=tuple(slow.reports()),
        withheld=tuple(slow.hidden()),
    )
