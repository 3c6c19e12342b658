from __future__ import annotations

import numpy as np
import pytest
from strategies import random_belief

from troubleshoot.inference.bayes import entropy, expected_information_gain


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
