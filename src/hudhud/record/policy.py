"""Trust policies: which logs, which witnesses, and how many of whom are enough (C2SP tlog-policy).

    log <vkey>
    witness W1 <vkey>
    witness W2 <vkey>
    group both all W1 W2
    quorum both

Groups nest; each name may be a member once, so that each witness counts in one way only.  Counting is by the bytes of keys:
a key under two names is refused when the policy is read, and would count once if it were not.  `Groups` is the same grammar
without keys, for quorums of seats.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hudhud.errors import Fault, RecordError
from hudhud.record.checkpoint import Cosigned, opened, read_count
from hudhud.record.note import KeyType, VerifierKey

__all__ = ["NONE", "Group", "Groups", "Policy", "accepted", "read_groups", "read_policy", "satisfied"]

NONE = "none"  # the quorum of a policy that asks for no witness
_MOST_BYTES = 1_000_000
_MOST_GROUPS = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """`threshold` of its members, which are witnesses, seats or groups by name."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Groups:
    """Named groups over `leaves` (witnesses or seats).  A group names only leaves and groups that stand before it."""

    leaves: frozenset[str]
    groups: Mapping[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        faults = list(self._faults())
        if faults:
            raise RecordError("groups refused", faults)

    def _faults(self) -> Iterator[Fault]:
        if len(self.groups) > _MOST_GROUPS:
            yield Fault(where="", problem=f"there are {len(self.groups)} groups, more than {_MOST_GROUPS}")
            return
        if NONE in self.leaves or NONE in self.groups:
            yield Fault(where=NONE, problem="this name is taken: it means that nobody is needed")
        below = {leaf: frozenset({leaf}) for leaf in self.leaves}  # leaves that each name stands for
        for name, group in self.groups.items():
            where = f"group {name}"
            if name in below:
                yield Fault(where=where, problem="this name is defined twice")
            if not 1 <= group.threshold <= len(group.members):
                problem = f"its threshold is {group.threshold}, expected 1 to {len(group.members)} (its members)"
                yield Fault(where=where, problem=problem)
            counted: frozenset[str] = frozenset()
            for member in group.members:
                if member not in below:
                    yield Fault(where=where, problem=f"its member {member!r} is not defined above it")
                for twice in sorted(counted & below.get(member, frozenset())):
                    yield Fault(where=where, problem=f"{twice!r} would count in two ways")
                counted |= below.get(member, frozenset())
            below[name] = counted

    def met(self, name: str, present: Collection[str]) -> bool:
        """Whether these leaves are enough for the group (or leaf) of this name; always for `none`, never for a stranger."""
        if name == NONE:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in self.leaves and name in present
        return sum(self.met(member, present) for member in group.members) >= group.threshold


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What makes a checkpoint valid: the signature of one of `logs` and the quorum of witnesses."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE

    def __post_init__(self) -> None:
        object.__setattr__(self, "witnesses", MappingProxyType(dict(self.witnesses)))
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        faults = list(self._faults())
        if faults:
            raise RecordError("policy refused", faults)
        Groups(leaves=frozenset(self.witnesses), groups=self.groups)

    def _faults(self) -> Iterator[Fault]:
        for key in self.logs:
            if key.type is not KeyType.ED25519:
                yield Fault(where=f"log {key.name}", problem=f"its key is of type {key.type:#04x}, expected 0x01")
        for name, key in self.witnesses.items():
            if key.type is not KeyType.COSIGNATURE:
                yield Fault(where=f"witness {name}", problem=f"its key is of type {key.type:#04x}, expected 0x04")
        yield from _repeated((f"log {key.name}", key) for key in self.logs)
        yield from _repeated((f"witness {name}", key) for name, key in self.witnesses.items())
        own = {key.public for key in self.logs}
        for name, key in self.witnesses.items():
            if key.public in own:
                yield Fault(where=f"witness {name}", problem="it has the key of a log: nobody witnesses himself")
        members = [member for group in self.groups.values() for member in group.members]
        for twice in sorted({one for one in members if members.count(one) > 1}):
            yield Fault(where=twice, problem="it is a member twice, but may be one only once")
        if self.quorum not in {NONE, *self.witnesses, *self.groups}:
            yield Fault(where="quorum", problem=f"{self.quorum!r} is neither a witness nor a group of this policy")

    @property
    def text(self) -> str:
        """The policy as a file."""
        lines = [f"log {key.text}" for key in self.logs]
        lines += [f"witness {name} {key.text}" for name, key in self.witnesses.items()]
        lines += [f"group {name} {group.threshold} {' '.join(group.members)}" for name, group in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])


def satisfied(policy: Policy, names: Iterable[str]) -> bool:
    """Whether the witnesses of these names are the quorum.  Unknown names count nothing; a key counts once."""
    present: dict[bytes, str] = {}
    for name in sorted(set(names)):
        key = policy.witnesses.get(name)
        if key is not None:
            present.setdefault(key.public, name)
    groups = Groups(leaves=frozenset(policy.witnesses), groups=policy.groups)
    return groups.met(policy.quorum, frozenset(present.values()))


