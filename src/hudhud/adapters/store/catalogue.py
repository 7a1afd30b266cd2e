"""Elements from outside: files read with bounds, downloads made politely and kept, tables that come with the package.

A fetched catalogue is kept with what the server said of it (ETag, date); it is asked for again after two hours at the
earliest, then conditionally, and replaced only by a download that could be read as elements.
"""

import gzip
import hashlib
import http.client
import io
import json
import logging
import os
import re
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from hudhud.adapters.store import packaged
from hudhud.errors import ElementsError, FetchError, InputError
from hudhud.orbits import formats
from hudhud.orbits.designs import shells_from_csv
from hudhud.orbits.elements import Catalogue, Elements
from hudhud.orbits.shells import Shell, embedded_fleet
from hudhud.timescale import to_rfc3339

__all__ = [
    "LARGEST_BYTES",
    "Clock",
    "Fetched",
    "FetchedState",
    "Opener",
    "Response",
    "cache_folder",
    "designs",
    "embedded",
    "fetch",
    "http_opener",
    "observed_shells",
    "parsed_elements",
    "raw_elements",
    "read_elements",
    "source_url",
    "write_atomically",
]

logger = logging.getLogger(__name__)

LARGEST_BYTES = 256 * 1024 * 1024
"""Largest element file that is read, after unpacking.  The whole public catalogue as XML is about 100 MB."""

_LARGEST_DOWNLOAD = 64 * 1024 * 1024
_BLOCK = 1024 * 1024
_PATIENCE_S = 30.0
_LONGEST_S = 300.0
_INTERVAL = np.timedelta64(2, "h")
_MOST_BAD = 0.05
_AGENT = "Hudhud/0.1 (satellite-internet simulator; fetches a group at most every two hours)"
_CELESTRAK = "https://celestrak.org/NORAD/elements/gp.php?GROUP={group}&FORMAT=csv"
_REFUSALS = {
    403: "the server refuses this address (it asks to be queried at most every two hours)",
    404: "there is nothing at this address",
    429: "the server asks for fewer requests",
}


class Response(Protocol):
    """What a download is read from: a status, headers, and blocks of bytes."""

    status: int
    headers: Any

    def read(self, amount: int, /) -> bytes: ...
    def close(self) -> None: ...


Opener = Callable[[urllib.request.Request, float], Response]
"""Opens a request, waiting at most so many seconds for each answer; raises HTTPError for anything but success."""

Clock = Callable[[], np.datetime64]
"""The instant now, UTC."""


# -- files ---------------------------------------------------------------------------------------------------------


def read_elements(path: str | Path) -> Catalogue:
    """The catalogue of an element file, gzip or plain.  Raises ElementsError that says what was found."""
    return parsed_elements(raw_elements(path), str(path))


def raw_elements(path: str | Path) -> bytes:
    """The bytes of an element file or pipe as they are, at most LARGEST_BYTES.  Raises ElementsError."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a path that no file can have
        reason = getattr(error, "strerror", None) or error
        raise ElementsError(f"{path}: cannot be read ({reason}): give a file of elements") from error
    if len(content) > LARGEST_BYTES:
        raise _too_large(str(path), packed=False)
    return content


def parsed_elements(content: bytes, name: str) -> Catalogue:
    """The catalogue in the bytes of a file of that name, gzip or plain.  Raises ElementsError."""
    content = _unpacked(content, name)
    try:
        return formats.catalogue(content)
    except ElementsError as error:
        raise ElementsError(f"{name}: {error.summary}", error.faults) from None


def _too_large(name: str, *, packed: bool) -> ElementsError:
    return ElementsError(
        f"{name}: holds more than {LARGEST_BYTES // 2**20} MiB{' when unpacked' if packed else ''}, "
        f"more than any catalogue of elements: give one fleet"
    )


def _unpacked(content: bytes, name: str) -> bytes:
    """The content itself, or what gzip packed into it, never more than LARGEST_BYTES.  Raises ElementsError."""
    if content[:2] != b"\x1f\x8b":
        return content
    source = gzip.GzipFile(fileobj=io.BytesIO(content))
    pieces, total = [], 0
    try:
        while piece := source.read(_BLOCK):
            total += len(piece)
            if total > LARGEST_BYTES:
                raise _too_large(name, packed=True)
            pieces.append(piece)
    except EOFError:
        raise ElementsError(
            f"{name}: the gzip file breaks off after {total:,} bytes of elements: download it again"
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ElementsError(f"{name}: the gzip file is damaged ({error}): download it again") from None
    return b"".join(pieces)


# -- packaged tables -----------------------------------------------------------------------------------------------


def designs() -> tuple[Shell, ...]:
    """The filed shells that come with the package: Starlink Gen1, Kuiper, OneWeb, Telesat."""
    return shells_from_csv(packaged.text("designs.csv"))


def observed_shells() -> tuple[Shell, ...]:
    """The shells measured in the public elements of 2026-05-30, as even patterns."""
    return shells_from_csv(packaged.text("observed-shells.csv"))


def embedded(epoch: np.datetime64) -> Elements:
    """The fleet that is there without any file: 9,599 synthetic satellites in the measured shells."""
    return embedded_fleet(observed_shells(), epoch)


# -- downloads -----------------------------------------------------------------------------------------------------


class FetchedState(Enum):
    """How a fetch ended well."""

    DOWNLOADED = "downloaded"
    UNCHANGED = "unchanged at the server"
    RECENT = "asked less than two hours ago, so not asked again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """Where the elements lie, how they came, and from when on the server may be asked again."""

    path: Path
    state: FetchedState
    satellites: int
    quarantined: int
    next_at: np.datetime64


def source_url(group: str) -> str:
    """The address of a CelesTrak group as OMM CSV."""
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", group):
        raise InputError(f"{group!r} is no group: write a CelesTrak group such as starlink, oneweb or kuiper")
    return _CELESTRAK.format(group=group.lower())


def cache_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where fetched elements are kept: $XDG_CACHE_HOME/hudhud/elements, ~/.cache/hudhud/elements without it."""
    base = environment.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else home / ".cache") / "hudhud" / "elements"


