"""Who may sign, in which seat, for which organisation, and how many of whom are enough.

A keyring is a document: organisations, persons, seats, keys, and the groups from which quorums are counted (the `group` lines
of C2SP tlog-policy, over seats).  It counts nothing itself; it sees to it that counting cannot be fooled by one key under two
names, one person in two seats, one organisation under two names, or a quorum that nobody can reach.  It is refused whole.

An organisation may count as another: the owner of the operator counts as the operator, wherever employed.  A key is valid for
entries of the log from one index until just before another.  Versions follow each other one by one; each names the digest of
the one before (`successor_faults`).  That old and new quorum have signed the change is for `decide`.
"""

import base64
import functools
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import LARGEST, canonical_bytes, read_canonical
from hudhud.record.envelope import key_id
from hudhud.record.forms import Base64, Count, Digest, Id, Line, Origin, Text, Whole, form_of
from hudhud.record.note import public_key_fault
from hudhud.record.policy import Groups, read_groups
from hudhud.record.words import College

__all__ = [
    "LONGEST_KEYRING_BYTES",
    "Key",
    "Keyring",
    "Organisation",
    "Person",
    "Seat",
    "keyring_bytes",
    "keyring_digest",
    "keyring_from",
    "quorum_met",
    "successor_faults",
]

LONGEST_KEYRING_BYTES = 1_000_000
"""A keyring is kept beside the log and named by its digest, so it may be longer than an entry."""

_WHAT = "the keyring"
_MOST = 2_000  # organisations, persons, seats or keys
_MOST_TRIES = 100_000  # before a quorum is held for one that cannot be met

