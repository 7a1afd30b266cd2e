"""Policies: the grammar as specified, nested thresholds against a count by hand, and one key that wants to count twice."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.errors import RecordError
from hudhud.record.note import KeyType, SigningKey, VerifierKey
from hudhud.record.policy import Group, Groups, Policy, read_groups, read_policy, satisfied
from log_factory import LOG, WITNESSES, policy, signing_key

KEYS = {
    name: signing_key(f"{name}.example", KeyType.COSIGNATURE).key.text for name in ("X1", "X2", "X3", "Y1", "Y2", "Y3")
}
# The example of C2SP tlog-policy, with keys.
EXAMPLE = f"""
log {LOG.key.text}

witness X1 {KEYS["X1"]}
witness X2 {KEYS["X2"]} https://x2.example/
\twitness\tX3  {KEYS["X3"]}
group X-witnesses 2 X1 X2 X3

  # three more
witness Y1 {KEYS["Y1"]}
witness Y2 {KEYS["Y2"]}
witness Y3 {KEYS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_example_of_the_specification_asks_for_two_x_and_one_y() -> None:
    found = read_policy(EXAMPLE.encode())
    for names in itertools.chain.from_iterable(itertools.combinations(KEYS, n) for n in range(7)):
        expected = sum(name[0] == "X" for name in names) >= 2 and any(name[0] == "Y" for name in names)
        assert satisfied(found, names) is expected
    assert read_policy(found.text.encode()) == found


def test_a_policy_without_witnesses_asks_for_none() -> None:
    found = read_policy(b"quorum none\n")
    assert satisfied(found, ()) and satisfied(found, ("whoever",))
    assert not satisfied(policy(), ()) and not satisfied(policy(), ("W0", "W0", "W1", "quorum", "none"))


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 4), st.integers(1, 4), st.sets(st.sampled_from("abcdefgh")))
def test_a_group_of_groups_counts_groups(inner: int, outer: int, present: set[str]) -> None:
    groups = Groups(
        leaves=frozenset("abcdefgh"),
        groups={
            "one": Group(threshold=inner, members=tuple("abcd")),
            "two": Group(threshold=1, members=tuple("ef")),
            "all": Group(threshold=outer, members=("one", "two", "g", "h")),
        },
    )
    count = (len(present & set("abcd")) >= inner) + bool(present & set("ef")) + len(present & set("gh"))
    assert groups.met("all", present) is (count >= outer)
    assert not groups.met("nobody", {"nobody"})


def test_attack_one_key_under_two_names_is_refused_when_the_policy_is_read() -> None:
    key = WITNESSES[0]
    alias = SigningKey(name="alias.example", type=KeyType.COSIGNATURE, seed=key.seed).key
    text = f"witness A {key.key.text}\nwitness B {alias.text}\ngroup g 2 A B\nquorum g\n"
    with pytest.raises(RecordError, match="witness B: its key is that of witness A already"):
        read_policy(text.encode())
    with pytest.raises(RecordError, match="witness B: its key is that of witness A already"):
        Policy(logs=(), witnesses={"A": key.key, "B": alias})
    with pytest.raises(RecordError, match="nobody witnesses himself"):
        own = VerifierKey(name="other", type=KeyType.COSIGNATURE, public=LOG.key.public)
        Policy(logs=(LOG.key,), witnesses={"A": own})
    with pytest.raises(RecordError, match=f"log {LOG.name}: its key is that of log {LOG.name} already"):
        Policy(logs=(LOG.key, LOG.key))


def test_attack_one_key_under_two_names_would_count_once_all_the_same() -> None:
    """Were the first check removed: counting is by the bytes of keys."""
    alias = SigningKey(name="alias.example", type=KeyType.COSIGNATURE, seed=WITNESSES[0].seed).key
    forged = policy(2, 2)
    object.__setattr__(forged, "witnesses", {"W0": WITNESSES[0].key, "W1": alias})
    assert not satisfied(forged, ("W0", "W1"))


