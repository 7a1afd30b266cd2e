"""`hudhud key`: make a key to sign with, or show the public half of one."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import add_verb, passphrase_of, random_bytes, show
from hudhud.errors import InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
A key belongs to one person in one seat. It never leaves its owner; what others
need is the public half, which goes into the keyring of a record.

  hudhud key new FILE     make one: Ed25519, PKCS#8 PEM, mode 600
  hudhud key show FILE    its public key and its id
"""

_EPILOG = """\
examples:
  hudhud key new counsel-a.key --encrypt
  hudhud key show counsel-a.key

A key file that others can read is refused. Keep a copy offline: a lost key
cannot be brought back, only replaced by a change of the keyring.

exit codes: 0 done, 2 wrong usage or input, or a file that cannot be written
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "key", "make a key to sign with, or show its public half", _DESCRIPTION, _EPILOG)
    parser.add_argument("action", choices=("new", "show"), help="what to do")
    parser.add_argument("file", metavar="FILE", type=Path, help="the file of the key")
    parser.add_argument("--encrypt", action="store_true", help="with new: ask for a passphrase")
    parser.add_argument("--passphrase-file", metavar="FILE", type=Path, help="take the passphrase from this file")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.record.keys import create_key, open_key, public_key_text

    if arguments.action == "show":
        if arguments.encrypt:
            raise InputError("--encrypt belongs to `hudhud key new`")
        held = open_key(arguments.file, passphrase_of(arguments))
    else:
        passphrase = None
        if arguments.encrypt or arguments.passphrase_file is not None:
            ask = passphrase_of(arguments)
            passphrase = ask()
            if arguments.passphrase_file is None and ask() != passphrase:
                raise InputError("the two passphrases differ: nothing was made")
        held = create_key(arguments.file, random_bytes(32), passphrase)
        show(f"made {arguments.file}")
    show(f"public key  {public_key_text(held.public_key)}\nkey id      {held.id}")
    return 0
