"""Parts that several statements have: parties, territories, conditions, effects, and what somebody had seen when voting.

Plain values with the rules that bind their fields together; each `problems` says in a sentence what is broken.  All numbers
are integers in SI units, also thousandths of them (mm/s), because fractions are not written in the record.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from hudhud.record.canonical import LARGEST, canonical_bytes
from hudhud.record.forms import (
    Base64Url,
    Constant,
    Count,
    Date,
    Digest,
    Id,
    Instant,
    Leaf,
    Line,
    Prose,
    Whole,
    form_of,
    instant_s,
)
from hudhud.record.words import (
    Channel,
    ConflictKind,
    Containment,
    Layer,
    Motion,
    Purpose,
    RedactionClass,
    RequesterKind,
    ServiceClass,
    ServiceState,
)

__all__ = [
    "ANY",
    "Conditions",
    "Conflict",
    "Contact",
    "Disclosed",
    "Effect",
    "Party",
    "Seen",
    "Source",
    "TerritoryRef",
    "Withheld",
    "effect_digest",
]

_SALT_CHARACTERS = 22  # 128 bits in base64


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """Something not told yet.  kind: what sort of thing; digest: SHA-256 of the disclosure that will tell it."""

    kind: RedactionClass
    digest: Digest

    def problems(self) -> Iterator[str]:
        if self.kind is RedactionClass.NONE:
            yield "is withheld as none: say what kind of thing is withheld"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosed:
    """Something withheld and now told.  disclosure: the text whose SHA-256 is the digest."""

    digest: Digest
    disclosure: Base64Url

    def problems(self) -> Iterator[str]:
        if hashlib.sha256(self.disclosure.encode("ascii")).hexdigest() != self.digest:
            yield "has a disclosure that does not give its digest: it is not what was withheld"
        elif len(self.disclosure) < _SALT_CHARACTERS:
            yield "has a disclosure too short to hold 128 bits of salt"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Who asks, gains, meets or answers.  Known by a name or, where that is withheld, by its digest.

    id: ISO 3166-1 alpha-3 of a state, or the id of an organisation.
    """

    kind: RequesterKind
    id: Id | None = None
    name: Line | None = None
    withheld: Withheld | None = None

    def problems(self) -> Iterator[str]:
        if self.name is not None and self.withheld is not None:
            yield "has both a name and a withheld one: give one of them"
        if self.name is None and self.withheld is None and self.id is None and self.kind is not RequesterKind.UNKNOWN:
            yield "has no name, no id and nothing withheld: say who it is, or that its kind is unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class TerritoryRef:
    """A territory by the digest of its cells, which is what counts; all else explains it.

    cells_sha256: of the text that lists the cells with resolution and containment.  source_dataset_sha256, source_feature_id,
    worldview: what the cells were drawn from, and in whose view.  claimed_by, controlled_by: ids of states or authorities.
    geometry_sha256: of the polygon, where there is one.
    """

    id: Id
    scheme: Annotated[str, Constant(text="h3")] = "h3"
    resolution: Annotated[int, Whole(most=15)]
    containment: Containment
    cells_sha256: Digest
    claimed_by: frozenset[Id] = frozenset()
    controlled_by: Id | None = None
    source_dataset_sha256: Digest | None = None
    source_feature_id: Line | None = None
    worldview: Line | None = None
    geometry_sha256: Digest | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditions:
    """What a terminal must keep to be served.  What is left out asks nothing.

    purposes: the only ones allowed, any where empty; refused_purposes: ones never allowed.  allowlist_sha256,
    denylist_sha256: of lists of terminal ids, one a line, kept apart because they name people.  maximum_speed_mm_s: over
    ground.  ocean_plan: the plan must cover the ocean.  home_countries: one must be the terminal's; any where empty.
    maximum_home_distance_m, maximum_abroad_s: from and outside the home country.  minimum_height_m: above the ellipsoid.
    """

    purposes: frozenset[Purpose] = frozenset()
    refused_purposes: frozenset[Purpose] = frozenset()
    home_countries: frozenset[Id] = frozenset()
    ocean_plan: bool = False
    motion: Motion | None = None
    allowlist_sha256: Digest | None = None
    denylist_sha256: Digest | None = None
    maximum_speed_mm_s: Annotated[int, Whole()] | None = None
    maximum_rate_bit_s: Annotated[int, Whole()] | None = None
    maximum_home_distance_m: Annotated[int, Whole()] | None = None
    maximum_abroad_s: Annotated[int, Whole()] | None = None
    maximum_service_address_distance_m: Annotated[int, Whole()] | None = None
    minimum_height_m: Annotated[int, Whole(least=-LARGEST)] | None = None

    def problems(self) -> Iterator[str]:
        both = sorted(self.purposes & self.refused_purposes)
        if both:
            yield f"both allow and refuse the purpose {', '.join(both)}: choose one"
        if self.allowlist_sha256 is not None and self.allowlist_sha256 == self.denylist_sha256:
            yield "have one list of terminals as allowlist and denylist: choose one"


