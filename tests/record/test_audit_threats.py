"""The table of threats names tests that exist, and every row has one."""

import re
from pathlib import Path

from hudhud.record.audit_parts import Found

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs/explain/threats.md").read_text(encoding="utf-8")


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
