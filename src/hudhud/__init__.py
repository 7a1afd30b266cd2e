"""Hudhud: a low-orbit satellite-internet system in software.

    import hudhud

    loaded = hudhud.load("scenarios/ukraine.toml")           # or elements="starlink.csv.gz" for the real fleet
    result = hudhud.run(loaded)
    hudhud.to_xarray(result).rtt_ms.median("slot")

`docs/reference/api.md` lists what is here.  Names are looked up when they are first used, so that importing the package
costs nothing (numba and numpy are loaded with the first name that needs them).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOME = {
    "load": "hudhud.adapters.run",
    "run": "hudhud.adapters.run",
    "read_elements": "hudhud.adapters.store.catalogue",
    "read_result": "hudhud.adapters.store.results",
    "write_result": "hudhud.adapters.store.results",
    "to_xarray": "hudhud.adapters.labelled",
    "to_pandas": "hudhud.adapters.labelled",
    "Result": "hudhud.report.result",
    "Run": "hudhud.adapters.run",
    "EarthOrientation": "hudhud.earth",
    "Outcome": "hudhud.report.result",
    "Elements": "hudhud.orbits.elements",
    "Sites": "hudhud.earth",
    "World": "hudhud.scenario",
    "play": "hudhud.simulate",
    "skies": "hudhud.simulate",
    "HudhudError": "hudhud.errors",
}

__all__ = [
    "EarthOrientation",
    "Elements",
    "HudhudError",
    "Outcome",
    "Result",
    "Run",
    "Sites",
    "World",
    "__version__",
    "load",
    "play",
    "read_elements",
    "read_result",
    "run",
    "skies",
    "to_pandas",
    "to_xarray",
    "write_result",
]

if TYPE_CHECKING:
    from hudhud.adapters.labelled import to_pandas, to_xarray
    from hudhud.adapters.run import Run, load, run
    from hudhud.adapters.store.catalogue import read_elements
    from hudhud.adapters.store.results import read_result, write_result
    from hudhud.earth import EarthOrientation, Sites
    from hudhud.errors import HudhudError
    from hudhud.orbits.elements import Elements
    from hudhud.report.result import Outcome, Result
    from hudhud.scenario import World
    from hudhud.simulate import play, skies


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'hudhud' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