A, B = f"witness A {KEYS['X1']}\n", f"witness B {KEYS['X2']}\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there are 0 quorum lines, expected one"),
        ("quorum none\nquorum none\n", "there are 2 quorum lines"),
        ("quorum none", "does not end with a newline"),
        ("quorum A\n" + A, "line 1: 'A' is not defined above this line"),
        (A + "group g 1 A B\n" + B + "quorum g\n", "line 2: 'B' is not defined above this line"),
        (A + "group g 1 g\nquorum g\n", "'g' is not defined above"),
        (A + "group g 2 A\nquorum g\n", "the threshold of 'g' is '2'"),
        (A + "group g 0 A\nquorum g\n", "the threshold of 'g' is '0'"),
        (A + "group g 01 A\nquorum g\n", "the threshold of 'g' is '01'"),
        (A + "group g most A\nquorum g\n", "the threshold of 'g' is 'most'"),
        (A + "group g 1\nquorum g\n", "is no line of a policy"),
        (A + B + "group g any A A\nquorum g\n", "A: it is a member twice"),
        (A + B + "group g any A\ngroup h all A B\nquorum h\n", "A: it is a member twice"),
        (A + "group A any A\nquorum A\n", "the name 'A' is taken"),
        (A + A.replace(KEYS["X1"], KEYS["X2"]) + "quorum A\n", "the name 'A' is taken"),
        (f"witness none {KEYS['X1']}\nquorum none\n", "the name 'none' is taken"),
        (A + "group g all A none\nquorum g\n", "'none' is not defined above"),
        (f"log {KEYS['X1']}\nquorum none\n", "its key is of type 0x04, expected 0x01"),
        (f"witness A {LOG.key.text}\nquorum A\n", "its key is of type 0x01, expected 0x04"),
        ("witness A key\nquorum A\n", "line 1: no verifier key"),
        ("colour blue\nquorum none\n", "'colour blue' is no line of a policy"),
        ("quorum none\r\n", "control character 0x0d"),
        ("# \x7f\nquorum none\n", "control character 0x7f"),
    ],
)
def test_what_is_no_policy_is_refused(text: str, says: str) -> None:
    with pytest.raises(RecordError, match=says):
        read_policy(text.encode())


def test_all_faults_of_a_policy_are_told_at_once() -> None:
    with pytest.raises(RecordError) as refused:
        read_policy(b"colour blue\nwitness A key\ngroup g 3 A\nquorum h\n")
    assert len(refused.value.faults) == 4


def test_names_are_octets() -> None:
    """C2SP tlog-policy: K and the Kelvin sign are two names, and what is no UTF-8 is one too."""
    text = (
        f"witness K {KEYS['X1']}\nwitness \u212a {KEYS['X2']}\nwitness ".encode()
        + b"\xff"
        + f" {KEYS['X3']}\n".encode()
    )
    found = read_policy(text + b"group g all K \xe2\x84\xaa \xff\nquorum g\n")
    assert satisfied(found, ("K", "\u212a", "\udcff")) and not satisfied(found, ("K", "\udcff"))


def test_seats_may_belong_to_several_quorums_but_count_once_in_each() -> None:
    text = b"""group operator any op1 op2
group independent any seat1 seat2
group ordinary all operator independent counsel
group emergency all operator independent
"""
    seats = ("op1", "op2", "seat1", "seat2", "counsel")
    found = read_groups(text, seats)
    assert found.met("emergency", {"op1", "seat2"}) and not found.met("ordinary", {"op1", "op2", "seat2"})
    assert found.met("ordinary", {"op1", "seat2", "counsel"})
    with pytest.raises(RecordError, match="group twice: 'op1' would count in two ways"):
        read_groups(text + b"group twice all operator op1\n", seats)
    with pytest.raises(RecordError, match="no line of the form: group NAME K MEMBER"):
        read_groups(b"quorum ordinary\n", seats)


def test_attack_a_tower_of_groups_is_refused_soon() -> None:
    tower = b"group g0 any a\n" + b"".join(b"group g%d any g%d g%d\n" % (n, n - 1, n - 1) for n in range(1, 100))
    with pytest.raises(RecordError, match="two ways"):
        read_groups(tower, "a")
    with pytest.raises(RecordError, match="more than 128"):
        read_groups(b"".join(b"group g%d any a\n" % n for n in range(129)), "a")
