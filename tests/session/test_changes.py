"""What customers say differently later: corrections, and what becomes of the rest."""

from __future__ import annotations

import json
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session.trees import clock, random_trees, tree

import troubleshoot as ts
from troubleshoot.conditions import Condition
from troubleshoot.session.events import is_given
from troubleshoot.session.state import SetAside, State, corrected, pointless, state
from troubleshoot.session.steps import Reply
from troubleshoot.tree.only_if import ALWAYS, Claim

HOUSE = """
causes:
  line: {title: The line is down, prior: 3}
  router: {title: The router hangs, prior: 2}
  device: {title: This device is set wrong}
questions:
  others: {ask: Do others work?, given: {line: no, router: no, device: yes}}
  lights:
    ask: Which light?
    answers: {green: Green, amber: Amber}
    given: {line: amber, router: green}
  ping:
    ask: How long is a ping?
    unit: ms
    answers: {fast: "< 100", slow: ">= 100"}
    only-if: {others: no}
    given: {line: slow, router: fast}
  lost:
    ask: Are pings lost?
    only-if: {ping: slow}
    given: {line: yes, router: no}
actions:
  restart: {do: Restart it., fixes: {router: usually}, changes: [lights]}
  reset: {do: Reset it., fixes: {device: usually}}
"""
FACTS = {"others": "no", "ping": 250, "lost": "yes", "lights": "amber"}


def house(**facts):
    """A session with the tree above."""
    return tree(HOUSE).begin(facts, clock=clock())


def shown(session):
    """Everything that a session says but its log."""
    return (
        session.evidence,
        dict(session.belief),
        dict(session.statuses),
        session.set_aside,
        session.next_step(),
    )


def asides(session):
    """The questions whose answers are set aside."""
    return [each.step for each in session.set_aside]


