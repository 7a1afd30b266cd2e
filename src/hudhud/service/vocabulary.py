"""The words of service: states, classes, purposes, reasons, codes.  One concept, one word, in Python, files and pages.

Values are the words of files and JSON.  Disablement codes are the numbers that the real terminal shows in the status
field `disablement_code`; their names are interface facts.
"""

from enum import IntEnum, StrEnum

__all__ = [
    "DECREES",
    "AccountState",
    "Containment",
    "DisablementCode",
    "Layer",
    "LegalBasis",
    "Purpose",
    "Reason",
    "ServiceClass",
    "ServiceState",
]


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

DECREES = frozenset({ServiceState.PROHIBITED, ServiceState.SUSPENDED})
"""States by which somebody forbade service, unlike those in which nobody offers it."""


class Layer(StrEnum):
    """Where a refusal is enforced."""

    BEAM = "beam"
    """The scheduler lights no beam on the cell."""
    TERMINAL = "terminal"
    """The terminal is refused when it asks, whatever lights its cell."""


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


class AccountState(IntEnum):
    """What the account of a terminal allows."""

    ACTIVE = 0
    NONE = 1
    DISABLED = 2


class DisablementCode(IntEnum):
    """The code that a terminal shows: why it may not be served.  Numbers and names are the real terminal's.

    5 and 9 are reserved in its newer software: `current` is what such a terminal shows instead.
    """

    UNKNOWN_STATE = 0
    OKAY = 1
    NO_ACTIVE_ACCOUNT = 2
    TOO_FAR_FROM_SERVICE_ADDRESS = 3
    IN_OCEAN = 4
    INVALID_COUNTRY = 5
    BLOCKED_COUNTRY = 6
    DATA_OVERAGE_SANDBOX_POLICY = 7
    CELL_IS_DISABLED = 8
    UNLICENSED_COUNTRY = 9
    ROAM_RESTRICTED = 10
    UNKNOWN_LOCATION = 11
    ACCOUNT_DISABLED = 12
    UNSUPPORTED_VERSION = 13
    MOVING_TOO_FAST_FOR_POLICY = 14
    UNDER_AVIATION_FLYOVER_LIMITS = 15
    BLOCKED_AREA = 16
    OUTSIDE_HOME_REGION = 17

    @property
    def current(self) -> "DisablementCode":
        """The same code for terminals in whose software 5 and 9 are reserved: BLOCKED_COUNTRY stands for both."""
        reserved = (DisablementCode.INVALID_COUNTRY, DisablementCode.UNLICENSED_COUNTRY)
        return DisablementCode.BLOCKED_COUNTRY if self in reserved else self
