"""Emergencies under another name: told by the audit of a folder, and to whoever is about to sign."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hudhud.adapters.audit_words import sentence
from hudhud.adapters.audited import Asked, audited
from hudhud.adapters.cli.record_verbs import show_impact_of
from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.effects import territory_ref
from hudhud.adapters.record.keys import Held
from hudhud.adapters.record.signing import desk
from hudhud.adapters.recorded import atlas
from hudhud.record.audit_parts import Answer, Finding, Found
from hudhud.record.sitting import Sitting
from hudhud.record.trust import TRUST, trust_bytes
from hudhud.record.words import Language
from hudhud.service.territory import Containment
from hudhud.service.vocabulary import ServiceState
from service.record_world import CITY, DAY_S, DEMO, HOUR_S, effect, granted, proven, request, sitting
from service.test_emergencies import RATIFIERS, contacts


def emergency(made: Sitting, name: str, last_s: int) -> str:
    ref = territory_ref(territory_of(name, Containment.FULL))
    wanted = effect(CITY, made.now_s, last_s, state=ServiceState.EMERGENCY_SERVED, territories=(ref,))
    leaf = granted(made, wanted)
    made.wait(HOUR_S)
    made.declare(leaf, *RATIFIERS)
    made.ratify(leaf, *RATIFIERS)
    return leaf


def release(made: Sitting) -> None:
    found = proven(made, atlas())
    later = found.next_change_at
    made.release(found.digest, None if np.isnat(later) else int(later.astype("datetime64[s]").astype(np.int64)))


@pytest.fixture
def told(tmp_path: Path) -> Callable[[Sitting], tuple[Answer, dict[Found, Finding]]]:
    """What the audit of a history says, read from a folder."""

    def look(made: Sitting) -> tuple[Answer, dict[Found, Finding]]:
        for path, data in {**made.log.files, TRUST: trust_bytes(DEMO.trust)}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(data)
        found = audited(Asked(where=str(tmp_path))).audit
        return found.answer, {one.kind: one for one in found.findings}

    return look


def test_a_renamed_emergency_is_a_concern_and_not_sound_once_enforced_beyond_the_cap(
    told: Callable[[Sitting], tuple[Answer, dict[Found, Finding]]],
) -> None:
    made = sitting()
    first = emergency(made, "UKR+UKR.sea", 10 * DAY_S)
    made.wait(11 * DAY_S)
    later = emergency(made, "UKR", 14 * DAY_S)
    release(made)
    answer, found = told(made)
    assert answer is Answer.SOUND_WITH_CONCERNS
    one = found[Found.EMERGENCY_CHAIN]
    assert (one.told["before"], one.told["decision"]) == (first, later)
    assert one.told["cells"] == len(territory_of("UKR", Containment.FULL))
    for language in Language:
        text = sentence(one, language)
        assert first[:12] in text and later[:12] in text and str(one.told["cell"]) in text and "2026-06-14" in text
    made.wait(5 * DAY_S)
    made.file("counsel-a", contacts(made))
    answer, found = told(made)
    assert answer is Answer.NOT_SOUND
    assert found[Found.EMERGENCY_BEYOND_CAP].told == one.told
    made.wait(11 * DAY_S)  # it has ended, and its map with it
    release(made)
    answer, found = told(made)
    assert answer is Answer.SOUND_WITH_CONCERNS and found[Found.EMERGENCY_CHAIN].told == one.told


def test_whoever_signs_is_warned_before(capsys: pytest.CaptureFixture[str]) -> None:
    made = sitting()
    first = emergency(made, "UKR+UKR.sea", 5 * DAY_S)
    made.wait(12 * DAY_S)
    ref = territory_ref(territory_of("UKR", Containment.FULL))
    for days, word in ((1, "one"), (10, "not sound")):
        wanted = effect(CITY, made.now_s, days * DAY_S, state=ServiceState.EMERGENCY_SERVED, territories=(ref,))
        (leaf,) = made.file("ministry", request(wanted, f"{days:032x}"))
        signer = DEMO.signers["op-1"]
        sat = desk(made.record(), Held(signer=signer, public_key=signer.public_key), made.now_s)
        _, _, entry = sat.request(leaf)
        for language in Language:
            show_impact_of(sat, entry, language)
            shown = capsys.readouterr().out
            assert ("WARNING" if language is Language.ENGLISH else "تنبيه") in shown and first[:12] in shown
            assert language is Language.ARABIC or word in " ".join(shown.split())
