"""
Many noisy situations at once: what to ask in each, and what the answers lead to.

Throughout this module:
    S, C, Q, K, G   are situations, causes, questions, setups, and gates: questions
                    that others wait for

A situation means what it does in ``evidence``; that room says what to ask in the few
where nothing at hand tells enough, but something else may open what does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from troubleshoot.engine.evidence import DIGITS, SURE, Evidence
from troubleshoot.engine.policy import TIE, WORTHLESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.engine.belief import FloatArray
    from troubleshoot.engine.evidence import BoolArray, Noisy
    from troubleshoot.engine.task import IntArray

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
