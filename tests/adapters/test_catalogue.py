"""Element files on disk, and downloads from a server on this machine."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from elements_factory import as_csv, as_tle, omm_records
from hudhud.adapters.store import catalogue
from hudhud.adapters.store.catalogue import FetchedState, fetch, http_opener, read_elements
from hudhud.errors import ElementsError, FetchError, InputError

NOON = np.datetime64("2026-05-30T12:00:00", "ns")
GOOD = as_csv(omm_records(40))
OTHER = as_csv(omm_records(60))


def hours(count: float) -> np.timedelta64:
    return np.timedelta64(int(count * 3600), "s")


# -- files ---------------------------------------------------------------------------------------------------------


def test_plain_and_packed_files_are_read_alike_whatever_their_name(tmp_path: Path) -> None:
    for name, content in (
        ("a.csv", GOOD),
        ("b.csv", gzip.compress(GOOD)),
        ("c", gzip.compress(GOOD[:99]) + gzip.compress(GOOD[99:])),
    ):
        (tmp_path / name).write_bytes(content)
        assert len(read_elements(tmp_path / name).elements) == 40


def test_a_file_that_is_not_there_or_a_folder_is_an_error_with_its_path(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.csv", tmp_path):
        with pytest.raises(ElementsError, match=str(path)):
            read_elements(path)


def test_garbage_in_a_file_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"hello world")
    with pytest.raises(ElementsError, match=r"a\.csv: not an element file.*expected OMM"):
        read_elements(tmp_path / "a.csv")


@pytest.mark.parametrize("cut", [20, -30, -4])
def test_a_packed_file_that_breaks_off_is_an_error_because_half_a_fleet_would_be_a_wrong_answer(
    tmp_path: Path, cut: int
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(OTHER)[:cut])
    with pytest.raises(ElementsError, match="breaks off"):
        read_elements(tmp_path / "a.csv.gz")


def test_a_packed_file_that_is_damaged_is_an_error(tmp_path: Path) -> None:
    damaged = bytearray(gzip.compress(OTHER))
    damaged[len(damaged) // 2] ^= 0xFF
    damaged[len(damaged) // 2 + 1] ^= 0xFF
    (tmp_path / "a.csv.gz").write_bytes(bytes(damaged))
    with pytest.raises(ElementsError, match=r"damaged|breaks off"):
        read_elements(tmp_path / "a.csv.gz")


def test_a_file_beyond_the_limit_is_refused_before_it_fills_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "LARGEST_BYTES", 4 * 2**20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(50 * 2**20)))
    assert (tmp_path / "bomb.gz").stat().st_size < 100_000
    with pytest.raises(ElementsError, match="more than 4 MiB when unpacked"):
        read_elements(tmp_path / "bomb.gz")
    (tmp_path / "long.txt").write_bytes(bytes(5 * 2**20))
    with pytest.raises(ElementsError, match="more than 4 MiB, more"):
        read_elements(tmp_path / "long.txt")


def test_the_packaged_fleet_and_designs_can_be_had() -> None:
    assert len(catalogue.embedded(NOON)) == 9_599
    assert len(catalogue.designs()) >= 13


# -- a server on this machine --------------------------------------------------------------------------------------


@dataclass
class Server:
    """What the server answers, and what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = GOOD
    etag: str = '"v1"'
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    asked: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append({name.lower(): value for name, value in self.headers.items()})
            unchanged = told.status == 200 and self.headers.get("If-None-Match") == told.etag
            status = 304 if unchanged else told.status
            self.send_response(status)
            self.send_header("ETag", told.etag)
            self.send_header("Last-Modified", "Sat, 30 May 2026 10:00:00 GMT")
            for name, value in told.headers.items():
                self.send_header(name, value)
            body = b"" if unchanged else told.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: told.cut])

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    told.url = f"http://127.0.0.1:{listening.server_port}/gp.php?GROUP=starlink&FORMAT=csv"
    try:
        yield told
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def get(server: Server, folder: Path, at: np.datetime64 = NOON) -> catalogue.Fetched:
    return fetch(server.url, folder, clock=lambda: at, opener=http_opener())


