"""A result and a comparison as text for a terminal of 80 columns or more."""

from collections.abc import Callable, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hudhud.adapters.service_words import short_id
from hudhud.arrays import Floats
from hudhud.report.comparison import Comparison, Pairing
from hudhud.report.permission import permission
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Provenance, Result
from hudhud.report.tables import duration, percent, period
from hudhud.service.vocabulary import DisablementCode

__all__ = ["show_comparison", "show_result"]

_ALL_SHOWN = 20  # up to as many terminals each get a line
_WORST_SHOWN = 5
_NOTES_SHOWN = 4
_ROUND_TRIP = "round trip, ms\nslow  median   fast"


def show_result(result: Result, console: Console) -> None:
    """Print who was served and how well: a line per terminal, or for many terminals the worst and the distribution."""
    each, every = terminal_quality(result), run_quality(result)
    _show_title(result, console)
    if len(each) <= _ALL_SHOWN:
        console.print(_quality_table([(each, range(len(each))), (every, range(1 if len(each) > 1 else 0))]))
    else:
        worst = np.lexsort((np.nan_to_num(-each.rtt_slow_fifth_s, nan=-np.inf), each.availability))[:_WORST_SHOWN]
        console.print(_quality_table([(every, range(1))], "All terminals together"))
        console.print()
        console.print(_distribution(each))
        console.print()
        console.print(_quality_table([(each, worst.tolist())], "The five served worst"))
    _show_outages(every, console)
    _show_permission(result, console)
    _show_notes(result.provenance, console)


