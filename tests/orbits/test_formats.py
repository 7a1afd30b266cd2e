"""Element files in every shape they come in, and in every shape of decay."""

import csv
import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sgp4.api import WGS72, Satrec

from elements_factory import (
    COLUMNS,
    as_csv,
    as_json,
    as_tle,
    as_xml,
    omm_record,
    omm_records,
    reference_satellite,
    tle_lines,
    with_checksum,
)
from hudhud.errors import ElementsError
from hudhud.orbits.elements import Elements, Place
from hudhud.orbits.formats import catalogue
from shared_data import shared_data

CORPUS = Path(__file__).resolve().parents[1] / "corpus" / "elements"
WRITERS = {"csv": as_csv, "json": as_json, "xml": as_xml, "tle": as_tle}


def satellites(elements: Elements) -> list[Satrec]:
    """The reference SGP4 initialised from our value, as positions.py does it."""
    made = []
    for k in range(len(elements)):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72,
            "i",
            0,
            (elements.epoch[k] - np.datetime64("1949-12-31", "ns")) / np.timedelta64(1, "D"),
            elements.bstar_per_earth_radius[k],
            elements.mean_motion_dot_rad_s2[k] * 60**2,
            elements.mean_motion_ddot_rad_s3[k] * 60**3,
            elements.eccentricity[k],
            elements.argument_of_perigee_rad[k],
            elements.inclination_rad[k],
            elements.mean_anomaly_rad[k],
            elements.mean_motion_rad_s[k] * 60,
            elements.raan_rad[k],
        )
        made.append(satellite)
    return made


def worst_difference_m(one: list[Satrec], other: list[Satrec]) -> float:
    """Largest distance between two sets over three days from each satellite's own epoch."""
    worst = 0.0
    for minutes in (0.0, 1440.0, 4320.0):
        for a, b in zip(one, other, strict=True):
            (code_a, here, _), (code_b, there, _) = a.sgp4_tsince(minutes), b.sgp4_tsince(minutes)
            assert code_a == code_b
            if code_a == 0:
                worst = max(worst, float(np.linalg.norm(np.subtract(here, there))) * 1e3)
    return worst


# -- the same satellite in every format ----------------------------------------------------------------------------


@pytest.mark.parametrize("written", WRITERS)
def test_every_format_gives_the_satellites_of_the_reference_reader_to_a_millimetre(written: str) -> None:
    records = omm_records(5)
    found = catalogue(WRITERS[written](records))
    assert not found.quarantined
    assert found.elements.names == tuple(r["OBJECT_NAME"] for r in records)
    assert found.elements.catalogue_numbers.tolist() == [r["NORAD_CAT_ID"] for r in records]
    assert (found.elements.epoch == np.datetime64("2026-05-30T06:00:00", "ns")).all()
    assert (found.elements.launch_year == 2021).all()
    assert worst_difference_m(satellites(found.elements), [reference_satellite(r) for r in records]) < 1e-3


def test_the_format_is_told_from_the_bytes() -> None:
    names = {written: catalogue(write([omm_record()])).source_format for written, write in WRITERS.items()}
    assert names == {"csv": "OMM CSV", "json": "OMM JSON", "xml": "OMM XML", "tle": "TLE"}


def test_numbers_may_be_text_in_json_as_space_track_writes_them() -> None:
    record = {name: str(value) for name, value in omm_record().items()}
    assert (
        catalogue(as_json([record])).elements.mean_motion_rad_s[0]
        == catalogue(as_json([omm_record()])).elements.mean_motion_rad_s[0]
    )


def test_one_json_object_and_json_lines_are_read_like_a_list() -> None:
    objects = [json.dumps(record) for record in omm_records(3)]
    assert len(catalogue(objects[0].encode()).elements) == 1
    assert len(catalogue("\n".join(objects).encode()).elements) == 3


def test_two_lines_without_names_take_the_catalogue_number_as_name() -> None:
    content = "\n".join(tle_lines(omm_record())).encode()
    assert catalogue(content).elements.names == ("NORAD 49131",)


