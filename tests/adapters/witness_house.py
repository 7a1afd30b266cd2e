"""Witnesses that really listen, for tests: in threads of this process, or in one that can be killed."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hudhud
from hudhud.adapters.witness.client import Witness
from hudhud.adapters.witness.server import Server, witness_server
from hudhud.adapters.witness.state import create_state, open_state
from hudhud.record.note import SigningKey
from log_factory import LOG, WITNESSES

PROGRAM = """
import argparse, sys
from hudhud.adapters.cli import witness
top = argparse.ArgumentParser()
witness.add(top.add_subparsers())
parsed = top.parse_args()
sys.exit(parsed.verb(parsed))
"""


def made(folder: Path, signer: SigningKey = WITNESSES[0], log: SigningKey = LOG) -> Path:
    """A witness in a folder that knows one log."""
    with create_state(folder, signer) as state:
        state.add_log(log.key)
    return folder


@contextlib.contextmanager
def listening(folder: Path, clock_s: Callable[[], float] = time.time) -> Iterator[Server]:
    """The witness of a folder, answering on the loopback."""
    with open_state(folder) as state, witness_server(state, "127.0.0.1", 0, clock_s) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def house(folder: Path, count: int = 4) -> Iterator[list[Witness]]:
    """So many witnesses, each with a folder of its own, made when they are not there."""
    with contextlib.ExitStack() as stack:
        found = []
        for number, signer in enumerate(WITNESSES[:count]):
            where = folder / f"w{number}"
            server = stack.enter_context(listening(where if where.is_dir() else made(where, signer)))
            found.append(Witness(url=server.url, key=signer.key))
        yield found


@contextlib.contextmanager
def deaf() -> Iterator[str]:
    """An address where somebody takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def nobody() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def program(*arguments: str) -> "subprocess.Popen[str]":
    """The verb `witness` in a process of its own, which a test may kill."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "witness", *arguments],
        env=os.environ | {"PYTHONPATH": str(Path(hudhud.__file__).parents[1])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answers_at(process: "subprocess.Popen[str]") -> str:
    """Where a `serve` in a process of its own says that it answers."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if " answers at " not in line:
        raise AssertionError(line + process.communicate()[1])
    return line.split(" answers at ")[1].strip()


def got_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
