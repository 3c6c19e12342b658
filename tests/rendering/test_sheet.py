"""A plan cut to a sheet: what it leads to, and that it says so where it stops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import classic, random_trees, tree
from strategies import trees

from troubleshoot.planner.policy import DONT_KNOW
from troubleshoot.planner.state import SURE, UNSAID, BeliefStates
from troubleshoot.planner.task import HARDLY, at_its_word
from troubleshoot.rendering.sheet import CONTRADICTION, ON_PLAN, _both, sheet
from troubleshoot.session.api import analysis_for
from troubleshoot.session.plan import made_of
from troubleshoot.session.planning import plan_of, task

GOALS = ("diagnose", "repair")
LIMITS = (1, 2, 5, 60)


def drawn(tree_, goal, limit):
    """The task of a tree, its plan at its word, and the sheet that is cut from it."""
    facts = {"smoke": "no"} if "smoke" in tree_.questions else {}
    analysis = analysis_for(tree_, goal, facts=facts)
    plan = plan_of(analysis, goal, trusting=True, nodes=60)
    made = made_of(plan)
    return made.named.task, made.policy, sheet(plan, limit)


limited = st.builds(
    lambda tree_, goal, limit: (drawn(tree_, goal, limit), limit),
    st.one_of(trees(), random_trees()),
    st.sampled_from(GOALS),
    st.sampled_from(LIMITS),
)
sheets = limited.map(lambda pair: pair[0])


class TestTheSheetIsThePlan:
    """
    Whoever follows the sheet does what the plan does, as far as it is not cut.
    """

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_after_every_answer(self, made):
        """
        Under all answers the sheet takes the plan's step, or ends as the plan does.
        """
        _, policy, spots = made
        waiting, seen = [(0, 0)], set()
        while waiting:
            pair = waiting.pop()
            if pair in seen:
                continue
            seen.add(pair)
            spot, node = spots[pair[0]], policy.nodes[pair[1]]
            if spot.ending == "cut":
                assert node.kind != "ending"
                continue

            assert (spot.kind, spot.step) == (node.kind, node.step)
            assert spot.ending == node.ending
            edges = dict(spot.edges)
            waiting.extend((edges[answer], child) for answer, child in node.edges)

    @pytest.mark.slow
    @given(limited)
    @settings(max_examples=60, deadline=None)
    def test_no_more_than_the_limit(self, made):
        """
        It has as many steps as there is room for, and those of a short plan all.
        """
        made, limit = made
        _, policy, spots = made
        of_plan = sum(each.kind != "ending" for each in policy.nodes)

        assert sum(each.kind != "ending" for each in spots) <= limit
        if of_plan <= limit * ON_PLAN:
            assert {x.node for x in spots} >= set(range(len(policy.nodes)))


class TestOrder:
    """
    A sheet is read from the front to the back.
    """

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_edges_lead_onwards(self, made):
        """
        Every edge leads to a later spot, and all spots but the first are led to.
        """
        _, _, spots = made
        led_to = {child for spot in spots for _, child in spot.edges}

        assert all(i < child for i, x in enumerate(spots) for _, child in x.edges)
        assert led_to == set(range(1, len(spots)))

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_every_answer_has_an_edge(self, made):
        """
        A question leads on from each answer and "don't know", an action if it failed.
        """
        given_task, _, spots = made
        for spot in spots:
            answers = [answer for answer, _ in spot.edges]
            if spot.kind == "question":
                every = len(given_task.questions[spot.step].likelihood)
                assert answers == [*range(every), DONT_KNOW]
            elif spot.kind == "action":
                assert answers == [0, 1]


class TestNothingTwice:
    """
    What was asked, not known, or done on the way is not met again.
    """

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_on_no_path(self, made):
        """
        No path takes the same step twice, merged or not.
        """
        _, _, spots = made
        before = [set() for _ in spots]
        for i, spot in enumerate(spots):
            if spot.kind == "ending":
                continue
            step = (spot.kind, spot.step)
            assert step not in before[i]
            for _, child in spot.edges:
                before[child] |= before[i] | {step}

    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_setups(self, made):
        """
        A setup is done at each spot that needs it unless every way there has done it.
        """
        given_task, _, spots = made
        ways = [None] * len(spots)
        ways[0] = frozenset(given_task.opened)
        for i, spot in enumerate(spots):
            assert spot.opened == ways[i] or spot.ending == CONTRADICTION
            if spot.kind == "ending":
                continue
            assert not set(spot.opens) & spot.opened
            steps = (
                given_task.questions if spot.kind == "question" else given_task.actions
            )
            minutes = steps[spot.step].cost
            minutes += sum(given_task.setups[x][0] for x in spot.opens)
            assert spot.minutes == pytest.approx(minutes)
            after = ways[i] | set(spot.opens)
            for _, child in spot.edges:
                ways[child] = after if ways[child] is None else ways[child] & after


class TestTheNumbers:
    """
    What arrives at the endings is what set out.
    """

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_nothing_is_lost(self, made):
        """
        The chances of the endings sum to 1, whether answers are known or not.
        """
        given_task, _, spots = made
        endings = [each for each in spots if each.kind == "ending"]

        for kind in ("sure", "joint"):
            total = sum(getattr(each, kind) for each in endings)
            assert total == pytest.approx(given_task.prior, abs=1e-9)

    @pytest.mark.slow
    @given(sheets)
    @settings(max_examples=60, deadline=None)
    def test_contradictions(self, made):
        """
        At its word no cause leads to an answer that contradicts all of them.
        """
        _, _, spots = made
        for spot in spots:
            if spot.ending == CONTRADICTION:
                assert spot.word.sum() <= SURE


class TestAtItsWord:
    """
    Answers hardly ever given are never given, and the list is complete.
    """

    @given(st.one_of(trees(), random_trees()))
    @settings(max_examples=60, deadline=None)
    def test_columns(self, tree_):
        """
        Every cause still gives some answer, and none that it hardly ever gave.
        """
        noisy = task(analysis_for(tree_, "diagnose", facts={})).task
        for before, after in zip(
            noisy.questions, at_its_word(noisy).questions, strict=True
        ):
            assert after.likelihood.sum(axis=0) == pytest.approx(1.0)
            kept = after.likelihood > 0
            assert (kept <= (before.likelihood > 0)).all()
            clear = (before.likelihood > HARDLY).any(axis=0)
            assert (kept == (before.likelihood > HARDLY))[:, clear].all()


def test_a_classic_plan_is_whole():
    """
    The classic table fits on a sheet: no spot of its plan is cut, every cause is found.
    """
    _, policy, spots = drawn(classic(), "diagnose", 60)

    assert {each.node for each in spots} >= set(range(len(policy.nodes)))
    chances = {
        kind: sum(x.sure.sum() for x in spots if x.ending == kind)
        for kind in ("found", "cut", "narrowed")
    }
    assert chances == pytest.approx({"found": 1.0, "cut": 0.0, "narrowed": 0.0})


def test_a_merged_path_repeats_the_setup():
    """
    Where two ways meet of which one went to the cellar, the next step there says go.
    """
    given_task, _, spots = drawn(tree(CELLAR), "diagnose", 60)
    (meeting,) = (x for x in spots if x.step == SHELF and x.node is not None)
    after = spots[dict(meeting.edges)[DONT_KNOW]]

    assert not meeting.opened
    assert after.opens == (0,)
    assert after.minutes == given_task.questions[after.step].cost + 10


def test_what_was_asked_on_either_way_is_asked_no_more():
    """
    A situation that two ways lead to knows what both of them know.
    """
    p = np.array([[0.5, 0.5]])
    one = states(p, asked=[1, 1, 0], opened=[1, 1], said=[1, 0, UNSAID])
    other = states(p, asked=[1, 0, 1], opened=[0, 1], said=[1, UNSAID, 0])

    both = states(p + p, asked=[1, 1, 1], opened=[0, 1], said=[1, UNSAID, UNSAID])
    assert _both(one, other).key == both.key


def states(p, *, asked, opened, said):
    """A single belief state."""
    return BeliefStates(
        p, np.array([asked], bool), np.array([opened], bool), np.array([said])
    )


SHELF = 3  # the question, in the order of the file, that both ways come to
CELLAR = """
unknown: 0%
confidence: 100%
setups:
  cellar: {do: Go to the cellar., cost: 10 min}
