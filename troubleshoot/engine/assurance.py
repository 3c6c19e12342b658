"""
Noisy answers: the cheapest order of questions until a remedy class is sure enough.

The search goes through all orders, depth first with a memory of bounds. Its bound of a
situation that has not ended is the cheapest question there: weak, but true. Where the
budget ends, the question that tells most per minute goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from troubleshoot.engine.budget import Budget, Progress
    from troubleshoot.engine.evidence import Evidence, Key, Noisy, Option

EVEN = 1e-12  # minutes; bounds that close are equal
DEEPEST = 300  # questions on a path that is searched
REMEMBERED = 200_000  # situations with bounds, at most; the search ends there
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
        self._remembered = min(REMEMBERED, BELIEVED // causes)

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
        if depth > DEEPEST or not self._may_expand():
            return
        here = self.noisy.candidates(situation)
        least = float("inf")
        for q in here.in_order():
            known = self.upper.get(key, float("inf"))
            goal = min(limit, known - EVEN)
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
        return self.upper.get(key, float("inf")) <= self.lower[key] + EVEN

    def _may_expand(self) -> bool:
        if len(self.lower) > self._remembered:
            self.budget.spent = True
        going_on = self.budget.take()
        if going_on and self._progress and not self.budget.expanded % 1_000:
            root = self.noisy.root.key
            upper = self.upper.get(root, float("inf"))
            self._progress(self.budget.expanded, self.lower[root], upper)
        return going_on
