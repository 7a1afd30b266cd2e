"""Tells the facts of a record in sentences: what was asked, how it was decided, what each entry says, what to look at."""

import functools
from collections.abc import Sequence

from markupsafe import Markup

from hudhud.adapters.audit_words import sentence
from hudhud.adapters.ledger.facts import Concern, Matter, SeatVote, Signed, Trouble
from hudhud.adapters.ledger.voice import Voice
from hudhud.errors import RecordError, plain
from hudhud.record import statements as said
from hudhud.record.audit_parts import Finding
from hudhud.record.envelope import envelope_from
from hudhud.record.history import Decided, Reported, State
from hudhud.record.in_words import in_words
from hudhud.record.parts import ANY, Conditions, Effect
from hudhud.record.redaction import read_disclosure
from hudhud.record.wording import field_name

__all__ = ["Teller"]

_DAY_S = 86_400


class Teller(Voice):
    """Sentences in one language."""

    # ---- a request ----

    def claimed(self, statement: said.Allegation) -> str:
        return statement.claim_ar if self.arabic else statement.claim_en

    def basis(self, request: said.Request) -> Markup:
        basis, status = self.word(request.legal_basis), self.word(request.legal_basis_status)
        return Markup("{} ({})").format(basis, status)

    def window(self, effect: Effect) -> Markup:
        start = self.instant(effect.start)
        if effect.until is None:
            return self.text("from {start}, with no end: until another decision ends it", start=start)
        return self.text("{start} until just before {until}", start=start, until=self.instant(effect.until))

    def conditions(self, conditions: Conditions) -> list[tuple[str, object]]:
        """What a terminal must keep, a label and a value each."""
        if conditions == ANY:
            return []
        name_of = functools.partial(field_name, language=self.language)
        held = [name for name in _LISTED if getattr(conditions, name)]
        rows: list[tuple[str, object]] = [(name_of(name), self._listed(name, conditions)) for name in held]
        if conditions.ocean_plan:
            rows.append((name_of("ocean_plan"), self.text("yes")))
        if conditions.motion is not None:
            rows.append((name_of("motion"), self.word(conditions.motion)))
        for name, scale, unit in _MEASURES:
            value = getattr(conditions, name)
            if value is not None:
                label = name_of(name).rpartition("،" if self.arabic else ",")[0]
                rows.append((label, f"{value * scale:,.1f}".removesuffix(".0") + f" {unit[self.arabic]}"))
        return rows

    def _listed(self, name: str, conditions: Conditions) -> Markup:
        value = getattr(conditions, name)
        if isinstance(value, str):
            return self.code_text(value)
        return self.ids(value) if name == "home_countries" else self.words(value)

    def outcome(self, one: Matter) -> Markup:
        """What has become of a request, in a sentence or two."""
        outcome, made = one.outcome, one.outcome.decided
        parts = []
        if outcome.state is State.VOID and outcome.why is not None:
            return self.text("It counts for nothing: {why}", why=self.why(outcome.why))
        if outcome.state is State.WAITING:
            late = self.facts.now_s >= outcome.deadline_s
            sentence = (
                "Its answer was due by {deadline}. It lapses {lapse}."
                if late
                else "Waits for an answer, due by {deadline}."
            )
            return self.text(sentence, deadline=self.when(outcome.deadline_s), lapse=self.when(outcome.lapse_s))
        if outcome.answered_s is not None:
            after = self.span(outcome.answered_s - outcome.received_s)
            parts.append(
                self.text(
                    "Answered {when}, {after} after it was received.", when=self.when(outcome.answered_s), after=after
                )
            )
        else:
            parts.append(self.text("Nobody answered it by {lapse}.", lapse=self.when(outcome.lapse_s)))
        if made is not None:
            parts.append(self._force(made, outcome.state))
        return Markup(" ").join(parts)

    def _force(self, made: Decided, state: State) -> Markup:
        now_s = self.facts.now_s
        if state is State.LAPSED and made.until_s is not None:
            return self.text(
                "The emergency was never confirmed and ended by itself {when}.", when=self.when(made.until_s)
            )
        if made.in_force(now_s):
            if made.until_s is None:
                return self.text("In force, with no end set.")
            return self.text("In force until {when}.", when=self.when(made.until_s))
        if now_s < made.start_s:
            return self.text("Comes into force {when}.", when=self.when(made.start_s))
        assert made.until_s is not None
        return self.text("It ended {when}.", when=self.when(made.until_s))

    def in_force(self, made: Decided) -> Markup:
        start = self.when(made.start_s)
        if made.until_s is None:
            told = self.text("from {start}, with no end: until another decision ends it", start=start)
        elif made.until_s <= made.start_s:
            return self.text("never came into force")
        else:
            told = self.text("{start} until just before {until}", start=start, until=self.when(made.until_s))
        if not made.moved_up:
            return told
        note = self.text("It was to begin earlier; nothing is in force before it is decided and witnessed.")
        return Markup("{} <small>{}</small>").format(told, note)

    def resting(self, made: Decided) -> list[Markup]:
        """Rests that are not over."""
        return [
            self.text(
                "{classes} from {start} until {until}",
                classes=self.classes(rest.classes),
                start=self.when(rest.start_s),
                until=self.when(rest.until_s),
            )
            for rest in made.rests
            if self.facts.now_s < rest.until_s
        ]

    def enforced(self, made: Decided) -> Markup:
        """The first released map that has a decision in it, and who obeys that or a later one."""
        outcomes = self.facts.outcomes
        release = next((one for one in outcomes.releases if one.size > made.index), None)
        if release is None:
            return self.text("no map released so far has it in it")
        first: dict[str, Reported] = {}
        for report in outcomes.reports:
            if report.size >= release.size:
                first.setdefault(report.seat, report)
        points = self.rowed(
            self.text("obeyed by {seat} since {when}", seat=self.seat(one.seat), when=self.when(one.since_s))
            for one in first.values()
        ) or self.text("no point has reported that it obeys it")
        return self.text(
            "on the map released {when} ({entry}); {points}",
            when=self.when(release.released_s),
            entry=self.entry_link(release.index),
            points=points,
        )

    # ---- votes ----

    def quorum(self, one: Matter) -> Markup:
        """Which group must agree, and of what it is made."""
        groups = one.keyring.quorums().groups
        group = groups.get(one.outcome.quorum)
        name = self.code_text(one.outcome.quorum)
        if group is None:
            return self.text("The group {group} decides: {rule}.", group=name, rule=self.seat(one.outcome.quorum))
        members = self.rowed(self.code_text(each) if each in groups else self.seat(each) for each in group.members)
        if group.threshold == len(group.members):
            rule = self.text("one of each is needed: {members}", members=members)
        else:
            rule = self.text("{threshold} of {members} are needed", threshold=group.threshold, members=members)
        return self.text("The group {group} decides: {rule}.", group=name, rule=rule)

    def vote(self, vote: SeatVote) -> Markup:
        if vote.recused is not None:
            return Markup("{} ({})").format(self.text("took no part"), self.entry_link(vote.recused))
        index = vote.yes if vote.yes is not None else vote.no
        if index is None:
            return self.text("has a stake: may not vote") if vote.stake else self.text("has not voted")
        told = self.text("yes") if vote.yes is not None else self.text("no")
        counts = Markup("") if vote.counted else Markup(", ") + self.text("does not count")
        kind = "yes" if vote.yes is not None else "no"
        return Markup('<span class="badge {}">{}</span>{} ({})').format(kind, told, counts, self.entry_link(index))

    def vote_reasons(self, vote: SeatVote) -> str:
        index = next((each for each in (vote.recused, vote.yes, vote.no) if each is not None), None)
        reasons = None if index is None else getattr(self.facts.signed[index].statement, "reasons", None)
        return self.words(reasons) if reasons else ""

    def vote_contacts(self, vote: SeatVote) -> Markup:
        if vote.contacts is None:
            return Markup("")
        declared = self.facts.signed[vote.contacts].statement
        assert isinstance(declared, said.ContactDeclaration)
        told: object = self.text("declared: none")
        if declared.contacts:
            each = (
                self.listed([self.party(one.party), self.word(one.channel), self.date(one.on)])
                for one in declared.contacts
            )
            told = self.rowed(each)
        return Markup("{} ({})").format(told, self.entry_link(vote.contacts))

    def progress(self, one: Matter) -> Markup:
        """Who has and who has not voted on a request that waits."""
        named: dict[str, list[Markup]] = {"yes": [], "no": [], "silent": []}
        for vote in one.votes:
            if vote.recused is None and not vote.stake:
                kind = "yes" if vote.yes is not None else "no" if vote.no is not None else "silent"
                named[kind].append(self.seat(vote.holder.seat))
        nobody = self.text("nobody")
        told = {kind: self.rowed(seats) or nobody for kind, seats in named.items()}
        return self.text("Yes so far: {yes}. No: {no}. Not heard: {silent}.", **told)

    # ---- entries ----

    def about(self, one: Signed) -> Markup:
        """What an entry is about, as a link."""
        statement = one.statement
        if isinstance(statement, said.Request):
            return Markup('<a href="{}"><bdi>{}</bdi></a>').format(self.request_href(one.index), self.title(statement))
        for name in ("request", "decision", "allegation", "entry", "about"):
            leaf = getattr(statement, name, None)
            if leaf is not None:
                return self.leaf_link(leaf)
        digest = getattr(statement, "map_sha256", None)
        return self.code_text(digest[:16]) if digest is not None else Markup("")

    def line(self, one: Signed) -> Markup:
        """An entry in a line."""
        parts = [self.word(one.statement.kind), self.about(one), self.signer(one)]
        told = self.entry_link(one.index) + Markup("").join(Markup(" · {}").format(each) for each in parts if each)
        if one.why is not None:
            told += Markup(' <span class="badge void">{}</span>').format(self.text("void"))
        return told

    def in_words(self, one: Signed) -> str:
        return in_words(one.statement, self.language)

    def signed_text(self, one: Signed) -> Markup:
        """The signed bytes.  Quotation marks stay as they are: between tags they are text."""
        text = plain(envelope_from(self.facts.record.entries[one.index]).payload.decode("utf-8"))
        return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def prose(self, one: Signed) -> str:
        """What an entry tells in its signer's own words."""
        statement = one.statement
        if isinstance(statement, said.Allegation):
            return self.claimed(statement)
        if isinstance(statement, said.Correction):
            return statement.text_ar if self.arabic else statement.text_en
        if isinstance(statement, said.Request):
            return ""
        for name in ("text", "findings", "grounds", "said", "note"):
            found = getattr(statement, name, None)
            if found:
                return str(found)
        return ""

    def told(self, one: Signed) -> Markup:
        """An entry about a request in a sentence."""
        statement, seat = one.statement, self.signer(one)
        reasons = self.words(getattr(statement, "reasons", ()))
        match statement:
            case said.Request():
                return self.text("{seat} filed this request.", seat=seat)
            case said.Evidence():
                return self.text(
                    "{seat} showed evidence ({kind}).", seat=seat, kind=self.word(statement.evidence_class)
                )
            case said.ConflictDeclaration():
                ties = self.listed(
                    Markup("{}: {}").format(self.word(each.kind), self.party(each.party))
                    for each in statement.conflicts
                )
                return self.text("{seat} declared conflicts: {what}.", seat=seat, what=ties or self.text("none"))
            case said.Approval():
                verdict = self.word(statement.verdict)
                return self.text(
                    "{seat} agreed: {verdict}. Reasons: {reasons}.", seat=seat, verdict=verdict, reasons=reasons
                )
            case said.Refusal():
                verdict = self.word(statement.verdict)
                return self.text(
                    "{seat} did not agree: {verdict}. Reasons: {reasons}.", seat=seat, verdict=verdict, reasons=reasons
                )
            case said.Recusal():
                return self.text("{seat} takes no part. Reasons: {reasons}.", seat=seat, reasons=reasons)
            case said.Decision():
                verdict = self.word(statement.verdict)
                return self.text(
                    "{seat} filed the outcome: {verdict}. Reasons: {reasons}.",
                    seat=seat,
                    verdict=verdict,
                    reasons=reasons,
                )
            case said.Ratification():
                return self.text("{seat} confirmed the emergency. Reasons: {reasons}.", seat=seat, reasons=reasons)
            case _:
                return self._told_later(one, seat, reasons)

    def _told_later(self, one: Signed, seat: Markup, reasons: str) -> Markup:
        """The same for what comes after a decision, and for what others say."""
        statement = one.statement
        match statement:
            case said.Lapse():
                at = self.instant(statement.at)
                return self.text(
                    "{seat} filed that it lapsed at {at}. Reasons: {reasons}.", seat=seat, at=at, reasons=reasons
                )
            case said.Review():
                outcome, at = self.word(statement.outcome), self.instant(statement.review_by)
                return self.text(
                    "{seat} looked at it again: {outcome}. Next review by {at}.", seat=seat, outcome=outcome, at=at
                )
            case said.Appeal():
                return self.text("{party} appeals; filed by {seat}.", party=self.party(statement.appellant), seat=seat)
            case said.Revocation():
                return self.text("{seat} voted to end it. Reasons: {reasons}.", seat=seat, reasons=reasons)
            case said.Suspension():
                return self.text(
                    "{seat} voted to let it rest for {classes} from {start} until {until}. Reasons: {reasons}.",
                    seat=seat,
                    classes=self.classes(statement.classes),
                    start=self.instant(statement.start),
                    until=self.instant(statement.until),
                    reasons=reasons,
                )
            case said.RedactionDeposit():
                at = self.instant(statement.disclose_from)
                return self.text("{seat} holds what is withheld, to be told from {at}.", seat=seat, at=at)
            case said.Disclosure():
                return self.text("{seat} told what was withheld: {items}.", seat=seat, items=self._disclosed(statement))
            case said.Allegation():
                return self.text(
                    "{seat} filed an allegation ({kind}).", seat=seat, kind=self.word(statement.evidence_class)
                )
            case said.Response():
                party, status = self.party(statement.party), self.word(statement.status)
                return self.text("{party} was asked: {status}. Filed by {seat}.", party=party, status=status, seat=seat)
            case said.Correction():
                return self.text("{seat} corrected an earlier entry.", seat=seat)
            case _:
                return self.text("{seat} filed this entry.", seat=seat)

    def _disclosed(self, statement: said.Disclosure) -> Markup:
        told = []
        for item in statement.items:
            try:
                name, value = read_disclosure(item.disclosure)
            except RecordError:
                told.append(self.code_text(item.digest[:16]))
            else:
                told.append(self.own(f"{name} = {value}"))
        return self.listed(told)

    # ---- concerns ----

    def concern(self, one: Concern) -> Markup:
        """What somebody should look at, in a sentence."""
        since = "" if one.since_s is None else self.when(one.since_s)
        parts: dict[str, object] = {"since": since}
        if one.index is not None:
            parts |= {"request": self.request_link(one.index), "entry": self.entry_link(one.index)}
        if one.trouble is Trouble.OVERDUE and one.index is not None:
            parts["progress"] = self.progress(self.facts.matters[one.index])
        elif one.trouble in (Trouble.NOT_DISCLOSED, Trouble.NOT_DEPOSITED):
            kinds = {each.digest: each.kind for each in self.facts.outcomes.withheld}
            parts["what"] = self.word(kinds[one.what])
        elif one.trouble is Trouble.DOCUMENT:
            parts["digest"] = self.code_text(one.what)
        return self.text(_CONCERNS[one.trouble], **parts)

    def finding(self, one: Finding) -> Markup:
        """What the audit found, in a sentence, with the entry."""
        told = self.own(sentence(one, self.language))
        return told if one.entry is None else Markup("{} ({})").format(told, self.entry_link(one.entry))


