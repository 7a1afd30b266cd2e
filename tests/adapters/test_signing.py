"""Drafts, disclosures, desks, and what is foreseen of a vote before it is signed."""

import hashlib
import json
from pathlib import Path

import pytest

from adapters.record_house import template
from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.disclosures import open_disclosures, unfit, write_disclosures
from hudhud.adapters.record.drafts import Drafted, Drafter, act_from_toml, effect_from_toml, request_from_toml
from hudhud.adapters.record.effects import cells_blob, territories_known, territories_shown, territory_ref
from hudhud.adapters.record.filings import named_digests
from hudhud.adapters.record.foreseen import impact_blob, impact_of, next_entry, progress
from hudhud.adapters.record.keys import open_key
from hudhud.adapters.record.signing import Desk, desk, entry_named
from hudhud.adapters.record_files import load_record
from hudhud.errors import InputError, RecordError
from hudhud.record.forms import instant_s
from hudhud.record.policy import read_groups
from hudhud.record.redaction import read_disclosure, withheld_of
from hudhud.record.statements import Appeal, Request, Revocation, statement_bytes, statement_from
from hudhud.record.words import Reason
from hudhud.service.territory import cell_text, territory
from hudhud.service.vocabulary import Containment

ROOT = Path(__file__).resolve().parents[2]
NOW_S = 1_790_000_000
DRAFT = """\
title_en = "Clinics on the coast"
title_ar = "عيادات على الساحل"
channel = "letter"
action = "activate"
purposes = ["medical"]
legal_basis = "statute"
legal_basis_status = "asserted"
requester = { kind = "ngo", name = "A made-up organisation" }

[effect]
state = "served_restricted"
territories = ["POL+POL.sea"]
classes = ["medical"]
lasts_days = 30
review_within_days = 20

[effect.conditions]
maximum_speed_km_h = 36
"""


def drafter() -> Drafter:
    def known(name: str) -> str:
        if name != "abcd":
            raise RecordError(f"no entry of this record begins with {name!r}")
        return "abcd" * 16

    def nothing(name: str) -> str:
        raise InputError(f"{name}: no such file")

    return Drafter(log="example.invalid/log", now_s=NOW_S, random=bytes, read=nothing, entry=known)


def drafted(text: str) -> Drafted:
    return request_from_toml(text, drafter())


def faults(text: str) -> dict[str, str]:
    with pytest.raises(InputError) as found:
        drafted(text)
    return {fault.where: fault.problem for fault in found.value.faults}


@pytest.fixture(scope="module")
def sitting() -> Desk:
    made = template()
    record = load_record(str(made.folder))
    return desk(record, open_key(made.folder / "keys" / "op-2.key", bytes), record.witnessed_s)


def test_a_draft_becomes_a_request_that_reads_back() -> None:
    request = drafted(DRAFT).statement
    assert isinstance(request, Request) and statement_from(statement_bytes(request)) == request
    effect = request.effect
    assert instant_s(effect.start) == NOW_S and instant_s(effect.until or "") == NOW_S + 30 * 86_400
    assert effect.conditions.maximum_speed_mm_s == 10_000
    (place,) = effect.territories
    assert place.id == "POL_POL.sea" and place.containment == Containment.FULL


def test_everything_wrong_with_a_draft_is_told_at_once() -> None:
    text = DRAFT.replace('"letter"', '"pigeon"').replace('"POL+POL.sea"', '"NOWHERE"').replace("= 36", "= -1")
    text = text.replace("title_en", "title_xx").replace('kind = "ngo"', 'kind = "club"')
    text = text.replace("lasts_days = 30", 'lasts_days = 30\nuntil = "2030-01-01T00:00:00Z"')
    found = faults(text)
    wanted = {"channel", "requester.kind", "effect.territories[0]", "effect.conditions.maximum_speed_km_h"}
    assert wanted <= set(found) and "effect.lasts_days" in found and "title_xx" in found[""]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('log = "x"\n', "", "log"),
        ('nonce = "00"\n', "", "nonce"),
        ("", "lasts_hours = 1", "effect.lasts_hours"),
        ("lasts_days = 30", "lasts_days = -3", "effect.lasts_days"),
        ("lasts_days = 30", "lasts_days = true", "effect.lasts_days"),
        ("lasts_days = 30", "lasts_days = 30\nreasons = ['abuse']", "effect.reasons"),
        ("lasts_days = 30", "lasts_days = 30\nsupersedes = ['ffff']", "effect.supersedes[0]"),
        ("lasts_days = 30", "lasts_days = 30\nsupersedes = 'abcd'", "effect.supersedes"),
        ("lasts_days = 30", "lasts_days = 30\nstart = 2026-01-01T00:00:00", "effect.start"),
        ("= 36", "= 0.000001", "effect.conditions.maximum_speed_m_s"),
        ('name = "A made-up organisation"', 'name = "A", withhold = "B"', "requester.withhold"),
        ('name = "A made-up organisation"', 'name = ""', "requester.name"),
    ],
)
def test_one_fault_of_a_draft_is_told_with_its_path(old: str, new: str, where: str) -> None:
    text = (
        f"{old}{DRAFT}"
        if not new
        else f"{DRAFT.replace(old, new)}"
        if old
        else DRAFT.replace("lasts_days", f"{new}\nlasts_days")
    )
    assert where in faults(text)


