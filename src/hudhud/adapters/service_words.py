"""States, classes and conditions of service in words that people read, English and Arabic; Arabic words are the record's."""

import math
from collections.abc import Iterable
from enum import StrEnum

from hudhud.record.wording import counted, word
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


def condition_words(conditions: Conditions, language: str = "en") -> list[str]:
    """What a grant asks of a terminal, a phrase each."""
    arabic = language == "ar"
    words = _list_words(conditions, arabic)
    if conditions.purposes:
        words.append(_PHRASES["purposes"][arabic].format(_alternatives(conditions.purposes, arabic)))
    if conditions.refused_purposes:
        words.append(_PHRASES["refused_purposes"][arabic].format(_alternatives(conditions.refused_purposes, arabic)))
    if conditions.motion is not None:
        words.append(_MOTIONS[conditions.motion][arabic])
    if math.isfinite(conditions.maximum_rate_bit_s):
        words.append(_PHRASES["rate"][arabic].format(_short(conditions.maximum_rate_bit_s / 1e6)))
    if math.isfinite(conditions.maximum_speed_m_s):
        words.append(_PHRASES["speed"][arabic].format(_short(conditions.maximum_speed_m_s * 3.6)))
    if conditions.ocean_plan:
        words.append(_PHRASES["ocean"][arabic])
    if conditions.home_countries:
        words.append(_PHRASES["home"][arabic].format(", ".join(sorted(conditions.home_countries))))
    if math.isfinite(conditions.maximum_home_distance_m):
        words.append(_PHRASES["home_distance"][arabic].format(_short(conditions.maximum_home_distance_m / 1e3)))
    if math.isfinite(conditions.maximum_abroad_s):
        words.append(_PHRASES["abroad"][arabic].format(_days(conditions.maximum_abroad_s / 86_400, arabic)))
    if math.isfinite(conditions.maximum_service_address_distance_m):
        km = conditions.maximum_service_address_distance_m / 1e3
        words.append(_PHRASES["address"][arabic].format(_short(km)))
    if math.isfinite(conditions.minimum_height_m):
        words.append(_PHRASES["height"][arabic].format(_short(conditions.minimum_height_m)))
    return words


_MOTIONS = {
    Motion.FIXED: ("of terminals that stay in place", "للمحطات التي لا تغادر مكانها"),
    Motion.PORTABLE: ("of terminals that stand still while in use", "للمحطات التي لا تتحرك أثناء الاستعمال"),
    Motion.IN_MOTION: ("of terminals that may move", "للمحطات التي يجوز أن تتحرك"),
}
_PHRASES = {
    "purposes": ("only for {}", "للأغراض الآتية وحدها: {}"),
    "refused_purposes": ("not for {}", "باستثناء الأغراض الآتية: {}"),
    "rate": ("at most {} Mbit/s", "بمعدل لا يزيد على {} ميغابت/ث"),
    "speed": ("at most {} km/h over ground", "بسرعة لا تزيد على {} كم/س فوق الأرض"),
    "ocean": ("with a plan that covers the ocean", "باشتراك يشمل المحيط"),
    "home": ("of terminals at home in {}", "للمحطات التي موطنها {}"),
    "home_distance": ("at most {} km from the home country", "على بُعد لا يزيد على {} كم من بلد الموطن"),
    "abroad": ("at most {} outside the home country", "خارج بلد الموطن مدة لا تزيد على {}"),
    "address": ("at most {} km from the registered address", "على بُعد لا يزيد على {} كم من العنوان المسجل"),
    "height": ("at least {} m up", "على ارتفاع لا يقل عن {} م"),
    "listed": ("only terminals on the decision's list ({})", "للمحطات المدرجة في قائمة القرار وحدها ({})"),
    "list_missing": ("list {} is not at hand: nobody is served", "القائمة {} غير متاحة هنا: لا يُخدم أحد"),
    "list_known": ("{} on it", "وعددها {}"),
    "list_empty": ("nobody is on it here", "لا أحد فيها هنا"),
    "refused_missing": (
        "none of the terminals on a list of refused ones (list {} is not at hand: nobody is refused by it)",
        "ما عدا المحطات المدرجة في قائمة المرفوضة (القائمة {} غير متاحة هنا: لا يُرفض بها أحد)",
    ),
    "refused_known": ("none of {} on a list of refused ones", "ما عدا المحطات المدرجة في قائمة المرفوضة، وعددها {}"),
}
_DAYS = (("day", "days"), ("يوم واحد", "يومين", "أيام", "يومًا", "يوم"))
_TERMINALS = (("terminal", "terminals"), ("محطة واحدة", "محطتان", "محطات", "محطة", "محطة"))


def _list_words(conditions: Conditions, arabic: bool) -> list[str]:
    """What lists of terminals ask, and loudly where one is not at hand."""
    words = []
    if conditions.allowlist_sha256:
        missing = _PHRASES["list_missing"][arabic].format(conditions.allowlist_sha256[:12])
        words.append(_PHRASES["listed"][arabic].format(missing))
    elif conditions.allowlist is not None:
        known = len(conditions.allowlist)
        number = _counted(known, _TERMINALS, arabic) if arabic else f"{known:,}"
        told = _PHRASES["list_known"][arabic].format(number) if known else _PHRASES["list_empty"][arabic]
        words.append(_PHRASES["listed"][arabic].format(told))
    if conditions.denylist_sha256:
        words.append(_PHRASES["refused_missing"][arabic].format(conditions.denylist_sha256[:12]))
    elif conditions.denylist:
        number = _counted(len(conditions.denylist), _TERMINALS, arabic)
        words.append(_PHRASES["refused_known"][arabic].format(number))
    return words


def _alternatives(words: Iterable[StrEnum], arabic: bool) -> str:
    if arabic:
        return " أو ".join(word(each, Language.ARABIC) for each in sorted(words))
    return " or ".join(sorted(each.value.replace("_", " ") for each in words))


def _short(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _days(days: float, arabic: bool) -> str:
    if days == int(days) and days:
        return _counted(int(days), _DAYS, arabic)
    return f"{_short(days)} {_DAYS[arabic][-1]}"


def _counted(count: int, nouns: tuple[tuple[str, ...], tuple[str, ...]], arabic: bool) -> str:
    return counted(count, nouns[arabic], Language.ARABIC if arabic else Language.ENGLISH)


def short_id(id: str) -> str:
    """The id of a decision for a table: twelve digits of the hash by which a record knows it, any other whole."""
    leaf, slash, rest = id.partition("/")
    return f"{leaf[:12]}{slash}{rest}" if len(leaf) == 64 and all(each in "0123456789abcdef" for each in leaf) else id


def cut(text: str, length: int) -> str:
    """The text, its end given up where it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
