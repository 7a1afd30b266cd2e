"""Who serves whom in one slot: gateway antennas, then satellites for the groups of terminals.

Comes in: looks of gateways and of groups, who may be served, beams, and what the last slot chose.  Goes out: which
satellites the gateways' antennas follow, and for each group its satellite and beam, or why there is none.  A group is
one terminal, or several of one class in one cell that one beam serves.  The rule that ranks candidates is a function of
`Candidates`; write your own to try another.  The real scheduler is not published: these assignments are plausible,
never the truth (docs/limits.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hudhud.arrays import Bits, Bools, Floats, Ints, Ints32, freeze
from hudhud.errors import Fault, InputError
from hudhud.kernel import compiled
from hudhud.network.returned import returned
from hudhud.sky.look import Gate, Looks

__all__ = [
    "Assignment",
    "Candidates",
    "Choice",
    "Feeders",
    "Stage",
    "assign",
    "candidates",
    "funnel",
    "highest_elevation",
    "nobody",
    "point_antennas",
    "scored",
    "sticky",
    "wanted",
]


class Stage(IntEnum):
    """The checks a candidate passes on its way to be chosen, in order; `funnel` counts those left after each."""

    IN_VIEW = 0
    CLEAR_OF_GSO_ARC = 1
    IN_FIELD_OF_VIEW = 2
    UNOBSTRUCTED = 3
    ROUTED = 4


_STAGE_BITS = (
    Gate.NOT_IN_SERVICE | Gate.BELOW_MINIMUM_ELEVATION,
    Gate.GSO_ARC,
    Gate.OUT_OF_FIELD_OF_VIEW,
    Gate.OBSTRUCTED,
)
_STAGES_PASSED = np.array(
    [next((k for k, bits in enumerate(_STAGE_BITS) if refused & bits), len(_STAGE_BITS)) for refused in range(256)]
)
"""For each value of `Looks.refused` the stages passed before the first that refuses; `Stage.ROUTED` is not among them."""


@compiled
def _reached(
    offsets: Ints, satellite: Ints32, refused: Bits, routed: Bools, lane: Ints32, passed: Ints, reached: Ints32
) -> None:
    """Count for each group how many candidates pass exactly so many stages.  passed: (256,); reached: (group, stage + 1)."""
    last = reached.shape[1] - 1
    for group in range(offsets.shape[0] - 1):
        for pair in range(offsets[group], offsets[group + 1]):
            stages = passed[refused[pair]]
            stages += (stages == last - 1) & routed[satellite[pair], lane[group]]
            reached[group, stages] += 1


def funnel(looks: Looks, routed: Bools, lane: Ints32) -> Ints32:
    """How many candidates of each group are left after each `Stage`.

    routed: (satellite, lane) bool, the satellite has a way to a gateway; lane: (group,) int32, which of the ways counts.
    Returns (group, stage) int32.
    """
    reached = np.zeros((len(looks.offsets) - 1, len(Stage) + 1), dtype=np.int32)
    _reached(looks.offsets, looks.satellite, looks.refused, routed, lane, _STAGES_PASSED, reached)
    left: Ints32 = reached[:, :0:-1].cumsum(axis=1, dtype=np.int32)[:, ::-1]
    return left


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Feeders:
    """Which satellite each gateway antenna follows: satellite, gateway (feeder,) int32, sorted by gateway then satellite.

    range_m: (feeder,) metres between the two.
    """

    satellite: Ints32
    gateway: Ints32
    range_m: Floats

    def __post_init__(self) -> None:
        freeze(self.satellite, self.gateway, self.range_m)

    def __len__(self) -> int:
        return len(self.satellite)


@compiled
def _mark(satellite: Ints32, refused: Bits, found: Bools) -> None:
    for pair in range(satellite.shape[0]):
        if refused[pair] == 0:
            found[satellite[pair]] = True


def wanted(looks: Looks, satellites: int) -> Bools:
    """(satellite,) True where some group's look passes every gate: the satellite could serve somebody."""
    found = np.zeros(satellites, dtype=np.bool_)
    _mark(looks.satellite, looks.refused, found)
    return found


_REFUSED, _WANTED_FOLLOWED, _WANTED, _FOLLOWED, _OTHER = -1, 0, 1, 2, 3


@compiled
def _rank(offsets: Ints, satellite: Ints32, refused: Bits, wanted: Bools, before: Ints, rank: Ints32) -> None:
    """In which turn a pair may ask for an antenna.  before: sorted gateway * satellites + satellite of the last slot."""
    i = 0
    for gateway in range(offsets.shape[0] - 1):
        for pair in range(offsets[gateway], offsets[gateway + 1]):
            key = gateway * wanted.shape[0] + satellite[pair]
            while i < before.shape[0] and before[i] < key:
                i += 1
            followed = i < before.shape[0] and before[i] == key
            if refused[pair] != 0:
                rank[pair] = _REFUSED
            elif wanted[satellite[pair]]:
                rank[pair] = _WANTED_FOLLOWED if followed else _WANTED
            else:
                rank[pair] = _FOLLOWED if followed else _OTHER


