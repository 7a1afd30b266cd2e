"""The words of service: states, classes, purposes, reasons, codes.  One concept, one word, in Python, files and pages.

Values are the words of files and JSON.  Disablement codes are the numbers that the real terminal shows in the status
field `disablement_code`; their names are interface facts.  What statements of the record name too is defined there.
"""

from enum import IntEnum

from hudhud.record.words import Containment, Layer, LegalBasis, Motion, Purpose, Reason, ServiceClass, ServiceState

__all__ = [
    "DECREES",
    "AccountState",
    "Containment",
    "DisablementCode",
    "Layer",
    "LegalBasis",
    "Motion",
    "Purpose",
    "Reason",
    "ServiceClass",
    "ServiceState",
]

DECREES = frozenset({ServiceState.PROHIBITED, ServiceState.SUSPENDED})
"""States by which somebody forbade service, unlike those in which nobody offers it."""


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
