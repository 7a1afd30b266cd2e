"""What the pages say in Arabic, by what they say in English: a table and no more.

Words of the record itself are in `record.wording`.  A test holds this table against the templates and the code.
"""

from collections.abc import Mapping

__all__ = ["ARABIC", "MONTHS", "NOUNS"]

MONTHS = (
    ("January", "يناير"),
    ("February", "فبراير"),
    ("March", "مارس"),
    ("April", "أبريل"),
    ("May", "مايو"),
    ("June", "يونيو"),
    ("July", "يوليو"),
    ("August", "أغسطس"),
    ("September", "سبتمبر"),
    ("October", "أكتوبر"),
    ("November", "نوفمبر"),
    ("December", "ديسمبر"),
)

NOUNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "entry": (("entry", "entries"), ("قيد واحد", "قيدان", "قيود", "قيدًا", "قيد")),
    "checkpoint": (
        ("checkpoint", "checkpoints"),
        ("نقطة تحقق واحدة", "نقطتا تحقق", "نقاط تحقق", "نقطة تحقق", "نقطة تحقق"),
    ),
    "witness": (("witness", "witnesses"), ("شاهد واحد", "شاهدين", "شهود", "شاهدًا", "شاهد")),
    "request": (("request", "requests"), ("طلب واحد", "طلبان", "طلبات", "طلبًا", "طلب")),
    "decision": (("decision", "decisions"), ("قرار واحد", "قراران", "قرارات", "قرارًا", "قرار")),
    "concern": (("concern", "concerns"), ("أمر واحد", "أمران", "أمور", "أمرًا", "أمر")),
    "cell": (("cell", "cells"), ("خلية واحدة", "خليتان", "خلايا", "خلية", "خلية")),
    "contact": (("contact", "contacts"), ("اتصال واحد", "اتصالان", "اتصالات", "اتصالًا", "اتصال")),
    "territory": (("territory", "territories"), ("إقليم واحد", "إقليمان", "أقاليم", "إقليمًا", "إقليم")),
    "vote": (("vote", "votes"), ("صوت واحد", "صوتان", "أصوات", "صوتًا", "صوت")),
    "day": (("day", "days"), ("يوم واحد", "يومان", "أيام", "يومًا", "يوم")),
    "hour": (("hour", "hours"), ("ساعة واحدة", "ساعتان", "ساعات", "ساعة", "ساعة")),
    "minute": (("minute", "minutes"), ("دقيقة واحدة", "دقيقتان", "دقائق", "دقيقة", "دقيقة")),
    "second": (("second", "seconds"), ("ثانية واحدة", "ثانيتان", "ثوانٍ", "ثانية", "ثانية")),
}
"""Things that are counted: forms in English and in Arabic, as `record.wording.counted` takes them."""

