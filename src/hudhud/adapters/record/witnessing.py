"""How the keeper of a record has a checkpoint cosigned: by witnesses on the web, or by a demonstration's in this process.

`private/witnesses.toml` says where witnesses answer; their keys are those of the policy:

    [witness]
    university = "http://127.0.0.1:7401"
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from hudhud.adapters.store.log import Log
from hudhud.adapters.texts import read_text
from hudhud.adapters.witness.client import Witness, collect
from hudhud.errors import Fault, RecordError
from hudhud.record.note import SigningKey, cosignature, read_note
from hudhud.record.policy import Policy
from hudhud.scenario.tables import parsed

__all__ = ["Clock", "Cosign", "by_demonstration", "by_web", "witnesses_from"]

Clock = Callable[[], int]
"""The instant of now, seconds since 1970."""

_MOST_BYTES = 100_000


class Cosign(Protocol):
    """Whatever has a log's newest checkpoint cosigned."""

    def __call__(self, log: Log) -> tuple[str, ...]:
        """Who has not cosigned, and why, a sentence each.  What the others signed is in the log."""


def by_demonstration(witnesses: Iterable[SigningKey], clock: Clock) -> Cosign:
    """Witnesses of a demonstration: they sign whatever they are shown, by the clock handed in."""
    keys = tuple(witnesses)

    def cosign(log: Log) -> tuple[str, ...]:
        note = read_note(log.newest)
        size = int(note.text.split("\n")[1])
        log.add_cosignatures(size, [cosignature(note.text, one, clock()) for one in keys])
        return ()

    return cosign


def by_web(witnesses: Iterable[Witness]) -> Cosign:
    """Witnesses that answer at addresses.  Raises RecordError where one says that this log's history is not one."""
    asked = tuple(witnesses)

    def cosign(log: Log) -> tuple[str, ...]:
        report = collect(log, asked)
        if report.loud:
            faults = [Fault(where=one.witness.key.name, problem=f"{one.refusal}: {one.said}") for one in report.loud]
            raise RecordError("witnesses say that this log tells two stories: stop, and find out why", faults)
        return tuple(str(one) for one in report.replies if one.refusal is not None)

    return cosign


def witnesses_from(path: Path, policy: Policy) -> tuple[Witness, ...]:
    """The witnesses that a file gives addresses of.  Raises RecordError with every fault."""
    raw = parsed(read_text(path, "addresses of witnesses (TOML)", _MOST_BYTES, RecordError), str(path), RecordError)
    table = raw.get("witness")
    faults = [Fault(where=key, problem="is unknown: expected the table [witness]") for key in raw if key != "witness"]
    if not isinstance(table, Mapping) or not table:
        raise RecordError(f"{path}: expected a table [witness] with an address for each: university = 'https://...'")
    found = []
    for name, url in table.items():
        if name not in policy.witnesses:
            known = ", ".join(policy.witnesses)
            faults.append(Fault(where=f"witness.{name}", problem=f"is no witness of the policy; those are {known}"))
        elif not isinstance(url, str):
            faults.append(Fault(where=f"witness.{name}", problem="is no address: expected a text"))
        else:
            try:
                found.append(Witness(url=url, key=policy.witnesses[name]))
            except ValueError as error:
                faults.append(Fault(where=f"witness.{name}", problem=str(error)))
    faults += [
        Fault(where=f"witness.{name}", problem="is left out: whoever is not asked cannot say that this is an old copy")
        for name in policy.witnesses
        if name not in table
    ]
    if faults:
        raise RecordError(f"{path}: was refused", faults)
    return tuple(found)
