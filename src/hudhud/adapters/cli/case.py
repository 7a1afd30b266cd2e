"""`hudhud case`: real episodes as reported, and what the record would have shown, replayed with made-up seats."""

import argparse
from typing import TYPE_CHECKING

from hudhud.errors import InputError

if TYPE_CHECKING:
    from hudhud.record.words import Language
    from hudhud.scenario.cases import Case, Variant

__all__ = ["add", "command"]

_DESCRIPTION = """\
Nineteen real episodes.  What was reported stands first, each fact with the
kind of its evidence, its source and date, and what each party said of it:
claims are told as claims.  Then the replay: made-up seats file, vote, refuse
and release maps in a real signed log, kept apart from what was reported.
Last, how the service map differs, cell by cell, and what that shows.

  hudhud case list                 the cases
  hudhud case show NAME            one as reported, and its variants
  hudhud case replay NAME          play it, judge it, compare it with what it
                                   expects

NAME is an id, a number, or a file of your own that ends in .toml.
"""

_EPILOG = """\
examples:
  hudhud case replay taiwan-2023
  hudhud case replay crimea-2022 --variant switched-on-alone --language ar
  hudhud case replay 3 --json | jq '.variants[].sights[].flip'

exit codes: 0 shown, and the replay is as the case expects; 4 it is not;
2 wrong usage or input
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "case",
        help="real episodes as reported, replayed with made-up seats",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("word", choices=("list", "show", "replay"), help="what to do")
    parser.add_argument("name", nargs="?", metavar="NAME", help="id, number or file of a case")
    parser.add_argument("--variant", metavar="ID", help="with replay: only this variant (default: all of them)")
    parser.add_argument("--language", choices=("en", "ar"), default="en", help="en (default) or ar")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    # pydantic, numpy and the log's tools are heavy: only who asks for a case waits for them
    from hudhud.record.words import Language

    language = Language(arguments.language)
    if arguments.variant is not None and arguments.word != "replay":
        raise InputError("--variant belongs to `hudhud case replay`: write the word replay, or leave it out")
    if arguments.word == "list":
        if arguments.name is not None:
            raise InputError(f"`hudhud case list` takes no name: leave out {arguments.name}, or write show or replay")
        return _list(language, arguments.json)
    if arguments.name is None:
        raise InputError(f"`hudhud case {arguments.word}` needs the name of a case: hudhud case list")
    from hudhud.adapters.cases import case_named

    case = case_named(arguments.name)
    if arguments.word == "show":
        return _show(case, language, arguments.json)
    return _replay(case, _chosen(case, arguments.variant), language, arguments.json)


def _list(language: "Language", as_json: bool) -> int:
    from hudhud.adapters.cases import cases
    from hudhud.adapters.cli.case_json import listed
    from hudhud.adapters.cli.case_text import list_text
    from hudhud.adapters.cli.output import print_json

    if as_json:
        print_json({"cases": [listed(one) for one in cases()]})
    else:
        print(list_text(cases(), language), end="")
    return 0


def _show(case: "Case", language: "Language", as_json: bool) -> int:
    from hudhud.adapters.cli.case_json import reported
    from hudhud.adapters.cli.case_text import case_text
    from hudhud.adapters.cli.output import print_json

    if as_json:
        print_json(reported(case))
    else:
        print(case_text(case, language), end="")
    return 0


def _replay(case: "Case", variants: "tuple[Variant, ...]", language: "Language", as_json: bool) -> int:
    from hudhud.adapters.cases import played
    from hudhud.adapters.cli.case_json import replayed, reported
    from hudhud.adapters.cli.case_text import case_text, ending_text, replay_text
    from hudhud.adapters.cli.output import print_json
    from hudhud.scenario.replay import shortfalls

    if not as_json:
        print(case_text(case, language, variants=False), flush=True)
    plays = played(case, variants)
    missing = [fault for one in plays for fault in shortfalls(one)]
    if as_json:
        print_json(reported(case) | {"variants": [replayed(one) for one in plays]})
    else:
        for one in plays:
            print(replay_text(one, language))
        print(ending_text(case, missing, language), end="")
    return 4 if missing else 0


def _chosen(case: "Case", wanted: str | None) -> "tuple[Variant, ...]":
    """The variants to play.  Raises InputError for one that is not there."""
    if wanted is None:
        return case.variants
    found = tuple(one for one in case.variants if one.table.id == wanted)
    if not found:
        known = ", ".join(one.table.id for one in case.variants)
        raise InputError(f"the case {case.table.id} has no variant {wanted!r}: one of {known}")
    return found
