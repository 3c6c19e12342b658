"""
The policy that always asks the question that tells most per minute.

Certain answers; it is where the search for the best order begins, and where it ends
when its budget does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.belief import plogp
from troubleshoot.engine.policy import best

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.certain import Certain, Situation


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
        spread: FloatArray = -plogp(masses)
        return np.asarray(np.add.reduceat(spread, self._first, axis=-1))