def _show_title(result: Result, console: Console) -> None:
    when, told = period(result), result.provenance
    slots, terminals = when["slots"], len(result.terminals)
    text = f"{_counted(terminals, 'terminal')}, {_counted(slots, 'slot')} of {when['slot_s']} s"
    console.print(Text.assemble((result.name, "bold"), f": {text}"), highlight=False)
    if slots:
        console.print(Text(f"{_clock(when['start'])} to {_clock(when['end'], when['start'])} UTC"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_row("Fleet", Text(_fleet(told), style="yellow" if told.synthetic else ""))
    console.print(grid)
    console.print()


def _fleet(told: Provenance) -> str:
    """Source and kind on one line, satellites by status and records left out on the next."""
    kind = "synthetic, not real satellites" if told.synthetic else "real elements"
    counts = [f"{count:,} {status}" for status, count in told.status_counts if count]
    lost = len(told.quarantined)
    read = f"{_counted(lost, 'record')} quarantined" if lost else "no record quarantined"
    return f"{told.elements_source} ({kind})\n{', '.join([*counts, read])}"


def _clock(instant: str, beside: str = "") -> str:
    """2026-05-30 18:00:12, or the time alone where the date is that of `beside`."""
    date, time = instant.removesuffix("Z").split("T")
    return time if beside.startswith(date) else f"{date} {time}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _table(title: str = "") -> Table:
    left = {"title_justify": "left", "title_style": "bold"}
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, title=title or None, **left)  # type: ignore[arg-type]


def _quality_table(parts: Sequence[tuple[Quality, Sequence[int]]], title: str = "") -> Table:
    """One line per row of each `Quality`; the round trip as slow fifth, median and fast fifth."""
    table = _table(title)
    table.add_column("\nterminal", max_width=22)
    for head in (
        "\nserved",
        _ROUND_TRIP,
        "handovers\nper min",
        "in reach\nmin med max",
        "longest\noutage",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for part, (quality, chosen) in enumerate(parts):
        for row in chosen:
            table.add_row(*_quality_cells(quality, row), style="bold" if part else "")
    return table


def _quality_cells(quality: Quality, row: int) -> list[Text]:
    reach = (quality.in_reach_min[row], quality.in_reach_median[row], quality.in_reach_max[row])
    rtt_s = (quality.rtt_slow_fifth_s[row], quality.rtt_median_s[row], quality.rtt_fast_fifth_s[row])
    cells = [
        quality.names[row],
        percent(quality.availability[row]),
        _three([_number(value * 1e3, 1) for value in rtt_s]),
        _number(quality.handovers_per_s[row] * 60, 2),
        " ".join(f"{_number(count, 0):>3}" for count in reach),
        duration(quality.longest_outage_s[row]),
    ]
    return [Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells]  # a long name gives way, no number does


def _three(numbers: Sequence[str]) -> str:
    """Slow fifth, median and fast fifth under the words of `_ROUND_TRIP`."""
    return "{:>5}  {:>6}  {:>5}".format(*numbers)


def _number(value: float, decimals: int) -> str:
    return "-" if np.isnan(value) else f"{value:.{decimals}f}"


def _distribution(each: Quality) -> Table:
    """How the terminals differ: quantiles over terminals of what each of them had, from worst to best."""
    table = _table(f"How the {len(each):,} terminals differ")
    table.add_column("measure")
    for head in ("worst", "worst 5 %", "median", "best 5 %", "best"):
        table.add_column(head, justify="right", no_wrap=True)
    measures: tuple[tuple[str, Floats, bool, Callable[[float], str]], ...] = (
        ("served", each.availability, True, percent),
        ("round trip, slow fifth, ms", each.rtt_slow_fifth_s * 1e3, False, lambda value: _number(value, 1)),
        ("round trip, median, ms", each.rtt_median_s * 1e3, False, lambda value: _number(value, 1)),
        ("round trip, fast fifth, ms", each.rtt_fast_fifth_s * 1e3, False, lambda value: _number(value, 1)),
        ("handovers per min", each.handovers_per_s * 60, False, lambda value: _number(value, 2)),
        ("in reach, median", each.in_reach_median, True, lambda value: _number(value, 0)),
        ("longest outage", each.longest_outage_s, False, duration),
    )
    for label, values, more_is_better, text in measures:
        known = values[~np.isnan(values)]
        quantiles = [0.0, 0.05, 0.5, 0.95, 1.0] if more_is_better else [1.0, 0.95, 0.5, 0.05, 0.0]
        table.add_row(label, *((text(float(v)) for v in np.quantile(known, quantiles)) if len(known) else "-----"))
    return table


def _show_outages(every: Quality, console: Console) -> None:
    lost = {reason: every.outcome_share[0, reason] for reason in Outcome if reason is not Outcome.SERVED}
    occurred = {reason: share for reason, share in lost.items() if share > 0}
    if not occurred:
        return
    table = _table("Why not served, share of all slots")
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for reason, share in sorted(occurred.items(), key=lambda item: -item[1]):
        table.add_row(percent(share), reason.sentence)
    table.show_header = False
    console.print()
    console.print(table)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")


def _show_permission(result: Result, console: Console) -> None:
    """What the service map answered, beside what the sky allowed; nothing where no map was asked."""
    if not result.service_maps:
        return
    answers = permission(result)
    changed = len(result.service_maps) - 1
    table = _table(
        "Permission and reach, by the service map" + (f", which changed {_times(changed)}" if changed else "")
    )
    table.add_column("\nterminal", max_width=18, no_wrap=True, overflow="ellipsis")
    table.add_column("\nclass", max_width=18, no_wrap=True, overflow="ellipsis")
    table.add_column("per-\nmitted", justify="right", no_wrap=True)
    table.add_column("in\nreach", justify="right", no_wrap=True)
    table.add_column("\ncode and decision", overflow="fold")
    refused_first = sorted(answers, key=lambda answer: answer.permitted_share)
    for answer in refused_first[:_ALL_SHOWN] if len(answers) > _ALL_SHOWN else answers:
        code = "" if answer.code is DisablementCode.OKAY else f"{answer.code.value} {answer.code.name}, "
        cells = (
            answer.terminal,
            answer.service_class,
            percent(answer.permitted_share),
            percent(answer.reachable_share),
        )
        table.add_row(
            *(Text(cell, no_wrap=True, overflow="ellipsis") for cell in cells), Text(code + short_id(answer.decision))
        )
    console.print()
    console.print(table)
    if len(answers) > _ALL_SHOWN:
        console.print(Text(f"... those least permitted; all {len(answers):,} with --json"))


def _show_notes(told: Provenance, console: Console) -> None:
    notes = [
        "Slow and fast: a fifth of the slots was slower, a fifth faster. Round trip: terminal to point of presence."
    ]
    if told.assumptions:
        shown = "; ".join(told.assumptions[:_NOTES_SHOWN])
        more = len(told.assumptions) - _NOTES_SHOWN
        notes.append(f"Assumed: {shown}{f'; and {more} more in summary.json' if more > 0 else ''}.")
    if told.record:
        notes.append(f"Obeyed: the record {told.record}.")
    console.print()
    for note in notes:
        console.print(Text(note, style="dim"))
    for warning in told.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"))


def show_comparison(comparison: Comparison, names: tuple[str, str], console: Console) -> None:
    """Print two results side by side: how they were made, the whole run, then each terminal or those that differ most."""
    count = len(comparison.terminals.first)
    compared = f"{_counted(count, 'terminal')} and {_counted(comparison.slots, 'slot')} in common"
    console.print(Text.assemble(("A", "bold"), f" {names[0]}\n", ("B", "bold"), f" {names[1]}\n{compared}"))
    _show_left_out(comparison, console)
    _show_differences(comparison, console)
    console.print()
    console.print(_whole_table(comparison.whole))
    console.print()
    console.print(_pairing_table(comparison.terminals, count))


def _show_left_out(comparison: Comparison, console: Console) -> None:
    left_out = (
        ("A", comparison.slots_only_first, comparison.terminals_only_first),
        ("B", comparison.slots_only_second, comparison.terminals_only_second),
    )
    for side, slots, terminals in left_out:
        parts = [_counted(slots, "slot")] if slots else []
        if terminals:
            some = ", ".join(terminals[:5]) + (" ..." if len(terminals) > 5 else "")
            parts.append(f"{_counted(len(terminals), 'terminal')} ({some})")
        if parts:
            console.print(Text(f"Left out, only in {side}: {' and '.join(parts)}", style="yellow"))


def _show_differences(comparison: Comparison, console: Console) -> None:
    console.print()
    if not comparison.differences:
        console.print(Text("Made alike: same scenario, fleet, instants and version."))
        return
    table = _table("Made differently")
    table.add_column("", no_wrap=True, max_width=24, overflow="ellipsis")
    table.add_column("A", overflow="fold")
    table.add_column("B", overflow="fold")
    for each in comparison.differences[:12]:
        table.add_row(Text(each.what), Text(each.first), Text(each.second))
    console.print(table)
    if len(comparison.differences) > 12:
        console.print(Text(f"... and {len(comparison.differences) - 12} more with --json"))


def _whole_table(whole: Pairing) -> Table:
    table = _table("All terminals together")
    table.add_column("")
    for head in ("A", "B", "B - A"):
        table.add_column(head, justify="right", no_wrap=True)
    a, b = whole.first, whole.second
    measures: tuple[tuple[str, float, float, int], ...] = (
        ("served, %", a.availability[0] * 100, b.availability[0] * 100, 2),
        ("round trip, slow fifth, ms", a.rtt_slow_fifth_s[0] * 1e3, b.rtt_slow_fifth_s[0] * 1e3, 2),
        ("round trip, median, ms", a.rtt_median_s[0] * 1e3, b.rtt_median_s[0] * 1e3, 2),
        ("round trip, fast fifth, ms", a.rtt_fast_fifth_s[0] * 1e3, b.rtt_fast_fifth_s[0] * 1e3, 2),
        ("handovers per min", a.handovers_per_s[0] * 60, b.handovers_per_s[0] * 60, 2),
        ("satellites in reach, median", a.in_reach_median[0], b.in_reach_median[0], 1),
        ("longest outage, s", a.longest_outage_s[0], b.longest_outage_s[0], 0),
    )
    for label, one, two, decimals in measures:
        table.add_row(label, _number(one, decimals), _number(two, decimals), _signed(two - one, decimals))
    for label, share in (
        ("served only in A", whole.only_first_share[0]),
        ("served only in B", whole.only_second_share[0]),
        ("other satellite, where served in both", whole.satellite_differs_share[0]),
    ):
        table.add_row(label, "", "", percent(share))
    return table


def _signed(value: float, decimals: int) -> str:
    if np.isnan(value):
        return "-"
    text = f"{value:+.{decimals}f}"
    return text if float(text) else f"{0:.{decimals}f}"


def _pairing_table(pairing: Pairing, count: int) -> Table:
    """B minus A per terminal; of many terminals the ten whose availability, then median, differ most."""
    a, b = pairing.first, pairing.second
    served = (b.availability - a.availability) * 100
    median_ms, slow_ms, fast_ms = (
        (two - one) * 1e3
        for one, two in (
            (a.rtt_median_s, b.rtt_median_s),
            (a.rtt_slow_fifth_s, b.rtt_slow_fifth_s),
            (a.rtt_fast_fifth_s, b.rtt_fast_fifth_s),
        )
    )
    handovers = (b.handovers_per_s - a.handovers_per_s) * 60
    chosen = np.arange(count)
    title = "Each terminal, B - A"
    if count > _ALL_SHOWN:
        chosen = np.lexsort((-np.abs(np.nan_to_num(median_ms, nan=np.inf)), -np.abs(served)))[:10]
        title = "The ten terminals that differ most, B - A"
    table = _table(title)
    table.add_column("\nterminal", max_width=22)
    for head in (
        "served,\n%",
        _ROUND_TRIP,
        "handovers\nper min",
        "in\nreach",
        "other\nsatellite",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    for row in chosen.tolist():
        reach = b.in_reach_median[row] - a.in_reach_median[row]
        rtt = _three([_signed(float(values[row]), 1) for values in (slow_ms, median_ms, fast_ms)])
        other = percent(pairing.satellite_differs_share[row])
        cells = (_signed(float(served[row]), 1), rtt, _signed(float(handovers[row]), 2), _signed(reach, 0), other)
        table.add_row(Text(a.names[row], no_wrap=True, overflow="ellipsis"), *cells)
    return table
