"""The ledger: pages of a record that anybody can read, with proofs; nothing in a record can become markup on them."""

import argparse
import hashlib
import html.parser
import itertools
import json
import re
from pathlib import Path

import pytest

from hudhud.adapters.cli import audit, ledger
from hudhud.adapters.ledger import ledger_files, write_site
from hudhud.adapters.ledger.facts import facts_of
from hudhud.adapters.ledger.labels import ARABIC, NOUNS
from hudhud.adapters.ledger.maps import Drawn, Maps
from hudhud.adapters.store.territories import territories, territory_rows
from hudhud.errors import InputError, RecordError
from hudhud.record.audit import Audit, audit_of
from hudhud.record.audit_parts import CompiledMap, Found, finding
from hudhud.record.history import State, Why
from hudhud.record.proof import proven, read_proof
from hudhud.record.reading import Record
from hudhud.record.statements import Request
from hudhud.record.trust import TRUST, trust_bytes
from hudhud.record.wording import STATES, WHYS, counted, state_word, why_words
from hudhud.record.words import Containment, Language, ServiceState
from ledger_factory import SCRIPT, Story, rich, rich_files

ROWS = {row.id: row for row in territory_rows()}
DIGESTS = {id: row.digest(Containment.FULL) for id, row in ROWS.items()}
NAMES = {id: (row.name_en, row.name_ar) for id, row in ROWS.items()}
TEMPLATES = Path(__file__).parents[2] / "src/hudhud/adapters/ledger/templates"
LARGEST_MAP_BYTES = 300_000


def audited(record: Record, map_sha256: str = "ab" * 32) -> Audit:
    return audit_of(record, compiled=lambda prefix, outcomes: CompiledMap(sha256=map_sha256))


def territory_of(ref):
    for mode in Containment:
        if ref.id in ROWS and ROWS[ref.id].digest(mode) == ref.cells_sha256:
            return territories().territory(ref.id, mode)
    raise RecordError("nobody has shown its cells")


@pytest.fixture(scope="module")
def record() -> Record:
    return rich(DIGESTS)


@pytest.fixture(scope="module")
def site(record: Record) -> dict[str, bytes]:
    return ledger_files(audited(record), "demo", NAMES, territory_of)


def pages(site: dict[str, bytes]) -> dict[str, str]:
    return {name: data.decode("utf-8") for name, data in site.items() if name.endswith(".html")}


