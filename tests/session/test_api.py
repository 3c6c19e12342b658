"""Saved sessions on another state of their tree, beside how they went."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from session.trees import LAMP, tree

import troubleshoot as ts
from troubleshoot.session.api import compared

# One answer decides, so what is said after it was not needed.
SURE = """
unknown: 0%
causes: {a: {title: A, prior: 2}, b: {title: B}}
questions:
  first: {ask: First?, given: {a: always yes, b: always no}}
  second: {ask: Second?, given: {a: often yes, b: often no}}
  third: {ask: Third?, given: {a: often yes, b: often no}}
"""


def stood(session):
    """The session as text that says where it stood, as somebody had asked."""
    session.next_step()
    return session.to_json()


def steps(session):
    """How many steps were given, and how many were needed."""
    found = compared(session.tree, session.to_json())
    return found.given, found.needed


def test_the_same_tree():
    """
    On the tree that it was saved with, a session comes to where it stood.
    """
    lamp = tree()
    session = lamp.begin({"others": "no"}).tried("new-fuse", fixed=False)
    found = compared(lamp, session.to_json())

    assert found.is_same
    assert found.then == found.now
    assert found.carried == ()


@pytest.mark.parametrize(
    ("moves", "given_and_needed"),
    [
        ([], (0, 0)),
        ([("first", "yes")], (1, 1)),
        ([("second", "yes"), ("first", "yes"), ("third", "no")], (3, 2)),
        ([("first", ts.DONT_KNOW), ("first", "no"), ("second", "no")], (3, 2)),
        ([("second", "no"), ("second", "yes")], (1, 1)),
    ],
)
def test_steps_that_were_needed(moves, given_and_needed):
    """
    Steps count until the first end, a correction as none.
    """
    session = tree(SURE).begin()
    for question, said in moves:
        session = session.answer(question, said).note("Hm.")

    assert steps(session) == given_and_needed


def test_steps_that_were_asked_for():
    """
    Putting a question is no step of its own: the answer is.
    """
    session = tree(SURE).begin()
    while not (step := session.next_step()).is_end:
        session = session.answer(step, "yes")
    session = session.answer(session.question("third"), "yes")

    assert [each.kind for each in session.events].count("asked") >= 2
    assert steps(session) == (2, 1)


def test_facts_are_no_steps():
    """
    Facts are all in before the first step, and may leave none to be needed.
    """
    session = tree(SURE).begin({"second": "yes", "first": "yes"})

    assert steps(session) == (0, 0)
    assert steps(session.answer("third", "no")) == (1, 0)


def test_an_end_in_passing():
    """
    Neither some of the facts nor giving up for a while are an end that was reached.
    """
    unsure = SURE.replace("always", "usually").replace("prior: 2", "prior: 1")
    unsure += "confidence: 75%\n"
    session = tree(unsure).begin({"first": "yes", "second": "no"})

    assert tree(unsure).begin({"first": "yes"}).next_step().is_end
    assert steps(session.give_up("Later.").answer("third", "yes")) == (1, 1)


def test_other_causes_are_another_ending():
    """
    The same kind of ending with other causes is another ending, in any order the same.
    """
    text = stood(tree(SURE).begin().answer("first", "yes"))
    swapped = SURE.replace("a: always yes, b: always no", "a: always no, b: always yes")
    found = compared(tree(swapped), text)
    narrowed = replace(found.then, kind="narrowed", causes=("a", "b"))

    assert (found.then.causes, found.now.causes) == (("a",), ("b",))
    assert not found.is_same
    assert replace(
        found, then=narrowed, now=replace(narrowed, causes=("b", "a"), confidence=0.5)
    ).is_same


def test_the_tree_of_then():
    """
    The tree of then says how a session stood, better than the file.
    """
    old, new = tree(), tree(LAMP.replace("others:", "lamps:"))
    value = json.loads(old.begin().answer("others", "no").to_json())
    value["outcome"] = {"kind": "found", "causes": ["bulb"]}

    by_file = compared(new, json.dumps(value)).then
    by_tree = compared(new, json.dumps(value), old).then
    assert (by_file.kind, by_file.causes) == ("found", ("bulb",))
    assert by_tree.id == old.begin().answer("others", "no").next_step().id


def test_nothing_says_how_it_stood():
    """
    Without outcome and tree of then, only the very same tree can be compared.
    """
    lamp = tree()
    value = json.loads(lamp.begin().answer("others", "no").to_json())

    assert compared(lamp, json.dumps(value)).is_same
    with pytest.raises(ts.SessionError, match="does not say how the session stood"):
        compared(tree(LAMP.replace("2%", "3%")), json.dumps(value))
