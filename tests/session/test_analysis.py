from __future__ import annotations

from session.trees import LAMP, tree

from troubleshoot.session.analysis import once_per_analysis
from troubleshoot.session.rules import next_step

TREE = tree(LAMP)


def test_the_analysis_of_a_log_is_that_of_its_session():
    """
    A log comes to the same belief and step, whether a session or an analysis has it.
    """
    before = TREE.begin()
    after = before.dont_know(before.next_step())
    found = before.analysis.of(after.events)

    assert found.state == after.analysis.state
    assert found.belief.shares == after.belief
    assert next_step(found) == after.next_step()


def test_the_analysis_of_the_same_log_is_the_same():
    """
    Nothing is worked out again where nothing is left out of a log.
    """
    analysis = TREE.begin().analysis

    assert analysis.of(list(analysis.events)) is analysis


def test_conclusions_are_drawn_once():
    """
    What is concluded from an analysis is worked out when it is first asked for.
    """
    made = []
    conclude = once_per_analysis(lambda analysis: made.append(analysis) or [])
    one, two = TREE.begin().analysis, TREE.begin().analysis

    assert conclude(one) is conclude(one)
    assert conclude(two) is not conclude(one)
    assert made == [one, two]