class TestChange:
    def test_keeps_everything_else(self):
        """
        A corrected answer stands where the wrong one stood; nothing else moves.
        """
        session = house().answer("lights", "green").answer("others", "no")

        after = session.change("lights", "amber")
        assert after.evidence == (("lights", "amber"), ("others", "no"))
        assert after.set_aside == ()
        assert [each.kind for each in after.events[1:]] == [
            "answered", "answered", "changed",
        ]  # fmt: skip

    def test_sets_aside_what_no_longer_applies(self):
        """
        Answers to questions that would not be put now do not count, down the chain.
        """
        session = house(**FACTS).change("others", "yes")

        assert session.evidence == (("others", "yes"), ("lights", "amber"))
        assert session.set_aside == (
            SetAside(
                "ping",
                "slow",
                "It applies only if “Do others work?” is “No”, "
                "and the answer is “Yes”.",
            ),
            SetAside(
                "lost",
                "yes",
                "It applies only after “How long is a ping?”, "
                "and that is set aside as well.",
            ),
        )
        assert dict(session.belief) == dict(house(others="yes", lights="amber").belief)

    def test_what_applies_again_comes_back(self):
        """
        An answer that was set aside counts again as soon as it applies again.
        """
        session = house(**FACTS)

        assert shown(session.change("others", "yes").change("others", "no")) == (
            shown(session)
        )

    def test_a_condition_that_nobody_spoke_of_sets_nothing_aside(self):
        """
        Facts count in whatever order they come, and when their condition is unknown.
        """
        session = house(ping=250)

        assert session.evidence == (("ping", "slow"),)
        after = session.answer("others", ts.DONT_KNOW)
        assert (after.evidence, after.set_aside) == (session.evidence, ())
        assert asides(session.answer("others", "yes")) == ["ping"]

    def test_an_answer_set_aside_can_be_answered_anew(self):
        """
        To answer a question whose answer is set aside corrects it, and it stays aside.
        """
        session = house(**FACTS).change("others", "yes").answer("ping", 20)

        assert session.events[-1].kind == "changed"
        assert session.set_aside[0].result == "fast"
        assert session.change("others", "no").evidence[1] == ("ping", "fast")

    def test_stale_answers_are_set_aside_with_the_action(self):
        """
        What an action has overtaken is listed; answered anew, it counts.
        """
        session = house(lights="amber").tried("restart", fixed=False)

        (aside,) = session.set_aside
        assert (aside.step, aside.result) == ("lights", "amber")
        assert aside.reason == (
            "It was said before “Restart it”, which may have changed it."
        )
        again = session.answer("lights", "green")
        assert again.events[-1].kind == "answered"
        assert again.evidence == (("restart", "failed"), ("lights", "green"))
        assert again.set_aside == ()

    def test_a_stale_answer_is_corrected_as_what_it_was(self):
        """
        To change a stale answer says what it was then; it is stale all the same.
        """
        session = house(lights="amber").tried("restart", fixed=False)

        after = session.change("lights", "green")
        assert after.evidence == session.evidence
        assert after.set_aside[0].result == "green"

    def test_an_action(self):
        """
        What came of an action can be corrected, in either form.
        """
        failed = house(lights="amber").tried("restart", fixed=False)
        fixed = house(lights="amber").tried("restart", fixed=True)

        for said in (True, "fixed", " Fixed "):
            assert shown(failed.change("restart", said)) == shown(fixed)
        for said in (False, "failed"):
            assert shown(fixed.change(fixed.action("restart"), said)) == shown(failed)
        assert fixed.next_step().is_end
        assert not fixed.change("restart", said=False).next_step().is_end

    def test_a_correction_takes_no_step(self):
        """
        The setup of a question is paid for by whoever went there, told or asked.
        """
        body = HOUSE.replace("answers: {green", "setup: there\n    answers: {green")
        body += "setups: {there: {do: Go there., cost: 2 min}}\n"
        told, asked = tree(body).begin({"lights": "green"}), tree(body).begin()

        told = told.change("lights", "amber")
        asked = asked.answer("lights", "green").change("lights", "amber")
        assert told.question("lights").setup == "Go there."
        assert asked.question("lights").setup == ""

    def test_after_giving_up(self):
        """
        A correction takes up a session that was given up, as any answer does.
        """
        session = house(lights="amber").give_up("No time.")

        assert session.next_step().kind == "given up"
        assert not session.change("lights", "green").next_step().is_end

    def test_private_answers_stay_private(self):
        """
        The reason why something is set aside does not tell what was said in private.
        """
        body = HOUSE.replace("{ask: Do others work?", "{ask: Others?, private: true")
        session = tree(body).begin({"others": "yes", "ping": 20})

        (aside,) = session.set_aside
        assert (
            aside.reason
            == "It applies only after another answer to “Others?” (private)."
        )

    def test_what_was_never_said_cannot_be_changed(self):
        """
        The message says which verb is meant instead; nothing is made up.
        """
        session = house().not_now("restart")

        with pytest.raises(ts.AnswerError, match=r"'lights' has no answer.*answer\(\)"):
            session.change("lights", "green")
        with pytest.raises(ts.AnswerError, match=r"'restart' has not.*tried\(\)"):
            session.change("restart", said=True)
        with pytest.raises(ts.AnswerError, match="has no answer"):
            session.change(session.question("others"), "yes")

    def test_wrong_words(self):
        """
        Unknown steps and outcomes are met with the nearest ones.
        """
        session = house(lights="amber").tried("restart", fixed=False)

        with pytest.raises(ts.UnknownName, match="did you mean 'lights'"):
            session.change("lihgts", "green")
        with pytest.raises(ts.AnswerError, match="possible are green, amber"):
            session.change("lights", "blue")
        with pytest.raises(ts.AnswerError, match="did you mean 'fixed'"):
            session.change("restart", "fixd")
        with pytest.raises(ts.AnswerError, match="possible are fixed, failed"):
            session.change("restart", 3)
        with pytest.raises(ts.AnswerError, match="its id"):
            session.change(None, "yes")

    def test_a_name_of_both_kinds_means_what_was_replied_to(self):
        """
        Of a question and an action with one id, that which was replied to is meant.
        """
        body = HOUSE.replace("  reset: {", "  others: {")
        session = tree(body).begin()

        tried = session.tried("others", fixed=False)
        assert tried.change("others", said=True).events[-1].kind == "corrected"
        both = tried.answer("others", "no").change("others", "yes")
        assert both.events[-1].kind == "changed"
        step = both.action("others")
        assert both.change(step, said=True).events[-1].kind == "corrected"
        with pytest.raises(ts.AnswerError, match="has no answer"):
            session.change("others", "yes")


