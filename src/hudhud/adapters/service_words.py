"""States, classes and conditions of service in words that people read, English and Arabic; Arabic words are the record's."""

import math
from collections.abc import Iterable
from enum import StrEnum

from hudhud.record.wording import word
from hudhud.record.words import Language
from hudhud.service.decision import Conditions
from hudhud.service.vocabulary import Motion, ServiceClass, ServiceState

__all__ = ["CLASSES_AR", "STATES_AR", "STATES_EN", "class_words", "condition_words", "cut", "short_id", "state_words"]

STATES_EN = {
    ServiceState.SERVED: "served",
    ServiceState.SERVED_RESTRICTED: "served with conditions",
    ServiceState.SERVED_ALLOWLIST_ONLY: "served by list only",
    ServiceState.EMERGENCY_SERVED: "served in an emergency",
    ServiceState.NOT_OFFERED: "not offered",
    ServiceState.PROHIBITED: "prohibited",
    ServiceState.SUSPENDED: "suspended",
    ServiceState.TECHNICALLY_UNAVAILABLE: "technically unavailable",
}
STATES_AR = {state: word(state, Language.ARABIC) for state in ServiceState}
CLASSES_AR = {service_class: word(service_class, Language.ARABIC) for service_class in ServiceClass}


def state_words(state: ServiceState, language: str = "en") -> str:
    """A state in words."""
    return STATES_AR[state] if language == "ar" else STATES_EN[state]


def class_words(classes: Iterable[ServiceClass], language: str = "en") -> str:
    """Classes in words and in order; "every class" for all, and "every class but ..." for nearly all."""
    named = frozenset(classes)
    missing = [each for each in ServiceClass if each not in named]

    def listed(some: Iterable[ServiceClass]) -> str:
        if language == "ar":
            return "، ".join(CLASSES_AR[each] for each in some)
        return ", ".join(each.value.replace("_", " ") for each in some)

    every, but = ("كل الفئات", "كل الفئات عدا") if language == "ar" else ("every class", "every class but")
    if not missing:
        return every
    if len(missing) <= 4:
        return f"{but} {listed(missing)}"
    return listed(each for each in ServiceClass if each in named)


def condition_words(conditions: Conditions) -> list[str]:
    """What a grant asks of a terminal, a phrase each."""
    words = _list_words(conditions)
    if conditions.purposes:
        words.append(f"only for {_alternatives(conditions.purposes)}")
    if conditions.refused_purposes:
        words.append(f"not for {_alternatives(conditions.refused_purposes)}")
    if conditions.motion is not None:
        words.append(_MOTIONS[conditions.motion])
    if math.isfinite(conditions.maximum_rate_bit_s):
        words.append(f"at most {_short(conditions.maximum_rate_bit_s / 1e6)} Mbit/s")
    if math.isfinite(conditions.maximum_speed_m_s):
        words.append(f"at most {_short(conditions.maximum_speed_m_s * 3.6)} km/h over ground")
    if conditions.ocean_plan:
        words.append("with a plan that covers the ocean")
    if conditions.home_countries:
        words.append(f"of terminals at home in {', '.join(sorted(conditions.home_countries))}")
    if math.isfinite(conditions.maximum_home_distance_m):
        words.append(f"at most {_short(conditions.maximum_home_distance_m / 1e3)} km from the home country")
    if math.isfinite(conditions.maximum_abroad_s):
        words.append(f"at most {_short(conditions.maximum_abroad_s / 86_400)} days outside the home country")
    if math.isfinite(conditions.maximum_service_address_distance_m):
        km = conditions.maximum_service_address_distance_m / 1e3
        words.append(f"at most {_short(km)} km from the registered address")
    if math.isfinite(conditions.minimum_height_m):
        words.append(f"at least {_short(conditions.minimum_height_m)} m up")
    return words


_MOTIONS = {
    Motion.FIXED: "of terminals that stay in place",
    Motion.PORTABLE: "of terminals that stand still while in use",
    Motion.IN_MOTION: "of terminals that may move",
}


def _list_words(conditions: Conditions) -> list[str]:
    """What lists of terminals ask, and loudly where one is not at hand."""
    words = []
    if conditions.allowlist_sha256:
        missing = f"list {conditions.allowlist_sha256[:12]} is not at hand: nobody is served"
        words.append(f"only terminals on the decision's list ({missing})")
    elif conditions.allowlist is not None:
        known = len(conditions.allowlist)
        told = f"{known:,} on it" if known else "nobody is on it here"
        words.append(f"only terminals on the decision's list ({told})")
    if conditions.denylist_sha256:
        missing = f"list {conditions.denylist_sha256[:12]} is not at hand: nobody is refused by it"
        words.append(f"none of the terminals on a list of refused ones ({missing})")
    elif conditions.denylist:
        words.append(f"none of {_counted(len(conditions.denylist), 'terminal')} on a list of refused ones")
    return words


def _alternatives(words: Iterable[StrEnum]) -> str:
    return " or ".join(sorted(each.value.replace("_", " ") for each in words))


def _short(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def short_id(id: str) -> str:
    """The id of a decision for a table: twelve digits of the hash by which a record knows it, any other whole."""
    leaf, slash, rest = id.partition("/")
    return f"{leaf[:12]}{slash}{rest}" if len(leaf) == 64 and all(each in "0123456789abcdef" for each in leaf) else id


def cut(text: str, length: int) -> str:
    """The text, its end given up where it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
