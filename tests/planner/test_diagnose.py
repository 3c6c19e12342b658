from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from noisy import (
    noisy_instance,
    optimum_of_noisy,
    standing,
    waits_for,
    with_extras,
)

from troubleshoot.planner.branch_and_bound import BeliefGraph, BranchAndBound
from troubleshoot.planner.certain import Certain
from troubleshoot.planner.diagnose import diagnose, greedy
from troubleshoot.planner.state import Noisy
from troubleshoot.planner.task import NOTHING, Ask, Budget, Task

NEAR = 1e-9
BUDGETS = (0, 1, 3, 10)

CLASSIC_PRIOR = [0.70, 0.01, 0.02, 0.10, 0.05, 0.12]
CLASSIC_ROWS = ["00000", "01001", "00110", "10011", "11000", "11110"]


def certain(prior, rows, *, costs=None, **more):
    """A task with certain answers; ``rows`` are by question, the unknown is out."""
    rows = np.array(rows, dtype=int).reshape(-1, len(prior))
    costs = np.ones(len(rows)) if costs is None else costs
    asks = []
    for row, cost in zip(rows, costs, strict=True):
        likelihood = np.full((max(2, row.max() + 1), len(prior) + 1), 0.0)
        likelihood[:, -1] = 1 / len(likelihood)
        likelihood[row, np.arange(len(prior))] = 1.0
        asks.append(Ask(float(cost), likelihood))
    more.setdefault("classes", np.arange(len(prior) + 1))
    prior = np.append(prior, 0.0)
    return Task(prior / prior.sum(), questions=tuple(asks), **more)


def classic():
    """Six causes, five questions (Pattipati & Alexandridis 1990)."""
    rows = np.array([list(row) for row in CLASSIC_ROWS], dtype=int).T
    return certain(CLASSIC_PRIOR, rows)


# --- known answers ---


def test_classic_table():
    """
    The 6 x 5 table of Pattipati & Alexandridis (1990): 2.18, proven; greedy 2.86.
    """
    plan = diagnose(classic())

    assert plan.expected_cost == pytest.approx(2.18, abs=NEAR)
    assert plan.expected_questions == pytest.approx(2.18, abs=NEAR)
    assert plan.optimal
    assert plan.gap <= NEAR
    assert plan.endings == (("found", pytest.approx(1.0)),)
    assert greedy(classic()).expected_cost == pytest.approx(2.86, abs=NEAR)


def test_classic_table_without_a_budget():
    """
    With nothing expanded the plan is the greedy one, the bound the certificate's 2.00.
    """
    plan = diagnose(classic(), nodes=0)

    assert plan.expected_cost == pytest.approx(2.86, abs=NEAR)
    assert plan.lower_bound == pytest.approx(2.00, abs=NEAR)
    assert plan.expanded == 0
    assert not plan.optimal


# --- against brute force ---


def optimum(task, first=()):  # noqa: C901 - all in one place, as an oracle should be
    """
    The least expected cost, by trying everything in every situation.

    The ``first`` questions are asked before all others, as far as they can be.
    """
    causes = frozenset(np.flatnonzero(task.prior > 0).tolist())
    asks = task.questions
    says = [ask.likelihood.argmax(axis=0) for ask in asks]

    def parts(q, live):
        found = {}
        for c in live:
            found.setdefault(int(says[q][c]), set()).add(c)
        return [frozenset(x) for x in found.values()]

    def may(q, live, asked):
        p = np.array([task.prior[c] * (c in live) for c in range(len(task.prior))])
        said = {q: int(says[q][min(live)]) for q in asked}
        met = standing(task, asks[q].only_if, p / p.sum(), said)
        return met and not asks[q].is_closed

    def options(live, asked):
        some = (q for q in range(len(asks)) if len(parts(q, live)) > 1)
        return [q for q in some if may(q, live, asked)]

    @cache
    def value(live, opened, asked):
        if len({int(task.classes[c]) for c in live}) == 1:
            return 0.0
        mass = sum(task.prior[c] for c in live)
        values = []
        for q in options(live, asked):
            new = task.opened_after(asks[q], opened) - opened
            minutes = asks[q].cost + sum(task.setups[s][0] for s in new)
            below = sum(value(x, opened | new, asked | {q}) for x in parts(q, live))
            values.append(mass * minutes + below)
        return min(values, default=0.0)

    def begun(live, opened, asked):
        for q in first:
            if q not in asked and may(q, live, asked):
                new = task.opened_after(asks[q], opened) - opened
                minutes = asks[q].cost + sum(task.setups[s][0] for s in new)
                mass = sum(task.prior[c] for c in live)
                after = opened | new, asked | {q}
                return mass * minutes + sum(begun(x, *after) for x in parts(q, live))
        return value(live, opened, asked)

    return begun(causes, task.opened, frozenset())


