"""How a saved session is re-enacted, event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from troubleshoot.errors import SessionError, TroubleshootError
from troubleshoot.session.events import (
    Answered,
    Asked,
    Event,
    Remark,
    Skipped,
    Tried,
    moment,
)
from troubleshoot.session.keeping import saved
from troubleshoot.session.opening import begin, check_strategy
from troubleshoot.session.probing.probes import signed
from troubleshoot.session.session import Session, now
from troubleshoot.session.steps import Reply
from troubleshoot.session.strategy import Strategy
from troubleshoot.session.wording import listing
from troubleshoot.tree.tree import Tree


def replay(tree: Tree, text: str, *, strategy: Strategy | None = None) -> Session:
    """
    The saved session re-enacted event by event, under its own times.

    With the same tree it is the session that was saved; with another it is what the
    same answers come to there, bits and minutes included. ``strategy`` is the one it
    was begun with, where that was a house's own.

    Raises:
        SessionError: the text is no saved session, or an event cannot be re-enacted.
    """
    found = saved.read(text)
    check_strategy(found.options, strategy)
    lost = _once(_lost(tree, (*found.events, *found.undone)))
    if lost:
        raise SessionError(f"the tree '{tree.id}' does not have {listing(lost)}")
    try:
        return _reenacted(tree, found, strategy or found.options.strategy)
    except TroubleshootError as error:
        raise SessionError(f"the session cannot be re-enacted: {error}") from None


def _once(items: Iterable[str]) -> list[str]:
    """Each item once, in order."""
    return list(dict.fromkeys(items))


def _lost(tree: Tree, events: Iterable[Event]) -> Iterator[str]:
    """What the events speak of and the tree does not have."""
    replies = {each.value for each in Reply}
    for event in events:
        match event:
            case Answered() | Asked() if event.step not in tree.questions:
                yield f"the question '{event.step}'"
            case Tried() | Skipped() if event.step not in tree.actions:
                yield f"the action '{event.step}'"
            case Answered():
                ids = {each.id for each in tree.questions[event.step].answers}
                if event.answer not in ids | replies:
                    yield f"the answer '{event.answer}' of '{event.step}'"


def _reenacted(tree: Tree, found: saved.Saved, strategy: str | Strategy) -> Session:
    told = [x for x in found.events if isinstance(x, Answered) and x.kind == "told"]
    session = begin(
        tree,
        {each.step: _said(each) for each in told},
        by=found.options.by,
        has=found.options.has,
        strategy=strategy,
        clock=_clock(found.events[0]),
    )
    asked: str | None = None
    for event in found.events[1 + len(told) :]:
        after = _again(replace(session, clock=_clock(event)), event, asked)
        session = signed(after, len(session.events), event.actor)
        asked = event.step if isinstance(event, Asked) else None
    return replace(session, clock=now, undone=found.undone)


def _again(session: Session, event: Event, asked: str | None) -> Session:
    """The session after the verb that the event records."""
    match event:
        case Answered():
            return _answered(session, event, asked)
        case Tried():
            return _tried(session, event)
        case Skipped():
            return session.not_now(session.action(event.step))
        case Remark(kind="noted"):
            return _noted(session, event)
        case Remark():
            return session.give_up(event.text)
    return session


def _noted(session: Session, event: Remark) -> Session:
    if event.stands_for:
        return replace(session, events=(*session.events, event))
    return session.note(event.text)


def _answered(session: Session, event: Answered, asked: str | None) -> Session:
    if asked:
        return session.answer(session.question(asked), _said(event))
    if event.kind == "changed":
        return session.change(event.step, _said(event))
    return session.answer(event.step, _said(event))


def _tried(session: Session, event: Tried) -> Session:
    if event.kind == "corrected":
        return session.change(session.action(event.step), event.fixed)
    return session.tried(event.step, fixed=event.fixed)


def _said(event: Answered) -> str | float:
    return event.answer if event.value is None else event.value


def _clock(event: Event) -> Callable[[], datetime]:
    at = moment(event.at)
    return lambda: at
