"""`hudhud compare hypatia`: the constellations, pairs and definitions of that study, as coded there and corrected."""

import argparse
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from hudhud.adapters.cli.output import console, print_json
from hudhud.adapters.store import packaged
from hudhud.errors import Fault, InputError, MissingExtraError
from hudhud.report.hypatia import (
    CONSTELLATIONS,
    PAIRS,
    Constellation,
    Mask,
    PairSeries,
    all_pairs_median_max_rtt_s,
    series,
    summary,
)

__all__ = ["command", "draw"]

_MASKS = {"as-coded": (Mask.AS_CODED,), "true": (Mask.TRUE,), "both": (Mask.AS_CODED, Mask.TRUE)}


def command(arguments: argparse.Namespace) -> int:
    """Run the suite.  Returns the exit code."""
    chosen = _constellations(arguments.constellations)
    duration_s = 200.0 if arguments.duration_s is None else arguments.duration_s
    step_s = 0.1 if arguments.step_s is None else arguments.step_s
    _refuse_times(duration_s, step_s)
    if arguments.picture is not None:
        _refuse_picture(arguments.picture)
    pairs = tuple((a, b) for a, b in arguments.pairs) if arguments.pairs else PAIRS
    cities = packaged.hypatia_cities()
    found: list[PairSeries] = []
    medians: list[dict[str, Any]] = []
    notes = console(to_error=True, quiet=arguments.json)
    for constellation in chosen:
        for mask in _MASKS[arguments.mask or "both"]:
            notes.print(f"{constellation.name}, mask {mask.value} ...")
            found += series(constellation, mask, cities, pairs, duration_s, step_s)
            if not arguments.pairs:
                medians.append(_median(constellation, mask, cities, duration_s, step_s))
    if arguments.picture:
        draw(found, arguments.picture)
    if arguments.json:
        print_json([summary(one) for one in found])
    else:
        _show(found, medians, duration_s, step_s)
        if arguments.picture:
            print(f"picture: {arguments.picture}")
    return 0


def _median(constellation: Constellation, mask: Mask, cities: Any, duration_s: float, step_s: float) -> dict[str, Any]:
    """All pairs are looked at once a second at most: their largest values move by less than 0.1 ms in between."""
    median_s, lost = all_pairs_median_max_rtt_s(constellation, mask, cities, duration_s, max(step_s, 1.0))
    return {
        "constellation": constellation.name,
        "mask": mask.value,
        "median_max_rtt_ms": median_s * 1e3,
        "pairs_lost": lost,
    }


def _constellations(names: Sequence[str] | None) -> tuple[Constellation, ...]:
    """The constellations that names begin, in the order of the suite; all where none is named."""
    if not names:
        return CONSTELLATIONS
    faults, chosen = [], []
    for name in names:
        fitting = [c for c in CONSTELLATIONS if c.name.casefold() == name.casefold()] or [
            c for c in CONSTELLATIONS if c.name.casefold().startswith(name.casefold())
        ]
        chosen += fitting
        if not fitting:
            known = ", ".join(c.name for c in CONSTELLATIONS)
            faults.append(Fault(where=f"--constellation {name}", problem=f"not one of: {known}"))
    if faults:
        raise InputError("compare hypatia does not know that constellation", faults)
    return tuple(c for c in CONSTELLATIONS if c in chosen)


def _refuse_times(duration_s: float, step_s: float) -> None:
    faults = []
    for name, value, most in (("duration", duration_s, 86_400.0), ("step", step_s, 3_600.0)):
        if not 0.001 <= value <= most:
            faults.append(Fault(where=f"--{name}", problem=f"is {value:g} s, but must be 0.001 to {most:g} s"))
    if not faults and duration_s / step_s > 1_000_000:
        faults.append(Fault(where="--step", problem=f"makes {duration_s / step_s:,.0f} instants; at most 1,000,000"))
    if faults:
        raise InputError("compare hypatia cannot cover that time", faults)


def _refuse_picture(path: Path) -> None:
    """Raise before the work what would fail after it: no matplotlib, or a name that cannot be a PNG."""
    if path.suffix.lower() != ".png":
        raise InputError("compare hypatia cannot draw:", [Fault(where="--picture", problem=f"{path} must end in .png")])
    if not path.parent.is_dir():
        problem = f"{path.parent} is no folder: give a file in a folder that is there"
        raise InputError("compare hypatia cannot draw:", [Fault(where="--picture", problem=problem)])
    if find_spec("matplotlib") is None:
        raise MissingExtraError("matplotlib", "plot", "drawing a picture")


def _show(found: Sequence[PairSeries], medians: Sequence[dict[str, Any]], duration_s: float, step_s: float) -> None:
    screen = console()
    table = Table(title=f"Round-trip times over {duration_s:g} s, every {step_s:g} s", title_justify="left", box=None)
    for name in ("constellation", "mask", "pair"):
        table.add_column(name)
    for name in ("t=0", "min", "max", "ways", "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        told = summary(one)
        values = [told["rtt_ms"][key] for key in ("t0", "min", "max")]
        table.add_row(
            one.constellation,
            one.mask.value,
            " - ".join(one.pair),
            *("-" if value is None else f"{value:.3f}" for value in values),
            str(1 + len(told["path_changes_s"])),
            str(told["unreachable_steps"]),
        )
    screen.print(table)
    screen.print("times in ms; ways: different ways in turn; lost: instants without a way", style="dim")
    if not medians:
        return
    ranking = Table(title="\nMedian over all pairs of the largest round-trip time", title_justify="left", box=None)
    ranking.add_column("constellation")
    ranking.add_column("mask")
    ranking.add_column("ms", justify="right")
    ranking.add_column("pairs out of reach at some instant", justify="right")
    for row in medians:
        ranking.add_row(row["constellation"], row["mask"], f"{row['median_max_rtt_ms']:.1f}", str(row["pairs_lost"]))
    screen.print(ranking)


def draw(found: Sequence[PairSeries], path: Path) -> None:
    """One panel a pair, one line a constellation and mask.  PNG."""
    try:
        from matplotlib.figure import Figure  # heavy, and an extra: only a picture needs it
    except ImportError:
        raise MissingExtraError("matplotlib", "plot", "drawing a picture") from None
    pairs = list(dict.fromkeys(one.pair for one in found))
    names = list(dict.fromkeys(one.constellation for one in found))
    colours = dict(zip(names, ("#0072b2", "#d55e00", "#009e73", "#cc79a7"), strict=False))
    figure = Figure(figsize=(11, 2.6 * len(pairs) + 0.8), layout="constrained")
    panels = figure.subplots(len(pairs), 1, sharex=True, squeeze=False)[:, 0]
    for panel, pair in zip(panels, pairs, strict=True):
        for one in (o for o in found if o.pair == pair):
            shown_ms = np.where(np.isfinite(one.rtt_s), one.rtt_s * 1e3, np.nan)
            style = "-" if one.mask is Mask.TRUE else ":"
            panel.plot(
                one.elapsed_s,
                shown_ms,
                style,
                color=colours[one.constellation],
                lw=1.6,
                label=f"{one.constellation}, {one.mask.value}",
            )
        panel.set_title(" – ".join(pair), loc="left", fontsize=11)
        panel.set_ylabel("round trip, ms")
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(alpha=0.25)
    panels[-1].set_xlabel("seconds after the epoch")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    try:
        figure.savefig(path, dpi=130, format="png", metadata={"Software": None})
    except OSError as error:
        problem = f"{path}: {error.strerror or error}: give a file in a folder that can be written"
        raise InputError("the picture cannot be written:", [Fault(where="--picture", problem=problem)]) from None
