"""What an audit finds, in sentences, English and Arabic: a table and the values that go into it."""

from collections.abc import Mapping

from hudhud.adapters.naming_words import misnaming_words
from hudhud.adapters.service_words import class_words
from hudhud.record.audit_parts import Answer, Finding, Found, Weight
from hudhud.record.forms import instant_text
from hudhud.record.history import Why
from hudhud.record.wording import counted, why_words, word
from hudhud.record.words import Language, RedactionClass, ServiceClass, ServiceState

__all__ = ["ANSWERS", "SENTENCES", "WEIGHTS", "detail", "duration", "sentence"]

ANSWERS: Mapping[Answer, tuple[str, str]] = {
    Answer.SOUND: ("SOUND", "السجل سليم"),
    Answer.SOUND_WITH_CONCERNS: ("SOUND, WITH CONCERNS", "السجل سليم، مع ملاحظات"),
    Answer.NOT_SOUND: ("NOT SOUND", "السجل غير سليم"),
}

WEIGHTS: Mapping[Weight, tuple[str, str]] = {
    Weight.UNSOUND: ("Not sound", "خلل في السلامة"),
    Weight.CONCERN: ("Concerns", "ملاحظات"),
    Weight.NOTE: ("Notes", "للعلم"),
}

SENTENCES: Mapping[Found, tuple[str, str]] = {
    Found.BROKEN: ("{problem}", "ملف أو قيد أو توقيع مفقود أو ليس كما يجب. {problem}"),
    Found.REWRITTEN: (
        "The older copy of {size} entries ({at_s}) holds other entries: two histories were signed. Keep both copies.",
        "النسخة الأقدم عند الحجم {size} ({at_s}) تحوي قيودًا أخرى: وُقِّع تاريخان مختلفان. احتفظ بالنسختين.",
    ),
    Found.SHORTER: (
        "The older copy has {size} entries ({at_s}), this record only {entries}: entries have gone.",
        "حجم النسخة الأقدم {size} ({at_s})، وحجم هذا السجل {entries} فقط: ضاعت قيود.",
    ),
    Found.VANISHED_CHECKPOINT: (
        "The checkpoint of {size} entries ({at_s}) in the older copy has vanished from the timeline.",
        "نقطة التحقق عند الحجم {size} ({at_s}) في النسخة الأقدم اختفت من الخط الزمني.",
    ),
    Found.MOVED_INSTANT: (
        "The checkpoint of {size} entries was of {at_s} in the older copy and is now of {now_at_s}.",
        "كانت نقطة التحقق عند الحجم {size} في {at_s} حسب النسخة الأقدم، وهي الآن في {now_at_s}.",
    ),
    Found.WRONG_TIMELINE: (
        "This release was made from other checkpoints up to {size} entries than the timeline shows.",
        "صُنع هذا الإصدار من نقاط تحقق غير التي يعرضها الخط الزمني حتى الحجم {size}.",
    ),
    Found.WRONG_MAP: (
        "Map {map_sha256} was released, but from the first {size} entries follows {expected_sha256} for {at_s}.",
        "أُصدرت الخريطة {map_sha256}، لكن ما ينتج عن القيود الأولى ({size}) في {at_s} هو {expected_sha256}.",
    ),
    Found.WRONG_NEXT_CHANGE: (
        "This release holds until {told_s}; it should hold until {expected_s}.",
        "يسري هذا الإصدار حتى {told_s}، والصحيح حتى {expected_s}.",
    ),
    Found.NO_MAP_FOLLOWS: (
        "No map can be made from the first {size} entries: {problem}",
        "لا يمكن صنع خريطة من القيود الأولى ({size}). {problem}",
    ),
    Found.RELEASE_GOES_BACK: (
        "This release goes back behind entry {behind}: it is made from {size} entries.",
        "يرجع هذا الإصدار إلى ما قبل القيد {behind}: حجمه {size}.",
    ),
    Found.UNRELEASED_DECISION: (
        "Decision {decision} has been in force since {since_s} and is in no released map.",
        "القرار {decision} نافذ منذ {since_s} وليس في أي خريطة صادرة.",
    ),
    Found.UNRELEASED_CHANGE: (
        "Decision {decision} has been otherwise since {since_s}; the released map does not show it.",
        "تغيّر القرار {decision} منذ {since_s} والخريطة الصادرة لا تبيّن ذلك.",
    ),
    Found.UNRELEASED_MAP: (
        "Map {map_sha256} was last released, but {expected_sha256} follows now.",
        "آخر خريطة صادرة هي {map_sha256}، لكن ما ينتج الآن هو {expected_sha256}.",
    ),
    Found.UNPROVEN_MAP: (
        "{point} obeys map {map_sha256}, which was never released.",
        "نقطة التنفيذ {point} تطيع الخريطة {map_sha256} التي لم تصدر قط.",
    ),
    Found.OBEYED_BEFORE_RELEASE: (
        "{point} obeyed its map from {since_s}; it was to be obeyed only from {released_s}.",
        "أطاعت نقطة التنفيذ {point} خريطتها منذ {since_s}، ولم تكن واجبة الطاعة إلا منذ {released_s}.",
    ),
    Found.OBEYS_OLD_MAP: (
        "{point} still obeyed map {map_sha256} when that had been replaced for {late_for_s}.",
        "ظلت نقطة التنفيذ {point} تطيع الخريطة {map_sha256} بعد استبدالها بمدة {late_for_s}.",
    ),
    Found.HIDDEN_DOCUMENT: (
        "Enough seats voted for document {digest}, which nobody has shown: another keyring or other rules may be in force.",
        "صوّت عدد كافٍ من المقاعد للوثيقة {digest} ولم يُظهرها أحد: قد تكون حلقة مفاتيح أخرى أو قواعد أخرى هي النافذة.",
    ),
    Found.DROPPED_ENTRY: (
        "A receipt promises entry {leaf} by {include_by_s}. It is not in the record: it was dropped.",
        "يعد إيصال بإدراج القيد {leaf} قبل {include_by_s}، وليس في السجل: أُسقط.",
    ),
    Found.EMERGENCY_BEYOND_CAP: (
        "The released map goes on with emergency {decision}, which follows {before} over {cells} common cells ({cell}, ...) "
        "for common classes: emergencies there ran out at {cap_s}.",
        "تُبقي الخريطة الصادرة قرار الطوارئ {decision} الذي يتبع {before} في خلايا مشتركة عددها {cells} (منها {cell}) ولفئات "
        "مشتركة: انقضت مدة الطوارئ فيها في {cap_s}.",
    ),
    Found.MISNAMED_ENFORCED: (
        "Request {request} was decided and released on a map, though it says otherwise than the catalogue: {what}.",
        "قُرِّر الطلب {request} وصدر في خريطة، مع أنه يخالف الفهرس: {what}.",
    ),
    Found.HELD_MAP_UNPROVEN: (
        "This map ({map_sha256}) was never released: nothing proves it.",
        "هذه الخريطة ({map_sha256}) لم تصدر قط: لا شيء يثبتها.",
    ),
    Found.HELD_MAP_OLD: (
        "This map was released and has been replaced since {since_s}.",
        "صدرت هذه الخريطة واستُبدلت منذ {since_s}.",
    ),
    Found.HELD_MAP_ENTRY: (
        "Cell {cell}, {service_class}: {claimed_state} by {claimed}; proven: {proven_state} by {proven}.",
        "الخلية {cell}، {service_class}: {claimed_state} بموجب {claimed}؛ والثابت: {proven_state} بموجب {proven}.",
    ),
    Found.HELD_MAP_DECISION: (
        "The map handed in rests on {decision}, which no entry of this record makes.",
        "تستند الخريطة المقدمة إلى {decision}، ولا يصنعه أي قيد في هذا السجل.",
    ),
    Found.HELD_MAP_LACKS: (
        "The map handed in lacks decision {decision}, which the released map shows.",
        "تخلو الخريطة المقدمة من القرار {decision} الذي تبيّنه الخريطة الصادرة.",
    ),
    Found.STALE: (
        "The newest checkpoint is of {newest_s}, {old_for_s} ago. Perhaps nothing was filed since; perhaps you are shown an "
        "old record. Ask a witness for its newest checkpoint.",
        "أحدث نقطة تحقق في {newest_s}، أي قبل {old_for_s}. ربما لم يُودَع شيء منذ ذلك الحين، وربما يُعرض عليك سجل قديم. اطلب "
        "من شاهد أحدث نقطة تحقق لديه.",
    ),
    Found.UNSERVED_CHECKPOINT: (
        "The timeline knows a newer checkpoint ({size} entries, {at_s}) than is served ({served} entries): read it again "
        "in a moment; if it stays so, what came since is kept from you.",
        "يعرف الخط الزمني نقطة تحقق أحدث (الحجم {size}، {at_s}) من المعروضة (الحجم {served}): أعد القراءة بعد لحظة، فإن بقي "
        "الأمر كذلك فإن ما جاء بعدها محجوب عنك.",
    ),
    Found.AHEAD: (
        "The newest checkpoint is of {newest_s}, {ahead_for_s} ahead of the clock here: one of the two is wrong.",
        "أحدث نقطة تحقق في {newest_s}، تسبق الساعة هنا بمدة {ahead_for_s}: إحداهما خاطئة.",
    ),
    Found.LATE_RELEASE: (
        "Decision {decision} came into a released map {late_for_s} after it should have.",
        "دخل القرار {decision} خريطة صادرة متأخرًا بمدة {late_for_s}.",
    ),
    Found.OBEYED_OLD_MAP: (
        "{point} obeyed map {map_sha256} for {late_for_s} after it had been replaced; it obeys a newer one since.",
        "أطاعت نقطة التنفيذ {point} الخريطة {map_sha256} مدة {late_for_s} بعد استبدالها، ثم أطاعت خريطة أحدث.",
    ),
    Found.SILENT_POINT: (
        "{point} has not reported which map it obeys{silent}.",
        "لم تبلّغ نقطة التنفيذ {point} أي خريطة تطيع{silent}.",
    ),
    Found.LATE_ENTRY: (
        "This entry came {late_for_s} later than its receipt promises.",
        "جاء هذا القيد متأخرًا بمدة {late_for_s} عما يعد به إيصاله.",
    ),
    Found.OVERDUE: (
        "Request {request} had no answer by its deadline, {deadline_s}.",
        "لم يُجَب عن الطلب {request} حتى موعده، {deadline_s}.",
    ),
    Found.NEVER_RATIFIED: (
        "Emergency decision {decision} was never ratified; it lapsed at {lapsed_s}.",
        "لم يُصدَّق قط على قرار الطوارئ {decision}، فسقط في {lapsed_s}.",
    ),
    Found.UNREVIEWED: (
        "Decision {decision} was to be reviewed by {review_by_s} and was not.",
        "كان يجب أن يُراجع القرار {decision} قبل {review_by_s} ولم يُراجع.",
    ),
    Found.NOT_DEPOSITED: (
        "What is withheld ({kind}, {digest}) is not held by trustees of two organisations.",
        "المحجوب ({kind}، {digest}) ليس مودعًا لدى أمناء من جهتين.",
    ),
    Found.NOT_DISCLOSED: (
        "What is withheld ({digest}) was to be told by {due_s} and was not.",
        "كان يجب الإفصاح عن المحجوب ({digest}) قبل {due_s} ولم يُفصح عنه.",
    ),
    Found.EMERGENCY_CHAIN: (
        "Emergency {decision} follows {before} over {cells} common cells ({cell}, ...) for common classes under another name: "
        "there the two are one, which runs out at {cap_s}; {decision} lasts until {until_s}.",
        "يتبع قرار الطوارئ {decision} القرار {before} باسم آخر في خلايا مشتركة عددها {cells} (منها {cell}) ولفئات مشتركة: "
        "هما فيها قرار واحد تنقضي مدته في {cap_s}، والقرار {decision} يمتد حتى {until_s}.",
    ),
    Found.MISNAMED_TERRITORY: (
        "Request {request}, on no released map, says otherwise than the catalogue: {what}.",
        "الطلب {request}، وليس في أي خريطة صادرة، يخالف الفهرس: {what}.",
    ),
    Found.MISSING_DOCUMENT: (
        "Votes, not enough of them, name document {digest}, which nobody has shown.",
        "تسمّي أصوات، لا تكفي، الوثيقة {digest} ولم يُظهرها أحد.",
    ),
    Found.PENDING: (
        "Decision {decision} changed {late_for_s} ago; the map for that is still due.",
        "تغيّر القرار {decision} قبل {late_for_s}، ولم يحن بعد موعد خريطته.",
    ),
    Found.VOID_ENTRY: ("Counts for nothing: {why}", "لا يُعتدّ به: {why}"),
}
"""English and Arabic for every kind; names in braces are values of the finding."""

