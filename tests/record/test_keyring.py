"""A keyring cannot be read that would let one key, one person or one organisation count twice, or that nobody can change."""

import base64
import dataclasses
import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.canonical import canonical_bytes
from hudhud.record.envelope import Ed25519Signer, key_id
from hudhud.record.keyring import (
    Key,
    Keyring,
    Organisation,
    Person,
    Seat,
    keyring_bytes,
    keyring_digest,
    keyring_from,
    quorum_met,
    successor_faults,
)
from hudhud.record.policy import read_groups
from hudhud.record.words import College

GROUPS = """group operator 1 operator-1 operator-2
group public-interest 1 press relief
group legal 1 counsel
group ordinary 3 operator public-interest legal
group emergency-on 2 operator-1 relief
"""
SEATS = (
    ("operator-1", College.OPERATOR, "ann", "orbit"),
    ("operator-2", College.OPERATOR, "bob", "orbit"),
    ("press", College.PUBLIC_INTEREST, "cid", "press-union"),
    ("relief", College.PUBLIC_INTEREST, "dee", "relief-fund"),
    ("counsel", College.LEGAL, "eve", "law-chamber"),
    ("registry", College.REGISTRAR, "fay", "orbit"),
    ("trustee-1", College.TRUSTEE, "eve", "law-chamber"),
)


def public(number: int) -> str:
    return base64.b64encode(Ed25519Signer(seed=number.to_bytes(32, "big")).public_key).decode()


def keyring(**changes) -> Keyring:
    organisations = dict.fromkeys(home for *_, home in SEATS)
    persons = {person: home for _, _, person, home in SEATS}
    made = Keyring(
        log="example.invalid/demonstration",
        version=1,
        organisations=tuple(
            Organisation(id=one, name_en=f"The {one}", name_ar=f"منظمة {number}")
            for number, one in enumerate(organisations)
        ),
        persons=tuple(
            Person(id=person, organisation=home, name=f"{person.title()} Example") for person, home in persons.items()
        ),
        seats=tuple(Seat(id=seat, college=college, title_en=seat, title_ar="مقعد") for seat, college, *_ in SEATS),
        keys=tuple(
            Key(seat=seat, person=person, public=public(number)) for number, (seat, _, person, _) in enumerate(SEATS, 1)
        ),
        groups=GROUPS,
    )
    return dataclasses.replace(made, **changes)


RING = keyring()


def refused(ring: Keyring) -> str:
    with pytest.raises(RecordError) as caught:
        keyring_bytes(ring)
    return str(caught.value)


def second(**changes) -> Keyring:
    return dataclasses.replace(RING, **{"version": 2, "previous_sha256": keyring_digest(RING), **changes})


def with_key(place: int, ring: Keyring = RING, **changes) -> tuple[Key, ...]:
    return tuple(dataclasses.replace(key, **changes) if n == place else key for n, key in enumerate(ring.keys))


def test_a_keyring_is_read_back_as_it_was():
    data = keyring_bytes(RING)
    assert keyring_from(data) == RING and keyring_bytes(keyring_from(data)) == data
    assert RING.seat("press").college is College.PUBLIC_INTEREST
    assert set(RING.quorums().groups) == {"operator", "public-interest", "legal", "ordinary", "emergency-on"}
    assert RING.quorums().met("ordinary", {"operator-2", "press", "counsel"})


def test_a_key_is_found_by_its_id_and_valid_for_its_entries_only():
    keys = (
        *with_key(2, until_entry=10),
        Key(seat="press", person="cid", public=public(99), from_entry=10),
    )
    ring = keyring(keys=keys)
    assert keyring_from(keyring_bytes(ring)) == ring
    old, new = ring.keys[2], ring.keys[-1]
    assert ring.keys_by_id()[key_id(old.raw)] is old
    assert [old.valid_at(n) for n in (0, 9, 10)] == [True, True, False]
    assert [new.valid_at(n) for n in (0, 9, 10, 2**50)] == [False, False, True, True]


