"""Groups of like terminals in one cell."""

import h3
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.earth import Sites
from hudhud.sky import cells_of, groups

middles = st.tuples(
    st.one_of(st.floats(-90, 90), st.sampled_from([90.0, -90.0, 0.0])),
    st.one_of(st.floats(-180, 180), st.sampled_from([180.0, -180.0])),
)


def crowd(middle: tuple[float, float], count: int, seed: int) -> Sites:
    """Sites within some 30 km of a middle."""
    rng = np.random.default_rng(seed)
    latitude = np.clip(middle[0] + rng.normal(0, 0.1, count), -90, 90)
    longitude = middle[1] + rng.normal(0, 0.1, count) / max(np.cos(np.radians(middle[0])), 1e-3)
    return Sites.at([str(i) for i in range(count)], latitude, (longitude + 180) % 360 - 180, rng.uniform(0, 2e3, count))


@given(middle=middles, seed=st.integers(0, 1000), count=st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_every_member_stands_within_the_spread_of_its_anchor(middle, seed, count):
    sites = crowd(middle, count, seed)
    keys = np.random.default_rng(seed).integers(-1, 2, count)
    found = groups(sites, keys)
    away_m = np.linalg.norm(sites.position_m - found.anchors.position_m[found.group], axis=1)
    assert (away_m <= found.spread_m[found.group] + 1e-6).all()
    assert found.spread_m.max() < 30e3
    cell = cells_of(sites)
    for number in range(len(found)):
        members = np.flatnonzero(found.group == number)
        assert members.size >= 1
        assert np.unique(cell[members]).tolist() == [found.cell[number]]
        assert np.unique(keys[members]).size == 1
        assert members.size == 1 or keys[members[0]] >= 0
        if members.size == 1:
            assert found.spread_m[number] == 0.0
    pairs = set(zip(cell.tolist(), keys.tolist(), strict=True))
    alone = int((keys < 0).sum())
    assert len(found) == len([pair for pair in pairs if pair[1] >= 0]) + alone


def test_groups_are_numbered_in_the_order_of_their_first_terminal():
    sites = Sites.at(["a", "b", "c", "d"], [50.0, 10.0, 50.001, 10.0], [30.0, 20.0, 30.0, 20.0])
    found = groups(sites, np.zeros(4, dtype=np.int64))
    assert found.group.tolist() == [0, 1, 0, 1]
    assert found.anchors.names == ("a and 1 more", "b and 1 more")
    assert found.spread_m[1] == 0.0
    assert 50.0 < found.spread_m[0] < 60.0


def test_terminals_in_one_place_have_their_anchor_exactly_there():
    sites = Sites.at(["a", "b", "c"], [-33.9] * 3, [18.4] * 3, [7.0] * 3)
    found = groups(sites, np.zeros(3, dtype=np.int64))
    assert found.anchors.position_m.tolist() == sites.position_m[:1].tolist()


def test_a_cell_across_the_antimeridian_has_its_anchor_between_its_members():
    sites = Sites.at(["west", "east"], [0.52, 0.52], [179.9999, -179.9999])
    found = groups(sites, np.zeros(2, dtype=np.int64))
    assert len(found) == 1
    assert abs(abs(np.degrees(found.anchors.longitude_rad[0])) - 180.0) < 1e-9
    assert found.spread_m[0] < 12.0


def test_cells_are_those_of_h3_at_resolution_five():
    (cell,) = cells_of(Sites.at(["Kyiv"], [50.45], [30.52])).tolist()
    assert h3.int_to_str(cell) == h3.latlng_to_cell(50.45, 30.52, 5)


def test_no_terminals_make_no_groups():
    assert len(groups(Sites.at([], [], []), np.zeros(0, dtype=np.int64))) == 0
