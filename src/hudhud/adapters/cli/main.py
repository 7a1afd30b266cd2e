"""The `hudhud` command: one verb a file, errors in words, exit codes that mean something.

Exit codes: 0 done; 1 a fault in Hudhud itself; 2 wrong usage or input, or a file that cannot be written; 3 something could not
be fetched; 4 a record is not sound, or a case did not replay as expected; 5 sound, with concerns; 130 interrupted.
"""

import argparse
import logging
import sys
from collections.abc import Sequence

from hudhud import __version__
from hudhud.adapters.cli import (
    act,
    approve,
    audit,
    case,
    compare,
    declare,
    demo_record,
    deposit,
    disclose,
    enforce,
    fleet,
    found_record,
    impact,
    key,
    ledger,
    look,
    ratify,
    recuse,
    refuse,
    request,
    review,
    revoke,
    service,
    simulate,
    status,
    submit,
    suspend,
    territory,
    withdraw,
    witness,
)
from hudhud.adapters.cli.output import ready_streams, silence
from hudhud.errors import FetchError, HudhudError, plain

__all__ = ["main", "parser", "run"]

_DESCRIPTION = """\
A low-orbit satellite-internet system in software: real orbital elements and
signed decisions in; who is served, how well, and who is not and why out, slot
by slot of 15 s.

  hudhud simulate scenarios/ukraine.toml   play a scenario: table, file, picture
  hudhud look 50.45 30.52                  what is overhead now, what refuses it
  hudhud service 50.45 30.52               is service on here, for whom, by whose
                                           decision; "service map" for the world
  hudhud territory show UKR                a territory: cells, source, claimants
  hudhud impact DRAFT.toml                 what a decision would change, and where
  hudhud fleet                             which satellites there are, by shell
  hudhud compare results/a results/b       two results side by side

The record: who decided, provably.

  hudhud demo-record demo                  a record to play with: seats, keys,
                                           a standing map, a short history
  hudhud found-record DIR ...              a record of your own
  hudhud audit demo                        replay it: is it sound, who is late
  hudhud status demo                       every request: state, votes, deadlines
  hudhud approve demo --request R ...      sign, after it was shown in words;
                                           so too request, declare, refuse, ...
  hudhud ledger demo --out ledger          the record as pages to read
  hudhud case show taiwan-2023             an episode as reported, and replayed

Without --elements FILE an embedded fleet is used: synthetic, made from the
shells measured in May 2026. For real elements: hudhud fleet fetch
"""

_EPILOG = """\
exit codes: 0 done, 1 a fault in Hudhud itself, 2 wrong usage or input or a
file that cannot be written, 3 something could not be fetched, 130 interrupted
each verb explains itself: hudhud VERB --help
"""


_NETWORK = (simulate, look, service, territory, impact, fleet, compare)
_RECORD = (demo_record, found_record, audit, status, ledger, case, witness, key, submit, enforce)
_SIGNING = (
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
)


def parser() -> argparse.ArgumentParser:
    """The command line.  Verbs import what they need only when they run: `--version` must not wait for numpy."""
    top = argparse.ArgumentParser(
        prog="hudhud", description=_DESCRIPTION, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    top.add_argument("--version", action="version", version=f"hudhud {__version__}")
    verbs = top.add_subparsers(title="verbs", metavar="VERB", dest="verb_name")
    for verb in (*_NETWORK, *_RECORD, *_SIGNING):
        verb.add(verbs)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.  Returns its exit code."""
    top = parser()
    parsed = top.parse_args(arguments)
    if parsed.verb_name is None:
        top.print_help()
        return 0
    try:
        code = int(parsed.verb(parsed))
        sys.stdout.flush()  # here, where a full disk can still be told
        return code
    except HudhudError as error:
        _tell(str(error))
        return 3 if isinstance(error, FetchError) else 2
    except (KeyboardInterrupt, SystemError) as error:
        if isinstance(error, SystemError) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise  # a compiled kernel turns an interruption into a SystemError; this is another one
        _tell("interrupted")
        return 130
    except BrokenPipeError:  # the reader went away, as `| head` does: nothing is left to say
        silence()
        return 0
    except OSError as error:
        silence()
        _tell(f"{error.filename or 'the output'}: {error.strerror or error}")
        return 2
    except MemoryError:
        hint = ": play fewer slots or terminals" if parsed.verb_name == "simulate" else ""
        _tell(f"the memory of this machine does not suffice for hudhud {parsed.verb_name}{hint}")
        return 2


def _tell(text: str) -> None:
    """A message on standard error, in which nothing that came from a file can steer the terminal."""
    print("\n".join(plain(line) for line in f"hudhud: {text}".split("\n")), file=sys.stderr)


def run() -> None:
    """Entry point of the installed command."""
    ready_streams()
    logging.getLogger("matplotlib").setLevel(
        logging.ERROR
    )  # it would tell of its caches, also where quiet is asked for
    sys.exit(main())
