"""What two territories have in common, and the ground they cover."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.store.places import places
from hudhud.service.difference import area_m2, areas_m2, difference, ground
from hudhud.service.territory import territory
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import all_numbers, cell_number, number_of

EARTH_M2 = 4 * np.pi * 6_371_007.180918475**2


def disk(latitude_deg: float, longitude_deg: float, rings: int) -> np.ndarray:
    """Ascending numbers of the cells within so many rings of a place."""
    cells = h3.grid_disk(h3.latlng_to_cell(latitude_deg, longitude_deg, 5), rings)
    return np.sort(number_of(np.array(cells, dtype=np.int64)))


def test_the_whole_world_is_as_large_as_the_sphere():
    assert area_m2(all_numbers()) == pytest.approx(EARTH_M2, rel=1e-12)
    assert area_m2(np.zeros(0, dtype=np.int32)) == 0


def test_most_of_the_world_is_the_world_less_the_rest():
    rest = disk(50, 30, 20)
    most = np.setdiff1d(all_numbers(), rest)
    assert area_m2(most) + area_m2(rest) == pytest.approx(EARTH_M2, rel=1e-12)


def test_a_cell_has_the_area_that_the_grid_gives_it():
    one = cell_number(np.radians([50.45]), np.radians([30.52]))
    assert area_m2(one) == pytest.approx(h3.cell_area(h3.latlng_to_cell(50.45, 30.52, 5), unit="m^2"))


def test_modes_that_are_parts_of_each_other_are_measured_as_if_alone():
    sets = {mode: disk(10, 10, rings) for mode, rings in zip(Containment, (1, 3, 4), strict=True)}
    modes = {mode: territory("a", number, mode) for mode, number in sets.items()}
    assert areas_m2(modes) == pytest.approx({mode: area_m2(number) for mode, number in sets.items()})
    one = {Containment.CENTRE: modes[Containment.CENTRE]}
    assert areas_m2(one) == pytest.approx({Containment.CENTRE: area_m2(sets[Containment.CENTRE])})


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_the_three_parts_are_every_cell_of_either_once(one, two):
    a = territory("a", np.array(sorted(one), dtype=np.int32), Containment.FULL)
    b = territory("b", np.array(sorted(two), dtype=np.int32), Containment.OVERLAP)
    found = difference(a, b)
    assert set(found.only_a.tolist()) == one - two
    assert set(found.only_b.tolist()) == two - one
    assert set(found.both.tolist()) == one & two
    for part in (found.only_a, found.only_b, found.both):
        assert (np.diff(part) > 0).all() and not part.flags.writeable


def test_kyiv_has_its_people_and_the_open_sea_has_none():
    kyiv = ground(disk(50.45, 30.52, 1), places())
    assert len(kyiv) == 7 and 2e6 < kyiv.people < 4e6 and kyiv.largest[0].name_en == "Kyiv"
    sea = ground(disk(0, -30, 3), places())
    assert len(sea) == 37 and sea.people == sea.listed == 0 and sea.largest == ()
