"""
The path of a session: what was said and done, in order.

``path`` has every move as it was made; ``standing`` is what holds: the last word on
each step, corrections in the place of what they correct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from troubleshoot import text
from troubleshoot.session import NOT_NOW, answers
from troubleshoot.session.events import Answered, Skipped, Tried
from troubleshoot.session.state import corrected
from troubleshoot.text import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from troubleshoot.session import Session
    from troubleshoot.session.events import Event
    from troubleshoot.tree.tree import AnswerKey, Tree


ANSWERED: Final = ("told", "answered", "changed")
DONE: Final = ("done", "tried", "corrected")
PUT: Final = ("answered", "changed", "tried", "corrected", "skipped")


class PathStep(NamedTuple):
    """
    A step and what came of it; ``kind`` is that of the event.

    ``value`` is the number that was said, where the question takes one.
    """

    kind: str
    step: str
    answer: AnswerKey
    value: float | None = None


def path(session: Session) -> tuple[PathStep, ...]:
    """Every answer and every tried or skipped action, the latest last."""
    return _moves(session.events)


def standing(session: Session) -> tuple[PathStep, ...]:
    """The last word on each question and action, in the order they came in."""
    last: dict[tuple[bool, str], PathStep] = {}
    for move in _moves(corrected(session.events)):
        step = move.kind in ANSWERED, move.step
        last.pop(step, None)
        last[step] = move
    return tuple(last.values())


def replies(session: Session) -> tuple[PathStep, ...]:
    """What was said to each question, and what came of each action that was tried."""
    return tuple(each for each in standing(session) if each.kind != "skipped")


def number(session: Session) -> int:
    """The number of the step to put now, by how many were put before it."""
    put = [each for each in corrected(session.events) if each.kind in PUT]
    return len(put) + 1


def _moves(events: Iterable[Event]) -> tuple[PathStep, ...]:
    moves = (_move(each) for each in events)
    return tuple(each for each in moves if each is not None)


def masked(tree: Tree, move: PathStep) -> PathStep:
    """The move without what was said, where that is private."""
    question = tree.questions.get(move.step)
    is_private = move.kind in ANSWERED and question is not None and question.private
    return move._replace(answer=MASK, value=None) if is_private else move


def reply(session: Session, question: str) -> PathStep | None:
    """The last reply to a question as it was meant, whether told or asked for."""
    replies = [
        each._replace(kind="answered")
        for each in path(session)
        if each.step == question and each.kind in ANSWERED
    ]
    return replies[-1] if replies else None


def _move(event: Event) -> PathStep | None:
    match event:
        case Answered():
            return PathStep(event.kind, event.step, event.answer, event.value)
        case Tried():
            return PathStep(
                event.kind, event.step, "fixed" if event.fixed else "failed"
            )
        case Skipped():
            return PathStep(event.kind, event.step, NOT_NOW.value)
    return None


def in_words(tree: Tree, move: PathStep) -> tuple[str, str]:
    """What was asked or done, and what was said or came of it."""
    if move.kind in (*DONE, "skipped"):
        return tree.actions[move.step].title, text.reply(str(move.answer), tree.words)
    question = tree.questions[move.step]
    return question.ask, answers.in_words(tree, question, move.answer, move.value)


def last_in_words(session: Session) -> tuple[str, str]:
    """What was asked or done last, and what was said or came of it."""
    return in_words(session.tree, path(session)[-1])