class Reading(html.parser.HTMLParser):
    """Elements, attributes and text of a page; every element that is opened is closed."""

    VOID = frozenset({"meta", "link", "img", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


# What is there


def test_each_page_is_there_in_both_languages_and_links_to_its_twin(site):
    english = {name.removeprefix("en/") for name in site if name.startswith("en/")}
    assert english == {name.removeprefix("ar/") for name in site if name.startswith("ar/")}
    assert {"index.html", "requests.html", "in-force.html", "maps.html", "concerns.html", "check.html"} <= english
    for name, page in pages(site).items():
        language, _, rest = name.partition("/")
        if rest:
            found = Reading(page)
            (root,) = found.of("html")
            assert (root["lang"], root["dir"]) == (language, "rtl" if language == "ar" else "ltr")
            other = "ar" if language == "en" else "en"
            assert f"../{other}/{rest}" in [one.get("href") for one in found.of("a")]


def test_no_link_leads_nowhere(site):
    ids = {name: {one["id"] for _, one in Reading(page).elements if "id" in one} for name, page in pages(site).items()}
    for name, page in pages(site).items():
        folder = name.rpartition("/")[0]
        found = Reading(page)
        for href in [one["href"] for one in found.of("a") + found.of("link")] + [one["src"] for one in found.of("img")]:
            if href.startswith(("https://", "http://")):
                continue
            path, _, fragment = href.partition("#")
            target = name if not path else path[3:] if path.startswith("../") else f"{folder}/{path}".lstrip("/")
            assert target in site, (name, href)
            assert not fragment or fragment in ids[target], (name, href)


def test_every_entry_is_told_and_its_proof_holds_under_the_policy(site, record):
    for index, entry in enumerate(record.entries):
        data = site[f"proofs/entry-{index}.dsse.json"]
        assert data == entry
        proof = read_proof(site[f"proofs/entry-{index}.tlog-proof"])
        assert proven(proof, data, record.policy).index == index
        assert f'id="e{index}"' in site[f"en/entries-{index // 50 + 1}.html"].decode("utf-8")


def test_each_request_has_a_page_with_who_asks_whose_benefit_and_the_verdict(site, record):
    for one in record.prefix.entries:
        if isinstance(one.statement, Request):
            assert f"en/request-{one.index}.html" in site
    page = next(
        page
        for name, page in pages(site).items()
        if name.startswith("en/request") and "disputed" in page.split("</title>")[0]
    )
    told = " ".join(Reading(page).text.split())
    for words in (
        "Russia (foreign government)",
        "A third state's fleet (military)",
        "in person",
        "none stated (contested)",
        "claimed by Russia, Ukraine; controlled by Russia",
        "Russia (head of state or government), phone",  # what the owner's seat declared
        "The signer took no part, or had declared a conflict.",
        "prohibited",
    ):
        assert words in told, words


def test_what_is_overdue_unconfirmed_or_silent_stands_on_the_first_page(site):
    told = " ".join(Reading(pages(site)["en/index.html"]).text.split())
    assert "Service for Tanzania has had no answer since its deadline" in told
    assert "the emergency was switched on and never confirmed" in told
    assert "point-terminal" in told
    assert "The record is sound" in told


def test_an_unsound_record_says_so_first(record):
    site = ledger_files(audited(record, "cd" * 32), "demo", NAMES, territory_of)
    told = Reading(pages(site)["en/index.html"]).text
    assert "The record is not sound" in told and "The record is sound" not in told
    assert "السجل غير سليم" in pages(site)["ar/index.html"]


def test_a_record_that_cannot_be_read_gets_no_ledger(record):
    broken = Audit(trust=record.trust, findings=(finding(Found.BROKEN, where="tile/0/000", problem="it is missing"),))
    with pytest.raises(RecordError, match="tile/0/000: it is missing"):
        ledger_files(broken, "demo", NAMES, territory_of)


def test_a_demonstration_says_so_on_every_page(site):
    for name, page in pages(site).items():
        if "/" in name:
            assert 'class="demonstration"' in page


def test_the_same_record_gives_the_same_bytes(site, record):
    assert ledger_files(audited(record), "demo", NAMES, territory_of) == site


def test_withheld_things_are_told_as_withheld_and_disclosed_ones_as_told(site):
    page = next(
        page
        for name, page in pages(site).items()
        if name.startswith("en/request") and "clinic" in page.split("</title>")[0]
    )
    told = " ".join(Reading(page).text.split())
    assert "name withheld (hospital)" in told and "Trustee A" in told
    assert "Trustee A told what was withheld: name = Person 1" in told


def test_an_allegation_stands_with_every_answer_also_with_none(site):
    told = " ".join(Reading(pages(site)["en/reports.html"]).text.split())
    assert "A claim is not a finding" in told and "denied" in told and "no reply" in told


# Nothing from outside


def test_pages_ask_for_nothing_run_nothing_and_style_nothing_inline(site):
    for name, page in pages(site).items():
        found = Reading(page)
        policy = [one["content"] for one in found.of("meta") if one.get("http-equiv") == "Content-Security-Policy"]
        assert policy and policy[0].startswith("default-src 'none'; style-src 'self'; img-src 'self' data:"), name
        tags = {tag for tag, _ in found.elements}
        assert not tags & {"script", "style", "iframe", "object", "embed", "form", "svg", "base", "input"}, name
        for _, attributes in found.elements:
            assert not [each for each in attributes if each.startswith("on") or each == "style"], name
        for tag in ("link", "img"):
            assert not [
                one for one in found.of(tag) if re.match(r"(?:[a-z]+:|//)", one.get("href", one.get("src", "")))
            ], name
    assert b"url(" not in site["ledger.css"] and b"@import" not in site["ledger.css"]


def test_a_title_with_markup_stays_text(site):
    for name, page in pages(site).items():
        assert SCRIPT not in page and "<script" not in page, name
    assert SCRIPT in Reading(pages(site)["en/requests.html"]).text


def test_a_javascript_address_is_no_link(site):
    page = pages(site)["en/reports.html"]
    assert "javascript:alert(1)" in Reading(page).text
    for one in pages(site).values():
        assert not [each for each in Reading(one).of("a") if each["href"].startswith("javascript")]


def test_what_would_turn_the_direction_of_text_is_shown_as_an_escape(record):
    changed = Audit(
        trust=record.trust,
        record=record,
        outcomes=audited(record).outcomes,
        findings=(finding(Found.SILENT_POINT, point="beam\u202epoint"),),
    )
    site = ledger_files(changed, "folder\u202e/record", {**NAMES, "KEN": ("Ken\u202eya", "كي\u2066نيا")}, territory_of)
    for name, page in pages(site).items():
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page), name
    assert "\\u202e" in pages(site)["en/check.html"]


def test_maps_hold_no_text_of_the_record_and_stay_small(site):
    for name, data in site.items():
        if name.endswith(".svg"):
            assert (
                len(data) < LARGEST_MAP_BYTES
                and b"<text" not in data
                and b"http" not in data.replace(b"http://www.w3.org/2000/svg", b"")
            )


# Accessible


def test_images_have_words_tables_have_headers_and_headings_stand_in_order(site):
    for name, page in pages(site).items():
        found = Reading(page)
        assert all(one["alt"] for one in found.of("img")), name
        assert len(found.of("table")) == len(found.of("thead")), name
        assert all("scope" in one for one in found.of("th")), name
        levels = [int(tag[1]) for tag, _ in found.elements if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), (name, levels)
        ids = [one["id"] for _, one in found.elements if "id" in one]
        assert len(ids) == len(set(ids)), name
        if "/" in name:
            assert len(found.of("main")) == 1 and found.of("nav") and found.of("header") and found.of("footer")


def test_arabic_pages_speak_arabic(site):
    for name in ("ar/index.html", "ar/concerns.html", "ar/maps.html", "ar/signers.html", "ar/check.html"):
        page = re.sub(r"<(code|pre|bdi|cite)\b.*?</\1>", "", pages(site)[name], flags=re.S)
        text = Reading(page).text
        latin = set(re.findall("[A-Za-z]{4,}", text))
        allowed = {"English", "OpenStreetMap", "ODbL", "Natural", "Earth", "tlog", "tiles", "checkpoint", "cosignature", "proof",
                   "DSSE", "toto", "RECORD", "trust", "json", "point", "terminal", "example", "invalid", "exchange", "archive",
                   "regulator", "university", "SHA", "CSP"}  # fmt: skip
        assert latin <= allowed, (name, latin - allowed)


# Words


def test_every_text_of_the_pages_has_arabic_and_none_is_left_over():
    used = {
        json.loads(found)
        for path in TEMPLATES.glob("*.html")
        for found in re.findall(r'_\(("[^"]*")', path.read_text("utf-8"))
    }
    code = "".join(path.read_text("utf-8") for path in TEMPLATES.parent.glob("*.py") if path.name != "labels.py")
    assert used <= set(ARABIC), used - set(ARABIC)
    joined = re.sub(r'"\s*\n\s*"', "", code)
    left = {text for text in set(ARABIC) - used if f'"{text}"' not in joined}
    assert not left
    for english, arabic in ARABIC.items():
        assert re.search("[\u0621-\u064a]", arabic), english
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", arabic)), english
    assert all(len(english) == 2 and len(arabic) == 5 for english, arabic in NOUNS.values())


def test_every_state_and_every_reason_for_a_void_entry_is_told_in_both_languages():
    assert set(STATES) == set(State) and set(WHYS) == set(Why)
    for language in Language:
        assert all(state_word(each, language) for each in State)
        assert all(why_words(each, language).endswith(".") for each in Why)


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 صوت"), (1, "صوت واحد"), (2, "صوتان"), (3, "3 أصوات"), (10, "10 أصوات"), (11, "11 صوتًا"), (99, "99 صوتًا"),
     (100, "100 صوت"), (102, "102 صوت"), (103, "103 أصوات"), (1_011, "1,011 صوتًا")],
)  # fmt: skip
def test_arabic_counts_as_its_grammar_asks(count, told):
    assert counted(count, NOUNS["vote"][1], Language.ARABIC) == told


