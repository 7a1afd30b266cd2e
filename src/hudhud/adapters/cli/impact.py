"""`hudhud impact`: what a decision does, or a draft would do: before and after, before anybody signs."""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from hudhud.adapters.cli.reading import add_record, decided, instant, picture_file
from hudhud.errors import Fault, InputError

if TYPE_CHECKING:
    import numpy as np

    from hudhud.service.decision import Decision, Decisions
    from hudhud.service.impact import Impact
    from hudhud.service.service_map import ServiceMap
    from hudhud.service.vocabulary import ServiceClass

__all__ = ["add", "command"]

_DESCRIPTION = """\
What does a decision change?  The service map with it beside the map without
it: cells that gain or lose service for which classes, the people who live
there, the largest places, terminals by class, what spills over a border and
what a border leaves out, claims, protected classes, what happens when it
lapses.

DECISION is the id of one in force (hudhud service list); DRAFT is a TOML file
with one or more decisions, added to those in force.  The last line is the
digest of the impact, which approvers sign.  With --record those in force are
the decisions of a record.
"""

_EPILOG = """\
examples:
  hudhud impact standing.UKR
  hudhud impact drafts/clinics.toml --record record/
  hudhud impact drafts/tonga.toml --map tonga.png
  hudhud impact drafts/tonga.toml --at 2026-12-01T00:00:00Z --json > impact.json
  hudhud impact drafts/gaza-hospital.toml --terminals registered.csv --language ar

--at: the instant to compare at.  Default: when the last of the decisions
begins; now for one that has stood ever since.

--terminals takes a CSV with columns id, service_class, latitude_deg,
longitude_deg (empty where unknown), and if wanted purpose, account,
home_country, ocean_plan.

exit codes: 0 told (also where nothing changes), 2 wrong usage or input, or a
file that cannot be written
"""


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register the verb."""
    parser = subparsers.add_parser(
        "impact",
        help="what a decision changes: cells, people, terminals, borders, claims",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("decision", metavar="DECISION|DRAFT", help="id of a decision, or a TOML file of drafts")
    parser.add_argument("--at", metavar="INSTANT", help="compare at this instant, see below")
    add_record(parser)
    parser.add_argument("--terminals", metavar="FILE.csv", type=Path, help="registered terminals, see below")
    parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
    parser.add_argument("--map", metavar="FILE.png", type=Path, dest="picture", help="also draw it into a PNG")
    parser.add_argument(
        "--class", metavar="CLASS", dest="service_class", help="class to draw (default: the most changed)"
    )
    parser.add_argument("--language", choices=("en", "ar"), default="en", help="language of the text (default en)")
    parser.set_defaults(verb=command)


def command(arguments: argparse.Namespace) -> int:
    """Run the verb.  Returns the exit code."""
    # Heavy imports (numpy, numba, h3, rich) wait until an impact is really worked out.
    from hudhud.adapters.cli.impact_text import show_impact
    from hudhud.adapters.cli.output import console, print_json
    from hudhud.service.impact import as_json

    faults: list[Fault] = []
    picture_file("--map", arguments.picture, faults)
    service_class = _class(arguments, faults)
    asked = instant(arguments.at, faults) if arguments.at is not None else None
    if faults:
        raise InputError("this impact cannot be told:", faults)
    review = _review(arguments.decision, decided(arguments, instant(None, []) if asked is None else asked))
    at = _begin(review.decisions) if asked is None else asked
    told, maps = _impact(review, at, arguments.terminals)
    if arguments.picture is not None:
        _draw(told, maps, service_class, arguments.picture)
    if arguments.json:
        print_json(as_json(told))
        return 0
    show_impact(told, review.idle(at), console(), arguments.language)
    if arguments.picture is not None:
        print(f"picture: {arguments.picture}")
    return 0


def _class(arguments: argparse.Namespace, faults: list[Fault]) -> "ServiceClass | None":
    from hudhud.service.vocabulary import ServiceClass

    named = arguments.service_class
    if named is None:
        return None
    if arguments.picture is None:
        faults.append(Fault(where="--class", problem="belongs to --map: say into which file to draw"))
    if named not in list(ServiceClass):
        faults.append(Fault(where="--class", problem=f"no class {named!r}: one of {', '.join(ServiceClass)}"))
        return None
    return ServiceClass(named)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Review:
    """Decisions under review, and the sets without and with them."""

    decisions: "tuple[Decision, ...]"
    without: "Decisions"
    whole: "Decisions"

    def idle(self, at: "np.datetime64") -> "tuple[Decision, ...]":
        """Those that are not in force at an instant, although they are under review."""
        from hudhud.service.decision import in_force

        ids = {one.id for one in self.decisions}
        stands = in_force(self.whole, at).tolist()
        return tuple(one for one, now in zip(self.whole.all, stands, strict=True) if one.id in ids and not now)


def _review(named: str, base: "Decisions") -> _Review:
    """The drafts of a file with those in force, or one of those in force beside the rest."""
    from hudhud.adapters.decisions import drafted, together
    from hudhud.service.decision import decisions

    if named.lower().endswith(".toml") or "/" in named or "\\" in named:
        drafts = drafted(named, base.all)
        return _Review(decisions=drafts, without=base, whole=together(base, drafts))
    found = {one.id: one for one in base.all}
    if named not in found:
        raise InputError(f"no decision has the id {named!r}: {_nearly(named, list(found))}; a draft is a file in .toml")
    rest = [
        replace(one, supersedes=one.supersedes - {named}) if named in one.supersedes else one
        for one in base.all
        if one.id != named
    ]
    try:
        without = decisions(rest)
    except InputError as error:
        raise InputError(f"{named} cannot be taken away: without it {error.summary}", error.faults) from None
    return _Review(decisions=(found[named],), without=without, whole=base)


def _nearly(named: str, ids: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(named, ids, n=3) or [each for each in ids if each.endswith(f".{named}")][:3]
    return f"did you mean {', '.join(near)}?" if near else "see  hudhud service list"


def _begin(reviewed: "tuple[Decision, ...]") -> "np.datetime64":
    """When the last of some decisions begins; now where all have stood ever since."""
    import numpy as np

    starts = [one.start for one in reviewed if not np.isnat(one.start)]
    return max(starts) if starts else instant(None, [])


def _impact(
    review: _Review, at: "np.datetime64", terminals: Path | None
) -> "tuple[Impact, tuple[ServiceMap, ServiceMap]]":
    import numpy as np

    from hudhud.adapters.decisions import countries
    from hudhud.adapters.registered import read_posts
    from hudhud.adapters.store.places import places
    from hudhud.adapters.store.territories import territories
    from hudhud.service.contradiction import contradictions
    from hudhud.service.impact import impact
    from hudhud.service.service_map import compile as compiled

    posts = None if terminals is None else read_posts(terminals)
    maps = compiled(review.without, at), compiled(review.whole, at)
    ends = [one.until for one in review.decisions]
    lapsed = None
    if not any(np.isnat(end) for end in ends):
        lapsed = compiled(review.without, max(ends)), compiled(review.whole, max(ends))
    told = impact(
        *maps,
        review.decisions,
        territories(),
        places(),
        contradictions=contradictions(review.whole, at),
        lapsed=lapsed,
        posts=posts,
        countries=countries(),
    )
    return told, maps


def _draw(
    told: "Impact", maps: "tuple[ServiceMap, ServiceMap]", service_class: "ServiceClass | None", path: Path
) -> None:
    from hudhud.adapters.service_picture import disputed_cells, draw_impact
    from hudhud.adapters.store import packaged
    from hudhud.adapters.store.territories import territories
    from hudhud.service.vocabulary import ServiceClass

    most = max(
        told.groups,
        key=lambda each: len(each.classes) * (each.gain.cells + each.lose.cells + each.conditions.cells),
        default=None,
    )
    drawn = service_class or (most.classes[0] if most is not None else ServiceClass.RESIDENTIAL)
    draw_impact(told, maps[1], drawn, packaged.outlines(), disputed_cells(territories()), path)
