"""`hudhud found-record`: a record that is no demonstration, from files that say who signs, by which rules, under whose eyes."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.cli.record_verbs import (
    add_language,
    add_verb,
    folded,
    language_of,
    passphrase_of,
    random_bytes,
    show,
)
from hudhud.errors import InputError

if TYPE_CHECKING:
    from hudhud.adapters.record.founding import Founding
    from hudhud.record.words import Language

__all__ = ["add", "command"]

_DESCRIPTION = """\
Found a record in a new folder. Three files say what it begins with:

  --keyring    organisations, persons, seats, public keys, and the groups from
               which quorums are counted
  --rules      what differs from the rules that come with Hudhud (not needed)
  --witnesses  who watches the log: key, address, and how many must cosign

They are checked together, and everything wrong with them is told at once. Keys
are made for the log, and for the registrar unless one is handed in; both lie in
DIR/private and are used without anybody being asked. Neither of them votes.
"""

_EPILOG = """\
examples:
  hudhud found-record record --keyring examples/record/keyring.toml \\
      --witnesses examples/record/witnesses.toml
  hudhud found-record record --keyring keyring.toml --rules rules.toml \\
      --witnesses witnesses.toml --origin records.example.org/sky \\
      --name-en "Register of service" --name-ar "سجل الخدمة"

The files, explained: docs/reference/record-verbs.md

