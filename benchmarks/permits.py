"""Permits: 100,000 terminals at once, and 1,000 in every slot, under a map of 400 decisions.

The map: the world not offered, 300 areas strewn evenly (each with a state of its own kind; some lists of 10,000 terminals, speed
limits, home countries, purposes, heights), and 99 small ones inside them.  Terminals: all classes, half of them inside the
areas, every plan and fault.  Baseline in the same run: the obvious way in plain Python, which the tests hold to the same answers.
"""

import sys
from pathlib import Path

import numpy as np
from harness import pin, record, timed

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hudhud.service.countries import Countries
from hudhud.service.decision import ANY, Conditions, Decision, decisions
from hudhud.service.eligibility import permit, permits, rulebook
from hudhud.service.service_map import ServiceMap, compile
from hudhud.service.terminals import PURPOSES, Subscribers, subscribers
from hudhud.service.territory import Kind, Territory, territory
from hudhud.service.vocabulary import Containment, Layer, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import all_numbers, cell_number
from service.slow_permits import slow_permits

MANY, FEW, AREAS, SMALL, LISTED = 100_000, 1_000, 300, 99, 10_000
AT = np.datetime64("2026-05-30T12:00:12", "ns")
YEAR = np.timedelta64(360, "D")
_CLASSES = frozenset(ServiceClass)


def conditions(rng: np.random.Generator, place: int) -> Conditions:
    """Conditions of the n-th area: one or two kinds each."""
    listed = frozenset(f"t{each}" for each in rng.choice(MANY, LISTED, replace=False))
    return (
        Conditions(allowlist=listed),
        Conditions(maximum_speed_m_s=44.0, denylist=listed),
        Conditions(purposes=frozenset(PURPOSES[:6]), maximum_service_address_distance_m=500e3),
        Conditions(home_countries=frozenset({"C1", "C2"}), maximum_abroad_s=60 * 86_400.0),
        Conditions(minimum_height_m=3_000.0, ocean_plan=True),
        Conditions(maximum_home_distance_m=2_000e3),
    )[place % 6]


def decided(name: str, sequence: int, areas: tuple[Territory, ...], state: ServiceState, asked: Conditions) -> Decision:
    return Decision(
        id=name,
        sequence=sequence,
        title_en=name,
        title_ar=name,
        territories=areas,
        classes=_CLASSES,
        state=state,
        reasons=frozenset({Reason.LICENCE_GRANTED if state.serves else Reason.COURT_ORDER}),
        layers=frozenset() if state.serves else frozenset(Layer if sequence % 2 else {Layer.TERMINAL}),
        review_by=AT + YEAR,
        conditions=asked,
    )


