"""One language of the pages: its words, numbers, instants, names and links.  Everything it gives to a page is escaped.

Whatever came from the record passes through `plain`, so that no character in it can turn the direction of what follows or
be obeyed by a terminal, and through escaping, so that none of it is ever markup.  Addresses are links only where
they are http(s).
"""

import datetime
import re
import urllib.parse
from collections.abc import Iterable, Mapping
from enum import StrEnum

from markupsafe import Markup, escape

from hudhud.adapters.ledger.facts import Facts, Matter, Signed
from hudhud.adapters.ledger.labels import ARABIC, MONTHS, NOUNS
from hudhud.adapters.ledger.maps import Maps
from hudhud.adapters.service_words import class_words, cut
from hudhud.errors import plain
from hudhud.record import statements as said
from hudhud.record.docket import Holder, seconds
from hudhud.record.envelope import key_id
from hudhud.record.forms import instant_text
from hudhud.record.history import State, Why
from hudhud.record.parts import Effect, Party, Source, TerritoryRef
from hudhud.record.policy import NONE, Groups
from hudhud.record.wording import counted, state_word, why_words, word
from hudhud.record.words import Language, ServiceClass, ServiceState

__all__ = ["ENTRIES_A_PAGE", "Names", "Voice"]

ENTRIES_A_PAGE = 50
_CELL_KM2 = 252.9  # mean over the cells of resolution 5
_LEFT_TO_RIGHT = "\u200e"  # a mark: without it an hour and what follows it would change places in Arabic
_TITLE = 90  # characters of a title in lists
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400

Names = Mapping[str, tuple[str, str]]
"""English and Arabic name of each territory by its id."""


