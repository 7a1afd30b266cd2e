"""Witnesses that really listen: what they keep before they answer, and what no crash and no crowd makes them sign."""

import http.client
import random
import socket
import sqlite3
import stat
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from adapters.witness_house import answers_at, got_json, listening, made, program
from hudhud.adapters.witness.client import Refusal, Witness, ask, newest_seen
from hudhud.adapters.witness.server import address
from hudhud.adapters.witness.state import DATABASE, EVIDENCE, KEY, create_state, open_state
from hudhud.errors import InputError, RecordError
from hudhud.record.note import KeyType, SigningKey, read_note
from hudhud.record.tree import consistency_proof, nodes
from hudhud.record.witness import MOST_REQUEST_BYTES, Status, checkpoint_path, read_split_view
from log_factory import AT_S, LOG, WITNESSES, signing_key
from record.test_witness import FORKED, HONEST, note, request


def sent(url: str, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=10)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


def asked(url: str, leaves: list[bytes], size: int, known_size: int = 0) -> Refusal | None:
    """What the first witness says to a checkpoint of one of the two histories."""
    witness = Witness(url=url, key=WITNESSES[0].key)
    found = ask(witness, note(leaves, size), lambda old, new: consistency_proof(old, new, nodes(leaves)), known_size)
    assert (found.signature is None) == (found.refusal is not None)
    return found.refusal


def test_two_views_against_a_live_witness_are_refused_and_anybody_can_read_the_evidence(tmp_path: Path) -> None:
    with listening(made(tmp_path)) as server:
        assert asked(server.url, HONEST, 8) is None
        assert asked(server.url, FORKED, 8) is Refusal.SPLIT_VIEW
        assert asked(server.url, FORKED, 8) is Refusal.SPLIT_VIEW  # told once
        assert asked(server.url, FORKED, 12) is Refusal.SPLIT_VIEW
        status, _, _ = sent(server.url, "POST", "/add-checkpoint", request(FORKED, 8, 8))
        assert status == 422
        told = got_json(server.url)
        assert [(one["kind"], one["size"]) for one in told["evidence"]] == [("split_view", 8), ("unproven", 12)]
        status, _, data = sent(server.url, "GET", f"/evidence/{told['evidence'][0]['name']}")
        assert status == 200 and data == (tmp_path / EVIDENCE / told["evidence"][0]["name"]).read_bytes()
        first, second = read_split_view(data, [LOG.key])
        assert first.size == second.size == 8 and first.root != second.root
    (tmp_path / EVIDENCE / told["evidence"][0]["name"]).unlink()
    with open_state(tmp_path) as state:  # the file is made again, the database has it
        assert len(state.evidence()) == 2
    assert (tmp_path / EVIDENCE / told["evidence"][0]["name"]).read_bytes() == data


def test_a_witness_tells_its_key_and_what_it_has_seen(tmp_path: Path) -> None:
    with listening(made(tmp_path), lambda: AT_S + 0.9) as server:
        assert sent(server.url, "GET", "/")[:2] == (200, "application/json")
        told = got_json(server.url)
        assert told["vkey"] == WITNESSES[0].key.text
        assert told["logs"] == [{"origin": LOG.name, "vkey": LOG.key.text, "seen": None}]
        witness = Witness(url=server.url, key=WITNESSES[0].key)
        assert newest_seen(witness, LOG.name) is None
        assert asked(server.url, HONEST, 8) is None
        seen = got_json(server.url)["logs"][0]["seen"]
        assert (seen["size"], seen["at"]) == (8, "2027-01-15T08:00:00Z")
        assert sent(server.url, "GET", f"/{seen['checkpoint']}")[2] == newest_seen(witness, LOG.name)
        other = Witness(url=server.url, key=WITNESSES[1].key)
        with pytest.raises(RecordError, match=r"that witness1\.example has cosigned"):
            newest_seen(other, LOG.name)
        assert sent(server.url, "GET", "/" + checkpoint_path("another log"))[0] == 404


