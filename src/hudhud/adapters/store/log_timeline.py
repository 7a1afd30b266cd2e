"""What a log compares its published timeline with before it goes on: what was published stays as it was."""

import base64
import hashlib
from collections.abc import Iterator, Sequence

from hudhud.errors import Fault, RecordError
from hudhud.record.note import VerifierKey, read_note, verified_signatures
from hudhud.record.timeline import TIMELINE

__all__ = ["timeline_faults"]

_HEAD_LINES = 5  # three of text, an empty one, one signature


def timeline_faults(published: bytes | None, log: VerifierKey, notes: Sequence[bytes]) -> Iterator[Fault]:
    """Why a log must not go on from a published timeline.  notes: the timeline that its database holds, or more of it.

    The instants of entries rest on it: a database that does not know what was published would give them others.
    """
    if published is None:
        return
    where = f"public/{TIMELINE}"
    lines = published.split(b"\n", _HEAD_LINES)
    head, body = b"".join(line + b"\n" for line in lines[:_HEAD_LINES]), b"".join(lines[_HEAD_LINES:])
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode("ascii")
    try:
        note = read_note(head)
        sound = bool(verified_signatures(note, [log])) and note.text.split("\n")[2:3] == [digest]
    except RecordError:
        sound = False
    if not sound:
        yield Fault(
            where=where, problem="it is no timeline that this log has signed: bring it back, or remove the file"
        )
    elif not b"".join(notes).startswith(body):
        count = note.text.split("\n")[1]
        yield Fault(where=where, problem=f"its {count} checkpoints are not those that the database begins with")