def test_english_counts_in_two_forms():
    assert [counted(n, NOUNS["vote"][0], Language.ENGLISH) for n in (0, 1, 2, 1_000)] == [
        "0 votes",
        "1 vote",
        "2 votes",
        "1,000 votes",
    ]


# Facts


def test_votes_are_told_by_seat_with_stakes_recusals_and_contacts(record):
    facts = facts_of(audited(record))
    matter = next(one for one in facts.matters.values() if "disputed" in one.request.title_en)
    votes = {one.holder.seat: one for one in matter.votes}
    assert votes["op-1"].counted and votes["op-1"].yes is not None
    assert votes["counsel-c"].recused is not None and not votes["counsel-c"].counted
    assert votes["op-3"].yes is None and votes["op-3"].contacts is not None
    waiting = facts.waiting
    assert [one.outcome.state for one in waiting] == [State.WAITING] * len(waiting)
    assert [one.outcome.deadline_s for one in waiting] == sorted(one.outcome.deadline_s for one in waiting)


def test_a_territory_whose_cells_nobody_has_shown_is_told_and_not_drawn():
    story = Story()
    story.request(story.effect("NOWHERE"), "Somewhere", "مكان ما")
    site = ledger_files(audited(story.record()), "demo", NAMES, territory_of)
    page = pages(site)["en/request-0.html"]
    assert "its cells are not at hand" in page and "<img" not in page


