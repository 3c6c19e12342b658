"""Conditions in sessions and plans, and what is as good as known."""

from __future__ import annotations

import json

import oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from session.trees import random_trees, tree

import troubleshoot as ts
from troubleshoot.conditions import MET, UNMET
from troubleshoot.tree.tree import condition_of, steps_of

PUMP = """
unknown: 0%
causes: {clogged: {}, burnt: {}}
questions:
  power: {ask: Has it power?, given: {clogged: yes, burnt: yes}}
  hum: {ask: Does it hum?, only-if: {power: yes}, given: {clogged: yes, burnt: no}}
"""
LINE = """
unknown: 0%
causes: {line: {}, modem: {}}
questions:
  after:
    ask: Is it lit after all?
    only-if: {restart: failed}
    given: {line: no, modem: yes}
actions:
  restart: {do: Restart it., fixes: {line: half the time, modem: rarely}}
"""
PHONE = """
unknown: 0%
causes: {gps: {}, wifi: {}, sim: {}}
questions:
  touch: {ask: Has it a touch screen?, given: {gps: yes, wifi: no, sim: evenly}}
  keys: {ask: Has it keys?, given: {wifi: yes}}
  aerial:
    ask: Is the aerial broken?
    only-if: [{touch: yes}, {keys: yes}]
    given: {gps: no, sim: yes}
"""
SPILT = """
unknown: 0%
causes: {wet: {}, worn: {}}
questions:
  spilt:
    ask: Was a drink spilt?
    private: true
    given: {wet: always yes, worn: always no}
  smell: {ask: Does it smell?, given: {wet: always yes, worn: always no}}
  cola: {ask: Of cola?, only-if: {smell: yes}, given: {wet: evenly}}
"""
BACKUP = """
unknown: 0%
causes: {worn: {}}
actions:
  backup: {do: Save all data.}
  reset: {do: Reset it., only-if: {backup: tried}, fixes: {worn: usually}}
"""


class TestKnown:
    """What has the confidence is not asked; it opens what waits, and that is said."""

    def test_a_gate_that_all_causes_answer_alike_is_not_asked(self):
        """The question behind it comes first, with the answer that is taken."""
        session = tree(PUMP).begin()
        step = session.next_step()

        assert step.id == "hum"
        assert "“Has it power?” is taken as “Yes”" in step.reason
        [taken] = json.loads(json.dumps(session.to_dict()))["assumed"]
        assert taken["question"] == "power"
        assert taken["answer"] == "yes"
        assert taken["probability"] == pytest.approx(0.98)  # the reliability
        assert taken["because"]

    def test_it_can_be_said_otherwise(self):
        """What is answered counts instead, and what stood on it is set aside."""
        session = tree(PUMP).begin().answer("hum", "no")
        told = session.answer("power", "no")

        assert [each.step for each in told.set_aside] == ["hum"]
        shut = tree(PUMP).begin({"power": "no"})
        assert not shut.analysis.candidates.is_available(shut.tree.questions["hum"])

    def test_a_plan_asks_what_the_session_asks(self):
        """Nothing is paid for what is known."""
        plan = ts.plan(tree(PUMP))

        assert [each.step for each in plan.nodes if each.kind == "question"] == ["hum"]


class TestReports:
    """The ledger, transcripts and hand-offs say what is taken as known, and why."""

    TOLD = "“Has it power?” is taken as “Yes”, because that is how it nearly always is"

    @pytest.mark.parametrize("answered", [False, True])
    @pytest.mark.parametrize("to", ["text", "markdown", "html"])
    def test_they_say_it(self, to, answered):
        """Before what waits for it is answered, and after."""
        session = tree(PUMP).begin()
        session = session.answer("hum", "yes") if answered else session

        for value in (session, session.hand_off()):
            assert self.TOLD in " ".join(ts.render(value, to=to).split())
            german = ts.render(value, to=to, language="de")
            assert "gilt als" in " ".join(german.split())

    def test_as_data(self):
        """A hand-off is read again with it, and one that has none is still read."""
        handed = tree(PUMP).begin().hand_off()
        [taken] = handed.assumed

        assert (taken.step, taken.text, taken.answer) == (
            "power",
            "Has it power?",
            "“Yes”",
        )
        assert ts.HandOff.from_json(handed.to_json()) == handed
        older = json.loads(handed.to_json())
        del older["assumed"]
        assert ts.HandOff.from_json(json.dumps(older)).assumed == ()

    def test_it_is_said_no_more_once_somebody_has_answered(self):
        """Then it is an entry of the ledger, as any answer."""
        session = tree(PUMP).begin()
        assert [each.question for each in session.ledger.assumed] == ["power"]

        told = session.answer("power", "yes")
        assert told.ledger.assumed == told.hand_off().assumed == ()
        assert "taken" not in told.transcript()

    def test_what_was_asked_in_private_is_not_named(self):
        """With what it led to, the question alone would tell the answer."""
        session = tree(SPILT).begin({"spilt": "yes"})
        [taken] = session.hand_off().assumed
        [known] = session.to_dict()["assumed"]

        assert taken.because == known["because"]
        assert taken.because == "(private) makes it 100 % likely"

    def test_a_private_one_is_masked(self):
        """Neither its answer nor which one will do is told."""
        knowledge = tree(PUMP.replace("?, given", "?, private: true, given", 1))
        session = knowledge.begin()
        [taken] = session.record().assumed

        assert taken.answer == "(private)"
        assert "is taken as (private), because" in session.transcript()


