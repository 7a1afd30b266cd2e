"""The cases that travel inside the package (`hudhud/data/cases`), or a file of one's own, and what their replays start from."""

import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.store import packaged
from hudhud.adapters.texts import read_text
from hudhud.errors import Fault, InputError
from hudhud.scenario.cases import Case, Variant, case_from

if TYPE_CHECKING:
    from hudhud.record.demonstration import Demonstration
    from hudhud.scenario.replay import Base, Replay
    from hudhud.service.decision import Decision

__all__ = ["base_of", "case_named", "cases", "played", "replay_demonstration"]

_LARGEST_BYTES = 4 * 2**20


@functools.cache
def cases() -> tuple[Case, ...]:
    """The packaged cases, by number."""
    found = [_read(f"cases/{name}", packaged.text(f"cases/{name}")) for name in packaged.names("cases", ".toml")]
    return tuple(sorted(found, key=lambda one: one.table.number))


def case_named(name: str) -> Case:
    """The packaged case of an id or number, or that of a file.  Raises InputError with every fault."""
    if name.endswith(".toml"):
        return _read(name, read_text(Path(name), "a case (TOML)", _LARGEST_BYTES))
    for one in cases():
        if name in (one.table.id, str(one.table.number)):
            return one
    known = ", ".join(one.table.id for one in cases())
    raise InputError(f"no case {name!r}: one of {known}, its number, or a file that ends in .toml")


def base_of(case: Case) -> "Base":
    """The decisions that a case starts from.  Raises InputError for ones that the packaged standing set has not."""
    # the catalogue and its cells are heavy: only who replays waits for them
    from hudhud.adapters.decisions import ground, territory_of
    from hudhud.scenario.drafts import from_tables, naming
    from hudhud.scenario.replay import Base
    from hudhud.service.decision import decisions

    wanted = case.table.base
    chosen = [ground()] if wanted.ground else []
    if wanted.standing:
        packaged_set = _standing()
        unknown = [name for name in wanted.standing if name not in packaged_set]
        if unknown:
            faults = [Fault(where="base.standing", problem=f"no standing decision {name!r}") for name in unknown]
            raise InputError(f"the case {case.table.id} cannot be played:", faults)
        chosen += [packaged_set[name] for name in wanted.standing]
    if case.drafts.get("decision"):
        known = {one.id: one.sequence for one in chosen}
        chosen += from_tables(
            dict(case.drafts),
            territory_of=territory_of,
            read=_no_file,
            first_sequence=max(known.values(), default=-1) + 1,
            known=known,
        )
    named = naming(dict(case.drafts), territory_of=functools.cache(territory_of), read=_no_file)
    return Base(decisions=decisions(chosen), named=named)


def played(case: Case, variants: Iterable[Variant]) -> "tuple[Replay, ...]":
    """Variants of a case, each played from its base.  Raises InputError that names the case."""
    from hudhud.scenario.replay import replay

    base, seats = base_of(case), replay_demonstration()
    return tuple(replay(case, one, base, seats) for one in variants)


@functools.cache
def replay_demonstration() -> "Demonstration":
    """The seats of replays.  Their keys are no secret: anybody can make a replay again, byte for byte."""
    from hudhud.record.demonstration import demonstration

    return demonstration(lambda name: hashlib.sha256(f"hudhud replay, not a secret: {name}".encode()).digest())


@functools.cache
def _standing() -> "dict[str, Decision]":
    """The packaged standing decisions by id, without what all the ids begin with; read once."""
    from hudhud.adapters.decisions import standing_decisions

    return {one.id.removeprefix("standing."): one for one in standing_decisions()}


def _read(name: str, text: str) -> Case:
    try:
        return case_from(text)
    except InputError as error:
        raise InputError(f"{name}: {error.summary}", error.faults) from None


def _no_file(name: str) -> str:
    raise InputError(f"{name}: a case names no files; write what it holds into the case")
