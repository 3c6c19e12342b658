"""Which step of the tree somebody speaks of, by a step or by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.errors import AnswerError
from troubleshoot.session.steps import Action, Ending, Question

if TYPE_CHECKING:
    from troubleshoot.tree.tree import Tree


def step_id(step: object) -> str:
    """The id that names a step; ``AnswerError`` where nothing does."""
    match step:
        case Question() | Action():
            return step.id
        case str():
            return step
        case Ending():
            raise AnswerError("the session has come to its end: nothing was asked")
    raise AnswerError("a step is named by itself or by its id")


def question_id(tree: Tree, question: object) -> str:
    """The id of a question of the tree."""
    name = step_id(question)
    action = isinstance(question, Action) or name in tree.actions
    if action and name not in tree.questions:
        raise AnswerError(f"'{name}' is an action: say whether it fixed the symptom")
    return tree.question(name).id


def action_id(tree: Tree, action: object) -> str:
    """The id of an action of the tree."""
    name = step_id(action)
    question = isinstance(action, Question) or name in tree.questions
    if question and name not in tree.actions:
        raise AnswerError(f"'{name}' is a question: it takes an answer")
    return tree.action(name).id
