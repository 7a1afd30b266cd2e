"""Territories, conditions and decisions in the form in which a record names them, with the cells that go along.

The packaged catalogue comes with every Hudhud, so its territories, also several joined by `+`, are named by digest alone; the
cells of any other go along as a file beside the log.  Ids of the record have no `+`: `UKR+UKR.sea` is `UKR_UKR.sea` there.
"""

import functools
import math

import numpy as np

from hudhud.adapters.decisions import territory_of
from hudhud.adapters.recorded import atlas
from hudhud.adapters.store.territories import territories
from hudhud.errors import Fault, RecordError
from hudhud.record import parts
from hudhud.record.forms import instant_text
from hudhud.record.parts import Effect, TerritoryRef
from hudhud.record.reading import Blob
from hudhud.service.decision import Conditions, Decision
from hudhud.service.recorded import TerritoryOf, finder
from hudhud.service.territory import Territory, cell_text, territory
from hudhud.sky.hexagons import RESOLUTION, number_of

__all__ = [
    "cells_blob",
    "effect_of",
    "recorded_conditions",
    "seconds_of",
    "territories_known",
    "territories_shown",
    "territory_ref",
]

_LONGEST_ID = 96
_MM_PER_M = 1_000
_LINE = 16  # fifteen digits and a line feed
_VALUE = np.full(256, 255, dtype=np.uint8)
_VALUE[np.frombuffer(b"0123456789abcdef", dtype=np.uint8)] = np.arange(16, dtype=np.uint8)


def territory_ref(found: Territory) -> TerritoryRef:
    """A territory as statements name it."""
    return TerritoryRef(
        id=_id(found.id),
        resolution=RESOLUTION,
        containment=found.containment,
        cells_sha256=found.digest,
        claimed_by=frozenset(found.claimed_by),
        controlled_by=found.controlled_by or None,
        source_dataset_sha256=found.source_sha256 if len(found.source_sha256) == 64 else None,
        source_feature_id=found.feature[:300] or None,
        worldview=found.worldview[:300] or None,
    )


def cells_blob(found: Territory) -> bytes | None:
    """The list of cells that must go along; None for what the packaged territories give by the same name."""
    if all(each in territories() for each in found.id.split("+")):
        packaged = territory_of(found.id, found.containment)
        if packaged.digest == found.digest:
            return None
    return cell_text(found.number, found.containment)


def effect_of(one: Decision, start_s: int) -> Effect:
    """What a decision of a map does, as an effect that begins at an instant.  Its own start and `supersedes` are left out."""
    return Effect(
        state=one.state,
        territories=tuple(territory_ref(each) for each in one.territories),
        classes=one.classes,
        conditions=recorded_conditions(one.conditions),
        layers=one.layers,
        start=instant_text(start_s),
        until=None if np.isnat(one.until) else instant_text(seconds_of(one.until)),
        review_by=instant_text(seconds_of(one.review_by)),
    )


def recorded_conditions(asked: Conditions, where: str = "", faults: list[Fault] | None = None) -> parts.Conditions:
    """Conditions of a map in whole numbers: thousandths of m/s, metres, seconds.  faults: gets what does not fit."""

    def whole(name: str, unit: int = 1) -> int | None:
        value = getattr(asked, name)
        if math.isinf(value):
            return None
        found: int = round(value * unit)
        if faults is not None and value and not found:
            faults.append(Fault(where=f"{where}{name}", problem=f"is {value}, which is nothing in whole units"))
        return found

    return parts.Conditions(
        purposes=asked.purposes,
        refused_purposes=asked.refused_purposes,
        home_countries=asked.home_countries,
        ocean_plan=asked.ocean_plan,
        motion=asked.motion,
        allowlist_sha256=asked.allowlist_digest or None,
        denylist_sha256=asked.denylist_digest or None,
        maximum_speed_mm_s=whole("maximum_speed_m_s", _MM_PER_M),
        maximum_rate_bit_s=whole("maximum_rate_bit_s"),
        maximum_home_distance_m=whole("maximum_home_distance_m"),
        maximum_abroad_s=whole("maximum_abroad_s"),
        maximum_service_address_distance_m=whole("maximum_service_address_distance_m"),
        minimum_height_m=whole("minimum_height_m"),
    )


def seconds_of(at: np.datetime64) -> int:
    """Whole seconds since 1970 of an instant, what is beyond them left out."""
    return int(at.astype("datetime64[s]").astype(np.int64))


def _id(name: str) -> str:
    return name.replace("+", "_")[:_LONGEST_ID].rstrip("._-")


# ---- territories found ----

_Known = dict[tuple[str, int, str, str], Territory]
_REMEMBERED: _Known = {}


def territories_shown(blob: Blob) -> TerritoryOf:
    """How the territories of a record are found; strictly by what this record shows, nothing remembered."""
    return _finding(blob, {})


def territories_known(blob: Blob) -> TerritoryOf:
    """The same, but what has been found once is kept: cells follow from their digest, wherever they were shown."""
    return _finding(blob, _REMEMBERED)


@functools.cache
def _packaged() -> TerritoryOf:
    return finder(atlas(), lambda _: None)


def _finding(blob: Blob, known: _Known) -> TerritoryOf:
    def found(ref: TerritoryRef) -> Territory:
        try:
            return _packaged()(ref)
        except RecordError:
            return _listed(ref, blob) or finder(atlas(), blob)(ref)

    def territory_of(ref: TerritoryRef) -> Territory:
        key = (ref.id, ref.resolution, ref.containment, ref.cells_sha256)
        if key not in known:
            known[key] = found(ref)
        return known[key]

    return territory_of


def _listed(ref: TerritoryRef, blob: Blob) -> Territory | None:
    """The territory of a list of cells written as it is digested; None where it is not that.

    The same as `territory_from_text`, in 1 ms for 3,000 cells instead of 20; what is wrong with a list is told there.
    """
    data = blob(ref.cells_sha256)
    head = f"hudhud-territory/v1 h3 {RESOLUTION} {ref.containment.value}\n".encode("ascii")
    if ref.resolution != RESOLUTION or data is None or not data.startswith(head) or (len(data) - len(head)) % _LINE:
        return None
    lines = np.frombuffer(data, dtype=np.uint8, offset=len(head)).reshape(-1, _LINE)
    digit = _VALUE[lines[:, :-1]].astype(np.int64)
    index = (digit << (4 * np.arange(_LINE - 2, -1, -1, dtype=np.int64))).sum(axis=1)
    number = number_of(index)
    if not len(number) or (number < 0).any() or cell_text(number, ref.containment) != data:
        return None
    return territory(ref.id, number, ref.containment)
