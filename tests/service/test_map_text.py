"""The file of a service map: what is written is read, nothing else is, and what differs from the record is named."""

import hashlib
import json
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.record.release import Release, Ticket
from hudhud.service import enforcement
from hudhud.service.decision import ALL_CLASSES, Conditions, Decision, decisions
from hudhud.service.map_text import differences, map_bytes, map_digest, read_map
from hudhud.service.service_map import NO_PROFILE, ServiceMap, compile
from hudhud.service.vocabulary import Layer, Motion, ServiceClass, ServiceState
from service.decision_factory import INSTANTS, WORLD, SmallWorld, area, base, day, decision
from service.record_world import DEMO

RESTRICTED = Conditions(
    maximum_speed_m_s=75 / 3.6,
    maximum_rate_bit_s=2e6,
    motion=Motion.FIXED,
    denylist=frozenset({"t-1"}),
    home_countries=frozenset({"TON"}),
    ocean_plan=True,
    minimum_height_m=-3.5,
)
GRANT = decision(
    "grant",
    1,
    area("C", 45, 46),
    state=ServiceState.SERVED_RESTRICTED,
    conditions=RESTRICTED,
    start=day(0),
    until=day(5),
)
CLINICS = decision("clinics", 2, area("D", 45, 50), classes=frozenset({ServiceClass.MEDICAL}))


def of(*items: Decision) -> ServiceMap:
    return compile(decisions([base(), *items], WORLD), day(1))


MAP = of(GRANT, CLINICS)
FILE = map_bytes(MAP)


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_map_that_is_written_and_read_says_what_it_said(seed: int) -> None:
    rng = Random(seed)
    small = SmallWorld(rng)
    service_map = compile(decisions(small.drawn(), small.world), rng.choice(INSTANTS))
    data = map_bytes(service_map)
    assert map_digest(data) == service_map.digest == hashlib.sha256(data).hexdigest()
    claim = read_map(data, small.world)
    assert claim.digest == service_map.digest
    assert not differences(claim, service_map)
    assert [(one.id, one.sequence, one.state, one.layers) for one in claim.decisions] == [
        (one.id, one.sequence, one.state, one.layers) for one in service_map.decisions
    ]
    for said, true in zip(claim.decisions, service_map.decisions, strict=True):
        assert (said.until == true.until) or (np.isnat(said.until) and np.isnat(true.until))


def test_conditions_are_read_as_they_were_decided() -> None:
    (found,) = [one for one in read_map(FILE, WORLD).decisions if one.id == "grant"]
    expected = replace(RESTRICTED, denylist=frozenset(), denylist_sha256=RESTRICTED.denylist_digest)
    assert found.conditions == expected


def lines(data: bytes = FILE) -> list[bytes]:
    return data.split(b"\n", 3 + MAP.governing.shape[0] + 1)


def changed(place: int, old: bytes, new: bytes) -> bytes:
    parts = lines()
    assert old in parts[place]
    parts[place] = parts[place].replace(old, new, 1)
    return b"\n".join(parts)


REFUSED = {
    "no map": (b"", "line 1"),
    "another resolution": (changed(0, b"h3 5", b"h3 6"), "line 1"),
    "a count that begins with nought": (changed(0, b"decisions 3", b"decisions 03"), "line 1"),
    "more decisions than there are": (changed(0, b"decisions 3", b"decisions 9000"), "lines"),
    "another number of cells": (changed(0, b"cells 40", b"cells 41"), "cells"),
    "a cell too many": (FILE + b"\0\0", "82 bytes follow"),
    "half a cell": (FILE[:-1], "79 bytes follow"),
    "a cell of no profile": (FILE[:-2] + b"\x09\0", "cell 85"),
    "no JSON": (changed(1, b"{", b"["), "line 2"),
    "a blank": (changed(1, b'"id":', b'"id": '), "canonically"),
    "a field twice": (changed(1, b"{", b'{"id":"other",'), "canonically"),
    "a field left out": (changed(1, b'"id"', b'"ie"'), "has no id"),
    "an unknown field": (changed(1, b'"id":', b'"ie":1,"id":'), "unknown field 'ie'"),
    "an unknown state": (changed(1, b"not_offered", b"not_offere"), "state"),
    "a sequence in words": (changed(2, b'"sequence":1', b'"sequence":"1"'), "sequence"),
    "an instant of another form": (changed(2, b"T00:00:00Z", b"T00:00:00.0Z"), "expected an instant"),
    "a number of another form": (changed(2, b'"-3.5"', b'"-3.50"'), "not written as they are digested"),
    "a limit that is no number": (changed(2, b'"2000000"', b'"fast"'), "line 3"),
    "a digest cut short": (changed(2, RESTRICTED.denylist_digest.encode(), b"ab"), "denylist"),
    "classes out of order": (changed(1, b'"aviation","business"', b'"business","aviation"'), "classes"),
    "a decision of no place": (changed(4, b"0,", b"7,"), "line 5"),
    "too few classes": (changed(4, b"0,", b""), "15 numbers"),
    "two decisions of one sequence": (changed(3, b'"sequence":2', b'"sequence":1'), "ascend"),
    "two decisions of one id": (changed(3, b'"clinics"', b'"grant"'), "twice"),
}