def world_map(rng: np.random.Generator) -> tuple[ServiceMap, dict[str, Territory]]:
    """The map and its areas by id: runs of cell numbers, 2,000 cells each, and 20 in each small one."""
    cells = all_numbers()
    areas = {}
    everywhere = territory("world", cells, Containment.FULL, kind=Kind.WORLD)
    made = [decided("world", 0, (everywhere,), ServiceState.NOT_OFFERED, ANY)]
    states = (
        ServiceState.SERVED_RESTRICTED,
        ServiceState.SERVED_RESTRICTED,
        ServiceState.SERVED,
        ServiceState.PROHIBITED,
    )
    for place, first in enumerate(rng.choice(cells.size // 2_100, AREAS, replace=False) * 2_100):
        areas[f"C{place}"] = territory(f"C{place}", cells[first : first + 2_000], Containment.FULL, kind=Kind.COUNTRY)
        state = states[place % 4]
        asked = conditions(rng, place // 4 * 2 + place % 4) if state is ServiceState.SERVED_RESTRICTED else ANY
        made.append(decided(f"D{place}", place + 1, (areas[f"C{place}"],), state, asked))
    for place in range(SMALL):
        inside = areas[f"C{3 * place}"].number
        parts = tuple(
            territory(f"S{place}{kind}", inside[at : at + 10], Containment.FULL, kind=kind)
            for kind, at in ((Kind.OWN, 100), (Kind.COUNTRY, 200))
        )
        made.append(decided(f"E{place}", AREAS + 1 + place, parts, ServiceState.PROHIBITED, ANY))
    return compile(decisions(made), AT), areas


def terminals(rng: np.random.Generator) -> tuple[Subscribers, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """100,000 terminals, their places and speeds."""
    latitude_rad, longitude_rad = np.arcsin(rng.uniform(-1, 1, MANY)), rng.uniform(-np.pi, np.pi, MANY)
    moving = rng.random(MANY) < 0.2
    made = subscribers(
        [f"t{each}" for each in range(MANY)],
        rng.integers(0, len(ServiceClass), MANY),
        purpose=rng.integers(0, len(PURPOSES), MANY),
        account=rng.choice(3, MANY, p=[0.98, 0.01, 0.01]),
        supported_version=rng.random(MANY) < 0.99,
        home_country=[f"C{each}" for each in rng.integers(0, 60, MANY)],
        ocean_plan=rng.random(MANY) < 0.1,
        maximum_speed_m_s=np.where(rng.random(MANY) < 0.5, 4.4, np.inf),
        plan_countries=[
            frozenset({f"C{each}"}) if each % 10 == 0 else frozenset() for each in rng.integers(0, AREAS, MANY)
        ],
        service_latitude_rad=latitude_rad * 0.99,
        service_longitude_rad=longitude_rad,
        maximum_service_address_distance_m=np.where(rng.random(MANY) < 0.3, 50e3, np.inf),
        abroad_s=rng.uniform(0, 1e7, MANY),
        quota_used_up=rng.random(MANY) < 0.01,
    )
    latitude_rad = np.where(rng.random(MANY) < 0.01, np.nan, np.minimum(latitude_rad, np.pi / 2))
    return made, latitude_rad, longitude_rad, rng.uniform(0, 1e4, MANY) * moving, rng.uniform(0, 60, MANY) * moving


def first(made: Subscribers, count: int) -> Subscribers:
    """The first terminals of a table."""
    arrays = {name: getattr(made, name) for name in made.__slots__}
    kept = {name: each[:count].copy() if isinstance(each, np.ndarray) else each for name, each in arrays.items()}
    return Subscribers(**{**kept, "ids": made.ids[:count]})


def main() -> int:
    pin(2)
    rng = np.random.default_rng(3)
    service_map, areas = world_map(rng)
    many, *where = terminals(rng)
    few, near = first(many, FEW), [each[:FEW].copy() for each in where]
    countries = Countries(areas.__getitem__)
    rules_many, rules_few = rulebook(service_map, many, countries), rulebook(service_map, few, countries)
    fast = permits(rules_few, *near)
    columns = fast.allowed, fast.code, fast.failed, fast.decision
    answers = zip(*(each.tolist() for each in columns), strict=True)
    if wrong := sum(a != b for a, b in zip(slow_permits(service_map, few, *near, countries), answers, strict=True)):
        print(f"permits differ from the plain ones at {wrong} terminals", file=sys.stderr)
        return 1
    plain_s = timed(lambda: slow_permits(service_map, few, *near, countries), 3)
    timings = {
        "1,000: permits, rulebook ready (a slot)": (FEW, timed(lambda: permits(rules_few, *near), 200, 20)),
        "1,000: of these cell numbers": (FEW, timed(lambda: cell_number(near[0], near[1]), 200, 20)),
        "1,000: plain Python": (FEW, plain_s),
        "1,000: rulebook": (FEW, timed(lambda: rulebook(service_map, few, countries), 5)),
        "100,000: permits, rulebook ready": (MANY, timed(lambda: permits(rules_many, *where), 10)),
        "100,000: of these cell numbers": (MANY, timed(lambda: cell_number(where[0], where[1]), 10)),
        "100,000: rulebook": (MANY, timed(lambda: rulebook(service_map, many, countries), 5)),
        "100,000: permit, rulebook made": (
            MANY,
            timed(lambda: permit(service_map, many, *where, AT, countries=countries), 5),
        ),
    }
    rows = [
        {
            "what": what,
            "ms": 1e3 * time_s,
            "us a terminal": 1e6 * time_s / count,
            "x faster": plain_s / FEW / (time_s / count),
        }
        for what, (count, time_s) in timings.items()
    ]
    codes = np.unique(permits(rules_many, *where).code)
    question = f"{len(service_map.decisions)} decisions, codes {', '.join(map(str, codes))}: how long do permits take?"
    record("permits", question, rows, baseline="plain Python, a terminal at a time; its answers are equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