@pytest.mark.parametrize("prefix", ["", "0 "])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_name_lines_line_ends_and_padding_do_not_matter(prefix: str, newline: str) -> None:
    records = omm_records(3)
    padded = [r | {"OBJECT_NAME": r["OBJECT_NAME"].ljust(24)} for r in records]
    for content in (as_tle(padded, newline, prefix), as_csv(padded, newline)):
        for marked in (content, b"\xef\xbb\xbf" + content, b"\r\n\r\n" + content):
            found = catalogue(marked)
            assert found.elements.names == tuple(r["OBJECT_NAME"] for r in records)
            assert not found.quarantined


def test_utf_16_with_its_mark_is_read() -> None:
    assert len(catalogue(as_csv(omm_records(2)).decode().encode("utf-16")).elements) == 2


def test_columns_may_come_in_any_order_and_case_and_unused_ones_may_lack() -> None:
    record = omm_record()
    names = [
        n for n in reversed(COLUMNS) if n not in ("CLASSIFICATION_TYPE", "ELEMENT_SET_NO", "OBJECT_NAME", "OBJECT_ID")
    ]
    content = ",".join(names).lower() + "\n" + ",".join(str(record[n]) for n in names)
    found = catalogue(content.encode())
    assert found.elements.names == ("NORAD 49131",)
    assert found.elements.launch_year[0] == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A0000", 100_000),
        ("H9999", 179_999),
        ("J0000", 180_000),
        ("P1234", 231_234),
        ("Z9999", 339_999),
        ("00005", 5),
        ("    5", 5),
    ],
)
def test_alpha_5_counts_on_with_letters_but_without_i_and_o(text: str, number: int) -> None:
    lines = [with_checksum(line[:2] + text + line[7:]) for line in tle_lines(omm_record())]
    assert catalogue("\n".join(lines).encode()).elements.catalogue_numbers.tolist() == [number]


@pytest.mark.parametrize("number", [1, 99_999, 100_000, 270_288, 1_234_567, 12_345_678, 999_999_999])
def test_catalogue_numbers_have_up_to_nine_digits_in_omm(number: int) -> None:
    for write in (as_csv, as_json, as_xml):
        assert catalogue(write([omm_record(NORAD_CAT_ID=number)])).elements.catalogue_numbers[0] == number


def test_epochs_keep_their_microseconds_and_days_of_the_year_are_read() -> None:
    for text in ("2026-05-30T07:25:28.869023", "2026-05-30 07:25:28.869023", "2026-150T07:25:28.869023Z"):
        epoch = catalogue(as_csv([omm_record(EPOCH=text)])).elements.epoch[0]
        assert epoch == np.datetime64("2026-05-30T07:25:28.869023", "ns")


def test_a_tle_epoch_is_exact_in_steps_of_864_microseconds() -> None:
    lines = list(tle_lines(omm_record()))
    lines[0] = with_checksum(lines[0][:18] + "24366.00000001" + lines[0][32:])
    epoch = catalogue("\n".join(lines).encode()).elements.epoch[0]
    assert epoch == np.datetime64("2024-12-31T00:00:00.000864", "ns")


def test_the_real_fleet_equals_the_reference_reader_in_every_satellite() -> None:
    content = gzip.decompress(shared_data("elements/starlink-2026-05-30.omm.csv.gz").read_bytes())
    elements = catalogue(content).elements
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    theirs, ours = [reference_satellite(row) for row in rows], satellites(elements)
    assert len(ours) == len(theirs) == 10_395
    assert worst_difference_m(ours, theirs) < 1e-3
    stated = np.array([row["EPOCH"] for row in rows], dtype="datetime64[ns]")
    assert (elements.epoch == stated).all()


# -- records that cannot be trusted --------------------------------------------------------------------------------

