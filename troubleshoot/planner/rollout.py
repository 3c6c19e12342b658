"""
Better steps, by trying what comes after them.

Throughout this module:
    S   are belief states

Noisy answers: going by what tells most per minute looks one question ahead. Here a
question is worth what going on like that costs after each of its answers; the likeliest
states come first, because a better question pays most there. A policy improved like
this costs no more than the one that it tries, but for what is only estimated: a way
that is followed to fewer than ``FOLLOWED`` of its cases ends in an estimate, so many
minutes for each bit that is not known there, as it was in the first states.

Repair: in each state the most telling questions are weighed: what asking costs, and
then the best run of actions after each answer. The best of them is asked if that is
cheaper than the best run here; otherwise the first action of that run is tried, and all
is weighed anew when it fails. The most probable states come first; where it ends, the
run goes on.

Sources: Tesauro & Galperin (1996), "On-line policy improvement using Monte-Carlo
search"; Tu & Pattipati (2003), "Rollout strategies for sequential fault diagnosis";
for repair the one-step decision of Heckerman, Breese & Rommelse (1995),
"Decision-theoretic troubleshooting", with a run in place of their estimate.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.planner.repair_search import RepairOption
from troubleshoot.planner.state import first_equal, rows_of, together
from troubleshoot.planner.task import ones

if TYPE_CHECKING:
    from collections.abc import Callable

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.repair_search import RepairSearch, SearchNode
    from troubleshoot.planner.state import BeliefStates, Key, Noisy
    from troubleshoot.planner.task import Budget, IntArray, Progress


# What halving or doubling these changes: `python benchmarks/constants.py rollout`.
FOLLOWED = 1e-2  # of the cases: rarer ways are estimated
TRIED = 4  # questions in a situation, those that tell most per minute
TOGETHER = 32  # situations looked into at once
CELLS = 4_000_000  # numbers in the beliefs that are followed at once
SAMPLE, ROUNDS = 200, 3  # situations that the estimate is fitted to, and how often
LIKELIHOODS = 2_000_000  # in all situations that the estimate is fitted to, at most
BETTER = 1e-9  # minutes
WEIGHED = 4  # questions weighed in a situation; the run flatters those that tell less
SIDE_BY_SIDE = 16  # situations looked at side by side
SKETCHED = (16, 200)  # situations of a sketch, at least and at most
AT_ONCE = 2**25  # numbers touched side by side …
TOUCHED = 2**28  # … and by all of a sketch


class Rollout:
    """The search; ``run`` may be called once."""

    def __init__(
        self,
        noisy: Noisy,
        budget: Budget,
        progress: Progress | None = None,
        lower: float = 0.0,
    ) -> None:
        self.noisy, self.budget, self._progress = noisy, budget, progress
        self._lower = lower
        self._line: FloatArray = np.zeros(2)  # minutes per bit, and minutes
        self._by_gain = float("inf")  # what going by gain costs, about

    def run(self) -> dict[Key, int]:
        """Questions by situation, as far as the budget goes: the likeliest ones."""
        steps: dict[Key, int] = {}
        self._fit()
        if self.budget.spent:
            return steps
        self._by_gain = float(self.to_go(self.noisy.root)[0])
        root = self.noisy.root
        waiting = {root.key: (1.0, root)}
        while waiting and not self.budget.spent:
            likeliest = sorted(waiting, key=lambda key: -waiting[key][0])[:TOGETHER]
            reached, batch = zip(*map(waiting.pop, likeliest), strict=True)
            states = together(batch)
            questions = self._chosen(states)
            steps.update(zip(likeliest, questions.tolist(), strict=True))
            on = questions >= 0
            after = self.noisy.after(states.at(on), questions[on])
            arriving = np.array(reached)[on][after.parent] * after.chance
            for i, chance in enumerate(arriving.tolist()):
                new = after.states.one(i)
                before, _ = waiting.get(new.key, (0.0, new))
                waiting[new.key] = (before + chance, new)
        return steps

    def _chosen(self, states: BeliefStates) -> IntArray:
        """The question of each situation after which all together costs least."""
        chosen, here = self.noisy.best(states), self.noisy.offered(states)
        rates = self.noisy.per_minute(here)
        ranked = np.argsort(-rates, axis=1, kind="stable")[:, :TRIED]
        worth = np.isfinite(np.take_along_axis(rates, ranked, axis=1))
        least = np.full(len(states), np.inf)
        for tried, asking in zip(ranked.T, worth.T, strict=True):
            places = np.flatnonzero((chosen >= 0) & asking)
            if not len(places) or self.budget.spent:
                continue
            costs = self._cost(states.at(places), tried[places])
            better = places[costs < least[places] - BETTER]
            least[places] = np.minimum(costs, least[places])
            chosen[better] = tried[better]
        return chosen

    def _cost(self, states: BeliefStates, questions: IntArray) -> FloatArray:
        """Expected minutes of asking first these, then what tells most, (S,)."""
        after = self.noisy.after(states, questions)
        self._count(len(after.states))
        paid = self.noisy.minutes(states)[np.arange(len(states)), questions]
        below = after.chance * self.to_go(after.states)
        return np.asarray(paid + np.bincount(after.parent, below, len(states)))

    def _count(self, situations: int) -> None:
        """Take so many of the budget; the last situations are finished anyway."""
        for _ in range(situations):
            if not self.budget.take():
                return
            if self._progress and not self.budget.expanded % 1_000:
                self._progress(self.budget.expanded, self._lower, self._by_gain)

    def to_go(self, states: BeliefStates) -> FloatArray:
        """Expected minutes of what tells most per minute, from each situation, (S,)."""
        share = max(1, CELLS // (200 * states.p.shape[1]))
        parts = [
            self._followed(states.at(slice(i, i + share)))
            for i in range(0, len(states), share)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _followed(self, states: BeliefStates) -> FloatArray:
        """The same, of as many as are followed at once."""
        found, begun = np.zeros(len(states)), np.arange(len(states))
        chance: FloatArray = np.ones(len(states))
        while True:
            questions = self.noisy.best(states)
            rare = (chance < FOLLOWED) | self.budget.is_late
            estimated = (questions >= 0) & rare
            rest = self._line @ self._terms(states.at(estimated))
            np.add.at(found, begun[estimated], chance[estimated] * rest)
            on = np.flatnonzero((questions >= 0) & ~estimated)
            if not len(on):
                return found
            states, questions = states.at(on), questions[on]
            begun, chance = begun[on], chance[on]
            minutes = self.noisy.minutes(states)[np.arange(len(on)), questions]
            np.add.at(found, begun, chance * minutes)
            after = self.noisy.after(states, questions)
            begun, chance = begun[after.parent], chance[after.parent] * after.chance
            first = first_equal(rows_of(after.states.rows, begun))
            kept, place = np.unique(first, return_inverse=True)
            chance = np.asarray(np.bincount(place.reshape(-1), chance, len(kept)))
            states, begun = after.states.at(kept), begun[kept]

    def _terms(self, states: BeliefStates) -> FloatArray:
        """What the estimate is made of, (2, S)."""
        return np.stack([self.noisy.entropy(states), np.ones(len(states))])

    def _fit(self) -> None:
        """Minutes per bit that is not known, in the likeliest first situations."""
        # To a quarter of the budget, to fewer large ones.
        few = min(SAMPLE, LIKELIHOODS // max(1, self.noisy.table.likelihood.size))
        if self.budget.nodes is not None:
            few = min(few, (self.budget.nodes - self.budget.expanded) // (4 * ROUNDS))
        sample = self._first_states(max(1, few))
        self._count(ROUNDS * len(sample))
        terms = self._terms(sample)
        for _ in range(ROUNDS):
            if self.budget.is_late:
                self.budget.spent = True
                return
            fitted = np.linalg.lstsq(terms.T, self.to_go(sample), rcond=None)[0]
            self._line = np.asarray(fitted, dtype=np.float64)

    def _first_states(self, count: int) -> BeliefStates:
        """The likeliest that going by what tells most leads to, and that go on."""
        level = self.noisy.root
        found: list[BeliefStates] = []
        chance: FloatArray = np.ones(1)
        while len(level) and sum(len(each) for each in found) < count:
            questions = self.noisy.best(level)
            on = questions >= 0
            found.append(level.at(on))
            after = self.noisy.after(level.at(on), questions[on])
            chance = np.asarray(chance[on][after.parent] * after.chance)
            likeliest = np.argsort(-chance, kind="stable")[: SAMPLE // 4]
            level, chance = after.states.at(likeliest), chance[likeliest]
        return together(found).at(slice(0, count))


def sketch(
    search: RepairSearch,
    *,
    nodes: int | None,
    is_late: Callable[[], bool] = lambda: False,
) -> None:
    """
    Give the search a good first policy; it goes on from there.

    ``nodes`` is how many situations the search may look into: the sketch before it
    grows with them.
    """
    least, most = SKETCHED
    limit = most if nodes is None else max(least, min(nodes, most))
    waiting: list[tuple[float, int, SearchNode]] = [(-1.0, 0, search.root)]
    known, touched = {search.root.state.key}, 0
    done: list[SearchNode] = []
    while waiting and len(done) < limit and touched < TOUCHED and not is_late():
        some = [heappop(waiting) for _ in range(min(SIDE_BY_SIDE, len(waiting)))]
        options = [_promising(search, node) for *_, node in some]
        unknown = [
            (node.state, option)
            for (*_, node), each in zip(some, options, strict=True)
            for option in each
        ]
        while unknown and not is_late():
            touched += search.look_at(unknown, AT_ONCE)
            unknown = [x for x in unknown if x[1].outcomes is None]
        for (chance, _, node), each in zip(some, options, strict=True):
            done.append(node)
            for share, after in _decided(search, node, each):
                if after.state.key not in known:
                    known.add(after.state.key)
                    heappush(waiting, (chance * share, len(known), after))
    for node in reversed(done):
        if node.choice:
            node.upper = min(node.upper, _cost(node.choice))


def _promising(search: RepairSearch, node: SearchNode) -> list[RepairOption]:
    """The first action of the run, and the questions that tell most per minute."""
    steps, s = search.steps, node.state
    if search.has_met(node):
        return []
    gains = steps.gains(s.p)
    free = steps.free(s)
    asked = list(ones(free & steps.questions))
    minutes = [max(steps.minutes(q, s.opened), 1e-9) for q in asked]
    telling = np.argsort(-gains[asked] / minutes, kind="stable")[:WEIGHED]
    chosen = [node.first, *(asked[i] for i in telling.tolist())]
    return [
        RepairOption(step, steps.minutes(step, s.opened), 0.0)
        for step in chosen
        if step >= 0
    ]


def _decided(
    search: RepairSearch, node: SearchNode, options: list[RepairOption]
) -> list[tuple[float, SearchNode]]:
    """Chances and nodes after the cheapest of the steps, if it is worth it."""
    best = min(options, key=_cost, default=None)
    if best is None or not _cost(best) <= node.upper + search.close:
        return []
    node.choice, node.upper = best, min(node.upper, _cost(best))
    return [(chance, after) for _, chance, after in best.outcomes or []]


def _cost(option: RepairOption) -> float:
    """Expected minutes of a step and what comes after it."""
    if option.outcomes is None:
        return float("inf")
    return option.minutes + sum(p * after.upper for _, p, after in option.outcomes)
