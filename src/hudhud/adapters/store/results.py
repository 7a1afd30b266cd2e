"""Results on disk: a folder with the labelled arrays, the scenario and a summary, sealed by their digests.

    result.nc      NetCDF (classic, 64-bit offsets): every array, with units; opens in xarray, and wherever NetCDF does
    scenario.toml  the scenario as it was read
    summary.json   format, digests of the other two, provenance, and the numbers of the tables

A folder appears whole or not at all; one that is already a result is replaced file by file, the summary last, so that an
interruption shows as a digest that does not match.  The picture of an earlier result is removed: it would lie.
The same result gives the same bytes.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.io import netcdf_file

from hudhud.adapters.labelled import COLUMNS, LABELS, Column, attributes
from hudhud.adapters.store import netcdf3
from hudhud.arrays import Floats, Instants
from hudhud.earth import Sites
from hudhud.errors import Fault, ResultError
from hudhud.report.result import Outcome, Provenance, Result
from hudhud.report.tables import summary
from hudhud.service.vocabulary import DisablementCode
from hudhud.timescale import from_rfc3339, seconds_between

__all__ = ["ARRAYS", "FORMAT_VERSION", "SCENARIO", "SUMMARY", "read_result", "refuse_foreign_folder", "write_result"]

ARRAYS = "result.nc"
SCENARIO = "scenario.toml"
SUMMARY = "summary.json"
FORMAT_VERSION = 3

_FORMAT = "hudhud-result"
_PICTURE = "picture.png"
_BLOCK = 1 << 20  # values converted and written at a time
_LARGEST_S = 1e9  # longest run that its starts can describe: thirty years
_LARGEST = 1e7  # degrees, milliseconds or kilometres that are still taken for a measurement
_DIMENSIONS = ("slot", "terminal", "gateway", "pop", "satellite", "decision", "service_map")


def refuse_foreign_folder(folder: str | Path) -> None:
    """Raise ResultError where nothing can be written into `folder`, or something is there that is no result.

    Writing there would mix with it or destroy it, be it only a scenario of the same name as the one in a result.
    """
    folder = Path(folder)
    try:
        folder.lstat()
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:  # ValueError: a name that no folder can have
        reason = getattr(error, "strerror", None) or error
        raise ResultError(f"{folder}: no result can be written there: {reason}: choose another folder") from None
    nearest = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not nearest.is_dir():
        raise ResultError(f"{nearest} is a file, but a result is a folder: choose another name")
    if not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        raise ResultError(f"{nearest} may not be written to: choose another folder")
    others = sorted(entry.name for entry in folder.iterdir()) if nearest == folder else []
    if others and not _has_our_mark(folder):
        raise ResultError(
            f"{folder} is not empty and is no result of hudhud: choose another folder, or empty this one first",
            [Fault(where="found there", problem=", ".join(others[:5]) + (" ..." if len(others) > 5 else ""))],
        )


def _has_our_mark(folder: Path) -> bool:
    try:
        told = json.loads((folder / SUMMARY).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and told.get("format") == _FORMAT


def write_result(result: Result, folder: str | Path) -> Path:
    """Write a result into `folder`, which may be new, empty, or an earlier result that is replaced.  Returns the folder.

    Raises ResultError where the folder holds something else, the disk refuses, or an array is too large for the format.
    """
    folder = Path(folder)
    refuse_foreign_folder(folder)
    beside = folder if folder.exists() else folder.parent  # on the same disk
    partial = beside / f".hudhud-{secrets.token_hex(4)}.partial"
    try:
        partial.mkdir(parents=True)
        _write_files(result, partial)
        _put_in_place(partial, folder)
    except OSError as error:
        raise ResultError(f"{folder}: the result cannot be written: {error.strerror or error}") from None
    except ValueError as error:
        raise ResultError(f"{folder}: the result cannot be written: {error}; run fewer slots or terminals") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _write_files(result: Result, folder: Path) -> None:
    (folder / SCENARIO).write_bytes(result.provenance.scenario_toml.encode("utf-8"))
    dimensions, variables = _variables(result)
    with (folder / ARRAYS).open("wb") as stream:
        netcdf3.write(stream, dimensions, attributes(result) | _coordinates(result), variables)
    provenance = asdict(result.provenance)
    del provenance["scenario_toml"]
    told = {
        "format": _FORMAT,
        "format_version": FORMAT_VERSION,
        "files": {name: {"sha256": _sha256(folder / name)} for name in (ARRAYS, SCENARIO)},
        "provenance": provenance,
        **summary(result),
    }
    text = json.dumps(told, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / SUMMARY).write_bytes((text + "\n").encode("utf-8"))


def _put_in_place(partial: Path, folder: Path) -> None:
    if not folder.exists():
        try:
            partial.rename(folder)
            return
        except OSError:
            if not _has_our_mark(folder):
                raise
            # another run has put its result there in the meantime; the last one stays
    (folder / _PICTURE).unlink(missing_ok=True)
    for name in (ARRAYS, SCENARIO, SUMMARY):
        (partial / name).replace(folder / name)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _lengths(result: Result) -> dict[str, int]:
    return {
        "slot": len(result.start),
        "terminal": len(result.terminals),
        "gateway": len(result.gateways),
        "pop": len(result.pops),
        "satellite": len(result.satellites),
        "decision": len(result.decisions),
        "service_map": len(result.service_maps),
    }


def _coordinates(result: Result) -> dict[str, Any]:
    """The attribute by which readers know the labels, and the length of every axis, also of an empty one.

    An empty axis has no variables in the file: in this format a length of 0 means something else.
    """
    lengths = _lengths(result)
    labels = ["start"] + [label.name for label in LABELS if label.name != label.dimension and lengths[label.dimension]]
    counts = {f"{name}_count": np.int32(length) for name, length in lengths.items()}
    return {"coordinates": " ".join(labels if lengths["slot"] else labels[1:])} | counts


def _variables(result: Result) -> tuple[dict[str, int], list[netcdf3.Variable]]:
    lengths = _lengths(result)
    dimensions = dict(lengths)
    variables = [_start_variable(result.start)] if len(result.start) else []
    for label in LABELS:
        if lengths[label.dimension] == 0:
            continue
        values = label.of(result)
        if values.dtype == object:
            values, length = _characters(values), f"{label.name}_length"
            dimensions[length] = values.shape[1]
            said = label.attributes | {"_Encoding": "utf-8"}
            variables.append(_variable(label.name, values, (label.dimension, length), said))
        else:
            variables.append(_variable(label.name, values, (label.dimension,), label.attributes))
    if lengths["slot"] and lengths["terminal"]:
        variables += [_column_variable(result, column) for column in COLUMNS]
    return {name: length for name, length in dimensions.items() if length}, variables


def _variable(name: str, values: NDArray[Any], axes: tuple[str, ...], said: dict[str, Any]) -> netcdf3.Variable:
    kind = values.dtype.str[1:]
    return netcdf3.Variable(name=name, kind=kind, dimensions=axes, attributes=said, blocks=lambda: [values])


def _column_variable(result: Result, column: Column) -> netcdf3.Variable:
    values = getattr(result, column.field)
    step = max(1, _BLOCK // values.shape[1])

    def blocks() -> Iterator[NDArray[Any]]:
        for first in range(0, len(values), step):
            yield column.outside(values[first : first + step])

    kind = column.outside(values[:0]).dtype.str[1:]
    axes = ("slot", "terminal")
    return netcdf3.Variable(name=column.name, kind=kind, dimensions=axes, attributes=column.attributes, blocks=blocks)


def _start_variable(start: Instants) -> netcdf3.Variable:
    """Seconds since the first slot's whole second: exact to the nanosecond for a hundred days."""
    since = start[0].astype("datetime64[s]")
    said = {
        "long_name": "start of the slot, UTC",
        "standard_name": "time",
        "units": f"seconds since {str(since).replace('T', ' ')}",
        "calendar": "proleptic_gregorian",
    }
    return _variable("start", seconds_between(start, since), ("slot",), said)


