"""
What a repair costs at least, and what it costs without asking anything.

Throughout this module:
    p   is a belief over kinds of causes, shape (kinds,)
    f   is P(an action fixes | kind), c its cost in minutes
    E   is the cost of handing over in minutes, None where it is the last resort

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.bits import ones, union
from troubleshoot.engine.repair_order import best_order, best_prefix
from troubleshoot.engine.repair_runs import FREE, Run, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.gain import BoolArray
    from troubleshoot.engine.repair_steps import Situation, Steps


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds of the expected cost of repair in a situation."""

    steps: Steps
    _costs: dict[tuple[int, int, int], float] = field(default_factory=dict, repr=False)

    def clairvoyant(self, s: Situation) -> float:
        """
        Expected cost if the cause were known before the next step; no plan is cheaper.

        ``sum_g p(g) K(g)``, where K is the cost of repairing a known cause. Knowing
        can be ignored, so it never makes the best plan dearer.

        Source: Howard (1966), "Information value theory"; Heckerman, Breese &
        Rommelse (1995), "Decision-theoretic troubleshooting".
        """
        return float(s.p @ self._known_costs(s, s.opened))

    def after(self, s: Situation, steps: Iterable[int]) -> Iterator[float]:
        """The clairvoyant bound of what each step leaves to pay, on average."""
        costs: dict[int, FloatArray] = {}
        for step in steps:
            opened = s.opened | self.steps.chains[step]
            if opened not in costs:
                costs[opened] = self._known_costs(s, opened)
            left = float(s.p @ costs[opened])
            # A question stays in the set: its answer may shut out what waits for it.
            if step >= len(self.steps.rows):
                left += self._failed(s, step, opened, costs[opened])
            yield left

    def _failed(self, s: Situation, step: int, opened: int, costs: FloatArray) -> float:
        """What the bound changes by when the action was tried, on average."""
        fixes, left = self.steps.fixes(step), s.left & ~(1 << step)
        return sum(
            float(s.p[g] * ((1.0 - fixes[g]) * self._known(g, left, opened) - costs[g]))
            for g in np.flatnonzero(fixes * s.p).tolist()
        )

    def _known_costs(self, s: Situation, opened: int) -> FloatArray:
        """K of each kind that is possible, 0 of the others, shape (kinds,)."""
        costs = np.zeros(len(s.p))
        live = np.flatnonzero(s.p).tolist()
        costs[live] = [self._known(g, s.left, opened) for g in live]
        return costs

    def _known(self, g: int, left: int, opened: int) -> float:
        key = (g, left & self._watched[g], opened & self._chains[g])
        if key not in self._costs:
            self._costs[key] = self._cost_of(*key)
        return self._costs[key]

    def run(self, s: Situation) -> Run:
        """Trying actions in a good order, in the best one where a formula has it."""
        if self.is_closed(s):
            return self._best_run(s)
        return self.runs([s])[0]

    def is_closed(self, s: Situation) -> bool:
        """
        Whether the best order of actions is known by formula, and nothing is better.

        It is when no question is left that tells anything, no cause has two actions
        that may fix it, and no action must wait for others because it cannot be undone.
        """
        if self.steps.task.escalation == 0:
            return True
        if s.left & self.steps.questions:
            return False
        if s.left & self.steps.irreversible not in (0, s.left):
            return False
        return not (self._able(s.left)[:, s.p > 0].sum(axis=0) > 1).any()

    def is_settled(self, s: Situation) -> bool:
        """
        Whether it is plain that no reversible step has positive value here.

        With a price of handing over: no reversible action left is worth its minutes
        against it, even where the cause is known. Without: none is left.
        """
        gentle = s.left & self.steps.actions & ~self.steps.irreversible
        first = len(self.steps.task.questions)
        escalation = self.steps.task.escalation
        if escalation is None:
            return not gentle
        live = s.p > 0
        return not any(self.worth[a - first][live].any() for a in ones(gentle))

    def runs(self, situations: Sequence[Situation]) -> list[Run]:
        """
        Trying actions by efficiency P/c, sorted anew after each failure, up to the
        best moment to hand over; infinite where actions wait for answers and handing
        over is no choice.

        Irreversible actions come when no reversible one is left that is worth it.
        """
        return runs(self.steps, self.worth, situations)

    def _best_run(self, s: Situation) -> Run:
        steps, task = self.steps, self.steps.task
        first = len(task.questions)
        actions = [] if task.escalation == 0 else list(ones(s.left & steps.actions))
        order = best_order(
            {a - first: float(steps.fixes(a) @ s.p) for a in actions},
            [action.cost for action in task.actions],
            [action.setup for action in task.actions],
            task.setups,
            lambda setup: bool(s.opened >> setup & 1),
        )
        opened, minutes = s.opened, []
        for action in order:
            minutes.append(steps.minutes(first + action, opened))
            opened |= steps.chains[first + action]
        chances = [float(steps.fixes(first + a) @ s.p) for a in order]
        length, cost = best_prefix(chances, minutes, task.escalation)
        return cost, tuple(first + a for a in order[:length])

    def _cost_of(self, g: int, left: int, opened: int) -> float:
        """
        K: cost of repairing a known kind, at least.

        Its actions by efficiency f/c, each where it pays; of all setups only that of
        the cheapest first action is counted. What waits for answers may be passed over.
        """
        steps, escalation = self.steps, self.steps.task.escalation
        cost, entry, must = escalation or 0.0, float("inf"), False
        for step, f in reversed(self._able_of[g]):
            if not left >> step & 1:
                continue
            tried = steps.all[step].cost + (1.0 - f) * cost
            waits = bool(steps.gates[step] & left)
            must |= not waits
            cost = min(cost, tried) if waits or escalation is not None else tried
            entry = min(entry, steps.minutes(step, opened) - steps.all[step].cost)
        if escalation is not None:
            return min(escalation, cost + entry)
        return cost + entry if must else 0.0

    def _able(self, left: int) -> BoolArray:
        first = len(self.steps.task.questions)
        chosen = [a - first for a in ones(left & self.steps.actions)]
        return np.asarray(self.steps.F[chosen] > 0)

    @cached_property
    def worth(self) -> BoolArray:
        """Where an action would pay against handing over, were the cause known."""
        costs = np.array([a.cost for a in self.steps.task.actions])
        escalation = self.steps.task.escalation or 0.0
        return np.asarray(self.steps.F * escalation > costs[:, None])

    @cached_property
    def _able_of(self) -> tuple[tuple[tuple[int, float], ...], ...]:
        """Of each kind its actions with their f, by efficiency."""
        first, F = len(self.steps.task.questions), self.steps.F  # noqa: N806
        costs = np.array([max(a.cost, FREE) for a in self.steps.task.actions])
        found = []
        for g in range(len(self.steps.prior)):
            able = np.flatnonzero(F[:, g] > 0)
            order = able[np.argsort(-F[able, g] / costs[able], kind="stable")]
            found.append(tuple((first + int(a), float(F[a, g])) for a in order))
        return tuple(found)

    @cached_property
    def _watched(self) -> tuple[int, ...]:
        """Of each kind the steps that its K depends on."""
        return tuple(
            union(1 << step | self.steps.gates[step] for step, _ in able)
            for able in self._able_of
        )

    @cached_property
    def _chains(self) -> tuple[int, ...]:
        """Of each kind the setups that its K depends on."""
        return tuple(
            union(self.steps.chains[step] for step, _ in able) for able in self._able_of
        )
