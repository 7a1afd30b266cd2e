"""Makes the pages of a ledger: the facts of a record, told in two languages, in the templates beside this file.

The same record gives the same bytes: no clock is read, and "now" is the instant of the record's newest checkpoint.
"""

import functools
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from hudhud.adapters.ledger.facts import Facts, Matter, Signed, facts_of
from hudhud.adapters.ledger.maps import Drawn, Maps
from hudhud.adapters.ledger.proofs import proof_files
from hudhud.adapters.ledger.site import MARK
from hudhud.adapters.ledger.telling import Teller
from hudhud.adapters.ledger.voice import ENTRIES_A_PAGE, Names
from hudhud.errors import plain
from hudhud.record.audit import Audit
from hudhud.record.docket import bench_of
from hudhud.record.history import State
from hudhud.record.keyring import keyring_bytes
from hudhud.record.parts import Effect
from hudhud.record.statements import Allegation, Response
from hudhud.record.trust import TRUST, trust_bytes, trust_digest
from hudhud.record.words import College, Language, ServiceClass, ServiceState
from hudhud.service.recorded import TerritoryOf

if TYPE_CHECKING:
    from hudhud.scenario.cases import Case

__all__ = ["WORLD", "ledger_files"]

WORLD = "maps/world.svg"
_ROWS_A_PAGE = 100
_FEW = 12  # rows on the overview


def ledger_files(
    audit: Audit,
    source: str,
    names: Names,
    territory_of: TerritoryOf,
    cases: Sequence["Case"] = (),
) -> dict[str, bytes]:
    """Every file of the ledger by its path.  Raises RecordError for a record that could not be read.

    source: where the record was read, as the reader would name it.  names: English and Arabic names of territories.
    territory_of: their cells; raises RecordError where nobody has shown them.  cases: reported episodes, told
    on a page of their own.
    """
    facts = facts_of(audit)
    record = facts.record
    maps = Maps(territory_of)
    made = dict(proof_files(record))
    made[MARK] = _packaged(MARK)
    made[TRUST] = trust_bytes(record.trust)
    made |= {f"keyring-{one.version}.json": keyring_bytes(one) for one in record.prefix.keyrings.values()}
    shown = _shown(facts)
    made[WORLD] = maps.world(shown)
    environment = _environment()
    made["index.html"] = _rendered(environment, "root.html", {"trust": record.trust})
    for language in Language:
        pages = _Pages(environment, facts, Teller(language, facts, names, maps), maps, shown, source, cases)
        made |= {f"{language.value}/{name}": data for name, data in pages.all()}
    made |= {f"maps/{name}": data for name, data in maps.files.items()}
    return made


def _shown(facts: Facts) -> list[Drawn]:
    """What the map of the world shows: what holds for terminals at home, and in outline what holds only for others."""
    found: list[Drawn] = []
    others: list[Drawn] = []
    for one in facts.in_force:
        made = one.outcome.decided
        assert made is not None
        resting = any(
            ServiceClass.RESIDENTIAL in rest.classes and rest.start_s <= facts.now_s < rest.until_s
            for rest in made.rests
        )
        state = ServiceState.SUSPENDED if resting else made.effect.state
        drawn = Drawn(refs=made.effect.territories, state=state)
        (found if ServiceClass.RESIDENTIAL in made.effect.classes else others).append(drawn)
    covered = {ref.cells_sha256 for each in found for ref in each.refs}
    for each in others:
        refs = tuple(ref for ref in each.refs if ref.cells_sha256 not in covered)
        if refs:
            found.append(Drawn(refs=refs, state=each.state, outlined=True))
    return found


@functools.cache
def _packaged(name: str) -> bytes:
    return files("hudhud.adapters.ledger").joinpath("templates", name).read_bytes()


