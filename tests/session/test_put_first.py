"""Questions that the author puts first: ``first`` of a tree."""

from __future__ import annotations

import pytest

import troubleshoot as ts
from troubleshoot.session import rules

TREE = """\
format: 1
title: A lamp
causes:
  bulb: {prior: 90, actions: [swap]}
  plug: {prior: 5, actions: [push]}
  fuse: {prior: 5}
unknown: 0%
first: [log, version]
questions:
  lit: {ask: Is another lamp lit?, given: {fuse: no, bulb: yes, plug: yes}}
  log: {ask: What does the log say?, answers: {odd: Odd, even: Even}, cost: 3 min}
  version: {ask: Which version?, only-if: {known: yes}, given: {plug: yes, bulb: no}}
  known: {ask: Is the version known?, given: {fuse: no}}
actions:
  swap: {title: Swap the bulb, do: Swap the bulb.}
  push: {title: Push the plug in, do: Push the plug in., changes: [log]}
urgent:
  smoke: {ask: Is there smoke?, stop: {yes: Leave.}}
"""


@pytest.fixture
def tree():
    """A lamp whose log comes first, and its version once it is known."""
    return ts.loads(TREE, file="lamp.yaml")


def test_they_come_after_urgent_ones_and_before_all_else(tree):
    """
    Also where a cause is certain enough to act, and they tell nothing.
    """
    session = tree.begin()
    assert session.next_step().id == "smoke"

    step = session.answer("smoke", "no").next_step()
    assert (step.id, step.gain_bits) == ("log", 0.0)
    assert step.reason.endswith("The author puts this first.")
    assert "The author puts this first." in session.answer("smoke", "no").explain()
    assert tree.begin({"smoke": "no", "log": "odd"}).next_step().id == "swap"


def test_one_that_waits_comes_once_it_can_be_asked(tree):
    """
    It is skipped until then, and then it comes before all others.
    """
    session = tree.begin({"smoke": "no", "log": "odd"})
    assert session.next_step().id != "version"

    assert session.answer("known", "yes").next_step().id == "version"
    assert session.answer("known", "no").next_step().id != "version"


@pytest.mark.parametrize("said", [ts.DONT_KNOW, ts.NOT_NOW])
def test_one_that_got_no_answer_is_like_others(tree, said):
    """
    It does not come at once again.
    """
    session = tree.begin({"smoke": "no"}).answer("log", said)

    assert session.next_step().id == "swap"


def test_one_that_an_action_overtook_is_like_others(tree):
    """
    The order is for the beginning.
    """
    session = tree.begin({"smoke": "no", "log": "odd"}).tried("push", fixed=False)

    assert session.next_step().id == "swap"


@pytest.mark.parametrize("strategy", ["information", "repair", "plan"])
def test_every_strategy_honours_them(tree, strategy):
    """
    Whatever it would advise, and it goes on from there.
    """
    session = tree.begin({"smoke": "no"}, strategy=strategy)
    assert session.next_step().id == "log"

    after = session.answer("log", "odd").next_step()
    assert after.id != "log"
    assert "left" not in after.reason


def test_a_strategy_of_ones_own_is_not_asked_before(tree):
    """
    It chooses among what is left then.
    """

    class Last:
        name = "last"

        def choose(self, view):
            return list(view.questions)[-1]

    session = tree.begin({"smoke": "no"}, strategy=Last())

    assert session.next_step().id == "log"
    assert session.answer("log", "odd").next_step().id == "known"


@pytest.mark.parametrize("goal", ["diagnose", "repair"])
def test_a_plan_begins_so_and_says_what_that_costs(tree, goal):
    """
    The difference to the best plan for the free order, in minutes.
    """
    free = ts.plan(ts.loads(TREE.replace("first: [log, version]\n", "")), goal)
    plan = ts.plan(tree, goal)

    assert plan.nodes[0].step == "log"
    assert (free.first_costs, plan.first_costs) == (None, pytest.approx(3.0))
    assert plan.expected_cost == pytest.approx(free.expected_cost + 3)
    assert plan.certificate.endswith(
        "What the author puts first costs 3 min more than the free order would."
    )
    assert ts.Plan.from_json(plan.to_json()) == plan
    assert ts.plan(tree, goal, facts={"log": "odd"}).first_costs in (None, 0.0)


@pytest.mark.parametrize("to", ["markdown", "html", "text"])
def test_a_sheet_begins_so_and_says_it(tree, to):
    """
    In words, with what it costs, in the language of the page.
    """
    made = " ".join(ts.render(tree, to).split())
    german = " ".join(ts.render(tree, to, language="de").split())

    assert "The author puts first: “What does the log say?”" in made
    assert "more on average than the free order." in made
    assert "Zuerst fragt der Autor: „What does the log say?“" in german


def test_the_rules_stand_in_their_order():
    """
    Safety first, then the author, then the strategy.
    """
    names = [each.__name__.strip("_") for each in rules.BEFORE]

    assert names == ["over", "urgent", "put_first"]
