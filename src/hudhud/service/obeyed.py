"""Which service map is obeyed when: that of a set of decisions, or the one that a record has released.

A run asks an `Authority` at the start of each slot.  Decisions as plain values are obeyed as they come and go.  A record is
obeyed by its releases only: the newest that counts, is due, and fits what the entries before it prove.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bools, freeze
from hudhud.errors import HudhudError
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.history import Released, begun, goes_back
from hudhud.record.reading import Record
from hudhud.service import recorded
from hudhud.service.decision import Decision, Decisions, decisions, instant_ns
from hudhud.service.recorded import Atlas, rest_id
from hudhud.service.service_map import ServiceMap, compile

__all__ = ["Authority", "Obeyed", "by_decisions", "by_releases", "unseen_lists"]

_NEVER = np.datetime64("NaT", "ns")
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Obeyed:
    """What is obeyed from the instant asked for until just before `until` (NaT for good).

    over: (decision,) which decisions of the map have ended meanwhile.  release: leaf of the entry that released the map, ""
    where none did.  warnings: releases that were refused and lists that are not at hand, a sentence each.
    """

    service_map: ServiceMap
    over: Bools
    until: np.datetime64
    release: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self.over)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Authority:
    """Who says which map is obeyed.  ids: of every decision that can govern, in the order of their places."""

    ids: tuple[str, ...]
    obeyed: Callable[[np.datetime64], Obeyed]


def by_decisions(items: Decisions) -> Authority:
    """Decisions are obeyed from the instant they begin to the instant they end."""

    def obeyed(at: np.datetime64) -> Obeyed:
        found = compile(items, at)
        return Obeyed(service_map=found, over=_none_over(found), until=found.next_change_at)

    return Authority(ids=tuple(one.id for one in items.all), obeyed=obeyed)


def by_releases(record: Record, atlas: Atlas) -> Authority:
    """A record's releases are obeyed: at each instant the newest that was witnessed, is due, and fits the record.

    A release fits where the entries that it names prove the map that it names.  One that does not is refused, with a warning,
    and the one before it stands; so is one that goes back behind another.  Before any release nobody is served.
    """
    releases = decide(record.prefix, record.witnessed_s).releases
    judged: dict[int, ServiceMap | str] = {}
    blank = decisions((atlas.ground,), atlas.world)

    def judge(one: Released) -> ServiceMap | str:
        if one.index not in judged:
            judged[one.index] = _judged(record, atlas, one)
        return judged[one.index]

    def obeyed(at: np.datetime64) -> Obeyed:
        now_s = instant_ns(at) // _SECOND_NS
        due = begun(releases, now_s)
        later = [one.begins_s for one in releases if one.begins_s > now_s]
        chosen, warnings = _chosen(due, judge)
        if chosen is None:
            found, release = compile(blank, at), ""
        else:
            found, release = chosen
        over = np.array([bool(one.until <= at) for one in found.decisions], dtype=np.bool_)
        ends = [one.until for one in found.decisions if one.until > at]
        return Obeyed(
            service_map=found,
            over=over,
            until=min([*ends, *(np.datetime64(each * _SECOND_NS, "ns") for each in later)], default=_NEVER),
            release=release,
            warnings=(*warnings, *unseen_lists(found.decisions)),
        )

    return Authority(ids=_ids(record, atlas), obeyed=obeyed)


def _chosen(
    due: Sequence[Released], judge: Callable[[Released], ServiceMap | str]
) -> tuple[tuple[ServiceMap, str] | None, tuple[str, ...]]:
    """The newest release that fits, and why newer ones were refused."""
    warnings = []
    for n in range(len(due) - 1, -1, -1):
        one, found = due[n], judge(due[n])
        if isinstance(found, str):
            warnings.append(found)
            continue
        ahead = [other for other in due[:n] if goes_back(one, behind=other)]
        behind = next((other for other in ahead if not isinstance(judge(other), str)), None)
        if behind is None:
            return (found, one.leaf), tuple(reversed(warnings))
        warnings.append(f"{_named(one)} goes back behind entry {behind.index} and is not obeyed")
    return None, tuple(reversed(warnings))


def _judged(record: Record, atlas: Atlas, one: Released) -> ServiceMap | str:
    """The map of a release, or why it is not obeyed."""
    if record.timeline.digest_until(one.size) != one.timeline_sha256:
        return f"{_named(one)} rests on another timeline than that of this record and is not obeyed"
    at = np.datetime64(one.at_s * _SECOND_NS, "ns")
    try:
        found = recorded.compile(record, at, atlas, one.size)
    except HudhudError as error:
        return f"{_named(one)} cannot be worked out again and is not obeyed: {error}"
    if found.digest != one.map_sha256:
        return f"{_named(one)}, but its entries prove {found.digest[:12]}: it is not obeyed"
    return found


def _named(one: Released) -> str:
    return f"entry {one.index} releases map {one.map_sha256[:12]} for {instant_text(one.at_s)}"


def _none_over(service_map: ServiceMap) -> Bools:
    return np.zeros(len(service_map.decisions), dtype=np.bool_)


def _ids(record: Record, atlas: Atlas) -> tuple[str, ...]:
    """Ids of all decisions ever made, with their rests, in the order of their places."""
    places = [(atlas.ground.sequence, atlas.ground.id)]
    for one in decide(record.prefix, record.witnessed_s).decisions:
        places.append((one.index, one.id))
        places += [(max(rest.votes), rest_id(one.id, n)) for n, rest in enumerate(one.rests, 1)]
    return tuple(id for _, id in sorted(places))


def unseen_lists(items: Iterable[Decision]) -> tuple[str, ...]:
    """A warning for each decision with a list of terminals that is not at hand."""
    warnings = []
    for one in items:
        if one.conditions.allowlist_sha256:
            digest = one.conditions.allowlist_sha256[:12]
            warnings.append(f"decision {one.id[:12]}: its allowlist {digest} is not at hand: it serves nobody here")
        if one.conditions.denylist_sha256:
            digest = one.conditions.denylist_sha256[:12]
            warnings.append(
                f"decision {one.id[:12]}: its denylist {digest} is not at hand: it is NOT enforced here, and terminals that it "
                "refuses are served"
            )
    return tuple(warnings)
