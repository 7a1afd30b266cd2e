"""Founding a record that is no demonstration: who may sign, by which rules, under whose eyes, from three TOML files.

`keyring.toml` has the fields of a keyring (docs/reference/statements.md): `groups`, [[organisations]], [[persons]], [[seats]] and
[[keys]]; version 1 and the first entry of a key need not be written.  One key of a seat of the college registrar may lack
`public`: it is made here, or handed in as a file, and kept beside the log, for the registrar signs by itself what follows.
`rules.toml` changes single rules.  `witnesses.toml` names the witnesses:

    quorum = 3
    [witness.university]
    vkey = "university.example/w1+0a1b2c3d+BAx..."
    address = "https://witness.university.example"
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from hudhud.adapters.record.keeper import WITNESSES, found_keeper
from hudhud.adapters.record.keys import Held, public_key_text
from hudhud.adapters.witness.client import Witness
from hudhud.errors import Fault, InputError, RecordError
from hudhud.record.envelope import Ed25519Signer
from hudhud.record.forms import form_of
from hudhud.record.keyring import Keyring, keyring_bytes, keyring_digest
from hudhud.record.note import KeyType, SigningKey, VerifierKey
from hudhud.record.policy import Group, Policy
from hudhud.record.rules import Rules, rules_bytes, rules_digest
from hudhud.record.trust import Trust, trust_bytes
from hudhud.record.words import College
from hudhud.scenario.tables import parsed

__all__ = ["Doubt", "Founding", "borne", "found", "founding_from"]

_GROUP = "witnesses"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ACTS = ("ordinary", "emergency", "lifelines", "change")


class Doubt(StrEnum):
    """What a founder should think about once more."""

    NO_LIAR = "no_liar"
    """The quorum of witnesses bears not one dishonest one."""
    NO_SILENCE = "no_silence"
    """One silent witness stops everything."""
    FEW_TRUSTEES = "few_trustees"
    """There are no trustees of two organisations: where something is withheld, no vote will count."""
    NO_POINTS = "no_points"
    """No seat belongs to a point of enforcement: nobody tells what is obeyed."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Founding:
    """All that a record begins with.  registrar_made: whether the registrar's key is new; addresses: of witnesses by name."""

    trust: Trust
    policy: Policy
    keyring: Keyring
    rules: Rules
    log: SigningKey
    registrar_seed: bytes
    registrar_made: bool
    addresses: Mapping[str, str]
    doubts: tuple[Doubt, ...]


def founding_from(
    keyring: str,
    witnesses: str,
    rules: str,
    *,
    random: Callable[[int], bytes],
    origin: str | None = None,
    name_en: str | None = None,
    name_ar: str | None = None,
    registrar: Held | None = None,
) -> Founding:
    """What TOML texts say.  random: for new keys; origin: name of the log, where the keyring does not say it.

    name_en, name_ar: how the record is called, by its origin if left out.  registrar: the key handed in.  Raises RecordError
    with every fault of all three.
    """
    faults: list[Fault] = []
    tables = {
        what: _tables(text, what, faults)
        for what, text in (("keyring", keyring), ("witnesses", witnesses), ("rules", rules))
    }
    log_name = _origin(tables["keyring"], origin, faults)
    log = SigningKey(name=log_name or "unnamed", type=KeyType.ED25519, seed=random(32))
    own = registrar.signer if registrar is not None else Ed25519Signer(seed=random(32))
    assert isinstance(own, Ed25519Signer)  # a key from a file
    made = _keyring(tables["keyring"], log_name, own, registrar is not None, faults)
    ruled = _rules(tables["rules"], log_name, made, faults)
    policy, addresses = _policy(tables["witnesses"], log, faults)
    if faults or made is None or ruled is None or policy is None:
        raise RecordError("no record was founded", faults)
    trust = Trust(
        log=log_name,
        name_en=name_en or log_name,
        name_ar=name_ar or log_name,
        policy=policy.text,
        keyring_sha256=keyring_digest(made),
        rules_sha256=rules_digest(ruled),
    )
    trust_bytes(trust)
    return Founding(
        trust=trust,
        policy=policy,
        keyring=made,
        rules=ruled,
        log=log,
        registrar_seed=own.seed,
        registrar_made=registrar is None,
        addresses=addresses,
        doubts=tuple(_doubts(made, policy)),
    )


