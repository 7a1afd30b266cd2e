"""The map says for every cell and class which decision governs, and whoever follows the rule finds the same."""

import hashlib
import json
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.store.territories import territories
from hudhud.errors import InputError
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision, Decisions, decisions
from hudhud.service.service_map import NO_PROFILE, STATES, ServiceMap, answers, compile, counts, digest_text
from hudhud.service.territory import Kind, territory
from hudhud.service.vocabulary import Containment, Layer, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import all_numbers, cell_number, h3_index, is_cell, number_of
from service.decision_factory import CLASSES, DAY, INSTANTS, WORLD, SmallWorld, area, base, day, decision
from service.slow_map import slow_answers, slow_compile

CHUNKS, SETS = 4, 100_000
MEDICAL, PRESS = ServiceClass.MEDICAL, ServiceClass.PRESS
SEEDS = st.integers(0, 2**32)
BEAM, TERMINAL = frozenset({Layer.BEAM}), frozenset({Layer.TERMINAL})


def compiled(*items: Decision, at: np.datetime64 = DAY, world: np.ndarray = WORLD) -> ServiceMap:
    return compile(decisions(items, world), at)


def governing(service_map: ServiceMap, number: int, service_class: ServiceClass = MEDICAL) -> str:
    return dict(answers(service_map, number))[service_class].id