# One key under two names


@given(st.permutations(range(7)), st.integers(0, 6), st.integers(0, 6))
@settings(deadline=None, max_examples=40)
def test_attack_one_key_in_two_places_whatever_the_order(order, first, twin):
    """The counting bug of well-known libraries: here a key stands once, by its bytes."""
    if first == twin:
        return
    keys = with_key(twin, public=RING.keys[first].public)
    assert "is the same key as" in refused(keyring(keys=tuple(keys[place] for place in order)))


def test_attack_one_key_for_two_spans_of_entries():
    keys = (*with_key(0, until_entry=5), dataclasses.replace(RING.keys[0], from_entry=5))
    assert "is the same key as" in refused(keyring(keys=keys))


def test_attack_one_key_spelt_in_another_base64():
    spelt = RING.keys[0].public  # 32 bytes end in one =, so two bits of the last letter mean nothing
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = spelt[:-2] + letters[letters.index(spelt[-2]) ^ 1] + "="
    assert base64.b64decode(other) == base64.b64decode(spelt)
    assert "bits that nothing uses" in refused(keyring(keys=with_key(1, public=other)))


P = 2**255 - 19
SMALL = [
    0,
    1,
    P - 1,
    P - 55188659117513257062467267217118295137698188065244968500265048394206261417927,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
]


@pytest.mark.parametrize("height", SMALL)
@pytest.mark.parametrize("sign", [0, 1])
def test_attack_points_of_small_order(height, sign):
    raw = (height | sign << 255).to_bytes(32, "little")
    assert "small order" in refused(keyring(keys=with_key(0, public=base64.b64encode(raw).decode())))


@pytest.mark.parametrize("height", [P, P + 1, P + 3, 2**255 - 1])
def test_attack_points_spelt_beyond_the_field(height):
    raw = height.to_bytes(32, "little")
    assert "not written canonically" in refused(keyring(keys=with_key(0, public=base64.b64encode(raw).decode())))


def test_attack_bytes_that_are_no_point_of_the_curve():
    raw = (2).to_bytes(32, "little")  # no x has this height
    assert "no point of the curve" in refused(keyring(keys=with_key(0, public=base64.b64encode(raw).decode())))


def test_attack_point_with_a_part_of_small_order():
    """An honest key plus the point of order 2: programs differ in which signatures they accept under it."""
    y = int.from_bytes(RING.keys[0].raw, "little") & (2**255 - 1)
    raw = ((P - y) | (1 - (RING.keys[0].raw[31] >> 7)) << 255).to_bytes(32, "little")
    assert "outside the group" in refused(keyring(keys=with_key(0, public=base64.b64encode(raw).decode())))


@given(st.binary(min_size=32, max_size=32))
@settings(deadline=None, max_examples=20)
def test_every_key_made_from_a_seed_is_taken(seed):
    raw = Ed25519Signer(seed=seed).public_key
    keyring_bytes(keyring(keys=with_key(0, public=base64.b64encode(raw).decode())))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_has_32_bytes(length):
    assert "32 bytes" in refused(keyring(keys=with_key(0, public=base64.b64encode(bytes(length)).decode())))


# One person, one organisation


def test_attack_one_person_in_two_seats_that_vote():
    assert "nobody votes in two seats" in refused(keyring(keys=with_key(4, person="cid")))


def test_a_person_may_vote_in_one_seat_and_sit_in_one_without_a_vote():
    assert {key.seat for key in RING.keys if key.person == "eve"} == {"counsel", "trustee-1"}


@given(
    st.sampled_from(["{}", "{} ", "  {}", "{}.", "{0}", "«{}»"]),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.integers(0, 4),
    st.sampled_from(["press-union", "orbit", "law-chamber"]),
)
@settings(deadline=None, max_examples=60)
def test_attack_one_person_under_two_ids(frame, case, place, home):
    """Counted once, in whichever organisation, whatever the spelling of case, spaces and signs."""
    name = frame.format(case(RING.persons[place].name)).strip()
    alias = Person(id="alias", organisation=home, name=name)
    assert "have one name" in refused(keyring(persons=(*RING.persons, alias)))


