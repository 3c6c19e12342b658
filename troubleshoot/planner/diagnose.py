"""
Plans that find the cause: the least expected cost until one remedy class is left.

With certain answers a plan goes on until what is left lies in one remedy class, or
nothing that can be reached separates it. With noisy answers it ends as a session does:
where a class has reached the confidence, or what can be reached tells only slightly.
Of the time, or the situations to look into, the lower bound may take a quarter, the
search through all orders an eighth of what is left then, and the search for better
first questions two thirds of that; of the time, writing takes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.planner.branch_and_bound import BeliefGraph, BranchAndBound, SetGraph
from troubleshoot.planner.certain import Certain, SetState
from troubleshoot.planner.compress import ended, written
from troubleshoot.planner.lookahead import Lookahead
from troubleshoot.planner.policy import Node, Policy, policy, ranked
from troubleshoot.planner.rollout import Rollout
from troubleshoot.planner.state import Noisy
from troubleshoot.planner.task import Budget, Clock, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.planner.certain import Greedy
    from troubleshoot.planner.task import Task


# Situations when nothing is limited, for the lower bound and for better questions: more
# of them, a tighter gap and a longer wait; see `python benchmarks/plans.py --trees`.
LOOKED, ROLLED = 1_000, 20_000


def diagnose(
    task: Task,
    *,
    nodes: int | None = None,
    seconds: float | None = None,
    clock: Clock = lambda: 0.0,
    progress: Progress | None = None,
) -> Policy:
    """
    The best plan that the budget finds, with a lower bound that is always true.

    ``nodes`` is how many situations may be looked at, and the plan depends on nothing
    else. ``seconds`` are those of the ``clock``, which is not read without them.
    ``progress`` is called now and then with the situations and both bounds.
    """
    budget = Budget.of(nodes, seconds, clock)
    certain = Certain.of(task)
    if certain is None:
        return _noisy(task, budget, progress)
    return _certain(certain, budget, progress)


def greedy(task: Task) -> Policy:
    """The plan that always asks what tells most per minute."""
    return diagnose(task, nodes=0)


def _certain(certain: Certain, budget: Budget, progress: Progress | None) -> Policy:
    graph = SetGraph(certain)
    search = BranchAndBound(graph, budget, progress)
    lower = search.run()
    nodes = _tree_of_sets(
        certain, graph.greedy, lambda situation: search.step.get(graph.key(situation))
    )
    return policy(certain.task, nodes, lower_bound=lower, expanded=budget.expanded)


def _tree_of_sets(
    certain: Certain, greedy: Greedy, step: Callable[[SetState], int | None]
) -> list[Node]:
    """The policy from the root down, where the search knows no step the greedy one."""
    waiting = [certain.root]
    nodes = []
    for situation in waiting:  # grows
        chosen = step(situation)
        question = greedy.step(situation) if chosen is None else chosen
        minutes, parts = greedy.option(situation, question)
        # Certain answers part the causes, so that no two ways lead to one situation.
        edges = tuple((a, len(waiting) + i) for i, (a, _) in enumerate(parts))
        waiting += [part for _, part in parts]
        weights = certain.belief(situation.live)
        if question < 0:
            nodes.append(ended(certain.task, weights))
        else:
            causes = ranked(weights)
            nodes.append(Node("question", question, "", causes, edges, minutes))
    return nodes


def _noisy(task: Task, budget: Budget, progress: Progress | None) -> Policy:
    noisy = Noisy(task)
    ahead = Lookahead(noisy, part := budget.part(1 / 4, unlimited=LOOKED))
    lower = ahead.run()
    budget.resumed(part)
    search = BranchAndBound(BeliefGraph(noisy), part := budget.part(1 / 8), progress)
    lower = max(lower, search.run())
    budget.resumed(part)
    better = search.step
    if not search.is_closed:
        part = budget.part(2 / 3, unlimited=ROLLED)
        rollout = Rollout(noisy, part, progress, lower)
        better = rollout.run()
        budget.resumed(part)
    # Where the search ended early it may have been led astray, which shows now.
    ways = [better] if search.is_closed or not better else [better, {}]
    if budget.is_late:
        del ways[1:]
    found = [
        policy(task, nodes, lower_bound=lower, expanded=budget.expanded)
        for nodes in (written(noisy, steps, budget) for steps in ways)
    ]
    return min(found, key=lambda each: each.finished_cost)