def test_a_download_is_kept_and_named_after_its_group(server: Server, tmp_path: Path) -> None:
    fetched = get(server, tmp_path / "new" / "folder")
    assert fetched.state is FetchedState.DOWNLOADED
    assert (fetched.satellites, fetched.quarantined) == (40, 0)
    assert fetched.path.name.startswith("starlink-")
    assert fetched.path.read_bytes() == GOOD
    assert server.asked[0]["user-agent"].startswith("Hudhud/")
    assert fetched.next_at == NOON + hours(2)
    assert sorted(p.suffix for p in fetched.path.parent.iterdir()) == [".json", ".omm"]


def test_within_two_hours_the_server_is_not_asked_again(server: Server, tmp_path: Path) -> None:
    first = get(server, tmp_path)
    again = get(server, tmp_path, NOON + hours(1.99))
    assert again.state is FetchedState.RECENT
    assert (again.path, again.satellites, again.next_at) == (first.path, 40, NOON + hours(2))
    assert len(server.asked) == 1


def test_after_two_hours_it_is_asked_whether_anything_changed(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path)
    unchanged = get(server, tmp_path, NOON + hours(2))
    assert unchanged.state is FetchedState.UNCHANGED
    assert server.asked[1]["if-none-match"] == '"v1"'
    assert server.asked[1]["if-modified-since"] == "Sat, 30 May 2026 10:00:00 GMT"
    assert get(server, tmp_path, NOON + hours(3)).state is FetchedState.RECENT
    server.etag, server.body = '"v2"', OTHER
    changed = get(server, tmp_path, NOON + hours(5))
    assert (changed.state, changed.satellites) == (FetchedState.DOWNLOADED, 60)
    assert changed.path.read_bytes() == OTHER


def test_a_copy_that_was_deleted_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path).path.unlink()
    assert get(server, tmp_path).state is FetchedState.DOWNLOADED
    assert "if-none-match" not in server.asked[1]


def test_a_clock_that_was_set_back_does_not_lock_the_cache(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path, NOON + hours(24 * 365))
    assert get(server, tmp_path).state is FetchedState.UNCHANGED


@pytest.mark.parametrize(("status", "words"), [(500, "in trouble"), (503, "in trouble"), (418, "418")])
def test_a_server_in_trouble_is_told_and_the_good_copy_stays(
    server: Server, tmp_path: Path, status: int, words: str
) -> None:
    path = get(server, tmp_path).path
    server.status, server.body = status, b"oops"
    with pytest.raises(FetchError, match=words) as caught:
        get(server, tmp_path, NOON + hours(3))
    assert str(path) in str(caught.value)
    assert path.read_bytes() == GOOD
    server.status, server.body = 200, GOOD
    assert get(server, tmp_path, NOON + hours(3.1)).state is FetchedState.UNCHANGED


@pytest.mark.parametrize("status", [403, 404, 429])
def test_after_a_refusal_two_hours_pass_before_the_next_question(server: Server, tmp_path: Path, status: int) -> None:
    server.status = status
    with pytest.raises(FetchError, match=f"answered {status}.*--elements FILE"):
        get(server, tmp_path)
    server.status = 200
    with pytest.raises(FetchError, match="not asked again for another 30 minutes"):
        get(server, tmp_path, NOON + hours(1.5))
    assert len(server.asked) == 1
    assert get(server, tmp_path, NOON + hours(2)).state is FetchedState.DOWNLOADED
    assert get(server, tmp_path, NOON + hours(2.5)).state is FetchedState.RECENT


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>maintenance</html>", b"No GP data found", GOOD[:120], b"\x00" * 1000, gzip.compress(GOOD)[:200],
     GOOD + b"bad,row\n" * 10],
)  # fmt: skip
def test_a_body_that_is_no_catalogue_does_not_replace_a_good_copy(server: Server, tmp_path: Path, body: bytes) -> None:
    path = get(server, tmp_path).path
    server.etag, server.body = '"v2"', body
    with pytest.raises(FetchError):
        get(server, tmp_path, NOON + hours(3))
    assert path.read_bytes() == GOOD
    assert len(list(tmp_path.iterdir())) == 2