def accepted(data: bytes, policy: Policy) -> Cosigned:
    """The checkpoint in a signed note that the policy holds for valid.

    Raises RecordError where no log of the policy has signed it, a known signature does not hold, or the quorum is not met.
    """
    found = opened(data, policy.logs, policy.witnesses.values())
    keys = {key.public for key, _ in found.cosignatures}
    names = [name for name, key in policy.witnesses.items() if key.public in keys]
    if not satisfied(policy, names):
        by = ", ".join(names) or "no witness"
        raise RecordError(
            f"checkpoint of size {found.checkpoint.size} refused: cosigned by {by}, which does not meet {policy.quorum!r}"
        )
    return found


def read_policy(data: bytes) -> Policy:
    """The policy in a file.  Names are octets: what is no UTF-8 is kept as it is.  Raises RecordError with all its faults."""
    logs: list[VerifierKey] = []
    witnesses: dict[str, VerifierKey] = {}
    groups: dict[str, Group] = {}
    quorums: list[str] = []
    faults: list[Fault] = []
    for number, words in _lines(data, faults):
        try:
            if words[0] == "log" and len(words) in (2, 3):
                logs.append(VerifierKey.from_text(words[1]))
            elif words[0] == "witness" and len(words) in (3, 4):
                _refuse_taken(words[1], witnesses, groups)
                witnesses[words[1]] = VerifierKey.from_text(words[2])
            elif words[0] == "group" and len(words) >= 4:
                _refuse_taken(words[1], witnesses, groups)
                groups[words[1]] = _group(words, {*witnesses, *groups})
            elif words[0] == "quorum" and len(words) == 2:
                _refuse_undefined(words[1], {NONE, *witnesses, *groups})
                quorums.append(words[1])
            else:
                raise RecordError(f"{' '.join(words)[:80]!r} is no line of a policy")
        except RecordError as error:
            faults.append(Fault(where=f"line {number}", problem=str(error)))
    if not faults and len(quorums) != 1:
        faults.append(Fault(where="quorum", problem=f"there are {len(quorums)} quorum lines, expected one"))
    if faults:
        raise RecordError("policy refused", faults)
    return Policy(logs=tuple(logs), witnesses=witnesses, groups=groups, quorum=quorums[0])


def read_groups(data: bytes, leaves: Iterable[str]) -> Groups:
    """The `group` lines in a file over these leaves (seats): several roots, each of which counts a leaf once."""
    leaves = frozenset(leaves)
    groups: dict[str, Group] = {}
    faults: list[Fault] = []
    for number, words in _lines(data, faults):
        try:
            if words[0] != "group" or len(words) < 4:
                raise RecordError(f"{' '.join(words)[:80]!r} is no line of the form: group NAME K MEMBER...")
            _refuse_taken(words[1], leaves, groups)
            groups[words[1]] = _group(words, {*leaves, *groups})
        except RecordError as error:
            faults.append(Fault(where=f"line {number}", problem=str(error)))
    if faults:
        raise RecordError("groups refused", faults)
    return Groups(leaves=leaves, groups=groups)


def _lines(data: bytes, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line that says something; strange octets go to `faults`."""
    if len(data) > _MOST_BYTES:
        faults.append(Fault(where="", problem=f"it has {len(data):,} bytes, more than {_MOST_BYTES:,}"))
        return
    if data and not data.endswith(b"\n"):
        faults.append(Fault(where="last line", problem="it does not end with a newline"))
    for number, line in enumerate(data.split(b"\n"), start=1):
        strange = next((octet for octet in line if (octet < 0x20 and octet != 0x09) or octet == 0x7F), None)
        if strange is not None:
            faults.append(Fault(where=f"line {number}", problem=f"it holds the control character {strange:#04x}"))
            continue
        words = [word.decode("utf-8", "surrogateescape") for word in line.replace(b"\t", b" ").split(b" ") if word]
        if words and not words[0].startswith("#"):
            yield number, words


def _group(words: list[str], known: Collection[str]) -> Group:
    members = tuple(words[3:])
    for member in members:
        _refuse_undefined(member, known)
    threshold = {"any": 1, "all": len(members)}.get(words[2]) or read_count(words[2])
    if threshold is None or not 1 <= threshold <= len(members):
        raise RecordError(f"the threshold of {words[1]!r} is {words[2]!r}, expected any, all, or 1 to {len(members)}")
    return Group(threshold=threshold, members=members)


def _refuse_taken(name: str, *tables: Collection[str]) -> None:
    if name == NONE or any(name in table for table in tables):
        raise RecordError(f"the name {name!r} is taken")


def _refuse_undefined(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise RecordError(f"{name!r} is not defined above this line")


def _repeated(named: Iterable[tuple[str, VerifierKey]]) -> Iterator[Fault]:
    """A fault for each key that stands there before: by its bytes, or by the name and id that a signature gives."""
    publics: dict[bytes, str] = {}
    ids: set[tuple[str, bytes]] = set()
    for where, key in named:
        if key.public in publics:
            yield Fault(where=where, problem=f"its key is that of {publics[key.public]} already")
        elif (key.name, key.id) in ids:
            yield Fault(where=where, problem="signatures could not tell it from another key of that name")
        publics.setdefault(key.public, where)
        ids.add((key.name, key.id))
