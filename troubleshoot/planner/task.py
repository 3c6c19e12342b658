"""
What a plan is made for: a belief, the steps that are left, what they cost, and how long
a search may go on.

Throughout this module:
    C   is the number of causes, the unknown one last
    -1  stands for "no setup" and "no setup above this one"

Sets of small numbers are integers: bit i is set when i is a member.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.inference.bayes import BoolArray, FloatArray


IntArray: TypeAlias = npt.NDArray[np.intp]
UNSAID = -1  # of a question that was not answered, or an action that was not tried
NOT_KNOWN = -2  # of a question whose answer is not known


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What a step waits for: one of these results of a question or an action.

    Those of an action are 0 where it failed, 1 where it fixed, ``UNSAID`` where it was
    not tried. ``NOT_KNOWN`` is one of a question.
    """

    step: int
    will_do: frozenset[int]
    is_action: bool = False


Conditions: TypeAlias = Condition[Wanted]
NOTHING: Conditions = Condition()

# What halving or doubling it changes: `python benchmarks/constants.py paper`.
HARDLY = 0.05  # at its word, an answer that a cause leads to no more often excludes it
WORTHLESS = 1e-9  # what brings no more is never chosen
GRACE = 1.0  # of the seconds; what is not written by then stays unfinished …
LEAST_GRACE = 1.0  # … but this long, in seconds, a plan is written in any case

Clock: TypeAlias = Callable[[], float]
Progress: TypeAlias = Callable[[int, float, float], None]
"""Called with situations expanded, the best lower bound, the best expected cost."""


@dataclass(frozen=True, eq=False)
class Ask:
    """
    A question that may be asked once.

    ``cost`` in minutes, without the setup; ``likelihood`` is P(answer | cause), shape
    ``(answers, C)``, columns sum to 1. ``at_its_word`` is the same where nothing is
    weighed, if that does not follow from it. One that ``is_closed`` is never asked: it
    is there for those that wait for its answer, which may be as good as known.
    """

    cost: float
    likelihood: FloatArray
    setup: int = -1
    only_if: Conditions = NOTHING
    is_closed: bool = False
    at_its_word: FloatArray | None = None

    def chance(self, answer: int) -> FloatArray:
        """P(answer | cause), shape ``(C,)``."""
        return np.asarray(self.likelihood[answer])


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
    only_if: Conditions = NOTHING

    def chance(self, answer: int) -> FloatArray:
        """P(it fails | cause) for the answer 0, P(it fixes | cause) for 1."""
        return np.asarray(self.fixes if answer else 1.0 - self.fixes)


