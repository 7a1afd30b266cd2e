"""`hudhud demo-record`: a record to play with: seats, keys, the standing map as decisions, a short history."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import add_verb, now_s, random_bytes, show

__all__ = ["add", "command"]

_DESCRIPTION = """\
Make a demonstration of a record in a new folder: made-up seats with fresh keys,
witnesses that sign in this process, the packaged standing map as decisions that
were requested and approved, and a short history of the last days: an emergency
that was ratified, a refusal, a name that is withheld, a request that nobody
answered in time, and one that waits for votes.

Whoever has the folder has every key: it shows how a record works, and protects
nothing. It is marked as a demonstration everywhere.
"""

_EPILOG = """\
examples:
  hudhud demo-record demo
  hudhud demo-record demo --no-standing    without the standing map: quicker

exit codes: 0 made, 2 wrong usage, or a folder that has something already
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "demo-record", "make a record to play with", _DESCRIPTION, _EPILOG)
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder")
    parser.add_argument("--no-standing", action="store_true", help="leave the standing map out")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.record.demo import make_demonstration

    made = make_demonstration(arguments.folder, now_s(), random_bytes, standing=not arguments.no_standing)
    name, waiting = arguments.folder, made.waiting[:12]
    show(
        f"""\
A demonstration of a record is in {name}: {made.entries:,} entries, {made.decisions:,} requests.
Seats, people and history are made up; the keys in {name}/keys protect nothing.

What to try next
  hudhud status {name}
      where every request stands; {made.overdue[:12]} is overdue
  hudhud declare {name} contacts --none --key {name}/keys/humanitarian-seat.key
  hudhud declare {name} conflicts --request {waiting} --none \\
      --key {name}/keys/humanitarian-seat.key
      what must be declared before a vote counts
  hudhud approve {name} --request {waiting} --reason humanitarian_necessity \\
      --key {name}/keys/humanitarian-seat.key
      the second of three votes on a request that waits (then: counsel-a)
  hudhud service -21.1 -175.2 --record {name} --no-sky
      whether Tonga is served, by whose decision
  hudhud audit {name}/public
      replay everything from the public files alone"""
    )
    return 0
