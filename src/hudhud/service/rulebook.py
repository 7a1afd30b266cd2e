"""What a service map asks of a set of terminals, as tables: worked out once for each map, read by `eligibility` in every slot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hudhud.arrays import Bools, Floats, Ints, freeze
from hudhud.errors import Fault, InputError
from hudhud.service.countries import Countries
from hudhud.service.decision import Decision
from hudhud.service.predicates import Predicate
from hudhud.service.service_map import ServiceMap
from hudhud.service.terminals import PURPOSES, Subscribers
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import DECREES, AccountState, Layer, Motion, Reason, ServiceState
from hudhud.sky.hexagons import NUMBERS

__all__ = ["Failures", "Rulebook", "place_key", "refusal_bits", "rulebook"]

Failures = NDArray[np.uint32]
"""Bits `Predicate.bit` of what fails."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rulebook:
    """A service map as terminals meet it.  Tables over decisions end with a row that asks nothing, read at index -1.

    own: (terminal,) what fails wherever the terminal is.  trait: (terminal,) which of the combinations of purpose, ocean plan
    and home country it is; failing: (decision+1, trait) what a terminal of that combination fails.
    maximum_..., minimum_...: (decision+1,) limits.  stays: (decision+1,) whether a terminal must not move.
    lit: (profile,) whether its cells get beams.
    listing: (decision+1,) whether it has a list of terminals; allowlist: for each decision, None for all; denylist.
    various: (decision+1,) place of a decision among those whose refusals differ from one territory to the other, -1 for the
    rest; refusal_key: `place_key` of that place and each cell, ascending; refusal: what fails there.
    limited: terminals whose plan is not valid everywhere; plan_key: `place_key` of plan and each cell where it is, ascending,
    and one beyond them all.
    """

    service_map: ServiceMap
    subscribers: Subscribers
    countries: Countries | None
    own: Failures
    trait: Ints
    failing: Failures
    lit: Bools
    stays: Bools
    maximum_speed_m_s: Floats
    maximum_service_address_distance_m: Floats
    maximum_home_distance_m: Floats
    maximum_abroad_s: Floats
    minimum_height_m: Floats
    listing: Bools
    allowlist: tuple[frozenset[str] | None, ...]
    denylist: tuple[frozenset[str], ...]
    various: Ints
    refusal_key: Ints
    refusal: Failures
    limited: Ints
    plan_key: Ints

    def __post_init__(self) -> None:
        freeze(*(each for name in self.__slots__ if isinstance(each := getattr(self, name), np.ndarray)))


def rulebook(
    service_map: ServiceMap,
    subscribers: Subscribers,
    countries: Countries | None = None,
    *,
    over: Bools | None = None,
) -> Rulebook:
    """Work out what a map asks of terminals.

    over: (decision,) which of its decisions have ended although the map is still obeyed: what they served is refused.
    countries: needed where a decision limits the distance to the home country, or a plan is valid in some countries only.
    Raises InputError with every such decision and plan where it is None.
    """
    decisions = service_map.decisions
    _check_countries(decisions, subscribers, countries)
    over = np.zeros(len(decisions), dtype=np.bool_) if over is None else over
    serves = np.array([each.state.serves for each in decisions], dtype=np.bool_)
    trait, failing = _traits(decisions, subscribers)
    failing[:-1] |= ((over & serves) * _bit(Predicate.DECISION_OVER))[:, None]
    mixed = [len({refusal_bits(each, one.kind) for one in each.territories}) > 1 for each in decisions]
    for row, each in enumerate(decisions):
        if not mixed[row]:
            failing[row] |= np.uint32(refusal_bits(each, each.territories[0].kind))
    refusal_key, refusal = _refusals([each for each, differs in zip(decisions, mixed, strict=True) if differs])
    allowlist = tuple(map(_allowlist, decisions))
    denylist = tuple(each.conditions.denylist for each in decisions)
    stays = [each.conditions.motion in _STANDING for each in decisions]
    listing = [allowed is not None or bool(denied) for allowed, denied in zip(allowlist, denylist, strict=True)]
    limited, plan_key = _plans(subscribers, countries)
    return Rulebook(
        service_map=service_map,
        subscribers=subscribers,
        countries=countries,
        own=_own(subscribers),
        trait=trait,
        failing=failing,
        lit=_lit(service_map, over),
        stays=np.array([*stays, False]),
        maximum_speed_m_s=_limits(decisions, "maximum_speed_m_s", np.inf),
        maximum_service_address_distance_m=_limits(decisions, "maximum_service_address_distance_m", np.inf),
        maximum_home_distance_m=_limits(decisions, "maximum_home_distance_m", np.inf),
        maximum_abroad_s=_limits(decisions, "maximum_abroad_s", np.inf),
        minimum_height_m=_limits(decisions, "minimum_height_m", -np.inf),
        listing=np.array([*listing, False]),
        allowlist=allowlist,
        denylist=denylist,
        various=np.where([*mixed, False], np.cumsum([*mixed, False]) - 1, -1),
        refusal_key=refusal_key,
        refusal=refusal,
        limited=limited,
        plan_key=plan_key,
    )


