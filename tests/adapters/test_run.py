"""The Python face: load, run, permits, rules and costs of one's own, and what is refused."""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hudhud
from hudhud.adapters.run import EMBEDDED, prepare
from hudhud.errors import ElementsError, InputError, ScenarioError, StaleElementsError
from hudhud.network.latency import EdgeKind, Edges
from hudhud.network.schedule import Candidates
from hudhud.orbits.positions import Engine
from small_runs import SHORT, shell, written


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return written(tmp_path_factory.mktemp("run"))


def load(files: tuple[Path, Path], **options: Any) -> Any:
    return hudhud.load(files[0], files[1], **options)


def test_a_run_knows_where_everything_came_from(files: tuple[Path, Path]) -> None:
    told = load(files).provenance
    assert told.scenario_toml == SHORT and told.seed == 1 and told.synthetic is False
    assert told.elements_source == "fleet.csv"
    assert told.elements_sha256 == hashlib.sha256(shell()).hexdigest()
    assert dict(told.status_counts)["operational"] == 720 and told.quarantined == ()
    assert told.engine in ("astroz", "sgp4")
    synthetic = hudhud.load(files[0], slots=1).provenance
    assert synthetic.synthetic is True and synthetic.elements_source == EMBEDDED and synthetic.elements_sha256 == ""


def test_files_may_be_named_by_text_or_path(files: tuple[Path, Path]) -> None:
    again = hudhud.load(str(files[0]), str(files[1]))
    assert again.provenance == load(files).provenance


def test_a_scenario_and_elements_may_come_through_pipes(files: tuple[Path, Path], tmp_path: Path) -> None:
    import os
    import threading

    pipes = tmp_path / "scenario", tmp_path / "elements"
    for pipe, file in zip(pipes, files, strict=True):
        os.mkfifo(pipe)
        threading.Thread(target=pipe.write_bytes, args=(file.read_bytes(),)).start()
    assert stat.S_ISFIFO(pipes[0].stat().st_mode)
    piped = hudhud.load(*pipes)
    assert piped.provenance.elements_sha256 == hashlib.sha256(shell()).hexdigest()
    assert len(piped.world.terminals) == 2


def test_a_byte_order_mark_before_a_scenario_is_none_of_its_text(files: tuple[Path, Path], tmp_path: Path) -> None:
    marked = tmp_path / "marked.toml"
    marked.write_text(SHORT, encoding="utf-8-sig", newline="\r\n")
    assert hudhud.load(marked, files[1]).world.terminals.names == ("Kyiv", "Одеса")


