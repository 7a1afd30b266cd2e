"""`hudhud suspend`: one seat votes that a decision rest for some classes for a time."""

import argparse

from hudhud.adapters.cli.revoke import add_ending, command

__all__ = ["add", "command"]


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    example = "suspend demo --decision 3f2a --class press --days 3"
    parser = add_ending(subparsers, "suspend", "rest for some classes", example)
    parser.add_argument("--class", metavar="CLASS", dest="classes", action="append", help="for whom it rests")
    parser.add_argument("--days", metavar="N", help="for how long, from now; or --start and --until")
    parser.add_argument("--start", metavar="INSTANT", help="so that votes of several seats say the same")
    parser.add_argument("--until", metavar="INSTANT", help="first instant at which it no longer rests")
    parser.add_argument(
        "--itu-notification", metavar="TEXT", help="how other member states were told (ITU Constitution, article 35)"
    )
