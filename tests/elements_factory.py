"""Element records for tests, and the same records written in every format."""

import json
from typing import Any

from sgp4.api import WGS72, Satrec
from sgp4.exporter import export_tle
from sgp4.omm import initialize

COLUMNS = [
    "OBJECT_NAME",
    "OBJECT_ID",
    "EPOCH",
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "EPHEMERIS_TYPE",
    "CLASSIFICATION_TYPE",
    "NORAD_CAT_ID",
    "ELEMENT_SET_NO",
    "REV_AT_EPOCH",
    "BSTAR",
    "MEAN_MOTION_DOT",
    "MEAN_MOTION_DDOT",
]

_TLE_PARAMETERS = COLUMNS[9:]
_MEAN_ELEMENTS = COLUMNS[2:9]


def omm_record(**changes: Any) -> dict[str, Any]:
    """A satellite of the 540 km shell as OMM fields; the epoch is a whole 1e-8 of a day, so that a TLE holds it too."""
    record: dict[str, Any] = {
        "OBJECT_NAME": "STARLINK-3000",
        "OBJECT_ID": "2021-082B",
        "EPOCH": "2026-05-30T06:00:00.000000",
        "MEAN_MOTION": 15.08,
        "ECCENTRICITY": 0.0001234,
        "INCLINATION": 53.2,
        "RA_OF_ASC_NODE": 123.4567,
        "ARG_OF_PERICENTER": 89.0123,
        "MEAN_ANOMALY": 271.0987,
        "EPHEMERIS_TYPE": 0,
        "CLASSIFICATION_TYPE": "U",
        "NORAD_CAT_ID": 49131,
        "ELEMENT_SET_NO": 999,
        "REV_AT_EPOCH": 26000,
        "BSTAR": 0.00012345,
        "MEAN_MOTION_DOT": 1.234e-05,
        "MEAN_MOTION_DDOT": 0,
    }
    return record | changes


def omm_records(count: int, **changes: Any) -> list[dict[str, Any]]:
    """`count` satellites along one plane, numbered one after the other."""
    return [
        omm_record(
            **{
                "OBJECT_NAME": f"STARLINK-{3000 + k}",
                "NORAD_CAT_ID": 49131 + k,
                "MEAN_ANOMALY": round(k * 360 / count, 4),
            }
            | changes
        )
        for k in range(count)
    ]


def as_csv(records: list[dict[str, Any]], newline: str = "\n") -> bytes:
    rows = [COLUMNS, *([str(record[name]) for name in COLUMNS] for record in records)]
    return "".join(",".join(row) + newline for row in rows).encode()


def as_json(records: list[dict[str, Any]]) -> bytes:
    return json.dumps(records).encode()


def as_xml(records: list[dict[str, Any]]) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ndm xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "".join(map(_omm_element, records))
        + "</ndm>\n"
    ).encode()


def _omm_element(record: dict[str, Any]) -> str:
    def fields(names: list[str]) -> str:
        return "".join(f"<{name}>{record[name]}</{name}>" for name in names)

    return (
        '<omm id="CCSDS_OMM_VERS" version="2.0"><header><CREATION_DATE/><ORIGINATOR/></header><body><segment>'
        f"<metadata>{fields(COLUMNS[:2])}<CENTER_NAME>EARTH</CENTER_NAME><REF_FRAME>TEME</REF_FRAME>"
        "<TIME_SYSTEM>UTC</TIME_SYSTEM><MEAN_ELEMENT_THEORY>SGP4</MEAN_ELEMENT_THEORY></metadata>"
        f"<data><meanElements>{fields(_MEAN_ELEMENTS)}</meanElements>"
        f"<tleParameters>{fields(_TLE_PARAMETERS)}</tleParameters></data></segment></body></omm>\n"
    )


def reference_satellite(record: dict[str, Any]) -> Satrec:
    """The record as the reference SGP4 reads it."""
    satellite = Satrec()
    initialize(satellite, {name: str(value) for name, value in record.items()}, WGS72)
    return satellite


def tle_lines(record: dict[str, Any]) -> tuple[str, str]:
    line_1, line_2 = export_tle(reference_satellite(record))
    return line_1, line_2


def as_tle(records: list[dict[str, Any]], newline: str = "\n", prefix: str = "") -> bytes:
    """Three-line element sets; prefix "0 " writes the name line as Space-Track does."""
    return "".join(
        f"{prefix}{record['OBJECT_NAME']}{newline}{newline.join(tle_lines(record))}{newline}" for record in records
    ).encode()


def with_checksum(line: str) -> str:
    """The first 68 characters with the checksum they need."""
    return line[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10)
