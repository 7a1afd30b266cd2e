"""How a keyring's faults are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hudhud.errors import RecordError
from hudhud.record.keyring import keyring_bytes
from record.record_factory import keyring


def test_a_quorum_that_fails_at_many_entries_is_told_once_with_the_first() -> None:
    known = keyring()
    ends = {"counsel-a": 5, "counsel-b": 5, "counsel-c": 5, "etc-seat": 7, "op1": 9}
    keys = tuple(replace(one, until_entry=ends.get(one.seat)) for one in known.keys)
    with pytest.raises(RecordError) as caught:
        keyring_bytes(replace(known, keys=keys))
    told = [fault for fault in caught.value.faults if fault.where == "group ordinary"]
    assert len(told) == 1 and "from entry 5 on" in told[0].problem


def test_attack_an_organisation_that_counts_as_one_of_a_circle() -> None:
    known = keyring()
    above = {"archive": "vault", "vault": "registry", "registry": "vault"}
    organisations = tuple(replace(one, counts_as=above.get(one.id, one.counts_as)) for one in known.organisations)
    with pytest.raises(RecordError, match="back to itself") as caught:
        keyring_bytes(replace(known, organisations=organisations))
    assert len(caught.value.faults) == 2  # the two of the circle, not the one that leads into it
