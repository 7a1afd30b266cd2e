"""Every input of a run.

Comes in: the text of a TOML file, a fleet, the ground.  Goes out: `Scenario`, one frozen value in SI units, and `World`,
the same made ready for slots (indices, limits, tables; nothing in it changes while a run lasts).  Wrong text is refused
whole, with every fault and its key path.  Start with `from_toml` and `world`.
"""

from hudhud.scenario.toml import from_toml
from hudhud.scenario.values import (
    FleetRules,
    GatewayRules,
    OwnGateway,
    Scenario,
    ScheduleRules,
    Streams,
    Terminal,
)
from hudhud.scenario.world import World, world

__all__ = [
    "FleetRules",
    "GatewayRules",
    "OwnGateway",
    "Scenario",
    "ScheduleRules",
    "Streams",
    "Terminal",
    "World",
    "from_toml",
    "world",
]