_Lines = Annotated[
    str,
    Text(pattern=r"(?:[ -~]*\n)*", expected="lines of printable ASCII, each ending in a line feed", longest=100_000),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """Who stands behind persons.  counts_as: the organisation with which it counts as one, such as its owner's company."""

    id: Id
    name_en: Line
    name_ar: Line
    counts_as: Id | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who signs.  name: left out where it is withheld; withheld: SHA-256 of its disclosure."""

    id: Id
    organisation: Id
    name: Line | None = None
    withheld: Digest | None = None

    def problems(self) -> Iterator[str]:
        if (self.name is None) == (self.withheld is None):
            yield f"{self.id!r} has neither or both of a name and a withheld one: give one of them"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """An office that signs, held by one person at a time."""

    id: Id
    college: College
    title_en: Line
    title_ar: Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A public key: whose it is, in which seat, and for which entries of the log.

    public: 32 bytes of Ed25519 in base64.  from_entry: index of the first entry that it may sign; until_entry: of the first
    that it may not, left out while there is none.
    """

    seat: Id
    person: Id
    public: Base64
    from_entry: Annotated[int, Whole()] = 0
    until_entry: Annotated[int, Whole(least=1)] | None = None

    def problems(self) -> Iterator[str]:
        problem = public_key_fault(self.raw) or _outside_fault(self.raw)
        if problem:
            yield f"of seat {self.seat!r} is refused: {problem}"
        if self.until_entry is not None and self.until_entry <= self.from_entry:
            yield f"of seat {self.seat!r} is valid from entry {self.from_entry} until {self.until_entry}: for none"

    @property
    def raw(self) -> bytes:
        """The 32 bytes."""
        return base64.b64decode(self.public)

    def valid_at(self, entry: int) -> bool:
        """Whether it may sign the entry of this index."""
        return self.from_entry <= entry < (LARGEST if self.until_entry is None else self.until_entry)


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyring:
    """One version of who may sign.  Made by `keyring_from`, which refuses one that could be fooled.

    groups: `group NAME K SEAT-OR-GROUP...` lines.  previous_sha256: digest of the version before, left out in the first.
    """

    log: Origin
    version: Annotated[int, Whole(least=1)]
    previous_sha256: Digest | None = None
    organisations: Annotated[tuple[Organisation, ...], Count(least=1, most=_MOST)]
    persons: Annotated[tuple[Person, ...], Count(least=1, most=_MOST)]
    seats: Annotated[tuple[Seat, ...], Count(least=1, most=_MOST)]
    keys: Annotated[tuple[Key, ...], Count(least=1, most=_MOST)]
    groups: _Lines

    def keys_by_id(self) -> dict[str, Key]:
        """Every key by the id that envelopes give; ask `Key.valid_at` whether it may sign an entry."""
        return {key_id(one.raw): one for one in self.keys}

    def seat(self, seat: str) -> Seat:
        """The seat of an id.  Raises KeyError for none."""
        return {one.id: one for one in self.seats}[seat]

    def organisation_of(self, person: str) -> str:
        """Id of the organisation for which a person counts.  Raises KeyError for an unknown person."""
        home = {one.id: one.organisation for one in self.persons}[person]
        return _counted_as(self.organisations)[home]

    def organisation_by_seat(self, entry: int) -> dict[str, str]:
        """For which organisation each seat counts whose key is valid for the entry of this index."""
        tops = _counted_as(self.organisations)
        homes = {one.id: tops[one.organisation] for one in self.persons}
        return {one.seat: homes[one.person] for one in self.keys if one.valid_at(entry)}

    def quorums(self) -> Groups:
        """The groups from which quorums are counted, over seats."""
        return read_groups(self.groups.encode("ascii"), (one.id for one in self.seats))


def keyring_from(data: bytes) -> Keyring:
    """The keyring that canonical bytes write.  Raises RecordError with every fault."""
    faults: list[Fault] = []
    found = form_of(Keyring).read(read_canonical(data, _WHAT, LONGEST_KEYRING_BYTES), "", faults)
    if not faults:
        faults += _keyring_faults(found)
    if faults:
        raise RecordError(f"{_WHAT} was refused", faults)
    made: Keyring = found
    return made


def keyring_bytes(keyring: Keyring) -> bytes:
    """The keyring as canonical bytes.  Raises RecordError with every fault of one that could not be read back."""
    data = canonical_bytes(form_of(Keyring).write(keyring), _WHAT)
    keyring_from(data)
    return data


def keyring_digest(keyring: Keyring) -> str:
    """The digest that names a keyring in the record: SHA-256 of its bytes, hexadecimal."""
    return hashlib.sha256(keyring_bytes(keyring)).hexdigest()


def successor_faults(old: Keyring, new: Keyring) -> tuple[Fault, ...]:
    """Why a keyring cannot follow another; nothing where it can.  Both were read by `keyring_from`."""
    return tuple(_successor_faults(old, new))


def _successor_faults(old: Keyring, new: Keyring) -> Iterator[Fault]:
    if new.log != old.log:
        yield Fault(where="log", problem=f"is {new.log!r}; the keyring before is of {old.log!r}")
    if new.version != old.version + 1:
        yield Fault(
            where="version", problem=f"is {new.version}; expected {old.version + 1}: versions follow one by one"
        )
    if new.previous_sha256 != keyring_digest(old):
        problem = f"is {new.previous_sha256 or 'left out'}; expected {keyring_digest(old)}, of version {old.version}"
        yield Fault(where="previous_sha256", problem=problem)
    before = {one.public: one for one in old.keys}
    for place, one in enumerate(new.keys):
        earlier = before.get(one.public)
        if earlier is None:
            continue
        where = f"keys[{place}]"
        if (one.seat, one.person) != (earlier.seat, earlier.person):
            problem = (
                f"was that of {earlier.person!r} in seat {earlier.seat!r} and becomes that of {one.person!r} in "
                f"{one.seat!r}: a key never changes hands; make a new one"
            )
            yield Fault(where=where, problem=problem)
        if one.from_entry != earlier.from_entry:
            problem = f"is valid from entry {one.from_entry}, before from {earlier.from_entry}: a beginning stays"
            yield Fault(where=where, problem=problem)
        if (one.until_entry or LARGEST) > (earlier.until_entry or LARGEST):
            problem = f"ended at entry {earlier.until_entry} and would live on: an end may come earlier, never later"
            yield Fault(where=where, problem=problem)


def _keyring_faults(keyring: Keyring) -> Iterator[Fault]:
    """What the parts of a keyring break together."""
    if (keyring.version == 1) != (keyring.previous_sha256 is None):
        problem = f"version {keyring.version}: the first names none before it, every other does"
        yield Fault(where="previous_sha256", problem=problem)
    lists: tuple[tuple[str, tuple[Any, ...]], ...] = (
        ("organisations", keyring.organisations),
        ("persons", keyring.persons),
        ("seats", keyring.seats),
    )
    faults = [fault for where, items in lists for fault in _doubled_ids(where, items)]
    faults += _organisation_faults(keyring)
    faults += _person_faults(keyring)
    faults += _key_faults(keyring)
    yield from faults
    if not faults:  # who counts for whom is clear: now the quorums
        yield from _holder_faults(keyring)
        yield from _group_faults(keyring)


def _doubled_ids(where: str, items: Iterable[Any]) -> Iterator[Fault]:
    for name, count in Counter(one.id for one in items).items():
        if count > 1:
            yield Fault(where=where, problem=f"{count} have the id {name!r}: give each its own")


def _organisation_faults(keyring: Keyring) -> Iterator[Fault]:
    """Organisations that are one under two names, and ones that count as nobody or in a circle."""
    yield from _alike("organisations", [(one.id, one.id) for one in keyring.organisations])
    for texts in ([one.name_en for one in keyring.organisations], [one.name_ar for one in keyring.organisations]):
        yield from _alike(
            "organisations", [(one.id, text) for one, text in zip(keyring.organisations, texts, strict=True)]
        )
    above = {one.id: one.counts_as for one in keyring.organisations}
    for place, one in enumerate(keyring.organisations):
        where = f"organisations[{place}].counts_as"
        if one.counts_as is not None and one.counts_as not in above:
            yield Fault(where=where, problem=f"{one.counts_as!r} is no organisation of this keyring")
        seen, at = {one.id}, one.counts_as
        while at is not None and at not in seen:
            seen.add(at)
            at = above.get(at)
        if at == one.id:
            yield Fault(where=where, problem=f"leads from {one.id!r} back to itself: somebody must stand at the top")


def _person_faults(keyring: Keyring) -> Iterator[Fault]:
    """Persons that are one under two ids, so in two organisations or counted twice, and ones of no organisation."""
    known = {one.id for one in keyring.organisations}
    for place, one in enumerate(keyring.persons):
        if one.organisation not in known:
            problem = f"{one.organisation!r} is no organisation of this keyring"
            yield Fault(where=f"persons[{place}].organisation", problem=problem)
    yield from _alike("persons", [(one.id, one.id) for one in keyring.persons])
    yield from _alike("persons", [(one.id, one.name) for one in keyring.persons if one.name is not None])
    yield from _alike("persons", [(one.id, one.withheld) for one in keyring.persons if one.withheld is not None])


def _alike(where: str, named: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Two ids of one name, whatever its case, width, marks and spaces."""
    first: dict[str, str] = {}
    for id, name in named:
        other = first.setdefault(_skeleton(name), id)
        if other != id:
            problem = f"{other!r} and {id!r} have one name ({name!r}): one and the same counts once; tell others apart"
            yield Fault(where=where, problem=problem)


def _skeleton(name: str) -> str:
    """What is left of a name without case, width, marks, signs and spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(letter for letter in decomposed if letter.isalnum())
    return kept or name


def _key_faults(keyring: Keyring) -> Iterator[Fault]:
    """Keys listed twice, by their bytes, and keys of nobody or for no seat."""
    seats, persons = {one.id for one in keyring.seats}, {one.id for one in keyring.persons}
    first: dict[bytes, int] = {}
    for place, one in enumerate(keyring.keys):
        where = f"keys[{place}]"
        other = first.setdefault(one.raw, place)
        if other != place:
            yield Fault(where=where, problem=f"is the same key as keys[{other}]: a key stands once, for one seat")
        if one.seat not in seats:
            yield Fault(where=where, problem=f"is for {one.seat!r}, which is no seat of this keyring")
        if one.person not in persons:
            yield Fault(where=where, problem=f"is of {one.person!r}, who is no person of this keyring")


def _holder_faults(keyring: Keyring) -> Iterator[Fault]:
    """Persons in two seats that vote, and seats that two persons hold at one time."""
    colleges = {one.id: one.college for one in keyring.seats}
    voting: dict[str, set[str]] = {}
    for one in keyring.keys:
        if colleges[one.seat].votes:
            voting.setdefault(one.person, set()).add(one.seat)
    for person, seats in voting.items():
        if len(seats) > 1:
            problem = f"{person!r} sits in {', '.join(sorted(seats))}: nobody votes in two seats"
            yield Fault(where="keys", problem=problem)
    for seat in colleges:
        held = sorted((one for one in keyring.keys if one.seat == seat), key=lambda one: one.from_entry)
        for n, one in enumerate(held):
            for later in held[n + 1 :]:
                if one.person != later.person and one.valid_at(later.from_entry):
                    problem = (
                        f"{one.person!r} and {later.person!r} both hold seat {seat!r} from entry {later.from_entry}: "
                        "one person at a time; end the first one's key"
                    )
                    yield Fault(where="keys", problem=problem)


def _group_faults(keyring: Keyring) -> Iterator[Fault]:
    """Groups that cannot be read, that name seats without a vote, or that at some time nobody can satisfy."""
    try:
        quorums = keyring.quorums()
    except RecordError as error:
        yield from (Fault(where=f"groups, {fault.where}", problem=fault.problem) for fault in error.faults)
        return
    if not quorums.groups:
        yield Fault(where="groups", problem="is empty: name at least one group, whose agreement changes this keyring")
    colleges = {one.id: one.college for one in keyring.seats}
    for name, group in quorums.groups.items():
        for member in group.members:
            if member in colleges and not colleges[member].votes:
                problem = f"its member {member!r} sits in the college {colleges[member]}, which has no vote"
                yield Fault(where=f"group {name}", problem=problem)
    faults = set()
    for entry in _turns(keyring):
        seats = keyring.organisation_by_seat(entry)
        for name in quorums.groups:
            if name not in faults and not quorum_met(quorums, name, seats):
                faults.add(name)
                problem = (
                    f"cannot be met from entry {entry} on: each seat needs a valid key, and one organisation counts once; "
                    "lower its threshold or add seats of other organisations"
                )
                yield Fault(where=f"group {name}", problem=problem)


def _turns(keyring: Keyring) -> list[int]:
    """Indices of entries from which another set of keys is valid, from the first key on."""
    turns = {one.from_entry for one in keyring.keys}
    return sorted(turns | {one.until_entry for one in keyring.keys if one.until_entry is not None})


def _counted_as(organisations: Iterable[Organisation]) -> dict[str, str]:
    """For each organisation the one as which it counts in the end."""
    above = {one.id: one.counts_as for one in organisations}
    tops = {}
    for id in above:
        top = id
        while (over := above[top]) is not None:
            top = over
        tops[id] = top
    return tops


def quorum_met(quorums: Groups, name: str, organisations: Mapping[str, str]) -> bool:
    """Whether seats of different organisations among these satisfy a group: every organisation counts once in all.

    organisations: for each seat that agrees, the organisation for which it counts.  False also where groups are so intricate
    that it takes too long to find out.
    """
    tries = iter(range(_MOST_TRIES))

    def ways(name: str, taken: frozenset[str]) -> Iterator[frozenset[str]]:
        """Every way to satisfy a group (or a seat) besides the organisations already taken: those and the new ones."""
        group = quorums.groups.get(name)
        if group is not None:
            can = tuple(member for member in group.members if quorums.met(member, organisations))
            yield from some(can, group.threshold, taken, set())
        elif name in organisations and organisations[name] not in taken:
            yield taken | {organisations[name]}

    def some(
        members: tuple[str, ...], needed: int, taken: frozenset[str], seen: set[tuple[int, int, frozenset[str]]]
    ) -> Iterator[frozenset[str]]:
        """Every way to satisfy so many of these members.  seen: where the search has been within this group."""
        if (len(members), needed, taken) in seen or next(tries, None) is None:
            return
        seen.add((len(members), needed, taken))
        if not needed:
            yield taken
            return
        for place in range(len(members) - needed + 1):
            for after in ways(members[place], taken):
                yield from some(members[place + 1 :], needed - 1, after, seen)

    return next(ways(name, frozenset()), None) is not None


# Ed25519: prime of the field, constant of the curve, order of the group.  RFC 8032, 5.1.
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_L = 2**252 + 27742317777372353535851937790883648493
_Point = tuple[int, int, int, int]


@functools.cache
def _outside_fault(raw: bytes) -> str | None:
    """What is wrong with a key's point: not on the curve, or outside the group, where verifiers disagree.  2 ms."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    x = _root((y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P)
    if x is None:
        return "it is no point of the curve"
    total, point = (0, 1, 1, 0), (x, y, 1, x * y % _P)  # (-x, y) lies in the group if and only if (x, y) does
    for bit in bin(_L)[:1:-1]:
        if bit == "1":
            total = _sum(total, point)
        point = _sum(point, point)
    if total[0] or (total[1] - total[2]) % _P:
        return "it lies outside the group that keys are made in, and some programs would accept what others refuse"
    return None


def _root(square: int) -> int | None:
    """A square root in the field, None where there is none.  RFC 8032, 5.1.3."""
    root = pow(square, (_P + 3) // 8, _P)
    if root * root % _P != square:
        root = root * pow(2, (_P - 1) // 4, _P) % _P
    return root if root * root % _P == square else None


def _sum(a: _Point, b: _Point) -> _Point:
    """Sum of two points in extended coordinates.  RFC 8032, 5.1.4."""
    low = (a[1] - a[0]) * (b[1] - b[0]) % _P
    high = (a[1] + a[0]) * (b[1] + b[0]) % _P
    t = 2 * _D * a[3] * b[3] % _P
    z = 2 * a[2] * b[2] % _P
    e, f, g, h = high - low, z - t, z + t, high + low
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P
