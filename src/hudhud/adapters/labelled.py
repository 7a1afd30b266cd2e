"""A result as labelled arrays: what its file holds, variable by variable, and the same as xarray and pandas show it.

Here SI and radians end: the name of each variable carries its unit.  Decimal numbers are rounded to nine places of that
unit (a picosecond, a tenth of a millimetre on the ground), so that a result read back and written again keeps its bytes.
xarray and pandas are asked for only when called: they are an extra, and take a second to import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hudhud.arrays import Floats
from hudhud.errors import MissingExtraError
from hudhud.report.result import Outcome, Result
from hudhud.service.predicates import Predicate
from hudhud.service.vocabulary import DisablementCode

if TYPE_CHECKING:
    import pandas
    import xarray

__all__ = ["COLUMNS", "LABELS", "Column", "Label", "attributes", "to_pandas", "to_xarray"]

_DECIMALS = 9

_SMALL: dict[str, np.dtype[Any]] = {  # fields that a byte holds, and their type inside
    "outcome": np.dtype(np.uint8),
    "reachable": np.dtype(np.bool_),
    "permitted": np.dtype(np.bool_),
    "disablement_code": np.dtype(np.uint8),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One (slot, terminal) array: its name outside, the field of `Result`, and the way there and back.

    shown, kept: from SI to the unit outside and back, or None for whole numbers, which stay as they are.
    """

    name: str
    field: str
    attributes: dict[str, Any]
    shown: Callable[[Floats], Floats] | None = None
    kept: Callable[[Floats], Floats] | None = None

    def outside(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of the field as files and frames show them: int8, int32 or float64.  Shape of `values`."""
        if self.shown is not None:
            return np.asarray(np.round(self.shown(values), _DECIMALS) + 0.0)  # + 0.0: no negative zero
        return values.astype(np.int8 if self.field in _SMALL else np.int32)

    def inside(self, values: NDArray[Any]) -> NDArray[Any]:
        """The field's values again.  Shape of `values`."""
        if self.kept is not None:
            return np.asarray(self.kept(values.astype(np.float64)))
        return values.astype(_SMALL.get(self.field, np.dtype(np.int32)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One array along a single axis that names or places what stands there: texts, whole numbers or decimals."""

    name: str
    dimension: str
    attributes: dict[str, Any]
    of: Callable[[Result], NDArray[Any]]


def _real(
    name: str,
    field: str,
    long_name: str,
    units: str,
    shown: Callable[[Floats], Floats],
    kept: Callable[[Floats], Floats],
    **more: str,
) -> Column:
    said = {"long_name": long_name, "units": units, **more, "_FillValue": np.float64(np.nan)}
    return Column(name=name, field=field, attributes=said, shown=shown, kept=kept)


def _whole(name: str, field: str, long_name: str, **more: Any) -> Column:
    return Column(name=name, field=field, attributes={"long_name": long_name, **more})


def _from_ms(values: Floats) -> Floats:
    return values / 1e3


def _to_ms(values: Floats) -> Floats:
    return values * 1e3


COLUMNS: tuple[Column, ...] = (
    _whole(
        "outcome",
        "outcome",
        "why the terminal was served in the slot, or why not",
        flag_values=np.array([reason.value for reason in Outcome], dtype=np.int8),
        flag_meanings=" ".join(reason.name.lower() for reason in Outcome),
    ),
    _whole("serving_satellite", "satellite", "index of the serving satellite along `satellite`, -1 where not served"),
    _whole("serving_gateway", "gateway", "index of the gateway along `gateway`, -1 where not served"),
    _whole("serving_pop", "pop", "index of the point of presence along `pop`, -1 where not served"),
    _whole("beam", "beam", "number of the beam on its satellite, -1 where not served"),
    _real("rtt_ms", "rtt_s", "round trip from terminal to point of presence", "ms", _to_ms, _from_ms),
    _real("propagation_ms", "propagation_s", "light time and forwarding in the round trip", "ms", _to_ms, _from_ms),
    _real(
        "backhaul_ms", "backhaul_s", "fibre between gateway and point of presence, both ways", "ms", _to_ms, _from_ms
    ),
    _real("elevation_deg", "elevation_rad", "elevation of the serving satellite", "degree", np.degrees, np.radians),
    _real("azimuth_deg", "azimuth_rad", "azimuth of the serving satellite", "degree", np.degrees, np.radians),
    _real("range_km", "range_m", "range of the serving satellite", "km", _from_ms, _to_ms),
    _whole("laser_hops", "laser_hops", "lasers crossed, 0 for a bent pipe, -1 where not served"),
    _whole("route", "route", "number that changes when the sequence of nodes changes, 0 where not served"),
    _whole("in_reach", "in_reach", "satellites that passed every gate of the sky"),
    _real(
        "serving_latitude_deg",
        "serving_latitude_rad",
        "latitude of the point under the serving satellite",
        "degrees_north",
        np.degrees,
        np.radians,
    ),
    _real(
        "serving_longitude_deg",
        "serving_longitude_rad",
        "longitude of the point under the serving satellite",
        "degrees_east",
        np.degrees,
        np.radians,
    ),
    _whole("reachable", "reachable", "1 where some satellite could have served the terminal, permitted or not"),
    _whole("permitted", "permitted", "1 where the service map allowed it, reachable or not"),
    _whole(
        "disablement_code",
        "disablement_code",
        "code that the terminal shows, 0 where no service map was asked",
        flag_values=np.array([code.value for code in DisablementCode], dtype=np.int8),
        flag_meanings=" ".join(code.name.lower() for code in DisablementCode),
    ),
    _whole(
        "failed_predicates",
        "failed_predicates",
        "everything that failed, a bit each",
        flag_masks=np.array([predicate.bit for predicate in Predicate], dtype=np.int32),
        flag_meanings=" ".join(predicate.name.lower() for predicate in Predicate),
    ),
    _whole("decision_in_force", "decision", "index along `decision` of the decision it rests on, -1 where none"),
)
"""Every (slot, terminal) array, in the order of `Result`."""


def _degrees(angle_rad: Floats) -> Floats:
    return np.asarray(np.round(np.degrees(angle_rad), _DECIMALS) + 0.0)


def _texts(names: tuple[str, ...]) -> NDArray[Any]:
    return np.array(names, dtype=object)


def _place_labels(dimension: str, of: Callable[[Result], Any]) -> tuple[Label, ...]:
    """Latitude, longitude and height of `terminals` or `gateways`."""
    return (
        Label(
            name=f"{dimension}_latitude_deg",
            dimension=dimension,
            attributes={"long_name": f"geodetic latitude of the {dimension}", "units": "degrees_north"},
            of=lambda result: _degrees(of(result).latitude_rad),
        ),
        Label(
            name=f"{dimension}_longitude_deg",
            dimension=dimension,
            attributes={"long_name": f"longitude of the {dimension}", "units": "degrees_east"},
            of=lambda result: _degrees(of(result).longitude_rad),
        ),
        Label(
            name=f"{dimension}_height_m",
            dimension=dimension,
            attributes={"long_name": f"height of the {dimension} over the WGS-84 ellipsoid", "units": "m"},
            of=lambda result: np.round(of(result).height_m, _DECIMALS) + 0.0,
        ),
    )


def _names_label(dimension: str, of: Callable[[Result], tuple[str, ...]]) -> Label:
    said = {"long_name": f"name of the {dimension}"}
    return Label(name=dimension, dimension=dimension, attributes=said, of=lambda result: _texts(of(result)))


LABELS: tuple[Label, ...] = (
    _names_label("terminal", lambda result: result.terminals.names),
    Label(
        name="terminal_class",
        dimension="terminal",
        attributes={"long_name": "class of the terminal"},
        of=lambda result: _texts(result.terminal_classes),
    ),
    Label(
        name="service_class",
        dimension="terminal",
        attributes={"long_name": "for whom the terminal works, empty where no service map was asked"},
        of=lambda result: _texts(result.service_classes),
    ),
    *_place_labels("terminal", lambda result: result.terminals),
    _names_label("gateway", lambda result: result.gateways.names),
    *_place_labels("gateway", lambda result: result.gateways),
    Label(
        name="gateway_pop",
        dimension="gateway",
        attributes={"long_name": "index along `pop` of the point of presence behind the gateway"},
        of=lambda result: result.gateway_pops.astype(np.int32),
    ),
    _names_label("pop", lambda result: result.pops),
    _names_label("satellite", lambda result: result.satellites),
    Label(
        name="decision",
        dimension="decision",
        attributes={"long_name": "id of the decision"},
        of=lambda result: _texts(result.decisions),
    ),
    Label(
        name="service_map_digest",
        dimension="service_map",
        attributes={"long_name": "digest of a service map that was in force"},
        of=lambda result: _texts(result.service_maps),
    ),
    Label(
        name="service_map_release",
        dimension="service_map",
        attributes={"long_name": "hash of the entry of a record that released the map, empty where none did"},
        of=lambda result: _texts(result.releases),
    ),
    Label(
        name="service_map_in_force",
        dimension="slot",
        attributes={"long_name": "index along `service_map` of the map in force, -1 where none was asked"},
        of=lambda result: result.service_map.astype(np.int32),
    ),
)
"""Every array that labels an axis, except the starts of the slots."""


def attributes(result: Result) -> dict[str, Any]:
    """What a result says of itself as a whole: texts and numbers, for the head of a file or a dataset."""
    told = result.provenance
    kind = "synthetic fleet" if told.synthetic else "real elements"
    said = {
        "Conventions": "CF-1.11",
        "title": result.name,
        "source": f"hudhud {told.hudhud_version}, a simulation; {kind}: {told.elements_source}",
        "elements_sha256": told.elements_sha256,
        "satellites_by_status": ", ".join(f"{count} {status}" for status, count in told.status_counts),
        "records_quarantined": str(len(told.quarantined)),
        "sgp4_engine": told.engine,
        "seed": str(told.seed),
        "assumptions": "\n".join(told.assumptions),
        "record": told.record,
        "warnings": "\n".join(told.warnings),
    }
    return {key: text for key, text in said.items() if text}


def to_xarray(result: Result) -> "xarray.Dataset":
    """The result with dimensions slot and terminal; coordinates: start, names, classes and places, all with units.

    Raises MissingExtraError where xarray is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise MissingExtraError("xarray", "results", "a result as an xarray dataset") from None
    start = ("slot", result.start, {"long_name": "start of the slot, UTC", "standard_name": "time"})
    return xarray.Dataset(
        {
            column.name: (
                ("slot", "terminal"),
                column.outside(getattr(result, column.field)),
                {key: value for key, value in column.attributes.items() if key != "_FillValue"},
            )
            for column in COLUMNS
        },
        coords={"start": start}
        | {
            label.name: (label.dimension, label.of(result), label.attributes)
            for label in LABELS
            if label.dimension not in ("decision", "service_map") or result.service_maps
        },
        attrs=attributes(result),
    )


def to_pandas(result: Result) -> "pandas.DataFrame":
    """The result as a tidy table: one line per slot and terminal, slots outermost, indices replaced by names.

    `outcome` is the reason's name in lower case; `satellite`, `gateway`, `pop` are names, missing where not served.
    Raises MissingExtraError where pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise MissingExtraError("pandas", "results", "a result as a pandas table") from None

    def named(names: tuple[str, ...], index: NDArray[Any]) -> Any:
        code = {name: number for number, name in enumerate(dict.fromkeys(names))}  # names may occur twice
        codes = np.array([*(code[name] for name in names), -1], dtype=np.int32)
        return pandas.Categorical.from_codes(codes[index.ravel()], categories=list(code))

    slots, terminals = len(result.start), len(result.terminals)
    reasons = tuple(reason.name.lower() for reason in Outcome)
    names = {
        "serving_satellite": result.satellites,
        "serving_gateway": result.gateways.names,
        "serving_pop": result.pops,
        "decision_in_force": result.decisions,
    }
    table: dict[str, Any] = {
        "start": np.repeat(result.start, terminals),
        "terminal": named(result.terminals.names, np.tile(np.arange(terminals), slots)),
    }
    for column in COLUMNS:
        values = getattr(result, column.field)
        if column.name == "outcome":
            table["outcome"] = named(reasons, values.astype(np.int8))
        elif column.name in names:
            table[column.field] = named(names[column.name], values)
        else:
            table[column.name] = column.outside(values).ravel()
    return pandas.DataFrame(table)
