"""
Plans that find the cause: the least expected cost until one remedy class is left.

With certain answers a plan goes on until what is left lies in one remedy class, or
nothing that can be reached separates it. With noisy answers it ends as a session does:
where a class has reached the confidence, or nothing that can be reached tells anything.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.budget import Budget, Clock, Progress
from troubleshoot.engine.certain import Certain, Situation
from troubleshoot.engine.evidence import SURE, Assurance, Evidence, Key, Noisy
from troubleshoot.engine.policy_graph import Ending, Node, Policy, policy, ranked
from troubleshoot.engine.separate import Greedy, Separation

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.task import Task

WRITTEN = (200, 20_000)  # nodes of a noisy plan, at least and at most …
CELLS = 1_000_000_000  # … in between, so many that writing it looks at so many numbers
MENTIONED = 0.01  # a class that likely is one of those that are left


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
    places = {certain.root: 0}
    waiting = [certain.root]
    nodes = []
    for situation in waiting:  # grows
        chosen = step(situation)
        question = greedy.step(situation) if chosen is None else chosen
        minutes, parts = greedy.option(situation, question)
        for _, part in parts:
            if part not in places:
                places[part] = len(waiting)
                waiting.append(part)
        edges = tuple((answer, places[part]) for answer, part in parts)
        weights = certain.belief(situation.live)
        nodes.append(_node(certain.task, weights, question, edges, minutes))
    return nodes


def _noisy(task: Task, budget: Budget, progress: Progress | None) -> Policy:
    noisy = Noisy(task)
    search = Assurance(noisy, budget, progress)
    lower = search.run()
    nodes = _tree_of_evidence(noisy, search.step)
    return policy(task, nodes, lower_bound=lower, expanded=budget.expanded)


def _tree_of_evidence(noisy: Noisy, steps: dict[Key, int]) -> list[Node]:
    """
    The policy written out, the most probable situations first.

    When they become too many, what is left to write is ``unfinished``.
    """
    affordable = _affordable(noisy)
    index: dict[Key, int] = {noisy.root.key: 0}
    nodes: list[Node] = [_unfinished(noisy.root)]
    waiting: list[tuple[float, int, Evidence]] = [(-1.0, 0, noisy.root)]
    while waiting and len(nodes) < affordable:
        chance, i, situation = heappop(waiting)
        question = steps.get(situation.key)
        question = noisy.best(situation) if question is None else question
        edges, minutes = [], 0.0
        if question >= 0:
            _, minutes, parts = noisy.option(situation, question)
            for answer, p, part in parts:
                if part.key not in index:
                    index[part.key] = len(nodes)
                    heappush(waiting, (chance * p, len(nodes), part))
                    nodes.append(_unfinished(part))
                edges.append((answer, index[part.key]))
        nodes[i] = _node(noisy.task, situation.p, question, tuple(edges), minutes)
    for _, i, situation in waiting:
        if noisy.best(situation) < 0:
            nodes[i] = _node(noisy.task, situation.p, -1, (), 0.0)
    return nodes


def _affordable(noisy: Noisy) -> int:
    least, most = WRITTEN
    return max(least, min(most, CELLS // max(1, noisy.L.size)))


def _unfinished(situation: Evidence) -> Node:
    return Node("ending", ending="unfinished", causes=ranked(situation.p))


def _node(
    task: Task,
    weights: FloatArray,
    question: int,
    edges: tuple[tuple[int, int], ...],
    minutes: float,
) -> Node:
    if question < 0:
        return Node("ending", ending=_ending(task, weights), causes=ranked(weights))
    return Node("question", question, "", ranked(weights), edges, minutes)


def _ending(task: Task, weights: FloatArray) -> Ending:
    """What is said of a belief that nothing more is asked about."""
    mass = np.bincount(task.classes, weights) / weights.sum()
    leading = int(mass.argmax())
    left = np.flatnonzero(mass > MENTIONED)
    if leading == task.unknown_class:
        return "unknown"
    sure = mass[leading] >= task.confidence - SURE
    return "found" if sure or left.tolist() == [leading] else "narrowed"
