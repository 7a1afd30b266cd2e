"""What deciding starts from and what it answers: a prefix of the log in, the outcome of every request out.

Entries come verified: each signature holds under the key given beside its statement, each statement was read strictly, each
checkpoint is signed by the log and cosigned by the quorum of witnesses.  Instants are whole seconds since 1970 (UTC), `_s`.
The instant of an entry is that of the first checkpoint that covers it; nobody's own clock is asked.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from hudhud.errors import Fault, RecordError
from hudhud.record.keyring import Keyring, keyring_from
from hudhud.record.parts import Effect
from hudhud.record.rules import Rules, rules_from
from hudhud.record.statements import Statement
from hudhud.record.words import Layer, Reason, RedactionClass, ServiceClass, Verdict

__all__ = [
    "Decided",
    "Entry",
    "Outcomes",
    "Placed",
    "Prefix",
    "Released",
    "Reported",
    "RequestOutcome",
    "Rest",
    "State",
    "Void",
    "Why",
    "WithheldOutcome",
    "Witnessed",
    "begun",
    "goes_back",
    "keyrings_by_digest",
    "rules_by_digest",
]


class Why(StrEnum):
    """Why an entry counts for nothing.  The order is that of the checks; the first that fails is given."""

    REPLAYED_ENTRY = "replayed_entry"
    """The same bytes stand in the log before."""
    OTHER_LOG = "other_log"
    """It was signed for another log."""
    REPLAYED_NONCE = "replayed_nonce"
    """An earlier request has its nonce."""
    UNKNOWN_REQUEST = "unknown_request"
    """The entry that it names is no valid request before it."""
    UNKNOWN_DECISION = "unknown_decision"
    """The entry that it names is no decision before it."""
    UNKNOWN_ENTRY = "unknown_entry"
    """The entry that it names is none that counts before it."""
    ROLLBACK = "rollback"
    """The version that it names is not newer than the one in force."""
    WRONG_VERSION = "wrong_version"
    """The version that it names, or the one before it, does not follow the one in force."""
    UNKNOWN_DOCUMENT = "unknown_document"
    """Nobody has shown the document whose digest it names."""
    UNFIT_DOCUMENT = "unfit_document"
    """The document that it names cannot follow the one in force."""
    UNKNOWN_KEY = "unknown_key"
    """No seat signs with this key."""
    ALIAS_KEY = "alias_key"
    """The keyring lists this key more than once, so that it would count more than once."""
    KEY_OUT_OF_WINDOW = "key_out_of_window"
    """The key was not yet, or no more, valid."""
    WRONG_SEAT = "wrong_seat"
    """The signer's seat may not say this."""
    NOT_EMERGENCY = "not_emergency"
    """Only emergency grants are ratified."""
    AFTER_DECISION = "after_decision"
    """The matter was settled before."""
    AFTER_LAPSE = "after_lapse"
    """The matter had lapsed before."""
    NOT_DEPOSITED = "not_deposited"
    """Two trustees of different organisations do not hold what the request withholds."""
    WRONG_KEYRING = "wrong_keyring"
    """It was signed with another version of the keyring in mind."""
    WRONG_POLICY = "wrong_policy"
    """It was signed under other rules of deciding."""
    UNSEEN_CHECKPOINT = "unseen_checkpoint"
    """The checkpoint that the signer saw, or from which a map was made, is none of this log before it."""
    SUBJECT_NOT_SEEN = "subject_not_seen"
    """The checkpoint that the signer saw does not cover what the vote is about."""
    PROPOSER = "proposer"
    """Whoever files a request does not vote on it."""
    INTERESTED = "interested"
    """The signer's organisation asks, gains, or claims or controls the territory."""
    RECUSED = "recused"
    """The signer took no part, or had declared a conflict."""
    ISSUER = "issuer"
    """Whoever approved an emergency does not ratify it."""
    NO_CONTACT_DECLARATION = "no_contact_declaration"
    """No declaration of contacts covers the time before the vote."""
    NO_CONFLICT_DECLARATION = "no_conflict_declaration"
    """Nothing was declared about conflicts in this request."""
    EXPIRED = "expired"
    """The vote had expired when it was witnessed."""
    WRONG_EFFECT = "wrong_effect"
    """The effect voted for does not fit the verdict, or the decision."""
    NO_IMPACT = "no_impact"
    """No report on whom it touches was shown to the signer."""
    WINDOW_OVER = "window_over"
    """Nothing would be left of the window: a back-dated act takes effect when it is witnessed, not before."""
    WINDOW_TOO_LONG = "window_too_long"
    """It would last longer, or go unreviewed longer, than the rules allow."""
    EMERGENCY_SUPERSEDES = "emergency_supersedes"
    """An emergency ends nothing that was decided before."""
    EMERGENCY_CAP = "emergency_cap"
    """Emergencies on end over one territory have used up their time."""
    DOUBLE_VOTE = "double_vote"
    """This key or this seat has spoken on the matter."""
    SAME_PERSON = "same_person"
    """This person has spoken on the matter from another seat."""
    SAME_ORGANISATION = "same_organisation"
    """This organisation has spoken on the matter."""
    UNFINISHED = "unfinished"
    """It tells of time that had not passed when it was witnessed."""
    NOT_INDEPENDENT = "not_independent"
    """The reviewer's organisation voted for what is reviewed."""
    WRONG_NOTICE = "wrong_notice"
    """It tells something else than what follows from the entries before it."""
    TOO_EARLY = "too_early"
    """The map is for an instant before that of the checkpoint from which it was made."""
    FROM_THE_FUTURE = "from_the_future"
    """The map is for an instant long after its release was witnessed: nobody can know yet what will be decided by then."""
    NOT_WITHHELD = "not_withheld"
    """The entry that it names does not withhold this."""
    LATE_DISCLOSURE = "late_disclosure"
    """The trustee would tell what is withheld later than the rules allow."""
    UNREADABLE = "unreadable"
    """What it tells has the right digest and is no disclosure."""
    TOLD_BEFORE = "told_before"
    """All that it tells was told before."""


