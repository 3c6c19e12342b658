"""Which actions of a session may help against some causes, in the order to try them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.planner import action_order
from troubleshoot.planner.task import Task
from troubleshoot.session.planning import act, setup_costs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from troubleshoot.session.belief import Belief, BoolArray
    from troubleshoot.tree.tree import Action


def remedies(belief: Belief, causes: Iterable[str]) -> tuple[str, ...]:
    """
    Untried actions that may fix one of these causes, in the order to try them.

    Those that the customer cannot take are among them: somebody else may.
    """
    return _in_order(belief, _among(belief, causes), alone=False)


def remedies_of(belief: Belief, cause: str) -> tuple[str, ...]:
    """The same if it is certainly this cause."""
    return _in_order(belief, _among(belief, [cause]), alone=True)


def _among(belief: Belief, causes: Iterable[str]) -> BoolArray:
    return np.isin(belief.model.causes, list(causes))


def _in_order(belief: Belief, against: BoolArray, *, alone: bool) -> tuple[str, ...]:
    actions = belief.tree.actions.values()
    left = [each for each in actions if each.id not in belief.state.tried]
    task = _task(belief, left)
    p = against.astype(np.float64) if alone else belief.p
    return tuple(
        left[i].id for i in action_order.remedies(task, p, against, opened=task.opened)
    )


def _task(belief: Belief, actions: Sequence[Action]) -> Task:
    """These actions with their setups, whoever may take them."""
    tree, model = belief.tree, belief.model
    at = {name: i for i, name in enumerate(tree.setups)}
    return Task(
        prior=belief.p,
        classes=model.classes,
        actions=tuple(act(belief, each, at) for each in actions),
        setups=setup_costs(tree, at),
        opened=frozenset(at[each] for each in belief.state.opened),
    )
