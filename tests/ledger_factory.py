"""A rich record for the pages of a ledger: grants, an emergency, recusals, void votes, things withheld, allegations."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from hudhud.record.demonstration import Demonstration, demonstration
from hudhud.record.forms import instant_text
from hudhud.record.parts import Conditions, Conflict, Contact, Disclosed, Effect, Party, Source, TerritoryRef, Withheld
from hudhud.record.reading import Record
from hudhud.record.redaction import disclosure, disclosure_digest
from hudhud.record.sitting import Sitting
from hudhud.record.statements import (
    Allegation,
    Appeal,
    Correction,
    Disclosure,
    EnforcementReport,
    Evidence,
    RedactionDeposit,
    Request,
    Response,
)
from hudhud.record.words import (
    Action,
    Channel,
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
    ResponseStatus,
    ServiceClass,
    ServiceState,
)

DAY_S, HOUR_S = 86_400, 3_600
START_S = 1_780_000_200
ALL = frozenset(ServiceClass)
LIFELINES = frozenset({ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL, ServiceClass.EMERGENCY_SERVICES})

SCRIPT = "<script>alert(1)</script>"
LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 8


def seats() -> Demonstration:
    return demonstration(lambda name: hashlib.sha256(name.encode()).digest())


def territory(id: str, digests: Mapping[str, str], **changed: object) -> TerritoryRef:
    ref = TerritoryRef(
        id=id,
        resolution=5,
        containment=Containment.FULL,
        cells_sha256=digests.get(id, hashlib.sha256(id.encode()).hexdigest()),
    )
    return replace(ref, **changed)


class Story:
    """A sitting with short ways to file what the pages show.  digests: of the cells of territories by id."""

    def __init__(self, digests: Mapping[str, str] | None = None) -> None:
        self.made = seats()
        self.sitting = Sitting(self.made, START_S)
        self.log = self.made.trust.log
        self._digests = digests or {}
        self._number = 0

    def effect(
        self, id: str, state: ServiceState = ServiceState.SERVED, days: int | None = 90, **changed: object
    ) -> Effect:
        now_s = self.sitting.now_s
        effect = Effect(
            state=state,
            territories=(territory(id, self._digests),),
            classes=ALL - {ServiceClass.WEAPON_MOUNTED},
            layers=frozenset() if state.serves else frozenset({Layer.TERMINAL}),
            start=instant_text(now_s),
            until=None if days is None else instant_text(now_s + days * DAY_S),
            review_by=instant_text(now_s + 60 * DAY_S),
        )
        return replace(effect, **changed)

    def request(self, effect: Effect, title_en: str, title_ar: str, seat: str = "ministry", **changed: object) -> str:
        self._number += 1
        request = Request(
            log=self.log,
            nonce=f"{self._number:032x}",
            title_en=title_en,
            title_ar=title_ar,
            requester=Party(kind=RequesterKind.TERRITORIAL_GOVERNMENT, id="ministry"),
            channel=Channel.FILED_PORTAL,
            action=Action.ACTIVATE,
            purposes=frozenset({Purpose.PUBLIC_INTERNET}),
            legal_basis=LegalBasis.NATIONAL_LICENCE,
            legal_basis_status=LegalBasisStatus.ASSERTED,
            effect=effect,
        )
        (leaf,) = self.sitting.file(seat, replace(request, **changed))
        self.sitting.wait(1800)
        return leaf

    def record(self) -> Record:
        return self.sitting.record()


def rich(digests: Mapping[str, str] | None = None) -> Record:
    """Everything that the pages have words for."""
    return _told(digests).record()


def rich_files() -> Mapping[str, bytes]:
    """The public files of such a record."""
    return _told(None).sitting.log.files


def _told(digests: Mapping[str, str] | None) -> Story:
    story = Story(digests)
    sitting, log = story.sitting, story.log
    grant = story.request(
        story.effect(
            "KEN",
            conditions=Conditions(
                refused_purposes=frozenset({Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE}), maximum_speed_mm_s=25_000
            ),
            state=ServiceState.SERVED_RESTRICTED,
        ),
        "Service for all of Kenya",
        "خدمة لكينيا كلها",
        legal_text="Licence 12/2026 of the communications authority.",
    )
    sitting.declare(grant, "op-1", "press-freedom-seat", "counsel-a")
    sitting.wait(5 * HOUR_S)
    sitting.approve(grant, "op-1")
    sitting.approve(grant, "op-2")  # void: the operator has spoken
    sitting.approve(grant, "press-freedom-seat", "counsel-a")
    sitting.wait(60)
    sitting.release("ab" * 32)
    report = EnforcementReport(
        log=log,
        point="beam-scheduler",
        layer=Layer.BEAM,
        map_sha256="ab" * 32,
        size=sitting.newest.size,
        since=instant_text(sitting.now_s),
    )
    sitting.wait(60)
    sitting.file("point-beam", replace(report, since=instant_text(sitting.now_s)))
    _emergency(story)
    _disputed(story, grant)
    _withheld(story)
    sitting.wait(2 * DAY_S)
    story.request(
        story.effect("TZA"),
        "Service for Tanzania",
        "خدمة لتنزانيا",
        on_behalf_of=Party(kind=RequesterKind.HOSPITAL, name="Northern hospital"),
    )
    sitting.wait(4 * DAY_S)
    waiting = story.request(
        story.effect("UGA"),
        f"Service {SCRIPT} " + LONG_WORD[:200],
        "خدمة لأوغندا",
        note=f"{SCRIPT} & 'quotes' \"double\"",
    )
    sitting.declare(waiting, "op-1", "humanitarian-seat")
    sitting.approve(waiting, "op-1")
    sitting.recuse(waiting, "counsel-b", note="I advised the ministry.")
    sitting.file(
        "counsel-c",
        Evidence(log=log, about=waiting, evidence_class=EvidenceClass.MEASUREMENT, text="Line one.\nLine two."),
    )
    _allegation(story, grant)
    sitting.wait(HOUR_S)
    sitting.file(
        "agency",
        Appeal(
            log=log,
            decision=grant,
            appellant=Party(kind=RequesterKind.NGO, name="Users' union"),
            channel=Channel.LETTER,
            grounds="Clinics were cut too.",
        ),
    )
    return story


def _emergency(story: Story) -> None:
    sitting = story.sitting
    request = story.request(
        story.effect(
            "SDN",
            ServiceState.EMERGENCY_SERVED,
            5,
            classes=LIFELINES,
            review_by=instant_text(sitting.now_s + 4 * DAY_S),
        ),
        "Emergency terminals after the flood",
        "محطات طوارئ بعد الفيضان",
        seat="agency",
        purposes=frozenset({Purpose.DISASTER_RELIEF, Purpose.MEDICAL}),
        channel=Channel.PHONE,
        legal_basis=LegalBasis.TAMPERE,
        requester=Party(kind=RequesterKind.HUMANITARIAN_CLUSTER, id="agency"),
    )
    sitting.declare(request, "op-2", "humanitarian-seat")
    sitting.approve(request, "op-2", "humanitarian-seat")
    sitting.wait(2 * DAY_S)


def _disputed(story: Story, grant: str) -> None:
    """A standing refusal over disputed ground, approved with a contact and a conflict declared."""
    sitting = story.sitting
    asked = story.effect("UKR.crimea", ServiceState.PROHIBITED, None)
    ref = replace(asked.territories[0], claimed_by=frozenset({"UKR", "RUS"}), controlled_by="RUS")
    request = story.request(
        replace(
            asked,
            territories=(ref,),
            classes=frozenset({ServiceClass.WEAPON_MOUNTED, ServiceClass.MILITARY, ServiceClass.RESIDENTIAL}),
        ),
        "No service for strikes over disputed ground",
        "لا خدمة للضربات فوق أرض متنازع عليها",
        seat="registrar",
        action=Action.REFUSE_TO_ACTIVATE,
        requester=Party(kind=RequesterKind.FOREIGN_GOVERNMENT, id="RUS"),
        on_behalf_of=None,
        benefit_to=(Party(kind=RequesterKind.MILITARY, name="A third state's fleet"),),
        channel=Channel.IN_PERSON,
        purposes=frozenset({Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE}),
        legal_basis=LegalBasis.NONE_STATED,
        legal_basis_status=LegalBasisStatus.CONTESTED,
    )
    contact = Contact(
        party=Party(kind=RequesterKind.HEAD_OF_STATE_OR_GOVERNMENT, id="RUS"),
        on=instant_text(sitting.now_s - 20 * DAY_S)[:10],
        channel=Channel.PHONE,
        topic="Service over the peninsula.",
    )
    sitting.file("op-3", sitting.contacts(contact))
    sitting.declare(request, "humanitarian-seat", "counsel-a")
    sitting.declare(
        request,
        "counsel-c",
        conflicts=(
            Conflict(
                kind=ConflictKind.FINANCIAL,
                party=Party(kind=RequesterKind.OPERATOR_OWNER, id="owner"),
                note="Holds shares.",
            ),
        ),
    )
    sitting.declare(request, "op-1")
    sitting.approve(
        request,
        "op-1",
        "humanitarian-seat",
        "counsel-c",
        "counsel-a",
        reasons=frozenset({Reason.ESCALATION_RISK, Reason.DISPUTED_TERRITORY}),
    )
    sitting.wait(DAY_S)
    refused = story.request(story.effect("TZA"), "Service without conditions", "خدمة بلا شروط")
    sitting.declare(refused, "op-1", "press-freedom-seat")
    sitting.refuse(refused, "op-1", note="No capacity this year.", reasons=frozenset({Reason.CAPACITY}))
    sitting.suspend(
        grant, frozenset({ServiceClass.BUSINESS}), sitting.now_s + 30 * DAY_S, "op-1", "press-freedom-seat", "counsel-a"
    )
    sitting.review(grant, "counsel-b")


def _withheld(story: Story) -> None:
    sitting, log = story.sitting, story.log
    told = [disclosure(bytes([n]) * 16, "name", f"Person {n}") for n in (1, 2)]
    held = [Withheld(kind=RedactionClass.PERSON_NAME, digest=disclosure_digest(one)) for one in told]
    request = story.request(
        story.effect("RWA"),
        "Service for a clinic",
        "خدمة لعيادة",
        requester=Party(kind=RequesterKind.HOSPITAL, withheld=held[0]),
        on_behalf_of=Party(kind=RequesterKind.PRIVATE_PERSON, withheld=held[1]),
        seat="registrar",
    )
    deposit = RedactionDeposit(
        log=log,
        entry=request,
        digests=frozenset(one.digest for one in held),
        disclose_from=instant_text(sitting.now_s + 3 * DAY_S),
    )
    sitting.file("trustee-a", deposit)
    sitting.file("trustee-b", deposit)
    sitting.wait(DAY_S)
    sitting.file(
        "trustee-a", Disclosure(log=log, entry=request, items=(Disclosed(digest=held[0].digest, disclosure=told[0]),))
    )
    sitting.file(
        "registrar", Correction(log=log, entry=request, text_en="The clinic has two sites.", text_ar="للعيادة موقعان.")
    )


def _allegation(story: Story, about: str) -> None:
    sitting, log = story.sitting, story.log
    sources = (
        Source(
            publisher="The Example Post",
            title="A favour asked",
            on="2026-05-01",
            address="https://example.invalid/favour",
        ),
        Source(publisher="Bad actor", title="Click", on="2026-05-02", address="javascript:alert(1)"),
    )
    (leaf,) = sitting.file(
        "press-freedom-seat",
        Allegation(
            log=log,
            claim_en=f"A head of state asked the owner not to serve an island. {SCRIPT}",
            claim_ar="طلب رئيس دولة من المالك ألا يخدم جزيرة.",
            evidence_class=EvidenceClass.ANONYMOUS_SOURCE_REPORT,
            sources=sources,
            about=about,
            territories=frozenset({"TWN"}),
            alleged=(Party(kind=RequesterKind.HEAD_OF_STATE_OR_GOVERNMENT, id="RUS"),),
            benefit_to=(Party(kind=RequesterKind.FOREIGN_GOVERNMENT, id="CHN"),),
        ),
    )
    for party, status, words in (
        (Party(kind=RequesterKind.FOREIGN_GOVERNMENT, id="RUS"), ResponseStatus.DENIED, "False information."),
        (Party(kind=RequesterKind.OPERATOR_OWNER, id="owner"), ResponseStatus.NO_REPLY, None),
    ):
        sitting.file(
            "press-freedom-seat",
            Response(log=log, allegation=leaf, party=party, status=status, on="2026-05-03", said=words),
        )
