"""What is checked of every terminal, each with the code it shows and a sentence that its owner can read.

The order is the precedence: of all predicates that fail, the first gives the code on the wire.  The real terminal's order is
not known; this one is ours.
"""

from enum import IntEnum

from hudhud.service.vocabulary import DisablementCode as Code

__all__ = ["Predicate"]


class Predicate(IntEnum):
    """One thing that must hold for a terminal to be permitted, named for what it is when it fails.

    The value is its bit in `Permits.failed`: 1 << value.
    """

    UNSUPPORTED_VERSION = 0
    ACCOUNT_DISABLED = 1
    DENYLISTED = 2
    NO_ACTIVE_ACCOUNT = 3
    UNKNOWN_LOCATION = 4
    UNLICENSED = 5
    COUNTRY_NOT_OFFERED = 6
    PLAN_NOT_VALID_HERE = 7
    COUNTRY_BLOCKED = 8
    AREA_BLOCKED = 9
    AREA_NOT_OFFERED = 10
    DECISION_OVER = 11
    NOT_ON_ALLOWLIST = 12
    PURPOSE_NOT_ALLOWED = 13
    PURPOSE_REFUSED = 14
    CELL_DISABLED = 15
    SEA_NOT_OFFERED = 16
    NO_OCEAN_PLAN = 17
    FAR_FROM_SERVICE_ADDRESS = 18
    FAR_FROM_SERVICE_ADDRESS_FOR_PLAN = 19
    FAR_FROM_HOME = 20
    ABROAD_TOO_LONG = 21
    OUTSIDE_HOME_REGION = 22
    BELOW_MINIMUM_HEIGHT = 23
    MOVES_HERE = 24
    TOO_FAST_HERE = 25
    TOO_FAST_FOR_PLAN = 26
    QUOTA_USED_UP = 27

    @property
    def bit(self) -> int:
        """Its bit in `Permits.failed`."""
        return 1 << self

    @property
    def code(self) -> Code:
        """The code that a terminal shows when this is the first that fails."""
        return _ROWS[self][0]

    @property
    def needs_place(self) -> bool:
        """Whether it can only be judged where the position is known."""
        return self not in _PLACELESS

    def sentence(self, language: str = "en") -> str:
        """What failed and what the owner can do, in English ("en") or Arabic ("ar")."""
        return {"en": _ROWS[self][1], "ar": _ROWS[self][2]}[language]


_PLACELESS = frozenset(
    {
        Predicate.UNSUPPORTED_VERSION,
        Predicate.ACCOUNT_DISABLED,
        Predicate.NO_ACTIVE_ACCOUNT,
        Predicate.UNKNOWN_LOCATION,
        Predicate.TOO_FAST_FOR_PLAN,
        Predicate.QUOTA_USED_UP,
    }
)

