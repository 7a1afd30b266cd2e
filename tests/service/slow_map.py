"""The slow obvious compiler: it asks every decision about every cell and class, in plain Python, and writes its own digest.

It shares nothing with `hudhud.service.service_map` but the values it reads; from a reader's point of view it is the rule.
"""

import hashlib
import json
import struct
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import isfinite

import numpy as np

from hudhud.service.decision import ANY, Conditions, Decision, Decisions
from hudhud.service.vocabulary import ServiceClass

CLASSES = tuple(ServiceClass)
FAR = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class SlowMap:
    """What a map says: the governing decision of each cell, one for each class; when that changes; its digest."""

    governing: dict[int, tuple[Decision, ...]]
    next_change_ns: int | None
    digest: str


def slow_compile(decisions: Decisions, at: np.datetime64) -> SlowMap:
    """The map by the words of the rule."""
    governing = slow_answers(decisions, at, decisions.world.tolist())
    return SlowMap(governing=governing, next_change_ns=next_change(decisions, at), digest=digest(governing))


def slow_answers(decisions: Decisions, at: np.datetime64, numbers: list[int]) -> dict[int, tuple[Decision, ...]]:
    """The governing decision of each of these cells, one for each class."""
    now = nanoseconds(at, 0)
    lives = [life(one, decisions.all) for one in decisions.all]
    standing = [one for one, (begin, end) in zip(decisions.all, lives, strict=True) if begin <= now < end]
    cells = {one: {cell for each in one.territories for cell in each.number.tolist()} for one in standing}
    strongest_first = sorted(standing, key=lambda one: (len(cells[one]), len(one.classes), -one.sequence))
    rows: dict[tuple[Decision, ...], tuple[Decision, ...]] = {}
    governing = {}
    for cell in numbers:
        covering = tuple([one for one in strongest_first if cell in cells[one]])
        if covering not in rows:
            rows[covering] = tuple([strongest(covering, service_class) for service_class in CLASSES])
        governing[cell] = rows[covering]
    return governing


def strongest(covering: tuple[Decision, ...], service_class: ServiceClass) -> Decision:
    """The first of the decisions that covers the class."""
    for one in covering:
        if service_class in one.classes:
            return one
    raise AssertionError(f"no decision covers {service_class}")


def nanoseconds(instant: np.datetime64, missing: int) -> int:
    """Nanoseconds since 1970, or `missing` for none."""
    whole = instant.astype("datetime64[ns]").item()
    return missing if whole is None else int(whole)


@cache
def window(one: Decision) -> tuple[int, int]:
    """Start and until as stated."""
    return nanoseconds(one.start, -FAR), nanoseconds(one.until, FAR)


def life(one: Decision, every: tuple[Decision, ...]) -> tuple[int, int]:
    """From when until when a decision is in force; an end not after the begin for one that never is."""
    begin, end = window(one)
    for other in every:
        if one.id in other.supersedes:
            other_begin, other_end = life(other, every)
            if other_begin <= other_end:  # one that was itself ended before it began ends nothing
                end = min(end, other_begin)
    return begin, end


def next_change(decisions: Decisions, at: np.datetime64) -> int | None:
    """The first instant after now at which the set in force is another."""
    now = nanoseconds(at, 0)
    lives = [life(one, decisions.all) for one in decisions.all]
    instants = sorted({instant for span in lives for instant in span if now < instant < FAR})
    for instant in instants:
        for begin, end in lives:
            if (begin <= now < end) != (begin <= instant < end):
                return instant
    return None


def digest(governing: dict[int, tuple[Decision, ...]]) -> str:
    """The digest by docs/explain/service-map.md."""
    cells = sorted(governing)
    profiles: dict[tuple[Decision, ...], int] = {}
    numbers = [profiles.setdefault(governing[cell], len(profiles)) for cell in cells]
    used = sorted({one for row in profiles for one in row}, key=lambda one: one.sequence)
    index = {one: str(n) for n, one in enumerate(used)}
    text = f"hudhud-service-map/v1 h3 5 decisions {len(used)} profiles {len(profiles)} cells {len(cells)}\n"
    for one in used:
        text += line_of(one)
    for row in profiles:
        text += ",".join([index[one] for one in row]) + "\n"
    return hashlib.sha256(text.encode() + struct.pack(f"<{len(numbers)}H", *numbers)).hexdigest()


@cache
def line_of(one: Decision) -> str:
    """The line of a decision."""
    return json.dumps(stated(one), sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def stated(one: Decision) -> dict[str, object]:
    """A decision as the digest states it."""
    line: dict[str, object] = {
        "id": one.id,
        "sequence": one.sequence,
        "state": one.state.value,
        "legal_basis": one.legal_basis.value,
        "classes": sorted([each.value for each in one.classes]),
        "reasons": sorted([each.value for each in one.reasons]),
        "layers": sorted([each.value for each in one.layers]),
        "territories": [
            {"id": each.id, "sha256": each.digest}
            for each in sorted(one.territories, key=lambda each: (each.id, each.digest))
        ],
        "start": written(one.start),
        "until": written(one.until),
        "review_by": written(one.review_by),
        "conditions": {} if one.conditions == ANY else conditions(one.conditions),
    }
    return {key: value for key, value in line.items() if value not in ("", {}, []) or key in ("classes", "territories")}


def written(instant: np.datetime64) -> str:
    """An instant as 2026-05-30T18:00:12Z, with only the decimals it needs, "" for none."""
    text = str(instant.astype("datetime64[ns]"))
    return "" if text == "NaT" else text.rstrip("0").rstrip(".") + "Z" if "." in text else text + "Z"


def conditions(asked: Conditions) -> dict[str, object]:
    """Conditions as the digest states them."""
    line: dict[str, object] = {}
    for name in ("maximum_abroad_s", "maximum_home_distance_m", "maximum_service_address_distance_m"):
        limit(line, name, getattr(asked, name))
    limit(line, "maximum_speed_m_s", asked.maximum_speed_m_s)
    limit(line, "maximum_rate_bit_s", asked.maximum_rate_bit_s)
    limit(line, "minimum_height_m", asked.minimum_height_m)
    if asked.ocean_plan:
        line["ocean_plan"] = "required"
    for name, words in (("purposes", asked.purposes), ("refused_purposes", asked.refused_purposes)):
        if words:
            line[name] = sorted([each.value for each in words])
    if asked.home_countries:
        line["home_countries"] = sorted(asked.home_countries)
    if asked.motion is not None:
        line["motion"] = asked.motion.value
    if asked.allowlist is not None or asked.allowlist_sha256:
        line["allowlist"] = asked.allowlist_sha256 or listed(asked.allowlist)
    if asked.denylist or asked.denylist_sha256:
        line["denylist"] = asked.denylist_sha256 or listed(asked.denylist)
    return line


def limit(line: dict[str, object], name: str, value: float) -> None:
    """A limit in plain decimals, the fewest that read back as the same number; left out where there is none."""
    if isfinite(value):
        text = format(Decimal(repr(value)), "f")
        line[name] = text.rstrip("0").rstrip(".") if "." in text else text


def listed(names: frozenset[str]) -> str:
    """A list of terminals: the digest of its ids."""
    whole = "".join([name + "\n" for name in sorted(names)])
    return hashlib.sha256(whole.encode()).hexdigest()