def test_a_draft_without_an_effect_tells_that_and_the_rest() -> None:
    found = faults(DRAFT.partition("[effect]")[0].replace('"letter"', '"pigeon"'))
    assert {"effect", "channel"} == set(found)


def test_toml_that_is_none_is_refused() -> None:
    for text in ("a = ", "[[[", "\x00"):
        with pytest.raises(InputError):
            drafted(text)


def test_a_withheld_name_is_a_digest_in_the_request_and_a_text_for_trustees(tmp_path: Path) -> None:
    made = drafted(DRAFT.replace('name = "A made-up organisation"', 'withhold = "Dr. Nobody"'))
    (told,) = made.withheld
    assert [one.digest for one in withheld_of(made.statement)] == [told.digest]
    assert read_disclosure(told.disclosure) == ("name", "Dr. Nobody")
    assert b"Nobody" not in statement_bytes(made.statement)
    write_disclosures(tmp_path / "d", "log", "ab" * 32, made.withheld)
    found = open_disclosures(tmp_path / "d")
    assert found.items == made.withheld and not unfit(found, "log", made.statement, "ab" * 32)
    assert len(unfit(found, "other", drafted(DRAFT).statement, "cd" * 32)) == 3


def test_disclosures_that_were_changed_are_refused(tmp_path: Path) -> None:
    made = drafted(DRAFT.replace('name = "A made-up organisation"', 'withhold = "Dr. Nobody"'))
    write_disclosures(tmp_path / "d", "log", "ab" * 32, made.withheld)
    content = json.loads((tmp_path / "d").read_text())
    for spoilt in (
        {**content, "items": []},
        {**content, "format": "x"},
        {**content, "items": [{**content["items"][0], "digest": "00" * 32}]},
        {**content, "items": [{**content["items"][0], "disclosure": "x"}]},
        {**content, "items": [7]},
        [],
    ):
        (tmp_path / "d").write_text(json.dumps(spoilt))
        with pytest.raises(RecordError):
            open_disclosures(tmp_path / "d")
    (tmp_path / "d").chmod(0o644)
    with pytest.raises(RecordError, match="chmod 600"):
        open_disclosures(tmp_path / "d")


def test_any_kind_of_statement_can_be_written_by_hand() -> None:
    text = """
    kind = "appeal"
    decision = "abcd"
    appellant = { kind = "hospital", name = "Clinic" }
    channel = "letter"
    grounds = "We are cut off."
    """
    made = act_from_toml(text, drafter()).statement
    assert isinstance(made, Appeal) and made.decision == "abcd" * 16
    for wrong in (text.replace("appeal", "song"), text.replace('"abcd"', '"ffff"'), text.replace("grounds", "reasons")):
        with pytest.raises(InputError):
            act_from_toml(wrong, drafter())
    with pytest.raises(InputError, match="verb of its own"):
        act_from_toml('kind = "request"', drafter())


def test_an_effect_alone_is_drafted_for_approvals_with_conditions() -> None:
    effect, _ = effect_from_toml(DRAFT[DRAFT.index("[effect]") :], drafter())
    assert effect.conditions.maximum_speed_mm_s == 10_000
    with pytest.raises(InputError):
        effect_from_toml(DRAFT, drafter())


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "requests").glob("*.toml")), ids=lambda path: path.name)
def test_every_request_that_comes_along_is_one(path: Path) -> None:
    assert isinstance(drafted(path.read_text(encoding="utf-8")).statement, Request)