@compiled
def _open(
    turn: int, rank: Ints32, offsets: Ints, satellite: Ints32, free: Ints32, linked: Ints32, most: Ints32, kept: Bools
) -> Ints:
    """Pairs of one turn that could be linked now: both ends have room."""
    found = np.empty(rank.shape[0], dtype=np.int64)
    count = 0
    for gateway in range(offsets.shape[0] - 1):
        if free[gateway] > 0:
            for pair in range(offsets[gateway], offsets[gateway + 1]):
                room = linked[satellite[pair]] < most[satellite[pair]]
                if rank[pair] == turn and room and not kept[pair]:
                    found[count] = pair
                    count += 1
    return found[:count]


@compiled
def _fill(
    order: Ints, site: Ints32, satellite: Ints32, free: Ints32, linked: Ints32, most: Ints32, kept: Bools
) -> None:
    """Free antennas take what comes next in `order` while both ends have room."""
    for i in range(order.shape[0]):
        pair = order[i]
        if free[site[pair]] > 0 and linked[satellite[pair]] < most[satellite[pair]]:
            free[site[pair]] -= 1
            linked[satellite[pair]] += 1
            kept[pair] = True


def point_antennas(
    looks: Looks, antennas: Ints32, links: Ints32, before: Feeders | None, wanted: Bools | None = None
) -> Feeders:
    """Which satellites the gateways' antennas follow in this slot.

    looks: of the gateways (sites) to satellites.  antennas: (gateway,) int32, satellites a gateway can follow at once.
    links: (satellite,) int32, gateways a satellite can be linked to at once.  before: the last slot's feeders.
    wanted: (satellite,) bool, those that could serve somebody now; all where None.  Antennas take, while both ends have
    room: wanted satellites they follow already, wanted ones, others they follow already, others; each turn from the
    highest down.  A satellite gets its second link only after every satellite had the chance of a first.
    """
    site, satellite = looks.site, looks.satellite
    asked = np.ones(len(links), dtype=np.bool_) if wanted is None else wanted
    key = (
        np.empty(0, dtype=np.int64)
        if before is None
        else before.gateway.astype(np.int64) * len(links) + before.satellite
    )
    rank = np.empty(len(site), dtype=np.int32)
    _rank(looks.offsets, satellite, looks.refused, asked, key, rank)
    free, linked = antennas.astype(np.int32), np.zeros(len(links), dtype=np.int32)
    kept = np.zeros(len(site), dtype=np.bool_)
    for most in (np.minimum(links, 1).astype(np.int32), links):
        for turn in (_WANTED_FOLLOWED, _WANTED, _FOLLOWED, _OTHER):
            order = _open(turn, rank, looks.offsets, satellite, free, linked, most, kept)
            order = order[np.argsort(-looks.elevation_rad[order], kind="stable")]
            _fill(order, site, satellite, free, linked, most, kept)
    pairs = np.flatnonzero(kept)
    return Feeders(satellite=satellite[pairs], gateway=site[pairs], range_m=looks.range_m[pairs])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Candidates:
    """Satellites that passed every gate and have a route, for all groups: what a rule may rank by.

    group, satellite (candidate,) int32, sorted by group then satellite; pair (candidate,) their places in `looks`.
    satellite_sunlit bool, satellite_launch_year, satellite_load: (satellite,); the load is the share of the beams in use
    in the last slot, 0..1.  before (group,): the satellite of the last slot or -1.  lane (group,), route_cost_of
    (satellite, lane): cost of the way down.  The properties give the same for each candidate, (candidate,), gathered anew
    at every call: a rule pays only for what it looks at.
    """

    group: Ints32
    satellite: Ints32
    pair: Ints
    looks: Looks
    satellite_sunlit: Bools
    satellite_launch_year: Floats
    satellite_load: Floats
    before: Ints32
    lane: Ints32
    route_cost_of: Floats

    def __len__(self) -> int:
        return len(self.pair)

    @property
    def elevation_rad(self) -> Floats:
        """Elevation over the horizon of the group's place."""
        return self.looks.elevation_rad.take(self.pair)

    @property
    def azimuth_rad(self) -> Floats:
        """Azimuth, 0..2 pi from the north through the east."""
        return self.looks.azimuth_rad.take(self.pair)

    @property
    def range_m(self) -> Floats:
        """Distance to the satellite."""
        return self.looks.range_m.take(self.pair)

    @property
    def sunlit(self) -> Bools:
        """Whether the satellite is in sunlight."""
        return self.satellite_sunlit.take(self.satellite)

    @property
    def launch_year(self) -> Floats:
        """Year in which the satellite was launched."""
        return self.satellite_launch_year.take(self.satellite)

    @property
    def load(self) -> Floats:
        """Share of the satellite's beams in use in the last slot."""
        return self.satellite_load.take(self.satellite)

    @property
    def same(self) -> Bools:
        """Whether the satellite served the group in the last slot."""
        kept: Bools = self.before.take(self.group) == self.satellite
        return kept

    @property
    def route_cost(self) -> Floats:
        """Cost of the satellite's way down in the group's lane."""
        cost: Floats = self.route_cost_of[self.satellite, self.lane.take(self.group)]
        return cost


