"""What a decision would do, told to those who must sign it."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from hudhud.errors import InputError
from hudhud.service.changes import Change
from hudhud.service.contradiction import contradictions
from hudhud.service.decision import Conditions, decisions, list_digest
from hudhud.service.impact import Afterwards, Extent, Posts, Side, as_json, impact
from hudhud.service.service_map import compile as compiled
from hudhud.service.terminals import subscribers
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState
from hudhud.sky.hexagons import h3_index
from service.decision_factory import area, base, day, decision
from service.impact_world import PLACES, TERRITORIES, WORLD, held, of, standing

LAND = frozenset(ServiceClass) - {ServiceClass.MARITIME, ServiceClass.MILITARY}


def told(*drafts, without=None, at=0.0, lapse=None, **more):
    """The impact of drafts on the small world."""
    base_set = standing() if without is None else without
    sets = [decisions(some, WORLD) for some in (base_set, [*base_set, *drafts])]
    lapsed = None if lapse is None else tuple(compiled(each, day(lapse)) for each in sets)
    found = contradictions(sets[1], day(at))
    before, after = (compiled(each, day(at)) for each in sets)
    return impact(before, after, drafts, TERRITORIES, PLACES, contradictions=found, lapsed=lapsed, **more)


def grant(containment=Containment.FULL, **changed):
    """Service over AAA."""
    return decision("grant", 5, of("AAA", containment), **{"state": ServiceState.SERVED, **changed})


def test_a_grant_tells_who_gains_and_how_many_live_there():
    found = told(grant())
    assert found.gain == Extent(cells=8, people=7_000, places=3)
    assert found.lose == found.alter == found.outside == Extent()
    (group,) = found.groups
    assert group.classes == tuple(ServiceClass) and group.gain == found.gain
    assert [(change, place.name_en) for change, place in found.largest] == [
        (Change.GAIN, "Cedar"), (Change.GAIN, "Birch"), (Change.GAIN, "Aster"),
    ]  # fmt: skip
    (step,) = found.transitions
    assert (step.before.id, step.after.id, step.change, step.extent) == ("world", "grant", Change.GAIN, found.gain)


def test_classes_that_change_alike_are_told_together():
    military = frozenset({ServiceClass.MILITARY})
    off = decision("off", 6, of("BBB", Containment.FULL), state=ServiceState.PROHIBITED, classes=military)
    found = told(grant(classes=LAND), off)
    groups = {group.classes: group for group in found.groups}
    assert groups[(ServiceClass.MILITARY,)].lose == Extent(cells=8, people=8_000, places=1)
    assert groups[tuple(each for each in ServiceClass if each in LAND)].gain.cells == 8
    assert sum(group.gain.cells for group in found.groups) == 8
    assert found.protected[1].classes == (ServiceClass.MEDICAL,) and found.protected[1].gain.cells == 8


def test_what_the_border_leaves_out_is_told_with_its_people_and_neighbours():
    (left,) = told(grant()).left_out
    assert set(left.number.tolist()) == held("AAA", Containment.OVERLAP) - held("AAA", Containment.FULL)
    assert left.all == left.refused == Extent(cells=6, people=50, places=1)
    assert left.neighbours == ("BBB",)


def test_nothing_spills_over_a_border_when_only_whole_cells_are_taken():
    found = told(grant())
    assert [(each.id, each.side, each.full, each.centre, each.touched) for each in found.countries] == [
        ("AAA", Side.OWN, 8, 8, 8)
    ]
    assert len(found.spill) == 0


def test_what_reaches_into_a_neighbour_is_told():
    found = told(grant(Containment.OVERLAP))
    own, other = found.countries
    assert (own.id, own.side, own.full, own.centre, own.touched) == ("AAA", Side.OWN, 8, 11, 14)
    assert (other.id, other.side, other.full, other.centre, other.touched) == ("BBB", Side.OTHER, 0, 1, 3)
    assert other.people == 0 and other.people_touched == 50
    assert found.spill.tolist() == [53]
    assert found.left_out[0].all == Extent()


def test_sea_counts_for_its_country():
    found = told(decision("sea", 5, of("AAA.sea", Containment.FULL)))
    (own,) = found.countries
    assert (own.id, own.side, own.touched, own.sea) == ("AAA", Side.OWN, 0, 2)


def test_a_territory_of_ones_own_names_no_country():
    found = told(decision("spot", 5, area("spot", 43, 60)))
    assert {each.id: each.side for each in found.countries} == {"AAA": Side.OTHER, "BBB": Side.OTHER}
    assert found.left_out == () and found.unbordered == ("spot",)


def test_claims_are_shown_as_claims():
    (claim,) = told(grant()).claims
    assert (claim.territory, claim.claimed_by, claim.controlled_by) == ("AAA.march", ("AAA", "BBB"), "BBB")
    assert claim.gain == Extent(cells=4, people=4_000, places=1) and claim.lose == Extent()


def test_a_narrower_decision_that_stands_is_pointed_out():
    narrow = decision("narrow", 2, area("spot", 43), state=ServiceState.PROHIBITED, classes=LAND)
    (over,) = told(grant(), without=[*standing(), narrow]).overruled
    assert set(over.classes) == LAND and over.all == 8 and over.narrower
    assert (over.decision, over.extent, over.by) == ("grant", Extent(cells=1, people=1_000, places=1), ("narrow",))


def test_a_decision_not_in_force_changes_nothing():
    found = told(grant(start=day(3)))
    assert found.gain == Extent() and found.groups == () and found.overruled[0].by == ("world",)


def test_what_a_superseded_decision_leaves_behind_is_told():
    narrower = decision("spot", 5, area("spot", 60), supersedes=frozenset({"bbb"}), until=day(2))
    found = told(narrower, lapse=2)
    assert found.lose == found.outside == Extent(cells=7, people=8_000, places=1)
    assert found.afterwards is Afterwards.OTHERWISE and found.afterwards_cells == 8
    assert told(grant(until=day(2)), lapse=2).afterwards is Afterwards.AS_WITHOUT
    assert told(grant()).afterwards is Afterwards.NEVER_LAPSES


def test_what_only_the_order_of_the_record_decides_is_told():
    found = told(grant(), decision("against", 6, of("AAA", Containment.FULL), state=ServiceState.SUSPENDED))
    (pair,) = found.contradictions
    assert (pair.winner.id, pair.loser.id, len(pair.number)) == ("against", "grant", 8)
    assert as_json(found)["contradictions"][0]["cells"] == 8


def test_registered_terminals_are_tried_under_both_maps():
    import h3.api.basic_int as h3

    at = np.radians([h3.cell_to_latlng(int(h3_index(np.array(n, dtype=np.int32)))) for n in (43, 44, 60, 75)])
    medical = ServiceClass.MEDICAL
    posts = Posts(
        subscribers=subscribers(["a", "b", "c", "d", "e"], [medical, medical, ServiceClass.PRESS, medical, medical]),
        latitude_rad=np.append(at[:, 0], np.nan),
        longitude_rad=np.append(at[:, 1], np.nan),
    )
    found = told(grant(), decision("off", 6, area("spot", 60), state=ServiceState.PROHIBITED), posts=posts)
    counted = {each.service_class: each for each in found.terminals or ()}
    assert (counted[medical].gain, counted[medical].lose, counted[medical].all) == (2, 0, 4)
    assert (counted[ServiceClass.PRESS].lose, counted[ServiceClass.PRESS].all) == (1, 1)
    assert told(grant()).terminals is None


def test_the_digest_is_that_of_the_rest_as_canonical_json():
    content = as_json(told(grant()))
    digest = content.pop("digest")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == digest
    assert content["format"] == "hudhud-impact/v1"


def leaves(value):
    """Every value in JSON that is neither list nor object."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def test_what_is_signed_holds_texts_and_whole_numbers_only():
    assert {type(each) for each in leaves(as_json(told(grant(until=day(2)), lapse=2)))} == {str, int}


