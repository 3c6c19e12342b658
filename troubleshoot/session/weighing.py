"""
What each piece of evidence did to each cause and group: the numbers of every view.

Throughout this module:
    names   are causes and groups in the order of the file, then "unknown"
    p       is a belief over root causes, shape (causes,), the unknown one last
    L       is a row of likelihoods, shape (causes,): P(evidence | cause)

The weight of a piece is taken against the belief that stood when it came, so that the
prior log odds and the weights of all pieces add up to the log odds of the belief. The
final belief does not depend on the order of the pieces; their weights do, as soon as
there are more than two causes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.inference.bayes import weight_of_evidence
from troubleshoot.inference.model import UNKNOWN
from troubleshoot.session.cached import cached_property
from troubleshoot.session.situation import with_unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from troubleshoot.session.situation import BoolArray, FloatArray, Situation
    from troubleshoot.session.state import Evidence


SILENT: Final = 1.0  # likelihood of what bears on no cause, an urgent answer


@dataclass(frozen=True, eq=False)
class Weighing:
    """
    The evidence of a situation weighed piece by piece, in the order of the log.

    Each array is computed at once for all names when it is first asked for.
    """

    situation: Situation

    @cached_property
    def evidence(self) -> tuple[Evidence, ...]:
        """The pieces; urgent answers are among them and weigh nothing."""
        return self.situation.state.evidence

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Causes and groups in the order of the file, then "unknown"."""
        return (*self.situation.tree.causes, UNKNOWN)

    @cached_property
    def at(self) -> Mapping[str, int]:
        """The place of each name."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def belief(self) -> FloatArray:
        """Belief by name before all evidence and after each, ``(n + 1, names)``."""
        p = np.array([with_unknown(each) for each in self._posteriors])
        # The same but for the rounding of sums.
        p[0], p[-1] = self.situation.model.prior, self.situation.p
        return np.minimum(self._spread(p, p @ self._members.T), 1.0)

    @cached_property
    def excluded(self) -> BoolArray:
        """Whether a name is excluded for certain by then, ``(n + 1, names)``."""
        zero = np.vstack((self.situation.model.prior == 0, self._rows == 0))
        gone = np.logical_or.accumulate(zero, axis=0)
        alive = (~gone) @ self._members.T
        return np.asarray(self._spread(gone, alive == 0), dtype=np.bool_)

    @cached_property
    def log_odds(self) -> FloatArray:
        """
        Bits by which each piece changed the odds of each name, ``(n, names)``.

        ``log2 P(e | c, before) / P(e | not c, before)``. It is ``-inf`` wherever the
        piece excludes, also what was excluded already, and 0 for a group of which
        nothing was left. Of pieces that contradict the others it is -inf or 0: where
        nothing is left there are no odds.
        """
        pairs = zip(self._posteriors, self._rows, strict=False)
        causes = [_weights(p, L) for p, L in pairs]
        bits = self._spread(
            np.array(causes).reshape(self._rows.shape), self._group_weights()
        )
        proves_nothing = self.contradicts[:, None] & ~np.isneginf(bits)
        return np.where(proves_nothing, 0.0, bits)

    @cached_property
    def contradicts(self) -> BoolArray:
        """Whether no cause allows a piece and all before it, ``(n,)``."""
        return np.asarray(~self._posteriors[1:].any(axis=1))

    @cached_property
    def excludes(self) -> BoolArray:
        """Whether a piece excludes a name, or a part of it, ``(n, names)``."""
        never = self._rows == 0
        return np.asarray(self._spread(never, never @ self._members.T > 0), np.bool_)

    def _group_weights(self) -> FloatArray:
        """The same for groups: the causes inside against those outside, as if two."""
        before, inside = self._posteriors[:-1], self._members.T
        joint, outside = before * self._rows, 1.0 - inside
        chance_in = _ratio(joint @ inside, before @ inside)
        chance_out = _ratio(joint @ outside, before @ outside)
        with np.errstate(divide="ignore", invalid="ignore"):
            bits = np.log2(chance_in) - np.log2(chance_out)
        # Nothing inside or nothing outside: no odds to change.
        bits[np.isnan(bits)] = 0.0
        never = ((self._rows > 0) @ inside == 0) | (chance_in == 0)
        return np.where(never, -np.inf, bits)

    @cached_property
    def _rows(self) -> FloatArray:
        """L of each piece, ``(n, causes)``."""
        silent = np.full(len(self.situation.model.prior), SILENT)
        rows = [self.situation.rows.get(each, silent) for each in self.evidence]
        return np.array(rows).reshape(-1, len(silent))

    @cached_property
    def _posteriors(self) -> FloatArray:
        """Each p: before all evidence, after each piece; 0 after a contradiction."""
        with np.errstate(divide="ignore"):
            logs = np.log(np.vstack((self.situation.model.prior, self._rows)))
        log_p = np.cumsum(logs, axis=0)
        likeliest = log_p.max(axis=1, keepdims=True)
        weight = np.exp(log_p - np.where(np.isinf(likeliest), 0.0, likeliest))
        total = weight.sum(axis=1, keepdims=True)
        zeros = np.zeros_like(weight)
        return np.asarray(np.divide(weight, total, out=zeros, where=total > 0))

    @cached_property
    def _members(self) -> FloatArray:
        """1 where a root cause is in a group, else 0, ``(groups, causes)``."""
        tree, index = self.situation.tree, self._index
        members = np.zeros((len(self._groups), len(index)))
        for row, group in zip(members, self._groups, strict=True):
            row[[index[each] for each in tree.leaves(group)]] = 1.0
        return members

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {cause: i for i, cause in enumerate(self.situation.model.causes)}

    @cached_property
    def _groups(self) -> tuple[str, ...]:
        return tuple(each for each in self.names if each not in self._index)

    def _spread(
        self, causes: FloatArray | BoolArray, groups: FloatArray | BoolArray
    ) -> FloatArray:
        """Columns of root causes and of groups, in the order of the names."""
        together = np.hstack((causes, groups))
        order = [*self._index, *self._groups]
        place = {name: i for i, name in enumerate(order)}
        return np.asarray(together[:, [place[name] for name in self.names]])


def _weights(p: FloatArray, L: FloatArray) -> FloatArray:  # noqa: N803 - the legend
    """Log odds of one piece for each root cause, certain exclusion first."""
    return np.where(L == 0, -np.inf, weight_of_evidence(p, L))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
