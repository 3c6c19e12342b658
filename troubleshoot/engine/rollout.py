"""
Noisy answers: better first questions, by trying what comes after them.

Going by what tells most per minute looks one question ahead. Here a question is worth
what going on like that costs after each of its answers; the likeliest situations come
first, because a better question pays most there. A policy improved like this costs no
more than the one that it tries, but for what is only estimated: a way that is followed
to fewer than ``FOLLOWED`` of its cases ends in an estimate, so many minutes for each
bit that is not known there, as it was in the first situations.

Sources: Tesauro & Galperin (1996), "On-line policy improvement using Monte-Carlo
search"; Tu & Pattipati (2003), "Rollout strategies for sequential fault diagnosis".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.crowd import together

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.budget import Budget, Progress
    from troubleshoot.engine.crowd import Crowd, Crowds
    from troubleshoot.engine.evidence import Key
    from troubleshoot.engine.task import IntArray

FOLLOWED = 1e-2  # of the cases: rarer ways are estimated
TRIED = 4  # questions in a situation, those that tell most per minute
TOGETHER = 32  # situations looked into at once
CELLS = 4_000_000  # numbers in the beliefs that are followed at once
SAMPLE, ROUNDS = 200, 3  # situations that the estimate is fitted to, and how often
LIKELIHOODS = 2_000_000  # in all situations that the estimate is fitted to, at most
BETTER = 1e-9  # minutes


class Rollout:
    """The search; ``run`` may be called once."""

    def __init__(
        self,
        crowds: Crowds,
        budget: Budget,
        progress: Progress | None = None,
        lower: float = 0.0,
    ) -> None:
        self.crowds, self.budget, self._progress = crowds, budget, progress
        self._lower = lower
        self._line: FloatArray = np.zeros(2)  # minutes per bit, and minutes
        self._by_gain = float("inf")  # what going by gain costs, about

    def run(self) -> dict[Key, int]:
        """Questions by situation, as far as the budget goes: the likeliest ones."""
        steps: dict[Key, int] = {}
        self._fit()
        if self.budget.spent:
            return steps
        self._by_gain = float(self.to_go(self.crowds.root)[0])
        root = self.crowds.noisy.root
        waiting = {root.key: (1.0, root)}
        while waiting and not self.budget.spent:
            likeliest = sorted(waiting, key=lambda key: -waiting[key][0])[:TOGETHER]
            reached, situations = zip(*map(waiting.pop, likeliest), strict=True)
            crowd = self.crowds.of(situations)
            questions = self._chosen(crowd)
            steps.update(zip(likeliest, questions.tolist(), strict=True))
            on = questions >= 0
            after = self.crowds.after(crowd.at(on), questions[on])
            arriving = np.array(reached)[on][after.parent] * after.chance
            for i, chance in enumerate(arriving.tolist()):
                new = self.crowds.one(after.crowd, i)
                before, _ = waiting.get(new.key, (0.0, new))
                waiting[new.key] = (before + chance, new)
        return steps

    def _chosen(self, crowd: Crowd) -> IntArray:
        """The question of each situation after which all together costs least."""
        chosen, here = self.crowds.best(crowd), self.crowds.offered(crowd)
        rates = self.crowds.per_minute(here)
        ranked = np.argsort(-rates, axis=1, kind="stable")[:, :TRIED]
        worth = np.isfinite(np.take_along_axis(rates, ranked, axis=1))
        least = np.full(len(crowd), np.inf)
        for tried, asking in zip(ranked.T, worth.T, strict=True):
            places = np.flatnonzero((chosen >= 0) & asking)
            if not len(places) or self.budget.spent:
                continue
            costs = self._cost(crowd.at(places), tried[places])
            better = places[costs < least[places] - BETTER]
            least[places] = np.minimum(costs, least[places])
            chosen[better] = tried[better]
        return chosen

    def _cost(self, crowd: Crowd, questions: IntArray) -> FloatArray:
        """Expected minutes of asking first these, then what tells most, (S,)."""
        after = self.crowds.after(crowd, questions)
        self._count(len(after.crowd))
        paid = self.crowds.minutes(crowd)[np.arange(len(crowd)), questions]
        below = after.chance * self.to_go(after.crowd)
        return np.asarray(paid + np.bincount(after.parent, below, len(crowd)))

    def _count(self, situations: int) -> None:
        """Take so many of the budget; the last situations are finished anyway."""
        for _ in range(situations):
            if not self.budget.take():
                return
            if self._progress and not self.budget.expanded % 1_000:
                self._progress(self.budget.expanded, self._lower, self._by_gain)

    def to_go(self, crowd: Crowd) -> FloatArray:
        """Expected minutes of what tells most per minute, from each situation, (S,)."""
        share = max(1, CELLS // (200 * crowd.p.shape[1]))
        parts = [
            self._followed(crowd.at(slice(i, i + share)))
            for i in range(0, len(crowd), share)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _followed(self, crowd: Crowd) -> FloatArray:
        """The same, of as many as are followed at once."""
        found, begun = np.zeros(len(crowd)), np.arange(len(crowd))
        chance: FloatArray = np.ones(len(crowd))
        while True:
            questions = self.crowds.best(crowd)
            rare = (chance < FOLLOWED) | self.budget.is_late
            estimated = (questions >= 0) & rare
            rest = self._line @ self._terms(crowd.at(estimated))
            np.add.at(found, begun[estimated], chance[estimated] * rest)
            on = np.flatnonzero((questions >= 0) & ~estimated)
            if not len(on):
                return found
            crowd, questions = crowd.at(on), questions[on]
            begun, chance = begun[on], chance[on]
            minutes = self.crowds.minutes(crowd)[np.arange(len(on)), questions]
            np.add.at(found, begun, chance * minutes)
            after = self.crowds.after(crowd, questions)
            begun, chance = begun[after.parent], chance[after.parent] * after.chance
            first = self.crowds.same(after.crowd, begun)
            kept, place = np.unique(first, return_inverse=True)
            chance = np.asarray(np.bincount(place.reshape(-1), chance, len(kept)))
            crowd, begun = after.crowd.at(kept), begun[kept]

    def _terms(self, crowd: Crowd) -> FloatArray:
        """What the estimate is made of, (2, S)."""
        return np.stack([self.crowds.entropy(crowd), np.ones(len(crowd))])

    def _fit(self) -> None:
        """Minutes per bit that is not known, in the likeliest first situations."""
        sample = self._first_situations(self._sample)
        self._count(ROUNDS * len(sample))
        terms = self._terms(sample)
        for _ in range(ROUNDS):
            if self.budget.is_late:
                self.budget.spent = True
                return
            fitted = np.linalg.lstsq(terms.T, self.to_go(sample), rcond=None)[0]
            self._line = np.asarray(fitted, dtype=np.float64)

    @property
    def _sample(self) -> int:
        """How many situations to fit to: a quarter of the budget, fewer large ones."""
        few = min(SAMPLE, LIKELIHOODS // max(1, self.crowds.noisy.L.size))
        if self.budget.nodes is not None:
            few = min(few, (self.budget.nodes - self.budget.expanded) // (4 * ROUNDS))
        return max(1, few)

    def _first_situations(self, count: int) -> Crowd:
        """The likeliest that going by what tells most leads to, and that go on."""
        layer = self.crowds.root
        found: list[Crowd] = []
        chance: FloatArray = np.ones(1)
        while len(layer) and sum(len(each) for each in found) < count:
            questions = self.crowds.best(layer)
            on = questions >= 0
            found.append(layer.at(on))
            after = self.crowds.after(layer.at(on), questions[on])
            chance = np.asarray(chance[on][after.parent] * after.chance)
            likeliest = np.argsort(-chance, kind="stable")[: SAMPLE // 4]
            layer, chance = after.crowd.at(likeliest), chance[likeliest]
        return together(found).at(slice(0, count))