exit codes: 0 founded, 2 wrong usage or input, or a folder that has something
already
"""

_LARGEST_BYTES = 1_000_000

_WORDS = {
    "founded": ("A record is founded in {folder}: {log}", "تأسس سجل في {folder}: {log}"),
    "counts": (
        "{persons} persons, {seats} seats, {keys} keys; {needed} of {count} witnesses must cosign",
        "الأشخاص: {persons}، المقاعد: {seats}، المفاتيح: {keys}؛ يجب أن يشهد {needed} من {count} من الشهود",
    ),
    "bears": (
        "which bears {bad} dishonest and {silent} silent",
        "وذلك يحتمل من غير الأمناء {bad} ومن الصامتين {silent}",
    ),
    "trust": (
        "Digest of the root of trust (SHA-256). Publish it elsewhere than the record:",
        "بصمة أصل الثقة (SHA-256). انشرها في غير موضع السجل:",
    ),
    "vkey": ("Public key of the log:", "المفتاح العام للسجل:"),
    "made": (
        "The registrar's key was made: {folder}/private/registrar.key, its public half is in the keyring.",
        "صُنع مفتاح أمين السجل: {folder}/private/registrar.key، ونصفه العام في حلقة المفاتيح.",
    ),
    "kept": (
        "The registrar's key was copied, without passphrase, to {folder}/private/registrar.key (only you can read it).",
        "نُسخ مفتاح أمين السجل، بلا عبارة مرور، إلى {folder}/private/registrar.key (لا يقرؤه غيرك).",
    ),
    "no_liar": (
        "WARNING: {needed} of {count} witnesses bear not one dishonest one: two histories could be cosigned. "
        "Take 3 of 4, or 5 of 7.",
        "تنبيه: {needed} من {count} من الشهود لا يحتملون شاهدًا واحدًا غير أمين: قد يُشهد على تاريخين. اجعلهم 3 من 4 أو 5 من 7.",
    ),
    "no_silence": (
        "WARNING: all witnesses must cosign: one that is silent stops everything.",
        "تنبيه: يجب أن يشهد الشهود كلهم: صمت واحد منهم يوقف كل شيء.",
    ),
    "few_trustees": (
        "WARNING: no trustees of two organisations hold a seat: where something is withheld, no vote will count.",
        "تنبيه: لا مقاعد لأمناء مؤتمنين من جهتين: حيث يُحجب شيء لا يُعتد بأي صوت.",
    ),
    "no_points": (
        "WARNING: no seat is a point of enforcement: nobody will tell which map is obeyed.",
        "تنبيه: لا مقعد لنقطة تنفيذ: لن يبلّغ أحد أي خريطة تُطاع.",
    ),
    "next": ("What to do next", "ما يلي ذلك"),
    "witnesses": (
        "  1. each witness learns to know the log:\n"
        "       hudhud witness add-log ITS-FOLDER VKEY      (VKEY: the public key above)\n"
        "       hudhud witness serve ITS-FOLDER --listen HOST:PORT --public",
        "  1. يتعرف كل شاهد إلى السجل:\n"
        "       hudhud witness add-log ITS-FOLDER VKEY      (VKEY: المفتاح العام أعلاه)\n"
        "       hudhud witness serve ITS-FOLDER --listen HOST:PORT --public",
    ),
    "begin": (
        "  2. have the empty record witnessed, which publishes it; from then on every minute:\n"
        "       hudhud submit {folder}",
        "  2. اطلب الشهادة على السجل الفارغ فيُنشر؛ ثم كرر ذلك كل دقيقة:\n       hudhud submit {folder}",
    ),
    "serve": (
        "  3. serve {folder}/public with any web server; keep {folder}/private and log.sqlite to yourself",
        "  3. قدّم {folder}/public بأي خادم وب؛ واحفظ {folder}/private و log.sqlite لنفسك",
    ),
    "sign": (
        "  4. whoever has a seat signs:\n       hudhud request {folder} DRAFT.toml --key FILE",
        "  4. يوقّع من له مقعد:\n       hudhud request {folder} DRAFT.toml --key FILE",
    ),
}


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = add_verb(subparsers, "found-record", "found a record of your own", _DESCRIPTION, _EPILOG)
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new folder")
    parser.add_argument("--keyring", metavar="FILE", type=Path, required=True, help="who may sign (TOML)")
    parser.add_argument("--witnesses", metavar="FILE", type=Path, required=True, help="who watches the log (TOML)")
    parser.add_argument("--rules", metavar="FILE", type=Path, help="rules that differ (TOML)")
    parser.add_argument("--origin", metavar="NAME", help="name of the log, where the keyring has no `log`")
    parser.add_argument("--name-en", metavar="TEXT", help="what the record is called in English")
    parser.add_argument("--name-ar", metavar="TEXT", help="what it is called in Arabic")
    parser.add_argument("--registrar-key", metavar="FILE", type=Path, help="the registrar's key, if there is one")
    parser.add_argument("--passphrase-file", metavar="FILE", type=Path, help="the passphrase of that key")
    add_language(parser)
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    from hudhud.adapters.record.founding import found, founding_from
    from hudhud.adapters.record.keys import open_key
    from hudhud.adapters.texts import read_text

    if arguments.passphrase_file is not None and arguments.registrar_key is None:
        raise InputError("--passphrase-file goes with --registrar-key FILE")
    texts = {
        name: "" if path is None else read_text(path, f"{name} (TOML)", _LARGEST_BYTES)
        for name, path in (
            ("keyring", arguments.keyring),
            ("witnesses", arguments.witnesses),
            ("rules", arguments.rules),
        )
    }
    registrar = None
    if arguments.registrar_key is not None:
        registrar = open_key(arguments.registrar_key, passphrase_of(arguments))
    made = founding_from(
        **texts,
        random=random_bytes,
        origin=arguments.origin,
        name_en=arguments.name_en,
        name_ar=arguments.name_ar,
        registrar=registrar,
    )
    found(arguments.folder, made)
    _show(made, arguments.folder, language_of(arguments))
    return 0


def _show(made: "Founding", folder: Path, language: "Language") -> None:
    from hudhud.adapters.record.founding import borne
    from hudhud.record.trust import trust_digest
    from hudhud.record.words import Language

    (group,) = made.policy.groups.values()
    needed, count = group.threshold, len(group.members)
    bad = borne(count, needed)

    def say(key: str, **values: object) -> str:
        return _WORDS[key][language is Language.ARABIC].format(**values)

    numbers = {"persons": len(made.keyring.persons), "seats": len(made.keyring.seats), "keys": len(made.keyring.keys)}
    show(say("founded", folder=folder, log=made.trust.log))
    show(say("counts", needed=needed, count=count, **numbers))
    if bad >= 1:
        show(say("bears", bad=bad, silent=count - needed))
    show(folded(say("made" if made.registrar_made else "kept", folder=folder)))
    for one in made.doubts:
        show(f"\n{folded(say(one, needed=needed, count=count))}")
    show(f"\n{say('trust')}\n  {trust_digest(made.trust)}\n{say('vkey')}\n  {made.log.key.text}")
    show(f"\n{say('next')}\n{say('witnesses')}")
    for name, address in made.addresses.items():
        show(f"       {name}: {address}")
    for key in ("begin", "serve", "sign"):
        lines = say(key, folder=folder).split("\n")
        show("\n".join(one if one.lstrip().startswith("hudhud ") else folded(one) for one in lines))