def http_opener() -> Opener:
    """An opener for http and https and nothing else, also after redirects; proxies of the environment are used."""
    director = urllib.request.OpenerDirector()
    secure = [urllib.request.HTTPSHandler()] if hasattr(urllib.request, "HTTPSHandler") else []  # no ssl, no https
    for handler in (
        *secure,
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ):
        director.add_handler(handler)

    def opened(request: urllib.request.Request, patience_s: float) -> Response:
        return cast(Response, director.open(request, timeout=patience_s))

    return opened


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Sends on without reading what a redirecting answer holds, which may be without end."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        fp.close()
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(url: str, folder: Path, *, clock: Clock, opener: Opener) -> Fetched:
    """The elements at a web address, from the cache where they are recent or unchanged.

    Raises FetchError: offline, refused, too large, broken off, or not elements; a good cached copy then stays.
    Raises InputError for an address that is not http or https.
    """
    if not _fetchable(url):
        raise InputError(
            f"{url!r}: only addresses like http://host/path or https://host/path are fetched, without a user's name"
        )
    path = folder / f"{_file_name(url)}.omm"
    known = _known(path)
    asked_at = _instant(known.get("asked_at"))
    now = clock()
    kept = path.exists() or known.get("refused")
    if kept and asked_at is not None and asked_at <= now < asked_at + _INTERVAL:
        return _without_asking(url, path, known, now, asked_at + _INTERVAL)
    try:
        content, answer = _download(url, path, known, clock, opener)
    except FetchError as error:
        raise FetchError(f"{error}{_cached_hint(path, known)}") from error.__cause__
    known = {**known, **answer, "url": url, "asked_at": to_rfc3339(now), "refused": ""}
    state = FetchedState.UNCHANGED
    if content is not None:
        write_atomically(path, content)
        known["fetched_at"] = to_rfc3339(now)
        state = FetchedState.DOWNLOADED
    _remember(path, known)
    logger.info("%s: %s, %s satellites", url, state.value, known["satellites"])
    return _fetched(path, state, known, now + _INTERVAL)


