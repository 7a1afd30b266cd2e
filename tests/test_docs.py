"""What the documentation shows works: every Python block is run, every scenario is read, every link leads somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from hudhud.adapters.run import prepare
from hudhud.scenario.toml import _File

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def named(pages: list[Path]) -> list[object]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


@pytest.mark.parametrize("page", named([page for page in PAGES if blocks(page, "python")]))
def test_python_on_a_page_runs_from_top_to_bottom(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


@pytest.mark.parametrize("page", named([page for page in PAGES if blocks(page, "toml")]))
def test_a_scenario_on_a_page_is_one(page: Path) -> None:
    for block in blocks(page, "toml"):
        if block.startswith("name"):
            prepare(block)


@pytest.mark.parametrize("path", sorted(ROOT.glob("scenarios/*.toml")), ids=lambda path: path.name)
def test_every_scenario_that_comes_along_can_be_played(path: Path) -> None:
    loaded = prepare(path.read_text(encoding="utf-8"), folder=path.parent)
    assert len(loaded.world.terminals) > 0


@pytest.mark.parametrize("path", sorted(ROOT.glob("examples/*.py")), ids=lambda path: path.name)
def test_every_example_runs(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"__name__": "__main__", "__file__": str(path)})


@pytest.mark.parametrize("page", named(PAGES))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_key_of_a_scenario_is_documented() -> None:
    text = (ROOT / "docs/reference/scenario.md").read_text(encoding="utf-8")

    found: set[str] = set()
    for model in _models(_File):
        found |= {field.alias or name for name, field in model.model_fields.items()}
    missing = {key for key in found if not re.search(rf"\b{key}\b", text)}
    assert not missing


def _models(top: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and all models inside it."""
    yield top
    for field in top.model_fields.values():
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _models(part)


def test_the_readme_holds_no_placeholder() -> None:
    assert "RESULT_TABLE" not in (ROOT / "README.md").read_text(encoding="utf-8")
