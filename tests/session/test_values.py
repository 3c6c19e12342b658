"""What variables stand for in a session: what was answered, said, or declared."""

from __future__ import annotations

import json
import pickle

import pytest

import troubleshoot as ts

TREE = """
format: 1
id: lamps
title: "{model} stays dark"
variables: {model: the lamp, volts: some volts, pin: no number}
causes:
  fuse: {title: "Fuse of {model}", actions: [swap]}
  bulb: {title: "The bulb", prior: 2}
questions:
  model:
    ask: Which lamp is {model}?
    answers: {x1: X1 **new**, x2: X2}
    given: {fuse: usually x1}
  volts:
    ask: How many volts?
    unit: V
    answers: {few: "< 200", many: ">= 200"}
    given: {fuse: few}
  pin: {ask: "Which PIN has {model}?", private: true, answers: {a: "1234", b: "5678"}}
  warm:
    ask: Is {model} warm at {volts}, PIN {pin}?
    given: {fuse: no}
actions:
  swap: {do: "Swap the fuse of {model}.", fixes: {fuse: usually}, changes: [volts]}
"""


@pytest.fixture(scope="module")
def tree():
    """A tree whose variables are asked for."""
    return ts.loads(TREE)


def asked(session):
    """How a question with all variables reads."""
    return session.question("warm").text


def test_the_answer_comes_before_the_host_and_the_host_before_the_tree(tree):
    """
    And what is taken back or changed is so in all texts.
    """
    plain, begun = tree.begin(), tree.begin(variables={"model": "Lux"})
    session = begun.answer("model", "x1")

    assert plain.tree.title == "the lamp stays dark"
    assert begun.tree.title == "Lux stays dark"
    assert session.tree.title == "X1 **new** stays dark"
    assert session.tree.causes["fuse"].title == "Fuse of X1 **new**"
    assert session.undo().tree.title == "Lux stays dark"
    assert session.undo().redo().tree.title == "X1 **new** stays dark"
    assert session.answer("model", "x2").tree.title == "X2 stays dark"
    assert session.dont_know("model").tree.title == "Lux stays dark"
    assert session.change("model", "x2").tree.title == "X2 stays dark"
    assert tree.begin({"model": "x2"}).tree.title == "X2 stays dark"


def test_a_number_has_its_unit_and_a_stale_answer_none(tree):
    """
    A number is said as it was, an answer that an action has overtaken no more.
    """
    session = tree.begin().answer("volts", 230)

    assert asked(session).endswith("warm at 230 V, PIN no number?")
    assert "some volts" in asked(session.tried("swap", fixed=False))


def test_a_private_answer_is_in_no_text(tree):
    """
    Nor in what is handed over, which says that there was one.
    """
    session = tree.begin(variables={"model": "Lux"}).answer("pin", "1234")
    told = session.to_dict()

    assert asked(session) == "Is Lux warm at some volts, PIN no number?"
    assert told["variables"] == {
        "model": "Lux",
        "volts": "some volts",
        "pin": "(private)",
    }
    for document in (
        json.dumps(told),
        session.transcript(),
        session.hand_off().to_json(),
        ts.render(session.hand_off(), "html"),
    ):
        shown = document.split('"session"')[0]
        assert "1234" not in shown


def test_a_session_is_kept_with_its_values(tree):
    """
    Saved, sent and replayed it reads the same; only what the host said is written.
    """
    session = tree.begin(variables={"model": "L*x*"}).answer("volts", 230)
    saved = json.loads(session.to_json())

    assert saved["options"]["variables"] == {"model": "L*x*"}
    assert "variables" not in json.loads(tree.begin().to_json())["options"]
    for other in (
        ts.resume(tree, session.to_json()),
        ts.replay(tree, session.to_json()),
        pickle.loads(pickle.dumps(session)),  # noqa: S301 - written here
    ):
        assert other == session
        assert other.carried == ()
        assert asked(other) == asked(session)
        assert other.next_step() == session.next_step()


def test_values_of_a_saved_session_are_clean_and_declared(tree):
    """
    A file may come from anybody: what the tree does not declare is told and left out.
    """
    saved = json.loads(tree.begin().to_json())
    saved["options"]["variables"] = {"model": "A\n`B`" + 300 * "x", "other": "X"}
    session = ts.resume(tree, json.dumps(saved))

    assert session.tree.title.startswith("A 'B'xxx")
    assert len(session.options.variables["model"]) == 200
    assert [str(each) for each in session.carried] == [
        "What 'other' stands for is left out: the tree does not declare this variable."
    ]


def test_values_change_no_step_and_no_belief(tree):
    """
    Texts are texts: what is asked next, and what is believed, stays.
    """
    one, other = tree.begin(), tree.begin(variables={"model": "always no"})

    assert one.next_step().id == other.next_step().id
    assert dict(one.belief) == dict(other.belief)
    assert one.analysis.belief.model is other.analysis.belief.model


def test_an_answer_is_understood_as_it_reads():
    """
    By the text that the customer has seen.
    """
    text = TREE.replace("X2}", '"Not {model}"}').replace(
        "ask: Which lamp is {model}?", "ask: Which?"
    )
    session = ts.loads(text).begin(variables={"model": "Lux"})

    assert session.answer("model", "not lux").tree.title == "Not Lux stays dark"


def test_a_plan_reads_with_values(tree):
    """
    Its nodes have the values that are given, or those of a session.
    """
    plan = ts.plan(tree, variables={"model": "Lux"})
    after = ts.plan(tree.begin().answer("model", "x2"))

    assert any("Lux" in each.text for each in plan.nodes)
    assert any("X2" in each.text for each in after.nodes)
    with pytest.raises(ts.ArgumentError):
        ts.plan(tree.begin(), variables={"model": "Lux"})
