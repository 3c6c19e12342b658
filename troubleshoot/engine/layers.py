"""
A noisy plan written out, one question after another.

All situations after as many questions are a layer. Those in it that are equal are one,
and where they are too many to write, the unlikely ones are made one with others like
them: see ``forgetting``. That is a plan like any other, and its figures are exact.

What is too much to write is ``unfinished``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from troubleshoot.engine.evidence import SURE
from troubleshoot.engine.forgetting import Forgetting, made_one
from troubleshoot.engine.policy_graph import Ending, Node, ranked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.budget import Budget
    from troubleshoot.engine.crowd import Crowd, Crowds
    from troubleshoot.engine.evidence import BoolArray, Key
    from troubleshoot.engine.task import IntArray, Task

WRITTEN = (200, 40_000)  # questions of a noisy plan, at least and at most …
CELLS = 400_000_000  # … in between, so many that writing it looks at so many numbers
KEPT = 1 / 40  # of those left that a layer may have before unlikely ones are made one
HURRIED = 20  # questions that a layer may have when the time is over
HALF = 0.5  # of the belief; more than all the rest together
MENTIONED = 0.01  # a class that likely is one of those that are left


class Layer(NamedTuple):
    """
    Situations on their way to become nodes, and the edges that lead to them.

    ``chance`` is P(reached), (S,); edges are arrays (N,): ``to`` which situation,
    ``parent`` from which node, ``answer`` by which answer.
    """

    crowd: Crowd
    chance: FloatArray
    to: IntArray
    parent: IntArray
    answer: IntArray

    def joined(self, crowd: Crowd, first: IntArray) -> Layer:
        """The same with those that are made one with the ``first`` of them, (S,)."""
        kept, place = np.unique(first, return_inverse=True)
        place = place.reshape(-1)
        chance = np.bincount(place, self.chance, len(kept)).astype(np.float64)
        return self._replace(crowd=crowd.at(kept), chance=chance, to=place[self.to])


def written(crowds: Crowds, steps: Mapping[Key, int], budget: Budget) -> list[Node]:
    """The policy, where the search knows no step the greedy one, the root first."""
    return _Writing(crowds, steps, budget).nodes()


def ended(task: Task, weights: FloatArray) -> Node:
    """The ending of a belief that nothing more is asked about."""
    kind, share = _ending(task, weights), weights / weights.sum()
    mass = np.asarray(np.bincount(task.classes, share), dtype=np.float64)
    if kind == "found":
        mass[task.unknown_class] = 0.0
    among = mass == mass.max() if kind == "found" else _mentioned(mass)
    return Node("ending", ending=kind, causes=ranked(share * among[task.classes]))


class _Writing:
    """A policy that is being written out."""

    def __init__(
        self, crowds: Crowds, steps: Mapping[Key, int], budget: Budget
    ) -> None:
        self.crowds, self.task, self.steps = crowds, crowds.task, steps
        self.budget = budget
        self._nodes: list[Node] = []
        self._edges: list[list[tuple[int, int]]] = []
        least, most = WRITTEN
        size = max(1, crowds.noisy.L.size)
        self._room = max(least, min(most, CELLS // size))

    def nodes(self) -> list[Node]:
        """All of them, layer by layer."""
        nowhere = np.zeros(0, dtype=np.intp)
        layer: Layer | None = Layer(
            self.crowds.root, np.ones(1), nowhere, nowhere, nowhere
        )
        while layer is not None:
            layer = self._written(layer)
        return [
            replace(node, edges=tuple(sorted(edges)))
            for node, edges in zip(self._nodes, self._edges, strict=True)
        ]

    def _written(self, layer: Layer) -> Layer | None:
        """Make nodes of a layer; what they lead to, None when all has ended."""
        layer = layer.joined(layer.crowd, self.crowds.same(layer.crowd))
        layer, questions = self._forgotten(layer, self._questions(layer.crowd))
        asked = self._asked(layer, questions)
        places = [
            self._add(layer.crowd, i, question, asked=bool(asked[i]))
            for i, question in enumerate(questions.tolist())
        ]
        edges = zip(*(x.tolist() for x in layer[2:]), strict=True)
        for to, parent, answer in edges:
            self._edges[parent].append((answer, places[to]))
        if not asked.any():
            return None
        return self._after(layer, questions, asked, np.array(places))

    def _questions(self, crowd: Crowd) -> IntArray:
        """What to ask in each, -1 where the plan ends, (S,)."""
        questions = self.crowds.best(crowd)
        for i in range(len(crowd) if self.steps else 0):
            questions[i] = self.steps.get(self.crowds.one(crowd, i).key, questions[i])
        return questions

    def _forgotten(self, layer: Layer, questions: IntArray) -> tuple[Layer, IntArray]:
        """The layer in which unlikely situations that go on are made one."""
        on, kept = np.flatnonzero(questions >= 0), self._kept
        if len(on) <= kept:
            return layer, questions
        some, chance, next_ = layer.crowd.at(on), layer.chance[on], questions[on]
        joins = Forgetting(self.crowds, some, chance, next_).joins(kept)
        first = np.arange(len(questions))
        first[on] = on[joins]
        crowd = made_one(layer.crowd, layer.chance, first)
        joined = layer.joined(crowd, first)
        places, size = np.unique(first, return_counts=True)
        several = np.flatnonzero(size > 1)
        questions = questions[places]
        questions[several] = self._again(joined.crowd.at(several), questions[several])
        return joined, questions

    @property
    def _kept(self) -> int:
        """How many situations of a layer may go on, beside those that join none."""
        if self.budget.is_late:
            return HURRIED
        return max(HURRIED, round(self._room * KEPT))

    def _again(self, crowd: Crowd, questions: IntArray) -> IntArray:
        """What to ask where several are one: the same, as long as that can be."""
        best, here = self.crowds.best(crowd), self.crowds.offered(crowd)
        can = here.available[np.arange(len(crowd)), questions] & (best >= 0)
        return np.where(can, questions, best)

    def _asked(self, layer: Layer, questions: IntArray) -> BoolArray:
        """Where the question is written: the likeliest, as far as there is room."""
        room = max(1, self._room // 2)  # leave half of it to what comes later
        if self._nodes and self.budget.is_overdue:
            room = 0
        likeliest = np.argsort(-layer.chance, kind="stable")
        written = likeliest[questions[likeliest] >= 0][:room]
        self._room -= len(written)
        asked = np.zeros(len(questions), dtype=np.bool_)
        asked[written] = True
        return asked

    def _add(self, crowd: Crowd, i: int, question: int, *, asked: bool) -> int:
        """Write a situation; its place among the nodes."""
        if question < 0:
            node = ended(self.task, crowd.p[i])
        elif not asked:
            node = Node("ending", ending="unfinished", rest=self._rest(crowd, i))
        else:
            one = crowd.at(slice(i, i + 1))
            minutes = float(self.crowds.minutes(one)[0, question])
            node = Node("question", question, "", ranked(crowd.p[i]), (), minutes)
        self._nodes.append(node)
        self._edges.append([])
        return len(self._nodes) - 1

    def _rest(self, crowd: Crowd, i: int) -> float:
        """Minutes of all that may still be asked."""
        one = crowd.at(slice(i, i + 1))
        left = self.crowds.left(one)[0]
        setups = self.crowds.needs[left].any(axis=0) & ~one.opened[0]
        paid = sum(self.task.setups[s][0] for s in np.flatnonzero(setups).tolist())
        asks = self.task.questions
        return sum(asks[q].cost for q in np.flatnonzero(left).tolist()) + paid

    def _after(
        self, layer: Layer, questions: IntArray, asked: BoolArray, places: IntArray
    ) -> Layer:
        """What the questions that were written lead to."""
        after = self.crowds.after(layer.crowd.at(asked), questions[asked])
        chance = layer.chance[asked][after.parent] * after.chance
        parent = places[asked][after.parent]
        to = np.arange(len(after.crowd))
        return Layer(after.crowd, chance, to, parent, after.answer)


def _mentioned(mass: FloatArray) -> BoolArray:
    """Classes worth naming; all, where these are together no likelier than the rest."""
    likely = mass > MENTIONED
    return likely if mass[likely].sum() > HALF else np.asarray(mass > 0)


def _ending(task: Task, weights: FloatArray) -> Ending:
    """What is said of a belief that nothing more is asked about."""
    mass = np.bincount(task.classes, weights) / weights.sum()
    unknown, mass[task.unknown_class] = float(mass[task.unknown_class]), 0.0
    if unknown > HALF + SURE:
        return "unknown"
    alone = np.count_nonzero(mass > MENTIONED) == 1 and mass.max() > HALF + SURE
    sure = mass.max() >= max(task.confidence - SURE, unknown)
    return "found" if sure or alone else "narrowed"
