"""The one tree of errors.  Each says what was found, what was expected and what to do next.

HudhudError
+-- InputError            bad input, refused whole, every fault listed
|   +-- ScenarioError         a scenario with wrong keys or values
|   +-- ElementsError         an element file from which nothing can be read
|   +-- StaleElementsError    elements too old (or too new) for the instants asked for
|   +-- ImplausibleShellError a shell whose numbers contradict each other
|   +-- ResultError           a stored result that cannot be read or compared
|   +-- RecordError           a statement, envelope, keyring, note, tile or proof of the record that does not hold
+-- FetchError            elements could not be downloaded
+-- MissingExtraError     an optional dependency is not installed
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "ElementsError",
    "Fault",
    "FetchError",
    "HudhudError",
    "ImplausibleShellError",
    "InputError",
    "MissingExtraError",
    "RecordError",
    "ResultError",
    "ScenarioError",
    "StaleElementsError",
    "plain",
]

_MOST_SHOWN = 200  # faults that a message lists; `faults` holds all of them

# What a terminal obeys instead of showing: control characters, line and paragraph separators, overrides of the direction
# of writing, lone surrogates.  Joiners and marks that scripts need are not among them.
_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """The text in one line, with everything that a terminal would obey instead of show written as an escape (\\x1b)."""
    return _OBEYED.sub(lambda found: repr(found[0])[1:-1], text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing wrong with an input: where it stands, and what is wrong there in one sentence."""

    where: str
    problem: str

    def __str__(self) -> str:
        return plain(f"{self.where}: {self.problem}" if self.where else self.problem)


class HudhudError(Exception):
    """Any failure that Hudhud explains."""


class InputError(HudhudError, ValueError):
    """Input that was refused whole.  `faults` lists everything that is wrong with it."""

    def __init__(self, summary: str, faults: Iterable[Fault] = ()) -> None:
        self.summary = summary
        self.faults = tuple(faults)
        lines = [summary, *(f"  {fault}" for fault in self.faults[:_MOST_SHOWN])]
        if len(self.faults) > _MOST_SHOWN:
            lines.append(f"  and {len(self.faults) - _MOST_SHOWN:,} more")
        super().__init__("\n".join(lines))


class ScenarioError(InputError):
    """A scenario with wrong keys or values."""


class ElementsError(InputError):
    """An element file from which no satellite could be read."""


class StaleElementsError(InputError):
    """Elements whose epochs lie too far from the instants asked for."""


class ImplausibleShellError(InputError):
    """A shell whose numbers contradict each other."""


class ResultError(InputError):
    """A stored result that cannot be read, or two that cannot be compared."""


class RecordError(InputError):
    """Something of the record that is not what it must be: a statement, an envelope, a keyring, a note, a tile, a proof."""


class FetchError(HudhudError, OSError):
    """Elements could not be downloaded; the message says why and what to do."""


class MissingExtraError(HudhudError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}, which is not installed: run  pip install 'hudhud[{extra}]'")
        self.package, self.extra = package, extra
