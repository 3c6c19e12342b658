"""How a session comes about: begun, resumed from a file, or re-enacted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from troubleshoot.errors import AnswerError, OtherTree, SessionError, TroubleshootError
from troubleshoot.session import saved
from troubleshoot.session.events import (
    Answered,
    Asked,
    Begun,
    Event,
    Remark,
    Skipped,
    Tried,
    moment,
    stamp,
)
from troubleshoot.session.options import options
from troubleshoot.session.replies import understood
from troubleshoot.session.session import Session, now
from troubleshoot.session.steps import Reply
from troubleshoot.session.strategy import STRATEGIES
from troubleshoot.session.wording import listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from troubleshoot.session.options import Options
    from troubleshoot.session.strategy import Strategy
    from troubleshoot.tree.tree import Tree


def begin(
    tree: Tree,
    facts: Mapping[str, object] | None = None,
    *,
    by: str | Iterable[str] | None = None,
    has: str | Iterable[str] | None = None,
    strategy: str | Strategy = "information",
    clock: Callable[[], datetime] | None = None,
) -> Session:
    """
    A new session with this tree.

    Args:
        tree: what is known.
        facts: answers known before the first question, by question id.
        by: who takes the steps; steps for others are left out. None: everybody.
        has: the things at hand; steps that need others are left out. None: all.
        strategy: how steps are chosen. "information": most bits per minute first;
            "repair": the least expected cost of repair; "plan": as a plan says; or a
            strategy of your own.
        clock: what time it is, for the log.

    Raises:
        UnknownName: a fact is of no question of the tree.
        AnswerError: a fact is no answer to its question.
        ValueError: the strategy is not known.
    """
    chosen = options(by, has, strategy)
    clock = clock or now
    at = stamp(clock())
    told = [_told(tree, name, said, at, chosen) for name, said in (facts or {}).items()]
    own = None if isinstance(strategy, str) else strategy
    return Session(tree, chosen, (Begun(at=at, actor=chosen.actor), *told), clock, own)


def _told(tree: Tree, name: str, said: object, at: str, chosen: Options) -> Answered:
    answer, value = understood(tree.question(name), said)
    return Answered(
        kind="told", step=name, answer=answer, value=value, at=at, actor=chosen.actor
    )


def resume(
    tree: Tree,
    text: str,
    *,
    strategy: Strategy | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Session:
    """
    The saved session, to go on with; the tree may have been edited since.

    ``strategy`` is the one it was begun with, where that was a house's own.

    Raises:
        OtherTree: the session belongs to another tree.
        SessionError: the text is no saved session, or the tree has lost what was asked.
    """
    found = saved.read(text)
    if (found.tree.id, found.tree.title) != (tree.id, tree.title):
        raise OtherTree(
            f"the session belongs to the tree '{found.tree.id}' "
            f"({found.tree.title}), and this one is '{tree.id}' ({tree.title})"
        )
    _check_strategy(found.options, strategy)
    lost = _once(_lost(tree, found.events)) or _once(_moved(tree, found.events))
    if lost:
        raise SessionError(f"the tree '{tree.id}' no longer has {listing(lost)}")
    return Session(tree, found.options, found.events, clock or now, strategy)


def _check_strategy(found: Options, own: Strategy | None) -> None:
    known = STRATEGIES if own is None else (own.name,)
    if found.strategy not in known:
        raise SessionError(
            f"the saved session has the strategy '{found.strategy}', "
            f"which is none of: {', '.join(known)}"
        )


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


def _moved(tree: Tree, events: Iterable[Event]) -> Iterator[str]:
    """Numbers that fell into an answer whose range has been edited since."""
    for event in events:
        if isinstance(event, Answered) and event.value is not None:
            name = f"{event.value:g} as the answer '{event.answer}' of '{event.step}'"
            if not _still(tree, event):
                yield name


def _still(tree: Tree, event: Answered) -> bool:
    """Whether the number that was said still falls into the same answer."""
    try:
        now_means = understood(tree.questions[event.step], event.value)
    except AnswerError:
        return False
    return now_means.answer == event.answer


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
    _check_strategy(found.options, strategy)
    lost = _once(_lost(tree, found.events))
    if lost:
        raise SessionError(f"the tree '{tree.id}' does not have {listing(lost)}")
    try:
        return _reenacted(tree, found, strategy or found.options.strategy)
    except TroubleshootError as error:
        raise SessionError(f"the session cannot be re-enacted: {error}") from None


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
        session = _again(replace(session, clock=_clock(event)), event, asked)
        asked = event.step if isinstance(event, Asked) else None
    return replace(session, clock=now)


def _again(session: Session, event: Event, asked: str | None) -> Session:
    """The session after the verb that the event records."""
    match event:
        case Answered(step=step):
            question = session.question(asked) if asked else step
            return session.answer(question, _said(event))
        case Tried():
            return session.tried(event.step, fixed=event.fixed)
        case Skipped():
            return session.not_now(session.action(event.step))
        case Remark(kind="noted"):
            return session.note(event.text)
        case Remark():
            return session.give_up(event.text)
    return session


def _said(event: Answered) -> str | float:
    return event.answer if event.value is None else event.value


def _clock(event: Event) -> Callable[[], datetime]:
    at = moment(event.at)
    return lambda: at
