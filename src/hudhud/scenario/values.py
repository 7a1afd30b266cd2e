"""A scenario in SI units and radians: every input of a run besides elements and ground, frozen."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hudhud.arrays import Floats, Floats32
from hudhud.links import LaserRules
from hudhud.network.latency import LatencyModel
from hudhud.service.vocabulary import AccountState, Purpose, ServiceClass
from hudhud.sky.terminal_class import TerminalClass

__all__ = [
    "FleetRules",
    "GatewayRules",
    "OwnGateway",
    "Pattern",
    "RouteBy",
    "Rule",
    "Scenario",
    "ScheduleRules",
    "ServiceRules",
    "Streams",
    "Subscription",
    "Terminal",
    "spawned",
]

RouteBy = Literal["delay", "fewest_hops"]
Rule = Literal["scored", "sticky", "highest_elevation"]
Pattern = Literal["plus_grid", "three_laser_brick", "nearest_neighbours", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A terminal as the service side knows it; fields as in `hudhud.service.terminals.Subscribers`.  speed_m_s: over ground."""

    id: str
    service_class: ServiceClass
    purpose: Purpose
    account: AccountState
    supported_version: bool
    home_country: str
    abroad_s: float
    ocean_plan: bool
    plan_countries: frozenset[str]
    maximum_speed_m_s: float
    service_latitude_rad: float
    service_longitude_rad: float
    maximum_service_address_distance_m: float
    quota_used_up: bool
    speed_m_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRules:
    """Which decisions say who may be served.  standing: the packaged set; decisions: files of further ones, in order."""

    standing: bool
    decisions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Terminal:
    """One terminal: place, class, how it is mounted, and what is special about it.

    boresight_*: where the middle of its field of view points.  minimum_elevation_rad, gso_avoidance_rad: its own
    limits.  horizon: (360,) lowest clear elevation at each whole degree of azimuth; obstructions: (123, 123) map as the real
    terminal draws it; None for a free sky.
    pop: code of the point of presence its traffic must leave by, "" for whichever is nearest.
    """

    name: str
    latitude_rad: float
    longitude_rad: float
    height_m: float
    terminal_class: TerminalClass
    boresight_azimuth_rad: float
    boresight_elevation_rad: float
    minimum_elevation_rad: float
    gso_avoidance_rad: float
    horizon: Floats | None
    obstructions: Floats32 | None
    pop: str
    subscription: Subscription


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetRules:
    """How old elements may be, and which satellites fail: by name or catalogue number, or a share drawn by chance."""

    maximum_element_age_s: float
    failed: tuple[str, ...]
    failed_share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleRules:
    """The rule that ranks candidates and what a beam can serve.  share_cells: one beam serves the terminals of a cell."""

    rule: Rule
    temperature: float
    drop_below_rad: float
    terminals_per_beam: int
    share_cells: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnGateway:
    """A gateway of the scenario's own, bound to a point of presence."""

    name: str
    latitude_rad: float
    longitude_rad: float
    antennas: int
    pop: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GatewayRules:
    """Which gateways there are and what they may do.

    operational: take the packaged table of operational sites.  failed, failed_pops: names and codes that are down.
    links_per_satellite: gateways a satellite can be linked to at once.  antennas: overrides the table where not None.
    """

    operational: bool
    own: tuple[OwnGateway, ...]
    failed: tuple[str, ...]
    failed_pops: tuple[str, ...]
    minimum_elevation_rad: float
    gso_avoidance_rad: float
    links_per_satellite: int
    antennas: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """Everything a run depends on besides the elements: same scenario, same elements, same bytes out."""

    name: str
    description: str
    text: str
    start: np.datetime64
    slots: int
    seed: int
    fleet: FleetRules
    schedule: ScheduleRules
    lasers: LaserRules
    pattern: Pattern
    phase_offset: float
    failed_laser_share: float
    failed_lasers: tuple[tuple[str, str], ...]
    gateways: GatewayRules
    latency: LatencyModel
    route_by: RouteBy
    service: ServiceRules | None
    terminals: tuple[Terminal, ...]

    def streams(self) -> "Streams":
        """One stream of chance for each room, so that one room's draws never shift another's."""
        return Streams(*spawned(self.seed)[1:])


@dataclass(frozen=True, slots=True)
class Streams:
    """Generators spawned from the seed: failures drawn at the start, choices of satellites, slot terms of the latency."""

    failures: np.random.Generator
    choices: np.random.Generator
    latency: np.random.Generator


def spawned(seed: int) -> list[np.random.Generator]:
    """Four streams from one seed: places of scattered terminals, then those of `Streams`."""
    return np.random.default_rng(seed).spawn(4)  # noqa: TID251 - the one place where a seed becomes chance
