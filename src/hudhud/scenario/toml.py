"""The text of a scenario becomes a value.

Comes in: the text of a TOML file in the units people write (degrees, kilometres, milliseconds).  Goes out: `Scenario` in
SI units and radians.  Everything wrong with the text is reported at once, each fault with its key path, and nothing is
repaired: an unknown key is a fault too.  docs/reference/scenario.md lists the keys.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from hudhud.arrays import Floats, Floats32
from hudhud.constants import MEAN_RADIUS_M
from hudhud.errors import Fault, InputError, ScenarioError
from hudhud.links import LaserRules
from hudhud.network.latency import LatencyModel
from hudhud.scenario.mending import mended
from hudhud.scenario.subscription import ServiceTable, subscription
from hudhud.scenario.tables import (
    Float,
    Latitude,
    Longitude,
    Name,
    Share,
    Table,
    first_slot,
    longitude_rad,
    parsed,
    validated,
)
from hudhud.scenario.values import (
    FleetRules,
    GatewayRules,
    OwnGateway,
    Pattern,
    RouteBy,
    Rule,
    Scenario,
    ScheduleRules,
    ServiceRules,
    Terminal,
    spawned,
)
from hudhud.sky.mask import horizon_mask, read_obstructions
from hudhud.sky.terminal_class import TerminalClass
from hudhud.timescale import slot_start

__all__ = ["from_toml"]

_MOST_SLOTS = 60 * 5760
_MOST_TERMINALS = 200_000
_MOST_PAIRS = 268_000_000  # of slot and terminal: what one array of a stored result can hold
_Elevation = Annotated[Float, Field(ge=0, lt=90)]
_Avoidance = Annotated[Float, Field(ge=0, le=60)]


class _Fleet(Table):
    maximum_element_age_days: Annotated[Float, Field(gt=0, le=60)] = 7.0
    failed: list[Name] = Field(default_factory=list)
    failed_share: Share = 0.0


class _Sky(Table):
    minimum_elevation_deg: _Elevation = 25.0
    gso_avoidance_deg: _Avoidance = 18.0


class _Schedule(Table):
    rule: Rule = "scored"
    temperature: Annotated[Float, Field(ge=1e-6, le=10)] = 0.08
    drop_below_deg: _Elevation = 40.0
    terminals_per_beam: Annotated[int, Field(ge=1, le=100_000)] = 400
    share_cells: bool = True


class _Lasers(Table):
    pattern: Pattern = "plus_grid"
    phase_offset: Annotated[Float, Field(ge=-100, le=100)] = 0.0
    maximum_range_km: Annotated[Float, Field(gt=0, le=50_000)] | None = None
    grazing_height_km: Annotated[Float, Field(ge=0, le=1000)] = 80.0
    polar_cut_off_deg: Annotated[Float, Field(ge=0, le=90)] = 90.0
    acquisition_s: Annotated[Float, Field(ge=0, le=3600)] = 15.0
    failed_share: Share = 0.0
    failed: list[Annotated[list[Name], Field(min_length=2, max_length=2)]] = Field(default_factory=list)


class _OwnGateway(Table):
    name: Name
    latitude_deg: Latitude
    longitude_deg: Longitude
    antennas: Annotated[int, Field(ge=0, le=1000)] = 8
    pop: Name


class _Gateways(Table):
    sites: Literal["operational", "none"] = "operational"
    failed: list[Name] = Field(default_factory=list)
    failed_pops: list[Name] = Field(default_factory=list)
    minimum_elevation_deg: _Elevation = 25.0
    gso_avoidance_deg: _Avoidance = 18.0
    links_per_satellite: Annotated[int, Field(ge=1, le=16)] = 2
    antennas: Annotated[int, Field(ge=0, le=1000)] | None = None
    site: list[_OwnGateway] = Field(default_factory=list)


class _Latency(Table):
    route_by: RouteBy = "delay"
    fibre_route_factor: Annotated[Float, Field(ge=1, le=10)] = 1.5
    fibre_index: Annotated[Float, Field(ge=1, le=3)] = 1.468
    access_ms: Annotated[Float, Field(ge=0, le=10_000)] = 12.0
    hop_delay_ms: Annotated[Float, Field(ge=0, le=100)] = 0.25
    slot_term_ms: Annotated[Float, Field(ge=0, le=1000)] = 3.0


class _Mounted(Table):
    """What a terminal and a scatter of terminals have in common."""

    name: Name
    terminal_class: Annotated[str, Field(alias="class")] = "standard"
    height_m: Annotated[Float, Field(ge=-500, le=20_000)] = 0.0
    minimum_elevation_deg: _Elevation | None = None
    gso_avoidance_deg: _Avoidance | None = None
    boresight_azimuth_deg: Annotated[Float, Field(ge=-180, le=360)] | None = None
    boresight_elevation_deg: Annotated[Float, Field(ge=0, le=90)] | None = None
    pop: str = ""
    service: ServiceTable = ServiceTable()


class _Terminal(_Mounted):
    latitude_deg: Latitude
    longitude_deg: Longitude
    horizon_deg: list[Annotated[list[Float], Field(min_length=2, max_length=2)]] = Field(default_factory=list)
    obstructions: str = ""


class _Scatter(_Mounted):
    """`count` terminals drawn evenly inside a circle."""

    count: Annotated[int, Field(ge=1, le=_MOST_TERMINALS)]
    centre_latitude_deg: Latitude
    centre_longitude_deg: Longitude
    radius_km: Annotated[Float, Field(ge=0, le=20_015)]


class _Service(Table):
    standing: bool = True
    decisions: list[Name] = Field(default_factory=list)


class _File(Table):
    name: Name
    description: str = ""
    start: Annotated[np.datetime64, BeforeValidator(first_slot)]
    slots: Annotated[int, Field(ge=1, le=_MOST_SLOTS)]
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    fleet: _Fleet = _Fleet()
    sky: _Sky = _Sky()
    schedule: _Schedule = _Schedule()
    lasers: _Lasers = _Lasers()
    gateways: _Gateways = _Gateways()
    latency: _Latency = _Latency()
    service: _Service | None = None
    terminal: list[_Terminal] = Field(default_factory=list)
    scatter: list[_Scatter] = Field(default_factory=list)


def from_toml(
    text: str,
    *,
    classes: Mapping[str, TerminalClass],
    pops: frozenset[str],
    gateways: frozenset[str],
    read: Callable[[str], str],
    start: str | None = None,
    slots: int | None = None,
    seed: int | None = None,
) -> Scenario:
    """The scenario that a TOML text describes.

    classes: terminal classes by name; pops, gateways: codes and names that may be referred to.  read: the text
    of a file that the scenario names (InputError or OSError where it cannot).
    start (RFC 3339), slots, seed: instead of what the text says, and checked like it.
    Raises ScenarioError with every fault and its key path.
    """
    raw = parsed(text, "the scenario", ScenarioError)
    raw |= {key: value for key, value in (("start", start), ("slots", slots), ("seed", seed)) if value is not None}
    file, faults = validated(_File, raw, page="docs/reference/scenario.md", mend=mended)
    obstructions: dict[int, _Obstructions] = {}
    if file is not None:
        wrong = tuple(fault.where for fault in faults)
        further = _reference_faults(file, classes, pops, gateways)
        obstructions, unread = _obstructions(file, read)
        faults += [fault for fault in further + unread if not _follows(fault.where, wrong)]
    if file is None or faults:
        raise ScenarioError(f"the scenario has {len(faults):,} fault{'s' * (len(faults) > 1)}", faults)
    return _scenario(file, text, classes, obstructions)


def _follows(where: str, wrong: tuple[str, ...]) -> bool:
    """Whether a fault may only be there because something else was wrong and was taken out."""
    unnamed = any(re.fullmatch(r"gateways(\.site(\[\d+\](\.name)?)?)?", path) for path in wrong)
    inside = any(path == where or path.startswith(f"{where}[") for path in wrong)
    return inside or (unnamed and where.startswith("gateways.failed["))


def _reference_faults(
    file: _File, classes: Mapping[str, TerminalClass], pops: frozenset[str], gateways: frozenset[str]
) -> list[Fault]:
    """What pydantic cannot see: names that are doubled or refer to nothing, and sums that are too large."""
    faults: list[Fault] = []

    def require(known: bool, where: str, problem: str) -> None:
        if not known:
            faults.append(Fault(where=where, problem=problem))

    named: list[tuple[str, _Mounted]] = [(f"terminal[{i}]", t) for i, t in enumerate(file.terminal)]
    named += [(f"scatter[{i}]", t) for i, t in enumerate(file.scatter)]
    require(bool(named), "terminal", "there is no terminal: add a [[terminal]] or a [[scatter]]")
    seen: dict[str, str] = {}
    for where, mounted in named:
        other = seen.setdefault(mounted.name, where)
        require(other == where, f"{where}.name", f"{mounted.name!r} is the name of {other} already: names must differ")
        known = ", ".join(sorted(classes))
        require(
            mounted.terminal_class in classes, f"{where}.class", f"no class {mounted.terminal_class!r}: one of {known}"
        )
        require(not mounted.pop or mounted.pop in pops, f"{where}.pop", f"no point of presence {mounted.pop!r}")
    for i, terminal in enumerate(file.terminal):
        faults += _horizon_faults(f"terminal[{i}].horizon_deg", terminal.horizon_deg)
    total = len(file.terminal) + sum(scatter.count for scatter in file.scatter)
    require(total <= _MOST_TERMINALS, "scatter", f"{total:,} terminals in all: at most {_MOST_TERMINALS:,}")
    pairs = total * file.slots
    require(
        pairs <= _MOST_PAIRS,
        "slots",
        f"{file.slots:,} slots of {total:,} terminals are {pairs:,} lines: a result holds at most {_MOST_PAIRS:,}",
    )
    if total <= _MOST_TERMINALS:
        faults += _scatter_faults(file) + _id_faults(file)
    faults += _gateway_faults(file, pops, gateways)
    return faults


def _horizon_faults(where: str, corners: list[list[float]]) -> list[Fault]:
    faults: list[Fault] = []
    at: dict[float, float] = {}
    for j, (azimuth_deg, elevation_deg) in enumerate(corners):
        if not 0 <= azimuth_deg <= 360:
            problem = f"the azimuth of a corner must lie between 0 and 360; found {azimuth_deg:g}"
            faults.append(Fault(where=f"{where}[{j}]", problem=problem))
        elif not 0 <= elevation_deg <= 90:
            problem = f"the elevation of a corner must lie between 0 and 90; found {elevation_deg:g}"
            faults.append(Fault(where=f"{where}[{j}]", problem=problem))
        elif at.setdefault(azimuth_deg % 360, elevation_deg) != elevation_deg:
            problem = f"there is another elevation at azimuth {azimuth_deg:g} already"
            faults.append(Fault(where=f"{where}[{j}]", problem=problem))
    return faults


def _scatter_faults(file: _File) -> list[Fault]:
    """Names of scattered terminals that others have already."""
    taken = {terminal.name: f"terminal[{i}]" for i, terminal in enumerate(file.terminal)}
    faults = []
    for i, scatter in enumerate(file.scatter):
        names = _numbered(scatter)
        if clash := next((name for name in names if name in taken), None):
            problem = f"would name a terminal {clash!r} as {taken[clash]} does: choose another name"
            faults.append(Fault(where=f"scatter[{i}].name", problem=problem))
        taken |= dict.fromkeys(names, f"scatter[{i}]")
    return faults


def _id_faults(file: _File) -> list[Fault]:
    """Ids by which decisions would know two terminals alike: one that gives none is known by its name."""
    known: dict[str, str] = {}
    faults = []
    for i, terminal in enumerate(file.terminal):
        if not terminal.service.id:
            known.setdefault(terminal.name, f"terminal[{i}].name")
    for i, scatter in enumerate(file.scatter):
        known |= dict.fromkeys(_numbered(scatter), f"scatter[{i}].name")
        if scatter.service.id:
            problem = (
                f"is of one terminal: leave it out, each of these is known by its name ({_numbered(scatter)[0]!r}, ...)"
            )
            faults.append(Fault(where=f"scatter[{i}].service.id", problem=problem))
    for i, terminal in enumerate(file.terminal):
        id_, where = terminal.service.id, f"terminal[{i}].service.id"
        if id_ and (other := known.setdefault(id_, where)) != where:
            faults.append(
                Fault(where=where, problem=f"{id_!r} is the id of another ({other}) already: ids must differ")
            )
    return faults


def _gateway_faults(file: _File, pops: frozenset[str], gateways: frozenset[str]) -> list[Fault]:
    faults: list[Fault] = []
    names = [site.name for site in file.gateways.site]
    there = (gateways if file.gateways.sites == "operational" else frozenset()) | set(names)
    for i, site in enumerate(file.gateways.site):
        if names.index(site.name) != i or (file.gateways.sites == "operational" and site.name in gateways):
            faults.append(Fault(where=f"gateways.site[{i}].name", problem=f"there is a gateway {site.name!r} already"))
        if site.pop not in pops:
            problem = f"no point of presence {site.pop!r}: see docs/reference/ground.md for their codes"
            faults.append(Fault(where=f"gateways.site[{i}].pop", problem=problem))
    for i, name in enumerate(file.gateways.failed):
        if name not in there:
            faults.append(Fault(where=f"gateways.failed[{i}]", problem=f"no gateway {name!r} in this scenario"))
    for i, code in enumerate(file.gateways.failed_pops):
        if code not in pops:
            faults.append(Fault(where=f"gateways.failed_pops[{i}]", problem=f"no point of presence {code!r}"))
    return faults


_Obstructions = tuple[Floats | None, Floats32 | None]
"""A horizon, a map, or neither."""


def _obstructions(file: _File, read: Callable[[str], str]) -> tuple[dict[int, _Obstructions], list[Fault]]:
    """What stands in each terminal's way, by its number, and what is wrong with the files that say so."""
    found: dict[int, _Obstructions] = {}
    faults: list[Fault] = []
    for i, terminal in enumerate(file.terminal):
        where = f"terminal[{i}].obstructions"
        if terminal.horizon_deg and terminal.obstructions:
            faults.append(Fault(where=where, problem="give horizon_deg or obstructions, not both"))
        elif terminal.horizon_deg:
            azimuth_rad, elevation_rad = np.radians(np.array(terminal.horizon_deg)).T
            found[i] = (horizon_mask(azimuth_rad, elevation_rad), None)
        elif terminal.obstructions:
            try:
                masks, maps = read_obstructions(read(terminal.obstructions))
            except OSError as error:
                faults.append(Fault(where=where, problem=f"{terminal.obstructions}: {error.strerror or error}"))
            except InputError as error:
                inside = [f"{terminal.obstructions}: {each}" for each in error.faults] or [error.summary]
                faults += [Fault(where=where, problem=each) for each in inside]
            else:
                found[i] = (masks[0] if len(masks) else None, maps[0] if len(maps) else None)
    return found, faults


