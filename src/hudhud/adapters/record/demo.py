"""A demonstration of a record: made-up seats with fresh keys, the packaged standing map as decisions, a short history.

Everything is real but the people and the passing of time: real envelopes, a real log, real cosignatures, by a clock that runs
from a month ago until now.  It is marked as a demonstration in the root of trust, in titles, in key files and in a README.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hudhud.adapters.decisions import standing_decisions, territory_of
from hudhud.adapters.record.effects import cells_blob, effect_of, territory_ref
from hudhud.adapters.record.filings import Filing
from hudhud.adapters.record.foreseen import impact_blob, impact_of
from hudhud.adapters.record.keeper import Keeper, create_keeper
from hudhud.adapters.record.keys import create_key
from hudhud.errors import RecordError
from hudhud.record.demonstration import Demonstration, demonstration
from hudhud.record.envelope import envelope_bytes, sign
from hudhud.record.forms import instant_text
from hudhud.record.parts import ANY, Conditions, Disclosed, Effect, Party, Seen, Withheld, effect_digest
from hudhud.record.redaction import disclosure, disclosure_digest
from hudhud.record.rules import rules_digest
from hudhud.record.statements import (
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    EnforcementReport,
    Ratification,
    RedactionDeposit,
    Refusal,
    Request,
    Review,
    Statement,
)
from hudhud.record.words import (
    Action,
    Channel,
    Containment,
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
from hudhud.service.decision import Decision

__all__ = ["KEYS", "Made", "make_demonstration"]

KEYS = "keys"
"""Where the keys of the seats lie."""

_HOUR_S, _DAY_S = 3_600, 86_400
_AGO_S = 30 * _DAY_S
_CONTACTS_S = 120 * _DAY_S
_REGISTRAR = "registrar"
_COMMENT = "Demonstration key of hudhud, seat {}: made up, protects nothing."
_NOTE = "Made up for the demonstration."
_LIFELINES = frozenset({ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL, ServiceClass.EMERGENCY_SERVICES})

_Random = Callable[[int], bytes]
"""So many random bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What was made.  waiting, overdue: leaves of requests that wait; entries: how many stand in the log."""

    folder: Path
    entries: int
    decisions: int
    waiting: str
    overdue: str


def make_demonstration(folder: Path, now_s: int, random: _Random, *, standing: bool = True) -> Made:
    """A demonstration in a new folder, ending now.  random: of the keys; standing: with the packaged standing map.

    Raises RecordError where the folder has something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RecordError(f"{folder}: is there already: name a folder that is new or empty")
    made = demonstration(lambda _: random(32))
    clock = _Clock(now_s - _AGO_S)
    seeds = {seat: one.seed for seat, one in made.signers.items()}
    keeper = create_keeper(
        folder,
        trust=made.trust,
        documents=made.documents,
        log=made.log,
        registrar_seed=seeds[_REGISTRAR],
        clock=clock,
        witnesses=made.witnesses,
        comment=_COMMENT.format(_REGISTRAR),
    )
    with keeper:
        (folder / KEYS).mkdir(mode=0o700)
        for seat, seed in seeds.items():
            if seat != _REGISTRAR:
                create_key(folder / KEYS / f"{seat}.key", seed, comment=_COMMENT.format(seat))
        stage = _Stage(keeper, made, clock, random)
        if standing:
            _standing(stage)
        waiting, overdue = _history(stage, now_s)
        (folder / "README").write_text(_README, encoding="utf-8")
        entries = keeper.record.prefix.entries
        requests = sum(isinstance(one.statement, Request) for one in entries)
        return Made(folder=folder, entries=len(entries), decisions=requests, waiting=waiting, overdue=overdue)


class _Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now_s: int) -> None:
        self.now_s = now_s

    def __call__(self) -> int:
        return self.now_s


