"""Write the JSON Schemas of the record into docs/reference/schema/, one file for each kind.  A test keeps them true."""

import json
from pathlib import Path

from hudhud.record.canonical import Json
from hudhud.record.schema import schemas

FOLDER = Path(__file__).resolve().parents[1] / "docs/reference/schema"


def text(schema: Json) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Replace the folder's schemas by those of the types."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, schema in schemas().items():
        (FOLDER / f"{name}.json").write_text(text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
