"""The whole path on one page: a world goes in, slots come out.

    skies     World                    -> Sky     positions and looks of each slot; needs no memory of the last
    play      World + skies + permits  -> Slot    permission, antennas, ways, choices, delays; state from slot to slot
    gather    World + slots            -> Result  labelled arrays of the run

`simulate` does all three.  `skies` and `play` are apart so that a caller may run one ahead of the other.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.constants import C_M_S
from hudhud.earth import geodetic
from hudhud.errors import Fault, InputError
from hudhud.links import HELD_SINCE_EVER_S, held_s, sightline
from hudhud.network import schedule
from hudhud.network.schedule import Assignment, Feeders, Stage
from hudhud.network.topology import Topology, nearest_neighbours
from hudhud.network.ways import Ways, follow, ways
from hudhud.report.result import Outcome, Provenance, Result
from hudhud.scenario import World
from hudhud.service.eligibility import permits as service_permits
from hudhud.service.eligibility import rulebook
from hudhud.service.service_map import ServiceMap
from hudhud.service.vocabulary import DisablementCode, ServiceClass
from hudhud.sky.look import Looks, looks
from hudhud.sky.sun import Light, illumination, sun_position_m
from hudhud.timescale import SLOT_S, instants

__all__ = ["Consent", "Lasers", "Sky", "Slot", "consulted", "gather", "play", "simulate", "skies"]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sky:
    """Positions and looks of one slot: (satellite, 3) Earth-fixed metres, nan where unknown; looks of groups, gateways."""

    start: np.datetime64
    satellite_m: Floats
    sunlit: Bools
    group_looks: Looks
    gateway_looks: Looks


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lasers:
    """Laser links of one slot: length_m, held_s (without a break so far, -1 where impossible) and up, all (edge,)."""

    topology: Topology
    length_m: Floats
    held_s: Floats
    up: Bools


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Consent:
    """Who may be served in one slot, and why not.  Arrays are (terminal,); their meaning is that of `Result`.

    service_map: digest of the map in force, "" where none was asked.  release: leaf of the entry that released it, "" where
    no record was asked.  warnings: releases that were refused, a sentence each.
    """

    permitted: Bools
    disablement_code: Bits
    failed_predicates: Ints32
    decision: Ints32
    service_map: str
    release: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Slot:
    """One slot, worked out.  Arrays are (terminal,), nan or -1 where not served; their meaning is that of `Result`."""

    sky: Sky
    feeders: Feeders
    lasers: Lasers
    ways: Ways
    assignment: Assignment
    outcome: Bits
    satellite: Ints32
    beam: Ints32
    gateway: Ints32
    elevation_rad: Floats
    azimuth_rad: Floats
    range_m: Floats
    propagation_s: Floats
    backhaul_s: Floats
    rtt_s: Floats
    laser_hops: Ints32
    route: Ints32
    in_reach: Ints32
    reachable: Bools
    consent: Consent

    @property
    def start(self) -> np.datetime64:
        """First instant of the slot, UTC."""
        return self.sky.start


_BLOCK = (
    20  # slots propagated at once: few calls of the engine, and a block of positions (5 MB) that still fits the cache
)


def skies(world: World) -> Iterator[Sky]:
    """Where the satellites are and who sees whom, slot by slot."""
    start = instants(world.scenario.start, world.scenario.slots)
    for first in range(0, len(start), _BLOCK):
        at = start[first : first + _BLOCK]
        satellite_m, _ = world.propagator.earth_fixed(at, world.orientation)
        sun_m = sun_position_m(at)
        for i in range(len(at)):
            yield Sky(
                start=at[i],
                satellite_m=satellite_m[i],
                sunlit=illumination(satellite_m[i], sun_m[i]) == Light.SUNLIT,
                group_looks=looks(world.group_watch, satellite_m[i], world.out_of_service),
                gateway_looks=looks(world.gateway_watch, satellite_m[i], world.out_of_service),
            )


def play(world: World, skies: Iterable[Sky], permits: Bools | None = None) -> Iterator[Slot]:
    """Work out every slot, one after the other.

    permits: (terminal,) bool, a further limit on who may be served besides the world's service map; none where None.
    Raises InputError for any other shape or type.
    """
    streams = world.scenario.streams()
    permitted = _permitted(world, permits)
    consult = consulted(world)
    feeders: Feeders | None = None
    lasers: Lasers | None = None
    served = schedule.nobody(len(world.groups), len(world.elements))
    for sky in skies:
        consent = _restricted(consult(sky.start), permitted)
        served_members = np.bincount(world.groups.group, weights=consent.permitted, minlength=len(world.groups))
        beams_wanted = np.ceil(served_members / world.scenario.schedule.terminals_per_beam).astype(np.int32)
        wanted = schedule.wanted(sky.group_looks, len(world.elements))
        feeders = schedule.point_antennas(sky.gateway_looks, world.antennas, world.links, feeders, wanted)
        lasers = _lasers(world, sky, lasers)
        down = ways(
            lasers.topology,
            lasers.length_m,
            lasers.up,
            feeders,
            world.backhaul_m,
            world.gateways.pop,
            world.lane_pop,
            world.cost,
        )
        options = schedule.candidates(
            sky.group_looks,
            down.routed,
            world.lane,
            served_members > 0,
            sunlit=sky.sunlit,
            launch_year=world.launch_year,
            load=served.beams_used / np.maximum(world.beams, 1),
            before=served.satellite,
            route_cost=down.cost,
        )
        score = world.choice(options, streams.choices)
        served = schedule.assign(options, score, beams_wanted, world.beams)
        yield _slot(world, sky, feeders, lasers, down, served, consent, streams.latency)


def consulted(world: World) -> Callable[[np.datetime64], Consent]:
    """How the world's service map is asked who may be served in a slot; it is asked for anew when it changes."""
    count, service = len(world.terminals), world.service
    everybody = Consent(
        permitted=np.ones(count, dtype=np.bool_),
        disablement_code=np.full(count, DisablementCode.UNKNOWN_STATE, dtype=np.uint8),
        failed_predicates=np.zeros(count, dtype=np.int32),
        decision=np.full(count, -1, dtype=np.int32),
        service_map="",
    )
    if service is None:
        return lambda _at: everybody
    places = world.terminals.latitude_rad, world.terminals.longitude_rad, world.terminals.height_m
    answered: Consent | None = None
    until: np.datetime64 = np.datetime64("NaT", "ns")

    def asked(at: np.datetime64) -> Consent:
        nonlocal answered, until
        if answered is None or at >= until:  # terminals stay where they are: only another map answers otherwise
            obeyed = service.authority.obeyed(at)
            rules = rulebook(obeyed.service_map, service.subscribers, service.countries, over=obeyed.over)
            until = obeyed.until  # NaT, which nothing reaches, for a map that stays
            found = service_permits(rules, *places, service.speed_m_s)
            answered = Consent(
                permitted=found.allowed,
                disablement_code=found.code,
                failed_predicates=found.failed.astype(np.int32),
                decision=_ordinal(service.authority.ids, rules.service_map)[found.decision],
                service_map=rules.service_map.digest,
                release=obeyed.release,
                warnings=obeyed.warnings,
            )
        return answered

    return asked


