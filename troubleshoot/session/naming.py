"""Names: which step of the tree somebody speaks of, and causes with their titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from troubleshoot.errors import AnswerError, UnknownName
from troubleshoot.session.steps import Action, Ending, LikelyCause, Question, Titled
from troubleshoot.text import MASK, WORKED, title_of
from troubleshoot.tree import tree as written
from troubleshoot.tree.tree import once_per_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.situation import Situation
    from troubleshoot.tree.tree import Tree


def step_id(step: object) -> str:
    """The id that names a step; ``AnswerError`` where nothing does."""
    match step:
        case Question() | Action() | written.Question() | written.Action():
            step = step.id
        case Ending():
            raise AnswerError(
                "the session has come to its end: nothing was asked",
                customer="There is nothing more to answer.",
            )
    if not isinstance(step, str):
        raise AnswerError("a step is named by itself or by its id")
    return step


def is_action(step: object) -> bool:
    """Whether this is an action, as a session or as a tree has it."""
    return isinstance(step, Action | written.Action)


def is_question(step: object) -> bool:
    """Whether this is a question, as a session or as a tree has it."""
    return isinstance(step, Question | written.Question)


def meant_as_action(tree: Tree, step: object) -> bool:
    """
    Whether an action is meant and no question; a name that both have is the question's.

    Raises:
        UnknownName: there is neither.
        AnswerError: this names no step.
    """
    name = step_id(step)
    if is_question(step) or is_action(step):
        return is_action(step)
    if name not in tree.questions and name not in tree.actions:
        raise UnknownName("question or action", name, [*tree.questions, *tree.actions])
    return name not in tree.questions


def question_id(tree: Tree, question: object) -> str:
    """The id of a question of the tree."""
    name = step_id(question)
    action = is_action(question) or name in tree.actions
    if action and name not in tree.questions:
        raise AnswerError(
            f"'{name}' is an action: say whether it fixed the symptom", question=name
        )
    return tree.question(name).id


def action_id(tree: Tree, action: object) -> str:
    """The id of an action of the tree."""
    name = step_id(action)
    question = is_question(action) or name in tree.questions
    if question and name not in tree.actions:
        raise AnswerError(f"'{name}' is a question: it takes an answer", question=name)
    return tree.action(name).id


@once_per_tree
def titled_causes(tree: Tree) -> tuple[Titled, ...]:
    """The root causes with their titles, in the order of the file."""
    return tuple(Titled(each.id, each.title) for each in tree.root_causes)


def titled_action(action: written.Action) -> Titled:
    """The action with its title."""
    return Titled(action.id, title_of(action.do))


def likely(situation: Situation, causes: Iterable[str]) -> tuple[LikelyCause, ...]:
    """These root causes with their titles, and how likely they are now."""
    of, shares = situation.tree.causes, situation.shares
    return tuple(LikelyCause(x, of[x].title, shares[x]) for x in causes)


def told(tree: Tree, step: str, result: str) -> str:
    """A question with its answer, or an action with its outcome, for a sentence."""
    if result in WORKED and step in tree.actions:
        return f"“{tree.actions[step].do}” ({WORKED[result]})"
    question = tree.questions[step]
    answer = MASK if question.private else f"({question.answer(result).text})"
    return f"“{question.ask}” {answer}"
