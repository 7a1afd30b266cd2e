"""Hypatia's work in one step: all pairs of cities and every next hop, from mean elements, everything included.

C1 of `speed.md`: 72 x 22 satellites at 550 km with +Grid and Hypatia's 100 cities; D3: 7,056 satellites in three shells and
1,000 cities.  A step is propagation, looks at a true elevation of 25 degrees, lengths of lasers, the tree of every city over
all satellites, and the way from every city to every other.  The baseline does the same with sgp4, numpy's full matrix and
scipy's Dijkstra, in the same run.  On two cores two threads share the destinations out in blocks.  First the answers are
compared: distances must agree to a hair, and next hops wherever there is no tie.
"""

import os

for _library in ("OPENBLAS", "OMP", "MKL"):  # threads of BLAS fight with ours; read when numpy is loaded
    os.environ[f"{_library}_NUM_THREADS"] = "1"

import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from harness import pin, record, timed
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from hudhud.adapters.store.packaged import hypatia_cities
from hudhud.earth import Sites
from hudhud.network.routing import DELIVER, NO_WAY, UNREACHED, Roots, city_to_city, grow
from hudhud.network.topology import Topology, from_pairs, walker_plus_grid
from hudhud.orbits.elements import Elements, joined
from hudhud.orbits.positions import Engine, propagator
from hudhud.orbits.shells import Shell, walker
from hudhud.report.hypatia import EPOCH, STARLINK_AT_550_KM, elements_of
from hudhud.sky import Limits, looks, watch
from hudhud.timescale import instants

LEAST_RAD = np.radians(25.0)
BLOCK = 128  # destinations settled together: their costs (7 MB for 7,056 satellites) stay near the processor
STEPS = 64


@dataclass(frozen=True)
class Case:
    name: str
    elements: Elements
    topology: Topology
    cities: Sites


def hypatias() -> Case:
    shell = STARLINK_AT_550_KM
    grid = walker_plus_grid(shell.planes, shell.satellites_per_plane)
    return Case("C1", elements_of(shell), grid, hypatia_cities())


def large() -> Case:
    designs = [(28, 120, 53.0, 525e3), (28, 120, 43.0, 530e3), (4, 84, 97.6, 535e3)]
    parts, grids, first = [], [], 0
    for k, (planes, slots, inclination_deg, altitude_m) in enumerate(designs):
        shell = Shell(
            name=f"shell-{k}",
            altitude_m=altitude_m,
            inclination_rad=np.radians(inclination_deg),
            planes=planes,
            satellites_per_plane=slots,
        )
        parts.append(walker(shell, EPOCH, first_number=1 + first))
        grid = walker_plus_grid(planes, slots)
        grids.append((grid.tail + np.int32(first), grid.head + np.int32(first), grid.across))
        first += planes * slots
    tail, head, across = (np.concatenate(column) for column in zip(*grids, strict=True))
    rng = np.random.default_rng(1)
    longitude_rad = rng.uniform(-np.pi, np.pi, 1_000)
    latitude_rad = np.arcsin(rng.uniform(-np.sin(np.radians(55)), np.sin(np.radians(55)), 1_000))
    cities = Sites(
        names=tuple(map(str, range(1_000))),
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        height_m=np.zeros(1_000),
    )
    return Case("D3", joined(*parts), from_pairs(first, tail, head, across), cities)


