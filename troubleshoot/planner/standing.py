"""
How the conditions of steps stand in situations: what was answered, and what is as good
as known.

Throughout this module:
    S, C, Q     are situations, causes and questions
    p           is what is believed, shape (S, C)
    said        is the result of each question, (S, Q), and of each action, (S, actions)

A claim about a question without an answer is met when the answers that will do have
the confidence together, and unmet when all others have, as long as the condition of
that question is met itself. An answer counts whatever becomes of that condition later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from troubleshoot.conditions import MET, OPEN, UNMET, Condition, in_order, settled
from troubleshoot.planner.task import NOT_KNOWN, UNSAID, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from troubleshoot.inference.bayes import FloatArray
    from troubleshoot.planner.task import Act, Ask, Conditions, IntArray, Task


SURE = 1e-12  # what misses the confidence by no more has reached it

Said: TypeAlias = Callable[[Wanted], "IntArray"]
"""The result of a step in each situation, (S,)."""


@dataclass(frozen=True, eq=False)
class Standings:
    """
    The conditions of a task.

    ``likelihoods`` are P(answer | kind) by question where causes are taken together.
    """

    task: Task
    likelihoods: Sequence[FloatArray] = ()

    @cached_property
    def gates(self) -> list[int]:
        """Questions that steps wait for, in order."""
        claims = self._claims(self.task.questions, self.task.actions)
        return sorted({x.step for x in claims if not x.is_action})

    @cached_property
    def gate_actions(self) -> list[int]:
        """Actions that steps wait for, in order."""
        claims = self._claims(self.task.questions, self.task.actions)
        return sorted({x.step for x in claims if x.is_action})

    def _claims(self, *steps: Iterable[Ask | Act]) -> Iterable[Wanted]:
        return (x for some in steps for step in some for x in step.only_if.claims())

    @cached_property
    def _conditioned(self) -> dict[int, Conditions]:
        """The conditions of gates that have any, what they wait for first."""
        asks = self.task.questions
        found = {g: asks[g].only_if for g in self.gates if asks[g].only_if}
        order = in_order({g: [x.step for x in it.claims()] for g, it in found.items()})
        return {g: found[g] for g in order}

    @cached_property
    def _rows(self) -> dict[Wanted, FloatArray]:
        """P(an answer that will do | cause) by claim, (C,)."""
        claims = self._claims(self.task.questions, self.task.actions)
        return {x: self._row(x) for x in claims if not x.is_action}

    def _row(self, claim: Wanted) -> FloatArray:
        likelihood = self.task.questions[claim.step].likelihood
        if self.likelihoods:
            likelihood = self.likelihoods[claim.step]
        answers = [a for a in sorted(claim.will_do) if a >= 0]
        return np.asarray(likelihood[answers].sum(axis=0))

    def possible(self, claim: Wanted) -> FloatArray:
        """P(an answer that will do | cause) of a question, (C,)."""
        return self._rows[claim]

    def may_be_known(self, claim: Wanted) -> bool:
        """Whether there is a belief by which a claim about a question is met."""
        return bool(self._rows[claim].max() >= self.task.confidence - SURE)

    def truths(self, p: FloatArray, said: Said) -> Truths:
        """How claims and conditions stand where this is believed and was said."""
        return Truths(self, p, said)


@dataclass(frozen=True, eq=False)
class Truths:
    """How claims and conditions stand in some situations, arrays (S,)."""

    standings: Standings
    p: FloatArray
    said: Said

    def of(self, condition: Conditions) -> IntArray:
        """How a condition stands."""
        return self.truth(condition, self.claim)

    def by_word(self, condition: Conditions) -> IntArray:
        """How it stands by what was said alone: what is met so stays met."""
        return self.truth(condition, self._said)

    def truth(self, part: Conditions, of: Callable[[Wanted], IntArray]) -> IntArray:
        """How it stands where its claims stand as ``of`` says."""
        truth = part.truth(
            of,
            lambda values: reduce(np.minimum, values),
            lambda values: reduce(np.maximum, values),
        )
        return np.broadcast_to(np.asarray(truth, dtype=np.intp), len(self.p))

    def claim(self, claim: Wanted) -> IntArray:
        """How a claim stands."""
        return self._stands(claim, self._gates)

    def _said(self, claim: Wanted) -> IntArray:
        """How it stands by what was said alone."""
        said = self.said(claim)
        met = np.isin(said, list(claim.will_do))
        if claim.is_action:
            return np.where(met, MET, np.where(said == UNSAID, OPEN, UNMET))
        told = np.where(said == NOT_KNOWN, OPEN, UNMET)
        return np.where(met, MET, np.where(said == UNSAID, OPEN, told))

    @cached_property
    def _gates(self) -> Mapping[int, IntArray]:
        """How the conditions of gates stand that have any."""
        conditions = self.standings._conditioned  # noqa: SLF001 - of the same whole
        return settled(
            list(conditions),
            lambda gate, now: self.truth(
                conditions[gate], lambda claim: self._stands(claim, now)
            ),
            lambda one, other: bool(np.all(one == other)),
        )

    def _stands(self, claim: Wanted, gates: Mapping[int, IntArray]) -> IntArray:
        said = self._said(claim)
        if claim.is_action or (said != OPEN).all():
            return said
        enough = self.standings.task.confidence - SURE
        share = self.p @ self.standings.possible(claim)
        believed = np.where(share >= enough, MET, OPEN)
        if NOT_KNOWN not in claim.will_do:
            others = (believed == OPEN) & (1.0 - share >= enough)
            believed = np.where(others, UNMET, believed)
        if claim.step in gates:
            applies = gates[claim.step]
            believed = np.where(applies == MET, believed, np.minimum(OPEN, applies))
        return np.where(said == OPEN, believed, said)

    def awaited(self, condition: Conditions, may: Callable[[Wanted], bool]) -> set[int]:
        """
        In a single situation: questions whose answers may meet what is open.

        ``may`` says whether a question can be asked and the answers can come; none are
        awaited where the condition is met, or where none can meet it.
        """

        def ways(part: Wanted | Conditions) -> set[int] | None:
            stands = int(self.of(Condition(parts=(part,)))[0])
            if stands != OPEN:
                return set() if stands == MET else None
            if not isinstance(part, Condition):
                return {part.step} if not part.is_action and may(part) else None
            found = [ways(each) for each in part.parts]
            hopeful = [each for each in found if each is not None]
            if not hopeful or (part.every and len(hopeful) < len(found)):
                return None
            return set().union(*hopeful)

        return ways(condition) or set()