@pytest.mark.parametrize("name", ["Ann Éxample", "Ａｎｎ Ｅｘａｍｐｌｅ", "ann-example", "ANNEXAMPLE"])
def test_attack_one_person_with_marks_or_wide_letters(name):
    alias = Person(id="alias", organisation="press-union", name=name)
    assert "have one name" in refused(keyring(persons=(*RING.persons, alias)))


def test_attack_one_id_in_two_organisations():
    again = dataclasses.replace(RING.persons[0], organisation="press-union", name="Other Name")
    assert "2 have the id 'ann'" in refused(keyring(persons=(*RING.persons, again)))
    upper = dataclasses.replace(again, id="Ann")
    assert "have one name" in refused(keyring(persons=(*RING.persons, upper)))


def test_attack_one_withheld_person_twice():
    hidden = tuple(Person(id=id, organisation="orbit", withheld="ab" * 32) for id in ("x1", "x2"))
    assert "have one name" in refused(keyring(persons=(*RING.persons, *hidden)))


def test_a_person_has_a_name_or_a_withheld_one():
    for wrong in ({}, {"name": "X", "withheld": "ab" * 32}):
        assert "neither or both" in refused(
            keyring(persons=(*RING.persons, Person(id="x", organisation="orbit", **wrong)))
        )


def test_attack_one_organisation_under_two_names():
    alias = Organisation(id="orbit-2", name_en="THE  ORBIT", name_ar="غيرها")
    assert "have one name" in refused(keyring(organisations=(*RING.organisations, alias)))
    alias = Organisation(id="orbit-2", name_en="Another", name_ar=RING.organisations[0].name_ar)
    assert "have one name" in refused(keyring(organisations=(*RING.organisations, alias)))


def test_the_owner_of_the_operator_counts_as_the_operator_wherever_employed():
    """Then the three colleges have two organisations only, and their quorum cannot be met."""
    owned = tuple(
        dataclasses.replace(one, counts_as="orbit") if one.id == "law-chamber" else one for one in RING.organisations
    )
    ring = keyring(organisations=owned)
    assert ring.organisation_of("eve") == "orbit"
    assert "group ordinary: cannot be met" in refused(ring)


def test_organisations_cannot_count_as_each_other_in_a_circle():
    def counting(**tops):
        return keyring(
            organisations=tuple(dataclasses.replace(one, counts_as=tops.get(one.id)) for one in RING.organisations)
        )

    assert "back to itself" in refused(counting(orbit="orbit"))
    found = refused(counting(**{"orbit": "press-union", "press-union": "relief-fund", "relief-fund": "orbit"}))
    assert found.count("back to itself") == 3
    assert "no organisation of this keyring" in refused(counting(orbit="nobody"))


def test_two_persons_do_not_hold_one_seat_at_one_time():
    more = (*RING.persons, Person(id="gus", organisation="press-union", name="Gus Example"))
    key = Key(seat="press", person="gus", public=public(77), from_entry=50)
    assert "one person at a time" in refused(keyring(persons=more, keys=(*RING.keys, key)))
    keyring_bytes(keyring(persons=more, keys=(*with_key(2, until_entry=50), key)))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seat": "throne"}, "no seat of this keyring"),
        ({"person": "zed"}, "no person of this keyring"),
        ({"from_entry": 5, "until_entry": 5}, "for none"),
    ],
)
def test_a_key_of_nobody_for_nothing_is_refused(changes, says):
    assert says in refused(keyring(keys=with_key(0, **changes)))


def test_a_person_of_no_organisation_is_refused():
    stray = Person(id="zed", organisation="nowhere", name="Zed Example")
    assert "no organisation of this keyring" in refused(keyring(persons=(*RING.persons, stray)))