_SHORT = ("map_sha256", "expected_sha256", "decision", "before", "request", "digest", "leaf", "claimed", "proven")
_FOR_EVER = ("for ever", "الأبد")
_SINCE = (" since {}", " منذ {}")
_UNITS = (
    (86_400, ("day", "days"), ("يوم واحد", "يومان", "أيام", "يومًا", "يوم")),
    (3_600, ("hour", "hours"), ("ساعة واحدة", "ساعتان", "ساعات", "ساعة", "ساعة")),
    (60, ("minute", "minutes"), ("دقيقة واحدة", "دقيقتان", "دقائق", "دقيقة", "دقيقة")),
    (1, ("second", "seconds"), ("ثانية واحدة", "ثانيتان", "ثوانٍ", "ثانية", "ثانية")),
)


def sentence(one: Finding, language: Language) -> str:
    """A finding in a sentence."""
    arabic = language is Language.ARABIC
    values = {name: _value(name, value, language) for name, value in one.told.items()}
    if one.kind is Found.WRONG_NEXT_CHANGE:
        values = {"told_s": _FOR_EVER[arabic], "expected_s": _FOR_EVER[arabic]} | values
    if one.kind is Found.SILENT_POINT:
        values["silent"] = _SINCE[arabic].format(values["since_s"]) if "since_s" in values else ""
    if one.kind in (Found.MISNAMED_TERRITORY, Found.MISNAMED_ENFORCED):
        values["what"] = misnaming_words(one.told, language)
    return SENTENCES[one.kind][arabic].format(**values)


def detail(problem: str, language: Language) -> str:
    """What the program found, which it tells in English; in an Arabic text it is framed as that."""
    return f"كما يورده البرنامج بالإنجليزية: «{problem}»" if language is Language.ARABIC else problem


def duration(seconds: int, language: Language) -> str:
    """A duration in its largest unit, rounded down: 3 days."""
    for unit_s, english, arabic in _UNITS:
        if seconds >= unit_s or unit_s == 1:
            return counted(seconds // unit_s, arabic if language is Language.ARABIC else english, language)
    raise AssertionError


def _value(name: str, value: str | int, language: Language) -> str:
    if name.endswith("_for_s"):
        return duration(int(value), language)
    if name.endswith("_s"):
        return instant_text(int(value))
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Why):
        return why_words(value, language)
    if name == "problem":
        return detail(value, language)
    if name == "service_class" and set(value.split(", ")) <= set(ServiceClass):  # one, or several told together
        return class_words(map(ServiceClass, value.split(", ")), language.value)
    if isinstance(value, RedactionClass | ServiceState):
        return word(value, language)
    if name in _SHORT and len(value) >= 64:
        return value[:12] + value[64:]
    return value
