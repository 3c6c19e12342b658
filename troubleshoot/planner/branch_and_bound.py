"""
The cheapest order of questions, by depth-first branch and bound.

Throughout this module:
    a place    is a situation; its key is equal for equal situations
    lower      no order of questions costs less from here
    upper      an order that costs no more from here is known
    questions  come in ascending order of cost, setups left out

The search goes through alternating choices (of a question) and chances (of an answer),
with a memory of the bounds of every place visited. A place is left as soon as its lower
bound shows that the question above it cannot win, and is taken up again from its bounds
when it is met later. What ends a place, what can be asked there, what that leads to and
what it costs at least is plugged in: a ``Graph`` of sets where answers are certain, one
of beliefs where they are noisy.

Certain: a place is the bare set of live atoms where nothing is to be opened and no
condition to be met. Costs are minutes times the weight of the place, so that the cost
of a question is added to the costs of the places that its answers lead to.

Noisy: costs are minutes. The lower bound of a place that has not ended is the cheapest
question there: weak, but true.

Source: Pattipati & Alexandridis (1990), "Application of heuristic search and
information theory to sequential fault diagnosis", with depth-first branch and bound in
place of their best-first search.
"""

from __future__ import annotations

from heapq import heapify, heappop, heapreplace
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np

from troubleshoot.planner.bounds import SetBounds
from troubleshoot.planner.certain import Certain, Greedy, SetState

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from troubleshoot.planner.certain import Questions
    from troubleshoot.planner.state import BeliefStates, Key, Noisy
    from troubleshoot.planner.task import Budget, Progress


Place = TypeVar("Place")
PlaceKey = TypeVar("PlaceKey", bound="Hashable")
LiveSet: TypeAlias = int | SetState

# Proven tables, seconds and gaps: `python benchmarks/plans.py`.
SLACKS = (0.1, 0.03, 0.01, 0.0)  # rough plans first; what they prove is kept
EVEN = 1e-12  # minutes; bounds that close are equal
DEEPEST = 300  # places on a path that is searched; below, the greedy policy goes on
SETS = 400_000  # places with bounds; the search ends when they are more
BELIEFS = 200_000  # the same with noisy answers, at most …
BELIEVED = 20_000_000  # … and numbers in them
ENDLESS = float("inf")


class Branch(NamedTuple):
    """
    A question to look at, those of the lowest rank first.

    ``least`` is what it costs at least, ``paid`` its own part of that; ``is_sharp``
    when no more work can find a better bound. ``parts`` are the sets it leads to.
    """

    rank: float
    question: int
    least: float
    paid: float
    is_sharp: bool = True
    parts: tuple[LiveSet, ...] = ()


class Graph(Protocol[Place, PlaceKey]):
    """
    What is searched; ``lower`` are the bounds that the search remembers.

    It looks for plans within each of the ``slacks`` of the optimum, one after the
    other, and ends when it knows more than ``remembered`` places.
    """

    root: Place
    questions: Questions
    slacks: tuple[float, ...]
    remembered: int

    def key(self, place: Place) -> PlaceKey:
        """Equal for equal places."""

    def first_bounds(self, place: Place) -> tuple[float, float]:
        """Lower and upper bound at a glance."""

    def is_finished(self, place: Place) -> bool:
        """Whether nothing is left to ask, where a glance does not say so."""

    def branches(
        self, place: Place, questions: Questions, lower: dict[PlaceKey, float]
    ) -> tuple[list[Branch], Questions]:
        """All questions worth a look, as a heap, and those worth one below."""

    def sharpened(
        self, branch: Branch, questions: Questions, lower: dict[PlaceKey, float]
    ) -> Branch:
        """The same with slower bounds."""

    def parts(self, place: Place, branch: Branch) -> list[tuple[float, Place]]:
        """What a question leads to, with chances, in the order to look into them."""

    def fallback(self, place: Place) -> float:
        """What going on without a search costs, if that is known."""


