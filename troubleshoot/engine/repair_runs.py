"""
Trying actions one after the other, for many situations side by side.

Throughout this module:
    B   is P(kind, nothing fixed so far), shape (situations, kinds)
    P   is P(fixed by the action next), shape (situations, actions)
    F   is P(fixes | kind), shape (actions, kinds)

Assumed: a single fault, and failures independent given the cause.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.engine.bits import unpacked
from troubleshoot.engine.repair_steps import IMPOSSIBLE, Situation, Steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.gain import BoolArray, IntArray

FREE = 1e-300  # minutes; what costs no more comes before all that costs
FLOOR = 1e-3  # of the share not yet fixed, where differences lose their digits

Run: TypeAlias = tuple[float, tuple[int, ...]]
"""Expected cost of trying actions in an order until one fixes, and that order."""


def runs(steps: Steps, worth: BoolArray, situations: Sequence[Situation]) -> list[Run]:
    """
    The run of each situation, the most efficient action first.

    ``worth`` is where an action would pay against handing over, were the cause known,
    shape ``(actions, kinds)``.
    """
    if not situations:
        return []
    batch = _Batch(steps, worth, situations)
    while batch.step():
        pass
    return batch.result()


class _Batch:
    """Runs under way."""

    def __init__(
        self, steps: Steps, worth: BoolArray, situations: Sequence[Situation]
    ) -> None:
        self.first, self.F = len(steps.task.questions), steps.F
        self.escalation = steps.task.escalation
        setups = steps.task.setups
        self.costs = np.array([action.cost for action in steps.task.actions])
        self.chains = unpacked(list(steps.chains[self.first :]), len(setups))
        self.opening = (self.chains * [c for c, _ in setups]).T
        self.shut = ~unpacked([s.opened for s in situations], len(setups))
        self.B = np.array([s.p for s in situations]).reshape(-1, self.F.shape[1])
        self.by_kind = steps.by_kind
        self.P = self.B @ self.by_kind
        self._sort(steps, worth, situations)
        self.rest = np.ones(len(situations))
        self.spent = np.zeros(len(situations))
        self.length = np.zeros(len(situations), dtype=np.intp)
        start = np.inf if self.escalation is None else self.escalation
        self.best = np.full(len(situations), start)
        self.orders: list[list[int]] = [[] for _ in situations]

    def step(self) -> bool:
        """Try one more action in each run that has one; False when none has."""
        able = self._able()
        blocking = (self.open | self.waiting) & self.gentle & able
        if self.escalation is not None:
            able &= (self.spent < self.best)[:, None]
        last = ~np.any(blocking, axis=1, keepdims=True)
        can = self.open & able & (self.reversible | last)
        on = np.flatnonzero(np.any(can, axis=1))
        if not len(on):
            return False
        minutes = self.costs + self.shut[on] @ self.opening
        efficiency = np.where(can[on], self.P[on] / np.maximum(minutes, FREE), -1.0)
        self._take(on, efficiency.argmax(axis=1), minutes)
        return True

    def result(self) -> list[Run]:
        """Cost and order of each run."""
        if self.escalation is None:
            able = self._able()
            stuck = (self.waiting & able).any(axis=1)
            self.best = np.where(stuck, np.inf, self.spent)
            self.length = np.array([len(order) for order in self.orders])
        return [
            (float(cost), tuple(order[:length]))
            for cost, order, length in zip(
                self.best, self.orders, self.length.tolist(), strict=True
            )
        ]

    def _able(self) -> BoolArray:
        """Which actions may still fix; below a floor a chance is rounding."""
        rest = np.maximum(self.rest, FLOOR)[:, None]
        return np.asarray(self.P / rest > IMPOSSIBLE)

    def _sort(
        self, steps: Steps, worth: BoolArray, situations: Sequence[Situation]
    ) -> None:
        """Which actions are open, which wait, and which must come before others."""
        actions = steps.actions >> self.first
        here = [s.left >> self.first & actions for s in situations]
        free = [steps.free(s.left) >> self.first for s in situations]
        left, ready = unpacked(here, len(self.costs)), unpacked(free, len(self.costs))
        self.open, self.waiting = left & ready, left & ~ready
        irreversible = [a.irreversible for a in steps.task.actions]
        self.reversible = ~np.array(irreversible, dtype=np.bool_)[None, :]
        self.gentle = np.repeat(self.reversible, len(situations), axis=0)
        if self.escalation is not None:
            self.gentle &= (self.B > 0) @ worth.T

    def _take(self, on: IntArray, action: IntArray, minutes: FloatArray) -> None:
        rows = np.arange(len(on))
        self.spent[on] += self.rest[on] * minutes[rows, action]
        fixed = self.B[on] * self.F[action]
        self.B[on] -= fixed
        touched = np.flatnonzero(fixed.any(axis=0))
        self.P[on] -= fixed[:, touched] @ self.by_kind[touched]
        self.rest[on] = np.maximum(self.rest[on] - fixed.sum(axis=1), 0.0)
        self.open[on, action] = False
        self.shut[on] &= ~self.chains[action]
        for row, a in zip(on.tolist(), action.tolist(), strict=True):
            self.orders[row].append(self.first + a)
        if self.escalation is not None:
            total = self.spent + self.rest * self.escalation
            better = total < self.best
            self.best = np.where(better, total, self.best)
            self.length[better] = [len(self.orders[i]) for i in np.flatnonzero(better)]
