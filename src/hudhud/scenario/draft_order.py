"""What is wrong between the decisions of a file and those before them, and words that lists hold twice.

Looks at the tables as they were written, so that a decision with other faults is counted too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hudhud.errors import Fault

__all__ = ["doubled_words", "misplaced"]

_LISTS = ("territories", "classes", "but_classes", "reasons", "layers", "supersedes")
_LISTS_OF_CONDITIONS = ("purposes", "refused_purposes", "allowlist", "denylist", "home_countries")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a decision stands; id or sequence None where what the file gives is none."""

    where: str
    id: str | None
    sequence: int | None
    supersedes: tuple[tuple[str, str], ...]  # key path, id


def misplaced(raw: Mapping[str, Any], first_sequence: int, known: Mapping[str, int]) -> Iterator[Fault]:
    """Ids and sequences that are there already, and supersession of what is not there, of itself or of a later one.

    raw: the tables of the file.  known: ids of the decisions before these, each with its sequence.
    """
    places = [_place(i, table, first_sequence + i) for i, table in _drafts(raw)]
    taken = {sequence: id_ for id_, sequence in known.items()}
    before: dict[str, str] = {}
    for each in places:
        if each.id is not None:
            if each.id in known:
                problem = f"a decision before these is {each.id!r} already, sequence {known[each.id]}: ids must differ"
                yield Fault(where=f"{each.where}.id", problem=problem)
            elif each.id in before:
                problem = f"{before[each.id]} is {each.id!r} already: ids must differ"
                yield Fault(where=f"{each.where}.id", problem=problem)
            before.setdefault(each.id, each.where)
        if each.sequence is not None:
            if each.sequence in taken:
                problem = f"{taken[each.sequence]} has sequence {each.sequence} already: each has its own place"
                yield Fault(where=f"{each.where}.sequence", problem=problem)
            taken.setdefault(each.sequence, each.where)
    sequence = {each.id: each.sequence for each in reversed(places) if each.id is not None}
    for each in places:
        yield from _superseding(each, {**sequence, **known})


def _superseding(place: _Place, sequence: Mapping[str, int | None]) -> Iterator[Fault]:
    """Supersession that cannot be.  sequence: of every decision, None where it is not known."""
    for where, ended in place.supersedes:
        if ended == place.id:
            problem = "supersedes itself: name the decision that it ends"
        elif ended not in sequence:
            problem = f"there is no decision {ended!r}, here or before these: correct the id or add that decision"
        elif (other := sequence[ended]) is not None and place.sequence is not None and other > place.sequence:
            problem = (
                f"{ended!r} has sequence {other}, this one {place.sequence}: only an earlier decision can be superseded"
            )
        else:
            continue
        yield Fault(where=where, problem=problem)


def doubled_words(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Entries that a list of a decision holds more than once."""
    for i, table in _drafts(raw):
        conditions = table.get("conditions")
        lists = [(f"decision[{i}].{key}", table.get(key)) for key in _LISTS]
        if isinstance(conditions, dict):
            lists += [(f"decision[{i}].conditions.{key}", conditions.get(key)) for key in _LISTS_OF_CONDITIONS]
        for where, value in lists:
            seen: set[str] = set()
            for n, word in enumerate(value if isinstance(value, list) else []):
                if isinstance(word, str) and word in seen:
                    yield Fault(where=f"{where}[{n}]", problem=f"{word!r} stands there already: once is enough")
                elif isinstance(word, str):
                    seen.add(word)


def _drafts(raw: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
    """The tables of decisions and their places, as far as they are tables."""
    tables = raw.get("decision")
    for i, table in enumerate(tables if isinstance(tables, list) else []):
        if isinstance(table, dict):
            yield i, table


def _place(i: int, table: dict[str, Any], usual: int) -> _Place:
    id_, sequence, supersedes = table.get("id"), table.get("sequence", usual), table.get("supersedes")
    return _Place(
        f"decision[{i}]",
        id_ if isinstance(id_, str) else None,
        sequence if isinstance(sequence, int) and not isinstance(sequence, bool) else None,
        tuple(
            (f"decision[{i}].supersedes[{n}]", ended)
            for n, ended in enumerate(supersedes if isinstance(supersedes, list) else [])
            if isinstance(ended, str)
        ),
    )
