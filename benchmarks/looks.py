"""Who sees whom: 1,000 terminals, 7,000 satellites, 240 slots at 25 degrees, and what the gates cost.

The workload of `speed.md` B: terminals drawn evenly by area within 60 degrees of the equator, slots 15 s apart; every
satellite at or above 25 degrees of true elevation, as lists.  Baselines in the same run, on the same positions: the full
matrix by numpy, and a k-d tree (scipy) that hands over candidates within the greatest possible range, tested exactly.
"""

import sys
from pathlib import Path

import numpy as np
from harness import pin, record, timed
from scipy.spatial import cKDTree

from hudhud.adapters.store.catalogue import embedded, read_elements
from hudhud.earth import Sites
from hudhud.orbits.positions import propagator
from hudhud.sky import Limits, looks, watch
from hudhud.sky.cube import pairs

TERMINALS, SATELLITES, SLOTS = 1_000, 7_000, 240
LEAST_RAD = np.radians(25.0)
ELEMENTS = Path(__file__).resolve().parents[2] / "shared" / "data" / "elements" / "starlink-2026-05-30.omm.csv.gz"


def terminals() -> Sites:
    rng = np.random.default_rng(1)
    longitude = rng.uniform(-np.pi, np.pi, TERMINALS)
    latitude = np.arcsin(rng.uniform(-np.sin(np.pi / 3), np.sin(np.pi / 3), TERMINALS))
    names = tuple(map(str, range(TERMINALS)))
    return Sites(names=names, latitude_rad=latitude, longitude_rad=longitude, height_m=np.zeros(TERMINALS))


def positions() -> tuple[np.ndarray, str]:
    """Positions (slot, satellite, 3) of the first 7,000 operational satellites, and where they come from."""
    start = np.datetime64("2026-05-30T12:00:12", "ns")
    at = start + np.arange(SLOTS) * np.timedelta64(15, "s")
    real = ELEMENTS.exists()
    elements = read_elements(ELEMENTS).elements if real else embedded(start)
    elements = elements.select(np.flatnonzero(elements.operational)[:SATELLITES])
    satellite_m, _ = propagator(elements).earth_fixed(at)
    return satellite_m, "real fleet of 2026-05-30" if real else "embedded synthetic fleet"


def by_matrix(sites: Sites, satellite_m: np.ndarray) -> int:
    """Count of looks by the full matrix, as three matrix products."""
    rise = sites.up @ satellite_m.T - np.einsum("sk,sk->s", sites.up, sites.position_m)[:, None]
    square = (
        np.einsum("nk,nk->n", satellite_m, satellite_m)
        - 2 * sites.position_m @ satellite_m.T
        + np.einsum("sk,sk->s", sites.position_m, sites.position_m)[:, None]
    )
    return int((rise >= np.sin(LEAST_RAD) * np.sqrt(square)).sum())


def by_tree(sites: Sites, satellite_m: np.ndarray) -> int:
    """Count of looks by a k-d tree over the satellites, built for each slot."""
    radius = np.linalg.norm(satellite_m, axis=1).max()
    least = 6_356_752.0
    reach = np.sqrt(radius**2 - (least * np.cos(LEAST_RAD)) ** 2) - least * np.sin(LEAST_RAD) + 40_000.0
    near = cKDTree(satellite_m).query_ball_point(sites.position_m, reach, workers=1)
    counts = np.fromiter(map(len, near), dtype=np.int64, count=len(near))
    site, satellite = np.repeat(np.arange(len(sites)), counts), np.concatenate(near).astype(np.int64)
    sight = satellite_m[satellite] - sites.position_m[site]
    rise = np.einsum("pk,pk->p", sight, sites.up[site])
    return int((rise >= np.sin(LEAST_RAD) * np.linalg.norm(sight, axis=1)).sum())


def main() -> int:
    pin(1)
    sites = terminals()
    satellite_m, source = positions()
    idle = np.zeros(satellite_m.shape[1], dtype=np.uint8)
    highest = float(np.nanmax(np.linalg.norm(satellite_m[0], axis=1))) + 60_000.0
    plain = Limits.same(TERMINALS, minimum_elevation_rad=LEAST_RAD)
    gated = Limits.same(
        TERMINALS,
        minimum_elevation_rad=LEAST_RAD,
        gso_avoidance_rad=np.radians(18.0),
        half_field_of_view_rad=np.radians(55.0),
        boresight_elevation_rad=np.radians(63.0),
    )
    low = Limits.same(TERMINALS, minimum_elevation_rad=LEAST_RAD, floor_elevation_rad=np.radians(20.0))
    watches = {
        name: watch(sites, limits, highest) for name, limits in (("plain", plain), ("gated", gated), ("low", low))
    }

    def lists() -> int:
        w = watches["plain"]
        found = 0
        for sky in satellite_m:
            found += len(pairs(sky, w.horizon, w.cell_offsets, w.cell_sites, w.highest_radius_m**2)[1])
        return found

    def all_looks(name: str) -> int:
        return sum(len(looks(watches[name], sky, idle)) for sky in satellite_m)

    few = satellite_m[:: SLOTS // 8]
    found = lists()
    seconds = {
        "pairs (lists only)": (timed(lists, 3), found),
        "looks: angles, ranges, no gates": (timed(lambda: all_looks("plain"), 3), all_looks("plain")),
        "looks with GSO arc and field of view": (timed(lambda: all_looks("gated"), 3), all_looks("gated")),
        "looks down to 20 degrees": (timed(lambda: all_looks("low"), 3), all_looks("low")),
        "scipy cKDTree per slot (from 8 slots)": (
            timed(lambda: [by_tree(sites, sky) for sky in few], 1) * SLOTS / len(few),
            sum(by_tree(sites, sky) for sky in few),
        ),
        "numpy full matrix (from 8 slots)": (
            timed(lambda: [by_matrix(sites, sky) for sky in few], 1) * SLOTS / len(few),
            sum(by_matrix(sites, sky) for sky in few),
        ),
    }
    own_few = sum(len(looks(watches["plain"], sky, idle)) for sky in few)
    if any(seconds[name][1] != own_few for name in seconds if "8 slots" in name) or all_looks("plain") != found:
        print(f"counts differ: {own_few} by looks, {[seconds[n][1] for n in seconds]}", file=sys.stderr)
        return 1
    base = seconds["pairs (lists only)"][0]
    rows = [
        {
            "method": name,
            "s in all": time_s,
            "ms a slot": time_s / SLOTS * 1e3,
            "looks a slot": round(count / (len(few) if "8 slots" in name else SLOTS)),
            "x pairs": time_s / base,
        }
        for name, (time_s, count) in seconds.items()
    ]
    rows.append({"method": "watch (once, 1,000 sites)", "s in all": timed(lambda: watch(sites, gated, highest), 5)})
    work = f"{TERMINALS:,} terminals, {SATELLITES:,} satellites ({source}), {SLOTS} slots at 25 degrees"
    question = f"{work}, one core: who sees whom?"
    record("looks", question, rows, baseline="pairs (lists only); counts of all methods are equal")
    return 0


if __name__ == "__main__":
    sys.exit(main())
