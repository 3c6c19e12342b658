"""
What whoever follows a sheet has crossed out by when.

Answers are taken at their word: a cause that hardly ever leads to an answer is crossed
out by it, whatever was said before, and is not brought back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.session.plans.cutting import DONT_KNOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.planner.state import BoolArray
    from troubleshoot.planner.task import Task
    from troubleshoot.session.plans.sheet import Spot


def standing(trusting: Task, spots: Sequence[Spot]) -> list[BoolArray]:
    """
    Causes that someone who comes to a spot may not have crossed out, by spot.

    ``trusting`` is the task ``at_its_word``; arrays of shape (causes,).
    """
    found = [np.zeros(len(trusting.prior), dtype=np.bool_) for _ in spots]
    found[0] = trusting.prior > 0
    for i, spot in enumerate(spots):
        for answer, child in spot.edges:
            found[child] |= found[i] & ~crossed_out(trusting, spot, answer)
    return found


def crossed_out(trusting: Task, spot: Spot, answer: int) -> BoolArray:
    """The causes that an answer at a spot crosses out, shape (causes,)."""
    if answer == DONT_KNOW:
        return np.zeros(len(trusting.prior), dtype=np.bool_)
    if spot.kind == "question":
        return np.asarray(trusting.questions[spot.step].likelihood[answer] == 0)
    fixes = trusting.actions[spot.step].fixes
    return np.asarray((fixes if answer else 1.0 - fixes) == 0)
