"""
In which order to try actions: where a formula knows the best, in general, and what any
order costs at least.

Throughout this module:
    p   is a belief over kinds of causes, shape (kinds,)
    P   is the chance of each action to be the one that fixes, shape (actions,)
    F   is P(fixes | kind), shape (actions, kinds); f is one of its entries
    c   is the cost of each action in minutes, without its setup, shape (actions,)
    E   is the cost of handing over in minutes, None where it is the last resort
    B   is P(kind, nothing fixed so far), shape (situations, kinds)

``best_order`` is exact where no cause has two actions that can fix it: then a failed
action takes its own chance away and leaves those of the others as they were. ``runs``
goes by efficiency anew after each failure, for many situations side by side. ``Bounds``
says what a repair costs at least, and what it costs without asking anything.
``remedies`` is the order in which people are told what may help.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from troubleshoot.inference.bayes import ALIKE
from troubleshoot.planner.repair_state import IMPOSSIBLE, RepairState, Steps
from troubleshoot.planner.task import bits_of, ones, union, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import BoolArray, FloatArray, IntArray
    from troubleshoot.planner.task import Task
FREE = 1e-300  # minutes; what costs no more comes before all that costs
FLOOR = 1e-3  # of the share not yet fixed, where differences lose their digits
TOLERANCE: Final = 1e-12  # minutes; what takes no time takes so much

Run: TypeAlias = tuple[float, tuple[int, ...]]
"""Expected cost of trying actions in an order until one fixes, and that order."""


@dataclass(frozen=True)
class ActionBlock:
    """Actions that are best taken in one go, with the setups they open first."""

    chance: float
    cost: float
    actions: tuple[int, ...] = ()

    @property
    def efficiency(self) -> float:
        """P(fixes) per minute; without cost it comes before all that costs."""
        return self.chance / self.cost if self.cost > 0 else float("inf")

    def then(self, other: ActionBlock) -> ActionBlock:
        """Both as one block."""
        return ActionBlock(
            self.chance + other.chance,
            self.cost + other.cost,
            self.actions + other.actions,
        )


def best_order(
    chances: Mapping[int, float],
    costs: Sequence[float],
    setup: Sequence[int],
    setups: Sequence[tuple[float, int]],
    opened: Callable[[int], bool],
) -> tuple[int, ...]:
    """
    The order of actions of least expected cost, by efficiency P/c of whole blocks.

    The actions behind a setup are ordered first; then the setup, which fixes nothing,
    joins the block after it, and that one the next, while the next is more efficient.
    Without setups this is the order of P/c.

    Args:
        chances: P of the actions to order.
        costs: c of every action.
        setup: index of the setup of every action, -1 for none.
        setups: pairs (minutes, index of the setup above or -1).
        opened: whether a setup is open already.

    >>> shut = lambda setup: False
    >>> best_order({0: 0.2, 1: 0.25, 2: 0.4, 3: 0.15}, [1, 1, 5, 1],
    ...            [0, 0, -1, -1], [(2, -1)], shut)
    (3, 1, 0, 2)

    Source: Kadane & Simon (1977), "Optimal strategies for a class of constrained
    sequential problems"; for trees Horn (1972), "Single-machine job sequencing with
    treelike precedence ordering and linear delay penalties".
    """
    behind: dict[int, list[ActionBlock]] = {}
    for action, chance in chances.items():
        block = ActionBlock(chance, costs[action], (action,))
        behind.setdefault(setup[action], []).append(block)
    deepest_first = sorted(range(len(setups)), key=lambda s: -_depth(setups, s))
    for s in deepest_first:
        blocks = _by_efficiency(behind.pop(s, []))
        if blocks and not opened(s):
            blocks = _joined(ActionBlock(0.0, setups[s][0]), blocks)
        behind.setdefault(setups[s][1], []).extend(blocks)
    ordered = _by_efficiency(behind.get(-1, []))
    return tuple(action for block in ordered for action in block.actions)


def best_prefix(
    chances: Iterable[float], minutes: Iterable[float], escalation: float | None
) -> tuple[int, float]:
    """
    How many actions of an order to try before handing over, and the expected cost.

    After k actions ``sum_i<k m_i (1 - P_0 - … - P_i-1) + (1 - P_0 - … - P_k-1) E``; in
    the best order the least of these is the optimum. Without a price E of handing over
    all are tried.

    Args:
        chances: P of the actions in their order; they add up to 1 at most.
        minutes: cost of each, with the setups that it is the first to need.
        escalation: E in minutes.

    >>> best_prefix([0.5, 0.1], [1.0, 9.0], 4.0)
    (1, 3.0)
    """
    spent, rest = 0.0, 1.0
    ends = [(0, escalation)] if escalation is not None else []
    i = 0
    for i, (chance, cost) in enumerate(zip(chances, minutes, strict=True), start=1):
        spent += rest * cost
        rest = max(0.0, rest - chance)
        if escalation is not None:
            ends.append((i, spent + rest * escalation))
    return min(ends, key=lambda end: end[1], default=(i, spent))


def _joined(first: ActionBlock, blocks: Sequence[ActionBlock]) -> list[ActionBlock]:
    """Blocks by falling efficiency, the first one grown until it is no exception."""
    for i, block in enumerate(blocks):
        if block.efficiency <= first.efficiency:
            return [first, *blocks[i:]]
        first = first.then(block)
    return [first]


def _by_efficiency(blocks: Iterable[ActionBlock]) -> list[ActionBlock]:
    return sorted(blocks, key=lambda block: -block.efficiency)


def _depth(setups: Sequence[tuple[float, int]], setup: int) -> int:
    above = setups[setup][1]
    return 0 if above < 0 else 1 + _depth(setups, above)


def runs(
    steps: Steps, worth: BoolArray, situations: Sequence[RepairState]
) -> list[Run]:
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
        self, steps: Steps, worth: BoolArray, situations: Sequence[RepairState]
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
        self, steps: Steps, worth: BoolArray, situations: Sequence[RepairState]
    ) -> None:
        """Which actions are open, which wait, and which must come before others."""
        actions = steps.actions >> self.first
        here = [s.left >> self.first & actions for s in situations]
        free = [steps.sure(s) >> self.first for s in situations]
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


@dataclass(frozen=True, eq=False)
class Bounds:
    """Bounds of the expected cost of repair in a situation."""

    steps: Steps
    _costs: dict[tuple[int, int, int, int], float] = field(
        default_factory=dict, repr=False
    )

    def clairvoyant(self, s: RepairState) -> float:
        """
        Expected cost if the cause were known before the next step; no plan is cheaper.

        ``sum_g p(g) K(g)``, where K is the cost of repairing a known cause. Knowing
        can be ignored, so it never makes the best plan dearer.

        Source: Howard (1966), "Information value theory"; Heckerman, Breese &
        Rommelse (1995), "Decision-theoretic troubleshooting".
        """
        return float(s.p @ self._known_costs(s, s.opened))

    def after(self, s: RepairState, steps: Iterable[int]) -> Iterator[float]:
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

    def _failed(
        self, s: RepairState, step: int, opened: int, costs: FloatArray
    ) -> float:
        """What the bound changes by when the action was tried, on average."""
        fixes, left = self.steps.fixes(step), s.left & ~(1 << step)
        # What it opens is counted as what still waits: the bound stays true.
        sure = self.steps.sure(s) & left
        return sum(
            float(
                s.p[g]
                * ((1.0 - fixes[g]) * self._known(g, left, sure, opened) - costs[g])
            )
            for g in np.flatnonzero(fixes * s.p).tolist()
        )

    def _known_costs(self, s: RepairState, opened: int) -> FloatArray:
        """K of each kind that is possible, 0 of the others, shape (kinds,)."""
        costs, sure = np.zeros(len(s.p)), self.steps.sure(s)
        live = np.flatnonzero(s.p).tolist()
        costs[live] = [self._known(g, s.left, sure, opened) for g in live]
        return costs

    def _known(self, g: int, left: int, sure: int, opened: int) -> float:
        able = self._able_bits[g]
        key = (g, left & able, sure & able, opened & self._chains[g])
        if key not in self._costs:
            self._costs[key] = self._cost_of(*key)
        return self._costs[key]

    def run(self, s: RepairState) -> Run:
        """Trying actions in a good order, in the best one where a formula has it."""
        if self.is_closed(s):
            return self._best_run(s)
        return self.runs([s])[0]

    def is_closed(self, s: RepairState) -> bool:
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
        if self.steps.sure(s) != s.left:
            return False
        return not (self._able(s.left)[:, s.p > 0].sum(axis=0) > 1).any()

    def is_settled(self, s: RepairState) -> bool:
        """
        Whether it is plain that no reversible step has positive value here.

        With a price of handing over: no reversible action left is worth its minutes
        against it, even where the cause is known. Without: none is left, or all that
        are wait for what only an irreversible one could change.
        """
        gentle = s.left & self.steps.actions & ~self.steps.irreversible
        first = len(self.steps.task.questions)
        escalation = self.steps.task.escalation
        if escalation is None:
            gentle &= self.steps.hopeful(s.p, s.left, s.said, by_word=True)
            return not gentle or not self.steps.free(s) & ~self.steps.irreversible
        live = s.p > 0
        return not any(self.worth[a - first][live].any() for a in ones(gentle))

    def runs(self, situations: Sequence[RepairState]) -> list[Run]:
        """
        Trying actions by efficiency P/c, sorted anew after each failure, up to the
        best moment to hand over; infinite where actions wait for answers and handing
        over is no choice.

        Irreversible actions come when no reversible one is left that is worth it.
        """
        return runs(self.steps, self.worth, situations)

    def _best_run(self, s: RepairState) -> Run:
        steps, task = self.steps, self.steps.task
        first = len(task.questions)
        actions = [] if task.escalation == 0 else list(ones(s.left & steps.actions))
        fixing = {a - first: float(steps.fixes(a) @ s.p) for a in actions}
        order = best_order(
            # One that others wait for may be left although it cannot fix anything.
            {a: chance for a, chance in fixing.items() if chance > IMPOSSIBLE},
            [action.cost for action in task.actions],
            [action.setup for action in task.actions],
            task.setups,
            lambda setup: bool(s.opened >> setup & 1),
        )
        opened, minutes = s.opened, []
        for action in order:
            minutes.append(steps.minutes(first + action, opened))
            opened |= steps.chains[first + action]
        chances = [fixing[a] for a in order]
        length, cost = best_prefix(chances, minutes, task.escalation)
        return cost, tuple(first + a for a in order[:length])

    def _cost_of(self, g: int, left: int, sure: int, opened: int) -> float:
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
            waits = not sure >> step & 1
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
    def _able_bits(self) -> tuple[int, ...]:
        """Of each kind the actions that may fix it."""
        return tuple(bits_of(step for step, _ in able) for able in self._able_of)

    @cached_property
    def _chains(self) -> tuple[int, ...]:
        """Of each kind the setups that its K depends on."""
        return tuple(
            union(self.steps.chains[step] for step, _ in able) for able in self._able_of
        )


def remedies(
    task: Task, p: FloatArray, against: BoolArray, opened: frozenset[int]
) -> Iterator[int]:
    """
    The actions that may fix one of these causes, in the order to try them.

    What can be undone comes first. Among equals in that, each is the most efficient,
    P(fixes) / minutes, for the case that those before it did not help and their setups
    are open; the first of the file in a tie. What an action is worth is worked out anew
    only after one that may fix the same causes, or that opened a setup.

    Args:
        task: the actions and their setups.
        p: belief in each cause.
        against: the causes that matter, shape ``(C,)``.
        opened: setups that are open already.
    """
    left = [i for i, x in enumerate(task.actions) if (x.fixes * p)[against].any()]
    rates: dict[int, float] = {}

    def rank(i: int) -> tuple[bool, float, int]:
        act = task.actions[i]
        if i not in rates:
            minutes = max(task.minutes(act, opened), TOLERANCE)
            rates[i] = float(f"{float(act.fixes @ p) / minutes:.{ALIKE}g}")
        return act.irreversible, -rates[i], i

    while left:
        best = min(left, key=rank)
        left.remove(best)
        yield best
        act, before = task.actions[best], opened
        opened = task.opened_after(act, opened)
        p, fixed = np.asarray(p * (1.0 - act.fixes)), np.flatnonzero(act.fixes)
        for i in left:
            if opened != before or task.actions[i].fixes[fixed].any():
                rates.pop(i, None)