Choice = Callable[[Candidates, np.random.Generator], Floats]
"""A rule: the score of each candidate; each group takes its highest that still has beams.  (candidate,)"""


def highest_elevation(candidates: Candidates, rng: np.random.Generator) -> Floats:
    """Rank by elevation alone: the rule of most simulators; about every second slot changes the satellite."""
    del rng
    return candidates.elevation_rad


def sticky(drop_below_rad: float = np.radians(40.0)) -> Choice:
    """Keep the satellite of the last slot while it stands above `drop_below_rad`, else take the highest."""

    def score(candidates: Candidates, rng: np.random.Generator) -> Floats:
        del rng
        kept = candidates.same & (candidates.elevation_rad >= drop_below_rad)
        stay: Floats = candidates.elevation_rad + np.where(kept, np.pi, 0.0)
        return stay

    return score


def scored(temperature: float = 0.08) -> Choice:
    """Draw from the softmax of a merit that reproduces what is known of the real scheduler's preferences.

    Elevation, sunlight, newer launches, low load, staying and short range count; `temperature` (0.06 to 0.10) says how
    much is left to chance.  A draw from the softmax is the least of exponential times, each divided by its weight
    exp(merit / temperature); the score is the logarithm of that race, so that higher is better.  Merits: calibrated
    stand-in after Tanveer et al., arXiv 2307.00402; assumed.
    """

    def score(candidates: Candidates, rng: np.random.Generator) -> Floats:
        of_satellite = (
            0.15 * candidates.satellite_sunlit
            + (0.10 / 7.0) * (candidates.satellite_launch_year - 2019.0)
            - 0.25 * candidates.satellite_load
        )
        merit = (
            of_satellite.take(candidates.satellite)
            + candidates.elevation_rad * (2 / np.pi)
            + 0.20 * candidates.same
            - (0.10 / 1_200_000.0) * candidates.range_m
        )
        drawn: Floats = merit / temperature - np.log(rng.standard_exponential(len(merit)))
        return drawn

    return score


