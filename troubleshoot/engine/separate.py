"""
The cheapest order of certain questions that tells the remedy classes apart.

Throughout this module:
    a place  is a situation; where nothing is to be opened and no condition to be met,
             the bare set of live atoms
    questions come in ascending order of cost, setups left out
    costs are minutes times the weight of the place, so that the cost of a question is
    added to the costs of the places that its answers lead to

The search is depth first through alternating choices (of a question) and chances (of
an answer), with a memory of bounds: ``lower`` and ``upper`` of every place visited.
A place is left as soon as its lower bound shows that the question above it cannot win,
and is taken up again from its bounds when it is met later.

Source: Pattipati & Alexandridis (1990), "Application of heuristic search and
information theory to sequential fault diagnosis", with depth-first branch and bound in
place of their best-first search.
"""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.engine.belief import plogp
from troubleshoot.engine.bounds import Information, certificate, huffman, ordered
from troubleshoot.engine.certain import Certain, Situation, unpacked
from troubleshoot.engine.policy import best

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.budget import Budget, Progress

Place: TypeAlias = int | Situation
Questions: TypeAlias = tuple[int, ...]
IntArray: TypeAlias = npt.NDArray[np.intp]

SLACKS = (0.1, 0.03, 0.01, 0.0)  # rough plans first; what they prove is kept
EVEN = 1e-12  # minutes; bounds that close are equal
DEEPEST = 300  # places on a path that is searched; below it the greedy policy goes on
REMEMBERED = 400_000  # places with bounds; the search ends when they are more
FEW = 3  # atoms that are not worth an array
COVERED = 10_000_000  # cells up to which the certificate bound is worth its time
SHARPENED = 128  # groups up to which the ordered bound is worth its time


class Move(NamedTuple):
    """A question and where it leads, in order of the least it can cost."""

    least: float
    question: int
    is_sharp: bool
    paid: float
    parts: tuple[Place, ...]