class TestRedo:
    def test_nothing_to_redo(self):
        """
        Without an undo, or after another move, there is nothing to redo.
        """
        session = house().answer("others", "no")

        for each in (session, session.undo().answer("others", "no")):
            assert each.undone == ()
            with pytest.raises(ts.SessionError, match="nothing to redo"):
                each.redo()

    def test_a_saved_session_can_be_redone(self):
        """
        What was taken back can be redone after a night, private answers included.
        """
        session = house(others="no")
        session = session.answer(session.question("ping"), 20).dont_know("lights")
        undone = session.undo().undo()

        for again in (ts.resume, ts.replay):
            back = again(session.tree, undone.to_json())
            assert back == undone
            assert back.redo().redo() == session
        assert "undone" not in json.loads(session.to_json())

    @pytest.mark.parametrize(
        ("undone", "message"),
        [
            ([{"kind": "asked", "step": "others", "bits": 1.0, "minutes": 1.0}],
             "nothing answers 'others'"),
            ([{"kind": "told", "step": "others", "answer": "no"}], "cannot be undone"),
            ([{"kind": "begun"}], "must begin once"),
            ([{"kind": "noted", "text": "x", "at": "noon"}], "no time with a zone"),
            ({}, "should be a list"),
        ],
    )  # fmt: skip
    def test_what_cannot_have_been_undone_is_refused(self, undone, message):
        """
        A saved session is checked to its last move, also those that were taken back.
        """
        session = house()
        text = json.loads(session.to_json())
        signed = {"at": session.events[0].at, "actor": "customer"}
        text["undone"] = [signed | each for each in undone] or undone

        with pytest.raises(ts.SessionError, match=message):
            ts.resume(session.tree, json.dumps(text))

    def test_an_edited_tree_redoes_nothing_that_it_lost(self):
        """
        Moves taken back go where one of them no longer applies to the tree.
        """
        session = house().answer("others", "no").answer("lights", "amber").undo()
        edited = tree(
            HOUSE.replace("amber: Amber", "red: Red").replace(": amber", ": red")
        )

        back = ts.resume(edited, session.to_json())
        assert back.evidence == session.evidence
        assert back.undone == ()


def replies(name, ids):
    """Anything that can be said to a question or an action, as (verb, step, said)."""
    verb = "tried" if ids is None else "answer"
    said = (True, False) if ids is None else (*ids, *ids, ts.DONT_KNOW, ts.NOT_NOW)
    return st.tuples(st.just(verb), st.just(name), st.sampled_from(said))


@st.composite
def stories(draw):
    """A tree, facts, and what is said and done then, in any order."""
    drawn = draw(random_trees())
    ids = {x.id: [a.id for a in x.answers] for x in drawn.questions.values()}
    facts = {
        name: draw(st.sampled_from(ids[name]))
        for name in draw(
            st.lists(st.sampled_from([*ids]), unique=True) if ids else st.just([])
        )
    }
    steps = [replies(*each) for each in ids.items()]
    steps += [replies(each, None) for each in drawn.actions]
    moves = draw(st.lists(st.one_of(steps), max_size=8)) if steps else []
    return drawn, facts, moves


def told(drawn, facts, moves):
    """The session in which this was said and done."""
    session = drawn.begin(facts, clock=clock())
    for verb, step, said in moves:
        if verb == "tried":
            session = session.tried(step, fixed=said)
        else:
            session = session.answer(step, said)
    return session


class TestChangingIsHavingSaidItAtFirst:
    """
    A session with an answer changed says what it would, had that been said at first.
    """

    @pytest.mark.slow
    @settings(deadline=None, max_examples=150)
    @given(st.data(), stories())
    def test_moves(self, data, story):
        """Any reply to any step, whatever was said and done before and after it."""
        drawn, facts, moves = story
        if not moves:
            return
        i = data.draw(st.integers(0, len(moves) - 1))
        verb, step, _ = moves[i]
        i = max(k for k, each in enumerate(moves) if each[:2] == (verb, step))
        ids = None if verb == "tried" else [
            each.id for each in drawn.questions[step].answers
        ]  # fmt: skip
        right = data.draw(replies(step, ids))

        changed = told(drawn, facts, moves).change(step, right[2])
        at_first = told(drawn, facts, [*moves[:i], right, *moves[i + 1 :]])
        assert shown(changed) == shown(at_first)
        assert changed.explain() == at_first.explain()

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data(), stories())
    def test_facts(self, data, story):
        """A fact told before the first question, and never spoken of again."""
        drawn, facts, moves = story
        moves = [each for each in moves if each[1] not in facts]
        if not facts:
            return
        name = data.draw(st.sampled_from([*facts]))
        ids = [each.id for each in drawn.questions[name].answers]
        right = data.draw(st.sampled_from(ids))

        changed = told(drawn, facts, moves).change(name, right)
        assert shown(changed) == shown(told(drawn, facts | {name: right}, moves))


