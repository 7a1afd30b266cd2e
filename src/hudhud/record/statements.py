"""What can be said in the record: one class for each kind of entry, and its bytes as an in-toto Statement.

Every statement names the log it is meant for, so that none can be repeated in another.  A vote names the entry it is about by
its hash, and what its signer had seen.  `statement_bytes` writes, `statement_from` reads; one value has one form in bytes.
The predicate type is `https://hudhud.invalid/record/<kind>/v1`: a name under a top-level domain that never leads anywhere
(RFC 6761), so that nobody can come to own it.

Left out on purpose: who may say what, and whether it counts (`keyring`, `decide`); the instant of signing, which nobody can
check: time is that of the witnesses.  It is one long file because it is one vocabulary: a class for each kind and no more.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias, cast, get_args

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import LONGEST_BYTES, Json, canonical_bytes, read_canonical
from hudhud.record.forms import (
    Count,
    Date,
    Digest,
    Id,
    Instant,
    Leaf,
    Line,
    Nonce,
    Origin,
    Prose,
    Whole,
    Words,
    form_of,
    instant_s,
)
from hudhud.record.parts import Conflict, Contact, Disclosed, Effect, Party, Seen, Source, Withheld
from hudhud.record.words import (
    Action,
    Channel,
    EvidenceClass,
    Layer,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    Reason,
    RecordKind,
    ResponseStatus,
    ReviewOutcome,
    ServiceClass,
    ServiceState,
    Verdict,
)

__all__ = [
    "KINDS",
    "STATEMENT_TYPE",
    "Allegation",
    "Appeal",
    "Approval",
    "ConflictDeclaration",
    "ContactDeclaration",
    "Correction",
    "Decision",
    "Disclosure",
    "EnforcementReport",
    "Evidence",
    "KeyringChange",
    "Lapse",
    "MapRelease",
    "PolicyChange",
    "Ratification",
    "Recusal",
    "RedactionDeposit",
    "Refusal",
    "Request",
    "Response",
    "Review",
    "Revocation",
    "Statement",
    "Suspension",
    "predicate_type",
    "statement_bytes",
    "statement_from",
    "subjects",
]

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_PREDICATE_TYPE = "https://hudhud.invalid/record/{}/v1"

_Reasons: TypeAlias = Annotated[frozenset[Reason], Count(least=1)]
_Granting: TypeAlias = Annotated[
    Verdict, Words(of=frozenset({Verdict.GRANTED, Verdict.GRANTED_IN_PART, Verdict.GRANTED_WITH_CONDITIONS}))
]
_Refusing: TypeAlias = Annotated[Verdict, Words(of=frozenset({Verdict.REFUSED, Verdict.DEFERRED}))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """Somebody asks that service be given, changed, or not given.

    nonce: makes it one of a kind.  on_behalf_of: for whom the requester speaks, left out where it speaks for itself;
    benefit_to: third parties that gain by it, a third state above all.  legal_text: the provision relied on.  effect: what
    it asks for in full.  itu_art35_notification: how the other member states were told of a suspension.
    """

    kind: ClassVar[RecordKind] = RecordKind.REQUEST
    log: Origin
    nonce: Nonce
    title_en: Line
    title_ar: Line
    requester: Party
    on_behalf_of: Party | None = None
    benefit_to: tuple[Party, ...] = ()
    channel: Channel
    action: Action
    purposes: Annotated[frozenset[Purpose], Count(least=1)]
    legal_basis: LegalBasis
    legal_basis_status: LegalBasisStatus
    legal_text: Prose | None = None
    effect: Effect
    itu_art35_notification: Prose | None = None
    note: Prose | None = None

    def problems(self) -> Iterator[str]:
        if self.action is Action.REFUSE_TO_ACTIVATE and self.effect.state.serves:
            yield f"asks to refuse and has the state {self.effect.state}: a refusal's state serves nobody"
        if self.action is Action.ACTIVATE and not self.effect.state.serves:
            yield f"asks to activate and has the state {self.effect.state}: a state that serves is needed"
        if self.action is Action.SUSPEND and self.effect.state is not ServiceState.SUSPENDED:
            yield f"asks to suspend and has the state {self.effect.state}: it must be suspended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Something shown in support of, or against, an entry.  attachment_sha256: of a file kept beside the record."""

    kind: ClassVar[RecordKind] = RecordKind.EVIDENCE
    log: Origin
    about: Leaf
    evidence_class: EvidenceClass
    text: Prose
    sources: tuple[Source, ...] = ()
    attachment_sha256: Digest | None = None
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactDeclaration:
    """The signer tells every contact with parties that have a stake, from start until just before until.

    An empty list is a declaration that there was none; that it is true is what the signature says.
    """

    kind: ClassVar[RecordKind] = RecordKind.CONTACT_DECLARATION
    log: Origin
    start: Instant
    until: Instant
    contacts: tuple[Contact, ...] = ()

    def problems(self) -> Iterator[str]:
        if instant_s(self.until) <= instant_s(self.start):
            yield f"covers from {self.start} until {self.until}: correct the period"
        for place, one in enumerate(self.contacts):
            if not self.start[:10] <= one.on <= self.until[:10]:
                yield f"tells in contacts[{place}] of {one.on}, outside the period that it covers"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConflictDeclaration:
    """The signer tells what ties them to the parties of a request.  An empty list declares that nothing does."""

    kind: ClassVar[RecordKind] = RecordKind.CONFLICT_DECLARATION
    log: Origin
    request: Leaf
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Approval:
    """One seat agrees to one effect for one request.

    effect_sha256: of the effect agreed to (`effect_digest`): the request's own where granted as asked.  impact_sha256: of
    the report on whom it touches, as shown to the signer.  expires: the vote does not count in a decision from then on.
    """

    kind: ClassVar[RecordKind] = RecordKind.APPROVAL
    log: Origin
    request: Leaf
    effect_sha256: Digest
    seen: Seen
    impact_sha256: Digest
    verdict: _Granting
    reasons: _Reasons
    expires: Instant
    note: Prose | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One seat says no to a request, or not yet (deferred)."""

    kind: ClassVar[RecordKind] = RecordKind.REFUSAL
    log: Origin
    request: Leaf
    seen: Seen
    verdict: _Refusing
    reasons: _Reasons
    note: Prose | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recusal:
    """One seat takes no part in deciding a request.  It reduces who can vote, never how many must."""

    kind: ClassVar[RecordKind] = RecordKind.RECUSAL
    log: Origin
    request: Leaf
    reasons: _Reasons
    conflicts: tuple[Conflict, ...] = ()
    note: Prose | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the votes made of a request.  Anybody can work it out again from the first `seen.size` entries.

    effect: left out where nothing takes effect.  votes: the entries that were counted.
    """

    kind: ClassVar[RecordKind] = RecordKind.DECISION
    log: Origin
    request: Leaf
    seen: Seen
    verdict: Verdict
    reasons: _Reasons
    effect: Effect | None = None
    votes: frozenset[Leaf] = frozenset()

    def problems(self) -> Iterator[str]:
        if self.verdict.grants and self.effect is None:
            yield f"has the verdict {self.verdict} without an effect: say what takes effect"
        if not self.verdict.grants and self.effect is not None:
            yield f"has the verdict {self.verdict} with an effect: nothing takes effect by it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ratification:
    """One seat confirms an emergency decision, so that it does not lapse."""

    kind: ClassVar[RecordKind] = RecordKind.RATIFICATION
    log: Origin
    decision: Leaf
    seen: Seen
    reasons: _Reasons
    expires: Instant
    note: Prose | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lapse:
    """A request or a decision ended by itself, because what had to be done in time was not.  at: when."""

    kind: ClassVar[RecordKind] = RecordKind.LAPSE
    log: Origin
    about: Leaf
    seen: Seen
    at: Instant
    reasons: _Reasons


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """One seat has looked at a decision again.  review_by: when that must be done next."""

    kind: ClassVar[RecordKind] = RecordKind.REVIEW
    log: Origin
    decision: Leaf
    seen: Seen
    outcome: ReviewOutcome
    findings: Prose
    review_by: Instant


