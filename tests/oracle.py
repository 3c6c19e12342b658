"""
The engine once more, with plain dictionaries and the definitions of the textbook.

Nothing here is shared with the engine: sums are loops, and gain is the entropy of the
remedy class before the answer less the expected one after it.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, TypeVar

from troubleshoot.conditions import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from troubleshoot.tree.tree import Tree

Belief = dict[str, float]
Claim = TypeVar("Claim")
Answer = str | tuple[str, ...]


def prior(tree: Tree) -> Belief:
    """P(cause), the unknown one included."""
    listed = {cause.id: cause.prior for cause in tree.root_causes}
    return listed | {"unknown": tree.unknown}


def outcomes(tree: Tree, question: str) -> list[Answer]:
    """All that can be said: one answer, or any set where several can hold."""
    asked = tree.questions[question]
    ids = [each.id for each in asked.answers]
    if not asked.several:
        return [*ids]
    sizes = range(len(ids) + 1)
    return [each for size in sizes for each in itertools.combinations(ids, size)]


def likelihood(tree: Tree, question: str, answer: Answer) -> Belief:
    """P(answer | cause); the unknown cause answers half like all, half evenly."""
    asked = tree.questions[question]
    ids = [each.id for each in asked.answers]
    listed = {}
    for cause in tree.root_causes:
        chances = asked.given.get(cause.id, asked.otherwise)
        if isinstance(answer, str):
            listed[cause.id] = chances[ids.index(answer)]
            continue
        pairs = zip(ids, chances, strict=True)
        listed[cause.id] = math.prod(p if x in answer else 1 - p for x, p in pairs)
    total = sum(cause.prior for cause in tree.root_causes)
    mean = sum(listed[c.id] * c.prior for c in tree.root_causes) / total
    return listed | {"unknown": mean / 2 + 1 / len(outcomes(tree, question)) / 2}


def posterior(tree: Tree, evidence: Iterable[tuple[str, Answer]]) -> Belief:
    """P(cause | answers), all zero when they contradict every cause."""
    weight = prior(tree)
    for question, answer in evidence:
        row = likelihood(tree, question, answer)
        weight = {cause: w * row[cause] for cause, w in weight.items()}
    return normalised(weight)


def remedy_classes(tree: Tree) -> dict[str, object]:
    """A name of the remedy class of each cause."""
    classes: dict[str, object] = {}
    for cause in prior(tree):
        actions = tree.actions.values()
        remedy = frozenset(a.id for a in actions if a.fixes.get(cause, 0) >= 0.5)
        classes[cause] = remedy or cause
    return classes


def gain(tree: Tree, p: Belief, question: str) -> float:
    """``H(R) - sum_a P(a) H(R | a)`` in bits."""
    classes = remedy_classes(tree)
    after = 0.0
    for answer in outcomes(tree, question):
        row = likelihood(tree, question, answer)
        joint = {cause: p[cause] * row[cause] for cause in p}
        after += sum(joint.values()) * entropy(merged(normalised(joint), classes))
    return entropy(merged(p, classes)) - after


def standing(
    part: Claim | Condition[Claim], of: Callable[[Claim], bool | None]
) -> bool | None:
    """Whether a condition is met, where a claim is as ``of`` says; None: open."""
    if not isinstance(part, Condition):
        return of(part)
    values = {standing(each, of) for each in part.parts}
    if not values:
        return True
    decides = not part.every
    if decides in values:
        return decides
    return None if None in values else not decides


def known(share: float, confidence: float) -> bool | None:
    """Whether an answer so likely is as good as given, or as excluded; None: open."""
    if share >= confidence - 1e-12:
        return True
    return False if 1 - share >= confidence - 1e-12 else None


def merged(p: Belief, classes: Mapping[str, object]) -> dict[object, float]:
    """P(remedy class)."""
    sums: dict[object, float] = {}
    for cause, share in p.items():
        sums[classes[cause]] = sums.get(classes[cause], 0.0) + share
    return sums


def entropy(p: Mapping[object, float] | Mapping[str, float]) -> float:
    """Bits."""
    return -sum(x * math.log2(x) for x in p.values() if x > 0)


def normalised(weight: Belief) -> Belief:
    """The same with sum 1, or all zero."""
    total = math.fsum(weight.values())
    return {cause: w / total if total else 0.0 for cause, w in weight.items()}
