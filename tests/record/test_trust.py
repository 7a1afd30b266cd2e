"""The root of trust: one way to write it, and nothing in it that could be read in two ways."""

from dataclasses import replace

import pytest

from hudhud.errors import RecordError
from hudhud.record.canonical import canonical_bytes
from hudhud.record.trust import Trust, trust_bytes, trust_digest, trust_from
from record.audit_factory import WORLD, world


def test_what_is_written_is_read_again() -> None:
    data = trust_bytes(WORLD.trust)
    assert trust_from(data) == WORLD.trust
    assert trust_bytes(trust_from(data)) == data


def test_its_digest_tells_every_field_apart() -> None:
    trust = WORLD.trust
    others = [
        replace(trust, name_en="Another"),
        replace(trust, name_ar="آخر"),
        replace(trust, policy=world(salt="other").trust.policy),
        replace(trust, keyring_sha256="ab" * 32),
        replace(trust, rules_sha256="ab" * 32),
        replace(trust, demonstration=False),
        world(origin="example.invalid/other").trust,
    ]
    digests = {trust_digest(one) for one in (trust, *others)}
    assert len(digests) == len(others) + 1


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"policy": "quorum none\n"}, "policy of the logs"),
        ({"policy": "nonsense\n"}, "policy that cannot be read"),
        ({"policy": WORLD.trust.policy.replace("quorum witnesses", "quorum none")}, "asks for no witness"),
        ({"log": "example.invalid/other"}, "expected one, named"),
        ({"keyring_sha256": "AB" * 32}, "keyring_sha256"),
        ({"policy": "log\tx"}, "policy"),
    ],
)
def test_a_root_that_proves_nothing_is_refused(changed: dict[str, str], told: str) -> None:
    trust: Trust = replace(WORLD.trust, **changed)  # type: ignore[arg-type]
    with pytest.raises(RecordError, match=told):
        trust_bytes(trust)


def test_a_second_spelling_is_refused() -> None:
    data = trust_bytes(WORLD.trust)
    for other in (b" " + data, data + b"\n", data.replace(b":true", b":1"), data.replace(b'"log"', b'"Log"')):
        with pytest.raises(RecordError):
            trust_from(other)
    with pytest.raises(RecordError):
        trust_from(canonical_bytes({"log": "x"}, "a root"))
