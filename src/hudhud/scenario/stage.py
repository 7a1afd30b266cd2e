"""The stage of a replay: acts of a case become statements that the demonstration's seats can sign.

It keeps what later acts refer to: the leaves of entries by their labels, the territories and lists of terminals by their
digests.  Texts that a case has in English and Arabic stand in a statement one behind the other.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from hudhud.record.forms import instant_text
from hudhud.record.parts import Conditions, Conflict, Contact, Effect, Party, Source, TerritoryRef, effect_digest
from hudhud.record.sitting import Sitting
from hudhud.record.statements import (
    Allegation,
    Appeal,
    Approval,
    ConflictDeclaration,
    Correction,
    Decision,
    Evidence,
    Lapse,
    Ratification,
    Recusal,
    Refusal,
    Request,
    Response,
    Review,
    Revocation,
    Statement,
    Suspension,
)
from hudhud.record.words import ServiceClass
from hudhud.scenario import case_tables as tables
from hudhud.scenario.case_tables import Act, ConditionsTable, EffectTable, PartyTable
from hudhud.scenario.drafts import TerritoryOf
from hudhud.service.territory import Territory, cell_text
from hudhud.service.vocabulary import Containment

__all__ = ["Stage", "day_text", "terminal_list"]

_DAY_S = 86_400
_VOTE_S = 10 * _DAY_S
_MM_S_PER_KM_H = 1e6 / 3600


def terminal_list(terminals: tuple[str, ...]) -> bytes:
    """The text whose digest names a list of terminals: their ids in order, one a line."""
    return "".join(f"{one}\n" for one in sorted(terminals)).encode("utf-8")


def day_text(at_s: int) -> str:
    """The day (UTC) of an instant."""
    return instant_text(at_s)[:10]


class Stage:
    """What the acts of one variant refer to, and the statements that they make.

    lapse_s: when a request or an emergency lapses, worked out from the record so far.
    """

    def __init__(
        self,
        sitting: Sitting,
        start_s: int,
        parties: tuple[PartyTable, ...],
        effects: tuple[EffectTable, ...],
        named: TerritoryOf,
        lapse_s: Callable[[str], int],
    ) -> None:
        self.sitting, self.start_s, self.named, self.lapse_s = sitting, start_s, named, lapse_s
        self.log = sitting.demonstration.trust.log
        self.parties = {one.id: one for one in parties}
        self.effect_tables = {one.id: one for one in effects}
        self.leaves: dict[str, str] = {}
        self.effects: dict[str, Effect] = {}  # by label of the request, and by id of the effect kept apart
        self.territories: dict[str, Territory] = {}
        self.lists: dict[str, frozenset[str]] = {}
        self._makers: dict[type[Act], Callable[[Any, str], Statement]] = {
            tables.RequestAct: self._request,
            tables.EvidenceAct: self._evidence,
            tables.ContactsAct: self._contacts,
            tables.ConflictsAct: self._conflicts,
            tables.ApprovalAct: self._approval,
            tables.RefusalAct: self._refusal,
            tables.RecusalAct: self._recusal,
            tables.DecisionAct: self._decision,
            tables.RatificationAct: self._ratification,
            tables.LapseAct: self._lapse,
            tables.ReviewAct: self._review,
            tables.AppealAct: self._appeal,
            tables.RevocationAct: self._revocation,
            tables.SuspensionAct: self._suspension,
            tables.AllegationAct: self._allegation,
            tables.ResponseAct: self._response,
            tables.CorrectionAct: self._correction,
        }

    def statement(self, act: Act, name: str) -> Statement:
        """What an act says now.  name: label of the entry that it becomes."""
        return self._makers[type(act)](act, name)

    def effect(self, table: EffectTable) -> Effect:
        """An effect in the record's form; its territories and lists are kept beside the log."""
        usual = Containment.FULL if table.state.serves else Containment.OVERLAP
        classes = frozenset(ServiceClass) if table.classes is None else table.classes
        return Effect(
            state=table.state,
            territories=tuple(self._territory(name, usual) for name in table.territories),
            classes=classes - table.but_classes,
            conditions=self._asked(table.conditions),
            layers=table.layers,
            start=self._instant(table.start),
            until=None if table.until is None else self._instant(table.until),
            review_by=self._instant(table.review_by),
            supersedes=frozenset(self.leaves[one] for one in table.supersedes),
        )

    # ---- parts ----

    def _instant(self, offset_s: int | None) -> str:
        return instant_text(self.sitting.now_s if offset_s is None else self.start_s + offset_s)

    def _territory(self, name: str, usual: Containment) -> TerritoryRef:
        found = self.named(name, usual)
        self.territories[found.digest] = found
        self.sitting.log.add_blobs([cell_text(found.number, found.containment)])
        one_source = len(found.source_sha256) == 64  # several joined have several
        return TerritoryRef(
            id=found.id.replace("+", "_"),
            resolution=5,
            containment=found.containment,
            cells_sha256=found.digest,
            claimed_by=frozenset(found.claimed_by),
            controlled_by=found.controlled_by or None,
            source_dataset_sha256=found.source_sha256 if one_source else None,
            source_feature_id=found.feature if one_source and found.feature else None,
            worldview=found.worldview if one_source and found.worldview else None,
        )

    def _asked(self, table: ConditionsTable) -> Conditions:
        def metres(km: float | None) -> int | None:
            return None if km is None else round(km * 1e3)

        speed, abroad = table.maximum_speed_km_h, table.maximum_abroad_days
        return Conditions(
            purposes=table.purposes,
            refused_purposes=table.refused_purposes,
            home_countries=table.home_countries,
            ocean_plan=table.ocean_plan,
            allowlist_sha256=self._listed(table.allowlist),
            denylist_sha256=self._listed(table.denylist),
            maximum_speed_mm_s=None if speed is None else round(speed * _MM_S_PER_KM_H),
            maximum_home_distance_m=metres(table.maximum_home_distance_km),
            maximum_abroad_s=None if abroad is None else round(abroad * _DAY_S),
        )

    def _listed(self, terminals: tuple[str, ...] | None) -> str | None:
        if terminals is None:
            return None
        data = terminal_list(terminals)
        digest = hashlib.sha256(data).hexdigest()
        self.lists[digest] = frozenset(terminals)
        self.sitting.log.add_blobs([data])
        return digest

    def party(self, name: str) -> Party:
        """A party of the replay."""
        one = self.parties[name]
        return Party(kind=one.kind, id=one.code, name=one.name_en)

    def _parties(self, names: tuple[str, ...]) -> tuple[Party, ...]:
        return tuple(map(self.party, names))

    def _ties(self, ties: tuple[tables.ConflictTable, ...]) -> tuple[Conflict, ...]:
        return tuple(
            Conflict(kind=one.kind, party=self.party(one.party), note=_both(one.note_en, one.note_ar)) for one in ties
        )

    def _impact(self, effect: Effect | None) -> str:
        """Digest of what stands for an impact report in a replay: it says that it is none."""
        about = "a decision" if effect is None else effect_digest(effect)
        data = f"hudhud-replay/v1\nno impact report was made for this replay\n{about}\n".encode("ascii")
        self.sitting.log.add_blobs([data])
        return hashlib.sha256(data).hexdigest()

    def _expiry(self, offset_s: int | None = None) -> str:
        return instant_text(self.sitting.now_s + _VOTE_S) if offset_s is None else self._instant(offset_s)

    def _other_effect(self, name: str) -> Effect:
        if name not in self.effects:
            self.effects[name] = self.effect(self.effect_tables[name])
        return self.effects[name]

    # ---- kinds of acts ----

    def _request(self, act: tables.RequestAct, name: str) -> Statement:
        effect = self.effects[name] = self.effect(act.effect)
        return Request(
            log=self.log,
            nonce=hashlib.sha256(f"{self.start_s}/{len(self.leaves)}/{name}".encode()).hexdigest()[:32],
            title_en=act.title_en,
            title_ar=act.title_ar,
            requester=self.party(act.requester),
            on_behalf_of=None if act.on_behalf_of is None else self.party(act.on_behalf_of),
            benefit_to=self._parties(act.benefit_to),
            channel=act.channel,
            action=act.action,
            purposes=act.purposes,
            legal_basis=act.legal_basis,
            legal_basis_status=act.legal_basis_status,
            legal_text=act.legal_text,
            effect=effect,
            itu_art35_notification=act.itu_art35_notification,
            note=act.note,
        )

    def _evidence(self, act: tables.EvidenceAct, _: str) -> Statement:
        text = _both(act.text_en, act.text_ar)
        return Evidence(log=self.log, about=self.leaves[act.about], evidence_class=act.evidence_class, text=text)

    def _contacts(self, act: tables.ContactsAct, _: str) -> Statement:
        contacts = tuple(
            Contact(
                party=self.party(one.party),
                on=day_text(self.start_s + one.at),
                channel=one.channel,
                topic=_both(one.topic_en, one.topic_ar),
            )
            for one in act.contacts
        )
        return self.sitting.contacts(*contacts, start=instant_text(self.sitting.now_s - act.days * _DAY_S))

    def _conflicts(self, act: tables.ConflictsAct, _: str) -> Statement:
        request = self.leaves[act.request]
        return ConflictDeclaration(log=self.log, request=request, conflicts=self._ties(act.conflicts))

    def _approval(self, act: tables.ApprovalAct, _: str) -> Statement:
        effect = self.effects[act.request] if act.effect is None else self._other_effect(act.effect)
        return Approval(
            log=self.log,
            request=self.leaves[act.request],
            effect_sha256=effect_digest(effect),
            seen=self.sitting.seen(),
            impact_sha256=self._impact(effect),
            verdict=act.verdict,
            reasons=act.reasons,
            expires=self._expiry(act.expires),
        )

    def _refusal(self, act: tables.RefusalAct, _: str) -> Statement:
        return Refusal(
            log=self.log,
            request=self.leaves[act.request],
            seen=self.sitting.seen(),
            verdict=act.verdict,
            reasons=act.reasons,
            note=act.note,
        )

    def _recusal(self, act: tables.RecusalAct, _: str) -> Statement:
        ties = self._ties(act.conflicts)
        return Recusal(log=self.log, request=self.leaves[act.request], reasons=act.reasons, conflicts=ties)

    def _decision(self, act: tables.DecisionAct, _: str) -> Statement:
        effect = None
        if act.verdict.grants:
            effect = self.effects[act.request] if act.effect is None else self._other_effect(act.effect)
        return Decision(
            log=self.log,
            request=self.leaves[act.request],
            seen=self.sitting.seen(),
            verdict=act.verdict,
            reasons=act.reasons,
            effect=effect,
        )

    def _ratification(self, act: tables.RatificationAct, _: str) -> Statement:
        return Ratification(
            log=self.log,
            decision=self.leaves[act.decision],
            seen=self.sitting.seen(),
            reasons=act.reasons,
            expires=self._expiry(),
        )

    def _lapse(self, act: tables.LapseAct, _: str) -> Statement:
        leaf = self.leaves[act.about]
        at = instant_text(self.lapse_s(leaf))
        return Lapse(log=self.log, about=leaf, seen=self.sitting.seen(), at=at, reasons=act.reasons)

    def _review(self, act: tables.ReviewAct, _: str) -> Statement:
        return Review(
            log=self.log,
            decision=self.leaves[act.decision],
            seen=self.sitting.seen(),
            outcome=act.outcome,
            findings=_both(act.findings_en, act.findings_ar),
            review_by=self._instant(act.review_by),
        )

    def _appeal(self, act: tables.AppealAct, _: str) -> Statement:
        return Appeal(
            log=self.log,
            decision=self.leaves[act.decision],
            appellant=self.party(act.appellant),
            channel=act.channel,
            grounds=_both(act.grounds_en, act.grounds_ar),
        )

    def _revocation(self, act: tables.RevocationAct, _: str) -> Statement:
        return Revocation(
            log=self.log,
            decision=self.leaves[act.decision],
            seen=self.sitting.seen(),
            impact_sha256=self._impact(None),
            reasons=act.reasons,
            expires=self._expiry(),
        )

    def _suspension(self, act: tables.SuspensionAct, _: str) -> Statement:
        return Suspension(
            log=self.log,
            decision=self.leaves[act.decision],
            seen=self.sitting.seen(),
            impact_sha256=self._impact(None),
            classes=act.classes,
            start=self._instant(act.start),
            until=self._instant(act.until),
            reasons=act.reasons,
            expires=self._expiry(),
        )

    def _allegation(self, act: tables.AllegationAct, _: str) -> Statement:
        return Allegation(
            log=self.log,
            claim_en=act.claim_en,
            claim_ar=act.claim_ar,
            evidence_class=act.evidence_class,
            sources=tuple(
                Source(publisher=one.publisher, title=one.title, on=one.date, address=one.address) for one in act.source
            ),
            about=None if act.about is None else self.leaves[act.about],
            territories=frozenset(act.territories),
            alleged=self._parties(act.alleged),
            benefit_to=self._parties(act.benefit_to),
        )

    def _response(self, act: tables.ResponseAct, _: str) -> Statement:
        said = None if act.said_en is None or act.said_ar is None else _both(act.said_en, act.said_ar)
        return Response(
            log=self.log,
            allegation=self.leaves[act.allegation],
            party=self.party(act.party),
            status=act.status,
            on=day_text(self.sitting.now_s),
            said=said,
        )

    def _correction(self, act: tables.CorrectionAct, _: str) -> Statement:
        return Correction(
            log=self.log,
            entry=self.leaves[act.entry],
            text_en=act.text_en,
            text_ar=act.text_ar,
            replaced_by=None if act.replaced_by is None else self.leaves[act.replaced_by],
        )


def _both(english: str, arabic: str) -> str:
    return f"{english}\n\n{arabic}"
