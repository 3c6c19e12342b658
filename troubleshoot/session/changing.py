"""What was said to a step before, said right: the event that corrects it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.errors import AnswerError, did_you_mean, nearest
from troubleshoot.session.events import Answered, Tried
from troubleshoot.session.naming import (
    action_id,
    is_question,
    meant_as_action,
    question_id,
    step_id,
)
from troubleshoot.session.replies import understood
from troubleshoot.text import WORKED

if TYPE_CHECKING:
    from troubleshoot.session.signing import Signature
    from troubleshoot.session.state import State
    from troubleshoot.tree.tree import Tree


OUTCOMES: Final = {"fixed": True, "failed": False}
ANSWERS: Final = tuple(WORKED.items())


def correction(
    tree: Tree, now: State, step: object, said: object, signed: Signature
) -> Answered | Tried:
    """
    The event that says what should have been said to a step.

    Raises:
        UnknownName: there is no such question or action.
        AnswerError: nothing was said to it before, or this is no answer to it.
    """
    if not _is_action(tree, now, step):
        name = question_id(tree, step)
        if ("question", name) not in now.said:
            raise AnswerError(
                f"'{name}' has no answer yet that could be changed: answer() gives one",
                question=name,
            )
        answer, value = understood(tree.questions[name], said)
        return Answered(kind="changed", step=name, answer=answer, value=value, **signed)
    name = action_id(tree, step)
    if ("action", name) not in now.said:
        raise AnswerError(
            f"'{name}' has not been tried yet: tried() says what came of it",
            question=name,
        )
    return Tried(kind="corrected", step=name, fixed=outcome(name, said), **signed)


def repeats(now: State, event: Answered | Tried) -> bool:
    """Whether the event would change what was said last to what it is already."""
    if event.kind not in ("changed", "corrected") or now.given_up is not None:
        return False
    kind = "question" if isinstance(event, Answered) else "action"
    return _content(now.said[kind, event.step]) == _content(event)


def _content(event: Answered | Tried) -> tuple[object, ...]:
    if isinstance(event, Answered):
        return event.answer, event.value
    return (event.fixed,)


def _is_action(tree: Tree, now: State, step: object) -> bool:
    """Whether an action is meant: of a name that both have, what was replied to."""
    if is_question(step) or meant_as_action(tree, step):
        return not is_question(step)
    name = step_id(step)
    return ("question", name) not in now.said and ("action", name) in now.said


def outcome(action: str, said: object) -> bool:
    """
    Whether the action fixed the symptom: True or False, "fixed" or "failed".

    Raises:
        AnswerError: it is none of these.
    """
    if isinstance(said, bool):
        return said
    word = said.strip().casefold() if isinstance(said, str) else ""
    if word in OUTCOMES:
        return OUTCOMES[word]
    near = nearest(word, OUTCOMES) if word else ()
    raise AnswerError(
        f"this does not say what came of '{action}'; possible are "
        f"{', '.join(OUTCOMES)}{did_you_mean(near)}",
        question=action,
        said=said,
        answers=ANSWERS,
        suggestions=near,
        customer="Did it help or not?",
    )
