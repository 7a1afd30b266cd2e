"""A small world of 40 cells for impacts: two countries, a disputed region between them, one's sea, and seven places."""

from dataclasses import replace

import numpy as np

from hudhud.service.catalogue import Territories, TerritoryRow, merged, runs
from hudhud.service.decision import Decision
from hudhud.service.places import Places
from hudhud.service.territory import Kind, Territory, digest_of
from hudhud.service.vocabulary import Containment, ServiceState
from service.decision_factory import WORLD, base, decision

__all__ = ["PLACES", "TERRITORIES", "WORLD", "held", "of", "standing"]

# id, kind, country, claimants, controller, cells under full, centre, overlap
_SHAPES = (
    ("AAA", Kind.COUNTRY, "AAA", ("AAA",), "AAA", (42, 50), (41, 52), (40, 54)),
    ("BBB", Kind.COUNTRY, "BBB", ("BBB",), "BBB", (55, 63), (53, 64), (51, 66)),
    ("AAA.march", Kind.REGION, "AAA", ("AAA", "BBB"), "BBB", (48, 50), (47, 51), (46, 53)),
    ("AAA.sea", Kind.SEA, "AAA", ("AAA",), "AAA", (68, 70), (67, 71), (66, 72)),
    ("world", Kind.WORLD, "", (), "", (40, 80), (40, 80), (40, 80)),
)


def _cells(span: tuple[int, int]) -> np.ndarray:
    return np.arange(*span, dtype=np.int32)


def _row(name: str, kind: Kind, country: str, claimed_by: tuple[str, ...], controlled_by: str, *spans: tuple[int, int]):
    sets = [_cells(span) for span in spans]
    digests = tuple(digest_of(cells, mode) for cells, mode in zip(sets, Containment, strict=True))
    return TerritoryRow(
        id=name, kind=kind, name_en=f"Land {name}", name_ar="بلاد", country=country, claimed_by=claimed_by,
        controlled_by=controlled_by, points_of_view=(), source="made up", source_date="", source_sha256="", feature="",
        worldview="", note="", claims_source="", claims_date="", cells=tuple(map(len, sets)), digests=digests,
    )  # fmt: skip


TERRITORIES = Territories(
    rows=tuple(_row(*shape) for shape in _SHAPES),
    runs=merged([runs(*(_cells(span) for span in shape[5:])) for shape in _SHAPES]),
)


def _places() -> Places:
    """A place of 1,000 people in cell 43, of 2,000 in 44, and so on; those of 50 in 52 stand on the border."""
    number = np.array([43, 44, 48, 52, 57, 69, 79], dtype=np.int32)
    population = np.array([1_000, 2_000, 4_000, 50, 8_000, 16, 32], dtype=np.int64)
    names = ("Aster", "Birch", "Cedar", "Dune", "Elm", "Fig", "Gorse")
    return Places(
        number=number,
        people=population,
        count=np.ones(7, dtype=np.int64),
        place_number=number.copy(),
        latitude_rad=np.zeros(7),
        longitude_rad=np.zeros(7),
        population=population.copy(),
        country=np.array([0, 0, 0, 0, 1, 0, 1], dtype=np.int64),
        part_of=np.full(7, -1, dtype=np.int64),
        names_en=names,
        names_ar=("", "سدر", "", "", "", "", ""),
        countries=("AAA", "BBB"),
    )


PLACES = _places()


def of(name: str, containment: Containment) -> Territory:
    """A territory of the catalogue."""
    return TERRITORIES.territory(name, containment)


def held(name: str, containment: Containment) -> set[int]:
    """Its cells."""
    return set(of(name, containment).number.tolist())


def standing() -> list[Decision]:
    """Nothing is offered, but BBB is served."""
    served = decision("bbb", 1, of("BBB", Containment.FULL))
    return [base(), replace(served, state=ServiceState.SERVED)]
