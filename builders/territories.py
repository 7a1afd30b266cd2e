"""Regenerate territories.csv, territories.npz and seas.npz of src/hudhud/data: named areas as sets of cells.

    PYTHONPATH=src python builders/territories.py WORLD_MAP_GPKG BORDERS_GEOJSON

What the two files are and what else is needed: builders/territory_shapes.py.  Tables read beside this file: regions.csv (which
regions, and how they are called now), names_ar.csv (Arabic names that Natural Earth lacks), claims.csv (who claims and who
controls, each with the document it is taken from).  Takes some minutes.
"""

import csv
import dataclasses
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from territory_shapes import Drawn, Sources, areas, overseas, polygonal, remote_islands, seas, shared_out

from hudhud.service.catalogue import Runs, assembled, merged, packed, parse_rows, runs
from hudhud.service.shapes import footprint
from hudhud.service.territory import Kind, digest_of
from hudhud.service.vocabulary import Containment

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "hudhud" / "data"
FILES = ("territories.npz", "seas.npz")
CODES = {"KOS": "XKX", "CLP": "CLP", "BRI": "BRI", "IOA": "IOA", "CSI": "CSI", "ATC": "ATC"}
NO_COUNTRY = ("BRI", "BRT", "PGA", "SCR")  # admin-0 features that are nobody's country
PARENT = {"BES": "NLD", "BVT": "NOR", "CCK": "AUS", "CXR": "AUS", "SJM": "NOR", "TKL": "NZL"}
MODES = tuple(Containment)


@dataclasses.dataclass(kw_only=True)
class Entry:
    """A territory on its way into the files."""

    id: str
    kind: Kind
    name_en: str
    name_ar: str
    drawn: Drawn
    country: str = ""
    views: str = ""


def main() -> None:
    """Write the three files."""
    sources = Sources(Path(sys.argv[1]), Path(sys.argv[2]))
    names = {row["id"]: row for row in table("names_ar.csv")}
    entries = [*countries(sources, names), *parts(sources, names)]
    entries += list(waters(sources, {entry.id: entry for entry in entries}))
    claims = {row["id"]: row for row in table("claims.csv")}
    kept: dict[str, Runs] = {}
    for entry in entries:
        print(f"\r{len(kept)}/{len(entries)} {entry.id:16}", end="", file=sys.stderr, flush=True)
        kept[entry.id] = cells(entry.drawn)
    for file in FILES:
        ids = sorted(entry.id for entry in entries if entry.drawn.source.file == file)
        np.savez_compressed(TARGET / file, **packed(ids, merged([kept[each] for each in ids])))
    write(entries, claims, kept)


def table(name: str) -> list[dict[str, str]]:
    """Rows of a table beside this file."""
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def cells(drawn: Drawn) -> Runs:
    """The cells of a shape under the three modes."""
    found = footprint(drawn.shape)
    return runs(*(found.cells(mode) for mode in MODES))


def code_of(record: dict[str, Any]) -> str:
    """Id of an admin-0 feature: ISO 3166-1 alpha-3, where it has none of its own the code of the source."""
    own = str(record["ADM0_A3"])
    iso = str(record["ISO_A3_EH"])
    return CODES.get(own, own if iso == "-99" else iso)


def countries(sources: Sources, names: dict[str, dict[str, str]]) -> Iterator[Entry]:
    """Every admin-0 feature, and the parts that ISO counts apart."""
    sovereign = {record["ADMIN"]: code_of(record) for record, _ in sources.admin0}
    for record, shape in sources.admin0:
        code = code_of(record)
        own = names.get(code, {"name_en": record["NAME_EN"], "name_ar": record["NAME_AR"]})
        yield Entry(
            id=code,
            kind=Kind.AREA if code in NO_COUNTRY else Kind.COUNTRY,
            name_en=own["name_en"],
            name_ar=own["name_ar"],
            drawn=Drawn(shape=shape, source=sources.admin0_source, feature=f"{record['ADM0_A3']}: {record['ADMIN']}"),
            country=sovereign.get(record["SOVEREIGNT"], code),
            views=points_of_view(record),
        )
    for code, drawn in overseas(sources).items():
        own = names[code]
        yield Entry(id=code, kind=Kind.COUNTRY, **_names(own), drawn=drawn, country=PARENT.get(code, "FRA"))


def _names(row: dict[str, str]) -> dict[str, str]:
    return {"name_en": row["name_en"], "name_ar": row["name_ar"]}


def points_of_view(record: dict[str, Any]) -> str:
    """ "CN=CHN:Admin-1 region;..." for every view whose code or class is not the plain one.

    Views are states (alpha-2 as in the source), ISO and TLC (the source's own).  The columns of the United Nations and the
    World Bank are empty in the source.
    """
    told = []
    for view in (name.removeprefix("FCLASS_") for name in record if name.startswith("FCLASS_")):
        code = str(record.get(f"ADM0_A3_{view}", record.get(f"ADM0_{view}")))
        what = str(record.get(f"FCLASS_{view}") or "")
        plain = view in ("ISO", "TLC") and what == "Admin-0 country"
        if code != record["ADM0_A3"] or (what and not plain):
            told.append(f"{view}={code}:{what}".rstrip(":"))
    return ";".join(told)


