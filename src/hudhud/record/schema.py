"""JSON Schemas (2020-12) of everything that the record signs, made from the types, for readers in other languages.

They tell what a field may hold.  What they cannot tell: canonical bytes, Unicode normal form, order in sets, and the rules
between fields; `statement_from` and `keyring_from` refuse those.
"""

from typing import Any

from hudhud.record.canonical import Json
from hudhud.record.envelope import EnvelopeJson
from hudhud.record.forms import form_of
from hudhud.record.keyring import Keyring
from hudhud.record.parts import Effect
from hudhud.record.statements import KINDS, STATEMENT_TYPE, predicate_type
from hudhud.record.words import RecordKind

__all__ = ["schemas"]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_HEX64: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def schemas() -> dict[str, Json]:
    """A schema by name: each kind of statement whole, `effect`, `envelope`, `keyring`."""
    found: dict[str, Json] = {kind.value: _statement(kind) for kind in KINDS}
    others: tuple[tuple[str, type[Any]], ...] = (("effect", Effect), ("envelope", EnvelopeJson), ("keyring", Keyring))
    for name, cls in others:
        found[name] = {"$schema": _DIALECT, **form_of(cls).schema()}
    return found


def _statement(kind: RecordKind) -> Json:
    """The schema of an in-toto Statement with this kind of predicate."""
    subject: Json = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "digest": {
                "type": "object",
                "properties": {"sha256": _HEX64, "rfc6962LeafSha256": _HEX64},
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
            },
        },
        "required": ["name", "digest"],
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "type": "object",
        "title": f"in-toto Statement: {kind.value}",
        "properties": {
            "_type": {"const": STATEMENT_TYPE},
            "subject": {"type": "array", "items": subject, "minItems": 1},
            "predicateType": {"const": predicate_type(kind)},
            "predicate": form_of(KINDS[kind]).schema(),
        },
        "required": ["_type", "subject", "predicateType", "predicate"],
        "additionalProperties": False,
    }