def found(folder: Path, founding: Founding) -> None:
    """Lay the folder of the record.  Raises RecordError where it holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise RecordError(f"{folder}: is there already: name a folder that is new or empty")
    lines = ["[witness]", *(f"{json.dumps(name)} = {json.dumps(url)}" for name, url in founding.addresses.items()), ""]
    found_keeper(
        folder,
        trust=founding.trust,
        documents=(keyring_bytes(founding.keyring), rules_bytes(founding.rules)),
        log=founding.log,
        registrar_seed=founding.registrar_seed,
        private_files={WITNESSES: "\n".join(lines).encode()},
        comment=f"Registrar of {founding.trust.log}",
    )


def borne(count: int, needed: int) -> int:
    """How many dishonest witnesses of so many a quorum bears without two histories being cosigned; -1 for not even none.

    k of n with m honest ones: k > n - ceil(m / 2) (docs/explain/threats.md).
    """
    return max((bad for bad in range(count) if needed > count - math.ceil((count - bad) / 2)), default=-1)


def _tables(text: str, what: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return parsed(text, what, RecordError)
    except RecordError as error:
        faults += [Fault(where=what, problem=f"{error.summary}: {one}") for one in error.faults]
        return None


def _origin(raw: Mapping[str, Any] | None, origin: str | None, faults: list[Fault]) -> str:
    """The name of the log: that of the keyring, or the one handed in; empty where there is none."""
    told = None if raw is None else raw.get("log")
    if told is not None and origin is not None and told != origin:
        faults.append(
            Fault(where="--origin", problem=f"is {origin!r}, but the keyring is of the log {told!r}: drop one")
        )
    name = told if told is not None else origin
    if name is None and raw is not None:
        problem = "the log has no name: write  log = 'example.org/record'  into the keyring, or give --origin"
        faults.append(Fault(where="--origin", problem=problem))
    before: list[Fault] = []
    if name is not None:
        form = next(one.form for one in form_of(Trust).fields if one.name == "log")
        form.read(name, "log", before)
    if before and told is None:
        faults += before  # of the keyring's own, the keyring tells
    return name if isinstance(name, str) and not before else ""


# ---- the keyring ----


def _keyring(
    raw: dict[str, Any] | None, log: str, own: Ed25519Signer, handed_in: bool, faults: list[Fault]
) -> Keyring | None:
    if raw is None:
        return None
    told: list[Fault] = []
    filled = {"log": log, "version": 1} | raw
    keys = raw.get("keys")
    if isinstance(keys, list):
        filled_keys = [{"from_entry": 0} | one if isinstance(one, dict) else one for one in keys]
        _with_registrar(raw, filled_keys, own, handed_in, told)
        filled["keys"] = filled_keys
    found = form_of(Keyring).read(filled, "", told)
    if not told:
        try:
            keyring_bytes(found)
        except RecordError as error:
            told += error.faults or (Fault(where="", problem=error.summary),)
    faults += [Fault(where=f"keyring{': ' * bool(one.where)}{one.where}", problem=one.problem) for one in told]
    made: Keyring | None = None if told else found
    return made


def _with_registrar(
    raw: Mapping[str, Any], keys: list[Any], own: Ed25519Signer, handed_in: bool, faults: list[Fault]
) -> None:
    """Put the registrar's public key where the keyring leaves it open, or see that it is the one handed in."""
    seats = raw.get("seats")
    named = [one for one in seats if isinstance(one, dict)] if isinstance(seats, list) else []
    registrars = [one.get("id") for one in named if one.get("college") == College.REGISTRAR]
    theirs = [one for one in keys if isinstance(one, dict) and one.get("seat") in registrars]
    open_ones = [one for one in theirs if "public" not in one]
    public = public_key_text(own.public_key)
    if len(open_ones) > 1:
        faults.append(Fault(where="keys", problem="several keys of registrars lack `public`: one registrar files here"))
    elif open_ones:
        open_ones[0]["public"] = public
    elif not theirs:
        problem = (
            "no key is for a seat of the college registrar, which files what follows: add a seat and a key for it "
            "(leave its `public` out to have it made here)"
        )
        faults.append(Fault(where="keys", problem=problem))
    elif public not in [one["public"] for one in theirs]:
        problem = "the registrar has a public key here: " + (
            "the file of --registrar-key is another key"
            if handed_in
            else "hand in its file with --registrar-key FILE, or leave `public` out to have a key made"
        )
        faults.append(Fault(where="keys", problem=problem))


# ---- the rules ----


