"""
A noisy plan written out, in which states that are much alike are one.

All states after as many questions are a level. Those in it that are equal are one node.
Wrong answers lead to very many states that hardly ever happen; where there are too many
to write, some are kept, and each of the others joins the nearest of them in which the
same question comes next: the plan goes on there like someone who does not know any more
what told them apart, and what is as good as known there goes by what is believed then.
Near is where little is lost: ``sum_c p(c) log2(p(c) / p'(c))`` bits, the relative
entropy of what is believed here to what is believed there. Kept are the likeliest, then
those in which most would be lost, times how likely they are. That is a plan like any
other, and its figures are exact.

What was asked in either is asked no more, so none joins another that has asked what
tells it ``MUCH``, as long as it finds one that has not. What finds none joins the
nearest whose next question it can be asked. What is too much to write is
``unfinished``.

Source: Slonim & Tishby (1999), "Agglomerative information bottleneck", for the measure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from troubleshoot.inference.bayes import HALF, RULED_OUT, TINY, plogp, worth_naming
from troubleshoot.planner.policy import Ending, Node, ranked
from troubleshoot.planner.standing import SURE
from troubleshoot.planner.state import BeliefStates, first_equal
from troubleshoot.planner.task import UNSAID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.state import BoolArray, Key, Noisy
    from troubleshoot.planner.task import Budget, IntArray, Task


WRITTEN = (200, 40_000)  # questions of a noisy plan, at least and at most …
CELLS = 400_000_000  # … in between, so many that writing it looks at so many numbers
# What halving or doubling these changes: `python benchmarks/constants.py compress`.
KEPT = 1 / 40  # of those left that a level may have before unlikely ones are made one
HURRIED = 20  # questions that a level may have when the time is over
# What halving or doubling these changes: `python benchmarks/constants.py compress`.
MUCH = 0.4  # bits; a question that tells less may be given up
ROUNDS = 4  # in which those that are kept are chosen, as many each time
FAR = 6.0  # bits that what finds none to join counts as losing
TOGETHER = 1_000  # states compared at once


class Level(NamedTuple):
    """
    Situations on their way to become nodes, and the edges that lead to them.

    ``chance`` is P(reached), (S,); edges are arrays (N,): ``to`` which situation,
    ``parent`` from which node, ``answer`` by which answer.
    """

    states: BeliefStates
    chance: FloatArray
    to: IntArray
    parent: IntArray
    answer: IntArray

    def joined(self, states: BeliefStates, first: IntArray) -> Level:
        """The same with those that are made one with the ``first`` of them, (S,)."""
        kept, place = np.unique(first, return_inverse=True)
        place = place.reshape(-1)
        chance = np.bincount(place, self.chance, len(kept)).astype(np.float64)
        return self._replace(states=states.at(kept), chance=chance, to=place[self.to])


def written(noisy: Noisy, steps: Mapping[Key, int], budget: Budget) -> list[Node]:
    """The policy, where the search knows no step the greedy one, the root first."""
    return _Writing(noisy, steps, budget).nodes()


def ended(task: Task, weights: FloatArray) -> Node:
    """The ending of a belief that nothing more is asked about."""
    kind, share = _ending(task, weights), weights / weights.sum()
    mass = np.asarray(np.bincount(task.classes, share), dtype=np.float64)
    if kind == "found":
        mass[task.unknown_class] = 0.0
        among = mass == mass.max()
    else:
        among = worth_naming(mass)
    return Node("ending", ending=kind, causes=ranked(share * among[task.classes]))


class _Writing:
    """A policy that is being written out."""

    def __init__(self, noisy: Noisy, steps: Mapping[Key, int], budget: Budget) -> None:
        self.noisy, self.task, self.steps = noisy, noisy.task, steps
        self.budget = budget
        self._nodes: list[Node] = []
        self._edges: list[list[tuple[int, int]]] = []
        least, most = WRITTEN
        size = max(1, noisy.table.likelihood.size)
        self._room = max(least, min(most, CELLS // size))

    def nodes(self) -> list[Node]:
        """All of them, level by level."""
        nowhere = np.zeros(0, dtype=np.intp)
        level: Level | None = Level(
            self.noisy.root, np.ones(1), nowhere, nowhere, nowhere
        )
        while level is not None:
            level = self._written(level)
        return [
            replace(node, edges=tuple(sorted(edges)))
            for node, edges in zip(self._nodes, self._edges, strict=True)
        ]

    def _written(self, level: Level) -> Level | None:
        """Make nodes of a level; what they lead to, None when all has ended."""
        level = level.joined(level.states, first_equal(level.states.rows))
        level, questions = self._lost(level, self._questions(level.states))
        asked = self._asked(level, questions)
        places = [
            self._add(level.states, i, question, asked=bool(asked[i]))
            for i, question in enumerate(questions.tolist())
        ]
        edges = zip(*(x.tolist() for x in level[2:]), strict=True)
        for to, parent, answer in edges:
            self._edges[parent].append((answer, places[to]))
        if not asked.any():
            return None
        return self._after(level, questions, asked, np.array(places))

    def _questions(self, states: BeliefStates) -> IntArray:
        """What to ask in each, -1 where the plan ends, (S,)."""
        questions = self.noisy.best(states)
        for i in range(len(states) if self.steps else 0):
            questions[i] = self.steps.get(states.one(i).key, questions[i])
        return questions

    def _lost(self, level: Level, questions: IntArray) -> tuple[Level, IntArray]:
        """The level in which unlikely situations that go on are made one."""
        on = np.flatnonzero(questions >= 0)
        kept = (
            HURRIED if self.budget.is_late else max(HURRIED, round(self._room * KEPT))
        )
        if len(on) <= kept:
            return level, questions
        some, chance, next_ = level.states.at(on), level.chance[on], questions[on]
        joins = Aggregation(self.noisy, some, chance, next_).joins(kept)
        first = np.arange(len(questions))
        first[on] = on[joins]
        states = aggregated(level.states, level.chance, first)
        joined = level.joined(states, first)
        places, size = np.unique(first, return_counts=True)
        several = np.flatnonzero(size > 1)
        questions = questions[places]
        questions[several] = self._again(joined.states.at(several), questions[several])
        return joined, questions

    def _again(self, states: BeliefStates, questions: IntArray) -> IntArray:
        """What to ask where several are one: the same, as long as that can be."""
        best, here = self.noisy.best(states), self.noisy.offered(states)
        can = here.available[np.arange(len(states)), questions] & (best >= 0)
        return np.where(can, questions, best)

    def _asked(self, level: Level, questions: IntArray) -> BoolArray:
        """Where the question is written: the likeliest, as far as there is room."""
        room = max(1, self._room // 2)  # leave half of it to what comes later
        if self._nodes and self.budget.is_overdue:
            room = 0
        likeliest = np.argsort(-level.chance, kind="stable")
        written = likeliest[questions[likeliest] >= 0][:room]
        self._room -= len(written)
        asked = np.zeros(len(questions), dtype=np.bool_)
        asked[written] = True
        return asked

    def _add(self, states: BeliefStates, i: int, question: int, *, asked: bool) -> int:
        """Write a situation; its place among the nodes."""
        if question < 0:
            node = ended(self.task, states.p[i])
        elif not asked:
            node = Node("ending", ending="unfinished", rest=self._rest(states, i))
        else:
            one = states.at(slice(i, i + 1))
            minutes = float(self.noisy.minutes(one)[0, question])
            node = Node("question", question, "", ranked(states.p[i]), (), minutes)
        self._nodes.append(node)
        self._edges.append([])
        return len(self._nodes) - 1

    def _rest(self, states: BeliefStates, i: int) -> float:
        """Minutes of all that may still be asked."""
        one = states.at(slice(i, i + 1))
        left = self.noisy.left(one)[0]
        setups = self.noisy.needs[left].any(axis=0) & ~one.opened[0]
        paid = sum(self.task.setups[s][0] for s in np.flatnonzero(setups).tolist())
        asks = self.task.questions
        return sum(asks[q].cost for q in np.flatnonzero(left).tolist()) + paid

    def _after(
        self, level: Level, questions: IntArray, asked: BoolArray, places: IntArray
    ) -> Level:
        """What the questions that were written lead to."""
        after = self.noisy.after(level.states.at(asked), questions[asked])
        chance = level.chance[asked][after.parent] * after.chance
        parent = places[asked][after.parent]
        to = np.arange(len(after.states))
        return Level(after.states, chance, to, parent, after.answer)


def _ending(task: Task, weights: FloatArray) -> Ending:
    """What is said of a belief that nothing more is asked about."""
    mass = np.bincount(task.classes, weights) / weights.sum()
    unknown, mass[task.unknown_class] = float(mass[task.unknown_class]), 0.0
    if unknown > HALF + SURE:
        return "unknown"
    alone = np.count_nonzero(mass > RULED_OUT) == 1 and mass.max() > HALF + SURE
    sure = mass.max() >= max(task.confidence - SURE, unknown)
    return "found" if sure or alone else "narrowed"


class Aggregation:
    """Which of some states are one; of which ``chance`` is P(reached), shape (S,)."""

    def __init__(
        self,
        noisy: Noisy,
        states: BeliefStates,
        chance: FloatArray,
        questions: IntArray,
    ) -> None:
        self.states, self.chance, self.questions = states, chance, questions
        left = noisy.left(states)
        self._setups = _any(left, noisy.needs)
        self._waits = noisy.waits
        self._next = np.zeros(left.shape, dtype=np.bool_)
        self._next[np.arange(len(states)), questions] = True
        self._matters = self._next | left & (noisy.gains(states.p) >= MUCH)
        self._joins = np.arange(len(states))
        self._lost = np.full(len(states), FAR)

    def joins(self, kept: int) -> IntArray:
        """
        The place of the one that each is made one with, or its own, (S,).

        ``kept`` is how many are kept, and no fewer than ``ROUNDS``.
        """
        is_kept = np.zeros(len(self.states), dtype=np.bool_)
        for _ in range(ROUNDS):
            loss = np.where(is_kept, -1.0, self.chance * self._lost)
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
        p, believed = self.states.p[some], self.states.p[near]
        cross = p @ np.log2(believed + TINY).T
        lost = plogp(p).sum(axis=1)[:, None] - cross  # bits, of each in each
        bits = np.where(self._may_join(some, near), lost, np.inf)
        nearest = bits.argmin(axis=1)
        least = bits[np.arange(len(some)), nearest]
        alone = self._joins[some] == some
        joined = np.isfinite(least) & (alone | (least < self._lost[some]))
        self._joins[some[joined]] = near[nearest[joined]]
        self._lost[some[joined]] = least[joined]

    def _may_join(self, some: IntArray, near: IntArray) -> BoolArray:
        """Where no question that matters is lost, and no setup, (some, near)."""
        asked, matters = self.states.asked, self._matters
        lost = _both(matters[some], asked[near]) | _both(asked[some], matters[near])
        opened, needed = self.states.opened, self._setups[near]
        lost |= _both(~opened[some], needed & opened[near])
        lost |= _both(opened[some], needed & ~opened[near])
        said, waits = self.states.said, _any(matters, self._waits)
        for gate in np.flatnonzero(waits.any(axis=0)).tolist():
            differ = said[some, None, gate] != said[near, gate]
            lost |= differ & (waits[some, None, gate] | waits[near, gate])
        return np.asarray(~lost)


def aggregated(
    states: BeliefStates, chance: FloatArray, joins: IntArray
) -> BeliefStates:
    """
    The states in which each that is joined believes what all of them do on average.

    What was asked in any was asked; open is what is in all, said what was in all.
    """
    weight = np.zeros_like(states.p)
    np.add.at(weight, joins, states.p * chance[:, None])
    asked, opened, said = states.asked.copy(), states.opened.copy(), states.said.copy()
    np.logical_or.at(asked, joins, states.asked)
    np.logical_and.at(opened, joins, states.opened)
    rows, gates = np.nonzero(states.said != states.said[joins])
    said[joins[rows], gates] = UNSAID
    p, alone = states.p.copy(), np.bincount(joins, minlength=len(joins)) == 1
    several = np.unique(joins[~alone[joins]])
    p[several] = weight[several] / weight[several].sum(axis=1)[:, None]
    return BeliefStates(p, asked, opened, said)


def _any(which: BoolArray, has: BoolArray) -> BoolArray:
    """Whether any of those in each row has it: (S, Q) and (Q, X) to (S, X)."""
    return np.asarray(which.astype(np.float32) @ has.astype(np.float32) > 0)


def _both(one: BoolArray, other: BoolArray) -> BoolArray:
    """Whether two rows have something in common: (S, X) and (N, X) to (S, N)."""
    return _any(one, other.T)
