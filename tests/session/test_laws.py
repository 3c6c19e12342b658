"""Laws that hold for every session with every tree."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import clock, random_trees

import troubleshoot as ts
from troubleshoot.tree.tree import condition_of, steps_of

LONG = 200  # more steps than any of the drawn trees can take


def reply(data, session, step):
    """The session after any reply to a step."""
    if step.kind == "action":
        said = data.draw(st.sampled_from((True, False, False, False, None)))
        if said is None:
            return session.not_now(step)
        return session.tried(step, fixed=said)
    ids = [each.id for each in step.answers]
    said = data.draw(st.sampled_from((*ids, *ids, ts.DONT_KNOW, ts.NOT_NOW)))
    return session.answer(step, said)


def begun(data):
    """A session with any tree, and any of the options."""
    tree = data.draw(random_trees())
    by = data.draw(st.sampled_from((None, "customer", "engineer")))
    return tree.begin(by=by, clock=clock())


def anywhere(data):
    """A session after some replies, in whatever order, to whatever step."""
    session = begun(data)
    for _ in range(data.draw(st.integers(0, 6))):
        steps = [*map(session.question, session.tree.questions)]
        steps += map(session.action, session.tree.actions)
        if steps:
            session = reply(data, session, data.draw(st.sampled_from(steps)))
    return session


class TestEverySessionEnds:
    """
    Whatever is replied to what a session recommends, it comes to an end.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Any tree, any replies."""
        session = begun(data)
        for _ in range(LONG):
            step = session.next_step()
            if step.is_end:
                break
            session = reply(data, session, step)

        assert session.next_step().is_end


class TestNothingIsOfferedThreeTimes:
    """
    No step is recommended again after it was put off twice, or not known twice.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data(), st.sampled_from((ts.DONT_KNOW, ts.NOT_NOW)))
    def test_law(self, data, said):
        """Any tree, one reply to everything."""
        session = begun(data)
        offered = []
        while not (step := session.next_step()).is_end:
            offered.append((step.kind, step.id))
            again = step.kind == "question" and said is ts.DONT_KNOW
            session = session.dont_know(step) if again else session.not_now(step)

        assert all(offered.count(each) <= 2 for each in offered)


class TestNumbersAreNumbers:
    """
    Beliefs are distributions; gains, costs and chances are never negative or NaN.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)

        assert sum(session.belief.values()) == pytest.approx(1.0, abs=1e-9)
        assert all(0 <= each <= 1 for each in session.belief.values())
        for name in session.tree.questions:
            step = session.question(name)
            assert step.gain_bits >= 0
            assert step.cost_min >= 0
            chances = [each.probability for each in step.answers]
            assert all(0 <= each <= 1 for each in chances)
            assert step.several or sum(chances) == pytest.approx(1.0)
        for status in session.statuses.values():
            assert not any(math.isnan(each.log_odds) for each in status.by)
        step = session.next_step()
        if step.is_end:
            assert 0 <= step.confidence <= 1 + 1e-9
        assert session.explain()
        assert session.transcript()


class TestEliminationIsCertain:
    """
    An eliminated cause has no belief, unless the evidence contradicts itself.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)

        assert all(session.belief[cause] == 0 for cause, _ in session.eliminated)


class TestReplayRepeats:
    """
    Replay and resume of a saved session are the session.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)
        text = session.to_json()

        assert ts.resume(session.tree, text) == session
        assert ts.replay(session.tree, text) == session
        assert ts.replay(session.tree, text).to_json() == text


class TestUndoIsTheInverse:
    """
    Every move and its undo come to the same session.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Each move, anywhere."""
        session = anywhere(data)
        steps = [*map(session.question, session.tree.questions)]
        steps += map(session.action, session.tree.actions)
        moves = [session.note("x"), session.give_up()]
        moves += [reply(data, session, each) for each in steps]
        moves = [each for each in moves if each is not session]  # equal answers

        assert all(each.undo() == session for each in moves)
        assert all(each.undo().next_step() == session.next_step() for each in moves)


class TestEvidenceCommutes:
    """
    The belief after some answers does not depend on their order.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Facts in file order and shuffled."""
        session = begun(data)
        facts = {
            name: data.draw(st.sampled_from([each.id for each in question.answers]))
            for name, question in session.tree.questions.items()
        }
        shuffled = data.draw(st.permutations(list(facts.items())))

        one, two = (
            session.tree.begin(dict(all_)) for all_ in (facts.items(), shuffled)
        )
        assert one.belief == two.belief
        assert one.next_step() == two.next_step()


class TestUselessQuestionsAreNotAsked:
    """
    A recommended question tells something, is urgent, or opens another step.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)
        step = session.next_step()
        if step.kind != "question" or step.urgent or step.gain_bits > 1e-9:
            return

        tree = session.tree
        conditions = [condition_of(tree, each) for each in steps_of(tree)]
        gates = {claim.step for each in conditions for claim in each.claims()}
        assert step.id in gates


class TestFactsAreNotAskedAgain:
    """
    What is answered, and not stale, is not asked.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data())
    def test_law(self, data):
        """Anywhere in any session."""
        session = anywhere(data)
        step = session.next_step()

        if step.kind in ("question", "action"):
            assert step.id not in dict(session.evidence)