@dataclass(frozen=True, kw_only=True, slots=True)
class Appeal:
    """Somebody touched by a decision asks that it be looked at again."""

    kind: ClassVar[RecordKind] = RecordKind.APPEAL
    log: Origin
    decision: Leaf
    appellant: Party
    channel: Channel
    grounds: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation:
    """One seat votes that a decision end."""

    kind: ClassVar[RecordKind] = RecordKind.REVOCATION
    log: Origin
    decision: Leaf
    seen: Seen
    impact_sha256: Digest
    reasons: _Reasons
    expires: Instant
    note: Prose | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Suspension:
    """One seat votes that a decision rest for some classes from start until just before until."""

    kind: ClassVar[RecordKind] = RecordKind.SUSPENSION
    log: Origin
    decision: Leaf
    seen: Seen
    impact_sha256: Digest
    classes: Annotated[frozenset[ServiceClass], Count(least=1)]
    start: Instant
    until: Instant
    reasons: _Reasons
    expires: Instant
    itu_art35_notification: Prose | None = None
    note: Prose | None = None

    def problems(self) -> Iterator[str]:
        if instant_s(self.until) <= instant_s(self.start):
            yield f"is from {self.start} until {self.until}: correct the window"


@dataclass(frozen=True, kw_only=True, slots=True)
class MapRelease:
    """The service map that follows from the first entries, to be obeyed by every gateway.

    map_sha256: its digest; size, root: of the entries from which it was compiled; timeline_sha256: of the checkpoints up to
    that size as first cosigned, which give these entries their instants; at: for which instant; next_change_at: until when
    it holds without a new entry, left out where for ever.
    """

    kind: ClassVar[RecordKind] = RecordKind.MAP_RELEASE
    log: Origin
    map_sha256: Digest
    size: Annotated[int, Whole(least=1)]
    root: Digest
    timeline_sha256: Digest
    at: Instant
    next_change_at: Instant | None = None

    def problems(self) -> Iterator[str]:
        if self.next_change_at is not None and instant_s(self.next_change_at) <= instant_s(self.at):
            yield f"is for {self.at} and changes at {self.next_change_at}: a map holds for some time"


