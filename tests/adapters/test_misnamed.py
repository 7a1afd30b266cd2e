"""One land is named and the cells are another's: what happens at the door, at the desk, in an audit and in a ledger."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.record_house import copy_into, template
from adapters.test_audit_emergencies import release
from adapters.test_keeper import Clock, approval, held, no_map, waiting
from hudhud.adapters.audit_words import sentence
from hudhud.adapters.audited import Asked, audited
from hudhud.adapters.cli import ledger
from hudhud.adapters.cli.record_verbs import propose, show_about
from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.effects import territory_ref
from hudhud.adapters.record.keeper import open_keeper
from hudhud.adapters.record.keys import Held
from hudhud.adapters.record.signing import Desk, desk, signed
from hudhud.errors import InputError, RecordError
from hudhud.record.audit_parts import Answer, Found
from hudhud.record.canonical import canonical_bytes
from hudhud.record.forms import form_of, instant_text
from hudhud.record.parts import Effect, TerritoryRef, effect_digest
from hudhud.record.sitting import Sitting
from hudhud.record.statements import Approval, Ratification, Refusal
from hudhud.record.trust import TRUST, trust_bytes
from hudhud.record.words import Language, Reason, ServiceClass, Verdict
from hudhud.service.vocabulary import Containment, ServiceState
from service.record_world import CITY, DAY_S, DEMO, HOUR_S, VOTERS, effect, granted, request, sitting

CRIMEA = territory_ref(territory_of("UKR.crimea", Containment.FULL))
TONGA = replace(
    CRIMEA, id="TON", claimed_by=frozenset(), controlled_by=None, source_feature_id="TON: Tonga", worldview=None
)
UKRAINE = territory_ref(territory_of("UKR", Containment.OVERLAP))
ANOTHER_MODE = replace(UKRAINE, containment=Containment.FULL)
ANOTHER_RESOLUTION = replace(ANOTHER_MODE, resolution=7)
NO_RUSSIA = replace(CRIMEA, claimed_by=frozenset({"UKR"}))
ASKED = frozenset({Reason.HUMANITARIAN_NECESSITY})


def over(ref: TerritoryRef, now_s: int, last_s: int | None = 100 * DAY_S) -> Effect:
    return effect(CITY, now_s, last_s, territories=(ref,), classes=frozenset({ServiceClass.MEDICAL}))


# ---- the door ----


@pytest.mark.parametrize(
    ("ref", "told"),
    [
        (TONGA, "the installed catalogue knows them as UKR.crimea"),
        (ANOTHER_MODE, r"those of the digest .* are the overlap ones"),
        (ANOTHER_RESOLUTION, r"of resolution 7; cells are of resolution 5"),
        (NO_RUSSIA, "the installed catalogue says claimed by RUS, UKR and controlled by RUS"),
    ],
    ids=["another-land", "another-containment", "another-resolution", "claimant-left-out"],
)
def test_attack_a_misnamed_territory_is_refused_by_the_keeper(tmp_path: Path, ref: TerritoryRef, told: str) -> None:
    folder = copy_into(tmp_path)
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        _, asked = waiting(keeper)
        before = len(keeper.record.entries)
        forged = replace(asked, nonce="ab" * 16, effect=replace(asked.effect, territories=(ref,)))
        with pytest.raises(RecordError, match=told):
            keeper.submit([signed(forged, held(folder, "agency"))])
        leaf = template().waiting
        part = replace(asked.effect, territories=(ref,))
        vote = approval(
            keeper, folder, leaf, clock(), effect_sha256=effect_digest(part), verdict=Verdict.GRANTED_IN_PART
        )
        data = canonical_bytes(form_of(Effect).write(part), "the effect")
        with pytest.raises(RecordError, match=told):
            keeper.submit([signed(vote, held(folder, "op-1"), (data,))])
        assert len(keeper.record.entries) == before


# ---- the desk ----


def at_desk(made: Sitting, seat: str) -> Desk:
    signer = DEMO.signers[seat]
    return desk(made.record(), Held(signer=signer, public_key=signer.public_key), made.now_s)


def asked_for(made: Sitting, ref: TerritoryRef) -> tuple[str, Effect]:
    wanted = over(ref, made.now_s)
    (leaf,) = made.file("ministry", request(wanted, "cd" * 16))
    made.declare(leaf, *VOTERS)
    return leaf, wanted


def options(tmp_path: Path, language: Language) -> argparse.Namespace:
    return argparse.Namespace(language=language.value, yes=True, out=tmp_path / f"{language.value}.json", record="demo")


def vote_of(made: Sitting, leaf: str, wanted: Effect) -> tuple[Desk, Approval]:
    sat = at_desk(made, "op-1")
    case, _, _ = sat.request(leaf)
    return sat, Approval(
        log=sat.log,
        request=leaf,
        effect_sha256=effect_digest(wanted),
        seen=sat.seen_on(case),
        impact_sha256="1a" * 32,
        verdict=Verdict.GRANTED,
        reasons=ASKED,
        expires=instant_text(made.now_s + DAY_S),
    )


@pytest.mark.parametrize("language", list(Language))
def test_attack_nobody_can_approve_the_cells_of_one_land_under_the_name_of_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: Language
) -> None:
    made = sitting()
    leaf, wanted = asked_for(made, TONGA)
    sat, vote = vote_of(made, leaf, wanted)
    arguments = options(tmp_path, language)
    with pytest.raises(InputError, match="nothing was signed" if language is Language.ENGLISH else "لم يُوقَّع شيء"):
        propose(sat, vote, arguments, request=leaf)
    assert not arguments.out.exists()
    shown = capsys.readouterr().out
    assert ("WARNING" if language is Language.ENGLISH else "تنبيه") in shown and "UKR.crimea" in shown


def test_a_misnamed_request_can_still_be_refused_and_is_shown_loudly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sitting()
    leaf, _ = asked_for(made, TONGA)
    sat = at_desk(made, "op-1")
    case, _, entry = sat.request(leaf)
    for language in Language:
        show_about(entry, language, sat)
        assert "UKR.crimea" in capsys.readouterr().out
    vote = Refusal(log=sat.log, request=leaf, seen=sat.seen_on(case), verdict=Verdict.REFUSED, reasons=ASKED)
    arguments = options(tmp_path, Language.ENGLISH)
    assert propose(sat, vote, arguments, request=leaf) == 0 and arguments.out.exists()


def test_a_claimant_left_out_is_shown_before_anything_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sitting()
    leaf, wanted = asked_for(made, NO_RUSSIA)
    sat, vote = vote_of(made, leaf, wanted)
    assert propose(sat, vote, options(tmp_path, Language.ENGLISH), request=leaf) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "WARNING: territory UKR.crimea: stated as claimed by UKR and controlled by RUS" in shown


def test_nobody_can_confirm_a_misnamed_emergency(tmp_path: Path) -> None:
    made = sitting()
    wanted = effect(CITY, made.now_s, 5 * DAY_S, state=ServiceState.EMERGENCY_SERVED, territories=(TONGA,))
    leaf = granted(made, wanted)
    sat = at_desk(made, "counsel-a")
    case, _, _ = sat.decision(leaf)
    vote = Ratification(
        log=sat.log,
        decision=leaf,
        seen=sat.seen_on(case),
        reasons=ASKED,
        expires=instant_text(made.now_s + DAY_S),
    )
    with pytest.raises(InputError, match="nothing was signed") as caught:
        propose(sat, vote, options(tmp_path, Language.ENGLISH), request=leaf)
    assert "another place" in str(caught.value)


# ---- the audit, the ledger ----


@pytest.fixture
def public(tmp_path: Path) -> Callable[[Sitting], Path]:
    def write(made: Sitting) -> Path:
        for path, data in {**made.log.files, TRUST: trust_bytes(DEMO.trust)}.items():
            (tmp_path / "public" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "public" / path).write_bytes(data)
        return tmp_path / "public"

    return write


@pytest.mark.parametrize("ref", [TONGA, NO_RUSSIA], ids=["another-land", "claimant-left-out"])
def test_attack_a_misnamed_territory_is_a_concern_and_not_sound_once_released(
    public: Callable[[Sitting], Path], ref: TerritoryRef
) -> None:
    made = sitting()
    granted(made, over(CRIMEA, made.now_s, HOUR_S))  # rightly named
    leaf = granted(made, over(ref, made.now_s))
    found = audited(Asked(where=str(public(made)))).audit
    told = [one for one in found.findings if one.kind is Found.MISNAMED_TERRITORY]
    assert found.answer is Answer.SOUND_WITH_CONCERNS and {one.told["request"] for one in told} == {leaf}
    for language in Language:
        assert "RUS" in sentence(told[0], language) and leaf[:12] in sentence(told[0], language)
    release(made)
    made.wait(HOUR_S)
    found = audited(Asked(where=str(public(made)))).audit
    told = [one for one in found.findings if one.kind is Found.MISNAMED_ENFORCED]
    assert found.answer is Answer.NOT_SOUND and {one.told["request"] for one in told} == {leaf}
    for language in Language:
        assert "RUS" in sentence(told[0], language)


def test_a_ledger_names_a_land_by_its_cells_and_warns(public: Callable[[Sitting], Path], tmp_path: Path) -> None:
    made = sitting()
    granted(made, over(TONGA, made.now_s))
    folder = public(made)
    ledger.command(argparse.Namespace(record=str(folder), out=tmp_path / "site", trust=None, no_cases=True))
    pages = {
        language: (tmp_path / "site" / language.value / "request-0.html").read_text("utf-8") for language in Language
    }
    crimea = territory_of("UKR.crimea", Containment.FULL)
    assert "are not those of the catalogue" in pages[Language.ENGLISH]
    assert crimea.name_en in pages[Language.ENGLISH] and crimea.name_ar in pages[Language.ARABIC]
    assert "Map of Tonga" not in pages[Language.ENGLISH]
    assert 'class="alarm" aria-labelledby="misnamed"' in pages[Language.ARABIC]