def place_key(which: NDArray[np.integer] | int, number: NDArray[np.integer]) -> Ints:
    """One number for a row of some table and a cell, in the order of rows, then cells."""
    key: Ints = np.asarray(which, dtype=np.int64) * NUMBERS + number
    return key


def refusal_bits(decision: Decision, kind: Kind) -> int:
    """What the state of a decision makes fail in a territory of a kind: 0 for a grant.

    A refusal that names no layer is enforced at the terminal, as the safer of the two.
    """
    if decision.state.serves:
        return 0
    dark = decision.state is ServiceState.TECHNICALLY_UNAVAILABLE
    failed = Predicate.CELL_DISABLED.bit if dark or Layer.BEAM in decision.layers else 0
    if not dark and (Layer.TERMINAL in decision.layers or not decision.layers):
        failed |= _refusal(decision, kind).bit
    return failed


def _refusal(decision: Decision, kind: Kind) -> Predicate:
    """What a terminal that asks is told of a refusal in a territory of a kind."""
    if decision.state in DECREES:
        return Predicate.COUNTRY_BLOCKED if kind.whole_country else Predicate.AREA_BLOCKED
    if Reason.NO_LICENCE in decision.reasons:
        return Predicate.UNLICENSED
    if kind is Kind.SEA:
        return Predicate.SEA_NOT_OFFERED
    return Predicate.COUNTRY_NOT_OFFERED if kind.whole_country else Predicate.AREA_NOT_OFFERED


def _refusals(decisions: Sequence[Decision]) -> tuple[Ints, Failures]:
    """Keys of all cells of decisions with various refusals, ascending, and what fails there, as the smallest territory says."""
    keys: list[Ints] = [np.empty(0, dtype=np.int64)]
    refusals: list[Failures] = [np.empty(0, dtype=np.uint32)]
    for place, decision in enumerate(decisions):
        territories: list[Territory] = sorted(decision.territories, key=lambda each: (len(each), each.id))
        number = np.concatenate([each.number for each in territories])
        refusal = np.array([refusal_bits(decision, each.kind) for each in territories], dtype=np.uint32)
        number, first = np.unique(number, return_index=True)
        keys.append(place_key(place, number))
        refusals.append(np.repeat(refusal, [len(each) for each in territories])[first])
    return np.concatenate(keys), np.concatenate(refusals)


def _own(subscribers: Subscribers) -> Failures:
    """(terminal,) what fails whatever the place."""
    failed = ~subscribers.supported_version * _bit(Predicate.UNSUPPORTED_VERSION)
    failed |= (subscribers.account == AccountState.DISABLED) * _bit(Predicate.ACCOUNT_DISABLED)
    failed |= (subscribers.account == AccountState.NONE) * _bit(Predicate.NO_ACTIVE_ACCOUNT)
    failed |= subscribers.quota_used_up * _bit(Predicate.QUOTA_USED_UP)
    return failed


