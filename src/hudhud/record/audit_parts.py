"""What an audit can find, each with its weight, and the plain values it is told in.

Sentences in English and Arabic are made from kind and values elsewhere (adapters); here stands what is true, not how it reads.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from hudhud.record.history import Outcomes, Prefix

__all__ = [
    "Answer",
    "Compile",
    "CompiledMap",
    "Counted",
    "Finding",
    "Found",
    "HeldMap",
    "Mapped",
    "Told",
    "Weight",
    "finding",
]

Told = Mapping[str, str | int]
"""Values of a finding by name.  Names ending in _s are instants (seconds since 1970), in _for_s durations in seconds."""


class Weight(StrEnum):
    """How much a finding weighs."""

    UNSOUND = "unsound"
    """Something is false, forged, missing, or enforced without proof."""
    CONCERN = "concern"
    """Somebody is late or has left something undone; the record shows it as it is."""
    NOTE = "note"
    """Nothing is wrong; it is told so that nobody need look for it."""


class Answer(StrEnum):
    """What an audit says in the end."""

    SOUND = "sound"
    SOUND_WITH_CONCERNS = "sound_with_concerns"
    NOT_SOUND = "not_sound"


class Found(StrEnum):
    """What an audit can find.  The order is that in which findings are told."""

    BROKEN = "broken"
    """A public file, an entry, a signature, a checkpoint is missing or is not what it must be."""
    REWRITTEN = "rewritten"
    """An older copy holds other entries at the same places: two histories were signed."""
    SHORTER = "shorter"
    """An older copy is longer than the record: entries have gone."""
    VANISHED_CHECKPOINT = "vanished_checkpoint"
    """A checkpoint of an older copy is not in the timeline."""
    MOVED_INSTANT = "moved_instant"
    """A checkpoint of an older copy had another instant."""
    WRONG_TIMELINE = "wrong_timeline"
    """A release was made from other checkpoints than the timeline shows: one has gone, or come, between."""
    WRONG_MAP = "wrong_map"
    """The map of a release is not the one that follows from the entries before it."""
    WRONG_NEXT_CHANGE = "wrong_next_change"
    """A release tells another instant than the right one until which its map holds."""
    NO_MAP_FOLLOWS = "no_map_follows"
    """No map can be made from the entries of a release."""
    RELEASE_GOES_BACK = "release_goes_back"
    """A release was made from fewer entries than one before it."""
    UNRELEASED_DECISION = "unreleased_decision"
    """A decision is in force and in no released map, though the time for that is over."""
    UNRELEASED_CHANGE = "unreleased_change"
    """A decision has ended, or rests, and the released map does not show it."""
    UNRELEASED_MAP = "unreleased_map"
    """The map of now is not the one last released, and nothing of the last hour explains it."""
    UNPROVEN_MAP = "unproven_map"
    """A point of enforcement obeys a map that was never released."""
    OBEYED_BEFORE_RELEASE = "obeyed_before_release"
    """A point obeyed a map before its release was witnessed."""
    OBEYS_OLD_MAP = "obeys_old_map"
    """The last word of a point is that it obeys a map which was replaced before."""
    HIDDEN_DOCUMENT = "hidden_document"
    """Enough seats voted for a keyring or rules that nobody has shown: other ones than these may be in force."""
    DROPPED_ENTRY = "dropped_entry"
    """A receipt promises an entry that is not in the record, and its time is over."""
    EMERGENCY_BEYOND_CAP = "emergency_beyond_cap"
    """The released map goes on with an emergency over cells on which emergencies have used up their time."""
    MISNAMED_ENFORCED = "misnamed_enforced"
    """A released map showed a decision whose request names its cells otherwise than the catalogue."""
    HELD_MAP_UNPROVEN = "held_map_unproven"
    """A map that was handed in was never released."""
    HELD_MAP_OLD = "held_map_old"
    """A map that was handed in has been replaced."""
    HELD_MAP_ENTRY = "held_map_entry"
    """A cell in which a map that was handed in names another decision than the one last released."""
    HELD_MAP_DECISION = "held_map_decision"
    """A decision on a map that was handed in, which no entry of the record makes."""
    HELD_MAP_LACKS = "held_map_lacks"
    """A decision that the map last released shows, and one that was handed in does not."""

    STALE = "stale"
    """The newest checkpoint is old: somebody may be shown an old record."""
    UNSERVED_CHECKPOINT = "unserved_checkpoint"
    """The timeline knows a newer checkpoint than the one that is served: the record is one step behind."""
    AHEAD = "ahead"
    """The newest checkpoint lies in the future of the clock handed in."""
    LATE_RELEASE = "late_release"
    """A change came into a released map only after the time for that was over."""
    OBEYED_OLD_MAP = "obeyed_old_map"
    """A point once obeyed a map which had been replaced; it has told of a newer one since."""
    SILENT_POINT = "silent_point"
    """A point of enforcement has never reported, or not since the newest map was released."""
    LATE_ENTRY = "late_entry"
    """An entry came into the record later than its receipt promises."""
    OVERDUE = "overdue"
    """A request had no answer by its deadline."""
    NEVER_RATIFIED = "never_ratified"
    """An emergency grant lapsed because nobody ratified it."""
    UNREVIEWED = "unreviewed"
    """A decision was not reviewed in time."""
    NOT_DEPOSITED = "not_deposited"
    """Something withheld is not held by trustees of two organisations."""
    NOT_DISCLOSED = "not_disclosed"
    """Something withheld was not told by its day."""
    EMERGENCY_CHAIN = "emergency_chain"
    """An emergency follows another over common cells, under another name: the two are one, and share its time."""
    MISNAMED_TERRITORY = "misnamed_territory"
    """A request names its cells otherwise than the catalogue: another land, other claimants, another source."""
    MISSING_DOCUMENT = "missing_document"
    """Votes, not enough of them, name a document that nobody has shown."""

    PENDING = "pending"
    """A change of the last hour is not yet in a released map."""
    VOID_ENTRY = "void_entry"
    """An entry counts for nothing, with the reason."""

    @property
    def weight(self) -> Weight:
        """How much it weighs."""
        if self in (Found.PENDING, Found.VOID_ENTRY):
            return Weight.NOTE
        return Weight.CONCERN if self in _CONCERNS else Weight.UNSOUND


_CONCERNS = frozenset(
    {
        Found.STALE,
        Found.UNSERVED_CHECKPOINT,
        Found.AHEAD,
        Found.LATE_RELEASE,
        Found.OBEYED_OLD_MAP,
        Found.SILENT_POINT,
        Found.LATE_ENTRY,
        Found.OVERDUE,
        Found.NEVER_RATIFIED,
        Found.UNREVIEWED,
        Found.NOT_DEPOSITED,
        Found.NOT_DISCLOSED,
        Found.EMERGENCY_CHAIN,
        Found.MISNAMED_TERRITORY,
        Found.MISSING_DOCUMENT,
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found.  where: the file, empty where it is in none; entry: index in the log; told: see `Told`."""

    kind: Found
    where: str = ""
    entry: int | None = None
    told: Told = field(default_factory=lambda: MappingProxyType({}))

    @property
    def weight(self) -> Weight:
        """How much it weighs."""
        return self.kind.weight


