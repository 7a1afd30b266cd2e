"""How what is asked, or agreed to, names its territories, held against the installed catalogue."""

import functools

from hudhud.adapters.naming_words import misnamed_words
from hudhud.adapters.record.following import effect_from
from hudhud.adapters.recorded import atlas
from hudhud.record.history import Outcomes
from hudhud.record.parts import Effect, effect_digest
from hudhud.record.reading import Record
from hudhud.record.statements import Approval, Decision, Ratification, Request, Statement
from hudhud.record.words import Language
from hudhud.service.naming import Misnamed, Namer, namer

__all__ = ["effect_meant", "misnamed_in", "naming_problems", "packaged_namer"]


@functools.cache
def packaged_namer() -> Namer:
    """How references are held against the packaged territories."""
    return namer(atlas())


def misnamed_in(effect: Effect) -> tuple[Misnamed, ...]:
    """Where an effect names its territories otherwise than the installed catalogue."""
    return tuple(found for one in effect.territories for found in packaged_namer()(one))


def naming_problems(effect: Effect) -> tuple[str, ...]:
    """The same as what is wrong with a statement, and what to do."""
    advice = "name territories as  hudhud territory show  does"
    return tuple(f"{misnamed_words(one, Language.ENGLISH)}: {advice}" for one in misnamed_in(effect))


def effect_meant(record: Record, outcomes: Outcomes, statement: Statement) -> Effect | None:
    """The effect that a statement asks for, agrees to or confirms; None for one that brings nothing about.

    Raises RecordError where a file is shown as the effect agreed to and is none.
    """
    if isinstance(statement, Request | Decision):
        return statement.effect
    if isinstance(statement, Ratification):
        return next((one.effect for one in outcomes.decisions if one.id == statement.decision), None)
    if not isinstance(statement, Approval):
        return None
    for one in record.prefix.entries:
        asked = one.statement.effect if one.leaf == statement.request and isinstance(one.statement, Request) else None
        if asked is not None and effect_digest(asked) == statement.effect_sha256:
            return asked
    data = record.blob(statement.effect_sha256)
    return None if data is None else effect_from(data)
