"""The packaged table of public facts from which the standing map is made."""

import csv
import io
import json
import re
from datetime import date, timedelta
from importlib.resources import files

import pytest

from hudhud.adapters.store.packaged import text
from hudhud.service.vocabulary import DECREES, Containment, Layer, LegalBasis, Reason, ServiceClass, ServiceState
from shared_data import shared_data

ROWS = list(csv.DictReader(io.StringIO(text("standing.csv"))))
EVIDENCE = {"official_document", "on_record_statement", "named_source_report", "measurement"}
CONDITIONS = {"allowlist", "maximum_speed_km_h", "ocean_plan"}
NOT_ARABIC = re.compile(r"[پچژگڤکیەێۆټہھے]")


def words(cell):
    return cell.split(";") if cell else []


def classes(row):
    """The service classes that a row is about."""
    listed = row["classes"].removeprefix("but ")
    named = {ServiceClass(word) for word in words(listed)}
    return set(ServiceClass) - named if listed != row["classes"] or not listed else named


def id_of(row):
    """The territory of a row; "LIE@centre" is LIE in another mode than the usual one."""
    return row["territory"].partition("@")[0]


def rows_of(territory):
    return [row for row in ROWS if id_of(row) == territory]


def test_every_word_is_in_the_vocabulary():
    for row in ROWS:
        assert None not in row, row
        ServiceState(row["state"]), LegalBasis(row["legal_basis"])
        assert words(row["reasons"]), row
        assert {Reason(word) for word in words(row["reasons"])}
        assert len({Layer(word) for word in words(row["layers"])}) == len(words(row["layers"]))
        assert classes(row)
        assert row["evidence"] in EVIDENCE
        assert {word.split("=")[0] for word in words(row["conditions"])} <= CONDITIONS


def test_refusals_say_where_they_are_enforced_and_grants_do_not():
    for row in ROWS:
        assert bool(row["layers"]) != ServiceState(row["state"]).serves, row


def test_every_decree_and_every_licence_refusal_names_its_source_and_basis():
    for row in ROWS:
        assert row["source"]
        if ServiceState(row["state"]) in DECREES:
            assert row["legal_basis"] not in ("none_stated", "operator_discretion"), row


def test_every_row_is_looked_at_again_within_a_year():
    for row in ROWS:
        as_of, review_by = date.fromisoformat(row["as_of"]), date.fromisoformat(row["review_by"])
        assert timedelta(0) < review_by - as_of <= timedelta(days=365), row
        assert as_of <= date(2026, 3, 31)
        assert review_by >= date(2026, 12, 31), "overdue on the day of publication"


def test_every_title_is_in_english_and_in_arabic_script():
    for row in ROWS:
        assert re.fullmatch(r"[ -~]+", row["title_en"]), row
        assert len(re.findall(r"[ء-ي]", row["title_ar"])) > 10
        assert not re.search(r"[A-Za-z]", row["title_ar"])
        assert not NOT_ARABIC.search(row["title_ar"])


def test_no_two_rows_of_a_territory_speak_of_the_same_classes():
    for territory in {id_of(row) for row in ROWS}:
        found = [frozenset(classes(row)) for row in rows_of(territory)]
        assert len(found) == len(set(found)), territory


def test_the_whole_world_has_a_row_for_all_classes():
    assert any(classes(row) == set(ServiceClass) for row in rows_of("world"))


def test_no_row_serves_weapons():
    for row in ROWS:
        assert ServiceClass.WEAPON_MOUNTED not in classes(row) or not ServiceState(row["state"]).serves


def test_what_the_order_page_lists_is_served_and_nothing_else_on_its_word():
    listed = set(json.loads(shared_data("cases/availability-2026.json").read_text(encoding="utf-8")))
    served = {id_of(row) for row in ROWS if ServiceState(row["state"]).serves and "." not in row["territory"]}
    assert listed <= served
    assert served - listed == {"BEN", "MWI", "NGA", "ZWE"}
    for territory in served - listed:
        assert {row["evidence"] for row in rows_of(territory)} == {"named_source_report"}


def test_every_territory_is_in_the_catalogue():
    catalogue = files("hudhud").joinpath("data", "territories.csv")
    if not catalogue.is_file():
        pytest.skip("no catalogue of territories yet")
    known = {row["id"] for row in csv.DictReader(io.StringIO(catalogue.read_text(encoding="utf-8")))}
    assert {id_of(row) for row in ROWS} <= known | {"world", "sea.high"}


def test_another_containment_than_the_usual_one_is_named_only_where_it_is_needed():
    for row in ROWS:
        mode = row["territory"].partition("@")[2]
        if mode:
            assert Containment(mode) is Containment.CENTRE and ServiceState(row["state"]).serves, row
