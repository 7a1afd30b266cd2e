"""What the verbs that sign have in common: their options, the desk, showing before asking, handing in."""

import argparse
import os
import shlex
import sys
import textwrap
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hudhud.errors import Fault, InputError, RecordError, plain

if TYPE_CHECKING:
    from hudhud.adapters.record.filings import Filing
    from hudhud.adapters.record.foreseen import Foreseen
    from hudhud.adapters.record.keeper import Submitted
    from hudhud.adapters.record.keys import Held
    from hudhud.adapters.record.signing import Desk
    from hudhud.record.history import Entry, Prefix, RequestOutcome
    from hudhud.record.parts import Effect
    from hudhud.record.reading import Record
    from hudhud.record.statements import Statement
    from hudhud.record.words import Language
    from hudhud.service.impact import Impact
    from hudhud.service.naming import Misnamed

__all__ = [
    "DAY_S",
    "EPILOG_KEYS",
    "add_key",
    "add_language",
    "add_signing",
    "add_verb",
    "days",
    "desk_of",
    "folded",
    "held_of",
    "language_of",
    "now_s",
    "passphrase_of",
    "propose",
    "random_bytes",
    "reader_beside",
    "reasons_of",
    "record_of",
    "show",
    "show_about",
    "show_impact_of",
    "show_misnamed",
    "show_submitted",
    "with_blobs",
]

DAY_S = 86_400
_MOST_BYTES = 16 * 2**20

EPILOG_KEYS = """\
Before anything is signed it is shown in words, with what would follow; then
you are asked. --out FILE writes what you signed instead of handing it in: for a
record that is kept elsewhere (hand it in with: hudhud submit RECORD FILE).

--signer-command PROGRAM: a card or an agent signs: it gets the bytes to sign
on standard input and answers 64 bytes; --public-key names its key.

exit codes: 0 done, 2 wrong usage or input, or nothing was signed, 3 the record
could not be fetched
"""


def now_s() -> int:
    """This second by the clock of this computer."""
    return int(time.time())


def random_bytes(count: int) -> bytes:
    """Random bytes of this computer."""
    return os.urandom(count)


# ---- options ----


