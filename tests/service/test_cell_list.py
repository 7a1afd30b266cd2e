"""Lists of cells: the text behind a digest is one; what is no cell of ours is refused, line by line."""

import json

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.service.cell_list import cells_from_text
from hudhud.service.territory import cell_text
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import all_numbers, number_of

KYIV = h3.latlng_to_cell(50.45, 30.52, 5)
LVIV = h3.latlng_to_cell(49.84, 24.03, 5)
EVERY = all_numbers()
NUMBERS = np.sort(number_of(np.array([KYIV, LVIV], dtype=np.int64)))


def refusal(text):
    with pytest.raises(InputError) as caught:
        cells_from_text(text)
    return [str(fault) for fault in caught.value.faults]


@settings(deadline=None, max_examples=50)
@given(st.sets(st.integers(0, 2_016_841), min_size=1, max_size=50), st.sampled_from(list(Containment)))
def test_the_text_behind_a_digest_is_read_back(places, containment):
    number = EVERY[sorted(places)]
    found = cells_from_text(cell_text(number, containment))
    assert np.array_equal(found.number, number) and found.containment is containment and found.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        f"{KYIV:x}\n{LVIV:x}\n",
        f"{LVIV:X}\r\n\r\n# the capital\r\n  0x{KYIV:016x}  ",
        json.dumps([f"{KYIV:x}", f"{LVIV:x}"]),
        f"\ufeff{KYIV:x}\n{LVIV:x}".encode(),
    ],
)
def test_cells_are_read_in_every_form_and_order(text):
    found = cells_from_text(text)
    assert np.array_equal(found.number, NUMBERS) and found.containment is None and found.notes == ()


def test_cells_listed_twice_count_once_and_are_told():
    found = cells_from_text(f"{KYIV:x}\n{LVIV:x}\n{KYIV:x}\n")
    assert np.array_equal(found.number, NUMBERS)
    assert found.notes == ("1 line left out: the same cell stands elsewhere in the list",)


def test_finer_and_coarser_cells_are_refused_with_what_was_found():
    fine, coarse = h3.latlng_to_cell(50.45, 30.52, 7), h3.cell_to_parent(KYIV, 4)
    faults = refusal(f"{KYIV:x}\n{fine:x}\n{coarse:x}\n")
    assert faults[0].startswith(f"line 2: {fine:x} is a cell of resolution 7, expected 5: list its parent")
    assert faults[1].startswith(f"line 3: {coarse:x} is a cell of resolution 4, expected 5: list its cells")


ATTACKS = {
    "nothing": ("", "holds no cell"),
    "comments alone": ("# none\n\n", "holds no cell"),
    "an empty array": ("[]", "holds no cell"),
    "a word": ("kyiv", 'line 1: "kyiv" is no H3 cell'),
    "a decimal index": (str(KYIV), "is no H3 cell"),
    "no H3 index": ("ffffffffffffffff", "is no H3 cell"),
    "zero": ("0", "is no H3 cell"),
    "underscores": (f"{KYIV:x}".replace("1", "_", 1), "is no H3 cell"),
    "digits of another script": ("٨٥١١", "is no H3 cell"),
    "an edge between cells": (f"{h3.origin_to_directed_edges(KYIV)[0]:x}", "is no H3 cell"),
    "a missing wedge": (f"{min(h3.get_pentagons(5)) | (1 << 30):x}", "is no H3 cell"),
    "numbers in JSON": (f"[{KYIV}]", '[0]: "(a number)" is no H3 cell'),
    "an object": ('{"type": "Polygon"}', "an object; expected a JSON array"),
    "torn JSON": ('["85', "not JSON"),
    "no text": (b"\xff\xfe", "not UTF-8"),
    "escape codes": ("\x1b[2J", "\\x1b[2J"),
    "another version": (f"hudhud-territory/v2 h3 5 full\n{KYIV:x}\n", "line 1: head"),
    "another resolution in the head": (f"hudhud-territory/v1 h3 6 full\n{KYIV:x}\n", "line 1: head"),
    "another mode": (f"hudhud-territory/v1 h3 5 most\n{KYIV:x}\n", "full|centre|overlap"),
    "a head alone": ("hudhud-territory/v1 h3 5 full\n", "holds no cell"),
    "a hundred megabytes": (b"\n" * 100_000_000, "at most 64 MiB"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(attack):
    text, said = ATTACKS[attack]
    assert any(said in fault for fault in refusal(text)), refusal(text)