def _terminal(
    mounted: _Mounted,
    name: str,
    latitude_rad: float,
    longitude_rad: float,
    sky: _Sky,
    terminal_class: TerminalClass,
    obstructions: _Obstructions = (None, None),
) -> Terminal:
    minimum_deg = sky.minimum_elevation_deg if mounted.minimum_elevation_deg is None else mounted.minimum_elevation_deg
    avoidance_deg = sky.gso_avoidance_deg if mounted.gso_avoidance_deg is None else mounted.gso_avoidance_deg
    azimuth_rad, elevation_rad = terminal_class.boresight_rad(latitude_rad)
    if mounted.boresight_azimuth_deg is not None:
        azimuth_rad = math.radians(mounted.boresight_azimuth_deg)
    if mounted.boresight_elevation_deg is not None:
        elevation_rad = math.radians(mounted.boresight_elevation_deg)
    return Terminal(
        name=name,
        latitude_rad=latitude_rad,
        longitude_rad=longitude_rad,
        height_m=mounted.height_m,
        terminal_class=terminal_class,
        boresight_azimuth_rad=azimuth_rad,
        boresight_elevation_rad=elevation_rad,
        minimum_elevation_rad=math.radians(minimum_deg),
        gso_avoidance_rad=math.radians(avoidance_deg),
        horizon=obstructions[0],
        obstructions=obstructions[1],
        pop=mounted.pop,
        subscription=subscription(mounted.service, name),
    )


