"""Reading public files while somebody writes them: what is read fits together."""

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hudhud.adapters.record_files import load_record, record_source
from hudhud.record.reading import read_record
from hudhud.record.tiles import CHECKPOINT
from hudhud.record.timeline import TIMELINE
from hudhud.record.trust import TRUST, trust_bytes
from record.audit_factory import START_S, WORLD, Watched


def write(sitting: Watched, folder: Path) -> None:
    """Public files as a log writes them: earlier partial tiles stay, the timeline comes, then the checkpoint."""
    files = {**sitting.log.files, TRUST: trust_bytes(WORLD.trust)}
    for path in sorted(files, key=lambda one: (one == CHECKPOINT, one == TIMELINE)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(files[path])


@pytest.fixture
def sitting(tmp_path: Path) -> Watched:
    made = Watched(WORLD, START_S)
    made.ask()
    write(made, tmp_path)
    return made


@pytest.fixture(params=["folder", "web"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "folder":
        yield str(tmp_path)
        return

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object, **named: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path), **named)  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("after", [CHECKPOINT, TIMELINE])
def test_a_record_that_grows_while_it_is_read_is_read_as_it_was_or_is(
    sitting: Watched, where: str, after: str, tmp_path: Path
) -> None:
    source = record_source(where)
    asked: list[str] = []

    def growing(path: str, read: Callable[[str], bytes | None] = source.read) -> bytes | None:
        found = read(path)
        asked.append(path)
        if path == after and asked.count(path) == 1:
            sitting.ask()
            write(sitting, tmp_path)
        return found

    first = sitting.log.size
    record = read_record(growing, WORLD.trust)
    assert len(record.entries) == first and record.unserved is None
    assert len(load_record(where).entries) == first + 1


def test_the_checkpoint_is_read_before_the_timeline(sitting: Watched, where: str, tmp_path: Path) -> None:
    read = record_source(where).read
    old = (tmp_path / CHECKPOINT).read_bytes()
    timeline = read(TIMELINE)
    sitting.ask()
    write(sitting, tmp_path)
    assert read(CHECKPOINT) == old and timeline is not None and timeline.endswith(old)


def test_one_step_between_the_two_writes_is_no_fault(sitting: Watched, where: str, tmp_path: Path) -> None:
    old = (tmp_path / CHECKPOINT).read_bytes()
    sitting.ask()
    write(sitting, tmp_path)
    (tmp_path / CHECKPOINT).write_bytes(old)
    record = load_record(where)
    assert record.unserved is not None and record.unserved.size == len(record.entries) + 1
