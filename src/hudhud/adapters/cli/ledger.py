"""`hudhud ledger`: a record as pages that anybody can read, English and Arabic, with the proof of every entry."""

import argparse
import time
from pathlib import Path

from hudhud.adapters.cli.output import console

__all__ = ["add", "command"]

_DESCRIPTION = """\
Write a record as a static site that a journalist can read, in English and
Arabic: requests, decisions, maps, what is overdue, allegations with answers,
and every entry in words with the files that prove it.

The record is read and verified whole first; one that is not sound gets no
ledger, and everything wrong with it is told.  The site needs no script and no
network, and the same record gives the same bytes.
"""

_EPILOG = """\
examples:
  hudhud ledger demo --out ledger
  hudhud ledger https://record.example.org --trust trust.json --out ledger

exit codes: 0 written, 2 wrong usage, a record that is not sound, or a folder
that cannot be written, 3 the record could not be fetched
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "ledger",
        help="write a record as pages that anybody can read, with proofs",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("record", metavar="RECORD", help="folder or address of a record")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="folder to write; an earlier ledger is replaced"
    )
    parser.add_argument(
        "--trust", metavar="FILE", type=Path, help="root of trust (default: the record's own trust.json)"
    )
    parser.add_argument("--no-cases", action="store_true", help="leave out the page of reported cases")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    # heavy: only this verb waits for templates, territories and cells
    from hudhud.adapters.audit_words import ANSWERS
    from hudhud.adapters.audited import Asked, audited
    from hudhud.adapters.cases import cases
    from hudhud.adapters.ledger import ledger_files, write_site
    from hudhud.adapters.recorded import atlas
    from hudhud.adapters.store.territories import territory_rows
    from hudhud.service.recorded import finder

    start_s = time.perf_counter()
    found = audited(Asked(where=arguments.record, trust=arguments.trust)).audit
    made = ledger_files(
        found,
        arguments.record,
        {row.id: (row.name_en, row.name_ar) for row in territory_rows()},
        finder(atlas(), found.record.blob if found.record is not None else lambda _digest: None),
        () if arguments.no_cases else cases(),
    )
    write_site(arguments.out, made)
    size = sum(map(len, made.values()))
    out = console()
    out.print(f"{found.trust.log}: {ANSWERS[found.answer][0]}", markup=False, soft_wrap=True)
    out.print(
        f"{len(made):,} files, {size / 1e6:.1f} MB, {time.perf_counter() - start_s:.1f} s: open {arguments.out / 'index.html'}",
        markup=False,
        soft_wrap=True,
    )
    return 0
