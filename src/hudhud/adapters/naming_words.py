"""In sentences, English and Arabic, how a record names a territory otherwise than the installed catalogue."""

from collections.abc import Mapping

from hudhud.record.words import Language
from hudhud.service.naming import Misnamed, Misnaming

__all__ = ["misnamed_values", "misnamed_words", "misnaming_words"]

_WORDS: Mapping[Misnaming, tuple[str, str]] = {
    Misnaming.OTHER_TERRITORY: (
        "territory {territory}: these are not its cells; the installed catalogue knows them as {known} (claimed by "
        "{known_claims}; controlled by {known_control})",
        "الإقليم {territory}: ليست هذه خلاياه، بل هي في الفهرس المثبَّت خلايا {known} (يطالب به: {known_claims}؛ يسيطر عليه: "
        "{known_control})",
    ),
    Misnaming.OTHER_CELLS: (
        "territory {territory}: the installed catalogue has other cells under this name and containment ({containment})",
        "الإقليم {territory}: للفهرس المثبَّت خلايا أخرى بهذا الاسم وبهذا الاحتواء ({containment})",
    ),
    Misnaming.OTHER_CLAIMS: (
        "territory {territory}: stated as claimed by {claims} and controlled by {control}; the installed catalogue says claimed "
        "by {known_claims} and controlled by {known_control}",
        "الإقليم {territory}: ذُكر أن المطالِب به {claims} والمسيطر عليه {control}، وفي الفهرس المثبَّت أن المطالِب به "
        "{known_claims} والمسيطر عليه {known_control}",
    ),
    Misnaming.OTHER_FEATURE: (
        "territory {territory}: stated as drawn from {feature}; the installed catalogue has these cells from {known_feature}",
        "الإقليم {territory}: ذُكر أنه مرسوم من {feature}، وهذه الخلايا في الفهرس المثبَّت من {known_feature}",
    ),
}
_NOBODY = ("nobody", "لا أحد")
_EMPTY_IS_NOBODY = ("claims", "control", "known_claims", "known_control")


def misnamed_values(one: Misnamed) -> dict[str, str]:
    """What a difference consists of, as plain values in which nothing depends on a language."""
    return {
        "misnaming": one.kind.value,
        "territory": one.ref.id,
        "containment": one.ref.containment.value,
        "cells_sha256": one.ref.cells_sha256,
        "claims": ", ".join(sorted(one.ref.claimed_by)),
        "control": one.ref.controlled_by or "",
        "feature": one.ref.source_feature_id or "",
        "known": one.known,
        "known_claims": ", ".join(sorted(one.claimed_by)),
        "known_control": one.controlled_by,
        "known_feature": one.feature,
    }


def misnaming_words(values: Mapping[str, object], language: Language) -> str:
    """The sentence of such values, without a full stop."""
    arabic = language is Language.ARABIC
    told = {name: values[name] or _NOBODY[arabic] for name in _EMPTY_IS_NOBODY}
    return _WORDS[Misnaming(str(values["misnaming"]))][arabic].format(**{**values, **told})


def misnamed_words(one: Misnamed, language: Language) -> str:
    """A difference in a sentence, without a full stop."""
    return misnaming_words(misnamed_values(one), language)
