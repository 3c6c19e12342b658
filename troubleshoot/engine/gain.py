"""
What an answer is expected to tell, in bits.

Throughout this module:
    p   is a belief, shape (causes,)
    J   is the joint probability of answers with a remedy class, without the last
        answer of each question: shape (classes, leading); what is missing from the
        mass of the class is the last answer
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from troubleshoot.engine.belief import FloatArray, plogp

IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

USELESS = 1e-12  # bits; less is rounding, and reported as 0


def expected_information_gain(belief: FloatArray, likelihood: FloatArray) -> float:
    """
    Bits of uncertainty about the cause that the answer is expected to remove.

    ``I(C; A) = H(C) - sum_a P(a) H(C | a)``, computed as ``H(A) - H(A | C)``; zero if
    and only if the answer is independent of the cause.

    Args:
        belief: P(cause), shape ``(causes,)``, sums to 1.
        likelihood: P(answer | cause), shape ``(answers, causes)``, columns sum to 1.

    Returns:
        Bits, between 0 and the smaller of ``entropy(belief)`` and ``log2(answers)``.

    >>> belief = np.array([0.5, 0.5])
    >>> telling = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> expected_information_gain(belief, telling)
    1.0

    Source: Lindley (1956), "On a measure of the information provided by an
    experiment".
    """
    noise = -plogp(likelihood).sum(axis=0) @ belief
    return float(gain(-plogp(likelihood @ belief).sum(), noise))


def gain(answer_entropy: FloatArray, expected_entropy: FloatArray) -> FloatArray:
    """``H(A) - H(A | C)`` in bits; never negative, and exactly 0 where useless."""
    bits = np.asarray(answer_entropy - expected_entropy)
    return np.where(bits < USELESS, 0.0, bits)


@dataclass(frozen=True, eq=False)
class Leading:
    """
    Where the answers of many questions stand in one array.

    Each question brings all its answers but the last, which is what is missing to the
    whole: a yes/no question is one column. A lone answer stands for itself.

    ``first`` is the first column of each question, shape (questions,); ``columns`` how
    many columns there are.
    """

    first: IntArray
    columns: int

    def by_question(self, x: FloatArray) -> FloatArray:
        """Sum over the columns of each question, ``(…, columns) → (…, questions)``."""
        if len(self.first) == self.columns:
            return x
        return np.asarray(np.add.reduceat(x, self.first, axis=-1))

    def last(self, joint: FloatArray, mass: FloatArray) -> FloatArray:
        """Probability of the last answer, ``(classes, questions)``."""
        return mass - self.by_question(joint)

    def entropy(self, joint: FloatArray, mass: FloatArray) -> FloatArray:
        """
        ``P(r) H(A | r)`` of each question under each class r, in bits.

        Args:
            joint: J, shape ``(classes, columns)``.
            mass: P(class), broadcast to ``(classes, questions)``; one class of mass 1
                gives ``H(A)``.

        Returns:
            Shape ``(classes, questions)``.
        """
        spread = self.by_question(plogp(joint)) + plogp(self.last(joint, mass))
        return plogp(mass) - spread
