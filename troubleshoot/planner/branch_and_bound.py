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

Noisy answers: the cheapest order of questions until a remedy class is sure enough.

The search goes through all orders, depth first with a memory of bounds. Its bound of a
situation that has not ended is the cheapest question there: weak, but true. Where the
budget ends, the question that tells most per minute goes on.
"""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from troubleshoot.planner.certain import Certain, Floors, Greedy, Situation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.planner.certain import Questions
    from troubleshoot.planner.state import Evidence, Key, Noisy, Option
    from troubleshoot.planner.task import Budget, Progress


Place: TypeAlias = int | Situation

SLACKS = (0.1, 0.03, 0.01, 0.0)  # rough plans first; what they prove is kept
EVEN = 1e-12  # minutes; bounds that close are equal
DEEPEST = 300  # places on a path that is searched; below it the greedy policy goes on
REMEMBERED = 400_000  # places with bounds; the search ends when they are more


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
        self._slack = 0.0
        self._cost = [ask.cost for ask in certain.task.questions]
        self._floors = Floors(certain)
        self.greedy = Greedy(certain)
        root = certain.root
        self.root: Place = root.live if certain.is_plain else root

    def run(self) -> None:
        """Narrow the bounds of the root until they meet or the budget ends."""
        questions = tuple(np.argsort(self._cost, kind="stable").tolist())
        self._assess([self.root], questions)
        floor = self._floors.certified(_live(self.root), questions)
        self.lower[self.root] = max(self.lower[self.root], floor)
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
        weight, lower = self._floors.weight(_live(place)), self.lower
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
            floor = self._floors.sharp(_live(part), questions)
            self.lower[part] = max(self.lower[part], floor)
        least = move.paid + sum(self.lower[part] for part in move.parts)
        return move._replace(least=max(least, move.least), is_sharp=True)

    def _assess(self, places: Sequence[Place], questions: Questions) -> None:
        """Give each place a first lower bound."""
        new = [x for x in places if x not in self.lower]
        self._floors.assess([_live(x) for x in new], questions)
        for place in new:
            self.lower[place] = self._floors.quick(_live(place))

    def _situation(self, place: Place) -> Situation:
        return Situation(place) if isinstance(place, int) else place


def _live(place: Place) -> int:
    return place if isinstance(place, int) else place.live


NOISY_EVEN = 1e-12  # minutes; bounds that close are equal
NOISY_DEEPEST = 300  # questions on a path that is searched
NOISY_REMEMBERED = 200_000  # situations with bounds, at most; the search ends there
BELIEVED = 20_000_000  # numbers in their beliefs, at most


class Assurance:
    """The search; ``run`` may be called once."""

    def __init__(
        self, noisy: Noisy, budget: Budget, progress: Progress | None = None
    ) -> None:
        self.noisy, self.budget, self._progress = noisy, budget, progress
        self.lower: dict[Key, float] = {}
        self.upper: dict[Key, float] = {}
        self.step: dict[Key, int] = {}
        causes = len(noisy.task.prior)
        self._remembered = min(NOISY_REMEMBERED, BELIEVED // causes)

    def run(self) -> float:
        """The lower bound that the budget can prove, in minutes."""
        root = self.noisy.root
        self._assess(root)
        self._solve(root, float("inf"), 0)
        return self.lower[root.key]

    @property
    def is_closed(self) -> bool:
        """Whether the best order is proven."""
        return self._is_closed(self.noisy.root.key)

    def _solve(self, situation: Evidence, limit: float, depth: int) -> None:
        """Narrow the bounds until they meet or the lower reaches a limit."""
        key = situation.key
        if self._is_closed(key) or self.lower[key] >= limit:
            return
        if depth > NOISY_DEEPEST or not self._may_expand():
            return
        here = self.noisy.candidates(situation)
        least = float("inf")
        for q in here.in_order():
            known = self.upper.get(key, float("inf"))
            goal = min(limit, known - NOISY_EVEN)
            if self.budget.spent or here.costs[q] >= goal:
                least = min(least, float(here.costs[q]))
                continue
            option = self.noisy.option(situation, q)
            least = min(least, self._explore(option, goal, depth))
            cost = option.minutes + sum(
                chance * self.upper.get(x.key, float("inf"))
                for _, chance, x in option.parts
            )
            if cost < known:
                self.upper[key], self.step[key] = cost, q
        upper = self.upper.get(key, float("inf"))
        self.lower[key] = max(self.lower[key], min(least, upper))

    def _explore(self, option: Option, goal: float, depth: int) -> float:
        """The least that a question can cost, narrowed until it reaches the goal."""
        self.budget.spent = self.budget.spent or self.budget.is_late
        least = option.minutes
        for _, chance, x in option.parts:
            self._assess(x)
            least += chance * self.lower[x.key]
        for _, chance, x in option.parts:
            if least >= goal or self.budget.spent:
                break
            rest = least - chance * self.lower[x.key]
            self._solve(x, (goal - rest) / chance, depth + 1)
            least = rest + chance * self.lower[x.key]
        return least

    def _assess(self, situation: Evidence) -> None:
        """Give a situation its first bounds."""
        key = situation.key
        if key in self.lower:
            return
        here = self.noisy.candidates(situation)
        self.lower[key] = here.least
        if not here.any:
            self.upper[key] = 0.0

    def _is_closed(self, key: Key) -> bool:
        return self.upper.get(key, float("inf")) <= self.lower[key] + NOISY_EVEN

    def _may_expand(self) -> bool:
        if len(self.lower) > self._remembered:
            self.budget.spent = True
        going_on = self.budget.take()
        if going_on and self._progress and not self.budget.expanded % 1_000:
            root = self.noisy.root.key
            upper = self.upper.get(root, float("inf"))
            self._progress(self.budget.expanded, self.lower[root], upper)
        return going_on
