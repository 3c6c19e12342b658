"""
How the conditions of steps stand: by what was said, and by what is as good as known.

A claim about a question that has no answer is taken for so when its answers have
reached the confidence of the tree together, and for not so when all others have:
``P(answer | evidence) >= confidence``, the unknown cause included. That goes for a
question that applies, whose own condition is met; and what is answered later counts
instead. Actions are never taken for tried, and a belief alone never closes the
condition of an urgent question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.conditions import (
    MET,
    OPEN,
    UNMET,
    Condition,
    in_order,
    settled,
)
from troubleshoot.session.answers import told
from troubleshoot.session.belief import TOLERANCE, Belief, Weighing, cached_property
from troubleshoot.session.condition_words import told_condition, wanted_in_words
from troubleshoot.session.state import by_what_was_said
from troubleshoot.text import percent
from troubleshoot.tree.tree import (
    Question,
    condition_of,
    once_per_logic,
    steps_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from troubleshoot.session.belief import FloatArray
    from troubleshoot.tree.only_if import Claim, OnlyIf
    from troubleshoot.tree.tree import Action, Tree


@dataclass(frozen=True, slots=True)
class Assumed:
    """
    An answer that is taken as known although nobody gave it.

    ``answers`` are those that it may be, mostly one, ``told`` the same to people, where
    a private one is masked. ``because`` is what made it so sure, without a word of what
    was asked in private, and ``sentence`` says all of it.
    """

    question: str
    answers: tuple[str, ...]
    probability: float
    told: str
    because: str
    sentence: str
    private: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Gates:
    """The conditions of the steps of a tree under a belief."""

    belief: Belief

    def truth(self, step: Question | Action) -> int:
        """How the condition of a step and its setups stands."""
        condition = condition_of(self.belief.tree, step)
        return int(condition.truth(self._of(step)))

    def _of(self, step: Question | Action) -> Callable[[Claim], int]:
        urgent = getattr(step, "is_urgent", False)  # an action is not
        return self._asked_first if urgent else self.claim

    def claim(self, claim: Claim) -> int:
        """How a claim stands."""
        return self._stands(claim, self._standing)

    def _asked_first(self, claim: Claim) -> int:
        return by_what_was_said(claim, self.belief.state) or max(
            OPEN, self.claim(claim)
        )

    def _stands(self, claim: Claim, applies: Mapping[str, int]) -> int:
        """How a claim stands where the conditions of the gates stand like this."""
        said = by_what_was_said(claim, self.belief.state)
        if said or claim.kind == "action":
            return said
        question = self.belief.tree.questions[claim.step]
        stands = applies.get(question.id, MET)
        if question.is_urgent or stands != MET:
            return min(OPEN, stands)
        share = self.share(claim)
        enough = self.belief.tree.confidence - TOLERANCE
        if share >= enough:
            return MET
        closed = not claim.takes_not_known and 1.0 - share >= enough
        return UNMET if closed else OPEN

    @cached_property
    def _standing(self) -> Mapping[str, int]:
        """How the conditions of gates stand that have any, by question."""
        conditions = conditioned_gates(self.belief.tree)
        if not conditions:
            return {}
        return settled(
            list(conditions),
            lambda each, now: int(
                conditions[each].truth(lambda claim: self._stands(claim, now))
            ),
        )

    def share(self, claim: Claim) -> float:
        """P(one of the answers that will do | evidence)."""
        return float(self._row(claim) @ self.belief.p)

    def _row(self, claim: Claim) -> FloatArray:
        rows = claim_rows(self.belief.tree)
        if claim not in rows:
            model = self.belief.model
            outcomes = self.belief.tree.questions[claim.step].outcomes
            admitted = [
                model.likelihood(claim.step, each)
                for each in outcomes
                if claim.admits(each)
            ]
            rows[claim] = np.sum([0.0 * model.prior, *admitted], axis=0)
        return rows[claim]

    def awaited(
        self, step: Question | Action, can: Callable[[Question | Action], bool]
    ) -> list[Question | Action]:
        """The steps whose results may open a step, of those that can be taken."""
        of = self._of(step)

        def ways(part: Claim | OnlyIf) -> list[Question | Action] | None:
            stands = int(Condition(parts=(part,)).truth(of))
            if stands != OPEN:
                return [] if stands == MET else None
            if not isinstance(part, Condition):
                return self._opening(part, can)
            found = [ways(each) for each in part.parts]
            hopeful = [each for each in found if each is not None]
            if not hopeful or (part.every and len(hopeful) < len(found)):
                return None
            return [x for each in hopeful for x in each]

        return ways(condition_of(self.belief.tree, step)) or []

    def _opening(
        self, claim: Claim, can: Callable[[Question | Action], bool]
    ) -> list[Question | Action] | None:
        """The step of an open claim, if its result can meet it."""
        tree = self.belief.tree
        if claim.kind == "action":
            action = tree.actions[claim.step]
            # One that fixes the symptom ends the session.
            hopeful = claim.admits_outcome(fixed=False) and can(action)
            return [action] if hopeful else None
        question = tree.questions[claim.step]
        return [question] if can(question) and self.share(claim) > 0 else None

    # What is taken as known.

    @cached_property
    def assumed(self) -> tuple[Assumed, ...]:
        """What open steps, and answers that were given, stand on; each once."""
        tree, found = self.belief.tree, dict[tuple[str, tuple[str, ...]], Assumed]()
        for step in tuple(steps_of(tree)):
            for each in self.assumed_for(step):
                found.setdefault((each.question, each.answers), each)
        return tuple(found.values())

    def assumed_for(self, step: Question | Action) -> tuple[Assumed, ...]:
        """What is taken as known for a step whose condition is met."""
        condition = condition_of(self.belief.tree, step)
        if not condition or self.truth(step) != MET:
            return ()
        return tuple(self._assumed_in(condition))

    def _assumed_in(self, part: Claim | OnlyIf) -> Iterator[Assumed]:
        """Of a part that is met: nothing that was said has to be taken as known."""
        said = self.belief.state
        if not isinstance(part, Condition):
            if by_what_was_said(part, said) == OPEN:
                yield self._taken(part)
            return
        if part.truth(lambda each: by_what_was_said(each, said)) == MET:
            return
        met = [
            each
            for each in part.parts
            if Condition(parts=(each,)).truth(self.claim) == MET
        ]
        for each in met if part.every else met[:1]:
            yield from self._assumed_in(each)

    def _taken(self, claim: Claim) -> Assumed:
        question = self.belief.tree.questions[claim.step]
        among = claim.wanted if question.several else self._likely(claim)
        words, because = self.belief.tree.words, self._because(claim)
        told = told_condition(
            self.belief.tree, Condition(parts=(replace(claim, wanted=among),))
        )
        answer = wanted_in_words(told, words)
        return Assumed(
            question=question.id,
            answers=among,
            probability=min(1.0, self.share(claim)),
            told=answer,
            because=because,
            sentence=words(
                "taken_as", question=question.ask, answer=answer, because=because
            ),
            private=question.private,
        )

    def _likely(self, claim: Claim) -> tuple[str, ...]:
        """The answer that has the confidence by itself, or all that will do."""
        model, p = self.belief.model, self.belief.p
        answers = self.belief.tree.questions[claim.step].answers
        among = tuple(each.id for each in answers if claim.admits(each.id))
        enough = self.belief.tree.confidence - TOLERANCE
        rows = ((each, model.likelihood(claim.step, each)) for each in among)
        alone = (each for each, row in rows if float(row @ p) >= enough)
        return next(((each,) for each in alone), among)

    def _because(self, claim: Claim) -> str:
        """The evidence that made it most likelier, or that the tree says so itself."""
        words, questions = self.belief.tree.words, self.belief.tree.questions
        row, now = self._row(claim), percent(min(1.0, self.share(claim)), words)
        shares = [float(row @ p) for p in self._weighing.posteriors]
        rises = [new - old for old, new in pairwise(shares)]
        expected = shares[0] >= self.belief.tree.confidence - TOLERANCE
        if expected or max(rises, default=0.0) <= 0:
            return words("taken_from_the_start", percent=now)
        piece = self._weighing.evidence[rises.index(max(rises))]
        # The question alone would tell the answer, as what it led to is known.
        secret = piece.kind == "question" and questions[piece.step].private
        said = told(self.belief.tree, piece.step, piece.result)
        return words("taken_since", told=words.private if secret else said, percent=now)

    @cached_property
    def _weighing(self) -> Weighing:
        return Weighing(self.belief)


@once_per_logic
def claim_rows(tree: Tree) -> dict[Claim, FloatArray]:
    """P(an answer that will do | cause) by claim, as far as somebody has asked."""
    del tree
    return {}


@once_per_logic
def conditioned_gates(tree: Tree) -> Mapping[str, OnlyIf]:
    """The conditions of questions that others wait for, what they wait for first."""
    steps = tuple(steps_of(tree))
    conditions = [condition_of(tree, each) for each in steps]
    gates = {
        claim.step
        for condition in conditions
        for claim in condition.claims()
        if claim.kind == "question"
    }
    found = {
        each.id: condition
        for each, condition in zip(steps, conditions, strict=False)
        if condition and each.id in gates and isinstance(each, Question)
    }
    order = in_order({id: [x.step for x in it.claims()] for id, it in found.items()})
    return {each: found[each] for each in order}
