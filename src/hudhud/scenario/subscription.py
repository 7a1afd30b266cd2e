"""What a scenario says of a terminal's account: the table [terminal.service], in the units people write."""

import math
from collections.abc import Sequence
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field

from hudhud.scenario.tables import Float, Name, Place, Table, longitude_rad
from hudhud.scenario.values import Subscription
from hudhud.service.terminals import Subscribers, subscribers
from hudhud.service.vocabulary import AccountState, Purpose, ServiceClass

__all__ = ["ServiceTable", "subscribed", "subscription"]


def _class(value: object) -> ServiceClass:
    return _word(value, ServiceClass)


def _purpose(value: object) -> Purpose:
    return _word(value, Purpose)


def _account(value: object) -> AccountState:
    names = {state.name.lower(): state for state in AccountState}
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"must be one of {', '.join(names)}")
    return names[value]


_Word = TypeVar("_Word", ServiceClass, Purpose)


def _word(value: object, words: type[_Word]) -> _Word:
    try:
        return words(str(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(words)}") from None


class ServiceTable(Table):
    """Keys of [terminal.service] and [scatter.service]."""

    id: Annotated[str, Field(max_length=200)] = ""
    service_class: Annotated[ServiceClass, BeforeValidator(_class), Field(alias="class")] = ServiceClass.RESIDENTIAL
    purpose: Annotated[Purpose, BeforeValidator(_purpose)] = Purpose.UNDECLARED
    account: Annotated[AccountState, BeforeValidator(_account)] = AccountState.ACTIVE
    software_supported: bool = True
    home_country: str = ""
    abroad_days: Annotated[Float, Field(ge=0, le=36_525)] = 0.0
    ocean_plan: bool = False
    plan_countries: list[Name] = Field(default_factory=list)
    plan_maximum_speed_km_h: Annotated[Float, Field(ge=0, le=10_000)] | None = None
    service_address_deg: Place | None = None
    service_address_radius_km: Annotated[Float, Field(ge=0, le=20_100)] | None = None
    quota_used_up: bool = False
    speed_km_h: Annotated[Float, Field(ge=0, le=50_000)] = 0.0


_M_S_PER_KM_H = 1 / 3.6
_DAY_S = 86_400.0


def subscription(table: ServiceTable, name: str) -> Subscription:
    """The table in SI units.  name: the terminal's, its id where it has no other."""
    address, radius_km, limit_km_h = (
        table.service_address_deg,
        table.service_address_radius_km,
        table.plan_maximum_speed_km_h,
    )
    return Subscription(
        id=table.id or name,
        service_class=table.service_class,
        purpose=table.purpose,
        account=table.account,
        supported_version=table.software_supported,
        home_country=table.home_country,
        abroad_s=table.abroad_days * _DAY_S,
        ocean_plan=table.ocean_plan,
        plan_countries=frozenset(table.plan_countries),
        maximum_speed_m_s=math.inf if limit_km_h is None else limit_km_h * _M_S_PER_KM_H,
        service_latitude_rad=math.nan if address is None else math.radians(address[0]),
        service_longitude_rad=math.nan if address is None else longitude_rad(address[1]),
        maximum_service_address_distance_m=math.inf if radius_km is None else radius_km * 1e3,
        quota_used_up=table.quota_used_up,
        speed_m_s=table.speed_km_h * _M_S_PER_KM_H,
    )


def subscribed(each: Sequence[Subscription]) -> Subscribers:
    """Subscriptions as the columns that permits are given from.  Raises InputError where two ids are alike."""
    return subscribers(
        [one.id for one in each],
        [one.service_class for one in each],
        purpose=[one.purpose for one in each],
        account=[one.account for one in each],
        supported_version=[one.supported_version for one in each],
        home_country=[one.home_country for one in each],
        abroad_s=[one.abroad_s for one in each],
        ocean_plan=[one.ocean_plan for one in each],
        plan_countries=[one.plan_countries for one in each],
        maximum_speed_m_s=[one.maximum_speed_m_s for one in each],
        service_latitude_rad=[one.service_latitude_rad for one in each],
        service_longitude_rad=[one.service_longitude_rad for one in each],
        maximum_service_address_distance_m=[one.maximum_service_address_distance_m for one in each],
        quota_used_up=[one.quota_used_up for one in each],
    )
