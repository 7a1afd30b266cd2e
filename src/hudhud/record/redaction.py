"""What an entry withholds, and the text that tells it later.

Names are few and can be guessed, so a digest of a name alone hides nothing.  What is withheld stands in an entry as the
SHA-256 of a disclosure: salt, name and value together, the salt 128 bits of chance or more (the form of SD-JWT, RFC 9901,
4.2).  Whoever is shown the disclosure can work out the digest; nobody else can find out what it stands for.  Decoys, which
tell nothing, hide how much is withheld.

Only parties' names and files shown in evidence can be withheld (`PLACES`).  That something was asked, by what kind of party,
which action over which territory, when, on what ground, and the verdict have no field that could.  That trustees hold what
is withheld, and that it is told in time, is for `decide`.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from hudhud.errors import Fault, RecordError
from hudhud.record.canonical import Json, canonical_bytes, read_canonical
from hudhud.record.parts import Withheld
from hudhud.record.statements import (
    Allegation,
    Appeal,
    ConflictDeclaration,
    ContactDeclaration,
    Evidence,
    Recusal,
    Request,
    Response,
    Statement,
)

__all__ = [
    "DECOY",
    "LEAST_SALT_BYTES",
    "PLACES",
    "decoys",
    "disclosure",
    "disclosure_digest",
    "read_disclosure",
    "withheld_of",
]

LEAST_SALT_BYTES = 16
"""128 bits: more than anybody can try."""

DECOY = "decoy"
"""The name in a disclosure that tells nothing."""

PLACES: Mapping[type[Statement], tuple[str, ...]] = MappingProxyType(
    {
        Request: ("requester.withheld", "on_behalf_of.withheld", "benefit_to.withheld"),
        Evidence: ("withheld",),
        ContactDeclaration: ("contacts.party.withheld",),
        ConflictDeclaration: ("conflicts.party.withheld",),
        Recusal: ("conflicts.party.withheld",),
        Appeal: ("appellant.withheld",),
        Allegation: ("alleged.withheld", "benefit_to.withheld"),
        Response: ("party.withheld",),
    }
)
"""Every field in which something can be withheld; a test holds it against the classes."""

_PATHS = {cls: tuple(tuple(place.split(".")) for place in places) for cls, places in PLACES.items()}
_WHAT = "the disclosure"


def disclosure(salt: bytes, name: str, value: Json) -> str:
    """The text that tells what is withheld: base64url of canonical JSON [salt, name, value], without padding.

    salt: at least 16 random bytes, new for each.  name: of the field, such as "name".  Raises RecordError.
    """
    if len(salt) < LEAST_SALT_BYTES:
        problem = f"has {len(salt)} bytes; expected at least {LEAST_SALT_BYTES} random ones, or the name can be guessed"
        raise RecordError(f"{_WHAT} was refused", [Fault(where="salt", problem=problem)])
    text = _text(canonical_bytes([_text(salt), name, value], _WHAT))
    read_disclosure(text)
    return text


def disclosure_digest(text: str) -> str:
    """The digest that stands in the entry: SHA-256 of the text, hexadecimal."""
    return hashlib.sha256(text.encode("ascii", "replace")).hexdigest()


def read_disclosure(text: str) -> tuple[str, Json]:
    """Name and value that a disclosure tells.  Raises RecordError for what is none, or could be guessed."""
    data = _bytes(text)
    if data is None:
        problem = "is no base64url without padding: give the text exactly as it was deposited"
        raise RecordError(f"{_WHAT} was refused", [Fault(where="", problem=problem)])
    tree = read_canonical(data, _WHAT)
    faults = list(_faults(tree))
    if faults:
        raise RecordError(f"{_WHAT} was refused", faults)
    assert isinstance(tree, list) and isinstance(tree[1], str)
    return tree[1], tree[2]


def _faults(tree: Any) -> Iterator[Fault]:
    if not isinstance(tree, list) or len(tree) != 3:
        yield Fault(where="", problem="is no array of three: expected salt, name and value")
        return
    salt = _bytes(tree[0]) if isinstance(tree[0], str) else None
    if salt is None or len(salt) < LEAST_SALT_BYTES:
        problem = f"is not at least {LEAST_SALT_BYTES} bytes in base64url without padding: the name could be guessed"
        yield Fault(where="[0]", problem=problem)
    if not isinstance(tree[1], str) or not tree[1]:
        yield Fault(where="[1]", problem="is no name; expected that of the field that is told")


def decoys(draws: Iterable[bytes]) -> tuple[str, ...]:
    """Disclosures that tell nothing, by whose digests nobody can tell how much is withheld.  draws: a salt for each.

    Unlike those of RFC 9901 they are deposited and told like any other, because whatever is withheld must be told one day.
    """
    return tuple(disclosure(salt, DECOY, "") for salt in draws)


def withheld_of(statement: Statement) -> tuple[Withheld, ...]:
    """Everything that a statement withholds, in the order of its fields, each digest once."""
    found: dict[str, Withheld] = {}
    for path in _PATHS.get(type(statement), ()):
        values: list[Any] = [statement]
        for field in path:  # a row stands for each of its members, a field left out for nothing
            values = [getattr(one, field) for one in values]
            values = [each for one in values for each in (one if type(one) is tuple else (one,)) if each is not None]
        for one in values:
            found.setdefault(one.digest, one)
    return tuple(found.values())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _bytes(text: str) -> bytes | None:
    """The bytes that a text writes in base64url without padding; None where it writes none, or writes them another way."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if _text(data) == text else None
