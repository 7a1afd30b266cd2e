"""Outside judges: programs by other people accept our logs and find what was done to them.

With CI=true at least two must have run.  HUDHUD_JUDGED is the number of spoiled logs: 10,000 in CI, 2,000 elsewhere.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from hudhud.adapters.store.log import PUBLIC, create_log, public_paths, public_reader
from hudhud.record.proof import Proof
from hudhud.record.tiles import CHECKPOINT, tile_node
from hudhud.record.tree import consistency_proof, inclusion_proof, leaf_hash, root
from log_factory import LOG, Files, public_files, some_entries, spoiled_logs
from log_judges import HOW_TO_INSTALL, JUDGES, Aics, Go, Metamorphic

IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
JUDGED = int(os.environ.get("HUDHUD_JUDGED", "10000" if IN_CI else "2000"))
SIZES = (1, 2, 255, 256, 257, 1_000)


@pytest.fixture(scope="module", params=JUDGES, ids=lambda kind: kind.__name__)
def judge(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Go | Aics | Metamorphic]:
    if request.param.missing():
        pytest.skip(f"{request.param.__name__} is not installed: {HOW_TO_INSTALL}")
    found = request.param(tmp_path_factory.mktemp("judge"))
    yield found
    found.close()


def test_at_least_two_judges_are_there_in_ci() -> None:
    there = [kind.__name__ for kind in JUDGES if not kind.missing()]
    if len(there) < 2 and IN_CI:
        pytest.fail(f"only {there or 'none'} of {len(JUDGES)} outside verifiers can run: {HOW_TO_INSTALL}")
    if len(there) < 2:
        pytest.skip(f"only {there or 'none'} of {len(JUDGES)} outside verifiers are installed: {HOW_TO_INSTALL}")


def evidence(
    files: Files, entries: list[bytes]
) -> tuple[list[tuple[Proof, bytes]], list[tuple[int, bytes, tuple[bytes, ...]]]]:
    """Proofs of some entries, and of growth from some earlier sizes."""
    size, hashes = len(entries), [leaf_hash(entry) for entry in entries]
    node = tile_node(files.get, size)
    proofs = [
        (Proof(index=index, hashes=inclusion_proof(index, size, node), checkpoint=files[CHECKPOINT]), entries[index])
        for index in sorted({0, size // 3, size - 1})
    ]
    olds = sorted({1, size // 3, size // 2, size - 1} - {0, size})
    return proofs, [(old, root(hashes[:old]), consistency_proof(old, size, node)) for old in olds if old < size]


@pytest.mark.parametrize("size", SIZES)
def test_our_logs_are_accepted(judge: Go | Aics | Metamorphic, size: int) -> None:
    entries = some_entries(size, seed=size)
    files = public_files(entries)
    proofs, growth = evidence(files, entries)
    assert judge.fault(files, proofs, growth) is None


def test_proofs_of_something_else_are_refused(judge: Go | Aics | Metamorphic) -> None:
    entries = some_entries(257)
    files = public_files(entries)
    ((proof, _), *_), (growth, *_) = evidence(files, entries)
    assert judge.fault(files, [(proof, b"another entry")])
    assert judge.fault(files, [(Proof(index=1, hashes=proof.hashes, checkpoint=b""), entries[0])])
    assert judge.fault(files, growth=[(growth[0], bytes(32), growth[2])])
    assert judge.fault(files, growth=[(growth[0], growth[1], growth[2][:-1])])


def test_a_log_of_70_000_is_accepted(judge: Go | Aics | Metamorphic) -> None:
    if isinstance(judge, Metamorphic):
        pytest.skip("a proof for each of 70,000 entries takes minutes")
    entries = some_entries(70_000, most_bytes=20)
    assert judge.fault(public_files(entries)) is None


def test_the_log_on_a_disk_is_accepted(judge: Go | Aics | Metamorphic, tmp_path: Path) -> None:
    with create_log(tmp_path, LOG) as log:
        for count in (1, 254, 1, 3, 40):
            log.append(some_entries(count, seed=count))
    read = public_reader(tmp_path / PUBLIC)
    files = {path: read(path) or b"" for path in public_paths(tmp_path / PUBLIC)}
    assert judge.fault(files) is None or judge.sees_cosignatures


def test_attack_spoiled_logs_are_refused(judge: Go | Aics | Metamorphic) -> None:
    """Those that a judge can see: without the witnesses' keys, an operator who rewrites with the log's own key is unseen."""
    sound = [public_files(some_entries(300, 9162))]
    sound += [public_files(some_entries(size, 9162)) for size in (1, 2, 3, 7, 16, 33, 40)]
    same = [judge.seen(files) for files in sound]
    count, missed, judged = JUDGED // 10 if isinstance(judge, Metamorphic) else JUDGED, [], 0
    for number, (act, files) in enumerate(islice(spoiled_logs(count, seed=9162), count)):
        if act == "rewrite_history_with_the_log_key" and not judge.sees_cosignatures:
            continue
        if judge.seen(files) in same:
            continue
        judged += 1
        if judge.fault(files) is None:
            missed.append((number, act))
    assert not missed
    assert judged > count / 2
