"""A scenario file and an element file become a run; a run becomes a result.  The Python face of `hudhud simulate`."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hudhud import __version__
from hudhud.adapters.ahead import ahead
from hudhud.adapters.decisions import countries, drafted, ground, standing_decisions
from hudhud.adapters.recorded import recorded
from hudhud.adapters.store import packaged
from hudhud.adapters.store.catalogue import embedded, parsed_elements, raw_elements
from hudhud.adapters.texts import read_text
from hudhud.arrays import Bools
from hudhud.earth import NO_ORIENTATION, EarthOrientation
from hudhud.errors import InputError, ScenarioError
from hudhud.network.latency import Cost
from hudhud.network.schedule import Choice
from hudhud.orbits.elements import Elements, Status
from hudhud.orbits.positions import Engine
from hudhud.report.result import Provenance, Result
from hudhud.scenario import Scenario, World, from_toml, world
from hudhud.service.decision import decisions
from hudhud.service.obeyed import Authority, by_decisions
from hudhud.simulate import Slot, gather, play, skies
from hudhud.sky.terminal_class import terminal_classes

__all__ = ["EMBEDDED", "Run", "load", "prepare", "run"]

EMBEDDED = "embedded fleet, measured shells of 2026-05-30"
"""What a result names as its fleet where no file of elements was given."""

_LARGEST_SCENARIO_BYTES = 64 * 2**20
_LARGEST_OBSTRUCTIONS_BYTES = 4 * 2**20


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Run:
    """A world made ready, and where it came from."""

    world: World
    provenance: Provenance


def load(
    scenario: str | Path,
    elements: str | Path | None = None,
    *,
    start: str | np.datetime64 | None = None,
    slots: int | None = None,
    seed: int | None = None,
    engine: Engine | str | None = None,
    choice: Choice | None = None,
    cost: Cost | None = None,
    orientation: EarthOrientation = NO_ORIENTATION,
    record: str | Path | None = None,
    trust: str | Path | None = None,
) -> Run:
    """Read a scenario file and make it ready.

    elements: file of real elements (OMM or TLE, also .gz); the embedded synthetic fleet where None.  start (RFC 3339, or
    datetime64 in UTC), slots, seed: instead of the scenario's.  engine: "astroz" or "sgp4", the fastest there is where
    None.  choice, cost: functions of your own for ranking satellites and for routing.
    orientation: measured UT1 and polar motion.  record: folder or address of a record whose releases are obeyed, instead of
    what the scenario names; trust: a file with its root of trust, else the one that it shows.
    Raises ScenarioError, ElementsError, StaleElementsError, InputError, each with every fault.
    """
    path = Path(scenario)
    text = read_text(path, "a scenario (TOML)", _LARGEST_SCENARIO_BYTES, ScenarioError)
    try:
        return prepare(
            text,
            elements,
            folder=path.parent,
            start=start,
            slots=slots,
            seed=seed,
            engine=engine,
            choice=choice,
            cost=cost,
            orientation=orientation,
            record=record,
            trust=trust,
        )
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error.summary}", error.faults) from None


def prepare(
    text: str,
    elements: str | Path | None = None,
    *,
    folder: Path = Path(),
    start: str | np.datetime64 | None = None,
    slots: int | None = None,
    seed: int | None = None,
    engine: Engine | str | None = None,
    choice: Choice | None = None,
    cost: Cost | None = None,
    orientation: EarthOrientation = NO_ORIENTATION,
    record: str | Path | None = None,
    trust: str | Path | None = None,
) -> Run:
    """`load` for a scenario that is text already; folder: where the files are that it names."""
    gateways, pops = packaged.gateways(), packaged.pops()
    parsed = from_toml(
        text,
        classes=terminal_classes(packaged.text("terminal-classes.csv")),
        pops=frozenset(pops.codes),
        gateways=frozenset(gateways.sites.names),
        read=lambda name: read_text(
            folder / name, "a horizon or an obstruction map", _LARGEST_OBSTRUCTIONS_BYTES, ScenarioError
        ),
        start=_plain(start),
        slots=_plain(slots),
        seed=_plain(seed),
    )
    obeyed = None if record is None else recorded(record, trust)
    authority = _authority(parsed, folder) if obeyed is None else obeyed.authority
    fleet, source, digest, quarantined = _fleet(parsed, elements)
    ready = world(
        parsed,
        fleet,
        gateways,
        pops,
        engine=_engine(engine),
        choice=choice,
        cost=cost,
        orientation=orientation,
        authority=authority,
        countries=None if authority is None else countries(),
    )
    counts = np.bincount(ready.elements.status, minlength=len(Status))
    provenance = Provenance(
        hudhud_version=__version__,
        scenario_toml=text,
        seed=parsed.seed,
        elements_source=source,
        elements_sha256=digest,
        synthetic=elements is None,
        status_counts=tuple((status.name.lower(), int(counts[status])) for status in Status),
        quarantined=quarantined,
        assumptions=_assumptions(parsed),
        engine=ready.propagator.engine.value,
        record="" if obeyed is None else obeyed.name,
        warnings=() if obeyed is None else obeyed.warnings(parsed.start),
    )
    return Run(world=ready, provenance=provenance)


def run(
    loaded: Run, permits: Bools | None = None, progress: Callable[[Iterable[Slot]], Iterable[Slot]] = iter
) -> Result:
    """Play a run from its first slot to its last.

    permits: (terminal,) bool, a further limit besides the scenario's decisions; none where None.  progress: wraps the
    slots as they are made.
    Geometry is worked out in a thread ahead of schedules and routes.
    """
    slots = play(loaded.world, ahead(skies(loaded.world)), permits)
    return gather(loaded.world, progress(slots), loaded.provenance)


def _plain(value: Any) -> Any:
    """numpy's instants as RFC 3339 and its numbers as Python's; anything else as it is, for the scenario to judge."""
    if isinstance(value, np.datetime64):
        return f"{value.astype('datetime64[us]')}Z"
    return value.item() if isinstance(value, np.generic) else value


def _engine(name: Engine | str | None) -> Engine | None:
    try:
        return None if name is None else Engine(name)
    except ValueError:
        known = " or ".join(repr(engine.value) for engine in Engine)
        raise InputError(f"there is no SGP4 engine {name!r}: give {known}, or leave it out") from None


def _fleet(scenario: Scenario, elements: str | Path | None) -> tuple[Elements, str, str, tuple[str, ...]]:
    """The fleet, its source, the digest of the bytes read, and the records set aside."""
    if elements is None:
        return embedded(scenario.start), EMBEDDED, "", ()
    content = raw_elements(elements)
    catalogue = parsed_elements(content, str(elements))
    quarantined = tuple(str(record) for record in catalogue.quarantined)
    return catalogue.elements, Path(elements).name, hashlib.sha256(content).hexdigest(), quarantined


def _authority(scenario: Scenario, folder: Path) -> Authority | None:
    """The decisions that a scenario names: the packaged set or a ground that serves nobody, then its files in order."""
    if scenario.service is None:
        return None
    made = standing_decisions() if scenario.service.standing else (ground(),)
    for name in scenario.service.decisions:
        made += drafted(folder / name, made)
    return by_decisions(decisions(made))


def _assumptions(scenario: Scenario) -> tuple[str, ...]:
    """Parameters that rest on an assumption, with the value used."""
    latency, gateways = scenario.latency, scenario.gateways
    return (
        f"access residual {latency.access_s * 1e3:g} ms and slot term {latency.slot_term_s * 1e3:g} ms",
        f"{latency.hop_delay_s * 1e3:g} ms per laser hop, fibre {latency.fibre_route_factor:g} x great circle",
        "each gateway feeds the nearest point of presence in a data centre, of its own country if any; "
        "antennas where not published",
        f"{gateways.links_per_satellite} gateway links per satellite and "
        f"{scenario.schedule.terminals_per_beam} terminals per beam",
        "choice of satellites: a plausible stand-in, the real scheduler is not published",
    )
