"""A scenario, a fleet and the ground made ready for slots."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.earth import NO_ORIENTATION, EarthOrientation, Sites, great_circle_m
from hudhud.errors import Fault, ScenarioError
from hudhud.network import latency, schedule
from hudhud.network.ground import Gateways, PointsOfPresence
from hudhud.network.latency import Cost
from hudhud.network.schedule import Choice
from hudhud.network.topology import Topology, among, no_lasers, plus_grid, three_laser_brick
from hudhud.network.ways import ANY_POP
from hudhud.orbits.elements import Elements, Generation, require_fresh, semi_major_axis_m
from hudhud.orbits.planes import planes
from hudhud.orbits.positions import Engine, Propagator, propagator
from hudhud.scenario.subscription import subscribed
from hudhud.scenario.values import Scenario, Terminal
from hudhud.service.countries import Countries
from hudhud.service.obeyed import Authority
from hudhud.service.terminals import Subscribers
from hudhud.sky.cells import Groups, groups
from hudhud.sky.look import Limits, Watch, watch
from hudhud.sky.mask import MAP_SIZE
from hudhud.timescale import instants

__all__ = ["BEAMS", "LASERS", "Service", "World", "world"]

BEAMS: Mapping[Generation, int] = {
    Generation.UNKNOWN: 16,
    Generation.V1_0: 16,
    Generation.V1_5: 16,
    Generation.V2_MINI: 48,
    Generation.DIRECT_TO_CELL: 0,
    Generation.ONEWEB: 16,
    Generation.KUIPER: 48,
}
"""Beams down to terminals.  v1 and v1.5: 2 arrays of 8; v2 mini: 3 arrays of 8 in two polarisations (public reports of
2021 and 2024).  OneWeb: 16 (filings).  Kuiper and unknown: assumed.  Direct to cell serves telephones only."""


LASERS: Mapping[Generation, bool] = {
    Generation.UNKNOWN: True,
    Generation.V1_0: False,
    Generation.V1_5: True,
    Generation.V2_MINI: True,
    Generation.DIRECT_TO_CELL: True,
    Generation.ONEWEB: False,
    Generation.KUIPER: True,
}
"""Which generations carry lasers.  Starlink from v1.5 on (operator's statements); OneWeb's first generation has none;
unknown: assumed."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Service:
    """What decides who may be served: whose map is obeyed, the terminals as the service side knows them, where countries lie.

    speed_m_s: (terminal,) speed over ground.
    """

    authority: Authority
    subscribers: Subscribers
    speed_m_s: Floats
    countries: Countries

    def __post_init__(self) -> None:
        freeze(self.speed_m_s)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class World:
    """What does not change while a run lasts.

    service: None where the scenario asks no permission of anybody.

    groups: which group each terminal belongs to; group_watch, gateway_watch look for groups and gateways.
    lane (group,) int32: row of lane_pop, where a way must end.  antennas, backhaul_m (gateway,).
    out_of_service (satellite,) uint8, 1 where a satellite serves nobody; beams, links (satellite,) int32;
    launch_year (satellite,), 2022 where it is not known.
    topology: None where it is found anew in every slot.  mute (satellite,) bool: its lasers
    carry nothing.  cut (pair,) int64, sorted: lower satellite * satellites + higher satellite of links that carry nothing.
    """

    scenario: Scenario
    elements: Elements
    propagator: Propagator
    orientation: EarthOrientation
    terminals: Sites
    groups: Groups
    group_watch: Watch
    gateways: Gateways
    gateway_watch: Watch
    pops: PointsOfPresence
    antennas: Ints32
    backhaul_m: Floats
    lane: Ints32
    lane_pop: Ints32
    out_of_service: Bits
    beams: Ints32
    links: Ints32
    launch_year: Floats
    topology: Topology | None
    mute: Bools
    cut: Ints
    choice: Choice
    cost: Cost
    service: Service | None

    def __post_init__(self) -> None:
        freeze(self.antennas, self.backhaul_m, self.lane, self.lane_pop, self.out_of_service, self.beams)
        freeze(self.links, self.launch_year, self.mute, self.cut)


_ROOM_M = (
    60_000.0  # a satellite stands at most this far outside the apogee of its mean elements (short-period terms: 10 km)
)


def world(
    scenario: Scenario,
    elements: Elements,
    gateways: Gateways,
    pops: PointsOfPresence,
    engine: Engine | None = None,
    orientation: EarthOrientation = NO_ORIENTATION,
    choice: Choice | None = None,
    cost: Cost | None = None,
    authority: Authority | None = None,
    countries: Countries | None = None,
) -> World:
    """Make a scenario ready for slots.

    gateways, pops: the packaged tables; the scenario's own sites are added.  choice, cost: instead of the scenario's.
    authority: whose service map is obeyed, None where nobody is asked; countries: where they lie.  Raises ScenarioError
    where failed satellites are not in the fleet, StaleElementsError where the elements do not fit the instants.
    """
    start = instants(scenario.start, scenario.slots)
    if len(elements):
        elements = require_fresh(elements, start[0], start[-1], scenario.fleet.maximum_element_age_s)
    terminals = _sites(scenario.terminals)
    shared = groups(terminals, _group_keys(scenario))
    ground = _ground(scenario, gateways, pops)
    failed, mute, cut = _failures(scenario, elements)
    serving = elements.operational & (elements.generation != Generation.DIRECT_TO_CELL) & ~failed
    highest_m = _highest_radius_m(elements)
    count = len(shared)
    representative = np.full(count, -1, dtype=np.int64)
    representative[shared.group[::-1]] = np.arange(len(terminals))[::-1]
    lane_pop, lane = _lanes([scenario.terminals[i].pop for i in representative], pops)
    return World(
        scenario=scenario,
        elements=elements,
        propagator=propagator(elements, engine),
        orientation=orientation,
        terminals=terminals,
        groups=shared,
        group_watch=watch(shared.anchors, _terminal_limits(scenario, representative, shared), highest_m),
        gateways=ground,
        gateway_watch=watch(ground.sites, _gateway_limits(scenario, len(ground.sites)), highest_m),
        pops=pops,
        antennas=_antennas(scenario, ground, pops),
        backhaul_m=_backhaul_m(ground, pops),
        lane=lane,
        lane_pop=lane_pop,
        out_of_service=(~serving).astype(np.uint8),
        beams=np.array([BEAMS[Generation(g)] for g in elements.generation], dtype=np.int32) * serving,
        links=np.where(serving, scenario.gateways.links_per_satellite, 0).astype(np.int32),
        launch_year=np.where(elements.launch_year > 0, elements.launch_year, 2022).astype(np.float64),
        topology=_topology(scenario, elements),
        mute=mute,
        cut=cut,
        choice=choice or _choice(scenario),
        cost=cost or _cost(scenario),
        service=_service(scenario, authority, countries),
    )


def _sites(terminals: Sequence[Terminal]) -> Sites:
    return Sites(
        names=tuple(t.name for t in terminals),
        latitude_rad=np.array([t.latitude_rad for t in terminals]),
        longitude_rad=np.array([t.longitude_rad for t in terminals]),
        height_m=np.array([t.height_m for t in terminals]),
    )


def _service(scenario: Scenario, authority: Authority | None, countries: Countries | None) -> Service | None:
    if authority is None or countries is None:
        return None
    each = [terminal.subscription for terminal in scenario.terminals]
    return Service(
        authority=authority,
        subscribers=subscribed(each),
        speed_m_s=np.array([one.speed_m_s for one in each]),
        countries=countries,
    )


def _group_keys(scenario: Scenario) -> Ints:
    """A number for each terminal, equal where one beam may serve both: same class, mounting, limits and lane.

    -1, which keeps a terminal alone, where it has obstructions of its own or cells are not shared.
    """
    numbers: dict[object, int] = {}
    keys = []
    for t in scenario.terminals:
        alone = t.horizon is not None or t.obstructions is not None or not scenario.schedule.share_cells
        mounting = (t.terminal_class.name, t.boresight_azimuth_rad, t.boresight_elevation_rad)
        key = (mounting, t.minimum_elevation_rad, t.gso_avoidance_rad, t.pop)
        keys.append(-1 if alone else numbers.setdefault(key, len(numbers)))
    return np.array(keys, dtype=np.int64)


def _rows(present: Sequence[bool]) -> Ints32:
    """Number of each present thing among the present ones, -1 for the others."""
    there = np.array(present, dtype=np.bool_)
    return np.where(there, np.cumsum(there) - 1, -1).astype(np.int32)


def _terminal_limits(scenario: Scenario, representative: Ints, shared: Groups) -> Limits:
    """Limits of the groups, from one member of each: members are alike in all of them."""
    chosen = [scenario.terminals[i] for i in representative]
    horizons = [t.horizon for t in chosen if t.horizon is not None]
    maps = [t.obstructions for t in chosen if t.obstructions is not None]
    minimum_rad = np.array([t.minimum_elevation_rad for t in chosen])
    return Limits(
        floor_elevation_rad=minimum_rad.copy(),
        minimum_elevation_rad=minimum_rad,
        gso_avoidance_rad=np.array([t.gso_avoidance_rad for t in chosen]),
        half_field_of_view_rad=np.array([t.terminal_class.half_field_of_view_rad for t in chosen]),
        boresight_azimuth_rad=np.array([t.boresight_azimuth_rad for t in chosen]),
        boresight_elevation_rad=np.array([t.boresight_elevation_rad for t in chosen]),
        spread_m=shared.spread_m,
        mask=_rows([t.horizon is not None for t in chosen]),
        masks=np.array(horizons).reshape(-1, 360),
        obstruction=_rows([t.obstructions is not None for t in chosen]),
        obstructions=np.array(maps, dtype=np.float32).reshape(-1, MAP_SIZE, MAP_SIZE),
    )


def _gateway_limits(scenario: Scenario, count: int) -> Limits:
    return Limits.same(
        count,
        minimum_elevation_rad=scenario.gateways.minimum_elevation_rad,
        gso_avoidance_rad=scenario.gateways.gso_avoidance_rad,
    )


def _ground(scenario: Scenario, table: Gateways, pops: PointsOfPresence) -> Gateways:
    """The packaged gateways where the scenario takes them, then its own."""
    own = scenario.gateways.own
    taken = table.sites if scenario.gateways.operational else _sites(())
    sites = Sites(
        names=taken.names + tuple(site.name for site in own),
        latitude_rad=np.append(taken.latitude_rad, [site.latitude_rad for site in own]),
        longitude_rad=np.append(taken.longitude_rad, [site.longitude_rad for site in own]),
        height_m=np.append(taken.height_m, [0.0 for _ in own]),
    )
    kept = slice(None if scenario.gateways.operational else 0)
    return Gateways(
        sites=sites,
        antennas=np.append(table.antennas[kept], [site.antennas for site in own]).astype(np.int32),
        pop=np.append(table.pop[kept], [pops.codes.index(site.pop) for site in own]).astype(np.int32),
    )


def _antennas(scenario: Scenario, ground: Gateways, pops: PointsOfPresence) -> Ints32:
    """Antennas in working order: none at a failed gateway or at one whose point of presence failed.  (gateway,)"""
    antennas = (
        ground.antennas
        if scenario.gateways.antennas is None
        else np.full_like(ground.antennas, scenario.gateways.antennas)
    )
    failed_pops = [pops.codes.index(code) for code in scenario.gateways.failed_pops]
    failed = np.isin(ground.sites.names, scenario.gateways.failed) | np.isin(ground.pop, failed_pops)
    return np.where(failed, 0, antennas).astype(np.int32)


def _backhaul_m(ground: Gateways, pops: PointsOfPresence) -> Floats:
    there = pops.sites
    return great_circle_m(
        ground.sites.latitude_rad,
        ground.sites.longitude_rad,
        there.latitude_rad[ground.pop],
        there.longitude_rad[ground.pop],
    )


def _lanes(codes: Sequence[str], pops: PointsOfPresence) -> tuple[Ints32, Ints32]:
    """Distinct demands on where ways end, and each group's row among them.  Returns lane_pop (lane,), lane (group,)."""
    distinct = sorted(set(codes)) or [""]
    lane_pop = [pops.codes.index(code) if code else ANY_POP for code in distinct]
    return np.array(lane_pop, dtype=np.int32), np.array([distinct.index(code) for code in codes], dtype=np.int32)


def _highest_radius_m(elements: Elements) -> float:
    """A radius that nearly no satellite leaves: the apogee of the highest operational one."""
    serving = elements.select(elements.operational)
    if len(serving) == 0:
        return 8_000_000.0
    return float((semi_major_axis_m(serving) * (1 + serving.eccentricity)).max()) + _ROOM_M


def _failures(scenario: Scenario, elements: Elements) -> tuple[Bools, Bools, Ints]:
    """Which satellites serve nobody, whose lasers carry nothing, and which links are cut.

    A failed satellite is chosen by name or catalogue number, or drawn; a failed share of lasers mutes whole satellites;
    satellites that carry no lasers are mute too.
    """
    faults: list[Fault] = []
    numbers: dict[str, int] = {str(n): i for i, n in enumerate(elements.catalogue_numbers.tolist())}
    called = Counter(elements.names)
    numbers |= {name: i for i, name in enumerate(elements.names)}

    def index(name: str, where: str) -> int:
        if name not in numbers:
            faults.append(Fault(where=where, problem=f"no satellite {name!r} in this fleet of {len(elements)}"))
        elif called[name] > 1:
            problem = f"{called[name]} satellites are called {name!r}: give its catalogue number"
            faults.append(Fault(where=where, problem=problem))
        return numbers.get(name, 0)

    down = [index(name, f"fleet.failed[{i}]") for i, name in enumerate(scenario.fleet.failed)]
    pairs = [
        sorted((index(a, f"lasers.failed[{i}][0]"), index(b, f"lasers.failed[{i}][1]")))
        for i, (a, b) in enumerate(scenario.failed_lasers)
    ]
    if faults:
        raise ScenarioError(f"the scenario names {len(faults)} satellite(s) that cannot be told", faults)
    rng = scenario.streams().failures
    failed = rng.random(len(elements)) < scenario.fleet.failed_share
    failed[down] = True
    mute = (rng.random(len(elements)) < scenario.failed_laser_share) | failed | ~_equipped(elements)
    cut = np.array(sorted(low * len(elements) + high for low, high in pairs), dtype=np.int64)
    return failed, mute, cut


def _equipped(elements: Elements) -> Bools:
    """(satellite,) bool: operational and of a generation that carries lasers."""
    carries = np.array([LASERS[Generation(g)] for g in elements.generation], dtype=np.bool_)
    return carries & elements.operational


def _topology(scenario: Scenario, elements: Elements) -> Topology | None:
    """Lasers as they stay for the whole run, or None for the pattern that is found anew in every slot.

    Only satellites that carry lasers take part, so that the others leave no holes in the grid.
    """
    equipped = np.flatnonzero(_equipped(elements))
    match scenario.pattern:
        case "nearest_neighbours":
            return None
        case "none":
            return no_lasers(len(elements))
        case "plus_grid":
            return among(len(elements), equipped, plus_grid(planes(elements.select(equipped)), scenario.phase_offset))
        case "three_laser_brick":
            return among(
                len(elements), equipped, three_laser_brick(planes(elements.select(equipped)), scenario.phase_offset)
            )


def _choice(scenario: Scenario) -> Choice:
    match scenario.schedule.rule:
        case "scored":
            return schedule.scored(scenario.schedule.temperature)
        case "sticky":
            return schedule.sticky(scenario.schedule.drop_below_rad)
        case "highest_elevation":
            return schedule.highest_elevation


def _cost(scenario: Scenario) -> Cost:
    return latency.delay(scenario.latency) if scenario.route_by == "delay" else latency.fewest_hops(scenario.latency)