BAD_FIELDS = [
    ("MEAN_MOTION", "nan"),
    ("MEAN_MOTION", "inf"),
    ("MEAN_MOTION", "0"),
    ("MEAN_MOTION", "-15.1"),
    ("MEAN_MOTION", "19"),
    ("MEAN_MOTION", "15.1x"),
    ("MEAN_MOTION", "1_5.1"),
    ("MEAN_MOTION", ""),
    ("ECCENTRICITY", "1.0"),
    ("ECCENTRICITY", "-0.1"),
    ("ECCENTRICITY", "NaN"),
    ("INCLINATION", "180.1"),
    ("INCLINATION", "-1"),
    ("RA_OF_ASC_NODE", "361"),
    ("ARG_OF_PERICENTER", "1e999"),
    ("MEAN_ANOMALY", "None"),
    ("BSTAR", "nan"),
    ("BSTAR", "1e6"),
    ("MEAN_MOTION_DOT", "nan"),
    ("EPOCH", "2026-02-30T00:00:00"),
    ("EPOCH", "2026-13-01T00:00:00"),
    ("EPOCH", "2026-366T00:00:00"),
    ("EPOCH", "2026-05-30"),
    ("EPOCH", "2026-05-30T25:00:00"),
    ("EPOCH", "2026-05-30T07:25:28+03:00"),
    ("EPOCH", "1956-05-30T00:00:00"),
    ("EPOCH", "yesterday"),
    ("NORAD_CAT_ID", "0"),
    ("NORAD_CAT_ID", "-5"),
    ("NORAD_CAT_ID", "1234567890"),
    ("NORAD_CAT_ID", "I0000"),
    ("NORAD_CAT_ID", "4471x"),
    ("EPHEMERIS_TYPE", "4"),
    ("OBJECT_NAME", "A" * 200),
    ("OBJECT_NAME", "\x1b[2J"),
]


@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
@pytest.mark.parametrize("written", ["csv", "json"])
def test_a_bad_record_is_set_aside_with_its_place_and_the_others_are_kept(written: str, field: str, value: str) -> None:
    records = omm_records(3)
    records[1][field] = value
    found = catalogue(WRITERS[written](records))
    assert found.elements.names == (records[0]["OBJECT_NAME"], records[2]["OBJECT_NAME"])
    (bad,) = found.quarantined
    assert (bad.position, bad.place) == ((3, Place.LINE) if written == "csv" else (2, Place.RECORD))
    assert bad.reason.startswith(field), bad.reason
    assert "expected" in bad.reason
    assert bad.excerpt.isprintable() and bad.reason.isprintable()


@pytest.mark.parametrize(("field", "value"), [("CENTER_NAME", "MARS"), ("REF_FRAME", "ICRF"), ("TIME_SYSTEM", "TAI")])
def test_elements_of_another_body_frame_or_time_are_set_aside(field: str, value: str) -> None:
    found = catalogue(as_json([*omm_records(2), omm_record(NORAD_CAT_ID=7, **{field: value})]))
    assert len(found.elements) == 2
    assert value in found.quarantined[0].reason


def test_numbers_that_json_allows_and_orbits_do_not_are_set_aside() -> None:
    content = as_json([omm_record(), omm_record(NORAD_CAT_ID=7, BSTAR=float("nan")), omm_record(NORAD_CAT_ID=True)])
    found = catalogue(content)
    assert len(found.elements) == 1
    assert [bad.position for bad in found.quarantined] == [2, 3]


def test_rows_of_another_length_and_records_without_a_field_are_set_aside() -> None:
    short = as_csv(omm_records(2)) + b"STARLINK-9,2021-082B,2026-05-30T06:00:00\n"
    assert "3 fields where the header has 17" in catalogue(short).quarantined[0].reason
    record = omm_record(NORAD_CAT_ID=7)
    del record["BSTAR"]
    assert catalogue(as_json([omm_record(), record])).quarantined[0].reason == "has no BSTAR"


def test_of_two_records_of_one_satellite_the_newer_is_kept() -> None:
    older, newer = omm_record(EPOCH="2026-05-29T00:00:00"), omm_record(EPOCH="2026-05-30T00:00:00")
    for records, bad_line in (([older, newer], 2), ([newer, older], 3)):
        found = catalogue(as_csv(records))
        assert found.elements.epoch[0] == np.datetime64("2026-05-30", "ns")
        assert found.quarantined[0].position == bad_line
        assert "comes twice" in found.quarantined[0].reason