def _ordinal(ids: tuple[str, ...], service_map: ServiceMap) -> Ints32:
    """Place among all decisions of each of the map's, and -1 at the end for "none"."""
    place = {each: number for number, each in enumerate(ids)}
    return np.array([*(place[each.id] for each in service_map.decisions), -1], dtype=np.int32)


def _restricted(consent: Consent, permitted: Bools) -> Consent:
    """Consent under the caller's further limit: where that alone refuses there is no code, for no map gave one."""
    if permitted.all():
        return consent
    alone = consent.permitted & ~permitted
    code = np.where(alone, DisablementCode.UNKNOWN_STATE, consent.disablement_code).astype(np.uint8)
    return replace(consent, permitted=consent.permitted & permitted, disablement_code=code)


def _permitted(world: World, permits: Bools | None) -> Bools:
    """The permits, checked: numbers would be taken for indices."""
    count = len(world.terminals)
    if permits is None:
        return np.ones(count, dtype=np.bool_)
    given = np.asarray(permits)
    if given.dtype != np.bool_ or given.shape != (count,):
        problem = (
            f"is {given.dtype} of shape {given.shape}, but must be bool of shape ({count},), one for each terminal"
        )
        raise InputError("these permits cannot be used", [Fault(where="permits", problem=problem)])
    return given


