"""A run that obeys a record: nothing without a proven release, nothing after an end, whatever else is claimed."""

from typing import Any

import numpy as np
import pytest

from hudhud.record import parts
from hudhud.record.forms import instant_text
from hudhud.record.rules import SKEW_S
from hudhud.record.sitting import Sitting
from hudhud.report.result import Outcome, Result
from hudhud.service import service_map
from hudhud.service.obeyed import Obeyed, by_releases
from hudhud.service.predicates import Predicate
from hudhud.service.recorded import Atlas, compile
from hudhud.service.territory import cell_text, territory
from hudhud.service.vocabulary import Containment, Layer, ServiceClass, ServiceState
from hudhud.simulate import consulted, simulate
from hudhud.sky.hexagons import cell_number
from service.decision_factory import base
from service.record_world import DAY_S, DEMO, HOUR_S, VOTERS, atlas, effect, granted, instant
from worlds import HEAD, KYIV, START, made, provenance

WORLD = np.unique(cell_number(np.radians([50.45, 46.48, 90.0]), np.radians([30.52, 30.74, 0.0])))
PLACE = territory("kyiv", cell_number(np.radians([50.45]), np.radians([30.52])), Containment.FULL)
REGION = territory("south", WORLD[:2], Containment.FULL)
START_S = int(START.astype("datetime64[s]").astype(np.int64))
SLOT_S, SLOTS = 15, 12
TEXT = HEAD.replace("slots = 4", f"slots = {SLOTS}") + KYIV
ATLAS: Atlas = atlas(ground=base(WORLD), world=WORLD)
EVERYBODY = [True] * SLOTS


def sitting(before_s: int = HOUR_S) -> Sitting:
    """A history that begins so long before the run."""
    found = Sitting(DEMO, START_S - before_s)
    found.log.add_blobs([cell_text(each.number, each.containment) for each in (PLACE, REGION)])
    return found


def release(history: Sitting, **changed: Any) -> str:
    """The right map of now, released; the leaf of the entry."""
    found = compile(history.record(), instant(history.now_s), ATLAS)
    return history.release(changed.pop("map_sha256", found.digest), **changed)


def run(history: Sitting, **options: Any) -> Result:
    world = made(TEXT, authority=by_releases(history.record(), ATLAS))
    return simulate(world, provenance(), **options)


def permitted(result: Result) -> list[bool]:
    return result.permitted[:, 0].tolist()


def served(result: Result) -> np.ndarray:
    return result.outcome[:, 0] == Outcome.SERVED


def until(slots: int) -> list[bool]:
    """Permitted in the first slots only."""
    return [n < slots for n in range(SLOTS)]


def test_a_released_grant_is_obeyed_and_the_result_names_the_release() -> None:
    history = sitting()
    leaf = granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    entry = release(history)
    result = run(history)
    assert permitted(result) == EVERYBODY and served(result).any()
    assert result.releases == (entry,) and result.service_map.tolist() == [0] * SLOTS
    assert result.decisions == ("world", leaf) and set(result.decision[:, 0]) == {1}
    assert result.provenance.warnings == ()


def test_a_decided_grant_that_nobody_released_serves_nobody() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    result = run(history)
    assert not any(permitted(result)) and not served(result).any()
    assert result.releases == ("",) and result.provenance.warnings == ()


def test_service_begins_in_the_slot_after_the_release_was_witnessed() -> None:
    history = sitting(before_s=60)
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    history.wait(60 + 4 * SLOT_S - 5)
    entry = release(history)
    result = run(history)
    assert permitted(result) == [n >= 4 for n in range(SLOTS)]
    assert result.releases == ("", entry) and result.service_map.tolist() == [0] * 4 + [1] * 8


def test_no_terminal_is_served_after_the_end_without_a_new_release() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, HOUR_S + 5 * SLOT_S))
    release(history)
    result = run(history)
    assert permitted(result) == until(5) and not served(result)[5:].any()
    assert len(result.service_maps) == 1  # the last good map is still the one obeyed
    assert set(result.failed_predicates[5:, 0]) == {Predicate.DECISION_OVER.bit}