class TestAnAnswerCountsOrIsSetAside:
    """
    Each answer is evidence, or set aside for a reason; never both, never neither.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(stories())
    def test_law(self, story):
        """Anything said and done."""
        session = told(*story)
        last = {
            each.step: each.answer
            for each in session.events
            if each.kind in ("told", "answered", "changed")
        }
        replied = {x.value for x in Reply}
        answers = {k: v for k, v in last.items() if v not in replied}
        counting = {k: v for k, v in session.evidence if v not in ("fixed", "failed")}

        aside = {each.step: each.result for each in session.set_aside}
        assert counting | aside == answers
        assert counting.keys().isdisjoint(aside)
        assert all(each.reason for each in session.set_aside)


class TestConditionsDecide:
    """
    An answer applies if the answers in its ``only-if`` do, and are among those wanted.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(stories())
    def test_law(self, story):
        """The obvious recursion, on answers that no action has overtaken."""
        session = told(*story)
        tree_, now = session.tree, state(session.tree, session.events)
        answers = now.answers | now.pointless

        def fails(part):
            if isinstance(part, Condition):
                return (any if part.every else all)(map(fails, part.parts))
            if part.kind == "action":
                if "not tried" in part.wanted or "not failed" in part.wanted:
                    return False  # it was so once
                return now.tried.get(part.step, False) and "tried" not in part.wanted
            if part.step not in answers or "dont-know" in part.wanted:
                return False
            answer = answers[part.step]
            said = {answer} if isinstance(answer, str) else {*answer}
            said |= {f"not {x}" for x in ("yes", "no") if x not in said}
            return not applies(part.step) or said.isdisjoint(part.wanted)

        def applies(name):
            return not fails(tree_.questions[name].needs.only_if)

        assert set(now.answers) == {each for each in answers if applies(each)}

    @pytest.mark.parametrize("size", [50, 500])
    def test_each_condition_is_looked_at_a_few_times(self, size):
        """A chain of answers that the first one spoils costs its length."""
        looks = Counter()

        class Seen(Condition):
            def truth(self, *of):
                looks["conditions"] += 1
                return super().truth(*of)

        def question(only_if):
            return SimpleNamespace(setup=None, needs=SimpleNamespace(only_if=only_if))

        questions = {"q0": question(ALWAYS)} | {
            f"q{i}": question(
                Seen(parts=(Claim("question", f"q{i - 1}", ("yes",)),)),
            )
            for i in range(1, size)
        }
        answers = {"q0": "no"} | {f"q{i}": "yes" for i in reversed(range(1, size))}

        found = pointless(SimpleNamespace(questions=questions), State(answers=answers))

        assert found == {f"q{i}": f"q{i - 1}" for i in range(1, size)}
        assert looks["conditions"] <= 3 * size


class TestUndoThenRedoIsIdentity:
    """
    As many redos as undos lead back to the same session, with the same moves undone.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(st.data(), stories())
    def test_law(self, data, story):
        """Any number of moves back, also through a file."""
        drawn, facts, moves = story
        session = told(drawn, facts, moves)
        made = sum(not is_given(x) and x.kind != "asked" for x in session.events)
        back = data.draw(st.integers(0, made))  # an equal answer is no move

        undone = session
        for _ in range(back):
            undone = undone.undo()
        again = undone
        for _ in range(back):
            again = again.redo()
        assert (again, again.undone) == (session, ())
        assert shown(again) == shown(session)
        resumed = ts.resume(drawn, undone.to_json())
        assert (resumed, resumed.undone) == (undone, undone.undone)
        if back:
            assert undone.redo().undo() == undone
            assert undone.redo().undo().undone == undone.undone


class TestStateIsPure:
    """
    What a session says follows from its tree and log alone.
    """

    @pytest.mark.slow
    @settings(deadline=None)
    @given(stories())
    def test_law(self, story):
        """The log by way of a file, re-enacted, and with its corrections made."""
        session = told(*story)
        text = session.to_json()

        assert shown(ts.resume(session.tree, text)) == shown(session)
        assert shown(ts.replay(session.tree, text)) == shown(session)
        log = corrected(session.events)
        assert corrected(log) == log
        assert state(session.tree, log) == state(session.tree, session.events)


def test_a_correction_of_nothing_is_an_answer():
    """
    A log from elsewhere that corrects what nobody said takes it for what was said.
    """
    session = house(others="no").change("others", "yes")
    text = json.loads(session.to_json())
    del text["events"][1]

    resumed = ts.resume(session.tree, json.dumps(text))
    assert resumed.evidence == (("others", "yes"),)
    with pytest.raises(ts.SessionError, match="cannot be re-enacted"):
        ts.replay(session.tree, json.dumps(text))
