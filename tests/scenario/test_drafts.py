"""Decisions written by hand are read whole or refused whole, with every fault and its key path."""

import json
import math
import string
from collections.abc import Mapping
from typing import Any

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.decisions import territory_of
from hudhud.errors import Fault, InputError
from hudhud.scenario.drafts import from_toml
from hudhud.service.decision import ALL_CLASSES, Decision
from hudhud.service.shapes import footprint
from hudhud.service.territory import Kind
from hudhud.service.vocabulary import Containment, Layer, LegalBasis, Purpose, Reason, ServiceClass, ServiceState
from hudhud.sky.hexagons import cell_number, h3_index, number_of
from hudhud.timescale import from_rfc3339

FULL, CENTRE, OVERLAP = Containment.FULL, Containment.CENTRE, Containment.OVERLAP

GRANT = """
[[decision]]
id = "d"
title_en = "A grant"
title_ar = "إذن"
territories = ["LUX"]
classes = ["medical"]
state = "served"
reasons = ["licence_granted"]
review_by = "2026-12-31T00:00:00Z"
"""
SQUARE = [[30.0, 3.0], [31.0, 3.0], [31.0, 4.0], [30.0, 4.0], [30.0, 3.0]]
GEOJSON = json.dumps({"type": "Polygon", "coordinates": [SQUARE]})
OWN = '[[territory]]\nid = "strip"\nname_en = "The strip"\nname_ar = "الشريط"\n'


def read(text: str, files: Mapping[str, str] | None = None, first: int = 7) -> tuple[Decision, ...]:
    def file(name: str) -> str:
        if name == "locked.txt":
            raise InputError("locked.txt: not UTF-8 text")
        if name not in (files or {}):
            raise FileNotFoundError(2, "No such file or directory", name)
        return (files or {})[name]

    known = {"standing.UKR": 3, "first": 0}
    return from_toml(text, territory_of=territory_of, read=file, first_sequence=first, known=known)


def one(text: str, files: Mapping[str, str] | None = None) -> Decision:
    (decision,) = read(text, files)
    return decision