def _characters(texts: NDArray[Any]) -> NDArray[Any]:
    """(text, length) bytes in UTF-8, padded with NUL."""
    raw = np.array([text.encode("utf-8") for text in texts], dtype=np.bytes_)
    width = max(1, raw.dtype.itemsize)
    return raw.astype(f"S{width}").view("S1").reshape(len(raw), width)


def read_result(folder: str | Path) -> Result:
    """The result that `write_result` left in `folder`.

    Decimal numbers come back to within half of the ninth decimal of the unit they are stored in, everything else as it
    was.  Raises ResultError with everything that is wrong: files missing, changed or cut short, or arrays that
    contradict each other.
    """
    folder = Path(folder)
    told = _read_summary(folder)
    faults = [fault for name in (ARRAYS, SCENARIO) if (fault := _seal_fault(folder, name, told["files"]))]
    if faults:
        raise _refusal(folder, faults)
    scenario_toml = (
        (folder / SCENARIO).read_bytes().decode("utf-8", errors="replace")
    )  # sealed: only forged bytes differ
    provenance = _provenance(folder, told["provenance"], scenario_toml)
    result = _read_arrays(folder, str(told["name"]), provenance)
    if faults := _contradictions(result):
        raise _refusal(folder, faults)
    return result


def _refusal(folder: Path, faults: list[Fault]) -> ResultError:
    return ResultError(
        f"{folder}: not a result that can be read; run the scenario again, or name another folder", faults
    )


