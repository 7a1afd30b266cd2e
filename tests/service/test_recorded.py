"""From a record to the service map: nothing is lost on the way, nothing is believed that has no cells, nobody is named."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.decisions import territory_of
from hudhud.adapters.recorded import atlas as packaged_atlas
from hudhud.errors import InputError, RecordError
from hudhud.record import parts
from hudhud.record.decide import decide
from hudhud.record.forms import instant_text
from hudhud.record.history import Outcomes
from hudhud.record.words import Purpose, Reason
from hudhud.service.changes import serves
from hudhud.service.decision import ALL_CLASSES, ANY, Conditions, Decisions, decisions, list_digest
from hudhud.service.map_text import map_bytes
from hudhud.service.recorded import (
    compile,
    conditions_of,
    cut,
    decisions_at,
    decisions_of,
    finder,
    mapped,
    no_lists,
    rest_id,
    territory_from_text,
)
from hudhud.service.service_map import answers
from hudhud.service.service_map import compile as compiled
from hudhud.service.territory import Kind, Territory, cell_text
from hudhud.service.vocabulary import Containment, Layer, LegalBasis, Motion, ServiceClass, ServiceState
from record.record_factory import random_history
from service.decision_factory import WORLD, area, base, decision
from service.record_world import (
    CITY,
    DAY_S,
    HOUR_S,
    LAND,
    PROVINCE,
    START_S,
    VOTERS,
    atlas,
    effect,
    granted,
    instant,
    proven,
    reference,
    sitting,
)
from service.slow_map import slow_compile

LIFELINES = (*VOTERS, "etc-seat")
MEDICAL = frozenset({ServiceClass.MEDICAL})


def at_city(found: Decisions, since_s: int, service_class: ServiceClass = ServiceClass.RESIDENTIAL) -> str:
    return dict(answers(compiled(found, instant(since_s)), 46))[service_class].id


def test_a_decision_of_the_record_says_on_the_map_what_was_agreed() -> None:
    made = sitting()
    wanted = effect(CITY, made.now_s, 30 * DAY_S, classes=MEDICAL)
    leaf = granted(made, wanted, note="On paper.")
    found = {one.id: one for one in decisions_at(made.record(), instant(made.now_s), atlas()).all}
    one = found[leaf]
    assert list(found) == ["world", leaf] and one.sequence == made.log.size - 1
    assert (one.title_en, one.title_ar, one.note) == ("Service for the city", "خدمة للمدينة", "On paper.")
    assert one.legal_basis is LegalBasis.NATIONAL_LICENCE and one.reasons == {Reason.HUMANITARIAN_NECESSITY}
    assert one.classes == MEDICAL and one.state is ServiceState.SERVED and one.conditions == ANY
    assert one.start == instant(START_S) and one.until == instant(START_S + 30 * DAY_S)
    assert one.demonstration and not one.supersedes
    assert [each.digest for each in one.territories] == [CITY.digest]


def test_an_effect_that_was_asked_for_earlier_begins_when_it_was_witnessed() -> None:
    made = sitting()
    wanted = effect(CITY, made.now_s, 30 * DAY_S)
    made.wait(HOUR_S)
    leaf = granted(made, wanted)
    (_, one) = decisions_at(made.record(), instant(made.now_s), atlas()).all
    assert one.id == leaf and one.start == instant(START_S + HOUR_S)


def test_the_map_of_an_instant_knows_nothing_that_came_later() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    made.wait(HOUR_S)
    granted(made, effect(CITY, made.now_s, None, state=ServiceState.PROHIBITED), *LIFELINES)
    record = made.record()
    assert at_city(decisions_at(record, instant(START_S - 1), atlas()), START_S - 1) == "world"
    early = decisions_at(record, instant(START_S), atlas())
    late = decisions_at(record, instant(made.now_s), atlas())
    assert len(early) == 2 and len(late) == 3
    assert compile(record, instant(START_S + 5), atlas()).digest == compiled(early, instant(START_S + 5)).digest
    before = compile(record, instant(made.now_s), atlas(), size=early.all[1].sequence)
    assert [one.id for one in before.decisions] == ["world"]


def test_what_was_superseded_or_revoked_has_ended_and_what_never_began_is_left_out() -> None:
    made = sitting()
    old = granted(made, effect(PROVINCE, made.now_s, None))
    made.wait(HOUR_S)
    new = granted(made, effect(CITY, made.now_s + DAY_S, None, supersedes=frozenset({old})), *LIFELINES)
    later = granted(made, effect(LAND, made.now_s + 3 * DAY_S, None))
    made.wait(HOUR_S)
    made.declare(later, "etc-seat")
    made.revoke(later, *LIFELINES)
    found = {one.id: one for one in decisions_at(made.record(), instant(made.now_s), atlas()).all}
    assert set(found) == {"world", old, new}
    assert found[old].until == found[new].start == instant(START_S + HOUR_S + DAY_S)


def test_a_decision_at_rest_is_suspended_over_its_cells_for_the_classes_that_rest() -> None:
    made = sitting()
    leaf = granted(made, effect(PROVINCE, made.now_s, 30 * DAY_S))
    made.wait(HOUR_S)
    made.declare(leaf, "etc-seat")
    made.suspend(leaf, MEDICAL, made.now_s + 60 * DAY_S, *LIFELINES)
    found = decisions_at(made.record(), instant(made.now_s), atlas())
    rest = {one.id: one for one in found.all}[rest_id(leaf, 1)]
    assert rest.state is ServiceState.SUSPENDED and rest.reasons == {Reason.ABUSE} and rest.layers == set(Layer)
    assert rest.until == instant(START_S + 30 * DAY_S)  # no longer than the decision itself
    assert at_city(found, made.now_s, ServiceClass.MEDICAL) == rest.id
    assert at_city(found, made.now_s, ServiceClass.PRESS) == leaf


def test_an_emergency_lapses_after_a_day_and_lasts_once_ratified() -> None:
    made = sitting()
    leaf = granted(made, effect(CITY, made.now_s, 10 * DAY_S, state=ServiceState.EMERGENCY_SERVED))
    before = decisions_at(made.record(), instant(made.now_s), atlas())
    assert before.all[1].until == instant(START_S + DAY_S)
    made.wait(HOUR_S)
    seats = ("op-2", "press-freedom-seat", "counsel-a")
    made.declare(leaf, *seats)
    made.ratify(leaf, *seats)
    after = decisions_at(made.record(), instant(made.now_s), atlas())
    assert after.all[1].until == instant(START_S + 10 * DAY_S)


def test_a_decision_that_was_reviewed_late_is_still_one() -> None:
    made = sitting()
    leaf = granted(made, effect(CITY, made.now_s, None))
    made.wait(300 * DAY_S)
    made.review(leaf, "counsel-b", review_by=instant_text(made.now_s + 300 * DAY_S))
    found = decisions_at(made.record(), instant(made.now_s), atlas()).all[1]
    assert found.review_by == instant(START_S + 600 * DAY_S)
    with pytest.raises(InputError, match="at most 365 are allowed"):  # a draft may not
        decisions([base(), replace(found, decided=np.datetime64("NaT", "ns"))], WORLD)


def test_whatever_the_record_decides_is_put_on_a_map() -> None:
    """Random histories in which every rule is broken now and then."""
    places: dict[str, Territory] = {}

    def drawn(ref: parts.TerritoryRef) -> Territory:
        rng = Random(ref.cells_sha256)
        return places.setdefault(ref.cells_sha256, area(ref.id, *sorted(rng.sample(WORLD.tolist(), 7))))

    decided = 0
    for seed in range(600):
        prefix, at_s = random_history(seed)
        outcomes = decide(prefix, at_s)
        found = decisions_of(outcomes, prefix.entries, drawn, no_lists, [base()], world=WORLD)
        begun = {one.id for one in outcomes.decisions if one.until_s is None or one.start_s < one.until_s}
        assert {one.id for one in found.all if "/" not in one.id} == {"world", *begun}
        assert [one.sequence for one in found.all] == sorted({one.sequence for one in found.all})
        decided += len(begun)
        now = instant(at_s)
        in_force = {one.id for one in outcomes.in_force}
        on_map = {one.id.partition("/")[0] for one in compiled(found, now).decisions} - {"world"}
        assert on_map <= in_force
        other = decisions(Random(seed).sample(found.all, len(found)), WORLD)
        live = decisions_of(outcomes, prefix.entries, drawn, no_lists, [base()], world=WORLD, since_s=at_s)
        assert str(compiled(live, now).next_change_at) == str(compiled(found, now).next_change_at)
        assert compiled(live, now).digest == compiled(found, now).digest
        assert compiled(other, now).digest == compiled(found, now).digest == slow_compile(found, now).digest
    assert decided > 100


def test_the_map_of_outcomes_is_the_map_of_the_record() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    record = made.record()
    outcomes: Outcomes = decide(record.prefix, made.now_s)
    found = mapped(record.prefix, outcomes, atlas(), finder(atlas(), record.blob))
    assert found.digest == proven(made).digest


def test_a_prefix_is_cut_with_its_checkpoints() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    prefix = made.record().prefix
    found = cut(prefix, 3)
    assert len(found.entries) == 3 and found.checkpoints == prefix.checkpoints[: len(found.checkpoints)]
    assert all(one.size <= 3 for one in found.checkpoints)


# conditions and lists

NUMBERS = st.integers(0, 2**53 - 1) | st.none()


@settings(deadline=None, max_examples=200)
@given(
    speed=NUMBERS, rate=NUMBERS, home=NUMBERS, abroad=NUMBERS, address=NUMBERS,
    height=st.integers(-(2**53) + 1, 2**53 - 1) | st.none(), motion=st.sampled_from(Motion) | st.none(),
    purposes=st.frozensets(st.sampled_from(Purpose), max_size=3), ocean=st.booleans(),
)  # fmt: skip
def test_conditions_of_the_record_mean_the_same_on_the_map(
    speed, rate, home, abroad, address, height, motion, purposes, ocean
) -> None:
    asked = parts.Conditions(
        maximum_speed_mm_s=speed, maximum_rate_bit_s=rate, maximum_home_distance_m=home, maximum_abroad_s=abroad,
        maximum_service_address_distance_m=address, minimum_height_m=height, motion=motion, purposes=purposes,
        ocean_plan=ocean,
    )  # fmt: skip
    found = conditions_of(asked)
    assert found.maximum_speed_m_s == (np.inf if speed is None else speed / 1_000)
    assert found.maximum_rate_bit_s == (np.inf if rate is None else rate)
    assert found.maximum_home_distance_m == (np.inf if home is None else home)
    assert found.maximum_abroad_s == (np.inf if abroad is None else abroad)
    assert found.maximum_service_address_distance_m == (np.inf if address is None else address)
    assert found.minimum_height_m == (-np.inf if height is None else height)
    assert (found.motion, found.purposes, found.ocean_plan) == (motion, purposes, ocean)
    assert (asked == parts.ANY) == (found == ANY)


def test_every_condition_of_the_record_has_one_on_the_map() -> None:
    ours = {name.replace("_mm_s", "_m_s") for name in parts.Conditions.__slots__}
    theirs = set(ANY.__slots__) - {"allowlist", "denylist"}
    assert ours == theirs


def test_a_map_has_the_same_digest_whether_its_lists_are_at_hand_or_not() -> None:
    listed = frozenset({"hospital-1", "hospital-2"})
    denied = frozenset({"stolen-1"})
    asked = parts.Conditions(allowlist_sha256=list_digest(listed), denylist_sha256=list_digest(denied))
    made = sitting()
    granted(made, effect(CITY, made.now_s, None, state=ServiceState.SERVED_ALLOWLIST_ONLY, conditions=asked))
    lists = {list_digest(listed): listed, list_digest(denied): denied}
    without, with_them = proven(made), proven(made, atlas(lists=lists.get))
    assert without.digest == with_them.digest and map_bytes(without) == map_bytes(with_them)
    assert with_them.decisions[1].conditions.allowlist == listed
    assert without.decisions[1].conditions.allowlist is None


@pytest.mark.parametrize("what", ["allowlist", "denylist"])
def test_a_digest_stands_for_a_list_that_is_not_at_hand_and_for_no_other(what: str) -> None:
    wrong = Conditions(**{what: frozenset({"a"}), f"{what}_sha256": "ab" * 32})
    no_digest = Conditions(**{f"{what}_sha256": "ab"})
    for conditions, told in ((wrong, "a list that is not at hand"), (no_digest, "64 hexadecimal digits")):
        one = decision("a", 1, CITY, state=ServiceState.SERVED_RESTRICTED, conditions=conditions)
        with pytest.raises(InputError, match=told):
            decisions([base(), one], WORLD)


def test_a_list_that_is_not_at_hand_is_not_empty() -> None:
    unseen = decision("a", 1, CITY, state=ServiceState.SERVED_ALLOWLIST_ONLY,
                      conditions=Conditions(allowlist_sha256="ab" * 32))  # fmt: skip
    assert serves(unseen)
    assert not serves(replace(unseen, conditions=Conditions(allowlist_sha256=list_digest(()))))


def test_another_list_than_the_one_agreed_to_is_refused() -> None:
    asked = parts.Conditions(allowlist_sha256=list_digest({"a"}))
    with pytest.raises(RecordError, match="it is another list"):
        conditions_of(asked, lambda _: frozenset({"b"}))


def test_the_list_of_nobody_is_known_by_its_digest() -> None:
    assert conditions_of(parts.Conditions(allowlist_sha256=list_digest(()))).allowlist == frozenset()


# territories


def test_a_decision_that_has_ended_needs_no_cells_any_more() -> None:
    made = sitting()
    granted(made, effect(area("front", 60), made.now_s, HOUR_S))
    made.wait(HOUR_S - 1)
    with pytest.raises(RecordError, match="nobody has shown its cells"):
        proven(made)
    made.wait(1)
    assert [one.id for one in proven(made).decisions] == ["world"]


def test_a_territory_of_the_catalogue_is_found_by_its_digest() -> None:
    find = finder(packaged_atlas(), lambda _: None)
    for name, mode in (
        ("UKR", Containment.FULL),
        ("UKR.crimea", Containment.OVERLAP),
        ("UKR+UKR.sea", Containment.FULL),
    ):
        place = territory_of(name, mode)
        found = find(reference(place, id=name.replace("+", "_")))
        assert (found.id, found.kind, found.digest) == (name.replace("+", "_"), place.kind, place.digest)
        assert np.array_equal(found.number, place.number)
    named = find(reference(territory_of("POL", Containment.CENTRE), id="the-plain"))
    assert named.id == "the-plain" and named.kind is Kind.COUNTRY


def test_a_territory_kept_beside_the_log_is_found_by_its_digest() -> None:
    kept = {CITY.digest: cell_text(CITY.number, CITY.containment)}
    found = finder(atlas(), kept.get)(reference(CITY))
    assert (
        found.kind is Kind.OWN and np.array_equal(found.number, CITY.number) and found.containment is CITY.containment
    )


def test_every_territory_that_nobody_has_shown_is_told() -> None:
    made = sitting()
    unknown = [area(f"front-{n}", 60 + n) for n in range(2)]
    for place in unknown:
        granted(made, effect(place, made.now_s, None))
    with pytest.raises(RecordError, match="make no service map") as caught:
        proven(made)
    assert len(caught.value.faults) == 2
    assert all(place.digest[:12] in str(caught.value) for place in unknown)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"hudhud-territory/v1 h3 5 full\n",
        cell_text(CITY.number, CITY.containment)[:-1],
        cell_text(CITY.number, CITY.containment) + b"\n",
        cell_text(CITY.number, CITY.containment).replace(b"full", b"FULL"),
        cell_text(CITY.number, CITY.containment).replace(b"\n", b"\r\n"),
        cell_text(CITY.number[::-1].copy(), CITY.containment),
        cell_text(CITY.number, CITY.containment).partition(b"\n")[2],
        b"[]",
    ],
)
def test_cells_that_are_not_written_as_they_are_digested_are_refused(text: bytes) -> None:
    with pytest.raises(InputError):
        territory_from_text("city", text)
    with pytest.raises(RecordError, match="'city'"):
        finder(atlas(), lambda _: text)(reference(CITY))


def test_other_cells_under_the_digest_are_refused() -> None:
    text = cell_text(LAND.number, LAND.containment)
    with pytest.raises(RecordError, match="the cells shown have the digest"):
        finder(atlas(), lambda _: text)(reference(CITY))


@pytest.mark.parametrize("stated", [Containment.FULL, Containment.CENTRE])
@pytest.mark.parametrize("id", ["UKR", "TON", "the-plain"])
def test_attack_another_containment_is_stated_than_that_of_the_cells(stated: Containment, id: str) -> None:
    place = territory_of("UKR", Containment.OVERLAP)
    with pytest.raises(RecordError, match=r"those of the digest .* are the overlap ones"):
        finder(packaged_atlas(), lambda _: None)(reference(place, id=id, containment=stated))


def test_attack_another_containment_is_stated_than_that_of_the_cells_kept_beside_the_log() -> None:
    kept = {CITY.digest: cell_text(CITY.number, CITY.containment)}
    find = finder(atlas(), kept.get)
    assert find(reference(CITY)).containment is CITY.containment
    with pytest.raises(RecordError, match="are the full ones"):
        find(reference(CITY, containment=Containment.OVERLAP))


@pytest.mark.parametrize("resolution", [0, 4, 6, 7])
def test_attack_another_resolution_is_stated_than_that_of_the_cells(resolution: int) -> None:
    kept = {CITY.digest: cell_text(CITY.number, CITY.containment)}
    for find, place in (
        (finder(packaged_atlas(), lambda _: None), territory_of("UKR", Containment.FULL)),
        (finder(atlas(), kept.get), CITY),
    ):
        with pytest.raises(RecordError, match=f"of resolution {resolution}; cells are of resolution 5"):
            find(reference(place, resolution=resolution))


def test_no_map_follows_from_a_decision_with_another_containment() -> None:
    made = sitting()
    wanted = effect(CITY, made.now_s, None, territories=(reference(CITY, containment=Containment.OVERLAP),))
    granted(made, wanted)
    with pytest.raises(RecordError, match="make no service map"):
        proven(made)


def test_the_ground_lies_under_the_whole_world() -> None:
    made = sitting()
    made.file("op-1", made.contacts())
    found = compile(made.record(), instant(made.now_s), packaged_atlas())
    assert [one.id for one in found.decisions] == ["ground"] and found.decisions[0].classes == ALL_CLASSES