def test_what_is_no_request_of_the_protocol_is_refused_and_the_witness_goes_on(tmp_path: Path) -> None:
    with listening(made(tmp_path)) as server:
        assert sent(server.url, "POST", "/add-checkpoint", b"nonsense")[0] == 400
        assert sent(server.url, "POST", "/elsewhere", request(HONEST, 0, 3))[0] == 404
        assert sent(server.url, "GET", "/evidence/../witness.key")[0] == 404
        assert sent(server.url, "GET", "/witness.key")[0] == 404
        assert sent(server.url, "PUT", "/", b"")[0] == 501
        large = str(MOST_REQUEST_BYTES + 1)
        for headers, status in (
            ({"Content-Length": large}, 413),
            ({"Content-Length": "9" * 40}, 413),
            ({"Content-Length": "-1"}, 411),
            ({"Transfer-Encoding": "chunked"}, 411),
            ({}, 411),
        ):
            text = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            with socket.create_connection(server.server_address[:2], timeout=10) as raw:
                raw.sendall(f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{text}\r\n".encode())
                assert raw.recv(1_000).startswith(f"HTTP/1.1 {status} ".encode())
        with socket.create_connection(server.server_address[:2], timeout=10) as raw:
            raw.sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 500\r\n\r\nhalf")
        assert asked(server.url, HONEST, 3) is None


def test_a_connection_is_kept_for_further_requests(tmp_path: Path) -> None:
    with listening(made(tmp_path)) as server:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=10)
        for old, size in ((0, 3), (3, 5), (5, 8)):
            connection.request("POST", "/add-checkpoint", body=request(HONEST, old, size))
            answer = connection.getresponse()
            assert answer.status == 200 and answer.read().startswith("— ".encode())
        connection.close()


def test_attack_a_crowd_that_asks_at_once_gets_one_history(tmp_path: Path) -> None:
    """The question what was seen and the keeping of what is signed are one step: no two threads come in between."""
    signed: list[tuple[int, bytes]] = []
    with open_state(made(tmp_path)) as state:

        def crowd(seed: int) -> None:
            rng = random.Random(seed)
            for _ in range(30):
                leaves = rng.choice([HONEST, FORKED])
                seen = state.newest(LOG.name)
                old = seen.size if seen else 0
                found = state.answer(request(leaves, old, rng.randint(old, 20)), AT_S)
                if found.seen is not None:
                    signed.append((found.seen.size, found.seen.root))

        threads = [threading.Thread(target=crowd, args=(seed,)) for seed in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    assert signed and len({size for size, _ in signed}) == len(set(signed))


def test_nothing_signed_is_forgotten_when_the_witness_is_killed(tmp_path: Path) -> None:
    folder, rng, told = made(tmp_path / "w"), random.Random(9), 0
    sizes = iter(range(1, 10_000))
    leaves = [bytes([n % 251] * 32) for n in range(3_000)]
    node = nodes(leaves)
    for _ in range(6):
        process = program("serve", str(folder))
        witness = Witness(url=answers_at(process), key=WITNESSES[0].key)
        killer = threading.Timer(rng.uniform(0.02, 0.25), process.kill)
        killer.start()
        while True:
            size = next(sizes)
            found = ask(witness, note(leaves, size), lambda old, new: consistency_proof(old, new, node), told)
            if found.refusal is not None:
                assert found.refusal in (Refusal.UNREACHABLE,), found
                break
            told = size
        killer.join()
        process.communicate()
        with open_state(folder) as state:
            seen = state.newest(LOG.name)
            assert (seen.size if seen else 0) >= told
            if told:
                forked = [b"\xff" * 32, *leaves[1:]]
                assert seen is not None
                again = state.answer(request(forked, seen.size, seen.size), int(time.time()))
                assert again.status is Status.INCONSISTENT and again.evidence is not None
    assert told > 5


def test_a_witness_is_made_once_and_its_key_is_its_own(tmp_path: Path) -> None:
    made(tmp_path / "w")
    assert stat.S_IMODE((tmp_path / "w" / KEY).stat().st_mode) == 0o600
    with pytest.raises(RecordError, match="there is a witness already"):
        create_state(tmp_path / "w", WITNESSES[1])
    with pytest.raises(RecordError, match="a witness needs a key for COSIGNATURE"):
        create_state(tmp_path / "other", LOG)
    with pytest.raises(RecordError, match="there is no witness here: make one with  hudhud witness init"):
        open_state(tmp_path / "nothing")
    with open_state(tmp_path / "w") as state:
        state.add_log(LOG.key)  # again: nothing changes
        assert state.logs() == (LOG.key,)
        with pytest.raises(RecordError, match="a log signs with a key for ED25519"):
            state.add_log(WITNESSES[1].key)
        own = SigningKey(name="log", type=KeyType.ED25519, seed=WITNESSES[0].seed)
        with pytest.raises(RecordError, match="nobody witnesses himself"):
            state.add_log(own.key)


def test_attack_a_witness_whose_key_others_can_read_does_not_sign(tmp_path: Path) -> None:
    made(tmp_path / "w")
    assert stat.S_IMODE((tmp_path / "w").stat().st_mode) == 0o700
    (tmp_path / "w" / KEY).chmod(0o644)
    with pytest.raises(RecordError, match=r"others can read or change it \(mode 644\)"):
        open_state(tmp_path / "w")


def test_attack_a_witness_without_its_memory_does_not_sign(tmp_path: Path) -> None:
    made(tmp_path)
    for path in tmp_path.glob(f"{DATABASE}*"):
        path.unlink()
    with pytest.raises(RecordError, match="a witness that has forgotten what it saw must not sign again"):
        open_state(tmp_path)
    made(tmp_path / "other", WITNESSES[1])
    (tmp_path / "other" / DATABASE).rename(tmp_path / DATABASE)
    with pytest.raises(RecordError, match=r"belongs to witness1\.example"):
        open_state(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE seen SET root = zeroblob(32)",
        "UPDATE seen SET at_s = at_s - 1",
        "DELETE FROM seen",
        "INSERT INTO seen SELECT origin, size - 1, root, note, at_s FROM seen",
        "DELETE FROM evidence",
        "UPDATE evidence SET second = first",
    ],
)
def test_the_memory_of_a_witness_only_grows(tmp_path: Path, statement: str) -> None:
    with open_state(made(tmp_path)) as state:
        state.answer(request(HONEST, 0, 8), AT_S)
        state.answer(request(FORKED, 8, 8), AT_S)
    connection = sqlite3.connect(tmp_path / DATABASE)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(statement)
    connection.close()


