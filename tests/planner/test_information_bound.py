from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from noisy import EXTRAS, SLIGHT, noisy_instance, optimum_of_noisy, with_extras

from troubleshoot.planner.information_bound import PriceOfInformation, left_when_found
from troubleshoot.planner.lookahead import Lookahead
from troubleshoot.planner.state import Noisy
from troubleshoot.planner.task import Ask, Budget, Task

NEAR = 1e-9
BUDGETS = (0, 1, 4)


def telling_instance(rng, *, classes=False, setups=False, conditions=False, slight):
    """A random task with few and reliable questions, so that bounds come close."""
    n = int(rng.integers(3, 7))
    asks = []
    for _ in range(rng.integers(1, 4)):
        k = int(rng.integers(2, n + 1))
        noise = float(rng.choice([1e-3, 0.02]))
        likelihood = np.full((k, n), noise / k)
        likelihood[rng.integers(0, k, n), np.arange(n)] += 1 - noise
        asks.append(Ask(float(rng.uniform(0.5, 3)), likelihood))
    kinds = np.arange(n)
    if classes:
        kinds[1] = kinds[0]
    task = Task(
        rng.dirichlet(np.full(n, 5.0)),
        kinds,
        tuple(asks),
        confidence=float(rng.choice([0.5, 0.9, 0.99])),
        slight=slight,
    )
    return with_extras(rng, task, setups=setups, conditions=conditions)


def looked_ahead(task, nodes):
    """The bound after so many questions were looked into."""
    return Lookahead(Noisy(task), Budget(nodes, None, lambda: 0.0)).run()


@pytest.mark.slow
@pytest.mark.parametrize("kind", EXTRAS)
@pytest.mark.parametrize("instance", [noisy_instance, telling_instance])
def test_bounds_are_true(kind, instance):
    """
    No plan costs less than the bound, however far it looks ahead: 1,000 random tasks.
    """
    rng = np.random.default_rng(20261124)
    for i in range(100):
        task = instance(rng, slight=SLIGHT[i % 3], **EXTRAS[kind])
        best = optimum_of_noisy(task)

        for nodes in BUDGETS:
            assert looked_ahead(task, nodes) <= best + NEAR


def test_bounds_are_true_on_the_way():
    """
    They hold after questions were asked, for beliefs of every kind.
    """
    rng = np.random.default_rng(20261125)
    for i in range(150):
        task = telling_instance(rng, slight=SLIGHT[i % 3], setups=True)
        p = rng.dirichlet(np.full(len(task.prior), 0.5))
        opened = frozenset({0}) if i % 2 else frozenset()
        noisy = Noisy(replace(task, prior=p, opened=opened))
        asked = np.arange(len(task.questions))[None] == 0
        now = replace(noisy.root, asked=asked)
        rest = replace(task, prior=p, questions=task.questions[1:], opened=opened)

        bound = PriceOfInformation(task).least(now, noisy.candidates(now), 10)

        assert bound <= optimum_of_noisy(rest) + NEAR


def test_bounds_come_close():
    """
    What the bits alone prove is now and then four fifths of the best plan.
    """
    rng = np.random.default_rng(20261126)
    ratios = []
    for _ in range(100):
        task = telling_instance(rng, slight=0.05)
        noisy, information = Noisy(task), PriceOfInformation(task)
        here = noisy.candidates(noisy.root)
        free = here._replace(costs=0 * here.costs)
        bound = information.least(noisy.root, free, 30)
        best = optimum_of_noisy(task)
        ratios.append(bound / best if best else 0.0)

    assert max(ratios) <= 1 + NEAR
    assert max(ratios) > 0.8


@pytest.mark.parametrize(
    ("questions", "confidence", "slight"), [(8, 0.99, 0.188), (20, 0.75, 1e-9)]
)
def test_ends_before_all_is_told_are_allowed_for(questions, confidence, slight):
    """
    A plan may end after one question: as the rest tells slightly, or one is enough.
    """
    coin = np.array([[0.75, 0.25], [0.25, 0.75]])
    asks = tuple(Ask(1.0, coin) for _ in range(questions))
    task = Task(
        np.array([0.5, 0.5]), np.arange(2), asks, confidence=confidence, slight=slight
    )

    assert looked_ahead(task, 10) == pytest.approx(1.0)


def test_looking_further_proves_more():
    """
    The bound rises with the budget, and ends at the best plan of a small task.
    """
    rng = np.random.default_rng(20261127)
    for _ in range(20):
        task = noisy_instance(rng, slight=0.05)

        bounds = [looked_ahead(task, nodes) for nodes in (0, 2, 8, 32, 100_000)]

        assert bounds == sorted(bounds)
        assert bounds[-1] == pytest.approx(optimum_of_noisy(task), rel=0.05)


def test_what_is_left_when_found():
    """
    The confidence allows 0.9 on one and the rest on others, evenly; one has no rest.
    """
    expected = -0.9 * np.log2(0.9) - 0.1 * np.log2(0.1 / 4)

    assert left_when_found(5, 0.9) == pytest.approx(expected)
    assert left_when_found(4, 0.1) == pytest.approx(2.0)
    assert left_when_found(1, 0.9) == 0.0
    assert left_when_found(0, 0.9) == 0.0


def test_nothing_to_tell_apart():
    """
    Where all causes share a class, or there is no question, nothing has to be paid.
    """
    asks = (Ask(2.0, np.array([[0.9, 0.2], [0.1, 0.8]])),)
    same = Task(np.array([0.5, 0.5]), np.zeros(2, dtype=int), asks)
    mute = Task(np.array([0.5, 0.5]), np.arange(2))

    one = np.array([1.0, 0.0])
    sure = PriceOfInformation(replace(mute, prior=one, questions=asks))

    assert looked_ahead(same, 10) == 0.0
    assert sure.bits(0 * one[:1], np.array([True])) == 0.0
    assert looked_ahead(mute, 10) == 0.0


def test_lookahead_remembers_no_more_than_it_may(monkeypatch):
    """
    With little memory it stops early, and what it has proven is true.
    """
    monkeypatch.setattr("troubleshoot.planner.lookahead.KEPT", 8)
    rng = np.random.default_rng(20261128)
    for _ in range(20):
        task = noisy_instance(rng)

        assert looked_ahead(task, 1_000) <= optimum_of_noisy(task) + NEAR
