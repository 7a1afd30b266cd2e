"""Histories to decide on: a demonstration keyring, a pen that writes entries by hand, and random histories by the thousand.

Signatures are not made: deciding starts from entries already verified, so an entry is a statement beside a public key.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import random
from dataclasses import replace
from typing import Any

from hudhud.record.envelope import Ed25519Signer
from hudhud.record.forms import instant_s as _instant_s
from hudhud.record.forms import instant_text as _instant_text
from hudhud.record.history import Entry, Prefix, Witnessed
from hudhud.record.keyring import Key, Keyring, Organisation, Person, Seat, keyring_digest
from hudhud.record.parts import (
    Conditions,
    Conflict,
    Contact,
    Disclosed,
    Effect,
    Party,
    Seen,
    TerritoryRef,
    Withheld,
    effect_digest,
)
from hudhud.record.redaction import disclosure, withheld_of
from hudhud.record.rules import Rules, rules_digest
from hudhud.record.statements import (
    Appeal,
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Decision,
    Disclosure,
    EnforcementReport,
    Evidence,
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
from hudhud.record.words import (
    Action,
    Channel,
    College,
    ConflictKind,
    Containment,
    EvidenceClass,
    Layer,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    Reason,
    RedactionClass,
    RequesterKind,
    ReviewOutcome,
    ServiceClass,
    ServiceState,
    Verdict,
)

LOG = "example.invalid/demonstration"
HOUR_S, DAY_S = 3_600, 86_400
T0_S = 1_780_000_200  # 2026-05-28T20:30:00Z, on a grid of 600 s
REASONS = frozenset({Reason.HUMANITARIAN_NECESSITY})
IMPACT = "1a" * 32

instant_text = functools.cache(_instant_text)
instant_s = functools.cache(_instant_s)
digest_of = functools.cache(effect_digest)

_SEATS = {  # seat: (college, person, organisation)
    "op1": (College.OPERATOR, "ada", "operator"),
    "op2": (College.OPERATOR, "bob", "operator"),
    "op3": (College.OPERATOR, "cid", "owner"),
    "humanitarian-seat": (College.PUBLIC_INTEREST, "dua", "relief"),
    "press-freedom-seat": (College.PUBLIC_INTEREST, "eve", "press"),
    "counsel-a": (College.LEGAL, "fay", "firm-a"),
    "counsel-b": (College.LEGAL, "gus", "firm-b"),
    "etc-seat": (College.HUMANITARIAN, "hana", "cluster"),
    "registrar": (College.REGISTRAR, "ida", "registry"),
    "ministry": (College.REQUESTER, "jon", "UKR"),
    "trustee": (College.TRUSTEE, "kim", "vault"),
    "gateway": (College.ENFORCEMENT, "lou", "operator"),
    "counsel-c": (College.LEGAL, "mia", "firm-c"),
    "trustee-b": (College.TRUSTEE, "nur", "archive"),
    "trustee-c": (College.TRUSTEE, "oli", "vault"),
}
VOTERS = tuple(seat for seat, (college, _, _) in _SEATS.items() if college.votes)
GROUPS = """\
group operator 1 op1 op2 op3
group public-interest 1 humanitarian-seat press-freedom-seat
group legal 1 counsel-a counsel-b counsel-c
group ordinary 3 operator public-interest legal
group operator-duty 1 op1 op2 op3
group independent-duty 1 humanitarian-seat press-freedom-seat
group emergency-on 2 operator-duty independent-duty
group suspend-humanitarian 4 operator public-interest legal etc-seat
"""
SMALL = """\
group operator 1 op1 op2 op3
group public-interest 1 humanitarian-seat press-freedom-seat
group ordinary 2 operator public-interest
group emergency-on 2 operator public-interest
group suspend-humanitarian 3 operator public-interest etc-seat
"""


@functools.cache
def key(seat: str, turn: int = 0) -> bytes:
    """The public key of a seat; another for each turn."""
    return Ed25519Signer(seed=f"{seat}/{turn}".encode().ljust(32, b".")).public_key


def keyring(groups: str = GROUPS, seats: Any = _SEATS, **changed: Any) -> Keyring:
    organisations = sorted({organisation for _, _, organisation in seats.values()} | {"operator"})
    fields: dict[str, Any] = {
        "log": LOG,
        "version": 1,
        "organisations": tuple(
            Organisation(id=one, name_en=one, name_ar=one, counts_as="operator" if one == "owner" else None)
            for one in organisations
        ),
        "persons": tuple(Person(id=one, organisation=home, name=one) for _, one, home in seats.values()),
        "seats": tuple(
            Seat(id=one, college=college, title_en=one, title_ar=one) for one, (college, _, _) in seats.items()
        ),
        "keys": tuple(
            Key(seat=one, person=person, public=base64.b64encode(key(one)).decode())
            for one, (_, person, _) in seats.items()
        ),
        "groups": groups,
    }
    return Keyring(**{**fields, **changed})


@functools.cache
def documents(groups: str) -> tuple[dict[str, Keyring], dict[str, Rules], list[str], list[str]]:
    """Keyrings and rules by digest, and their digests in order: two that follow each other, then two that do not fit."""
    first = keyring(groups)
    sha256 = keyring_digest(first)
    gone = [replace(one, until_entry=9) if one.seat in ("op1", "humanitarian-seat") else one for one in first.keys]
    second = replace(first, version=2, previous_sha256=sha256, keys=tuple(gone))
    unfit = replace(first, version=2, previous_sha256="77" * 32)
    rules = Rules(log=LOG)
    digest = rules_digest(rules)
    stricter = replace(rules, version=2, previous_sha256=digest, deadline_s=24 * HOUR_S, lapse_s=5 * DAY_S)
    askew = replace(rules, version=2, previous_sha256="77" * 32)
    keyrings = {keyring_digest(one): one for one in (first, second, unfit)}
    known = {rules_digest(one): one for one in (rules, stricter, askew)}
    return keyrings, known, list(keyrings), list(known)


PLACE = TerritoryRef(id="place", resolution=5, containment=Containment.FULL, cells_sha256="c1" * 32)
CRIMEA = TerritoryRef(
    id="UKR.crimea",
    resolution=5,
    containment=Containment.FULL,
    cells_sha256="c0" * 32,
    claimed_by=frozenset({"UKR", "RUS"}),
    controlled_by="RUS",
)
CAMP = replace(PLACE, id="camp", cells_sha256="c2" * 32, controlled_by="relief")
AID = frozenset({ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL})
OTHERS = frozenset({ServiceClass.RESIDENTIAL, ServiceClass.PRESS})


@functools.cache
def secret(number: int) -> tuple[Withheld, str]:
    """Something withheld, and the disclosure that tells it.  Secret 3 has one that tells nothing."""
    text = disclosure(f"{number:016d}".encode(), "name", f"Source {number}")
    text = "bm90aGluZw" * 3 if number == 3 else text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Withheld(kind=RedactionClass.PERSON_NAME, digest=digest), text


def hidden_party(number: int = 0) -> Party:
    """Somebody whose name is withheld."""
    return Party(kind=RequesterKind.PRIVATE_PERSON, withheld=secret(number)[0])


SECRETS = {secret(number)[0].digest: secret(number)[1] for number in range(6)}
TRUSTEES = ("trustee", "trustee-b")


def effect(
    start_s: int,
    until_s: int | None,
    state: ServiceState = ServiceState.SERVED,
    classes: frozenset[ServiceClass] = OTHERS,
    **changed: Any,
) -> Effect:
    """An effect from one instant until another, since 1970."""
    fields: dict[str, Any] = {
        "state": state,
        "territories": (PLACE,),
        "classes": classes,
        "layers": frozenset() if state.serves else frozenset({Layer.TERMINAL}),
        "start": instant_text(start_s),
        "until": None if until_s is None else instant_text(until_s),
        "review_by": instant_text(start_s + 100 * DAY_S),
    }
    return Effect(**{**fields, **changed})


class Pen:
    """Writes a history by hand: each entry is covered at once by a checkpoint of its own unless `covered` is false."""

    def __init__(self, groups: str = GROUPS, now_s: int = T0_S) -> None:
        self.keyrings, self.rules, self.keyring_digests, self.rules_digests = documents(groups)
        self.now_s = now_s
        self.entries: list[Entry] = []
        self.checkpoints: list[Witnessed] = []
        self.nonce = 0
        self.version, self.policy = 1, self.rules_digests[0]

    def say(
        self, seat: str, statement: Any, *, covered: bool = True, public: bytes | None = None, leaf: str = ""
    ) -> str:
        """Append an entry; its leaf."""
        index = len(self.entries)
        leaf = leaf or f"{index + 1:064x}"
        self.entries.append(Entry(index=index, statement=statement, key=public or key(seat), leaf=leaf))
        if covered:
            self.witness()
        return leaf

    def witness(self) -> None:
        size = len(self.entries)
        self.checkpoints.append(Witnessed(size=size, root=f"{size:063x}f", at_s=self.now_s))

    def wait(self, seconds: int) -> None:
        self.now_s += seconds

    def seen(self, **changed: Any) -> Seen:
        newest = self.checkpoints[-1] if self.checkpoints else Witnessed(size=1, root="0" * 64, at_s=0)
        fields = {
            "size": newest.size,
            "root": newest.root,
            "policy_sha256": self.policy,
            "keyring_version": self.version,
        }
        return Seen(**{**fields, **changed})

    def request(self, wanted: Effect | None = None, seat: str = "ministry", **changed: Any) -> str:
        self.nonce += 1
        wanted = wanted or effect(self.now_s, self.now_s + 100 * DAY_S)
        covered = changed.pop("covered", True)
        fields: dict[str, Any] = {
            "log": LOG,
            "nonce": f"{self.nonce:032x}",
            "title_en": "A request",
            "title_ar": "طلب",
            "requester": Party(kind=RequesterKind.TERRITORIAL_GOVERNMENT, id="UKR"),
            "channel": Channel.FILED_PORTAL,
            "action": Action.ACTIVATE if wanted.state.serves else Action.MODIFY,
            "purposes": frozenset({Purpose.PUBLIC_INTERNET}),
            "legal_basis": LegalBasis.NATIONAL_LICENCE,
            "legal_basis_status": LegalBasisStatus.VERIFIED,
            "effect": wanted,
        }
        return self.say(seat, Request(**{**fields, **changed}), covered=covered)

    def contacts(self, seat: str, **changed: Any) -> str:
        fields: dict[str, Any] = {
            "log": LOG,
            "start": instant_text(self.now_s - 120 * DAY_S),
            "until": instant_text(self.now_s),
        }
        return self.say(seat, ContactDeclaration(**{**fields, **changed}))

    def conflicts(self, seat: str, request: str, *conflicts: Conflict) -> str:
        return self.say(seat, ConflictDeclaration(log=LOG, request=request, conflicts=conflicts))

    def ready(self, request: str, *seats: str) -> None:
        """Make every declaration that a vote needs."""
        for seat in seats:
            self.contacts(seat)
            self.conflicts(seat, request)

    def approval(self, request: str, **changed: Any) -> Approval:
        asked: Any = next((one.statement for one in self.entries if one.leaf == request), None)
        sha256 = digest_of(changed.pop("effect", None) or asked.effect)
        fields: dict[str, Any] = {
            "log": LOG,
            "request": request,
            "effect_sha256": sha256,
            "seen": self.seen(),
            "impact_sha256": IMPACT,
            "verdict": Verdict.GRANTED,
            "reasons": REASONS,
            "expires": instant_text(self.now_s + 10 * DAY_S),
        }
        return Approval(**{**fields, **changed})

    def approve(self, seat: str, request: str, **changed: Any) -> str:
        return self.say(seat, self.approval(request, **changed))

    def refuse(self, seat: str, request: str, verdict: Verdict = Verdict.REFUSED) -> str:
        return self.say(seat, Refusal(log=LOG, request=request, seen=self.seen(), verdict=verdict, reasons=REASONS))

    def ratify(self, seat: str, decision: str, **changed: Any) -> str:
        fields: dict[str, Any] = {"seen": self.seen(), "expires": instant_text(self.now_s + 10 * DAY_S)}
        return self.say(seat, Ratification(log=LOG, decision=decision, reasons=REASONS, **{**fields, **changed}))

    def revoke(self, seat: str, decision: str, **changed: Any) -> str:
        fields: dict[str, Any] = {
            "seen": self.seen(),
            "impact_sha256": IMPACT,
            "expires": instant_text(self.now_s + 10 * DAY_S),
        }
        return self.say(seat, Revocation(log=LOG, decision=decision, reasons=REASONS, **{**fields, **changed}))

    def suspend(self, seat: str, decision: str, classes: frozenset[ServiceClass], **changed: Any) -> str:
        fields: dict[str, Any] = {
            "seen": self.seen(),
            "impact_sha256": IMPACT,
            "start": instant_text(T0_S),
            "until": instant_text(T0_S + 20 * DAY_S),
            "expires": instant_text(self.now_s + 10 * DAY_S),
        }
        fields |= changed
        return self.say(seat, Suspension(log=LOG, decision=decision, classes=classes, reasons=REASONS, **fields))

    def review(self, seat: str, decision: str, **changed: Any) -> str:
        fields: dict[str, Any] = {"seen": self.seen(), "review_by": instant_text(self.now_s + 30 * DAY_S)}
        fields |= {"outcome": ReviewOutcome.STANDS, "findings": "Needed."}
        return self.say(seat, Review(log=LOG, decision=decision, **{**fields, **changed}))

    def notice(self, seat: str, request: str, verdict: Verdict, effect: Effect | None = None, **changed: Any) -> str:
        fields: dict[str, Any] = {"seen": self.seen(), "verdict": verdict, "reasons": REASONS, "effect": effect}
        return self.say(seat, Decision(log=LOG, request=request, **{**fields, **changed}))

    def release(self, seat: str = "registrar", **changed: Any) -> str:
        """A map is released, from the newest checkpoint and for its instant."""
        newest = self.checkpoints[-1]
        fields: dict[str, Any] = {
            "map_sha256": "ab" * 32,
            "size": newest.size,
            "root": newest.root,
            "timeline_sha256": "cd" * 32,
            "at": instant_text(newest.at_s),
        }
        return self.say(seat, MapRelease(log=LOG, **{**fields, **changed}))

    def report(self, seat: str = "gateway", **changed: Any) -> str:
        fields: dict[str, Any] = {
            "point": "gateway-7",
            "layer": Layer.BEAM,
            "map_sha256": "ab" * 32,
            "size": max(1, len(self.entries)),
            "since": instant_text(self.now_s),
        }
        return self.say(seat, EnforcementReport(log=LOG, **{**fields, **changed}))

    def evidence(self, seat: str, about: str, *numbers: int) -> str:
        """Something shown, with secrets."""
        withheld = tuple(secret(number)[0] for number in numbers)
        statement = Evidence(
            log=LOG, about=about, evidence_class=EvidenceClass.MEASUREMENT, text="No signal.", withheld=withheld
        )
        return self.say(seat, statement)

    def hides(self, leaf: str) -> tuple[str, ...]:
        """Digests of what an entry withholds."""
        statement = next(one.statement for one in reversed(self.entries) if one.leaf == leaf)
        return tuple(one.digest for one in withheld_of(statement))

    def deposit(self, seat: str, entry: str, digests: Any = None, **changed: Any) -> str:
        fields: dict[str, Any] = {
            "digests": frozenset(self.hides(entry) if digests is None else digests),
            "disclose_from": instant_text(self.now_s + DAY_S),
        }
        return self.say(seat, RedactionDeposit(log=LOG, entry=entry, **{**fields, **changed}))

    def deposited(self, entry: str, *seats: str) -> None:
        for seat in seats or TRUSTEES:
            self.deposit(seat, entry)

    def disclose(self, seat: str, entry: str, *digests: str) -> str:
        items = tuple(Disclosed(digest=one, disclosure=SECRETS[one]) for one in digests or self.hides(entry))
        return self.say(seat, Disclosure(log=LOG, entry=entry, items=items))

    def change_keyring(self, seat: str, sha256: str, version: int = 2, previous: str | None = "", **said: Any) -> str:
        previous = self.keyring_digests[0] if previous == "" else previous
        return self.say(
            seat, KeyringChange(log=LOG, version=version, keyring_sha256=sha256, previous_sha256=previous), **said
        )

    def change_rules(self, seat: str, sha256: str, version: int = 2, previous: str | None = "", **said: Any) -> str:
        previous = self.rules_digests[0] if previous == "" else previous
        return self.say(
            seat, PolicyChange(log=LOG, version=version, policy_sha256=sha256, previous_sha256=previous), **said
        )

    def granted(self, wanted: Effect | None = None, seats: tuple[str, ...] = (), **changed: Any) -> str:
        """A request granted at once by these seats; its leaf."""
        request = self.request(wanted, **changed)
        emergency = wanted is not None and wanted.state is ServiceState.EMERGENCY_SERVED
        seats = seats or (("op1", "humanitarian-seat") if emergency else ("op1", "press-freedom-seat", "counsel-a"))
        self.ready(request, *seats)
        for seat in seats:
            self.approve(seat, request)
        return request

    def prefix(self, **changed: Any) -> Prefix:
        fields: dict[str, Any] = {
            "log": LOG,
            "entries": tuple(self.entries),
            "checkpoints": tuple(self.checkpoints),
            "keyrings": self.keyrings,
            "rules": self.rules,
            "keyring_sha256": self.keyring_digests[0],
            "rules_sha256": self.rules_digests[0],
        }
        return Prefix(**{**fields, **changed})


CONFLICT = Conflict(kind=ConflictKind.FINANCIAL, party=Party(kind=RequesterKind.UNKNOWN), note="Shares.")
_OLD = replace(CONFLICT, until="2024-01-01")
_HIDDEN = replace(_OLD, party=hidden_party(2))
_WAITS_S = (0, 0, 0, 0, 600, 600, HOUR_S, 6 * HOUR_S, 6 * HOUR_S, 20 * HOUR_S, 3 * DAY_S, 16 * DAY_S)
_LENGTHS_S = (2 * DAY_S, 12 * DAY_S, *(30 * DAY_S,) * 3, *(150 * DAY_S,) * 6, 181 * DAY_S, *(None,) * 8)


@functools.cache
def _pool() -> tuple[Effect, ...]:
    """Effects that random histories ask for.  Few, so that their digests are made once."""
    dice = random.Random(7)
    states = [ServiceState.SERVED] * 3 + [ServiceState.EMERGENCY_SERVED] * 5
    states += [ServiceState.SUSPENDED, ServiceState.NOT_OFFERED, ServiceState.PROHIBITED]
    found: list[Effect] = []
    while len(found) < 60:
        state, start_s = dice.choice(states), T0_S + dice.choice((0, 0, 0, 0, 0, 0, DAY_S, 5 * DAY_S, 17 * DAY_S))
        length_s = dice.choice(_LENGTHS_S)
        if state is ServiceState.EMERGENCY_SERVED:
            length_s = dice.choice((DAY_S // 2, *(14 * DAY_S,) * 6, *(15 * DAY_S,) * 6, 16 * DAY_S))
        one = effect(
            start_s,
            None if length_s is None else start_s + length_s,
            state,
            dice.choice((AID, OTHERS, AID | OTHERS)),
            territories=(dice.choice((PLACE,) * 10 + (CRIMEA, CAMP)),),
            review_by=instant_text(start_s + dice.choice((5, *(100,) * 40, 300, 365, 366)) * DAY_S),
        )
        too_long = instant_s(one.review_by) - start_s > 365 * DAY_S or length_s in (16 * DAY_S, 181 * DAY_S)
        if not too_long or dice.random() < 0.4:
            found.append(one)
    return tuple(found)


@functools.cache
def _standing() -> Effect:
    return effect(T0_S, None)


@functools.cache
def _restricted(one: Effect) -> Effect:
    if one.state is not ServiceState.SERVED:
        return replace(one, classes=frozenset(sorted(one.classes)[:1]))
    return replace(one, state=ServiceState.SERVED_RESTRICTED, conditions=Conditions(maximum_speed_mm_s=1))


class Chance(Pen):
    """Writes a random history: mostly as it should be, with every rule broken now and then."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__(SMALL if dice.random() < 0.85 else GROUPS)
        self.dice = dice
        self.asked: list[str] = []
        self.carried: list[str] = []
        self.effects: dict[str, Effect] = {}
        self.told: dict[str, int] = {}
        self.cleared: set[tuple[str, str]] = set()
        self.partly: set[str] = set()
        self.sealed: list[str] = []
        self.small = len(self.rules_digests) and self.keyrings[self.keyring_digests[0]].groups == SMALL

    def odd(self, one_in: int = 25) -> bool:
        return self.dice.random() * one_in < 1

    def say(self, seat: str, statement: Any, **said: Any) -> str:
        if self.odd(90):  # one thing wrong with who says it, where and when
            roll = self.dice.random()
            if roll < 0.4:
                seat = self.dice.choice(tuple(_SEATS))
            elif roll < 0.6:
                said["public"] = self.dice.choice((b"\x05" * 32, key(seat, 1)))
            elif roll < 0.8 and self.entries:
                said["leaf"] = self.dice.choice(self.entries).leaf
            else:
                statement = replace(statement, log="example.invalid/other")
        said["covered"] = not self.entries or not self.odd(8)
        leaf = super().say(seat, statement, **said)
        if said["covered"]:
            self.wait(self.dice.choice(_WAITS_S[:9] if self.odd(3) else _WAITS_S[:5]))
            if self.odd(12):
                self.wait(self.dice.choice(_WAITS_S))
        return leaf

    def seen(self, **changed: Any) -> Seen:
        found = super().seen(**changed)
        if self.odd(60):
            wrong: list[dict[str, Any]] = [{"keyring_version": 2}, {"policy_sha256": self.rules_digests[1]}]
            wrong += [
                {"size": 99},
                {"root": "ee" * 32},
                {"size": self.checkpoints[0].size, "root": self.checkpoints[0].root},
            ]
            return replace(found, **self.dice.choice(wrong))
        return found

    def prepare(self, seat: str, request: str) -> None:
        if self.told.get(seat, 0) < self.now_s - DAY_S and not self.odd(60):
            self.told[seat] = self.now_s
            oddity = {"until": instant_text(self.now_s + DAY_S)} if self.odd(80) else {}
            if self.odd(80):
                oddity = {"start": instant_text(self.now_s - 60 * DAY_S)}
            if self.odd(30):
                party, on = hidden_party(self.dice.randrange(6)), instant_text(self.now_s)[:10]
                oddity["contacts"] = (Contact(party=party, on=on, channel=Channel.PHONE, topic="Service."),)
            self.seal(self.contacts(seat, **oddity))
        if (seat, request) not in self.cleared and not self.odd(60):
            self.cleared.add((seat, request))
            ties = (self.dice.choice((CONFLICT, _OLD, _HIDDEN, _HIDDEN)),) if self.odd(10) else ()
            self.seal(self.conflicts(seat, request, *ties))

    def seal(self, leaf: str) -> None:
        """Trustees hold what an entry withholds, mostly."""
        digests = self.hides(leaf) if leaf == self.entries[-1].leaf else ()
        if not digests:
            return
        self.sealed.append(leaf)
        seats = ("trustee", "trustee-c") if self.odd(8) else TRUSTEES
        for seat in seats:
            if not self.odd(8):
                oddity = {"disclose_from": instant_text(self.now_s + 91 * DAY_S)} if self.odd(12) else {}
                self.deposit(seat, leaf, digests[:1] if self.odd(8) else digests, **oddity)
        if self.odd(8):
            self.tell(leaf)

    def tell(self, leaf: str) -> None:
        digests = list(self.hides(leaf))
        if self.odd(10) or not digests:
            digests.append(self.dice.choice(tuple(SECRETS)))
        self.disclose(self.dice.choice((*TRUSTEES, "ministry", "op1")), leaf, *digests)

    def publish(self) -> None:
        """What decides nothing: maps, reports, evidence, and what becomes of what is withheld."""
        dice, roll = self.dice, self.dice.random()
        seen, size = super().seen(), len(self.entries)
        if roll < 0.3:
            ahead = {
                "size": seen.size,
                "root": seen.root,
                "at": instant_text(self.now_s + dice.choice((60, 61, DAY_S))),
            }
            past = {"at": instant_text(self.now_s - DAY_S)}
            wrong = dice.choice(({"root": "ee" * 32}, {"size": size + 2}, past, ahead))
            later = {"at": instant_text(self.now_s), "next_change_at": instant_text(self.now_s + DAY_S)}
            self.release(**(wrong if self.odd(4) else {"size": seen.size, "root": seen.root, **later}))
        elif roll < 0.5:
            self.report(size=dice.choice((1, size, size + 1)) if self.odd(3) else max(1, size))
        elif roll < 0.7 or not self.sealed:
            numbers = dice.choice(((), (1,), (0, 4), (2, 5), (3,)))
            leaf = self.evidence(dice.choice(("ministry", "gateway", "op1")), dice.choice(self.asked), *numbers)
            self.seal(leaf)
        elif roll < 0.9:
            self.tell(dice.choice(self.sealed))
        else:
            leaf = dice.choice((*self.sealed, *self.asked, self.entries[-1].leaf))
            digests = self.hides(leaf) if self.hides(leaf) and not self.odd(4) else tuple(SECRETS)[:1]
            self.deposit(dice.choice((*TRUSTEES, "trustee-c")), "9" * 64 if self.odd(9) else leaf, digests)

    def voter(self) -> str:
        few = ("op1", "op2", "humanitarian-seat", "press-freedom-seat", "etc-seat")
        return self.dice.choice(few if self.small else VOTERS)

    def expires(self) -> str:
        return instant_text(self.now_s + (self.dice.choice((0, 600, HOUR_S)) if self.odd(15) else 10 * DAY_S))

    def ask(self) -> None:
        wanted = self.dice.choice(_pool())
        if wanted.until is not None and instant_s(wanted.until) <= self.now_s and not self.odd(10):
            wanted = _standing()
        if (self.odd(6) and self.asked and wanted.state is not ServiceState.EMERGENCY_SERVED) or self.odd(60):
            named = self.dice.choice(self.asked) if self.asked and not self.odd(10) else "9" * 64
            wanted = replace(wanted, supersedes=frozenset({named}))
        if self.carried and self.odd(6):
            wanted = self.effects[self.carried[-1]]  # the same again
            self.wait(self.dice.choice((0, 2 * DAY_S)))
        changed: dict[str, Any] = {}
        if self.odd(15):
            changed["benefit_to"] = (Party(kind=RequesterKind.NGO, id=self.dice.choice(("relief", "owner", "press"))),)
        if self.odd(15):
            changed["on_behalf_of"] = Party(kind=RequesterKind.NGO, id="firm-a")
        if self.odd(18):
            changed["benefit_to"] = (hidden_party(self.dice.randrange(6)), *changed.get("benefit_to", ()))
        if self.odd(30) and self.nonce:
            self.nonce -= 1
        seat = self.dice.choice(("ministry",) * 24 + ("registrar",) * 10 + ("op1", "humanitarian-seat", "gateway"))
        leaf = self.request(wanted, seat=seat, **changed)
        self.asked.append(leaf)
        self.partly |= {leaf} if self.odd(8) else set()
        self.effects[leaf] = wanted
        self.seal(leaf)

    def carry(self, request: str) -> None:
        """Those vote who are enough, if nothing goes wrong."""
        seats = [self.dice.choice(("op1", "op1", "op2")), "press-freedom-seat" if self.odd(3) else "humanitarian-seat"]
        seats += [] if self.small else [self.dice.choice(("counsel-a", "counsel-b"))]
        lifelines = self.effects[request].classes & AID and not self.effects[request].state.serves
        seats += ["etc-seat"] if lifelines or self.effects[request].supersedes else []
        for seat in seats:
            self.vote(request, seat)
        if request in self.partly and not self.odd(5):
            self.notice("registrar", request, Verdict.GRANTED_IN_PART, _restricted(self.effects[request]))
        self.carried.append(request)

    def carry_act(self, decision: str) -> None:
        """Those vote on a decision who are enough, if nothing goes wrong."""
        seats = [self.dice.choice(("op2", "op3")), "humanitarian-seat" if self.odd(3) else "press-freedom-seat"]
        seats += [] if self.small else [self.dice.choice(("counsel-a", "counsel-b"))]
        seats += ["etc-seat"] if self.odd(2) else []
        emergency = self.effects[decision].state is ServiceState.EMERGENCY_SERVED
        roll = self.dice.random()
        classes, until_s = self.effects[decision].classes, T0_S + self.dice.choice((20, 60)) * DAY_S
        for seat in seats:
            self.prepare(seat, decision)
            if emergency and roll < 0.7:
                self.ratify(seat, decision, expires=self.expires())
            elif roll < 0.85:
                self.revoke(seat, decision, expires=self.expires())
            else:
                self.suspend(seat, decision, classes, until=instant_text(until_s), expires=self.expires())

    def vote(self, request: str, seat: str = "") -> None:
        seat = seat or self.voter()
        self.prepare(seat, request)
        roll = self.dice.random()
        if roll < 0.07:
            self.refuse(seat, request, self.dice.choice((Verdict.REFUSED, Verdict.REFUSED, Verdict.DEFERRED)))
        elif roll < 0.09:
            self.say(seat, Recusal(log=LOG, request=request, reasons=REASONS))
        else:
            wanted = self.effects[request]
            changed: dict[str, Any] = {"expires": self.expires(), "effect": wanted}
            if self.odd(40):
                changed["impact_sha256"] = "0" * 64
            if request in self.partly or self.odd(60):
                changed["verdict"] = Verdict.GRANTED_IN_PART
                changed["effect"] = wanted if self.odd(8) else _restricted(wanted)
            self.approve(seat, self.dice.choice(self.asked) if self.odd(40) else request, **changed)

    def act(self, request: str) -> None:
        """Something about the decision that a request may have led to."""
        dice, seat = self.dice, self.voter()
        roll = dice.random()
        emergency = self.effects[request].state is ServiceState.EMERGENCY_SERVED
        if roll < (0.6 if emergency else 0.02):
            self.prepare(seat, request)
            self.ratify(seat, request, expires=self.expires())
        elif roll < 0.7:
            self.prepare(seat, request)
            self.revoke(seat, request, expires=self.expires())
        elif roll < 0.8:
            self.prepare(seat, request)
            classes = dice.choice((AID, OTHERS))
            until_s = T0_S + dice.choice((1, 20, 20, 190)) * DAY_S
            self.suspend(seat, request, classes, until=instant_text(until_s), expires=self.expires())
        elif roll < 0.88:
            self.review(seat, request)
        elif roll < 0.96:
            verdict = dice.choice(
                (Verdict.GRANTED, Verdict.GRANTED_IN_PART, Verdict.REFUSED, Verdict.LAPSED, Verdict.WITHDRAWN)
            )
            shown = self.effects[request]
            shown = shown if verdict is Verdict.GRANTED else _restricted(shown)
            seat = "ministry" if verdict is Verdict.WITHDRAWN else "registrar"
            named = [one.leaf for one in self.entries if isinstance(one.statement, Approval | Refusal)]
            votes = frozenset(dice.sample(named, 1)) if named and self.odd(3) else frozenset()
            self.notice(seat, request, verdict, shown if verdict.grants else None, votes=votes)
        elif roll < 0.98:
            asker = Party(kind=RequesterKind.NGO, id="press")
            self.say(
                seat, Appeal(log=LOG, decision=request, appellant=asker, channel=Channel.LETTER, grounds="Unheard.")
            )
        else:
            at = instant_text(self.now_s // 600 * 600)
            self.say("registrar", Lapse(log=LOG, about=request, seen=self.seen(), at=at, reasons=REASONS))

    def change(self) -> None:
        dice = self.dice
        if dice.random() < 0.6:
            sha256 = self.keyring_digests[1] if not self.odd(8) else dice.choice((*self.keyring_digests, "55" * 32))
            version = 2 if not self.odd(10) else dice.choice((1, 2, 3))
            previous = self.keyring_digests[0] if not self.odd(10) else None
            for _ in range(dice.choice((1, 2, 3))):
                self.change_keyring(self.voter(), sha256, version, previous)
            if self.odd(2):
                self.version = 2
        else:
            sha256 = self.rules_digests[1] if not self.odd(8) else dice.choice((*self.rules_digests, "55" * 32))
            version = 2 if not self.odd(10) else dice.choice((1, 2, 3))
            for _ in range(dice.choice((1, 2, 3))):
                self.change_rules(self.voter(), sha256, version)
            if self.odd(2):
                self.policy = self.rules_digests[1]

    def write(self, steps: int) -> None:
        self.ask()
        if not self.odd(4):
            self.carry(self.asked[0])
        for _ in range(steps):
            open = self.dice.choice(self.asked[-2:])
            decided = self.dice.choice(self.carried[-2:] or self.asked)
            roll = self.dice.random()
            if roll < 0.3:
                self.vote(open)
            elif roll < 0.45:
                self.act(open if self.odd(10) else decided)
            elif roll < 0.7:
                self.carry_act(open if self.odd(10) else decided)
            elif roll < 0.77:
                self.publish()
            elif roll < 0.93:
                self.ask()
                if not self.odd(3):
                    self.carry(self.asked[-1])
            else:
                self.change()
        if self.odd(3):
            self.witness() if self.checkpoints[-1].size < len(self.entries) else None


def random_history(seed: int, steps: int = 3) -> tuple[Prefix, int]:
    """A history and an instant at which to ask what became of it.  The same for the same seed."""
    dice = random.Random(seed)
    pen = Chance(dice)
    pen.write(dice.randint(0, steps))
    if dice.random() < 0.03:  # a witness whose clock was wrong
        place = dice.randrange(len(pen.checkpoints))
        pen.checkpoints[place] = replace(pen.checkpoints[place], at_s=pen.checkpoints[place].at_s - DAY_S)
    last_s = pen.checkpoints[-1].at_s
    waits_s = (-2 * DAY_S, -HOUR_S, 0, 0, 0, HOUR_S, HOUR_S, 6 * HOUR_S, 2 * DAY_S, 6 * DAY_S, 40 * DAY_S, 400 * DAY_S)
    return pen.prefix(), last_s + dice.choice(waits_s)
