"""
What telling causes apart must cost at least, because information has its price.

Throughout this module:
    S       are causes alone in their remedy class, at most ``TOLD_APART`` of them
    p       is P(cause) of those in S, shape (S,); it may sum to less than 1
    L       is the likelihood of all answers of all questions, (columns, S)
    D       is the relative entropy of the answers, in bits, (questions, S): how far
            those under a cause are from what is heard on average
    λ       is a price in minutes per bit; every one gives a true bound

What is not known yet about S is ``U = sum(p log(sum(p) / p))`` bits. The bound adds up
what asking takes off it, and what may be left of it at the end:

- A question takes off ``sum(m D)`` at most, where m <= p is how likely each cause is
  and the question asked. As whoever asks pays for it, no plan gets ``λ`` times the bits
  for less than its minutes and ``sum(p M)``: M is the greatest sum of ``λ D - cost``,
  for each cause by itself, over questions with the setups that they need.
- Where a class has reached the confidence, U is at most ``left_when_found``.
- Elsewhere the plan ends because each of the n questions that could be asked at once,
  whatever is believed later, and was not, tells less than ``slight``. Their answers
  together tell no more than the sum, so U is below ``slight n`` and what would be left
  after all of them. That is U less the bits that they tell, ``-sum(p log(sum_j p_j B /
  sum(p)))`` at least, with B the product of their Bhattacharyya coefficients.

Assumed: answers independent given the cause. Only causes alone in their class are in S,
because what two questions tell about a class may be more than the sum.

Sources: Lindley (1956), "On a measure of the information provided by an experiment";
Kolchinsky & Tracey (2017), "Estimating mixture entropy with pairwise distances", for
B; Everett (1963), "Generalized Lagrange multiplier method", for the price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.inference.bayes import plogp

if TYPE_CHECKING:
    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.state import BeliefStates, BoolArray, Candidates
    from troubleshoot.planner.task import IntArray, Task


# The same halved and doubled: `python benchmarks/constants.py information_bound`.
TOLD_APART = 60  # causes in S: the most probable; the bound holds for any of them
PRICES = 12  # tried for a situation, from the least to the greatest that may matter
TRACE = 1e-6  # of everybody: who is asked although it is not worth it, and bits


class PriceOfInformation:
    """The price of telling causes apart, from any situation of a task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.S = _told_apart(task)
        asks = [ask.likelihood[:, self.S] for ask in task.questions]
        self._costs = np.array([ask.cost for ask in task.questions])
        self._left = left_when_found(len(self.S), task.confidence)
        with np.errstate(divide="ignore"):
            self._apart = np.array([np.log2(np.sqrt(x.T) @ np.sqrt(x)) for x in asks])
        answers = [len(x) for x in asks]
        self._first = np.concatenate(([0], np.cumsum(answers)[:-1])).astype(np.intp)
        self._of = np.repeat(np.arange(len(answers)), answers)
        self._L = np.concatenate(asks or [np.zeros((0, len(self.S)))])
        self._known = np.add.reduceat(plogp(self._L), self._first) if asks else self._L
        chains = task.chains
        self._innermost = sorted(range(len(chains)), key=lambda s: -len(chains[s]))

    def least(self, state: BeliefStates, here: Candidates, rounds: int) -> float:
        """
        Minutes that no plan from here can undercut; 0 where it has ended.

        Costs about ``PRICES`` passes over the likelihood of S in each round; more
        rounds make the bound greater.
        """
        p = state.p[0, self.S]
        bits = self.bits(p, here.lasting[0]) if here.any else 0.0
        if bits <= 0:
            return here.least
        left = np.flatnonzero(~state.asked[0]).tolist()
        priced = self._priced(p, bits, left, state.opened[0], rounds)
        # Who has another cause pays for the first question, too.
        return max(here.least, priced + max(0.0, 1.0 - float(p.sum())) * here.least)

    def bits(self, p: FloatArray, lasting: BoolArray) -> float:
        """What asking must take off U, whichever way a plan ends."""
        total = float(p.sum())
        if total <= 0:
            return 0.0
        overlap = np.exp2(self._apart[lasting].sum(axis=0))
        common = np.where(p > 0, overlap @ p / total, 1.0)
        told = -float(p @ np.log2(common))
        return told - max(self._left, self.task.slight * int(lasting.sum()))

    def _priced(
        self,
        p: FloatArray,
        bits: float,
        left: list[int],
        opened: BoolArray,
        rounds: int,
    ) -> float:
        """The best bound that a price gives."""
        asked = np.zeros((1, len(self._costs), len(p)))
        asked[:, left] = p
        prices, best = self._prices(self._distance(asked, p)[0]), 0.0
        asked = np.repeat(asked, len(prices), axis=0)
        reply = np.zeros(asked.shape)
        for _ in range(rounds):
            D = self._distance(asked, p)  # noqa: N806 - the legend's name
            gains = prices[:, None, None] * D - self._costs[:, None]
            gains[:, [q for q in range(len(self._costs)) if q not in left]] = 0.0
            worth, reply = self._worth(np.maximum(gains, 0.0), opened)
            best = max(best, float((prices * bits - worth @ p).max()))
            # Halfway, or those who are asked and those who are not change places.
            asked = 0.5 * asked + 0.5 * p * reply
        return best

    def _distance(self, asked: FloatArray, p: FloatArray) -> FloatArray:
        """D by price, where so many are asked each question; 0 for the impossible."""
        heard = (self._L * (asked + TRACE * p)[:, self._of]).sum(axis=2)
        total = np.add.reduceat(heard, self._first, axis=1)[:, self._of]
        usual = np.where(heard > 0, heard / np.where(total > 0, total, 1.0), 1.0)
        terms = self._L * np.log2(usual)[:, :, None]
        D = self._known - np.add.reduceat(terms, self._first, axis=1)  # noqa: N806
        return np.asarray(np.where(p > 0, np.maximum(D, 0.0), 0.0))

    def _prices(self, D: FloatArray) -> FloatArray:  # noqa: N803 - the legend's name
        """From where the first question is worth it to where about all are."""
        rates = self._costs[:, None] / np.maximum(D, TRACE)
        rates = rates[(D > TRACE) & (rates > 0)]
        lowest = float(rates.min()) if len(rates) else 1.0
        setups = sum(minutes for minutes, _ in self.task.setups)
        return np.geomspace(lowest, 64 * lowest + setups, PRICES)

    def _worth(
        self, gains: FloatArray, opened: BoolArray
    ) -> tuple[FloatArray, FloatArray]:
        """M by price, (prices, S), and which questions add to it, like ``gains``."""
        setups, asks = self.task.setups, self.task.questions
        inside = np.zeros((len(setups) + 1, len(gains), gains.shape[2]))
        for q, ask in enumerate(asks):
            inside[ask.setup] += gains[:, q]  # the last one is for "no setup"
        for s in self._innermost:
            minutes, above = setups[s]
            inside[s] -= 0.0 if opened[s] else minutes
            inside[above] += np.maximum(inside[s], 0.0)
        pays = np.ones(inside.shape, dtype=np.bool_)
        for s in reversed(self._innermost):
            pays[s] = (inside[s] >= 0) & pays[setups[s][1]]
        within = pays[[ask.setup for ask in asks]].swapaxes(0, 1)
        return inside[-1], np.asarray(within & (gains > 0), dtype=np.float64)


def _told_apart(task: Task) -> IntArray:
    """S, in the order of the causes."""
    _, place, count = np.unique(task.classes, return_inverse=True, return_counts=True)
    alone = np.flatnonzero((count[place] == 1) & (task.prior > 0))
    likely = np.argsort(-task.prior[alone], kind="stable")[:TOLD_APART]
    return np.sort(alone[likely])


def left_when_found(causes: int, confidence: float) -> float:
    """The greatest U, in bits, while one class has the confidence."""
    if causes == 0:
        return 0.0
    others = min(1.0 - confidence, 1.0 - 1.0 / causes)
    among = -float(plogp(np.array([others, 1.0 - others])).sum())
    among += others * float(np.log2(max(1, causes - 1)))
    # Or the class is none of those in S.
    return max(among, (1.0 - confidence) * float(np.log2(causes)))
