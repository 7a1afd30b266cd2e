"""Results on disk: exact, sealed, whole or not at all, and readable by other people's tools."""

import dataclasses
import hashlib
import io
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import netcdf_file

from hudhud.adapters.labelled import COLUMNS, to_pandas, to_xarray
from hudhud.adapters.store import netcdf3
from hudhud.adapters.store.results import ARRAYS, SCENARIO, SUMMARY, read_result, refuse_foreign_folder, write_result
from hudhud.errors import MissingExtraError, ResultError
from hudhud.report.comparison import compare
from hudhud.report.result import Result
from hudhud.report.tables import summary
from result_factory import FIJI, UKRAINE, plausible, provenance, scattered, world

_HALF_OF_THE_NINTH_DECIMAL = 0.51e-9


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _assert_same(a: Result, b: Result) -> None:
    assert (a.name, a.provenance, a.terminal_classes) == (b.name, b.provenance, b.terminal_classes)
    assert (a.pops, a.satellites) == (b.pops, b.satellites)
    assert np.array_equal(a.start, b.start)
    assert np.array_equal(a.gateway_pops, b.gateway_pops)
    for one, two in ((a.terminals, b.terminals), (a.gateways, b.gateways)):
        assert one.names == two.names
        np.testing.assert_allclose(one.latitude_rad, two.latitude_rad, atol=1e-11)
        np.testing.assert_allclose(one.longitude_rad, two.longitude_rad, atol=1e-11)
        np.testing.assert_allclose(one.height_m, two.height_m, atol=1e-9)
    for column in COLUMNS:
        one, two = getattr(a, column.field), getattr(b, column.field)
        assert one.dtype == two.dtype, column.field
        if column.shown is None:
            assert np.array_equal(one, two), column.field
        else:
            apart = np.abs(column.shown(one) - column.shown(two))
            assert np.array_equal(np.isnan(one), np.isnan(two)), column.field
            assert np.all(np.nan_to_num(apart) <= _HALF_OF_THE_NINTH_DECIMAL), column.field


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1), st.integers(0, 12), st.integers(0, 4), st.sampled_from([0.0, 0.5, 1.0]))
def test_a_result_comes_back_and_keeps_its_bytes(
    tmp_path_factory: pytest.TempPathFactory, seed: int, slots: int, terminals: int, served: float
) -> None:
    folder = tmp_path_factory.mktemp("round")
    result = scattered(np.random.default_rng(seed), slots, terminals, served)
    back = read_result(write_result(result, folder / "a"))
    _assert_same(result, back)
    write_result(back, folder / "b")
    write_result(result, folder / "c")
    assert _bytes(folder / "a") == _bytes(folder / "b") == _bytes(folder / "c")


def test_tables_made_from_disk_are_those_made_in_memory(tmp_path: Path) -> None:
    result = plausible(UKRAINE, slots=60)
    back = read_result(write_result(result, tmp_path / "r"))
    assert summary(back) == summary(result)
    stored = json.loads((tmp_path / "r" / SUMMARY).read_text(encoding="utf-8"))
    assert {key: stored[key] for key in summary(result)} == summary(result)
    assert compare(back, result).differences == ()


def test_names_and_the_scenario_keep_every_letter(tmp_path: Path) -> None:
    text = '# هدهد\r\nname = "مخيم"\n'
    places = (("مخيم الزعتري", 32.3, 36.3), ("São Tomé", 0.3, 6.7), ("", 1.0, 1.0))
    result = dataclasses.replace(
        plausible(places, slots=3),
        name="$x$ «هدهد»",
        provenance=provenance(scenario_toml=text, quarantined=("line 3: x",)),
    )
    back = read_result(write_result(result, tmp_path / "نتيجة"))
    _assert_same(result, back)
    assert (tmp_path / "نتيجة" / SCENARIO).read_bytes() == text.encode("utf-8")
    assert tomllib.loads(back.provenance.scenario_toml)["name"] == "مخيم"


def test_without_gateways_points_of_presence_and_satellites_a_result_is_still_a_result(tmp_path: Path) -> None:
    empty = scattered(np.random.default_rng(1), 5, 2, served=0.0)
    nowhere = dataclasses.replace(
        empty,
        gateways=type(empty.gateways).at([], [], []),
        gateway_pops=np.zeros(0, dtype=np.int32),
        pops=(),
        satellites=(),
    )
    _assert_same(nowhere, read_result(write_result(nowhere, tmp_path / "r")))


def test_starts_keep_their_nanoseconds(tmp_path: Path) -> None:
    result = plausible(FIJI, slots=3)
    odd = dataclasses.replace(result, start=result.start + np.timedelta64(123_456_789, "ns"))
    assert np.array_equal(read_result(write_result(odd, tmp_path / "r")).start, odd.start)


