"""
One step at a time: tokens, replies to them, and schemas of what may be said.
"""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from session.trees import tree

import troubleshoot as ts

RANGES = """
causes: {a: {title: A, actions: [x]}, b: {title: B}}
questions:
  q:
    ask: How many?
    unit: V
    answers: {few: "< 10", some: "10..20", many: "> 20"}
    given: {a: few, b: many}
actions: {x: {do: Mend it.}}
"""


class TestToken:
    def test_a_token_belongs_to_a_step_in_its_state(self):
        """
        Each move gives another token; the same session has the same, resumed as well.
        """
        session = tree().begin()
        after = session.answer("others", "yes")
        noted = after.note("x")
        made = tree()
        resumed = ts.resume(made, noted.to_json())

        tokens = [each.next_step().token for each in (session, after, noted)]
        assert len({*tokens}) == 3
        assert resumed.next_step().token == tokens[2]
        assert noted.undo().next_step().token == tokens[1]
        assert session.to_dict()["step"]["token"] == tokens[0]

    def test_a_token_of_another_tree_or_session_is_another(self):
        """
        An edited tree, and a session that began at another time, have other tokens.
        """
        text = tree().begin().to_json()
        edited = tree(RANGES)

        assert ts.resume(tree(), text).next_step().token != (
            edited.begin().next_step().token
        )

    def test_steps_by_id_have_the_token_of_the_step_that_is_on(self):
        """
        However it is asked for, a step has one token; others have another.
        """
        session = tree().begin()
        on = session.next_step()

        assert session.question(on.id).token == on.token
        assert session.action("put-in").token != on.token


class TestReply:
    @pytest.mark.parametrize(
        "said", ["yes", "No", True, ts.DONT_KNOW, ts.NOT_NOW, "don't know", "not now"]
    )
    def test_a_question_takes_what_answer_takes(self, said):
        """
        An answer, "don't know" and "not now" come to what ``answer`` makes of them.
        """
        session = tree().begin()
        step = session.next_step()
        after = session.reply(step.token, said)

        told = session.answer(step, said)
        assert after.evidence == told.evidence
        assert [each.kind for each in after.events] == [x.kind for x in told.events]

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            (True, "tried"),
            ("failed", "tried"),
            (ts.NOT_NOW, "skipped"),
            ("Not now", "skipped"),
        ],
    )
    def test_an_action_takes_its_outcome_or_not_now(self, said, kind):
        """
        What came of the action, or that it has to wait.
        """
        session = tree().begin({"others": "yes", "plugged": "no"})
        step = session.next_step()

        assert step.kind == "action"
        assert session.reply(step.token, said).events[-1].kind == kind

    @pytest.mark.parametrize("said", [ts.DONT_KNOW, "maybe", None, 1])
    def test_an_action_takes_nothing_else(self, said):
        """
        What does not say what came of it is refused.
        """
        session = tree().begin({"others": "yes", "plugged": "no"})

        with pytest.raises(ts.AnswerError, match="came of 'put-in'"):
            session.reply(session.next_step().token, said)

    @pytest.mark.parametrize("token", ["", "x", None, 3, [], "0" * 20])
    def test_a_foreign_token_is_refused(self, token):
        """
        In one sentence for developers and one for customers; nothing is recorded.
        """
        session = tree().begin()
        with pytest.raises(ts.StaleStep, match="the session has moved on") as caught:
            session.reply(token, "yes")

        assert "Please reply to what is asked now" in caught.value.customer

    def test_a_second_click_is_refused(self):
        """
        The token of a step that was replied to is stale.
        """
        session = tree().begin()
        token = session.next_step().token
        after = session.reply(token, "yes")

        with pytest.raises(ts.StaleStep):
            after.reply(token, "yes")

    def test_an_ending_takes_no_reply(self):
        """
        Nothing is asked any more.
        """
        session = tree().begin().give_up()

        with pytest.raises(ts.AnswerError, match="come to its end"):
            session.reply(session.next_step().token, "yes")


class TestSchema:
    def accepted(self, schema, values):
        """Those of the values that fit the schema, which must be one."""
        Draft202012Validator.check_schema(schema)
        check = Draft202012Validator(json.loads(json.dumps(schema)))
        return [each for each in values if check.is_valid(each)]

    def test_what_fits_the_schema_of_a_question_is_an_answer(self):
        """
        Ids, numbers in their ranges and the two replies; nothing else.
        """
        session = tree(RANGES).begin()
        step = session.next_step()
        values = ["few", "dont-know", "not-now", 0, 9.9, 10, 20.5, -1e9, 1e300]
        others = ["Few", "lots", None, True, [], {}]

        assert self.accepted(step.schema(), values + others) == values
        assert all(session.reply(step.token, each) for each in values)

    @pytest.mark.parametrize("name", ["home/no-internet", "workshop/3d-print-fails"])
    def test_whatever_a_schema_names_is_taken(self, name):
        """
        Each constant of each step of the included trees is a reply.
        """
        made = ts.load(name)
        session = made.begin()
        for each in made.questions:
            step = session.question(each)
            for said in step.schema()["anyOf"]:
                if "const" in said:
                    assert session.answer(step, said["const"])
        for each in made.actions:
            assert self.accepted(
                session.action(each).schema(), ["fixed", False, "dont-know"]
            ) == ["fixed", False]

    def test_nothing_fits_an_ending(self):
        """
        The schema of an ending refuses everything.
        """
        end = tree().begin().give_up().next_step()

        assert self.accepted(end.schema(), [None, "yes", 1, {}]) == []

    def test_what_fits_the_schema_of_facts_can_be_begun_with(self):
        """
        Facts by id of question or action; what the tree does not have is refused.
        """
        made = tree(RANGES)
        good = [{}, {"q": "few"}, {"q": 15.5, "x": False}, {"x": "failed"}]
        bad = [{"q": "lots"}, {"p": "few"}, {"x": "not-now"}, []]

        assert self.accepted(made.facts_schema(), good + bad) == good
        assert all(made.begin(each).next_step() for each in good)
