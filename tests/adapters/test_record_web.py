"""Addresses that are hostile or broken: reading them ends, in time and in memory, and says why."""

import contextlib
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hudhud.adapters.record_files import load_record, record_source, trust_of
from hudhud.adapters.record_web import Limits, WebReader
from hudhud.adapters.store.log_public import most_bytes
from hudhud.errors import FetchError, RecordError
from hudhud.record.checkpoint import Checkpoint
from hudhud.record.tiles import CHECKPOINT, MOST_ENTRIES, verified
from hudhud.record.trust import TRUST
from log_factory import LOG, policy, signed

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]
BLOCK = bytes(65_536)


@contextlib.contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """An address at which everything is answered in this way."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):  # the reader has hung up
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def head(to: http.server.BaseHTTPRequestHandler, status: int = 200, **headers: object) -> None:
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), str(value))
    to.end_headers()


def endless(to: http.server.BaseHTTPRequestHandler) -> None:
    head(to)
    while True:
        to.wfile.write(BLOCK)


def trickle(to: http.server.BaseHTTPRequestHandler) -> None:
    head(to)
    for _ in range(60):
        to.wfile.write(b"a")
        time.sleep(0.05)


def trickle_of_headers(to: http.server.BaseHTTPRequestHandler) -> None:
    for letter in b"HTTP/1.0 200 " + b"a" * 60:
        to.wfile.write(bytes([letter]))
        time.sleep(0.05)


def kilobyte(to: http.server.BaseHTTPRequestHandler) -> None:
    head(to, Content_Length=1024)
    to.wfile.write(BLOCK[:1024])


def test_each_kind_of_file_has_its_largest_size() -> None:
    sizes = [TRUST, CHECKPOINT, "tile/0/000", "tile/entries/000", "tile/entries/000.p/2", "timeline", "blob/aa/aa"]
    assert [most_bytes(one) for one in sizes] == [
        *[2**20] * 2,
        8192,
        256 * (2 + 65_535),
        2 * 65_537,
        *[256 * 2**20] * 2,
    ]


@pytest.mark.parametrize("path", [TRUST, CHECKPOINT, "tile/0/000", "tile/entries/000.p/2"])
def test_attack_a_file_without_end_is_not_read_beyond_its_kind(path: str) -> None:
    with answering(endless) as where, pytest.raises(FetchError, match=f"larger than {most_bytes(path):,} bytes"):
        WebReader(where)(path)


@pytest.mark.parametrize("answer", [trickle, trickle_of_headers])
def test_attack_a_trickle_is_given_up(answer: Answer) -> None:
    begun_s = time.monotonic()
    with answering(answer) as where:
        with pytest.raises(FetchError, match=r"has not come whole within 0\.3 s"):
            WebReader(where, Limits(file_s=0.3))(TRUST)
        assert time.monotonic() - begun_s < 2


def test_attack_all_files_together_have_a_time_and_a_size() -> None:
    with answering(kilobyte) as where:
        read = WebReader(where, Limits(whole_bytes=3000))
        assert len(read("tile/entries/000") or b"") == 1024
        assert len(read(CHECKPOINT) or b"") == len(read(CHECKPOINT) or b"") == 1024  # kept, and counted once
        with pytest.raises(FetchError, match="this record has more than 3,000 bytes"):
            read("timeline")
    with answering(trickle) as where, pytest.raises(FetchError, match=r"the whole record takes longer than 0\.2 s"):
        WebReader(where, Limits(whole_s=0.2))(TRUST)


def test_bundles_and_tiles_are_not_kept() -> None:
    asked: list[str] = []

    def counted(to: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(to.path)
        kilobyte(to)

    with answering(counted) as where:
        read = WebReader(where)
        for path in ("tile/entries/000", "tile/0/000", "timeline") * 2:
            read(path)
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("target", "told"), [("/{}", "round in a circle"), ("file:///etc/passwd", "to where nothing is fetched from")]
)
def test_a_redirect_that_leads_nowhere_is_told_as_such(target: str, told: str) -> None:
    def elsewhere(to: http.server.BaseHTTPRequestHandler) -> None:
        head(to, 302, Location=target.format(TRUST))
        if "passwd" not in target:
            for _ in range(4):
                to.wfile.write(BLOCK)

    with answering(elsewhere) as where, pytest.raises(FetchError, match=told):
        WebReader(where)(TRUST)


def test_attack_what_a_redirecting_answer_holds_is_not_read() -> None:
    def answer(to: http.server.BaseHTTPRequestHandler) -> None:
        if to.path == f"/{TRUST}":
            head(to, 302, Location="/there")
            while True:
                to.wfile.write(BLOCK)
        kilobyte(to)

    with answering(answer) as where:
        assert len(WebReader(where, Limits(file_s=5))(TRUST) or b"") == 1024


def test_a_file_that_breaks_off_and_an_answer_that_is_none_are_told() -> None:
    def broken(to: http.server.BaseHTTPRequestHandler) -> None:
        head(to, Content_Length=4096)
        to.wfile.write(BLOCK[:1000])

    with answering(broken) as where, pytest.raises(FetchError, match="broke off after 1,000 of 4,096 bytes"):
        WebReader(where)(TRUST)
    with (
        answering(lambda to: to.wfile.write(b"nonsense\r\n\r\n") and None) as where,
        pytest.raises(FetchError, match="cannot be fetched"),
    ):
        WebReader(where)(TRUST)


def test_a_file_that_is_not_there_is_none() -> None:
    with answering(lambda to: head(to, 404)) as where:
        assert WebReader(where)(TRUST) is None


def test_attack_a_log_of_a_million_millions_is_refused_before_an_entry_is_read() -> None:
    served = {CHECKPOINT: signed(Checkpoint(origin=LOG.name, size=10**12, root=bytes(32)))}
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return served.get(path)

    with pytest.raises(RecordError, match=f"1,000,000,000,000 entries is not read: at most {MOST_ENTRIES:,}"):
        verified(read, policy())
    assert asked == [CHECKPOINT]


def test_attack_a_root_of_trust_without_end_is_refused() -> None:
    with answering(endless) as where:
        with pytest.raises(RecordError, match="/dev/zero: is larger than 1,048,576 bytes"):
            trust_of(record_source(where), Path("/dev/zero"))
        with pytest.raises(FetchError, match="larger than"):
            load_record(where)
