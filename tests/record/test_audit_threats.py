"""The table of threats has every attack, names tests that exist, and every row has one."""

import re
from pathlib import Path

from hudhud.record.audit_parts import Found

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/explain/threats.md").read_text(encoding="utf-8")

IN_THE_TABLE = (
    "silently flips a territory",
    "A release is forged",
    "Back-dating",
    "Split view",
    "Restored backup",
    "Rollback at a point of enforcement",
    "Replay of an old approval",
    "Rollback of keyring or rules",
    "one key under two names",
    "Approvers collude",
    "Boundaries are swapped",
    "Another resolution or containment",
    "Clocks are set wrong",
    "Freeze",
    "Denial by delay",
    "censored at the intake",
    "Bit rot",
    "Crash in the middle of writing",
    "parser differentials",
    "withheld for ever, or told falsely",
)
NOT_COVERED = ("false GNSS", "flood of requests", "time of public notice", "never filed")


def test_no_attack_is_left_out_of_the_table() -> None:
    rows = [line.split("|")[1] for line in TABLE.split("## What each insider")[0].splitlines() if line.startswith("| ")]
    for attack in IN_THE_TABLE:
        assert sum(attack in row for row in rows) == 1, attack
    told = TABLE.split("## Not covered")[1]
    for attack in NOT_COVERED:
        assert attack in told, attack


def test_every_threat_names_a_test_that_exists() -> None:
    rows = [line for line in TABLE.split("## What each insider")[0].splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/[^`]+)::(\w+)`", row)
        assert named, row
        for file, name in named:
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)


def test_every_finding_is_in_the_reference() -> None:
    told = re.findall(r"`([a-z_]+)`", (ROOT / "docs/reference/audit.md").read_text(encoding="utf-8"))
    assert {kind.value for kind in Found} <= set(told)
