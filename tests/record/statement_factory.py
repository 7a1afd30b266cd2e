"""One statement of each kind, small and whole, for tests; `random_statements` draws any."""

from __future__ import annotations

import base64
import datetime
import hashlib
from typing import Any

from hypothesis import strategies as st

from hudhud.record.forms import (
    Constant,
    Flag,
    Form,
    Row,
    Several,
    Text,
    Thing,
    Whole,
    Word,
    Words,
    form_of,
    instant_text,
    problems_of,
)
from hudhud.record.parts import (
    Conditions,
    Conflict,
    Contact,
    Disclosed,
    Effect,
    Party,
    Seen,
    Source,
    TerritoryRef,
    Withheld,
    effect_digest,
)
from hudhud.record.statements import (
    KINDS,
    Allegation,
    Appeal,
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Correction,
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
    Response,
    Review,
    Revocation,
    Statement,
    Suspension,
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
    ReviewOutcome,
    ServiceClass,
    ServiceState,
    Verdict,
)

LOG = "example.invalid/demonstration"
LEAF = "1f" * 32
DIGEST = "ab" * 32

MINISTRY = Party(kind=RequesterKind.TERRITORIAL_GOVERNMENT, id="UKR", name="Ministry of Example")
NEIGHBOUR = Party(kind=RequesterKind.FOREIGN_GOVERNMENT, id="RUS")
CRIMEA = TerritoryRef(
    id="UKR.crimea",
    resolution=5,
    containment=Containment.FULL,
    cells_sha256="c0" * 32,
    claimed_by=frozenset({"UKR", "RUS"}),
    controlled_by="RUS",
    source_dataset_sha256="5d" * 32,
    source_feature_id="Crimea",
    worldview="de facto",
)
EFFECT = Effect(
    state=ServiceState.SERVED_RESTRICTED,
    territories=(CRIMEA,),
    classes=frozenset({ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL}),
    conditions=Conditions(
        refused_purposes=frozenset({Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE}), maximum_speed_mm_s=20_833
    ),
    start="2026-05-30T18:00:00Z",
    until="2026-08-28T18:00:00Z",
    review_by="2026-08-01T00:00:00Z",
)
SEEN = Seen(size=17, root="aa" * 32, policy_sha256="bb" * 32, keyring_version=3)
SOURCE = Source(publisher="Example Gazette", title="A report", on="2026-05-29", address="https://news.invalid/1")
_DISCLOSURE = base64.urlsafe_b64encode(b'["0123456789abcdef0123","name","A. Example"]').decode().rstrip("=")
DISCLOSED = Disclosed(digest=hashlib.sha256(_DISCLOSURE.encode()).hexdigest(), disclosure=_DISCLOSURE)
WITHHELD = Withheld(kind=RedactionClass.PERSON_NAME, digest=DISCLOSED.digest)
CONFLICT = Conflict(kind=ConflictKind.FINANCIAL, party=NEIGHBOUR, note="Holds shares of a supplier.")
REASONS = frozenset({Reason.HUMANITARIAN_NECESSITY, Reason.SAFETY_OF_LIFE})

REQUEST = Request(
    log=LOG,
    nonce="0123456789abcdef0123456789abcdef",
    title_en="Emergency terminals for hospitals",
    title_ar="محطات طوارئ للمستشفيات",
    requester=MINISTRY,
    on_behalf_of=Party(kind=RequesterKind.HOSPITAL, withheld=WITHHELD),
    benefit_to=(NEIGHBOUR,),
    channel=Channel.DIPLOMATIC_NOTE,
    action=Action.ACTIVATE,
    purposes=frozenset({Purpose.MEDICAL}),
    legal_basis=LegalBasis.HOST_GOVERNMENT_CONSENT,
    legal_basis_status=LegalBasisStatus.CONTESTED,
    legal_text="Act 1 of 2026, section 2.",
    effect=EFFECT,
    note="First line.\nSecond line.",
)

