"""What a session took is counted once, and every view has that count."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.test_laws import reply
from session.trees import clock, random_trees, tree

import troubleshoot as ts
from troubleshoot.cli.session_text import time_taken
from troubleshoot.cli.terminal import Terminal
from troubleshoot.session.effort import Effort, effort
from troubleshoot.text import rounded

# One setup of 4 minutes under all; a question that an action makes stale.
DESK = """
causes: {a: {title: A}, b: {title: B}}
setups: {desk: {do: Go to the desk., cost: 4 min}}
questions:
  one: {ask: One?, cost: 1 min, setup: desk, given: {a: yes, b: no}}
  two: {ask: Two?, cost: 2 min, setup: desk, given: {a: yes, b: no}}
actions:
  do: {do: Do it., cost: 10 min, setup: desk, changes: [one], fixes: {a: 90%}}
"""


def took(session):
    """Questions, actions and minutes."""
    return effort(session.tree, session.events)


def closing_line(session):
    """The last line of ``run``; None where it has none."""
    said = []
    terminal = SimpleNamespace(
        say=lambda *x, **_: said.extend(x), words=Terminal().words
    )
    time_taken(terminal, session)
    return said[-1] if said else None


def in_words(effort):
    """The count as ``run`` says it."""
    parts = [
        f"{number} {word}{'s' * (number != 1)}"
        for number, word in ((effort.questions, "question"), (effort.actions, "action"))
        if number
    ]
    if not parts:
        return None
    time = f", about {rounded(effort.minutes)}"
    return " and ".join(parts) + time * bool(effort.minutes) + "."


@pytest.fixture
def desk():
    """A session with the tree above."""
    return tree(DESK).begin()


class TestEveryViewHasTheSameMinutes:
    """
    The closing line of ``run``, record (so the transcript) and hand-off always agree.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=60)
    @given(st.data())
    def test_law(self, data):
        """Any tree and facts, any replies in any order, anything said anew."""
        drawn = data.draw(random_trees())
        facts = {
            each.id: data.draw(st.sampled_from([x.id for x in each.answers]))
            for each in drawn.questions.values()
            if data.draw(st.booleans())
        }
        session = drawn.begin(facts, clock=clock())
        for _ in range(data.draw(st.integers(0, 8))):
            session = self.move(data, session)

        found = took(session)
        assert session.record().minutes == found.minutes
        assert session.hand_off().minutes == found.minutes
        assert closing_line(session) == in_words(found)

    def move(self, data, session):
        """A reply to any step, or another to one that has had one."""
        steps = [*map(session.question, session.tree.questions)]
        steps += map(session.action, session.tree.actions)
        if not steps:
            return session
        step = data.draw(st.sampled_from(steps))
        if data.draw(st.booleans()):
            return reply(data, session, step)
        said = ["fixed", "failed"]
        if step.kind == "question":
            said = [*(each.id for each in step.answers), ts.DONT_KNOW, ts.NOT_NOW]
        try:
            return session.change(step, data.draw(st.sampled_from(said)))
        except ts.AnswerError:
            return session


class TestWhatIsCounted:
    """
    What somebody went and did counts, with the setups it opened; nothing else does.
    """

    def test_setups_count_once(self, desk):
        """
        The way to the desk belongs to the first step there.
        """
        after = desk.answer("one", "yes").dont_know("two").tried("do", fixed=False)

        assert took(after) == Effort(questions=2, actions=1, minutes=17.0)
        assert [x.minutes for x in after.record().moves] == [5.0, 2.0, 10.0]

    def test_put_off_and_known_cost_nothing(self, desk):
        """
        Neither "not now" nor a fact is a question that was asked.
        """
        after = desk.not_now("one").not_now("do")
        told = tree(DESK).begin({"two": "yes"})

        assert took(after) == took(told) == Effort(0, 0, 0.0)

    @pytest.mark.parametrize("first", ["yes", ts.DONT_KNOW, ts.NOT_NOW])
    def test_a_correction_costs_nothing_more(self, desk, first):
        """
        A reply that is changed costs what it would, had it been said at first.
        """
        right = desk.answer("one", "no")
        after = desk.answer("one", first).change("one", "no").change("one", "yes")

        assert took(after) == took(right) == Effort(1, 0, 5.0)
        assert after.record().minutes == 5.0

    def test_what_was_put_off_after_all_costs_nothing(self, desk):
        """
        An answer that is taken back for "not now" was no answer.
        """
        after = desk.answer("one", "no").change("one", ts.NOT_NOW).answer("two", "no")

        assert took(after) == Effort(1, 0, 6.0)
        assert [x.minutes for x in after.record().moves] == [0.0, 0.0, 6.0]

    def test_a_fact_that_was_wrong_stays_a_fact(self):
        """
        Nobody was asked for it, nor when it was said right.
        """
        after = tree(DESK).begin({"one": "no"}).change("one", "yes")

        assert took(after) == Effort(0, 0, 0.0)

    def test_what_was_looked_at_twice_counts_twice(self, desk):
        """
        An answer after an action that may have changed it was asked for again.
        """
        after = desk.answer("one", "yes").tried("do", fixed=False).answer("one", "no")

        assert took(after) == Effort(2, 1, 16.0)

    def test_probes_cost_the_customer_nothing(self):
        """
        What code answers takes nobody's minutes, and opens no setup for people.
        """
        now = datetime(2026, 1, 1, tzinfo=UTC)
        probes = {"one": lambda _: "yes"}
        session = tree(DESK).begin(probes=probes, clock=lambda: now)
        after = session.probe(up_to=60)

        assert after.evidence == (("one", "yes"),)
        assert took(after) == Effort(0, 0, 0.0)
        assert after.question("two").cost_min == 6.0
        assert took(after.answer("two", "yes")) == Effort(1, 0, 6.0)