def test_an_unknown_college_is_refused():
    tree = json.loads(keyring_bytes(RING))
    tree["seats"][0]["college"] = "kings"
    with pytest.raises(RecordError, match=r"seats\[0\].college: is 'kings'; expected one of operator"):
        keyring_from(canonical_bytes(tree, "x"))


# Quorums


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ("", "is empty"),
        ("group all-of-them 2 operator-1 operator-2\n", "cannot be met"),  # one organisation counts once
        ("group g 3 operator-1 press\n", "threshold"),
        ("group g 1 nobody\n", "not defined"),
        ("group g 1 registry press\n", "has no vote"),
        ("quorum g\n", "no line of the form"),
        ("group g 1 press", "line feed"),
        ("group g 1 ﬁ\n", "printable ASCII"),
    ],
)
def test_a_quorum_that_cannot_be_met_or_read_is_refused(groups, says):
    assert says in refused(keyring(groups=groups))


def test_a_quorum_is_met_by_choosing_seats_of_different_organisations():
    """The first seat of each group belongs to one organisation; only the second choice leads out."""
    groups = "group a 1 operator-1 press\ngroup b 1 operator-2\ngroup both 2 a b\n"
    keyring_bytes(keyring(groups=groups))


def test_a_quorum_must_be_met_at_every_entry_from_the_first_key_on():
    assert "group legal: cannot be met from entry 100 on" in refused(keyring(keys=with_key(4, until_entry=100)))
    assert "group legal: cannot be met from entry 0 on" in refused(keyring(keys=with_key(4, from_entry=1)))
    heir = Key(seat="counsel", person="eve", public=public(88), from_entry=100)
    keyring_bytes(keyring(keys=(*with_key(4, until_entry=100), heir)))
    late = dataclasses.replace(heir, from_entry=101)
    assert "from entry 100 on" in refused(keyring(keys=(*with_key(4, until_entry=100), late)))


@st.composite
def groups_and_seats(draw):
    """Groups nested two deep over up to seven seats of up to four organisations."""
    seats = [f"s{n}" for n in range(draw(st.integers(1, 7)))]
    homes = {seat: draw(st.sampled_from("wxyz")) for seat in seats}
    cuts = sorted(draw(st.sets(st.integers(0, len(seats)), max_size=2)))
    parts = [part for part in (seats[a:b] for a, b in zip([0, *cuts], [*cuts, len(seats)], strict=True)) if part]
    lines = [f"group g{n} {draw(st.integers(1, len(part)))} {' '.join(part)}" for n, part in enumerate(parts)]
    lines.append(f"group top {draw(st.integers(1, len(parts)))} {' '.join(f'g{n}' for n in range(len(parts)))}")
    present = {seat: homes[seat] for seat in seats if draw(st.booleans())}
    return read_groups(("\n".join(lines) + "\n").encode(), seats), present


@given(groups_and_seats())
@settings(deadline=None, max_examples=300)
def test_a_quorum_is_met_if_and_only_if_some_choice_of_one_seat_for_each_organisation_meets_it(case):
    """Against the plain way: try every choice of at most one seat for each organisation."""
    groups, present = case
    by_home = {}
    for seat, home in present.items():
        by_home.setdefault(home, [None]).append(seat)
    plainly = any(groups.met("top", set(choice) - {None}) for choice in itertools.product(*by_home.values()))
    assert quorum_met(groups, "top", present) == plainly


@given(groups_and_seats(), st.data())
@settings(deadline=None, max_examples=100)
def test_a_further_seat_never_breaks_a_quorum_and_an_alias_never_makes_one(case, data):
    groups, present = case
    absent = sorted(groups.leaves - present.keys())
    if absent and present:
        seat = data.draw(st.sampled_from(absent))
        home = data.draw(st.sampled_from(sorted(present.values())))
        assert quorum_met(groups, "top", {**present, seat: home}) >= quorum_met(groups, "top", present)
    alone = dict.fromkeys(present, "one")
    needs = {name: group.threshold for name, group in groups.groups.items()}
    if needs["top"] > 1 or all(needs[name] > 1 for name in needs if name != "top"):
        assert not quorum_met(groups, "top", alone)