causes:
  left: {title: Left, prior: 20}
  right: {title: Right, prior: 20}
  s: {title: S}
  t: {title: T}
questions:
  way:
    ask: Which way?
    cost: 1 min
    given: {left: always yes, right: always no}
  down:
    ask: Is it down there?
    cost: 1 min
    setup: cellar
    only-if: {way: yes}
    given: {left: always yes, s: always no, t: always no}
  up:
    ask: Is it up there?
    cost: 1 min
    only-if: {way: no}
    given: {right: always yes, s: always no, t: always no}
  shelf:
    ask: Is it on the shelf?
    cost: 1 min
    given: {s: always yes, t: always no}
  light:
    ask: Is it under the light?
    cost: 2 min
    setup: cellar
    given: {s: always yes, t: always no}
"""


def test_what_matters_most_is_kept():
    """
    Where there is room for one question more, it is not the likelier one but the one
    without which the wrong remedy would be named more often.
    """
    made = tree(
        "unknown: 0\nconfidence: 99%\n"
        "causes:\n  a: {title: A, prior: 57}\n  b: {title: B, prior: 3}\n"
        "  c: {title: C, prior: 20}\n  d: {title: D, prior: 20}\n"
        "questions:\n"
        "  which: {ask: Which?, given: {a: always yes, b: always yes, c: always no,"
        " d: always no}}\n"
        "  likely: {ask: A or B?, given: {a: always yes, b: always no}}\n"
        "  even: {ask: C or D?, given: {c: always yes, d: always no}}\n"
    )
    plan = plan_of(analysis_for(made, "diagnose"), "diagnose", trusting=True)
    assert sum(x.kind == "question" for x in plan.nodes) == 3

    spots = sheet(plan, 2)

    questions = made_of(plan).named.questions
    asked = [questions[x.step].id for x in spots if x.kind == "question"]
    assert asked == ["which", "even"]
