"""Where tests find the reference data that is not part of the project."""

from pathlib import Path

import pytest


def shared_data(name: str) -> Path:
    """The path of a reference file in a folder `shared/data` beside the project; skips the test where it is absent."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data" / name
    if not path.exists():
        pytest.skip(f"reference data {name} is not beside the project (looked for ../shared/data/{name})")
    return path
