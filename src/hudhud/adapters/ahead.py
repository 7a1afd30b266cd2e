"""Running one part of a chain ahead of the other in a thread: the only concurrency there is.

Kernels release the interpreter lock, so geometry of the next slots is worked out on one core while schedules and routes
are made on another.  What comes out is the same, in the same order.
"""

from collections.abc import Iterable, Iterator
from queue import Queue
from threading import Event, Thread
from typing import TypeVar

__all__ = ["ahead"]

_Item = TypeVar("_Item")


def ahead(items: Iterable[_Item], most: int = 8) -> Iterator[_Item]:
    """The same items, worked out by a thread that runs at most `most` of them ahead.

    An error of the items is raised here, in its place; a reader that stops early stops the thread too.
    """
    queue: Queue[tuple[_Item | None, BaseException | None]] = Queue(maxsize=most)
    stopped = Event()

    def fill() -> None:
        try:
            for item in items:
                queue.put((item, None))
                if stopped.is_set():
                    return
            queue.put((None, StopIteration()))
        except BaseException as error:  # noqa: BLE001 - handed to the reader, who raises it
            queue.put((None, error))

    thread = Thread(target=fill, name="ahead", daemon=True)
    thread.start()
    try:
        while True:
            item, error = queue.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]  # an item without an error is one of the items
    finally:
        stopped.set()
        while thread.is_alive():
            while not queue.empty():
                queue.get_nowait()
            thread.join(timeout=0.05)
