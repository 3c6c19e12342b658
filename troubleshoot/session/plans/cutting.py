"""
Which spots a sheet has room for: those of a plan that matter most, and some beside it.

A plan says nothing about "don't know": the sheet goes on there with the question that
tells most per minute of those that are left. What is beyond the limit is cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from troubleshoot.planner.policy import Ending, outcomes
from troubleshoot.planner.state import SURE, Evidence, Noisy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.policy import Node, Policy
    from troubleshoot.planner.task import Task


DONT_KNOW: Final = -1  # the edge of whoever cannot answer
DOUBT: Final = 0.05  # how often that is, to tell which spots are worth their space
ON_PLAN: Final = 0.85  # of the limit, at least, if the plan has so many steps

SheetEnding: TypeAlias = Ending | Literal["cut", "contradiction"]
Place: TypeAlias = int | str
"""A node of the plan, or what a spot beside it is called."""

CONTRADICTION: Final = "contradiction"


@dataclass(eq=False)
class Draft:
    """A spot while the sheet is being cut; edges lead to places."""

    kind: Literal["question", "action", "ending"]
    step: int
    ending: SheetEnding
    before: Evidence
    edges: list[tuple[int, Place]] = field(default_factory=list)
    node: int | None = None


class Cutting:
    """Which spots the sheet has room for."""

    def __init__(self, task: Task, policy: Policy, limit: int) -> None:
        self.task, self.nodes, self.limit = task, policy.nodes, max(1, limit)
        self.noisy = Noisy(task)
        self.gates = {gate for ask in task.questions for gate, _ in ask.only_if}
        self.drafts: dict[Place, Draft] = {}
        self._steps = 0

    def along_the_plan(self) -> None:
        """The steps of the plan that matter most, each under one that is in."""
        kept = self._kept()
        before: dict[int, Evidence] = {0: self.noisy.root}
        weights = {0: self.task.prior}
        for i in sorted(kept):
            node = self.nodes[i]
            self.drafts[i] = draft = Draft(
                node.kind, node.step, node.ending, before[i], node=i
            )
            self._contradicted(draft, {answer for answer, _ in node.edges})
            for answer, child in node.edges:
                within = child in kept or self.nodes[child].kind == "ending"
                draft.edges.append((answer, child if within else f"cut {child}"))
                arriving = weights[i] * outcomes(self.task, node)[answer]
                weights[child] = weights.get(child, 0.0) + arriving
                after = self._after(before[i], node, answer, weights[child])
                before[child] = _both(before.get(child, after), after)
        for child in before.keys() - kept:
            self.drafts[f"cut {child}"] = _cut(before[child])
        self._steps = sum(each.kind != "ending" for each in self.drafts.values())

    def _kept(self) -> set[int]:
        """
        Nodes of the plan that are in, from the root on.

        First come those where stopping would most often name the wrong remedy.
        """
        missed = [_missed(self.task, W) for W in _arriving(self.task, self.nodes)]
        room = self.limit if self.limit < 3 else round(self.limit * ON_PLAN)  # noqa: PLR2004 - too few to share
        kept: set[int] = set()
        waiting = [(-1.0, 0)]
        while waiting:
            _, i = heappop(waiting)
            node = self.nodes[i]
            if i in kept or (node.kind != "ending" and not room):
                continue
            kept.add(i)
            room -= node.kind != "ending"
            for _, child in node.edges:
                heappush(waiting, (-missed[child], child))
        return kept

    def _after(
        self, before: Evidence, node: Node, answer: int, weights: FloatArray
    ) -> Evidence:
        p = weights / weights.sum()
        if node.kind == "question":
            return self._told(before, node.step, answer, p)
        act = self.task.actions[node.step]
        opened = self.task.opened_after(act, before.opened)
        return Evidence(p, before.asked, opened, before.said)

    def _told(
        self, before: Evidence, question: int, answer: int, p: FloatArray
    ) -> Evidence:
        """The situation after an answer, or after "don't know"."""
        ask = self.task.questions[question]
        said = before.said
        if answer != DONT_KNOW and question in self.gates:
            said = tuple(sorted((*said, (question, answer))))
        opened = self.task.opened_after(ask, before.opened)
        return Evidence(p, before.asked | 1 << question, opened, said)

    def beside_the_plan(self) -> None:
        """Where "don't know" leads, the likeliest first, as far as there is room."""
        waiting: list[tuple[float, str]] = []
        arriving = _arriving(self.task, self.nodes)
        chances = [float(each.sum()) for each in arriving]
        for place, draft in list(self.drafts.items()):
            if draft.kind == "question" and isinstance(place, int):
                self._unknown(draft, chances[place] * DOUBT, waiting)
        while waiting:
            chance, place = heappop(waiting)
            draft = self.drafts[place]
            question = self.noisy.best(draft.before)
            if question < 0:
                draft.ending = _verdict(self.task, draft.before.p)
            elif self._steps < self.limit and draft.ending == "cut":
                self._steps += 1
                self._ask(draft, question, -chance, waiting)

    def _ask(
        self,
        draft: Draft,
        question: int,
        chance: float,
        waiting: list[tuple[float, str]],
    ) -> None:
        draft.kind, draft.step, draft.ending = "question", question, ""
        parts = self.noisy.option(draft.before, question).parts
        self._contradicted(draft, {answer for answer, _, _ in parts})
        for answer, p, part in parts:
            after = self._told(draft.before, question, answer, part.p)
            place = self._place(after, chance * p * (1 - DOUBT), waiting)
            draft.edges.append((answer, place))
        self._unknown(draft, chance * DOUBT, waiting)

    def _contradicted(self, draft: Draft, answers: set[int]) -> None:
        """Lead what no cause that is left can come to, to one ending."""
        if draft.kind == "ending":
            return
        every = {0, 1}
        if draft.kind == "question":
            every = set(range(len(self.task.questions[draft.step].likelihood)))
        for answer in sorted(every - answers):
            draft.edges.append((answer, CONTRADICTION))
            ending = Draft("ending", -1, CONTRADICTION, self.noisy.root)
            self.drafts[CONTRADICTION] = ending

    def _unknown(
        self, draft: Draft, chance: float, waiting: list[tuple[float, str]]
    ) -> None:
        after = self._told(draft.before, draft.step, DONT_KNOW, draft.before.p)
        draft.edges.append((DONT_KNOW, self._place(after, chance, waiting)))

    def _place(
        self, situation: Evidence, chance: float, waiting: list[tuple[float, str]]
    ) -> str:
        place = f"beside {situation.key!r}"
        if place not in self.drafts:
            self.drafts[place] = _cut(situation)
            heappush(waiting, (-chance, place))
        return place


def _verdict(task: Task, p: FloatArray) -> Ending:
    """What is said where nothing more is asked."""
    sure = np.bincount(task.classes, p).max() >= task.confidence - SURE
    return "found" if sure else "narrowed"


def _cut(situation: Evidence) -> Draft:
    return Draft("ending", -1, "cut", situation)


def _both(one: Evidence, other: Evidence) -> Evidence:
    """What holds whichever way led here; what was asked on either is asked no more."""
    return Evidence(
        other.p,
        one.asked | other.asked,
        one.opened & other.opened,
        tuple(sorted(set(one.said) & set(other.said))),
    )


def _missed(task: Task, weights: FloatArray) -> float:
    """P(a spot is reached, and the likeliest remedy class there is the wrong one)."""
    mass = np.bincount(task.classes, weights)
    return float(mass.sum() - mass.max())


def _arriving(task: Task, nodes: Sequence[Node]) -> Iterator[FloatArray]:
    """P(cause, the node is reached) of each node of the plan, shape (causes,)."""
    waiting: dict[int, FloatArray] = {0: task.prior}
    for i, node in enumerate(nodes):
        arrived = waiting.pop(i)
        yield arrived
        for answer, child in node.edges:
            arriving = arrived * outcomes(task, node)[answer]
            waiting[child] = waiting.get(child, 0.0) + arriving