@pytest.mark.parametrize("what", list(REFUSED))
def test_a_file_that_is_not_exactly_a_map_is_refused_with_the_place(what: str) -> None:
    data, told = REFUSED[what]
    with pytest.raises(InputError, match="the service map was refused") as caught:
        read_map(data, WORLD)
    assert told in str(caught.value)


def test_a_map_of_another_world_is_refused() -> None:
    with pytest.raises(InputError, match="the world has 39"):
        read_map(FILE, WORLD[:-1])
    with pytest.raises(InputError, match="two worlds"):
        differences(read_map(FILE, WORLD + 1), MAP)


def test_profiles_have_only_one_order() -> None:
    parts = lines()
    swapped = [*parts[:4], parts[5], parts[4], *parts[6:-1]]
    cells = np.frombuffer(parts[-1], dtype="<u2")
    renamed = np.where(cells == 0, 1, np.where(cells == 1, 0, cells)).astype("<u2").tobytes()
    with pytest.raises(InputError, match="numbered by its first cell"):
        read_map(b"\n".join([*swapped, renamed]), WORLD)


def test_a_decision_that_governs_nothing_does_not_belong_on_a_map() -> None:
    parts = lines()
    parts[4:-1] = [line.replace(b"2", b"1") for line in parts[4:-1]]
    with pytest.raises(InputError, match="governs nothing"):
        read_map(b"\n".join(parts), WORLD)


def test_a_decision_that_no_record_proves_is_named_with_its_cells() -> None:
    forged = decision("forged", 3, area("E", 60, 61))
    found = differences(read_map(map_bytes(of(GRANT, CLINICS, forged)), WORLD), MAP)
    assert found.cells == 2 and found.unproven == ("forged",) and found.missing == found.altered == ()
    assert {(one.claimed, one.claimed_state, one.proven, one.proven_state) for one in found.first} == {
        ("forged", ServiceState.SERVED, "world", ServiceState.NOT_OFFERED)
    }
    assert found.first[0].classes == tuple(ServiceClass)


def test_a_decision_that_a_file_lacks_is_named_with_its_cells() -> None:
    found = differences(read_map(map_bytes(of(GRANT)), WORLD), MAP)
    assert found.missing == ("clinics",) and found.unproven == ()
    assert found.cells == 2 and all(one.classes == (ServiceClass.MEDICAL,) for one in found.first)


def test_a_decision_that_says_something_else_is_named_with_all_its_cells() -> None:
    longer = replace(GRANT, until=day(50))
    found = differences(read_map(map_bytes(of(longer, CLINICS)), WORLD), MAP)
    assert found.altered == ("grant",) and found.cells == 2 and found.missing == found.unproven == ()


def mutated(rng: Random) -> tuple[bytes, str, set[int]]:
    """A map with one thing changed by somebody who writes good files: the file, what it was done to, cells that it touches."""
    kind = rng.choice(("cell", "profile", "decision", "drop", "add"))
    world = np.flatnonzero(MAP.profile != NO_PROFILE)
    decided = {number: MAP.governing[MAP.profile[number]].tolist() for number in world.tolist()}
    items = list(MAP.decisions)
    if kind == "cell":
        number, each = rng.choice(list(decided)), rng.randrange(15)
        decided[number][each] = rng.choice([n for n in range(3) if n != decided[number][each]])
        touched = {number}
    elif kind == "profile":
        row, each = rng.randrange(len(MAP.governing)), rng.randrange(15)
        becomes = rng.choice([n for n in range(3) if n != MAP.governing[row, each]])
        touched = {number for number in decided if MAP.profile[number] == row}
        for number in touched:
            decided[number][each] = becomes
    elif kind == "decision":
        n = rng.randrange(3)
        items[n] = altered(items[n], rng)
        touched = {number for number, row in decided.items() if n in row}
    elif kind == "drop":
        n = rng.choice((1, 2))
        touched = {number for number, row in decided.items() if n in row}
        decided = {number: [0 if each == n else each for each in row] for number, row in decided.items()}
    else:
        items.append(decision(f"forged-{rng.randrange(99)}", 3 + rng.randrange(99), area("F", 70)))
        number = rng.choice(list(decided))
        touched, decided[number] = {number}, [3] * 15
    return written(items, decided), kind, touched