def test_packaged_territories_need_no_cells_beside_the_log_and_others_do() -> None:
    for name in ("UKR", "UKR+UKR.sea"):
        found = territory_of(name, Containment.FULL)
        assert cells_blob(found) is None
        assert territories_shown(lambda _: None)(territory_ref(found)).digest == found.digest
    own = territory("mine", territory_of("UKR", Containment.FULL).number[:50], Containment.FULL)
    kept = {own.digest: cell_text(own.number, own.containment)}
    assert cells_blob(own) == kept[own.digest]
    with pytest.raises(RecordError, match="nobody has shown"):
        territories_shown(lambda _: None)(territory_ref(own))
    for finding in (territories_shown(kept.get), territories_known(kept.get), territories_known(lambda _: None)):
        assert finding(territory_ref(own)).number.tolist() == own.number.tolist()


@pytest.mark.parametrize("spoil", [b"x", b"\n", b"8", b"G"])
def test_a_spoilt_list_of_cells_is_refused(spoil: bytes) -> None:
    own = territory("spoilt", territory_of("UKR", Containment.FULL).number[:50], Containment.FULL)
    text = cell_text(own.number, own.containment)
    for data in (text + spoil, text[:60] + spoil + text[61:], text[:-1], spoil + text):
        if data != text:
            with pytest.raises(RecordError):
                territories_shown({own.digest: data}.get)(territory_ref(own))


def test_entries_are_named_by_index_or_by_the_beginning_of_their_hash(sitting: Desk) -> None:
    leaf = template().waiting
    entry = entry_named(sitting.record, leaf[:12])
    assert entry.leaf == leaf and entry_named(sitting.record, str(entry.index)) is entry
    for name in ("", "zzzz", "abc", "../..", "99999999", "ffffffffffff"):
        with pytest.raises(RecordError):
            entry_named(sitting.record, name)
    with pytest.raises(RecordError, match="name a request"):
        sitting.request("1")
    with pytest.raises(RecordError, match="has no decision"):
        sitting.decision(leaf[:12])


def test_a_report_is_the_bytes_of_its_digest_and_tells_of_what_is_asked(sitting: Desk) -> None:
    _, request, entry = sitting.request(template().waiting)
    told = impact_of(sitting.record, entry, sitting.now_s)
    assert hashlib.sha256(impact_blob(told)).hexdigest() == told.digest
    assert told.gain.cells and not told.lose.cells
    assert {one.id for one in told.countries if one.side.value == "own"} == {"TON"}
    assert [one.title_en for one in told.reviewed] == [request.title_en]


def test_a_request_not_yet_filed_has_the_same_impact_as_when_it_is(sitting: Desk) -> None:
    _, request, entry = sitting.request(template().waiting)
    _, coming = next_entry(sitting.record, request, sitting.held.public_key, sitting.now_s)
    filed, unfiled = (impact_of(sitting.record, one, sitting.now_s) for one in (entry, coming))
    assert (filed.gain, filed.lose, filed.conditions) == (unfiled.gain, unfiled.lose, unfiled.conditions)


def test_ending_a_decision_takes_away_what_it_gave(sitting: Desk) -> None:
    decided = sitting.outcomes.in_force[0]
    vote = Revocation(
        log=sitting.log,
        decision=decided.id,
        seen=sitting.seen(),
        impact_sha256="1a" * 32,
        reasons=frozenset({Reason.ABUSE}),
        expires="2199-01-01T00:00:00Z",
    )
    _, entry = next_entry(sitting.record, vote, sitting.held.public_key, sitting.now_s)
    told = impact_of(sitting.record, entry, sitting.now_s)
    assert told.lose.cells and not told.gain.cells


def test_a_quorum_tells_who_is_missing() -> None:
    groups = read_groups(b"group a 1 x y\ngroup b 1 z\ngroup both 2 a b\n", "xyz")
    assert progress(groups, "both", frozenset("y")) == (2, (("a", True), ("b", False)))
    assert progress(groups, "z", frozenset("z")) == (1, (("z", True),))


def test_what_a_statement_names_is_known(sitting: Desk) -> None:
    request = drafted(DRAFT).statement
    assert isinstance(request, Request)
    assert named_digests(request) == {one.cells_sha256 for one in request.effect.territories}
