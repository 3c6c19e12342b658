"""What the next team does first: the best steps, whoever takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from troubleshoot.session.events import Remark
from troubleshoot.session.steps import Action, Ending, Question
from troubleshoot.session.views.handoff import Expected, ToDo
from troubleshoot.session.views.record import Named, cause, rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.session import Session
    from troubleshoot.tree.tree import Tree

STEPS: Final = 3  # worth naming, in case the first cannot be taken
OVER: Final = ("stopped", "fixed")  # endings after which there is nothing to do


def next_steps(session: Session) -> Iterator[ToDo]:
    """
    The best step now, whoever takes it, and what comes next if it cannot be taken.

    After an ending that says what helps, that. Steps that the session left out because
    they are for somebody else are among them.
    """
    if session.next_step().kind in OVER:
        return
    anybody = _taken_up(session)
    for step in _in_turn(anybody):
        yield _to_do(anybody, step)


def _taken_up(session: Session) -> Session:
    """The session as it goes on with everybody and everything at hand."""
    events = session.events
    while isinstance(events[-1], Remark):
        events = events[:-1]
    options = replace(session.options, by=None, has=None)
    return replace(session, events=events, options=options, undone=())


def _in_turn(session: Session) -> Iterator[Question | Action]:
    """Up to three steps; after the first by information, which costs no search."""
    step, shown = session.next_step(), set[tuple[str, str]]()
    plain = replace(session.options, strategy="information")
    later = replace(session, options=plain, own=None)
    while len(shown) < STEPS and not isinstance(step, Ending):
        if (step.kind, step.id) not in shown:
            shown.add((step.kind, step.id))
            yield step if len(shown) == 1 else _as_it_is(session, step)
        # This comes to an end, as nothing is offered again that was put off twice.
        later = later.not_now(step)
        step = later.next_step()
    if isinstance(step, Ending):
        left = [each for each in step.actions if ("action", each) not in shown]
        yield from (session.action(each) for each in left[: STEPS - len(shown)])


def _as_it_is(session: Session, step: Question | Action) -> Question | Action:
    """The step without the reasons that it has only if another is put off."""
    if isinstance(step, Action):
        return session.action(step.id)
    return session.question(step.id)


def _to_do(session: Session, step: Question | Action) -> ToDo:
    if isinstance(step, Action):
        return _action(session, step)
    written = session.tree.questions[step.id]
    return ToDo(
        kind="question",
        id=step.id,
        text=step.text,
        minutes=rounded(step.cost_min),
        setup=step.setup,
        how=step.how,
        why=step.why,
        reason=step.reason,
        unit=step.unit,
        urgent=step.urgent,
        answers=tuple(
            Expected(
                id=each.id,
                text=each.text,
                probability=rounded(each.probability),
                rules_out=_causes(session.tree, each.rules_out),
            )
            for each in step.answers
        ),
        by=written.needs.by,
        needs=written.needs.things,
    )


def _action(session: Session, step: Action) -> ToDo:
    written = session.tree.actions[step.id]
    return ToDo(
        kind="action",
        id=step.id,
        text=step.text,
        minutes=rounded(step.cost_min),
        setup=step.setup,
        caution=step.caution,
        risk=step.risk,
        how=step.how,
        why=step.why,
        reason=step.reason,
        verify=step.verify,
        chance=rounded(step.chance),
        by=written.needs.by,
        needs=written.needs.things,
    )


def _causes(tree: Tree, ids: Iterable[str]) -> tuple[Named, ...]:
    return tuple(cause(tree, each) for each in ids)
