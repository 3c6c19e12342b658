"""
Beliefs over causes: the arithmetic of troubleshooting, and what an answer tells.

Throughout this module:
    p   is a belief, shape (causes,), non-negative, sums to 1
    e   is a piece of evidence: an answer, or an action that failed
    L   is the likelihood of evidence, shape (evidence, causes); L[i, c] = P(e_i | c)
    r   is a class of causes; what is asked is which of them holds
    J   is the joint probability of answers with a class, shape (classes, columns)

Assumed: a single fault, and evidence that is independent given the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable


FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.intp]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

ALIKE = 9  # digits; the last bits of a sum differ from machine to machine
TINY = np.finfo(np.float64).tiny
RULED_OUT = 0.01  # a posterior up to this rules a cause out, not for good
HALF = 0.5  # of the belief; more than all the rest together
USELESS = 1e-12  # bits; less is rounding, and reported as 0


def plogp(p: FloatArray) -> FloatArray:
    """``p log2 p``, and 0 at 0; rounding errors below zero count as 0."""
    p = np.maximum(p, 0.0)
    # No mask: adding the smallest normal number changes nothing but log2(0).
    return np.asarray(p * np.log2(p + TINY))


def entropy(p: FloatArray) -> float:
    """
    Bits of uncertainty: ``H(p) = -sum_c p(c) log2 p(c)``.

    >>> entropy(np.array([0.5, 0.25, 0.25, 0.0]))
    1.5

    Source: Shannon (1948), "A mathematical theory of communication".
    """
    return max(0.0, -float(plogp(p).sum()))


def worth_naming(p: FloatArray) -> BoolArray:
    """
    Which causes, or classes of them, count: those that are not ruled out.

    Where these have no more than half of the belief in all of ``p``, all that are not
    eliminated: many that are unlikely are together likely.
    """
    likely = p > RULED_OUT
    enough = p[likely].sum() > HALF * p.sum()
    return np.asarray(likely if enough else p > 0)


def posterior(prior: FloatArray, log_likelihoods: Iterable[FloatArray]) -> FloatArray:
    """
    P(cause | evidence), ``∝ prior(c) prod_i P(e_i | c)``, by Bayes' rule.

    Products are sums of logarithms, so that long evidence does not underflow.

    Args:
        prior: P(cause), shape ``(causes,)``.
        log_likelihoods: ln P(e_i | cause), shape ``(evidence, causes)``; ``-inf``
            eliminates a cause.

    Returns:
        Shape ``(causes,)``, sums to 1; all zero if the evidence contradicts every
        cause that had a prior.

    >>> with np.errstate(divide="ignore"):
    ...     evidence = np.log([[0.9, 0.1, 0.0]])
    >>> posterior(np.array([0.1, 0.1, 0.8]), evidence).round(12).tolist()
    [0.9, 0.1, 0.0]
    """
    log_p = _log(prior) + _evidence(log_likelihoods, prior).sum(axis=0)
    likeliest = log_p.max(initial=-np.inf)
    if likeliest == -np.inf:
        return np.zeros_like(prior, dtype=np.float64)
    weight = np.exp(log_p - likeliest)
    return np.asarray(weight / weight.sum())


def weight_of_evidence(prior: FloatArray, likelihood: FloatArray) -> FloatArray:
    """
    How far evidence speaks for each cause against all others, in bits of log odds.

    ``log2 P(e | c) / P(e | not c)``. Evidence that is impossible under both says
    nothing: 0. So it does about a cause that has no alternative.

    Args:
        prior: P(cause) before the evidence, shape ``(causes,)``, sums to 1.
        likelihood: P(e | cause), shape ``(causes,)``.

    Returns:
        Shape ``(causes,)``; ``-inf`` eliminates, ``inf`` proves; never NaN.

    >>> weight_of_evidence(np.array([0.5, 0.5]), np.array([0.8, 0.2])).tolist()
    [2.0, -2.0]

    Source: Good (1950), "Probability and the weighing of evidence".
    """
    others = _sum_of_others(prior)
    alternative = _sum_of_others(prior * likelihood)
    against = np.divide(alternative, others, out=likelihood * 1.0, where=others > 0)
    silent = (likelihood == 0) & (against == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = np.log2(likelihood) - np.log2(against)
    return np.where(silent, 0.0, bits)


def conflict(prior: FloatArray, likelihoods: Iterable[FloatArray]) -> float:
    """
    Bits by which pieces of evidence are less likely together than apart.

    ``log2(prod_i P(e_i) / P(e))``: positive when they do not fit any one cause well,
    infinite when together they contradict every cause, 0 without evidence.

    Args:
        prior: P(cause), shape ``(causes,)``, sums to 1.
        likelihoods: P(e_i | cause), shape ``(evidence, causes)``.

    Source: Jensen et al. (1991), "Analysis in HUGIN of data conflict".
    """
    L = _evidence(likelihoods, prior)  # noqa: N806 - the legend's name
    together = float(_log_total(_log(prior) + _log(L).sum(axis=0)))
    if together == -np.inf:
        return float("inf")
    apart = _log_total(_log(prior) + _log(L)).sum()
    return float((apart - together) / np.log(2.0))


def expected_information_gain(belief: FloatArray, likelihood: FloatArray) -> float:
    """
    Bits of uncertainty about the cause that the answer is expected to remove.

    ``I(C; A) = H(C) - sum_a P(a) H(C | a)``, computed as ``H(A) - H(A | C)``; zero if
    and only if the answer is independent of the cause. Of many questions at once:
    ``tables.gains``.

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
    return float(useful(-plogp(likelihood @ belief).sum() - noise))


