"""Two ways to decide agree, and what holds in every history."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hudhud.record.decide import decide
from hudhud.record.history import (
    Prefix,
    State,
)
from record import slow_decide
from record.record_factory import (
    DAY_S,
    random_history,
)

# ---- agreement ----


@pytest.mark.parametrize("chunk", range(4))
def test_two_ways_to_decide_agree_on_a_hundred_thousand_random_histories(chunk: int) -> None:
    states: set[State] = set()
    for seed in range(chunk * 25_000, (chunk + 1) * 25_000):
        prefix, at_s = random_history(seed)
        found = decide(prefix, at_s)
        assert found == slow_decide.decide(prefix, at_s), f"history {seed}"
        states.update(one.state for one in found.requests)
    assert states >= set(State) - {State.GRANTED_WITH_CONDITIONS}


# ---- invariants ----


def shortened(prefix: Prefix, size: int) -> Prefix:
    """The first checkpoints of a history."""
    checkpoints = prefix.checkpoints[:size]
    last = checkpoints[-1].size if checkpoints else 0
    return replace(prefix, entries=prefix.entries[:last], checkpoints=checkpoints)


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**40), cut=st.floats(0, 1))
@example(seed=34, cut=0.75)
def test_nothing_un_happens(seed: int, cut: float) -> None:
    """Entries that were witnessed later change nothing that was so before; they only answer it."""
    prefix, _ = random_history(seed, steps=12)
    size = round(cut * len(prefix.checkpoints))
    short = shortened(prefix, size)
    at_s = max((one.at_s for one in short.checkpoints), default=0)
    before, after = decide(short, at_s), decide(prefix, 2**35)
    assert after.void[: len(before.void)] == before.void
    assert after.releases[: len(before.releases)] == before.releases
    assert after.reports[: len(before.reports)] == before.reports
    for was, now in zip(before.withheld, after.withheld, strict=False):
        assert (was.index, was.digest, was.due_s) == (now.index, now.digest, now.due_s)
        assert now.trustees[: len(was.trustees)] == was.trustees and (now.overdue or not was.overdue)
        assert was.disclosed_s in (None, now.disclosed_s)
    for old, new in zip(before.requests, after.requests, strict=False):
        assert (old.leaf, old.received_s, old.quorum) == (new.leaf, new.received_s, new.quorum)
        if old.answered_s is not None:
            assert (old.answered_s, old.why, old.counts) == (new.answered_s, new.why, new.counts)
        if old.decided is not None:
            assert new.decided is not None
            for name in ("id", "index", "effect", "votes", "verdict", "start_s", "decided_s", "supersedes"):
                assert getattr(old.decided, name) == getattr(new.decided, name)
            assert new.decided.rests[: len(old.decided.rests)] == old.decided.rests
            if not old.decided.in_force(at_s) and old.decided.start_s <= at_s:
                assert not new.decided.in_force(at_s)
    if size < len(prefix.checkpoints) and max(one.at_s for one in prefix.checkpoints) > at_s:
        later = [one for one in prefix.checkpoints if one.at_s > at_s]
        if min(one.size for one in later) > (short.checkpoints[-1].size if short.checkpoints else 0) and all(
            one.at_s > at_s for one in prefix.checkpoints[size:]
        ):
            assert decide(prefix, at_s) == before  # the future has no say in what was so


@settings(deadline=None, max_examples=150)
@given(seed=st.integers(0, 2**40), later_s=st.integers(0, 1000 * DAY_S))
def test_no_emergency_is_immortal_no_act_is_without_its_colleges_and_no_silence_is_unbounded(
    seed: int, later_s: int
) -> None:
    prefix, at_s = random_history(seed, steps=12)
    at_s += later_s
    found = decide(prefix, at_s)
    known = prefix.keyrings[prefix.keyring_sha256]
    colleges = {one.id: one.college for one in known.seats}
    seats = {one.raw: one.seat for one in known.keys}
    for one in found.requests:
        assert one.state is not State.WAITING or at_s < one.lapse_s
        assert one.overdue or one.answered_s is not None or at_s < one.deadline_s
        if one.decided is None:
            continue
        made = one.decided
        assert made.start_s >= made.decided_s
        voters = [seats[prefix.entries[index].key] for index in made.votes]
        homes = {known.organisation_of(next(k.person for k in known.keys if k.seat == seat)) for seat in voters}
        assert len({colleges[seat] for seat in voters}) >= 2 and len(homes) == len(voters)
        if made.emergency:
            most_s = DAY_S if made.ratified_s is None else 15 * DAY_S
            assert made.until_s is not None and made.until_s <= made.decided_s + most_s
        for index in made.votes:
            signer = prefix.entries[index].key
            assert any(
                one.key == signer and type(one.statement).__name__ == "ContactDeclaration"
                for one in prefix.entries[:index]
            )


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**40))
def test_long_histories_are_decided_alike_too(seed: int) -> None:
    prefix, at_s = random_history(seed, steps=40)
    assert decide(prefix, at_s) == slow_decide.decide(prefix, at_s)