class TestOtherConditions:
    """Lists, actions, and what is not known."""

    def test_one_of_a_list_is_enough(self):
        """Either way opens it, and both shut it."""
        begun = tree(PHONE).begin()

        def is_open(session):
            asked = session.tree.questions["aerial"]
            return session.analysis.candidates.is_available(asked)

        assert not is_open(begun.answer("touch", "no"))
        assert is_open(begun.answer("touch", "yes"))
        assert is_open(begun.answer("touch", "no").answer("keys", "yes"))
        assert not is_open(begun.answer("touch", "no").answer("keys", "no"))

    def test_after_an_action_has_failed(self):
        """The question comes once that is so, and not before."""
        session = tree(LINE).begin()

        assert session.next_step().id == "restart"
        assert session.tried("restart", fixed=False).next_step().id == "after"

    @pytest.mark.parametrize("goal", ["diagnose", "repair"])
    def test_an_action_that_opens_another(self, goal):
        """It is tried for that alone, in sessions and plans of repair."""
        session = tree(BACKUP).begin()

        assert session.next_step().id == "backup"
        assert session.tried("backup", fixed=False).next_step().id == "reset"
        steps = [each.step for each in ts.plan(session.tree, goal=goal).nodes]
        assert ("backup" in steps) == (goal == "repair")


class TestStandingIsThatOfTheOracle:
    """Every condition stands as plain recursion says, in any state of any tree."""

    @settings(deadline=None, max_examples=60)
    @given(random_trees(), st.data())
    def test_law(self, knowledge, data):  # noqa: C901 - an oracle in one piece
        """Beliefs to 1e-12; what lies that close to the confidence may be either."""
        assume(not any(each.several for each in knowledge.questions.values()))
        session = knowledge.begin()
        for name in data.draw(
            st.lists(st.sampled_from([*knowledge.questions] or [""]))
        ):
            if name in knowledge.questions:
                answers = [x.id for x in knowledge.questions[name].answers]
                session = session.answer(name, data.draw(st.sampled_from(answers)))
        answers = session.analysis.state.answers
        said = [(q, a) for q, a in answers.items() if not knowledge.questions[q].stop]
        p = oracle.posterior(knowledge, said)
        if not any(p.values()):
            p = dict.fromkeys(p, 0.0) | {"unknown": 1.0}
        near = []

        def stands(condition, above=()):
            return oracle.standing(condition, lambda part: claim(part, above))

        def claim(part, above):
            if part.kind == "action":
                return True if any("not" in x for x in part.wanted) else None
            question = knowledge.questions[part.step]
            will_do = [
                x.id
                for x in question.answers
                if x.id in part.wanted
                or any(f"not {y.id}" in part.wanted for y in question.answers if y != x)
            ]
            if part.step in answers:
                return answers[part.step] in will_do
            applies = None
            if part.step not in above:
                applies = stands(condition_of(knowledge, question), (*above, part.step))
            if question.stop or not applies:
                return False if applies is False else None
            rows = [oracle.likelihood(knowledge, part.step, x) for x in will_do]
            share = sum(row[c] * p[c] for row in rows for c in p)
            near.extend(abs(x - knowledge.confidence) for x in (share, 1 - share))
            found = oracle.known(share, knowledge.confidence)
            return found or (None if "dont-know" in part.wanted else found)

        for step in steps_of(knowledge):
            expected = {True: MET, False: UNMET, None: 0}[
                stands(condition_of(knowledge, step))
            ]
            found = session.analysis.candidates.gates.truth(step)
            if all(each > 1e-12 for each in near):
                assert found == expected
