"""The tables of a case file: what was reported of a real episode, and a replay of it with made-up seats.

Frozen values as they are read; instants of a replay are seconds after its start (`offset_s`).  Which names must be known, and
in what order acts stand, is asked in `cases`.  docs/reference/cases.md lists the keys.  It is one long file because it is one
form: a class for each table and no more.
"""

import re
from enum import StrEnum
from functools import partial
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from hudhud.record.history import State, Why
from hudhud.record.words import (
    Action,
    Channel,
    ConflictKind,
    EvidenceClass,
    Layer,
    LegalBasis,
    LegalBasisStatus,
    Purpose,
    Reason,
    RequesterKind,
    ResponseStatus,
    ReviewOutcome,
    ServiceClass,
    ServiceState,
    Verdict,
)
from hudhud.scenario.tables import Float, Name, Table

__all__ = [
    "ACTS",
    "Act",
    "AllegationAct",
    "AppealAct",
    "ApprovalAct",
    "BaseTable",
    "CaseTable",
    "ChangeTable",
    "ConditionsTable",
    "ConflictTable",
    "ConflictsAct",
    "ContactTable",
    "ContactsAct",
    "CorrectionAct",
    "DecisionAct",
    "EffectTable",
    "EvidenceAct",
    "ExpectTable",
    "LapseAct",
    "PartyTable",
    "RatificationAct",
    "RecusalAct",
    "RefusalAct",
    "ReleaseAct",
    "ReportAct",
    "ReportedTable",
    "RequestAct",
    "ResponseAct",
    "ResponseTable",
    "ReviewAct",
    "RevocationAct",
    "SourceTable",
    "SuspensionAct",
    "VariantTable",
    "offset_s",
]

_UNITS_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_OFFSET = re.compile(r"([+-])(?:(\d{1,4})d)?(?:(\d{1,4})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s)?")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_ARABIC = re.compile("[\u0621-\u064a]")

_Word = TypeVar("_Word", bound=StrEnum)


def offset_s(value: object) -> object:
    """Seconds that a text such as +2h, +1d12h or -90d means.  Raises ValueError for any other."""
    found = _OFFSET.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()[1:]):
        raise ValueError("must be a time after the start of the replay, such as +90m, +2h or +1d12h")
    total_s = sum(
        int(number) * _UNITS_S[unit] for number, unit in zip(found.groups()[1:], "dhms", strict=True) if number
    )
    return -total_s if found[1] == "-" else total_s