ARABIC: Mapping[str, str] = {
    # ---- the frame ----
    "Skip to the content": "انتقل إلى المحتوى",
    "Demonstration.": "عرض توضيحي.",
    "Its seats are made up, its keys protect nothing, and nobody is served or refused by it.": (
        "مقاعده متخيَّلة، ومفاتيحه لا تحمي شيئًا، ولا يُخدم به أحد ولا يُمنع."
    ),
    "Pages": "الصفحات",
    "Pages of this list": "صفحات هذه القائمة",
    "As of {when}, the instant of the newest checkpoint that the witnesses have signed; {entries}.": (
        "حتى {when}، لحظة أحدث نقطة تحقق وقّعها الشهود؛ {entries}."
    ),
    "Made from the public files of the record alone: whoever has them makes the same pages.": (
        "صُنعت هذه الصفحات من ملفات السجل العلنية وحدها؛ ومن كانت لديه صنع مثلها تمامًا."
    ),
    "Seas © OpenStreetMap contributors (ODbL); land Natural Earth. Names and claims of territories state no position.": (
        "البحار: © مساهمو OpenStreetMap (ODbL)؛ اليابسة: Natural Earth. أسماء الأقاليم والمطالبات بها لا تعبّر عن أي موقف."
    ),
    "Overview": "نظرة عامة",
    "Requests": "الطلبات",
    "In force now": "النافذ الآن",
    "Maps and enforcement": "الخرائط والتنفيذ",
    "Overdue and concerns": "المتأخر وما يستدعي الانتباه",
    "Allegations and answers": "الادعاءات والردود",
    "Cases": "الحالات",
    "All entries": "كل القيود",
    "Who signs": "من يوقّع",
    "Check it yourself": "تحقق بنفسك",
    # ---- overview ----
    "Who may be served, and by whose decision": "من تُتاح له الخدمة، وبقرار من",
    "Service over a territory changes only by decisions that independent people signed. This ledger tells in words what the "
    "public record {log} holds: every request, every vote, every map, and what is overdue.": (
        "لا تتغير الخدمة فوق إقليم إلا بقرارات وقّعها أشخاص مستقلون. يروي هذا الدفتر بالكلمات ما في السجل العلني {log}: "
        "كل طلب، وكل صوت، وكل خريطة، وما تأخر."
    ),
    "The record is sound": "السجل سليم",
    "The record is not sound": "السجل غير سليم",
    "The audit found that something is false, missing, or enforced without proof:": (
        "وجد التدقيق أن شيئًا زائف أو مفقود أو يُنفَّذ بلا إثبات:"
    ),
    "Every map was made again from the entries before it, and is the one released.": (
        "وصُنعت كل خريطة من جديد من القيود التي قبلها، فكانت هي المُصدَرة."
    ),
    "Before these pages were written, every byte of the record was checked: {entries} under one root, each signed by a key of "
    "its keyring, {checkpoints} cosigned by at least {quorum} of {witnesses}.": (
        "فُحص كل بايت في السجل قبل كتابة هذه الصفحات: {entries} تحت جذر واحد، كل منها موقَّع بمفتاح من حلقة مفاتيحه، "
        "و{checkpoints} شهد على كل منها {quorum} على الأقل من أصل {witnesses}."
    ),
    "A record with one wrong byte gets no ledger.": "السجل الذي فيه بايت واحد خاطئ لا يُصنع له دفتر.",
    "All {n}": "الكل: {n}",
    "Nothing is overdue, no emergency is unconfirmed, no review was missed, and every point of enforcement obeys "
    "the newest map.": ("لا شيء متأخر، ولا قرار طوارئ بلا تصديق، ولا مراجعة فائتة، وكل نقاط التنفيذ تعمل بأحدث خريطة."),
    "Nothing is overdue, no emergency is unconfirmed, and no review was missed.": (
        "لا شيء متأخر، ولا قرار طوارئ بلا تصديق، ولا مراجعة فائتة."
    ),
    "In numbers": "بالأرقام",
    "decisions in force": "قرارات نافذة",
    "requests waiting": "طلبات منتظرة",
    "requests in all": "مجموع الطلبات",
    "requests refused": "طلبات مرفوضة",
    "entries": "قيود",
    "entries that count for nothing": "قيود باطلة",
    "maps released": "خرائط مُصدَرة",
    "allegations": "ادعاءات",
    "things withheld for now": "محجوبات إلى حين",
    "Waiting for a decision": "بانتظار القرار",
    "overdue since {when}": "متأخر منذ {when}",
    "Answer due by {when}": "الرد مستحق قبل {when}",
    "lapses {when}": "يسقط في {when}",
    "No request waits.": "لا طلب ينتظر.",
    "Colours show what is decided for terminals at home; an outline, what is decided for other classes only. Hatched: claimed by "
    "more than one side. Everything that has no colour follows from the default of the map.": (
        "تبيّن الألوان ما تقرر للمحطات المنزلية، والإطار وحده ما تقرر لفئات أخرى فقط. المظلَّل بالخطوط: يطالب به أكثر من طرف. "
        "وما لا لون له يتبع الأصل العام للخريطة."
    ),
    "All {n} in force, by territory": "الكل، {n}، بحسب الإقليم",
    "No decision is in force.": "لا قرار نافذ.",
    "Newest map": "أحدث خريطة",
    "Released {when} for {at}, from the first {entries}.": "أُصدرت في {when} للحظة {at}، من أول القيود، وعددها: {entries}.",
    "It holds until {when}.": "يُعمل بها حتى {when}.",
    "It holds until a new entry changes it.": "يُعمل بها إلى أن يغيّرها قيد جديد.",
    "All maps, and who obeys which": "كل الخرائط، ومن يعمل بأيها",
    "No map has been released yet, so nothing is enforced.": "لم تُصدر أي خريطة بعد، فلا شيء يُنفَّذ.",
    "Latest entries": "أحدث القيود",
    "World map of what is in force for terminals at home: {parts}. The table below lists it.": (
        "خريطة العالم لما هو نافذ للمحطات المنزلية: {parts}. والجدول أدناه يسرده."
    ),
    "{state} in {n}": "{state} في {n}",
    # ---- tables ----
    "Request": "الطلب",
    "Asked by": "مقدّم الطلب",
    "Territory": "الإقليم",
    "Asked for": "المطلوب",
    "Received": "ورد في",
    "What became of it": "ما آل إليه",
    "By what became of them": "بحسب ما آلت إليه",
    "all": "الكل",
    "entry {n}": "القيد {n}",
    "Entry {n}": "القيد {n}",
    "overdue": "متأخر",
    "missed": "فائتة",
    "Service is": "الخدمة",
    "For whom": "لمن",
    "Until": "حتى",
    "Review by": "تُراجَع قبل",
    "By which decision": "بأي قرار",
    "no end set": "بلا نهاية محددة",
    "There is none.": "لا يوجد.",
    "By territory. Where several decisions cover a place, the one over the fewest cells governs, then the one for the fewest "
    "classes, then the latest.": (
        "بحسب الإقليم. إذا شملت مكانًا قرارات عدة فالحكم لأقلها خلايا، ثم لأقلها فئات، ثم لأحدثها."
    ),
    "What anybody can work out from the record and somebody should look at. Deadlines follow from the rules in force when a "
    "request was received.": (
        "ما يستطيع أي أحد أن يستخرجه من السجل، وينبغي أن ينظر فيه أحد. والمواعيد تتبع القواعد النافذة حين ورد الطلب."
    ),
    "Now": "الآن",
    "Settled, and marked": "ما حُسم وبقيت علامته",
    "Entries that count for nothing": "القيود الباطلة",
    "Void entries stay in the record; the first rule that each breaks is told.": (
        "تبقى القيود الباطلة في السجل؛ ويُذكر أول ما خالفه كل منها من القواعد."
    ),
    "Entry": "القيد",
    "Instant": "اللحظة",
    "Signed by": "وقّعه",
    "Why it is void": "سبب بطلانه",
    # ---- maps ----
    "A map follows from the entries before it and names nothing else; anybody can make it again and compare its digest. Gateways "
    "and terminals obey only a map whose release is proven, and each point reports which it obeys.": (
        "الخريطة نتيجة القيود التي قبلها لا غير؛ ويستطيع أي أحد أن يصنعها ثانية ويقارن بصمتها. لا تعمل البوابات والمحطات "
        "إلا بخريطة ثبت إصدارها، وتُبلغ كل نقطة بأي خريطة تعمل."
    ),
    "What each point obeys": "بأي خريطة تعمل كل نقطة",
    "Point of enforcement": "نقطة التنفيذ",
    "Obeys": "تعمل بـ",
    "Since": "منذ",
    "Report": "التقرير",
    "the newest map": "أحدث خريطة",
    "an older map": "خريطة أقدم",
    "a map that was never released": "خريطة لم تُصدر قط",
    "has not reported": "لم تُبلغ",
    "The keyring names no point of enforcement.": "لا تسمّي حلقة المفاتيح أي نقطة تنفيذ.",
    "Releases, newest first": "الإصدارات، الأحدث أولًا",
    "Map for {at}": "خريطة لحظة {at}",
    "Released": "أُصدرت",
    "From the first": "من أول القيود، وعددها",
    "Holds until": "يُعمل بها حتى",
    "a new entry changes it": "أن يغيّرها قيد جديد",
    "Obeyed by": "تعمل بها",
    "since {when}": "منذ {when}",
    "nobody has reported": "لم يُبلغ أحد",
    # ---- entries ----
    "Kind": "النوع",
    "About": "بشأن",
    "void": "باطل",
    "Entries {first} to {last}": "القيود من {first} إلى {last}",
    "Each entry as its signer was shown it before signing, with the files that prove it. How to use them: {link}": (
        "كل قيد كما عُرض على موقّعه قبل التوقيع، مع الملفات التي تثبته. كيف تُستعمل: {link}"
    ),
    "Counts for nothing.": "لا يُعتدّ به.",
    "Witnessed": "شُهد عليه في",
    "Hash of the entry": "بصمة القيد",
    "Key": "المفتاح",
    "Proof": "الإثبات",
    "As it was signed": "كما وُقّع",
    # ---- a request ----
    "What was asked": "ما طُلب",
    "Who asks": "من يطلب",
    "On behalf of": "بالنيابة عن",
    "Who else gains": "من يستفيد غيره",
    "nobody is named": "لم يُسمَّ أحد",
    "Filed by": "قدّمه",
    "Came by": "ورد عن طريق",
    "Action": "الإجراء",
    "Purpose": "الغرض",
    "Legal basis": "الأساس القانوني",
    "Provision relied on": "النص المستند إليه",
    "Service becomes": "تصبح الخدمة",
    "From, until": "من وإلى",
    "Enforced at": "موضع التنفيذ",
    "Ends these decisions": "ينهي هذه القرارات",
    "Notice to other states (ITU Constitution, art. 35)": "إخطار الدول الأخرى (دستور الاتحاد الدولي للاتصالات، المادة 35)",
    "Note": "ملاحظة",
    "Cells": "الخلايا",
    "Claims, told as claims": "المطالبات، بوصفها مطالبات",
    "Digest of the cells": "بصمة الخلايا",
    "Names in this request are not those of the catalogue": "الأسماء في هذا الطلب ليست أسماء الفهرس",
    "cells called {id}, which are others in the catalogue": "خلايا سُمّيت {id}، وهي في الفهرس غيرها",
    "{place} (the record calls it {id})": "{place} (يسميه السجل {id})",
    "none stated": "لم يُذكر شيء",
    "How it was decided": "كيف تقرر",
    "Who decides": "من يقرر",
    "Seat": "المقعد",
    "Counts for": "يُحسب عن",
    "Vote": "الصوت",
    "Reasons": "الأسباب",
    "Contacts declared": "الاتصالات المُقرّ بها",
    "The decision": "القرار",
    "Verdict": "الحكم",
    "Decided": "تقرر في",
    "In force": "النفاذ",
    "Rests": "معلَّق",
    "Confirmed": "صُدّق عليه",
    "never": "لم يحدث",
    "Next review by": "المراجعة التالية قبل",
    "Enforced since": "يُنفَّذ منذ",
    "Withheld for now": "محجوب إلى حين",
    "That something is withheld, and what sort of thing, is public; trustees hold it and must tell it by the day named.": (
        "وجود المحجوب ونوعه علنيان؛ وهو مودع لدى أمناء عليهم الإفصاح عنه قبل اليوم المذكور."
    ),
    "What": "ماذا",
    "Held by": "مودع لدى",
    "To be told by": "يُفصح عنه قبل",
    "Told": "أُفصح عنه",
    "nobody": "لا أحد",
    "not yet": "ليس بعد",
    "Everything in the record about it": "كل ما في السجل عنه",
    "{start} until just before {until}": "من {start} حتى ما قبل {until}",
    "from {start}, with no end: until another decision ends it": "من {start} بلا نهاية، إلى أن ينهيه قرار آخر",
    "It was to begin earlier; nothing is in force before it is decided and witnessed.": (
        "كان مقررًا أن يبدأ قبل ذلك؛ ولا شيء ينفذ قبل أن يتقرر ويُشهد عليه."
    ),
    "never came into force": "لم يدخل حيز النفاذ قط",
    "no map released so far has it in it": "ليس في أي خريطة مُصدَرة حتى الآن",
    "on the map released {when} ({entry}); {points}": "في الخريطة المُصدَرة في {when} ({entry})؛ {points}",
    "obeyed by {seat} since {when}": "تعمل بها {seat} منذ {when}",
    "no point has reported that it obeys it": "لم تُبلغ أي نقطة أنها تعمل بها",
    "{classes} from {start} until {until}": "{classes} من {start} حتى {until}",
    # ---- sentences on a request ----
    "Waits for an answer, due by {deadline}.": "ينتظر الرد، وموعده قبل {deadline}.",
    "Its answer was due by {deadline}. It lapses {lapse}.": "كان موعد الرد عليه قبل {deadline}. ويسقط في {lapse}.",
    "Answered {when}, {after} after it was received.": "رُدّ عليه في {when}، بعد {after} من وروده.",
    "Nobody answered it by {lapse}.": "لم يرد عليه أحد حتى {lapse}.",
    "The emergency was never confirmed and ended by itself {when}.": "لم يُصدَّق على قرار الطوارئ فانتهى من تلقاء نفسه في {when}.",
    "In force until {when}.": "نافذ حتى {when}.",
    "In force, with no end set.": "نافذ، بلا نهاية محددة.",
    "Comes into force {when}.": "ينفذ من {when}.",
    "It ended {when}.": "انتهى في {when}.",
    "It counts for nothing: {why}": "لا يُعتدّ به: {why}",
    "The group {group} decides: {rule}.": "تقرر المجموعة {group}: {rule}.",
    "one of each is needed: {members}": "يلزم واحد من كل من: {members}",
    "{threshold} of {members} are needed": "يلزم {threshold} من: {members}",
    "yes": "نعم",
    "no": "لا",
    "does not count": "لا يُحسب",
    "took no part": "تنحّى",
    "has a stake: may not vote": "صاحب مصلحة: لا يحق له التصويت",
    "has not voted": "لم يصوّت",
    "none": "لا شيء",
    "declared: none": "أقرّ بأنه لا اتصالات",
    "Yes so far: {yes}. No: {no}. Not heard: {silent}.": "نعم حتى الآن: {yes}. لا: {no}. لم يصوّت بعد: {silent}.",
    "claimed by {claimants}": "يطالب به: {claimants}",
    "controlled by {controller}": "يسيطر عليه: {controller}",
    "{n}, about {area} km²": "{n}، نحو {area} كم²",
    "its cells are not at hand": "خلاياه ليست في متناول اليد",
    "Map of {places}: {state}.": "خريطة {places}: {state}.",
    "Map of {places}. Asked for, not decided: {state}.": "خريطة {places}. المطلوب، ولم يتقرر: {state}.",
    "Claimed by more than one side, therefore hatched.": "يطالب به أكثر من طرف، لذلك ظُلّل بالخطوط.",
    "name withheld": "الاسم محجوب",
    "{place} with its sea": "{place} مع بحره الإقليمي",
    "unknown key {key}": "مفتاح مجهول {key}",
    "{seat} filed this request.": "هذا الطلب من {seat}.",
    "{seat} showed evidence ({kind}).": "دليل من {seat} ({kind}).",
    "{seat} declared conflicts: {what}.": "إقرار {seat} بتضارب المصالح: {what}.",
    "{seat} agreed: {verdict}. Reasons: {reasons}.": "موافقة من {seat}: {verdict}. الأسباب: {reasons}.",
    "{seat} did not agree: {verdict}. Reasons: {reasons}.": "رفض من {seat}: {verdict}. الأسباب: {reasons}.",
    "{seat} takes no part. Reasons: {reasons}.": "تنحٍّ من {seat}. الأسباب: {reasons}.",
    "{seat} filed the outcome: {verdict}. Reasons: {reasons}.": "إثبات النتيجة من {seat}: {verdict}. الأسباب: {reasons}.",
    "{seat} confirmed the emergency. Reasons: {reasons}.": "تصديق على قرار الطوارئ من {seat}. الأسباب: {reasons}.",
    "{seat} filed that it lapsed at {at}. Reasons: {reasons}.": "إثبات السقوط في {at} من {seat}. الأسباب: {reasons}.",
    "{seat} looked at it again: {outcome}. Next review by {at}.": "مراجعة من {seat}: {outcome}. المراجعة التالية قبل {at}.",
    "{party} appeals; filed by {seat}.": "تظلّم من {party}، عن طريق {seat}.",
    "{seat} voted to end it. Reasons: {reasons}.": "صوت من {seat} لإنهائه. الأسباب: {reasons}.",
    "{seat} voted to let it rest for {classes} from {start} until {until}. Reasons: {reasons}.": (
        "صوت من {seat} لتعليقه من {start} حتى {until} لهذه الفئات: {classes}. الأسباب: {reasons}."
    ),
    "{seat} holds what is withheld, to be told from {at}.": "ما حُجب مودع لدى {seat}، ويُفصح عنه من {at}.",
    "{seat} told what was withheld: {items}.": "إفصاح من {seat} عما حُجب: {items}.",
    "{seat} filed an allegation ({kind}).": "ادعاء أثبته مقعد «{seat}» ({kind}).",
    "{party} was asked: {status}. Filed by {seat}.": "رد طرف، {party}: {status}. عن طريق {seat}.",
    "{seat} corrected an earlier entry.": "تصحيح لقيد سابق من {seat}.",
    "{seat} filed this entry.": "قيد من {seat}.",
    # ---- concerns ----
    "{request} has had no answer since its deadline, {since}. {progress}": (
        "{request}: لا رد عليه منذ انقضاء موعده في {since}. {progress}"
    ),
    "{request} ended {since} without an answer.": "{request}: انتهى في {since} بلا رد.",
    "{request}: the emergency was switched on and never confirmed; it ended by itself {since}.": (
        "{request}: فُعّلت الطوارئ ولم يُصدَّق عليها قط، فانتهت من تلقاء نفسها في {since}."
    ),
    "{request}: the decision was to be looked at again by {since}, and was not.": (
        "{request}: كان ينبغي أن يُراجَع القرار قبل {since} ولم يُراجَع."
    ),
    "{entry}: what it withholds ({what}) was to be told by {since}, and was not.": (
        "{entry}: كان ينبغي الإفصاح عما يحجبه ({what}) قبل {since} ولم يحدث."
    ),
    "{entry}: what it withholds ({what}) is not held by trustees of two organisations.": (
        "{entry}: ما يحجبه ({what}) ليس مودعًا لدى أمناء من جهتين."
    ),
    "The document {digest} is voted for, and nobody has shown it.": "الوثيقة {digest} صُوّت عليها ولم يُظهرها أحد.",
    "{request} was answered after its deadline, {since}.": "{request}: رُدّ عليه بعد موعده، {since}.",
    # ---- who signs ----
    "Who signs, and how many must agree": "من يوقّع، وكم يجب أن يتفقوا",
    "Keyring version {version}. A quorum counts organisations, not keys: one organisation has one voice, and an owner counts as "
    "the operator.": (
        "حلقة المفاتيح، الإصدار {version}. يُحسب النصاب بالجهات لا بالمفاتيح: للجهة الواحدة صوت واحد، والمالك يُحسب مع المشغّل."
    ),
    "English": "الإنجليزية",
    "Arabic": "العربية",
    "Organisation": "الجهة",
    "Groups": "المجموعات",
    "Group": "المجموعة",
    "How many": "كم يلزم",
    "Of these seats or groups": "من هذه المقاعد أو المجموعات",
    "Rules of deciding": "قواعد البت",
    "version {n}": "الإصدار {n}",
    "Witnesses": "الشهود",
    "They sign each state of the record with the instant at which they saw it; {quorum} of {witnesses} are needed.": (
        "يوقّعون كل حالة للسجل مع لحظة اطّلاعهم عليها؛ ويلزم {quorum} من {witnesses}."
    ),
    "Versions": "الإصدارات",
    "votes": "لها صوت",
    "keyring, version {n}": "حلقة المفاتيح، الإصدار {n}",
    "rules, version {n}": "القواعد، الإصدار {n}",
    "{what}, in force": "{what}، نافذ",
    "group for ordinary decisions": "المجموعة للقرارات العادية",
    "group for emergencies": "المجموعة للطوارئ",
    "group for taking service from those who save lives": "المجموعة لسحب الخدمة ممن ينقذون الأرواح",
    "group for new keyrings and rules": "المجموعة لحلقات المفاتيح والقواعد الجديدة",
    "a request is overdue after": "يُعدّ الطلب متأخرًا بعد",
    "an emergency request is overdue after": "يُعدّ طلب الطوارئ متأخرًا بعد",
    "a request lapses after": "يسقط الطلب بعد",
    "an emergency request lapses after": "يسقط طلب الطوارئ بعد",
    "an emergency ends unless confirmed within": "تنتهي الطوارئ ما لم يُصدَّق عليها خلال",
    "emergencies last at most": "أقصى مدة للطوارئ",
    "an emergency is reviewed within": "تُراجَع الطوارئ خلال",
    "another decision lasts at most": "أقصى مدة لقرار آخر",
    "a decision is reviewed within": "يُراجَع القرار خلال",
    "contacts are declared for": "يشمل الإقرار بالاتصالات",
    "an ended conflict counts for": "يُعتدّ بتضارب انتهى مدة",
    # ---- allegations, cases ----
    "What others have reported and the record does not show. A claim is not a finding; each party's answer stands "
    "beside it, also "
    "where it gave none.": (
        "ما نشره آخرون ولا يُظهره السجل. الادعاء ليس نتيجة تحقيق؛ ورد كل طرف مثبت إلى جانبه، حتى إن لم يرد."
    ),
    "Kind of evidence": "نوع الدليل",
    "Said to have acted": "من قيل إنه تصرّف",
    "Said to have gained": "من قيل إنه استفاد",
    "Sources": "المصادر",
    "Answers": "الردود",
    "No answer is recorded.": "لم يُسجَّل أي رد.",
    "Real episodes, as they were reported, beside what a record would have shown. They are no part of this record. "
    "The two layers "
    "are kept apart: what was reported names real parties and says how each fact is known; what would have been is acted by "
    "made-up seats.": (
        "أحداث حقيقية كما نُشرت، إلى جانب ما كان سجل كهذا سيُظهره. وهي ليست جزءًا من هذا السجل. والطبقتان منفصلتان: ما نُشر "
        "يسمّي أطرافًا حقيقية ويذكر كيف عُرفت كل واقعة، وما كان سيحدث تؤديه مقاعد متخيَّلة."
    ),
    "As reported": "كما نُشر",
    "What each party said of it": "ما قاله كل طرف عنه",
    "What a record would have shown": "ما كان السجل سيُظهره",
    "Acted by made-up seats": "تؤديه مقاعد متخيَّلة",
    # ---- checking ----
    "Do not believe these pages: they are a copy in words. What counts are the public files of the record, and "
    "they can be checked "
    "without a network and without whoever runs it.": (
        "لا تصدّق هذه الصفحات: فهي نسخة بالكلمات. العبرة بملفات السجل العلنية، ويمكن التحقق منها بلا شبكة وبلا من يديره."
    ),
    "1. What must be trusted from elsewhere": "1. ما يجب الوثوق به من مصدر آخر",
    "The file {file} names the log's key, the witnesses, and the first keyring and rules. Compare its digest with "
    "one that reached "
    "you another way:": (
        "يسمّي الملف {file} مفتاح السجل والشهود وأول حلقة مفاتيح وأول قواعد. قارن بصمته ببصمة وصلتك من طريق آخر:"
    ),
    "2. The whole record": "2. السجل كله",
    "Replays every entry, every vote and every map, and says what is wrong, if anything:": (
        "يعيد هذا كل قيد وكل صوت وكل خريطة، ويقول ما الخطأ إن وُجد:"
    ),
    "RECORD is the folder with its public files, or the address where they are served.": (
        "RECORD هو المجلد الذي فيه الملفات العلنية، أو العنوان الذي تُتاح عليه."
    ),
    "The record read here:": "السجل المقروء هنا:",
    "3. One entry": "3. قيد واحد",
    "Beside every entry lie its signed envelope and the proof of its place. From the folder of this ledger:": (
        "إلى جانب كل قيد مغلّفه الموقَّع وإثبات موضعه. من مجلد هذا الدفتر:"
    ),
    "4. By programs of others": "4. ببرامج غيرنا",
    "The log has the public form of C2SP (tlog-tiles, tlog-checkpoint, tlog-cosignature, tlog-proof), and "
    "envelopes are DSSE with "
    "in-toto statements: verifiers written by others read both. With one of them, over the public files:": (
        "للسجل الصيغة العلنية C2SP (tlog-tiles وtlog-checkpoint وtlog-cosignature وtlog-proof)، والمغلّفات DSSE ببيانات in-toto: "
        "تقرأ الصيغتين برامج تحقق كتبها آخرون. وبأحدها، على الملفات العلنية:"
    ),
    "5. These pages": "5. هذه الصفحات",
    "The same record gives the same pages, byte for byte:": "السجل نفسه يعطي الصفحات نفسها، بايتًا ببايت:",
    "The newest checkpoint": "أحدث نقطة تحقق",
}
