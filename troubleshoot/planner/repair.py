"""
The plan of least expected cost of repair.

Throughout this module:
    E   is the cost of handing over in minutes, None where it is the last resort

What counts:
    - A repair ends when an action has fixed, or by handing over. With a price E that
      competes with every step; without, it is free, but only once no action is left
      that may fix what is possible (if the answers it waits for can still be given).
    - Every step is taken once at most. Its setups are paid when first needed.
    - An irreversible action is tried only where no reversible step has positive value:
      where no plan of reversible steps alone is cheaper than handing over at once.
      Without E, where no reversible action is left that may fix.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.planner.policy import Policy, policy
from troubleshoot.planner.repair_policy import written
from troubleshoot.planner.repair_search import RepairSearch
from troubleshoot.planner.repair_state import Steps
from troubleshoot.planner.rollout import sketch
from troubleshoot.planner.task import Budget, Clock, Progress

if TYPE_CHECKING:
    from troubleshoot.planner.task import Task


OFTEN = 100  # situations between two reports of progress
SEARCHING = 0.7  # of the seconds; the rest is for writing


def repair(
    task: Task,
    *,
    nodes: int | None = None,
    seconds: float | None = None,
    clock: Clock = lambda: 0.0,
    progress: Progress | None = None,
) -> Policy:
    """
    The policy of least expected cost of repair, or the best one the budget allows.

    Questions, actions, setups and handing over compete in one search, so a question is
    asked only where it pays for itself. The same task and ``nodes`` give the same
    policy; its lower bound is true at every budget.

    Args:
        task: the situation to plan from.
        nodes: how many situations to look into at most, after a first policy.
        seconds: how long it may take, by ``clock``; the last step ends a little late.
        clock: the time in seconds, read only if these are limited.
        progress: told now and then: situations looked into, and both bounds.
    """
    budget = Budget.of(nodes, None if seconds is None else SEARCHING * seconds, clock)
    whole = Budget.of(None, seconds, clock)
    search = RepairSearch(Steps.of(task))
    sketch(search, nodes=nodes, is_late=lambda: budget.is_late)
    while not search.is_done and budget.take():
        search.trial()
        if progress and not search.expanded % OFTEN:
            progress(search.expanded, search.root.lower, search.root.upper)
    lower, expanded = search.root.lower, search.expanded
    found = [
        policy(task, nodes, lower_bound=lower, expanded=expanded)
        for nodes in written(search, whole)
    ]
    return min(found, key=lambda each: each.finished_cost)
