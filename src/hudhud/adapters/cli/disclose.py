"""`hudhud disclose`: what an entry withheld is told."""

import argparse

from hudhud.adapters.cli.deposit import add_withholding, command

__all__ = ["add", "command"]

_DESCRIPTION = """\
Tell what an entry withheld. FILE is what the requester handed to trustees. From
then on everybody can read it; nothing can be taken back.
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    add_withholding(subparsers, "disclose", "tell what an entry withheld", _DESCRIPTION)
