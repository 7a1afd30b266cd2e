"""Public files below an address on the web, read within limits: whoever answers there may be hostile.

Each file has a size by its kind and a time as a whole; all of them together have a size and a time as well.
"""

import contextlib
import http.client
import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hudhud import __version__
from hudhud.adapters.store.catalogue import Opener, http_opener
from hudhud.adapters.store.log_public import most_bytes
from hudhud.errors import FetchError
from hudhud.record.tiles import read_path

__all__ = ["Limits", "WebReader"]

_SILENCE_S = 30.0
_BLOCK_BYTES = 65_536
_ABSENT = (404, 410)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Of one reading.  file_s: for a file from the request to its last byte; whole_s, whole_bytes: for all files."""

    file_s: float = 120.0
    whole_s: float = 3600.0
    whole_bytes: int = 2 * 2**30


class _Late(Exception):
    """A file has not come in its time."""


class WebReader:
    """Reads files below an address, each once but for tiles, which are many.  Raises FetchError."""

    def __init__(
        self,
        where: str,
        limits: Limits = Limits(),
        opener: Opener | None = None,
    ) -> None:
        self._base = where.rstrip("/") + "/"
        self._limits = limits
        self._opener = opener or http_opener()
        self._kept: dict[str, bytes | None] = {}
        self._read_bytes, self._spent_s = 0, 0.0

    def __call__(self, path: str) -> bytes | None:
        if path in self._kept:
            return self._kept[path]
        address = self._base + urllib.parse.quote(path)
        limits = self._limits
        most = min(most_bytes(path), limits.whole_bytes - self._read_bytes)
        patience_s = min(limits.file_s, limits.whole_s - self._spent_s)
        begun_s = time.monotonic()
        until_s = begun_s + patience_s
        try:
            data = _within(patience_s, lambda: self._fetched(address, most, until_s))
        except _Late:
            raise FetchError(f"{address}: {self._late(patience_s)}") from None
        finally:
            self._spent_s += time.monotonic() - begun_s
        if data is not None and len(data) > most:
            raise FetchError(f"{address}: {self._large(most, most_bytes(path))}")
        self._read_bytes += len(data or b"")
        if read_path(path) is None:
            self._kept[path] = data
        return data

    def _fetched(self, address: str, most: int, until_s: float) -> bytes | None:
        """What stands at an address, up to one byte more than the most; None where nothing does."""
        request = urllib.request.Request(address, headers={"User-Agent": f"hudhud/{__version__}"})  # noqa: S310 http(s) only, also after redirects: http_opener
        try:
            with contextlib.closing(self._opener(request, _SILENCE_S)) as answer:
                return _blocks(answer, most + 1, until_s)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _ABSENT:
                return None
            raise FetchError(f"{address}: {_refusal(error)}") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise FetchError(f"{address}: cannot be fetched: {error}") from None

    def _late(self, patience_s: float) -> str:
        if patience_s < self._limits.file_s:
            return f"the whole record takes longer than {self._limits.whole_s:g} s to read: given up"
        return f"has not come whole within {self._limits.file_s:g} s: given up"

    def _large(self, most: int, kind_bytes: int) -> str:
        if most < kind_bytes:
            return f"with it this record has more than {self._limits.whole_bytes:,} bytes: it is not read farther"
        return f"is larger than {kind_bytes:,} bytes: no such file of a record is"


def _refusal(error: urllib.error.HTTPError) -> str:
    if str(error.msg).startswith(urllib.request.HTTPRedirectHandler.inf_msg):
        return f"the server sends round in a circle, or too often from one address to the next (answer {error.code})"
    if error.code in (301, 302, 303, 307, 308):
        return f"the server sends on to where nothing is fetched from (answer {error.code}): only http and https are"
    return f"the server answered {error.code}: try again later"


def _blocks(answer: Any, most: int, until_s: float) -> bytes:
    """The answer up to so many bytes, taken as they come, so that a trickle is noticed.  Raises _Late."""
    announced: int | None = answer.length
    wanted = most if announced is None else min(most, announced)
    data = bytearray()
    while len(data) < wanted:
        block = answer.read1(min(_BLOCK_BYTES, wanted - len(data)))
        if not block:
            break
        data += block
        if time.monotonic() > until_s:
            raise _Late
    if announced is not None and len(data) < wanted:
        raise OSError(f"it broke off after {len(data):,} of {announced:,} bytes")
    return bytes(data)


def _within(patience_s: float, made: Callable[[], bytes | None]) -> bytes | None:
    """What is made, if that takes no longer; else _Late, also where a trickle of headers keeps the maker busy."""
    done: queue.SimpleQueue[tuple[bytes | None, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            done.put((made(), None))
        except Exception as error:  # noqa: BLE001 handed over whole
            done.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        data, error = done.get(timeout=max(patience_s, 0.0))
    except queue.Empty:
        raise _Late from None
    if error is not None:
        raise error
    return data
