"""Attacks on a point of enforcement: it obeys what is proven, never goes back, and lets nothing outlive its end."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from hudhud.errors import InputError, RecordError
from hudhud.record.forms import instant_text
from hudhud.record.note import Note, SigningKey, cosignature, note_signature, read_note
from hudhud.record.release import Ticket, released
from hudhud.record.sitting import Sitting
from hudhud.record.statements import EnforcementReport, MapRelease
from hudhud.record.timeline import timeline_digest
from hudhud.service.enforcement import Alarm, Point, heard, offer, report, serves, stale
from hudhud.service.map_text import map_bytes
from hudhud.service.service_map import ServiceMap
from hudhud.service.vocabulary import Layer, ServiceState
from service import record_world
from service.decision_factory import WORLD
from service.record_world import (
    CITY,
    DAY_S,
    DEMO,
    HOUR_S,
    LAND,
    PROVINCE,
    START_S,
    effect,
    granted,
    proven,
    sitting,
    ticket,
)

INSIDE, OUTSIDE = np.array([46]), np.array([75])


def point(**changed: object) -> Point:
    made = Point(name="gateways", layer=Layer.BEAM, policy=DEMO.policy, keyring=DEMO.keyring, world=WORLD)
    return replace(made, **changed)


def on(obeying: Point, now_s: int) -> bool:
    return bool(serves(obeying, INSIDE, 0, now_s)[0])


def city(last_s: int | None = 10 * DAY_S) -> tuple[Sitting, ServiceMap, int]:
    """A city that was granted service, and the release of the map that says so."""
    made = sitting()
    granted(made, effect(CITY, made.now_s, last_s))
    service_map, index = record_world.released(made)
    return made, service_map, index


def test_a_proven_release_is_obeyed() -> None:
    made, service_map, index = city()
    obeying, raised = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is None and obeying.followed is not None
    assert obeying.followed.release.leaf == made.record().prefix.entries[index].leaf
    assert on(obeying, made.now_s) and not serves(obeying, OUTSIDE, 0, made.now_s)[0]


def test_before_the_first_release_nothing_is_served() -> None:
    assert not serves(point(), WORLD, 0, START_S).any()
    with pytest.raises(RecordError, match="obeys no map yet"):
        report(point())


def test_a_decided_grant_that_was_not_released_serves_nobody() -> None:
    made = sitting()
    leaf = granted(made, effect(CITY, made.now_s, None))
    decided = proven(made)
    assert leaf in {one.id for one in decided.decisions}
    envelope = made.record().entries[0]
    for index in range(made.log.size):  # no entry of the record makes a ticket
        obeying, raised = offer(point(), replace(ticket(made, index)), map_bytes(decided), made.now_s)
        assert raised is not None and raised.alarm is Alarm.NOT_PROVEN and obeying.followed is None
    _, raised = offer(point(), Ticket(envelope=envelope, proof=b""), map_bytes(decided), made.now_s)
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN


def release_of(made: Sitting, sha256: str, **changed: object) -> MapRelease:
    newest = made.newest
    given = MapRelease(
        log=DEMO.trust.log,
        map_sha256=sha256,
        size=newest.size,
        root=newest.root,
        timeline_sha256=timeline_digest(made.log.timeline),
        at=instant_text(made.now_s),
    )
    return replace(given, **changed)


@pytest.mark.parametrize("seat", ["op-1", "ministry", "counsel-a", "trustee-a", "point-beam"])
def test_a_release_by_a_wrong_seat_is_refused(seat: str) -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    service_map = proven(made)
    made.file(seat, release_of(made, service_map.digest))
    obeying, raised = offer(point(), ticket(made, made.log.size - 1), map_bytes(service_map), made.now_s)
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN and "only a registrar" in raised.detail
    assert not on(obeying, made.now_s)


def test_a_release_that_the_quorum_has_not_witnessed_is_refused() -> None:
    made, service_map, index = city()
    proof = made.log.proof(index)
    note = read_note(proof.checkpoint)
    fewer = Note(text=note.text, signatures=note.signatures[:3])  # the log and two of the four witnesses
    short = Ticket(envelope=made.record().entries[index], proof=replace(proof, checkpoint=fewer.data).data)
    _, raised = offer(point(), short, map_bytes(service_map), made.now_s)
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN and "does not meet" in raised.detail


def test_a_release_in_a_log_that_others_cosigned_is_refused() -> None:
    made, service_map, index = city()
    proof = made.log.proof(index)
    text = read_note(proof.checkpoint).text
    strangers = [
        SigningKey(name=one.name, type=one.type, seed=bytes([n]) * 32) for n, one in enumerate(DEMO.witnesses.values())
    ]
    signatures = (note_signature(text, DEMO.log), *(cosignature(text, one, made.now_s) for one in strangers))
    forged = replace(proof, checkpoint=Note(text=text, signatures=signatures).data)
    _, raised = offer(
        point(), Ticket(envelope=made.record().entries[index], proof=forged.data), map_bytes(service_map), made.now_s
    )
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN


def test_a_release_that_is_not_in_the_log_is_refused() -> None:
    made, service_map, index = city()
    other = record_world.signed("registrar", release_of(made, "ab" * 32))
    _, raised = offer(
        point(), Ticket(envelope=other, proof=made.log.proof(index).data), map_bytes(service_map), made.now_s
    )
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN and "does not lead" in raised.detail


def test_a_forged_map_under_a_good_ticket_is_refused() -> None:
    made, service_map, index = city()
    data = bytearray(map_bytes(service_map))
    data[-1] ^= 1
    obeying, raised = offer(point(), ticket(made, index), bytes(data), made.now_s)
    assert raised is not None and raised.alarm is Alarm.OTHER_MAP and obeying.followed is None


def test_a_released_map_of_another_world_is_no_map() -> None:
    made, service_map, index = city()
    _, raised = offer(point(world=WORLD[:-1]), ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is not None and raised.alarm is Alarm.UNREADABLE


def test_a_key_that_a_later_keyring_ended_releases_nothing_more() -> None:
    made, service_map, index = city()
    ended = replace(
        DEMO.keyring,
        keys=tuple(replace(one, until_entry=index) if one.seat == "registrar" else one for one in DEMO.keyring.keys),
    )
    _, raised = offer(point(keyring=ended), ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is not None and "not valid at entry" in raised.detail
    missing = replace(ended, keys=tuple(one for one in ended.keys if one.seat != "registrar"))
    with pytest.raises(RecordError, match="is no key of keyring"):
        released(ticket(made, index), DEMO.policy, missing)


def test_a_release_that_knows_later_entries_is_refused() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    made.file("registrar", release_of(made, "ab" * 32, size=99))
    with pytest.raises(RecordError, match="cannot know later ones"):
        released(ticket(made, made.log.size - 1), DEMO.policy, DEMO.keyring)


def test_a_map_for_an_instant_to_come_waits() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, None))
    service_map, index = record_world.released(made, at=instant_text(made.now_s + HOUR_S))
    obeying, raised = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is not None and raised.alarm is Alarm.TOO_EARLY and not on(obeying, made.now_s)
    obeying, raised = offer(obeying, ticket(made, index), map_bytes(service_map), made.now_s + HOUR_S)
    assert raised is None and on(obeying, made.now_s + HOUR_S)


def test_an_older_release_never_comes_back() -> None:
    made, first, one = city()
    made.wait(60)
    granted(made, effect(LAND, made.now_s, None, state=ServiceState.PROHIBITED))
    second, two = record_world.released(made)
    obeying, _ = offer(point(), ticket(made, two), map_bytes(second), made.now_s)
    after, raised = offer(obeying, ticket(made, one), map_bytes(first), made.now_s)
    assert raised is not None and raised.alarm is Alarm.ROLLBACK and after.followed is obeying.followed
    made.wait(60)
    made.release(first.digest, size=made.log.size - 1, at=instant_text(START_S))  # the registrar signs the past anew
    again = ticket(made, made.log.size - 1)
    after, raised = offer(obeying, again, map_bytes(first), made.now_s)
    assert raised is not None and raised.alarm is Alarm.ROLLBACK and after.followed is obeying.followed


def test_the_same_release_again_changes_nothing_but_what_was_heard() -> None:
    made, service_map, index = city()
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    made.wait(HOUR_S)
    made.file("op-1", made.contacts())
    again, raised = offer(obeying, ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is None and again.followed is obeying.followed and again.newest_s == made.now_s


def test_a_point_that_remembers_its_release_only_is_given_the_map_again() -> None:
    made, service_map, index = city()
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert obeying.followed is not None
    since_s = obeying.followed.since_s
    waking = replace(obeying, followed=replace(obeying.followed, claim=None))
    with pytest.raises(RecordError, match="not its map"):
        serves(waking, INSIDE, 0, made.now_s)
    made.wait(60)
    again, raised = offer(waking, ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is None and on(again, made.now_s)
    assert again.followed is not None and again.followed.since_s == since_s


def test_another_entry_at_the_place_of_the_release_obeyed_is_not_proven() -> None:
    made, service_map, index = city()
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert obeying.followed is not None
    other = replace(obeying.followed.release, leaf="0" * 64)
    torn = replace(obeying, followed=replace(obeying.followed, release=other))
    after, raised = offer(torn, ticket(made, index), map_bytes(service_map), made.now_s)
    assert raised is not None and raised.alarm is Alarm.NOT_PROVEN and after.followed is torn.followed


def test_what_has_ended_is_not_served_although_nothing_newer_comes() -> None:
    made, service_map, index = city(last_s=2 * HOUR_S)
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert on(obeying, START_S + 2 * HOUR_S - 1)
    assert not on(obeying, START_S + 2 * HOUR_S) and not on(obeying, START_S + 300 * DAY_S)


def test_an_emergency_ends_after_a_day_whatever_becomes_of_the_record() -> None:
    made = sitting()
    granted(made, effect(CITY, made.now_s, 10 * DAY_S, state=ServiceState.EMERGENCY_SERVED))
    service_map, index = record_world.released(made)
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert on(obeying, made.now_s + DAY_S - 1) and not on(obeying, made.now_s + DAY_S)


def test_a_beginning_needs_a_release_and_an_end_does_not() -> None:
    made = sitting()
    granted(made, effect(PROVINCE, made.now_s, 30 * DAY_S))
    granted(made, effect(CITY, made.now_s, HOUR_S))
    granted(made, effect(LAND, made.now_s + DAY_S, None))
    service_map, index = record_world.released(made)
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    assert on(obeying, made.now_s)
    assert not on(obeying, made.now_s + HOUR_S)  # the province's grant takes over with the next release only
    assert not serves(obeying, np.array([65]), 0, made.now_s + 2 * DAY_S)[0]


def test_silence_switches_nothing_off_and_is_told() -> None:
    made, service_map, index = city(last_s=None)
    assert stale(point(), made.now_s, HOUR_S) is not None
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    late_s = made.now_s + 300 * DAY_S
    assert stale(obeying, made.now_s + HOUR_S, HOUR_S) is None
    raised = stale(obeying, late_s, HOUR_S)
    assert raised is not None and raised.alarm is Alarm.STALE and on(obeying, late_s)


def test_a_checkpoint_tells_that_the_record_goes_on_only_if_witnessed() -> None:
    made, service_map, index = city()
    obeying, _ = offer(point(), ticket(made, index), map_bytes(service_map), made.now_s)
    made.wait(HOUR_S)
    made.file("op-1", made.contacts())
    newer, raised = heard(obeying, made.log.timeline[-1])
    assert raised is None and newer.newest_s == made.now_s
    older, _ = heard(newer, made.log.timeline[0])
    assert older.newest_s == made.now_s
    broken = made.log.timeline[-1].replace(base64.b64encode(b"\0")[:2], b"//", 1) + b"x"
    assert heard(obeying, broken)[1] is not None


def test_a_point_reports_what_it_obeys() -> None:
    made, service_map, index = city()
    obeying, _ = offer(point(name="point-beam"), ticket(made, index), map_bytes(service_map), made.now_s + 5)
    said = report(obeying)
    assert isinstance(said, EnforcementReport)
    assert (said.point, said.map_sha256, said.since) == ("point-beam", service_map.digest, instant_text(made.now_s + 5))
    made.wait(10)
    made.file("point-beam", said)
    assert made.record().prefix.entries[-1].statement == said


def test_what_is_no_cell_of_the_world_is_refused() -> None:
    with pytest.raises(InputError, match="no cell of this point's world"):
        serves(point(), np.array([39]), 0, START_S)
