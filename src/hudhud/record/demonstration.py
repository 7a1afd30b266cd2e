"""The demonstration's seats: offices that do not exist, in the shape that a real record would have.

Three colleges and the humanitarian cluster vote; a registrar files what others ask and what follows; two trustees keep what is
withheld; two points of enforcement report; four witnesses of different houses cosign, of which three are enough (one may be
dishonest: k > n - ceil(m / 2) with m honest ones).  Keys are made from seeds that are handed in.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hudhud.record.envelope import Ed25519Signer
from hudhud.record.keyring import Key, Keyring, Organisation, Person, Seat, keyring_bytes, keyring_digest
from hudhud.record.note import KeyType, SigningKey
from hudhud.record.policy import Group, Policy
from hudhud.record.rules import Rules, rules_bytes, rules_digest
from hudhud.record.trust import Trust
from hudhud.record.words import College

__all__ = ["GROUPS", "ORIGIN", "SEATS", "WITNESSES", "Demonstration", "Office", "demonstration"]

ORIGIN = "example.invalid/hudhud-demonstration"
"""Name of the demonstration's log: under a domain that never leads anywhere (RFC 2606)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """A made-up office.  organisation: id of the one for which its holder works."""

    seat: str
    college: College
    organisation: str
    title_en: str
    title_ar: str


def _office(seat: str, college: College, organisation: str, title_en: str, title_ar: str) -> Office:
    return Office(seat=seat, college=college, organisation=organisation, title_en=title_en, title_ar=title_ar)


SEATS: tuple[Office, ...] = (
    _office("op-1", College.OPERATOR, "operator", "Operator, service desk", "المشغِّل، مكتب الخدمة"),
    _office("op-2", College.OPERATOR, "operator", "Operator, duty officer", "المشغِّل، الضابط المناوب"),
    _office("op-3", College.OPERATOR, "owner", "Operator, owner's seat", "المشغِّل، مقعد المالك"),
    _office("humanitarian-seat", College.PUBLIC_INTEREST, "relief", "Humanitarian seat", "مقعد العمل الإنساني"),
    _office("press-freedom-seat", College.PUBLIC_INTEREST, "press", "Press freedom seat", "مقعد حرية الصحافة"),
    _office("counsel-a", College.LEGAL, "firm-a", "Counsel A", "المستشار القانوني أ"),
    _office("counsel-b", College.LEGAL, "firm-b", "Counsel B", "المستشار القانوني ب"),
    _office("counsel-c", College.LEGAL, "firm-c", "Counsel C", "المستشار القانوني ج"),
    _office("etc-seat", College.HUMANITARIAN, "cluster", "Emergency telecommunications", "اتصالات الطوارئ"),
    _office("registrar", College.REGISTRAR, "registry", "Registrar", "أمين السجل"),
    _office("ministry", College.REQUESTER, "ministry", "Ministry of communications", "وزارة الاتصالات"),
    _office("agency", College.REQUESTER, "agency", "Relief agency", "وكالة الإغاثة"),
    _office("trustee-a", College.TRUSTEE, "vault-a", "Trustee A", "الأمين المؤتمن أ"),
    _office("trustee-b", College.TRUSTEE, "vault-b", "Trustee B", "الأمين المؤتمن ب"),
    _office("point-beam", College.ENFORCEMENT, "operator", "Beam scheduler", "مُجدوِل الحُزَم"),
    _office("point-terminal", College.ENFORCEMENT, "operator", "Terminal authorisation", "تفويض المطاريف"),
)