ALL: tuple[Statement, ...] = (
    REQUEST,
    Evidence(log=LOG, about=LEAF, evidence_class=EvidenceClass.MEASUREMENT, text="No signal.", withheld=(WITHHELD,)),
    ContactDeclaration(
        log=LOG,
        start="2026-02-28T00:00:00Z",
        until="2026-05-30T00:00:00Z",
        contacts=(Contact(party=NEIGHBOUR, on="2026-03-01", channel=Channel.PHONE, topic="Asked not to serve."),),
    ),
    ConflictDeclaration(log=LOG, request=LEAF, conflicts=(CONFLICT,)),
    Approval(
        log=LOG,
        request=LEAF,
        effect_sha256=effect_digest(EFFECT),
        seen=SEEN,
        impact_sha256=DIGEST,
        verdict=Verdict.GRANTED,
        reasons=REASONS,
        expires="2026-06-02T18:00:00Z",
    ),
    Refusal(log=LOG, request=LEAF, seen=SEEN, verdict=Verdict.REFUSED, reasons=frozenset({Reason.DISPUTED_TERRITORY})),
    Recusal(log=LOG, request=LEAF, reasons=frozenset({Reason.CONFLICT_OF_INTEREST}), conflicts=(CONFLICT,)),
    Decision(
        log=LOG,
        request=LEAF,
        seen=SEEN,
        verdict=Verdict.GRANTED,
        reasons=REASONS,
        effect=EFFECT,
        votes=frozenset({LEAF, DIGEST}),
    ),
    Ratification(log=LOG, decision=LEAF, seen=SEEN, reasons=REASONS, expires="2026-06-02T18:00:00Z"),
    Lapse(log=LOG, about=LEAF, seen=SEEN, at="2026-06-01T18:00:00Z", reasons=frozenset({Reason.DEADLINE_MISSED})),
    Review(
        log=LOG,
        decision=LEAF,
        seen=SEEN,
        outcome=ReviewOutcome.STANDS,
        findings="Still needed.",
        review_by="2026-12-01T00:00:00Z",
    ),
    Appeal(log=LOG, decision=LEAF, appellant=MINISTRY, channel=Channel.LETTER, grounds="We were not heard."),
    Revocation(
        log=LOG, decision=LEAF, seen=SEEN, impact_sha256=DIGEST, reasons=REASONS, expires="2026-06-02T18:00:00Z"
    ),
    Suspension(
        log=LOG,
        decision=LEAF,
        seen=SEEN,
        impact_sha256=DIGEST,
        classes=frozenset({ServiceClass.MILITARY}),
        start="2026-06-02T18:00:00Z",
        until="2026-06-03T18:00:00Z",
        reasons=REASONS,
        expires="2026-06-02T18:00:00Z",
    ),
    MapRelease(
        log=LOG,
        map_sha256=DIGEST,
        size=18,
        root="aa" * 32,
        timeline_sha256="bb" * 32,
        at="2026-06-01T00:00:00Z",
        next_change_at="2026-06-02T00:00:00Z",
    ),
    EnforcementReport(
        log=LOG, point="gateway-7", layer=Layer.BEAM, map_sha256=DIGEST, size=19, since="2026-06-01T00:00:12Z"
    ),
    KeyringChange(log=LOG, version=2, keyring_sha256=DIGEST, previous_sha256="cd" * 32),
    PolicyChange(log=LOG, version=1, policy_sha256=DIGEST),
    RedactionDeposit(log=LOG, entry=LEAF, digests=frozenset({WITHHELD.digest}), disclose_from="2026-11-30T00:00:00Z"),
    Disclosure(log=LOG, entry=LEAF, items=(DISCLOSED,)),
    Allegation(
        log=LOG,
        claim_en="A third state asked that service not be given.",
        claim_ar="طلبت دولة ثالثة ألا تُقدَّم الخدمة.",
        evidence_class=EvidenceClass.ANONYMOUS_SOURCE_REPORT,
        sources=(SOURCE,),
        territories=frozenset({"TWN"}),
        alleged=(NEIGHBOUR,),
        benefit_to=(Party(kind=RequesterKind.UNKNOWN),),
    ),
    Response(log=LOG, allegation=LEAF, party=NEIGHBOUR, status=ResponseStatus.DENIED, on="2026-05-31", said="False."),
    Correction(log=LOG, entry=LEAF, text_en="The date was wrong.", text_ar="كان التاريخ خاطئًا."),
)

_SPECIAL = {
    "an instant such": st.integers(0, 2_000_000_000).map(instant_text),
    "a day such": st.integers(0, 20_000).map(lambda n: (datetime.date(1970, 1, 1) + datetime.timedelta(n)).isoformat()),
    "base64 with": st.binary(max_size=60).map(lambda data: base64.b64encode(data).decode()),
}
_LETTERS = st.sampled_from("aZ09 .,-'()ßéهدهد表𝔄\N{ZERO WIDTH NON-JOINER}\"\\/")
_INNER = st.text(_LETTERS, max_size=12).map(lambda text: f"x{text}x")


def drawn(form: Form) -> st.SearchStrategy[Any]:
    """JSON that fits a form, rules between fields apart."""
    if isinstance(form, Text):
        for start, strategy in _SPECIAL.items():
            if form.expected.startswith(start):
                return strategy
        return (
            _INNER
            if form.longest in (300, 6_000)
            else st.from_regex(form.pattern, fullmatch=True).filter(
                lambda text: len(text) <= form.longest and text.isascii()
            )
        )
    if isinstance(form, Whole):
        return st.integers(form.least, form.most)
    if isinstance(form, Flag):
        return st.booleans()
    if isinstance(form, Word | Words):
        return st.sampled_from(sorted(each.value for each in form.of))
    if isinstance(form, Constant):
        return st.just(form.text)
    if isinstance(form, Row):
        return st.lists(drawn(form.of), min_size=form.count.least, max_size=max(form.count.least, 2))
    if isinstance(form, Several):
        few = st.lists(drawn(form.of), min_size=form.count.least, max_size=max(form.count.least, 3), unique=True)
        return few.map(sorted)
    assert isinstance(form, Thing)
    needed = {field.name: drawn(field.form) for field in form.fields if not field.optional}
    spare = {field.name: drawn(field.form) for field in form.fields if field.optional}
    return st.fixed_dictionaries(needed, optional=spare)


def random_statements() -> st.SearchStrategy[Statement]:
    """Statements of any kind that break no rule."""

    def read(pair: tuple[type[Any], Any]) -> Any:
        faults: list[Any] = []
        found = form_of(pair[0]).read(pair[1], "", faults)
        return None if faults else found

    kinds = st.sampled_from(list(KINDS.values()))
    return (
        kinds.flatmap(lambda cls: st.tuples(st.just(cls), drawn(form_of(cls))))
        .map(read)
        .filter(lambda found: found is not None)
    )


__all__ = ["ALL", "drawn", "problems_of", "random_statements"]
