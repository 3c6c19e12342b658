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
    are open; the first of the file in a tie. Takes ``actions ** 2`` products of arrays.

    Args:
        task: the actions and their setups.
        p: belief in each cause.
        against: the causes that matter, shape ``(C,)``.
        opened: setups that are open already.
    """
    left = [i for i, x in enumerate(task.actions) if (x.fixes * p)[against].any()]

    def rank(i: int) -> tuple[bool, float, int]:
        act = task.actions[i]
        minutes = max(task.minutes(act, opened), TOLERANCE)
        rate = float(f"{float(act.fixes @ p) / minutes:.{RATED}g}")
        return act.irreversible, -rate, i

    while left:
        best = min(left, key=rank)
        left.remove(best)
        yield best
        opened = task.opened_after(task.actions[best], opened)
        p = np.asarray(p * (1.0 - task.actions[best].fixes))
