"""
The steps of a repair as arrays and bit sets, and what each does to a situation.

Throughout this module:
    p     is a belief over kinds of causes, shape (kinds,), sums to 1
    L     is P(answer | kind) of all answers of all questions, shape (rows, kinds)
    F     is P(fixes | kind), shape (actions, kinds)
    left  is a bit set of steps, questions first, then actions

Causes that every step treats alike are one kind. A step is left as long as it may
matter: not taken, no condition failed, and not without effect on what is still
possible. So two situations that differ only in what is over are the same one.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.inference.tables import BatchTable
from troubleshoot.planner.task import bits_of, mask_of, ones, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import BoolArray, FloatArray, IntArray
    from troubleshoot.planner.task import Act, Ask, Task


IMPOSSIBLE = 1e-12  # what is no likelier than this does not happen
DECIMALS = 12  # beliefs that agree so far are equal
AT_ONCE = 256  # causes that are compared at once
SPARSE = 8  # an array with less than one cell in so many filled is worth a list

Key: TypeAlias = tuple[int, int, bytes]


@dataclass(frozen=True, eq=False, slots=True)
class RepairState:
    """A belief, the steps that are left, and the setups that are open for them."""

    p: FloatArray
    left: int
    opened: int

    @property
    def key(self) -> Key:
        """Equal for equal situations, whatever the order of what led there."""
        return self.left, self.opened, np.round(self.p, DECIMALS).tobytes()


@dataclass(frozen=True, eq=False)
class Steps:
    """
    A task, compiled: bit sets for steps and setups, arrays over kinds of causes.

    ``kind`` is the kind of each cause and ``share`` its part of it, shape (causes,).
    """

    task: Task
    kind: IntArray
    share: FloatArray
    prior: FloatArray
    L: FloatArray
    F: FloatArray
    _telling: dict[bytes, int] = field(default_factory=dict, repr=False)
    _minutes: dict[tuple[int, int], float] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, task: Task) -> Steps:
        """The steps of a task."""
        rows = [q.likelihood for q in task.questions]
        fixes = [action.fixes[None] for action in task.actions]
        first, kind = _kinds([*rows, *fixes], len(task.prior))
        prior = np.bincount(kind, task.prior).astype(np.float64)
        whole = prior[kind]
        even = np.zeros_like(whole)
        share = np.divide(task.prior, whole, out=even, where=whole > 0)
        L, F = _columns(rows, first), _columns(fixes, first)  # noqa: N806
        return cls(task, kind, share, prior, L, F)

    @cached_property
    def all(self) -> tuple[Ask | Act, ...]:
        """Questions, then actions; the bit of a step is its place here."""
        return (*self.task.questions, *self.task.actions)

    @cached_property
    def questions(self) -> int:
        """Bit set of all questions."""
        return (1 << len(self.task.questions)) - 1

    @cached_property
    def actions(self) -> int:
        """Bit set of all actions."""
        return (1 << len(self.all)) - 1 - self.questions

    @cached_property
    def irreversible(self) -> int:
        """Bit set of actions that cannot be undone."""
        first = len(self.task.questions)
        return bits_of(
            first + i for i, a in enumerate(self.task.actions) if a.irreversible
        )

    @cached_property
    def by_kind(self) -> FloatArray:
        """F the other way round, shape (kinds, actions)."""
        return np.ascontiguousarray(self.F.T)

    @cached_property
    def rows(self) -> tuple[slice, ...]:
        """Where the answers of each question stand in L."""
        sizes = [len(q.likelihood) for q in self.task.questions]
        ends = np.cumsum([0, *sizes]).tolist()
        return tuple(slice(a, b) for a, b in pairwise(ends))

    @cached_property
    def chains(self) -> tuple[int, ...]:
        """Bit set of the setups that each step needs open."""
        setups = [bits_of(chain) for chain in self.task.chains]
        return tuple(setups[s.setup] if s.setup >= 0 else 0 for s in self.all)

    @cached_property
    def conditions(self) -> tuple[Mapping[int, frozenset[int]] | None, ...]:
        """Answers that each step waits for, those its questions wait for included."""
        return tuple(_conditions(self.task, step.only_if, ()) for step in self.all)

    @cached_property
    def gates(self) -> tuple[int, ...]:
        """Bit set of the questions that each step waits for."""
        return tuple(bits_of(each or ()) for each in self.conditions)

    @cached_property
    def closed_by(self) -> Mapping[tuple[int, int], int]:
        """Bit set of the steps that an answer to a question shuts out for good."""
        found: dict[tuple[int, int], int] = {}
        for step, conditions in enumerate(self.conditions):
            for question, allowed in (conditions or {}).items():
                for answer in range(len(self.task.questions[question].likelihood)):
                    if answer not in allowed:
                        old = found.get((question, answer), 0)
                        found[question, answer] = old | 1 << step
        return found

    @cached_property
    def start(self) -> RepairState:
        """The situation that the task describes."""
        possible = bits_of(i for i, c in enumerate(self.conditions) if c is not None)
        return self.state(self.prior, possible, bits_of(self.task.opened))

    def gains(self, p: FloatArray) -> FloatArray:
        """Expected information gain of each question about the kind, in bits."""
        return self._table.gains(p)

    @cached_property
    def _table(self) -> BatchTable:
        kinds, rows = np.arange(len(self.prior)), self.rows
        return BatchTable.of(kinds, [self.L[some] for some in rows])

    def causes(self, p: FloatArray) -> FloatArray:
        """The belief over causes, or any part of it, shape ``(causes,)``."""
        return np.asarray(p[self.kind] * self.share)

    def fixes(self, step: int) -> FloatArray:
        """P(fixes | kind) of an action, by its bit."""
        return np.asarray(self.F[step - len(self.task.questions)])

    def minutes(self, step: int, opened: int) -> float:
        """Cost of a step with the setups that it opens."""
        new = self.chains[step] & ~opened
        if (step, new) not in self._minutes:
            setups = sum(self.task.setups[s][0] for s in ones(new))
            self._minutes[step, new] = self.all[step].cost + setups
        return self._minutes[step, new]

    def free(self, left: int) -> int:
        """Bit set of the steps that wait for no answer."""
        waiting = (s for s in ones(left & self._gated) if self.gates[s] & left)
        return left & ~bits_of(waiting)

    def outcomes(
        self, s: RepairState, step: int
    ) -> list[tuple[int, float, RepairState]]:
        """
        What may come of a step after which the repair goes on.

        Triples (answer, its probability, situation); of an action only its failure,
        answer 0.
        """
        if step < len(self.rows):
            joint = self.L[self.rows[step]] * s.p
        else:
            joint = ((1.0 - self.fixes(step)) * s.p)[None, :]
        left, opened = s.left & ~(1 << step), s.opened | self.chains[step]
        return [
            (
                answer,
                chance,
                self.state(
                    joint[answer] / chance,
                    left & ~self.closed_by.get((step, answer), 0),
                    opened,
                ),
            )
            for answer, chance in enumerate(joint.sum(axis=1).tolist())
            if chance > IMPOSSIBLE
        ]

    def state(self, p: FloatArray, left: int, opened: int) -> RepairState:
        """The situation with only those steps and setups that may still matter."""
        left = self._relevant(p, left)
        needed = union(self.chains[step] for step in ones(left & self._behind))
        return RepairState(p, left, opened & needed)

    def _relevant(self, p: FloatArray, left: int) -> int:
        actions = self._hopeful(p, left)
        if not actions:
            return 0
        kept = actions
        if left & self.questions and self._differ(p > 0, actions):
            kept |= left & self._told_apart(p > 0)
        waited = union(self.gates[step] for step in ones(kept & self._gated))
        return kept | (waited & left)

    def _hopeful(self, p: FloatArray, left: int) -> int:
        """Actions that may fix what is possible once their conditions are met."""
        hopes = self.chances(p) > IMPOSSIBLE
        found = left & mask_of(hopes) << len(self.task.questions)
        for step in ones(found & self._gated):
            if self.gates[step] & left and self._reach(p, step, left) <= IMPOSSIBLE:
                found ^= 1 << step
        return found

    def chances(self, p: FloatArray) -> FloatArray:
        """P(fixes) of each action, shape ``(actions,)``."""
        if self._filled is None:
            return np.asarray(self.F @ p)
        actions, kinds = self._filled
        filled = self.F[actions, kinds] * p[kinds]
        return np.bincount(actions, filled, len(self.F)).astype(np.float64)

    @cached_property
    def _filled(self) -> tuple[IntArray, IntArray] | None:
        """Where F is not 0, if that is seldom."""
        filled = np.nonzero(self.F)
        is_sparse = len(filled[0]) * SPARSE < self.F.size
        return (filled[0], filled[1]) if is_sparse else None

    @cached_property
    def _behind(self) -> int:
        """Bit set of the steps behind a setup."""
        return bits_of(step for step, chain in enumerate(self.chains) if chain)

    @cached_property
    def _gated(self) -> int:
        """Bit set of the steps that wait for an answer."""
        return bits_of(step for step, gates in enumerate(self.gates) if gates)

    def _reach(self, p: FloatArray, step: int, left: int) -> float:
        """P(the answers an action waits for are given, and it fixes)."""
        joint = p * self.fixes(step)
        for question, allowed in (self.conditions[step] or {}).items():
            if left >> question & 1:
                rows = self.L[self.rows[question]]
                joint = joint * rows[sorted(allowed)].sum(axis=0)
        return float(joint.sum())

    def _differ(self, live: BoolArray, actions: int) -> bool:
        """Whether it matters to an action which of the live causes it is."""
        return any(
            np.ptp(self.fixes(step)[live]) > IMPOSSIBLE for step in ones(actions)
        )

    def _told_apart(self, live: BoolArray) -> int:
        """Questions that separate live causes."""
        key = np.packbits(live).tobytes()
        if key not in self._telling:
            rows = self.L[:, live]
            varies = rows.max(axis=1, initial=0.0) - rows.min(axis=1, initial=1.0)
            told = np.flatnonzero(varies > IMPOSSIBLE)
            self._telling[key] = bits_of(set(self._question_of[told].tolist()))
        return self._telling[key]

    @cached_property
    def _question_of(self) -> IntArray:
        """The question of each row of L, shape (rows,)."""
        sizes = [len(q.likelihood) for q in self.task.questions]
        return np.repeat(np.arange(len(sizes)), sizes)


def _kinds(tables: Sequence[FloatArray], causes: int) -> tuple[IntArray, IntArray]:
    """
    The first cause of each kind, (kinds,), and the kind of each cause, (causes,).

    Kinds are in the order of their columns in the tables, compared from the top down.
    """
    seen: dict[bytes, int] = {}
    alike = np.empty(causes, dtype=np.intp)
    for start in range(0, causes, AT_ONCE):
        some = np.arange(start, min(causes, start + AT_ONCE))
        for cause, key in zip(some.tolist(), _keys(tables, some), strict=True):
            alike[cause] = seen.setdefault(blake2b(key).digest(), cause)
    firsts, which = np.unique(alike, return_inverse=True)
    keys = list(_keys(tables, firsts))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    place = np.argsort(np.array(order, dtype=np.intp))
    return firsts[order], place[which.reshape(-1)]


def _keys(tables: Sequence[FloatArray], causes: IntArray) -> Iterator[bytes]:
    """The columns of these causes as texts in the order of their numbers."""
    columns = _columns(tables, causes).T + 0.0  # no negative zeros
    # None is negative, and so their bytes, the highest first, rank as they do.
    return (column.tobytes() for column in columns.astype(">f8"))


def _columns(tables: Sequence[FloatArray], causes: IntArray) -> FloatArray:
    """The columns of these causes in all tables, each whole in memory."""
    none = np.zeros((0, len(causes)))
    chosen = np.concatenate([none, *(table[:, causes] for table in tables)])
    return np.asfortranarray(chosen)


def _conditions(
    task: Task, only_if: tuple[tuple[int, frozenset[int]], ...], above: tuple[int, ...]
) -> Mapping[int, frozenset[int]] | None:
    """Allowed answers by question, all the way up; None if they can never be met."""
    found: dict[int, frozenset[int]] = {}
    for question, allowed in only_if:
        if question in above:
            return None
        path = (*above, question)
        more = _conditions(task, task.questions[question].only_if, path)
        if more is None:
            return None
        for q, some in [(question, allowed), *more.items()]:
            found[q] = found.get(q, some) & some
    return found if all(found.values()) else None
