"""A case replayed: its acts become a signed history, and the history becomes verdicts and a map.

Comes in: a variant of a case, the decisions of its base, territories by name, a demonstration's keys.  Goes out: every entry
with what became of it, and for each instant asked for the states of requests, what is void and why, and how the service map
differs from that of the base.  Pure.  Whether that is what the case expects is told by `shortfalls`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from hudhud.arrays import Ints32
from hudhud.errors import Fault, InputError, RecordError
from hudhud.record.decide import decide
from hudhud.record.demonstration import Demonstration
from hudhud.record.forms import instant_text
from hudhud.record.history import Outcomes, RequestOutcome, State, Why
from hudhud.record.parts import TerritoryRef
from hudhud.record.reading import Record
from hudhud.record.sitting import Sitting
from hudhud.record.statements import ConflictDeclaration, EnforcementReport, MapRelease, Statement
from hudhud.record.timeline import timeline_digest
from hudhud.scenario import case_tables as tables
from hudhud.scenario.case_tables import Act, ChangeTable, ExpectTable
from hudhud.scenario.cases import Case, Variant, label
from hudhud.scenario.drafts import TerritoryOf, from_tables
from hudhud.scenario.stage import Stage
from hudhud.service.changes import Change, Changed, changed
from hudhud.service.decision import Decision, Decisions, decisions
from hudhud.service.recorded import decisions_of
from hudhud.service.service_map import STATES, ServiceMap
from hudhud.service.service_map import compile as compiled
from hudhud.service.territory import Territory
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState

__all__ = ["Base", "ChangeLine", "Entered", "Replay", "Sight", "replay", "shortfalls"]

_SECOND_NS = 1_000_000_000
_AFTER = 1_000_000  # places in the order that the base may take
_CLASSES = tuple(ServiceClass)
_SERVED_OTHERWISE = (Change.GAIN, Change.LOSE, Change.CONDITIONS)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Base:
    """What a replay starts from.  named: territories by name, the case's own ones too."""

    decisions: Decisions
    named: TerritoryOf


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeLine:
    """So many cells of a territory change alike for these classes."""

    territory: str
    classes: frozenset[ServiceClass]
    change: Change
    before: ServiceState
    after: ServiceState
    cells: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """One entry of the history.  declared: it was made by `declare`.  why: of a void one.  turns: requests and the state that
    this entry brings them to.
    """

    index: int
    label: str
    leaf: str
    offset_s: int
    seat: str
    statement: Statement
    declared: bool = False
    why: Why | None = None
    turns: tuple[tuple[str, State], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Sight:
    """What can be seen at an instant.  requests, void and the like are told by labels.

    lines: how the map differs from the base, for each territory asked about.  flip: how the map that points obey without a
    release differs from the one that follows from the record, likewise.
    """

    offset_s: int
    outcomes: Outcomes
    requests: Mapping[str, State]
    void: Mapping[str, Why]
    in_force: frozenset[str]
    overdue: frozenset[str]
    unreviewed: frozenset[str]
    unratified: frozenset[str]
    unproven: frozenset[str]
    service_map: ServiceMap
    cells_changed: int
    cells_decided_anew: int
    lines: tuple[ChangeLine, ...]
    flip: tuple[ChangeLine, ...]
    touched: frozenset[str]
    """Territories said to be untouched of which a cell changes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Replay:
    """A variant of a case that was played.  record: whole and verified, as anybody would read it."""

    case: Case
    variant: Variant
    record: Record
    entries: tuple[Entered, ...]
    base: ServiceMap
    sights: tuple[Sight, ...]


def replay(case: Case, variant: Variant, base: Base, demonstration: Demonstration) -> Replay:
    """Play a variant.  Raises InputError where the case names what is not there, RecordError where it says what cannot be."""
    play = _Play(case, variant, base, demonstration)
    for place, act in enumerate(variant.acts):
        play.perform(act, place)
    record = play.sitting.record()
    sights = tuple(play.sight(record, one) for one in variant.table.expect)
    return Replay(
        case=case,
        variant=variant,
        record=record,
        entries=tuple(_told(play.entered, record)),
        base=play.before(),
        sights=sights,
    )


class _Play:
    """A replay on its way."""

    def __init__(self, case: Case, variant: Variant, base: Base, demonstration: Demonstration) -> None:
        self.case, self.variant, self.base = case, variant, base
        self.sitting = Sitting(demonstration, case.start_s)
        self.stage = Stage(
            self.sitting, case.start_s, case.table.party, variant.table.effect, base.named, self._lapse_s
        )
        self.entered: list[Entered] = []
        self._maps: dict[tuple[object, ...], ServiceMap] = {}
        self._said: set[tuple[str, Statement]] = set()

    def perform(self, act: Act, place: int) -> None:
        """File what an act says, for each of its seats."""
        self.sitting.wait(self.case.start_s + act.at - self.sitting.now_s)
        for seat in act.by:
            name = label(act, place, seat)
            subject = getattr(act, "request", None) or getattr(act, "decision", None)
            if getattr(act, "declare", False) and subject is not None:
                self._declare(seat, self.stage.leaves[subject], name)
            self._file(seat, self._statement(act, name), name)

    def _declare(self, seat: str, subject: str, name: str) -> None:
        """Declare no contacts up to now and no conflicts, each where that has not been said yet."""
        nothing = ConflictDeclaration(log=self.stage.log, request=subject)
        for what, statement in (("contacts", self.sitting.contacts()), ("conflicts", nothing)):
            if (seat, statement) not in self._said:
                self._said.add((seat, statement))
                self._file(seat, statement, f"{name}/{what}", declared=True)

    def _statement(self, act: Act, name: str) -> Statement:
        if isinstance(act, tables.ReleaseAct):
            return self._release()
        if isinstance(act, tables.ReportAct):
            return self._report(act)
        return self.stage.statement(act, name)

    def _file(self, seat: str, statement: Statement, name: str, *, declared: bool = False) -> None:
        (leaf,) = self.sitting.file(seat, statement)
        self.stage.leaves[name] = leaf
        self.entered.append(
            Entered(
                index=len(self.entered),
                label=name,
                leaf=leaf,
                offset_s=self.sitting.now_s - self.case.start_s,
                seat=seat,
                statement=statement,
                declared=declared,
            )
        )

    # ---- maps ----

    def before(self) -> ServiceMap:
        """The map of the base, at the beginning."""
        return self._compiled(("base",), lambda: self.base.decisions, self.case.start_s)

    def after(self, record: Record, outcomes: Outcomes, *, unrecorded: bool = False) -> ServiceMap:
        """The map that follows from the record; unrecorded: with what somebody put into force without it."""
        own = [(one.id, one.start_s, one.until_s, one.review_by_s, one.rests) for one in outcomes.decisions]
        running = [
            (one.id, [rest.start_s <= outcomes.at_s < rest.until_s for rest in one.rests]) for one in outcomes.in_force
        ]
        key = (unrecorded, repr(own), repr(running))
        if not own and not unrecorded:
            return self.before()
        return self._compiled(key, lambda: self._together(record, outcomes, unrecorded), outcomes.at_s)

    def _together(self, record: Record, outcomes: Outcomes, unrecorded: bool) -> Decisions:
        """The decisions of base and record.  Both sets were checked, and neither supersedes anything of the other."""
        made = decisions_of(
            outcomes, record.prefix.entries, self._territory, self.stage.lists.get, self._ground(), demonstration=True
        )
        own = [replace(one, sequence=one.sequence + _AFTER) for one in made.all if one.id != _GROUND]
        every = (*self.base.decisions.all, *own)
        if unrecorded:
            return decisions((*every, *self._unrecorded(every)))
        return Decisions(all=every, world=self.base.decisions.world)

    def _ground(self) -> tuple[Decision, ...]:
        """Something under all else, so that the record's decisions alone answer every cell."""
        widest = max(self.base.decisions.all, key=lambda one: (len(one.territories[0]), len(one.classes)))
        return (replace(widest, id=_GROUND, sequence=0),)

    def _unrecorded(self, known: Iterable[Decision]) -> tuple[Decision, ...]:
        """What is in force without the record, as drafts say."""
        raw = {"decision": list(self.variant.unrecorded)}
        return from_tables(
            raw,
            territory_of=self.base.named,
            read=_no_file,
            first_sequence=2 * _AFTER,
            known={one.id: one.sequence for one in known},
        )

    def _territory(self, ref: TerritoryRef) -> Territory:
        if ref.cells_sha256 not in self.stage.territories:
            raise RecordError(f"territory {ref.id!r} was named by nobody in this replay")
        return self.stage.territories[ref.cells_sha256]

    def _compiled(self, key: tuple[object, ...], made: Callable[[], Decisions], at_s: int) -> ServiceMap:
        """A map, compiled once for as long as the same decisions are in force."""
        if key not in self._maps:
            self._maps[key] = compiled(made(), np.datetime64(at_s * _SECOND_NS, "ns"))
        return self._maps[key]

    # ---- acts that look at the record so far ----

    def _now(self) -> tuple[Record, Outcomes]:
        record = self.sitting.record()
        return record, decide(record.prefix, self.sitting.now_s)

    def _lapse_s(self, leaf: str) -> int:
        _, outcomes = self._now()
        (found,) = [one for one in outcomes.requests if one.leaf == leaf]
        ended_s = None if found.decided is None else found.decided.until_s
        return found.lapse_s if ended_s is None else ended_s

    def _release(self) -> MapRelease:
        record, outcomes = self._now()
        made = self.after(record, outcomes)
        upcoming = made.next_change_at
        next_s = None if np.isnat(upcoming) else int(upcoming.astype(np.int64)) // _SECOND_NS
        newest = self.sitting.newest
        return MapRelease(
            log=self.stage.log,
            map_sha256=made.digest,
            size=newest.size,
            root=newest.root,
            timeline_sha256=timeline_digest(self.sitting.log.timeline),
            at=instant_text(self.sitting.now_s),
            next_change_at=None if next_s is None else instant_text(next_s),
        )

    def _report(self, act: tables.ReportAct) -> EnforcementReport:
        record, outcomes = self._now()
        return EnforcementReport(
            log=self.stage.log,
            point=act.point,
            layer=act.layer,
            map_sha256=self.after(record, outcomes, unrecorded=act.map == "unrecorded").digest,
            size=self.sitting.newest.size,
            since=instant_text(self.sitting.now_s),
        )

    # ---- what is seen ----

    def sight(self, record: Record, expect: ExpectTable) -> Sight:
        """What can be seen at the instant of an expectation."""
        at_s = self.case.start_s + expect.at
        outcomes = decide(record.prefix, at_s)
        labels = {one.leaf: one.label for one in self.entered}

        def named(found: Iterable[RequestOutcome]) -> frozenset[str]:
            return frozenset(labels[one.leaf] for one in found)

        decided = [one for one in outcomes.requests if one.decided is not None]
        unproven = frozenset(_unproven(self.entered, outcomes))
        before, after = self.before(), self.after(record, outcomes)
        difference = changed(before, after)
        otherwise = np.any([difference.any_class(each) for each in _SERVED_OTHERWISE], axis=0)
        cells = difference.cells(otherwise)
        flip: tuple[ChangeLine, ...] = ()
        if unproven and self.variant.unrecorded:
            obeyed = self.after(record, outcomes, unrecorded=True)
            flip = self._lines(after, obeyed, changed(after, obeyed), expect.flip)
        return Sight(
            offset_s=expect.at,
            outcomes=outcomes,
            requests={labels[one.leaf]: one.state for one in outcomes.requests},
            void={self.entered[one.index].label: one.why for one in outcomes.void},
            in_force=frozenset(labels[one.id] for one in outcomes.in_force),
            overdue=named(one for one in outcomes.requests if one.overdue),
            unreviewed=named(one for one in decided if one.decided is not None and one.decided.review_overdue),
            unratified=named(
                one
                for one in decided
                if one.decided is not None and one.decided.emergency and one.state is State.LAPSED
            ),
            unproven=unproven,
            service_map=after,
            cells_changed=int(np.count_nonzero(otherwise[difference.row])),
            cells_decided_anew=int(np.count_nonzero(~otherwise[difference.row])),
            lines=self._lines(before, after, difference, expect.change),
            flip=flip,
            touched=frozenset(name for name in expect.untouched if np.isin(self._cells(name), cells).any()),
        )

    def _lines(
        self, before: ServiceMap, after: ServiceMap, difference: Changed, asked: Iterable[ChangeTable]
    ) -> tuple[ChangeLine, ...]:
        names = dict.fromkeys(one.territory for one in asked) or {"world": None}
        return tuple(line for name in names for line in _lines(name, self._cells(name), before, after, difference))

    def _cells(self, name: str) -> Ints32:
        return self.base.named(name, Containment.OVERLAP).number


_GROUND = "replay/ground"


def _no_file(name: str) -> str:
    raise InputError(f"{name}: a case names no files; write what it holds into the case")


def _unproven(entered: Iterable[Entered], outcomes: Outcomes) -> Iterator[str]:
    """Reports of points that obey a map which no release before names."""
    void = {one.index for one in outcomes.void}
    released: set[str] = set()
    for one in entered:
        if one.index >= outcomes.size or one.index in void:
            continue
        if isinstance(one.statement, MapRelease):
            released.add(one.statement.map_sha256)
        elif isinstance(one.statement, EnforcementReport) and one.statement.map_sha256 not in released:
            yield one.label


def _lines(
    name: str, cells: Ints32, before: ServiceMap, after: ServiceMap, difference: Changed
) -> Iterator[ChangeLine]:
    """How the cells of a territory change: one line for classes that change alike."""
    rows = difference.row[np.isin(difference.number, cells)]
    many = np.bincount(rows, minlength=len(difference.kind)).tolist()
    alike: dict[tuple[Change, ServiceState, ServiceState, int], set[ServiceClass]] = {}
    for column, service_class in enumerate(_CLASSES):
        counts: Counter[tuple[Change, ServiceState, ServiceState]] = Counter()
        for row, count in enumerate(many):
            kind = Change(int(difference.kind[row, column]))
            if count and kind is not Change.SAME:
                was = before.decisions[int(difference.before[row, column])].state
                becomes = after.decisions[int(difference.after[row, column])].state
                counts[kind, was, becomes] += count
        for (kind, was, becomes), count in counts.items():
            alike.setdefault((kind, was, becomes, count), set()).add(service_class)
    order = sorted(alike, key=lambda one: (one[0], STATES.index(one[1]), STATES.index(one[2]), one[3]))
    for kind, was, becomes, count in order:
        classes = frozenset(alike[kind, was, becomes, count])
        yield ChangeLine(territory=name, classes=classes, change=kind, before=was, after=becomes, cells=count)


def _told(entered: Iterable[Entered], record: Record) -> Iterator[Entered]:
    """Entries with what became of them.  Those of one second are judged together; the last of them tells what turned."""
    entries = list(entered)
    labels = {one.leaf: one.label for one in entries}
    last = {one.offset_s: one.index for one in entries}
    states: dict[str, State] = {}
    void: dict[int, Why] = {}
    times = {one.at_s for one in record.prefix.checkpoints}
    start_s = min(times) - entries[0].offset_s if entries else 0
    turns: dict[int, tuple[tuple[str, State], ...]] = {}
    for offset_s, index in last.items():
        outcomes = decide(record.prefix, start_s + offset_s)
        void |= {one.index: one.why for one in outcomes.void}
        now = {labels[one.leaf]: one.state for one in outcomes.requests}
        turns[index] = tuple((name, state) for name, state in now.items() if states.get(name) is not state)
        states = now
    for one in entries:
        yield replace(one, why=void.get(one.index), turns=turns.get(one.index, ()))


# ---- comparing ----


def shortfalls(played: Replay) -> tuple[Fault, ...]:
    """Where a replay is not what its case expects; nothing where it is."""
    found: list[Fault] = []
    for place, (expect, seen) in enumerate(zip(played.variant.table.expect, played.sights, strict=True)):
        found += _shortfalls(f"{played.variant.table.id}.expect[{place}]", expect, seen)
    return tuple(found)


def _shortfalls(where: str, expect: ExpectTable, seen: Sight) -> Iterator[Fault]:
    for field in ("requests", "void"):
        wanted, found = getattr(expect, field), getattr(seen, field)
        if dict(wanted) != dict(found):
            yield Fault(where=f"{where}.{field}", problem=f"expected {_words(wanted)}; found {_words(found)}")
    for field in ("in_force", "overdue", "unreviewed", "unratified", "unproven"):
        names, met = frozenset(getattr(expect, field)), getattr(seen, field)
        if names != met:
            yield Fault(where=f"{where}.{field}", problem=f"expected {sorted(names)}; found {sorted(met)}")
    for field in ("cells_changed", "cells_decided_anew"):
        if getattr(expect, field) != getattr(seen, field):
            problem = f"expected {getattr(expect, field):,}; found {getattr(seen, field):,}"
            yield Fault(where=f"{where}.{field}", problem=problem)
    if expect.map_sha256 not in (None, seen.service_map.digest):
        problem = f"expected {expect.map_sha256}; found {seen.service_map.digest}"
        yield Fault(where=f"{where}.map_sha256", problem=problem)
    for name in sorted(seen.touched):
        yield Fault(where=f"{where}.untouched", problem=f"cells of {name} change")
    for field, lines in (("change", seen.lines), ("flip", seen.flip)):
        wanted_lines = {_line(one) for one in getattr(expect, field)}
        if wanted_lines != set(lines):
            missing = "; ".join(map(str, sorted(map(str, wanted_lines - set(lines)))))
            more = "; ".join(sorted(map(str, set(lines) - wanted_lines)))
            yield Fault(
                where=f"{where}.{field}", problem=f"not found: {missing or 'none'}; not expected: {more or 'none'}"
            )


def _line(one: ChangeTable) -> ChangeLine:
    return ChangeLine(
        territory=one.territory,
        classes=one.classes,
        change=Change[one.change.upper()],
        before=one.before,
        after=one.after,
        cells=one.cells,
    )


def _words(found: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in sorted(found.items())) + "}"