class Separation:
    """The search; ``run`` may be called once."""

    def __init__(
        self, certain: Certain, budget: Budget, progress: Progress | None = None
    ) -> None:
        self.certain, self.budget, self._progress = certain, budget, progress
        self.lower: dict[Place, float] = {}
        self.upper: dict[Place, float] = {}
        self.step: dict[Place, int] = {}
        self._mass: dict[int, float] = {}
        self._floor: dict[int, float] = {}
        self._sharp: dict[int, float] = {}
        self._slack = 0.0
        self._c = np.array([ask.cost for ask in certain.task.questions])
        self._cost: list[float] = self._c.tolist()
        self._arity = max((len(a) for a in certain.answers), default=2)
        self._w: list[float] = certain.w.tolist()
        self._group: list[int] = certain.groups.tolist()
        self._alone = len(set(self._group)) == len(self._group)
        self.greedy = Greedy(certain)
        root = certain.root
        self.root: Place = root.live if certain.is_plain else root

    def run(self) -> None:
        """Narrow the bounds of the root until they meet or the budget ends."""
        questions = tuple(np.argsort(self._c, kind="stable").tolist())
        self._assess([self.root], questions)
        self._bound_by_certificate(questions)
        self.upper[self.root] = self.greedy.cost(self._situation(self.root))
        for self._slack in SLACKS:
            self._solve(self.root, float("inf"), questions, 0)
            if self.budget.spent:
                return

    def step_in(self, situation: Situation) -> int | None:
        """The best question known; None where the greedy one is."""
        return self.step.get(situation.live if self.certain.is_plain else situation)

    # --- searching ---

    def _solve(
        self, place: Place, limit: float, questions: Questions, depth: int
    ) -> None:
        """Narrow the bounds of a place until they meet or the lower reaches a limit."""
        if self._is_closed(place) or self.lower[place] >= limit:
            return
        if self.certain.is_finished(_live(place)):
            self.lower[place] = self.upper[place] = 0.0
            return
        if depth > DEEPEST or not self._may_expand():
            return
        moves, questions = self._moves(place, questions)
        least = float("inf")
        while moves and not self.budget.spent:
            goal = min(limit, self._enough(place))
            move = moves[0]
            if move.least >= goal:
                break
            if not move.is_sharp:
                heapreplace(moves, self._sharpened(move, questions))
                continue
            heappop(moves)
            least = min(least, self._explore(move, goal, questions, depth))
            self._improve(place, move)
        if moves:
            least = min(least, moves[0].least)
        upper = self.upper.get(place, float("inf"))
        self.lower[place] = max(self.lower[place], min(least, upper))

    def _explore(
        self, move: Move, goal: float, questions: Questions, depth: int
    ) -> float:
        """The least that a question can cost, narrowed until it reaches the goal."""
        lower = self.lower
        least = move.paid + sum(lower[part] for part in move.parts)
        for part in sorted(move.parts, key=lambda x: _live(x).bit_count()):
            if least >= goal:
                break
            rest = least - lower[part]
            self._solve(part, goal - rest, questions, depth + 1)
            least = rest + lower[part]
        return least

    def _improve(self, place: Place, move: Move) -> None:
        """Take the question where it is the best so far."""
        cost = move.paid
        known = self.upper.get(place, float("inf"))
        for part in move.parts:
            if part not in self.upper and self.budget.spent:
                self.upper[part] = self.greedy.cost(self._situation(part))
            cost += self.upper.get(part, float("inf"))
            if cost >= known:
                return
        self.upper[place], self.step[place] = cost, move.question

    def _is_closed(self, place: Place) -> bool:
        upper = self.upper.get(place, float("inf"))
        return upper <= self.lower[place] * (1.0 + self._slack) + EVEN

    def _enough(self, place: Place) -> float:
        """What a question must be able to undercut, to be worth a look."""
        upper = self.upper.get(place, float("inf"))
        return (upper - EVEN) / (1.0 + self._slack)

    def _may_expand(self) -> bool:
        if len(self.lower) > REMEMBERED:
            self.budget.spent = True
        going_on = self.budget.take()
        if going_on and self._progress and not self.budget.expanded % 1_000:
            self._progress(
                self.budget.expanded, self.lower[self.root], self.upper[self.root]
            )
        return going_on

    # --- moves ---

    def _moves(
        self, place: Place, questions: Questions
    ) -> tuple[list[Move], Questions]:
        """All questions worth a look, as a heap, and those worth one below."""
        found: list[tuple[int, float, tuple[Place, ...]]]
        if isinstance(place, int):
            found = [*self._splits(place, questions)]
            questions = tuple(q for q, _, _ in found)
        else:
            found = [
                (option.question, option.minutes, tuple(x for _, x in option.parts))
                for option in self.certain.options(place)
            ]
        self._assess([part for _, _, parts in found for part in parts], questions)
        weight, lower = self._weight(_live(place)), self.lower
        moves = [
            Move(
                weight * minutes + sum([lower[part] for part in parts]),
                q,
                False,  # noqa: FBT003 - a field, read by its name
                weight * minutes,
                parts,
            )
            for q, minutes, parts in found
        ]
        # Parts are disjoint, so together they cost no more than the whole.
        together = max((x.least - x.paid for x in moves), default=0.0)
        self.lower[place] = max(self.lower[place], together)
        heapify(moves)
        return moves, questions

    def _splits(
        self, live: int, questions: Questions
    ) -> list[tuple[int, float, tuple[int, ...]]]:
        """The cheapest question of each way to split a set, the first in a tie."""
        found: dict[tuple[int, ...], int] = {}
        answers = self.certain.answers
        for q in questions:
            parts = tuple(sorted([x for _, mask in answers[q] if (x := live & mask)]))
            if len(parts) > 1 and parts not in found:
                found[parts] = q
        return [(q, self._cost[q], parts) for parts, q in found.items()]

    def _sharpened(self, move: Move, questions: Questions) -> Move:
        """The same with the slower bounds of the places it leads to."""
        for part in move.parts:
            live = _live(part)
            if live not in self._sharp:
                self._sharp[live] = self._sharp_floor(live, questions)
            self.lower[part] = max(self.lower[part], self._sharp[live])
        least = move.paid + sum(self.lower[part] for part in move.parts)
        return move._replace(least=max(least, move.least), is_sharp=True)

    # --- bounds of sets ---

    def _assess(self, places: Sequence[Place], questions: Questions) -> None:
        """Give each place a first lower bound."""
        new = {_live(x) for x in places if x not in self.lower} - self._floor.keys()
        many = []
        for live in new:
            if self.certain.is_one_class(live):
                self._floor[live] = 0.0
            elif live.bit_count() <= FEW:
                self._floor[live] = self._sharp_floor(live, questions)
            else:
                many.append(live)
        self._floor.update(zip(many, self._told(many, questions), strict=True))
        for place in places:
            if place not in self.lower:
                self.lower[place] = self._floor[_live(place)]

    def _told(self, sets: list[int], questions: Questions) -> list[float]:
        """Bounds by what the questions can tell."""
        if not sets:
            return []
        certain, some = self.certain, list(questions)
        bounds = Information(
            certain.w, certain.groups, certain.rows[some], self._c[some]
        )
        return list(bounds.bounds(unpacked(sets, len(self._w))).tolist())

    def _sharp_floor(self, live: int, questions: Questions) -> float:
        """Huffman's bound of a set, with the costs of the questions that split it."""
        weights = self._weights(live)
        few = len(weights).bit_length() + 4  # as many as the ordered bound looks at
        c = list(islice(self._costs_of_splits(live, questions), few))
        if len(weights) < 2 or not c:  # noqa: PLR2004 - nothing to tell apart
            return 0.0
        if self._arity > 2 or c[0] == c[-1] or len(weights) > SHARPENED:  # noqa: PLR2004
            return c[0] * huffman(weights, arity=self._arity)
        return ordered(weights, c)

    def _costs_of_splits(self, live: int, questions: Questions) -> Iterator[float]:
        """Minutes of the questions that split a set, ascending."""
        for q in questions:
            # A list: a generator costs more than the few products it saves.
            if all([live & ~mask for _, mask in self.certain.answers[q]]):  # noqa: C419
                yield self._cost[q]

    def _weights(self, live: int) -> list[float]:
        """Weights of the groups in a set."""
        w = self._w
        if self._alone:
            return [w[i] for i in _bits(live)]
        found: dict[int, float] = {}
        for i in _bits(live):
            found[self._group[i]] = found.get(self._group[i], 0.0) + w[i]
        return list(found.values())

    def _weight(self, live: int) -> float:
        if live not in self._mass:
            self._mass[live] = sum(self._w[i] for i in _bits(live))
        return self._mass[live]

    def _bound_by_certificate(self, questions: Questions) -> None:
        certain, task = self.certain, self.certain.task
        n = len(self._w)
        if n * n * len(self._c) > COVERED:
            return
        root = _live(self.root)
        sharp = self._sharp_floor(root, questions)
        paths = certificate(
            certain.w,
            certain.rows,
            self._c,
            certain.apart,
            setups=[
                task.opened_after(ask, task.opened) - task.opened
                for ask in task.questions
            ],
            setup_costs=[minutes for minutes, _ in task.setups],
        )
        self.lower[self.root] = max(self.lower[self.root], sharp, paths)

    def _situation(self, place: Place) -> Situation:
        return Situation(place) if isinstance(place, int) else place


