"""
The best order of actions where a formula knows it.

Throughout this module:
    P   is the chance of each action to be the one that fixes, shape (actions,)
    c   is the cost of each action in minutes, without its setup, shape (actions,)

Assumed: a single fault, and no cause that two of the actions can fix; then a failed
action takes its own chance away and leaves those of the others as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


@dataclass(frozen=True)
class Block:
    """Actions that are best taken in one go, with the setups they open first."""

    chance: float
    cost: float
    actions: tuple[int, ...] = ()

    @property
    def efficiency(self) -> float:
        """P(fixes) per minute; without cost it comes before all that costs."""
        return self.chance / self.cost if self.cost > 0 else float("inf")

    def then(self, other: Block) -> Block:
        """Both as one block."""
        return Block(
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
    behind: dict[int, list[Block]] = {}
    for action, chance in chances.items():
        block = Block(chance, costs[action], (action,))
        behind.setdefault(setup[action], []).append(block)
    for s in _deepest_first(setups):
        blocks = _by_efficiency(behind.pop(s, []))
        if blocks and not opened(s):
            blocks = _joined(Block(0.0, setups[s][0]), blocks)
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


def _joined(first: Block, blocks: Sequence[Block]) -> list[Block]:
    """Blocks by falling efficiency, the first one grown until it is no exception."""
    for i, block in enumerate(blocks):
        if block.efficiency <= first.efficiency:
            return [first, *blocks[i:]]
        first = first.then(block)
    return [first]


def _by_efficiency(blocks: Iterable[Block]) -> list[Block]:
    return sorted(blocks, key=lambda block: -block.efficiency)


def _deepest_first(setups: Sequence[tuple[float, int]]) -> list[int]:
    return sorted(range(len(setups)), key=lambda s: -_depth(setups, s))


def _depth(setups: Sequence[tuple[float, int]], setup: int) -> int:
    above = setups[setup][1]
    return 0 if above < 0 else 1 + _depth(setups, above)
