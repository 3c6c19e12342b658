"""
The steps of a repair as arrays and bit sets, and what each does to a situation.

Throughout this module:
    p     is a belief over kinds of causes, shape (kinds,), sums to 1
    L     is P(answer | kind) of all answers of all questions, shape (rows, kinds)
    F     is P(fixes | kind), shape (actions, kinds)
    left  is a bit set of steps, questions first, then actions

Causes that every step treats alike are one kind. A step is left as long as it may
matter: not taken, its condition to be met in some way, and not without effect on what
is still possible. So two situations that differ only in what is over are the same one;
of the results of gates, only those are kept that a step that is left waits for.

Assumed: a single fault, and answers and failures independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.conditions import MET, OPEN, Condition
from troubleshoot.inference.tables import BatchTable
from troubleshoot.planner.standing import Standings
from troubleshoot.planner.task import (
    NOT_KNOWN,
    UNSAID,
    Wanted,
    bits_of,
    mask_of,
    ones,
    union,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from troubleshoot.inference.bayes import BoolArray, FloatArray, IntArray
    from troubleshoot.planner.standing import Truths
    from troubleshoot.planner.task import Act, Ask, Conditions, Task


IMPOSSIBLE = 1e-12  # what is no likelier than this does not happen
DECIMALS = 12  # beliefs that agree so far are equal
AT_ONCE = 256  # causes that are compared at once
SPARSE = 8  # an array with less than one cell in so many filled is worth a list

MOST_WAYS = 1_000  # parts looked at; a condition with more is taken for possible

Key: TypeAlias = tuple[int, int, tuple[int, ...], bytes]
Way: TypeAlias = "tuple[tuple[Wanted, frozenset[int]], ...]"
"""Claims that are open, each with the results that will do for all of the way."""


@dataclass(frozen=True, eq=False, slots=True)
class RepairState:
    """
    A belief, the steps that are left, and the setups that are open for them.

    ``said`` are the results of gates, questions before actions, ``UNSAID`` for none.
    """

    p: FloatArray
    left: int
    opened: int
    said: tuple[int, ...] = ()

    @property
    def key(self) -> Key:
        """Equal for equal situations, whatever the order of what led there."""
        rounded = np.round(self.p, DECIMALS) + 0.0  # no negative zeros
        return self.left, self.opened, self.said, rounded.tobytes()


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
    _met_by: dict[tuple[int, tuple[int, ...], int, bool], tuple[Way, ...]] = field(
        default_factory=dict, repr=False
    )

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
    def standings(self) -> Standings:
        """The conditions of the steps, over kinds of causes."""
        return Standings(self.task, [self.L[some] for some in self.rows])

    @cached_property
    def gate_at(self) -> Mapping[tuple[bool, int], int]:
        """Where the result of a gate stands: whether it is an action, and which."""
        gates = [(False, q) for q in self.standings.gates]
        gates += [(True, a) for a in self.standings.gate_actions]
        return {gate: i for i, gate in enumerate(gates)}

    def bit(self, claim: Wanted) -> int:
        """The place of the step that a claim is about."""
        return claim.step + (len(self.task.questions) if claim.is_action else 0)

    @cached_property
    def gates(self) -> tuple[int, ...]:
        """Bit set of the steps that each step hangs on, gates of gates included."""
        direct = [bits_of(map(self.bit, x.only_if.claims())) for x in self.all]
        found = list(direct)
        for step, behind in enumerate(direct):
            near, seen = behind, 0
            while near:
                seen |= near
                near = union(direct[gate] for gate in ones(near)) & ~seen
            found[step] = seen
        return tuple(found)

    @cached_property
    def start(self) -> RepairState:
        """The situation that the task describes."""
        asks = self.task.questions
        closed = bits_of(q for q, ask in enumerate(asks) if ask.is_closed)
        every = (self.questions | self.actions) & ~closed
        said = (UNSAID,) * len(self.gate_at)
        return self.state(self.prior, every, bits_of(self.task.opened), said)

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

    def free(self, s: RepairState) -> int:
        """Bit set of the steps that can be taken now."""
        gated = s.left & self._gated
        if not gated:
            return s.left
        truths = self.truths(s)
        shut = (x for x in ones(gated) if truths.of(self.all[x].only_if)[0] != MET)
        return s.left & ~bits_of(shut)

    def sure(self, s: RepairState) -> int:
        """Bit set of the steps that can be taken now, and whatever happens first."""
        gated = s.left & self._gated
        if not gated:
            return s.left
        truths = self.truths(s)

        def of(claim: Wanted) -> IntArray:
            stands = truths.by_word(Condition(parts=(claim,)))
            # One that is not to be tried before must not be left to be tried.
            may_turn = claim.is_action and 0 not in claim.will_do
            if may_turn and s.left >> self.bit(claim) & 1:
                return np.minimum(stands, OPEN)
            return stands

        shut = (
            x for x in ones(gated) if truths.truth(self.all[x].only_if, of)[0] != MET
        )
        return s.left & ~bits_of(shut)

    def truths(self, s: RepairState) -> Truths:
        """How conditions stand in a situation."""

        def said(claim: Wanted) -> IntArray:
            return np.array([s.said[self.gate_at[claim.is_action, claim.step]]])

        return self.standings.truths(s.p[None], said)

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
        first = len(self.rows)
        gate = (False, step) if step < first else (True, step - first)
        at = self.gate_at.get(gate)

        def said(answer: int) -> tuple[int, ...]:
            if at is None:
                return s.said
            return (*s.said[:at], answer, *s.said[at + 1 :])

        return [
            (
                answer,
                chance,
                self.state(joint[answer] / chance, left, opened, said(answer)),
            )
            for answer, chance in enumerate(joint.sum(axis=1).tolist())
            if chance > IMPOSSIBLE
        ]

    def state(
        self, p: FloatArray, left: int, opened: int, said: tuple[int, ...]
    ) -> RepairState:
        """The situation with only those steps and setups that may still matter."""
        left = self._relevant(p, left, said)
        needed = union(self.chains[step] for step in ones(left & self._behind))
        if said:
            behind = union(self.gates[step] for step in ones(left & self._gated))
            said = tuple(
                result if behind >> bit & 1 else UNSAID
                for result, bit in zip(said, self._gate_bits, strict=True)
            )
        found = RepairState(p, left, opened & needed, said)
        if left & self._gated and not self.free(found):
            return RepairState(p, 0, 0, (UNSAID,) * len(said))  # nothing can be done
        return found

    @cached_property
    def _gate_bits(self) -> tuple[int, ...]:
        first = len(self.rows)
        return tuple(i + first if is_action else i for is_action, i in self.gate_at)

    def _relevant(self, p: FloatArray, left: int, said: tuple[int, ...]) -> int:
        waiting = (x for x in ones(left & self._gated) if not self._ways(x, said, left))
        left &= ~bits_of(waiting)
        actions = self.hopeful(p, left, said)
        if self.task.escalation is None and actions & self._gated:
            actions &= -bool(self.hopeful(p, left, said, by_word=True))
        if not actions:
            return 0
        kept = actions
        if left & self.questions and self._differ(p > 0, actions):
            kept |= left & self._told_apart(p > 0)
        waited = union(self.gates[step] for step in ones(kept & self._gated))
        return kept | (waited & left)

    def hopeful(
        self, p: FloatArray, left: int, said: tuple[int, ...], *, by_word: bool = False
    ) -> int:
        """
        Actions that may fix what is possible once their conditions are met.

        ``by_word`` are those whose conditions can be met by results alone.
        """
        hopes = self.chances(p) > IMPOSSIBLE
        found = left & mask_of(hopes) << len(self.task.questions)
        for step in ones(found & self._gated):
            joint = p * self.fixes(step)
            ways = self._ways(step, said, left, by_word=by_word)
            if all(self._reach(joint, way) <= IMPOSSIBLE for way in ways):
                found ^= 1 << step
        return found

    def _reach(self, joint: FloatArray, way: Way) -> float:
        """P(a way comes to be), of a part of the belief."""
        for claim, will_do in way:
            if claim.is_action:
                fails = 1.0 - self.F[claim.step]
                joint = joint if UNSAID in will_do else joint * fails
            else:
                rows = self.L[self.rows[claim.step]]
                joint = joint * rows[sorted(will_do)].sum(axis=0)
        return float(joint.sum())

    def _ways(
        self, step: int, said: tuple[int, ...], left: int, *, by_word: bool = False
    ) -> tuple[Way, ...]:
        """The ways in which the condition of a step can be met; () is "already"."""
        behind = self.gates[step]
        mine = tuple(
            result if behind >> bit & 1 else UNSAID
            for result, bit in zip(said, self._gate_bits, strict=True)
        )
        key = step, mine, left & behind, by_word
        if key not in self._met_by:
            search = _Meeting(self, said, left, by_word)
            found = tuple(search.ways([(self.all[step].only_if, 1 << step)], {}))
            self._met_by[key] = found if search.left else ((),)
        return self._met_by[key]

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
        """Bit set of the steps that wait for something."""
        return bits_of(step for step, each in enumerate(self.all) if each.only_if)

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


@dataclass(eq=False)
class _Meeting:
    """
    In which ways a condition can be met: by results that may still come, and unless
    ``by_word`` by what may be as good as known while nothing is said.

    Whatever the order: a gate that is only asked while an action was not tried can be
    asked before. ``left`` is how much is still looked at.
    """

    steps: Steps
    said: tuple[int, ...]
    may: int
    by_word: bool
    left: int = MOST_WAYS

    def ways(
        self,
        needed: Sequence[tuple[Wanted | Conditions, int]],
        open_: Mapping[Wanted, frozenset[int]],
    ) -> Iterator[Way]:
        """Each way to meet all that is needed, with the gates that it is needed for."""
        if not needed:
            yield tuple(open_.items())
            return
        if not self.left:
            return
        self.left -= 1
        (first, above), *rest = needed
        if not isinstance(first, Condition):
            yield from self._claim(first, above, rest, open_)
        elif first.every:
            parts = [(each, above) for each in first.parts]
            yield from self.ways([*parts, *rest], open_)
        else:
            for part in first.parts:
                yield from self.ways([(part, above), *rest], open_)

    def _claim(
        self,
        claim: Wanted,
        above: int,
        rest: list[tuple[Wanted | Conditions, int]],
        open_: Mapping[Wanted, frozenset[int]],
    ) -> Iterator[Way]:
        steps, bit = self.steps, self.steps.bit(claim)
        result = self.said[steps.gate_at[claim.is_action, claim.step]]
        is_above, is_behind = above >> bit & 1, above & (above - 1)
        if result in claim.will_do and (result != UNSAID or is_above or is_behind):
            yield from self.ways(rest, open_)
        if result != UNSAID or is_above:
            return
        gated = steps.all[bit].only_if, above | 1 << bit
        if not (self.by_word or claim.is_action) and steps.standings.may_be_known(
            claim
        ):
            yield from self.ways([*rest, gated], open_)
        gate = Wanted(claim.step, frozenset(), claim.is_action)
        will_do = claim.will_do - {NOT_KNOWN, 1} if claim.is_action else claim.will_do
        will_do = open_.get(gate, will_do) & will_do - {NOT_KNOWN}
        asks = steps.task.questions
        closed = not claim.is_action and asks[claim.step].is_closed
        if not (self.may >> bit & 1 or closed):
            will_do &= {UNSAID}
        if UNSAID not in will_do:
            rest = [*rest, gated]
        if will_do:
            yield from self.ways(rest, {**open_, gate: will_do})


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
