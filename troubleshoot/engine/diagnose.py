"""
Plans that find the cause: the least expected cost until one remedy class is left.

With certain answers a plan goes on until what is left lies in one remedy class, or
nothing that can be reached separates it. With noisy answers it ends as a session does:
where a class has reached the confidence, or what can be reached tells only slightly.
Of the time, the lower bound may take a quarter and the search for steps half of what is
left then; writing takes the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.engine.assurance import Assurance
from troubleshoot.engine.budget import Budget, Clock, Progress
from troubleshoot.engine.certain import Certain, Situation
from troubleshoot.engine.evidence import Noisy
from troubleshoot.engine.layers import ended, written
from troubleshoot.engine.lookahead import Lookahead
from troubleshoot.engine.policy_graph import Node, Policy, policy, ranked
from troubleshoot.engine.separate import Separation

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.engine.greedy import Greedy
    from troubleshoot.engine.task import Task

LOOKED = 1_000  # questions that the lower bound of noisy plans looks into, at most


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
    search = Separation(certain, budget, progress)
    search.run()
    nodes = _tree_of_sets(certain, search.greedy, search.step_in)
    lower = search.lower[search.root]
    return policy(certain.task, nodes, lower_bound=lower, expanded=budget.expanded)


def _tree_of_sets(
    certain: Certain, greedy: Greedy, step: Callable[[Situation], int | None]
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
    few = LOOKED if budget.nodes is None else min(LOOKED, budget.nodes // 4)
    ahead = Lookahead(noisy, _part(budget, 1 / 4, few))
    bound = ahead.run()
    rest = None if budget.nodes is None else budget.nodes - ahead.budget.expanded
    search = Assurance(noisy, _part(budget, 1 / 2, rest), progress)
    lower = max(bound, search.run())
    nodes = written(noisy, search.step, budget)
    expanded = ahead.budget.expanded + search.budget.expanded
    return policy(task, nodes, lower_bound=lower, expanded=expanded)


def _part(budget: Budget, share: float, nodes: int | None) -> Budget:
    """A budget for a part of the work, with a share of the time that is left."""
    if budget.until is None:
        return Budget(nodes, None, budget.clock)
    now = budget.clock()
    return Budget(nodes, now + share * (budget.until - now), budget.clock)
