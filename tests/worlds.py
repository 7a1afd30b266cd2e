"""Small worlds for tests: one shell, a few terminals, a gateway or two, all handed in by value."""

import numpy as np

from hudhud.earth import Sites
from hudhud.network.ground import Gateways, PointsOfPresence, PopKind
from hudhud.orbits.elements import Elements, Generation
from hudhud.orbits.positions import Engine
from hudhud.orbits.shells import Shell, walker
from hudhud.report.result import Provenance
from hudhud.scenario import Scenario, World, from_toml, world
from hudhud.service.countries import Countries
from hudhud.service.decision import Decisions
from hudhud.service.obeyed import Authority, by_decisions
from hudhud.service.territory import Territory
from hudhud.sky.terminal_class import TerminalClass
from hudhud.timescale import from_rfc3339

START = from_rfc3339("2026-05-30T18:00:12Z")

CLASSES = {
    "standard": TerminalClass(
        name="standard",
        title="Standard",
        half_field_of_view_rad=np.radians(70),
        tilt_rad=0.0,
        power_w=80.0,
        idle_power_w=20.0,
        source="test",
        assumed=(),
    )
}

HEAD = 'name = "test"\nstart = "2026-05-30T18:00:12Z"\nslots = 4\n'
KYIV = '[[terminal]]\nname = "Kyiv"\nlatitude_deg = 50.45\nlongitude_deg = 30.52\n'


def fleet(planes: int = 36, satellites_per_plane: int = 40) -> Elements:
    """One even shell at 550 km."""
    shell = Shell(
        name="test",
        altitude_m=550e3,
        inclination_rad=np.radians(53.0),
        planes=planes,
        satellites_per_plane=satellites_per_plane,
        phasing=1,
        generation=Generation.V2_MINI,
    )
    return walker(shell, START)


def ground() -> tuple[Gateways, PointsOfPresence]:
    """A gateway at Warsaw and one at Sofia, each with its own point of presence."""
    pops = PointsOfPresence(
        codes=("waw", "sof"),
        countries=("PL", "BG"),
        kinds=(PopKind.POP, PopKind.POP),
        sites=Sites.at(["Warsaw", "Sofia"], [52.23, 42.70], [21.01, 23.32]),
    )
    gateways = Gateways(
        sites=Sites.at(["Wola", "Plana"], [52.2, 42.48], [20.9, 23.42]),
        antennas=np.array([8, 8], dtype=np.int32),
        pop=np.array([0, 1], dtype=np.int32),
    )
    return gateways, pops


def read(text: str, files: dict[str, str] | None = None) -> Scenario:
    """The scenario of a text, with the names of `ground` known."""

    def file(name: str) -> str:
        if name not in (files or {}):
            raise FileNotFoundError(2, "No such file or directory", name)
        return (files or {})[name]

    return from_toml(
        text, classes=CLASSES, pops=frozenset({"waw", "sof"}), gateways=frozenset({"Wola", "Plana"}), read=file
    )


def made(
    text: str,
    elements: Elements | None = None,
    engine: Engine = Engine.SGP4,
    decisions: Decisions | None = None,
    authority: Authority | None = None,
) -> World:
    """The world of a text over the small fleet and the small ground, and under these decisions, or this authority."""
    if decisions is not None:
        authority = by_decisions(decisions)
    gateways, pops = ground()
    return world(
        read(text),
        fleet() if elements is None else elements,
        gateways,
        pops,
        engine=engine,
        authority=authority,
        countries=None if authority is None else Countries(_no_country),
    )


def _no_country(name: str) -> Territory:
    raise LookupError(f"a test asked where {name} lies")


def provenance() -> Provenance:
    """A provenance that says nothing."""
    return Provenance(
        hudhud_version="test",
        scenario_toml="",
        seed=1,
        elements_source="test",
        elements_sha256="",
        synthetic=True,
        status_counts=(("operational", 1),),
        quarantined=(),
        assumptions=(),
        engine="sgp4",
    )
