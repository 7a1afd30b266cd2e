"""`hudhud submit`: hand in what was signed, and have the keeper file what is due."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import add_language, add_verb, language_of, now_s, show, show_submitted

__all__ = ["add", "command"]

_DESCRIPTION = """\
Hand in files that were signed elsewhere (--out of the verbs that sign), with
what lies beside them as NAME.blob-1 and so on. They are checked, recorded, and
witnessed; then the keeper files what follows: decisions with conditions,
lapses, and a release of the map where it has changed.

Without files only what is due by now is filed: run it regularly, for maps that
begin or end by the clock.
"""

_EPILOG = """\
examples:
  hudhud submit demo vote.json
  hudhud submit demo

--folder DIR: receipts are written there (default: here). Who has a receipt can
prove that the record was handed an entry that does not stand in it in time.

exit codes: 0 done (also where witnesses are still missing), 2 wrong usage or
input, or nothing was filed, 3 a witness could not be reached at all
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "submit", "hand in what was signed; file what is due", _DESCRIPTION, _EPILOG)
    parser.add_argument("record", metavar="RECORD", help="folder of the record, kept on this machine")
    parser.add_argument("files", metavar="FILE", nargs="*", type=Path, help="what was signed")
    parser.add_argument("--folder", metavar="DIR", type=Path, default=Path(), help="where receipts go, see below")
    add_language(parser)
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.filings import read_filing
    from hudhud.adapters.record.keeper import open_keeper

    filings = [read_filing(path) for path in arguments.files]
    language = language_of(arguments)
    with open_keeper(arguments.record, now_s) as keeper:
        done = keeper.submit(filings) if filings else keeper.follow_up()
        show_submitted(done, keeper.published, arguments.folder, language)
        if not filings and not done.witnessed:
            show(say("still_waiting", language, count=keeper.waiting))
        elif not filings and not done.followed:
            show(say("nothing_due" if keeper.published else "empty", language))
    return 0
