"""
Noisy answers: the situations that they lead to, and what questions tell there.

Throughout this module:
    p       is the belief, shape (causes,), sums to 1
    L       is the likelihood of all answers of all questions, (columns, causes)

A situation is the belief, the questions left, the setups opened, and what the gates
were answered: the same evidence in another order is the same situation, and so is
other evidence that leads to the same belief. It ends where a class has reached the
confidence, or where no question that can be reached tells anything.
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
    from troubleshoot.engine.task import Task

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Key: TypeAlias = tuple[int, frozenset[int], tuple[tuple[int, int], ...], bytes]

DIGITS = 12  # beliefs that agree so far are equal
AT_ONCE = 1_000_000  # numbers of L that are looked at together
SURE = 1e-12  # a class that misses the confidence by no more has reached it


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

    ``available`` can be asked now; those among them that tell something are
    ``telling``, and those that may open one that does are ``openers``.
    """

    available: BoolArray
    telling: BoolArray
    openers: BoolArray
    gains: FloatArray
    costs: FloatArray

    @property
    def any(self) -> bool:
        """Whether there is something to ask."""
        return bool((self.telling | self.openers).any())

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
        self._gates = frozenset(q for ask in asks for q, _ in ask.only_if)
        self._is_gate = np.array([q in self._gates for q in range(len(asks))], bool)
        self._waiting = [q for q, ask in enumerate(asks) if ask.only_if]
        self._class, self._kinds = task.classes, int(task.classes.max(initial=0)) + 1
        sizes = np.bincount(task.classes, minlength=self._kinds)
        self._shared = [
            np.flatnonzero(task.classes == k) for k in np.flatnonzero(sizes > 1)
        ]
        alone = sizes[task.classes] == 1
        self._noise = self._entropies() * alone
        self._costs: dict[frozenset[int], FloatArray] = {}
        self.root = Evidence(task.prior, 0, task.opened)

    def _entropies(self) -> FloatArray:
        """H(answer | cause) in bits, (questions, causes), some causes at a time."""
        entropies = np.empty((len(self.task.questions), self.L.shape[1]))
        step = max(1, AT_ONCE // max(1, len(self.L)))
        for start in range(0, self.L.shape[1], step):
            some = slice(start, start + step)
            noise: FloatArray = -plogp(self.L[:, some])
            entropies[:, some] = self._by_question(noise.T).T
        return entropies

    def is_sure(self, p: FloatArray) -> bool:
        """Whether a class has reached the confidence."""
        mass = np.bincount(self._class, p, self._kinds)
        return bool(mass.max() >= self.task.confidence - SURE)

    def candidates(self, situation: Evidence) -> Candidates:
        """Questions worth asking here: none where the situation has ended."""
        questions = len(self.task.questions)
        none, zeros = np.zeros(questions, dtype=np.bool_), np.zeros(questions)
        nothing = Candidates(none, none, none, zeros, zeros)
        if not questions or self.is_sure(situation.p):
            return nothing
        left = np.array([not situation.asked >> q & 1 for q in range(questions)])
        available = left & self._met(situation)
        gains = self.gains(situation.p[None])[0]
        telling = left & (gains > WORTHLESS)
        if not self._is_open(situation, available, left & (gains >= self.task.slight)):
            return nothing
        openers = self._openers(situation, available & ~telling, telling)
        costs = self._minutes(situation.opened)
        return Candidates(available, available & telling, openers, gains, costs)

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

    def left(self, situation: Evidence) -> tuple[int, ...]:
        """Questions that may still be asked, now or once others are answered."""
        said, asks = dict(situation.said), self.task.questions
        left = {q for q in range(len(asks)) if not situation.asked >> q & 1}
        while shut := {
            q
            for q in left.intersection(self._waiting)
            for g, allowed in asks[q].only_if
            if (said[g] not in allowed if g in said else g not in left)
        }:
            left -= shut
        return tuple(sorted(left))

    def gains(self, p: FloatArray) -> FloatArray:
        """
        Bits about the remedy class that each question tells.

        ``H(answer) + H(class) - H(answer, class)``, of many beliefs at once: from
        (S, causes) to (S, questions). A class of one cause adds what the answers leave
        open under it, which no belief changes.
        """
        told = self._by_question(-plogp(p @ self.L.T)) - p @ self._noise.T
        for members in self._shared:
            among = p[:, members]
            both = self._by_question(-plogp(among @ self.L[:, members].T))
            told += -plogp(among.sum(axis=1))[:, None] - both
        return np.asarray(told)

    def uncertainty(self, p: FloatArray) -> FloatArray:
        """Bits that are not known about the remedy class, of many beliefs, (S,)."""
        mass = np.zeros((len(p), self._kinds))
        np.add.at(mass.T, self._class, p.T)
        spread: FloatArray = -plogp(mass)
        return np.asarray(spread.sum(axis=1))

    def _by_question(self, x: FloatArray) -> FloatArray:
        """Sums over the answers of each question, along the last axis."""
        if not self.task.questions:
            return np.zeros((*x.shape[:-1], 0))
        return np.asarray(np.add.reduceat(x, self._first, axis=-1))

    def _said(
        self, situation: Evidence, question: int, answer: int
    ) -> tuple[tuple[int, int], ...]:
        if question not in self._gates:
            return situation.said
        return tuple(sorted((*situation.said, (question, answer))))

    def _met(self, situation: Evidence) -> BoolArray:
        """Which questions have their conditions met."""
        ok, said = np.ones(len(self.task.questions), bool), dict(situation.said)
        for q in self._waiting:
            ok[q] = met(self.task.questions[q].only_if, said)
        return ok

    def _minutes(self, opened: frozenset[int]) -> FloatArray:
        """What each question costs while these setups are open."""
        if opened not in self._costs:
            asks = self.task.questions
            costs = [self.task.minutes(ask, opened) for ask in asks]
            self._costs[opened] = np.array(costs)
        return self._costs[opened]

    def _is_open(
        self, situation: Evidence, available: BoolArray, worth: BoolArray
    ) -> bool:
        """Whether a question that tells enough can be asked, now or later."""
        if (available & worth).any():
            return True
        return bool(self._openers(situation, available, worth).any())

    def _openers(
        self, situation: Evidence, available: BoolArray, telling: BoolArray
    ) -> BoolArray:
        """Available questions that tell nothing, but may open one that does."""
        found = np.zeros(len(available), dtype=np.bool_)
        if not (available & self._is_gate).any():
            return found
        wanted = np.flatnonzero(telling).tolist()
        seen: set[int] = set()
        while wanted:
            q = wanted.pop()
            if q not in seen and self._may_open(situation, q):
                seen.add(q)
                wanted += self._shut(situation, q)
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
