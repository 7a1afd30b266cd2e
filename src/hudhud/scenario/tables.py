"""What tables of a TOML file may hold: kinds of values, refused in the words of those who write them."""

import math
import tomllib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hudhud.errors import Fault, InputError, plain
from hudhud.scenario.wording import in_words, key_path, shown
from hudhud.timescale import from_rfc3339

__all__ = [
    "Float",
    "Instant",
    "Latitude",
    "Longitude",
    "Name",
    "Place",
    "Share",
    "Table",
    "first_slot",
    "instant",
    "longitude_rad",
    "parsed",
    "validated",
]

_FIRST_START = from_rfc3339("1957-01-01T00:00:12Z")  # the first slot of the first year that instants may name


def instant(value: object) -> np.datetime64:
    """The instant of an RFC 3339 text or of a TOML date-time with an offset.  Raises ValueError that shows the value."""
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no zone: write it as 2026-05-30T18:00:12Z (UTC)")
    if not isinstance(value, str | datetime):
        raise ValueError(f"{shown(value)} is not an instant: write it as 2026-05-30T18:00:12Z (UTC)")
    return from_rfc3339(value if isinstance(value, str) else value.isoformat())


def first_slot(value: object) -> np.datetime64:
    """An instant in the first slot of a run."""
    at = instant(value)
    if at < _FIRST_START:
        raise ValueError(f"{shown(value)}: the slot that holds it begins before 1957")
    return at


class Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, arbitrary_types_allowed=True, frozen=True
    )


def _number(value: object) -> object:
    """TOML writes 25 for 25.0: a whole number is a number; true is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # refused as every infinite number is


def _word(text: str) -> str:
    """A name as it stands; ValueError where a table could not show it in one line as what it is."""
    if plain(text) != text:
        raise ValueError("must not hold line breaks or control characters")
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _pair(value: object) -> object:
    """TOML has arrays, not tuples.  ValueError for anything but an array of two."""
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be [latitude, longitude] in degrees, such as [50.45, 30.52]")
    return tuple(value)


Float = Annotated[float, BeforeValidator(_number)]
Latitude = Annotated[Float, Field(ge=-90, le=90)]
Longitude = Annotated[Float, Field(ge=-180, le=360)]
Place = Annotated[tuple[Latitude, Longitude], BeforeValidator(_pair)]
Share = Annotated[Float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_word)]
Instant = Annotated[np.datetime64, BeforeValidator(instant)]

_Model = TypeVar("_Model", bound=Table)


def parsed(text: str, what: str, error: type[InputError]) -> dict[str, Any]:
    """The tables of a TOML text.  what: the text is, as the message names it.  Raises `error`."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = "brackets are nested too deeply"
    except ValueError as found:  # not TOML, or a number of thousands of digits
        problem = str(found).partition("; use sys.")[0]
    raise error(f"{what} {'are' if what.endswith('s') else 'is'} not TOML", [Fault(where="", problem=problem)])


def validated(
    model: type[_Model],
    raw: dict[str, Any],
    *,
    page: str,
    under: tuple[int | str, ...] = (),
    mend: Callable[[dict[str, Any], list[tuple[int | str, ...]]], dict[str, Any]] | None = None,
) -> tuple[_Model | None, list[Fault]]:
    """A table as a model, and what is wrong with it.

    page: where its keys are explained.  under: key path of the table.  mend: takes out what is wrong, so that the rest can
    be looked at; the model is then of the tables without it, to be checked and never used; None if there is none.
    """
    try:
        return model.model_validate(raw), []
    except ValidationError as error:
        found = error.errors()
    faults = [Fault(where=key_path((*under, *each["loc"])), problem=in_words(dict(each), page)) for each in found]
    if mend is None:
        return None, faults
    try:
        return model.model_validate(mend(raw, [each["loc"] for each in found])), faults
    except ValidationError:
        return None, faults


def longitude_rad(longitude_deg: float) -> float:
    """Longitudes may be written 0..360 or -180..180; inside they are -pi..pi."""
    return math.remainder(math.radians(longitude_deg), 2 * math.pi)
