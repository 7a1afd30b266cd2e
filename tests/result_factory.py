"""Plausible and random results for tests: no physics is proven with them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hudhud.constants import C_M_S, MEAN_RADIUS_M
from hudhud.earth import Sites
from hudhud.report.result import Outcome, Provenance, Result

_GATEWAYS = (
    ("Warszawa", 52.2, 21.0), ("Vilnius", 54.7, 25.3), ("București", 44.4, 26.1), ("Frankfurt", 50.1, 8.7),
    ("Ankara", 39.9, 32.9), ("Milano", 45.5, 9.2), ("Sofia", 42.7, 23.3), ("London", 51.5, -0.1),
    ("New York", 40.7, -74.0), ("Seattle", 47.6, -122.3), ("Dallas", 32.8, -96.8), ("Lima", -12.0, -77.0),
    ("Santiago", -33.4, -70.7), ("São Paulo", -23.5, -46.6), ("Lagos", 6.5, 3.4), ("Nairobi", -1.3, 36.8),
    ("Johannesburg", -26.2, 28.0), ("Muscat", 23.6, 58.4), ("Manila", 14.6, 121.0), ("Tokyo", 35.7, 139.7),
    ("Sydney", -33.9, 151.2), ("Perth", -31.9, 115.9), ("Auckland", -36.8, 174.8), ("Suva", -18.1, 178.4),
    ("Anchorage", 61.2, -149.9), ("Tromsø", 69.6, 18.9), ("Punta Arenas", -53.1, -70.9), ("Honolulu", 21.3, -157.9),
)  # fmt: skip

UKRAINE = (
    ("Київ", 50.45, 30.52), ("Львів", 49.84, 24.03), ("Одеса", 46.48, 30.73),
    ("Харків", 49.99, 36.23), ("Дніпро", 48.46, 35.04), ("Чернігів", 51.50, 31.29),
)  # fmt: skip
FIJI = (("Suva", -18.14, 178.44), ("Lautoka", -17.61, 177.45), ("Taveuni", -16.85, -179.97), ("Lakeba", -18.22, -178.8))
SOUTH_POLE = (("Amundsen-Scott", -90.0, 0.0), ("Vostok", -78.46, 106.84), ("McMurdo", -77.85, 166.67))


def provenance(**changes: Any) -> Provenance:
    """Where a made-up result says it comes from."""
    values: dict[str, Any] = {
        "hudhud_version": "0.1.0",
        "scenario_toml": '# تجربة\nname = "made up"\nseed = 7\n',
        "seed": 7,
        "elements_source": "embedded fleet of May 2026",
        "elements_sha256": "",
        "synthetic": True,
        "status_counts": (("operational", 9612), ("raising", 0)),
        "quarantined": (),
        "assumptions": ("residual_ms = 12.0: assumed", "route factor of fibre = 1.5: assumed"),
        "engine": "sgp4",
    }
    return Provenance(**(values | changes))


def plausible(places: Any, slots: int = 240, seed: int = 7, outage: float = 0.01, fleet: int = 3000) -> Result:
    """A run over named places (name, latitude, longitude in degrees): circular orbits, the highest satellite serves."""
    rng = np.random.default_rng(seed)
    terminals = Sites.at([p[0] for p in places], [p[1] for p in places], [p[2] for p in places])
    gateways = Sites.at([g[0] for g in _GATEWAYS], [g[1] for g in _GATEWAYS], [g[2] for g in _GATEWAYS])
    start = np.datetime64("2026-05-30T18:00:12", "ns") + np.arange(slots) * np.timedelta64(15_000_000_000, "ns")
    shape = (slots, len(places))
    whole = {key: np.full(shape, -1, dtype=np.int32) for key in ("satellite", "gateway", "pop", "beam", "laser_hops")}
    real = {
        key: np.full(shape, np.nan)
        for key in ("rtt_s", "propagation_s", "backhaul_s", "elevation_rad", "azimuth_rad", "range_m",
                    "serving_latitude_rad", "serving_longitude_rad")
    }  # fmt: skip
    outcome = np.zeros(shape, dtype=np.uint8)
    in_reach = np.zeros(shape, dtype=np.int32)
    plane = np.repeat(rng.uniform(0, 2 * np.pi, 60), fleet // 60)
    phase = rng.uniform(0, 2 * np.pi, len(plane))
    inclination = np.radians(np.repeat(rng.choice([53.0, 53.0, 70.0, 97.6], 60), fleet // 60))
    jitter_s = rng.normal(0, 0.002, shape)
    for t in range(slots):
        angle = phase + 2 * np.pi * t * 15 / 5740
        node = plane - 7.292e-5 * 15 * t
        flat = np.cos(angle), np.sin(angle) * np.cos(inclination)
        satellite_m = (MEAN_RADIUS_M + 550e3) * np.stack(
            [
                flat[0] * np.cos(node) - flat[1] * np.sin(node),
                flat[0] * np.sin(node) + flat[1] * np.cos(node),
                np.sin(angle) * np.sin(inclination),
            ],
            axis=-1,
        )
        for j in range(len(places)):
            sight_m = satellite_m - terminals.up[j] * MEAN_RADIUS_M
            range_m = np.linalg.norm(sight_m, axis=-1)
            elevation = np.arcsin(np.clip(sight_m @ terminals.up[j] / range_m, -1, 1))
            in_reach[t, j] = np.count_nonzero(elevation > np.radians(25))
            if in_reach[t, j] == 0:
                outcome[t, j] = Outcome.NO_SATELLITE_IN_VIEW
                continue
            if rng.random() < outage:
                outcome[t, j] = rng.choice([Outcome.OBSTRUCTED, Outcome.GSO_ARC, Outcome.NO_BEAM_LEFT])
                continue
            last = whole["satellite"][t - 1, j] if t else -1
            best = int(last) if last >= 0 and elevation[last] > np.radians(40) else int(np.argmax(elevation))
            down_m = np.linalg.norm(satellite_m[best] - gateways.up * MEAN_RADIUS_M, axis=-1)
            nearest = int(np.argmin(down_m))
            hops = int(down_m[nearest] // 2_000e3)
            whole["satellite"][t, j], whole["gateway"][t, j], whole["pop"][t, j] = best, nearest, nearest % 5
            whole["beam"][t, j], whole["laser_hops"][t, j] = t % 8, hops
            real["propagation_s"][t, j] = 2 * (range_m[best] + down_m[nearest]) / C_M_S
            real["backhaul_s"][t, j] = 0.002 + 0.001 * (nearest % 5)
            real["rtt_s"][t, j] = (
                real["propagation_s"][t, j] + real["backhaul_s"][t, j] + 0.016 + abs(jitter_s[t, j]) + 0.0003 * hops
            )
            real["elevation_rad"][t, j], real["range_m"][t, j] = elevation[best], range_m[best]
            real["azimuth_rad"][t, j] = np.arctan2(
                sight_m[best] @ terminals.east[j], sight_m[best] @ terminals.north[j]
            ) % (2 * np.pi)
            x, y, z = satellite_m[best]
            real["serving_latitude_rad"][t, j] = np.arctan2(z, np.hypot(x, y))
            real["serving_longitude_rad"][t, j] = np.arctan2(y, x)
    route = np.where(whole["satellite"] >= 0, 1 + whole["satellite"] * 64 + whole["gateway"], 0).astype(np.int32)
    return Result(
        name="made up",
        provenance=provenance(),
        start=start,
        terminals=terminals,
        terminal_classes=("standard",) * len(places),
        gateways=gateways,
        gateway_pops=(np.arange(len(_GATEWAYS)) % 5).astype(np.int32),
        pops=("Warszawa", "Frankfurt", "Sofia", "London", "Milano"),
        satellites=tuple(f"STARLINK-{30000 + n}" for n in range(len(plane))),
        service_classes=("",) * len(places),
        decisions=(),
        service_maps=(),
        releases=(),
        service_map=np.full(slots, -1, dtype=np.int32),
        reachable=outcome != Outcome.NO_SATELLITE_IN_VIEW,
        permitted=np.ones(shape, dtype=np.bool_),
        disablement_code=np.zeros(shape, dtype=np.uint8),
        failed_predicates=np.zeros(shape, dtype=np.int32),
        decision=np.full(shape, -1, dtype=np.int32),
        outcome=outcome,
        in_reach=in_reach,
        route=route,
        **whole,
        **real,
    )


def world(count: int = 1000, slots: int = 24, seed: int = 7) -> Result:
    """A run over many terminals strewn over the inhabited latitudes."""
    rng = np.random.default_rng(seed)
    places = [(f"T{n:04d}", float(rng.uniform(-55, 68)), float(rng.uniform(-180, 180))) for n in range(count)]
    return plausible(places, slots=slots, seed=seed, fleet=1200)


def scattered(rng: np.random.Generator, slots: int, terminals: int, served: float = 0.7) -> Result:
    """Numbers that keep the promises of `Result` and no others: made for property tests."""
    shape = (slots, terminals)
    outcome = np.where(rng.random(shape) < served, 0, rng.integers(1, len(Outcome), shape)).astype(np.uint8)
    on = outcome == Outcome.SERVED

    def real(low: float, high: float) -> NDArray[np.float64]:
        return np.where(on, rng.uniform(low, high, shape), np.nan)

    def whole(high: int) -> NDArray[np.int32]:
        return np.where(on, rng.integers(0, high, shape), -1).astype(np.int32)

    permitted = on | (outcome != Outcome.NOT_PERMITTED)
    failed = np.where(permitted, 0, rng.integers(1, 2**25, shape)).astype(np.int32)
    code = np.where(permitted, 1, rng.integers(2, 18, shape)).astype(np.uint8)
    propagation_s, backhaul_s = real(0.004, 0.2), real(0.0, 0.05)
    return Result(
        name="scattered",
        provenance=provenance(),
        start=np.datetime64("2026-01-01T00:00:12", "ns") + np.arange(slots) * np.timedelta64(15_000_000_000, "ns"),
        terminals=Sites.at(
            [f"هدهد {n}" for n in range(terminals)],
            rng.uniform(-90, 90, terminals).tolist(),
            rng.uniform(-180, 180, terminals).tolist(),
        ),
        terminal_classes=("standard",) * terminals,
        gateways=Sites.at(["A", "B", "C"], [10.0, 20.0, 30.0], [0.0, 90.0, 180.0]),
        gateway_pops=np.array([0, 1, 0], dtype=np.int32),
        pops=("P", "Q"),
        satellites=("S1", "S2", "S3"),
        service_classes=("medical",) * terminals,
        decisions=("grant", "منع"),
        service_maps=("00" * 32, "ff" * 32),
        releases=("", "ab" * 32),
        service_map=rng.integers(0, 2, slots).astype(np.int32),
        reachable=on | (rng.random(shape) < 0.5),
        permitted=permitted,
        disablement_code=code,
        failed_predicates=failed,
        decision=rng.integers(-1, 2, shape).astype(np.int32),
        outcome=outcome,
        satellite=whole(3),
        gateway=whole(3),
        pop=whole(2),
        beam=whole(8),
        rtt_s=propagation_s + backhaul_s + 0.012,
        propagation_s=propagation_s,
        backhaul_s=backhaul_s,
        elevation_rad=real(0.3, np.pi / 2),
        azimuth_rad=real(0.0, 2 * np.pi),
        range_m=real(5e5, 2e6),
        laser_hops=whole(4),
        route=np.where(on, rng.integers(1, 5, shape), 0).astype(np.int32),
        in_reach=rng.integers(0, 30, shape).astype(np.int32),
        serving_latitude_rad=real(-np.pi / 2, np.pi / 2),
        serving_longitude_rad=real(-np.pi, np.pi),
    )
