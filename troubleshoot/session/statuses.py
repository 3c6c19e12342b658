"""
Where each cause stands: one rule, one source for every view.

eliminated: excluded for certain, by a prior of zero or an answer that the cause never
leads to; ruled out: a posterior so small that it no longer counts; confirmed: an action
fixed it; leading: likelier than every other; possible: none of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from troubleshoot.session.situation import RULED_OUT, TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.session.situation import BoolArray, Situation
    from troubleshoot.session.weighing import Weighing

Standing: TypeAlias = Literal[
    "eliminated", "ruled out", "possible", "leading", "confirmed"
]


@dataclass(frozen=True, slots=True)
class Weight:
    """By how much a piece changed the odds of a cause: log2, ±inf if certain."""

    step: str
    result: str = field(repr=False)  # it may be private
    log_odds: float


@dataclass(frozen=True, slots=True)
class Status:
    """
    A cause or group, its standing and posterior, and the evidence that weighs on it.

    ``by`` has the strongest first; for what is ruled out only what speaks against it,
    for what is eliminated only what excludes it, or a part of a group.
    """

    cause: str
    status: Standing
    posterior: float
    by: tuple[Weight, ...] = ()


def statuses(situation: Situation, weighing: Weighing) -> Mapping[str, Status]:
    """Status of every cause and group, in the order of the file."""
    leading = _leading(situation)
    confirmed = _confirmed(situation)
    found = {}
    for name in situation.tree.causes:
        i = weighing.at[name]
        leaves = situation.tree.leaves(name)
        posterior = float(weighing.belief[-1, i])
        standing = _standing(situation, leaves, posterior, leading, confirmed)
        telling = _telling(weighing, i, standing)
        found[name] = Status(name, standing, posterior, _by(weighing, i, telling))
    return found


def _telling(weighing: Weighing, i: int, standing: Standing) -> BoolArray:
    """Which pieces say most about this standing."""
    log_odds = weighing.log_odds[:, i]
    if standing == "eliminated":
        return weighing.excludes[:, i]
    if standing == "ruled out":
        return log_odds < -TOLERANCE
    return np.abs(log_odds) > TOLERANCE


def _by(weighing: Weighing, i: int, telling: BoolArray) -> tuple[Weight, ...]:
    """These pieces, the heaviest first."""
    bits = weighing.log_odds[:, i]
    order = np.argsort(-np.abs(bits), kind="stable")
    heaviest = order[telling[order]].tolist()
    pieces = [weighing.evidence[k] for k in heaviest]
    return tuple(
        Weight(each.step, each.result, weight)
        for each, weight in zip(pieces, bits[heaviest].tolist(), strict=True)
    )


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