def _tle_with(line: int, start: int, text: str, *, checksum: bool = True) -> bytes:
    good, lines = as_tle([omm_record(NORAD_CAT_ID=5)]), list(tle_lines(omm_record()))
    changed = lines[line][:start] + text + lines[line][start + len(text) :]
    lines[line] = with_checksum(changed) if checksum else changed
    return good + ("SICK\n" + "\n".join(lines) + "\n").encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_tle_with(0, 68, "x", checksum=False), "line 1 is not laid out"),
        (_tle_with(1, 20, "x", checksum=False), "line 2 is not laid out"),
        (_tle_with(1, 9, "9", checksum=False), "checksum"),
        (_tle_with(1, 2, "49132"), "two satellites"),
        (_tle_with(0, 20, "366.00000000"), "day 366 does not exist in the year 2026"),
        (_tle_with(0, 20, "000.00000000"), "day 000 does not exist"),
        (_tle_with(1, 8, "190.0000"), "INCLINATION"),
        (_tle_with(1, 52, " 0.00000000"), "MEAN_MOTION"),
        (_tle_with(0, 62, "4"), "EPHEMERIS_TYPE"),
    ],
)
def test_a_sick_tle_is_set_aside_with_the_line_it_begins_at(content: bytes, reason: str) -> None:
    found = catalogue(content)
    assert found.elements.catalogue_numbers.tolist() == [5]
    (bad,) = found.quarantined
    assert reason in bad.reason
    assert bad.position == 5


def test_lines_without_their_partner_are_set_aside() -> None:
    first, second = tle_lines(omm_record())
    good = as_tle([omm_record(NORAD_CAT_ID=5)]).decode()
    lonely = catalogue(f"{first}\n{good}{second}\nnothing\n{good.replace('    5', '    6')[:100]}".encode())
    assert lonely.elements.catalogue_numbers.tolist() == [5]
    assert [bad.position for bad in lonely.quarantined] == [1, 5, 6, 8, 9]
    assert "without a line 2" in lonely.quarantined[0].reason
    assert "without a line 1" in lonely.quarantined[1].reason


# -- files that break off or are something else --------------------------------------------------------------------


@pytest.mark.parametrize("written", WRITERS)
def test_a_file_that_breaks_off_keeps_what_came_before_and_says_so(written: str) -> None:
    whole = WRITERS[written](omm_records(10))
    for cut in range(len(whole) * 2 // 3, len(whole) - 12, 37):
        found = catalogue(whole[:cut])
        assert 5 <= len(found.elements) < 10 or found.quarantined or written in ("csv", "tle")
        assert len(found.elements) + len(found.quarantined) <= 11
        assert (found.elements.mean_motion_rad_s > 0.001).all()
        if written in ("json", "xml"):
            assert found.quarantined, "a file that is not closed must say so"


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_garbage_is_an_error_that_says_what_was_expected(path: Path) -> None:
    with pytest.raises(ElementsError, match=r"expected|lacks|refused|more than once"):
        catalogue(path.read_bytes())


def test_entities_in_xml_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "x"><!ENTITY c "&a;&a;">]>' + as_xml([omm_record()])[39:]
    with pytest.raises(ElementsError, match="declares entities"):
        catalogue(bomb)


def test_large_garbage_ends_early() -> None:
    for content in (
        b"\x00\x01\x02" * 5_000_000,
        b"all work and no play\n" * 500_000,
        b"[" + b"{]" * 2_000_000,
        b"<a>" * 2_000_000,
    ):
        with pytest.raises(ElementsError):
            catalogue(content)


def test_more_records_than_there_are_objects_are_refused() -> None:
    row = as_csv([omm_record()]).splitlines(keepends=True)
    with pytest.raises(ElementsError, match="100,000"):
        catalogue(row[0] + row[1] * 100_001)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=400))
def test_no_bytes_bring_more_than_an_elements_error(content: bytes) -> None:
    with pytest.raises(ElementsError):
        catalogue(content)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(sorted(WRITERS)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 3)), min_size=1, max_size=4),
)
def test_no_damage_brings_a_number_that_is_none(written: str, damage: list[tuple[float, bytes, int]]) -> None:
    content = WRITERS[written](omm_records(3))
    for where, put, drop in damage:
        at = int(where * len(content))
        content = content[:at] + put + content[at + drop :]
    try:
        found = catalogue(content)
    except ElementsError:
        return
    elements = found.elements
    assert 1 <= len(elements) <= 4
    assert np.isfinite(elements.mean_anomaly_rad).all() and np.isfinite(elements.bstar_per_earth_radius).all()
    assert ((elements.eccentricity >= 0) & (elements.eccentricity < 1) & (elements.mean_motion_rad_s > 0)).all()
    assert len(set(elements.catalogue_numbers.tolist())) == len(elements)
    assert not np.isnat(elements.epoch).any()
