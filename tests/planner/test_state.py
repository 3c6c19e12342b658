"""Many belief states at once are what each of them is alone."""

from __future__ import annotations

import numpy as np
import pytest
from noisy import EXTRAS, SLIGHT, noisy_instance

from troubleshoot.conditions import Condition
from troubleshoot.planner.policy import best
from troubleshoot.planner.state import Noisy, first_equal, together
from troubleshoot.planner.task import UNSAID, Ask, Task


def levels(task):
    """The states after as many questions, asked by what tells most."""
    noisy = Noisy(task)
    level = [noisy.root]
    while level:
        yield noisy, level
        asked = [(x, q) for x in level if (q := int(noisy.best(x)[0])) >= 0]
        level = [after for x, q in asked for *_, after in noisy.option(x, q).parts]


@pytest.mark.parametrize("kind", EXTRAS)
def test_a_batch_is_its_states(kind):
    """
    Next questions, what is left, what answers lead to and what is equal: as each alone.
    """
    rng = np.random.default_rng(20261130)
    for i in range(60):
        task = noisy_instance(rng, slight=SLIGHT[i % 3], **EXTRAS[kind])
        for noisy, level in levels(task):
            states = together(level)
            chosen = noisy.best(states)

            assert [states.one(j).key for j in range(len(level))] == [
                each.key for each in level
            ]
            assert chosen.tolist() == [best_alone(noisy, each) for each in level]
            assert [tuple(np.flatnonzero(x)) for x in noisy.left(states)] == [
                left_alone(noisy, each) for each in level
            ]
            assert_same_after(noisy, states, level, chosen)


def best_alone(noisy, state):
    """What ``policy.best`` chooses among the candidates of one state."""
    here = noisy.candidates(state)
    chosen = best(here.gains[0], here.costs[0], here.telling[0])
    if chosen is not None:
        return chosen
    return int(here.openers[0].argmax()) if here.openers.any() else -1


def left_alone(noisy, state):
    """Questions that may still be asked, now or once others are answered."""
    asks = noisy.task.questions
    said = dict(zip(noisy.gates, state.said[0].tolist(), strict=True))
    left = set(np.flatnonzero(~state.asked[0]).tolist())

    def hope(part):
        if isinstance(part, Condition):
            return (all if part.every else any)(map(hope, part.parts))
        result = said[part.step]
        return part.step in left if result == UNSAID else result in part.will_do

    while shut := {q for q in left if asks[q].only_if and not hope(asks[q].only_if)}:
        left -= shut
    return tuple(sorted(left))


def assert_same_after(noisy, states, level, chosen):
    """What the next questions lead to, and which of that is equal."""
    on = np.flatnonzero(chosen >= 0)
    if not len(on):
        return
    after = noisy.after(states.at(on), chosen[on])
    found = [after.states.one(j).key for j in range(len(after.states))]
    alone = [
        (k, answer, pytest.approx(chance), x.key)
        for k, j in enumerate(on.tolist())
        for answer, chance, x in noisy.option(level[j], int(chosen[j])).parts
    ]
    zipped = zip(
        after.parent.tolist(), after.answer.tolist(), after.chance, found, strict=True
    )
    assert sorted(zipped, key=lambda x: x[:2]) == alone
    assert [found.index(key) for key in found] == first_equal(
        after.states.rows
    ).tolist()


def test_free_questions_come_first():
    """
    Among free questions the one that tells most comes first, whatever the others tell.
    """
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])
    weak = 0.5 * half + 0.25
    asks = (Ask(1.0, half), Ask(0.0, weak), Ask(0.0, 0.6 * half + 0.2))
    task = Task(np.array([0.5, 0.5, 0.0]), np.arange(3), asks)

    noisy = Noisy(task)

    assert noisy.best(noisy.root).tolist() == [2]
