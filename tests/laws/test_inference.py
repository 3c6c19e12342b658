"""Laws of belief and gain, whatever the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import beliefs, trees

from troubleshoot.inference.bayes import (
    conflict,
    entropy,
    posterior,
    weight_of_evidence,
)
from troubleshoot.inference.model import compiled

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Tree


def _drawn_rows(data, model, most=6):
    """Likelihoods of some answers, in the order drawn; a question may come twice."""
    pairs = [(q, a) for q, x in model.likelihoods.items() for a in x.answers]
    if not pairs:
        return []
    told = data.draw(st.lists(st.sampled_from(pairs), max_size=most))
    return [model.likelihood(*each) for each in told]


def _given_rows(model, rows):
    with np.errstate(divide="ignore"):
        return posterior(model.prior, np.log(np.array(rows)) if rows else [])


class TestPosteriorIsADistribution:
    """
    Whatever was answered, the belief is not negative and sums to 1, or is all zero.
    """

    @given(trees(several=0.5), st.data())
    def test_sum(self, tree: Tree, data):
        """It sums to 1."""
        model = compiled(tree)

        p = _given_rows(model, _drawn_rows(data, model))

        assert (p >= 0).all()
        assert p.sum() == pytest.approx(1.0) or not p.any()


class TestEvidenceCommutes:
    """
    The belief after two answers does not depend on their order.
    """

    @given(trees(several=0.5), st.data())
    def test_order(self, tree: Tree, data):
        """Forwards and backwards."""
        model = compiled(tree)
        rows = _drawn_rows(data, model)

        assert _given_rows(model, rows) == pytest.approx(
            _given_rows(model, rows[::-1]), abs=1e-12
        )


class TestMeanPosteriorIsThePrior:
    """
    Before an answer is known, no cause is expected to gain by it.
    """

    @given(trees(several=0.5))
    def test_mean(self, tree: Tree):
        """Posteriors weighted with their answers."""
        model = compiled(tree)
        for question, likelihood in model.likelihoods.items():
            rows = [model.likelihood(question, each) for each in likelihood.answers]
            mean = sum((row @ model.prior) * _given_rows(model, [row]) for row in rows)

            assert mean == pytest.approx(model.prior, abs=1e-12)


class TestGainIsNeverNegative:
    """
    An answer is expected to remove uncertainty or to leave it: a number from 0 up.
    """

    @given(trees(several=0.5), st.data())
    def test_sign(self, tree: Tree, data):
        """Finite, and no sign on a zero."""
        model = compiled(tree)
        p = data.draw(beliefs(len(model.causes)))

        gains = model.gains(p)

        assert np.isfinite(gains).all()
        assert not np.signbit(gains).any()


class TestUselessQuestionChangesNothing:
    """
    An answer that all causes give alike leaves the belief as it is, and gains 0 bits.
    """

    @given(trees(several=0.5), st.floats(0.01, 1.0))
    def test_belief(self, tree: Tree, chance: float):
        """Neither belief nor log odds move."""
        model = compiled(tree)
        row = np.full(len(model.causes), chance)

        assert _given_rows(model, [row]) == pytest.approx(model.prior, abs=1e-12)
        silent = np.nan_to_num(weight_of_evidence(model.prior, row), nan=np.inf)
        assert silent == pytest.approx(np.zeros(len(row)), abs=1e-9)


class TestEliminationIsForGood:
    """
    A cause that an answer excludes for certain stays at exactly zero.
    """

    @given(trees(several=0.5), st.data())
    def test_zero(self, tree: Tree, data):
        """Exactly, not nearly."""
        model = compiled(tree)
        rows = _drawn_rows(data, model)

        p = _given_rows(model, rows)

        for row in rows:
            assert (p[row == 0] == 0).all()


class TestArithmeticIsQuiet:
    """
    No number between 0 and 1, however small, makes the arithmetic warn or say NaN.
    """

    @given(st.data())
    def test_small(self, data):
        """Priors and likelihoods down to the smallest, zeros and ones among them."""
        small = st.sampled_from((0.0, 5e-324, 1e-310, 1e-200, 1e-30, 0.3, 1.0))
        size = data.draw(st.integers(1, 4))
        rows = st.lists(small, min_size=size, max_size=size)
        prior = np.array(data.draw(rows.filter(lambda x: sum(x) > 0)))
        prior = prior / prior.sum()
        L = np.array(data.draw(st.lists(rows, max_size=3))).reshape(-1, size)  # noqa: N806

        with np.errstate(divide="ignore"):
            p = posterior(prior, np.log(L))
        bits = conflict(prior, L)

        assert not np.isnan(p).any()
        assert not np.isnan([weight_of_evidence(prior, row) for row in L]).any()
        assert (bits == np.inf) == (not p.any())
        assert entropy(p) >= 0