def _numbered(scatter: _Scatter) -> list[str]:
    """Names of scattered terminals: that of the scatter and a number."""
    width = len(str(scatter.count))
    return [f"{scatter.name} {i + 1:0{width}d}" for i in range(scatter.count)]


def _scattered(scatter: _Scatter, rng: np.random.Generator) -> list[tuple[str, float, float]]:
    """Names and places (radians) drawn evenly, by area, inside the circle."""
    angle = scatter.radius_km * 1e3 / MEAN_RADIUS_M
    away = np.arccos(1 - rng.random(scatter.count) * (1 - np.cos(angle)))
    bearing = rng.random(scatter.count) * 2 * np.pi
    lat0, lon0 = math.radians(scatter.centre_latitude_deg), math.radians(scatter.centre_longitude_deg)
    sin_lat = np.sin(lat0) * np.cos(away) + np.cos(lat0) * np.sin(away) * np.cos(bearing)
    east = np.sin(bearing) * np.sin(away) * np.cos(lat0)
    lon = lon0 + np.arctan2(east, np.cos(away) - np.sin(lat0) * sin_lat)
    return [
        (name, math.asin(max(-1.0, min(1.0, s))), math.remainder(x, 2 * math.pi))
        for name, s, x in zip(_numbered(scatter), sin_lat.tolist(), lon.tolist(), strict=True)
    ]


