"""
Where each cause stands: one rule, one source for every view.

eliminated: excluded for certain, by a prior of zero or an answer that the cause never
leads to; ruled out: a posterior so small that it no longer counts; confirmed: an action
fixed it; leading: likelier than every other; possible: none of these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from troubleshoot.engine.belief import weight_of_evidence
from troubleshoot.session.situation import RULED_OUT, TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.session.situation import BoolArray, FloatArray, Situation

Standing: TypeAlias = Literal[
    "eliminated", "ruled out", "possible", "leading", "confirmed"
]


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a piece of evidence speaks for a cause: log2 odds, ±inf if certain."""

    step: str
    result: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Status:
    """
    A cause or group, its standing and posterior, and the evidence that weighs on it.

    ``by`` has the strongest first; for what is ruled out only what speaks against it,
    for what is eliminated only what does so for certain.
    """

    cause: str
    status: Standing
    posterior: float
    by: tuple[Weight, ...] = ()


def statuses(situation: Situation) -> Mapping[str, Status]:
    """
    Status of every cause and group, in the order of the file.

    Weights are computed once per evidence for root causes, once more per group.
    """
    leading = _leading(situation)
    confirmed = _confirmed(situation)
    weights = _root_weights(situation)
    return {
        name: _status(situation, name, leading, confirmed, weights)
        for name in situation.tree.causes
    }


def _status(
    situation: Situation,
    name: str,
    leading: frozenset[str],
    confirmed: frozenset[str],
    weights: Mapping[str, tuple[Weight, ...]],
) -> Status:
    leaves = situation.tree.leaves(name)
    posterior = min(1.0, sum(situation.shares[each] for each in leaves))
    standing = _standing(situation, leaves, posterior, leading, confirmed)
    by = weights[name] if name in weights else _group_weights(situation, leaves)
    return Status(name, standing, posterior, _telling(by, standing, len(leaves)))


def _telling(
    weights: tuple[Weight, ...], standing: Standing, leaves: int
) -> tuple[Weight, ...]:
    """What says most about this standing: what is certain, or speaks against it."""
    against = tuple(each for each in weights if each.log_odds < 0)
    certain = tuple(each for each in against if each.log_odds == -math.inf)
    match standing:
        case "eliminated":
            # The causes of a group may have been eliminated one by one.
            return certain if certain or leaves == 1 else against
        case "ruled out":
            return against
    return weights


def _standing(
    situation: Situation,
    leaves: tuple[str, ...],
    posterior: float,
    leading: frozenset[str],
    confirmed: frozenset[str],
) -> Standing:
    if not confirmed.isdisjoint(leaves):
        return "confirmed"
    if all(each in situation.eliminated for each in leaves):
        return "eliminated"
    if posterior <= RULED_OUT:
        return "ruled out"
    return "possible" if leading.isdisjoint(leaves) else "leading"


def _leading(situation: Situation) -> frozenset[str]:
    """The one root cause that is likelier than all others, unlisted ones included."""
    first = int(situation.p.argmax())
    others = np.delete(situation.p, first)
    alone = situation.p[first] > others.max(initial=0.0) + TOLERANCE
    listed = first < len(situation.p) - 1
    return frozenset([situation.model.causes[first]] if alone and listed else [])


def _confirmed(situation: Situation) -> frozenset[str]:
    """The root causes of the likeliest remedy class, once an action has worked."""
    if not any(situation.state.tried.values()):
        return frozenset()
    return frozenset(situation.ranked(situation.likeliest_class))


def _root_weights(situation: Situation) -> Mapping[str, tuple[Weight, ...]]:
    odds = {
        evidence: weight_of_evidence(situation.model.prior, row)
        for evidence, row in situation.rows.items()
    }
    return {
        cause: _sorted(
            Weight(x.step, x.result, float(all_odds[i])) for x, all_odds in odds.items()
        )
        for i, cause in enumerate(situation.model.causes)
    }


def _group_weights(situation: Situation, leaves: tuple[str, ...]) -> tuple[Weight, ...]:
    inside = np.isin(situation.model.causes, leaves)
    return _sorted(
        Weight(x.step, x.result, _log_odds(situation.model.prior, row, inside))
        for x, row in situation.rows.items()
    )


def _log_odds(prior: FloatArray, row: FloatArray, inside: BoolArray) -> float:
    """Log2 odds of evidence for a group: causes inside and outside, as if two."""
    masses = np.array([prior[inside].sum(), prior[~inside].sum()])
    joint = np.array([prior[inside] @ row[inside], prior[~inside] @ row[~inside]])
    likelihood = np.divide(joint, masses, out=np.zeros(2), where=masses > 0)
    return float(weight_of_evidence(masses, likelihood)[0])


def _sorted(weights: Iterable[Weight]) -> tuple[Weight, ...]:
    telling = [each for each in weights if abs(each.log_odds) > TOLERANCE]
    return tuple(sorted(telling, key=lambda each: -abs(each.log_odds)))
