"""How a saved session is re-enacted, event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from troubleshoot.errors import SessionError, TroubleshootError
from troubleshoot.session.events import (
    Answered,
    Asked,
    Begun,
    Event,
    Remark,
    Skipped,
    Tried,
    moment,
)
from troubleshoot.session.keeping import saved
from troubleshoot.session.opening import begun, check_strategy, done, told
from troubleshoot.session.session import Session, alike, now
from troubleshoot.session.signing import of
from troubleshoot.session.steps import Reply
from troubleshoot.session.strategy import Strategy, name_of
from troubleshoot.text import listing
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
    session = begun(
        tree,
        {},
        replace(found.options, strategy=name_of(strategy)),
        None if isinstance(strategy, str) else strategy,
    )
    session = replace(session, events=tuple(_given(tree, found.events)))
    asked: Asked | None = None
    for event in found.events[len(session.events) :]:
        session = _again(session, event, asked)
        asked = event if isinstance(event, Asked) else None
    return replace(session, clock=now, speaker=None, undone=found.undone)


def _given(tree: Tree, events: Iterable[Event]) -> Iterator[Event]:
    """How it began, and the facts, understood anew."""
    for event in events:
        match event:
            case Begun():
                yield event
            case Answered(kind="told"):
                yield told(tree, event.step, _said(event), of(event))
            case Tried(kind="done"):
                yield done(event.step, event.fixed, of(event))


def _again(session: Session, event: Event, asked: Asked | None) -> Session:
    """The session after the verb that the event records, under its signature."""
    session = alike(session, clock=_clock(event), speaker=event.actor)
    after = _verb(session, event, asked.step if asked else None)
    if after is session and not isinstance(event, Asked):
        # What was said already was recorded once more by earlier versions.
        asked_again = () if asked is None else (asked,)
        return replace(session, events=(*session.events, *asked_again, event))
    return after


def _verb(session: Session, event: Event, asked: str | None) -> Session:
    signed = {"source": event.source, "quote": event.quote}
    match event:
        case Answered():
            return _answered(session, event, asked, **signed)
        case Tried(kind="corrected"):
            return session.change(session.action(event.step), event.fixed, **signed)
        case Tried():
            return session.tried(event.step, fixed=event.fixed, **signed)
        case Skipped():
            return session.not_now(session.action(event.step), **signed)
        case Remark():
            return _remark(session, event, **signed)
    return session


def _remark(session: Session, event: Remark, **signed: str | None) -> Session:
    if event.stands_for:
        return replace(session, events=(*session.events, event))
    if event.kind == "noted":
        return session.note(event.text, **signed)
    return session.give_up(event.text, **signed)


def _answered(
    session: Session, event: Answered, asked: str | None, **signed: str | None
) -> Session:
    if asked:
        return session.answer(session.question(asked), _said(event), **signed)
    if event.kind == "changed":
        return session.change(event.step, _said(event), **signed)
    return session.answer(event.step, _said(event), **signed)


def _said(event: Answered) -> str | float:
    return event.answer if event.value is None else event.value


def _clock(event: Event) -> Callable[[], datetime]:
    at = moment(event.at)
    return lambda: at
