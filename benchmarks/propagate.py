"""How many satellite-epochs a second each engine works out, against the reference library called directly.

    python benchmarks/propagate.py

Fleet: the 10,395 satellites of the public file of 2026-05-30 where it lies beside the project, else the embedded fleet.
"""

from pathlib import Path

import numpy as np
from harness import Row, pin, record, timed
from sgp4.api import WGS72, Satrec, SatrecArray

from hudhud.adapters.store.catalogue import embedded, read_elements
from hudhud.orbits.elements import Elements
from hudhud.orbits.positions import Engine, propagator
from hudhud.timescale import from_rfc3339, instants, julian_pairs

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "elements" / "starlink-2026-05-30.omm.csv.gz"
START = from_rfc3339("2026-05-30T18:00:12Z")
SHAPES = ((1_584, 1), (None, 1), (None, 20), (None, 100))
"""Satellites (None: all) and instants per call."""


def fleet() -> Elements:
    """The elements measured with."""
    return read_elements(REAL).elements if REAL.exists() else embedded(START)


def plain(elements: Elements) -> SatrecArray:
    """The reference library as a newcomer would use it, from the same elements."""
    days = (elements.epoch - np.datetime64("1949-12-31", "ns")).astype(np.int64) / 86_400e9
    records = []
    for i in range(len(elements)):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72, "i", 0, days[i], elements.bstar_per_earth_radius[i], 0.0, 0.0, elements.eccentricity[i],
            elements.argument_of_perigee_rad[i], elements.inclination_rad[i], elements.mean_anomaly_rad[i],
            elements.mean_motion_rad_s[i] * 60, elements.raan_rad[i],
        )  # fmt: skip
        records.append(satellite)
    return SatrecArray(records)


def measure(elements: Elements, cores: int) -> list[Row]:
    """One row per shape and way."""
    rows: list[Row] = []
    for count, steps in SHAPES:
        some = elements if count is None else elements.select(np.arange(min(count, len(elements))))
        at = instants(START, steps)
        array, pair = plain(some), julian_pairs(at)
        states, repeat = len(some) * steps, 5 if steps > 1 else 101
        base_s = timed(lambda array=array, pair=pair: array.sgp4(*pair), repeat)
        ways = {"sgp4 SatrecArray, TEME with velocity": base_s}
        for engine in (Engine.SGP4, Engine.ASTROZ):
            ready = propagator(some, engine)
            position_m, codes = np.empty((steps, len(some), 3)), np.empty((steps, len(some)), dtype=np.uint8)
            ways[f"hudhud {engine.value}, TEME with velocity"] = timed(
                lambda ready=ready, at=at: ready.teme(at), repeat
            )
            ways[f"hudhud {engine.value}, Earth-fixed into own arrays"] = timed(
                lambda ready=ready, at=at, out=position_m, codes=codes: ready.earth_fixed_into(at, out, codes), repeat
            )
        rows += [
            {
                "satellites": len(some),
                "instants a call": steps,
                "cores": cores,
                "way": way,
                "ms a call": seconds * 1e3,
                "million states/s": states / seconds / 1e6,
                "times sgp4": base_s / seconds,
            }
            for way, seconds in ways.items()
        ]
    return rows


def main() -> None:
    """Measure on all cores given, then on one."""
    elements = fleet()
    given = measure(elements, pin(1_024))
    rows = [*measure(elements, pin(1)), *given]
    record(
        "propagate",
        "How many satellite-epochs a second, codes and rotation included?",
        rows,
        baseline="sgp4 SatrecArray (C++) called directly in the same run",
    )


if __name__ == "__main__":
    main()
