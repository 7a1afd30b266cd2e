"""A PostgreSQL server of its own for a run of the tests: in a temporary folder, on a Unix socket, gone when it ends."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

_PATIENCE_S = 30.0


def _programs() -> Path | None:
    """The folder with initdb and postgres, of the newest version there is."""
    found = [Path(each).parent for each in (shutil.which("initdb"),) if each]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name.zfill(4), reverse=True)
    return next((path for path in found if (path / "initdb").exists() and (path / "postgres").exists()), None)


def _as_somebody() -> list[str]:
    """PostgreSQL refuses to run as root: the user that its package makes is taken then."""
    if os.geteuid() != 0:
        return []
    with contextlib.suppress(KeyError):
        pwd.getpwnam("postgres")
        if shutil.which("setpriv"):
            return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    raise LookupError("this is root, and there is no user postgres to run it as")


def _missing(why: str) -> None:
    """Without a server these tests are skipped, but never where CI is set."""
    said = f"no PostgreSQL server: {why}; install it with  apt install postgresql"
    if os.environ.get("CI"):
        pytest.fail(said)
    pytest.skip(said)


@contextlib.contextmanager
def server() -> Iterator[Path]:
    """The folder of the socket on which a server answers."""
    programs = _programs()
    if programs is None:
        _missing("initdb and postgres are not there")
    assert programs is not None
    try:
        somebody = _as_somebody()
    except LookupError as error:
        _missing(str(error))
        raise
    folder = Path(tempfile.mkdtemp(prefix="hudhud-pg-", dir="/tmp"))
    if somebody:
        shutil.chown(folder, "postgres", "postgres")
    clean = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    made = [
        *somebody,
        str(programs / "initdb"),
        "-D",
        str(folder / "data"),
        "-U",
        "hudhud",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, env=clean)
    started = [*somebody, str(programs / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-h", ""]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(started, stdout=log, stderr=log, cwd=folder, env=clean)
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (folder / ".s.PGSQL.5432").exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        yield folder
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(socket: Path) -> str:
    """The address of a new, empty database of a server."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            with psycopg.connect(host=str(socket), user="hudhud", dbname="postgres", autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"'.encode())
            break
        except psycopg.OperationalError:  # it is still coming up
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
    return f"postgresql://hudhud@/{name}?host={socket}"
