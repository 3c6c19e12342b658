"""What was said to a step before, said right: the event that corrects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.errors import AnswerError, UnknownName, did_you_mean, nearest
from troubleshoot.session.events import Answered, Tried
from troubleshoot.session.naming import action_id, question_id, step_id
from troubleshoot.session.replies import understood
from troubleshoot.session.steps import Action, Question

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session.events import Event
    from troubleshoot.tree.tree import Tree

OUTCOMES: Final = {"fixed": True, "failed": False}


def correction(
    tree: Tree,
    events: Iterable[Event],
    step: object,
    said: object,
    *,
    at: str,
    actor: str,
) -> Answered | Tried:
    """
    The event that says what should have been said to a step.

    Raises:
        UnknownName: there is no such question or action.
        AnswerError: nothing was said to it before, or this is no answer to it.
    """
    log = tuple(events)
    if not _is_action(tree, log, step):
        name = question_id(tree, step)
        if not _replied(log, name):
            raise AnswerError(
                f"'{name}' has no answer yet that could be changed: answer() gives one"
            )
        answer, value = understood(tree.questions[name], said)
        return Answered(
            kind="changed", step=name, answer=answer, value=value, at=at, actor=actor
        )
    name = action_id(tree, step)
    if not _was_tried(log, name):
        raise AnswerError(
            f"'{name}' has not been tried yet: tried() says what came of it"
        )
    fixed = _outcome(name, said)
    return Tried(kind="corrected", step=name, fixed=fixed, at=at, actor=actor)


def _is_action(tree: Tree, log: tuple[Event, ...], step: object) -> bool:
    """Whether an action is meant: of a name that both have, what was replied to."""
    name = step_id(step)
    if isinstance(step, Question | Action):
        return isinstance(step, Action)
    if name not in tree.questions and name not in tree.actions:
        raise UnknownName("question or action", name, [*tree.questions, *tree.actions])
    if name not in tree.questions:
        return True
    return not _replied(log, name) and _was_tried(log, name)


def _replied(log: tuple[Event, ...], question: str) -> bool:
    return any(isinstance(each, Answered) and each.step == question for each in log)


def _was_tried(log: tuple[Event, ...], action: str) -> bool:
    return any(isinstance(each, Tried) and each.step == action for each in log)


def _outcome(action: str, said: object) -> bool:
    if isinstance(said, bool):
        return said
    word = said.strip().casefold() if isinstance(said, str) else ""
    if word in OUTCOMES:
        return OUTCOMES[word]
    hint = did_you_mean(nearest(word, OUTCOMES)) if word else ""
    raise AnswerError(
        f"this does not say what came of '{action}'; possible are fixed, failed{hint}"
    )