def useful(bits: FloatArray) -> FloatArray:
    """The bits that an answer tells: never negative, exactly 0 where it is rounding."""
    return np.where(bits < USELESS, 0.0, bits)


@dataclass(frozen=True, eq=False)
class AnswerColumns:
    """
    Where the answers of many questions stand in one array, side by side.

    ``first`` is the first column of each question, shape (questions,); ``count`` how
    many columns there are. Where only the ``leading`` answers are stored, the last one
    of each question is what is missing to the whole: a yes/no question is one column.
    A lone answer stands for itself.
    """

    first: IntArray
    count: int
    leading: bool = False

    @classmethod
    def of(cls, widths: Iterable[int], *, leading: bool = False) -> AnswerColumns:
        """Columns of questions with so many stored answers each."""
        ends = np.cumsum([0, *widths], dtype=np.intp)
        return cls(ends[:-1], int(ends[-1]), leading)

    def by_question(self, x: FloatArray) -> FloatArray:
        """Sum over the columns of each question, ``(…, columns) → (…, questions)``."""
        if len(self.first) == self.count:
            return x
        return np.asarray(np.add.reduceat(x, self.first, axis=-1))

    def entropy(self, joint: FloatArray, mass: FloatArray) -> FloatArray:
        """
        ``P(r) H(A | r)`` of each question under each class r, in bits.

        Args:
            joint: J, shape ``(…, columns)``.
            mass: P(class), broadcast to ``(…, questions)``; one class of mass 1
                gives ``H(A)``.

        Returns:
            Shape ``(…, questions)``.
        """
        spread = self.by_question(plogp(joint))
        if self.leading:
            spread = spread + plogp(mass - self.by_question(joint))
        return plogp(mass) - spread


def _evidence(rows: Iterable[FloatArray], prior: FloatArray) -> FloatArray:
    return np.array(list(rows), dtype=np.float64).reshape(-1, len(prior))


def _log(x: FloatArray) -> FloatArray:
    """Natural logarithm, ``-inf`` at 0 without a warning."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(x))


def _log_total(log_x: FloatArray) -> FloatArray:
    """
    ``ln sum exp`` over the last axis, ``-inf`` where all are.

    The sum of what was multiplied first may be 0 where none of its parts is.
    """
    greatest = log_x.max(axis=-1, keepdims=True, initial=-np.inf)
    greatest = np.where(np.isinf(greatest), 0.0, greatest)
    return _log(np.exp(log_x - greatest).sum(axis=-1)) + greatest[..., 0]


def _sum_of_others(x: FloatArray) -> FloatArray:
    """Sum over all but each; added, not subtracted, so that zeros stay exact."""
    before = np.concatenate(([0.0], np.cumsum(x)[:-1]))
    after = np.concatenate((np.cumsum(x[::-1])[-2::-1], [0.0]))
    return np.asarray(before + after)
