from __future__ import annotations

from functools import partial
from operator import add

import numpy as np
import pytest

from troubleshoot.planner.policy import (
    DONT_KNOW,
    Node,
    arriving,
    best,
    excluded,
    forward,
    likeliest_ways,
    longest,
    not_excluded,
    opened,
    ranking,
)
from troubleshoot.planner.task import Ask, Task


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


def _graph(rng):
    """Nodes with edges to later ones; to each but the first one edge at least."""
    size = int(rng.integers(2, 9))
    edges = {i: [] for i in range(size)}
    for child in range(1, size):
        for at in rng.integers(0, child, rng.integers(1, 4)).tolist():
            edges[at].append((len(edges[at]), child))
    return edges


def _paths(edges, to):
    """Every way from the first node: pairs (node, answer)."""
    if to == 0:
        yield ()
    for at, ways in edges.items():
        for answer, child in ways:
            if child == to:
                yield from ((*path, (at, answer)) for path in _paths(edges, at))


def _shared(share, node, answer, here):
    return here * share[node, answer]


def test_passes_equal_the_walk_along_every_path():
    """
    What a pass finds at a node is what all paths to it bring, taken together.
    """
    rng = np.random.default_rng(5)
    for _ in range(200):
        edges = _graph(rng)
        minutes = rng.integers(0, 9, len(edges)).tolist()
        share = rng.random((len(edges), 24))

        weights = dict(forward(edges, 1.0, partial(_shared, share), add))
        worst = longest(edges, minutes.__getitem__)

        for node in edges:
            paths = list(_paths(edges, node))
            each = [np.prod([share[step] for step in path]) for path in paths]
            assert weights[node] == pytest.approx(sum(each))
            assert worst[node] == max(
                sum(minutes[i] for i, _ in path) for path in paths
            )


def _asked(rng):
    """A task, and nodes that ask in it, each with an edge for not knowing."""
    edges, causes = _graph(rng), 4
    for i, ways in edges.items():
        if ways and rng.random() < 0.7:
            child = int(rng.integers(i + 1, len(edges)))
            ways.append((DONT_KNOW, child))
    asks = [
        Ask(1.0, rng.dirichlet([0.3] * max(1, len(ways)), causes).T.round(1))
        for ways in edges.values()
    ]
    nodes = [
        Node("question", i, edges=tuple(ways)) if ways else Node("ending")
        for i, ways in edges.items()
    ]
    prior = rng.dirichlet([1.0] * causes)
    return Task(prior, np.arange(causes), tuple(asks)), edges, nodes


def _chance(task, doubt, node, answer):
    if answer == DONT_KNOW:
        return np.full(4, doubt)
    return (1.0 - doubt) * task.questions[node].likelihood[answer]


def test_whoever_does_not_know_takes_an_edge_as_well():
    """
    What arrives is the sum over all paths, and so is what no path has excluded.
    """
    rng = np.random.default_rng(6)
    for _ in range(200):
        task, edges, nodes = _asked(rng)
        weights = list(arriving(task, nodes, doubt=0.2))
        left = not_excluded(task, nodes)

        for node in edges:
            found, possible = np.zeros(4), np.zeros(4, dtype=bool)
            for path in _paths(edges, node):
                steps = [_chance(task, 0.2, *step) for step in path]
                found += task.prior * np.prod(steps, axis=0)
                possible |= np.all([task.prior > 0, *(x > 0 for x in steps)], axis=0)
            assert weights[node] == pytest.approx(found)
            assert (left[node] == possible).all()
            assert not excluded(task, nodes[node], DONT_KNOW).any()


def test_the_likeliest_way_takes_the_likeliest_answer_at_each_node():
    """
    Each cause on its own, by hand; "don't know" is no answer of a cause.
    """
    rng = np.random.default_rng(7)
    for _ in range(200):
        task, edges, nodes = _asked(rng)
        for cause, way in enumerate(likeliest_ways(task, nodes)):
            at, walked = 0, [0]
            while answers := [x for x in edges[at] if x[0] != DONT_KNOW]:
                likelihood = task.questions[at].likelihood[:, cause]
                at = max(answers, key=lambda x: (likelihood[x[0]], -x[0]))[1]
                walked.append(at)
            assert way == walked


def test_setups_are_open_only_if_they_are_on_every_way():
    """
    After a question that opened one and an answer that went by it, it counts as shut.
    """
    even = np.full((2, 2), 0.5)
    asks = Ask(1.0, even), Ask(1.0, even, setup=1), Ask(1.0, even, setup=0)
    task = Task(
        np.array([0.5, 0.5]),
        np.arange(2),
        asks,
        setups=((2.0, -1), (3.0, 0), (1.0, -1)),
    )
    nodes = (
        Node("question", 0, edges=((0, 1), (1, 2))),
        Node("question", 1, edges=((0, 3), (1, 4))),
        Node("question", 2, edges=((0, 3),)),
        Node("ending"),
        Node("ending"),
    )

    assert opened(task, nodes) == [set(), set(), set(), {0}, {0, 1}]
    assert [task.opens(ask, frozenset()) for ask in asks] == [(), (0, 1), (0,)]
    assert task.minutes(asks[1], frozenset({0})) == 4.0
