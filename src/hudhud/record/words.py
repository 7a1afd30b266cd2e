"""The words of the record: kinds of entries, who asks, how, what for, on what ground, with what outcome.

One concept, one word, in Python, files and pages; values are the words of files and JSON.  The words of service (states,
classes, purposes, reasons, legal bases) are here too, because statements name them.
"""

from enum import StrEnum

__all__ = [
    "Action",
    "Channel",
    "College",
    "ConflictKind",
    "Containment",
    "EvidenceClass",
    "Language",
    "Layer",
    "LegalBasis",
    "LegalBasisStatus",
    "Motion",
    "Purpose",
    "Reason",
    "RecordKind",
    "RedactionClass",
    "RequesterKind",
    "ResponseStatus",
    "ReviewOutcome",
    "ServiceClass",
    "ServiceState",
    "Verdict",
]


class Language(StrEnum):
    """In which language a person is told what is signed."""

    ENGLISH = "en"
    ARABIC = "ar"


class RecordKind(StrEnum):
    """What an entry of the record is."""

    REQUEST = "request"
    EVIDENCE = "evidence"
    CONTACT_DECLARATION = "contact_declaration"
    CONFLICT_DECLARATION = "conflict_declaration"
    APPROVAL = "approval"
    REFUSAL = "refusal"
    RECUSAL = "recusal"
    DECISION = "decision"
    RATIFICATION = "ratification"
    LAPSE = "lapse"
    REVIEW = "review"
    APPEAL = "appeal"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    MAP_RELEASE = "map_release"
    ENFORCEMENT_REPORT = "enforcement_report"
    KEYRING_CHANGE = "keyring_change"
    POLICY_CHANGE = "policy_change"
    REDACTION_DEPOSIT = "redaction_deposit"
    DISCLOSURE = "disclosure"
    ALLEGATION = "allegation"
    RESPONSE_STATUS = "response_status"
    CORRECTION = "correction"


