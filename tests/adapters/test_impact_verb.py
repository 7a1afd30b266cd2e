"""The verb `hudhud impact`, run as its user runs it."""

import hashlib
import json

import pytest

from hudhud.adapters.cli.main import main
from hudhud.adapters.registered import parse_posts
from hudhud.errors import InputError

DRAFT = """\
[[decision]]
id = "sudan-emergency"
title_en = "Emergency service over Sudan"
title_ar = "خدمة طوارئ فوق السودان"
territories = ["SDN"]
but_classes = ["weapon_mounted"]
state = "emergency_served"
reasons = ["humanitarian_necessity"]
start = "2026-12-01T00:00:00Z"
until = "2026-12-10T00:00:00Z"
review_by = "2026-12-05T00:00:00Z"
source = "made up"
demonstration = true
"""
TERMINALS = """\
id,service_class,latitude_deg,longitude_deg,purpose
khartoum-hospital,medical,15.6,32.53,medical
nyala,residential,12.05,24.88,
cairo,residential,30.04,31.24,
lost,press,,,
"""


@pytest.fixture
def draft(tmp_path):
    """A file with one draft."""
    path = tmp_path / "sudan.toml"
    path.write_text(DRAFT, encoding="utf-8")
    return str(path)


def told(capsys, *arguments: str) -> dict:
    """The JSON that the verb prints."""
    assert main(["impact", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def shown(capsys, monkeypatch, *arguments: str) -> str:
    """What the verb prints on 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["impact", *arguments]) == 0
    text = capsys.readouterr().out
    assert all(len(line) <= 80 for line in text.splitlines())
    return text


def refusal(capsys, *arguments: str) -> str:
    """What the verb says where it refuses."""
    assert main(["impact", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def test_a_draft_over_sudan_tells_its_gains_and_touches_no_neighbour(capsys, tmp_path, draft):
    table = tmp_path / "terminals.csv"
    table.write_text(TERMINALS, encoding="utf-8")
    found = told(capsys, draft, "--terminals", str(table))
    assert found["at"] == "2026-12-01T00:00:00Z"
    assert found["gain"]["cells"] > 6_000 and found["gain"]["people"] > 9_000_000 and found["lose"]["cells"] == 0
    assert [each["id"] for each in found["countries"] if each["side"] == "other"] == []
    assert found["left_out"][0]["neighbours"] == ["CAF", "EGY", "ERI", "ETH", "LBY", "SSD", "TCD"]
    assert found["largest_places"][0]["name_en"] == "Khartoum" and found["largest_places"][0]["name_ar"] == "الخرطوم"
    assert found["afterwards"] == "as_without"
    counted = {each["service_class"]: each for each in found["terminals"]}
    assert counted["medical"]["gain"] == 1 and counted["residential"]["gain"] == 1 and counted["press"]["gain"] == 0


def test_its_digest_can_be_worked_out_again(capsys, draft):
    found = told(capsys, draft)
    digest = found.pop("digest")
    text = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == digest


def test_it_is_told_in_english_and_arabic(capsys, monkeypatch, draft):
    english, arabic = shown(capsys, monkeypatch, draft), shown(capsys, monkeypatch, draft, "--language", "ar")
    assert "Nobody loses service." in english and "No changed cell reaches into another country" in english
    assert "خلايا تكسب الخدمة" in arabic and "بصمة هذا الأثر" in arabic
    assert english.splitlines()[-1] == arabic.splitlines()[-1]


def test_a_draft_not_yet_in_force_is_said_to_change_nothing(capsys, monkeypatch, draft):
    text = shown(capsys, monkeypatch, draft, "--at", "2026-11-22T00:00:00Z")
    assert "sudan-emergency is not in force then." in text and "Nobody gains service." in text


def test_a_decision_in_force_is_compared_with_the_map_without_it(capsys):
    found = told(capsys, "standing.POL", "--at", "2026-11-22T00:00:00Z")
    assert found["gain"]["cells"] > 1_000 and found["gain"]["people"] > 20_000_000
    assert found["reviewed"][0]["id"] == "standing.POL" and found["afterwards"] == "never_lapses"


POLAND = """\
[[decision]]
id = "poland"
title_en = "Poland otherwise"
title_ar = "بولندا بشكل آخر"
territories = ["POL"]
classes = ["residential", "medical"{more}]
state = "{state}"
reasons = ["licence_granted"]
legal_basis = "host_government_consent"
start = "2026-12-01T00:00:00Z"
review_by = "2026-12-31T00:00:00Z"
supersedes = ["standing.POL"]
source = "made up"
demonstration = true
[decision.conditions]
{conditions}
"""


def test_a_draft_with_an_empty_list_loses_service(capsys, monkeypatch, tmp_path):
    path = tmp_path / "list.toml"
    path.write_text(
        POLAND.format(more="", state="served_allowlist_only", conditions="allowlist = []"), encoding="utf-8"
    )
    text = shown(capsys, monkeypatch, str(path))
    assert "Nobody loses service" not in text and "1,295 cells lose service" in text
    assert "nobody is on it here" in text and "Classes that save lives" in text


def test_a_draft_that_hardly_serves_anybody_says_so(capsys, monkeypatch, tmp_path):
    path = tmp_path / "slow.toml"
    asked = 'maximum_speed_km_h = 0\npurposes = ["other"]\nhome_countries = ["TON"]'
    more = ', "weapon_mounted"'
    path.write_text(POLAND.format(more=more, state="served_restricted", conditions=asked), encoding="utf-8")
    text = " ".join(shown(capsys, monkeypatch, str(path)).split())
    assert "stay served under other conditions for residential, medical (served with conditions)" in text
    assert "only for other; at most 0 km/h over ground; of terminals at home in TON." in text
    assert "poland overrides a prohibition: weapon mounted in 1,246 cells (standing.world.weapon_mounted)." in text
    assert "serves or refuses as before" not in text and "People: GeoNames (CC BY 4.0)" in text


def test_a_draft_under_a_narrower_decision_is_said_to_have_no_effect(capsys, monkeypatch, tmp_path):
    path = tmp_path / "below.toml"
    text = POLAND.format(more="", state="served_restricted", conditions="ocean_plan = true")
    text = text.replace('supersedes = ["standing.POL"]\n', "").replace('["POL"]', '["POL", "DEU"]')
    path.write_text(text, encoding="utf-8")
    told_words = " ".join(shown(capsys, monkeypatch, str(path)).split())
    assert "poland has no effect for residential, medical in" in told_words
    assert "standing.POL are narrower; supersede them to take effect." in told_words


def test_a_picture_is_drawn(capsys, draft, tmp_path):
    pytest.importorskip("matplotlib", reason="the picture needs the extra plot")
    path = tmp_path / "sudan.png"
    assert main(["impact", draft, "--map", str(path), "--class", "medical"]) == 0
    assert path.read_bytes().startswith(b"\x89PNG") and f"picture: {path}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["standing.POLL"], "did you mean standing.POL"),
        (["nowhere.toml"], "No such file"),
        (["standing.POL", "--class", "press"], "--class: belongs to --map"),
        (["standing.POL", "--map", "x.png", "--class", "army"], "no class 'army'"),
        (["standing.POL", "--map", "x.jpg"], "must end in .png"),
        (["standing.POL", "--at", "never"], "'never' is not an instant"),
        (["standing.POL", "--terminals", "none.csv"], "none.csv: No such file"),
        (["standing.world"], "standing.world cannot be taken away"),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(capsys, arguments, said):
    assert said in refusal(capsys, *arguments)


def test_terminals_are_read_with_what_is_left_out():
    posts = parse_posts("id,service_class,latitude_deg,longitude_deg,ocean_plan\na,press,1,2,yes\nb,medical,,,\n")
    assert posts.subscribers.ids == ("a", "b") and posts.subscribers.ocean_plan.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column id"),
        ("id,service_class,latitude_deg,longitude_deg,colour\n", "a column 'colour'"),
        ("id,id,service_class,latitude_deg,longitude_deg\n", "column id twice"),
        ("id,service_class,latitude_deg,longitude_deg\na,army,1,2\n", "terminal 1: service_class is 'army'"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,91,2\n", "latitude_deg is '91'"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,north,2\n", "latitude_deg is 'north'"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,1,\n", "half a position"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,1\n", "not as many fields"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,1,2,3\n", "not as many fields"),
        ("id,service_class,latitude_deg,longitude_deg\na,press,1,2\na,press,1,2\n", "id"),
        ('id,service_class,latitude_deg,longitude_deg\n"a"b,press,1,2\n', "no CSV"),
    ],
)
def test_a_bad_table_of_terminals_is_refused(text, said):
    with pytest.raises(InputError) as refused:
        parse_posts(text)
    assert said in str(refused.value)
