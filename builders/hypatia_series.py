"""Regenerate tests/golden/pyephem/hypatia.json: the comparison suite's pairs, ranges measured by PyEphem.

    python builders/hypatia_series.py        needs ephem 4.2 and scipy (ephem is not a dependency of the project); 4 minutes

Hypatia measured every length with PyEphem: ground links by the range from an observer in the city, lasers from an observer at
latitude and longitude 0 by the two ranges, the angle between them and the law of cosines.  So does this, for all satellites at
2,000 steps of 0.1 s; ways are found by scipy.  Nothing of Hudhud is imported.
"""

import csv
import json
import math
from pathlib import Path

import ephem
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

ROOT = Path(__file__).resolve().parents[1]
CITIES = ROOT / "src" / "hudhud" / "data" / "cities-hypatia-100.csv"
TARGET = ROOT / "tests" / "golden" / "pyephem" / "hypatia.json"
STEPS = 2_000
C_M_S = 299_792_458.0

SHELLS = {  # planes, satellites per plane, inclination, revolutions per day, longest ground link in metres
    "Kuiper K1": (34, 34, 51.9, 14.80, 1_260_000.0),
    "Starlink S1": (72, 22, 53.0, 15.19, math.hypot(940_700.0, 550_000.0)),
}
PAIRS = (
    ("Kuiper K1", "Manila", "Sankt-Peterburg-(Saint-Petersburg)"),
    ("Kuiper K1", "Rio-de-Janeiro", "Sankt-Peterburg-(Saint-Petersburg)"),
    ("Kuiper K1", "Manila", "Dalian"),
    ("Kuiper K1", "Istanbul", "Nairobi"),
    ("Starlink S1", "Paris", "Luanda"),
)


def satellite(number: int, inclination: float, node: float, anomaly: float, motion: float) -> ephem.EarthSatellite:
    """A satellite from the text of its elements, angles in degrees with four decimals."""
    first = f"1 {number + 1:05d}U 00000ABC 00001.00000000  .00000000  00000-0  00000+0 0    0"
    second = f"2 {number + 1:05d} {inclination:8.4f} {node:8.4f} 0000001   0.0000 {anomaly:8.4f} {motion:11.8f}    0"
    return ephem.readtle(str(number), *(line + str(checksum(line)) for line in (first, second)))


def checksum(line: str) -> int:
    """Of an element line: its digits, and one for each minus, modulo ten."""
    return sum(int(c) if c.isdigit() else c == "-" for c in line) % 10


def shell(planes: int, slots: int, inclination: float, motion: float) -> tuple[list[ephem.EarthSatellite], np.ndarray]:
    """The satellites and the pairs joined by lasers, (edge, 2)."""
    flown, joined = [], []
    for o in range(planes):
        for n in range(slots):
            anomaly = 360.0 * n / slots + (180.0 / slots if o % 2 else 0.0)
            flown.append(satellite(o * slots + n, inclination, 360.0 * o / planes, anomaly, motion))
            joined += [(o * slots + n, o * slots + (n + 1) % slots), (o * slots + n, (o + 1) % planes * slots + n)]
    return flown, np.array(joined)


def observer(latitude: str, longitude: str, step: int) -> ephem.Observer:
    """At height 0; texts are degrees."""
    here = ephem.Observer()
    here.lat, here.lon, here.elevation = latitude, longitude, 0
    here.date = f"2000-01-01 00:{step // 600:02d}:{step % 600 / 10:06.3f}"
    return here


def lengths_m(flown: list[ephem.EarthSatellite], joined: np.ndarray, step: int) -> np.ndarray:
    """Of every laser link."""
    here = observer("0", "0", step)
    for body in flown:
        body.compute(here)
    a = np.array([flown[i].range for i in joined[:, 0]])
    b = np.array([flown[i].range for i in joined[:, 1]])
    angle = np.array([float(ephem.separation(flown[i], flown[j])) for i, j in joined])
    return np.sqrt(a**2 + b**2 - 2 * a * b * np.cos(angle))


def ranges_m(flown: list[ephem.EarthSatellite], city: dict[str, str], step: int) -> np.ndarray:
    """From a city to every satellite."""
    here = observer(city["latitude_deg"], city["longitude_deg"], step)
    found = []
    for body in flown:
        body.compute(here)
        found.append(body.range)
    return np.array(found)


def way(joined: np.ndarray, laser_m: np.ndarray, up_m: np.ndarray, down_m: np.ndarray, longest_m: float) -> tuple:
    """Length of the shortest way up, over lasers and down, inf where there is none, and its satellites."""
    count = len(up_m)
    rise, fall = np.flatnonzero(up_m <= longest_m), np.flatnonzero(down_m <= longest_m)
    tail = np.concatenate([joined[:, 0], joined[:, 1], np.full(len(rise), count), fall])
    head = np.concatenate([joined[:, 1], joined[:, 0], rise, np.full(len(fall), count + 1)])
    length_m = np.concatenate([laser_m, laser_m, up_m[rise], down_m[fall]])
    total_m, before = dijkstra(
        csr_array((length_m, (tail, head)), shape=(count + 2,) * 2), indices=count, return_predecessors=True
    )
    path, node = [], before[count + 1]
    while 0 <= node < count:
        path.append(int(node))
        node = before[node]
    return float(total_m[count + 1]), path[::-1]


def main() -> None:
    """Write the series."""
    with CITIES.open(encoding="utf-8") as file:
        cities = {row["name"]: row for row in csv.DictReader(file)}
    series = {pair: ([], []) for pair in PAIRS}
    for name, (planes, slots, inclination, motion, longest_m) in SHELLS.items():
        flown, joined = shell(planes, slots, inclination, motion)
        mine = [pair for pair in PAIRS if pair[0] == name]
        for step in range(STEPS):
            laser_m = lengths_m(flown, joined, step)
            sight_m = {city: ranges_m(flown, cities[city], step) for city in {c for pair in mine for c in pair[1:]}}
            for pair in mine:
                total_m, path = way(joined, laser_m, sight_m[pair[1]], sight_m[pair[2]], longest_m)
                series[pair][0].append(2 * total_m / C_M_S)
                series[pair][1].append(path)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    entries = ",\n".join(json.dumps(entry(pair, *series[pair])) for pair in PAIRS)
    TARGET.write_text(f"[\n{entries}\n]\n", encoding="utf-8")


def entry(pair: tuple[str, str, str], rtt_s: list[float], paths: list[list[int]]) -> dict[str, object]:
    """One pair: the whole series in short, the value at every full second, and each way with the step it begins at."""
    known_ms = [1e3 * value for value in rtt_s if math.isfinite(value)]
    return {
        "constellation": pair[0],
        "pair": pair[1:],
        "rtt_ms": {
            "t0": round(1e3 * rtt_s[0], 6),
            "min": round(min(known_ms), 6),
            "max": round(max(known_ms), 6),
            "mean": round(math.fsum(known_ms) / len(known_ms), 6),
        },
        "unreachable_steps": len(rtt_s) - len(known_ms),
        "ways": [[step, path] for step, path in enumerate(paths) if step == 0 or path != paths[step - 1]],
        "rtt_us_every_second": [round(1e6 * value, 3) if math.isfinite(value) else None for value in rtt_s[::10]],
    }


if __name__ == "__main__":
    main()