@pytest.mark.parametrize("id", ["FJI", "ATA", "RUS", "CYP", "UKR.crimea", "UKR.sea"])
def test_every_kind_of_territory_can_be_drawn(id):
    story = Story(DIGESTS)
    drawn = Drawn(refs=story.effect(id).territories, state=ServiceState.SERVED)
    maps = Maps(territory_of)
    assert b'fill="#0072B2"' in maps.world([drawn])
    name = maps.request(drawn)
    assert name is not None and b'fill="#0072B2"' in maps.files[name]
    assert maps.request(drawn) == name


# On the disk


def test_a_site_replaces_an_earlier_ledger_and_nothing_else(tmp_path):
    files = {"ledger.css": b"a", "en/index.html": b"b"}
    write_site(tmp_path / "out", files)
    write_site(tmp_path / "out", {"ledger.css": b"c"})
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ledger.css"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (tmp_path / "other").mkdir()
    (tmp_path / "other/keep.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no ledger"):
        write_site(tmp_path / "other", files)
    assert (tmp_path / "other/keep.txt").read_text() == "mine"
    with pytest.raises(InputError, match="is a file"):
        write_site(tmp_path / "other/keep.txt", files)


def test_the_style_sheet_and_templates_travel_in_the_package(site):
    assert site["ledger.css"] == (TEMPLATES / "ledger.css").read_bytes()
    assert site[TRUST].startswith(b"{")
    assert hashlib.sha256(site[TRUST]).hexdigest() in pages(site)["en/check.html"]


def test_the_command_beside_an_entry_proves_it_and_its_signature(site, tmp_path, monkeypatch, capsys):
    write_site(tmp_path / "ledger", site)
    monkeypatch.chdir(tmp_path / "ledger")
    command = re.search("hudhud audit (--entry proofs/entry-7.*)</pre>", pages(site)["en/entries-1.html"])
    top = argparse.ArgumentParser()
    audit.add(top.add_subparsers())
    arguments = top.parse_args(["audit", *command[1].split()])
    assert arguments.verb(arguments) == 0
    told = capsys.readouterr().out
    assert "THE PROOF HOLDS" in told and "op-1" in told


def test_the_verb_writes_a_ledger_of_a_folder(record, tmp_path, capsys):
    for name, data in rich_files().items():
        (tmp_path / "record" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "record" / name).write_bytes(data)
    (tmp_path / "record" / TRUST).write_bytes(trust_bytes(record.trust))
    top = argparse.ArgumentParser()
    ledger.add(top.add_subparsers())
    arguments = top.parse_args(["ledger", str(tmp_path / "record"), "--out", str(tmp_path / "out"), "--no-cases"])
    assert arguments.verb(arguments) == 0
    assert (tmp_path / "out/ar/index.html").is_file()
    assert "NOT SOUND" in capsys.readouterr().out  # its map is made up