def _word(words: type[_Word], value: object) -> _Word:
    try:
        return words(str(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(words)}") from None


def _row(value: object) -> object:
    """TOML has arrays, not tuples."""
    return tuple(value) if isinstance(value, list) else value


def _set(value: object) -> object:
    if not isinstance(value, list):
        return value
    if len(set(map(str, value))) < len(value):
        raise ValueError("must name each but once")
    return frozenset(map(str, value))


def _seats(value: object) -> object:
    """One seat, or several that say the same one after the other."""
    return (value,) if isinstance(value, str) else _row(value)


def _date(text: str) -> str:
    if _DATE.fullmatch(text) is None:
        raise ValueError("must be a day such as 2024-10-25, or 2024-10, or 2024, in quotes")
    return text


def _arabic(text: str) -> str:
    """A text that is in Arabic, at least in part: names may stand in it in their own letters."""
    if 2 * len(_ARABIC.findall(text)) < len(re.findall(r"\w", text)):
        raise ValueError("must be written in Arabic")
    return text


_Class = Annotated[ServiceClass, BeforeValidator(partial(_word, ServiceClass))]
_State = Annotated[ServiceState, BeforeValidator(partial(_word, ServiceState))]
_Purpose = Annotated[Purpose, BeforeValidator(partial(_word, Purpose))]
_Reason = Annotated[Reason, BeforeValidator(partial(_word, Reason))]
_Layer = Annotated[Layer, BeforeValidator(partial(_word, Layer))]
_Evidence = Annotated[EvidenceClass, BeforeValidator(partial(_word, EvidenceClass))]
_Kind = Annotated[RequesterKind, BeforeValidator(partial(_word, RequesterKind))]
_Status = Annotated[ResponseStatus, BeforeValidator(partial(_word, ResponseStatus))]
_Channel = Annotated[Channel, BeforeValidator(partial(_word, Channel))]
_Verdict = Annotated[Verdict, BeforeValidator(partial(_word, Verdict))]
_Outcome = Annotated[State, BeforeValidator(partial(_word, State))]
_Why = Annotated[Why, BeforeValidator(partial(_word, Why))]

_Classes = Annotated[frozenset[_Class], BeforeValidator(_set)]
_Purposes = Annotated[frozenset[_Purpose], BeforeValidator(_set)]
_Reasons = Annotated[frozenset[_Reason], BeforeValidator(_set), Field(min_length=1)]
_Layers = Annotated[frozenset[_Layer], BeforeValidator(_set)]
_Names = Annotated[tuple[Name, ...], BeforeValidator(_row)]
_Seats = Annotated[tuple[Name, ...], BeforeValidator(_seats), Field(min_length=1)]
_Offset = Annotated[int, BeforeValidator(offset_s)]
_Later = Annotated[int, BeforeValidator(offset_s), Field(ge=0)]
_Date = Annotated[str, AfterValidator(_date)]
_Prose = Annotated[str, Field(min_length=1, max_length=2_500)]
_ArabicProse = Annotated[_Prose, AfterValidator(_arabic)]
_ArabicName = Annotated[Name, AfterValidator(_arabic)]
_Count = Annotated[int, Field(ge=0)]


# ---- what was reported ----


class SourceTable(Table):
    """Where something was reported.  title: the headline as found, or in square brackets what it is."""

    publisher: Name
    title: Name
    date: _Date
    address: Annotated[Name, Field(pattern=r"^https?://[^\s]+$")] | None = None


_Sources = Annotated[tuple[SourceTable, ...], BeforeValidator(_row), Field(min_length=1)]


class ReportedTable(Table):
    """One fact as reported.  alleged: ids of the responses of the parties that are said to have done something."""

    date: _Date
    text_en: _Prose
    text_ar: _ArabicProse
    evidence_class: _Evidence
    alleged: _Names = ()
    source: _Sources


class ResponseTable(Table):
    """What one real party, as the press names it, said of what is reported of it; or that it said nothing."""

    id: Name
    kind: _Kind
    name_en: Name
    name_ar: _ArabicName
    status: _Status
    date: _Date
    said_en: _Prose | None = None
    said_ar: _ArabicProse | None = None
    source: SourceTable


# ---- the replay ----


class BaseTable(Table):
    """What the map was before.  standing: ids of packaged decisions without `standing.`; ground: nothing offered anywhere."""

    note_en: _Prose
    note_ar: _ArabicProse
    ground: bool = False
    standing: _Names = ()


class PartyTable(Table):
    """Somebody made up who asks, gains, meets or answers in the replay.  code: the organisation as the keyring knows it."""

    id: Name
    kind: _Kind
    name_en: Name
    name_ar: _ArabicName
    code: Annotated[Name, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$")] | None = None


class ConditionsTable(Table):
    purposes: _Purposes = frozenset()
    refused_purposes: _Purposes = frozenset()
    allowlist: _Names | None = None
    denylist: _Names | None = None
    maximum_speed_km_h: Annotated[Float, Field(ge=0, le=50_000)] | None = None
    ocean_plan: bool = False
    home_countries: Annotated[frozenset[Name], BeforeValidator(_set)] = frozenset()
    maximum_home_distance_km: Annotated[Float, Field(ge=0, le=20_100)] | None = None
    maximum_abroad_days: Annotated[Float, Field(ge=0, le=36_525)] | None = None


class EffectTable(Table):
    """What becomes of the service.  id: where a variant keeps it apart for approvals in part or with conditions.

    start: of the effect, the act's own instant where left out.  supersedes: ids of requests whose decisions end.
    """

    id: Name | None = None
    state: _State
    territories: Annotated[tuple[Name, ...], BeforeValidator(_row), Field(min_length=1)]
    classes: _Classes | None = None
    but_classes: _Classes = frozenset()
    layers: _Layers = frozenset()
    start: _Later | None = None
    until: _Later | None = None
    review_by: _Later
    conditions: ConditionsTable = ConditionsTable()
    supersedes: _Names = ()


class Act(Table):
    """What the acts have in common.  by: one seat or several; id: the name by which later acts refer to it."""

    at: _Later
    by: _Seats
    id: Name | None = None


class _Vote(Act):
    """declare: first declare no contacts and no conflicts, as every vote that counts must."""

    declare: bool = False
    reasons: _Reasons


class RequestAct(Act):
    kind: Literal["request"]
    id: Name
    title_en: Name
    title_ar: _ArabicName
    requester: Name
    on_behalf_of: Name | None = None
    benefit_to: _Names = ()
    channel: _Channel
    action: Annotated[Action, BeforeValidator(partial(_word, Action))]
    purposes: Annotated[frozenset[_Purpose], BeforeValidator(_set), Field(min_length=1)]
    legal_basis: Annotated[LegalBasis, BeforeValidator(partial(_word, LegalBasis))]
    legal_basis_status: Annotated[LegalBasisStatus, BeforeValidator(partial(_word, LegalBasisStatus))]
    legal_text: _Prose | None = None
    note: _Prose | None = None
    itu_art35_notification: _Prose | None = None
    effect: EffectTable


class EvidenceAct(Act):
    kind: Literal["evidence"]
    about: Name
    evidence_class: _Evidence
    text_en: _Prose
    text_ar: _ArabicProse


class ContactTable(Table):
    party: Name
    at: _Offset
    channel: _Channel
    topic_en: _Prose
    topic_ar: _ArabicProse


class ContactsAct(Act):
    """days: how far back the declaration reaches."""

    kind: Literal["contact_declaration"]
    days: Annotated[int, Field(ge=1, le=3_650)] = 120
    contacts: Annotated[tuple[ContactTable, ...], BeforeValidator(_row)] = ()


class ConflictTable(Table):
    kind: Annotated[ConflictKind, BeforeValidator(partial(_word, ConflictKind))]
    party: Name
    note_en: _Prose
    note_ar: _ArabicProse


class ConflictsAct(Act):
    kind: Literal["conflict_declaration"]
    request: Name
    conflicts: Annotated[tuple[ConflictTable, ...], BeforeValidator(_row)] = ()


class ApprovalAct(_Vote):
    """effect: id of another effect than the one asked for."""

    kind: Literal["approval"]
    request: Name
    verdict: _Verdict = Verdict.GRANTED
    effect: Name | None = None
    expires: _Later | None = None


class RefusalAct(_Vote):
    kind: Literal["refusal"]
    request: Name
    verdict: _Verdict = Verdict.REFUSED
    note: _Prose | None = None


class RecusalAct(Act):
    kind: Literal["recusal"]
    request: Name
    reasons: _Reasons
    conflicts: Annotated[tuple[ConflictTable, ...], BeforeValidator(_row)] = ()


class DecisionAct(Act):
    """A notice: what the votes made of a request.  effect: id, where it is another than the one asked for."""

    kind: Literal["decision"]
    request: Name
    verdict: _Verdict
    reasons: _Reasons
    effect: Name | None = None


class RatificationAct(_Vote):
    kind: Literal["ratification"]
    decision: Name


class LapseAct(Act):
    kind: Literal["lapse"]
    about: Name
    reasons: _Reasons


class ReviewAct(Act):
    kind: Literal["review"]
    decision: Name
    outcome: Annotated[ReviewOutcome, BeforeValidator(partial(_word, ReviewOutcome))]
    findings_en: _Prose
    findings_ar: _ArabicProse
    review_by: _Later


class AppealAct(Act):
    kind: Literal["appeal"]
    decision: Name
    appellant: Name
    channel: _Channel
    grounds_en: _Prose
    grounds_ar: _ArabicProse


class RevocationAct(_Vote):
    kind: Literal["revocation"]
    decision: Name


class SuspensionAct(_Vote):
    kind: Literal["suspension"]
    decision: Name
    classes: _Classes
    start: _Later
    until: _Later


class ReleaseAct(Act):
    """The map that follows from the record so far is released."""

    kind: Literal["map_release"]


class ReportAct(Act):
    """A point of enforcement tells what it obeys.  map: the newest release; or the one with what nobody decided."""

    kind: Literal["enforcement_report"]
    point: Name
    layer: _Layer
    map: Literal["released", "unrecorded"] = "released"


class AllegationAct(Act):
    kind: Literal["allegation"]
    claim_en: _Prose
    claim_ar: _ArabicProse
    evidence_class: _Evidence
    source: _Sources
    about: Name | None = None
    territories: _Names = ()
    alleged: _Names = ()
    benefit_to: _Names = ()


class ResponseAct(Act):
    kind: Literal["response_status"]
    allegation: Name
    party: Name
    status: _Status
    said_en: _Prose | None = None
    said_ar: _ArabicProse | None = None


class CorrectionAct(Act):
    kind: Literal["correction"]
    entry: Name
    text_en: _Prose
    text_ar: _ArabicProse
    replaced_by: Name | None = None


ACTS: dict[str, type[Act]] = {
    "request": RequestAct,
    "evidence": EvidenceAct,
    "contact_declaration": ContactsAct,
    "conflict_declaration": ConflictsAct,
    "approval": ApprovalAct,
    "refusal": RefusalAct,
    "recusal": RecusalAct,
    "decision": DecisionAct,
    "ratification": RatificationAct,
    "lapse": LapseAct,
    "review": ReviewAct,
    "appeal": AppealAct,
    "revocation": RevocationAct,
    "suspension": SuspensionAct,
    "map_release": ReleaseAct,
    "enforcement_report": ReportAct,
    "allegation": AllegationAct,
    "response_status": ResponseAct,
    "correction": CorrectionAct,
}
"""The kinds of entries that a case can play."""


class ChangeTable(Table):
    """Cells of a territory that change alike for some classes.  territory: all cells that it touches, or a mode behind @."""

    territory: Name
    classes: Annotated[frozenset[_Class], BeforeValidator(_set), Field(min_length=1)]
    change: Literal["gain", "lose", "conditions", "alter"]
    before: _State
    after: _State
    cells: Annotated[int, Field(ge=1)]


class ExpectTable(Table):
    """What follows at an instant, exactly.  requests: state of every request filed by then; void: every void entry and why.

    in_force, overdue, unreviewed, unratified: requests whose decisions are so.  cells_changed: in the world, where somebody
    is served otherwise than before; cells_decided_anew: where only the decision is another.  unproven: reports of points
    that obey a map which nobody released; flip: how that map differs from the one that follows from the record.
    untouched: territories of which no cell changes.
    """

    at: _Later
    requests: dict[str, _Outcome]
    void: dict[str, _Why] = Field(default_factory=dict)
    in_force: _Names = ()
    overdue: _Names = ()
    unreviewed: _Names = ()
    unratified: _Names = ()
    unproven: _Names = ()
    cells_changed: _Count
    cells_decided_anew: _Count = 0
    untouched: _Names = ()
    change: Annotated[tuple[ChangeTable, ...], BeforeValidator(_row)] = ()
    flip: Annotated[tuple[ChangeTable, ...], BeforeValidator(_row)] = ()
    map_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    note_en: _Prose
    note_ar: _ArabicProse


class VariantTable(Table):
    """One way in which the case is played; its acts are read apart, by their kinds."""

    id: Name
    title_en: Name
    title_ar: _ArabicName
    expect: Annotated[tuple[ExpectTable, ...], BeforeValidator(_row), Field(min_length=1)]
    effect: Annotated[tuple[EffectTable, ...], BeforeValidator(_row)] = ()


class CaseTable(Table):
    """A whole case, acts and decisions apart."""

    id: Annotated[Name, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]
    number: Annotated[int, Field(ge=1, le=999)]
    title_en: Name
    title_ar: _ArabicName
    when: Name
    when_ar: _ArabicName
    inspired_by_en: Name
    inspired_by_ar: _ArabicName
    summary_en: _Prose
    summary_ar: _ArabicProse
    shows_en: _Prose
    shows_ar: _ArabicProse
    start: Name
    base: BaseTable
    party: Annotated[tuple[PartyTable, ...], BeforeValidator(_row)] = ()
    reported: Annotated[tuple[ReportedTable, ...], BeforeValidator(_row), Field(min_length=1)]
    response: Annotated[tuple[ResponseTable, ...], BeforeValidator(_row)] = ()
