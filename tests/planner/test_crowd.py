"""Many situations at once are what each of them is alone."""

from __future__ import annotations

import numpy as np
import pytest
from noisy import EXTRAS, SLIGHT, noisy_instance

from troubleshoot.planner.state import Crowds, Noisy
from troubleshoot.planner.task import Ask, Task


def layers(task):
    """The situations after as many questions, asked by what tells most."""
    noisy = Noisy(task)
    layer = [noisy.root]
    while layer:
        yield noisy, layer
        asked = [(x, q) for x in layer if (q := noisy.best(x)) >= 0]
        layer = [after for x, q in asked for *_, after in noisy.option(x, q).parts]


@pytest.mark.parametrize("kind", EXTRAS)
def test_a_crowd_is_its_situations(kind):
    """
    Next questions, what is left, what answers lead to and what is equal: as each alone.
    """
    rng = np.random.default_rng(20261130)
    for i in range(60):
        task = noisy_instance(rng, slight=SLIGHT[i % 3], **EXTRAS[kind])
        for noisy, layer in layers(task):
            crowds = Crowds(noisy)
            crowd = crowds.of(layer)
            best = crowds.best(crowd)

            assert [crowds.one(crowd, j).key for j in range(len(layer))] == [
                each.key for each in layer
            ]
            assert best.tolist() == [noisy.best(each) for each in layer]
            assert [tuple(np.flatnonzero(x)) for x in crowds.left(crowd)] == [
                noisy.left(each) for each in layer
            ]
            assert_same_after(crowds, crowd, layer, best)


def assert_same_after(crowds, crowd, layer, best):
    """What the next questions lead to, and which of that is equal."""
    on = np.flatnonzero(best >= 0)
    if not len(on):
        return
    after = crowds.after(crowd.at(on), best[on])
    found = [crowds.one(after.crowd, j).key for j in range(len(after.crowd))]
    alone = [
        (k, answer, pytest.approx(chance), x.key)
        for k, j in enumerate(on.tolist())
        for answer, chance, x in crowds.noisy.option(layer[j], int(best[j])).parts
    ]
    together = zip(
        after.parent.tolist(), after.answer.tolist(), after.chance, found, strict=True
    )
    assert sorted(together, key=lambda x: x[:2]) == alone
    assert [found.index(key) for key in found] == crowds.same(after.crowd).tolist()


def test_free_questions_come_first():
    """
    Among free questions the one that tells most comes first, whatever the others tell.
    """
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    weak = 0.5 * half + 0.25
    asks = (Ask(1.0, half), Ask(0.0, weak), Ask(0.0, 0.6 * half + 0.2))
    task = Task(np.array([0.5, 0.5, 0.0]), np.arange(3), asks)

    crowds = Crowds(Noisy(task))

    assert crowds.best(crowds.root).tolist() == [2]
