"""Where decisions come from: the packaged set, and files beside which their own files lie."""

import json
from pathlib import Path

import numpy as np
import pytest

from hudhud.adapters import decisions as source
from hudhud.adapters.service_words import STATES_AR
from hudhud.errors import InputError
from hudhud.service.service_map import compile, counts
from hudhud.service.vocabulary import Containment, ServiceClass, ServiceState
from hudhud.sky.hexagons import all_numbers

DRAFT = """
[[decision]]
id = "{id}"
title_en = "A draft"
title_ar = "مسودة"
territories = ["{territory}"]
classes = ["medical"]
state = "served"
reasons = ["licence_granted"]
review_by = "2026-12-31T00:00:00Z"
"""


def written(folder: Path, text: str, name: str = "draft.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_standing_set_is_made_once_and_kept() -> None:
    assert source.standing() is source.standing()
    assert source.countries() is source.countries()
    assert source.standing().all[-1].id == "standing.borders"
    assert source.territory_of("UKR+UKR.sea", Containment.FULL).id == "UKR+UKR.sea"
    with pytest.raises(InputError, match="no territory has the id 'UKRR'"):
        source.territory_of("UKRR", Containment.FULL)


def test_a_file_is_read_with_what_lies_beside_it_and_numbered_after_its_base(tmp_path: Path) -> None:
    square = [[30.0, 3.0], [31.0, 3.0], [31.0, 4.0], [30.0, 4.0], [30.0, 3.0]]
    written(tmp_path, json.dumps({"type": "Polygon", "coordinates": [square]}), "strip.geojson")
    written(tmp_path, "kit-1\nkit-2\n", "list.txt")
    text = DRAFT.format(id="one", territory="LUX").replace('"served"', '"served_allowlist_only"')
    text += 'conditions = { allowlist_file = "list.txt" }\n'
    text += DRAFT.format(id="two", territory="strip")
    text += '[[territory]]\nid = "strip"\nname_en = "s"\nname_ar = "ش"\ngeojson = "strip.geojson"\n'
    one, two = source.drafted(written(tmp_path, text), source.standing().all)
    last = source.standing().all[-1].sequence
    assert (one.sequence, two.sequence) == (last + 1, last + 2)
    assert one.conditions.allowlist == frozenset({"kit-1", "kit-2"})
    assert len(two.territories[0]) > 10
    assert source.drafted(str(tmp_path / "draft.toml"), ())[0].sequence == 0
    whole = source.together(source.standing(), (one, two))
    assert len(whole) == len(source.standing()) + 2


def test_faults_of_a_file_name_the_file_and_those_it_names(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml"):
        source.drafted(tmp_path / "none.toml", ())
    with pytest.raises(InputError, match=r"draft\.toml: the decisions are not TOML"):
        source.drafted(written(tmp_path, "[["), ())
    wrong = DRAFT.format(id="one", territory="LUV") + 'conditions = { allowlist_file = "list.txt" }\n'
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"draft\.toml: the decisions have 2 faults") as caught:
        source.drafted(written(tmp_path, wrong), ())
    told = {fault.where: fault.problem for fault in caught.value.faults}
    assert "'LUV'" in told["decision[0].territories[0]"]
    assert "list.txt" in told["decision[0].conditions.allowlist_file"]


@pytest.mark.parametrize("name", ["", ".", "below"])
def test_a_folder_is_no_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "below").mkdir()
    with pytest.raises(InputError, match=r"director|folder"):
        source.drafted(tmp_path / name, ())


def test_decisions_that_do_not_belong_together_are_refused_with_every_fault(tmp_path: Path) -> None:
    twice = DRAFT.format(id="standing.LUX", territory="LUX") + 'supersedes = ["nobody"]\n'
    with pytest.raises(InputError, match=r"draft\.toml: the decisions have 2 faults") as caught:
        source.drafted(written(tmp_path, twice), source.standing().all)
    assert {fault.where for fault in caught.value.faults} == {"decision[0].id", "decision[0].supersedes[0]"}
    alone = source.drafted(written(tmp_path, DRAFT.format(id="one", territory="LUX")), ())
    with pytest.raises(InputError, match="make no service map"):
        source.together(source.standing(), alone)


def test_the_ground_offers_nobody_anything_anywhere(tmp_path: Path) -> None:
    ground = source.ground()
    base = source.decisions((ground,))
    table = counts(compile(base, np.datetime64("2026-06-01", "ns")))
    for service_class in ServiceClass:
        assert table[service_class][ServiceState.NOT_OFFERED] == len(all_numbers())
    grant = source.drafted(written(tmp_path, DRAFT.format(id="one", territory="LUX")), base.all)
    table = counts(compile(source.together(base, grant), np.datetime64("2026-06-01", "ns")))
    assert 0 < table[ServiceClass.MEDICAL][ServiceState.SERVED] < 20


def test_arabic_says_one_word_for_a_state_in_titles_and_tables() -> None:
    for one in source.standing().all:
        if one.id != "standing.borders":
            assert one.title_ar.startswith(STATES_AR[one.state]), one.id
        assert not any(word in one.title_ar for word in ("جهاز", "أجهزة")), one.id
