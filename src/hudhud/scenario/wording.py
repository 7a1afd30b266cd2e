"""What is wrong with a scenario, in the words of those who write one: key paths, limits, values as TOML has them."""

import re
from datetime import date, time
from typing import Any

__all__ = ["in_words", "key_path", "shown"]


def key_path(location: tuple[int | str, ...]) -> str:
    """terminal[3].latitude_deg; a key that TOML wants in quotes stands in quotes."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            key = part if re.fullmatch("[A-Za-z0-9_-]+", part) else repr(part)
            path += f".{key}" if path else key
    return path


def shown(value: object) -> str:
    """A value as found, as TOML writes it and not too long."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= 60 else text[:57] + "..."


_WORDS = {
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "too_short": "must hold at least {min_length} values",
    "too_long": "must hold at most {max_length} values",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "literal_error": "must be {expected}",
}


def in_words(error: dict[str, Any], page: str) -> str:
    """What is wrong at one key, with the value found.  page: where the keys are explained."""
    kind, key = error["type"], error["loc"][-1] if error["loc"] else ""
    if kind == "extra_forbidden":
        return f"no such key here: see {page} for those there are"
    if kind == "missing":
        return "this key is required"
    if kind == "value_error":
        problem = str(error["msg"]).removeprefix("Value error, ")
        return problem if key in ("start", "until", "review_by") else f"{problem}; found {shown(error['input'])}"
    limits = {name: f"{value:g}" if isinstance(value, float) else value for name, value in error.get("ctx", {}).items()}
    message = str(error["msg"])
    problem = _WORDS[kind].format(**limits) if kind in _WORDS else message[:1].lower() + message[1:]
    if kind in ("model_type", "dict_type"):
        problem = "must be a table"
    if kind == "list_type" and key in ("terminal", "scatter", "site"):
        path = "gateways.site" if key == "site" else key
        problem = f"must be tables, each under [[{path}]]"
    return f"{problem}; found {shown(error['input'])}"
