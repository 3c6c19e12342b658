"""
What a plan is made for: a belief, the steps that are left, and what they cost.

Throughout this module:
    C   is the number of causes, the unknown one last
    -1  stands for "no setup" and "no setup above this one"

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.engine.policy import WORTHLESS

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray

IntArray: TypeAlias = npt.NDArray[np.intp]
Conditions: TypeAlias = tuple[tuple[int, frozenset[int]], ...]
"""Questions that must have been answered, each with the answers that will do."""


@dataclass(frozen=True, eq=False)
class Ask:
    """
    A question that may be asked once.

    ``cost`` in minutes, without the setup; ``likelihood`` is P(answer | cause), shape
    ``(answers, C)``, columns sum to 1.
    """

    cost: float
    likelihood: FloatArray
    setup: int = -1
    only_if: Conditions = ()


@dataclass(frozen=True, eq=False)
class Act:
    """
    An action that may be tried once.

    ``cost`` in minutes, without the setup; ``fixes`` is P(fixes | cause), shape
    ``(C,)``.
    """

    cost: float
    fixes: FloatArray
    setup: int = -1
    irreversible: bool = False
    only_if: Conditions = ()


@dataclass(frozen=True, eq=False)
class Task:
    """
    A situation to plan from.

    ``prior`` is P(cause) now, shape ``(C,)``, sums to 1; ``classes`` the remedy class
    of each cause, shape ``(C,)``. ``setups`` are pairs (minutes, setup above);
    ``opened`` those already paid for. ``escalation`` is what handing over costs in
    minutes, None where it is the last resort. With noisy answers, finding the cause
    ends where no question that can be reached tells ``slight`` bits about the class.
    """

    prior: FloatArray
    classes: IntArray
    questions: tuple[Ask, ...] = ()
    actions: tuple[Act, ...] = ()
    setups: tuple[tuple[float, int], ...] = ()
    opened: frozenset[int] = frozenset()
    confidence: float = 0.9
    escalation: float | None = None
    slight: float = WORTHLESS

    @property
    def unknown_class(self) -> int:
        """The remedy class of the cause that nobody listed."""
        return int(self.classes[-1])

    @property
    def everything(self) -> float:
        """Minutes of all steps and setups together."""
        asking = sum(ask.cost for ask in self.questions)
        acting = sum(act.cost for act in self.actions)
        return asking + acting + sum(minutes for minutes, _ in self.setups)

    @cached_property
    def chains(self) -> tuple[frozenset[int], ...]:
        """Of each setup: itself and all that must be open before it."""
        return tuple(frozenset(self._upwards(s)) for s in range(len(self.setups)))

    def opened_after(self, step: Ask | Act, opened: frozenset[int]) -> frozenset[int]:
        """The setups that are open once the step was taken."""
        return opened if step.setup < 0 else opened | self.chains[step.setup]

    def minutes(self, step: Ask | Act, opened: frozenset[int]) -> float:
        """Cost of the step, with the setups that it must open first."""
        new = self.opened_after(step, opened) - opened
        return step.cost + sum(self.setups[s][0] for s in sorted(new))

    def _upwards(self, setup: int) -> list[int]:
        chain = []
        while setup >= 0:
            chain.append(setup)
            setup = self.setups[setup][1]
        return chain


def met(conditions: Conditions, answers: dict[int, int]) -> bool:
    """Whether the answers given so far, by question, allow a step."""
    return all(answers.get(q, -1) in allowed for q, allowed in conditions)