class Greedy:
    """The policy that always asks the question that tells most per minute."""

    def __init__(self, certain: Certain) -> None:
        self._certain = certain
        self._cost: dict[Situation, float] = {}
        self._step: dict[Situation, int] = {}
        rows = certain.rows
        answers = rows.max(axis=1, initial=0) + 1
        self._first = np.concatenate(([0], np.cumsum(answers)[:-1])).astype(np.intp)
        self._columns = np.zeros((len(certain.w), int(answers.sum())))
        for q, row in enumerate(rows):
            self._columns[np.arange(len(row)), self._first[q] + row] = 1.0

    def step(self, situation: Situation) -> int:
        """Its question; -1 where there is nothing left to tell apart."""
        if situation not in self._step:
            self._step[situation] = self._choose(situation)
        return self._step[situation]

    def cost(self, situation: Situation) -> float:
        """What it costs from here, in minutes times weight."""
        waiting = [situation]
        while waiting:
            place = waiting[-1]
            option = self.option(place)
            missing = [x for _, x in option[1] if x not in self._cost]
            if place in self._cost or not missing:
                waiting.pop()
                weight = float(self._certain.w[self._certain.atoms(place.live)].sum())
                below = sum(self._cost[x] for _, x in option[1])
                self._cost[place] = weight * option[0] + below
            else:
                waiting += missing
        return self._cost[situation]

    def option(
        self, situation: Situation, question: int | None = None
    ) -> tuple[float, tuple[tuple[int, Situation], ...]]:
        """Minutes of a question (its own when left out), and what it leads to."""
        q = self.step(situation) if question is None else question
        if q < 0:  # an ending
            return 0.0, ()
        _, minutes, parts = next(self._certain.options(situation, (q,)))
        return minutes, parts

    def _choose(self, situation: Situation) -> int:
        if self._certain.is_finished(situation.live):
            return -1
        if self._certain.is_plain:
            questions = np.arange(len(self._certain.rows))
            costs = np.array([x.cost for x in self._certain.task.questions])
        else:
            options = list(self._certain.options(situation))
            questions = np.array([x.question for x in options])
            costs = np.array([x.minutes for x in options])
        gains = self._gains(situation.live)[questions]
        chosen = best(gains, costs, np.ones(len(questions), dtype=np.bool_))
        if chosen is not None:
            return int(questions[chosen])
        # What tells nothing about the classes yet may still split the set for later.
        return next(x.question for x in self._certain.options(situation))

    def _gains(self, live: int) -> FloatArray:
        """Bits about the class that each question tells, shape ``(questions,)``."""
        atoms = self._certain.atoms(live)
        p = self._certain.w[atoms] / self._certain.w[atoms].sum()
        told = self._entropy(p @ self._columns[atoms])
        kinds, kind = np.unique(self._certain.classes[atoms], return_inverse=True)
        if len(kinds) < len(atoms):
            joint = np.zeros((len(kinds), self._columns.shape[1]))
            np.add.at(joint, kind.reshape(-1), self._columns[atoms] * p[:, None])
            mass = np.asarray(np.bincount(kind.reshape(-1), p), dtype=np.float64)
            told = told - plogp(mass).sum() - self._entropy(joint).sum(axis=0)
        return np.asarray(np.maximum(told, 0.0))

    def _entropy(self, masses: FloatArray) -> FloatArray:
        if not len(self._first):
            return np.zeros((*masses.shape[:-1], 0))
        spread: FloatArray = -plogp(masses)
        return np.asarray(np.add.reduceat(spread, self._first, axis=-1))


def _live(place: Place) -> int:
    return place if isinstance(place, int) else place.live


def _bits(live: int) -> list[int]:
    found = []
    while live:
        lowest = live & -live
        found.append(lowest.bit_length() - 1)
        live ^= lowest
    return found
