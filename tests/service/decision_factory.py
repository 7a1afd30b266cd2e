"""Decisions for tests: one sound decision to change, and sets drawn at random over small worlds."""

from dataclasses import replace
from random import Random

import numpy as np

from hudhud.service.decision import ALL_CLASSES, ANY, Conditions, Decision
from hudhud.service.territory import Territory, territory
from hudhud.service.vocabulary import Containment, Layer, LegalBasis, Purpose, Reason, ServiceClass, ServiceState

DAY = np.datetime64("2026-06-01", "ns")
WORLD = np.arange(40, 80, dtype=np.int32)


def day(number: float) -> np.datetime64:
    """An instant so many days after DAY."""
    return DAY + np.timedelta64(round(number * 86_400), "s")


def area(name: str, *numbers: int, containment: Containment = Containment.FULL) -> Territory:
    """A territory of these cells."""
    return territory(name, np.array(numbers, dtype=np.int32), containment)


def decision(name: str, sequence: int, *territories: Territory, **changed: object) -> Decision:
    """A sound decision: served, every class, for ever, unless told otherwise; refusals at the terminal."""
    values: dict[str, object] = {
        "id": name,
        "sequence": sequence,
        "title_en": f"Decision {name}",
        "title_ar": f"قرار {name}",
        "territories": territories,
        "classes": ALL_CLASSES,
        "state": ServiceState.SERVED,
        "reasons": frozenset({Reason.LICENCE_GRANTED}),
        "review_by": day(90),
        **changed,
    }
    state = ServiceState(values["state"])
    if not state.serves and "layers" not in changed:
        technical = state is ServiceState.TECHNICALLY_UNAVAILABLE
        values["layers"] = frozenset({Layer.BEAM if technical else Layer.TERMINAL})
    return Decision(**values)  # type: ignore[arg-type]


def base(world: np.ndarray = WORLD, sequence: int = 0, **changed: object) -> Decision:
    """The decision under all others: nothing is offered anywhere."""
    return decision("world", sequence, area("world", *world.tolist()), **{"state": ServiceState.NOT_OFFERED, **changed})


RESTRICTIONS = (
    Conditions(maximum_speed_m_s=75 / 3.6),
    Conditions(allowlist=frozenset({"t-1", "t-2"}), denylist=frozenset({"t-3"})),
    Conditions(ocean_plan=True, minimum_height_m=3_048.0),
    Conditions(purposes=frozenset({Purpose.MEDICAL, Purpose.EDUCATION}), home_countries=frozenset({"TON", "FJI"})),
    Conditions(refused_purposes=frozenset({Purpose.MILITARY_STRIKE_OR_WEAPONS_GUIDANCE}), maximum_abroad_s=5e6),
)
CLASSES = tuple(
    frozenset(classes)
    for classes in (
        *([ServiceClass] * 5),
        [ServiceClass.MEDICAL],
        [ServiceClass.GATEWAY],
        [ServiceClass.MEDICAL, ServiceClass.HUMANITARIAN, ServiceClass.EMERGENCY_SERVICES],
        [ServiceClass.PRESS, ServiceClass.MEDICAL, ServiceClass.BUSINESS],
        [each for each in ServiceClass if each is not ServiceClass.MILITARY],
    )
)
REASONS = tuple(frozenset({reason}) for reason in Reason)
LAYERS = (frozenset({Layer.BEAM}), frozenset({Layer.TERMINAL}), frozenset(Layer))
SPANS = tuple(
    (
        np.datetime64("NaT", "ns") if start is None else day(start),
        np.datetime64("NaT", "ns") if end is None else day(end),
    )
    for start in (None, None, 0, 1, 2, 3, 5)
    for end in (None, None, 1, 2, 4, 6)
    if start is None or end is None or start < end
)
BRIEF = tuple(span for span in SPANS if not np.isnat(span[0]) and not np.isnat(span[1]))
INSTANTS = tuple(day(number) for number in (-1, 0, 0.5, 1, 2, 3, 3.5, 4, 5, 6, 7))


NOTHING: frozenset[str] = frozenset()
VARIANTS = 10
MOST = 8