def altered(one: Decision, rng: Random) -> Decision:
    change = rng.choice(("until", "state", "review_by", "conditions", "territories"))
    if change == "until":
        return replace(one, until=day(40 + rng.randrange(99)))
    if change == "review_by":
        return replace(one, review_by=day(100 + rng.randrange(99)))
    if change == "conditions":
        return replace(one, conditions=Conditions(maximum_speed_m_s=float(rng.randrange(30, 99))))
    if change == "territories":
        return replace(one, territories=(area("elsewhere", rng.choice(WORLD.tolist())),))
    state = rng.choice([each for each in ServiceState if each is not one.state])
    return replace(one, state=state, layers=frozenset() if state.serves else frozenset({Layer.BEAM}))


def written(items: list[Decision], decided: dict[int, list[int]]) -> bytes:
    """A well-formed file for these answers, by the words of the document."""
    used = sorted({each for row in decided.values() for each in row})
    place = {each: n for n, each in enumerate(used)}
    rows: dict[tuple[int, ...], int] = {}
    cells = [rows.setdefault(tuple(place[each] for each in decided[number]), len(rows)) for number in sorted(decided)]
    made = replace(
        MAP,
        decisions=tuple(items[each] for each in used),
        governing=np.array(list(rows), dtype=np.int32),
        profile=profile_of(sorted(decided), cells),
    )
    return map_bytes(made)


def profile_of(numbers: list[int], cells: list[int]) -> np.ndarray:
    profile = np.full(max(numbers) + 1, NO_PROFILE, dtype=np.uint16)
    profile[numbers] = cells
    return profile


@pytest.mark.parametrize("part", range(4))
def test_ten_thousand_forged_maps_are_each_refused_and_named_by_cell_and_decision(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    proven = Release(index=7, leaf="ab" * 32, map_sha256=MAP.digest, size=7, timeline_sha256="cd" * 32, at_s=0,
                     next_change_at_s=None, witnessed_s=0)  # fmt: skip
    monkeypatch.setattr(enforcement, "released", lambda *_: proven)  # a good ticket: the map alone is forged
    point = enforcement.Point(name="p", layer=Layer.BEAM, policy=DEMO.policy, keyring=DEMO.keyring, world=WORLD)
    ticket = Ticket(envelope=b"", proof=b"")
    assert enforcement.offer(point, ticket, FILE, 0)[1] is None
    known = {one.id for one in MAP.decisions}
    for seed in range(part * 2_500, part * 2_500 + 2_500):
        data, kind, touched = mutated(Random(seed))
        after, raised = enforcement.offer(point, ticket, data, 0)
        assert after is point and raised is not None and raised.alarm is enforcement.Alarm.OTHER_MAP
        found = differences(read_map(data, WORLD), MAP)
        assert found, (seed, kind)
        assert found.cells == len(touched), (seed, kind)
        if kind == "add":
            assert found.unproven and not set(found.unproven) & known
        if kind == "drop":
            assert len(found.missing) == 1 and found.missing[0] in known
        if kind == "decision":
            assert len(found.altered) == 1
        assert found.first and all(one.classes for one in found.first)


@settings(deadline=None, max_examples=400)
@given(place=st.integers(0, len(FILE) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_named(place: int, bit: int) -> None:
    data = bytearray(FILE)
    data[place] ^= 1 << bit
    assert map_digest(bytes(data)) != MAP.digest
    try:
        claim = read_map(bytes(data), WORLD)
    except InputError as error:
        assert error.faults
        return
    assert differences(claim, MAP)


def test_names_of_terminals_are_in_no_file() -> None:
    named = decision("list", 3, area("E", 60), state=ServiceState.SERVED_ALLOWLIST_ONLY,
                     conditions=Conditions(allowlist=frozenset({"hospital-terminal"})))  # fmt: skip
    unseen = replace(named, conditions=Conditions(allowlist_sha256=named.conditions.allowlist_digest))
    assert b"hospital-terminal" not in map_bytes(of(named))
    assert map_bytes(of(named)) == map_bytes(of(unseen))
    assert ALL_CLASSES and json.loads(lines(map_bytes(of(unseen)))[2])["conditions"]["allowlist"]