def _lasers(world: World, sky: Sky, before: Lasers | None) -> Lasers:
    """Which links carry traffic now: geometry allows it, nothing there has failed, and acquisition is over."""
    rules = world.scenario.lasers
    topology = world.topology
    if topology is None:
        topology = nearest_neighbours(sky.satellite_m, ~world.mute)
    length_m, possible = sightline(sky.satellite_m, topology.tail, topology.head, topology.across, rules)
    possible &= ~(world.mute[topology.tail] | world.mute[topology.head])
    if len(world.cut):
        possible &= ~np.isin(_link_keys(topology), world.cut)
    if before is None:
        held = np.full(len(topology), HELD_SINCE_EVER_S)
    elif before.topology is topology:
        held = before.held_s
    else:
        held = _carried_over(before, topology)
    held = held_s(possible, held, SLOT_S)
    return Lasers(topology=topology, length_m=length_m, held_s=held, up=possible & (held >= rules.acquisition_s))


def _link_keys(topology: Topology) -> Ints:
    return topology.tail.astype(np.int64) * topology.satellites + topology.head


def _carried_over(before: Lasers, topology: Topology) -> Floats:
    """How long links of a new topology have been held: as before where both know the link, -1 for new ones."""
    old, new = _link_keys(before.topology), _link_keys(topology)
    place = np.minimum(np.searchsorted(old, new), max(len(old) - 1, 0))
    known = old[place] == new if len(old) else np.zeros(len(new), dtype=np.bool_)
    held: Floats = np.where(known, before.held_s[place], -1.0) if len(old) else np.full(len(new), -1.0)
    return held


def _outcomes(world: World, sky: Sky, ways: Ways, satellite: Ints32, permitted: Bools) -> tuple[Bits, Ints32, Bools]:
    """Why each terminal is served or not, how many satellites passed every gate of the sky, and whether one of them had
    a way to a gateway, permitted or not.  (terminal,) each.
    """
    left = schedule.funnel(sky.group_looks, ways.routed, world.lane)[world.groups.group]
    outcome = np.full(len(satellite), Outcome.NO_BEAM_LEFT, dtype=np.uint8)
    stages = (
        (Stage.ROUTED, Outcome.NO_ROUTE),
        (Stage.UNOBSTRUCTED, Outcome.OBSTRUCTED),
        (Stage.IN_FIELD_OF_VIEW, Outcome.OUT_OF_FIELD_OF_VIEW),
        (Stage.CLEAR_OF_GSO_ARC, Outcome.GSO_ARC),
        (Stage.IN_VIEW, Outcome.NO_SATELLITE_IN_VIEW),
    )
    for stage, reason in stages:  # the first check that leaves nothing gives the reason, so it is written last
        outcome[left[:, stage] == 0] = reason
    outcome[~permitted] = Outcome.NOT_PERMITTED
    outcome[satellite >= 0] = Outcome.SERVED
    return outcome, left[:, Stage.UNOBSTRUCTED].astype(np.int32), left[:, Stage.ROUTED] > 0


def _angles(world: World, satellite_m: Floats, satellite: Ints32) -> tuple[Floats, Floats, Floats]:
    """Exact elevation, azimuth (0..2 pi) and range of each terminal's own satellite, nan where none.  (terminal,)"""
    sites = world.terminals
    sight_m = np.append(satellite_m, np.full((1, 3), np.nan), axis=0)[satellite] - sites.position_m
    east, north, up = (np.einsum("ij,ij->i", sight_m, axis) for axis in (sites.east, sites.north, sites.up))
    return (
        np.arctan2(up, np.hypot(east, north)),
        np.mod(np.arctan2(east, north), 2 * np.pi),
        np.linalg.norm(sight_m, axis=1),
    )


