"""A witness over HTTP (C2SP tlog-witness v1.0.0), with the standard library: few logs, few requests, nothing to configure.

    POST /add-checkpoint                       a cosignature, or why not
    GET  /<SHA-256 of the origin>/checkpoint   the newest checkpoint of a log that was cosigned
    GET  /                                     the witness's key, the logs that it knows, what it has seen (JSON)
    GET  /evidence/<name>                      a piece of evidence against a log

Whoever can reach it may ask; the signatures of logs are all that is believed.  It listens on the loopback unless told
otherwise: before the internet it belongs behind a server that speaks TLS.
"""

import ipaddress
import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from hudhud.adapters.witness.state import EVIDENCE, State
from hudhud.errors import InputError, RecordError, plain
from hudhud.record.checkpoint import Checkpoint
from hudhud.record.forms import instant_text
from hudhud.record.witness import ADD_CHECKPOINT, MOST_REQUEST_BYTES, Seen, checkpoint_path

__all__ = ["Server", "address", "told", "witness_server"]

logger = logging.getLogger(__name__)

_PATIENCE_S = 10.0
_MOST_AT_ONCE = 64
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"


class Server(ThreadingHTTPServer):
    """A witness that listens.  `serve_forever` answers until `shutdown` is called from another thread."""

    daemon_threads = True  # kept connections must not hold up the end; what is signed is on the disk
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, at: tuple[str, int], state: State, clock_s: Callable[[], float]) -> None:
        self.state, self.clock_s = state, clock_s
        self._places = threading.Semaphore(_MOST_AT_ONCE)
        super().__init__(at, _Handler)

    @property
    def url(self) -> str:
        """Where it can be asked."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._places.acquire(timeout=_PATIENCE_S):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - called by the library
        logger.debug("request of %s ended early: %r", client_address, sys.exception())


def witness_server(state: State, host: str, port: int, clock_s: Callable[[], float] = time.time) -> Server:
    """A server for a witness, bound and ready.  port: 0 for any that is free.  Raises InputError where it cannot listen."""
    try:
        return Server((host, port), state, clock_s)
    except (OSError, OverflowError) as error:
        raise InputError(f"{host}:{port}: cannot listen there: {error}: choose another with --listen") from None


def address(text: str, *, public: bool) -> tuple[str, int]:
    """Host and port in `127.0.0.1:7400`.  Raises InputError where others could reach it and `public` does not allow that."""
    host, colon, number = text.rpartition(":")
    if not colon or not host or not (number.isascii() and number.isdigit()) or int(number) > 65_535:
        raise InputError(
            f"{plain(text)!r} is no address: write HOST:PORT, such as 127.0.0.1:7400 (port 0: any free one)"
        )
    if not public and not _is_loopback(host):
        raise InputError(
            f"{plain(host)} can be reached by other machines: add --public if that is meant, "
            "behind a server that speaks TLS and limits how often it is asked"
        )
    return host, int(number)


def told(state: State) -> dict[str, Any]:
    """What a witness says of itself, as JSON holds it."""
    logs = []
    for key in state.logs():
        seen = state.newest(key.name)
        logs.append({"origin": key.name, "vkey": key.text, "seen": None if seen is None else _seen(seen)})
    evidence = [
        {"name": one.name, "kind": one.kind.value, "origin": one.origin, "size": one.size} for one in state.evidence()
    ]
    return {"witness": state.key.name, "vkey": state.key.text, "logs": logs, "evidence": evidence}


def _seen(seen: Seen) -> dict[str, Any]:
    root = Checkpoint(origin=seen.origin, size=seen.size, root=seen.root).text.split("\n")[2]
    return {"size": seen.size, "root": root, "at": instant_text(seen.at_s), "checkpoint": checkpoint_path(seen.origin)}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept for further requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "hudhud-witness"
    sys_version = ""
    timeout = _PATIENCE_S
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        if self.path.rstrip("/") != f"/{ADD_CHECKPOINT}":
            self._send(HTTPStatus.NOT_FOUND, b"there is nothing to post here but /add-checkpoint\n")
            return
        try:
            found = self.server.state.answer(body, int(self.server.clock_s()))
        except RecordError as error:
            logger.error("%s", error)
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, b"the memory of this witness failed: nothing was signed\n")
            return
        logger.info("%d for %s", found.status, self.client_address[0])
        self._send(found.status, found.body, found.content_type)

    def do_GET(self) -> None:
        try:
            found = self._found()
        except RecordError as error:
            logger.error("%s", error)
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, b"the memory of this witness failed\n")
            return
        if found is None:
            self._send(HTTPStatus.NOT_FOUND, b"there is nothing here\n")
        else:
            self._send(HTTPStatus.OK, *found)

    def _found(self) -> tuple[bytes, str] | None:
        """What is served at this path, with its content type."""
        state, path = self.server.state, self.path.removeprefix("/")
        if not path:
            return (json.dumps(told(state), ensure_ascii=False, indent=1) + "\n").encode("utf-8"), _JSON
        if path.startswith(f"{EVIDENCE}/"):
            return next(((one.data, _TEXT) for one in state.evidence() if path == f"{EVIDENCE}/{one.name}"), None)
        for key in state.logs():
            if path == checkpoint_path(key.name):
                seen = state.newest(key.name)
                return None if seen is None else (seen.note, _TEXT)
        return None

    def _body(self) -> bytes | None:
        """The body of a request, None where it was refused."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED, b"send the length of the request: Content-Length\n")
            return None
        if len(length) > 9 or int(length) > MOST_REQUEST_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"a request may have %d bytes\n" % MOST_REQUEST_BYTES)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _refuse(self, status: HTTPStatus, problem: bytes) -> None:
        """Refuse what cannot be read to its end, and with it all that would follow on this connection."""
        self.close_connection = True
        self._send(status, problem)

    def _send(self, status: int, body: bytes, content_type: str = _TEXT) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: object) -> None:
        logger.debug(format, *arguments)