def test_a_body_that_breaks_off_does_not_replace_a_good_copy(server: Server, tmp_path: Path) -> None:
    path = get(server, tmp_path).path
    server.etag, server.body, server.cut = '"v2"', OTHER, 3_000
    with pytest.raises(FetchError, match="broke off after 3,000"):
        get(server, tmp_path, NOON + hours(3))
    assert path.read_bytes() == GOOD


def test_a_packed_body_is_unpacked(server: Server, tmp_path: Path) -> None:
    server.body, server.headers = gzip.compress(GOOD), {"Content-Encoding": "gzip"}
    assert get(server, tmp_path).path.read_bytes() == GOOD


def test_a_body_beyond_the_limit_is_refused(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_LARGEST_DOWNLOAD", 1_000)
    with pytest.raises(FetchError, match="sends more than"):
        get(server, tmp_path)


def test_a_server_that_sends_for_ever_is_left(server: Server, tmp_path: Path) -> None:
    ticks = iter(range(0, 10_000, 400))
    with pytest.raises(FetchError, match="still sending"):
        fetch(server.url, tmp_path, clock=lambda: NOON + np.timedelta64(next(ticks), "s"), opener=http_opener())


def test_a_server_that_does_not_answer_is_told_as_such(tmp_path: Path) -> None:
    def silent(*_: object) -> catalogue.Response:
        raise TimeoutError("timed out")

    with pytest.raises(FetchError, match="no answer within 30 s"):
        fetch("http://127.0.0.1/x", tmp_path, clock=lambda: NOON, opener=silent)


def test_offline_is_told_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match=r"cannot be reached.*embedded fleet"):
        fetch("http://127.0.0.1:1/x", tmp_path, clock=lambda: NOON, opener=http_opener())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://127.0.0.1/x"])
def test_a_redirect_away_from_http_is_not_followed(server: Server, tmp_path: Path, target: str) -> None:
    server.status, server.headers = 302, {"Location": target}
    with pytest.raises(FetchError):
        get(server, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname",
        "ftp://example.org/x",
        "starlink",
        "http://",
        "",
        "http://[bad/",
        "http://127.0.0.1/é",
        "http://127.0.0.1/\n",
    ],
)
def test_only_http_and_https_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="http"):
        fetch(url, tmp_path, clock=lambda: NOON, opener=http_opener())


@pytest.mark.parametrize("garbage", [b"", b"{", b"[]", b'{"asked_at": 5}', b'{"asked_at": "then"}', b"\xff\xfe"])
def test_a_damaged_memory_of_the_cache_is_asked_over(server: Server, tmp_path: Path, garbage: bytes) -> None:
    path = get(server, tmp_path).path
    path.with_suffix(".json").write_bytes(garbage)
    assert get(server, tmp_path).state in (FetchedState.DOWNLOADED, FetchedState.UNCHANGED)
    assert json.loads(path.with_suffix(".json").read_text())["satellites"] == 40


def test_a_folder_that_cannot_be_written_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FetchError, match="cannot be written"):
        get(server, tmp_path / "taken")


def test_different_addresses_have_different_places(server: Server, tmp_path: Path) -> None:
    one = get(server, tmp_path).path
    server.url, server.body = server.url.replace("csv", "tle"), as_tle(omm_records(40))
    assert get(server, tmp_path).path != one


def test_the_cache_follows_the_environment() -> None:
    home = Path("/home/someone")
    assert catalogue.cache_folder({}, home) == home / ".cache/hudhud/elements"
    assert catalogue.cache_folder({"XDG_CACHE_HOME": "relative"}, home) == home / ".cache/hudhud/elements"
    assert catalogue.cache_folder({"XDG_CACHE_HOME": "/var/cache/me"}, home) == Path("/var/cache/me/hudhud/elements")


def test_a_group_becomes_an_address_and_nothing_else_does() -> None:
    assert "GROUP=oneweb&FORMAT=csv" in catalogue.source_url("OneWeb")
    for group in ("", "a b", "x&FORMAT=tle", "../etc"):
        with pytest.raises(InputError, match="no group"):
            catalogue.source_url(group)
