"""Much work at once: in a large record signatures take most of the time, then maps.  Both let go of the interpreter while
they work, so threads share them out over the processors; nothing is copied between processes.
"""

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from hudhud.record.reading import Opened, opened_entries

__all__ = ["mapped_at_once", "opened_at_once", "uncollected"]

_FEWEST = 2_000
"""Below this, threads save nothing that anybody would notice."""

_CHUNK = 500

_Asked = TypeVar("_Asked")
_Made = TypeVar("_Made")


def opened_at_once(entries: Sequence[bytes], keys: Mapping[str, bytes]) -> Sequence[Opened]:
    """As `opened_entries`, on threads where there are many entries."""
    if len(entries) < _FEWEST:
        return opened_entries(entries, keys)
    chunks = [entries[first : first + _CHUNK] for first in range(0, len(entries), _CHUNK)]
    return [one for part in mapped_at_once(lambda chunk: opened_entries(chunk, keys), chunks) for one in part]


def mapped_at_once(work: Callable[[_Asked], _Made], asked: Iterable[_Asked]) -> Iterator[_Made]:
    """As `map`, on threads: the results in order."""
    with ThreadPoolExecutor(_processors()) as pool:
        yield from pool.map(work, asked)


@contextmanager
def uncollected() -> Iterator[None]:
    """Work that makes a million values which all stay, without searching them again and again for garbage."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
