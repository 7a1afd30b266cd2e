"""A scenario over a fleet: what is named in it must be one thing there."""

from dataclasses import replace

import numpy as np
import pytest

from hudhud.errors import ScenarioError
from worlds import HEAD, KYIV, fleet, made


def test_a_name_that_several_satellites_share_is_a_fault_and_their_numbers_are_not() -> None:
    elements = fleet(4, 4)
    elements = replace(elements, names=("TWIN", "TWIN", "TWIN", *elements.names[3:]))
    text = HEAD + "[fleet]\nfailed = ['TWIN', 'nobody']\n[lasers]\nfailed = [['TWIN', 'nobody']]\n" + KYIV
    with pytest.raises(ScenarioError) as caught:
        made(text, elements=elements)
    told = {fault.where: fault.problem for fault in caught.value.faults}
    twins, nobody = (
        "3 satellites are called 'TWIN': give its catalogue number",
        "no satellite 'nobody' in this fleet of 16",
    )
    assert told == {
        "fleet.failed[0]": twins,
        "fleet.failed[1]": nobody,
        "lasers.failed[0][0]": twins,
        "lasers.failed[0][1]": nobody,
    }
    second = int(elements.catalogue_numbers[1])
    world = made(HEAD + f"[fleet]\nfailed = ['{second}']\n" + KYIV, elements=elements)
    assert np.flatnonzero(world.out_of_service).tolist() == [1]
