"""
Noisy answers: the belief states that they lead to, and what questions tell there.

Throughout this module:
    S, C, Q, K, G   are states, causes, questions, setups, and gates: questions that
                    others wait for
    p               is what is believed, shape (S, C), rows sum to 1

A state is the belief, the questions asked, the setups opened, and what the gates were
answered: the same evidence in another order is the same state, and so is other evidence
that leads to the same belief. What can be asked, conditions decide: by what the gates
were answered, and by what the belief makes as good as known. It ends where a class has
reached the confidence, or where no question that can be reached tells anything. States
come in batches; a single one is a batch of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.conditions import MET, OPEN, UNMET, Condition
from troubleshoot.inference.bayes import plogp
from troubleshoot.inference.tables import BatchTable
from troubleshoot.planner.policy import TIE
from troubleshoot.planner.standing import SURE, Standings
from troubleshoot.planner.task import UNSAID, WORTHLESS, Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.standing import Truths
    from troubleshoot.planner.task import IntArray, Task


BoolArray: TypeAlias = npt.NDArray[np.bool_]
Key: TypeAlias = bytes

DIGITS = 12  # beliefs that agree so far are equal


@dataclass(frozen=True, eq=False)
class BeliefStates:
    """
    States as arrays.

    ``p`` is what is believed, shape (S, C); ``asked`` which questions were, (S, Q);
    ``opened`` which setups are, (S, K); ``said`` the answer at each gate, (S, G).
    """

    p: FloatArray
    asked: BoolArray
    opened: BoolArray
    said: IntArray

    def __len__(self) -> int:
        return len(self.p)

    def at(self, places: IntArray | BoolArray | slice) -> BeliefStates:
        """Some of them."""
        return BeliefStates(
            self.p[places], self.asked[places], self.opened[places], self.said[places]
        )

    def one(self, place: int) -> BeliefStates:
        """A single one of them."""
        return self.at(slice(place, place + 1))

    @cached_property
    def rows(self) -> npt.NDArray[np.void]:
        """Equal for states that are the same, (S,)."""
        rounded = np.round(self.p, DIGITS) + 0.0  # no negative zeros
        return rows_of(rounded, self.asked, self.opened, self.said)

    @cached_property
    def key(self) -> Key:
        """Of a single one: equal for states that are the same."""
        return self.rows.tobytes()


class Candidates(NamedTuple):
    """
    Questions of states, arrays of shape (S, Q): bits, minutes, and which to ask.

    ``available`` can be asked now, ``lasting`` whatever is believed later; those that
    are available and tell something are ``telling``, and those that may open one that
    does are ``openers``: none where the state has ended.
    """

    gains: FloatArray
    costs: FloatArray
    available: BoolArray
    lasting: BoolArray
    telling: BoolArray
    openers: BoolArray

    @property
    def worth(self) -> BoolArray:
        """What may be asked, (S, Q)."""
        return self.telling | self.openers

    @property
    def any(self) -> bool:
        """Whether there is something to ask."""
        return bool(self.worth.any())

    @property
    def least(self) -> float:
        """Minutes of the cheapest, 0 where there is none."""
        return float(self.costs[self.worth].min()) if self.any else 0.0

    def in_order(self) -> list[int]:
        """Of a single state: what tells most per minute first."""
        per_minute = self.gains[0] / np.maximum(self.costs[0], 1e-9)
        among = np.flatnonzero(self.worth[0])
        return [int(q) for q in among[np.argsort(-per_minute[among], kind="stable")]]


class Offered(NamedTuple):
    """
    Questions of states, (S, Q): bits, minutes, and which can be asked now.

    ``lasting`` are those that can be asked whatever is believed later.
    """

    gains: FloatArray
    costs: FloatArray
    available: BoolArray
    lasting: BoolArray


class After(NamedTuple):
    """
    What answers lead to, N states.

    ``parent`` is the place of the one before, (N,); ``answer`` and its ``chance``
    there, (N,).
    """

    states: BeliefStates
    parent: IntArray
    answer: IntArray
    chance: FloatArray


class BeliefOption(NamedTuple):
    """A question in a single state: minutes it takes, what each answer leads to."""

    question: int
    minutes: float
    parts: tuple[tuple[int, float, BeliefStates], ...]


class Noisy:
    """The states of a task, the questions in them, and what those tell."""

    def __init__(self, task: Task) -> None:
        self.task = task
        asks, setups = task.questions, task.setups
        self.table = BatchTable.of(task.classes, [ask.likelihood for ask in asks])
        self.standings = Standings(task)
        self.gates = self.standings.gates
        self._gate = {g: i for i, g in enumerate(self.gates)}
        self._waiting = [q for q, ask in enumerate(asks) if ask.only_if]
        self.waits = np.zeros((len(asks), len(self.gates)), dtype=np.bool_)
        for q in self._waiting:
            self.waits[q, self._behind(q)] = True
        self.needs = np.zeros((len(asks), len(setups)), dtype=np.bool_)
        for q, ask in enumerate(asks):
            if ask.setup >= 0:
                self.needs[q, list(task.chains[ask.setup])] = True
        self._costs = np.array([ask.cost for ask in asks])
        self._paid = np.array([minutes for minutes, _ in setups])
        self._by_class = np.argsort(task.classes, kind="stable")
        self._class_starts = np.flatnonzero(
            np.diff(task.classes[self._by_class], prepend=-1)
        )
        self.root = BeliefStates(
            task.prior[None],
            np.array([[ask.is_closed for ask in asks]], dtype=np.bool_),
            np.array([[s in task.opened for s in range(len(setups))]], np.bool_),
            np.full((1, len(self.gates)), UNSAID, dtype=np.intp),
        )

    def _behind(self, question: int) -> list[int]:
        """The places of the gates that it hangs on, gates of gates included."""
        found, near = set[int](), [question]
        while near:
            claims = self.task.questions[near.pop()].only_if.claims()
            new = {x.step for x in claims if not x.is_action} - found
            found |= new
            near += new
        return [self._gate[g] for g in sorted(found)]

    def truths(self, states: BeliefStates) -> Truths:
        """How conditions stand in states; no action is tried in them."""

        def said(claim: Wanted) -> IntArray:
            if claim.is_action:
                return np.full(len(states), UNSAID)
            return np.asarray(states.said[:, self._gate[claim.step]])

        return self.standings.truths(states.p, said)

    def gains(self, p: FloatArray) -> FloatArray:
        """Bits about the remedy class that each question tells, (S, C) → (S, Q)."""
        return self.table.gains(p)

    def _masses(self, states: BeliefStates) -> FloatArray:
        """P(class) of the classes that there are, (S, classes)."""
        return np.asarray(
            np.add.reduceat(states.p[:, self._by_class], self._class_starts, axis=1)
        )

    def entropy(self, states: BeliefStates) -> FloatArray:
        """Bits that are not known about the remedy class, (S,)."""
        spread: FloatArray = -plogp(self._masses(states))
        return np.asarray(spread.sum(axis=1))

    def _is_sure(self, states: BeliefStates) -> BoolArray:
        """Where a class has reached the confidence, (S,)."""
        greatest = self._masses(states).max(axis=1)
        return np.asarray(greatest >= self.task.confidence - SURE)

    def minutes(self, states: BeliefStates) -> FloatArray:
        """What each question costs, with the setups that are not open, (S, Q)."""
        unpaid = np.where(states.opened, 0.0, self._paid)
        return np.asarray(self._costs + unpaid @ self.needs.T)

    def offered(self, states: BeliefStates) -> Offered:
        """What can be asked, what it tells, and what it costs."""
        available, lasting = ~states.asked, ~states.asked
        truths = self.truths(states)
        for q in self._waiting:
            condition = self.task.questions[q].only_if
            available[:, q] &= truths.of(condition) == MET
            lasting[:, q] &= truths.by_word(condition) == MET
        return Offered(self.gains(states.p), self.minutes(states), available, lasting)

    def candidates(self, states: BeliefStates) -> Candidates:
        """Questions worth asking: none where the state has ended."""
        here, left = self.offered(states), ~states.asked
        telling = left & (here.gains > WORTHLESS)
        worth = left & (here.gains >= self.task.slight)
        openers = np.zeros(left.shape, dtype=np.bool_)
        going_on = ~self._is_sure(states)
        for i in np.flatnonzero(going_on).tolist():
            can, one = here.available[i], states.one(i)
            if not (can & worth[i]).any():
                going_on[i] = self._openers(one, can, worth[i]).any()
            if going_on[i]:
                openers[i] = self._openers(one, can & ~telling[i], telling[i])
        asked, lasting = here.available & going_on[:, None], here.lasting
        lasting = lasting & going_on[:, None]
        told = asked & telling
        return Candidates(here.gains, here.costs, asked, lasting, told, openers)

    def best(self, states: BeliefStates) -> IntArray:
        """The question that tells most per minute, -1 where there is none, (S,)."""
        if not self.task.questions:
            return np.full(len(states), -1)
        here, sure = self.offered(states), self._is_sure(states)
        enough = here.available & (here.gains >= self.task.slight)
        going_on = ~sure & enough.any(axis=1)
        chosen = np.where(going_on, self.per_minute(here).argmax(axis=1), -1)
        waiting = ~states.asked[:, self.gates].all(axis=1)
        for i in np.flatnonzero(waiting & ~sure & ~going_on).tolist():
            chosen[i] = self._opening(states.one(i))
        return chosen

    def _opening(self, state: BeliefStates) -> int:
        """What to ask where nothing at hand tells enough, but may open what does."""
        here = self.candidates(state)
        if here.telling.any():
            return int(self.per_minute(here).argmax())
        return int(here.openers.argmax()) if here.openers.any() else -1

    def per_minute(self, here: Offered | Candidates) -> FloatArray:
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

    def _openers(
        self, state: BeliefStates, available: BoolArray, telling: BoolArray
    ) -> BoolArray:
        """Available questions that tell nothing, but may open one that does, (Q,)."""
        found = np.zeros(len(available), dtype=np.bool_)
        if not available[self.gates].any():
            return found
        truths = self.truths(state)
        wanted = np.flatnonzero(telling).tolist()
        seen: set[int] = set()
        while wanted:
            q = wanted.pop()
            if q in seen:
                continue
            seen.add(q)
            condition = self.task.questions[q].only_if
            wanted += truths.awaited(condition, lambda claim: self._may(state, claim))
        found[sorted(seen)] = True
        return found & available

    def _may(self, state: BeliefStates, claim: Wanted) -> bool:
        """Whether a gate can be asked, and an answer that will do can come."""
        share = float(state.p[0] @ self.standings.possible(claim))
        return not state.asked[0, claim.step] and share > 0

    def left(self, states: BeliefStates) -> BoolArray:
        """Questions that may still be asked, now or once others are, (S, Q)."""
        left, before, truths = ~states.asked, -1, self.truths(states)
        closed = [q for q, ask in enumerate(self.task.questions) if ask.is_closed]

        def hope(claim: Wanted) -> IntArray:
            said = truths.by_word(Condition(parts=(claim,)))
            if claim.is_action:
                return np.where(said == OPEN, UNMET, said)
            may = left[:, claim.step] | np.isin(claim.step, closed)
            known = np.where(truths.claim(claim) == MET, MET, UNMET)
            return np.where((said == OPEN) & ~may, known, said)

        while (count := int(left.sum())) != before:
            before = count
            for q in self._waiting:
                condition = self.task.questions[q].only_if
                found = truths.truth(condition, hope)
                left[:, q] &= found > UNMET
        return left

    def option(self, state: BeliefStates, question: int) -> BeliefOption:
        """What asking a single state leads to."""
        after = self.after(state, np.array([question]))
        minutes = float(self.minutes(state)[0, question])
        ones = [after.states.one(i) for i in range(len(after.states))]
        parts = zip(after.answer.tolist(), after.chance.tolist(), ones, strict=True)
        return BeliefOption(question, minutes, tuple(parts))

    def after(self, states: BeliefStates, questions: IntArray) -> After:
        """What each answer to the question of each state leads to."""
        groups = [
            self._answers(states, np.flatnonzero(questions == q), q)
            for q in sorted(set(questions.tolist())) or (0,)  # nothing has its form
        ]
        return (
            groups[0]
            if len(groups) == 1
            else After(
                together([each.states for each in groups]),
                np.concatenate([x.parent for x in groups]),
                np.concatenate([x.answer for x in groups]),
                np.concatenate([x.chance for x in groups]),
            )
        )

    def _answers(self, states: BeliefStates, places: IntArray, question: int) -> After:
        """What the answers to one question lead to, by answer."""
        likelihood = self.task.questions[question].likelihood
        joint = likelihood[:, None] * states.p[places]
        chances = joint.sum(axis=2)
        answer, which = np.nonzero(chances > 0)
        chance, parent = chances[answer, which], places[which]
        p = joint[answer, which] / chance[:, None]
        after = self.answered(states.at(parent), question, answer, p)
        return After(after, parent, answer, chance)

    def answered(
        self, states: BeliefStates, question: int, answer: IntArray, p: FloatArray
    ) -> BeliefStates:
        """The states after answers, ``UNSAID`` for none, in which p is believed."""
        asked, said = states.asked.copy(), states.said.copy()
        asked[:, question] = True
        if question in self._gate:
            said[:, self._gate[question]] = answer
        return BeliefStates(p, asked, states.opened | self.needs[question], said)


def together(batches: Sequence[BeliefStates]) -> BeliefStates:
    """All of them in one."""
    return BeliefStates(
        np.concatenate([each.p for each in batches]),
        np.concatenate([each.asked for each in batches]),
        np.concatenate([each.opened for each in batches]),
        np.concatenate([each.said for each in batches]),
    )


def rows_of(*arrays: npt.NDArray[np.generic]) -> npt.NDArray[np.void]:
    """The rows of all arrays side by side as one value each, (S,)."""
    count = len(arrays[0])
    wide = [np.ascontiguousarray(x).view(np.uint8).reshape(count, -1) for x in arrays]
    joined = np.ascontiguousarray(np.concatenate(wide, axis=1))
    return joined.view(np.dtype((np.void, joined.shape[1]))).reshape(count)


def first_equal(rows: npt.NDArray[np.void]) -> IntArray:
    """The place of the first that is equal to each, (S,)."""
    _, first, which = np.unique(rows, return_index=True, return_inverse=True)
    return np.asarray(first[which.reshape(-1)])
