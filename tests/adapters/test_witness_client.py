"""How a log asks its witnesses: all at once, none for longer than its time, and loud where one says that it has lied."""

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from adapters.test_log_timeline import published
from adapters.witness_house import deaf, house, listening, made, nobody
from hudhud.adapters.store.log import PUBLIC, Log, create_log, open_log
from hudhud.adapters.witness.client import Refusal, Reply, Views, Witness, ask, collect, newest_seen, views
from hudhud.errors import InputError, RecordError
from hudhud.record.checkpoint import opened
from hudhud.record.note import cosignature, read_note
from hudhud.record.policy import read_policy
from hudhud.record.tree import consistency_proof, nodes
from log_factory import AT_S, LOG, WITNESSES, policy, some_entries
from log_judges import HOW_TO_INSTALL, Aics
from record.test_witness import HONEST, note

RULES = policy(3, 4)


@contextlib.contextmanager
def saying(status: int, body: bytes, kind: str = "text/plain") -> Iterator[str]:
    """Somebody who answers every request in these words."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def proof(old: int, new: int) -> tuple[bytes, ...]:
    return consistency_proof(old, new, nodes(HONEST))


def refusals(replies: tuple[Reply, ...]) -> list[Refusal | None]:
    return [one.refusal for one in replies]


def test_a_log_and_four_witnesses(tmp_path: Path) -> None:
    with house(tmp_path) as witnesses, create_log(tmp_path / "log", LOG, RULES) as log:
        for number, entries in enumerate((some_entries(3), [b"one"], some_entries(300)), start=1):
            log.append(entries)
            report = collect(log, witnesses)
            assert report.published and report.size == log.size and refusals(report.replies) == [None] * 4
            assert len(log.timeline) == number and not report.loud
        assert log.served is not None and len(log.served.cosignatures) == 4
        assert collect(log, witnesses).published and len(log.timeline) == 3  # again: nothing changes
        assert {opened(newest_seen(one, LOG.name) or b"", [LOG.key]).checkpoint.size for one in witnesses} == {log.size}
    assert len(published(tmp_path / "log")) == 3


def test_a_dead_and_a_slow_witness_hold_up_nobody_for_longer_than_their_time(tmp_path: Path) -> None:
    with house(tmp_path, 3) as witnesses, deaf() as url, create_log(tmp_path / "log", LOG, RULES) as log:
        fourth = Witness(url=url, key=WITNESSES[3].key)
        began_s = time.monotonic()
        report = collect(log, [fourth, *witnesses], timeout_s=20, grace_s=0.2)
        assert report.published and time.monotonic() - began_s < 5
        assert refusals(report.replies) == [Refusal.TOO_SLOW, None, None, None]
        log.append([b"one"])
        dead = Witness(url=nobody(), key=WITNESSES[2].key)
        began_s = time.monotonic()
        report = collect(log, [*witnesses[:2], dead, fourth], timeout_s=0.5)
        assert not report.published and time.monotonic() - began_s < 3
        assert refusals(report.replies) == [None, None, Refusal.UNREACHABLE, Refusal.TOO_SLOW]
        assert log.served is not None and log.served.checkpoint.size == 0
        assert collect(log, witnesses).published  # the third has come back: those two signatures are kept


def test_a_witness_that_was_away_is_asked_again_from_where_it_stands(tmp_path: Path) -> None:
    with house(tmp_path) as witnesses, create_log(tmp_path / "log", LOG, RULES) as log:
        log.append(some_entries(3))
        collect(log, witnesses)
        log.append(some_entries(4))
        assert collect(log, witnesses[:3]).published
        log.append(some_entries(5))
        assert refusals(collect(log, witnesses).replies) == [None] * 4


def grown_with(folder: Path, witnesses: list[Witness]) -> Path:
    """A log of three entries that the witnesses know, and a copy of it from before it grew to four."""
    with create_log(folder / "log", LOG, RULES) as log:
        log.append(some_entries(3))
        collect(log, witnesses)
    shutil.copytree(folder / "log", folder / "backup")
    with open_log(folder / "log", LOG, RULES) as log:
        log.append([b"fourth"])
        assert collect(log, witnesses).published
    return folder / "backup"


def test_attack_a_restored_backup_is_refused_at_start_by_what_witnesses_have_seen(tmp_path: Path) -> None:
    with house(tmp_path) as witnesses:
        backup = grown_with(tmp_path, witnesses)
        found = views(witnesses, LOG.name)
        assert len(found.notes) == 4 and found.enough(RULES)
        with pytest.raises(RecordError, match=r"(?s)second history.*it has seen 4 entries, log.sqlite has 3"):
            open_log(backup, LOG, RULES, witnessed=found.notes)
        open_log(tmp_path / "log", LOG, RULES, witnessed=found.notes).close()


def test_attack_a_backup_that_starts_all_the_same_is_told_by_every_witness(tmp_path: Path) -> None:
    with house(tmp_path) as witnesses:
        backup = grown_with(tmp_path, witnesses)
        with open_log(backup, LOG, RULES) as log:
            report = collect(log, witnesses)  # size 3 again: each has moved on
            assert refusals(report.replies) == [Refusal.AHEAD] * 4 and len(report.loud) == 4
            assert "it has seen 4 entries" in str(report.loud[0])
            log.append([b"another fourth"])
            report = collect(log, witnesses)
            assert refusals(report.replies) == [Refusal.SPLIT_VIEW] * 4 and not report.published
            log.append([b"a fifth"])
            assert refusals(collect(log, witnesses).replies) == [Refusal.SPLIT_VIEW] * 4
            assert len(log.timeline) == 1


def test_who_must_tell_before_a_log_may_start() -> None:
    """Every quorum that a forgotten checkpoint may have had must hold somebody who told."""
    silent = [Reply(witness=Witness(url="http://a", key=one.key), refusal=Refusal.UNREACHABLE) for one in WITNESSES]
    enough = [Views(notes=(), silent=tuple(silent[:count])).enough(RULES) for count in range(5)]
    assert enough == [True, True, True, False, False]
    assert Views(notes=(), silent=()).enough(read_policy(f"log {LOG.key.text}\nquorum none\n".encode()))


def test_views_tell_who_is_silent_and_why(tmp_path: Path) -> None:
    with house(tmp_path, 2) as (first, second), deaf() as url, saying(200, b"nonsense") as liar:
        assert ask(first, note(HONEST, 3), proof).refusal is None
        asked = [
            first,
            second,
            Witness(url=url, key=WITNESSES[2].key),
            Witness(url=nobody(), key=WITNESSES[3].key),
            Witness(url=liar, key=WITNESSES[3].key),
        ]
        found = views(asked, LOG.name, timeout_s=0.5)
    assert len(found.notes) == 1  # the second has told that it has seen nothing
    assert refusals(found.silent) == [Refusal.TOO_SLOW, Refusal.UNREACHABLE, Refusal.WRONG_ANSWER]


@pytest.mark.parametrize(
    ("status", "body", "kind", "refusal"),
    [
        (200, b"", "text/plain", Refusal.WRONG_ANSWER),
        (200, b"\xff\n", "text/plain", Refusal.WRONG_ANSWER),
        (200, cosignature("other\n", WITNESSES[0], AT_S).line.encode(), "text/plain", Refusal.WRONG_ANSWER),
        (
            200,
            cosignature(read_note(note(HONEST, 8)).text, WITNESSES[1], AT_S).line.encode(),
            "text/plain",
            Refusal.WRONG_ANSWER,
        ),
        (200, b"x" * 70_000, "text/plain", Refusal.UNREACHABLE),
        (409, b"8\n", "text/x.tlog.size", Refusal.BUSY),
        (409, b"9\n", "text/x.tlog.size", Refusal.AHEAD),
        (409, b"08\n", "text/x.tlog.size", Refusal.REFUSED),
        (409, b"8\n", "text/plain", Refusal.REFUSED),
        (403, b"who?\n", "text/plain", Refusal.UNKNOWN_KEY),
        (404, b"who?\n", "text/plain", Refusal.UNKNOWN_LOG),
        (422, b"no\n", "text/plain", Refusal.SPLIT_VIEW),
        (500, b"\x1b[2J", "text/plain", Refusal.REFUSED),
        (302, b"", "text/plain", Refusal.REFUSED),
    ],
)
def test_every_answer_is_understood(status: int, body: bytes, kind: str, refusal: Refusal) -> None:
    with saying(status, body, kind) as url:
        found = ask(Witness(url=url, key=WITNESSES[0].key), note(HONEST, 8), proof)
    assert found.signature is None and found.refusal is refusal
    assert "\x1b" not in str(found) and found.refusal.loud is (refusal in (Refusal.AHEAD, Refusal.SPLIT_VIEW))


def test_an_address_is_one_of_the_web() -> None:
    for url in ("ftp://a", "127.0.0.1:80", "http://", "http://a?x"):
        with pytest.raises(InputError, match="is no address of a witness"):
            Witness(url=url, key=WITNESSES[0].key)


def test_a_fault_of_ours_while_asking_is_told_and_harms_no_other(tmp_path: Path) -> None:
    class Forgetful:
        """A log that cannot prove anything."""

        def __init__(self, log: Log) -> None:
            self._log = log

        def __getattr__(self, name: str) -> object:
            return getattr(self._log, name)

        def consistency(self, old: int, new: int) -> tuple[bytes, ...]:
            if old == 0:
                raise RecordError("no such proof")
            return self._log.consistency(old, new)

    with house(tmp_path, 1) as witnesses, create_log(tmp_path / "log", LOG, RULES) as log:
        log.append([b"one"])
        report = collect(Forgetful(log), witnesses)  # type: ignore[arg-type]
        assert refusals(report.replies) == [Refusal.WRONG_ANSWER] and "no such proof" in report.replies[0].said


@pytest.mark.skipif(Aics.missing(), reason=f"aics-tlog is not installed: {HOW_TO_INSTALL}")
def test_an_outside_verifier_counts_our_cosignatures(tmp_path: Path) -> None:
    from aics_tlog import checkpoint, note, tiles, verified

    with house(tmp_path) as witnesses, create_log(tmp_path / "log", LOG, RULES) as log:
        log.append(some_entries(300))
        assert collect(log, witnesses[:3]).published
    keys = [note.parse_vkey(one.key.text) for one in WITNESSES]
    read = tiles.MemoryTileReader(
        {
            path.relative_to(tmp_path / "log" / PUBLIC).as_posix(): path.read_bytes()
            for path in (tmp_path / "log" / PUBLIC).rglob("*")
            if path.is_file()
        }
    )
    data = note.parse_note((tmp_path / "log" / PUBLIC / "checkpoint").read_bytes())
    for quorum, holds in ((3, True), (4, False)):
        found = checkpoint.verify_checkpoint(
            data, note.parse_vkey(LOG.key.text), keys, quorum, expected_origin=LOG.name
        )
        assert found.ok is holds
        if holds:
            verified.audit_tiles(read, found.size, found.root)


def test_a_witness_behind_a_path_is_asked_there(tmp_path: Path) -> None:
    with listening(made(tmp_path)) as server:
        found = ask(Witness(url=f"{server.url}/", key=WITNESSES[0].key), note(HONEST, 3), proof)
        assert found.refusal is None