def test_the_digest_does_not_depend_on_how_the_maps_were_made():
    shuffled = told(grant(), without=standing()[::-1])
    assert shuffled.digest == told(grant()).digest


@pytest.mark.parametrize(
    "changed",
    [
        {"until": day(2)},
        {"classes": LAND},
        {"title_en": "Another"},
        {"review_by": day(80)},
        {"state": ServiceState.TECHNICALLY_UNAVAILABLE},
    ],
)
def test_another_draft_has_another_digest(changed):
    assert told(grant(**changed)).digest != told(grant()).digest


def test_an_impact_is_of_one_instant_and_of_some_decision():
    sets = decisions(standing(), WORLD)
    early, late = compiled(sets, day(0)), compiled(sets, day(1))
    with pytest.raises(InputError, match="one instant"):
        impact(early, late, [grant()], TERRITORIES, PLACES)
    with pytest.raises(InputError, match="under review"):
        impact(early, early, [], TERRITORIES, PLACES)


def test_taking_a_decision_away_is_the_reverse_of_adding_it():
    rest = [base()]
    served = replace(standing()[1], sequence=5)
    found = told(served, without=rest)
    assert found.gain.cells == 8 and found.before_digest != found.after_digest
    maps = [compiled(decisions(some, WORLD), day(0)) for some in ([*rest, served], rest)]
    reverse = impact(*maps, [served], TERRITORIES, PLACES)
    assert reverse.lose == found.gain and reverse.gain == Extent()


def test_other_conditions_are_a_change_and_are_signed():
    draft = decision("slow", 5, of("BBB", Containment.FULL), state=ServiceState.SERVED_RESTRICTED,
                     conditions=Conditions(maximum_speed_m_s=0.0, allowlist=frozenset({"t"})))  # fmt: skip
    found = told(draft)
    assert found.conditions == Extent(cells=8, people=8_000, places=1) and found.alter == found.lose == Extent()
    (terms,) = found.new_terms
    assert terms.decision is draft and terms.classes == tuple(ServiceClass) and terms.extent == found.conditions
    stated = as_json(found)
    asked = stated["reviewed"][0]["conditions"]
    assert asked["maximum_speed_m_s"] == "0" and asked["allowlist"] == list_digest({"t"})
    (step,) = stated["transitions"]
    assert (
        step["change"] == "conditions" and step["after"]["conditions"] == asked and step["before"]["conditions"] == {}
    )
    faster = replace(draft, conditions=replace(draft.conditions, maximum_speed_m_s=9.0))
    assert told(faster).digest != found.digest


def test_an_empty_list_serves_nobody():
    draft = decision("list", 5, of("BBB", Containment.FULL), state=ServiceState.SERVED_ALLOWLIST_ONLY,
                     conditions=Conditions(allowlist=frozenset()))  # fmt: skip
    found = told(draft)
    assert found.lose.cells == 8 and found.conditions == found.alter == Extent()
    assert all(group.lose.cells == 8 for group in found.protected)


def test_a_prohibition_that_ends_is_told():
    ban = decision("ban", 2, of("AAA", Containment.OVERLAP), state=ServiceState.PROHIBITED, classes=LAND)
    (over,) = told(grant(), without=[*standing(), ban]).overridden
    assert (over.before.id, over.after.id, set(over.classes), over.extent.cells) == ("ban", "grant", set(LAND), 8)