def _traits(decisions: Sequence[Decision], subscribers: Subscribers) -> tuple[Ints, Failures]:
    """(terminal,) combination of purpose, ocean plan and home country, and (decision+1, combination) what it fails."""
    homes = max(len(subscribers.home_countries), 1)
    combined = (subscribers.purpose.astype(np.int64) * 2 + subscribers.ocean_plan) * homes + subscribers.home
    distinct, trait = np.unique(combined, return_inverse=True)
    rest, home = np.divmod(distinct, homes)
    purpose, ocean_plan = np.divmod(rest, 2)
    failing = np.zeros((len(decisions) + 1, distinct.size), dtype=np.uint32)
    for row, decision in enumerate(decisions):
        asked = decision.conditions
        failed = np.zeros(len(PURPOSES), dtype=np.uint32)
        if asked.purposes:
            failed |= np.array([each not in asked.purposes for each in PURPOSES]) * _bit(Predicate.PURPOSE_NOT_ALLOWED)
        if asked.refused_purposes:
            failed |= np.array([each in asked.refused_purposes for each in PURPOSES]) * _bit(Predicate.PURPOSE_REFUSED)
        failing[row] = failed[purpose]
        if asked.ocean_plan:
            failing[row] |= (ocean_plan == 0) * _bit(Predicate.NO_OCEAN_PLAN)
        if asked.home_countries and distinct.size:
            outside = np.array([each not in asked.home_countries for each in subscribers.home_countries])
            failing[row] |= outside[home] * _bit(Predicate.OUTSIDE_HOME_REGION)
    return trait, failing


def _bit(predicate: Predicate) -> np.uint32:
    return np.uint32(predicate.bit)


def _limits(decisions: Sequence[Decision], name: str, none: float) -> Floats:
    """(decision+1,) one limit of each decision's conditions, and `none` for the row that asks nothing."""
    return np.array([*(getattr(each.conditions, name) for each in decisions), none], dtype=np.float64)


_STANDING = frozenset({Motion.FIXED, Motion.PORTABLE})


def _lit(service_map: ServiceMap, over: Bools) -> Bools:
    """(profile,) whether its cells get beams: by no decision that served and is over."""
    lights = [
        (one.state.serves and not ended) or (not one.state.serves and Layer.BEAM not in one.layers)
        for one, ended in zip(service_map.decisions, over.tolist(), strict=True)
    ]
    return np.asarray(np.array(lights, dtype=np.bool_)[service_map.governing].any(axis=1))


def _allowlist(decision: Decision) -> frozenset[str] | None:
    """The only terminals allowed, None for all: nobody on a list that is not at hand, or missing where the state needs it."""
    if decision.state is ServiceState.SERVED_ALLOWLIST_ONLY or decision.conditions.allowlist_sha256:
        return decision.conditions.allowlist or frozenset()
    return decision.conditions.allowlist


def _plans(subscribers: Subscribers, countries: Countries | None) -> tuple[Ints, Ints]:
    """Terminals whose plan is not valid everywhere, and keys of plans and cells where they are, ascending."""
    keys: list[Ints] = []
    for plan, valid in enumerate(subscribers.plan_countries):
        if valid and countries is not None:
            number = [countries.number(each) for each in sorted(valid)]
            keys.append(place_key(plan, np.unique(np.concatenate(number))))
    narrow = np.array([*(bool(each) for each in subscribers.plan_countries), False])
    beyond = place_key(len(subscribers.plan_countries), np.zeros(1, dtype=np.int64))
    return np.flatnonzero(narrow[subscribers.plan]), np.concatenate([*keys, beyond])


def _check_countries(decisions: Sequence[Decision], subscribers: Subscribers, countries: Countries | None) -> None:
    """Refuse questions about countries that nobody can answer."""
    if countries is not None:
        return
    near = [each for each in decisions if np.isfinite(each.conditions.maximum_home_distance_m)]
    faults = [Fault(where=each.id, problem="limits the distance to the home country") for each in near]
    for plan, valid in enumerate(subscribers.plan_countries):
        if valid:
            terminal = subscribers.ids[int(np.argmax(subscribers.plan == plan))]
            problem = f"has a plan that is valid only in {', '.join(sorted(valid))}"
            faults.append(Fault(where=f"terminal {terminal!r}", problem=problem))
    if faults:
        raise InputError(
            "where countries lie was not handed in, but is asked for: give countries=Countries(territory_of)", faults
        )