_ROWS: dict[Predicate, tuple[Code, str, str]] = {
    Predicate.UNSUPPORTED_VERSION: (
        Code.UNSUPPORTED_VERSION,
        "The software of the terminal is too old for the network: update it.",
        "برنامج المحطة أقدم مما تقبله الشبكة: حدِّثه.",
    ),
    Predicate.ACCOUNT_DISABLED: (
        Code.ACCOUNT_DISABLED,
        "The account is disabled: sign in to it to see why.",
        "الحساب موقوف: سجّل الدخول إليه لمعرفة السبب.",
    ),
    Predicate.DENYLISTED: (
        Code.ACCOUNT_DISABLED,
        "The decision for this place names this terminal among those that are never served here.",
        "القرار الساري في هذا المكان يذكر هذه المحطة بين ما لا يُخدَم هنا أبدًا.",
    ),
    Predicate.NO_ACTIVE_ACCOUNT: (
        Code.NO_ACTIVE_ACCOUNT,
        "No active account belongs to the terminal: activate or renew one.",
        "لا حساب نشطًا لهذه المحطة: فعِّل حسابًا أو جدِّده.",
    ),
    Predicate.UNKNOWN_LOCATION: (
        Code.UNKNOWN_LOCATION,
        "The terminal does not know where it is, so what holds there cannot be told: give it a clear view of the sky.",
        "لا تعرف المحطة موقعها، فلا يُعرف ما يسري فيه: هيّئ لها سماءً مكشوفة.",
    ),
    Predicate.UNLICENSED: (
        Code.UNLICENSED_COUNTRY,
        "The service has no licence here.",
        "ليس للخدمة ترخيص هنا.",
    ),
    Predicate.COUNTRY_NOT_OFFERED: (
        Code.INVALID_COUNTRY,
        "The service is not offered in this country.",
        "الخدمة غير متاحة في هذا البلد.",
    ),
    Predicate.PLAN_NOT_VALID_HERE: (
        Code.INVALID_COUNTRY,
        "The plan is not valid in this country: choose one that is.",
        "الاشتراك لا يسري في هذا البلد: اختر اشتراكًا يسري فيه.",
    ),
    Predicate.COUNTRY_BLOCKED: (
        Code.BLOCKED_COUNTRY,
        "Service in this country is forbidden or suspended by a decision.",
        "الخدمة في هذا البلد محظورة أو معلَّقة بقرار.",
    ),
    Predicate.AREA_BLOCKED: (
        Code.BLOCKED_AREA,
        "Service in this area is forbidden or suspended by a decision.",
        "الخدمة في هذه المنطقة محظورة أو معلَّقة بقرار.",
    ),
    Predicate.AREA_NOT_OFFERED: (
        Code.BLOCKED_AREA,
        "The service is not offered in this area.",
        "الخدمة غير متاحة في هذه المنطقة.",
    ),
    Predicate.DECISION_OVER: (
        Code.BLOCKED_AREA,
        "The decision that served this place has ended, and no later one has been released.",
        "انتهى القرار الذي كان يخدم هذا المكان، ولم يُنشر قرار بعده.",
    ),
    Predicate.NOT_ON_ALLOWLIST: (
        Code.BLOCKED_AREA,
        "Only listed terminals are served here, and this one is not among them.",
        "لا تُخدَم هنا إلا محطات مذكورة في قائمة، وليست هذه منها.",
    ),
    Predicate.PURPOSE_NOT_ALLOWED: (
        Code.BLOCKED_AREA,
        "Service here is for certain purposes only, and the declared one is not among them.",
        "الخدمة هنا لأغراض معيّنة فقط، وليس الغرض المعلن منها.",
    ),
    Predicate.PURPOSE_REFUSED: (
        Code.BLOCKED_AREA,
        "The declared purpose is never served here.",
        "الغرض المعلن لا يُخدَم هنا أبدًا.",
    ),
    Predicate.CELL_DISABLED: (
        Code.CELL_IS_DISABLED,
        "No beam serves terminals of this class in this cell.",
        "لا حزمة تخدم محطات هذه الفئة في هذه الخلية.",
    ),
    Predicate.SEA_NOT_OFFERED: (
        Code.IN_OCEAN,
        "The service is not offered at sea here.",
        "الخدمة غير متاحة هنا في البحر.",
    ),
    Predicate.NO_OCEAN_PLAN: (
        Code.IN_OCEAN,
        "Service here needs a plan that covers the ocean.",
        "تتطلب الخدمة هنا اشتراكًا يشمل المحيط.",
    ),
    Predicate.FAR_FROM_SERVICE_ADDRESS: (
        Code.TOO_FAR_FROM_SERVICE_ADDRESS,
        "The terminal is farther from its registered address than is allowed here, or has none: correct the address.",
        "المحطة أبعد عن عنوانها المسجَّل مما يُسمح به هنا، أو لا عنوان لها: صحّح العنوان.",
    ),
    Predicate.FAR_FROM_SERVICE_ADDRESS_FOR_PLAN: (
        Code.TOO_FAR_FROM_SERVICE_ADDRESS,
        "The terminal is farther from its registered address than its plan allows, or has none: correct the address or the plan.",
        "المحطة أبعد عن عنوانها المسجَّل مما يسمح به اشتراكها، أو لا عنوان لها: صحّح العنوان أو غيّر الاشتراك.",
    ),
    Predicate.FAR_FROM_HOME: (
        Code.ROAM_RESTRICTED,
        "The terminal is farther from its home country than is allowed here, or has none.",
        "المحطة أبعد عن بلدها مما يُسمح به هنا، أو لا بلد مسجَّلًا لها.",
    ),
    Predicate.ABROAD_TOO_LONG: (
        Code.ROAM_RESTRICTED,
        "The terminal has been outside its home country for longer than is allowed here.",
        "مكثت المحطة خارج بلدها أطول مما يُسمح به هنا.",
    ),
    Predicate.OUTSIDE_HOME_REGION: (
        Code.OUTSIDE_HOME_REGION,
        "Only terminals of certain home countries are served here, and this one's is not among them.",
        "لا تُخدَم هنا إلا محطات من بلدان معيّنة، وليس بلد هذه منها.",
    ),
    Predicate.BELOW_MINIMUM_HEIGHT: (
        Code.UNDER_AVIATION_FLYOVER_LIMITS,
        "Service here is for overflight only, above a height that the terminal is below.",
        "الخدمة هنا للتحليق فقط، فوق ارتفاع لم تبلغه المحطة.",
    ),
    Predicate.MOVES_HERE: (
        Code.MOVING_TOO_FAST_FOR_POLICY,
        "Only terminals that stay in place are served here, and this one moves: stop.",
        "لا تُخدَم هنا إلا محطات ثابتة في مكانها، وهذه تتحرك: أوقفها.",
    ),
    Predicate.TOO_FAST_HERE: (
        Code.MOVING_TOO_FAST_FOR_POLICY,
        "The terminal moves faster than is allowed here: slow down.",
        "تتحرك المحطة أسرع مما يُسمح به هنا: خفّف السرعة.",
    ),
    Predicate.TOO_FAST_FOR_PLAN: (
        Code.MOVING_TOO_FAST_FOR_POLICY,
        "The terminal moves faster than its plan allows: slow down, or choose a plan for motion.",
        "تتحرك المحطة أسرع مما يسمح به اشتراكها: خفّف السرعة، أو اختر اشتراكًا للتنقل.",
    ),
    Predicate.QUOTA_USED_UP: (
        Code.DATA_OVERAGE_SANDBOX_POLICY,
        "The data of the plan are used up: buy more, or wait for the next period.",
        "نفدت بيانات الاشتراك: اشترِ مزيدًا، أو انتظر الفترة التالية.",
    ),
}
