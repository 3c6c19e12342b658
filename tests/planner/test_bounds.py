from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from noisy import waits_for

from troubleshoot.planner import certain
from troubleshoot.planner.bounds import (
    InformationBounds,
    certificate,
    huffman,
    ordered,
)
from troubleshoot.planner.certain import Certain, merged
from troubleshoot.planner.diagnose import diagnose
from troubleshoot.planner.task import NOTHING, Ask, Task

NEAR = 1e-9

# Pattipati & Alexandridis (1990): six causes, five questions; bounds 1.59 and 2.00.
PRIOR = np.array([0.70, 0.01, 0.02, 0.10, 0.05, 0.12])
ROWS = np.array(
    [list(x) for x in ("00000", "01001", "00110", "10011", "11000", "11110")], dtype=int
).T


def test_huffman_of_the_classic_table():
    """
    1.59 questions.
    """
    assert huffman(PRIOR.tolist()) == pytest.approx(1.59, abs=NEAR)


def test_certificate_of_the_classic_table():
    """
    2.00 questions.
    """
    apart = ~np.eye(6, dtype=bool)

    assert certificate(PRIOR, ROWS, np.ones(5), apart) == pytest.approx(2.0, abs=NEAR)


@pytest.mark.parametrize(
    ("weights", "arity", "least"),
    [
        ([], 2, 0.0),
        ([1.0], 2, 0.0),
        ([0.5, 0.5], 2, 1.0),
        ([0.25] * 4, 2, 2.0),
        ([0.25] * 4, 4, 1.0),
        ([0.25] * 4, 3, 1.5),  # two of the four behind one answer: 1 + .5
    ],
)
def test_huffman(weights, arity, least):
    """
    The shortest code with as many letters as there are answers.
    """
    assert huffman(weights, arity=arity) == pytest.approx(least)


def shortest_paths(w, c):
    """The ordered bound by every choice of lengths that a code can have."""
    c = sorted(c)
    paid = np.concatenate(([0.0], np.cumsum(c)))
    lengths = product(range(min(len(c), len(w) - 1) + 1), repeat=len(w))
    codes = (x for x in lengths if sum(2.0**-i for i in x) <= 1)
    return min(sum(v * paid[i] for v, i in zip(w, x, strict=True)) for x in codes)


def test_ordered_is_the_cheapest_code():
    """
    It equals the best choice of lengths, of all that Kraft's inequality allows.
    """
    rng = np.random.default_rng(1)
    for _ in range(100):
        n = int(rng.integers(2, 6))
        w, c = rng.dirichlet(np.ones(n)).tolist(), rng.uniform(0, 5, n + 1).tolist()

        assert ordered(w, c) == pytest.approx(shortest_paths(w, c), abs=NEAR)


def test_ordered_with_equal_costs_is_huffman():
    """
    Where no question is cheaper than another, and all levels are built, it is.
    """
    rng = np.random.default_rng(2)
    for n in (2, 3, 5, 6):
        w = rng.dirichlet(np.ones(n)).tolist()

        assert ordered(w, [2.0] * n) == pytest.approx(2 * huffman(w), abs=NEAR)


def test_ordered_of_very_skewed_weights_is_a_bound():
    """
    Where paths are longer than the levels built, it is at most what they cost.
    """
    w = [2.0**-i for i in range(1, 21)] + [2.0**-20]
    c = [1.0 + i for i in range(20)]

    in_turn = sum(v * sum(c[: min(i + 1, 20)]) for i, v in enumerate(w))
    assert 0.9 * in_turn <= ordered(w, c) <= in_turn + NEAR


def test_information_is_the_entropy_when_questions_are_even():
    """
    A question that splits evenly tells a bit; four equal causes need two.
    """
    rows = np.array([[0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 1, 0]])
    told = InformationBounds(np.full(4, 0.25), np.arange(4), rows, np.ones(3))

    assert told.bounds(np.ones((1, 4), dtype=bool)).tolist() == pytest.approx([2.0])


def test_information_charges_for_questions_about_one_cause():
    """
    With a question per cause the bound grows as the causes, and not as their bits.
    """
    n = 64
    told = InformationBounds(
        np.full(n, 1 / n), np.arange(n), np.eye(n, dtype=int), np.ones(n)
    )

    [bound] = told.bounds(np.ones((1, n), dtype=bool))

    one_by_one = (n + 1) / 2 - 1 / n
    assert 0.6 * one_by_one < bound <= one_by_one