class BranchAndBound(Generic[Place, PlaceKey]):
    """The search; ``run`` may be called once."""

    def __init__(
        self,
        graph: Graph[Place, PlaceKey],
        budget: Budget,
        progress: Progress | None = None,
    ) -> None:
        self.graph, self.budget, self._progress = graph, budget, progress
        self.lower: dict[PlaceKey, float] = {}
        self.upper: dict[PlaceKey, float] = {}
        self.step: dict[PlaceKey, int] = {}
        self._root = graph.key(graph.root)
        self._slack = 0.0

    def run(self) -> float:
        """
        Narrow the bounds of the root until they meet or the budget ends.

        Returns the lower one; ``step`` is the best question known at places that the
        search has reached.
        """
        root = self.graph.root
        self.lower[self._root], self.upper[self._root] = self.graph.first_bounds(root)
        for slack in self.graph.slacks:
            self._slack = slack
            self._solve(root, ENDLESS, self.graph.questions, 0)
            if self.budget.spent:
                break
        return self.lower[self._root]

    @property
    def is_closed(self) -> bool:
        """Whether the best order is proven."""
        return self._is_closed(self._root)

    def _solve(
        self, place: Place, limit: float, questions: Questions, depth: int
    ) -> None:
        """Narrow the bounds of a place until they meet or the lower reaches a limit."""
        key = self.graph.key(place)
        if self._is_closed(key) or self.lower[key] >= limit:
            return
        if self.graph.is_finished(place):
            self.lower[key] = self.upper[key] = 0.0
            return
        if depth > DEEPEST or not self._may_expand():
            return
        branches, questions = self.graph.branches(place, questions, self.lower)
        least = ENDLESS
        while branches:
            # What a question must be able to undercut, to be worth a look.
            enough = (self._upper(key) - EVEN) / (1.0 + self._slack)
            goal, branch = min(limit, enough), branches[0]
            if not (branch.is_sharp or self.budget.spent or branch.least >= goal):
                heapreplace(
                    branches, self.graph.sharpened(branch, questions, self.lower)
                )
                continue
            heappop(branches)
            if self.budget.spent or branch.least >= goal:
                least = min(least, branch.least)
                continue
            parts = self.graph.parts(place, branch)
            least = min(
                least, self._explore(branch.paid, parts, goal, questions, depth)
            )
            self._improve(key, branch, parts)
        self.lower[key] = max(self.lower[key], min(least, self._upper(key)))

    def _explore(
        self,
        paid: float,
        parts: list[tuple[float, Place]],
        goal: float,
        questions: Questions,
        depth: int,
    ) -> float:
        """The least that a question can cost, narrowed until it reaches the goal."""
        key, lower, least = self.graph.key, self.lower, paid
        for chance, part in parts:
            self._remember(part)
            least += chance * lower[key(part)]
        for chance, part in parts:
            if least >= goal or self.budget.spent:
                break
            rest = least - chance * lower[key(part)]
            self._solve(part, (goal - rest) / chance, questions, depth + 1)
            least = rest + chance * lower[key(part)]
        return least

    def _remember(self, place: Place) -> None:
        """Give a new place its first bounds."""
        key = self.graph.key(place)
        if key not in self.lower:
            # As much work as expanding it.
            self.budget.spent = self.budget.spent or self.budget.is_late
            self.lower[key], upper = self.graph.first_bounds(place)
            if upper < ENDLESS:
                self.upper[key] = upper

    def _improve(
        self, key: PlaceKey, branch: Branch, parts: list[tuple[float, Place]]
    ) -> None:
        """Take the question where it is the best so far."""
        cost, known = branch.paid, self._upper(key)
        for chance, part in parts:
            below = self.graph.key(part)
            if below not in self.upper and self.budget.spent:
                self.upper[below] = self.graph.fallback(part)
            cost += chance * self._upper(below)
            if cost >= known:
                return
        self.upper[key], self.step[key] = cost, branch.question

    def _upper(self, key: PlaceKey) -> float:
        return self.upper.get(key, ENDLESS)

    def _is_closed(self, key: PlaceKey) -> bool:
        return self._upper(key) <= self.lower[key] * (1.0 + self._slack) + EVEN

    def _may_expand(self) -> bool:
        if len(self.lower) > self.graph.remembered:
            self.budget.spent = True
        going_on = self.budget.take()
        if going_on and self._progress and not self.budget.expanded % 1_000:
            lower, upper = self.lower[self._root], self._upper(self._root)
            self._progress(self.budget.expanded, lower, upper)
        return going_on