def test_a_memory_that_fails_signs_nothing(tmp_path: Path) -> None:
    with listening(made(tmp_path), lambda: AT_S) as server:
        connection = server.state._connection
        ((pages,),) = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(RecordError, match="nothing was signed"):
            for size in range(1, 20):  # small: several fit on a page
                server.state.answer(request(HONEST, size - 1, size), AT_S)
        before = server.state.newest(LOG.name)
        size = before.size if before else 0
        status, _, said = sent(server.url, "POST", "/add-checkpoint", request(HONEST, size, 20))
        assert status == 500 and b"nothing was signed" in said
        assert server.state.newest(LOG.name) == before
        connection.execute("PRAGMA max_page_count = 100000")
        assert asked(server.url, HONEST, 20) is None


def test_a_hostile_log_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hudhud.adapters.witness.state._MOST_EVIDENCE", 3)
    with open_state(made(tmp_path)) as state:
        state.answer(request(HONEST, 0, 8), AT_S)
        for number in range(6):
            forked = [bytes([number]) * 32, *HONEST[1:]]
            assert state.answer(request(forked, 8, 8), AT_S).status is Status.INCONSISTENT
        assert len(state.evidence()) == 3


def test_attack_two_logs_of_one_name_are_told_apart_by_their_keys(tmp_path: Path) -> None:
    """Both are known under one origin: whichever speaks first is followed, the other is a split view of that origin."""
    second = SigningKey(name=LOG.name, type=KeyType.ED25519, seed=signing_key("second").seed)
    with open_state(made(tmp_path)) as state:
        state.add_log(second.key)
        assert state.answer(request(HONEST, 0, 8), AT_S).status == 200
        body = b"old 8\n\n" + note(FORKED, 8, second)
        found = state.answer(body, AT_S)
        assert found.status == 422 and found.evidence is not None
        assert len(read_note(found.evidence.second).signatures) == 1


@pytest.mark.parametrize(
    ("text", "public", "says"),
    [
        ("7400", False, "is no address"),
        (":7400", False, "is no address"),
        ("127.0.0.1:99999", False, "is no address"),
        ("127.0.0.1:-1", False, "is no address"),
        ("0.0.0.0:0", False, "add --public"),
        ("example.org:80", False, "add --public"),
        ("192.168.1.1:80", False, "add --public"),
    ],
)
def test_a_witness_listens_on_the_loopback_unless_told_otherwise(text: str, public: bool, says: str) -> None:
    with pytest.raises(InputError, match=says):
        address(text, public=public)
    assert address("127.0.0.1:0", public=False) == ("127.0.0.1", 0)
    assert address("localhost:7400", public=False) == ("localhost", 7400)
    assert address("0.0.0.0:7400", public=True) == ("0.0.0.0", 7400)


def test_an_old_copy_of_a_witness_cannot_tell_that_it_is_one(tmp_path: Path) -> None:
    """What the documentation warns of: put back to an older state, a witness signs a second history."""
    with open_state(made(tmp_path)) as state:
        state.answer(request(HONEST, 0, 6), AT_S)
    old = (tmp_path / DATABASE).read_bytes()
    with open_state(tmp_path) as state:
        assert state.answer(request(HONEST, 6, 8), AT_S).status == 200
    for path in tmp_path.glob(f"{DATABASE}*"):
        path.unlink()
    (tmp_path / DATABASE).write_bytes(old)
    with open_state(tmp_path) as state:
        grown = [*HONEST[:6], bytes(32), bytes(32)]
        assert state.answer(request(grown, 6, 8), AT_S).status == 200
