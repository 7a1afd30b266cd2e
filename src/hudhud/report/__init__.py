"""What happened in a run: measures, tables and the difference between two runs.

Comes in: a `Result`, the labelled arrays of a whole run.  Goes out: `Quality` (service per terminal and pooled), plain
rows and a JSON-ready summary, and a `Comparison` of two results.  Left out on purpose: drawing, files and coloured text
(adapters), and any statistic over users, whom a simulated terminal does not stand for.  Begin with `summary(result)`.
"""

from hudhud.report.comparison import Comparison, Difference, Pairing, compare, comparison_summary
from hudhud.report.quality import Quality, run_quality, terminal_quality
from hudhud.report.result import Outcome, Provenance, Result
from hudhud.report.tables import MEASURES, Measure, Row, rows, summary

__all__ = [
    "MEASURES",
    "Comparison",
    "Difference",
    "Measure",
    "Outcome",
    "Pairing",
    "Provenance",
    "Quality",
    "Result",
    "Row",
    "compare",
    "comparison_summary",
    "rows",
    "run_quality",
    "summary",
    "terminal_quality",
]
