"""What must be trusted from elsewhere to judge a record: whose log, which witnesses, the first keyring and the first rules.

Everything else follows from the public files.  The file is published beside them so that it can be found, not so that it
can be believed: compare its digest with one that came another way.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import canonical_bytes, read_canonical
from hudhud.record.forms import Digest, Line, Origin, Text, form_of
from hudhud.record.policy import NONE, Policy, read_policy

__all__ = ["TRUST", "Trust", "trust_bytes", "trust_digest", "trust_from"]

TRUST = "trust.json"
"""Where it is served."""

_WHAT = "the root of trust"

_Lines = Annotated[
    str,
    Text(pattern=r"(?:[ -~]*\n)*", expected="lines of printable ASCII, each ending in a line feed", longest=100_000),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """The root of trust.  policy: text of the C2SP tlog-policy: the log's key, witnesses, how many are enough.

    demonstration: whether its seats are made up and its keys protect nothing.
    """

    log: Origin
    name_en: Line
    name_ar: Line
    policy: _Lines
    keyring_sha256: Digest
    rules_sha256: Digest
    demonstration: bool = False

    def problems(self) -> Iterator[str]:
        try:
            policy = self.read_policy()
        except RecordError as error:
            yield f"has a policy that cannot be read: {error}"
            return
        if [key.name for key in policy.logs] != [self.log]:
            yield f"has a policy of the logs {[key.name for key in policy.logs]}: expected one, named {self.log!r}"
        if policy.quorum == NONE:
            yield "asks for no witness: without witnesses nothing has an instant; name a quorum"

    def read_policy(self) -> Policy:
        """The policy.  Raises RecordError where the text is none."""
        return read_policy(self.policy.encode("utf-8"))


def trust_from(data: bytes) -> Trust:
    """The root of trust that canonical bytes write.  Raises RecordError with every fault."""
    faults: list[Fault] = []
    found = form_of(Trust).read(read_canonical(data, _WHAT, 200_000), "", faults)
    if faults:
        raise RecordError(f"{_WHAT} was refused", faults)
    made: Trust = found
    return made


def trust_bytes(trust: Trust) -> bytes:
    """The root of trust as canonical bytes.  Raises RecordError with every fault of one that could not be read back."""
    data = canonical_bytes(form_of(Trust).write(trust), _WHAT)
    trust_from(data)
    return data


def trust_digest(trust: Trust) -> str:
    """SHA-256 of its bytes, hexadecimal: what two people compare."""
    return hashlib.sha256(trust_bytes(trust)).hexdigest()
