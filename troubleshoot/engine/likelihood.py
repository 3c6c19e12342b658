"""P(answer | cause) of one question, stored only for the causes it speaks about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from troubleshoot.engine.belief import FloatArray, plogp

if TYPE_CHECKING:
    from troubleshoot.engine.gain import IntArray

ALONE = 2  # a cause and the unknown one


class Shared:
    """Equal arrays are one, for questions that speak about the same causes."""

    def __init__(self) -> None:
        self._seen: dict[bytes, IntArray] = {}

    def __call__(self, array: IntArray) -> IntArray:
        """The array, or one that was equal to it."""
        key = blake2b(array.tobytes(), person=array.dtype.str.encode()).digest()
        return self._seen.setdefault(key, array)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """
    How the causes answer one question.

    What is said of many causes at once, as of a group, is one column.

    Args:
        answers: their ids.
        otherwise: P(answer) for every cause that is not in ``causes``, shape
            ``(answers,)``, sums to 1.
        causes: indices of the causes that the question speaks about, shape ``(n,)``.
        said: P(answer | cause) of those, shape ``(answers, k)``, columns sum to 1.
        which: the column of each of them, shape ``(n,)``, integers of any size.
    """

    answers: tuple[str, ...]
    otherwise: FloatArray
    causes: IntArray
    said: FloatArray
    which: IntArray

    @property
    def leading(self) -> int:
        """How many answers are stored: all but the last, and a lone one itself."""
        return max(len(self.answers) - 1, 1)

    @property
    def given(self) -> FloatArray:
        """P(answer | cause) of the causes it speaks about, shape (answers, n)."""
        return self.said.T[self.which].T

    @property
    def entropies(self) -> FloatArray:
        """H(answer | cause) in bits of the causes it speaks about, shape (n,)."""
        # How eight or more numbers are added depends on where they stand in memory;
        # so it is settled here, or results would not be the same to the bit.
        said = np.array(self.said, order="C" if len(self.causes) <= ALONE else "F")
        return np.asarray(-plogp(said).sum(axis=0))[self.which]

    @property
    def entropy_otherwise(self) -> float:
        """H(answer | cause) in bits of all other causes."""
        return -float(plogp(self.otherwise).sum())

    def row(self, answer: int, causes: int) -> FloatArray:
        """P(answer | cause) for all causes, shape ``(causes,)``."""
        row = np.full(causes, self.otherwise[answer])
        row[self.causes] = self.said[answer, self.which]
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
        return replace(
            self,
            causes=np.append(self.causes, len(prior)),
            said=np.column_stack((self.said, unknown)),
            which=small(np.append(self.which, self.said.shape[1])),
        )

    def sharing(self, shared: Shared) -> Likelihood:
        """The same, of arrays that equal ones of other questions are one with."""
        return replace(self, causes=shared(self.causes), which=shared(self.which))


def small(places: IntArray) -> IntArray:
    """The same numbers in as few bits as the largest of them needs."""
    return places.astype(np.min_scalar_type(places.max(initial=0)))


def informative_cells(likelihoods: tuple[Likelihood, ...]) -> int:
    """How many pairs of question and cause are stored."""
    return sum(len(each.causes) for each in likelihoods)
