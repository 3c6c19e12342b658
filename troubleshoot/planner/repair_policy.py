"""A policy of repair written out as a graph, as far as it is worth writing."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeAlias

from troubleshoot.planner.policy import Node, ranked
from troubleshoot.planner.repair_state import IMPOSSIBLE
from troubleshoot.planner.task import ones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.repair_search import RepairSearch
    from troubleshoot.planner.repair_state import Key, RepairState
    from troubleshoot.planner.task import Budget


WRITTEN = (2_000, 20_000)  # nodes of a plan, at least and at most …
CELLS = 5_000_000  # … in between, so many that they hold so many numbers

Order: TypeAlias = tuple[int, ...] | None


def written(search: RepairSearch, budget: Budget) -> Iterator[list[Node]]:
    """
    The policy that a search has found, the root first.

    If it had to be cut off, then also the run of actions at the root, which is short.
    """
    found = _Writing(search, budget)
    yield found.nodes_of_all()
    if found.waiting:
        yield _Writing(search, budget, is_run=True).nodes_of_all()


@dataclass(eq=False)
class _Writing:
    """
    A policy being written out; each situation met on the way has one node.

    ``waiting`` is a heap of nodes to be written, the most probable first, each with
    its situation and the actions to go on with, None where that is still to be chosen.
    When there are too many, what is left hands over at once, if that has a price;
    otherwise it is unfinished. ``is_run`` takes the actions alone, without a question.
    """

    search: RepairSearch
    budget: Budget
    is_run: bool = False
    nodes: list[Node] = field(default_factory=list)
    numbers: dict[Key, int] = field(default_factory=dict)
    waiting: list[tuple[float, int, RepairState, Order]] = field(default_factory=list)

    def nodes_of_all(self) -> list[Node]:
        """All nodes, the root first."""
        task, (least, most) = self.search.steps.task, WRITTEN
        run = 2 * len(task.actions) + 2  # one of all actions is never too long
        limit = max(least, run, min(most, CELLS // len(task.prior)))
        self._number(self.search.steps.start, None, 1.0)
        while self.waiting and len(self.nodes) < limit:
            if not self.is_run and self.budget.is_late:
                break
            chance, i, situation, order = heappop(self.waiting)
            self.nodes[i] = self._node(situation, order, -chance)
        for _, i, situation, _ in self.waiting:
            self.nodes[i] = self._cut_off(situation)
        return self.nodes

    def _number(self, s: RepairState, order: Order, chance: float) -> int:
        if s.key not in self.numbers:
            self.numbers[s.key] = self._added(Node("ending"))
            heappush(self.waiting, (-chance, self.numbers[s.key], s, order))
        return self.numbers[s.key]

    def _added(self, node: Node) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _node(self, s: RepairState, order: Order, chance: float) -> Node:
        steps, state = self.search.steps, self.search.nodes.get(s.key)
        if state and state.choice and not self.is_run:
            return self._step(s, state.choice.step, None, chance)
        order = self._actions(s, order)
        if order:
            return self._step(s, order[0], order[1:], chance)
        if steps.task.escalation is None and s.left:
            # All actions wait for something: the cheapest step may open the way.
            free = steps.free(s)
            gentle = free & ~steps.irreversible
            ready = list(ones(free & steps.questions or gentle or free))
            cheapest = min(ready, key=lambda step: steps.minutes(step, s.opened))
            return self._step(s, cheapest, None, chance)
        return self._handed_over(s)

    def _cut_off(self, s: RepairState) -> Node:
        if self.search.steps.task.escalation is not None or not s.left:
            return self._handed_over(s)
        rest, causes = self.search.steps.task.everything, self._causes(s.p)
        return Node("ending", ending="unfinished", causes=causes, rest=rest)

    def _handed_over(self, s: RepairState) -> Node:
        cost = self.search.steps.task.escalation or 0.0
        return Node("ending", ending="escalate", causes=self._causes(s.p), cost=cost)

    def _actions(self, s: RepairState, order: Order) -> tuple[int, ...]:
        """The actions to go on with, from the first one that is still useful."""
        at = next((i for i, a in enumerate(order or ()) if s.left >> a & 1), None)
        if order is not None and at is not None:
            return order[at:]
        if order is None or self.search.steps.task.escalation is None:
            return self.search.bounds.run(s)[1]
        return ()

    def _step(self, s: RepairState, step: int, order: Order, chance: float) -> Node:
        steps = self.search.steps
        edges = [
            (answer, self._number(after, order, chance * share))
            for answer, share, after in steps.outcomes(s, step)
        ]
        is_action = step >= len(steps.rows)
        # One that is tried for what it opens may fix nothing.
        if is_action and float(s.p @ steps.fixes(step)) > IMPOSSIBLE:
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
