"""A small demonstration of a record, made once and copied for each test; verbs run as their users run them."""

import argparse
import atexit
import functools
import os
import shutil
import tempfile
import time
from pathlib import Path

from hudhud.adapters.cli import (
    act,
    approve,
    declare,
    demo_record,
    deposit,
    disclose,
    enforce,
    found_record,
    key,
    ratify,
    recuse,
    refuse,
    request,
    review,
    revoke,
    status,
    submit,
    suspend,
    withdraw,
)
from hudhud.adapters.record.demo import Made, make_demonstration
from hudhud.errors import FetchError, HudhudError

VERBS = (
    key,
    request,
    declare,
    approve,
    refuse,
    recuse,
    ratify,
    review,
    revoke,
    suspend,
    withdraw,
    deposit,
    disclose,
    act,
    submit,
    enforce,
    demo_record,
    found_record,
    status,
)


@functools.cache
def template() -> Made:
    """A demonstration without the standing map, in a folder that goes with this process."""
    folder = Path(tempfile.mkdtemp(prefix="hudhud-record-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_demonstration(folder / "demo", int(time.time()), os.urandom, standing=False)


def copy_into(folder: Path) -> Path:
    """A copy of the demonstration to spoil."""
    shutil.copytree(template().folder, folder / "demo")
    return folder / "demo"


def run(*words: object) -> int:
    """One command.  Raises HudhudError where it refuses."""
    parser = argparse.ArgumentParser()
    verbs = parser.add_subparsers(dest="verb_name")
    for verb in VERBS:
        verb.add(verbs)
    arguments = parser.parse_args([str(word) for word in words])
    return int(arguments.verb(arguments))


def refused(*words: object) -> str:
    """What a command says that refuses."""
    try:
        run(*words)
    except HudhudError as error:
        assert not isinstance(error, FetchError)
        return str(error)
    raise AssertionError(f"{words} was not refused")
