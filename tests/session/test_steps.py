"""What the author says of a step, in every shape that shows one."""

from __future__ import annotations

from dataclasses import fields

import pytest

import troubleshoot as ts
from troubleshoot.session.report.handoff import Later, ToDo
from troubleshoot.session.steps import ActionWords, QuestionWords, with_words

TREE = """\
format: 1
title: A lamp
causes:
  bulb: {actions: [swap]}
  fuse:
questions:
  lit:
    ask: Is another lamp lit?
    why: It shares the fuse.
    how: Look up.
    unit: V
    answers: {none: "< 1", some: ">= 1"}
    private: yes
    by: engineer
    needs: ladder
actions:
  swap:
    title: Swap it
    do: Swap the bulb.
    why: It is cheap.
    how: Turn it left.
    verify: Is it lit?
    caution: It is hot.
    risk: disruptive
"""


@pytest.fixture(scope="module")
def tree():
    """A tree whose question and action say all that can be said."""
    return ts.loads(TREE)


def test_every_word_of_a_shape_is_the_authors(tree):
    """
    No field for the author's words is left at its default where there are some.
    """
    asked, done = tree.questions["lit"], tree.actions["swap"]
    shown = (
        (QuestionWords, with_words(ts.Question, asked, answers=()), asked, "ask"),
        (ActionWords, with_words(ts.Action, done), done, "do"),
    )

    for shape, step, written, text in shown:
        assert step.text == getattr(written, text)
        for name in {each.name for each in fields(shape)} - {"text"}:
            assert getattr(step, name) == getattr(written, name)
            assert getattr(step, name) not in ("", "none")


def test_a_shape_takes_what_it_has_a_place_for(tree):
    """
    What a shape says besides goes before what the author says.
    """
    later = with_words(Later, tree.questions["lit"], minutes=2.0)
    due = with_words(ToDo, tree.actions["swap"], kind="action", minutes=1.0, how="")

    assert later == Later(id="lit", text="Is another lamp lit?", minutes=2.0)
    assert (due.caution, due.risk, due.how) == ("It is hot.", "disruptive", "")
    assert with_words(ToDo, tree.questions["lit"], kind="question", minutes=1.0) == (
        ToDo(
            kind="question",
            id="lit",
            text="Is another lamp lit?",
            why="It shares the fuse.",
            how="Look up.",
            unit="V",
            minutes=1.0,
            by=("engineer",),
            needs=("ladder",),
        )
    )


def test_a_field_that_no_shape_knows_is_refused(tree):
    """
    A misspelt field is an error, not one that is left out.
    """
    with pytest.raises(TypeError, match="minute"):
        with_words(Later, tree.questions["lit"], minute=2.0)