def candidates(
    looks: Looks,
    routed: Bools,
    lane: Ints32,
    permitted: Bools,
    *,
    sunlit: Bools,
    launch_year: Floats,
    load: Floats,
    before: Ints32,
    route_cost: Floats,
) -> Candidates:
    """Looks that passed every gate, of permitted groups, to satellites with a route.

    routed, route_cost: (satellite, lane); lane: (group,) int32.  sunlit, launch_year, load: (satellite,).
    permitted: (group,) bool.  before: (group,) int32, the satellite of the last slot or -1.
    """
    pair = np.flatnonzero(looks.refused == 0)
    group, satellite = looks.site.take(pair), looks.satellite.take(pair)
    left = routed.ravel().take(satellite.astype(np.int64) * routed.shape[1] + lane.take(group)) & permitted.take(group)
    if not left.all():
        pair, group, satellite = pair[left], group[left], satellite[left]
    return Candidates(
        group=group,
        satellite=satellite,
        pair=pair,
        looks=looks,
        satellite_sunlit=sunlit,
        satellite_launch_year=launch_year,
        satellite_load=load,
        before=before,
        lane=lane,
        route_cost_of=route_cost,
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Assignment:
    """satellite, beam (group,) int32, -1 where none; beam is the first of the `beams` the group asked for.

    beams_used: (satellite,) int32.
    """

    satellite: Ints32
    beam: Ints32
    beams_used: Ints32

    def __post_init__(self) -> None:
        freeze(self.satellite, self.beam, self.beams_used)


def nobody(groups: int, satellites: int) -> Assignment:
    """The assignment before the first slot."""
    return Assignment(
        satellite=np.full(groups, -1, dtype=np.int32),
        beam=np.full(groups, -1, dtype=np.int32),
        beams_used=np.zeros(satellites, dtype=np.int32),
    )


@compiled
def _best(first: int, last: int, satellite: Ints32, score: Floats, wanted: int, left: Ints32, other: int) -> int:
    """The candidate with the highest score whose satellite has `wanted` beams left and is not `other`, or -1."""
    best = -1
    for i in range(first, last):
        if left[satellite[i]] >= wanted and satellite[i] != other and (best < 0 or score[i] > score[best]):
            best = i
    return best


@compiled
def _assign(
    order: Ints, offsets: Ints, satellite: Ints32, score: Floats, wanted: Ints32, left: Ints32, chosen: Ints32
) -> None:
    for i in range(order.shape[0]):
        group = order[i]
        best = _best(offsets[group], offsets[group + 1], satellite, score, wanted[group], left, -1)
        chosen[group] = best
        if best >= 0:
            left[satellite[best]] -= wanted[group]


@compiled
def _make_room(
    order: Ints, offsets: Ints, satellite: Ints32, score: Floats, wanted: Ints32, left: Ints32, chosen: Ints32
) -> None:
    """A group left out takes the beams of one that can be served elsewhere (one move; highest score first)."""
    groups = wanted.shape[0]
    first = np.full(left.shape[0], -1, dtype=np.int32)  # a chain of groups for every satellite
    following = np.full(groups, -1, dtype=np.int32)
    for group in range(groups - 1, -1, -1):
        if chosen[group] >= 0:
            following[group] = first[satellite[chosen[group]]]
            first[satellite[chosen[group]]] = group
    for i in range(order.shape[0]):
        group = order[i]
        if chosen[group] >= 0:
            continue
        best, best_move, best_other = -1, -1, -1
        for mine in range(offsets[group], offsets[group + 1]):
            if best >= 0 and score[mine] <= score[best]:
                continue
            s = satellite[mine]
            other = first[s]
            while other >= 0:
                if left[s] + wanted[other] >= wanted[group]:
                    move = _best(offsets[other], offsets[other + 1], satellite, score, wanted[other], left, s)
                    if move >= 0:
                        best, best_move, best_other = mine, move, other
                        break
                other = following[other]
        if best < 0:
            continue
        s, elsewhere = satellite[best], satellite[best_move]
        left[s] += wanted[best_other] - wanted[group]
        left[elsewhere] -= wanted[best_other]
        chosen[best_other], chosen[group] = best_move, best
        if first[s] == best_other:
            first[s] = group
        else:
            link = first[s]
            while following[link] != best_other:
                link = following[link]
            following[link] = group
        following[group] = following[best_other]
        following[best_other] = first[elsewhere]
        first[elsewhere] = best_other


def assign(candidates: Candidates, score: Floats, wanted: Ints32, beams: Ints32) -> Assignment:
    """Give each group its best satellite within the beams there are.

    score: (candidate,), any number but nan.  wanted: (group,) int32 beams a group needs on one satellite, 1 or more.
    beams: (satellite,) int32.  Groups with the fewest options choose first (then those that want more, then by number);
    groups left out may then take the beams of one that has another satellite.  The exact optimum is a test's oracle
    (mixed-integer programme).  Raises InputError for a score that is not one number for each candidate.
    """
    score = returned(score, len(candidates), "choice", "candidate")
    if nan := int(np.isnan(score).sum()):
        problem = f"{nan:,} of its {len(score):,} scores are nan, but every candidate must have a number"
        raise InputError("a function of your own cannot be used", [Fault(where="choice", problem=problem)])
    groups = len(wanted)
    counts = np.bincount(candidates.group, minlength=groups)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    order = np.lexsort((np.arange(groups), -wanted, counts))
    order = order[counts[order] > 0]
    left = beams.astype(np.int32)
    chosen = np.full(groups, -1, dtype=np.int32)
    _assign(order, offsets, candidates.satellite, score, wanted, left, chosen)
    if (chosen[order] < 0).any():
        _make_room(order, offsets, candidates.satellite, score, wanted, left, chosen)
    satellite = (
        np.where(chosen >= 0, candidates.satellite[chosen], -1).astype(np.int32)
        if len(candidates.satellite)
        else chosen
    )
    return Assignment(
        satellite=satellite,
        beam=_beams(satellite, wanted),
        beams_used=(beams - left).astype(np.int32),
    )


def _beams(satellite: Ints32, wanted: Ints32) -> Ints32:
    """First beam of each group on its satellite: beams are numbered in the order of the groups.  (group,)"""
    beam = np.full(len(satellite), -1, dtype=np.int32)
    served = np.flatnonzero(satellite >= 0)
    order = served[np.argsort(satellite[served], kind="stable")]
    taken = np.cumsum(wanted[order]) - wanted[order]
    starts = np.flatnonzero(np.diff(satellite[order], prepend=-1))
    beam[order] = taken - np.repeat(taken[starts], np.diff(np.append(starts, len(order))))
    return beam
