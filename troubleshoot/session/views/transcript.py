"""
The record of a session as text: one "word: text" per line.

A text of several lines goes on with two blanks in front, so that no note can pass for
an event. Answers to private questions are masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import Answered, Remark, Skipped, Tried
from troubleshoot.session.steps import Reply
from troubleshoot.session.wording import MASK, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from troubleshoot.session.events import Event
    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import Tree

REPLIES: Final = {
    Reply.DONT_KNOW.value: "don't know",
    Reply.NOT_NOW.value: "not now",
}


def transcript(session: Session) -> str:
    """The record of the run, with how it ended if it did."""
    pairs = [*_head(session.tree)]
    for event in session.events:
        pairs += _event(session.tree, event)
    step = session.next_step()
    if step.is_end:
        pairs.append(("ending", f"{step.kind}. {step.text}"))
    return "".join(_line(word, text) for word, text in pairs if text)


def _head(tree: Tree) -> Iterator[tuple[str, str]]:
    yield "tree", f"{tree.id} {tree.version}".rstrip()
    yield "title", tree.title
    yield "symptom", tree.symptom


def _event(tree: Tree, event: Event) -> Iterator[tuple[str, str]]:
    match event:
        case Answered():
            word = {"told": "fact", "changed": "changed"}.get(event.kind, "question")
            yield word, tree.questions[event.step].ask
            yield "answer", _answer(tree, event)
        case Tried():
            yield "action", tree.actions[event.step].do
            yield "fixed", "yes" if event.fixed else "no"
        case Skipped():
            yield "action", tree.actions[event.step].do
            yield "fixed", "not now"
        case Remark(kind="noted"):
            yield "note", event.text
        case Remark():
            yield "given up", event.text or "without a reason"


def _answer(tree: Tree, event: Answered) -> str:
    question = tree.questions[event.step]
    if question.private:
        return MASK
    if event.answer in REPLIES:
        return REPLIES[event.answer]
    text = question.answer(event.answer).text
    if event.value is None:
        return text
    return f"{event.value:g} {question.unit} ({text})"


def _line(word: str, text: str) -> str:
    first, *more = [printable(each) for each in text.splitlines()] or [""]
    rest = "".join(f"  {each}\n" for each in more)
    return f"{word}: {first}\n{rest}"
