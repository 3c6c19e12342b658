"""
Which of many situations a plan treats as one, so that it can be written down.

Wrong answers lead to very many situations that hardly ever happen. Some are kept, and
each of the others joins the nearest of them in which the same question comes next: the
plan goes on there like someone who has forgotten what told them apart. Near is where
little is forgotten: ``sum_c p(c) log2(p(c) / p'(c))`` bits, the relative entropy of
what is believed here to what is believed there. Kept are the likeliest, then those in
which most would be forgotten, times how likely they are.

What was asked in either is asked no more, so none joins another that has asked what
tells it ``MUCH``, as long as it finds one that has not. What finds none joins the
nearest whose next question it can be asked.

Source: Slonim & Tishby (1999), "Agglomerative information bottleneck", for the measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.belief import TINY, plogp
from troubleshoot.engine.crowd import UNSAID, Crowd

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.crowd import Crowds
    from troubleshoot.engine.evidence import BoolArray
    from troubleshoot.engine.task import IntArray

MUCH = 0.4  # bits; a question that tells less may be given up
ROUNDS = 4  # in which those that are kept are chosen, as many each time
FAR = 6.0  # bits that what finds none to join counts as forgetting
TOGETHER = 1_000  # situations compared at once


class Forgetting:
    """What is made one in a crowd, of which ``chance`` is P(reached), shape (S,)."""

    def __init__(
        self, crowds: Crowds, crowd: Crowd, chance: FloatArray, questions: IntArray
    ) -> None:
        self.crowd, self.chance, self.questions = crowd, chance, questions
        left = crowds.left(crowd)
        self._setups = _any(left, crowds.needs)
        self._waits = crowds.waits
        self._next = np.zeros(left.shape, dtype=np.bool_)
        self._next[np.arange(len(crowd)), questions] = True
        self._matters = self._next | left & (crowds.noisy.gains(crowd.p) >= MUCH)
        self._joins = np.arange(len(crowd))
        self._forgotten = np.full(len(crowd), FAR)

    def joins(self, kept: int) -> IntArray:
        """
        The place of the one that each is made one with, or its own, (S,).

        ``kept`` is how many are kept, and no fewer than ``ROUNDS``.
        """
        is_kept = np.zeros(len(self.crowd), dtype=np.bool_)
        for _ in range(ROUNDS):
            loss = np.where(is_kept, -1.0, self.chance * self._forgotten)
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
        bits = np.where(self._may_join(some, near), self._bits(some, near), np.inf)
        nearest = bits.argmin(axis=1)
        least = bits[np.arange(len(some)), nearest]
        alone = self._joins[some] == some
        joined = np.isfinite(least) & (alone | (least < self._forgotten[some]))
        self._joins[some[joined]] = near[nearest[joined]]
        self._forgotten[some[joined]] = least[joined]

    def _bits(self, some: IntArray, near: IntArray) -> FloatArray:
        """Bits that each forgets in each, shape (some, near)."""
        p, believed = self.crowd.p[some], self.crowd.p[near]
        cross = p @ np.log2(believed + TINY).T
        return np.asarray(plogp(p).sum(axis=1)[:, None] - cross)

    def _may_join(self, some: IntArray, near: IntArray) -> BoolArray:
        """Where no question that matters is lost, and no setup, (some, near)."""
        asked, matters = self.crowd.asked, self._matters
        lost = _both(matters[some], asked[near]) | _both(asked[some], matters[near])
        opened, needed = self.crowd.opened, self._setups[near]
        lost |= _both(~opened[some], needed & opened[near])
        lost |= _both(opened[some], needed & ~opened[near])
        said, waits = self.crowd.said, _any(matters, self._waits)
        for gate in np.flatnonzero(waits.any(axis=0)).tolist():
            differ = said[some, None, gate] != said[near, gate]
            lost |= differ & (waits[some, None, gate] | waits[near, gate])
        return np.asarray(~lost)


def made_one(crowd: Crowd, chance: FloatArray, joins: IntArray) -> Crowd:
    """
    The crowd in which each that is joined believes what all of them do on average.

    What was asked in any was asked; open is what is in all, said what was in all.
    """
    weight = np.zeros_like(crowd.p)
    np.add.at(weight, joins, crowd.p * chance[:, None])
    asked, opened, said = crowd.asked.copy(), crowd.opened.copy(), crowd.said.copy()
    np.logical_or.at(asked, joins, crowd.asked)
    np.logical_and.at(opened, joins, crowd.opened)
    rows, gates = np.nonzero(crowd.said != crowd.said[joins])
    said[joins[rows], gates] = UNSAID
    p, alone = crowd.p.copy(), np.bincount(joins, minlength=len(joins)) == 1
    several = np.unique(joins[~alone[joins]])
    p[several] = weight[several] / weight[several].sum(axis=1)[:, None]
    return Crowd(p, asked, opened, said)


def _any(which: BoolArray, has: BoolArray) -> BoolArray:
    """Whether any of those in each row has it: (S, Q) and (Q, X) to (S, X)."""
    return np.asarray(which.astype(np.float32) @ has.astype(np.float32) > 0)


def _both(one: BoolArray, other: BoolArray) -> BoolArray:
    """Whether two rows have something in common: (S, X) and (N, X) to (S, N)."""
    return _any(one, other.T)
