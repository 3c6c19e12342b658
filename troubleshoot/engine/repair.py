"""
The plan of least expected cost of repair.

Throughout this module:
    p   is a belief over kinds of causes, shape (kinds,)
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

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from troubleshoot.engine.budget import Budget, Clock, Progress
from troubleshoot.engine.policy_graph import Node, Policy, policy, ranked
from troubleshoot.engine.repair_search import Search
from troubleshoot.engine.repair_steps import Situation, Steps

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.repair_steps import Key
    from troubleshoot.engine.task import Task

OFTEN = 100  # situations between two reports of progress

Order: TypeAlias = tuple[int, ...] | None


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
        nodes: how many situations to look into at most.
        seconds: how long to search at most, by ``clock``.
        clock: the time in seconds, read only if these are limited.
        progress: told now and then: situations looked into, and both bounds.
    """
    search, budget = Search(Steps.of(task)), Budget.of(nodes, seconds, clock)
    while not search.is_done and budget.take():
        search.trial()
        if progress and not search.expanded % OFTEN:
            progress(search.expanded, search.root.lower, search.root.upper)
    return policy(
        task,
        _Written(search).out(),
        lower_bound=search.root.lower,
        expanded=search.expanded,
    )


@dataclass(eq=False)
class _Written:
    """
    A policy being written out; each situation met on the way has one node.

    ``waiting`` holds nodes to be written, each with its situation and the actions to
    go on with, None where that is still to be chosen.
    """

    search: Search
    nodes: list[Node] = field(default_factory=list)
    numbers: dict[Key, int] = field(default_factory=dict)
    waiting: list[tuple[int, Situation, Order]] = field(default_factory=list)

    def out(self) -> list[Node]:
        """All nodes, the root first."""
        self._number(self.search.steps.start, None)
        while self.waiting:
            i, situation, order = self.waiting.pop()
            self.nodes[i] = self._node(situation, order)
        return self.nodes

    def _number(self, s: Situation, order: Order) -> int:
        if s.key not in self.numbers:
            self.numbers[s.key] = self._added(Node("ending"))
            self.waiting.append((self.numbers[s.key], s, order))
        return self.numbers[s.key]

    def _added(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _node(self, s: Situation, order: Order) -> Node:
        state = self.search.states.get(s.key)
        if state and state.choice:
            return self._step(s, state.choice.step, None)
        order = self._actions(s, order)
        if order:
            return self._step(s, order[0], order[1:])
        if self.search.steps.task.escalation is None and s.left:
            return self._step(s, self._opening(s), None)
        cost = self.search.steps.task.escalation or 0.0
        return Node("ending", ending="escalate", causes=self._causes(s.p), cost=cost)

    def _actions(self, s: Situation, order: Order) -> tuple[int, ...]:
        """The actions to go on with; those that became useless are left out."""
        useful = tuple(a for a in order or () if s.left >> a & 1)
        last_resort = self.search.steps.task.escalation is None
        if order is None or (last_resort and not useful):
            return self.search.bounds.run(s)[1]
        return useful

    def _opening(self, s: Situation) -> int:
        """The cheapest question, where all actions wait for answers."""
        steps = self.search.steps
        ready = [q for q in steps.ready(s.left) if q < len(steps.rows)]
        return min(ready, key=lambda q: steps.minutes(q, s.opened))

    def _step(self, s: Situation, step: int, order: Order) -> Node:
        steps = self.search.steps
        edges = [
            (answer, self._number(after, order))
            for answer, _, after in steps.outcomes(s, step)
        ]
        is_action = step >= len(steps.rows)
        if is_action:
            causes = self._causes(s.p * steps.fixes(step))
            edges.append(
                (1, self._added(Node("ending", ending="fixed", causes=causes)))
            )
        return Node(
            kind="action" if is_action else "question",
            step=step - len(steps.rows) if is_action else step,
            causes=self._causes(s.p),
            edges=tuple(edges),
            cost=steps.minutes(step, s.opened),
        )

    def _causes(self, p: FloatArray) -> tuple[int, ...]:
        return ranked(self.search.steps.causes(p))
