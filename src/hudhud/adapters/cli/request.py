"""`hudhud request`: ask that service be given, changed, or not given."""

import argparse
from pathlib import Path

from hudhud.adapters.cli.record_verbs import (
    EPILOG_KEYS,
    add_signing,
    add_verb,
    desk_of,
    language_of,
    propose,
    random_bytes,
    reader_beside,
    show,
    show_impact_of,
    with_blobs,
)
from hudhud.errors import InputError

__all__ = ["add", "command"]

_DESCRIPTION = """\
File a request. DRAFT.toml says who asks, for whom, who gains by it, what for,
on what ground, and what is to become of the service; it is refused whole, with
everything that is wrong with it. You see it in words, and what it would do to
the map, before you sign.
"""

_EPILOG = f"""\
examples:
  hudhud request demo examples/requests/tonga.toml --key demo/keys/agency.key
  hudhud request https://record.example DRAFT.toml --key my.key --out r.json

The keys of a draft: docs/reference/record-verbs.md. A name that is withheld
goes into NAME.disclosures beside the draft (--disclosures FILE), for trustees.

{EPILOG_KEYS}"""

_LARGEST_BYTES = 2**20


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "request", "ask that service be given, changed or refused", _DESCRIPTION, _EPILOG)
    add_signing(parser)
    parser.add_argument("draft", metavar="DRAFT.toml", type=Path, help="the request as a file")
    parser.add_argument("--disclosures", metavar="FILE", type=Path, help="where withheld names are written")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.disclosures import write_disclosures
    from hudhud.adapters.record.drafts import Drafter, request_from_toml
    from hudhud.adapters.record.filings import Filing
    from hudhud.adapters.record.foreseen import next_entry
    from hudhud.adapters.record.signing import entry_named
    from hudhud.adapters.texts import read_text

    text = read_text(arguments.draft, "a request (TOML)", _LARGEST_BYTES)
    desk = desk_of(arguments)
    drafter = Drafter(
        log=desk.log,
        now_s=desk.now_s,
        random=random_bytes,
        read=reader_beside(arguments.draft),
        entry=lambda name: entry_named(desk.record, name).leaf,
    )
    try:
        drafted = request_from_toml(text, drafter)
    except InputError as error:
        raise InputError(f"{arguments.draft}: {error.summary}", error.faults) from None
    path: Path = arguments.disclosures or arguments.draft.with_suffix(".disclosures")
    if drafted.withheld and path.exists():
        raise InputError(f"{path}: is there already: name another file with --disclosures")
    _, entry = next_entry(desk.record, drafted.statement, desk.held.public_key, desk.now_s)
    show_impact_of(with_blobs(desk, drafted.blobs), entry, language_of(arguments))

    def before(filing: Filing) -> None:
        if drafted.withheld:
            write_disclosures(path, desk.log, filing.leaf, drafted.withheld)
            show(say("withheld", language_of(arguments), path=path))

    return propose(desk, drafted.statement, arguments, blobs=drafted.blobs, before=before)