def check(task, best, budgets=BUDGETS):
    """Bounds hold around the optimum at every budget, and meet without one."""
    for nodes in budgets:
        plan = diagnose(task, nodes=nodes)
        assert plan.lower_bound <= best + NEAR
        assert plan.expected_cost >= best - NEAR
        assert plan.expanded <= nodes
        assert sum(p for _, p in plan.endings) == pytest.approx(1.0)
    plan = diagnose(task)
    assert plan.expected_cost == pytest.approx(best, abs=NEAR)
    assert plan.lower_bound == pytest.approx(best, abs=NEAR)
    assert plan.optimal


def instance(
    rng,
    *,
    causes=(2, 7),
    questions=(1, 7),
    answers=2,
    costs=False,
    skewed=False,
    copies=False,
    classes=False,
    setups=False,
    conditions=False,
):
    """A random task with certain answers."""
    n, m = rng.integers(*causes), rng.integers(*questions)
    prior = rng.dirichlet(np.full(n, 0.2 if skewed else 1.0)) + 1e-6
    rows = rng.integers(0, answers, (m, n))
    if copies and n > 2:
        rows[:, rng.integers(1, n)] = rows[:, 0]
        rows[-1] = rows[0]
    price = rng.uniform(0, 5, m) if costs else np.ones(m)
    if costs:
        price[rng.random(m) < 0.1] = 0.0
    kinds = rng.integers(0, max(2, n - 1), n) if classes else np.arange(n)
    task = certain(prior, rows, costs=price, classes=np.append(kinds, n))
    return with_extras(rng, task, setups=setups, conditions=conditions)


