"""Bring the digests at the end of src/hudhud/data/SOURCES.md up to date.

python builders/digests.py
"""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "src" / "hudhud" / "data"
HEAD = "| file | sha256 |\n|---|---|\n"


def main() -> None:
    """Rewrite the table."""
    page = FOLDER / "SOURCES.md"
    before, _, _ = page.read_text(encoding="utf-8").partition(HEAD)
    files = sorted(
        path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md" and path.name[0] not in "._"
    )
    rows = [
        f"| {path.relative_to(FOLDER).as_posix()} | {hashlib.sha256(path.read_bytes()).hexdigest()} |\n"
        for path in files
    ]
    page.write_text(before + HEAD + "".join(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