class RequesterKind(StrEnum):
    """Who asks, or on whose behalf, or to whose benefit."""

    TERRITORIAL_GOVERNMENT = "territorial_government"
    DE_FACTO_AUTHORITY = "de_facto_authority"
    FOREIGN_GOVERNMENT = "foreign_government"
    HEAD_OF_STATE_OR_GOVERNMENT = "head_of_state_or_government"
    MILITARY = "military"
    REGULATOR = "regulator"
    COURT = "court"
    LAW_ENFORCEMENT = "law_enforcement"
    UN_AGENCY = "un_agency"
    HUMANITARIAN_CLUSTER = "humanitarian_cluster"
    """Such as the Emergency Telecommunications Cluster."""
    RED_CROSS_RED_CRESCENT = "red_cross_red_crescent"
    NGO = "ngo"
    EMERGENCY_SERVICES = "emergency_services"
    HOSPITAL = "hospital"
    NEWS_ORGANISATION = "news_organisation"
    OPERATOR_STAFF = "operator_staff"
    OPERATOR_EXECUTIVE = "operator_executive"
    OPERATOR_OWNER = "operator_owner"
    GOVERNMENT_OF_OPERATOR = "government_of_operator"
    NOTIFYING_ADMINISTRATION = "notifying_administration"
    """The administration that filed the satellites with the ITU."""
    RESELLER = "reseller"
    CUSTOMER = "customer"
    PRIVATE_PERSON = "private_person"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How a request or a contact came in."""

    FILED_PORTAL = "filed_portal"
    DIPLOMATIC_NOTE = "diplomatic_note"
    COURT_ORDER = "court_order"
    LETTER = "letter"
    EMAIL = "email"
    PUBLIC_POST = "public_post"
    PHONE = "phone"
    IN_PERSON = "in_person"
    INTERMEDIARY = "intermediary"
    MEDIA_REPORT = "media_report"
    UNRECORDED = "unrecorded"


class Action(StrEnum):
    """What is asked for."""

    ACTIVATE = "activate"
    EXTEND = "extend"
    MODIFY = "modify"
    SUSPEND = "suspend"
    DEACTIVATE = "deactivate"
    REFUSE_TO_ACTIVATE = "refuse_to_activate"
    """A standing refusal: it too is decided, and looked at again."""
    ALLOWLIST_TERMINALS = "allowlist_terminals"
    DENYLIST_TERMINALS = "denylist_terminals"
    CLASS_CHANGE = "class_change"
    SPEED_OR_MOTION_LIMIT = "speed_or_motion_limit"
    RATE_LIMIT = "rate_limit"
    CONTENT_BLOCK = "content_block"
    """Kept in the record only: Hudhud blocks no content."""
    WAIVE_FEES = "waive_fees"
    DONATE_TERMINALS = "donate_terminals"
    DISCLOSE_ONLY = "disclose_only"


class Purpose(StrEnum):
    """What a service is asked for, or used for."""

    DISASTER_RELIEF = "disaster_relief"
    MEDICAL = "medical"
    HUMANITARIAN_COORDINATION = "humanitarian_coordination"
    CIVIL_CONTINUITY = "civil_continuity"
    PUBLIC_INTERNET = "public_internet"
    PRESS_AND_EXPRESSION = "press_and_expression"
    ELECTION = "election"
    EDUCATION = "education"
    GOVERNMENT_OPERATIONS = "government_operations"
    BORDER_OR_POLICING = "border_or_policing"
    MILITARY_COMMUNICATIONS = "military_communications"
    MILITARY_STRIKE_OR_WEAPONS_GUIDANCE = "military_strike_or_weapons_guidance"
    FRAUD_OR_ABUSE_PREVENTION = "fraud_or_abuse_prevention"
    SANCTIONS_COMPLIANCE = "sanctions_compliance"
    LICENSING_COMPLIANCE = "licensing_compliance"
    INTERFERENCE_OR_SPECTRUM = "interference_or_spectrum"
    CONTRACT = "contract"
    OTHER = "other"
    UNDECLARED = "undeclared"


class LegalBasis(StrEnum):
    """On what a decision rests in law."""

    NATIONAL_LICENCE = "national_licence"
    PROVISIONAL_PERMIT = "provisional_permit"
    LANDING_RIGHTS = "landing_rights"
    ITU_RR_18 = "itu_rr_18"
    ITU_CS_34 = "itu_cs_34"
    ITU_CS_35 = "itu_cs_35"
    ITU_RRB_DECISION = "itu_rrb_decision"
    TAMPERE = "tampere"
    UNSC_RESOLUTION = "unsc_resolution"
    HOST_GOVERNMENT_CONSENT = "host_government_consent"
    COURT_ORDER = "court_order"
    STATUTE = "statute"
    EMERGENCY_POWER = "emergency_power"
    GOVERNMENT_DIRECTION = "government_direction"
    SANCTIONS_LICENCE = "sanctions_licence"
    SANCTIONS_PROHIBITION = "sanctions_prohibition"
    CONTRACT = "contract"
    TERMS_OF_SERVICE = "terms_of_service"
    OPERATOR_DISCRETION = "operator_discretion"
    NONE_STATED = "none_stated"


class LegalBasisStatus(StrEnum):
    """How sure the legal basis is."""

    VERIFIED = "verified"
    ASSERTED = "asserted"
    CONTESTED = "contested"
    EXPIRED = "expired"


class Containment(StrEnum):
    """Which cells along its border belong to a territory.  Each is part of the next: full, centre, overlap."""

    FULL = "full"
    """Cells that lie wholly inside.  The default of grants: no cell of a neighbour is ever served by them."""
    CENTRE = "centre"
    """Cells whose centre lies inside."""
    OVERLAP = "overlap"
    """Cells that touch the territory.  The default of refusals: no place inside is ever served past them."""


class ServiceClass(StrEnum):
    """For whom a terminal works.  The order is that of the columns of a service map."""

    RESIDENTIAL = "residential"
    BUSINESS = "business"
    COMMUNITY = "community"
    GOVERNMENT = "government"
    HUMANITARIAN = "humanitarian"
    MEDICAL = "medical"
    EMERGENCY_SERVICES = "emergency_services"
    PRESS = "press"
    MARITIME = "maritime"
    AVIATION = "aviation"
    LAND_MOBILE = "land_mobile"
    MILITARY = "military"
    WEAPON_MOUNTED = "weapon_mounted"
    DIRECT_TO_CELL = "direct_to_cell"
    GATEWAY = "gateway"

    @property
    def number(self) -> int:
        """Column in a service map."""
        return _COLUMN[self]

    @property
    def protected(self) -> bool:
        """Whether service for it saves lives, so that its loss is always pointed out."""
        return self in (ServiceClass.HUMANITARIAN, ServiceClass.MEDICAL, ServiceClass.EMERGENCY_SERVICES)


_COLUMN = {each: number for number, each in enumerate(ServiceClass)}


class Motion(StrEnum):
    """How a terminal may move."""

    FIXED = "fixed"
    PORTABLE = "portable"
    IN_MOTION = "in_motion"


class Verdict(StrEnum):
    """What became of a request."""

    GRANTED = "granted"
    GRANTED_IN_PART = "granted_in_part"
    GRANTED_WITH_CONDITIONS = "granted_with_conditions"
    REFUSED = "refused"
    DEFERRED = "deferred"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    VOID = "void"
    """It broke the rules of procedure; the reasons say which."""

    @property
    def grants(self) -> bool:
        """Whether something takes effect by it."""
        return self in (Verdict.GRANTED, Verdict.GRANTED_IN_PART, Verdict.GRANTED_WITH_CONDITIONS)


class Reason(StrEnum):
    """Why a decision was made as it was; at least one belongs to each."""

    NO_LICENCE = "no_licence"
    LICENCE_GRANTED = "licence_granted"
    SANCTIONS = "sanctions"
    HUMANITARIAN_NECESSITY = "humanitarian_necessity"
    SAFETY_OF_LIFE = "safety_of_life"
    ESCALATION_RISK = "escalation_risk"
    WEAPONS_USE = "weapons_use"
    ABUSE = "abuse"
    COURT_ORDER = "court_order"
    CAPACITY = "capacity"
    TECHNICAL = "technical"
    INSUFFICIENT_AUTHORITY = "insufficient_authority"
    DISPUTED_TERRITORY = "disputed_territory"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    QUORUM_NOT_MET = "quorum_not_met"
    DEADLINE_MISSED = "deadline_missed"


class ServiceState(StrEnum):
    """What a decision makes of its cells.  There is no "unknown"."""

    SERVED = "served"
    SERVED_RESTRICTED = "served_restricted"
    SERVED_ALLOWLIST_ONLY = "served_allowlist_only"
    EMERGENCY_SERVED = "emergency_served"
    NOT_OFFERED = "not_offered"
    PROHIBITED = "prohibited"
    SUSPENDED = "suspended"
    TECHNICALLY_UNAVAILABLE = "technically_unavailable"

    @property
    def serves(self) -> bool:
        """Whether terminals may be served at all, conditions apart."""
        return self in _SERVING


_SERVING = frozenset(
    {
        ServiceState.SERVED,
        ServiceState.SERVED_RESTRICTED,
        ServiceState.SERVED_ALLOWLIST_ONLY,
        ServiceState.EMERGENCY_SERVED,
    }
)


class Layer(StrEnum):
    """Where a refusal is enforced."""

    BEAM = "beam"
    """The scheduler lights no beam on the cell."""
    TERMINAL = "terminal"
    """The terminal is refused when it asks, whatever lights its cell."""


class EvidenceClass(StrEnum):
    """How a fact is known."""

    SIGNED_FILING = "signed_filing"
    OFFICIAL_DOCUMENT = "official_document"
    ON_RECORD_STATEMENT = "on_record_statement"
    ADMISSION = "admission"
    NAMED_SOURCE_REPORT = "named_source_report"
    ANONYMOUS_SOURCE_REPORT = "anonymous_source_report"
    MEASUREMENT = "measurement"
    DENIAL = "denial"


class ResponseStatus(StrEnum):
    """What a party said of an allegation when asked."""

    CONFIRMED = "confirmed"
    DENIED = "denied"
    NO_COMMENT = "no_comment"
    NO_REPLY = "no_reply"
    PARTIAL = "partial"
    NOT_ASKED = "not_asked"


class RedactionClass(StrEnum):
    """What kind of thing is withheld.  Existence, kind, action, territory, time, legal basis and verdict never are."""

    NONE = "none"
    PERSON_NAME = "person_name"
    UNIT_OR_SITE = "unit_or_site"
    CONTACT = "contact"
    TERMINAL_IDS = "terminal_ids"
    ATTACHMENT = "attachment"


class ConflictKind(StrEnum):
    """What ties somebody who votes to somebody who gains or loses by it."""

    FINANCIAL = "financial"
    EMPLOYMENT = "employment"
    GOVERNMENT = "government"
    FAMILY = "family"
    OTHER = "other"


class ReviewOutcome(StrEnum):
    """What somebody who looked again at a decision found."""

    STANDS = "stands"
    CHANGE_ADVISED = "change_advised"
    REVOCATION_ADVISED = "revocation_advised"


class College(StrEnum):
    """In what capacity a seat signs.  A quorum counts colleges, not heads."""

    OPERATOR = "operator"
    """The operator of the satellites, its owner included."""
    PUBLIC_INTEREST = "public_interest"
    """Humanitarian, press-freedom and users' seats."""
    LEGAL = "legal"
    """Counsel."""
    HUMANITARIAN = "humanitarian"
    """The cluster that answers for emergency telecommunications: heard before lifelines are cut."""
    REQUESTER = "requester"
    """Who may file requests under its own name."""
    REGISTRAR = "registrar"
    """Files decisions, lapses and map releases; anybody can work them out again."""
    TRUSTEE = "trustee"
    """Keeps what is withheld until it is disclosed."""
    ENFORCEMENT = "enforcement"
    """A gateway or an authorisation point that reports what it obeys."""

    @property
    def votes(self) -> bool:
        """Whether its seats approve and refuse."""
        return self in (College.OPERATOR, College.PUBLIC_INTEREST, College.LEGAL, College.HUMANITARIAN)
