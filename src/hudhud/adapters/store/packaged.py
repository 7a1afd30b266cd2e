"""The fixed tables that travel inside the package (`hudhud/data`; what each is and where it comes from: SOURCES.md)."""

from importlib.resources import files

__all__ = ["content", "text"]


def content(name: str) -> bytes:
    """The bytes of a packaged file, e.g. "outlines.bin"."""
    return files("hudhud").joinpath("data", name).read_bytes()


def text(name: str) -> str:
    """The text of a packaged table, e.g. "gateways.csv"."""
    return content(name).decode("utf-8")
