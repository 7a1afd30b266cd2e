"""A refused scenario with everything wrong taken out, so that the rest can be looked at and all faults told at once.

Nothing made here is ever played: it only lets checks run that need a whole scenario (names that double, names of nothing).
"""

import copy
from collections.abc import Iterable
from typing import Any

__all__ = ["mended"]

_Location = tuple[int | str, ...]

_REQUIRED: dict[str, Any] = {  # values that no check finds fault with, for keys that have no default
    "start": "2000-01-01T00:00:12Z",
    "slots": 1,
    "count": 1,
    "latitude_deg": 0.0,
    "longitude_deg": 0.0,
    "centre_latitude_deg": 0.0,
    "centre_longitude_deg": 0.0,
    "radius_km": 0.0,
}


def mended(raw: dict[str, Any], wrong: Iterable[_Location]) -> dict[str, Any]:
    """A copy of a scenario's tables in which every wrong place has its default, or a value that stands for nothing.

    It need not be a scenario yet: not everything can be mended.
    """
    whole = copy.deepcopy(raw)
    for number, location in enumerate(wrong):
        _mend(whole, location, f"\N{REPLACEMENT CHARACTER}{number}")
    return whole


def _mend(whole: dict[str, Any], location: _Location, unnamed: str) -> None:
    """Put the nearest key at or above a wrong place right."""
    here: Any = whole
    parent, key = whole, ""
    for part in location:
        if isinstance(here, dict) and isinstance(part, str):
            parent, key, here = here, part, here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
    if key == "name" or (key == "pop" and location[0] == "gateways"):
        parent[key] = unnamed
    elif key in _REQUIRED:
        parent[key] = _REQUIRED[key]
    else:
        parent.pop(key, None)