def _fetchable(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = (parts.hostname or "").encode("idna"), parts.port  # ValueError where either cannot be
    except ValueError:
        return False
    known = parts.scheme in ("http", "https") and bool(host) and parts.username is None
    return known and url.isascii() and url.isprintable() and " " not in url


def _fetched(path: Path, state: FetchedState, known: Mapping[str, Any], next_at: np.datetime64) -> Fetched:
    return Fetched(
        path=path,
        state=state,
        satellites=int(known.get("satellites", 0)),
        quarantined=int(known.get("quarantined", 0)),
        next_at=next_at,
    )


def _without_asking(
    url: str, path: Path, known: Mapping[str, Any], now: np.datetime64, next_at: np.datetime64
) -> Fetched:
    if not known.get("refused"):
        return _fetched(path, FetchedState.RECENT, known, next_at)
    minutes = int(np.ceil((next_at - now) / np.timedelta64(1, "m")))
    raise FetchError(
        f"{url}: refused when last asked ({known['refused']}); "
        f"not asked again for another {minutes} minutes{_cached_hint(path, known)}"
    )


def _cached_hint(path: Path, known: Mapping[str, Any]) -> str:
    if path.exists():
        return f"; the copy of {known.get('fetched_at', 'an earlier day')} is still at {path}"
    return "; work from a file with --elements FILE, or with the embedded fleet"


def _download(
    url: str, path: Path, known: Mapping[str, Any], clock: Clock, opener: Opener
) -> tuple[bytes | None, dict[str, Any]]:
    """The checked content (None where unchanged) and what to remember of the answer."""
    request = urllib.request.Request(url, headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip"})  # noqa: S310 http(s) only, checked
    if path.exists():
        for header, key in (("If-None-Match", "etag"), ("If-Modified-Since", "last_modified")):
            if known.get(key):
                request.add_header(header, str(known[key]))
    try:
        response = opener(request, _PATIENCE_S)
        try:
            body = _body(response, url, clock)
        finally:
            response.close()
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 304 and path.exists():
                return None, {}
            raise _http_fault(url, path, known, clock, error) from error
    except (OSError, http.client.HTTPException) as error:
        raise _network_fault(url, error) from error
    found = _checked(body, url)
    return body, {
        "etag": response.headers.get("ETag") or "",
        "last_modified": response.headers.get("Last-Modified") or "",
        "satellites": len(found.elements),
        "quarantined": len(found.quarantined),
    }


def _http_fault(
    url: str, path: Path, known: Mapping[str, Any], clock: Clock, error: urllib.error.HTTPError
) -> FetchError:
    told = _REFUSALS.get(error.code, "the server is in trouble; try later" if error.code >= 500 else str(error.reason))
    if error.code in _REFUSALS:  # asking on would make it worse, so the two hours count from here too
        told_short = f"{error.code} {error.reason}"
        _remember(path, {**known, "url": url, "asked_at": to_rfc3339(clock()), "refused": told_short})
    return FetchError(f"{url}: answered {error.code}: {told}")


def _network_fault(url: str, error: Exception) -> FetchError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, FetchError):
        return error
    if isinstance(error, http.client.IncompleteRead):
        return FetchError(f"{url}: the download broke off after {len(error.partial):,} bytes; try again")
    if url.startswith("https:") and not hasattr(urllib.request, "HTTPSHandler"):
        return FetchError(f"{url}: this Python was built without ssl, so https cannot be asked: take another Python")
    if isinstance(reason, TimeoutError):
        return FetchError(f"{url}: no answer within {_PATIENCE_S:g} s; is this machine online?")
    return FetchError(f"{url}: cannot be reached ({reason}); is this machine online?")


def _body(response: Response, url: str, clock: Clock) -> bytes:
    """All bytes of a response, unpacked, within bounds of size and time."""
    if getattr(response, "status", 200) != 200:
        raise FetchError(f"{url}: answered {response.status}, expected 200")
    began, pieces, total = clock(), [], 0
    while piece := response.read(_BLOCK):
        total += len(piece)
        if total > _LARGEST_DOWNLOAD:
            raise FetchError(
                f"{url}: sends more than {_LARGEST_DOWNLOAD // 2**20} MiB, more than any fleet of elements"
            )
        if (clock() - began) / np.timedelta64(1, "s") > _LONGEST_S:
            raise FetchError(f"{url}: still sending after {_LONGEST_S:g} s; try again later")
        pieces.append(piece)
    stated = response.headers.get("Content-Length")
    if stated is not None and stated.isdigit() and total < int(stated):
        raise FetchError(f"{url}: the download broke off after {total:,} of {int(stated):,} bytes; try again")
    try:
        return _unpacked(b"".join(pieces), url)
    except ElementsError as error:
        raise FetchError(str(error)) from None


def _checked(body: bytes, url: str) -> Catalogue:
    """The catalogue in a download, refused where it is none or where too much of it is bad."""
    try:
        found = formats.catalogue(body)
    except ElementsError as error:
        raise FetchError(f"{url}: what came is no catalogue of elements: {error.summary}") from None
    bad, good = len(found.quarantined), len(found.elements)
    if bad > _MOST_BAD * (bad + good):
        raise FetchError(
            f"{url}: {bad:,} of {bad + good:,} records that came cannot be used, first {found.quarantined[0]}"
        )
    return found


# -- the cache -----------------------------------------------------------------------------------------------------


def _file_name(url: str) -> str:
    """A name that tells the group and is different for every address."""
    group = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).get("GROUP", ["elements"])[0]
    return f"{re.sub(r'[^A-Za-z0-9-]', '', group)[:40] or 'elements'}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def _known(path: Path) -> dict[str, Any]:
    """What is remembered of a kept copy; nothing where that cannot be read (it is then simply asked for again)."""
    try:
        known = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(path: Path, known: Mapping[str, Any]) -> None:
    write_atomically(path.with_suffix(".json"), json.dumps(dict(known), indent=1, sort_keys=True).encode())


def _instant(text: object) -> np.datetime64 | None:
    if not isinstance(text, str) or not text:
        return None
    try:
        return np.datetime64(text.removesuffix("Z"), "ns")
    except ValueError:
        return None


def write_atomically(path: Path, content: bytes) -> None:
    """Write whole or not at all: a reader never meets half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FetchError(f"{path}: cannot be written ({error.strerror or error}): choose another folder") from error