class Hudhuds:
    """One step at a time by this program, into arrays that are used again."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.at = instants(EPOCH, STEPS, 1.0)
        self.propagator = propagator(case.elements, Engine.ASTROZ)
        count, cities = case.topology.satellites, len(case.cities)
        self.satellite_m, self.codes = np.empty((1, count, 3)), np.empty((1, count), dtype=np.uint8)
        self.in_service = np.zeros(count, dtype=np.uint8)
        highest_m = 6_378_137.0 + 610_000.0
        self.watch = watch(case.cities, Limits.same(cities, minimum_elevation_rad=LEAST_RAD), highest_m)
        blocks = range(0, cities, min(BLOCK, -(-cities // 2)))  # at least two, so that two threads have work
        self.blocks = [slice(first, min(first + blocks.step, cities)) for first in blocks]
        # (block) contiguous arrays: destinations of a block lie side by side
        widths = [block.stop - block.start for block in self.blocks]
        self.cost = [np.empty((count + 1, width)) for width in widths]
        self.next_hop = [np.empty((count + 1, width), dtype=np.int32) for width in widths]
        self.total_m = [np.empty((cities, width)) for width in widths]
        self.first = [np.empty((cities, width), dtype=np.int32) for width in widths]

    def step(self, number: int, run: Callable[..., object] = map) -> None:
        """Positions to city-to-city ways at one instant; `run` maps a function over blocks, on threads or not."""
        topology = self.case.topology
        self.propagator.earth_fixed_into(self.at[number : number + 1], self.satellite_m, self.codes)
        satellite_m = self.satellite_m[0]
        sky = looks(self.watch, satellite_m, self.in_service)
        between_m = satellite_m.take(topology.tail, axis=0) - satellite_m.take(topology.head, axis=0)
        length_m = np.append(np.sqrt(np.einsum("ei,ei->e", between_m, between_m)), UNREACHED)
        edge_m = length_m[topology.edge]
        site = sky.site

        def settle(k: int) -> None:
            block = self.blocks[k]
            mine = slice(sky.offsets[block.start], sky.offsets[block.stop])
            tree = site[mine] - np.int32(block.start)
            roots = Roots(node=sky.satellite[mine], tree=tree, cost=sky.range_m[mine])
            grow(topology.neighbour, edge_m, roots, self.cost[k], self.next_hop[k])
            city_to_city(sky.offsets, sky.satellite, sky.range_m, self.cost[k], self.total_m[k], self.first[k])

        for _ in run(settle, range(len(self.blocks))):
            pass


def baseline(case: Case, satellite_m: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same by numpy and scipy: lengths and next hops (satellite, city), city-to-city lengths (city, city)."""
    cities, count, topology = case.cities, len(satellite_m), case.topology
    sight_m = satellite_m[None] - cities.position_m[:, None]
    range_m = np.sqrt(np.einsum("csi,csi->cs", sight_m, sight_m))
    seen = np.einsum("csi,ci->cs", sight_m, cities.up) >= np.sin(LEAST_RAD) * range_m
    city, satellite = np.nonzero(seen)
    tail, head = topology.tail, topology.head
    length_m = np.linalg.norm(satellite_m[tail] - satellite_m[head], axis=1)
    graph = csr_array(
        (
            np.concatenate([length_m, length_m, range_m[seen]]),
            (np.concatenate([tail, head, count + city]), np.concatenate([head, tail, satellite])),
        ),
        shape=(count + len(cities),) * 2,
    )
    roots = count + np.arange(len(cities))
    total_m, before = dijkstra(graph, indices=roots, return_predecessors=True)
    cost_m, before = total_m[:, :count].T, before[:, :count].T
    next_hop = np.where(before >= count, DELIVER, np.where(before < 0, NO_WAY, before))
    offsets = np.searchsorted(city, np.arange(len(cities) + 1))
    between_m = np.full((len(cities),) * 2, np.inf)
    for c in range(len(cities)):
        mine = satellite[offsets[c] : offsets[c + 1]]
        if len(mine):
            between_m[c] = (cost_m[mine] + range_m[c, mine, None]).min(axis=0)
    return cost_m, next_hop, between_m


def baseline_step(case: Case) -> Callable[[int], None]:
    """A step of the baseline, sgp4 included."""
    reference, at = propagator(case.elements, Engine.SGP4), instants(EPOCH, STEPS, 1.0)

    def step(number: int) -> None:
        baseline(case, reference.earth_fixed(at[number : number + 1])[0][0])

    return step


def differences(case: Case, ours: Hudhuds) -> dict[str, float | int | str]:
    """How the answers differ at one instant, on the same positions."""
    ours.step(0)
    cost_m, next_hop, between_m = baseline(case, ours.satellite_m[0])
    own_m, own_hop = np.hstack(ours.cost)[:-1], np.hstack(ours.next_hop)[:-1]
    own_between_m = np.hstack(ours.total_m)
    np.fill_diagonal(own_between_m, 0.0)
    np.fill_diagonal(between_m, 0.0)
    alike = (own_m < UNREACHED) == np.isfinite(cost_m)
    alike_between = (own_between_m < UNREACHED) == np.isfinite(between_m)
    reached, between = np.isfinite(cost_m), np.isfinite(between_m)
    apart_m = max(
        float(np.abs(own_m[reached] - cost_m[reached]).max()),
        float(np.abs(own_between_m[between] - between_m[between]).max()),
    )
    if not (alike.all() and alike_between.all() and apart_m < 1e-6):
        print(f"{case.name}: distances differ by {apart_m} m, or in who is reached", file=sys.stderr)
        raise SystemExit(1)
    return {"next hops": own_hop.size, "of them differing (ties)": int((own_hop != next_hop).sum()), "apart m": apart_m}


def per_step_ms(step: Callable[[int], None], steps: int, repeat: int) -> float:
    def some() -> None:
        for number in range(steps):
            step(number)

    return timed(some, repeat) / steps * 1e3


def pooled(ours: Hudhuds, pool: Executor) -> Callable[[int], None]:
    return lambda number: ours.step(number, pool.map)


def main() -> int:
    plan = [(hypatias(), 32, 9, 4), (large(), 3, 5, 1)]  # case, steps in a run, runs, steps in a run of the baseline
    made = [(case, Hudhuds(case), *how) for case, *how in plan]
    same = {case.name: differences(case, ours) for case, ours, *_ in made}
    two = {}
    with ThreadPoolExecutor(2) as pool:
        for case, ours, steps, runs, _ in made:
            two[case.name] = per_step_ms(pooled(ours, pool), steps, runs)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    pin(1)
    rows = []
    for case, ours, steps, runs, baseline_steps in made:
        one = per_step_ms(ours.step, steps, runs)
        plain = per_step_ms(baseline_step(case), baseline_steps, 3)
        for threads, ms in ((1, one), (min(2, cores or 1), two[case.name])):
            rows.append(
                {
                    "case": case.name,
                    "satellites": case.topology.satellites,
                    "cities": len(case.cities),
                    "cores": threads,
                    "ms a step": ms,
                    "numpy + scipy ms": plain,
                    "times faster": plain / ms,
                    **same[case.name],
                }
            )
    record(
        "routing",
        "Hypatia's work in one step (all pairs of cities and every next hop, from mean elements): how long?",
        rows,
        baseline="sgp4, numpy's full matrix and scipy.sparse.csgraph.dijkstra on one core, same run",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
