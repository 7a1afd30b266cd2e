"""The obvious way to permits: one terminal at a time, one rule after the other.  Oracle of `hudhud.service.eligibility`."""

import math

import numpy as np

from hudhud.service.countries import Countries
from hudhud.service.decision import Decision
from hudhud.service.predicates import Predicate
from hudhud.service.service_map import ServiceMap
from hudhud.service.terminals import PURPOSES, Subscribers
from hudhud.service.territory import Kind, Territory
from hudhud.service.vocabulary import AccountState, Layer, Reason, ServiceState
from hudhud.sky.hexagons import cell_number

PRECEDENCE = (13, 12, 2, 11, 9, 5, 6, 16, 8, 4, 3, 10, 17, 15, 14, 7)
CODES = {
    "UNSUPPORTED_VERSION": 13, "ACCOUNT_DISABLED": 12, "DENYLISTED": 12, "NO_ACTIVE_ACCOUNT": 2, "UNKNOWN_LOCATION": 11,
    "UNLICENSED": 9, "COUNTRY_NOT_OFFERED": 5, "PLAN_NOT_VALID_HERE": 5, "COUNTRY_BLOCKED": 6, "AREA_BLOCKED": 16,
    "AREA_NOT_OFFERED": 16, "NOT_ON_ALLOWLIST": 16, "PURPOSE_NOT_ALLOWED": 16, "PURPOSE_REFUSED": 16, "CELL_DISABLED": 8,
    "SEA_NOT_OFFERED": 4, "NO_OCEAN_PLAN": 4, "FAR_FROM_SERVICE_ADDRESS": 3, "FAR_FROM_SERVICE_ADDRESS_FOR_PLAN": 3,
    "FAR_FROM_HOME": 10, "ABROAD_TOO_LONG": 10, "OUTSIDE_HOME_REGION": 17, "BELOW_MINIMUM_HEIGHT": 15, "TOO_FAST_HERE": 14,
    "DECISION_OVER": 16, "MOVES_HERE": 14,
    "TOO_FAST_FOR_PLAN": 14, "QUOTA_USED_UP": 7,
}  # fmt: skip

SERVING = ("served", "served_restricted", "served_allowlist_only", "emergency_served")

Answer = tuple[bool, int, int, int]


def slow_permits(
    service_map, terminals, latitude_rad, longitude_rad, height_m, speed_m_s, countries, over=()
) -> list[Answer]:
    """Allowed, code, failed and decision of each terminal.  over: indices of decisions that have ended."""
    cells = _Cells(countries)
    answers = []
    for row in range(len(terminals)):
        place = (latitude_rad[row], longitude_rad[row], height_m[row], speed_m_s[row])
        failed, decision = _terminal(service_map, terminals, row, *map(float, place), cells)
        if decision in over and service_map.decisions[decision].state.value in SERVING:
            failed.add("DECISION_OVER")
        code = min((CODES[name] for name in failed), key=PRECEDENCE.index, default=1)
        answers.append((not failed, code, sum(1 << Predicate[name] for name in failed), decision))
    return answers


class _Cells:
    """Cells of territories and countries as sets, each made once."""

    def __init__(self, countries: Countries | None) -> None:
        self.countries = countries
        self.sets: dict[str, frozenset[int]] = {}

    def hold(self, territory: Territory, number: int) -> bool:
        if territory.id not in self.sets:
            self.sets[territory.id] = frozenset(territory.number.tolist())
        return number in self.sets[territory.id]

    def country_holds(self, country: str, number: int) -> bool:
        if "country " + country not in self.sets:
            self.sets["country " + country] = frozenset(self.countries.number(country).tolist())
        return number in self.sets["country " + country]


