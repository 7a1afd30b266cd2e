"""Tables of terminals, and where countries lie."""

import numpy as np
import pytest

from hudhud.constants import MEAN_RADIUS_M
from hudhud.earth import great_circle_m
from hudhud.errors import InputError
from hudhud.service.countries import Countries
from hudhud.service.terminals import PURPOSES, subscribers
from hudhud.service.territory import Kind, Territory, territory
from hudhud.service.vocabulary import AccountState, Containment, Purpose, ServiceClass
from hudhud.sky.hexagons import cell_number

PRESS, MEDICAL = ServiceClass.PRESS, ServiceClass.MEDICAL


def test_a_terminal_of_which_nothing_else_is_said_may_do_everything() -> None:
    made = subscribers(["a"], [PRESS])
    assert len(made) == 1
    assert (made.service_class[0], made.account[0]) == (PRESS.number, AccountState.ACTIVE)
    assert PURPOSES[made.purpose[0]] is Purpose.UNDECLARED
    assert made.supported_version[0]
    assert not made.quota_used_up[0]
    assert (made.home_countries, made.plan_countries) == (("",), (frozenset(),))
    assert made.maximum_speed_m_s[0] == made.maximum_service_address_distance_m[0] == np.inf
    assert np.isnan(made.service_latitude_rad[0])


def test_members_and_their_numbers_make_the_same_table() -> None:
    words = subscribers(
        ["a", "b"], [PRESS, MEDICAL], purpose=[Purpose.MEDICAL, Purpose.OTHER], account=AccountState.NONE
    )
    numbers = subscribers(
        ["a", "b"],
        np.array([PRESS.number, MEDICAL.number]),
        purpose=np.array([PURPOSES.index(Purpose.MEDICAL), PURPOSES.index(Purpose.OTHER)]),
        account=np.array([1, 1]),
    )
    for name in ("service_class", "purpose", "account"):
        assert (getattr(words, name) == getattr(numbers, name)).all()


def test_homes_and_plans_are_kept_once_each() -> None:
    plan = frozenset({"TON"})
    made = subscribers(
        ["a", "b", "c"], [PRESS] * 3, home_country=["TON", "FJI", "TON"], plan_countries=[plan, frozenset(), plan]
    )
    assert (made.home.tolist(), made.home_countries) == ([0, 1, 0], ("TON", "FJI"))
    assert (made.plan.tolist(), made.plan_countries) == ([0, 1, 0], (plan, frozenset()))


def test_no_terminals_are_a_table_too() -> None:
    assert len(subscribers([], [], home_country=[], abroad_s=[], ocean_plan=[])) == 0


def test_a_table_is_refused_with_every_fault() -> None:
    with pytest.raises(InputError) as refusal:
        subscribers(
            ["a", "", "a"],
            [PRESS, "press", MEDICAL],
            purpose=np.array([0, 19, -1]),
            account=[AccountState.ACTIVE],
            supported_version=[1, 0, 1],
            maximum_speed_m_s=[-1.0, np.nan, np.inf],
            maximum_service_address_distance_m="far",
            service_latitude_rad=[1.6, 0.5, np.nan],
            service_longitude_rad=[0.0, np.nan, np.nan],
            home_country=["TON", 7, "FJI"],
            abroad_s=-1.0,
            plan_countries=[frozenset()] * 2,
        )
    assert [each.where for each in refusal.value.faults] == [
        "ids[1]",
        "ids[2]",
        "home_country[1]",
        "plan_countries",
        "service_class[1]",
        "purpose[1]",
        "purpose[2]",
        "account",
        "supported_version",
        "maximum_speed_m_s[0]",
        "maximum_speed_m_s[1]",
        "service_latitude_rad[0]",
        "maximum_service_address_distance_m",
        "abroad_s[0]",
        "abroad_s[1]",
        "abroad_s[2]",
        "service address of ''",
    ]
    assert "is 'press', but must be a ServiceClass" in str(refusal.value)


def test_a_table_cannot_be_changed_and_leaves_what_it_was_made_of_alone() -> None:
    speeds = np.array([1.0])
    made = subscribers(["a"], [PRESS], maximum_speed_m_s=speeds)
    speeds[0] = 2.0
    assert made.maximum_speed_m_s[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        made.maximum_speed_m_s[0] = 3.0


def own(name: str, *points_deg: tuple[float, float]) -> Territory:
    latitude_rad, longitude_rad = np.radians(np.array(points_deg)).reshape(-1, 2).T
    return territory(name, cell_number(latitude_rad, longitude_rad), Containment.CENTRE, kind=Kind.COUNTRY)


def test_the_distance_to_a_country_is_that_to_its_nearest_cell() -> None:
    fiji, nowhere = own("FJI", (-17.8, 178.0), (-16.8, -179.9)), own("NUL")
    countries = Countries({each.id: each for each in (fiji, nowhere)}.__getitem__)
    points_deg = np.array([(-17.8, 178.0), (-21.1, -175.2), (50.0, 30.0)])
    number = cell_number(*np.radians(points_deg).T)
    distance_m = countries.distance_m(["FJI"] * 3, number)
    assert distance_m[0] == 0.0
    for place, found_m in zip(np.radians(points_deg[1:]), distance_m[1:], strict=True):
        each_m = great_circle_m(*place, *np.radians(np.array([(-17.8, 178.0), (-16.8, -179.9)])).T)
        assert abs(found_m - each_m.min()) < 2 * 17_000.0
    assert (countries.distance_m(["NUL", "", "FJI"], number[[0, 0, 0]]) == [np.inf, np.inf, 0.0]).all()
    assert distance_m.max() < np.pi * MEAN_RADIUS_M
    assert countries.distance_m([], number[:0]).shape == (0,)


def test_a_country_is_looked_up_once() -> None:
    fiji = own("FJI", (-17.8, 178.0))
    asked = []

    def territory_of(name: str) -> Territory:
        asked.append(name)
        return fiji

    countries = Countries(territory_of)
    first, again = (countries.distance_m(["FJI", "FJI"], np.array([5, 5], dtype=np.int32)) for _ in range(2))
    assert asked == ["FJI"]
    assert (first == again).all()
