"""Regenerate gateways.csv, pops.csv and cities-hypatia-100.csv in src/hudhud/data from the reference data beside the project.

    python builders/gateways.py        (reads ../shared/data/ground; what else it needs: builders/natural_earth.py)

* Gateways: only sites marked operational; facts rounded to 0.01 degrees.  No two operational sites of the two maps lie
  within 5 km of each other, so none is merged.
* antennas: as counted in January 2024 where known, else ASSUMED_ANTENNAS with antennas_assumed = 1.
* country: by the shape that holds the point (or the nearest one; some sites stand on a pier).
* pop: nobody publishes which point of presence a site belongs to.  Assumed: the nearest one by great circle that stands
  in a public exchange building (kind netfac), in the same country where that country has one.  Kinds `pop` and
  `community_gateway` are places such as Point Hope, Kuujjuaq or Lihir that feed one village or mine: no site is bound to
  them.
"""

import csv
import math
from pathlib import Path

import shapely
from natural_earth import countries

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TARGET = ROOT.parent / "shared" / "data" / "ground", ROOT / "src" / "hudhud" / "data"
ASSUMED_ANTENNAS = 8
OWN_CODES = {"Salt Lake City": "own-slc2"}
MAPS = {"2026-03-20": "community map of 2026-03-20", "live map early 2026": "community live map of early 2026"}


def main() -> None:
    """Write the three tables."""
    shapes = countries()
    tree = shapely.STRtree([shape for _, shape in shapes])

    def country(row: dict[str, str]) -> str:
        point = shapely.Point(float(row["longitude_deg"]), float(row["latitude_deg"]))
        return shapes[tree.nearest(point)][0]

    pops = [pop | {"iso": country(pop), "code": pop["code"] or OWN_CODES[pop["city"]]} for pop in rows("pops.csv")]
    gateways = [row | {"iso": country(row)} for row in rows("gateways.csv") if row["status"] == "operational"]
    exchanges = sorted((pop for pop in pops if pop["kind"] == "netfac"), key=lambda pop: pop["code"])
    write("pops.csv", [pop_row(pop) for pop in sorted(pops, key=lambda pop: pop["code"])])
    write("gateways.csv", [gateway_row(gateway, bound(gateway, exchanges)) for gateway in gateways])
    cities = [
        {
            "name": row["name"],
            "latitude_deg": row["latitude_deg"],
            "longitude_deg": row["longitude_deg"],
            "height_m": "0",
        }
        for row in rows("cities-hypatia-100.csv")
    ]
    write("cities-hypatia-100.csv", cities)


def rows(name: str) -> list[dict[str, str]]:
    """A reference table."""
    with (SOURCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, table: list[dict[str, str]]) -> None:
    """Write a table of the package."""
    with (TARGET / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(f"{name}: {len(table)} rows")


def rounded(row: dict[str, str]) -> dict[str, str]:
    """Coordinates to 0.01 degrees."""
    return {key: f"{float(row[key]):.2f}" for key in ("latitude_deg", "longitude_deg")}


def pop_row(pop: dict[str, str]) -> dict[str, str]:
    """One line of pops.csv."""
    fixed = {"code": pop["code"], "city": pop["city"], "country": pop["iso"], **rounded(pop), "kind": pop["kind"]}
    return fixed | {"source": "public GeoIP feed and PeeringDB, 2026-04-16"}


def gateway_row(gateway: dict[str, str], pop: dict[str, str]) -> dict[str, str]:
    """One line of gateways.csv."""
    counted = gateway["antennas_2024"]
    return {
        "name": gateway["name"],
        "country": gateway["iso"],
        **rounded(gateway),
        "antennas": str(int(float(counted))) if counted else str(ASSUMED_ANTENNAS),
        "antennas_assumed": "0" if counted else "1",
        "band": gateway["band_2024"],
        "pop": pop["code"],
        "source": "; ".join(MAPS[name] for name in gateway["sources"].split("; ")),
    }


def bound(gateway: dict[str, str], exchanges: list[dict[str, str]]) -> dict[str, str]:
    """The point of presence that a gateway is taken to belong to."""
    at_home = [pop for pop in exchanges if pop["iso"] == gateway["iso"]]
    return min(at_home or exchanges, key=lambda pop: haversine(gateway, pop))


def haversine(a: dict[str, str], b: dict[str, str]) -> float:
    """A number that grows with great-circle distance."""
    lat_a, lon_a, lat_b, lon_b = (math.radians(float(p[k])) for p in (a, b) for k in ("latitude_deg", "longitude_deg"))
    level = math.sin((lon_b - lon_a) / 2) ** 2
    return math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * level


if __name__ == "__main__":
    main()