class _Stage:
    """Seats that sign, a keeper that takes it, and a clock."""

    def __init__(self, keeper: Keeper, made: Demonstration, clock: _Clock, random: _Random) -> None:
        self.keeper, self.made, self.clock, self.random = keeper, made, clock, random
        self.log = made.trust.log
        self._rules_sha256 = rules_digest(made.rules)

    def signed(self, seat: str, statement: Statement, blobs: Iterable[bytes] = ()) -> Filing:
        signer = self.made.signers[seat]
        entry = envelope_bytes(sign(statement, signer, signer.public_key))
        return Filing(entry=entry, blobs=tuple(blobs))

    def file(
        self, acts: Sequence[tuple[str, Statement]], blobs: Sequence[bytes] = (), *, follow: bool = True
    ) -> list[str]:
        """Several seats sign; their leaves.  blobs: that the first one names."""
        filings = [self.signed(seat, one, blobs if not place else ()) for place, (seat, one) in enumerate(acts)]
        return list(self.keeper.submit(filings, follow=follow).leaves)

    def until(self, at_s: int) -> None:
        self.clock.now_s = max(self.clock.now_s, at_s)

    def seen(self) -> Seen:
        newest = self.keeper.record.prefix.checkpoints[-1]
        version = self.made.keyring.version
        return Seen(size=newest.size, root=newest.root, policy_sha256=self._rules_sha256, keyring_version=version)

    def contacts(self, seats: Iterable[str]) -> list[tuple[str, Statement]]:
        now_s = self.clock()
        start, until = instant_text(now_s - _CONTACTS_S), instant_text(now_s)
        return [(seat, ContactDeclaration(log=self.log, start=start, until=until)) for seat in seats]

    def request(self, **fields: object) -> Request:
        told: dict[str, object] = {
            "log": self.log,
            "nonce": self.random(16).hex(),
            "legal_basis": LegalBasis.NONE_STATED,
            "legal_basis_status": LegalBasisStatus.ASSERTED,
            "note": _NOTE,
        }
        return Request(**(told | fields))  # type: ignore[arg-type]  # fields of a request, told by name below

    def expires(self) -> str:
        return instant_text(self.clock() + 7 * _DAY_S)

    def approvals(self, leaf: str, seats: Sequence[str], reasons: frozenset[Reason]) -> list[str]:
        """Contacts, conflicts and approvals of what a request asks, with the impact that they were shown."""
        entry = next(one for one in self.keeper.record.prefix.entries if one.leaf == leaf)
        assert isinstance(entry.statement, Request)
        declared: list[tuple[str, Statement]] = self.contacts(seats)
        declared += [(seat, ConflictDeclaration(log=self.log, request=leaf)) for seat in seats]
        self.file(declared, follow=False)
        told = impact_of(self.keeper.record, entry, self.clock())
        vote = Approval(
            log=self.log,
            request=leaf,
            effect_sha256=effect_digest(entry.statement.effect),
            seen=self.seen(),
            impact_sha256=told.digest,
            verdict=Verdict.GRANTED,
            reasons=reasons,
            expires=self.expires(),
        )
        report = impact_blob(told)
        return self.file([(seat, vote) for seat in seats], [report])


# ---- the standing map ----


def _standing(stage: _Stage) -> None:
    """The packaged standing map as decisions of the record, in five checkpoints."""
    start_s = stage.clock()
    rows = standing_decisions()
    requests = [_standing_request(stage, one, start_s) for one in rows]
    leaves = list(stage.keeper.submit(requests, follow=False).leaves)
    stage.until(start_s + _HOUR_S)
    voters = [_voters(one) for one in rows]
    every = sorted({seat for seats in voters for seat in seats})
    declared: list[tuple[str, Statement]] = stage.contacts(every)
    for leaf, seats in zip(leaves, voters, strict=True):
        declared += [(seat, ConflictDeclaration(log=stage.log, request=leaf)) for seat in seats]
    stage.file(declared, follow=False)
    stage.until(start_s + 2 * _HOUR_S)
    report = _standing_report(rows)
    digest, seen, expires = hashlib.sha256(report).hexdigest(), stage.seen(), stage.expires()
    votes: list[tuple[str, Statement]] = []
    for one, leaf, seats in zip(rows, leaves, voters, strict=True):
        vote = Approval(
            log=stage.log,
            request=leaf,
            effect_sha256=effect_digest(effect_of(one, start_s)),
            seen=seen,
            impact_sha256=digest,
            verdict=Verdict.GRANTED,
            reasons=one.reasons,
            expires=expires,
        )
        votes += [(seat, vote) for seat in seats]
    stage.file(votes, [report])