@dataclass(frozen=True, kw_only=True, slots=True)
class EnforcementReport:
    """A point of enforcement tells which map it obeys, and of which size of the log it knew.  since: obeyed from then on."""

    kind: ClassVar[RecordKind] = RecordKind.ENFORCEMENT_REPORT
    log: Origin
    point: Id
    layer: Layer
    map_sha256: Digest
    size: Annotated[int, Whole(least=1)]
    since: Instant


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyringChange:
    """One seat agrees that the keyring of this digest follows the one before.  Old and new quorum must agree."""

    kind: ClassVar[RecordKind] = RecordKind.KEYRING_CHANGE
    log: Origin
    version: Annotated[int, Whole(least=1)]
    keyring_sha256: Digest
    previous_sha256: Digest | None = None

    def problems(self) -> Iterator[str]:
        yield from _following(self.version, self.previous_sha256, self.keyring_sha256)


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyChange:
    """One seat agrees that the rules of this digest follow the ones before."""

    kind: ClassVar[RecordKind] = RecordKind.POLICY_CHANGE
    log: Origin
    version: Annotated[int, Whole(least=1)]
    policy_sha256: Digest
    previous_sha256: Digest | None = None

    def problems(self) -> Iterator[str]:
        yield from _following(self.version, self.previous_sha256, self.policy_sha256)