def parts(sources: Sources, names: dict[str, dict[str, str]]) -> Iterator[Entry]:
    """Regions and disputed areas."""
    listed: dict[str, list[dict[str, str]]] = {}
    for row in table("regions.csv"):
        listed.setdefault(row["id"][:3], []).append(row)
    for code, rows in listed.items():
        shapes = {row["id"]: sources.admin1[row["source_country"], row["source_name"]] for row in rows}
        cut = "" if code == "PSE" else ", fitted to the country of Natural Earth 5.1.1"
        if code != "PSE":  # its regions are drawn with East Jerusalem, the country is not
            shapes = shared_out(sources.country[code], shapes)
        for row in rows:
            feature = f"{row['source_country']}: {row['source_name']}{cut}"
            drawn = Drawn(shape=polygonal(shapes[row["id"]]), source=sources.map_source, feature=feature)
            yield Entry(id=row["id"], kind=Kind.REGION, **_names(names[row["id"]]), drawn=drawn, country=code)
    for each, drawn in remote_islands(sources).items():
        yield Entry(id=each, kind=Kind.REGION, **_names(names[each]), drawn=drawn, country=each[:3])
    for slug, drawn in areas(sources).items():
        each = f"area.{slug}"
        yield Entry(id=each, kind=Kind.AREA, **_names(names[each]), drawn=drawn)


def waters(sources: Sources, land: dict[str, Entry]) -> Iterator[Entry]:
    """Territorial seas, and the Caspian."""
    for code, drawn in seas(sources).items():
        name_en, name_ar = f"Territorial sea of {land[code].name_en}", f"المياه الإقليمية: {land[code].name_ar}"
        country = land[code].country
        yield Entry(id=f"{code}.sea", kind=Kind.SEA, name_en=name_en, name_ar=name_ar, drawn=drawn, country=country)
    caspian = Drawn(
        shape=sources.gap(51.0, 42.0), source=sources.admin0_source, feature="the gap between its coastal states"
    )
    yield Entry(id="sea.caspian", kind=Kind.SEA, name_en="Caspian Sea", name_ar="بحر قزوين", drawn=caspian)


def write(entries: list[Entry], claims: dict[str, dict[str, str]], kept: dict[str, Runs]) -> None:
    """Write territories.csv: rows of the entries and of what is worked out from them."""
    rows = [row_of(entry, claim_of(entry, claims)) for entry in entries] + computed()
    for row in rows:
        row |= {f"{what}_{mode.value}": "0" for what in ("cells", "digest") for mode in MODES}
    save(rows)
    ids = sorted(kept)
    known = assembled(
        parse_rows((TARGET / "territories.csv").read_text(encoding="utf-8")), [(ids, merged([kept[i] for i in ids]))]
    )
    by_id = {str(row["id"]): row for row in rows}
    for each in known.ids:
        for mode in MODES:
            number = known.territory(each, mode).number
            by_id[each] |= {f"cells_{mode.value}": str(len(number)), f"digest_{mode.value}": digest_of(number, mode)}
    save([by_id[each] for each in known.ids])


def claim_of(entry: Entry, claims: dict[str, dict[str, str]]) -> dict[str, str]:
    """The row of claims of a territory; parts and seas of a disputed country share its claims unless they have their own."""
    if entry.id in claims:
        return claims[entry.id]
    parent = claims.get(entry.id.partition(".")[0])
    if parent and ";" in parent["claimed_by"]:
        return parent | {"note": ""}
    if parent and entry.id == f"{parent['id']}.sea":
        return parent | {"note": ""}
    undisputed = {"claimed_by": entry.country, "controlled_by": entry.country, "note": "", "source": "", "date": ""}
    return undisputed | {"country": entry.country}


def row_of(entry: Entry, claim: dict[str, str]) -> dict[str, str]:
    """A row of the table, without cells."""
    source = entry.drawn.source
    if not (entry.name_en and entry.name_ar):
        print(f"{entry.id}: no Arabic name yet", file=sys.stderr)
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "name_en": entry.name_en,
        "name_ar": entry.name_ar or entry.name_en,
        "country": claim["country"],
        "claimed_by": claim["claimed_by"],
        "controlled_by": claim["controlled_by"],
        "points_of_view": entry.views,
        "source": source.name,
        "source_date": source.date,
        "source_sha256": source.sha256,
        "feature": entry.drawn.feature,
        "worldview": source.worldview,
        "note": claim["note"],
        "claims_source": claim["source"],
        "claims_date": claim["date"],
    }


def computed() -> list[dict[str, str]]:
    """Rows of the territories that are worked out when the package is read."""
    shared = dict.fromkeys(
        ("country", "claimed_by", "controlled_by", "points_of_view", "claims_source", "claims_date"), ""
    )
    high = {
        "id": "sea.high",
        "kind": "sea",
        "name_en": "Sea beyond all territorial seas",
        "name_ar": "البحر خارج المياه الإقليمية",
        "feature": "every cell that touches no other territory of the two files (digest: of both, one after the other)",
        "worldview": "every claim counted",
        "note": "The three containment modes are the same cells.",
    }
    every = {
        "id": "world",
        "kind": "world",
        "name_en": "World",
        "name_ar": "العالم",
        "feature": "every cell of resolution 5",
        "worldview": "",
        "note": "The three containment modes are the same cells.",
    }
    beyond = {
        "source": "territories.npz and seas.npz of this package",
        "source_sha256": hashlib.sha256(b"".join((TARGET / file).read_bytes() for file in FILES)).hexdigest(),
        "source_date": "2025-10-02",
    }
    grid = {"source": "the H3 grid", "source_sha256": "", "source_date": "2018-06"}
    return [shared | high | beyond, shared | every | grid]


def save(rows: list[dict[str, str]]) -> None:
    """Write the table."""
    with (TARGET / "territories.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
