"""
A task in which answers are taken at their word.

On paper nothing can be weighed, so an answer that a cause hardly ever leads to excludes
it, and that the cause may not be listed is left out. Equal situations are then many.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.task import Task


HARDLY: Final = 0.05  # an answer that a cause leads to no more often excludes it


def at_its_word(task: Task) -> Task:
    """
    The task in which answers that are hardly ever given are never given.

    The unknown cause has no belief, unless it has all.
    """
    prior = task.prior.copy()
    prior[-1] = 0.0 if prior[:-1].any() else prior[-1]
    return replace(
        task,
        prior=prior / prior.sum(),
        questions=tuple(
            replace(ask, likelihood=_trusted(ask.likelihood)) for ask in task.questions
        ),
    )


def _trusted(likelihood: FloatArray) -> FloatArray:
    """Columns without what is hardly ever said; those that say nothing else stay."""
    kept = np.where(likelihood > HARDLY, likelihood, 0.0)
    total = kept.sum(axis=0)
    return np.asarray(
        np.where(total > 0, kept / np.where(total > 0, total, 1.0), likelihood)
    )