def test_an_earlier_result_is_replaced_and_its_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    write_result(plausible(UKRAINE, slots=4), folder)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    write_result(plausible(FIJI, slots=4), folder)
    assert read_result(folder).terminals.names == tuple(place[0] for place in FIJI)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("x", encoding="utf-8")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = plausible(UKRAINE, slots=2)
    with pytest.raises(ResultError, match=r"no result of hudhud[\s\S]*chapter1\.tex"):
        write_result(result, tmp_path / "thesis")
    with pytest.raises(ResultError, match="is a file"):
        write_result(result, tmp_path / "file")
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter1.tex"]
    refuse_foreign_folder(tmp_path / "new")


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(netcdf3, "write", full)
    with pytest.raises(ResultError, match="No space left"):
        write_result(plausible(UKRAINE, slots=2), tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


def test_an_array_beyond_the_format_is_refused_with_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netcdf3, "LARGEST_BYTES", 100)
    with pytest.raises(ResultError, match=r"takes [\d,]+ bytes.*at most 100"):
        write_result(plausible(UKRAINE, slots=20), tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------------ bad folders


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="nothing there"):
        read_result(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ResultError) as caught:
        read_result(tmp_path / "empty")
    assert [fault.where for fault in caught.value.faults] == [ARRAYS, SCENARIO, SUMMARY]


def test_naming_the_file_instead_of_the_folder_is_explained(tmp_path: Path) -> None:
    write_result(plausible(UKRAINE, slots=2), tmp_path / "r")
    with pytest.raises(ResultError, match="give the folder"):
        read_result(tmp_path / "r" / ARRAYS)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([ARRAYS, SCENARIO, SUMMARY]), st.floats(0, 1, exclude_max=True), st.binary(max_size=40))
def test_cut_or_overwritten_files_are_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, share: float, tail: bytes
) -> None:
    folder = tmp_path_factory.mktemp("cut") / "r"
    write_result(plausible(FIJI, slots=2, fleet=60), folder)
    whole = (folder / name).read_bytes()
    cut = whole[: int(share * len(whole))] + tail
    (folder / name).write_bytes(cut)
    if cut == whole:
        return
    with pytest.raises(ResultError, match=name.replace(".", r"\.")):
        read_result(folder)


def _reseal(folder: Path, change: Callable[[dict[str, Any]], None] | None = None) -> None:
    """Make the digests fit again, as a forger would."""
    told = json.loads((folder / SUMMARY).read_bytes())
    for name in (ARRAYS, SCENARIO):
        told["files"][name]["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    if change:
        change(told)
    (folder / SUMMARY).write_text(json.dumps(told), encoding="utf-8")


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8), st.booleans())
def test_forged_arrays_are_refused_or_read_but_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, share: float, written: bytes, in_head: bool
) -> None:
    folder = tmp_path_factory.mktemp("forged") / "r"
    write_result(plausible(FIJI, slots=2, fleet=60), folder)
    raw = bytearray((folder / ARRAYS).read_bytes())
    at = int(share * (4000 if in_head else len(raw) - 8))
    raw[at : at + len(written)] = written
    (folder / ARRAYS).write_bytes(raw)
    _reseal(folder)
    try:
        summary(read_result(folder))
    except ResultError as error:
        assert ARRAYS in str(error)


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("outcome", 99, "outcome"),
        ("satellite", 10**6, "serving_satellite"),
        ("gateway", 400, "serving_gateway"),
        ("pop", -2, "serving_pop"),
        ("rtt_s", np.nan, "rtt_ms"),
        ("range_m", np.inf, "range_km"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(tmp_path: Path, field: str, value: float, where: str) -> None:
    result = scattered(np.random.default_rng(2), 4, 2, served=1.0)
    changed = getattr(result, field).copy()
    changed[1, 1] = value
    folder = write_result(dataclasses.replace(result, **{field: changed}), tmp_path / "r")
    with pytest.raises(ResultError, match=where):
        read_result(folder)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda told: told.update(format="other"), "hudhud-result"),
        (lambda told: told.update(format_version=4), "format_version is 4"),
        (lambda told: told.pop("provenance"), "provenance"),
        (lambda told: told.update(files=[]), "files"),
        (lambda told: told["files"].update({ARRAYS: 3}), "changed or cut short"),
        (lambda told: told["provenance"].pop("seed"), "seed"),
        (lambda told: told["provenance"].update(status_counts=3), "provenance"),
    ],
)
def test_a_wrong_summary_is_explained(tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str) -> None:
    folder = write_result(plausible(UKRAINE, slots=2), tmp_path / "r")
    _reseal(folder, change)
    with pytest.raises(ResultError, match=words):
        read_result(folder)


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"[" * 100_000, b"\xff\xfe", b'{"format": '])
def test_garbage_for_a_summary_is_refused(tmp_path: Path, text: bytes) -> None:
    folder = write_result(plausible(UKRAINE, slots=2), tmp_path / "r")
    (folder / SUMMARY).write_bytes(text)
    with pytest.raises(ResultError, match=r"summary\.json"):
        read_result(folder)


