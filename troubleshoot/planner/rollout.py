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

A first policy of repair: questions are asked where they pay at once.

In each situation the most telling questions are weighed: what asking costs, and then
the best run of actions after each answer. The best of them is asked if that is cheaper
than the best run here; otherwise the first action of that run is tried, and all is
weighed anew when it fails. The most probable situations come first; where it ends, the
run goes on.

Source: the one-step decision of Heckerman, Breese & Rommelse (1995),
"Decision-theoretic troubleshooting", with a run in place of their estimate.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.planner.repair_search import Option
from troubleshoot.planner.state import together
from troubleshoot.planner.task import ones

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.repair_search import Search, State
    from troubleshoot.planner.state import Crowd, Crowds, Key
    from troubleshoot.planner.task import Budget, IntArray, Progress


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
        few = min(
            SAMPLE, LIKELIHOODS // max(1, self.crowds.noisy.table.likelihood.size)
        )
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


WEIGHED = 4  # questions weighed in a situation; the run flatters those that tell less
SIDE_BY_SIDE = 16  # situations looked at side by side
SKETCHED = (16, 200)  # situations of a sketch, at least and at most
AT_ONCE = 2**25  # numbers touched side by side …
TOUCHED = 2**28  # … and by all of a sketch


def sketch(
    search: Search, *, nodes: int | None, is_late: Callable[[], bool] = lambda: False
) -> None:
    """
    Give the search a good first policy; it goes on from there.

    ``nodes`` is how many situations the search may look into: the sketch before it
    grows with them.
    """
    least, most = SKETCHED
    limit = most if nodes is None else max(least, min(nodes, most))
    waiting: list[tuple[float, int, State]] = [(-1.0, 0, search.root)]
    known, touched = {search.root.situation.key}, 0
    done: list[State] = []
    while waiting and len(done) < limit and touched < TOUCHED and not is_late():
        some = [heappop(waiting) for _ in range(min(SIDE_BY_SIDE, len(waiting)))]
        options = [_promising(search, state) for *_, state in some]
        unknown = [
            (state.situation, option)
            for (*_, state), each in zip(some, options, strict=True)
            for option in each
        ]
        while unknown and not is_late():
            touched += search.look_at(unknown, AT_ONCE)
            unknown = [x for x in unknown if x[1].outcomes is None]
        for (chance, _, state), each in zip(some, options, strict=True):
            done.append(state)
            for share, after in _decided(search, state, each):
                if after.situation.key not in known:
                    known.add(after.situation.key)
                    heappush(waiting, (chance * share, len(known), after))
    for state in reversed(done):
        if state.choice:
            state.upper = min(state.upper, _cost(state.choice))


def _promising(search: Search, state: State) -> list[Option]:
    """The first action of the run, and the questions that tell most per minute."""
    steps, s = search.steps, state.situation
    if search.has_met(state):
        return []
    gains = steps.gains(s.p)
    free = steps.free(s.left)
    asked = list(ones(free & steps.questions))
    minutes = [max(steps.minutes(q, s.opened), 1e-9) for q in asked]
    telling = np.argsort(-gains[asked] / minutes, kind="stable")[:WEIGHED]
    chosen = [state.first, *(asked[i] for i in telling.tolist())]
    return [
        Option(step, steps.minutes(step, s.opened), 0.0) for step in chosen if step >= 0
    ]


def _decided(
    search: Search, state: State, options: list[Option]
) -> list[tuple[float, State]]:
    """Chances and states after the cheapest of the steps, if it is worth it."""
    best = min(options, key=_cost, default=None)
    if best is None or not _cost(best) <= state.upper + search.close:
        return []
    state.choice, state.upper = best, min(state.upper, _cost(best))
    return [(chance, after) for _, chance, after in best.outcomes or []]


def _cost(option: Option) -> float:
    """Expected minutes of a step and what comes after it."""
    if option.outcomes is None:
        return float("inf")
    return option.minutes + sum(p * after.upper for _, p, after in option.outcomes)