def add_verb(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    help: str,
    description: str,
    epilog: str,
) -> argparse.ArgumentParser:
    """A verb with a page of its own."""
    return subparsers.add_parser(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_language(parser: argparse.ArgumentParser) -> None:
    """The option --language."""
    parser.add_argument("--language", choices=("en", "ar"), default="en", help="language of the text (default en)")


def add_key(parser: argparse.ArgumentParser) -> None:
    """The options that say with which key is signed."""
    parser.add_argument("--key", metavar="FILE", type=Path, help="your private key (hudhud key new FILE)")
    parser.add_argument(
        "--passphrase-file", metavar="FILE", type=Path, help="the passphrase of the key (default: you are asked)"
    )
    parser.add_argument("--signer-command", metavar="PROGRAM", help="sign with this program instead, see below")
    parser.add_argument("--public-key", metavar="BASE64", help="with --signer-command: the public key")


def add_signing(parser: argparse.ArgumentParser) -> None:
    """Everything that a verb which signs takes, the record first."""
    parser.add_argument("record", metavar="RECORD", help="folder or address of the record")
    add_key(parser)
    parser.add_argument("--trust", metavar="FILE", type=Path, help="root of trust (default: the one the record shows)")
    add_language(parser)
    parser.add_argument("--yes", action="store_true", help="sign without being asked")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write what is signed, do not hand it in")


def language_of(arguments: argparse.Namespace) -> "Language":
    """The language that was asked for."""
    from hudhud.record.words import Language

    return Language(arguments.language)


def reasons_of(words: Iterable[str] | None, faults: list[Fault]) -> Any:
    """Reasons by their words; a fault for each that is none, and for none at all."""
    from hudhud.record.words import Reason

    listed = [each for word in words or () for each in word.split(",") if each]
    wrong = [word for word in listed if word not in list(Reason)]
    known = ", ".join(Reason)
    faults.extend(Fault(where="--reason", problem=f"no reason {word!r}: one of {known}") for word in wrong)
    if not listed:
        faults.append(Fault(where="--reason", problem=f"give at least one: {known}"))
    return frozenset(Reason(word) for word in listed if word not in wrong)


def days(where: str, text: str, most: float, faults: list[Fault]) -> int:
    """Seconds of a number of days."""
    from hudhud.adapters.cli.reading import number

    found = number(where, text, 1 / 24, most, faults)
    return 0 if found != found else round(found * DAY_S)


# ---- keys and desks ----


def passphrase_of(arguments: argparse.Namespace) -> Callable[[], bytes]:
    """Where a passphrase comes from: a file, or whoever sits at the terminal."""

    def ask() -> bytes:
        path: Path | None = arguments.passphrase_file
        if path is not None:
            from hudhud.adapters.record.keys import open_secret

            return open_secret(path).split(b"\n", 1)[0]
        if not sys.stdin.isatty():
            raise InputError("the key is encrypted and there is no terminal to ask on: give --passphrase-file FILE")
        import getpass

        try:
            return getpass.getpass("passphrase: ").encode()
        except EOFError:
            raise InputError("no passphrase was given") from None

    return ask


def held_of(arguments: argparse.Namespace) -> "Held":
    """The key that a verb signs with."""
    from hudhud.adapters.record.keys import command_held, open_key

    if arguments.signer_command is not None:
        if arguments.key is not None or arguments.public_key is None:
            raise InputError("--signer-command goes with --public-key BASE64, in place of --key")
        try:
            command = shlex.split(arguments.signer_command)
        except ValueError as error:
            raise InputError(f"--signer-command {arguments.signer_command!r}: {error}") from None
        if not command:
            raise InputError("--signer-command is empty: name a program")
        return command_held(command, arguments.public_key)
    if arguments.key is None:
        raise InputError("give the key that you sign with: --key FILE (make one with  hudhud key new FILE)")
    return open_key(arguments.key, passphrase_of(arguments))


def record_of(arguments: argparse.Namespace) -> "Record":
    """The record, read and verified whole."""
    from hudhud.adapters.opening import opened_at_once
    from hudhud.adapters.record_files import load_record

    return load_record(arguments.record, arguments.trust, opened_at_once)


def desk_of(arguments: argparse.Namespace) -> "Desk":
    """A desk to sign at; where what is signed would go is settled first, so that nobody signs for nothing."""
    from hudhud.adapters.record.keeper import is_keeper
    from hudhud.adapters.record.signing import desk

    if arguments.out is None and not is_keeper(arguments.record):
        raise InputError(
            f"{arguments.record} is not kept on this machine: write what you sign into a file with --out FILE, "
            "and send it to whoever keeps the record"
        )
    if arguments.out is not None and arguments.out.exists():
        raise InputError(f"{arguments.out}: is there already: name another file with --out")
    held = held_of(arguments)
    return desk(record_of(arguments), held, now_s())


def reader_beside(path: Path) -> Callable[[str], str]:
    """Reads the files that a file names, from its folder."""
    from hudhud.adapters.texts import read_text

    return lambda name: read_text(path.parent / name, "what the draft names", _MOST_BYTES)


# ---- showing, asking, handing in ----


def folded(line: str) -> str:
    """A line in lines of at most 80 columns, the later ones further in."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line,
        80,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )


def show(text: str = "") -> None:
    """Print lines in which nothing that came from elsewhere can steer the terminal."""
    print("\n".join(plain(line) for line in text.split("\n")))


def show_impact_of(desk: "Desk", entry: "Entry", language: "Language", effect: Any = None) -> "Impact":
    """Work out what an entry does to the map, and show it."""
    from hudhud.adapters.cli.impact_text import show_impact
    from hudhud.adapters.cli.output import console
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.foreseen import chains_of, impact_of
    from hudhud.record.forms import instant_text

    told = impact_of(desk.record, entry, desk.now_s, effect)
    show(f"\n{say('impact', language)}\n")
    sys.stdout.flush()
    show_impact(told, (), console(), language.value)
    for one in chains_of(desk.record, entry, desk.now_s, effect):
        begun, cap = instant_text(one.first.decided_s), instant_text(one.cap_s)
        words = {"before": one.first.id[:12], "begun": begun, "cells": f"{len(one.number):,}", "cap": cap}
        show(f"\n{folded(say('chain_beyond' if one.beyond else 'chain', language, **words))}")
    return told


def with_blobs(desk: "Desk", blobs: Iterable[bytes]) -> "Desk":
    """The same desk, at which files are at hand that go along with a statement."""
    import hashlib
    from dataclasses import replace

    shown = {hashlib.sha256(one).hexdigest(): one for one in blobs}
    kept = desk.record.blob

    def blob(digest: str) -> bytes | None:
        return shown.get(digest) or kept(digest)

    return replace(desk, record=replace(desk.record, blob=blob))


def show_about(entry: "Entry", language: "Language", desk: "Desk | None" = None) -> None:
    """Show the entry that a statement is about, and where it names territories otherwise than the installed catalogue.

    desk: where a decision on it may have been made, whose territories are then looked at too.
    """
    from hudhud.adapters.cli.record_words import say
    from hudhud.record.in_words import in_words
    from hudhud.record.statements import Request

    show(say("about", language, index=entry.index, leaf=entry.leaf))
    show()
    show(in_words(entry.statement, language))
    if isinstance(entry.statement, Request):
        effects = [entry.statement.effect]
        if desk is not None:
            effects += [one.effect for one in desk.outcomes.decisions if one.id == entry.leaf]
        show_misnamed(effects, language)


def show_misnamed(effects: "Iterable[Effect]", language: "Language") -> "tuple[Misnamed, ...]":
    """Say loudly where effects name their territories otherwise than the installed catalogue."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.naming_words import misnamed_words
    from hudhud.adapters.record.naming import misnamed_in

    found = tuple(dict.fromkeys(each for one in effects for each in misnamed_in(one)))
    for each in found:
        show(f"\n{folded(say('misnamed', language, what=misnamed_words(each, language)))}")
    return found


def _refuse_misnamed(desk: "Desk", statement: "Statement", language: "Language") -> None:
    """Raises InputError for what would bring something about in another place than the one it names, with --yes too."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.naming import effect_meant

    effect = effect_meant(desk.record, desk.outcomes, statement)
    if effect is not None and any(one.kind.of_cells for one in show_misnamed([effect], language)):
        raise InputError(say("not_there", language))


def propose(
    desk: "Desk",
    statement: "Statement",
    arguments: argparse.Namespace,
    *,
    blobs: tuple[bytes, ...] = (),
    request: str | None = None,
    before: Callable[["Filing"], None] | None = None,
) -> int:
    """Show what will be signed and what would follow, ask, sign, hand in.  Returns the exit code.

    request: the hash of the request that it is about; before: what is done with what was signed before it is handed in.
    """
    import hashlib

    from hudhud.adapters.cli.record_words import advice, say
    from hudhud.adapters.record.foreseen import foreseen
    from hudhud.adapters.record.signing import signed
    from hudhud.record.in_words import in_words
    from hudhud.record.statements import statement_bytes
    from hudhud.record.wording import why_words
    from hudhud.record.words import Language

    language = language_of(arguments)
    data = statement_bytes(statement)
    title = desk.seat.title_ar if language is Language.ARABIC else desk.seat.title_en
    show(f"\n{say('sign', language)}\n")
    show(in_words(statement, language))
    show(f"{say('digest', language)}\n  {hashlib.sha256(data).hexdigest()}")
    show(say("seat", language, title=title, seat=desk.seat.id, key=desk.held.id[:12]))
    _refuse_misnamed(with_blobs(desk, blobs), statement, language)
    after = foreseen(with_blobs(desk, blobs).record, statement, desk.held.public_key, desk.now_s)
    if after.why is not None:
        hint = advice(after.why, language, record=arguments.record, request=(request or "")[:12])
        todo = "" if hint is None else f"\n  {hint}"
        raise InputError(f"{say('void', language, why=why_words(after.why, language))}{todo}")
    show()
    _show_foreseen(statement, after, request or after.leaf, language)
    if desk.record.trust.demonstration:
        show(say("demonstration", language))
    _asked(arguments, language)
    filing = signed(statement, desk.held, blobs)
    if before is not None:
        before(filing)
    _handed_in(desk, filing, arguments, language)
    return 0


def _show_foreseen(statement: "Statement", after: "Foreseen", leaf: str, language: "Language") -> None:
    """What would follow: how far the quorum is, and what becomes of the request."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.foreseen import outcome_of
    from hudhud.record.history import State
    from hudhud.record.statements import Approval, Ratification, Refusal, Request, Revocation, Suspension
    from hudhud.record.wording import state_word

    old, new = outcome_of(after.before, leaf), outcome_of(after.after, leaf)
    if new is None:
        show(folded(say("then", language, what=say("recorded", language))))
        return
    if isinstance(statement, Approval | Request):
        show(folded(_quorum_line(after.prefix, new, language)))
    was, now = (None if one is None else one.decided for one in (old, new))
    if was is not None and now is not None:
        key = "recorded"
        if isinstance(statement, Ratification) and was.ratified_s is None and now.ratified_s is not None:
            key = "ratified"
        elif isinstance(statement, Revocation) and not was.revoked_by and now.revoked_by:
            key = "ended"
        elif isinstance(statement, Suspension) and len(now.rests) > len(was.rests):
            key = "rests"
        show(folded(say("then", language, what=say(key, language))))
        return
    changed = old is not None and old.state is not new.state
    state = state_word(new.state, language)
    waits = new.state is State.WAITING or not isinstance(statement, Approval | Refusal)
    key = "becomes" if changed else "stays" if waits else "recorded"
    show(folded(say("then", language, what=say(key, language, state=state))))


def _quorum_line(prefix: "Prefix", case: "RequestOutcome", language: "Language") -> str:
    """How far the quorum of a request is: which of its groups agree."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.status import quorum_of_case

    needed, members = quorum_of_case(prefix, case)
    who = ", ".join(f"{name} {say('agrees' if met else 'missing', language)}" for name, met in members)
    met = sum(one for _, one in members)
    return say("quorum", language, name=case.quorum, met=met, needed=needed, who=who)


def _asked(arguments: argparse.Namespace, language: "Language") -> None:
    """Go on where the user says yes.  Raises InputError where not, or nobody can be asked."""
    from hudhud.adapters.cli.record_words import say

    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise InputError(say("no_terminal", language))
    sys.stdout.flush()
    try:
        answer = input(say("ask", language))
    except EOFError:
        answer = ""
    if answer.strip().lower() not in ("y", "yes", "نعم"):
        raise InputError(say("not_signed", language))


def _handed_in(desk: "Desk", filing: "Filing", arguments: argparse.Namespace, language: "Language") -> None:
    """Write what was signed into files, or hand it to the keeper on this machine."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.filings import write_filing
    from hudhud.adapters.record.keeper import open_keeper

    if arguments.out is not None:
        paths = write_filing(filing, arguments.out)
        show(say("written", language, path=", ".join(map(str, paths))))
        show(say("hand_in", language, path=arguments.out))
        return
    with open_keeper(arguments.record, now_s, record=desk.record) as keeper:
        done = keeper.submit([filing])
        show_submitted(done, keeper.published, Path.cwd(), language)


def show_submitted(done: "Submitted", record: "Record | None", folder: Path, language: "Language") -> None:
    """Tell what became of filings; receipts go into files of the folder.  record: None while nothing is published."""
    from hudhud.adapters.cli.record_words import say
    from hudhud.adapters.record.foreseen import decided_at
    from hudhud.adapters.record.status import subject_of
    from hudhud.record.forms import instant_text
    from hudhud.record.wording import state_word, why_words, word

    outcomes = None if record is None else decided_at(record.prefix, record.witnessed_s)
    voids = {} if outcomes is None else {one.index: one.why for one in outcomes.void}
    for place, leaf in enumerate(done.leaves):
        index = done.first + place
        show(say("filed", language, index=index, leaf=leaf))
        if place < len(done.receipts):
            path = folder / f"{leaf[:12]}.receipt"
            try:
                path.write_bytes(done.receipts[place])
            except OSError as error:
                raise RecordError(f"{path}: the receipt cannot be written: {error.strerror or error}") from None
            show(f"  {say('unwitnessed', language)}\n  {say('receipt', language, path=path)}")
        if record is None or outcomes is None or index >= len(record.prefix.entries):
            continue
        if index in voids:
            show(f"  {say('void', language, why=why_words(voids[index], language))}")
        case = subject_of(outcomes, record.prefix.entries[index])
        if case is not None:
            show(f"  {say('is_now', language, state=state_word(case.state, language))}")
    if done.witnessed and record is not None:
        show(f"  {say('witnessed', language, at=instant_text(record.witnessed_s))}")
    for one in done.silent:
        show(f"  {one}")
    for leaf, statement in done.followed:
        show(f"  {say('followed', language, kind=word(statement.kind, language), leaf=leaf[:12])}")
