"""What a run leaves behind: one frozen value, labelled, from which every table, picture and file is made."""

from dataclasses import dataclass
from enum import IntEnum

from hudhud.arrays import Bits, Bools, Floats, Instants, Ints32, freeze
from hudhud.earth import Sites

__all__ = ["Outcome", "Provenance", "Result"]


class Outcome(IntEnum):
    """Why a terminal was served in a slot, or why not.  The order is the order of the checks."""

    SERVED = 0
    NOT_PERMITTED = 1
    NO_SATELLITE_IN_VIEW = 2
    GSO_ARC = 3
    OUT_OF_FIELD_OF_VIEW = 4
    OBSTRUCTED = 5
    NO_ROUTE = 6
    NO_BEAM_LEFT = 7

    @property
    def sentence(self) -> str:
        """The reason in words that a terminal's owner can read."""
        return _SENTENCES[self]


_SENTENCES = {
    Outcome.SERVED: "served",
    Outcome.NOT_PERMITTED: "service is not permitted here",
    Outcome.NO_SATELLITE_IN_VIEW: "no satellite in service above the minimum elevation",
    Outcome.GSO_ARC: "every satellite in view stood too close to the geostationary arc",
    Outcome.OUT_OF_FIELD_OF_VIEW: "every satellite left stood outside the terminal's field of view",
    Outcome.OBSTRUCTED: "every satellite left stood behind an obstacle",
    Outcome.NO_ROUTE: "no satellite in reach had a way to a gateway",
    Outcome.NO_BEAM_LEFT: "every satellite in reach had all its beams in use",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where a result comes from, enough to make it again.

    scenario_toml: the scenario as read.  elements_source: file name, or the name of the embedded fleet.
    elements_sha256: digest of the bytes read, "" for an embedded fleet.  synthetic: True for an embedded fleet.
    status_counts, quarantined: satellites by status name, records that could not be read.  assumptions: one line for
    each parameter that rests on an assumption.  engine: the SGP4 engine used.  record: which record was obeyed, how far it
    went and its root, "" for none.  warnings: what somebody should look at: releases refused, lists that were not at hand.
    """

    hudhud_version: str
    scenario_toml: str
    seed: int
    elements_source: str
    elements_sha256: str
    synthetic: bool
    status_counts: tuple[tuple[str, int], ...]
    quarantined: tuple[str, ...]
    assumptions: tuple[str, ...]
    engine: str
    record: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Result:
    """Slots of a run.  Time is the first axis, terminals the second.

    start (slot,) UTC; terminals, gateways: sites with names; pops: names; satellites: names.
    outcome (slot, terminal): `Outcome` as uint8.
    satellite, gateway, pop (slot, terminal): index into the names, -1 where not served.
    beam (slot, terminal): number of the beam on its satellite, -1 where not served.
    rtt_s, propagation_s, backhaul_s (slot, terminal): round trip terminal to point of presence, whole and its
    light-time and fibre parts, nan where not served.
    elevation_rad, azimuth_rad, range_m (slot, terminal): of the serving satellite, nan where not served.
    laser_hops (slot, terminal): lasers crossed, 0 for a bent pipe, -1 where not served.
    route (slot, terminal): a number that changes exactly when the sequence of nodes changes, 0 where not served.
    in_reach (slot, terminal): satellites that passed every gate of the sky.
    serving_latitude_rad, serving_longitude_rad (slot, terminal): point under the serving satellite, nan where not
    served.

    Physics and permission are two answers.  reachable (slot, terminal): some satellite passed every gate and had a way to
    a gateway, permitted or not.  permitted (slot, terminal): the service map allowed it, reachable or not.
    disablement_code (slot, terminal): the code that the terminal shows (`hudhud.service.vocabulary.DisablementCode`), 0
    where no service map was asked.  failed_predicates (slot, terminal): bit n is set where
    `hudhud.service.predicates.Predicate(n)` failed.  decision (slot, terminal): index into decisions, their ids, of the
    one it rests on, -1 where none was asked.  service_classes (terminal,): for whom each works, "" where none was asked.
    service_map (slot,): index into service_maps, the digests of the maps in force, -1 where none was asked.  releases: leaf of
    the entry of a record that released each of these maps, "" where none did.
    """

    name: str
    provenance: Provenance
    start: Instants
    terminals: Sites
    terminal_classes: tuple[str, ...]
    service_classes: tuple[str, ...]
    gateways: Sites
    gateway_pops: Ints32
    pops: tuple[str, ...]
    satellites: tuple[str, ...]
    decisions: tuple[str, ...]
    service_maps: tuple[str, ...]
    releases: tuple[str, ...]
    service_map: Ints32
    outcome: Bits
    satellite: Ints32
    gateway: Ints32
    pop: Ints32
    beam: Ints32
    rtt_s: Floats
    propagation_s: Floats
    backhaul_s: Floats
    elevation_rad: Floats
    azimuth_rad: Floats
    range_m: Floats
    laser_hops: Ints32
    route: Ints32
    in_reach: Ints32
    serving_latitude_rad: Floats
    serving_longitude_rad: Floats
    reachable: Bools
    permitted: Bools
    disablement_code: Bits
    failed_predicates: Ints32
    decision: Ints32

    def __post_init__(self) -> None:
        freeze(
            self.start, self.gateway_pops, self.outcome, self.satellite, self.gateway, self.pop, self.beam, self.rtt_s,
            self.propagation_s, self.backhaul_s, self.elevation_rad, self.azimuth_rad, self.range_m, self.laser_hops,
            self.route, self.in_reach, self.serving_latitude_rad, self.serving_longitude_rad, self.service_map,
            self.reachable, self.permitted, self.disablement_code, self.failed_predicates, self.decision,
        )  # fmt: skip
