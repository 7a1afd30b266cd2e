"""Who decides where: compiling the map of the world from some five hundred decisions, and asking it millions of times.

The decisions are about every country and every region that travels inside the package, one each, some for a few classes
only.  Cells and points are drawn at random over the whole Earth, each for a class drawn at random.  Baseline: the H3 library,
one point a call, and a dictionary of cells.  Two threads on two cores; the lookups release the interpreter's lock.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import h3.api.basic_int as h3
import numpy as np
from harness import pin, record, timed

from hudhud.adapters.store.territories import territories
from hudhud.service.decision import ALL_CLASSES, Decision, Decisions, decisions
from hudhud.service.service_map import ServiceMap, compile
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment, Layer, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import h3_index, number_of

LOOKUPS, FEW, CORES = 10_000_000, 200_000, 2
AT = np.datetime64("2026-06-01", "ns")
FEWER = frozenset({ServiceClass.MEDICAL, ServiceClass.HUMANITARIAN})


def decided() -> tuple[Decision, ...]:
    """One decision for the world, one for each country and region: every third a refusal, every fifth for two classes."""
    catalogue = territories()
    named = [("world", Containment.CENTRE)]
    for place, row in enumerate(catalogue.rows):
        if row.kind in (Kind.COUNTRY, Kind.REGION):
            named.append((row.id, Containment.FULL if place % 3 else Containment.OVERLAP))
    found = []
    for sequence, (name, containment) in enumerate(named):
        territory = catalogue.territory(name, containment)
        refused = containment is not Containment.FULL
        if len(territory):
            found.append(
                Decision(
                    id=name,
                    sequence=sequence,
                    title_en=f"Decision about {territory.name_en}",
                    title_ar=f"قرار بشأن {territory.name_ar}",
                    territories=(territory,),
                    classes=FEWER if sequence % 5 == 4 else ALL_CLASSES,
                    state=ServiceState.NOT_OFFERED if refused else ServiceState.SERVED,
                    reasons=frozenset({Reason.NO_LICENCE if refused else Reason.LICENCE_GRANTED}),
                    layers=frozenset({Layer.BEAM}) if refused else frozenset(),
                    review_by=np.datetime64("2026-12-01", "ns"),
                )
            )
    return tuple(found)


def shared(work: Callable[[slice], object], threads: ThreadPoolExecutor) -> None:
    """The work on all lookups, cut in as many parts as there are threads."""
    part = LOOKUPS // CORES
    list(threads.map(work, [slice(n * part, (n + 1) * part) for n in range(CORES)]))


def held_bytes(service_map: ServiceMap) -> int:
    """What the arrays of a map take."""
    return sum(x.nbytes for x in (service_map.profile, service_map.governing, service_map.state, service_map.lit))


def main() -> int:
    pin(CORES)
    items = decided()
    every: Decisions = decisions(items)
    service_map = compile(every, AT)
    rng = np.random.default_rng(1)
    index = h3_index(rng.choice(every.world, LOOKUPS))
    column = rng.integers(0, len(ServiceClass), LOOKUPS).astype(np.uint8)
    latitude_rad, longitude_rad = np.arcsin(rng.uniform(-1, 1, LOOKUPS)), rng.uniform(-np.pi, np.pi, LOOKUPS)

    def by_cell(part: slice) -> np.ndarray:
        return service_map.state_of(number_of(index[part]), column[part])

    def by_point(part: slice) -> np.ndarray:
        return service_map.state_at(latitude_rad[part], longitude_rad[part], column[part])

    def by_library(part: slice) -> list[int]:
        degrees = zip(np.degrees(latitude_rad[part]).tolist(), np.degrees(longitude_rad[part]).tolist(), strict=True)
        cells = [h3.latlng_to_cell(lat, lon, 5) for lat, lon in degrees]
        return [answer[cell][c] for cell, c in zip(cells, column[part].tolist(), strict=True)]

    rows = service_map.state.tolist()
    known = zip(h3_index(every.world).tolist(), service_map.profile[every.world].tolist(), strict=True)
    answer = {cell: rows[profile] for cell, profile in known}
    few, all_ = slice(0, FEW), slice(0, LOOKUPS)
    if by_library(few) != by_point(few).tolist():
        print("the library's cells give other states", file=sys.stderr)
        return 1
    library_s = timed(lambda: by_library(few), 3) / FEW
    answer.clear()
    with ThreadPoolExecutor(CORES) as threads:
        per_lookup_s = {
            "H3 index to state, one core": timed(lambda: by_cell(all_), 3) / LOOKUPS,
            "H3 index to state, two cores": timed(lambda: shared(by_cell, threads), 3) / LOOKUPS,
            "latitude and longitude to state, one core": timed(lambda: by_point(all_), 3) / LOOKUPS,
            "latitude and longitude to state, two cores": timed(lambda: shared(by_point, threads), 3) / LOOKUPS,
            f"the same by the H3 library, one core ({FEW:,})": library_s,
        }
    table = [
        {"work": f"check {len(items)} decisions", "s": timed(lambda: decisions(items), 3)},
        {
            "work": f"compile the world ({len(service_map.governing)} profiles)",
            "s": timed(lambda: compile(every, AT), 5),
        },
    ]
    table += [
        {"work": name, "M lookups/s": 1e-6 / seconds, "x library": library_s / seconds}
        for name, seconds in per_lookup_s.items()
    ]
    cells_bytes = sum(each.number.nbytes for one in service_map.decisions for each in one.territories)
    table.append({"work": "map in memory, its arrays", "MB": held_bytes(service_map) / 1e6})
    table.append({"work": "with the cells of its decisions", "MB": (held_bytes(service_map) + cells_bytes) / 1e6})
    heads = ("work", "s", "M lookups/s", "x library", "MB")
    question = f"{len(items)} decisions over {len(every.world):,} cells: how long to compile, how fast to ask?"
    record("service_map", question, [{head: row.get(head) for head in heads} for row in table], "h3 and a dictionary")
    return 0


if __name__ == "__main__":
    sys.exit(main())