def ns(instant: np.datetime64) -> int | None:
    return None if np.isnat(instant) else int(instant.astype(np.int64))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_two_compilers_agree_on_a_hundred_thousand_sets_of_decisions(chunk: int) -> None:
    rng = Random(chunk)
    for n in range(SETS // CHUNKS):
        if n % 500 == 0:
            small = SmallWorld(rng, most=60 if n % 2_000 == 0 else 24)
        items = small.drawn()
        every = decisions(items, small.world) if n % 50 == 0 else Decisions(all=tuple(items), world=small.world)
        at = rng.choice(INSTANTS)

        fast, slow = compile(every, at), slow_compile(every, at)

        assert fast.digest == slow.digest, (chunk, n)
        assert ns(fast.next_change_at) == slow.next_change_ns, (chunk, n)


@settings(deadline=None, max_examples=100)
@given(seed=SEEDS)
def test_every_cell_has_exactly_one_decision_for_each_class_and_it_is_the_one_of_the_rule(seed: int) -> None:
    rng = Random(seed)
    small = SmallWorld(rng)
    every = decisions(small.drawn(), small.world)
    at = rng.choice(INSTANTS)

    fast = compile(every, at)

    assert fast.governing.min() >= 0 and fast.governing.max() == len(fast.decisions) - 1
    assert np.array_equal(np.flatnonzero(fast.profile != NO_PROFILE), small.world)
    for number, row in slow_answers(every, at, small.numbers).items():
        assert answers(fast, number) == tuple(zip(ServiceClass, row, strict=True))


@settings(deadline=None, max_examples=100)
@given(seed=SEEDS)
def test_a_map_stays_until_its_next_change_and_not_longer(seed: int) -> None:
    rng = Random(seed)
    small = SmallWorld(rng)
    every = decisions(small.drawn(), small.world)
    at = rng.choice(INSTANTS)
    first = compile(every, at)
    last = day(400) if np.isnat(first.next_change_at) else first.next_change_at - np.timedelta64(1, "ns")

    inside = at + (last - at) * rng.random()

    for later in (inside, last):
        found = compile(every, later)
        assert found.digest == first.digest
        assert np.array_equal(found.profile, first.profile)
        assert ns(found.next_change_at) == ns(first.next_change_at)


@settings(deadline=None, max_examples=100)
@given(seed=SEEDS)
def test_a_decision_out_of_force_changes_nothing_and_neither_does_the_order_they_come_in(seed: int) -> None:
    rng = Random(seed)
    small = SmallWorld(rng)
    items = small.drawn()
    at = rng.choice(INSTANTS)
    map_ = compile(decisions(items, small.world), at)
    past = decision("past", 90, small.territories[0], start=day(-9), until=day(-8), review_by=day(0))
    future = decision("future", 91, small.territories[0], start=day(50))

    shuffled = rng.sample([*items, past, future], len(items) + 2)

    assert compile(decisions(shuffled, small.world), at).digest == map_.digest


@settings(deadline=None, max_examples=50)
@given(first=st.integers(0, 39), size=st.integers(1, 39), seed=SEEDS)
def test_a_grant_never_serves_a_cell_outside_its_territory(first: int, size: int, seed: int) -> None:
    numbers = WORLD[first : first + size]
    granted = decision("grant", Random(seed).randrange(1, 50), area("country", *numbers.tolist()))

    map_ = compiled(base(), granted)

    assert np.array_equal(STATES.index(ServiceState.SERVED) == map_.state_of(WORLD, 0), np.isin(WORLD, numbers))


def test_the_fewest_cells_govern_whatever_came_later() -> None:
    country = decision("country", 9, area("C", *range(40, 60)), state=ServiceState.SUSPENDED)
    town = decision("town", 3, area("T", 45, 46))

    map_ = compiled(base(), country, town)

    assert [governing(map_, number) for number in (44, 45, 46, 47, 79)] == [
        "country",
        "town",
        "town",
        "country",
        "world",
    ]


def test_at_equal_extent_the_fewest_classes_govern_then_the_latest() -> None:
    all_ = decision("all", 5, area("C", 45, 46), state=ServiceState.SUSPENDED)
    medical = decision("medical", 2, area("also C", 45, 46), classes=frozenset({MEDICAL}))
    later = decision("later", 7, area("C", 45, 46), state=ServiceState.PROHIBITED)

    map_ = compiled(base(), all_, medical, later)

    assert governing(map_, 45, MEDICAL) == "medical"
    assert governing(map_, 45, PRESS) == "later"
    assert [one.id for one in map_.decisions] == ["world", "medical", "later"]


def test_fewer_cells_come_before_fewer_classes() -> None:
    wide = decision("wide", 2, area("C", 45, 46, 47), classes=frozenset({MEDICAL}))
    narrow = decision("narrow", 1, area("T", 45, 46), state=ServiceState.SUSPENDED)

    assert governing(compiled(base(), wide, narrow), 45, MEDICAL) == "narrow"


def test_cells_of_several_territories_are_counted_once() -> None:
    twice = decision("twice", 1, area("A", 45, 46, 47), area("B", 46, 47), state=ServiceState.SUSPENDED)  # 3 cells
    four = decision("four", 2, area("C", 45, 46, 47, 48))

    assert governing(compiled(base(), twice, four), 46) == "twice"


def test_what_is_superseded_stays_ended_when_its_successor_has_lapsed() -> None:
    old = decision("old", 1, area("C", 45), start=day(0))
    new = decision("new", 2, area("C", 45), start=day(2), until=day(4), supersedes=frozenset({"old"}))
    every = decisions([base(), old, new], WORLD)

    found = [governing(compile(every, day(at)), 45) for at in (-1, 0, 1.9, 2, 3.9, 4, 300)]

    assert found == ["world", "old", "old", "new", "new", "world", "world"]
    assert [ns(compile(every, day(at)).next_change_at) for at in (-1, 0, 2, 4)] == [
        ns(day(0)), ns(day(2)), ns(day(4)), None
    ]  # fmt: skip


def test_what_is_superseded_before_it_began_ends_nothing() -> None:
    old = decision("old", 1, area("C", 45))
    planned = decision("planned", 2, area("C", 45), start=day(5), supersedes=frozenset({"old"}))
    called_off = decision("called-off", 3, area("D", 50), start=day(3), supersedes=frozenset({"planned"}))

    map_ = compiled(base(), old, planned, called_off, at=day(6))

    assert governing(map_, 45) == "old"
    assert np.isnat(map_.next_change_at)


def test_what_is_superseded_at_the_instant_it_begins_still_ends_what_it_supersedes() -> None:
    first = decision("first", 1, area("C", 45))
    second = decision("second", 2, area("C", 45), supersedes=frozenset({"first"}))
    third = decision("third", 3, area("D", 50), supersedes=frozenset({"second"}))

    assert governing(compiled(base(), first, second, third), 45) == "world"


def test_a_window_holds_its_start_and_not_its_end() -> None:
    brief = decision("brief", 1, area("C", 45), start=day(1), until=day(2))
    every = decisions([base(), brief], WORLD)
    tick = np.timedelta64(1, "ns")

    found = [governing(compile(every, at), 45) for at in (day(1) - tick, day(1), day(2) - tick, day(2))]

    assert found == ["world", "brief", "brief", "world"]


def test_a_front_that_moves_daily_is_one_territory_with_other_cells() -> None:
    days = [
        decision(f"day-{n}", n + 1, area("front", 45 + n, 46 + n), start=day(n), until=day(n + 1)) for n in range(3)
    ]
    every = decisions([base(), *days], WORLD)

    for n in range(3):
        served = WORLD[compile(every, day(n)).state_of(WORLD, 0) == STATES.index(ServiceState.SERVED)]
        assert served.tolist() == [45 + n, 46 + n]


def test_a_cell_gets_beams_unless_every_class_is_refused_them() -> None:
    dark = decision("dark", 1, area("A", 41, 42, 43), state=ServiceState.SUSPENDED, layers=BEAM)
    terminal = decision("terminal", 2, area("B", 44), state=ServiceState.SUSPENDED, layers=TERMINAL)
    hospital = decision("hospital", 3, area("C", 42), classes=frozenset({MEDICAL}))
    broken = decision("broken", 4, area("D", 45), state=ServiceState.TECHNICALLY_UNAVAILABLE, layers=frozenset(Layer))

    map_ = compiled(base(layers=BEAM), dark, terminal, hospital, broken)

    assert map_.beams(np.array([40, 41, 42, 43, 44, 45])).tolist() == [False, False, True, False, True, False]


def test_two_instants_with_the_same_answers_have_the_same_digest() -> None:
    grant = decision("grant", 1, area("C", 45), start=day(1), until=day(2))
    every = decisions([base(), grant], WORLD)

    before, during, after = (compile(every, day(at)) for at in (0, 1.5, 3))

    assert before.digest == after.digest != during.digest
    assert ns(before.next_change_at) != ns(after.next_change_at)


@pytest.mark.parametrize(
    "changed",
    [
        {"reasons": frozenset({Reason.SANCTIONS})},
        {"state": ServiceState.EMERGENCY_SERVED, "start": day(-1), "until": day(9)},
        {"state": ServiceState.SERVED_RESTRICTED, "conditions": Conditions(maximum_speed_m_s=20.0)},
        {"state": ServiceState.SERVED_RESTRICTED, "conditions": Conditions(maximum_speed_m_s=20.000001)},
        {"state": ServiceState.SERVED_ALLOWLIST_ONLY, "conditions": Conditions(allowlist=frozenset({"a"}))},
        {"state": ServiceState.SERVED_ALLOWLIST_ONLY, "conditions": Conditions(allowlist=frozenset({"b"}))},
        {"state": ServiceState.SUSPENDED, "layers": BEAM},
        {"state": ServiceState.SUSPENDED, "layers": TERMINAL},
        {"review_by": day(60)},
        {"until": day(60)},
        {"classes": frozenset({MEDICAL})},
        {"territories": (area("other id", 45),)},
        {"territories": (area("grant", 46),)},
        {"id": "another"},
        {"sequence": 2},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_the_digest_depends_on_everything_that_matters(changed: dict[str, object]) -> None:
    sound = {"name": "grant", "sequence": 1, "id": "grant"}
    plain = compiled(base(), decision("grant", 1, area("grant", 45)))
    arguments = {**sound, "territories": (area("grant", 45),), **changed}
    name, sequence = str(arguments.pop("id")), int(arguments.pop("sequence"))
    arguments.pop("name")

    other = compiled(base(), decision(name, sequence, **arguments))

    assert other.digest != plain.digest


def test_the_digest_can_be_worked_out_by_hand() -> None:
    map_ = compiled(base(), decision("grant", 1, area("C", 45, 46), classes=ALL_CLASSES - {MEDICAL}))
    text = b"".join(digest_text(map_.decisions, map_.governing, map_.profile[WORLD]))

    lines = text.split(b"\n", 5)

    assert lines[0] == b"hudhud-service-map/v1 h3 5 decisions 2 profiles 2 cells 40"
    assert [json.loads(line)["id"] for line in lines[1:3]] == ["world", "grant"]
    assert lines[3] == b"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0"
    assert lines[4] == b"1,1,1,1,1,0,1,1,1,1,1,1,1,1,1"
    assert lines[5] == b"".join(b"\1\0" if number in (45, 46) else b"\0\0" for number in WORLD)
    assert hashlib.sha256(text).hexdigest() == map_.digest


def test_a_digest_stays_what_it_was_in_every_later_version() -> None:
    conditions = Conditions(maximum_speed_m_s=75 / 3.6, denylist=frozenset({"t-1"}))
    grant = decision(
        "grant", 1, area("C", 45), state=ServiceState.SERVED_RESTRICTED, conditions=conditions, start=day(0)
    )

    assert compiled(base(), grant).digest == "87109f5584ea43ff43b7c92fcf33f594bd2296cae5a47b3bed8e82c0b464a33a"


def test_the_counts_of_a_class_add_up_to_the_world() -> None:
    grant = decision("grant", 1, area("C", 45, 46), classes=frozenset({MEDICAL}))

    found = counts(compiled(base(), grant))

    assert all(sum(by_state.values()) == len(WORLD) for by_state in found.values())
    assert list(found) == list(ServiceClass) and list(found[PRESS]) == list(ServiceState)
    assert found[MEDICAL][ServiceState.SERVED] == 2 and found[PRESS][ServiceState.SERVED] == 0


def test_the_missing_wedge_of_a_pentagon_is_no_cell_of_a_map() -> None:
    pentagon = 4 * 7**5
    world = np.array([pentagon, pentagon + 2 * 7**4], dtype=np.int32)  # nothing lies between them but the wedge
    map_ = compile(decisions([base(world)], world), day(0))

    assert map_.profile_of(world).tolist() == [0, 0]
    with pytest.raises(InputError, match=r"1 of 2 cell numbers are no cells of this map: the first is 69629, at 1"):
        map_.state_of(np.array([pentagon, pentagon + 7**4]), 0)


@pytest.mark.parametrize("number", [-1, 39, 80, 10**9])
def test_a_cell_outside_the_map_is_refused(number: int) -> None:
    map_ = compiled(base())

    for asked in (lambda: map_.governing_of(np.array([45, number]), 0), lambda: answers(map_, number)):
        with pytest.raises(InputError, match=f"no cells of this map: the first is {number}"):
            asked()


@pytest.mark.parametrize("service_class", [-1, 15, 0.0, "medical", np.array([0, 99])])
def test_a_class_that_is_none_is_refused(service_class: object) -> None:
    with pytest.raises(InputError, match=r"is no class number: numbers are 0 to 14"):
        compiled(base()).state_of(np.array([45, 46]), service_class)  # type: ignore[arg-type]


def test_cell_numbers_that_are_no_integers_are_refused() -> None:
    with pytest.raises(InputError, match="float64: expected integers"):
        compiled(base()).beams(np.array([45.0]))  # type: ignore[arg-type]


def test_nothing_can_be_asked_of_no_cells_at_all() -> None:
    assert compiled(base()).state_of(np.empty(0, dtype=np.int32), 0).shape == (0,)


@pytest.mark.parametrize("at", [np.datetime64("NaT", "ns"), np.datetime64("9999-12-31")])
def test_an_instant_that_is_none_is_refused(at: np.datetime64) -> None:
    with pytest.raises(InputError, match="give an instant of the years 1957 to 2199"):
        compile(decisions([base()], WORLD), at)


def test_a_set_that_was_never_checked_makes_no_map_with_holes() -> None:
    holes = Decisions(all=(decision("grant", 1, area("C", 45)),), world=WORLD)
    for_some = Decisions(all=(base(classes=frozenset({MEDICAL})),), world=WORLD)

    for every in (holes, for_some):
        with pytest.raises(InputError, match="leave cells without an answer"):
            compile(every, day(0))


def test_a_map_can_not_be_changed() -> None:
    map_ = compiled(base())

    for array in (map_.profile, map_.governing, map_.state, map_.lit):
        assert not array.flags.writeable


def test_more_ways_to_answer_than_a_map_can_hold_are_refused() -> None:
    """Class n is decided by the n-th binary digit of a cell, the first two classes by one digit more."""
    world = np.flatnonzero(is_cell(np.arange(150_000))).astype(np.int32)[: 2**17]
    items = [decision("world", 0, territory("world", world, Containment.CENTRE))]
    for digit, each in enumerate([*ServiceClass, *list(ServiceClass)[:2]]):
        cells = world[(np.arange(2**17) >> digit) % 2 == 1]
        of_class = territory(f"digit-{digit}", cells, Containment.CENTRE)
        items.append(decision(f"digit-{digit}", digit + 1, of_class, classes=frozenset({each})))

    fits = compile(Decisions(all=tuple(items[:-1]), world=world), day(0))

    assert len(fits.governing) == 3 * 2**14
    with pytest.raises(InputError, match="73,728 different ways: a map holds at most 65,535"):
        compile(Decisions(all=tuple(items), world=world), day(0))


def test_the_points_of_a_map_are_those_of_its_cells(world_map: ServiceMap) -> None:
    rng = np.random.default_rng(3)
    latitude_rad, longitude_rad = np.arcsin(rng.uniform(-1, 1, 1000)), rng.uniform(-np.pi, np.pi, 1000)
    number, column = cell_number(latitude_rad, longitude_rad), rng.integers(0, 15, 1000)

    governing_ = world_map.governing_at(latitude_rad, longitude_rad, column)

    assert np.array_equal(governing_, world_map.governing_of(number_of(h3_index(number)), column))
    assert np.array_equal(governing_, world_map.governing[world_map.profile[number], column])
    states = [STATES[state] for state in world_map.state_at(latitude_rad, longitude_rad, column)]
    assert states == [world_map.decisions[n].state for n in governing_]
    with pytest.raises(InputError, match="the first is -1, at 0"):
        world_map.state_at(np.array([np.nan]), np.array([0.0]), 0)


@pytest.fixture(scope="module")
def catalogued() -> Decisions:
    """Decisions about every territory that travels inside the package: grants wholly inside, refusals past the border."""
    rng = Random(6)
    catalogue = territories()
    items = [decision("world", 0, catalogue.territory("world", Containment.CENTRE), state=ServiceState.NOT_OFFERED)]
    for sequence, name in enumerate(rng.sample(catalogue.ids, len(catalogue.ids)), start=1):
        refused = rng.random() < 0.5
        area_ = catalogue.territory(name, Containment.OVERLAP if refused else Containment.FULL)
        if len(area_) and name != "world":
            state = rng.choice((ServiceState.PROHIBITED, ServiceState.SUSPENDED)) if refused else ServiceState.SERVED
            start = day(rng.choice((-3, 3)))
            items.append(decision(name, sequence, area_, state=state, classes=rng.choice(CLASSES), start=start))
    return decisions(items)


@pytest.fixture(scope="module")
def world_map(catalogued: Decisions) -> ServiceMap:
    return compile(catalogued, day(0))


def test_two_compilers_agree_on_cells_of_the_whole_world(catalogued: Decisions, world_map: ServiceMap) -> None:
    decided = np.concatenate([one.territories[0].number for one in catalogued.all[1:]])
    rng = np.random.default_rng(7)
    sample = np.concatenate([rng.choice(decided, 4_000), rng.choice(catalogued.world, 1_000)])

    slow = slow_answers(catalogued, day(0), sample.tolist())

    rows = world_map.governing[world_map.profile_of(sample)]
    for number, row in zip(sample.tolist(), rows.tolist(), strict=True):
        assert tuple(world_map.decisions[n] for n in row) == slow[number]
    assert ns(world_map.next_change_at) == ns(day(3))
    assert len(catalogued) > 500


def test_a_grant_wholly_inside_a_country_serves_no_cell_that_a_neighbour_so_much_as_touches() -> None:
    catalogue = territories()
    world = catalogue.territory("world", Containment.CENTRE)
    bottom = decision("world", 0, world, state=ServiceState.NOT_OFFERED)
    grant = decision("grant", 1, catalogue.territory("POL", Containment.FULL))

    map_ = compile(decisions([bottom, grant]), day(0))

    served = world.number[map_.state_of(world.number, 0) == STATES.index(ServiceState.SERVED)]
    _, rows = catalogue.members(served, frozenset({Kind.COUNTRY}), Containment.OVERLAP)
    assert len(served) > 1_000
    assert {catalogue.rows[row].id for row in rows} == {"POL"}


def test_the_map_of_the_world_is_total_and_small(world_map: ServiceMap) -> None:
    world = all_numbers()

    assert np.array_equal(np.flatnonzero(world_map.profile != NO_PROFILE), world)
    assert sum(counts(world_map)[MEDICAL].values()) == len(world)
    held = sum(array.nbytes for array in (world_map.profile, world_map.governing, world_map.state, world_map.lit))
    assert held < 5e6
