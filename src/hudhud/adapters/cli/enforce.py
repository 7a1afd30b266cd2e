"""`hudhud enforce`: a point of enforcement verifies the newest release of the map and reports that it obeys it."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import EPILOG_KEYS, add_signing, add_verb, desk_of, propose, show
from hudhud.errors import RecordError

__all__ = ["add", "command"]

_DESCRIPTION = """\
A gateway or an authorisation point takes the newest map that was released,
works it out again from the record, and files a report that it obeys it. A map
whose digest is not the released one is refused. --map FILE writes the map, for
the equipment to obey.
"""

_EPILOG = f"""\
example:
  hudhud enforce demo --layer beam --key demo/keys/point-beam.key --map map.bin

{EPILOG_KEYS}"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "enforce", "obey the newest released map, and report it", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("--layer", choices=("beam", "terminal"), default="beam", help="what this point enforces")
    parser.add_argument("--point", metavar="ID", help="name of the point (default: its seat)")
    parser.add_argument("--map", metavar="FILE", type=Path, dest="map_file", help="write the map into this file")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.record.following import last_release, released_map
    from hudhud.record.forms import instant_text
    from hudhud.record.statements import EnforcementReport
    from hudhud.record.words import College, Layer
    from hudhud.service.map_text import map_bytes

    desk = desk_of(arguments)
    if desk.seat.college is not College.ENFORCEMENT:
        raise RecordError(f"the seat {desk.seat.id} is no point of enforcement: take the key of one")
    release = last_release(desk.record)
    if release is None:
        raise RecordError("no map has been released yet: without a release nothing is served")
    found = released_map(desk.record, release)
    if found.digest != release.map_sha256:
        raise RecordError(
            f"the map worked out from {release.size} entries for {release.at} has the digest {found.digest}, but "
            f"{release.map_sha256} was released: do not obey it, and tell the auditors"
        )
    show(
        f"released    {release.map_sha256}\nworked out  {found.digest}\nfor {release.at}, from {release.size:,} entries"
    )
    if arguments.map_file is not None:
        try:
            with arguments.map_file.open("xb") as file:
                file.write(map_bytes(found))
        except FileExistsError:
            raise RecordError(f"{arguments.map_file}: is there already: name another file with --map") from None
        show(f"map         {arguments.map_file}")
    report = EnforcementReport(
        log=desk.log,
        point=arguments.point or desk.seat.id,
        layer=Layer(arguments.layer),
        map_sha256=found.digest,
        size=release.size,
        since=instant_text(desk.now_s),
    )
    return propose(desk, report, arguments)
