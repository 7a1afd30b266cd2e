"""Whether a record calls territories what the catalogue calls them."""

from dataclasses import replace

import pytest

from hudhud.adapters.decisions import territory_of
from hudhud.adapters.record.effects import territory_ref
from hudhud.adapters.recorded import atlas
from hudhud.record.parts import TerritoryRef
from hudhud.service.naming import Misnaming, Namer, namer
from hudhud.service.vocabulary import Containment
from service.record_world import CITY, reference


@pytest.fixture(scope="module")
def misnamed() -> Namer:
    return namer(atlas())


def ref(name: str, containment: Containment = Containment.FULL) -> TerritoryRef:
    return territory_ref(territory_of(name, containment))


def kinds(misnamed: Namer, given: TerritoryRef) -> list[Misnaming]:
    return [one.kind for one in misnamed(given)]


def test_every_territory_of_the_catalogue_is_named_as_itself(misnamed: Namer) -> None:
    catalogue, pattern = atlas().catalogue, ref("TON")
    for row in catalogue.rows:
        assert "_" not in row.id, "joins ids in a record"
        for mode in Containment:
            given = replace(
                pattern,
                id=row.id,
                containment=mode,
                cells_sha256=row.digest(mode),
                claimed_by=frozenset(row.claimed_by),
                controlled_by=row.controlled_by or None,
                source_feature_id=row.feature[:300] or None,
            )
            assert misnamed(given) == ()


@pytest.mark.parametrize("name", ["UKR+UKR.sea", "UKR.sea+UKR", "TON+TON.sea", "FRA+DEU"])
def test_territories_taken_together_are_named_as_themselves(misnamed: Namer, name: str) -> None:
    given = ref(name)
    assert misnamed(given) == ()
    assert kinds(misnamed, replace(given, cells_sha256="ab" * 32)) == [Misnaming.OTHER_CELLS]
    assert kinds(misnamed, replace(given, claimed_by=frozenset({"XXX"}))) == [Misnaming.OTHER_CLAIMS]


def test_attack_the_cells_of_one_land_under_the_name_of_another(misnamed: Namer) -> None:
    crimea = ref("UKR.crimea")
    forged = replace(
        crimea, id="TON", claimed_by=frozenset(), controlled_by=None, source_feature_id="TON: Tonga", worldview=None
    )
    found = misnamed(forged)
    assert [one.kind for one in found] == [Misnaming.OTHER_TERRITORY, Misnaming.OTHER_CLAIMS, Misnaming.OTHER_FEATURE]
    assert {one.known for one in found} == {"UKR.crimea"} and set(found[0].claimed_by) == {"RUS", "UKR"}
    assert kinds(misnamed, replace(crimea, id="relief-zone")) == [Misnaming.OTHER_TERRITORY]


def test_attack_another_containment_or_own_cells_under_a_name_of_the_catalogue(misnamed: Namer) -> None:
    wide = ref("UKR", Containment.OVERLAP)
    assert kinds(misnamed, replace(wide, containment=Containment.FULL)) == [Misnaming.OTHER_CELLS]
    assert kinds(misnamed, reference(CITY, id="TON")) == [Misnaming.OTHER_CELLS]


def test_attack_a_claimant_is_left_out(misnamed: Namer) -> None:
    crimea = ref("UKR.crimea")
    for changed in ({"claimed_by": frozenset({"UKR"})}, {"controlled_by": None}, {"controlled_by": "UKR"}):
        assert kinds(misnamed, replace(crimea, **changed)) == [Misnaming.OTHER_CLAIMS]


def test_places_of_ones_own_are_named_freely(misnamed: Namer) -> None:
    assert misnamed(reference(CITY, claimed_by=frozenset({"TON"}), source_feature_id="drawn by hand")) == ()
