"""Tables of gateways and points of presence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import InputError
from hudhud.network.ground import Gateways, PointsOfPresence, parse_gateways, parse_pops, parse_sites

POPS = """code,city,country,latitude_deg,longitude_deg,kind
aaa,Aden,YE,12.8,45.0,netfac
bbb,Basra,IQ,30.5,47.8,pop
"""
HEAD = "name,latitude_deg,longitude_deg,antennas,pop\n"


def test_a_gateway_points_at_its_point_of_presence():
    gateways = parse_gateways(HEAD + '"Here, there",-90,180,8,bbb\nb,1.5,-2,0,aaa\n', parse_pops(POPS))
    assert gateways.sites.names == ("Here, there", "b")
    assert gateways.pop.tolist() == [1, 0]
    assert gateways.antennas.tolist() == [8, 0]
    assert gateways.select(np.array([False, True])).sites.names == ("b",)


def test_every_fault_of_a_table_is_named_with_its_line():
    table = HEAD + "a,91,0,8,aaa\na,0,nan,8,aaa\n,0,0,2.5,zzz\nd,0,0,,aaa\n"
    with pytest.raises(InputError) as caught:
        parse_gateways(table, parse_pops(POPS))
    assert sorted(map(str, caught.value.faults)) == [
        "line 2: latitude_deg is '91', but must be a number from -90 to 90",
        "line 3: longitude_deg is 'nan', but must be a number from -180 to 180",
        "line 3: name 'a' stands in line 2 already",
        "line 4: antennas is '2.5', but must be a whole number",
        "line 4: name is empty",
        "line 4: pop is 'zzz', but must be the code of a point of presence",
        "line 5: antennas is '', but must be a number from 0 to 1,000",
    ]


def test_a_missing_column_is_named():
    with pytest.raises(InputError, match="no column antennas, pop; expected"):
        parse_gateways("name,latitude_deg,longitude_deg\n", parse_pops(POPS))


def test_an_empty_text_is_refused_and_an_empty_table_is_no_gateway():
    with pytest.raises(InputError, match="found nothing"):
        parse_pops("")
    assert len(parse_gateways(HEAD, parse_pops(POPS))) == 0


def test_a_spreadsheet_mark_and_carriage_returns_do_no_harm():
    assert parse_pops("\ufeff" + POPS.replace("\n", "\r\n")).codes == ("aaa", "bbb")


def test_gateways_of_unequal_columns_are_refused():
    gateways = parse_gateways(HEAD + "a,0,0,8,aaa\n", parse_pops(POPS))
    with pytest.raises(ValueError, match="1 gateways need as many"):
        Gateways(sites=gateways.sites, antennas=gateways.antennas, pop=np.zeros(2, dtype=np.int32))


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200), st.booleans())
def test_any_text_is_a_table_or_an_input_error(text, headed):
    for parse, head in ((parse_pops, POPS), (parse_sites, "name,latitude_deg,longitude_deg,height_m\n")):
        try:
            found = parse(head + text if headed else text)
        except InputError as refusal:
            assert str(refusal)
        else:
            assert len(found) >= 0 or isinstance(found, PointsOfPresence)
