"""What could still tell or help where a session ends, and why it is not offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.planner.policy import ranking
from troubleshoot.session.asking import NO_GAIN
from troubleshoot.text import percent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.offers import Offers
    from troubleshoot.session.situation import BoolArray


def telling(offers: Offers) -> BoolArray:
    """Questions without an answer that counts, whose answer would tell something."""
    answered = offers.questions.mask(offers.situation.state.answers)
    return np.asarray((offers.situation.gains > NO_GAIN) & ~answered)


def questions_left(offers: Offers) -> str:
    """That no question could tell more, or which one could and why it is not put."""
    gains, costs = offers.situation.gains, offers.question_costs
    order = ranking(gains, costs, telling(offers))
    if not order:
        return "No question is left that could tell more."
    name, more = offers.questions.ids[order[0]], len(order) - 1
    asked = offers.situation.tree.questions[name].ask
    others = f" So could {more} more." * bool(more)
    return f"“{asked}” could still tell more, but {_why_not(offers, name)}.{others}"


def _why_not(offers: Offers, question: str) -> str:
    state = offers.situation.state
    if question in state.dont_know:
        return "its answer was not known"
    return "it was put off" if question in state.not_now else "it cannot be put here"


def remedies_left(offers: Offers, causes: Iterable[str]) -> str:
    """Whether anything that may help against one of these causes is left to do."""
    tree, tried = offers.situation.tree, offers.situation.state.tried
    chosen = tuple(causes)
    helping = [
        name
        for name, action in tree.actions.items()
        if any(action.fixes.get(each, 0) > 0 for each in chosen)
    ]
    if not helping:
        return "No action of this tree helps against it."
    if all(each in tried for each in helping):
        return "All that may help against it was tried."
    return "What may still help against it was put off, or cannot be done here."


def as_sure_as_asked(offers: Offers) -> str:
    """That the confidence of the tree is reached."""
    asked = percent(offers.situation.tree.confidence)
    return f"That is as sure as this tree asks for ({asked})."
