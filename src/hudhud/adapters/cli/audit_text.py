"""An audit as one page of 80 columns, English or Arabic, and as JSON; one entry and its proof in words."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from hudhud.adapters.audit_words import ANSWERS, WEIGHTS, detail, sentence
from hudhud.adapters.audited import Audited, HandedIn, Standing
from hudhud.adapters.audited_entry import CheckedEntry
from hudhud.record.audit import Audit
from hudhud.record.audit_parts import Answer, Counted, Finding, Found, Weight
from hudhud.record.forms import instant_text
from hudhud.record.history import Why
from hudhud.record.in_words import in_words
from hudhud.record.statements import statement_bytes
from hudhud.record.wording import counted, why_words
from hudhud.record.words import Language

__all__ = ["audit_json", "entry_json", "show_audit", "show_entry"]

_COLUMNS = 80
_SHOWN = 12  # findings of one weight; the rest is told to be in the JSON
_STYLES = {
    Answer.SOUND: "bold green",
    Answer.SOUND_WITH_CONCERNS: "bold yellow",
    Answer.NOT_SOUND: "bold red",
}

_WORDS = {
    "audit": ("Audit of", "تدقيق السجل"),
    "demonstration": (
        "DEMONSTRATION: its seats are made up, its keys protect nothing",
        "عرض توضيحي: مقاعده غير حقيقية ومفاتيحه لا تحمي شيئًا",
    ),
    "replayed": (
        "Everything was worked out again from public files alone.",
        "أُعيد حساب كل شيء من الملفات العامة وحدها.",
    ),
    "stopped": (
        "The audit stopped here: what the log holds cannot be believed, so nothing that follows from it was judged.",
        "توقف التدقيق هنا: لا يمكن تصديق ما في السجل، فلم يُحكم على شيء مما ينبني عليه.",
    ),
    "empty": ("The log is empty: nothing follows from it.", "السجل فارغ: لا ينبني عليه شيء."),
    "from_to": ("Witnessed from {first} to {newest}.", "شُهد عليه من {first} إلى {newest}."),
    "entry": ("entry {}", "القيد {}"),
    "more": ("and {} more: see --json", "و{} غيرها: انظر ‎--json"),
    "void": ("{} of entries that count for nothing: {}", "قيود لا يُعتدّ بها وعددها {}: {}"),
    "trust": ("Root of trust", "أصل الثقة"),
    "own_word": (
        "It came from the record itself, which proves nothing about whose record this is. Compare this digest with one that "
        "came another way, or hand in the file that you keep: --trust FILE.",
        "جاء من السجل نفسه، وهذا لا يثبت لمن هذا السجل. قارن هذه البصمة ببصمة وصلتك من طريق آخر، أو قدّم الملف الذي تحتفظ به: "
        "‎--trust FILE.",
    ),
    "holds": ("THE PROOF HOLDS", "البرهان صحيح"),
    "fails": ("THE PROOF DOES NOT HOLD", "البرهان غير صحيح"),
    "place": (
        "Entry {index} of {log}, under the checkpoint of {size} entries, witnessed {at} by {count}.",
        "القيد {index} في {log}، تحت نقطة التحقق عند الحجم {size} المشهودة في {at}، وعدد من شهد عليها: {count}.",
    ),
    "leaf": ("hash of the entry", "بصمة القيد"),
    "signed": ("Signed by the seat {seat}.", "وقّعه المقعد {seat}."),
    "later_keyring": (
        "The keyring handed in is not the one of the root of trust: that it is in force, only the record shows.",
        "حلقة المفاتيح المقدمة ليست التي في أصل الثقة: لا يبيّن أنها نافذة إلا السجل.",
    ),
    "unsigned": (
        "Its signature was not checked and its text is not shown: hand in the keyring with the key {keyid} (--keyring FILE).",
        "لم يُفحص توقيعه ولا يُعرض نصه: قدّم حلقة المفاتيح التي فيها المفتاح {keyid} (‎--keyring FILE).",
    ),
    "files": ("Files handed in", "الملفات المقدَّمة"),
    "compared": ("It came from elsewhere than the record.", "جاء من غير السجل."),
}

_STANDINGS = {
    Standing.NEWEST_MAP: ("the map released by entry {}, the newest", "الخريطة التي أصدرها القيد {}، وهي أحدث خريطة"),
    Standing.RELEASED_MAP: (
        "the map released by entry {}; a newer one has been released and is still to be loaded",
        "الخريطة التي أصدرها القيد {}؛ وقد صدرت بعدها أحدث منها ولم تنقض مهلة تحميلها",
    ),
    Standing.BEGINNING: (
        "the beginning of this record, number of entries: {}",
        "بداية هذا السجل، وعدد القيود فيها: {}",
    ),
    Standing.KEPT: ("kept, entry {}", "رُوعي، القيد {}"),
    Standing.OPEN: ("not in the record yet; the time for that is not over", "ليس في السجل بعد، ولم تنقض مهلة إدراجه"),
    Standing.FAILS: ("does not hold, see the findings", "لا يصح، انظر ما وُجد أعلاه"),
    Standing.NOT_COMPARED: (
        "not compared: the audit did not come so far",
        "لم يُقارن: لم يبلغ التدقيق ذلك",
    ),
}

_NOUNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "entries": (("entry", "entries"), ("قيد واحد", "قيدان", "قيود", "قيدًا", "قيد")),
    "signatures": (("signature", "signatures"), ("توقيع واحد", "توقيعان", "تواقيع", "توقيعًا", "توقيع")),
    "checkpoints": (
        ("checkpoint", "checkpoints"),
        ("نقطة تحقق واحدة", "نقطتا تحقق", "نقاط تحقق", "نقطة تحقق", "نقطة تحقق"),
    ),
    "requests": (("request", "requests"), ("طلب واحد", "طلبان", "طلبات", "طلبًا", "طلب")),
    "decisions": (("decision", "decisions"), ("قرار واحد", "قراران", "قرارات", "قرارًا", "قرار")),
    "in_force": (("in force", "in force"), ("واحد نافذ", "اثنان نافذان", "نافذة", "نافذًا", "نافذ")),
    "releases": (
        ("released map", "released maps"),
        ("خريطة صادرة واحدة", "خريطتان صادرتان", "خرائط صادرة", "خريطة صادرة", "خريطة صادرة"),
    ),
    "reports": (
        ("report by points of enforcement", "reports by points of enforcement"),
        ("تقرير تنفيذ واحد", "تقريرا تنفيذ", "تقارير تنفيذ", "تقرير تنفيذ", "تقرير تنفيذ"),
    ),
}
_WITNESSES = (
    ("witness", "witnesses"),
    ("شاهد واحد", "شاهدان", "شهود", "شاهدًا", "شاهد"),
)
_ROWS = (("entries", "signatures", "checkpoints"), ("requests", "decisions", "in_force"), ("releases", "reports"))


def show_audit(told: Audited, console: Console, language: Language) -> None:
    """Print the page."""
    words = {name: pair[language is Language.ARABIC] for name, pair in _WORDS.items()}
    found, trust = told.audit, told.audit.trust
    console.print(Text(f"{words['audit']} {told.where}", style="bold"))
    console.print(Text(f"{(trust.name_en, trust.name_ar)[language is Language.ARABIC]} ({trust.log})"))
    if trust.demonstration:
        console.print(Text(words["demonstration"], style="yellow"))
    console.print()
    console.print(Text(ANSWERS[found.answer][language is Language.ARABIC], style=_STYLES[found.answer]))
    for line in _numbers(found, words, language):
        console.print(Text(line))
    for weight in Weight:
        if shown := list(_lines(found.of(weight), words, language)):
            console.print()
            heading = f"{WEIGHTS[weight][language is Language.ARABIC]} ({len(found.of(weight)):,})"
            console.print(Text(heading, style="bold red" if weight is Weight.UNSOUND else "bold"))
            for line in shown:
                console.print(Text(line))
    if told.files:
        console.print()
        console.print(Text(words["files"], style="bold"))
        for one in told.files:
            for line in _wrapped(f"{one.file}: {_standing(one, language)}", "  "):
                console.print(Text(line, style="bold red" if one.standing is Standing.FAILS else ""))
    console.print()
    console.print(Text(words["trust"], style="bold"))
    console.print(Text(f"  {told.trust_sha256}"))
    for line in _wrapped(words["compared" if told.compared else "own_word"], "  "):
        console.print(Text(line, style="" if told.compared else "yellow"))


def _standing(one: HandedIn, language: Language) -> str:
    """How a file that was handed in stands to the record, in words."""
    number = "" if one.number is None else f"{one.number:,}"
    return _STANDINGS[one.standing][language is Language.ARABIC].format(number)


def _numbers(found: Audit, words: Mapping[str, str], language: Language) -> Iterator[str]:
    numbers = found.counted
    if numbers is None:
        yield from _wrapped(words["stopped" if found.record is None else "empty"], "")
        return
    yield from _wrapped(words["replayed"], "")
    comma = "، " if language is Language.ARABIC else ", "
    for row in _ROWS:
        parts = [_count(numbers, name, language) for name in row]
        yield f"  {comma.join(parts)}"
    instants = {"first": instant_text(numbers.first_s), "newest": instant_text(numbers.newest_s)}
    yield f"  {words['from_to'].format(**instants)}"


def _count(numbers: Counted, name: str, language: Language) -> str:
    count = getattr(numbers, name)
    if count == 0 and language is Language.ARABIC:  # nought of a thing takes its plain form
        return f"0 {_NOUNS[name][1][4]}"
    return counted(count, _NOUNS[name][language is Language.ARABIC], language)


def _lines(findings: Sequence[Finding], words: Mapping[str, str], language: Language) -> Iterator[str]:
    """Findings of one weight; entries that count for nothing together, by reason."""
    void = [one for one in findings if one.kind is Found.VOID_ENTRY]
    others = [one for one in findings if one.kind is not Found.VOID_ENTRY]
    for one in others[:_SHOWN]:
        yield from _wrapped(_line(one, words, language), "  ")
    if len(others) > _SHOWN:
        yield f"  {words['more'].format(f'{len(others) - _SHOWN:,}')}"
    reasons = Counter(one.told["why"] for one in void)
    for why, count in reasons.most_common():
        places = ", ".join(str(one.entry) for one in void if one.told["why"] == why)
        told = f"{_count_of(count, language)}: {why_words(Why(str(why)), language)} ({textwrap.shorten(places, 48)})"
        yield from _wrapped(told, "  ")


def _count_of(count: int, language: Language) -> str:
    if language is Language.ARABIC:
        return f"{counted(count, _NOUNS['entries'][1], language)} بلا أثر"
    return f"{counted(count, _NOUNS['entries'][0], language)} without effect"


def _line(one: Finding, words: Mapping[str, str], language: Language) -> str:
    where = one.where if one.entry is None else words["entry"].format(one.entry)
    told = sentence(one, language)
    return f"{where}: {told}" if where else told


def _wrapped(text: str, indent: str) -> list[str]:
    inner = indent + ("  " if indent else "")
    return [
        part
        for line in text.split("\n")
        for part in textwrap.wrap(
            line, _COLUMNS, initial_indent=indent, subsequent_indent=inner, break_on_hyphens=False
        )
    ]


def audit_json(told: Audited, language: Language) -> dict[str, Any]:
    """The audit as JSON: everything, with a sentence for each finding."""
    found = told.audit
    numbers = found.counted
    return {
        "where": told.where,
        "log": found.trust.log,
        "demonstration": found.trust.demonstration,
        "answer": found.answer.value,
        "sound": found.sound,
        "trust": {"sha256": told.trust_sha256, "from_elsewhere": told.compared},
        "counted": None if numbers is None else _counted_json(numbers),
        "findings": [_finding_json(one, language) for one in found.findings],
        "files": [_file_json(one, language) for one in told.files],
    }


def _counted_json(numbers: Counted) -> dict[str, Any]:
    names = [*(name for row in _ROWS for name in row), "void"]
    return {name: getattr(numbers, name) for name in names} | {
        "first": instant_text(numbers.first_s),
        "newest": instant_text(numbers.newest_s),
    }


def _file_json(one: HandedIn, language: Language) -> dict[str, Any]:
    key = "entries" if one.standing is Standing.BEGINNING else "entry"
    number = {} if one.number is None or one.standing is Standing.FAILS else {key: one.number}
    return {"file": one.file, "standing": one.standing.value} | number | {"text": _standing(one, language)}


def _finding_json(one: Finding, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": one.kind.value, "weight": one.weight.value}
    if one.where:
        told["where"] = one.where
    if one.entry is not None:
        told["entry"] = one.entry
    for name, value in one.told.items():
        instant = name.endswith("_s") and not name.endswith("_for_s")
        told[name.removesuffix("_s") if instant else name] = (
            instant_text(int(value)) if instant else value if isinstance(value, int) else str(value)
        )
    return told | {"text": sentence(one, language)}


# ---- one entry ----


def show_entry(told: CheckedEntry, console: Console, language: Language) -> None:
    """Print what is proven of one entry, and the entry in words."""
    words = {name: pair[language is Language.ARABIC] for name, pair in _WORDS.items()}
    style = "bold green" if told.sound else "bold red"
    console.print(Text(words["holds" if told.sound else "fails"], style=style))
    for problem in told.problems:
        for line in _wrapped(detail(problem, language), "  "):
            console.print(Text(line))
    for line in _proven_lines(told, words, language):
        console.print(Text(line))
    if told.statement is not None:
        console.print()
        console.print(Text(in_words(told.statement, language)), end="")
    console.print()
    console.print(Text(words["trust"], style="bold"))
    console.print(Text(f"  {told.trust_sha256}"))


def _proven_lines(told: CheckedEntry, words: Mapping[str, str], language: Language) -> Iterator[str]:
    if told.proven is not None and told.witnessed_s is not None:
        checkpoint = told.proven.signed.checkpoint
        place = words["place"].format(
            index=told.proven.index,
            log=checkpoint.origin,
            size=f"{checkpoint.size:,}",
            count=counted(len(told.proven.signed.cosignatures), _WITNESSES[language is Language.ARABIC], language),
            at=instant_text(told.witnessed_s),
        )
        yield from _wrapped(place, "")
    yield f"{words['leaf']}: {told.leaf}"
    if told.seat is not None:
        yield words["signed"].format(seat=told.seat)
        if not told.first_keyring:
            yield from _wrapped(words["later_keyring"], "")
    elif told.sound and told.keyid is not None:
        yield from _wrapped(words["unsigned"].format(keyid=told.keyid[:12]), "")


def entry_json(told: CheckedEntry) -> dict[str, Any]:
    """The same as JSON."""
    place = told.proven
    return {
        "sound": told.sound,
        "problems": list(told.problems),
        "trust": {"sha256": told.trust_sha256, "from_elsewhere": True},
        "leaf": told.leaf,
        "keyid": told.keyid,
        "index": None if place is None else place.index,
        "size": None if place is None else place.signed.checkpoint.size,
        "witnesses": [] if place is None else sorted(key.name for key, _ in place.signed.cosignatures),
        "witnessed": None if told.witnessed_s is None else instant_text(told.witnessed_s),
        "seat": told.seat,
        "statement": None if told.statement is None else json.loads(statement_bytes(told.statement)),
    }