def _slot(
    world: World,
    sky: Sky,
    feeders: Feeders,
    lasers: Lasers,
    ways: Ways,
    served: Assignment,
    consent: Consent,
    rng: np.random.Generator,
) -> Slot:
    """What the assignment of groups means for every terminal: look, way, delay, reason."""
    model = world.scenario.latency
    group = world.groups.group
    satellite = np.where(consent.permitted, served.satellite[group], -1).astype(np.int32)
    outcome, in_reach, reachable = _outcomes(world, sky, ways, satellite, consent.permitted)
    elevation_rad, azimuth_rad, range_m = _angles(world, sky.satellite_m, satellite)
    routes = follow(ways, lasers.topology, lasers.length_m, feeders, satellite, world.lane[group])
    light_s = (range_m + routes.laser_m + routes.feeder_m) / C_M_S
    propagation_s = 2 * (light_s + routes.hops * model.hop_delay_s)
    backhaul_s = 2 * model.backhaul_s(np.append(world.backhaul_m, np.nan)[routes.gateway])
    rtt_s = propagation_s + backhaul_s + model.slot_terms_s((len(group),), rng)
    arrays: dict[str, Any] = {
        "outcome": outcome,
        "satellite": satellite,
        "beam": np.where(satellite >= 0, served.beam[group], -1).astype(np.int32),
        "gateway": routes.gateway,
        "elevation_rad": elevation_rad,
        "azimuth_rad": azimuth_rad,
        "range_m": range_m,
        "propagation_s": propagation_s,
        "backhaul_s": backhaul_s,
        "rtt_s": rtt_s,
        "laser_hops": np.where(satellite >= 0, routes.hops, -1).astype(np.int32),
        "route": routes.digest,
        "in_reach": in_reach,
        "reachable": reachable,
    }
    freeze(*arrays.values())
    return Slot(sky=sky, feeders=feeders, lasers=lasers, ways=ways, assignment=served, consent=consent, **arrays)


_KEPT = (
    "outcome",
    "satellite",
    "beam",
    "gateway",
    "elevation_rad",
    "azimuth_rad",
    "range_m",
    "propagation_s",
    "backhaul_s",
    "rtt_s",
    "laser_hops",
    "route",
    "in_reach",
    "reachable",
)
_KEPT_OF_CONSENT = ("permitted", "disablement_code", "failed_predicates", "decision")


def _service_classes(world: World) -> tuple[str, ...]:
    if world.service is None:
        return ("",) * len(world.terminals)
    return tuple(_CLASSES[number].value for number in world.service.subscribers.service_class.tolist())


_CLASSES = tuple(ServiceClass)


def gather(world: World, slots: Iterable[Slot], provenance: Provenance) -> Result:
    """The labelled arrays of a run; slots are taken one at a time and not kept."""
    shape = (world.scenario.slots, len(world.terminals))
    columns: dict[str, Any] = {}
    below = {name: np.full(shape, np.nan) for name in ("serving_latitude_rad", "serving_longitude_rad")}
    service_maps: dict[tuple[str, str], int] = {}
    warnings: dict[str, None] = {}
    service_map = np.full(shape[0], -1, dtype=np.int32)
    count = 0
    for i, slot in enumerate(islice(slots, shape[0])):
        count += 1
        for name in _KEPT + _KEPT_OF_CONSENT:
            values = getattr(slot if name in _KEPT else slot.consent, name)
            columns.setdefault(name, np.empty(shape, dtype=values.dtype))[i] = values
        if slot.consent.service_map:
            key = slot.consent.service_map, slot.consent.release
            service_map[i] = service_maps.setdefault(key, len(service_maps))
        warnings |= dict.fromkeys(slot.consent.warnings)
        chosen = slot.satellite >= 0
        latitude_rad, longitude_rad, _ = geodetic(slot.sky.satellite_m[slot.satellite[chosen]])
        below["serving_latitude_rad"][i, chosen] = latitude_rad
        below["serving_longitude_rad"][i, chosen] = longitude_rad
    if count < shape[0]:
        problem = f"{count:,} of {shape[0]:,} slots came: whatever wraps the slots must pass on every one of them"
        raise InputError("the run is not whole", [Fault(where="slots", problem=problem)])
    return Result(
        name=world.scenario.name,
        provenance=replace(provenance, warnings=tuple(dict.fromkeys((*provenance.warnings, *warnings)))),
        start=instants(world.scenario.start, world.scenario.slots),
        terminals=world.terminals,
        terminal_classes=tuple(t.terminal_class.name for t in world.scenario.terminals),
        gateways=world.gateways.sites,
        gateway_pops=world.gateways.pop,
        pops=world.pops.codes,
        satellites=world.elements.names,
        service_classes=_service_classes(world),
        decisions=() if world.service is None else world.service.authority.ids,
        service_maps=tuple(digest for digest, _ in service_maps),
        releases=tuple(release for _, release in service_maps),
        service_map=service_map,
        pop=np.append(world.gateways.pop, np.int32(-1))[columns["gateway"]],
        **columns,
        **below,
    )


def simulate(world: World, provenance: Provenance, permits: Bools | None = None) -> Result:
    """Play a world from its first slot to its last and gather what came of it."""
    return gather(world, play(world, skies(world), permits), provenance)