KINDS = {
    "binary": {},
    "k-ary": {"answers": 4},
    "costs": {"costs": True},
    "skewed": {"skewed": True},
    "copies": {"copies": True, "costs": True},
    "classes": {"classes": True, "costs": True, "answers": 3},
    "setups": {"setups": True, "costs": True, "questions": (1, 6)},
    "conditions": {"conditions": True, "questions": (2, 6)},
    "everything": {
        "answers": 3,
        "costs": True,
        "copies": True,
        "classes": True,
        "setups": True,
        "conditions": True,
        "questions": (2, 6),
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_optimum_equals_brute_force(kind):
    """
    With certain answers the plan is optimal, and its bounds hold at every budget.
    """
    rng = np.random.default_rng(20261103)
    for _ in range(500):
        task = instance(rng, **KINDS[kind])

        check(task, optimum(task), BUDGETS[:3])


@pytest.mark.slow
@pytest.mark.parametrize(
    "extras",
    [
        {},
        {"classes": True},
        {"setups": True},
        {"conditions": True},
        {"slight": 0.05, "classes": True},
        {"slight": 0.05, "conditions": True},
        {"slight": 0.2, "setups": True, "conditions": True},
    ],
)
def test_optimum_of_noisy_answers_equals_brute_force(extras):
    """
    With noisy answers the plan is optimal, and its bounds hold at every budget.
    """
    rng = np.random.default_rng(20261104)
    for _ in range(125):
        task = noisy_instance(rng, **extras)

        noisy = Certain.of(task) is None
        check(task, optimum_of_noisy(task) if noisy else optimum(task), BUDGETS)


# --- the plan as a value ---


def walked(task, plan, cause, rng):
    """Minutes that one case of a cause costs, by walking the graph."""
    i, cost = 0, 0.0
    while True:
        node = plan.nodes[i]
        cost += node.cost
        if not node.edges:
            return cost
        chances = task.questions[node.step].likelihood[:, cause]
        answer = rng.choice(len(chances), p=chances)
        i = dict(node.edges)[answer]


@pytest.mark.slow
def test_expected_cost_is_the_mean_of_walks():
    """
    Sampled cases of noisy trees cost on average what the plan says, within 4 errors.
    """
    rng = np.random.default_rng(20261105)
    for _ in range(8):
        task = noisy_instance(rng, setups=True)
        plan = diagnose(task)

        causes = rng.choice(len(task.prior), 2_000, p=task.prior)
        costs = np.array([walked(task, plan, c, rng) for c in causes])

        error = costs.std() / np.sqrt(len(costs))
        assert abs(costs.mean() - plan.expected_cost) <= 4 * error + NEAR
        assert costs.max() <= plan.worst_cost + NEAR


def test_edges_lead_to_later_nodes_and_every_node_is_reached():
    """
    The graph is in order, its root first, with no node left over.
    """
    rng = np.random.default_rng(20261106)
    for _ in range(30):
        plan = diagnose(instance(rng, answers=3, setups=True))

        reached = {0}
        for i, node in enumerate(plan.nodes):
            assert all(child > i for _, child in node.edges)
            reached |= {child for _, child in node.edges}
        assert reached == set(range(len(plan.nodes)))


def test_equal_situations_are_one_node():
    """
    Evidence that leads to the same belief goes on as one node.
    """
    coin = np.array([[0.9, 0.1, 0.5], [0.1, 0.9, 0.5]])
    prior, asks = np.array([0.5, 0.5, 0.0]), tuple(Ask(1.0, coin) for _ in range(2))

    plan = diagnose(Task(prior, np.arange(3), asks, confidence=0.95))

    # Both questions, then sure (two ways) or even again (yes and no, or no and yes).
    assert len(plan.nodes) == 6


def test_node_budget_decides_the_plan():
    """
    Equal node budgets give equal plans.
    """
    rng = np.random.default_rng(20261107)
    task = instance(rng, causes=(25, 26), questions=(30, 31), costs=True)

    for nodes in (0, 10, 100):
        assert diagnose(task, nodes=nodes) == diagnose(task, nodes=nodes)


def test_more_budget_is_never_worse():
    """
    A longer search keeps what a shorter one has proven and found.
    """
    rng = np.random.default_rng(20261108)
    task = instance(rng, causes=(25, 26), questions=(30, 31), costs=True)

    plans = [diagnose(task, nodes=nodes) for nodes in (0, 5, 20, 80, 320)]

    costs = [plan.expected_cost for plan in plans]
    bounds = [plan.lower_bound for plan in plans]
    assert bounds == sorted(bounds)
    assert costs == sorted(costs, reverse=True)


def test_time_ends_the_search():
    """
    The search ends when the clock has passed its seconds, with a true bound.
    """
    ticks = iter(range(1_000_000))
    rng = np.random.default_rng(20261109)
    task = instance(rng, causes=(30, 31), questions=(40, 41))

    plan = diagnose(task, seconds=20, clock=lambda: float(next(ticks)))

    assert plan.expanded == 19
    assert 0 < plan.lower_bound <= plan.expected_cost


@pytest.mark.slow
def test_progress_is_told():
    """
    A long search says how many situations it saw, and both bounds.
    """
    told = []
    rng = np.random.default_rng(20261110)
    task = instance(rng, causes=(60, 61), questions=(80, 81), costs=True)

    diagnose(task, nodes=1_000, progress=lambda *x: told.append(x))

    assert [n for n, _, _ in told] == [1_000]
    assert all(lower <= upper for _, lower, upper in told)


@pytest.mark.slow
@pytest.mark.parametrize("noisy", [False, True])
def test_a_thousand_causes(noisy):
    """
    A hopeless size still gives a plan, with an honest gap.
    """
    rng = np.random.default_rng(20261111)
    task = certain(rng.dirichlet(np.ones(1_000)), rng.integers(0, 2, (60, 1_000)))
    if noisy:
        asks = tuple(Ask(1.0, 0.96 * x.likelihood + 0.02) for x in task.questions)
        task = Task(task.prior, task.classes, asks)

    plan = diagnose(task, nodes=3)

    assert 0 < plan.lower_bound < plan.finished_cost
    assert 0 < plan.gap < 1
    assert not plan.optimal


def test_nothing_to_ask():
    """
    Without questions the plan is one ending, which says what is left.
    """
    one = Task(np.array([1.0, 0.0]), np.arange(2))
    two = Task(np.array([0.5, 0.5, 0.0]), np.arange(3))
    unknown = Task(np.array([0.0, 1.0]), np.arange(2))

    assert [x.ending for x in diagnose(one).nodes] == ["found"]
    assert [x.ending for x in diagnose(two).nodes] == ["narrowed"]
    assert [x.ending for x in diagnose(unknown).nodes] == ["unknown"]


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["DEEPEST", "SETS", "BELIEFS", "BELIEVED"])
def test_limits_of_memory_and_depth_keep_bounds_true(limit, monkeypatch):
    """
    A search that may not remember or descend further still says what is true.
    """
    monkeypatch.setattr(f"troubleshoot.planner.branch_and_bound.{limit}", 1)
    rng = np.random.default_rng(20261112)
    for _ in range(20):
        sets, noisy = instance(rng, costs=True), noisy_instance(rng)
        certain_again = Certain.of(noisy) is not None
        for task, best in (
            (sets, optimum(sets)),
            (noisy, optimum(noisy) if certain_again else optimum_of_noisy(noisy)),
        ):
            plan = diagnose(task)

            assert plan.lower_bound <= best + NEAR
            assert plan.expected_cost >= best - NEAR


def test_unlikely_situations_are_made_one():
    """
    A long noisy table is written out to its end; it costs what walks through it do.
    """
    rng = np.random.default_rng(20261114)
    table = rng.choice([0.05, 0.95], (12, 8))
    only_if = waits_for((0, {1}))
    asks = tuple(
        Ask(1.0, np.array([yes, 1 - yes]), only_if=only_if if q > 9 else NOTHING)
        for q, yes in enumerate(table)
    )
    task = Task(np.full(8, 1 / 8), np.arange(8), asks, slight=0.05)

    plan = greedy(task)
    causes = rng.choice(8, 4_000)
    costs = np.array([walked(task, plan, c, rng) for c in causes])

    assert dict(plan.endings).get("unfinished", 0.0) < 1e-3
    assert len(plan.nodes) < 2_000
    error = costs.std() / np.sqrt(len(costs))
    assert abs(costs.mean() - plan.expected_cost) <= 4 * error
    assert 0.2 * plan.expected_cost < plan.lower_bound < plan.expected_cost


@pytest.mark.slow
def test_time_ends_noisy_search_and_writing():
    """
    With noisy answers the clock ends the search, and what is left is written in few
    words: soon after its time, and to its end.
    """
    now = [0.0]

    def clock():
        now[0] += 1.0
        return now[0]

    rng = np.random.default_rng(20261115)
    asks = tuple(
        Ask(1.0, np.array([yes, 1 - yes])) for yes in rng.uniform(0.2, 0.8, (12, 6))
    )
    task = Task(np.full(6, 1 / 6), np.arange(6), asks)

    plan = diagnose(task, seconds=40, clock=clock)

    assert "unfinished" not in dict(plan.endings)
    assert len(plan.nodes) < len(diagnose(task, nodes=0).nodes)
    assert 0 < plan.lower_bound < plan.finished_cost
    assert now[0] < 2_000


@pytest.mark.slow
def test_progress_of_noisy_search_is_told():
    """
    A long search among noisy answers says how many situations it saw, and its bounds.
    """
    told = []
    rng = np.random.default_rng(20261116)
    asks = tuple(
        Ask(1.0, np.array([yes, 1 - yes])) for yes in rng.uniform(0.1, 0.9, (12, 6))
    )
    task = Task(np.full(6, 1 / 6), np.arange(6), asks)

    diagnose(task, nodes=2_500, progress=lambda *x: told.append(x))

    assert [n for n, _, _ in told] == [1_000]
    assert all(lower <= upper for _, lower, upper in told)


@pytest.mark.slow
def test_progress_of_all_orders_is_told():
    """
    The search through all orders says how many situations it saw, and its bounds.
    """
    told = []
    rng = np.random.default_rng(20261117)
    asks = tuple(
        Ask(1.0, np.array([yes, 1 - yes])) for yes in rng.uniform(0.1, 0.9, (12, 6))
    )
    task = Task(np.full(6, 1 / 6), np.arange(6), asks)
    budget = Budget(1_500, None, lambda: 0.0)

    search = BranchAndBound(BeliefGraph(Noisy(task)), budget, lambda *x: told.append(x))
    lower = search.run()

    assert [n for n, _, _ in told] == [1_000]
    assert not search.is_closed
    assert 0 < told[0][1] <= lower <= told[0][2]


def test_greedy_of_long_noisy_tables_is_unfinished_and_says_so(monkeypatch):
    """
    A plan too long to write ends as unfinished; finished it costs more.
    """
    monkeypatch.setattr("troubleshoot.planner.compress.WRITTEN", (5, 5))
    rng = np.random.default_rng(20261113)
    asks = tuple(
        Ask(1.0, np.array([yes, 1 - yes])) for yes in rng.uniform(0.3, 0.7, (12, 6))
    )
    task = Task(np.full(6, 1 / 6), np.arange(6), asks)

    plan = greedy(task)

    unfinished = dict(plan.endings)["unfinished"]
    rests = {node.rest for node in plan.nodes if node.ending == "unfinished"}
    assert unfinished > 0
    # Each of the twelve questions takes a minute, and some were asked before.
    assert 0 < min(rests) <= max(rests) < 12
    least, most = (
        plan.expected_cost + x * unfinished for x in (min(rests), max(rests))
    )
    assert least <= plan.finished_cost <= most
    assert not plan.optimal