def _terminals(
    file: _File, classes: Mapping[str, TerminalClass], obstructions: Mapping[int, _Obstructions]
) -> tuple[Terminal, ...]:
    terminals = [
        _terminal(
            t,
            t.name,
            math.radians(t.latitude_deg),
            longitude_rad(t.longitude_deg),
            file.sky,
            classes[t.terminal_class],
            obstructions.get(i, (None, None)),
        )
        for i, t in enumerate(file.terminal)
    ]
    rng = spawned(file.seed)[0]
    for scatter in file.scatter:
        kind = classes[scatter.terminal_class]
        terminals += [_terminal(scatter, name, lat, lon, file.sky, kind) for name, lat, lon in _scattered(scatter, rng)]
    return tuple(terminals)


def _scenario(
    file: _File, text: str, classes: Mapping[str, TerminalClass], obstructions: Mapping[int, _Obstructions]
) -> Scenario:
    lasers, gateways, latency = file.lasers, file.gateways, file.latency
    return Scenario(
        name=file.name,
        description=file.description,
        text=text,
        start=slot_start(np.array([file.start]))[0],
        slots=file.slots,
        seed=file.seed,
        fleet=FleetRules(
            maximum_element_age_s=file.fleet.maximum_element_age_days * 86_400.0,
            failed=tuple(file.fleet.failed),
            failed_share=file.fleet.failed_share,
        ),
        schedule=ScheduleRules(
            rule=file.schedule.rule,
            temperature=file.schedule.temperature,
            drop_below_rad=math.radians(file.schedule.drop_below_deg),
            terminals_per_beam=file.schedule.terminals_per_beam,
            share_cells=file.schedule.share_cells,
        ),
        lasers=LaserRules(
            grazing_height_m=lasers.grazing_height_km * 1e3,
            maximum_range_m=math.inf if lasers.maximum_range_km is None else lasers.maximum_range_km * 1e3,
            polar_cut_off_rad=math.radians(lasers.polar_cut_off_deg),
            acquisition_s=lasers.acquisition_s,
        ),
        pattern=lasers.pattern,
        phase_offset=lasers.phase_offset,
        failed_laser_share=lasers.failed_share,
        failed_lasers=tuple((a, b) for a, b in lasers.failed),
        gateways=GatewayRules(
            operational=gateways.sites == "operational",
            own=tuple(
                OwnGateway(
                    name=site.name,
                    latitude_rad=math.radians(site.latitude_deg),
                    longitude_rad=longitude_rad(site.longitude_deg),
                    antennas=site.antennas,
                    pop=site.pop,
                )
                for site in gateways.site
            ),
            failed=tuple(gateways.failed),
            failed_pops=tuple(gateways.failed_pops),
            minimum_elevation_rad=math.radians(gateways.minimum_elevation_deg),
            gso_avoidance_rad=math.radians(gateways.gso_avoidance_deg),
            links_per_satellite=gateways.links_per_satellite,
            antennas=gateways.antennas,
        ),
        latency=LatencyModel(
            fibre_route_factor=latency.fibre_route_factor,
            fibre_index=latency.fibre_index,
            hop_delay_s=latency.hop_delay_ms / 1e3,
            access_s=latency.access_ms / 1e3,
            slot_term_s=latency.slot_term_ms / 1e3,
        ),
        route_by=latency.route_by,
        service=None
        if file.service is None
        else ServiceRules(standing=file.service.standing, decisions=tuple(file.service.decisions)),
        terminals=_terminals(file, classes, obstructions),
    )