@dataclass(frozen=True, kw_only=True, slots=True)
class RedactionDeposit:
    """A trustee holds what an entry withholds, and will disclose it on demand from `disclose_from` on."""

    kind: ClassVar[RecordKind] = RecordKind.REDACTION_DEPOSIT
    log: Origin
    entry: Leaf
    digests: Annotated[frozenset[Digest], Count(least=1)]
    disclose_from: Instant


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure:
    """What an entry withheld is told."""

    kind: ClassVar[RecordKind] = RecordKind.DISCLOSURE
    log: Origin
    entry: Leaf
    items: Annotated[tuple[Disclosed, ...], Count(least=1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Allegation:
    """Somebody has reported something that the record does not show.  A claim, not a finding.

    about: the entry that it touches, if there is one; territories: ids; alleged: parties said to have acted; benefit_to:
    parties said to have gained.
    """

    kind: ClassVar[RecordKind] = RecordKind.ALLEGATION
    log: Origin
    claim_en: Prose
    claim_ar: Prose
    evidence_class: EvidenceClass
    sources: Annotated[tuple[Source, ...], Count(least=1)]
    about: Leaf | None = None
    territories: frozenset[Id] = frozenset()
    alleged: tuple[Party, ...] = ()
    benefit_to: tuple[Party, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What one party said of an allegation, or that it said nothing.  said: in its own words."""

    kind: ClassVar[RecordKind] = RecordKind.RESPONSE_STATUS
    log: Origin
    allegation: Leaf
    party: Party
    status: ResponseStatus
    on: Date
    said: Prose | None = None
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """An earlier entry was wrong; it stays, and this stands beside it.  replaced_by: the entry that is right."""

    kind: ClassVar[RecordKind] = RecordKind.CORRECTION
    log: Origin
    entry: Leaf
    text_en: Prose
    text_ar: Prose
    replaced_by: Leaf | None = None
    sources: tuple[Source, ...] = ()


Statement: TypeAlias = (
    Request
    | Evidence
    | ContactDeclaration
    | ConflictDeclaration
    | Approval
    | Refusal
    | Recusal
    | Decision
    | Ratification
    | Lapse
    | Review
    | Appeal
    | Revocation
    | Suspension
    | MapRelease
    | EnforcementReport
    | KeyringChange
    | PolicyChange
    | RedactionDeposit
    | Disclosure
    | Allegation
    | Response
    | Correction
)

KINDS: dict[RecordKind, type[Statement]] = {cls.kind: cls for cls in get_args(Statement)}
"""The class of each kind of entry."""

_KIND_OF_TYPE = {_PREDICATE_TYPE.format(kind.value): kind for kind in RecordKind}

# By which field a statement names what it is about, and how in-toto calls the digest there.  The hash of an entry is not
# the SHA-256 of its bytes (RFC 6962 puts a zero byte before them), so it has a name of its own.
_ENTRY_FIELDS = ("request", "decision", "allegation", "entry", "about")
_DIGEST_FIELDS = ("map_sha256", "keyring_sha256", "policy_sha256")


def predicate_type(kind: RecordKind) -> str:
    """The name under which in-toto knows this kind of statement."""
    return _PREDICATE_TYPE.format(kind.value)


def subjects(statement: Statement) -> tuple[tuple[str, str, str], ...]:
    """What a statement is about, as (name, algorithm, digest in hexadecimal).  It follows from the statement.

    The entry that it names; else the map, keyring or policy; else the territories by their cells; else the log itself.
    """
    for field in _ENTRY_FIELDS:
        leaf = getattr(statement, field, None)
        if leaf is not None:
            return ((field, "rfc6962LeafSha256", leaf),)
    for field in _DIGEST_FIELDS:
        digest = getattr(statement, field, None)
        if digest is not None:
            return ((field.removesuffix("_sha256"), "sha256", digest),)
    if isinstance(statement, Request):
        return tuple(
            (f"territory/{one.id}/{one.containment}", "sha256", one.cells_sha256)
            for one in statement.effect.territories
        )
    return (("log", "sha256", hashlib.sha256(statement.log.encode("ascii")).hexdigest()),)


def statement_bytes(statement: Statement) -> bytes:
    """The statement as canonical bytes.  Raises RecordError with every fault of a statement that could not be read back."""
    what = f"the {statement.kind}"
    predicate = form_of(type(statement)).write(statement)
    _predicate(statement.kind, predicate, what)
    data = canonical_bytes(_tree(statement, predicate), what)
    if len(data) > LONGEST_BYTES:
        problem = f"{len(data):,} bytes; an entry has at most {LONGEST_BYTES:,}: name long things by their digest"
        raise RecordError(f"{what} was refused", [Fault(where="", problem=problem)])
    return data


def statement_from(data: bytes) -> Statement:
    """The statement that the bytes write.  Raises RecordError with every fault.  Read only what a signature was checked of."""
    what = "the statement"
    tree = read_canonical(data, what)
    if not isinstance(tree, dict):
        raise RecordError(
            f"{what} was refused", [Fault(where="", problem="is no object; expected an in-toto Statement")]
        )
    faults = list(_outer_faults(tree))
    if faults:
        raise RecordError(f"{what} was refused", faults)
    statement = _predicate(_KIND_OF_TYPE[cast(str, tree["predicateType"])], tree["predicate"], what)
    if tree["subject"] != _subject(statement):
        problem = f"is not what the predicate is about: expected {_subject(statement)}"
        raise RecordError(f"{what} was refused", [Fault(where="subject", problem=problem)])
    return statement


def _outer_faults(tree: dict[str, Json]) -> Iterator[Fault]:
    """What is wrong with the fields of an in-toto Statement, subject and predicate apart."""
    expected = ("_type", "predicate", "predicateType", "subject")
    for name in expected:
        if name not in tree:
            yield Fault(where="", problem=f"has no {name}")
    for name in tree:
        if name not in expected:
            yield Fault(where="", problem=f"has the unknown field {name[:40]!r}; known: {', '.join(expected)}")
    if tree.get("_type", STATEMENT_TYPE) != STATEMENT_TYPE:
        yield Fault(where="_type", problem=f"is not {STATEMENT_TYPE}")
    named = tree.get("predicateType", _PREDICATE_TYPE.format("request"))
    if not isinstance(named, str) or named not in _KIND_OF_TYPE:
        problem = f"is {str(named)[:80]!r}; expected {_PREDICATE_TYPE.format('<kind>')} with a kind of the record"
        yield Fault(where="predicateType", problem=problem)


def _predicate(kind: RecordKind, predicate: Json, what: str) -> Statement:
    """The statement in a predicate.  Raises RecordError with every fault."""
    faults: list[Fault] = []
    statement = form_of(cast(type[Any], KINDS[kind])).read(predicate, "predicate", faults)
    if faults:
        raise RecordError(f"{what} was refused", faults)
    return cast(Statement, statement)


def _tree(statement: Statement, predicate: Json) -> Json:
    return {
        "_type": STATEMENT_TYPE,
        "subject": _subject(statement),
        "predicateType": predicate_type(statement.kind),
        "predicate": predicate,
    }


def _subject(statement: Statement) -> Json:
    return [{"name": name, "digest": {algorithm: digest}} for name, algorithm, digest in subjects(statement)]


def _following(version: int, previous: str | None, own: str) -> Iterator[str]:
    """What is wrong with a version and the digest of the one before."""
    if version == 1 and previous is not None:
        yield "is version 1 and names one before it: the first has none"
    if version > 1 and previous is None:
        yield f"is version {version} and names none before it: give previous_sha256"
    if previous == own:
        yield "follows itself: previous and new digest are the same"