class Voice:
    """One language.  names: of territories; the rest it takes from the record."""

    def __init__(self, language: Language, facts: Facts, names: Names, maps: Maps) -> None:
        self.language, self.facts, self._names, self.maps = language, facts, names, maps
        self.code, self.direction = language.value, "rtl" if self.arabic else "ltr"
        other = Language.ENGLISH if self.arabic else Language.ARABIC
        self.other_code, self.other_name = other.value, "English" if self.arabic else "العربية"
        trust = facts.record.trust
        self.name = plain(trust.name_ar if self.arabic else trust.name_en)
        keyrings = sorted(facts.record.prefix.keyrings.values(), key=lambda one: one.version)
        self._seats = {seat.id: seat for keyring in keyrings for seat in keyring.seats}
        self._whens: dict[int, Markup] = {}
        self._titles: dict[str, Markup] = {}
        self._organisations = {one.id: one for keyring in keyrings for one in keyring.organisations}

    @property
    def arabic(self) -> bool:
        return self.language is Language.ARABIC

    # ---- words and numbers ----

    def text(self, english: str, **parts: object) -> Markup:
        """A sentence of the pages, its parts escaped.  Raises KeyError where the table lacks it."""
        told = Markup(ARABIC[english] if self.arabic else english)
        return told.format(**parts) if parts else told

    def word(self, value: StrEnum) -> str:
        return word(value, self.language)

    def words(self, values: Iterable[StrEnum]) -> Markup:
        return self.listed(self.word(each) for each in sorted(values))

    def listed(self, parts: Iterable[object]) -> Markup:
        return Markup("، " if self.arabic else ", ").join(escape(each) for each in parts)

    def rowed(self, parts: Iterable[object]) -> Markup:
        """A list of what may have commas of its own."""
        return Markup("؛ " if self.arabic else "; ").join(escape(each) for each in parts)

    def state(self, state: State) -> str:
        return state_word(state, self.language)

    def why(self, why: Why) -> str:
        return why_words(why, self.language)

    def classes(self, classes: frozenset[ServiceClass]) -> str:
        return class_words(classes, self.code)

    def count(self, number: int, noun: str) -> str:
        """A number with its noun."""
        return counted(number, NOUNS[noun][self.arabic], self.language)

    def code_text(self, text: str) -> Markup:
        """A name for machines."""
        return Markup('<code class="short">{}</code>').format(plain(text))

    def own(self, text: str) -> Markup:
        """Somebody's own words in a sentence of ours."""
        return Markup("<bdi>{}</bdi>").format(plain(text))

    # ---- time ----

    def when(self, at_s: int) -> Markup:
        """An instant, to the minute, the whole of it for machines."""
        if at_s not in self._whens:
            self._whens[at_s] = self._when(at_s)
        return self._whens[at_s]

    def _when(self, at_s: int) -> Markup:
        at = datetime.datetime.fromtimestamp(at_s, datetime.UTC)
        comma = f"، {_LEFT_TO_RIGHT}" if self.arabic else ", "
        shown = f"{self._day(at.date())}{comma}{at:%H:%M} UTC"
        return Markup('<time datetime="{}">{}</time>').format(instant_text(at_s), shown)

    def instant(self, text: str) -> Markup:
        return self.when(seconds(text))

    def day(self, at_s: int) -> Markup:
        at = datetime.datetime.fromtimestamp(at_s, datetime.UTC).date()
        return Markup('<time datetime="{}">{}</time>').format(instant_text(at_s), self._day(at))

    def date(self, text: str) -> Markup:
        """A day of the record or of a case: 2024-10-25, 2024-10 or 2024."""
        parts = [int(each) for each in text.split("-")]
        if len(parts) == 3:
            shown = self._day(datetime.date(*parts))
        else:
            shown = " ".join([MONTHS[each - 1][self.arabic] for each in parts[1:]] + [str(parts[0])])
        return Markup('<time datetime="{}">{}</time>').format(text, shown)

    def _day(self, day: datetime.date) -> str:
        return f"{day.day} {MONTHS[day.month - 1][self.arabic]} {day.year:04}"

    def span(self, duration_s: int) -> str:
        """A duration in its largest unit, and the rest in the next."""
        units = ((_DAY_S, "day"), (_HOUR_S, "hour"), (_MINUTE_S, "minute"), (1, "second"))
        parts: list[str] = []
        for size_s, noun in units:
            whole, duration_s = divmod(duration_s, size_s)
            if whole:
                parts.append(self.count(whole, noun))
            if len(parts) == 2 or (parts and not whole):
                break
        return (" و" if self.arabic else " ").join(parts) or self.count(0, "second")

    # ---- who ----

    def seat(self, seat: str) -> Markup:
        if seat not in self._titles:
            found = self._seats.get(seat)
            self._titles[seat] = self.own((found.title_ar if self.arabic else found.title_en) if found else seat)
        return self._titles[seat]

    def organisation(self, organisation: str) -> Markup:
        found = self._organisations.get(organisation)
        return self.own((found.name_ar if self.arabic else found.name_en) if found else organisation)

    def signer(self, one: Signed) -> Markup:
        if one.holder is None:
            return self.text("unknown key {key}", key=self.code_text(one.key_id[:16]))
        return self.seat(one.holder.seat)

    def party(self, party: Party) -> Markup:
        """A name, or who the id stands for, or that it is withheld; and of what kind."""
        if party.name is not None:
            name: object = self.own(party.name)
        elif party.id is not None and (party.id in self._names or party.id in self._organisations):
            name = self.place(party.id) if party.id in self._names else self.organisation(party.id)
        elif party.withheld is not None:
            name = self.text("name withheld")
        else:
            name = self.own(party.id) if party.id is not None else None
        kind = self.word(party.kind)
        return Markup("{} ({})").format(name, kind) if name is not None else escape(kind)

    def key_id(self, holder: Holder) -> str:
        return key_id(holder.key)

    def quorum_size(self) -> int:
        """How many witnesses are enough at least."""
        policy = self.facts.record.policy
        groups = Groups(leaves=frozenset(policy.witnesses), groups=policy.groups)
        return _least(groups, policy.quorum)

    # ---- where ----

    def place(self, id: str) -> Markup:
        """A territory by name; several joined by + or _ one after the other."""
        if id in self._names:
            return self.own(self._names[id][self.arabic])
        parts = re.split(r"[+_]", id)
        if not all(each in self._names for each in parts):
            return self.own(id)
        if len(parts) == 2 and parts[1] == f"{parts[0]}.sea":
            return self.text("{place} with its sea", place=self.place(parts[0]))
        return Markup(" و" if self.arabic else " and ").join(self.place(each) for each in parts)

    def ids(self, ids: Iterable[str]) -> Markup:
        return self.listed(self.place(each) for each in sorted(ids))

    def territories(self, effect: Effect) -> Markup:
        return self.listed(dict.fromkeys(self.land(one) for one in effect.territories))

    def land(self, ref: TerritoryRef) -> Markup:
        """A territory by the name that the catalogue has for its cells, with the one in the record where that is another."""
        key = (ref.id, ref.cells_sha256)
        if key not in self.facts.names:
            return self.place(ref.id)
        known = self.facts.names[key]
        if not known:
            return self.text("cells called {id}, which are others in the catalogue", id=self.own(ref.id))
        return self.text("{place} (the record calls it {id})", place=self.place(known), id=self.own(ref.id))

    def claim(self, ref: TerritoryRef) -> Markup:
        """Who claims and who controls it, where more than one side is named."""
        parts = []
        elsewhere = ref.controlled_by is not None and ref.controlled_by not in ref.claimed_by
        if len(ref.claimed_by) > 1 or (ref.claimed_by and elsewhere):
            parts.append(self.text("claimed by {claimants}", claimants=self.ids(ref.claimed_by)))
        if parts and ref.controlled_by is not None:
            parts.append(self.text("controlled by {controller}", controller=self.place(ref.controlled_by)))
        return self.rowed(parts)

    def claims(self, effect: Effect) -> list[Markup]:
        return [found for one in effect.territories if (found := self.claim(one))]

    def cells(self, ref: TerritoryRef) -> Markup:
        found = self.maps.territory(ref)
        if found is None:
            return self.text("its cells are not at hand")
        number = len(found.number)
        area_km2 = float(f"{number * _CELL_KM2:.2g}")
        return self.text("{n}, about {area} km²", n=self.count(number, "cell"), area=f"{area_km2:,.0f}")

    def map_alt(self, one: Matter) -> str:
        effect = one.outcome.decided.effect if one.outcome.decided else one.request.effect
        sentence = (
            "Map of {places}: {state}." if one.outcome.decided else "Map of {places}. Asked for, not decided: {state}."
        )
        told = self.text(sentence, places=self.bare(effect), state=self.word(effect.state))
        if one.outcome.decided and any(len(each.claimed_by) > 1 for each in effect.territories):
            told += " " + self.text("Claimed by more than one side, therefore hatched.")
        return told

    def bare(self, effect: Effect) -> str:
        """Names of territories without markup, for where none may stand."""
        return Markup(self.territories(effect)).striptags()

    def world_alt(self, shown: Mapping[ServiceState, int]) -> Markup:
        told = (
            self.text("{state} in {n}", state=self.word(state), n=self.count(number, "territory"))
            for state, number in shown.items()
        )
        return self.text(
            "World map of what is in force for terminals at home: {parts}. The table below lists it.",
            parts=self.listed(told),
        )

    # ---- links ----

    def entry_href(self, index: int) -> str:
        return f"entries-{index // ENTRIES_A_PAGE + 1}.html#e{index}"

    def request_href(self, index: int) -> str:
        return f"request-{index}.html"

    def entry_name(self, index: int) -> Markup:
        return self.text("entry {n}", n=index)

    def entry_link(self, index: int) -> Markup:
        return Markup('<a class="entry" href="{}">{}</a>').format(self.entry_href(index), self.entry_name(index))

    def request_link(self, index: int) -> Markup:
        matter = self.facts.matters.get(index)
        if matter is None:
            return self.entry_link(index)
        return Markup('<a href="{}"><bdi>{}</bdi></a>').format(
            self.request_href(index), self.short_title(matter.request)
        )

    def leaf_link(self, leaf: str) -> Markup:
        """What an entry's hash names."""
        one = self.facts.by_leaf.get(leaf)
        if one is None:
            return self.code_text(leaf)
        return self.request_link(one.index) if isinstance(one.statement, said.Request) else self.entry_link(one.index)

    def source(self, source: Source) -> Markup:
        return self._source(source.publisher, source.title, source.on, source.address)

    def case_source(self, source: object) -> Markup:
        """The source of a fact in a case file."""
        publisher, title, date = (getattr(source, name) for name in ("publisher", "title", "date"))
        return self._source(publisher, title, date, getattr(source, "address", None))

    def _source(self, publisher: str, title: str, date: str, address: str | None) -> Markup:
        named = self.listed([self.own(publisher), Markup("<cite>{}</cite>").format(self.own(title)), self.date(date)])
        if address is None:
            return named
        if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
            return Markup("{} ({})").format(named, self.own(address))
        return Markup('<a href="{}" rel="noreferrer noopener nofollow">{}</a>').format(address, named)

    def title(self, request: said.Request) -> str:
        return plain(request.title_ar if self.arabic else request.title_en)

    def short_title(self, request: said.Request) -> str:
        """The title for lists: the end of a very long one is given up."""
        return cut(self.title(request), _TITLE)

    def both(self, table: object, name: str) -> str:
        """The text of a case in this language."""
        return plain(str(getattr(table, f"{name}_{self.code}") or getattr(table, f"{name}_en")))


def _least(groups: Groups, name: str) -> int:
    """The fewest leaves that meet a group."""
    if name == NONE:
        return 0
    group = groups.groups.get(name)
    if group is None:
        return 1
    return sum(sorted(_least(groups, member) for member in group.members)[: group.threshold])
