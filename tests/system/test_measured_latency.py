"""Round-trip times of the real fleet, held against what the operator publishes for whole territories.

One terminal at the capital stands for a territory, half an hour for a month, and nothing is fitted: the comparison says
whether the path as a whole is plausible, not whether any slot is right.
"""

import csv

import numpy as np

from hudhud.adapters.run import prepare, run
from shared_data import shared_data

CAPITALS = {
    "ALB": (41.33, 19.82),
    "ARG": (-34.60, -58.40),
    "ARM": (40.18, 44.50),
    "AZE": (40.40, 49.87),
    "BGR": (42.70, 23.30),
    "CHL": (-33.45, -70.67),
    "CRI": (9.93, -84.08),
    "DOM": (18.47, -69.90),
    "ECU": (-0.18, -78.47),
    "FIN": (60.17, 24.94),
    "FJI": (-18.14, 178.44),
    "FRA": (48.85, 2.35),
    "GBR": (51.50, -0.12),
    "GHA": (5.60, -0.19),
    "IRL": (53.35, -6.26),
    "ISL": (64.10, -21.90),
    "KAZ": (51.16, 71.47),
    "LTU": (54.70, 25.30),
    "LVA": (56.95, 24.10),
    "MDA": (47.00, 28.86),
    "MNG": (47.90, 106.90),
    "ROU": (44.43, 26.10),
    "YEM": (15.40, 44.20),
}


def test_median_round_trips_of_territories_are_near_the_published_ones() -> None:
    with shared_data("measured/latency-by-territory-2026-09.csv").open(encoding="utf-8") as file:
        published = {row["iso3"]: float(row["latency_p50_ms"]) for row in csv.DictReader(file)}
    known = [iso3 for iso3 in CAPITALS if iso3 in published]
    assert len(known) >= 20
    text = 'name = "territories"\nstart = "2026-05-30T12:00:12Z"\nslots = 120\n'
    for iso3 in known:
        latitude, longitude = CAPITALS[iso3]
        text += f'[[terminal]]\nname = "{iso3}"\nlatitude_deg = {latitude}\nlongitude_deg = {longitude}\n'
    result = run(prepare(text, shared_data("elements/starlink-2026-05-30.omm.csv.gz")))
    median_ms = np.nanmedian(result.rtt_s, axis=0) * 1e3
    off_ms = median_ms - np.array([published[iso3] for iso3 in known])
    assert abs(np.median(off_ms)) < 3
    assert np.median(np.abs(off_ms)) < 6
    assert np.corrcoef(median_ms, [published[iso3] for iso3 in known])[0, 1] > 0.6
