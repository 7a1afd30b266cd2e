"""The value that holds mean elements, and what follows from it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elements_factory import as_csv, omm_record, omm_records, reference_satellite
from hudhud.errors import InputError, StaleElementsError
from hudhud.orbits.elements import (
    Elements,
    Status,
    argument_of_latitude_rad,
    climb_m_s,
    joined,
    kozai_mean_motion_rad_s,
    mean_altitude_m,
    node_rad,
    perigee_altitude_m,
    require_fresh,
    semi_major_axis_m,
    typical_epoch,
)
from hudhud.orbits.formats import catalogue

DAY_S = 86_400.0
EPOCH = np.datetime64("2026-05-30T06:00:00", "ns")


def elements_of(*records: dict[str, object]) -> Elements:
    return catalogue(as_csv(list(records))).elements


@settings(deadline=None, max_examples=60)
@given(st.floats(1.0, 16.4), st.floats(0, 0.4), st.floats(0, 180))
def test_the_semi_major_axis_is_the_one_sgp4_recovers(motion: float, eccentricity: float, inclination: float) -> None:
    record = omm_record(MEAN_MOTION=motion, ECCENTRICITY=eccentricity, INCLINATION=inclination)
    theirs_m = reference_satellite(record).a * 6_378_135.0
    assert semi_major_axis_m(elements_of(record))[0] == pytest.approx(theirs_m, abs=1e-3)


@settings(deadline=None, max_examples=60)
@given(st.floats(6_500e3, 10_000e3), st.floats(0, 0.2), st.floats(0, np.pi))
def test_the_kozai_mean_motion_leads_back_to_its_axis(axis_m: float, eccentricity: float, inclination: float) -> None:
    motion = kozai_mean_motion_rad_s(np.array([axis_m]), np.array([eccentricity]), np.array([inclination]))
    record = omm_record(
        MEAN_MOTION=repr(float(motion[0]) * DAY_S / (2 * np.pi)),
        ECCENTRICITY=eccentricity,
        INCLINATION=float(np.degrees(inclination)),
    )
    assert semi_major_axis_m(elements_of(record))[0] == pytest.approx(axis_m, abs=1e-2)


def test_550_km_is_15_0549_revolutions_a_day() -> None:
    elements = elements_of(omm_record(MEAN_MOTION=15.0549, INCLINATION=54.7356, ECCENTRICITY=0))  # where J2 drops out
    assert mean_altitude_m(elements)[0] == pytest.approx(550e3, abs=20)
    assert perigee_altitude_m(elements)[0] == mean_altitude_m(elements)[0]


def test_a_growing_mean_motion_is_a_sinking_orbit() -> None:
    sinking = elements_of(omm_record(MEAN_MOTION_DOT=1e-3))
    later = elements_of(omm_record(MEAN_MOTION=15.08 + 2 * 1e-3))  # the field holds half the derivative
    lost_m = mean_altitude_m(later)[0] - mean_altitude_m(sinking)[0]
    assert climb_m_s(sinking)[0] * DAY_S == pytest.approx(lost_m, rel=1e-3)
    assert lost_m < 0


@pytest.mark.parametrize("inclination", [43.0, 53.2, 70.0, 97.6])
@pytest.mark.parametrize("days", [-2.0, 0.0, 1.0, 5.0])
def test_node_and_angle_flown_follow_sgp4(inclination: float, days: float) -> None:
    record = omm_record(INCLINATION=inclination, BSTAR=0, MEAN_MOTION_DOT=0, ECCENTRICITY=1e-6)
    elements, satellite = elements_of(record), reference_satellite(record)
    _, position, velocity = satellite.sgp4_tsince(days * 1440)
    momentum = np.cross(position, velocity)
    node = np.arctan2(momentum[0], -momentum[1])
    ascending = np.array([np.cos(node), np.sin(node), 0.0])
    flown = np.arctan2(
        np.dot(np.cross(ascending, position), momentum) / np.linalg.norm(momentum), np.dot(ascending, position)
    )
    at = EPOCH + np.timedelta64(int(days * DAY_S), "s")
    for ours, theirs in ((node_rad(elements, at)[0], node), (argument_of_latitude_rad(elements, at)[0], flown)):
        assert abs(np.angle(np.exp(1j * (ours - theirs)))) < np.radians(0.2)


def test_elements_cannot_be_changed() -> None:
    elements = elements_of(omm_record())
    with pytest.raises(ValueError, match="read-only"):
        elements.eccentricity[0] = 0.5


def test_columns_of_different_length_are_refused() -> None:
    elements = elements_of(omm_record())
    with pytest.raises(ValueError, match="2 entries for 1 satellites"):
        Elements(**{name: getattr(elements, name) for name in Elements.__slots__} | {"eccentricity": np.zeros(2)})


def test_a_selection_keeps_every_field_of_the_chosen_in_order() -> None:
    elements = elements_of(*omm_records(5))
    turned = elements.select(np.array([3, 1]))
    assert turned.names == (elements.names[3], elements.names[1])
    assert turned.mean_anomaly_rad.tolist() == elements.mean_anomaly_rad[[3, 1]].tolist()
    assert turned.status_reason == (elements.status_reason[3], elements.status_reason[1])
    assert len(elements.select(np.zeros(5, dtype=np.bool_))) == 0
    assert len(elements.select(np.zeros(5, dtype=np.bool_)).select(np.zeros(0, dtype=np.bool_))) == 0


def test_fleets_join_unless_they_share_a_satellite() -> None:
    one, two = elements_of(omm_record()), elements_of(*omm_records(3, OBJECT_ID="2022-001A"))
    other = two.select(np.array([1, 2]))
    assert joined(one, other).names == one.names + other.names
    with pytest.raises(InputError, match="more than one fleet"):
        joined(one, two)


def test_the_typical_epoch_is_one_of_the_middle() -> None:
    records = [r | {"EPOCH": f"2026-05-{20 + 2 * k}T00:00:00"} for k, r in enumerate(omm_records(5))]
    assert typical_epoch(elements_of(*records)) == np.datetime64("2026-05-24", "ns")
    with pytest.raises(ValueError, match="no satellites"):
        typical_epoch(elements_of(*records).select(np.zeros(0, dtype=np.int64)))


def test_fresh_elements_pass_unchanged() -> None:
    elements = elements_of(*omm_records(5))
    assert (
        require_fresh(elements, EPOCH - np.timedelta64(1, "D"), EPOCH + np.timedelta64(2, "D"), 3 * DAY_S) is elements
    )


@pytest.mark.parametrize(("days", "word"), [(30, "old"), (-30, "new")])
def test_elements_far_from_the_instants_are_an_error_that_says_what_to_do(days: int, word: str) -> None:
    first = EPOCH + np.timedelta64(days, "D")
    with pytest.raises(StaleElementsError, match=f"elements are too {word}: 30.0 days") as caught:
        require_fresh(elements_of(*omm_records(5)), first, first, 7 * DAY_S)
    told = str(caught.value)
    assert f"30.0 days {'before' if word == 'old' else 'after'} the instants asked for; 5 of 5 operational" in told
    assert "beyond the limit of 7 days" in told
    assert "`maximum_element_age_days` of a scenario" in told and "`--max-age` of `hudhud look`" in told
    assert ("hudhud fleet fetch" in str(caught.value)) == (word == "old")


def test_a_single_old_satellite_becomes_unusable_and_says_so() -> None:
    records = omm_records(20)
    records[3]["EPOCH"] = "2026-05-01T00:00:00"
    fresh = require_fresh(elements_of(*records), EPOCH, EPOCH, 7 * DAY_S)
    assert np.flatnonzero(fresh.status == Status.UNUSABLE).tolist() == [3]
    assert "29.2 days" in fresh.status_reason[3]
