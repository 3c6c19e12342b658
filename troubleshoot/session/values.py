"""
What the variables of a tree stand for in a session.

The answer to a question of the same id, as far as it holds; before it is answered, what
the caller has said; without that, what the tree says. An answer to a private question
is put into no text, since texts are handed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.text import MASK, digits, listing
from troubleshoot.tree.schema import MAX_VALUE
from troubleshoot.tree.variables import plain, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from troubleshoot.session.options import Options
    from troubleshoot.session.state import State
    from troubleshoot.tree.tree import Tree


def asked_for(tree: Tree) -> tuple[str, ...]:
    """The variables for which there is a question."""
    return tuple(each for each in tree.variables if each in tree.questions)


def with_values(tree: Tree, options: Options, now: State | None) -> Tree:
    """The tree as it reads in a session; ``now`` is needed if it asks for any."""
    before = told(tree, options.variables)
    if now is None:
        return before
    answers = {
        name: plain(_answer(before, now, name))[:MAX_VALUE]
        for name in asked_for(tree)
        if name in now.answers and not before.questions[name].private
    }
    return told(tree, {**options.variables, **answers}) if answers else before


def _answer(tree: Tree, now: State, name: str) -> str:
    """The answer to a question as it reads: a number with its unit, or its text."""
    question, said = tree.questions[name], now.said["question", name]
    value = getattr(said, "value", None)
    if value is not None:
        return f"{digits(value)} {question.unit}"
    key = now.answers[name]
    if isinstance(key, tuple):  # what holds, and not what does not
        held = [question.answer(each).text for each in key]
        return listing(held, words=tree.words) if held else tree.words.none_of_these
    return question.answer(key).text


def shown(tree: Tree, answered: Iterable[str]) -> Mapping[str, str]:
    """
    The values in the texts of a tree, for those it is handed to.

    ``answered`` are the questions that have been: a private one is said to be.
    """
    private = {x for x in answered if x in tree.questions and tree.questions[x].private}
    return {
        name: MASK if name in private else value for name, value in tree.values.items()
    }
