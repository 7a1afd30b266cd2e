"""Terminals as the service side knows them: their account, their plan, what they are used for, where they belong.

Where a terminal stands and how fast it moves is not among these: that changes from slot to slot and is handed to `permit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hudhud.arrays import Bits, Bools, Floats, Ints32, freeze
from hudhud.errors import Fault, InputError
from hudhud.service.vocabulary import AccountState, Purpose, ServiceClass

__all__ = ["PURPOSES", "Subscribers", "subscribers"]

PURPOSES = tuple(Purpose)
"""Purposes in the order of their numbers."""

_CLASSES = tuple(ServiceClass)
_ACCOUNTS = tuple(AccountState)

_Member = TypeVar("_Member", bound=Enum)
_Scalar = TypeVar("_Scalar", np.float64, np.bool_)
_Value = TypeVar("_Value", str, frozenset[str])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Subscribers:
    """N terminals.  Arrays are (terminal,); `subscribers` makes them and checks what is in them.

    ids: one text each, no two alike.  service_class: uint8 `ServiceClass.number`.  purpose: uint8 index of `PURPOSES`, what
    the terminal is used for as declared.  account: uint8 `AccountState`.  supported_version: whether its software is one
    that the network still takes.  home: int32 index of `home_countries`, ids of countries, "" where none is registered.
    ocean_plan: whether its plan covers the ocean.  maximum_speed_m_s: of its plan, over ground, inf for none.
    plan: int32 index of `plan_countries`, sets of ids of the territories in which the plan is valid, empty for everywhere.
    service_latitude_rad, service_longitude_rad: registered address, nan for none.  maximum_service_address_distance_m: of
    its plan, inf for none.  abroad_s: time outside the home country so far.  quota_used_up: the data of its plan are used
    up and the plan then shuts it off.
    """

    ids: tuple[str, ...]
    service_class: Bits
    purpose: Bits
    account: Bits
    supported_version: Bools
    home: Ints32
    home_countries: tuple[str, ...]
    ocean_plan: Bools
    maximum_speed_m_s: Floats
    plan: Ints32
    plan_countries: tuple[frozenset[str], ...]
    service_latitude_rad: Floats
    service_longitude_rad: Floats
    maximum_service_address_distance_m: Floats
    abroad_s: Floats
    quota_used_up: Bools

    def __post_init__(self) -> None:
        freeze(self.service_class, self.purpose, self.account, self.supported_version, self.home, self.ocean_plan)
        freeze(self.maximum_speed_m_s, self.plan, self.service_latitude_rad, self.service_longitude_rad)
        freeze(self.maximum_service_address_distance_m, self.abroad_s, self.quota_used_up)

    def __len__(self) -> int:
        return len(self.ids)


def subscribers(
    ids: Sequence[str],
    service_class: Sequence[ServiceClass] | Bits,
    *,
    purpose: Sequence[Purpose] | Bits | Purpose = Purpose.UNDECLARED,
    account: Sequence[AccountState] | Bits | AccountState = AccountState.ACTIVE,
    supported_version: Bools | Sequence[bool] | bool = True,
    home_country: Sequence[str] | str = "",
    ocean_plan: Bools | Sequence[bool] | bool = False,
    maximum_speed_m_s: Floats | Sequence[float] | float = np.inf,
    plan_countries: Sequence[frozenset[str]] | frozenset[str] = frozenset(),
    service_latitude_rad: Floats | Sequence[float] | float = np.nan,
    service_longitude_rad: Floats | Sequence[float] | float = np.nan,
    maximum_service_address_distance_m: Floats | Sequence[float] | float = np.inf,
    abroad_s: Floats | Sequence[float] | float = 0.0,
    quota_used_up: Bools | Sequence[bool] | bool = False,
) -> Subscribers:
    """Terminals from one value each, or one value for all of them.

    Classes, purposes and accounts are members of their enumerations, or arrays of the members' numbers.
    Raises InputError with every fault: ids that are empty or doubled, wrong lengths, numbers out of range, half an address.
    """
    count = len(ids)
    read = _Reader(count, [])
    read.check_ids(ids)
    home, home_countries = read.interned("home_country", home_country, str)
    plan, plans = read.interned("plan_countries", plan_countries, frozenset)
    made = Subscribers(
        ids=tuple(ids),
        service_class=read.members("service_class", service_class, _CLASSES),
        purpose=read.members("purpose", purpose, PURPOSES),
        account=read.members("account", account, _ACCOUNTS),
        supported_version=read.bools("supported_version", supported_version),
        home=home,
        home_countries=home_countries,
        ocean_plan=read.bools("ocean_plan", ocean_plan),
        maximum_speed_m_s=read.floats("maximum_speed_m_s", maximum_speed_m_s, 0.0, np.inf),
        plan=plan,
        plan_countries=plans,
        service_latitude_rad=read.floats(
            "service_latitude_rad", service_latitude_rad, -np.pi / 2, np.pi / 2, blank=True
        ),
        service_longitude_rad=read.floats(
            "service_longitude_rad", service_longitude_rad, -2 * np.pi, 2 * np.pi, blank=True
        ),
        maximum_service_address_distance_m=read.floats(
            "maximum_service_address_distance_m", maximum_service_address_distance_m, 0.0, np.inf
        ),
        abroad_s=read.floats("abroad_s", abroad_s, 0.0, np.inf),
        quota_used_up=read.bools("quota_used_up", quota_used_up),
    )
    read.check_addresses(made)
    if read.faults:
        raise InputError(f"the table of {count:,} terminals is refused:", read.faults)
    return made


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads columns of `count` terminals and keeps what is wrong with them in `faults`; a bad column reads as zeros."""

    count: int
    faults: list[Fault]

    def _fault(self, where: str, problem: str) -> None:
        self.faults.append(Fault(where=where, problem=problem))

    def check_ids(self, ids: Sequence[str]) -> None:
        """Fault empty and doubled ids."""
        first: dict[str, int] = {}
        for row, each in enumerate(ids):
            if not each:
                self._fault(f"ids[{row}]", "is empty, but must be a text that names the terminal")
            elif first.setdefault(each, row) != row:
                self._fault(
                    f"ids[{row}]", f"is {each!r}, as ids[{first[each]}] is already: each terminal needs its own"
                )

    def members(self, name: str, values: object, members: tuple[_Member, ...]) -> Bits:
        """Numbers of members of an enumeration, uint8."""
        if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
            return self._member_numbers(name, values, members)
        listed = [values] * self.count if isinstance(values, Enum) else list(values)  # type: ignore[call-overload]
        numbers = np.zeros(self.count, dtype=np.uint8)
        if not self._fits(name, len(listed)):
            return numbers
        number = {member: place for place, member in enumerate(members)}
        for row, each in enumerate(listed):
            if type(each) is not type(members[0]):
                self._fault(f"{name}[{row}]", f"is {each!r}, but must be a {type(members[0]).__name__}")
            else:
                numbers[row] = number[each]
        return numbers

    def _member_numbers(self, name: str, values: NDArray[np.integer], members: tuple[_Member, ...]) -> Bits:
        if not self._fits(name, values.shape[0] if values.ndim == 1 else values.shape):
            return np.zeros(self.count, dtype=np.uint8)
        for row in np.flatnonzero((values < 0) | (values >= len(members))):
            kind = type(members[0]).__name__
            self._fault(f"{name}[{row}]", f"is {values[row]}, but a {kind} has numbers 0 to {len(members) - 1}")
        return np.where((values < 0) | (values >= len(members)), 0, values).astype(np.uint8)

    def floats(self, name: str, values: object, low: float, high: float, *, blank: bool = False) -> Floats:
        """Numbers within low..high; nan only where `blank`."""
        column = self._column(name, values, np.float64, "iuf", "numbers")
        bad = ~((column >= low) & (column <= high)) & ~(np.isnan(column) & blank)
        for row in np.flatnonzero(bad):
            limits = f"at least {low:g}" if high == np.inf else f"between {low:.6g} and {high:.6g}"
            self._fault(f"{name}[{row}]", f"is {column[row]:g}, but must be {limits}{', or nan for none' * blank}")
        return column

    def bools(self, name: str, values: object) -> Bools:
        """Truth values."""
        return self._column(name, values, np.bool_, "b", "true or false")

    def interned(self, name: str, values: object, kind: type[_Value]) -> tuple[Ints32, tuple[_Value, ...]]:
        """Index of each value among the distinct ones, in order of appearance, and those."""
        listed = [values] * self.count if isinstance(values, kind) else list(values)  # type: ignore[call-overload]
        index = np.zeros(self.count, dtype=np.int32)
        place: dict[_Value, int] = {}
        if self._fits(name, len(listed)):
            for row, each in enumerate(listed):
                if not isinstance(each, kind):
                    self._fault(f"{name}[{row}]", f"is {each!r}, but must be a {kind.__name__}")
                else:
                    index[row] = place.setdefault(each, len(place))
        return index, tuple(place)

    def check_addresses(self, made: Subscribers) -> None:
        """Fault half addresses."""
        half = np.isnan(made.service_latitude_rad) != np.isnan(made.service_longitude_rad)
        for row in np.flatnonzero(half):
            self._fault(
                f"service address of {made.ids[row]!r}", "has only one of latitude and longitude: give both or none"
            )

    def _column(self, name: str, values: object, dtype: type[_Scalar], kinds: str, wanted: str) -> NDArray[_Scalar]:
        try:
            column = np.asarray(values)
        except ValueError:  # rows of different lengths
            column = np.array(["ragged"])
        if column.size and column.dtype.kind not in kinds:
            self._fault(name, f"is {str(values)[:40]}, but must hold {wanted}")
            return np.zeros(self.count, dtype=dtype)
        if column.ndim == 0:
            return np.full(self.count, column, dtype=dtype)
        if not self._fits(name, len(column) if column.ndim == 1 else column.shape):
            return np.zeros(self.count, dtype=dtype)
        return column.astype(dtype)

    def _fits(self, name: str, found: object) -> bool:
        if found != self.count:
            self._fault(name, f"holds {found} values, but there are {self.count:,} terminals")
        return found == self.count
