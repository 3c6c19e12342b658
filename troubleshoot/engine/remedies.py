"""
In which order to try what may help against some causes.

Throughout this module:
    p   is a belief over causes, shape (C,), non-negative; it need not sum to 1
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.evidence import BoolArray
    from troubleshoot.engine.task import Task

RATED: Final = 9  # digits of P(fixes) / minutes: equals are equal on every machine
TOLERANCE: Final = 1e-12  # minutes; what takes no time takes so much


def remedies(
    task: Task, p: FloatArray, against: BoolArray, opened: frozenset[int]
) -> Iterator[int]:
    """
    The actions that may fix one of these causes, in the order to try them.

    What can be undone comes first. Among equals in that, each is the most efficient,
    P(fixes) / minutes, for the case that those before it did not help and their setups
    are open; the first of the file in a tie. What an action is worth is worked out anew
    only after one that may fix the same causes, or that opened a setup.

    Args:
        task: the actions and their setups.
        p: belief in each cause.
        against: the causes that matter, shape ``(C,)``.
        opened: setups that are open already.
    """
    left = [i for i, x in enumerate(task.actions) if (x.fixes * p)[against].any()]
    rates: dict[int, float] = {}

    def rank(i: int) -> tuple[bool, float, int]:
        act = task.actions[i]
        if i not in rates:
            minutes = max(task.minutes(act, opened), TOLERANCE)
            rates[i] = float(f"{float(act.fixes @ p) / minutes:.{RATED}g}")
        return act.irreversible, -rates[i], i

    while left:
        best = min(left, key=rank)
        left.remove(best)
        yield best
        act, before = task.actions[best], opened
        opened = task.opened_after(act, opened)
        p, fixed = np.asarray(p * (1.0 - act.fixes)), np.flatnonzero(act.fixes)
        for i in left:
            if opened != before or task.actions[i].fixes[fixed].any():
                rates.pop(i, None)
