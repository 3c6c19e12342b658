"""P(answer | cause) of one question, stored only for the causes it speaks about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.belief import FloatArray, plogp

if TYPE_CHECKING:
    from troubleshoot.engine.gain import IntArray


@dataclass(frozen=True, eq=False)
class Likelihood:
    """
    How the causes answer one question.

    Args:
        answers: their ids.
        otherwise: P(answer) for every cause that is not in ``causes``, shape
            ``(answers,)``, sums to 1.
        causes: indices of the causes that the question speaks about, shape ``(n,)``.
        given: P(answer | cause) of those, shape ``(answers, n)``, columns sum to 1.
    """

    answers: tuple[str, ...]
    otherwise: FloatArray
    causes: IntArray
    given: FloatArray

    @property
    def leading(self) -> int:
        """How many answers are stored: all but the last, and a lone one itself."""
        return max(len(self.answers) - 1, 1)

    @cached_property
    def entropies(self) -> FloatArray:
        """H(answer | cause) in bits of the causes it speaks about, shape (n,)."""
        return np.asarray(-plogp(self.given).sum(axis=0))

    @cached_property
    def entropy_otherwise(self) -> float:
        """H(answer | cause) in bits of all other causes."""
        return -float(plogp(self.otherwise).sum())

    def row(self, answer: int, causes: int) -> FloatArray:
        """P(answer | cause) for all causes, shape ``(causes,)``."""
        row = np.full(causes, self.otherwise[answer])
        row[self.causes] = self.given[answer]
        return row

    def with_unknown(self, prior: FloatArray) -> Likelihood:
        """
        The same with the cause that nobody listed, as the last one.

        It answers half like the population (the mean weighted with the prior) and
        half evenly, so that it wins when the answers form a combination that no
        listed cause attests.

        Args:
            prior: P(cause) of the listed causes, shape ``(causes,)``, any sum.
        """
        total = prior.sum()
        share = prior[self.causes] / total if total > 0 else np.zeros(len(self.causes))
        mean = self.given @ share + self.otherwise * (1.0 - share.sum())
        unknown = 0.5 * mean + 0.5 / len(self.answers)
        return Likelihood(
            answers=self.answers,
            otherwise=self.otherwise,
            causes=np.append(self.causes, len(prior)),
            given=np.column_stack((self.given, unknown)),
        )


def informative_cells(likelihoods: tuple[Likelihood, ...]) -> int:
    """How many pairs of question and cause are stored."""
    return sum(len(each.causes) for each in likelihoods)
