"""Conditions and classes in words: nothing English is left in Arabic."""

import re

from hudhud.adapters.service_words import class_words, condition_words
from hudhud.service.decision import ANY, Conditions
from hudhud.service.vocabulary import Motion, Purpose, ServiceClass

EVERYTHING = Conditions(
    purposes=frozenset({Purpose.MEDICAL, Purpose.DISASTER_RELIEF}),
    refused_purposes=frozenset({Purpose.CONTRACT}),
    allowlist=frozenset({"t1", "t2", "t3"}),
    denylist=frozenset({"t4"}),
    motion=Motion.IN_MOTION,
    maximum_rate_bit_s=25e6,
    maximum_speed_m_s=100 / 3.6,
    ocean_plan=True,
    home_countries=frozenset({"SDN"}),
    maximum_home_distance_m=5e3,
    maximum_abroad_s=60 * 86_400.0,
    maximum_service_address_distance_m=1e3,
    minimum_height_m=3_000.0,
)


def test_every_condition_is_told_in_both_languages() -> None:
    english, arabic = condition_words(EVERYTHING), condition_words(EVERYTHING, "ar")
    assert len(english) == len(arabic) == 13
    assert (
        "at most 60 days outside the home country" in english
        and "none of 1 terminal on a list of refused ones" in english
    )
    for told in arabic:
        assert re.search("[\u0621-\u064a]", told), told
        assert not re.search("[A-Za-z]", told.replace("SDN", "")), told
    assert condition_words(ANY, "ar") == []


def test_lists_that_are_not_at_hand_are_told_loudly_in_both_languages() -> None:
    one = Conditions(allowlist_sha256="ab" * 32, denylist_sha256="cd" * 32)
    english, arabic = condition_words(one), condition_words(one, "ar")
    assert ["abababababab" in english[0], "cdcdcdcdcdcd" in english[1]] == [True, True]
    assert "nobody is served" in english[0] and "لا يُخدم أحد" in arabic[0]
    assert "nobody is refused by it" in english[1] and "لا يُرفض بها أحد" in arabic[1]
    assert "nobody is on it here" in condition_words(Conditions(allowlist=frozenset()))[0]


def test_every_word_of_a_class_is_one_that_people_read() -> None:
    for each in ServiceClass:
        assert "_" not in class_words([each]) + class_words([each], "ar")