ANY = Conditions()
"""No condition at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What becomes of the service: asked by a request, agreed to by its digest, made by a decision.

    start: first instant in force; until: first instant out of force, left out for a standing state; review_by: when it must
    have been looked at again.  layers: where a refusal is enforced, empty for grants.  supersedes: decisions that end when
    this one begins.
    """

    state: ServiceState
    territories: Annotated[tuple[TerritoryRef, ...], Count(least=1, most=64)]
    classes: Annotated[frozenset[ServiceClass], Count(least=1)]
    conditions: Conditions = ANY
    layers: frozenset[Layer] = frozenset()
    start: Instant
    until: Instant | None = None
    review_by: Instant
    supersedes: frozenset[Leaf] = frozenset()

    def problems(self) -> Iterator[str]:
        start_s = instant_s(self.start)
        if self.until is not None and instant_s(self.until) <= start_s:
            yield f"ends at {self.until}, not after its start at {self.start}: correct the window"
        if instant_s(self.review_by) <= start_s:
            yield f"is to be reviewed by {self.review_by}, not after its start at {self.start}"
        if self.state is ServiceState.EMERGENCY_SERVED and self.until is None:
            yield "is an emergency grant without until: every emergency ends"
        if len({one.cells_sha256 for one in self.territories}) < len(self.territories):
            yield "names one set of cells twice: once is enough"
        yield from self._states()

    def _states(self) -> Iterator[str]:
        """A state whose layers or conditions do not belong to it."""
        state, asks = self.state, self.conditions != ANY
        if state.serves and self.layers:
            yield f"is a grant ({state}) with layers: only refusals are enforced at a layer"
        if not state.serves and not self.layers:
            yield f"is a refusal ({state}) without a layer: say whether beam or terminal (or both) enforces it"
        if not state.serves and asks:
            yield f"is a refusal ({state}) with conditions: a refusal has none; make it a grant or drop them"
        if state is ServiceState.TECHNICALLY_UNAVAILABLE and self.layers and Layer.BEAM not in self.layers:
            yield "is technically_unavailable but not enforced by beam: where nothing can be sent no beam is lit"
        if state is ServiceState.SERVED and asks:
            yield "is served with conditions: its state is served_restricted"
        if state is ServiceState.SERVED_RESTRICTED and not asks:
            yield "is served_restricted without a condition: name one, or its state is served"
        if state is ServiceState.SERVED_ALLOWLIST_ONLY and self.conditions.allowlist_sha256 is None:
            yield "is served_allowlist_only without an allowlist: name the digest of the list of terminals"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What somebody who votes had before their eyes: it ties the vote to one log, one past and one set of rules.

    size, root: the newest checkpoint they had checked.  policy_sha256: the rules of deciding.  keyring_version: whose keys.
    """

    size: Annotated[int, Whole(least=1)]
    root: Digest
    policy_sha256: Digest
    keyring_version: Annotated[int, Whole(least=1)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One contact of somebody who votes with somebody who has a stake.  topic: what was talked about."""

    party: Party
    on: Date
    channel: Channel
    topic: Prose


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """What ties somebody who votes to a party.  until: left out while it lasts."""

    kind: ConflictKind
    party: Party
    note: Prose
    until: Date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where something was reported.  copy_sha256: of a stored copy."""

    publisher: Line
    title: Line
    on: Date
    address: Line | None = None
    copy_sha256: Digest | None = None


def effect_digest(effect: Effect) -> str:
    """The digest by which an approval names what it agrees to: SHA-256 of the effect's canonical bytes, hexadecimal."""
    return hashlib.sha256(canonical_bytes(form_of(Effect).write(effect), "the effect")).hexdigest()