def _standing_request(stage: _Stage, one: Decision, start_s: int) -> Filing:
    blobs = [blob for each in one.territories if (blob := cells_blob(each)) is not None]
    serves = one.state.serves
    request = stage.request(
        title_en=f"Demonstration: {one.title_en}"[:300],
        title_ar=f"عرض توضيحي: {one.title_ar}"[:300],
        requester=Party(kind=RequesterKind.OPERATOR_STAFF, name="Registrar of the demonstration, for everybody to see"),
        channel=Channel.FILED_PORTAL,
        action=Action.ACTIVATE if serves else Action.REFUSE_TO_ACTIVATE,
        purposes=frozenset({Purpose.PUBLIC_INTERNET if serves else Purpose.LICENSING_COMPLIANCE}),
        legal_basis=one.legal_basis,
        effect=effect_of(one, start_s),
        note="\n".join(part for part in (f"{_NOTE} Restated from: {one.source}", one.note) if part)[:6_000],
    )
    return stage.signed(_REGISTRAR, request, blobs)


def _voters(one: Decision) -> tuple[str, ...]:
    """Who decides a standing state: one seat of each college, and the cluster where lifelines are not served."""
    ordinary = ("op-1", "humanitarian-seat", "counsel-a")
    lifelines = not one.state.serves and any(each.protected for each in one.classes)
    return (*ordinary, "etc-seat") if lifelines else ordinary


def _standing_report(rows: Sequence[Decision]) -> bytes:
    """What the whole standing map does where there was none: one report for all its decisions.

    Under review are its two rows of the whole world, under which all others lie: naming all of them takes 10 s longer.
    """
    import numpy as np

    from hudhud.adapters.decisions import ground, standing
    from hudhud.adapters.store.places import places
    from hudhud.adapters.store.territories import territories
    from hudhud.service.decision import decisions
    from hudhud.service.impact import impact
    from hudhud.service.service_map import compile as compiled

    at = np.datetime64("2026-11-01T00:00:00", "ns")
    before = compiled(decisions([replace(ground(), sequence=len(rows))]), at)
    return impact_blob(impact(before, compiled(standing(), at), rows[:2], territories(), places()))


# ---- a short history ----