def faults(text: str, files: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where and what: the faults of a text that must be refused, each place once."""
    with pytest.raises(InputError) as caught:
        read(text, files)
    told: tuple[Fault, ...] = caught.value.faults
    assert len({fault.where for fault in told}) == len(told)
    return {fault.where: fault.problem for fault in told}


def changed(**keys: str) -> str:
    """The grant with these keys instead of, or besides, its own; a value as TOML writes it, "" to leave a key out."""
    instead = {"classes"} if "but_classes" in keys else set()
    lines = [line for line in GRANT.splitlines() if line.partition(" = ")[0] not in {*keys, *instead}]
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in keys.items() if value), ""])


def stated(state: str, **keys: str) -> str:
    """The grant in another state, with what that state asks for."""
    refusal, days = {"layers": '["beam"]'}, {"start": '"2026-06-01T00:00:00Z"', "until": '"2026-06-10T00:00:00Z"'}
    more = {"not_offered": refusal, "prohibited": refusal, "emergency_served": days}.get(state, {})
    return changed(state=f'"{state}"', **keys, **more)


def own(how: str, territories: str = '["strip"]') -> str:
    return changed(territories=territories) + OWN + how


def test_the_shortest_grant_has_documented_defaults() -> None:
    found = one(GRANT)
    assert (found.id, found.sequence, found.title_en, found.title_ar) == ("d", 7, "A grant", "إذن")
    assert found.state is ServiceState.SERVED and found.classes == {ServiceClass.MEDICAL}
    assert found.legal_basis is LegalBasis.NONE_STATED and found.layers == frozenset()
    assert np.isnat(found.start) and np.isnat(found.until)
    assert found.review_by == from_rfc3339("2026-12-31T00:00:00Z")
    assert found.conditions == type(found.conditions)()
    assert not found.demonstration and found.supersedes == frozenset()
    (luxembourg,) = found.territories
    assert (luxembourg.id, luxembourg.containment) == ("LUX", FULL)


@pytest.mark.parametrize(
    ("keys", "field", "expected"),
    [
        ({"sequence": "99"}, "sequence", 99),
        ({"classes": '["medical", "press"]'}, "classes", {ServiceClass.MEDICAL, ServiceClass.PRESS}),
        ({"but_classes": '["military"]'}, "classes", ALL_CLASSES - {ServiceClass.MILITARY}),
        ({"state": '"prohibited"', "layers": '["beam", "terminal"]'}, "layers", set(Layer)),
        ({"reasons": '["sanctions", "abuse"]'}, "reasons", {Reason.SANCTIONS, Reason.ABUSE}),
        ({"legal_basis": '"tampere"'}, "legal_basis", LegalBasis.TAMPERE),
        ({"start": "2026-06-01T03:00:00+03:00"}, "start", from_rfc3339("2026-06-01T00:00:00Z")),
        ({"until": '"2026-06-02T00:00:00Z"'}, "until", from_rfc3339("2026-06-02T00:00:00Z")),
        ({"supersedes": '["standing.UKR"]'}, "supersedes", {"standing.UKR"}),
        ({"source": '"s"'}, "source", "s"),
        ({"note": '"n"'}, "note", "n"),
        ({"demonstration": "true"}, "demonstration", True),
    ],
)
def test_every_key_of_a_decision_becomes_its_value(keys: dict[str, str], field: str, expected: object) -> None:
    assert getattr(one(changed(**keys)), field) == expected


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("purposes", '["medical"]', "purposes", {Purpose.MEDICAL}),
        ("refused_purposes", '["election"]', "refused_purposes", {Purpose.ELECTION}),
        ("allowlist", '["a", "b"]', "allowlist", {"a", "b"}),
        ("allowlist", "[]", "allowlist", set()),
        ("allowlist_file", '"list.txt"', "allowlist", {"kit 1", "kit-2"}),
        ("denylist", '["a"]', "denylist", {"a"}),
        ("denylist_file", '"list.txt"', "denylist", {"kit 1", "kit-2"}),
        ("maximum_speed_km_h", "36", "maximum_speed_m_s", pytest.approx(10.0)),
        ("ocean_plan", "true", "ocean_plan", True),
        ("home_countries", '["TON", "FJI"]', "home_countries", {"TON", "FJI"}),
        ("maximum_home_distance_km", "3", "maximum_home_distance_m", 3000.0),
        ("maximum_abroad_days", "60", "maximum_abroad_s", 5_184_000.0),
        ("maximum_service_address_distance_km", "0.5", "maximum_service_address_distance_m", 500.0),
        ("minimum_height_m", "3048", "minimum_height_m", 3048.0),
    ],
)
def test_every_condition_becomes_its_value_in_si_units(key: str, value: str, field: str, expected: object) -> None:
    state = '"served_allowlist_only"' if key.startswith("allowlist") else '"served_restricted"'
    text = changed(state=state) + f"[decision.conditions]\n{key} = {value}\n"
    found = one(text, {"list.txt": "kit 1\n\n  kit-2  \n"})
    assert getattr(found.conditions, field) == expected


def test_further_decisions_follow_in_order() -> None:
    two = read(GRANT + GRANT.replace('id = "d"', 'id = "e"\nsequence = 4'))
    assert [(each.id, each.sequence) for each in two] == [("d", 7), ("e", 4)]


@pytest.mark.parametrize(
    ("name", "state", "mode"),
    [
        ("LUX", "served", FULL),
        ("LUX", "emergency_served", FULL),
        ("LUX", "not_offered", OVERLAP),
        ("LUX@centre", "served", CENTRE),
        ("LUX@full", "prohibited", FULL),
        ("LUX@overlap", "served", OVERLAP),
    ],
)
def test_grants_keep_inside_and_refusals_reach_over_unless_told_otherwise(
    name: str, state: str, mode: Containment
) -> None:
    (found,) = one(stated(state, territories=f'["{name}"]')).territories
    assert found.containment is mode
    assert found.digest == territory_of("LUX", mode).digest


def test_territories_joined_by_plus_are_one_with_its_seams() -> None:
    (found,) = one(changed(territories='["TON+TON.sea"]')).territories
    assert found.id == "TON+TON.sea" and len(found) > 70
    both = one(changed(territories='["TON", "TON.sea"]')).territories
    assert len(found) > sum(map(len, both))
    (wide,) = one(changed(territories='["BEL+LUX@overlap"]')).territories
    assert wide.containment is OVERLAP


def test_own_territories_are_drawn_listed_or_a_point() -> None:
    from shapely import Polygon

    cells = footprint(Polygon(SQUARE))
    spelt = [h3.int_to_str(int(each)) for each in h3_index(cells.cells(CENTRE))]
    files = {"strip.geojson": GEOJSON, "strip.txt": "\n".join(spelt)}
    for mode in Containment:
        (found,) = one(own('geojson = "strip.geojson"\n', f'["strip@{mode}"]'), files).territories
        assert found.number.tolist() == cells.cells(mode).tolist() and found.containment is mode
    assert (found.id, found.kind, found.name_en, found.name_ar) == ("strip", Kind.OWN, "The strip", "الشريط")
    for how in ('cell_file = "strip.txt"\n', f"cells = {spelt}\n"):
        (found,) = one(own(how), files).territories
        assert found.number.tolist() == cells.cells(CENTRE).tolist()
    (found,) = one(own('geojson = "strip.geojson"\nsource = "drawn"\nnote = "n"\n'), files).territories
    assert (found.source, found.note, found.containment) == ("drawn", "n", FULL)


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "rings", "count"),
    [(31.5, 34.45, 0, 1), (31.5, 34.45, 1, 7), (50.1, 300.0, 2, 19), (-18.0, 180.0, 3, 37), (-90, 0, 1, 7)],
)
def test_a_point_is_its_cell_and_so_many_rings(
    latitude_deg: float, longitude_deg: float, rings: int, count: int
) -> None:
    (found,) = one(own(f"point_deg = [{latitude_deg}, {longitude_deg}]\nrings = {rings}\n")).territories
    middle = cell_number(np.radians([float(latitude_deg)]), np.radians([float(longitude_deg)]))
    around = h3.grid_disk(int(h3_index(middle)[0]), rings)
    assert len(found) == count
    assert found.number.tolist() == sorted(number_of(np.array(around, dtype=np.int64)).tolist())


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("decision = 3", "decision", "must be tables, each under [[decision]]"),
        ("decision = [3]", "decision[0]", "must be a table"),
        ("", "decision", "there is no decision: add a [[decision]]"),
        ("x = 1\n" + GRANT, "x", "no such table here: see docs/reference/decisions.md"),
        (changed(id=""), "decision[0].id", "this key is required"),
        (changed(id='""'), "decision[0].id", "must not be empty"),
        (changed(id='"a\\nb"'), "decision[0].id", "must not hold line breaks"),
        (changed(title_ar=""), "decision[0].title_ar", "this key is required"),
        (changed(colour='"red"'), "decision[0].colour", "no such key here"),
        (changed(state='"on"'), "decision[0].state", "must be one of served, served_restricted"),
        (changed(state="[]"), "decision[0].state", "must be one of served"),
        (changed(reasons="[]"), "decision[0].reasons", "must hold at least 1 values"),
        (changed(reasons='["whim"]'), "decision[0].reasons[0]", "must be one of no_licence"),
        (changed(classes='["medical", "vip"]'), "decision[0].classes[1]", "must be one of residential"),
        (changed(classes='["medical"]', but_classes='["press"]'), "decision[0].but_classes", "not both"),
        (changed(layers='["roof"]'), "decision[0].layers[0]", "must be one of beam, terminal"),
        (changed(legal_basis='"custom"'), "decision[0].legal_basis", "must be one of national_licence"),
        (changed(sequence="-1"), "decision[0].sequence", "must be at least 0"),
        (changed(review_by='"soon"'), "decision[0].review_by", "'soon'"),
        (changed(start="2026-01-01T00:00:00"), "decision[0].start", "has no zone"),
        (changed(until="7"), "decision[0].until", "7 is not an instant"),
        (changed(territories="[]"), "decision[0].territories", "must hold at least 1"),
        (changed(territories='["UKR.crimee"]'), "decision[0].territories[0]", "did you mean UKR.crimea (Crimea"),
        (changed(territories='["LUX", "BEL+BLE"]'), "decision[0].territories[1]", "no territory has the id 'BLE'"),
        (changed(territories='["LUX@inside"]'), "decision[0].territories[0]", "write LUX@full, LUX@centre or LUX@over"),
        (changed(territories='["strip"]'), "decision[0].territories[0]", "no territory has the id 'strip'"),
        (GRANT + "conditions = 3\n", "decision[0].conditions", "must be a table"),
        (GRANT + "conditions = { speed = 3 }\n", "decision[0].conditions.speed", "no such key here"),
        (
            GRANT + "conditions = { maximum_speed_km_h = nan }\n",
            "decision[0].conditions.maximum_speed_km_h",
            "must be a finite number",
        ),
        (
            GRANT + 'conditions = { allowlist = ["a"], allowlist_file = "list.txt" }\n',
            "decision[0].conditions.allowlist",
            "give allowlist or allowlist_file, not both",
        ),
        (
            GRANT + 'conditions = { allowlist = [], allowlist_file = "list.txt" }\n',
            "decision[0].conditions.allowlist",
            "give allowlist or allowlist_file, not both",
        ),
        (
            GRANT + 'conditions = { denylist = ["a"], denylist_file = "list.txt" }\n',
            "decision[0].conditions.denylist",
            "give denylist or denylist_file, not both",
        ),
        (
            GRANT + 'conditions = { allowlist_file = "none.txt" }\n',
            "decision[0].conditions.allowlist_file",
            "none.txt: No such file or directory",
        ),
        (
            GRANT + 'conditions = { denylist_file = "locked.txt" }\n',
            "decision[0].conditions.denylist_file",
            "locked.txt: not UTF-8 text",
        ),
        (own(""), "territory[0]", "needs exactly one of geojson, cells, cell_file, point_deg; found none"),
        (
            own('point_deg = [1, 2]\ncell_file = "list.txt"\n'),
            "territory[0]",
            "needs exactly one of geojson, cells, cell_file, point_deg; found cell_file, point_deg",
        ),
        (own("point_deg = [91, 2]\n"), "territory[0].point_deg[0]", "must be at most 90; found 91"),
        (own("point_deg = [1]\n"), "territory[0].point_deg", "must be [latitude, longitude] in degrees"),
        (own("point_deg = [1, 2]\nrings = 51\n"), "territory[0].rings", "must be at most 50"),
        (own('cell_file = "cells.txt"\nrings = 1\n'), "territory[0].rings", "rings go round point_deg only"),
        (own('cells = ["8528"]\n'), "territory[0].cells", "is no H3 cell"),
        (own('cell_file = "list.txt"\n'), "territory[0].cell_file", "is no H3 cell"),
        (own('cell_file = "none.txt"\n'), "territory[0].cell_file", "none.txt: No such file or directory"),
        (own('geojson = "list.txt"\n'), "territory[0].geojson", "not JSON"),
        (own('geojson = "none.geojson"\n'), "territory[0].geojson", "none.geojson: No such file or directory"),
        (own('geojson = "small.geojson"\n'), "decision[0].territories[0]", "strip holds no cell in the mode full"),
        (own("point_deg = [1, 2]\n" + OWN + "point_deg = [3, 4]\n"), "territory[1].id", "'strip' is there already"),
        (own("point_deg = [1, 2]\nname_ar = 3\n").replace('name_ar = "الشريط"\n', ""), "territory[0].name_ar", "a text"),
    ],
)  # fmt: skip
def test_every_fault_has_its_key_path(text: str, where: str, problem: str) -> None:
    spelt = h3.int_to_str(h3.latlng_to_cell(3.0, 30.0, 5))
    small = [[30.0, 3.0], [30.01, 3.0], [30.01, 3.01], [30.0, 3.0]]
    files = {
        "list.txt": "kit-1\n",
        "cells.txt": spelt,
        "small.geojson": json.dumps({"type": "Polygon", "coordinates": [small]}),
    }
    found = faults(text, files)
    assert where in found, found
    assert problem in found[where]
    follows = {"decision[0].territories[0]"} if text.find("[[territory]]") >= 0 else set()
    assert set(found) - {where} <= follows, "a fault that is none"


def test_an_own_territory_that_could_not_be_read_is_no_second_fault_where_it_is_used() -> None:
    assert list(faults(own("point_deg = [91, 2]\n"))) == ["territory[0].point_deg[0]"]
    assert list(faults(own('geojson = "none.geojson"\n'))) == ["territory[0].geojson"]
    assert list(faults(own(""))) == ["territory[0]"]


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = (
        "colour = 1\n"
        + changed(state='"on"', id="")
        + GRANT.replace('["LUX"]', '["LUV", "BEL@middle"]').replace('id = "d"', 'id = "e"')
        + 'conditions = { allowlist_file = "none.txt", maximum_speed_km_h = 1 }\n'
        + OWN
        + 'cells = ["x", "8528"]\n'
    )
    with pytest.raises(InputError, match="the decisions have 8 faults") as caught:
        read(text)
    assert sorted({fault.where for fault in caught.value.faults}) == [
        "colour",
        "decision[0].id",
        "decision[0].state",
        "decision[1].conditions.allowlist_file",
        "decision[1].territories[0]",
        "decision[1].territories[1]",
        "territory[0].cells",
    ]


MANY = """
[[decision]]
id = "first"
title_en = "Ends before it begins"
title_ar = "ينتهي قبل أن يبدأ"
territories = ["LUX", "LUX"]
state = "served"
reasons = ["licence_granted"]
start = "2026-06-02T00:00:00Z"
until = "2026-06-01T00:00:00Z"
review_by = "2028-06-01T00:00:00Z"
supersedes = ["nobody", "third"]

[[decision]]
id = "second"
title_en = "A refusal that nothing enforces"
title_ar = "رفض لا ينفذه شيء"
territories = ["LUX"]
state = "not_offered"
reasons = ["no_licence", "no_licence"]
review_by = "someday"
supersedes = ["second"]
conditions = { purposes = ["medical"], refused_purposes = ["medical", "medical"] }

[[decision]]
id = "third"
sequence = 8
title_ar = "إذن طوارئ"
territories = ["LUX"]
classes = ["medical", "press", "medical"]
state = "emergency_served"
reasons = ["safety_of_life"]
layers = ["beam"]
start = "2026-06-01T00:00:00Z"
until = "2026-07-01T00:00:00Z"
review_by = "2026-06-20T00:00:00Z"
conditions = { allowlist_file = "list.txt", denylist = ["kit-1"], speed = 3 }

[[decision]]
id = "second"
state = "open"
"""


def test_a_file_wrong_in_every_way_is_refused_once_with_all_of_it() -> None:
    with pytest.raises(InputError) as caught:
        read(MANY, {"list.txt": "kit-1\nkit-2\nkit-1\n"})
    told = [(fault.where.removeprefix("decision"), fault.problem) for fault in caught.value.faults]
    expected = {
        ("[0].id", "sequence 0: ids must differ"),
        ("[0].territories[1]", "'LUX' stands there already"),
        ("[0].classes", "a grant names its classes: weapon_mounted and military are never meant by silence"),
        ("[0].until", "not after its start"),
        ("[0].review_by", "at most 365 are allowed"),
        ("[0].supersedes[0]", "there is no decision 'nobody'"),
        ("[0].supersedes[1]", "only an earlier decision can be superseded"),
        ("[1].reasons[1]", "'no_licence' stands there already"),
        ("[1].review_by", "'someday'"),
        ("[1].supersedes[0]", "supersedes itself"),
        ("[1].layers", "without a layer"),
        ("[1].conditions", "a refusal has none"),
        ("[1].conditions.refused_purposes", "both allows and refuses the purpose medical"),
        ("[1].conditions.refused_purposes[1]", "'medical' stands there already"),
        ("[2].sequence", "decision[1] has sequence 8 already"),
        ("[2].title_en", "this key is required"),
        ("[2].classes[2]", "'medical' stands there already"),
        ("[2].layers", "is a grant (emergency_served) with layers beam"),
        ("[2].until", "is an emergency grant of 30.0 days"),
        ("[2].conditions.speed", "no such key here"),
        ("[2].conditions.allowlist_file", "'kit-1' the first: once is enough"),
        ("[3].id", "decision[1] is 'second' already"),
        ("[3].state", "must be one of served"),
        ("[3].title_en", "this key is required"),
        ("[3].title_ar", "this key is required"),
        ("[3].territories", "this key is required"),
        ("[3].reasons", "this key is required"),
        ("[3].review_by", "this key is required"),
    }
    for where, problem in expected:
        assert any(where == place and problem in each for place, each in told), (where, problem, told)
    assert len(told) == len(expected), "a fault that is none"


def test_only_refusals_may_leave_open_for_whom() -> None:
    assert one(stated("prohibited", classes="")).classes == ALL_CLASSES
    for text in (changed(classes=""), changed(classes="", but_classes="[]"), stated("emergency_served", classes="")):
        assert "never meant by silence" in faults(text)["decision[0].classes"]
    every = ", ".join(f'"{each}"' for each in ServiceClass)
    assert one(changed(classes=f"[{every}]")).classes == ALL_CLASSES
    assert "names no class" in faults(changed(but_classes=f"[{every}]"))["decision[0].classes"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[decision]\n", "line 1"),
        ("id = ", "Invalid value"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "limit"),
        ("a = 1\na = 2", "overwrite"),
    ],
)
def test_text_that_is_not_toml_says_where(text: str, told: str) -> None:
    with pytest.raises(InputError, match="the decisions are not TOML") as caught:
        read(text)
    assert told in str(caught.value)


_WORDS = """id sequence title_en title_ar territories classes but_classes state reasons legal_basis layers
start until review_by conditions supersedes source note demonstration"""
_KEYS = st.sampled_from(_WORDS.split()) | st.text(string.ascii_lowercase, min_size=1, max_size=6)
_VALUES = st.recursive(
    st.integers(-(2**70), 2**70) | st.floats() | st.booleans() | st.sampled_from(["LUX", "served", "medical", "x@y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value) if isinstance(value, bool | str) else str(value)


@given(key=_KEYS, value=_VALUES, table=st.sampled_from(["decision", "territory", "conditions", "top"]))
@settings(max_examples=300, deadline=None)
def test_no_value_of_any_key_ends_in_anything_but_decisions_or_their_faults(key: str, value: Any, table: str) -> None:
    line = f"{key} = {toml(value)}\n"
    text = {
        "decision": changed(**{key: toml(value)}),
        "territory": own("point_deg = [1, 2]\n" + line),
        "conditions": GRANT + "[decision.conditions]\n" + line,
        "top": line + GRANT,
    }[table]
    try:
        made = read(text)
    except InputError as error:
        assert error.faults and str(error)
    else:
        assert all(each.territories and len(each.territories[0]) for each in made)
        assert not any(math.isnan(each.conditions.maximum_speed_m_s) for each in made)
