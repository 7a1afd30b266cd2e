"""What the ledger tells, before any language: entries with who signed them and when, what belongs to each request, concerns.

Everything here follows from an audit of the record; nothing is judged again.  The instant of the newest checkpoint is
"now": up to then the record can speak.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hudhud.errors import Fault, RecordError
from hudhud.record.audit import Audit
from hudhud.record.audit_parts import Finding, Found, Weight
from hudhud.record.docket import Case, Holder, bench_of, conflict_counts, stakes
from hudhud.record.envelope import key_id
from hudhud.record.history import Decided, Entry, Outcomes, RequestOutcome, State, Why, WithheldOutcome
from hudhud.record.keyring import Keyring
from hudhud.record.reading import Record
from hudhud.record.statements import (
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Recusal,
    Refusal,
    Request,
    Statement,
)
from hudhud.service.naming import Misnaming

__all__ = ["Concern", "Facts", "Matter", "SeatVote", "Signed", "Trouble", "facts_of"]


class Trouble(StrEnum):
    """What somebody should look at.  The order is that in which they are told."""

    OVERDUE = "overdue"
    """A request still has no answer, after its deadline."""
    LAPSED = "lapsed"
    """A request ended without an answer."""
    UNRATIFIED = "unratified"
    """An emergency grant was never confirmed, and ended."""
    REVIEW_MISSED = "review_missed"
    NOT_DISCLOSED = "not_disclosed"
    NOT_DEPOSITED = "not_deposited"
    DOCUMENT = "document"
    """A document is voted for, and nobody has shown it."""
    LATE = "late"
    """A request was answered after its deadline."""

    @property
    def grave(self) -> bool:
        """Whether it is still so, and not only a mark on the past."""
        return self is not Trouble.LATE


_OWN = frozenset(  # told by `Concern`, with links, or in a table of its own
    {
        Found.OVERDUE,
        Found.NEVER_RATIFIED,
        Found.UNREVIEWED,
        Found.NOT_DEPOSITED,
        Found.NOT_DISCLOSED,
        Found.MISSING_DOCUMENT,
        Found.VOID_ENTRY,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Concern:
    """One thing to look at.  index: of the entry; since_s: since when, where that is an instant; what: a digest."""

    trouble: Trouble
    index: int | None = None
    since_s: int | None = None
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """An entry as it stands in the record.  at_s: when it was witnessed; holder: who signs with its key, if anybody.

    keyring: version of the newest keyring that knows the key.
    """

    entry: Entry
    at_s: int
    holder: Holder | None
    why: Why | None
    keyring: int | None

    @property
    def index(self) -> int:
        return self.entry.index

    @property
    def statement(self) -> Statement:
        return self.entry.statement

    @property
    def key_id(self) -> str:
        """The id by which envelopes name the key."""
        return key_id(self.entry.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatVote:
    """What one seat of the quorum has said on a request.

    yes, no, recused: entries; stake: its organisation has a stake; contacts: its newest declaration before that.
    """

    holder: Holder
    yes: int | None = None
    no: int | None = None
    counted: bool = False
    recused: int | None = None
    stake: bool = False
    contacts: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """A request with all that belongs to it.  thread: entries about it, in order, itself first."""

    signed: Signed
    request: Request
    outcome: RequestOutcome
    keyring: Keyring
    thread: tuple[Signed, ...]
    votes: tuple[SeatVote, ...]
    withheld: tuple[WithheldOutcome, ...]

    @property
    def index(self) -> int:
        return self.signed.index

    @property
    def in_force(self) -> Decided | None:
        return self.outcome.decided


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Facts:
    """All that the pages tell.  now_s: the newest checkpoint's instant; by_leaf: entries by their hashes.

    unsound, maps, notes: what the audit found wrong; what it found of maps and points of enforcement; what needs no action.
    misnamed: by request, where it names territories otherwise than the catalogue; names: what the catalogue calls cells that the
    record calls otherwise, by the id there and the digest, "" where it does not know them.
    """

    record: Record
    outcomes: Outcomes
    now_s: int
    signed: tuple[Signed, ...]
    by_leaf: Mapping[str, Signed]
    matters: Mapping[int, Matter]
    concerns: tuple[Concern, ...]
    unsound: tuple[Finding, ...]
    maps: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    misnamed: Mapping[int, tuple[Finding, ...]]
    names: Mapping[tuple[str, str], str]

    @property
    def in_force(self) -> tuple[Matter, ...]:
        """Requests whose decisions are in force, by entry."""
        return tuple(
            one
            for one in self.matters.values()
            if one.outcome.decided is not None and one.outcome.decided.in_force(self.now_s)
        )

    @property
    def waiting(self) -> tuple[Matter, ...]:
        """Requests that wait, the earliest deadline first."""
        found = [one for one in self.matters.values() if one.outcome.state is State.WAITING]
        return tuple(sorted(found, key=lambda one: (one.outcome.deadline_s, one.index)))

    @property
    def keyring(self) -> Keyring:
        """The keyring in force."""
        return self.record.prefix.keyrings[self.outcomes.keyring_sha256]

    def of(self, kind: type[Statement]) -> tuple[Signed, ...]:
        """Entries of a kind, in order."""
        return tuple(one for one in self.signed if isinstance(one.statement, kind))


def facts_of(audit: Audit) -> Facts:
    """What a record under audit has to tell.  Raises RecordError where it could not be read, or has no entry."""
    record, outcomes = audit.record, audit.outcomes
    if record is None:
        faults = [Fault(where=one.where, problem=str(one.told.get("problem", one.kind))) for one in audit.findings]
        raise RecordError("the record is not sound, and no ledger is written of it", faults)
    if outcomes is None:
        raise RecordError("the record has no entry yet: there is nothing to tell; file something first")
    why = {one.index: one.why for one in outcomes.void}
    holders = _holders(record)
    signed = tuple(
        Signed(
            entry=entry,
            at_s=at_s,
            holder=holders[entry.key][0] if entry.key in holders else None,
            why=why.get(entry.index),
            keyring=holders[entry.key][1] if entry.key in holders else None,
        )
        for entry, at_s in zip(record.prefix.entries, _times_s(record), strict=False)
    )
    by_leaf: dict[str, Signed] = {}
    for one in signed:
        by_leaf.setdefault(one.entry.leaf, one)
    threads = _threads(signed, by_leaf)
    contacts = _contacts(signed)
    matters = {
        one.index: _matter(record, outcomes, signed, one, threads.get(one.index, ()), contacts)
        for one in outcomes.requests
    }
    misnamed = [one for one in audit.findings if one.kind in (Found.MISNAMED_ENFORCED, Found.MISNAMED_TERRITORY)]
    return Facts(
        record=record,
        outcomes=outcomes,
        now_s=outcomes.at_s,
        signed=signed,
        by_leaf=MappingProxyType(by_leaf),
        matters=MappingProxyType(matters),
        concerns=tuple(sorted(_concerns(outcomes), key=lambda one: list(Trouble).index(one.trouble))),
        unsound=audit.of(Weight.UNSOUND),
        maps=tuple(one for one in audit.of(Weight.CONCERN) if one.kind not in _OWN),
        notes=tuple(one for one in audit.of(Weight.NOTE) if one.kind not in _OWN),
        misnamed=MappingProxyType(
            {
                index: tuple(one for one in misnamed if one.entry == index)
                for index in {one.entry for one in misnamed if one.entry is not None}
            }
        ),
        names=MappingProxyType(
            {
                (str(one.told["territory"]), str(one.told["cells_sha256"])): str(one.told["known"])
                for one in misnamed
                if Misnaming(str(one.told["misnaming"])).of_cells
            }
        ),
    )


def _times_s(record: Record) -> list[int]:
    """The instant of each entry: that of the first checkpoint that covers it, never before the one before."""
    times: list[int] = []
    latest_s = 0
    for one in record.prefix.checkpoints:
        latest_s = max(latest_s, one.at_s)
        times += [latest_s] * (one.size - len(times))
    return times


def _holders(record: Record) -> dict[bytes, tuple[Holder, int]]:
    """Who signs with each key, by the newest keyring that knows it, and the version of that."""
    found: dict[bytes, tuple[Holder, int]] = {}
    for keyring in sorted(record.prefix.keyrings.values(), key=lambda one: one.version):
        found |= {key: (held[0], keyring.version) for key, held in bench_of(keyring).holders.items()}
    return found


_ABOUT = ("request", "decision", "allegation", "entry", "about")


def _threads(signed: Sequence[Signed], by_leaf: Mapping[str, Signed]) -> dict[int, tuple[Signed, ...]]:
    """For each request the entries about it, or about entries about it."""
    root: dict[int, int] = {}
    found: dict[int, list[Signed]] = {}
    for one in signed:
        if isinstance(one.statement, Request):
            root[one.index] = one.index
        else:
            leaf = next((getattr(one.statement, name, None) for name in _ABOUT if hasattr(one.statement, name)), None)
            about = by_leaf.get(leaf) if leaf is not None else None
            if about is None or about.index not in root or about.index >= one.index:
                continue
            root[one.index] = root[about.index]
        found.setdefault(root[one.index], []).append(one)
    return {index: tuple(thread) for index, thread in found.items()}


def _contacts(signed: Sequence[Signed]) -> dict[bytes, list[Signed]]:
    """Declarations of contacts that count, by key."""
    found: dict[bytes, list[Signed]] = {}
    for one in signed:
        if isinstance(one.statement, ContactDeclaration) and one.why is None:
            found.setdefault(one.entry.key, []).append(one)
    return found


def _matter(
    record: Record,
    outcomes: Outcomes,
    signed: Sequence[Signed],
    outcome: RequestOutcome,
    thread: tuple[Signed, ...],
    contacts: Mapping[bytes, Sequence[Signed]],
) -> Matter:
    own = signed[outcome.index]
    assert isinstance(own.statement, Request)
    keyring = next(
        one for one in record.prefix.keyrings.values() if one.version == outcome.keyring_version
    )  # versions follow one by one: each stands once
    inside = {one.index for one in thread} | {outcome.index}
    return Matter(
        signed=own,
        request=own.statement,
        outcome=outcome,
        keyring=keyring,
        thread=thread or (own,),
        votes=tuple(_votes(record, outcome, own, keyring, thread, contacts)),
        withheld=tuple(one for one in outcomes.withheld if one.index in inside),
    )


def _votes(
    record: Record,
    outcome: RequestOutcome,
    own: Signed,
    keyring: Keyring,
    thread: Sequence[Signed],
    contacts: Mapping[bytes, Sequence[Signed]],
) -> Iterator[SeatVote]:
    """What each seat of the quorum has said.  Seats in the order of the keyring."""
    bench = bench_of(keyring)
    request = own.statement
    assert isinstance(request, Request)
    rules = record.prefix.rules[outcome.rules_sha256]
    case = Case(
        index=outcome.index,
        leaf=outcome.leaf,
        request=request,
        received_s=outcome.received_s,
        bench=bench,
        rules=rules,
        rules_sha256=outcome.rules_sha256,
        quorum=outcome.quorum,
        proposer=own.holder,
    )
    interested = stakes(case)
    wanted = _seats(outcome.quorum, keyring)
    since_s = outcome.received_s - rules.conflict_window_s
    last = max([len(record.entries)] if outcome.answered_s is None else [one.index for one in thread], default=0)
    for key in (held[0] for held in bench.holders.values()):
        if key.seat not in wanted:
            continue
        said = [one for one in thread if one.entry.key == key.key and one.why is None]
        yes = [one.index for one in said if isinstance(one.statement, Approval)]
        no = [one.index for one in said if isinstance(one.statement, Refusal)]
        recused = [one.index for one in said if _recuses(one.statement, since_s)]
        first = min([*yes, *no], default=last)
        before = [one.index for one in contacts.get(key.key, ()) if one.index < first]
        yield SeatVote(
            holder=key,
            yes=yes[0] if yes else None,
            no=no[0] if no else None,
            counted=bool({*yes, *no} & set(outcome.counts)),
            recused=recused[0] if recused else None,
            stake=key.organisation in interested,
            contacts=before[-1] if before else None,
        )


def _recuses(statement: Statement, since_s: int) -> bool:
    if isinstance(statement, ConflictDeclaration):
        return any(conflict_counts(one, since_s) for one in statement.conflicts)
    return isinstance(statement, Recusal)


def _seats(group: str, keyring: Keyring) -> frozenset[str]:
    """The seats below a group of a keyring."""
    groups = keyring.quorums().groups
    if group not in groups:
        return frozenset({group})
    return frozenset(seat for member in groups[group].members for seat in _seats(member, keyring))


def _concerns(outcomes: Outcomes) -> Iterator[Concern]:
    for one in outcomes.requests:
        yield from _request_concerns(one, outcomes.at_s)
    for hidden in outcomes.withheld:
        if not hidden.deposited and hidden.disclosed_s is None:
            yield Concern(trouble=Trouble.NOT_DEPOSITED, index=hidden.index, what=hidden.digest)
        if hidden.overdue:
            yield Concern(trouble=Trouble.NOT_DISCLOSED, index=hidden.index, since_s=hidden.due_s, what=hidden.digest)
    for digest in sorted(outcomes.missing):
        yield Concern(trouble=Trouble.DOCUMENT, what=digest)


def _request_concerns(one: RequestOutcome, now_s: int) -> Iterator[Concern]:
    decided = one.decided
    if one.overdue and one.state is State.WAITING:
        yield Concern(trouble=Trouble.OVERDUE, index=one.index, since_s=one.deadline_s)
    elif one.overdue and one.answered_s is None:
        yield Concern(trouble=Trouble.LAPSED, index=one.index, since_s=one.lapse_s)
    elif one.overdue:
        yield Concern(trouble=Trouble.LATE, index=one.index, since_s=one.deadline_s)
    if decided is not None and decided.emergency and one.state is State.LAPSED:
        yield Concern(trouble=Trouble.UNRATIFIED, index=one.index, since_s=decided.until_s)
    if decided is not None and decided.review_overdue:
        yield Concern(trouble=Trouble.REVIEW_MISSED, index=one.index, since_s=min(decided.review_by_s, now_s))