def _rules(raw: dict[str, Any] | None, log: str, keyring: Keyring | None, faults: list[Fault]) -> Rules | None:
    if raw is None:
        return None
    told: list[Fault] = []
    form = form_of(Rules)
    plain: Any = form.write(Rules(log=log or "unnamed"))
    found = form.read(plain | raw, "", told)
    if not told:
        if found.log != (log or found.log):
            told.append(Fault(where="log", problem=f"is {found.log!r}, but the keyring is of {log!r}: leave it out"))
        if found.version != 1:
            told.append(Fault(where="version", problem=f"is {found.version}; the first is 1: leave it out"))
        groups = {} if keyring is None else keyring.quorums().groups
        for act in _ACTS:
            name = getattr(found, act)
            if keyring is not None and name not in groups:
                problem = f"names the group {name!r}, which the keyring lacks: it has {', '.join(groups)}"
                told.append(Fault(where=act, problem=problem))
    faults += [Fault(where=f"rules{': ' * bool(one.where)}{one.where}", problem=one.problem) for one in told]
    made: Rules | None = None if told else found
    return made


# ---- the witnesses ----


def _policy(raw: dict[str, Any] | None, log: SigningKey, faults: list[Fault]) -> tuple[Policy | None, dict[str, str]]:
    if raw is None:
        return None, {}
    told = [
        Fault(where=key, problem="is unknown: expected `quorum` and tables [witness.NAME]")
        for key in raw
        if key not in ("quorum", "witness")
    ]
    table = raw.get("witness")
    rows = table if isinstance(table, dict) else {}
    if not rows:
        told.append(Fault(where="witness", problem="names nobody: write a table [witness.NAME] for each, four or more"))
    found = {name: _witness(name, one, told) for name, one in rows.items()}
    quorum = raw.get("quorum")
    if type(quorum) is not int or not 1 <= quorum <= max(len(rows), 1):
        problem = f"is {quorum!r}; expected how many of the {len(rows)} must cosign, 3 of 4 for instance"
        told.append(Fault(where="quorum", problem=problem))
    policy = None
    if not told:
        try:
            policy = Policy(
                logs=(log.key,),
                witnesses={name: one.key for name, one in found.items() if one is not None},
                groups={_GROUP: Group(threshold=int(str(quorum)), members=tuple(found))},
                quorum=_GROUP,
            )
        except RecordError as error:
            told += error.faults or (Fault(where="", problem=error.summary),)
    faults += [Fault(where=f"witnesses{': ' * bool(one.where)}{one.where}", problem=one.problem) for one in told]
    return policy, {name: one.url for name, one in found.items() if one is not None}


def _witness(name: str, raw: Any, faults: list[Fault]) -> Witness | None:
    where = f"witness.{name}"
    if not _NAME.fullmatch(name) or name in (_GROUP, "none"):
        faults.append(
            Fault(where=where, problem="is no name: letters, digits, dots, dashes; not `none` or `witnesses`")
        )
    if (
        not isinstance(raw, dict)
        or set(raw) != {"vkey", "address"}
        or not all(type(one) is str for one in raw.values())
    ):
        faults.append(Fault(where=where, problem="expected exactly two texts: `vkey` and `address`"))
        return None
    key = None
    try:
        key = VerifierKey.from_text(raw["vkey"])
        if key.type is not KeyType.COSIGNATURE:
            problem = "is the key of a log: ask the witness for what  hudhud witness status  shows"
            faults.append(Fault(where=f"{where}.vkey", problem=problem))
    except RecordError as error:
        faults.append(Fault(where=f"{where}.vkey", problem=str(error)))
    try:
        return Witness(url=raw["address"], key=key) if key is not None else None
    except InputError as error:
        faults.append(Fault(where=f"{where}.address", problem=str(error)))
    return None


def _doubts(keyring: Keyring, policy: Policy) -> list[Doubt]:
    count, needed = len(policy.witnesses), policy.groups[_GROUP].threshold
    told = [Doubt.NO_LIAR] if borne(count, needed) < 1 else []
    told += [Doubt.NO_SILENCE] if needed == count else []
    homes = keyring.organisation_by_seat(0)
    of = {
        college: {homes.get(one.id) for one in keyring.seats if one.college is college} - {None} for college in College
    }
    told += [Doubt.FEW_TRUSTEES] if len(of[College.TRUSTEE]) < 2 else []
    told += [] if of[College.ENFORCEMENT] else [Doubt.NO_POINTS]
    return told
