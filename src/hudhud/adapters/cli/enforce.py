"""`hudhud enforce`: a point of enforcement follows the newest release that counts, never back, and reports what it obeys."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    desk_of,
    language_of,
    now_s,
    propose,
    show,
)
from hudhud.errors import InputError, RecordError

if TYPE_CHECKING:
    from hudhud.adapters.record.obeying import Obeyed
    from hudhud.adapters.record.signing import Desk
    from hudhud.record.words import Language
    from hudhud.service.enforcement import Point

__all__ = ["add", "command"]

_ALARM = 4
_LONGEST_S = 86_400

_DESCRIPTION = """\
A gateway or an authorisation point follows the newest release that counts: it
takes the signed entry with its proof, works the map out again from the record,
and obeys it where both hold and it does not go back. It files a report of what
it obeys. --map FILE writes the map that is obeyed, for the equipment.

What it obeys it remembers in a file (--state), so that no older map is ever
obeyed again. Where it cannot follow the newest release it stays at the last
good one, reports that one, and tells why.
"""

_EPILOG = f"""\
example:
  hudhud enforce demo --layer beam --key demo/keys/point-beam.key --map map.bin

{EPILOG_KEYS.rstrip()}, 4 the newest release is not followed
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "enforce", "obey the newest released map, and report it", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--layer", choices=("beam", "terminal"), default="beam", help="what this point enforces")
    parser.add_argument("--point", metavar="ID", help="name of the point (default: its seat)")
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="what the point remembers (default: beside its key, KEY.state)"
    )
    parser.add_argument("--map", metavar="FILE", type=Path, dest="map_file", help="write the map into this file")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.enforce_words import enforce_words
    from hudhud.adapters.record.obeying import obey
    from hudhud.adapters.record.point_state import remembered_of, write_point_state
    from hudhud.record.words import College
    from hudhud.service.enforcement import report

    desk, language = desk_of(arguments), language_of(arguments)
    if desk.seat.college is not College.ENFORCEMENT:
        raise RecordError(f"the seat {desk.seat.id} is no point of enforcement: take the key of one")
    path = _state_path(arguments)
    point, remembers = _point(desk, arguments, path)
    found = obey(point, desk.record, now_s())
    point = found.point
    if point.followed is not None and arguments.map_file is not None:
        _write_map(desk, point, arguments.map_file)
    known = remembered_of(point)
    if known is not None:
        write_point_state(path, known)
        if not remembers:
            show(enforce_words("first", language, path=path))
    _tell(found, arguments, language)
    code = _ALARM if found.alarms or found.newest is None else 0
    if point.followed is None:
        return _ALARM
    said = report(point)
    if any(one.statement == said for one in desk.record.prefix.entries):
        show(enforce_words("reported", language))
        return code
    return propose(desk, said, arguments) or code


def _state_path(arguments: argparse.Namespace) -> Path:
    """Where the point remembers.  Raises InputError where that is not said and there is no key file to put it beside."""
    if arguments.state is not None:
        return Path(arguments.state)
    if arguments.key is None:
        raise InputError("--signer-command: name the file in which this point remembers what it obeys: --state FILE")
    return Path(f"{arguments.key}.state")


def _point(desk: "Desk", arguments: argparse.Namespace, path: Path) -> "tuple[Point, bool]":
    """The point as it remembers itself, and whether it does."""
    from hudhud.adapters.record.point_state import read_point_state, restored
    from hudhud.adapters.recorded import atlas
    from hudhud.record.words import Layer
    from hudhud.service.decision import decisions
    from hudhud.service.enforcement import Point

    known, made = read_point_state(path), atlas()
    blank = Point(
        name=arguments.point or desk.seat.id,
        layer=Layer(arguments.layer),
        policy=desk.record.policy,
        keyring=desk.keyring,
        world=decisions((made.ground,), made.world).world,
    )
    return (blank, False) if known is None else (restored(known, blank), True)


def _write_map(desk: "Desk", point: "Point", path: Path) -> None:
    from hudhud.adapters.record.obeying import obeyed_map

    data = obeyed_map(desk.record, point)
    if data is None:
        raise RecordError(
            f"{path}: not written: this record does not prove the map that the point obeys any more: keep the one that "
            "the equipment has, and tell the auditors"
        )
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        raise RecordError(f"{path}: is there already: name another file with --map") from None
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def _tell(found: "Obeyed", arguments: argparse.Namespace, language: "Language") -> None:
    """Show the alarms, and what is obeyed."""
    from hudhud.adapters.cli.enforce_words import alarm_words, enforce_words
    from hudhud.record.forms import instant_text
    from hudhud.service.enforcement import stale

    for one in found.alarms:
        what = alarm_words(one.raised.alarm, language)
        show(enforce_words("alarm", language, index=one.index, what=what, detail=one.raised.detail))
    old = stale(found.point, now_s(), _LONGEST_S)
    if old is not None:
        show(enforce_words("stale", language, what=alarm_words(old.alarm, language), detail=old.detail))
    followed = found.point.followed
    if followed is None:
        show(enforce_words("nothing", language))
        return
    if found.alarms:
        show(enforce_words("stays", language))
    release = followed.release
    told = {"map_sha256": release.map_sha256, "index": release.index, "size": release.size}
    show(enforce_words("obeyed", language, at=instant_text(release.at_s), since=instant_text(followed.since_s), **told))
    if arguments.map_file is not None:
        show(enforce_words("map", language, path=arguments.map_file))
