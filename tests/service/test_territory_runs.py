"""Territories as runs of cells: what is packed comes out again, and every way of asking gives the same answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.catalogue import (
    COMPUTED,
    Territories,
    TerritoryRow,
    assembled,
    merged,
    near,
    packed,
    runs,
    sea_beyond,
    unpacked,
    world,
)
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import NUMBERS, all_numbers

FULL, CENTRE, OVERLAP = Containment.FULL, Containment.CENTRE, Containment.OVERLAP
BASE = 5 * 7**5  # cells from here on belong to a hexagon, where every number is one
CELLS = st.dictionaries(st.integers(0, 60), st.sampled_from([0, 1, 2]), max_size=40)


def row(name, kind):
    return TerritoryRow(
        id=name,
        kind=kind,
        name_en=f"Land {name}",
        name_ar="",
        country="",
        claimed_by=(),
        controlled_by="",
        points_of_view=(),
        source="",
        source_date="",
        source_sha256="",
        feature="",
        worldview="",
        note="",
        claims_source="",
        claims_date="",
        cells=(0, 0, 0),
        digests=("f", "c", "o"),
    )


def levels(of):
    """Cells of the three modes from the strongest mode of each."""
    return [
        np.array(sorted(BASE + cell for cell, level in of.items() if level <= top), dtype=np.int32) for top in range(3)
    ]


def catalogue(drawn) -> Territories:
    kinds = [Kind.COUNTRY, Kind.REGION, Kind.AREA, Kind.SEA]
    ids = [f"T{n}" for n in range(len(drawn))]
    rows = [row(name, kinds[n % 4]) for n, name in enumerate(ids)]
    rows += [row("sea.high", Kind.SEA), row("world", Kind.WORLD)]
    return assembled(rows, [(ids, merged([runs(*levels(of)) for of in drawn]))])


@settings(deadline=None, max_examples=60)
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_what_is_packed_comes_out_again(drawn) -> None:
    ids = [f"T{n}" for n in range(len(drawn))]
    named, kept = unpacked(packed(ids, merged([runs(*levels(of)) for of in drawn])))
    assert list(named) == ids
    for place, of in enumerate(drawn):
        for mode, expected in zip((FULL, CENTRE, OVERLAP), levels(of), strict=True):
            assert np.array_equal(kept.numbers(place, mode), expected)


@settings(deadline=None, max_examples=8)
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_one_cell_and_many_cells_are_told_the_same(drawn) -> None:
    known = catalogue(drawn)
    asked = np.array([BASE + 30, BASE, BASE + 7, BASE + 60, BASE + 30], dtype=np.int32)
    for mode in Containment:
        offsets, rows = known.members(asked, frozenset(Kind), mode)
        for n, number in enumerate(asked.tolist()):
            found = [known.rows[place].id for place in rows[offsets[n] : offsets[n + 1]]]
            own = [each for each in known.ids if number in known.territory(each, mode).number]
            assert found == own
    for number in asked.tolist():
        for each, strongest in known.at(number):
            assert number in known.territory(each, strongest).number


def test_the_world_is_every_cell() -> None:
    assert np.array_equal(world().numbers(0, FULL), all_numbers())


def test_the_sea_beyond_is_what_is_left() -> None:
    some = merged([runs(*levels({1: 0, 2: 1, 3: 2, 40: 2}))])
    left = sea_beyond(some).numbers(0, OVERLAP)
    assert np.array_equal(np.union1d(left, some.numbers(0, OVERLAP)), all_numbers())
    assert not np.intersect1d(left, some.numbers(0, OVERLAP)).size


def test_a_number_that_is_no_cell_belongs_to_nothing() -> None:
    known = catalogue([{1: 0}])
    assert known.at(-1) == known.at(NUMBERS) == ()


def test_a_table_that_misses_a_territory_is_refused() -> None:
    with pytest.raises(InputError, match="T1"):
        assembled(
            [row("T0", Kind.COUNTRY), *(row(each, Kind.SEA) for each in COMPUTED)],
            [(["T0", "T1"], merged([world()] * 2))],
        )


def test_an_unknown_id_is_answered_with_near_ones() -> None:
    known = catalogue([{1: 0}, {2: 0}])
    with pytest.raises(InputError, match=r"'t0'.*did you mean T0 \(Land T0\)\? .*hudhud territory list"):
        known.row("t0")
    with pytest.raises(InputError, match="nothing is called like it"):
        known.territory("zzzzz", FULL)
    assert [each.id for each in near("land t1", known.rows)] == ["T1"]
