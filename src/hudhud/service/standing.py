"""The standing map: a table of public facts, one row for a territory and its classes, becomes decisions.

They are a demonstration: what the operator is publicly known to offer, not its policy.  A row of a country goes for its
territorial sea too.  Cells along the borders between territories that are served have a decision of their own; see
docs/explain/standing-map.md.
"""

import csv
import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from hudhud.errors import Fault, InputError
from hudhud.service.catalogue import Territories
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision
from hudhud.service.joint import Touched, named, seams
from hudhud.service.territory import Kind, territory
from hudhud.service.vocabulary import Containment, Layer, LegalBasis, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import union

__all__ = ["standing"]

_M_S_PER_KM_H = 1 / 3.6


def standing(
    text: str, catalogue: Territories, counts: Touched, lists: Mapping[str, frozenset[str]] | None = None
) -> tuple[Decision, ...]:
    """The decisions of the text of `data/standing.csv`, in its order, and last the one for borders.

    counts: `joint.touched` of the catalogue.  lists: terminals on the lists that rows name; empty where not given.
    Raises InputError with every fault.
    """
    rows = list(csv.DictReader(text.splitlines()))
    doubled = Counter(row["territory"].partition("@")[0] for row in rows)
    faults: list[Fault] = []
    made: list[Decision] = []
    for number, row in enumerate(rows):
        try:
            if None in row or None in row.values():
                raise ValueError(
                    f"has {'more' if None in row else 'fewer'} fields than the head: quote texts with commas"
                )
            made.append(_decision(row, number, catalogue, counts, lists or {}, doubled))
        except (ValueError, KeyError, TypeError) as error:
            faults.append(Fault(where=f"row {number + 1}", problem=str(error)))
    if faults:
        raise InputError("the standing map cannot be read:", faults)
    return (*made, _borders(made, catalogue, counts))


def _decision(
    row: dict[str, str],
    number: int,
    catalogue: Territories,
    counts: Touched,
    lists: Mapping[str, frozenset[str]],
    doubled: Counter[str],
) -> Decision:
    state = ServiceState(row["state"])
    name, _, mode = row["territory"].partition("@")
    containment = Containment(mode) if mode else Containment.FULL if state.serves else Containment.OVERLAP
    classes = _classes(row["classes"])
    several = doubled[name] > 1 and row["classes"] and not row["classes"].startswith("but ")
    return Decision(
        id=f"standing.{name}" + (f".{next(each for each in ServiceClass if each in classes)}" if several else ""),
        sequence=number,
        title_en=row["title_en"],
        title_ar=row["title_ar"],
        territories=(named(catalogue, counts, _with_sea(name, catalogue), containment),),
        classes=classes,
        state=state,
        reasons=frozenset(Reason(word) for word in row["reasons"].split(";")),
        legal_basis=LegalBasis(row["legal_basis"]),
        layers=frozenset(Layer(word) for word in row["layers"].split(";") if word),
        review_by=np.datetime64(row["review_by"], "ns"),
        conditions=_conditions(row["conditions"], lists),
        source=f"{row['evidence']}: {row['source']} (as of {row['as_of']})",
        note=row["note"],
        demonstration=True,
    )


def _with_sea(name: str, catalogue: Territories) -> str:
    """The country and its territorial sea as one, where it has one."""
    sea = f"{name}.sea"
    return f"{name}+{sea}" if catalogue.row(name).kind is Kind.COUNTRY and sea in catalogue else name


def _borders(made: Sequence[Decision], catalogue: Territories, counts: Touched) -> Decision:
    """Service for cells that lie inside no single served country, but wholly inside several together."""
    served = [one for one in made if one.state is ServiceState.SERVED and one.territories[0].kind is Kind.COUNTRY]
    ids = [name for one in served for name in one.territories[0].id.split("+")]
    alone = union(one.territories[0].number for one in served)
    number = seams(catalogue, ids, counts, known=alone)
    name_en, name_ar = "Borders between territories that are served", "حدود بين أقاليم متاحة فيها الخدمة"
    strip = territory(
        "standing.borders",
        number,
        Containment.FULL,
        name_en=name_en,
        name_ar=name_ar,
        source="worked out from the rows of the standing map",
    )
    return Decision(
        id="standing.borders",
        sequence=len(made),
        title_en="Served: border cells wholly inside territories on the order page",
        title_ar="متاحة: خلايا حدودية تقع كلها داخل أقاليم مدرجة في صفحة الطلب",
        territories=(strip,),
        classes=frozenset.intersection(*(one.classes for one in served)),
        state=ServiceState.SERVED,
        reasons=frozenset({Reason.LICENCE_GRANTED}),
        review_by=min(one.review_by for one in served),
        source="follows from the rows of the territories on either side",
        demonstration=True,
    )


def _classes(text: str) -> frozenset[ServiceClass]:
    """Blank for all, a list, or "but " and a list for all others."""
    listed = frozenset(ServiceClass(word) for word in text.removeprefix("but ").split(";") if word)
    return ALL_CLASSES - listed if text.startswith("but ") or not text else listed


def _conditions(text: str, lists: Mapping[str, frozenset[str]]) -> Conditions:
    told = dict(part.split("=", 1) for part in text.split(";") if part)
    unknown = set(told) - {"ocean_plan", "maximum_speed_km_h", "allowlist"}
    if unknown:
        raise ValueError(f"no condition {', '.join(sorted(unknown))}")
    return Conditions(
        ocean_plan=told.get("ocean_plan") == "yes",
        maximum_speed_m_s=float(told.get("maximum_speed_km_h", math.inf)) * _M_S_PER_KM_H,
        allowlist=lists.get(told["allowlist"], frozenset()) if "allowlist" in told else None,
    )
