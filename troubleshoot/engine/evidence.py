"""
Noisy answers: the cheapest order of questions until a remedy class is sure enough.

Throughout this module:
    p       is the belief, shape (causes,), sums to 1
    L       is the likelihood of all answers of all questions, (columns, causes)

A situation is the belief, the questions left, the setups opened, and what the gates
were answered: the same evidence in another order is the same situation, and so is
other evidence that leads to the same belief. It ends where a class has reached the
confidence, or where no question that can be reached tells anything.

The search goes through all orders, depth first with a memory of bounds. Its bound of a
situation that has not ended is the cheapest question there: weak, but true. Where the
budget ends, the question that tells most per minute goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.engine.belief import plogp
from troubleshoot.engine.policy import WORTHLESS, best
from troubleshoot.engine.task import met

if TYPE_CHECKING:
    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.budget import Budget, Progress
    from troubleshoot.engine.task import Task

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Key: TypeAlias = tuple[int, frozenset[int], tuple[tuple[int, int], ...], bytes]

DIGITS = 12  # beliefs that agree so far are equal
SURE = 1e-12  # a class that misses the confidence by no more has reached it
EVEN = 1e-12  # minutes; bounds that close are equal
DEEPEST = 300  # questions on a path that is searched
REMEMBERED = 200_000  # situations with bounds, at most; the search ends there
BELIEVED = 20_000_000  # numbers in their beliefs, at most


@dataclass(frozen=True, eq=False)
class Evidence:
    """A situation: what is believed, asked (a bit set), open, and said at the gates."""

    p: FloatArray
    asked: int = 0
    opened: frozenset[int] = frozenset()
    said: tuple[tuple[int, int], ...] = ()

    @cached_property
    def key(self) -> Key:
        """Equal for situations that are the same."""
        rounded = np.round(self.p, DIGITS) + 0.0  # no negative zeros
        return self.asked, self.opened, self.said, rounded.tobytes()


class Option(NamedTuple):
    """A question in a situation: minutes it takes, and what each answer leads to."""

    question: int
    minutes: float
    parts: tuple[tuple[int, float, Evidence], ...]


class Candidates(NamedTuple):
    """
    Questions of a situation, arrays of shape ``(questions,)``.

    ``telling`` are those that are available and tell something, ``openers`` those that
    may open one that does.
    """

    telling: BoolArray
    openers: BoolArray
    gains: FloatArray
    costs: FloatArray

    @property
    def least(self) -> float:
        """Minutes of the cheapest, 0 where there is none."""
        among = self.costs[self.telling | self.openers]
        return float(among.min()) if len(among) else 0.0

    def in_order(self) -> list[int]:
        """What tells most per minute first."""
        per_minute = self.gains / np.maximum(self.costs, 1e-9)
        among = np.flatnonzero(self.telling | self.openers)
        return [int(q) for q in among[np.argsort(-per_minute[among], kind="stable")]]


class Noisy:
    """The situations of a task, the questions in them, and what those tell."""

    def __init__(self, task: Task) -> None:
        self.task = task
        asks = task.questions
        answers = [len(ask.likelihood) for ask in asks]
        self.L = np.concatenate(
            [ask.likelihood for ask in asks] or [np.zeros((0, len(task.prior)))]
        )
        self._first = np.concatenate(([0], np.cumsum(answers)[:-1])).astype(np.intp)
        noise: FloatArray = -plogp(self.L)
        self._noise = self._by_question(noise)
        self._gates = frozenset(q for ask in asks for q, _ in ask.only_if)
        self._class, self._kinds = task.classes, int(task.classes.max(initial=0)) + 1
        self._alone = len(np.unique(task.classes)) == len(task.classes)
        self.root = Evidence(task.prior, 0, task.opened)

    def is_sure(self, p: FloatArray) -> bool:
        """Whether a class has reached the confidence."""
        mass = np.bincount(self._class, p, self._kinds)
        return bool(mass.max() >= self.task.confidence - SURE)

    def candidates(self, situation: Evidence) -> Candidates:
        """Questions worth asking here: none where the situation has ended."""
        asks = self.task.questions
        none = np.zeros(len(asks), dtype=np.bool_)
        if not asks or self.is_sure(situation.p):
            return Candidates(none, none, np.zeros(len(asks)), np.zeros(len(asks)))
        said, asked = dict(situation.said), situation.asked
        left = np.array([not asked >> q & 1 for q in range(len(asks))])
        available = left & np.array([met(ask.only_if, said) for ask in asks])
        gains = self.gains(situation.p)
        telling = left & (gains > WORTHLESS)
        openers = none
        if self._gates:
            openers = self._openers(situation, available & ~telling, telling)
        costs = np.array([self.task.minutes(ask, situation.opened) for ask in asks])
        return Candidates(available & telling, openers, gains, costs)

    def best(self, situation: Evidence) -> int:
        """The question that tells most per minute, -1 where there is none."""
        here = self.candidates(situation)
        chosen = best(here.gains, here.costs, here.telling)
        if chosen is not None:
            return chosen
        return int(here.openers.argmax()) if here.openers.any() else -1

    def option(self, situation: Evidence, question: int) -> Option:
        """What asking leads to."""
        ask = self.task.questions[question]
        opened = self.task.opened_after(ask, situation.opened)
        parts = []
        for a, row in enumerate(ask.likelihood):
            joint = situation.p * row
            if (chance := float(joint.sum())) > 0:
                said = self._said(situation, question, a)
                asked = situation.asked | 1 << question
                after = Evidence(joint / chance, asked, opened, said)
                parts.append((a, chance, after))
        minutes = self.task.minutes(ask, situation.opened)
        return Option(question, minutes, tuple(parts))

    def gains(self, p: FloatArray) -> FloatArray:
        """Bits about the remedy class that each question tells, ``(questions,)``."""
        answers: FloatArray = self.L @ p
        told = self._by_question(-plogp(answers))
        if self._alone:
            return np.asarray(told - self._noise @ p)
        # H(answer) + H(class) - H(answer, class)
        joint = np.zeros((len(self.L), self._kinds))
        np.add.at(joint.T, self._class, (self.L * p).T)
        mass = np.asarray(np.bincount(self._class, p, self._kinds), dtype=np.float64)
        spread: FloatArray = -plogp(joint)
        together = self._by_question(spread).sum(axis=1)
        return np.asarray(told - plogp(mass).sum() - together)

    def _by_question(self, x: FloatArray) -> FloatArray:
        if not self.task.questions:
            return np.zeros((0, *x.shape[1:]))
        return np.asarray(np.add.reduceat(x, self._first, axis=0))

    def _said(
        self, situation: Evidence, question: int, answer: int
    ) -> tuple[tuple[int, int], ...]:
        if question not in self._gates:
            return situation.said
        return tuple(sorted((*situation.said, (question, answer))))

    def _openers(
        self, situation: Evidence, available: BoolArray, telling: BoolArray
    ) -> BoolArray:
        """Available questions that tell nothing, but may open one that does."""
        wanted = np.flatnonzero(telling).tolist()
        seen: set[int] = set()
        while wanted:
            q = wanted.pop()
            if q not in seen and self._may_open(situation, q):
                seen.add(q)
                wanted += self._shut(situation, q)
        found = np.zeros(len(available), dtype=np.bool_)
        found[sorted(seen)] = True
        return found & available

    def _shut(self, situation: Evidence, question: int) -> list[int]:
        """The conditions of a question that were not asked yet."""
        said = dict(situation.said)
        return [g for g, _ in self.task.questions[question].only_if if g not in said]

    def _may_open(self, situation: Evidence, question: int) -> bool:
        """Whether answers that are possible here can meet its conditions."""
        said, asks = dict(situation.said), self.task.questions
        return all(
            said[g] in allowed
            if g in said
            else any(asks[g].likelihood[a] @ situation.p > 0 for a in sorted(allowed))
            for g, allowed in asks[question].only_if
        )


class Assurance:
    """The search; ``run`` may be called once."""

    def __init__(
        self, noisy: Noisy, budget: Budget, progress: Progress | None = None
    ) -> None:
        self.noisy, self.budget, self._progress = noisy, budget, progress
        self.lower: dict[Key, float] = {}
        self.upper: dict[Key, float] = {}
        self.step: dict[Key, int] = {}
        causes = len(noisy.task.prior)
        self._remembered = min(REMEMBERED, BELIEVED // causes)

    def run(self) -> float:
        """The lower bound that the budget can prove, in minutes."""
        root = self.noisy.root
        self._assess(root)
        self._solve(root, float("inf"), 0)
        return self.lower[root.key]

    def _solve(self, situation: Evidence, limit: float, depth: int) -> None:
        """Narrow the bounds until they meet or the lower reaches a limit."""
        key = situation.key
        if self._is_closed(key) or self.lower[key] >= limit:
            return
        if depth > DEEPEST or not self._may_expand():
            return
        here = self.noisy.candidates(situation)
        least = float("inf")
        for q in here.in_order():
            known = self.upper.get(key, float("inf"))
            goal = min(limit, known - EVEN)
            if self.budget.spent or here.costs[q] >= goal:
                least = min(least, float(here.costs[q]))
                continue
            option = self.noisy.option(situation, q)
            least = min(least, self._explore(option, goal, depth))
            cost = option.minutes + sum(
                chance * self.upper.get(x.key, float("inf"))
                for _, chance, x in option.parts
            )
            if cost < known:
                self.upper[key], self.step[key] = cost, q
        upper = self.upper.get(key, float("inf"))
        self.lower[key] = max(self.lower[key], min(least, upper))

    def _explore(self, option: Option, goal: float, depth: int) -> float:
        """The least that a question can cost, narrowed until it reaches the goal."""
        least = option.minutes
        for _, chance, x in option.parts:
            self._assess(x)
            least += chance * self.lower[x.key]
        for _, chance, x in option.parts:
            if least >= goal or self.budget.spent:
                break
            rest = least - chance * self.lower[x.key]
            self._solve(x, (goal - rest) / chance, depth + 1)
            least = rest + chance * self.lower[x.key]
        return least

    def _assess(self, situation: Evidence) -> None:
        """Give a situation its first bounds."""
        key = situation.key
        if key in self.lower:
            return
        here = self.noisy.candidates(situation)
        self.lower[key] = here.least
        if not (here.telling | here.openers).any():
            self.upper[key] = 0.0

    def _is_closed(self, key: Key) -> bool:
        return self.upper.get(key, float("inf")) <= self.lower[key] + EVEN

    def _may_expand(self) -> bool:
        if len(self.lower) > self._remembered:
            self.budget.spent = True
        going_on = self.budget.take()
        if going_on and self._progress and not self.budget.expanded % 1_000:
            root = self.noisy.root.key
            upper = self.upper.get(root, float("inf"))
            self._progress(self.budget.expanded, self.lower[root], upper)
        return going_on
