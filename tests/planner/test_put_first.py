from __future__ import annotations

import numpy as np
import pytest
from noisy import noisy_instance, standing
from planner.test_diagnose import KINDS, NEAR, instance, optimum

from troubleshoot.planner.diagnose import diagnose
from troubleshoot.planner.put_first import with_first
from troubleshoot.planner.repair import repair


def solved(task, _):
    """The optimum of what is left."""
    return diagnose(task)


@pytest.mark.parametrize(
    "kind", ["k-ary", "classes", "setups", "conditions", "everything"]
)
def test_the_best_plan_that_begins_so_is_found(kind):
    """
    Its cost is that of brute force, and its bound meets it.
    """
    rng = np.random.default_rng(20261129)
    for _ in range(40):
        task = instance(rng, **KINDS[kind])
        first = rng.permutation(len(task.questions))[: rng.integers(1, 4)].tolist()

        plan = with_first(task, first, solved)

        assert plan.expected_cost == pytest.approx(optimum(task, first), abs=NEAR)
        assert plan.lower_bound == pytest.approx(plan.expected_cost, abs=NEAR)
        assert plan.expected_cost >= diagnose(task).expected_cost - NEAR
        assert sum(p for _, p in plan.endings) == pytest.approx(1.0)


def ways(plan, place=0, before=()):
    """Every way from the first node to an ending, as steps with their answers."""
    node = plan.nodes[place]
    if node.kind == "ending":
        yield before
    for answer, child in node.edges:
        yield from ways(plan, child, (*before, (node.kind, node.step, answer)))


@pytest.mark.parametrize("search", [diagnose, repair])
def test_every_way_begins_with_what_can_be_asked(search):
    """
    As far as the answers on a way open them, the questions stand at its head, in order.
    """
    rng = np.random.default_rng(20261130)
    for _ in range(15):
        task = noisy_instance(rng, setups=True, conditions=True)
        first = rng.permutation(len(task.questions))[:2].tolist()

        plan = with_first(task, first, lambda part, _: search(part, nodes=3))

        assert plan.lower_bound <= plan.finished_cost + NEAR
        for way in ways(plan):
            said = {}
            while True:
                due = [q for q in first if q not in said and opens(task, q, said)]
                if not due:
                    break
                kind, step, answer = way[len(said)]
                assert (kind, step) == ("question", due[0])
                said[step] = answer
            assert len({each[:2] for each in way}) == len(way)
            for i, (kind, step, _) in enumerate(way):
                known = {q: a for k, q, a in way[:i] if k == "question"}
                assert kind == "action" or opens(task, step, known)


def opens(task, question, said):
    """Whether the answers so far allow a question."""
    p = task.prior.copy()
    for q, answer in said.items():
        p = p * task.questions[q].likelihood[answer]
    return standing(task, task.questions[question].only_if, p / p.sum(), said)
