"""What the service map answered each terminal over a run, kept apart from what the sky allowed."""

from dataclasses import dataclass

import numpy as np

from hudhud.arrays import Bits, Ints32
from hudhud.report.result import Result
from hudhud.service.predicates import Predicate
from hudhud.service.vocabulary import DisablementCode

__all__ = ["Answer", "permission"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One terminal's answers in a run.

    permitted_share: slots in which the map allowed it; reachable_share: slots in which some satellite could have served it;
    refused_in_reach_share: slots in which both met, in reach and not permitted.  nan without a slot.
    code, decision, failed: those of most slots in which it was refused, or of most slots where it never was.
    """

    terminal: str
    service_class: str
    permitted_share: float
    reachable_share: float
    refused_in_reach_share: float
    code: DisablementCode
    decision: str
    failed: tuple[Predicate, ...]


def permission(result: Result) -> tuple[Answer, ...]:
    """An answer for each terminal; none where no service map was asked."""
    if not result.service_maps:
        return ()
    return tuple(_answer(result, terminal) for terminal in range(len(result.terminals)))


def _answer(result: Result, terminal: int) -> Answer:
    if not len(result.start):
        return Answer(
            terminal=result.terminals.names[terminal],
            service_class=result.service_classes[terminal],
            permitted_share=np.nan,
            reachable_share=np.nan,
            refused_in_reach_share=np.nan,
            code=DisablementCode.UNKNOWN_STATE,
            decision="",
            failed=(),
        )
    permitted, reachable = result.permitted[:, terminal], result.reachable[:, terminal]
    told = np.flatnonzero(~permitted) if not permitted.all() else np.arange(len(permitted))
    keys = np.stack([values[told, terminal].astype(np.int64) for values in _told(result)], axis=1)
    kinds, first, count = np.unique(keys, axis=0, return_index=True, return_counts=True)
    most = np.lexsort((first, -count))[0]  # of equally many, those that came first
    code, decision, failed = kinds[most].tolist()
    return Answer(
        terminal=result.terminals.names[terminal],
        service_class=result.service_classes[terminal],
        permitted_share=float(permitted.mean()),
        reachable_share=float(reachable.mean()),
        refused_in_reach_share=float((reachable & ~permitted).mean()),
        code=DisablementCode(code),
        decision=result.decisions[decision] if decision >= 0 else "",
        failed=tuple(each for each in Predicate if failed & each.bit),
    )


def _told(result: Result) -> tuple[Bits, Ints32, Ints32]:
    return result.disablement_code, result.decision, result.failed_predicates