def test_no_terminal_is_served_after_the_end_with_a_new_release() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, HOUR_S + 5 * SLOT_S))
    release(history)
    history.wait(HOUR_S + 5 * SLOT_S)
    release(history)
    result = run(history)
    assert permitted(result) == until(5) and len(result.service_maps) == 2
    assert not result.failed_predicates[5:, 0].astype(np.uint32)[0] & Predicate.DECISION_OVER.bit


@pytest.mark.parametrize("state", [ServiceState.SERVED, ServiceState.EMERGENCY_SERVED])
@pytest.mark.parametrize("releases", [0, 1, 3])
def test_zero_terminal_slots_after_any_end(state: ServiceState, releases: int) -> None:
    """Ends at every slot of the run and between them, with and without releases around them."""
    for end_s in range(-SLOT_S, SLOTS * SLOT_S, 20):
        history = sitting(before_s=600)
        granted(history, effect(PLACE, history.now_s, 600 + end_s, state=state))
        release(history)
        for _ in range(releases):
            history.wait((600 + end_s + 30) // releases)
            release(history)
        consult = consulted(made(TEXT, authority=by_releases(history.record(), ATLAS)))
        for n in range(SLOTS):
            asked = consult(START + np.timedelta64(n * SLOT_S, "s"))
            assert bool(asked.permitted[0]) == (n * SLOT_S < end_s), (end_s, n)


def test_an_emergency_lapses_in_the_run_after_a_day_without_ratification() -> None:
    history = sitting(before_s=DAY_S - 6 * SLOT_S)
    granted(history, effect(PLACE, history.now_s, 10 * DAY_S, state=ServiceState.EMERGENCY_SERVED))
    release(history)
    result = run(history)
    assert permitted(result) == until(6) and not served(result)[6:].any()


def test_an_emergency_that_was_ratified_and_released_again_goes_on() -> None:
    history = sitting(before_s=DAY_S - 6 * SLOT_S)
    leaf = granted(history, effect(PLACE, history.now_s, 10 * DAY_S, state=ServiceState.EMERGENCY_SERVED))
    release(history)
    history.wait(HOUR_S)
    history.declare(leaf, "op-2", "press-freedom-seat", "counsel-a")
    history.ratify(leaf, "op-2", "press-freedom-seat", "counsel-a")
    assert permitted(run(history)) == until(6)  # ratified, and nobody has released that
    release(history)
    assert permitted(run(history)) == EVERYBODY


def test_a_release_of_another_map_is_refused_and_the_one_before_it_stands() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    good = release(history)
    history.wait(60)
    release(history, map_sha256="ab" * 32)
    result = run(history)
    assert permitted(result) == EVERYBODY and result.releases == (good,)
    (warning,) = result.provenance.warnings
    assert "entry" in warning and "abababababab" in warning and "not obeyed" in warning


def test_a_first_release_of_another_map_serves_nobody() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    release(history, map_sha256="ab" * 32)
    result = run(history)
    assert not any(permitted(result)) and len(result.provenance.warnings) == 1


def test_a_release_over_another_timeline_is_refused() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    release(history, timeline_sha256="ab" * 32)
    result = run(history)
    assert not any(permitted(result)) and "another timeline" in result.provenance.warnings[0]


@pytest.mark.parametrize("seat", ["op-1", "ministry", "counsel-a", "point-beam"])
def test_a_release_by_a_wrong_seat_has_no_effect(seat: str) -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    release(history)
    right = history.record().prefix.entries[-1].statement
    other = sitting()
    granted(other, effect(PLACE, other.now_s, 30 * DAY_S))
    other.file(seat, right)
    assert not any(permitted(run(other)))


def test_a_release_that_was_not_witnessed_has_no_effect() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    release(history)
    right = history.record().prefix.entries[-1].statement
    other = sitting()
    granted(other, effect(PLACE, other.now_s, 30 * DAY_S))
    other.file("registrar", right, cosigned=False)
    assert not any(permitted(run(other)))


def test_an_older_map_that_is_released_anew_does_not_come_back() -> None:
    history = sitting()
    granted(history, effect(REGION, history.now_s, 30 * DAY_S))
    old = history.newest
    first = compile(history.record(), instant(history.now_s), ATLAS).digest
    first_timeline = history.record().timeline.digest_until(old.size)
    at = instant_text(history.now_s)
    history.wait(60)
    granted(history, effect(PLACE, history.now_s, None, state=ServiceState.PROHIBITED), *VOTERS, "etc-seat")
    good = release(history)
    history.wait(60)
    history.release(first, size=old.size, root=old.root, timeline_sha256=first_timeline, at=at)
    result = run(history)
    assert not any(permitted(result)) and result.releases == (good,)
    assert "goes back" in result.provenance.warnings[0]


def test_a_map_for_an_instant_to_come_is_obeyed_from_then_on() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    at_s = START_S + 4 * SLOT_S
    history.wait(at_s - SKEW_S - history.now_s)
    found = compile(history.record(), instant(at_s), ATLAS)
    history.release(found.digest, at=instant_text(at_s))
    assert permitted(run(history)) == [n >= 4 for n in range(SLOTS)]


def test_a_map_for_an_instant_far_ahead_is_never_obeyed() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    at_s = history.now_s + SKEW_S + 1
    history.release(compile(history.record(), instant(at_s), ATLAS).digest, at=instant_text(at_s))
    assert not any(permitted(run(history)))


def test_a_territory_that_nobody_has_shown_refuses_the_release() -> None:
    history = Sitting(DEMO, START_S - HOUR_S)  # the cells are not kept beside this log
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    history.release("ab" * 32)
    result = run(history)
    assert not any(permitted(result)) and "nobody has shown its cells" in result.provenance.warnings[0]


def test_a_list_that_is_not_at_hand_serves_nobody_and_is_told() -> None:
    history = sitting()
    asked = parts.Conditions(allowlist_sha256="ab" * 32, denylist_sha256="cd" * 32)
    granted(history, effect(PLACE, history.now_s, None, state=ServiceState.SERVED_ALLOWLIST_ONLY, conditions=asked))
    release(history)
    result = run(history)
    assert not any(permitted(result))
    allowed, denied = result.provenance.warnings
    assert "serves nobody" in allowed and "NOT enforced" in denied


def test_a_map_is_compiled_only_when_the_release_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    history = sitting(before_s=60)
    granted(history, effect(PLACE, history.now_s, 60 + 7 * SLOT_S, classes=frozenset(ServiceClass)))
    release(history)
    history.wait(60 + 4 * SLOT_S)
    granted(history, effect(REGION, history.now_s, None))
    release(history)
    calls: list[np.datetime64] = []
    real = service_map.compile
    authority = by_releases(history.record(), ATLAS)
    monkeypatch.setattr(service_map, "compile", lambda items, at: (calls.append(at), real(items, at))[1])
    consult = consulted(made(TEXT, authority=authority))
    for n in range(SLOTS):
        consult(START + np.timedelta64(n * SLOT_S, "s"))
    assert len(calls) == 2


def test_the_answer_does_not_depend_on_what_was_asked_before() -> None:
    history = sitting(before_s=60)
    granted(history, effect(PLACE, history.now_s, 60 + 7 * SLOT_S))
    release(history)
    history.wait(90)
    granted(
        history,
        effect(PLACE, history.now_s, None, state=ServiceState.SUSPENDED, layers=frozenset(Layer)),
        *VOTERS,
        "etc-seat",
    )
    release(history)

    def told(found: Obeyed) -> tuple[object, ...]:
        return found.service_map.digest, found.over.tolist(), str(found.until), found.release, found.warnings

    instants = [instant(START_S + second) for second in range(-120, 200, 7)]
    forward, backward = (by_releases(history.record(), ATLAS) for _ in range(2))
    one = [told(forward.obeyed(at)) for at in instants]
    other = [told(backward.obeyed(at)) for at in reversed(instants)]
    assert one == other[::-1]


def test_a_further_limit_of_the_caller_holds_beside_the_record() -> None:
    history = sitting()
    granted(history, effect(PLACE, history.now_s, 30 * DAY_S))
    release(history)
    assert not any(permitted(run(history, permits=np.zeros(1, dtype=np.bool_))))