def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(lambda name: _packaged(name).decode("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _rendered(environment: Environment, template: str, values: Mapping[str, Any]) -> bytes:
    return environment.get_template(template).render(values).encode("utf-8")


class _Pages:
    """The pages of one language."""

    def __init__(
        self,
        environment: Environment,
        facts: Facts,
        say: Teller,
        maps: Maps,
        shown: Sequence[Drawn],
        source: str,
        cases: Sequence["Case"],
    ) -> None:
        self._environment, self._facts, self._say, self._maps = environment, facts, say, maps
        self._shown, self._source, self._cases = shown, source, cases
        self._unsound = [say.finding(one) for one in facts.unsound]
        self._grave = [say.concern(one) for one in facts.concerns if one.trouble.grave]
        self._grave += [say.finding(one) for one in facts.maps]
        self._allegations = facts.of(Allegation)

    def all(self) -> Iterator[tuple[str, bytes]]:
        """Names and bytes."""
        yield self._index()
        yield from self._requests()
        for one in self._facts.matters.values():
            yield self._request(one)
        yield self._page("in-force.html", matters=self._by_territory())
        yield self._concerns()
        yield self._maps_page()
        yield from self._entries()
        yield self._signers()
        if self._allegations:
            yield self._reports()
        if self._cases:
            yield self._page("cases.html", cases=self._cases)
        yield self._check()

    def _page(self, name: str, template: str = "", current: str = "", **values: object) -> tuple[str, bytes]:
        common = {
            "say": self._say,
            "_": self._say.text,
            "facts": self._facts,
            "trust": self._facts.record.trust,
            "page": name,
            "current": current or name,
            "menu": self._menu,
        }
        return name, _rendered(self._environment, template or name, common | values)

    @functools.cached_property
    def _menu(self) -> list[tuple[str, Markup, int]]:
        text = self._say.text
        menu = [
            ("index.html", text("Overview"), 0),
            ("requests.html", text("Requests"), 0),
            ("in-force.html", text("In force now"), 0),
            ("maps.html", text("Maps and enforcement"), 0),
            ("concerns.html", text("Overdue and concerns"), len(self._grave) + len(self._unsound)),
        ]
        if self._allegations:
            menu.append(("reports.html", text("Allegations and answers"), 0))
        if self._cases:
            menu.append(("cases.html", text("Cases"), 0))
        return [
            *menu,
            ("list-1.html", text("All entries"), 0),
            ("signers.html", text("Who signs"), 0),
            ("check.html", text("Check it yourself"), 0),
        ]

    # ---- overview ----

    def _index(self) -> tuple[str, bytes]:
        facts = self._facts
        newest = sorted(facts.in_force, key=lambda one: -_decided_index(one))
        shown = Counter(one.state for one in self._shown if not one.outlined)
        return self._page(
            "index.html",
            grave=self._grave,
            unsound=self._unsound,
            numbers=self._numbers(),
            world=WORLD,
            shown={state: shown[state] for state in ServiceState if shown[state]},
            newest_in_force=newest[:_FEW],
            latest=facts.signed[: -_FEW - 1 : -1],
        )

    def _numbers(self) -> list[tuple[str, Markup, str]]:
        facts, text = self._facts, self._say.text
        states = Counter(one.outcome.state for one in facts.matters.values())
        held = sum(one.disclosed_s is None for one in facts.outcomes.withheld)
        numbers = [
            (len(facts.in_force), text("decisions in force"), "in-force.html"),
            (states[State.WAITING], text("requests waiting"), "requests-waiting.html"),
            (len(facts.matters), text("requests in all"), "requests.html"),
            (states[State.REFUSED], text("requests refused"), "requests-refused.html"),
            (len(facts.outcomes.releases), text("maps released"), "maps.html"),
            (len(facts.signed), text("entries"), "list-1.html"),
            (len(facts.outcomes.void), text("entries that count for nothing"), "concerns.html"),
            (len(self._allegations), text("allegations"), "reports.html"),
            (held, text("things withheld for now"), ""),
        ]
        return [(f"{number:,}", told, href if number else "") for number, told, href in numbers]

    # ---- requests ----

    def _requests(self) -> Iterator[tuple[str, bytes]]:
        say, matters = self._say, list(self._facts.matters.values())
        counts = Counter(one.outcome.state for one in matters)
        states: list[tuple[str, object, int]] = [("requests.html", say.text("all"), len(matters))]
        states += [(f"requests-{each}.html", say.state(each), counts[each]) for each in State if counts[each]]
        newest = matters[::-1]
        heading = say.text("Requests")
        yield self._page("requests.html", heading=heading, states=states, matters=newest)
        for each in State:
            if counts[each]:
                kept = [one for one in newest if one.outcome.state is each]
                yield self._page(
                    f"requests-{each}.html",
                    "requests.html",
                    "requests.html",
                    heading=Markup("{}: {}").format(heading, say.state(each)),
                    states=states,
                    matters=kept,
                )

    def _request(self, one: Matter) -> tuple[str, bytes]:
        made = one.outcome.decided
        effect: Effect = made.effect if made is not None else one.request.effect
        colleges = {vote.holder.college for vote in one.votes}
        return self._page(
            f"request-{one.index}.html",
            "request.html",
            "requests.html",
            one=one,
            picture=self._maps.request(Drawn(refs=effect.territories, state=effect.state, outlined=made is None)),
            misnamed=[self._say.finding(each) for each in self._facts.misnamed.get(one.index, ())],
            concerns=[
                self._say.concern(each)
                for each in self._facts.concerns
                if each.index in {signed.index for signed in one.thread} and each.trouble.grave
            ],
            votes=[(each, [v for v in one.votes if v.holder.college is each]) for each in College if each in colleges],
        )

    def _by_territory(self) -> list[Matter]:
        say = self._say
        return sorted(self._facts.in_force, key=lambda one: (str(say.territories(_effect(one))), one.index))

    # ---- concerns, maps ----

    def _concerns(self) -> tuple[str, bytes]:
        past = [self._say.concern(one) for one in self._facts.concerns if not one.trouble.grave]
        past += [self._say.finding(one) for one in self._facts.notes]
        voids = [self._facts.signed[one.index] for one in self._facts.outcomes.void]
        return self._page("concerns.html", unsound=self._unsound, grave=self._grave, past=past, voids=voids[::-1])

    def _maps_page(self) -> tuple[str, bytes]:
        outcomes = self._facts.outcomes
        latest = {one.seat: one for one in outcomes.reports}
        known = {one.map_sha256 for one in outcomes.releases}
        newest = outcomes.releases[-1].map_sha256 if outcomes.releases else ""
        points = []
        for seat in self._facts.keyring.seats:
            if seat.college is College.ENFORCEMENT:
                report = latest.get(seat.id)
                digest = "" if report is None else report.map_sha256
                state = (
                    "silent"
                    if report is None
                    else "newest"
                    if digest == newest
                    else "older"
                    if digest in known
                    else "other"
                )
                points.append((self._say.seat(seat.id), report, state))
        releases = []
        for one, after in itertools.zip_longest(outcomes.releases, outcomes.releases[1:]):
            before = len(self._facts.signed) if after is None else after.index
            reports = [
                each
                for each in outcomes.reports
                if each.map_sha256 == one.map_sha256 and one.index < each.index < before
            ]
            releases.append((one, reports))
        return self._page("maps.html", points=points, releases=releases[::-1])

    # ---- entries ----

    def _entries(self) -> Iterator[tuple[str, bytes]]:
        signed = self._facts.signed
        for number, part, count in _parts(signed, _ROWS_A_PAGE):
            yield self._page(
                f"list-{number}.html", "list.html", "list-1.html", entries=part, number=number, count=count, stem="list"
            )
        link = Markup('<a href="check.html">{}</a>').format(self._say.text("Check it yourself"))
        for number, part, count in _parts(signed, ENTRIES_A_PAGE):
            yield self._page(
                f"entries-{number}.html",
                "entries.html",
                "list-1.html",
                entries=part,
                number=number,
                count=count,
                stem="entries",
                check_link=link,
            )

    def _reports(self) -> tuple[str, bytes]:
        answers: dict[str, list[Signed]] = {}
        for one in self._facts.of(Response):
            assert isinstance(one.statement, Response)
            if one.why is None:
                answers.setdefault(one.statement.allegation, []).append(one)
        told = [(one, answers.get(one.entry.leaf, [])) for one in self._allegations]
        return self._page("reports.html", allegations=told)

    # ---- who signs, how to check ----

    def _signers(self) -> tuple[str, bytes]:
        facts = self._facts
        keyring, rules = facts.keyring, facts.record.prefix.rules[facts.outcomes.rules_sha256]
        holders = [held for group in bench_of(keyring).holders.values() for held in group]
        colleges = [
            (
                college,
                [
                    (seat, [held for held in holders if held.seat == seat.id])
                    for seat in keyring.seats
                    if seat.college is college
                ],
            )
            for college in College
            if any(seat.college is college for seat in keyring.seats)
        ]
        say = self._say
        rows: list[tuple[object, object]] = [
            (say.text(told), say.code_text(getattr(rules, name))) for name, told in _GROUPS
        ]
        rows += [(say.text(told), say.span(getattr(rules, name))) for name, told in _TIMES]
        return self._page(
            "signers.html",
            colleges=colleges,
            groups=list(keyring.quorums().groups.items()),
            rules=rules,
            rule_rows=rows,
            documents=self._documents(),
        )

    def _documents(self) -> list[tuple[object, str]]:
        facts, text = self._facts, self._say.text
        prefix, in_force = facts.record.prefix, {facts.outcomes.keyring_sha256, facts.outcomes.rules_sha256}
        told = [(one.version, digest, "keyring, version {n}") for digest, one in prefix.keyrings.items()]
        told += [(one.version, digest, "rules, version {n}") for digest, one in prefix.rules.items()]
        found: list[tuple[object, str]] = []
        for version, digest, sentence in sorted(told, key=lambda one: (one[2], one[0])):
            name = text(sentence, n=version)
            found.append((text("{what}, in force", what=name) if digest in in_force else name, digest))
        return found

    def _check(self) -> tuple[str, bytes]:
        record = self._facts.record
        keys = [f"--witness-key '{key.text}'" for key in record.policy.witnesses.values()]
        outside = [
            "pip install aics-tlog",
            f"aics-tlog verify-checkpoint --tiles RECORD --log-key '{record.policy.logs[0].text}' \\",
            *(f"  {key} \\" for key in keys),
            f"  --quorum {self._say.quorum_size()}",
        ]
        return self._page(
            "check.html",
            trust_link=Markup('<a href="../{0}" dir="ltr">{0}</a>').format(TRUST),
            trust_sha256=trust_digest(record.trust),
            source=plain(self._source),
            outside=outside,
            checkpoint=record.timeline.notes[-1].decode("utf-8"),
        )


_GROUPS = (
    ("ordinary", "group for ordinary decisions"),
    ("emergency", "group for emergencies"),
    ("lifelines", "group for taking service from those who save lives"),
    ("change", "group for new keyrings and rules"),
)
_TIMES = (
    ("deadline_s", "a request is overdue after"),
    ("emergency_deadline_s", "an emergency request is overdue after"),
    ("lapse_s", "a request lapses after"),
    ("emergency_lapse_s", "an emergency request lapses after"),
    ("emergency_s", "an emergency ends unless confirmed within"),
    ("emergency_cap_s", "emergencies last at most"),
    ("emergency_review_s", "an emergency is reviewed within"),
    ("window_s", "another decision lasts at most"),
    ("review_s", "a decision is reviewed within"),
    ("contact_window_s", "contacts are declared for"),
    ("conflict_window_s", "an ended conflict counts for"),
)


def _effect(one: Matter) -> Effect:
    assert one.outcome.decided is not None
    return one.outcome.decided.effect


def _decided_index(one: Matter) -> int:
    assert one.outcome.decided is not None
    return one.outcome.decided.index


def _parts(signed: Sequence[Signed], size: int) -> Iterator[tuple[int, Sequence[Signed], int]]:
    """Number, part and how many there are."""
    count = max(1, -(-len(signed) // size))
    for number in range(1, count + 1):
        yield number, signed[(number - 1) * size : number * size], count