# -------------------------------------------------------------------------------------------------- other tools


def test_xarray_opens_the_file_as_it_shows_the_result(tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    result = plausible(UKRAINE, slots=20)
    folder = write_result(result, tmp_path / "r")
    with xarray.open_dataset(folder / ARRAYS, engine="scipy") as dataset:
        dataset.load()
    shown = to_xarray(result)
    xarray.testing.assert_equal(dataset, shown)
    for name in shown.variables:
        assert dict(dataset[name].attrs).keys() == dict(shown[name].attrs).keys(), name
    assert dataset.sizes == {"slot": 20, "terminal": 6, "gateway": 28, "pop": 5, "satellite": 3000}
    assert dataset.rtt_ms.attrs["units"] == "ms"
    assert str(dataset.start.values[0]) == "2026-05-30T18:00:12.000000000"
    kyiv = dataset.sel(terminal="Київ")
    assert float(kyiv.terminal_latitude_deg) == 50.45
    assert float(kyiv.rtt_ms.median()) == pytest.approx(summary(result)["terminals"][0]["rtt_median_ms"], abs=5e-4)


def test_pandas_shows_one_line_per_slot_and_terminal(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    result = plausible(UKRAINE, slots=20, outage=0.2)
    table = to_pandas(result)
    assert len(table) == 120
    assert (table["outcome"] == "served").mean() == pytest.approx(
        summary(result)["all_terminals"]["availability"], abs=1e-6
    )
    line = table.iloc[7]
    assert line["terminal"] == "Львів"
    assert line["start"] == result.start[1]
    assert table.loc[table["outcome"] != "served", ["satellite", "gateway", "pop", "rtt_ms"]].isna().all(axis=None)
    assert table.loc[table["outcome"] == "served", ["satellite", "gateway", "pop", "rtt_ms"]].notna().all(axis=None)


@pytest.mark.parametrize(("module", "show"), [("xarray", to_xarray), ("pandas", to_pandas)])
def test_a_missing_extra_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch, module: str, show: Callable[[Result], Any]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'hudhud\[results\]'"):
        show(plausible(UKRAINE, slots=1))


def test_our_file_is_scipys_file(tmp_path: Path) -> None:
    """The same variables written by scipy and by us give readers the same names, shapes, attributes and numbers."""
    rng = np.random.default_rng(3)
    variables = {
        "byte": ("i1", rng.integers(-100, 100, (5, 3)).astype("i1")),
        "whole": ("i4", rng.integers(-(2**31), 2**31 - 1, (5, 3)).astype("i4")),
        "real": ("f8", rng.normal(size=(5, 3))),
        "text": ("S1", np.frombuffer(b"abcdefghijklmno", dtype="S1").reshape(5, 3)),
    }
    ours = io.BytesIO()
    netcdf3.write(
        ours,
        {"row": 5, "column": 3},
        {"title": "a title", "count": np.int32(7)},
        [
            netcdf3.Variable(
                name=name, kind=kind, dimensions=("row", "column"), attributes={"units": "km", "fill": np.float64(np.nan)},
                blocks=lambda values=values: [values[:2], values[2:]],
            )
            for name, (kind, values) in variables.items()
        ],
    )  # fmt: skip
    with netcdf_file(io.BytesIO(ours.getvalue()), "r", mmap=False) as file:
        assert file.version_byte == 2
        assert (file.title, file.count, file.dimensions) == (b"a title", 7, {"row": 5, "column": 3})
        for name, (_, values) in variables.items():
            assert np.array_equal(file.variables[name].data, values)
            assert file.variables[name].units == b"km"
            assert np.isnan(file.variables[name].fill)


def test_blocks_that_do_not_fill_a_variable_are_refused() -> None:
    short = netcdf3.Variable(name="x", kind="f8", dimensions=("n",), attributes={}, blocks=lambda: [np.zeros(3)])
    with pytest.raises(ValueError, match="24 bytes, its dimensions need 32"):
        netcdf3.write(io.BytesIO(), {"n": 4}, {}, [short])
    with pytest.raises(ValueError, match="dimension n is empty"):
        netcdf3.write(io.BytesIO(), {"n": 0}, {}, [])


def test_many_terminals_fit_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hudhud.adapters.store import results

    monkeypatch.setattr(results, "_BLOCK", 50)
    result = world(count=40, slots=5)
    _assert_same(result, read_result(write_result(result, tmp_path / "r")))
