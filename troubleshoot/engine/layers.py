"""
A noisy plan written out, one question after another.

Throughout this module:
    W   is P(cause, the situation is reached), shape (causes,); its sum is P(reached)

All situations after as many questions are a layer. Wrong answers lead to very many that
hardly ever happen, so those are made one where the same is asked next and the same may
still be asked: of the less likely in a layer those where the same class leads, too. The
plan then goes on as one who has forgotten what told them apart. That is a plan like any
other, and its figures are exact.

What is too much to write is ``unfinished``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.engine.evidence import SURE, Evidence
from troubleshoot.engine.policy_graph import Ending, Node, ranked

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.budget import Budget
    from troubleshoot.engine.evidence import Key, Noisy
    from troubleshoot.engine.task import Task

WRITTEN = (200, 20_000)  # questions of a noisy plan, at least and at most …
CELLS = 200_000_000  # … in between, so many that writing it looks at so many numbers
ANYHOW = 50  # nodes that are written although the time is over
UNLIKELY, RARE = 1e-3, 5e-5  # P(reached) below which situations are made one
NEVER = 1e-6  # P(reached) below which nothing is written
MENTIONED = 0.01  # a class that likely is one of those that are left

Edge: TypeAlias = tuple[int, int]


@dataclass(eq=False)
class _Draft:
    """A situation on its way to become a node, and the edges that lead to it."""

    situation: Evidence
    W: FloatArray
    into: list[Edge] = field(default_factory=list)
    question: int | None = None

    @property
    def reached(self) -> float:
        """P(the situation is reached)."""
        return float(self.W.sum())


def written(noisy: Noisy, steps: Mapping[Key, int], budget: Budget) -> list[Node]:
    """The policy, where the search knows no step the greedy one, the root first."""
    return _Writing(noisy, steps, budget).nodes()


def ended(task: Task, weights: FloatArray) -> Node:
    """The ending of a belief that nothing more is asked about."""
    kind, share = _ending(task, weights), weights / weights.sum()
    mass = np.bincount(task.classes, share)
    among = mass == mass.max() if kind == "found" else mass > MENTIONED
    return Node("ending", ending=kind, causes=ranked(share * among[task.classes]))


class _Writing:
    """A policy that is being written out."""

    def __init__(self, noisy: Noisy, steps: Mapping[Key, int], budget: Budget) -> None:
        self.noisy, self.task, self.steps = noisy, noisy.task, steps
        self.budget = budget
        self._nodes: list[Node] = []
        self._edges: list[list[Edge]] = []
        least, most = WRITTEN
        self._room = max(least, min(most, CELLS // max(1, noisy.L.size)))

    def nodes(self) -> list[Node]:
        """All of them, layer by layer."""
        layer = [_Draft(self.noisy.root, self.task.prior)]
        while layer:
            layer = self._merged(self._written(layer))
        return [
            Node(
                node.kind, node.step, node.ending, node.causes, tuple(edges), node.cost
            )
            for node, edges in zip(self._nodes, self._edges, strict=True)
        ]

    def _written(self, layer: list[_Draft]) -> list[_Draft]:
        """Make nodes of a layer, the likeliest first; what they lead to."""
        room = max(1, self._room // 2)  # leave half of it to what comes later
        after: list[_Draft] = []
        for draft in sorted(layer, key=lambda each: -each.reached):
            late = self.budget.is_late and len(self._nodes) >= ANYHOW
            if not late and self._question(draft) < 0:
                self._add(draft, ended(self.task, draft.W))
            elif late or room <= 0 or draft.reached < NEVER:
                self._add(draft, Node("ending", ending="unfinished"))
            else:
                after += self._asked(draft, self._question(draft))
                room, self._room = room - 1, self._room - 1
        return after

    def _question(self, draft: _Draft) -> int:
        """What to ask, -1 where the plan ends; worked out once."""
        if draft.question is None:
            found = self.steps.get(draft.situation.key)
            best = self.noisy.best
            draft.question = best(draft.situation) if found is None else found
        return draft.question

    def _asked(self, draft: _Draft, question: int) -> list[_Draft]:
        """Write a question; what its answers lead to."""
        _, minutes, parts = self.noisy.option(draft.situation, question)
        causes = ranked(draft.W)
        place = self._add(draft, Node("question", question, "", causes, (), minutes))
        rows = self.task.questions[question].likelihood
        return [_Draft(x, draft.W * rows[a], [(place, a)]) for a, _, x in parts]

    def _add(self, draft: _Draft, node: Node) -> int:
        place = len(self._nodes)
        self._nodes.append(node)
        self._edges.append([])
        for parent, answer in draft.into:
            self._edges[parent].append((answer, place))
            self._edges[parent].sort()
        return place

    def _merged(self, layer: Iterable[_Draft]) -> list[_Draft]:
        """The layer with fewer situations: equal ones, and unlikely ones, are one."""
        alike = _grouped((each.situation.key, each) for each in layer)
        for bound, grain in ((UNLIKELY, self._leading), (RARE, self._left)):
            alike = _grouped((self._grain(each, bound, grain), each) for each in alike)
        return alike

    def _grain(
        self, draft: _Draft, bound: float, grain: Callable[[Evidence], Hashable]
    ) -> Hashable:
        """Equal where they are made one: not what has ended or was searched."""
        key = draft.situation.key
        if draft.reached >= bound or key in self.steps or self.budget.is_late:
            return key
        question = self._question(draft)
        return key if question < 0 else (question, grain(draft.situation))

    def _leading(self, situation: Evidence) -> Hashable:
        leading = int(np.bincount(self.task.classes, situation.p).argmax())
        return leading, self._left(situation)

    def _left(self, situation: Evidence) -> Hashable:
        """What may still be asked, and what of its setups is open."""
        left = self.noisy.left(situation)
        setups = {self.task.questions[q].setup for q in left} - {-1}
        needed = frozenset[int]().union(*(self.task.chains[s] for s in setups))
        return left, situation.opened & needed


def _grouped(drafts: Iterable[tuple[Hashable, _Draft]]) -> list[_Draft]:
    """Those with equal keys as one, which believes what they do on average."""
    groups: dict[Hashable, list[_Draft]] = {}
    for key, draft in drafts:
        groups.setdefault(key, []).append(draft)
    return [_one(group) for group in groups.values()]


def _one(group: list[_Draft]) -> _Draft:
    first = group[0]
    if len(group) == 1:
        return first
    W: FloatArray = np.sum([each.W for each in group], axis=0)  # noqa: N806 - the legend's name
    into = [edge for each in group for edge in each.into]
    return _Draft(replace(first.situation, p=W / W.sum()), W, into)


def _ending(task: Task, weights: FloatArray) -> Ending:
    """What is said of a belief that nothing more is asked about."""
    mass = np.bincount(task.classes, weights) / weights.sum()
    leading = int(mass.argmax())
    left = np.flatnonzero(mass > MENTIONED)
    if leading == task.unknown_class:
        return "unknown"
    sure = mass[leading] >= task.confidence - SURE
    return "found" if sure or left.tolist() == [leading] else "narrowed"