_ORGANISATIONS = {  # id: (English, Arabic, as which it counts)
    "operator": ("Demonstration operator", "مشغِّل العرض التوضيحي", None),
    "owner": ("Owner of the demonstration operator", "مالك مشغِّل العرض التوضيحي", "operator"),
    "relief": ("Demonstration relief federation", "اتحاد الإغاثة التوضيحي", None),
    "press": ("Demonstration press freedom fund", "صندوق حرية الصحافة التوضيحي", None),
    "firm-a": ("Demonstration chambers A", "مكتب المحاماة التوضيحي أ", None),
    "firm-b": ("Demonstration chambers B", "مكتب المحاماة التوضيحي ب", None),
    "firm-c": ("Demonstration chambers C", "مكتب المحاماة التوضيحي ج", None),
    "cluster": ("Demonstration telecommunications cluster", "مجموعة الاتصالات التوضيحية", None),
    "registry": ("Demonstration registry", "أمانة السجل التوضيحية", None),
    "ministry": ("Demonstration ministry", "الوزارة التوضيحية", None),
    "agency": ("Demonstration agency", "الوكالة التوضيحية", None),
    "vault-a": ("Demonstration vault A", "الخزانة التوضيحية أ", None),
    "vault-b": ("Demonstration vault B", "الخزانة التوضيحية ب", None),
}

GROUPS = """\
group operator 1 op-1 op-2 op-3
group public-interest 1 humanitarian-seat press-freedom-seat
group legal 1 counsel-a counsel-b counsel-c
group ordinary 3 operator public-interest legal
group operator-duty 1 op-1 op-2 op-3
group independent-duty 1 humanitarian-seat press-freedom-seat
group emergency-on 2 operator-duty independent-duty
group suspend-humanitarian 4 operator public-interest legal etc-seat
"""

WITNESSES = ("university", "archive", "regulator", "exchange")
"""Houses of the witnesses: three of the four make the quorum."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Demonstration:
    """Everything that a demonstration needs to sign.  signers: by seat; witnesses: by name."""

    keyring: Keyring
    rules: Rules
    trust: Trust
    policy: Policy
    log: SigningKey
    witnesses: Mapping[str, SigningKey]
    signers: Mapping[str, Ed25519Signer]

    @property
    def documents(self) -> tuple[bytes, ...]:
        """The first keyring and rules, which are kept beside the log."""
        return keyring_bytes(self.keyring), rules_bytes(self.rules)


def demonstration(seed: Callable[[str], bytes], origin: str = ORIGIN) -> Demonstration:
    """A demonstration's keys and documents.  seed: 32 bytes for each name; secret ones unless it is only a replay."""
    log = SigningKey(name=origin, type=KeyType.ED25519, seed=seed("log"))
    witnesses = {
        name: SigningKey(name=f"{name}.example.invalid", type=KeyType.COSIGNATURE, seed=seed(f"witness/{name}"))
        for name in WITNESSES
    }
    policy = Policy(
        logs=(log.key,),
        witnesses={name: one.key for name, one in witnesses.items()},
        groups={"witnesses": Group(threshold=3, members=WITNESSES)},
        quorum="witnesses",
    )
    signers = {one.seat: Ed25519Signer(seed=seed(f"seat/{one.seat}")) for one in SEATS}
    keyring, rules = _keyring(origin, signers), Rules(log=origin)
    trust = Trust(
        log=origin,
        name_en="Hudhud demonstration record",
        name_ar="سجل هدهد التوضيحي",
        policy=policy.text,
        keyring_sha256=keyring_digest(keyring),
        rules_sha256=rules_digest(rules),
        demonstration=True,
    )
    return Demonstration(
        keyring=keyring,
        rules=rules,
        trust=trust,
        policy=policy,
        log=log,
        witnesses=MappingProxyType(witnesses),
        signers=MappingProxyType(signers),
    )


def _keyring(origin: str, signers: Mapping[str, Ed25519Signer]) -> Keyring:
    return Keyring(
        log=origin,
        version=1,
        organisations=tuple(
            Organisation(id=id, name_en=name_en, name_ar=name_ar, counts_as=counts_as)
            for id, (name_en, name_ar, counts_as) in _ORGANISATIONS.items()
        ),
        persons=tuple(
            Person(id=f"holder-of-{one.seat}", organisation=one.organisation, name=f"Holder of the seat {one.seat}")
            for one in SEATS
        ),
        seats=tuple(
            Seat(id=one.seat, college=one.college, title_en=one.title_en, title_ar=one.title_ar) for one in SEATS
        ),
        keys=tuple(
            Key(
                seat=one.seat,
                person=f"holder-of-{one.seat}",
                public=base64.b64encode(signers[one.seat].public_key).decode("ascii"),
            )
            for one in SEATS
        ),
        groups=GROUPS,
    )
