from __future__ import annotations

import numpy as np
import oracle
import pytest
from strategies import random_belief, random_tree

from troubleshoot.inference.bayes import (
    conflict,
    entropy,
    expected_information_gain,
    posterior,
    weight_of_evidence,
)
from troubleshoot.inference.model import compiled


def _log(rows):
    with np.errstate(divide="ignore"):
        return np.log(np.array(rows))


def test_posterior_of_two_causes_by_hand():
    """
    Bayes' rule on two causes and two answers.
    """
    # Weights are .6 * .9 * .5 = .27 and .4 * .2 * .25 = .02, of .29 together.
    p = posterior(np.array([0.6, 0.4]), _log([[0.9, 0.2], [0.5, 0.25]]))

    assert p == pytest.approx([27 / 29, 2 / 29], abs=1e-15)


@pytest.mark.slow
def test_posterior_equals_the_oracle():
    """
    On random trees with zeros the posterior is that of plain dictionaries.
    """
    rng = np.random.default_rng(1)
    for _ in range(2000):
        several = float(rng.choice([0.0, 0.5]))
        causes = int(rng.integers(1, 9))
        tree = random_tree(rng, causes=causes, questions=5, several=several)
        model = compiled(tree)
        evidence = [
            (q.id, q.outcomes[rng.integers(len(q.outcomes))])
            for q in tree.questions.values()
            if rng.random() < 0.6
        ]
        rows = [model.likelihood(*each) for each in evidence]

        p = posterior(model.prior, _log(rows))

        expected = oracle.posterior(tree, evidence)
        assert dict(zip(model.causes, p, strict=True)) == pytest.approx(
            expected, abs=1e-12
        )


def test_posterior_without_evidence_is_the_prior():
    """
    No evidence leaves the prior.
    """
    prior = np.array([0.25, 0.0, 0.75])

    assert posterior(prior, []) == pytest.approx(prior, abs=1e-15)


def test_contradiction_is_all_zero():
    """
    Evidence that no cause allows leaves nothing, not NaN.
    """
    p = posterior(np.array([0.5, 0.5, 0.0]), _log([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]))

    assert p.tolist() == [0.0, 0.0, 0.0]


def test_long_evidence_does_not_underflow():
    """
    Two thousand unlikely answers, whose product no float can hold.
    """
    p = posterior(np.array([0.5, 0.5]), _log([[1e-3, 2e-3]] * 2000))

    assert p == pytest.approx([0.0, 1.0], abs=1e-300)


def test_entropy_of_the_classic_table():
    """
    Priors of the 6 x 5 test sequencing problem have 1.4549 bits.
    """
    # The table is that of Pattipati and Alexandridis, 1990.
    bits = entropy(np.array([0.70, 0.01, 0.02, 0.10, 0.05, 0.12]))

    assert bits == pytest.approx(1.4549, abs=5e-5)


def test_entropy_of_certainty_is_zero():
    """
    Zeros count nothing, and certainty is exactly 0 bits, without a sign.
    """
    assert str(entropy(np.array([1.0, 0.0]))) == "0.0"


def test_weight_of_evidence_by_hand():
    """
    Log odds against the mixture of the other causes.
    """
    # For c0, .9 stands against (.25 * .3 + .25 * .6) / .5 = .45: one bit.
    bits = weight_of_evidence(np.array([0.5, 0.25, 0.25]), np.array([0.9, 0.3, 0.6]))

    # For c1 against (.5 * .9 + .25 * .6) / .75 = .8, for c2 against .7.
    assert bits == pytest.approx([1.0, np.log2(0.3 / 0.8), np.log2(0.6 / 0.7)])


@pytest.mark.parametrize(
    ("prior", "likelihood", "bits"),
    [
        ([0.5, 0.5], [0.0, 1.0], [-np.inf, np.inf]),
        ([0.5, 0.5], [0.0, 0.0], [0.0, 0.0]),
        ([1.0, 0.0], [0.3, 0.6], [0.0, 1.0]),
        ([1.0], [0.5], [0.0]),
        ([0.5, 0.5, 0.0], [0.0, 0.0, 0.5], [0.0, 0.0, np.inf]),
    ],
)
def test_weight_of_evidence_is_never_nan(prior, likelihood, bits):
    """
    Impossible evidence and causes without an alternative have a weight too.
    """
    found = weight_of_evidence(np.array(prior), np.array(likelihood))

    assert found.tolist() == bits


def test_conflict_by_hand():
    """
    Two answers that point to different causes are less likely together than apart.
    """
    # P(e1) = P(e2) = .5; P(e) = .5 * .9 * .1 * 2 = .09; log2(.25 / .09)
    prior = np.array([0.5, 0.5])
    bits = conflict(prior, np.array([[0.9, 0.1], [0.1, 0.9]]))

    assert bits == pytest.approx(np.log2(0.25 / 0.09))
    assert conflict(prior, np.array([[0.9, 0.1], [0.9, 0.1]])) < 0


def test_conflict_at_the_ends():
    """
    A contradiction is infinitely surprising; no evidence is not at all.
    """
    prior = np.array([0.5, 0.5])

    assert conflict(prior, np.array([[1.0, 0.0], [0.0, 1.0]])) == np.inf
    assert conflict(prior, np.array([[0.0, 0.0]])) == np.inf
    assert conflict(prior, []) == 0.0


def test_gain_of_two_causes_by_hand():
    """
    The binary symmetric channel: an answer that is right nine times in ten.
    """
    # H(A) = H(.5) = 1; H(A | C) = H(.9) = .9 log2(1/.9) + .1 log2(1/.1) = .46899559
    likelihood = np.array([[0.9, 0.1], [0.1, 0.9]])

    bits = expected_information_gain(np.array([0.5, 0.5]), likelihood)

    assert bits == pytest.approx(1 - 0.4689955935892812, abs=1e-15)


def test_gain_lies_between_its_bounds():
    """
    Never negative, never more than the causes hold or the answers can carry.
    """
    rng = np.random.default_rng(2)
    for _ in range(1000):
        p = random_belief(rng, int(rng.integers(1, 7)))
        likelihood = np.array([random_belief(rng, 3) for _ in p]).T

        bits = expected_information_gain(p, likelihood)

        assert 0 <= bits <= min(entropy(p), np.log2(3)) + 1e-12


def test_independent_answer_gains_exactly_nothing():
    """
    Rounding is not information.
    """
    likelihood = np.full((3, 4), 1 / 3)

    assert expected_information_gain(np.full(4, 0.25), likelihood) == 0.0


def test_gain_at_zeros():
    """
    Certain answers and eliminated causes give a number.
    """
    likelihood = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])

    assert expected_information_gain(np.array([0.5, 0.5, 0.0]), likelihood) == 1.0
    assert expected_information_gain(np.zeros(3), likelihood) == 0.0
