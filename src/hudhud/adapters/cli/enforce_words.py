"""What a point of enforcement says, in English and Arabic: a table and no more."""

from hudhud.record.words import Language
from hudhud.service.enforcement import Alarm

__all__ = ["alarm_words", "enforce_words"]

_ALARMS = {
    Alarm.NOT_PROVEN: (
        "the record does not prove this release: do not obey it, and tell the auditors",
        "السجل لا يثبت هذا الإصدار: لا يُعمل به، وليُبلَّغ المدققون",
    ),
    Alarm.OTHER_MAP: (
        "another map was released than the one that the record proves: do not obey it, and tell the auditors",
        "الخريطة الصادرة غير الخريطة التي يثبتها السجل: لا يُعمل بها، وليُبلَّغ المدققون",
    ),
    Alarm.NO_MAP: (
        "no map can be made from what this release names: do not obey it, and tell the auditors",
        "لا يمكن صنع خريطة مما يسمّيه هذا الإصدار: لا يُعمل به، وليُبلَّغ المدققون",
    ),
    Alarm.UNREADABLE: (
        "the released map is no map of this world: tell the auditors",
        "الخريطة الصادرة ليست خريطة لهذا العالم: ليُبلَّغ المدققون",
    ),
    Alarm.ROLLBACK: (
        "the release goes back behind the one obeyed: it is refused, whoever signed it",
        "يعود هذا الإصدار إلى ما قبل الإصدار المعمول به: يُرفض أيًّا كان من وقّعه",
    ),
    Alarm.TOO_EARLY: (
        "the map is for an instant still to come: run this again then",
        "الخريطة للحظة لم تأت بعد: أعد تشغيل هذا الأمر حينها",
    ),
    Alarm.STALE: (
        "nothing newer has been witnessed for long. It switches nothing off; ask who keeps the record",
        "لم يُشهد على شيء أحدث منذ وقت طويل. هذا لا يوقف أي خدمة؛ اسأل من يحفظ السجل",
    ),
}

_WORDS = {
    "obeyed": (
        "obeyed     {map_sha256}\nreleased by entry {index}, for {at}, from {size:,} entries; obeyed since {since}",
        "المعمول بها  {map_sha256}\nصدرت بالقيد {index} للحظة {at}، من {size:,} قيدًا؛ معمول بها منذ {since}",
    ),
    "nothing": (
        "This point obeys no map: nothing is served, and there is nothing to report.",
        "لا تعمل هذه النقطة بأي خريطة: لا خدمة لأحد، ولا شيء للإبلاغ عنه.",
    ),
    "alarm": ("ALARM  entry {index}: {what}.\n  {detail}", "إنذار  القيد {index}: {what}.\n  {detail}"),
    "stale": ("ALARM  {what}.\n  {detail}", "إنذار  {what}.\n  {detail}"),
    "stays": (
        "The point does not follow the newest release. It stays at the last good map, and reports that one.",
        "لا تتبع هذه النقطة أحدث إصدار. تبقى على آخر خريطة صالحة، وتبلّغ عنها.",
    ),
    "first": (
        "This point remembers nothing yet. From now on it does, in {path}: keep that file.",
        "لا تتذكر هذه النقطة شيئًا بعد. ستتذكر من الآن في {path}: احفظ هذا الملف.",
    ),
    "map": ("map        {path}", "الخريطة  {path}"),
    "reported": (
        "This report stands in the record already: nothing is filed again.",
        "هذا البلاغ مثبت في السجل من قبل: لا يُقدَّم شيء من جديد.",
    ),
}


def alarm_words(alarm: Alarm, language: Language) -> str:
    """What an alarm means and what to do."""
    return _ALARMS[alarm][language is Language.ARABIC]


def enforce_words(name: str, language: Language, /, **parts: object) -> str:
    """A phrase in a language, with its parts filled in."""
    return _WORDS[name][language is Language.ARABIC].format(**parts)