def _read_summary(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        hint = "; give the folder it lies in" if folder.is_file() else "; `hudhud simulate` writes one"
        raise ResultError(
            f"{folder}: {'a file' if folder.is_file() else 'nothing there'}, expected a result folder{hint}"
        )
    if missing := [name for name in (ARRAYS, SCENARIO, SUMMARY) if not (folder / name).is_file()]:
        raise _refusal(folder, [Fault(where=name, problem="missing") for name in missing])
    try:
        told = json.loads((folder / SUMMARY).read_bytes())
    except OSError as error:
        raise _refusal(folder, [Fault(where=SUMMARY, problem=str(error.strerror or error))]) from None
    except (ValueError, RecursionError):
        raise _refusal(folder, [Fault(where=SUMMARY, problem="no JSON; cut short or overwritten")]) from None
    if fault := _summary_fault(told):
        raise _refusal(folder, [Fault(where=SUMMARY, problem=fault)])
    assert isinstance(told, dict)
    return told


def _summary_fault(told: Any) -> str:
    if not isinstance(told, dict) or told.get("format") != _FORMAT:
        return f'no summary of a result: "format" should be "{_FORMAT}"'
    if told.get("format_version") != FORMAT_VERSION:
        return f"format_version is {told.get('format_version')!r}, this hudhud reads {FORMAT_VERSION}"
    wrong = [
        key
        for key, kind in (("files", dict), ("provenance", dict), ("name", str))
        if not isinstance(told.get(key), kind)
    ]
    return f"missing or of the wrong kind: {', '.join(wrong)}" if wrong else ""


def _seal_fault(folder: Path, name: str, files: dict[str, Any]) -> Fault | None:
    told = files.get(name)
    expected = told.get("sha256") if isinstance(told, dict) else None
    try:
        found = _sha256(folder / name)
    except OSError as error:
        return Fault(where=name, problem=str(error.strerror or error))
    if found == expected:
        return None
    return Fault(
        where=name, problem=f"changed or cut short: sha256 is {found[:12]}..., {SUMMARY} says {str(expected)[:12]}..."
    )


def _provenance(folder: Path, told: dict[str, Any], scenario_toml: str) -> Provenance:
    try:
        return Provenance(
            hudhud_version=str(told["hudhud_version"]),
            scenario_toml=scenario_toml,
            seed=int(told["seed"]),
            elements_source=str(told["elements_source"]),
            elements_sha256=str(told["elements_sha256"]),
            synthetic=bool(told["synthetic"]),
            status_counts=tuple((str(status), int(count)) for status, count in told["status_counts"]),
            quarantined=tuple(str(text) for text in told["quarantined"]),
            assumptions=tuple(str(text) for text in told["assumptions"]),
            engine=str(told["engine"]),
            record=str(told["record"]),
            warnings=tuple(str(text) for text in told["warnings"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _refusal(
            folder, [Fault(where=f"{SUMMARY}, provenance", problem=f"{error} missing or malformed")]
        ) from None


def _read_arrays(folder: Path, name: str, provenance: Provenance) -> Result:
    try:
        file = netcdf_file(folder / ARRAYS, "r", mmap=True)
    except Exception as error:  # noqa: BLE001  the reader raises whatever a malformed file leads it to
        raise _refusal(folder, [Fault(where=ARRAYS, problem=f"no NetCDF file: {error}")]) from None
    problem = ""
    try:
        with np.errstate(all="ignore"):  # what overflows is found as a contradiction
            return _result(file, name, provenance)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        problem = f"not the arrays of a result: {error}"  # raised below, when nothing holds the mapped file any more
    finally:
        file.close()
    raise _refusal(folder, [Fault(where=ARRAYS, problem=problem)])


def _result(file: Any, name: str, provenance: Provenance) -> Result:
    lengths = {dimension: int(getattr(file, f"{dimension}_count")) for dimension in _DIMENSIONS}

    def values(variable: str, *axes: str) -> NDArray[Any]:
        shape = tuple(lengths[axis] for axis in axes)
        if 0 in shape:
            return np.zeros(shape)
        found = file.variables[variable].data
        if found.shape[: len(shape)] != shape:
            raise ValueError(f"{variable} has the shape {found.shape}, expected {shape}")
        return found.astype(found.dtype.newbyteorder("="))  # type: ignore[no-any-return]

    def texts(variable: str, axis: str) -> tuple[str, ...]:
        raw = values(variable, axis)
        return tuple(bytes(each).rstrip(b"\0").decode("utf-8") for each in raw)

    def sites(axis: str) -> Sites:
        latitude_rad, longitude_rad = (
            np.radians(values(f"{axis}_{key}_deg", axis)) for key in ("latitude", "longitude")
        )
        height_m = values(f"{axis}_height_m", axis)
        names = texts(axis, axis)
        return Sites(names=names, latitude_rad=latitude_rad, longitude_rad=longitude_rad, height_m=height_m)

    units = file.variables["start"].units if lengths["slot"] else b"seconds since 1970-01-01 00:00:00"
    return Result(
        name=name,
        provenance=provenance,
        start=_starts(values("start", "slot"), units),
        terminals=sites("terminal"),
        terminal_classes=texts("terminal_class", "terminal"),
        service_classes=texts("service_class", "terminal"),
        gateways=sites("gateway"),
        gateway_pops=values("gateway_pop", "gateway").astype(np.int32),
        pops=texts("pop", "pop"),
        satellites=texts("satellite", "satellite"),
        decisions=texts("decision", "decision"),
        service_maps=texts("service_map_digest", "service_map"),
        releases=texts("service_map_release", "service_map"),
        service_map=values("service_map_in_force", "slot").astype(np.int32),
        **{column.field: column.inside(values(column.name, "slot", "terminal")) for column in COLUMNS},
    )


def _starts(seconds: Floats, units: bytes) -> Instants:
    if not np.all(np.abs(seconds) < _LARGEST_S):  # false for nan too
        raise ValueError("start is no number of seconds")
    since = from_rfc3339(units.decode("ascii").removeprefix("seconds since ") + "Z")
    return since + np.round(seconds * 1e9).astype(np.int64).astype("timedelta64[ns]")


def _contradictions(result: Result) -> list[Fault]:
    """What cannot be in any result, whoever wrote the file."""
    faults = []

    def expect(holds: bool | np.bool_, where: str, problem: str) -> None:
        if not holds:
            faults.append(Fault(where=f"{ARRAYS}, {where}", problem=problem))

    expect(np.all(np.diff(result.start) > np.timedelta64(0)), "start", "slots are not in the order of time")
    expect(np.all(result.outcome < len(Outcome)), "outcome", f"numbers above {len(Outcome) - 1} mean nothing")
    served = result.outcome == Outcome.SERVED
    indices = (
        ("serving_satellite", result.satellite, result.satellites),
        ("serving_gateway", result.gateway, result.gateways.names),
        ("serving_pop", result.pop, result.pops),
    )
    for where, index, names in indices:
        expect(np.all((index >= -1) & (index < len(names))), where, f"points past the {len(names)} names")
        expect(np.array_equal(index >= 0, served), where, "is set where not served, or missing where served")
    asked = result.disablement_code != DisablementCode.UNKNOWN_STATE
    okay = result.disablement_code == DisablementCode.OKAY
    expect(np.all(result.disablement_code < len(DisablementCode)), "disablement_code", "numbers above 17 mean nothing")
    expect(np.array_equal(okay, asked & result.permitted), "permitted", "contradicts disablement_code")
    expect(np.array_equal(okay, asked & (result.failed_predicates == 0)), "failed_predicates", "contradicts the code")
    expect(not np.any(served & ~result.permitted), "permitted", "is not set where served")
    expect(not np.any(served & ~result.reachable), "reachable", "is not set where served")
    further = (
        ("decision_in_force", result.decision, result.decisions),
        ("service_map_in_force", result.service_map, result.service_maps),
    )
    for where, index, names in further:
        expect(np.all((index >= -1) & (index < len(names))), where, f"points past the {len(names)} names")
    expect(np.all((result.gateway_pops >= -1) & (result.gateway_pops < len(result.pops))), "gateway_pop", "points past")
    for column in COLUMNS:
        if column.shown is not None:
            shown = column.shown(getattr(result, column.field))
            expect(
                np.array_equal(np.isfinite(shown), served),
                column.name,
                "is set where not served, or missing where served",
            )
            expect(not np.any(np.abs(shown) > _LARGEST), column.name, f"holds numbers above {_LARGEST:g}")
    for axis, sites in (("terminal", result.terminals), ("gateway", result.gateways)):
        places = np.stack([sites.latitude_rad, sites.longitude_rad, sites.height_m])
        expect(np.all(np.isfinite(places)), f"{axis}_latitude_deg and its like", "not a number")
    return faults