class State(StrEnum):
    """What has become of a request."""

    WAITING = "waiting"
    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    GRANTED_WITH_CONDITIONS = "granted_with_conditions"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """Not answered in time; or an emergency grant that was not ratified in time."""
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    """Its decision ended when a later one began."""
    REVOKED = "revoked"
    """Its decision was ended by votes."""
    VOID = "void"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry of the log.  key: the 32 bytes under which its signature holds; leaf: its hash, hexadecimal."""

    index: int
    statement: Statement
    key: bytes
    leaf: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Witnessed:
    """A checkpoint with the quorum of witnesses.  at_s: median of their instants."""

    size: int
    root: str
    at_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Prefix:
    """The first entries of a log, and what is needed to judge them.

    checkpoints: by size, ascending.  keyrings, rules: documents by their digests (`keyrings_by_digest`, `rules_by_digest`).
    keyring_sha256, rules_sha256: the first ones, which must be trusted from elsewhere.  Raises RecordError where broken.
    """

    log: str
    entries: tuple[Entry, ...]
    checkpoints: tuple[Witnessed, ...]
    keyrings: Mapping[str, Keyring]
    rules: Mapping[str, Rules]
    keyring_sha256: str
    rules_sha256: str

    def __post_init__(self) -> None:
        faults = list(self._faults())
        if faults:
            raise RecordError("the prefix of the log was refused", faults)

    def _faults(self) -> Iterator[Fault]:
        for place, entry in enumerate(self.entries):
            if entry.index != place:
                yield Fault(where=f"entries[{place}]", problem=f"has the index {entry.index}: entries stand in order")
        size = 0
        for place, one in enumerate(self.checkpoints):
            if not size < one.size <= len(self.entries):
                problem = f"is of size {one.size}; expected more than {size}, at most {len(self.entries)}: sort them"
                yield Fault(where=f"checkpoints[{place}]", problem=problem)
            size = one.size
        for what, known, digest in (
            ("keyring", self.keyrings, self.keyring_sha256),
            ("rules", self.rules, self.rules_sha256),
        ):
            if digest not in known:
                yield Fault(where=what, problem=f"the trusted {digest[:12]}... is not among the documents: add it")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """A decision rests for some classes from start_s until just before until_s.  votes: indices of the entries counted."""

    classes: frozenset[ServiceClass]
    start_s: int
    until_s: int
    votes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """A decision that takes effect, as plain values.

    id: leaf of its request.  index: of the entry that completed it; decided_s: when that was witnessed.  effect: as agreed;
    what counts of its window is start_s and until_s (None for until further decision), after all that has ended or
    shortened it.  moved_up: it was to begin before it was decided.  votes: indices of the entries counted.  supersedes: ids
    of decisions that end when this one begins.  ratified_s: when an emergency was ratified.  review_by_s: when it must be
    looked at next.
    """

    id: str
    index: int
    decided_s: int
    verdict: Verdict
    effect: Effect
    reasons: frozenset[Reason]
    votes: tuple[int, ...]
    start_s: int
    until_s: int | None
    moved_up: bool
    emergency: bool
    review_by_s: int
    review_overdue: bool
    supersedes: frozenset[str]
    ratified_s: int | None = None
    ratified_by: tuple[int, ...] = ()
    revoked_by: tuple[int, ...] = ()
    rests: tuple[Rest, ...] = ()

    def in_force(self, at_s: int) -> bool:
        """Whether it is in force at an instant, rests apart."""
        return self.start_s <= at_s and (self.until_s is None or at_s < self.until_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestOutcome:
    """What has become of one request.

    received_s: when it was witnessed.  deadline_s: after which it is overdue; lapse_s: after which it has lapsed.
    answered_s: when it was decided, refused or withdrawn.  overdue: it had no answer at the deadline.  why: of a void one.
    quorum: group that must agree.  counts: indices of entries that count in it, those of a decision made.
    """

    index: int
    leaf: str
    state: State
    received_s: int
    deadline_s: int
    lapse_s: int
    overdue: bool
    quorum: str
    keyring_version: int
    rules_sha256: str
    answered_s: int | None = None
    why: Why | None = None
    counts: tuple[int, ...] = ()
    decided: Decided | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Void:
    """An entry that counts for nothing, and why."""

    index: int
    why: Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """A map that the registrar released for an instant, at_s; that it is the right one is for an audit.

    size, timeline_sha256: of the entries, and their instants, from which it was made.  next_change_at_s: until when it holds
    without a new entry, None for ever.  released_s: when the release was witnessed.
    """

    index: int
    leaf: str
    map_sha256: str
    size: int
    timeline_sha256: str
    at_s: int
    next_change_at_s: int | None
    released_s: int

    @property
    def begins_s(self) -> int:
        """When it is to be obeyed: not before it was witnessed, nor before the instant that it is for."""
        return max(self.released_s, self.at_s)


class Placed(Protocol):
    """What says where a release stands: the index of its entry, how many entries it knows, for which instant it is."""

    @property
    def index(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def at_s(self) -> int: ...


def goes_back(release: Placed, behind: Placed) -> bool:
    """Whether a release goes back behind another: by its place, by the entries that it knows, or by its instant."""
    return release.index < behind.index or release.size < behind.size or release.at_s < behind.at_s


def begun(releases: Iterable[Released], at_s: int) -> tuple[Released, ...]:
    """The releases that count at an instant: witnessed by then, and for an instant that has come.  The newest is the last."""
    return tuple(one for one in releases if one.begins_s <= at_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """What a point of enforcement says that it obeys, since when, and from how many entries; reported_s: when witnessed."""

    index: int
    seat: str
    point: str
    layer: Layer
    map_sha256: str
    size: int
    since_s: int
    reported_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WithheldOutcome:
    """What has become of one thing that an entry withholds.

    index: of the entry.  trustees: seats that hold it; deposited: of two organisations at least.  due_s: by when it must be
    told; disclosed_s: when it was, None while it is not.  overdue: it was not told by then.
    """

    index: int
    kind: RedactionClass
    digest: str
    trustees: tuple[str, ...]
    deposited: bool
    due_s: int
    disclosed_s: int | None
    overdue: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcomes:
    """What follows from a prefix of the log at an instant.

    size: entries that were witnessed by then; later ones have no effect yet.  requests, void: in order of index.
    keyring_sha256, rules_sha256: in force.  missing: digests of documents that votes name and nobody has shown; while there
    are any, somebody who has them may come to another answer.  releases, reports: those that count.  withheld: one for each
    digest that an entry withholds.
    """

    at_s: int
    size: int
    requests: tuple[RequestOutcome, ...]
    void: tuple[Void, ...]
    keyring_sha256: str
    rules_sha256: str
    missing: frozenset[str] = field(default_factory=frozenset)
    releases: tuple[Released, ...] = ()
    reports: tuple[Reported, ...] = ()
    withheld: tuple[WithheldOutcome, ...] = ()

    @property
    def decisions(self) -> tuple[Decided, ...]:
        """Every decision ever made, in force or not, in order of the entries that completed them."""
        found = [one.decided for one in self.requests if one.decided is not None]
        return tuple(sorted(found, key=lambda one: one.index))

    @property
    def in_force(self) -> tuple[Decided, ...]:
        """The decisions in force at the instant."""
        return tuple(one for one in self.decisions if one.in_force(self.at_s))

    @property
    def concerns(self) -> tuple[str, ...]:
        """What somebody should look at, a sentence each: late answers, lapsed emergencies, missed reviews, what is withheld
        without trustees or for too long, documents that nobody has shown."""
        return tuple(_concerns(self))


def _concerns(outcomes: Outcomes) -> Iterator[str]:
    for one in outcomes.requests:
        name = f"request {one.leaf[:12]} (entry {one.index})"
        if one.overdue:
            yield f"{name} had no answer by its deadline"
        if one.decided is not None and one.decided.emergency and one.state is State.LAPSED:
            yield f"{name}: the emergency grant was never ratified and has lapsed"
        if one.decided is not None and one.decided.review_overdue:
            yield f"{name}: its decision was not reviewed in time"
    for hidden in outcomes.withheld:
        name = f"entry {hidden.index}: what it withholds as {hidden.digest[:12]} ({hidden.kind})"
        if not hidden.deposited and hidden.disclosed_s is None:
            yield f"{name} is not held by trustees of two organisations"
        if hidden.overdue:
            yield f"{name} was not told by its day"
    for digest in sorted(outcomes.missing):
        yield f"document {digest[:12]} is voted for, and nobody has shown it"


def keyrings_by_digest(documents: Iterable[bytes]) -> Mapping[str, Keyring]:
    """Keyrings by the digests that name them.  Raises RecordError for one that is refused."""
    return MappingProxyType({hashlib.sha256(data).hexdigest(): keyring_from(data) for data in documents})


def rules_by_digest(documents: Iterable[bytes]) -> Mapping[str, Rules]:
    """Rules by the digests that name them.  Raises RecordError for ones that are refused."""
    return MappingProxyType({hashlib.sha256(data).hexdigest(): rules_from(data) for data in documents})
