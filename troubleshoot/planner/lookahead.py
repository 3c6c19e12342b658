"""
A lower bound from looking ahead: whatever is asked first must be paid for first.

The bound of a state is that of the cheapest question in it: its minutes, and after each
answer the bound of what it leads to. Where nobody has looked ahead yet, that is
``PriceOfInformation.least``. So the question with the least bound is looked into, again
and again, until the bound of the first state has reached a goal, which then rises.

Source: Bonet & Geffner (2005), "An algorithm better than AO*?".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.planner.information_bound import PriceOfInformation

if TYPE_CHECKING:
    from troubleshoot.planner.state import BeliefOption, BeliefStates, Key, Noisy
    from troubleshoot.planner.task import Budget


# What halving or doubling these changes: `python benchmarks/constants.py lookahead`.
RISE = 1.05  # how much more the goal is each time
ROUNDS = 3  # of fitting a price, for a state …
AT_FIRST = 30  # … and for the first one
LEAST = 1e-6  # minutes; a goal rises by that much at least
TINY = 1e-9  # a chance
SPREAD = 2.0  # how much more than its share what an answer leads to is asked to rise
STUCK = 0.01  # of what it was asked: what rises less is left alone
KEPT = 3_000_000  # beliefs, in numbers, whose questions are kept


class Lookahead:
    """The search; ``run`` may be called once."""

    def __init__(self, noisy: Noisy, budget: Budget) -> None:
        self.noisy, self.budget = noisy, budget
        self.information = PriceOfInformation(noisy.task)
        self.lower: dict[Key, float] = {}
        self._ended: set[Key] = set()
        self._options: dict[Key, list[BeliefOption]] = {}
        self._room = KEPT // len(noisy.task.prior)

    def run(self) -> float:
        """Minutes that no plan can undercut, as far as the budget goes."""
        root = self.noisy.root
        here = self.noisy.candidates(root)
        self.lower[root.key] = self.information.least(root, here, AT_FIRST)
        while here.any and not self.budget.spent:
            before = self.lower[root.key]
            self._raise(root, max(RISE * before, before + LEAST))
            if self.lower[root.key] <= before:
                break
        return self.lower[root.key]

    def _raise(self, state: BeliefStates, goal: float) -> None:
        """Look ahead until the bound has reached the goal, or nothing moves it."""
        key = state.key
        while self.lower[key] < goal and not self.budget.spent:
            options = self._looked_into(state)
            bounds = [
                option.minutes + sum(p * self.lower[x.key] for _, p, x in option.parts)
                for option in options
            ]
            if self.budget.spent:
                return
            least = min(bounds)
            self.lower[key] = max(self.lower[key], least)
            if least >= goal or not self._follow(
                options[bounds.index(least)], goal - least
            ):
                return

    def _follow(self, option: BeliefOption, missing: float) -> bool:
        """Raise what the question leads to, all by the same; whether any rose."""
        going_on = [x for x in option.parts if x[2].key not in self._ended]
        share = missing * min(
            SPREAD, 1 / max(TINY, sum(chance for _, chance, _ in going_on))
        )
        rose = False
        for _, _, x in going_on:
            before = self.lower[x.key]
            self._raise(x, before + share)
            rose = rose or self.lower[x.key] > before + STUCK * share
        return rose

    def _looked_into(self, state: BeliefStates) -> list[BeliefOption]:
        """The questions of a state, their answers with first bounds."""
        key = state.key
        if key not in self._options:
            options: list[BeliefOption] = []
            for q in self.noisy.candidates(state).in_order():
                if self._room <= 0 or not self.budget.take():
                    self.budget.spent = True
                    return options
                options.append(self.noisy.option(state, q))
                self._assess(options[-1])
            self._options[key] = options
        return self._options[key]

    def _assess(self, option: BeliefOption) -> None:
        for _, _, x in option.parts:
            if x.key not in self.lower:
                here = self.noisy.candidates(x)
                self.lower[x.key] = self.information.least(x, here, ROUNDS)
                self._room -= 1
                if not here.any:
                    self._ended.add(x.key)