class SetGraph:
    """What certain answers leave of the causes."""

    slacks: tuple[float, ...] = SLACKS
    remembered = SETS

    def __init__(self, certain: Certain) -> None:
        self.certain, self.greedy = certain, Greedy(certain)
        self._bounds = SetBounds(certain)
        self._cost = [ask.cost for ask in certain.task.questions]
        self.questions = tuple(np.argsort(self._cost, kind="stable").tolist())
        self.root = self.key(certain.root)

    def key(self, place: LiveSet) -> LiveSet:
        """The set alone where it says all."""
        return _live(place) if self.certain.is_plain else place

    def first_bounds(self, place: LiveSet) -> tuple[float, float]:
        """The best lower bound that there is, and the cost of the greedy policy."""
        live, questions = _live(place), self.questions
        self._bounds.assess([live], questions)
        lower = max(self._bounds.quick(live), self._bounds.certified(live, questions))
        return lower, self.fallback(place)

    def is_finished(self, place: LiveSet) -> bool:
        """Whether nothing that can be reached splits the set, or nothing needs to."""
        situation = SetState(place) if isinstance(place, int) else place
        return self.certain.is_finished(situation)

    def branches(
        self, place: LiveSet, questions: Questions, lower: dict[LiveSet, float]
    ) -> tuple[list[Branch], Questions]:
        """The cheapest question of each way to split the set, by what it may cost."""
        found: list[tuple[int, float, tuple[LiveSet, ...]]]
        if isinstance(place, int):
            found = [*self._splits(place, questions)]
            questions = tuple(q for q, _, _ in found)
        else:
            found = [
                (option.question, option.minutes, tuple(x for _, x in option.parts))
                for option in self.certain.options(place)
            ]
        new = {x for *_, parts in found for x in parts if x not in lower}
        self._bounds.assess([_live(x) for x in new], questions)
        lower.update((x, self._bounds.quick(_live(x))) for x in new)
        weight = self._bounds.weight(_live(place))
        branches = []
        for q, minutes, parts in found:
            paid = weight * minutes
            least = paid + sum([lower[x] for x in parts])
            branches.append(Branch(least, q, least, paid, False, parts))  # noqa: FBT003
        if self.certain.is_free:
            # Parts are disjoint, so together they cost no more than the whole, where
            # all that can be asked there can be asked in each of them.
            together = max((x.least - x.paid for x in branches), default=0.0)
            lower[place] = max(lower[place], together)
        heapify(branches)
        return branches, questions

    def _splits(
        self, live: int, questions: Questions
    ) -> Iterable[tuple[int, float, tuple[int, ...]]]:
        """The cheapest question of each way to split a set, the first in a tie."""
        found: dict[tuple[int, ...], int] = {}
        answers = self.certain.answers
        for q in questions:
            parts = tuple(sorted([x for _, mask in answers[q] if (x := live & mask)]))
            if len(parts) > 1 and parts not in found:
                found[parts] = q
        return ((q, self._cost[q], parts) for parts, q in found.items())

    def sharpened(
        self, branch: Branch, questions: Questions, lower: dict[LiveSet, float]
    ) -> Branch:
        """The same with the slower bounds of the sets it leads to."""
        for part in branch.parts:
            bound = self._bounds.sharp(_live(part), questions)
            lower[part] = max(lower[part], bound)
        least = branch.paid + sum(lower[part] for part in branch.parts)
        least = max(least, branch.least)
        return branch._replace(rank=least, least=least, is_sharp=True)

    def parts(self, place: LiveSet, branch: Branch) -> list[tuple[float, LiveSet]]:
        """The smallest sets first; their weights are in their costs already."""
        del place
        return [
            (1.0, x) for x in sorted(branch.parts, key=lambda x: _live(x).bit_count())
        ]

    def fallback(self, place: LiveSet) -> float:
        """What the greedy policy costs."""
        return self.greedy.cost(SetState(place) if isinstance(place, int) else place)


def _live(place: LiveSet) -> int:
    return place if isinstance(place, int) else place.live


class BeliefGraph:
    """What noisy answers lead to; what tells most per minute is looked at first."""

    slacks: tuple[float, ...] = (0.0,)
    questions: Questions = ()

    def __init__(self, noisy: Noisy) -> None:
        self.noisy, self.root = noisy, noisy.root
        self.remembered = min(BELIEFS, BELIEVED // len(noisy.task.prior))

    def key(self, place: BeliefStates) -> Key:
        """Equal for beliefs that agree, with the same questions left."""
        return place.key

    def first_bounds(self, place: BeliefStates) -> tuple[float, float]:
        """Minutes of the cheapest question; both are 0 where there is none."""
        here = self.noisy.candidates(place)
        return here.least, ENDLESS if here.any else 0.0

    def is_finished(self, place: BeliefStates) -> bool:  # noqa: ARG002
        """No: its first bounds have said so."""
        return False

    def branches(
        self,
        place: BeliefStates,
        questions: Questions,
        lower: dict[Key, float],  # noqa: ARG002
    ) -> tuple[list[Branch], Questions]:
        """What can be asked and tells something, or may open what does."""
        here = self.noisy.candidates(place)
        costs = here.costs[0].tolist()
        branches = [
            Branch(rank, q, costs[q], costs[q])
            for rank, q in enumerate(here.in_order())
        ]
        return branches, questions

    def sharpened(
        self,
        branch: Branch,
        questions: Questions,  # noqa: ARG002
        lower: dict[Key, float],  # noqa: ARG002
    ) -> Branch:
        """The same: there is no slower bound."""
        return branch

    def parts(
        self, place: BeliefStates, branch: Branch
    ) -> list[tuple[float, BeliefStates]]:
        """In the order of the answers."""
        option = self.noisy.option(place, branch.question)
        return [(chance, x) for _, chance, x in option.parts]

    def fallback(self, place: BeliefStates) -> float:  # noqa: ARG002
        """Unknown: following a policy to its end takes too long."""
        return ENDLESS
