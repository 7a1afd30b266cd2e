"""What the verbs of the record say while somebody signs, in English and Arabic: a table and no more."""

from hudhud.record.history import Why
from hudhud.record.words import Language

__all__ = ["advice", "say"]

_WORDS = {
    "demonstration": (
        "DEMONSTRATION: seats, people and keys are made up.",
        "عرض توضيحي: المقاعد والأشخاص والمفاتيح من صنع الخيال.",
    ),
    "about": ("WHAT IT IS ABOUT: entry {index}\n  {leaf}", "ما يتعلق به: القيد {index}\n  {leaf}"),
    "impact": ("WHAT IT WOULD DO TO THE MAP", "أثره في الخريطة"),
    "chain": (
        "WARNING: it goes on with emergency {before} of {begun}, under another name: they share {cells} cells, and classes. "
        "Audits will tell the two as one; emergencies there run out at {cap}.",
        "تنبيه: هذا امتداد لقرار الطوارئ {before} المتخذ في {begun} باسم آخر: بينهما فئات وخلايا مشتركة عددها {cells}. "
        "سيعدّهما التدقيق قرارًا واحدًا، وتنقضي مدة الطوارئ فيها في {cap}.",
    ),
    "chain_beyond": (
        "WARNING: it goes on with emergency {before} of {begun}, under another name: they share {cells} cells, and classes. "
        "Emergencies there run out at {cap}, and this would last longer: audits will then call the record not sound. "
        "Ask for an ordinary decision instead.",
        "تنبيه: هذا امتداد لقرار الطوارئ {before} المتخذ في {begun} باسم آخر: بينهما فئات وخلايا مشتركة عددها {cells}. "
        "تنقضي مدة الطوارئ فيها في {cap} وهذا يمتد بعدها: سيعدّ التدقيق السجل حينئذ غير سليم. اطلب قرارًا عاديًا بدلًا منه.",
    ),
    "misnamed": ("WARNING: {what}.", "تنبيه: {what}."),
    "not_there": (
        "nothing was signed: its cells are in another place than it names; name that as the catalogue does, or refuse it",
        "لم يُوقَّع شيء: المكان المسمى غير المكان الذي فيه الخلايا؛ سمّه كما يسميه الفهرس، أو ارفض الطلب",
    ),
    "sign": ("WHAT YOU SIGN", "ما توقّعه"),
    "seat": ("as {title} ({seat}), key {key}", "بصفة {title} ({seat})، المفتاح {key}"),
    "digest": ("digest of the statement (SHA-256)", "بصمة البيان (SHA-256)"),
    "effect": ("digest of the effect agreed to", "بصمة الأثر المتفق عليه"),
    "report": ("digest of the impact report", "بصمة تقرير الأثر"),
    "then": ("What follows: {what}", "ما يترتب: {what}"),
    "becomes": ("with this the request is {state}.", "بهذا يصبح الطلب: {state}."),
    "stays": ("the request stays open ({state}).", "يبقى الطلب مفتوحًا ({state})."),
    "recorded": ("it stands in the record; no request changes its state.", "يثبت في السجل، ولا تتغير حالة أي طلب."),
    "ratified": ("the quorum is complete: the emergency is ratified.", "اكتمل النصاب: صُدِّق على قرار الطوارئ."),
    "ended": ("the quorum is complete: the decision ends.", "اكتمل النصاب: ينتهي القرار."),
    "rests": ("the quorum is complete: the decision rests.", "اكتمل النصاب: يُعلَّق القرار."),
    "quorum": ("Quorum {name}: {met} of {needed} ({who})", "النصاب {name}: {met} من {needed} ({who})"),
    "agrees": ("agrees", "يوافق"),
    "missing": ("missing", "ناقص"),
    "ask": ("Sign? [y/N] ", "أتوقّع؟ [y/N] "),
    "not_signed": ("nothing was signed", "لم يُوقَّع شيء"),
    "no_terminal": (
        "there is no terminal to ask on: read what is shown above, then sign with --yes",
        "لا طرفية للسؤال: اقرأ ما عُرض أعلاه، ثم وقّع بالخيار --yes",
    ),
    "written": ("signed, and written to {path}", "وُقِّع وكُتب في {path}"),
    "hand_in": (
        "Hand it to the keeper of the record:  hudhud submit RECORD {path}",
        "سلّمه إلى حافظ السجل:  hudhud submit RECORD {path}",
    ),
    "filed": ("entry {index}\n  {leaf}", "القيد {index}\n  {leaf}"),
    "witnessed": ("witnessed at {at}", "شُهد عليه في {at}"),
    "unwitnessed": (
        "recorded, and not yet witnessed: it counts when enough witnesses have cosigned",
        "سُجِّل ولم يُشهد عليه بعد: يُعتد به حين يشهد عليه العدد الكافي",
    ),
    "receipt": ("receipt: {path}", "إيصال: {path}"),
    "void": ("it counts for nothing: {why}", "لا يُعتد به: {why}"),
    "followed": ("followed by: {kind}, {leaf}", "وتبعه: {kind}، {leaf}"),
    "is_now": ("the request is now: {state}", "حالة الطلب الآن: {state}"),
    "withheld": (
        "what is withheld is in {path} (only you can read it): hand a copy to two trustees",
        "المحجوب في {path} (لا يقرؤه غيرك): سلّم نسخة منه إلى أمينين",
    ),
    "status_head": (
        "{log} at {at}\nentries {entries}, requests {requests}, waiting {open}, overdue {overdue}; shown {shown}",
        "{log} في {at}\nالقيود: {entries}، الطلبات: {requests}، المنتظِرة: {open}، المتأخرة منها: {overdue}، المعروض: {shown}",
    ),
    "overdue": ("OVERDUE", "متأخر"),
    "where": ("where: {places}", "المكان: {places}"),
    "whom": ("for: {classes}", "الفئات: {classes}"),
    "more_places": ("{count} more", "و{count} غيرها"),
    "received": ("received {at}", "وصل في {at}"),
    "answered": ("answered {at}", "أُجيب في {at}"),
    "due": ("answer due {deadline}, lapses {lapses}", "موعد الجواب {deadline}، ويسقط في {lapses}"),
    "held": (
        "withheld ({kind}), held by {trustees}, to be told by {due}",
        "محجوب ({kind})، مودع لدى {trustees}، يُفصح عنه قبل {due}",
    ),
    "not_held": (
        "withheld ({kind}), held by {trustees}: trustees of two organisations must hold it",
        "محجوب ({kind})، مودع لدى {trustees}: يجب أن يودع لدى أمينين من جهتين",
    ),
    "told": ("was withheld ({kind}) and has been told", "كان محجوبًا ({kind}) وأُفصح عنه"),
    "window": ("{state} from {start} until {until}", "{state} من {start} حتى {until}"),
    "standing": ("another decision ends it", "أن ينهيه قرار آخر"),
    "not_ratified": ("an emergency, not ratified", "طوارئ لم يُصدَّق عليها"),
    "ratified_at": ("an emergency, ratified {at}", "طوارئ صُدِّق عليها في {at}"),
    "review": ("to be reviewed by {at}", "يُراجَع قبل {at}"),
    "review_overdue": ("REVIEW OVERDUE since {at}", "تأخرت مراجعته منذ {at}"),
    "still_waiting": (
        "Too few witnesses have cosigned; entries that wait for them: {count}. Run it again later.",
        "لم يشهد العدد الكافي من الشهود بعد؛ القيود المنتظرة: {count}. أعد التشغيل لاحقًا.",
    ),
    "empty": (
        "Nothing is filed yet: the empty record is witnessed and public.",
        "لم يُودَع شيء بعد: السجل الفارغ مشهود عليه ومنشور.",
    ),
    "nothing_due": ("nothing is due", "لا شيء مستحق"),
}

