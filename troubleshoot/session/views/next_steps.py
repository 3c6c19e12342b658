"""What the next team does first: the best steps, whoever takes them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from troubleshoot.session.asking import NO_GAIN, telling, worth
from troubleshoot.session.events import Remark
from troubleshoot.session.situation import RULED_OUT, TOLERANCE
from troubleshoot.session.steps import Action, Ending, Question
from troubleshoot.session.views.handoff import Expected, Later, Likely, ToDo
from troubleshoot.session.views.record import Named, cause, rounded
from troubleshoot.text import minutes
from troubleshoot.tree.tree import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from troubleshoot.session.offers import Offers
    from troubleshoot.session.session import Session
    from troubleshoot.session.situation import Situation
    from troubleshoot.session.steps import Choice


STEPS: Final = 3  # worth naming, in case the first cannot be taken
THEN: Final = 2  # causes that an answer is said to point to
MUCH: Final = 0.5  # bits: what a question tells is then worth a detour
LITTLE: Final = 0.1  # bits: less is worth asking only where it costs next to nothing
QUICK: Final = 1.0  # minutes
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


def later(session: Session, shown: Iterable[str]) -> Iterator[Later]:
    """
    The questions that are open besides those shown, what tells most per minute first.

    Those that were put off or not known are not among them: they were asked. Urgent
    ones come first.
    """
    if session.next_step().kind in OVER:
        return
    offers = _taken_up(session).offers
    for id in sorted({*_open(offers)} - {*shown}, key=lambda each: _rank(offers, each)):
        question = offers.situation.tree.questions[id]
        yield Later(id=id, text=question.ask, minutes=rounded(offers.cost(question)))


def _open(offers: Offers) -> Iterator[str]:
    """Questions that can be put and would tell something, and urgent ones."""
    telling_now = offers.fresh & (offers.situation.gains > NO_GAIN)
    yield from (offers.questions.ids[i] for i in np.flatnonzero(telling_now))
    now = offers.situation.state
    replied = {*now.answers, *now.dont_know, *now.not_now}
    for each in offers.situation.tree.questions.values():
        if each.is_urgent and each.id not in replied and offers.is_available(each):
            yield each.id


def _rank(offers: Offers, id: str) -> tuple[bool, float, int]:
    """Urgent ones first; equals in the order of the file."""
    questions = offers.situation.tree.questions
    gain, cost = worth(offers, id)
    rate = float(f"{gain / max(cost, TOLERANCE):.9g}")
    return not questions[id].is_urgent, -rate, list(questions).index(id)


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
        left = [each.id for each in step.actions if ("action", each.id) not in shown]
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
        reason=_plainly(step),
        unit=step.unit,
        urgent=step.urgent,
        answers=tuple(_expected(session, step, each) for each in step.answers),
        by=written.needs.by,
        needs=written.needs.things,
    )


def _plainly(step: Question) -> str:
    """Why this question, without bits: who reads a hand-off need not know them."""
    figures = telling(step.gain_bits, step.cost_min)
    if step.gain_bits <= NO_GAIN:
        return step.reason
    return step.reason.replace(figures, _in_words(step.gain_bits, step.cost_min))


def _in_words(gain: float, cost: float) -> str:
    if gain >= MUCH:
        told = "Its answer is expected to tell much"
    elif gain >= LITTLE:
        told = "Its answer is expected to tell something"
    else:
        told = "Its answer is expected to tell little"
    if not cost:
        return f"{told}, and costs no time."
    but = "but takes only" if gain < LITTLE and cost <= QUICK else "and takes"
    return f"{told}, {but} {minutes(cost)}."


def _expected(session: Session, step: Question, answer: Choice) -> Expected:
    """An answer with what follows from it."""
    urgent = session.tree.questions[step.id].stop
    situation = session.offers.situation
    return Expected(
        id=answer.id,
        text=answer.text,
        probability=rounded(answer.probability),
        rules_out=tuple(Named(id=x.id, text=x.title) for x in answer.rules_out),
        then=() if step.urgent else tuple(_then(situation, step.id, answer.id)),
        stop=urgent.get(answer.id, ""),
    )


def _then(situation: Situation, question: str, answer: str) -> Iterator[Likely]:
    """The likeliest root causes after this answer; none if it cannot come."""
    joint = situation.p * situation.model.likelihood(question, answer)
    total = float(joint.sum())
    if total <= 0:
        return
    p = np.round(joint / total, 9)
    for i in np.argsort(-p, kind="stable")[:THEN].tolist():
        if p[i] > RULED_OUT:
            yield Likely(cause=_cause(situation, i), belief=rounded(float(p[i])))


def _cause(situation: Situation, place: int) -> Named:
    if place == len(situation.p) - 1:
        return Named(id=UNKNOWN, text="")
    return cause(situation.tree, situation.model.causes[place])


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