def cheapest_set(separates, c, setups, setup_costs):
    """The cheapest cover, by every set of questions."""
    found = []
    for size in range(len(c) + 1):
        for chosen in combinations(range(len(c)), size):
            if separates[list(chosen)].any(axis=0).all():
                opened = set().union(*(setups[q] for q in chosen))
                paid = sum(c[q] for q in chosen) + sum(setup_costs[s] for s in opened)
                found.append(paid)
    return min(found)


def test_certificate_is_the_cheapest_set_of_each_cause():
    """
    While covers are small it is exact, with every setup paid once.
    """
    rng = np.random.default_rng(3)
    for _ in range(60):
        n, m = 5, 6
        rows, c, w = rng.integers(0, 3, (m, n)), rng.uniform(0, 3, m), np.full(n, 1 / n)
        apart = (rows[:, :, None] != rows[:, None, :]).any(axis=0)
        setups = [frozenset(np.flatnonzero(rng.random(2) < 0.3).tolist()) for _ in c]

        bound = certificate(w, rows, c, apart, setups=setups, setup_costs=[2.0, 1.0])

        exact = sum(
            v * cheapest_set((rows != rows[:, i, None])[:, apart[i]], c, setups, [2, 1])
            for i, v in enumerate(w)
        )
        assert bound == pytest.approx(exact, abs=NEAR)


def test_certificate_of_a_large_table_is_a_lower_bound(monkeypatch):
    """
    Where the exact cover is given up, what is said instead is no more.
    """
    rng = np.random.default_rng(4)
    rows, c, w = rng.integers(0, 2, (9, 12)), rng.uniform(1, 3, 9), np.full(12, 1 / 12)
    apart = (rows[:, :, None] != rows[:, None, :]).any(axis=0)
    exact = certificate(w, rows, c, apart)

    monkeypatch.setattr("troubleshoot.planner.bounds.COVERS", 2)
    early = certificate(w, rows, c, apart)
    monkeypatch.setattr("troubleshoot.planner.bounds.SMALL", 0)

    assert 0 < certificate(w, rows, c, apart) <= exact + NEAR
    assert early <= exact + NEAR


def test_merged_follows_chains():
    """
    Groups are what "not apart" connects, also by way of another.
    """
    apart = np.ones((5, 5), dtype=bool)
    for i, j in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (0, 2), (2, 4)]:
        apart[i, j] = apart[j, i] = False

    assert merged(apart).tolist() == [0, 1, 0, 2, 0]


def test_nothing_to_tell_apart_or_to_ask_costs_nothing():
    """
    Every bound is 0 for one group, and where there is no question.
    """
    none = InformationBounds(
        PRIOR, np.arange(6), np.zeros((0, 6), dtype=int), np.zeros(0)
    )

    assert ordered([1.0], [2.0]) == 0
    assert ordered([0.5, 0.5], []) == 0
    assert none.bounds(np.ones((1, 6), dtype=bool)).tolist() == [0.0]


def test_pairs_that_are_not_looked_at_only_weaken_the_bound(monkeypatch):
    """
    Of many causes, those that only a question behind a gate separates count as one.
    """
    codes = np.array([list(f"{i:03b}") for i in range(8)], dtype=float).T
    behind = [NOTHING, NOTHING, waits_for((0, {1}))]
    asks = tuple(
        Ask(1.0, np.array([1 - row, row]), only_if=gate)
        for row, gate in zip(np.c_[codes, [0.0] * 3], behind, strict=True)
    )
    given = Task(np.append(np.full(8, 1 / 8), 0.0), np.arange(9), asks)
    optimum = diagnose(given)
    all_pairs = Certain.of(given).apart
    monkeypatch.setattr(certain, "PAIRS", 0)

    few_pairs = Certain.of(given).apart

    assert (few_pairs <= all_pairs).all()
    assert few_pairs.sum() < all_pairs.sum()
    assert diagnose(given, nodes=0).lower_bound <= optimum.expected_cost
    # two questions, and the third for the half that may be asked it
    assert optimum.expected_cost == pytest.approx(2.5)