class SmallWorld:
    """Twenty to sixty cells, a dozen territories among them, and for each place in the record ten decisions to choose from.

    Some territories are of equal extent, some have one id and other cells.
    """

    def __init__(self, rng: Random, most: int = 60) -> None:
        self.rng = rng
        self.numbers = sorted(rng.sample(range(120), rng.randint(20, most)))
        self.world = np.array(self.numbers, dtype=np.int32)
        self.whole = area("world", *self.numbers)
        drawn = [self._drawn(f"area-{n}") for n in range(8)]
        same = [area(f"also-{each.id}", *each.number.tolist()) for each in drawn[:2]]
        moved = [self._drawn(drawn[0].id), area("sites", *rng.sample(self.numbers, len(drawn[1])))]
        self.territories = (*drawn, *same, *moved, self.whole)
        self.variants = [[self._variant(sequence) for _ in range(VARIANTS)] for sequence in range(1, MOST + 1)]
        self.bottoms = [self._bottom("world", sequence) for sequence in (0, 0, 0, MOST + 1)]
        self.newer = [
            replace(self._bottom("world-new", MOST + 2), start=day(3), supersedes=frozenset({"world"}))
            for _ in range(3)
        ]

    def _drawn(self, name: str) -> Territory:
        """Cells next to each other, or strewn."""
        size = self.rng.choice((1, 1, 2, 5, 10, 20))
        first = self.rng.randrange(len(self.numbers))
        near = self.numbers[first : first + size]
        return area(name, *(near if self.rng.random() < 0.7 else self.rng.sample(self.numbers, size)))

    def _variant(self, sequence: int) -> Decision:
        territories = tuple(self.rng.sample(self.territories, self.rng.choice((1, 1, 1, 2))))
        ended = {f"decision-{self.rng.randrange(1, sequence)}"} if sequence > 1 and self.rng.random() < 0.4 else set()
        return replace(self._one(f"decision-{sequence}", sequence, territories), supersedes=frozenset(ended))

    def _bottom(self, name: str, sequence: int) -> Decision:
        return self._one(name, sequence, (self.whole,), bottom=True)

    def drawn(self) -> list[Decision]:
        """One to eight decisions in order of sequence, with one, or two that follow each other, for the whole world."""
        rng = self.rng
        places = rng.sample(range(MOST), rng.choice((1, 2, 3, 3, 4, 5, 6, 8)))
        items = [self.variants[place][int(rng.random() * VARIANTS)] for place in sorted(places)]
        present = frozenset([one.id for one in items])
        items = [one if one.supersedes <= present else replace(one, supersedes=NOTHING) for one in items]
        bottom = rng.choice(self.bottoms)
        items.insert(0 if bottom.sequence == 0 else len(items), bottom)
        if rng.random() < 0.2:  # the bottom is laid anew on a day
            items.append(rng.choice(self.newer))
        return items

    def _one(self, name: str, sequence: int, territories: tuple[Territory, ...], bottom: bool = False) -> Decision:
        rng = self.rng
        state = rng.choice(tuple(ServiceState))
        start, until = rng.choice(SPANS)
        if bottom:
            start = until = np.datetime64("NaT", "ns")
            state = ServiceState.NOT_OFFERED if state is ServiceState.EMERGENCY_SERVED else state
        elif state is ServiceState.EMERGENCY_SERVED:
            start, until = rng.choice(BRIEF)
        conditions, layers = ANY, frozenset[Layer]()
        if state is ServiceState.SERVED_RESTRICTED:
            conditions = rng.choice(RESTRICTIONS)
        elif state is ServiceState.SERVED_ALLOWLIST_ONLY:
            conditions = RESTRICTIONS[1]
        elif state is ServiceState.TECHNICALLY_UNAVAILABLE:
            layers = LAYERS[0]
        elif not state.serves:
            layers = rng.choice(LAYERS)
        return Decision(
            id=name,
            sequence=sequence,
            title_en="A decision",
            title_ar="قرار",
            territories=territories,
            classes=ALL_CLASSES if bottom else rng.choice(CLASSES),
            state=state,
            reasons=rng.choice(REASONS),
            legal_basis=rng.choice(tuple(LegalBasis)),
            layers=layers,
            start=start,
            until=until,
            review_by=day(30 if np.isnat(start) else 31),
            conditions=conditions,
        )
