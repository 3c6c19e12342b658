"""
Noisy answers: the situations that they lead to, and what questions tell there.

Throughout this module:
    p       is the belief, shape (causes,), sums to 1

A situation is the belief, the questions left, the setups opened, and what the gates
were answered: the same evidence in another order is the same situation, and so is
other evidence that leads to the same belief. It ends where a class has reached the
confidence, or where no question that can be reached tells anything.

Many noisy situations at once: what to ask in each, and what the answers lead to.

Throughout this module:
    S, C, Q, K, G   are situations, causes, questions, setups, and gates: questions
                    that others wait for

A situation means what it does in ``evidence``; that room says what to ask in the few
where nothing at hand tells enough, but something else may open what does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.inference.bayes import plogp
from troubleshoot.inference.tables import BatchTable
from troubleshoot.planner.policy import TIE, WORTHLESS, best
from troubleshoot.planner.task import met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.task import IntArray, Task


BoolArray: TypeAlias = npt.NDArray[np.bool_]
Key: TypeAlias = tuple[int, frozenset[int], tuple[tuple[int, int], ...], bytes]

DIGITS = 12  # beliefs that agree so far are equal
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
        self.table = BatchTable.of(task.classes, [ask.likelihood for ask in asks])
        self._gates = frozenset(q for ask in asks for q, _ in ask.only_if)
        self._is_gate = np.array([q in self._gates for q in range(len(asks))], bool)
        self._waiting = [q for q, ask in enumerate(asks) if ask.only_if]
        self._class, self._kinds = task.classes, int(task.classes.max(initial=0)) + 1
        self._costs: dict[frozenset[int], FloatArray] = {}
        self.root = Evidence(task.prior, 0, task.opened)

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
        """Bits about the remedy class that each question tells, (S, C) → (S, Q)."""
        return self.table.gains(p)

    def uncertainty(self, p: FloatArray) -> FloatArray:
        """Bits that are not known about the remedy class, of many beliefs, (S,)."""
        mass = np.zeros((len(p), self._kinds))
        np.add.at(mass.T, self._class, p.T)
        spread: FloatArray = -plogp(mass)
        return np.asarray(spread.sum(axis=1))

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


UNSAID = -1  # at a gate that was not answered


@dataclass(frozen=True, eq=False)
class Crowd:
    """
    Situations as arrays.

    ``p`` is what is believed, shape (S, C); ``asked`` which questions were, (S, Q);
    ``opened`` which setups are, (S, K); ``said`` the answer at each gate, (S, G).
    """

    p: FloatArray
    asked: BoolArray
    opened: BoolArray
    said: IntArray

    def __len__(self) -> int:
        return len(self.p)

    def at(self, places: IntArray | BoolArray | slice) -> Crowd:
        """Some of them."""
        return Crowd(
            self.p[places], self.asked[places], self.opened[places], self.said[places]
        )


class Offered(NamedTuple):
    """Questions of situations, (S, Q): bits, minutes, and which can be asked now."""

    gains: FloatArray
    costs: FloatArray
    available: BoolArray


class After(NamedTuple):
    """
    What answers lead to, N situations.

    ``parent`` is the place of the one before, (N,); ``answer`` and its ``chance``
    there, (N,).
    """

    crowd: Crowd
    parent: IntArray
    answer: IntArray
    chance: FloatArray


class Crowds:
    """The situations of a task, many at a time."""

    def __init__(self, noisy: Noisy) -> None:
        self.noisy, self.task = noisy, noisy.task
        asks, setups = self.task.questions, self.task.setups
        self.gates = sorted({g for ask in asks for g, _ in ask.only_if})
        self._gate = {g: i for i, g in enumerate(self.gates)}
        self.needs = np.zeros((len(asks), len(setups)), dtype=np.bool_)
        for q, ask in enumerate(asks):
            if ask.setup >= 0:
                self.needs[q, list(self.task.chains[ask.setup])] = True
        self.waits = np.zeros((len(asks), len(self.gates)), dtype=np.bool_)
        for q, gate, _ in self._conditions():
            self.waits[q, self._gate[gate]] = True
        self._costs = np.array([ask.cost for ask in asks])
        self._paid = np.array([minutes for minutes, _ in setups])
        self._by_class = np.argsort(self.task.classes, kind="stable")
        classes = self.task.classes[self._by_class]
        self._class_starts = np.flatnonzero(np.diff(classes, prepend=-1))
        self.root = self.of([noisy.root])

    def of(self, situations: Sequence[Evidence]) -> Crowd:
        """Single situations as a crowd."""
        questions, setups = len(self.task.questions), len(self.task.setups)
        asked = [[x.asked >> q & 1 for q in range(questions)] for x in situations]
        opened = [[s in x.opened for s in range(setups)] for x in situations]
        said = [[dict(x.said).get(g, UNSAID) for g in self.gates] for x in situations]
        count = len(situations)
        return Crowd(
            np.array([x.p for x in situations]),
            np.array(asked, dtype=np.bool_).reshape(count, questions),
            np.array(opened, dtype=np.bool_).reshape(count, setups),
            np.array(said, dtype=np.intp).reshape(count, len(self.gates)),
        )

    def one(self, crowd: Crowd, place: int) -> Evidence:
        """A single one of them."""
        said = zip(self.gates, crowd.said[place].tolist(), strict=True)
        return Evidence(
            crowd.p[place],
            sum(1 << q for q in np.flatnonzero(crowd.asked[place]).tolist()),
            frozenset(np.flatnonzero(crowd.opened[place]).tolist()),
            tuple((gate, answer) for gate, answer in said if answer != UNSAID),
        )

    def entropy(self, crowd: Crowd) -> FloatArray:
        """Bits of uncertainty about the remedy class, (S,)."""
        return self.noisy.uncertainty(crowd.p)

    def minutes(self, crowd: Crowd) -> FloatArray:
        """What each question costs, with the setups that are not open, (S, Q)."""
        unpaid = np.where(crowd.opened, 0.0, self._paid)
        return np.asarray(self._costs + unpaid @ self.needs.T)

    def offered(self, crowd: Crowd) -> Offered:
        """What can be asked, what it tells, and what it costs."""
        available = ~crowd.asked & self._met(crowd)
        return Offered(self.noisy.gains(crowd.p), self.minutes(crowd), available)

    def best(self, crowd: Crowd) -> IntArray:
        """``Noisy.best`` of each: the question, -1 where there is none, (S,)."""
        here = self.offered(crowd)
        mass = np.add.reduceat(crowd.p[:, self._by_class], self._class_starts, axis=1)
        sure = mass.max(axis=1) >= self.task.confidence - SURE
        enough = here.available & (here.gains >= self.task.slight)
        going_on = ~sure & enough.any(axis=1)
        chosen = np.where(going_on, self.per_minute(here).argmax(axis=1), -1)
        unasked = np.asarray(~crowd.asked)
        waiting = unasked[:, self.gates].any(axis=1)
        for i in np.flatnonzero(waiting & ~sure & ~going_on).tolist():
            chosen[i] = self.noisy.best(self.one(crowd, i))
        return chosen

    def per_minute(self, here: Offered) -> FloatArray:
        """
        What ranks questions as ``policy.best`` does, (S, Q); -inf for the others.

        Free ones come first, by what they tell; values nearly equal are made equal.
        """
        telling = here.available & (here.gains > WORTHLESS)
        free = telling & (here.costs <= 0)
        rate = np.divide(
            here.gains, here.costs, out=here.gains.copy(), where=here.costs > 0
        )
        among = np.where(free.any(axis=1, keepdims=True), free, telling)
        rate = np.where(among, rate, -np.inf)
        greatest = rate.max(axis=1, keepdims=True)
        return np.where(among & (rate >= greatest * (1 - TIE)), greatest, rate)

    def after(self, crowd: Crowd, questions: IntArray) -> After:
        """What each answer to the question of each situation leads to."""
        parts = [
            self._answered(crowd, np.flatnonzero(questions == q), q, answer)
            for q in np.unique(questions).tolist() or (0,)  # nothing has its form, too
            for answer in range(len(self.task.questions[q].likelihood))
        ]
        return After(
            together([each.crowd for each in parts]),
            np.concatenate([x.parent for x in parts]),
            np.concatenate([x.answer for x in parts]),
            np.concatenate([x.chance for x in parts]),
        )

    def _answered(
        self, crowd: Crowd, places: IntArray, question: int, answer: int
    ) -> After:
        joint = crowd.p[places] * self.task.questions[question].likelihood[answer]
        chance = joint.sum(axis=1)
        possible = chance > 0
        before = crowd.at(places[possible])
        asked, said = before.asked, before.said  # copies, as an array chose them
        asked[:, question] = True
        if question in self._gate:
            said[:, self._gate[question]] = answer
        p = joint[possible] / chance[possible, None]
        after = Crowd(p, asked, before.opened | self.needs[question], said)
        answers = np.full(len(after), answer)
        return After(after, places[possible], answers, chance[possible])

    def same(self, crowd: Crowd, also: IntArray | None = None) -> IntArray:
        """
        The place of the first that is equal to each, (S,).

        ``also``: what else must be equal, (S,).
        """
        rounded = np.asarray(np.round(crowd.p, DIGITS) + 0.0)  # no negative zeros
        rows = rounded, crowd.asked, crowd.opened, crowd.said
        return first_equal(*rows) if also is None else first_equal(*rows, also)

    def left(self, crowd: Crowd) -> BoolArray:
        """``Noisy.left`` of each, (S, Q)."""
        left, before = ~crowd.asked, -1
        while (count := int(left.sum())) != before:
            before = count
            for q, gate, will_do in self._conditions():
                said = crowd.said[:, self._gate[gate]]
                open_ = np.where(said == UNSAID, left[:, gate], np.isin(said, will_do))
                left[:, q] &= open_
        return left

    def _met(self, crowd: Crowd) -> BoolArray:
        """Which questions have their conditions met, (S, Q)."""
        met = np.ones(crowd.asked.shape, dtype=np.bool_)
        for q, gate, will_do in self._conditions():
            met[:, q] &= np.isin(crowd.said[:, self._gate[gate]], will_do)
        return met

    def _conditions(self) -> list[tuple[int, int, list[int]]]:
        """Questions that wait, each with a gate and the answers that will do."""
        return [
            (q, gate, sorted(allowed))
            for q, ask in enumerate(self.task.questions)
            for gate, allowed in ask.only_if
        ]


def together(crowds: Sequence[Crowd]) -> Crowd:
    """All of them in one."""
    return Crowd(
        np.concatenate([each.p for each in crowds]),
        np.concatenate([each.asked for each in crowds]),
        np.concatenate([each.opened for each in crowds]),
        np.concatenate([each.said for each in crowds]),
    )


def first_equal(*rows: FloatArray | IntArray | BoolArray) -> IntArray:
    """The place of the first row that is equal to each, in all arrays, (S,)."""
    count = len(rows[0])
    wide = [np.ascontiguousarray(x).view(np.uint8).reshape(count, -1) for x in rows]
    joined = np.ascontiguousarray(np.concatenate(wide, axis=1))
    keys = joined.view(np.dtype((np.void, joined.shape[1]))).ravel()
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return np.asarray(first[which.reshape(-1)])