_ADVICE = {
    Why.NO_CONTACT_DECLARATION: (
        "first declare your contacts:  hudhud declare {record} contacts --none --key KEY",
        "أقرّ أولًا باتصالاتك:  hudhud declare {record} contacts --none --key KEY",
    ),
    Why.NO_CONFLICT_DECLARATION: (
        "first declare your conflicts:  hudhud declare {record} conflicts --request {request} --none --key KEY",
        "أقرّ أولًا بتضارب مصالحك:  hudhud declare {record} conflicts --request {request} --none --key KEY",
    ),
    Why.NOT_DEPOSITED: (
        "two trustees must deposit what is withheld:  hudhud deposit {record} FILE --key TRUSTEE.key",
        "يجب أن يودع أمينان المحجوب:  hudhud deposit {record} FILE --key TRUSTEE.key",
    ),
    Why.WRONG_SEAT: (
        "seats that vote are those of the operator, of public interest, counsel and the humanitarian cluster",
        "المقاعد التي تصوّت هي مقاعد المشغّل والمصلحة العامة والمستشارين القانونيين والمجموعة الإنسانية",
    ),
    Why.WINDOW_OVER: ("correct the times of the effect", "صحّح أوقات الأثر"),
    Why.WINDOW_TOO_LONG: (
        "shorten it: 15 days for an emergency, 180 for another window, a review within 365",
        "قصّر المدة: 15 يومًا للطوارئ، و180 لغيرها، ومراجعة خلال 365 يومًا",
    ),
}


def say(name: str, language: Language, /, **parts: object) -> str:
    """A phrase in a language, with its parts filled in."""
    return _WORDS[name][language is Language.ARABIC].format(**parts)


def advice(why: Why, language: Language, /, **parts: object) -> str | None:
    """What to do about a reason, where there is something to do."""
    found = _ADVICE.get(why)
    return None if found is None else found[language is Language.ARABIC].format(**parts)