@dataclass(frozen=True, eq=False)
class Task:
    """
    A situation to plan from.

    ``prior`` is P(cause) now, shape ``(C,)``, sums to 1; ``classes`` the remedy class
    of each cause, shape ``(C,)``. ``setups`` are pairs (minutes, setup above);
    ``opened`` those already paid for. ``escalation`` is what handing over costs in
    minutes, None where it is the last resort. With noisy answers, finding the cause
    ends where no question that can be reached tells ``slight`` bits about the class.

    What a step waits for counts as answered, too, when the answers that will do have
    the ``confidence`` together: see ``standing``.
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
    def chains(self) -> tuple[tuple[int, ...], ...]:
        """Of each setup: itself, and all that must be open before it, upwards."""
        return tuple(tuple(self._upwards(s)) for s in range(len(self.setups)))

    def step(self, kind: str, step: int) -> Ask | Act:
        """A question or an action, by its index."""
        return self.questions[step] if kind == "question" else self.actions[step]

    def opens(self, step: Ask | Act, opened: frozenset[int]) -> tuple[int, ...]:
        """The setups that the step must open first, the outermost first."""
        if step.setup < 0:
            return ()
        return tuple(s for s in reversed(self.chains[step.setup]) if s not in opened)

    def opened_after(self, step: Ask | Act, opened: frozenset[int]) -> frozenset[int]:
        """The setups that are open once the step was taken."""
        return opened if step.setup < 0 else opened.union(self.chains[step.setup])

    def minutes(self, step: Ask | Act, opened: frozenset[int]) -> float:
        """Cost of the step, with the setups that it must open first."""
        return step.cost + sum(
            self.setups[s][0] for s in sorted(self.opens(step, opened))
        )

    def _upwards(self, setup: int) -> Iterator[int]:
        while setup >= 0:
            yield setup
            setup = self.setups[setup][1]


def at_its_word(task: Task) -> Task:
    """
    The task in which answers that are hardly ever given are never given.

    So it is planned where nothing can be weighed, on paper: equal situations are many
    then. The unknown cause has no belief, unless it has all.
    """
    prior = task.prior.copy()
    prior[-1] = 0.0 if prior[:-1].any() else prior[-1]
    return replace(
        task,
        prior=prior / prior.sum(),
        questions=tuple(
            replace(
                ask,
                likelihood=_trusted(ask.likelihood)
                if ask.at_its_word is None
                else ask.at_its_word,
            )
            for ask in task.questions
        ),
    )


def _trusted(likelihood: FloatArray) -> FloatArray:
    """Columns without what is hardly ever said; those that say nothing else stay."""
    kept = np.where(likelihood > HARDLY, likelihood, 0.0)
    total = kept.sum(axis=0)
    return np.asarray(
        np.where(total > 0, kept / np.where(total > 0, total, 1.0), likelihood)
    )


@dataclass
class Budget:
    """
    What is left to a search, in situations and in seconds; None is no limit.

    The clock is read before every situation, so a slow one ends a little late.
    ``grace`` are the seconds that writing a plan may take after that.
    """

    nodes: int | None
    until: float | None
    clock: Clock
    expanded: int = 0
    spent: bool = False
    grace: float = 0.0

    @classmethod
    def of(cls, nodes: int | None, seconds: float | None, clock: Clock) -> Budget:
        """A budget that begins now."""
        if seconds is None:
            return cls(nodes, None, clock)
        return cls(
            nodes, clock() + seconds, clock, grace=max(LEAST_GRACE, GRACE * seconds)
        )

    def take(self) -> bool:
        """Whether one situation more may be expanded; counts it."""
        out_of_nodes = self.nodes is not None and self.expanded >= self.nodes
        self.spent = self.spent or out_of_nodes or self.is_late
        self.expanded += not self.spent
        return not self.spent

    @property
    def is_late(self) -> bool:
        """Whether the time is over; reads the clock if that is limited."""
        return self.until is not None and self.clock() >= self.until

    @property
    def is_overdue(self) -> bool:
        """Whether the time for writing is over, too."""
        return self.until is not None and self.clock() >= self.until + self.grace

    def part(self, share: float, unlimited: int | None = None) -> Budget:
        """A share of what is left; so many situations where there is no limit."""
        nodes, until = None, None
        if self.nodes is not None:
            nodes = self.expanded + int(share * (self.nodes - self.expanded))
        if self.until is not None:
            now = self.clock()
            until = now + share * (self.until - now)
        if nodes is None and until is None and unlimited is not None:
            nodes = self.expanded + unlimited
        return Budget(nodes, until, self.clock, self.expanded)

    def resumed(self, part: Budget) -> None:
        """Go on after the part, which has counted on."""
        self.expanded = part.expanded


def ones(bits: int) -> Iterator[int]:
    """The members, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def bits_of(members: Iterable[int]) -> int:
    """The set with these members."""
    bits = 0
    for member in members:
        bits |= 1 << member
    return bits


def union(sets: Iterable[int]) -> int:
    """All members of any of them."""
    found = 0
    for each in sets:
        found |= each
    return found


def mask_of(members: BoolArray) -> int:
    """The set of places that hold True."""
    packed = np.packbits(members, bitorder="little").tobytes()
    return int.from_bytes(packed, "little")


def unpacked(masks: list[int], size: int) -> BoolArray:
    """Sets as rows of an array, shape ``(sets, size)``."""
    width = (size + 7) // 8
    packed = b"".join(mask.to_bytes(width, "little") for mask in masks)
    table = np.frombuffer(packed, dtype=np.uint8).reshape(len(masks), width)
    bits = np.unpackbits(table, axis=1, count=size, bitorder="little")
    return bits.astype(np.bool_)
