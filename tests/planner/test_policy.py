from __future__ import annotations

import numpy as np
import pytest

from troubleshoot.planner.policy import best, ranking


@pytest.mark.parametrize(
    ("gains", "costs", "chosen"),
    [
        ([0.9, 0.5], [3.0, 1.0], 1),  # .3 against .5 bits per minute
        ([0.1, 0.9], [0.0, 1.0], 0),  # what is free beats all that costs
        ([0.1, 0.2, 0.9], [0.0, 0.0, 0.1], 1),  # and the greater of the free ones
        ([0.5, 0.5], [1.0, 1.0], 0),  # a tie goes to the first
        ([0.5, 0.5 * (1 + 1e-12)], [1.0, 1.0], 0),  # rounding makes no difference
        ([0.5, 0.5 * (1 + 1e-6)], [1.0, 1.0], 1),
        ([1e-9, 0.0], [1.0, 0.0], None),  # nothing worth choosing, free or not
        ([], [], None),
    ],
)
def test_best(gains, costs, chosen):
    """
    The greatest gain per minute, the first one in a tie.
    """
    every = np.ones(len(gains), dtype=bool)

    assert best(np.array(gains), np.array(costs), every) == chosen


def test_best_chooses_among_candidates_only():
    """
    What is not a candidate is not chosen, however good.
    """
    gains, costs = np.array([0.9, 0.5, 0.1]), np.ones(3)

    assert best(gains, costs, np.array([False, True, True])) == 1
    assert best(gains, costs, np.zeros(3, dtype=bool)) is None


def test_ranking_is_the_order_of_being_chosen():
    """
    Free ones first, then by gain per minute; worthless ones not at all.
    """
    gains = np.array([0.5, 0.0, 0.9, 0.1, 0.8])
    costs = np.array([1.0, 1.0, 3.0, 0.0, 1.0])

    candidates = np.ones(5, dtype=bool)
    assert ranking(gains, costs, candidates) == [3, 4, 0, 2]
    assert candidates.all()
