"""
Certain answers: what they leave of the causes, as bit sets, and the greedy policy.

Throughout this module:
    live    is a set of atoms; bit i is atom i
    an atom is the causes that answer every question alike and share a remedy class, or
            that no question separates at all; atoms are in order of weight
    w       is the weight of each atom, shape (atoms,)

A state is the set of live atoms, the setups opened, and the gates asked whose answers
count although their own conditions may be met no longer. What was answered, the live
atoms say; what all of them answer alike is known, asked or not, and what those with the
confidence answer is as good as known.

The greedy policy always asks the question that tells most per minute. It is where the
search for the best order begins, and where it ends when its budget does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.conditions import MET
from troubleshoot.inference.tables import DenseTable, Likelihood, gains
from troubleshoot.planner.policy import best
from troubleshoot.planner.standing import Standings
from troubleshoot.planner.task import UNSAID, Wanted, mask_of, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.standing import Truths
    from troubleshoot.planner.task import Conditions, Task


IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
Questions: TypeAlias = tuple[int, ...]

PAIRS = 100  # atoms; with more, what conditions let be told apart is not looked for
ROUNDING = 1e-12  # a likelihood that close to 0 or 1 is certain


class SetState(NamedTuple):
    """What is known (the live atoms), what is open, and which gates were asked."""

    live: int
    opened: frozenset[int] = frozenset()
    asked: frozenset[int] = frozenset()


class SetOption(NamedTuple):
    """A question in a situation: minutes it takes, and what each answer leads to."""

    question: int
    minutes: float
    parts: tuple[tuple[int, SetState], ...]


@dataclass(frozen=True, eq=False)
class Certain:
    """
    A task whose live causes lead to one certain answer each.

    ``members`` are the causes of each atom; ``rows`` the answer each atom leads to,
    shape ``(questions, atoms)``; ``classes`` what must be told apart: two atoms of one
    class need not be.
    """

    task: Task
    members: tuple[tuple[int, ...], ...]
    w: FloatArray
    rows: IntArray
    classes: IntArray

    @classmethod
    def of(cls, task: Task) -> Certain | None:
        """The task as sets; None when an answer of a live cause is not certain."""
        live = np.flatnonzero(task.prior > 0)
        given = [ask.likelihood[:, live] for ask in task.questions]
        if any((np.minimum(x, 1.0 - x) > ROUNDING).any() for x in given):
            return None
        rows = np.array([x.argmax(axis=0) for x in given], dtype=np.intp)
        return cls._of_atoms(task, live, rows.reshape(len(given), len(live)))

    @classmethod
    def _of_atoms(cls, task: Task, live: IntArray, rows: IntArray) -> Certain:
        weights, classes = task.prior[live], task.classes[live]
        alike: dict[bytes, list[int]] = {}
        for i, column in enumerate(np.ascontiguousarray(rows.T)):
            alike.setdefault(column.tobytes(), []).append(i)
        atoms = sorted(alike.values(), key=lambda atom: (-weights[atom].sum(), atom))
        # What nothing separates, although its remedies differ, is a class of its own.
        mixed = int(task.classes.max(initial=0)) + 1
        kinds = [
            int(classes[atom[0]])
            if len(set(classes[atom].tolist())) == 1
            else mixed + i
            for i, atom in enumerate(atoms)
        ]
        return cls(
            task=task,
            members=tuple(tuple(int(live[i]) for i in atom) for atom in atoms),
            w=np.array([weights[atom].sum() for atom in atoms]),
            rows=rows[:, [atom[0] for atom in atoms]],
            classes=np.array(kinds, dtype=np.intp),
        )

    @property
    def everything(self) -> int:
        """The set of all atoms."""
        return (1 << len(self.members)) - 1

    @cached_property
    def root(self) -> SetState:
        """Where the plan begins."""
        return SetState(self.everything, self.task.opened)

    @cached_property
    def answers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """Of each question the pairs (answer, atoms that lead to it)."""
        return tuple(
            tuple((int(a), mask_of(row == a)) for a in np.unique(row))
            for row in self.rows
        )

    @cached_property
    def class_masks(self) -> tuple[int, ...]:
        """The class of each atom as a set of atoms."""
        masks = {k: mask_of(self.classes == k) for k in set(self.classes.tolist())}
        return tuple(masks[k] for k in self.classes.tolist())

    @cached_property
    def standings(self) -> Standings:
        """The conditions of the questions."""
        return Standings(self.task)

    @cached_property
    def gates(self) -> frozenset[int]:
        """Questions that are a condition of another."""
        return frozenset(self.standings.gates)

    @cached_property
    def remembered(self) -> frozenset[int]:
        """Gates of which it matters that they were asked: they wait for others."""
        return frozenset(g for g in self.gates if self.task.questions[g].only_if)

    @cached_property
    def _conditions(self) -> tuple[Conditions, ...]:
        return tuple(ask.only_if for ask in self.task.questions)

    @cached_property
    def is_plain(self) -> bool:
        """Whether there is nothing to open and no condition, so that sets say all."""
        return self.is_free and all(ask.setup < 0 for ask in self.task.questions)

    @cached_property
    def is_free(self) -> bool:
        """Whether every question can be asked at once."""
        return not any(ask.only_if or ask.is_closed for ask in self.task.questions)

    @cached_property
    def apart(self) -> BoolArray:
        """
        Which atoms every policy tells apart, shape ``(atoms, atoms)``.

        Two of different classes that something reachable separates when only these
        two are live. In a larger set that nothing splits any more, all answer alike
        what can be asked, so that conditions stand as they do for the two.
        """
        differ: BoolArray = self.classes[:, None] != self.classes[None, :]
        if self.is_free:
            return differ  # no two atoms answer everything alike
        asks = self.task.questions
        open_to_all = [not (ask.only_if or ask.is_closed) for ask in asks]
        columns = self.rows[open_to_all].T
        _, signature = np.unique(columns, axis=0, return_inverse=True)
        signature = signature.reshape(-1)
        found = np.asarray(differ & (signature[:, None] != signature[None, :]))
        if len(differ) <= PAIRS:
            for i, j in np.argwhere(np.triu(differ & ~found)).tolist():
                pair = SetState(1 << i | 1 << j)
                found[i, j] = found[j, i] = not self.is_finished(pair)
        return found

    @cached_property
    def groups(self) -> IntArray:
        """Atoms that some policy may leave together, by number."""
        if len(set(self.classes.tolist())) == len(self.classes) and self.is_free:
            return np.arange(len(self.classes))
        return merged(self.apart)

    def is_one_class(self, live: int) -> bool:
        """Whether a set needs no more telling apart."""
        lowest = (live & -live).bit_length() - 1
        return not live & ~self.class_masks[lowest]

    def is_finished(self, situation: SetState) -> bool:
        """Whether a set lies in one class, or nothing that can be reached splits it."""
        # What does not split it tells nothing that is not known already.
        done = self.is_one_class(situation.live)
        return done or next(self.options(situation), None) is None

    def options(
        self, situation: SetState, questions: Questions | None = None
    ) -> Iterator[SetOption]:
        """Available questions that split the set."""
        live, truths = situation.live, None
        every = range(len(self.rows)) if questions is None else questions
        for q in every:
            parts = [(a, part) for a, mask in self.answers[q] if (part := live & mask)]
            if len(parts) < 2 or self.task.questions[q].is_closed:  # noqa: PLR2004
                continue
            if condition := self._conditions[q]:
                truths = truths or self._truths(situation)
                if truths.of(condition)[0] != MET:
                    continue
            yield self._option(situation, q, parts)

    def _truths(self, situation: SetState) -> Truths:
        """How conditions stand in a situation; no action is tried in it."""
        p = self.belief(situation.live)[None]

        def said(claim: Wanted) -> IntArray:
            asked = not claim.is_action and claim.step in situation.asked
            answer = self._answer(claim.step, situation.live) if asked else UNSAID
            return np.array([answer])

        return self.standings.truths(p / p.sum(), said)

    def _option(
        self, situation: SetState, q: int, parts: list[tuple[int, int]]
    ) -> SetOption:
        ask = self.task.questions[q]
        opened = self.task.opened_after(ask, situation.opened)
        asked = situation.asked | {q} if q in self.remembered else situation.asked
        return SetOption(
            q,
            self.task.minutes(ask, situation.opened),
            tuple((a, SetState(part, opened, asked)) for a, part in parts),
        )

    def _answer(self, question: int, live: int) -> int:
        """What a set answers that was asked already."""
        return next(a for a, mask in self.answers[question] if live & mask)

    def belief(self, live: int) -> FloatArray:
        """P(cause, one of the set), shape ``(causes,)``."""
        causes = [c for i in self.atoms(live).tolist() for c in self.members[i]]
        weights = np.zeros_like(self.task.prior)
        weights[causes] = self.task.prior[causes]
        return weights

    def atoms(self, live: int) -> IntArray:
        """Indices of a set, ascending."""
        return np.flatnonzero(unpacked([live], len(self.members))[0])


class Greedy:
    """The policy that always asks the question that tells most per minute."""

    def __init__(self, certain: Certain) -> None:
        self._certain = certain
        self._cost: dict[SetState, float] = {}
        self._step: dict[SetState, int] = {}
        self._table = DenseTable.of(
            certain.classes, [_likelihood(row) for row in certain.rows]
        )

    def step(self, situation: SetState) -> int:
        """Its question; -1 where there is nothing left to tell apart."""
        if situation not in self._step:
            self._step[situation] = self._choose(situation)
        return self._step[situation]

    def cost(self, situation: SetState) -> float:
        """What it costs from here, in minutes times weight."""
        waiting = [situation]
        while waiting:
            place = waiting[-1]
            option = self.option(place)
            missing = [x for _, x in option[1] if x not in self._cost]
            if place in self._cost or not missing:
                waiting.pop()
                weight = float(self._certain.w[self._certain.atoms(place.live)].sum())
                below = sum(self._cost[x] for _, x in option[1])
                self._cost[place] = weight * option[0] + below
            else:
                waiting += missing
        return self._cost[situation]

    def option(
        self, situation: SetState, question: int | None = None
    ) -> tuple[float, tuple[tuple[int, SetState], ...]]:
        """Minutes of a question (its own when left out), and what it leads to."""
        q = self.step(situation) if question is None else question
        if q < 0:  # an ending
            return 0.0, ()
        _, minutes, parts = next(self._certain.options(situation, (q,)))
        return minutes, parts

    def _choose(self, situation: SetState) -> int:
        if self._certain.is_finished(situation):
            return -1
        if self._certain.is_plain:
            questions = np.arange(len(self._certain.rows))
            costs = np.array([x.cost for x in self._certain.task.questions])
        else:
            options = list(self._certain.options(situation))
            questions = np.array([x.question for x in options])
            costs = np.array([x.minutes for x in options])
        live = self._certain.atoms(situation.live)
        p = np.zeros_like(self._certain.w)
        p[live] = self._certain.w[live] / self._certain.w[live].sum()
        told = gains(self._table.restricted(live), p)[questions]
        chosen = best(told, costs, np.ones(len(questions), dtype=np.bool_))
        if chosen is not None:
            return int(questions[chosen])
        # What tells nothing about the classes yet may still split the set for later.
        return next(x.question for x in self._certain.options(situation))


def _likelihood(row: IntArray) -> Likelihood:
    """A question whose answers are certain: P(answer | atom) is 0 or 1."""
    answers = int(row.max(initial=0)) + 1
    certain = np.eye(answers)
    return Likelihood(
        answers=tuple(map(str, range(answers))),
        otherwise=certain[0],
        causes=np.arange(len(row)),
        said=certain,
        which=row,
    )


def merged(apart: BoolArray) -> IntArray:
    """
    Number of the group of each cause: those that chains of "not apart" connect.

    Whatever a policy leaves together lies in one group, so a bound over groups holds
    for it. Shape ``(causes,)``, numbered by first member.
    """
    group = np.full(len(apart), -1, dtype=np.intp)
    number = 0
    for first in range(len(apart)):
        if group[first] >= 0:
            continue
        members = np.zeros(len(apart), dtype=bool)
        members[first] = True
        while (grown := members | ~apart[members].all(axis=0)).sum() > members.sum():
            members = grown
        group[members] = number
        number += 1
    return group
