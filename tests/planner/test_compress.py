"""Plans that treat situations as one: what is lost, and what never is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from noisy import long_instance, standing

from troubleshoot.planner.compress import MUCH, ROUNDS, Aggregation, aggregated
from troubleshoot.planner.diagnose import diagnose
from troubleshoot.planner.state import Noisy, together
from troubleshoot.planner.task import Ask, Task


def states_of(task, depth=5):
    """Situations after some questions, how likely they are, and what comes next."""
    noisy = Noisy(task)
    states, chance = noisy.root, np.ones(1)
    for _ in range(depth):
        questions = noisy.best(states)
        on = questions >= 0
        after = noisy.after(states.at(on), questions[on])
        chance = chance[on][after.parent] * after.chance
        states = after.states
    questions = noisy.best(states)
    on = questions >= 0
    return noisy, states.at(on), chance[on], questions[on]


@pytest.mark.parametrize(
    ("seed", "extras"),
    [(20261201, {}), (20261207, {"setups": True}), (20261208, {"conditions": True})],
)
def test_who_joins_whom(seed, extras):
    """
    Situations join one that is kept, whose next question they can be asked; hardly any
    loses a question that tells much.
    """
    rng = np.random.default_rng(seed)
    noisy, states, chance, questions = states_of(long_instance(rng, **extras))
    kept = max(ROUNDS, len(states) // 2)

    joins = Aggregation(noisy, states, chance, questions).joins(kept)

    moved = np.flatnonzero(joins != np.arange(len(joins)))
    assert len(moved)
    assert (joins[joins] == joins).all()
    next_ = questions[joins[moved]]
    assert noisy.offered(states).available[moved, next_].all()
    left, gains = noisy.left(states), noisy.gains(states.p)
    lost = states.asked[joins[moved]] & left[moved] & (gains[moved] >= MUCH)
    assert chance[moved][lost.any(axis=1)].sum() <= 0.1 * chance[moved].sum()


def test_the_nearest_is_joined():
    """
    Of those that are kept, the one is joined that believes nearly the same.
    """
    even = np.array([[0.9, 0.1, 0.5, 0.5], [0.1, 0.9, 0.5, 0.5]])
    task = Task(np.full(4, 0.25), np.arange(4), tuple(Ask(1.0, even) for _ in range(9)))
    noisy = Noisy(task)
    corners = 0.8 * np.eye(4) + 0.05
    near = 0.7 * corners[1] + 0.3 * 0.25
    states = replace(together([noisy.root] * 5), p=np.array([*corners, near]))
    chance, questions = np.array([0.3, 0.25, 0.2, 0.15, 0.1]), np.zeros(5, np.intp)

    joins = Aggregation(noisy, states, chance, questions).joins(ROUNDS)

    assert joins.tolist() == [0, 1, 2, 3, 1]


def test_the_likeliest_are_kept():
    """
    Those kept first are the likeliest of all.
    """
    rng = np.random.default_rng(20261202)
    noisy, states, chance, questions = states_of(long_instance(rng))

    joins = Aggregation(noisy, states, chance, questions).joins(4 * ROUNDS)

    likeliest = np.argsort(-chance, kind="stable")[:4]
    assert (joins[likeliest] == likeliest).all()


def test_aggregated():
    """
    What is made one believes the mean, was asked all, and has said what both have said.
    """
    rng = np.random.default_rng(20261203)
    _, states, chance, _ = states_of(long_instance(rng, setups=True, conditions=True))
    joins = np.arange(len(states))
    joins[1] = joins[2] = 0

    together = aggregated(states, chance, joins)

    mean = chance[:3] @ states.p[:3] / chance[:3].sum()
    assert together.p[0] == pytest.approx(mean)
    assert (together.asked[0] == states.asked[:3].any(axis=0)).all()
    assert (together.opened[0] == states.opened[:3].all(axis=0)).all()
    agreed = (states.said[:3] == states.said[0]).all(axis=0)
    assert (together.said[0] == np.where(agreed, states.said[0], -1)).all()
    assert together.p[3:].tobytes() == states.p[3:].tobytes()


@pytest.mark.parametrize("extras", [{}, {"setups": True}, {"conditions": True}])
@pytest.mark.slow
def test_a_compressed_plan_is_still_a_plan(extras, monkeypatch):
    """
    However many states are one, no way asks twice or what its answers do not allow, all
    ways end, and they cost on average what the plan says.
    """
    monkeypatch.setattr("troubleshoot.planner.compress.WRITTEN", (300, 300))
    rng = np.random.default_rng(20261204)
    for _ in range(4):
        task = long_instance(rng, **extras)
        plan = diagnose(task, nodes=0)

        costs = np.array([walked(rng, task, plan) for _ in range(3_000)])

        assert dict(plan.endings).get("unfinished", 0.0) == 0.0
        error = costs.std() / len(costs) ** 0.5
        assert abs(costs.mean() - plan.expected_cost) <= 4 * error


def walked(rng, task, plan):
    """What one case costs; each question is one that may be asked."""
    cause = rng.choice(len(task.prior), p=task.prior)
    node, said, cost = plan.nodes[0], {}, 0.0
    while node.edges:
        ask = task.questions[node.step]
        assert node.step not in said
        assert standing(task, ask.only_if, None, said) is not False
        cost += node.cost
        chances = task.questions[node.step].likelihood[:, cause]
        said[node.step] = int(rng.choice(len(chances), p=chances))
        node = plan.nodes[dict(node.edges)[said[node.step]]]
    return cost + node.cost