def finding(found: Found, /, where: str = "", entry: int | None = None, **told: str | int) -> Finding:
    """A finding with its values."""
    return Finding(kind=found, where=where, entry=entry, told=MappingProxyType(told))


@dataclass(frozen=True, kw_only=True, slots=True)
class CompiledMap:
    """What is compared of a service map.  next_change_s: until when it holds without a new entry, None for ever."""

    sha256: str
    next_change_s: int | None = None


Compile = Callable[[Prefix, Outcomes], CompiledMap]
"""The map that follows from outcomes at their own instant.  Raises InputError where none does.  `service` makes it."""

Mapped = Callable[[Callable[[Outcomes], CompiledMap | str], Iterable[Outcomes]], Iterable[CompiledMap | str]]
"""A `map`: the results in order, however many are worked out at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMap:
    """A map that somebody holds and wants to be judged.  where: its file."""

    where: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What was gone through.  signatures: of entries, checkpoints and cosignatures; newest_s: of the last checkpoint.

    decisions: ever made; in_force: at newest_s.  first_s, newest_s: instants of the first and the last checkpoint.
    """

    entries: int
    signatures: int
    checkpoints: int
    requests: int
    decisions: int
    in_force: int
    releases: int
    reports: int
    void: int
    first_s: int
    newest_s: int