def test_a_group_of_many_seats_of_one_organisation_is_refused_in_short_time():
    seats = tuple(Seat(id=f"s{n}", college=College.LEGAL, title_en="x", title_ar="س") for n in range(40))
    persons = tuple(Person(id=f"p{n}", organisation="orbit", name=f"Number {n} of many") for n in range(40))
    keys = tuple(Key(seat=f"s{n}", person=f"p{n}", public=public(1000 + n)) for n in range(40))
    groups = GROUPS + "group many 20 " + " ".join(f"s{n}" for n in range(40)) + "\n"
    ring = keyring(seats=RING.seats + seats, persons=RING.persons + persons, keys=RING.keys + keys, groups=groups)
    assert "group many: cannot be met" in refused(ring)


def test_a_quorum_too_intricate_to_be_sure_of_counts_as_not_met():
    """Twenty organisations with two seats each, and a group of 21: a million choices, given up after a tenth of them."""
    seats = {f"s{n}": f"o{n // 2}" for n in range(40)}
    groups = read_groups(f"group g 21 {' '.join(seats)}\ngroup h 20 {' '.join(seats)}\n".encode(), seats)
    assert not quorum_met(groups, "g", seats)
    assert quorum_met(groups, "h", seats)


# One version after another


def test_a_keyring_follows_the_one_before():
    assert successor_faults(RING, second()) == ()
    assert successor_faults(RING, second(keys=with_key(0, until_entry=70))) == ()
    heir = Key(seat="counsel", person="eve", public=public(88), from_entry=100)
    assert successor_faults(RING, second(keys=(*with_key(4, until_entry=100), heir))) == ()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": 1}, "versions follow one by one"),
        ({"version": 3}, "versions follow one by one"),
        ({"previous_sha256": "ab" * 32}, "of version 1"),
        ({"previous_sha256": None}, "left out"),
        ({"log": "other.invalid/log"}, "the keyring before is of"),
        ({"keys": with_key(0, seat="operator-2")}, "never changes hands"),
        ({"keys": with_key(0, person="bob")}, "never changes hands"),
        ({"keys": with_key(0, from_entry=3)}, "a beginning stays"),
    ],
)
def test_attack_a_keyring_that_does_not_follow(changes, says):
    assert any(says in fault.problem for fault in successor_faults(RING, second(**changes)))


def test_attack_an_older_keyring_brought_back():
    later = second()
    assert successor_faults(later, RING) and successor_faults(later, later)


def test_attack_a_key_that_has_ended_lives_on():
    heir = Key(seat="counsel", person="eve", public=public(88), from_entry=100)
    ended = keyring(keys=(*with_key(4, until_entry=100), heir))
    for until in (101, None):
        revived = dataclasses.replace(
            ended,
            version=2,
            previous_sha256=keyring_digest(ended),
            keys=(*with_key(4, ring=ended, until_entry=until)[:-1], heir),
        )
        assert any("never later" in fault.problem for fault in successor_faults(ended, revived))


def test_the_first_version_names_none_before_it_and_every_other_does():
    assert "the first names none" in refused(keyring(previous_sha256="ab" * 32))
    assert "the first names none" in refused(keyring(version=2))


def test_all_faults_of_a_keyring_come_at_once():
    keys = (*with_key(0, public=RING.keys[1].public), dataclasses.replace(RING.keys[2], seat="throne"))
    with pytest.raises(RecordError) as caught:
        keyring_bytes(keyring(keys=keys, persons=(*RING.persons, RING.persons[0])))
    assert len(caught.value.faults) >= 4
