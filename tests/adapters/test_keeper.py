"""The keeper of a record: what it takes, what it refuses, what it files because it follows."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.record_house import copy_into, template
from hudhud.adapters.record.filings import Filing, read_filing, write_filing
from hudhud.adapters.record.foreseen import foreseen, impact_blob, impact_of
from hudhud.adapters.record.keeper import Keeper, open_keeper
from hudhud.adapters.record.keys import Held, open_key
from hudhud.adapters.record.signing import desk, signed
from hudhud.adapters.record_files import load_record
from hudhud.errors import RecordError
from hudhud.record.canonical import canonical_bytes
from hudhud.record.decide import decide
from hudhud.record.forms import form_of, instant_text
from hudhud.record.history import State
from hudhud.record.parts import Conditions, Effect, effect_digest
from hudhud.record.policy import accepted
from hudhud.record.receipt import read_receipt
from hudhud.record.statements import (
    Approval,
    ConflictDeclaration,
    ContactDeclaration,
    Decision,
    Lapse,
    MapRelease,
    Request,
)
from hudhud.record.words import Reason, ServiceState, Verdict

DAY_S = 86_400
REASONS = frozenset({Reason.HUMANITARIAN_NECESSITY})
SEATS = ("op-1", "humanitarian-seat", "counsel-a")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, folder: Path) -> None:
        self.now_s = load_record(str(folder)).witnessed_s + 10

    def __call__(self) -> int:
        return self.now_s


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_into(tmp_path)


def held(folder: Path, seat: str) -> Held:
    return open_key(folder / "keys" / f"{seat}.key", lambda: b"")


def no_map(record: object, at_s: int) -> tuple[str, int | None]:
    """One map for ever: where a test is not about maps."""
    return "ab" * 32, None


def declared(keeper: Keeper, folder: Path, leaf: str, seats: tuple[str, ...], now_s: int) -> None:
    log = keeper.trust.log
    filings = []
    for seat in seats:
        contacts = ContactDeclaration(log=log, start=instant_text(now_s - 100 * DAY_S), until=instant_text(now_s))
        filings.append(signed(contacts, held(folder, seat)))
        filings.append(signed(ConflictDeclaration(log=log, request=leaf), held(folder, seat)))
    keeper.submit(filings, follow=False)


def approval(keeper: Keeper, folder: Path, leaf: str, now_s: int, **changed: object) -> Approval:
    sitting = desk(keeper.record, held(folder, "op-1"), now_s)
    case, request, _ = sitting.request(leaf)
    vote = Approval(
        log=keeper.trust.log,
        request=leaf,
        effect_sha256=effect_digest(request.effect),
        seen=sitting.seen_on(case),
        impact_sha256="1a" * 32,
        verdict=Verdict.GRANTED,
        reasons=REASONS,
        expires=instant_text(now_s + DAY_S),
    )
    return dataclasses.replace(vote, **changed)  # type: ignore[arg-type]


def waiting(keeper: Keeper) -> tuple[str, Request]:
    leaf = template().waiting
    entry = next(one for one in keeper.record.prefix.entries if one.leaf == leaf)
    assert isinstance(entry.statement, Request)
    return leaf, entry.statement


def test_what_is_handed_in_is_witnessed_and_anybody_can_read_it(folder: Path) -> None:
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        before = len(keeper.record.entries)
        statement = ContactDeclaration(
            log=keeper.trust.log, start=instant_text(clock() - DAY_S), until=instant_text(clock())
        )
        done = keeper.file(statement, held(folder, "op-1"), follow=False)
        assert (done.first, done.witnessed, done.receipts) == (before, True, ())
        kept = keeper.record
    read = load_record(str(folder))
    assert read.prefix == kept.prefix and read.entries == kept.entries and read.timeline == kept.timeline
    assert read.prefix.entries[before].leaf == done.leaves[0] and read.witnessed_s == clock()


def test_what_does_not_belong_is_refused_with_every_fault_and_leaves_no_trace(folder: Path, tmp_path: Path) -> None:
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        start, until = instant_text(clock() - DAY_S), instant_text(clock())
        stranger = signed(
            ContactDeclaration(log=keeper.trust.log, start=start, until=until), _stranger(tmp_path / "s.key")
        )
        elsewhere = signed(ContactDeclaration(log="other.invalid/log", start=start, until=until), held(folder, "op-1"))
        again = Filing(entry=keeper.record.entries[3])
        noise = Filing(entry=b"{}")
        unnamed = signed(
            ContactDeclaration(log=keeper.trust.log, start=start, until=until), held(folder, "op-2"), (b"who asked",)
        )
        with pytest.raises(RecordError) as found:
            keeper.submit([stranger, elsewhere, again, noise, unnamed])
        text = str(found.value)
        for part in (
            "in no keyring",
            "was signed for the log",
            "stands in the record already",
            "envelope",
            "does not name",
        ):
            assert part in text
        before = len(keeper.record.entries)
    assert len(load_record(str(folder)).entries) == before


def _stranger(path: Path) -> Held:
    from hudhud.adapters.record.keys import create_key

    return create_key(path, bytes(range(32)))


def test_a_vote_comes_with_the_report_that_it_names(folder: Path) -> None:
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        leaf, _ = waiting(keeper)
        declared(keeper, folder, leaf, ("counsel-a",), clock())
        vote = approval(keeper, folder, leaf, clock())
        with pytest.raises(RecordError, match="which nobody has shown"):
            keeper.submit([signed(vote, held(folder, "counsel-a"))])
        entry = next(one for one in keeper.record.prefix.entries if one.leaf == leaf)
        told = impact_of(keeper.record, entry, clock())
        vote = dataclasses.replace(vote, impact_sha256=told.digest)
        assert keeper.submit([signed(vote, held(folder, "counsel-a"), (impact_blob(told),))]).witnessed
        assert keeper.record.blob(told.digest) == impact_blob(told)


def test_a_decision_with_conditions_takes_effect_when_the_registrar_shows_it(folder: Path) -> None:
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        leaf, request = waiting(keeper)
        slower = dataclasses.replace(request.effect, conditions=Conditions(maximum_rate_bit_s=1_000_000))
        shown = canonical_bytes(form_of(Effect).write(slower), "the effect")
        seats = ("op-2", "press-freedom-seat", "counsel-b")
        clock.now_s += 8 * DAY_S  # op-1 has spoken for the operator: its vote must expire first
        keeper.follow_up()
        declared(keeper, folder, leaf, seats, clock())
        entry = next(one for one in keeper.record.prefix.entries if one.leaf == leaf)
        told = impact_of(keeper.record, entry, clock(), slower)
        vote = approval(
            keeper,
            folder,
            leaf,
            clock(),
            effect_sha256=effect_digest(slower),
            impact_sha256=told.digest,
            verdict=Verdict.GRANTED_WITH_CONDITIONS,
        )
        blobs = (shown, impact_blob(told))
        for seat in seats[:2]:
            assert not keeper.submit([signed(vote, held(folder, seat), blobs)]).followed
        done = keeper.submit([signed(vote, held(folder, seats[2]), blobs)])
        assert [type(one) for _, one in done.followed][:1] == [Decision]
        case, decided, _ = desk(keeper.record, held(folder, "op-1"), clock()).decision(leaf)
        assert case.state is State.GRANTED_WITH_CONDITIONS and decided.effect == slower


def test_a_lapse_is_told_once(folder: Path) -> None:
    clock = Clock(folder)
    clock.now_s += 40 * DAY_S
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        first, second = keeper.follow_up(), keeper.follow_up()
        lapses = [one for _, one in first.followed if isinstance(one, Lapse)]
        assert {one.about for one in lapses} == {template().waiting, template().overdue}
        assert not second.followed
        assert not decide(keeper.record.prefix, keeper.record.witnessed_s).void


def test_a_map_is_released_when_it_changes_and_only_then(folder: Path) -> None:
    clock = Clock(folder)
    maps = {"digest": "01" * 32}

    def map_of(record: object, at_s: int) -> tuple[str, int | None]:
        return maps["digest"], None

    with open_keeper(folder, clock, map_of=map_of) as keeper:
        first = keeper.follow_up().followed
        assert [type(one) for _, one in first] == [MapRelease] and not keeper.follow_up().followed
    maps["digest"] = "02" * 32
    clock.now_s += 5
    with open_keeper(folder, clock, map_of=map_of) as keeper:
        ((_, release),) = keeper.follow_up().followed
        assert isinstance(release, MapRelease) and release.map_sha256 == "02" * 32
        assert release.size == keeper.record.signed.checkpoint.size - 1
        assert release.timeline_sha256 == keeper.record.timeline.digest_until(release.size)


def test_what_nobody_can_witness_now_gets_a_receipt_and_is_witnessed_later(folder: Path) -> None:
    clock = Clock(folder)
    private = folder / "private"
    for name in ("archive", "exchange"):
        (private / f"witness-{name}.key").rename(folder / f"{name}.away")
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        statement = ContactDeclaration(
            log=keeper.trust.log, start=instant_text(clock() - DAY_S), until=instant_text(clock())
        )
        done = keeper.file(statement, held(folder, "op-1"))
        assert not done.witnessed and keeper.waiting == 1
        (data,) = done.receipts
        receipt = read_receipt(data, keeper.policy.logs)
        assert (receipt.leaf, receipt.received_s) == (done.leaves[0], clock())
        with pytest.raises(RecordError, match="stands in the record already"):
            keeper.file(statement, held(folder, "op-1"))
    before = len(load_record(str(folder)).entries)
    for name in ("archive", "exchange"):
        (folder / f"{name}.away").rename(private / f"witness-{name}.key")
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        assert keeper.follow_up().witnessed and keeper.waiting == 0
        assert keeper.record.prefix.entries[before].leaf == done.leaves[0]


def test_a_folder_that_keeps_no_record_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no record is kept here"):
        open_keeper(tmp_path, lambda: 0)


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.chmod(0o644), lambda path: path.write_text("x")]
)
def test_a_keeper_without_its_key_does_not_start(folder: Path, spoil: Callable[[Path], object]) -> None:
    spoil(folder / "private" / "log.key")
    with pytest.raises(RecordError):
        open_keeper(folder, lambda: 0)


def test_filings_are_read_as_they_were_written(folder: Path, tmp_path: Path) -> None:
    filing = Filing(entry=load_record(str(folder)).entries[0], blobs=(b"one", b"two"))
    paths = write_filing(filing, tmp_path / "r.json")
    assert [path.name for path in paths] == ["r.json", "r.json.blob-1", "r.json.blob-2"]
    assert read_filing(tmp_path / "r.json") == filing
    with pytest.raises(RecordError, match="is there already"):
        write_filing(filing, tmp_path / "r.json")
    with pytest.raises(RecordError):
        read_filing(tmp_path / "r.json.blob-1")


def test_every_checkpoint_of_the_history_has_its_quorum(folder: Path) -> None:
    record = load_record(str(folder))
    for note in record.timeline.notes:
        assert len(accepted(note, record.policy).cosignatures) >= 3


def test_what_is_foreseen_is_what_comes(folder: Path) -> None:
    clock = Clock(folder)
    with open_keeper(folder, clock, map_of=no_map) as keeper:
        leaf, _ = waiting(keeper)
        vote = approval(keeper, folder, leaf, clock())
        assert foreseen(keeper.record, vote, held(folder, "counsel-a").public_key, clock()).why is not None
        statement = ContactDeclaration(
            log=keeper.trust.log, start=instant_text(clock() - DAY_S), until=instant_text(clock())
        )
        told = foreseen(keeper.record, statement, held(folder, "counsel-a").public_key, clock())
        keeper.file(statement, held(folder, "counsel-a"), follow=False)
        assert decide(keeper.record.prefix, clock()).requests == told.after.requests and told.why is None


def test_the_demonstration_serves_nobody_by_a_state_that_it_did_not_decide(folder: Path) -> None:
    outcomes = decide(load_record(str(folder)).prefix, Clock(folder)())
    states = {one.effect.state for one in outcomes.in_force}
    assert states <= {ServiceState.EMERGENCY_SERVED, ServiceState.SERVED_RESTRICTED}
