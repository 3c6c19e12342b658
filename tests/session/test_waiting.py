"""Time that nobody has to attend: priced by its share, and said beside the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import random_tree, seeds

import troubleshoot as ts
from troubleshoot.session.effort import effort
from troubleshoot.tree.tree import Setup, price

TREE = """
format: 1
title: The bread does not rise
waiting: 10%
causes:
  yeast: {title: The yeast is dead, prior: 3, actions: [new-yeast]}
  cold: {title: The dough is too cold, actions: [warm]}
setups:
  kitchen: {do: Go to the kitchen., cost: 2 min}
  oven: {do: Heat the oven., cost: 1 min, wait: 20 min, setup: kitchen}
questions:
  foam:
    ask: Does yeast foam in warm water?
    cost: 3 min
    wait: 30 min
    setup: kitchen
    given: {yeast: no, cold: yes}
actions:
  warm: {do: Put it in the oven., cost: 1 min, wait: 1 h, setup: oven}
  new-yeast: {do: Begin anew., cost: 20 min, wait: 2 h, verify: Did it rise?}
"""


@pytest.fixture
def tree():
    """A tree with little to do and much to wait for."""
    return ts.loads(TREE)


def without_waiting(tree):
    """The same tree in which every step costs what it competes with."""
    rooms = {
        room: {
            id: replace(step, cost=price(tree, step), wait=0.0)
            for id, step in getattr(tree, room).items()
        }
        for room in ("questions", "actions", "setups")
    }
    return replace(tree, **rooms)


def with_waiting(tree, rng):
    """The tree with waiting and setups strewn over it."""
    setups = {
        f"s{i}": Setup(
            id=f"s{i}",
            do="S",
            cost=float(rng.integers(0, 9)),
            wait=float(rng.integers(99)),
        )
        for i in range(2)
    }

    def slow(step):
        setup = rng.choice([None, "s0", "s1"])
        wait = float(rng.integers(0, 200)) * bool(rng.integers(2))
        return replace(step, wait=wait, setup=setup)

    rooms = {
        room: {id: slow(each) for id, each in getattr(tree, room).items()}
        for room in ("questions", "actions")
    }
    return replace(tree, setups=setups, waiting=float(rng.uniform()), **rooms)


class TestWaitingIsPricedByItsShare:
    """
    A tree decides as one whose steps cost their minutes and the share of the waiting.
    """

    @settings(max_examples=20, deadline=None)
    @given(seeds)
    def test_sessions_and_plans(self, seed):
        """
        Steps, prices, endings and plans with their bounds are the same.
        """
        rng = np.random.default_rng(seed)
        plain = random_tree(rng, causes=4, questions=4, actions=3, spoken=0.7)
        slow = with_waiting(plain, rng)
        quick = without_waiting(slow)
        one, other = slow.begin(), quick.begin()
        for goal in ("diagnose", "repair"):
            plans = [ts.plan(each, goal=goal, nodes=20) for each in (slow, quick)]
            assert plans[0].expected_cost == plans[1].expected_cost
            assert plans[0].lower_bound == plans[1].lower_bound
            assert [x.step for x in plans[0].nodes] == [x.step for x in plans[1].nodes]
        while not (step := one.next_step()).is_end:
            same = other.next_step()
            assert (step.kind, step.id) == (same.kind, same.id)
            assert step.cost_min == pytest.approx(same.cost_min, abs=1e-12)
            taken = step.attended_min + slow.waiting * step.wait_min
            assert step.cost_min == pytest.approx(taken, abs=1e-9)
            if step.kind == "question":
                said = step.answers[int(rng.integers(len(step.answers)))].id
                one, other = (x.answer(step.id, said) for x in (one, other))
            else:
                one, other = (x.tried(step.id, fixed=False) for x in (one, other))
        assert other.next_step().kind == step.kind


def test_a_step_says_what_it_takes_by_the_clock_and_what_it_competes_with(tree):
    """
    ``cost_min`` has a tenth of the waiting; setups that are not open are in all three.
    """
    step = tree.begin().next_step()
    assert (step.cost_min, step.attended_min, step.wait_min) == (8.0, 5.0, 30.0)
    assert "for 5 min, and 30 min of waiting" in step.reason

    after = tree.begin().answer("foam", "yes").next_step()
    assert (after.id, after.attended_min, after.wait_min) == ("warm", 2.0, 80.0)


def test_waiting_is_priced_at_a_fifth_where_the_tree_says_nothing():
    """
    The default share is 20 %.
    """
    tree = ts.loads(TREE.replace("waiting: 10%\n", ""))
    assert price(tree, tree.questions["foam"]) == pytest.approx(3 + 0.2 * 30)


def test_effort_counts_both_setups_once(tree):
    """
    Minutes and waiting add up apart, each setup at the step that opens it.
    """
    session = tree.begin().answer("foam", "yes").tried("warm", fixed=False)
    took = effort(tree, session.events)
    assert (took.minutes, took.wait) == (2 + 3 + 1 + 1, 30 + 20 + 60)
    moves = session.record().moves
    assert [(x.minutes, x.wait) for x in moves] == [(5, 30), (2, 80)]


@pytest.mark.parametrize("to", ["text", "markdown", "html"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_documents_say_the_waiting(tree, to, language):
    """
    Runbook and hand-off tell minutes and waiting apart, in their language.
    """
    said = {"en": "5 min, and 30 min of waiting", "de": "5 min, dazu 30 min Wartezeit"}
    handed = tree.begin().hand_off()
    for it in (tree, handed):
        shown = ts.render(it, to=to, language=language).replace(
            "\N{NO-BREAK SPACE}", " "
        )
        assert said[language] in " ".join(shown.split())


def test_the_worst_way_on_paper_is_by_the_clock(tree):
    """
    Whoever plans the day adds the waiting in full.
    """
    shown = " ".join(
        ts.render(tree, to="text").replace("\N{NO-BREAK SPACE}", " ").split()
    )
    assert "5 min, and 30 min of waiting; at most 35 min from the start" in shown


def test_a_plan_says_both(tree):
    """
    A node has its price, and what it takes by the clock.
    """
    node = ts.plan(tree).nodes[0]
    assert (node.cost_min, node.attended_min, node.wait_min) == (8.0, 5.0, 30.0)