def _effect(
    stage: _Stage, name: str, mode: Containment, days: int | None, **fields: object
) -> tuple[Effect, list[bytes]]:
    found = territory_of(name, mode)
    now_s = stage.clock()
    told: dict[str, object] = {
        "territories": (territory_ref(found),),
        "start": instant_text(now_s),
        "until": None if days is None else instant_text(now_s + days * _DAY_S),
        "review_by": instant_text(now_s + (180 if days is None else max(1, days // 2)) * _DAY_S),
        "conditions": ANY,
    }
    blob = cells_blob(found)
    effect = Effect(**(told | fields))  # type: ignore[arg-type]  # fields of an effect, told by name below
    return effect, [] if blob is None else [blob]


def _history(stage: _Stage, now_s: int) -> tuple[str, str]:
    """A refusal, an emergency that was ratified, a withheld name, a silence, and a request that waits for votes."""
    stage.until(now_s - 12 * _DAY_S)
    _refused(stage)
    stage.until(now_s - 9 * _DAY_S)
    _emergency(stage)
    stage.until(now_s - 6 * _DAY_S)
    _withheld(stage)
    stage.until(now_s - 4 * _DAY_S)
    overdue = _unanswered(stage)
    stage.until(now_s - 2 * _HOUR_S)
    waiting = _waiting(stage)
    stage.until(now_s)
    stage.keeper.follow_up()
    _reports(stage)
    return waiting, overdue


def _refused(stage: _Stage) -> None:
    effect, blobs = _effect(
        stage,
        "UKR.crimea",
        Containment.FULL,
        14,
        state=ServiceState.SERVED,
        classes=frozenset({ServiceClass.MILITARY}),
    )
    (leaf,) = stage.file(
        [
            (
                "ministry",
                stage.request(
                    title_en="Demonstration: military terminals over disputed ground",
                    title_ar="عرض توضيحي: مطاريف عسكرية فوق أرض متنازع عليها",
                    requester=Party(kind=RequesterKind.MILITARY, id="ministry", name="Demonstration ministry"),
                    channel=Channel.PHONE,
                    action=Action.ACTIVATE,
                    purposes=frozenset({Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE}),
                    effect=effect,
                ),
            )
        ],
        blobs,
    )
    stage.until(stage.clock() + 5 * _HOUR_S)
    seats = ("op-1", "counsel-b")
    declared: list[tuple[str, Statement]] = stage.contacts(seats)
    declared += [(seat, ConflictDeclaration(log=stage.log, request=leaf)) for seat in seats]
    stage.file(declared, follow=False)
    vote = Refusal(
        log=stage.log,
        request=leaf,
        seen=stage.seen(),
        verdict=Verdict.REFUSED,
        reasons=frozenset({Reason.WEAPONS_USE, Reason.DISPUTED_TERRITORY}),
    )
    stage.file([("op-1", vote)])


def _emergency(stage: _Stage) -> None:
    effect, blobs = _effect(
        stage,
        "UKR+UKR.sea",
        Containment.FULL,
        14,
        state=ServiceState.EMERGENCY_SERVED,
        classes=_LIFELINES,
    )
    (leaf,) = stage.file(
        [
            (
                "agency",
                stage.request(
                    title_en="Demonstration: emergency terminals for hospitals and rescue in Ukraine",
                    title_ar="عرض توضيحي: مطاريف طوارئ للمستشفيات وفرق الإنقاذ في أوكرانيا",
                    requester=Party(kind=RequesterKind.UN_AGENCY, id="agency", name="Demonstration relief agency"),
                    channel=Channel.PUBLIC_POST,
                    action=Action.ACTIVATE,
                    purposes=frozenset({Purpose.MEDICAL, Purpose.DISASTER_RELIEF}),
                    legal_basis=LegalBasis.TAMPERE,
                    effect=effect,
                ),
            )
        ],
        blobs,
    )
    reasons = frozenset({Reason.HUMANITARIAN_NECESSITY, Reason.SAFETY_OF_LIFE})
    stage.until(stage.clock() + 40 * 60)
    stage.approvals(leaf, ("op-2", "humanitarian-seat"), reasons)
    stage.until(stage.clock() + 10 * _HOUR_S)
    seats = ("op-1", "press-freedom-seat", "counsel-a")
    declared: list[tuple[str, Statement]] = stage.contacts(seats)
    declared += [(seat, ConflictDeclaration(log=stage.log, request=leaf)) for seat in seats]
    stage.file(declared, follow=False)
    vote = Ratification(log=stage.log, decision=leaf, seen=stage.seen(), reasons=reasons, expires=stage.expires())
    stage.file([(seat, vote) for seat in seats])
    stage.until(stage.clock() + 2 * _DAY_S)
    review = Review(
        log=stage.log,
        decision=leaf,
        seen=stage.seen(),
        outcome=ReviewOutcome.STANDS,
        findings="Hospitals are served; no terminal of another class was found. It stands.",
        review_by=instant_text(stage.clock() + 10 * _DAY_S),
    )
    stage.file([("counsel-b", review)])


def _withheld(stage: _Stage) -> None:
    told = disclosure(stage.random(16), "name", "A made-up physician")
    digest = disclosure_digest(told)
    effect, blobs = _effect(
        stage,
        "SDN",
        Containment.FULL,
        90,
        state=ServiceState.SERVED_RESTRICTED,
        classes=frozenset({ServiceClass.MEDICAL, ServiceClass.HUMANITARIAN}),
        conditions=Conditions(purposes=frozenset({Purpose.MEDICAL, Purpose.HUMANITARIAN_COORDINATION})),
    )
    requester = Party(kind=RequesterKind.HOSPITAL, withheld=Withheld(kind=RedactionClass.PERSON_NAME, digest=digest))
    (leaf,) = stage.file(
        [
            (
                _REGISTRAR,
                stage.request(
                    title_en="Demonstration: a clinic in Sudan whose director's name is withheld",
                    title_ar="عرض توضيحي: عيادة في السودان حُجب اسم مديرها",
                    requester=requester,
                    channel=Channel.INTERMEDIARY,
                    action=Action.ACTIVATE,
                    purposes=frozenset({Purpose.MEDICAL}),
                    effect=effect,
                ),
            )
        ],
        blobs,
    )
    deposit = RedactionDeposit(
        log=stage.log,
        entry=leaf,
        digests=frozenset({Disclosed(digest=digest, disclosure=told).digest}),
        disclose_from=instant_text(stage.clock() + 60 * _DAY_S),
    )
    stage.until(stage.clock() + 3 * _HOUR_S)
    stage.file([("trustee-a", deposit), ("trustee-b", deposit)])
    stage.until(stage.clock() + 20 * _HOUR_S)
    seats = ("op-1", "press-freedom-seat", "counsel-c")
    stage.approvals(leaf, seats, frozenset({Reason.SAFETY_OF_LIFE}))


def _unanswered(stage: _Stage) -> str:
    effect, blobs = _effect(
        stage,
        "TWN+TWN.sea",
        Containment.OVERLAP,
        None,
        state=ServiceState.NOT_OFFERED,
        classes=frozenset(ServiceClass) - _LIFELINES,
        layers=frozenset({Layer.TERMINAL}),
    )
    (leaf,) = stage.file(
        [
            (
                _REGISTRAR,
                stage.request(
                    title_en="Demonstration: a favour asked by telephone, not to serve an island",
                    title_ar="عرض توضيحي: معروف طُلب بالهاتف: ألا تُخدَم جزيرة",
                    requester=Party(
                        kind=RequesterKind.HEAD_OF_STATE_OR_GOVERNMENT, name="A made-up head of government"
                    ),
                    benefit_to=(Party(kind=RequesterKind.FOREIGN_GOVERNMENT, name="A made-up third state"),),
                    channel=Channel.PHONE,
                    action=Action.REFUSE_TO_ACTIVATE,
                    purposes=frozenset({Purpose.UNDECLARED}),
                    effect=effect,
                ),
            )
        ],
        blobs,
    )
    return leaf


def _waiting(stage: _Stage) -> str:
    effect, blobs = _effect(
        stage,
        "TON+TON.sea",
        Containment.FULL,
        60,
        state=ServiceState.SERVED_RESTRICTED,
        classes=_LIFELINES | {ServiceClass.COMMUNITY},
        conditions=Conditions(maximum_rate_bit_s=50_000_000),
    )
    (leaf,) = stage.file(
        [
            (
                "agency",
                stage.request(
                    title_en="Demonstration: Tonga, while the sea cable is mended",
                    title_ar="عرض توضيحي: تونغا ريثما يُصلَح الكابل البحري",
                    requester=Party(kind=RequesterKind.UN_AGENCY, id="agency", name="Demonstration relief agency"),
                    channel=Channel.FILED_PORTAL,
                    action=Action.ACTIVATE,
                    purposes=frozenset({Purpose.DISASTER_RELIEF, Purpose.CIVIL_CONTINUITY}),
                    legal_basis=LegalBasis.PROVISIONAL_PERMIT,
                    effect=effect,
                ),
            )
        ],
        blobs,
    )
    stage.until(stage.clock() + 50 * 60)
    stage.approvals(leaf, ("op-1",), frozenset({Reason.HUMANITARIAN_NECESSITY}))
    return leaf


def _reports(stage: _Stage) -> None:
    """Both points of enforcement tell which map they obey."""
    release = stage.keeper.newest_release()
    if release is None:
        return
    acts: list[tuple[str, Statement]] = [
        (
            seat,
            EnforcementReport(
                log=stage.log,
                point=seat,
                layer=layer,
                map_sha256=release.map_sha256,
                size=release.size,
                since=instant_text(stage.clock()),
            ),
        )
        for seat, layer in (("point-beam", Layer.BEAM), ("point-terminal", Layer.TERMINAL))
    ]
    stage.file(acts, follow=False)


_README = """\
A demonstration of a record, made by  hudhud demo-record.

The seats, the people and the history are made up. The keys protect nothing: they all lie here, in
keys/ and private/, so whoever has this folder can sign for everybody. Copy it, break it, throw it away.

public/    what anybody may copy, serve and check:  hudhud audit public
keys/      the keys of the seats, to sign with:  hudhud approve . --key keys/op-1.key ...
private/   what the keeper of the record signs with

هذا سجل توضيحي: المقاعد والأشخاص والوقائع من صنع الخيال، والمفاتيح لا تحمي شيئًا.
"""
