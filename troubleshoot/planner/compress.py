"""
A noisy plan written out, one question after another.

All situations after as many questions are a layer. Those in it that are equal are one,
and where they are too many to write, the unlikely ones are made one with others like
them: see ``forgetting``. That is a plan like any other, and its figures are exact.

What is too much to write is ``unfinished``.

Which of many situations a plan treats as one, so that it can be written down.

Wrong answers lead to very many situations that hardly ever happen. Some are kept, and
each of the others joins the nearest of them in which the same question comes next: the
plan goes on there like someone who has forgotten what told them apart. Near is where
little is forgotten: ``sum_c p(c) log2(p(c) / p'(c))`` bits, the relative entropy of
what is believed here to what is believed there. Kept are the likeliest, then those in
which most would be forgotten, times how likely they are.

What was asked in either is asked no more, so none joins another that has asked what
tells it ``MUCH``, as long as it finds one that has not. What finds none joins the
nearest whose next question it can be asked.

Source: Slonim & Tishby (1999), "Agglomerative information bottleneck", for the measure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from troubleshoot.inference.bayes import TINY, plogp
from troubleshoot.planner.policy import Ending, Node, ranked
from troubleshoot.planner.state import SURE, UNSAID, Crowd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.state import BoolArray, Crowds, Key
    from troubleshoot.planner.task import Budget, IntArray, Task


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
        size = max(1, crowds.noisy.table.likelihood.size)
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


MUCH = 0.4  # bits; a question that tells less may be given up
ROUNDS = 4  # in which those that are kept are chosen, as many each time
FAR = 6.0  # bits that what finds none to join counts as forgetting
TOGETHER = 1_000  # situations compared at once


class Forgetting:
    """What is made one in a crowd, of which ``chance`` is P(reached), shape (S,)."""

    def __init__(
        self, crowds: Crowds, crowd: Crowd, chance: FloatArray, questions: IntArray
    ) -> None:
        self.crowd, self.chance, self.questions = crowd, chance, questions
        left = crowds.left(crowd)
        self._setups = _any(left, crowds.needs)
        self._waits = crowds.waits
        self._next = np.zeros(left.shape, dtype=np.bool_)
        self._next[np.arange(len(crowd)), questions] = True
        self._matters = self._next | left & (crowds.noisy.gains(crowd.p) >= MUCH)
        self._joins = np.arange(len(crowd))
        self._forgotten = np.full(len(crowd), FAR)

    def joins(self, kept: int) -> IntArray:
        """
        The place of the one that each is made one with, or its own, (S,).

        ``kept`` is how many are kept, and no fewer than ``ROUNDS``.
        """
        is_kept = np.zeros(len(self.crowd), dtype=np.bool_)
        for _ in range(ROUNDS):
            loss = np.where(is_kept, -1.0, self.chance * self._forgotten)
            more = np.argsort(-loss, kind="stable")[: max(1, kept // ROUNDS)]
            is_kept[more] = True
            self._joins[more] = more
            self._approach(np.flatnonzero(~is_kept), more)
        self._matters = self._next
        alone = np.flatnonzero(~is_kept & (self._joins == np.arange(len(is_kept))))
        self._join_in_parts(alone, np.flatnonzero(is_kept))
        return self._joins

    def _approach(self, others: IntArray, kept: IntArray) -> None:
        """Let others join these, when the same comes next and they are nearer."""
        for question in np.unique(self.questions[kept]).tolist():
            near = kept[self.questions[kept] == question]
            self._join_in_parts(others[self.questions[others] == question], near)

    def _join_in_parts(self, others: IntArray, near: IntArray) -> None:
        for i in range(0, len(others), TOGETHER):
            self._join(others[i : i + TOGETHER], near)

    def _join(self, some: IntArray, near: IntArray) -> None:
        bits = np.where(self._may_join(some, near), self._bits(some, near), np.inf)
        nearest = bits.argmin(axis=1)
        least = bits[np.arange(len(some)), nearest]
        alone = self._joins[some] == some
        joined = np.isfinite(least) & (alone | (least < self._forgotten[some]))
        self._joins[some[joined]] = near[nearest[joined]]
        self._forgotten[some[joined]] = least[joined]

    def _bits(self, some: IntArray, near: IntArray) -> FloatArray:
        """Bits that each forgets in each, shape (some, near)."""
        p, believed = self.crowd.p[some], self.crowd.p[near]
        cross = p @ np.log2(believed + TINY).T
        return np.asarray(plogp(p).sum(axis=1)[:, None] - cross)

    def _may_join(self, some: IntArray, near: IntArray) -> BoolArray:
        """Where no question that matters is lost, and no setup, (some, near)."""
        asked, matters = self.crowd.asked, self._matters
        lost = _both(matters[some], asked[near]) | _both(asked[some], matters[near])
        opened, needed = self.crowd.opened, self._setups[near]
        lost |= _both(~opened[some], needed & opened[near])
        lost |= _both(opened[some], needed & ~opened[near])
        said, waits = self.crowd.said, _any(matters, self._waits)
        for gate in np.flatnonzero(waits.any(axis=0)).tolist():
            differ = said[some, None, gate] != said[near, gate]
            lost |= differ & (waits[some, None, gate] | waits[near, gate])
        return np.asarray(~lost)


def made_one(crowd: Crowd, chance: FloatArray, joins: IntArray) -> Crowd:
    """
    The crowd in which each that is joined believes what all of them do on average.

    What was asked in any was asked; open is what is in all, said what was in all.
    """
    weight = np.zeros_like(crowd.p)
    np.add.at(weight, joins, crowd.p * chance[:, None])
    asked, opened, said = crowd.asked.copy(), crowd.opened.copy(), crowd.said.copy()
    np.logical_or.at(asked, joins, crowd.asked)
    np.logical_and.at(opened, joins, crowd.opened)
    rows, gates = np.nonzero(crowd.said != crowd.said[joins])
    said[joins[rows], gates] = UNSAID
    p, alone = crowd.p.copy(), np.bincount(joins, minlength=len(joins)) == 1
    several = np.unique(joins[~alone[joins]])
    p[several] = weight[several] / weight[several].sum(axis=1)[:, None]
    return Crowd(p, asked, opened, said)


def _any(which: BoolArray, has: BoolArray) -> BoolArray:
    """Whether any of those in each row has it: (S, Q) and (Q, X) to (S, X)."""
    return np.asarray(which.astype(np.float32) @ has.astype(np.float32) > 0)


def _both(one: BoolArray, other: BoolArray) -> BoolArray:
    """Whether two rows have something in common: (S, X) and (N, X) to (S, N)."""
    return _any(one, other.T)
