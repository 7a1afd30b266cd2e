"""One value has one way to be written, and whatever readers are known to take differently is refused with its path."""

import json

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.canonical import DEEPEST, LARGEST, LONGEST_BYTES, canonical_bytes, read_canonical, read_json

TEXTS = st.text(st.sampled_from("aé表𝔄هدهد\"\\/\n \N{ZERO WIDTH JOINER}z'<"), max_size=8)
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,6}", fullmatch=True)
TREES = st.recursive(
    TEXTS | st.integers(-LARGEST, LARGEST) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


def faults(data: bytes) -> list[str]:
    with pytest.raises(RecordError) as caught:
        read_json(data, "the text")
    return [str(fault) for fault in caught.value.faults]


@given(TREES)
@settings(deadline=None, max_examples=200)
def test_what_is_written_is_read_back_and_written_alike(tree):
    try:
        data = canonical_bytes(tree, "the value")
    except RecordError:  # composed in a form other than C by chance, or too deep
        return
    assert read_canonical(data, "the value") == tree
    assert canonical_bytes(read_canonical(data, "the value"), "the value") == data


@given(TREES)
@settings(deadline=None, max_examples=200)
def test_the_encoder_that_checks_writes_what_rfc_8785_prescribes(tree):
    """Reading compares with the standard library's encoder, because it is fast; for these values both are one."""
    fast = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    assert fast == rfc8785.dumps(tree)


def test_a_doubled_key_is_refused_where_it_stands():
    assert faults(b'{"a":{"verdict":"refused","verdict":"granted"}}') == [
        'a: key "verdict" stands twice: which one counts is not known'
    ]


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ('{"a":[1,2.5]}', "a[1]", "integers only"),
        ('{"a":1e3}', "a", "integers only"),
        ('{"a":NaN}', "a", "no number of JSON"),
        ('{"a":-Infinity}', "a", "no number of JSON"),
        ('{"a":-0}', "a", "-0 is written 0"),
        ('{"a":9007199254740992}', "a", "not every reader holds exactly"),
        ('{"a":' + "9" * 5000 + "}", "a", "not every reader holds exactly"),
        ('{"a":null}', "a", "is null"),
        ('{"a":"e\u0301"}', "a", "normal form C"),
        ('{"a":"\\ud800"}', "a", "U+D800"),
        ('{"a":"\\u0000"}', "a", "U+0000"),
        ('{"a":"\u202egnp"}', "a", "U+202E"),
        ('{"a":"\u200bx"}', "a", "U+200B"),
        ('{"a":"tab\\t"}', "a", "U+0009"),
        ('{"é":1}', "", "not of ASCII letters"),
        ('{"a\\nb":1}', "", "not of ASCII letters"),
        ('{"":1}', "", "not of ASCII letters"),
    ],
)
def test_what_readers_differ_in_is_refused_with_its_path(text, where, says):
    (fault,) = faults(text.encode("utf-8", "surrogatepass"))
    assert fault.startswith(f"{where}: " if where else "") and says in fault


def test_every_fault_is_listed():
    assert len(faults(b'{"a":null,"b":1.5,"c":[NaN,{"d":1,"d":2}]}')) == 4


@pytest.mark.parametrize("data", [b"", b"{", b"[1,]", b"{} {}", b"\xef\xbb\xbf{}", b'"\xff"', b"'a'", b"\x00"])
def test_what_is_no_json_is_refused(data):
    assert len(faults(data)) == 1


@pytest.mark.parametrize(
    "other",
    [b'{"b":1,"a":2}', b'{"a": 2,"b":1}', b'{"a":2,"b":1}\n', b'{"\\u0061":2,"b":1}', b'{"a":2,"b":1 }'],
)
def test_the_same_value_written_otherwise_is_refused(other):
    assert read_json(other, "the text") == {"a": 2, "b": 1}
    with pytest.raises(RecordError, match="canonical form"):
        read_canonical(other, "the text")
    assert read_canonical(b'{"a":2,"b":1}', "the text") == {"a": 2, "b": 1}


def test_depth_is_bounded_whatever_stands_in_texts():
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST, "the text")
    assert "deep" in faults(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))[0]
    assert "deep" in faults(b"[" * 60_000)[0]
    assert read_json(json.dumps(["[" * 1000 + '"\\']).encode(), "the text")
    assert "deep" in faults(b'["\\"",' + b"{" * 100)[0]
    faults(b'"' + b'\\"' * 32_000)  # one text that never ends is found out without trying every beginning
    faults(b'["' + b'\\"' * 32_000 + b"\\")


def test_length_is_bounded():
    assert read_json(b'"' + b"a" * (LONGEST_BYTES - 2) + b'"', "the text")
    assert "65,535" in faults(b'"' + b"a" * (LONGEST_BYTES - 1) + b'"')[0]


@pytest.mark.parametrize("tree", [1.0, None, {"a": None}, {1: 2}, {"a": {1, 2}}, "\ud800", 2**53, b"bytes", ("a",)])
def test_what_could_not_be_read_is_not_written(tree):
    with pytest.raises(RecordError):
        canonical_bytes(tree, "the value")


@given(st.binary(max_size=60) | TEXTS.map(lambda text: text.encode("utf-8", "replace")))
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_read_or_refused_but_never_break_the_reader(data):
    try:
        tree = read_canonical(data, "the text")
    except RecordError:
        return
    assert canonical_bytes(tree, "the text") == data