def _terminal(
    service_map: ServiceMap,
    t: Subscribers,
    row: int,
    lat: float,
    lon: float,
    height_m: float,
    speed_m_s: float,
    cells: _Cells,
) -> tuple[set[str], int]:
    failed = set()
    if not t.supported_version[row]:
        failed.add("UNSUPPORTED_VERSION")
    if t.account[row] == AccountState.DISABLED:
        failed.add("ACCOUNT_DISABLED")
    if t.account[row] == AccountState.NONE:
        failed.add("NO_ACTIVE_ACCOUNT")
    if t.quota_used_up[row]:
        failed.add("QUOTA_USED_UP")
    if speed_m_s > t.maximum_speed_m_s[row]:
        failed.add("TOO_FAST_FOR_PLAN")
    if math.isnan(lat) or math.isnan(lon):
        return failed | {"UNKNOWN_LOCATION"}, -1
    number = int(cell_number(lat, lon))
    profile = service_map.profile[number]
    index = int(service_map.governing[profile, t.service_class[row]])
    decision = service_map.decisions[index]
    failed |= _refused(decision, number, cells)
    failed |= _conditions(decision, t, row, number, height_m, speed_m_s, cells.countries)
    address = float(t.service_latitude_rad[row]), float(t.service_longitude_rad[row])
    away_m = math.inf if math.isnan(address[0]) else _arc_m(lat, lon, *address)
    if away_m > decision.conditions.maximum_service_address_distance_m:
        failed.add("FAR_FROM_SERVICE_ADDRESS")
    if away_m > t.maximum_service_address_distance_m[row]:
        failed.add("FAR_FROM_SERVICE_ADDRESS_FOR_PLAN")
    valid = t.plan_countries[t.plan[row]]
    if valid and not any(cells.country_holds(each, number) for each in valid):
        failed.add("PLAN_NOT_VALID_HERE")
    return failed, index


def _refused(decision: Decision, number: int, cells: _Cells) -> set[str]:
    state = decision.state
    if state.value.startswith("served") or state is ServiceState.EMERGENCY_SERVED:
        return set()
    holding = [each for each in decision.territories if cells.hold(each, number)]
    kind = min(holding, key=lambda each: (len(each.number), each.id)).kind
    failed = set()
    if Layer.BEAM in decision.layers or state is ServiceState.TECHNICALLY_UNAVAILABLE:
        failed.add("CELL_DISABLED")
    if Layer.TERMINAL in decision.layers:
        country = kind in (Kind.COUNTRY, Kind.WORLD)
        if state in (ServiceState.PROHIBITED, ServiceState.SUSPENDED):
            failed.add("COUNTRY_BLOCKED" if country else "AREA_BLOCKED")
        elif state is ServiceState.NOT_OFFERED and Reason.NO_LICENCE in decision.reasons:
            failed.add("UNLICENSED")
        elif state is ServiceState.NOT_OFFERED and country:
            failed.add("COUNTRY_NOT_OFFERED")
        elif state is ServiceState.NOT_OFFERED:
            failed.add("SEA_NOT_OFFERED" if kind is Kind.SEA else "AREA_NOT_OFFERED")
    return failed


def _conditions(
    decision: Decision,
    t: Subscribers,
    row: int,
    number: int,
    height_m: float,
    speed_m_s: float,
    countries: Countries | None,
) -> set[str]:
    asked, failed = decision.conditions, set()
    purpose, home = PURPOSES[t.purpose[row]], t.home_countries[t.home[row]]
    if asked.allowlist_sha256 or (asked.allowlist is not None and t.ids[row] not in asked.allowlist):
        failed.add("NOT_ON_ALLOWLIST")
    if t.ids[row] in asked.denylist:
        failed.add("DENYLISTED")
    if asked.purposes and purpose not in asked.purposes:
        failed.add("PURPOSE_NOT_ALLOWED")
    if purpose in asked.refused_purposes:
        failed.add("PURPOSE_REFUSED")
    if asked.ocean_plan and not t.ocean_plan[row]:
        failed.add("NO_OCEAN_PLAN")
    if asked.home_countries and home not in asked.home_countries:
        failed.add("OUTSIDE_HOME_REGION")
    if asked.maximum_home_distance_m < math.inf:
        distance_m = countries.distance_m([home], np.array([number]))[0] if home else math.inf
        if distance_m > asked.maximum_home_distance_m:
            failed.add("FAR_FROM_HOME")
    if t.abroad_s[row] > asked.maximum_abroad_s:
        failed.add("ABROAD_TOO_LONG")
    if height_m < asked.minimum_height_m:
        failed.add("BELOW_MINIMUM_HEIGHT")
    if asked.motion in ("fixed", "portable") and speed_m_s > 1.0:
        failed.add("MOVES_HERE")
    if speed_m_s > asked.maximum_speed_m_s:
        failed.add("TOO_FAST_HERE")
    return failed


def _arc_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Great-circle distance, metres, by the law of haversines."""
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))
