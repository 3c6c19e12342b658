"""
Conditions that can never be met, and steps that wait for each other in a circle.

Only what is certain is told: wherever one of several ways is left, or there is too much
to look at, the condition is taken for one that can be met.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeAlias

from troubleshoot.conditions import MET, UNMET, Condition
from troubleshoot.tree.only_if import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from troubleshoot.tree.only_if import Claim, OnlyIf, Result


# Looked at, of one condition and of all; what has more is taken for possible.
MOST_WAYS: Final = 300  # deep at most, too
MOST_WAYS_OF_ALL: Final = 30_000
MOST_COMPARED: Final = 100_000  # answers with answers that will do
MOST_LOOKED_AT: Final = 1_000_000  # parts of conditions, while looking for a circle
MOST_SETS: Final = 8  # answers of which every set is looked at

StepKey: TypeAlias = "tuple[str, str]"
"""The kind of a step, and its id."""


class Conditions:
    """
    The conditions of all steps of a tree, and which of them can never be met.

    ``of`` are the conditions by step, those of its setups included; ``results`` what
    may be answered to each question, every set of answers where it takes several.
    """

    def __init__(
        self,
        of: Mapping[StepKey, OnlyIf],
        results: Mapping[str, Sequence[Result]],
    ) -> None:
        self.of, self.results = of, results
        self._left = MOST_WAYS_OF_ALL
        self._ways = 0

    def impossible(self, step: StepKey) -> tuple[str, ...]:
        """Claims that contradict each other in every way to meet it; mostly none."""
        self._ways = min(MOST_WAYS, self._left)
        self._left -= self._ways
        witness: list[Claim] = []
        ways = self._meeting([self.of[step]], {}, {}, (step,), witness)
        possible = next(ways, None) is not None or not self._ways
        self._left += self._ways
        if possible:
            return ()
        return tuple(dict.fromkeys(map(str, witness)))

    def _meeting(
        self,
        needed: list[Claim | OnlyIf],
        left: Mapping[StepKey, frozenset[int]],
        by: Mapping[StepKey, Claim],
        above: tuple[StepKey, ...],
        witness: list[Claim],
    ) -> Iterator[Mapping[StepKey, frozenset[int]]]:
        """Each way to meet all that is needed: which results are left by step."""
        if not needed:
            yield left
            return
        if not self._ways:
            return
        self._ways -= 1
        first, rest = needed[0], needed[1:]
        if isinstance(first, Condition):
            if first.every:
                yield from self._meeting(
                    [*first.parts, *rest], left, by, above, witness
                )
                return
            for part in first.parts:
                yield from self._meeting([part, *rest], left, by, above, witness)
            return
        key = first.kind, first.step
        admitted = self._admitted(first)
        now = left[key] & admitted if key in left else admitted
        if not now:
            witness[:] = witness or [each for each in (by.get(key), first) if each]
            return
        if key not in left and key not in above:
            rest = [*rest, self._behind(first)]
            above = (*above, key)
        yield from self._meeting(
            rest, {**left, key: now}, {key: first, **by}, above, witness
        )

    def _admitted(self, claim: Claim) -> frozenset[int]:
        """The results that will do, by number; "don't know" is one that always can."""
        if claim.kind == "action":
            outcomes = (None, False, True)
            return frozenset(
                i for i, x in enumerate(outcomes) if claim.admits_outcome(fixed=x)
            )
        results = self.results[claim.step]
        work = len(results) * len(claim.wanted)
        if claim.takes_not_known or not 0 < work <= MOST_COMPARED:
            return frozenset(range(-1, len(results)))
        return frozenset(i for i, x in enumerate(results) if claim.admits(x))

    def _behind(self, claim: Claim) -> OnlyIf:
        """
        What must hold still where an answer counts: the condition of its question.

        Only what was answered: an action may have been tried since.
        """
        if claim.kind == "action" or claim.takes_not_known:
            return ALWAYS
        condition = self.of.get((claim.kind, claim.step), ALWAYS)
        return condition.mapped(
            lambda each: (
                ALWAYS if each.kind == "action" or each.takes_not_known else each
            )
        )

    def circle(self, possible: Collection[StepKey]) -> tuple[StepKey, ...]:
        """
        Steps each of which waits for the next one, whichever way; mostly none.

        ``possible`` are steps to be taken for possible, whatever their conditions say.
        """
        behind: dict[StepKey, list[StepKey]] = {}
        for step, condition in self.of.items():
            for claim in condition.claims():
                behind.setdefault(_key(claim), []).append(step)
        reached, near, work = set(possible), list(self.of), MOST_LOOKED_AT
        for step in near:  # grows
            condition = self.of[step]
            work -= len(condition.parts)
            if work < 0:
                return ()
            if step not in reached and self._can(condition, reached) == MET:
                reached.add(step)
                near += [x for x in behind.get(step, ()) if x not in reached]
        waiting = [x for x in self.of if x not in reached]
        if not waiting:
            return ()
        left, path, seen = set(waiting), [waiting[0]], {waiting[0]: 0}
        while True:
            claims = self.of[path[-1]].claims()
            path.append(next(k for x in claims if (k := _key(x)) in left))
            if path[-1] in seen:
                return tuple(path[seen[path[-1]] :])
            seen[path[-1]] = len(path) - 1

    def _can(self, condition: OnlyIf, reached: Collection[StepKey]) -> int:
        def of(claim: Claim) -> int:
            untried = claim.kind == "action" and claim.admits_outcome(fixed=None)
            key = _key(claim)
            return MET if untried or key in reached or key not in self.of else UNMET

        return int(condition.truth(of))


def _key(claim: Claim) -> StepKey:
    return claim.kind, claim.step


def results_of(answers: Sequence[str], *, several: bool) -> Sequence[Result]:
    """What may be answered: one of the answers, or any set of them; none: too many."""
    if not several:
        return answers
    if len(answers) > MOST_SETS:
        return ()
    sizes = range(len(answers) + 1)
    return [each for size in sizes for each in combinations(answers, size)]
