"""A small real-looking fleet and a short scenario on disk: runs through the command and the API that take a blink."""

from pathlib import Path

from elements_factory import as_csv, omm_record

HEAD = 'name = "short"\nstart = "2026-05-30T18:00:12Z"\nslots = 2\n'
KYIV = '[[terminal]]\nname = "Kyiv"\nlatitude_deg = 50.45\nlongitude_deg = 30.52\n'
ODESA = '[[terminal]]\nname = "Одеса"\nlatitude_deg = 46.48\nlongitude_deg = 30.74\n'
SHORT = HEAD + KYIV + ODESA


def shell(planes: int = 30, each: int = 24) -> bytes:
    """An even shell at 540 km as OMM CSV."""
    records = [
        omm_record(
            OBJECT_NAME=f"STARLINK-{3000 + plane * each + place}",
            NORAD_CAT_ID=49131 + plane * each + place,
            RA_OF_ASC_NODE=round(plane * 360 / planes, 4),
            MEAN_ANOMALY=round((place / each + plane / (planes * each)) * 360, 4),
        )
        for plane in range(planes)
        for place in range(each)
    ]
    return as_csv(records)


def written(folder: Path, scenario: str = SHORT) -> tuple[Path, Path]:
    """The scenario and the fleet as files in `folder`."""
    text, fleet = folder / "short.toml", folder / "fleet.csv"
    text.write_text(scenario, encoding="utf-8")
    fleet.write_bytes(shell())
    return text, fleet