_LISTED = ("purposes", "refused_purposes", "home_countries", "allowlist_sha256", "denylist_sha256")
_MEASURES: Sequence[tuple[str, float, tuple[str, str]]] = (
    ("maximum_speed_mm_s", 3.6e-3, ("km/h", "كم/س")),
    ("maximum_rate_bit_s", 1e-6, ("Mbit/s", "ميغابت/ث")),
    ("maximum_home_distance_m", 1e-3, ("km", "كم")),
    ("maximum_abroad_s", 1 / _DAY_S, ("d", "يوم")),
    ("maximum_service_address_distance_m", 1e-3, ("km", "كم")),
    ("minimum_height_m", 1.0, ("m", "م")),
)

_CONCERNS = {
    Trouble.OVERDUE: "{request} has had no answer since its deadline, {since}. {progress}",
    Trouble.LAPSED: "{request} ended {since} without an answer.",
    Trouble.UNRATIFIED: ("{request}: the emergency was switched on and never confirmed; it ended by itself {since}."),
    Trouble.REVIEW_MISSED: "{request}: the decision was to be looked at again by {since}, and was not.",
    Trouble.NOT_DISCLOSED: "{entry}: what it withholds ({what}) was to be told by {since}, and was not.",
    Trouble.NOT_DEPOSITED: "{entry}: what it withholds ({what}) is not held by trustees of two organisations.",
    Trouble.DOCUMENT: "The document {digest} is voted for, and nobody has shown it.",
    Trouble.LATE: "{request} was answered after its deadline, {since}.",
}
