"""How few must collude: what is published is what every set of people, and of witnesses, was tried for."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hudhud.errors import InputError
from hudhud.record.collusion import Act, Collusion, collusion, split_view
from hudhud.record.decide import decide
from hudhud.record.demonstration import WITNESSES, demonstration
from hudhud.record.policy import Group, Groups, read_groups
from hudhud.record.rules import Rules
from hudhud.record.words import ServiceState, Verdict
from record.decided_twice import emergency
from record.record_factory import AID, GROUPS, LOG, OTHERS, SMALL, T0_S, VOTERS, Pen, effect, key, keyring

PAGE = Path(__file__).parents[2] / "docs" / "explain" / "deciding.md"
ROWS = {
    Act.GRANT: "grant service",
    Act.SUSPEND_OTHERS: "suspend service of classes that are no lifelines",
    Act.SUSPEND_LIFELINES: "suspend service of lifelines",
    Act.EMERGENCY_DAY: "switch on for a day",
    Act.EMERGENCY_LONGEST: "keep that on for fifteen days",
    Act.CHANGE_KEYRING: "change the keyring",
    Act.CHANGE_RULES: "change the rules",
    Act.PREVENT: "keep a request from being granted, by saying no",
}


def shown() -> Collusion:
    made = demonstration(lambda name: name.encode().ljust(32, b".")[-32:])
    return collusion(made.keyring, made.rules)


def test_the_smallest_colluding_sets_are_those_published() -> None:
    published = re.findall(r"^\| ([a-z ,]+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    found = shown().by_act()
    assert {text: (people, organisations, ways) for text, people, organisations, ways in published} == {
        text: (str(found[act].people), str(found[act].organisations), str(found[act].ways))
        for act, text in ROWS.items()
    }


# ---- the same numbers from deciding itself ----


def colluding(act: Act, seats: tuple[str, ...]) -> bool:
    """Whether these seats, speaking in this order, bring it about by what `decide` says."""
    pen = Pen()
    if not seats:
        return False
    if act in (Act.EMERGENCY_DAY, Act.EMERGENCY_LONGEST):
        request = pen.granted(emergency(T0_S, 15), seats)
        counted = decide(pen.prefix(), pen.now_s).requests[0].counts
        issuers = {pen.entries[index].key for index in counted}
        for seat in seats:
            if act is Act.EMERGENCY_LONGEST and key(seat) not in issuers:
                pen.ratify(seat, request)
        found = decide(pen.prefix(), pen.now_s).requests[0].decided
        return found is not None and (act is Act.EMERGENCY_DAY or found.ratified_s is not None)
    if act is Act.PREVENT:
        request = pen.request()
        pen.ready(request, *VOTERS)
        for seat in seats:
            pen.refuse(seat, request)
        for seat in VOTERS:
            pen.approve(seat, request)
        return decide(pen.prefix(), pen.now_s).requests[0].decided is None
    if act in (Act.CHANGE_KEYRING, Act.CHANGE_RULES):
        for seat in seats:
            pen.change_keyring(seat, pen.keyring_digests[1])
            pen.change_rules(seat, pen.rules_digests[1])
        found_in_force = decide(pen.prefix(), pen.now_s)
        return found_in_force.keyring_sha256 == pen.keyring_digests[1]
    wanted = {
        Act.GRANT: effect(T0_S, None),
        Act.SUSPEND_OTHERS: effect(T0_S, None, ServiceState.SUSPENDED, OTHERS),
        Act.SUSPEND_LIFELINES: effect(T0_S, None, ServiceState.SUSPENDED, AID),
    }[act]
    pen.granted(wanted, seats)
    found = decide(pen.prefix(), pen.now_s).requests[0].decided
    return found is not None and found.verdict is Verdict.GRANTED


def orders(act: Act, seats: tuple[str, ...]) -> Any:
    """Who issues an emergency matters to who may ratify it, and the first to approve issue: every two of them."""
    if act is not Act.EMERGENCY_LONGEST or len(seats) < 2:
        return [seats]
    return [(*two, *(one for one in seats if one not in two)) for two in itertools.combinations(seats, 2)]


@pytest.mark.parametrize("act", Act)
def test_deciding_comes_to_the_same_smallest_sets(act: Act) -> None:
    expected = collusion(keyring(GROUPS), Rules(log=LOG)).by_act()[act]
    for size in range(expected.people + 1):
        found = [
            frozenset(seats)
            for seats in itertools.combinations(sorted(VOTERS), size)
            if any(colluding(act, order) for order in orders(act, seats))
        ]
        assert tuple(found) == (expected.sets if size == expected.people else ())


def test_whoever_approved_an_emergency_is_in_no_way_enough_to_confirm_it() -> None:
    found = shown().by_act()
    assert found[Act.EMERGENCY_LONGEST].people == found[Act.EMERGENCY_DAY].people + found[Act.GRANT].people
    assert found[Act.EMERGENCY_LONGEST].organisations == 4  # another seat of the operator may


def test_a_harder_group_for_changes_takes_more_people() -> None:
    found = collusion(keyring(), Rules(log=LOG, change="suspend-humanitarian")).by_act()
    assert (found[Act.CHANGE_KEYRING].people, found[Act.GRANT].people) == (4, 3)


def test_an_act_whose_group_nobody_can_make_up_is_not_there() -> None:
    found = collusion(keyring(SMALL), Rules(log=LOG, lifelines="nobody")).by_act()
    assert Act.SUSPEND_LIFELINES not in found and found[Act.GRANT].people == 2


def test_seats_of_one_organisation_do_not_add_up() -> None:
    groups = "group ordinary 2 op1 op2 op3 counsel-a\ngroup emergency-on 2 op1 op2\n"
    known = keyring(groups + "group suspend-humanitarian 1 etc-seat\n")
    found = collusion(known, Rules(log=LOG)).by_act()
    assert {len(one) for one in found[Act.GRANT].sets} == {2}
    assert all("counsel-a" in one for one in found[Act.GRANT].sets)
    assert Act.EMERGENCY_DAY not in found  # op1 and op2 are one voice


def test_a_key_that_has_ended_colludes_no_more() -> None:
    known = keyring()
    ended = [replace(one, until_entry=9) if one.seat == "etc-seat" else one for one in known.keys]
    known = replace(known, keys=tuple(ended))
    assert Act.SUSPEND_LIFELINES not in collusion(known, Rules(log=LOG)).by_act()
    assert Act.SUSPEND_LIFELINES in collusion(known, Rules(log=LOG), entry=8).by_act()


def test_too_many_to_try_are_refused() -> None:
    with pytest.raises(InputError, match="17 witnesses are too many"):
        split_view(Groups(leaves=frozenset(f"w{n}" for n in range(17))), "none")


# ---- witnesses ----


def witnesses(n: int, k: int) -> tuple[Groups, str]:
    names = tuple(f"w{number}" for number in range(n))
    return Groups(leaves=frozenset(names), groups={"all": Group(threshold=k, members=names)}), "all"


@pytest.mark.parametrize(("n", "k", "needed"), [(3, 2, 1), (4, 3, 2), (7, 5, 3), (10, 7, 4)])
def test_a_split_view_needs_as_many_dishonest_witnesses_as_published(n: int, k: int, needed: int) -> None:
    found = split_view(*witnesses(n, k))
    assert {len(one) for one in found} == {needed}
    honest = n - needed
    assert not k > n - -(-honest // 2)  # k > n - ceil(m / 2) with m honest: a split view cannot be
    assert k > n - -(-(honest + 1) // 2)
    assert f"| {k} of {n} | {needed} |" in PAGE.read_text(encoding="utf-8")


def test_the_demonstrations_witnesses_withstand_one_dishonest_house() -> None:
    made = demonstration(lambda name: name.encode().ljust(32, b".")[-32:])
    groups = Groups(leaves=frozenset(made.policy.witnesses), groups=made.policy.groups)
    found = split_view(groups, made.policy.quorum)
    assert {frozenset(two) for two in itertools.combinations(WITNESSES, 2)} == set(found)


def test_without_a_quorum_of_witnesses_nobody_dishonest_is_needed() -> None:
    assert split_view(Groups(leaves=frozenset({"w"})), "none") == (frozenset(),)
    assert split_view(read_groups(b"group g 1 w\n", ["w"]), "nobody") == ()