def test_start_slots_seed_and_engine_stand_in_for_the_scenario_s(files: tuple[Path, Path]) -> None:
    at = "2026-05-30T19:00:00Z"
    for start, slots, seed in ((at, 3, 7), (np.datetime64("2026-05-30T19:00:00"), np.int64(3), np.uint8(7))):
        loaded = load(files, start=start, slots=slots, seed=seed, engine="sgp4")
        scenario = loaded.world.scenario
        assert (str(scenario.start)[:19], scenario.slots, scenario.seed) == ("2026-05-30T18:59:57", 3, 7)
        assert loaded.provenance.engine == "sgp4" and loaded.provenance.seed == 7
    assert load(files, engine=Engine.SGP4).provenance.engine == "sgp4"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"slots": "2"}, "slots: must be a whole number; found '2'"),
        ({"slots": 2.0}, "slots: must be a whole number"),
        ({"slots": True}, "slots: must be a whole number; found true"),
        ({"slots": 0, "seed": -1, "start": "x"}, r"(?s)3 faults.*start.*slots.*seed"),
        ({"slots": 10**5000}, "slots: must be at most 345600; found a number of thousands of digits"),
        ({"start": np.datetime64("NaT")}, "is not an instant"),
        ({"start": np.datetime64("2610-01-01")}, "between 1957 and 2199"),
        ({"start": 3}, "3 is not an instant"),
        ({"engine": "warp"}, "no SGP4 engine 'warp': give 'astroz' or 'sgp4'"),
    ],
)
def test_what_cannot_stand_in_is_refused(files: tuple[Path, Path], options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        load(files, **options)


@pytest.mark.parametrize("name", ["", "missing.toml", "nul\0byte", "."])
def test_a_file_that_is_none_is_refused_whatever_it_is_for(files: tuple[Path, Path], name: str) -> None:
    with pytest.raises(ScenarioError, match=r"give the path of a file with a scenario \(TOML\)"):
        hudhud.load(name)
    with pytest.raises(ElementsError, match="give a file of elements"):
        hudhud.load(files[0], name)
    with pytest.raises(ElementsError, match="give a file of elements"):
        hudhud.read_elements(name)


def test_elements_of_another_day_are_refused(files: tuple[Path, Path]) -> None:
    with pytest.raises(StaleElementsError):
        load(files, start="2026-07-01T00:00:00Z")


def test_obstructions_are_looked_for_beside_the_scenario(files: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "houses.csv").write_text("0,20\n180,40\n", encoding="utf-8")
    (tmp_path / "s.toml").write_text(SHORT + 'obstructions = "houses.csv"\n', encoding="utf-8")
    scenario = hudhud.load(tmp_path / "s.toml", files[1]).world.scenario
    assert [terminal.horizon is None for terminal in scenario.terminals] == [True, False]
    with pytest.raises(ScenarioError, match=r"terminal\[1\]\.obstructions: .*houses\.csv.*No such file"):
        prepare(SHORT + 'obstructions = "houses.csv"\n', files[1], folder=tmp_path / "elsewhere")


# --------------------------------------------------------------------------------------------------------------- run


def test_a_run_repeats_to_the_byte_and_leaves_its_input_as_it_was(files: tuple[Path, Path]) -> None:
    loaded = load(files)
    first, second = hudhud.run(loaded), hudhud.run(loaded)
    for field in ("outcome", "satellite", "rtt_s", "route"):
        assert getattr(first, field).tobytes() == getattr(second, field).tobytes()


def test_a_refused_terminal_is_not_served_and_its_reach_is_still_told(files: tuple[Path, Path]) -> None:
    result = hudhud.run(load(files), permits=np.array([True, False]))
    free = hudhud.run(load(files))
    assert (result.outcome[:, 1] == hudhud.Outcome.NOT_PERMITTED).all()
    assert (result.satellite[:, 1] == -1).all() and np.isnan(result.rtt_s[:, 1]).all()
    assert np.array_equal(result.in_reach, free.in_reach)


@pytest.mark.parametrize(
    "permits", [[1, 1], [0.5, 1.0], [np.nan, 1.0], [True], [True] * 3, [[True, True]] * 2, True, "yes", []]
)
def test_permits_of_another_kind_or_number_are_refused(files: tuple[Path, Path], permits: Any) -> None:
    with pytest.raises(InputError, match="permits"):
        hudhud.run(load(files), permits=permits)


def test_progress_sees_every_slot_and_an_error_of_its_own_comes_through(files: tuple[Path, Path]) -> None:
    seen = []

    def watched(slots: Iterable[Any]) -> Iterator[Any]:
        for slot in slots:
            seen.append(slot.start)
            yield slot

    result = hudhud.run(load(files), progress=watched)
    assert seen == list(result.start)

    def broken(slots: Iterable[Any]) -> Iterator[Any]:
        next(iter(slots))
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        hudhud.run(load(files), progress=broken)


def test_a_rule_of_one_s_own_decides(files: tuple[Path, Path]) -> None:
    asked = []

    def nearest(candidates: Candidates, rng: np.random.Generator) -> np.ndarray:
        asked.append(len(candidates.range_m))
        return -candidates.range_m

    def farthest(candidates: Candidates, rng: np.random.Generator) -> np.ndarray:
        return candidates.range_m

    near, far = hudhud.run(load(files, choice=nearest)), hudhud.run(load(files, choice=farthest))
    both = (near.satellite >= 0) & (far.satellite >= 0)
    assert len(asked) == 2 and both.any()
    assert (near.range_m[both] < far.range_m[both]).all()


def test_a_cost_of_one_s_own_routes(files: tuple[Path, Path]) -> None:
    def grounded(edges: Edges) -> np.ndarray:
        return edges.length_m * (1e6 if edges.kind is EdgeKind.LASER else 1.0)

    assert hudhud.run(load(files, cost=grounded)).laser_hops.max() <= hudhud.run(load(files)).laser_hops.max()


@pytest.mark.parametrize("values", ["nan", "short", "two axes"])
def test_a_rule_that_gives_no_number_for_every_candidate_is_refused(files: tuple[Path, Path], values: str) -> None:
    def odd(candidates: Candidates, rng: np.random.Generator) -> np.ndarray:
        count = len(candidates.range_m)
        return {"nan": np.full(count, np.nan), "short": np.zeros(1), "two axes": np.zeros((count, 1))}[values]

    with pytest.raises(InputError, match=r"one number for each|every candidate must have a number"):
        hudhud.run(load(files, choice=odd))


@pytest.mark.parametrize("values", ["nan", "negative", "zero", "short"])
def test_a_cost_that_is_none_is_refused(files: tuple[Path, Path], values: str) -> None:
    def odd(edges: Edges) -> np.ndarray:
        length = edges.length_m
        return {"nan": length * np.nan, "negative": -length, "zero": length * 0, "short": np.ones(1)}[values]

    with pytest.raises(ValueError, match="cost"):
        hudhud.run(load(files, cost=odd))


def test_an_error_in_one_s_own_function_comes_through_and_no_thread_stays(files: tuple[Path, Path]) -> None:
    import threading

    before = threading.active_count()

    def broken(*_: object) -> np.ndarray:
        raise LookupError("mine")

    for name in ("choice", "cost"):
        with pytest.raises(LookupError, match="mine"):
            hudhud.run(load(files, **{name: broken}))
    assert threading.active_count() == before


def test_results_go_to_folders_named_by_text_or_path(files: tuple[Path, Path], tmp_path: Path) -> None:
    result = hudhud.run(load(files))
    folder = hudhud.write_result(result, str(tmp_path / "r"))
    assert folder == tmp_path / "r"
    assert hudhud.read_result(str(folder)).name == hudhud.read_result(folder).name == "short"
    for name in ("nul\0byte", ""):
        with pytest.raises(hudhud.HudhudError):
            hudhud.read_result(name)
    with pytest.raises(hudhud.HudhudError, match="null byte"):
        hudhud.write_result(result, "nul\0byte")


def test_kernels_run_where_machine_code_cannot_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    from hudhud.kernel import compiled

    real, asked = numba.njit, []

    def nowhere(**options: Any) -> Any:
        asked.append(options.get("cache", False))
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return real(**options)

    monkeypatch.setattr(numba, "njit", nowhere)

    @compiled
    def twice(x: float) -> float:
        return 2 * x

    assert asked == [True, False] and twice(2.0) == 4.0
